"""Honest uses of the system, and a record of the system calls that they and the honest notebooks make.

``cells.txt`` has cells that work with files, processes, threads, pictures and the like; ``recorded.txt`` the calls.
It is written anew by ``python -m tests.honest_calls``.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
RECORD = HERE / "recorded.txt"


def cells() -> dict[str, str]:
    """The source of each cell, by name, in the order in which they have to run."""
    parts = (HERE / "cells.txt").read_text(encoding="utf-8").split("# %% ")[1:]
    return {name: source.rstrip("\n") for name, _, source in (part.partition("\n") for part in parts)}


def recorded() -> dict[str, set[str]]:
    """The calls on record: those of submissions, and those of the sandbox's first process."""
    lines = [line for line in RECORD.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    found: dict[str, set[str]] = {}
    for line in lines:
        who, _, names = line.partition(": ")
        found.setdefault(who, set()).update(names.split())
    return found
