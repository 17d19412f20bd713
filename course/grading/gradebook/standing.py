"""Query of each student's standing in an assignment, and in each exercise of it, as exports and lists need it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment

from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, NOT_YET, Outcome, SubmissionState
from course.grading.gradebook.record import CheckRecord, records_in

UNREADABLE_PAGE = "could-not-be-graded.txt"
"""What stands in the place of a feedback page where there is no score."""
TIDY_CSV_COLUMNS = (
    "student",
    "assignment",
    "notebook",
    "exercise",
    "graded_by",
    "score",
    "max_score",
    "state",
    "cause",
)


@dataclass(frozen=True)
class Standing:
    """A student's standing in one assignment.

    ``score`` is in points after the late penalty, None where there is none: ``state`` and ``reason`` say why.
    ``waiting``: a person has yet to read answers.
    """

    student: str
    state: SubmissionState
    score: float | None
    max_score: float
    waiting: bool = False
    reason: str = ""


def standings(classroom: Classroom, gradebook: Gradebook, week: str) -> list[Standing]:
    """Everyone who handed in ``week`` or was graded in it, by name."""
    outcomes = {each.student: each for each in classroom.outcomes() if each.week == week}
    graded = {each.student.id: each for each in gradebook.assignment_submissions(week)}
    highest = gradebook.find_assignment(week).max_score
    there = set(classroom.hand_ins(week))
    made = []
    for student in sorted(there | graded.keys()):
        outcome, submission = outcomes.get(student), graded.get(student)
        if outcome is not None and outcome.state == NOT_GRADED:
            made.append(Standing(student, NOT_GRADED, None, highest, reason=outcome.reason or NOT_GRADED))
        elif (outcome is not None and outcome.state == NOT_YET) or submission is None or not _autograded(submission):
            reason = f"not graded yet: run `course grade {week}`"
            made.append(Standing(student, NOT_YET, None, highest, reason=reason))
        else:
            score = max(0.0, submission.score - (submission.late_submission_penalty or 0.0))
            made.append(Standing(student, GRADED, score, highest, submission.needs_manual_grade))
    return made


def _autograded(submission: SubmittedAssignment) -> bool:
    """Whether the autograder's scores are there: they are taken back when a submission cannot be graded."""
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    tests = [grade for grade in grades if grade.cell.cell_type == "code"]
    return bool(grades) and all(grade.auto_score is not None or grade.manual_score is not None for grade in tests)


@dataclass(frozen=True)
class FinalScore:
    """One submission's score, what is left after the late penalty; None where there is none."""

    outcome: Outcome
    score: float | None
    raw_score: float | None
    late_penalty: float | None
    max_score: float
    needs_manual_grade: bool


def final_scores(classroom: Classroom) -> list[FinalScore]:
    """The score of every submission that was ever graded and whose folder is still there, by week and student."""
    made = []
    with classroom.gradebook() as gradebook:
        for outcome in classroom.outcomes():
            if not classroom.path("submitted", outcome.student, outcome.week).is_dir():
                continue
            try:
                submission = gradebook.find_submission(outcome.week, outcome.student)
            except MissingEntry:
                if outcome.state == NOT_YET and (most := _highest(gradebook, outcome.week)) is not None:
                    made.append(FinalScore(outcome, None, None, None, most, True))
                continue
            if outcome.state == GRADED:
                penalty = submission.late_submission_penalty or 0.0
                score = max(0.0, submission.score - penalty)
                numbers = (score, submission.score, penalty, submission.max_score, submission.needs_manual_grade)
            else:
                numbers = (None, None, None, submission.max_score, True)
            made.append(FinalScore(outcome, *numbers))
    return made


def _highest(gradebook: Gradebook, week: str) -> float | None:
    try:
        return gradebook.find_assignment(week).max_score
    except MissingEntry:
        return None


def tidy(classroom: Classroom, gradebook: Gradebook, week: str, each: Standing) -> list[dict[str, Any]]:
    """A row for each exercise of one student: what stands in the gradebook, and what the checks said of it."""
    try:
        submission = gradebook.find_submission(week, each.student) if each.state == GRADED else None
    except MissingEntry:
        submission = None
    outcome = latest_outcome(classroom, each.student, week) if submission is not None else None
    said = {(record.notebook, record.grade_id): record for record in (outcome.exercises if outcome else ())}
    rows = []
    for notebook in gradebook.find_assignment(week).notebooks:
        grades = {}
        if submission is not None:
            there = [sub for sub in submission.notebooks if sub.name == notebook.name]
            grades = {grade.name: grade for sub in there for grade in sub.grades}
        for cell in sorted((*notebook.grade_cells, *notebook.task_cells), key=lambda cell: cell.name):
            by_machine = cell.cell_type == "code"
            grade, record = grades.get(cell.name), said.get((notebook.name, cell.name))
            waiting = grade is not None and grade.needs_manual_grade
            state: str
            score = None if grade is None or (waiting and not by_machine) else grade.score
            if waiting:
                state = "waits for a person"
            elif record is not None:
                state = record.state
            elif submission is None:
                state = each.state
            else:
                state = "handed in without it" if grade is None else "graded"
            rows.append(
                {
                    "student": each.student,
                    "assignment": week,
                    "notebook": notebook.name,
                    "exercise": cell.name.removeprefix("check-"),
                    "graded_by": "checks" if by_machine else "a person",
                    "score": "" if score is None else f"{score:.10g}",
                    "max_score": f"{cell.max_score:.10g}",
                    "state": state,
                    "cause": "" if record is None else record.cause,
                }
            )
    return rows


def finished(classroom: Classroom, student: str, week: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The student's autograded notebooks, (name, content as JSON); what cannot be read is passed over."""
    for path in sorted(classroom.path("autograded", student, week).glob("*.ipynb")):
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(content, dict):
            yield path.stem, content


class Noted(NamedTuple):
    """What grading noted in finished notebooks: what was mended, the checks' records, what an instructor looks at."""

    notes: list[str]
    exercises: list[CheckRecord]
    integrity: list[str]


def noted(notebooks: Iterable[tuple[str, Mapping[str, Any]]]) -> Noted:
    """What stands in the metadata of finished notebooks, (name, content)."""
    found = Noted([], [], [])
    for name, content in notebooks:
        said = content.get("metadata", {}).get("course", {})
        found.notes.extend(said.get("repairs", ()))
        found.exercises.extend(record.of(name) for record in records_in(said))
        found.integrity.extend(f"{name}.ipynb, {remark}" for remark in said.get("integrity", ()))
    return found


def latest_outcome(classroom: Classroom, student: str, week: str) -> Outcome | None:
    """What is known of a submission: as `course grade` remembers it, with what stands in the finished notebooks.

    Those are the newer where nbgrader's own autograde, or the Formgrader's button, did the grading.
    """
    outcome = classroom.outcome(student, week)
    if outcome is not None and outcome.state != GRADED:
        return outcome
    found = noted(finished(classroom, student, week))
    if not found.exercises:
        return outcome
    if outcome is None:
        return Outcome(student, week, GRADED, "", *found)
    return replace(outcome, exercises=found.exercises)
