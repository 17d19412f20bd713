"""Incremental generation of feedback pages: written only where something that they show has changed."""

from __future__ import annotations

import contextlib
import glob
import logging
import os
import warnings
from collections.abc import Iterator

from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException

from course.coursedir.errors import GradingStopped
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, Outcome
from course.grading.gradebook.versions import page_version
from course.grading.pages.feedback import FeedbackExporter


class Feedback:
    """nbgrader's GenerateFeedback for a class: one converter for each week, whose template is read once."""

    def __init__(self, classroom: Classroom):
        self.classroom = classroom
        self._converters: dict[str, GenerateFeedback] = {}

    def write(self, week: str, student: str) -> None:
        """Write the pages of one submission; raises NbGraderException."""
        directory = self.classroom.directory(week, glob.escape(student))
        converter = self._converters.get(week)
        if converter is None:
            converter = GenerateFeedback(
                coursedir=directory, config=self.classroom.config, exporter_class=FeedbackExporter, force=True
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


def feedback(classroom: Classroom, outcome: Outcome, pages: Feedback | None = None) -> bool:
    """Bring a graded submission's feedback pages up to date; returns whether they were written.

    ``pages`` is used for a whole class; without it, one is made.
    """
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
    outcome.shown = now
    classroom.remember(outcome)
    return True


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
