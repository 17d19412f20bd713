"""Random-projection sketches of values: enough to recognise a value again, too little to read it off.

A fingerprint is a hash of the value's structure (kinds, shapes, dtypes, texts, where it is nan), the size of its
numbers, and two projections: sums of all its numbers with fixed pseudo-random weights. Equal values have equal
fingerprints up to rounding; from the fingerprint of a tensor its entries cannot be worked out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import torch

from course.answers.ask import Reply
from course.answers.other import Other
from course.runtime.hashing import digest

RTOL, RTOL_SINGLE = 1e-5, 3e-4  # how far two equal values' numbers may lie apart, as a share of their size
ENOUGH_BITS = 8
"""So many yeses and noes tell one mistake from others."""
EPS = 1e-12  # below this size numbers are the rounding error of 0
_WEIGHTS = (20_011, 20_021)  # seeds of the projections; RandomState's stream is frozen for good
_SINGLE = re.compile(r"float32|float16|complex64")
_NAMES = re.compile(r"'[^']*'")


class Numbers(NamedTuple):
    """What is kept of all the numbers in a value: their size, and two projections as shares of it."""

    size: float
    first: float
    second: float


PrintMark = Literal["", "~", "!"]
"""Of what a fingerprint is: a value, one with numbers of single precision, or an exception."""


class Fingerprint(NamedTuple):
    """What is kept of a value or an exception: a hash of its structure and, where it holds any, of its numbers."""

    digest: str
    numbers: Numbers | None = None
    mark: PrintMark = ""

    def to_json(self) -> list[str | float]:
        """As in the files: ``[digest]`` or ``[digest, size, first, second]``, the mark before the digest."""
        return [self.mark + self.digest, *(self.numbers or ())]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> Fingerprint:
        """The fingerprint in such a list; raises ValueError or TypeError where it is none."""
        lead, *numbers = data
        mark: PrintMark = "~" if lead[:1] == "~" else "!" if lead[:1] == "!" else ""
        return cls(lead[len(mark) :], Numbers(*numbers) if numbers else None, mark)


def hashed(*parts: bytes | str, length: int = 12) -> str:
    """A short SHA-256 of texts and bytes, kept apart."""
    return digest(*parts)[:length]


def _walk(value: Any, structure: list[str], numbers: list[np.ndarray]) -> None:
    """Take a value apart: what it is to ``structure``, its numbers to ``numbers`` (float64, 1-D)."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, torch.Tensor):
        kind = "" if type(value) in (torch.Tensor, torch.nn.Parameter) else type(value).__name__
        structure.append(f"tensor{kind}{tuple(value.shape)}{value.dtype}")
        numbers.append(value.detach().cpu().double().reshape(-1).numpy())
    elif isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        structure.append(f"array{value.shape}{value.dtype}")
        numbers.append(value.astype(np.float64).reshape(-1))
    elif isinstance(value, (list, tuple)):
        structure.append(f"[{len(value)}")
        for item in value:
            _walk(item, structure, numbers)
    elif isinstance(value, dict):
        structure.append(f"{{{len(value)}")
        for key in sorted(value, key=repr):
            structure.append(repr(key))
            _walk(value[key], structure, numbers)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300:
        structure.append("number")
        numbers.append(np.array([value], dtype=np.float64))
    elif value is None or isinstance(value, (bool, str, int, float, complex)):
        structure.append(repr(value))
    else:
        structure.append(value.text if isinstance(value, Other) else f"a {type(value).__name__}")


def of_value(value: Any) -> Fingerprint:
    """The fingerprint of a tensor, number, text, or of nested lists, tuples (as lists) and dicts of these."""
    structure: list[str] = []
    parts: list[np.ndarray] = []
    _walk(value, structure, parts)
    numbers = np.concatenate(parts) if parts else np.zeros(0)
    odd = ~np.isfinite(numbers)
    if odd.any():
        structure.append(str([(int(at), repr(float(numbers[at]))) for at in np.flatnonzero(odd)]))
        numbers = np.where(odd, 0.0, numbers)
    text = "\n".join(structure)
    digest = hashed(text)
    mark: PrintMark = "~" if _SINGLE.search(text) else ""
    if not numbers.size:
        return Fingerprint(digest, None, mark)
    largest = float(np.abs(numbers).max())
    if largest < EPS:
        return Fingerprint(digest, Numbers(0.0, 0.0, 0.0), mark)
    scaled = numbers / largest
    length = float(np.sqrt((scaled * scaled).sum()))
    weights = (np.random.RandomState(seed).uniform(-1, 1, numbers.size) for seed in _WEIGHTS)
    first, second = (round(float(each @ scaled) / length, 7) + 0.0 for each in weights)
    return Fingerprint(digest, Numbers(float(f"{largest * length:.7g}"), first, second), mark)


_ONE_NUMBER = of_value([1, []]).digest
"""The structure of an answer that is one number."""


def of_reply(reply: Reply, value: Any = None, notes: Sequence[str] = ()) -> Fingerprint:
    """The fingerprint of what an answer did with one case.

    ``value`` stands for its result (``reply.value`` otherwise); ``notes`` is what else can tell two answers apart,
    such as the names of changed inputs. An exception is known by its class and message, without the names in quotation
    marks: the student chose those.
    """
    if reply.error:
        return Fingerprint(hashed(_NAMES.sub("''", reply.error)), mark="!")
    return of_value([reply.value if value is None else value, sorted(notes)])


def say_little(found: Sequence[Fingerprint]) -> bool:
    """Whether all these answers together are a few bits only: yes or no, a word, a small whole number, a few times."""
    bits = 0.0
    for each in found:
        if each.mark == "!":  # an exception's class and words
            return False
        if each.numbers is None:
            bits += 1
        elif each.digest == _ONE_NUMBER and each.numbers.size < 10 and float(each.numbers.size).is_integer():
            bits += 2
        else:
            return False
    return bits < ENOUGH_BITS


def is_nothing(found: Fingerprint) -> bool:
    """Whether a fingerprint is that of None, as a value or as an answer's result."""
    return found in (of_value(None), of_value([None, []]))


def of_case(inputs: dict[str, Any]) -> str:
    """A hash of one case's inputs, the same wherever torch draws the same numbers."""
    structure: list[str] = []
    parts: list[np.ndarray] = []
    _walk({key: item for key, item in inputs.items()}, structure, parts)
    exact = [
        np.round(np.nan_to_num(part) * 2.0**16).clip(-(2.0**62), 2.0**62).astype("<i8").tobytes() for part in parts
    ]
    return hashed("\n".join(structure), *exact, length=16)


def same(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two fingerprints belong to equal values, up to rounding."""
    if (one.mark, one.digest) != (other.mark, other.digest):
        return False
    if one.numbers is None or other.numbers is None:
        return one.numbers is other.numbers
    rtol = RTOL_SINGLE if one.mark == "~" else RTOL
    mine, theirs = one.numbers, other.numbers
    if abs(mine.size - theirs.size) > rtol * max(abs(mine.size), abs(theirs.size)):
        return False
    return abs(mine.first - theirs.first) <= 3 * rtol and abs(mine.second - theirs.second) <= 3 * rtol
