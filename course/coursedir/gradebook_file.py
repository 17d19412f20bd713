"""Integrity check of a course's gradebook against the note beside the grades: missing, empty, damaged or older.

nbgrader makes a gradebook anew wherever it finds none, without a word: due dates, a person's points and comments would
be gone. So each command that writes numbers the gradebook (SQLite's ``user_version``), and notes the number beside the
grades: one with a smaller number is older than they are. A database on a server has no such number: it is known by the
IDs of its assignments.
"""

from __future__ import annotations

import contextlib
import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from course.coursedir import backups
from course.coursedir.alias import plain, real
from course.coursedir.errors import GradingStopped
from course.coursedir.files import write_if_changed
from course.coursedir.layout import STATE
from course.coursedir.sample_dates import SAMPLE

if TYPE_CHECKING:
    from traitlets.config import Config

FILE = "gradebook.db"
"""The gradebook in the course's folder, where the settings name no other database."""
NOTE = "gradebook.json"
"""The name of the note beside the grades."""
ACCEPT = "course grade --accept-gradebook"
_PATIENCE_S = 1.0  # with one that is locked; who writes waits longer, and says so


@dataclass(frozen=True)
class Known:
    """What a gradebook is known by: its number, its assignments (week: ID), and when it was noted (UTC, ISO 8601)."""

    version: int = 0
    assignments: dict[str, str] = field(default_factory=dict)
    written: str = ""

    @property
    def day(self) -> str:
        """The local day on which it was noted, as YYYY-MM-DD; "an unknown day" for none."""
        try:
            return f"{datetime.fromisoformat(self.written).astimezone():%Y-%m-%d}"
        except ValueError:
            return "an unknown day"


class GradebookFile:
    """The gradebook of the course in ``root``, with these settings."""

    def __init__(self, root: Path, config: Config):
        self.root = root
        directory = config.CourseDirectory
        self.address: str = directory.get("db_url") or f"sqlite:///{plain(root)}/{FILE}"
        self.keep = int(config.Backups.get("keep", 5))
        self._graded = [root / directory.get(f"{step}_directory", step) for step in ("autograded", "feedback")]
        self._note = self._graded[0] / STATE / NOTE

    @property
    def path(self) -> Path | None:
        """SQLite's file; None for a database on a server."""
        if not self.address.startswith("sqlite:///"):
            return None
        return real(str(self.root / self.address.removeprefix("sqlite:///")), self.root)

    @property
    def missing(self) -> bool:
        """Whether there is no such file yet; False for a database on a server."""
        return self.path is not None and not self.path.exists()

    def check(self) -> None:
        """Raise GradingStopped where it is damaged, or is not the one that the grades beside it were written in.

        Where nothing was graded yet any gradebook is right, and none too. One that another program has locked passes.
        """
        path, noted = self.path, self._noted()
        known = self._has_grades() and (noted is None or bool(noted.assignments))
        if self.missing:
            if known:
                raise GradingStopped(
                    f"{self._name} is missing, and the grades here were written in it. {self._way_back()}"
                )
            return
        try:
            now = self._readable()
        except sqlite3.OperationalError:  # another program has it locked
            return
        if known and (trouble := _trouble(noted, now, numbered=path is not None)):
            raise GradingStopped(f"{self._name} {trouble}. {self._way_back()}")

    def _readable(self) -> Known:
        """What it is known by; raises GradingStopped where it cannot be read, OperationalError where it is locked."""
        if self.path is not None and not self.path.is_file():
            raise GradingStopped(f"{self.path} is no file. Move it away, and put the gradebook in its place.")
        try:
            return self._read()
        except sqlite3.OperationalError as error:
            if "lock" in str(error):
                raise
            raise GradingStopped(
                f"{self._name} cannot be opened: {error}. Let your account read and write it."
            ) from error
        except sqlite3.DatabaseError as error:
            raise GradingStopped(self._damaged(str(error))) from error

    def begin_writing(self) -> None:
        """Before the first write of a command: the day's backup, then the next number, noted beside the grades.

        Raises GradingStopped for a damaged file, which goes into no backup, and sqlite3.Error.
        """
        path = self.path
        if path is None or self.missing:
            return
        if backups.due(self.root, self.keep):
            with self._opened() as database:
                if (found := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                    raise GradingStopped(self._damaged(found))
                backups.make(self.root, database, self.keep)
        self._write(self._number(lambda number: number + 1))

    def note(self) -> None:
        """After the last write of a command: note what it is known by now. Only for one that ``check`` let pass."""
        if not self.missing:
            self._write(self._number(lambda number: number or 1))

    def accept(self, forget: Callable[[], object]) -> None:
        """From now on the gradebook that is there, or none, is the right one; ``forget`` what is known of the grades.

        Raises GradingStopped where it cannot be read, and OperationalError where it is locked.
        """
        there = Known() if self.missing else self._readable()
        forget()
        self._write(there)

    @property
    def _name(self) -> str:
        path = self.path
        if path is None:
            return "the gradebook's database"
        return str(path.relative_to(self.root) if path.is_relative_to(self.root) else path)

    def _way_back(self) -> str:
        newest = backups.newest(self.root)
        where = f"the last one here is {newest.relative_to(self.root)}" if newest else "there is none in backups/"
        return (
            f"Put back the one that you keep, or a backup ({where}). Where it is lost, `{ACCEPT}` goes on with what "
            "there is and grades everything again; due dates, and a person's points and comments, are then only those "
            "that are left."
        )

    def _damaged(self, words: str) -> str:
        return f"{self._name} is damaged ({words}). Move it away. {self._way_back()}"

    def _has_grades(self) -> bool:
        """Whether grades lie here that were written in a gradebook."""
        for folder in self._graded:
            if any(place.is_dir() for place in folder.glob("[!.]*/[!.]*")):
                return True
        if any(self._note.parent.glob("*/*.json")):
            return True
        with contextlib.suppress(OSError, ValueError, csv.Error), (self.root / "grades.csv").open(newline="") as file:
            return any(not (row.get("student") or SAMPLE).startswith(SAMPLE) for row in csv.DictReader(file))
        return False

    @property
    def unknown(self) -> bool:
        """Whether its note is damaged, so that an older gradebook would pass for the last one."""
        return self._note.is_file() and self._noted() is None

    def _noted(self) -> Known | None:
        try:
            return Known(**json.loads(self._note.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _write(self, known: Known) -> None:
        before = self._noted()
        if before is None or (before.version, before.assignments) != (known.version, known.assignments):
            write_if_changed(self._note, (json.dumps(asdict(known), indent=1, sort_keys=True) + "\n").encode())

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        assert self.path is not None
        uri = f"{self.path.absolute().as_uri()}?mode=rw"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE_S)) as database:
            yield database

    def _number(self, change: Callable[[int], int]) -> Known:
        """Give the gradebook another number; what it is known by then."""
        if self.path is not None:
            with self._opened() as database, database:
                (before,) = database.execute("PRAGMA user_version").fetchone()
                if (after := change(before)) != before:
                    database.execute(f"PRAGMA user_version = {after:d}")
        return self._read()

    def _read(self) -> Known:
        """What it is known by; raises sqlite3.Error."""
        now, asked = datetime.now(timezone.utc).isoformat(timespec="seconds"), "SELECT name, id FROM assignment"
        if self.path is None:
            import sqlalchemy

            engine = sqlalchemy.create_engine(self.address)
            with contextlib.closing(engine.connect()) as connection:
                there = sqlalchemy.inspect(engine).has_table("assignment")
                rows = [tuple(row) for row in connection.execute(sqlalchemy.text(asked))] if there else []
            engine.dispose()
            return Known(0, dict(rows), now)
        with self._opened() as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            there = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'assignment'").fetchone()
            return Known(version, dict(database.execute(asked).fetchall() if there else []), now)


def _trouble(noted: Known | None, now: Known, numbered: bool) -> str:
    """What is wrong with a gradebook beside known grades, as the rest of a sentence; "" for nothing."""
    if numbered and noted is not None and now.version >= noted.version > 0:
        return ""
    if not now.assignments:
        return "is empty, and there are grades here that were written in another one"
    if noted is None:
        return ""
    both = noted.assignments.keys() & now.assignments.keys()
    if both and all(noted.assignments[week] != now.assignments[week] for week in both):
        return "is not the one that the grades here were written in"
    if numbered and now.version < noted.version:
        return f"is older than the grades here, of {noted.day}"
    return ""
