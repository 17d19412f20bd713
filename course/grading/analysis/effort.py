"""Work limit (step budget) of an analysis whose cost may grow faster than the code that it reads."""

from __future__ import annotations

MAX_STEPS = 500_000
"""Steps for one notebook: more than a hundred times what the course's longest takes, and about a second."""


class TooMuch(Exception):
    """The steps are used up."""


class Effort:
    """Steps that are left."""

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self, steps: int = 1) -> None:
        """Use some up. Raises TooMuch when none are left."""
        self.left -= steps
        if self.left < 0:
            raise TooMuch
