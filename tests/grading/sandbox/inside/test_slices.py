"""What runs of a slice, under which names, and the marks that say so; in this process, with torch's profiler."""

import linecache
import sys

import pytest
import torch
from slice_process import SliceProcess

from course.grading.sandbox.inside.slices import RAN

ONE = {"X": torch.ones(2)}


def sliced(*statements):
    """A process that has run a slice of these (whether it is given, source), and its marks in order."""
    process = SliceProcess()
    process.slice(statements)
    marks = [each.name.removeprefix(RAN) for each in process.asked() if each.name.startswith(RAN)]
    return process, marks


def test_does_every_statement_that_ran_leave_its_mark_after_it():
    process = SliceProcess()
    process.slice([(False, "import torch"), (False, "a = torch.tanh(torch.ones(1))"), (False, "b = a.exp()")])
    names = [each.name for each in process.asked()]
    order = [name for name in names if name.startswith(RAN) or name in ("aten::tanh", "aten::exp")]
    assert order == [f"{RAN}0", "aten::tanh", f"{RAN}1", "aten::exp", f"{RAN}2"]


def test_does_a_statement_that_cannot_run_keep_no_other_from_running():
    process, marks = sliced((False, "a = 1"), (False, "b = a"), (False, "1 / 0"), (False, "c = b"))
    assert process.inner.names["c"] == 1 and marks == ["0", "1", "2", "3"]


def test_is_it_said_what_stopped_where_the_function_is_missing():
    process, _ = sliced((False, "a = 1 / 0"), (False, "@undefined\ndef f(X):\n    return X"))
    (reply,) = process.ask("f", None, [ONE])
    assert (reply.error, reply.place) == ("ZeroDivisionError: division by zero", "in <module> at `a = 1 / 0`")
    process, _ = sliced((False, "a = 1"))
    assert process.ask("f", None, [ONE])[0].error == "NameError: name 'f' is not defined"


@pytest.mark.parametrize("source", ["x = ", "raise ValueError", "import nothing_of_this_name", "x = undefined"])
def test_does_a_statement_that_cannot_run_leave_the_names_of_the_others(source):
    process, _ = sliced((False, "def f(X):\n    return X"), (False, source))
    assert process.ask("f", None, [ONE])[0].error is None


def test_is_every_slice_a_module_of_its_own():
    process, _ = sliced((False, "a = 1\ndef f(X):\n    return __name__"))
    main = sys.modules["__main__"]
    assert process.ask("f", None, [ONE])[0].value == "__main__" and sys.modules["__main__"] is main
    process.slice([(False, "b = 1")])
    assert "a" not in process.inner.names and "f" not in process.inner.names


def test_do_the_lines_of_a_statement_stand_in_a_file_that_says_whose_they_are():
    process, _ = sliced((True, "\n\ndef given(X):\n    return X.nope"), (False, "\ndef own(X):\n    return X.nope"))
    files = {name: process.inner.names[name].__code__.co_filename for name in ("given", "own")}
    assert files["given"].startswith("<given ") and files["own"].startswith("<slice ")
    assert linecache.getline(files["own"], 3) == "    return X.nope"
    assert process.ask("own", None, [ONE])[0].place == "in own at `return X.nope`"
    process.slice([(False, "def own(X):\n    return 1 / 0")])
    again = process.inner.names["own"].__code__.co_filename
    assert again not in files.values(), "no two statements share a file's name"


def test_is_nothing_shown_of_what_a_slice_prints(capsys):
    sliced((False, "import sys\nprint('out')\nsys.stderr.write('err')"))
    assert capsys.readouterr() == ("", "")


def test_is_a_mark_in_the_record_and_after_it_what_pushes_it_out():
    process, _ = sliced((False, "a = 1"))
    process._answer({"do": "mark", "name": "course::mark 5"})
    mark, flush = [each.name for each in process.asked()]
    assert mark == "course::mark 5" and flush.startswith("course::.") and len(flush) > 16_384


def test_which_line_asks_for_what_it_may_not():
    code = "import torch\ndef soft(X):\n    return torch.softmax(X, 0)\ndef f(X):\n    y = X + 1\n    return soft(y)"
    process, _ = sliced((False, code))
    asked = {"hand": False, "forbid": ("softmax",)}
    assert process.line_of("f", [ONE], **asked) == "return torch.softmax(X, 0)"
    assert process.line_of("f", [ONE], hand=True, forbid=()) == ""
    given, _ = sliced((True, code.partition("def f")[0]), (False, "def f(X):\n    return soft(X)"))
    assert given.line_of("f", [ONE], **asked) == "return soft(X)", "a line of the course's is never theirs"


def test_is_a_line_the_one_that_asks_and_not_the_last_that_ran_before_it():
    code = (
        "import torch\ndef loss(X):\n    return (X**2).sum()\ndef f(X):\n    X = X.requires_grad_()\n"
        "    return torch.autograd.grad(loss(X), X)[0]\ndef g(X):\n    return torch.func.grad(loss)(X)"
    )
    process, _ = sliced((False, code))
    said = [process.line_of(name, [ONE], hand=True, forbid=()) for name in "fg"]
    assert said == ["return torch.autograd.grad(loss(X), X)[0]", "return torch.func.grad(loss)(X)"]
