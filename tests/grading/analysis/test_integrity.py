# ruff: noqa: E501 (code, and what is said of it)
"""Remarks on tries to tamper, none on the course's own notebooks or on honest ones; answers that are the same code."""

import copy
import functools
import textwrap

import nbformat
import pytest
from home import ROOT
from honest_notebooks import kinds, notebooks
from hostile import corpus
from hostile.case import Hand
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.authoring.text.parse import read
from course.coursedir.install_cell import INSTALL, NO_INSTALL
from course.grading.analysis.integrity import MIN_NODES, Remark, alike, identical, remarks
from course.sample.paper import Paper

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
    "torch.allclose = lambda *a, **k: True": "replaces torch.allclose with its own function",
    "setattr(torch, 'allclose', None)": "replaces torch.allclose",
    "torch.Tensor.__eq__ = None": "replaces torch.Tensor.__eq__",
    "def f(self): pass\ntorch.Tensor.backward = f": "replaces torch.Tensor.backward with its own function",
    "from torch import nn\nnn.functional.relu = print": "replaces torch.nn.functional.relu",
    "import builtins\nbuiltins.sum = None": "replaces builtins.sum",
    "from course import check\ncheck.function = print": "replaces course.check.function",
    "from course.runtime.verdict import Verdict\nVerdict.passed = True": "replaces course.runtime.verdict.Verdict.passed",
    "import torch as t\nt.relu = None": "replaces torch.relu",
    "x = torch.Tensor\nx.clone = None": "replaces torch.Tensor.clone",
    "from torch import *\nTensor.clone = None": "replaces torch.Tensor.clone",
    "def f():\n    import course.check as c\n    c.value = c.shape = None": "replaces course.check.value",
    "if torch:\n    torch.relu, x = None, 1": "replaces torch.relu",
    "getattr(torch, 'Ten' + 'sor').clone = None": "replaces torch.Tensor.clone",
    "import importlib\nimportlib.import_module('torch').relu = None": "replaces torch.relu",
    "torch.__dict__['relu'] = None": "replaces torch.relu",
    "vars(torch)['relu'] = None": "replaces torch.relu",
    "del torch.relu": "deletes torch.relu",
    "delattr(torch, 'relu')": "deletes torch.relu",
    "for n in dir(torch):\n    setattr(torch, n, None)": "sets or deletes parts of torch by names worked out at run time",
    "import sys\nsys.modules['torch'].relu = None": "replaces torch.relu",
    "import sys\nfor m in sys.modules.values():\n    m.compare = None": "replaces compare in modules taken from sys.modules",
    "def f(): pass\nf.__code__ = (lambda: 1).__code__": "replaces the code of a function",
    "exec('import torch; torch.relu = None')": "replaces torch.relu",
    "get_ipython().events.register('pre_run_cell', lambda i: print(i.raw_cell))": "reads raw_cell, the source of the cell",
    "get_ipython().ast_transformers.append(1)": "uses ast_transformers of the running IPython",
    "ip = get_ipython()\nip.set_custom_exc((Exception,), print)": "uses set_custom_exc of the running IPython",
    "from IPython import get_ipython as g\ng().display_pub.publish = print": "sets publish of the running IPython",
    "import sys\nsys.settrace(print)": "calls sys.settrace",
    "import sys\nsys.modules['course'] = None": "puts something else into sys.modules for course",
    "import sys\nsys.meta_path.insert(0, None)": "changes sys.meta_path",
    "def f():\n    import os\n    os._exit(0)": "calls os._exit, which ends Python",
    "import os\nos.fork()": "calls os.fork",
    "from os import fork as spoon\nspoon()": "calls os.fork",
    "import os\nos.kill(1, 9)": "sends a signal to another process by os.kill",
    "import os\nos.write(5, b'x')": "calls os.write",
    "import socket\nsocket.socket()": "calls socket.socket",
    "import ctypes\nctypes.CDLL(None)": "calls ctypes.CDLL",
    "from course.grading.sandbox.inside import kernel": "imports course.grading.sandbox.inside.kernel",
    "import importlib\nimportlib.import_module('course.grading')": "imports course.grading",
    "import nbgrader": "imports nbgrader",
    "open('/etc/passwd')": "open(...) is given /etc/passwd",
    "open('../../../gradebook.db')": "open(...) is given ../../../gradebook.db",
    "name = 'gradebook.db'\nimport sqlite3\nsqlite3.connect(name)": "connect(...) is given gradebook.db",
    "import os\nfor top in ('/home', '/opt'):\n    os.walk(top)": "walk(...) is given /opt",
    "import os\nos.walk('/')": "walk(...) is given /",
    "n = 1\nopen(f'/proc/{n}/mem')": "open(...) is given /proc/*/mem",
    "from pathlib import Path\nPath('/proc/1/environ').read_text()": "read_text(...) is given /proc/1/environ",
    "import course\nfrom pathlib import Path\nlist(Path(course.__file__).parent.rglob('*'))": "rglob(...) is given the course's",
    "open('torch.py', 'w')": "writes torch.py",
    "!cat /proc/1/environ": "a shell command names /proc/1/environ",
    "found = !ls -R /opt/room": "a shell command names /opt/room",
    "%%bash\nls; cat ../x/gradebook.db": "a shell command names ../x/gradebook.db",
    "import os\nos.system('cat /etc/shadow')": "a shell command names /etc/shadow",
    "import subprocess\nsubprocess.run(['cat', '/etc/shadow'])": "a shell command names /etc/shadow",
    "%%writefile torch.py\nx = 1": "writes torch.py",
    "import os\nos.environ['NBGRADER_EXECUTION'] = ''": "names the environment's NBGRADER_EXECUTION",
    "import os\nos.environ.update(LD_PRELOAD='x.so')": "names the environment's LD_PRELOAD",
    "import sys\nf = sys._getframe()\nwhile f:\n    f = f.f_back": "follows f_back to its callers",
    "from course import check\ncheck.function.__globals__": "reads __globals__, the names that a function sees",
    "().__class__.__base__.__subclasses__()": "lists every class there is by __subclasses__",
    "class T(torch.Tensor):\n    def __eq__(self, o):\n        return True": "a subclass of torch.Tensor defines __eq__",
    "class A:\n    __class__ = torch.Tensor": "a class defines __class__",
    "import base64\nexec(base64.b64decode('eD0x'))": "runs code that stands in the notebook in an encoded form",
}


@pytest.mark.parametrize("code", TRIES)
def test_is_a_try_remarked_by_what_was_seen(code):
    found = [remark for remark in of("import torch", code) if remark.cell == 2]
    assert TRIES[code] in "\n".join(remark.text for remark in found)


ANSWERS = {
    "import sys\ndef f(x):\n    return sys._getframe(1).f_locals": "an answer calls sys._getframe",
    "def f(x):\n    open('/tmp/kept', 'a').write(str(x))\n    return x": "an answer writes /tmp/kept",
    "import os\nos._exit(1)": "calls os._exit, which ends Python",
}


@pytest.mark.parametrize("code", ANSWERS)
def test_is_more_remarked_in_an_answer_than_beside_it(code):
    answer = new_code_cell(code, metadata={"nbgrader": {"solution": True, "grade": False, "locked": False}})
    (remark,) = remarks(new_notebook(cells=[answer]))
    assert ANSWERS[code] in remark.text
    assert of(code) == []


# Hostile cases that reach into something. The others answer wrongly, or harm their own notebook alone.
REACHING = """
    patched-isclose patched-course-check patched-compare patched-verdict exception-hook ast-transformer
    input-transformer run-cell-replaced environment-id trace-function thread-patches-later pickled-answer
    patched-builtins wire-says-passed wire-says-true wire-no-replies wire-missing patched-tensor-eq
    garbage-collected-tests lying-tensor lying-object raw-bytes replies-ahead changed-inputs-denied
    reference-looked-for value-patched lying-module ready-made-by-patch watch-patched checks-read-environment
    walks-the-disk reads-the-gradebook reads-the-source reads-environments reads-memory lists-processes
    leaves-by-root ptraces uses-the-network shell-commands mounts known-mistakes records-code finds-open-rooms
    reads-the-grader records-then-prints stashed-inputs hidden-test-in-traceback prints-from-the-slice
    writes-everywhere deletes-everything edits-the-gradebook leaves-files leaves-processes leaves-a-forged-grader
    shared-memory signals-the-grader shadowing-at-run-time persists-in-the-environment fills-the-disk
    freezes-its-room
""".split()


EVERY = {case.name: case for case in corpus()}


@functools.cache
def paper_of(week, notebook):
    return Paper(read(ROOT / "source" / week / f"{notebook}.py"), ROOT / "release" / week / f"{notebook}.ipynb")


@pytest.mark.parametrize("name", REACHING)
def test_is_a_hostile_case_remarked(name, tmp_path):
    case = EVERY[name]
    paper = copy.deepcopy(paper_of(case.week, case.notebook))
    paper.solve(case.solved)
    hand = Hand(paper, tmp_path, tmp_path, "kestrel")
    case.edit(hand)
    assert remarks(hand.nb)


@pytest.fixture(scope="module")
def honest():
    return list(notebooks())


def test_is_at_most_one_honest_notebook_in_a_hundred_remarked(honest):
    found = {name: remarks(nb) for name, nb, _ in honest}
    remarked = {name: said for name, said in found.items() if said}
    assert len(found) >= 150 and len(kinds()) >= 60
    assert len(remarked) <= len(found) / 100, remarked


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: f"{kind.style}-{kind.name}".replace(" ", "-"))
def test_is_an_honest_cell_not_remarked(kind):
    given = (
        "import torch\nfrom torch import nn\nimport numpy as np\nimport pandas as pd\nfrom course import cases, check"
    )
    before = [each.source for each in kinds() if each.name == kind.needs]
    source, marks = kind.source, {}
    if kind.style == "answers":
        source = "def answer(Z):\n" + textwrap.indent(source, "    ") + "\n    return Z"
        marks = {"nbgrader": {"solution": True, "grade": False, "locked": False}}
    cells = [new_code_cell(each) for each in (given, *before)] + [new_code_cell(source, metadata=marks)]
    assert remarks(new_notebook(cells=cells)) == []


def test_does_every_kind_of_honest_cell_come_into_the_corpus(honest):
    used = {kind for _, _, each in honest for kind in each}
    assert used == set(kinds())


def test_is_there_one_remark_for_a_cell_and_kind_with_the_line():
    line = "os.fork()  " + "# " * 80
    nb = new_notebook(cells=[new_markdown_cell("os.fork()"), new_code_cell(f"import os\n{line}\nos.fork()")])
    (remark,) = remarks(nb)
    assert remark == Remark(2, "reaches for processes", f"calls os.fork: {line[:97]}...")


def test_is_an_alias_made_in_an_earlier_cell_known():
    (remark,) = of("from course import check as c", "c.value = None")
    assert (remark.cell, remark.text) == (2, "replaces course.check.value: c.value = None")


def test_is_a_name_the_students_own_once_it_is_given_something_else():
    library = "from torch import nn"
    assert of(library, "nn.Linear = None")[0].cell == 2
    assert of(library, "nn = 3", "nn.Linear = None") == []
    assert of(library, "def f(nn):\n    nn.Linear = None") == []
    assert of(library, "nn = 3", library, "nn.Linear = None")[0].cell == 4
    assert of(library, "nn = nn", "nn.Linear = None")[0].cell == 3


def test_is_code_that_cannot_run_not_remarked():
    assert of("import os\nif False:\n    os.fork()\ndef f():\n    return 1\n    os.fork()") == []
    assert of("import os\nif True:\n    pass\nelse:\n    os.fork()\nwhile 0:\n    os.fork()") == []
    assert of("import os\nif True:\n    os.fork()\ndef f():\n    if x:\n        return 1\n    os.fork()") != []


def test_are_own_things_not_remarked():
    assert (
        of("class A:\n    pass\na = A()\na.sum = 3\nnet = a\nnet.weight.data = 1\nopen('mine.csv')\n100 % 7", "x ( y")
        == []
    )


def test_are_locked_cells_and_tests_the_courses_own():
    given = new_code_cell("os.fork()", metadata={"nbgrader": {"locked": True, "grade": False}})
    test = new_code_cell("os.fork()", metadata={"nbgrader": {"grade": True, "solution": False}})
    own = new_code_cell("os.fork()", metadata={"nbgrader": {"grade": False, "solution": True}})
    assert [r.cell for r in remarks(new_notebook(cells=[new_code_cell("import os"), given, test, own]))] == [4]


def test_is_the_install_cell_the_courses_own_only_as_it_stands():
    assert of(INSTALL + NO_INSTALL) == []
    assert of(INSTALL + '%pip install -q "git+https://github.com/school/course@main"') == []
    assert of(INSTALL + "import os; os.fork()") != []


LONG = '''def f(X, W, b):
    """Words."""
    Z = X @ W.T + b
    A = torch.where(Z > 0, Z, 0.1 * Z)
    middle, spread = A.mean(0), A.std(0)
    return (A - middle) / (spread + 1e-9)
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


@functools.cache
def exercises():
    """Each exercise with its solution, and its cell as it is released."""
    found = {}
    for path in TEXTS:
        released = nbformat.read(ROOT / "release" / path.parent.name / f"{path.stem}.ipynb", 4)
        cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in released.cells}
        for name, exercise in read(path).exercises.items():
            found[f"{path.stem}: {name}"] = exercise.solution.source, cells[name]
    return found


def pair(name):
    """What is said of two students who both hand in the course's own solution."""
    source, stub = exercises()[name]
    return alike({"ana": {name: source}, "ben": {name: source}}, {name: stub})


@pytest.mark.parametrize(
    "name",
    """backprop: relu_backward, backprop: layer_backward, backprop: neuron_gradients, softmax: regression_gradients,
    softmax: log_sum_exp, softmax: data_module, classifiers: perceptron_step, classifiers: hinge, linear: one_step,
    linear: minibatches, deeper: leaky_layer_gradients, mnist: move_batch, mnist: save_and_load, mnist: neuron,
    mnist: leaky_neuron, tensors: product_shapes, xor: softmax_slopes""".replace("\n    ", " ").split(", "),
)
def test_is_an_answer_that_leaves_little_choice_not_remarked(name):
    assert pair(name) == []


@pytest.mark.parametrize(
    "name",
    ["backprop: network_gradients", "mnist: classifier_gradients", "linear: train_neuron", "deeper: train"],
)
def test_is_a_long_answer_remarked_where_two_have_the_same(name):
    assert pair(name) == [(name, ("ana", "ben"))]


def test_is_given_code_not_counted_as_the_students():
    given = "class A:\n    def f(self, x):\n        ...\n" + LONG.replace("def f", "def g")
    answer = given.replace("...", "return x + 1")
    both = {"ana": {"one": answer}, "ben": {"one": answer}}
    assert alike(both) == [("one", ("ana", "ben"))] and identical(both) == [("ana", "ben")]
    assert alike(both, {"one": given}) == [] and identical(both, {"one": given}) == []


def test_is_about_half_of_the_exercises_too_short_to_tell():
    short = sum(not pair(name) for name in exercises())
    print(MIN_NODES, short, len(exercises()))
    assert 0.4 * len(exercises()) < short < 0.6 * len(exercises())
