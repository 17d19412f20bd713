"""The syntax tree of a week's text: cells, exercises, and problems with their file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.coursedir.errors import CourseError

ROLES = ("solution", "check", "answer", "given", "wrong", "right")

OPTIONS = {"check": ("points",), "answer": ("points",), "wrong": ("name",), "right": ("name",)}

NAME = re.compile(r"[a-z][a-z0-9_]*|cell-[0-9a-f]+")  # the second form: ids that nbgrader's panel invents


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong at one line of a source, with the next step in `message`."""

    line: int
    message: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class SourceError(CourseError):
    """All problems of one or several sources, in `problems`."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Cell:
    """One cell: `kind` is markdown, code or raw; `role` is text, code or one of ROLES.

    `line` is the 1-based line of its `# %%` header and `raw` its exact text (None for a cell that does not come from a
    text); neither counts when cells are compared. `title` is the `name="..."` of a wrong or right answer.
    """

    kind: str
    source: str
    line: int = field(default=0, compare=False)
    role: str = "code"
    name: str | None = None
    points: float | None = None
    title: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    raw: str | None = field(default=None, compare=False, repr=False)

    @property
    def says(self) -> str | None:
        """What a known wrong answer's `# says:` lines tell the student."""
        return self._comment("says")

    @property
    def next(self) -> str | None:
        """What a known wrong answer's `# next:` lines tell the student to try."""
        return self._comment("next")

    def _comment(self, key: str) -> str | None:
        """The text after `# key:` among the cell's first comment lines, with the lines that continue it."""
        found: list[str] | None = None
        for line in self.source.splitlines():
            if not line.startswith("#"):
                break
            text = line[1:].strip()
            start = re.match(r"(says|next):\s*(.*)", text)
            if start and found is not None:
                break
            if start and start[1] == key:
                found = [start[2]]
            elif found is not None:
                found.append(text)
        return " ".join(part for part in found if part) or None if found is not None else None

    @property
    def released(self) -> bool:
        """Whether the cell belongs in the notebook (known wrong and right answers do not)."""
        return self.role not in ("wrong", "right")


@dataclass(frozen=True)
class Exercise:
    """An autograded exercise: its solution, its check, and the known wrong and right answers, in the text's order."""

    name: str
    solution: Cell
    check: Cell | None
    wrongs: tuple[Cell, ...] = ()
    rights: tuple[Cell, ...] = ()

    @property
    def points(self) -> float:
        """What the exercise is worth."""
        return (self.check.points or 0) if self.check else 0


@dataclass(frozen=True)
class Source:
    """A notebook's text: `header` is what stands above the first cell (nothing, or jupytext's YAML)."""

    path: Path
    header: str
    cells: tuple[Cell, ...]

    @property
    def notebook(self) -> str:
        """The notebook's name: "backprop" for source/week5/backprop.py."""
        return self.path.stem

    @property
    def assignment(self) -> str:
        """The assignment it belongs to: "week5" for source/week5/backprop.py."""
        return self.path.parent.name

    @property
    def exercises(self) -> dict[str, Exercise]:
        """The autograded exercises by name, in order."""
        found: dict[str, Exercise] = {}
        for cell in self.cells:
            if cell.role == "solution" and cell.name not in found:
                check, wrongs, rights = (self._of(role, cell.name) for role in ("check", "wrong", "right"))
                found[cell.name] = Exercise(cell.name, cell, next(iter(check), None), wrongs, rights)
        return found

    @property
    def answers(self) -> dict[str, Cell]:
        """The cells that a person grades, by name, in order."""
        return {cell.name: cell for cell in self.cells if cell.role == "answer"}

    def _of(self, role: str, name: str) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.role == role and cell.name == name)


def shown(path: Path) -> str:
    """A source's path as messages show it: from `source/` on where it stands in such a folder."""
    parts = path.parts[-3:]
    return "/".join(parts) if len(parts) == 3 and parts[0] in ("source", "release") else str(path)


def role_of_nbgrader(meta: dict[str, Any], kind: str) -> tuple[str, str, float | None] | None:
    """(role, name, points) for nbgrader's own cell metadata, or None where it asks for nothing or for a task cell."""
    grade, solution, locked = (bool(meta.get(key)) for key in ("grade", "solution", "locked"))
    if meta.get("task") or not (grade or solution or locked):
        return None
    name, points = str(meta.get("grade_id", "")), meta.get("points")
    if grade and solution:
        return "answer", name, points
    if grade:
        return "check", name.removeprefix("check-"), points
    return ("solution" if solution else "given"), name, None
