"""A submission's share of time, and its doubts: what went wrong in it that could be the machine's doing.

Cells and questions are paid for out of one share. On the first try, while others wait, a doubt ends the try at once:
the submission is tried again when all others have begun, and what it comes to there counts. Time that ran out is no
doubt where the submission had a processor for most of it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

FIRST_SHARE = 0.2
"""The part of its share that a submission may take while others wait for it."""

OWN_WORK = 0.75
"""The part of all the time up to now in which its processes worked, from which on time ran out by its own doing."""

Kind = Literal["time", "lost"]
"""It ran out of time; a kernel was lost for no reason that the sandbox knows."""


class Doubtful(Exception):
    """This try is not to be believed: see ``share.py``. Its words say why."""


@dataclass
class Share:
    """``total`` seconds of wall time for all cells and questions of a notebook, from now on.

    ``hurried``: others wait, so that a doubt ends the try. ``doubts`` holds the kinds of those that there were.
    ``waited`` says for how many seconds the submission has waited for a processor up to now; those are not counted
    before the share would be used up, up to twice as much time again. ``worked`` says for how many seconds the
    submission's processes have worked.
    """

    total: float = math.inf
    hurried: bool = False
    waited: Callable[[], float] = lambda: 0.0
    worked: Callable[[], float] = lambda: 0.0
    doubts: set[Kind] = field(default_factory=set)
    starved: bool = False
    """Whether what ran out of time may have waited for a processor for most of it."""

    def __post_init__(self) -> None:
        self._end = time.monotonic() + self.total * (FIRST_SHARE if self.hurried else 1.0)
        self._most = self._end + (0.0 if self.hurried else 2 * self.total)
        self._before = 0.0 if self.hurried else self.waited()
        self._begun, self._at_work = time.monotonic(), self.worked() if self.hurried else 0.0

    @property
    def left(self) -> float:
        """Seconds that are left, at least 0."""
        if time.monotonic() >= self._end < self._most:
            waited = self.waited()
            self._end, self._before = min(self._end + max(0.0, waited - self._before), self._most), waited
            self.starved = self.starved or self._end == self._most
        return max(0.0, self._end - time.monotonic())

    @property
    def used_up(self) -> bool:
        """Whether nothing is left; raises Doubtful where others wait."""
        if self.left > 0:
            return False
        self._doubt("time", "It takes long")
        return True

    def deadline(self, seconds: float) -> float:
        """The monotonic time until which something may run that has ``seconds``, or what is left."""
        return time.monotonic() + min(seconds, self.left)

    def ran_out(self) -> None:
        """Note that something ran for as long as it may; raises Doubtful where others wait, and may be why."""
        took = time.monotonic() - self._begun
        if not self.hurried or self.worked() - self._at_work < OWN_WORK * took:
            self._doubt("time", "It ran out of time")

    def lost(self, reason: str) -> None:
        """Note that a kernel was lost for ``reason``; raises Doubtful where others wait."""
        self._doubt("lost", f"A kernel was lost: {reason}")

    def _doubt(self, kind: Kind, words: str) -> None:
        self.doubts.add(kind)
        if self.hurried:
            raise Doubtful(words)
