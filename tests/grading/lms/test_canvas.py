"""Does Canvas find its own names, columns, rows and submissions again?"""

import csv
import io
import json
import zipfile

import pandas
import pytest
from lms_course import CLASS_GRADEBOOK, CLEO, DAN, EVE, answer, kept, make_course, pack, rows, there


def test_does_canvass_download_find_each_student_and_who_was_late(root, down, collect):
    files = {"lovelaceada_901_5001_small.ipynb": answer("a"), "muellerbob_LATE_902_5002_small.ipynb": answer("b")}
    status, said = collect(pack(down / "d.zip", files))
    assert status == 0 and "Canvas's names" in said
    assert there(root, "lovelaceada") == answer("a") and there(root, "muellerbob") == answer("b")
    assert "late, says Canvas" in [line for line in said.splitlines() if "muellerbob" in line][0]
    assert "late" not in [line for line in said.splitlines() if "lovelaceada" in line][0]
    remembered = json.loads((root / "submitted" / ".collected.json").read_text())["week9"]
    assert remembered["muellerbob"]["late"] and remembered["muellerbob"]["lms_id"] == "902"


def test_can_canvas_hide_names(root, down, collect):
    assert collect(pack(down / "d.zip", {"anon_x1Y2z_5001_small.ipynb": answer("a")}))[0] == 0
    assert there(root, "anon-x1Y2z") == answer("a")


@pytest.mark.parametrize(("new", "old"), [("small-1", "small"), ("small", "small-1")])
def test_does_the_second_upload_count_and_is_the_first_kept(root, down, collect, new, old):
    files = {f"lovelaceada_901_5009_{new}.ipynb": answer("new"), f"lovelaceada_901_5001_{old}.ipynb": answer("old")}
    assert collect(pack(down / "d.zip", files))[0] == 0
    assert there(root, "lovelaceada") == answer("new") and kept(root, "lovelaceada") == [answer("old")]


def test_do_the_times_in_canvass_zip_say_nothing(root, down, collect):
    collect(pack(down / "d.zip", {"lovelaceada_LATE_901_5001_small.ipynb": answer("a")}))
    assert there(root, "lovelaceada", "timestamp.txt") is None


def test_does_canvas_get_back_its_own_columns_and_rows_with_the_grades(graded_root, course, tmp_path):
    out = tmp_path / "out.csv"
    status, said = course("export", "week9", "--to", "canvas", "--roster", "canvas.csv", "-o", str(out))
    before, after = rows("canvas.csv"), rows(out)
    assert [row[:5] for row in after] == [row[:5] for row in before], "the ID columns and every row are Canvas's"
    assert after[0][5:] == ["Week 9: Small (500)"] and after[1][5:] == ["Manual Posting"] and after[2][5:] == ["6"]
    assert [row[5] for row in after[3:]] == ["5.5", "2.7", "", "", "EX", "N/A"]
    assert status == 3 and "wrote 2 scores" in said


def test_does_canvass_importer_read_it(graded_root, course, tmp_path):
    out = tmp_path / "out.csv"
    course("export", "week9", "--to", "canvas", "--roster", "canvas.csv", "-o", str(out))
    table = pandas.read_csv(out, dtype={"ID": "Int64", "SIS User ID": str, "SIS Login ID": str})
    assert "Student" in table.columns[0] and "ID" in table.columns[1] and table.columns[4] == "Section"
    assert table["Student"].str.contains("Points Possible").sum() == 1
    students = table[table["ID"].notna()].set_index("ID")
    assert students.loc[900, "SIS User ID"] == "01234" and students.loc[901, "Student"] == "Müller, Bob"
    assert float(students.loc[900, "Week 9: Small (500)"]) == 5.5


def test_is_no_grade_a_zero_but_an_earned_one(graded_root, course, tmp_path):
    out = tmp_path / "out.csv"
    (graded_root / "plain.csv").write_text(CLASS_GRADEBOOK.replace(",EX,", ",,"))
    status, said = course("export", "week9", "--to", "canvas", "--roster", "plain.csv", "-o", str(out))
    grades = {row[3]: row[5] for row in rows(out)[3:]}
    assert grades[EVE.lower()] == "0" and grades[CLEO.lower()] == ""
    assert CLEO in said and "not JSON" in said and DAN in said and "course grade week9" in said


def test_does_who_is_excused_in_canvas_stay_excused(graded_root, course, tmp_path):
    said = course("export", "week9", "--to", "canvas", "--roster", "canvas.csv", "-o", str(tmp_path / "o.csv"))[1]
    assert f"{EVE} is excused in Canvas" in said


@pytest.mark.parametrize(
    ("title", "fits"), [("week9", True), ("WEEK 9 - Trees", True), ("Week 90", False), ("9", False)]
)
def test_is_the_column_known_by_the_week(graded_root, course, tmp_path, title, fits):
    (graded_root / "titled.csv").write_text(CLASS_GRADEBOOK.replace("Week 9: Small", title))
    status, said = course("export", "week9", "--to", "canvas", "--roster", "titled.csv", "-o", str(tmp_path / "o.csv"))
    assert (status == 3) if fits else (status == 2 and "no column names week9" in said and "Week 8 (400)" in said)


@pytest.mark.parametrize("asked", ["500", "Trees", "Trees (500)"])
def test_is_the_column_known_by_being_asked_for(graded_root, course, tmp_path, asked):
    (graded_root / "titled.csv").write_text(CLASS_GRADEBOOK.replace("Week 9: Small", "Trees"))
    options = ("--roster", "titled.csv", "-o", str(tmp_path / "o.csv"))
    assert course("export", "week9", "--to", "canvas", *options, "--column", asked)[0] == 3
    assert rows(tmp_path / "o.csv")[0][5] == "Trees (500)"
    status, said = course("export", "week9", "--to", "canvas", *options, "--column", "Current Score")
    assert status == 2, "Canvas's own sums are never written"


def test_does_a_gradebook_with_semicolons_and_a_byte_order_mark_stay_so(graded_root, course, tmp_path):
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(csv.reader(io.StringIO(CLASS_GRADEBOOK)))
    (graded_root / "semi.csv").write_text(text.getvalue(), encoding="utf-8-sig")
    course("export", "week9", "--to", "canvas", "--roster", "semi.csv", "-o", str(tmp_path / "o.csv"))
    made = (tmp_path / "o.csv").read_bytes()
    assert made.startswith(b"\xef\xbb\xbfStudent;ID;") and "Müller, Bob;901;".encode() in made


def test_are_points_that_differ_said_and_scaled_on_request(graded_root, course, tmp_path):
    (graded_root / "ten.csv").write_text(CLASS_GRADEBOOK.replace("10,6,", "10,12,"))
    out = tmp_path / "o.csv"
    said = course("export", "week9", "--to", "canvas", "--roster", "ten.csv", "-o", str(out))[1]
    assert "6 points here and 12 in the LMS" in said and rows(out)[3][5] == "5.5"
    said = course("export", "week9", "--to", "canvas", "--roster", "ten.csv", "-o", str(out), "--scale")[1]
    assert "points here" not in said and rows(out)[3][5] == "11"


def test_does_canvas_without_its_gradebook_need_it(graded_root, course):
    status, said = course("export", "week9", "--to", "canvas")
    assert (
        status == 2
        and "Export Entire Gradebook" in said.replace("\n", " ")
        and not (graded_root / "week9-canvas.csv").exists()
    )


def test_does_canvas_find_each_submission_in_the_feedback_zip(graded_root, course, tmp_path, monkeypatch):
    root = make_course(tmp_path / "course")
    monkeypatch.chdir(root)
    files = {"lovelaceada_LATE_901_5001_my_notes_small-1.ipynb": answer("a"), "anon_q7_5003_small.ipynb": answer("c")}
    files |= {"müller_bob_902_5002_small.ipynb": answer("b")}
    assert course("collect", "week9", str(pack(tmp_path / "d.zip", files)))[0] == 0
    known = json.loads((root / "submitted/.collected.json").read_text())["week9"]
    for student in known:
        page = root / "feedback" / student / "week9" / "small.html"
        page.parent.mkdir(parents=True)
        page.write_text(student)
    status, said = course("return", "week9", "--to", "canvas")
    assert status == 0 and "name of the file handed in" in said.replace("\n", " ")
    with zipfile.ZipFile(root / "week9-feedback-canvas.zip") as archive:
        names = archive.namelist()
    ids = set()
    for name in names:  # as Canvas's importer reads names
        parts = [part for part in name.split("_") if part != "LATE"]
        numbers = [part for part in parts if part.isdigit()]
        ids.add(tuple(parts[1:3]) if parts[0] == "anon" else tuple(numbers[:2]))
    assert ids == {("901", "5001"), ("902", "5002"), ("q7", "5003")}
    assert status == 0 and all(name.endswith("small.html") and "/" not in name for name in names)
