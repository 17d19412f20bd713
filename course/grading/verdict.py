"""Each test cell's grade, decided by what its checks said and by nothing else that happens to be displayed.

nbgrader reads a grade off a cell's outputs: anything on stderr is a zero, a displayed number is a grade, silence is
full marks. Here a test cell passes when it ran without an error and every check in it reported a pass. Its outputs
are then written anew, so that nbgrader's reading comes to the same: full marks, or nothing.
"""

from __future__ import annotations

import ast
import re
from dataclasses import asdict
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from course import feedback
from course.feedback import MIME

_OWN = ("CheckFailed", "NotDone")  # errors whose traceback is a message already
_FIELDS = ("what", "where", "cause", "next")


class Verdict(NbGraderPreprocessor):
    """Decides every autograded test cell, after Execute and before SaveAutoGrades.

    What was said about each exercise goes to ``nb.metadata["course"]["exercises"]``, for feedback and reports.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Decide all test cells of ``nb`` in place."""
        notes = nb.metadata.setdefault("course", NotebookNode())
        notes["exercises"] = [
            decide(cell)
            for cell in nb.cells
            if utils.is_grade(cell) and not utils.is_solution(cell) and cell.cell_type == "code"
        ]
        return nb, resources


def decide(cell: NotebookNode) -> dict[str, Any]:
    """Decide one executed test cell, rewrite its outputs, and return the record of its exercise."""
    calls = check_calls(cell.source)
    said = [data[MIME] for output in cell.outputs if isinstance((data := output.get("data", {})).get(MIME), dict)]
    errors = [output for output in cell.outputs if output.output_type == "error"]
    ran = cell.get("execution_count") is not None
    enough = len(said) >= len(calls) if _loops(cell.source) else len(said) == len(calls)
    passed = ran and not errors and enough and all(record.get("passed") is True for record in said)
    name = next((call for call in calls if call), None) or cell.metadata.nbgrader["grade_id"].removeprefix("check-")

    kept = [_harmless(output) for output in cell.outputs if output.output_type != "error"]
    kept = [output for output in kept if output is not None]
    last = said[-1] if said else {}
    record = {key: str(last.get(key, "")) for key in _FIELDS}
    state = "passed"
    if not passed:
        if errors and errors[-1].ename in _OWN:
            ename, lines = errors[-1].ename, [line for entry in errors[-1].traceback for line in entry.split("\n")]
            state = "not done" if ename == "NotDone" else "failed"
        else:
            verdict = _explain(name, errors, ran)
            record = {key: asdict(verdict)[key] for key in _FIELDS}
            ename, lines, state = "CheckFailed", verdict.text.split("\n"), verdict.state
        kept.append(new_output("error", ename=ename, evalue=lines[0] if lines else name, traceback=lines))
    cell.outputs = kept
    return {
        "exercise": name,
        "grade_id": cell.metadata.nbgrader["grade_id"],
        "points": cell.metadata.nbgrader["points"],
        "passed": bool(passed),
        "state": state,
        **record,
    }


def check_calls(source: str) -> list[str]:
    """For each statement ``check.something(answer, ...)`` in a test cell the answer's name ("" where it has none)."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return [""]
    calls = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return [
        call.args[0].id if call.args and isinstance(call.args[0], ast.Name) else ""
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "check"
    ]


def _loops(source: str) -> bool:
    """Whether a check stands in a loop of the test cell, and may so report more often than it is written."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    loops = [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]
    return any(check_calls(ast.unparse(ast.Module(loop.body, []))) for loop in loops)


def _harmless(output: NotebookNode) -> NotebookNode | None:
    """An output of a test cell in a form that nbgrader takes no grade from; None when nothing of it can be shown."""
    if output.output_type == "stream":
        output.name = "stdout"
        return output
    data = {kind: value for kind, value in output.get("data", {}).items() if kind != MIME}
    return new_output("display_data", data=data, metadata=output.get("metadata", {})) if data else None


def _explain(name: str, errors: list[NotebookNode], ran: bool) -> feedback.Verdict:
    """The message for a test cell that stopped otherwise than by a failed check. Shows nothing of the cell's source."""
    kinds = {error.ename: error for error in errors}
    if "CellTimeoutError" in kinds:
        return feedback.Verdict(
            name,
            "failed",
            what=f"The checks of {name} were stopped: they {kinds['CellTimeoutError'].evalue}.",
            cause="Most often a loop that never ends.",
            next="Look at what has to change in your loop before it can stop, and whether it does.",
        )
    if "NameError" in kinds:
        missing = re.search(r"name '(\w+)'", kinds["NameError"].evalue)
        missing = missing.group(1) if missing else name
        return feedback.Verdict(
            name,
            "failed",
            what=f"There is no {missing}.",
            cause="The cell that should define it is missing, or stopped with an error before it got there.",
            next="Restart the kernel, run all cells, and look at the first cell that shows an error.",
        )
    if errors:
        error = errors[-1]
        return feedback.Verdict(
            name,
            "failed",
            what=f"The checks of {name} stopped with {error.ename}: {_shorten(error.evalue)}",
            next="Restart the kernel, run all cells, and look at the first cell that shows an error.",
        )
    return feedback.Verdict(
        name,
        "failed",
        what=f"The checks of {name} did not all report" + ("." if ran else ": their cell was not run."),
        next="Restart the kernel and run all cells. If the check passes there, tell your instructor.",
    )


def _shorten(text: str, limit: int = 300) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
