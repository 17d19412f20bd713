"""Slices: every right answer is found with what it needs, and the slice does what the notebook did."""

import ast
import inspect
from pathlib import Path

import pytest
from home import ROOT
from slice_process import SliceProcess

from course.authoring.text.parse import read
from course.grading.analysis import slices
from course.grading.analysis.slices import MAX_TEXT, Reading
from course.syntax import scopes
from course.syntax.python_cells import python_of

TEXTS = sorted(p for p in (ROOT / "source").glob("*/*.py"))
KEYS = ("by_hand", "forbid", "mutates", "shares")


def slice_of(cells, name, given=(), **more):
    """The slice in a notebook that nothing has been read of before."""
    return Reading().slice_of(cells, name, given, **more)


def strict_questions(check):
    """The names that a check asks strictly."""
    calls = [node for node in ast.walk(ast.parse(check.source)) if isinstance(node, ast.Call)]
    asked = [call for call in calls if any(key.arg in KEYS for key in call.keywords)]
    return list(dict.fromkeys(ast.unparse(call.args[0]) for call in asked))


def cells_with(source, exercise, answer):
    """The released code cells before an exercise's check, its answer among them, and which are given; no checks."""
    cells, given = [], []
    for cell in source.cells:
        if cell is exercise.check:
            return cells, given
        if cell.kind == "code" and cell.released and cell.role != "check":
            cells.append(answer.source if cell is exercise.solution else cell.source)
            given.append(cell.role == "given")
    raise AssertionError(exercise.name)


def run(found):
    """The names after a slice has run as it does in a process of its own."""
    process = SliceProcess()
    process.slice([(each.given, each.source) for each in found.statements])
    return process.inner.names


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_is_every_right_answer_found_with_its_own_lines(path):
    source = read(path)
    for exercise in source.exercises.values():
        names = strict_questions(exercise.check)
        for answer in (exercise.solution, *exercise.rights) if names else ():
            cells, given = cells_with(source, exercise, answer)
            for name in names:
                found, label = slice_of(cells, name, given), f"{exercise.name}: {answer.title or 'solution'}"
                assert found.missing == "", label
                text = "\n".join(each.source for each in found.statements)
                code = [line for line in answer.source.splitlines() if not line.strip().startswith("#")]
                assert all(line in text for line in code) or f" {name}" not in answer.source, label
                for each in found.statements:
                    (first, *_) = [line for line in each.source.splitlines() if line.strip()]
                    assert " ".join(first.split()).startswith(each.text.removesuffix("...")), label
                    assert len(each.text) <= MAX_TEXT and each.given == given[each.cell]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_does_reading_on_find_what_reading_anew_finds(path):
    source, notebook, earlier = read(path), Reading(), []
    deep = f"deep = {'-' * 5000}1"
    for exercise in source.exercises.values():
        for name in strict_questions(exercise.check):
            cells, given = cells_with(source, exercise, exercise.solution)
            for those in (cells, cells, earlier, [*cells, deep], cells):  # further, again, back, refused, and on
                kinds = [*given, False][: len(those)]
                found = notebook.slice_of(those, name, kinds)
                assert found == slice_of(those, name, kinds), (exercise.name, name)
                assert not found.missing or those is not cells
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
                function = run(slice_of(*cells_with(source, exercise, answer)[:1], name))[name]
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


CELLS = [
    "import torch, sys  # both",
    "k = 1\nprint('heavy')\nunused = 5",
    "# a comment\nk = 2; m = k\n\ndef helper(Z):  # theirs\n    return k * Z\n",
    "%%time\n\nclass Scale:\n    def go(self, Z):\n        return helper(Z) + late\n",
    "%%bash\nls",
    "this does not parse (",
    "other = 1\nother += 1",
    "def f(Z):\n    return Scale().go(torch.relu(Z))\n\nf(3)",
    "late = 7\nk += 1",
]
"""What a small notebook has above a question about ``f``."""


def kept(found):
    return [(each.cell, each.source.strip()) for each in found.statements]


def test_is_a_cell_of_the_students_kept_whole_and_a_given_one_in_part():
    found = slice_of(CELLS, "f", [number == 1 or number == 2 for number in range(len(CELLS))])
    assert kept(found) == [
        (0, "import torch, sys  # both"),
        (1, "k = 1"),
        (2, "k = 2"),
        (2, "def helper(Z):  # theirs\n    return k * Z"),
        (3, "class Scale:\n    def go(self, Z):\n        return helper(Z) + late"),
        (7, "def f(Z):\n    return Scale().go(torch.relu(Z))"),
        (7, "f(3)"),
        (8, "late = 7"),
        (8, "k += 1"),
    ]
    assert [each.given for each in found.statements] == [each.cell in (1, 2) for each in found.statements]
    own = kept(slice_of(CELLS, "f"))
    assert (1, "print('heavy')") in own and (2, "m = k") in own and (6, "other = 1") not in own


def test_is_all_that_is_python_kept_of_the_whole_notebook():
    found = slice_of(CELLS, "f", whole=True)
    assert {each.cell for each in found.statements} == {0, 1, 2, 3, 6, 7, 8}
    assert (6, "other += 1") in kept(found)


def test_does_every_line_of_a_slice_stand_where_it_stood_in_its_cell():
    for each in slice_of(CELLS, "f", whole=True).statements:
        lines, cell = each.source.splitlines(), python_of(CELLS[each.cell]).splitlines()
        first = next(number for number, line in enumerate(lines) if line)
        assert lines[first] in cell[first] and each.text == " ".join(cell[first].split())


def test_is_a_long_line_shortened_for_a_sentence():
    (one,) = slice_of([f"f = [{'1, ' * 99}]"], "f").statements
    assert len(one.text) == MAX_TEXT and one.text.endswith("...")


SPELT = {
    "everything of a module": "from math import *\ndef f(x):\n    return sqrt(x * x)",
    "magics": "%matplotlib inline\n!ls\nx = !ls\n%time k = 3\ndef f(x):\n    return x",
    "an alias": "import math\nm = math\nsame = m.sqrt\ndef f(x):\n    return same(x) ** 2",
    "a lambda with a default": "f = lambda x, one=1: one * x",
    "a closure": "def make(k):\n    def inner(x):\n        return k * x\n    return inner\nf = make(1)",
    "a decorator": "import functools\n@functools.cache\ndef f(x):\n    return x",
    "a builtin's name": "def compile(x):\n    return x\ndef f(x):\n    return compile(x)",
    "unpacked": "f, g = (lambda x: x), (lambda x: -x)",
    "in a branch": "if True:\n    def f(x):\n        return x\nelse:\n    f = None",
    "in a try": "try:\n    from nowhere import f\nexcept ImportError:\n    def f(x):\n        return x",
    "global": "count = 0\ndef f(x):\n    global count\n    count += 1\n    return (n := x)",
    "a table filled in a loop": (
        "rules = {}\nfor k in 'ab':\n    rules[k] = lambda x: x\ndef f(x):\n    return rules['b'](x)"
    ),
    "a table that a function fills": (
        "rules = {}\ndef register(name, rule):\n    rules[name] = rule\nregister('f', lambda x: x)\n"
        "def f(x):\n    return rules['f'](x)"
    ),
    "text": "scope = {}\nexec('def own(x): return x', scope)\ndef f(x):\n    return scope['own'](x)",
    "two in a line": "a = 'é'; one = 1; b = 2\ndef f(x): return one * x  # one",
    "a dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    W: float = 1.0\ndef f(x):\n    return C().W * x"
    ),
}


@pytest.mark.parametrize("name", SPELT)
@pytest.mark.parametrize("whole", [False, True])
def test_does_a_slice_run_however_an_answer_is_spelt(name, whole):
    found = slice_of([SPELT[name]], "f", whole=whole)
    assert found.missing == "" and run(found)["f"](4.0) == 4.0


def test_is_a_missing_answer_asked_for():
    said = slice_of(["f(3)", "class f(", "%%bash\nf=1"], "f").missing
    assert said == "No cell before this question defines `f`. Write it as a plain `def f(...)` in its cell."


def test_is_code_that_is_too_deep_said_or_left_out_as_python_leaves_it_out():
    deep = f"f = {'-' * 5000}1"
    said = slice_of(["f = 1", deep], "f")
    assert said.missing == "Your code is nested too deeply to be read. Split it into shorter steps." or kept(said) == [
        (0, "f = 1")
    ]


def test_do_line_numbers_stand():
    assert python_of("\n\n%%time\nx = 1").split("\n").index("x = 1") == 3
    assert python_of("%%javascript\nx = 1") is None


def test_does_the_reading_import_no_torch():
    read_ = [*Path(slices.__file__).parent.glob("*.py"), *Path(scopes.__file__).parent.glob("*.py")]
    assert {path.stem for path in read_} >= {"slices", "integrity", "scopes", "python_cells"}
    for path in read_:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        assert "torch" not in {part for node in imports for part in ast.unparse(node).replace(".", " ").split()}
