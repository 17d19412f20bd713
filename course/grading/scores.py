"""The gradebook's scores, where nbgrader would leave a wrong one standing."""

from __future__ import annotations

from nbgrader.api import Gradebook, MissingEntry


def forget(gradebook: Gradebook, assignment: str, student: str, notebook: str | None = None) -> None:
    """Take back what the autograder once gave ``student`` (in one notebook, or in all of the assignment).

    What is taken back is marked as needing a person, so that no list shows a plain zero. A successful grading sets
    every score and mark anew; scores that a person gave stay. No such submission: nothing happens.
    """
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return
    for submitted in submission.notebooks:
        if notebook in (None, submitted.name):
            submitted.late_submission_penalty = None
            for grade in submitted.grades:
                grade.auto_score = None
                grade.needs_manual_grade = True
    gradebook.db.commit()
