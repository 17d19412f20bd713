"""``course coverage``: which exercise covers which row of the syllabus."""

from __future__ import annotations

import argparse
import sys

from course.commands.common import set_command


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add ``course coverage``."""
    coverage = subparsers.add_parser(
        "coverage",
        help="write docs/coverage.md: which exercises cover each row of the syllabus",
        description="Write docs/coverage.md from the texts and source/syllabus.toml; name rows without an exercise.",
    )
    set_command(coverage, _coverage)


def _coverage(_: argparse.Namespace) -> int:
    from course.authoring.proof.coverage import PAGE, page, problems
    from course.coursedir.files import write_if_changed
    from course.coursedir.layout import find_root

    root = find_root()
    if found := problems(root):
        print("\n".join(found), file=sys.stderr)
        return 1
    written = write_if_changed(root / PAGE, page(root).encode())
    print(f"{PAGE}: {'written' if written else 'up to date'}")
    return 0
