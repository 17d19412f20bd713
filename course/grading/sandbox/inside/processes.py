"""Process control on Linux: memory accounting from /proc, prctl(2), and wiping folders."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import shutil
import sys
from pathlib import Path
from typing import Any

_PAGE_BYTES = resource.getpagesize()


TOO_MUCH_MEMORY, TOO_MANY_PROCESSES = "too much memory", "too many processes"
STOPPED_FOR = frozenset({TOO_MUCH_MEMORY, TOO_MANY_PROCESSES})
"""Why a submission's processes were stopped, as it goes over the wire."""


def wipe(place: Path, kept: list[Path]) -> None:
    """Delete all that is in a folder, but the course's own Python where it lies in there."""
    for entry in os.scandir(place):
        path = Path(entry.path)
        if path in kept:
            continue
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(path)
        elif any(path in other.parents for other in kept):
            wipe(path, kept)
        else:
            os.chmod(path, 0o700)
            for base, folders, _ in os.walk(path):
                for name in folders:  # one that is locked is opened before it is looked into
                    if not os.path.islink(inner := os.path.join(base, name)):
                        os.chmod(inner, 0o700)
            shutil.rmtree(path)


def status(pid: int | str) -> dict[str, Any]:
    """Some lines of a process's status: sizes in KiB as numbers, and its state's letter."""
    found: dict[str, Any] = {}
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            key, _, value = line.partition(":")
            if key in ("VmData", "State"):
                word = value.split()[0]
                found[key] = int(word) if word.isdigit() else word
    return found


def inner_pid(pid: int) -> int:
    """The number of a process in the innermost namespace that it is in (pid_namespaces(7)); 0 where it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                return int(line.split()[-1])
    return 0


def parent(pid: int) -> int:
    """The number of the process that a process belongs to; 0 where it has ended."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def resident(pid: int | str) -> tuple[int, int]:
    """Bytes of a process's own memory, shared with those it was forked from or not, and its page faults."""
    with contextlib.suppress(OSError, ValueError):
        sizes = Path(f"/proc/{pid}/statm").read_text().split()
        faults = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[7]
        return (int(sizes[1]) - int(sizes[2])) * _PAGE_BYTES, int(faults)
    return 0, 0


def most_memory(pid: int, base: int) -> int:
    """A bound on the memory that is this process's alone, which costs less to know than the memory itself.

    It is what came to the ``base`` that it was forked with, and of that a page for each fault.
    """
    own, faults = resident(pid)
    return max(0, own - base) + min(base, faults * _PAGE_BYTES)


def shared_memory(pid: int | str) -> int:
    """Bytes of memory that count as this process's, shared pages divided among those that share them."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) * 1024
    return 0


def prctl(option: int, value: int) -> None:
    """Set one of this process's attributes, where Linux has them."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
