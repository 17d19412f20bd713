"""Static analysis for academic integrity: tries to tamper, and answers that are the same code.

Nothing is run. A remark is a place for an instructor to look at, never a penalty: some have innocent reasons, and a try
that hides well is not seen. What keeps a grade honest is the wall around the submission.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from nbformat import NotebookNode

from course.coursedir.install_cell import INSTALL, NO_INSTALL
from course.grading.analysis.origins import Origins, reachable
from course.grading.analysis.outside import Paths, Seen, in_text
from course.grading.analysis.tampering import Rules
from course.syntax.python_cells import python_of

# Below this many syntax nodes of the student's own, two honest students may well write the same: names are given, and
# the formula leaves little choice. `dZ = (softmax(X @ W.T + b) - T) / len(X); return dZ.T @ X, dZ.sum(dim=0)` has 31,
# a step of the perceptron 36. Half of the course's own solutions are longer.
MIN_NODES = 40
_MAX_LINE = 100  # characters

_ADDRESS = re.compile(r'%pip install -q "git\+https://github\.com/[\w.-]+/[\w.-]+@[\w./-]+"')
_DEEP = "is nested too deeply to read"


@dataclass(frozen=True)
class Remark:
    """Something to look at in cell ``cell`` (from 1, among all cells): its ``kind``, and what was seen in ``text``."""

    cell: int
    kind: str
    text: str


def remarks(nb: NotebookNode) -> list[Remark]:
    """What to look at in a submission's code cells, one remark for each cell and kind, in the order of cells.

    Cells that nbgrader marks as a test or as locked are the course's own and are left out.
    """
    found: list[Remark] = []
    origins = Origins()
    rules, paths, read = Rules(origins), Paths(origins), set[str]()
    for number, cell in enumerate(nb.cells, 1):
        source = str(cell.source)
        marks = cell.metadata.get("nbgrader")
        marks = marks if isinstance(marks, dict) else {}
        if cell.cell_type != "code" or (marks.get("grade") and not marks.get("solution")):
            continue
        tree, nodes = _read(source) if source not in read else _read.__wrapped__(source)  # a node has one place
        read.add(source)
        try:
            if tree is not None:
                origins.add(tree)
            if marks.get("locked") or _installs_course(source):
                continue
            seen = [*rules.look(nodes, bool(marks.get("solution"))), *paths.look(nodes), *in_text(source)]
        except RecursionError:
            seen = [(_DEEP, 1, _DEEP)]
        found += _remarks(number, source, seen)
    return found


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _remarks(cell: int, source: str, seen: list[Seen]) -> list[Remark]:
    """One remark for each kind, at the first line where it was seen."""
    lines = source.splitlines()
    first: dict[str, Remark] = {}
    for kind, line, what in sorted(seen, key=lambda each: each[1]):
        code = lines[line - 1].strip() if line <= len(lines) else ""
        code = code if len(code) <= _MAX_LINE else code[: _MAX_LINE - 3] + "..."
        first.setdefault(kind, Remark(cell, kind, f"{what}: {code}" if what != kind else what))
    return list(first.values())


def _installs_course(source: str) -> bool:
    """Whether a cell is the one that the course puts at the top of each notebook to install itself."""
    rest = source.removeprefix(INSTALL)
    return rest != source and (rest == NO_INSTALL or bool(_ADDRESS.fullmatch(rest)))


@lru_cache(maxsize=512)  # most cells are the same in all of a class's notebooks
def _read(source: str) -> tuple[ast.Module | None, list[ast.AST]]:
    """The syntax tree of a cell, if it is Python, and its nodes that can be reached, in the order of lines."""
    tree = _parsed(source)
    return tree, sorted(reachable(tree), key=_place) if tree else []


def _parsed(source: str) -> ast.Module | None:
    """The syntax tree of a cell, or None where it is no Python."""
    try:
        text = python_of(source)
        return None if text is None else ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def alike(
    answers: Mapping[str, Mapping[str, str]], given: Mapping[str, str] | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    """For each exercise, the groups of two or more students whose answers are the same code, in sorted order.

    ``answers`` gives for each student the source of each solution cell as handed in, ``given`` of each exercise as it
    was released. Comments, docstrings and layout do not count; names do. Left out are cells that do not parse, stubs,
    and code with fewer than MIN_NODES nodes beyond what was given.
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for student, cells in answers.items():
        for exercise, source in cells.items():
            code = _code(source, (given or {}).get(exercise, ""))
            if code is not None:
                groups[exercise, code].append(student)
    found = [(exercise, tuple(sorted(students))) for (exercise, _), students in groups.items() if len(students) > 1]
    return sorted(found)


def identical(
    answers: Mapping[str, Mapping[str, str]], given: Mapping[str, str] | None = None
) -> list[tuple[str, ...]]:
    """The groups of two or more students all of whose answers are the same code, at least one of them a long one.

    Short answers must agree too here; unanswered exercises are compared as such. ``given`` as for ``alike``.
    """
    groups: dict[frozenset[tuple[str, str]], list[str]] = defaultdict(list)
    for student, cells in answers.items():
        if any(_code(source, (given or {}).get(exercise, "")) is not None for exercise, source in cells.items()):
            whole = frozenset((exercise, _normal(source) or source.strip()) for exercise, source in cells.items())
            groups[whole].append(student)
    return sorted(tuple(sorted(students)) for students in groups.values() if len(students) > 1)


def _code(source: str, given: str) -> str | None:
    """The answer's code in one normal form; None for a stub, for what does not parse, and for what is too short."""
    code = _normal(source)
    if code is None or "NotImplementedError" in code:
        return None
    tree = _tree(source)
    return code if tree is not None and _weight(tree, _statements(_tree(given))) >= MIN_NODES else None


def _statements(tree: ast.Module | None) -> frozenset[str]:
    """The normal forms of all statements in a released cell."""
    return frozenset(ast.dump(node) for node in ast.walk(tree) if isinstance(node, ast.stmt)) if tree else frozenset()


def _weight(tree: ast.Module, given: frozenset[str]) -> int:
    """How many syntax nodes are the student's, without given statements, signatures, imports and every name's own."""
    count = 0
    left_out = (ast.arguments, ast.arg, ast.expr_context, ast.Import, ast.ImportFrom, ast.alias)
    nodes: list[ast.AST] = list(tree.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Constant) and node.value is Ellipsis:
            return 0
        if isinstance(node, ast.stmt) and ast.dump(node) in given:
            continue
        count += not isinstance(node, (*left_out, ast.FunctionDef, ast.ClassDef))
        nodes += ast.iter_child_nodes(node)
    return count


def _normal(source: str) -> str | None:
    try:
        tree = _tree(source)
        return None if tree is None else ast.dump(tree)
    except RecursionError:
        return None


def _tree(source: str) -> ast.Module | None:
    """The syntax tree of a cell without docstrings, or None."""
    tree = _parsed(source)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            node.body = [
                each
                for each in node.body
                if not (
                    isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) and each.value.value is not ...
                )
            ]
    return tree
