"""Is what cannot be compared said in the right words, and is the exercise called what the test cell calls it?"""

import contextlib

import pytest
import torch
from linear_layer import message

from course import cases, check
from course.runtime.context import current, entered
from course.runtime.verdict import CheckFailed, NotDone, heard

pytestmark = pytest.mark.usefixtures("graded")
zero = torch.zeros(3)


@contextlib.contextmanager
def in_a_notebook():
    with entered(current()._replace(graded=False)), heard() as verdicts:
        yield verdicts


def test_does_an_unanswered_exercise_say_so_in_one_line():
    global zero
    zero = ...
    with pytest.raises(NotDone) as failure:
        check.value(zero, 1)
    assert str(failure.value) == "zero   not done yet"

    def later(X):
        raise NotImplementedError("earlier")

    with pytest.raises(NotDone) as failure:
        check.function(later, torch.sum, on=cases.draw(seeds=1, X="n d"))
    assert str(failure.value) == "later   waits for earlier, which is not done yet"


def test_is_a_raise_left_below_an_answer_named():
    def written(X):
        total = X.sum()
        raise NotImplementedError("written")
        return total

    with pytest.raises(CheckFailed, match="still stands below it"):
        check.function(written, torch.sum, on=cases.draw(seeds=1, X="n d"))


def test_is_torchs_own_not_implemented_error_an_error_of_the_answer():
    def mean_of_mask(X):
        return (X > 0).mean()

    with pytest.raises(CheckFailed, match="your code stops there"):
        check.function(mean_of_mask, torch.sum, on=cases.draw(seeds=1, X="n d"))


def test_is_a_result_printed_instead_of_returned_said_so():
    def prints_it(*case):
        print(case[0].sum())

    with pytest.raises(CheckFailed, match="did you print instead of return"):
        check.function(prints_it, torch.sum, on=cases.draw(seeds=2, a="n"))
    for wrt in ("X", "X W b"):
        assert "did you print instead of return" in message(prints_it, wrt=wrt)
    global zero
    zero = None
    with pytest.raises(CheckFailed, match=r"print\(...\) gives None"):
        check.value(zero, 3)
    zero = torch.ones(3)
    with pytest.raises(CheckFailed, match="does not hold your function any more"):
        check.function(zero, torch.sum, on=cases.draw(seeds=2, a="n"))


def double(x):
    return 2 * x


another = double
also = triple = lambda x: 3 * x
ON = [cases.example(x=1.0, gives=5.0)]


def called(code, **names):
    """What the exercise is called where a test cell with this code is run."""
    with pytest.raises(CheckFailed) as failure:
        exec(code, {"check": check, "ON": ON, **names})
    return failure.value.verdict.exercise


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("check.function(double, on=ON)", "double"),
        ("check.function(another, on=ON)", "another"),
        ("another\ncheck.function(double, on=ON)", "double"),
        ("check.function(triple, on=ON)", "triple"),
        ("check.function(lambda x: x, on=ON)", "<lambda>"),
        ("check.value(number, 6)", "number"),
        ("check.value(number + 0.5, 6)", "your answer"),
        ("def helper(answer):\n    check.function(answer, on=ON)\nhelper(another)", "double"),
    ],
)
def test_which_name_does_an_exercise_go_by(code, name):
    assert called(code, double=double, another=another, triple=triple, also=also, number=5) == name


def test_is_the_exercise_the_name_that_stands_in_the_call():
    names = {"check": check, "first": None, "second": None, "third": (2, 3), "fourth": (2, 3)}
    names["fourth"] = names["third"]  # one and the same constant, as in a cell of a notebook
    asked = ["first", "second", "third", "fourth"]
    with in_a_notebook() as verdicts:
        exec(compile("\n".join(f"check.value({name}, 1)" for name in asked), "<cell>", "exec"), names)
    assert [verdict.exercise for verdict in verdicts] == asked


def test_is_a_wrong_number_beyond_double_precision_refused_with_a_message():
    with in_a_notebook() as verdicts:
        check.value(torch.tensor([2**53]), torch.tensor([2**53 + 1]))
    assert verdicts[0].state == "failed" and "9007199254740993" in verdicts[0].where


def test_is_a_changed_entry_of_a_list_seen():
    def forgetful(numbers):
        numbers[0] = 7
        return sum(numbers[1:])

    with in_a_notebook() as verdicts:
        check.function(forgetful, on=[cases.example(numbers=[1, 2, 3], gives=5)])
    assert "changes its input numbers" in verdicts[0].cause


def test_is_it_said_what_stands_where_a_tensor_of_a_shape_should():
    with in_a_notebook() as verdicts:
        check.shape([1.0, 2.0], (2,))
    assert "torch.tensor" in verdicts[0].next
