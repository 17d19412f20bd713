"""Does repairing stay what it is, on notebooks to which all kinds of things happened by chance?"""

import functools
import hashlib
import itertools
import json
import uuid
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from colab import habits, harm
from home import ROOT
from small_plan import DONE, released, small_plan

from course.authoring.notebooks.build import notebook
from course.authoring.text.parse import read
from course.coursedir.errors import CouldNotBeGraded
from course.grading.submission.cells import name_of
from course.grading.submission.parse import parse
from course.grading.submission.plan import Plan, PlannedCell
from course.grading.submission.repair import repair

SAVED = Path(habits.__file__).with_name("harmed.json")
"""What was said of the small notebook, seed by seed, and a hash of what it then was."""


def small():
    """The small notebook, answered, as JSON."""
    nb = released()
    for cell in nb.cells:
        cell.source = DONE if name_of(cell) == "double" else cell.source
    return json.loads(nbformat.writes(nb))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(150))
def test_is_a_harmed_notebook_repaired_as_it_ever_was(seed, monkeypatch):
    nb, plan, count = json.dumps(harm.harmed(small(), seed)), small_plan(), itertools.count()

    def made_up():
        return SimpleNamespace(hex=hashlib.sha256(str(next(count)).encode()).hexdigest())

    monkeypatch.setattr(uuid, "uuid4", made_up)  # of which nbformat makes ids
    nb = parse(nb, "small.ipynb")
    try:
        got = [*repair(nb, plan), hashlib.sha256(json.dumps(nb).encode()).hexdigest()[:16]]
    except CouldNotBeGraded as error:
        got = [str(error)]
    assert got == json.loads(SAVED.read_text(encoding="utf-8"))[str(seed)]


@functools.cache
def sheet():
    """The plan of a week's notebook, and its JSON as it is released."""
    path = ROOT / "release" / "week5" / "backprop.ipynb"
    full = (cell for cell in notebook(read(ROOT / "source" / "week5" / "backprop.py")).cells if name_of(cell))
    cells = {
        name_of(cell): PlannedCell(
            name_of(cell),
            cell.source,
            {**cell.metadata.nbgrader, "cell_type": cell.cell_type, "checksum": "0"},
        )
        for cell in full
    }
    text = path.read_text(encoding="utf-8")
    return Plan.from_cells("week5/backprop", cells, nbformat.reads(text, 4)), json.loads(text)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(60))
def test_is_every_planned_cell_there_once_whatever_happened(seed):
    plan, nb = sheet()
    nb = parse(json.dumps(harm.harmed(nb, seed)), "backprop.ipynb")
    repair(nb, plan)
    nbformat.validate(nb)
    found = [name_of(cell) for cell in nb.cells if name_of(cell) is not None]
    assert len(found) == len(set(found)) and set(found) <= set(plan.cells)
    assert {name for name, planned in plan.cells.items() if not planned.is_exercise} <= set(found)
    for cell in nb.cells:
        if name_of(cell) is not None:
            assert cell.metadata.nbgrader == plan.cells[name_of(cell)].metadata
            assert cell.cell_type == plan.cells[name_of(cell)].cell_type
