"""Does the page that a student gets back say what happened, and in which order?"""

import base64
import hashlib
import re

import nbformat
import pytest
from feedback_pages import EVIL, MESSAGE, PNG, assert_harmless, notebook, render, resources, words
from html_tags import Tags
from nbformat.v4 import new_output

from course.grading.gradebook.marks import Part
from course.grading.pages.feedback import page_of


def test_does_a_wrong_answer_stand_beside_its_message():
    page = render(notebook())
    said = words(page)
    for sentence in MESSAGE.values():
        assert sentence in said
    assert "not yet" in said and "0 / 2" in said and "return X" in said
    assert said.index("Multiply it by two.") < said.index("def double")
    assert "1.2 Your turn: double it" in said


def test_does_the_table_lead_to_every_exercise():
    tags = Tags(render(notebook())).found
    ids = [attributes["id"] for tag, attributes in tags if tag == "section"]
    jumps = {attributes["href"] for tag, attributes in tags if tag == "a"}
    assert ids == ["double", "why"], "named after the student's cell, not after what the check calls"
    assert {"#double", "#why"} <= jumps


def test_is_the_first_thing_to_do_said_first():
    assert "Begin with double" in words(render(notebook()))
    assert "Begin with" not in words(render(notebook("passed"), score=2.0))


def test_is_a_right_answer_folded_and_silent():
    page = render(notebook("passed", what="dZ against autograd"), score=2.0)
    assert "2 / 2" in words(page) and "dZ against" not in page
    assert re.search(r"<details class=\"own\"><summary>Your answer</summary>", page)


def test_is_it_said_where_a_right_answer_passed_with_another_one_in_place_of_an_earlier():
    says = "double passes with the right `once` in the place of yours, and keeps its points."
    assert says in words(render(notebook("passed", what="", where=says), score=2.0))


def test_does_an_exercise_without_an_answer_show_no_stub():
    page = render(notebook("not done", answer="raise NotImplementedError('double')"))
    assert "not answered" in words(page) and "NotImplementedError" not in page


def test_is_an_optional_exercise_called_so_and_not_where_to_begin():
    said = words(render(notebook(), points=0.0))
    assert "optional" in said and "Begin with" not in said


def test_is_the_late_penalty_shown_and_taken_off():
    page = render(notebook("passed"), score=2.0, parts=[Part("ada", "small", 4.0, 5.0, 1.5)])
    said = words(page)
    assert "You earned 4 points. It came late, so 1.5 are taken off." in said
    assert "2.5 / 5" in said and "<title>Week 9, small: 2.5 / 5</title>" in page


def test_does_a_score_never_fall_below_zero():
    assert "0 / 5" in words(render(notebook(), parts=[Part("ada", "small", 1.0, 5.0, 3.0)]))


def test_has_an_answer_that_nobody_has_read_no_zero():
    said = words(render(notebook()))
    assert "– / 3" in said and "1 answer waits for a person" in said


def test_has_a_read_answer_its_comment_and_points():
    page = render(notebook(), why=2.0, unread=False, comments={"why": "Good, but *why* two?"})
    said = words(page)
    assert "read by a person" in said and "2 / 3" in said
    assert "<em>why</em> two?" in page and "<strong>is</strong>" in page
    assert "waits for a person" not in said


def test_are_points_that_a_person_set_on_a_check_said_to_be_so():
    assert "A person set these points." in words(render(notebook(), score=1.0, by_hand=True))


def test_does_an_unanswered_question_show_no_placeholder():
    page = render(notebook(written="*Write your answer here.*"), why=None, unread=False)
    assert "Write your answer here" not in page and "not answered" in words(page)


def test_is_a_formula_in_an_answer_not_taken_for_emphasis():
    page = render(notebook(written="With $w_1 * x_1$ and $w_2 * x_2$ it holds."))
    assert "$w_1 * x_1$ and $w_2 * x_2$" in page


def test_does_the_page_forbid_scripts_and_know_its_own_style():
    page = render(notebook())
    meta = [attributes for tag, attributes in Tags(page).found if tag == "meta" and "http-equiv" in attributes]
    policy = meta[0]["content"]
    assert meta[0]["http-equiv"] == "Content-Security-Policy"
    assert policy.startswith("default-src 'none';") and "script" not in policy and "unsafe" not in policy
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy, "or the browser would drop the style"
    assert page.index("Content-Security-Policy") < page.index("<style>")


@pytest.mark.parametrize("where", "written answer heading message comment name repair attachment".split())
def test_does_nothing_of_a_notebook_become_markup(where):
    nb, kw = notebook(), {}
    if where == "written":
        nb.cells[4].source = f"{EVIL}\n\n[EVIL](javascript:alert(1)) ![EVIL](https://evil.example/x.png) <b onclick=x>"
    elif where == "answer":
        nb.cells[1].source = f"s = '''{EVIL}'''"
    elif where == "heading":
        nb.cells[0].source = f"# {EVIL}"
    elif where == "message":
        nb.metadata["course"]["exercises"][0].update(where=EVIL, cause=EVIL, what=EVIL, next=EVIL)
    elif where == "comment":
        kw["comments"] = {"why": EVIL, "double": EVIL}
    elif where == "name":
        kw["name"] = EVIL
    elif where == "repair":
        nb.metadata["course"]["repairs"] = [EVIL]
    else:
        svg = base64.b64encode(b"<svg onload=alert(1)>").decode()
        nb.cells[4]["attachments"] = {
            EVIL: {"image/png": PNG},
            "a.svg": {"image/svg+xml": svg},
            "b.png": {"image/png": svg},
            "c": "no bundle",
        }
    page = render(nb, **kw)
    assert_harmless(page)
    if where == "attachment":
        assert page.count("<img") == 1, "the one that is a PNG"


def test_has_a_notebook_that_nbgraders_own_grader_ran_a_page_too():
    nb = notebook()
    del nb.metadata["course"]
    nb.cells[2].outputs = [new_output("error", ename="AssertionError", evalue="", traceback=["AssertionError: 3 != 4"])]
    assert "AssertionError: 3 != 4" in words(render(nb))
    nb.cells[2].outputs = []
    assert page_of(nb, resources(score=2.0)).exercises[0].kind == "passed"


def test_is_the_callers_notebook_left_as_it_was():
    nb = notebook()
    before = nbformat.writes(nb)
    render(nb)
    assert nbformat.writes(nb) == before
