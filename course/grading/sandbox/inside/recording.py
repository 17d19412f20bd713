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
import types
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from course.answers.absent import NotHere

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
    "torch._C": (
        *("_jit_to_static_module", "_fuse_to_static_module", "_jit_differentiate", "_te", "_get_operation_overload"),
        *("_construct_storage_from_data_pointer", "_construct_CUDA_Tensor_From_Storage_And_Metadata"),
    ),
    "torch._C._DispatchOperatorHandle": ("redispatch_boxed",),
    "torch._C._SafeKernelFunction": ("call_boxed",),
}
_WRITING = {"posix": ("write", "writev", "pwritev"), "faulthandler": ("dump_traceback", "enable", "register")}
CUT = {**_STOPPING, **_PAST_IT, **_WRITING}
"""What a recorded process goes without: modules and classes, and the functions taken out of each."""

_OPEN_FILES = "/dev/fd"


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


def cuts() -> list[Callable[[], object]]:
    """What takes the functions of ``CUT`` out of every place that holds them, one step a place.

    It looks at all objects, and so has to be called before they are frozen (``gc.freeze``).
    """
    steps: list[Callable[[], object]] = []
    functions: dict[int, tuple[Any, Callable[..., NoReturn]]] = {}
    for path, names in CUT.items():
        owner = _found(path)
        for name in names:
            if name not in getattr(owner, "__dict__", {}):
                continue
            if isinstance(owner, type):
                steps.append(partial(setattr, owner, name, not_here(name)))
            else:
                functions[id(owner.__dict__[name])] = owner.__dict__[name], not_here(name)
    for holder in gc.get_referrers(*(function for function, _ in functions.values())):
        if type(holder) is dict:
            for key, value in holder.items():
                if id(value) in functions:
                    steps.append(partial(holder.__setitem__, key, functions[id(value)][1]))
                if id(key) in functions:  # a table of torch's compiler about all of torch's functions
                    steps.append(partial(holder.pop, key, None))
        elif type(holder) is tuple:
            instead = tuple(functions[id(each)][1] if id(each) in functions else each for each in holder)
            steps += [
                partial(setattr, each, "__defaults__", instead)
                for each in gc.get_referrers(holder)
                if isinstance(each, types.FunctionType) and each.__defaults__ is holder
            ]
    operators = importlib.import_module("torch._ops").OpOverload  # each holds its kernels, which are not recorded
    steps += [partial(each.__dict__.pop, "_op_dk", None) for each in gc.get_objects() if isinstance(each, operators)]
    return steps


def cut(steps: list[Callable[[], object]]) -> None:
    """Take the functions out: all the steps of ``cuts``, which hold them as well and are let go of."""
    for step in steps:
        step()
    steps.clear()


def begin_record(fd: int) -> int:
    """Have every operation of torch's recorded from now on, into the pipe ``fd``; returns the descriptor it has now.

    Raises RuntimeError where torch does not take it.
    """
    profiler = importlib.import_module("torch._C._profiler")
    if not profiler._add_execution_trace_observer(f"{_OPEN_FILES}/{fd}"):
        raise RuntimeError("torch records no operations here")
    profiler._enable_execution_trace_observer()
    pipe = os.fstat(fd)
    for name in os.listdir(_OPEN_FILES):
        with contextlib.suppress(OSError):
            if int(name) != fd and os.path.samestat(os.fstat(int(name)), pipe):
                os.close(fd)
                return int(name)
    return fd
