"""The family of exceptions: one base, an exit status each, whole on the other side of a process's border."""

import copy
import pickle

import pytest

from course.authoring.text.model import Problem, SourceError
from course.coursedir.errors import AuthoringError, CouldNotBeGraded, CourseError, GradingStopped

PROBLEMS = [Problem(3, "no name", "source/week9/small.py"), Problem(7, "no points", "source/week9/small.py")]
ERRORS = [
    AuthoringError("source: no weeks here.", 2),
    CouldNotBeGraded("small.ipynb is empty."),
    GradingStopped("week5: nothing was handed in.", 2),
    SourceError(PROBLEMS),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_is_every_error_of_the_course_of_one_family(error):
    assert isinstance(error, CourseError) and error.status in (1, 2)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy], ids=["pickled", "copied"]
)
def test_does_an_error_arrive_whole_from_another_process(error, again):
    there = again(error)
    assert type(there) is type(error) and str(there) == str(error) and vars(there) == vars(error)


def test_is_a_problem_of_a_text_still_a_line_after_the_journey():
    there = pickle.loads(pickle.dumps(SourceError(PROBLEMS)))
    assert str(there) == "source/week9/small.py:3: no name\nsource/week9/small.py:7: no points"
    assert there.problems == PROBLEMS and there.status == 1
