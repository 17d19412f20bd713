"""``course clean``: remove build artefacts, caches and the sample class, and nothing else."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from course.commands.common import always, set_command


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add ``course clean``."""
    clean = subparsers.add_parser(
        "clean",
        help="remove built notebooks and the sample class",
        description="Remove the built notebooks in source/, the sample class with its grades' files, and caches. "
        "Students' submissions, their grades, gradebook.db and release/ stay.",
    )
    set_command(clean, _clean, writes=always)


def _clean(_: argparse.Namespace) -> int:
    from course.authoring.notebooks.sync import sync
    from course.coursedir.layout import STAMPS, find_root
    from course.coursedir.sample_dates import SAMPLE

    root = find_root()
    for built in sorted(root.glob("source/*/*.ipynb")):
        sync(root, built)  # an edit that is not in the text yet is brought there first; a conflict stops here
        built.unlink()
    made = [place for step in ("submitted", "autograded", "feedback") for place in root.glob(f"{step}/{SAMPLE}*")]
    made += [*root.glob(f"autograded/.state/*/{SAMPLE}*.json"), root / "submitted" / "DESERVED.csv"]
    made += [root / name for name in (".pytest_cache", ".ruff_cache", "build")]
    made += [place for top in ("course", "tests") for place in (root / top).rglob("__pycache__")]
    for place in (*made, root / STAMPS):  # last: in it is the lock of this very command
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
