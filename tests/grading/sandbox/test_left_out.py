"""Each part of a world is left out once, and the next submission's fingerprint, or what it can do, shows it.

The sandbox gets a changed copy of its own programs for that; nothing else of it changes. What the fingerprint does not
notice, because something else stands in the way too, is left out together with that. The cases here touch nothing that
the machine shares with a sandbox: of devices and system settings it is only asked whether they could be changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from fingerprint import after, code_of, entered, shared_namespaces
from student_room import LIMITS

from course.grading.sandbox import allowlist, remote_kernel, walls
from course.grading.sandbox.remote_kernel import KernelLost, RoomLost
from course.grading.sandbox.room import Room

pytestmark = pytest.mark.long

INSIDE = allowlist.PACKAGE / "grading" / "sandbox" / "inside"
QUICK = (  # of what is imported before the first fork, what a fingerprint needs
    "preload.py",
    "PRELOAD = (\n",
    'PRELOAD = ("torch", "course.grading.sandbox.inside.kernel", "course.grading.sandbox.inside.slices")\nREST = (\n',
)
FILTER = ("warden.py", "submission_filter() if self.processes.alone", "b'' if self.processes.alone")
Change = tuple[str, str, str]  # a file of ``inside``, and what stands there and what stands there instead


@dataclass(frozen=True)
class Part:
    """A part of a world: how it is left out, the cases that then reach the next world, and where that is seen.

    Where ``seen`` is empty, no fingerprint can be taken: the sandbox itself breaks.
    """

    changes: Sequence[Change]
    cases: Sequence[str]
    seen: Sequence[str]


def without_place(place: str) -> Change:
    return "world.py", "for place in places:", f"for place in [each for each in places if str(each) != {place!r}]:"


OWN = "_OWN = _NEW_MOUNTS | _NEW_CGROUPS | _NEW_NAMES | _NEW_IPC | _NEW_NETWORK"


def only(*kept: str) -> Change:
    return "world.py", OWN, f"_OWN = {' | '.join(kept)}"


ALL = ("_NEW_MOUNTS", "_NEW_CGROUPS", "_NEW_NAMES", "_NEW_IPC", "_NEW_NETWORK")


def all_but(name: str) -> Change:
    return only(*(each for each in ALL if each != name))


PARTS = {
    "mount namespace": Part([all_but("_NEW_MOUNTS")], ["fills-the-places"], []),
    "process namespace": Part([("world.py", '_call("unshare", _NEW_PIDS)', "pass")], ["deaf-daemons"], ["processes"]),
    "IPC namespace, and no filter": Part(
        [all_but("_NEW_IPC"), FILTER], ["message-queue", "system-five"], ["System V shm"]
    ),
    "network namespace": Part([all_but("_NEW_NETWORK")], ["abstract-socket"], ["net netstat"]),
    "home": Part([without_place("/home/student")], ["deaf-daemons"], ["/home/student/hostile-0"]),
    "/tmp": Part([without_place("/tmp")], ["deaf-daemons"], ["/tmp/hostile-0"]),
    "/dev/shm": Part([without_place("/dev/shm")], ["deaf-daemons"], ["/dev/shm/hostile-0"]),
    "terminals": Part(
        [("world.py", '_mount("devpts", "/dev/pts"', '(lambda *_: None)("devpts", "/dev/pts"')],
        ["many-terminals"],
        ["/dev/pts"],
    ),
    "/proc": Part(
        [("world.py", '_mount("proc", "/proc"', '(lambda *_: None)("proc", "/proc"')], ["own-settings"], ["processes"]
    ),
    "end of the world": Part(
        [("world.py", "signal.pidfd_send_signal(self.fd, signal.SIGKILL)", "pass")], ["deaf-daemons"], []
    ),
}


def changed(changes: Sequence[Change], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on sandboxes see changed copies of these files."""
    texts: dict[str, str] = {}
    for name, old, new in (*changes, QUICK):
        text = texts.get(name) or (INSIDE / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} does not say {old!r} once"
        texts[name] = text.replace(old, new)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    more = [(folder / name, f"grading/sandbox/inside/{name}") for name in texts]
    whole = allowlist.binds
    monkeypatch.setattr(allowlist, "binds", lambda: [*whole(), *more])


@pytest.fixture
def room_with(tmp_path, monkeypatch):
    """Makes a sandbox of a changed program."""
    made = []

    def make(changes):
        changed(changes, tmp_path, monkeypatch)
        monkeypatch.setattr(walls, "no_worlds", lambda: "")  # it would see most of this, too
        if FILTER in changes:  # nor that of the whole sandbox
            monkeypatch.setattr(walls, "room_filter", lambda *_: b"")
        monkeypatch.setattr(remote_kernel, "INTERRUPT_TIMEOUT_S", 0.3)
        made.append(Room(LIMITS))
        made[0].wait()
        return made[0]

    yield make
    for room in made:
        room.close()


def test_is_nothing_seen_where_nothing_is_left_out(room_with):
    cases = sorted({case for part in PARTS.values() for case in part.cases})
    first, differ = after(room_with([]), {name: code_of(name) for name in cases}, seconds=2)
    assert len(first) > 150 and not differ


@pytest.mark.parametrize("name", PARTS)
def test_is_it_seen_where_a_part_of_the_world_is_left_out(name, room_with):
    part = PARTS[name]
    room = room_with(part.changes)
    try:
        _, differ = after(room, {case: code_of(case) for case in part.cases}, seconds=2)
    except (RoomLost, KernelLost, AssertionError) as error:
        print(f"{name}: no second world: {error!r}")
        assert not part.seen
        return
    found = {what for differences in differ.values() for what in differences}
    print(f"{name}: {len(found)} parts of the fingerprint, of them {sorted(found)[:6]}")
    assert part.seen and found.issuperset(part.seen)


NOT_FELT_INSIDE = {
    "uts": [all_but("_NEW_NAMES")],
    "cgroup": [all_but("_NEW_CGROUPS")],
    "user": [
        ("world.py", '_call("unshare", _NEW_USER)', "pass"),
        ("world.py", 'Path("/proc/self", name).write_text(words)', "pass"),
        ("world.py", 'os.open("max_user_namespaces", os.O_WRONLY, dir_fd=settings)', 'os.open("/dev/null", 1)'),
        ("world.py", '_call("setns", self.fd, _NEW_USER)', "pass"),
    ],
}
"""Second walls: what a world's processes could do without them takes rights that they have given up."""


@pytest.mark.parametrize("kind", NOT_FELT_INSIDE)
def test_is_it_seen_from_outside_where_a_namespace_that_is_a_second_wall_is_left_out(kind, room_with):
    room = room_with(NOT_FELT_INSIDE[kind])
    with entered(room):
        assert shared_namespaces(room) == [kind]


# The rights that it has already: what would succeed changes nothing.
CHANGE = """
import os, stat
try:
    os.chmod("/dev/null", stat.S_IMODE(os.stat("/dev/null").st_mode))
    print("changed")
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.parametrize("left_out", [False, True])
def test_is_it_seen_where_devices_are_not_made_read_only(left_out, room_with):
    changes = [("world.py", 'where.startswith("/dev/")', "False")] if left_out else []
    with entered(room_with(changes)) as own:
        assert (own.text(CHANGE) != "Read-only file system\n") == left_out
