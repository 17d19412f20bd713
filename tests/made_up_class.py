"""A class of any size whose gradebook and outcomes are written directly, as grading would leave them."""

import json
import random
import uuid
from dataclasses import replace
from datetime import datetime

from nbgrader.api import (
    Assignment,
    Course,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import insert

from course.grading.gradebook import history
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, Outcome
from course.grading.gradebook.record import CheckRecord
from course.runtime.student_id import OTHER_ID

WEEK = "week9"
# name, points, difficulty: the ability at which half the class gets it right
EXERCISES = (
    ("graph_gradients", 2, -1.6),
    ("neuron_gradients", 2, -1.1),
    ("relu_backward", 1, -0.9),
    ("sigmoid_backward", 1, -0.8),
    ("tanh_backward", 1, -0.7),
    ("first_layer_gradients", 2, -0.2),
    ("two_layer_gradients", 3, 0.1),
    ("layer_forward", 1, 5.0),
    ("layer_backward", 3, 0.2),
    ("network_gradients", 3, 0.6),
    ("cross_entropy_backward", 3, 0.4),
    ("softmax_backward", 0, 1.4),
    ("numerical_gradient", 2, 0.1),
    ("relative_error", 1, 0.3),
    ("is_broken", 3, 0.7),
    ("value_operations", 2, 0.5),
    ("value_backward", 3, 1.0),
)
ODD = "layer_forward"  # here chance decides, so it tells nobody apart
WRITTEN = ("when_the_check_fails", 2)
CAUSES = {
    "relu_backward": ["You return ReLU's own slope. The gradient that arrives from above never enters."],
    "sigmoid_backward": ["You use s(z) where its slope s(z)(1 - s(z)) belongs."],
    "layer_backward": ["The gradient passes the ReLU after W, not before.", "db is not summed over the rows."],
    "two_layer_gradients": ["The mean over the n examples is missing: everything is n times too large."],
    "cross_entropy_backward": ["The division by n is missing.", "The right class's 1 is added, not taken off."],
}


def make(root, count, *, seed=0, lost=0.02, read=0.5):
    """Write a class of ``count`` into ``root``, made by make_course before; returns its Classroom."""
    classroom, draw = Classroom(root), random.Random(seed)
    classroom.tools = "0123456789abcdef"
    with classroom.gradebook() as gradebook:
        db = gradebook.db
        db.add(course := db.query(Course).first() or Course(id="neural-network-foundations"))
        assignment = Assignment(name=WEEK, course_id=course.id)
        notebook = Notebook(name="small", assignment=assignment)
        cells = [
            GradeCell(name=f"check-{name}", max_score=points, cell_type="code", notebook=notebook)
            for name, points, _ in EXERCISES
        ]
        cells.append(GradeCell(name=WRITTEN[0], max_score=WRITTEN[1], cell_type="markdown", notebook=notebook))
        db.add_all([assignment, notebook, *cells])
        db.commit()
        ids = [(cell.name, cell.id) for cell in cells]
        tables = {Student: [], SubmittedAssignment: [], SubmittedNotebook: [], Grade: []}
        for number in range(count):
            outcome, grades = _student(draw, f"U{1000000 + 7919 * number:07d}X", lost, read)
            whole, part = uuid.uuid4().hex, uuid.uuid4().hex
            tables[Student].append({"id": outcome.student})
            tables[SubmittedAssignment].append(
                {
                    "id": whole,
                    "assignment_id": assignment.id,
                    "student_id": outcome.student,
                    "timestamp": datetime(2026, 1, 5),
                }
            )
            late = draw.choice([0, 0, 0, 0, 0, 0, 0, 1.5]) if outcome.state == GRADED else 0
            tables[SubmittedNotebook].append(
                {"id": part, "notebook_id": notebook.id, "assignment_id": whole, "late_submission_penalty": late}
            )
            tables[Grade] += [{"cell_id": cell, "notebook_id": part, **grades[name]} for name, cell in ids]
            folder = root / "submitted" / outcome.student / WEEK
            folder.mkdir(parents=True)
            note = classroom.note(outcome.student, WEEK)
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(json.dumps(outcome.to_json()))
            for entry in _entries(draw, outcome):
                with classroom.history(WEEK).open("a") as file:
                    file.write(json.dumps(vars(entry)) + "\n")
        for table, rows in tables.items():
            for row in rows:
                row.setdefault("id", uuid.uuid4().hex)
            db.execute(insert(table), rows)
        db.commit()
    return classroom


def _student(draw, student, lost, read):
    if draw.random() < lost:
        reason = f"submitted/{student}/{WEEK}/small.ipynb is not a notebook: it is not JSON."
        empty = {"auto_score": None, "manual_score": None, "extra_credit": None, "needs_manual_grade": True}
        names = [f"check-{name}" for name, _, _ in EXERCISES] + [WRITTEN[0]]
        return Outcome(student, WEEK, NOT_GRADED, reason, inputs="1"), dict.fromkeys(names, empty)
    ability, gave_up = draw.gauss(0.4, 1), draw.choice([99, 99, 99, 12, 8])
    records, grades = [], {}
    for number, (name, points, difficulty) in enumerate(EXERCISES):
        right = draw.random() < 0.5 if name == ODD else ability + draw.gauss(0, 0.7) > difficulty
        state = "not done" if number >= gave_up else "passed" if right else "failed"
        record = CheckRecord(name, f"check-{name}", points, state, notebook="small")
        if state == "failed":
            what, then = f"{name} against autograd", "Work out one entry on paper and compare."
            record = replace(record, what=what, next=then)
            if name in CAUSES and draw.random() < 0.7:
                record = replace(record, cause=draw.choice(CAUSES[name]), named=True)
        records.append(record)
        score = points if state == "passed" else 0
        grades[f"check-{name}"] = {"auto_score": score, "needs_manual_grade": False}
    wrote, done = gave_up == 99, draw.random() < read
    grades[WRITTEN[0]] = {
        "auto_score": None if wrote else 0,
        "manual_score": draw.choice([0, 1, 2]) if wrote and done else None,
        "needs_manual_grade": wrote and not done,
    }
    notes = []
    if student == "U1055433X":
        records[2] = replace(records[2], state="failed", cause=OTHER_ID, named=False)
    if draw.random() < 0.03:
        notes = ['The cell "check-relu_backward" was missing; it was put back.']
    for grade in grades.values():
        grade.setdefault("manual_score", None)
        grade["extra_credit"] = None
    return Outcome(student, WEEK, GRADED, notes=notes, exercises=records, inputs="1"), grades


def _entries(draw, outcome):
    now = history.entry(outcome, tests="b2", tools="t2")
    if draw.random() < 0.04 and len(now.passed) > 1:
        less = vars(now) | {"passed": now.passed[1:], "points": now.points - 1, "tests": "a1", "time": "2026-01-06"}
        yield history.Entry(**less)
    yield now


def entry(student="ada", points=3.0, passed=("a", "b"), **more):
    """A result as the history holds it."""
    return history.Entry(
        student, "2026-01-01T00:00:00+00:00", GRADED, points, passed, **{"tests": "t1", "torch": "2", **more}
    )
