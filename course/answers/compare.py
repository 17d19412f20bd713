"""Approximate comparison of a student's value with the expected one: kind, shape, dtype, finite, then close."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from course.answers.other import Other

# Largest error allowed, as a share of the tensor's largest entry. A formula on the sizes of `cases` (sums of at most
# ten products, at most four layers) loses less than a thousand units in the last place; these leave a factor of ten
# or more beyond that, and still lie orders of magnitude below any mistake. Accelerators sum in another order and may
# use fused multiply-adds, which changes the last digits only; float32 there may use TF32 products (10-bit mantissa)
# where the user has asked torch for them.
TOLERANCE = {torch.float64: 1e-9, torch.float32: 2e-5, torch.bfloat16: 5e-2, torch.float16: 5e-3}
NUMBER_TOLERANCE = 1e-6  # for Python floats, which students often make from float32 tensors


MAX_KEYS_SHOWN = 20
"""Keys of a dict that a message names."""

Kind = Literal["missing", "type", "length", "shape", "dtype", "device", "not finite", "value"]
"""In what two values differ."""


@dataclass(frozen=True)
class Difference:
    """The first difference found.

    ``path`` says which part of a nested answer ("" for all of it), ``where`` is the sentence for the student. ``yours``
    and ``expected`` are the two parts, for the diagnosis.
    """

    path: str
    kind: Kind
    where: str
    yours: Any
    expected: Any


def shape_text(shape: torch.Size | tuple[int, ...]) -> str:
    """A shape as students read it: "3 × 4", "5 entries", "a single number"."""
    if len(shape) == 0:
        return "a single number"
    if len(shape) == 1:
        return f"{shape[0]} entries" if shape[0] != 1 else "1 entry"
    return " × ".join(str(size) for size in shape)


def dtype_text(dtype: torch.dtype) -> str:
    """A dtype without the module's name: "float64"."""
    return str(dtype).removeprefix("torch.")


DIGITS = (4, 6, 9, 12, 17)
"""Significant digits that numbers are shown with: as few as tell the two apart."""


def number_text(value: Any, digits: int = DIGITS[0]) -> str:
    """A number with so many significant digits; whole numbers as they are."""
    value = value.item() if isinstance(value, torch.Tensor) else value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e6 else f"{value:.{digits}g}"
    return str(value)


def plain_text(value: Any, digits: int = DIGITS[0]) -> str:
    """A value as somebody would write it down: "[[1, -2], [3, 0.5]]", "dW [[1, 2]], db [3]", "(1, 2)"."""
    if isinstance(value, (torch.Tensor, np.ndarray)) and value.ndim:
        return f"[{', '.join(plain_text(item, digits) for item in value)}]"
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain_text(item, digits)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        text = ", ".join(plain_text(item, digits) for item in value)
        return f"[{text}]" if isinstance(value, list) else f"({text})"
    if isinstance(value, (torch.Tensor, np.generic, np.ndarray, bool, int, float)):
        return number_text(value.item() if hasattr(value, "item") else value, digits)
    return getattr(value, "__name__", None) or repr(value)


def texts_apart(yours: Any, expected: Any) -> tuple[str, str]:
    """Two values as text, with as many digits as it takes to see that they differ."""
    for digits in DIGITS:
        texts = plain_text(yours, digits), plain_text(expected, digits)
        if texts[0] != texts[1]:
            break
    return texts


def kind_text(value: Any) -> str:
    """What a value is, in a student's words: "a tensor, 3 × 4, float64", "a list of 2", "None"."""
    if value is None:
        return "None"
    if isinstance(value, torch.Tensor):
        return f"a tensor, {shape_text(value.shape)}, {dtype_text(value.dtype)}"
    if isinstance(value, np.ndarray):
        return f"a NumPy array, {shape_text(value.shape)}, {value.dtype}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, dict):
        names = [repr(key)[:60] for key in itertools.islice(value, MAX_KEYS_SHOWN)]
        more = f" and {len(value) - len(names):,} more" if len(value) > len(names) else ""
        return f"a dict with keys {', '.join(names) or '(none)'}{more}"
    if isinstance(value, (bool, int, float, str)):
        text = repr(value) if len(repr(value)) <= 40 else repr(value)[:37] + "..."
        return f"{text} ({type(value).__name__})"
    if isinstance(value, Other):
        return value.text
    return f"a {type(value).__name__}"


def index_text(index: tuple[int, ...]) -> str:
    """Where an entry stands: "row 0, column 2", "entry 3", "index [0, 1, 2]"."""
    if len(index) == 2:
        return f"row {index[0]}, column {index[1]}"
    if len(index) == 1:
        return f"entry {index[0]}"
    return f"index [{', '.join(map(str, index))}]" if index else "the number"


def relative_error(yours: torch.Tensor, expected: torch.Tensor) -> float:
    """Largest absolute difference as a share of the largest expected entry, both of one shape; 0 for empty tensors."""
    if expected.numel() == 0:
        return 0.0
    yours, expected = yours.detach().cpu().double(), expected.detach().cpu().double()
    scale = float(expected.abs().max())
    error = float((yours - expected).abs().max())
    return error / scale if scale > 0 else error


def _near(mine: torch.Tensor, theirs: torch.Tensor, tolerance: float) -> bool:
    """Whether all entries are finite and differ by at most ``tolerance`` times the largest: what most answers do."""
    if not theirs.numel():
        return True
    scale, error = float(theirs.abs().max()), float((mine - theirs).abs().max())
    return scale < math.inf and error <= tolerance * (scale or 1.0)  # nan is less than nothing


def _tensor(
    yours: torch.Tensor, expected: torch.Tensor, path: str, rtol: float | None, oracle: str
) -> Difference | None:
    """The first difference between two tensors: shape, dtype, device, not finite, then the numbers."""
    lead = f"{path}: " if path else ""
    if tuple(yours.shape) != tuple(expected.shape):
        text = f"{lead}your shape is {shape_text(yours.shape)}, it should be {shape_text(expected.shape)}"
        return Difference(path, "shape", text, yours, expected)
    if yours.dtype != expected.dtype:
        text = f"{lead}your dtype is {dtype_text(yours.dtype)}, it should be {dtype_text(expected.dtype)}"
        return Difference(path, "dtype", text, yours, expected)
    if yours.device.type != expected.device.type:
        text = f"{lead}your tensor is on {yours.device.type}, it should be on {expected.device.type}"
        return Difference(path, "device", text, yours, expected)
    mine, theirs = yours.detach().cpu(), expected.detach().cpu()
    if not theirs.dtype.is_floating_point and not theirs.dtype.is_complex:
        wrong = mine != theirs
    else:
        tolerance = TOLERANCE.get(theirs.dtype, 1e-6) if rtol is None else rtol
        if _near(mine, theirs, tolerance):
            return None
        bad = ~torch.isfinite(mine) & torch.isfinite(theirs)
        if bool(bad.any()):
            index = tuple(torch.nonzero(bad)[0].tolist())
            text = f"{lead}{number_text(mine[index])} at {index_text(index)}; {int(bad.sum())} of {bad.numel()} entries"
            return Difference(path, "not finite", text + " are not finite numbers", yours, expected)
        finite = theirs[torch.isfinite(theirs)]
        scale = float(finite.abs().max()) if finite.numel() else 0.0
        wrong = ~torch.isclose(mine, theirs, rtol=0.0, atol=tolerance * (scale or 1.0), equal_nan=True)
    if not bool(wrong.any()):
        return None
    index = tuple(torch.nonzero(wrong)[0].tolist())
    place = f"first at {index_text(index)}: " if index else ""
    count = f"; {int(wrong.sum())} of {wrong.numel()} entries differ" if wrong.numel() > 1 else ""
    own, right = texts_apart(mine[index], theirs[index])
    text = f"{lead}{place}yours {own}, {oracle} {right}{count}"
    return Difference(path, "value", text, yours, expected)


ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def part_text(path: str, key: Any, whole: Any) -> str:
    """What one part of an answer is called: "the second result" of a tuple, "item 0" of a list, "dW" of a dict."""
    if path:
        return f"{path}, item {key!r}" if " " in path else f"{path}[{key!r}]"
    if isinstance(whole, dict):
        return key if isinstance(key, str) else f"key {key!r}"
    if isinstance(whole, tuple) and key < len(ORDINALS):
        return f"the {ORDINALS[key]} result"
    return f"item {key}"


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    """The parts of a list, tuple or dict with their keys."""
    return iter(value.items()) if isinstance(value, dict) else enumerate(value)


def _plain(yours: Any, expected: Any, path: str, rtol: float | None, oracle: str) -> Difference | None:
    """The difference where a number, a text, or anything else without parts is expected."""
    lead = f"{path}: " if path else ""
    numbers = (int, float)
    if isinstance(expected, numbers) and isinstance(yours, (torch.Tensor, np.generic, np.ndarray)) and yours.ndim == 0:
        yours = yours.item()
    same_kind = type(yours) is type(expected) or (
        isinstance(yours, numbers)
        and isinstance(expected, numbers)
        and isinstance(yours, bool) == isinstance(expected, bool)
    )
    if not same_kind:
        return _of_another_kind(yours, expected, path)
    if isinstance(expected, float) or isinstance(yours, float):
        if not math.isfinite(yours) and math.isfinite(expected):
            return Difference(path, "not finite", f"{lead}your number is {yours}", yours, expected)
        tolerance = NUMBER_TOLERANCE if rtol is None else rtol
        if math.isclose(yours, expected, rel_tol=tolerance, abs_tol=tolerance * 1e-3) or (
            math.isnan(yours) and math.isnan(expected)
        ):
            return None
    elif yours == expected:
        return None
    if isinstance(expected, numbers):
        own, right = texts_apart(yours, expected)
    else:
        own, right = (kind_text(value).rpartition(" (")[0] for value in (yours, expected))
    text = f"{lead}yours {own}, {oracle} {right}"
    return Difference(path, "value", text, yours, expected)


def _of_another_kind(yours: Any, expected: Any, path: str) -> Difference:
    """The difference between two values that are not of one kind, so that nothing else of them can be compared."""
    lead = f"{path}: " if path else ""
    text = f"{lead}you give {kind_text(yours)}, it should be {_kind(expected)}"
    return Difference(path, "missing" if yours is None else "type", text, yours, expected)


def _kind(expected: Any) -> str:
    """What kind of value is expected, without its content."""
    if isinstance(expected, torch.Tensor):
        return kind_text(expected)
    names = {bool: "True or False", int: "a whole number", float: "a number", str: "a string (str)"}
    return names.get(type(expected)) or kind_text(expected)


def compare(
    yours: Any, expected: Any, *, path: str = "", rtol: float | None = None, oracle: str = "expected"
) -> Difference | None:
    """The first difference between a student's value and the expected one, or None.

    Tensors must agree in shape, dtype and device and be close (``TOLERANCE``). Where a number, or True or False, is
    asked for, a tensor without dimensions or a NumPy scalar that holds it is right too: which of them it is depends on
    how the answer was worked out (``.item()`` or not) and harms nothing. Where a tensor is asked for, a number is not
    enough: shape and dtype are part of what is asked. Lists and tuples stand for each other; dicts must have the same
    keys. ``oracle`` names who is right in the sentence ("autograd").
    """
    lead = f"{path}: " if path else ""
    if isinstance(expected, np.ndarray) and isinstance(yours, np.ndarray):
        yours, expected = torch.from_numpy(yours), torch.from_numpy(expected)
    if isinstance(expected, torch.Tensor):
        if isinstance(yours, torch.Tensor) and type(yours) not in (torch.Tensor, torch.nn.Parameter):
            # A subclass may answer any question about itself as it likes, equality too.
            text = f"{lead}you give a {type(yours).__name__}, a tensor class of its own; it should be a plain tensor"
            return Difference(path, "type", text, yours, expected)
        if isinstance(yours, torch.Tensor):
            return _tensor(yours, expected, path, rtol, oracle)
        return _of_another_kind(yours, expected, path)
    if isinstance(expected, (list, tuple, dict)):
        alike = isinstance(yours, dict) if isinstance(expected, dict) else isinstance(yours, (list, tuple))
        if not alike:
            return _of_another_kind(yours, expected, path)
        if isinstance(expected, dict) and set(yours) != set(expected) or len(yours) != len(expected):
            text = f"{lead}you give {kind_text(yours)}, it should be {_kind(expected)}"
            return Difference(path, "length", text, yours, expected)
        for key, part in _items(expected):
            inner = part_text(path, key, expected)
            if difference := compare(yours[key], part, path=inner, rtol=rtol, oracle=oracle):
                return difference
        return None
    return _plain(yours, expected, path, rtol, oracle)
