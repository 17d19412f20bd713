"""Entry point of the ``course`` command, with a subcommand for each task; each explains itself with --help."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
from collections.abc import Sequence


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="course", description="Build, release and grade the course. Run it in the course's folder."
    )
    subparsers = top.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    from course.commands import author, clean, collect, coverage, grade, kill_matrix, lms, report, sample

    for module in (author, kill_matrix, coverage, sample, grade, collect, lms, report, clean):
        module.add_commands(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. A problem is one message, never a traceback."""
    from course.commands.common import carry_out
    from course.coursedir.files import own_temporary_folder

    line = shlex.join(["course", *(sys.argv[1:] if argv is None else argv)])
    args = parser().parse_args(argv, argparse.Namespace(line=line))
    with own_temporary_folder() if argv is None else contextlib.nullcontext():  # argv: amid another program
        return carry_out(args)


if __name__ == "__main__":
    sys.exit(main())
