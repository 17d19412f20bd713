"""Daily backups of the gradebook, by SQLite's own backup: ``backups/gradebook-DAY.db``, the last few of them.

They are made before a command first writes on a day, and hold what a person entered in the Formgrader too. The
course's secret lies beside them as soon as there is one. A database on a server has backups of its own.
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
import sqlite3
from datetime import date
from pathlib import Path

from course.coursedir.files import write_atomically

FOLDER = "backups"
SECRET = "gradebook.secret"
_PATTERN = "gradebook-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].db"
_PRIVATE = 0o600


def newest(root: Path) -> Path | None:
    """The last backup of the course in ``root``; None where there is none."""
    return max((root / FOLDER).glob(_PATTERN), default=None, key=lambda path: path.name)


def due(root: Path, keep: int) -> bool:
    """Whether none was made today. ``keep`` 0: never."""
    return keep > 0 and not _today(root).exists()


def make(root: Path, database: sqlite3.Connection, keep: int) -> Path:
    """Back up the gradebook that is open as ``database``; the last ``keep`` backups stay. Returns the new one."""
    place = _today(root)
    keep_secret(root, keep)
    with write_atomically(place, _PRIVATE) as aside, contextlib.closing(sqlite3.connect(aside)) as copy:
        database.backup(copy)
    for old in sorted((root / FOLDER).glob(_PATTERN))[:-keep]:
        old.unlink()
    return place


def keep_secret(root: Path, keep: int) -> None:
    """Lay the course's secret, where there is one, beside the backups; ``keep`` 0: never.

    One that was drawn before another keeps lying there, as ``gradebook.secret.orig``.
    """
    secret, copy = root / SECRET, root / FOLDER / SECRET
    if keep == 0 or not secret.is_file() or (copy.is_file() and filecmp.cmp(secret, copy, shallow=False)):
        return
    if copy.is_file():
        os.replace(copy, copy.with_name(f"{SECRET}.orig"))
    with write_atomically(copy, _PRIVATE) as aside:
        shutil.copyfile(secret, aside)


def _today(root: Path) -> Path:
    return root / FOLDER / f"gradebook-{date.today():%Y-%m-%d}.db"
