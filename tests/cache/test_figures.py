"""Is a figure that was drawn before shown as it was, only where it would look the same, and to nobody's harm?"""

import threading

import numpy as np
import pytest
import torch
from chains import WORDS, chain
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_code_cell, new_notebook

from course import graph, plot
from course.cache import figures as drawn
from course.figures import charts, style
from course.grading.run.execute import Execute
from course.grading.sandbox import limits, pool
from course.grading.sandbox import room as rooms


@pytest.fixture
def displayed(monkeypatch):
    """Calls something in IPython's shell and returns the data and metadata of what it displayed."""
    InteractiveShell.instance()
    monkeypatch.setattr(drawn, "KEPT", {})

    def call(action):
        with capture_output(stdout=False, stderr=False) as caught:
            action()
        return [(output.data, output.metadata) for output in caught.outputs]

    yield call
    drawn.keeping(None)
    InteractiveShell.clear_instance()


DRAW = {
    "lines": lambda: charts.lines({"loss": [1.0, 0.5], "x": ([0, 1], torch.ones(2))}, xlabel="t", ylabel="L", **WORDS),
    "graph": lambda: graph.draw(chain(), gradients={"u": 1, "a": torch.tensor(3.0)}, **WORDS),
    "shape": lambda: plot.tensor_shape(torch.arange(6).reshape(2, 3), **WORDS),
    "images": lambda: plot.images(torch.linspace(0, 1, 32).reshape(2, 4, 4), **WORDS),
    "bars": lambda: charts.bars({"a": np.float64(1.5), "b": 2}, ylabel="seconds", **WORDS),
}


@pytest.mark.parametrize("name", DRAW)
def test_is_a_kept_figure_shown_as_it_was_and_not_drawn_again(displayed, monkeypatch, name):
    first = displayed(DRAW[name])
    drawn.keeping(drawn.KEPT.__setitem__)
    assert displayed(DRAW[name]) == first and len(drawn.KEPT) == 1, "keeping changes nothing that is seen"
    drawn.keeping(None)
    monkeypatch.setattr(style, "png", lambda fig: pytest.fail("it is drawn again"))
    assert displayed(DRAW[name]) == first


def test_is_nothing_kept_in_a_notebook_of_ones_own(displayed):
    assert displayed(DRAW["lines"]) and drawn.KEPT == {}


OTHERS = {
    "value": lambda: graph.draw(chain(16.0), gradients={"u": 1, "a": torch.tensor(3.0)}, **WORDS),
    "type": lambda: graph.draw(chain(), gradients={"u": 1.0, "a": torch.tensor(3.0)}, **WORDS),
    "dtype": lambda: graph.draw(chain(), gradients={"u": 1, "a": torch.tensor(3.0).double()}, **WORDS),
    "shape": lambda: graph.draw(chain(), gradients={"u": 1, "a": torch.tensor([3.0])}, **WORDS),
    "words": lambda: graph.draw(chain(), gradients={"u": 1, "a": torch.tensor(3.0)}, **{**WORDS, "alt": "Other."}),
    "function": lambda: charts.lines({"u": [1.0, 3.0]}, xlabel="t", ylabel="L", **WORDS),
}


@pytest.mark.parametrize("name", OTHERS)
def test_is_another_figure_drawn_anew(displayed, name):
    drawn.keeping(drawn.KEPT.__setitem__)
    displayed(DRAW["graph"])
    kept = dict(drawn.KEPT)
    displayed(OTHERS[name])
    assert len(drawn.KEPT) == len(kept) + 1


def test_is_a_figure_drawn_anew_under_other_settings(displayed):
    import matplotlib

    drawn.keeping(drawn.KEPT.__setitem__)
    with matplotlib.rc_context({"axes.titlesize": 20}):
        displayed(DRAW["lines"])
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        displayed(DRAW["lines"])
    finally:
        torch.set_default_dtype(before)
    displayed(DRAW["lines"])
    assert len(drawn.KEPT) == 3


def test_is_a_figure_that_warns_drawn_in_every_notebook(displayed):
    drawn.keeping(drawn.KEPT.__setitem__)
    displayed(lambda: charts.lines({"a": [1.0, 2.0]}, xlabel="\N{CJK UNIFIED IDEOGRAPH-6F22}", ylabel="y", **WORDS))
    assert drawn.KEPT == {}


def test_is_the_whole_sheet_shown_whatever_a_notebook_has_set(displayed):
    import matplotlib

    first = displayed(DRAW["lines"])
    with matplotlib.rc_context({"savefig.bbox": "tight", "savefig.dpi": 50, "savefig.transparent": True}):
        assert displayed(DRAW["lines"]) == first


def test_is_what_a_function_decides_never_kept(displayed):
    drawn.keeping(drawn.KEPT.__setitem__)
    displayed(lambda: charts.activation(torch.tanh, **WORDS))
    with pytest.raises(ValueError, match="one length"):
        displayed(lambda: charts.lines({"a": ([0, 1], [1.0])}, xlabel="t", ylabel="L", **WORDS))
    assert drawn.KEPT == {}


# --- In the room ------------------------------------------------------------------------------------------------------

GIVEN = (
    "import torch\nfrom course import plot",
    'plot.lines({"loss": [1.0, 0.5]}, xlabel="step", ylabel="loss", alt="Falling.", caption="It falls.")',
    'def answer(x):\n    raise NotImplementedError("answer")',
    'plot.lines({"yours": [answer(1.0)] * 3}, xlabel="step", ylabel="y", alt="Yours.", caption="What you get.")',
)
SPOILS = """from course.cache import figures as drawn
for key in drawn.KEPT:
    drawn.KEPT[key] = drawn.Picture({"text/plain": "x"}, {})"""


def handed_in(*cells):
    return new_notebook(cells=[new_code_cell(source) for source in cells])


def outputs(nb):
    return [[dict(output) for output in cell.outputs] for cell in nb.cells]


@pytest.fixture
def new_room(monkeypatch):
    """The pool has no room yet; the one that is made is closed, and nobody else's."""
    monkeypatch.setattr(pool, "_mine", threading.local())
    yield
    pool._mine.room.close()


@pytest.mark.long
def test_does_a_class_see_what_one_sees_though_the_figures_are_drawn_once(new_room):
    right = [*GIVEN[:2], "def answer(x):\n    return x", GIVEN[3]]
    spoiling, looking = [SPOILS, *right], ["from course.cache import figures\nlen(figures.KEPT)", *right]
    runner, alone, together = Execute(), [], []
    for kept, given in ((alone, ()), (together, GIVEN)):
        for cells in (right, right, right, spoiling, right, [*GIVEN]):
            kept.append(outputs(runner.once(handed_in(*cells), {}, given)))
    assert together[:3] == alone[:3] and together[4:] == alone[4:]
    assert together[2][1][0]["data"]["image/png"] and together[2][3][0]["data"]["image/png"]
    assert together[3][2] != alone[3][2], "what is kept is what is shown"
    kept = [runner.once(handed_in(*looking), {}, given).cells[0].outputs[0].data for given in ((), GIVEN)]
    assert kept == [{"text/plain": "1"}] * 2, "one figure is everybody's; the other depends on the answer"


@pytest.mark.long
@pytest.mark.parametrize("unsafe", [False, True])
def test_does_given_code_that_never_ends_cost_some_seconds_and_no_more(new_room, monkeypatch, unsafe):
    monkeypatch.setattr(rooms, "DRAW_TIMEOUT_S", 3.0)
    given = (*GIVEN, "import time\nwhile True:\n    open('left', 'w').write('it')\n    time.sleep(0.1)")
    look = "import os, time\nfrom course.cache import figures\ntime.sleep(0.5)\nlen(figures.KEPT), os.listdir('.')"
    for number in range(1, 4):
        nb = Execute(unsafe=unsafe).once(handed_in(look), {}, given)
        assert nb.cells[0].outputs[0].data["text/plain"] == ("(1, [])" if number == limits.DRAW_AT else "(0, [])")
