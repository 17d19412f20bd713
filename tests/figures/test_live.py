"""Do figures that move begin where they are told, and change in their place?"""

import re

import nbformat
import pytest
from figure_texts import WORDS, texts

from course import plot
from course.figures import charts, live


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
