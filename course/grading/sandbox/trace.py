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
import threading
import time

from course.answers.record import Asked

MAX_BYTES = 512 << 20
"""Bytes of trace between two marks; an operation takes about a thousand."""
_PIECE = 1 << 20
_NODE = re.compile(rb'"name": "(.*)", "ctrl_deps": \d+,\n\s*"inputs": (.*)\n\s*"outputs": (.*)\n')
_SHAPES = re.compile(rb'"shapes": (\[.*\]), "types": \[(.*)\], "strides"')
_TYPES = re.compile(rb'"types": \[(.*)\], "strides"')


class TraceLost(Exception):
    """The trace broke off before its mark, or is too long."""


class Trace:
    """The grader's end of a pipe that a trace comes through. A thread empties it, so that torch never waits long."""

    def __init__(self, end: int):
        self._end = end
        self._news = threading.Condition()
        self._text = bytearray()
        self._over = False
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self) -> None:
        while True:
            try:
                piece = os.read(self._end, _PIECE)
            except OSError:
                piece = b""
            with self._news:
                if piece and len(self._text) + len(piece) <= MAX_BYTES:
                    self._text += piece
                else:
                    self._over = True
                self._news.notify_all()
                if self._over:
                    break
        os.close(self._end)

    def until(self, mark: str, deadline: float) -> list[Asked]:
        """What torch was asked since the last mark until this one; raises TraceLost, and TimeoutError at ``deadline``.

        ``deadline`` is in seconds of ``time.monotonic``.
        """
        wanted, searched = f'"name": "{mark}"'.encode(), 0
        with self._news:
            while (place := self._text.find(wanted, searched)) < 0:
                if self._over:
                    raise TraceLost("it broke off")
                searched = max(0, len(self._text) - len(wanted))
                if not self._news.wait(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
            text = bytes(self._text[:place])
            del self._text[: place + len(wanted)]
        return [_asked(*node.groups()) for node in _NODE.finditer(text)]


def _asked(name: bytes, inputs: bytes, outputs: bytes) -> Asked:
    """An operation from the parts of its node: the types of arguments and results, the shapes of its arguments."""
    shapes: tuple[tuple[int, ...], ...] = ()
    types = b""
    if found := _SHAPES.search(inputs):
        types = found[2]
        shapes = tuple(tuple(each) if _is_shape(each) else () for each in json.loads(found[1]))
    if found := _TYPES.search(outputs):
        types += b"," + found[1]
    words = types.decode("utf-8", "replace").replace('"', "").split(",")
    return Asked(name.decode("utf-8", "replace"), tuple(word for word in words if word), shapes)


def _is_shape(value: object) -> bool:
    return isinstance(value, list) and all(type(size) is int for size in value)
