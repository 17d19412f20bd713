"""What a submitted notebook should hold, and how to tell its cells again when their names are gone."""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Notebook
from nbgrader.nbgraderformat import SCHEMA_VERSION

from course.syntax.python_cells import python_of
from course.syntax.scopes import Scopes

_FORM = re.compile(r"\s*#\s?@(title|markdown|param)\b")  # Colab's forms: a title or a field written as a comment
LONGEST = 50_000  # characters of a cell that is read for what it defines; an answer has a few thousand


@dataclass(frozen=True)
class Known:
    """A cell that the instructor's notebook has: its full source and its nbgrader metadata."""

    name: str
    source: str
    metadata: dict[str, Any]

    @property
    def cell_type(self) -> str:
        """ "code" or "markdown"."""
        return self.metadata["cell_type"]

    @property
    def written_by_student(self) -> bool:
        """Whether this is an exercise cell, whose content is the student's."""
        return self.metadata["solution"] and not self.metadata["grade"]

    @property
    def ours(self) -> bool:
        """Whether this is a code cell that students do not write: a check or a given one."""
        return self.cell_type == "code" and not self.metadata["solution"]

    @property
    def read_by_a_person(self) -> bool:
        """Whether this is a text that the student writes."""
        return self.cell_type == "markdown" and self.metadata["solution"]


@dataclass
class Plan:
    """What a submission of one notebook should hold.

    ``order`` lists every cell of the released notebook by its key: an exercise's name, or "#id" for an ordinary cell.
    ``ids`` gives the released cells' own ids by name, ``released`` the released source by key.
    """

    title: str
    cells: dict[str, Known]
    order: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    released: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, notebook: Notebook, released: NotebookNode | None) -> Plan:
        """The plan of a gradebook's notebook; its order is taken from the released notebook where there is one."""
        graded = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
        tests = {cell.name for cell in notebook.grade_cells}
        tasks = {cell.name for cell in notebook.task_cells}
        exercises = {cell.name for cell in notebook.solution_cells}
        cells = {}
        for source in notebook.source_cells:
            metadata = {
                "schema_version": SCHEMA_VERSION,
                "grade_id": source.name,
                "grade": source.name in tests,
                "solution": source.name in exercises,
                "task": source.name in tasks,
                "locked": bool(source.locked),
                "cell_type": source.cell_type,
                "checksum": source.checksum,
            }
            if source.name in graded:
                metadata["points"] = graded[source.name]
            cells[source.name] = Known(source.name, source.source or "", metadata)
        return cls.from_cells(f"{notebook.name}.ipynb of {notebook.assignment.name}", cells, released)

    @classmethod
    def from_cells(cls, title: str, cells: dict[str, Known], released: NotebookNode | None) -> Plan:
        """The plan of these cells, in the order of the released notebook where there is one."""
        plan = cls(title, cells)
        for cell in released.cells if released is not None else ():
            name = name_of(cell)
            if name in cells:
                plan.ids[name] = cell.get("id", "")
            key = name if name in cells else f"#{cell.get('id', '')}"
            plan.order.append(key)
            plan.released[key] = cell.source
        plan.order += [name for name in cells if name not in plan.order]
        return plan

    def text(self, key: str) -> str:
        """The released text of a cell, as ``plain`` leaves it."""
        return plain(self.released.get(key, self.cells[key].source if key in self.cells else ""))

    def asked(self, name: str) -> frozenset[str]:
        """The names that an exercise asks for; none for a cell that is no exercise in code."""
        known = self.cells[name]
        return _asked(self.text(name)) if known.written_by_student and known.cell_type == "code" else frozenset()

    @functools.cached_property
    def _nameless(self) -> tuple[dict[str, str], dict[str, str]]:
        """The keys of the release's cells without a name: by id, and by a text that no other has."""
        ids = {key[1:]: key for key in self.order if key.startswith("#") and len(key) > 1}
        texts = {key: self.text(key) for key in self.released if key.startswith("#")}
        alone = Counter(texts.values())
        return ids, {text: key for key, text in texts.items() if text and alone[text] == 1}

    def places(self, nb: NotebookNode) -> dict[str, int]:
        """Where each cell of the release stands in ``nb``, by key: told by name, by id, or by a text of its own."""
        ids, by_text = self._nameless
        found: dict[str, int] = {}
        for index, cell in enumerate(nb.cells):
            key = name_of(cell)
            if key is None:
                key = next((ids[each] for each in ids_of(cell) if each in ids), None) or by_text.get(plain(cell.source))
            if key is not None:
                found.setdefault(key, index)
        return found


def name_of(cell: NotebookNode) -> str | None:
    """The nbgrader name of a cell, or None."""
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) and name else None


def ids_of(cell: NotebookNode) -> list[str]:
    """The cell's own id, and the one that Colab keeps in its metadata."""
    return [each for each in (cell.get("id"), cell.metadata.get("id")) if isinstance(each, str) and each]


@functools.lru_cache(maxsize=4096)
def plain(source: str) -> str:
    """A cell's text without what an editor adds to it: form titles, blanks at the ends, blank lines around."""
    lines = [line.rstrip() for line in source.replace("\r\n", "\n").split("\n")]
    return "\n".join(line for line in lines if not _FORM.match(line)).strip("\n")


@functools.lru_cache(maxsize=4096)
def defined(source: str) -> frozenset[str]:
    """The names that a code cell gives to the notebook; none where it is not Python."""
    tree = _tree(source)
    try:
        return frozenset(Scopes(tree.body).bindings) if tree else frozenset()
    except (RecursionError, MemoryError):
        return frozenset()


@functools.lru_cache(maxsize=512)
def stands_alone(source: str) -> bool:
    """Whether a code cell is whole Python: not the first or the last part of something."""
    lines = [line for line in source.split("\n") if line.strip()]
    tree = _tree(source)
    if tree is None or (lines and lines[0][:1].isspace()):
        return False
    return not any(isinstance(node, ast.Return) for node in tree.body)


def only_binds(source: str, names: frozenset[str]) -> bool:
    """Whether a code cell does nothing but define functions and classes, and assign ``names``.

    Then an error in it costs nothing that it does not cost anyway: one of ``names`` is missing.
    """
    tree = _tree(source)
    return tree is not None and all(
        (isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.decorator_list)
        or (isinstance(node, ast.Assign) and all(getattr(each, "id", None) in names for each in node.targets))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in tree.body
    )


@functools.lru_cache(maxsize=512)
def _asked(stub: str) -> frozenset[str]:
    """The names that a stub leaves open: what raises NotImplementedError, and what is set to ``...``."""
    names: set[str] = set()
    tree = _tree(stub)
    for node in tree.body if tree else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if any(isinstance(part, ast.Name) and part.id == "NotImplementedError" for part in ast.walk(node)):
                names.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is ...:
            names.update(part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name))
    return frozenset(names) or defined(stub)


def _tree(source: str) -> ast.Module | None:
    text = python_of(source) if len(source) <= LONGEST else None
    try:
        return ast.parse(text) if text is not None else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
