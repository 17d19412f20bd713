"""Cache keys: a content hash of values, such that what is worked out from two with the same key comes out the same.

For what is worked out once and used again: `results` (the right answers of a check) and `figures`. Exact to the last
bit, unlike the fingerprints of known mistakes (`course/doctor/fingerprints.py`), which are equal up to rounding.
"""

from __future__ import annotations

import dis
import hashlib
import marshal
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
import torch

_STABLE = ("torch", "math", "builtins")
"""Modules whose functions and classes are what their names say."""
_UNSEEN = {"open", "input", "eval", "exec", "globals", "locals", "vars", "id", "print", "__import__"}
"""What Python brings that looks, or reaches, beyond what a function mentions."""
_PLAIN = (type(None), type(...), bool, int, float, complex, str, range, torch.dtype)


class NotPlain(Exception):
    """Something may be another the next time, though nothing shows it."""


def key_of(*values: Any, functions: bool = False) -> str | None:
    """A hash of the values; None where one of them is not plain.

    Plain are numbers, texts, tensors, and lists, tuples, dicts and the course's own records of those. With
    ``functions`` also a function that is plain itself and mentions nothing else, and what torch, math and Python bring;
    then no NumPy arrays. Memory that two values share, and the order of bytes in it, are not seen.
    """
    whole = hashlib.sha256()
    try:
        for part in _parts(values, {} if functions else None):
            whole.update(part)
    except (NotPlain, TypeError, ValueError, RuntimeError):  # and what cannot be read as numbers, or has no end
        return None
    return whole.hexdigest()


def _parts(value: Any, seen: dict[int, int] | None) -> Iterator[bytes]:
    """A value as bytes that no other value has.

    ``seen`` numbers the functions that are being described; None: no functions.
    """
    kind = type(value)
    if kind in (torch.Tensor, torch.nn.Parameter):
        numbers = value.detach().cpu()
        numbers = (numbers.float() if numbers.dtype == torch.bfloat16 else numbers).numpy()
        yield f"{kind.__name__} {value.dtype} {value.device} {value.requires_grad} {numbers.shape};".encode()
        yield numbers.tobytes()
    elif kind is np.ndarray and value.dtype.kind in "biufc" and seen is None:
        yield f"array {value.dtype.str} {value.shape};".encode()
        yield value.tobytes()
    elif kind in _PLAIN or isinstance(value, np.generic):
        text = repr(value)
        yield f"{kind.__name__} {len(text)} {text};".encode()
    elif kind in (list, tuple, torch.Size):
        yield f"{kind.__name__} {len(value)};".encode()
        for item in value:
            yield from _parts(item, seen)
    elif kind is dict:
        yield f"dict {len(value)};".encode()
        for item in value.items():
            yield from _parts(item, seen)
    elif is_dataclass(kind) and kind.__module__.startswith("course."):
        yield f"{kind.__module__} {kind.__qualname__};".encode()
        for each in fields(value):
            yield from _parts(getattr(value, each.name), seen)
    elif seen is not None:
        yield from _function(value, seen)
    else:
        raise NotPlain(f"a {kind.__name__}")


def _function(value: Any, seen: dict[int, int]) -> Iterator[bytes]:
    """A function, by its text and by all that it mentions; or a name of torch's or Python's."""
    if isinstance(value, ModuleType) and value.__name__ in _STABLE:
        yield f"module {value.__name__};".encode()
    elif _is_known_by_name(value):
        yield f"name {value.__module__} {value.__qualname__} {id(value)};".encode()
    elif type(value) is FunctionType:
        yield f"function {seen.get(id(value), 'new')};".encode()
        if id(value) in seen:
            return
        seen = {**seen, id(value): len(seen)}
        code = value.__code__
        names = _mentioned(code)
        if names is None or _UNSEEN.intersection(names):
            raise NotPlain("it looks beyond what it mentions")
        found = {name: value.__globals__[name] for name in names if name in value.__globals__}
        yield marshal.dumps(code, 2)  # later versions depend on who else holds the constants
        yield from _parts((value.__defaults__, value.__kwdefaults__, vars(value), len(value.__closure__ or ())), seen)
        for cell in value.__closure__ or ():
            yield from _parts(cell.cell_contents, seen)  # ValueError where nothing is in it yet
        yield from _parts(found, seen)
    else:
        raise NotPlain(f"a {type(value).__name__}")


@lru_cache(maxsize=4096)
def _mentioned(code: CodeType) -> tuple[str, ...] | None:
    """The names that code looks up around it, those of code inside it too; None where it imports or sets some."""
    names: set[str] = set()
    for step in dis.get_instructions(code):
        if step.opname in ("IMPORT_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"):
            return None
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            names.add(step.argval)
    for each in code.co_consts:
        if isinstance(each, CodeType):
            inner = _mentioned(each)
            if inner is None:
                return None
            names.update(inner)
    return tuple(sorted(names))


def _is_known_by_name(value: Any) -> bool:
    """Whether it is a function or a class of a stable module, where it stands for good."""
    if str(getattr(value, "__module__", "")).split(".")[0] not in _STABLE:
        return False
    if isinstance(value, BuiltinFunctionType):
        return value.__self__ is None or isinstance(value.__self__, (ModuleType, type))
    if not isinstance(value, (FunctionType, type)):
        return False
    return getattr(sys.modules.get(value.__module__), value.__name__, None) is value
