"""Class list (CSV) as an LMS exports it, and record linkage: who in it is meant by a file's name.

Read as they come: Canvas's exported gradebook (Canvas guide "How do I export grades in the Gradebook?": Student, ID,
SIS User ID, SIS Login ID, Section, then assignments; a row "    Points Possible"), Moodle's offline grading worksheet
(MoodleDocs, Assignment activity: Identifier "Participant 123", Full name, Email address, Status, Grade, ...), Moodle's
exported grades or participants (First name, Last name, ID number, Email address), or any CSV with such columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from course.coursedir.errors import GradingStopped
from course.coursedir.files import write_if_changed
from course.grading.lms import registry
from course.grading.lms.base import HIDDEN_NAME, LMS, Claim, participant
from course.grading.lms.file_names import folder_name, ids_in, slug, squashed, words

PEOPLE = "people"
"""The kind of a class list that is of no LMS."""
_NAMES = ("student", "fullname", "name", "studentname", "displayname")
_FIRST, _LAST = ("firstname", "first", "givenname"), ("lastname", "surname", "last", "familyname")
_IDS = ("sisuserid", "idnumber", "studentid", "studentnumber", "sisloginid", "username", "loginid", "login")
_MAILS = ("emailaddress", "email", "mail")
_MAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>()]+")


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ",", bom: bool = False
) -> None:
    """Write a CSV atomically, with a byte order mark where ``bom`` says so."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    write_if_changed(path, out.getvalue().encode("utf-8-sig" if bom else "utf-8"))


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
    """A class list. ``lms`` is whose it is, None for a list of people; ``rows`` are as in the file."""

    path: Path
    lms: LMS | None
    header: list[str]
    rows: list[list[str]]
    delimiter: str
    bom: bool
    columns: dict[str, int]
    people: list[Person] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The LMS's name, such as "canvas" or "moodle" (the grading worksheet), or "people"."""
        return self.lms.name if self.lms else PEOPLE

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
        lms = next((each for each in registry.every() if each.has_class_list(columns)), None)
        roster = cls(path, lms, header, lines[1:], delimiter, bom, columns)
        if lms is None and not {*_NAMES, *_FIRST, *_IDS, *_MAILS} & columns.keys():
            raise GradingStopped(
                f"{path}: this is no class list. Its first line should name columns such as Student, ID, Full name, ID "
                f"number or Email address; it is: {first[:100]!r}. Export it from Moodle or Canvas as CSV.",
                2,
            )
        roster._fill()
        return roster

    def write(self, path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
        """Write a CSV in this one's form (delimiter, byte order mark)."""
        write_csv(path, header, rows, self.delimiter, self.bom)

    def full_rows(self) -> list[list[str]]:
        """A copy of the rows, each as long as the header."""
        return [[*row, *[""] * (len(self.header) - len(row))] for row in self.rows]

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
        nobody = tuple(begin for lms in registry.every() for begin in lms.rows_of_nobody)
        if name.casefold().startswith(nobody) or not any(cell.strip() for cell in row):
            return None
        ids = self._ids(row)
        before_at = [each.partition("@")[0] for each in ids if "@" in each]
        course_ids = [each for text in (*ids, *before_at) for each in ids_in(text)]
        plain = [each for each in ids if "@" not in each] + before_at
        lms_id = self.lms.student_number(lambda column: self.cell(row, column)) if self.lms else ""
        key = folder_name((course_ids or plain or [slug(name)])[0]) or participant(lms_id)
        if not key:
            return None
        known = frozenset(each.casefold() for each in (*ids, *before_at, *course_ids, key) if each)
        when = self.lms.handed_in(lambda column: self.cell(row, column)) if self.lms else None
        return Person(key, name, known, _spellings(name, first, last), lms_id, number, when)

    def _ids(self, row: list[str]) -> list[str]:
        """The IDs, logins and e-mail addresses of a row: those in columns of their own first, then any others."""
        columns = (*_IDS, *(self.lms.id_columns if self.lms else ()), *_MAILS)
        places = [self.columns[column] for column in columns if column in self.columns]
        cells = [cell.strip() for cell in row]
        ids = [cells[place] for place in places if place < len(cells)]
        ids += [cell for cell in cells if ids_in(cell) == (cell.upper(),) or _MAIL.fullmatch(cell)]
        return [each for each in dict.fromkeys(ids) if each]

    def find(self, claim: Claim) -> Person | None:
        """Who a downloaded file is from, or None; raises Ambiguous where several fit."""
        name = squashed(claim.name)
        if self.kind == claim.lms and claim.lms_id:
            for person in self.people:
                hidden = not name or not person.names or name == HIDDEN_NAME
                if person.lms_id == claim.lms_id and (hidden or name in person.names):
                    return person
        known = {each.casefold() for each in claim.ids}
        tests: list[Callable[[Person], bool]] = [lambda person: bool(known & person.ids)]
        for text in claim.texts:
            tests += self._in_text(text)
        tests.append(lambda person: bool(name) and name in person.names)
        for test in tests:
            found = [person for person in self.people if test(person)]
            if len(found) > 1:
                raise Ambiguous(" and ".join(f"{person.name} ({person.key})" for person in found[:3]))
            if found:
                return found[0]
        return None

    @staticmethod
    def _in_text(text: str) -> list[Callable[[Person], bool]]:
        """Tests for a person whose ID, login, e-mail or full name stands in a file's or folder's name."""
        text = text.casefold()
        tokens = {each.strip("._-") for each in re.split(r"[\s_,;()]+|\.ipynb", text)} | set(_MAIL.findall(text))
        said = set(words(text.replace("_", " ")))
        return [
            lambda person: bool(tokens & person.ids),
            lambda person: len(words(person.name)) > 1 and set(words(person.name)) <= said,
        ]

    def row_of(self, student: str, name: str = "", lms_id: str = "", lms: str = "") -> Person | None:
        """The person whose folder in submitted/ is ``student``, known from collecting by ``name`` and ``lms_id``."""
        for person in self.people:
            if person.key == student or student.casefold() in person.ids:
                return person
        if lms_id and lms == self.kind:
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
