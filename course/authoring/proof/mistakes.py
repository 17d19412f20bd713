"""Bug library, learnt from a text: its wrong answers run, and every check that fails notes its fingerprints."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from course.authoring.proof import rehearse
from course.authoring.text.model import Source
from course.cache.results import memoising
from course.doctor import fingerprints, known
from course.doctor.fingerprints import Fingerprint
from course.doctor.known import Table


@dataclass
class Mistakes:
    """A text's known mistakes as its visible and as its hidden checks know them."""

    visible: Table = field(default_factory=Table)
    hidden: Table = field(default_factory=Table)

    def learn(self, stage: rehearse.Stage) -> None:
        """Add the fingerprints of an exercise's wrong answers."""
        for wrong in stage.exercise.wrongs:
            sentences = (wrong.says or "", wrong.next or "")
            seen, every = _failures(wrong.source, stage)
            there = {failure.digest for failure in seen}
            _add(self.visible, sentences, seen)
            _add(self.hidden, sentences, [failure for failure in every if failure.digest not in there])


def mistakes(source: Source) -> Mistakes:
    """The known mistakes of a text; raises what a cell of its solved notebook raises."""
    found = Mistakes()
    with memoising():
        for stage in rehearse.stages(source):
            found.learn(stage)
    return found


def together(*tables: Table) -> Table:
    """One table that knows what each of these does."""
    found = Table()
    for table in tables:
        first = len(found.mistakes)
        found.mistakes += table.mistakes
        for key, known_there in table.checks.items():
            there = found.checks.setdefault(key, {})
            there.update({first + number: replies for number, replies in known_there.items()})
    return found


def agrees(file: Path, table: Table) -> bool:
    """Whether a file has this table, up to rounding: another processor's last digits are no news."""
    try:
        there = known.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    if there.mistakes != table.mistakes or there.checks.keys() != table.checks.keys():
        return False
    pairs = [(there.checks[key], table.checks[key]) for key in table.checks]
    return all(a.keys() == b.keys() and all(_alike(a[number], b[number]) for number in b) for a, b in pairs)


def holds(table: Table, part: Table) -> bool:
    """Whether a table knows every mistake of another one, by the same fingerprints up to rounding."""
    return all(
        _known(table, part.mistakes[number], _Failure(digest, replies))
        for digest, each in part.checks.items()
        for number, replies in each.items()
    )


class _Failure(NamedTuple):
    """A check that failed: its digest, and the fingerprints of what the answer gave to each case."""

    digest: str
    replies: list[Fingerprint]


def _failures(wrong: str, stage: rehearse.Stage) -> tuple[list[_Failure], list[_Failure]]:
    """What the failed visible checks note of an answer, and what all do, where a failed check goes on."""
    if stage.hidden is None:
        return _noted([wrong, stage.visible], stage)[0], _noted([wrong, stage.check], stage)[0]
    noted, ends = _noted([wrong, stage.visible, stage.hidden], stage)
    return noted[: ends[1]] if len(ends) > 1 else noted, noted


def _noted(cells: list[str], stage: rehearse.Stage) -> tuple[list[_Failure], list[int]]:
    """What every failed check notes when these cells run as they do for a student, and how much after each cell."""
    found: list[_Failure] = []
    ends: list[int] = []

    def after() -> None:
        found[:] = [_Failure(note.digest, note.replies) for note in noted if note.replies is not None]
        ends.append(len(found))

    with known.recording() as noted, rehearse.environment(graded=False):
        rehearse.run(cells, stage.names, after)
    after()
    return found, ends


def _add(table: Table, sentences: tuple[str, str], failures: list[_Failure]) -> None:
    """Add a mistake to a table, unless the same sentences have the same fingerprints there; others fit as well."""
    new = [failure for failure in failures if not _known(table, sentences, failure)]
    if not new:
        return
    number = len(table.mistakes)
    table.mistakes.append(sentences)
    for failure in new:
        table.checks.setdefault(failure.digest, {})[number] = failure.replies


def _known(table: Table, sentences: tuple[str, str], failure: _Failure) -> bool:
    there = table.checks.get(failure.digest, {})
    return any(
        table.mistakes[number] == sentences and _alike(replies, failure.replies) for number, replies in there.items()
    )


def _alike(one: list[Fingerprint], other: list[Fingerprint]) -> bool:
    return len(one) == len(other) and all(map(fingerprints.same, one, other))
