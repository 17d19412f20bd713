"""Are a function's results judged, and what it does to its arguments' memory?"""

import pytest

from course import cases, check
from course.runtime.verdict import CheckFailed

pytestmark = pytest.mark.usefixtures("graded")


def test_does_a_hard_coded_answer_fail_other_cases():
    visible = cases.draw(seeds=1, X="3 2")
    expected = visible[0]["X"].sum(0)

    def fixed(X):
        return expected

    check.function(fixed, lambda X: X.sum(0), on=visible)
    with pytest.raises(CheckFailed):
        check.function(fixed, lambda X: X.sum(0), on=cases.draw(seeds=3, seed0=100, X="3 2"))


def test_are_mutation_and_memory_seen():
    on = cases.draw(seeds=2, a="n d")

    def in_place(a):
        a += 1
        return a

    def new(a):
        return a + 1

    def shared(a):
        return a.T

    check.function(in_place, lambda a: a + 1, on=on, mutates="a")
    check.function(new, lambda a: a + 1, on=on, shares=False)
    check.function(shared, lambda a: a.T, on=on, shares="a")
    for answer, options in [
        (in_place, {}),
        (new, {"mutates": "a"}),
        (new, {"shares": "a"}),
        (shared, {"shares": False}),
    ]:
        with pytest.raises(CheckFailed):
            check.function(answer, (lambda a: a.T) if answer is shared else (lambda a: a + 1), on=on, **options)
