"""Do feedback pages go back to those whose they are, and nothing else?"""

import shutil
import zipfile
from pathlib import Path

from lms_course import ADA, tree

from course.grading.gradebook.classroom import Classroom


def test_are_only_pages_returned_and_to_an_lms_only_those_of_its_students(graded_root, course, tmp_path):
    classroom = Classroom(graded_root)
    folder = classroom.path("feedback", ADA, "week9")
    notes = [folder / name for name in ("timestamp.txt", "submission_secret.txt", "a.csv")]
    sample = classroom.path("feedback", "sample-perfect", "week9") / "small.html"
    handed_in = classroom.path("submitted", "sample-perfect", "week9")
    try:
        for file in (*notes, sample, handed_in / "small.ipynb"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("as nbgrader copies it")
        said = course("return", "week9", "--to", "moodle", "-o", str(tmp_path / "m.zip"))[1]
        course("return", "week9", "--to", "folder", "-o", str(tmp_path / "f.zip"))
    finally:
        for file in notes:
            file.unlink()
        for folder in (sample.parent, handed_in):
            shutil.rmtree(folder.parent)
    with zipfile.ZipFile(tmp_path / "m.zip") as moodle, zipfile.ZipFile(tmp_path / "f.zip") as folders:
        assert {Path(name).name for name in moodle.namelist()} == {"small.html", "could-not-be-graded.txt"}
        assert "sample-perfect" not in said and "sample-perfect/small.html" in folders.namelist()


def test_does_feedback_go_only_where_the_hand_in_came_from(graded_root, course, tmp_path):
    before = tree(tmp_path)
    status, said = course("return", "week9", "--to", "canvas", "-o", str(tmp_path / "f.zip"))
    assert status == 2 and "was not collected from Canvas" in said and tree(tmp_path) == before
