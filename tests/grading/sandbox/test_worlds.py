"""A world for each submission: whatever one does, the next one finds the world that the first one found."""

import os
import secrets
import time

import pytest
from fingerprint import after, code_of, entered, keeper, shared_namespaces
from hostile.case import CASES
from hostile.findings import look
from hostile.grading import grade
from hostile.outlasting import OUTLASTING
from hostile.place import Place
from student_room import LIMITS, Submission

from course.grading.sandbox import remote_kernel
from course.grading.sandbox.remote_kernel import KernelLost
from course.grading.sandbox.room import Room


@pytest.fixture(scope="module")
def room():
    """A sandbox in which submissions come and go, each for a moment."""
    made = Room(LIMITS)
    made.wait()
    log = os.fdopen(os.dup(made.log.fileno()), errors="replace")
    yield made
    if not made.alive:
        log.seek(0)
        print(log.read())  # why
    log.close()
    made.close()


def test_is_the_world_the_same_after_what_would_outlast_its_submission(room, monkeypatch):
    monkeypatch.setattr(remote_kernel, "INTERRUPT_TIMEOUT_S", 0.3)
    first, differ = after(room, {name: code_of(name) for name in OUTLASTING}, seconds=2)
    assert len(first) > 150 and not differ


@pytest.mark.long
def test_is_the_world_the_same_after_every_hostile_submission(room, monkeypatch):
    monkeypatch.setattr(remote_kernel, "INTERRUPT_TIMEOUT_S", 0.2)
    begun, cases = (
        time.monotonic(),
        {name: codes for name in CASES if name not in OUTLASTING and (codes := code_of(name))},
    )
    assert len(cases) > 200
    _, differ = after(room, cases, seconds=0.4)
    assert not differ
    print(f"{len(cases)} cases in {time.monotonic() - begun:.0f} s")


MARK = secrets.token_hex(12)
SEARCH = """
import re
halves = {!r}, {!r}
found = 0
with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:
    for line in maps:
        where = re.match(r'(\\w+)-(\\w+) rw', line)
        if where and '[v' not in line:
            start, end = (int(number, 16) for number in where.groups())
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, OverflowError):
                continue
            for at in re.finditer(halves[0].encode(), data):
                found += data[at.end():at.end() + len(halves[1])] == halves[1].encode()
            del data
print(found)
"""


def test_is_nothing_of_one_submission_in_the_memory_of_the_next(room):
    """The files beside a notebook go past the process that later submissions are forked from."""
    search = SEARCH.format(MARK[:12], MARK[12:])
    with entered(room, {"mine.txt": MARK.encode() * 99}) as own:
        assert own.run(f"kept = open('mine.txt').read()\nprint({MARK!r})").ok
        assert int(own.text(search)) > 99, "the search finds it where it is"
    with entered(room) as own:
        assert own.text(search) == "0\n"


def test_can_the_world_be_ended_and_the_next_kernel_finds_another(room):
    """Whatever ends the keeper, all that was in its world is gone, and the submission's files are there anew."""
    with entered(room) as own:
        assert own.run("open('left', 'w').close()").ok
        os.kill(keeper(room), 9)
        with pytest.raises(KernelLost):
            for _ in range(50):
                own.run("import time\ntime.sleep(0.1)")
        own = Submission(room)
        assert own.text("import os\nprint(os.path.exists('left'), open('data.csv').read())") == "False a,b\n1,2\n\n"
    assert room.alive


def test_do_the_numbers_of_a_world_that_has_ended_name_nobody(room):
    """In the sandbox other processes have these numbers: the one that makes worlds, and what it forked."""
    with entered(room):
        pass
    for pid in range(2, 40):
        assert room.tell({"do": "kill", "pid": pid}) == {}
    with entered(room) as own:
        assert own.text("print('on')") == "on\n"


def test_are_all_namespaces_of_a_world_its_own(room):
    with entered(room) as own:
        assert own.text("print(1)") == "1\n" and shared_namespaces(room) == []


LEASE = """
import fcntl, os
kept = [os.open(PLACE, os.O_RDONLY)]
for kind in (fcntl.F_WRLCK, fcntl.F_RDLCK):
    try:
        fcntl.fcntl(kept[0], fcntl.F_SETLEASE, kind)
        print("held")
    except PermissionError:
        print("refused")
"""


def test_does_no_submission_hold_up_who_opens_the_same_file(room):
    """A lease (fcntl(2)) would stop whoever opens the file: the grader, and every submission that is graded now."""
    with entered(room) as own:
        place = "/opt/room/course/__init__.py"
        assert own.text(f"import os\nprint(os.path.isfile({place!r}))") == "True\n"
        assert own.text(LEASE.replace("PLACE", repr(place))) == "refused\nrefused\n"


CULPRITS = ("lowers-limits", "message-queue", "idle-class")


@pytest.mark.long
def test_do_honest_submissions_before_between_and_behind_the_culprits_get_every_point(tmp_path):
    place = Place(tmp_path / "course")
    place.build({"practice1"})
    submissions = [place.neighbour("first", "practice1", "practice")]
    for name in CULPRITS:
        submissions += [place.hand_in(CASES[name]), place.neighbour(name, "practice1", "practice")]
    run = grade(place, submissions, 1, lambda _: None)
    assert [str(finding) for finding in look(place, submissions, run)] == []
    states = {place.classroom.outcome(each.student, each.week).state for each in submissions}
    assert len(submissions) == 7 and states == {"graded"}
