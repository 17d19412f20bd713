"""One command at a time writes in a course's folder: the second says who is at work, or waits; readers read."""

import argparse
import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import filelock
import pytest

from course.cli import main, parser
from course.coursedir import lock
from course.coursedir.lock import IN_USE, NOTE, InUse, alone

HOLD = """
import sys, time
from pathlib import Path
from course.coursedir.lock import alone
with alone(Path(sys.argv[1]), "course grade week5"):
    print("at work", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("")
    (tmp_path / "source" / "week9").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def at_work(root):
    """Begins another process that holds the lock for some seconds."""
    begun = []

    def begin(seconds):
        words = [sys.executable, "-c", HOLD, str(root), str(seconds)]
        begun.append(process := subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
        assert process.stdout.readline() == "at work\n"
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def test_does_the_second_command_say_who_is_at_work(root, at_work, monkeypatch, capsys):
    monkeypatch.chdir(root)
    holder = at_work(60)
    for words in (["sync"], ["build"], ["sample"], ["grade"], ["clean"], ["release"], ["collect", "week9", "a.zip"]):
        began = time.monotonic()
        assert main(words) == IN_USE
        out, err = capsys.readouterr()
        host = re.escape(socket.gethostname())
        who = rf"`course grade week5` \(process {holder.pid} on {host}, since \d\d:\d\d\) is at work"
        assert not out and err.count("\n") == 1 and re.search(who, err) and time.monotonic() - began < 5, err


def test_is_nobody_kept_from_reading(root, at_work, monkeypatch, capsys):
    monkeypatch.chdir(root)
    at_work(60)
    for words in (
        ["release", "--check"],
        ["grade", "--dry-run"],
        ["report", "week9"],
        ["export", "week9", "--to", "csv"],
    ):
        assert main(words) not in (0, IN_USE)  # they have nothing to read here, and say so
        assert "at work" not in capsys.readouterr().err


def test_does_a_command_that_waits_begin_when_the_other_has_ended(root, at_work, monkeypatch, capsys):
    monkeypatch.chdir(root)
    holder = at_work(60)
    assert main(["sync", "--wait=0.3"]) == IN_USE, "it waits no longer than it was told"
    err = capsys.readouterr().err
    assert err.startswith("waiting for `course grade week5`") and err.count("\n") == 2
    holder.kill()
    holder = at_work(1.5)
    assert main(["clean", "--wait"]) == 0
    assert holder.wait(5) == 0 and "waiting for" in capsys.readouterr().err


def test_does_the_lock_of_a_killed_command_go_with_it(root, at_work):
    holder = at_work(60)
    with pytest.raises(InUse), alone(root, "course sync"):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert lock.holder_of(root).pid == holder.pid, "its note is still there"
    with alone(root, "course sync"):
        assert lock.holder_of(root) == lock.Holder.this("course sync")
    assert not (root / NOTE).exists()


def test_may_the_holder_take_it_again_and_nobody_else(root):
    other = [sys.executable, "-c", HOLD, str(root), "0"]
    with alone(root, "course grade"):
        with alone(root, "course release"):
            assert lock.held(root)
        assert lock.holder_of(root).command == "course grade"
        done = subprocess.run(other, capture_output=True, text=True)
        assert done.returncode == 1 and "InUse" in done.stderr
    assert not lock.held(root)
    assert subprocess.run(other, check=False).returncode == 0


def test_does_an_error_give_the_lock_back(root):
    with pytest.raises(ZeroDivisionError), alone(root, "course grade"):
        raise ZeroDivisionError
    with alone(root, "course grade"):
        pass


def test_is_a_note_of_another_machine_told_with_the_way_to_remove_it(root):
    """Folders that machines share may have locks that do not reach from one to the other."""
    (root / NOTE).parent.mkdir()
    elsewhere = {**vars(lock.Holder.this("course grade week5")), "host": "another", "kernel": "another boot"}
    (root / NOTE).write_text(json.dumps(elsewhere))
    told = r"on another, .*where it was killed there, delete \.stamps/lock\.json and run"
    with pytest.raises(InUse, match=told), alone(root, "course sync"):
        pass
    for same in ({"host": socket.gethostname()}, {"kernel": lock._kernel()}):  # rebooted since; another container
        (root / NOTE).write_text(json.dumps({**elsewhere, **same}))
        with alone(root, "course sync"):
            pass
    for damaged in ("", "{", "[]", '{"pid": 3}'):
        (root / NOTE).write_text(damaged)
        with alone(root, "course sync"):
            pass


def test_does_it_do_without_the_kernels_locks(root, monkeypatch):
    def none(*_, **__):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(filelock.FileLock, "_acquire", none)
    with alone(root, "course grade"), monkeypatch.context() as patch:
        patch.setattr(lock, "_held", {})  # as another process sees it
        with pytest.raises(InUse, match="`course grade`"), alone(root, "course sync"):
            pass
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    (root / f"{lock.LOCK}.soft").write_text(f"{int(gone.stdout)}\n{socket.gethostname()}\n")
    with alone(root, "course sync", wait_s=5):
        pass


def test_is_a_lock_that_cannot_be_made_one_message(root, monkeypatch, capsys):
    (root / ".stamps").write_text("in the way")
    monkeypatch.chdir(root)
    assert main(["sync"]) == 1
    assert capsys.readouterr().err.startswith("course: File exists")


WRITES = {
    "build": [],
    "release": [],
    "known": [],
    "sync": [],
    "sample": [],
    "grade": [],
    "clean": [],
    "collect": ["week9", "a.zip"],
}
READS = {
    "release": ["--check"],
    "known": ["--check"],
    "grade": ["--dry-run"],
    "collect": ["week9", "a.zip", "--dry-run"],
    "kill-matrix": [],
    "coverage": [],
    "report": ["week9"],
    "export": ["week9", "--to", "csv"],
    "return": ["week9", "--to", "folder"],
}


def test_is_it_said_of_every_command_whether_it_writes():
    """What ends in one finished file that no other command reads needs no lock."""
    action = next(each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    assert {*WRITES, *READS} == set(action.choices)
    for name, words in (*WRITES.items(), *READS.items()):
        args = parser().parse_args([name, *words])
        assert bool(args.writes and args.writes(args)) == (WRITES.get(name) == words), (name, words)


@pytest.mark.parametrize("words", [["--wait", "week9"], ["--wait=-1"], ["--wait=soon"]])
def test_is_a_strange_time_to_wait_told(words, capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(["build", *words])
    assert "is no number of seconds; write --wait=60, or --wait behind the names" in capsys.readouterr().err


def test_may_a_group_that_writes_in_the_folder_take_the_lock(root):
    (root / ".stamps").mkdir()
    os.chmod(root / ".stamps", 0o775)
    with alone(root, "course sync"):
        pass
    assert (root / lock.LOCK).stat().st_mode & 0o777 == 0o664
