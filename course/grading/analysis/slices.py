"""Program slice (backward slice): the part of a notebook that one function needs.

Strict questions (by hand, a ready-made function forbidden, memory shared or changed) are not put to the kernel in which
the whole notebook ran: anything may have been patched there. They are put to a process that has run nothing but the
slice made here. A slice makes that quick, and decides nothing: where it answers otherwise than the whole notebook,
everything above the question is run (``course.grading.run.readers``). Nothing here runs a student's code or imports
torch.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from course.syntax.python_cells import python_of
from course.syntax.scopes import Scopes

MAX_TEXT = 80
"""Characters of a statement's first line that are kept for a sentence."""


@dataclass(frozen=True)
class Statement:
    """A top-level statement.

    ``cell`` is the number of its cell among those that were given. ``source`` is the statement, below as many blank
    lines as stand above it in its cell; ``text`` is its first line, for a sentence; ``given`` says that the cell is the
    course's own.
    """

    cell: int
    source: str
    text: str
    given: bool


@dataclass(frozen=True)
class Slice:
    """What a function needs of its notebook, in order. ``missing`` is a sentence for the student where nothing is."""

    statements: tuple[Statement, ...]
    missing: str = ""


class Reading:
    """A notebook that is read for one slice after another, each of its cells once."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._cells: list[str] = []
        self._nodes: list[tuple[int, list[str], ast.stmt]] = []  # the number and the lines of each statement's cell
        self._scopes = Scopes()

    def slice_of(self, cells: Sequence[str], name: str, given: Sequence[bool] = (), *, whole: bool = False) -> Slice:
        """The slice that defines ``name`` where the code ``cells`` up to the question are given in order.

        Of the course's own cells (``given``) it has the statements that are needed, of the student's the whole cell in
        which one is needed: what else stands there (an entry that is added to a table, a function that is registered)
        may belong to it. ``whole``: everything above the question. A cell that does not parse is left out, as IPython
        leaves it out.
        """
        try:
            self._read(list(cells))
        except (RecursionError, MemoryError):
            self._begin()
            return Slice((), "Your code is nested too deeply to be read. Split it into shorter steps.")
        if name not in self._scopes.bindings:
            return Slice(
                (), f"No cell before this question defines `{name}`. Write it as a plain `def {name}(...)` in its cell."
            )
        is_given = [*given, *[False] * (len(cells) - len(given))]
        kept = range(len(self._nodes)) if whole else sorted(self._needed(name, is_given))
        return Slice(tuple(_statement(*self._nodes[index], is_given) for index in kept))

    def _read(self, cells: list[str]) -> None:
        if cells[: len(self._cells)] != self._cells:  # not the same notebook a few cells later
            self._begin()
        for number in range(len(self._cells), len(cells)):
            lines, nodes = _statements(cells[number])
            self._nodes += [(number, lines, node) for node in nodes]
            self._scopes.add(nodes)
            self._cells.append(cells[number])

    def _needed(self, name: str, given: Sequence[bool]) -> set[int]:
        """The numbers of the statements that ``name`` needs."""
        beside: dict[int, set[int]] = {}
        for index, (cell, _, _) in enumerate(self._nodes):
            beside.setdefault(cell, set()).add(index)
        kept: set[int] = set()
        names, waiting = {name}, [name]
        while waiting:
            wanted = waiting.pop()
            found = {binding.index for binding in self._scopes.bindings.get(wanted, ())}
            if found:
                found |= self._scopes.changes.get(wanted, set())
            own = [beside[cell] for cell in {self._nodes[index][0] for index in found} if not given[cell]]
            for index in found.union(*own) - kept:
                kept.add(index)
                fresh = self._scopes.used[index] - names
                names |= fresh
                waiting += sorted(fresh)
        return kept


def _statements(cell: str) -> tuple[list[str], list[ast.stmt]]:
    """The lines of a cell that is Python, and its top-level statements without those that ask IPython for something."""
    text = python_of(cell)
    try:
        body = ast.parse(text or "").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        body = []
    return (text or "").split("\n"), [node for node in body if not _asks_ipython(node)]


def _asks_ipython(node: ast.stmt) -> bool:
    parts = ast.walk(node) if isinstance(node, (ast.Assign, ast.Expr)) else iter(())
    return any(isinstance(part, ast.Name) and part.id == "get_ipython" for part in parts)


def _statement(cell: int, lines: list[str], node: ast.stmt, given: Sequence[bool]) -> Statement:
    """The statement's own lines; where it shares them with others, its own part of them."""
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    block = "\n".join(lines[first - 1 : node.end_lineno])
    if not _alone(lines, node, first):
        block = ast.get_source_segment("\n".join(lines), node) or ""
    text = " ".join(lines[first - 1].split())
    text = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "..."
    return Statement(cell, "\n" * (first - 1) + block + "\n", text, given[cell])


def _alone(lines: list[str], node: ast.stmt, first: int) -> bool:
    """Whether the statement's lines hold nothing else than it and comments."""
    before = lines[first - 1][: 0 if first < node.lineno else node.col_offset].strip()
    after = lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset :].decode().strip()
    return not before and (not after or after.startswith("#"))
