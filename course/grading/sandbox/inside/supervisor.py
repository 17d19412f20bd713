"""Process supervisor: knows a submission's processes, accounts for their memory, and kills what takes too much.

In the sandbox everything is the submission's but the first process, and the keeper of the submission's world. Without
walls only those processes are known that were forked here, each with a session of its own.

Processes have the numbers here that the first process knows them by; those in a world, which a submission and the
grader know, are others (``outer``).
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import time
from pathlib import Path

from course.grading.sandbox.inside.processes import (
    TOO_MANY_PROCESSES,
    TOO_MUCH_MEMORY,
    inner_pid,
    most_memory,
    resident,
    shared_memory,
    status,
)
from course.grading.sandbox.inside.world import World

_HEADROOM_BYTES = 512 << 20
"""Bytes that a process may ask for beyond what it may have, so that the watch stops what grows before Python refuses:
what stops leaves no full memory to the cells after it."""

_KILL_TIMEOUT_S = 5


class Supervisor:
    """``children`` are the processes forked here, ``limits`` what they may take, ``said`` what was stopped and why."""

    def __init__(self) -> None:
        self.alone = os.getpid() == 1  # in the sandbox: everything else here is the submission's
        self.world: World | None = None
        self.limits: dict[str, int] = {}
        self.children: set[int] = set()
        self.said: list[str] = []

    def limit_this_process(self) -> None:
        """In a new child: take on the submission's resource limits (setrlimit(2))."""
        used = status("self").get("VmData", 0) * 1024
        for kind, most in (
            (resource.RLIMIT_DATA, used + 2 * self.limits["memory"] + _HEADROOM_BYTES),
            (resource.RLIMIT_FSIZE, self.limits["file_size"]),
            (resource.RLIMIT_NPROC, self.limits["processes"] + bool(self.world) if self.alone else None),
            (resource.RLIMIT_NOFILE, 512),
            (resource.RLIMIT_CORE, 0),
        ):
            if most is not None:
                with contextlib.suppress(ValueError, OSError):
                    resource.setrlimit(kind, (most, most))

    def signal(self, pid: int, number: int) -> None:
        """Send a signal to the submission's process ``pid`` (as it knows it); nothing happens where that is none."""
        if type(pid) is int and 1 < pid < 1 << 22 and (self.alone or pid in self.children):
            with contextlib.suppress(OSError):
                if outer := self.outer(pid):
                    os.kill(outer, number)

    def outer(self, pid: int) -> int:
        """The number here of the world's process ``pid``; 0 where there is none."""
        if self.world is None:
            return pid
        return next((other for other in self._others() if inner_pid(other) == pid), 0)

    def reap(self) -> None:
        """Take note of children that have ended, and how."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, ended = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                if pid in self.children:
                    self.children.discard(pid)
                    code = os.waitstatus_to_exitcode(ended)
                    if code:
                        self.said.append(f"signal {-code}" if code < 0 else f"exit {code}")

    def watch(self) -> None:
        """Kill a submission that takes more than it may."""
        others = self._others()
        if len(others) > self.limits["processes"]:
            self._stop(TOO_MANY_PROCESSES)
            return
        most, base = self.limits["memory"], resident("self")[0]
        if sum(most_memory(pid, base) for pid in others) < most:
            return
        theirs = base - shared_memory("self")  # of what this process has imported, their share; copies' is counted once
        if self.world:
            theirs -= shared_memory(self.world.pid)
        shares = {pid: shared_memory(pid) for pid in others}
        if sum(shares.values()) > most + theirs:
            largest = max(shares, key=shares.__getitem__)
            if shares[largest] > most / 2:
                self.said.append(TOO_MUCH_MEMORY)
                with contextlib.suppress(OSError):
                    os.kill(largest, signal.SIGKILL)
            else:
                self._stop(TOO_MUCH_MEMORY)

    def _stop(self, reason: str) -> None:
        self.said.append(reason)
        self.kill_all()

    def _others(self) -> list[int]:
        """Every process of the submission's."""
        if not self.alone:
            return [pid for pid in self.children if Path(f"/proc/{pid}").exists()]
        keeper = self.world.pid if self.world else 1
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, keeper)]

    def kill_all(self) -> None:
        """Kill every process of the submission's, and wait for that; exit where one stays. Its world ends with them."""
        deadline = time.monotonic() + _KILL_TIMEOUT_S
        while True:
            self._kill()
            childless = self._childless()
            if childless if self.world else all(status(pid).get("State") == "Z" for pid in self._others()):
                break
            if time.monotonic() > deadline:
                sys.exit("a process cannot be killed")
            time.sleep(0.002)
        self.children.clear()
        if self.world:
            self.world.close()
            self.world = None

    def _childless(self) -> bool:
        """Wait for what has ended; whether all has. A keeper ends last: when nothing in its world is left."""
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            return False
        return True

    def _kill(self) -> None:
        if self.world:
            self.world.end()
        elif self.alone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        else:
            for pid in self.children:
                with contextlib.suppress(OSError):
                    os.killpg(pid, signal.SIGKILL)
