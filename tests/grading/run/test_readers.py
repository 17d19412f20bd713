"""Questions by hand: what the record of a slice's process decides, which process is asked, and what is said."""

import pytest
import torch
from slice_process import SliceProcess
from small_notebooks import SETTINGS, answer, notebook, passed, run_notebook, test_cell

from course.grading.analysis.slices import MAX_TEXT
from course.grading.run.readers import Readers
from course.grading.sandbox import machine
from course.grading.sandbox.remote_kernel import NO_TRACE, KernelLost

Z = torch.tensor([[0.5, -1.0, 2.0]], dtype=torch.float64)
HEAD = "import torch"
LEAF = "x = torch.ones(3, dtype=torch.float64, requires_grad=True)"
TABLE = "(table,) = torch.autograd.grad((x**2).sum(), x)"
NEEDS = f"Your line `{TABLE}` asks torch to differentiate, and your answer needs what it makes."
HONEST = "def f(Z):\n    return 2 * Z"
READS_TABLE = "def f(Z):\n    return table * Z"
PLOTS_TABLE = "def f(Z):\n    return 2 * Z if Z.ndim else table"
ASKS_TORCH = "def f(Z):\n    x = Z.requires_grad_()\n    return torch.autograd.grad((x**2).sum(), x)[0]"


class Asked:
    """Readers whose processes are here: ``started`` are those, in order."""

    def __init__(self, **more):
        self.started = []
        self.readers = Readers(lambda: self._start(**more))

    def _start(self, **more):
        self.started.append(SliceProcess(**more))
        return self.started[-1]

    def __call__(self, cells, name="f", *, calls=2, hand=True, forbid=(), given=()):
        found = self.readers.slice_of(cells, name, given)
        return self.readers.ask(name, found, [{"Z": Z}] * calls, hand=hand, forbid=forbid)


def refusal(replies):
    """The sentence of the one reply that refuses."""
    (reply,) = replies
    return reply.refused


def test_is_an_answer_by_hand_asked_and_everything_torch_was_asked_seen():
    asked = Asked()
    replies = asked([HEAD, HONEST])
    assert [reply.refused for reply in replies] == [None, None] and torch.equal(replies[1].value, 2 * Z)
    assert "aten::mul" in {each.name for each in asked.readers.seen}


def test_is_a_slice_refused_with_its_line_where_a_needed_statement_differentiates():
    assert refusal(Asked()([HEAD, LEAF, TABLE, READS_TABLE])) == NEEDS
    assert refusal(Asked()([HEAD, f"{LEAF}\n{TABLE}\n{READS_TABLE}"])) == NEEDS, "all in one cell"


def test_does_a_statement_that_differentiates_and_is_not_needed_cost_nothing():
    asked = Asked()
    replies = asked([HEAD, LEAF, TABLE, PLOTS_TABLE])
    assert [reply.refused for reply in replies] == [None, None] and torch.equal(replies[0].value, 2 * Z)
    first, second = asked.started
    assert TABLE in first.slices[0] and TABLE not in second.slices[0], "left out in a process of its own"


@pytest.mark.parametrize("change", ["table * Z", "3 * Z", "Z, Z", "raise ValueError(float(table[0]))"])
def test_does_any_difference_without_the_statement_refuse(change):
    """Where the table is there 2 * Z, and where it is not something else, or an error."""
    body = f"return {change}" if "raise" not in change else change
    cheat = f"def f(Z):\n    if 'table' in globals() and table is not None:\n        return table * Z\n    {body}"
    assert refusal(Asked()([HEAD, LEAF, TABLE, cheat])) == NEEDS


def test_is_a_stub_not_done_though_something_above_it_differentiates():
    (reply,) = Asked()([HEAD, LEAF, TABLE, "def f(Z):\n    raise NotImplementedError('f')\n    return table"])
    assert (reply.not_done, reply.refused) == ("f", None)


def test_is_an_answer_that_needs_a_table_allowed_where_derivatives_are():
    replies = Asked()([HEAD, LEAF, TABLE, READS_TABLE], hand=False, forbid=("softmax",))
    assert [reply.refused for reply in replies] == [None, None]


def test_is_a_line_of_the_courses_own_never_quoted():
    cells, given = [HEAD, f"{LEAF}\n{TABLE}", READS_TABLE], [True, True, False]
    said = refusal(Asked()(cells, given=given))
    assert said == "Your answer needs what a cell above it made by torch's differentiation."
    helper = "def slope_of(Z):\n    x = Z.requires_grad_()\n    return torch.autograd.grad((x**2).sum(), x)[0]"
    said = refusal(Asked()([HEAD, helper, "def f(Z):\n    return slope_of(Z)"], given=[True, True, False]))
    assert said == "Your line `return slope_of(Z)` asks torch to differentiate."


def test_is_a_long_line_shortened():
    answer = ASKS_TORCH.replace("x**2", "x**2 + " + "0 * x + " * 40 + "0")
    line = refusal(Asked()([HEAD, answer])).split("`")[1]
    assert len(line) == MAX_TEXT and line.endswith("...") and line[:-3] in answer


def test_is_a_process_that_has_differentiated_not_asked_by_hand_again():
    asked = Asked()
    assert "asks torch to differentiate" in refusal(asked([HEAD, ASKS_TORCH]))
    assert asked([HEAD, HONEST.replace("f(", "g(")], "g")[0].refused is None
    assert [process.questions for process in asked.started] == [["f"], ["g"]]


def test_do_questions_that_allow_derivatives_share_a_process():
    asked = Asked()
    for name in "fgf":
        replies = asked([HEAD, ASKS_TORCH.replace("f(", f"{name}(")], name, hand=False, forbid=("softmax",))
        assert torch.equal(replies[0].value, 2 * Z)
    assert len(asked.started) == 1


def test_is_a_slice_run_once_for_two_questions_about_it():
    asked = Asked()
    asked([HEAD, HONEST]), asked([HEAD, HONEST])
    assert len(asked.started) == 1 and len(asked.started[0].slices) == 1
    assert asked.started[0].questions == ["f", "f"]


@pytest.mark.parametrize("place", [0, 3, 99, "nine"])
def test_does_a_mark_that_a_statement_makes_itself_change_nothing(place):
    """A statement ends its own part of the record, so that its derivative seems another's, or nobody's."""
    mark = f"with torch.autograd.profiler.record_function('course::ran {place}'):\n        pass"
    cells = [HEAD, LEAF, f"class Made:\n    {TABLE}\n    {mark}", "def f(Z):\n    return Made.table * Z"]
    assert "asks torch to differentiate" in refusal(Asked()(cells))


def test_is_a_ready_made_function_refused_by_its_operation():
    soft = "def f(Z):\n    return torch.special.softmax(Z, 1)"
    said = refusal(Asked()([HEAD, soft], hand=False, forbid=("softmax",)))
    assert said == "Your line `return torch.special.softmax(Z, 1)` asks torch for `softmax`, the ready-made function."
    assert Asked()([HEAD, soft], hand=False, forbid=("relu",))[0].refused is None
    swallowed = "def f(Z):\n    try:\n        torch.softmax(Z, 1)\n    finally:\n        return 2 * Z"
    assert "softmax" in refusal(Asked()([HEAD, swallowed], forbid=("softmax",)))


def test_is_a_python_function_that_is_forbidden_noted():
    said = refusal(
        Asked()(
            [HEAD, "def f(Z):\n    torch.broadcast_shapes((1,), (2,))\n    return Z"],
            hand=False,
            forbid=("broadcast_shapes",),
        )
    )
    assert "calls `broadcast_shapes`, the ready-made function" in said


def test_does_an_answer_that_no_cell_defines_get_a_sentence():
    asked = Asked()
    said = refusal(asked([HEAD, "g = 1"]))
    assert "No cell before this question defines `f`" in said and asked.started == []


def test_does_a_process_that_dies_cost_its_question_alone():
    asked = Asked(dies=("bad",))
    assert asked([HEAD, HONEST])[0].refused is None
    bad = HONEST.replace("f(", "bad(")
    with pytest.raises(KernelLost, match="it ended itself"):
        asked([HEAD, bad], "bad")
    with pytest.raises(KernelLost, match="it ended itself"):
        asked([HEAD, bad], "bad")
    assert torch.equal(asked([HEAD, HONEST])[0].value, 2 * Z)


def test_is_the_same_slice_run_in_another_process_where_the_first_has_ended():
    asked = Asked()
    asked([HEAD, HONEST])
    asked.started[0].end()
    assert asked([HEAD, HONEST])[0].refused is None and len(asked.started) == 2


def test_is_an_answer_refused_though_its_line_cannot_be_found():
    asked = Asked()
    asked([HEAD, HONEST])
    process = asked.started[0]
    process.line_of = lambda *_, **__: process._die()
    said = refusal(asked([HEAD, ASKS_TORCH]))
    assert said == "Your answer asks torch to differentiate."


def test_is_a_lost_record_never_taken_for_an_empty_one():
    asked = Asked()
    asked([HEAD, HONEST])

    def lost():
        raise KernelLost(NO_TRACE)

    asked.started[0].asked = lost
    with pytest.raises(KernelLost, match="the record of what torch was asked broke off"):
        asked([HEAD, HONEST])


# --- In a sandbox -----------------------------------------------------------------------------------------------------

HAND = 'check.gradient({}, of=lambda Z: (Z**2).sum(), on=cases.draw(seeds=2, Z="n h"), wrt="Z", by_hand=True)'


def hand(name, *bodies):
    return [*(answer(name, body.replace("f(", f"{name}(")) for body in bodies), test_cell(name, HAND.format(name))]


@pytest.mark.long
def test_what_do_questions_by_hand_say_in_a_room():
    done = run_notebook(
        notebook(
            hand("first", HONEST),
            hand("torchs", ASKS_TORCH),
            hand("tables", LEAF, TABLE, READS_TABLE.replace("table", "table[0]")),
            hand("honest", PLOTS_TABLE),
            hand("dying", "def f(Z):\n    import os\n    os._exit(0)"),
            hand("last", HONEST),
        ),
        **SETTINGS,
    )
    assert passed(done) == {
        "first": True, "torchs": False, "tables": False, "honest": True, "dying": False, "last": True
    }  # fmt: skip
    said = {each["exercise"]: str(each) for each in done.metadata.course.exercises}
    assert "`return torch.autograd.grad((x**2).sum(), x)[0]` asks torch to differentiate." in said["torchs"]
    assert NEEDS in said["tables"]
    assert "Python ended while your code ran" in said["dying"]


@pytest.mark.long
def test_does_drowning_the_record_cost_its_question_with_a_sentence(monkeypatch):
    monkeypatch.setattr("course.grading.sandbox.trace.MAX_OPERATIONS", 2_000)
    drowns = "def f(Z):\n    for _ in range(3000):\n        Z = Z + 0\n    return 2 * Z"
    done = run_notebook(notebook(hand("drowning", drowns), hand("after", HONEST)), **SETTINGS)
    assert passed(done) == {"drowning": False, "after": True}
    (said,) = [each["what"] for each in done.metadata.course.exercises if each["exercise"] == "drowning"]
    assert (
        said == "The checks of drowning were stopped: the record of what torch was asked broke off while your code ran."
    )


@pytest.mark.long
def test_do_answers_that_are_never_the_same_twice_not_run_everything_above_again_and_again(monkeypatch):
    allowed = []

    def readers(start, whole_s=None):
        if whole_s is not None:
            allowed.append(whole_s)
        return Readers(start, whole_s)

    monkeypatch.setattr("course.grading.run.judging.Readers", readers)
    monkeypatch.setattr(machine.Observation, "was_busy", lambda self, own: False)  # beside other tests
    shifting = "def f(Z):\n    import random\n    return random.random() * Z"
    slow = answer("slow", "import time\ntime.sleep(6)")
    settings = {**SETTINGS, "total_timeout": 24}
    done = run_notebook(notebook(slow, *(hand(name, shifting) for name in "abcdef")), **settings)
    assert passed(done) == dict.fromkeys("abcdef", False)
    assert 1 <= sum(each > 1 for each in allowed) <= 4, "six questions, and time for three or four times above them"
    assert allowed == sorted(allowed, reverse=True), "the time is one for all of them"
    assert allowed[0] < 23, "and for the cells"
