"""CSV export of all scores (grades.csv), and what the sample class deserves beside them."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from course.coursedir.errors import GradingStopped
from course.coursedir.files import write_if_changed
from course.grading.gradebook.outcome import NOT_GRADED
from course.grading.gradebook.standing import FinalScore

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


def cells(line: FinalScore) -> dict[str, str]:
    """A line of grades.csv as text; a score that there is not is empty."""
    return {
        "student": line.outcome.student,
        "assignment": line.outcome.week,
        "score": _number(line.score),
        "raw_score": _number(line.raw_score),
        "late_penalty": _number(line.late_penalty),
        "max_score": _number(line.max_score),
        "state": line.outcome.state,
        "reason": line.outcome.reason,
        "needs_manual_grade": "yes" if line.needs_manual_grade else "no",
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def write_csv(path: Path, lines: list[FinalScore]) -> None:
    """Write grades.csv aside, then move it into place."""
    text = io.StringIO()
    writer = csv.DictWriter(text, GRADES_CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(cells, lines))
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
    except (ValueError, csv.Error) as error:
        raise GradingStopped(f"{path} cannot be read ({error}). Delete it; `course sample` makes it again.") from error


def as_deserved(row: FinalScore, due: dict[tuple[str, str], float | None]) -> bool | None:
    """Whether a row is what the student deserves; None where nobody said what that is."""
    key = (row.outcome.student, row.outcome.week)
    if key not in due:
        return None
    wanted = due[key]
    if row.score is None or wanted is None:
        return row.score is None and wanted is None
    return math.isclose(row.score, wanted, abs_tol=1e-6)
