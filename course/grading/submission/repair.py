"""Mending a submitted notebook before it is graded: what a slip of the mouse broke must not cost points, or a class.

A deleted test cell comes back in its place, copies of a cell are told apart, lost or forged metadata is restored, cells
that were merged or split are as before, and cells of other notebooks are left aside: what JupyterLab's and Colab's
menus do to a notebook. What was mended is written to the notebook's metadata, as sentences.
"""

from __future__ import annotations

from nbformat import NotebookNode

from course.coursedir.errors import CouldNotBeGraded
from course.grading.submission.naming import (
    _drop_foreign,
    _find_lost,
    _tell_copies_apart,
    drop_false_names,
    find_by_content,
)
from course.grading.submission.pieces import join_split, take_apart
from course.grading.submission.plan import Plan, name_of
from course.grading.submission.restoring import _bring_back, _restore, checks_after_answers


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
