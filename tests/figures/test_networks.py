"""Do drawings of networks write their numbers, apart from each other?"""

import itertools

import pytest
import torch
from figure_texts import WORDS, texts

from course.figures import networks


def test_does_a_network_write_its_numbers(shown):
    weights = [torch.tensor([[0.8, -0.5], [-1.0, -0.1]]), [[-0.5, -0.4]]]
    labels = [["x0", "x1"], ["a0", "a1"], ["y_hat"]]
    networks.network((2, 2, 1), labels=labels, weights=weights, biases=[[0.5, -0.2], [-0.2]], **WORDS)
    assert {"x0", "a1", "y_hat", "0.8", "-0.4", "b = 0.5", "b = -0.2"} <= set(texts(shown[0][0]))
    with pytest.raises(ValueError, match=r"\(out, in\)"):
        networks.network((2, 3), weights=[torch.ones(2, 3)], **WORDS)


@pytest.mark.parametrize("widths", [(2, 2, 1), (3, 3, 2), (4, 3, 3, 1), (2, 4, 1), (4, 4, 2)])
def test_do_the_weights_of_a_network_stay_apart(widths, shown):
    generator = torch.Generator().manual_seed(1)
    weights = [-torch.rand(m, n, generator=generator) - 1 for n, m in itertools.pairwise(widths)]
    networks.network(widths, weights=weights, biases=[[0.5] * m for m in widths[1:]], **WORDS)
    fig = shown[0][0]
    boxes = [(text.get_text(), text.get_window_extent()) for text in fig.axes[0].texts]
    assert len(boxes) == sum(n * m + m for n, m in itertools.pairwise(widths))
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        assert not a.overlaps(b), (one, other)
