"""Do surfaces, pictures and moving figures show what they are given, with words, and refuse what does not fit?"""

import re
import warnings

import nbformat
import numpy as np
import pytest
import torch
from figure_texts import WORDS, texts

from course import data, plot, train
from course.figures import charts, live, style

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
DRAWINGS = {
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


@pytest.fixture
def shown(monkeypatch):
    """The figures that were shown, in order; any warning while drawing is an error."""
    seen = []
    monkeypatch.setattr(style, "show", lambda fig, *, alt, caption: seen.append((fig, style.png(fig))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield seen


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_are_both_texts_required(draw, shown):
    for missing in ("alt", "caption"):
        with pytest.raises(TypeError, match=missing):
            draw(**{key: text for key, text in WORDS.items() if key != missing})
        with pytest.raises(ValueError, match=f"needs {missing}="):
            draw(**{**WORDS, missing: "  "})
    assert not shown


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_is_every_figure_small_and_nothing_cut_off(draw, shown):
    draw(**WORDS)
    ((fig, image),) = shown
    assert image.startswith(b"\x89PNG") and len(image) < 80_000
    inked = fig.get_tightbbox()  # inches
    assert inked.x0 >= -0.01 and inked.y0 >= -0.01
    assert inked.x1 <= fig.get_figwidth() + 0.01 and inked.y1 <= fig.get_figheight() + 0.01


# --- Surfaces ---


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


# --- Pictures, sizes, spread ---


def test_are_wrong_images_marked_with_their_probabilities(shown):
    p = torch.tensor([[0.1, 0.9], [0.75, 0.25]])
    plot.images(torch.rand(2, 64), torch.tensor([1, 1]), probabilities=p, names=["cat", "dog"], **WORDS)
    assert {"dog", "✓ said dog (0.90)", "dog (0.25)", "✗ said cat (0.75)"} == set(texts(shown[0][0]))
    assert [patch.get_linewidth() for patch in shown[0][0].axes[0].patches] == [0.8, 3.0]
    plot.images(torch.rand(3, 8, 8), ["shoe", "bag", "hat"], **WORDS)
    assert texts(shown[1][0]) == ["shoe", "bag", "hat"]
    plot.images(torch.rand(1, 8, 8), predicted=torch.tensor([7]), probabilities=torch.tensor([0.5]), **WORDS)
    assert texts(shown[2][0]) == ["said 7 (0.50)"]


def test_do_images_break_into_rows_and_keep_their_words_apart(shown):
    plot.images(torch.rand(20, 28, 28), range(20), predicted=range(20), names=["Ankle boot"] * 20, **WORDS)
    boxes = [text.get_window_extent() for text in shown[0][0].axes[0].texts]
    overlaps = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    assert len(boxes) == 40 and not overlaps and shown[0][0].get_figwidth() < 10


def test_does_a_confusion_matrix_write_every_count(shown):
    plot.confusion([[50, 3], [0, 40]], ["no", "yes"], **WORDS)
    found = texts(shown[0][0])
    assert {"50", "3", "·", "40", "no", "yes", "true class", "predicted class"} <= set(found) and "0" not in found
    bold = [text.get_text() for text in shown[0][0].axes[0].texts if text.get_weight() == "bold"]
    assert bold == ["3"]


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


# --- Figures that move ---


@pytest.mark.parametrize(
    "choice, start", [((1, 9), 5), ((0.0, 1.0), 0.5), ((1, 9, 2), 2), ((0, 1.0, 0.25), 0.25), ([0.1, 1.0], 0.1)]
)
def test_does_a_slider_start_where_it_is_told(choice, start):
    assert live.first_value("k", choice) == start and isinstance(live.first_value("k", choice), type(start))


def test_does_a_slider_draw_on_axes_or_through_a_figure_function(shown):
    plot.slider(lambda ax, k, s: ax.set(xlabel=f"k={k}, s={s}"), k=(1, 9, 3), s=["a", "b"], **WORDS)
    plot.slider(lambda lr, **words: charts.bars({"lr": lr}, ylabel="rate", **words), lr=(0.0, 1.0, 0.25), **WORDS)
    assert "k=3, s=a" in texts(shown[0][0]) and "0.25" in texts(shown[1][0])


CELLS = """
import gc, os, sys
from unittest import mock
import ipywidgets
from course import plot, train
rates = []
words = {"alt": "A line.", "caption": "It rises."}
def draw(ax, lr):
    rates.append(lr)
    ax.plot([0, 1], [0, lr])
# %% a slider, then its reader
plot.slider(draw, lr=(0.0, 1.0, 0.5), **words)
# %%
control = next(found for found in gc.get_objects() if type(found) is ipywidgets.FloatSlider)
control.value = 0.9
print(rates)
# %% without ipywidgets
with mock.patch.dict(sys.modules, {"ipywidgets": None}):
    plot.slider(draw, lr=(0.0, 1.0, 0.25), **words)
# %% before the exercise is done
def waits(ax, lr):
    raise NotImplementedError("descend")
plot.slider(waits, lr=(0.0, 1.0), **words)
# %% a training curve, redrawn at every step
with train.Curve(alt="A loss curve.", caption="It falls.") as curve:
    for step in range(3):
        curve._next = 0.0
        curve.add(step, loss=1 / (1 + step))
# %% one that is stopped
try:
    with train.Curve(alt="A loss curve.", caption="It stops.") as curve:
        curve.add(0, loss=1.0), curve.add(1, loss=0.5)
        raise KeyboardInterrupt
except KeyboardInterrupt:
    print(curve.curves)
# %% under nbgrader
os.environ["NBGRADER_EXECUTION"] = "autograde"
plot.slider(draw, lr=(0.0, 1.0, 0.9), **words)
# %%
with train.Curve(**words) as curve:
    curve.add(0, loss=1.0), curve.add(1, loss=0.5)
"""


@pytest.fixture(scope="module")
def ran():
    """The outputs of each cell, run in a kernel as a student has it; the last two as nbgrader has it."""
    client = pytest.importorskip("nbclient")
    cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in re.split(r"# %%.*\n", CELLS)]
    book = nbformat.v4.new_notebook(cells=cells)
    client.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in book.cells]


def kinds(outputs) -> list[str]:
    """What each output is: "figure", "widget" or the text of a stream."""
    named = []
    for output in outputs:
        found = output.get("data", {})
        widget = "application/vnd.jupyter.widget-view+json" in found
        named.append("widget" if widget else "figure" if "image/png" in found else f"{output.name}: {output.text}")
    return named


def test_does_a_moved_slider_change_its_figure_in_place(ran):
    _, first, moved, without, waiting, *_, graded, _ = ran
    assert kinds(first) == ["figure", "widget"]
    assert kinds(moved) == ["stdout: [0.5, 0.9]\n"]  # redrawn there, not here
    assert first[0].data == graded[0].data != without[0].data  # the figure for 0.9
    assert "It rises." in first[0].data["text/html"]
    assert kinds(without) == kinds(graded) == ["figure"]
    assert "".join(output.text for output in waiting) == "This cell waits for descend: not done yet.\n"


def test_does_a_training_curve_redraw_one_figure(ran):
    *_, grown, stopped, _, graded = ran
    assert kinds(grown) == ["figure"] and "It falls." in grown[0].data["text/html"]
    assert kinds(stopped)[0] == "figure" and "[1.0, 0.5]" in stopped[1].text
    assert kinds(graded) == ["figure"]
