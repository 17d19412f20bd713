"""After a wrong answer, is the smallest input shown on which it fails, and is that worth working out on paper?"""

import re
import time

import pytest
import torch

from course import cases
from course.judges import functions, gradients, smallest
from course.judges.base import Rules
from course.runtime.context import current, entered

CASES = cases.draw(seeds=3, X="n d", W="h d", b="h")


def layer(X, W, b):
    return X @ W.T + b


def twice(X, W, b):
    return X @ W.T + 2 * b


def text(answer, reference=layer, on=CASES, rules=None):
    return functions.function("f", answer, reference, on, rules or Rules()).text


def shown(said):
    """The inputs of the small case by name, what the answer gives there, and what is right, each as Python has them."""
    found = re.search(r"With (.*):\n\s*you give (.*); right is (.*)\.\n", said)
    if found is None:
        return None
    inputs = dict(re.findall(r"(\w+) = (\[.*?\]|[^,]+)(?=, \w+ = |$)", found[1]))
    return {name: eval(value) for name, value in inputs.items()}, eval(found[2]), eval(found[3])


def test_is_the_smallest_case_one_on_which_the_answer_fails_as_it_says():
    inputs, mine, right = shown(text(twice))
    given = {name: torch.tensor(value, dtype=torch.float64) for name, value in inputs.items()}
    assert twice(**given).tolist() == mine and layer(**given).tolist() == right and mine != right
    assert {value.numel() for value in given.values()} == {1}, "nothing smaller fails"
    assert all(value.equal(value.round()) and 0 < value.abs().max() <= 3 for value in given.values())


def test_is_what_shows_with_two_examples_alone_shown_with_two():
    def no_mean(X):
        return X.sum(0)

    inputs, mine, right = shown(text(no_mean, lambda X: X.mean(0), cases.draw(seeds=3, X="n d")))
    assert len(inputs["X"]) == 2 and mine == [2 * each for each in right]


def test_is_no_case_shown_at_a_kink_or_where_two_entries_are_equal():
    """There more than one answer may be right, and the fault is elsewhere."""

    def first(X):
        return X.argmax(1) + 1

    right = cases.draw(seeds=3, X="n d")
    for each in cases.smaller(right[0]):
        tied = [row for row in each["X"].tolist() if len(set(row)) < len(row)]
        assert not tied or not smallest._is_steady(each.inputs, lambda given: given["X"].argmax(1))
    assert not smallest._is_steady({"Z": torch.zeros(1, 1)}, lambda given: (given["Z"] > 0).double())
    assert shown(text(first, lambda X: X.argmax(1), right)) is not None


def test_is_a_case_away_from_a_kink_small_too():
    on = cases.draw(seeds=2, Z="n h", dA="n h", away=lambda case: case["Z"] - 1)
    assert all(not (case["Z"] == 1).any() for case in cases.smaller(on[0]))


def test_is_nothing_of_a_hidden_case_in_the_small_one():
    """Its numbers are everybody's, whatever the secret is."""
    said = []
    for secret in (None, b"a" * 32, b"b" * 32):
        with entered(current()._replace(secret=secret)):
            said.append(shown(text(twice, on=cases.draw(seeds=3, X="n d", W="h d", b="h"))))
    assert said[0] == said[1] == said[2]


def test_does_an_answer_that_never_ends_on_small_input_cost_two_seconds_and_nothing_else(monkeypatch):
    monkeypatch.setattr(smallest, "LONGEST_S", 0.3)

    def hangs(X, W, b):
        while X.shape[0] == 1:
            pass
        return X @ W.T

    began = time.monotonic()
    said = text(hangs)
    assert time.monotonic() - began < 5 and "not yet" in said and shown(said) is None


def test_is_an_answer_that_stops_on_small_input_shown_on_what_it_can_do():
    def stops(X, W, b):
        if X.shape[0] == 1:
            raise ValueError("one example is not enough")
        return X @ W.T

    inputs, _, _ = shown(text(stops))
    assert len(inputs["X"]) == 2


def test_are_the_gradients_of_the_small_case_shown_by_name():
    def loss(X, W, b, Y):
        return ((X @ W.T + b - Y) ** 2).sum()

    def mine(X, W, b, Y):
        E = X @ W.T + b - Y
        return 2 * E.T @ X, E.sum(0)

    on = cases.draw(seeds=3, X="n d", W="h d", b="h", Y="n h")
    verdict, _ = gradients.gradient("f", mine, gradients.Question(loss, on, ("W", "b"), None, Rules()))
    assert re.search(
        r"you give dW \[\[-?\d+\]\], db \[-?\d+\]; right is dW \[\[-?\d+\]\], db \[-?\d+\]\.", verdict.text
    )


@pytest.mark.parametrize("values", [(1.0, 1.00001), (5003.0, 5003.2), (1.678e7, 1.6780001e7), (-11.78, -11.7801)])
def test_are_two_numbers_that_differ_seen_to_differ(values):
    yours, right = values
    said = text(
        lambda x: torch.tensor(yours, dtype=torch.float64),
        lambda x: torch.tensor(right, dtype=torch.float64),
        [cases.example(x=1.0)],
    )
    found = re.search(r"yours (\S+), expected (\S+)", said)
    assert found[1] != found[2].rstrip(";"), said
