"""Feedback pages without the hidden tests.

nbgrader writes a test cell's whole source into the student's feedback page. This step takes the hidden part out, and
out of every output that repeats one of its lines; the messages of the checks stay where they are, at their cell.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor

NOTE = "# hidden tests"
_SHORTEST = 12  # characters: shorter lines, such as `)`, say nothing and stand everywhere


class HideTests(NbGraderPreprocessor):
    """Replaces each hidden region by one comment. Stands in ``c.GenerateFeedback.preprocessors`` before the header."""

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
        return nb, resources


def split(source: str, begin: str, end: str) -> tuple[str, list[str]]:
    """A test cell's source with each hidden region replaced by a comment, and the lines that were hidden."""
    shown, hidden, inside = [], [], False
    for line in source.split("\n"):
        if begin in line:
            inside = True
            shown.append(NOTE)
        elif end in line:
            inside = False
        elif inside:
            hidden.append(line)
        else:
            shown.append(line)
    return "\n".join(shown), hidden


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
