"""Remote proxy for a kernel in a sandbox: what it says is a submission's word, and is checked before it is believed."""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from course.answers.ask import Made, Reply
from course.answers.record import Asked
from course.grading.sandbox.inside.messages import WireError
from course.grading.sandbox.inside.processes import TOO_MANY_PROCESSES, TOO_MUCH_MEMORY
from course.grading.sandbox.inside.wire import Channel, Closed
from course.grading.sandbox.limits import ANSWER_TIMEOUT_S, INTERRUPT_TIMEOUT_S
from course.grading.sandbox.trace import Trace, TraceLost

if TYPE_CHECKING:
    from course.grading.sandbox.room import Room


MAX_OUTPUTS, OUTPUT_COST = 10_000, 100
"""Outputs of one cell that are kept, and characters that each of them counts beside its own."""

MOST_PATIENCE, LEAST_PATIENCE_S = 9.0, 0.05
"""What a process gets that had to wait for a processor: so many times its seconds at most, and for no less."""

NO_ANSWER = "it did not answer in time"
"""The reason of a kernel that is lost because it ran too long."""
NO_TRACE = "the record of what torch was asked broke off"
"""The reason of a kernel that is lost because something in it stopped, or drowned, torch's trace."""


class KernelLost(Exception):
    """A kernel that no longer answers. ``reason`` is why, as the end of a sentence: "it ended itself"."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class RoomLost(Exception):
    """The sandbox's first process has ended."""


@dataclass
class Ran:
    """What came of a cell: its outputs as ``(msg_type, content)`` in Jupyter's words, and how it ended.

    ``size`` is how many characters they have.
    """

    outputs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    ok: bool = False
    count: int | None = None
    size: int = 0
    stopped: bool = False
    exited: bool = False
    flooded: bool = False


class RemoteKernel:
    """A process in the sandbox that holds a submission's names. Every method raises KernelLost."""

    def __init__(self, room: Room, channel: Channel, pid: int):
        self.room, self.channel, self.pid = room, channel, pid
        self.lost = ""
        self.trace: Trace | None = None
        self._waited = 0.0  # seconds that it was given for those that it had waited for a processor

    def _send(self, request: dict[str, Any], deadline: float, fds: tuple[int, ...] = ()) -> None:
        if self.lost:
            raise KernelLost(self.lost)
        try:
            self.channel.send(request, deadline, fds)
        except (WireError, TimeoutError, OSError) as error:
            raise self._gone(error) from None

    def _receive(self, deadline: float) -> dict[str, Any]:
        deadline = self._given_time(deadline)
        try:
            message = self.channel.receive(deadline)
        except (WireError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise self._gone(error) from None
        if not isinstance(message, dict):
            raise self._gone(WireError("not an answer"))
        return message

    def _given_time(self, deadline: float) -> float:
        """Wait for an answer until ``deadline``, and on a busy machine longer: for as long as it had no processor.

        Returns the deadline that holds then.
        """
        poll, most = select.poll(), deadline + MOST_PATIENCE * max(0.0, deadline - time.monotonic())
        poll.register(self.channel.end, select.POLLIN)
        while not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            waited = self.room.waited(self.pid)
            more, self._waited = waited - self._waited, waited
            if more < LEAST_PATIENCE_S or deadline >= most:
                self.room.share.starved = self.room.share.starved or deadline >= most
                break
            deadline = min(self.room.share.deadline(more), most)
        return deadline

    def _gone(self, error: BaseException) -> KernelLost:
        if isinstance(error, Closed):
            said = self.room.why()
            reason = {TOO_MUCH_MEMORY: "it took too much memory", TOO_MANY_PROCESSES: "it started too many processes"}
            self.lost = next((reason[word] for word in said if word in reason), "it ended itself")
            if not any(word in reason for word in said):
                self.room.share.lost(self.lost)
        elif isinstance(error, TimeoutError):
            self.lost = NO_ANSWER
            self.room.share.ran_out()
        else:
            self.lost = "it answered nonsense"
            self.room.share.lost(self.lost)
        self.end()
        return KernelLost(self.lost)

    def end(self) -> None:
        """Kill the process; every later question raises KernelLost."""
        with contextlib.suppress(RoomLost):
            self.room.tell({"do": "kill", "pid": self.pid})
        self.hang_up()

    def hang_up(self) -> None:
        """Close this end of its channel: it ends when it reads that, and every later question raises KernelLost."""
        self.lost = self.lost or "it has ended"
        self.channel.close()

    def run(self, code: str, *, seconds: float, clean: bool, most: int | None = None) -> Ran:
        """Run a cell for at most ``seconds``; ``clean``: torch's global settings are put back afterwards.

        Of its output ``most`` characters are kept, or else what the limits say.
        """
        most, ran = self.room.limits.max_output if most is None else most, Ran()
        deadline = time.monotonic() + seconds
        self._send({"do": "run", "code": code, "max_output": most, "clean": clean}, deadline)
        size = 0
        while True:
            try:
                message = self._receive(deadline)
            except TimeoutError:
                if ran.stopped:
                    raise self._gone(TimeoutError()) from None
                ran.stopped = True
                self.room.share.ran_out()
                self.room.tell({"do": "interrupt", "pid": self.pid})
                deadline = time.monotonic() + INTERRUPT_TIMEOUT_S
                continue
            if "ran" in message and isinstance(message["ran"], dict):
                said = message["ran"]
                ran.ok, ran.exited = said.get("ok") is True, said.get("exit") is True
                ran.flooded = ran.flooded or said.get("flood") is True
                count = said.get("count")
                ran.count = count if type(count) is int and 0 <= count < 1 << 31 else None
                if clean and self.room.watch():  # what the cell leaves behind is too much: it is to blame, not the next
                    raise self._gone(Closed())
                return ran
            output = _output(message)
            if output is None:
                raise self._gone(WireError("not an output"))
            size += OUTPUT_COST + len(output[0]) + _size(output[1])
            if size > most + 2 * OUTPUT_COST * (len(ran.outputs) + 1) or len(ran.outputs) >= MAX_OUTPUTS:
                ran.flooded = True
                if size > 20 * most + 2_000_000:  # it does not count itself any more
                    raise self._gone(WireError("a flood"))
            else:
                ran.outputs.append(output)
                ran.size = size

    def snapshot(self) -> RemoteKernel:
        """A copy of this kernel as it is now."""
        ours, theirs = socket.socketpair()
        try:
            deadline = time.monotonic() + ANSWER_TIMEOUT_S
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
        return RemoteKernel(self.room, Channel(ours), pid)

    def look(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """What names stand for: see ``inside/responder.py``; a name that it says nothing sensible of is missing."""
        said = self._ask({"do": "look", "names": list(names)}).get("names")
        found = said if isinstance(said, dict) else {}
        kinds = {name: each for name in names if isinstance(each := found.get(name), list)}
        told = {name for name, each in kinds.items() if each and isinstance(each[0], str)}
        return {name: kinds[name] if name in told else ["missing"] for name in names}

    def ask(self, name: str, made: int | None, calls: Sequence[dict[str, Any]]) -> list[Reply]:
        """The replies to ``calls`` of the function ``name``, or of the module that was ``made`` under this number."""
        said = self._ask({"do": "ask", "name": name, "made": made, "calls": list(calls)}).get("replies")
        if not isinstance(said, list) or len(said) > len(calls):
            raise self._gone(WireError("not replies"))
        return [checked_reply(each) for each in said]

    def slice(self, statements: Sequence[tuple[bool, str]], seconds: float | None = None) -> None:
        """In a process that ``Room.reading`` made: run a slice, and answer about that one from now on.

        Each statement is whether its cell is the course's own, and the source; all of them may take ``seconds``, or
        else what a question may.
        """
        self._ask({"do": "slice", "statements": [list(each) for each in statements]}, seconds)

    def asked(self) -> list[Asked]:
        """In a process that ``Room.reading`` made: what torch was asked in it since this was called last."""
        mark = f"course::mark {secrets.token_hex(16)}"
        deadline = self.room.share.deadline(self.room.limits.question)
        self._ask({"do": "mark", "name": mark})
        try:
            if self.trace is None:
                raise TraceLost("there is none")
            return self.trace.until(mark, deadline)
        except (TraceLost, TimeoutError):
            self.lost = NO_TRACE
            self.room.share.lost(NO_TRACE)
            self.end()
            raise KernelLost(NO_TRACE) from None

    def line_of(self, name: str, calls: Sequence[dict[str, Any]], *, hand: bool, forbid: Sequence[str]) -> str:
        """Likewise: the line of the student's in which the answer asks torch for what it may not; "" for none."""
        request = {"do": "line", "name": name, "calls": list(calls), "hand": hand, "forbid": list(forbid)}
        return _sentence(self._ask(request).get("line")) or ""

    def make(self, name: str, build: Sequence[Any]) -> tuple[int, Made]:
        """Make an object of a class, or take the one that is there; its number, and what it is."""
        import torch

        said = self._ask({"do": "make", "name": name, "build": list(build)})
        number, parameters = said.get("made"), said.get("parameters")
        if type(number) is not int or not isinstance(parameters, dict):
            raise self._gone(WireError("not an object"))
        if not all(isinstance(each, torch.Tensor) for each in parameters.values()):
            raise self._gone(WireError("not a module"))
        plain = {key: each.detach() for key, each in _named(parameters).items()}
        return number, Made(checked_reply(said.get("reply")), None, said.get("module") is True, plain)

    def _ask(self, request: dict[str, Any], seconds: float | None = None) -> dict[str, Any]:
        deadline = self.room.share.deadline(self.room.limits.question if seconds is None else seconds)
        self._send(request, deadline)
        try:
            said = self._receive(deadline)
        except TimeoutError as error:
            raise self._gone(error) from None
        if "error" in said:
            raise self._gone(WireError("it says that it could not answer"))
        return said


def _size(value: Any) -> int:
    """Characters of an output; more than any limit where it holds what no output holds, such as a tensor."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, int):
        return 20 + value.bit_length() // 3
    if value is None or isinstance(value, float):
        return 20
    if isinstance(value, dict):
        return sum(20 + _size(key) + _size(item) for key, item in value.items())
    return sum(1 + _size(item) for item in value) if isinstance(value, list) else 1 << 62


def _output(message: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The output in a message, as its kind and content; None where it holds none."""
    match message.get("out"):
        case [str(kind), dict(content)]:
            return kind, content
    return None


def _words(value: Any) -> tuple[str, ...]:
    found = value[:100] if isinstance(value, tuple) else ()
    return tuple(item[:200] for item in found if isinstance(item, str))


def _named(value: dict[Any, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if isinstance(key, str)}


def _sentence(value: Any) -> str | None:
    return value[:2000] if isinstance(value, str) else None


REPLY_FIELDS: dict[str, Callable[[Any], Any]] = {
    "value": lambda value: value,
    "after": lambda value: _named(value) if isinstance(value, dict) else {},
    "changed": _words,
    "shared": _words,
    "moved": _words,
    "noted": lambda value: value is True,
    "error": _sentence,
    "place": _sentence,
    "error_types": _words,
    "not_done": _sentence,
    "leftover": lambda value: value is True,
    "refused": _sentence,
}
"""How each field of a reply is made one of its own kind, whatever was said."""


def checked_reply(said: Any) -> Reply:
    """A reply out of what came over the wall: every field of its own kind, or as if nothing had been said."""
    said = said if isinstance(said, dict) else {}
    return Reply(**{name: check(said.get(name)) for name, check in REPLY_FIELDS.items()})
