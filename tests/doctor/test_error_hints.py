"""Where a student's code stops: does each kind of exception get a hint of its own?"""

import numpy as np
import pytest
import torch

from course import cases, check
from course.runtime.verdict import CheckFailed

pytestmark = pytest.mark.usefixtures("graded")
F = torch.nn.functional


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
