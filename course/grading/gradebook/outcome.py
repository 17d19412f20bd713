"""What came of grading one submission: its state, its scores, and the reason where there are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

GRADED, NOT_GRADED = "graded", "could not be graded"


@dataclass
class Outcome:
    """How one student's submission of one week stands.

    ``reason`` says why it could not be graded, ``notes`` what was mended in it, ``exercises`` what the checks said of
    each, ``integrity`` what an instructor should look at. ``inputs`` and ``shown`` are hashes of what it was graded
    from and of what its feedback page shows.
    """

    student: str
    week: str
    state: str
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    exercises: list[dict[str, Any]] = field(default_factory=list)
    integrity: list[str] = field(default_factory=list)
    inputs: str = ""
    shown: str = ""


UNSAFE = "Graded without a sandbox (--unsafe): this grade could have been forged."
