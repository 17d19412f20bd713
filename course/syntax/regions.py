"""Solution and hidden-test regions inside a cell, and the stub that a student gets in a solution's place."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

ANSWER_STUB = "*Write your answer here.*"


@dataclass(frozen=True)
class Region:
    """Lines `first` to `last` (0-based, the two marker lines included) of a cell."""

    first: int
    last: int


class RegionError(ValueError):
    """A marker without its partner; `offset` is the 0-based line of the marker in the cell."""

    def __init__(self, offset: int, message: str) -> None:
        self.offset = offset
        super().__init__(message)


def regions(source: str, kind: str) -> list[Region]:
    """The regions between `BEGIN kind` and `END kind` lines (kind: "SOLUTION" or "HIDDEN TESTS"), or RegionError."""
    found, start = [], None
    for offset, line in enumerate(source.split("\n")):
        if f"BEGIN {kind}" in line:
            if start is not None:
                raise RegionError(offset, f"### BEGIN {kind} inside another one. Close the first with ### END {kind}.")
            start = offset
        elif f"END {kind}" in line:
            if start is None:
                raise RegionError(offset, f"### END {kind} with no ### BEGIN {kind} before it. Add the first marker.")
            found.append(Region(start, offset))
            start = None
    if start is not None:
        raise RegionError(start, f"### BEGIN {kind} is never closed. Add ### END {kind}.")
    return found


def python(source: str) -> str:
    """A code cell's Python with IPython's magics taken out, line for line, so that `ast` can read it."""
    if source.lstrip().startswith("%%"):
        return ""
    return re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)


def parse_code(source: str) -> ast.Module:
    """The syntax tree of a code cell; IPython's magics count as `pass`. Raises SyntaxError."""
    try:
        return ast.parse(source)
    except SyntaxError:
        cleaned = python(source)
        if cleaned == source:
            raise
        return ast.parse(cleaned)


def defined(source: str) -> list[str]:
    """The names that a cell defines at its top level, in order: functions, classes, assigned names, imports."""
    return _bound(parse_code(source).body, everything=True)


def stub(source: str, name: str, kind: str = "code") -> str:
    """A cell with each solution region replaced by what the student starts from. A cell with no region is all answer.

    Inside a function or a class the region becomes `raise NotImplementedError("name")`, with the name of that function
    or class; at the top level every name that it assigns becomes `name = ...`; in Markdown it becomes an invitation to
    write.
    """
    lines, found = source.split("\n"), regions(source, "SOLUTION")
    if kind != "code":
        found = found or [Region(0, len(lines) - 1)]
    elif not found:
        return _raise("", name)
    tree = parse_code(source) if kind == "code" else None
    for region in reversed(found):
        indent = re.match(r"\s*", lines[region.first])[0]
        inside = tree and _statements(tree, region)
        if kind != "code":
            new = indent + ANSWER_STUB
        elif inside and (scope := _enclosing(tree, region)):
            new = _raise(indent, scope)
        elif not inside or not (names := _bound(inside)):
            new = _raise(indent, name)
        else:
            new = "\n".join(f"{indent}{each} = ...  # YOUR CODE HERE" for each in names)
        lines[region.first : region.last + 1] = new.split("\n")
    return "\n".join(lines)


def without(source: str, kind: str, note: str | None = None) -> str:
    """A cell without its regions of one kind, each replaced by a line `note` where one is given."""
    lines = source.split("\n")
    for region in reversed(regions(source, kind)):
        indent = re.match(r"\s*", lines[region.first])[0]
        lines[region.first : region.last + 1] = [] if note is None else [indent + note]
    return "\n".join(lines)


def inside(source: str, kind: str) -> list[str]:
    """The text of each region of one kind, without its markers."""
    lines = source.split("\n")
    return ["\n".join(lines[region.first + 1 : region.last]) for region in regions(source, kind)]


def _raise(indent: str, name: str) -> str:
    return f'{indent}# YOUR CODE HERE\n{indent}raise NotImplementedError("{name}")'


def _enclosing(tree: ast.Module, region: Region) -> str | None:
    """The name of the function or class, at the top level of the cell, in whose body the region lies."""
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in tree.body:
        if isinstance(node, scopes) and node.lineno - 1 < region.first and region.last <= node.end_lineno:
            return node.name
    return None


def _statements(tree: ast.Module, region: Region) -> list[ast.stmt]:
    """The outermost statements that lie wholly inside the region."""

    def walk(node: ast.AST) -> list[ast.stmt]:
        found = []
        for child in ast.iter_child_nodes(node):
            within = isinstance(child, ast.stmt) and region.first < child.lineno - 1 and child.end_lineno <= region.last
            found += [child] if within else walk(child)
        return found

    return walk(tree)


def _bound(statements: list[ast.stmt], everything: bool = False) -> list[str]:
    """The names that statements bind in their own scope, in order of first appearance.

    With `everything`, also imports, loop variables and names that are only updated in place (`x += 1`).
    """
    found: list[str] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.append(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.extend((alias.asname or alias.name.split(".")[0]) for alias in node.names if everything)
        elif isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return
        elif isinstance(node, (ast.For, ast.AsyncFor)) and not everything:
            for child in [*node.body, *node.orelse]:
                visit(child)
        elif isinstance(node, ast.AugAssign) and not everything:
            visit(node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is None:
            return
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                found.append(node.id)
        elif isinstance(node, ast.ExceptHandler) and not everything:
            for child in node.body:
                visit(child)
        else:
            for child in ast.iter_child_nodes(node):
                visit(child)

    for statement in statements:
        visit(statement)
    return list(dict.fromkeys(found))
