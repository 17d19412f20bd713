"""Scope analysis on ``ast``: the names that code binds, imports and reads, and its free variables.

Python's own rules, and nothing is run. Names of functions, lambdas, comprehensions and classes are told apart from the
notebook's globals, so that a local variable called ``data`` or ``input`` is nobody's business. Every question about
names goes to ``Scopes``.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from course.syntax.python_cells import parse_code

How = Literal["definition", "import", "assignment", "pattern", "loop", "update", "annotation", "handler", "deletion"]
"""How a name is bound: by ``def`` or ``class``, an import, ``=`` (also ``:=`` and ``with``), a ``case``, the target of
``for``, ``+=``, an annotation without a value, ``except ... as``, ``del``."""

LASTING: frozenset[How] = frozenset({"definition", "import", "assignment", "pattern", "loop", "update"})
"""What a name is there by afterwards."""

ASSIGNED: frozenset[How] = frozenset({"definition", "assignment"})
"""What an author gives a name by: not the variable of a loop, not what is only changed."""

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Imported:
    """What an import binds a name to: ``item`` of ``module`` (``from``), or the module itself when ``item`` is None."""

    module: str
    item: str | None = None


@dataclass(eq=False)
class Scope:
    """One namespace; ``kind`` is notebook, function, class or comprehension."""

    kind: Literal["notebook", "function", "class", "comprehension"]
    parent: Scope | None = None
    bound: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)  # by global
    outer: set[str] = field(default_factory=set)  # by nonlocal


@dataclass(frozen=True)
class Binding:
    """A global name bound by statement ``index``.

    ``deferred`` when a function binds it, by ``global``, and so only when that is called.
    """

    index: int
    how: How
    deferred: bool = False

    @property
    def definition(self) -> bool:
        """Whether it is by class or def."""
        return self.how == "definition"


class Scopes:
    """The names in ``statements``, top-level statements of a cell or of a whole notebook, in order.

    ``bindings`` tells which statements bind a global name; ``changes`` which ones write into an item or attribute of
    it; ``used`` the global names that each statement mentions; ``where`` the scope and statement of each node with a
    name. ``bound``, ``free`` and ``needed`` answer what one asks of a cell.
    """

    def __init__(self, statements: Sequence[ast.stmt] = ()) -> None:
        self.notebook = Scope("notebook")
        self.bindings: dict[str, list[Binding]] = {}
        self.changes: dict[str, set[int]] = {}
        self.where: dict[ast.AST, tuple[Scope, int]] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.used: list[set[str]] = []
        self._index = -1
        self._top: ast.stmt = ast.Pass()  # the statement that is read at the moment
        self._here: list[tuple[ast.AST, Scope]] = []  # its nodes with a name
        self.add(statements)

    @classmethod
    def of(cls, source: str) -> Scopes:
        """The names in a code cell; IPython's magics count as nothing. Raises SyntaxError."""
        return cls(parse_code(source).body)

    def bound(self, by: Container[How] = LASTING) -> list[str]:
        """The names that running the code binds at its top level in one of these ways, in order of first appearance."""
        return [
            name
            for name, found in self.bindings.items()
            if any(binding.how in by and not binding.deferred for binding in found)
        ]

    @property
    def own(self) -> set[str]:
        """The names that the code binds at its top level, in whatever way."""
        return {name for name, found in self.bindings.items() if not all(binding.deferred for binding in found)}

    @property
    def free(self) -> list[str]:
        """The names that the code takes from outside, at once or when its functions are called, in order."""
        own = self.own
        read = (node.id for node in self._globals() if isinstance(node.ctx, ast.Load))
        return [name for name in dict.fromkeys(read) if name not in own]

    @property
    def needed(self) -> set[str]:
        """The names that must be there before: free ones, and those read no later than first assigned (``x = x + 1``).

        Lines are compared, wherever in the code they stand.
        """
        read: dict[str, list[int]] = {}
        assigned: dict[str, list[int]] = {}
        for node in self._globals():
            parent = self.parents.get(node)
            if isinstance(node.ctx, ast.Load):
                read.setdefault(node.id, []).append(node.lineno)
            else:
                assigned.setdefault(node.id, []).append(node.lineno)
            if isinstance(parent, ast.AugAssign) and parent.target is node:
                read.setdefault(node.id, []).append(parent.lineno)
        early = {name for name, lines in assigned.items() if name in read and min(read[name]) <= min(lines)}
        return {name for name in read if name not in self.own} | early

    def _globals(self) -> Iterator[ast.Name]:
        """The nodes that name a global, in order."""
        for node, (scope, _) in self.where.items():
            if isinstance(node, ast.Name) and self.resolve(node.id, scope)[0] is self.notebook:
                yield node

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
        found: list[Scope] = []
        here: Scope | None = scope
        while here is not None and here is not self.notebook:
            if name in here.declared:
                break
            if name in here.bound and (here.kind != "class" or here is scope):
                found.append(here)
                if here.kind != "class":
                    return found
            here = here.parent
        return [*found, self.notebook]

    def _bind(self, name: str, scope: Scope, node: ast.AST) -> None:
        deferred = False
        if scope is not self.notebook and (name in scope.declared or name in scope.outer):
            if name in scope.outer:
                return
            scope, deferred = self.notebook, scope.kind == "function"
        scope.bound.add(name)
        if scope is self.notebook:
            binding = Binding(self._index, self._how(node), deferred)
            self.bindings.setdefault(name, []).append(binding)

    def _how(self, node: ast.AST) -> How:
        """How a node binds its name."""
        if isinstance(node, _DEFINITIONS):
            return "definition"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return "import"
        if isinstance(node, ast.ExceptHandler):
            return "handler"
        if not isinstance(node, ast.Name):
            return "pattern"
        if isinstance(node.ctx, ast.Del):
            return "deletion"
        parent = self.parents.get(node)
        while isinstance(parent, (ast.Tuple, ast.List, ast.Starred)):
            parent = self.parents.get(parent)
        if isinstance(parent, (ast.For, ast.AsyncFor)):
            return "loop"
        if isinstance(parent, ast.AugAssign):
            return "update"
        if isinstance(parent, ast.AnnAssign) and parent.value is None:
            return "annotation"
        return "assignment"

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
            for name, _ in imported_names(node):
                self._bind(name, scope, node)
        else:
            self._simple(node, scope)
            self._all(ast.iter_child_nodes(node), scope)

    def _simple(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Name):
            self._here.append((node, scope))
            if not isinstance(node.ctx, ast.Load):
                walrus = isinstance(self.parents.get(node), ast.NamedExpr)
                while walrus and scope.kind == "comprehension" and scope.parent is not None:
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

    def _all(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
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
