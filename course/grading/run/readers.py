"""Strict questions: put to a process that has run one program slice, and judged by torch's trace of that process.

Nothing that the rest of the notebook did can reach an answer there, and the trace says what torch was asked, by the
answer and by the statements above it that it needs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from course.answers import record
from course.answers.ask import Reply
from course.answers.record import Asked
from course.doctor import fingerprints
from course.grading.analysis.slices import Reading, Slice, Statement
from course.grading.sandbox.inside.slices import RAN
from course.grading.sandbox.outputs import plain_text
from course.grading.sandbox.remote_kernel import KernelLost, RemoteKernel

MAX_LINE = 80
"""Characters of a line that a sentence shows."""


class Readers:
    """A process for slices, lent to one test cell after another; another one where it is lost or has differentiated.

    That one slice has run before another gives the second nothing: it could have held the first one's statements. But
    the first may have spoilt something, so an answer that fails in a process that others had is asked again in one of
    its own (``Witness.crowded``). And where torch has differentiated, in whatever slice, no answer by hand is asked any
    more. ``start`` makes such a process.
    """

    def __init__(self, start: Callable[[], RemoteKernel]):
        self._start = start
        self.notebook = Reading()
        self.lent = 0
        self.seen: list[Asked] = []
        """What torch was asked in the last question that was answered."""
        self._kernel: RemoteKernel | None = None
        self._now: Sequence[Statement] = ()
        self._guilty: list[Statement] = []
        self._differentiated = False

    def ask(
        self, name: str, found: Slice, calls: Sequence[dict[str, Any]], *, hand: bool, forbid: Sequence[str]
    ) -> list[Reply]:
        """The replies of the function ``name`` of this slice; one that says what was refused, where anything is.

        A statement of the slice in which torch differentiates is left out for a question by ``hand``: where that
        changes the replies, the answer needs what it made. Raises KernelLost.
        """
        if found.missing:
            return [Reply(refused=found.missing)]
        kernel = self._with_slice(found.statements, clean=False)
        if not (hand and self._differentiated):
            return self._judged(kernel, name, calls, hand=hand, forbid=forbid)
        if not self._guilty:  # it was another slice
            kernel = self._with_slice(found.statements, clean=True)
        if not self._differentiated:
            return self._judged(kernel, name, calls, hand=hand, forbid=forbid)
        guilty = self._guilty
        if not guilty:  # marks that are not the process's own
            return [Reply(refused="What stands above your answer asks torch to differentiate.")]
        whole = kernel.ask(name, None, calls)
        kernel = self._with_slice([each for each in found.statements if each not in guilty], clean=True)
        if self._differentiated:
            return [Reply(refused=_needs(guilty[0]))]
        replies = self._judged(kernel, name, calls, hand=hand, forbid=forbid)
        refused = bool(replies) and replies[-1].refused
        return replies if refused or _alike(whole, replies) else [Reply(refused=_needs(guilty[0]))]

    def _judged(
        self, kernel: RemoteKernel, name: str, calls: Sequence[dict[str, Any]], *, hand: bool, forbid: Sequence[str]
    ) -> list[Reply]:
        replies = kernel.ask(name, None, calls)
        self.seen = kernel.asked()
        self._note(self.seen)
        found = record.objection(self.seen, hand=hand, forbid=forbid)
        if found is None:
            return replies
        self._differentiated = True  # or will have: it is asked once more
        line = ""
        with contextlib.suppress(KernelLost):  # the words, not the verdict, hang on this
            line = plain_text(kernel.line_of(name, calls, hand=hand, forbid=forbid))
        return [Reply(refused=record.sentence(found, _short(line)))]

    def _with_slice(self, statements: Sequence[Statement], *, clean: bool) -> RemoteKernel:
        """A process that has run this slice last; ``clean``: in which torch has differentiated nothing before."""
        kernel = self._kernel
        if kernel is not None and not (clean and self._differentiated):
            if self._now == statements and not kernel.lost:
                return kernel
            try:
                self._run(kernel, statements)
                return kernel
            except KernelLost:
                pass
        self.close()
        kernel = self._kernel = self._start()
        self.lent, self._differentiated = 0, False
        self._run(kernel, statements)
        return kernel

    def _run(self, kernel: RemoteKernel, statements: Sequence[Statement]) -> None:
        """Run a slice, and note in which of its statements torch differentiated."""
        self._now = ()
        kernel.slice([(each.cell, each.given, each.source) for each in statements])
        asked, differentiated = kernel.asked(), False
        self._note(asked)
        self._guilty = []
        for each in asked:
            if each.name.startswith(RAN):
                place = each.name.removeprefix(RAN)
                if differentiated and place.isdecimal() and int(place) < len(statements):
                    self._guilty.append(statements[int(place)])
                differentiated = False
            differentiated = differentiated or record.differentiates(each.name)
        self._now = statements

    def _note(self, asked: Iterable[Asked]) -> None:
        self._differentiated = self._differentiated or any(record.differentiates(each.name) for each in asked)

    def close(self) -> None:
        """End the process."""
        if self._kernel is not None:
            self._kernel.end()
            self._kernel = None


def _alike(one: Sequence[Reply], other: Sequence[Reply]) -> bool:
    """Whether two lists of replies say the same, up to rounding."""
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(
        (a.not_done, a.refused) == (b.not_done, b.refused)
        and fingerprints.same(fingerprints.of_reply(a), fingerprints.of_reply(b))
        for a, b in pairs
    )


def _needs(statement: Statement) -> str:
    """What is said where an answer needs what torch's differentiation has made above it."""
    if statement.given:
        return "Your answer needs what a cell above it made by torch's differentiation."
    return f"Your line `{_short(statement.text)}` asks torch to differentiate, and your answer needs what it makes."


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 3] + "..."
