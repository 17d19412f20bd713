"""Do grades and feedback reach the LMS under its own names, whole, and never as a zero that nobody earned?"""

import csv
import io
import json
import re
import shutil
import zipfile
from argparse import Namespace
from datetime import datetime
from pathlib import Path

import pandas
import pytest
from lms_course import MOODLE, answer, make_course, pack, tree
from nbgrader.api import Gradebook
from nbgrader.apps.exportapp import ExportApp
from sqlalchemy.exc import OperationalError

from course.cli import main
from course.commands.common import carry_out, with_the_commands_name
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, Outcome
from course.grading.gradebook.record import CheckRecord
from course.grading.gradebook.standing import latest_outcome

ADA, BOB, CLEO, DAN, EVE = "U1234567A", "U7654321B", "U1111111C", "U2222222D", "U3333333E"
NAMES = {ADA: "Ada Lovelace", BOB: "Bob Müller", CLEO: "Cleo Ng", DAN: "Dan Ode", EVE: "Eve Hill"}
SHEET = "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),"
SHEET += "Last modified (grade),Feedback comments\n"
SHEET += "".join(
    f'Participant {n},{NAMES[who]},{who}@uni.example,Submitted for grading,{old},6.00,Yes,-,"Sunday, 1 March 2026"'
    f',"well, ""said"" {n}"\n'
    for n, (who, old) in enumerate({ADA: "", BOB: "1.00", CLEO: "", DAN: "4.00", EVE: ""}.items(), 11)
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Week 8 (400),Week 9: Small (500),Current Score,Final Score\n"
)
CANVAS += ",,,,,,,Manual Posting,,\n    Points Possible,,,,,,10,6,(read only),(read only)\n"
CANVAS += "".join(
    f'"{NAMES[who].split()[1]}, {NAMES[who].split()[0]}",{900 + n},0{who[1:5]},{who.lower()},"Sec, 1",,8,{old},71,71\n'
    for n, (who, old) in enumerate({ADA: "", BOB: "2", CLEO: "3", DAN: "4.5", EVE: "EX"}.items())
)
CANVAS += '"Student, Test",999,,test,"Sec, 1",,,N/A,,\n'


def fill(gradebook):
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


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course in which five students are known, collected from Moodle, four of them graded."""
    patch, root = pytest.MonkeyPatch(), make_course(tmp_path_factory.mktemp("lms") / "course")
    patch.chdir(root)
    files = {f"{MOODLE.format(name=NAMES[who], number=n)}/small.ipynb": answer(who) for n, who in enumerate(NAMES, 11)}
    (root / "class.csv").write_text(SHEET, encoding="utf-8")
    (root / "canvas.csv").write_text(CANVAS, encoding="utf-8")
    assert main(["collect", "week9", str(pack(root / "d.zip", files)), "--roster", "class.csv"]) == 0
    room = Classroom(root)
    with room.gradebook() as gradebook:
        fill(gradebook)
    failed = CheckRecord.from_json(
        {"grade_id": "check-small_do", "state": "failed", "cause": "it is doubled", "notebook": "small"}
    )
    for who in (ADA, BOB, EVE):
        room.remember(Outcome(who, "week9", GRADED, exercises=[failed] if who == EVE else []))
    room.remember(Outcome(CLEO, "week9", NOT_GRADED, "small.ipynb is not JSON."))
    for who in (ADA, BOB, CLEO):
        page = room.path("feedback", who, "week9") / ("could-not-be-graded.txt" if who == CLEO else "small.html")
        page.parent.mkdir(parents=True)
        page.write_text(f"<p>{who}</p>")
    patch.undo()
    return root


@pytest.fixture
def course(graded, monkeypatch, capfd):
    monkeypatch.chdir(graded)

    def run(*words):
        status = main([*words])
        said = capfd.readouterr()
        return status, said.out + said.err

    return run


def rows(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


# --- Canvas ---------------------------------------------------------------------------------------------------------


def test_canvas_takes_back_its_own_columns_and_rows_with_the_grades(graded, course, tmp_path):
    out = tmp_path / "out.csv"
    status, said = course("export", "week9", "--to", "canvas", "--roster", "canvas.csv", "-o", str(out))
    before, after = rows("canvas.csv"), rows(out)
    assert [row[:5] for row in after] == [row[:5] for row in before], "the ID columns and every row are Canvas's"
    assert after[0][5:] == ["Week 9: Small (500)"] and after[1][5:] == ["Manual Posting"] and after[2][5:] == ["6"]
    assert [row[5] for row in after[3:]] == ["5.5", "2.7", "", "", "EX", "N/A"]
    assert status == 3 and "wrote 2 scores" in said


def test_canvas_reads_it_as_its_importer_does(graded, course, tmp_path):
    out = tmp_path / "out.csv"
    course("export", "week9", "--to", "canvas", "--roster", "canvas.csv", "-o", str(out))
    table = pandas.read_csv(out, dtype={"ID": "Int64", "SIS User ID": str, "SIS Login ID": str})
    assert "Student" in table.columns[0] and "ID" in table.columns[1] and table.columns[4] == "Section"
    assert table["Student"].str.contains("Points Possible").sum() == 1
    students = table[table["ID"].notna()].set_index("ID")
    assert students.loc[900, "SIS User ID"] == "01234" and students.loc[901, "Student"] == "Müller, Bob"
    assert float(students.loc[900, "Week 9: Small (500)"]) == 5.5


def test_no_grade_is_a_zero_but_an_earned_one(graded, course, tmp_path):
    out = tmp_path / "out.csv"
    (graded / "plain.csv").write_text(CANVAS.replace(",EX,", ",,"))
    status, said = course("export", "week9", "--to", "canvas", "--roster", "plain.csv", "-o", str(out))
    grades = {row[3]: row[5] for row in rows(out)[3:]}
    assert grades[EVE.lower()] == "0" and grades[CLEO.lower()] == ""
    assert CLEO in said and "not JSON" in said and DAN in said and "course grade week9" in said


def test_what_a_person_has_yet_to_read_is_said(graded, course, tmp_path):
    said = course("export", "week9", "--to", "moodle", "--roster", "class.csv", "-o", str(tmp_path / "o.csv"))[1]
    line = [line for line in said.split("\n") if "yet to read" in line][0]
    assert BOB in line and ADA not in line and EVE not in line


def test_who_is_excused_in_canvas_stays_excused(graded, course, tmp_path):
    said = course("export", "week9", "--to", "canvas", "--roster", "canvas.csv", "-o", str(tmp_path / "o.csv"))[1]
    assert f"{EVE} is excused in Canvas" in said


@pytest.mark.parametrize(
    ("title", "fits"), [("week9", True), ("WEEK 9 - Trees", True), ("Week 90", False), ("9", False)]
)
def test_the_column_is_known_by_the_week(graded, course, tmp_path, title, fits):
    (graded / "titled.csv").write_text(CANVAS.replace("Week 9: Small", title))
    status, said = course("export", "week9", "--to", "canvas", "--roster", "titled.csv", "-o", str(tmp_path / "o.csv"))
    assert (status == 3) if fits else (status == 2 and "no column names week9" in said and "Week 8 (400)" in said)


@pytest.mark.parametrize("asked", ["500", "Trees", "Trees (500)"])
def test_or_by_being_asked_for(graded, course, tmp_path, asked):
    (graded / "titled.csv").write_text(CANVAS.replace("Week 9: Small", "Trees"))
    options = ("--roster", "titled.csv", "-o", str(tmp_path / "o.csv"))
    assert course("export", "week9", "--to", "canvas", *options, "--column", asked)[0] == 3
    assert rows(tmp_path / "o.csv")[0][5] == "Trees (500)"
    status, said = course("export", "week9", "--to", "canvas", *options, "--column", "Current Score")
    assert status == 2, "Canvas's own sums are never written"


def test_a_gradebook_with_semicolons_and_a_byte_order_mark_stays_so(graded, course, tmp_path):
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(csv.reader(io.StringIO(CANVAS)))
    (graded / "semi.csv").write_text(text.getvalue(), encoding="utf-8-sig")
    course("export", "week9", "--to", "canvas", "--roster", "semi.csv", "-o", str(tmp_path / "o.csv"))
    made = (tmp_path / "o.csv").read_bytes()
    assert made.startswith(b"\xef\xbb\xbfStudent;ID;") and "Müller, Bob;901;".encode() in made


def test_points_that_differ_are_said_and_scaled_on_request(graded, course, tmp_path):
    (graded / "ten.csv").write_text(CANVAS.replace("10,6,", "10,12,"))
    out = tmp_path / "o.csv"
    said = course("export", "week9", "--to", "canvas", "--roster", "ten.csv", "-o", str(out))[1]
    assert "6 points here and 12 in the LMS" in said and rows(out)[3][5] == "5.5"
    said = course("export", "week9", "--to", "canvas", "--roster", "ten.csv", "-o", str(out), "--scale")[1]
    assert "points here" not in said and rows(out)[3][5] == "11"


def test_canvas_without_its_gradebook_needs_it(graded, course):
    status, said = course("export", "week9", "--to", "canvas")
    assert (
        status == 2
        and "Export Entire Gradebook" in said.replace("\n", " ")
        and not (graded / "week9-canvas.csv").exists()
    )


# --- Moodle ---------------------------------------------------------------------------------------------------------


def test_the_worksheet_comes_back_whole_with_the_grades(graded, course, tmp_path):
    out = tmp_path / "o.csv"
    status, said = course("export", "week9", "--to", "moodle", "--roster", "class.csv", "-o", str(out))
    before, after = pandas.read_csv("class.csv", dtype=str), pandas.read_csv(out, dtype=str)
    assert list(after.columns) == list(before.columns)
    pandas.testing.assert_frame_equal(after.drop(columns="Grade"), before.drop(columns="Grade"))
    assert after["Grade"].fillna("").tolist() == ["5.5", "2.7", "", "", "0"]
    assert status == 3 and "wrote 3 scores" in said and "2 without a score" in said


def test_a_worksheet_with_decimal_commas_is_answered_so(graded, course, tmp_path):
    (graded / "comma.csv").write_text(SHEET.replace(",6.00,", ',"6,00",'))
    course("export", "week9", "--to", "moodle", "--roster", "comma.csv", "-o", str(tmp_path / "o.csv"))
    assert [row[4] for row in rows(tmp_path / "o.csv")[1:]] == ["5,5", "2,7", "", "", "0"]


def test_what_moodle_would_skip_is_said(graded, course, tmp_path):
    (graded / "low.csv").write_text(SHEET.replace(",6.00,Yes", ",5.00,No"))
    said = course("export", "week9", "--to", "moodle", "--roster", "low.csv", "-o", str(tmp_path / "o.csv"))[1]
    assert f"{ADA} has more than Moodle's maximum" in said and f"does not let {BOB}'s grade be changed" in said


def test_the_gradebook_import_holds_no_empty_grade(graded, course, tmp_path):
    lines = [f"{NAMES[who].split()[0]},{NAMES[who].split()[1]},{who},x{n}@uni.example" for n, who in enumerate(NAMES)]
    (graded / "people.csv").write_text("First name,Last name,ID number,Email address\n" + "\n".join(lines) + "\n")
    said = course("export", "week9", "--to", "moodle", "--roster", "people.csv", "-o", str(tmp_path / "o.csv"))[1]
    table = pandas.read_csv(tmp_path / "o.csv", dtype={"ID number": str})
    assert list(table.columns) == ["First name", "Last name", "ID number", "Email address", "week9"]
    assert dict(zip(table["ID number"], table["week9"], strict=True)) == {ADA: 5.5, BOB: 2.7, EVE: 0.0}
    assert "Import" in said and CLEO in said


def test_moodle_without_a_class_list_uses_what_collecting_saw(graded, course, tmp_path):
    assert course("export", "week9", "--to", "moodle", "-o", str(tmp_path / "o.csv"))[0] == 3
    table = pandas.read_csv(tmp_path / "o.csv", dtype=str).set_index("Identifier")
    assert table.loc["Participant 11", "Grade"] == "5.5" and table.loc["Participant 11", "Full name"] == "Ada Lovelace"
    assert {"Grade", "Last modified (grade)"} <= set(table.columns) and pandas.isna(
        table.loc["Participant 13", "Grade"]
    )


def test_a_stranger_to_the_class_list_is_left_out_and_said(graded, course, tmp_path):
    (graded / "few.csv").write_text("".join(SHEET.splitlines(keepends=True)[:3]))
    status, said = course("export", "week9", "--to", "moodle", "--roster", "few.csv", "-o", str(tmp_path / "o.csv"))
    assert status == 3 and len(rows(tmp_path / "o.csv")) == 3
    assert re.search(f"left out: .*{EVE}", said.replace("\n", " "))


@pytest.mark.parametrize(("to", "roster"), [("canvas", "class.csv"), ("moodle", "canvas.csv")])
def test_the_wrong_class_list_is_told(course, to, roster):
    status, said = course("export", "week9", "--to", to, "--roster", roster)
    assert status == 2 and roster in said


def test_the_class_list_is_never_written_over(course):
    before = Path("class.csv").read_text()
    status, said = course("export", "week9", "--to", "moodle", "--roster", "class.csv", "-o", "class.csv")
    assert status == 2 and "is the class list itself" in said and Path("class.csv").read_text() == before


# --- tidy, and nbgrader's own command -------------------------------------------------------------------------------


def test_the_tidy_table_has_a_row_for_each_student_and_exercise(graded, course, tmp_path):
    course("export", "week9", "--to", "csv", "-o", str(tmp_path / "o.csv"))
    table = pandas.read_csv(tmp_path / "o.csv").set_index(["student", "exercise"])
    assert len(table) == 5 * 2 and table.index.is_unique
    assert table.loc[(ADA, "small_do"), "score"] == 3.5 and table.loc[(ADA, "why"), "score"] == 2
    assert table.loc[(BOB, "why"), "state"] == "waits for a person" and pandas.isna(table.loc[(BOB, "why"), "score"])
    assert table.loc[(EVE, "small_do"), "cause"] == "it is doubled" and table.loc[(EVE, "small_do"), "score"] == 0
    assert table.loc[(CLEO, "why"), "state"] == "could not be graded" and pandas.isna(table.loc[(CLEO, "why"), "score"])
    assert table.loc[(DAN, "why"), "state"] == "not graded yet"


def test_what_the_formgrader_graded_has_its_states_and_causes(graded, course, tmp_path):
    room = Classroom(graded)
    record = {"exercise": "small_do", "grade_id": "check-small_do", "state": "failed", "cause": "it is halved"}
    notebook = json.loads(answer())
    notebook["metadata"]["course"] = {"exercises": [record]}
    folder = room.path("autograded", BOB, "week9")
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
                latest_outcome(room, CLEO, "week9").state == NOT_GRADED and latest_outcome(room, DAN, "week9") is None
            )
    finally:
        note.write_bytes(before)
        shutil.rmtree(folder)


def test_a_locked_gradebook_is_told_with_the_way_out(capfd):
    def export(_):
        raise OperationalError("select", {}, Exception("database is locked"))

    assert carry_out(Namespace(run=export, command="export", wording=with_the_commands_name)) == 1
    said = capfd.readouterr().err
    assert said.startswith("course export: the gradebook could not be used: database is locked. Close what else has it")


def test_students_can_be_chosen(graded, course, tmp_path):
    course("export", "week9", "--to", "csv", "--students", ADA, "-o", str(tmp_path / "o.csv"))
    assert set(pandas.read_csv(tmp_path / "o.csv")["student"]) == {ADA}


@pytest.mark.parametrize("exporter", ["CanvasExporter", "MoodleExporter", "TidyExporter"])
def test_nbgraders_own_export_command_runs_them(graded, monkeypatch, tmp_path, exporter, caplog):
    monkeypatch.chdir(graded)
    roster = {"CanvasExporter": "canvas.csv", "MoodleExporter": "class.csv"}.get(exporter)
    app = ExportApp()
    words = [f"--exporter=course.grading.nbgrader.{exporter}", f"--to={tmp_path / 'o.csv'}", "--assignment=['week9']"]
    app.initialize([*words, f"--{exporter}.roster={graded / roster}"] if roster else words)
    with caplog.at_level("WARNING"):
        app.log.propagate = True
        app.start()
    assert exporter == "TidyExporter" or f"{BOB} has answers that a person has yet to read" in caplog.text
    assert "5.5" in (tmp_path / "o.csv").read_text() or exporter == "TidyExporter"
    assert len(rows(tmp_path / "o.csv")) > 5


def test_exporting_changes_no_grade_and_twice_gives_the_same(graded, course, tmp_path):
    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        before = [(s.student.id, s.score) for s in gradebook.assignment_submissions("week9")]
    for name in ("one.csv", "two.csv"):
        course("export", "week9", "--to", "canvas", "--roster", "canvas.csv", "-o", str(tmp_path / name))
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        assert before == [(s.student.id, s.score) for s in gradebook.assignment_submissions("week9")]


def test_a_week_that_is_not_there(course):
    assert course("export", "week77", "--to", "csv")[0] == 2


# --- feedback back to the LMS ---------------------------------------------------------------------------------------


def test_moodle_finds_each_student_in_the_feedback_zip(graded, course, tmp_path):
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


def test_canvas_finds_each_submission_in_the_feedback_zip(graded, course, tmp_path, monkeypatch):
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


def test_a_folder_for_each_student_and_the_same_bytes_twice(graded, course, tmp_path):
    for name in ("1.zip", "2.zip"):
        course("return", "week9", "--to", "folder", "-o", str(tmp_path / name))
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert f"{ADA}/small.html" in archive.namelist()


def test_only_pages_are_returned_and_to_an_lms_only_those_of_its_students(graded, course, tmp_path):
    room = Classroom(graded)
    notes = [room.path("feedback", ADA, "week9") / name for name in ("timestamp.txt", "submission_secret.txt", "a.csv")]
    sample = room.path("feedback", "sample-perfect", "week9") / "small.html"
    handed_in = room.path("submitted", "sample-perfect", "week9")
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


def test_feedback_goes_only_where_the_hand_in_came_from(graded, course, tmp_path):
    before = tree(tmp_path)
    status, said = course("return", "week9", "--to", "canvas", "-o", str(tmp_path / "f.zip"))
    assert status == 2 and "was not collected from Canvas" in said and tree(tmp_path) == before
