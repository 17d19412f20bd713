"""Is nothing lost, and nothing left half-written, when grading is stopped, or kept from its gradebook?

What is killed, and all that a machine may do, is in the trials: ``tests/faults``.
"""

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from authoring_course import make_course
from small_class import hand_in, right

from course.authoring.notebooks.release import release_week
from course.cli import main
from course.grading.gradebook import locking
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.late import LatePenalty
from course.grading.sandbox.walls import bubblewrap

GRADE = [sys.executable, "-m", "course.cli", "grade", "week9"]
CLASS = [f"s{number}" for number in range(6)]


def slow(nb, answers):
    right(nb, answers)
    answers["steps"] += "\nimport time\ntime.sleep(1)"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course whose class of six was graded without a hitch, and its grades.csv."""
    bubblewrap()
    root = make_course(tmp_path_factory.mktemp("course"))
    Classroom(root)
    release_week(root, "week9")
    for student in CLASS:
        hand_in(root, student, slow)
    (root / "submitted" / "s1" / "week9" / "timestamp.txt").write_text("2026-03-01 18:00:00 UTC")
    subprocess.run([*GRADE, "--jobs", "2"], cwd=root, check=True, capture_output=True, timeout=900)
    return root, (root / "grades.csv").read_bytes()


@pytest.fixture
def fresh(graded, tmp_path):
    """The same course before it was graded."""
    root, _ = graded
    copy = tmp_path / "course"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("autograded", "feedback", "grades.csv", "gradebook.db"))
    Classroom(copy)
    release_week(copy, "week9")
    return copy


def begin(root, *words):
    return subprocess.Popen(
        [*GRADE, "--jobs", "2", *words], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def finished(root):
    """The students whose grading has come to its end, by their outcomes."""
    outcomes = [Classroom(root).outcome(student, "week9") for student in CLASS]
    return [outcome.student for outcome in outcomes if outcome is not None and outcome.inputs]


def until(done, process, seconds=600):
    deadline = time.monotonic() + seconds
    while not (found := done()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)
    return found


def below(pid):
    """The processes that a process has started, and those that they have, with their command lines."""
    parents, commands = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                commands[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
    found, new = {}, {pid}
    while new:
        new = {each for each, parent in parents.items() if parent in new}
        found |= {each: commands[each] for each in new if each in commands}
    return found


def under_way(root):
    """A run that has finished its first submission."""
    running = begin(root)
    until(lambda: finished(root), running)
    return running


def gone(processes):
    deadline = time.monotonic() + 20
    while left := [pid for pid in processes if Path(f"/proc/{pid}").exists() and _state(pid) != "Z"]:
        assert time.monotonic() < deadline, f"{left} still run"
        time.sleep(0.1)


def _state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def carries_on(root, done, expected):
    """The next run grades the others alone, and comes to the same grades."""
    before = {student: (root / "autograded" / student / "week9").stat().st_ino for student in done}
    again = subprocess.run([*GRADE, "--jobs", "2"], cwd=root, capture_output=True, text=True, timeout=900)
    assert again.returncode == 0, again.stderr
    assert f"{len(done)} of {len(CLASS)} had not changed since they were graded" in again.stdout
    assert (root / "grades.csv").read_bytes() == expected
    assert {student: (root / "autograded" / student / "week9").stat().st_ino for student in done} == before


@pytest.mark.long
def test_does_a_terminal_show_rate_time_left_who_and_the_states(fresh):
    (fresh / "submitted" / "s0" / "week9" / "small.ipynb").write_text("no notebook")
    ours, theirs = os.openpty()
    running = subprocess.Popen(
        [*GRADE, "--jobs", "2"],
        cwd=fresh,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "160"},
    )
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # the terminal's other end is closed
        while piece := os.read(ours, 1 << 16):
            said += piece
    os.close(ours)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode(errors="replace"))
    assert running.wait() == 3, text
    states = r"\d+ a minute; [1-5] graded, 1 could not be graded; now s\d"
    assert re.search(rf"[2-5]/6 \d:\d\d:\d\d {states}", text), text


@pytest.mark.long
def test_does_ctrl_c_end_within_seconds_and_keep_what_is_done(graded, fresh):
    running = under_way(fresh)
    started = below(running.pid)
    running.send_signal(signal.SIGINT)
    asked = time.monotonic()
    said, _ = running.communicate(timeout=60)
    assert time.monotonic() - asked < 10 and running.returncode == 130, said
    done = finished(fresh)
    assert 0 < len(done) < len(CLASS) and "Traceback" not in said
    assert (fresh / "grades.csv").read_text().count(",graded,") == len(done)
    gone(started)
    carries_on(fresh, done, graded[1])


def dump(root):
    with closing(sqlite3.connect(root / "gradebook.db", timeout=60)) as book:
        return list(book.iterdump())


def files(root):
    return {
        str(path.relative_to(root)): path.read_bytes()
        for step in ("autograded", "feedback")
        for path in (root / step).rglob("*")
        if path.is_file() and ".state" not in path.parts
    }


@contextmanager
def locked(root, how):
    """The gradebook, held by another connection: "IMMEDIATE" keeps writers out, "EXCLUSIVE" everybody."""
    with closing(sqlite3.connect(root / "gradebook.db", isolation_level=None)) as book:
        book.execute(f"BEGIN {how}")
        yield book


@pytest.fixture
def one(graded, tmp_path, monkeypatch, capfd):
    """The graded course and a quick new hand-in of one student, with `course grade` for it in this process."""
    root = tmp_path / "course"
    shutil.copytree(graded[0], root)
    monkeypatch.setattr(locking, "LOCK_TIMEOUT_S", 7.0)  # more than the five seconds that sqlite3 itself waits
    monkeypatch.chdir(root)
    assert main(["grade", "--jobs", "1"]) == 0, "the folder has another name: everything is graded again"
    capfd.readouterr()
    hand_in(root, "s1", lambda nb, answers: answers.pop("double") and None)

    def grade(*words):
        status = main(["grade", "--jobs", "1", *words])
        return status, capfd.readouterr()

    return root, grade


@pytest.mark.long
@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_does_a_locked_gradebook_end_grading_with_nothing_half_written(one, how):
    root, grade = one
    before, pages = dump(root), files(root)
    with locked(root, how):
        status, said = grade()
    assert status == 1 and "Traceback" not in said.err
    assert said.err.count("waiting up to 7 s for the gradebook, which another program has locked") == 1
    assert "database is locked. Close what else has it open" in said.err
    assert dump(root) == before and files(root) == pages
    assert not list((root / "autograded" / "s1").glob(".*"))
    status, said = grade()
    assert status == 0 and f"{len(CLASS) - 1} of {len(CLASS)} had not changed" in said.out


@pytest.mark.long
def test_is_a_gradebook_waited_for_until_it_is_free(one, monkeypatch):
    root, grade = one
    with locked(root, "IMMEDIATE") as book:
        sleep = time.sleep

        def free(seconds):
            if book.in_transaction:
                book.execute("ROLLBACK")
            sleep(seconds)

        monkeypatch.setattr(locking.time, "sleep", free)
        status, said = grade()
    assert status == 0 and "waiting up to" in said.err
    assert f"{len(CLASS) - 1} of {len(CLASS)} had not changed" in said.out


@pytest.mark.long
def test_does_a_penalty_that_cannot_be_written_leave_the_old_score(one, monkeypatch):
    """Points and late penalty are one transaction: whatever fails between them, neither is there."""
    root, grade = one
    before, pages = dump(root), files(root)

    def fails(self, student, score, seconds):
        raise OSError(28, "No space left on device", "gradebook.db")

    with closing(sqlite3.connect(root / "gradebook.db")) as book:
        book.execute("UPDATE assignment SET duedate = '2026-01-01 00:00:00.000000'")
        book.commit()
    due, points = dump(root), 'INSERT INTO "grade"'
    assert due != before
    monkeypatch.setattr(LatePenalty, "late_submission_penalty", fails)
    status, said = grade("--students", "s1")
    assert status == 1 and "No space left on device" in said.err
    assert [line for line in dump(root) if line.startswith(points)] == [x for x in due if x.startswith(points)]
    assert files(root) == pages
