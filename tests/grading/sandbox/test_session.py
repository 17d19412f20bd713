"""One bad cell costs itself alone: whatever it does, the exercises before and after it keep their marks."""

import pytest
import torch
from nbformat.v4 import new_code_cell
from small_notebooks import (
    ENDS,
    SETTINGS,
    SPOILS,
    answer,
    exercise,
    notebook,
    passed,
    run_notebook,
    sandbox,  # noqa: F401 (a fixture)
    test_cell,
)

from course.coursedir.errors import CouldNotBeGraded
from course.grading.sandbox import remote_kernel
from course.grading.sandbox import room as rooms
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.session import Code, Session, definitions_only
from course.grading.sandbox.share import Share

pytestmark = pytest.mark.long


SLOPE = "w = torch.ones(2, requires_grad=True)\n(w**2).sum().backward()\nslope = w.grad"
SUM = 'check.function(after, lambda X: sum([X, X]), on=cases.draw(seeds=2, X="n h"))'


def around(*middle):
    """An exercise before, what stands between, and exercises after it that need clean settings."""
    slope = [answer("slope", SLOPE), test_cell("slope", "check.value(slope, torch.tensor([2.0, 2.0]))")]
    return notebook(exercise("before"), *middle, exercise("after", test=SUM), slope)


@pytest.mark.parametrize("name", [*ENDS, *SPOILS])
def test_does_a_bad_cell_of_its_own_cost_nothing(name):
    done = run_notebook(around(new_code_cell({**ENDS, **SPOILS}[name])), **SETTINGS)
    assert passed(done) == {"before": True, "after": True, "slope": True}
    notes = " ".join(done.metadata.course.repairs)
    assert (name in ENDS) == ("Python ended in cell 4" in notes), notes


@pytest.mark.parametrize("name", ENDS)
def test_does_a_cell_that_ends_its_kernel_cost_its_exercise_alone(name):
    done = run_notebook(around(exercise("bad", ENDS[name])), **SETTINGS)
    assert passed(done) == {"before": True, "bad": False, "after": True, "slope": True}
    (record,) = [each for each in done.metadata.course.exercises if each["exercise"] == "bad"]
    assert record["what"] == "There is no bad."
    assert done.cells[3].outputs[0].ename == "KernelLost"


@pytest.mark.parametrize("name", ["kills everything", "quit", "gradients off", "default device", "builtins as names"])
def test_does_a_bad_line_below_a_right_answer_cost_nothing(name):
    done = run_notebook(around(exercise("bad", SPOILS[name])), **SETTINGS)
    assert all(passed(done).values()) and len(passed(done)) == 4


@pytest.mark.parametrize(
    "body",
    ["import os\n    os._exit(0)", "while True: pass", "import os\n    os.kill(-1, 9)\n    os._exit(0)"],
    ids=["ends", "hangs", "kills all"],
)
def test_does_a_question_that_goes_wrong_cost_its_exercise_alone(body):
    bad = [answer("bad", f"def bad(X):\n    {body}"), test_cell("bad")]
    done = run_notebook(around(bad), **{**SETTINGS})
    assert passed(done) == {"before": True, "bad": False, "after": True, "slope": True}


def test_do_several_bad_cells_cost_their_exercises_alone():
    kill = ENDS["killed"]
    nb = notebook(exercise("one"), exercise("two", kill), exercise("three"), new_code_cell(kill), exercise("four"))
    done = run_notebook(nb, **SETTINGS)
    assert passed(done) == {"one": True, "two": False, "three": True, "four": True}
    assert len(done.metadata.course.repairs) == 2


def test_is_what_an_exercise_builds_on_lost_with_it():
    nb = notebook(answer("base", f"base = 2\n{ENDS['killed']}"), answer("bad", "def bad(X):\n    return base * X"))
    nb.cells.append(test_cell("bad"))
    done = run_notebook(nb, **SETTINGS)
    assert passed(done) == {"bad": False} and "'base'" in str(done.metadata.course.exercises[0])


def test_does_each_test_find_the_names_as_they_were_there():
    later = new_code_cell("def double(X):\n    return X\nseen.append(1)")
    nb = notebook(new_code_cell("seen = []"), exercise("double"), later)
    nb.cells += [test_cell("seen", "check.value(seen, [1])"), *exercise("double_again")]
    assert all(passed(run_notebook(nb, **SETTINGS)).values())


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x):\n    return x", ["f"]),
        ("# two\ndef f(x: int, y=None) -> list:\n    pass\nn = (1, 'two', -3.0)", ["f", "n"]),
        ("def f(x, y=g()):\n    pass", []),
        ("def f(x: g()):\n    pass", []),
        ("@g\ndef f(x):\n    pass", []),
        ("n = g", []),
        ("a = b = 1", []),
        ("a[0] = 1", []),
        ("a.b = 1", []),
        ("def f(x):\n    pass\nf(1)", []),
        ("class A:\n    pass", []),
        ("import torch", []),
        ("%magic", []),
        ("", []),
        ("(" * 1000, []),
    ],
)
def test_what_only_defines(source, names):
    assert definitions_only(source) == names


def test_do_tests_share_a_copy_only_where_nothing_between_them_can_be_noticed():
    sources = [
        "import torch",
        "T f",
        "def g(X): return X",
        "T g",
        "def h(X): return X",
        "T h",
        "f = 1",
        "T f",
        "print(1)",
    ]
    cells = [Code(number, source, test=source[0] == "T") for number, source in enumerate(sources)]
    session = Session(None, cells, 5, Share(5))
    assert [session._as_good_as_next(place) for place in (1, 3, 5, 7)] == [True, True, False, False]


@pytest.mark.parametrize(
    "body",
    [
        "import os\n    os._exit(0)",
        "torch.add = None",
        "torch.Tensor.__add__ = lambda *a: 1 / 0\n    torch.add = None",
        "import builtins\n    builtins.len = None",
    ],
)
def test_does_an_answer_that_spoils_the_copy_it_shares_cost_its_exercise_alone(body):
    done = run_notebook(
        notebook(
            [answer("bad", f"def bad(X):\n    {body}\n    return X"), test_cell("bad")], exercise("f"), exercise("g")
        ),
        **SETTINGS,
    )
    assert passed(done) == {"bad": False, "f": True, "g": True}


STRICT = 'check.function({}, lambda X: 2 * X, on=cases.draw(seeds=2, X="n h"), forbid=("relu",))'


@pytest.mark.parametrize("body", ["while True: pass", "return X.mul_(2)", "return torch.ones(3).add_(X)"])
def test_do_strict_questions_share_a_process_and_no_harm(body, monkeypatch):
    started, start = [], rooms.Room.reading
    monkeypatch.setattr(rooms.Room, "reading", lambda self: started.append(self) or start(self))
    right = [[answer(name, f"def {name}(X):\n    return X + X"), test_cell(name, STRICT.format(name))] for name in "fg"]
    bad = [answer("bad", f"def bad(X):\n    {body}"), test_cell("bad", STRICT.format("bad"))]
    assert passed(run_notebook(notebook(*right), **SETTINGS)) == {"f": True, "g": True}
    assert len(started) == 1
    assert passed(run_notebook(notebook(right[0], bad, right[1]), **SETTINGS)) == {"f": True, "bad": False, "g": True}


def test_does_no_answer_find_what_is_defined_after_its_test():
    first = [answer("f", "def f(X):\n    return helper(X)"), test_cell("f")]
    later = [answer("g", "def helper(X):\n    return X + X\n\ndef g(X):\n    return helper(X)"), test_cell("g")]
    assert passed(run_notebook(notebook(first, later), **SETTINGS)) == {"f": False, "g": True}


def test_does_a_cell_after_the_last_test_see_nothing_of_the_questions():
    peek = "seen = []\ndef double(X):\n    seen.append(X); open('/tmp/seen', 'a').write(repr(X))\n    return 2 * X"
    show = "import os\nprint(len(seen), os.path.exists('/tmp/seen'))"
    done = run_notebook(notebook(answer("double", peek), test_cell("double"), new_code_cell(show)), **SETTINGS)
    assert passed(done) == {"double": True} and done.cells[-1].outputs[0].text == "0 False\n"


def test_is_a_notebook_that_runs_too_long_altogether_not_graded():
    nb = notebook(*[new_code_cell("import time; time.sleep(0.6)") for _ in range(6)])
    with pytest.raises(CouldNotBeGraded, match=r"longer than 1 s; it was stopped before cell [345]"):
        run_notebook(nb, **{**SETTINGS, "total_timeout": 1})


def test_is_a_notebook_that_ends_kernel_after_kernel_not_graded():
    nb = notebook(*[new_code_cell(f"{ENDS['os._exit']}  # {n}") for n in range(14)])
    with pytest.raises(CouldNotBeGraded, match=r"again and again, at last in cell 14 \"import os\": it ended itself"):
        run_notebook(nb, **SETTINGS)


def test_are_cells_replayed_from_the_last_copy_and_not_from_the_start():
    """A room that counts: after a death only the cells since the last test run again."""

    class Kernel:
        def __init__(self):
            self.lost = ""

        def run(self, code, *, seconds, clean, most):
            ran.append((code, clean))
            if code == "dies":
                raise remote_kernel.KernelLost("it ended itself")
            return remote_kernel.Ran(ok=True)

        def snapshot(self):
            return Kernel()

        def look(self, names):
            return {}

        def end(self):
            self.lost = "ended"

        hang_up = end

    class Room:
        kernel, limits = staticmethod(Kernel), Limits()

    ran = []
    cells = [Code(0, "a", given=True), Code(1, "test", test=True), Code(2, "b"), Code(3, "dies"), Code(4, "c")]
    session = Session(Room(), cells, 5, Share(5))
    session.run()
    assert ran == [("a", False), ("b", True), ("dies", True), ("b", True), ("c", True)]
    assert session.lost == {3: "it ended itself"} and session.before(4) == [cells[0], *cells[2:4]]
    assert session.at(1).look([]) == {}
    session.close()


def test_has_this_process_the_settings_that_it_had():
    assert torch.is_grad_enabled() and torch.get_default_dtype() == torch.float32
