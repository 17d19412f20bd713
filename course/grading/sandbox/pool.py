"""Sandbox pool: one sandbox for each thread, used again by one submission after another."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence

from course.grading.sandbox.limits import Limits
from course.grading.sandbox.remote_kernel import RoomLost
from course.grading.sandbox.room import Room

_mine = threading.local()
os.register_at_fork(after_in_child=lambda: _mine.__dict__.clear())  # a room is its maker's, and not a copy's


@contextlib.contextmanager
def entered(
    files: Mapping[str, bytes], limits: Limits, *, unsafe: bool = False, given: Sequence[str] = ()
) -> Iterator[Room]:
    """This thread's room, entered; made when it is first needed, or has died, or is asked for with other limits.

    Where a room is for one submission alone, the next one is begun when that has left.
    """
    room: Room | None = getattr(_mine, "room", None)
    fresh = room is None or not room.alive or (room.limits, room.unsafe) != (limits, unsafe)
    if room is None or fresh:
        if room is not None:
            room.close()
        room = _mine.room = Room(limits, unsafe=unsafe)
    try:
        room.enter(files, given)
    except RoomLost:
        room.close()
        if fresh:
            raise
        room = _mine.room = Room(limits, unsafe=unsafe)
        room.enter(files, given)
    try:
        yield room
    finally:
        room.leave()
        if room.for_one:
            room.close()
            _mine.room = Room(limits, unsafe=unsafe)


def warm_up(limits: Limits, *, unsafe: bool = False) -> None:
    """Begin to make this thread's room, so that it is ready when it is needed."""
    if getattr(_mine, "room", None) is None:
        _mine.room = Room(limits, unsafe=unsafe)
