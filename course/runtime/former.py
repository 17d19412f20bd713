"""Deprecation shims: the dotted paths of the former release, for configurations that still name them.

A course's own ``nbgrader_config.py`` may have been written against the former release. Its names work for one more
release, and each says once which name has taken its place.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any


def names(module: str, moved: Mapping[str, str]) -> Callable[[str], Any]:
    """A ``__getattr__`` for ``module``: names that it had, by the dotted path that each has now."""

    def __getattr__(name: str) -> Any:
        if name not in moved:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        place, _, new = moved[name].rpartition(".")
        warnings.warn(
            f"{module}.{name} is called {moved[name]} now. Write that in nbgrader_config.py (or where you name it): "
            "the former name works for this release only.",
            FutureWarning,
            stacklevel=2,
        )
        return getattr(importlib.import_module(place), new)

    return __getattr__


def modules(moved: Mapping[str, Mapping[str, str]]) -> None:
    """Let modules that are gone be imported: for each, the names that it had by the path that each has now."""
    for module, its_names in moved.items():
        shim = ModuleType(module, "Gone; its names say where they are now.")
        shim.__dict__["__getattr__"] = names(module, its_names)
        sys.modules.setdefault(module, shim)
