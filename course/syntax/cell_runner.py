"""Executor of a test cell: its statements in order, the hidden ones under the course's secret, the visible ones not.

So the visible checks ask everywhere the same: in a notebook, when it is graded, and when a text is rehearsed.
"""

from __future__ import annotations

from functools import lru_cache
from types import CodeType
from typing import Any

from course.runtime.context import current, entered
from course.syntax.regions import parts


def run_cell(source: str, filename: str, names: dict[str, Any]) -> None:
    """Execute a cell in these names; raises what it raises. Its hidden tests draw with the context's secret."""
    context = current()
    for code, hidden in _compiled(source, filename):
        with entered(context if hidden else context._replace(secret=None)):
            exec(code, names)


@lru_cache(maxsize=1024)  # a class has the same test cells
def _compiled(source: str, filename: str) -> tuple[tuple[CodeType, bool], ...]:
    return tuple((compile(part, filename, "exec"), hidden) for part, hidden in parts(source, "HIDDEN TESTS"))
