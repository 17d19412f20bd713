"""`course kill-matrix`: every known wrong and right answer through the checks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from course.authoring.proof.kill_matrix import gather
from course.authoring.proof.results import totals
from course.authoring.text.model import SourceError
from course.coursedir.errors import AuthoringError
from course.coursedir.files import write_if_changed
from course.coursedir.layout import all_weeks, chosen_weeks, find_root, texts


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add kill-matrix to the `course` command."""
    what = "run every known wrong and right answer through the checks, and write docs/kill-matrix.md"
    parser = subparsers.add_parser("kill-matrix", help=what, description=what[0].upper() + what[1:] + ".")
    parser.add_argument("weeks", nargs="*", metavar="WEEK", help="such as week5 (default: all, which writes the file)")
    parser.add_argument("--mutants", action="store_true", help="also change each solution mechanically; list survivors")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    try:
        root = find_root()
        weeks = chosen_weeks(root, args.weeks)
        paths = [path for week in weeks for path in texts(root, week)]
        if not paths:
            raise AuthoringError(f"{root / 'source'}: no weeks here. A week is a folder with a text.", 2)
        rows = gather(paths, args.mutants, _progress)
    except (AuthoringError, SourceError) as error:
        print(error, file=sys.stderr)
        return getattr(error, "status", 1)
    from course.authoring.proof import mutate
    from course.authoring.proof.page import markdown, problems

    marks = mutate.read_equivalent(root)
    if set(weeks) == set(all_weeks(root)):
        file = root / "docs" / "kill-matrix.md"
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        write_if_changed(file, markdown(rows, marks if args.mutants else None, before).encode())
    sums = totals(rows)
    for line in problems(rows, marks if args.mutants else None):
        print(line)
    print(sums.line)
    return 0 if sums.good else 1


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A bar on a terminal, with the text finished last; elsewhere nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("rehearsing", total=total)
        yield lambda name: bar.update(task, advance=1, description=name)
