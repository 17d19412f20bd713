"""Mechanical mutants of a solution, by `ast`: what they change is small, and some hidden case should notice it.

A mutant that no check refuses is either a hole in the hidden tests or equivalent to the solution. The second is marked
by the author, with a reason, in tests/equivalent_mutants.txt: `week5 relu_backward: Z > 0 -> Z >= 0: reason`.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.authoring.proof import rehearse
from course.coursedir.errors import AuthoringError
from course.syntax.regions import regions

Marks = dict[tuple[str, str, str], str]  # (week, exercise, mutant) -> reason

LIMIT = 10.0  # seconds for one mutant: one that runs longer counts as refused, as the time limit of grading does
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
NAMES = {"sum": "mean", "mean": "sum", "max": "min", "min": "max", "zeros_like": "ones_like", "exp": "log"}


class TimeUp(BaseException):
    """A mutant ran too long; not an Exception, so that nothing takes it for an answer's own error."""


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Every mutant of a solution cell: (what is changed, as "before -> after", and the cell's new source).

    Only what stands in the solution region is changed; a cell without a region is all solution.
    """
    tree = ast.parse(source)
    marks = regions(source, "SOLUTION")
    seen = {ast.unparse(tree)}
    for parent in ast.walk(tree):
        for name, child, at in _children(parent):
            line = getattr(child, "lineno", None) or getattr(parent, "lineno", 0)
            if marks and not any(region.first < line - 1 <= region.last for region in marks):
                continue
            for new in _changed(child, name):
                shown = parent if isinstance(child, ast.Constant) else child  # a bare 0 -> 1 says nothing
                before = _short(shown)
                text, after = _with(tree, parent, name, at, new)
                if text not in seen:
                    seen.add(text)
                    yield f"`{before}` -> `{after if shown is parent else _short(new)}`", text


def survivors(stage: rehearse.Stage) -> tuple[int, list[str]]:
    """How many mutants the exercise's solution has, and those that all its checks accept."""
    count, left = 0, []
    for what, text in mutants(stage.exercise.solution.source):
        count += 1
        try:
            with time_limit(LIMIT), rehearse.environment(graded=True):
                error = rehearse.run([text, stage.check], stage.names)
        except TimeUp:
            continue
        if error is None and what not in left:
            left.append(what)
    return count, left


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp inside when it takes longer (where there are alarms, in a process's main thread)."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: Any) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def read_equivalent(root: Path) -> Marks:
    """The mutants marked equivalent, with their reasons. Raises AuthoringError for a line that is no mark."""
    path, found = root / "tests" / "equivalent_mutants.txt", {}
    if not path.is_file():
        return {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"(\w+) (\w+): (`.*` -> `.*`): (\S.*)", line.strip())
        if not match:
            raise AuthoringError(
                f"tests/equivalent_mutants.txt:{number}: cannot read this line. Write: week5 relu_backward: "
                "`Z > 0` -> `Z >= 0`: the reason."
            )
        found[match[1], match[2], match[3]] = match[4]
    return found


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST, int | None]]:
    """Every child: the field's name, the child, and its place where the field is a list."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            yield from ((name, item, at) for at, item in enumerate(value) if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST):
            yield name, value, None


def _changed(node: ast.AST, field: str) -> Iterator[ast.AST]:
    """The node's mutants; a ``pass`` stands for a statement that is deleted."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in OPERATORS:
        yield _copy(node, op=OPERATORS[type(node.op)]())
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult)):
            yield _copy(node, left=node.right, right=node.left)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        yield _copy(node, ops=[COMPARISONS[type(node.ops[0])]()])
        if isinstance(node.ops[0], ast.Gt):
            yield _copy(node, ops=[ast.Lt()])
    if isinstance(node, ast.BoolOp):
        yield _copy(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        yield node.operand
    if isinstance(node, ast.Constant) and field != "keywords" and not isinstance(node.value, str):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, (int, float)):
            yield ast.Constant(node.value + 1)
    if isinstance(node, ast.Attribute):
        if node.attr in ("T", "mT"):
            yield node.value
        elif node.attr in NAMES:
            yield _copy(node, attr=NAMES[node.attr])
    if isinstance(node, ast.Call):
        plain = not any(isinstance(each, ast.Starred) for each in node.args)
        if len(node.args) == 2 and plain:
            yield _copy(node, args=node.args[::-1])
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("t", "transpose", "relu", "clone", "abs"):
            yield node.func.value
        for at in range(len(node.keywords)):
            yield _copy(node, keywords=node.keywords[:at] + node.keywords[at + 1 :])
    if isinstance(node, ast.Tuple) and field == "value" and len(node.elts) > 1:
        yield _copy(node, elts=[node.elts[1], node.elts[0], *node.elts[2:]])
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)) and field in ("body", "orelse"):
        yield ast.Pass()


def _copy(node: ast.AST, **fields: Any) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _with(tree: ast.AST, parent: ast.AST, name: str, at: int | None, new: ast.AST) -> tuple[str, str]:
    """The whole source with one child replaced, and the parent's, short; the tree is as before afterwards."""
    held = getattr(parent, name)
    if at is None:
        setattr(parent, name, new)
    else:
        setattr(parent, name, [*held[:at], new, *held[at + 1 :]])
    try:
        return ast.unparse(tree), _short(parent)
    finally:
        setattr(parent, name, held)


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split()) if not isinstance(node, ast.Pass) else "(deleted)"
    return text if len(text) <= 200 else text[:197] + "..."
