"""A student's room as the grader sees it: made once, entered by one submission after another.

``Room`` speaks with the room's first process (``inside.py``), ``Kernel`` with a kernel in it (``kernel.py``). What a
kernel says is a submission's word: any nonsense, silence or flood from it ends in ``KernelLost``, never in another
error.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from course.ask import Made, Reply
from course.grading import sandbox
from course.grading.errors import GradingStopped
from course.grading.wire import Channel, Closed, Other, WireError

GRACE = 2.0
"""Seconds that a cell has to stop after it was interrupted."""
START = 180.0
"""Seconds for a room's first import of torch on a slow disk."""
DRAW_AT, DRAW_FOR = 3, 15.0
"""The submission of a notebook before which a room draws its given figures (for fewer it would not be worth it), and
how many seconds it does so at most."""
PATIENCE = 30.0
"""Seconds for an answer of the room's first process, which never runs a student's code."""


@dataclass(frozen=True)
class Limits:
    """What a submission may take: seconds, bytes, processes, and characters of output of a cell."""

    memory: int = 2 << 30
    processes: int = 128
    file_size: int = 64 << 20
    space: int = 256 << 20
    most_output: int = 1_000_000
    cell: float = 20.0
    question: float = 20.0
    gpu: bool = False
    """Whether its processes that run nothing but a slice see the GPU."""


class KernelLost(Exception):
    """A kernel that no longer answers. ``reason`` is why, as the end of a sentence: "it ended itself"."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class RoomLost(Exception):
    """The room's first process has ended."""


@dataclass
class Ran:
    """What came of a cell: its outputs as ``(msg_type, content)`` in Jupyter's words, and how it ended."""

    outputs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    ok: bool = False
    count: int | None = None
    stopped: bool = False
    exited: bool = False
    flooded: bool = False


class Kernel:
    """A process in the room that holds a submission's names. Every method raises KernelLost."""

    def __init__(self, room: Room, channel: Channel, pid: int, inner: int = 0):
        self.room, self.channel, self.pid, self.inner = room, channel, pid, inner
        self.lost = ""

    def _send(self, request: dict[str, Any], deadline: float, fds: tuple[int, ...] = ()) -> None:
        if self.lost:
            raise KernelLost(self.lost)
        try:
            self.channel.send(request, deadline, fds)
        except (WireError, TimeoutError, OSError) as error:
            raise self._gone(error) from None

    def _receive(self, deadline: float) -> dict[str, Any]:
        try:
            message = self.channel.receive(deadline)
        except (WireError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise self._gone(error) from None
        if not isinstance(message, dict):
            raise self._gone(WireError("not an answer"))
        return message

    def _gone(self, error: BaseException) -> KernelLost:
        if isinstance(error, Closed):
            said = self.room.why()
            reason = {
                "too much memory": "it took too much memory",
                "too many processes": "it started too many processes",
            }
            self.lost = next((reason[word] for word in said if word in reason), "it ended itself")
        elif isinstance(error, TimeoutError):
            self.lost = "it did not answer in time"
        else:
            self.lost = "it answered nonsense"
        self.end()
        return KernelLost(self.lost)

    def end(self) -> None:
        """Kill it."""
        with contextlib.suppress(RoomLost):
            self.room.tell({"do": "kill", "pid": self.pid})
        self.hang_up()

    def hang_up(self) -> None:
        """Speak with it no more."""
        self.lost = self.lost or "it has ended"
        self.channel.close()

    def run(self, code: str, *, seconds: float, clean: bool) -> Ran:
        """Run a cell for at most ``seconds``; ``clean``: torch's global settings are put back afterwards."""
        limits, ran = self.room.limits, Ran()
        deadline = time.monotonic() + seconds
        self._send({"do": "run", "code": code, "most_output": limits.most_output, "clean": clean}, deadline)
        size = 0
        while True:
            try:
                message = self._receive(deadline)
            except TimeoutError:
                if ran.stopped:
                    raise self._gone(TimeoutError()) from None
                ran.stopped = True
                self.room.tell({"do": "interrupt", "pid": self.pid})
                deadline = time.monotonic() + GRACE
                continue
            if "ran" in message and isinstance(message["ran"], dict):
                said = message["ran"]
                ran.ok, ran.exited = said.get("ok") is True, said.get("exit") is True
                ran.flooded = ran.flooded or said.get("flood") is True
                ran.count = said["count"] if type(said.get("count")) is int else None
                if clean and self.room.watch():  # what the cell leaves behind is too much: it is to blame, not the next
                    raise self._gone(Closed())
                return ran
            kind, content = message.get("out") if isinstance(message.get("out"), list) else (None, None)
            if not isinstance(kind, str) or not isinstance(content, dict):
                raise self._gone(WireError("not an output"))
            size += _size(content)
            if size > limits.most_output + 100 * (len(ran.outputs) + 1) or len(ran.outputs) > 10_000:
                ran.flooded = True
                if size > 20 * limits.most_output + 1_000_000:  # it does not count itself any more
                    raise self._gone(WireError("a flood"))
            else:
                ran.outputs.append((kind, content))

    def snapshot(self) -> Kernel:
        """A copy of this kernel as it is now."""
        ours, theirs = socket.socketpair()
        try:
            deadline = time.monotonic() + PATIENCE
            self._send({"do": "snapshot"}, deadline, (theirs.fileno(),))
            try:
                said = self._receive(deadline)
            except TimeoutError as error:
                raise self._gone(error) from None
        finally:
            theirs.close()
        pid = said.get("snapshot")
        if type(pid) is not int:
            raise self._gone(WireError("not a copy"))
        return Kernel(self.room, Channel(ours), pid)

    def look(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """What names stand for: see ``kernel.py``; a name that it says nothing sensible of is missing."""
        said = self._ask({"do": "look", "names": list(names)}).get("names")
        found = said if isinstance(said, dict) else {}
        return {
            name: each
            if isinstance(each := found.get(name), list) and each and isinstance(each[0], str)
            else ["missing"]
            for name in names
        }

    def ask(
        self, name: str, made: int | None, calls: Sequence[dict[str, Any]], *, hand: bool, forbid: Sequence[str]
    ) -> list[Reply]:
        """The replies to calls of a function, or of a module that was made."""
        request = {"do": "ask", "name": name, "made": made, "calls": list(calls), "hand": hand, "forbid": list(forbid)}
        said = self._ask(request).get("replies")
        if not isinstance(said, list) or len(said) > len(calls):
            raise self._gone(WireError("not replies"))
        return [_reply(each) for each in said]

    def slice(self, source: Sequence[str]) -> None:
        """In a process that ``Room.reading`` made: run another slice, and answer about that one from now on."""
        self._ask({"do": "slice", "source": list(source)})

    def make(self, name: str, build: Sequence[Any]) -> tuple[int, Made]:
        """Make an object of a class, or take the one that is there; its number, and what it is."""
        import torch

        said = self._ask({"do": "make", "name": name, "build": list(build)})
        parameters = said.get("parameters")
        sensible = type(said.get("made")) is int and isinstance(parameters, dict)
        if not sensible or not all(isinstance(each, torch.Tensor) for each in parameters.values()):
            raise self._gone(WireError("not a module"))
        plain = {str(key): each.detach() for key, each in parameters.items()}
        return said["made"], Made(_reply(said.get("reply")), None, said.get("module") is True, plain)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + self.room.limits.question
        self._send(request, deadline)
        try:
            said = self._receive(deadline)
        except TimeoutError as error:
            raise self._gone(error) from None
        if "error" in said:
            raise self._gone(WireError(str(said["error"])))
        return said


def _size(value: Any) -> int:
    """Characters of an output; more than any limit where it holds what no output holds, such as a tensor."""
    if isinstance(value, str):
        return len(value)
    if value is None or isinstance(value, (bool, int, float)):
        return 20
    if isinstance(value, dict):
        return sum(20 + _size(item) for item in value.values())
    return sum(map(_size, value)) if isinstance(value, list) else 1 << 62


def _reply(said: Any) -> Reply:
    """A reply out of what came over the wall: every field of its own kind, or as if nothing had been said."""
    said = said if isinstance(said, dict) else {}
    clean: dict[str, Any] = {}
    for each in fields(Reply):
        value = said.get(each.name)
        if each.name == "value":
            clean["value"] = value
        elif each.name == "after":
            clean["after"] = {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}
        elif each.name == "leftover":
            clean["leftover"] = value is True
        elif each.name in ("changed", "shared", "moved", "error_types"):
            clean[each.name] = tuple(str(item)[:200] for item in value) if isinstance(value, tuple) else ()
        else:
            clean[each.name] = value[:2000] if isinstance(value, str) else None
    return Reply(**clean)


class Room:
    """A room with its first process; ``unsafe`` makes one without walls. Raises GradingStopped where there is none."""

    def __init__(self, limits: Limits | None = None, *, unsafe: bool = False):
        self.limits, self.unsafe = limits or Limits(), unsafe
        self._lock = threading.Lock()
        self._scratch: Path | None = None
        ours, theirs = socket.socketpair()
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the room)
        program = sandbox.filter_file()
        try:
            if unsafe:
                argv, environment = self._without_walls()
            else:
                argv = sandbox.command(self.limits.space, program, gpu=self.limits.gpu)
                environment = {"PATH": os.environ.get("PATH", os.defpath)}
            self.process = subprocess.Popen(
                argv,
                stdin=theirs,
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
        self._came: Counter[tuple[str, ...]] = Counter()
        _open_rooms.add(self)

    def _without_walls(self) -> tuple[list[str], dict[str, str]]:
        self._scratch = Path(tempfile.mkdtemp(prefix="course-room-"))
        for name in ("home", "tmp"):
            (self._scratch / name).mkdir()
        tmp = str(self._scratch / "tmp")
        environment = {**os.environ, **sandbox.inner_environment(tmp, gpu=self.limits.gpu), "TMPDIR": tmp}
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        environment["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
        places = [str(self._scratch / "home"), tmp]
        return [sys.executable, "-m", "course.grading.inside", *places], environment

    @property
    def alive(self) -> bool:
        """Whether its first process runs."""
        return self.process.poll() is None

    def wait(self) -> None:
        """Wait until it has imported everything; raises GradingStopped with its last words when it has not."""
        if self._ready:
            return
        try:
            self.control.receive(time.monotonic() + START)
        except (WireError, TimeoutError):
            self.process.kill()
            self.process.wait()
            self.log.seek(0)
            words = self.log.read().decode(errors="replace").strip().splitlines()[-1:] or ["it gave no reason"]
            self.close()
            raise GradingStopped(
                f"The room in which submissions run did not start: {words[0]}. Install the course again (make setup)."
            ) from None
        self._ready = True

    def tell(self, request: dict[str, Any], fds: tuple[int, ...] = ()) -> dict[str, Any]:
        """Its first process's answer; raises RoomLost."""
        with self._lock:
            try:
                self._left()
                self.control.send(request, time.monotonic() + PATIENCE, fds)
                return self.control.receive(time.monotonic() + PATIENCE)
            except (WireError, TimeoutError, OSError) as error:
                raise RoomLost(str(error)) from None

    def _left(self) -> None:
        if self._leaving:
            self.control.receive(time.monotonic() + PATIENCE)
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
            self.tell({"do": "draw", "limits": limits, "given": list(given), "seconds": DRAW_FOR})
        room_for = {name: np.frombuffer(data, dtype="uint8") for name, data in files.items()}
        self.tell({"do": "enter", "limits": limits, "files": room_for})
        self._entered = True

    def kernel(self) -> Kernel:
        """A new kernel, in which nothing has run."""
        return self._fork({"do": "kernel"})

    def reading(self, source: Sequence[str]) -> Kernel:
        """A process in which nothing but ``source`` has run."""
        return self._fork({"do": "read", "source": list(source)})

    def _fork(self, request: dict[str, Any]) -> Kernel:
        ours, theirs = socket.socketpair()
        try:
            said = self.tell(request, (theirs.fileno(),))
        except RoomLost:
            ours.close()
            raise
        finally:
            theirs.close()
        return Kernel(self, Channel(ours), int(said["pid"]))

    def watch(self) -> bool:
        """Whether the submission took more than it may, and was stopped."""
        return self.tell({"do": "watch"})["stopped"] is True

    def why(self) -> list[str]:
        """What its first process had to stop, and for what."""
        with contextlib.suppress(RoomLost):
            time.sleep(0.01)
            return [str(word) for word in self.tell({"do": "why"})["said"]]
        return []

    def leave(self) -> None:
        """End a submission. The room is cleaned meanwhile, and ends itself where it cannot be."""
        if self._entered:
            self._entered = False
            try:
                with self._lock:
                    self._left()
                    self.control.send({"do": "leave"}, time.monotonic() + PATIENCE)
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
_mine = threading.local()


@contextlib.contextmanager
def entered(
    files: Mapping[str, bytes], limits: Limits, *, unsafe: bool = False, given: Sequence[str] = ()
) -> Iterator[Room]:
    """This thread's room, entered; made when it is first needed, or has died, or is asked for with other limits."""
    room: Room | None = getattr(_mine, "room", None)
    if room is None or not room.alive or (room.limits, room.unsafe) != (limits, unsafe):
        if room is not None:
            room.close()
        room = _mine.room = Room(limits, unsafe=unsafe)
    try:
        room.enter(files, given)
    except RoomLost:
        room.close()
        room = _mine.room = Room(limits, unsafe=unsafe)
        room.enter(files, given)
    try:
        yield room
    finally:
        room.leave()


def warm_up(limits: Limits, *, unsafe: bool = False) -> None:
    """Begin to make this thread's room, so that it is ready when it is needed."""
    if getattr(_mine, "room", None) is None:
        _mine.room = Room(limits, unsafe=unsafe)


def close_all() -> None:
    """End every room of this process."""
    for room in list(_open_rooms):
        room.close()


atexit.register(close_all)

__all__ = ["Kernel", "KernelLost", "Limits", "Other", "Ran", "Room", "RoomLost", "close_all", "entered", "warm_up"]
