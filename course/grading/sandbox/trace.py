"""Execution trace of torch, read outside the sandbox: what a process in there has asked torch for, as torch writes it.

Torch's own ``ExecutionTraceObserver`` writes a node of JSON for every operation that has ended, from C++ and into a
pipe. What has gone into a pipe cannot be taken back, and nothing in that process can switch the observer off
(``inside/confine.py``). A mark with a name that nobody could know beforehand shows that it still wrote when the
question had been answered.
"""

from __future__ import annotations

import json
import os
import re
import select
import threading
import time

from course.answers.record import Asked
from course.grading.sandbox.inside.recording import INCOMPLETE

MAX_OPERATIONS, MAX_UNREAD_BYTES, MAX_KINDS_BYTES = 4_000_000, 8 << 20, 32 << 20
"""Operations between two marks, bytes that hold no whole operation, and bytes of operations that are not like one
before: more is a flood."""
_PIECE_BYTES, _LAST_WORDS_BYTES = 1 << 20, 1 << 12
_NODE = re.compile(rb'^ *"id": \d+, "name": "(.*)", "ctrl_deps": \d+,\n *"inputs": (.*)\n *"outputs": (.*)\n', re.M)


class TraceLost(Exception):
    """The trace broke off before its mark, or is too long."""


class Trace:
    """The grader's end of a pipe that a trace comes through. A thread reads it, so that torch never waits long.

    ``words`` is the end of another pipe, with what that process writes to its standard error: torch says there when it
    could not write an operation down.
    """

    def __init__(self, end: int, words: int):
        self._ends = end, words
        self._news = threading.Condition()
        self._asked: list[Asked] = []
        self._known: dict[tuple[bytes, ...], Asked] = {}  # a program asks for the same things over and over
        self._kinds_bytes = 0
        self._over = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        (end, words), text, said = self._ends, bytearray(), b""
        os.set_blocking(words, False)
        poll = select.poll()
        poll.register(end, select.POLLIN)
        poll.register(words, select.POLLIN)
        while not self._over:
            ready = [each for each, _ in poll.poll()]
            piece = _piece(end) if end in ready else None
            word = _piece(words)  # after the piece: what is said of an operation was written before its mark
            if words in ready and not word:
                poll.unregister(words)  # nobody holds its other end any more
            said = (said + word)[-_LAST_WORDS_BYTES:]
            found, place = list[Asked](), 0
            text += piece or b""
            if piece and b"\n" in piece:  # else no node has ended
                for node in _NODE.finditer(text):
                    found.append(self._operation(*node.groups()))
                    place = node.end()
                del text[: max(place, _last_lines(text))]
            flooded = len(self._asked) > MAX_OPERATIONS or self._kinds_bytes > MAX_KINDS_BYTES
            with self._news:
                self._over = piece == b"" or flooded or len(text) > MAX_UNREAD_BYTES
                if INCOMPLETE.encode() in said:
                    self._over = True
                else:
                    self._asked += found
                self._news.notify_all()
        os.close(end)
        os.close(words)

    def _operation(self, name: bytes, inputs: bytes, outputs: bytes) -> Asked:
        """An operation from the parts of its node: the types of arguments and results, the shapes of its arguments."""
        taken = inputs[inputs.rfind(b'"shapes": ') : inputs.rfind(b', "strides": ')]
        shapes, _, types = taken.partition(b', "types": ')
        results = outputs[outputs.rfind(b'"types": ') : outputs.rfind(b', "strides": ')]
        said = name, shapes[10:], types, results[9:]
        if said not in self._known:
            self._kinds_bytes += sum(map(len, said))
            self._known[said] = _asked(*said)
        return self._known[said]

    def until(self, mark: str, deadline: float) -> list[Asked]:
        """What torch was asked since the last mark until this one; raises TraceLost, and TimeoutError at ``deadline``.

        ``deadline`` is in seconds of ``time.monotonic``.
        """
        wanted, seen = Asked(mark), 0
        with self._news:
            while wanted not in self._asked[seen:]:
                if self._over:
                    raise TraceLost("it broke off, or is too long")
                seen = len(self._asked)
                if not self._news.wait(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
            place = self._asked.index(wanted, seen)
            found = self._asked[:place]
            del self._asked[: place + 1]
        return found


def _piece(end: int) -> bytes:
    """What can be read now; nothing where the other end is closed, or where nothing is there."""
    try:
        return os.read(end, _PIECE_BYTES)
    except OSError:
        return b""


def _last_lines(text: bytearray) -> int:
    """Where the last two lines and what comes after them begin: before that no node can begin that is yet to end."""
    place = len(text)
    for _ in range(3):
        place = text.rfind(b"\n", 0, place)
        if place < 0:
            return 0
    return place + 1


def _asked(name: bytes, shapes: bytes, types: bytes, results: bytes) -> Asked:
    called = name.decode("utf-8", "replace")
    try:
        sizes = tuple(tuple(each) if _is_shape(each) else () for each in json.loads(shapes))
        return Asked(called, tuple(map(str, (*json.loads(types), *json.loads(results)))), sizes)
    except (ValueError, TypeError, RecursionError):  # a name that somebody chose, with lines in it
        return Asked(called)


def _is_shape(value: object) -> bool:
    return isinstance(value, list) and all(type(size) is int for size in value)
