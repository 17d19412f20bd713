"""Are a function's results judged, and what it does to its arguments' memory?"""

import pytest
import torch

from course import cases, check
from course.runtime.verdict import NOT_BY_HAND, CheckFailed

pytestmark = pytest.mark.usefixtures("graded")


def test_does_a_hard_coded_answer_fail_other_cases():
    visible = cases.draw(seeds=1, X="3 2", without="edges")
    expected = visible[0]["X"].sum(0)

    def fixed(X):
        return expected

    check.function(fixed, lambda X: X.sum(0), on=visible)
    with pytest.raises(CheckFailed):
        check.function(fixed, lambda X: X.sum(0), on=cases.draw(seeds=3, seed0=100, X="3 2"))
    with pytest.raises(CheckFailed, match="and on none at the edges"):
        check.function(fixed, lambda X: X.sum(0), on=cases.draw(seeds=1, X="3 2"))


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


def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.diag(p) - p[:, None] * p


def by_quotients(z):
    steps = 1e-5 * torch.eye(len(z), dtype=z.dtype)
    return (torch.softmax(z + steps, dim=1) - torch.softmax(z - steps, dim=1)).T / 2e-5


def test_is_a_difference_quotient_told_by_its_digits():
    on = cases.draw(seeds=4, z="q")
    check.function(softmax_slopes, softmax_slopes, on=on, by_hand=True)
    check.function(by_quotients, softmax_slopes, on=on)
    with pytest.raises(CheckFailed, match="agree with the reference to about 1. digits and no further") as caught:
        check.function(by_quotients, softmax_slopes, on=on, by_hand=True)
    assert caught.value.verdict.next == NOT_BY_HAND and caught.value.verdict.where == "every case"


def test_are_an_authors_typed_results_no_evidence():
    z = torch.zeros(2, dtype=torch.float64)
    typed = torch.tensor([[0.25, -0.25], [-0.25, 0.25]], dtype=torch.float64) + 3e-11
    check.function(softmax_slopes, on=[cases.example(z=z, gives=typed)], by_hand=True)
