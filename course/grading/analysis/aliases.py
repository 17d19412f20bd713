"""Alias analysis on expressions: of which variables a value may be the object or a part, and which ones it may hold."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from course.grading.analysis.library import PASSING

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)


def targets_of(target: ast.expr) -> Iterator[ast.expr]:
    """The single targets in what an assignment unpacks to."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for each in target.elts:
            yield from targets_of(each)
    else:
        yield target


def roots_of(value: ast.AST, called: bool = False) -> Iterator[tuple[ast.Name, bool]]:
    """The names whose object, or part of it (True), a value may be; with ``called`` also the functions that made it."""
    waiting: list[tuple[ast.AST, bool]] = [(value, False)]
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, ast.Name):
            yield node, inside
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            waiting.append((node.value, True))
        elif isinstance(node, (ast.Starred, ast.Await, ast.NamedExpr)):
            waiting.append((node.value, inside))
        elif isinstance(node, ast.IfExp):
            waiting += [(node.body, inside), (node.orelse, inside)]
        elif isinstance(node, ast.BoolOp):
            waiting += [(each, inside) for each in node.values]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in PASSING:
                waiting += [(each, True) for each in node.args]
            if isinstance(node.func, ast.Attribute) or called:
                waiting.append((node.func, True))


def held_by(value: ast.AST) -> Iterator[ast.Name]:
    """The names whose objects a display, a comprehension or a new object of a class may hold."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        parts: Iterable[ast.AST] = ()
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            parts = node.elts
        elif isinstance(node, ast.Dict):
            parts = node.values
        elif isinstance(node, _COMPREHENSIONS):
            parts = [node.elt]
        elif isinstance(node, ast.DictComp):
            parts = [node.value]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name[:1].isupper() or name in PASSING or name in ("dict", "set", "deque", "partial"):
                parts = [*node.args, *(each.value for each in node.keywords)]
        for part in parts:
            yield from (name for name, _ in roots_of(part))
            waiting.append(part)
