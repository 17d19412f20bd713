"""Does the computational graph show values and gradients, with its boxes apart?"""

import itertools

import pytest
import torch
from chains import simple
from figure_texts import WORDS, texts

from course import graph


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
