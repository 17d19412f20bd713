"""Plain Python out of a notebook's cell: magics and shell commands taken away."""

from __future__ import annotations

import functools
import re

from IPython.core.inputtransformer2 import TransformerManager

_BODY_MAGICS = ("time", "timeit", "capture", "prun")  # cell magics whose cell is Python that runs as it stands

_TIMED_LINE = re.compile(r"(?m)^([ \t]*)%time[ \t]+(?=\S)")


@functools.lru_cache(maxsize=256)
def python_of(cell: str) -> str | None:
    """A code cell as plain Python, lines where they were; None for a cell that is no Python.

    Shell lines and line magics become calls of ``get_ipython``; the code after ``%time`` counts, and so does the body
    of ``%%time``, ``%%timeit``, ``%%capture`` and ``%%prun``.
    """
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    for _ in range(8):
        head = cell.lstrip().split("\n", 1)[0]
        if not head.startswith("%%"):
            break
        if (head[2:].split() or [""])[0] not in _BODY_MAGICS:
            return None
        cell = cell.replace(head, "", 1)
    try:
        text = TransformerManager().transform_cell(_TIMED_LINE.sub(r"\1", cell))
    except (SyntaxError, ValueError, RecursionError):
        return None
    # The transformer drops leading blank lines; put them back, so that lines keep their numbers.
    blank = len(cell) - len(cell.lstrip("\n"))
    return "\n" * max(0, blank - (len(text) - len(text.lstrip("\n")))) + text
