"""Static analysis of a program slice by an allowlist and a denylist: what a by-hand answer may not contain.

Python has many ways to reach one thing. So this does not look for torch's differentiation (``course.answers.by_hand``
does, in the process that runs the slice): it refuses what could hide something from that look, such as code made from
text, names looked up by text, modules passed on under another name, and patches of torch.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from course.grading.analysis import allowed, refused
from course.grading.analysis.meanings import Meanings
from course.syntax.scopes import Imported, Scopes, root_of

BY_NAME = "Import the names you use one by one."
_PLAIN = "This question is read before it runs: write the answer out with plain functions, classes and tensors."
_RENAME = "Call your own value something else."
MAX_LINE = 80  # characters of a line that a sentence shows


@dataclass(frozen=True)
class Refusal:
    """A place in the code that keeps the slice from running: what it does, and what the student can do about it."""

    node: ast.AST
    does: str
    advice: str = _PLAIN
    whole: str = ""  # the sentence, where it is by_hand's own

    def sentence(self, lines: list[str]) -> str:
        """The refusal for the student, with the line's text."""
        number = getattr(self.node, "lineno", 0)
        line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        line = line if len(line) <= MAX_LINE else line[: MAX_LINE - 3] + "..."
        return self.whole or f"Your line `{line}` {self.does}. {self.advice}"


def read(scopes: Scopes, kept: Mapping[int, ast.stmt], needed: set[str], derivatives: bool) -> Refusal | None:
    """The first thing that may not stand in the ``kept`` statements (by their number), or None.

    ``needed`` are the global names that they use; an import's other names do not count.
    """
    for name in sorted(needed):
        bindings = scopes.bindings.get(name, ())
        own = [b.index for b in bindings if b.imported is None]
        if own and any(b.imported and b.imported.module.split(".")[0] == "torch" for b in bindings):
            return Refusal(kept[own[0]], f"gives `{name}`, which you imported, another value", _RENAME)
    reader = Reader(scopes, kept, needed, derivatives)
    return next((refusal for index in sorted(kept) for refusal in reader.statement(kept[index])), None)


class Reader(Meanings):
    """The rules of the strict reading: a method ``rule_...`` for each kind of node that has one, all in ``RULES``."""

    def statement(self, statement: ast.stmt) -> Iterator[Refusal]:
        """Everything in one top-level statement that is refused, in the order of by_hand's reading."""
        for node in ast.walk(statement):
            kind = type(node).__name__
            if kind in refused.ASYNCHRONOUS:
                yield Refusal(node, "is asynchronous", "Write it as a plain `def`.")
            if kind in refused.DECLARATIONS:
                yield Refusal(node, "declares a type")
            rule = RULES.get(type(node))
            if rule:
                yield from rule(self, node)

    # Names and what hangs on them

    def rule_name(self, node: ast.Name) -> Iterator[Refusal]:
        """A name of Python's own that is refused, one that an import bound, or one between double underscores."""
        name, meanings = node.id, self.meanings(node, node.id)
        if name.startswith("__") and name.endswith("__"):
            in_class = self.scopes.where[node][0].kind == "class" and name in refused.METHODS | {"__slots__"}
            if not in_class and not (name in ("__name__", "__debug__") and isinstance(node.ctx, ast.Load)):
                yield Refusal(node, f"uses `{name}`")
        hidden = name in refused.BUILTINS and not isinstance(node.ctx, ast.Store) and self.is_builtin(node)
        if hidden and not (name in ("getattr", "setattr") and self.numbered(node)):
            yield Refusal(node, f"uses `{name}`")
        if self.derivatives and name == "complex" and isinstance(node.ctx, ast.Load) and self.is_builtin(node):
            yield self._disguised(node, name)
        if name == "type" and isinstance(node.ctx, ast.Load) and self.is_builtin(node):
            yield from self._type(node)
        if isinstance(node.ctx, ast.Load):
            for meaning in meanings:
                yield from self._use(node, meaning)
        elif isinstance(node.ctx, ast.Del) and (meanings or name in refused.BUILTINS):
            yield Refusal(node, f"deletes `{name}`")

    def _use(self, node: ast.Name, meaning: Imported) -> Iterator[Refusal]:
        """Look at a name that an import bound: a module must be followed by a dot and something allowed of it."""
        module = meaning.module
        here: ast.expr = node
        parts: list[str] = []
        while isinstance(parent := self.scopes.parents.get(here), ast.Attribute):
            here = parent
            parts.append(here.attr)
            if not isinstance(here.ctx, ast.Load):
                yield Refusal(here, f"changes `{ast.unparse(here)}`, which is not yours to change")
                return
        if meaning.item is not None:
            parts.insert(0, meaning.item)
        if module not in allowed.MODULES:
            return  # the import itself is refused
        while (
            parts and f"{module}.{parts[0]}" in allowed.MODULES and allowed.allowed(module, parts[0], self.derivatives)
        ):
            module = f"{module}.{parts.pop(0)}"
        if not parts:
            yield Refusal(node, f"passes the module `{node.id}` on", f"Use it with a dot: `{node.id}.name`.")
            return
        name = parts[0]
        if not allowed.allowed(module, name, self.derivatives):
            yield self._not_allowed(node, module, parts)
        elif len(parts) > 1 and not allowed.has_parts(name):
            yield Refusal(node, f"looks into `{module}.{name}`")
        elif refused.SENSITIVE.fullmatch(f"{module}.{name}") and len(parts) == 1 and not self.class_in_place(here):
            yield Refusal(node, f"passes the class `{name}` on", "Use it for a call, after a dot, or in isinstance.")

    def _not_allowed(self, node: ast.Name, module: str, parts: list[str]) -> Refusal:
        if self.derivatives and allowed.differentiates(module, parts[0]):
            return self._differentiates(node, [*module.split("."), *parts])
        return Refusal(node, f"uses `{module}.{parts[0]}`")

    def _differentiates(self, node: ast.Name | ast.Import | ast.ImportFrom, parts: list[str]) -> Refusal:
        """In the words of ``course.answers.by_hand``, so that the message is the notebook's."""
        name = next((part for part in reversed(parts) if part in allowed.TELLING_NAMES), parts[-1])
        function: ast.FunctionDef | None = None
        here: ast.AST = node
        while here in self.scopes.parents:
            here = self.scopes.parents[here]
            if isinstance(here, ast.FunctionDef):
                function = here
        if function is None:
            return Refusal(node, f"uses `{name}`, which lets torch differentiate for you")
        first = min([function.lineno, *(each.lineno for each in function.decorator_list)])
        line = node.lineno - first + 1
        whole = f"Line {line} of {function.name} uses `{name}`, which lets torch differentiate for you."
        return Refusal(node, "", whole=whole)

    def _type(self, node: ast.Name) -> Iterator[Refusal]:
        call = self.scopes.parents.get(node)
        if node in self.annotations or (isinstance(call, ast.Call) and self.is_isinstance(call)):
            return
        if not isinstance(call, ast.Call) or call.func is not node:
            yield Refusal(node, "passes `type` on")
            return
        if len(call.args) != 1 or call.keywords or isinstance(call.args[0], ast.Starred):
            yield Refusal(node, "makes a class with `type`", "Write it as a plain `class`.")
            return
        around = self.scopes.parents.get(call)
        called = isinstance(around, ast.Call) and (around.func is call or self.is_isinstance(around))
        named = isinstance(around, ast.Attribute) and around.attr == "__name__"
        if not (called or named or isinstance(around, (ast.Compare, ast.FormattedValue))):
            yield Refusal(node, "passes a class on", "Ask with isinstance instead.")

    def rule_attribute(self, node: ast.Attribute) -> Iterator[Refusal]:
        """An attribute: its name, and whether it is changed."""
        yield from self._part(node, node.attr, node.ctx)
        if not isinstance(node.ctx, ast.Load):
            if node.attr in refused.PATCHES:
                yield Refusal(node, f"gives `{node.attr}` another meaning", _RENAME)
            root = root_of(node)
            if isinstance(root, ast.Call) and isinstance(root.func, ast.Name) and root.func.id in ("type", "super"):
                yield Refusal(node, f"changes `{ast.unparse(node)}`, which is not yours to change")
        call = self.scopes.parents.get(node)
        if node.attr == "eval" and isinstance(call, ast.Call) and call.func is node and (call.args or call.keywords):
            yield Refusal(node, "uses `eval`")

    def _part(self, node: ast.AST, name: str, ctx: ast.expr_context) -> Iterator[Refusal]:
        """Look at an attribute's name, whatever it hangs on."""
        own = name in self.own
        if name in refused.ATTRIBUTES and not (own and name == "query"):
            yield Refusal(node, f"uses `{name}`")
        elif name.startswith("__") and name.endswith("__"):
            if name not in refused.DUNDERS or not isinstance(ctx, ast.Load):
                yield Refusal(node, f"uses `{name}`")
        elif name.startswith("_") and not own:
            yield Refusal(node, f"uses `{name}`, which is private to another library")
        elif self.derivatives and name in refused.COMPLEX:
            yield self._disguised(node, name)

    def _disguised(self, node: ast.AST, what: str) -> Refusal:
        return Refusal(node, f"uses `{what}`", "Derive the formula by hand, and compute it with real tensors.")

    def rule_match_class(self, node: ast.MatchClass) -> Iterator[Refusal]:
        """The attributes that a pattern looks into."""
        for name in node.kwd_attrs:
            yield from self._part(node, name, ast.Load())

    def rule_constant(self, node: ast.Constant) -> Iterator[Refusal]:
        """A complex number, or the name of such a type as text."""
        if self.derivatives and isinstance(node.value, complex):
            yield self._disguised(node, repr(node.value))
        if self.derivatives and isinstance(node.value, str) and refused.COMPLEX_TEXT.fullmatch(node.value):
            yield self._disguised(node, node.value)

    # Statements

    def rule_import(self, node: ast.Import) -> Iterator[Refusal]:
        """``import``: only modules of the allowlist."""
        yield from self._placed(node)
        for alias in node.names:
            if self._counts(node, alias.asname or alias.name.split(".")[0]):
                if alias.name not in allowed.MODULES:
                    yield Refusal(node, f"imports `{alias.name}`", "This question can be answered without it.")
                elif self.derivatives and allowed.differentiates(alias.name):
                    yield self._differentiates(node, alias.name.split("."))

    def rule_import_from(self, node: ast.ImportFrom) -> Iterator[Refusal]:
        """``from ... import``: only what the allowlist has of a module."""
        yield from self._placed(node)
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                yield Refusal(node, f"imports everything from `{module}`", BY_NAME)
            elif self._counts(node, alias.asname or alias.name):
                if module not in allowed.MODULES:
                    yield Refusal(node, f"imports from `{module}`", "This question can be answered without it.")
                elif not allowed.allowed(module, alias.name, self.derivatives):
                    if self.derivatives and allowed.differentiates(module, alias.name):
                        yield self._differentiates(node, [*module.split("."), alias.name])
                    else:
                        yield Refusal(node, f"imports `{alias.name}` from `{module}`")

    def _counts(self, node: ast.AST, bound: str) -> bool:
        """Whether an imported name is used; an import at the top of a cell is kept without its other names."""
        return bound in self.needed or node not in self.kept.values()

    def _placed(self, node: ast.AST) -> Iterator[Refusal]:
        if self.scopes.where[node][0].kind == "class":
            yield Refusal(node, "imports inside a class", "Import at the top of the cell.")

    def rule_global(self, node: ast.Global) -> Iterator[Refusal]:
        """``global`` of a name that is an import's or Python's own."""
        for name in node.names:
            if name in refused.BUILTINS or any(b.imported for b in self.scopes.bindings.get(name, ())):
                yield Refusal(node, f"declares `{name}` global", _RENAME)

    def rule_function_def(self, node: ast.FunctionDef) -> Iterator[Refusal]:
        """A function: special methods only in a class, and its decorators."""
        if node.name.startswith("__") and node.name.endswith("__"):
            in_class = isinstance(self.scopes.parents.get(node), ast.ClassDef)
            if not in_class or node.name not in refused.METHODS:
                yield Refusal(node, f"defines `{node.name}`")
        yield from self._decorated(node)

    def rule_class_def(self, node: ast.ClassDef) -> Iterator[Refusal]:
        """A class: what it is built on, and its decorators."""
        yield from self._decorated(node)
        if node.keywords:
            yield Refusal(node, "gives a class a keyword", "Write it as a plain `class`.")
        for base in node.bases:
            if not self._good_base(base):
                yield Refusal(node, f"builds a class on `{ast.unparse(base)}`", "Write it as a plain `class`.")
        named = any("typing.NamedTuple" in self.dotted(base) for base in node.bases)
        if named and not all(isinstance(each, (ast.AnnAssign, ast.Expr, ast.Pass)) for each in node.body):
            yield Refusal(node, "gives a NamedTuple more than fields", "Write it as a plain `class`.")

    def _good_base(self, base: ast.expr) -> bool:
        dotted = self.dotted(base)
        if dotted:
            return all(refused.BASES.fullmatch(each) for each in dotted)
        if not isinstance(base, ast.Name):
            return False
        if self.is_builtin(base):
            return base.id == "object" or base.id.endswith(("Error", "Exception"))
        scope, _ = self.scopes.where[base]
        bindings = self.scopes.bindings.get(base.id, ())
        return self.scopes.resolve(base.id, scope)[0] is self.scopes.notebook and all(b.definition for b in bindings)

    def _decorated(self, node: ast.FunctionDef | ast.ClassDef) -> Iterator[Refusal]:
        for decorator in node.decorator_list:
            bare = decorator.func if isinstance(decorator, ast.Call) else decorator
            dotted = self.dotted(bare)
            is_known = bool(dotted) and all(each in refused.DECORATORS for each in dotted)
            if isinstance(bare, ast.Name) and bare.id in ("property", "staticmethod", "classmethod"):
                is_known = self.is_builtin(bare)
            is_accessor = (
                isinstance(bare, ast.Attribute)
                and bare.attr in ("setter", "getter", "deleter")
                and isinstance(bare.value, ast.Name)
            )
            if not is_known and not is_accessor:
                yield Refusal(decorator, f"decorates `{node.name}`", "Write it without a decorator.")


RULES: Mapping[type[ast.AST], Callable[[Reader, Any], Iterator[Refusal]]] = {
    ast.Name: Reader.rule_name,
    ast.Attribute: Reader.rule_attribute,
    ast.MatchClass: Reader.rule_match_class,
    ast.Constant: Reader.rule_constant,
    ast.Import: Reader.rule_import,
    ast.ImportFrom: Reader.rule_import_from,
    ast.Global: Reader.rule_global,
    ast.FunctionDef: Reader.rule_function_def,
    ast.ClassDef: Reader.rule_class_def,
}
"""Every kind of node that has a rule, and the rule: a misspelt one does not import."""
