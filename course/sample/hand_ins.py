"""Synthetic test data: a class of made-up students whose deserved scores are known, made from the sources.

``course sample`` fills ``submitted/sample-*/`` with copies of the released notebooks into which each student's
answers are put, and ``submitted/DESERVED.csv`` with the score each one deserves, so that the grading can be tried
from end to end. What counts as deserved:

- an autograded exercise gives its points when its answer is right; an answer for a person gives 0 until it is read;
- where an exercise is left out or wrong, every exercise that builds on it is lost too. B builds on A when B's solution
  cell or check cell uses a name that A's solution defines, directly or through other cells (read from the syntax
  tree). Mischief that concerns a single exercise picks one that as little as possible builds on;
- lateness costs what ``course.grading.gradebook.late.late_penalty`` says, notebook by notebook;
- one notebook that cannot be graded makes the whole submission one that "could not be graded".

In an assignment of several notebooks the first with exercises, by name, gets the mischief and the others are right;
the blank, half, mistaken and misshapen students are so in every notebook. Nothing outside ``sample-*`` is touched.
"""

from __future__ import annotations

import copy
import csv
import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from course.coursedir.files import read_state, write_if_changed, write_state
from course.coursedir.layout import texts
from course.coursedir.sample_dates import DUE
from course.runtime.hashing import digest
from course.sample.students import STUDENTS, perfect

if TYPE_CHECKING:
    from course.sample.paper import Paper

FULL = ("week5",)
"""The assignments that every sample student hands in unless told otherwise."""
FEW = ("sample-perfect", "sample-blank", "sample-mistaken")
"""Those who hand in the others too."""
DESERVED_COLUMNS = ("student", "assignment", "max_score", "deserved", "state", "why")


def hand_in(root: Path, student: str, papers: list[Paper]) -> tuple[dict[str, str], bool]:
    """Write one sample student's submission of one assignment.

    ``papers`` are the assignment's unsolved papers, the one for mischief first; they are not changed. Returns the
    student's row of DESERVED.csv and whether a file changed.
    """
    who = STUDENTS[student]
    papers = copy.deepcopy(papers)
    for paper in papers[1:]:
        (who.mischief if who.everywhere else perfect)(paper)
    why = who.mischief(papers[0])
    files = {f"{paper.name}.ipynb": paper.text() for paper in papers}
    files["timestamp.txt"] = who.handed_in.strftime("%Y-%m-%d %H:%M:%S UTC\n")
    folder = root / "submitted" / student / papers[0].assignment
    changed = False
    for stray in folder.glob("*.ipynb"):  # of a notebook that the assignment no longer has
        if stray.name not in files:
            stray.unlink()
            changed = True
    for name, text in files.items():
        changed |= write_if_changed(folder / name, text.encode())
    row = {"student": student, "assignment": papers[0].assignment, "why": why, "deserved": ""}
    row["max_score"] = f"{sum(paper.max_score for paper in papers):g}"
    row["state"] = "graded" if all(paper.gradable for paper in papers) else "could not be graded"
    if row["state"] == "graded":
        row["deserved"] = f"{sum(_after_penalty(paper.earned, who.handed_in) for paper in papers):.10g}"
    return row, changed


def _after_penalty(score: float, handed_in: datetime) -> float:
    """The score less the late penalty."""
    late = (handed_in - DUE).total_seconds()
    if late <= 0:
        return score
    from course.grading.gradebook.late import late_penalty

    return score - late_penalty(score, late)


def open_papers(root: Path, week: str) -> list[Paper]:
    """One assignment's unsolved papers, by name, those without exercises last. Raises SourceError, AuthoringError."""
    from course.authoring.text.parse import read
    from course.sample.paper import Paper

    sources = [read(path) for path in texts(root, week)]
    papers = [Paper(source, root / "release" / week / f"{source.notebook}.ipynb") for source in sources]
    return sorted(papers, key=lambda paper: not paper.exercises)


def fill(root: Path, weeks: list[str], students: list[str] | None = None, everyone: bool = False) -> list[str]:
    """Write the sample class's submissions of ``weeks`` under ``root/submitted`` and their rows of DESERVED.csv.

    With ``students``, exactly those are written; without, everyone for the weeks in ``FULL`` (or for all with
    ``everyone``), ``FEW`` for the others, and whoever is there from before. Rows of other assignments and students
    stay as long as their submission is there. Returns one line per assignment. Raises AuthoringError.
    """
    deserved = root / "submitted" / "DESERVED.csv"
    rows = {}
    if deserved.is_file():
        with deserved.open(newline="", encoding="utf-8", errors="replace") as file:
            rows = {(row.get("student") or "", row.get("assignment") or ""): row for row in csv.DictReader(file)}
    lines = []
    for week in weeks:
        chosen = students or (STUDENTS if everyone or week in FULL else FEW)
        there = [] if students else [name for name in STUDENTS if (root / "submitted" / name / week).is_dir()]
        chosen = [name for name in STUDENTS if name in chosen or name in there]
        changed, state = 0, read_state(root, "sample", week)
        if state.get("stamp") != _stamp(root, week, chosen):
            papers = open_papers(root, week)
            if not papers[0].exercises:
                lines.append(f"{week}: no exercises, so no sample submissions")
                continue
            made = [hand_in(root, name, papers) for name in chosen]
            changed = sum(new for _, new in made)
            state = {"stamp": _stamp(root, week, chosen), "rows": [row for row, _ in made]}
            write_state(root, "sample", week, state)
        rows.update({(row["student"], week): row for row in state["rows"]})
        lines.append(f"{week}: {len(chosen)} sample submissions, {f'{changed} written' if changed else 'up to date'}")
    rows = {key: row for key, row in rows.items() if all(key) and root.joinpath("submitted", *key).is_dir()}
    out = io.StringIO()
    writer = csv.DictWriter(out, DESERVED_COLUMNS, extrasaction="ignore", lineterminator="\n", restval="")
    writer.writeheader()
    order = [*STUDENTS, *sorted({student for student, _ in rows} - set(STUDENTS))]
    writer.writerows(rows[key] for key in sorted(rows, key=lambda key: (key[1], order.index(key[0]))))
    write_if_changed(deserved, out.getvalue().encode())
    return lines


def _stamp(root: Path, week: str, students: list[str]) -> str:
    """A digest of everything that these students' submissions of one assignment come from, and of themselves."""
    import course

    package = Path(course.__file__).parent
    files = [
        *package.glob("sample/*.py"),
        *package.glob("authoring/text/*.py"),
        *package.glob("coursedir/*.py"),
        *package.glob("syntax/*.py"),
        package / "grading" / "gradebook" / "late.py",
        *texts(root, week),
    ]
    for folder in ("release", *(f"submitted/{name}" for name in students)):
        files += [path for path in (root / folder / week).glob("*") if path.is_file()]
    made_of: list[bytes] = []
    for path in sorted(files):
        made_of += ["/".join(path.parts[-3:]).encode(), path.read_bytes()]
    return digest(*made_of)
