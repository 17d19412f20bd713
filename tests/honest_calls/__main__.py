"""``python -m tests.honest_calls``: run honest code in a sandbox under strace, and record the system calls it makes.

A process is the submission's from the moment on when it has taken on a submission's filter. strace has to be installed
(apt-get install strace). It sees calls before a filter refuses them; the refused ones are printed.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it

from honest_notebooks import notebooks
from nbformat.v4 import new_code_cell, new_notebook

from course.grading.run.execute import Execute
from course.grading.sandbox import walls
from course.grading.sandbox.room import close_all

from . import RECORD, cells

_LINE = re.compile(r"(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)")
_CHILD = re.compile(r"\) += \d+(?: /\* (\d+) in strace's PID NS \*/)?$")
_ERROR = re.compile(r"\) += -1 (E\w+)")
_FORKS = ("clone", "clone3", "fork", "vfork")
OF_ROOM, OF_SUBMISSION = 1, 2
"""How many filters have been taken on by the sandbox's first process, and by what a submission runs."""


def traced(log: Path) -> None:
    """Let strace start every sandbox from now on, and write to ``log``."""
    plain = walls.command
    strace = ["strace", "-f", "-qq", "-s", "0", "-e", "signal=none", "--pidns-translation", "-o", str(log), "--"]
    walls.command = lambda *args, **more: [*strace, *plain(*args, **more)]  # type: ignore[assignment]


def calls(lines: Iterable[str]) -> tuple[dict[int, Counter[str]], Counter[tuple[str, str]]]:
    """The calls that were made under how many filters; and those of submissions' that filters may have refused."""
    parents, filters = {}, Counter[str]()
    read = [found.groups() for line in lines if (found := _LINE.match(line))]
    for pid, name, rest in read:
        if name in _FORKS and (child := _CHILD.search(rest)):
            parents[child[1] or rest.rsplit(" ", 1)[1]] = pid
    made: dict[int, Counter[str]] = {}
    refused: Counter[tuple[str, str]] = Counter()
    for pid, name, rest in read:
        if pid not in filters:
            filters[pid] = filters[parents.get(pid, "")]
        made.setdefault(min(filters[pid], OF_SUBMISSION), Counter())[name] += 1
        if (error := _ERROR.search(rest)) and error[1] in ("EPERM", "ENOSYS", "EAFNOSUPPORT", "EPROTONOSUPPORT"):
            refused[name, error[1]] += filters[pid] >= OF_SUBMISSION
        if name == "prctl" and "PR_SET_SECCOMP" in rest:
            filters[pid] += 1
    return made, +refused


def main(argv: list[str] | None = None) -> int:
    """Run it; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.honest_calls", description=__doc__)
    parser.add_argument("--each", type=int, default=2, metavar="N", help="honest notebooks of each text (default: 2)")
    parser.add_argument("--log", type=Path, metavar="FILE", help="where strace's log goes, and stays")
    args = parser.parse_args(argv)
    if shutil.which("strace") is None:
        print("The calls are recorded by strace, which is not installed: apt-get install strace.", file=sys.stderr)
        return 1
    folder = tempfile.TemporaryDirectory()
    log = args.log or Path(folder.name) / "log"
    traced(log)
    settings = {"timeout": 120, "question_timeout": 120, "total_timeout": 1200}
    own = new_notebook(cells=[new_code_cell("import torch"), *map(new_code_cell, cells().values())])
    for name, nb in [("cells.txt", own), *((name, nb) for name, nb, _ in notebooks(args.each))]:
        Execute(**settings).once(nb, {})
        errors = [out for cell in nb.cells if cell.cell_type == "code" for out in cell.outputs if "ename" in out]
        print(f"{name}: {len(nb.cells)} cells", *(f"{out.ename}: {out.evalue[:150]}" for out in errors), sep="\n    ")
    close_all()
    with log.open(errors="replace") as lines:
        made, refused = calls(lines)
    for (name, error), times in refused.most_common():
        print(f"refused: {name} {error} {times} times")
    on = f"Linux {platform.release().partition('-')[0]} {os.uname().machine}, {' '.join(platform.libc_ver())}"
    text = [f"# Written by python -m tests.honest_calls on {on}, Python {platform.python_version()}."]
    for who, number in (("submission", OF_SUBMISSION), ("first process", OF_ROOM)):
        text += textwrap.wrap(
            " ".join(sorted(made[number])), 100, initial_indent=f"{who}: ", subsequent_indent=f"{who}: "
        )
    RECORD.write_text("\n".join(text) + "\n", encoding="utf-8")
    print(f"{sum(map(sum, (each.values() for each in made.values())))} calls in {log}; {RECORD} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
