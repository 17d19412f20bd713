"""Program slice (backward slice): the part of a notebook's code that the value of one name depends on.

Questions by hand are put to a process in which nothing but this part has run. What a statement does is said by
``effects``, which earlier statements reach it by ``reaching``. Nothing here runs a student's code or imports torch, and
nothing is forbidden here: what may be done is decided where the slice runs.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course.grading.analysis.effects import effects_of
from course.grading.analysis.effort import Effort, TooMuch
from course.grading.analysis.reaching import Reaching
from course.syntax.python_cells import python_of
from course.syntax.scopes import Scopes, imported_names

MAX_TEXT = 80  # characters of a statement that a sentence shows
TOO_LONG = "Your code before this question is too long to be read. Leave out what the question does not need."
TOO_DEEP = "Your code is nested too deeply to be read. Split it into shorter steps."


@dataclass(frozen=True)
class Statement:
    """A top-level statement of a slice.

    ``cell`` is the number of its cell among those given, ``line`` its first line there, from 1. ``source`` is the
    statement below as many blank lines as stand above it in its cell, ``text`` its first line for a sentence, and
    ``given`` says whether the cell is the course's own.
    """

    cell: int
    line: int
    source: str
    text: str
    given: bool


@dataclass(frozen=True)
class Slice:
    """What a name needs of its notebook: statements in order, and the global names that they bind for it.

    ``missing`` is a sentence for the student where there is no slice.
    """

    statements: tuple[Statement, ...]
    names: tuple[str, ...]
    missing: str | None


@dataclass(frozen=True)
class _Piece:
    """A top-level statement as it was read: the number and the lines of its cell."""

    cell: int
    lines: list[str]
    node: ast.stmt


class Reading:
    """A notebook that is read for one slice after another, each of its cells once."""

    def __init__(self) -> None:
        self._endless: list[str] | None = None  # cells that took too much work
        self._begin()

    def _begin(self) -> None:
        self._cells: list[str] = []
        self._pieces: list[_Piece] = []
        self._scopes = Scopes()
        self._effort = Effort()
        self._reaching = Reaching(self._effort)

    def slice_of(self, cells: Sequence[str], name: str, given: Sequence[bool] = ()) -> Slice:
        """The slice for ``name`` where the code ``cells`` up to the question are given in order.

        ``given`` says for each cell whether it is the course's own. A cell that does not parse is left out, as IPython
        leaves it out.
        """
        if self._endless is not None and list(cells[: len(self._endless)]) == self._endless:
            return Slice((), (), TOO_LONG)
        try:
            self._read(list(cells))
            return self._slice_of(name, given)
        except (RecursionError, MemoryError):
            self._begin()
            return Slice((), (), TOO_DEEP)
        except TooMuch:
            self._endless = list(cells)
            self._begin()
            return Slice((), (), TOO_LONG)

    def _read(self, cells: list[str]) -> None:
        if cells[: len(self._cells)] != self._cells:  # not the same notebook a few cells later
            self._begin()
        for number in range(len(self._cells), len(cells)):
            fresh, first = list(_pieces(number, cells[number])), len(self._pieces)
            self._scopes.add([piece.node for piece in fresh])
            for index, piece in enumerate(fresh, first):
                self._reaching.add(effects_of(self._scopes, index, piece.node, self._effort))
            self._pieces += fresh
            self._cells.append(cells[number])

    def _slice_of(self, name: str, given: Sequence[bool]) -> Slice:
        if not self._reaching.is_bound(name):
            advice = f"Write it as a plain `def {name}(...)` in its cell."
            return Slice((), (), f"No cell before this question defines `{name}`. {advice}")
        kept = self._reaching.needed(name, frozenset(dir(builtins)))
        statements = tuple(_statement(self._pieces[index], kept[index], given) for index in sorted(kept))
        return Slice(statements, tuple(sorted(set().union(*kept.values()))), None)


def _pieces(number: int, cell: str) -> Iterator[_Piece]:
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
            yield _Piece(number, lines, node)


def _statement(piece: _Piece, names: set[str], given: Sequence[bool]) -> Statement:
    """The statement with its own lines; an import without the names that nothing uses."""
    node, lines = piece.node, piece.lines
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    if isinstance(node, (ast.Import, ast.ImportFrom)) and not _whole(node):
        aliases = [a for a, (bound, _) in zip(node.names, imported_names(node), strict=True) if bound in names]
        slim = ast.Import(aliases) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, aliases, node.level)
        block = ast.unparse(slim)
    else:
        last = (node.end_lineno or node.lineno) - 1
        block = "\n".join([*lines[first - 1 : last], lines[last].encode()[: node.end_col_offset].decode()])
        if first == node.lineno:  # no decorators; what stands before it in its line is another statement
            block = block.encode()[node.col_offset :].decode()
    text = block.split("\n", 1)[0].strip()
    return Statement(
        cell=piece.cell,
        line=first,
        source="\n" * (first - 1) + block + "\n",
        text=text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "...",
        given=piece.cell < len(given) and given[piece.cell],
    )


def _whole(node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import stays as it is: a star, or what the language itself is told."""
    return isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*")
