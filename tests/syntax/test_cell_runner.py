"""Do hidden tests, and they alone, run under the secret?"""

import pytest

from course.runtime.context import current, entered
from course.syntax.cell_runner import run_cell

CELL = """seen = [current().secret]
def look():
    seen.append(current().secret)
look()
### BEGIN HIDDEN TESTS
look()
with_secret = [current().secret for _ in range(1)]
### END HIDDEN TESTS
look()
"""


def test_is_the_secret_there_between_the_markers_and_nowhere_else():
    names = {"current": current}
    with entered(current()._replace(secret=b"s", student="U1234567X")) as context:
        run_cell(CELL, "<cell>", names)
        assert current() == context
    assert names["seen"] == [None, None, b"s", None]
    assert names["with_secret"] == [b"s"]


def test_does_a_cell_that_stops_leave_the_context_as_it_was():
    with entered(current()._replace(secret=b"s")) as context:
        with pytest.raises(ZeroDivisionError) as caught:
            run_cell("a = 1\n### BEGIN HIDDEN TESTS\n1 / 0\n### END HIDDEN TESTS", "<cell>", {})
        assert current() == context
    assert caught.traceback[-1].lineno == 2  # 0-based: the cell's own line
