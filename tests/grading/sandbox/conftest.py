"""One sandbox for all tests of this folder."""

import pytest
from student_room import FILES, LIMITS, SECRET, Submission

from course.grading.sandbox.room import Room


@pytest.fixture(scope="session")
def room():
    """The grader that makes it holds a secret."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GRADERS_SECRET", SECRET)
    made = Room(LIMITS)
    made.wait()
    yield made
    made.close()
    patch.undo()


@pytest.fixture
def own(room):
    room.enter(FILES)
    assert room.alive
    yield Submission(room)
    room.leave()
    assert room.alive, "a submission ended the room"
