"""Canonical form of results: the one rule for what kinds of values stand for each other, in both places.

Read off in the student's process, before anything is compared or crosses the wall:

* several results may come as a tuple, a list, a named tuple or a dataclass: their fields in order;
* a list may come as anything that gives its items in turn: a dict's values, a range, a generator, ``map``, a deque;
* a dict may come as any mapping; its keys may be NumPy's;
* a number may come as a NumPy number, a bool as NumPy's. (A tensor without dimensions stands for a number too, as
  ``compare`` says; a number does not stand for a tensor: shape and dtype are part of what is asked.)

Everything else stays what it is.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
from collections.abc import Iterator, Mapping, ValuesView
from typing import Any

import numpy as np
import torch

from course.answers.other import Other

MOST_ITEMS = 100_000
"""Items taken of what gives them in turn: it may never end."""
DEEPEST = 100
"""Levels of nesting that are looked into; a list may hold itself."""
_INTO_LIST = (Iterator, ValuesView, collections.abc.KeysView, collections.abc.ItemsView, range, collections.deque)


def plain(value: Any, depth: int = 0) -> Any:
    """``value`` in tuples, lists, dicts, Python's numbers, tensors, and whatever else is in it as it is.

    Raises what the value's own code raises while it is read.
    """
    if depth > DEEPEST or isinstance(value, (torch.Tensor, np.ndarray, str, type, Other)) or value is None:
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple)):
        return (tuple if isinstance(value, tuple) else list)(plain(each, depth + 1) for each in value)
    if dataclasses.is_dataclass(value) and not callable(value):
        return tuple(plain(getattr(value, each.name), depth + 1) for each in dataclasses.fields(value))
    if isinstance(value, Mapping):
        return {_key(key): plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, _INTO_LIST):
        return [plain(each, depth + 1) for each in itertools.islice(value, MOST_ITEMS)]
    return value


def _key(key: Any) -> Any:
    return key.item() if isinstance(key, np.generic) else key


def same_parts(first: Any, second: Any) -> bool:
    """Whether lists and dicts hold the same numbers, texts and so on; tensors and arrays are looked at elsewhere."""
    if isinstance(first, (list, tuple)):
        return isinstance(second, type(first)) and len(first) == len(second) and all(map(same_parts, first, second))
    if isinstance(first, dict):
        same = isinstance(second, dict) and list(first) == list(second)
        return same and all(same_parts(first[key], second[key]) for key in first)
    plain_kinds = (bool, int, float, str, type(None))
    return not isinstance(first, plain_kinds) or (type(first) is type(second) and (first == second or first != first))
