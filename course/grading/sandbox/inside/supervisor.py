"""Process supervisor: knows a submission's processes, accounts for their memory, and kills what takes too much.

In the sandbox everything is the submission's but the first process, the one that makes worlds, and what that forked:
the keepers of this world and of the next. Without walls only those processes are known that were forked here, each with
a session of its own.

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
    parent,
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
    """``children`` are the processes forked here, ``limits`` what they may take, ``said`` what was stopped and why.

    ``maker`` is the process that makes worlds; 0 where there is none.
    """

    def __init__(self, maker: int = 0) -> None:
        self.alone, self.maker = os.getpid() == 1, maker  # in the sandbox, all others here are the submission's
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
            # one more than may be, which the watch sees and stops; a world's keeper is the same user's
            (resource.RLIMIT_NPROC, self.limits["processes"] + 1 + bool(self.world) if self.alone else None),
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
        if not self.maker:
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
        everyone = (int(name) for name in os.listdir("/proc") if name.isdigit())
        if not self.maker:
            return [pid for pid in everyone if pid != 1]
        return [pid for pid in everyone if pid not in (1, self.maker) and parent(pid) not in (0, self.maker)]

    def kill_all(self) -> None:
        """Kill every process of the submission's, and wait for that; exit where one stays. Its world ends with them."""
        if self.maker and not self.world:
            return  # none runs
        deadline = time.monotonic() + _KILL_TIMEOUT_S
        while not self._killed(0.002):
            if time.monotonic() > deadline:
                sys.exit("a process cannot be killed")
        self.children.clear()
        if self.world:
            self.world.close()
            self.world = None

    def _killed(self, seconds: float) -> bool:
        """Kill what runs; whether nothing does after so many seconds."""
        if self.world:
            self.world.end()
        elif self.alone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        else:
            for pid in self.children:
                with contextlib.suppress(OSError):
                    os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # a world ends when what was forked into it has been waited for
                pass
        if self.world:
            return self.world.ended(seconds)
        time.sleep(seconds)
        return all(status(pid).get("State") == "Z" for pid in self._others())
