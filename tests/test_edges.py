"""Do the drawn cases bring the inputs that people forget, and do the checks ask for them and say so?"""

import pytest
import torch

from course import cases, check
from course.runtime.context import current, entered
from course.runtime.verdict import CheckFailed

SHAPES = {"X": "n d", "W": "h d", "y": "n:q"}


def says(drawn):
    return {edge.edge.says: edge for edge in drawn.edges}


def test_is_every_size_one_once_and_are_all_sizes_equal_once():
    edges = says(cases.draw(seeds=1, **SHAPES))
    assert edges["n = 1"]["X"].shape[0] == len(edges["n = 1"]["y"]) == 1
    assert edges["d = 1"]["W"].shape[1] == 1 and edges["h = 1"]["W"].shape[0] == 1
    assert edges["q = 2"]["y"].max() <= 1
    least = edges["n = 1 and d = 1 and h = 1 and q = 2"]
    assert least["X"].shape == least["W"].shape == (1, 1)
    square = edges["n, d, h, q are all 4"]
    assert square["X"].shape == square["W"].shape == (4, 4)
    assert len(edges) == 10


def test_are_entries_zero_and_small():
    edges = says(cases.draw(seeds=1, X="n d", P="n", positive=("P",)))
    some = edges["some entries are exactly 0"]
    assert 0 < int((some["X"] == 0).sum()) < some["X"].numel()
    assert bool((some["P"] > 0).all())
    assert float(edges["the entries are thousandths"]["X"].abs().max()) < 0.01
    lonely = says(cases.draw(seeds=1, x=""))["some entries are exactly 0"]
    assert lonely["x"] == 0


def test_is_left_out_what_makes_no_sense():
    assert {*says(cases.draw(seeds=1, without="d tiny", **SHAPES))} == {
        "n = 1",
        "h = 1",
        "q = 2",
        "n, d, h, q are all 4",
        "some entries are exactly 0",
        "X is 0",
        "W is 0",
    }
    assert cases.draw(seeds=1, without="edges", **SHAPES).edges == []
    away = cases.draw(seeds=1, X="n d", w="d", away=lambda case: case["X"] @ case["w"])
    assert {*says(away)} == {"n = 1", "d = 1", "n = 1 and d = 1", "n, d are all 4"}
    assert all((edge["X"] @ edge["w"]).abs().min() > cases.KINK for edge in away.edges)


def test_do_networks_have_edges_too():
    edges = cases.layers(seeds=2, depth=(3, 4)).edges
    assert [len(edge["X"]) for edge in edges] == [1, 1, 4]
    assert {b.numel() for b in edges[1]["bs"]} == {1} and len(edges[1]["bs"]) == 3
    assert {W.shape for W in edges[2]["Ws"]} == {(4, 4)}
    assert [len(edge["X"]) for edge in cases.layers(seeds=1, without="ones square").edges] == [1]


def test_do_edges_stay_beside_lists_that_are_put_together():
    drawn, by_hand = cases.draw(seeds=2, x="n"), [cases.example(x=torch.ones(2))]
    for both in (drawn + by_hand, by_hand + drawn):
        assert len(both) == 3 and both.edges == drawn.edges
    both = cases.draw(seeds=1, x="n")
    both += drawn
    assert len(both) == 3 and len(both.edges) == 2 * len(drawn.edges)


def test_are_they_drawn_with_the_secret():
    public = cases.draw(seeds=1, **SHAPES).edges
    with entered(current()._replace(secret=b"a secret")):
        secret = cases.draw(seeds=1, **SHAPES).edges
    assert not any(torch.equal(a["X"], b["X"]) for a in public for b in secret if a["X"].shape == b["X"].shape)


def loss(W, X):
    return (X @ W.T).square().sum()


def of_loss(W, X):
    return 2 * (X @ W.T).T @ X


FORGETFUL = {
    "n = 1": lambda W, X: of_loss(W, X) if len(X) > 1 else of_loss(W, X) + X,
    "d = 1": lambda W, X: of_loss(W, X).squeeze(1),
    "h, d, n are all 4": lambda W, X: of_loss(W.T if W.shape[0] == W.shape[1] > 1 else W, X),
    "some entries are exactly 0": lambda W, X: of_loss(W, X) + (X == 0).sum() * (X.abs() > 0.1).any(),
    "the entries are thousandths": lambda W, X: of_loss(W, torch.where(X.abs() < 0.1, 0, X)) + 0,
}


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize("where", FORGETFUL)
def test_is_an_answer_that_forgets_an_edge_told_which(where):
    on = cases.draw(seeds=3, W="h d", X="n d")
    check.gradient(of_loss, of=loss, on=on, wrt="W")
    check.function(of_loss, of_loss, on=on)
    for ask in (
        lambda: check.gradient(FORGETFUL[where], of=loss, on=on, wrt="W"),
        lambda: check.function(FORGETFUL[where], of_loss, on=on),
    ):
        with pytest.raises(CheckFailed) as raised:
            ask()
        assert f"not where {where}" in raised.value.verdict.cause
        assert f"where {where} (" in raised.value.verdict.where


@pytest.mark.usefixtures("graded")
def test_are_ordinary_cases_judged_first_and_by_themselves():
    on = cases.draw(seeds=3, W="h d", X="n d")
    with pytest.raises(CheckFailed) as raised:
        check.gradient(lambda W, X: 2 * of_loss(W, X), of=loss, on=on, wrt="W")
    assert "case 1 of 3" in raised.value.verdict.where
    assert "2 times too large" in raised.value.verdict.cause


@pytest.mark.usefixtures("graded")
def test_is_an_edge_passed_over_where_nothing_is_defined():
    on = cases.draw(seeds=3, x="n")
    check.function(lambda x: (1 / x) if bool((x != 0).all()) else x, lambda x: 1 / x, on=on)
    check.gradient(lambda x: (1 / x) if bool((x != 0).all()) else x, of=lambda x: x.abs().log().sum(), on=on, wrt="x")


@pytest.mark.usefixtures("graded")
def test_is_a_size_not_blamed_where_the_numbers_decide():
    def total(X):
        return X.sum()

    def threshold(X):
        return X.sum() * (X.abs().sum() > 1.5)

    on = cases.draw(seeds=3, X="n", without="zeros tiny")
    with pytest.raises(CheckFailed) as raised:
        check.function(threshold, total, on=on)
    verdict = raised.value.verdict
    assert "not always where n = 1: the numbers decide" in verdict.cause and "comparison" in verdict.next
    with pytest.raises(CheckFailed) as raised:
        check.function(lambda X: X.sum() * (len(X) > 1), total, on=on)
    assert "and not where n = 1." in raised.value.verdict.cause and "squeeze()" in raised.value.verdict.next
