"""What runs of a slice, under which names, and the marks that say so; in this process, with torch's profiler."""

import linecache
import sys

import pytest
import torch
from slice_process import SliceProcess

from course.grading.sandbox.inside.slices import RAN

ONE = {"X": torch.ones(2)}


def sliced(*statements):
    """A process that has run a slice of these (cell, whether it is given, source), and its marks in order."""
    process = SliceProcess()
    process.slice(statements)
    marks = [each.name.removeprefix(RAN) for each in process.asked() if each.name.startswith(RAN)]
    return process, marks


def test_does_every_statement_that_ran_leave_its_mark_after_it():
    process = SliceProcess()
    process.slice([(0, False, "import torch"), (1, False, "a = torch.tanh(torch.ones(1))"), (1, False, "b = a.exp()")])
    names = [each.name for each in process.asked()]
    order = [name for name in names if name.startswith(RAN) or name in ("aten::tanh", "aten::exp")]
    assert order == [f"{RAN}0", "aten::tanh", f"{RAN}1", "aten::exp", f"{RAN}2"]


def test_does_an_error_stop_the_rest_of_its_cell_and_no_other():
    process, marks = sliced(
        (0, False, "a = 1"), (1, False, "b = a"), (1, False, "1 / 0"), (1, False, "b = 2"), (2, False, "c = b")
    )
    names = process.inner.names
    assert (names["a"], names["b"], names["c"]) == (1, 1, 1)
    assert marks == ["0", "1", "2", "4"], "the one that stopped has run, up to there"


@pytest.mark.parametrize("source", ["x = ", "raise ValueError", "import nothing_of_this_name", "x = undefined"])
def test_does_a_statement_that_cannot_run_leave_the_names_of_the_others(source):
    process, _ = sliced((0, False, "def f(X):\n    return X"), (1, False, source))
    assert process.ask("f", None, [ONE])[0].error is None


def test_is_every_slice_a_module_of_its_own():
    process, _ = sliced((0, False, "a = 1\ndef f(X):\n    return __name__"))
    main = sys.modules["__main__"]
    assert process.ask("f", None, [ONE])[0].value == "__main__" and sys.modules["__main__"] is main
    process.slice([(0, False, "b = 1")])
    assert "a" not in process.inner.names and "f" not in process.inner.names


def test_do_the_lines_of_a_statement_stand_in_a_file_that_says_whose_they_are():
    process, _ = sliced(
        (0, True, "\n\ndef given(X):\n    return X.nope"), (1, False, "\ndef own(X):\n    return X.nope")
    )
    files = {name: process.inner.names[name].__code__.co_filename for name in ("given", "own")}
    assert files["given"].startswith("<given ") and files["own"].startswith("<slice ")
    assert linecache.getline(files["own"], 3) == "    return X.nope"
    assert process.ask("own", None, [ONE])[0].place == "in own at `return X.nope`"
    process.slice([(0, False, "def own(X):\n    return 1 / 0")])
    again = process.inner.names["own"].__code__.co_filename
    assert again not in files.values(), "no two statements share a file's name"


def test_is_nothing_shown_of_what_a_slice_prints(capsys):
    sliced((0, False, "import sys\nprint('out')\nsys.stderr.write('err')"))
    assert capsys.readouterr() == ("", "")


def test_is_a_mark_in_the_record_and_after_it_what_pushes_it_out():
    process, _ = sliced((0, False, "a = 1"))
    process._answer({"do": "mark", "name": "course::mark 5"})
    mark, flush = [each.name for each in process.asked()]
    assert mark == "course::mark 5" and flush.startswith("course::.") and len(flush) > 16_384


def test_which_line_asks_for_what_it_may_not():
    code = "import torch\ndef soft(X):\n    return torch.softmax(X, 0)\ndef f(X):\n    y = X + 1\n    return soft(y)"
    process, _ = sliced((0, False, code))
    asked = {"hand": False, "forbid": ("softmax",)}
    assert process.line_of("f", [ONE], **asked) == "return torch.softmax(X, 0)"
    assert process.line_of("f", [ONE], hand=True, forbid=()) == ""
    given, _ = sliced((0, True, code.partition("def f")[0]), (1, False, "def f(X):\n    return soft(X)"))
    assert given.line_of("f", [ONE], **asked) == "return soft(X)", "a line of the course's is never theirs"


def test_is_a_line_the_one_that_asks_and_not_the_last_that_ran_before_it():
    code = (
        "import torch\ndef loss(X):\n    return (X**2).sum()\ndef f(X):\n    X = X.requires_grad_()\n"
        "    return torch.autograd.grad(loss(X), X)[0]\ndef g(X):\n    return torch.func.grad(loss)(X)"
    )
    process, _ = sliced((0, False, code))
    said = [process.line_of(name, [ONE], hand=True, forbid=()) for name in "fg"]
    assert said == ["return torch.autograd.grad(loss(X), X)[0]", "return torch.func.grad(loss)(X)"]
