"""One submission from the hand-in to the feedback page, by nbgrader's own converters."""

from __future__ import annotations

import contextlib
import glob
import logging
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import SQLAlchemyError

from course.authoring.tree import write_if_changed
from course.grading.classroom import GRADED, NOT_GRADED, Classroom, Outcome, shown
from course.grading.errors import CouldNotBeGraded, GradingStopped
from course.grading.pages import FeedbackExporter
from course.grading.scores import forget
from course.student_id import OTHER_ID

UNREADABLE_PAGE = "could-not-be-graded.txt"


class _Autograde(Autograde):
    """nbgrader's Autograde, which also tells a program why it failed (nbgrader writes that to its log only)."""

    failure: Exception | None = None

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.failure = self.failure or error
            raise

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        with self._noting():
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self._noting():
            super().convert_single_notebook(notebook_filename)


class Feedback:
    """nbgrader's GenerateFeedback for a class: one converter for each week, whose template is read once."""

    def __init__(self, room: Classroom):
        self.room = room
        self._converters: dict[str, GenerateFeedback] = {}

    def write(self, week: str, student: str) -> None:
        """Write the pages of one submission; raises NbGraderException."""
        directory = self.room.directory(week, glob.escape(student))
        converter = self._converters.get(week)
        if converter is None:
            converter = GenerateFeedback(
                coursedir=directory, config=self.room.config, exporter_class=FeedbackExporter, force=True
            )
            with _quietly(converter.log):
                converter.start()
            self._converters[week] = converter
            return
        converter.coursedir = directory
        before = os.getcwd()
        os.chdir(directory.root)  # as its start() does
        try:
            with _quietly(converter.log):
                converter.init_notebooks()
                converter.convert_notebooks()
        finally:
            os.chdir(before)


def due(room: Classroom, week: str, student: str) -> bool:
    """Whether a submission is new, or anything that its grade depends on has changed since it was graded."""
    before = room.outcome(student, week)
    with room.gradebook() as gradebook:
        if before is None or before.inputs != room.inputs(gradebook, student, week):
            return True
        return before.state == GRADED and (
            not shown(gradebook, student, week) or not room.path("autograded", student, week).is_dir()
        )


def grade(room: Classroom, week: str, student: str) -> Outcome:
    """Grade one submission and write its outcome down; feedback comes after.

    What is wrong with the submission becomes the outcome's state and reason. Raises GradingStopped for what is wrong
    with the machine, and KeyboardInterrupt; the student's old outcome is forgotten by then.
    """
    with room.gradebook() as gradebook:
        inputs = room.inputs(gradebook, student, week)
    room.remember(Outcome(student, week, NOT_GRADED, "Grading it was interrupted. Run the same command again."))
    outcome = Outcome(student, week, GRADED, inputs=inputs)
    try:
        _has_notebooks(room, week, student)
        _autograde(room, week, student)
        outcome.notes, outcome.exercises = _notes(room, week, student)
    except CouldNotBeGraded as error:
        outcome.state = NOT_GRADED
        outcome.reason = str(error).replace(f"{room.root}{os.sep}", "")
        _take_back(room, week, student, outcome.reason)
    room.remember(outcome)
    return outcome


def feedback(room: Classroom, outcome: Outcome, pages: Feedback | None = None) -> bool:
    """Bring a graded submission's feedback pages up to date; returns whether they were written.

    ``pages`` is used for a whole class; without it, one is made.
    """
    if outcome.state != GRADED:
        return False
    with room.gradebook() as gradebook:
        now = f"{outcome.inputs} {shown(gradebook, outcome.student, outcome.week)}"
    folder = room.path("feedback", outcome.student, outcome.week)
    if outcome.shown == now and folder.is_dir():
        return False
    try:
        (pages or Feedback(room)).write(outcome.week, outcome.student)
    except NbGraderException as error:
        raise GradingStopped(
            f"{folder}: nbgrader could not write the feedback ({error}). The grades are kept. Look at the log of "
            f"`nbgrader generate_feedback {outcome.week} --student {outcome.student} --force`."
        ) from error
    outcome.shown = now
    room.remember(outcome)
    return True


def _has_notebooks(room: Classroom, week: str, student: str) -> None:
    folder = room.path("submitted", student, week)
    with room.gradebook() as gradebook:
        wanted = sorted(f"{notebook.name}.ipynb" for notebook in gradebook.find_assignment(week).notebooks)
    there = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != "timestamp.txt")
    if not set(wanted) & set(there):
        found = f"there is {', '.join(there[:5])}" if there else "the folder is empty"
        raise CouldNotBeGraded(
            f"{folder} holds no notebook of {week}: {found}. It should hold {' and '.join(wanted)}. "
            "Rename the file if it is the right one, and grade again."
        )


def _autograde(room: Classroom, week: str, student: str) -> None:
    """Run nbgrader's Autograde; raises CouldNotBeGraded with the reason, or GradingStopped."""
    converter = _Autograde(coursedir=room.directory(week, glob.escape(student)), config=room.config)
    converter.force = True
    try:
        with _quietly(converter.log):
            converter.start()
    except (NbGraderException, OSError, SQLAlchemyError) as problem:
        error = converter.failure or problem
        if isinstance(error, (CouldNotBeGraded, GradingStopped)):
            raise error from None
        if isinstance(error, OSError):
            where = error.filename or room.path("autograded", student, week)
            raise GradingStopped(
                f"{where}: {error.strerror or error}. Free the space or mend the permissions, then run the same "
                "command again: what was graded is kept."
            ) from error
        if isinstance(error, SQLAlchemyError):
            raise GradingStopped(
                f"The gradebook could not be written: {getattr(error, 'orig', error)}. Close what else has it open, "
                "see that the disk has room, and run the same command again: what was graded is kept."
            ) from error
        words = (str(error).strip() or "no reason given").splitlines()[0][:300]
        raise CouldNotBeGraded(
            f"nbgrader could not grade it ({type(error).__name__}: {words}). "
            f"`nbgrader autograde {week} --student {student} --force --debug` shows all of it."
        ) from error


def _notes(room: Classroom, week: str, student: str) -> tuple[list[str], list[dict[str, Any]]]:
    """What Repair and Verdict noted in the autograded notebooks, and which notebooks are missing."""
    notes, exercises = [], []
    with room.gradebook() as gradebook:
        names = sorted(notebook.name for notebook in gradebook.find_assignment(week).notebooks)
    for name in names:
        path = room.path("autograded", student, week) / f"{name}.ipynb"
        if not path.is_file():
            notes.append(f"{name}.ipynb was not handed in; its exercises count as not answered.")
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            said = nbformat.read(path, as_version=4).metadata.get("course", {})
        notes += said.get("repairs", [])
        exercises += [{"notebook": name, **record} for record in said.get("exercises", [])]
    if any(record.get("cause") == OTHER_ID for record in exercises):
        notes.append("The practice was solved for another ID than the one on record.")
    return notes, exercises


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


@contextlib.contextmanager
def _quietly(log: logging.Logger) -> Iterator[None]:
    """Keep nbgrader's log, and warnings about notebook formats, off the screen: the outcome says it in a sentence."""
    before, handlers = log.propagate, log.handlers[:]
    log.propagate, log.handlers[:] = False, [logging.NullHandler()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.propagate, log.handlers[:] = before, handlers
