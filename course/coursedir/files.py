"""Atomic writes (write aside, then rename), state files and content hashes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any


def digest(*parts: bytes) -> str:
    """A SHA-256 of byte strings, kept apart."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


STAMPS = ".stamps"
FINGERPRINTS = "fingerprints"
"""The folder with the fingerprints of the hidden checks' known mistakes: committed, never given to students."""


def write_if_changed(path: Path, content: bytes) -> bool:
    """Write a file aside and rename it into place, unless it has these bytes. Returns whether it was written."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(aside, 0o644)
        os.replace(aside, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(aside)
        raise
    return True


def read_state(root: Path, step: str, name: str) -> dict[str, Any]:
    """What a step noted about a file or a week the last time, or {}."""
    try:
        return json.loads((root / STAMPS / step / f"{name}.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def write_state(root: Path, step: str, name: str, state: dict[str, Any]) -> None:
    """Note something about a file or a week for the next time."""
    text = json.dumps(state, indent=1, sort_keys=True) + "\n"
    write_if_changed(root / STAMPS / step / f"{name}.json", text.encode())
