"""A submission's world: Linux namespaces and temporary folders of its own, made inside the sandbox and thrown away.

The sandbox's first process forks a small one before it imports anything, the *maker*. This forks a process for each
world, which leaves all its namespaces but the sandbox's user namespace, mounts new folders and a ``/proc`` of its own,
and last takes a user namespace too, in which the world is a plain user's. This *keeper* is process 1 of the world and
does nothing but wait: where it is killed, everything in the world ends. One world is always made ahead, while the last
one is in use. What the submission runs is forked by the sandbox's first process and then joins the world, so that
nothing in the world can name the process that it comes from.

Mounts, processes and network of the world belong to the sandbox's user namespace. So even one who had every right in
the world's own could take no mount away. See namespaces(7), user_namespaces(7) and pid_namespaces(7).

``python -m course.grading.sandbox.inside.world PLACE...`` makes one, and exits with 0 where that can be done.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import select
import signal
import socket
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
_MADE, _MOST_DESCRIPTORS = b"made", 1 << 16
_CAPABILITIES_V3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: Any) -> None:
    """Call a function of the C library's; raises OSError."""
    if getattr(_libc, name)(*arguments) < 0:
        number = ctypes.get_errno()
        if name == "unshare" and number in (errno.ENOSPC, errno.EUSERS):  # no disk is full: a limit is reached
            raise PermissionError(f"unshare {arguments}: no further namespaces are allowed ({errno.errorcode[number]})")
        raise OSError(number, os.strerror(number), f"{name} {arguments}")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    words = (source, target, kind, flags, options or None)
    _call("mount", *(word.encode() if isinstance(word, str) else word for word in words))


class Maker:
    """A process that makes worlds, one ahead; ``pid`` is its number in the sandbox.

    ``places`` are the folders that are new in a world, of ``space`` bytes each. ``first`` runs in a world before it is
    begun to be used, with the descriptor that the world is given.
    """

    def __init__(self, places: Sequence[Path], space: int, first: Callable[[int], None], *, gpu: bool = False):
        self._said, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.closerange(3, theirs.fileno())
                os.closerange(theirs.fileno() + 1, _MOST_DESCRIPTORS)
                prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
                signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are waited for by nobody
                while True:
                    _make(theirs, lambda said: _keep(places, space, said, first, gpu=gpu))
            except BaseException as error:
                with contextlib.suppress(OSError):
                    theirs.send(f"{type(error).__name__}: {error}".encode())
            finally:
                os._exit(1)
        theirs.close()

    def world(self) -> World:
        """The next world; raises OSError where there can be none."""
        words, fds, _, _ = socket.recv_fds(self._said, 1 << 12, 2)
        if not fds:
            raise OSError(words.decode() or "the process that makes worlds has ended")
        self._said.send(b"next")
        return World(int(words), fds[0], socket.socket(fileno=fds[1]))


def _make(said: socket.socket, keep: Callable[[socket.socket], NoReturn]) -> None:
    """In the maker: make a world, say so, and wait until it is taken."""
    ours, theirs = socket.socketpair()
    outside = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    _call("unshare", _NEW_PIDS)  # of the children
    pid = os.fork()
    if pid == 0:
        said.close()
        ours.close()
        keep(theirs)
    theirs.close()
    _call("setns", outside, _NEW_PIDS)
    os.close(outside)
    why = ours.recv(1 << 12)
    if why == _MADE:
        keeper = os.pidfd_open(pid)
        socket.send_fds(said, [str(pid).encode()], [keeper, ours.fileno()])
        os.close(keeper)
    else:
        said.send(why or b"no world was made")
    ours.close()
    if not said.recv(16):
        os._exit(0)


class World:
    """A world that was made: its keeper has the number ``pid`` in the sandbox, and is told things over ``end``."""

    def __init__(self, pid: int, fd: int, end: socket.socket):
        self.pid, self.fd, self._end = pid, fd, end

    def begin(self, fd: int) -> None:
        """Run in the world what is to run there first, with a copy of the descriptor ``fd``."""
        with contextlib.suppress(OSError):  # it has ended, as whoever is at the other end will see
            socket.send_fds(self._end, [b"first"], [fd])

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

    def ended(self, seconds: float) -> bool:
        """Whether nothing is left in it, within so many seconds: a keeper ends last."""
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        return bool(poll.poll(1000 * seconds))

    def close(self) -> None:
        """Let go of a world that has ended."""
        os.close(self.fd)
        self._end.close()


def _keep(
    places: Sequence[Path], space: int, said: socket.socket, first: Callable[[int], None], *, gpu: bool
) -> NoReturn:
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
        said.send(_MADE)
        for fd in socket.recv_fds(said, 16, 1)[1]:
            first(fd)
    except BaseException as error:
        with contextlib.suppress(OSError):
            said.send(f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    os.closerange(0, _MOST_DESCRIPTORS)
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
    maker = Maker([Path(place) for place in sys.argv[1:]], 1 << 20, os.close)  # its worlds end with it
    try:
        world = maker.world()
    except OSError as error:
        sys.exit(str(error))
    pid = world.fork()
    if pid == 0:
        world.join()
        os._exit(0 if os.getuid() == USER else 1)
    status = os.waitpid(pid, 0)[1]
    world.end()
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
