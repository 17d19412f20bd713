"""What can go wrong with a submission, as sentences for the instructor."""

from __future__ import annotations


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
