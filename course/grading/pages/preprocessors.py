"""Preprocessors of a feedback page: a query for the student's marks, and a redaction of the hidden tests.

An autograded notebook holds every test cell whole. ``HideTests`` takes the hidden part out, and every line of an output
or of a message that repeats one of its lines. ``Marks`` reads what the gradebook says, a person's comments too.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from functools import lru_cache

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor

from course.grading.gradebook.marks import comments, full_name, marks, parts
from course.grading.gradebook.record import FIELDS
from course.syntax.regions import scan

NOTE = "# hidden tests"
_SHORTEST = 12  # characters: shorter lines, such as `)`, say nothing and stand everywhere


class Marks(NbGraderPreprocessor):
    """Reads a submission's marks into ``resources["nbgrader"]``: "name", "parts", "marks" and "comments".

    Does for this course's page what GetGrades does for nbgrader's, in four queries.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Read the marks; ``nb`` is not changed."""
        info = resources["nbgrader"]
        week, student, notebook = info["assignment"], info["student"], info["notebook"]
        gradebook = self._open(info["db_url"])
        try:
            info["name"] = full_name(gradebook, student)
            info["parts"] = parts(gradebook, week, student)
            found = marks(gradebook, week, student)
            info["marks"] = {mark.grade_id: mark for mark in found if mark.notebook == notebook}
            info["comments"] = comments(gradebook, week, student, notebook)
        finally:
            gradebook.db.rollback()  # the next page sees what was written meanwhile
        return nb, resources

    @lru_cache(1)  # noqa: B019 (one for a class: opening it, and preparing the queries, takes longer than asking them)
    def _open(self, address: str) -> Gradebook:
        return Gradebook(address)


class HideTests(NbGraderPreprocessor):
    """Replaces each hidden region by one comment. Stands last in ``c.GenerateFeedback.preprocessors``."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Hide the tests of ``nb`` in place."""
        markers = ClearHiddenTests(parent=self)
        begin, end = markers.begin_test_delimeter, markers.end_test_delimeter
        hidden: set[str] = set()
        for cell in nb.cells:
            if utils.is_grade(cell) and cell.cell_type == "code":
                cell.source, lines = split(cell.source, begin, end)
                hidden.update(lines)
        seen = "\n".join(cell.source for cell in nb.cells)  # what the student has anyway need not be hidden
        told = {line.strip() for line in hidden if len(line.strip()) >= _SHORTEST and line.strip() not in seen}
        told |= {html.escape(line) for line in told}
        for cell in nb.cells:
            for output in cell.get("outputs", ()):
                _clean(output, told)
        said = nb.metadata.get("course", {})
        for record in said.get("exercises", ()) if isinstance(said, dict) else ():
            for key, value in record.items():
                if key in FIELDS and isinstance(value, str):
                    record[key] = _without(value, told)
        return nb, resources


def split(source: str, begin: str, end: str) -> tuple[str, list[str]]:
    """A test cell's source with each hidden region replaced by a comment, and the lines that were hidden."""
    found, _ = scan(source, begin, end)  # whatever is wrong with a marker, what follows it is hidden
    lines = source.split("\n")
    hidden = [line for region in found for line in lines[region.first + 1 : region.last + 1] if end not in line]
    for region in reversed(found):
        lines[region.first : region.last + 1] = [NOTE]
    return "\n".join(line for line in lines if end not in line), hidden


def _clean(output: NotebookNode, told: set[str]) -> None:
    """Drop the lines of an output that repeat a hidden line."""
    if output.output_type == "stream":
        output.text = _without(output.text, told)
    elif output.output_type == "error":
        output.traceback = [_without(entry, told) for entry in output.traceback]
        output.evalue = _without(output.evalue, told)
    else:
        for kind, value in output.get("data", {}).items():
            if kind.startswith("text/") and isinstance(value, str):
                output.data[kind] = _without(value, told)


def _without(text: str, told: Iterable[str]) -> str:
    if not any(line in text for line in told):
        return text
    return "\n".join(NOTE if any(line in part for line in told) else part for part in text.split("\n"))
