"""Test runner without a kernel: does every right answer pass its checks, and is every known wrong one killed?

The solved notebook's cells run once, in order, in this process; each exercise's other answers then take the
solution's place in a copy of the names that stood just before its check. Where the context has a secret, hidden tests
draw their cases with it, as they do when they are graded.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import itertools
import linecache
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

from course.authoring.text.model import Exercise, RoleCell, Source, SourceError
from course.coursedir.errors import AuthoringError
from course.practices.question import Numbers
from course.runtime.context import current, entered
from course.runtime.verdict import CheckFailed, Verdict
from course.syntax.cell_runner import run_cell
from course.syntax.regions import regions, without
from course.syntax.scopes import Scopes

_numbers = itertools.count()
UNDEFINED = object()


@dataclass(frozen=True)
class Trial:
    """What the checks say to one answer: the solution, or a ``wrong`` or ``right`` one.

    ``visible`` is the message of the visible checks alone, ``hidden`` that of all checks of the cell: "" where the
    answer passes, otherwise what a student would read. ``verdicts`` are the failed checks behind the two.
    """

    exercise: str
    answer: RoleCell
    visible: str
    hidden: str
    verdicts: tuple[Verdict, ...] = ()

    @property
    def as_it_should(self) -> bool:
        """Whether a wrong answer is caught by all checks together, or another answer passes all of them."""
        return bool(self.hidden) == (self.answer.role == "wrong")


@dataclass(frozen=True)
class Stage:
    """The moment before an exercise's check runs.

    ``names`` are those of the solved notebook up to there, without what the exercise's own solution defines: an answer
    that forgets a name must not find the solution's.
    """

    exercise: Exercise
    names: dict[str, Any]

    @property
    def visible(self) -> str:
        """The check's source as students have it."""
        return without(self.exercise.check.source, "HIDDEN TESTS")

    @property
    def check(self) -> str:
        """The check's source with its hidden tests."""
        return self.exercise.check.source

    @property
    def hidden(self) -> str | None:
        """What of the check students do not have, to be run behind ``visible``; None where it is no code by itself."""
        lines = self.check.split("\n")
        own = (lines[region.first : region.last + 1] for region in regions(self.check, "HIDDEN TESTS"))
        source = "\n".join(line for part in own for line in part)
        with contextlib.suppress(SyntaxError):
            ast.parse(source)
            return source
        return None


def compiled(source: str) -> CodeType:
    """A cell's code, its source known to ``inspect`` as a notebook's is."""
    return compile(source, _filename(source), "exec")


def _filename(source: str) -> str:
    """A name of its own for a cell, under which ``inspect`` finds its source."""
    filename = f"<cell {next(_numbers)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    return filename


@contextlib.contextmanager
def environment(graded: bool) -> Iterator[None]:
    """As under nbgrader, where a failed check raises, or as in a student's notebook; prints and warnings go."""
    with (
        entered(current()._replace(graded=graded)),
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def run(cells: list[str], names: dict[str, Any], after: Callable[[], object] = lambda: None) -> Exception | None:
    """What an answer and its checks, ``cells``, raise in a copy of these names, CheckFailed too; None when nothing.

    The checks have names of their own, as in a notebook. ``after`` is called after each cell.
    """
    names = {name: _own(value) for name, value in names.items() if value is not UNDEFINED}
    try:
        for place, cell in enumerate(cells):
            if place == 1:
                names = {**names}
            run_cell(cell, _filename(cell), names)
            after()
    except Exception as error:
        return error
    return None


def _own(value: Any) -> Any:
    """A practice's numbers for this answer alone: it may change them in place."""
    return copy.deepcopy(value) if isinstance(value, Numbers) else value


def stages(source: Source) -> Iterator[Stage]:
    """One stage for each exercise of the solved notebook, in order; raises what a cell of it raises."""
    exercises = source.exercises
    names: dict[str, Any] = {"__name__": "__main__"}
    before: dict[str, dict[str, Any]] = {}
    for cell in source.cells:
        if cell.kind != "code" or not cell.released:
            continue
        if cell.role == "check":
            yield Stage(exercises[cell.name], {**names, **before[cell.name]})
            continue
        if cell.role == "solution":
            before[cell.name] = {name: names.get(name, UNDEFINED) for name in Scopes.of(cell.source).bound()}
        with environment(graded=True):
            run_cell(cell.source, _filename(cell.source), names)


def attempt(stage: Stage, answer: RoleCell) -> Trial:
    """What the exercise's checks say to one answer."""
    done, behind = list[None](), stage.hidden
    with environment(graded=True):
        if behind is not None:
            hidden = run([answer.source, stage.visible, behind], stage.names, lambda: done.append(None))
            visible = hidden if len(done) < 2 else None  # not even the visible checks came to their end
        else:
            visible = run([answer.source, stage.visible], stage.names)
            hidden = run([answer.source, stage.check], stage.names)
    verdicts = tuple(error.verdict for error in (visible, hidden) if isinstance(error, CheckFailed))
    return Trial(stage.exercise.name, answer, _text(visible), _text(hidden), verdicts)


@contextlib.contextmanager
def stops_as_authoring_errors(source: Source) -> Iterator[None]:
    """Where a cell of the solved notebook stops, say so as an AuthoringError that names the text."""
    try:
        yield
    except (SourceError, AuthoringError):
        raise
    except Exception as error:
        raise AuthoringError(
            f"source/{source.assignment}/{source.path.name}: a cell of the solved notebook stops: "
            f"{type(error).__name__}: {error}. Mend it, then run the same command again."
        ) from error


def rehearse(source: Source, prepare: Callable[[Stage], Any] | None = None) -> Iterator[Trial]:
    """One trial per answer, in the text's order; raises what a cell of the solved notebook raises.

    ``prepare`` is called with each stage before its answers are tried.
    """
    for stage in stages(source):
        if prepare:
            prepare(stage)
        exercise = stage.exercise
        for answer in (exercise.solution, *exercise.wrongs, *exercise.rights):
            yield attempt(stage, answer)


def _text(error: Exception | None) -> str:
    if error is None:
        return ""
    return str(error) if isinstance(error, CheckFailed) else f"{type(error).__name__}: {error}"
