"""Is what a check works out recalled only where it would come to the same again, and never anybody's answer?"""

import pytest
import torch
from cells import functions

from course import cases
from course.answers import oracle
from course.cache import results
from course.cache.keys import key_of
from course.cases import Case
from course.grading.run.judging import There


def counted(monkeypatch):
    """How often autograd is asked."""
    calls, ask = [], torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda *args, **more: (calls.append(1), ask(*args, **more))[1])
    return calls


INPUTS = {"X": torch.tensor([[1.0, 2.0]]).double(), "W": torch.tensor([[3.0, 4.0]]).double()}


def test_are_right_answers_worked_out_once_and_only_while_memoising(monkeypatch):
    monkeypatch.setattr(results, "RESULTS", type(results.RESULTS)())
    calls = counted(monkeypatch)

    def asked(text, inputs=INPUTS, wrt=("W",)):
        return oracle.gradients(functions(text), inputs, wrt)

    loss = "f = lambda X, W: ((X @ W.T) ** 2).sum()"
    first = [asked(loss), asked(loss)]
    assert len(calls) == 2 and not results.RESULTS
    with results.memoising():
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
    assert len({key_of(found) for found in (first[0], *others)}) == 5


def test_is_nothing_recalled_under_other_settings_nor_what_chance_decides(monkeypatch):
    monkeypatch.setattr(results, "RESULTS", type(results.RESULTS)())
    fixed = functions("f = lambda X, W: (torch.tensor(0.1) * (X @ W.T)).sum()")
    chance = functions("f = lambda X, W: (torch.rand(1).double() * (X @ W.T)).sum()")
    wrong = functions("f = lambda X, W: X @ W")
    with results.memoising():
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
    with results.memoising():
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
    with results.memoising():
        first, again = drawn(), drawn()
        assert len(results.RESULTS) == 2
        again[0]["X"].zero_()
        again[0].sizes["n"] = 0
        last = drawn()
    for others in (first, again[1:], last):
        for one, other in zip(plain[-len(others) :], others, strict=True):
            assert one.sizes == other.sizes and key_of(one.inputs) == key_of(other.inputs)
            assert isinstance(other, Case) and not other.has_result
    assert len({id(each["X"]) for each in (first[0], again[0], last[0])}) == 3


def test_is_the_memory_bounded(monkeypatch):
    monkeypatch.setattr(results, "RESULTS", type(results.RESULTS)())
    monkeypatch.setattr(results, "MAX_RESULTS", 3)
    with results.memoising():
        for seed in range(5):
            cases.draw(seeds=1, seed0=seed, X="n d")
        assert len(results.RESULTS) == 3
        monkeypatch.setattr(results, "MAX_ELEMENTS", 5)
        before = list(results.RESULTS)
        cases.draw(seeds=1, seed0=9, X="7 8")
        assert list(results.RESULTS) == before
