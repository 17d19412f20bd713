"""CSV export of all scores (grades.csv), and the table of students and scores on the terminal."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import MissingEntry
from rich.console import Console
from rich.markup import escape
from rich.table import Table

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


def show(console: Console, week: str, lines: list[GradesRow], due: dict[tuple[str, str], float | None]) -> None:
    """Print a week's table: students, scores, what was mended, and for the sample class what they deserve."""
    table = Table(title=week, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="bold")
    compare = any(as_deserved(row, due) is not None for row in lines)
    table.add_column("student", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("of", justify="right", no_wrap=True)
    if compare:
        table.add_column("deserved", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for row in lines:
        cells = [row.outcome.student, "-" if row.score is None else f"{row.score:g}", f"{row.max_score:g}"]
        if compare:
            right = as_deserved(row, due)
            wanted = due.get((row.outcome.student, row.outcome.week))
            text = "" if right is None else "-" if wanted is None else f"{wanted:g}"
            cells.append(text if right is not False else f"{text} ≠")
        cells.append("; ".join(_remarks(row)))
        table.add_row(*map(escape, cells))
    console.print(table)


def _remarks(row: GradesRow) -> list[str]:
    if row.score is None:
        return [f"{NOT_GRADED}: {row.outcome.reason}"]
    remarks = [f"late: {row.late_penalty:g} taken off"] if row.late_penalty else []
    if row.needs_manual_grade:
        remarks.append("a person has to read answers")
    return remarks + row.outcome.notes
