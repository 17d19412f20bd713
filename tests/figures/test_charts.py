"""Do the course's figures carry words, show what they are given, and keep their boxes apart?"""

import itertools
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from figure_texts import WORDS, texts

from course import graph, plot
from course.figures import charts, networks, style


@pytest.fixture
def shown(monkeypatch):
    """The figures that were shown, in order; any warning while drawing is an error."""
    seen = []
    monkeypatch.setattr(style, "show", lambda fig, *, alt, caption: seen.append((fig, style.png(fig))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield seen


def simple() -> graph.Graph:
    """L = 3(a + bc) at (5, 3, 2)."""
    g = graph.Graph()
    g.input("a", 5.0), g.input("b", 3.0), g.input("c", 2.0)
    g.node("u", "×", of=("b", "c"), value=6.0)
    g.node("v", "+", of=("a", "u"), value=11.0)
    g.node("L", "3 × v", of=("v",), value=33.0)
    return g


def two_layers() -> graph.Graph:
    """Two hidden neurons, one output neuron and a squared error: 16 boxes."""
    g = graph.Graph()
    for name in ("x0", "x1", "w00", "w01", "b0", "w10", "w11", "b1"):
        g.input(name, 0.5)
    for i in "01":
        g.node(f"z{i}", f"w{i}0·x0 + w{i}1·x1 + b{i}", of=("x0", "x1", f"w{i}0", f"w{i}1", f"b{i}"), value=0.69)
        g.node(f"a{i}", f"relu(z{i})", of=f"z{i}", value=0.69)
    for name in ("v0", "v1", "c"):
        g.input(name, -0.4)
    g.node("y_hat", "v0·a0 + v1·a1 + c", of=("a0", "a1", "v0", "v1", "c"), value=-0.545)
    g.node("L", "(y_hat − 1)²", of="y_hat", value=2.387)
    return g


def skipping() -> graph.Graph:
    """x feeds both the first box and, past two columns, the last one."""
    g = graph.Graph()
    g.input("x", 2.0)
    g.node("u", "x²", of="x", value=4.0)
    g.node("v", "sin u", of="u", value=-0.7568)
    g.node("L", "×", of=("v", "x"), value=-1.514)
    return g


GRADIENTS = {"L": 1, "v": 3, "a": 3, "u": 3, "b": 6, "c": 9}
DRAWINGS = {
    "activation": lambda **words: charts.activation(torch.relu, **words),
    "lines": lambda **words: charts.lines({"loss": [2.0, 1.0]}, xlabel="step", ylabel="loss", **words),
    "points": lambda **words: charts.points(torch.eye(2), torch.tensor([0, 1]), **words),
    "bars": lambda **words: charts.bars({"W1": 0.5}, ylabel="size", **words),
    "network": lambda **words: networks.network((2, 2, 1), **words),
    "tensor_shape": lambda **words: plot.tensor_shape((2, 3), **words),
    "broadcast": lambda **words: plot.broadcast((2, 1), (3,), **words),
    "graph": lambda **words: graph.draw(simple(), **words),
}


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
@pytest.mark.parametrize("missing", ["alt", "caption"])
def test_are_both_texts_required(draw, missing, shown):
    with pytest.raises(TypeError, match=missing):
        draw(**{key: text for key, text in WORDS.items() if key != missing})
    with pytest.raises(ValueError, match=f"needs {missing}="):
        draw(**{**WORDS, missing: "  "})
    assert not shown


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_is_every_figure_small_and_nothing_cut_off(draw, shown):
    draw(**WORDS)
    ((fig, image),) = shown
    assert image.startswith(b"\x89PNG") and len(image) < 60_000
    inked = fig.get_tightbbox()  # inches
    assert inked.x0 >= -0.01 and inked.y0 >= -0.01
    assert inked.x1 <= fig.get_figwidth() + 0.01 and inked.y1 <= fig.get_figheight() + 0.01


def test_does_the_output_hold_the_picture_and_its_texts():
    from matplotlib.figure import Figure

    fig = Figure(figsize=(2, 1))
    data, metadata = style.bundle(fig, alt='Loss < 1 & "low"', caption="It falls.")
    assert 'alt="Loss &lt; 1 &amp; &quot;low&quot;"' in data["text/html"]
    assert "<figcaption" in data["text/html"] and "It falls." in data["text/html"]
    assert f"data:image/png;base64,{data['image/png']}" in data["text/html"]
    assert data["text/plain"] == 'Figure: It falls. Loss < 1 & "low"'
    assert metadata["image/png"]["alt"] == 'Loss < 1 & "low"'
    assert style.png(fig) == style.png(fig)


def test_does_a_figure_reach_ipython():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    try:
        with capture_output() as captured:
            shell.run_cell(
                "from course import plot\nplot.bars({'W1': 1.0}, ylabel='size', alt='One bar.', caption='A bar.')"
            )
        (output,) = captured.outputs
        assert set(output.data) == {"text/html", "image/png", "text/plain"}
        assert not captured.stderr
    finally:
        InteractiveShell.clear_instance()


def test_is_importing_the_figures_cheap():
    code = "import sys, torch; import course.plot, course.graph; print([m for m in sys.modules if 'matplotlib' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


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


def test_do_bars_and_network_write_their_numbers(shown):
    charts.bars({"W1": torch.tensor(0.00123), "W2": 0.21}, ylabel="largest |gradient|", **WORDS)
    assert {"W1", "W2", "0.00123", "0.21", "largest |gradient|"} <= set(texts(shown[0][0]))
    weights = [torch.tensor([[0.8, -0.5], [-1.0, -0.1]]), [[-0.5, -0.4]]]
    labels = [["x0", "x1"], ["a0", "a1"], ["y_hat"]]
    networks.network((2, 2, 1), labels=labels, weights=weights, biases=[[0.5, -0.2], [-0.2]], **WORDS)
    assert {"x0", "a1", "y_hat", "0.8", "-0.4", "b = 0.5", "b = -0.2"} <= set(texts(shown[1][0]))
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


@pytest.mark.parametrize("make", [simple, two_layers, skipping])
def test_does_the_layout_keep_boxes_apart_and_on_the_sheet(make):
    g = make()
    for gradients in (None, {name: -0.4635 for name in g.nodes}):
        plan = graph.layout(g, gradients=gradients)
        for a, b in itertools.combinations(plan.boxes.values(), 2):
            apart_x = abs(a.x - b.x) >= (a.width + b.width) / 2
            apart_y = abs(a.y - b.y) >= (a.height + b.height) / 2 + 0.2
            assert apart_x or apart_y
        for box in plan.boxes.values():
            assert box.width / 2 <= box.x <= plan.width - box.width / 2
            assert box.height / 2 <= box.y <= plan.height - box.height / 2
        for source, name in plan.edges:
            assert plan.boxes[source].x < plan.boxes[name].x


@pytest.mark.parametrize("make", [simple, two_layers, skipping])
def test_do_no_two_texts_of_a_graph_overlap(make, shown):
    g = make()
    graph.draw(g, gradients={name: -0.4635 for name in g.nodes}, **WORDS)
    boxes = [(t.get_text(), t.get_window_extent()) for t in shown[0][0].axes[0].texts if t.get_text()]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= 0 or high <= 2, (one, other)


def test_does_an_edge_over_a_column_pass_no_box():
    plan = graph.layout(skipping())
    way = plan.edges["x", "L"]
    for name in "uv":
        box = plan.boxes[name]
        assert all(abs(y - box.y) > box.height / 2 for x, y in way if abs(x - box.x) <= box.width / 2 + 0.1)


def test_does_the_graph_draw_values_gradients_and_local_derivatives(shown):
    graph.draw(simple(), gradients=GRADIENTS, local={("u", "b"): "c = 2"}, **WORDS)
    wanted = {"a", "L", "b × c", "a + u", "3 × v", "33", "11", "db = 6", "dc = 9", "dv = 3", "∂u/∂b = c = 2"}
    assert wanted <= set(texts(shown[0][0]))


def test_are_statuses_told_by_words_and_frames(shown):
    g = graph.Graph()
    g.input("W1", torch.ones(5, 3))
    g.node("L", "loss", of="W1", value=torch.tensor(0.25))
    graph.draw(g, gradients={"dW1": torch.ones(5, 3), "L": 1}, status={"dW1": "first wrong", "L": "right"}, **WORDS)
    assert {"✗ first wrong", "✓ right", "dW1: (5, 3)", "(5, 3)", "0.25"} <= set(texts(shown[0][0]))
    patches = shown[0][0].axes[0].patches
    assert any(patch.get_hatch() for patch in patches) and any(patch.get_linewidth() == 3.0 for patch in patches)
    with pytest.raises(ValueError, match="'maybe' is no status"):
        graph.draw(g, status={"W1": "maybe"}, **WORDS)


def test_can_a_graph_be_read_in_words():
    words = graph.describe(
        simple(), gradients=GRADIENTS, local={("u", "b"): "c = 2"}, status={"a": "right", "du": "wrong"}
    )
    assert words.startswith("input a = 5; da = 3 (right). input b = 3; db = 6.")
    assert "u = b × c = 6; ∂u/∂b = c = 2; du = 3 (wrong)." in words


def test_does_a_graph_refuse_names_that_do_not_fit():
    g = simple()
    with pytest.raises(ValueError, match="called 'a' in the graph already"):
        g.input("a")
    with pytest.raises(ValueError, match="'q', which is not in the graph"):
        g.node("z", "relu", of="q")
    with pytest.raises(ValueError, match="No box of the graph is called 'dq'"):
        graph.describe(g, gradients={"dq": 1})
    with pytest.raises(ValueError, match="no edge from 'a' to 'u'"):
        graph.describe(g, local={("u", "a"): "1"})
    with pytest.raises(ValueError, match="no boxes yet"):
        graph.layout(graph.Graph())
