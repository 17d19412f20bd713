"""Is honest work accepted, in whatever style: in the student's notebook and in the room, without a remark?"""

import ast

import pytest
from answer_corpus import corpus, graded, in_notebook
from home import ROOT
from small_notebooks import sandbox  # noqa: F401 (a fixture)

from course.authoring.text.parse import read

ANSWERS = corpus("answers.honest")
WEEKS = ("week2", "week3", "week4", "week5", "week6", "week7", "week8", "practice2")
"""Where something is asked by hand or without a ready-made function, but for week 1, which asks for no derivative."""


def not_accepted(said):
    return [f"{name}: {each.state}\n{each.message}" for name, each in said.items() if not each.accepted]


def asked_how(source):
    """The functions of a text whose checks ask how they are worked out, by exercise."""
    for exercise in source.exercises.values():
        for node in ast.walk(ast.parse(exercise.check.source)):
            if isinstance(node, ast.Call) and {"by_hand", "forbid"} & {keyword.arg for keyword in node.keywords}:
                yield exercise.name


def test_is_every_exercise_by_hand_answered_in_several_styles():
    names = [answer.name for answer in ANSWERS]
    assert len(set(names)) == len(names) >= 130
    answered = [(answer.text.assignment, answer.task.name) for answer in ANSWERS]
    for week in WEEKS:
        (path,) = (ROOT / "source" / week).glob("*.py")
        for exercise in dict.fromkeys(asked_how(read(path))):
            assert answered.count((week, exercise)) >= 2, f"{week} {exercise}"


@pytest.mark.long
def test_is_every_honest_answer_accepted_in_the_students_notebook():
    said = in_notebook(ANSWERS)
    tables = [name for name, each in said.items() if each.state == "open"]
    refused = not_accepted({name: each for name, each in said.items() if name not in tables})
    assert not refused, "\n".join(refused)
    assert len(tables) < 0.05 * len(ANSWERS), f"no tick, for what they read besides their arguments: {tables}"


@pytest.mark.long
def test_is_every_honest_answer_accepted_in_the_room_without_a_remark():
    said = graded(ANSWERS)
    refused = not_accepted(said)
    assert not refused, "\n".join(refused)
    remarks = [f"{name}: {remark}" for name, each in said.items() for remark in each.remarks]
    assert not remarks, "\n".join(remarks)
