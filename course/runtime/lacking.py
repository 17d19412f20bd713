"""Resource exhaustion by its words: whether a message says that the machine lacks something which it may have again.

The system says so with an error number, Python and libraries in words of their own, a program on its standard error.
"""

from __future__ import annotations

import errno
import os
import sys

MEMORY = (
    "The machine has too little memory left. Close other programs, grade fewer at once (--jobs), or raise the limit "
    "(ulimit -v)."
)
FILES = "No more files can be opened here. Close other programs, or raise the limit (ulimit -n)."
PROCESSES = "No more processes can be started here. Close other programs, or raise the limit (ulimit -u)."
SPACE = "There is no space left on one of the disks (`df` shows which). Free some of it."
"""What is the matter, and what to do."""

_NUMBERS = {
    errno.ENOMEM: MEMORY,
    errno.EMFILE: FILES,
    errno.ENFILE: FILES,
    errno.EAGAIN: PROCESSES,
    errno.ENOSPC: SPACE,
    errno.EDQUOT: SPACE,
}
_WORDS = {
    **{os.strerror(number): sentence for number, sentence in _NUMBERS.items()},
    **dict.fromkeys(("MemoryError", "bad_alloc", "out of memory", "not enough memory"), MEMORY),
    **dict.fromkeys(("can't allocate memory", "Memory allocation", "failed to map segment"), MEMORY),
    **dict.fromkeys(("can't start new thread", "pthread_create failed"), PROCESSES),
}
_FEW_FILES = 64


def lack_in(words: str) -> str:
    """What these words of a program's or an error's say that the machine lacks, and what to do; "" for nothing."""
    return next((sentence for each, sentence in _WORDS.items() if each in words), "")


def lack_of(error: BaseException) -> str:
    """Likewise, what an error in this process says; "" for one that is about something else."""
    if isinstance(error, MemoryError):
        return MEMORY
    if isinstance(error, OSError) and error.errno is not None:
        return _NUMBERS.get(error.errno, "")
    return lack_in(str(error)) if isinstance(error, (RuntimeError, ImportError)) else ""


def way_out(error: OSError) -> str:
    """What to do about an error of the system's before the same command is run again: a sentence's beginning."""
    lack = lack_of(error)
    return "Free the space or mend the permissions, then" if lack in ("", SPACE) else f"{lack} Then"


def lack_by_limits() -> str:
    """What this process, and what it starts, is likely to lack by its limits (setrlimit(2)); "" for nothing.

    For a program that failed under them and does not say why: a library may have caught what it met, and gone on.
    """
    if sys.platform == "win32":
        return ""
    import resource

    files, memory = (resource.getrlimit(which)[0] for which in (resource.RLIMIT_NOFILE, resource.RLIMIT_AS))
    if files != resource.RLIM_INFINITY and files < _FEW_FILES:
        return FILES
    return "" if memory == resource.RLIM_INFINITY else MEMORY
