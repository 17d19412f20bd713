"""Classification of errors while a submission is graded: the submission's own, or the machine's, which says nothing."""

from __future__ import annotations

import subprocess

from course.coursedir.errors import MachineFault
from course.grading.sandbox.remote_kernel import RoomLost
from course.grading.sandbox.share import Doubtful
from course.runtime.lacking import lack_by_limits, lack_of

_KINDS = (MachineFault, Doubtful, RoomLost, OSError, MemoryError, subprocess.SubprocessError)


def is_the_machines(error: BaseException) -> bool:
    """Whether an error in the grader's process says nothing about the submission that is being graded there."""
    return isinstance(error, _KINDS) or bool(lack_of(error))


def sentence(error: BaseException) -> str:
    """What the machine lacked, for people."""
    if isinstance(error, (MachineFault, Doubtful)):
        return str(error)
    if isinstance(error, RoomLost):
        return f"The room in which it ran broke down ({error}). {lack_by_limits() or 'See that memory is left.'}"
    if lack := lack_of(error):
        return lack
    words = " ".join(str(error).encode("utf-8", "replace").decode().split())[:300]
    if isinstance(error, OSError) and error.strerror:
        words = error.strerror
    return f"The machine could not do its part ({type(error).__name__}: {words})."
