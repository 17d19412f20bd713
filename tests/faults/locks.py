"""A gradebook that another program has locked, and locks that nobody holds any more."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from .look import look
from .trial import NOT_ALL, Stage, trial


def _holding(stage: Stage, begin: str, seconds: float) -> Callable[[], None]:
    """Lock the gradebook from another process, for so long or until the function that comes back is called."""
    read, write = os.pipe()
    holder = os.fork()
    if holder == 0:
        try:
            book = sqlite3.connect(stage.root / "gradebook.db", isolation_level=None)
            for statement in begin.split("; "):
                book.execute(statement).fetchone()
            os.write(write, b"1")
            time.sleep(seconds)
        finally:
            os._exit(0)
    os.read(read, 1)
    stage.helpers.add(holder)

    def free() -> None:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
        stage.helpers.discard(holder)

    return free


EXCLUSIVE, READING = "BEGIN EXCLUSIVE", "BEGIN; SELECT count(*) FROM grade"


@trial(quick=True)
def gradebook_locked_for_a_while(stage: Stage) -> None:
    """Another program has the gradebook locked for eight seconds: it is waited for."""
    free = _holding(stage, EXCLUSIVE, 8)
    ran = stage.grade().wait()
    stage.stopped(ran, NOT_ALL)
    free()
    stage.nothing_left()
    stage.same()


def _locked(stage: Stage, begin: str, *words: str) -> None:
    before = look(stage.root)
    free = _holding(stage, begin, 600)
    ran = stage.start(*words).wait()
    free()
    stage.stopped(ran, 1, saying="lock")
    stage.nothing_left()
    stage.same(before, but=lambda key: key == ".stamps" or key.startswith(("backup", ".stamps/known")))
    stage.and_then_the_same()


@trial()
def gradebook_locked_for_good(stage: Stage) -> None:
    """Another program keeps the gradebook locked: grading stops with a sentence, and has changed nothing."""
    _locked(stage, EXCLUSIVE, "course", "grade", "week9", "--jobs", "1")


@trial()
def gradebook_read_for_good(stage: Stage) -> None:
    """Another program goes on reading the gradebook, so that nothing can be committed."""
    free = _holding(stage, READING, 600)
    ran = stage.grade().wait()
    free()
    stage.stopped(ran, 1, saying="lock")
    stage.nothing_left()
    stage.and_then_the_same()


@trial()
def gradebook_locked_while_releasing(stage: Stage) -> None:
    """The gradebook is locked while a changed week is released: a sentence, and the old release stays."""
    from .signals import BUILT, change_text

    words = ("course", "release", "week9")
    wanted = stage.undisturbed(words, change_text, 0)
    change_text(stage.root)
    before = look(stage.root)
    free = _holding(stage, EXCLUSIVE, 600)
    ran = stage.start(*words).wait()
    free()
    stage.stopped(ran, 1, saying="lock")
    stage.nothing_left()
    stage.same(before, but=lambda key: key.startswith(BUILT))
    stage.again(words, 0)
    stage.same(wanted)


@trial()
def gradebook_locked_while_exporting(stage: Stage) -> None:
    """The gradebook is locked while a command reads it: a sentence, and nothing is changed."""
    before = look(stage.root)
    free = _holding(stage, EXCLUSIVE, 600)
    ran = stage.start("course", "export", "week9", "--to", "csv").wait()
    free()
    stage.stopped(ran, 1, saying="lock")
    stage.nothing_left()
    stage.same(before)


@trial()
def lock_of_another_boot(stage: Stage) -> None:
    """A note says that a command is at work, whose process was killed and whose number is another's now."""
    folder = stage.root / ".stamps"
    folder.mkdir(exist_ok=True)
    note = {
        "command": "course grade",
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": "2026-11-29T10:00:00+00:00",
        "kernel": "another",
    }
    Path(folder, "lock.json").write_text(json.dumps(note))
    Path(folder, "lock").write_text("")
    stage.again()
    stage.nothing_left()
    stage.same()


@trial()
def lock_note_damaged(stage: Stage) -> None:
    """The note of who is at work is half written."""
    folder = stage.root / ".stamps"
    folder.mkdir(exist_ok=True)
    Path(folder, "lock.json").write_text('{"command": "cou')
    stage.again()
    stage.nothing_left()
    stage.same()
