"""Exception hierarchy with exit statuses: what went wrong, as a sentence with a next step."""

from __future__ import annotations

import copyreg
from typing import Any


class CourseError(Exception):
    """What is wrong, where, and the next step, for people; ``status`` is the exit status of the command it stops."""

    def __init__(self, message: str, status: int = 1) -> None:
        self.status = status
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled with its message and attributes, without a call of ``__init__``, which may take something else."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]  # not in typeshed


class AuthoringError(CourseError):
    """A text, a notebook or a release that cannot be made, or no course at all."""


class CouldNotBeGraded(CourseError):
    """A submission that gets no score: neither a zero nor an empty answer."""


class GradingStopped(CourseError):
    """Grading as a whole cannot go on: no disk space, no gradebook, nothing handed in."""


class MachineFault(CourseError):
    """What the machine lacked while a submission was graded: it says nothing about the submission, which stays due."""
