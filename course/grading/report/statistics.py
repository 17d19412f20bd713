"""Item analysis: a class's results as tables (pandas), and what they say of each exercise.

Difficulty is the share of full marks among the graded submissions, so a high number is an easy exercise.
Discrimination is the correlation between an exercise's score and the score of all the others (the point-biserial
correlation where an exercise is right or wrong): near 0, it does not tell strong students from weak ones; below, look
at its wording and its tests. The exercise itself is left out of the other side, as Henrysson advises ("Correction of
item-total correlations in item analysis", Psychometrika 28, 1963).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pandas as pd

from course.grading.gradebook.history import Entry
from course.grading.gradebook.marks import CHECKED, WRITTEN, Mark, Part
from course.grading.gradebook.outcome import GRADED, Outcome
from course.grading.gradebook.record import CheckRecord, State

MIN_SUBMISSIONS = 10
"""Submissions below which no discrimination is given."""
RowState = State | Literal["to read"]
STATES: tuple[RowState, ...] = ("passed", "failed", "not done", "to read")
REPORT_CSV_COLUMNS = (
    "student assignment submission reason late_penalty notebook exercise kind points score state named what where "
    "cause next"
).split()


def tidy_table(outcomes: Iterable[Outcome], marks: Iterable[Mark], parts: Iterable[Part]) -> pd.DataFrame:
    """One row for each student and exercise, with ``REPORT_CSV_COLUMNS``.

    Those who could not be graded have rows without scores. ``state`` is one of STATES ("passed" means full marks, for a
    written answer too), or missing where the submission could not be graded; ``late_penalty`` is the notebook's, in
    points.
    """
    known = {outcome.student: outcome for outcome in outcomes}
    records = {
        (outcome.student, record.notebook, record.grade_id): record
        for outcome in known.values()
        for record in outcome.exercises
    }
    late = {(part.student, part.notebook): part.penalty for part in parts}
    rows = []
    for mark in marks:
        if (outcome := known.get(mark.student)) is None:
            continue
        graded = outcome.state == GRADED
        record = records.get((mark.student, mark.notebook, mark.grade_id)) if graded else None
        rows.append(
            (
                mark.student,
                outcome.week,
                outcome.state,
                outcome.reason,
                late.get((mark.student, mark.notebook), 0.0) if graded else None,
                mark.notebook,
                mark.grade_id.removeprefix("check-"),
                mark.kind,
                mark.points,
                mark.score if graded else None,
                _state(mark, record) if graded else None,
                record is not None and record.named,
                *((record.what, record.where, record.cause, record.next) if record is not None else ("", "", "", "")),
            )
        )
    made = pd.DataFrame(rows, columns=REPORT_CSV_COLUMNS)
    return made.astype({"score": "float64", "late_penalty": "float64", "points": "float64"})


def _state(mark: Mark, record: CheckRecord | None) -> RowState:
    if mark.kind == WRITTEN and mark.unread:
        return "to read"
    if mark.by_hand or record is None:
        full = mark.score is not None and mark.score >= mark.points and (mark.points > 0 or mark.by_hand)
        blank = mark.kind == WRITTEN and not mark.by_hand
        return "passed" if full else "not done" if blank else "failed"
    return record.state


def scores(rows: pd.DataFrame) -> pd.DataFrame:
    """For each graded student, by score: ``score`` after the late penalty, ``points``, and how many are ``to_read``."""
    graded = rows[rows["submission"] == GRADED]
    each = graded.groupby(["student", "notebook"]).agg(
        earned=("score", "sum"),
        points=("points", "sum"),
        penalty=("late_penalty", "first"),
        to_read=("state", lambda states: int((states == "to read").sum())),
    )
    each["score"] = (each["earned"] - each["penalty"]).clip(lower=0)
    whole = each.groupby("student")[["score", "points", "penalty", "to_read"]].sum()
    return whole.sort_values(["score"], ascending=False, kind="stable")


def exercises(rows: pd.DataFrame) -> pd.DataFrame:
    """For each exercise, in the course's order, what the class made of it.

    Columns: notebook, exercise, kind, points; counts ``n``, ``passed``, ``failed``, ``not_done``, ``to_read``;
    ``full`` (difficulty), ``full_tried`` (among those who answered), ``unanswered`` and ``mean`` as shares from 0 to 1;
    ``discrimination`` from -1 to 1. A share of nobody, and a discrimination of fewer than MIN_SUBMISSIONS
    submissions or without any spread, is NaN.
    """
    graded = rows[rows["submission"] == GRADED]
    keys = ["notebook", "exercise"]
    order = rows.drop_duplicates(keys)[[*keys, "kind", "points"]]
    counts = graded.pivot_table(index=keys, columns="state", values="student", aggfunc="count", fill_value=0)
    counts = counts.reindex(columns=STATES, fill_value=0).rename(columns=lambda name: name.replace(" ", "_"))
    made = order.merge(counts.reset_index(), on=keys, how="left").fillna(dict.fromkeys(counts.columns, 0))
    made["n"] = made[["passed", "failed", "not_done", "to_read"]].sum(axis=1)
    judged = (made["n"] - made["to_read"]).where(lambda n: n > 0)
    made["full"] = made["passed"] / judged
    made["unanswered"] = made["not_done"] / made["n"].where(made["n"] > 0)
    made["full_tried"] = made["passed"] / (judged - made["not_done"]).where(lambda n: n > 0)
    mean = graded[graded["state"] != "to read"].groupby(keys)["score"].mean().rename("mean")
    made = made.merge(mean.reset_index(), on=keys, how="left")
    made["mean"] = made["mean"] / made["points"].where(made["points"] > 0)
    made["discrimination"] = _discrimination(graded, made)
    return made


def _discrimination(graded: pd.DataFrame, exercises: pd.DataFrame) -> list[float]:
    right = (graded["state"] == "passed").astype(float)
    rest = graded.groupby("student")["score"].transform("sum") - graded["score"].fillna(0)
    every = graded.assign(item=graded["score"].where(graded["points"] > 0, right), rest=rest)
    judged = {name: table for name, table in every[every["state"] != "to read"].groupby(["notebook", "exercise"])}
    names = zip(exercises["notebook"], exercises["exercise"], strict=True)
    return [_correlation(judged.get(name)) for name in names]


def _correlation(judged: pd.DataFrame | None) -> float:
    """The correlation of one exercise's ``item`` with the ``rest``, or NaN where it tells nothing."""
    if judged is None or len(judged) < MIN_SUBMISSIONS:
        return float("nan")
    item, rest = judged["item"], judged["rest"]
    return float(item.corr(rest)) if min(item.nunique(), rest.nunique()) > 1 else float("nan")


def misconceptions(rows: pd.DataFrame) -> pd.DataFrame:
    """The named causes: notebook, exercise, cause, next, ``count``, ``share`` of the graded, ``students``.

    The exercise with most of them comes first, and within it the most frequent. A cause is the doctor's sentence where
    it is sure of it; a mere clue is not counted.
    """
    graded = rows[rows["submission"] == GRADED]
    named = graded[(graded["state"] == "failed") & graded["named"] & (graded["cause"] != "")]
    made = named.groupby(["notebook", "exercise", "cause"], sort=False).agg(
        next=("next", "first"), count=("student", "size"), students=("student", list)
    )
    made["share"] = made["count"] / max(1, graded["student"].nunique())
    made = made.reset_index()
    made["all"] = made.groupby(["notebook", "exercise"], sort=False)["count"].transform("sum")
    order = ["all", "notebook", "exercise", "count"]
    made = made.sort_values(order, ascending=[False, True, True, False], kind="stable", ignore_index=True)
    return made.drop(columns="all")


def unexplained(rows: pd.DataFrame) -> pd.DataFrame:
    """How many wrong answers of each exercise have no named cause: notebook, exercise, ``count``; most first."""
    failed = rows[(rows["state"] == "failed") & (rows["kind"] == CHECKED) & ~(rows["named"] & (rows["cause"] != ""))]
    made = failed.groupby(["notebook", "exercise"], sort=False).size().rename("count").reset_index()
    return made.sort_values("count", ascending=False, kind="stable", ignore_index=True)


def changes(entries: Iterable[Entry]) -> pd.DataFrame:
    """Whose result changed the last time: student, ``before``, ``after``, ``difference`` in points, and why.

    The columns ``gained`` and ``lost`` list exercises, ``why`` what was different: the tests, the checks or settings,
    torch, or the hand-in itself; ``when``, ``tests`` and ``torch`` are those of the newer result. Largest change first.
    """
    last: dict[str, list[Entry]] = {}
    for each in entries:
        last[each.student] = [*last.get(each.student, []), each][-2:]
    rows = []
    for student, pair in last.items():
        if len(pair) == 2:
            old, new = pair
            gained, lost = set(new.passed) - set(old.passed), set(old.passed) - set(new.passed)
            rows.append(
                {
                    "student": student,
                    "before": old.points if old.state == GRADED else None,
                    "after": new.points if new.state == GRADED else None,
                    "difference": new.points - old.points,
                    "gained": ", ".join(sorted(gained)),
                    "lost": ", ".join(sorted(lost)),
                    "why": _why(old, new),
                    "when": new.time,
                    "tests": new.tests,
                    "torch": new.torch,
                }
            )
    columns = "student before after difference gained lost why when tests torch".split()
    made = pd.DataFrame(rows, columns=columns).astype({"before": "float64", "after": "float64"})
    return made.sort_values("difference", key=abs, ascending=False, kind="stable", ignore_index=True)


def _why(old: Entry, new: Entry) -> str:
    reasons = []
    if old.tests != new.tests:
        reasons.append(f"the tests changed ({old.tests} to {new.tests})")
    if old.torch != new.torch:
        reasons.append(f"torch {old.torch} became {new.torch}")
    if old.tools != new.tools and old.torch == new.torch:
        reasons.append("the checks or settings changed")
    if not reasons and old.inputs != new.inputs:
        reasons.append("handed in anew")
    return "; ".join(reasons) or "graded again, with nothing changed"
