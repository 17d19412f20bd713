"""What a test cell calls: does a check leave everything as it was?"""

import pytest
import torch

from course import cases, check

pytestmark = pytest.mark.usefixtures("graded")


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
