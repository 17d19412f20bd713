"""Name resolution in a program slice: a name is a module, part of one, Python's own, or the student's own."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from course.grading.analysis import refused
from course.syntax.scopes import Imported, Scopes


class Meanings:
    """The ``kept`` statements of a notebook (by their number), and what their names may stand for."""

    def __init__(self, scopes: Scopes, kept: Mapping[int, ast.stmt], needed: set[str], derivatives: bool) -> None:
        self.scopes, self.kept, self.needed, self.derivatives = scopes, kept, needed, derivatives
        nodes = [node for statement in kept.values() for node in ast.walk(statement)]
        self.own = {n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
        self.own |= {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
        in_class = (n for n in nodes if isinstance(n, ast.Name) and scopes.where[n][0].kind == "class")
        self.own |= {n.id for n in in_class if isinstance(n.ctx, ast.Store)}
        self.own |= {"_replace", "_asdict", "_fields"}
        self.annotations: set[ast.AST] = set()
        for node in nodes:
            for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
                if isinstance(part, ast.AST):
                    self.annotations |= set(ast.walk(part))

    def meanings(self, node: ast.AST, name: str) -> list[Imported]:
        """What imports may have bound ``name`` to where ``node`` uses it."""
        scope, index = self.scopes.where[node]
        found: list[Imported] = []
        for each in self.scopes.resolve(name, scope):
            if each is not self.scopes.notebook:
                found += each.imports.get(name, ())
                continue
            last = self.scopes.plainly_bound(name, index)
            bindings = self.scopes.bindings.get(name, ())
            found += [b.imported for b in bindings if b.imported and not (b.plain and b.index < last)]
        return found

    def is_builtin(self, node: ast.Name) -> bool:
        """Whether a name may stand for Python's own."""
        scope, index = self.scopes.where[node]
        places = self.scopes.resolve(node.id, scope)
        return places[-1] is self.scopes.notebook and self.scopes.plainly_bound(node.id, index) < 0

    def dotted(self, node: ast.AST) -> list[str]:
        """What an expression of names and dots may stand for, when it comes from an import."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return []
        return [".".join(p for p in (m.module, m.item, *parts) if p) for m in self.meanings(node, node.id)]

    def class_in_place(self, node: ast.AST) -> bool:
        """Whether a class is called, asked about or named as a type, rather than handed to something."""
        parent = self.scopes.parents.get(node)
        if node in self.annotations or isinstance(parent, (ast.ClassDef, ast.MatchClass)):
            return True
        if isinstance(parent, ast.Call) and parent.func is node:
            return True
        while isinstance(parent, (ast.Tuple, ast.BinOp)):
            node, parent = parent, self.scopes.parents.get(parent)
        return (
            isinstance(parent, ast.Call)
            and isinstance(parent.func, ast.Name)
            and parent.func.id in ("isinstance", "issubclass")
            and self.is_builtin(parent.func)
        ) or (isinstance(parent, ast.Compare) and isinstance(node, (ast.Name, ast.Attribute)))

    def numbered(self, node: ast.Name) -> bool:
        """Whether getattr or setattr asks an object for a plainly begun name, such as ``f"W{k}"``."""
        call = self.scopes.parents.get(node)
        if not isinstance(call, ast.Call) or call.func is not node or len(call.args) < 2:
            return False
        start = _beginning(call.args[1])
        return isinstance(call.args[0], ast.Name) and not any(
            start.startswith("_") or each.startswith(start)
            for each in (refused.ATTRIBUTES - refused.MODULE_NAMES) | refused.PATCHES
        )

    def is_isinstance(self, call: ast.Call) -> bool:
        """Whether a call of Python's own only asks about its arguments, or shows them."""
        names = ("isinstance", "issubclass", "print", "str", "repr")
        return isinstance(call.func, ast.Name) and call.func.id in names and self.is_builtin(call.func)


def _beginning(text: ast.expr) -> str:
    """The letters that an f-string surely begins with; "_" where that cannot be told, which no name may begin with."""
    first = text.values[0] if isinstance(text, ast.JoinedStr) and text.values else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else "_"
