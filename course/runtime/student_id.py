"""Student IDs: parsing and validation, and which ID counts when a practice is graded.

An ID has the form U1234567X: a letter, seven digits, a letter. The digits are called a to g. In a student's notebook
the ID that was typed counts; when a submission is graded, the ID on record counts: the check's context holds it, or
else the environment variable COURSE_STUDENT_ID.
"""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

from course.runtime.context import current
from course.runtime.shell import graded
from course.runtime.verdict import NotDone, Verdict, report

VARIABLE = "COURSE_STUDENT_ID"  #: Names the ID on record of the submission being graded; unset in a student's notebook.
FORM = "An ID is a letter, seven digits and a letter, such as U1234567X."
OTHER_ID = "The practice was solved for another ID than the one on record."  #: The cause in the verdict on such a one.

_ID = re.compile(r"[A-Za-z]([0-9]{7})[A-Za-z]")


class Digits(NamedTuple):
    """The seven digits of an ID, each a whole number from 0 to 9."""

    a: int
    b: int
    c: int
    d: int
    e: int
    f: int
    g: int


class NotAnID(ValueError):
    """What was typed is not an ID. People see the message, never a traceback."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [f"student_id   {self}"]


def is_id(text: Any) -> bool:
    """Whether ``text`` is a string of the form U1234567X, in capital or small letters."""
    return isinstance(text, str) and _ID.fullmatch(text.strip()) is not None


def digits(student_id: str) -> Digits:
    """The digits a to g of an ID such as "U1234567X".

    Raises NotAnID, a ValueError that says what is wrong, and NotImplementedError where the ID is not filled in yet.
    """
    if student_id is ...:
        raise NotImplementedError("student_id")
    form = _ID.fullmatch(student_id.strip()) if isinstance(student_id, str) else None
    if form is None:
        raise NotAnID(f"{_problem(student_id)} {FORM} Correct student_id, and run its cell again.")
    return Digits(*map(int, form.group(1)))


def _problem(student_id: Any) -> str:
    """What keeps ``student_id`` from being an ID, in a sentence; "" when it is one."""
    if is_id(student_id):
        return ""
    if not isinstance(student_id, str):
        return f"{student_id!r:.40} is not text. Put the ID in quotation marks."
    text = student_id.strip()
    shown = repr(text if len(text) <= 20 else text[:17] + "...")
    if not text:
        return "There is nothing between the quotation marks."
    if strange := next((sign for sign in text if not (sign.isascii() and sign.isalnum())), None):
        return f"{shown} contains {strange!r}; only letters and digits belong there."
    first, middle, last = text[0], text[1:-1], text[-1]
    if not first.isalpha():
        return f"{shown} does not begin with a letter."
    if len(text) == 1 or not last.isalpha():
        return f"{shown} does not end with a letter."
    if middle and not middle.isdigit():
        return f"{shown} has something else than digits between its two letters."
    return f"{shown} has {len(middle)} digit{'s' if len(middle) != 1 else ''} between its letters, not seven."


EXERCISE = "student_id"
"""The exercise whose answer is the ID itself; a text that has it gives everybody numbers of their own."""


def on_record(typed: str) -> str:
    """The ID that counts for a student who typed ``typed``: the one on record while grading, else the typed one.

    While grading, a malformed ID and one with other digits than those on record are reported as failed checks, which
    ends the test cell, and an ID that is not filled in as not done. In a student's notebook it raises as ``digits``.
    An ID on record that is none is the grader's mistake: ValueError.
    """
    here = current().student
    known = (os.environ.get(VARIABLE, "") if here is None else here).strip()
    if known and not is_id(known):
        raise ValueError(f"{VARIABLE} is {known!r}. {FORM} Set it to the submission's ID, or leave it unset.")
    try:
        own = digits(typed)
    except NotImplementedError:
        if graded():
            raise NotDone(Verdict(EXERCISE, "not done")) from None
        raise
    except NotAnID:
        if graded():
            what = "the form of your ID"
            report(Verdict(EXERCISE, "failed", what, _problem(typed), FORM, "Correct it and run all cells again."))
        raise
    if not known:
        return typed
    if digits(known) != own:
        report(
            Verdict(
                EXERCISE,
                "failed",
                what="the ID that the numbers of this practice come from",
                where=f"you typed {typed.strip()}; another ID is on record for this submission",
                cause=OTHER_ID,
                next="Put your own ID into the first exercise, run all cells again, and compare every answer.",
            )
        )
    return typed if typed.strip().upper() == known.upper() else known
