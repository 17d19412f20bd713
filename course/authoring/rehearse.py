"""Running a text without a kernel: does every right answer pass its check, and is every known wrong one caught?

The solved notebook's cells run once, in order, in this process; each exercise's other answers then take the
solution's place in a copy of the names that stood just before its check.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import linecache
import os
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

from course.authoring.regions import without
from course.authoring.text import Cell, Source
from course.feedback import CheckFailed

_numbers = itertools.count()


@dataclass(frozen=True)
class Outcome:
    """What the checks say to one answer: ``message`` is "" when it passes, otherwise what a student would read.

    ``answer`` is the cell tried: the solution, or a ``wrong`` or ``right`` one. ``visible`` is the message of the
    visible checks alone, ``hidden`` that of all checks of the cell.
    """

    exercise: str
    answer: Cell
    visible: str
    hidden: str

    @property
    def as_it_should(self) -> bool:
        """Whether a wrong answer is caught by all checks together, or another answer passes all of them."""
        return bool(self.hidden) == (self.answer.role == "wrong")


def _compiled(source: str) -> CodeType:
    """A cell's code, its source known to ``inspect`` as a notebook's is."""
    filename = f"<cell {next(_numbers)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    return compile(source, filename, "exec")


@contextlib.contextmanager
def _graded() -> Iterator[None]:
    """As under nbgrader, where a failed check raises; what cells print is dropped."""
    before = os.environ.get("NBGRADER_EXECUTION")
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        if before is None:
            del os.environ["NBGRADER_EXECUTION"]
        else:
            os.environ["NBGRADER_EXECUTION"] = before


def _message(cells: list[str], names: dict[str, Any]) -> str:
    """What the student would read after these cells, in a copy of these names."""
    names = dict(names)
    try:
        for cell in cells:
            exec(_compiled(cell), names)
    except CheckFailed as failure:
        return str(failure)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def rehearse(source: Source) -> Iterator[Outcome]:
    """One outcome per answer, in the text's order; raises what a cell of the solved notebook raises."""
    exercises = source.exercises
    names: dict[str, Any] = {"__name__": "__main__"}
    with _graded():
        for cell in source.cells:
            if cell.kind != "code" or not cell.released:
                continue
            if cell.role == "check":
                exercise = exercises[cell.name]
                visible = without(cell.source, "HIDDEN TESTS")
                for answer in (exercise.solution, *exercise.wrongs, *exercise.rights):
                    yield Outcome(
                        cell.name,
                        answer,
                        _message([answer.source, visible], names),
                        _message([answer.source, cell.source], names),
                    )
            else:
                exec(_compiled(cell.source), names)
