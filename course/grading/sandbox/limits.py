"""Resource limits of a submission (setrlimit(2) and a watch), and the grader's own time-outs."""

from __future__ import annotations

from dataclasses import dataclass

INTERRUPT_TIMEOUT_S = 2.0
"""Seconds that a cell has to stop after it was interrupted."""

START_TIMEOUT_S = 180.0
"""Seconds for a sandbox's first import of torch on a slow disk."""

DRAW_AT, DRAW_TIMEOUT_S = 3, 15.0
"""The submission of a notebook before which a sandbox draws its given figures (for fewer it would not be worth it), and
how many seconds it does so at most."""

ANSWER_TIMEOUT_S = 30.0
"""Seconds for an answer of the sandbox's first process, which never runs a student's code."""


OUTPUT_SHARES = 10
"""How many cells of a notebook may show as much as a cell may; what is shown beyond that is cut."""


@dataclass(frozen=True)
class Limits:
    """What a submission may take."""

    memory: int = 2 << 30
    """Bytes of all its processes together, beyond what Python and torch take."""
    processes: int = 128
    file_size: int = 64 << 20
    """Bytes of one file."""
    space: int = 256 << 20
    """Bytes of all files in each place that can be written to."""
    max_output: int = 1_000_000
    """Characters of output of a cell."""
    cell: float = 20.0
    """Seconds that a cell may run."""
    question: float = 20.0
    """Seconds for what one check asks."""
    gpu: bool = False
    """Whether its processes that run nothing but a slice see the GPU."""
