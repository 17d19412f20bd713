"""A world for each submission: whatever one does, the next one finds the world that the first one found."""

import contextlib
import os
import secrets
import time
from pathlib import Path

import fingerprint
import pytest
from hostile import corpus
from hostile.case import CASES
from hostile.findings import look
from hostile.grading import grade
from hostile.outlasting import OUTLASTING
from hostile.place import Place
from student_room import FILES, LIMITS, Submission

from course.grading.sandbox import remote_kernel
from course.grading.sandbox.remote_kernel import KernelLost
from course.grading.sandbox.room import Room

corpus()


class Noting:
    """Stands for a hand-in while a case edits it, and keeps the code that the case puts there."""

    root, secret, folder, paper, nb, body, written = Path("ROOT"), "SECRET", Path("ROOT"), None, None, None, True

    def __init__(self):
        self.codes = []

    def note(self, *words):
        self.codes.append(words[-1])

    def nothing(self, *words):
        return self.folder

    first = last = put = append = before = after = instead = note
    file = link = fifo = text = nothing


def code_of(name):
    """The code that a case puts into a notebook, each cell's by itself; none where it edits something else."""
    hand = Noting()
    with contextlib.suppress(Exception):
        CASES[name].edit(hand)
    return hand.codes


@pytest.fixture(scope="module")
def room():
    """A sandbox in which submissions come and go, each for a moment."""
    made = Room(LIMITS)
    made.wait()
    yield made
    made.close()


@contextlib.contextmanager
def entered(room, files=FILES):
    room.enter(files)
    try:
        yield Submission(room)
    finally:
        room.leave()


def after(room, names, seconds):
    """The first world's fingerprint, and what the world after each case differs in from that."""
    with entered(room) as own:
        first = fingerprint.of(own)
    found = {}
    for name, codes in names.items():
        with entered(room) as own:
            for code in codes:
                try:
                    own.run(code, seconds=seconds)
                except KernelLost:
                    own.kernel = room.kernel()
        with entered(room) as own:
            found[name] = fingerprint.differences(first, fingerprint.of(own))
    assert room.alive
    return first, {name: differences for name, differences in found.items() if differences}


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
        keeper = next(pid for pid in _numbers() if _inner(pid) == 1)
        os.kill(keeper, 9)
        with pytest.raises(KernelLost):
            for _ in range(50):
                own.run("import time\ntime.sleep(0.1)")
        own = Submission(room)
        assert own.text("import os\nprint(os.path.exists('left'), open('data.csv').read())") == "False a,b\n1,2\n\n"
    assert room.alive


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


def _numbers():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _inner(pid):
    """The number in a world of one of this process's own descendants; 0 for any other process."""
    with contextlib.suppress(OSError, StopIteration, ValueError):
        line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("NSpid:"))
        numbers = [int(number) for number in line.split()[1:]]
        return numbers[-1] if len(numbers) > 2 and _ours(pid) else 0
    return 0


def _ours(pid):
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        if pid == os.getpid():
            return True
    return False


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
