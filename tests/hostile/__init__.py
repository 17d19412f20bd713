"""The hostile corpus: submissions that try to cheat, to pry, to tamper or to break, and what each of them deserves.

Run it with ``make hostile``, or one case with ``python -m tests.hostile --case NAME``; docs/hostile.md lists the cases.
"""

import importlib

FAMILIES = ("forging", "leaking", "tampering", "outlasting", "autograd", "breaking", "malformed")


def corpus():
    """Every case, by family."""
    from .case import CASES

    for family in FAMILIES:
        importlib.import_module(f"{__name__}.{family}")
    return sorted(CASES.values(), key=lambda case: FAMILIES.index(case.family))
