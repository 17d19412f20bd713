"""Do charts show what they are given, and can their axes be read?"""

import numpy as np
import pytest
import torch
from figure_texts import WORDS, texts

from course import plot
from course.figures import charts


def test_does_activation_draw_the_function_and_its_derivative(shown):
    charts.activation(torch.relu, low=-1, high=1, **WORDS)
    charts.activation(lambda z: (z > 0).double(), name="step", **WORDS)
    charts.activation(torch.tanh, derivative=False, **WORDS)
    curve, slope = shown[0][0].axes[0].get_lines()[:2]
    assert curve.get_linestyle() == "-" and slope.get_linestyle() == "--"
    assert np.allclose(curve.get_ydata(), np.maximum(curve.get_xdata(), 0))
    drawn = slope.get_ydata()[np.isfinite(slope.get_ydata())]
    assert set(drawn) == {0.0, 1.0}
    assert {"relu", "its derivative", "z", "relu(z)"} <= set(texts(shown[0][0]))
    assert not shown[1][0].axes[0].get_lines()[1].get_ydata().any()
    assert "its derivative" not in texts(shown[2][0])


def test_do_lines_differ_without_colour(shown):
    curves = {f"run {i}": (torch.logspace(-3, 0, 9), torch.full((9,), i + 1.0)) for i in range(6)}
    charts.lines(curves, xlabel="step size", ylabel="error", logx=True, logy=True, **WORDS)
    axes = shown[0][0].axes[0]
    assert len({(line.get_linestyle(), line.get_marker()) for line in axes.get_lines()}) == 6
    assert {"run 0", "run 5", "step size", "error"} <= set(texts(shown[0][0]))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_do_lines_accept_a_tensor_with_a_gradient_and_refuse_unequal_lengths(shown):
    charts.lines({"loss": torch.ones(3, requires_grad=True)}, xlabel="step", ylabel="loss", **WORDS)
    assert list(shown[0][0].axes[0].get_lines()[0].get_xdata()) == [0, 1, 2]
    with pytest.raises(ValueError, match="'loss' needs x and y of one length"):
        charts.lines({"loss": ([1, 2, 3], [1.0, 2.0])}, xlabel="step", ylabel="loss", **WORDS)


def test_does_a_value_that_waits_say_so(shown):
    with pytest.raises(TypeError, match="still `...`"):
        charts.lines({"loss": ...}, xlabel="step", ylabel="loss", **WORDS)


def test_do_points_show_classes_and_regions(shown):
    X, y = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]), torch.tensor([0, 1, 1, 0])
    charts.points(X, y, names={1: "different"}, regions=lambda P: ((P[:, 0] > 0.5) != (P[:, 1] > 0.5)).long(), **WORDS)
    assert {"class 0", "different", "x₀", "x₁"} <= set(texts(shown[0][0]))
    with pytest.raises(ValueError, match=r"shape \(n, 2\)"):
        charts.points(torch.ones(4, 3), **WORDS)


def test_do_bars_write_their_numbers(shown):
    charts.bars({"W1": torch.tensor(0.00123), "W2": 0.21}, ylabel="largest |gradient|", **WORDS)
    assert {"W1", "W2", "0.00123", "0.21", "largest |gradient|"} <= set(texts(shown[0][0]))


def ticks(axis) -> list[str]:
    """The labels that are seen of an axis."""
    low, high = axis.get_view_interval()
    seen = [label for label in axis.get_ticklabels() if low <= sum(label.get_position()) <= high]
    return [label.get_text() for label in seen if label.get_text()]


def test_do_whole_numbers_get_whole_ticks(shown):
    charts.lines({"loss": [3.0, 2.0, 1.0]}, xlabel="epoch", ylabel="loss", **WORDS)
    charts.lines({"loss": ([0.1, 0.2, 0.4], [3.0, 2.0, 1.0])}, xlabel="rate", ylabel="loss", **WORDS)
    at = shown[0][0].axes[0].get_xticks()
    assert len(at) >= 3 and all(place == int(place) for place in at)
    assert any(place != int(place) for place in shown[1][0].axes[0].get_xticks())


@pytest.mark.parametrize("x", [[0.01, 0.3], [0.4, 0.5, 0.6], [1, 1.5, 9], [30, 700], [0.5, 30]])
def test_has_a_short_logarithmic_axis_ticks_that_can_be_read(x, shown):
    charts.lines({"loss": (x, [5.0] * len(x))}, xlabel="rate", ylabel="loss", logx=True, **WORDS)
    axis = shown[0][0].axes[0].xaxis
    found = [float(text) for text in ticks(axis)]  # plain numbers, no powers
    assert 3 <= len(found) <= 8 and found == sorted(set(found))
    assert not axis.get_minorticklabels()


def test_do_sizes_show_one_network_or_several_and_zeros(shown):
    plot.sizes({"layer 1": torch.tensor(1.0), "layer 2": 0.5}, ylabel="gradient", **WORDS)
    plot.sizes({"sigmoid": [1.0, 0.1, 0.0], "relu": torch.tensor([1.0, 0.9, 0.8])}, **WORDS)
    assert {"layer 1", "gradient"} <= set(texts(shown[0][0])) and "layer" not in texts(shown[0][0])
    assert {"sigmoid", "relu", "sigmoid: zero", "layer"} <= set(texts(shown[1][0]))
    assert shown[0][0].axes[0].get_yscale() == "log"


def test_are_histogram_heights_shares(shown):
    plot.histogram({"a": torch.randn(1000), "b": [0.0, float("inf")]}, xlabel="z", bins=10, **WORDS)
    heights = [patch.get_data().values.sum() for patch in shown[0][0].axes[0].patches]
    assert np.allclose(heights, 1) and {"a", "b", "z", "share of the values"} <= set(texts(shown[0][0]))
