"""Parser of messages from the other side of the wall: msgspec against their forms, in time and memory linear in length.

What a message costs its reader is bounded by its length (benchmarks/wire.md has a table). No byte of the data belongs
to two tensors, and those lie where they were read. Values are counted before one is made; so are keys that are not
text, for their hashes are no secret, and many that share one make a dict slow.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, Union

import msgspec

from course.answers.other import Other
from course.grading.sandbox.inside.messages import (
    ALIGNED,
    DTYPES,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_KEYS,
    MAX_OTHER,
    MAX_SHARED_HASH,
    MAX_TENSORS,
    WireError,
    too_much,
)

_MAX_MARKS = 1 << 20  # commas and brackets outside of text, of which no value needs more than five


class _Form(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """An array whose first entry says what the others are."""


class _List(_Form, tag="list"):
    of: list[_Value]


class _Tuple(_Form, tag="tuple"):
    of: list[_Value]


class _Dict(_Form, tag="dict"):
    of: list[tuple[_Value, _Value]]


class _Tensor(_Form, tag="tensor"):
    dtype: str
    shape: _Shape
    device: Literal["cpu", "cuda", "mps"]
    grad: bool
    parameter: bool


class _Array(_Form, tag="array"):
    dtype: str
    shape: _Shape


class _Text(_Form, tag="text"):
    length: int


class _Float(_Form, tag="float"):
    of: Literal["nan", "inf", "-inf"]


class _Dots(_Form, tag="..."):
    pass


class _Other(_Form, tag="other"):
    text: str


_Shape = Annotated[list[Annotated[int, msgspec.Meta(ge=0, le=1 << 48)]], msgspec.Meta(max_length=16)]
_Value = Union[  # noqa: UP007 (evaluated, on Python 3.10 too)
    None, bool, int, float, str, _List, _Tuple, _Dict, _Tensor, _Array, _Text, _Float, _Dots, _Other
]
_PARSER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_Value)
_PLAIN = frozenset({type(None), bool, int, float, str})


def decode(text: bytes | bytearray, data: bytearray) -> Any:
    """The value that ``encode`` wrote, with its data in one piece; raises WireError for anything else.

    Tensors lie in ``data``, each in bytes of its own.
    """
    if len(text) > _MAX_MARKS and _marks(text) > _MAX_MARKS:
        too_much()
    try:
        decoder = _Decoder(data)
        value = decoder.value(_PARSER.decode(text), 0)
        if decoder.place != len(data):
            raise WireError("the data is not as announced")
        return value
    except WireError:
        raise
    except Exception as error:  # whatever nonsense does to msgspec, torch and numpy
        raise WireError(f"{type(error).__name__} in a message") from None


def _marks(text: bytes | bytearray) -> int:
    """How many commas and opening brackets stand outside of texts; before each value but the first there is one."""
    import numpy as np

    marks = np.frombuffer(text.replace(rb"\\", b"").replace(rb"\"", b""), dtype="uint8")
    outside = np.cumsum(marks == ord('"'), dtype="uint8") & 1 == 0
    return int(np.count_nonzero(outside & ((marks == ord(",")) | (marks == ord("[")) | (marks == ord("{")))))


class _Decoder:
    """Makes the value of one message. What it still may make is counted down before anything is made."""

    def __init__(self, data: bytearray):
        self.data, self.place = data, 0
        self.items, self.tensors, self.keys = MAX_ITEMS - 1, MAX_TENSORS, MAX_KEYS

    def value(self, said: Any, depth: int) -> Any:
        """The value that was said."""
        if type(said) in _PLAIN:
            return said
        if depth > MAX_DEPTH:
            too_much()
        return self.FORMS[type(said)](self, said, depth)

    def _list(self, said: _List, depth: int) -> list[Any]:
        return self._all(said.of, depth)

    def _tuple(self, said: _Tuple, depth: int) -> tuple[Any, ...]:
        return tuple(self._all(said.of, depth))

    def _all(self, said: list[Any], depth: int) -> list[Any]:
        self.items -= len(said)
        if self.items < 0 or (said and depth == MAX_DEPTH):
            too_much()
        return [each if type(each) in _PLAIN else self.value(each, depth + 1) for each in said]

    def _dict(self, said: _Dict, depth: int) -> dict[Any, Any]:
        found = self._all([each for pair in said.of for each in pair], depth)
        keys = [_key(key) for key in found[::2]]
        if odd := [key for key in keys if type(key) is not str]:
            self.keys -= len(odd)
            if self.keys < 0 or max(Counter(map(hash, odd)).values()) > MAX_SHARED_HASH:
                raise WireError("too many keys that are not text, or that share a hash")
        return dict(zip(keys, found[1::2], strict=True))

    def _take(self, size: int) -> int:
        """Where the next ``size`` bytes of the data begin; they are nobody else's."""
        start = self.place
        self.tensors -= 1
        self.place = start + size + -size % ALIGNED
        if self.tensors < 0 or not start <= self.place <= len(self.data):
            raise WireError("the data is not as announced, or too many tensors")
        return start

    def _tensor(self, said: _Tensor, _: int) -> Any:
        import torch

        if said.dtype not in DTYPES:
            raise WireError("not a tensor")
        dtype, count = getattr(torch, said.dtype), _entries(said.shape)
        start = self._take(count * dtype.itemsize)
        if dtype == torch.bool:
            self._be_truths(start, count)
        flat = (
            torch.frombuffer(self.data, dtype=dtype, count=count, offset=start)
            if count
            else torch.empty(0, dtype=dtype)
        )
        tensor = flat.view(said.shape) if said.device == "cpu" else flat.view(said.shape).to(said.device)
        if said.parameter:
            return torch.nn.Parameter(tensor, requires_grad=said.grad)
        return tensor.requires_grad_() if said.grad and dtype.is_floating_point else tensor

    def _array(self, said: _Array, _: int) -> Any:
        import numpy as np

        dtype, count = np.dtype(said.dtype[:8]), _entries(said.shape)
        if dtype.kind not in "biufc" or dtype.subdtype is not None:
            raise WireError("not an array")
        start = self._take(count * dtype.itemsize)
        if dtype.kind == "b":
            self._be_truths(start, count)
        return np.ndarray(said.shape, dtype, self.data, start)[()]

    def _text(self, said: _Text, _: int) -> str:
        start = self._take(said.length)
        return self.data[start : start + said.length].decode("utf-8", "surrogatepass")

    def _float(self, said: _Float, _: int) -> float:
        return float(said.of)

    def _dots(self, _: _Dots, __: int) -> Any:
        return ...

    def _other(self, said: _Other, _: int) -> Other:
        return Other(" ".join(said.text[: 10 * MAX_OTHER].split())[:MAX_OTHER])

    FORMS: ClassVar[dict[type, Callable[..., Any]]] = {
        _List: _list,
        _Tuple: _tuple,
        _Dict: _dict,
        _Tensor: _tensor,
        _Array: _array,
        _Text: _text,
        _Float: _float,
        _Dots: _dots,
        _Other: _other,
    }
    """What makes the value of each form."""

    def _be_truths(self, start: int, count: int) -> None:
        """Make each byte 0 or 1: another one would be neither true nor false."""
        import numpy as np

        raw = np.frombuffer(self.data, dtype="uint8", count=count, offset=start)
        np.minimum(raw, 1, out=raw)


def _entries(shape: list[int]) -> int:
    """How many entries a shape has; raises WireError where they were too many even without its zeros."""
    if math.prod(size or 1 for size in shape) > 1 << 48:
        raise WireError("not a shape")
    return math.prod(shape)


def _key(key: Any) -> Any:
    if type(key) in _PLAIN or (type(key) is tuple and all(_key(each) is each for each in key)):
        return key
    if type(key) is Other:
        return key.text
    raise WireError("not a key")
