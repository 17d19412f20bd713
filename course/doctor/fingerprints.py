"""Fingerprints: enough of a value to recognise it again, too little to read it off.

A fingerprint is a hash of the value's structure (kinds, shapes, dtypes, texts, where it is nan), the size of its
numbers, and two projections: sums of all its numbers with fixed pseudo-random weights. Equal values have equal
fingerprints up to rounding; from the fingerprint of a tensor its entries cannot be worked out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from course.answers.ask import Other, Reply

Print = list  # [hash] or [hash, size, projection, projection]; "~" before the hash: numbers of single precision

TIGHT, LOOSE = 1e-5, 3e-4  # how far two equal values' numbers may lie apart, as a share of their size
TINY = 1e-12  # below this size numbers are the rounding error of 0
_WEIGHTS = (20_011, 20_021)  # seeds of the projections; RandomState's stream is frozen for good
_SINGLE = re.compile(r"float32|float16|complex64")


def hashed(*parts: bytes | str, length: int = 12) -> str:
    """A short SHA-256 of texts and bytes, kept apart."""
    whole = hashlib.sha256()
    for part in parts:
        part = part.encode() if isinstance(part, str) else part
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()[:length]


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


def of_value(value: Any) -> Print:
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
    lead = ("~" if _SINGLE.search(text) else "") + hashed(text)
    if not numbers.size:
        return [lead]
    largest = float(np.abs(numbers).max())
    if largest < TINY:
        return [lead, 0.0, 0.0, 0.0]
    scaled = numbers / largest
    length = float(np.sqrt((scaled * scaled).sum()))
    weights = (np.random.RandomState(seed).uniform(-1, 1, numbers.size) for seed in _WEIGHTS)
    projections = [round(float(each @ scaled) / length, 7) + 0.0 for each in weights]
    return [lead, float(f"{largest * length:.7g}"), *projections]


def of_reply(reply: Reply, value: Any = None, notes: Sequence[str] = ()) -> Print:
    """The fingerprint of what an answer did with one case.

    ``value`` stands for its result (``reply.value`` otherwise); ``notes`` is what else can tell two answers apart,
    such as the names of changed inputs. An exception is known by its class and message.
    """
    if reply.error:
        return ["!" + hashed(message(reply.error))]
    return of_value([reply.value if value is None else value, sorted(notes)])


def is_nothing(found: Print) -> bool:
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


def message(error: str) -> str:
    """An exception's class and message, without the place where it arose and the names the student chose."""
    text = re.sub(r", in \S+ at `.*`$", "", error, flags=re.DOTALL)
    return re.sub(r"'[^']*'", "''", text)


def same(one: Print, other: Print) -> bool:
    """Whether two fingerprints belong to equal values, up to rounding."""
    if len(one) != len(other) or one[0] != other[0]:
        return False
    tolerance = LOOSE if str(one[0]).startswith("~") else TIGHT
    if len(one) == 1:
        return True
    size = max(abs(one[1]), abs(other[1]))
    if abs(one[1] - other[1]) > tolerance * size:
        return False
    return all(abs(a - b) <= 3 * tolerance for a, b in zip(one[2:], other[2:], strict=True))
