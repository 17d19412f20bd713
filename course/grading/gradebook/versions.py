"""Content hashes for incremental grading: of the code and tools, and of what a feedback page shows."""

from __future__ import annotations

import glob
from functools import cache
from importlib.metadata import version
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from course.runtime.hashing import digest


def page_version(gradebook: Gradebook, student: str, week: str) -> str:
    """A hash of what a feedback page shows of the gradebook: scores and comments, a person's too; "" for none."""
    try:
        submission = gradebook.find_submission(week, student)
    except MissingEntry:
        return ""
    rows = [
        (notebook.name, notebook.late_submission_penalty, scores, comments)
        for notebook in submission.notebooks
        for scores in [sorted((g.name, g.auto_score, g.manual_score, g.extra_credit) for g in notebook.grades)]
        for comments in [sorted((c.name, c.auto_comment, c.manual_comment) for c in notebook.comments)]
    ]
    return digest(repr(sorted(rows, key=lambda row: row[0])).encode())


PACKAGE = Path(__file__).parents[2]
MISTAKES = PACKAGE / "doctor" / "mistakes"
"""The folder with the fingerprints of each week's known mistakes."""
_NO_GRADES = {"authoring", "sample", "commands", "__pycache__"}
"""Folders of the package that change neither a grade nor a page of feedback."""


def version_of_mistakes(week: str) -> str:
    """A hash of a week's known mistakes, which change what its feedback says."""
    files = sorted(MISTAKES.glob(f"{glob.escape(week)}-*.json"))
    return digest(*(path.read_bytes() for path in files))


@cache
def version_of_code(fingerprints: bool = True) -> str:
    """A hash of the checks, the pages' templates and the tools, which all change grades or feedback.

    Without ``fingerprints`` the weeks' known mistakes do not count.
    """
    made_of = [version(tool).encode() for tool in ("torch", "nbgrader", "ipykernel")]
    for path in sorted(PACKAGE.rglob("*")):
        skipped = not fingerprints and path.parent == MISTAKES
        if path.is_file() and not skipped and not _NO_GRADES & set(path.relative_to(PACKAGE).parts):
            made_of.append(path.read_bytes())
    return digest(*made_of)
