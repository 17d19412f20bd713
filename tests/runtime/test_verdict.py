"""Does a verdict reach the notebook as it should: shown, raised, or heard by whoever listens?"""

import pytest
from linear_layer import CASES, forward, sign

from course import check
from course.runtime import verdict as feedback

pytestmark = pytest.mark.usefixtures("graded")


def test_does_a_message_reach_the_notebook_as_text_and_html(monkeypatch):
    verdict = feedback.Verdict("softplus_backward", "failed", "dZ < 3", "here", "because", "try")
    monkeypatch.delenv("NBGRADER_EXECUTION")
    bundle = verdict.bundle()
    assert bundle["text/plain"].splitlines()[0] == "softplus_backward   not yet"
    assert "dZ &lt; 3" in bundle["text/html"]
    assert bundle[feedback.MIME]["passed"] is False
    assert "visible check passes" in feedback.Verdict("x", "passed").text


def test_does_what_is_looked_at_later_take_the_tick_away_in_a_notebook_alone(monkeypatch):
    verdict = feedback.Verdict("x", "passed", "3 cases", later="the numbers are right; `T` is looked at when graded")
    assert verdict.passed
    assert "check passes: 3 cases" in verdict.text
    monkeypatch.delenv("NBGRADER_EXECUTION")
    assert verdict.text == "x   the numbers are right; `T` is looked at when graded"
    assert "✓" not in verdict.html
    assert "✓" in feedback.Verdict("x", "passed", "3 cases").html


def test_does_a_failed_check_let_run_all_go_on_in_a_students_notebook(monkeypatch, capsys):
    monkeypatch.delenv("NBGRADER_EXECUTION")
    check.gradient(sign, of=forward, on=CASES, wrt="X W b", upstream="dZ")
    assert "wrong sign" in capsys.readouterr().out
