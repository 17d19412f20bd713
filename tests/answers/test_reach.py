"""Is it seen what an answer reads besides its arguments, and that its code speaks of complex numbers?"""

import functools

import numpy as np
import pytest
import torch
from linear_layer import message

from course import cases, check
from course.answers import reach
from course.runtime.verdict import heard

GRID = torch.linspace(-1.0, 1.0, 5)
ROWS = [0.1, 0.2]
ONE = torch.tensor(2.0)
EPS = 1e-12
NAMES = ["a", "b"]
RULES = {"tanh": {"grid": np.arange(3.0)}}


class Slopes:
    tanh = torch.ones(3)


class Layer:
    def __init__(self):
        self.W = torch.ones(2, 2)

    def slope(self, Z):
        return Z @ self.W


layer = Layer()


def decorated(function):
    table = torch.ones(4)
    return lambda dA, Z: function(dA, Z) + 0 * table.sum()


@functools.lru_cache
def remembered(x):
    return x


def reads_a_global(dA, Z):
    return dA * GRID[0]


def calls_what_reads(dA, Z):
    return reads_a_global(dA, Z)


def reads_rows(dA, Z):
    return [dA * row for row in ROWS]


def reads_deep(dA, Z):
    return RULES["tanh"]


def has_a_default(dA, Z, table=GRID * 2):
    return table


def reads_a_class(dA, Z):
    return Slopes.tanh


def reads_an_object(dA, Z):
    return layer.slope(Z)


def reads_one_number(dA, Z):
    return dA * ONE


def made_by_a_library(dA, Z):
    return dA * slope(Z)


space = {"__builtins__": {}}
exec("def slope(z):\n    return 1 - z", space)
slope = space["slope"]


def in_a_nested_function(dA, Z):
    return [ROWS for _ in range(2)]


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        (reads_a_global, ["GRID"]),
        (calls_what_reads, ["GRID"]),
        (reads_rows, ["ROWS"]),
        (reads_deep, ["RULES"]),
        (has_a_default, ["table"]),
        (reads_a_class, ["Slopes"]),
        (reads_an_object, ["layer"]),
        (reads_one_number, ["ONE"]),
        (made_by_a_library, ["slope"]),
        (in_a_nested_function, ["ROWS"]),
        (decorated(lambda dA, Z: dA), ["table"]),
        (functools.partial(lambda table, dA, Z: dA, torch.ones(3)), ["partial"]),
        (layer.slope, ["self"]),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_are_the_values_named_that_an_answer_reads(answer, names):
    assert reach.values(answer) == names


def test_is_a_warm_cache_a_value():
    def answer(dA, Z):
        return remembered(1)

    remembered.cache_clear()
    assert reach.values(answer) == []
    remembered(1)
    assert reach.values(answer) == ["remembered"]


def attribute_of_the_same_name(dA, Z):
    return Z.GRID


def plain(dA, Z):
    return dA * (1 - torch.tanh(Z) ** 2) + EPS * len(NAMES)


def test_is_nothing_named_where_an_answer_reads_its_arguments_and_single_numbers():
    assert reach.values(plain) == reach.values(attribute_of_the_same_name) == []


def steps(dA, Z):
    return torch.tanh(Z + 1j * EPS).numpy()


def takes_a_part(dA, Z):
    return Z.imag


def calls_steps(dA, Z):
    return steps(dA, Z)


@pytest.mark.parametrize("answer", [steps, takes_a_part, calls_steps])
def test_is_code_that_speaks_of_complex_numbers_told(answer):
    assert reach.may_be_complex(answer)


@pytest.mark.parametrize("answer", [plain, reads_an_object, reads_deep])
def test_is_other_code_left_alone(answer):
    assert not reach.may_be_complex(answer)


DRAWN = cases.draw(seeds=2, dA="n h", Z="n h")


def by_a_table(dA, Z):
    return dA * (1 - torch.tanh(Z) ** 2) + 0 * GRID[0]


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize("by_hand", [True, False])
def test_does_a_notebook_say_that_a_table_is_looked_at_when_graded(monkeypatch, by_hand):
    def verdict(answer):
        with heard() as verdicts:
            check.gradient(answer, of=torch.tanh, on=DRAWN, wrt="Z", upstream="dA", by_hand=by_hand)
        return verdicts[0]

    assert verdict(by_a_table).later == "", "graded, it has been looked at"
    monkeypatch.delenv("NBGRADER_EXECUTION")
    assert ("`GRID` came without torch's differentiation" in verdict(by_a_table).later) is by_hand
    assert verdict(by_a_table).passed
    assert verdict(plain_slope).later == ""


def plain_slope(dA, Z):
    return dA * (1 - torch.tanh(Z) ** 2)


def by_a_complex_step(dA, Z):
    return dA * torch.from_numpy(torch.tanh(Z + 1e-200j).numpy().imag / 1e-200)


@pytest.mark.usefixtures("graded")
def test_is_a_complex_step_that_leaves_torch_through_numpy_told_of():
    said = message(by_a_complex_step, of=torch.tanh, on=DRAWN, wrt="Z", upstream="dA")
    assert "Your line `return dA * torch.from_numpy(" in said
    assert "asks torch for complex numbers" in said
