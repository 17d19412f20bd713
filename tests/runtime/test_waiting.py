"""In a student's kernel: does Run all go on past what is not done, and does an error stay an error?"""

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = [
    "from course import check, cases",
    "def double(x):\n    raise NotImplementedError('double')",
    "table = ...",
    "double(3)",
    "table + 1",
    "check.value(table, 4)",
    "check.function(double, lambda x: 2 * x, on=[cases.example(x=3)])",
    "check.value(never_run, 4)",
    "def double(x):\n    return 3 * x",
    "check.function(double, lambda x: 2 * x, on=[cases.example(x=3)])",
    "print('the end')",
    "1 / 0",
]


@pytest.fixture(scope="module")
def outputs():
    """The text that each cell shows, in a kernel of its own; nbclient stops at the first error reply."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, allow_errors=True, timeout=60).execute()
    return [
        "".join(
            output.get("text", "") + output.get("data", {}).get("text/plain", "") + output.get("ename", "")
            for output in cell.outputs
        )
        for cell in notebook.cells
    ]


def test_does_a_cell_say_what_it_waits_for(outputs):
    assert outputs[3] == "This cell waits for double: not done yet.\n"
    assert outputs[4] == "This cell waits for table: not done yet.\n"
    assert outputs[7] == "There is no never_run yet. Run the cell above that defines it, then this one again.\n"


def test_does_a_check_say_not_done_in_one_line(outputs):
    assert outputs[5] == "table   not done yet"
    assert outputs[6] == "double   not done yet"


def test_does_a_failed_check_show_its_message_and_go_on(outputs):
    assert outputs[9].startswith("double   not yet\n  what ")
    assert outputs[10] == "the end\n"


def test_does_a_real_error_stay_an_error(outputs):
    assert outputs[11] == "ZeroDivisionError"


def test_does_run_all_reach_the_end_with_everything_undone():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS[:8]])
    NotebookClient(notebook, allow_errors=False, timeout=60).execute()  # raises at the first error reply
