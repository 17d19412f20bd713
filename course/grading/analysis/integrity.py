"""Static analysis for academic integrity: tries to tamper, and answers that are the same code.

Nothing is run. A remark is a place for an instructor to look at, never a penalty: some have innocent reasons, and a try
that hides well is not seen. What keeps a grade honest is the wall around the submission.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nbformat import NotebookNode

from course.coursedir.install_cell import INSTALL, NO_INSTALL
from course.syntax.python_cells import python_of
from course.syntax.scopes import imported_names, root_of

# Below this many syntax nodes beyond the stub, two honest students often write the same formula. A quarter of the
# course's own solutions have 18 nodes or fewer, half have 32 or fewer; under 25 stand the one-line formulas.
MIN_NODES = 25
_MAX_LINE = 100  # characters

_LIBRARIES = frozenset("torch builtins course IPython numpy np pandas nn F".split())
_SYSTEM = frozenset("settrace setprofile meta_path path_hooks modules path exit stdout stderr displayhook".split())
_HOOKS = frozenset(
    "ast_transformers input_transformers input_transformers_post input_transformers_cleanup set_custom_exc display_pub "
    "displayhook run_cell showtraceback kernel_app set_hook register_magic_function _showtraceback".split()
)
_PROCESS = frozenset(
    """_exit abort kill killpg fork forkpty system popen execv execve execvp execl execlp spawnl spawnv posix_spawn
    setuid setgid unlink remove rename replace chmod symlink link environ dup2 ptrace""".split()
)
_CALLS = {
    "exec": "runs code made from text",
    "eval": "runs code made from text",
    "__import__": "imports by text",
    "globals": "looks into the notebook's names",
    "breakpoint": "stops in a debugger",
}
_MODULES = {
    **dict.fromkeys(("subprocess", "multiprocessing", "pty"), "starts a process"),
    **dict.fromkeys(
        ("socket", "urllib", "requests", "http", "ftplib", "smtplib", "httpx", "aiohttp", "websocket", "ssl"),
        "uses the network",
    ),
    **dict.fromkeys(("ctypes", "cffi", "mmap"), "reaches below Python"),
    **dict.fromkeys(("threading", "_thread", "concurrent", "asyncio", "sched"), "runs beside the notebook"),
    **dict.fromkeys(("atexit", "signal", "faulthandler"), "acts when the process ends"),
    **dict.fromkeys(("gc", "inspect", "tracemalloc", "dis"), "looks into the running program"),
    **dict.fromkeys(("pickle", "marshal", "shelve", "dill", "cloudpickle"), "unpickles"),
    **dict.fromkeys(("nbgrader", "jupyter_client", "ipykernel", "zmq", "nbformat"), "reaches for the grader"),
}
_FRAMES = frozenset(
    "f_back f_globals f_locals gi_frame tb_frame __globals__ __builtins__ __code__ __subclasses__".split()
)
_PROTOCOL = frozenset("__torch_function__ __torch_dispatch__ __eq__ __ne__ __bool__ __float__ __class__".split())
_ADDRESS = re.compile(r'%pip install -q "git\+https://github\.com/[\w.-]+/[\w.-]+@[\w./-]+"')
_OUTSIDE = re.compile(r"(/|~|[A-Za-z]:[\\/])|(.*[\\/])?\.\.([\\/]|$)")


@dataclass(frozen=True)
class Remark:
    """Something to look at in cell ``cell`` (from 1, among all cells): its ``kind``, and the line in ``text``."""

    cell: int
    kind: str
    text: str


def remarks(nb: NotebookNode) -> list[Remark]:
    """What to look at in a submission's code cells, one remark for each cell and kind, in the order of cells.

    Cells that nbgrader marks as a test or as locked are the course's own and are left out.
    """
    found: list[Remark] = []
    libraries = set(_LIBRARIES)
    for number, cell in enumerate(nb.cells, 1):
        marks = cell.metadata.get("nbgrader")
        marks = marks if isinstance(marks, dict) else {}
        if cell.cell_type != "code":
            continue
        libraries |= _imported(str(cell.source))
        if marks.get("locked") or (marks.get("grade") and not marks.get("solution")) or _installs_course(cell.source):
            continue
        seen: set[str] = set()
        for kind, line in _cell_remarks(str(cell.source), frozenset(libraries)):
            if kind not in seen:
                seen.add(kind)
                found.append(Remark(number, kind, line if len(line) <= _MAX_LINE else line[: _MAX_LINE - 3] + "..."))
    return found


def _installs_course(source: str) -> bool:
    """Whether a cell is the one that the course puts at the top of each notebook to install itself."""
    rest = source.removeprefix(INSTALL)
    return rest != source and (rest == NO_INSTALL or bool(_ADDRESS.fullmatch(rest)))


@lru_cache(maxsize=4096)  # most cells are the same in all of a class's notebooks
def _cell_remarks(source: str, imported: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Kinds and lines of one cell."""
    return tuple(_what_to_look_at(source, imported))


def _what_to_look_at(source: str, imported: frozenset[str]) -> Iterator[tuple[str, str]]:
    for line in source.splitlines():
        if re.match(r"\s*(%{0,2}pip|%{0,2}conda|!\s*(pip|conda))\s+(install|uninstall)", line):
            yield "installs packages", line.strip()
        elif re.match(r"\s*([\w, ]+=\s*)?(!|%%?(bash|sh|script|system|sx|perl|ruby|python\d?)\b)", line):
            yield "runs a shell command", line.strip()
        elif re.match(r"\s*%%?(writefile|file|run|load|load_ext|autoreload|cd|env|set_env)\b", line):
            yield "reads or writes files", line.strip()
        elif "/proc/" in line or "/dev/" in line:
            yield "looks outside its folder", line.strip()
    tree = _parsed(source)
    if tree is None:
        return
    lines = (python_of(source) or "").splitlines()
    try:
        nodes = list(ast.walk(tree))
        libraries = _libraries(nodes, imported)
        for node in nodes:
            for kind in _kinds(node, libraries):
                at = getattr(node, "lineno", 1)
                yield kind, lines[at - 1].strip() if at <= len(lines) else ""
    except RecursionError:
        yield "is nested too deeply to read", lines[0].strip()


def _parsed(source: str) -> ast.Module | None:
    """The syntax tree of a cell, or None where it is no Python."""
    try:
        text = python_of(source)
        return None if text is None else ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imported(source: str) -> set[str]:
    """The names by which a cell imports a library or something out of one."""
    tree = _parsed(source) if "import" in source else None
    found: set[str] = set()
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bound = imported_names(node)
            found |= {name for name, what in bound if what.module.split(".")[0] in _LIBRARIES}
    return found


def _libraries(nodes: Sequence[ast.AST], imported: frozenset[str]) -> frozenset[str]:
    """The names in a cell that may be a library's: ``imported`` ones that it does not assign, and aliases."""
    found = imported - {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
            root = root_of(node.value)
            if isinstance(root, ast.Name) and root.id in imported:
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def _kinds(node: ast.AST, libraries: frozenset[str]) -> Iterator[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        yield from (_MODULES[name.split(".")[0]] for name in names if name.split(".")[0] in _MODULES)
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "sys"):
            taken = {alias.name for alias in node.names}
            if taken & (_PROCESS if node.module == "os" else _SYSTEM):
                yield "reaches for the process"
    elif isinstance(node, ast.Attribute):
        yield from _attribute(node, libraries)
    elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        chain = node.value
        if isinstance(chain, ast.Attribute) and chain.attr in ("__dict__", "modules"):
            yield "patches a library" if chain.attr == "__dict__" else "changes Python's own hooks"
    elif isinstance(node, ast.Call):
        yield from _call(node, libraries)
    elif isinstance(node, ast.ClassDef):
        tensor = any(isinstance(base, ast.Attribute) and base.attr in ("Tensor", "Parameter") for base in node.bases)
        tensor |= any(isinstance(base, ast.Name) and base.id in ("Tensor", "Parameter") for base in node.bases)
        if tensor and {each.name for each in node.body if isinstance(each, ast.FunctionDef)} & _PROTOCOL:
            yield "a tensor that answers for itself"


def _attribute(node: ast.Attribute, libraries: frozenset[str]) -> Iterator[str]:
    root = root_of(node)
    name = root.id if isinstance(root, ast.Name) else ""
    if not isinstance(node.ctx, ast.Load):
        if name in libraries:
            yield "patches a library"
        if name == "sys" and node.attr in _SYSTEM:
            yield "changes Python's own hooks"
        if node.attr in _HOOKS:
            yield "hooks into IPython"
    elif node.attr in _HOOKS - {"displayhook", "run_cell", "set_hook"}:
        yield "hooks into IPython"
    if name == "sys" and node.attr in ("settrace", "setprofile", "meta_path", "path_hooks", "modules", "_getframe"):
        yield "changes Python's own hooks"
    if name == "os" and node.attr in _PROCESS:
        yield "reaches for the process"
    if name == "sys" and node.attr == "exit":
        yield "ends the process"
    if node.attr in _FRAMES:
        yield "looks into the running program"
    if node.attr == "register" and isinstance(node.value, ast.Attribute) and node.value.attr == "events":
        yield "hooks into IPython"


def _call(node: ast.Call, libraries: frozenset[str]) -> Iterator[str]:
    function, first = node.func, node.args[0] if node.args else None
    name = function.id if isinstance(function, ast.Name) else ""
    if name in _CALLS:
        yield _CALLS[name]
    if name in ("quit", "exit"):
        yield "ends the process"
    if name in ("setattr", "delattr") and first is not None:
        root = root_of(first)
        if isinstance(root, ast.Name) and root.id in libraries | {"sys"}:
            yield "patches a library"
    path = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    opens = name in ("open", "Path") or (isinstance(function, ast.Attribute) and function.attr in ("open", "listdir"))
    if opens and path is not None and _OUTSIDE.match(path):
        yield "looks outside its folder"
    if isinstance(function, ast.Attribute) and function.attr in ("home", "expanduser", "walk", "scandir", "listdir"):
        root = root_of(function)
        if isinstance(root, ast.Name) and root.id in ("os", "Path", "pathlib"):
            yield "looks outside its folder"


def alike(answers: Mapping[str, Mapping[str, str]]) -> list[tuple[str, tuple[str, ...]]]:
    """For each exercise, the groups of two or more students whose answers are the same code, in sorted order.

    ``answers`` gives for each student the source of each solution cell as handed in. Comments, docstrings and layout do
    not count; names do. Left out are cells that do not parse, stubs, and code of fewer than MIN_NODES nodes.
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for student, cells in answers.items():
        for exercise, source in cells.items():
            code = _code(source)
            if code is not None:
                groups[exercise, code].append(student)
    found = [(exercise, tuple(sorted(students))) for (exercise, _), students in groups.items() if len(students) > 1]
    return sorted(found)


def identical(answers: Mapping[str, Mapping[str, str]]) -> list[tuple[str, ...]]:
    """The groups of two or more students all of whose answers are the same code, at least one of them a long one.

    Short answers must agree too here; unanswered exercises are compared as such.
    """
    groups: dict[frozenset[tuple[str, str]], list[str]] = defaultdict(list)
    for student, cells in answers.items():
        if any(_code(source) is not None for source in cells.values()):
            whole = frozenset((exercise, _normal(source) or source.strip()) for exercise, source in cells.items())
            groups[whole].append(student)
    return sorted(tuple(sorted(students)) for students in groups.values() if len(students) > 1)


def _code(source: str) -> str | None:
    """The answer's code in one normal form; None for a stub, for what does not parse, and for what is too short."""
    code = _normal(source)
    if code is None or "NotImplementedError" in code:
        return None
    tree = _tree(source)
    return code if tree is not None and _weight(tree) >= MIN_NODES else None


def _weight(tree: ast.Module) -> int:
    """How many syntax nodes are the student's: without signatures, imports and the nodes that every name has."""
    count = 0
    for node in ast.walk(tree):
        given = (ast.arguments, ast.arg, ast.expr_context, ast.Import, ast.ImportFrom, ast.alias, ast.Module)
        if isinstance(node, ast.Constant) and node.value is Ellipsis:
            return 0
        count += not isinstance(node, (*given, ast.FunctionDef, ast.ClassDef))
    return count


def _normal(source: str) -> str | None:
    try:
        tree = _tree(source)
        return None if tree is None else ast.dump(tree)
    except RecursionError:
        return None


def _tree(source: str) -> ast.Module | None:
    """The syntax tree of a cell without docstrings, or None."""
    tree = _parsed(source)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            node.body = [
                each
                for each in node.body
                if not (
                    isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) and each.value.value is not ...
                )
            ]
    return tree
