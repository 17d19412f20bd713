"""Mutation operators on `ast`: small mechanical changes of a solution, each of which some hidden case should kill.

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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from course.authoring.proof import rehearse
from course.coursedir.errors import AuthoringError
from course.syntax.regions import regions

Equivalents = dict[tuple[str, str, str], str]  # (week, exercise, mutant) -> reason

TIMEOUT_S = 10.0  # for one mutant: one that runs longer counts as killed, as the time limit of grading does
MAX_SHOWN = 200  # characters of a changed expression
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
            line = _line(child) or _line(parent)
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
    count = 0
    left: list[str] = []
    for what, text in mutants(stage.exercise.solution.source):
        count += 1
        try:
            with time_limit(TIMEOUT_S), rehearse.environment(graded=True):
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


def read_equivalent(root: Path) -> Equivalents:
    """The mutants marked equivalent, with their reasons. Raises AuthoringError for a line that is no mark."""
    path = root / "tests" / "equivalent_mutants.txt"
    found: Equivalents = {}
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


def _line(node: ast.AST) -> int:
    """The 1-based line of a node; 0 for one that has none, such as an operator."""
    return getattr(node, "lineno", 0)


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST, int | None]]:
    """Every child: the field's name, the child, and its place where the field is a list."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            yield from ((name, item, at) for at, item in enumerate(value) if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST):
            yield name, value, None


def _changed(node: ast.AST, field: str) -> Iterator[ast.AST]:
    """The node's mutants, where it stands in this field of its parent."""
    for mutation in MUTATIONS.get(type(node), ()):
        yield from mutation(node, field)


def _other_operator(node: ast.BinOp | ast.AugAssign, field: str) -> Iterator[ast.AST]:
    if type(node.op) in OPERATORS:
        yield _copy(node, op=OPERATORS[type(node.op)]())


def _operands_swapped(node: ast.BinOp, field: str) -> Iterator[ast.AST]:
    if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult)):
        yield _copy(node, left=node.right, right=node.left)


def _other_comparison(node: ast.Compare, field: str) -> Iterator[ast.AST]:
    if len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        yield _copy(node, ops=[COMPARISONS[type(node.ops[0])]()])
        if isinstance(node.ops[0], ast.Gt):
            yield _copy(node, ops=[ast.Lt()])


def _and_for_or(node: ast.BoolOp, field: str) -> Iterator[ast.AST]:
    yield _copy(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())


def _sign_dropped(node: ast.UnaryOp, field: str) -> Iterator[ast.AST]:
    if isinstance(node.op, (ast.USub, ast.Not)):
        yield node.operand


def _other_constant(node: ast.Constant, field: str) -> Iterator[ast.AST]:
    if field == "keywords":
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)


def _other_attribute(node: ast.Attribute, field: str) -> Iterator[ast.AST]:
    if node.attr in ("T", "mT"):
        yield node.value
    elif node.attr in NAMES:
        yield _copy(node, attr=NAMES[node.attr])


def _arguments_swapped(node: ast.Call, field: str) -> Iterator[ast.AST]:
    if len(node.args) == 2 and not any(isinstance(each, ast.Starred) for each in node.args):
        yield _copy(node, args=node.args[::-1])


def _call_dropped(node: ast.Call, field: str) -> Iterator[ast.AST]:
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("t", "transpose", "relu", "clone", "abs"):
        yield node.func.value


def _keyword_dropped(node: ast.Call, field: str) -> Iterator[ast.AST]:
    for at in range(len(node.keywords)):
        yield _copy(node, keywords=node.keywords[:at] + node.keywords[at + 1 :])


def _first_two_swapped(node: ast.Tuple, field: str) -> Iterator[ast.AST]:
    if field == "value" and len(node.elts) > 1:
        yield _copy(node, elts=[node.elts[1], node.elts[0], *node.elts[2:]])


def _statement_deleted(node: ast.stmt, field: str) -> Iterator[ast.AST]:
    if field in ("body", "orelse"):
        yield ast.Pass()  # stands for what is deleted


MUTATIONS: dict[type[ast.AST], tuple[Callable[[Any, str], Iterator[ast.AST]], ...]] = {
    ast.BinOp: (_other_operator, _operands_swapped),
    ast.AugAssign: (_other_operator, _statement_deleted),
    ast.Compare: (_other_comparison,),
    ast.BoolOp: (_and_for_or,),
    ast.UnaryOp: (_sign_dropped,),
    ast.Constant: (_other_constant,),
    ast.Attribute: (_other_attribute,),
    ast.Call: (_arguments_swapped, _call_dropped, _keyword_dropped),
    ast.Tuple: (_first_two_swapped,),
    ast.Assign: (_statement_deleted,),
    ast.Expr: (_statement_deleted,),
}
"""The mutation operators for each kind of node, each given the node and the field of its parent that holds it."""


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
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
