"""``course kill-matrix``: mutation testing of the checks, by every known wrong and right answer."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from course.commands.common import progress, set_command


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add ``course kill-matrix``."""
    what = "run every known wrong and right answer through the checks, and write docs/kill-matrix.md"
    parser = subparsers.add_parser("kill-matrix", help=what, description=what[0].upper() + what[1:] + ".")
    parser.add_argument("weeks", nargs="*", metavar="WEEK", help="such as week5 (default: all, which writes the file)")
    parser.add_argument("--mutants", action="store_true", help="also change each solution mechanically; list survivors")
    set_command(parser, _kill_matrix)


def _kill_matrix(args: argparse.Namespace) -> int:
    from course.authoring.proof.kill_matrix import gather
    from course.authoring.proof.results import totals
    from course.coursedir.errors import AuthoringError
    from course.coursedir.files import write_if_changed
    from course.coursedir.layout import all_weeks, chosen_weeks, find_root, texts

    root = find_root()
    weeks = chosen_weeks(root, args.weeks)
    paths = [path for week in weeks for path in texts(root, week)]
    if not paths:
        raise AuthoringError(f"{root / 'source'}: no weeks here. A week is a folder with a text.", 2)
    rows = gather(paths, args.mutants, _rehearsing)
    from course.authoring.proof import mutate  # loads torch, which the processes of ``gather`` load for themselves
    from course.authoring.proof.page import markdown, problems
    from course.authoring.proof.strangers import fresh

    marks = mutate.read_equivalent(root)
    if set(weeks) == set(all_weeks(root)):
        file = root / "docs" / "kill-matrix.md"
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        page = markdown(rows, marks if args.mutants else None, before, fresh(root))
        write_if_changed(file, page.encode())
    sums = totals(rows)
    for line in problems(rows, marks if args.mutants else None):
        print(line)
    print(sums.line)
    return 0 if sums.good else 1


@contextmanager
def _rehearsing(total: int) -> Iterator[Callable[[str], None]]:
    """Progress for ``gather``: a bar with the text finished last."""
    with progress(total, ("what", "bar", "count", "elapsed"), "rehearsing") as bar:
        yield bar.step
