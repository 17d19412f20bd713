"""Resource limits of a submission, and the grader's own time-outs."""

from __future__ import annotations

from dataclasses import dataclass

GRACE = 2.0
"""Seconds that a cell has to stop after it was interrupted."""

START = 180.0
"""Seconds for a room's first import of torch on a slow disk."""

DRAW_AT, DRAW_FOR = 3, 15.0
"""The submission of a notebook before which a room draws its given figures (for fewer it would not be worth it), and
how many seconds it does so at most."""

PATIENCE = 30.0
"""Seconds for an answer of the room's first process, which never runs a student's code."""


@dataclass(frozen=True)
class Limits:
    """What a submission may take: seconds, bytes, processes, and characters of output of a cell."""

    memory: int = 2 << 30
    processes: int = 128
    file_size: int = 64 << 20
    space: int = 256 << 20
    most_output: int = 1_000_000
    cell: float = 20.0
    question: float = 20.0
    gpu: bool = False
    """Whether its processes that run nothing but a slice see the GPU."""
