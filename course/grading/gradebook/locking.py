"""Retry with back-off while a database is locked, and deferral of Ctrl-C until a write has ended."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from nbgrader.api import InvalidEntry
from sqlalchemy.exc import SQLAlchemyError

from course.coursedir.errors import GradingStopped

Result = TypeVar("Result")
LOCK_TIMEOUT_S = 60.0
"""Seconds to wait for a gradebook that another program has locked."""


def patiently(action: Callable[[], Result], tell: Callable[[str], None]) -> Result:
    """Do what reads or writes the gradebook; wait, and say so once, where another program has locked it.

    Ctrl-C comes after the action, not amid it: nbgrader and SQLAlchemy would make another error of it. Raises
    GradingStopped where it stays locked, and where the disk or the database is at fault.
    """
    deadline, told = time.monotonic() + LOCK_TIMEOUT_S, False
    while True:
        try:
            with unbroken():
                return action()
        except (SQLAlchemyError, InvalidEntry) as error:  # as nbgrader calls what its own writing meets
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
                f"{error.filename or 'the course folder'}: {error.strerror or error}. Free the space or mend the "
                "permissions, then run the same command again: what was graded is kept."
            ) from error


@contextlib.contextmanager
def unbroken() -> Iterator[None]:
    """Let what stands inside come to its end before a Ctrl-C raises KeyboardInterrupt; a second one raises it at once.

    For short steps that other libraries carry out: they may catch the exception, or make another one of it. Where
    Ctrl-C means something else (another thread than the main one, a process in the background, a handler of somebody's
    own, another ``unbroken`` around this one) it does nothing.
    """
    elsewhere = threading.current_thread() is not threading.main_thread()
    if elsewhere or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    came: list[int] = []

    def note(number: int, _: object) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            raise KeyboardInterrupt
