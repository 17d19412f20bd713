"""JupyterLab's settings for authors: `jupyter lab --config=course/authoring/lab_config.py`, or `make lab`.

Saving a built notebook brings the edit into its text. Texts open as notebooks by a right click (Open With > Notebook).
nbgrader's Create Assignment panel, Formgrader and Validate button, and jupytext, come with their installation.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config import get_config  # Jupyter puts it in this file's names

c = get_config()

c.FileContentsManager.post_save_hook = "course.authoring.notebooks.sync.post_save"
# A text opened as a notebook is saved without a header of jupytext's own, and with all that the panel writes on a cell.
c.JupytextConfiguration.notebook_metadata_filter = "-all"
c.JupytextConfiguration.cell_metadata_filter = "all,-autoscroll,-collapsed,-scrolled,-trusted,-execution,-ExecuteTime"
