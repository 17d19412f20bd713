"""Sandbox handle: starts a sandbox, and speaks with its first process; one submission after another enters it.

``Room`` speaks with the first process (``inside/warden.py``), ``RemoteKernel`` with a kernel that was forked from it
(``inside/kernel.py``). What a kernel says is a submission's word: any nonsense, silence or flood from it ends in
``KernelLost``, never in another error.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from course.coursedir.errors import CouldNotBeGraded, GradingStopped, MachineFault
from course.grading.sandbox import machine, walls
from course.grading.sandbox.inside.wire import Channel, WireError
from course.grading.sandbox.limits import ANSWER_TIMEOUT_S, DRAW_AT, DRAW_TIMEOUT_S, START_TIMEOUT_S, Limits
from course.grading.sandbox.remote_kernel import RemoteKernel, RoomLost
from course.grading.sandbox.share import Share
from course.grading.sandbox.trace import Trace
from course.runtime.lacking import lack_by_limits, lack_in

TRACE_PIPE_BYTES = 1 << 20
"""Size of the pipe that a trace comes through."""


class Room:
    """A sandbox, ``unsafe`` one without walls, and its first process. Raises GradingStopped where there can be none."""

    def __init__(self, limits: Limits | None = None, *, unsafe: bool = False):
        self.limits, self.unsafe = limits or Limits(), unsafe
        self.share = Share()  # of the submission that is in it
        self.for_one = not unsafe and bool(walls.no_worlds())
        self._lock = threading.Lock()
        self._scratch: Path | None = None
        ours, theirs = socket.socketpair()
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the room)
        program = walls.filter_file()
        try:
            if unsafe:
                argv, environment = self._without_walls()
            else:
                argv = walls.command(self.limits.space, program, gpu=self.limits.gpu, worlds=not self.for_one)
                environment = {"PATH": os.environ.get("PATH", os.defpath)}
            self.process = subprocess.Popen(
                argv,
                stdin=theirs.fileno(),
                stdout=self.log,
                stderr=self.log,
                env=environment,
                start_new_session=True,
                pass_fds=(program.fileno(),),
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            program.close()
        self.control = Channel(ours)
        self._ready = False
        self._entered = self._leaving = False
        self._taken: dict[str, int] = {}
        self._files: dict[str, Any] = {}
        self._came: Counter[tuple[str, ...]] = Counter()
        _open_rooms.add(self)

    def _without_walls(self) -> tuple[list[str], dict[str, str]]:
        self._scratch = Path(tempfile.mkdtemp(prefix="course-room-"))
        for name in ("home", "tmp"):
            (self._scratch / name).mkdir()
        tmp = str(self._scratch / "tmp")
        environment = {**os.environ, **walls.inner_environment(tmp, gpu=self.limits.gpu), "TMPDIR": tmp}
        environment["PYTHONPATH"] = str(Path(__file__).parents[3])
        environment["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
        places = [str(self._scratch / "home"), tmp]
        return [sys.executable, "-m", "course.grading.sandbox.inside.warden", "0", *places], environment

    @property
    def alive(self) -> bool:
        """Whether its first process runs."""
        return self.process.poll() is None

    def wait(self) -> None:
        """Wait until it has imported everything.

        Where it does not, raises MachineFault where it says what the machine lacks, RoomLost where it was killed or is
        too slow, and else GradingStopped with its last words.
        """
        if self._ready:
            return
        try:
            self.control.receive(time.monotonic() + START_TIMEOUT_S)
        except (WireError, TimeoutError) as error:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=0 if isinstance(error, TimeoutError) else 5)
            killed = (code := self.process.poll()) is None or not 0 <= code <= 128
            self.process.kill()
            self.process.wait()
            self.log.seek(0)
            said = self.log.read().decode(errors="replace")
            words = (said.strip().splitlines() or ["it gave no reason"])[-1]
            self.close()
            if lack := lack_in(said) or ("" if killed else lack_by_limits()):
                raise MachineFault(f"The room in which submissions run did not start ({words}). {lack}") from None
            if killed:
                raise RoomLost("it did not start: it was killed, or too slow") from None
            raise GradingStopped(
                f"The room in which submissions run did not start: {words}. Install the course again (make setup)."
            ) from None
        self._ready = True

    def tell(self, request: dict[str, Any], fds: tuple[int, ...] = ()) -> dict[str, Any]:
        """Its first process's answer; raises RoomLost."""
        with self._lock:
            try:
                self._left()
                self.control.send(request, time.monotonic() + ANSWER_TIMEOUT_S, fds)
                return self.control.receive(time.monotonic() + ANSWER_TIMEOUT_S)
            except (WireError, TimeoutError, OSError) as error:
                raise RoomLost(str(error)) from None

    def _left(self) -> None:
        if self._leaving:
            self.control.receive(time.monotonic() + ANSWER_TIMEOUT_S)
            self._leaving = False

    def enter(self, files: Mapping[str, bytes], given: Sequence[str] = ()) -> None:
        """Begin a submission with these files beside its notebook, by relative path; raises RoomLost.

        ``given`` is code of the course's that it has in common with others: from the third of them on, the figures
        that this code alone decides have been drawn before.
        """
        import numpy as np

        self.wait()
        limits = {name: getattr(self.limits, name) for name in ("memory", "processes", "file_size")}
        self._came[tuple(given)] += 1
        if given and self._came[tuple(given)] == DRAW_AT:
            self.tell({"do": "draw", "limits": limits, "given": list(given), "seconds": DRAW_TIMEOUT_S})
        self._taken = limits
        self._files = {name: np.frombuffer(data, dtype="uint8") for name, data in files.items()}
        self._begin()

    def _begin(self) -> None:
        """Have a world made and the files put down in it, which pass by the first process."""
        ours, theirs = socket.socketpair()
        channel = Channel(ours)
        try:
            self.tell({"do": "enter", "limits": self._taken}, (theirs.fileno(),))
            theirs.close()
            self._entered = True
            channel.send(self._files, time.monotonic() + ANSWER_TIMEOUT_S)
            why = channel.receive(time.monotonic() + ANSWER_TIMEOUT_S)["said"]
        except (WireError, TimeoutError) as error:
            raise RoomLost(str(error)) from None
        finally:
            theirs.close()
            channel.close()
        if why:
            raise CouldNotBeGraded(
                f"The files beside the notebook cannot be written in its sandbox: {why}. Look at their names and sizes."
            )

    def kernel(self) -> RemoteKernel:
        """A new kernel, in which nothing has run."""
        return self._fork({"do": "kernel"})

    def reading(self) -> RemoteKernel:
        """A process for program slices, in which nothing has run, and what torch is asked in it can be read."""
        trace, its_trace = os.pipe()
        words, its_words = os.pipe()
        try:
            with contextlib.suppress(AttributeError, OSError):  # where there is no such setting, it is a small pipe
                fcntl.fcntl(its_trace, fcntl.F_SETPIPE_SZ, TRACE_PIPE_BYTES)
            kernel = self._fork({"do": "read"}, (its_trace, its_words))
        except RoomLost:
            os.close(trace)
            os.close(words)
            raise
        finally:
            os.close(its_trace)
            os.close(its_words)
        kernel.trace = Trace(trace, words)
        return kernel

    def _fork(self, request: dict[str, Any], more: tuple[int, ...] = ()) -> RemoteKernel:
        ours, theirs = socket.socketpair()
        try:
            said = self.tell(request, (theirs.fileno(), *more))
            if "gone" in said:  # the world has ended, whatever the submission did
                self._begin()
                said = self.tell(request, (theirs.fileno(), *more))
            if "gone" in said:
                raise RoomLost("no process could be made")
        except RoomLost:
            ours.close()
            raise
        finally:
            theirs.close()
        return RemoteKernel(self, Channel(ours), int(said["pid"]))

    def watch(self) -> bool:
        """Whether the submission took more than it may, and was stopped."""
        return self.tell({"do": "watch"})["stopped"] is True

    def waited(self, pid: int) -> float:
        """Seconds that a process in it has waited for a processor, which others had."""
        return machine.waited(self.process.pid, pid)

    def why(self) -> list[str]:
        """What its first process had to stop, and for what."""
        with contextlib.suppress(RoomLost):
            time.sleep(0.01)
            return [str(word) for word in self.tell({"do": "why"})["said"]]
        return []

    def leave(self) -> None:
        """End a submission. The sandbox is cleaned meanwhile, and ends itself where it cannot be."""
        if self._entered:
            self._entered = False
            try:
                with self._lock:
                    self._left()
                    self.control.send({"do": "leave"}, time.monotonic() + ANSWER_TIMEOUT_S)
                    self._leaving = True
            except (WireError, TimeoutError, OSError):
                self.close()

    def close(self) -> None:
        """Hang up: its first process ends, and with it all that runs inside."""
        _open_rooms.discard(self)
        self.control.close()
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)


_open_rooms: set[Room] = set()


def close_all() -> None:
    """End every sandbox of this process."""
    for room in list(_open_rooms):
        room.close()


atexit.register(close_all)
os.register_at_fork(after_in_child=_open_rooms.clear)
