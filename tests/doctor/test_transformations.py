"""Is the cause of wrong numbers named, as far as the cases support it and no further?"""

import pytest
import torch
from linear_layer import CASES, message, sign

from course import cases, check
from course.runtime.verdict import CheckFailed

pytestmark = pytest.mark.usefixtures("graded")
F = torch.nn.functional
zero = torch.zeros(3)


def upstream_left_out(dA, Z):
    return torch.sigmoid(Z)


def test_is_a_forgotten_upstream_gradient_named():
    on = cases.draw(seeds=3, dA="n h", Z="n h")
    text = message(upstream_left_out, of=F.softplus, on=on, wrt="Z", upstream="dA")
    assert "if each were multiplied by its entry of dA" in text


def test_is_a_cause_on_one_case_said_as_such():
    text = message(sign, on=CASES[:1])
    assert "On this case: Every entry has the wrong sign" in text


@pytest.mark.parametrize(
    ("yours", "expected", "words"),
    [
        ([3.0], [1.5], "2 times too large"),
        ([1.5], [3.0], "0.5 times what it should be"),
        ([-1.5], [1.5], "Your number has the wrong sign"),
        ([3.7], [1.3], ""),
        ([3.7, 7.4], [1.3, 2.6], ""),
        ([3.7, 0.0, 0.0], [1.3, 0.0, 0.0], ""),
        ([3.7, 7.4, -3.7], [1.3, 2.6, -1.3], "2.846 times too large, everywhere"),
        ([-2.0, 4.0], [1.0, -2.0], "2 times too large, with the wrong sign, everywhere"),
    ],
)
def test_is_a_constant_factor_said_of_plain_factors_or_enough_numbers_only(yours, expected, words):
    global zero
    zero = torch.tensor(yours).double()
    with pytest.raises(CheckFailed) as failure:
        check.value(zero, torch.tensor(expected).double())
    assert words in str(failure.value)
    if not words:
        assert "times" not in str(failure.value)


def test_is_a_constant_factor_not_said_where_a_case_is_right():
    on = [cases.example(a=torch.tensor([1.0, 2, 3]) * k) for k in (1, 2, -1)]

    def larger(a):
        return 2 * a if a[0] > 0 else a

    def negative(a):
        return -a if a[0] > 0 else a

    for answer in (larger, negative):
        with pytest.raises(CheckFailed) as failure:
            check.function(answer, lambda a: a, on=on)
        assert "1 of 3 cases are right" in str(failure.value)
        assert "everywhere" not in str(failure.value) and "Every entry" not in str(failure.value)
    with pytest.raises(CheckFailed, match="2 times too large, everywhere"):
        check.function(lambda a: 2 * a, lambda a: a, on=on)


def test_are_truth_values_called_true_and_false():
    on = [cases.example(a=torch.tensor([1.0, -2, 3]) * k) for k in (1, -2)]
    answers = {
        "Every entry of your answer is False.": lambda a: torch.zeros_like(a) > 0,
        "Every entry of your answer is True.": lambda a: torch.zeros_like(a) == 0,
        "True and False have changed places.": lambda a: a <= 0,
    }
    for words, answer in answers.items():
        with pytest.raises(CheckFailed, match=words):
            check.function(answer, lambda a: a > 0, on=on)
    with pytest.raises(CheckFailed, match="Every entry of your answer is 0."):
        check.function(torch.zeros_like, lambda a: a, on=on)
