"""Grades as files that Canvas and Moodle import, and as a tidy table: exporters for nbgrader's export command too.

``nbgrader export --exporter course.grading.nbgrader.CanvasExporter``, with ``--CanvasExporter.roster=FILE``,
does what ``course export week5 --to canvas --roster FILE`` does.

Canvas (Canvas guides "How do I import grades in the Gradebook?" and "How do I export grades in the Gradebook?"; its
GradebookImporter) wants its own columns Student, ID, SIS User ID, SIS Login ID and Section untouched, then assignments
as "Title (number)", and its row "    Points Possible". An empty cell takes a grade away there, so a student of whom
nothing is known here keeps the cell that Canvas wrote.

Moodle's offline grading worksheet (MoodleDocs, Assignment activity; assignfeedback_offline) is taken back as it was
downloaded, with Grade filled in: it needs Identifier, Grade and Last modified (grade), skips empty grades and those
above the maximum. Moodle's gradebook (MoodleDocs, Grade import) takes any CSV whose columns are mapped on upload; there
an empty cell takes a grade away, so only rows with a score are written.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Unicode

from course.coursedir.errors import GradingStopped
from course.coursedir.files import write_if_changed
from course.coursedir.layout import find_root
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.standing import COLUMNS, SAMPLE, Standing, standings, tidy
from course.grading.lms.collect import records
from course.grading.lms.file_names import CANVAS, MOODLE, words
from course.grading.lms.roster import PEOPLE, Roster

_TITLE = re.compile(r"\s*\((\d+)\)\s*$")


@dataclass
class Exported:
    """What an export wrote: how many scores to which file, and of whom something is to be said."""

    path: Path
    scores: int = 0
    empty: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Exporter(ExportPlugin):
    """What the exporters share: which assignments, whose standing, where to write."""

    roster = Unicode("", help="the class list as the LMS exports it (CSV)").tag(config=True)
    column = Unicode("", help="the LMS's column for the assignment, where its name does not tell").tag(config=True)
    scale = Bool(False, help="scale scores to the LMS's maximum").tag(config=True)

    ending = ""
    result: Exported | None = None

    def export(self, gradebook: Gradebook) -> None:
        """Write the file; what is to be said of it is in ``result``, and in nbgrader's log."""
        coursedir = getattr(self.parent, "coursedir", None)
        room = Classroom(Path(coursedir.root) if coursedir is not None else find_root())
        weeks = [str(week) for week in self.assignment] or [each.name for each in gradebook.assignments]
        path = Path(self.to or room.root / f"{'-'.join(weeks[:1])}-{self.ending}.csv")
        if self.roster and path.resolve() == Path(self.roster).resolve():
            raise GradingStopped(f"{path} is the class list itself. Name another file with -o.", 2)
        self.result = Exported(path)
        for week in weeks:
            try:
                gradebook.find_assignment(week)
            except MissingEntry:
                raise GradingStopped(f"{week} is not in the gradebook. Run `course release {week}` first.", 2) from None
        self.write(room, gradebook, weeks)
        self.log.info("Wrote %d scores to %s", self.result.scores, path)
        for student, why in self.result.empty:
            self.log.warning("%s has no score: %s", student, why)
        for student in self.result.waiting:
            self.log.warning("%s has answers that a person has yet to read; the score is without those", student)
        for note in self.result.notes:
            self.log.warning("%s", note)

    def write(self, room: Classroom, gradebook: Gradebook, weeks: list[str]) -> None:
        """Write the file and fill ``result``."""
        raise NotImplementedError

    def standing(self, room: Classroom, gradebook: Gradebook, week: str) -> list[Standing]:
        """The standings of those who are asked for; the sample class is left to itself."""
        wanted = [str(student) for student in self.student]
        found = standings(room, gradebook, week)
        return [each for each in found if (each.student in wanted if wanted else not each.student.startswith(SAMPLE))]

    def rows_of(self, roster: Roster, room: Classroom, week: str, found: list[Standing]) -> dict[int, Standing]:
        """The standings by the roster's rows; who is not in it goes to ``result.left_out``."""
        known, made = records(room.root).get(week, {}), {}
        for each in found:
            record = known.get(each.student, {})
            told = {name: record.get(name, "") for name in ("name", "lms_id", "form")}
            person = roster.row_of(each.student, **told)
            if person is None or person.row in made:
                self.result.left_out.append(each.student)
            else:
                made[person.row] = each
        return made

    def number(self, each: Standing, maximum: str, week: str) -> str:
        """A score as the LMS reads it, "" for none; notes what is odd about it. ``maximum`` is the LMS's, as text."""
        if each.score is None:
            self.result.empty.append((each.student, each.reason))
            return ""
        score, highest = each.score, _float(maximum)
        if highest and abs(highest - each.max_score) > 1e-9:
            if self.scale:
                score = score * highest / each.max_score if each.max_score else 0.0
            else:
                self._note(
                    f"{week} has {each.max_score:g} points here and {highest:g} in the LMS. The scores are written as "
                    "they are; change the LMS's points, or export with --scale."
                )
        self.result.scores += 1
        if each.waiting:
            self.result.waiting.append(each.student)
        text = f"{score:.4f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if re.search(r"\d,\d+$", maximum) else text

    def _note(self, text: str) -> None:
        if text not in self.result.notes:
            self.result.notes.append(text)


class CanvasExporter(_Exporter):
    """Canvas's gradebook: its own columns and rows as they are, and the assignments' columns."""

    ending = "canvas"

    def write(self, room: Classroom, gradebook: Gradebook, weeks: list[str]) -> None:
        """One column for each week, in the exported gradebook's own form."""
        if not self.roster:
            self._from_collected(room, gradebook, weeks)
            return
        roster = Roster.read(Path(self.roster))
        if roster.kind != CANVAS:
            raise GradingStopped(
                f"{roster.path}: this is not Canvas's gradebook (no columns Student, ID and Section). In Canvas: "
                "Grades > Export > Export Entire Gradebook.",
                2,
            )
        first = roster.columns["section"] + 1
        width = len(roster.header)
        rows = [[*row, *[""] * (width - len(row))] for row in roster.rows]
        points = next((row for row in rows if "points possible" in row[0].casefold()), [""] * width)
        titles = {n: roster.header[n] for n in range(first, width) if "read only" not in points[n].casefold()}
        chosen = []
        for week in weeks:
            place = _column(titles, week, self.column, roster.path)
            chosen.append(place)
            whose = self.rows_of(roster, room, week, self.standing(room, gradebook, week))
            for number, each in whose.items():
                before = rows[number][place].strip().upper()
                if before in ("EX", "N/A"):
                    why = "excused" if before == "EX" else "not given this assignment"
                    self._note(f"{each.student} is {why} in Canvas and was left so.")
                    continue
                rows[number][place] = self.number(each, points[place], week)
        kept = [*range(first), *chosen]
        header = [roster.header[n] for n in kept]
        roster.write(self.result.path, header, ([row[n] for n in kept] for row in rows))

    def _from_collected(self, room: Classroom, gradebook: Gradebook, weeks: list[str]) -> None:
        """Without a gradebook of Canvas: the IDs that were in the names of the files it gave out."""
        week = _only(weeks)
        known = {name: record for name, record in records(room.root).get(week, {}).items() if record["form"] == CANVAS}
        known = {name: record for name, record in known.items() if record["lms_id"].isdigit()}
        if not known:
            raise GradingStopped(
                "Canvas knows students by its own IDs. Export its gradebook (Grades > Export > Export Entire "
                "Gradebook) and give it with --roster FILE.csv.",
                2,
            )
        rows, highest = [], 0.0
        for each in self.standing(room, gradebook, week):
            highest = each.max_score
            if each.student not in known:
                self.result.left_out.append(each.student)
            elif number := self.number(each, "", week):
                record = known[each.student]
                rows.append([record["name"] or each.student, record["lms_id"], "", "", "", number])
        header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", self.column or week]
        roster = Roster(self.result.path, CANVAS, header, [], [])
        roster.write(self.result.path, header, [["    Points Possible", "", "", "", "", f"{highest:g}"], *rows])
        if not _TITLE.search(header[-1]):
            self._note(f"Canvas will offer to make a new assignment {header[-1]!r}; choose the one there is.")


class MoodleExporter(_Exporter):
    """Moodle's grading worksheet filled in, or a CSV for its gradebook's import."""

    ending = "moodle"

    def write(self, room: Classroom, gradebook: Gradebook, weeks: list[str]) -> None:
        """By what the class list is: the worksheet, or any list of participants."""
        week = _only(weeks)
        found = self.standing(room, gradebook, week)
        if not self.roster:
            self._from_collected(room, week, found)
            return
        roster = Roster.read(Path(self.roster))
        if roster.kind == CANVAS:
            raise GradingStopped(f"{roster.path}: this is Canvas's gradebook. Export with --to canvas.", 2)
        whose = self.rows_of(roster, room, week, found)
        if roster.kind == PEOPLE:
            self._for_gradebook(roster, week, whose)
        else:
            self._worksheet(roster, week, whose)

    def _worksheet(self, roster: Roster, week: str, whose: dict[int, Standing]) -> None:
        place = roster.columns.get("".join(words(self.column or "Grade")))
        if place is None or "lastmodifiedgrade" not in roster.columns:
            raise GradingStopped(
                f"{roster.path}: Moodle's grading worksheet has columns Identifier, Grade and Last modified (grade). "
                "Download it with Moodle's language set to English, or name its grade column with --column.",
                2,
            )
        width = len(roster.header)
        rows = [[*row, *[""] * (width - len(row))] for row in roster.rows]
        for number, each in whose.items():
            maximum = roster.cell(rows[number], "maximumgrade")
            text = self.number(each, maximum, week)
            rows[number][place] = text
            if text and _float(maximum) and _float(text) > _float(maximum):
                self._note(f"{each.student} has more than Moodle's maximum, {maximum}; Moodle skips such a grade.")
            if roster.cell(rows[number], "gradecanbechanged").casefold() == "no":
                self._note(f"Moodle does not let {each.student}'s grade be changed; it skips it.")
        roster.write(self.result.path, roster.header, rows)

    def _for_gradebook(self, roster: Roster, week: str, whose: dict[int, Standing]) -> None:
        wanted = {
            *"student fullname name firstname lastname surname username idnumber studentid emailaddress email".split()
        }
        kept = [n for n, title in enumerate(roster.header) if "".join(words(title)) in wanted]
        rows = []
        for number in sorted(whose):
            if text := self.number(whose[number], "", week):
                row = roster.rows[number]
                rows.append([*(row[n] if n < len(row) else "" for n in kept), text])
        roster.write(self.result.path, [*(roster.header[n] for n in kept), self.column or week], rows)
        self._note(
            "In Moodle: Grades > Import > CSV file; map the e-mail address or the ID number, and the last column."
        )

    def _from_collected(self, room: Classroom, week: str, found: list[Standing]) -> None:
        known = {name: record for name, record in records(room.root).get(week, {}).items() if record["form"] == MOODLE}
        if not known:
            raise GradingStopped(
                "Moodle knows students by its own numbers. Download the grading worksheet (Assignment > View all "
                "submissions > Grading action > Download grading worksheet) and give it with --roster FILE.csv.",
                2,
            )
        rows = []
        for each in found:
            if each.student not in known:
                self.result.left_out.append(each.student)
                continue
            record, number = known[each.student], self.number(each, "", week)
            rows.append([f"Participant {record['lms_id']}", record["name"], number, f"{each.max_score:g}", "-"])
        header = ["Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)"]
        Roster(self.result.path, MOODLE, header, [], []).write(self.result.path, header, rows)


class TidyExporter(_Exporter):
    """A row for each student and exercise, for pandas: ``pandas.read_csv("week5-csv.csv")``."""

    ending = "csv"

    def write(self, room: Classroom, gradebook: Gradebook, weeks: list[str]) -> None:
        """All weeks, one after the other."""
        wanted = [str(student) for student in self.student]
        lines = []
        for week in weeks:
            for each in standings(room, gradebook, week):
                if wanted and each.student not in wanted:
                    continue
                lines += tidy(room, gradebook, week, each)
                if each.score is None:
                    self.result.empty.append((each.student, each.reason))
                else:
                    self.result.scores += 1
                    self.result.waiting += [each.student] * each.waiting
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
        write_if_changed(self.result.path, out.getvalue().encode())


def _only(weeks: list[str]) -> str:
    if len(weeks) == 1:
        return weeks[0]
    raise GradingStopped("One assignment at a time: name it with --assignment '[\"week5\"]'.", 2)


def _float(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return 0.0


def _column(titles: dict[int, str], week: str, asked: str, path: Path) -> int:
    """Which of an LMS's columns is a week's: the one asked for, or the only one that names the week."""
    if asked:
        found = [n for n, title in titles.items() if asked in (title, _TITLE.sub("", title)) or f"({asked})" in title]
    else:
        found = [n for n, title in titles.items() if _names(_TITLE.sub("", title), week)]
    if len(found) == 1:
        return found[0]
    there = "; ".join(title for title in titles.values() if title)[:600]
    what = (
        f"no column is called {asked!r}"
        if asked
        else f"{len(found)} columns name {week}"
        if found
        else f"no column names {week}"
    )
    raise GradingStopped(f"{path}: {what}. Say which with --column. There are: {there or 'none'}.", 2)


def _names(title: str, week: str) -> bool:
    """Whether a title such as "Week 5: Backpropagation" names the assignment week5."""
    parts, wanted = words(title), "".join(words(week))
    return any(
        "".join(parts[a:b]) == wanted for a in range(len(parts)) for b in range(a + 1, min(a + 4, len(parts) + 1))
    )


EXPORTERS = {"canvas": CanvasExporter, "moodle": MoodleExporter, "csv": TidyExporter}
