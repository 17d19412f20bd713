"""Libraries that an answer by hand goes without, and what stands in their place (mock objects).

Importing one is no offence; using it says that it is not available. Where answers are graded, none of them can be
reached (``inside/absent.py``); in a notebook, the names are hidden that its cells gave them.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

LIBRARIES = (
    *("autograd", "casadi", "jax", "jaxlib", "mpmath", "numdifftools", "scipy", "sklearn", "sympy", "tensorflow"),
    *("theano", "torch.distributions"),
)
"""Libraries that differentiate, or hold ready-made slopes. (scikit-learn is made of scipy.)"""
_PARTS = [(name, *name.rsplit(".", 1)) for name in LIBRARIES if "." in name]


class NotHere(ImportError):
    """Something that a question by hand is answered without."""


@functools.lru_cache(maxsize=4096)
def library_of(name: str) -> str:
    """The library of ``LIBRARIES`` that a module called ``name`` is, or is part of; else ""."""
    return next((each for each in LIBRARIES if name == each or name.startswith(f"{each}.")), "")


def words(library: str) -> str:
    """What is said to whoever uses an absent library."""
    return f"{library} is not available here: derive it by hand"


def _raises(self: Unusable, *_: object, **__: object) -> Any:
    raise NotHere(self.says)


class Unusable:
    """What an absent module holds under any name: it can be bound, inherited from and asked for, and nothing else."""

    def __init__(self, says: str):
        self.says = says

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _raises(self)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __or__(self, other: Any) -> Any:
        return other  # in annotations

    __ror__, __subclasscheck__ = __or__, __instancecheck__
    __call__ = __getitem__ = __iter__ = __float__ = __array__ = _raises
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = _raises
    __rpow__ = __neg__ = __matmul__ = __rmatmul__ = __lt__ = __gt__ = __le__ = __ge__ = _raises


class StandIn(types.ModuleType):
    """An absent module: it has every attribute, and none can be used. ``says`` is what is said of that."""

    def __init__(self, name: str, says: str):
        super().__init__(name, says)
        self.__dict__["_says"] = says

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"{self.__name__} has no {name}: {self._says}")
        return Unusable(self._says)


class _Part(types.ModuleType):
    """A module in its package while it is absent for code whose globals are ``names``, and there for all others."""

    def __init__(self, module: types.ModuleType, names: dict[str, Any]):
        super().__init__(module.__name__)
        self.__dict__.update(_module=module, _names=names)
        for name in ("__path__", "__spec__", "__file__"):
            self.__dict__[name] = getattr(module, name, None)

    def __getattr__(self, name: str) -> Any:
        if sys._getframe(1).f_globals is self._names:
            return Unusable(words(self.__name__))
        return getattr(self._module, name)


DIGITS = "sklearn.datasets"
"""The module of an absent library that is there: numbers alone, which notebooks use."""


@contextlib.contextmanager
def hidden(names: dict[str, Any]) -> Iterator[None]:
    """Inside, code whose globals are ``names`` can use nothing of an absent library; all is as it was afterwards.

    That is what these names hold already, what is imported meanwhile, and what stands in a package (torch's own
    distributions).
    """
    found = {name: (value, library) for name, value in list(names.items()) if (library := _absent(_home(value)))}
    names |= {name: Unusable(words(library)) for name, (_, library) in found.items()}
    held = [(sys.modules[whole], part, sys.modules[name]) for name, whole, part in _PARTS if name in sys.modules]
    before = builtins.__import__, importlib.import_module

    def in_place_of_import(name: str, globals: Any = None, *more: Any, **named: Any) -> Any:
        library = _absent(name) if globals is names else ""
        return StandIn(name, words(library)) if library else before[0](name, globals, *more, **named)

    def in_place_of_import_module(name: str, package: str | None = None) -> Any:
        library = _absent(name) if sys._getframe(1).f_globals is names else ""
        return StandIn(name, words(library)) if library else before[1](name, package)

    builtins.__import__, importlib.import_module = in_place_of_import, in_place_of_import_module
    for package, part, module in held:
        setattr(package, part, _Part(module, names))
    try:
        yield
    finally:
        builtins.__import__, importlib.import_module = before
        for package, part, module in held:
            setattr(package, part, module)
        names |= {name: value for name, (value, _) in found.items()}


def _absent(name: str) -> str:
    return "" if name == DIGITS or name.startswith(f"{DIGITS}.") else library_of(name)


def _home(value: Any) -> str:
    """The module that a value is, or comes from; "" for what is not a library's."""
    if isinstance(value, types.ModuleType):
        return value.__name__
    if isinstance(value, np.ufunc):  # which does not know where it comes from
        special = sys.modules.get("scipy.special")
        return "scipy.special" if getattr(special, value.__name__, None) is value else ""
    known = isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType))
    home = getattr(value, "__module__", "") if known else ""
    return home if isinstance(home, str) else ""
