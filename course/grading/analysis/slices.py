"""Program slice (backward slice): the part of a notebook that one function needs, read before it runs.

Strict questions (by hand, a ready-made function forbidden, memory shared or changed) are not put to the kernel in which
the whole notebook ran: anything may have been patched there. They are put to a process that has run nothing but the
slice made here, whose every statement has been read by ``strict``. Nothing here runs a student's code or imports torch.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course.grading.analysis import strict
from course.syntax.python_cells import python_of
from course.syntax.scopes import Scopes, imported_names


@dataclass(frozen=True)
class Slice:
    """What a function needs of its notebook.

    """

    statements: tuple[Statement, ...]
    names: tuple[str, ...]
    missing: str | None = None


@dataclass(frozen=True)
class Statement:
    """A top-level statement."""

    cell: int
    line: int
    source: str
    text: str
    given: bool


@dataclass(frozen=True)
class _Statement:
    """A top-level statement and where it stands: the number and the lines of its cell."""

    cell: int
    lines: list[str]
    node: ast.stmt


class Reading:
    """A notebook that is read for one slice after another, each of its cells once."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._cells: list[str] = []
        self._statements: list[_Statement] = []
        self._scopes = Scopes()

    def slice_of(self, cells: Sequence[str], name: str, given: Sequence[bool] = ()) -> Slice:
        """The slice that defines ``name`` where the code ``cells`` up to the question are given in order.

        ``derivatives`` adds the refusals of a by-hand exercise: torch's differentiation, and complex or extended
        numbers, which are difference quotients in disguise. A cell that does not parse is left out, as IPython leaves
        it out.
        """
        try:
            self._read(list(cells))
            return _slice_of(self._statements, self._scopes, name, given)
        except (RecursionError, MemoryError):
            self._begin()
            return Slice((), (), "Your code is nested too deeply to be read. Split it into shorter steps.")

    def _read(self, cells: list[str]) -> None:
        if cells[: len(self._cells)] != self._cells:  # not the same notebook a few cells later
            self._begin()
        for number in range(len(self._cells), len(cells)):
            fresh = list(_statements(number, cells[number]))
            self._statements += fresh
            self._scopes.add([statement.node for statement in fresh])
            self._cells.append(cells[number])


def _slice_of(statements: Sequence[_Statement], scopes: Scopes, name: str, given: Sequence[bool]) -> Slice:
    if name not in scopes.bindings:
        return Slice((), (), f"No cell before this question defines `{name}`. Write it as a plain `def {name}(...)` in its cell.")
    kept, needed = _needed(scopes, name)
    out = []
    for index in sorted(kept):
        s = statements[index]
        first = min([s.node.lineno, *(each.lineno for each in getattr(s.node, "decorator_list", ()))])
        source = "\n" * (first - 1) + "\n".join(s.lines[first - 1 : s.node.end_lineno])
        out.append(Statement(s.cell, first, source, s.lines[first - 1].strip()[:80], bool(given) and given[s.cell]))
    return Slice(tuple(out), tuple(sorted(needed)))


def _statement_of(scopes: Scopes, node: ast.AST, statements: Sequence[_Statement]) -> _Statement:
    """The top-level statement that ``node`` stands in."""
    while node in scopes.parents:
        node = scopes.parents[node]
    return next(statement for statement in statements if statement.node is node)


def _statements(number: int, cell: str) -> Iterator[_Statement]:
    """The top-level statements of a cell that is Python, without those that ask IPython for something."""
    text = python_of(cell)
    if text is None:
        return
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = text.split("\n")
    for node in body:
        magic = isinstance(node, (ast.Assign, ast.Expr)) and any(
            isinstance(part, ast.Name) and part.id == "get_ipython" for part in ast.walk(node)
        )
        if not magic:
            yield _Statement(number, lines, node)


def _needed(scopes: Scopes, name: str) -> tuple[set[int], set[str]]:
    """The numbers of the statements that ``name`` needs, and the global names that they use."""
    kept: set[int] = set()
    names, waiting = {name}, [name]
    while waiting:
        wanted = waiting.pop()
        indices = {binding.index for binding in scopes.bindings.get(wanted, ())}
        if indices:
            indices |= scopes.changes.get(wanted, set())
        for index in indices - kept:
            kept.add(index)
            fresh = scopes.used[index] - names
            names |= fresh
            waiting += sorted(fresh)
    return kept, names


def _source(kept: Sequence[_Statement], needed: set[str]) -> tuple[str, ...]:
    """The kept statements' own lines, one text per cell; imports without the names that nothing uses."""
    texts: dict[int, list[str]] = {}
    for statement in kept:
        node, out = statement.node, texts.setdefault(statement.cell, [])
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        out += [""] * (first - 1 - len(out))
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [a for a, (bound, _) in zip(node.names, imported_names(node), strict=True) if bound in needed]
            node = ast.Import(names) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, names, node.level)
            block = [ast.unparse(node)]
        elif _alone(statement, first):
            block = statement.lines[first - 1 : node.end_lineno]
        else:
            block = (ast.get_source_segment("\n".join(statement.lines), node) or "").split("\n")
        if len(out) >= first:  # `a = 1; b = 2`: two statements of one line
            out[-1] += "; " + block[0]
            block = block[1:]
        out += block
    return tuple("\n".join(lines) + "\n" for lines in texts.values())


def _alone(statement: _Statement, first: int) -> bool:
    """Whether the statement's lines hold nothing else than it and comments."""
    node, lines = statement.node, statement.lines
    before = lines[first - 1][: 0 if first < node.lineno else node.col_offset].strip()
    after = lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset :].decode().strip()
    return not before and (not after or after.startswith("#"))
