"""How each student stands in an assignment, and in each exercise of it, as exports and lists need it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment

from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, Outcome

NOT_YET = "not graded yet"
UNREADABLE_PAGE = "could-not-be-graded.txt"
"""What stands in the place of a feedback page where there is no score."""
SAMPLE = "sample-"
"""How the names of the made-up class begin, which no LMS knows."""
COLUMNS = ("student", "assignment", "notebook", "exercise", "graded_by", "score", "max_score", "state", "cause")


@dataclass(frozen=True)
class Standing:
    """A student's standing in one assignment.

    ``score`` is in points after the late penalty, None where there is none: ``state`` and ``reason`` say why.
    ``waiting``: a person has yet to read answers.
    """

    student: str
    state: str
    score: float | None
    max_score: float
    waiting: bool = False
    reason: str = ""


def standings(room: Classroom, gradebook: Gradebook, week: str) -> list[Standing]:
    """Everyone who handed in ``week`` or was graded in it, by name."""
    outcomes = {each.student: each for each in room.outcomes() if each.week == week}
    graded = {each.student.id: each for each in gradebook.assignment_submissions(week)}
    highest = gradebook.find_assignment(week).max_score
    there = set(room.hand_ins(week))
    made = []
    for student in sorted(there | graded.keys()):
        outcome, submission = outcomes.get(student), graded.get(student)
        if outcome is not None and outcome.state == NOT_GRADED:
            made.append(Standing(student, NOT_GRADED, None, highest, reason=outcome.reason or NOT_GRADED))
        elif submission is None or not _autograded(submission):
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


def tidy(room: Classroom, gradebook: Gradebook, week: str, each: Standing) -> list[dict[str, Any]]:
    """A row for each exercise of one student: what stands in the gradebook, and what the checks said of it."""
    try:
        submission = gradebook.find_submission(week, each.student) if each.state == GRADED else None
    except MissingEntry:
        submission = None
    outcome = known(room, each.student, week) if submission is not None else None
    said = {
        (record.get("notebook"), record.get("grade_id")): record for record in (outcome.exercises if outcome else ())
    }
    rows = []
    for notebook in gradebook.find_assignment(week).notebooks:
        grades = {}
        if submission is not None:
            there = [sub for sub in submission.notebooks if sub.name == notebook.name]
            grades = {grade.name: grade for sub in there for grade in sub.grades}
        for cell in sorted((*notebook.grade_cells, *notebook.task_cells), key=lambda cell: cell.name):
            by_machine = cell.cell_type == "code"
            grade, record = grades.get(cell.name), said.get((notebook.name, cell.name), {})
            waiting = grade is not None and grade.needs_manual_grade
            score = None if grade is None or (waiting and not by_machine) else grade.score
            state = each.state if submission is None else "handed in without it" if grade is None else "graded"
            state = "waits for a person" if waiting else record.get("state") or state
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
                    "cause": record.get("cause") or "",
                }
            )
    return rows


def finished(room: Classroom, student: str, week: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The student's autograded notebooks, (name, content as JSON); what cannot be read is passed over."""
    for path in sorted(room.path("autograded", student, week).glob("*.ipynb")):
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(content, dict):
            yield path.stem, content


def noted(notebooks: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[list[str], list[dict[str, Any]], list[str]]:
    """What grading noted in finished notebooks, (name, content): what was mended, each exercise, what to look at."""
    notes, exercises, integrity = [], [], []
    for name, content in notebooks:
        said = content.get("metadata", {}).get("course", {})
        notes += said.get("repairs", ())
        exercises += [{"notebook": name, **record} for record in said.get("exercises", ())]
        integrity += [f"{name}.ipynb, {remark}" for remark in said.get("integrity", ())]
    return notes, exercises, integrity


def known(room: Classroom, student: str, week: str) -> Outcome | None:
    """What is known of a submission: as `course grade` remembers it, with what stands in the finished notebooks.

    Those are the newer where nbgrader's own autograde, or the Formgrader's button, did the grading.
    """
    outcome = room.outcome(student, week)
    if outcome is not None and outcome.state == NOT_GRADED:
        return outcome
    notes, exercises, integrity = noted(finished(room, student, week))
    if outcome is None:
        return Outcome(student, week, GRADED, "", notes, exercises, integrity) if exercises else None
    return replace(outcome, exercises=exercises) if exercises else outcome
