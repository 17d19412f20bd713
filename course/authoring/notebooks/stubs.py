"""Preprocessor for nbgrader: its ClearSolutions, with stubs that name the exercise or say `name = ...`."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ClearSolutions

from course.coursedir.nbgrader_guard import guard
from course.syntax.regions import RegionError, regions, stub


class CourseStubs(ClearSolutions):
    """Replaces every solution by its stub, and drops what else could show one: attachments of answers.

    Raises RuntimeError for a solution region in a cell that is no solution, and for markers that do not match.
    """

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        guard(self)

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Make one cell the student's."""
        name = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell {cell_index + 1}")
        try:
            found = regions(cell.source, "SOLUTION")
        except RegionError as error:
            raise RuntimeError(f"{resources.get('unique_key')}.ipynb, {name}: {error}") from error
        if utils.is_solution(cell):
            cell.source = stub(cell.source, name, cell.cell_type)
            cell.pop("attachments", None)
        elif found:
            raise RuntimeError(
                f"{resources.get('unique_key')}.ipynb, {name}: a solution in a cell that is no solution."
            )
        return cell, resources
