"""Stand-ins for modules that are not there (mock objects, a meta path finder) and an audit hook (PEP 578).

In a process that answers a question by hand, a library that differentiates, and what reads or writes memory by
address, cannot be used. Importing one is no offence: ``import sympy`` and ``from scipy.special import expit`` work, and
what they bind raises ``NotHere`` when it is used.
"""

from __future__ import annotations

import gc
import sys
import types
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

from course.answers.absent import DIGITS, LIBRARIES, StandIn, Unusable, library_of, words

MEMORY = ("_cffi_backend", "_ctypes", "_testcapi", "_testinternalcapi", "cffi", "ctypes", "numpy.ctypeslib")
"""Modules that read and write memory by address, or call what lies there."""


def absent(name: str) -> str:
    """The library of ``LIBRARIES`` or ``MEMORY`` that a module called ``name`` is, or is part of; else ""."""
    return library_of(name) or next((each for each in MEMORY if name == each or name.startswith(f"{each}.")), "")


def _words(name: str) -> str:
    library = absent(name)
    return words(library) if library in LIBRARIES else f"{library} is not available here"


def stand_in(name: str) -> StandIn:
    """A new stand-in for the module of this name, and for all that is imported from within it."""
    made = StandIn(name, _words(name))
    made.__path__ = []
    made.__spec__ = ModuleSpec(name, Finder(), is_package=True)
    return made


class Finder(MetaPathFinder, Loader):
    """Finds a stand-in for each module that is absent, and loads it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """The stand-in's spec, or None for a module that is there."""
        return ModuleSpec(fullname, self, is_package=True) if absent(fullname) else None

    def create_module(self, spec: ModuleSpec) -> StandIn:
        """A new stand-in of the name in ``spec``."""
        return stand_in(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is run; scikit-learn's digits are there, which notebooks use and which are numbers alone."""
        if module.__name__ == DIGITS:
            module.__dict__["load_digits"] = load_digits


def digits_folder() -> Path | None:
    """The folder of the digits in scikit-learn; None where it is not installed."""
    spec = PathFinder.find_spec("sklearn")
    return Path(spec.origin).parent / "datasets" / "data" if spec and spec.origin else None


def load_digits(*, return_X_y: bool = False) -> Any:
    """scikit-learn's digits as it gives them: data (1797, 64) and images (1797, 8, 8) from 0 to 16, target (1797,).

    ``return_X_y``: data and target alone, as a tuple. Raises ImportError where scikit-learn is not installed.
    """
    import numpy as np

    if (folder := digits_folder()) is None:
        raise ModuleNotFoundError("No module named 'sklearn'")
    found = np.loadtxt(folder / "digits.csv.gz", delimiter=",")
    data, target = found[:, :-1], found[:, -1].astype(int)
    if return_X_y:
        return data, target
    return types.SimpleNamespace(data=data, target=target, images=data.reshape(-1, 8, 8), target_names=np.arange(10))


class Absences:
    """What has to be changed in this process so that the absent modules are; found once, before the first fork.

    It looks at all objects, and so has to be made before they are frozen (``gc.freeze``).
    """

    def __init__(self) -> None:
        loaded = {name: module for name, module in sys.modules.items() if absent(name)}
        self.standing = {name: stand_in(name) for name in {*LIBRARIES, *MEMORY, *loaded} if name.count(".") < 2}
        self.loaded = list(loaded)
        self.emptied = [module.__dict__ for name, module in loaded.items() if name in _EMPTIED]
        if "_ctypes" in loaded:  # and Python's own copy, from which a second import would come
            function = loaded["_ctypes"].__dict__["POINTER"]
            self.emptied += [
                each for each in gc.get_referrers(function) if type(each) is dict and each.get("__name__") == "_ctypes"
            ]
        # Frozen, and later held by nothing but itself: to let go of a thousand objects would take milliseconds.
        self.kept: list[Any] = [loaded, *map(dict, self.emptied)]
        self.kept.append(self.kept)
        self.references: list[tuple[dict[str, Any], str, Any]] = []
        for name, module in list(sys.modules.items()):
            if not absent(name) and type(getattr(module, "__dict__", None)) is dict:
                for key, value in list(module.__dict__.items()):
                    if issubclass(type(value), types.ModuleType) and absent(value.__name__):
                        self.references.append((module.__dict__, key, stand_in(value.__name__)))
                    elif issubclass(type(value), _CALLABLES) and absent(str(value.__module__)):
                        self.references.append((module.__dict__, key, Unusable(_words(value.__module__))))

    def take_on(self) -> None:
        """Let them be absent from now on, for good."""
        for place, key, stand_in in self.references:
            place[key] = stand_in
        for name in self.loaded:
            del sys.modules[name]
        sys.modules.update(self.standing)
        for name, stand_in in self.standing.items():
            parent, _, last = name.rpartition(".")
            if parent in sys.modules:
                setattr(sys.modules[parent], last, stand_in)
        sys.meta_path.insert(0, Finder())
        for place in self.emptied:
            place.clear()
        del self.kept, self.emptied, self.references
        sys.addaudithook(refuse)


_CALLABLES = (type, types.FunctionType, types.BuiltinFunctionType)
_EMPTIED = (
    *("_ctypes", "ctypes", "mpmath.calculus.differentiation"),
    *(f"sympy.core.{name}" for name in ("basic", "expr", "function", "symbol", "sympify")),
    *(f"torch.distributions.{name}" for name in ("constraints", "distribution", "kl", "transforms", "utils")),
)
"""Modules whose functions and classes may be held elsewhere: without their globals, these do nothing either."""


def refuse(event: str, args: tuple[Any, ...]) -> None:
    """Audit hook: what looks into all of Python's memory is not available.

    All that it compares with is a constant in its code, which nobody can change.
    """
    if event in {
        "gc.get_objects",
        "gc.get_referrers",
        "gc.get_referents",
        "sys._current_frames",
        "sys._current_exceptions",
    } or event.startswith("ctypes."):
        raise RuntimeError(f"{event} is not available here")
    if event == "open" and type(args[0]) is int:
        raise RuntimeError("open is not available here for the number of a file that is open already")
