"""Guard around nbgrader's converters: its commands and the Formgrader's buttons write alone, in the right gradebook.

nbgrader asks nobody before it begins, and takes no "no" from its hooks. But it makes the exporters and preprocessors
that the settings name before it changes anything, and a converter's work is one method: each of ours that is made by
a converter puts the course's lock and the check of the gradebook around that. ``nbgrader db`` makes none of them, but
reads the settings before it begins, which put the guard around the command itself.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.coursedir.errors import CourseError
from course.coursedir.gradebook_file import GradebookFile
from course.coursedir.layout import CONFIG
from course.coursedir.lock import alone, held


def guard(part: Any) -> None:
    """Let the nbgrader converter that made ``part``, an exporter or a preprocessor, work alone in its course's folder.

    Where another command is at work there, or the gradebook is lost, the converter stops with a sentence in its log,
    and NbGraderException, before it has changed anything. Without a converter, and outside a course, nothing happens.
    """
    from nbgrader.converters.base import BaseConverter

    converter = part
    while converter is not None and not isinstance(converter, BaseConverter):
        converter = getattr(converter, "parent", None)
    if converter is None or "convert_notebooks" in vars(converter):
        return
    root = Path(converter.coursedir.root)
    if (root / CONFIG).is_file():
        converter.convert_notebooks = functools.partial(_alone, converter, root, converter.convert_notebooks)


def guard_database_command() -> None:
    """Let the ``nbgrader db`` command that reads the settings at this moment, where there is one, work likewise.

    What it refuses ends it with status 1. Those that only list are left alone.
    """
    from nbgrader.apps import dbapp
    from traitlets.config import Application

    writers = (
        dbapp.DbStudentAddApp,
        dbapp.DbStudentRemoveApp,
        dbapp.DbGenericImportApp,
        dbapp.DbAssignmentAddApp,
        dbapp.DbAssignmentRemoveApp,
        dbapp.DbUpgradeApp,
    )
    app = Application.instance() if Application.initialized() else None
    if isinstance(app, writers) and "start" not in vars(app):
        app.start = functools.partial(_command_alone, app, app.start)


def _command_alone(app: Any, start: Any) -> None:
    root = Path(app.coursedir.root)
    if not (root / CONFIG).is_file():
        start()
        return
    try:
        with _guarded(root, app.name.replace("-", " "), app.config, writes=True):
            start()
    except (CourseError, sqlite3.Error) as error:
        app.log.error(str(error))
        app.exit(1)


def _alone(converter: Any, root: Path, convert: Any) -> None:
    from nbgrader.converters.base import NbGraderException

    if held(root):  # a command of the course's, which has seen to it
        convert()
        return
    name = type(converter).__name__
    line = f"nbgrader {_COMMANDS.get(name, 'command')} {converter.coursedir.assignment_id}"
    try:
        with _guarded(root, line, converter.config, writes=name != "GenerateFeedback"):
            convert()
    except (CourseError, sqlite3.Error) as error:
        converter.log.error(str(error))
        raise NbGraderException(str(error)) from None


@contextlib.contextmanager
def _guarded(root: Path, line: str, config: Any, *, writes: bool) -> Iterator[None]:
    """Hold the lock of the folder as ``line``, with the right gradebook there; ``writes`` into it."""
    with alone(root, line):
        book = GradebookFile(root, config)
        book.check()
        if writes:
            book.begin_writing()
        yield
        if writes:
            book.note()


_COMMANDS = {
    "Autograde": "autograde",
    "GenerateAssignment": "generate_assignment",
    "GenerateFeedback": "generate_feedback",
}
