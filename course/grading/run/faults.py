"""Classification of errors while a submission is graded: the submission's own, or the machine's, which says nothing."""

from __future__ import annotations

import subprocess

from course.coursedir.errors import MachineFault
from course.grading.sandbox.remote_kernel import RoomLost
from course.grading.sandbox.share import Doubtful

_KINDS = (MachineFault, Doubtful, RoomLost, OSError, MemoryError, subprocess.SubprocessError)
_WORDS = ("can't start new thread", "can't allocate memory", "not enough memory", "out of memory", "Cannot allocate")
"""What a RuntimeError says where memory or processes have run out, Python's own and torch's."""


def is_the_machines(error: BaseException) -> bool:
    """Whether an error in the grader's process says nothing about the submission that is being graded there."""
    if isinstance(error, _KINDS):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _WORDS)


def sentence(error: BaseException) -> str:
    """What the machine lacked, for people."""
    if isinstance(error, (MachineFault, Doubtful)):
        return str(error)
    if isinstance(error, RoomLost):
        return f"The room in which it ran broke down ({error})."
    words = " ".join(str(error).encode("utf-8", "replace").decode().split())[:300]
    if isinstance(error, MemoryError) or "memory" in words:
        return "The machine has too little memory left. Close other programs, or grade fewer at once (--jobs)."
    if isinstance(error, OSError) and error.strerror:
        words = error.strerror
    return f"The machine could not do its part ({type(error).__name__}: {words})."
