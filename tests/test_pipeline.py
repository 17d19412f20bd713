"""The whole way once, on the real weeks: release, the sample class, grading, feedback, grades, and again."""

import csv
import html
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from home import ROOT

SECRET = re.compile(r"BEGIN (SOLUTION|HIDDEN TESTS)")
WEEKS = ("practice1", "week1", "week5")  # two notebooks, the whole sample class, and a practice; `make` does all ten


def course(folder, *arguments):
    return subprocess.run([sys.executable, "-m", "course.cli", *arguments], cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A copy of the course after release, sample and grade; and what the last one printed."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "source", folder / "source", ignore=shutil.ignore_patterns("*.ipynb", "__pycache__"))
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for step in ("release", "sample", "grade"):
        done = course(folder, step, *WEEKS)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Warning" not in done.stderr, done.stderr
    return folder, done.stdout


def rows(path):
    with path.open(newline="") as file:
        return {(row["assignment"], row["student"]): row for row in csv.DictReader(file)}


def test_does_every_sample_student_get_exactly_the_deserved_score(graded):
    folder, printed = graded
    deserved, given = rows(folder / "submitted" / "DESERVED.csv"), rows(folder / "grades.csv")
    assert set(deserved) == set(given)
    assert len(deserved) >= 16
    for key, wanted in deserved.items():
        got = given[key]
        assert got["state"] == wanted["state"], key
        if wanted["deserved"]:
            assert float(got["score"]) == pytest.approx(float(wanted["deserved"])), key
            assert float(got["max_score"]) == float(wanted["max_score"]), key
        else:
            assert got["score"] == "", key
            assert got["reason"], key
    lost = sum(not wanted["deserved"] for wanted in deserved.values())
    last = f"graded {len(deserved) - lost} submissions, {lost} could not be graded"
    assert printed.rstrip().splitlines()[-1] == last


def test_does_every_graded_student_get_feedback_without_a_hidden_test(graded):
    folder, _ = graded
    hidden = [
        line.strip()
        for path in folder.glob("source/*/*.py")
        for region in re.findall(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", path.read_text(), re.DOTALL)
        for line in region.splitlines()
    ]
    visible = "\n".join(
        re.sub(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS", "", path.read_text(), flags=re.DOTALL)
        for path in folder.glob("source/*/*.py")
    )  # a student's own answer may be a line of a hidden reference, as the solution is
    hidden = {line for line in hidden if len(line) > 25 and line not in visible}
    assert len(hidden) > 20
    for row in rows(folder / "grades.csv").values():
        pages = list((folder / "feedback" / row["student"] / row["assignment"]).glob("*.html"))
        assert bool(pages) == (row["state"] == "graded")
        for page in pages:
            text = re.sub(r"<[^>]+>", "", page.read_text()).replace("&quot;", '"').replace("&#39;", "'")
            text = text.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
            assert not SECRET.search(text), page
            assert [line for line in hidden if line in text] == [], page


def test_does_feedback_say_what_is_wrong(graded):
    folder, _ = graded
    page = (folder / "feedback" / "sample-mistaken" / "week5" / "backprop.html").read_text()
    for word in ("not yet", "what ", "where ", "next "):
        assert word in page
    note = json.loads((folder / "autograded" / ".state" / "week5" / "sample-mistaken.json").read_text())
    named = [record for record in note["exercises"] if record["named"]]
    assert len(named) > len(note["exercises"]) / 2, "most known mistakes are called by their name"
    assert all(record["cause"].split(".")[0][:40] in html.unescape(page) for record in named)


def test_does_a_cell_that_kills_its_kernel_cost_its_exercise_alone(graded):
    folder, _ = graded
    row = rows(folder / "grades.csv")["week5", "sample-killed"]
    perfect = rows(folder / "grades.csv")["week5", "sample-perfect"]
    assert row["state"] == "graded" and 0 < float(row["score"]) < float(perfect["score"])
    note = json.loads((folder / "autograded" / ".state" / "week5" / "sample-killed.json").read_text())
    assert sum(not record["passed"] for record in note["exercises"]) == 1
    assert "Python ended in cell" in " ".join(note["notes"])


def test_is_nothing_graded_again_when_nothing_changed(graded):
    folder, _ = graded
    notes = sorted(folder.glob("autograded/.state/*/*.json"))
    before = [note.stat().st_mtime_ns for note in notes]
    grades = (folder / "grades.csv").read_bytes()
    for step in ("release", "sample", "grade"):
        done = course(folder, step, *WEEKS)
        assert done.returncode == 0, done.stderr
    assert [note.stat().st_mtime_ns for note in notes] == before
    assert (folder / "grades.csv").read_bytes() == grades


def test_does_nbgraders_own_command_give_the_same_grades(graded):
    folder, _ = graded
    before = rows(folder / "grades.csv")["week5", "sample-half"]
    command = [Path(sys.executable).parent / "nbgrader", "autograde", "week5", "--student", "sample-half", "--force"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    note = folder / "autograded" / ".state" / "week5" / "sample-half.json"
    assert json.loads(note.read_text())["state"] == "graded"
    assert course(folder, "grade", "week5", "--students", "sample-half").returncode == 0
    assert rows(folder / "grades.csv")["week5", "sample-half"] == before


def test_does_a_resubmission_that_cannot_be_graded_lose_its_old_score(graded):
    folder, _ = graded
    hand_in = folder / "submitted" / "sample-half" / "week1"
    shutil.copytree(folder / "submitted" / "sample-perfect" / "week1", hand_in)
    try:
        assert course(folder, "grade", "week1", "--students", "sample-half").returncode == 0
        assert float(rows(folder / "grades.csv")["week1", "sample-half"]["score"]) > 0
        (hand_in / "tensors.ipynb").write_text("{")
        done = course(folder, "grade", "week1", "--students", "sample-half")
        assert done.returncode == 3
        row = rows(folder / "grades.csv")["week1", "sample-half"]
        assert (row["state"], row["score"]) == ("could not be graded", "")
        assert "tensors.ipynb" in row["reason"]
    finally:
        shutil.rmtree(hand_in)


def test_does_the_id_on_record_count_in_a_practice(graded):
    """The perfect student's practice, solved for U1234567X, counts for that student and for nobody else."""
    folder, _ = graded
    sample = folder / "submitted" / "sample-perfect" / "practice1"
    students = ("U1234567X", "U7654321X")
    for student in students:
        shutil.copytree(sample, folder / "submitted" / student / "practice1")
    try:
        done = course(folder, "grade", "practice1", "--students", *students)
        assert done.returncode == 0, done.stdout + done.stderr
        own, other = (rows(folder / "grades.csv")["practice1", student] for student in students)
        deserved = rows(folder / "submitted" / "DESERVED.csv")["practice1", "sample-perfect"]["deserved"]
        assert (float(own["score"]), float(other["score"])) == (float(deserved), 0)
        note = folder / "autograded" / ".state" / "practice1" / f"{students[1]}.json"
        assert "solved for another ID than the one on record" in " ".join(json.loads(note.read_text())["notes"])
    finally:
        for student in students:
            shutil.rmtree(folder / "submitted" / student)
