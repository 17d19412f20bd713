"""Is the sample class's work written where it should be, and is what it deserves right?"""

from __future__ import annotations

import csv
import os
import sys
import types
from pathlib import Path

import pytest
from sample_course import FIRST, SECOND, release

from course.cli import main
from course.coursedir import sample_dates
from course.sample import hand_ins


def deserved(root: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (root / "submitted" / "DESERVED.csv").open(newline="") as file:
        return {(row["student"].removeprefix("sample-"), row["assignment"]): row for row in csv.DictReader(file)}


def run(*arguments: str) -> int:
    return main(["sample", *arguments])


def test_does_each_student_deserve_what_the_sources_say(root):
    assert run() == 0
    rows = deserved(root)
    scores = {student: row["deserved"] for (student, week), row in rows.items() if week == "week5"}
    assert scores == {
        "perfect": "31",
        "blank": "0",
        "half": "3",  # start 1 and double 2; of one exercise, the first half is none
        "mistaken": "0",
        "shapes": "0",
        "raises": "27",  # quadruple: the first on which nothing builds, while `last` builds on start
        "loop": "23",  # last
        "no-test": "31",
        "duplicate": "31",
        "not-json": "",
        "late": "27.9",
        "traps": "31",
        "killed": "27",  # quadruple, whose cell ends its own kernel
    }
    assert {row["max_score"] for (_, week), row in rows.items() if week == "week5"} == {"36"}
    states = {student: row["state"] for (student, week), row in rows.items() if week == "week5"}
    assert [student for student, state in states.items() if state != "graded"] == ["not-json"]
    assert all(row["why"] for row in rows.values())
    assert {student for student, week in rows if week == "week1"} == {"perfect", "blank", "mistaken"}


def test_is_the_late_penalty_taken_notebook_by_notebook(root, monkeypatch):
    seen = []
    monkeypatch.setitem(
        sys.modules,
        "course.grading.gradebook.late",
        types.SimpleNamespace(late_penalty=lambda score, late: seen.append((score, late)) or 1.5),
    )
    run("week5", "--students", "sample-late", "sample-perfect")
    assert seen == [(15, 86400.0), (16, 86400.0)]
    assert deserved(root)["late", "week5"]["deserved"] == "28"
    stamps = {path.parts[-3]: path.read_text() for path in root.glob("submitted/*/*/timestamp.txt")}
    assert stamps["sample-perfect"] < f"{sample_dates.DUE:%Y-%m-%d %H:%M:%S} UTC\n" < stamps["sample-late"]


def test_are_the_bytes_the_same_again_and_left_alone(root):
    run("--all")
    before = {path: (path.read_bytes(), path.stat().st_ino) for path in root.glob("submitted/**/*.*")}
    assert len(before) == 1 + 13 * (3 + 2)
    run()
    assert {path: (path.read_bytes(), path.stat().st_ino) for path in root.glob("submitted/**/*.*")} == before


def test_is_unchanged_work_left_undone_and_a_damaged_submission_mended(root, monkeypatch, capsys):
    run("week5")
    capsys.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr(hand_ins, "open_papers", lambda *_: pytest.fail("nothing changed"))
        assert run("week5") == 0
    assert "week5: 13 sample submissions, up to date" in capsys.readouterr().out
    (root / "submitted/sample-half/week5/first.ipynb").write_text("{}")
    run("week5")
    assert "1 written" in capsys.readouterr().out
    (root / "submitted/DESERVED.csv").unlink()
    run("week5")
    assert len(deserved(root)) == 13
    release(root, "week5", "first", FIRST.replace("points=8", "points=9"))
    release(root, "week9", "only", SECOND.replace("points=16", "points=oops"), check=False)
    assert run("week5", "week9") == 1  # stops at week9; what week5 now deserves is not forgotten
    release(root, "week9", "only", SECOND)
    run("week5", "week9")
    assert deserved(root)["perfect", "week5"]["deserved"] == "32"


def test_do_other_folders_and_rows_stay(root):
    other = root / "submitted/ada/week5/first.ipynb"
    other.parent.mkdir(parents=True)
    other.write_text("mine")
    (root / "submitted/DESERVED.csv").write_text("student,assignment,deserved\nada,week5,7\ngone,week5,1\n")
    run("week1")
    run("week5", "--students", "sample-late")
    assert other.read_text() == "mine"
    assert deserved(root)["ada", "week5"]["deserved"] == "7"
    assert set(deserved(root)) == {("ada", "week5"), ("late", "week5")} | {
        (student, "week1") for student in ("perfect", "blank", "mistaken")
    }
    assert {path.name for path in (root / "submitted").iterdir() if path.is_dir()} == {
        "ada", "sample-late", "sample-perfect", "sample-blank", "sample-mistaken",
    }  # fmt: skip


def test_are_students_who_are_there_kept_up_to_date(root):
    run("week1", "--students", "sample-killed")
    release(root, "week1", "only", SECOND.replace("points=16", "points=32"))
    run("week1")
    assert deserved(root)["killed", "week1"]["max_score"] == "32"
    (root / "submitted/sample-killed/week1/old.ipynb").write_text("{}")
    run("week1")
    assert not (root / "submitted/sample-killed/week1/old.ipynb").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["week9"], 2, "unknown week 'week9'. The weeks are: week1, week5."),
        (["--students", "ada"], 2, "unknown sample student 'ada'. They are: sample-perfect"),
    ],
)
def test_does_an_unknown_name_say_which_there_are(root, capsys, arguments, status, says):
    assert run(*arguments) == status
    assert says in capsys.readouterr().err
    assert not (root / "submitted").exists()


def test_does_a_missing_or_old_release_say_what_to_do(root, capsys):
    release(root, "week1", "only", SECOND)
    (root / "source/week1/only.py").write_text(SECOND.replace("grow", "grew"))
    assert run("week1") == 1
    assert "has no cell 'grew'" in (err := capsys.readouterr().err) and "course release week1" in err
    os.remove(root / "release/week1/only.ipynb")
    assert run("week1") == 1
    assert "only.ipynb: is missing. Run `course release week1`" in capsys.readouterr().err
    (root / "release/week1/only.ipynb").write_text("no")
    assert run("week1") == 1
    assert "is no notebook" in capsys.readouterr().err


def test_does_no_course_folder_say_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run() == 2
    assert "Go to the course's folder" in capsys.readouterr().err
