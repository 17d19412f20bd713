"""Judging outside the sandbox: what a test cell makes of answers, sensible and not. No sandbox is needed here."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import torch
from home import ROOT
from slice_process import SliceProcess, over

from course import check
from course.answers import ask
from course.answers.ask import Made, Reply
from course.answers.other import Other
from course.coursedir.layout import load_config
from course.doctor import known
from course.grading.gradebook.record import FIELDS
from course.grading.run import judging
from course.grading.run.judging import Readers, Witness, check_calls, judge_cell, students_names
from course.grading.sandbox.inside.kernel import Kernel as Inner
from course.grading.sandbox.remote_kernel import KernelLost, checked_reply
from course.runtime import student_id
from course.runtime.context import CheckContext, current
from course.runtime.shell import graded

TEST = """visible = cases.draw(seeds=1, X="n h")
check.function(double, lambda X: 2 * X, on=visible)
### BEGIN HIDDEN TESTS
check.function(double, lambda X: 2 * X, on=cases.draw(seeds=5, seed0=9, X="n h"))
### END HIDDEN TESTS"""


class Here:
    """A kernel in this process: ``code`` has run in it. Everything crosses a wire, as between rooms."""

    def __init__(self, code):
        self.names = {"torch": torch, "__name__": "__main__"}
        for number, piece in enumerate([code] if isinstance(code, str) else code):
            exec(compile(piece, f"<here {number}>", "exec"), self.names)  # no name that linecache knows
        self.made, self.asked = [], []

    def look(self, names):
        return {name: over(Inner.kind(self, name)) for name in names}

    def ask(self, name, made, calls):
        self.asked.append((name, len(calls)))
        target = self.made[made] if made is not None else self.names[name]
        return [checked_reply(over(vars(reply))) for reply in ask.ask(target, over(list(calls)))]

    def make(self, name, build):
        made = ask.make(self.names[name], tuple(build))
        self.made.append(made.target)
        return len(self.made) - 1, Made(checked_reply(over(vars(made.reply))), None, made.is_module, made.parameters)


class Saying(Here):
    """A kernel that says what it was given to say: names, replies, parameters."""

    def __init__(self, names=None, replies=None, made=None):
        self.said, self.replies, self.made_as, self.asked = names or {}, replies, made, []

    def look(self, names):
        return {name: self.said.get(name, ["function"]) for name in names}

    def ask(self, name, made, calls):
        self.asked.append((name, calls))
        if isinstance(self.replies, Exception):
            raise self.replies
        return self.replies(calls) if callable(self.replies) else [Reply(value=self.replies) for _ in calls]

    def make(self, name, build):
        return self.made_as


def witness(kernel, cells=(), **more):
    return Witness(kernel, list(cells), Readers(SliceProcess), **more)


def judge(code, test=TEST, name="double", **more):
    """The record of an exercise whose notebook is ``code``."""
    kernel = code if isinstance(code, Here) else Here(code)
    return judge_cell(test, f"check-{name}", 2, witness(kernel, [code] if isinstance(code, str) else (), **more))


RIGHT = "def double(X):\n    return X + X"


def test_does_a_right_answer_pass_and_is_it_on_the_record():
    record = judge(RIGHT)
    assert record.message == "" and "message" not in record.to_json()
    assert set(record.to_json()) == {"exercise", "grade_id", "points", "passed", "state", "named", *FIELDS}
    assert (record.exercise, record.grade_id, record.points) == ("double", "check-double", 2)
    assert record.passed is True and record.state == "passed"


def test_does_a_wrong_answer_get_the_notebooks_message():
    record = judge("def double(X):\n    return X")
    assert (record.passed, record.state) == (False, "failed")
    assert record.message.startswith("double   not yet\n  what ") and "where" in record.message
    assert record.where and record.next and "hidden" not in record.message


def test_are_hidden_cases_asked_too():
    visible = "def double(X):\n    return 2 * X if len(calls) < 1 else X\n\ncalls = []\n"
    learns = "seen = [0]\ndef double(X):\n    seen[0] += 1\n    return 2 * X if seen[0] < 2 else X"
    assert judge(learns).state == "failed" and judge(visible).state == "passed"


def test_is_a_stub_not_done_rather_than_wrong():
    record = judge('def double(X):\n    raise NotImplementedError("double")')
    assert (record.passed, record.state) == (False, "not done")
    assert judge("double = ...", "check.value(double, 3)").state == "not done"


@pytest.mark.parametrize(
    ("test", "names"),
    [
        (TEST, ["double"]),
        ("check.value(first, other)\ncheck.value(second, len(third))", ["first", "other", "second", "third"]),
        ("for n in range(3):\n    check.value(f, n)", ["f"]),
        ("import math\nfrom course import train as t\ncheck.value(f, t.x + math.pi)", ["f"]),
        ("def reference(X):\n    return help_me(X)\ncheck.function(f, reference, on=few)", ["help_me", "f", "few"]),
        ("check.function(f, lambda X, W: X @ W, on=cases.draw(X='n', W='n'))", ["f"]),
        ("check.function(sum, sum, on=cases.draw(X='n'))", ["sum"]),
        ("check.function(X, lambda X: X, on=cases.draw(X='n'))", ["X"]),
        ("total = [each for each in answers]\nprint(total)", ["answers"]),
        ("check.value(torch.ones(1), practice.block)", []),
    ],
)  # fmt: skip
def test_which_names_are_the_students(test, names):
    assert sorted(students_names(test)) == sorted(names)


def test_whose_checks_are_they():
    assert check_calls(TEST) == ("double", "double")
    assert check_calls("x = check.value\ncheck.value(1 + 1, 2)\nprint(check)") == ("",)


def test_is_a_name_that_shadows_the_graders_own_not_used():
    code = RIGHT + "\ncheck = cases = torch = math = sum = len = None\nlambda_ = 5"
    assert judge(code, TEST + "\nassert sum([len([1])]) == 1").passed


SEEN = {
    "missing": (["missing"], "There is no double."),
    "nothing": ([], ""),
    "a value without one": (["value"], ""),
    "an unknown kind": (["passed", True], ""),
    "a text": (["value", "passed"], "it should be a function"),
    "an opaque object": (["value", Other("a Foo")], "a Foo, it should be a function"),
    "an object that is no module": (["object", "a Foo", False], "it should be a function"),
    "an object that says it is": (["object", {"x": 1}, 1], None),
    "None": (["value", None], "None, it should be a function"),
    "a tensor": (["value", torch.ones(2)], "it should be a function"),
    "a module": (["object", "a Net", True], None),
}


@pytest.mark.parametrize("kind", SEEN)
def test_is_a_name_that_stands_for_nonsense_a_wrong_answer_with_a_message(kind):
    seen, told = SEEN[kind]
    record = judge(Saying({"double": seen or ["missing"]}, replies="nonsense"))
    assert not record.passed and record.state == "failed" and record.message.startswith("double   not yet")
    assert told is None or told in record.message


REPLIES = {
    "an object": Other("a Foo"),
    "text": "passed",
    "True": True,
    "nothing": None,
    "the ellipsis": ...,
    "a list of everything": [1, "a", None, {"b": ()}, torch.ones(1)],
    "a dict": {"passed": True, 1: 2},
    "a nested dict": {(1, 2): {None: [()]}},
    "a scalar": torch.tensor(2.0),
    "nan": torch.full((4, 5), torch.nan),
    "whole numbers": torch.ones(3, 4, dtype=torch.int64),
    "complex": torch.ones(3, 4, dtype=torch.complex128),
    "truths": torch.ones(3, 4, dtype=torch.bool),
    "empty": torch.empty(0, 3),
    "many dimensions": torch.ones([1] * 12),
    "a parameter": torch.nn.Parameter(torch.ones(3)),
    "huge": 10**400,
    "infinite": float("inf"),
    "an array": torch.ones(2).numpy(),
}
CHECKS = {
    "function": TEST,
    "gradient": 'check.gradient(double, of=lambda X: (X**2).sum(), on=cases.draw(seeds=3, X="n h"), wrt="X")',
    "two gradients": (
        'check.gradient(double, of=lambda X, w: (X @ w).sum(), on=cases.draw(seeds=3, X="n h", w="h"), wrt="X w")'
    ),
    "raises": 'check.raises(double, ValueError, on=cases.draw(seeds=1, X="n"))',
}


@pytest.mark.parametrize("test", CHECKS)
@pytest.mark.parametrize("reply", REPLIES)
def test_is_a_reply_of_any_kind_a_wrong_answer_and_never_an_error(reply, test):
    record = judge(Saying(replies=REPLIES[reply]), CHECKS[test])
    assert (record.passed, record.state in ("failed", "not done")) == (False, True)
    assert "stopped with" not in record.message and "Traceback" not in record.message


@pytest.mark.parametrize("value", REPLIES)
@pytest.mark.parametrize(
    "test",
    ["check.value(double, torch.ones(3, 4, dtype=torch.float64))", "check.shape(double, (3, 4), dtype=torch.float64)",
     "check.training(double, below=0.1, steps=9)", 
     "check.module(double, on=cases.draw(seeds=1, X='n 2'), reference=abs)"],
    ids=["value", "shape", "training", "module"],
)  # fmt: skip
def test_is_a_value_of_any_kind_a_wrong_answer_and_never_an_error(value, test):
    record = judge(Saying({"double": ["value", REPLIES[value]]}), test)
    assert not record.passed and "stopped with" not in record.message


@pytest.mark.parametrize(
    "made",
    [
        (0, Made(Reply(value=Other("a Net")), None, True, {})),
        (0, Made(Reply(value=Other("a Net")), None, True, {"weight": torch.ones(9), "": torch.empty(0)})),
        (-5, Made(Reply(error="TypeError: no"), None, False, {})),
        (0, Made(Reply(not_done="double"), None, False, {})),
        (0, Made(Reply(), None, True, {"w": torch.ones(2, 1, dtype=torch.bool)})),
    ],
)
def test_is_a_module_of_nonsense_a_wrong_answer(made):
    test = "check.module(double, on=cases.draw(seeds=2, X='n 2'), reference=lambda p, X: X, parameters={'w': (2, 1)})"
    record = judge(Saying({"double": ["class"]}, replies=3, made=made), test)
    assert not record.passed and "stopped with" not in record.message


def test_does_a_module_live_in_its_own_room():
    code = "class double(torch.nn.Module):\n    def __init__(self, h):\n        super().__init__()\n"
    code += (
        "        self.w = torch.nn.Parameter(torch.ones(h, 1))\n    def forward(self, X):\n        return X @ self.w"
    )
    test = "check.module(double, on=cases.draw(seeds=2, X='n 2', dtype=torch.float32), build=(2,), "
    test += "reference=lambda p, X: X @ p['w'], parameters={'w': (2, 1)})"
    assert judge(code, test).passed
    assert not judge(code.replace("X @ self.w", "X @ -self.w"), test).passed


@pytest.mark.parametrize("count", [0, 1])
def test_are_too_few_replies_not_enough(count):
    right = Saying(replies=lambda calls: [Reply(value=2 * call["X"]) for call in calls[:count]])
    record = judge(right, 'check.function(double, lambda X: 2 * X, on=cases.draw(seeds=3, X="n"))')
    assert not record.passed and "did not answer every question" in record.message


def test_are_arguments_that_come_back_as_nonsense_no_change():
    right = Saying(replies=lambda calls: [Reply(value=2 * call["X"], after={"Y": 1, "": 2}) for call in calls])
    assert judge(right).passed
    changing = Saying(
        replies=lambda calls: [Reply(value=2 * c["X"], after={"X": "gone"}, changed=("X",)) for c in calls]
    )
    assert not judge(changing).passed


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("it did not answer in time", "your code ran too long"),
        ("it ended itself", "Python ended while your code ran (it ended itself)"),
        ("it took too much memory", "it took too much memory"),
        ("it answered nonsense", "it answered nonsense"),
    ],
)
def test_is_a_question_that_ends_the_kernel_a_wrong_answer_that_says_why(reason, told):
    record = judge(Saying(replies=KernelLost(reason)))
    assert (record.passed, record.state) == (False, "failed")
    assert told in record.what and record.next


def test_does_trouble_in_the_test_cell_show_nothing_of_it():
    record = judge(RIGHT, "hidden_number = 3\ncheck.value(hidden_number.nope, 4)", name="double")
    assert not record.passed and record.exercise == "double"
    assert "stopped with AttributeError" in record.what and "check.value" not in record.message
    record = judge(RIGHT, "check.value(double(3), 6)")
    assert not record.passed and "stopped with TypeError" in record.what


def test_is_a_test_that_says_nothing_not_passed():
    record = judge(RIGHT, "double")
    assert not record.passed and "did not report" in record.what


# --- By hand: asked where nothing but the slice has run ---------------------------------------------------------------

HAND = 'check.gradient(slope, of=lambda Z: (Z**2).sum(), on=cases.draw(seeds=3, Z="n h"), wrt="Z", by_hand=True)'
CELLS = ["import torch\nfactor = 2", "def helper(Z):\n    return factor * Z", "def slope(Z):\n    return helper(Z)"]


def by_hand(cells, test=HAND):
    """The record of a by-hand exercise, the notebook's kernel, and the processes that were started beside it."""
    kernel, started = Here(cells), []
    readers = Readers(lambda: started.append(SliceProcess()) or started[-1])
    record = judge_cell(test, "check-slope", 2, Witness(kernel, list(cells), readers))
    readers.close()
    return record, kernel, started


def test_is_a_by_hand_answer_asked_in_a_process_of_its_own_and_only_there():
    record, kernel, (reader,) = by_hand(CELLS)
    assert record.passed and kernel.asked == []
    assert set(reader.questions) == {"slope"} and reader.lost
    assert record.message == ""


def test_does_what_was_patched_in_the_notebook_not_count_there():
    code = [*CELLS[:2], "def slope(Z):\n    return -helper(Z)", "import course.answers.ask\nkeep = 1", "slope_2 = 1"]
    assert not by_hand(code)[0].passed
    patched = [*CELLS, "real = slope\nclass Fake:\n    pass"]
    assert by_hand(patched)[0].passed


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            "def slope(Z):\n    Z = Z.detach().requires_grad_()\n    (Z**2).sum().backward()\n    return Z.grad",
            "Your line `(Z**2).sum().backward()` asks torch to differentiate.",
        ),
        (
            "def slope(Z):\n    return torch.func.grad(lambda Z: (Z**2).sum())(Z)",
            "Your line `return torch.func.grad(lambda Z: (Z**2).sum())(Z)` asks torch to differentiate.",
        ),
        (
            "def slope(Z):\n    auto = getattr(torch, 'auto' + 'grad').functional\n"
            "    return auto.vjp(torch.square, Z, torch.ones_like(Z))[1]",
            "asks torch to differentiate.",
        ),
        (
            "def slope(Z):\n    from torch.autograd import grad\n    Z = Z.requires_grad_()\n"
            "    return grad((Z**2).sum(), Z)[0]",
            "Your line `return grad((Z**2).sum(), Z)[0]` asks torch to differentiate.",
        ),
        (
            "def slope(Z):\n    return 2 * torch.ops.aten.tanh_backward(Z, torch.zeros_like(Z))",
            "asks torch for `tanh_backward`, which differentiates for you.",
        ),
        (
            "one = torch.ones(1, dtype=torch.float64, requires_grad=True)\n(two,) = torch.autograd.grad(one**2, one)\n"
            "def slope(Z):\n    return two * Z",
            "Your line `(two,) = torch.autograd.grad(one**2, one)` asks torch to differentiate, and your answer needs "
            "what it makes.",
        ),
    ],
    ids=["backward", "func", "getattr", "imported", "kernel", "table"],
)
def test_is_an_answer_that_is_not_by_hand_refused_with_its_line(answer, said):
    record = by_hand(["import torch", answer])[0]
    assert not record.passed and record.state == "failed" and "stopped with" not in record.message
    assert said in " ".join(record.message.split())


@pytest.mark.parametrize(
    "answer",
    [
        "def slope(Z):\n    return eval('2 * Z')",
        "from math import *\nimport re, contextlib\n@torch.inference_mode()\ndef slope(Z):\n    return 2 * Z",
        "class Node:\n    def backward(self, Z):\n        return 2 * Z\n\n\ngrad = Node().backward\n\n\n"
        "def slope(Z):\n    with torch.no_grad():\n        return grad(Z)",
    ],
    ids=["text", "imports and modes", "words"],
)
def test_is_an_answer_by_hand_accepted_however_it_is_spelt(answer):
    record = by_hand(["import torch", answer])[0]
    assert record.passed, record.message


def test_is_a_ready_made_function_refused():
    test = "check.function(slope, torch.relu, on=cases.draw(seeds=2, Z='n'), forbid=('relu', 'clamp', 'maximum'))"
    record = by_hand(["import torch\ndef slope(Z):\n    return torch.relu(Z)"], test)[0]
    assert not record.passed and "asks torch for `relu`, the ready-made function" in " ".join(record.message.split())
    assert by_hand(["import torch\ndef slope(Z):\n    return Z * (Z > 0)"], test)[0].passed


def test_does_an_answer_that_is_no_def_say_what_to_write():
    record, _, _ = by_hand(["import torch", "globals()['slope'] = lambda Z: 2 * Z"])
    assert not record.passed and "def" in record.message


# --- What surrounds a test cell ---------------------------------------------------------------------------------------


def test_does_a_known_mistakes_sentence_arrive():
    wrong = "def double(X):\n    return 3 * X"
    with known.recording() as notes:
        judge(wrong)
    (note, *_) = [note for note in notes if note.replies]
    hidden = 'check.function(double, lambda X: 2 * X, on=cases.draw(seeds=5, seed0=9, X="n h"))'
    with known.recording() as notes:
        judge(wrong, hidden)
    note = notes[-1]
    table = known.Table([("You take it three times.", "Take it twice.")], {note.digest: {0: note.replies}})
    with known.using([table]):
        record = judge(wrong, hidden)
        other = judge("def double(X):\n    return 4 * X", hidden)
    assert (record.cause, record.next, record.named) == ("You take it three times.", "Take it twice.", True)
    assert other.cause != record.cause


def test_are_hidden_mistakes_and_the_secret_told_and_forgotten_again(monkeypatch):
    monkeypatch.delenv(known.HIDDEN, raising=False)
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    seen, before = [], dict(os.environ)
    monkeypatch.setitem(judging.OWN, "look", lambda: seen.append(current()))
    hidden = f"### BEGIN HIDDEN TESTS\nlook()\n### END HIDDEN TESTS\nlook()\n{TEST}"
    judge(RIGHT, hidden, hidden=("a table",), secret=b"secret", student="U1234567X")
    assert seen[0].hidden == ("a table",) and seen[0].graded is True
    assert seen[0].student == "U1234567X"
    assert [each.secret for each in seen] == [b"secret", None], "the visible checks ask what everybody knows"
    judge(RIGHT, "look()\n" + TEST, student="ada")
    assert seen[2].student == "", "a name is no ID"
    assert current() == CheckContext() and dict(os.environ) == before


def test_do_two_threads_that_judge_at_once_hear_only_their_own():
    wrong = "def double(X):\n    return 3 * X"
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(judge, code) for _ in range(8) for code in (RIGHT, wrong)]
        assert [job.result().state for job in jobs] == 8 * ["passed", "failed"]


def test_does_a_thread_beside_a_test_cell_hear_nothing_of_it_and_say_nothing_to_it(monkeypatch, capsys):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    inside, going_on = Event(), Event()
    monkeypatch.setitem(judging.OWN, "wait", lambda: (inside.set(), going_on.wait(60)))
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(judge, RIGHT, TEST + "\nwait()")
        assert inside.wait(60)
        assert current() == CheckContext() and not graded()
        check.value(1, 2)  # as in a student's notebook: shown, neither raised nor heard in the other thread
        going_on.set()
        assert job.result().passed
    assert "not yet" in capsys.readouterr().out


PRACTICE = "own = practice.on_record(student_id)\ncheck.value(answer, practice.neuron(own).lr)"


def test_does_the_id_on_record_count_in_a_practice():
    code = "from course import practice\nstudent_id = 'U1234567X'\nanswer = practice.neuron(student_id).lr"
    assert judge(code, PRACTICE, name="answer", student="U1234567X").passed
    assert judge(code, PRACTICE, name="answer").passed, "no ID on record: the typed one counts"
    record = judge(code, PRACTICE, name="answer", student="U7654321X")
    assert not record.passed and record.cause == student_id.OTHER_ID
    assert student_id.VARIABLE not in os.environ


def test_are_the_graders_settings_and_random_numbers_as_before():
    state, dtype = torch.random.get_rng_state(), torch.get_default_dtype()
    judge(RIGHT, "torch.manual_seed(1)\ntorch.set_default_dtype(torch.float64)\ntorch.rand(3)\n" + TEST)
    assert torch.equal(torch.random.get_rng_state(), state) and torch.get_default_dtype() == dtype
    assert current() == CheckContext()


def test_do_the_settings_name_this_grader():
    config = load_config(ROOT)
    assert config.Autograde.autograde_preprocessors[0] == "course.grading.nbgrader.Execute"
