"""Does a check accept every right answer, refuse every wrong one, and say what is wrong, where, and why?"""

import numpy as np
import pytest
import torch
from relu_network import gradients, network

from course import cases, check
from course.runtime import verdict as feedback
from course.runtime.verdict import CheckFailed, NotDone

CASES = cases.draw(seeds=5, dZ="n h", X="n d", W="h d", b="h")
F = torch.nn.functional


@pytest.fixture(autouse=True)
def graded(monkeypatch):
    """Failed checks raise, as under nbgrader."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")


def forward(X, W, b):
    return X @ W.T + b


def right(dZ, X, W, b):
    return dZ @ W, dZ.T @ X, dZ.sum(0)


def message(answer, *, of=forward, on=CASES, wrt="X W b", upstream="dZ", by_hand=True, **options):
    """What a student reads for this answer; "" when it passes."""
    try:
        check.gradient(answer, of=of, on=on, wrt=wrt, upstream=upstream, by_hand=by_hand, **options)
    except CheckFailed as failure:
        return str(failure)
    return ""


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


def sign(dZ, X, W, b):
    return dZ @ W, -(dZ.T @ X), dZ.sum(0)


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
        (single, ["your dtype is float32, it should be float64"]),
        (needs_inputs, ["changes its input X"]),
        (stops, ["your code stops there", "cannot be multiplied", "in stops at `return dZ @ W.T"]),
    ],
)
def test_does_a_wrong_gradient_get_its_cause(answer, words):
    text = message(answer)
    assert "not yet" in text
    for word in words:
        assert word in text, text


def upstream_left_out(dA, Z):
    return torch.sigmoid(Z)


def test_is_a_forgotten_upstream_gradient_named():
    on = cases.draw(seeds=3, dA="n h", Z="n h")
    text = message(upstream_left_out, of=F.softplus, on=on, wrt="Z", upstream="dA")
    assert "if each were multiplied by its entry of dA" in text


def test_is_a_cause_on_one_case_said_as_such():
    text = message(sign, on=CASES[:1])
    assert "On this case: Every entry has the wrong sign" in text


def test_is_the_first_wrong_gradient_on_the_way_back_named():
    def no_mask(X, Ws, bs, Y):
        return gradients(X, Ws, bs, Y, masked=False)

    text = message(no_mask, of=network, on=cases.layers(seeds=3, depth=(2, 2)), wrt="Ws bs", upstream=None)
    assert "dbs[1], dWs[1] are right" in text
    assert "dbs[0] is the first wrong one on the way back from the loss; dWs[0] differs too" in text


def uses_backward(dA, Z):
    with torch.inference_mode(False):
        z = Z.clone().requires_grad_()
        (dA.clone() * F.softplus(z)).sum().backward()
        return z.grad


def uses_func(dA, Z):
    return torch.func.grad(lambda z: (dA * F.softplus(z)).sum())(Z)


def uses_quotient(dA, Z):
    h = 1e-5
    return dA * (F.softplus(Z + h) - F.softplus(Z - h)) / (2 * h)


def hides_quotient(dA, Z):
    points = torch.stack([Z, Z]) + torch.tensor([1e-5, -1e-5], dtype=Z.dtype).reshape(2, 1, 1)
    high, low = F.softplus(points)
    return dA * (high - low) * 5e4


disguised = getattr(torch, "auto" + "grad")


def uses_alias(dA, Z):
    torch_switch = getattr(torch, "inference" + "_mode")
    with torch_switch(False):
        z = getattr(Z.clone(), "requires_" + "grad_")()
        return getattr(disguised, "gr" + "ad")((dA.clone() * F.softplus(z)).sum(), z)[0]


@pytest.mark.parametrize("answer", [uses_backward, uses_func, uses_quotient, hides_quotient, uses_alias])
def test_is_by_hand_refused_to_autograd_and_quotients(answer):
    on = cases.draw(seeds=3, dA="n h", Z="n h")
    text = message(answer, of=F.softplus, on=on, wrt="Z", upstream="dA")
    assert "Write the formula out yourself" in text, text
    assert message(answer, of=F.softplus, on=on, wrt="Z", upstream="dA", by_hand=False, rtol=1e-4) == ""


def softmax(X):
    return X.exp() / X.exp().sum(1, keepdim=True)


def test_is_a_ready_made_function_refused_and_an_own_one_of_that_name_not():
    def calls_own(X):
        return softmax(X)

    def calls_torch(X):
        return torch.softmax(X, dim=1)

    def calls_method(X):
        return X.softmax(-1)

    on = cases.draw(seeds=2, X="n d")
    check.function(calls_own, softmax, on=on, forbid=("softmax",))
    for answer in (calls_torch, calls_method):
        with pytest.raises(CheckFailed, match="ready-made"):
            check.function(answer, softmax, on=on, forbid=("softmax",))


def test_does_a_hard_coded_answer_fail_other_cases():
    visible = cases.draw(seeds=1, X="3 2")
    expected = visible[0]["X"].sum(0)

    def fixed(X):
        return expected

    check.function(fixed, lambda X: X.sum(0), on=visible)
    with pytest.raises(CheckFailed):
        check.function(fixed, lambda X: X.sum(0), on=cases.draw(seeds=3, seed0=100, X="3 2"))


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


class Neuron(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.rand(2, 1))

    def forward(self, X):
        return X @ self.w


class Loose(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.rand(2, 1)

    def forward(self, X):
        return X @ self.w


def test_are_modules_and_their_parameters_checked():
    on = cases.draw(seeds=2, X="n 2", dtype=torch.float32)
    options = {"on": on, "parameters": {"w": (2, 1)}, "reference": lambda weights, X: X @ weights["w"]}
    check.module(Neuron, **options)
    with pytest.raises(CheckFailed, match="its parameters are none"):
        check.module(Loose, **options)
    with pytest.raises(CheckFailed, match="should be a torch.nn.Module"):
        check.module(dict, **options)
    with pytest.raises(CheckFailed, match="yours"):
        check.module(Neuron, on=on, reference=lambda weights, X: X @ weights["w"] + 1)


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([1.0, 2.0, 3.0], "does not fall"),
        ([3.0, float("nan"), 1.0], "ran away"),
        ([3.0, 2.0], "there should be 3"),
        ([3.0, 2.0, 1.9], "should end below 1"),
    ],
)
def test_is_a_bad_loss_curve_named(losses, words):
    with pytest.raises(CheckFailed, match=words):
        check.training(losses, below=1, steps=3)
    check.training([3.0, 2.0, 0.5], below=1, steps=3)


def test_does_a_check_leave_torch_and_the_inputs_as_they_were():
    torch.manual_seed(3)
    state = torch.random.get_rng_state()

    def careless(X):
        torch.manual_seed(0)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        return X.sum()

    on = cases.draw(seeds=2, X="n d")
    before = [case["X"].clone() for case in on]
    check.function(careless, lambda X: X.sum(), on=on)
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.get_default_dtype() == torch.float32
    assert torch.is_grad_enabled()
    assert all(torch.equal(a, case["X"]) for a, case in zip(before, on, strict=True))


def test_does_a_message_reach_the_notebook_as_text_and_html(monkeypatch):
    verdict = feedback.Verdict("softplus_backward", "failed", "dZ < 3", "here", "because", "try")
    monkeypatch.delenv("NBGRADER_EXECUTION")
    bundle = verdict.bundle()
    assert bundle["text/plain"].splitlines()[0] == "softplus_backward   not yet"
    assert "dZ &lt; 3" in bundle["text/html"]
    assert bundle[feedback.MIME]["passed"] is False
    assert "visible check passes" in feedback.Verdict("x", "passed").text


def test_does_a_failed_check_let_run_all_go_on_in_a_students_notebook(monkeypatch, capsys):
    monkeypatch.delenv("NBGRADER_EXECUTION")
    check.gradient(sign, of=forward, on=CASES, wrt="X W b", upstream="dZ")
    assert "wrong sign" in capsys.readouterr().out


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


# --- A constant factor is a claim about every number ---


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


# --- Where a student's code stops ---


def leaf():
    torch.ones(3, requires_grad=True).sub_(1)


def backward_twice():
    loss = (torch.ones(3, requires_grad=True) ** 2).sum()
    loss.backward(), loss.backward()


def changed_on_the_way():
    a = torch.ones(3, requires_grad=True).exp()
    a.mul_(2)
    (a**2).sum().backward()


def one_argument(a):
    return a


w = torch.ones(3, 4)
tracked = torch.ones(3, requires_grad=True)
STOPS = {
    "mat1 and mat2": (lambda: w @ w, ".T?"),
    "size mismatch": (lambda: w @ torch.ones(3), ".T?"),
    "inconsistent size": (lambda: torch.ones(3) @ torch.ones(4), "Print both shapes"),
    "broadcasting": (lambda: torch.ones(3) + torch.ones(4), "line them up from the right"),
    "reshape": (lambda: w.reshape(5, 2), "as many entries"),
    "cat": (lambda: torch.cat([w, w.T]), "only along the dimension in which they are joined"),
    "a leaf": (leaf, "with torch.no_grad():"),
    "grad is None": (lambda: torch.ones(2, requires_grad=True).grad.zero_(), "before the first backward()"),
    "grad is None in a product": (lambda: 0.1 * torch.ones(2, requires_grad=True).grad, "before the first backward()"),
    "None in brackets": (lambda: {}.get(0)[0], "a function without a return gives None"),
    "no history": (lambda: torch.ones(2).sum().backward(), "requires_grad=True"),
    "not a scalar": (lambda: (tracked * 2).backward(), "take the mean or the sum first"),
    "if": (lambda: 1 if w > 0 else 2, "wants one True or False"),
    "if of an array": (lambda: 1 if w.numpy() > 0 else 2, "wants one True or False"),
    "dtypes of a product": (lambda: w @ w.T.double(), "Print the dtype of both parts"),
    "dtypes of a layer": (lambda: torch.nn.Linear(4, 2)(w.double()), "Print the dtype of both parts"),
    "float labels": (lambda: F.cross_entropy(w, torch.ones(3)), "Print the dtype of both parts"),
    "mean of whole numbers": (lambda: torch.arange(3).mean(), "turn them into floats"),
    "numpy": (lambda: tracked.numpy(), ".detach() before .numpy()"),
    "numpy function": (lambda: torch.tensor(np.array([object()])), "An array needs numbers only"),
    "twice": (backward_twice, "a graph serves once"),
    "in place": (changed_on_the_way, "Make a new tensor instead"),
    "index": (lambda: [1, 2][torch.tensor(1.0)], "whole numbers"),
    "index of a tensor": (lambda: w[torch.tensor([1.0, 2.0])], "whole numbers"),
    "index too large": (lambda: w[5], "Count from 0"),
    "a tensor called": (lambda: w(0), "Use [...] for an index"),
    "a number called": (lambda: len(w)(4), "a * is missing"),
    "an argument missing": (lambda: one_argument(), "Compare the call with the def"),
    "an argument too many": (lambda: one_argument(1, 2), "Compare the call with the def"),
    "a name not there": (lambda: not_there, "the spelling of that name"),  # noqa: F821
    "not one number": (lambda: w.item(), "A single number is wanted there"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", STOPS)
def test_does_an_exception_get_a_hint_of_its_own(kind):
    stops, words = STOPS[kind]

    def answer(a):
        return stops()

    with pytest.raises(CheckFailed) as failure:
        check.function(answer, torch.sum, on=cases.draw(seeds=1, a="n"))
    hint = str(failure.value).rpartition("next")[2]
    assert words in hint, str(failure.value)
    assert len(hint.strip()) <= 120


# --- None, booleans, parts, numbers ---


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


def test_does_a_module_stay_where_and_as_the_student_left_it():
    model = Neuron().double()
    model.kept = (model.w * 2).sum()  # a result with a history, which a plain copy would stumble over
    model.seen = []
    weight = model.w
    on = cases.draw(seeds=2, X="n 2")

    def moved(self, *arguments, **options):
        assert self is not model
        return self

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Neuron, "to", moved)
        patch.setattr(Neuron, "forward", lambda self, X: self.seen.append(1) or X @ self.w)
        check.module(model, on=on, reference=lambda weights, X: X @ weights["w"])
    assert model.w is weight and model.seen == [] and model.kept.grad_fn is not None
