"""Does each kind of difference get its own words, and do harmless differences pass?"""

import numpy as np
import pytest
import torch

from course import check
from course.runtime.verdict import CheckFailed

pytestmark = pytest.mark.usefixtures("graded")


zero = torch.zeros(3)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (torch.zeros(3), "your shape is 3 entries, it should be 3 × 1"),
        (torch.zeros(3, 1), "your dtype is float32, it should be float64"),
        (torch.full((3, 1), float("nan"), dtype=torch.float64), "nan at row 0, column 0; 3 of 3 entries"),
        (torch.ones(3, 1).double() * 2, "yours 2, expected 1"),
        ([[1.0], [1.0], [1.0]], "you give a list of 3, it should be a tensor, 3 × 1, float64"),
        (None, "you give None"),
    ],
)
def test_does_each_kind_of_wrong_value_get_its_own_message(value, words):
    global zero
    zero = value
    with pytest.raises(CheckFailed) as failure:
        check.value(zero, torch.ones(3, 1, dtype=torch.float64))
    assert words in str(failure.value)
    assert str(failure.value).startswith("zero   not yet")


class Liar(torch.Tensor):
    """A tensor that says it equals everything."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if getattr(func, "__name__", "") in ("isclose", "eq", "__eq__", "allclose", "equal", "ne", "__ne__"):
            return torch.ones(3, 1, dtype=torch.bool)
        return super().__torch_function__(func, types, args, kwargs or {})


def test_is_a_tensor_that_lies_about_equality_refused():
    global zero
    zero = torch.zeros(3, 1).as_subclass(Liar)
    with pytest.raises(CheckFailed):
        check.value(zero, torch.ones(3, 1))


@pytest.mark.parametrize(("yours", "expected"), [(1, 1.0), (torch.tensor(2.0), 2.0), ((1, 2), [1, 2]), ("a", "a")])
def test_do_numbers_and_lists_pass_in_their_usual_forms(yours, expected):
    check.value(yours, expected)


@pytest.mark.parametrize(("yours", "expected"), [(True, 1), ("1", 1), (1.01, 1.0), ([1], [1, 2]), ({"a": 1}, {"b": 1})])
def test_do_other_kinds_fail(yours, expected):
    with pytest.raises(CheckFailed):
        check.value(yours, expected)


@pytest.mark.parametrize(
    ("yours", "expected", "words"),
    [
        ((1.0, 3.0), (1.0, 2.0), "the second result: yours 3, expected 2"),
        ([1.0, 3.0], [1.0, 2.0], "item 1: yours 3, expected 2"),
        ((1.0, [2.0, 4.0]), (1.0, [2.0, 3.0]), "the second result, item 1: yours 4, expected 3"),
        ({"loss": 3.0}, {"loss": 2.0}, "loss: yours 3, expected 2"),
        ({"dW": [1.0, 5.0]}, {"dW": [1.0, 2.0]}, "dW[1]: yours 5, expected 2"),
    ],
)
def test_are_the_parts_of_an_answer_named(yours, expected, words):
    with pytest.raises(CheckFailed) as failure:
        check.value(yours, expected)
    assert words in str(failure.value)


def test_does_a_tensor_without_dimensions_stand_for_the_number_it_holds_and_not_the_other_way_round():
    for yours, expected in [(torch.tensor(2), 2), (torch.tensor(True), True), (np.float64(2.0), 2.0)]:
        check.value(yours, expected)
    for yours, expected in [(torch.tensor([2.0]), 2.0), (2.0, torch.tensor(2.0)), (torch.tensor(1.0), True)]:
        with pytest.raises(CheckFailed):
            check.value(yours, expected)
