"""Are difference quotients told by their digits and by the record, and no right formula?"""

import math
from functools import cache

import pytest
import torch
from difference_quotients import RULES, by_entries, by_rows, questions
from honest_formulas import HONEST, SMOOTH

from course.answers import differences
from course.answers.compare import compare
from course.answers.differences import Again, Answered, Early, exactness, quotient, unusual
from course.answers.oracle import gradients
from course.answers.record import Asked, recording
from course.device import map_tensors
from course.judges.gradients import _by_name

ELEMENTWISE = ("tanh", "sigmoid", "silu", "softplus", "elu", "own")
LARGE = ("softmax", "cross_entropy", "logistic", "two_layers", "network", "regression", "steep", "classifier")


@cache
def asking(name):
    """A question with fewer cases: the first, and the last, which are large where there are any."""
    found = questions()[name]
    return found._replace(on=[*found.on[: 2 if name in LARGE else 6], found.on[-1]])


def judged(name, answer):
    """Whether each number is right within the tolerance, and what the digits say."""
    question = asking(name)

    def one(inputs):
        return _by_name(answer(*map_tensors(inputs, torch.clone).values()), question.wrt, inputs)

    def right(inputs):
        return gradients(question.of, inputs, question.wrt, question.upstream)

    answered = [Answered(case.inputs, one(case.inputs), right(case.inputs)) for case in question.on]
    good = all(compare(yours, expected) is None for _, yours, expected in answered)
    return good, quotient(answered, Again(lambda many: [one(each) for each in many], right, question.wrt))


def numerical(name, rule):
    return (by_rows if name in ELEMENTWISE else by_entries)(asking(name), RULES[rule])


@pytest.mark.parametrize("name", HONEST)
def test_is_no_right_formula_told(name):
    told = {answer.__name__: early for answer in HONEST[name] if (early := judged(name, answer)[1])}
    assert told == {}


def test_are_formulas_that_end_early_on_purpose_among_them():
    """So that the test above shows something: a limit of digits alone would refuse these."""
    early = []
    for name, answers in HONEST.items():
        for answer in answers:
            if answer.__name__.rpartition("_")[2] in ("safe", "logs", "cosh", "typed") and "safe" in answer.__name__:
                case = asking(name).on[0]
                yours = answer(*map_tensors(case.inputs, torch.clone).values())
                right = asking(name).right(case)
                named = _by_name(yours, asking(name).wrt, case.inputs)
                early.append(not exactness(max(differences._error(named[key], right[key]) for key in right)))
    assert SMOOTH == 1e-11 and sum(early) >= 8


TOLD = ("central 3e-5", "central 1e-5", "central 1e-6", "five points 1e-4")


@pytest.mark.parametrize("name", [name for name in HONEST if name not in ("stretch",)])
def test_is_every_usual_quotient_refused(name):
    for rule in TOLD[1:2] if name in LARGE else TOLD:
        right, early = judged(name, numerical(name, rule))
        assert early or not right, rule
        assert not early or early.digits in range(8, 14)


def test_is_a_rough_forward_quotient_simply_wrong():
    for name in ("tanh", "logistic", "softmax"):
        for rule in ("forward 1e-4", "forward 1e-6", "forward 1e-8", "central 1e-3"):
            assert judged(name, numerical(name, rule)) == (False, None)


@pytest.mark.parametrize(("name", "rule"), [(name, "five points 1e-2") for name in ("silu", "softplus", "elu")])
def test_does_a_truncation_error_follow_a_higher_derivative(name, rule, monkeypatch):
    assert judged(name, numerical(name, rule))[1] is not None
    monkeypatch.setattr(differences, "_follows", lambda *_: False)
    assert judged(name, numerical(name, rule))[1] is None


@pytest.mark.parametrize(
    ("name", "rule"), [("linear", "central 1"), ("linear", "five points 1e-2"), ("silu", "richardson 0.1 / 4")]
)
def test_is_what_values_cannot_tell_left_alone(name, rule):
    assert judged(name, numerical(name, rule)) == (True, None)


def test_do_exact_cases_among_them_not_hide_a_quotient():
    rough, calls = numerical("tanh", "central 1e-5"), []

    def answer(dA, Z):
        calls.append(Z)
        return HONEST["tanh"][0](dA, Z) if len(calls) % 3 == 1 else rough(dA, Z)

    right, early = judged("tanh", answer)
    assert right and early.cases == 4


def test_do_exact_entries_among_them_not_hide_a_quotient():
    def answer(dA, Z):
        return torch.where(Z > 0, dA, numerical("elu", "central 1e-5")(dA, Z))

    assert judged("elu", answer)[1]


def test_is_a_quotient_in_one_table_of_several_told():
    def answer(X, W1, b1, W2, b2, Y):
        rough = numerical("two_layers", "central 1e-5")(X, W1, b1, W2, b2, Y)
        exact = HONEST["two_layers"][0](X, W1, b1, W2, b2, Y)
        return rough[0], *exact[1:]

    assert judged("two_layers", answer)[1]


def once(yours, right, change=0.0):
    """The judgement on one number for one input, that is off by ``change`` where the input is another one."""
    x = torch.tensor(1.25, dtype=torch.float64)
    again = Again(lambda many: [yours + change for _ in many], lambda _: right)
    return quotient([Answered({"x": x}, yours, right)], again)


def test_is_one_number_judged_as_a_tensor_is():
    number = torch.tensor(0.5, dtype=torch.float64)
    assert once(number + 2e-11, number, 3e-12) == Early(10, 1)
    assert once(0.5 + 2e-11, 0.5, 3e-12) == Early(10, 1)
    assert once([{"a": 0.5 + 2e-11}][0]["a"], 0.5, 0.0) is None  # it ends early, and stays
    assert once(0.5 + 1e-14, 0.5, 3e-12) is None


def test_is_single_precision_on_the_way_no_quotient():
    """Where a wide tolerance lets it pass: errors of 1e-8 and more may be either's."""
    right = torch.linspace(0.1, 3, 9, dtype=torch.float64)
    single = right.float().double()
    assert once(single, right, 1e-8) is None
    assert once(right.float(), right) is None


def test_are_large_scores_no_evidence():
    inputs = {"Z": torch.tensor([900.0, 3.0], dtype=torch.float64)}
    right = torch.tensor([0.7, 0.3], dtype=torch.float64)
    again = Again(lambda many: [right + 3e-12 for _ in many], lambda _: right)
    assert quotient([Answered(inputs, right + 1e-12, right)], again) is None
    assert quotient([Answered({"Z": right}, right + 1e-12, right)], again) is not None


def test_is_an_answer_that_cannot_be_asked_again_left_alone():
    number = torch.tensor(0.5, dtype=torch.float64)
    case = Answered({"x": number}, number + 2e-11, number)
    assert quotient([case], Again(lambda _: None, lambda _: number)) is None
    assert quotient([case], Again(lambda many: [None for _ in many], lambda _: number)) is None


def test_are_labels_not_moved():
    inputs = {
        "y": torch.tensor([1.0, 0.0, -1.0]).double(),
        "n": torch.tensor([3, 4]),
        "x": torch.tensor([0.3]).double(),
    }
    moved = differences._nudged(inputs, None, 1e-6)
    assert torch.equal(moved["y"], inputs["y"]) and torch.equal(moved["n"], inputs["n"])
    assert 0 < float((moved["x"] - inputs["x"]).abs()) < 1e-6
    assert moved.keys() == differences._nudged(inputs, ("x",), 1e-6).keys()


# --- The record -------------------------------------------------------------------------------------------------------


def remark(name, answer):
    """What the instructor is told of an answer to all of a question's cases."""
    on = asking(name).on
    with torch.inference_mode(), recording(typed=True) as asked:
        for case in on:
            answer(*map_tensors(case.inputs, torch.clone).values())
    sizes: list[int] = []
    for case in on:
        map_tensors(case.inputs, lambda tensor: sizes.append(tensor.numel()) or tensor)
    return unusual(asked, sum(sizes))


@pytest.mark.parametrize("name", HONEST)
def test_is_no_right_formula_remarked(name):
    told = {answer.__name__: words for answer in HONEST[name] if (words := remark(name, answer))}
    assert told == {}


@pytest.mark.parametrize("name", ["two_layers", "network", "softmax"])
def test_is_a_quotient_by_each_entry_remarked(name):
    words = remark(name, numerical(name, "central 1e-5"))
    assert words.startswith("asked ") and words.endswith(" times for each entry; worth a look")


def test_are_many_values_of_one_activation_remarked():
    assert remark("tanh", numerical("tanh", "chebyshev 0.5 / 15")) == "asked tanh 8 times for each entry; worth a look"
    assert remark("tanh", numerical("tanh", "central 1e-5")) is None  # twice, as many formulas do


def test_are_results_counted_whether_asked_at_once_or_one_by_one():
    whole = [Asked("aten::tanh", ("double",), ((5, 4),))] * 17
    single = [Asked("aten::tanh_", ("double",), ((),))] * (17 * 20)
    assert unusual(whole, 20) == unusual(single, 20) == "asked tanh 17 times for each entry; worth a look"
    assert unusual(whole[:5], 20) is None and unusual([], 20) is None
    assert unusual([Asked("aten::select", ("double",), ((5, 4),))] * 10_000, 20) is None


@pytest.mark.parametrize(
    ("name", "shapes", "results"),
    [
        ("mm", ((3, 4), (4, 5)), 15),
        ("addmm", ((5,), (3, 4), (4, 5), (), ()), 15),
        ("bmm", ((2, 3, 4), (2, 4, 5)), 30),
        ("mv", ((3, 4), (4,)), 3),
        ("dot", ((4,), (4,)), 1),
        ("pow", ((3, 4), ()), 12),
        ("exp", (), 1),
    ],
)
def test_how_many_numbers_does_an_operation_give(name, shapes, results):
    assert differences.times([Asked(f"aten::{name}", ("double",), shapes)], 1) == {name: results}
    assert math.isclose(differences.times([Asked(f"aten::{name}", ("double",), shapes)], 4)[name], results / 4)
