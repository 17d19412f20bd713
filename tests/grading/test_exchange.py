"""Does nbgrader's own exchange work beside the course, unchanged, from the release to the feedback?"""

import os
import subprocess
import sys

import nbformat
import pytest
from authoring_course import make_course
from small_class import ANSWERS, WRONG

from course.authoring.notebooks.release import release_week
from course.grading.gradebook.classroom import Classroom
from course.grading.sandbox.walls import bubblewrap

COURSE = "neural-network-foundations"


@pytest.fixture
def desks(tmp_path):
    """A course, a student's empty folder, and nbgrader's commands in either of them, over one exchange."""
    bubblewrap()
    root, desk, exchange = make_course(tmp_path / "course"), tmp_path / "desk", tmp_path / "exchange"
    Classroom(root)
    release_week(root, "week9")
    desk.mkdir()
    exchange.mkdir()
    exchange.chmod(0o777)
    (desk / "nbgrader_config.py").write_text(f'c = get_config()\nc.CourseDirectory.course_id = "{COURSE}"\n')
    environment = {**os.environ, "HOME": str(tmp_path), "JUPYTER_DATA_DIR": str(tmp_path / "data")}

    def run(where, *words):
        done = subprocess.run(words, cwd=where, env=environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def nbgrader(where, command, *words):
        return run(where, sys.executable, "-m", "nbgrader", command, "week9", f"--Exchange.root={exchange}", *words)

    return root, desk, run, nbgrader


def solve(notebook, **answers):
    nb = nbformat.read(notebook, as_version=4)
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = {**ANSWERS, **answers}.get(name, cell.source)
    nbformat.write(nb, notebook)


@pytest.mark.long
def test_does_a_submission_pass_through_the_exchange_and_its_feedback_back(desks):
    root, desk, run, nbgrader = desks
    grade = sys.executable, "-m", "course.cli", "grade", "week9", "--jobs", "1"
    nbgrader(root, "release_assignment")
    nbgrader(desk, "fetch_assignment")
    for answers in ({"double": WRONG}, {}):
        solve(desk / "week9" / "small.ipynb", **answers)
        nbgrader(desk, "submit", "--CourseDirectory.student_id=ada")
        nbgrader(root, "collect", "--update")
        assert (root / "submitted" / "ada" / "week9" / "timestamp.txt").is_file()
        run(root, *grade)
        scores = (root / "grades.csv").read_text()
        assert ("ada,week9,2.5," in scores) == (not answers) and ",graded," in scores
        nbgrader(root, "release_feedback")
        nbgrader(desk, "fetch_feedback", "--CourseDirectory.student_id=ada")
        pages = sorted((desk / "week9" / "feedback").rglob("small.html"))  # in folders named by the time
        said = pages[-1].read_text()
        assert said == (root / "feedback" / "ada" / "week9" / "small.html").read_text()
        assert ("HIDDEN TESTS" not in said) and ("double" in said)
    assert len(pages) == 2, "each time of handing in has its own"
