"""Notebook executor with checkpoints: cells run in order, and each test cell finds the names as they then were.

At a test cell the kernel is copied (a fork: a few milliseconds), and goes on. The questions come at the very end, to
the copies, when all that the cells show has been shown: so nothing that a question contains can be shown by a later
cell. And where a cell ends the kernel, the last copy is where to go on from, without that cell.

Where the cells up to the next test only define functions and constants that nothing before them mentions, the names
there are as good as the names here: one copy is made for both tests, and both are asked in one copy of that. An answer
that fails there is asked again in a copy where nobody has been asked (``alone``), so that no exercise pays for
another's. Nobody is asked in the kernel itself, where threads and alarms of the submission's may be alive.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from course.coursedir.errors import CouldNotBeGraded
from course.grading.sandbox.limits import OUTPUT_SHARES
from course.grading.sandbox.outputs import plain_text
from course.grading.sandbox.remote_kernel import KernelLost, Ran, RemoteKernel
from course.grading.sandbox.room import Room
from course.grading.sandbox.share import Share
from course.syntax.definitions import inert_definitions

MAX_RESTARTS = 12
"""Kernels that a notebook may use up before it is given up."""


@dataclass(frozen=True)
class Code:
    """A code cell: its number in the notebook, its source, whether it is a test cell, whether it is locked.

    ``released`` says whether it stands in the released notebook just so.
    """

    number: int
    source: str
    test: bool = False
    given: bool = False
    released: bool = False

    @property
    def title(self) -> str:
        """Which cell it is, for people."""
        line = next((line.strip() for line in plain_text(self.source).splitlines() if line.strip()), "")
        return f'cell {self.number + 1} "{line[:60]}{"…" if len(line) > 60 else ""}"'


@dataclass
class Session:
    """Runs ``cells`` in ``room``, each for at most ``cell`` seconds, and all of them out of one ``share`` of time."""

    room: Room
    cells: Sequence[Code]
    cell: float
    share: Share
    ran: dict[int, Ran] = field(default_factory=dict)
    lost: dict[int, str] = field(default_factory=dict)
    _copies: dict[int, RemoteKernel] = field(default_factory=dict)
    _waiting: list[int] = field(default_factory=list)  # tests whose copy is that of the next
    _shared: dict[int, int] = field(default_factory=dict)  # a test's place, and that where its copy was made
    _asked: dict[int, RemoteKernel] = field(default_factory=dict)  # where the tests that share a copy are asked
    _restarts: int = 0
    _shown: int = 0  # characters of all outputs

    def run(self, tell: Callable[[Code], None] = lambda _: None) -> None:
        """Run all cells; raises CouldNotBeGraded where they take too long, or end one kernel after another."""
        kernel = self.room.kernel()
        for place, code in enumerate(self.cells):
            tell(code)
            if self.share.used_up:
                raise CouldNotBeGraded(
                    f"The notebook ran longer than {self.share.total:g} s; it was stopped before {code.title}. "
                    "Look for slow cells, or raise c.Execute.total_timeout, and grade again."
                )
            try:
                self.ran[code.number] = ran = self._step(kernel, place)
                self._shown += ran.size
            except KernelLost as lost:
                self._note(place, lost.reason)
                kernel = self._resume(place + 1)
        if len(self._waiting) > 1:
            self._stands_for(kernel, self._waiting)
            return
        with contextlib.suppress(KernelLost):  # ``at`` makes another
            if self._waiting:
                self._stands_for(kernel.snapshot(), self._waiting)
        kernel.end()

    def _step(self, kernel: RemoteKernel, place: int) -> Ran:
        """Run one cell, or copy the kernel at a test cell."""
        code = self.cells[place]
        if code.test:
            self._waiting.append(place)
            if not self._as_good_as_next(place):
                self._stands_for(kernel.snapshot(), self._waiting)
                self._waiting = []
            return Ran(ok=True)
        seconds, most = max(1.0, min(self.cell, self.share.left)), self.room.limits.max_output
        most = max(0, min(most, OUTPUT_SHARES * most - self._shown))
        return kernel.run(code.source, seconds=seconds, clean=not code.given, most=most)

    def _stands_for(self, copy: RemoteKernel, tests: list[int]) -> None:
        self._copies |= dict.fromkeys(tests, copy)
        if len(tests) > 1:
            self._shared |= dict.fromkeys(tests, tests[-1])

    def _as_good_as_next(self, place: int) -> bool:
        """Whether the names at this test cell are, for all that it can ask, those at the next one, or at the end."""
        between: list[Code] = []
        for code in self.cells[place + 1 :]:
            if code.test:
                break
            between.append(code)
        new = [definitions_only(code.source) for code in between]
        before = "\n".join(code.source for code in self.cells[: place + 1])
        return all(names and not re.search(rf"\b({'|'.join(names)})\b", before) for names in new)

    def _note(self, place: int, reason: str) -> None:
        code = self.cells[place]
        self.lost.setdefault(code.number, reason)
        self._restarts += 1
        if self._restarts > MAX_RESTARTS:
            raise CouldNotBeGraded(
                f"The kernel died again and again, at last in {code.title}: {reason}. Open the submitted notebook, "
                "look at that cell, and grade again."
            )

    def _resume(self, place: int) -> RemoteKernel:
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

    def _nearest(self, place: int) -> tuple[RemoteKernel, int]:
        """A kernel copied at the last test cell before ``place``, and where to go on; a new one where no copy lives."""
        for test in sorted((test for test in self._copies if test < place), reverse=True):
            try:
                return self._copies[test].snapshot(), test + 1
            except KernelLost:
                del self._copies[test]
        return self.room.kernel(), 0

    def at(self, number: int) -> RemoteKernel:
        """A kernel with the names as they were at test cell ``number``; raises CouldNotBeGraded where there is none.

        Tests that share a copy get the same kernel.
        """
        place = self._place(number)
        try:
            if place not in self._shared:
                self._copies[place].look([])
                return self._copies[place]
            asked = self._asked.get(self._shared[place])
            if asked is None or not _lives(asked):
                asked = self._asked[self._shared[place]] = self._copies[place].snapshot()
            return asked
        except (KeyError, KernelLost):  # something of the submission's has killed it
            self._shared.pop(place, None)
            self._copies[place] = self._resume(place)
        return self._copies[place]

    def alone(self, number: int) -> bool:
        """From now on ``at`` gives a kernel in which no other test has asked; False where it did before."""
        place = self._place(number)
        if place not in self._shared:
            return False
        try:
            self._copies[place] = self._copies[place].snapshot()
        except KernelLost:
            del self._copies[place]
        del self._shared[place]
        return True

    def _place(self, number: int) -> int:
        return next(place for place, code in enumerate(self.cells) if code.number == number)

    def before(self, number: int) -> list[Code]:
        """All cells before test cell ``number`` that are not tests, in order."""
        return [code for code in self.cells if code.number < number and not code.test]

    def close(self) -> None:
        """Hang up on the copies; they end when the submission leaves the room."""
        for kernel in (*self._copies.values(), *self._asked.values()):
            kernel.hang_up()


def _lives(kernel: RemoteKernel) -> bool:
    try:
        kernel.look([])
    except KernelLost:
        return False
    return True


def definitions_only(source: str) -> list[str]:
    """The functions and constants that a cell defines, where it does nothing else; otherwise none."""
    try:
        return inert_definitions(ast.parse(source).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
