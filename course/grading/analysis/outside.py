"""Taint analysis of file paths: code and shell commands that open what lies outside a submission's own folder.

A path is remarked where it is opened, not where it is only text. The student's own places are no business of anybody's:
the home, a mounted drive, ``/content``, ``/tmp``, a folder or two up; nor are files about the machine that everybody
looks at, such as ``/proc/cpuinfo``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from course.grading.analysis.origins import Origins, text_of

Seen = tuple[str, int, str]
"""A remark's kind, the line in its cell, and what was seen there."""

OUTSIDE = "opens what is not its own"
_LONGEST = 4096  # characters, as of a path in Linux

_SYSTEM = re.compile(r"/(proc|sys|etc|dev|boot|run|var)(/\S*)?|/opt(/room\S*)?")
_HARMLESS = re.compile(
    r"""/proc/(self/)?(cpuinfo|meminfo|version|loadavg|uptime|stat|status|statm|driver/\S*)
    |/etc/(os-release|lsb-release|hostname|localtime|timezone)|/var/(folders|tmp|www)\S*|/run/(media|user)\S*
    |/dev/(null|zero|stdin|stdout|stderr|u?random|tty|video|dri|nvidia)\S*|/sys/class/\S*""",
    re.VERBOSE,
)
_GRADING = re.compile(
    r"(\S*/)?(gradebook\.db|nbgrader_config\.py|autograded/\S*|submitted/\S*|source/(week|practice)\d\S*)"
)
_START_UP = re.compile(
    r"\S*/(\.bashrc|\.profile|sitecustomize\.py|usercustomize\.py|[\w.*-]+\.pth)|\S*/\.local/lib/\S*"
)
_FAR_UP = re.compile(r"(\.\./){3,}\S*|(\.\./){2,}\.\.")
_MODULES = "torch|course|numpy|pandas|matplotlib|IPython|sitecustomize|usercustomize|builtins|math|json"
_SHADOW = re.compile(rf"({_MODULES})(/__init__)?\.py")
_WRITTEN = re.compile(r"%%writefile\s+(?:-a\s+)?[\"']?(\S+?)[\"']?\s")
_FOREIGN = re.compile(r"%%(?:bash|sh|script|system|sx|!)[^\n]*\n(.*)", re.DOTALL)

_MEASURES = ("df", "du", "mount", "echo")  # commands that read no file that they name
_OPENS = frozenset(
    """open connect listdir scandir walk glob iglob rglob iterdir read_text read_bytes write_text write_bytes read_csv
    load loadtxt genfromtxt fromfile memmap copy copyfile copytree move rmtree remove unlink rename symlink link mkfifo
    makedirs mkdir chmod chown readlink chdir touch save to_csv""".split()
)
_SHELLS = frozenset(
    """os.system os.popen subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen
    subprocess.getoutput subprocess.getstatusoutput IPython.shell.system IPython.shell.getoutput""".split()
)


def own_business(path: str) -> bool:
    """Whether a student may well open this path in an exercise."""
    if len(path) > _LONGEST:
        return True
    if _GRADING.fullmatch(path) or _START_UP.fullmatch(path) or _FAR_UP.fullmatch(path):
        return False
    return not _SYSTEM.fullmatch(path) or bool(_HARMLESS.fullmatch(path))


def in_command(command: str, line: int) -> Iterator[Seen]:
    """What a shell command opens outside, at the first such path."""
    for part in re.split(r"[;|&\n]+", command):
        words = [word for word in re.split(r"[\s'\"=<>(){},:!]+", part) if word]
        outside = [word for word in words if not own_business(word)]
        if outside and words[0] not in _MEASURES:
            yield OUTSIDE, line, f"a shell command names {outside[0]}"
            return


def in_text(source: str) -> Iterator[Seen]:
    """What a cell that is no Python opens outside: a script for a shell, or a file to be written."""
    if script := _FOREIGN.match(source.lstrip()):
        for number, line in enumerate(script[1].splitlines(), 2):
            yield from in_command(line, number)
    if (written := _WRITTEN.match(source.lstrip())) and (_SHADOW.fullmatch(written[1]) or not own_business(written[1])):
        yield OUTSIDE, 1, f"writes {written[1]}"


class Paths:
    """The names in a notebook that hold paths outside, while its cells are read in order."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._held: dict[str, str] = {}

    def look(self, nodes: Iterable[ast.AST]) -> Iterator[Seen]:
        """What the nodes of a cell, in the order of lines, open outside."""
        nodes = list(nodes)
        for node in nodes:
            self._hold(node)
        for node in nodes:
            if isinstance(node, ast.Call):
                yield from self._call(node)

    def _call(self, node: ast.Call) -> Iterator[Seen]:
        function = self._origins.of(node.func)
        if function in _SHELLS:
            words = [text for each in ast.walk(node) if (text := text_of(each))]
            yield from in_command(" ".join(words), node.lineno)
            return
        name = node.func.attr if isinstance(node.func, ast.Attribute) else function.removeprefix("builtins.")
        if name.rpartition(".")[2] not in _OPENS:
            return
        shown = f"{name.rpartition('.')[2]}(...)"
        if node.args and text_of(node.args[0]) == "/":
            yield OUTSIDE, node.lineno, f"{shown} is given /"
        elif path := self._outside(node):
            yield OUTSIDE, node.lineno, f"{shown} is given {path}"
        elif name == "open" and node.args and (written := self._shadow(node)):
            yield OUTSIDE, node.lineno, f"writes {written}"

    def _shadow(self, node: ast.Call) -> str:
        """The file that ``open`` writes under the name of a module that the notebook imports."""
        path = text_of(node.args[0]) or ""
        mode = text_of(node.args[1]) if len(node.args) > 1 else ""
        return path if mode and mode[0] in "wax" and _SHADOW.fullmatch(path) else ""

    def _hold(self, node: ast.AST) -> None:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            value = node.value
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        elif isinstance(node, (ast.For, ast.comprehension)):
            value, targets = node.iter, [node.target]
        else:
            return
        path = self._outside(value) if value is not None else ""
        for name in (each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)):
            if path:
                self._held[name] = path
            else:
                self._held.pop(name, None)

    def _outside(self, node: ast.AST) -> str:
        """The first path outside that an expression mentions, or ""."""
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and each.id in self._held:
                return self._held[each.id]
            if isinstance(each, ast.Attribute) and self._origins.of(each) in ("course.__file__", "course.__path__"):
                return "the course's own folder"
            text = _path(each)
            if text and not own_business(text):
                return text
        return ""


def _path(node: ast.AST) -> str:
    """A literal path; holes in an f-string are stars."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "*" for each in node.values)
    return text_of(node) or ""
