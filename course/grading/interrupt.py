"""Ctrl-C between two steps, not in the middle of one."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


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
