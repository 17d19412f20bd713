"""Grade export as CSV: what all exporters share, each an ``ExportPlugin`` of nbgrader's export command.

``nbgrader export --exporter course.grading.nbgrader.CanvasExporter``, with ``--CanvasExporter.roster=FILE``,
does what ``course export week5 --to canvas --roster FILE`` does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Unicode

from course.coursedir.errors import GradingStopped
from course.coursedir.layout import find_root
from course.coursedir.sample_dates import SAMPLE
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.standing import Standing, standings
from course.grading.lms.records import StudentRecord, read_records
from course.grading.lms.roster import Roster


@dataclass
class Exported:
    """What an export wrote: how many scores to which file, and of whom something is to be said."""

    path: Path
    scores: int = 0
    empty: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class GradesExport:
    """One run of an exporter: what is asked for, and in ``result`` what was written.

    ``students`` are those who are asked for, [] for all. ``column`` is the LMS's column, "" to see it by its name.
    ``scale`` says to scale scores to the LMS's maximum.
    """

    classroom: Classroom
    gradebook: Gradebook
    weeks: list[str]
    students: list[str]
    column: str
    scale: bool
    result: Exported

    @property
    def path(self) -> Path:
        """The file that is to be written."""
        return self.result.path

    def only_week(self) -> str:
        """The week, where the file can hold one alone."""
        if len(self.weeks) == 1:
            return self.weeks[0]
        raise GradingStopped("One assignment at a time: name it with --assignment '[\"week5\"]'.", 2)

    def standings(self, week: str) -> list[Standing]:
        """The standings of those who are asked for; the sample class is left to itself."""
        found = standings(self.classroom, self.gradebook, week)
        if self.students:
            return [each for each in found if each.student in self.students]
        return [each for each in found if not each.student.startswith(SAMPLE)]

    def collected_from(self, lms: str, week: str) -> dict[str, StudentRecord]:
        """The records of those whose work was collected from an LMS."""
        known = read_records(self.classroom.root).get(week, {})
        return {student: record for student, record in known.items() if record["form"] == lms}

    def by_row(self, roster: Roster, week: str, found: list[Standing]) -> dict[int, Standing]:
        """The standings by the roster's rows; who is not in it goes to ``result.left_out``."""
        known = read_records(self.classroom.root).get(week, {})
        made: dict[int, Standing] = {}
        for each in found:
            record = known.get(each.student, {})
            name, lms_id, lms = record.get("name", ""), record.get("lms_id", ""), record.get("form", "")
            person = roster.row_of(each.student, name, lms_id, lms)
            if person is None or person.row in made:
                self.result.left_out.append(each.student)
            else:
                made[person.row] = each
        return made

    def grade(self, each: Standing, maximum: str, week: str) -> str:
        """A score as the LMS reads it, "" for none; notes what is odd about it. ``maximum`` is the LMS's, as text."""
        self.count(each)
        if each.score is None:
            return ""
        score, highest = each.score, number_of(maximum)
        if highest and abs(highest - each.max_score) > 1e-9:
            if self.scale:
                score = score * highest / each.max_score if each.max_score else 0.0
            else:
                self.note(
                    f"{week} has {each.max_score:g} points here and {highest:g} in the LMS. The scores are written as "
                    "they are; change the LMS's points, or export with --scale."
                )
        text = f"{score:.4f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if re.search(r"\d,\d+$", maximum) else text

    def count(self, each: Standing) -> None:
        """Note whether a student has a score, and one that is whole."""
        if each.score is None:
            self.result.empty.append((each.student, each.reason))
            return
        self.result.scores += 1
        if each.waiting:
            self.result.waiting.append(each.student)

    def note(self, text: str) -> None:
        """Something to say of the whole file, once."""
        if text not in self.result.notes:
            self.result.notes.append(text)


class GradesExporter(ExportPlugin):
    """What the exporters share: which assignments, whose standing, where to write."""

    roster = Unicode("", help="the class list as the LMS exports it (CSV)").tag(config=True)
    column = Unicode("", help="the LMS's column for the assignment, where its name does not tell").tag(config=True)
    scale = Bool(False, help="scale scores to the LMS's maximum").tag(config=True)

    ending = ""

    def export(self, gradebook: Gradebook) -> None:
        """For nbgrader: write the file, and say in its log what is to be said of it."""
        result = self.write_file(gradebook)
        self.log.info("Wrote %d scores to %s", result.scores, result.path)
        for student, why in result.empty:
            self.log.warning("%s has no score: %s", student, why)
        for student in result.waiting:
            self.log.warning("%s has answers that a person has yet to read; the score is without those", student)
        for note in result.notes:
            self.log.warning("%s", note)

    def write_file(self, gradebook: Gradebook) -> Exported:
        """Write the file; raises GradingStopped (status 2) for a wrong name or class list."""
        coursedir = getattr(self.parent, "coursedir", None)
        classroom = Classroom(Path(coursedir.root) if coursedir is not None else find_root())
        weeks = [str(week) for week in self.assignment] or [each.name for each in gradebook.assignments]
        path = Path(self.to or classroom.root / f"{'-'.join(weeks[:1])}-{self.ending}.csv")
        if self.roster and path.resolve() == Path(self.roster).resolve():
            raise GradingStopped(f"{path} is the class list itself. Name another file with -o.", 2)
        for week in weeks:
            try:
                gradebook.find_assignment(week)
            except MissingEntry:
                raise GradingStopped(f"{week} is not in the gradebook. Run `course release {week}` first.", 2) from None
        students = [str(student) for student in self.student]
        export = GradesExport(classroom, gradebook, weeks, students, self.column, self.scale, Exported(path))
        self.write(export)
        return export.result

    def class_list(self) -> Roster | None:
        """The class list, where one is given."""
        return Roster.read(Path(self.roster)) if self.roster else None

    def write(self, export: GradesExport) -> None:
        """Write the file ``export.path`` and fill ``export.result``."""
        raise NotImplementedError


def number_of(text: str) -> float:
    """A number with a decimal point or comma; 0 for what is none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return 0.0
