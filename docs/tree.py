"""Writes the tree in docs/architecture.md from the package as it is: a line for each folder and each module.

    python docs/tree.py

The lines are the first sentences of the docstrings. A test says when the page is stale.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BLOCK = re.compile(r"(?<=<!-- tree: python docs/tree.py -->\n\n```\n).*?(?=```\n)", re.DOTALL)


def tree(folder: Path, depth: int = 0) -> list[str]:
    """The lines of a folder of the package: its modules, then its folders, each by name."""
    entries = [path for path in folder.iterdir() if path.name not in ("__init__.py", "__pycache__")]
    modules = sorted(path for path in entries if path.suffix == ".py")
    folders = sorted(path for path in entries if (path / "__init__.py").exists())
    lines = [_line(path.name, path, depth) for path in modules]
    for path in folders:
        lines += ["", _line(f"{path.name}/", path / "__init__.py", depth), *tree(path, depth + 1)]
    return lines


def _line(name: str, path: Path, depth: int) -> str:
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    sentence = re.split(r"(?<=[.?!])\s", " ".join(doc.split("\n\n")[0].split()))[0]
    return f"{'  ' * depth}{name:<{24 - 2 * depth}} {sentence}".rstrip()


def page(text: str) -> str:
    """The page with the tree as it is now."""
    drawn = "\n".join(["course/", *(f"  {line}".rstrip() for line in tree(ROOT / "course"))]) + "\n"
    assert BLOCK.search(text), f"{PAGE}: the place for the tree is gone"
    return BLOCK.sub(lambda _: drawn, text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
