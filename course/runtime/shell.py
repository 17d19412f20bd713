"""Run-time environment detection: does nbgrader run this notebook or a student, and in which IPython shell."""

from __future__ import annotations

import os
import sys


def graded() -> bool:
    """Whether nbgrader runs this notebook (it sets NBGRADER_EXECUTION), rather than a student."""
    return bool(os.environ.get("NBGRADER_EXECUTION"))


def shell():
    """The running IPython shell, or None; never imports IPython itself."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
