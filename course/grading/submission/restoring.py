"""Restoring cells: metadata, types, and missing cells put back where they were released."""

from __future__ import annotations

import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import compute_checksum

from course.grading.submission.plan import Plan, defined, name_of, plain


def fresh_id(nb: NotebookNode, stem: str) -> str:
    """A cell id made from ``stem`` that no cell of ``nb`` has: the same for the same notebook."""
    taken = {cell.get("id") for cell in nb.cells}
    stem = re.sub(r"[^\w-]", "-", stem)[:56]
    return next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if each not in taken)


def new_cell(nb: NotebookNode, kind: str, source: str, stem: str, metadata: dict | None = None) -> NotebookNode:
    """A cell that fits into ``nb``: with an id of its own where its format has ids."""
    make = new_code_cell if kind == "code" else new_markdown_cell
    cell = make(source, metadata=metadata or {})
    del cell["id"]
    if (nb.nbformat, nb.nbformat_minor) >= (4, 5):
        cell["id"] = fresh_id(nb, stem)
    return cell


def checks_after_answers(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Move a check that stands before an exercise which the release puts before it: it would ask too early."""
    latest = -1
    for name in [name for name in plan.order if name in plan.cells]:
        known = plan.cells[name]
        place = next((index for index, cell in enumerate(nb.cells) if name_of(cell) == name), None)
        if place is None:
            continue
        if known.written_by_student:
            latest = max(latest, place)
        elif known.ours and known.metadata["grade"] and place < latest:
            nb.cells.insert(latest, nb.cells.pop(place))
            said.append(f'The check "{name}" stood before its exercise; it was moved below it.')


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
