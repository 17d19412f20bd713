"""No LMS: e-mail attachments and folders named by people, grades as a tidy table, feedback in folders.

A file's or a folder's name says whose it is, by an ID, a login, an e-mail address or a full name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from course.grading.gradebook.standing import TIDY_CSV_COLUMNS, standings, tidy
from course.grading.lms.base import LMS, Claim
from course.grading.lms.file_names import ids_in, words
from course.grading.lms.grades import GradesExport, GradesExporter
from course.grading.lms.records import StudentRecord
from course.grading.lms.roster import write_csv


class TidyExporter(GradesExporter):
    """A row for each student and exercise, for pandas: ``pandas.read_csv("week5-csv.csv")``."""

    ending = "csv"

    def write(self, export: GradesExport) -> None:
        """All weeks, one after the other; the made-up class is in it too."""
        rows = []
        for week in export.weeks:
            for each in standings(export.classroom, export.gradebook, week):
                if export.students and each.student not in export.students:
                    continue
                rows += tidy(export.classroom, export.gradebook, week, each)
                export.count(each)
        write_csv(export.path, TIDY_CSV_COLUMNS, ([row[column] for column in TIDY_CSV_COLUMNS] for row in rows))


class NoLMS(LMS):
    """Files that came some other way; it takes every download that no LMS knows."""

    name = "emails"
    title = "Folder"
    file_names = "students' IDs or names"
    exporter = TidyExporter
    feedback_for_all = True

    def recognises(self, paths: Sequence[tuple[str, ...]]) -> bool:
        """Whether files by e-mail may look like this: any may, so it is asked last."""
        return True

    def claims(self, paths: Sequence[tuple[str, ...]], week: str, archive: str) -> list[Claim | None]:
        """By IDs anywhere in a path; else by its first folder, or by the zip, such as U1234567X.zip, one for each."""
        paths = _unwrapped(paths, week)
        folders = any(len(parts) > 1 for parts in paths)
        return [_claim(parts, folders, archive) for parts in paths]

    def feedback_name(self, student: str, record: StudentRecord, page: Path) -> str:
        """A folder for each student."""
        return f"{student}/{page.as_posix()}"


def _unwrapped(paths: Sequence[tuple[str, ...]], week: str) -> Sequence[tuple[str, ...]]:
    """Paths without the folders that all of them lie in, as long as those name no student."""
    while paths and len({parts[0] for parts in paths}) == 1 and all(len(parts) > 1 for parts in paths):
        top = paths[0][0]
        inside = all(len(parts) > 2 for parts in paths) or any(ids_in(parts[1]) for parts in paths)
        if ids_in(top) or not (inside or words(top) == words(week)):
            break
        paths = [parts[1:] for parts in paths]
    return paths


def _claim(parts: tuple[str, ...], folders: bool, archive: str) -> Claim:
    found = _by_path(parts, folders)
    if archive and not found.ids and not found.name:
        by_archive = _by_path((archive, *parts), True)
        if by_archive.ids:
            return by_archive
    return found


def _by_path(parts: tuple[str, ...], folders: bool) -> Claim:
    """What a path says; with ``folders`` its first part names the student where nothing better does."""
    ids = next((found for part in parts if (found := ids_in(part))), ())
    if folders and len(parts) > 1:
        name, label, inner = re.sub(r"\.zip$", "", parts[0], flags=re.IGNORECASE), parts[0], parts[1:]
    else:
        name, label, inner = "", " ".join(parts), parts[-1:]
    return Claim(NoLMS.name, inner, label, name, ids=ids, texts=(label, " ".join((label, *inner))))
