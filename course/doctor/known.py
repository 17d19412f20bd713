"""Lookup table of known mistakes: numbers that the author wrote sentences for are recognised by their fingerprints.

What is stored of a mistake is, for each check that it fails and each case, a fingerprint (``fingerprints.py``), and the
two sentences for the student. Never its code, never a formula. The fingerprints of visible checks lie beside this file;
those of hidden checks come from the instructor's side, with the check's context, or else from the folder that the
environment variable COURSE_KNOWN names. Nothing is read before a check fails, and a missing file changes nothing. See
docs/doctor.md.
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
from typing import Any, Literal, NamedTuple

from course.cases import Case
from course.doctor import fingerprints
from course.doctor.fingerprints import Fingerprint
from course.runtime.context import current, entered
from course.runtime.verdict import Verdict

HIDDEN = "COURSE_KNOWN"
"""Environment variable: the folder with the fingerprints of hidden checks, where no context has any."""
RAISE = "COURSE_RAISE"
"""Environment variable, set in tests: an exception in the diagnosis itself is raised, not passed over."""

Question = Literal["function", "gradient", "module", "raises", "shape", "training", "value"]
"""What kind of check it is."""
LEAD: dict[Question, str] = {  # how a match is said that one case alone supports
    "value": "This is the value that one known mistake gives: ",
    "shape": "This is the value that one known mistake gives: ",
    "training": "This is the curve that one known mistake gives: ",
}
ONE_CASE = "On this case: "
FEW = "An answer of so few words fits more than one mistake, for instance: "
SEVERAL = "These mistakes all give your answer. "
MOST = 3
"""Mistakes that are named where several fit."""


@dataclass
class Table:
    """The mistakes of one notebook: their sentences, and for each check's digest the fingerprints by mistake.

    ``text`` is a hash of the author's text that they were learnt from, where that is kept. ``solutions`` are the
    author's, by exercise, in tables that grading keeps to itself.
    """

    mistakes: list[tuple[str, str]] = field(default_factory=list)
    checks: dict[str, dict[int, list[Fingerprint]]] = field(default_factory=dict)
    text: str = ""
    solutions: dict[str, str] = field(default_factory=dict)


class Note(NamedTuple):
    """One check as it is recorded: its digest, its cases', and, where it failed, what the answer gave to each."""

    digest: str
    cases: tuple[str, ...]
    replies: list[Fingerprint] | None


@contextlib.contextmanager
def recording() -> Iterator[list[Note]]:
    """Inside, every check makes a note in the list, and known mistakes are not looked up."""
    notes: list[Note] = []
    with entered(current()._replace(notes=notes)):
        yield notes


@contextlib.contextmanager
def using(tables: Sequence[Table]) -> Iterator[None]:
    """Inside, these tables stand for the files."""
    with entered(current()._replace(tables=tuple(tables))):
        yield


def explain(
    verdict: Verdict, kind: Question, on: Sequence[Case], replies: Callable[[], list[Fingerprint]], more: str = ""
) -> Verdict:
    """The verdict, with the cause of the known mistake that gives the same on every case, where there is one.

    A check is known by its kind, the exercise, the inputs of its cases, and what ``more`` it asks. ``replies`` gives
    the fingerprints of what the answer gave; it is called for failed checks only. A cause is said
    without reserve only when at least two cases with different inputs agree.
    """
    wrong, notes = verdict.state == "failed", current().notes
    if not wrong and notes is None:
        return verdict
    try:
        asked = tuple(fingerprints.of_case(case.inputs) for case in on)
        key = fingerprints.hashed(kind, verdict.exercise, more, *asked, length=16)
        if notes is not None:
            notes.append(Note(key, asked, replies() if wrong else None))
            return verdict
        found = replies()
        if kind != "value" and found and all(fingerprints.is_nothing(each) for each in found):
            return verdict  # None on every case tells no mistake from another; the verdict says that it is None
        fitting = find(key, found)
        alone = kind in LEAD or len(set(asked)) < 2
    except Exception:  # whatever a student's value does while it is looked at, the verdict itself stands
        if os.environ.get(RAISE):
            raise
        return verdict
    if not fitting:
        return verdict
    where = f"{verdict.where}: {verdict.cause}" if verdict.stopped else verdict.where
    (says, step), *others = fitting
    if others:
        said = " Or: ".join(cause for cause, _ in fitting)
        steps = list(dict.fromkeys(next_step for _, next_step in fitting))
        return replace(verdict, where=where, cause=f"{SEVERAL}{said}", next=" Or: ".join(steps))
    if not alone and fingerprints.say_little(found):
        return replace(verdict, where=where, cause=f"{FEW}{says}", next=step)
    lead = LEAD.get(kind, ONE_CASE) if alone else ""
    told = replace(verdict, where=where, cause=lead + says, next=step, named=not lead)
    return replace(told, mistake=says, one_case=alone and kind not in LEAD)


def find(key: str, replies: Sequence[Fingerprint]) -> list[tuple[str, str]]:
    """The sentences of the known mistakes that give these replies on this check, each once, ``MOST`` at most."""
    fitting = [
        table.mistakes[number]
        for table in _tables()
        for number, known in table.checks.get(key, {}).items()
        if len(known) == len(replies) and all(map(fingerprints.same, known, replies))
    ]
    return list({says: (says, step) for says, step in reversed(fitting)}.values())[::-1][:MOST]


def loads(text: str) -> Table:
    """The table in a file's text. Raises ValueError or KeyError where it is none."""
    data = json.loads(text)
    checks = {
        key: {int(number): [Fingerprint.from_json(each) for each in found] for number, found in mistakes.items()}
        for key, mistakes in data["checks"].items()
    }
    return Table(
        [(says, step) for says, step in data["mistakes"]], checks, data.get("text", ""), data.get("solutions", {})
    )


def dumps(table: Table) -> str:
    """The table as text: one mistake, and one check, on a line."""

    def lines(items: Sequence[str]) -> str:
        return ",\n  ".join(items)

    short: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
    plain = {
        key: {number: [each.to_json() for each in found] for number, found in mistakes.items()}
        for key, mistakes in table.checks.items()
    }
    checks = [f"{json.dumps(key)}: {json.dumps(each, **short)}" for key, each in sorted(plain.items())]
    mistakes = [json.dumps(list(mistake), ensure_ascii=False) for mistake in table.mistakes]
    more = {"text": table.text, "solutions": table.solutions}
    text = "".join(f' "{name}": {json.dumps(value)},\n' for name, value in more.items() if value)
    return f'{{\n{text} "mistakes": [\n  {lines(mistakes)}\n ],\n "checks": {{\n  {lines(checks)}\n }}\n}}\n'


def _tables() -> Sequence[Table]:
    """The tables of known mistakes, those for visible checks first."""
    context = current()
    if context.tables is not None:
        return context.tables
    if context.hidden is not None:
        return [*read_tables(None), *(table for text in context.hidden if (table := _table(text)))]
    folder = os.environ.get(HIDDEN, "")
    return [*read_tables(None), *(read_tables(folder) if folder else [])]


@functools.lru_cache(maxsize=4)
def read_tables(folder: str | None) -> list[Table]:
    """The tables in a folder, or (None) in this package; a file that cannot be read is passed over."""
    found = []
    place = resources.files("course.doctor") / "mistakes" if folder is None else Path(folder)
    with contextlib.suppress(OSError):
        for file in sorted(place.iterdir(), key=lambda file: file.name):
            if file.name.endswith(".json"):
                with contextlib.suppress(OSError, ValueError):
                    found.append(_table(file.read_text(encoding="utf-8")))
    return [table for table in found if table]


@functools.lru_cache(maxsize=16)  # a class has the same ones
def _table(text: str) -> Table | None:
    """The table in a text; None where that is none."""
    with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
        return loads(text)
    return None
