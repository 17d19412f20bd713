"""Feedback export: a zip that the LMS takes back, under the names that it gave the files when collected."""

from __future__ import annotations

import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from course.coursedir.errors import GradingStopped
from course.coursedir.files import write_atomically
from course.coursedir.sample_dates import SAMPLE
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.standing import UNREADABLE_PAGE
from course.grading.lms.base import LMS
from course.grading.lms.records import read_records

_FIRST_ZIP_TIME = 315619200  # 1980-01-02; the zip format begins with 1980, in local time


@dataclass
class Returned:
    """What went into a zip of feedback: which students' pages, and who is left out and why."""

    path: Path
    students: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def pack(classroom: Classroom, week: str, lms: LMS, path: Path) -> Returned:
    """Write the zip atomically; raises GradingStopped where there is nothing to return."""
    known, made = read_records(classroom.root).get(week, {}), Returned(path)
    files: list[tuple[str, Path]] = []
    hand_ins = classroom.hand_ins(week)
    for student in hand_ins:
        if not lms.feedback_for_all and student.startswith(SAMPLE):
            continue
        folder = classroom.path("feedback", student, week)
        # nbgrader copies what else was handed in, and its own notes, beside the pages
        pages = sorted(page for page in folder.rglob("*") if page.suffix == ".html" or page.name == UNREADABLE_PAGE)
        record = known.get(student, {})
        if not pages:
            made.left_out.append((student, f"has no feedback yet; run `course grade {week}`"))
        elif not lms.feedback_for_all and record.get("form") != lms.name:
            made.left_out.append((student, f"was not collected from {lms.title}"))
        else:
            files += [(lms.feedback_name(student, record, page.relative_to(folder)), page) for page in pages]
            made.students.append(student)
    if not files:
        if made.left_out:
            why = f" {made.left_out[0][0]} {made.left_out[0][1]}."
        elif hand_ins:
            why = f" Only the sample class handed in {week}, which {lms.title} does not know: add --to folder."
        else:
            why = f" Nobody handed in {week}."
        raise GradingStopped(f"There is no feedback of {week} to return.{why}", 2)
    _write(path, files)
    return made


def _write(path: Path, files: list[tuple[str, Path]]) -> None:
    """The same pages always give the same bytes."""
    with write_atomically(path) as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in files:
            entry = zipfile.ZipInfo(name, time.localtime(max(page.stat().st_mtime, _FIRST_ZIP_TIME))[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            archive.writestr(entry, page.read_bytes())
