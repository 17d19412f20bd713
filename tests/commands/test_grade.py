"""Whole runs of ``course grade``: two at once, and some that are stopped or killed: nothing runs on or lies about."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from authoring_course import make_course, run
from small_class import hand_in, right

from course.coursedir.lock import IN_USE, NOTE
from course.grading.sandbox.walls import bubblewrap

STUDENTS = ["ada", "bob"]
LIMIT_S = 2.0
"""Seconds for which anything may outlive the main process."""


def slow(nb, answers):
    right(nb, answers)
    answers["steps"] += "\nimport time\ntime.sleep(1)"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose class is to be graded, and a folder for temporary files."""
    bubblewrap()
    root = make_course(tmp_path_factory.mktemp("course"))
    assert run(root, "release", "week9") == 0
    for student in STUDENTS:
        hand_in(root, student, slow)
    return root, tmp_path_factory.mktemp("tmp")


class Grading:
    """``course grade`` with two workers, with a mark in the environment of all that it starts."""

    def __init__(self, root, tmp, *words):
        self.root, self.mark = root, uuid.uuid4().hex
        env = {**os.environ, "TMPDIR": str(tmp), "A_TESTS_MARK": self.mark}
        command = [sys.executable, "-m", "course.cli", "grade", "week9", "--jobs", "2", *words]
        self.process = subprocess.Popen(
            command, cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def started(self):
        """The processes that it has started, by their mark or by their parents, with their command lines."""
        parents, found = {}, {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    marked = self.mark.encode() in (entry / "environ").read_bytes()
                except OSError:
                    continue
                parents[int(entry.name)] = parent, words
                if marked:
                    found[int(entry.name)] = words
        new = set(found)
        while new:
            new = {pid for pid, (parent, _) in parents.items() if parent in new and pid not in found}
            found |= {pid: parents[pid][1] for pid in new}
        found.pop(self.process.pid, None)
        return {pid: words for pid, words in found.items() if words}  # without a command line: it has ended

    def until(self, moment):
        """Wait for one of MOMENTS; returns what it has started by then."""
        deadline = time.monotonic() + 300
        while not MOMENTS[moment](self):
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline, "it takes too long"
            time.sleep(0.05)
        return self.started()

    def gone(self, before):
        """Nothing that it has started is left, from now on within LIMIT_S."""
        ended = time.monotonic()
        while left := {**self.started(), **{pid: words for pid, words in before.items() if runs(pid, words)}}:
            late = time.monotonic() - ended > LIMIT_S
            for pid in left if late else ():
                os.kill(pid, signal.SIGKILL)
            assert not late, left
            time.sleep(0.02)


def runs(pid, words):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode() == words
    except OSError:
        return False


def holder(root):
    try:
        return json.loads((root / NOTE).read_text())["pid"]
    except (FileNotFoundError, ValueError):
        return None


def has(word):
    return lambda grading: any(word in words for words in grading.started().values())


MOMENTS = {
    "known mistakes are learnt": has("--for-grading"),
    "it works itself": lambda grading: holder(grading.root) == grading.process.pid,
}


def lying_about(root, tmp):
    return [path for folder in (root, tmp) for path in folder.rglob("*") if ".part" in path.name or path.parent == tmp]


@pytest.mark.long
def test_does_the_second_say_who_is_at_work_and_wait_where_it_is_told_to(course, capfd):
    root, tmp = course
    first = Grading(root, tmp)
    first.until("it works itself")
    second = Grading(root, tmp, "--wait")
    assert run(root, "grade", "week9") == IN_USE
    said = capfd.readouterr().err
    assert said.count("\n") == 1 and "`course grade week9 --jobs 2` (process " in said, said
    waiting = second.process.stderr.readline()
    assert waiting.startswith("waiting for `course grade week9 --jobs 2` (process "), waiting
    assert holder(root) == first.process.pid
    is_stopped(first, signal.SIGINT)
    second.until("it works itself")
    is_stopped(second, signal.SIGHUP)
    assert not (root / NOTE).exists()


@pytest.mark.long
@pytest.mark.parametrize("moment", ["known mistakes are learnt"])
def test_does_nothing_run_on_or_lie_about_after_a_kill_and_a_stop(course, moment):
    root, tmp = course
    killed = Grading(root, tmp)
    before = killed.until(moment)
    killed.process.kill()
    killed.process.communicate()
    killed.gone(before)
    stopped = Grading(root, tmp)
    stopped.until(moment)
    is_stopped(stopped, signal.SIGTERM)
    assert lying_about(root, tmp) == []


def is_stopped(grading, number):
    """The signal ends it with a sentence, and with it all that it has started."""
    before = grading.started()
    grading.process.send_signal(number)
    out, err = grading.process.communicate(timeout=60)
    assert grading.process.returncode == 128 + number, (number, out, err)
    assert err == "course: stopped. What was finished is kept; the same command carries on.\n", (number, err)
    grading.gone(before)
