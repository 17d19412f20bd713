"""Stable identifiers for cells that nbgrader's panel named at random, taken from what the exercise defines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from course.authoring.text.model import NAME, Cell, RoleCell
from course.syntax.scopes import Scopes

_INVENTED = re.compile(r"cell-[0-9a-f]+")


def settled(cells: Iterable[Cell]) -> list[Cell]:
    """The cells, each exercise under the name that it defines, and each test cell under that of its exercise.

    Only what the panel named changes: a solution keeps a name that an author wrote, a test cell one that fits. An
    answer in words and a given cell define nothing to be called by; they keep the panel's name, which does not change.
    """
    usable = [replace(cell, name=_usable(cell.name)) if isinstance(cell, RoleCell) else cell for cell in cells]
    return _tests(_exercises(usable))


def _exercises(cells: Sequence[Cell]) -> list[Cell]:
    taken = {cell.name for cell in cells if cell.name}
    new: dict[str, str] = {}
    for cell in cells:
        if cell.role == "solution" and _INVENTED.fullmatch(cell.name) and cell.name not in new:
            name = next((each for each in map(_usable, _defined(cell.source)) if each not in taken), None)
            if name:
                new[cell.name] = name
                taken.add(name)
    return [replace(cell, name=new.get(cell.name, cell.name)) if isinstance(cell, RoleCell) else cell for cell in cells]


def _tests(cells: Sequence[Cell]) -> list[Cell]:
    solutions = {cell.name for cell in cells if cell.role == "solution"}
    tested = {cell.name for cell in cells if cell.role == "check"}
    made: list[Cell] = []
    waiting: str | None = None
    for cell in cells:
        if cell.role == "solution" and cell.name not in tested:
            waiting = cell.name
        elif cell.role == "check" and cell.name not in solutions and waiting:
            cell, waiting = replace(cell, name=waiting), None
        made.append(cell)
    return made


def _defined(source: str) -> list[str]:
    """What a cell defines: its functions and classes first, then the names that it assigns."""
    try:
        scopes = Scopes.of(source)
    except SyntaxError:
        return []
    return scopes.bound(by={"definition"}) + scopes.bound(by={"assignment", "loop", "update"})


def _usable(name: str) -> str:
    """A name that a text can hold: what the panel allows and we do not becomes _."""
    if NAME.fullmatch(name):
        return name
    return re.sub(r"\W", "_", name.lower(), flags=re.ASCII).lstrip("_0123456789") or name
