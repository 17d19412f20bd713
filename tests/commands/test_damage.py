"""Whatever is damaged, missing, locked or in the way in a course is one message, never a traceback; nothing is lost."""

import contextlib
import re
import shutil
import sqlite3

import pytest
from authoring_course import make_course

from course.authoring.notebooks.release import release_week
from course.cli import main
from course.grading.gradebook import locking
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import Outcome

STATE = "autograded/.state/week9"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A course with one student, who is in the gradebook as graded."""
    root = make_course(tmp_path_factory.mktemp("whole") / "course")
    (root / "source" / "syllabus.toml").write_text("")
    release_week(root, "week9")
    classroom = Classroom(root)
    for step in ("submitted", "autograded", "feedback"):
        folder = classroom.path(step, "ada", "week9")
        folder.mkdir(parents=True)
        shutil.copy(root / "release" / "week9" / "small.ipynb", folder)
    with classroom.gradebook() as gradebook, pytest.warns():
        gradebook.update_or_create_student("ada")
        gradebook.update_or_create_submission("week9", "ada")
    assert classroom.secret
    with classroom.gradebook() as gradebook:
        inputs = classroom.inputs(gradebook, "ada", "week9")
    classroom.remember(Outcome("ada", "week9", "graded", inputs=inputs))
    (root / "submitted" / ".collected.json").write_text("{}")
    (root / "grades.csv").write_text("student,assignment\nada,week9\n")
    return root


@pytest.fixture
def course(whole, tmp_path, monkeypatch):
    root = tmp_path / "course"
    shutil.copytree(whole, root)
    monkeypatch.chdir(root)
    monkeypatch.setattr(locking, "LOCK_TIMEOUT_S", 0.0)
    return root


def bytes_of(root):
    """Everything but caches and the notebooks that are built beside their texts."""
    files = (path for path in root.rglob("*") if path.is_file() and not {".stamps", "source"} & {*path.parts})
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def is_told(words, capfd, says, statuses=(1, 2)):
    """The command ends with one message; returns it."""
    capfd.readouterr()
    status = main(words)
    out, err = capfd.readouterr()
    assert status in statuses, (status, out, err)
    lines = [line for line in err.splitlines() if not re.fullmatch(r"\d+ problems? to mend\.", line)]
    assert "Traceback" not in out + err and len(lines) == 1 and re.search(says, err), err
    return err


NEEDS_IT = (["release"], ["grade"], ["grade", "--dry-run"], ["report", "week9"], ["export", "week9", "--to", "csv"])
GONE = {
    "missing": (None, r"gradebook\.db is missing, .*--accept-gradebook"),
    "empty": (b"", r"gradebook\.db is empty, .*--accept-gradebook"),
    "no database": (b"no database" * 99, r"gradebook\.db is damaged \(file is not a database\)\. Move it away"),
    "a folder": ("folder", r"gradebook\.db is no file\. Move it away"),
    "cut off": ("cut", r"gradebook\.db is damaged \(database disk image is malformed\)"),
}


@pytest.mark.parametrize("kind", GONE)
def test_is_a_gradebook_that_is_gone_told_by_every_command_that_needs_it(course, kind, capfd):
    content, says = GONE[kind]
    book = course / "gradebook.db"
    if content == "cut":
        content = book.read_bytes()[:-9000]
    book.unlink()
    if content == "folder":
        book.mkdir()
    elif content is not None:
        book.write_bytes(content)
    before = bytes_of(course)
    for words in NEEDS_IT:
        is_told(words, capfd, says)
        assert bytes_of(course) == before, words
    for words in (["build"], ["sync"], ["coverage"], ["return", "week9", "--to", "folder"], ["sample"], ["clean"]):
        assert main(words) in (0, 1, 2, 3) and "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_is_a_locked_gradebook_told(course, how, capfd, monkeypatch):
    """Who only reads is kept out by nobody but a writer at this very moment (EXCLUSIVE)."""
    (course / "source" / "week9" / "prices.csv").write_text("rooms\n")  # there is something to release
    with contextlib.closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        for words in (["release"], *([NEEDS_IT[2], NEEDS_IT[4]] if how == "EXCLUSIVE" else [])):
            is_told(words, capfd, "gradebook could not be used: database is locked. Close what else has it open")
    assert main(["release"]) == 0


DAMAGE = {
    "collected.json": ("submitted/.collected.json", ["collect", "week9", "release"], "cannot be read. Move it away"),
    "secret": ("gradebook.secret", ["grade", "--dry-run"], "gradebook.secret is damaged"),
    "secret's identity": ("autograded/.state/secret-identity.txt", ["grade", "--dry-run"], "is not the one that"),
    "pyproject.toml": ("pyproject.toml", ["build"], r"pyproject\.toml"),
    "text": ("source/week9/small.py", ["build"], r"small\.py"),
    "settings": ("nbgrader_config.py", ["grade", "--dry-run"], r"nbgrader_config\.py"),
    "settings, released": ("nbgrader_config.py", ["release"], r"nbgrader_config\.py"),
    "syllabus": ("source/syllabus.toml", ["coverage"], r"syllabus\.toml"),
}


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{", id="cut off"),
        pytest.param(b"\xff\xfe\x00", id="binary", marks=pytest.mark.long),
        pytest.param("folder", id="a folder", marks=pytest.mark.long),
    ],
)
def test_is_a_damaged_file_one_message_that_names_it(course, kind, content, capfd):
    name, words, says = DAMAGE[kind]
    path = course / name
    path.unlink()
    if content == "folder":
        path.mkdir()
        says = rf"{says}|{re.escape(path.name)}|no course here"
    else:
        path.write_bytes(content)
    is_told(words, capfd, says)


@pytest.mark.parametrize("content", [b'{"stud', b"\xff\xfe", b""])
def test_is_a_damaged_note_told_and_its_submission_due(course, content, capfd):
    (course / STATE / "ada.json").write_bytes(content)
    assert main(["grade", "--dry-run"]) == 0
    out, err = capfd.readouterr()
    assert "week9 ada\n" in out
    assert err == f"{STATE}/ada.json is damaged and counts as none: `course grade week9` grades ada again.\n"
    main(["export", "week9", "--to", "csv"])
    assert f"{STATE}/ada.json is damaged" in capfd.readouterr().err


def test_is_a_lost_state_told(course, capfd):
    shutil.rmtree(course / "autograded" / ".state")
    assert main(["grade", "--dry-run"]) == 0
    out, err = capfd.readouterr()
    assert "would grade 1 of 1" in out
    assert err.startswith(f"{STATE} is gone, and with it what was noted of the 1 submissions in the gradebook")


@pytest.mark.parametrize("step", ["build", "release"])
@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]"])
def test_is_damage_in_a_cache_none(course, step, content, capfd):
    for path in (course / ".stamps").rglob("*.json"):
        path.write_bytes(content)
    assert main([step]) == 0 and main([step]) == 0
    assert capfd.readouterr().err == ""


def test_does_nbgraders_log_of_an_error_stay_off_the_screen(course, capfd, monkeypatch):
    """It logs "Rolling back session" with a traceback before it raises; Python prints what nobody handles."""
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as database, database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON student BEGIN SELECT RAISE(ABORT, 'disk full'); END")

    def run(_):
        with Classroom(course).gradebook() as gradebook:
            gradebook.add_student("bob")
        return 0

    monkeypatch.setattr("course.commands.coverage._coverage", run)
    capfd.readouterr()
    with contextlib.suppress(Exception):
        main(["coverage"])
    assert "Traceback" not in capfd.readouterr().err
