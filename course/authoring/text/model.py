"""Syntax tree of a week's text: cells, exercises, and problems with their file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias, TypeGuard, get_args

from course.coursedir.errors import CourseError

Kind = Literal["code", "markdown", "raw"]
Role = Literal["solution", "check", "answer", "given", "wrong", "right"]
Option = Literal["points", "name"]

KINDS: tuple[Kind, ...] = get_args(Kind)
ROLES: tuple[Role, ...] = get_args(Role)

OPTIONS: Mapping[str, tuple[Option, ...]] = {
    "check": ("points",),
    "answer": ("points",),
    "wrong": ("name",),
    "right": ("name",),
}

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
class PlainCell:
    """A cell of a text that asks for nothing: prose or code.

    `line` is the 1-based line of its `# %%` header and `raw` its exact text (None for a cell that does not come from a
    text); neither counts when cells are compared.
    """

    kind: Kind
    source: str
    line: int = field(default=0, compare=False)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    raw: str | None = field(default=None, compare=False, repr=False)

    name: ClassVar[None] = None
    points: ClassVar[None] = None
    released: ClassVar[bool] = True

    @property
    def role(self) -> Literal["code", "text"]:
        """What stands in the place of a role."""
        return "code" if self.kind == "code" else "text"


@dataclass(frozen=True)
class RoleCell:
    """A cell with one of the ROLES and a name.

    `points` are a check's or an answer's, `title` is the `name="..."` of a wrong or right answer; `line` and `raw` are
    those of a PlainCell.
    """

    kind: Kind
    source: str
    role: Role
    name: str
    points: float | None = None
    title: str | None = None
    line: int = field(default=0, compare=False)
    metadata: Mapping[str, Any] = field(default_factory=dict)
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


Cell: TypeAlias = "PlainCell | RoleCell"


@dataclass(frozen=True)
class Exercise:
    """An autograded exercise: its solution, its check, and the known wrong and right answers, in the text's order."""

    name: str
    solution: RoleCell
    check: RoleCell
    wrongs: tuple[RoleCell, ...] = ()
    rights: tuple[RoleCell, ...] = ()

    @property
    def points(self) -> float:
        """What the exercise is worth."""
        return self.check.points or 0


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
        """The autograded exercises by name, in order: the solutions that have a check, and every sound text's has."""
        found: dict[str, Exercise] = {}
        for solution in self.with_role("solution"):
            if solution.name not in found and (checks := self._of("check", solution.name)):
                wrongs, rights = self._of("wrong", solution.name), self._of("right", solution.name)
                found[solution.name] = Exercise(solution.name, solution, checks[0], wrongs, rights)
        return found

    def solved_with(self, name: str, source: str) -> Source:
        """The same text with another solution of one exercise."""
        cells = (
            replace(cell, source=source) if cell.role == "solution" and cell.name == name else cell
            for cell in self.cells
        )
        return replace(self, cells=tuple(cells))

    @property
    def answers(self) -> dict[str, RoleCell]:
        """The cells that a person grades, by name, in order."""
        return {cell.name: cell for cell in self.with_role("answer")}

    def with_role(self, *roles: Role) -> tuple[RoleCell, ...]:
        """The cells with one of these roles, in order."""
        return tuple(cell for cell in self.cells if isinstance(cell, RoleCell) and cell.role in roles)

    def _of(self, role: Role, name: str) -> tuple[RoleCell, ...]:
        return tuple(cell for cell in self.with_role(role) if cell.name == name)


class LongForm(NamedTuple):
    """What nbgrader's own cell metadata say, in the words of a text."""

    role: Role
    name: str
    points: float | None


def long_form(meta: Mapping[str, Any]) -> LongForm | None:
    """What nbgrader's own cell metadata ask for; None for nothing, and for a task cell, which a text keeps."""
    grade, solution, locked = (bool(meta.get(key)) for key in ("grade", "solution", "locked"))
    if meta.get("task") or not (grade or solution or locked):
        return None
    name, points = str(meta.get("grade_id", "")), meta.get("points")
    if grade and solution:
        return LongForm("answer", name, points)
    if grade:
        return LongForm("check", name.removeprefix("check-"), points)
    return LongForm("solution" if solution else "given", name, None)


def is_role(word: object) -> TypeGuard[Role]:
    """Whether a word is one of the ROLES."""
    return word in ROLES


def whole(points: float) -> float:
    """Points as they are written: 2 rather than 2.0."""
    return int(points) if points == int(points) else points


def display_path(path: Path) -> str:
    """A source's path as messages show it: from `source/` on where it stands in such a folder."""
    parts = path.parts[-3:]
    return "/".join(parts) if len(parts) == 3 and parts[0] in ("source", "release") else str(path)
