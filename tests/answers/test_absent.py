"""Is a library that differentiates told of in the notebook as where it is graded, used, not imported?"""

import numpy as np
import pytest
import scipy.special as special
import sympy
import torch
from linear_layer import message
from scipy.special import expit, softmax
from torch.nn.functional import softplus

from course import cases
from course.answers import absent

pytestmark = pytest.mark.usefixtures("graded")
DRAWN = cases.draw(seeds=2, dA="n h", Z="n h")


def by_hand(dA, Z):
    return dA / (1 + (-Z).exp())


def by_a_function(dA, Z):
    return dA * expit(Z)


def by_a_module(dA, Z):
    return dA * special.expit(Z)


def by_symbols(dA, Z):
    z = sympy.Symbol("z")
    slope = sympy.lambdify(z, sympy.diff(sympy.log(1 + sympy.exp(z)), z), "numpy")
    return dA * slope(Z.numpy())


def by_an_import(dA, Z):
    import scipy.special as inside

    return dA * inside.expit(Z)


def by_a_name_imported_inside(dA, Z):
    from scipy.special import expit as inside

    return dA * inside(Z)


def by_importlib(dA, Z):
    import importlib

    return dA * importlib.import_module("scipy.special").expit(Z)


def asked(answer, **more):
    return message(answer, of=softplus, on=DRAWN, wrt="Z", upstream="dA", **more)


@pytest.mark.parametrize(
    ("answer", "library"),
    [
        (by_a_function, "scipy"),
        (by_a_module, "scipy"),
        (by_symbols, "sympy"),
        (by_an_import, "scipy"),
        (by_a_name_imported_inside, "scipy"),
        (by_importlib, "scipy"),
    ],
)
def test_is_a_library_that_differentiates_told_of(answer, library):
    assert f"{library} is not available here: derive it by hand" in asked(answer)
    assert asked(answer, by_hand=False) == "", "and it is there where nothing is asked by hand"


def test_is_an_import_alone_no_offence():
    assert asked(by_hand) == ""


def with_digits(dA, Z):
    from sklearn.datasets import load_digits

    assert load_digits().data.shape == (1797, 64)
    return by_hand(dA, Z)


def test_are_scikit_learns_digits_there():
    assert asked(with_digits) == ""


def test_does_a_library_import_what_it_needs_meanwhile():
    with absent.hidden({}):
        import scipy.special

        assert scipy.special.expit(0.0) == 0.5
    with absent.hidden(globals()):
        import scipy.special as inside

        with pytest.raises(absent.NotHere, match="scipy is not available here"):
            inside.expit(0.0)


def test_are_the_names_as_they_were_afterwards():
    names = {"special": special, "expit": expit, "softmax": softmax, "exp": np.exp, "np": np, "own": by_hand, "x": 3}
    before = dict(names)
    with absent.hidden(names):
        assert [name for name in names if names[name] is not before[name]] == ["special", "expit", "softmax"]
    assert names == before


def test_is_a_part_of_torch_absent_for_the_answer_alone():
    """torch's own modules use it, some for the first time while an answer runs."""
    import torch.distributions as real

    names = {"torch": torch}
    exec("def use(): return torch.distributions.Normal(0.0, 1.0)", names)
    with absent.hidden(names):
        with pytest.raises(absent.NotHere, match="torch.distributions is not available here"):
            names["use"]()
        assert torch.distributions.Normal is real.Normal and torch.distributions.__path__ == real.__path__
    assert torch.distributions is real and names["use"]().mean == 0
