"""Name resolution in a whole notebook: which library's object an expression refers to, as a dotted path.

``nn`` is ``torch.nn`` after ``from torch import nn``, and nothing of a library's once a later cell gives the name to an
object of its own. Nothing is run. What cannot be told has no origin.
"""

from __future__ import annotations

import ast
import bisect
import builtins
import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from course.syntax.scopes import Scope, Scopes, imported_names

SHELL = "IPython.shell"
"""The origin of the notebook's IPython, however it is asked for."""

ANY_MODULE = "sys.modules[...]"
"""The origin of a module that is looked up among all loaded ones."""

_MAX_STEPS = 20  # of aliases that lead to aliases
_MAX_TRIED = 8  # bindings of a name in one statement, such as in the branches of an if
_Place = tuple[int, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class _Binding:
    """What a name is bound to, after ``place``: the index of the statement, and the position in its cell."""

    place: _Place
    value: ast.expr | None = None
    loops: bool = False
    origin: str = ""


class Origins:
    """The origins of the expressions in a notebook's cells, which are added in the order in which they run."""

    def __init__(self) -> None:
        self.scopes = Scopes()
        self._bindings: dict[tuple[Scope, str], list[_Binding]] = defaultdict(list)
        self._found: dict[_Binding, str] = {}
        self._stars: list[str] = []
        self._count = 0

    def add(self, tree: ast.Module) -> None:
        """One more cell. Raises RecursionError where it is nested too deeply."""
        known = len(self.scopes.where)
        self.scopes.add(tree.body)
        self._count += len(tree.body)
        added = list(itertools.islice(reversed(self.scopes.where), len(self.scopes.where) - known))
        for node in reversed(added):
            self._bind(node)

    def of(self, node: ast.AST, steps: int = _MAX_STEPS) -> str:
        """The dotted path of what an expression refers to in a library, or ""."""
        if steps <= 0:
            return ""
        if isinstance(node, ast.Name):
            return self._name(node, steps - 1)
        if isinstance(node, ast.Attribute):
            owner = self.of(node.value, steps - 1)
            return f"{owner}.{node.attr}" if owner else ""
        if isinstance(node, ast.Subscript):
            owner, key = self.of(node.value, steps - 1), text_of(node.slice)
            if owner == "sys.modules":
                return key or ANY_MODULE
            return f"{owner.removesuffix('.__dict__')}.{key or '...'}" if owner.endswith(".__dict__") else ""
        return self._call(node, steps - 1) if isinstance(node, ast.Call) else ""

    def _call(self, node: ast.Call, steps: int) -> str:
        """What a call of a function gives that only looks things up."""
        function = self.of(node.func, steps)
        first = text_of(node.args[0]) if node.args else None
        if function.endswith((".get_ipython", "InteractiveShell.instance")):
            return SHELL
        if function in ("importlib.import_module", "builtins.__import__"):
            return first or ""
        if function == "builtins.vars" and node.args:
            owner = self.of(node.args[0], steps)
            return f"{owner}.__dict__" if owner else ""
        if function == "builtins.getattr" and len(node.args) > 1:
            owner, name = self.of(node.args[0], steps), text_of(node.args[1])
            return f"{owner}.{name}" if owner and name else ""
        return ""

    def _name(self, node: ast.Name, steps: int) -> str:
        scope, index = self.scopes.where.get(node, (self.scopes.notebook, self._count))
        home = self.scopes.resolve(node.id, scope)[0]
        bound = self._bindings.get((home, node.id), [])
        if not bound:
            if node.id in home.bound:
                return ""
            known = hasattr(builtins, node.id) or not self._stars
            star = "" if known else self._stars[-1]
            return "IPython.get_ipython" if node.id == "get_ipython" else f"{star or 'builtins'}.{node.id}"
        here = (index, (node.lineno, node.col_offset))
        count = bisect.bisect_right(bound, here, key=lambda each: each.place) or 1
        last = [
            each for each in bound[max(0, count - _MAX_TRIED) : count] if each.place[0] == bound[count - 1].place[0]
        ]
        return next((found for each in reversed(last) if (found := self._given(each, steps))), "")

    def _given(self, binding: _Binding, steps: int) -> str:
        """The origin of what a binding gives, worked out once; nothing where it leads back to itself."""
        if binding not in self._found:
            self._found[binding] = ""
            self._found[binding] = self._origin(binding, steps)
        return self._found[binding]

    def _origin(self, binding: _Binding, steps: int) -> str:
        if binding.origin or binding.value is None:
            return binding.origin
        if not binding.loops:
            return self.of(binding.value, steps)
        if isinstance(binding.value, (ast.Tuple, ast.List)):
            return next((found for each in binding.value.elts if (found := self.of(each, steps))), "")
        inside = (self.of(each, steps) for each in ast.walk(binding.value) if isinstance(each, ast.Attribute))
        return ANY_MODULE if any(each == "sys.modules" for each in inside) else ""

    def _bind(self, node: ast.AST) -> None:
        """Note what a node with a name binds."""
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name, what in imported_names(node):
                self._note(node, name, node, origin=f"{what.module}.{what.item}" if what.item else what.module)
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                self._stars.append(node.module or "")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._note(node, node.name, None)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            value, loops = self._value(node)
            self._note(node, node.id, value or node, value, loops)

    def _note(
        self,
        node: ast.stmt | ast.expr,
        name: str,
        until: ast.stmt | ast.expr | None,
        value: ast.expr | None = None,
        loops: bool = False,
        origin: str = "",
    ) -> None:
        """Note that ``node`` binds ``name``.

        It does so when ``until`` has run, at once where that is None: to ``value``, or to one after another of it where
        it ``loops``, or to what has this ``origin``.
        """
        scope, index = self.scopes.where[node]
        end = (until.end_lineno or 0, until.end_col_offset or 0) if until else (node.lineno, node.col_offset)
        bound = self._bindings[self.scopes.resolve(name, scope)[0], name]
        bisect.insort(bound, _Binding((index, end), value, loops, origin), key=lambda each: each.place)

    def _value(self, node: ast.Name) -> tuple[ast.expr | None, bool]:
        """What a target is given, and whether it is one after another of that."""
        at: ast.AST = node
        parent = self.scopes.parents.get(at)
        place: int | None = None
        if isinstance(parent, (ast.Tuple, ast.List)):
            place, at, parent = parent.elts.index(node), parent, self.scopes.parents.get(parent)
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.target is at:
            return parent.iter, True
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            value = parent.value
            if place is None:
                return value, False
            if isinstance(value, (ast.Tuple, ast.List)) and place < len(value.elts):
                return value.elts[place], False
        return None, False


def text_of(node: ast.AST) -> str | None:
    """A literal text, or one that is put together of literals with ``+``; otherwise None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = text_of(node.left), text_of(node.right)
        return None if left is None or right is None else left + right
    return None


def reachable(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of code that can run: not below ``if False``, and not behind ``return``, ``raise`` or their like."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        dead: list[ast.stmt] = []
        if isinstance(node, (ast.If, ast.While)) and isinstance(node.test, ast.Constant):
            dead = node.orelse if node.test.value else node.body
        for _, field in ast.iter_fields(node):
            if isinstance(field, ast.AST):
                waiting.append(field)
            elif isinstance(field, list) and not (dead and field is dead):
                waiting += [each for each in _until_left(field) if isinstance(each, ast.AST)]


def _until_left(block: list[object]) -> Iterator[object]:
    for each in block:
        yield each
        if isinstance(each, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            return
