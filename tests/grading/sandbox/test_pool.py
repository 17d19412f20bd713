"""One sandbox serves one submission after another, and is replaced when it is lost or has other limits."""

import os
import threading

import pytest
from student_room import FILES, IN_TMP, LIMITS, Submission

from course.grading.sandbox import pool, remote_kernel, walls
from course.grading.sandbox import room as rooms
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.room import Room

pytestmark = pytest.mark.long


def test_is_a_lost_room_replaced_when_the_next_submission_comes(room, monkeypatch):
    made, lost = [], []

    def was_lost(*_):
        raise remote_kernel.RoomLost("gone")

    class Broken(Room):
        def __init__(self, limits, *, unsafe=False):
            self.limits, self.unsafe = limits, unsafe
            made.append(self)

        alive, for_one = True, False

        def enter(self, files, given=()):
            if self in lost:
                was_lost()

        def leave(self):
            pass

        def close(self):
            self.alive = False

    monkeypatch.setattr(pool, "Room", Broken)
    monkeypatch.setattr(pool, "_mine", threading.local())
    with pool.entered({}, LIMITS) as found:
        assert found is made[0]
    lost.append(made[0])
    with pool.entered({}, LIMITS) as found:
        assert found is made[1] and not made[0].alive
    with pool.entered({}, LIMITS) as found:
        assert found is made[1]
    with pool.entered({}, Limits()) as found:
        assert found is made[2] and not made[1].alive, "other limits need another room"
    monkeypatch.setattr(Broken, "enter", was_lost)
    with pytest.raises(remote_kernel.RoomLost), pool.entered({}, LIMITS):
        pytest.fail("entered")
    assert len(made) == 4 and not made[3].alive, "a new one that is lost at once is its caller's to try again"


def test_is_a_room_for_one_alone_replaced_by_a_new_one(monkeypatch):
    monkeypatch.setattr(walls, "no_worlds", lambda: "the platform forbids them")
    monkeypatch.setattr(pool, "_mine", threading.local())
    seen = []
    try:
        for _ in range(2):
            with pool.entered(FILES, LIMITS) as found:
                seen.append(found)
                own = Submission(found)
                assert own.text("import os\nprint(sorted(os.listdir('/tmp')), os.getuid())") == f"{IN_TMP} 65534\n"
                assert own.run("open('/tmp/left', 'w').close()").ok
            assert not found.alive
        assert seen[0] is not seen[1]
    finally:
        pool._mine.room.close()


def test_does_a_copy_of_this_process_make_a_room_of_its_own():
    """What is forked from a process that graded takes neither its room nor, at its end, that room's life."""
    with pool.entered({}, LIMITS) as room:
        pass
    pid = os.fork()
    if pid == 0:
        rooms.close_all()
        os._exit(int(hasattr(pool._mine, "room")))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 and room.alive
    with pool.entered({}, LIMITS) as again:
        assert again is room
