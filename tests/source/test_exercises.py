"""Do the hidden tests of every exercise catch every known wrong answer, and accept every right one?"""

from functools import cache

import pytest
from home import ROOT

from course.authoring.proof.rehearse import rehearse
from course.authoring.text.parse import read

TEXTS = sorted(ROOT.glob("source/*/*.py"))


@cache
def outcomes_of(path):
    """Every answer of a text through its checks, once for both tests."""
    return tuple(rehearse(read(path)))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_is_every_wrong_answer_caught_and_every_right_one_accepted(path):
    source = read(path)
    outcomes = outcomes_of(path)
    assert {outcome.exercise for outcome in outcomes} == set(source.exercises)
    wrong = [
        f"{outcome.exercise} ({outcome.answer.role} {outcome.answer.title or ''}): {outcome.hidden or 'not caught'}"
        for outcome in outcomes
        if not outcome.as_it_should
    ]
    assert not wrong, "\n".join(wrong)
    unfair = [
        f"{outcome.exercise}: {outcome.visible}"
        for outcome in outcomes
        if outcome.visible and outcome.answer.role != "wrong"
    ]
    assert not unfair, "\n".join(unfair)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_are_wrong_answers_refused_for_what_they_are_and_not_because_they_cannot_run(path):
    allowed = ("not yet", "not done")  # a CheckFailed's message; a NameError in the cell itself would prove nothing
    broken = [
        f"{outcome.exercise} ({outcome.answer.title}): {outcome.hidden}"
        for outcome in outcomes_of(path)
        if outcome.answer.role == "wrong" and not any(word in outcome.hidden.split("\n")[0] for word in allowed)
    ]
    assert not broken, "\n".join(broken)
