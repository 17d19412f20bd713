"""A hostile case: a few lines that edit a solved notebook or its folder, and what an honest grader must make of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

if TYPE_CHECKING:
    from course.sample.paper import Paper

GRADED, NOT_GRADED, EITHER = "graded", "could not be graded", "either"
FILE = "hostile-was-here"  # what a case writes where it must not: the runner looks for it afterwards
SCRIPT = "hostileScript"  # what a case wants a feedback page to run
SLEEP = "31415"  # the argument of a `sleep` that a case leaves behind
CASES: dict[str, Case] = {}


@dataclass
class Hand:
    """One student's hand-in while it is edited: the notebook ``nb`` of ``paper``, and the ``folder`` it goes into.

    ``root`` is the course's folder, which an attacker may well know. ``body`` replaces the notebook's file.
    """

    paper: Paper
    folder: Path
    root: Path
    secret: str
    nb: Any = None
    body: str | bytes | None = None
    written: bool = True
    _extra: int = 0

    def __post_init__(self) -> None:
        self.nb = nbformat.reads(self.paper.text(), as_version=4)

    @property
    def name(self) -> str:
        """The notebook's file name."""
        return f"{self.paper.name}.ipynb"

    def index(self, name: str) -> int:
        """The place of the cell with this nbgrader id; "walk" is an exercise, "check-walk" its test."""
        return next(i for i, cell in enumerate(self.nb.cells) if _grade_id(cell) == name)

    def cell(self, name: str) -> Any:
        """The cell with this nbgrader id."""
        return self.nb.cells[self.index(name)]

    def put(self, name: str, source: str) -> None:
        """Replace the cell's text."""
        self.cell(name).source = source.strip("\n")

    def instead(self, name: str, text: str) -> None:
        """Replace the answer inside the exercise's cell; its signature stays."""
        self.put(name, self.paper.region(name, text))

    def append(self, name: str, source: str) -> None:
        """Add lines at the end of the cell."""
        self.cell(name).source += f"\n\n{source.strip()}"

    def first(self, source: str) -> None:
        """Put a code cell at the top."""
        self._insert(0, source)

    def before(self, name: str, source: str) -> None:
        """Put a code cell before the named one."""
        self._insert(self.index(name), source)

    def after(self, name: str, source: str) -> None:
        """Put a code cell after the named one."""
        self._insert(self.index(name) + 1, source)

    def last(self, source: str) -> None:
        """Put a code cell at the end."""
        self._insert(len(self.nb.cells), source)

    def text(self, source: str) -> None:
        """Put a text cell at the end."""
        self._extra += 1
        self.nb.cells.append(new_markdown_cell(source, id=f"text-{self._extra}"))

    def _insert(self, place: int, source: str) -> None:
        self._extra += 1
        self.nb.cells.insert(place, new_code_cell(source.strip("\n"), id=f"extra-{self._extra}"))

    def json(self) -> str:
        """The notebook as it would be written."""
        return nbformat.writes(self.nb)

    def file(self, name: str, data: str | bytes = b"x") -> Path:
        """Put a file beside the notebook."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def link(self, name: str, target: str | Path) -> None:
        """Put a symbolic link beside the notebook."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)

    def fifo(self, name: str) -> None:
        """Put a named pipe beside the notebook."""
        os.mkfifo(self.folder / name)

    def write(self) -> None:
        """Write the notebook's file."""
        if self.written:
            data = self.json() if self.body is None else self.body
            self.file(self.name, data)


def _grade_id(cell: Any) -> str | None:
    marks = cell.metadata.get("nbgrader")
    return marks.get("grade_id") if isinstance(marks, dict) else None


@dataclass(frozen=True)
class Case:
    """A hostile submission.

    It is solved, all of it or only ``solved``, but for the exercises in ``wrong``, which hold a known mistake; then
    ``edit`` does its mischief. It deserves the points of what is right, without those of ``loses`` ("*": of all);
    exercises in ``spares`` may go either way ("*": all, "others": all but the wrong ones). It must come to ``state``.
    No word in ``words`` may be seen afterwards. ``student`` is the folder it is handed in under.
    """

    name: str
    family: str
    week: str
    notebook: str
    edit: Callable[[Hand], None]
    says: str
    wrong: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()
    solved: tuple[str, ...] | None = None
    spares: tuple[str, ...] = ()
    state: str = GRADED
    words: tuple[str, ...] = ()
    student: str = ""

    @property
    def folder(self) -> str:
        """Under whose name it is handed in."""
        return self.student or f"h-{self.name}"


def case(where: str, *wrong: str, **rest: Any) -> Callable[[Callable[[Hand], None]], Callable[[Hand], None]]:
    """Add the decorated function to the corpus: ``where`` is "week5/backprop", the docstring says what it tries."""
    week, _, notebook = where.partition("/")

    def add(edit: Callable[[Hand], None]) -> Callable[[Hand], None]:
        family = edit.__module__.rpartition(".")[2]
        name = edit.__name__.strip("_").replace("_", "-")
        if name in CASES and CASES[name].edit.__module__ != edit.__module__:
            raise ValueError(f"two cases are called {name}")
        says = " ".join((edit.__doc__ or "").split())
        CASES[name] = Case(name, family, week, notebook or "practice", edit, says, wrong, **rest)
        return edit

    return add


def snippets(where: str, *wrong: str, codes: dict[str, tuple[str, str]], place: str = "first", **rest: Any) -> None:
    """Add one case for each of ``codes``: its name, what it tries, and the code that it puts at ``place``."""
    import inspect

    family = inspect.stack()[1].frame.f_globals["__name__"].rpartition(".")[2]
    week, _, notebook = where.partition("/")
    for name, (says, code) in codes.items():

        def edit(hand: Hand, code: str = code) -> None:
            code = code.replace("ROOT", str(hand.root)).replace("FILE", FILE).replace("SCRIPT", SCRIPT)
            if place in ("first", "last"):
                getattr(hand, place)(code)
            else:
                hand.append(place, code)

        if name in CASES:
            raise ValueError(f"two cases are called {name}")
        CASES[name] = Case(name, family, week, notebook or "practice", edit, says, wrong, **rest)
