"""Templates of a notebook's header: the Colab badge, and the cell that installs the course where it is missing."""

from __future__ import annotations

HEADER_TAG = "course-header"
"""The tag of the header's cells."""

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"

NO_BADGE = (
    "**Before you start.** In JupyterLab there is nothing to do: run the cells from the top.\n\n"
    "In Colab the notebook needs the course's package, which your instructor hands out: one file whose name ends in "
    "`.whl`. Press the folder sign at the left edge, drag the file there, and run the next cell."
)

INSTALL = """\
try:  # the course's own package: figures, cases and checks
    import course
except ImportError:
    """

NO_INSTALL = """\
from glob import glob

    wheels = sorted(glob("neural_network_foundations-*.whl"))
    if wheels:
        %pip install -q {wheels[-1]}
    else:
        print("The course's package is missing. Upload the .whl file from your instructor, then run this again.")"""
