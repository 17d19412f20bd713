"""Chained exercises: an answer that fails since an earlier one is wrong is asked again with the right one in its place.

A right ``backward`` under a wrong ``relu`` is right. Where an exercise fails, and its answer uses the names of earlier
exercises that failed too, the author's solutions of those run in a copy of the kernel, then the answer's own cell, and
the test cell asks there. Only whether it passes comes of that, and nothing that a reply says is shown: the kernel holds
solutions then. It is done when everything else has been asked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from course.grading.gradebook.record import CheckRecord
from course.grading.sandbox.remote_kernel import RemoteKernel
from course.runtime.verdict import Verdict
from course.syntax.scopes import Scopes

WAITS = "waits for"
"""How a check begins what it says of an answer that stopped in an earlier one's stub."""


@dataclass(frozen=True)
class Answer:
    """An exercise of a notebook: its name, its answer's cell by number, and the source of that."""

    name: str
    number: int
    source: str


class Chain:
    """The exercises of one notebook, in order, with the author's ``solutions`` of them by name, where they are known.

    ``answers`` are the student's.
    """

    def __init__(self, answers: Iterable[Answer], solutions: Mapping[str, str]) -> None:
        self.solutions = solutions
        self.answers = {each.name: each for each in answers if each.name in solutions}
        makes = {name: set(Scopes.of(solutions[name]).bound()) for name in self.answers}
        self._uses: dict[str, list[str]] = {}
        self._may_use: dict[str, list[str]] = {}  # it, or the solution, which may stand in its place
        for one in self.answers.values():
            earlier = [each.name for each in self.answers.values() if each.number < one.number]
            free, there = _free(one.source), _free(solutions[one.name])
            self._uses[one.name] = [name for name in earlier if free & makes[name]]
            self._may_use[one.name] = [name for name in earlier if (free | there) & makes[name]]

    def at_fault(self, record: CheckRecord, records: Iterable[CheckRecord]) -> list[str]:
        """The earlier exercises that ``record``'s answer uses, itself or through others, and that did not pass."""
        name = _name(record)
        stopped = record.state == "not done" and not record.what.startswith(WAITS)  # in its own stub
        if name not in self.answers or record.passed or stopped:
            return []
        found = new = set(self._uses[name])
        while new:
            new = {used for each in new for used in self._may_use[each]} - found
            found |= new
        wrong = {_name(each) for each in records if not each.passed} & found
        return sorted(wrong, key=lambda each: self.answers[each].number)

    def replaced(self, cells: Sequence[tuple[int, str]], wrong: Iterable[str]) -> list[str]:
        """The sources of ``cells`` (number, source), with the solutions in the place of the ``wrong`` answers."""
        right = {self.answers[name].number: self.solutions[name] for name in wrong}
        return [right.get(number, source) for number, source in cells]

    def prepare(
        self, kernel: RemoteKernel, record: CheckRecord, wrong: Sequence[str], seconds: Callable[[], float]
    ) -> bool:
        """Run the solutions of ``wrong`` in a kernel, and the answer's own cell again, each within ``seconds``.

        Returns whether all of them came to their end; raises KernelLost.
        """
        sources = *(self.solutions[name] for name in wrong), self.answers[_name(record)].source
        return all(kernel.run(source, seconds=max(1.0, seconds()), clean=True).ok for source in sources)


def answers_in(nb: NotebookNode) -> Iterator[Answer]:
    """The cells of a notebook in which code is asked for."""
    for number, cell in enumerate(nb.cells):
        if cell.cell_type == "code" and is_solution(cell) and not is_grade(cell):
            yield Answer(cell.metadata.nbgrader["grade_id"], number, cell.source)


def through(record: CheckRecord, wrong: Sequence[str], *, keep: bool) -> CheckRecord:
    """The record of an answer that passes with the right ones of ``wrong``; ``keep``: it gets its points."""
    each = [f"`{name}`" for name in wrong]
    listed = each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}"
    says = f"{record.exercise} passes with the right {listed} in the place of yours"
    if keep:
        where = f"{says}, and keeps its points."
        return replace(record, state="passed", what="", where=where, cause="", next="", named=False, message=where)
    them = "it" if len(each) == 1 else "them"
    verdict = Verdict(
        record.exercise,
        "failed",
        what=record.what,
        where=f"{says}.",
        cause=f"The mistake is in {listed}, not here.",
        next=f"Mend {listed}; this passes with {them}.",
        named=True,
    )
    return replace(
        record,
        state="failed",
        where=verdict.where,
        cause=verdict.cause,
        next=verdict.next,
        named=True,
        message=verdict.text,
    )


def _name(record: CheckRecord) -> str:
    return record.grade_id.removeprefix("check-")


def _free(source: str) -> set[str]:
    """The names that an answer takes from outside; none where it is no Python."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        return set(Scopes.of(source).free)
    return set()
