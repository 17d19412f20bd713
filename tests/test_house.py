"""The house's rules: tests mirror the tree and are questions, docstrings say something, arrows point one way."""

import ast
import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from home import ROOT

MODULES = sorted((ROOT / "course").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
BESIDE = {"browser", "docs", "faults", "hostile", "source"}
"""Folders of tests that are about something else than a folder of the package."""
QUESTION = re.compile(
    r"test_(am|are|be|can|could|did|do|does|had|has|have|how|in_which|is|may|must|of_what|should|was|were|what|when|"
    r"where|which|who|whose|why|will|with_what|would)_"
)


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def test_do_the_tests_mirror_the_tree():
    folders = {path.parent.relative_to(ROOT / "tests") for path in TESTS}
    for folder in folders - {Path()}:
        assert folder.parts[0] in BESIDE or (ROOT / "course" / folder / "__init__.py").exists(), folder


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_is_every_test_a_question(path):
    names = [node.name for node in functions(path) if node.name.startswith("test_") and node.name != "test_cell"]
    decorated = [name for name in names if not QUESTION.match(name)]
    assert not decorated, "a test's name asks what it finds out: test_is_..., test_does_..., test_can_..."


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_does_every_docstring_say_something(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            doc = ast.get_docstring(node)
            assert doc is None or len(doc.split()) > 3 or len(doc) > 20, (getattr(node, "name", "the module"), doc)
    assert ast.get_docstring(tree) or path.name == "__main__.py"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_does_a_function_with_many_parameters_say_what_each_is(path):
    for node in functions(path):
        every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        names = [each.arg for each in every if each.arg not in ("self", "cls")]
        if len(names) > 5:
            doc = ast.get_docstring(node) or ""
            silent = [name for name in names if not re.search(rf"`{name}`", doc)]
            assert not silent, f"{node.name}: its docstring does not say what these are"


def test_has_no_module_grown_too_long():
    long = {name_of(path): n for path in MODULES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 320}
    assert not long


UPWARDS = {
    "a floor knows the one above": ("course/runtime/shell.py", "from course import check"),
    "grading knows authoring": ("course/grading/gradebook/late.py", "from course.authoring.text import parse"),
    "authoring knows grading": ("course/authoring/text/names.py", "from course.grading.gradebook import late"),
    "what runs beyond the wall knows the grader": (
        "course/grading/sandbox/inside/processes.py",
        "from course.grading.sandbox import limits",
    ),
}


@pytest.mark.parametrize("wrong", [None, *UPWARDS])
def test_does_the_linter_see_an_arrow_that_points_upwards(wrong, tmp_path):
    shutil.copytree(ROOT / "course", tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    if wrong:
        path, line = UPWARDS[wrong]
        with (tmp_path / path).open("a", encoding="utf-8") as file:
            file.write(f"\n\ndef _upwards():\n    {line}\n")
    code = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode != 0) == bool(wrong), done.stdout


FORMER = {
    "course.grading.reading": "SubmissionExporter",
    "course.grading.repair": "Repair",
    "course.grading.execute": "Execute",
    "course.grading.late": "LatePenalty",
    "course.grading.feedback": "Marks HideTests",
    "course.grading.exports": "CanvasExporter MoodleExporter TidyExporter",
    "course.grading.pages": "FeedbackExporter",
    "course.authoring.stubs": "CourseStubs",
}


@pytest.mark.parametrize("module", FORMER)
def test_do_the_former_releases_names_still_work_and_say_the_new_one(module):
    for name in FORMER[module].split():
        new = f"course.grading.nbgrader.{name}"
        with pytest.warns(FutureWarning, match=rf"{re.escape(module)}.{name} is called {re.escape(new)} now"):
            former = getattr(importlib.import_module(module), name)
        assert former is getattr(importlib.import_module("course.grading.nbgrader"), name)
        with pytest.raises(AttributeError):
            assert importlib.import_module(module).Nothing


def test_does_the_former_configuration_still_make_nbgraders_objects():
    """The strings of the former nbgrader_config.py, resolved as traitlets resolves them."""
    from traitlets.utils.importstring import import_item

    with pytest.warns(FutureWarning):
        assert import_item("course.grading.exports.CanvasExporter").__name__ == "CanvasExporter"
    with pytest.warns(FutureWarning):
        assert import_item("course.authoring.roundtrip.post_save").__name__ == "post_save"


def test_do_the_configuration_and_the_guides_name_one_door():
    """Every dotted path to a class of the course's leads through course.grading.nbgrader."""
    pages = [ROOT / "nbgrader_config.py", ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    for page in [page for page in pages if page.name != "changelog.md"]:  # which names what was
        for path in re.findall(r"\bcourse(?:\.\w+)+", page.read_text(encoding="utf-8")):
            parts = path.split(".")
            if parts[1] in ("grading", "authoring", "sample", "commands") and parts[-1][0].isupper():
                assert path.startswith("course.grading.nbgrader."), f"{name_of(page)}: {path}"
