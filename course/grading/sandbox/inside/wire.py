"""Message channel over a stream socket, between the grader's process and the sandbox.

On the wire: two unsigned 32-bit integers (length of the text, length of the data), the text, the data. What text and
data hold says ``messages.py``.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from typing import Any

from course.grading.sandbox.inside.messages import MAX_TENSOR_BYTES, MAX_TEXT_BYTES, WireError, encode
from course.grading.sandbox.inside.parser import decode

_HEAD = struct.Struct("!II")
_PIECE = 1 << 16
"""Bytes that are sent or read at once: few enough that room for them is made quickly."""
PATIENCE = 64
"""Small pieces that a message may come in at once; between more of them its reader naps, and then reads many."""


class Closed(WireError):
    """The other side has hung up."""


class Channel:
    """One end of the wall: whole messages over a stream socket, with limits on their size and on the time they take."""

    def __init__(self, end: socket.socket):
        self.end = end
        end.setblocking(True)

    def send(self, value: Any, deadline: float | None = None, fds: tuple[int, ...] = ()) -> None:
        """Send a message, with open files where the other side expects them. Raises Closed, and TimeoutError."""
        text, data = encode(value)
        size = sum(map(len, data))
        if len(text) > MAX_TEXT_BYTES or size > MAX_TENSOR_BYTES:
            raise WireError(f"a message of {len(text) + size:,} bytes is too large")
        head = _HEAD.pack(len(text), size)
        try:
            if fds:
                socket.send_fds(self.end, [head], list(fds))
                head = b""
            self._write(b"".join([head, text, *data]), deadline)
        except TimeoutError:
            raise
        except OSError as error:
            raise Closed(str(error)) from None

    def _write(self, data: bytes, deadline: float | None) -> None:
        rest = memoryview(data)
        while rest:
            if deadline is not None:
                self._wait(deadline, select.POLLOUT)
                rest = rest[self.end.send(rest[:_PIECE], socket.MSG_DONTWAIT) :]
            else:
                rest = rest[self.end.send(rest) :]

    def receive(self, deadline: float | None = None) -> Any:
        """The next message. Raises Closed, WireError for nonsense, and TimeoutError at the monotonic ``deadline``."""
        return self.receive_with(0, deadline)[0]

    def receive_with(self, count: int, deadline: float | None = None) -> tuple[Any, list[int]]:
        """The next message and up to ``count`` open files that came with it."""
        head, fds = self._read(_HEAD.size, deadline, count)
        length, size = _HEAD.unpack(head)
        if length > MAX_TEXT_BYTES or size > MAX_TENSOR_BYTES:
            raise WireError("too large a message")
        return decode(self._read(length, deadline)[0], self._read(size, deadline)[0]), fds

    def _read(self, size: int, deadline: float | None, count: int = 0) -> tuple[bytearray, list[int]]:
        data, fds, small = bytearray(), list[int](), 0
        while len(data) < size:
            if small > PATIENCE:
                time.sleep(0.001)
            self._wait(deadline, select.POLLIN)
            try:
                if count and not fds:
                    piece, fds, _, _ = socket.recv_fds(self.end, size - len(data), count)
                else:
                    piece = self.end.recv(min(size - len(data), _PIECE))
            except OSError as error:
                raise Closed(str(error)) from None
            if not piece:
                raise Closed("the other side has hung up")
            data += piece
            small += len(piece) < min(size, _PIECE) // 64
        return data, fds

    def _wait(self, deadline: float | None, event: int) -> None:
        if self.end.fileno() < 0:
            raise Closed("this side has hung up")
        if deadline is None:
            return
        poll = select.poll()
        poll.register(self.end, event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError

    def close(self) -> None:
        """Hang up: the other side's next read or write raises Closed."""
        self.end.close()
