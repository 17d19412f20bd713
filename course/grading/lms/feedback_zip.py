"""Feedback pages in a zip that the LMS takes back, under the names that it gave the files when they were collected.

Moodle (MoodleDocs, Assignment activity: "Upload multiple feedback files in a zip"; assignfeedback_file's importer)
finds the student by the number in the folder's name, Full name_123_assignsubmission_file_. Canvas ("Upload
Submissions"; Canvas guide "How do I upload all student submissions for an assignment?") finds the submission by the
two numbers in the file's name, and shows the page as an attachment of a comment, under the name of the file that was
handed in.
"""

from __future__ import annotations

import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.coursedir.errors import GradingStopped
from course.coursedir.files import write_atomically
from course.coursedir.sample_dates import SAMPLE
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.standing import UNREADABLE_PAGE
from course.grading.lms.collect import records
from course.grading.lms.file_names import CANVAS, MOODLE

FOLDER = "folder"


@dataclass
class Returned:
    """What went into a zip of feedback: how many students' pages, and who is left out and why."""

    path: Path
    students: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def pack(room: Classroom, week: str, to: str, path: Path) -> Returned:
    """Write the zip aside and rename it into place; raises GradingStopped where there is nothing to return."""
    known, made = records(room.root).get(week, {}), Returned(path)
    files: list[tuple[str, Path]] = []
    for student in room.hand_ins(week):
        if to != FOLDER and student.startswith(SAMPLE):
            continue
        folder = room.path("feedback", student, week)
        # nbgrader copies what else was handed in, and its own notes, beside the pages
        pages = sorted(page for page in folder.rglob("*") if page.suffix == ".html" or page.name == UNREADABLE_PAGE)
        record = known.get(student, {})
        if not pages:
            made.left_out.append((student, f"has no feedback yet; run `course grade {week}`"))
        elif to != FOLDER and record.get("form") != to:
            made.left_out.append((student, f"was not collected from {to.capitalize()}"))
        else:
            names = {FOLDER: _folder, MOODLE: _moodle, CANVAS: _canvas}[to]
            files += [(names(student, record, page.relative_to(folder)), page) for page in pages]
            made.students.append(student)
    if not files:
        if made.left_out:
            why = f" {made.left_out[0][0]} {made.left_out[0][1]}."
        elif room.hand_ins(week):
            why = f" Only the sample class handed in {week}, which {to.capitalize()} does not know: add --to folder."
        else:
            why = f" Nobody handed in {week}."
        raise GradingStopped(f"There is no feedback of {week} to return.{why}", 2)
    _write(path, files)
    return made


def _folder(student: str, record: dict[str, Any], page: Path) -> str:
    return f"{student}/{page.as_posix()}"


def _moodle(student: str, record: dict[str, Any], page: Path) -> str:
    """A page's name in the download's form: in the student's folder, or with it before the file's name."""
    label = record["label"]
    if label.endswith(("_file", "_file_")):
        return f"{label}/{page.as_posix()}"
    return f"{label.partition('_assignsubmission_')[0]}_assignsubmission_file_{'-'.join(page.parts)}"


def _canvas(student: str, record: dict[str, Any], page: Path) -> str:
    """A page's name, with the number of the notebook that it is about."""
    about = record["files"].get(f"{page.stem}.ipynb") or next(iter(record["files"].values()))
    label = about.get("label") or record["label"]
    before = label[: len(label) - len(about["as"])] if label.endswith(about["as"]) else f"{label}_"
    return f"{before}{'-'.join(page.parts)}"


def _write(path: Path, files: list[tuple[str, Path]]) -> None:
    with write_atomically(path) as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in files:
            entry = zipfile.ZipInfo(name, time.localtime(max(page.stat().st_mtime, 315619200))[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            archive.writestr(entry, page.read_bytes())
