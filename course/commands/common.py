"""What all commands share: one handler of errors."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from course.coursedir.errors import GradingStopped

Command = Callable[[argparse.Namespace], int]
"""What carries a command out; returns its exit status."""


def told(name: str, command: Command) -> Command:
    """``command``, with whatever stops it told in one message that begins with `course NAME`, and an exit status."""

    def run(args: argparse.Namespace) -> int:
        from sqlalchemy.exc import DatabaseError

        from course.authoring.text.model import SourceError
        from course.coursedir.errors import AuthoringError

        status = 1
        try:
            return command(args)
        except (GradingStopped, AuthoringError) as error:
            message, status = str(error), error.status
        except SourceError as error:
            message = f"the week could not be released.\n{error}"
        except DatabaseError as error:
            message = (
                f"the gradebook could not be used: {error.orig}. Close what else has it open, see that the disk has "
                "room, and run the same command again: what was finished is kept."
            )
        print(f"course {name}: {message}", file=sys.stderr)
        return status

    return run
