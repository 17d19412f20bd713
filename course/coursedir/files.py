"""Atomic writes (write aside, then rename), state files and content hashes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.coursedir.layout import STAMPS


@contextlib.contextmanager
def write_atomically(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """Gives a file beside ``path`` to write to, which afterwards takes its place with the permissions ``mode``.

    Missing folders are made. Where anything fails, what was there before stays, and nothing else is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    os.close(descriptor)
    aside = Path(name)
    try:
        yield aside
        aside.chmod(mode)
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def write_if_changed(path: Path, content: bytes) -> bool:
    """Write a file atomically, unless it has these bytes. Returns whether it was written."""
    if path.is_file() and path.read_bytes() == content:
        return False
    with write_atomically(path) as aside:
        aside.write_bytes(content)
    return True


def replace_folder(made: Path, target: Path) -> None:
    """Rename the folder ``made`` to ``target``, both on one file system; the one that was there goes, or comes back.

    Meanwhile it lies beside ``made``, as NAME.old.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    old = made.with_name(f"{made.name}.old")
    if old.exists():  # of a process that was killed
        shutil.rmtree(old)
    if target.exists():
        os.replace(target, old)
    try:
        os.replace(made, target)
    except BaseException:
        if old.exists():
            os.replace(old, target)
        raise
    if old.exists():
        shutil.rmtree(old)


def read_state(root: Path, step: str, name: str) -> dict[str, Any]:
    """What a step noted about a file or a week the last time, or {}."""
    try:
        state = json.loads((root / STAMPS / step / f"{name}.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(root: Path, step: str, name: str, state: dict[str, Any]) -> None:
    """Note something about a file or a week for the next time."""
    text = json.dumps(state, indent=1, sort_keys=True) + "\n"
    write_if_changed(root / STAMPS / step / f"{name}.json", text.encode())
