"""Import pipeline of downloaded hand-ins: unpack, match to students, identify notebooks; it writes nothing.

What it sorts goes to ``submitted/STUDENT/WEEK/`` (``placing``). Nothing is lost: what cannot be told apart goes to
``submitted/.unmatched/WEEK`` with a list, and what a later hand-in replaces to ``submitted/STUDENT/.earlier/WEEK``,
which nbgrader and `course grade` do not look into. Collecting the same download again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from course.coursedir.errors import GradingStopped
from course.grading.lms import registry
from course.grading.lms.archives import Content, Item, Unpacker, printable
from course.grading.lms.base import LMS, Claim
from course.grading.lms.file_names import by_name, is_notebook, safe_parts, version
from course.grading.lms.records import read_records
from course.grading.lms.released import Released
from course.grading.lms.roster import Roster
from course.grading.lms.whose import NoPlace, Whose

_ONE_MOMENT = timedelta(minutes=10)  # within this, a download's files seem to be written by the download
_ONE_DAY = timedelta(hours=15)  # an archive has no time zone
_MAX_REASON = 400  # characters


@dataclass(frozen=True)
class Unmatched:
    """A file that found no place, why, and what to do."""

    item: Item
    reason: str
    advice: str

    def __post_init__(self) -> None:
        for name in ("reason", "advice"):  # names from archives stand in them
            object.__setattr__(self, name, printable(getattr(self, name), _MAX_REASON))


@dataclass(frozen=True)
class Upload:
    """A file that found its student: where it came from, its bytes, and what its name claims."""

    item: Item
    content: Content
    claim: Claim

    @property
    def when(self) -> datetime | None:
        """When it was handed in, as far as that is known."""
        return self.item.when

    @property
    def age(self) -> tuple[int, float, int]:
        """What tells the newer of two files: the LMS's number, then the time, then the number in the name."""
        when = self.when.timestamp() if self.when else 0.0
        return self.claim.attachment, when, version(self.claim.inner[-1])


@dataclass
class HandIn:
    """What one student handed in: each notebook's versions, the newest last, and other files."""

    student: str
    notebooks: dict[str, list[Upload]] = field(default_factory=dict)
    others: list[Upload] = field(default_factory=list)

    @property
    def marked_late_by(self) -> str:
        """The LMS that marked the newest as late, for people; "" for none."""
        late = [newest.claim.lms for newest in self.newest() if newest.claim.late]
        return registry.find("collect", late[0]).title if late else ""

    def newest(self) -> list[Upload]:
        """The newest version of each notebook."""
        return [versions[-1] for versions in self.notebooks.values()]

    def uploads(self) -> list[Upload]:
        """All files, in no order."""
        return [*self.others, *(each for versions in self.notebooks.values() for each in versions)]

    def other_paths(self) -> list[tuple[tuple[str, ...], Upload]]:
        """Where other files go, beside the notebook they lay beside, oldest first; one path may come twice."""
        bases = {newest.claim.inner[:-1] for newest in self.newest()}
        made: list[tuple[tuple[str, ...], Upload]] = []
        for upload in sorted(self.others, key=lambda each: each.age):
            inner = upload.claim.inner
            base = max((base for base in bases if inner[: len(base)] == base), key=len, default=())
            made.append((safe_parts(inner[len(base) :]), upload))
        files = {parts for parts, _ in made}

        def lies_in_a_file(parts: tuple[str, ...]) -> bool:
            return any(parts[:n] in files for n in range(1, len(parts)))

        return [(("_".join(parts),) if lies_in_a_file(parts) else parts, upload) for parts, upload in made]


@dataclass
class Sorted:
    """A collection, sorted: who handed in what, what found no place, and how many files of systems were left out.

    ``sources`` tells whose names the files of each download have, ``without_times`` which downloads tell no times.
    """

    week: str
    hand_ins: list[HandIn] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    junk: int = 0
    sources: dict[str, LMS] = field(default_factory=dict)
    without_times: list[str] = field(default_factory=list)


def sort(
    root: Path,
    week: str,
    sources: Iterable[Path],
    staging: Path,
    *,
    roster: Roster | None = None,
    lms: LMS | None = None,
    times: bool = True,
    tell: Callable[[str], None] = lambda path: None,
) -> Sorted:
    """Read downloads and tell whose each file is; changes nothing in the course.

    Raises GradingStopped where a download cannot be read, or the week is not released.

    ``root`` is the course's folder and ``week`` the assignment; ``sources`` are the downloads, which are unpacked into
    the folder ``staging``. ``roster`` is the class list, ``lms`` whose names the files have: None to see it by the
    names. Without ``times`` no file's time is believed. ``tell`` is called with the path of each file that is read.
    """
    released = Released(root)
    if week not in released.notebooks:
        raise GradingStopped(
            f"release/{week}: there are no notebooks to know hand-ins by. Run `course release {week}`.", 2
        )
    found = Sorted(week)
    unpacker = Unpacker(staging, tell=tell)
    claims = [each for source in sources for each in _read(unpacker, source, lms, times, found)]
    whose = Whose(roster, [claim for _, claim in claims if claim], read_records(root).get(week, {}))
    students: dict[str, HandIn] = {}
    for item, claim in claims:
        try:
            content, claim = _usable(item, claim)
            student = whose.folder(claim)
            item = replace(item, when=whose.handed_in(student, claim) or item.when)
            _add(students.setdefault(student, HandIn(student)), Upload(item, content, claim), released, week)
        except NoPlace as why:
            found.unmatched.append(Unmatched(item, why.reason, why.advice))
    for student in sorted(students):
        hand_in = students[student]
        if hand_in.notebooks:
            found.hand_ins.append(hand_in)
    for hand_in in students.values():
        if not hand_in.notebooks:
            reason = f"{hand_in.student} handed in no notebook of {week} with it"
            advice = f"Ask for {' and '.join(released.files(week))}."
            found.unmatched += [Unmatched(upload.item, reason, advice) for upload in hand_in.others]
    return found


def _read(
    unpacker: Unpacker, source: Path, lms: LMS | None, times: bool, found: Sorted
) -> list[tuple[Item, Claim | None]]:
    """One download's files, each with what its path says; notes in ``found`` what is to be said of the download."""
    items = unpacker.unpack(source)
    found.junk += sum(item.junk for item in items)
    items = [item for item in items if not item.junk]
    paths = [item.parts for item in items]
    lms = lms or next(each for each in registry.every() if each.recognises(paths))
    found.sources[str(source)] = lms
    claims = lms.claims(paths, found.week, source.stem if source.suffix.lower() == ".zip" else "")
    if not times or not _believable(items, lms, source):
        if times and any(item.when for item in items):
            found.without_times.append(source.name)
        items = [replace(item, when=None) for item in items]
    return list(zip(items, claims, strict=True))


def _believable(items: list[Item], lms: LMS, source: Path) -> bool:
    """Whether the times in a download are those of handing in, not of making the download."""
    if not lms.keeps_times:
        return False
    when = [item.when for item in items if item.when]
    if not when:
        return True
    made = datetime.fromtimestamp(source.stat().st_mtime, timezone.utc)
    return max(when) - min(when) > _ONE_MOMENT or abs(made - max(when)) > _ONE_DAY


def _usable(item: Item, claim: Claim | None) -> tuple[Content, Claim]:
    """The bytes of a file that can be used, and whose it says it is; raises NoPlace for any other."""
    if item.problem or item.content is None:
        raise NoPlace(item.problem, item.advice)
    if claim is None:
        raise NoPlace("its name says no student", "Name it by the student's ID, such as U1234567X backprop.ipynb.")
    return item.content, claim


def _add(hand_in: HandIn, upload: Upload, released: Released, week: str) -> None:
    """Put one file to its student's notebooks or other files; raises NoPlace where it belongs to none."""
    name = upload.claim.inner[-1]
    if not is_notebook(name):
        hand_in.others.append(upload)
        return
    notebook = _notebook(hand_in.student, name, upload.content.path.read_bytes(), released, week)
    versions = hand_in.notebooks.setdefault(notebook, [])
    versions.append(upload)
    versions.sort(key=lambda each: each.age)


def _notebook(student: str, name: str, data: bytes, released: Released, week: str) -> str:
    """Which of the week's notebooks a file is, by its cells or its name; raises NoPlace where it is none."""
    owner = released.whose(data)
    if owner and owner[0] != week:
        raise NoPlace(
            f"{student}: it is {owner[1]}.ipynb of {owner[0]}",
            f"Ask for {week}, or collect it with `course collect {owner[0]}`.",
        )
    notebook = owner[1] if owner else by_name(name, released.notebooks[week])
    if notebook is None:
        raise NoPlace(
            f"{student}: it is no notebook of {week}, by its name or its cells",
            f"If it is one, rename it to {' or '.join(released.files(week))} and collect it again.",
        )
    return notebook
