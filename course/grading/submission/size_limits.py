"""Size limits of a submitted notebook: what is longer than a page can show is cut, with a sentence in its place.

Everything that grading does with a notebook's text (parsing, analysing, sending, writing pages) costs time and memory
in proportion to it, and code as a syntax tree has a thousand bytes for each character.
"""

from __future__ import annotations

import json

from nbformat import NotebookNode

MAX_FILE = 64_000_000
"""Characters of a notebook's file."""
MAX_CODE_CELL, MAX_CODE = 100_000, 500_000
"""Characters of a code cell, and of all code in a notebook. A long notebook of the course has 60,000."""
MAX_TEXT_CELL, MAX_TEXT = 5_000_000, 20_000_000
"""Characters of another cell with its attachments, pictures among them, and of all of these and the metadata."""
MAX_METADATA = 100_000
"""Characters of an entry of a cell's or a notebook's metadata."""

_BEGINNING = 300  # characters of what was cut that are shown


def cut(nb: NotebookNode) -> None:
    """Cut in place what is too long in ``nb``."""
    code, text = MAX_CODE, MAX_TEXT
    text -= _cut_metadata(nb.metadata, text)
    for cell in nb.cells:
        text -= _cut_metadata(cell.metadata, text)
        if cell.get("attachments"):
            size = len(json.dumps(cell.attachments))
            if size > min(MAX_TEXT_CELL, text):
                del cell["attachments"]
            else:
                text -= size
        most = min(MAX_CODE_CELL, code) if cell.cell_type == "code" else min(MAX_TEXT_CELL, text)
        size = len(cell.source)
        if size > most:
            cell.source = _cut(cell.source, most, "# " if cell.cell_type == "code" else "")
        elif cell.cell_type == "code":
            code -= size
        else:
            text -= size


def _cut(source: str, most: int, mark: str) -> str:
    """A sentence in place of ``source``, and how that begins, each line behind ``mark``."""
    told = f"This cell has {len(source):,} characters, more than the {most:,} that are read here. It was cut:"
    return "\n".join(mark + line for line in (told, *(source[:_BEGINNING] + "…").splitlines()))


def _cut_metadata(metadata: NotebookNode, most: int) -> int:
    """Take away entries that are too long; the size of those that stay."""
    kept = 0
    for name in list(metadata):
        size = len(name) + len(json.dumps(metadata[name]))
        if size > min(MAX_METADATA, most - kept):
            del metadata[name]
        else:
            kept += size
    return kept
