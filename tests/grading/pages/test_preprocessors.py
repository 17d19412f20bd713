"""Is no hidden test on a page, and everything of the student's own?"""

from feedback_pages import notebook, render, words
from nbformat.v4 import new_code_cell, new_notebook, new_output
from small_notebooks import test_cell

from course.grading.pages.preprocessors import NOTE, HideTests


def test_are_hidden_tests_nowhere_not_even_in_a_message():
    line = "secret_cases = cases.draw(seeds=24)"
    nb = notebook(what=f"the line {line}", where=f"at {line}")
    nb.cells[1].outputs = [new_output("stream", text=f"found: {line}\n"), new_output("error", traceback=[line])]
    page = render(nb)
    assert "secret_cases" not in page and "HIDDEN TESTS" not in page and NOTE in page
    assert "check . function" in words(page), "the visible part is the student's to read"


def test_does_feedback_leave_a_students_own_words_alone():
    hidden = "x = 1\n### BEGIN HIDDEN TESTS\nexpected = torch.tensor(\n    [1]\n)\n### END HIDDEN TESTS"
    said = new_output("error", ename="TypeError", evalue="", traceback=["expected = torch.tensor([2])"])
    own = new_code_cell("expected = torch.tensor([2])", outputs=[said])
    HideTests().preprocess(new_notebook(cells=[test_cell("double", hidden), own]), {})
    assert own.outputs[0].traceback == ["expected = torch.tensor([2])"]
