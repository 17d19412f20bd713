"""Retry with back-off while a database is locked."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

from nbgrader.api import InvalidEntry
from sqlalchemy.exc import SQLAlchemyError

from course.coursedir.errors import GradingStopped
from course.coursedir.processes import unbroken
from course.runtime.lacking import way_out

Result = TypeVar("Result")
LOCK_TIMEOUT_S = 60.0
"""Seconds to wait for a gradebook that another program has locked."""


def patiently(action: Callable[[], Result], tell: Callable[[str], None]) -> Result:
    """Do what reads or writes the gradebook; wait, and say so once, where another program has locked it.

    Ctrl-C and other signals come after the action, not amid it: nbgrader and SQLAlchemy would make another error of
    them. Raises GradingStopped where it stays locked, and where the disk or the database is at fault.
    """
    deadline, told = time.monotonic() + LOCK_TIMEOUT_S, False
    while True:
        try:
            with unbroken():
                return action()
        except (SQLAlchemyError, sqlite3.Error, InvalidEntry) as error:  # as nbgrader calls what its own writing meets
            words = str(getattr(error, "orig", error)).partition("\n")[0]  # PostgreSQL shows the statement below
            if "lock" not in words or time.monotonic() > deadline:  # "database is locked", "lock timeout", "deadlock"
                raise GradingStopped(
                    f"The gradebook could not be used: {words}. Close what else has it open, see that the disk has "
                    "room, and run the same command again: what was graded is kept."
                ) from error
            if not told:
                tell(f"waiting up to {LOCK_TIMEOUT_S:.0f} s for the gradebook, which another program has locked")
            told = True
            time.sleep(0.5)
        except OSError as error:
            raise GradingStopped(
                f"{error.filename or 'the course folder'}: {error.strerror or error}. {way_out(error)} run the same "
                "command again: what was graded is kept."
            ) from error
