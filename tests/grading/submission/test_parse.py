"""Submitted files: read in whatever state, or refused with the reason."""

import nbformat
import nbformat.warnings
import pytest
from nbformat import NotebookNode
from small_plan import released

from course.coursedir.errors import CouldNotBeGraded
from course.grading.submission.parse import parse


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("{", "not JSON"),
        ("<html>Sign in</html>", "not JSON"),
        ("[1, 2]", "can be read"),
        ("{}", "not a notebook|damaged"),
        (
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]}',
            "damaged|not a note",
        ),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "damaged|not a notebook"),
    ],
)
def test_is_what_is_no_notebook_refused_with_its_name_and_the_reason(text, reason):
    with pytest.raises(CouldNotBeGraded, match=reason) as caught:
        parse(text, "submitted/ada/week9/small.ipynb")
    assert str(caught.value).startswith("submitted/ada/week9/small.ipynb")


def test_are_an_older_notebook_and_one_with_copied_ids_read():
    nb = released()
    nb.cells[1].id = nb.cells[0].id
    with pytest.warns(nbformat.warnings.DuplicateCellId):
        text = "\ufeff" + nbformat.writes(nb)
    assert isinstance(parse(text, "x"), NotebookNode)
    old = '{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": []}]}'
    assert parse(old, "x").cells == []
