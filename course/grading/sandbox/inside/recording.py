"""Operation tracing of torch (its ExecutionTraceObserver) into a pipe, and nothing left in Python that could stop it.

The observer lies below Python and writes a node of JSON for each operation that ends. Python functions can switch it
off, and a few ways to an operation go past it; each of those is taken out of the process wherever it is held, before
any student's code. An operation whose arguments the observer cannot describe (torch says so on the standard error:
``INCOMPLETE``) is missing from the record, so whoever reads the record has to read that too.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
from collections.abc import Callable
from typing import Any, NoReturn

INCOMPLETE = "Exception in execution trace observer"
"""What torch writes to the standard error where an operation could not be recorded."""

_STOPPING = {
    "torch._C._profiler": (
        "_add_execution_trace_observer",
        "_enable_execution_trace_observer",
        "_disable_execution_trace_observer",
        "_remove_execution_trace_observer",
    ),
    "torch._C._autograd": ("_clear_callbacks", "_enable_record_function", "_set_empty_test_observer"),
}
_PAST_IT = {
    "torch._C": ("_jit_to_static_module", "_fuse_to_static_module", "StaticModule"),
    "torch._C._DispatchOperatorHandle": ("redispatch_boxed",),
    "torch._C._SafeKernelFunction": ("call_boxed",),
}
_WRITING = {"posix": ("write", "writev", "pwritev"), "faulthandler": ("dump_traceback", "enable", "register")}
CUT = {**_STOPPING, **_PAST_IT, **_WRITING}
"""What a recorded process goes without: modules and classes, and the functions taken out of each."""

Holder = tuple[Any, str]


class NotHere(ImportError):
    """Something that a question by hand is answered without."""


def not_here(name: str) -> Callable[..., NoReturn]:
    """What stands where a function called ``name`` was: it raises NotHere when it is called."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise NotHere(f"{name} is not available here")

    return refuse


def _found(path: str) -> Any:
    """The module or the class of a dotted path; None where this torch or Python has none."""
    with contextlib.suppress(ImportError, AttributeError):
        try:
            return importlib.import_module(path)
        except ImportError:
            module, _, name = path.rpartition(".")
            return getattr(importlib.import_module(module), name)
    return None


def holders() -> list[Holder]:
    """Every dict and class in which a function of ``CUT`` is held, with its name there.

    It looks at all objects, and so has to be called before they are frozen (``gc.freeze``).
    """
    found: list[Holder] = []
    functions: dict[int, Any] = {}
    for path, names in CUT.items():
        owner = _found(path)
        held = {name: owner.__dict__[name] for name in names if name in getattr(owner, "__dict__", {})}
        if isinstance(owner, type):
            found += [(owner, name) for name in held]
        else:
            functions |= {id(function): function for function in held.values()}
    for holder in gc.get_referrers(*functions.values()):
        if type(holder) is dict and holder is not functions:
            found += [(holder, key) for key, value in holder.items() if id(value) in functions and type(key) is str]
    return found


def cut(places: list[Holder]) -> None:
    """Take the functions out of all ``holders``; what stands there instead says that they are not available."""
    for holder, name in places:
        if isinstance(holder, type):
            setattr(holder, name, not_here(name))
        else:
            holder[name] = not_here(name)
    places.clear()


def begin_record(fd: int) -> int:
    """Have every operation of torch's recorded from now on, into the pipe ``fd``; returns the descriptor it has now.

    Raises RuntimeError where torch does not take it.
    """
    profiler = importlib.import_module("torch._C._profiler")
    if not profiler._add_execution_trace_observer(f"/proc/self/fd/{fd}"):
        raise RuntimeError("torch records no operations here")
    profiler._enable_execution_trace_observer()
    pipe = os.fstat(fd)
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            if int(name) != fd and os.path.samestat(os.fstat(int(name)), pipe):
                os.close(fd)
                return int(name)
    raise RuntimeError("torch opened no file for its record")
