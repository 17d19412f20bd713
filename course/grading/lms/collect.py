"""Sorting downloaded hand-ins into ``submitted/STUDENT/WEEK/``: what belongs to whom, and what stays as it was.

Nothing is lost: what cannot be told apart goes to ``submitted/.unmatched/WEEK`` with a list, and what a later hand-in
replaces to ``submitted/STUDENT/.earlier/WEEK``, which nbgrader and `course grade` do not look into. Collecting the same
download again changes nothing. ``submitted/.collected.json`` remembers what each LMS called whom.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from course.coursedir.errors import GradingStopped
from course.grading.lms.archives import Item, Limits, Unpacker, printable
from course.grading.lms.file_names import (
    CANVAS,
    EMAILS,
    MOODLE,
    Claim,
    Released,
    by_name,
    claim,
    detect,
    is_notebook,
    safe_parts,
    slug,
    version,
    words,
)
from course.grading.lms.roster import Ambiguous, Roster

_ONE_MOMENT = timedelta(minutes=10)  # within this, a download's files seem to be written by the download
_ONE_DAY = timedelta(hours=15)  # an archive has no time zone


@dataclass(frozen=True)
class Unmatched:
    """A file that found no place, why, and what to do."""

    item: Item
    reason: str
    advice: str

    def __post_init__(self) -> None:
        for name in ("reason", "advice"):  # names from archives stand in them
            object.__setattr__(self, name, printable(getattr(self, name), 400))


@dataclass
class HandIn:
    """What one student handed in: each notebook's versions, the newest last, and other files."""

    student: str
    notebooks: dict[str, list[tuple[Item, Claim]]] = field(default_factory=dict)
    others: list[tuple[Item, Claim]] = field(default_factory=list)

    @property
    def late(self) -> bool:
        """Whether the LMS marked the newest as late."""
        return any(versions[-1][1].late for versions in self.notebooks.values())


@dataclass
class Sorted:
    """A download, sorted: who handed in what, what found no place, and how many files of systems were left out."""

    week: str
    hand_ins: list[HandIn]
    unmatched: list[Unmatched]
    junk: int
    forms: dict[str, str]
    without_times: list[str]


def sort(
    root: Path,
    week: str,
    sources: Iterable[Path],
    staging: Path,
    *,
    roster: Roster | None = None,
    form: str | None = None,
    times: bool = True,
    limits: Limits | None = None,
    tell: Callable[[str], None] = lambda path: None,
) -> Sorted:
    """Read downloads into ``staging`` and tell whose each file is; changes nothing in the course.

    ``form`` is "moodle", "canvas" or "emails", or None to see it by the names. Without ``times`` no file's time is
    believed. Raises GradingStopped where a download cannot be read, or the week is not released.
    """
    released = Released(root)
    if week not in released.notebooks:
        raise GradingStopped(
            f"release/{week}: there are no notebooks to know hand-ins by. Run `course release {week}`.", 2
        )
    unpacker = Unpacker(staging, limits or Limits(), tell)
    found = Sorted(week, [], [], 0, {}, [])
    claims: list[tuple[Item, Claim | None]] = []
    for source in sources:
        items = unpacker.unpack(source)
        found.junk += sum(item.junk for item in items)
        items = [item for item in items if not item.junk]
        name = str(source)
        found.forms[name] = form or detect([item.parts for item in items])
        paths = _unwrapped([item.parts for item in items], found.forms[name], week)
        folders = any(len(parts) > 1 for parts in paths)
        outer = source.stem if source.suffix.lower() == ".zip" else ""
        if not times or not _believable(items, found.forms[name], source):
            if times and any(item.when for item in items):
                found.without_times.append(source.name)
            items = [replace(item, when=None) for item in items]
        claims += [(i, _claim(p, found.forms[name], folders, outer)) for i, p in zip(items, paths, strict=True)]
    who = _Who(roster, claims, records(root).get(week, {}))
    students: dict[str, HandIn] = {}
    for item, claimed in claims:
        student, reason, advice = who.is_it(claimed)
        if item.problem or not student:
            found.unmatched.append(Unmatched(item, item.problem or reason, item.advice or advice))
            continue
        item = replace(item, when=who.handed_in(student, claimed) or item.when)
        _add(students.setdefault(student, HandIn(student)), item, claimed, week, released, found)
    for hand_in in students.values():
        if hand_in.notebooks:
            found.hand_ins.append(hand_in)
            continue
        for item, _ in hand_in.others:
            reason = f"{hand_in.student} handed in no notebook of {week} with it"
            found.unmatched.append(Unmatched(item, reason, f"Ask for {' and '.join(_files(released, week))}."))
    found.hand_ins.sort(key=lambda each: each.student)
    return found


def _files(released: Released, week: str) -> list[str]:
    return [f"{name}.ipynb" for name in released.notebooks[week]]


def _unwrapped(paths: list[tuple[str, ...]], form: str, week: str) -> list[tuple[str, ...]]:
    """Paths without the folders that all of them lie in, as long as those name no student."""
    while form == EMAILS and paths and len({parts[0] for parts in paths}) == 1 and all(len(p) > 1 for p in paths):
        top = paths[0][0]
        inside = all(len(parts) > 2 for parts in paths) or any(_own(parts[1]) for parts in paths)
        if _own(top) or not (inside or words(top) == words(week)):
            break
        paths = [parts[1:] for parts in paths]
    return paths


def _own(name: str) -> bool:
    """Whether a file's own name names its student."""
    found = claim((name,), EMAILS, False)
    return bool(found and found.ids)


def _claim(parts: tuple[str, ...], form: str, folders: bool, outer: str) -> Claim | None:
    found = claim(parts, form, folders)
    if found and form == EMAILS and not found.ids and not found.name and outer:  # U1234567X.zip, one for a student
        from_zip = claim((outer, *parts), EMAILS, True)
        if from_zip and from_zip.ids:
            return from_zip
    return found


def _believable(items: list[Item], form: str, source: Path) -> bool:
    """Whether the times in a download are those of handing in, not of making the download."""
    if form == CANVAS:  # it writes its zip's files anew
        return False
    when = [item.when for item in items if item.when]
    if not when:
        return True
    made = datetime.fromtimestamp(source.stat().st_mtime, timezone.utc)
    return max(when) - min(when) > _ONE_MOMENT or abs(made - max(when)) > _ONE_DAY


class _Who:
    """Tells whose files are, for a whole download: two people of one name must not become one."""

    def __init__(self, roster: Roster | None, claims: list[tuple[Item, Claim | None]], known: dict[str, Any]) -> None:
        self.roster, self._known = roster, known
        sheet = roster is not None and roster.kind == MOODLE
        self._times = {person.key: person.handed_in for person in roster.people} if sheet else {}
        self._numbers: dict[tuple[str, str], set[str]] = {}
        for _, each in claims:
            if each and each.lms_id and not each.ids:
                self._numbers.setdefault((each.form, slug(each.name)), set()).add(each.lms_id)

    def handed_in(self, student: str, claimed: Claim) -> datetime | None:
        """When Moodle's worksheet says that a student handed in."""
        return self._times.get(student) if claimed.form == MOODLE else None

    def is_it(self, claimed: Claim | None) -> tuple[str, str, str]:
        """The student's folder, or "" with the reason and the next step."""
        if claimed is None:
            return "", "its name says no student", "Name it by the student's ID, such as U1234567X backprop.ipynb."
        if len(claimed.ids) > 1:
            return "", f"it names {' and '.join(claimed.ids)}", "Leave one ID in its name, and collect it."
        if self.roster is not None:
            try:
                person = self.roster.find(claimed)
            except Ambiguous as several:
                return "", f"it could be from {several}", "Put the student's ID into its name, and collect it."
            if person is not None:
                return person.key, "", ""
            said = claimed.ids[0] if claimed.ids else claimed.name or "nobody by name"
            advice = f"See whether {said} belongs in {self.roster.path.name}, or rename the file; collect again."
            return "", f"{said} is not in {self.roster.path.name}", advice
        if claimed.ids:
            return claimed.ids[0], "", ""
        name = slug(claimed.name)
        if not name or name == "participant":
            name = f"participant-{claimed.lms_id}" if claimed.lms_id else ""
            name = claimed.lms_id if claimed.lms_id.startswith("anon-") else name
        if not name:
            return "", "its name says no student", "Put the ID into its name, or give the class list with --roster."
        numbers = self._numbers.get((claimed.form, slug(claimed.name)), set())
        before = self._known.get(name, {})
        if before.get("form") == claimed.form and before.get("lms_id"):
            numbers = numbers | {before["lms_id"]}
        if len(numbers) > 1 and slug(claimed.name) == name:
            return (
                "",
                f"several students are called {claimed.name}",
                "Give the class list with --roster; it tells them apart.",
            )
        return name, "", ""


def _add(hand_in: HandIn, item: Item, claimed: Claim, week: str, released: Released, found: Sorted) -> None:
    """Put one file to a student's notebooks or other files."""
    if not is_notebook(claimed.inner[-1]):
        hand_in.others.append((item, claimed))
        return
    mine = released.notebooks[week]
    owner = released.whose(item.file.read_bytes())
    if owner and owner[0] != week:
        reason, advice = (
            f"it is {owner[1]}.ipynb of {owner[0]}",
            f"Ask for {week}, or collect it with `course collect {owner[0]}`.",
        )
        found.unmatched.append(Unmatched(item, f"{hand_in.student}: {reason}", advice))
        return
    name = owner[1] if owner else by_name(claimed.inner[-1], mine)
    if name is None:
        reason = f"{hand_in.student}: it is no notebook of {week}, by its name or its cells"
        advice = f"If it is one, rename it to {' or '.join(f'{each}.ipynb' for each in mine)} and collect it again."
        found.unmatched.append(Unmatched(item, reason, advice))
        return
    versions = hand_in.notebooks.setdefault(name, [])
    versions.append((item, claimed))
    versions.sort(key=lambda each: age(*each))


def age(item: Item, claimed: Claim) -> tuple[int, float, int]:
    """What tells the newer of two files: Canvas's number, then the time, then the number in the name."""
    return claimed.attachment, item.when.timestamp() if item.when else 0.0, version(claimed.inner[-1])


def other_paths(hand_in: HandIn) -> list[tuple[tuple[str, ...], Item]]:
    """Where a student's other files go, beside the notebook they lay beside, oldest first; one path may come twice."""
    bases = {versions[-1][1].inner[:-1] for versions in hand_in.notebooks.values()}
    made: list[tuple[tuple[str, ...], Item]] = []
    for item, claimed in sorted(hand_in.others, key=lambda each: age(*each)):
        inner = claimed.inner
        base = max((base for base in bases if inner[: len(base)] == base), key=len, default=())
        made.append((safe_parts(inner[len(base) :]), item))
    files = {parts for parts, _ in made}
    return [(p if not any(p[:n] in files for n in range(1, len(p))) else ("_".join(p),), item) for p, item in made]


def records(root: Path) -> dict[str, Any]:
    """What ``submitted/.collected.json`` remembers: by week and student."""
    path = root / "submitted" / ".collected.json"
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(records, dict) and all(isinstance(week, dict) for week in records.values()):
            return records
    except FileNotFoundError:
        return {}
    except ValueError:
        pass
    raise GradingStopped(
        f"{path} cannot be read. Move it away; then collect the last downloads again, which writes it anew.", 1
    )
