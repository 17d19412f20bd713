"""Is each general transformation seen where it holds on two cases, and said with reserve on one?"""

import pytest
import torch

from course.doctor.transformations import TRANSFORMATIONS, Pair


def pair(change, n, h):
    torch.manual_seed(n)
    dZ, expected = torch.randn(n, h).double(), torch.randn(n, h).double()
    return change(Pair(expected.clone(), expected, {"dZ": dZ}, {"n": n, "h": h}))


CHANGES = {
    "opposite order": lambda p: Pair(p.expected.flip(0), p.expected, p.inputs, p.sizes),
    "rows are the right ones": lambda p: Pair(p.expected.roll(1, 0), p.expected, p.inputs, p.sizes),
    "columns are the right ones": lambda p: Pair(p.expected.roll(1, 1), p.expected, p.inputs, p.sizes),
    "the first row of the right answer": lambda p: Pair(p.expected[0], p.expected, p.inputs, p.sizes),
    "the last column of the right answer": lambda p: Pair(p.expected[:, -1:], p.expected, p.inputs, p.sizes),
    "the first row of dZ only": lambda p: Pair(p.inputs["dZ"][0], p.inputs["dZ"].sum(0), p.inputs, p.sizes),
    "n times too small": lambda p: Pair(p.inputs["dZ"].mean(0), p.inputs["dZ"].sum(0), p.inputs, p.sizes),
    "a sum where a mean over all entries": lambda p: Pair(
        p.expected * p.expected.numel(), p.expected, p.inputs, p.sizes
    ),
    "stands there several times": lambda p: Pair(
        p.expected[0].expand(4, len(p.expected[0])), p.expected[0], p.inputs, p.sizes
    ),
    "the transpose": lambda p: Pair(p.expected.T, p.expected, p.inputs, p.sizes),
}


@pytest.mark.parametrize("words", CHANGES)
def test_is_each_general_transformation_seen(words):
    from course.doctor.diagnose import explain

    pairs = [pair(CHANGES[words], 5, 4), pair(CHANGES[words], 3, 7)]
    finding = explain(pairs)
    assert finding is not None
    assert words in finding.cause
    assert finding.named
    assert not explain(pairs[:1]).named
    assert not explain([pairs[0], pairs[0]]).named  # the same inputs twice are one case
    random = [pair(lambda p: Pair(torch.rand_like(p.expected), p.expected, p.inputs, p.sizes), n, 4) for n in (5, 6)]
    assert all(each(random) is None for each in TRANSFORMATIONS)
