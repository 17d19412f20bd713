"""A list of the class as an LMS exports it, and who in it is meant.

Read as they come: Canvas's exported gradebook (Canvas guide "How do I export grades in the Gradebook?": Student, ID,
SIS User ID, SIS Login ID, Section, then assignments; a row "    Points Possible"), Moodle's offline grading worksheet
(MoodleDocs, Assignment activity: Identifier "Participant 123", Full name, Email address, Status, Grade, ...), Moodle's
exported grades or participants (First name, Last name, ID number, Email address), or any CSV with such columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from course.coursedir.errors import GradingStopped
from course.coursedir.files import write_if_changed
from course.grading.lms.file_names import CANVAS, EMAILS, MOODLE, Claim, folder_name, ids_in, slug, squashed, words

PEOPLE = "people"
_NAMES = ("student", "fullname", "name", "studentname", "displayname")
_FIRST, _LAST = ("firstname", "first", "givenname"), ("lastname", "surname", "last", "familyname")
_IDS = ("sisuserid", "idnumber", "studentid", "studentnumber", "sisloginid", "username", "loginid", "login")
_MAILS = ("emailaddress", "email", "mail")
_MAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>()]+")
_NO_STUDENT = ("points possible", "student, test")


class Ambiguous(Exception):
    """More than one person of the roster fits; the message names them."""


@dataclass(frozen=True)
class Person:
    """One student: the folder's name, the full name, IDs and e-mails without case, and the number in the LMS."""

    key: str
    name: str
    ids: frozenset[str]
    names: frozenset[str]
    lms_id: str
    row: int
    handed_in: datetime | None = None


@dataclass
class Roster:
    """A class list. ``kind`` is "canvas", "moodle" (the grading worksheet) or "people"; ``rows`` are as in the file."""

    path: Path
    kind: str
    header: list[str]
    rows: list[list[str]]
    people: list[Person]
    delimiter: str = ","
    bom: bool = False
    columns: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Roster:
        """Read a CSV; raises GradingStopped (status 2) where it is no class list."""
        try:
            data = path.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            raise GradingStopped(
                f"{path}: there is no such file. Give the class list with --roster FILE.csv.", 2
            ) from None
        bom = data.startswith(b"\xef\xbb\xbf")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
        first = text.splitlines()[0] if text.strip() else ""
        delimiter = max(",;\t", key=first.count)
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(line)]
        header = [cell.strip() for cell in lines[0]] if lines else []
        columns = {"".join(words(cell)): place for place, cell in reversed(list(enumerate(header)))}
        roster = cls(path, PEOPLE, header, lines[1:], [], delimiter, bom, columns)
        if "identifier" in columns:
            roster.kind = MOODLE
        elif "id" in columns and "section" in columns and ({"student", "lastname"} & columns.keys()):
            roster.kind = CANVAS
        if not {*_NAMES, *_FIRST, *_IDS, *_MAILS, "identifier"} & columns.keys():
            raise GradingStopped(
                f"{path}: this is no class list. Its first line should name columns such as Student, ID, Full name, ID "
                f"number or Email address; it is: {first[:100]!r}. Export it from Moodle or Canvas as CSV.",
                2,
            )
        roster._fill()
        return roster

    def write(self, path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
        """Write a CSV in this one's form (delimiter, byte order mark), aside and then into place."""
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self.delimiter, lineterminator="\n").writerows([header, *rows])
        write_if_changed(path, out.getvalue().encode("utf-8-sig" if self.bom else "utf-8"))

    def cell(self, row: list[str], *names: str) -> str:
        """The first of the columns ``names`` (without case and spaces) that has something in ``row``; "" else."""
        for name in names:
            place = self.columns.get(name)
            if place is not None and place < len(row) and row[place].strip():
                return row[place].strip()
        return ""

    def _fill(self) -> None:
        keys: dict[str, int] = {}
        for number, row in enumerate(self.rows):
            person = self._person(number, row)
            if person is None:
                continue
            if person.key in keys:
                raise GradingStopped(
                    f"{self.path}: lines {keys[person.key] + 2} and {number + 2} are both {person.key}. Give each "
                    "student an ID of their own in it.",
                    2,
                )
            keys[person.key] = number
            self.people.append(person)

    def _person(self, number: int, row: list[str]) -> Person | None:
        first, last = self.cell(row, *_FIRST), self.cell(row, *_LAST)
        name = self.cell(row, *_NAMES) or f"{first} {last}".strip()
        if any(name.casefold().startswith(each) for each in _NO_STUDENT) or not any(cell.strip() for cell in row):
            return None
        ids = [row[self.columns[c]].strip() for c in (*_IDS, *_MAILS) if self.columns.get(c, len(row)) < len(row)]
        ids += [
            cell.strip() for cell in row if ids_in(cell) == (cell.strip().upper(),) or _MAIL.fullmatch(cell.strip())
        ]
        ids = [each for each in dict.fromkeys(ids) if each]
        locals_ = [each.partition("@")[0] for each in ids if "@" in each]
        if self.kind == MOODLE:
            number_in_lms = (re.findall(r"\d+", self.cell(row, "identifier")) or [""])[-1]
        else:
            number_in_lms = self.cell(row, "id") if self.kind == CANVAS else ""
        course_ids = [each for text in (*ids, *locals_) for each in ids_in(text)]
        plain = [each for each in ids if "@" not in each] + locals_
        key = folder_name((course_ids or plain or [slug(name)])[0])
        key = key or (f"participant-{number_in_lms}" if number_in_lms else "")
        if not key:
            return None
        known = frozenset(each.casefold() for each in (*ids, *locals_, *course_ids, key) if each)
        when = _moodle_time(self.cell(row, "lastmodifiedsubmission"))
        return Person(key, name, known, _spellings(name, first, last), number_in_lms, number, when)

    def find(self, claim: Claim) -> Person | None:
        """Who a downloaded file is from, or None; raises Ambiguous where several fit."""
        name = squashed(claim.name)
        if self.kind == claim.form and claim.lms_id:
            for person in self.people:
                hidden = not name or not person.names or name == "participant"
                if person.lms_id == claim.lms_id and (hidden or name in person.names):
                    return person
            if claim.form == CANVAS and not name:
                return None
        known = {each.casefold() for each in claim.ids}
        tests = [lambda person: bool(known & person.ids)]
        for label in (claim.label, " ".join((claim.label, *claim.inner))) if claim.form == EMAILS else ():
            tests += self._in_label(label)
        tests.append(lambda person: bool(name) and name in person.names)
        for test in tests:
            found = [person for person in self.people if test(person)]
            if len(found) > 1:
                raise Ambiguous(" and ".join(f"{person.name} ({person.key})" for person in found[:3]))
            if found:
                return found[0]
        return None

    @staticmethod
    def _in_label(label: str) -> list[Callable[[Person], bool]]:
        """Tests for a person whose ID, login, e-mail or full name stands in a file's or folder's name."""
        label = label.casefold()
        tokens = {each.strip("._-") for each in re.split(r"[\s_,;()]+|\.ipynb", label)} | set(_MAIL.findall(label))
        said = set(words(label.replace("_", " ")))
        return [
            lambda person: bool(tokens & person.ids),
            lambda person: len(words(person.name)) > 1 and set(words(person.name)) <= said,
        ]

    def row_of(self, student: str, name: str = "", lms_id: str = "", form: str = "") -> Person | None:
        """The person whose folder in submitted/ is ``student``, known from collecting by ``name`` and ``lms_id``."""
        for person in self.people:
            if person.key == student or student.casefold() in person.ids:
                return person
        if lms_id and form == self.kind:
            for person in self.people:
                if person.lms_id == lms_id and (not name or squashed(name) in person.names):
                    return person
        wanted = {squashed(name), squashed(student)} - {""}
        found = [person for person in self.people if wanted & person.names]
        return found[0] if len(found) == 1 else None


def _spellings(name: str, first: str, last: str) -> frozenset[str]:
    """A name squashed in each order that an LMS may write it in: "Smith, Anna" is smithanna and annasmith."""
    if not first and not last:
        if "," in name:
            last, _, first = name.partition(",")
        else:
            first, _, last = name.rpartition(" ")
    orders = {squashed(name), squashed(first + last), squashed(last + first)}
    return frozenset(orders - {""})


def _moodle_time(text: str) -> datetime | None:
    """The worksheet's "Sunday, 1 March 2026, 6:00 PM", on this machine's clock, in UTC; None for "-" and the like."""
    text = text.replace("\u202f", " ").replace("\xa0", " ").strip()
    for form in ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%A, %B %d, %Y, %I:%M %p", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form).astimezone(timezone.utc)
        except (ValueError, OverflowError):
            continue
    return None
