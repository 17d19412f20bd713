"""One notebook in a student's room: its cells run in order, and each test cell finds the names as they then were.

At a test cell the kernel is copied (a fork: a few milliseconds), and goes on. The questions come at the very end, to
the copies, when all that the cells show has been shown: so nothing that a question contains can be shown by a later
cell. And where a cell ends the kernel, the last copy is where to go on from, without that cell.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from course.grading.errors import CouldNotBeGraded
from course.grading.outputs import plain_text
from course.grading.room import Kernel, KernelLost, Ran, Room

MOST_RESTARTS = 12
"""Kernels that a notebook may use up before it is given up."""


@dataclass(frozen=True)
class Code:
    """A code cell: its number in the notebook, its source, whether it is a test cell, whether it is the course's."""

    number: int
    source: str
    test: bool = False
    given: bool = False

    @property
    def title(self) -> str:
        """Which cell it is, for people."""
        line = next((line.strip() for line in plain_text(self.source).splitlines() if line.strip()), "")
        return f'cell {self.number + 1} "{line[:60]}{"…" if len(line) > 60 else ""}"'


@dataclass
class Session:
    """Runs ``cells`` in ``room``, each for at most ``cell`` seconds and all of them for at most ``total``."""

    room: Room
    cells: Sequence[Code]
    cell: float
    total: float
    ran: dict[int, Ran] = field(default_factory=dict)
    lost: dict[int, str] = field(default_factory=dict)
    _copies: dict[int, Kernel] = field(default_factory=dict)
    _restarts: int = 0
    _deadline: float = 0.0

    def run(self, tell: Callable[[Code], None] = lambda _: None) -> None:
        """Run all cells; raises CouldNotBeGraded where they take too long, or end one kernel after another."""
        self._deadline = time.monotonic() + self.total
        kernel = self.room.kernel()
        for place, code in enumerate(self.cells):
            tell(code)
            if time.monotonic() > self._deadline:
                raise CouldNotBeGraded(
                    f"The notebook ran longer than {self.total:g} s; it was stopped before {code.title}. "
                    "Look for slow cells, or raise c.Execute.total_timeout, and grade again."
                )
            try:
                self.ran[code.number] = self._step(kernel, place)
            except KernelLost as lost:
                self._note(place, lost.reason)
                kernel = self._resume(place + 1)
        kernel.end()

    def _step(self, kernel: Kernel, place: int) -> Ran:
        """Run one cell, or copy the kernel at a test cell."""
        code = self.cells[place]
        if code.test:
            self._copies[place] = kernel.snapshot()
            return Ran(ok=True)
        left = self._deadline - time.monotonic()
        return kernel.run(code.source, seconds=max(1.0, min(self.cell, left)), clean=not code.given)

    def _note(self, place: int, reason: str) -> None:
        code = self.cells[place]
        self.lost.setdefault(code.number, reason)
        self._restarts += 1
        if self._restarts > MOST_RESTARTS:
            raise CouldNotBeGraded(
                f"The kernel died again and again, at last in {code.title}: {reason}. Open the submitted notebook, "
                "look at that cell, and grade again."
            )

    def _resume(self, place: int) -> Kernel:
        """A kernel in which the cells before ``place`` have run, but those that end it."""
        while True:
            kernel, start = self._nearest(place)
            for step in range(start, place):
                code = self.cells[step]
                if code.test or code.number in self.lost:
                    continue
                try:
                    self._step(kernel, step)
                except KernelLost as lost:
                    self._note(step, lost.reason)
                    break
            else:
                return kernel

    def _nearest(self, place: int) -> tuple[Kernel, int]:
        """A kernel copied at the last test cell before ``place``, and where to go on; a new one where no copy lives."""
        for test in sorted((test for test in self._copies if test < place), reverse=True):
            try:
                return self._copies[test].snapshot(), test + 1
            except KernelLost:
                del self._copies[test]
        return self.room.kernel(), 0

    def at(self, number: int) -> Kernel:
        """A kernel with the names as they were at test cell ``number``; raises CouldNotBeGraded where there is none."""
        place = next(place for place, code in enumerate(self.cells) if code.number == number)
        try:
            self._copies[place].look([])
        except (KeyError, KernelLost):  # something of the submission's has killed it
            self._deadline = time.monotonic() + self.total
            self._copies[place] = self._resume(place)
        return self._copies[place]

    def before(self, number: int) -> list[str]:
        """The code of all cells before test cell ``number`` that are not tests, in order."""
        return [code.source for code in self.cells if code.number < number and not code.test]

    def close(self) -> None:
        """End the copies."""
        for kernel in self._copies.values():
            if not kernel.lost:
                kernel.end()
