"""Does the course work from its wheel, with a student's five packages and nothing else?"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course.authoring.text import read

ROOT = Path(__file__).parent.parent
UV = Path(sys.executable).parent / "uv"
TEXTS = sorted(ROOT.glob("source/*/*.py"))
pytestmark = pytest.mark.long


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of a new environment that holds the wheel, with the versions of the constraints."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "course", folder / "copy" / "course", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / "copy")
    run(UV, "build", "--wheel", "--out-dir", folder, folder / "copy")
    run(UV, "venv", "--python", sys.executable, folder / "env")
    interpreter = folder / "env" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    run(UV, "pip", "install", "--python", interpreter, "--constraint", ROOT / ".ci" / "constraints.txt", wheel)
    return interpreter


def test_does_the_wheel_bring_five_packages_and_no_instructors_tools(python):
    listed = run(UV, "pip", "list", "--python", python).stdout.lower()
    assert "nbgrader" not in listed
    assert "jupyter" not in listed
    code = (
        "import importlib.util as u; print([n for n in ('IPython', 'nbformat', 'sklearn', 'rich') if u.find_spec(n)])"
    )
    assert run(python, "-c", code).stdout.strip() == "[]"


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_do_the_solutions_pass_their_checks_there(python, path, tmp_path):
    cells = [cell.source for cell in read(path).cells if cell.kind == "code" and cell.released]
    if any(name in cell for cell in cells for name in ("data.digits", "data.mnist", "data.fashion_mnist")):
        # The digits come with scikit-learn, which Colab has; without it the notebook says what to install.
        pinned = ("--constraint", ROOT / ".ci" / "constraints.txt")
        run(UV, "pip", "install", "--python", python, *pinned, "scikit-learn")
    (tmp_path / "solved.py").write_text("\n\n".join(cells))
    done = run(python, "solved.py", cwd=tmp_path)  # a failed check prints its message here
    assert "visible check passes" in done.stdout
    assert "not yet" not in done.stdout
    assert "not done" not in done.stdout


def test_does_the_command_tell_a_student_what_is_missing(python):
    command = python.parent / "course"
    done = subprocess.run([str(command), "grade"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert "not installed" in done.stderr
    assert "Traceback" not in done.stderr
