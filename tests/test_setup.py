"""Is a student's install small and quick, and do the ways of setting up agree?"""

import ast
import compileall
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from home import ROOT

ALLOWED = {"torch", "numpy", "matplotlib", "pandas", "tqdm", "course"}  # what Colab has, and a student's install brings
FOLDERS = ("answers", "cache", "datasets", "doctor", "figures", "judges", "practices", "runtime")
STUDENT_MODULES = [path for path in sorted(ROOT.glob("course/*.py")) if path.stem != "cli"]
STUDENT_MODULES += [path for folder in FOLDERS for path in sorted((ROOT / "course" / folder).rglob("*.py"))]
INSIDE = ROOT / "course" / "grading" / "sandbox" / "inside"
"""What runs beyond the wall: it may know the shell that it is, and nothing of the grader's."""
GRADERS = {"authoring", "cli", "commands", "coursedir", "grading", "sample", "syntax"}
"""The rest of the package, which a student's side never imports and, on the wheel aside, could do without."""


def name_of(path):
    return path.relative_to(ROOT / "course").as_posix()


def imports(tree, top_level):
    """The packages that a module imports, at its top level or anywhere."""
    nodes = tree.body if top_level else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


def parts_of_the_course(text):
    """The dotted paths below the package that a text names, in imports and in strings."""
    found = set(re.findall(r"\bcourse\.(\w+(?:\.\w+)*)", text))
    for module, names in re.findall(r"^\s*from course(?:\.(\S+))? import (.+)$", text, re.MULTILINE):
        found |= {".".join(filter(None, (module, name))) for name in re.findall(r"\w+", names)}
    return found


@pytest.mark.parametrize("path", STUDENT_MODULES, ids=name_of)
def test_do_the_notebooks_modules_need_only_what_colab_has(path):
    text = path.read_text(encoding="utf-8")
    outside = set(imports(ast.parse(text), top_level=True)) - ALLOWED - set(sys.stdlib_module_names)
    assert not outside
    assert not GRADERS & {part.split(".")[0] for part in parts_of_the_course(text)}


@pytest.mark.parametrize("path", sorted(INSIDE.glob("*.py")), ids=name_of)
def test_does_the_far_side_of_the_wall_need_nothing_of_the_graders(path):
    text = path.read_text(encoding="utf-8")
    anywhere = set(imports(ast.parse(text), top_level=False))
    assert not anywhere - ALLOWED - {"IPython", "traitlets", "msgspec"} - set(sys.stdlib_module_names)
    for part in parts_of_the_course(text):
        assert part.split(".")[0] not in GRADERS or part.startswith("grading.sandbox.inside"), part


def test_is_every_folder_of_the_package_on_one_side():
    """A folder that is neither a student's nor the grader's would be looked at by nobody."""
    there = {path.parent.name for path in ROOT.glob("course/*/__init__.py")}
    assert there == set(FOLDERS) | (GRADERS - {"cli"})


def test_does_the_students_side_come_alone(tmp_path):
    """All of it is imported where the rest of the package and its tools cannot be."""
    names = [name_of(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__") for path in STUDENT_MODULES]
    code = (
        "import importlib, sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name in {[f'course.{part}' for part in GRADERS]} or name.split('.')[0] in "
        "('nbgrader', 'nbformat', 'jupytext', 'rich', 'sqlalchemy', 'traitlets'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        f"for name in {[name for name in names if name != '__init__']}: importlib.import_module('course.' + name)\n"
        "print('alone')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "alone", done.stderr


def test_does_importing_the_course_add_little_to_importing_torch():
    compileall.compile_dir(ROOT / "course", quiet=1)  # as an installed package is
    code = "import torch; from course import cases, check, device, graph, plot"
    lines = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stderr.splitlines()
    at = next(place for place, line in enumerate(lines) if re.search(r"\| torch$", line))
    own = [int(line.split("|")[0].split(":")[1]) for line in lines[at + 1 :]]  # microseconds of each module itself
    assert sum(own) < 200_000, f"{sum(own) / 1e6:.2f} s"


def test_does_importing_the_course_load_no_plotting_and_no_tables():
    code = "import sys, torch; from course import cases, check, graph, plot; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_do_conda_and_make_install_the_same():
    makefile = (ROOT / "Makefile").read_text()
    install = re.search(r"uv pip install (.*)", makefile)[1].replace("$(CONSTRAINTS)", ".ci/constraints.txt")
    conda = re.findall(r"^ {6}- (--.*)$", (ROOT / "environment.yml").read_text(), re.MULTILINE)
    assert " ".join(conda) == install.replace("'", "")


def test_can_condas_pip_section_be_installed(tmp_path):
    """Its lines are a requirements file; resolving it against this environment leaves nothing to do."""
    lines = re.findall(r"^ {6}- (--.*)$", (ROOT / "environment.yml").read_text(), re.MULTILINE)
    assert len(lines) == 2
    command = ["uv", "pip", "install", "--dry-run", "--python", sys.executable, *" ".join(lines).split()]
    uv = Path(sys.executable).parent / "uv"
    done = subprocess.run([str(uv), *command[1:]], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    changes = [line for line in done.stderr.splitlines() if re.match(r" [+-] ", line)]
    assert all("neural-network-foundations" in line for line in changes), done.stderr


def test_are_the_constraints_exact_and_do_they_cover_what_is_declared():
    lines = [line for line in (ROOT / ".ci" / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in lines)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    project = (ROOT / "pyproject.toml").read_text().partition("[tool.")[0]
    declared = re.findall(r'^  "([A-Za-z0-9_-]+)', project, re.MULTILINE)
    assert len(declared) > 20
    assert {name.lower() for name in declared} - {"tomli"} <= pinned


@pytest.mark.parametrize(
    ("has", "constraints", "told"),
    [
        (
            "3.9.2",
            ".ci/constraints.txt",
            ["need Python 3.11.5 or later; this is 3.9.2", "PYTHON=", "CONSTRAINTS=/dev/null"],
        ),
        ("3.11.2", ".ci/constraints.txt", ["need Python 3.11.5 or later; this is 3.11.2", "CONSTRAINTS=/dev/null"]),
        (
            "3.9.2",
            "/dev/null",
            ["The course needs Python 3.10 or later; this is 3.9.2. Name a later one: make PYTHON="],
        ),
        ("3.11.2", "/dev/null", ["venv"]),
        ("3.11.5", ".ci/constraints.txt", ["venv"]),
    ],
)
def test_is_an_old_python_told_the_way_out(tmp_path, has, constraints, told):
    """A Python that says it is another version; where that is good enough, make goes on to the virtual environment."""
    for name in ("Makefile", "pyproject.toml", ".ci/constraints.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    old = tmp_path / "python"
    pretend = f"import sys; sys.version = '{has} (old)'; sys.version_info = tuple(map(int, '{has}'.split('.')))"
    old.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] || {{ echo "asked for $2" >&2; exit 1; }}\n'
        f'exec {sys.executable} -c "{pretend}; exec(sys.argv[1])" "$2"\n'
    )
    old.chmod(0o755)
    command = ["make", "--no-print-directory", "setup", f"PYTHON={old}", f"CONSTRAINTS={constraints}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2 and all(words in done.stderr for words in told), done.stderr
    assert not (tmp_path / ".venv").exists()


def test_does_make_help_name_every_target():
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    targets = set(re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split())
    assert {line.split()[1] for line in done.stdout.splitlines()} == targets


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["release", "week99"], ["unknown week 'week99'", "The weeks are:"]),
        (["grade", "week99"], ["unknown week 'week99'", "The weeks are:"]),
        (["sample", "week99"], ["unknown week 'week99'"]),
        (["frobnicate"], ["invalid choice"]),
    ],
)
def test_is_bad_usage_answered_with_the_ways_there_are(arguments, words):
    done = subprocess.run([sys.executable, "-m", "course.cli", *arguments], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr


def test_does_the_command_outside_a_course_say_where_to_go(tmp_path):
    done = subprocess.run([sys.executable, "-m", "course.cli", "build"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert "Go to the course's folder" in done.stderr
