"""Observation of the machine (proc(5)): whether processes waited for a processor, and whether memory ran out.

Where the system does not say, nothing is found.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MUCH = 0.25
"""The part of all processors that others must have had, and the part that may have idled, on a busy machine."""

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Observation:
    """How the machine stands: seconds that its processors have worked, and processes killed for want of memory."""

    when: float = field(default_factory=time.monotonic)
    worked: float = field(default_factory=lambda: _worked())
    killed: int = field(default_factory=lambda: _killed())

    def memory_ran_out(self) -> bool:
        """Whether the system has killed any process for want of memory since."""
        return _killed() > self.killed

    def was_busy(self, own: float) -> bool:
        """Whether others than those who worked ``own`` seconds have had much of all processors since, and few idled."""
        whole, worked = (time.monotonic() - self.when) * len(_processors()), _worked() - self.worked
        return worked - own > MUCH * whole and whole - worked < MUCH * whole


def worked_in(pid: int) -> float:
    """Seconds that a process and all below it have worked, those that have ended included."""
    total = 0.0
    for each in (pid, *_below(pid)):
        fields = _stat(each)
        total += sum(map(int, fields[11:15])) / _TICKS if fields else 0.0
    return total


def waited_in(root: int) -> float:
    """Seconds that one of the processes below ``root`` at most has waited for a processor, ready to run."""
    return max(map(_waited, _below(root)), default=0.0)


def waited(root: int, pid: int) -> float:
    """Seconds that a process below ``root``, ``pid`` as seen from inside, has waited for a processor, ready to run."""
    return max((_waited(each) for each in _below(root) if _inner_pid(each) == pid), default=0.0)


def _below(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for entry in os.listdir(_PROC) if _PROC.is_dir() else ():
        if entry.isdecimal() and (fields := _stat(int(entry))):
            children.setdefault(int(fields[1]), []).append(int(entry))
    new = [root]
    while new:
        found = children.pop(new.pop(), [])
        yield from found
        new += found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; none where it has ended."""
    with contextlib.suppress(OSError):
        return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    return []


def _waited(pid: int) -> float:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((_PROC / str(pid) / "schedstat").read_text().split()[1]) / 1e9
    return 0.0


def _inner_pid(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = (_PROC / str(pid) / "status").read_text(errors="replace").splitlines()
        return int(next(line for line in lines if line.startswith("NSpid:")).split()[-1])
    return 0


def _worked() -> float:
    """Seconds that the processors which this process may use have worked, for whomever."""
    names, total = {f"cpu{number}" for number in _processors()}, 0
    with contextlib.suppress(OSError, ValueError):
        for line in (_PROC / "stat").read_text().splitlines():
            name, *ticks = line.split()
            if name in names:
                user, nice, system, _, _, *more = map(int, ticks[:8])  # without idle and iowait
                total += user + nice + system + sum(more)
    return total / _TICKS


def _processors() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def _killed() -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in (_PROC / "vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0
