"""Does Moodle find its own names, times, worksheet and feedback again?"""

import zipfile

import pandas
import pytest
from lms_course import (
    ADA,
    BOB,
    CLASS_WORKSHEET,
    CLEO,
    DAN,
    EVE,
    LATER,
    NAMES,
    WORKSHEET,
    answer,
    moodle,
    pack,
    rows,
    there,
)


def test_does_moodles_download_find_each_student(root, down, collect):
    zip_ = pack(
        down / "d.zip", {moodle("Ada Lovelace", 11): answer("a"), moodle("Bob Müller", 12): (answer("b"), LATER)}
    )
    status, said = collect(zip_)
    assert status == 0, said
    assert there(root, "ada-lovelace") == answer("a") and there(root, "bob-müller") == answer("b")
    assert (
        "Moodle's names" in said and said.splitlines()[-1] == "collected 2 hand-ins of week9: 2 new; 0 files unmatched"
    )


@pytest.mark.parametrize(
    "name", ["Ada Lovelace_11_assignsubmission_file/small.ipynb", "Ada Lovelace_11_assignsubmission_file_small.ipynb"]
)
def test_is_moodles_form_since_4_1_and_without_folders_known(root, down, collect, name):
    assert collect(pack(down / "d.zip", {name: answer("a")}))[0] == 0
    assert there(root, "ada-lovelace") == answer("a")


def test_does_the_worksheet_know_the_times(root, down, collect):
    (down / "class.csv").write_text(WORKSHEET, encoding="utf-8")
    collect(pack(down / "d.zip", {moodle("Ada Lovelace", 11): answer("a")}), "--roster", down / "class.csv")
    from datetime import datetime, timezone

    local = datetime(2026, 3, 2, 20, 30).astimezone(timezone.utc)
    assert there(root, ADA, "timestamp.txt").decode().strip() == local.strftime("%Y-%m-%d %H:%M:%S UTC")


def test_does_the_worksheet_come_back_whole_with_the_grades(graded_root, course, tmp_path):
    out = tmp_path / "o.csv"
    status, said = course("export", "week9", "--to", "moodle", "--roster", "class.csv", "-o", str(out))
    before, after = pandas.read_csv("class.csv", dtype=str), pandas.read_csv(out, dtype=str)
    assert list(after.columns) == list(before.columns)
    pandas.testing.assert_frame_equal(after.drop(columns="Grade"), before.drop(columns="Grade"))
    assert after["Grade"].fillna("").tolist() == ["5.5", "2.7", "", "", "0"]
    assert status == 3 and "wrote 3 scores" in said and "2 without a score" in said


def test_is_a_worksheet_with_decimal_commas_answered_so(graded_root, course, tmp_path):
    (graded_root / "comma.csv").write_text(CLASS_WORKSHEET.replace(",6.00,", ',"6,00",'))
    course("export", "week9", "--to", "moodle", "--roster", "comma.csv", "-o", str(tmp_path / "o.csv"))
    assert [row[4] for row in rows(tmp_path / "o.csv")[1:]] == ["5,5", "2,7", "", "", "0"]


def test_is_what_moodle_would_skip_said(graded_root, course, tmp_path):
    (graded_root / "low.csv").write_text(CLASS_WORKSHEET.replace(",6.00,Yes", ",5.00,No"))
    said = course("export", "week9", "--to", "moodle", "--roster", "low.csv", "-o", str(tmp_path / "o.csv"))[1]
    assert f"{ADA} has more than Moodle's maximum" in said and f"does not let {BOB}'s grade be changed" in said


def test_does_the_gradebook_import_hold_no_empty_grade(graded_root, course, tmp_path):
    lines = [f"{NAMES[who].split()[0]},{NAMES[who].split()[1]},{who},x{n}@uni.example" for n, who in enumerate(NAMES)]
    (graded_root / "people.csv").write_text("First name,Last name,ID number,Email address\n" + "\n".join(lines) + "\n")
    said = course("export", "week9", "--to", "moodle", "--roster", "people.csv", "-o", str(tmp_path / "o.csv"))[1]
    table = pandas.read_csv(tmp_path / "o.csv", dtype={"ID number": str})
    assert list(table.columns) == ["First name", "Last name", "ID number", "Email address", "week9"]
    assert dict(zip(table["ID number"], table["week9"], strict=True)) == {ADA: 5.5, BOB: 2.7, EVE: 0.0}
    assert "Import" in said and CLEO in said


def test_does_moodle_without_a_class_list_use_what_collecting_saw(graded_root, course, tmp_path):
    assert course("export", "week9", "--to", "moodle", "-o", str(tmp_path / "o.csv"))[0] == 3
    table = pandas.read_csv(tmp_path / "o.csv", dtype=str).set_index("Identifier")
    assert table.loc["Participant 11", "Grade"] == "5.5" and table.loc["Participant 11", "Full name"] == "Ada Lovelace"
    assert {"Grade", "Last modified (grade)"} <= set(table.columns) and pandas.isna(
        table.loc["Participant 13", "Grade"]
    )


def test_does_moodle_find_each_student_in_the_feedback_zip(graded_root, course, tmp_path):
    status, said = course("return", "week9", "--to", "moodle", "-o", str(tmp_path / "f.zip"))
    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    users = {}
    for name, page in found.items():  # as Moodle's importer reads names
        parts = name.split("/")[0].split("_", 4)
        assert len(parts) >= 4 and parts[2:4] == ["assignsubmission", "file"]
        users[int(parts[1])] = page
    assert users == {11: f"<p>{ADA}</p>", 12: f"<p>{BOB}</p>", 13: f"<p>{CLEO}</p>"}
    assert "Ada Lovelace_11_assignsubmission_file_/small.html" in found
    assert status == 3 and f"{DAN} has no feedback yet" in said and "3 students" in said
