"""The class report: its numbers against numbers worked out another way, its page, its history, its command."""

import base64
import html
import io
import json
import math
import re
import time
from collections import Counter

import made_up_class
import nbformat
import numpy as np
import pandas as pd
import pytest
from authoring_course import make_course
from html_tags import Tags
from made_up_class import EXERCISES, ODD, WEEK, WRITTEN
from nbformat.v4 import new_code_cell, new_notebook

from course.cli import main, parser
from course.coursedir.errors import GradingStopped
from course.grading.gradebook import history
from course.grading.gradebook.history import Entry
from course.grading.gradebook.marks import CHECKED, Mark, Part
from course.grading.gradebook.marks import WRITTEN as READ
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, UNSAFE, Outcome
from course.grading.gradebook.record import CheckRecord
from course.grading.report import class_report, statistics
from course.runtime.student_id import OTHER_ID


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A class of 500."""
    return made_up_class.make(make_course(tmp_path_factory.mktemp("course")), 500)


@pytest.fixture(scope="module")
def report(classroom):
    return class_report.gather(classroom, WEEK)


@pytest.fixture(scope="module")
def page(report):
    return class_report.page(report)


def outcome(student, *records, state=GRADED, **more):
    made = [CheckRecord.from_json({"notebook": "small", **record}) for record in records]
    return Outcome(student, WEEK, state, exercises=made, inputs="1", **more)


def mark(student, name, score, *, points=2.0, kind=CHECKED, by_hand=False, unread=False, notebook="small"):
    return Mark(student, notebook, name, kind, points, score, by_hand, unread)


def small(*students, late=0.0):
    """A tidy table: each student is a dict of exercise name -> score (of 2), "-" for not done."""
    outcomes, marks, parts = [], [], []
    for number, scores in enumerate(students):
        who = f"s{number}"
        records = []
        for name, score in scores.items():
            state = "not done" if score == "-" else "passed" if score == 2 else "failed"
            records.append({"grade_id": f"check-{name}", "exercise": name, "state": state, "passed": score == 2})
            marks.append(mark(who, f"check-{name}", 0.0 if score == "-" else float(score)))
        outcomes.append(outcome(who, *records))
        parts.append(Part(who, "small", 0.0, 0.0, late))
    return statistics.tidy_table(outcomes, marks, parts)


# --- The numbers ------------------------------------------------------------------------------------------------------


def test_every_student_and_exercise_is_one_row(report):
    assert len(report.rows) == 500 * (len(EXERCISES) + 1)
    assert not report.rows.duplicated(["student", "notebook", "exercise"]).any()


def test_one_who_could_not_be_graded_has_no_score_and_no_state(report):
    lost = report.rows[report.rows["submission"] == NOT_GRADED]
    assert lost["student"].nunique() == len(report.lost) > 0
    assert lost["score"].isna().all() and lost["state"].isna().all() and (lost["reason"] != "").all()
    assert set(report.scores.index).isdisjoint(lost["student"])
    assert len(report.scores) + len(report.lost) == 500


def test_scores_are_the_gradebooks_after_the_penalty_and_never_negative(classroom, report):
    with classroom.gradebook() as gradebook:
        for student in list(report.scores.index[:5]) + list(report.scores.index[-5:]):
            known = gradebook.find_submission(WEEK, student)
            assert report.scores.loc[student, "score"] == max(0, known.score - known.late_submission_penalty)
            assert report.scores.loc[student, "points"] == known.max_score
    assert statistics.scores(small({"a": 1}, late=5.0))["score"].tolist() == [0.0]


def test_difficulty_is_the_share_of_full_marks():
    made = statistics.exercises(small({"a": 2}, {"a": 2}, {"a": 1}, {"a": "-"})).iloc[0]
    assert (made["full"], made["full_tried"], made["unanswered"]) == (0.5, 2 / 3, 0.25)
    assert (made["passed"], made["failed"], made["not_done"], made["n"]) == (2, 1, 1, 4)
    assert made["mean"] == (2 + 2 + 1 + 0) / 4 / 2


def test_an_unread_answer_counts_neither_as_right_nor_as_wrong():
    marks = [
        mark(f"s{n}", "why", s, kind=READ, by_hand=s is not None, unread=s is None) for n, s in enumerate((2, None))
    ]
    made = statistics.exercises(statistics.tidy_table([outcome("s0"), outcome("s1")], marks, [])).iloc[0]
    assert (made["full"], made["to_read"], made["mean"]) == (1.0, 1, 1.0)


def test_a_question_left_blank_is_not_answered_and_not_wrong():
    rows = statistics.tidy_table([outcome("s0")], [mark("s0", "why", 0.0, kind=READ)], [])
    assert rows["state"].tolist() == ["not done"]


def test_a_persons_points_overrule_the_check():
    record = {"grade_id": "check-a", "exercise": "a", "state": "failed", "passed": False}
    rows = statistics.tidy_table([outcome("s0", record)], [mark("s0", "check-a", 2.0, by_hand=True)], [])
    assert rows["state"].tolist() == ["passed"]


def test_discrimination_is_the_correlation_with_the_rest():
    draw = np.random.default_rng(0)
    table = pd.DataFrame(draw.integers(0, 3, (30, 4)), columns=list("abcd"))
    table["b"] = table["a"]
    made = statistics.exercises(small(*table.to_dict("records"))).set_index("exercise")["discrimination"]
    for name in table:
        rest = table.drop(columns=name).sum(axis=1)
        assert made[name] == pytest.approx(np.corrcoef(table[name], rest)[0, 1])


def test_an_exercise_decided_by_chance_does_not_discriminate(report):
    made = report.exercises.set_index("exercise")["discrimination"]
    assert abs(made[ODD]) < 0.15 < 0.4 < made["two_layer_gradients"]
    assert made["softmax_backward"] > 0.3, "one without points is judged by right and wrong"


@pytest.mark.parametrize("students", [[{"a": 2, "b": 1}] * 9, [{"a": 2, "b": n % 3} for n in range(20)]])
def test_too_few_or_all_alike_give_no_discrimination(students):
    made = statistics.exercises(small(*students)).set_index("exercise")
    assert math.isnan(made.loc["a", "discrimination"])


def test_misconceptions_are_the_named_causes_by_exercise_and_count(classroom, report):
    counted = Counter(
        (record.exercise, record.cause)
        for each in classroom.outcomes()
        for record in each.exercises
        if record.state == "failed" and record.named
    )
    made = report.misconceptions
    assert {(row.exercise, row.cause): row.count for row in made.itertuples(index=False)} != {}
    assert dict(zip(zip(made["exercise"], made["cause"], strict=True), made["count"], strict=True)) == counted
    assert all(len(who) == count for who, count in zip(made["students"], made["count"], strict=True))
    runs = [name for name, before in zip(made["exercise"], [None, *made["exercise"]], strict=False) if name != before]
    assert len(runs) == len(set(runs)), "an exercise's causes stand together"
    wrong = int(report.exercises.loc[report.exercises["kind"] == CHECKED, "failed"].sum())
    assert made["count"].sum() + report.unexplained["count"].sum() == wrong


def test_a_clue_is_not_counted_as_a_misconception():
    record = {
        "grade_id": "check-a",
        "exercise": "a",
        "state": "failed",
        "passed": False,
        "cause": "All signs are right.",
    }
    rows = statistics.tidy_table([outcome("s0", record)], [mark("s0", "check-a", 0.0)], [])
    assert statistics.misconceptions(rows).empty
    assert statistics.unexplained(rows)["count"].tolist() == [1]


def test_exercises_stand_in_the_order_of_the_released_notebook(classroom):
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


# --- The history ------------------------------------------------------------------------------------------------------


def entry(student="ada", points=3.0, passed=("a", "b"), **more):
    return Entry(student, "2026-01-01T00:00:00+00:00", GRADED, points, passed, **{"tests": "t1", "torch": "2", **more})


def test_the_same_result_is_written_once_and_another_is_added(tmp_path):
    path = tmp_path / "deep" / history.FILE
    assert history.add(path, entry())
    assert not history.add(path, entry(tools="other", inputs="other"))
    assert history.add(path, entry("bob"))
    first = path.read_bytes()
    assert history.add(path, entry(points=1.0, passed=("a",)))
    assert history.add(path, entry(points=1.0, passed=("a",), torch="3"))
    assert path.read_bytes().startswith(first), "nothing written is ever changed"
    assert [each.student for each in history.read(path)] == ["ada", "bob", "ada", "ada"]
    assert history.read(path, "bob") == [entry("bob")]


def test_a_line_that_was_cut_short_loses_nothing_else(tmp_path):
    path = tmp_path / history.FILE
    history.add(path, entry("ada"))
    with path.open("a") as file:
        file.write('{"student": "bob", "ti')
    history.add(path, entry("cyn"))
    assert [each.student for each in history.read(path)] == ["ada", "cyn"]


def test_remembering_an_outcome_writes_the_history(classroom):
    record = CheckRecord("try_a", "check-a", 2.0, "passed", notebook="small")
    path = classroom.history("week8")
    try:
        classroom.remember(Outcome("ada", "week8", NOT_GRADED, "Grading it was interrupted."))
        assert history.read(path) == [], "a grading that is going on is no result"
        classroom.remember(Outcome("ada", "week8", GRADED, exercises=[record], inputs="12345678abc"))
        classroom.remember(Outcome("ada", "week8", GRADED, exercises=[record], inputs="12345678abc", shown="x"))
        (made,) = history.read(path)
        assert (made.points, made.passed, made.inputs, made.tools) == (2.0, ("a",), "12345678", "01234567")
        assert re.match(r"\d+\.\d+", made.torch)
    finally:
        for file in path.parent.iterdir():
            file.unlink()
        path.parent.rmdir()


def test_the_version_of_the_tests_follows_tests_and_points_only(classroom):
    with classroom.gradebook() as gradebook:
        first = history.tests_of(gradebook, WEEK)
        gradebook.update_or_create_assignment(WEEK, duedate="2030-01-01 00:00:00 UTC")
        assert history.tests_of(gradebook, WEEK) == first
        cell = gradebook.find_grade_cell("check-relu_backward", "small", WEEK)
        gradebook.update_or_create_source_cell(cell.name, "small", WEEK, source="check.value(1, 2)", cell_type="code")
        changed = history.tests_of(gradebook, WEEK)
        assert changed != first
        cell.max_score = 4
        assert history.tests_of(gradebook, WEEK) != changed
        gradebook.db.rollback()


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ({}, {"tests": "t2"}, "the tests changed (t1 to t2)"),
        ({}, {"torch": "3"}, "torch 2 became 3"),
        ({"tools": "x"}, {"tools": "y"}, "the checks or settings changed"),
        ({"inputs": "x"}, {"inputs": "y"}, "handed in anew"),
        ({}, {}, "graded again, with nothing changed"),
    ],
)
def test_a_change_says_who_by_how_much_and_why(before, after, why):
    entries = [entry(points=9.0), entry(**before), entry("bob"), entry(points=1.0, passed=("b", "c"), **after)]
    (row,) = statistics.changes(entries).to_dict("records")
    assert (row["student"], row["before"], row["after"], row["difference"]) == ("ada", 3.0, 1.0, -2.0)
    assert (row["gained"], row["lost"], row["why"]) == ("c", "a", why)


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_needs_nothing_beside_it_and_runs_nothing(page):
    tags = Tags(page).found
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in tags}
    for _, attributes in tags:
        assert attributes.get("href", "#").startswith("#")
        assert attributes.get("src", "data:image/").startswith("data:image/")
    assert "default-src 'none'" in html.unescape(page) and "url(" not in page and "@import" not in page


def test_figures_have_a_text_a_caption_and_no_outside(page, report):
    images = [attributes for tag, attributes in Tags(page).found if tag == "img"]
    assert len(images) == 2 and page.count("<figcaption>") == 2
    assert f"{report.scores['score'].median():g}" in images[0]["alt"]
    assert "could not be graded" in images[0]["alt"] and "discrimination" in images[1]["alt"]
    for image in images:
        svg = base64.b64decode(image["src"].partition(",")[2]).decode()
        assert svg.lstrip().startswith("<?xml") and "<script" not in svg
        assert not re.search(r'(href|src)="(?!#)', svg)


def test_every_anchor_of_the_page_is_there(page):
    tags = Tags(page).found
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    assert {attributes["href"][1:] for tag, attributes in tags if tag == "a"} <= ids


def test_the_page_names_who_could_not_be_graded_and_why(page, report):
    for each in report.lost:
        assert each.student in page and each.reason in page


def test_a_page_for_500_is_small_and_soon_made(report):
    class_report.page(report)
    began = time.process_time()
    made = class_report.page(report)
    assert len(made) < 1_000_000
    assert time.process_time() - began < 10


def test_the_same_class_gives_the_same_page(report, page):
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


LONG = (
    "def f(X, W, b):\n    Z = X @ W.T + b\n    A = Z * (Z > 0)\n    return (A - A.mean(dim=0)) / (A.std(dim=0) + 1e-8)"
)


def test_a_class_of_one_blank_hand_in_has_a_report(tmp_path):
    classroom = made_up_class.make(make_course(tmp_path), 1, lost=0)
    assert "1 submission," in class_report.page(class_report.gather(classroom, WEEK))


def test_a_class_of_which_nothing_could_be_graded_has_a_report(tmp_path):
    classroom = made_up_class.make(make_course(tmp_path), 3, lost=1.1)
    text = class_report.page(class_report.gather(classroom, WEEK))
    assert "there are no scores" in text and "<img" not in text and text.count("it is not JSON") == 3


# --- The command ------------------------------------------------------------------------------------------------------


def command(*words):
    return main(["report", *words])


@pytest.fixture
def here(classroom, monkeypatch):
    monkeypatch.chdir(classroom.root)
    (classroom.root / "source").mkdir(exist_ok=True)
    return classroom.root


def test_the_command_writes_the_page_and_its_data(here, report, capfd):
    assert command(WEEK) == 0
    said = capfd.readouterr()
    graded, lost = len(report.scores), len(report.lost)
    told = f"week9: {graded} graded, {lost} could not be graded. reports/week9.html, reports/week9.csv\n"
    assert (said.out, said.err) == (told, "")
    data = pd.read_csv(here / "reports" / "week9.csv")
    assert len(data) == len(report.rows) and list(data.columns) == statistics.REPORT_CSV_COLUMNS
    assert data["score"].sum() == report.rows["score"].sum()
    assert (here / "reports" / "week9.html").read_text().startswith("<!DOCTYPE html>")


def test_the_command_writes_where_it_is_told(here, tmp_path):
    assert command(WEEK, "-o", str(tmp_path / "a" / "page.html"), "--csv", str(tmp_path / "data.csv")) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "data.csv"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["week77"], "unknown week 'week77'. The weeks are: week9"),
        ([WEEK, "-o", "x.csv"], "would be the same file"),
    ],
)
def test_a_mistake_is_answered_with_the_way_out(here, capfd, words, told):
    assert command(*words) in (1, 2)
    assert told in capfd.readouterr().err


def test_before_anything_is_graded_it_says_what_to_run(tmp_path):
    from course.grading.gradebook.classroom import Classroom

    root = make_course(tmp_path)
    (root / "submitted" / "ada" / WEEK).mkdir(parents=True)
    with pytest.raises(GradingStopped, match="course grade week9"):
        class_report.gather(Classroom(root), WEEK)


def test_answers_are_read_from_the_autograded_notebooks_and_broken_ones_passed_over(classroom):
    folder = classroom.path("autograded", "ada", WEEK)
    folder.mkdir(parents=True)
    marks = {"grade_id": "f", "solution": True, "grade": False}
    cells = [new_code_cell(LONG, metadata={"nbgrader": marks}), new_code_cell("print(1)")]
    (folder / "small.ipynb").write_text(json.dumps(new_notebook(cells=cells)))
    (folder / "broken.ipynb").write_text("{")
    assert class_report.read_answers(classroom, WEEK, ["ada", "nobody"]) == {"ada": {"small: f": LONG}}


def test_the_course_command_knows_it():
    help_text = io.StringIO()
    parser().print_help(help_text)
    assert re.search(r"^ +report ", help_text.getvalue(), re.MULTILINE)
