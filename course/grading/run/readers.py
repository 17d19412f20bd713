"""Strict questions: put to a process that has run one program slice, and judged by torch's trace of that process.

Nothing that the rest of the notebook did can reach an answer there, and the trace says what torch was asked, by the
answer and by the statements above it that it needs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from course.answers import record
from course.answers.ask import Reply
from course.answers.record import Asked
from course.doctor import fingerprints
from course.grading.analysis.slices import MAX_TEXT, Reading, Slice, Statement
from course.grading.sandbox.inside.slices import RAN
from course.grading.sandbox.outputs import plain_text
from course.grading.sandbox.remote_kernel import KernelLost, RemoteKernel

Statements = tuple[Statement, ...]


class Process:
    """A process for slices: the statements that it ran last, those of them in which torch differentiated (``guilty``).

    ``differentiated`` says whether torch ever did in it.
    """

    def __init__(self, kernel: RemoteKernel):
        self.kernel = kernel
        self.now: Statements | None = None
        self.guilty: Statements = ()
        self.differentiated = False

    def run(self, statements: Statements, seconds: float | None) -> None:
        """Run a slice; raises KernelLost."""
        self.now, guilty, differentiated = None, list[Statement](), False
        self.kernel.slice([(each.given, each.source) for each in statements], seconds)
        for each in self.asked():
            place = each.name.removeprefix(RAN)
            if place != each.name:
                if differentiated and place.isdecimal() and int(place) < len(statements):
                    guilty.append(statements[int(place)])
                differentiated = False
            differentiated = differentiated or record.differentiates(each.name)
        self.now, self.guilty = statements, tuple(guilty)

    def asked(self) -> list[Asked]:
        """What torch was asked in it since this was called last; raises KernelLost."""
        found = self.kernel.asked()
        self.differentiated = self.differentiated or any(record.differentiates(each.name) for each in found)
        return found


class Readers:
    """Processes for slices, lent to one test cell after another: one in which torch has not differentiated, one other.

    That one slice has run before another gives the second nothing: it could have held the first one's statements. But
    the first may have spoilt something, so an answer that fails in a process that others had is asked again in one of
    its own (``Witness.crowded``). And where torch has differentiated, in whatever slice, no answer by hand is asked any
    more. ``start`` makes such a process. ``whole_s``: not slices but everything above a question is run, for at most so
    many seconds.
    """

    def __init__(self, start: Callable[[], RemoteKernel], whole_s: float | None = None):
        self._start, self._whole_s = start, whole_s
        self.notebook = Reading()
        self.lent = 0
        self.seen: list[Asked] = []
        """What torch was asked in the last question that was answered."""
        self._processes: list[Process] = []
        self._guilty: dict[Statements, Statements] = {}

    def slice_of(self, cells: Sequence[str], name: str, given: Sequence[bool]) -> Slice:
        """The part of these cells that is run for the function ``name``; ``given`` are the course's own."""
        return self.notebook.slice_of(cells, name, given, whole=self._whole_s is not None)

    def ask(
        self, name: str, found: Slice, calls: Sequence[dict[str, Any]], *, hand: bool, forbid: Sequence[str]
    ) -> list[Reply]:
        """The replies of the function ``name`` of this slice; one that says what was refused, where anything is.

        A statement of the slice in which torch differentiates is left out for a question by ``hand``: where that
        changes the replies, the answer needs what it made. Raises KernelLost.
        """
        statements = found.statements
        if found.missing:
            return [Reply(refused=found.missing)]
        process = self._ready(statements, clean=hand and not self._guilty.get(statements))
        if not (hand and process.differentiated):
            return self._judged(process, name, calls, hand=hand, forbid=forbid)
        guilty = self._guilty.setdefault(statements, process.guilty)
        if not guilty:  # marks that are not the process's own
            return [Reply(refused="What stands above your answer asks torch to differentiate.")]
        whole = process.kernel.ask(name, None, calls)
        process.asked()
        process = self._ready(tuple(each for each in statements if each not in guilty), clean=True)
        if process.differentiated:
            return [Reply(refused=_needs(guilty[0]))]
        replies = self._judged(process, name, calls, hand=hand, forbid=forbid)
        refused = bool(replies) and replies[-1].refused
        return replies if refused or alike(whole, replies) else [Reply(refused=_needs(guilty[0]))]

    def _judged(
        self, process: Process, name: str, calls: Sequence[dict[str, Any]], *, hand: bool, forbid: Sequence[str]
    ) -> list[Reply]:
        replies = process.kernel.ask(name, None, calls)
        self.seen = process.asked()
        found = record.objection(self.seen, hand=hand, forbid=forbid)
        if found is None:
            return replies
        process.differentiated, line = True, ""  # or it will have: it is asked once more
        with contextlib.suppress(KernelLost):  # the words, not the verdict, hang on this
            line = plain_text(process.kernel.line_of(name, calls, hand=hand, forbid=forbid))
        return [Reply(refused=record.sentence(found, _short(line)))]

    def _ready(self, statements: Statements, *, clean: bool) -> Process:
        """A process that has run this slice last; ``clean``: in which torch had differentiated nothing before."""
        lent = [each for each in self._processes if not each.kernel.lost and not (clean and each.differentiated)]
        lent.sort(key=lambda each: each.differentiated, reverse=True)  # what need not be clean leaves the clean one so
        process = next((each for each in lent if each.now == statements), lent[0] if lent else None)
        if process is not None:
            try:
                if process.now != statements:
                    process.run(statements, self._whole_s)
                return process
            except KernelLost:
                pass
        for each in [each for each in self._processes if each.kernel.lost or len(self._processes) > 1]:
            self._end(each)
        process = Process(self._start())
        self._processes.insert(0, process)
        process.run(statements, self._whole_s)
        return process

    def _end(self, process: Process) -> None:
        process.kernel.end()
        self._processes.remove(process)

    def close(self) -> None:
        """End all of its processes."""
        for each in list(self._processes):
            self._end(each)


def alike(one: Sequence[Reply], other: Sequence[Reply]) -> bool:
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
    return f"Your line `{statement.text}` asks torch to differentiate, and your answer needs what it makes."


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 3] + "..."
