"""IPython cell events: a check cell of a notebook runs in names of its own.

When a submission is graded, its check cells run in the grader's process: what they name is never in the student's
kernel. So it is in a notebook, too. A check cell begins with ``MARK``. It runs in a copy of the notebook's names,
through ``user_module`` and ``user_ns``, IPython's own places for them: it overwrites no name that a student's function
uses, and leaves none behind for a later cell to lean on.
"""

from __future__ import annotations

import re
from types import ModuleType
from typing import TYPE_CHECKING, Any

from course.runtime.shell import shell

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

MARK = "# A check. The names it uses are gone after it."
"""The first line of every check cell of a notebook."""

_IPYTHONS = re.compile(r"_+|_i+|_i?\d+|_exit_code")  # its history, which it keeps among the notebook's names
_notebooks: list[tuple[ModuleType, dict[str, Any]]] = []  # the notebook's own while a check cell runs


def _before_cell(info: Any) -> None:
    ip = shell()
    if ip is None or info is None or not (info.raw_cell or "").startswith(MARK):
        return
    _give_back(ip)
    _notebooks.append((ip.user_module, ip.user_ns))
    copied = ModuleType(ip.user_module.__name__)
    copied.__dict__.update(ip.user_ns)
    ip.user_module, ip.user_ns = copied, copied.__dict__


def _after_cell(_result: Any) -> None:
    ip = shell()
    if ip is not None:
        _give_back(ip)


def _give_back(ip: InteractiveShell) -> None:
    if _notebooks:
        here = ip.user_ns
        ip.user_module, ip.user_ns = _notebooks.pop()
        ip.user_ns.update((name, value) for name, value in here.items() if _IPYTHONS.fullmatch(name))


def install() -> None:
    """Have the running IPython shell do so; nothing happens elsewhere, or twice."""
    ip = shell()
    if ip is not None and _after_cell not in ip.events.callbacks["post_run_cell"]:
        ip.events.register("pre_run_cell", _before_cell)
        ip.events.register("post_run_cell", _after_cell)
