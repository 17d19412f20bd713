"""Serialisation protocol: plain data over the wall between the grader's process and the sandbox.

What crosses the wall is written down here, and nothing else crosses it. A message is one JSON value, in which a tensor
stands as its dtype, shape and device with its bytes behind the JSON text. Nothing is pickled, imported or evaluated on
either side; what comes out of a sandbox may say anything, and says it in these words:

=====================  ==============================================================================================
JSON                   value
=====================  ==============================================================================================
null true "text" 3     None, bool, str, int (larger ones: ``{"int": "digits"}``)
1.5                    float (``{"float": "nan"}``, ``"inf"``, ``"-inf"``)
[...]                  list
{"tuple": [...]}       tuple
{"dict": [[k, v]...]}  dict
{"tensor": ...}        ``[dtype, shape, device, requires_grad, is_parameter, blob]``: a torch.Tensor
{"array": ...}         ``[dtype, shape, blob]``: a NumPy array, or a NumPy number where the shape is ``[]``
{"...": 0}             the ellipsis of an exercise that is not done
{"other": "a Foo"}     anything else: what it is, in a student's words, and no more
=====================  ==============================================================================================

On the wire: two unsigned 32-bit integers (length of the JSON text, length of all blobs together), the JSON text
``{"body": ..., "blobs": [length, ...]}``, the blobs.
"""

from __future__ import annotations

import json
import math
import select
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

from course.answers.ask import Other

MAX_TEXT_BYTES, MAX_TENSOR_BYTES = 16 << 20, 256 << 20
"""Bytes of JSON, and of tensors, in one message."""
MAX_DEPTH, MAX_ITEMS = 30, 200_000
"""Levels of nesting, and values, in one message."""

_HEAD = struct.Struct("!II")
_TOO_MANY_DIGITS = 10**4000  # Python refuses to write numbers of 4300 digits and more
_DTYPES = "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128".split()


class WireError(Exception):
    """What came over the wall is not a message: too large, too deep, or not in these words."""


class Closed(WireError):
    """The other side has hung up."""


def encode(value: Any) -> tuple[Any, list[bytes]]:
    """``value`` as JSON and blobs; raises WireError where it is too large or too deep."""
    blobs: list[bytes] = []
    left = [MAX_ITEMS]
    return _encode(value, blobs, left, 0), blobs


def _encode(value: Any, blobs: list[bytes], left: list[int], depth: int) -> Any:
    import numpy as np
    import torch

    left[0] -= 1
    if left[0] < 0 or depth > MAX_DEPTH:
        raise WireError("too many values, or too deeply nested")

    def inner(item: Any) -> Any:
        return _encode(item, blobs, left, depth + 1)

    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        if abs(value) < 1 << 53:  # a float holds it, and so does JSON
            return value
        return {"int": str(value)} if abs(value) < _TOO_MANY_DIGITS else _other(value)
    if kind is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if value is ...:
        return {"...": 0}
    if kind is Other:
        return {"other": value.text}
    if kind is list:
        return [inner(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [inner(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[inner(key), inner(item)] for key, item in value.items()]}
    if kind in (torch.Tensor, torch.nn.Parameter):
        name = str(value.dtype).removeprefix("torch.")
        if name not in _DTYPES or value.layout != torch.strided or value.device.type == "meta":
            return _other(value)
        blobs.append(_bytes(value))
        grad, parameter = bool(value.requires_grad), kind is torch.nn.Parameter
        return {"tensor": [name, list(value.shape), value.device.type, grad, parameter, len(blobs) - 1]}
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufc":
        blobs.append(np.ascontiguousarray(value).tobytes())
        return {"array": [value.dtype.str, list(value.shape), len(blobs) - 1]}
    if isinstance(value, torch.Tensor):
        return {"other": f"a {kind.__name__}, a tensor class of its own"[:200]}
    return _other(value)


def _bytes(tensor: Any) -> bytes:
    """A tensor's entries in order. The usual ones are read without asking torch, which would note what it was asked."""
    import numpy as np
    import torch

    try:
        return np.from_dlpack(tensor).tobytes()
    except (
        AttributeError,
        BufferError,
        RuntimeError,
        TypeError,
        ValueError,
    ):  # with a history, of another device, bfloat16
        flat = torch.empty(tensor.numel(), dtype=tensor.dtype).copy_(tensor.detach().reshape(-1))  # of unit stride
        return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def _other(value: Any) -> dict[str, str]:
    from course.answers.compare import kind_text

    try:
        words = str(kind_text(value))
    except Exception:  # its repr is a student's, or a number has too many digits
        words = f"an object of class {type(value).__name__}"
    return {"other": words[:200]}


def decode(body: Any, blobs: Sequence[bytes | memoryview]) -> Any:
    """The value that ``encode`` wrote; raises WireError for anything else."""
    try:
        return _decode(body, blobs, [MAX_ITEMS], 0)
    except WireError:
        raise
    except Exception as error:  # whatever nonsense does to torch and numpy
        raise WireError(f"{type(error).__name__} in a message") from None


def _decode(body: Any, blobs: Sequence[bytes | memoryview], left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth > MAX_DEPTH:
        raise WireError("too many values, or too deeply nested")
    if body is None or isinstance(body, (bool, str, int, float)):
        return body
    if isinstance(body, list):
        return [_decode(item, blobs, left, depth + 1) for item in body]
    if not isinstance(body, dict) or len(body) != 1:
        raise WireError("not a value")
    ((tag, content),) = body.items()
    if tag == "tuple":
        return tuple(_decode(item, blobs, left, depth + 1) for item in content)
    if tag == "dict":
        return {_key(key, blobs, left, depth): _decode(item, blobs, left, depth + 1) for key, item in content}
    if tag == "tensor":
        return _tensor(content, blobs)
    if tag == "array":
        return _array(content, blobs)
    if tag == "int":
        return int(content)
    if tag == "float" and content in ("nan", "inf", "-inf"):
        return float(content)
    if tag == "...":
        return ...
    if tag == "other":
        return Other(" ".join(str(content).split())[:200])
    raise WireError("not a value")


def _key(body: Any, blobs: Sequence[bytes | memoryview], left: list[int], depth: int) -> Any:
    key = _decode(body, blobs, left, depth + 1)
    return key if isinstance(key, (str, int, float, bool, tuple, type(None))) else str(key)


def _sizes(shape: Any) -> list[int]:
    if not isinstance(shape, list) or len(shape) > 16 or not all(type(size) is int and size >= 0 for size in shape):
        raise WireError("not a shape")
    return shape


def _tensor(content: Any, blobs: Sequence[bytes | memoryview]) -> Any:
    import torch

    name, shape, place, grad, parameter, blob = content
    if name not in _DTYPES or place not in ("cpu", "cuda", "mps"):
        raise WireError("not a tensor")
    dtype, shape, data = getattr(torch, name), _sizes(shape), blobs[blob]
    if math.prod(shape) * dtype.itemsize != len(data):
        raise WireError("not a tensor")
    flat = torch.frombuffer(bytearray(data), dtype=dtype) if data else torch.empty(0, dtype=dtype)
    if dtype == torch.bool:
        flat = flat.view(torch.uint8) != 0  # another byte than 0 and 1 would be neither true nor false
    tensor = flat.view(shape) if place == "cpu" else flat.view(shape).to(place)
    if parameter is True:
        return torch.nn.Parameter(tensor, requires_grad=grad is True)
    return tensor.requires_grad_() if grad is True and tensor.dtype.is_floating_point else tensor


def _array(content: Any, blobs: Sequence[bytes | memoryview]) -> Any:
    import numpy as np

    name, shape, blob = content
    dtype = np.dtype(name)
    if dtype.kind not in "biufc":
        raise WireError("not an array")
    flat = np.frombuffer(blobs[blob], dtype=dtype)
    flat = flat.view("uint8") != 0 if dtype.kind == "b" else flat.copy()
    return flat.reshape(_sizes(shape))[()]


class Channel:
    """One end of the wall: whole messages over a stream socket, with limits on their size and on the time they take."""

    def __init__(self, end: socket.socket):
        self.end = end
        end.setblocking(True)

    def send(self, value: Any, deadline: float | None = None, fds: tuple[int, ...] = ()) -> None:
        """Send a message, with open files where the other side expects them. Raises Closed, and TimeoutError."""
        body, blobs = encode(value)
        text = json.dumps({"body": body, "blobs": [len(blob) for blob in blobs]}).encode()
        size = sum(map(len, blobs))
        if len(text) > MAX_TEXT_BYTES or size > MAX_TENSOR_BYTES:
            raise WireError(f"a message of {len(text) + size:,} bytes is too large")
        head = _HEAD.pack(len(text), size)
        try:
            if fds:
                socket.send_fds(self.end, [head], list(fds))
                head = b""
            self._write(b"".join([head, text, *blobs]), deadline)
        except TimeoutError:
            raise
        except OSError as error:
            raise Closed(str(error)) from None

    def _write(self, data: bytes, deadline: float | None) -> None:
        rest = memoryview(data)
        while rest:
            if deadline is not None:
                self._wait(deadline, select.POLLOUT)
                rest = rest[self.end.send(rest[: 1 << 16], socket.MSG_DONTWAIT) :]
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
        text, data = self._read(length, deadline)[0], memoryview(self._read(size, deadline)[0])
        try:
            whole = json.loads(text)
            body, lengths = whole["body"], whole["blobs"]
            if not all(type(each) is int and each >= 0 for each in lengths) or sum(lengths) != size:
                raise WireError("the blobs are not as announced")
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise WireError(f"not a message ({type(error).__name__})") from None
        blobs: list[memoryview] = []
        place = 0
        for each in lengths:
            blobs.append(data[place : place + each])
            place += each
        return decode(body, blobs), fds

    def _read(self, size: int, deadline: float | None, count: int = 0) -> tuple[bytes, list[int]]:
        data, fds = bytearray(), list[int]()
        while len(data) < size:
            self._wait(deadline, select.POLLIN)
            try:
                if count and not fds:
                    piece, fds, _, _ = socket.recv_fds(self.end, size - len(data), count)
                else:
                    piece = self.end.recv(min(size - len(data), 1 << 20))
            except OSError as error:
                raise Closed(str(error)) from None
            if not piece:
                raise Closed("the other side has hung up")
            data += piece
        return bytes(data), fds

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
