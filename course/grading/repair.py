"""Mending a submitted notebook before it is graded: what a slip of the mouse broke must not cost points, or a class.

A deleted test cell comes back in its place, copies of a cell are told apart, lost or forged metadata is restored, cells
that were merged or split are as before, and cells of other notebooks are left aside: what JupyterLab's and Colab's
menus do to a notebook. What was mended is written to the notebook's metadata, as sentences.
"""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum

from course.grading.classroom import GRADED, Classroom
from course.grading.errors import CouldNotBeGraded
from course.grading.mending import (
    checks_after_answers,
    drop_false_names,
    find_by_content,
    join_split,
    new_cell,
    take_apart,
)
from course.grading.plan import Known, Plan, defined, ids_of, name_of, plain
from course.grading.scores import forget

__all__ = ["Known", "Plan", "Repair", "repair"]


class Repair(NbGraderPreprocessor):
    """Mends a submitted notebook against the gradebook, and forgets the scores of an earlier submission.

    Raises CouldNotBeGraded when it holds no cell of the notebook that it claims to be.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Mend ``nb`` in place; the sentences go to ``nb.metadata["course"]["repairs"]``."""
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            forget(gradebook, info["assignment"], info["student"], info["notebook"])
            self._no_longer(info["assignment"], info["student"])
            notebook = gradebook.find_notebook(info["notebook"], info["assignment"])
            plan = Plan.of(notebook, self._released(info["assignment"], info["notebook"]))
        sentences = repair(nb, plan)
        for sentence in sentences:
            self.log.warning("%s", sentence)
        nb.metadata["course"] = {"repairs": sentences}
        return nb, resources

    def _no_longer(self, assignment: str, student: str) -> None:
        """Take back what `course grade` noted of a submission that could not be graded: here it is graded anew."""
        coursedir = self._coursedir
        room = Classroom(Path(coursedir.root)) if coursedir is not None else None
        before = room.outcome(student, assignment) if room is not None else None
        if before is not None and before.state != GRADED:
            room.forget(student, assignment)

    @property
    def _coursedir(self) -> CourseDirectory | None:
        return getattr(getattr(self.parent, "parent", None), "coursedir", None)

    def _released(self, assignment: str, notebook: str) -> NotebookNode | None:
        """The released notebook, which tells the order of all cells; None when it is not there."""
        coursedir = self._coursedir
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
    strange = _drop_foreign(nb, plan, said)
    drop_false_names(nb, plan, said)
    take_apart(nb, plan, said)
    _find_lost(nb, plan, said)
    if not any(name_of(cell) for cell in nb.cells) and plan.cells:
        raise CouldNotBeGraded(
            f"This is another notebook than {plan.title}: it has none of its exercises. "
            "Ask the student for the right file, put it in place of this one, and grade again."
        )
    find_by_content(nb, plan, strange, said)
    join_split(nb, plan, said)
    _tell_copies_apart(nb, plan, said)
    for cell in nb.cells:
        if name_of(cell):
            _restore(cell, plan, said)
    _bring_back(nb, plan, said)
    checks_after_answers(nb, plan, said)
    return said


def _drop_foreign(nb: NotebookNode, plan: Plan, said: list[str]) -> list[NotebookNode]:
    """Take the names away that this notebook has no cells for; returns the cells that had one."""
    strange = []
    for cell in nb.cells:
        name = name_of(cell)
        if name not in plan.cells:
            cell.metadata.pop("nbgrader", None)
            if name:
                strange.append(cell)
                said.append(f'The cell "{name}" is not in {plan.title}; it was run as an ordinary cell.')
    return strange


def _find_lost(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Give cells that lost their metadata their names back: by the cell's id, or by a locked cell's exact text."""
    present = {name_of(cell) for cell in nb.cells}
    missing = {name: known for name, known in plan.cells.items() if name not in present}
    by_id = {plan.ids[name]: name for name in missing if plan.ids.get(name)}
    by_text = {plan.text(name): name for name, known in missing.items() if not known.metadata["solution"]}
    for cell in nb.cells:
        if name_of(cell) is None:
            name = next((by_id[each] for each in ids_of(cell) if each in by_id), None) or by_text.get(
                plain(cell.source)
            )
            if name in missing:
                del missing[name]
                cell.metadata["nbgrader"] = NotebookNode({"grade_id": name})
                said.append(f'The cell "{name}" had lost its metadata; it was put back.')


def _tell_copies_apart(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Leave one cell of each name: for an exercise the one that was worked on, and then the one nearest its place."""
    where: dict[str, list[int]] = {}
    for index, cell in enumerate(nb.cells):
        if name_of(cell):
            where.setdefault(name_of(cell), []).append(index)
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


def _restore(cell: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Give a known cell the metadata and the type that it must have (its text is OverwriteCells' business)."""
    known, old = plan.cells[name_of(cell)], cell.metadata["nbgrader"]
    if known.ours and plain(cell.source) != plan.text(known.name) and _edited(cell):
        said.append(f'The cell "{known.name}" had been edited; it was put back.')
    flags = ("grade", "solution", "task", "locked", "points")
    if set(old) > {"grade_id"} and any(old.get(key, False) != known.metadata.get(key, False) for key in flags):
        said.append(f'The metadata of the cell "{known.name}" had been changed; it was put back.')
    cell.metadata["nbgrader"] = NotebookNode(known.metadata)
    if cell.cell_type != known.cell_type:
        said.append(f'The cell "{known.name}" had become a {cell.cell_type} cell; it is {known.cell_type} again.')
        _set_type(cell, known.cell_type)


def _edited(cell: NotebookNode) -> bool:
    """Whether a cell's text is not what it was released with: that of an older release has the checksum of its own."""
    try:
        return cell.metadata["nbgrader"].get("checksum") != compute_checksum(cell)
    except (KeyError, TypeError, ValueError, AttributeError):  # of metadata that somebody wrote
        return True


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
    present = {name_of(cell) for cell in nb.cells}
    for position, name in enumerate(plan.order):
        known = plan.cells.get(name)
        if known is None or name in present:
            continue
        if known.written_by_student:
            asked = plan.asked(name)
            if asked and any(asked <= defined(cell.source) for cell in nb.cells if cell.cell_type == "code"):
                said.append(f'The exercise cell "{name}" is missing; it is answered in another cell, which counts.')
            else:
                said.append(f'The exercise cell "{name}" is missing.')
            continue
        places = plan.places(nb)
        before = next((key for key in reversed(plan.order[:position]) if key in places), None)
        metadata = {"nbgrader": NotebookNode(known.metadata)}
        cell = new_cell(nb, known.cell_type, known.source, plan.ids.get(name) or f"restored-{name}", metadata)
        nb.cells.insert(places[before] + 1 if before is not None else 0, cell)
        said.append(f'The cell "{name}" was missing; it was put back.')
