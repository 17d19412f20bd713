"""nbgrader's exchange, one command at a time: what is collected is not changed under a command that reads it.

nbgrader makes the classes that ``c.ExchangeFactory`` names, for its commands and for the Formgrader's buttons alike.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback

from course.coursedir.layout import CONFIG
from course.coursedir.lock import InUse, alone


class _Alone:
    """Holds the lock of the course's folder while it copies; says who is at work where it cannot."""

    command: str
    """What nbgrader calls it."""

    def start(self: Any) -> None:
        """Copy; raises ExchangeError where another command is at work, before anything has changed."""
        root = Path(self.coursedir.root)
        if not (root / CONFIG).is_file():
            super().start()  # type: ignore[misc]
            return
        try:
            with alone(root, f"nbgrader {self.command} {self.coursedir.assignment_id}"):
                super().start()  # type: ignore[misc]
        except InUse as error:
            self.fail(str(error))


class Collect(_Alone, ExchangeCollect):
    """Into ``submitted/``, what students handed in."""

    command = "collect"


class ReleaseFeedback(_Alone, ExchangeReleaseFeedback):
    """To the students, the pages in ``feedback/``."""

    command = "release_feedback"
