"""Confinement of a process from inside (Landlock and seccomp): no threads, no processes, only installed files.

A process that answers questions by hand takes it on right after the fork, before any student's code, and nothing
takes it off again. What is the same for all is prepared once, before the first fork. Landlock is Linux's:
https://docs.kernel.org/userspace-api/landlock.html; where there is none, ``landlock_version`` says so.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib.machinery
import os
import platform
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from course.answers.absent import LIBRARIES
from course.grading.sandbox.inside.absent import MEMORY, Absences, digits_folder
from course.grading.sandbox.inside.call_numbers import NUMBERS, numbers
from course.grading.sandbox.inside.preload import GPU_VARIABLE
from course.grading.sandbox.inside.recording import cut, cuts
from course.grading.sandbox.inside.system_calls import AUDIT_ARCHITECTURES, Rule, Where, assembled, body, install

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on every machine
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _IOCTL = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 15
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}  # from which version on
_NET_RIGHTS, _SCOPES = {4: 0b11}, {6: 0b11}  # TCP: bind, connect; abstract sockets, signals
_SET_NO_NEW_PRIVS = 38
_DEVICES = ("null", "zero", "urandom", "random")
_GPU_PLACES = ("/sys", "/proc/driver/nvidia", "/proc/modules", "/proc/devices")
_CLONE_THREAD = 0x10000

_REFUSED = {
    "new processes": "fork vfork execve execveat",
    "signals": "rt_sigqueueinfo tkill rt_tgsigqueueinfo pidfd_send_signal",
    "other processes": "unshare setns kcmp pidfd_open pidfd_getfd process_madvise",
    "sockets": "socket connect accept bind listen socketpair accept4",
    "shared memory": "shmget shmat semget msgget mq_open memfd_create memfd_secret",
    "rights": "chmod fchmod chown fchown lchown fchownat fchmodat fchmodat2 name_to_handle_at open_by_handle_at",
    "limits and filters": "setrlimit seccomp",
    "from file to file": "sendfile splice tee vmsplice copy_file_range",
    "many descriptors": "close_range",
}
"""System calls that are refused whatever their arguments."""
_ON_A_DESCRIPTOR = "close dup dup2 dup3 fcntl ioctl ftruncate pwrite64 pwritev pwritev2"
_ONTO_A_DESCRIPTOR = "dup2 dup3"
_OPTIONS = (1, 4, 22, 35, 36, 0x59616D61)  # prctl: how it ends, who may look into it, filters, memory map, tracers


def rules_for_all(machine: str, *, gpu: bool) -> list[Rule]:
    """What the filter of every confined process refuses.

    ``gpu``: threads can be started, as CUDA's libraries do (a thread shares the process, its walls and its record).
    """
    calls = NUMBERS[machine]
    rules = [Rule(number) for number in numbers(machine, " ".join(_REFUSED.values()))]
    if gpu:
        rules.append(Rule(calls["clone"], (Where(0, _CLONE_THREAD, unless=True, mask=_CLONE_THREAD),)))
        rules.append(Rule(calls["clone3"], error=errno.ENOSYS))  # its flags lie in memory; glibc then takes the other
    else:
        rules += [Rule(calls["clone"]), Rule(calls["clone3"])]
    rules += [Rule(calls["prctl"], (Where(0, option),)) for option in _OPTIONS]
    return [*rules, Rule(calls["prlimit64"], (Where(2, 0, unless=True),))]


def rules_for_one(machine: str, pid: int, kept: Sequence[int]) -> list[Rule]:
    """What the filter of the process ``pid`` refuses besides: signals to others, and what undoes a descriptor.

    The descriptors ``kept`` cannot be closed, copied, replaced or changed.
    """
    rules = [Rule(number, (Where(0, pid, unless=True),)) for number in numbers(machine, "kill tgkill")]
    for fd in kept:
        rules += [Rule(number, (Where(0, fd),)) for number in numbers(machine, _ON_A_DESCRIPTOR)]
        rules += [Rule(number, (Where(1, fd),)) for number in numbers(machine, _ONTO_A_DESCRIPTOR)]
    return rules


def _system_call() -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    return lambda number, *args: call(ctypes.c_long(number), *args)


def landlock_version() -> int:
    """The version of Landlock's interface that this kernel has; 0 where it has none."""
    call = _system_call()
    return max(0, call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1))) if call else 0


def _rights(version: int, table: dict[int, int]) -> int:
    return max((rights for since, rights in table.items() if since <= version), default=0)


def installed(names: Sequence[str] = (*LIBRARIES, *MEMORY)) -> Iterator[Path]:
    """Where the absent modules lie that are installed here."""
    for name in names:
        parent, _, last = name.rpartition(".")
        folders = list(getattr(sys.modules.get(parent), "__path__", ())) if parent else sys.path
        spec = importlib.machinery.PathFinder.find_spec(last, folders)
        if spec and spec.origin and Path(spec.origin).is_file():
            yield Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)


def readable(
    place: Path, closed: Sequence[Path], absent: Sequence[Path], kept: Sequence[Path]
) -> Iterator[tuple[Path, int]]:
    """The places under ``place`` that may be read, and how.

    That is all but those ``closed``, of which what is ``kept`` may be read, and but the modules ``absent``, which are
    seen in their folders, so that those are still found that lie beside them.
    """
    if place in closed:
        for each in kept:
            if place in each.parents:
                yield from readable(each, [other for other in closed if each in other.parents], absent, ())
    elif place not in absent:
        if not any(place in other.parents for other in (*closed, *absent)):
            yield place, _READ_FILE | _READ_DIR
            return
        if any(other.parent == place for other in absent):
            yield place, _READ_DIR
        with contextlib.suppress(OSError):
            for name in sorted(os.listdir(place)):
                if not (place / name).is_symlink():  # what it leads to is looked at where it lies
                    yield from readable(place / name, closed, absent, kept)


class Confinement:
    """What this process's forks take on, prepared: a ruleset of Landlock's, and the absent modules.

    ``places`` are the folders that a submission writes to. It looks at all objects, and so has to be made before they
    are frozen (``gc.freeze``).
    """

    def __init__(self, places: Sequence[Path]):
        self.call = _system_call()
        self.absences, self.cuts = Absences(), cuts()
        self.machine = platform.machine()
        gpu = GPU_VARIABLE in os.environ
        self.refused = body(rules_for_all(self.machine, gpu=gpu)) if self.machine in AUDIT_ARCHITECTURES else b""
        self.ruleset = -1
        version = landlock_version()
        if version and self.call:
            handled = [_rights(version, table) for table in (_FILE_RIGHTS, _NET_RIGHTS, _SCOPES)]
            fields = 3 if version >= 6 else 2 if version >= 4 else 1
            attributes = struct.pack(f"={fields}Q", *handled[:fields])
            self.ruleset = self.call(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
            self._allow(version, places)

    def _allow(self, version: int, places: Sequence[Path]) -> None:
        kept = [Path(prefix) for prefix in (sys.prefix, sys.base_prefix)]
        closed = [*map(Path, ("/proc", "/dev", "/sys")), *places]
        for place, rights in readable(Path("/"), closed, list(installed()), kept):
            self._allow_one(place, rights)
        if (digits := digits_folder()) is not None:
            self._allow_one(digits, _READ_FILE | _READ_DIR)
        for device in _DEVICES:
            self._allow_one(Path("/dev", device), _READ_FILE | _WRITE_FILE)
        if GPU_VARIABLE in os.environ:
            ioctl = _IOCTL if version >= 5 else 0
            for node in Path("/dev").glob("nvidia*"):
                self._allow_one(node, _READ_FILE | _WRITE_FILE | ioctl)
            for told in _GPU_PLACES:
                self._allow_one(Path(told), _READ_FILE | _READ_DIR)

    def _allow_one(self, place: Path, rights: int) -> None:
        assert self.call is not None
        with contextlib.suppress(OSError):
            fd = os.open(place, os.O_PATH | os.O_CLOEXEC)
            try:
                most = rights if place.is_dir() else rights & ~_READ_DIR
                rule = struct.pack("=Qi", most, fd)
                self.call(_ADD_RULE, ctypes.c_int(self.ruleset), ctypes.c_int(1), rule, ctypes.c_uint(0))
            finally:
                os.close(fd)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Open files that it needs until it is taken on."""
        return (self.ruleset,) if self.ruleset >= 0 else ()

    def leave(self) -> None:
        """In a fork that is not confined: drop what is prepared."""
        if self.ruleset >= 0:
            os.close(self.ruleset)
            self.ruleset = -1
        self.call = None

    def take_on(self, kept: Sequence[int]) -> None:
        """Confine this process, for good; its descriptors ``kept`` cannot be closed, copied or replaced any more.

        What this machine has no means for is left out.
        """
        call, machine = self.call, self.machine
        if call is not None and self.refused:
            call(NUMBERS[machine]["prctl"], *map(ctypes.c_long, (_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))
            if self.ruleset >= 0:
                call(_RESTRICT_SELF, ctypes.c_int(self.ruleset), ctypes.c_uint(0))
            self.leave()
            install(assembled(machine, self.refused, body(rules_for_one(machine, os.getpid(), kept))))
        self.leave()
        cut(self.cuts)
        self.absences.take_on()
