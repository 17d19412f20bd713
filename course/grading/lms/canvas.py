"""Canvas: the names in its downloads, its gradebook as CSV for import, and its re-upload of submissions.

"Download Submissions" (Canvas guide "How do I download all student submissions for an assignment?"; its ContentZipper)
makes one flat zip: ``lastnamefirst_LATE_12345_67890_original-1.ipynb``, with the user's and the file's IDs, LATE where
it was late, and -1 from a student's second file of that name; ``anon_x1y2z_67890_...`` when graders do not see names,
``..._12345_text.html`` for text typed in.

The gradebook (Canvas guides "How do I import grades in the Gradebook?" and "How do I export grades in the Gradebook?";
its GradebookImporter) wants its own columns Student, ID, SIS User ID, SIS Login ID and Section untouched, then
assignments as "Title (number)", and its row "    Points Possible". An empty cell takes a grade away there, so a student
of whom nothing is known here keeps the cell that Canvas wrote.

"Upload Submissions" (Canvas guide "How do I upload all student submissions for an assignment?") finds the submission by
the two numbers in the file's name, and shows the page as an attachment of a comment, under the name of the file that
was handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from course.coursedir.errors import GradingStopped
from course.grading.lms.base import LMS, Claim, participant
from course.grading.lms.file_names import ids_in, words
from course.grading.lms.grades import GradesExport, GradesExporter
from course.grading.lms.records import StudentRecord
from course.grading.lms.roster import write_csv

_PART = re.compile(
    r"(?:(?P<name>(?!LATE_|anon_).+?)_)?(?P<late>LATE_)?(?:anon_(?P<anon>[^_]+)|(?P<id>\d+))_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<typed>(?:text|link)\.html))",
    re.DOTALL,
)
_NUMBER_IN_TITLE = re.compile(r"\s*\((\d+)\)\s*$")
_ID_COLUMNS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_POINTS = "Points Possible"
_KEPT_CELLS = {"EX": "excused", "N/A": "not given this assignment"}
"""What Canvas writes in place of a grade, and what it means; such a cell stays."""


class CanvasExporter(GradesExporter):
    """Canvas's gradebook: its own columns and rows as they are, and the assignments' columns."""

    ending = "canvas"

    def write(self, export: GradesExport) -> None:
        """One column for each week, in the exported gradebook's own form."""
        roster = self.class_list()
        if roster is None:
            _from_collected(export)
            return
        if roster.kind != Canvas.name:
            raise GradingStopped(
                f"{roster.path}: this is not Canvas's gradebook (no columns Student, ID and Section). In Canvas: "
                "Grades > Export > Export Entire Gradebook.",
                2,
            )
        first = roster.columns["section"] + 1
        width = len(roster.header)
        rows = roster.full_rows()
        points = next((row for row in rows if _POINTS.casefold() in row[0].casefold()), [""] * width)
        titles = {n: roster.header[n] for n in range(first, width) if "read only" not in points[n].casefold()}
        chosen = []
        for week in export.weeks:
            place = _column(titles, week, export.column, roster.path)
            chosen.append(place)
            for number, each in export.by_row(roster, week, export.standings(week)).items():
                kept = _KEPT_CELLS.get(rows[number][place].strip().upper())
                if kept:
                    export.note(f"{each.student} is {kept} in Canvas and was left so.")
                    continue
                rows[number][place] = export.grade(each, points[place], week)
        columns = [*range(first), *chosen]
        roster.write(export.path, [roster.header[n] for n in columns], ([row[n] for n in columns] for row in rows))


def _from_collected(export: GradesExport) -> None:
    """Without a gradebook of Canvas: the IDs that were in the names of the files it gave out."""
    week = export.only_week()
    known = {
        name: record
        for name, record in export.collected_from(Canvas.name, week).items()
        if record["lms_id"].isdigit()  # not where graders see no names
    }
    if not known:
        raise GradingStopped(
            "Canvas knows students by its own IDs. Export its gradebook (Grades > Export > Export Entire "
            "Gradebook) and give it with --roster FILE.csv.",
            2,
        )
    rows, highest = [], 0.0
    for each in export.standings(week):
        highest = each.max_score
        if each.student not in known:
            export.result.left_out.append(each.student)
        elif grade := export.grade(each, "", week):
            record = known[each.student]
            rows.append([record["name"] or each.student, record["lms_id"], "", "", "", grade])
    title = export.column or week
    write_csv(export.path, [*_ID_COLUMNS, title], [[f"    {_POINTS}", "", "", "", "", f"{highest:g}"], *rows])
    if not _NUMBER_IN_TITLE.search(title):
        export.note(f"Canvas will offer to make a new assignment {title!r}; choose the one there is.")


def _column(titles: dict[int, str], week: str, asked: str, path: Path) -> int:
    """Which of Canvas's columns is a week's: the one asked for, or the only one that names the week."""
    bare = {n: _NUMBER_IN_TITLE.sub("", title) for n, title in titles.items()}
    if asked:
        found = [n for n, title in titles.items() if asked in (title, bare[n]) or f"({asked})" in title]
    else:
        found = [n for n in titles if _names(bare[n], week)]
    if len(found) == 1:
        return found[0]
    if asked:
        what = f"no column is called {asked!r}"
    elif found:
        what = f"{len(found)} columns name {week}"
    else:
        what = f"no column names {week}"
    there = "; ".join(title for title in titles.values() if title)[:600]
    raise GradingStopped(f"{path}: {what}. Say which with --column. There are: {there or 'none'}.", 2)


def _names(title: str, week: str) -> bool:
    """Whether a title such as "Week 5: Backpropagation" names the assignment week5."""
    parts, wanted = words(title), "".join(words(week))
    ends = len(parts) + 1
    return any("".join(parts[a:b]) == wanted for a in range(len(parts)) for b in range(a + 1, min(a + 4, ends)))


class Canvas(LMS):
    """Canvas: names with two numbers, its gradebook, pages as comments' attachments."""

    name = "canvas"
    title = "Canvas"
    file_names = "Canvas's names"
    keeps_times = False  # it writes its zip's files anew
    rows_of_nobody = ("points possible", "student, test")
    exporter = CanvasExporter
    feedback_note = "Canvas shows each page under the name of the file handed in; students save it as .html to read it."

    def recognises(self, paths: Sequence[tuple[str, ...]]) -> bool:
        """By most of the files: a single name may look like Canvas's by chance."""
        return sum(any(_match(part) for part in parts) for parts in paths) * 2 > len(paths)

    def claims(self, paths: Sequence[tuple[str, ...]], week: str, archive: str) -> list[Claim | None]:
        """By the first part of each path that has its form."""
        return [_claim(parts) for parts in paths]

    def has_class_list(self, columns: Collection[str]) -> bool:
        """Whether these are the columns of Canvas's exported gradebook."""
        return "id" in columns and "section" in columns and ("student" in columns or "lastname" in columns)

    def student_number(self, cell: Callable[[str], str]) -> str:
        """The user's ID, as in the names of files."""
        return cell("id")

    def feedback_name(self, student: str, record: StudentRecord, page: Path) -> str:
        """By the name of the notebook that the page is about, which has the submission's two numbers."""
        files = record["files"]
        about = files.get(f"{page.stem}.ipynb") or next(iter(files.values()))
        label = about.get("label") or record["label"]
        before = label[: len(label) - len(about["as"])] if label.endswith(about["as"]) else f"{label}_"
        return f"{before}{'-'.join(page.parts)}"


def _claim(parts: tuple[str, ...]) -> Claim | None:
    for place, part in enumerate(parts):
        if found := _match(part):
            number = found["id"] or f"anon-{found['anon']}"
            return Claim(
                Canvas.name,
                inner=(found["file"] or found["typed"], *parts[place + 1 :]),
                label=part,
                name=found["name"] or "",
                lms_id=number,
                ids=ids_in(found["name"] or ""),
                late=bool(found["late"]),
                attachment=int(found["attachment"] or 0),
                pseudonym=number if found["anon"] else participant(number),
            )
    return None


def _match(part: str) -> re.Match[str] | None:
    found = _PART.fullmatch(part)
    return found if found and (found["name"] or found["anon"]) and not ids_in(part.split("_")[0]) else None
