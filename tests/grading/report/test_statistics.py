"""Are the numbers of a class report those that another way of working them out gives?"""

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from made_up_class import EXERCISES, ODD, WEEK, entry

from course.grading.gradebook.marks import CHECKED, Mark, Part
from course.grading.gradebook.marks import WRITTEN as READ
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, Outcome
from course.grading.gradebook.record import CheckRecord
from course.grading.report import statistics


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


def test_is_every_student_and_exercise_one_row(report):
    assert len(report.rows) == 500 * (len(EXERCISES) + 1)
    assert not report.rows.duplicated(["student", "notebook", "exercise"]).any()


def test_has_one_who_could_not_be_graded_no_score_and_no_state(report):
    lost = report.rows[report.rows["submission"] == NOT_GRADED]
    assert lost["student"].nunique() == len(report.lost) > 0
    assert lost["score"].isna().all() and lost["state"].isna().all() and (lost["reason"] != "").all()
    assert set(report.scores.index).isdisjoint(lost["student"])
    assert len(report.scores) + len(report.lost) == 500


def test_are_scores_the_gradebooks_after_the_penalty_and_never_negative(classroom, report):
    with classroom.gradebook() as gradebook:
        for student in list(report.scores.index[:5]) + list(report.scores.index[-5:]):
            known = gradebook.find_submission(WEEK, student)
            assert report.scores.loc[student, "score"] == max(0, known.score - known.late_submission_penalty)
            assert report.scores.loc[student, "points"] == known.max_score
    assert statistics.scores(small({"a": 1}, late=5.0))["score"].tolist() == [0.0]


def test_is_difficulty_the_share_of_full_marks():
    made = statistics.exercises(small({"a": 2}, {"a": 2}, {"a": 1}, {"a": "-"})).iloc[0]
    assert (made["full"], made["full_tried"], made["unanswered"]) == (0.5, 2 / 3, 0.25)
    assert (made["passed"], made["failed"], made["not_done"], made["n"]) == (2, 1, 1, 4)
    assert made["mean"] == (2 + 2 + 1 + 0) / 4 / 2


def test_does_an_unread_answer_count_neither_as_right_nor_as_wrong():
    marks = [
        mark(f"s{n}", "why", s, kind=READ, by_hand=s is not None, unread=s is None) for n, s in enumerate((2, None))
    ]
    made = statistics.exercises(statistics.tidy_table([outcome("s0"), outcome("s1")], marks, [])).iloc[0]
    assert (made["full"], made["to_read"], made["mean"]) == (1.0, 1, 1.0)


def test_is_a_question_left_blank_not_answered_rather_than_wrong():
    rows = statistics.tidy_table([outcome("s0")], [mark("s0", "why", 0.0, kind=READ)], [])
    assert rows["state"].tolist() == ["not done"]


def test_do_a_persons_points_overrule_the_check():
    record = {"grade_id": "check-a", "exercise": "a", "state": "failed", "passed": False}
    rows = statistics.tidy_table([outcome("s0", record)], [mark("s0", "check-a", 2.0, by_hand=True)], [])
    assert rows["state"].tolist() == ["passed"]


def test_is_discrimination_the_correlation_with_the_rest():
    draw = np.random.default_rng(0)
    table = pd.DataFrame(draw.integers(0, 3, (30, 4)), columns=list("abcd"))
    table["b"] = table["a"]
    made = statistics.exercises(small(*table.to_dict("records"))).set_index("exercise")["discrimination"]
    for name in table:
        rest = table.drop(columns=name).sum(axis=1)
        assert made[name] == pytest.approx(np.corrcoef(table[name], rest)[0, 1])


def test_does_an_exercise_decided_by_chance_not_discriminate(report):
    made = report.exercises.set_index("exercise")["discrimination"]
    assert abs(made[ODD]) < 0.15 < 0.4 < made["two_layer_gradients"]
    assert made["softmax_backward"] > 0.3, "one without points is judged by right and wrong"


@pytest.mark.parametrize("students", [[{"a": 2, "b": 1}] * 9, [{"a": 2, "b": n % 3} for n in range(20)]])
def test_do_too_few_or_all_alike_give_no_discrimination(students):
    made = statistics.exercises(small(*students)).set_index("exercise")
    assert math.isnan(made.loc["a", "discrimination"])


def test_are_misconceptions_the_named_causes_by_exercise_and_count(classroom, report):
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


def test_is_a_clue_not_counted_as_a_misconception():
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
def test_does_a_change_say_who_by_how_much_and_why(before, after, why):
    entries = [entry(points=9.0), entry(**before), entry("bob"), entry(points=1.0, passed=("b", "c"), **after)]
    (row,) = statistics.changes(entries).to_dict("records")
    assert (row["student"], row["before"], row["after"], row["difference"]) == ("ada", 3.0, 1.0, -2.0)
    assert (row["gained"], row["lost"], row["why"]) == ("c", "a", why)
