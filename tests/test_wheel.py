"""Does the course work from its wheel: with a student's five packages and nothing else, and in Colab?"""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from colab import runtime
from notebook_outputs import described

from course.authoring.notebooks.build import notebook
from course.authoring.text.parse import read
from course.runtime.verdict import MIME

ROOT = runtime.ROOT
TEXTS = sorted(ROOT.glob("source/*/*.py"))
RELEASED = [path for path in TEXTS if path.parent.name in ("practice1", "week1", "week5")]
PLAIN = ROOT / "source" / "week1" / "tensors.py"
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return runtime.wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The interpreter of an environment that holds the wheel, with the versions of the constraints."""
    return runtime.environment(tmp_path_factory.mktemp("bare") / "env", "--constraint", runtime.CONSTRAINTS, wheel)


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """The interpreter of an environment like Colab's, without the course."""
    return runtime.colab(tmp_path_factory.mktemp("colab") / "env")


@pytest.fixture(scope="module")
def ran(colab, wheel, tmp_path_factory):
    """Every notebook run there, alone in its folder: (week, name, "released" or "solved") -> the notebook.

    The first finds no course and installs it as its first cell says, from the wheel that was put beside it.
    Two run at a time.
    """

    def one(path, kind):
        folder = tmp_path_factory.mktemp(f"{path.parent.name}-{path.stem}-{kind}")
        if kind == "released":
            shutil.copy(ROOT / "release" / path.parent.name / f"{path.stem}.ipynb", folder)
        else:
            nbformat.write(notebook(read(path)), folder / f"{path.stem}.ipynb")
        if not list((colab.parent.parent / "lib").glob("python*/site-packages/course")):
            shutil.copy(wheel, folder)
        return runtime.run_all(nbformat.read(folder / f"{path.stem}.ipynb", as_version=4), colab, folder)

    tasks = [*((path, "released") for path in RELEASED), *((path, "solved") for path in TEXTS)]
    (first, *others), done = tasks, {}
    done[first] = one(*first)
    with ThreadPoolExecutor(2) as pool:
        running = {task: pool.submit(one, *task) for task in others}
    return done | {task: future.result() for task, future in running.items()}


def said(nb):
    outputs = (output for cell in nb.cells for output in cell.get("outputs", ()))
    return [output.data[MIME] for output in outputs if MIME in output.get("data", {})]


def printed(nb, name):
    return "".join(output.text for cell in nb.cells for output in cell.get("outputs", ()) if output.get("name") == name)


def test_does_the_wheel_bring_five_packages_and_no_instructors_tools(python):
    listed = runtime.run(runtime.UV, "pip", "list", "--python", python).stdout.lower()
    assert "nbgrader" not in listed
    assert "jupyter" not in listed
    code = (
        "import importlib.util as u; print([n for n in ('IPython', 'nbformat', 'sklearn', 'rich') if u.find_spec(n)])"
    )
    assert runtime.run(python, "-c", code).stdout.strip() == "[]"


def test_do_solutions_pass_their_checks_without_ipython(python, tmp_path):
    cells = [cell.source for cell in read(PLAIN).cells if cell.kind == "code" and cell.released]
    (tmp_path / "solved.py").write_text("\n\n".join(cells))
    done = runtime.run(python, "solved.py", cwd=tmp_path)  # a failed check prints its message here
    assert "visible check passes" in done.stdout
    assert "not yet" not in done.stdout
    assert "not done" not in done.stdout


def test_has_colab_nothing_of_the_instructors(colab, ran):
    listed = runtime.run(runtime.UV, "pip", "list", "--python", colab).stdout.lower()
    assert "neural-network-foundations" in listed  # installed by the first notebook's first cell
    for name in ("nbgrader", "jupytext", "jupyterlab ", "rich "):
        assert f"\n{name}" not in listed


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_does_the_released_notebook_run_to_its_end_in_colab(ran, path):
    nb = ran[path, "released"]  # an error in a cell would have stopped the run
    assert printed(nb, "stderr") == ""
    assert said(nb)
    assert {verdict["state"] for verdict in said(nb)} == {"not done"}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_do_the_solutions_pass_their_checks_in_colab(ran, path):
    nb = ran[path, "solved"]
    assert printed(nb, "stderr") == ""
    assert said(nb)
    assert [verdict["line"] for verdict in said(nb) if not verdict["passed"]] == []
    assert "waits for" not in printed(nb, "stdout")
    described(nb)


def test_does_the_command_tell_a_student_what_is_missing(python):
    command = Path(python).parent / "course"
    done = subprocess.run([str(command), "grade"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert "not installed" in done.stderr
    assert "Traceback" not in done.stderr
