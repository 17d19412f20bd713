"""A submission's world: Linux namespaces and temporary folders of its own, made inside the sandbox and thrown away.

The sandbox's first process forks a process for each submission, which leaves all its namespaces but the sandbox's user
namespace, mounts new folders and a ``/proc`` of its own, and last takes a user namespace too, in which the world is a
plain user's. This *keeper* is process 1 of the world and does nothing but wait: where it is killed, everything in the
world ends. What the submission runs is forked by the sandbox's first process and then joins the world, so that nothing
in the world can name the process that it comes from.

Mounts, processes and network of the world belong to the sandbox's user namespace. So even one who had every right in
the world's own could take no mount away. See namespaces(7), user_namespaces(7) and pid_namespaces(7).

``python -m course.grading.sandbox.inside.world PLACE...`` makes one, and exits with 0 where that can be done.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from course.grading.sandbox.inside.processes import prctl

USER = 65534
"""The user that a submission's processes are, as they see it: nobody."""

# The system's own settings and tables. Uncovered, a sandbox that root starts could write the settings: no capability is
# asked for that, only the file's owner.
PROC_FOLDERS = tuple(f"/proc/{name}" for name in "sys scsi acpi fs asound driver pressure irq bus tty".split())
PROC_FILES = tuple(
    f"/proc/{name}"
    for name in "sysrq-trigger kcore keys key-users timer_list timer_stats latency_stats sched_debug kallsyms slabinfo "
    "vmallocinfo kpagecount kpageflags kpagecgroup mtrr iomem ioports".split()
)
"""What is covered in the ``/proc`` of a submission."""
_GPU_TOLD = ("/proc/driver/nvidia", "/proc/modules", "/proc/devices")

_NEW_MOUNTS, _NEW_CGROUPS, _NEW_NAMES, _NEW_IPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PIDS, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_OWN = _NEW_MOUNTS | _NEW_CGROUPS | _NEW_NAMES | _NEW_IPC | _NEW_NETWORK
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = (
    1 << bit for bit in (0, 1, 2, 3, 5, 12, 14, 18)
)
_BOUND_DROP, _SET_DEATH_SIGNAL, _SET_DUMPABLE = 24, 1, 4
_CAPABILITIES_V3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: Any) -> None:
    """Call a function of the C library's; raises OSError."""
    if getattr(_libc, name)(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), f"{name} {arguments}")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    words = (source, target, kind, flags, options or None)
    _call("mount", *(word.encode() if isinstance(word, str) else word for word in words))


class World:
    """A world's keeper: ``pid`` is its number in the sandbox. ``first`` runs in it, before it begins to wait.

    ``places`` are the folders that are new there, of ``space`` bytes each. Raises OSError where there can be none.
    """

    def __init__(
        self, places: Sequence[Path], space: int, first: Callable[[], None] = lambda: None, *, gpu: bool = False
    ):
        outside = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        ready, said = os.pipe()
        try:
            _call("unshare", _NEW_PIDS)  # of the children
            self.pid = os.fork()
            if self.pid == 0:
                os.close(ready)
                _keep(places, space, said, first, gpu=gpu)
            _call("setns", outside, _NEW_PIDS)
        finally:
            os.close(outside)
            os.close(said)
        with os.fdopen(ready, "rb") as words:
            if (why := words.read()) != b"made":
                os.waitpid(self.pid, 0)
                raise OSError(why.decode() or "no world was made")
        self.fd = os.pidfd_open(self.pid)

    def fork(self) -> int:
        """Fork a process of the world: 0 in it, where ``join`` is still to be called, and its number in the sandbox.

        Raises OSError where the world has ended.
        """
        outside, pid = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC), -1
        try:
            _call("setns", self.fd, _NEW_PIDS)
            pid = os.fork()
        finally:
            if pid:
                _call("setns", outside, _NEW_PIDS)
            os.close(outside)
        return pid

    def join(self) -> None:
        """In a process that ``fork`` made: take on the world's other namespaces, and no rights in them."""
        _call("setns", self.fd, _OWN)
        _call("setns", self.fd, _NEW_USER)
        os.close(self.fd)
        _drop_rights()

    def end(self) -> None:
        """Kill the keeper, and so everything in the world; the sandbox's first process has to wait for its own."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.fd, signal.SIGKILL)

    def close(self) -> None:
        """Let go of a world that has ended."""
        os.close(self.fd)


def _keep(places: Sequence[Path], space: int, said: int, first: Callable[[], None], *, gpu: bool) -> NoReturn:
    """Be process 1 of a new world."""
    try:
        os.setsid()
        _call("unshare", _OWN)
        _mount("none", "/", None, _RECURSIVE | _PRIVATE)
        for place in places:
            _renew(place, space)
        _mount("devpts", "/dev/pts", "devpts", _NO_SUID | _NO_PROGRAMS, "newinstance,ptmxmode=0666,mode=620")
        settings = _own_proc(gpu=gpu)
        for where in (line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()):
            if where.startswith("/dev/") and where not in ("/dev/pts", "/dev/shm"):  # used, but never changed
                _mount("none", where, None, _NO_SUID | _NO_PROGRAMS | _REMOUNT | _BIND | _READ_ONLY)
        _call("unshare", _NEW_USER)
        for name, words in (("setgroups", "deny"), ("uid_map", f"{USER} 0 1"), ("gid_map", f"{USER} 0 1")):
            Path("/proc/self", name).write_text(words)
        setting = os.open("max_user_namespaces", os.O_WRONLY, dir_fd=settings)
        os.write(setting, b"0")
        os.close(setting)
        os.close(settings)
        _drop_rights()
        prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        prctl(_SET_DUMPABLE, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # what loses its parent is waited for by nobody
        os.write(said, b"made")
        os.close(said)
        first()
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(said, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    os.closerange(0, 1 << 16)
    while True:
        signal.pause()


def _renew(place: Path, space: int) -> None:
    """Mount an empty folder in memory over ``place``; Python is seen in it again where it lies in there."""
    old = os.open(place, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _mount("tmpfs", str(place), "tmpfs", _NO_SUID | _NO_DEVICES, f"size={space},mode=755")
        mounts = {Path(line.split()[4]) for line in Path("/proc/self/mountinfo").read_text().splitlines()}
        if any(place in each.parents for each in mounts):
            _show_again(f"/proc/self/fd/{old}", place, mounts)
    finally:
        os.close(old)


def _show_again(source: str, target: Path, mounts: set[Path]) -> None:
    """Show in ``target`` what the sandbox was given under ``source``: mounts, the way to them, and links."""
    for entry in os.scandir(source):
        inner = target / entry.name
        if entry.is_symlink():
            inner.symlink_to(os.readlink(entry.path))
        elif inner in mounts:
            if entry.is_dir():
                inner.mkdir()
            else:
                inner.touch()
            _mount(entry.path, str(inner), None, _BIND | _RECURSIVE)
        elif entry.is_dir() and any(inner in each.parents for each in mounts):
            inner.mkdir()
            _show_again(entry.path, inner, mounts)


def _own_proc(*, gpu: bool) -> int:
    """Mount the world's ``/proc`` and cover what is not for a submission; returns its folder of users' limits, open."""
    told = [(place, os.open(place, os.O_PATH | os.O_CLOEXEC)) for place in _GPU_TOLD if gpu and os.path.exists(place)]
    _mount("proc", "/proc", "proc", _NO_SUID | _NO_DEVICES | _NO_PROGRAMS)
    settings = os.open("/proc/sys/user", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    nothing = _NO_SUID | _NO_DEVICES | _NO_PROGRAMS
    for place in filter(os.path.isdir, PROC_FOLDERS):
        _mount("tmpfs", place, "tmpfs", nothing, "size=4096,mode=555")
        for shown, _ in told:
            if shown.startswith(f"{place}/"):
                os.mkdir(shown)
        _mount("none", place, None, nothing | _REMOUNT | _BIND | _READ_ONLY)
    for place in filter(os.path.exists, PROC_FILES):
        _mount("/dev/null", place, None, _BIND)
        _mount("none", place, None, nothing | _REMOUNT | _BIND | _READ_ONLY)
    for shown, fd in told:  # the very files that a confined process was allowed
        _mount(f"/proc/self/fd/{fd}", shown, None, _BIND)
        _mount("none", shown, None, nothing | _REMOUNT | _BIND | _READ_ONLY)
        os.close(fd)
    return settings


def _drop_rights() -> None:
    """Give up every capability, also those that a program could bring (capabilities(7))."""
    number = 0
    while _libc.prctl(_BOUND_DROP, number, 0, 0, 0) == 0:
        number += 1
    _call("capset", struct.pack("=Ii", _CAPABILITIES_V3, 0), bytes(24))


def main() -> None:
    """Make a world, and end it."""
    try:
        world = World([Path(place) for place in sys.argv[1:]], 1 << 20)
    except OSError as error:
        sys.exit(str(error))
    pid = world.fork()
    if pid == 0:
        world.join()
        os._exit(0 if os.getuid() == USER else 1)
    status = os.waitpid(pid, 0)[1]
    os.kill(world.pid, signal.SIGKILL)
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
