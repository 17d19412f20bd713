"""One sandbox serves one submission after another, and is replaced when it is lost or has other limits."""

import threading

import pytest
from student_room import LIMITS

from course.grading.sandbox import pool, remote_kernel
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.room import Room

pytestmark = pytest.mark.long


def test_is_a_lost_room_replaced_when_the_next_submission_comes(room, monkeypatch):
    made = []

    class Broken(Room):
        def __init__(self, limits, *, unsafe=False):
            self.limits, self.unsafe = limits, unsafe
            made.append(self)

        alive = True

        def enter(self, files, given=()):
            if len(made) == 1:
                raise remote_kernel.RoomLost("gone")

        def leave(self):
            pass

        def close(self):
            self.alive = False

    monkeypatch.setattr(pool, "Room", Broken)
    monkeypatch.setattr(pool, "_mine", threading.local())
    with pool.entered({}, LIMITS) as found:
        assert found is made[1] and not made[0].alive
    with pool.entered({}, LIMITS) as found:
        assert found is made[1]
    with pool.entered({}, Limits()) as found:
        assert found is made[2] and not made[1].alive, "other limits need another room"
