"""A test cell's grade comes from its checks' verdicts, whatever else it shows."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.utils import determine_grade

from course import feedback
from course.feedback import MIME
from course.grading.feedback import NOTE, HideTests
from course.grading.late import DAY, late_penalty
from course.grading.verdict import Verdict, check_calls, decide

SOURCE = """check.function(double, lambda X: 2 * X, on=cases.draw(seeds=1, X="n"))
### BEGIN HIDDEN TESTS
hidden_cases = cases.draw(seeds=24, X="n")
check.function(double, lambda X: 2 * X, on=hidden_cases)
### END HIDDEN TESTS"""


def verdict(state="passed", **more):
    said = feedback.Verdict("double", state, **more)
    return new_output("display_data", data={**said.bundle(), MIME: {**said.bundle()[MIME]}})


def failure(ename="CheckFailed", message="double   not yet\n  what    dZ"):
    return new_output("error", ename=ename, evalue=message, traceback=message.split("\n"))


def cell(*outputs, source=SOURCE, ran=True, points=2):
    metadata = {"grade": True, "solution": False, "locked": True, "grade_id": "check-double", "points": points}
    made = new_code_cell(source, outputs=list(outputs), execution_count=7 if ran else None)
    made.metadata["nbgrader"] = {**metadata, "schema_version": 3, "task": False, "cell_type": "code"}
    return made


def both(*more):
    return [verdict(), verdict(), *more]


TRAPS = {
    "stderr": new_output("stream", name="stderr", text="UserWarning: torch"),
    "zero": new_output("execute_result", data={"text/plain": "np.float64(0.0)"}, execution_count=1),
    "number": new_output("execute_result", data={"text/plain": "0.5"}, execution_count=1),
    "too much": new_output("execute_result", data={"text/plain": "99"}, execution_count=1),
    "nan": new_output("execute_result", data={"text/plain": "nan"}, execution_count=1),
    "None": new_output("display_data", data={"text/plain": "None"}),
    "picture": new_output("execute_result", data={"image/png": "AAAA"}, execution_count=1),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_a_cell_shows_besides_changes_no_grade(trap):
    passed = cell(*both(TRAPS[trap]))
    assert decide(passed)["passed"] and determine_grade(passed) == (2, 2)
    failed = cell(TRAPS[trap], verdict("failed"), failure())
    assert not decide(failed)["passed"] and determine_grade(failed) == (0, 2)
    silent = cell(TRAPS[trap])
    assert not decide(silent)["passed"] and determine_grade(silent) == (0, 2)


@pytest.mark.parametrize(
    ("outputs", "ran"),
    [
        ([], True),
        ([], False),
        (both(), False),
        ([verdict()], True),
        ([verdict(), verdict(), verdict()], True),
        ([verdict(), verdict("failed")], True),
        (both(failure("CellTimeoutError", "ran longer than 20 s")), True),
    ],
    ids=["silent", "not run", "stale outputs", "one of two", "three of two", "failed unraised", "stopped"],
)
def test_full_marks_take_every_verdict_and_no_error(outputs, ran):
    tested = cell(*outputs, ran=ran)
    assert not decide(tested)["passed"]
    assert determine_grade(tested) == (0, 2)
    assert [output.output_type for output in tested.outputs].count("error") == 1


def test_a_failed_check_shows_its_message_and_only_that():
    tested = cell(verdict(), verdict("failed", what="dZ"), failure())
    record = decide(tested)
    assert (record["state"], record["what"], record["points"]) == ("failed", "dZ", 2)
    assert tested.outputs[-1].traceback == ["double   not yet", "  what    dZ"]
    assert not any(MIME in output.get("data", {}) for output in tested.outputs)


def test_not_done_is_told_from_wrong():
    tested = cell(verdict("not done"), failure("NotDone", "double   not done yet"))
    assert decide(tested)["state"] == "not done"


@pytest.mark.parametrize(
    ("ename", "evalue", "told"),
    [
        ("NameError", "name 'double' is not defined", "There is no double."),
        ("CellTimeoutError", "ran longer than 20 s", "were stopped: they ran longer than 20 s"),
        ("SystemError", "boom", "stopped with SystemError: boom"),
    ],
)
def test_other_errors_become_a_message_without_the_tests_source(ename, evalue, told):
    leak = ["Traceback", "---> 3 hidden_cases = cases.draw(seeds=24)", f"{ename}: {evalue}"]
    tested = cell(new_output("error", ename=ename, evalue=evalue, traceback=leak))
    decide(tested)
    shown = "\n".join(tested.outputs[-1].traceback)
    assert told in shown and "hidden_cases" not in shown and "next" in shown


def test_a_cell_of_plain_asserts_passes_by_running():
    assert decide(cell(source="assert 1 + 1 == 2"))["passed"]
    assert not decide(cell(source="assert 1 + 1 == 2", ran=False))["passed"]
    assert not decide(cell(failure("AssertionError", "no"), source="assert False"))["passed"]


def test_check_calls_are_counted_in_the_source():
    assert check_calls(SOURCE) == ["double", "double"]
    assert check_calls("x = check.value\ncheck.value(1 + 1, 2)\nprint(check)") == [""]


def test_only_test_cells_are_touched():
    answer = new_markdown_cell("why", metadata={"nbgrader": {"grade": True, "solution": True, "grade_id": "w"}})
    plain = new_code_cell("1", outputs=[TRAPS["stderr"]])
    nb, _ = Verdict().preprocess(new_notebook(cells=[answer, plain, cell(*both())]), {})
    assert plain.outputs == [TRAPS["stderr"]]
    assert [record["passed"] for record in nb.metadata["course"]["exercises"]] == [True]


def test_feedback_hides_the_tests_and_keeps_the_message():
    tested = cell(verdict("failed"), failure())
    decide(tested)
    nosy = new_code_cell("print(In)", outputs=[new_output("stream", name="stdout", text=SOURCE)])
    html = "<pre>check.function(double, lambda X: 2 * X, on=hidden_cases)</pre>"
    nosy.outputs.append(new_output("display_data", data={"text/html": html}))
    nb, _ = HideTests().preprocess(new_notebook(cells=[tested, nosy]), {})
    everything = str(nb)
    assert "hidden_cases" not in everything and "BEGIN HIDDEN" not in tested.source
    assert tested.source.split("\n") == [SOURCE.split("\n")[0], NOTE]
    assert "double   not yet" in everything


def test_feedback_leaves_a_students_own_words_alone():
    hidden = "x = 1\n### BEGIN HIDDEN TESTS\nexpected = torch.tensor(\n    [1]\n)\n### END HIDDEN TESTS"
    own = new_code_cell("expected = torch.tensor([2])", outputs=[failure("TypeError", "expected = torch.tensor([2])")])
    HideTests().preprocess(new_notebook(cells=[cell(source=hidden), own]), {})
    assert own.outputs[0].traceback == ["expected = torch.tensor([2])"]


@pytest.mark.parametrize(
    ("late", "penalty"),
    [(-5, 0), (0, 0), (1, 1), (DAY, 1), (DAY + 1, 2), (5 * DAY, 5), (99 * DAY, 5)],
)
def test_a_tenth_for_each_day_begun_and_half_at_most(late, penalty):
    assert late_penalty(10, late) == penalty


def test_a_check_in_a_loop_may_report_more_often_than_it_is_written():
    source = (
        "check.function(double, on=few)\nfor seed in range(3):\n    check.function(double, on=cases.draw(seeds=seed))"
    )
    assert decide(cell(*[verdict()] * 4, source=source))["passed"]
    assert decide(cell(*[verdict()] * 2, source=source))["passed"]
    assert not decide(cell(verdict(), source=source))["passed"]
