"""Result object of grading one submission: its state, its checks' records, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from course.grading.gradebook.record import CheckRecord, records_in

SubmissionState = Literal["graded", "could not be graded", "not graded yet"]
GRADED: Final = "graded"
NOT_GRADED: Final = "could not be graded"
NOT_YET: Final = "not graded yet"


@dataclass
class Outcome:
    """How one student's submission of one week stands.

    ``reason`` says why it could not be graded, or why it is not graded yet, and due: the machine was at fault, or
    grading it was interrupted. ``notes`` are what was mended in it, ``exercises`` what the checks said of each,
    ``integrity`` what an instructor should look at. ``inputs`` and ``shown`` are hashes of what it was graded from and
    of what its feedback page shows.
    """

    student: str
    week: str
    state: SubmissionState
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    exercises: list[CheckRecord] = field(default_factory=list)
    integrity: list[str] = field(default_factory=list)
    inputs: str = ""
    shown: str = ""

    def to_json(self) -> dict[str, Any]:
        """The outcome as the classroom notes it."""
        return {**vars(self), "exercises": [record.to_json() for record in self.exercises]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Outcome:
        """The outcome that ``to_json`` wrote; raises TypeError or ValueError for anything else."""
        made = cls(**{**values, "exercises": records_in(values)})
        if made.state not in get_args(SubmissionState):
            raise ValueError(f"{made.state!r} is no state of a submission")
        return made


UNSAFE = "Graded without a sandbox (--unsafe): this grade could have been forged."
"""The note in the outcome of a submission that ran without a sandbox."""
