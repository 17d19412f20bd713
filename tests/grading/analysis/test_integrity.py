"""Remarks on tries to tamper, none on the course's own notebooks; and answers that are the same code."""

import nbformat
import pytest
from home import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.authoring.text.parse import read
from course.coursedir.install_cell import INSTALL, NO_INSTALL
from course.grading.analysis.integrity import MIN_NODES, Remark, alike, identical, remarks

RELEASED = sorted((ROOT / "release").glob("*/*.ipynb"))
TEXTS = sorted((ROOT / "source").glob("*/*.py"))


def of(*cells):
    return remarks(new_notebook(cells=[new_code_cell(cell) for cell in cells]))


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_is_nothing_remarked_in_a_released_notebook(path):
    assert remarks(nbformat.read(path, 4)) == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_is_nothing_remarked_in_honest_answers(path):
    for exercise in read(path).exercises.values():
        for answer in (exercise.solution, *exercise.rights):
            assert of("import torch\nfrom course import cases, check, data, plot", answer.source) == [], exercise.name


TRIES = {
    "torch.allclose = lambda *a, **k: True": "patches a library",
    "setattr(torch, 'allclose', None)": "patches a library",
    "torch.Tensor.__eq__ = None": "patches a library",
    "import builtins\nbuiltins.sum = None": "patches a library",
    "from course import check\ncheck.function = print": "patches a library",
    "import torch as t\nt.relu = None": "patches a library",
    "x = torch.Tensor\nx.clone = None": "patches a library",
    "torch.__dict__['relu'] = None": "patches a library",
    "get_ipython().events.register('post_run_cell', print)": "hooks into IPython",
    "get_ipython().ast_transformers.append(1)": "hooks into IPython",
    "ip = get_ipython()\nip.set_custom_exc((Exception,), print)": "hooks into IPython",
    "get_ipython().display_pub.publish = print": "hooks into IPython",
    "import sys\nsys.settrace(print)": "changes Python's own hooks",
    "import sys\nsys.modules['course'] = None": "changes Python's own hooks",
    "import sys\nsys.stdout = None": "changes Python's own hooks",
    "import os\nos._exit(0)": "reaches for the process",
    "import os\nos.fork()": "reaches for the process",
    "from os import system": "reaches for the process",
    "import sys\nsys.exit()": "ends the process",
    "quit()": "ends the process",
    "import subprocess": "starts a process",
    "import socket": "uses the network",
    "from urllib.request import urlopen": "uses the network",
    "import ctypes": "reaches below Python",
    "import threading\nthreading.Thread(target=print).start()": "runs beside the notebook",
    "open('/etc/passwd')": "looks outside its folder",
    "open('../gradebook.db')": "looks outside its folder",
    "open('~/x')": "looks outside its folder",
    "x = '/proc/self/environ'": "looks outside its folder",
    "from pathlib import Path\nPath.home()": "looks outside its folder",
    "import gc\ngc.get_objects()": "looks into the running program",
    "import inspect\ninspect.stack()": "looks into the running program",
    "f.__globals__": "looks into the running program",
    "class T(torch.Tensor):\n    def __eq__(self, o):\n        return True": "a tensor that answers for itself",
    "import atexit": "acts when the process ends",
    "import signal": "acts when the process ends",
    "exec('1')": "runs code made from text",
    "x = eval('1')": "runs code made from text",
    "!pip install x": "installs packages",
    "%pip install x": "installs packages",
    "!ls": "runs a shell command",
    "files = !ls": "runs a shell command",
    "%%bash\nls": "runs a shell command",
    "%%writefile torch.py\nx = 1": "reads or writes files",
}


@pytest.mark.parametrize("code", TRIES)
def test_are_tries_remarked(code):
    assert TRIES[code] in {remark.kind for remark in of(code)}


def test_is_there_one_remark_for_a_cell_and_kind_with_the_line():
    nb = new_notebook(
        cells=[new_markdown_cell("exec('1')"), new_code_cell("x = 1\nexec('1')  " + "# " * 80 + "\nexec('2')")]
    )
    (remark,) = remarks(nb)
    assert remark == Remark(2, "runs code made from text", remark.text)
    assert remark.text.startswith("exec('1')") and len(remark.text) == 100


def test_is_an_alias_made_in_an_earlier_cell_known():
    assert [(r.cell, r.kind) for r in of("from course import check as c", "c.value = None")] == [
        (2, "patches a library")
    ]


def test_are_own_things_not_remarked():
    assert (
        of("class A:\n    pass\na = A()\na.sum = 3\nnet = a\nnet.weight.data = 1\nopen('mine.csv')\n100 % 7", "x ( y")
        == []
    )


def test_are_locked_cells_and_tests_the_courses_own():
    given = new_code_cell("exec('1')", metadata={"nbgrader": {"locked": True, "grade": False}})
    test = new_code_cell("exec('1')", metadata={"nbgrader": {"grade": True, "solution": False}})
    own = new_code_cell("exec('1')", metadata={"nbgrader": {"grade": False, "solution": True}})
    assert [r.cell for r in remarks(new_notebook(cells=[given, test, own]))] == [3]


def test_is_the_install_cell_the_courses_own_only_as_it_stands():
    assert of(INSTALL + NO_INSTALL) == []
    assert of(INSTALL + '%pip install -q "git+https://github.com/school/course@main"') == []
    assert of(INSTALL + NO_INSTALL.replace("wheels[-1]", "'torch'"))[0].kind == "installs packages"


LONG = '''def f(X, W, b):
    """Words."""
    Z = X @ W.T + b
    A = torch.where(Z > 0, Z, 0.1 * Z)
    return (A - A.mean(0)) / A.std(0)
'''
SAME = LONG.replace("Words", "Other words").replace("    Z = ", "    # a comment\n\n    Z =  ")
OTHER = LONG.replace("A", "B")
SHORT = "def f(Z):\n    return Z.clamp(min=0)"
STUB = 'def f(Z):\n    """Words."""\n    # YOUR CODE HERE\n    raise NotImplementedError("f")'


def test_are_alike_answers_grouped():
    answers = {
        "ana": {"one": LONG, "two": SHORT, "three": STUB},
        "ben": {"one": SAME, "two": SHORT, "three": STUB},
        "eva": {"one": OTHER, "two": SHORT, "three": "x = ...  # YOUR CODE HERE"},
        "tom": {"one": "def f( broken", "two": SHORT},
    }
    assert alike(answers) == [("one", ("ana", "ben"))]
    assert identical(answers) == [("ana", "ben")]
    assert alike({}) == identical({}) == []


def test_are_only_whole_notebooks_identical():
    answers = {"ana": {"one": LONG, "two": SHORT}, "ben": {"one": SAME, "two": SHORT + " + 0"}}
    assert alike(answers) == [("one", ("ana", "ben"))]
    assert identical(answers) == []
    blank = {"one": STUB}
    assert identical({"ana": blank, "ben": blank}) == []


def test_are_about_a_third_of_the_exercises_too_short_to_tell():
    short = total = 0
    for path in TEXTS:
        for exercise in read(path).exercises.values():
            source = exercise.solution.source
            total += 1
            short += alike({"ana": {"it": source}, "ben": {"it": source}}) == []
    print(MIN_NODES, short, total)
    assert 0.15 * total < short < 0.45 * total
