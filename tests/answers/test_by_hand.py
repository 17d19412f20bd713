"""Is "by hand" refused to autograd, difference quotients and ready-made functions, and to nothing else?"""

import pytest
import torch
from linear_layer import message

from course import cases, check
from course.runtime.verdict import CheckFailed

pytestmark = pytest.mark.usefixtures("graded")
F = torch.nn.functional


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
