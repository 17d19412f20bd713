"""nbgrader preprocessor that repairs a submission against the gradebook, before it is executed."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED
from course.grading.gradebook.saving import forget
from course.grading.submission.plan import Plan
from course.grading.submission.repair import repair


class Repair(NbGraderPreprocessor):
    """Repairs a submitted notebook against the gradebook, and forgets the scores of an earlier submission.

    Raises CouldNotBeGraded when it holds no cell of the notebook that it claims to be.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Mend ``nb`` in place; the sentences go to ``nb.metadata["course"]["repairs"]``."""
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            forget(gradebook, info["assignment"], info["student"], info["notebook"])
            self._no_longer(info["assignment"], info["student"])
            notebook = gradebook.find_notebook(info["notebook"], info["assignment"])
            plan = Plan.of(notebook, self._released(info["assignment"], info["notebook"]))
        sentences = repair(nb, plan)
        for sentence in sentences:
            self.log.warning("%s", sentence)
        nb.metadata["course"] = {"repairs": sentences}
        return nb, resources

    def _no_longer(self, assignment: str, student: str) -> None:
        """Take back what `course grade` noted of a submission that could not be graded: here it is graded anew."""
        if self._coursedir is None:
            return
        classroom = Classroom(Path(self._coursedir.root))
        before = classroom.outcome(student, assignment)
        if before is not None and before.state != GRADED:
            classroom.forget(student, assignment)

    @property
    def _coursedir(self) -> CourseDirectory | None:
        """The course's folder, where nbgrader runs this; None where it is called by itself."""
        return getattr(getattr(self.parent, "parent", None), "coursedir", None)

    def _released(self, assignment: str, notebook: str) -> NotebookNode | None:
        """The released notebook, which tells the order of all cells; None when it is not there."""
        coursedir = self._coursedir
        if coursedir is None:
            return None
        folder = coursedir.format_path(coursedir.release_directory, ".", assignment)
        try:
            return nbformat.read(os.path.join(folder, f"{notebook}.ipynb"), as_version=4)
        except (OSError, ValueError):
            return None
