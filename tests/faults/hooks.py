"""Something done at an exact place: at the nth rename, write, commit or start of a process, by Python's audit events.

The product has no hooks for this. Python itself announces what it is about to do (PEP 578), and SQLite each statement
that it begins (its trace callback); whoever listens can end the process there, or let that very call fail.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NAMED = {
    "os.rename": "rename",
    "os.mkdir": "mkdir",
    "os.remove": "remove",
    "os.rmdir": "rmdir",
    "os.chmod": "chmod",
    "os.link": "link",
    "os.truncate": "truncate",
}
Heard = Callable[[str, str], None]
"""Called with a kind of place, and what it is about: a path in the course's folder, a statement, a command."""


def listen(root: Path | None, heard: Heard) -> None:
    """From now on, tell of everything that this process (none that it forks) is about to change in ``root``.

    None is the folder in which the process is at that moment.
    """
    pid, busy = os.getpid(), [False]

    def short(path: Any) -> str:
        if isinstance(path, int) or path is None:
            return ""
        inside = f"{os.path.realpath(root or os.getcwd())}{os.sep}"
        text = os.path.abspath(os.fsdecode(path))
        return text[len(inside) :] if text.startswith(inside) else ""

    def tell(kind: str, about: str) -> None:
        if not busy[0] and os.getpid() == pid:
            busy[0] = True
            try:
                heard(kind, about)
            finally:
                busy[0] = False

    def statement(text: str) -> None:
        word = text.split(None, 1)[0].upper() if text.strip() else ""
        if word in ("COMMIT", "INSERT", "UPDATE", "DELETE"):
            table = re.search(r"(?:INTO|UPDATE|FROM) (\w+)", text)
            tell("sqlite", f"{word} {table[1] if table and word != 'COMMIT' else ''}".strip())

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            if isinstance(flags, int) and flags & _WRITES and (about := short(path)):
                tell("write", about)
        elif event == "subprocess.Popen":
            tell("start", os.path.basename(str(args[0])))
        elif (kind := _NAMED.get(event)) and (about := short(args[0])):
            tell(kind, about)

    sys.addaudithook(hook)
    connect = sqlite3.dbapi2.connect

    def traced(*args: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*args, **more)
        connection.set_trace_callback(statement)
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = traced


def plain(about: str) -> str:
    """What a place is about, without a student's name and without letters that are drawn at random."""
    about = re.sub(r"(?<![^/])\.[\w-]+\.part(?![^/])", ".PART", about)
    about = re.sub(r"release-\w{8}", "release-RANDOM", about)
    about = re.sub(r"^(submitted|autograded|feedback)/[^./][^/]*", r"\1/STUDENT", about)
    return re.sub(r"(\.state/\w+)/(?!history)[^./][^/]*\.json", r"\1/STUDENT.json", about)


class Recorder:
    """Writes down each place that a run comes to, into the file ``into``."""

    def __init__(self, into: Path) -> None:
        self.into = into

    def __call__(self, kind: str, about: str) -> None:
        with self.into.open("a", encoding="utf-8") as file:
            file.write(f"{kind} {plain(about)}\n")


class At:
    """Does something at the ``nth`` time (from 1) that a run comes to the place ``where``: "rename grades.csv"."""

    def __init__(self, where: str, nth: int, do: Callable[[], None]) -> None:
        self.where, self.left, self.do = where, nth, do

    def __call__(self, kind: str, about: str) -> None:
        if f"{kind} {plain(about)}" == self.where:
            self.left -= 1
            if self.left == 0:
                self.do()


class Copier:
    """At each place that a run comes to, copies ``root`` to ``into``/NUMBER: what ``kill -9`` there would leave.

    What a killed process has written the system keeps, also the journal of a transaction under way; only its locks go.
    Where ``chosen`` does not want the number of a place, nothing is copied.
    """

    def __init__(self, root: Path, into: Path, chosen: Callable[[int], bool]) -> None:
        self.root, self.into, self.chosen, self.number = root, into, chosen, 0

    def __call__(self, kind: str, about: str) -> None:
        if kind in ("start", "chmod"):  # nothing has changed on disk since the place before
            return
        self.number += 1
        if self.chosen(self.number):
            target = self.into / str(self.number)
            pid = os.posix_spawnp("cp", ["cp", "-a", str(self.root), str(target)], os.environ)
            os.waitpid(pid, 0)
            with (self.into / "places").open("a", encoding="utf-8") as file:
                file.write(f"{self.number}\t{kind} {plain(about)}\n")


class Switch:
    """A listener that tells another one, which can be exchanged meanwhile."""

    def __init__(self) -> None:
        self.heard: Heard = lambda kind, about: None

    def __call__(self, kind: str, about: str) -> None:
        self.heard(kind, about)


def kill_self() -> None:
    """End this process as ``kill -9`` does, at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def failing(number: int) -> Callable[[], None]:
    """The very call that is announced fails with this error of the system's."""

    def fail() -> None:
        raise OSError(number, os.strerror(number))

    return fail
