"""Serialisation protocol: what crosses the wall between the grader's process and the sandbox, value by value.

What crosses the wall is written down here, and nothing else crosses it. A message is one JSON value, read by msgspec
against the types below, with the bytes of its tensors behind it. Nothing is pickled, imported or evaluated on either
side; what comes out of a sandbox may say anything, and says it in these words:

=======================================  ============================================================================
JSON                                     value
=======================================  ============================================================================
null true 3 1.5 "text"                   None, bool, int, float, str
["float", "nan"]                         the floats that JSON has not: nan, inf, -inf
["text", length]                         text that JSON has not (halves of characters): its UTF-8, in the data
["list", [...]]  ["tuple", [...]]        list, tuple
["dict", [[key, value], ...]]            dict; a key is text, a number, a bool, None, or a tuple of these
["tensor", dtype, shape, device, g, p]   torch.Tensor; g: its gradient is wanted, p: it is a parameter
["array", dtype, shape]                  a NumPy array, or a NumPy number where the shape is []
["..."]                                  the ellipsis of an exercise that is not done
["other", "a Foo"]                       anything else: what it is, in a student's words, and no more
=======================================  ============================================================================

In the data the entries of tensors follow one another in the order of the text, each begun at a multiple of 16 bytes.

This module writes messages; ``parser.py`` reads them.
"""

from __future__ import annotations

import math
from typing import Any, NoReturn

import msgspec

from course.answers.other import Other

MAX_TEXT_BYTES, MAX_TENSOR_BYTES = 16 << 20, 256 << 20
"""Bytes of JSON, and of tensors, in one message."""
MAX_DEPTH, MAX_ITEMS, MAX_TENSORS, MAX_KEYS = 30, 200_000, 20_000, 10_000
"""Levels of nesting, and in one message: values, tensors and arrays, keys that are not text."""
MAX_SHARED_HASH, MAX_OTHER = 64, 200
"""Keys of a dict with one hash (-1 and -2 share theirs, and so do pairs of them); characters about any other value."""

ALIGNED = 16
"""Bytes, at a multiple of which each tensor's entries begin."""
_TOO_MANY_DIGITS = 10**4000  # Python refuses to write numbers of 4300 digits and more
DTYPES = "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128".split()
"""The dtypes of tensors that cross the wall."""


class WireError(Exception):
    """What came over the wall is not a message: too large, too deep, or not in these words."""


def encode(value: Any) -> tuple[bytes, list[bytes]]:
    """``value`` as JSON and the pieces of its data; raises WireError where it is too large or too deep."""
    encoder = _Encoder()
    try:
        return msgspec.json.encode(encoder.value(value, 0)), encoder.data
    except UnicodeEncodeError:
        encoder = _Encoder(halves=True)
        return msgspec.json.encode(encoder.value(value, 0)), encoder.data


class _Encoder:
    """Writes one message; with ``halves``, text that JSON has not goes into the data."""

    def __init__(self, halves: bool = False):
        self.halves, self.data = halves, list[bytes]()
        self.items, self.tensors = MAX_ITEMS, MAX_TENSORS

    def value(self, value: Any, depth: int) -> Any:
        """A value as what msgspec writes as its JSON."""
        self.items -= 1
        if self.items < 0 or depth > MAX_DEPTH:
            too_much()
        kind = type(value)
        if kind is str:
            return self._text(value) if self.halves else value
        if value is None or kind is bool:
            return value
        if kind is int:
            return value if -_TOO_MANY_DIGITS < value < _TOO_MANY_DIGITS else _other(value)
        if kind is float:
            return value if math.isfinite(value) else ("float", str(value))
        if value is ...:
            return ("...",)
        if kind is Other:
            return "other", value.text[:MAX_OTHER].encode("utf-8", "replace").decode()
        if kind is list or isinstance(value, tuple):
            return "list" if kind is list else "tuple", [self.value(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return "dict", [(self._key(key, depth + 1), self.value(item, depth + 1)) for key, item in value.items()]
        return self._entries(value, kind)

    def _entries(self, value: Any, kind: type) -> Any:
        """A tensor, an array, or neither."""
        import numpy as np
        import torch

        if kind in (torch.Tensor, torch.nn.Parameter):
            name = str(value.dtype).removeprefix("torch.")
            if name not in DTYPES or value.layout != torch.strided or value.device.type == "meta":
                return _other(value)
            self._add(_bytes(value))
            grad, parameter = bool(value.requires_grad), kind is torch.nn.Parameter
            return "tensor", name, list(value.shape), value.device.type, grad, parameter
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufc":
            self._add(np.ascontiguousarray(value).tobytes())
            return "array", value.dtype.str, list(value.shape)
        if isinstance(value, torch.Tensor):
            return "other", f"a {kind.__name__}, a tensor class of its own"[:MAX_OTHER]
        return _other(value)

    def _key(self, key: Any, depth: int) -> Any:
        """A dict's key: a NumPy number stands for the number that it equals, and text of any class for its text."""
        if isinstance(key, str):
            return self.value(str.__str__(key), depth)
        if type(key) is tuple:
            return "tuple", [self._key(each, depth + 1) for each in key]
        return self.value(key.item() if hasattr(key, "dtype") and getattr(key, "ndim", 1) == 0 else key, depth)

    def _text(self, text: str) -> Any:
        try:
            text.encode()
        except UnicodeEncodeError:
            data = text.encode("utf-8", "surrogatepass")
            self._add(data)
            return "text", len(data)
        return text

    def _add(self, data: bytes) -> None:
        self.tensors -= 1
        if self.tensors < 0:
            too_much()
        self.data.append(data)
        if len(data) % ALIGNED:
            self.data.append(bytes(-len(data) % ALIGNED))


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


def _other(value: Any) -> tuple[str, str]:
    from course.answers.compare import kind_text

    try:
        words = str(kind_text(value))
    except Exception:  # its repr is a student's, or a number has too many digits
        words = f"an object of class {type(value).__name__}"
    return "other", words[:MAX_OTHER].encode("utf-8", "replace").decode()


def too_much() -> NoReturn:
    """Refuse a message for what it holds."""
    raise WireError("too many values, or too deeply nested")
