"""The exception family: what went wrong, as a sentence with a next step, and the command's exit status."""

from __future__ import annotations


class AuthoringError(Exception):
    """What is wrong, the file and the next step, for people; `status` is the command's exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        self.status = status
        super().__init__(message)


class CouldNotBeGraded(Exception):
    """A submission that gets no score: neither a zero nor an empty answer.

    The message is the reason, one or two sentences that say what is wrong, where, and what to do next.
    """


class GradingStopped(Exception):
    """Grading as a whole cannot go on: no disk space, no gradebook, nothing handed in.

    The message says what is wrong, where, and the next step; ``status`` is the command's exit status.
    """

    def __init__(self, message: str, status: int = 1) -> None:
        self.status = status
        super().__init__(message)
