"""Pure function from a submission and what was asked to graded notebooks; it can run in any process.

The same steps that ``nbgrader autograde`` takes by nbgrader_config.py, without a gradebook: the instructor's cells come
with the task, and the grades are read off the finished notebooks by whoever writes the gradebook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import MissingEntry
from nbgrader.preprocessors import ClearOutput, LimitOutput, NbGraderPreprocessor
from nbgrader.preprocessors import OverwriteCells as StockOverwriteCells
from traitlets.config import Config

from course.coursedir.errors import CouldNotBeGraded, GradingStopped
from course.grading.run.execute import Execute
from course.grading.run.faults import is_the_machines, sentence
from course.grading.sandbox import pool
from course.grading.sandbox.remote_kernel import KernelLost
from course.grading.sandbox.share import Doubtful
from course.grading.submission.parse import no_notebook, parse
from course.grading.submission.plan import Plan
from course.grading.submission.repair import repair


@dataclass(frozen=True)
class Sheet:
    """What is asked in one notebook of an assignment, as the gradebook holds it.

    ``given`` is the code of the released notebook, checks left out: what everybody's notebook begins with.
    ``solutions`` are the author's by exercise, where they are known.
    """

    name: str
    plan: Plan
    kernelspec: dict[str, Any] | None = None
    given: tuple[str, ...] = ()
    solutions: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Task:
    """A submission: its notebooks' text by name, the files beside them, what is asked, and the settings.

    Hidden tests draw their cases with ``secret``, and ``known`` are the tables of known mistakes under it, as texts.
    Neither is shown where a task is printed. ``hurried``: others wait, and it may be tried again.
    """

    student: str
    notebooks: dict[str, bytes]
    files: dict[str, bytes]
    sheets: tuple[Sheet, ...]
    settings: dict[str, Any]
    secret: bytes | None = field(default=None, repr=False)
    known: tuple[str, ...] = field(default=(), repr=False)
    hurried: bool = False


@dataclass(frozen=True)
class Graded:
    """What came of a task: the finished notebooks' text by name, or the reason why it could not be graded.

    Or neither, and a sentence: ``fault`` is the machine's, ``doubt`` why a hurried try is not to be believed. Then the
    submission is tried again alone, and stays due where the machine is at fault there too.
    """

    notebooks: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    fault: str = ""
    doubt: str = ""


def grade(task: Task) -> Graded:
    """Mend, execute and judge a submission. Raises GradingStopped where there can be no room to run it in."""
    config = Config(task.settings)
    done: dict[str, str] = {}
    for sheet in task.sheets:
        if sheet.name in task.notebooks:
            name = f"{sheet.name}.ipynb"
            try:
                nb = mended(_text(task.notebooks[sheet.name], name), name, sheet, config)
                runner = Execute(config=config)
                runner.student, runner.secret, runner.known = task.student, task.secret, task.known
                runner.hurried, runner.solutions = task.hurried, sheet.solutions
                nb = runner.once(nb, task.files, sheet.given)
                nb, _ = LimitOutput(config=config).preprocess(nb, {})
                done[sheet.name] = nbformat.v4.writes(nb)
            except CouldNotBeGraded as error:
                return Graded(reason=str(error))
            except GradingStopped:
                raise
            except Doubtful as error:
                return Graded(doubt=str(error))
            except Exception as error:  # whatever a submission has in it, the class goes on
                if is_the_machines(error):
                    return Graded(fault=sentence(error))
                return Graded(reason=unforeseen(name, error))
    return Graded(done)


def probe(settings: Mapping[str, Any]) -> str:
    """Whether grading is possible on this machine now: "" where a cell of the course's own runs, or what it lacks."""
    runner = Execute(config=Config(settings))
    try:
        with pool.entered({}, runner.limits, unsafe=runner.unsafe) as room:
            ran = room.kernel().run("1 + 1", seconds=float(runner.timeout), clean=True)
    except KernelLost as error:
        return f"A cell of the course's own could not be run ({error})."
    except Exception as error:
        if not is_the_machines(error):
            raise
        return sentence(error)
    return "" if ran.ok else "A cell of the course's own could not be run."


def given_code(released: NotebookNode | None) -> tuple[str, ...]:
    """The code cells of a released notebook, in order, without its checks."""
    cells = () if released is None else released.cells
    return tuple(cell.source for cell in cells if cell.cell_type == "code" and not utils.is_grade(cell))


def unforeseen(name: str, error: Exception) -> str:
    """The reason why a submission could not be graded that grading itself was not made for."""
    words = " ".join(str(error).encode("utf-8", "replace").decode().split())[:300]
    return (
        f"{name} could not be graded: {type(error).__name__}: {words}. Grading is not made for what is in it; look at "
        "the submitted file, and tell the course's authors."
    )


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise no_notebook(f"{name} (not text)") from None


def mended(text: str, name: str, sheet: Sheet, config: Config) -> NotebookNode:
    """A submitted notebook as nbgrader's sanitising steps leave it; raises CouldNotBeGraded."""
    nb, _ = ClearOutput(config=config).preprocess(parse(text, name), {})
    nb.metadata["course"] = {"repairs": repair(nb, sheet.plan)}
    if sheet.kernelspec:
        nb.metadata["kernelspec"] = sheet.kernelspec
    nb, _ = OverwriteCells(sheet, config=config).preprocess(nb, {})
    return nbformat.from_dict(nb)


class OverwriteCells(StockOverwriteCells):
    """nbgrader's OverwriteCells, which takes the instructor's cells from a sheet instead of a gradebook."""

    def __init__(self, sheet: Sheet, **kw: Any):
        super().__init__(**kw)
        self.gradebook, self.notebook_id, self.assignment_id = _Book(sheet.plan), sheet.name, ""

    def preprocess(self, nb: NotebookNode, resources: Mapping[str, Any]) -> tuple[NotebookNode, Mapping[str, Any]]:
        """Put the instructor's cells back as they were."""
        return NbGraderPreprocessor.preprocess(self, nb, resources)


class _Book:
    """As much of a gradebook as OverwriteCells looks into."""

    def __init__(self, plan: Plan):
        self._plan = plan

    def find_source_cell(self, name: str, *_: str) -> SimpleNamespace:
        """An instructor's cell; raises MissingEntry."""
        if name not in self._plan.cells:
            raise MissingEntry(name)
        known = self._plan.cells[name]
        locked, checksum = known.metadata["locked"], known.metadata["checksum"]
        return SimpleNamespace(
            name=name, cell_type=known.cell_type, locked=locked, checksum=checksum, source=known.source
        )

    def find_graded_cell(self, name: str, *_: str) -> SimpleNamespace:
        """A test cell, of which only the points are asked."""
        return SimpleNamespace(max_score=self._plan.cells[name].metadata["points"])
