"""Parser of solution and hidden-test regions in a cell, and the stub that stands in a solution's place."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from course.syntax.python_cells import parse_code
from course.syntax.scopes import ASSIGNED, Scopes

ANSWER_STUB = "*Write your answer here.*"

Marker = Literal["SOLUTION", "HIDDEN TESTS"]


@dataclass(frozen=True)
class Region:
    """Lines `first` to `last` (0-based, the two marker lines included) of a cell."""

    first: int
    last: int

    def touches(self, node: ast.stmt) -> bool:
        """Whether any line of a statement of the cell lies in it."""
        return node.lineno - 1 <= self.last and self.first < (node.end_lineno or node.lineno)

    def holds(self, node: ast.stmt) -> bool:
        """Whether a statement of the cell lies wholly between the two marker lines."""
        return self.first < node.lineno - 1 and (node.end_lineno or node.lineno) <= self.last


class RegionError(ValueError):
    """A marker without its partner; `offset` is the 0-based line of the marker in the cell."""

    def __init__(self, offset: int, message: str) -> None:
        self.offset = offset
        super().__init__(message)


def scan(source: str, begin: str, end: str) -> tuple[list[Region], list[RegionError]]:
    """The regions between lines with `begin` and lines with `end`, and what is wrong with their markers.

    Nothing is lost to a wrong marker: a second `begin` starts another region, and one that is never closed reaches to
    the cell's end.
    """
    found: list[Region] = []
    wrong: list[RegionError] = []
    start: int | None = None
    lines = source.split("\n")
    for offset, line in enumerate(lines):
        if begin in line:
            if start is not None:
                wrong.append(RegionError(offset, f"### {begin} inside another one. Close the first with ### {end}."))
                found.append(Region(start, offset - 1))
            start = offset
        elif end in line:
            if start is None:
                wrong.append(RegionError(offset, f"### {end} with no ### {begin} before it. Add the first marker."))
            else:
                found.append(Region(start, offset))
            start = None
    if start is not None:
        wrong.append(RegionError(start, f"### {begin} is never closed. Add ### {end}."))
        found.append(Region(start, len(lines) - 1))
    return found, wrong


def regions(source: str, kind: Marker) -> list[Region]:
    """The regions between `BEGIN kind` and `END kind` lines, or RegionError for the first marker without a partner."""
    found, wrong = scan(source, f"BEGIN {kind}", f"END {kind}")
    if wrong:
        raise wrong[0]
    return found


def marker_lines(source: str, kind: Marker) -> list[int]:
    """The 0-based lines with a marker of this kind, in pairs or not."""
    lines = enumerate(source.split("\n"))
    return [offset for offset, line in lines if f"BEGIN {kind}" in line or f"END {kind}" in line]


def parts(source: str, kind: Marker) -> list[tuple[ast.Module, bool]]:
    """The cell's statements in order, neighbours together, each part with whether it stands in a region of this kind.

    A statement that only reaches into one stands in it. No marker is lost for want of a partner (see ``scan``).
    """
    found, _ = scan(source, f"BEGIN {kind}", f"END {kind}")
    made: list[tuple[ast.Module, bool]] = []
    for node in ast.parse(source).body:
        inside = any(region.touches(node) for region in found)
        if not made or made[-1][1] is not inside:
            made.append((ast.Module([], []), inside))
        made[-1][0].body.append(node)
    return made


def stub(source: str, name: str, kind: str = "code") -> str:
    """A cell with each solution region replaced by what the student starts from. A cell with no region is all answer.

    Inside a function or a class the region becomes `raise NotImplementedError("name")`, with the name of that function
    or class; at the top level every name that it assigns becomes `name = ...`; in Markdown it becomes an invitation to
    write.
    """
    lines, found = source.split("\n"), regions(source, "SOLUTION")
    if kind != "code":
        for region in reversed(found or [Region(0, len(lines) - 1)]):
            lines[region.first : region.last + 1] = [indent_of(lines[region.first]) + ANSWER_STUB]
        return "\n".join(lines)
    if not found:
        return "\n".join(_raise("", name))
    tree = parse_code(source)
    for region in reversed(found):
        lines[region.first : region.last + 1] = _start(tree, region, indent_of(lines[region.first]), name)
    return "\n".join(lines)


def without(source: str, kind: Marker, note: str | None = None) -> str:
    """A cell without its regions of one kind, each replaced by a line `note` where one is given."""
    lines = source.split("\n")
    for region in reversed(regions(source, kind)):
        lines[region.first : region.last + 1] = [] if note is None else [indent_of(lines[region.first]) + note]
    return "\n".join(lines)


def indent_of(line: str) -> str:
    """The white space that a line begins with; the whole of a blank one."""
    return line[: len(line) - len(line.lstrip())]


def _start(tree: ast.Module, region: Region, indent: str, name: str) -> list[str]:
    """What the student starts from in the place of one region of code."""
    answer = _statements(tree, region)
    if answer and (scope := _enclosing(tree, region)):
        return _raise(indent, scope)
    names = Scopes(answer).bound(by=ASSIGNED)
    return [f"{indent}{each} = ...  # YOUR CODE HERE" for each in names] or _raise(indent, name)


def _raise(indent: str, name: str) -> list[str]:
    return [f"{indent}# YOUR CODE HERE", f'{indent}raise NotImplementedError("{name}")']


def _enclosing(tree: ast.Module, region: Region) -> str | None:
    """The name of the function or class, at the top level of the cell, in whose body the region lies."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            last = node.end_lineno or node.lineno
            if node.lineno - 1 < region.first and region.last <= last:
                return node.name
    return None


def _statements(node: ast.AST, region: Region) -> list[ast.stmt]:
    """The outermost statements that lie wholly inside the region."""
    found: list[ast.stmt] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt) and region.holds(child):
            found.append(child)
        else:
            found += _statements(child, region)
    return found
