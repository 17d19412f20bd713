"""Do the notebooks run from top to bottom, solved by the author and unsolved by a student?"""

import nbformat
import pytest
from home import ROOT
from nbclient import NotebookClient
from notebook_outputs import described

from course.authoring.notebooks.build import notebook
from course.authoring.text.parse import read

TEXTS = sorted(ROOT.glob("source/*/*.py"))
SOLVED = [path for path in TEXTS if path.parent.name in ("practice1", "week1", "week5")]  # all of them: test_wheel.py


def run(nb):
    """The notebook after "Restart and run all"; nbclient stops at the first cell that replies with an error."""
    NotebookClient(nb, timeout=120, kernel_name="python3").execute()
    return nb


def streams(nb, name):
    return [output.text for cell in nb.cells for output in cell.get("outputs", ()) if output.get("name") == name]


@pytest.mark.parametrize("path", SOLVED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_does_the_solved_notebook_run_to_the_end_in_silence_with_every_check_passing(path):
    nb = run(notebook(read(path)))
    assert streams(nb, "stderr") == []
    said = [
        output.data["application/vnd.course.verdict+json"]
        for cell in nb.cells
        for output in cell.get("outputs", ())
        if "application/vnd.course.verdict+json" in output.get("data", {})
    ]
    assert said
    assert [verdict["line"] for verdict in said if not verdict["passed"]] == []
    assert not any("waits for" in text for text in streams(nb, "stdout"))
    described(nb)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_does_the_released_notebook_run_to_the_end_with_every_check_not_done(path):
    nb = run(nbformat.read(ROOT / "release" / path.parent.name / f"{path.stem}.ipynb", as_version=4))
    assert streams(nb, "stderr") == []
    for cell in nb.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade") and not meta.get("solution"):
            said = [
                output.data["application/vnd.course.verdict+json"]
                for output in cell.outputs
                if "application/vnd.course.verdict+json" in output.get("data", {})
            ]
            waits = any("waits for" in output.get("text", "") for output in cell.outputs)
            assert waits or any(verdict["state"] == "not done" for verdict in said), cell.source
            assert not any(verdict["state"] == "failed" for verdict in said), cell.source
