"""One submission from the hand-in to the feedback page."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from course.coursedir.errors import CouldNotBeGraded
from course.coursedir.files import write_if_changed
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.locking import patiently
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, Outcome
from course.grading.gradebook.saving import forget, save
from course.grading.gradebook.standing import UNREADABLE_PAGE, noted
from course.grading.gradebook.versions import shown
from course.grading.run.task import Graded, Sheet, Task, given_code
from course.grading.submission.parse import beside
from course.grading.submission.plan import Plan
from course.runtime.student_id import OTHER_ID
from course.runtime.verdict import NOT_BY_HAND

MOST_NOTEBOOK = 60_000_000
"""Bytes of a notebook that is still graded."""


def due(room: Classroom, week: str, student: str) -> bool:
    """Whether a submission is new, or anything that its grade depends on has changed since it was graded."""
    before = room.outcome(student, week)
    with room.gradebook() as gradebook:
        if before is None or before.inputs != room.inputs(gradebook, student, week):
            return True
        return before.state == GRADED and (
            not shown(gradebook, student, week) or not room.path("autograded", student, week).is_dir()
        )


class Grading:
    """Submissions on their way: what each is graded from, and where the result goes. One for a run."""

    def __init__(self, room: Classroom, tell: Callable[[str], None] = lambda _: None):
        self.room, self.tell = room, tell
        self._inputs: dict[tuple[str, str], str] = {}
        self._sheets: dict[str, tuple[Sheet, ...]] = {}

    def prepare(self, week: str, student: str) -> Task:
        """All that grading a submission needs; raises CouldNotBeGraded where there is no notebook of this week."""
        room = self.room
        patiently(lambda: self._look_up(week, student), self.tell)
        sheets = self._sheets[week]
        folder = room.path("submitted", student, week)
        _has_notebooks(folder, week, [f"{sheet.name}.ipynb" for sheet in sheets])
        _has_time(room, week, student)
        notebooks = {}
        for sheet in sheets:
            path = folder / f"{sheet.name}.ipynb"
            if path.is_symlink():
                raise CouldNotBeGraded(f"{path} is a link, not a notebook. Put the notebook itself in its place.")
            if path.is_file():
                if path.stat().st_size > MOST_NOTEBOOK:
                    raise CouldNotBeGraded(
                        f"{path} is larger than {MOST_NOTEBOOK // 1_000_000} MB. Ask the student to clear its outputs "
                        "(Edit > Clear all outputs) and to hand it in again."
                    )
                notebooks[sheet.name] = path.read_bytes()
        config = room.config
        settings = {name: dict(config[name]) for name in ("Execute", "LimitOutput", "ClearOutput", "OverwriteCells")}
        settings["CourseDirectory"] = {"root": str(config.CourseDirectory.root)}
        return Task(student, notebooks, beside(folder, room.directory().ignore), sheets, settings)

    def _look_up(self, week: str, student: str) -> None:
        """What the gradebook has to say before a submission is graded."""
        with self.room.gradebook() as gradebook:
            self._inputs[week, student] = self.room.inputs(gradebook, student, week)
            if week not in self._sheets:
                self._sheets[week] = tuple(self._asked(gradebook, week))

    def _asked(self, gradebook: Gradebook, week: str) -> Iterator[Sheet]:
        directory = self.room.directory(week)
        released = Path(directory.format_path(directory.release_directory, ".", week))
        for notebook in gradebook.find_assignment(week).notebooks:
            path = released / f"{notebook.name}.ipynb"
            there = nbformat.read(path, as_version=4) if path.is_file() else None
            kernelspec = json.loads(notebook.kernelspec) if notebook.kernelspec else None
            yield Sheet(notebook.name, Plan.of(notebook, there), kernelspec, given_code(there))

    def finish(self, week: str, student: str, graded: Graded) -> Outcome:
        """Write what came of a submission down, in the gradebook first; feedback comes after.

        What is wrong with the submission becomes the outcome's state and reason. Raises GradingStopped for what is
        wrong with the machine, and KeyboardInterrupt; the student's old outcome is forgotten by then.
        """
        room = self.room
        room.remember(Outcome(student, week, NOT_GRADED, "Grading it was interrupted. Run the same command again."))
        outcome = Outcome(student, week, GRADED, inputs=self._inputs.get((week, student), ""))
        if graded.reason:
            outcome.state = NOT_GRADED
            outcome.reason = graded.reason.replace(f"{room.root}{os.sep}", "")
            patiently(lambda: _take_back(room, week, student, outcome.reason), self.tell)
        else:
            parsed = patiently(lambda: save(room, week, student, graded.notebooks), self.tell)
            names = [sheet.name for sheet in self._sheets[week]]
            outcome.notes, outcome.exercises, outcome.integrity = _notes(names, parsed)
        room.remember(outcome)
        return outcome


def _has_notebooks(folder: Path, week: str, wanted: list[str]) -> None:
    there = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != "timestamp.txt")
    if not set(wanted) & set(there):
        found = f"there is {', '.join(there[:5])}" if there else "the folder is empty"
        raise CouldNotBeGraded(
            f"{folder} holds no notebook of {week}: {found}. It should hold {' and '.join(sorted(wanted))}. "
            "Rename the file if it is the right one, and grade again."
        )


def _has_time(room: Classroom, week: str, student: str) -> None:
    """Raises CouldNotBeGraded where the submission's time is written in a file that nbgrader cannot read."""
    path = room.path("submitted", student, week) / "timestamp.txt"
    try:
        if not path.is_symlink():
            room.directory(week, student).get_existing_timestamp(str(path.parent))
            return
    except Exception:  # nbgrader's own reading stops in several ways
        pass
    raise CouldNotBeGraded(
        f"{path} holds no date and time. Write the time of handing in there, such as 2026-11-20 18:00:00 UTC, or "
        "delete the file; then grade again."
    )


def _notes(
    names: list[str], notebooks: Mapping[str, NotebookNode]
) -> tuple[list[str], list[dict[str, Any]], list[str]]:
    """What was noted in the finished notebooks and of missing ones, the exercises' records, and what to look at."""
    notes, exercises, integrity = noted((name, notebooks[name]) for name in sorted(names) if name in notebooks)
    missing = sorted(set(names) - set(notebooks))
    notes += [f"{name}.ipynb was not handed in; its exercises count as not answered." for name in missing]
    if any(record.get("cause") == OTHER_ID for record in exercises):
        notes.append("The practice was solved for another ID than the one on record.")
        integrity.append("The practice was solved for another ID than the one on record.")
    by_hand = [record for record in exercises if record.get("next") == NOT_BY_HAND and record.get("state") == "failed"]
    integrity += [f"{record['notebook']}.ipynb, {record['exercise']}: {record['cause']}" for record in by_hand]
    return notes, exercises, integrity


def _take_back(room: Classroom, week: str, student: str, reason: str) -> None:
    """Leave no score and no page of an earlier submission; tell the student why in the place of feedback."""
    with warnings.catch_warnings(), room.gradebook() as gradebook:
        warnings.simplefilter("ignore")  # SQLAlchemy's, at nbgrader's way of making a submission
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(week, student)
        forget(gradebook, week, student)
    for step in ("autograded", "feedback"):
        folder = room.path(step, student, week)
        if folder.exists():
            shutil.rmtree(folder)
    page = Path(room.path("feedback", student, week)) / UNREADABLE_PAGE
    write_if_changed(page, f"Your submission of {week} could not be graded.\n\n{reason}\n".encode())
