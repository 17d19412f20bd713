"""Do tensors drawn as cells show shapes, values, copies and clashes?"""

import numpy as np
import pytest
import torch
from figure_texts import WORDS, texts

from course import plot


def test_does_tensor_shape_number_dimensions_and_shade_cells(shown):
    X = torch.arange(12).reshape(3, 4)
    plot.tensor_shape(X, labels=("X",), highlight=np.s_[1:, ::2], **WORDS)
    found = texts(shown[0][0])
    assert {"X   (3, 4)", "← dim 0", "dim 1 →", "11"} <= set(found)
    bold = {text.get_text() for text in shown[0][0].axes[0].texts if text.get_weight() == "bold"}
    assert bold == {"X   (3, 4)", "4", "6", "8", "10"}


def test_does_tensor_shape_draw_three_dimensions_masks_and_long_ones(shown):
    X = torch.tensor([[float("nan"), 2.0]])
    plot.tensor_shape(X, torch.zeros(2, 1, 2), (2, 3, 4), (), (100, 784), highlight=[X.isnan(), None], **WORDS)
    found = texts(shown[0][0])
    assert {"nan", "2.", "dim 0, index 1", "↗ dim 0", "()", "⋯", "783"} <= set(found)
    with pytest.raises(ValueError, match="three dimensions"):
        plot.tensor_shape((1, 2, 3, 4), **WORDS)


def test_does_broadcast_show_shapes_copies_and_results(shown):
    plot.broadcast(torch.tensor([[1], [2], [3]]), torch.tensor([10, 20]), op="*", labels=("a", "r"), **WORDS)
    found = texts(shown[0][0])
    assert {"a   (3, 1)", "r   (2,)", "a × r   (3, 2)", "stretched to (3, 2)", "60"} <= set(found)
    assert found.count("1") == 2  # the entry itself and its copy
    plot.broadcast((2, 3, 4), (3, 1), **WORDS)
    assert "a + b   (2, 3, 4)" in texts(shown[1][0])


def test_does_broadcast_say_which_dimension_clashes(shown):
    plot.broadcast((3, 4), (3,), **WORDS)
    assert "Cannot be broadcast:\ndim -1 (the last): 4 against 3, and neither is 1" in texts(shown[0][0])
    plot.broadcast((2, 3, 4), (3, 2, 4), **WORDS)
    (verdict,) = [text for text in texts(shown[1][0]) if "Cannot" in text]
    assert "dim -2 (the last but one): 3 against 2" in verdict and "dim -3" in verdict and "dim -1" not in verdict
