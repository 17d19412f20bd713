"""Plug-in registry of LMSs: each one's class by its dotted path, and its name in each command.

A class is imported when it is asked for: the command line needs no more than the names.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Literal, NamedTuple

from course.grading.lms.base import LMS

Command = Literal["collect", "export", "return"]


class LMSEntry(NamedTuple):
    """An LMS's class, and its names: in ``collect --as`` and the records, in ``export --to`` and in ``return --to``.

    A later name that is not given is that for collecting.
    """

    path: str
    collect: str
    export: str = ""
    feedback: str = ""

    def name(self, command: Command) -> str:
        """Its name in a command."""
        return {"collect": self.collect, "export": self.export, "return": self.feedback}[command] or self.collect


REGISTRY = [
    LMSEntry("course.grading.lms.moodle.Moodle", "moodle"),
    LMSEntry("course.grading.lms.canvas.Canvas", "canvas"),
    LMSEntry("course.grading.lms.no_lms.NoLMS", "emails", "csv", "folder"),
]
"""In the order in which they are asked whether a download or a class list is theirs; the last takes every download."""


@cache
def _load(path: str) -> LMS:
    module, _, name = path.rpartition(".")
    made = getattr(importlib.import_module(module), name)()
    if not isinstance(made, LMS):
        raise TypeError(f"{path} is no LMS.")
    return made


def names(command: Command) -> tuple[str, ...]:
    """The names that a command's option takes."""
    return tuple(entry.name(command) for entry in REGISTRY)


def find(command: Command, name: str) -> LMS:
    """The LMS of that name in a command's option; KeyError where there is none."""
    return _load({entry.name(command): entry.path for entry in REGISTRY}[name])


def every() -> list[LMS]:
    """Every LMS, in the registry's order."""
    return [_load(entry.path) for entry in REGISTRY]
