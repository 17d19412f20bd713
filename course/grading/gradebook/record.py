"""The record of a check: what one test cell said of one exercise, as a value with a JSON form.

It is made where the cell is judged, travels in the notebook's metadata and in the outcome of a submission, and is read
by feedback pages, exports and reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from course.runtime.verdict import State

STATES: tuple[State, ...] = get_args(State)
FIELDS = ("what", "where", "cause", "next")
"""The lines of a failed check's message, in the order in which they are shown."""


@dataclass(frozen=True)
class CheckRecord:
    """What one test cell said: ``exercise`` is whose check it was, ``grade_id`` the cell's name, out of ``points``.

    ``what``, ``where``, ``cause``, ``next`` and ``named`` are the verdict's. ``notebook`` is empty within the notebook
    itself. ``message`` is the whole text for the cell's output, which no JSON holds.
    """

    exercise: str
    grade_id: str
    points: float
    state: State
    named: bool = False
    what: str = ""
    where: str = ""
    cause: str = ""
    next: str = ""
    notebook: str = ""
    message: str = field(default="", compare=False)

    @property
    def passed(self) -> bool:
        """Whether this check gives its points."""
        return self.state == "passed"

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """The message's lines that say something, each with its label."""
        texts = (self.what, self.where, self.cause, self.next)
        return tuple((label, text) for label, text in zip(FIELDS, texts, strict=True) if text)

    def of(self, notebook: str) -> CheckRecord:
        """The same record, under the name of its notebook."""
        return replace(self, notebook=notebook)

    def to_json(self) -> dict[str, Any]:
        """The record as notebooks hold it, and outcomes, where it also has a notebook."""
        made = {"notebook": self.notebook} if self.notebook else {}
        return made | {
            "exercise": self.exercise,
            "grade_id": self.grade_id,
            "points": self.points,
            "passed": self.passed,
            "state": self.state,
            "named": self.named,
            "what": self.what,
            "where": self.where,
            "cause": self.cause,
            "next": self.next,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> CheckRecord:
        """The record that ``to_json`` wrote; what is missing is empty, and an unknown state is a failed check."""
        grade_id, points = str(values.get("grade_id") or ""), values.get("points")
        state = "passed" if values.get("passed") is True else "failed"
        return cls(
            exercise=str(values.get("exercise") or grade_id.removeprefix("check-")),
            grade_id=grade_id,
            points=points if isinstance(points, (int, float)) else 0,
            state=next((each for each in STATES if each == values.get("state", state)), "failed"),
            named=bool(values.get("named")),
            what=str(values.get("what") or ""),
            where=str(values.get("where") or ""),
            cause=str(values.get("cause") or ""),
            next=str(values.get("next") or ""),
            notebook=str(values.get("notebook") or ""),
        )


def records_in(noted: object) -> list[CheckRecord]:
    """The records in a notebook's ``metadata["course"]``; where that holds none, there are none."""
    found = noted.get("exercises", ()) if isinstance(noted, Mapping) else ()
    return [CheckRecord.from_json(each) for each in found or () if isinstance(each, Mapping)]
