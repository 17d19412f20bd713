"""Run-time environment detection: does nbgrader run this notebook or a student, and in which IPython shell."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from course.runtime.context import current

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def graded() -> bool:
    """Whether a grader runs this notebook (nbgrader sets NBGRADER_EXECUTION), rather than a student."""
    here = current().graded
    return bool(os.environ.get("NBGRADER_EXECUTION")) if here is None else here


def shell() -> InteractiveShell | None:
    """The running IPython shell, or None; never imports IPython itself."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
