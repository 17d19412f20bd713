"""The trials: faults of the machine, made for real, while a made-up class is graded.

Run them with ``make test-faults``, or some with ``python -m tests.faults NAME...``. Each trial works on a copy of one
course in which half of a class has been graded. Something is done to the machine while a command of the course runs
(a process killed, a signal, a full disk, a locked or damaged file), then the same command runs undisturbed, and what
stands there is compared with what an undisturbed run alone left: the gradebook row by row, everything else file by
file.
"""

import importlib

FAMILIES = ("kills", "exact", "signals", "space", "limits", "locks", "beside", "damage", "rights")


def every():
    """Every trial, by family, in the order in which they are written."""
    from .trial import TRIALS

    for family in FAMILIES:
        importlib.import_module(f"{__name__}.{family}")
    return sorted(TRIALS.values(), key=lambda each: FAMILIES.index(each.family))
