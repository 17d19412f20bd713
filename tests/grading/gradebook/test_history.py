"""Is every change of a result written down once, under the tests and the torch that it came of?"""

import re

import made_up_class
import pytest
from authoring_course import make_course
from made_up_class import WEEK, entry

from course.grading.gradebook import history
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, Outcome
from course.grading.gradebook.record import CheckRecord


@pytest.fixture
def classroom(tmp_path):
    """A class of three."""
    return made_up_class.make(make_course(tmp_path), 3)


def test_is_the_same_result_written_once_and_another_added(tmp_path):
    path = tmp_path / "deep" / history.FILE
    assert history.add(path, entry())
    assert not history.add(path, entry(tools="other", inputs="other"))
    assert history.add(path, entry("bob"))
    first = path.read_bytes()
    assert history.add(path, entry(points=1.0, passed=("a",)))
    assert history.add(path, entry(points=1.0, passed=("a",), torch="3"))
    assert path.read_bytes().startswith(first), "nothing written is ever changed"
    assert [each.student for each in history.read(path)] == ["ada", "bob", "ada", "ada"]
    assert history.read(path, "bob") == [entry("bob")]


def test_does_a_line_that_was_cut_short_lose_nothing_else(tmp_path):
    path = tmp_path / history.FILE
    history.add(path, entry("ada"))
    with path.open("a") as file:
        file.write('{"student": "bob", "ti')
    history.add(path, entry("cyn"))
    assert [each.student for each in history.read(path)] == ["ada", "cyn"]


def test_does_remembering_an_outcome_write_the_history(classroom):
    record = CheckRecord("try_a", "check-a", 2.0, "passed", notebook="small")
    path = classroom.history("week8")
    try:
        classroom.remember(Outcome("ada", "week8", NOT_GRADED, "Grading it was interrupted."))
        assert history.read(path) == [], "a grading that is going on is no result"
        classroom.remember(Outcome("ada", "week8", GRADED, exercises=[record], inputs="12345678abc"))
        classroom.remember(Outcome("ada", "week8", GRADED, exercises=[record], inputs="12345678abc", shown="x"))
        (made,) = history.read(path)
        assert (made.points, made.passed, made.inputs, made.tools) == (2.0, ("a",), "12345678", "01234567")
        assert re.match(r"\d+\.\d+", made.torch)
    finally:
        for file in path.parent.iterdir():
            file.unlink()
        path.parent.rmdir()


def test_does_the_version_of_the_tests_follow_tests_and_points_only(classroom):
    with classroom.gradebook() as gradebook:
        first = history.tests_of(gradebook, WEEK)
        gradebook.update_or_create_assignment(WEEK, duedate="2030-01-01 00:00:00 UTC")
        assert history.tests_of(gradebook, WEEK) == first
        cell = gradebook.find_grade_cell("check-relu_backward", "small", WEEK)
        gradebook.update_or_create_source_cell(cell.name, "small", WEEK, source="check.value(1, 2)", cell_type="code")
        changed = history.tests_of(gradebook, WEEK)
        assert changed != first
        cell.max_score = 4
        assert history.tests_of(gradebook, WEEK) != changed
        gradebook.db.rollback()
