"""Does a check cell of a notebook leave no names behind, and does every other cell keep its own?"""

import nbformat
import pytest
from authoring_course import make_course
from nbclient import NotebookClient

from course.authoring.notebooks.build import cells_of, notebook
from course.authoring.text.parse import read
from course.runtime.own_names import MARK

LEAKING = f"""{MARK}
import math as maths
rows, (first, *others) = 5, [1, 2, 3]
def helper(x):
    local = x
    return local
class Helper:
    pass
for step in range(3):
    pass
with open("/dev/null") as file:
    pass
if (size := rows) and "given" in globals():
    del given
student += 1
"""
NAMES = "maths rows first others helper Helper step file size given student kept".split()


@pytest.fixture(scope="module")
def there():
    """The names that are there, and two values, after cells in a kernel of their own."""

    def after(*sources):
        last = f"print([name for name in {NAMES} if name in globals()], globals().get('rows'), student)"
        every = ["from course import check", "rows = 'mine'; given = 1; student = 7", *sources, last]
        cells = [nbformat.v4.new_code_cell(source) for source in every]
        nb = nbformat.v4.new_notebook(cells=cells)
        NotebookClient(nb, allow_errors=True, timeout=60).execute()
        return nb.cells[-1].outputs[0].text.strip()

    return after


def test_is_every_name_after_a_check_what_it_was_before(there):
    assert there(LEAKING) == "['rows', 'given', 'student'] mine 7"


def test_is_it_so_when_the_check_stops_halfway(there):
    assert there(LEAKING.replace("for step", "1 / 0\nfor step")) == "['rows', 'given', 'student'] mine 7"


def test_does_a_cell_of_the_students_keep_its_names(there):
    after = there(LEAKING, "kept = 1", LEAKING.removeprefix(f"{MARK}\n"))
    assert after == f"{[name for name in NAMES if name != 'given']} 5 8"


def test_does_a_students_function_see_the_students_names_while_a_check_runs(there):
    mine = "def shown():\n    return rows"
    asking = f"{MARK}\nrows = 'the check'\nkept = []\nkept.append(shown())\nstudent.append(kept[0])"
    assert there("student = []", mine, asking) == "['rows', 'given', 'student'] mine ['mine']"


def test_is_the_history_of_cells_there_after_a_check(there):
    assert there(LEAKING, "student = (In[3] == _i3, Out)").endswith("mine (True, {})")


def test_has_every_check_cell_of_a_built_notebook_the_mark_and_its_text_not(tmp_path):
    source = read(make_course(tmp_path) / "source" / "week9" / "small.py")
    built = notebook(source)
    marked = {cell.id for cell in built.cells if cell.source.startswith(MARK)}
    assert marked == {f"check-{name}" for name in source.exercises}
    assert not [cell for cell in cells_of(built) if MARK in cell.source]
