"""Do files without an LMS find their students, and can its table and folders be read?"""

import json
import os
import shutil
import zipfile

import pandas
import pytest
from lms_course import ADA, BOB, CLEO, DAN, EVE, answer, kept, pack, there, unmatched

from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import NOT_GRADED
from course.grading.gradebook.standing import latest_outcome


def test_are_emailed_files_known_by_ids(root, down, collect):
    (down / f"{ADA} small.ipynb").write_bytes(answer("a"))
    (down / f"small_{BOB.lower()} (1).ipynb").write_bytes(answer("second"))
    (down / f"small_{BOB}.ipynb").write_bytes(answer("first"))
    for name in os.listdir(down):
        os.utime(down / name, (1_700_000_000, 1_700_000_000))
    assert collect(down)[0] == 0
    assert there(root, ADA) == answer("a") and there(root, BOB) == answer("second")
    assert kept(root, BOB) == [answer("first")]


def test_can_one_notebook_come_alone(root, down, collect):
    (down / f"{ADA} small.ipynb").write_bytes(answer("a"))
    assert collect(down / f"{ADA} small.ipynb")[0] == 0 and there(root, ADA) == answer("a")


def test_can_each_student_have_a_folder(root, down, collect):
    for who, text in {ADA: "a", "Bob Müller": "b"}.items():
        (down / who / "work").mkdir(parents=True)
        (down / who / "work" / "small.ipynb").write_bytes(answer(text))
    assert collect(down)[0] == 0
    assert there(root, ADA) == answer("a") and there(root, "bob-müller") == answer("b")


@pytest.mark.parametrize("wrapped", ["", "all of week 9/submissions/"])
def test_can_each_student_have_a_zip_inside(root, down, collect, wrapped):
    inner = [pack(down / f"{who}.zip", {"small.ipynb": answer(who)}).read_bytes() for who in (ADA, "Bob Lee")]
    files = {f"{wrapped}{ADA}.zip": inner[0], f"{wrapped}Bob Lee.zip": inner[1]}
    status, said = collect(pack(down / "d.zip", files))
    assert status == 0, said
    assert there(root, ADA) == answer(ADA) and there(root, "bob-lee") == answer("Bob Lee")


def test_can_each_student_have_a_download(root, down, collect):
    zips = [pack(down / f"{who}.zip", {"small.ipynb": answer(who)}) for who in (ADA, BOB)]
    assert collect(*zips)[0] == 0
    assert there(root, ADA) == answer(ADA) and there(root, BOB) == answer(BOB)


def test_are_two_ids_in_a_name_not_guessed_between(root, down, collect):
    assert collect(pack(down / "d.zip", {f"{ADA} and {BOB} small.ipynb": answer("a")}))[0] == 3
    assert f"{ADA} and {BOB}" in unmatched(root)[0]["reason"]


def test_has_the_tidy_table_a_row_for_each_student_and_exercise(graded_root, course, tmp_path):
    course("export", "week9", "--to", "csv", "-o", str(tmp_path / "o.csv"))
    table = pandas.read_csv(tmp_path / "o.csv").set_index(["student", "exercise"])
    assert len(table) == 5 * 2 and table.index.is_unique
    assert table.loc[(ADA, "small_do"), "score"] == 3.5 and table.loc[(ADA, "why"), "score"] == 2
    assert table.loc[(BOB, "why"), "state"] == "waits for a person" and pandas.isna(table.loc[(BOB, "why"), "score"])
    assert table.loc[(EVE, "small_do"), "cause"] == "it is doubled" and table.loc[(EVE, "small_do"), "score"] == 0
    assert table.loc[(CLEO, "why"), "state"] == "could not be graded" and pandas.isna(table.loc[(CLEO, "why"), "score"])
    assert table.loc[(DAN, "why"), "state"] == "not graded yet"


def test_has_what_the_formgrader_graded_its_states_and_causes(graded_root, course, tmp_path):
    classroom = Classroom(graded_root)
    record = {"exercise": "small_do", "grade_id": "check-small_do", "state": "failed", "cause": "it is halved"}
    notebook = json.loads(answer())
    notebook["metadata"]["course"] = {"exercises": [record]}
    folder = classroom.path("autograded", BOB, "week9")
    folder.mkdir(parents=True)
    (folder / "small.ipynb").write_text(json.dumps(notebook))
    (folder / "extra.ipynb").write_text("[not a notebook")
    note = folder.parent.parent / ".state" / "week9" / f"{BOB}.json"
    before = note.read_bytes()
    try:
        for remembered in (True, False):  # by an older `course grade`, and by none
            if not remembered:
                note.unlink()
            course("export", "week9", "--to", "csv", "-o", str(tmp_path / "o.csv"))
            table = pandas.read_csv(tmp_path / "o.csv").set_index(["student", "exercise"])
            found = table.loc[(BOB, "small_do"), ["score", "state", "cause"]]
            assert found.to_list() == [3.0, "failed", "it is halved"]
            assert (
                latest_outcome(classroom, CLEO, "week9").state == NOT_GRADED
                and latest_outcome(classroom, DAN, "week9") is None
            )
    finally:
        note.write_bytes(before)
        shutil.rmtree(folder)


def test_can_students_be_chosen(graded_root, course, tmp_path):
    course("export", "week9", "--to", "csv", "--students", ADA, "-o", str(tmp_path / "o.csv"))
    assert set(pandas.read_csv(tmp_path / "o.csv")["student"]) == {ADA}


def test_does_returning_twice_give_the_same_bytes_in_a_folder_for_each_student(graded_root, course, tmp_path):
    for name in ("1.zip", "2.zip"):
        course("return", "week9", "--to", "folder", "-o", str(tmp_path / name))
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert f"{ADA}/small.html" in archive.namelist()
