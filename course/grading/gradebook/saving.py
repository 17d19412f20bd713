"""One transaction for a graded submission: its scores into the gradebook, its notebooks into autograded/.

nbgrader's SaveAutoGrades and AssignLatePenalties ask the database once for every cell. A test compares the two, row
by row.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties

from course.coursedir.files import aside as name_aside
from course.coursedir.files import permitted, replace_folder, unlike_a_file
from course.grading.gradebook.classroom import Classroom

READ_ONLY = 0o444
"""The permissions of files in autograded/, from which the umask is taken: nbgrader's default."""


def save(classroom: Classroom, week: str, student: str, notebooks: Mapping[str, str]) -> dict[str, NotebookNode]:
    """Write a graded submission's files and grades; returns its notebooks. Where either fails neither is changed."""
    parsed = {name: nbformat.reader.reads(text) for name, text in notebooks.items()}
    target = classroom.path("autograded", student, week)
    aside = name_aside(target)
    try:
        _write_files(classroom, week, student, notebooks, aside)
        with warnings.catch_warnings(), classroom.gradebook() as gradebook:
            warnings.simplefilter("ignore")  # SQLAlchemy's, at nbgrader's way of making a submission
            _save_grades(classroom, gradebook, week, student, parsed)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    replace_folder(aside, target)
    return parsed


def _save_grades(
    classroom: Classroom, gradebook: Gradebook, week: str, student: str, notebooks: Mapping[str, NotebookNode]
) -> None:
    gradebook.update_or_create_student(student)
    directory = classroom.directory(week, student)
    timestamp = directory.get_existing_timestamp(
        str(classroom.path("submitted", student, week))
    )  # read once by prepare
    more = {"timestamp": timestamp} if timestamp else {}
    submission = gradebook.update_or_create_submission(week, student, **more)
    names = classroom.cell_names(gradebook, week)
    for handed_in in submission.notebooks:
        nb = notebooks.get(handed_in.notebook.name)
        cells = {} if nb is None else {cell.metadata.nbgrader["grade_id"]: cell for cell in nb.cells if _named(cell)}
        for mark in handed_in.grades:
            cell = cells.get(names[mark.cell_id])
            if nb is None:  # not handed in
                mark.auto_score, mark.needs_manual_grade = 0, False
            elif cell is None:  # an answer that was deleted: a person decides
                mark.auto_score, mark.needs_manual_grade = None, True
            else:
                mark.auto_score, _ = utils.determine_grade(cell)
                mark.needs_manual_grade = mark.manual_score is not None or mark.auto_score is None
        for comment in handed_in.comments:
            cell = cells.get(names[comment.cell_id])
            if cell is not None:
                untouched = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
                comment.auto_comment = "No response." if untouched and not utils.is_task(cell) else None
        handed_in.late_submission_penalty = None
    gradebook.db.flush()
    gradebook.db.expire_all()  # so that the scores are summed up anew
    late = submission.total_seconds_late
    if late > 0:
        rule = AssignLatePenalties(config=classroom.config)
        rule.init_plugin()
        for handed_in in submission.notebooks:
            if handed_in.notebook.name in notebooks:
                penalty = rule.plugin_inst.late_submission_penalty(student, handed_in.score, late)
                if penalty is not None:
                    handed_in.late_submission_penalty = rule._check_late_penalty(handed_in, penalty)
    gradebook.db.commit()


def _named(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade_id"))


def copy_files(origin: Path, target: Path, ignore: Sequence[str]) -> None:
    """Copy the files below a folder, without notebooks, links, and what the patterns in ``ignore`` name.

    Patterns are held against names in lower case alone. (nbgrader looks for them as paths: in a folder whose own name
    is a pattern, as ``[x]`` is, it ignores nothing.)
    """
    patterns = [pattern.lower() for pattern in (*ignore, "*.ipynb")]

    def kept(name: str) -> bool:
        return not any(fnmatchcase(name.lower(), pattern) for pattern in patterns)

    for folder, folders, names in os.walk(origin):
        folders[:] = filter(kept, folders)
        for path in (Path(folder, name) for name in names if kept(name)):
            if unlike_a_file(path) or not path.is_file():
                continue  # a submission consists of what was handed in, not of what it points to
            place = target / path.relative_to(origin)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            shutil.copyfile(path, place)
            os.chmod(place, permitted(READ_ONLY))


def _write_files(classroom: Classroom, week: str, student: str, notebooks: Mapping[str, str], aside: Path) -> None:
    """A submission's folder for autograded/: what was handed in, the course's own files, the finished notebooks."""
    directory = classroom.directory(week, student)
    source = Path(directory.format_path(directory.source_directory, ".", week))
    for origin in (classroom.path("submitted", student, week), source):
        copy_files(origin, aside, directory.ignore)
    aside.mkdir(parents=True, exist_ok=True)
    for name, text in notebooks.items():
        place = aside / f"{name}.ipynb"
        place.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
        os.chmod(place, permitted(READ_ONLY))


def save_without_score(classroom: Classroom, week: str, student: str) -> None:
    """Let a submission that could not be graded stand in the gradebook, without a score of the autograder's."""
    with warnings.catch_warnings(), classroom.gradebook() as gradebook:
        warnings.simplefilter("ignore")  # SQLAlchemy's, at nbgrader's way of making a submission
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(week, student)
        forget(gradebook, week, student)


def forget(gradebook: Gradebook, assignment: str, student: str, notebook: str | None = None) -> None:
    """Take back what the autograder once gave ``student`` (in one notebook, or in all of the assignment).

    What is taken back is marked as needing a person, so that no list shows a plain zero. A successful grading sets
    every score and mark anew; scores that a person gave stay. No such submission: nothing happens.
    """
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return
    for submitted in submission.notebooks:
        if notebook in (None, submitted.name):
            submitted.late_submission_penalty = None
            for grade in submitted.grades:
                grade.auto_score = None
                grade.needs_manual_grade = True
    gradebook.db.commit()
