"""What can go wrong with a submission, as sentences for the instructor."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

Command = Callable[[argparse.Namespace], int]
"""What carries a command out; returns its exit status."""


class CouldNotBeGraded(Exception):
    """A submission that gets no score: neither a zero nor an empty answer.

    The message is the reason, one or two sentences that say what is wrong, where, and what to do next.
    """


class RoomLost(Exception):
    """The kernel ended through no fault of the submission (its fork server was killed); running it again may work."""


class GradingStopped(Exception):
    """Grading as a whole cannot go on: no disk space, no gradebook, nothing handed in.

    The message says what is wrong, where, and the next step; ``status`` is the command's exit status.
    """

    def __init__(self, message: str, status: int = 1) -> None:
        self.status = status
        super().__init__(message)


def told(name: str, command: Command) -> Command:
    """``command``, with whatever stops it told in one message that begins with `course NAME`, and an exit status."""

    def run(args: argparse.Namespace) -> int:
        from sqlalchemy.exc import DatabaseError

        from course.authoring.text import SourceError
        from course.authoring.tree import AuthoringError

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
