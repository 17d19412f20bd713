"""Plug-in registry: every class of the course that nbgrader's configuration and command line name, by one dotted path.

``nbgrader_config.py`` and the documentation write ``course.grading.nbgrader.Execute``; where that class lies may
change, its path here does not. A class is imported when it is asked for, so that releasing a week does not import what
grades it.
"""

from __future__ import annotations

import importlib
from typing import Any

PLUGINS = {
    "CourseStubs": "course.authoring.notebooks.stubs",
    "SubmissionExporter": "course.grading.submission.parse",
    "Collect": "course.grading.submission.exchange",
    "ReleaseFeedback": "course.grading.submission.exchange",
    "Repair": "course.grading.submission.preprocessor",
    "Execute": "course.grading.run.execute",
    "LatePenalty": "course.grading.gradebook.late",
    "FeedbackExporter": "course.grading.pages.feedback",
    "Marks": "course.grading.pages.preprocessors",
    "HideTests": "course.grading.pages.preprocessors",
    "CanvasExporter": "course.grading.lms.canvas",
    "MoodleExporter": "course.grading.lms.moodle",
    "TidyExporter": "course.grading.lms.no_lms",
}
"""The module of each class."""

__all__ = ["PLUGINS", *PLUGINS]


def __getattr__(name: str) -> Any:
    if name not in PLUGINS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}. It has: {', '.join(PLUGINS)}.")
    return getattr(importlib.import_module(PLUGINS[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *PLUGINS})
