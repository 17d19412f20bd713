"""Database queries for an assignment's marks, for one student or for the whole class, one query each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy.orm import Query

CHECKED, WRITTEN = "checked", "read by a person"


@dataclass(frozen=True)
class Mark:
    """What one student has for one exercise, out of ``points``.

    ``kind`` is CHECKED or WRITTEN. ``score`` is None as long as nobody and nothing has set one; ``by_hand`` says that
    a person set it, ``unread`` that a person still has to.
    """

    student: str
    notebook: str
    grade_id: str
    kind: str
    points: float
    score: float | None
    by_hand: bool
    unread: bool


@dataclass(frozen=True)
class Part:
    """One notebook of a submission: its points before the late penalty, out of ``points``, and the penalty."""

    student: str
    notebook: str
    earned: float
    points: float
    penalty: float

    @property
    def score(self) -> float:
        """What counts: never below zero."""
        return max(0.0, self.earned - self.penalty)


def marks(gradebook: Gradebook, assignment: str, student: str | None = None) -> list[Mark]:
    """Every mark of the assignment, by student and notebook, or those of one student."""
    columns = (
        SubmittedAssignment.student_id,
        Notebook.name,
        GradeCell.name,
        GradeCell.cell_type,
        GradeCell.max_score,
        Grade.auto_score,
        Grade.manual_score,
        Grade.extra_credit,
        Grade.needs_manual_grade,
    )
    found = (
        _of_notebooks(gradebook, columns, assignment, student)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
    )
    made = []
    for who, notebook, cell, kind, points, auto, manual, extra, needed in found:
        set_by = manual if manual is not None else auto
        made.append(
            Mark(
                student=who,
                notebook=notebook,
                grade_id=cell,
                kind=CHECKED if kind == "code" else WRITTEN,
                points=points or 0.0,
                score=None if set_by is None else set_by + (extra or 0.0),
                by_hand=manual is not None,
                unread=bool(needed),
            )
        )
    return sorted(made, key=lambda mark: (mark.student, mark.notebook))


def parts(gradebook: Gradebook, assignment: str, student: str | None = None) -> list[Part]:
    """Every notebook of every submission of the assignment, by student and notebook, or those of one student."""
    columns = (
        SubmittedAssignment.student_id,
        Notebook.name,
        SubmittedNotebook.score,
        Notebook.max_score,
        SubmittedNotebook.late_submission_penalty,
    )
    found = _of_notebooks(gradebook, columns, assignment, student)
    made = [Part(who, name, earned or 0.0, points or 0.0, late or 0.0) for who, name, earned, points, late in found]
    return sorted(made, key=lambda part: (part.student, part.notebook))


def comments(gradebook: Gradebook, assignment: str, student: str, notebook: str) -> dict[str, str]:
    """What was written to the answers of one notebook, by the cell's name; nbgrader's own remarks are left out."""
    found = (
        _of_notebooks(gradebook, (BaseCell.name, Comment.manual_comment), assignment, student)
        .join(Comment, Comment.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .filter(Notebook.name == notebook)
    )
    return {name: text for name, text in found if text}


def full_name(gradebook: Gradebook, student: str) -> str:
    """The student's first and last name, where the gradebook has them; else ""."""
    found = gradebook.db.query(Student.first_name, Student.last_name).filter(Student.id == student).first()
    return " ".join(part for part in found or () if part)


def _of_notebooks(gradebook: Gradebook, columns: Sequence[Any], assignment: str, student: str | None) -> Query:
    """These columns of the assignment's submitted notebooks, those of one student where one is named."""
    found = (
        gradebook.db.query(*columns)
        .select_from(SubmittedNotebook)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment)
    )
    return found if student is None else found.filter(SubmittedAssignment.student_id == student)
