"""A hash of values, such that two with the same hash are as good as the same.

For what is worked out once and used again: see `recall` (the right answers of a check) and `drawn` (figures).
"""

from __future__ import annotations

import hashlib
import marshal
import sys
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
import torch

_STABLE = ("torch", "math", "builtins")
"""Modules whose functions and classes are what their names say."""


class NotPlain(Exception):
    """Something may be another the next time, though nothing shows it."""


def fingerprint(*values: Any, functions: bool = False) -> str | None:
    """A hash of the values; None where one of them is not plain.

    Plain are numbers, texts, tensors, arrays, and lists, tuples, dicts and the course's own records of those. With
    ``functions`` also a function whose text, defaults and surroundings are plain, and what torch and Python bring.
    """
    whole = hashlib.sha256()
    try:
        for part in _parts(values, {} if functions else None):
            whole.update(part)
    except (NotPlain, TypeError, ValueError, RuntimeError):  # and what cannot be read as numbers, or has no end
        return None
    return whole.hexdigest()


def _parts(value: Any, seen: dict[int, int] | None) -> Iterable[bytes]:
    """A value as bytes that no other value has.

    ``seen`` numbers the functions that are being described; None: no functions.
    """
    kind = type(value)
    if isinstance(value, torch.Tensor):
        numbers = value.detach().cpu()
        numbers = (numbers.float() if numbers.dtype == torch.bfloat16 else numbers).numpy()
        yield f"{kind.__name__} {value.dtype} {value.device} {numbers.shape};".encode()
        yield numbers.tobytes()
    elif isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        yield f"{kind.__name__} {value.dtype.str} {value.shape};".encode()
        yield value.tobytes()
    elif value is None or value is ... or isinstance(value, (bool, int, float, complex, str, np.generic, torch.dtype)):
        text = repr(value)
        yield f"{kind.__name__} {len(text)} {text};".encode()
    elif isinstance(value, (list, tuple, range)):
        yield f"{kind.__name__} {len(value)};".encode()
        for item in value:
            yield from _parts(item, seen)
    elif kind is dict:
        yield f"dict {len(value)};".encode()
        for item in value.items():
            yield from _parts(item, seen)
    elif is_dataclass(kind) and kind.__module__.startswith("course."):
        yield f"{kind.__qualname__};".encode()
        for each in fields(value):
            yield from _parts(getattr(value, each.name), seen)
    elif seen is not None:
        yield from _function(value, seen)
    else:
        raise NotPlain(f"a {kind.__name__}")


def _function(value: Any, seen: dict[int, int]) -> Iterable[bytes]:
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
        yield marshal.dumps(code, 2)  # later versions depend on who else holds the constants
        yield from _parts((value.__defaults__, value.__kwdefaults__), seen)
        for cell in value.__closure__ or ():
            try:
                yield from _parts(cell.cell_contents, seen)
            except ValueError:  # nothing in it yet
                raise NotPlain("an empty cell") from None
        for name in sorted(_names(code)):
            if name in value.__globals__:
                yield f"where {name} is;".encode()
                yield from _parts(value.__globals__[name], seen)
    else:
        raise NotPlain(f"a {type(value).__name__}")


def _names(code: CodeType) -> set[str]:
    """The names that code may look up around it, those of code inside it too."""
    inner = [_names(each) for each in code.co_consts if isinstance(each, CodeType)]
    return set(code.co_names).union(*inner)


def _is_known_by_name(value: Any) -> bool:
    """Whether it is a function or a class that stands in one of the stable modules, for good."""
    if isinstance(value, BuiltinFunctionType):
        return value.__self__ is None or isinstance(value.__self__, (ModuleType, type))
    if not isinstance(value, (FunctionType, type)) or str(value.__module__).split(".")[0] not in _STABLE:
        return False
    return getattr(sys.modules.get(value.__module__), value.__name__, None) is value
