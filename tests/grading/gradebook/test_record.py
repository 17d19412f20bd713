"""Does what a check said stay what it is, in a notebook, in an outcome, and when somebody has changed the file?"""

import json

import pytest

from course.grading.gradebook.record import FIELDS, STATES, CheckRecord, records_in

WRONG = CheckRecord(
    exercise="try_double",
    grade_id="check-double",
    points=2.5,
    state="failed",
    named=True,
    what="dZ against autograd",
    cause="You return X itself.",
    next="Multiply it by two.",
    message="try_double   not yet",
)


def test_is_its_json_what_notebooks_hold():
    assert json.dumps(WRONG.to_json()) == (
        '{"exercise": "try_double", "grade_id": "check-double", "points": 2.5, "passed": false, "state": "failed", '
        '"named": true, "what": "dZ against autograd", "where": "", "cause": "You return X itself.", '
        '"next": "Multiply it by two."}'
    )


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("notebook", ["", "small"])
def test_does_it_come_back_from_json(state, notebook):
    record = CheckRecord("double", "check-double", 1, state, notebook=notebook)
    values = json.loads(json.dumps(record.to_json()))
    assert CheckRecord.from_json(values) == record
    assert values["passed"] == record.passed == (state == "passed")
    assert ("notebook" in values) == bool(notebook)


def test_is_the_message_apart_from_what_is_kept():
    assert "message" not in WRONG.to_json() and CheckRecord.from_json(WRONG.to_json()).message == ""


def test_which_lines_say_something():
    assert WRONG.lines == tuple((label, getattr(WRONG, label)) for label in FIELDS if label != "where")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"state": "full marks", "passed": True},
        {"state": ["passed"]},
        {"passed": 1},
        {"points": "2", "what": None, "named": "yes", "grade_id": None},
    ],
)
def test_is_a_record_that_is_none_a_failed_check(values):
    record = CheckRecord.from_json(values)
    assert (record.state, record.passed, record.points, record.what) == ("failed", False, 0, "")


def test_does_a_record_without_a_state_go_by_what_it_says_of_passing():
    assert CheckRecord.from_json({"grade_id": "check-a", "passed": True}) == CheckRecord("a", "check-a", 0, "passed")


@pytest.mark.parametrize("noted", [None, "", [], {}, {"exercises": None}, {"exercises": [1, None, "a", []]}])
def test_are_there_no_records_where_none_were_made(noted):
    assert records_in(noted) == []


def test_are_the_records_of_a_notebook_in_order():
    others = [CheckRecord(name, f"check-{name}", 1, "passed") for name in "cab"]
    assert records_in({"exercises": [record.to_json() for record in others]}) == others
