"""CSV export of all scores (grades.csv), and what the sample class deserves beside them."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import MissingEntry

from course.coursedir.files import write_if_changed
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, Outcome

GRADES_CSV_COLUMNS = (
    "student",
    "assignment",
    "score",
    "raw_score",
    "late_penalty",
    "max_score",
    "state",
    "reason",
    "needs_manual_grade",
)


@dataclass(frozen=True)
class GradesRow:
    """One submission's line. ``score`` is what is left after the late penalty; None where it could not be graded."""

    outcome: Outcome
    score: float | None
    raw_score: float | None
    late_penalty: float | None
    max_score: float
    needs_manual_grade: bool

    def cells(self) -> dict[str, str]:
        """The line as text, for grades.csv; a score that there is not is empty."""
        return {
            "student": self.outcome.student,
            "assignment": self.outcome.week,
            "score": _number(self.score),
            "raw_score": _number(self.raw_score),
            "late_penalty": _number(self.late_penalty),
            "max_score": _number(self.max_score),
            "state": self.outcome.state,
            "reason": self.outcome.reason,
            "needs_manual_grade": "yes" if self.needs_manual_grade else "no",
        }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def rows(classroom: Classroom) -> list[GradesRow]:
    """A row for every submission that was ever graded and whose folder is still there, by week and student."""
    made = []
    with classroom.gradebook() as gradebook:
        for outcome in classroom.outcomes():
            if not classroom.path("submitted", outcome.student, outcome.week).is_dir():
                continue
            try:
                submission = gradebook.find_submission(outcome.week, outcome.student)
            except MissingEntry:
                continue
            if outcome.state == GRADED:
                penalty = submission.late_submission_penalty or 0.0
                score = max(0.0, submission.score - penalty)
                numbers = (score, submission.score, penalty, submission.max_score, submission.needs_manual_grade)
            else:
                numbers = (None, None, None, submission.max_score, True)
            made.append(GradesRow(outcome, *numbers))
    return made


def write_csv(path: Path, lines: list[GradesRow]) -> None:
    """Write grades.csv aside, then move it into place."""
    text = io.StringIO()
    writer = csv.DictWriter(text, GRADES_CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.cells() for row in lines)
    write_if_changed(path, text.getvalue().encode())


def deserved(path: Path) -> dict[tuple[str, str], float | None]:
    """What each sample student deserves, by student and week: a score, or None for "could not be graded"."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            found = {
                (line.get("student", ""), line.get("assignment", "")): line
                for line in csv.DictReader(file)
                if line.get("state") == NOT_GRADED or line.get("deserved")
            }
            return {
                key: None if line["state"] == NOT_GRADED else float(line["deserved"]) for key, line in found.items()
            }
    except FileNotFoundError:
        return {}


def as_deserved(row: GradesRow, due: dict[tuple[str, str], float | None]) -> bool | None:
    """Whether a row is what the student deserves; None where nobody said what that is."""
    key = (row.outcome.student, row.outcome.week)
    if key not in due:
        return None
    wanted = due[key]
    if row.score is None or wanted is None:
        return row.score is None and wanted is None
    return math.isclose(row.score, wanted, abs_tol=1e-6)
