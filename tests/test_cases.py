"""Do the cases make mistakes visible?"""

import hashlib

import numpy as np
import torch

from course import cases
from course.cache import results
from course.runtime.context import current, entered


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


def under(secret, draw=lambda: cases.draw(seeds=3, seed0=100, X="n d", y="n:q")):
    with entered(current()._replace(secret=secret)):
        return draw()


def tensors(drawn):
    return [value for case in drawn for value in case if isinstance(value, torch.Tensor)]


def same(one, other):
    return [torch.equal(a, b) for a, b in zip(tensors(one), tensors(other), strict=True)]


def test_are_the_numbers_without_a_secret_those_that_everybody_had():
    numbers = torch.cat([value.flatten().double() for value in tensors(cases.draw(seeds=2, X="n d", y="n:q"))])
    assert hashlib.sha256(np.round(numbers.numpy(), 9).tobytes()).hexdigest()[:16] == "22ef452e5a737798"


def test_are_cases_under_a_secret_the_same_each_time_and_nobody_elses():
    for draw in (lambda: cases.draw(seeds=3, seed0=100, X="9 9 9"), lambda: cases.layers(seeds=3, depth=(2, 2))):
        mine = under(b"1" * 32, draw)
        assert all(same(mine, under(b"1" * 32, draw)))
        for other in (b"2" * 32, b"1" * 31, None):
            theirs = [value.flatten().tolist() for value in tensors(under(other, draw))]
            assert not {number for each in theirs for number in each} & set(tensors(mine)[0].flatten().tolist())


def test_is_the_whole_state_of_the_generator_filled_from_the_secret():
    with entered(current()._replace(secret=b"s" * 32)):
        dice, other = cases.generator(5), cases.generator(6)
    drawn = hashlib.shake_256(b"cases 32 5 " + b"s" * 32).digest(4 * 624)
    twister = np.random.MT19937()
    state = {"key": np.frombuffer(drawn, dtype="<u4").astype(np.uint32), "pos": 624}
    twister.state = {"bit_generator": "MT19937", "state": state}
    raw = twister.random_raw(2000)  # another implementation of the same generator, from the same state
    assert torch.empty(2000, dtype=torch.int32).random_(generator=dice).tolist() == (raw % 2**31).tolist()
    assert torch.randn(3, generator=other).tolist() != torch.randn(3, generator=cases.generator(6)).tolist()


def test_does_a_generator_under_a_secret_begin_clean():
    with entered(current()._replace(secret=b"s" * 32)):
        used = cases.generator(5)
        torch.randn(1, generator=used, dtype=torch.float64)  # torch keeps the second number of a pair
        cases.generator(5)
        assert torch.equal(torch.randn(5, generator=cases.generator(5)), torch.randn(5, generator=cases.generator(5)))


def test_are_remembered_cases_those_of_their_secret():
    with results.memoising():
        first = [under(secret) for secret in (b"1" * 32, b"2" * 32, None)]
        again = [under(secret) for secret in (b"1" * 32, b"2" * 32, None)]
    assert all(all(same(one, other)) for one, other in zip(first, again, strict=True))
    assert len({tuple(case["X"].flatten().tolist()) for drawn in first for case in drawn}) == 9
