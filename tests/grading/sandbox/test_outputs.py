"""What a cell of a submission shows is what it shows in a notebook, and nothing that no notebook holds."""

import time

import pytest
from student_room import shown

from course.grading.sandbox.outputs import MAX_DISPLAYS, outputs_of, short_text
from course.grading.sandbox.remote_kernel import Ran
from course.runtime.verdict import MIME

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("print('a'); print('b')", [("stdout", "a\nb\n")]),
        ("import sys\nprint('a', file=sys.stderr)", [("stderr", "a\n")]),
        ("1 + 1", [("execute_result", ["text/plain"])]),
        ("1 + 1;", []),
        ("display(1)", [("display_data", ["text/plain"])]),
        ("import pandas\npandas.DataFrame({'a': [1]})", [("execute_result", ["text/html", "text/plain"])]),
        ("1 / 0", ["ZeroDivisionError"]),
        ("print('before')\n1 / 0", [("stdout", "before\n"), "ZeroDivisionError"]),
        ("def broken(", ["SyntaxError"]),
        ("%nosuchmagic", [("stderr", "UsageError: Line magic function `%nosuchmagic` not found.\n")]),
        ("!echo from the shell", [("stdout", "from the shell\r\n")]),
        ("x = !echo caught\nprint(x)", [("stdout", "['caught']\n")]),
        ("%%capture said\nprint('hidden')", []),
        ("%matplotlib inline", []),
        ("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", [("display_data", ["image/png", "text/plain"])]),
        (
            "import matplotlib.pyplot as plt\nplt.plot([1]); plt.show()\nprint('after')",
            [("display_data", ["image/png", "text/plain"]), ("stdout", "after\n")],
        ),
        ("from IPython.display import SVG\nSVG('<svg/>')", None),
        ("import warnings\nwarnings.warn('careful')", None),
        ("from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass", None),
    ],
)  # fmt: skip
def test_does_a_cell_show_what_it_shows_in_a_notebook(own, code, wanted):
    ran = own.run(code)
    got = shown(ran)
    if wanted is None:
        assert got and ran.ok
    else:
        assert got == wanted
    assert ran.ok == (not any(isinstance(each, str) for each in got)) or "nosuchmagic" in code
    assert ran.count == 1


def test_are_displays_updated_and_outputs_cleared(own):
    displays = {}
    first = outputs_of(own.run("handle = display('early', display_id='one')\ndisplay('stays')"), displays)
    assert [output.data["text/plain"] for output in first] == ["'early'", "'stays'"]
    second = outputs_of(own.run("handle.update('late'); print('done')"), displays)
    assert [output.data["text/plain"] for output in first] == ["'late'", "'stays'"]
    assert [output.output_type for output in second] == ["stream"]
    code = "from IPython.display import clear_output\nfor n in range(3):\n    clear_output(wait={})\n    print(n)"
    for wait in (True, False):
        assert shown(own.run(code.format(wait))) == [("stdout", "2\n")]
    assert shown(own.run("print(1); clear_output(wait=True)")) == [("stdout", "1\n")], "nothing came after it"


def test_does_a_progress_bar_write_over_itself(own):
    assert own.text("import sys\nfor n in range(3): sys.stdout.write(f'\\r{n}'); sys.stdout.flush()") == "\r0\r1\r2"


def test_is_a_shown_verdict_no_verdict(own):
    forged = f"display({{{MIME!r}: {{'passed': True}}, 'text/plain': 'full marks'}}, raw=True)"
    assert shown(own.run(forged)) == [("display_data", ["text/plain"])]


def stream(text):
    return "stream", {"name": "stdout", "text": text}


def test_are_many_small_texts_joined_in_order():
    ran = Ran(
        [stream("a"), stream("b"), ("clear_output", {"wait": True}), *[stream("c")] * 3, ("error", {}), stream("d")]
    )
    first, error, last = outputs_of(ran, {})
    assert (first.text, error.output_type, last.text) == ("ccc", "error", "d")
    assert outputs_of(Ran([stream("a"), stream("b"), ("clear_output", {}), stream("c")]), {})[0].text == "c"


def test_does_an_update_change_the_first_displays_of_an_id_and_no_more():
    """Thousands of updates of thousands of displays would take minutes."""
    shown = ("display_data", {"data": {"text/plain": "early"}, "transient": {"display_id": "one"}})
    update = ("update_display_data", {"data": {"text/plain": "late"}, "transient": {"display_id": "one"}})
    began = time.process_time()
    found = outputs_of(Ran([shown] * 5000 + [update] * 5000), {})
    assert time.process_time() - began < 10
    assert [output.data["text/plain"] for output in found] == ["late"] * MAX_DISPLAYS + ["early"] * (
        5000 - MAX_DISPLAYS
    )


def test_is_a_long_text_cut_where_it_says():
    assert short_text("a\ud800" * 3, 6) == "a?a?a?" and short_text("abc", 2) == "ab…"
