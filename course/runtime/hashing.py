"""Content hashes: SHA-256 of byte strings kept apart, of plain bytes, and of files."""

from __future__ import annotations

import hashlib
from pathlib import Path


def digest(*parts: bytes | str) -> str:
    """A SHA-256 of byte strings and texts, each with its length before it: ``ab, c`` differ from ``a, bc``."""
    whole = hashlib.sha256()
    for part in parts:
        each = part.encode() if isinstance(part, str) else part
        whole.update(len(each).to_bytes(8, "big") + each)
    return whole.hexdigest()


def sha256(data: bytes) -> str:
    """A plain SHA-256, as ``sha256sum`` prints it."""
    return hashlib.sha256(data).hexdigest()


def sha256_of(path: Path) -> str:
    """The plain SHA-256 of a file's bytes, read piece by piece."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            whole.update(piece)
    return whole.hexdigest()
