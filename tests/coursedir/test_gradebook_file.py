"""A gradebook that is missing, empty, damaged or older than the grades is told; backups are made, and are whole."""

import contextlib
import json
import os
import shutil
import sqlite3
from datetime import date

import pytest
from home import ROOT
from traitlets.config import Config

from course.coursedir import backups
from course.coursedir.errors import GradingStopped
from course.coursedir.gradebook_file import ACCEPT, GradebookFile
from course.grading.gradebook.classroom import Classroom


def write(path, weeks=("week1", "week2"), name="a"):
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE assignment (id TEXT, name TEXT)")
        database.executemany("INSERT INTO assignment VALUES (?, ?)", [(f"{name}-{week}", week) for week in weeks])


@pytest.fixture
def book(tmp_path):
    """A gradebook that was written in, with a grade beside it."""
    found = GradebookFile(tmp_path, Config())
    write(found.path)
    found.check()
    found.begin_writing()
    found.note()
    graded(tmp_path)
    found.check()
    return found


def graded(root):
    (root / "autograded" / "ada" / "week1").mkdir(parents=True, exist_ok=True)


def stopped(book):
    with pytest.raises(GradingStopped) as error:
        book.check()
    words = str(error.value)
    assert "\n" not in words and words.endswith(".")
    return words


def test_does_a_new_course_begin_without_a_word(tmp_path):
    book = GradebookFile(tmp_path, Config())
    book.check()
    book.begin_writing()
    book.note()
    assert book.missing and not list(tmp_path.iterdir()), "nothing is made"
    (tmp_path / "submitted" / "ada" / "week1").mkdir(parents=True)
    (tmp_path / "autograded").mkdir()
    (tmp_path / "autograded" / "README.md").write_text("")
    (tmp_path / "grades.csv").write_text("student,score\nsample-late,3\n")  # what `course clean` leaves
    book.check()


TRACES = {
    "a graded notebook": "autograded/ada/week1/small.ipynb",
    "a page of feedback": "feedback/ada/week1/small.html",
    "a note": "autograded/.state/week1/ada.json",
    "a row of grades.csv": "grades.csv",
}


@pytest.mark.parametrize("trace", TRACES)
@pytest.mark.parametrize("gone", ["missing", "empty", "without tables", "without assignments"])
def test_is_no_gradebook_beside_grades_told_whatever_is_left_of_them(tmp_path, trace, gone):
    place = tmp_path / TRACES[trace]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("student,score\nada,3\n")
    book = GradebookFile(tmp_path, Config())
    if gone == "empty":
        book.path.write_bytes(b"")
    elif gone != "missing":
        write(book.path, ())
    if gone == "without tables":
        with contextlib.closing(sqlite3.connect(book.path)) as database:
            database.execute("DROP TABLE assignment")
    words = stopped(book)
    assert words.startswith(f"gradebook.db is {'missing' if gone == 'missing' else 'empty'}, and ")
    assert ACCEPT in words and "there is none in backups/" in words
    before = book.path.read_bytes() if book.path.exists() else None
    stopped(book)
    assert before == (book.path.read_bytes() if book.path.exists() else None), "nothing is made anew"


def test_is_a_lost_gradebook_told_with_its_last_backup(book):
    book.path.unlink()
    words = stopped(book)
    assert "is missing" in words and f"the last one here is backups/gradebook-{date.today()}.db" in words


def test_is_an_older_gradebook_told_and_a_copy_of_the_last_one_taken(book):
    now = book.path.read_bytes()
    book.begin_writing()
    last = book.path.read_bytes()
    book.path.write_bytes(now)
    assert f"gradebook.db is older than the grades here, of {date.today()}" in stopped(book)
    book.path.write_bytes(last)
    book.check()
    book.path.write_bytes(backups.newest(book.root).read_bytes())
    assert "is older than the grades here" in stopped(book), "the backup was made before"


def test_is_another_courses_gradebook_told(book):
    book.path.unlink()
    write(book.path, name="b")
    assert "gradebook.db is not the one that the grades here were written in" in stopped(book)
    book.path.unlink()
    write(book.path, ())
    assert "is empty" in stopped(book)


def test_is_what_nbgrader_does_to_a_gradebook_no_loss(book):
    """`nbgrader db assignment remove`, then a release by nbgrader: new IDs, the same gradebook."""
    with contextlib.closing(sqlite3.connect(book.path)) as database, database:
        database.execute("DELETE FROM assignment")
    book.check()
    with contextlib.closing(sqlite3.connect(book.path)) as database, database:
        database.execute("INSERT INTO assignment VALUES ('c-week1', 'week1')")
    book.check()


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to be one" * 9, b"SQLite format 3\0" + b"x" * 5000]
)
def test_is_a_damaged_gradebook_told_even_where_nothing_is_graded(tmp_path, content):
    book = GradebookFile(tmp_path, Config())
    book.path.write_bytes(content)
    assert "gradebook.db is damaged (" in stopped(book)
    assert book.path.read_bytes() == content


def test_is_a_folder_in_its_place_told(tmp_path):
    book = GradebookFile(tmp_path, Config())
    book.path.mkdir()
    assert "is no file. Move it away" in stopped(book)


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_is_a_locked_gradebook_not_called_lost(book, how):
    with contextlib.closing(sqlite3.connect(book.path, isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        book.check()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            book.begin_writing()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 3, "other": 1}'])
def test_is_a_damaged_note_as_good_as_none(book, text):
    (book.root / "autograded" / ".state" / "gradebook.json").write_text(text)
    book.check()
    book.begin_writing()
    assert json.loads((book.root / "autograded" / ".state" / "gradebook.json").read_text())["version"] == 2


@pytest.mark.parametrize("left", ["missing", "older", "empty"])
def test_does_accepting_it_forget_the_grades_and_go_on(book, left):
    old = book.path.read_bytes()
    book.begin_writing()
    book.path.unlink()
    if left != "missing":
        book.path.write_bytes(old if left == "older" else b"")
    stopped(book)
    forgotten = []
    book.accept(lambda: forgotten.append(True))
    book.check()
    assert forgotten == [True]
    if left != "older":  # what a release makes
        book.path.unlink(missing_ok=True)
        write(book.path, name="new")
    book.begin_writing()
    book.note()
    book.check()
    book.path.unlink()
    assert "is missing" in stopped(book), "from now on the new one counts"


def test_is_nothing_forgotten_for_a_gradebook_that_cannot_be_read(book):
    book.path.write_bytes(b"no database" * 99)
    with pytest.raises(GradingStopped, match="is damaged"):
        book.accept(lambda: pytest.fail("it is forgotten"))


# --- Backups --------------------------------------------------------------------------------------------------------


def on_day(monkeypatch, day):
    monkeypatch.setattr(backups, "date", type("date", (), {"today": staticmethod(lambda: day)}))


def test_is_one_made_each_day_before_the_first_write_and_the_last_five_kept(book, monkeypatch):
    folder = book.root / "backups"
    for day in range(1, 9):
        on_day(monkeypatch, date(2027, 1, day))
        for _ in range(2):
            with contextlib.closing(sqlite3.connect(book.path)) as database, database:
                database.execute("INSERT INTO assignment VALUES (?, 'more')", (f"more-{day}",))
            book.begin_writing()
    names = [f"gradebook-2027-01-{day:02}.db" for day in range(4, 9)]
    assert sorted(path.name for path in folder.iterdir()) == names
    with contextlib.closing(sqlite3.connect(folder / names[-1])) as copy:
        rows = [row[0] for row in copy.execute("SELECT id FROM assignment WHERE name = 'more' ORDER BY rowid")]
    assert rows == [f"more-{day}" for day in range(1, 8) for _ in range(2)] + ["more-8"], "of before the first write"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_are_backups_as_many_as_the_settings_say(tmp_path):
    config = Config()
    config.Backups.keep = 0
    book = GradebookFile(tmp_path, config)
    write(book.path)
    book.begin_writing()
    assert not (tmp_path / "backups").exists()


def test_is_the_secret_kept_beside_them(tmp_path):
    (tmp_path / "gradebook.secret").write_text("secret: 00")
    book = GradebookFile(tmp_path, Config())
    write(book.path)
    book.begin_writing()
    kept = tmp_path / "backups" / "gradebook.secret"
    assert kept.read_text() == "secret: 00" and kept.stat().st_mode & 0o777 == 0o600


def test_is_a_secret_kept_as_soon_as_it_is_drawn(tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    classroom = Classroom(tmp_path)
    write(classroom.book.path)
    classroom.book.begin_writing()
    kept = tmp_path / "backups" / "gradebook.secret"
    assert not kept.exists()
    first = classroom.secret
    assert first.data.hex() in kept.read_text() and kept.stat().st_mode & 0o777 == 0o600
    classroom.renew_secret()
    assert classroom.secret.data.hex() in kept.read_text()
    assert first.data.hex() in kept.with_name("gradebook.secret.orig").read_text()
    kept.unlink()
    unkept = Classroom(tmp_path)
    unkept.config.Backups.keep = 0
    assert unkept.secret and not kept.exists()


def test_does_a_damaged_gradebook_push_out_no_good_backup(book, monkeypatch):
    good = backups.newest(book.root)
    with contextlib.closing(sqlite3.connect(book.path)) as database, database:
        database.executemany("INSERT INTO assignment VALUES (?, 'x')", [("y" * 500,)] * 200)
    content = bytearray(book.path.read_bytes())
    content[-9000:-4000] = os.urandom(5000)
    book.path.write_bytes(content)
    on_day(monkeypatch, date(2099, 1, 1))
    with pytest.raises((GradingStopped, sqlite3.DatabaseError), match="damaged|malformed"):
        book.begin_writing()
    assert list((book.root / "backups").iterdir()) == [good]


def test_does_a_full_disk_leave_no_half_a_backup(book, monkeypatch):
    on_day(monkeypatch, date(2099, 1, 1))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("course.coursedir.files.os.replace", full)
    before = list((book.root / "backups").iterdir())
    with pytest.raises(OSError, match="No space"):
        book.begin_writing()
    assert list((book.root / "backups").iterdir()) == before
