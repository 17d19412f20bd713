"""Processes on this machine: who descends from whom, what they are, and what is left of them."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import time
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_CHILD_SUBREAPER = 36
_CLONE_NEWNS, _CLONE_NEWUSER = 0x20000, 0x10000000
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE, _MNT_DETACH = 1, 0x20, 0x1000, 0x4000, 1 << 18, 2
WARDEN = "course.grading.sandbox.inside.warden"


def adopt_orphans() -> None:
    """From now on, whoever descends from this process and loses its parent becomes this process's child."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def below(pid: int) -> dict[int, str]:
    """The processes that descend from ``pid`` and still run, with their command lines."""
    parents: dict[int, int] = {}
    ended = set()
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry)] = int(fields[1])
            if fields[0] in "ZX":
                ended.add(int(entry))
    found: dict[int, str] = {}
    new = {pid}
    while new:
        new = {each for each, parent in parents.items() if parent in new}
        for each in new - ended:
            try:
                found[each] = Path("/proc", str(each), "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            except OSError:
                continue
    return found


def workers(found: dict[int, str]) -> list[int]:
    """The processes of a pool that grades, among ``found``."""
    return [pid for pid, words in found.items() if "LokyProcess" in words]


def rooms(found: dict[int, str]) -> list[int]:
    """Bubblewrap's own processes, among ``found``."""
    return [pid for pid, words in found.items() if words.split(" ")[0].endswith("bwrap")]


def wardens(found: dict[int, str]) -> list[int]:
    """The rooms' first processes, among ``found``: not bubblewrap, and not what was forked from them."""
    inside = {pid for pid, words in found.items() if WARDEN in words} - set(rooms(found))
    return [pid for pid in inside if _parent(pid) not in inside]


def _parent(pid: int) -> int:
    try:
        return int(Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def left_after(seconds: float, but: set[int] = frozenset()) -> tuple[dict[int, str], float]:  # type: ignore[assignment]
    """What still runs below this process after so long (looked at often), and after how long there was nothing."""
    began = time.monotonic()
    while True:
        reap(but)
        left = {pid: words for pid, words in below(os.getpid()).items() if pid not in but}
        took = time.monotonic() - began
        if not left or took > seconds:
            return left, took
        time.sleep(0.05)


def reap(but: set[int] = frozenset()) -> None:  # type: ignore[assignment]
    """Take note of children that have ended, without those that somebody waits for."""
    for pid in _children():
        if pid not in but:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                continue


def _children() -> list[int]:
    own = os.getpid()
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _parent(int(entry)) == own]


def end(pids: dict[int, str]) -> None:
    """Kill these."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


# --- Mounts, for this process and its children alone -------------------------------------------------------------


_MOUNTED: list[Path] = []
"""What this process has mounted: memory, and nothing else."""


def mount_to_read(origin: Path, place: Path) -> None:
    """Show the folder ``origin`` at ``place``, where nobody can write to it or delete anything."""
    _call(_LIBC.mount(os.fsencode(origin), os.fsencode(place), None, _MS_BIND, None))
    _call(_LIBC.mount(None, os.fsencode(place), None, _MS_BIND | _MS_REMOUNT | _MS_RDONLY, None))


def unmount_memory() -> None:
    """Take away what ``mount_memory`` has mounted in this process."""
    while _MOUNTED:
        _call(_LIBC.umount2(os.fsencode(_MOUNTED.pop()), _MNT_DETACH))


def mounted_in(folder: Path) -> list[str]:
    """The places in ``folder``, and itself, at which something is mounted, as this process sees it."""
    top, found = os.fsencode(os.path.realpath(folder)), []
    for line in Path("/proc/self/mountinfo").read_bytes().splitlines():
        place = re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), line.split(b" ")[4])
        if place == top or place.startswith(top.rstrip(b"/") + b"/"):
            found.append(os.fsdecode(place))
    return found


def own_mounts() -> None:
    """From now on mounts are this process's own. Raises OSError where the system does not let it have any."""
    uid, gid = os.getuid(), os.getgid()
    if _LIBC.unshare(_CLONE_NEWNS) != 0:
        _call(_LIBC.unshare(_CLONE_NEWNS | _CLONE_NEWUSER))
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    _call(_LIBC.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None))


def mount_memory(place: Path, kib: int, inodes: int = 0, mode: str = "1777") -> None:
    """Mount an empty file system of so many KiB and inodes (0: any number) at ``place``."""
    options = f"size={kib}k,mode={mode}" + (f",nr_inodes={inodes}" if inodes else "")
    _call(_LIBC.mount(b"faults", os.fsencode(place), b"tmpfs", 0, options.encode()))
    _MOUNTED.append(place)


def remount(place: Path, kib: int, inodes: int) -> None:
    """Give the file system at ``place`` another size."""
    options = f"size={kib}k,nr_inodes={inodes}"
    _call(_LIBC.mount(b"faults", os.fsencode(place), b"tmpfs", _MS_REMOUNT, options.encode()))


def _call(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
