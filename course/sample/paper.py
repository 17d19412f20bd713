"""Test fixture builder: one student's copy of a released notebook, and the score that it then deserves."""

from __future__ import annotations

import ast
import copy
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from course.authoring.text.model import RoleCell, Source
from course.coursedir.errors import AuthoringError
from course.syntax.python_cells import parse_code
from course.syntax.regions import regions
from course.syntax.scopes import Scopes


@dataclass(frozen=True)
class CheckCalls:
    """Which functions of ``check`` a test cell calls, and the names of the keyword arguments it gives them."""

    functions: frozenset[str]
    options: frozenset[str]

    def only(self, function: str) -> bool:
        """Whether every call is of ``check.<function>``."""
        return self.functions == {function}


class Paper:
    """A copy of ``released`` (a notebook as students get it), to be filled from its ``source``.

    Cells are named by their nbgrader id: an exercise's name, ``check-`` and that name for its test cell.
    Raises AuthoringError when the released notebook lacks a cell of the source.
    """

    def __init__(self, source: Source, released: Path) -> None:
        self.name, self.assignment = source.notebook, source.assignment
        self.exercises = source.exercises
        self._source = source
        self._builds_on, self._users = dependencies(source)
        self._lost: set[str] = set()
        self._spoilt: str | None = None
        self.gradable = True
        try:
            self._notebook = nbformat.read(released, as_version=4)
        except FileNotFoundError as error:
            raise AuthoringError(f"{released}: is missing. Run `course release {self.assignment}` first.") from error
        except (nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
            raise AuthoringError(
                f"{released}: is no notebook. Run `course release {self.assignment}` to make it anew."
            ) from error
        wanted = [*self.exercises, *(f"check-{name}" for name in self.exercises), *source.answers]
        present = {_grade_id(cell) for cell in self._notebook.cells}
        for name in wanted:
            if name not in present:
                raise AuthoringError(
                    f"{released}: has no cell {name!r}, which {source.path} defines. "
                    f"Run `course release {self.assignment}` first."
                )

    @property
    def max_score(self) -> float:
        """The points of all exercises and of all answers that a person grades."""
        return sum(cell.points or 0 for cell in self._source.with_role("check", "answer"))

    @property
    def earned(self) -> float:
        """The points of all exercises; people's grades are not in yet."""
        return sum(self.scores.values())

    @property
    def scores(self) -> dict[str, float]:
        """The points that each exercise earns: none where it, or one that it builds on, is lost."""
        return {
            name: 0 if self._lost & ({name} | self._builds_on[name]) else exercise.points
            for name, exercise in self.exercises.items()
        }

    def lose(self, *names: str) -> None:
        """Take these exercises as answered wrongly or not at all."""
        self._lost.update(names)

    def spoil(self, text: str) -> None:
        """Take this notebook as one that cannot be graded, because ``text`` is all its file holds."""
        self.gradable = False
        self._spoilt = text

    def text(self) -> str:
        """The file's content; the same for the same changes."""
        return nbformat.writes(self._notebook) + "\n" if self._spoilt is None else self._spoilt

    def pick(self, place: float) -> str:
        """An exercise for mischief, from the first (``place`` 0) to the last (1) of those that least builds on.

        Exercises without points are chosen only when there are no others.
        """

        def cost(name: str) -> tuple[bool, int, int]:
            later = sum(name in needed for needed in self._builds_on.values())
            return not self.exercises[name].points, later, self._users[name]

        least = min(map(cost, self.exercises))
        best = [name for name in self.exercises if cost(name) == least]
        return best[int(place * (len(best) - 1))]

    def solve(self, names: Iterable[str] | None = None) -> None:
        """Put the right answers of these exercises in, and the written answers before the first one left out.

        All exercises and written answers when ``names`` is None.
        """
        names = list(self.exercises if names is None else names)
        for cell in self._source.with_role("solution", "answer"):
            if cell.role == "solution" and cell.name not in names:
                break
            self.put(cell.name, _filled(cell, "", keep=True))

    def mistake(self, name: str) -> None:
        """Put the first known wrong answer of the exercise in; the released stub when there is none."""
        for wrong in self.exercises[name].wrongs[:1]:
            lines = wrong.source.splitlines()
            while lines and (lines[0].startswith("#") or not lines[0].strip()):  # what the author says to the student
                lines.pop(0)
            self.put(name, "\n".join(lines))

    def region(self, name: str, text: str, keep: bool = False) -> str:
        """The exercise's solution cell with ``text`` in place of the answer, or before it when ``keep``."""
        return _filled(self.exercises[name].solution, text, keep)

    def defines(self, name: str) -> list[str]:
        """The names that the exercise's solution cell defines, imported ones left out."""
        source = self.exercises[name].solution.source
        imports = [node for node in ast.walk(parse_code(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
        imported = {(alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names}
        return [each for each in Scopes.of(source).bound() if each not in imported]

    def check_calls(self, name: str) -> CheckCalls:
        """What the exercise's test cell asks of ``check``."""
        functions: set[str] = set()
        options: set[str] = set()
        for node in ast.walk(parse_code(self.exercises[name].check.source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                module = node.func.value
                if isinstance(module, ast.Name) and module.id == "check":
                    functions.add(node.func.attr)
                    options.update(keyword.arg for keyword in node.keywords if keyword.arg)
        return CheckCalls(frozenset(functions), frozenset(options))

    def _index(self, name: str) -> int:
        return next(i for i, cell in enumerate(self._notebook.cells) if _grade_id(cell) == name)

    def put(self, name: str, source: str) -> None:
        """Replace the source of the cell of this name; blank lines around it are dropped."""
        self._notebook.cells[self._index(name)].source = source.strip("\n")

    def append(self, name: str, source: str) -> None:
        """Add lines at the end of the cell."""
        cell = self._notebook.cells[self._index(name)]
        cell.source = f"{cell.source.rstrip()}\n\n{source}"

    def insert(self, name: str, source: str, before: bool = False) -> None:
        """Put a new code cell after (or before) the named one."""
        cell = new_code_cell(source, id=f"extra-{len(self._notebook.cells)}")
        self._notebook.cells.insert(self._index(name) + (not before), cell)

    def delete(self, name: str) -> None:
        """Take the cell of this name out of the notebook."""
        del self._notebook.cells[self._index(name)]

    def duplicate(self, *names: str) -> None:
        """Paste copies of the named cells after the last of them; they keep their nbgrader ids, as pasted cells do."""
        copies = [copy.deepcopy(self._notebook.cells[self._index(name)]) for name in names]
        for cell in copies:
            cell.id = f"{cell.id[:59]}-copy"
        after = self._index(names[-1]) + 1
        self._notebook.cells[after:after] = copies


def _grade_id(cell: nbformat.NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def _filled(cell: RoleCell, text: str, keep: bool) -> str:
    """The cell without its solution markers, with ``text`` in place of each answer, or before it when ``keep``."""
    lines = cell.source.split("\n")
    for region in reversed(regions(cell.source, "SOLUTION")):
        marker = lines[region.first]
        indent = marker[: len(marker) - len(marker.lstrip())]
        new = textwrap.indent(text.rstrip(), indent).splitlines()
        lines[region.first : region.last + 1] = new + (lines[region.first + 1 : region.last] if keep else [])
    return "\n".join(lines)


def dependencies(source: Source) -> tuple[dict[str, set[str]], dict[str, int]]:
    """For each exercise the exercises it builds on, and how many cells outside exercises use it."""
    definers: dict[str, set[str]] = {}  # a name -> the exercises that its value, at this point, rests on
    builds_on: dict[str, set[str]] = {name: set() for name in source.exercises}
    users = dict.fromkeys(source.exercises, 0)
    for cell in source.cells:
        if cell.role not in ("code", "given", "solution", "check"):
            continue
        rests_on = set().union(*(definers.get(name, ()) for name in Scopes.of(cell.source).needed))
        if cell.role in ("solution", "check"):
            builds_on[cell.name] |= rests_on - {cell.name}
            rests_on = rests_on | {cell.name}
        else:
            for name in rests_on:
                users[name] += 1
        if cell.role != "check":
            definers.update(dict.fromkeys(Scopes.of(cell.source).bound(), rests_on))
    return builds_on, users
