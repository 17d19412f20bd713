"""Slices: no honest answer is refused, and the slice does what the notebook did."""

import ast
import inspect
import linecache

import pytest
from home import ROOT
from sliced import slice_of

from course.authoring.text.parse import read
from course.grading.analysis.slices import Reading
from course.syntax.python_cells import python_of

TEXTS = sorted(p for p in (ROOT / "source").glob("*/*.py"))
KEYS = ("by_hand", "forbid", "mutates", "shares")


def strict_questions(check):
    """The names that a check asks strictly, and whether by hand."""
    found = {}
    for node in ast.walk(ast.parse(check.source)):
        if isinstance(node, ast.Call) and any(key.arg in KEYS for key in node.keywords):
            name = ast.unparse(node.args[0])
            found[name] = found.get(name, False) or any(key.arg == "by_hand" for key in node.keywords)
    return found


def cells_with(source, exercise, answer):
    """The released code cells before an exercise's check, its answer among them; no checks."""
    cells = []
    for cell in source.cells:
        if cell is exercise.check:
            return cells
        if cell.kind == "code" and cell.released and cell.role != "check":
            cells.append(answer.source if cell is exercise.solution else cell.source)
    raise AssertionError(exercise.name)


def run(found, name, label):
    """The slice's ``name``, run as the clean process will: one text per cell, known to inspect."""
    namespace = {"__name__": "__main__"}
    for number, text in enumerate(found.source):
        file = f"<slice {label} {number}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        exec(compile(text, file, "exec"), namespace)
    return namespace[name]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_is_no_honest_answer_refused(path):
    source = read(path)
    for exercise in source.exercises.values():
        questions = strict_questions(exercise.check)
        for answer in (exercise.solution, *exercise.rights) if questions else ():
            cells = cells_with(source, exercise, answer)
            for name, by_hand in questions.items():
                label = f"{exercise.name}: {answer.title or 'solution'}"
                found = slice_of(cells, name, derivatives=by_hand)
                assert found.refused is None, label
                assert name in found.names
                function = run(found, name, label)
                assert callable(function), label
                if not isinstance(function, type) and hasattr(function, "__code__"):
                    text = inspect.getsource(function)
                    assert text.rstrip() in "\n".join(map(str.rstrip, answer.source.splitlines())) or name not in text


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_does_reading_on_find_what_reading_anew_finds(path):
    source, notebook, earlier = read(path), Reading(), []
    deep = f"deep = {'-' * 5000}1"
    for exercise in source.exercises.values():
        for name, by_hand in strict_questions(exercise.check).items():
            cells = cells_with(source, exercise, exercise.solution)
            for given in (cells, cells, earlier, [*cells, deep], cells):  # further, again, back, refused, and on
                found = notebook.slice_of(given, name, derivatives=by_hand)
                assert found == slice_of(given, name, derivatives=by_hand), (exercise.name, name)
                assert not found.refused or given is not cells
            earlier = cells


def test_does_the_slice_give_what_the_notebook_gives():
    import torch

    for week, notebook, names in (
        ("week5", "backprop", ("relu_backward", "two_layer_gradients")),
        ("week7", "softmax", ("softmax", "log_sum_exp")),
        ("week4", "xor", ("elu", "silu_slope")),
    ):
        source = read(ROOT / "source" / week / f"{notebook}.py")
        for name in names:
            exercise = source.exercises[name]
            for answer in (exercise.solution, *exercise.rights):
                cells = cells_with(source, exercise, answer)
                function = run(slice_of(cells, name, derivatives=True), name, f"same {name}")
                own = {"torch": torch}
                for cell in source.cells:  # the notebook's other answers, and then this one
                    if cell.role == "solution" and cell is not exercise.solution and cell.line < exercise.check.line:
                        exec(cell.source, own)
                exec(answer.source, own)
                torch.manual_seed(1)
                shapes = {"two_layer_gradients": [(5, 3), (4, 3), (4,), (2, 4), (2,), (5, 2)]}
                count = len(inspect.signature(function).parameters)
                plain = {"elu": [torch.randn(4, 3).double(), 0.5]}
                given = plain.get(name) or [torch.randn(shape).double() for shape in shapes.get(name, [(4, 3)] * count)]
                ours, theirs = function(*given), own[name](*given)
                pairs = zip(ours, theirs, strict=True) if isinstance(ours, (tuple, list)) else [(ours, theirs)]
                assert all(torch.equal(a, b) for a, b in pairs), f"{name}: {answer.title}"


def test_what_is_kept():
    cells = [
        "import torch, sys  # both",
        "k = 1\nprint('heavy')\nunused = 5",
        "# a comment\nk = 2; m = k\n\ndef helper(Z):  # theirs\n    return k * Z\n",
        "%%time\n\nclass Scale:\n    def go(self, Z):\n        return helper(Z) + late\n",
        "%%bash\nls",
        "this does not parse (",
        "def f(Z):\n    return Scale().go(torch.relu(Z))\n\nf(3)",
        "late = 7\nk += 1",
    ]
    found = slice_of(cells, "f", derivatives=True)
    assert found.refused is None
    assert found.names == ("Scale", "f", "helper", "k", "late", "torch")
    assert found.source == (
        "import torch\n",
        "k = 1\n",
        "\nk = 2\n\ndef helper(Z):  # theirs\n    return k * Z\n",
        "\n\nclass Scale:\n    def go(self, Z):\n        return helper(Z) + late\n",
        "def f(Z):\n    return Scale().go(torch.relu(Z))\n",
        "late = 7\nk += 1\n",
    )


def test_is_a_missing_answer_asked_for():
    said = slice_of(["f(3)", "class f(", "%%bash\nf=1"], "f", derivatives=True).refused
    assert said == "No cell before this question defines `f`. Write it as a plain `def f(...)` in its cell."


def test_do_line_numbers_stand():
    assert python_of("\n\n%%time\nx = 1").split("\n").index("x = 1") == 3
    assert python_of("%%javascript\nx = 1") is None
