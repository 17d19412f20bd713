"""`course clean`: take away what can be made again, and nothing else."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add `course clean`."""
    clean = subparsers.add_parser(
        "clean",
        help="remove built notebooks and the sample class",
        description="Remove the built notebooks in source/, the sample class with its grades' files, and caches. "
        "Students' submissions, their grades, gradebook.db and release/ stay.",
    )
    clean.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Carry out `course clean`; returns the exit status."""
    from course.authoring.notebooks.sync import sync
    from course.coursedir.layout import find_root

    root = find_root()
    for built in sorted(root.glob("source/*/*.ipynb")):
        sync(root, built)  # an edit that is not in the text yet is brought there first; a conflict stops here
        built.unlink()
    made = [*root.glob("submitted/sample-*"), *root.glob("autograded/sample-*"), *root.glob("feedback/sample-*")]
    made += [*root.glob("autograded/.state/*/sample-*.json"), root / "submitted" / "DESERVED.csv"]
    made += [root / name for name in (".stamps", ".pytest_cache", ".ruff_cache", "build")]
    made += [place for top in ("course", "tests") for place in (root / top).rglob("__pycache__")]
    for place in made:
        _remove(place)
    print("Removed the built notebooks, the sample class and caches.")
    return 0


def _remove(place: Path) -> None:
    if place.is_dir():
        for part in place.rglob("*"):
            if part.is_dir():
                part.chmod(0o755)  # nbgrader makes its files read-only
        shutil.rmtree(place)
    elif place.exists():
        place.unlink()
