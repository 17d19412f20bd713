"""Atomic writes (write aside, then rename), what killed ones leave behind, state files, and reading others' files."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import re
import secrets
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from course.coursedir.layout import STAMPS
from course.runtime.hashing import digest

MAX_HASHED_BYTES = 100_000_000
"""The size above which a file's time stands for its content: it is more than is graded."""


def aside(path: Path) -> Path:
    """A new name beside ``path`` for what is to take its place; ``clear_leftovers`` knows it by its process."""
    return path.with_name(f".{os.getpid()}-{_processes()}-{secrets.token_hex(4)}.part")


def permitted(mode: int) -> int:
    """The permissions ``mode`` without what this process's umask takes away."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mode & ~mask


def unlike_a_file(path: Path) -> str:
    """What keeps a path from being read, as the end of a sentence ("may not be read"); "" for a file or a folder."""
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if stat.S_ISLNK(mode):
        return "is a link, not a file"
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return "is no ordinary file"
    wanted, effective = os.R_OK | (os.X_OK if stat.S_ISDIR(mode) else 0), os.access in os.supports_effective_ids
    return "" if os.access(path, wanted, effective_ids=effective) else "may not be read"


def read_file(path: Path) -> bytes:
    """The content of an ordinary file; raises OSError at once for anything else, whatever it has become meanwhile."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
        return file.read()


def content_hash(path: Path) -> str:
    """What stands for an ordinary file's content in a hash; where that cannot be had, it is another each time."""
    try:
        status = path.stat()
        if status.st_size > MAX_HASHED_BYTES:
            return f"{status.st_size} bytes of {status.st_mtime_ns}"
        return digest(read_file(path))
    except OSError as error:
        return f"{error.strerror} at {time.time_ns()}"


@contextlib.contextmanager
def write_atomically(path: Path, mode: int = 0o666) -> Iterator[Path]:
    """Gives a file beside ``path`` to write to, which afterwards takes its place; the umask is taken from ``mode``.

    Missing folders are made. Where anything fails, what was there before stays, and nothing else is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    made = aside(path)
    os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode | 0o600))
    try:
        yield made
        if not mode & 0o200:  # it had to be written first
            made.chmod(permitted(mode))
        os.replace(made, path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def write_if_changed(path: Path, content: bytes) -> bool:
    """Write a file atomically, unless it has these bytes. Returns whether it was written."""
    if path.is_file() and path.read_bytes() == content:
        return False
    with write_atomically(path) as made:
        made.write_bytes(content)
    return True


@contextlib.contextmanager
def folder_aside(parent: Path) -> Iterator[Path]:
    """A new folder in ``parent`` (made where missing) for what is not finished; it goes with the ``with`` statement."""
    made = aside(parent / "folder")
    made.mkdir(mode=0o700, parents=True)
    try:
        yield made
    finally:
        shutil.rmtree(made)


def replace_folder(made: Path, target: Path) -> None:
    """Rename the folder ``made`` to ``target``, both on one file system; the one that was there goes.

    Linux exchanges the two at once. Elsewhere the old one lies beside ``made`` for a moment, and comes back where the
    new one cannot take its place.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and _exchanged(made, target):
        shutil.rmtree(made)
        return
    old = made.with_name(f"{made.name}.old")
    if target.exists():
        os.replace(target, old)
    try:
        os.replace(made, target)
    except BaseException:
        if old.exists():
            os.replace(old, target)
        raise
    if old.exists():
        shutil.rmtree(old)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two paths exchange what they name, in one step (renameat2(2)); False where that cannot be done."""
    exchange = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    if exchange is None:
        return False
    return exchange(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0


_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


# --- What a killed process leaves behind ----------------------------------------------------------------------------

_ASIDE = re.compile(r"\.(\d+)-([0-9a-f]{8})-[0-9a-f]{8}\.part(\.old)?")
_OLD_S = 86_400.0
"""Seconds after which what another machine's process began is taken for left behind."""
_NOT_OURS = {".git", ".venv", "venv", "node_modules", "__pycache__"}


def clear_leftovers(folder: Path, depth: int = 4) -> None:
    """Delete what processes that were killed left half-written in a folder, and up to ``depth`` folders below.

    What a process of this machine that still runs is writing stays, and so does for a day what another machine's began.
    """
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(folder)):
            inner = entry.is_dir(follow_symlinks=False)
            if found := _ASIDE.fullmatch(entry.name):
                if _is_left(int(found[1]), found[2], entry.stat(follow_symlinks=False).st_mtime):
                    shutil.rmtree(entry.path, ignore_errors=True) if inner else os.unlink(entry.path)
            elif inner and depth and entry.name not in _NOT_OURS:
                clear_leftovers(Path(entry.path), depth - 1)


def _is_left(pid: int, processes: str, written: float) -> bool:
    if processes == _processes():
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            pass
    return time.time() - written > _OLD_S


@cache
def _processes() -> str:
    """What tells the processes that this one sees from those of other machines, containers and boots: 8 digits."""
    parts = [socket.gethostname().encode()]
    with contextlib.suppress(OSError):
        parts = [Path("/proc/sys/kernel/random/boot_id").read_bytes(), os.readlink("/proc/self/ns/pid").encode()]
    return digest(*parts)[:8]


@contextlib.contextmanager
def own_temporary_folder() -> Iterator[None]:
    """Let temporary files of this process, and of those that it starts, lie in one folder, which goes with it.

    Where the process is killed, the next one takes the folder away. Where there is no place for it nothing is changed.
    What Python's own multiprocessing keeps there goes when the process ends: it looks for it then.
    """
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    try:
        folder = aside(Path(tempfile.gettempdir(), "course"))
        folder.mkdir(mode=0o700)
    except OSError:
        yield
        return
    clear_leftovers(folder.parent, depth=0)
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        os.environ.pop("TMPDIR")
        if variable is not None:
            os.environ["TMPDIR"] = variable
        if there := sys.modules.get("multiprocessing.util"):
            there.Finalize(None, shutil.rmtree, (folder, True), exitpriority=-200)  # its own folder goes at -100
        else:
            shutil.rmtree(folder, ignore_errors=True)


# --- State files ----------------------------------------------------------------------------------------------------


def read_state(root: Path, step: str, name: str) -> dict[str, Any]:
    """What a step noted about a file or a week the last time, or {}."""
    try:
        state = json.loads((root / STAMPS / step / f"{name}.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(root: Path, step: str, name: str, state: dict[str, Any]) -> None:
    """Note something about a file or a week for the next time."""
    text = json.dumps(state, indent=1, sort_keys=True) + "\n"
    write_if_changed(root / STAMPS / step / f"{name}.json", text.encode())
