"""IPython exception handler: in a student's notebook, a cell that waits for an exercise says so, and "Run all" goes on.

It uses IPython's own extension points (``set_custom_exc`` and the ``post_run_cell`` event). Nothing is installed under
nbgrader, where an error must stay an error.
"""

from __future__ import annotations

import ast
from typing import Any

from course.runtime.shell import graded, shell

_WATCHED = (NotImplementedError, NameError, TypeError, AttributeError, ValueError, RuntimeError, IndexError, KeyError)
_waiting: list[BaseException] = []


def _cell_names(source: str) -> list[str]:
    """The names that a cell uses, in order; [] where it cannot be parsed."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]


def waits_for(error: BaseException, source: str, namespace: dict[str, Any]) -> str | None:
    """The sentence for a cell that failed only because an exercise before it is not done; None for any other error."""
    if isinstance(error, NotImplementedError):
        exercise = error.args[0] if error.args and isinstance(error.args[0], str) else ""
        return f"This cell waits for {exercise}: not done yet." if exercise.isidentifier() else None
    names = _cell_names(source)
    undone = [name for name in dict.fromkeys(names) if namespace.get(name) is ...]
    if undone:
        return f"This cell waits for {', '.join(undone)}: not done yet."
    if isinstance(error, NameError) and "check" in names and (name := getattr(error, "name", None)):
        return f"There is no {name} yet. Run the cell above that defines it, then this one again."
    return None


def _handler(ip: Any, kind: type, error: BaseException, tb: Any, tb_offset: int | None = None) -> Any:
    cells = ip.user_ns.get("In") or [""]
    sentence = waits_for(error, cells[-1], ip.user_ns)
    if sentence is None:
        return ip.showtraceback((kind, error, tb), tb_offset=tb_offset)
    _waiting[:] = [error]
    print(sentence)
    return None


def _after_cell(result: Any) -> None:
    if _waiting and result is not None and result.error_in_exec is _waiting[0]:
        result.error_in_exec = None  # so that the kernel's reply is "ok" and the next cells run
    _waiting.clear()


def install() -> None:
    """Install the handler in the running IPython kernel; nothing happens elsewhere, under nbgrader, or twice."""
    ip = shell()
    if (
        ip is None
        or graded()
        or getattr(ip, "kernel", None) is None
        or _after_cell in ip.events.callbacks["post_run_cell"]
    ):
        return
    ip.set_custom_exc(_WATCHED, _handler)
    ip.events.register("post_run_cell", _after_cell)
