"""Advisory file lock on a course's folder, with a note of its holder: one command at a time writes there.

The kernel's lock (flock) goes with the process that holds it, however that ends, so none outlives its command. Where
the file system knows no such lock, and between machines that share a folder, the note beside it decides: the holder's
command, process, machine, and since when.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from course.coursedir.errors import CourseError
from course.coursedir.files import write_if_changed
from course.coursedir.layout import STAMPS

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK, NOTE = Path(STAMPS, "lock"), Path(STAMPS, "lock.json")
"""The lock and its note, in the course's folder."""
IN_USE = 75
"""Exit status (EX_TEMPFAIL): another command is at work; the same may be tried again later."""
_EVERY_S = 0.25
_UNSUPPORTED = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}
_held: dict[tuple[Path, int], int] = {}  # how often each folder is held, by this process: a fork holds none


class InUse(CourseError):
    """Another command writes in the course's folder."""


@dataclass(frozen=True)
class Holder:
    """Who is at work. ``since`` is UTC (ISO 8601), ``kernel`` the boot that the process belongs to ("" for unknown)."""

    command: str
    pid: int
    host: str
    since: str
    kernel: str = ""

    @classmethod
    def this(cls, command: str) -> Holder:
        """This very process, as of now."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        return cls(command, os.getpid(), socket.gethostname(), now, _kernel())

    @property
    def elsewhere(self) -> bool:
        """Whether it is a process that this machine's kernel does not know, and which may still be at work."""
        return self.host != socket.gethostname() and (not self.kernel or self.kernel != _kernel())

    def __str__(self) -> str:
        with contextlib.suppress(ValueError):
            began = datetime.fromisoformat(self.since)
            minutes = int((datetime.now(timezone.utc) - began).total_seconds() // 60)
            lasting = f", for {minutes} min" if minutes > 0 else ""
            return f"`{self.command}` (process {self.pid} on {self.host}, since {_clock(began)}{lasting})"
        return f"`{self.command}` (process {self.pid} on {self.host})"


@contextlib.contextmanager
def alone(
    root: Path, command: str, wait_s: float = 0.0, tell: Callable[[str], object] = lambda _: None
) -> Iterator[None]:
    """Keep every other command from writing in the course's folder ``root`` while the ``with`` statement lasts.

    Where one is at work this waits up to ``wait_s`` seconds, and tells so once; then it raises InUse, which says who.
    A process that holds the lock may take it again.
    """
    key = root.resolve(), os.getpid()
    lock = None if _held.get(key) else _acquired(root, command, wait_s, tell)
    _held[key] = _held.get(key, 0) + 1
    try:
        yield
    finally:
        _held[key] -= 1
        if lock is not None:
            (root / NOTE).unlink(missing_ok=True)
            lock.release()


def _acquired(root: Path, command: str, wait_s: float, tell: Callable[[str], object]) -> BaseFileLock:
    """The lock, acquired, with this process in its note; raises InUse."""
    (root / STAMPS).mkdir(exist_ok=True)
    deadline, told = time.monotonic() + wait_s, False
    while True:
        lock = _try(root)
        holder = holder_of(root)
        if lock is not None and (holder is None or not holder.elsewhere):  # nobody, or one that was killed
            note = json.dumps(asdict(Holder.this(command)), indent=1) + "\n"
            try:
                write_if_changed(root / NOTE, note.encode())
            except BaseException:
                lock.release()
                raise
            return lock
        if lock is not None:
            lock.release()
        if time.monotonic() >= deadline:
            raise InUse(_words(holder, unsure=lock is not None), IN_USE)
        if not told:
            tell(f"waiting for {holder or 'another command'}, which is at work in this folder")
        told = True
        time.sleep(min(_EVERY_S, max(0.0, deadline - time.monotonic())))


def _words(holder: Holder | None, unsure: bool) -> str:
    if holder is None:
        return "another command has just begun to work in this folder. Try again in a moment, or with --wait."
    if unsure:  # its machine's kernel is not ours: the lock may not reach there
        return (
            f"{holder} has not said that it ended, and runs on another machine. Wait for its end (--wait does); where "
            f"it was killed there, delete {NOTE} and run the same command again."
        )
    return f"{holder} is at work in this folder. Wait for its end; a `course` command does with --wait."


def _try(root: Path) -> BaseFileLock | None:
    """The lock, acquired; None where somebody has it."""
    import filelock

    group = (root / STAMPS).stat().st_mode & 0o022  # who may write in the folder may take the lock
    kinds: tuple[tuple[type[BaseFileLock], str], ...] = (
        (filelock.FileLock, ""),
        (filelock.SoftFileLock, ".soft"),  # where the file system knows no locks: a file with a process and a machine
    )
    for kind, suffix in kinds:
        lock = kind(f"{root / LOCK}{suffix}", mode=0o644 | group, thread_local=False)
        try:
            lock.acquire(timeout=0)
            return lock
        except filelock.Timeout:
            return None
        except NotImplementedError:
            continue
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
    return None


def held(root: Path) -> bool:
    """Whether this process holds the lock of the course's folder."""
    return bool(_held.get((root.resolve(), os.getpid())))


def holder_of(root: Path) -> Holder | None:
    """Who has noted to be at work in the folder, or was killed there; None for nobody."""
    try:
        return Holder(**json.loads((root / NOTE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _clock(moment: datetime) -> str:
    """The local time of day, and the date where that is not today's."""
    local = moment.astimezone()
    return f"{local:%H:%M}" if local.date() == datetime.now().date() else f"{local:%Y-%m-%d %H:%M}"


def _kernel() -> str:
    """What tells this boot of this kernel from every other, also in a container; "" where there is no such thing."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
