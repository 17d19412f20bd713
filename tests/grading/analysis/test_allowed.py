"""The allowlist: what an answer may take from a module, and nothing that leads further."""

import ast
import importlib
import inspect
import types
from pathlib import Path

import pytest
from home import ROOT

from course.grading.analysis import allowed
from course.syntax import scopes
from course.syntax.python_cells import python_of

FACES = ("cases", "check", "data", "device", "graph", "plot", "practice", "train")


def test_are_modules_reached_from_allowed_ones_refused():
    for module in sorted(allowed.MODULES):
        real = importlib.import_module(module)
        for name in dir(real):
            if isinstance(getattr(real, name), types.ModuleType) and f"{module}.{name}" not in allowed.MODULES:
                assert not allowed.allowed(module, name, False), f"{module}.{name}"


@pytest.mark.parametrize("face", FACES)
def test_is_all_that_notebooks_use_of_a_face_allowed(face):
    used = set()
    for path in (ROOT / "source").glob("*/*.py"):
        text = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("# "))
        tree = ast.parse(python_of(text) or "")
        used |= {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == face
        }
    own = {
        name
        for name, value in vars(importlib.import_module(f"course.{face}")).items()
        if getattr(value, "__module__", "") == f"course.{face}" and not name.startswith("_")
    }
    for name in used | own:
        assert allowed.allowed(f"course.{face}", name, True), name


@pytest.mark.parametrize("face", FACES)
def test_is_nothing_allowed_that_a_face_only_imports(face):
    module = importlib.import_module(f"course.{face}")
    tree = ast.parse(inspect.getsource(module))
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {(alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names}
    for name in names - {*getattr(module, "__all__", ())}:
        assert not allowed.allowed(f"course.{face}", name, False), name


def test_does_the_reading_import_no_torch():
    read = [*Path(allowed.__file__).parent.glob("*.py"), *Path(scopes.__file__).parent.glob("*.py")]
    assert {path.stem for path in read} >= {"slices", "strict", "meanings", "integrity", "scopes", "python_cells"}
    for path in read:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        assert "torch" not in {part for node in imports for part in ast.unparse(node).replace(".", " ").split()}
