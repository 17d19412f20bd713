"""Is a right gradient accepted in any form, and does a wrong one get its cause and its place on the way back?"""

import pytest
import torch
from linear_layer import CASES, forward, message, right, sign
from relu_network import gradients, network

from course import cases
from course.judges.base import Rules
from course.judges.gradients import Question, gradient

pytestmark = pytest.mark.usefixtures("graded")


def loops(dZ, X, W, b):
    dX, dW, db = torch.zeros_like(X), torch.zeros_like(W), torch.zeros_like(b)
    for i in range(len(X)):
        for j in range(len(b)):
            db[j] += dZ[i, j]
            for k in range(X.shape[1]):
                dW[j, k] += dZ[i, j] * X[i, k]
                dX[i, k] += dZ[i, j] * W[j, k]
    return dX, dW, db


def einsum(dZ, X, W, b):
    grad = torch.einsum("nh,nd->hd", dZ, X)  # a local variable may be called grad
    return {"dX": torch.einsum("nh,hd->nd", dZ, W), "dW": grad, "db": torch.einsum("nh->h", dZ)}


@pytest.mark.parametrize("answer", [right, loops, einsum, lambda *case: list(right(*case))])
def test_is_a_right_gradient_accepted_in_any_form(answer):
    assert message(answer) == ""


def twice(dZ, X, W, b):
    return dZ @ W, 2 * dZ.T @ X, dZ.sum(0)


def mean_bias(dZ, X, W, b):
    return dZ @ W, dZ.T @ X, dZ.mean(0)


def transposed(dZ, X, W, b):
    return dZ @ W, X.T @ dZ, dZ.sum(0)


def kept_rows(dZ, X, W, b):
    return dZ @ W, dZ.T @ X, dZ


def wrong_order(dZ, X, W, b):
    return dZ.T @ X, dZ @ W, dZ.sum(0)


def nothing(dZ, X, W, b):
    dZ.T @ X


def single(dZ, X, W, b):
    return dZ @ W, (dZ.T @ X).float(), dZ.sum(0)


def needs_inputs(dZ, X, W, b):
    X *= 2
    return right(dZ, X / 2, W, b)


def stops(dZ, X, W, b):
    return dZ @ W.T, dZ.T @ X, dZ.sum(0)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (sign, ["dW", "wrong sign", "dX", "right"]),
        (twice, ["2 times too large"]),
        (mean_bias, ["n times too small", "number of examples", "dX, dW are right"]),
        (transposed, ["the transpose of the right one", "your shape is 6 × 7, it should be 7 × 6"]),
        (kept_rows, ["one row per example", "Sum over the examples"]),
        (wrong_order, ["dX: your shape is"]),
        (nothing, ["you give None, it should be dX, dW, db"]),
        (single, ["your dtype is float32, it should be float64", "The numbers may be right; their dtype is not."]),
        (needs_inputs, ["changes its input X"]),
        (stops, ["your code stops there", "cannot be multiplied", "in stops at `return dZ @ W.T"]),
    ],
)
def test_does_a_wrong_gradient_get_its_cause(answer, words):
    text = message(answer)
    assert "not yet" in text
    for word in words:
        assert word in text, text


def test_is_the_first_wrong_gradient_on_the_way_back_named():
    def no_mask(X, Ws, bs, Y):
        return gradients(X, Ws, bs, Y, masked=False)

    text = message(no_mask, of=network, on=cases.layers(seeds=3, depth=(2, 2)), wrt="Ws bs", upstream=None)
    assert "dbs[1], dWs[1] are right" in text
    assert "dbs[0] and dWs[0] are wrong together: what they share is the gradient that arrives at their layer." in text


def test_is_a_layer_that_the_loop_never_reaches_told_from_one_at_which_wrong_things_arrive():
    on = cases.layers(seeds=3, depth=(2, 2))

    def stops_early(X, Ws, bs, Y):  # what is left at the layer that is never reached is 0 in the first case alone
        left, (dWs, dbs) = float(len(X) != len(on[0]["X"])), gradients(X, Ws, bs, Y)
        return [left * Ws[0], *dWs[1:]], [left * bs[0], *dbs[1:]]

    text = message(stops_early, of=network, on=on, wrt="Ws bs", upstream=None)
    assert "dbs[0] and dWs[0] are 0 together: nothing arrives at their layer, or your loop never gets there." in text


def test_are_numbers_that_are_nearly_right_not_called_right():
    def single_inside(dZ, X, W, b):
        numbers = right(dZ.float(), X.float(), W.float(), b.float())
        return tuple(dZ.new_tensor(each.tolist()) for each in numbers)

    text = message(single_inside)
    assert "entries are right" not in text and ("and no further" in text)


def test_how_does_each_gradient_of_the_first_wrong_case_stand():
    def no_mask(X, Ws, bs, Y):
        return gradients(X, Ws, bs, Y, masked=False)

    deep = Question(network, cases.layers(seeds=3, depth=(2, 2)), ("Ws", "bs"), None, Rules())
    verdict, trail = gradient("no_mask", no_mask, deep)
    assert not verdict.passed
    assert trail == {"dbs[1]": "right", "dWs[1]": "right", "dbs[0]": "first wrong", "dWs[0]": "first wrong"}
    assert list(trail)[-2:] == ["dbs[0]", "dWs[0]"]
    one = Question(forward, CASES, ("X", "W", "b"), "dZ", Rules(by_hand=True))
    assert gradient("right", right, one)[1] == {} and gradient("stops", stops, one)[1] == {}
    assert gradient("undone", ..., one)[0].state == "not done"


def slope(Z):
    return 1 - torch.tanh(Z) ** 2


def quotient(Z):
    return (torch.tanh(Z + 1e-5) - torch.tanh(Z - 1e-5)) / 2e-5


def safe(Z):
    """The slope with an epsilon in the denominator: it ends after ten digits, and is a formula."""
    return 1 - ((Z.exp() - (-Z).exp()) / (Z.exp() + (-Z).exp() + 1e-10)) ** 2


TANH = {"of": torch.tanh, "on": cases.draw(seeds=6, dA="n h", Z="n h"), "wrt": "Z", "upstream": "dA"}


def test_is_a_quotient_told_by_its_digits_and_a_formula_not():
    text = message(lambda dA, Z: dA * quotient(Z), **TANH)
    assert "Your numbers agree with autograd to about 10 digits and no further, as a difference quotient's do" in text
    assert "where   every case" in text and "Write the formula out yourself" in text
    assert message(lambda dA, Z: dA * quotient(Z), **TANH, by_hand=False) == ""
    for right_slope in (slope, safe):
        assert message(lambda dA, Z, f=right_slope: dA * f(Z), **TANH) == ""


def test_is_a_quotient_told_that_is_exact_in_some_cases():
    asked = []

    def answer(dA, Z):
        asked.append(Z)
        return dA * (slope if len(asked) == 2 else quotient)(Z)

    assert "where   5 of 6 cases" in message(answer, **TANH)


def test_is_a_quotient_told_in_lists_of_gradients():
    def answer(X, Ws, bs, Y):
        dWs, dbs = gradients(X, Ws, bs, Y)
        for W, dW in zip(Ws, dWs, strict=True):
            for place in range(W.numel()):
                either = []
                for step in (1e-5, -1e-5):
                    moved = W.clone()
                    moved.view(-1)[place] += step
                    either.append(network(X, [moved if each is W else each for each in Ws], bs, Y))
                dW.view(-1)[place] = (either[0] - either[1]) / 2e-5
        return dWs, dbs

    on = cases.layers(seeds=2, depth=(2, 2))
    text = message(answer, of=network, on=on, wrt="Ws bs", upstream=None)
    assert "as a difference quotient's do" in text, text


def half_bias(X, W, b, Y):
    E = X @ W.T + b - Y
    return 2 * E.T @ X, E.sum(0) * 3


def half_weights(X, W, b, Y):
    E = X @ W.T + b - Y
    return 2 * E.T @ X * X.sum(), 2 * E.sum(0)


def wrong_all(X, W, b, Y):
    E = (X @ W.T + b - Y).abs()
    return 2 * E.T @ X, 2 * E.sum(0)


def squared(X, W, b, Y):
    return ((X @ W.T + b - Y) ** 2).sum()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (half_bias, "dW is right, so what arrives there is right: look at the sum that gives db."),
        (half_weights, "db is right, so what arrives there is right: look at the product that gives dW."),
        (wrong_all, "All of them are wrong: the fault lies before the first, in the forward pass or at the loss."),
    ],
)
def test_is_said_where_the_fault_lies_by_which_gradients_are_right(answer, words):
    verdict, trail = gradient("f", answer, Question(squared, SQUARED, ("W", "b"), None, Rules()))
    assert words in verdict.text or verdict.named, verdict.text
    assert set(trail.values()) <= {"right", "first wrong"}


SQUARED = cases.draw(seeds=3, X="n d", W="h d", b="h", Y="n h")
