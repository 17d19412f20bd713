"""Known mistakes: when an answer's numbers are those of a mistake that the author wrote down, say its sentences.

What is stored of a mistake is, for each check that it fails and each case, a fingerprint (``prints.py``), and the two
sentences for the student. Never its code, never a formula. The fingerprints of visible checks lie beside this file;
those of hidden checks lie on the instructor's side, in the folder that the environment variable COURSE_KNOWN names.
Nothing is read before a check fails, and a missing file changes nothing. See docs/doctor.md.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from course.cases import Case
from course.doctor import fingerprints
from course.runtime.verdict import Verdict

HIDDEN = "COURSE_KNOWN"  # the folder with the fingerprints of hidden checks, set where submissions are graded
LEAD = {  # how a match is said that one case alone supports
    "value": "This is the value that one known mistake gives: ",
    "shape": "This is the value that one known mistake gives: ",
    "training": "This is the curve that one known mistake gives: ",
}
ONE_CASE = "On this case: "
STOPS = "your code stops there"  # the end of `where` after an exception


@dataclass
class Table:
    """The mistakes of one notebook: their sentences, and for each check's digest the fingerprints by mistake.

    ``text`` is a hash of the author's text that they were learnt from, where that is kept.
    """

    mistakes: list[tuple[str, str]] = field(default_factory=list)
    checks: dict[str, dict[int, list[fingerprints.Print]]] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Note:
    """One check as it is recorded: its digest, its cases', and, where it failed, what the answer gave to each."""

    digest: str
    cases: tuple[str, ...]
    replies: list[fingerprints.Print] | None


_recorded: list[Note] | None = None
_given: list[Table] | None = None


@contextlib.contextmanager
def recording() -> Iterator[list[Note]]:
    """Inside, every check makes a note in the list, and known mistakes are not looked up."""
    global _recorded
    before, _recorded = _recorded, []
    try:
        yield _recorded
    finally:
        _recorded = before


@contextlib.contextmanager
def using(tables: Sequence[Table]) -> Iterator[None]:
    """Inside, these tables stand for the files."""
    global _given
    before, _given = _given, list(tables)
    try:
        yield
    finally:
        _given = before


def explain(
    verdict: Verdict, kind: str, on: Sequence[Case], replies: Callable[[], list[fingerprints.Print]], more: str = ""
) -> Verdict:
    """The verdict, with the cause of the known mistake that gives the same on every case, where there is one.

    A check is known by its kind, the exercise, the inputs of its cases, and what ``more`` it asks. ``replies`` gives
    the fingerprints of what the answer gave; it is called for failed checks only. A cause is said
    without reserve only when at least two cases with different inputs agree.
    """
    wrong = verdict.state == "failed"
    if not wrong and _recorded is None:
        return verdict
    try:
        asked = tuple(fingerprints.of_case(case.inputs) for case in on)
        key = fingerprints.hashed(kind, verdict.exercise, more, *asked, length=16)
        found = replies() if wrong else None
        if _recorded is not None:
            _recorded.append(Note(key, asked, found))
            return verdict
        if found and all(fingerprints.is_nothing(each) for each in found):
            return verdict  # None on every case tells no mistake from another; the verdict says that it is None
        mistake = find(key, found)
        alone = kind in LEAD or len(set(asked)) < 2
    except Exception:  # whatever a student's value does while it is looked at, the verdict itself stands
        return verdict
    if mistake is None:
        return verdict
    says, step = mistake
    where = f"{verdict.where}: {verdict.cause}" if verdict.where.endswith(STOPS) else verdict.where
    lead = LEAD.get(kind, ONE_CASE) if alone else ""
    return replace(verdict, where=where, cause=lead + says, next=step, named=not alone)


def find(key: str, replies: Sequence[fingerprints.Print]) -> tuple[str, str] | None:
    """The sentences of the first known mistake that gives these replies on this check, or None."""
    for table in _tables():
        for number, known in table.checks.get(key, {}).items():
            if len(known) == len(replies) and all(map(fingerprints.same, known, replies)):
                return table.mistakes[number]
    return None


def loads(text: str) -> Table:
    """The table in a file's text. Raises ValueError or KeyError where it is none."""
    data = json.loads(text)
    checks = {key: {int(number): found for number, found in each.items()} for key, each in data["checks"].items()}
    return Table([(says, step) for says, step in data["mistakes"]], checks, data.get("text", ""))


def dumps(table: Table) -> str:
    """The table as text: one mistake, and one check, on a line."""

    def lines(items: Sequence[str]) -> str:
        return ",\n  ".join(items)

    short: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
    checks = [f"{json.dumps(key)}: {json.dumps(each, **short)}" for key, each in sorted(table.checks.items())]
    mistakes = [json.dumps(list(mistake), ensure_ascii=False) for mistake in table.mistakes]
    text = f' "text": {json.dumps(table.text)},\n' if table.text else ""
    return f'{{\n{text} "mistakes": [\n  {lines(mistakes)}\n ],\n "checks": {{\n  {lines(checks)}\n }}\n}}\n'


def _tables() -> list[Table]:
    if _given is not None:
        return _given
    folder = os.environ.get(HIDDEN, "")
    return [*_read(None), *(_read(folder) if folder else [])]


@functools.lru_cache(maxsize=4)
def _read(folder: str | None) -> list[Table]:
    """The tables in a folder, or (None) in this package; a file that cannot be read is passed over."""
    found = []
    place = resources.files("course.doctor") / "mistakes" if folder is None else Path(folder)
    with contextlib.suppress(OSError):
        for file in sorted(place.iterdir(), key=lambda file: file.name):
            if file.name.endswith(".json"):
                with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
                    found.append(loads(file.read_text(encoding="utf-8")))
    return found
