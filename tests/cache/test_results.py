"""Is what a check works out recalled only where it would come to the same again, and never anybody's answer?"""

import math
import os
import time
from collections import OrderedDict, namedtuple

import numpy as np
import pytest
import torch
from chains import chain

from course import cases
from course.answers import oracle
from course.cache import results
from course.cache.keys import fingerprint
from course.cases import Case
from course.grading.run.judging import There

PLAIN = [None, True, 1, 1.0, -0.0, 0.0, 1j, "1", "", [], (), {}, [1], (1,), {1: 1}, [[1], 1], [[1, 1]], ..., range(3)]
PLAIN += [
    torch.tensor(1),
    torch.tensor([1]),
    torch.tensor(1.0),
    torch.tensor(2),
    np.array(1),
    np.array(2),
    np.int64(1),
    np.float32(1),
    float("nan"),
]
PLAIN += [["a", "b"], ["a; str 1 'b'"], {"a": "b"}, [("a", "b")], torch.zeros(0, 2), torch.zeros(2, 0), chain()]


def endless():
    made = []
    made.append(made)
    return made


def test_have_two_values_never_have_the_same_fingerprint():
    prints = [fingerprint(value) for value in PLAIN]
    assert None not in prints and len(set(prints)) == len(PLAIN)
    assert prints == [fingerprint(value) for value in PLAIN]
    assert fingerprint(torch.ones(1)) != fingerprint(torch.ones(1, requires_grad=True))
    strange = [len, object(), torch.nn.Linear(1, 1), {1, 2}, np.array([object()]), torch.eye(2).to_sparse(), endless()]
    for value in (*strange, namedtuple("pair", "a b")(1, 2), OrderedDict(a=1)):
        assert fingerprint([value]) is None


def functions(text, **around):
    """The function f of a test cell that was run with these names around it."""
    scope = {"__name__": "__main__", "torch": torch, **around}
    exec(compile(text, "<check-f>", "exec"), scope)
    return scope["f"]


CELLS = [
    ("f = lambda X: X.sum()", {}),
    ("f = lambda X: X.mean()", {}),
    ("f = lambda X: 2 * X.sum()", {}),
    ("f = lambda X: 2.0 * X.sum()", {}),
    ("f = lambda X: k * X.sum()", {"k": 2}),
    ("f = lambda X: k * X.sum()", {"k": 3}),
    ("f = lambda X: k * X.sum()", {"k": torch.ones(2)}),
    ("f = lambda X: k(X).sum()", {"k": torch.relu}),
    ("f = lambda X: k(X).sum()", {"k": torch.tanh}),
    ("f = lambda X: k(X).sum()", {"k": torch.nn.functional.softmax}),
    ("f = lambda X, k=2: k * X.sum()", {}),
    ("f = lambda X, k=3: k * X.sum()", {}),
    ("f = lambda X, *, k=3: k * X.sum()", {}),
    ("def f(X):\n    return (lambda Y: k * Y)(X).sum()", {"k": 2}),
    ("def f(X):\n    return (lambda Y: k * Y)(X).sum()", {"k": 4}),
    ("def make(k):\n    return lambda X: k * X.sum()\nf = make(2)", {}),
    ("def make(k):\n    return lambda X: k * X.sum()\nf = make(3)", {}),
    ("def g(X):\n    return X.sum()\ndef f(X):\n    return g(X)", {}),
    ("def g(X):\n    return X.mean()\ndef f(X):\n    return g(X)", {}),
    ("def f(X):\n    return X.sum()\nf.k = 1", {}),
    ("def g(X):\n    return h(X)\ndef f(X):\n    return g(X), k", {"k": 1, "h": math.exp}),
    ("def g(X):\n    return h(X), k\ndef f(X):\n    return g(X)", {"k": 1, "h": math.exp}),
    ("def g(X):\n    return g(X)\ndef f(X):\n    return g(X)", {}),
    ("def g(X):\n    return f(X)\ndef f(X):\n    return g(X)", {}),
]


def test_have_two_functions_never_the_same_fingerprint():
    prints = [fingerprint(functions(text, **around), functions=True) for text, around in CELLS]
    assert None not in prints and len(set(prints)) == len(CELLS)
    assert prints == [fingerprint(functions(text, **around), functions=True) for text, around in CELLS]
    assert fingerprint(functions(*CELLS[0][:1])) is None, "functions only where they are asked for"


class Changing:
    def __call__(self, X):
        return X


@pytest.mark.parametrize(
    "thing",
    [
        Changing(),
        time.time,
        os.urandom,
        np.ones(2),
        [].append,
        torch.ones(1).add,
        torch.nn.Linear(1, 1),
        iter([1]),
        torch.Generator(),
        Changing,
        pytest,
    ],
)
def test_has_a_function_that_mentions_what_may_change_no_fingerprint(thing):
    assert fingerprint(functions("f = lambda X: k(X)", k=thing), functions=True) is None
    assert fingerprint(thing, functions=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "def f(X):\n    import random\n    return X * random.random()",
        "f = lambda X: X * globals()['k']",
        "f = lambda X: X * len(open('numbers').read())",
        "def f(X):\n    global k\n    k = 3\n    return X",
        "f = lambda X: (lambda Y: eval('k') * Y)(X)",
    ],
)
def test_has_a_function_that_looks_further_than_it_says_no_fingerprint(text):
    assert fingerprint(functions(text, k=2), functions=True) is None


def counted(monkeypatch):
    """How often autograd is asked."""
    calls, ask = [], torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda *args, **more: (calls.append(1), ask(*args, **more))[1])
    return calls


INPUTS = {"X": torch.tensor([[1.0, 2.0]]).double(), "W": torch.tensor([[3.0, 4.0]]).double()}


def test_are_right_answers_worked_out_once_and_only_while_remembering(monkeypatch):
    monkeypatch.setattr(results, "RESULTS", type(results.RESULTS)())
    calls = counted(monkeypatch)

    def asked(text, inputs=INPUTS, wrt=("W",)):
        return oracle.gradients(functions(text), inputs, wrt)

    loss = "f = lambda X, W: ((X @ W.T) ** 2).sum()"
    first = [asked(loss), asked(loss)]
    assert len(calls) == 2 and not results.RESULTS
    with results.remembering():
        recalled = [asked(loss), asked(loss), asked(loss)]
        assert len(calls) == 3
        recalled[1]["dW"].zero_()
        recalled.append(asked(loss))
        others = [
            asked(loss, wrt=("X",)),
            asked(loss, {**INPUTS, "W": INPUTS["W"] + 1}),
            asked(loss, {**INPUTS, "W": INPUTS["W"].float(), "X": INPUTS["X"].float()}),
            asked("f = lambda X, W: (X @ W.T).sum()"),
        ]
        assert len(calls) == 7
    asked(loss)
    assert len(calls) == 8, "outside nothing is recalled"
    for found in (recalled[0], recalled[2], recalled[3]):
        assert found.keys() == {"dW"} and torch.equal(found["dW"], first[0]["dW"])
    assert len({fingerprint(found) for found in (first[0], *others)}) == 5


def test_is_nothing_recalled_under_other_settings_nor_what_chance_decides(monkeypatch):
    monkeypatch.setattr(results, "RESULTS", type(results.RESULTS)())
    fixed = functions("f = lambda X, W: (torch.tensor(0.1) * (X @ W.T)).sum()")
    chance = functions("f = lambda X, W: (torch.rand(1).double() * (X @ W.T)).sum()")
    wrong = functions("f = lambda X, W: X @ W")
    with results.remembering():
        oracle.gradients(fixed, INPUTS, ("W",))
        torch.set_default_dtype(torch.float64)
        try:
            found = oracle.gradients(fixed, INPUTS, ("W",))["dW"]
        finally:
            torch.set_default_dtype(torch.float32)
        assert torch.equal(found, 0.1 * INPUTS["X"]) and len(results.RESULTS) == 2
        first, second = (oracle.gradients(chance, INPUTS, ("W",))["dW"] for _ in range(2))
        assert not torch.equal(first, second)
        for _ in range(2):
            with pytest.raises(RuntimeError):
                oracle.gradients(wrong, INPUTS, ("W",))
    assert len(results.RESULTS) == 2


def test_is_nothing_of_a_students_recalled(monkeypatch):
    """A value of the student's that a check mentions counts as what it is; a function of the student's never."""
    monkeypatch.setattr(results, "RESULTS", type(results.RESULTS)())
    theirs = There("scale", witness=None)
    with results.remembering():
        for value in (torch.tensor(2.0).double(), torch.tensor(3.0).double()):
            loss = functions("f = lambda X, W: scale * (X @ W.T).sum()", scale=value)
            assert torch.equal(oracle.gradients(loss, INPUTS, ("W",))["dW"], value * INPUTS["X"])
        assert len(results.RESULTS) == 2
        with pytest.raises(TypeError):
            oracle.gradients(functions("f = lambda X, W: scale * (X @ W.T).sum()", scale=theirs), INPUTS, ("W",))
        assert cases.draw(seeds=1, X="n d", f=theirs)[0]["f"] is theirs
    assert len(results.RESULTS) == 2


def test_are_recalled_cases_the_drawn_ones_and_ones_own(monkeypatch):
    monkeypatch.setattr(results, "RESULTS", type(results.RESULTS)())

    def drawn():
        away = functions("f = lambda case: case['X'] @ case['W'].T")
        return [*cases.draw(seeds=3, X="n d", W="h d", k=2, away=away), *cases.layers(seeds=2)]

    plain = drawn()
    with results.remembering():
        first, again = drawn(), drawn()
        assert len(results.RESULTS) == 2
        again[0]["X"].zero_()
        again[0].sizes["n"] = 0
        last = drawn()
    for others in (first, again[1:], last):
        for one, other in zip(plain[-len(others) :], others, strict=True):
            assert one.sizes == other.sizes and fingerprint(one.inputs) == fingerprint(other.inputs)
            assert isinstance(other, Case) and not other.has_result
    assert len({id(each["X"]) for each in (first[0], again[0], last[0])}) == 3


def test_is_the_memory_bounded(monkeypatch):
    monkeypatch.setattr(results, "RESULTS", type(results.RESULTS)())
    monkeypatch.setattr(results, "MOST", 3)
    with results.remembering():
        for seed in range(5):
            cases.draw(seeds=1, seed0=seed, X="n d")
        assert len(results.RESULTS) == 3
        monkeypatch.setattr(results, "LARGEST", 5)
        before = list(results.RESULTS)
        cases.draw(seeds=1, seed0=9, X="7 8")
        assert list(results.RESULTS) == before
