"""Preprocessing of notebook cells: IPython's magics and shell commands out of a cell, plain Python left."""

from __future__ import annotations

import ast
import functools
import re

_BODY_MAGICS = ("time", "timeit", "capture", "prun")  # cell magics whose cell is Python that runs as it stands
_MAX_CELL_MAGICS = 8  # cell magics on top of each other

_TIMED_LINE = re.compile(r"(?m)^([ \t]*)%time[ \t]+(?=\S)")
_MAGIC_LINE = re.compile(r"(?m)^([ \t]*)[%!].*$")


@functools.lru_cache(maxsize=256)
def python_of(cell: str) -> str | None:
    """A code cell as plain Python, lines where they were; None for a cell that is no Python.

    Shell lines and line magics become calls of ``get_ipython``; the code after ``%time`` counts, and so does the body
    of ``%%time``, ``%%timeit``, ``%%capture`` and ``%%prun``.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    for _ in range(_MAX_CELL_MAGICS):
        head = cell.lstrip().split("\n", 1)[0]
        if not head.startswith("%%"):
            break
        if (head[2:].split() or [""])[0] not in _BODY_MAGICS:
            return None
        cell = cell.replace(head, "", 1)
    try:
        text = TransformerManager().transform_cell(_TIMED_LINE.sub(r"\1", cell))
    except (SyntaxError, ValueError, RecursionError, RuntimeError):  # that: after 500 magics IPython gives a cell up
        return None
    # The transformer drops leading blank lines; put them back, so that lines keep their numbers.
    blank = len(cell) - len(cell.lstrip("\n"))
    return "\n" * max(0, blank - (len(text) - len(text.lstrip("\n")))) + text


def parse_code(source: str) -> ast.Module:
    """The syntax tree of an author's code cell; a line of IPython's magics counts as `pass`. Raises SyntaxError."""
    try:
        return ast.parse(source)
    except SyntaxError:
        cleaned = "" if source.lstrip().startswith("%%") else _MAGIC_LINE.sub(r"\1pass", source)
        if cleaned == source:
            raise
        return ast.parse(cleaned)
