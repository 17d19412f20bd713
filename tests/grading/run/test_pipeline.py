"""A small class from hand-in to feedback, by the command, by nbgrader's API, and again."""

import asyncio
import csv
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from small_class import CLASS, course_with_class, hand_in, right

from course.cli import main
from course.coursedir.errors import GradingStopped
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, UNSAFE
from course.grading.gradebook.standing import UNREADABLE_PAGE, standings
from course.grading.run import pipeline
from course.grading.sandbox import pool, walls


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A course of one small week with a class of seven, of which the first test grades everyone."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Classroom, "tools", "the same while these tests run")
    root = course_with_class(tmp_path_factory.mktemp("course"))
    (root / "submitted" / "DESERVED.csv").write_text(
        "student,assignment,deserved,state\n"
        "ada,week9,2.5,graded\nbob,week9,2,graded\n"
        "dan,week9,,could not be graded\neve,week9,0.5,graded\nfay,week9,,could not be graded\n"
    )
    yield root
    patch.undo()


def blank(nb, answers):
    answers.clear()


def table(root):
    with (root / "grades.csv").open(newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def scores(root):
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        return {
            (student, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for student in CLASS
            for notebook in gradebook.find_submission("week9", student).notebooks
            for grade in notebook.grades
        }


@pytest.fixture
def course(home, monkeypatch, capfd):
    monkeypatch.chdir(home)

    def run(*words):
        status = main(["grade", *words])
        return status, capfd.readouterr()

    return run


def test_does_everyone_get_what_they_deserve_and_are_the_broken_listed_apart(home, course):
    status, said = course("week9")
    assert status == 0, "those that could not be graded were expected"
    assert said.err == ""
    assert said.out.splitlines()[-1] == "graded 5 submissions, 2 could not be graded"
    given = table(home)
    got = {name: (row["score"], row["state"]) for name, row in given.items()}
    lost = ("", "could not be graded")
    assert got == {
        "ada": ("2.5", "graded"),
        "bob": ("2", "graded"),
        "cyn": ("0.5", "graded"),
        "dan": lost,
        "eve": ("0.5", "graded"),
        "fay": lost,
        "gus": ("2.5", "graded"),
    }
    assert "not JSON" in given["dan"]["reason"] and "small.ipynb" in given["dan"]["reason"]
    assert "Python ended in cell" in said.out, "eve's cell that kills its kernel is noted"
    assert "there is other.ipynb. It should hold small.ipynb" in given["fay"]["reason"]
    assert "≠" not in said.out


def test_is_a_zero_that_could_not_be_graded_marked_in_the_gradebook(home):
    got = scores(home)
    for student in ("dan", "fay"):
        assert {got[student, name] for name in ("check-double", "check-steps", "why_it_works")} == {(None, True)}
    assert got["gus", "check-double"] == (2.0, False)


def test_has_feedback_the_message_and_no_hidden_test(home):
    page = (home / "feedback" / "cyn" / "week9" / "small.html").read_text()
    assert "not yet" in page and "# hidden tests" in page
    assert "hidden_cases" not in page and "BEGIN HIDDEN" not in page
    assert "Python ended while this cell ran" in (home / "feedback" / "eve" / "week9" / "small.html").read_text()
    assert not (home / "feedback" / "dan" / "week9" / "small.html").exists()
    assert "not JSON" in (home / "feedback" / "dan" / "week9" / UNREADABLE_PAGE).read_text()


def test_does_the_page_of_one_that_could_not_be_graded_come_back_where_it_is_lost(home, course):
    page = home / "feedback" / "dan" / "week9" / UNREADABLE_PAGE
    before = page.read_bytes()
    shutil.rmtree(page.parents[1])
    assert course("week9")[0] == 0 and page.read_bytes() == before


@pytest.mark.parametrize(
    ("harm", "says"),
    [(Path.unlink, "is missing, and submissions are compared"), (lambda path: path.write_text("{"), "no notebook any")],
    ids=["lost", "damaged"],
)
def test_does_a_released_notebook_that_is_no_more_decide_nothing_about_a_submission(home, course, harm, says):
    path, before = home / "release" / "week9" / "small.ipynb", (home / "grades.csv").read_bytes()
    kept, mode = path.read_bytes(), path.stat().st_mode
    path.chmod(0o644)
    harm(path)
    try:
        status, said = course("week9", "--force", "--students", "ada")
    finally:
        path.write_bytes(kept)
        path.chmod(mode)
    assert status == 1 and says in said.err and "course release week9" in said.err
    assert (home / "grades.csv").read_bytes() == before


def test_does_a_cell_that_kills_its_kernel_cost_its_own_exercise(home, course):
    note = json.loads((home / "autograded" / ".state" / "week9" / "eve.json").read_text())
    states = {record["exercise"]: record["state"] for record in note["exercises"]}
    assert states == {"double": "failed", "first": "passed"} or states == {"double": "failed", "steps": "passed"}
    assert any("The rest ran without that cell" in said for said in note["notes"])


def test_is_a_repair_reported(home, course):
    note = json.loads((home / "autograded" / ".state" / "week9" / "gus.json").read_text())
    assert note["notes"] == ['The cell "check-double" was missing; it was put back.']
    assert {record["exercise"]: record["state"] for record in note["exercises"]}["double"] == "passed"


def test_is_what_did_not_change_not_graded_again(home, course, monkeypatch):
    monkeypatch.setattr(pipeline.Grading, "finish", lambda *_: pytest.fail("graded again"))
    before = (home / "grades.csv").read_bytes()
    status, said = course()
    assert status == 0 and "7 of 7 had not changed" in said.out
    assert (home / "grades.csv").read_bytes() == before


def test_does_nbgraders_own_api_give_the_same_grades_inside_an_event_loop(home, monkeypatch):
    monkeypatch.chdir(home)
    classroom, before = Classroom(home), scores(home)

    async def formgrader():
        api = NbGraderAPI(coursedir=classroom.directory(), config=classroom.config)
        return {student: api.autograde("week9", student) for student in ("cyn", "gus", "dan")}

    said = asyncio.run(formgrader())
    assert said["cyn"]["success"] and said["gus"]["success"] and not said["dan"]["success"]
    assert "not JSON" in said["dan"]["log"]
    assert scores(home) == before


def test_does_a_resubmission_that_cannot_be_graded_keep_no_old_score_and_a_good_one_win(home, course):
    hand_in(home, "cyn", CLASS["dan"])
    status, said = course("--students", "cyn")
    assert status == 3, "nobody said that this one could not be graded"
    assert table(home)["cyn"]["score"] == "" and scores(home)["cyn", "check-steps"] == (None, True)
    assert not (home / "autograded" / "cyn" / "week9").exists()
    assert not (home / "feedback" / "cyn" / "week9" / "small.html").exists()
    hand_in(home, "cyn", right)
    classroom = Classroom(home)
    assert NbGraderAPI(coursedir=classroom.directory(), config=classroom.config).autograde("week9", "cyn")["success"]
    with classroom.gradebook() as gradebook:  # nbgrader alone has graded it: it stands as graded
        standing = {each.student: each for each in standings(classroom, gradebook, "week9")}["cyn"]
    assert (standing.state, standing.score) == (GRADED, 2.5)
    assert course("--students", "cyn")[0] == 0
    assert table(home)["cyn"]["score"] == "2.5" and scores(home)["cyn", "check-double"] == (2.0, False)
    assert (home / "feedback" / "cyn" / "week9" / "small.html").exists()
    assert table(home)["ada"]["score"] == "2.5", "the others' rows stay"


def test_does_a_persons_grade_stay_and_renew_the_feedback(home, course):
    with Gradebook(f"sqlite:///{home / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        grade = gradebook.find_grade("why_it_works", "small", "week9", "gus")
        grade.manual_score, grade.needs_manual_grade = 3, False
        gradebook.db.commit()
    course("--students", "gus")
    assert (table(home)["gus"]["score"], table(home)["gus"]["needs_manual_grade"]) == ("5.5", "no")
    assert "5.5 / 5.5" in (home / "feedback" / "gus" / "week9" / "small.html").read_text()
    course("--students", "gus", "--force")
    assert table(home)["gus"]["score"] == "5.5"


def test_does_extra_credit_stay_when_graded_again(home, course):
    def give(points):
        with Gradebook(f"sqlite:///{home / 'gradebook.db'}", "neural-network-foundations") as gradebook:
            gradebook.find_grade("check-double", "small", "week9", "ada").extra_credit = points
            gradebook.db.commit()

    give(0.25)
    course("--students", "ada", "--force")
    assert table(home)["ada"]["score"] == "2.75"
    give(None)
    course("--students", "ada")
    assert table(home)["ada"]["score"] == "2.5"


def test_does_a_late_submission_pay_and_a_resubmission_in_time_not(home, course):
    from datetime import datetime

    def due(date):
        with Classroom(home).gradebook() as gradebook:
            gradebook.update_or_create_assignment("week9", duedate=date)

    stamp = home / "submitted" / "ada" / "week9" / "timestamp.txt"
    due(datetime(2026, 3, 1, 12))
    try:
        stamp.write_text("2026-03-02 13:00:00 UTC")
        assert course("--students", "ada")[0] == 0
        row = table(home)["ada"]
        assert (row["score"], row["raw_score"], row["late_penalty"]) == ("2", "2.5", "0.5"), "the second day has begun"
        stamp.write_text("2026-03-01 11:00:00 UTC")
        assert course("--students", "ada")[0] == 0
        assert (table(home)["ada"]["score"], table(home)["ada"]["late_penalty"]) == ("2.5", "0")
    finally:
        stamp.unlink(missing_ok=True)
        due(None)
        course("--students", "ada")


def test_is_nothing_graded_without_a_sandbox_and_are_the_ways_out_told(home, course, monkeypatch, tmp_path):
    before = (home / "grades.csv").read_bytes()
    walls.bubblewrap.cache_clear()
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        status, said = course("--students", "ada", "--force")
    walls.bubblewrap.cache_clear()
    assert status == 1 and "bubblewrap (bwrap) is not installed" in said.err and "Traceback" not in said.err
    for way in ("apt-get install bubblewrap", "Containerfile", "--unsafe"):
        assert way in said.err
    assert (home / "grades.csv").read_bytes() == before


def test_is_every_unsafe_grade_marked_until_it_is_graded_again(home, course):
    status, said = course("--students", "bob", "--force", "--unsafe", "--jobs", "1")
    assert status == 0 and table(home)["bob"]["score"] == "2"
    note = home / "autograded" / ".state" / "week9" / "bob.json"
    assert UNSAFE in json.loads(note.read_text())["notes"] and "without a sandbox" in said.out
    course("--students", "bob", "--force", "--jobs", "1")
    assert UNSAFE not in json.loads(note.read_text())["notes"]


def test_does_a_full_disk_stop_with_the_file_and_the_next_step(home, course, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "autograded/gus/week9/small.ipynb")

    monkeypatch.setattr(pipeline, "save", full)
    status, said = course("--students", "gus", "--force")
    assert status == 1
    assert "small.ipynb: No space left on device. Free the space" in said.err and "Traceback" not in said.err
    monkeypatch.undo()
    monkeypatch.chdir(home)
    assert course("--students", "gus")[0] == 0
    assert table(home)["gus"]["score"] == "5.5"


def test_does_ctrl_c_keep_what_is_finished_and_the_next_run_carry_on(home, course, monkeypatch):
    def stop(classroom, week, student, notebooks):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "save", stop)
        status, said = course("--students", "bob", "--force")
    assert status == 130 and "stopped" in said.err
    assert table(home)["ada"]["score"] == "2.5" and table(home)["bob"]["state"] == "not graded yet"
    assert course("--students", "bob")[0] == 0
    assert table(home)["bob"]["score"] == "2"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["week77"], "unknown week 'week77'. The weeks are: week9"),
        (["--students", "nobody"], "nothing of week9 from nobody. There is ada, bob"),
    ],
)
def test_is_a_wrong_name_answered_with_the_right_ones(course, words, told):
    status, said = course(*words)
    assert status == 2 and told in said.err


def test_is_an_empty_class_told_where_to_put_notebooks(home, course):
    shutil.move(home / "submitted", home / "put-away")
    try:
        status, said = course("week9")
        assert status == 2 and "submitted/STUDENT/week9" in said.err and "course sample" in said.err
        assert course()[0] == 2
    finally:
        shutil.move(home / "put-away", home / "submitted")


def test_does_a_room_that_does_not_start_blame_no_student(home, course, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(walls, "command", lambda *_, **__: ["/bin/sh", "-c", "echo no torch here >&2; exit 1"])
        patch.setattr(pool, "_mine", threading.local())
        status, said = course("--students", "ada", "--force", "--jobs", "1")
    assert status == 1 and "did not start: no torch here" in said.err
    assert course("--students", "ada")[0] == 0 and table(home)["ada"]["score"] == "2.5"


def test_is_the_sample_classs_due_date_not_for_real_students(home):
    from course.coursedir.sample_dates import DUE

    classroom = Classroom(home)
    with classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment("week9", duedate=DUE.replace(tzinfo=None))
    pipeline.ensure_assignment(classroom, "week9", lambda root, week: pytest.fail("released again"))
    with classroom.gradebook() as gradebook:
        assert gradebook.find_assignment("week9").duedate is None


def test_is_a_week_that_is_in_no_gradebook_said(home):
    with pytest.raises(GradingStopped, match="course release week8"):
        pipeline.ensure_assignment(Classroom(home), "week8", lambda root, week: "up to date")


@pytest.mark.long  # three commands, each of which imports torch and starts a room
def test_do_nbgraders_own_commands_export_the_same_grades(home, course, tmp_path):
    """The same class in two gradebooks, one filled by `course grade`, one by `nbgrader autograde`."""
    for name in ("course", "nbgrader"):
        shutil.copytree(
            home, tmp_path / name, ignore=shutil.ignore_patterns("gradebook.db", "grades.csv", "autograded", "feedback")
        )
    exported = {}
    for name, folder in ((name, tmp_path / name) for name in ("course", "nbgrader")):

        def run(*words, folder=folder):
            done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

        shutil.rmtree(folder / "release", ignore_errors=True)
        shutil.rmtree(folder / ".stamps", ignore_errors=True)
        assert run(sys.executable, "-m", "course.cli", "release", "week9")[0] == 0
        nbgrader = Path(sys.executable).parent / "nbgrader"
        if name == "course":
            status, said = run(sys.executable, "-m", "course.cli", "grade", "week9")
            assert status in (0, 3), said
        else:
            status, said = run(nbgrader, "autograde", "week9", "--create")
            assert "not JSON" in said and status == 1
        status, said = run(nbgrader, "export", "--to", "exported.csv")
        assert status == 0, said
        with (folder / "exported.csv").open(newline="") as file:
            rows = [{k: v for k, v in row.items() if k != "timestamp"} for row in csv.DictReader(file)]
        exported[name] = {row["student_id"]: row for row in rows if row["student_id"] not in ("dan", "fay")}
    assert exported["course"] == exported["nbgrader"]
    raw = {name: float(row["raw_score"]) for name, row in exported["course"].items()}
    assert (raw["ada"], raw["bob"], raw["eve"], raw["gus"]) == (2.5, 2, 0.5, 2.5) and raw["cyn"] in (0.5, 2.5)
