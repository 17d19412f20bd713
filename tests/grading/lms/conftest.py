"""Courses and commands for tests of collecting, exporting and returning."""

from datetime import datetime

import pytest
from lms_course import (
    ADA,
    BOB,
    CLASS_GRADEBOOK,
    CLASS_WORKSHEET,
    CLEO,
    EVE,
    NAMES,
    answer,
    make_course,
    moodle,
    pack,
)

from course.cli import main
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, Outcome
from course.grading.gradebook.record import CheckRecord


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A course with releases, nothing handed in; it is where we are."""
    made = make_course(tmp_path / "course")
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def down(tmp_path):
    """A folder for downloads."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def collect(root, capfd):
    """`course collect`: its status, and all that it said."""

    def run(*words, week="week9"):
        status = main(["collect", week, *map(str, words)])
        said = capfd.readouterr()
        return status, said.out + said.err

    return run


def _fill(gradebook):
    """Ada 5.5 of 6; Bob 3 less 0.3, an answer unread; Cleo not gradable, Dan not graded, Eve a zero."""
    gradebook.add_assignment("week9", duedate=datetime(2026, 3, 2))
    gradebook.add_assignment("week8")
    gradebook.add_notebook("small", "week9")
    for name, points, kind in (("check-small_do", 4, "code"), ("why", 2, "markdown")):
        gradebook.add_grade_cell(name, "small", "week9", max_score=points, cell_type=kind)
    scores = {ADA: (3.5, 2.0, 0), BOB: (3.0, None, 0.3), CLEO: (None, None, None), EVE: (0.0, 0.0, 0)}
    for student, (auto, manual, penalty) in scores.items():
        gradebook.add_student(student)
        submission = gradebook.add_submission("week9", student)
        notebook = submission.notebooks[0]
        notebook.late_submission_penalty = penalty
        for grade in notebook.grades:
            by_machine = grade.name == "check-small_do"
            grade.auto_score, grade.manual_score = (auto, None) if by_machine else (None, manual)
            grade.needs_manual_grade = (auto if by_machine else manual) is None
    gradebook.db.commit()


@pytest.fixture(scope="session")
def graded_root(tmp_path_factory):
    """A course in which five students are known, collected from Moodle, four of them graded."""
    patch, root = pytest.MonkeyPatch(), make_course(tmp_path_factory.mktemp("lms") / "course")
    patch.chdir(root)
    files = {moodle(NAMES[who], n): answer(who) for n, who in enumerate(NAMES, 11)}
    (root / "class.csv").write_text(CLASS_WORKSHEET, encoding="utf-8")
    (root / "canvas.csv").write_text(CLASS_GRADEBOOK, encoding="utf-8")
    assert main(["collect", "week9", str(pack(root / "d.zip", files)), "--roster", "class.csv"]) == 0
    classroom = Classroom(root)
    with classroom.gradebook() as gradebook:
        _fill(gradebook)
    failed = CheckRecord.from_json(
        {"grade_id": "check-small_do", "state": "failed", "cause": "it is doubled", "notebook": "small"}
    )
    for who in (ADA, BOB, EVE):
        classroom.remember(Outcome(who, "week9", GRADED, exercises=[failed] if who == EVE else []))
    classroom.remember(Outcome(CLEO, "week9", NOT_GRADED, "small.ipynb is not JSON."))
    for who in (ADA, BOB, CLEO):
        page = classroom.path("feedback", who, "week9") / ("could-not-be-graded.txt" if who == CLEO else "small.html")
        page.parent.mkdir(parents=True)
        page.write_text(f"<p>{who}</p>")
    patch.undo()
    return root


@pytest.fixture
def course(graded_root, monkeypatch, capfd):
    """`course` in the graded course: its status, and all that it said."""
    monkeypatch.chdir(graded_root)

    def run(*words):
        status = main([*words])
        said = capfd.readouterr()
        return status, said.out + said.err

    return run
