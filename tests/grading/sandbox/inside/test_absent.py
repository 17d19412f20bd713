"""Libraries that differentiate can be imported where a question is by hand, and not used."""

import subprocess
import sys

import pytest

from course.answers.absent import NotHere, Unusable, words
from course.grading.sandbox.inside.absent import Finder, absent, refuse, stand_in


def test_is_a_part_of_an_absent_library_absent_and_a_like_name_not():
    assert absent("scipy.special") == absent("scipy") == "scipy"
    assert absent("torch.distributions.normal") == "torch.distributions"
    assert absent("torch") == absent("scipyx") == absent("torch.distributed") == absent("jaxtyping") == ""
    assert Finder().find_spec("numpy", None) is None


def test_can_what_it_holds_be_bound_and_not_used():
    sympy = stand_in("sympy")
    diff = sympy.diff
    for act in (diff, lambda: diff.x, lambda: diff + 1, lambda: 2 * diff, lambda: diff[0], lambda: list(diff)):
        with pytest.raises(NotHere, match=r"^sympy is not available here: derive it by hand$"):
            act()
    with pytest.raises(NotHere, match=r"^ctypes is not available here$"):
        stand_in("ctypes").CDLL(None)
    assert not isinstance(3, diff) and not hasattr(sympy, "__file__")


def test_can_a_class_or_an_annotation_name_it():
    node = Unusable(words("sympy"))

    class Mine(node):
        pass

    def shown(x: int | node) -> node:
        return x

    assert Mine().__class__ is Mine and shown(3) == 3


@pytest.mark.parametrize("event", ["gc.get_objects", "gc.get_referrers", "sys._current_frames", "ctypes.dlopen"])
def test_does_the_hook_refuse_a_look_into_all_of_memory(event):
    with pytest.raises(RuntimeError, match="not available here"):
        refuse(event, ())


def test_does_the_hook_refuse_open_numbers_alone():
    with pytest.raises(RuntimeError, match="not available here"):
        refuse("open", (5, "w", 0))
    refuse("object.__setattr__", (refuse, "__code__", None))  # torch's own decorators give functions other code
    refuse("open", ("name", "r", 0))
    refuse("import", ("sympy",))


TAKEN_ON = """
import sys, gc, ctypes, torch, torch.distributions, sympy, numpy as np
from sympy import Symbol
from torch.distributions.transforms import TanhTransform
keep = [ctypes.memmove, Symbol, TanhTransform]
from course.grading.sandbox.inside.absent import Absences
import torch._dynamo
made = Absences()
gc.freeze()
made.take_on()
def tried(act):
    try:
        return act()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
for name in ("sympy", "mpmath", "ctypes", "_ctypes", "torch.distributions"):
    print(name, type(sys.modules[name]).__name__)
import scipy.optimize, sklearn.datasets, jax.numpy as jnp
from scipy.special import expit
print(tried(lambda: expit(1)))
print(tried(lambda: torch.distributions.Normal(0, 1)))
print(tried(lambda: np.ones(2).ctypes.data))
print(tried(lambda: keep[1]("x")), "|", tried(lambda: keep[2]().log_abs_det_jacobian(torch.ones(1), torch.ones(1))))
print([key for key, value in vars(torch).items() if getattr(value, "__name__", "") == "ctypes"])
print(torch.optim.SGD([torch.ones(1, requires_grad=True)], 0.1).step())
"""


@pytest.mark.long
def test_is_what_was_loaded_before_gone_wherever_it_was_held():
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", TAKEN_ON], capture_output=True, text=True, check=False)
    lines = ran.stdout.splitlines()
    assert [line.split()[1] for line in lines[:5]] == ["StandIn"] * 5, ran.stderr
    assert lines[5] == "NotHere: scipy is not available here: derive it by hand"
    assert lines[6] == "NotHere: torch.distributions is not available here: derive it by hand"
    assert lines[7] == "NotHere: ctypes is not available here"
    assert all(half.startswith("NameError") for half in lines[8].split(" | ")), "a class that was kept is without means"
    assert lines[9:] == ["['ctypes']", "None"] or lines[9:] == ["[]", "None"], ran.stderr


@pytest.mark.long
def test_does_taking_the_stand_in_away_bring_nothing_back(own, room):
    reader = room.reading()
    source = """
import importlib, sys
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__name__ != "Finder"]
said = {}
for name in ("sympy", "scipy", "ctypes", "_ctypes", "mpmath"):
    del sys.modules[name]
    try:
        module = importlib.import_module(name)
        said[name] = str([each for each in ("diff", "CDLL", "dlopen", "POINTER") if each in vars(module)])
    except Exception as error:
        said[name] = type(error).__name__
"""
    reader.slice([(False, source)])
    said = reader.look(["said"])["said"][1]
    assert set(said.values()) <= {"[]", "ImportError", "PermissionError", "ModuleNotFoundError", "NotHere"}, said
    reader.end()


@pytest.mark.long
def test_are_the_digits_there_as_scikit_learn_gives_them(own, room):
    from sklearn import datasets

    reader = room.reading()
    source = """
from sklearn.datasets import load_digits
from course import data
found, pair = load_digits(), load_digits(return_X_y=True)
same = (found.data == pair[0]).all() and (found.target == pair[1]).all()
numbers = [found.data, found.target, found.images]
(X, y), _ = data.digits()
shown = [len(X), bool(same)]
"""
    reader.slice([(False, source)])
    said = reader.look(["numbers", "shown"])
    real = datasets.load_digits()
    for ours, theirs in zip(said["numbers"][1], (real.data, real.target, real.images), strict=True):
        assert ours.dtype == theirs.dtype and (ours == theirs).all()
    assert said["shown"][1] == [1438, True]
    reader.end()
