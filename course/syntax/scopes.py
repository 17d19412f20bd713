"""Which scope every name of a notebook's code belongs to, by Python's own rules, without running anything.

Names of functions, lambdas, comprehensions and classes are told apart from the notebook's globals, so that a local
variable called ``data`` or ``input`` is nobody's business.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Imported:
    """What an import binds a name to: ``item`` of ``module`` (``from``), or the module itself when ``item`` is None."""

    module: str
    item: str | None = None


@dataclass(eq=False)
class Scope:
    """One namespace; ``kind`` is notebook, function, class or comprehension."""

    kind: str
    parent: Scope | None = None
    bound: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)  # by global
    outer: set[str] = field(default_factory=set)  # by nonlocal
    imports: dict[str, set[Imported]] = field(default_factory=dict)


@dataclass(frozen=True)
class Binding:
    """A global name bound by statement ``index``; ``plain`` when that surely happens whenever the statement runs."""

    index: int
    plain: bool
    imported: Imported | None = None
    definition: bool = False  # by class or def


class Scopes:
    """The names in ``statements``, the notebook's top-level statements in order.

    ``bindings`` tells which statements bind a global name; ``changes`` which ones write into an item or attribute of
    it; ``used`` the global names that each statement loads; ``where`` the scope and statement of each node with a name.
    """

    def __init__(self, statements: Sequence[ast.stmt] = ()) -> None:
        self.notebook = Scope("notebook")
        self.bindings: dict[str, list[Binding]] = {}
        self.changes: dict[str, set[int]] = {}
        self.where: dict[ast.AST, tuple[Scope, int]] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.used: list[set[str]] = []
        self._index, self._top = -1, None
        self._here: list[tuple[ast.AST, Scope]] = []  # the statement's nodes with a name
        self.add(statements)

    def add(self, statements: Sequence[ast.stmt]) -> None:
        """More statements, which come after those that are known."""
        for self._top in statements:
            self._index += 1
            waiting: list[ast.AST] = [self._top]
            while waiting:
                node = waiting.pop()
                for child in ast.iter_child_nodes(node):
                    self.parents[child] = node
                    waiting.append(child)
            self._here = []
            self._visit(self._top, self.notebook)
            self.where.update((node, (scope, self._index)) for node, scope in self._here)
            names = [(node.id, scope) for node, scope in self._here if isinstance(node, ast.Name)]
            self.used.append({name for name, scope in names if self.notebook in self.resolve(name, scope)})

    def resolve(self, name: str, scope: Scope) -> list[Scope]:
        """The scopes that ``name``, used in ``scope``, may belong to: one, or for a name in a class body two."""
        found, first = [], scope
        while scope is not self.notebook:
            if name in scope.declared:
                break
            if name in scope.bound and (scope.kind != "class" or scope is first):
                found.append(scope)
                if scope.kind != "class":
                    return found
            scope = scope.parent
        return [*found, self.notebook]

    def plainly_bound(self, name: str, before: int) -> int:
        """The last statement before ``before`` that surely gives the global ``name`` a student's own value; or -1."""
        own = [b.index for b in self.bindings.get(name, ()) if b.plain and b.imported is None and b.index < before]
        return max(own, default=-1)

    def _bind(self, name: str, scope: Scope, node: ast.AST, imported: Imported | None = None) -> None:
        if scope is not self.notebook and (name in scope.declared or name in scope.outer):
            if name in scope.outer:
                return
            scope = self.notebook
        scope.bound.add(name)
        if imported:
            scope.imports.setdefault(name, set()).add(imported)
        if scope is self.notebook:
            simple = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)
            top = self._top
            plain = isinstance(top, simple) and (node is top or self._is_target(node, top))
            definition = isinstance(node, (ast.FunctionDef, ast.ClassDef))
            self.bindings.setdefault(name, []).append(Binding(self._index, plain, imported, definition))

    @staticmethod
    def _is_target(node: ast.AST, top: ast.stmt) -> bool:
        if isinstance(top, ast.AnnAssign):
            return node is top.target and top.value is not None
        return isinstance(top, ast.Assign) and any(node in ast.walk(target) for target in top.targets)

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, _FUNCTIONS):
            self._function(node, scope)
        elif isinstance(node, ast.ClassDef):
            self._here.append((node, scope))
            self._bind(node.name, scope, node)
            self._all([*node.decorator_list, *node.bases, *node.keywords], scope)
            self._all(node.body, Scope("class", scope))
        elif isinstance(node, _COMPREHENSIONS):
            inner, first = Scope("comprehension", scope), node.generators[0]
            self._visit(first.iter, scope)
            for generator in node.generators:  # targets first: they bind what the element uses
                self._all([generator.target, *generator.ifs], inner)
                if generator is not first:
                    self._visit(generator.iter, inner)
            self._all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt], inner)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._here.append((node, scope))
            for name, imported in imported_names(node):
                self._bind(name, scope, node, imported)
        else:
            self._simple(node, scope)
            self._all(ast.iter_child_nodes(node), scope)

    def _simple(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Name):
            self._here.append((node, scope))
            if not isinstance(node.ctx, ast.Load):
                walrus = isinstance(self.parents.get(node), ast.NamedExpr)
                while walrus and scope.kind == "comprehension":
                    scope = scope.parent
                self._bind(node.id, scope, node)
        elif isinstance(node, ast.Global):
            scope.declared.update(node.names)
            self._here.append((node, scope))
        elif isinstance(node, ast.Nonlocal):
            scope.outer.update(node.names)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            self._bind(node.name, scope, node)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self._bind(node.rest, scope, node)
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            root = root_of(node)
            if isinstance(root, ast.Name) and scope.kind != "function":
                self.changes.setdefault(root.id, set()).add(self._index)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> None:
        self._here.append((node, scope))
        inner, arguments = Scope("function", scope), node.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        named += [each for each in (arguments.vararg, arguments.kwarg) if each]
        inner.bound.update(each.arg for each in named)
        outside = [*arguments.defaults, *(each for each in arguments.kw_defaults if each)]
        outside += [each.annotation for each in named if each.annotation]
        if isinstance(node, ast.Lambda):
            self._all(outside, scope)
            self._visit(node.body, inner)
            return
        self._bind(node.name, scope, node)
        self._all([*node.decorator_list, *outside, *([node.returns] if node.returns else [])], scope)
        self._all(node.body, inner)

    def _all(self, nodes: Sequence[ast.AST] | Iterator[ast.AST], scope: Scope) -> None:
        for node in nodes:
            self._visit(node, scope)


def root_of(node: ast.AST) -> ast.AST:
    """What a chain of attributes and items starts from: ``W`` in ``W.grad[0].T``."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node


def imported_names(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Imported]]:
    """Each name that an import binds, with what it stands for; a star binds nothing that could be told."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            if alias.name != "*":
                yield alias.asname or alias.name, Imported("." * node.level + (node.module or ""), alias.name)
        elif alias.asname:
            yield alias.asname, Imported(alias.name)
        else:
            yield alias.name.split(".")[0], Imported(alias.name.split(".")[0])
