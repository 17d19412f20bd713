"""Does what came of grading come back from its note, and is a note that says something else no outcome?"""

import json

import pytest

from course.grading.gradebook.outcome import GRADED, NOT_GRADED, Outcome
from course.grading.gradebook.record import CheckRecord

RECORD = CheckRecord("double", "check-double", 2, "passed", notebook="small")
OUTCOME = Outcome("ada", "week9", GRADED, notes=["A cell was put back."], exercises=[RECORD], inputs="1", shown="2")


@pytest.mark.parametrize("outcome", [OUTCOME, Outcome("dan", "week9", NOT_GRADED, "It is not JSON.")])
def test_does_an_outcome_come_back_from_json(outcome):
    assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome


def test_what_does_a_note_hold():
    names = "student week state reason notes exercises integrity inputs shown"
    assert list(OUTCOME.to_json()) == names.split() and OUTCOME.to_json()["exercises"] == [RECORD.to_json()]


@pytest.mark.parametrize(
    "values",
    [
        [],
        "graded",
        {},
        {"student": "ada", "week": "week9"},
        {**OUTCOME.to_json(), "state": "full marks"},
        {**OUTCOME.to_json(), "score": 2},
        {**OUTCOME.to_json(), "exercises": 5},
    ],
)
def test_is_anything_else_refused(values):
    with pytest.raises((TypeError, ValueError)):
        Outcome.from_json(values)
