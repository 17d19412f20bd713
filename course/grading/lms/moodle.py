"""Moodle: names in its downloads, its offline grading worksheet, gradebook import and feedback zip.

"Download all submissions" (MoodleDocs, Assignment activity; mod_assign's downloader) names a student's folder
``Full name_123_assignsubmission_file_`` (without the last ``_`` since 4.1); with "Download submissions in folders" off,
that stands before each file's name. 123 is the participant's number in this assignment, as in the grading worksheet.

The offline grading worksheet (MoodleDocs, Assignment activity; assignfeedback_offline) is taken back as it was
downloaded, with Grade filled in: it needs Identifier, Grade and Last modified (grade), skips empty grades and those
above the maximum. Moodle's gradebook (MoodleDocs, Grade import) takes any CSV whose columns are mapped on upload; there
an empty cell takes a grade away, so only rows with a score are written.

"Upload multiple feedback files in a zip" (MoodleDocs, Assignment activity; assignfeedback_file's importer) finds the
student by the number in the folder's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timezone
from pathlib import Path

from course.coursedir.errors import GradingStopped
from course.grading.gradebook.standing import Standing
from course.grading.lms.base import LMS, Claim, participant
from course.grading.lms.file_names import ids_in, words
from course.grading.lms.grades import GradesExport, GradesExporter, number_of
from course.grading.lms.records import StudentRecord
from course.grading.lms.roster import Roster, write_csv

_PART = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)
_WORKSHEET_COLUMNS = ["Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)"]
_PEOPLE_COLUMNS = frozenset(
    "student fullname name firstname lastname surname username idnumber studentid emailaddress email".split()
)
"""The columns of a class list that Moodle's gradebook can find a student by."""
_TIME_FORMATS = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%A, %B %d, %Y, %I:%M %p", "%Y-%m-%d %H:%M:%S")


class MoodleExporter(GradesExporter):
    """Moodle's grading worksheet filled in, or a CSV for its gradebook's import."""

    ending = "moodle"

    def write(self, export: GradesExport) -> None:
        """By what the class list is: the worksheet, or any list of participants."""
        week = export.only_week()
        found = export.standings(week)
        roster = self.class_list()
        if roster is None:
            _from_collected(export, week, found)
            return
        lms = roster.lms
        if lms is not None and lms.name != Moodle.name:
            raise GradingStopped(f"{roster.path}: this is {lms.title}'s gradebook. Export with --to {lms.name}.", 2)
        rows = export.by_row(roster, week, found)
        if lms is None:
            _for_gradebook(export, roster, week, rows)
        else:
            _worksheet(export, roster, week, rows)


def _worksheet(export: GradesExport, roster: Roster, week: str, found: dict[int, Standing]) -> None:
    """The worksheet whole, with the grades in it."""
    place = roster.columns.get("".join(words(export.column or "Grade")))
    if place is None or "lastmodifiedgrade" not in roster.columns:
        raise GradingStopped(
            f"{roster.path}: Moodle's grading worksheet has columns Identifier, Grade and Last modified (grade). "
            "Download it with Moodle's language set to English, or name its grade column with --column.",
            2,
        )
    rows = roster.full_rows()
    for number, each in found.items():
        maximum = roster.cell(rows[number], "maximumgrade")
        text = export.grade(each, maximum, week)
        rows[number][place] = text
        if text and number_of(maximum) and number_of(text) > number_of(maximum):
            export.note(f"{each.student} has more than Moodle's maximum, {maximum}; Moodle skips such a grade.")
        if roster.cell(rows[number], "gradecanbechanged").casefold() == "no":
            export.note(f"Moodle does not let {each.student}'s grade be changed; it skips it.")
    roster.write(export.path, roster.header, rows)


def _for_gradebook(export: GradesExport, roster: Roster, week: str, found: dict[int, Standing]) -> None:
    """A CSV for the gradebook's import: who it is, and the score, for those who have one."""
    kept = [n for n, title in enumerate(roster.header) if "".join(words(title)) in _PEOPLE_COLUMNS]
    rows, whole = [], roster.full_rows()
    for number in sorted(found):
        if text := export.grade(found[number], "", week):
            rows.append([*(whole[number][n] for n in kept), text])
    roster.write(export.path, [*(roster.header[n] for n in kept), export.column or week], rows)
    export.note("In Moodle: Grades > Import > CSV file; map the e-mail address or the ID number, and the last column.")


def _from_collected(export: GradesExport, week: str, found: list[Standing]) -> None:
    """Without a class list: a worksheet by the numbers that were in the names of the files it gave out."""
    known = export.collected_from(Moodle.name, week)
    if not known:
        raise GradingStopped(
            "Moodle knows students by its own numbers. Download the grading worksheet (Assignment > View all "
            "submissions > Grading action > Download grading worksheet) and give it with --roster FILE.csv.",
            2,
        )
    rows = []
    for each in found:
        if each.student not in known:
            export.result.left_out.append(each.student)
            continue
        record, grade = known[each.student], export.grade(each, "", week)
        rows.append([f"Participant {record['lms_id']}", record["name"], grade, f"{each.max_score:g}", "-"])
    write_csv(export.path, _WORKSHEET_COLUMNS, rows)


class Moodle(LMS):
    """Moodle: names with a participant's number, the grading worksheet, a zip of feedback files."""

    name = "moodle"
    title = "Moodle"
    file_names = "Moodle's names"
    times_source = "Moodle's grading worksheet"
    exporter = MoodleExporter

    def recognises(self, paths: Sequence[tuple[str, ...]]) -> bool:
        """By one name of its form."""
        return any(_PART.fullmatch(part) for parts in paths for part in parts)

    def claims(self, paths: Sequence[tuple[str, ...]], week: str, archive: str) -> list[Claim | None]:
        """By the first part of each path that has its form."""
        return [_claim(parts) for parts in paths]

    def has_class_list(self, columns: Collection[str]) -> bool:
        """The grading worksheet; Moodle's other lists are like anybody's."""
        return "identifier" in columns

    def student_number(self, cell: Callable[[str], str]) -> str:
        """The number in "Participant 123"."""
        return (re.findall(r"\d+", cell("identifier")) or [""])[-1]

    def handed_in(self, cell: Callable[[str], str]) -> datetime | None:
        """The worksheet's "Sunday, 1 March 2026, 6:00 PM", on this machine's clock, in UTC; None for "-"."""
        text = cell("lastmodifiedsubmission").replace("\u202f", " ").replace("\xa0", " ").strip()
        for form in _TIME_FORMATS:
            try:
                return datetime.strptime(text, form).astimezone(timezone.utc)
            except (ValueError, OverflowError):
                continue
        return None

    def feedback_name(self, student: str, record: StudentRecord, page: Path) -> str:
        """In the download's form: in the student's folder, or with it before the file's name."""
        label = record["label"]
        if label.endswith(("_file", "_file_")):
            return f"{label}/{page.as_posix()}"
        return f"{label.partition('_assignsubmission_')[0]}_assignsubmission_file_{'-'.join(page.parts)}"


def _claim(parts: tuple[str, ...]) -> Claim | None:
    for place, part in enumerate(parts):
        if found := _PART.fullmatch(part):
            name, number, rest = found["name"], found["id"], parts[place + 1 :]
            inner = ((found["file"], *rest) if found["file"] else rest) or (part,)
            pseudonym = participant(number)
            return Claim(Moodle.name, inner, part, name, number, ids_in(name), pseudonym=pseudonym)
    return None
