"""Do grades reach the LMS whole, and never as a zero that nobody earned?"""

import re
from argparse import Namespace
from pathlib import Path

import pytest
from lms_course import ADA, BOB, CLASS_WORKSHEET, EVE, rows
from nbgrader.api import Gradebook
from nbgrader.apps.exportapp import ExportApp
from sqlalchemy.exc import OperationalError

from course.commands.common import carry_out, with_the_commands_name


def test_is_what_a_person_has_yet_to_read_said(graded_root, course, tmp_path):
    said = course("export", "week9", "--to", "moodle", "--roster", "class.csv", "-o", str(tmp_path / "o.csv"))[1]
    line = [line for line in said.split("\n") if "yet to read" in line][0]
    assert BOB in line and ADA not in line and EVE not in line


def test_is_a_stranger_to_the_class_list_left_out_and_said(graded_root, course, tmp_path):
    (graded_root / "few.csv").write_text("".join(CLASS_WORKSHEET.splitlines(keepends=True)[:3]))
    status, said = course("export", "week9", "--to", "moodle", "--roster", "few.csv", "-o", str(tmp_path / "o.csv"))
    assert status == 3 and len(rows(tmp_path / "o.csv")) == 3
    assert re.search(f"left out: .*{EVE}", said.replace("\n", " "))


@pytest.mark.parametrize(("to", "roster"), [("canvas", "class.csv"), ("moodle", "canvas.csv")])
def test_is_the_wrong_class_list_told(course, to, roster):
    status, said = course("export", "week9", "--to", to, "--roster", roster)
    assert status == 2 and roster in said


def test_is_the_class_list_never_written_over(course):
    before = Path("class.csv").read_text()
    status, said = course("export", "week9", "--to", "moodle", "--roster", "class.csv", "-o", "class.csv")
    assert status == 2 and "is the class list itself" in said and Path("class.csv").read_text() == before


def test_is_a_locked_gradebook_told_with_the_way_out(capfd):
    def export(_):
        raise OperationalError("select", {}, Exception("database is locked"))

    assert carry_out(Namespace(run=export, command="export", wording=with_the_commands_name)) == 1
    said = capfd.readouterr().err
    assert said.startswith("course export: the gradebook could not be used: database is locked. Close what else has it")


@pytest.mark.parametrize("exporter", ["CanvasExporter", "MoodleExporter", "TidyExporter"])
def test_can_nbgraders_own_export_command_run_them(graded_root, monkeypatch, tmp_path, exporter, caplog):
    monkeypatch.chdir(graded_root)
    roster = {"CanvasExporter": "canvas.csv", "MoodleExporter": "class.csv"}.get(exporter)
    app = ExportApp()
    words = [f"--exporter=course.grading.nbgrader.{exporter}", f"--to={tmp_path / 'o.csv'}", "--assignment=['week9']"]
    app.initialize([*words, f"--{exporter}.roster={graded_root / roster}"] if roster else words)
    with caplog.at_level("WARNING"):
        app.log.propagate = True
        app.start()
    assert exporter == "TidyExporter" or f"{BOB} has answers that a person has yet to read" in caplog.text
    assert "5.5" in (tmp_path / "o.csv").read_text() or exporter == "TidyExporter"
    assert len(rows(tmp_path / "o.csv")) > 5


def test_does_exporting_change_no_grade_and_twice_give_the_same(graded_root, course, tmp_path):
    with Gradebook(f"sqlite:///{graded_root / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        before = [(s.student.id, s.score) for s in gradebook.assignment_submissions("week9")]
    for name in ("one.csv", "two.csv"):
        course("export", "week9", "--to", "canvas", "--roster", "canvas.csv", "-o", str(tmp_path / name))
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    with Gradebook(f"sqlite:///{graded_root / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        assert before == [(s.student.id, s.score) for s in gradebook.assignment_submissions("week9")]


def test_is_a_week_that_is_not_there_told(course):
    assert course("export", "week77", "--to", "csv")[0] == 2
