"""Executions that are ready before nbgrader asks for them.

Executing is a pure function of the notebook, the files beside it and Execute's settings. Somebody may therefore have
done it beforehand, in another process (``ahead.py``); ``Execute`` looks here first, and does it itself where nothing
is found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.grading.errors import CouldNotBeGraded

MOST = 16_000_000
"""Bytes of files beside a notebook that go with it into its room."""


@dataclass(frozen=True)
class Execution:
    """What executing a notebook came to: the executed notebook as text, or the reason why it could not be graded."""

    notebook: str | None
    reason: str = ""

    def deliver(self) -> NotebookNode:
        """The executed notebook; raises CouldNotBeGraded where there is none."""
        if self.notebook is None:
            raise CouldNotBeGraded(self.reason)
        return nbformat.reads(self.notebook, as_version=nbformat.NO_CONVERT)


class Shelf:
    """Finished executions by their key. Each is taken once. It lives and ends with the process, so that the course's

    checks and torch are the same for whoever puts and whoever takes.
    """

    def __init__(self) -> None:
        self._executions: dict[str, Execution] = {}

    def put(self, key: str, execution: Execution) -> None:
        """Keep an execution."""
        self._executions[key] = execution

    def take(self, key: str) -> Execution | None:
        """The execution with this key, which is then no longer kept; None where there is none."""
        return self._executions.pop(key, None)

    def clear(self) -> None:
        """Forget all that nobody took."""
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
    """The files in a submission's folder by relative path, without the notebooks at its top.

    Links and special files are left out: a submission consists of what was handed in, not of what it points to. Raises
    CouldNotBeGraded where there is too much of it.
    """
    found: dict[str, bytes] = {}
    size = 0
    for path in sorted(folder.rglob("*")):
        inside = not any(part.is_symlink() for part in (path, *path.parents[: len(path.relative_to(folder).parts) - 1]))
        if inside and path.is_file() and not (path.parent == folder and path.suffix == ".ipynb"):
            size += path.stat().st_size
            if size > MOST:
                raise CouldNotBeGraded(
                    f"There are more than {MOST // 1_000_000} MB of files beside the notebook. Take out what it does "
                    "not need, and grade again."
                )
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found
