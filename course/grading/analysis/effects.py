"""Side-effect analysis (mod/ref) on ``ast``: what a top-level statement reads, binds and changes in place.

It leans to the safe side: a change too many costs a statement that runs for nothing, a change too few a wrong number.
Nothing is run. What a module of a library is told (``torch.backends``, ``pd.options``, ``plt.rcParams``) is no change
of anything that a notebook made.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from course.grading.analysis.aliases import held_by, roots_of, targets_of
from course.grading.analysis.definite import Definite
from course.grading.analysis.effort import Effort
from course.grading.analysis.library import CHANGING, CHANGING_FIRST, LOOKING, SHOWING
from course.syntax.scopes import LASTING, Scope, Scopes

Var = tuple[Scope, str]
"""A variable: its name and the namespace that it belongs to."""

STRONG = frozenset({"definition", "import", "assignment"})
"""Ways in which a name is surely bound anew."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Pass:
    """``name`` given to a function (or method) as the argument ``slot``; a method's own object has slot 0.

    ``alone``: a call whose result nobody keeps, so that it was made for what it changes.
    """

    callee: str
    method: bool
    slot: int | str
    name: str = ""
    alone: bool = False


@dataclass(eq=False)
class Function:
    """A function's parameters, those that it changes itself, and those that it hands on."""

    name: str
    method: bool
    parameters: list[str]
    rest: set[str]
    changed: set[str] = field(default_factory=set)
    passes: list[Pass] = field(default_factory=list)

    def takes(self, slot: int | str) -> set[str]:
        """The parameters that an argument may arrive in."""
        if slot == "*":
            return {*self.parameters, *self.rest}
        if isinstance(slot, str):
            return {slot} if slot in self.parameters else self.rest
        return {self.parameters[slot]} if slot < len(self.parameters) else self.rest


@dataclass
class Moment:
    """What happens to global names when a statement runs, or later, when a function that it defines is called.

    ``changes`` are names with whether the change may lie deeper than in the object itself; ``results`` are functions
    the result of which is changed.
    """

    reads: set[str] = field(default_factory=set)
    changes: set[tuple[str, bool]] = field(default_factory=set)
    passes: list[Pass] = field(default_factory=list)
    binds: set[str] = field(default_factory=set)
    results: set[str] = field(default_factory=set)
    backward: bool = False
    hidden: bool = False  # names made from text: exec, globals()

    @property
    def does(self) -> bool:
        """Whether it changes anything."""
        return bool(self.changes or self.passes or self.binds or self.results or self.backward or self.hidden)


@dataclass
class Effects:
    """All that is known of one top-level statement.

    ``strong`` are the names that it surely binds (``Moment.binds`` of ``now``: those that it may bind); ``links`` says
    for a name of which others its value may be a part, and (True) which ones it may hold; ``called`` are the names
    whose functions may run with it, its own too where ``runs_own``.
    """

    now: Moment = field(default_factory=Moment)
    later: Moment = field(default_factory=Moment)
    strong: set[str] = field(default_factory=set)
    imports: bool = False
    dotted: bool = False  # imports a module inside another
    defines: bool = False
    star: bool = False
    future: bool = False  # tells the language itself something
    links: dict[str, set[tuple[str, bool]]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    runs_own: bool = False
    functions: list[Function] = field(default_factory=list)
    slopes: bool = False  # mentions an attribute that a backward pass fills


def effects_of(scopes: Scopes, index: int, top: ast.stmt, effort: Effort) -> Effects:
    """The effects of the statement ``top``, number ``index`` of those that ``scopes`` has read. Raises TooMuch."""
    return _Reader(scopes, top, effort).read(index)


class _Reader:
    """One statement that is read: first its nodes, then what its local variables stand for."""

    def __init__(self, scopes: Scopes, top: ast.stmt, effort: Effort) -> None:
        self.scopes, self.top, self.effort, self.found = scopes, top, effort, Effects()
        self.functions: dict[ast.AST, Function] = {}
        self.links: dict[Var, set[tuple[Var, bool]]] = {}  # what a variable's value is a part of, or (True) holds
        self.shared: set[Var] = set()  # the variables that are linked when the statement runs
        self.changed: list[tuple[Var, bool, bool]] = []
        self.passed: list[tuple[Pass, Var, bool]] = []

    def read(self, index: int) -> Effects:
        top, found = self.top, self.found
        found.imports = isinstance(top, (ast.Import, ast.ImportFrom))
        if isinstance(top, ast.ImportFrom):
            found.star, found.future = top.names[0].name == "*", top.module == "__future__"
        found.defines = isinstance(top, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        found.dotted = isinstance(top, ast.Import) and any("." in each.name for each in top.names)
        waiting: list[tuple[ast.AST, bool]] = [(top, False)]
        while waiting:
            node, later = waiting.pop()
            self._node(node, later)
            body: set[ast.AST] = set()
            if isinstance(node, _FUNCTIONS):
                body = {node.body} if isinstance(node, ast.Lambda) else {*node.body}
            waiting += [(child, later or child in body) for child in ast.iter_child_nodes(node)]
        definite = Definite(top, self._is_global)
        found.now.reads &= definite.exposed
        self._bindings(index, definite.bound)
        self._resolve()
        return found

    def _node(self, node: ast.AST, later: bool) -> None:
        moment = self.found.later if later else self.found.now
        if isinstance(node, ast.Name):
            updated = isinstance(self.scopes.parents.get(node), ast.AugAssign)
            if self._is_global(node) and (updated or not isinstance(node.ctx, ast.Store)):
                moment.reads.add(node.id)
                moment.hidden |= node.id in ("exec", "globals")
        elif isinstance(node, ast.Attribute):
            self.found.slopes |= node.attr in ("grad", "step")
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            self._changes(node.value, later)
        elif isinstance(node, ast.AugAssign):
            self._changes(node.target, later)
            self._link(node.target, node.value, later)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._link(target, node.value, later)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            self._link(node.target, node.value, later)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._link(node.target, node.iter, later, each=True)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._link(node.optional_vars, node.context_expr, later)
        elif isinstance(node, ast.Call):
            self._call(node, later)
        elif isinstance(node, _FUNCTIONS):
            self._function(node)
        elif isinstance(node, ast.ClassDef):
            for base in node.bases:
                self._hand_on(Pass("__init_subclass__", True, 0), base, later)
                self.found.called |= set() if later else {name.id for name, _ in roots_of(base)}
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not later:
            own = {name.id for each in node.decorator_list for name, _ in roots_of(each, True) if self._own(name)}
            self.found.called |= own
            self.found.runs_own |= bool(own)

    def _is_global(self, name: ast.Name) -> bool:
        places = self.scopes.resolve(name.id, self.scopes.where[name][0])
        return self.scopes.notebook in (places[:1] if isinstance(name.ctx, ast.Store) else places)

    def _own(self, name: ast.Name) -> bool:
        """Whether the notebook gives the name a value of its own, and does not only import it."""
        if not self._is_global(name):
            return True
        return any(binding.imported is None for binding in self.scopes.bindings.get(name.id, ()))

    def _var(self, name: ast.Name) -> Var:
        return self.scopes.resolve(name.id, self.scopes.where[name][0])[0], name.id

    def _changes(self, value: ast.expr, later: bool, deep: bool = False) -> None:
        for name, inside in roots_of(value):
            self.changed.append((self._var(name), deep or inside, later))
        results = {name for name, _ in roots_of(value, True)} - {name for name, _ in roots_of(value)}
        moment = self.found.later if later else self.found.now
        moment.results |= {name.id for name in results if self._is_global(name)}

    def _link(self, target: ast.expr, value: ast.expr, later: bool, each: bool = False) -> None:
        """The target's value is a part of what the value's names stand for, or holds them."""
        unpacked = each or isinstance(target, (ast.Tuple, ast.List))
        sources = [(name, False) for name, _ in roots_of(value)]
        sources += [(name, not unpacked) for name in held_by(value)]
        for bound in (name for part in targets_of(target) for name, _ in roots_of(part)):
            held = isinstance(target, (ast.Attribute, ast.Subscript))
            self._share(bound, [(name, within or held) for name, within in sources], later)

    def _share(self, bound: ast.Name, sources: list[tuple[ast.Name, bool]], later: bool) -> None:
        self.links.setdefault(self._var(bound), set()).update((self._var(name), held) for name, held in sources)
        if not later:
            self.shared.add(self._var(bound))

    def _call(self, call: ast.Call, later: bool) -> None:
        function, moment = call.func, self.found.later if later else self.found.now
        alone = isinstance(self.scopes.parents.get(call), ast.Expr)
        method = isinstance(function, ast.Attribute)
        callee = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        roots = [name for name, _ in roots_of(function, True)]
        own = any(map(self._own, roots)) or not roots
        in_place = callee.endswith("_") and not callee.endswith("__")
        if isinstance(function, ast.Attribute) and own:
            moment.backward |= callee == "backward"
            if callee in CHANGING or in_place:
                self._changes(function.value, later, deep=callee in ("step", "zero_grad"))
                kept = [name for each in call.args for name in [*(root for root, _ in roots_of(each)), *held_by(each)]]
                for keeper, _ in roots_of(function.value):
                    self._share(keeper, [(name, True) for name in kept], later)
            alone = alone and callee not in SHOWING
            self._hand_on(Pass(callee, True, 0, alone=alone), function.value, later)
        moment.backward |= method and not own and callee == "backward"
        if call.args and not (method and own) and (in_place or callee in CHANGING_FIRST):
            self._changes(call.args[0], later, deep=True)
        arguments: list[tuple[int | str, ast.expr]] = [
            ("*" if isinstance(each, ast.Starred) else number, each) for number, each in enumerate(call.args)
        ]
        arguments += [(each.arg or "*", each.value) for each in call.keywords]
        for slot, each in arguments:
            if slot == "out":
                self._changes(each, later)
            if own:
                made = not method and callee[:1].isupper()
                place = slot + 1 if isinstance(slot, int) and (method or made) else slot
                self._hand_on(Pass("__init__" if made else callee, method or made, place), each, later)
        if not later:
            self.found.called |= {name.id for name in roots}
            if own or (not method and callee not in self.scopes.bindings and callee not in LOOKING):
                self.found.called |= {name.id for _, each in arguments for name, _ in roots_of(each)}

    def _hand_on(self, place: Pass, value: ast.expr, later: bool) -> None:
        """Note that a value is given to a function there; ``later`` when that happens in a function's body."""
        for name in [*(root for root, _ in roots_of(value)), *held_by(value)]:
            self.passed.append((replace(place, name=name.id), self._var(name), later))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        parent = self.scopes.parents.get(node)
        named = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        rest = {each.arg for each in (node.args.vararg, node.args.kwarg) if each}
        if isinstance(node, ast.Lambda):
            name = getattr(parent.targets[0], "id", "") if isinstance(parent, ast.Assign) else ""
        else:
            name = node.name
            if any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list):
                named.insert(0, "")
        function = self.functions[node] = Function(name, isinstance(parent, ast.ClassDef), named, rest)
        while parent is not None and isinstance(node, ast.Lambda):  # what is given to a call may run with it
            self.found.runs_own |= isinstance(parent, ast.Call)
            parent = self.scopes.parents.get(parent)
        self.found.functions.append(function)

    def _bindings(self, index: int, sure: set[str]) -> None:
        for name, binding in self.scopes.bound_by(index):
            if binding.deferred:
                self.found.later.binds.add(name)
            elif (binding.plain and binding.how in STRONG) or (name in sure and binding.how in LASTING):
                self.found.strong.add(name)
            elif binding.how in LASTING or binding.how == "deletion":
                self.found.now.binds.add(name)

    def _origins(self, var: Var, deep: bool) -> Iterator[tuple[Var, bool]]:
        """The parameters and global names whose objects a change of this variable may reach."""
        known, waiting = set(), [(var, deep)]
        while waiting:
            self.effort.spend()
            here, inside = waiting.pop()
            if (here, inside) in known:
                continue
            known.add((here, inside))
            if here[0] is self.scopes.notebook or self._parameter_of(here):
                yield here, inside
            waiting += [(to, True) for to, held in self.links.get(here, ()) if inside or not held]

    def _parameter_of(self, var: Var) -> Function | None:
        function = self.functions.get(var[0].owner) if var[0].owner else None
        return function if function and var[1] in {*function.parameters, *function.rest} else None

    def _resolve(self) -> None:
        """Put changes, arguments and links down to global names and parameters."""
        found, notebook = self.found, self.scopes.notebook
        for var, deep, later in self.changed:
            for origin, inside in self._origins(var, deep):
                if origin[0] is notebook:
                    (found.later if later else found.now).changes.add((origin[1], inside))
                elif function := self._parameter_of(origin):
                    function.changed.add(origin[1])
        for each, var, later in self.passed:
            for origin, _ in self._origins(var, True):
                handed = replace(each, name=origin[1])
                if origin[0] is notebook:
                    (found.later if later else found.now).passes.append(handed)
                elif function := self._parameter_of(origin):
                    function.passes.append(handed)
        for source in self.shared:
            for target, held in self.links[source] if source[0] is notebook else ():
                reached = {name for (scope, name), _ in self._origins(target, True) if scope is notebook}
                found.links.setdefault(source[1], set()).update((name, held) for name in reached - {source[1]})
