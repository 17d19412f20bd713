"""Specification of a notebook (a value object): the cells that a submission should hold, and their order."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Notebook
from nbgrader.nbgraderformat import SCHEMA_VERSION

from course.grading.submission.cells import ids_of, name_of
from course.grading.submission.sources import open_names, plain


@dataclass(frozen=True)
class PlannedCell:
    """A cell that the instructor's notebook has: its full source and its nbgrader metadata."""

    name: str
    source: str
    metadata: dict[str, Any]

    @property
    def cell_type(self) -> str:
        """The notebook format's word for it: code or markdown."""
        return self.metadata["cell_type"]

    @property
    def holds_answer(self) -> bool:
        """Whether students write into it, code or text."""
        return self.metadata["solution"]

    @property
    def is_exercise(self) -> bool:
        """Whether students write into it, and another cell checks what they wrote."""
        return self.holds_answer and not self.metadata["grade"]

    @property
    def is_text_answer(self) -> bool:
        """Whether it is a text that a student writes and a person reads."""
        return self.holds_answer and self.cell_type == "markdown"

    @property
    def is_instructors(self) -> bool:
        """Whether it is a code cell that students do not write: a check or a given one."""
        return self.cell_type == "code" and not self.holds_answer

    @property
    def is_check(self) -> bool:
        """Whether it is a code cell that gives points."""
        return self.is_instructors and self.metadata["grade"]


@dataclass(frozen=True)
class Plan:
    """What a submission of one notebook should hold.

    ``order`` lists every cell of the released notebook by its key: an exercise's name, or "#id" for an ordinary cell.
    ``ids`` gives the released cells' own ids by name, ``released`` the released source by key.
    """

    title: str
    cells: Mapping[str, PlannedCell]
    order: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    released: Mapping[str, str] = field(default_factory=dict)

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
            cells[source.name] = PlannedCell(source.name, source.source or "", metadata)
        return cls.from_cells(f"{notebook.name}.ipynb of {notebook.assignment.name}", cells, released)

    @classmethod
    def from_cells(cls, title: str, cells: Mapping[str, PlannedCell], released: NotebookNode | None) -> Plan:
        """The plan of these cells, in the order of the released notebook where there is one."""
        order: list[str] = []
        ids: dict[str, str] = {}
        sources: dict[str, str] = {}
        for cell in released.cells if released is not None else ():
            name, own_id = name_of(cell), cell.get("id", "")
            if name is not None and name in cells:
                key = name
                ids[name] = own_id
            else:
                key = f"#{own_id}"
            order.append(key)
            sources[key] = cell.source
        order += [name for name in cells if name not in order]
        return cls(title, cells, tuple(order), ids, sources)

    def text(self, key: str) -> str:
        """The released text of a cell, as ``plain`` leaves it."""
        return plain(self.released.get(key, self.cells[key].source if key in self.cells else ""))

    def asked(self, name: str) -> frozenset[str]:
        """The names that an exercise asks for; none for a cell that is no exercise in code."""
        planned = self.cells[name]
        is_code = planned.is_exercise and planned.cell_type == "code"
        return open_names(self.text(name)) if is_code else frozenset()

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
