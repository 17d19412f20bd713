"""Late-submission policy: a tenth of the score earned for each day begun, half of it at most."""

from __future__ import annotations

import math

from nbgrader.plugins import LateSubmissionPlugin

DAY = 86_400
"""Seconds in a day."""


def late_penalty(score: float, total_seconds_late: float) -> float:
    """Points taken off ``score`` for a submission ``total_seconds_late`` seconds after the due date."""
    days = math.ceil(max(0.0, total_seconds_late) / DAY)
    return score * min(days, 5) / 10


class LatePenalty(LateSubmissionPlugin):
    """nbgrader's plugin for late submissions, with ``late_penalty`` as its rule."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """The penalty in points for one notebook of a late submission."""
        return late_penalty(score, total_seconds_late)
