"""Reachability from a function: the code that a call may run, and the values that it reads besides its arguments.

For questions by hand in a student's notebook. There nothing above an answer is run again, as it is where answers are
graded; so a check says which values it has not looked behind (``values``). ``may_be_complex`` tells where the types of
torch's operations are worth their price. Nothing here decides.
"""

from __future__ import annotations

import dis
import functools
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import torch

_COMPLEX = frozenset(
    "complex cdouble cfloat chalf csingle clongdouble complex64 complex128 complex256 complex32 cmath emath polar imag "
    "view_as_complex view_as_real".split()
)
_MOST = 2000
"""Objects that are looked at; whoever reads more has a table."""


def may_be_complex(answer: Any) -> bool:
    """Whether the code of an answer, or of a function of its notebook that it calls, speaks of complex numbers."""
    for _, each in _reached(answer):
        if isinstance(each, types.CodeType) and (
            not _COMPLEX.isdisjoint(each.co_names) or any(type(constant) is complex for constant in each.co_consts)
        ):
            return True
    return False


def values(answer: Any) -> list[str]:
    """The names by which an answer reads numbers that somebody worked out before, in the order in which it does.

    Tensors and arrays count, lists and dicts of such or of floats, what a cached function remembers, and functions
    that no file and no cell holds (sympy's ``lambdify`` makes such); whether they are global, or held by a default, a
    closure, an object or a class. Plain numbers do not.
    """
    return list(dict.fromkeys(name for name, each in _reached(answer) if name and _is_worked_out(each)))


def _is_worked_out(value: Any) -> bool:
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return True
    if isinstance(value, types.FunctionType):
        home = value.__globals__.get("__name__")
        return home not in sys.modules and not value.__name__.startswith("__")
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        parts = list(value.values() if isinstance(value, dict) else value)
        return len(parts) > 1 and any(isinstance(each, (float, torch.Tensor, np.ndarray)) for each in parts)
    remembers = getattr(value, "cache_info", None)
    return isinstance(value, functools._lru_cache_wrapper) and remembers is not None and remembers().currsize > 0


def _reached(answer: Any) -> Iterator[tuple[str, Any]]:
    """Everything that a call of ``answer`` may run or read, each with the name by which a function reads it."""
    home = _globals(answer)
    waiting: list[tuple[str, Any]] = [("", answer)]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST:
        name, each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield name, each
        outer = "" if isinstance(each, types.FunctionType) else name
        waiting += [(outer or own, part) for own, part in _parts(each, home)][::-1]


def _globals(answer: Any) -> dict[str, Any]:
    """The names of the notebook in which a function, a method or an object's class was defined."""
    answer = getattr(answer, "__wrapped__", getattr(answer, "func", answer))
    function = answer if hasattr(answer, "__globals__") else vars(type(answer)).get("__call__")
    return getattr(function, "__globals__", {})


def _parts(value: Any, home: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """What a value is made of or leads to, each part with a name; nothing of a library's."""
    if isinstance(value, types.FunctionType):
        return _of_function(value, home)
    if isinstance(value, types.MethodType):
        return [("self", value.__self__), ("", value.__func__)]
    if isinstance(value, functools.partial):
        return [("", value.func), *(("partial", each) for each in (*value.args, *value.keywords.values()))]
    if isinstance(value, types.GeneratorType):
        return list(value.gi_frame.f_locals.items()) if value.gi_frame else []
    if isinstance(value, dict):
        return [("", each) for each in value.values()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [("", each) for each in value]
    if isinstance(value, property):
        return [("", each) for each in (value.fget, value.fset) if each]
    if isinstance(value, (staticmethod, classmethod, functools._lru_cache_wrapper)):
        return [("", value.__wrapped__)]
    if isinstance(value, type):
        own = value.__module__ == home.get("__name__")
        return [*vars(value).items(), *(("", base) for base in value.__bases__)] if own else []
    held = [] if isinstance(value, types.ModuleType) else list(getattr(value, "__dict__", {}).items())
    return [*held, ("", type(value))]


def _of_function(function: Callable[..., Any], home: dict[str, Any]) -> list[tuple[str, Any]]:
    code: types.CodeType = function.__code__
    if function.__globals__ is not home:  # a library's
        return []
    parts: list[tuple[str, Any]] = list(function.__dict__.items())
    for cell, name in zip(function.__closure__ or (), code.co_freevars, strict=False):
        try:
            parts.append((name, cell.cell_contents))
        except ValueError:  # not bound yet
            continue
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    defaults = function.__defaults__ or ()
    parts += zip(names[code.co_argcount - len(defaults) : code.co_argcount], defaults, strict=False)
    parts += (function.__kwdefaults__ or {}).items()
    for each in _codes(code):
        parts.append(("", each))
        parts += [(name, home[name]) for name in _globals_read(each, home)]
    return parts


def _globals_read(code: types.CodeType, home: dict[str, Any]) -> list[str]:
    """The notebook's names that this code reads as names; ``co_names`` holds those of attributes as well."""
    found = [name for name in code.co_names if name in home and not isinstance(home[name], types.ModuleType)]
    if all(isinstance(home[name], (types.FunctionType, types.BuiltinFunctionType)) for name in found):
        return found  # to look closer takes longer than to look at one function more
    read = {each.argval for each in dis.get_instructions(code) if each.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return [name for name in found if name in read]


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)
