"""Incremental generation of feedback pages: written only where something that they show has changed."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException

from course.coursedir.errors import GradingStopped
from course.coursedir.files import write_if_changed
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, Outcome
from course.grading.gradebook.saving import copy_files
from course.grading.gradebook.standing import UNREADABLE_PAGE
from course.grading.gradebook.versions import page_version
from course.grading.pages.feedback import FeedbackExporter


class _Pages(GenerateFeedback):
    """nbgrader's GenerateFeedback for one student at a time, whatever the folders are called: no name is a pattern."""

    student = ""

    def init_notebooks(self) -> None:
        """Find the student's notebooks."""
        folder = Path(self._format_source(self.coursedir.assignment_id, self.student))
        found = sorted(str(path) for path in folder.glob("*.ipynb"))
        if not found:
            raise NbGraderException(f"there is no notebook in {folder}")
        self.assignments = {str(folder): found}

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy the files that go with the pages."""
        source, target = (Path(each(assignment_id, student_id)) for each in (self._format_source, self._format_dest))
        copy_files(source, target, self.coursedir.ignore)


class Feedback:
    """nbgrader's GenerateFeedback for a class: one converter for each week, whose template is read once."""

    def __init__(self, classroom: Classroom):
        self.classroom = classroom
        self._converters: dict[str, GenerateFeedback] = {}

    def write(self, week: str, student: str) -> None:
        """Write the pages of one submission; raises NbGraderException, or the system's own error."""
        directory = self.classroom.directory(week)
        converter = self._converters.get(week)
        if converter is None:
            converter = _Pages(
                coursedir=directory, config=self.classroom.config, exporter_class=FeedbackExporter, force=True
            )
            converter.student = student
            with _quietly(converter.log):
                converter.start()
            self._converters[week] = converter
            return
        converter.student = student
        before = os.getcwd()
        os.chdir(directory.root)  # as its start() does
        try:
            with _quietly(converter.log):
                converter.init_notebooks()
                converter.convert_notebooks()
        finally:
            os.chdir(before)


def feedback(classroom: Classroom, outcome: Outcome, pages: Feedback | None = None) -> bool:
    """Bring a submission's feedback pages up to date; returns whether they were written.

    Of one that could not be graded the page says why.
    ``pages`` is used for a whole class; without it, one is made. Raises GradingStopped and OSError.
    """
    if outcome.state == NOT_GRADED:
        page = classroom.path("feedback", outcome.student, outcome.week) / UNREADABLE_PAGE
        words = f"Your submission of {outcome.week} could not be graded.\n\n{outcome.reason}\n"
        return write_if_changed(page, words.encode())
    if outcome.state != GRADED:
        return False
    with classroom.gradebook() as gradebook:
        now = f"{outcome.inputs} {page_version(gradebook, outcome.student, outcome.week)}"
    folder = classroom.path("feedback", outcome.student, outcome.week)
    if outcome.shown == now and folder.is_dir():
        return False
    try:
        (pages or Feedback(classroom)).write(outcome.week, outcome.student)
    except NbGraderException as error:
        raise GradingStopped(
            f"{folder}: nbgrader could not write the feedback ({error}). The grades are kept. Look at the log of "
            f"`nbgrader generate_feedback {outcome.week} --student {outcome.student} --force`."
        ) from error
    except OSError as error:
        error.filename = error.filename or str(folder)  # what met it while writing does not say where
        raise
    outcome.shown = now
    classroom.remember(outcome)
    return True


@contextlib.contextmanager
def _quietly(log: logging.Logger) -> Iterator[None]:
    """Keep nbgrader's log, and warnings about notebook formats, off the screen: the outcome says it in a sentence."""
    before, handlers = log.propagate, log.handlers[:]
    noting = _Noting()
    log.propagate, log.handlers[:] = False, [noting]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except NbGraderException:
        if noting.error is not None:
            raise noting.error from None
        raise
    finally:
        log.propagate, log.handlers[:] = before, handlers


class _Noting(logging.Handler):
    """Log handler that shows nothing, and keeps the system's error that was being handled: nbgrader drops it."""

    error: OSError | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the error that is being handled at this moment."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            self.error = error
