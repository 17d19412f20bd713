"""Static-analysis rules for tampering: code that reaches into libraries, IPython, Python or other processes.

A rule names what was seen and asks for evidence that honest notebooks do not hold: an import is none, nor is a setting,
a thread, or text run as code, which is read as code here. ``Origins`` tells a library from an object of the same name.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import sys
import types
from collections.abc import Iterable, Iterator

from course.grading.analysis.origins import ANY_MODULE, SHELL, Origins, reachable, text_of
from course.grading.analysis.outside import Seen
from course.syntax.scopes import root_of

REPLACES = "replaces part of a library"
HOOKS = "hooks into IPython"
PYTHON = "changes Python's own hooks"
FRAMES = "looks into its callers"
PROCESS = "reaches for processes"
BELOW = "reaches below Python"
NETWORK = "opens a connection"
GRADER = "imports the grader"
LYING = "a class that answers for its type"
HIDDEN = "runs code from encoded text"
ENVIRONMENT = "asks whether it is graded"

_LIBRARIES = frozenset("torch numpy pandas course IPython builtins math".split())
_SHOWN = ("__repr__", "__str__", "__format__")  # how a value looks changes no number
_SHELL_PARTS = frozenset(
    "ast_transformers input_transformers input_transformers_post input_transformers_cleanup input_transformer_manager "
    "set_custom_exc set_hook".split()
)
_TELLING = _SHELL_PARTS | {"raw_cell", "transformed_cell", "meta_path", "path_hooks", "__globals__", "pythonapi"}
_CALLS = {
    PROCESS: "os.fork os.forkpty os.killpg os.execv os.execve os.execvp os.execl os.execlp os.spawnl "
    "os.spawnv os.posix_spawn os.setuid os.setgid os.chroot os.dup2 os.write os.closerange fcntl.ioctl pty.fork",
    BELOW: "ctypes.CDLL ctypes.PyDLL ctypes.string_at ctypes.memmove ctypes.cast ctypes.cdll.LoadLibrary cffi.FFI",
    NETWORK: "socket.socket socket.create_connection socket.create_server "
    "smtplib.SMTP smtplib.SMTP_SSL ftplib.FTP http.server.HTTPServer",
    PYTHON: "sys.settrace sys.setprofile threading.settrace threading.setprofile",
}
_CALLED = {name: kind for kind, names in _CALLS.items() for name in names.split()}
_ENDS = ("os._exit", "os.abort")  # at the top of a cell it is the grading's own note that Python ended there
_GRADERS = ("course.grading", "course.authoring", "nbgrader", "jupyter_client", "zmq")
_PROTOCOL = frozenset("__torch_function__ __torch_dispatch__ __eq__ __ne__ __bool__ __float__ __class__".split())
_DECODES = frozenset("b64decode b32decode b16decode a85decode decode fromhex unhexlify decompress loads".split())
_START_UP = ("LD_PRELOAD", "PYTHONSTARTUP")


class Rules:
    """The rules for one notebook, whose cells are read in order."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._answer = False

    def look(self, nodes: Iterable[ast.AST], answer: bool) -> Iterator[Seen]:
        """What there is to see among a cell's nodes; ``answer`` tells whether it is an exercise's own cell."""
        nodes, self._answer = list(nodes), answer
        for node in nodes:
            for kind, seen in self._kinds(node):
                yield kind, getattr(node, "lineno", 1), seen
        yield from self._frames(nodes, answer)
        yield from self._environment(nodes)
        if answer:
            yield from self._written(nodes)

    def _kinds(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from self._import(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from self._change(target, node.value)
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)) and node.value is not None:
            yield from self._change(node.target, node.value)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                yield from self._change(target, None)
        elif isinstance(node, ast.Attribute):
            yield from self._attribute(node)
        elif isinstance(node, ast.Call):
            yield from self._call(node)
        elif isinstance(node, ast.ClassDef):
            yield from self._class(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module or ''}.{name}" for name in names]
        for name in names:
            if any(f"{name}.".startswith(f"{each}.") for each in _GRADERS):
                yield GRADER, f"imports {name}"

    def _change(self, target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, str]]:
        """What it means to give ``target`` this value; None deletes it."""
        if isinstance(target, (ast.Tuple, ast.List)):
            for each in target.elts:
                yield from self._change(each, value)
        if isinstance(target, ast.Subscript):
            owner = self._origins.of(target.value)
            if owner == "sys.modules":
                name = text_of(target.slice) or "a module"
                if name == "a module" or name.split(".")[0] in _LIBRARIES:
                    yield PYTHON, f"puts something else into sys.modules for {name}"
            elif owner.endswith(".__dict__"):
                yield from self._replaced(self._origins.of(target), value)
        elif isinstance(target, ast.Attribute):
            owner = self._origins.of(target.value)
            if target.attr == "__code__":
                yield REPLACES, "replaces the code of a function"
            elif owner == ANY_MODULE:
                yield REPLACES, f"replaces {target.attr} in modules taken from sys.modules"
            elif owner == SHELL or owner.startswith(f"{SHELL}."):
                yield HOOKS, f"sets {target.attr} of the running IPython"
            elif owner == "sys" and target.attr in ("modules", "meta_path", "path_hooks"):
                yield PYTHON, f"sets sys.{target.attr}"
            elif owner:
                yield from self._replaced(f"{owner}.{target.attr}", value)

    def _replaced(self, dotted: str, value: ast.expr | None) -> Iterator[tuple[str, str]]:
        name = dotted.rpartition(".")[2]
        if name in _SHOWN or not holds_code(dotted) or self._is_as_before(dotted, value):
            return
        own = " with its own function" if isinstance(value, ast.Lambda) or self._is_own(value) else ""
        yield REPLACES, f"replaces {dotted}{own}" if value is not None else f"deletes {dotted}"

    def _is_as_before(self, dotted: str, value: ast.expr | None) -> bool:
        """Whether it is the same function with other defaults, or Python's of the same name (``np.bool = bool``)."""
        if isinstance(value, ast.Call) and len(value.args) == 1:
            return self._origins.of(value.func) == "functools.partial" and self._origins.of(value.args[0]) == dotted
        return isinstance(value, ast.Name) and self._origins.of(value) == f"builtins.{dotted.rpartition('.')[2]}"

    def _is_at_top(self, function: ast.expr) -> bool:
        """Whether a call's function is named at the top of a cell, in no function or class."""
        scope, _ = self._origins.scopes.where.get(root_of(function), (None, 0))
        return scope is self._origins.scopes.notebook

    def _is_own(self, value: ast.expr | None) -> bool:
        return isinstance(value, ast.Name) and not self._origins.of(value)

    def _attribute(self, node: ast.Attribute) -> Iterator[tuple[str, str]]:
        if node.attr not in _TELLING:
            return
        owner = self._origins.of(node.value)
        if node.attr in _SHELL_PARTS and owner == SHELL:
            yield HOOKS, f"uses {node.attr} of the running IPython"
        elif node.attr in ("raw_cell", "transformed_cell") and not owner:
            yield HOOKS, f"reads {node.attr}, the source of the cell that runs"
        elif node.attr in ("meta_path", "path_hooks") and owner == "sys" and self._is_changed(node):
            yield PYTHON, f"changes sys.{node.attr}"
        elif node.attr == "__globals__" and (owner or self._is_looked_into(node)):
            yield FRAMES, "reads __globals__, the names that a function sees"
        elif node.attr == "pythonapi" and owner == "ctypes":
            yield BELOW, "uses ctypes.pythonapi"

    def _is_looked_into(self, node: ast.AST) -> bool:
        return isinstance(self._origins.scopes.parents.get(node), (ast.Attribute, ast.Subscript))

    def _is_changed(self, node: ast.AST) -> bool:
        parent = self._origins.scopes.parents.get(node)
        return isinstance(parent, ast.Attribute) and parent.attr in ("append", "insert", "remove", "clear", "extend")

    def _call(self, node: ast.Call) -> Iterator[tuple[str, str]]:
        function = self._origins.of(node.func)
        first = node.args[0] if node.args else None
        if function in _ENDS and (self._answer or not self._is_at_top(node.func)):
            yield PROCESS, f"calls {function}, which ends Python"
        elif function in _CALLED:
            yield _CALLED[function], f"calls {function}"
        elif function == "os.kill" and not (first is not None and self._is_own_process(first)):
            yield PROCESS, "sends a signal to another process by os.kill"
        elif function in ("builtins.setattr", "builtins.delattr") and first is not None and len(node.args) > 1:
            yield from self._set(node, first)
        elif function in ("builtins.exec", "builtins.eval", "builtins.compile") and first is not None:
            yield from self._run(first)
        elif function in ("importlib.import_module", "builtins.__import__"):
            name = self._origins.of(node)
            if any(f"{name}.".startswith(f"{each}.") for each in _GRADERS):
                yield GRADER, f"imports {name}"
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "__subclasses__":
            owner = node.func.value
            if not isinstance(owner, ast.Name) or self._origins.of(owner) == "builtins.object":
                yield FRAMES, "lists every class there is by __subclasses__"

    def _set(self, node: ast.Call, first: ast.expr) -> Iterator[tuple[str, str]]:
        owner, name = self._origins.of(first), text_of(node.args[1])
        value = node.args[2] if len(node.args) > 2 else None
        if name is not None:
            fake = ast.Attribute(value=first, attr=name, ctx=ast.Store())
            yield from self._change(fake, value)
        elif owner == ANY_MODULE or (owner.split(".")[0] in _LIBRARIES and holds_code(owner)):
            yield REPLACES, f"sets or deletes parts of {owner} by names worked out at run time"

    def _is_own_process(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self._origins.of(node.func) == "os.getpid"

    def _run(self, text: ast.expr) -> Iterator[tuple[str, str]]:
        """Text that is run as code: read as code where it is a literal."""
        calls = [each.func for each in ast.walk(text) if isinstance(each, ast.Call)]
        if any(isinstance(each, ast.Attribute) and each.attr in _DECODES for each in calls):
            yield HIDDEN, "runs code that stands in the notebook in an encoded form"
        code = text_of(text)
        try:
            tree = ast.parse(code) if code else None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for node in reachable(tree) if tree else ():
            yield from self._kinds(node)

    def _class(self, node: ast.ClassDef) -> Iterator[tuple[str, str]]:
        made = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        made |= {
            name.id
            for each in node.body
            if isinstance(each, ast.Assign)
            for target in each.targets
            for name in ast.walk(target)
            if isinstance(name, ast.Name)
        }
        tensor = any(self._origins.of(base).rpartition(".")[2] in ("Tensor", "Parameter") for base in node.bases)
        if tensor and made & _PROTOCOL:
            yield LYING, f"a subclass of torch.Tensor defines {', '.join(sorted(made & _PROTOCOL))}"
        elif "__class__" in made:
            yield LYING, "a class defines __class__"

    def _frames(self, nodes: list[ast.AST], answer: bool) -> Iterator[Seen]:
        """Callers' frames that are walked in a loop, or looked into from within an answer."""
        for node in nodes:
            if isinstance(node, ast.Attribute) and node.attr in ("f_back", "tb_frame", "gi_frame"):
                if answer or (node.attr == "f_back" and self._is_in_loop(node)):
                    yield FRAMES, node.lineno, f"follows {node.attr} to its callers"
            elif answer and isinstance(node, ast.Call):
                function = self._origins.of(node.func)
                if function in ("sys._getframe", "inspect.stack", "inspect.currentframe"):
                    yield FRAMES, node.lineno, f"an answer calls {function}"

    def _is_in_loop(self, node: ast.AST | None) -> bool:
        while node is not None and not isinstance(node, (ast.For, ast.While)):
            node = self._origins.scopes.parents.get(node)
        return node is not None

    def _environment(self, nodes: list[ast.AST]) -> Iterator[Seen]:
        """The environment's words about grading, or about Python's start, in a cell that reads or sets it."""
        said = [(node, _words(node)) for node in nodes if isinstance(node, (ast.Constant, ast.keyword))]
        named = [(node, word) for node, word in said if word in _START_UP or word.startswith("NBGRADER")]
        asked = ("os.environ", "os.getenv", "os.putenv")
        if named and any(isinstance(e, (ast.Attribute, ast.Name)) and self._origins.of(e) in asked for e in nodes):
            yield from ((ENVIRONMENT, node.lineno, f"names the environment's {word}") for node, word in named)

    def _written(self, nodes: list[ast.AST]) -> Iterator[Seen]:
        """Files elsewhere that an answer's function writes."""
        for node in nodes:
            if isinstance(node, ast.Call) and self._origins.of(node.func) == "builtins.open" and len(node.args) > 1:
                path, mode = text_of(node.args[0]) or "", text_of(node.args[1]) or ""
                if path.startswith("/") and mode[:1] in ("w", "a", "x") and not self._is_at_top(node.func):
                    yield PROCESS, node.lineno, f"an answer writes {path} whenever it is asked"


def _words(node: ast.Constant | ast.keyword) -> str:
    """A literal text, or the name of a keyword argument."""
    said = node.value if isinstance(node, ast.Constant) else node.arg
    return said if isinstance(said, str) else ""


@functools.lru_cache(maxsize=1024)
def holds_code(dotted: str) -> bool:
    """Whether a library has this part and it is a function, a class, a property or a module, and so no setting.

    The library is looked at as it is installed here; nothing of it is called.
    """
    top, *names = dotted.split(".")
    if top not in _LIBRARIES:
        return False
    found: object = importlib.import_module(top)
    path = top
    for name in names:
        path, owner = f"{path}.{name}", found
        found = inspect.getattr_static(owner, name, inspect)
        if found is inspect and isinstance(owner, types.ModuleType):
            found = _module(path)
        if found is inspect or found is None:
            return False
    kinds = (staticmethod, classmethod, property, types.ModuleType, types.GetSetDescriptorType)
    return callable(found) or isinstance(found, kinds)


def _module(path: str) -> object:
    """A submodule, which is imported only where it is the course's own; None where there is none."""
    if path not in sys.modules and path.startswith("course."):
        try:
            importlib.import_module(path)
        except ImportError:
            return None
    return sys.modules.get(path)
