"""The ``course`` command: build, release, grade. Every subcommand explains itself with --help."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="course", description="Build, release and grade the course. Run it in the course's folder."
    )
    subparsers = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    from course.commands import author, clean, coverage, grade, kill_matrix, lms, report, sample

    for module in (author, kill_matrix, coverage, sample, grade, lms, report, clean):
        module.add_commands(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. A problem is one message, never a traceback."""
    try:
        arguments = parser().parse_args(argv)
        return int(arguments.run(arguments) or 0)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == "course":
            raise
        print(f"course: {error.name} is not installed. Instructors install everything with `make`.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("course: stopped. What was finished is kept; the same command carries on.", file=sys.stderr)
        return 130
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(
            f"course: {error.strerror or error}{where}. Free the space or mend the permissions, then run the same "
            "command again: nothing half-written was left.",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
