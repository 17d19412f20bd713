"""Is what torch was asked seen under whatever name, and is nothing refused that it was not asked?"""

import concurrent.futures
import functools
import math

import pytest
import torch
from linear_layer import message
from torch.autograd import forward_ad

from course import cases, check
from course.answers import record
from course.answers.record import Asked
from course.runtime.verdict import CheckFailed

pytestmark = pytest.mark.usefixtures("graded")
F = torch.nn.functional
DRAWN = cases.draw(seeds=3, dA="n h", Z="n h")


def uses_backward(dA, Z):
    z = Z.clone().requires_grad_()
    (dA * F.softplus(z)).sum().backward()
    return z.grad


def uses_func(dA, Z):
    return torch.func.grad(lambda z: (dA * F.softplus(z)).sum())(Z)


disguised = getattr(torch, "auto" + "grad")


def uses_alias(dA, Z):
    z = getattr(Z.clone(), "requires_" + "grad_")()
    return getattr(disguised, "gr" + "ad")((dA * F.softplus(z)).sum(), z)[0]


def uses_forward_mode(dA, Z):
    with forward_ad.dual_level():
        return dA * forward_ad.unpack_dual(F.softplus(forward_ad.make_dual(Z, torch.ones_like(Z)))).tangent


def uses_kernel(dA, Z):
    return torch.ops.aten.softplus_backward(dA, Z, 1, 20)


def uses_node(dA, Z):
    return F.softplus(Z.clone().requires_grad_()).grad_fn(dA)


def uses_a_thread(dA, Z):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return pool.submit(uses_backward, dA, Z).result()


class Sequence:
    """Asks torch to differentiate while torch reads it off, when no mode of Python's is active."""

    def __init__(self, dA, Z):
        self.dA, self.Z = dA, Z

    def __len__(self):
        return len(self.Z)

    def __getitem__(self, place):
        if place >= len(self.Z):
            raise IndexError
        return uses_kernel(self.dA, self.Z)[place].tolist()


def uses_a_callback(dA, Z):
    return torch.tensor(Sequence(dA, Z), dtype=torch.float64)


class Late(torch.Tensor):
    """Asks torch to differentiate when the answer is copied."""

    def detach(self):
        return uses_backward(*self.later)


def uses_the_copy(dA, Z):
    late = torch.empty_like(Z).as_subclass(Late)
    late.later = dA, Z
    return late


def uses_a_complex_step(dA, Z):
    return dA * (torch.log1p(torch.exp(Z + 1e-30j)).imag / 1e-30)


WAYS = [
    uses_backward,
    uses_func,
    uses_alias,
    uses_forward_mode,
    uses_kernel,
    uses_node,
    uses_a_thread,
    uses_a_callback,
    uses_the_copy,
    uses_a_complex_step,
]


@pytest.mark.parametrize("answer", WAYS)
def test_is_differentiation_refused_whatever_it_is_called(answer):
    text = message(answer, of=F.softplus, on=DRAWN, wrt="Z", upstream="dA")
    assert "Write the formula out yourself" in text and "asks torch" in text, text
    assert message(answer, of=F.softplus, on=DRAWN, wrt="Z", upstream="dA", by_hand=False, rtol=1e-4) == ""


@pytest.mark.parametrize("answer", WAYS)
def test_do_they_pass_where_nothing_is_recorded(answer, monkeypatch):
    monkeypatch.setattr(record, "objection", lambda *_, **__: None)
    assert message(answer, of=F.softplus, on=DRAWN, wrt="Z", upstream="dA") == ""


def test_is_the_line_of_the_answer_said_and_what_torch_was_asked():
    text = message(uses_kernel, of=F.softplus, on=DRAWN, wrt="Z", upstream="dA")
    line = "return torch.ops.aten.softplus_backward(dA, Z, 1, 20)"
    assert f"Your line `{line}` asks torch for `softplus_backward`, which differentiates for you." in text
    text = message(uses_backward, of=F.softplus, on=DRAWN, wrt="Z", upstream="dA")
    assert "Your line `(dA * F.softplus(z)).sum().backward()` asks torch to differentiate." in text


class Machine:
    """A gradient machine of one's own, whose names are those of torch's."""

    def __init__(self, dA, Z):
        self.dA, self.Z, self.grad = dA, Z, None

    def backward(self, autograd=None, vjp=1.0):
        with torch.inference_mode():
            softmax = torch.stack([self.Z, torch.zeros_like(self.Z)]).exp()
            self.grad = self.dA * (vjp * softmax[0] / softmax.sum(0))
        return self

    def checks_itself(self):
        return uses_backward(self.dA, self.Z)


def by_own_machine(dA, Z):
    """Write it without autograd, torch.func.grad or softmax_backward."""
    assert not Z.requires_grad
    with torch.no_grad(), torch.set_grad_enabled(False):
        return Machine(dA, Z).backward().grad.conj().clone()


def by_quotients_that_are_none(dA, Z):
    h, one = 1e-6, torch.ones_like(Z)
    up, down = Z + h, Z - h
    return dA * (one / (one + torch.exp(-(up + down) / 2)))


@functools.cache
def table():
    return {"softplus": lambda z: 1 / (1 + math.exp(-z))}


def by_table(dA, Z):
    return dA * Z.clone().apply_(table()["softplus"])


@pytest.mark.parametrize("answer", [by_own_machine, by_quotients_that_are_none, by_table])
def test_is_no_spelling_refused(answer):
    assert message(answer, of=F.softplus, on=DRAWN, wrt="Z", upstream="dA", forbid=("softmax",)) == ""


def rows(X):
    return X.exp() / X.exp().sum(1, keepdim=True)


READY_MADE = {
    "a function": lambda X: torch.softmax(X, dim=1),
    "a method": lambda X: X.softmax(-1),
    "another module's": lambda X: torch.special.softmax(X, -1),
    "its logarithm": lambda X: torch.log_softmax(X, -1).exp(),
    "a layer": lambda X: torch.nn.Softmax(1)(X),
    "attention": lambda X: _attention(X),
    "in inference mode": torch.inference_mode()(lambda X: torch.softmax(X, dim=1)),
    "where its refusal would be swallowed": lambda X: _swallowing(X),
}


def _attention(X):
    one = torch.eye(X.shape[1], dtype=X.dtype)[None]
    return F.scaled_dot_product_attention(X[None] * X.shape[1] ** 0.5, one, one)[0]


def _swallowing(X):
    try:
        return torch.softmax(X, dim=1)
    except Exception:
        return rows(X)


@pytest.mark.parametrize("answer", READY_MADE.values(), ids=READY_MADE)
def test_is_a_ready_made_function_refused_whatever_it_is_called(answer):
    on = cases.draw(seeds=2, X="n d")
    with pytest.raises(CheckFailed, match=r"asks torch for `.*`, the ready-made function"):
        check.function(answer, rows, on=on, forbid=("softmax",))
    check.function(answer, rows, on=on)


OTHER_NAMES = {
    "relu": lambda X: F.threshold(X, 0.0, 0.0),
    "elu": lambda X: F.celu(X),
    "sigmoid": lambda X: torch.special.expit(X),
    "logsumexp": lambda X: torch.special.logsumexp(X, 1),
    "cross_entropy": lambda X: torch.nn.CrossEntropyLoss()(X, torch.zeros(len(X), dtype=torch.int64)),
    "dropout": lambda X: torch.nn.AlphaDropout()(X),
    "linear": lambda X: torch.nn.Linear(X.shape[1], 2, dtype=X.dtype)(X),
    "Adam": lambda X: _steps(torch.optim.AdamW, X),
    "clip_grad_norm_": lambda X: torch.nn.utils.clip_grad_norm_([_steps(torch.optim.SGD, X)], 1.0),
    "broadcast_shapes": lambda X: torch.broadcast_shapes(X.shape, (1,)),
}


def _steps(optimizer, X):
    parameter = torch.nn.Parameter(X.clone())
    parameter.grad = X.clone()
    optimizer([parameter], lr=0.1).step()
    return parameter


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_does_a_forbidden_name_stand_for_the_operation(name):
    X = torch.ones(3, 2, dtype=torch.float64)
    _steps(torch.optim.Adam, X)  # and what torch imports for it
    with record.recording((name,)) as asked:
        OTHER_NAMES[name](X)
    found = record.objection(asked, hand=False, forbid=(name,))
    assert found is not None and "ready-made" in record.sentence(found)
    assert record.objection(asked, hand=False, forbid=("tanh",)) is None


def test_does_recording_leave_everything_as_it_was(capfd):
    before = torch.broadcast_shapes
    with record.recording(("broadcast_shapes",)) as asked:
        assert torch.broadcast_shapes is not before
        torch.ones(2).tanh()
    assert torch.broadcast_shapes is before
    assert "aten::tanh" in [each.name for each in asked]
    assert capfd.readouterr() == ("", "")


def test_is_nothing_recorded_inside_another_recording():
    """A student who profiles gets the verdict of the numbers, in the notebook."""
    with torch.profiler.profile(), record.recording() as asked:
        torch.ones(2).tanh()
    assert asked == []


def test_are_complex_numbers_seen_and_conj_of_real_ones_not():
    X = torch.ones(3, dtype=torch.float64)
    with record.recording() as asked:
        X.conj().resolve_conj()
    assert record.objection(asked, hand=True, forbid=()) is None
    assert record.objection([Asked("aten::tanh", ("Tensor(c10::complex<double>)",))], hand=True, forbid=()) is not None
