"""A small release and its plan, for repairing submissions."""

from copy import deepcopy

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.grading.submission.plan import Plan, PlannedCell

STUB = "def double(X):\n    raise NotImplementedError('double')"


DONE = "def double(X):\n    return 2 * X"


TEST = "check.value(double(1), 2)\n### BEGIN HIDDEN TESTS\ncheck.value(double(2), 4)\n### END HIDDEN TESTS"


SHOWN = "check.value(double(1), 2)\n"


def meta(name, kind="code", grade=False, solution=False, locked=False, **more):
    return {
        "schema_version": 3,
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "task": False,
        "locked": locked,
        "cell_type": kind,
        "checksum": "0",
        **more,
    }


KNOWN = {
    "data": (meta("data", locked=True), "rows = 3", "rows = 3"),
    "double": (meta("double", solution=True), STUB, STUB),
    "check-double": (meta("check-double", grade=True, locked=True, points=2), TEST, SHOWN),
    "why": (
        meta("why", "markdown", grade=True, solution=True, points=3),
        "*Write your answer here.*",
        "*Write your answer here.*",
    ),
}


def released():
    cells = [new_markdown_cell("# Title", id="title")]
    for name, (metadata, _, source) in KNOWN.items():
        make = new_code_cell if metadata["cell_type"] == "code" else new_markdown_cell
        cells.append(make(source, id=f"id-{name}", metadata={"nbgrader": deepcopy(metadata)}))
    return new_notebook(cells=[*cells, new_code_cell("print(double(3))", id="demo")])


def small_plan():
    cells = {name: PlannedCell(name, full, metadata) for name, (metadata, full, _) in KNOWN.items()}
    return Plan.from_cells("small.ipynb of week9", cells, released())
