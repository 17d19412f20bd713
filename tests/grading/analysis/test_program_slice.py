"""Does a slice hold what its answer needs of the notebook, and little else?"""

import ast
import codeop
import contextlib
import copy
import io
import linecache
import math
import time
import types

import pytest
import torch
from home import ROOT

from course import cases as drawn
from course import data, practice
from course.authoring.proof.rehearse import UNDEFINED, compiled, stages
from course.authoring.text.parse import read
from course.grading.analysis.program_slice import Reading
from course.syntax.scopes import Scopes

TEXTS = sorted((ROOT / "source").glob("*/*.py"))
OWN = {"torch": torch, "math": math, "cases": drawn, "data": data, "practice": practice}
KEYS = ("by_hand", "forbid", "mutates", "shares")


def slice_of(cells, name, given=()):
    return Reading().slice_of(cells, name, given)


def texts_of(found):
    return [statement.text for statement in found.statements]


def run(found, label="slice"):
    """The names after the slice's statements have run in a new module, of each cell those before one that raises."""
    module, compiled, stopped = types.ModuleType("__main__"), codeop.Compile(), set()
    for number, statement in enumerate(found.statements):
        if statement.cell in stopped:
            continue
        file = f"<{label} {number}>"
        linecache.cache[file] = (len(statement.source), None, statement.source.splitlines(keepends=True), file)
        try:
            exec(compiled(statement.source, file, "exec"), module.__dict__)
        except Exception:
            stopped.add(statement.cell)
    return module.__dict__


def in_notebook(cells):
    """The names after the whole notebook has run, its prints unseen."""
    names, compiled = {"__name__": "__main__"}, codeop.Compile()
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells:
            with contextlib.suppress(Exception):
                exec(compiled(cell, "<cell>", "exec"), names)
    return names


# Cells, apart by a line `# %%`, in which `f(2.0)` is asked; and words that the slice has nothing of.
KEPT = {
    "a dictionary that is filled by update": (
        "RULES = {}\nRULES.update(square=lambda x: x * x)\n# %%\ndef f(x):\n    return RULES['square'](x)",
        "",
    ),
    "a list that grows in a loop": (
        "powers = []\nfor k in range(4):\n    powers.append(lambda x, k=k: x**k)\ndef f(x):\n    return powers[3](x)",
        "",
    ),
    "a list that grows under with, if and try": (
        "import contextlib\nX = [1]\nwith contextlib.suppress(ValueError):\n    X.append(2)\nif X:\n    X.append(3)\n"
        "try:\n    X.append(4)\nfinally:\n    pass\ndef f(x):\n    return sum(X) * x",
        "",
    ),
    "a function that registers": (
        "RULES = {}\ndef register(name, rule):\n    RULES[name] = rule\nregister('tanh', lambda x: 3 * x)\n"
        "def f(x):\n    return RULES['tanh'](x)",
        "",
    ),
    "a function that registers by another": (
        "RULES = {}\ndef put(table, name, rule):\n    table[name] = rule\ndef register(name, rule):\n"
        "    put(RULES, name, rule)\nregister('tanh', lambda x: 3 * x)\ndef f(x):\n    return RULES['tanh'](x)",
        "",
    ),
    "a decorator that registers": (
        "RULES = {}\ndef rule(name):\n    def keep(function):\n        RULES[name] = function\n"
        "        return function\n    return keep\n@rule('tanh')\ndef tanh_rule(x):\n    return 3 * x\n"
        "def f(x):\n    return RULES['tanh'](x)",
        "",
    ),
    "a plain decorator that registers": (
        "RULES = []\ndef rule(function):\n    RULES.append(function)\n    return function\n"
        "@rule\ndef triple(x):\n    return 3 * x\ndef f(x):\n    return RULES[0](x)",
        "",
    ),
    "classes that register themselves": (
        "class Rule:\n    known = {}\n    def __init_subclass__(cls):\n        cls.known[cls.__name__] = cls()\n"
        "class Triple(Rule):\n    def __call__(self, x):\n        return 3 * x\n"
        "def f(x):\n    return Rule.known['Triple'](x)",
        "",
    ),
    "a weight that is filled": (
        "import torch\nweight = torch.zeros(2)\nweight.fill_(3.0)\ndef f(x):\n    return weight * x",
        "",
    ),
    "a layer's weight that is filled": (
        "import torch\nlayer = torch.nn.Linear(1, 1)\nwith torch.no_grad():\n    layer.weight.fill_(2.0)\n"
        "    layer.bias.zero_()\ndef f(x):\n    return layer.weight.detach() * x",
        "",
    ),
    "an initialisation by a function of torch's": (
        "import torch\nW = torch.zeros(2)\ntorch.nn.init.ones_(W)\ndef f(x):\n    return W * x",
        "",
    ),
    "a result written to out": (
        "import torch\nW = torch.zeros(2)\ntorch.add(torch.ones(2), 1, out=W)\ndef f(x):\n    return W * x",
        "",
    ),
    "an item that is set": ("X = [0, 0]\nX[1] = 5\ndef f(x):\n    return X[1] * x", ""),
    "an attribute that is set": (
        "class Box:\n    pass\nbox = Box()\nbox.a = 4\ndef f(x):\n    return box.a * x",
        "",
    ),
    "an attribute that a function is given": ("def f(x):\n    return f.factor * x\nf.factor = 7", ""),
    "augmented assignment": ("a = 2\na += 3\ndef f(x):\n    return a * x", ""),
    "augmented assignment of an alias": ("a = [2]\nb = a\nb += [3]\ndef f(x):\n    return sum(a) * x", ""),
    "an item that is deleted": ("X = [7, 8]\ndel X[0]\ndef f(x):\n    return X[0] * x", ""),
    "another name for one object": ("X = []\nY = X\nX.append(6)\ndef f(x):\n    return Y[0] * x", ""),
    "the loop's variable for one of several": (
        "import torch\nW, b = torch.zeros(1), torch.zeros(1)\nfor p in (W, b):\n    p.fill_(4.0)\n"
        "def f(x):\n    return (W + b) * x",
        "",
    ),
    "the loop's variable for one in a list": (
        "import torch\nW = torch.zeros(1)\nparameters = [W]\nfor p in parameters:\n    p += 4.0\n"
        "def f(x):\n    return W * x",
        "",
    ),
    "an object that holds what is changed": (
        "class Net:\n    def __init__(self, W):\n        self.W = W\nW = [1]\nnet = Net(W)\nW.append(5)\n"
        "def f(x):\n    return net.W[-1] * x",
        "",
    ),
    "a change by a function's argument": (
        "def fill(first, second):\n    second.append(9)\nA, B = [], []\nfill(A, B)\ndef f(x):\n    return B[0] * x",
        "",
    ),
    "a change by a keyword, and by a local name of it": (
        "def fill(table):\n    inner = table['rows']\n    for row in inner:\n        row.append(9)\n"
        "T = {'rows': [[]]}\nfill(table=T)\ndef f(x):\n    return T['rows'][0][0] * x",
        "",
    ),
    "a change of what a function returns": (
        "RULES = {}\ndef rules():\n    return RULES\nrules()['a'] = 3\ndef f(x):\n    return RULES['a'] * x",
        "",
    ),
    "an own method that changes its object": (
        "class Net:\n    def __init__(self):\n        self.k = 1\n    def double(self):\n        self.k *= 2\n"
        "        return self.k\nnet = Net()\nnet.double()\nprint('now', net.double())\n"
        "def f(x):\n    return net.k * x",
        "",
    ),
    "a global that a function sets": (
        "k = 1\ndef init():\n    global k\n    k = 8\ninit()\ndef f(x):\n    return k * x",
        "",
    ),
    "a star import": ("from math import *\ndef f(x):\n    return exp(x) + pi", ""),
    "names made from text": ("exec('k = 5')\ndef f(x):\n    return k * x", ""),
    "a name bound in a condition": ("if (k := 4) > 3:\n    pass\nprint(m := 2)\ndef f(x):\n    return k * m * x", ""),
    "a table that a function makes": (
        "def table(n):\n    return [step(k) for k in range(n)]\ndef step(k):\n    return k * k\nT = table(5)\n"
        "def step(k):\n    return -k\ndef f(x):\n    return T[4] * x + step(1)",
        "",
    ),
    "a function that is closed over": (
        "def times(k):\n    def inner(x):\n        return shift(k * x)\n    return inner\nf = times(3)\n"
        "def shift(x):\n    return x + 1",
        "",
    ),
    "annotations that are not read": (
        "from __future__ import annotations\nprint('hello')\n# %%\n"
        "def f(x: Tensor) -> nothing.at_all:\n    return 2 * x",
        "hello",
    ),
    "the cell that raises": (
        "k = [1]\n# %%\nk.append(undefined)\nk.append(5)\n# %%\ndef f(x):\n    return sum(k) * x",
        "",
    ),
    "trained numbers": (
        "import torch\nW = torch.ones(1, requires_grad=True)\noptimizer = torch.optim.SGD([W], lr=0.25)\n"
        "for _ in range(2):\n    loss = (W**2).sum()\n    optimizer.zero_grad()\n    loss.backward()\n"
        "    optimizer.step()\ndef f(x):\n    return W.detach() * x",
        "",
    ),
    "a table out of slopes": (
        "import torch\nx = torch.ones(3, requires_grad=True)\ny = x**3\ny.sum().backward()\nT = x.grad.tolist()\n"
        "def f(x):\n    return T[0] * x",
        "",
    ),
    "a registry's own decorator": (
        "class Registry:\n    def __init__(self):\n        self.rules = {}\n    def rule(self, name):\n"
        "        def keep(function):\n            self.rules[name] = function\n            return function\n"
        "        return keep\nregistry = Registry()\n@registry.rule('tanh')\ndef tanh_rule(x):\n    return 3 * x\n"
        "def f(x):\n    return registry.rules['tanh'](x)",
        "",
    ),
    "rules registered in a loop": (
        "RULES = {}\ndef register(name, rule):\n    RULES.setdefault(name, []).append(rule)\n"
        "for name, k in [('a', 2), ('b', 3)]:\n    register(name, lambda x, k=k: k * x)\n"
        "def f(x):\n    return RULES['b'][0](x)",
        "",
    ),
    "a method that is given to a class later": (
        "class Scale:\n    pass\nScale.go = lambda self, x: shift(x)\ndef shift(x):\n    return x + 1\n"
        "def f(x):\n    return Scale().go(x)",
        "",
    ),
    "a call in place of a method": (
        "import operator\nX = [0]\noperator.setitem(X, 0, 5)\nsetattr(operator, 'heavy', 1)\n"
        "def f(x):\n    return X[0] * x",
        "heavy",
    ),
    "a module that another import leads to": (
        "import xml.dom\nimport xml\ndef f(x):\n    return x * len(xml.dom.__name__)",
        "",
    ),
    "an answer made from text": ("exec('def f(x):\\n    return 3 * x')", ""),
    "a counter that a function keeps": (
        "calls = 0\ndef count():\n    global calls\n    calls += 1\n    return calls\nprint(count(), count())\n"
        "def f(x):\n    return calls * x",
        "",
    ),
    "a fallback import": (
        "try:\n    import nowhere as tool\nexcept ImportError:\n    tool = None\n"
        "def f(x):\n    return x if tool is None else 0",
        "",
    ),
    "a loop's own functions": (
        "g = [None]\nfor k in range(3):\n    def power(x, k=k):\n        return x**k\n    g[0] = power\n"
        "def f(x):\n    return g[0](x) + power(x)",
        "",
    ),
    "an alias inside a function": (
        "import torch\nclass Net:\n    def __init__(self, n):\n        self.weights = [torch.ones(n), torch.ones(n)]\n"
        "def shrink(net, rate):\n    for w in net.weights:\n        w -= rate\nnet = Net(1)\nshrink(net, rate=0.5)\n"
        "def f(x):\n    return net.weights[1] * x",
        "",
    ),
    "rules that are called in a loop": (
        "log = []\nRULES = {'a': lambda x: log.append(x), 'b': lambda x: None}\nfor name, rule in RULES.items():\n"
        "    rule(3)\ndef f(x):\n    return sum(log) * x",
        "",
    ),
    "a name that may be bound, or not": (
        "k = 2\nm = 3\nif k > 5:\n    k = 7\n    m = 8\nelse:\n    m = 4\nwhile k > 9:\n    k = 0\n"
        "try:\n    n = 5\nexcept ValueError:\n    n = 6\nfor j in range(2):\n    m += j\nelse:\n    m *= k\n"
        "match k:\n    case 2:\n        k = 11\ndef f(x):\n    return (k + m + n) * x",
        "",
    ),
    "a sum in a loop": (
        "total = 1\nfor k in range(4):\n    total = total + k\n    half = total / 2\ndef f(x):\n    return half * x",
        "",
    ),
    # and what stays out
    "shown, plotted and checked": (
        "import torch\nfrom course import plot, check\nimport matplotlib.pyplot as plt\nW = torch.ones(1)\nprint(W)\n"
        "W.tolist()\nplt.plot(W)\nassert W.sum() == 1, 'heavy'\nplt.title('heavy')\ndef f(x):\n    return W * x\n"
        "f(3.0)\ncheck.function(f)\nprint('heavy', f(2.0))",
        "heavy check plt print tolist assert",
    ),
    "settings of libraries": (
        "import torch\nimport pandas as pd\nimport matplotlib.pyplot as plt\nfrom torch import nn\n"
        "torch.backends.cudnn.deterministic = True\npd.options.display.max_rows = 8\n"
        "plt.rcParams['figure.dpi'] = 90\nplt.rcParams.update({'font.size': 12})\ntorch.set_printoptions(precision=2)\n"
        "nn.Linear.heavy = 1\ndef f(x):\n    return torch.as_tensor(x) * 2",
        "deterministic options rcParams printoptions heavy",
    ),
    "a training loop that nothing needs": (
        "import torch\nX = torch.ones(2)\nW = torch.ones(2, requires_grad=True)\nlosses = []\n"
        "for step in range(3):\n    loss = (W * X).sum()\n    loss.backward()\n    losses.append(loss.item())\n"
        "def f(x):\n    return X * x",
        "losses backward loss W",
    ),
    "a value that is bound again": (
        "k = open('nowhere')\n# %%\nk = 3\n# %%\ndef f(x):\n    return k * x",
        "nowhere",
    ),
    "slopes that nothing reads": (
        "import torch\nW = torch.ones(2, requires_grad=True)\n(W**2).sum().backward()\n"
        "def f(x):\n    return W.detach() * x",
        "backward",
    ),
    "a demonstration of one's own engine": (
        "import torch\nclass Value:\n    def __init__(self, data):\n        self.data, self.grad = data, 0.0\n"
        "    def __mul__(self, other):\n        return Value(self.data * other.data)\n"
        "    def backward(self):\n        self.grad = 1.0\n"
        "W = torch.ones(2, requires_grad=True)\n(W * Value(2.0).data).sum().backward()\n"
        "heavy = Value(3.0)\n(heavy * heavy).backward()\nprint(heavy.grad)\n"
        "def f(x):\n    a = Value(x)\n    a.backward()\n    return a.data * a.grad",
        "heavy sum",
    ),
    "a function table above the functions": (
        "def slope(x):\n    return open('nowhere')\n# %%\nT = {'a': lambda x: slope(x)}\ndef slope(x):\n"
        "    return 2 * x\ndef f(x):\n    return T['a'](x)",
        "nowhere",
    ),
    "a loop's variables that the course's cells have too": (
        "for name, g in [('a', open('nowhere'))]:\n    slope = g\nk = 'nowhere'\n# %%\nT = {}\n"
        "for name, g in {'tanh': 2.0}.items():\n    slope = 1.0 * g\n    T[name] = slope\n"
        "with open('/dev/null') as k:\n    slope = 2.0\ndef f(x):\n    return T['tanh'] * x * (k is not None) * slope",
        "nowhere",
    ),
    "an import beside one's own name": (
        "import torch.nn.functional as F\n# %%\nF = {}\nF['a'] = 2\ndef f(x):\n    return F['a'] * x",
        "functional",
    ),
    "a change before the name is bound again": (
        "X = []\nX.append('heavy')\nX = [2]\ndef f(x):\n    return X[0] * x",
        "heavy append",
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_does_the_slice_answer_as_the_notebook_does(name):
    source, absent = KEPT[name]
    cells = source.split("# %%\n")
    found = slice_of(cells, "f")
    assert found.missing is None
    assert torch.equal(torch.as_tensor(run(found)["f"](2.0)), torch.as_tensor(in_notebook(cells)["f"](2.0)))
    for word in absent.split():
        assert word not in "".join(statement.source for statement in found.statements), texts_of(found)


def test_are_statements_given_as_they_stand_in_their_cells():
    cells = [
        "import torch, sys  # both",
        "k = 1\nprint('heavy')\nunused = 5",
        "# a comment\nk = 2; m = k  # two\n\n@torch.no_grad()\ndef helper(Z):  # theirs\n    return k * Z\n",
        '%%time\n\nclass Scale:\n    """Of é\n    two lines."""\n\n    def go(self, Z):\n'
        "        return helper(Z) + late\n",
        "%%bash\nls",
        "this does not parse (",
        "é = 'é'; half = [é,\n    0.5]; x = get_ipython()\n%matplotlib inline\n!ls",
        "def f(Z):\n    return Scale().go(torch.relu(Z)) + half[1]\n\nf(3)",
        "late = 7\nk += 1",
    ]
    found = slice_of(cells, "f", given=[True, True])
    assert found.missing is None
    assert found.names == ("Scale", "f", "half", "helper", "k", "late", "torch", "é")
    assert [(s.cell, s.line, s.given, s.source) for s in found.statements] == [
        (0, 1, True, "import torch\n"),
        (2, 2, False, "\nk = 2\n"),
        (2, 4, False, "\n\n\n@torch.no_grad()\ndef helper(Z):  # theirs\n    return k * Z\n"),
        (3, 3, False, "\n\n" + cells[3].removeprefix("%%time\n\n")),
        (6, 1, False, "é = 'é'\n"),
        (6, 1, False, "half = [é,\n    0.5]\n"),
        (7, 1, False, "def f(Z):\n    return Scale().go(torch.relu(Z)) + half[1]\n"),
        (8, 1, False, "late = 7\n"),
        (8, 2, False, "\nk += 1\n"),
    ]
    assert texts_of(found)[2:4] == ["@torch.no_grad()", "class Scale:"]
    long = slice_of([f"f = {'1 + ' * 50}1"], "f").statements[0].text
    assert len(long) == 80 and long.endswith("...")


def test_is_a_missing_answer_asked_for():
    said = slice_of(["f(3)", "class f(", "%%bash\nf=1"], "f")
    assert said.missing == "No cell before this question defines `f`. Write it as a plain `def f(...)` in its cell."
    assert said.statements == ()


def test_is_code_that_cannot_be_read_said_to_be_too_deep_or_too_long():
    reading, answer = Reading(), "def f(x):\n    return x"
    assert reading.slice_of([answer, f"deep = {'1 + ' * 1500}1"], "f").missing.startswith(
        "Your code is nested too deeply"
    )
    table = "T = {}\n" + "".join(f"def f{i}(a):\n    return h{i}(a)\nT[{i}] = f{i}\n" for i in range(1200))
    assert reading.slice_of([answer, table], "T").missing.startswith("Your code before this question is too long")
    began = time.perf_counter()
    assert all(reading.slice_of([answer, table, "k = 1"], "f").missing for _ in range(50))
    assert time.perf_counter() - began < 1, "read again and again"
    assert texts_of(reading.slice_of([answer], "f")) == ["def f(x):"]  # and the next is read as ever


def questions_of(exercise):
    """The names that a check asks by hand, without a ready-made function, or about memory."""
    calls = (node for node in ast.walk(ast.parse(exercise.check.source)) if isinstance(node, ast.Call))
    names = (ast.unparse(call.args[0]) for call in calls if any(key.arg in KEYS for key in call.keywords))
    return list(dict.fromkeys(names))


def cells_with(source, exercise, answer):
    """The released code cells before an exercise's check, its answer among them, and which are the course's."""
    cells, given = [], []
    for cell in source.cells:
        if cell is exercise.check:
            return cells, given
        if cell.kind == "code" and cell.released and cell.role != "check":
            cells.append(answer if cell is exercise.solution else cell.source)
            given.append(cell.role != "solution")
    raise AssertionError(exercise.name)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_does_reading_on_find_what_reading_anew_finds(path):
    source, notebook, earlier = read(path), Reading(), []
    deep = f"deep = {'1 + ' * 1500}1"
    for exercise in source.exercises.values():
        for name in questions_of(exercise):
            cells, given = cells_with(source, exercise, exercise.solution.source)
            for some in (cells, cells, earlier, [*cells, deep], cells):  # further, again, back, refused, and on
                assert notebook.slice_of(some, name, given) == slice_of(some, name, given), (exercise.name, name)
            earlier = cells


def test_are_slices_of_the_solved_notebooks_small():
    sizes, torn = [], []
    for path in TEXTS:
        source, notebook = read(path), Reading()
        for exercise in source.exercises.values():
            for name in questions_of(exercise):
                found = notebook.slice_of(*cells_with(source, exercise, exercise.solution.source)[:1], name)
                sizes.append(len(found.statements))
                torn += [
                    text for text in texts_of(found) if text.startswith(("for", "print", "plot", "graph", "check"))
                ]
    assert len(sizes) > 50 and sum(sizes) / len(sizes) < 2.2 and max(sizes) <= 5 and not torn


class Listener:
    """In the place of ``check``: keeps what an answer is asked."""

    def __init__(self):
        self.asked = {}

    def __getattr__(self, kind):
        return lambda answer, *others, on=(), **settings: self.asked.setdefault(answer, []).extend(on)


def asked_of(check, names, name):
    """Some of the arguments that a check cell gives to ``name``."""
    listener = Listener()
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(check, "<check>", "exec"), {**names, "check": listener})
    return listener.asked[names[name]][:4]


def answer_of(function, case):
    """What a function makes of copies of its arguments, and of the arguments themselves."""
    given = copy.deepcopy(list(case))
    torch.manual_seed(7)
    return function(*given), given


def same(ours, theirs):
    """Whether two values are the same bit by bit, in tensors too."""
    if isinstance(theirs, torch.Tensor):
        return isinstance(ours, torch.Tensor) and torch.equal(ours, theirs) and ours.dtype == theirs.dtype
    if isinstance(theirs, (list, tuple)):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, dict):
        return list(ours) == list(theirs) and all(same(ours[key], theirs[key]) for key in theirs)
    return ours == theirs


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_does_the_slice_of_every_right_answer_answer_as_the_whole_notebook(path):
    source = read(path)
    asked = {exercise.name: questions_of(exercise) for exercise in source.exercises.values()}
    count = 0
    for stage in stages(source) if any(asked.values()) else ():
        exercise, cases = stage.exercise, {}
        for answer in (exercise.solution, *exercise.rights) if asked[exercise.name] else ():
            names = {name: value for name, value in stage.names.items() if value is not UNDEFINED}
            exec(compiled(answer.source), names)
            cells, given = cells_with(source, exercise, answer.source)
            notebook = Reading()
            for name in asked[exercise.name]:
                found = notebook.slice_of(cells, name, given)
                assert found.missing is None and name in found.names
                ours = run(found, f"{path.stem} {name}")[name]
                if name not in cases:
                    cases[name] = asked_of(stage.check, names, name)
                for case in cases[name]:
                    count += 1
                    assert same(answer_of(ours, case), answer_of(names[name], case)), (name, answer.title)
    assert count or not any(asked.values())


def names_of_the_course(week, notebook):
    """Every name that a cell of the course's binds at top level, but for what it imports."""
    source = read(ROOT / "source" / week / f"{notebook}.py")
    found = set()
    for cell in source.cells:
        if cell.kind == "code" and cell.released and cell.role not in ("check", "solution"):
            found |= set(Scopes.of(cell.source).bound(by={"definition", "assignment", "loop", "update", "pattern"}))
    return source, sorted(found - {name for each in source.exercises.values() for name in questions_of(each)})


@pytest.mark.parametrize(("week", "notebook", "least"), [("week5", "backprop", 12), ("week8", "mnist", 20)])
def test_do_the_names_of_the_courses_own_cells_collide_with_a_students(week, notebook, least):
    source, names = names_of_the_course(week, notebook)
    assert len(names) >= least
    plain = {}
    for exercise in source.exercises.values():
        cells, given = cells_with(source, exercise, exercise.solution.source)
        bound = set().union(*(Scopes.of(cell).bound() for cell, own in zip(cells, given, strict=True) if own))
        values = dict(OWN)
        for question in questions_of(exercise):
            values |= run(slice_of(cells, question))
        for question in questions_of(exercise) if "def " in exercise.solution.source else ():
            case = asked_of(exercise.check.source, values, question)[0]
            plain[question] = exercise, case, answer_of(values[question], case), bound
    for number, name in enumerate(names):
        free = {
            question for question, (exercise, *_) in plain.items() if name in Scopes.of(exercise.solution.source).free
        }
        after = [question for question in plain if name in plain[question][3] and question not in free]
        before = [question for question in plain if question not in after and question not in free]
        for question in dict.fromkeys([*before[:1], *after[:1], *after[-1:]]):
            exercise, case, wanted, _ = plain[question]
            helper = exercise.solution.source.replace(f"def {question}(", f"def {name}(")
            parts = [helper, f"def {question}(*given):\n    return {name}(*given)\n"]
            cells, given = cells_with(source, exercise, "\n\n".join(parts if number % 2 else parts[::-1]))
            found = slice_of(cells, question, given)
            assert not [each.text for each in found.statements if each.given and "import" not in each.text]
            assert same(answer_of(run(found)[question], case), wanted), (question, name)


def test_does_a_cell_of_the_courses_get_what_it_needs_before_a_student_takes_its_name():
    cells = [
        "slope = 2.0\ntable = [slope]",
        "def slope(x):\n    return table[0] * x\n\n\ndef f(x):\n    return slope(x)",
    ]
    found = slice_of(cells, "f", [True, False])
    assert texts_of(found) == ["slope = 2.0", "table = [slope]", "def slope(x):", "def f(x):"]
    assert run(found)["f"](3.0) == 6.0
    assert texts_of(slice_of([*cells, "slope = open('heavy')\nprint(slope)"], "table")) == texts_of(found)[:2]
