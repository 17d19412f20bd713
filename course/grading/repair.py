"""Mending a submitted notebook before it is graded: what a slip of the mouse broke must not cost points, or a class.

A deleted test cell comes back in its place, copies of a cell are told apart, lost or forged metadata is restored, and
cells of other notebooks are left aside. What was mended is written to the notebook's metadata, as sentences.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook, Notebook
from nbgrader.nbgraderformat import SCHEMA_VERSION
from nbgrader.preprocessors import NbGraderPreprocessor

from course.grading.errors import CouldNotBeGraded
from course.grading.scores import forget


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


@dataclass
class Plan:
    """What a submission of one notebook should hold.

    ``order`` lists every cell of the released notebook: an exercise's name, or "#id" for an ordinary cell.
    ``ids`` gives the released cells' own ids by name, ``released`` their released source.
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
        plan = cls(f"{notebook.name}.ipynb of {notebook.assignment.name}", cells)
        for cell in released.cells if released is not None else ():
            name = _name(cell)
            if name in cells:
                plan.ids[name], plan.released[name] = cell.get("id", ""), cell.source
            plan.order.append(name if name in cells else f"#{cell.get('id', '')}")
        plan.order += [name for name in cells if name not in plan.order]
        return plan


class Repair(NbGraderPreprocessor):
    """Mends a submitted notebook against the gradebook, and forgets the scores of an earlier submission.

    Raises CouldNotBeGraded when it holds no cell of the notebook that it claims to be.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Mend ``nb`` in place; the sentences go to ``nb.metadata["course"]["repairs"]``."""
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            forget(gradebook, info["assignment"], info["student"], info["notebook"])
            notebook = gradebook.find_notebook(info["notebook"], info["assignment"])
            plan = Plan.of(notebook, self._released(info["assignment"], info["notebook"]))
        sentences = repair(nb, plan)
        for sentence in sentences:
            self.log.warning("%s", sentence)
        nb.metadata["course"] = {"repairs": sentences}
        return nb, resources

    def _released(self, assignment: str, notebook: str) -> NotebookNode | None:
        """The released notebook, which tells the order of all cells; None when it is not there."""
        coursedir = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if coursedir is None:
            return None
        folder = coursedir.format_path(coursedir.release_directory, ".", assignment)
        try:
            return nbformat.read(os.path.join(folder, f"{notebook}.ipynb"), as_version=4)
        except (OSError, ValueError):
            return None


def repair(nb: NotebookNode, plan: Plan) -> list[str]:
    """Mend ``nb`` in place so that each known cell is there once, as ``plan`` has it; returns what was done."""
    said: list[str] = []
    nb.metadata.pop("course", None)
    nb.metadata.pop("celltoolbar", None)
    for cell in nb.cells:
        for key in ("tags", "course"):  # a tag can keep a cell from running
            cell.metadata.pop(key, None)
    _drop_foreign(nb, plan, said)
    _find_lost(nb, plan, said)
    if not any(_name(cell) for cell in nb.cells) and plan.cells:
        raise CouldNotBeGraded(
            f"This is another notebook than {plan.title}: it has none of its exercises. "
            "Ask the student for the right file, put it in place of this one, and grade again."
        )
    _tell_copies_apart(nb, plan, said)
    for cell in nb.cells:
        if _name(cell):
            _restore(cell, plan.cells[_name(cell)], said)
    _bring_back(nb, plan, said)
    return said


def _name(cell: NotebookNode) -> str | None:
    """The nbgrader name of a cell, or None."""
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) and name else None


def _key(cell: NotebookNode) -> str:
    return _name(cell) or f"#{cell.get('id', '')}"


def _drop_foreign(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    for cell in nb.cells:
        name = _name(cell)
        if name not in plan.cells:
            cell.metadata.pop("nbgrader", None)
            if name:
                said.append(f'The cell "{name}" is not in {plan.title}; it was run as an ordinary cell.')


def _find_lost(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Give cells that lost their metadata their names back: by the cell's id, or by a locked cell's exact text."""
    present = {_name(cell) for cell in nb.cells}
    missing = {name: known for name, known in plan.cells.items() if name not in present}
    by_id = {plan.ids[name]: name for name in missing if plan.ids.get(name)}
    by_text = {
        plan.released[name].strip(): name
        for name, known in missing.items()
        if name in plan.released and not known.metadata["solution"]
    }
    for cell in nb.cells:
        if _name(cell) is None:
            name = by_id.get(cell.get("id", "")) or by_text.get(cell.source.strip())
            if name in missing:
                del missing[name]
                cell.metadata["nbgrader"] = {"grade_id": name}
                said.append(f'The cell "{name}" had lost its metadata; it was put back.')


def _tell_copies_apart(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Leave one cell of each name: for an exercise the one that was worked on, and then the one nearest its place."""
    where: dict[str, list[int]] = {}
    for index, cell in enumerate(nb.cells):
        if _name(cell):
            where.setdefault(_name(cell), []).append(index)
    kept: dict[str, int] = {name: places[0] for name, places in where.items() if len(places) == 1}
    for name in [name for name in plan.order if len(where.get(name, ())) > 1]:
        known = plan.cells[name]
        earlier = [kept[other] for other in plan.order[: plan.order.index(name)] if other in kept]
        due = earlier[-1] + 1 if earlier else 0

        def rank(index: int, known: Known = known, due: int = due) -> tuple[bool, bool, int]:
            untouched = known.metadata["solution"] and not _changed(nb.cells[index], known)
            return untouched, index < due, abs(index - due)

        kept[name] = min(where[name], key=rank)
        for index in where[name]:
            if index != kept[name]:
                del nb.cells[index].metadata["nbgrader"]
                if known.written_by_student and not _changed(nb.cells[index], known):
                    _set_type(nb.cells[index], "raw")  # run after the answer, an empty stub would undo it
        said.append(f'The cell "{name}" is there {len(where[name])} times; the copies do not count.')


def _changed(cell: NotebookNode, known: Known) -> bool:
    return cell.source.strip() != known.source.strip()


def _restore(cell: NotebookNode, known: Known, said: list[str]) -> None:
    """Give a known cell the metadata and the type that it must have (its text is OverwriteCells' business)."""
    old = cell.metadata["nbgrader"]
    flags = ("grade", "solution", "task", "locked", "points")
    if set(old) > {"grade_id"} and any(old.get(key, False) != known.metadata.get(key, False) for key in flags):
        said.append(f'The metadata of the cell "{known.name}" had been changed; it was put back.')
    cell.metadata["nbgrader"] = NotebookNode(known.metadata)
    if cell.cell_type != known.cell_type:
        said.append(f'The cell "{known.name}" had become a {cell.cell_type} cell; it is {known.cell_type} again.')
        _set_type(cell, known.cell_type)


def _set_type(cell: NotebookNode, cell_type: str) -> None:
    cell.cell_type = cell_type
    if cell_type == "code":
        cell.pop("attachments", None)
        cell.outputs, cell.execution_count = [], None
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def _bring_back(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Insert every missing cell that grading needs, after the nearest cell that stands before it in the release."""
    places = {_key(cell): index for index, cell in enumerate(nb.cells)}
    ids = {cell.get("id") for cell in nb.cells}
    for position, name in enumerate(plan.order):
        known = plan.cells.get(name)
        if known is None or name in places:
            continue
        if known.written_by_student:
            said.append(f'The exercise cell "{name}" is missing.')
            continue
        before = next((key for key in reversed(plan.order[:position]) if key in places), None)
        index = places[before] + 1 if before is not None else 0
        make = new_code_cell if known.cell_type == "code" else new_markdown_cell
        cell = make(known.source, metadata={"nbgrader": NotebookNode(known.metadata)})
        identity = plan.ids.get(name) or "restored-" + re.sub(r"[^\w-]", "-", name)[:50]
        cell["id"] = identity if identity not in ids else f"again-{identity}"[:64]
        ids.add(cell["id"])
        if (nb.nbformat, nb.nbformat_minor) < (4, 5):
            del cell["id"]
        nb.cells.insert(index, cell)
        places = {_key(cell): number for number, cell in enumerate(nb.cells)}
        said.append(f'The cell "{name}" was missing; it was put back.')
