"""Guard around nbgrader's converters: its commands and the Formgrader's buttons write alone, in the right gradebook.

nbgrader asks nobody before it begins, and takes no "no" from its hooks. But it makes the exporters and preprocessors
that the settings name before it changes anything, and a converter's work is one method: each of ours that is made by
a converter puts the course's lock and the check of the gradebook around that.
"""

from __future__ import annotations

import functools
import sqlite3
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


def _alone(converter: Any, root: Path, convert: Any) -> None:
    from nbgrader.converters.base import NbGraderException

    if held(root):  # a command of the course's, which has seen to it
        convert()
        return
    line = f"nbgrader {_COMMANDS.get(type(converter).__name__, 'command')} {converter.coursedir.assignment_id}"
    try:
        with alone(root, line):
            book = GradebookFile(root, converter.config)
            book.check()
            if writes := type(converter).__name__ != "GenerateFeedback":
                book.begin_writing()
            convert()
            if writes:
                book.note()
    except (CourseError, sqlite3.Error) as error:
        converter.log.error(str(error))
        raise NbGraderException(str(error)) from None


_COMMANDS = {
    "Autograde": "autograde",
    "GenerateAssignment": "generate_assignment",
    "GenerateFeedback": "generate_feedback",
}
