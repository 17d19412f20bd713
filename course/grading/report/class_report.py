"""Class report: a self-contained HTML page for an instructor about one assignment, and its data as CSV.

``gather`` reads what grading left (the gradebook, the outcomes, the history, the autograded notebooks), ``page`` makes
of it a page that needs nothing beside it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pandas as pd

from course.coursedir.errors import GradingStopped
from course.grading.analysis import integrity
from course.grading.gradebook import history
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.marks import marks, parts
from course.grading.gradebook.outcome import GRADED, NOT_YET, UNSAFE, Outcome
from course.grading.gradebook.standing import finished, latest_outcome
from course.grading.pages.feedback import environment
from course.grading.report import figures as report_figures
from course.grading.report import statistics
from course.runtime.student_id import OTHER_ID

Answers = Mapping[str, Mapping[str, str]]
"""Each student's solution cells, by notebook and name."""


@dataclass
class Report:
    """Everything that the page shows. ``rows`` is the tidy table; the other tables are made from it once."""

    week: str
    when: datetime
    outcomes: list[Outcome]
    rows: pd.DataFrame
    entries: list[history.Entry] = field(default_factory=list)
    answers: Answers = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)  # the solution cells as they were released
    due: list[Outcome] = field(default_factory=list)  # the machine's fault: not graded yet

    def __post_init__(self) -> None:
        self.scores = statistics.scores(self.rows)
        self.exercises = statistics.exercises(self.rows)
        self.misconceptions = statistics.misconceptions(self.rows)
        self.unexplained = statistics.unexplained(self.rows)
        self.changes = statistics.changes(self.entries)
        self.lost = [outcome for outcome in self.outcomes if outcome.state != GRADED]
        self.identical = integrity.identical(self.answers, self.given)
        self.alike = integrity.alike(self.answers, self.given)

    @property
    def to_read(self) -> pd.DataFrame:
        """For each written question: how many are read, how many wait, and their students."""
        written = self.rows[(self.rows["submission"] == GRADED) & (self.rows["kind"] != statistics.CHECKED)]
        waiting = written["state"] == "to read"
        each = written.assign(waits=waiting, who=written["student"].where(waiting))
        return each.groupby(["notebook", "exercise"], sort=False).agg(
            waits=("waits", "sum"), answers=("student", "size"), students=("who", lambda names: list(names.dropna()))
        )

    @property
    def other_ids(self) -> list[str]:
        """Who solved a practice for another ID than the one on record."""
        return list(dict.fromkeys(self.rows.loc[self.rows["cause"] == OTHER_ID, "student"]))

    @property
    def remarks(self) -> dict[str, list[str]]:
        """What was remarked on while grading, by student."""
        found = {each.student: [said for said in each.integrity if said != OTHER_ID] for each in self.outcomes}
        return {student: said for student, said in found.items() if said}

    @property
    def unsafe(self) -> list[str]:
        """Whose grade was made without a sandbox."""
        return [outcome.student for outcome in self.outcomes if UNSAFE in outcome.notes]

    @property
    def mended(self) -> dict[str, list[str]]:
        """What was mended before grading, and what happened meanwhile, by student."""
        found = {
            outcome.student: [note for note in outcome.notes if note not in (UNSAFE, OTHER_ID)]
            for outcome in self.outcomes
        }
        return {student: notes for student, notes in found.items() if notes}


def gather(classroom: Classroom, week: str, answers: Answers | None = None) -> Report:
    """The report's data. ``answers`` is what ``read_answers`` found. Raises GradingStopped where nothing is graded."""
    outcomes = [
        outcome
        for student in classroom.hand_ins(week)
        if (outcome := latest_outcome(classroom, student, week)) is not None
    ]
    due = [outcome for outcome in outcomes if outcome.state == NOT_YET]
    outcomes = [outcome for outcome in outcomes if outcome.state != NOT_YET]
    if not outcomes:
        raise GradingStopped(f"{week}: nothing is graded yet. Run `course grade {week}` first.", 2)
    with classroom.gradebook() as gradebook:
        places = _places(classroom, week)
        found = sorted(marks(gradebook, week), key=lambda mark: places.get((mark.notebook, mark.grade_id), len(places)))
        rows = statistics.tidy_table(outcomes, sorted(found, key=lambda mark: mark.student), parts(gradebook, week))
    if rows.empty:
        raise GradingStopped(f"{week}: the gradebook holds no marks. Run `course grade {week} --force`.")
    students = {outcome.student for outcome in outcomes}
    entries = [each for each in history.read(classroom.history(week)) if each.student in students]
    given = _given(classroom, week) if answers else {}
    return Report(week, datetime.now(timezone.utc), outcomes, rows, entries, answers or {}, given, due)


def _places(classroom: Classroom, week: str) -> dict[tuple[str, str], int]:
    """The order in which a student meets the exercises: from the released notebooks, where they are there."""
    names = []
    for path in sorted(classroom.released(week).glob("*.ipynb")):
        try:
            cells = json.loads(path.read_bytes())["cells"]
            names += [(path.stem, cell["metadata"].get("nbgrader", {}).get("grade_id")) for cell in cells]
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return {name: place for place, name in enumerate(names)}


def graded_students(classroom: Classroom, week: str) -> list[str]:
    """Who has autograded notebooks for ``week``."""
    return [name for name in classroom.hand_ins(week) if classroom.path("autograded", name, week).is_dir()]


def read_answers(classroom: Classroom, week: str, students: Iterable[str]) -> Answers:
    """The answers in these students' autograded notebooks; what cannot be read is passed over."""
    found: dict[str, dict[str, str]] = {}
    for student in students:
        for name, content in finished(classroom, student, week):
            found.setdefault(student, {}).update(_solutions(name, content))
    return found


def _given(classroom: Classroom, week: str) -> dict[str, str]:
    """The solution cells as they were released; what cannot be read is passed over."""
    found: dict[str, str] = {}
    for path in sorted(classroom.released(week).glob("*.ipynb")):
        with contextlib.suppress(OSError, ValueError):
            found.update(_solutions(path.stem, json.loads(path.read_bytes())))
    return found


def _solutions(name: str, content: Any) -> dict[str, str]:
    """The sources of a notebook's solution cells, by notebook and exercise; none where it is no proper notebook."""
    try:
        return {
            f"{name}: {cell['metadata']['nbgrader']['grade_id']}": "".join(cell["source"])
            for cell in content["cells"]
            if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")
        }
    except (TypeError, KeyError, AttributeError):
        return {}


def page(report: Report) -> str:
    """The report as an HTML page."""
    templates = environment()
    templates.filters["percent"] = lambda share: "–" if pd.isna(share) else f"{share:.0%}"
    templates.filters["signed"] = lambda value: "–" if pd.isna(value) else f"{value:+.2f}".replace("-", "−")
    templates.filters["change"] = lambda value: f"{round(value, 2):+g}".replace("-", "−")
    templates.filters["points"] = lambda value: "–" if pd.isna(value) else f"{round(value, 2):g}"
    templates.filters["records"] = lambda table: table.reset_index().to_dict("records")
    figures = []
    if len(report.scores):
        figures = [
            report_figures.distribution(report.scores, len(report.lost)),
            report_figures.by_exercise(report.exercises),
        ]
    return templates.get_template("report.html.j2").render(report=report, figures=figures)


def csv(report: Report) -> str:
    """The tidy table: one row for each student and exercise."""
    return report.rows.to_csv(index=False, lineterminator="\n")
