"""Does every figure carry words, stay small, and refuse what does not fit?"""

import pytest
import torch
from chains import simple
from figure_texts import WORDS

from course import data, graph, plot, train
from course.figures import charts, networks

X, Y = data.blobs(20, signed=True)
RINGS = data.rings(40)


def linear(P):
    return P @ torch.tensor([1.0, 1.0])


def bowl(P):
    return P[:, 0] ** 2 + 3 * P[:, 1] ** 2


def curve(**words):
    with train.Curve(**words) as drawn:
        drawn.add(0, training=1.0)
        drawn.add(1, {"test loss": torch.tensor(0.5)}, training=0.7)


PATH = torch.tensor([[-2.0, 1.0], [-1.0, 0.2], [-0.4, 0.0]])
SMALL = {
    "activation": lambda **words: charts.activation(torch.relu, **words),
    "lines": lambda **words: charts.lines({"loss": [2.0, 1.0]}, xlabel="step", ylabel="loss", **words),
    "points": lambda **words: charts.points(torch.eye(2), torch.tensor([0, 1]), **words),
    "bars": lambda **words: charts.bars({"W1": 0.5}, ylabel="size", **words),
    "network": lambda **words: networks.network((2, 2, 1), **words),
    "tensor_shape": lambda **words: plot.tensor_shape((2, 3), **words),
    "broadcast": lambda **words: plot.broadcast((2, 1), (3,), **words),
    "graph": lambda **words: graph.draw(simple(), **words),
}
LARGER = {
    "boundary": lambda **words: plot.boundary(linear, X, Y, margin=True, **words),
    "response": lambda **words: plot.response(lambda P: P.norm(dim=1), *RINGS, **words),
    "responses": lambda **words: plot.responses({"a": linear, "b": bowl}, *RINGS, **words),
    "contours": lambda **words: plot.contours(bowl, {"slow": PATH, "fast": PATH.flip(0)}, **words),
    "images": lambda **words: plot.images(torch.rand(9, 1, 28, 28), range(9), predicted=[0] * 9, **words),
    "confusion": lambda **words: plot.confusion(torch.eye(10) * 900 + 3, ["long name"] * 10, **words),
    "sizes": lambda **words: plot.sizes({"layer 1": 1.0, "layer 2": 0.1}, **words),
    "histogram": lambda **words: plot.histogram({"a": torch.randn(99), "b": [1, 2, 2]}, xlabel="activation", **words),
    "slider": lambda **words: plot.slider(lambda ax, k: ax.plot([0, k], [0, 1]), k=(1, 9), **words),
    "curve": curve,
}
DRAWINGS = SMALL | LARGER


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_are_both_texts_required(draw, shown):
    for missing in ("alt", "caption"):
        with pytest.raises(TypeError, match=missing):
            draw(**{key: text for key, text in WORDS.items() if key != missing})
        with pytest.raises(ValueError, match=f"needs {missing}="):
            draw(**{**WORDS, missing: "  "})
    assert not shown


@pytest.mark.parametrize("name", DRAWINGS)
def test_is_every_figure_small_and_nothing_cut_off(name, shown):
    DRAWINGS[name](**WORDS)
    ((fig, image),) = shown
    assert image.startswith(b"\x89PNG") and len(image) < (60_000 if name in SMALL else 80_000)
    inked = fig.get_tightbbox()  # inches
    assert inked.x0 >= -0.01 and inked.y0 >= -0.01
    assert inked.x1 <= fig.get_figwidth() + 0.01 and inked.y1 <= fig.get_figheight() + 0.01


@pytest.mark.parametrize(
    "draw, said",
    [
        (lambda: plot.boundary(linear, torch.ones(4, 3), torch.ones(4), **WORDS), r"shape \(n, 2\)"),
        (lambda: plot.boundary(linear, X, Y[:3], **WORDS), "20 points, y has 3 labels"),
        (lambda: plot.boundary(linear, X, torch.arange(20), **WORDS), "20 classes"),
        (lambda: plot.boundary(lambda P: P, X, Y, **WORDS), "one number for each place"),
        (lambda: plot.responses({}, X, Y, **WORDS), "at least one model"),
        (lambda: plot.contours(bowl, torch.ones(5, 3), **WORDS), r"\(k, 2\)"),
        (lambda: plot.contours(lambda P: P[:, 0] / 0, **WORDS), "not finite anywhere"),
        (lambda: plot.images(torch.rand(28, 27), **WORDS), r"write X\[:1\]"),
        (lambda: plot.images(torch.rand(3, 8, 8), [1, 2], **WORDS), "3 images, but labels has 2"),
        (lambda: plot.confusion(torch.ones(2, 3), **WORDS), r"shape \(q, q\)"),
        (lambda: plot.confusion(torch.ones(2, 2), ["a"], **WORDS), "2 classes, names has 1"),
        (lambda: plot.sizes({}, **WORDS), "one number for each layer"),
        (lambda: plot.histogram({"a": [float("nan")]}, xlabel="x", **WORDS), "at least one finite number"),
        (lambda: plot.slider(print, **WORDS), "at least one range"),
        (lambda: plot.slider(print, lr=0.1, **WORDS), r"lr= is \(low, high, start\)"),
        (lambda: plot.slider(print, lr=(0.1, 0.5, 0.9), **WORDS), "low ≤ start ≤ high"),
    ],
)
def test_is_what_does_not_fit_refused_in_words(draw, said, shown):
    with pytest.raises(ValueError, match=said):
        draw()
    assert not shown
