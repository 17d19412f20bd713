"""Do surfaces lie where the model's answers say, with lines, points and the way down?"""

import numpy as np
import torch
from figure_texts import WORDS, texts

from course import data, plot

X, Y = data.blobs(20, signed=True)
RINGS = data.rings(40)


def bowl(P):
    return P[:, 0] ** 2 + 3 * P[:, 1] ** 2


def test_does_a_boundary_lie_where_the_score_is_zero(shown):
    points = torch.tensor([[-2.0, 0], [0.0, 2], [0.2, 0.3], [2, 2]], dtype=torch.float64)
    asked = []

    def score(P):
        asked.append(P.dtype)
        return (P[:, :1] + P[:, 1:] - 1).requires_grad_()  # (m, 1), with a gradient

    plot.boundary(score, points, torch.tensor([-1, 1, -1, 1]), margin=True, names={1: "dog"}, **WORDS)
    axes = shown[0][0].axes[0]
    assert set(asked) == {torch.float64}
    assert {"class −1", "dog", "score = 0", "score = −1", "score = +1", "in the margin"} <= set(texts(shown[0][0]))
    ways = [s.get_paths()[0].vertices for s in axes.collections if type(s).__name__ == "QuadContourSet"][1:]
    assert len(ways) == 3
    for way, level in zip(ways, (0, -1, 1), strict=True):
        assert np.allclose(way.sum(axis=1) - 1, level, atol=1e-6)
    (ring,) = [s for s in axes.collections if s.get_label() == "in the margin"]
    assert ring.get_offsets().tolist() == [[0, 2], [0.2, 0.3]]


def test_are_points_ringed_that_training_brought_close_to_the_edge(shown):
    points = torch.tensor([[1.0004, 0.0], [0.99, 1.0], [1.01, 2.0], [1.15, 3.0], [-1.0003, 0.0], [-3.0, 1.0]])
    plot.boundary(lambda P: P[:, 0], points, torch.tensor([1, 1, 1, 1, -1, -1]), margin=True, **WORDS)
    (ring,) = [s for s in shown[0][0].axes[0].collections if s.get_label() == "in the margin"]
    assert np.allclose(ring.get_offsets()[:, 0], [1.0004, 0.99, 1.01, -1.0003])


def test_does_a_boundary_survive_a_model_that_never_changes_its_mind(shown):
    plot.boundary(lambda P: torch.ones(len(P)), X, Y, margin=True, **WORDS)
    plot.responses({"dead": lambda P: torch.full((len(P), 1), 0.5)}, *RINGS, **WORDS)
    plot.response(lambda P: P[:, 0] / 0 * 0, *RINGS, **WORDS)
    assert "score = 0" not in texts(shown[0][0]) and "output = 0.5" not in texts(shown[1][0])


def test_do_responses_share_a_scale_and_a_legend(shown):
    plot.responses({"flat": lambda P: 0 * P[:, 0], "steep": lambda P: 5 * P[:, 0]}, *RINGS, names={1: "ring"}, **WORDS)
    first, second, bar = shown[0][0].axes
    assert (first.get_title(), second.get_title(), bar.get_ylabel()) == ("flat", "steep", "output")
    fills = [axes.collections[0] for axes in (first, second)]
    assert list(fills[0].levels) == list(fills[1].levels)
    assert {"output = 0.5", "class 0", "ring"} <= set(texts(shown[0][0]))


def test_do_contours_show_the_way_down(shown):
    plot.contours(bowl, [torch.tensor([1.0, 1.0]), torch.tensor([0.5, 0.2])], xlabel="w", ylabel="b", **WORDS)
    plot.contours(lambda P: torch.exp(300 * P[:, 0]) * 1e300, low=(-9, 0), high=(9, 1), **WORDS)  # inf for half of it
    assert {"descent", "start", "end", "w", "b", "loss"} <= set(texts(shown[0][0]))
    assert "start" not in texts(shown[1][0])
    way = next(line for line in shown[0][0].axes[0].get_lines() if line.get_label() == "descent")
    assert np.allclose(way.get_xydata(), [[1, 1], [0.5, 0.2]])
