"""Do the cases make mistakes visible?"""

import torch

from course import cases


def test_do_all_sizes_of_a_case_differ_and_does_every_seed_give_another_case():
    drawn = cases.draw(seeds=30, X="n d", W="h d", b="h", t="3 1")
    for case in drawn:
        sizes = list(case.sizes.values())
        assert len(set(sizes)) == len(sizes)
        assert case.sizes["n"] >= 3
        assert case["t"].shape == (3, 1)
        assert 3 not in sizes
        assert case["X"].dtype == torch.float64
    assert len({tuple(case["X"].flatten()[:3].tolist()) for case in drawn}) == 30


def test_is_a_case_the_same_every_time_and_another_with_another_seed0():
    first, again = cases.draw(seeds=2, X="n d"), cases.draw(seeds=2, X="n d")
    other = cases.draw(seeds=2, seed0=100, X="n d")
    assert all(torch.equal(a["X"], b["X"]) for a, b in zip(first, again, strict=True))
    assert not any(a["X"].shape == b["X"].shape and torch.equal(a["X"], b["X"]) for a in first for b in other)


def test_are_entries_away_from_zero_and_as_asked():
    case = cases.draw(seeds=1, A="n d", P="n d", I="n d", positive=["P"], integer=["I"])[0]
    assert case["A"].abs().min() >= 0.2
    assert (case["A"] < 0).any()
    assert (case["P"] > 0).all()
    assert torch.equal(case["I"], case["I"].round())
    assert case["I"].abs().min() >= 1


def test_do_labels_lie_below_their_symbol_and_hold_two_classes():
    for case in cases.draw(seeds=30, Z="n q", y="n:q"):
        assert case["y"].dtype == torch.int64
        assert case["y"].shape == (case.sizes["n"],)
        assert case["y"].max() < case.sizes["q"]
        assert len(case["y"].unique()) > 1


def test_are_cases_kept_away_from_the_kink():
    on = cases.draw(seeds=20, X="n d", W="h d", away=lambda case: case["X"] @ case["W"].T)
    assert all((case["X"] @ case["W"].T).abs().min() > cases.KINK for case in on)


def test_do_layer_cases_have_different_widths_and_clear_preactivations():
    depths = set()
    for case in cases.layers(seeds=30, depth=(2, 4)):
        widths = [len(case["X"]), case["X"].shape[1], *(len(b) for b in case["bs"])]
        assert len(set(widths)) == len(widths)
        assert case["Y"].shape == (len(case["X"]), widths[-1])
        kinks = cases.relu_preactivations(case["X"], case["Ws"], case["bs"])
        assert all(Z.abs().min() > cases.KINK for Z in kinks)
        depths.add(len(case["Ws"]))
    assert depths == {2, 3, 4}


def test_is_the_global_random_state_untouched():
    state = torch.random.get_rng_state()
    cases.draw(seeds=3, X="n d", y="n:q")
    cases.layers(seeds=2)
    assert torch.equal(state, torch.random.get_rng_state())
