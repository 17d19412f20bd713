"""Table of students and scores that ``course grade`` prints for each week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from course.commands.common import table_of

if TYPE_CHECKING:
    from rich.console import Console

    from course.grading.gradebook.standing import FinalScore


def show(console: Console, week: str, rows: list[FinalScore], due: dict[tuple[str, str], float | None]) -> None:
    """Print a week's table: students, scores, what was mended, and for the sample class what they deserve."""
    from rich.markup import escape

    from course.grading.report.grades_csv import as_deserved

    table = table_of(week)
    compare = any(as_deserved(row, due) is not None for row in rows)
    table.add_column("student", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("of", justify="right", no_wrap=True)
    if compare:
        table.add_column("deserved", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for row in rows:
        cells = [row.outcome.student, "-" if row.score is None else f"{row.score:g}", f"{row.max_score:g}"]
        if compare:
            right = as_deserved(row, due)
            wanted = due.get((row.outcome.student, row.outcome.week))
            text = "" if right is None else "-" if wanted is None else f"{wanted:g}"
            cells.append(text if right is not False else f"{text} ≠")
        cells.append("; ".join(_remarks(row)))
        table.add_row(*map(escape, cells))
    console.print(table)


def _remarks(row: FinalScore) -> list[str]:
    if row.score is None:
        return [f"{row.outcome.state}: {row.outcome.reason}"]
    remarks = [f"late: {row.late_penalty:g} taken off"] if row.late_penalty else []
    if row.needs_manual_grade:
        remarks.append("a person has to read answers")
    return remarks + row.outcome.notes
