"""A notebook is cut to what a page can show before anything else is done with it."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.coursedir.errors import CouldNotBeGraded
from course.grading.submission import parse as parsing
from course.grading.submission import size_limits
from course.grading.submission.parse import parse
from course.grading.submission.size_limits import MAX_CODE, MAX_CODE_CELL, MAX_METADATA, MAX_TEXT_CELL


def read(*cells, **metadata):
    """A notebook of these cells, after it was handed in."""
    return parse(nbformat.writes(new_notebook(cells=list(cells), metadata=metadata)), "a.ipynb")


def test_is_a_comment_of_megabytes_cut_with_a_sentence():
    long = "answer = 1\n#" + "x" * 3_000_000
    nb = read(new_code_cell("a = 1"), new_code_cell(long), new_code_cell("b = 2"))
    first, cut, last = (cell.source for cell in nb.cells)
    assert (first, last) == ("a = 1", "b = 2")
    assert cut.startswith(
        "# This cell has 3,000,012 characters, more than the 100,000 that are read here. It was cut:\n"
    )
    assert "# answer = 1\n# #xxx" in cut and cut.endswith("x…") and len(cut) < 500
    assert all(line.startswith("# ") for line in cut.splitlines())


def test_does_the_most_that_is_allowed_stay_as_it_is():
    code, text = "#" * MAX_CODE_CELL, "x" * MAX_TEXT_CELL
    nb = read(*[new_code_cell(code)] * 5, new_code_cell("more"), new_markdown_cell(text))
    sources = [cell.source for cell in nb.cells]
    assert sources[:5] == [code] * (MAX_CODE // MAX_CODE_CELL) and sources[6] == text
    assert sources[5].startswith("# This cell has 4 characters, more than the 0 that are read here.")


def test_is_text_cut_as_text_is():
    nb = read(new_markdown_cell("# Title\n" + "x" * MAX_TEXT_CELL))
    assert (
        nb.cells[0].source.startswith("This cell has 5,000,008 characters") and "\n# Title\nxxx" in nb.cells[0].source
    )


def test_do_large_attachments_and_metadata_go_and_small_ones_stay():
    cell = new_markdown_cell("![a](attachment:a)", attachments={"a": {"image/png": "A" * MAX_TEXT_CELL}})
    other = new_markdown_cell("![a](attachment:a)", attachments={"a": {"image/png": "A" * 9}})
    other.metadata = {"tags": ["kept"], "widget": "x" * MAX_METADATA}
    nb = read(cell, other, kernelspec={"name": "python3", "display_name": "Python"}, widgets=["x"] * MAX_METADATA)
    assert "attachments" not in nb.cells[0] and nb.cells[1].attachments == {"a": {"image/png": "A" * 9}}
    assert nb.cells[1].metadata == {"tags": ["kept"]} and set(nb.metadata) == {"kernelspec"}


def test_is_all_of_it_together_limited(monkeypatch):
    monkeypatch.setattr(size_limits, "MAX_TEXT", 1000)
    nb = read(*[new_markdown_cell("x" * 400)] * 4)
    assert [len(cell.source) for cell in nb.cells[:2]] == [400, 400]
    assert all(cell.source.startswith("This cell has 400 characters") for cell in nb.cells[2:])


def test_is_a_file_that_is_far_too_large_not_read(monkeypatch):
    monkeypatch.setattr(parsing, "MAX_FILE", 100)
    with pytest.raises(CouldNotBeGraded, match="a.ipynb has 0 MB, more than the 0 MB that are read"):
        parse(json.dumps({"cells": ["x" * 100]}), "a.ipynb")
