"""Static analysis of one cell's source: its normalised text, and the names that it binds or leaves open.

Everything here is a function of text and runs nothing. What is no Python, or too much of it, binds nothing.
"""

from __future__ import annotations

import ast
import functools
import re

from course.syntax.python_cells import python_of
from course.syntax.scopes import Scopes

MAX_CHARACTERS = 50_000  # of a cell that is read for what it binds; an answer has a few thousand
_FORM = re.compile(r"\s*#\s?@(title|markdown|param)\b")  # Colab's forms: a title or a field written as a comment


@functools.lru_cache(maxsize=4096)
def plain(source: str) -> str:
    """A cell's text without what an editor adds to it: form titles, blanks at the ends, blank lines around."""
    lines = [line.rstrip() for line in source.replace("\r\n", "\n").split("\n")]
    return "\n".join(line for line in lines if not _FORM.match(line)).strip("\n")


def squashed(source: str) -> str:
    """A cell's text without any white space."""
    return re.sub(r"\s+", "", source)


def cut(source: str, text: str) -> tuple[str, str, str] | None:
    """What stands before ``text``, itself, and after, where it is found as whole lines; None where it is not."""
    lines = "\n".join(line.rstrip() for line in source.replace("\r\n", "\n").split("\n"))
    at = f"\n{lines}\n".find(f"\n{text}\n") if text else -1
    if at < 0:
        return None
    return lines[: max(0, at - 1)].rstrip("\n"), text, lines[at + len(text) :].strip("\n")


@functools.lru_cache(maxsize=4096)
def bound_names(source: str) -> frozenset[str]:
    """The names that a code cell gives to the notebook; none where it is not Python."""
    tree = _tree(source)
    try:
        return frozenset(Scopes(tree.body).bindings) if tree else frozenset()
    except (RecursionError, MemoryError):
        return frozenset()


@functools.lru_cache(maxsize=512)
def open_names(stub: str) -> frozenset[str]:
    """The names that a stub leaves open: what raises NotImplementedError, and what is set to ``...``."""
    names: set[str] = set()
    tree = _tree(stub)
    for node in tree.body if tree else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if any(isinstance(part, ast.Name) and part.id == "NotImplementedError" for part in ast.walk(node)):
                names.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is ...:
            names.update(part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name))
    return frozenset(names) or bound_names(stub)


@functools.lru_cache(maxsize=512)
def stands_alone(source: str) -> bool:
    """Whether a code cell is whole Python: not the first or the last part of something."""
    lines = [line for line in source.split("\n") if line.strip()]
    tree = _tree(source)
    if tree is None or (lines and lines[0][:1].isspace()):
        return False
    return not any(isinstance(node, ast.Return) for node in tree.body)


def only_binds(source: str, names: frozenset[str]) -> bool:
    """Whether a code cell does nothing but define functions and classes, and assign ``names``.

    Then an error in it costs nothing that it does not cost anyway: one of ``names`` is missing.
    """
    tree = _tree(source)
    return tree is not None and all(
        (isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.decorator_list)
        or (isinstance(node, ast.Assign) and all(getattr(each, "id", None) in names for each in node.targets))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in tree.body
    )


def _tree(source: str) -> ast.Module | None:
    """The syntax tree of a code cell, or None."""
    text = python_of(source) if len(source) <= MAX_CHARACTERS else None
    try:
        return ast.parse(text) if text is not None else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
