"""Property-based tests: do the checks judge rightly whatever expressions and values hypothesis makes up?"""

import contextlib
import math

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course import cases, check
from course.runtime.verdict import CheckFailed

pytestmark = pytest.mark.usefixtures("graded", "default_device")
settings.register_profile(
    "course",
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,  # the same examples in every run: a red test is news about the change
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("course")

UNARY = {
    "sin": torch.sin,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "square": torch.square,
    "double": lambda x: 2 * x,
    "shift": lambda x: x + 0.5,
    "softplus": torch.nn.functional.softplus,
}
BINARY = {"+": torch.add, "-": torch.sub, "*": torch.mul, "/": lambda a, b: a / (2 + b * b)}


@st.composite
def expressions(draw, leaves=("a", "b", "c")):
    """A function of a, b, c, each (n, h), to a scalar: a random tree of operations, then a sum or a mean."""

    def tree(depth):
        if depth == 0 or draw(st.integers(0, 4)) == 0:
            name = draw(st.sampled_from(leaves))
            return lambda values: values[name]
        if draw(st.booleans()):
            change, inner = UNARY[draw(st.sampled_from(sorted(UNARY)))], tree(depth - 1)
            return lambda values: change(inner(values))
        join = BINARY[draw(st.sampled_from(sorted(BINARY)))]
        left, right = tree(depth - 1), tree(depth - 1)
        return lambda values: join(left(values), right(values))

    body, last = tree(3), draw(st.sampled_from([torch.sum, torch.mean]))

    def loss(a, b, c):
        return last(body({"a": a, "b": b, "c": c})) + 0.1 * (a * b * c).sum()  # every input counts

    return loss


def answer_of(loss, change=lambda parts: parts):
    """A student's answer that gives autograd's gradients, changed: written with torch, so not checked as by hand."""

    def answer(a, b, c):
        leaves = [value.clone().requires_grad_() for value in (a, b, c)]
        return change(list(torch.autograd.grad(loss(*leaves), leaves)))

    return answer


def draw_cases(seed, dtype=torch.float64):
    return cases.draw(seeds=2, seed0=seed, a="n h", b="n h", c="n h", dtype=dtype)


def message(answer, loss, on, **options):
    """What a student reads; "" when it passes."""
    try:
        check.gradient(answer, of=loss, on=on, wrt="a b c", **options)
    except CheckFailed as failure:
        return str(failure)
    return ""


@pytest.fixture
def default_device():
    """A default device that an answer sets, even the usual one, stays in torch as a mode; other tests start without."""
    yield
    torch.set_default_device(None)


@given(expressions(), st.integers(0, 10_000), st.sampled_from([torch.float64, torch.float32]))
def test_does_any_right_gradient_pass(loss, seed, dtype):
    on = draw_cases(seed, dtype)
    assert message(answer_of(loss), loss, on) == ""
    named = answer_of(loss, lambda parts: dict(zip(["da", "db", "dc"], parts, strict=True)))
    assert message(named, loss, on) == ""


@given(expressions(), st.integers(0, 10_000), st.integers(0, 2), st.floats(0, 1), st.sampled_from([-1, 1]))
def test_does_any_gradient_off_by_a_thousandth_in_one_entry_fail(loss, seed, which, place, sign):
    def spoil(parts):
        part = parts[which]
        entry = min(int(place * part.numel()), part.numel() - 1)
        part.view(-1)[entry] += sign * 1e-3 * part.abs().max()
        return parts

    on = draw_cases(seed)
    text = message(answer_of(loss, spoil), loss, on)
    assert "not yet" in text
    assert f"d{'abc'[which]}: first at" in text


class Liar(torch.Tensor):
    """A tensor that equals everything."""

    def __eq__(self, other):
        return torch.ones(self.shape, dtype=torch.bool)

    __hash__ = None


def entry(value):
    def change(parts):
        parts[1].view(-1)[0] = value
        return parts

    return change


def second(change):
    return lambda parts: [parts[0], change(parts[1]), parts[2]]


KINDS = {
    "nan": (entry(math.nan), "not finite numbers"),
    "inf": (entry(math.inf), "not finite numbers"),
    "wrong dtype": (second(torch.Tensor.float), "your dtype is float32"),
    "wrong shape": (second(lambda part: part[:, :1]), "your shape is"),
    "None": (second(lambda part: None), "you give None"),
    "nothing": (lambda parts: None, "you give None, it should be da, db, dc"),
    "an integer tensor": (second(lambda part: part.long()), "your dtype is int64"),
    "a tensor class of its own": (second(lambda part: part.as_subclass(Liar)), "a tensor class of its own"),
    "a list": (second(torch.Tensor.tolist), "you give a list of"),
}


@given(expressions(), st.integers(0, 10_000))
@settings(max_examples=4)
@pytest.mark.parametrize("kind", KINDS)
def test_does_each_kind_of_wrong_gradient_get_its_own_message(kind, loss, seed):
    change, words = KINDS[kind]
    assert words in message(answer_of(loss, change), loss, draw_cases(seed))


def test_do_the_messages_of_the_kinds_differ():
    def loss(a, b, c):
        return (a * b * c).sum()

    texts = {kind: message(answer_of(loss, change), loss, draw_cases(1)) for kind, (change, _) in KINDS.items()}
    texts["wrong order"] = message(answer_of(loss, lambda parts: [parts[1], parts[0], parts[2]]), loss, draw_cases(1))
    assert "in another order: da holds db, db holds da" in texts["wrong order"]
    assert len(set(texts.values())) == len(texts)


@given(expressions(), st.integers(0, 10_000))
@settings(max_examples=10)
def test_is_a_gradient_that_still_requires_grad_taken_for_its_numbers(loss, seed):
    """A result with history is a result; by hand too, where nothing was differentiated, a flag changes no verdict."""

    def attached(parts):
        return [part.clone().requires_grad_() * 1 for part in parts]

    def slopes(a, b, c):
        return a.clone(), b.clone(), c.clone()

    def flagged(a, b, c):
        return tuple(part.requires_grad_() for part in slopes(a, b, c))

    flagged.__name__ = slopes.__name__

    on = draw_cases(seed)
    assert message(answer_of(loss, attached), loss, on) == ""
    assert message(flagged, loss, on, by_hand=True) == message(slopes, loss, on, by_hand=True)
    asked = message(answer_of(loss, attached), loss, on, by_hand=True)
    assert "asks torch to differentiate" in asked


@given(expressions(), st.integers(0, 10_000), st.sampled_from(["right", "wrong", "stops", "careless"]))
@settings(max_examples=20)
def test_does_a_check_leave_inputs_and_settings_as_they_were(loss, seed, kind):
    def stops(parts):
        raise ValueError("no")

    def careless(parts):
        torch.manual_seed(0)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.set_default_device("cpu")
        return parts

    change = {"right": list, "wrong": lambda parts: parts[::-1], "stops": stops, "careless": careless}[kind]
    answer, on = answer_of(loss, change), draw_cases(seed)

    def spoiler(a, b, c):
        result = answer(a, b, c)
        a.mul_(2)
        return result

    before = [{name: value.clone() for name, value in case.inputs.items()} for case in on]
    torch.manual_seed(seed)
    state, dtype, device = torch.random.get_rng_state(), torch.get_default_dtype(), torch.get_default_device()
    for each in (answer, spoiler):
        with contextlib.suppress(CheckFailed):
            check.gradient(each, of=loss, on=on, wrt="a b c")
    assert torch.equal(state, torch.random.get_rng_state())
    assert (dtype, device) == (torch.get_default_dtype(), torch.get_default_device())
    assert torch.is_grad_enabled()
    for case, kept in zip(on, before, strict=True):
        for name, value in case.inputs.items():
            assert torch.equal(value, kept[name])
