"""Definite assignment and upward-exposed uses: what a compound statement takes from before, and what it surely binds.

A loop is taken to run once at least: names that it binds are its own, whatever they were before.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

IsGlobal = Callable[[ast.Name], bool]
"""Whether a name is one of the notebook's."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


class Definite:
    """The names that a top-level statement reads before it has surely bound them (``exposed``), and those it binds."""

    def __init__(self, top: ast.stmt, is_global: IsGlobal) -> None:
        self._is_global = is_global
        self.exposed: set[str] = set()
        self.bound = self._block([top], set())

    def _block(self, statements: Iterable[ast.stmt], bound: set[str]) -> set[str]:
        for statement in statements:
            bound = self._statement(statement, bound)
        return bound

    def _statement(self, node: ast.stmt, bound: set[str]) -> set[str]:
        if isinstance(node, _LOOPS):
            first = [node.test] if isinstance(node, ast.While) else [node.iter, node.target]
            inside = self._block(node.body, self._parts(first, bound))
            return self._block(node.orelse, bound if isinstance(node, ast.While) else inside)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self._block(node.body, self._parts(node.items, bound))
        if isinstance(node, ast.If):
            bound = self._parts([node.test], bound)
            return self._block(node.body, bound) & self._block(node.orelse, bound)
        if isinstance(node, ast.Try):
            ends = [self._block(node.orelse, self._block(node.body, bound))]
            ends += [
                self._block(each.body, self._parts([each.type] if each.type else [], bound)) for each in node.handlers
            ]
            return self._block(node.finalbody, set.intersection(*ends))
        if isinstance(node, ast.Match):
            bound = self._parts([node.subject], bound)
            for case in node.cases:
                self._block(case.body, self._parts([case.pattern, *([case.guard] if case.guard else [])], bound))
            return bound
        return self._parts([node], bound)

    def _parts(self, nodes: Sequence[ast.AST], bound: set[str]) -> set[str]:
        """Read expressions and simple statements in order, each of which reads first and binds then."""
        for part in nodes:
            fresh: set[str] = set()
            waiting: list[ast.AST] = [part]
            while waiting:
                node = waiting.pop()
                body: set[ast.AST] = set()
                if isinstance(node, _FUNCTIONS):
                    body = {node.body} if isinstance(node, ast.Lambda) else {*node.body}
                if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                    self.exposed |= {node.target.id} - bound
                    body = {node.target}
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    fresh.add(node.name)
                if isinstance(node, ast.Name) and self._is_global(node):
                    if isinstance(node.ctx, ast.Store):
                        fresh.add(node.id)
                    else:
                        self.exposed |= {node.id} - bound
                waiting += [child for child in ast.iter_child_nodes(node) if child not in body]
            bound = bound | fresh
        return bound
