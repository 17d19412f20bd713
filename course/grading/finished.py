"""Executions that are ready before nbgrader asks for them.

Executing is a pure function of the notebook, the files beside it and Execute's settings. Somebody may therefore have
done it beforehand (``ahead.py``); ``Execute`` looks here first, and does it itself where nothing is found.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.grading.errors import CouldNotBeGraded

MOST = 16_000_000
"""Bytes of files that an execution may leave behind and still be kept; one that leaves more is run where it counts."""


@dataclass(frozen=True)
class Execution:
    """What executing a notebook came to: the executed notebook, or the reason why it could not be graded.

    ``files`` is what it wrote beside itself, by relative path.
    """

    notebook: NotebookNode | None
    reason: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)

    def deliver(self, folder: Path) -> NotebookNode:
        """The executed notebook, its files written to ``folder``; raises CouldNotBeGraded where there is none."""
        if self.notebook is None:
            raise CouldNotBeGraded(self.reason)
        for name, data in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(f".{path.name}.new")
            aside.write_bytes(data)
            os.replace(aside, path)
        return self.notebook


class Shelf:
    """Finished executions by their key. Each is taken once. Threads may share it; it lives and ends with the process,

    so that the course's checks and torch are the same for whoever puts and whoever takes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executions: dict[str, Execution] = {}

    def put(self, key: str, execution: Execution) -> None:
        """Keep an execution."""
        with self._lock:
            self._executions[key] = execution

    def take(self, key: str) -> Execution | None:
        """The execution with this key, which is then no longer kept; None where there is none."""
        with self._lock:
            return self._executions.pop(key, None)

    def clear(self) -> None:
        """Forget all that nobody took."""
        with self._lock:
            self._executions.clear()

    def __len__(self) -> int:
        return len(self._executions)


def key(nb: NotebookNode, files: Mapping[str, bytes], settings: object) -> str:
    """A hash of all that an execution depends on: the whole notebook, the files beside it, and ``settings``."""
    whole = hashlib.sha256(nbformat.writes(nb).encode())
    whole.update(f"\0{settings!r}".encode())
    for name, data in sorted(files.items()):
        whole.update(f"\0{name}\0{len(data)}\0".encode() + data)
    return whole.hexdigest()


def beside(folder: Path) -> dict[str, bytes]:
    """The files in a submission's folder by relative path, without the notebooks at its top."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not (path.parent == folder and path.suffix == ".ipynb"):
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def written(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, bytes] | None:
    """What an execution wrote; None where it cannot be told again elsewhere (files deleted, or too much)."""
    new = {name: data for name, data in after.items() if before.get(name) != data}
    if not set(before) <= set(after) or sum(map(len, new.values())) > MOST:
        return None
    return new
