"""Notebook cells one at a time: the nbgrader name, the ids, the type, and new cells with ids of their own."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import compute_checksum

MAX_STEM = 56  # characters; an id may have 64, and gets a number where it is taken


def name_of(cell: NotebookNode) -> str | None:
    """The nbgrader name of a cell, or None."""
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) and name else None


def give_name(cell: NotebookNode, name: str) -> None:
    """Let a cell be known by an nbgrader name, and by nothing else yet."""
    cell.metadata["nbgrader"] = NotebookNode({"grade_id": name})


def ids_of(cell: NotebookNode) -> list[str]:
    """The cell's own id, and the one that Colab keeps in its metadata."""
    return [each for each in (cell.get("id"), cell.metadata.get("id")) if isinstance(each, str) and each]


def fresh_id(nb: NotebookNode, stem: str) -> str:
    """A cell id made from ``stem`` that no cell of ``nb`` has: the same for the same notebook."""
    taken = {cell.get("id") for cell in nb.cells}
    stem = re.sub(r"[^\w-]", "-", stem)[:MAX_STEM]
    return next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if each not in taken)


def has_ids(nb: NotebookNode) -> bool:
    """Whether the cells of a notebook's format have ids of their own."""
    return (nb.nbformat, nb.nbformat_minor) >= (4, 5)


def new_cell(
    nb: NotebookNode, cell_type: str, source: str, stem: str, metadata: dict[str, Any] | None = None
) -> NotebookNode:
    """A cell that fits into ``nb``: with an id made from ``stem`` where the notebook's format has ids."""
    make = new_code_cell if cell_type == "code" else new_markdown_cell
    cell = make(source, metadata=metadata or {})
    del cell["id"]
    if has_ids(nb):
        cell["id"] = fresh_id(nb, stem)
    return cell


def set_type(cell: NotebookNode, cell_type: str) -> None:
    """Make a cell one of another type, with the fields that the notebook format asks for."""
    cell.cell_type = cell_type
    if cell_type == "code":
        cell.pop("attachments", None)
        cell.outputs, cell.execution_count = [], None
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def is_edited(cell: NotebookNode) -> bool:
    """Whether a cell's text is not what it was released with: that of an older release has the checksum of its own."""
    try:
        return cell.metadata["nbgrader"].get("checksum") != compute_checksum(cell)
    except (KeyError, TypeError, ValueError, AttributeError):  # of metadata that somebody wrote
        return True
