"""Does the page say what an instructor needs, and nothing that a student wrote as markup?"""

import base64
import html
import io
import json
import re
import time

import made_up_class
import nbformat
import pandas as pd
import pytest
from authoring_course import make_course
from html_tags import Tags
from made_up_class import EXERCISES, WEEK, WRITTEN
from nbformat.v4 import new_code_cell, new_notebook

from course.cli import main, parser
from course.coursedir.errors import GradingStopped
from course.grading.gradebook.outcome import UNSAFE
from course.grading.report import class_report, statistics
from course.runtime.student_id import OTHER_ID


def test_do_exercises_stand_in_the_order_of_the_released_notebook(classroom):
    folder = classroom.root / "release" / WEEK
    folder.mkdir(parents=True)
    names = [name for name, _, _ in EXERCISES][::-1]
    cells = [new_code_cell("", metadata={"nbgrader": {"grade_id": f"check-{name}"}}) for name in names]
    nbformat.write(new_notebook(cells=cells), folder / "small.ipynb")
    try:
        made = class_report.gather(classroom, WEEK).exercises["exercise"].tolist()
    finally:
        (folder / "small.ipynb").unlink()
    assert made == [*names, WRITTEN[0]]


def test_who_still_has_to_be_read_is_listed(classroom, report):
    with classroom.gradebook() as gradebook:
        submissions = gradebook.assignment_submissions(WEEK)
        lost = {each.student for each in report.lost}
        due = {each.student.id for each in submissions if each.needs_manual_grade} - lost
    assert set(report.to_read.loc["small", WRITTEN[0]]["students"]) == due
    assert report.to_read["waits"].sum() == len(due) > 0


def test_does_the_page_need_nothing_beside_it_and_run_nothing(page):
    tags = Tags(page).found
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in tags}
    for _, attributes in tags:
        assert attributes.get("href", "#").startswith("#")
        assert attributes.get("src", "data:image/").startswith("data:image/")
    assert "default-src 'none'" in html.unescape(page) and "url(" not in page and "@import" not in page


def test_have_figures_a_text_a_caption_and_no_outside(page, report):
    images = [attributes for tag, attributes in Tags(page).found if tag == "img"]
    assert len(images) == 2 and page.count("<figcaption>") == 2
    assert f"{report.scores['score'].median():g}" in images[0]["alt"]
    assert "could not be graded" in images[0]["alt"] and "discrimination" in images[1]["alt"]
    for image in images:
        svg = base64.b64decode(image["src"].partition(",")[2]).decode()
        assert svg.lstrip().startswith("<?xml") and "<script" not in svg
        assert not re.search(r'(href|src)="(?!#)', svg)


def test_is_every_anchor_of_the_page_there(page):
    tags = Tags(page).found
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    assert {attributes["href"][1:] for tag, attributes in tags if tag == "a"} <= ids


def test_does_the_page_name_who_could_not_be_graded_and_why(page, report):
    for each in report.lost:
        assert each.student in page and each.reason in page


def test_is_a_page_for_500_small_and_soon_made(report):
    class_report.page(report)
    began = time.process_time()
    made = class_report.page(report)
    assert len(made) < 1_000_000
    assert time.process_time() - began < 10


def test_does_the_same_class_give_the_same_page(report, page):
    assert class_report.page(report) == page


def test_what_students_wrote_is_escaped(classroom):
    made = class_report.gather(classroom, WEEK)
    evil = "<script>alert(1)</script>"
    made.lost[0].reason = evil
    made.outcomes[5].notes, made.outcomes[6].integrity = [evil], [evil]
    assert "<script" not in class_report.page(made)
    assert class_report.page(made).count("&lt;script&gt;") == 3


def test_what_to_look_at_is_said(classroom):
    made = class_report.gather(
        classroom, WEEK, {"eve": {"small: f": LONG}, "mal": {"small: f": LONG}, "sue": {"small: f": ""}}
    )
    made.outcomes[3].notes = [UNSAFE]
    made.outcomes[4].integrity = ["small.ipynb, cell 7: imports by text", OTHER_ID]
    text = class_report.page(made)
    assert made.identical == [("eve", "mal")] and "<li>eve, mal</li>" in text
    assert "Graded without a sandbox" in text and made.unsafe == [made.outcomes[3].student]
    assert "imports by text" in text
    assert made.other_ids and all(name in text for name in made.other_ids)


LONG = """def f(X, W, b):
    Z = X @ W.T + b
    A = Z * (Z > 0)
    middle, spread = A.mean(dim=0), A.std(dim=0)
    return (A - middle) / (spread + 1e-8)
"""


def test_is_released_code_not_taken_for_the_students(classroom, tmp_path, monkeypatch):
    marks = {"nbgrader": {"solution": True, "grade_id": "f"}}
    nbformat.write(new_notebook(cells=[new_code_cell(LONG, metadata=marks)]), tmp_path / "small.ipynb")
    answers = {"eve": {"small: f": LONG}, "mal": {"small: f": LONG}}
    assert class_report.gather(classroom, WEEK, answers).alike == [("small: f", ("eve", "mal"))]
    monkeypatch.setattr(type(classroom), "released", lambda self, week: tmp_path)
    made = class_report.gather(classroom, WEEK, answers)
    assert made.alike == made.identical == []


def test_has_a_class_of_one_blank_hand_in_a_report(tmp_path):
    classroom = made_up_class.make(make_course(tmp_path), 1, lost=0)
    assert "1 submission," in class_report.page(class_report.gather(classroom, WEEK))


def test_has_a_class_of_which_nothing_could_be_graded_a_report(tmp_path):
    classroom = made_up_class.make(make_course(tmp_path), 3, lost=1.1)
    text = class_report.page(class_report.gather(classroom, WEEK))
    assert "there are no scores" in text and "<img" not in text and text.count("it is not JSON") == 3


def command(*words):
    return main(["report", *words])


@pytest.fixture
def here(classroom, monkeypatch):
    monkeypatch.chdir(classroom.root)
    (classroom.root / "source").mkdir(exist_ok=True)
    return classroom.root


def test_does_the_command_write_the_page_and_its_data(here, report, capfd):
    assert command(WEEK) == 0
    said = capfd.readouterr()
    graded, lost = len(report.scores), len(report.lost)
    told = f"week9: {graded} graded, {lost} could not be graded. reports/week9.html, reports/week9.csv\n"
    assert (said.out, said.err) == (told, "")
    data = pd.read_csv(here / "reports" / "week9.csv")
    assert len(data) == len(report.rows) and list(data.columns) == statistics.REPORT_CSV_COLUMNS
    assert data["score"].sum() == report.rows["score"].sum()
    assert (here / "reports" / "week9.html").read_text().startswith("<!DOCTYPE html>")


def test_does_the_command_write_where_it_is_told(here, tmp_path):
    assert command(WEEK, "-o", str(tmp_path / "a" / "page.html"), "--csv", str(tmp_path / "data.csv")) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "data.csv"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["week77"], "unknown week 'week77'. The weeks are: week9"),
        ([WEEK, "-o", "x.csv"], "would be the same file"),
    ],
)
def test_is_a_mistake_answered_with_the_way_out(here, capfd, words, told):
    assert command(*words) in (1, 2)
    assert told in capfd.readouterr().err


def test_is_it_said_what_to_run_before_anything_is_graded(tmp_path):
    from course.grading.gradebook.classroom import Classroom

    root = make_course(tmp_path)
    (root / "submitted" / "ada" / WEEK).mkdir(parents=True)
    with pytest.raises(GradingStopped, match="course grade week9"):
        class_report.gather(Classroom(root), WEEK)


def test_are_answers_read_from_the_autograded_notebooks_and_broken_ones_passed_over(classroom):
    folder = classroom.path("autograded", "ada", WEEK)
    folder.mkdir(parents=True)
    marks = {"grade_id": "f", "solution": True, "grade": False}
    cells = [new_code_cell(LONG, metadata={"nbgrader": marks}), new_code_cell("print(1)")]
    (folder / "small.ipynb").write_text(json.dumps(new_notebook(cells=cells)))
    (folder / "broken.ipynb").write_text("{")
    assert class_report.read_answers(classroom, WEEK, ["ada", "nobody"]) == {"ada": {"small: f": LONG}}


def test_does_the_course_command_know_it():
    help_text = io.StringIO()
    parser().print_help(help_text)
    assert re.search(r"^ +report ", help_text.getvalue(), re.MULTILINE)
