"""A course of one small week in a folder of its own, and what its students hand in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent.parent
TEXT = Path("source", "week1", "tables.py")


def make_small(root: Path, step: str, text: Path = TEXT) -> Path:
    """Copy the settings and one text to a folder, and build or release its week there; returns the folder."""
    (root / text).parent.mkdir(parents=True)
    for name in ("nbgrader_config.py", "pyproject.toml", text):
        shutil.copy(ROOT / name, root / name)
    course(root, step, text.parent.name)
    return root


def course(root: Path, *words: str) -> str:
    """What the course's command prints in this folder; where it fails, an AssertionError with all that it said."""
    done = subprocess.run([sys.executable, "-m", "course.cli", *words], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, f"course {' '.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout


def answered(released: Path, answers: dict[str, str]) -> nbformat.NotebookNode:
    """A released notebook with these sources in the cells of these names."""
    nb = nbformat.read(released, as_version=4)
    names = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in nb.cells}
    for name, source in answers.items():
        names[name].source = source
    return nb


def solutions(text: Path) -> dict[str, str]:
    """Every exercise's own answer in a text, by its name, as a student would hand it in."""
    from course.authoring.text.parse import read

    cells = [cell for cell in read(text).cells if cell.role in ("solution", "answer")]
    lines = {cell.name: cell.source.splitlines() for cell in cells}
    return {name: "\n".join(line for line in each if "### " not in line) for name, each in lines.items()}
