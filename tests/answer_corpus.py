"""Test corpus and its harness: answers to exercises, in the notebook where they are written and in the sandbox.

An answer stands in a small notebook of its own: the course's imports, those of the course's cells above the exercise
whose names the answer or its check needs or gives again, the answer's cells, the check. ``in_notebook`` runs that in
IPython with the visible check, as a student does; ``graded`` in a room with the whole check, as ``course grade`` does.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import os
import pickle
import pkgutil
import re
import select
import signal
import subprocess
import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from home import ROOT
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from small_notebooks import answer as answer_cell
from small_notebooks import run_notebook, test_cell
from traitlets.config import Config

from course.authoring.text.model import Exercise, Source
from course.authoring.text.parse import read
from course.grading.run.judging import check_calls, students_names
from course.runtime.context import current, entered
from course.runtime.verdict import NOT_BY_HAND
from course.syntax.python_cells import parse_code
from course.syntax.regions import without
from course.syntax.scopes import Scopes

ROOM = {"timeout": 20, "question_timeout": 20, "total_timeout": 60, "memory": 1000}
"""The settings that all answers are graded with: one room serves them, one after another."""

LONGEST = 60
"""Seconds that an answer's own notebook may take."""


@dataclass(frozen=True)
class Answer:
    """An answer: ``exercise`` is "week5/backprop tanh_backward" and ``source`` the student's cells.

    Cells are separated by a line ``# %%``; a cell after the one that defines the function stands above the check too.
    ``style`` says in one line what the answer shows; ``remark`` that a remark for the instructor is enough where
    nothing is refused.
    """

    name: str
    exercise: str
    source: str
    style: str
    remark: bool = False

    @property
    def cells(self) -> list[str]:
        """The student's cells."""
        return [cell.strip("\n") for cell in re.split(r"^# %%.*$", self.source, flags=re.MULTILINE) if cell.strip()]

    @property
    def asked(self) -> str:
        """The function that the exercise asks for."""
        return self.exercise.split()[1]

    @property
    def text(self) -> Source:
        """The text that holds the exercise."""
        return _text(self.exercise.split()[0])

    @property
    def task(self) -> Exercise:
        """The exercise itself, with its check: the one of this name, or whose check asks for this function."""
        exercises = self.text.exercises
        asking = (each for each in exercises.values() if self.asked in check_calls(each.check.source))
        return exercises.get(self.asked) or next(asking)


@dataclass(frozen=True)
class Said:
    """What became of an answer: ``state`` is "accepted", "refused" (not by hand), "failed" or "not done".

    ``message`` is what the student reads, ``remarks`` what the instructor does, without the refusal itself.
    """

    state: str
    message: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it gets its points."""
        return self.state == "accepted"


def corpus(package: str) -> tuple[Answer, ...]:
    """All answers of ``answers.honest`` or ``answers.cheats``, in the order of their modules."""
    folder = ROOT / "tests" / package.replace(".", "/")
    if str(folder.parent.parent) not in sys.path:
        sys.path.insert(0, str(folder.parent.parent))
    modules = [importlib.import_module(f"{package}.{each.name}") for each in pkgutil.iter_modules([str(folder)])]
    return tuple(answer for module in modules for answer in module.ANSWERS)


def visible(answer: Answer) -> str:
    """The check of the answer's exercise as students have it."""
    return without(answer.task.check.source, "HIDDEN TESTS")


def numbers_alone(answer: Answer) -> str:
    """The whole check of the answer's exercise, hidden tests too, which asks for numbers and not for how.

    A cheat that draws the cases beforehand, or has a table for ordinary numbers, is one for these: edges are left out,
    and cases by hand where there are drawn ones.
    """
    source = answer.task.check.source
    tree, drawn = ast.parse(source), "cases.draw" in source or "cases.layers" in source
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg not in ("by_hand", "forbid")]
            for keyword in node.keywords:
                if keyword.arg == "on" and drawn:
                    code = f"(lambda on: [case for case in on if case.sizes])({ast.unparse(keyword.value)})"
                    keyword.value = ast.parse(code, mode="eval").body
    return ast.unparse(tree)


def in_notebook(answers: Iterable[Answer], check: Callable[[Answer], str] = visible) -> dict[str, Said]:
    """What the check says to each answer in the student's own notebook, each in a process of its own."""
    asked = tuple(answers)
    cells = [(above_it(answer, check(answer)), [*answer.cells, check(answer)]) for answer in asked]
    code = f"import sys; sys.path[:0] = {[str(ROOT / 'tests')]!r}; import answer_corpus; answer_corpus.serve()"
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(cells), stdout=subprocess.PIPE, check=True)
    return {answer.name: said for answer, said in zip(asked, pickle.loads(done.stdout), strict=True)}


def serve() -> None:
    """Read notebooks, give each a copy of this process that has imported what notebooks do, write what was said."""
    import IPython.core.completer
    import IPython.core.interactiveshell  # noqa: F401

    from course import check, data, plot, train  # noqa: F401 (imported once, before the copies are made)

    asked = pickle.load(sys.stdin.buffer)
    with tempfile.TemporaryDirectory() as folder:  # some answers write files beside them
        sys.stdout.buffer.write(pickle.dumps([_in_a_copy(above, own, folder) for above, own in asked]))


def graded(answers: Iterable[Answer]) -> dict[str, Said]:
    """What the whole check says to each answer in the student's room, one after another."""
    return {answer.name: _graded(answer) for answer in answers}


def small_notebook(answer: Answer, check: str) -> NotebookNode:
    """A notebook with the answer between what it needs of the course and this check."""
    own = [_own_cell(answer, source) for source in answer.cells]
    above = [new_code_cell(source) for source in above_it(answer, check)]
    return new_notebook(cells=[*above, *own, test_cell(answer.task.name, check, answer.task.points)])


def above_it(answer: Answer, check: str) -> list[str]:
    """The course's cells above the exercise that belong in its small notebook, in order."""
    cells = _above(answer.exercise.split()[0], answer.task.name)
    own = Scopes([node for source in answer.cells for node in parse_code(source).body])
    given_again = {name for name in own.bound() if name != answer.asked}
    wanted = [*own.needed, *given_again, *(name for name in students_names(check) if name not in own.own)]
    taken = {number for number, (_, bound, _) in enumerate(cells) if "course" in bound or not number}
    while wanted:
        name = wanted.pop()
        for number in (number for number, (_, bound, _) in enumerate(cells) if name in bound and number not in taken):
            taken.add(number)
            wanted.extend(cells[number][2])
    return [cells[number][0] for number in sorted(taken)]


@cache
def _text(where: str) -> Source:
    return read(ROOT / "source" / f"{where}.py")


@cache
def _above(where: str, name: str) -> tuple[tuple[str, set[str], set[str]], ...]:
    """The released code cells above an exercise, each with the names that it binds ("course": imports) and needs."""
    return tuple(_until(_text(where), name))


def _until(source: Source, name: str) -> Iterator[tuple[str, set[str], set[str]]]:
    for cell in source.cells:
        if cell.role == "solution" and cell.name == name:
            return
        if cell.kind == "code" and cell.released and cell.role != "check":
            scopes = Scopes.of(cell.source)
            imports = any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in parse_code(cell.source).body)
            bound = {*scopes.bound(), *(("course",) if imports else ())}
            yield cell.source, bound, set(scopes.needed)


def _own_cell(answer: Answer, source: str) -> NotebookNode:
    asked = answer.asked in Scopes.of(source).bound()
    return answer_cell(answer.task.name, source) if asked else new_code_cell(source)


def _graded(answer: Answer) -> Said:
    done = run_notebook(small_notebook(answer, answer.task.check.source), **ROOM)
    (record,) = done.metadata.course.exercises
    message = "\n".join("\n".join(output.traceback) for output in done.cells[-1].outputs if "traceback" in output)
    state = _state(record["state"], record["next"])
    return Said(state, message, (*done.metadata.course.integrity, *done.metadata.course.repairs))


def _in_a_copy(above: Sequence[str], own: Sequence[str], folder: str) -> Said:
    """What is said to a notebook that lies in ``folder``, in a fork of this process.

    "failed" where that ends or takes too long.
    """
    here, there = os.pipe()
    child = os.fork()
    if not child:
        try:  # whatever ends an answer, nothing of this process's is carried out in the copy
            os.chdir(folder)
            said = _in_ipython(above, own)
        except BaseException as error:
            said = Said("failed", f"the notebook stopped: {type(error).__name__}: {error}")
        try:
            with os.fdopen(there, "wb") as pipe:
                pipe.write(pickle.dumps(said))
        finally:
            os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as pipe:
        if not select.select([pipe], [], [], LONGEST)[0]:
            os.kill(child, signal.SIGKILL)  # it may have stopped itself
        told = pipe.read()
    os.waitpid(child, 0)
    if not told:
        return Said("failed", "Python ended, or took too long")
    try:
        return pickle.loads(told)
    except pickle.UnpicklingError:  # an answer has written into whatever was open
        return Said("failed", "it answered nonsense")


def _in_ipython(above: Sequence[str], own: Sequence[str]) -> Said:
    """What the check, the last cell, says in an IPython shell whose names are those of ``__main__``.

    Raises what a cell of the course's, ``above``, raises.
    """
    from IPython.core.interactiveshell import InteractiveShell

    class Shell(InteractiveShell):
        def enable_gui(self, gui: str | None = None) -> None:
            """Nothing: no window opens here."""

    main = sys.modules["__main__"] = types.ModuleType("__main__")
    quick = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})
    shell = Shell.instance(user_module=main, config=quick)
    heard: list = []
    with (
        entered(current()._replace(graded=False, heard=heard)),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        for source in above:
            shell.run_cell(source).raise_error()
        ran = [shell.run_cell(source) for source in own]
    raised = next((each.error_before_exec or each.error_in_exec for each in ran if not each.success), None)
    verdict = next((each for each in heard if not each.passed), heard[-1] if heard else None)
    if verdict is None or (raised is not None and verdict.passed):
        return Said("failed", f"{type(raised).__name__}: {raised}")
    if verdict.passed and verdict.later:
        return Said("open", verdict.later)
    return Said(_state(verdict.state, verdict.next), "" if verdict.passed else verdict.text)


def _state(state: str, next_step: str) -> str:
    if state == "failed" and next_step == NOT_BY_HAND:
        return "refused"
    return "accepted" if state == "passed" else state


def table(answers: Sequence[Answer]) -> str:
    """Each answer, its exercise, the two verdicts, and the remarks, as lines of five columns."""
    there, here = in_notebook(answers), graded(answers)
    rows = [("name", "exercise", "notebook", "graded", "remark")]
    for answer in answers:
        remarks = "; ".join(here[answer.name].remarks) or "-"
        rows.append((answer.name, answer.exercise, there[answer.name].state, here[answer.name].state, remarks))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ([f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)] + [row[4]] for row in rows)
    return "\n".join("  ".join(line) for line in lines)
