"""Have two values, or two functions, one key only where what is made of them comes out the same?"""

import math
import os
import time
from collections import OrderedDict, namedtuple

import numpy as np
import pytest
import torch
from cells import functions
from chains import chain

from course.cache.keys import key_of

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


def test_have_two_values_never_the_same_key():
    keys = [key_of(value) for value in PLAIN]
    assert None not in keys and len(set(keys)) == len(PLAIN)
    assert keys == [key_of(value) for value in PLAIN]
    assert key_of(torch.ones(1)) != key_of(torch.ones(1, requires_grad=True))
    strange = [len, object(), torch.nn.Linear(1, 1), {1, 2}, np.array([object()]), torch.eye(2).to_sparse(), endless()]
    for value in (*strange, namedtuple("pair", "a b")(1, 2), OrderedDict(a=1)):
        assert key_of([value]) is None


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


def test_have_two_functions_never_the_same_key():
    keys = [key_of(functions(text, **around), functions=True) for text, around in CELLS]
    assert None not in keys and len(set(keys)) == len(CELLS)
    assert keys == [key_of(functions(text, **around), functions=True) for text, around in CELLS]
    assert key_of(functions(*CELLS[0][:1])) is None, "functions only where they are asked for"


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
def test_has_a_function_that_mentions_what_may_change_no_key(thing):
    assert key_of(functions("f = lambda X: k(X)", k=thing), functions=True) is None
    assert key_of(thing, functions=True) is None


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
def test_has_a_function_that_looks_further_than_it_says_no_key(text):
    assert key_of(functions(text, k=2), functions=True) is None
