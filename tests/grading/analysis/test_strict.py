"""The strict reading: honest code passes, and whatever hides from by_hand's reading is refused."""

import ast
import inspect
import sys
import types

import pytest
from sliced import HEAD, slice_of

from course.grading.analysis import refused, strict

HONEST = {
    "loop": "def f(Z):\n    out = Z.clone()\n    for i in range(len(Z)):\n        out[i] = Z[i] ** 2\n    return out",
    "locals named grad and data": "def f(Z, data, grad=None):\n    input = data + Z\n    grad = input\n    return grad",
    "a global of a module's name": "data = torch.zeros(3)\ndef f(Z):\n    return data + Z",
    "closure": "def make(k):\n    def inner(Z):\n        return k * Z\n    return inner\nf = make(3)",
    "lambda": "f = lambda Z, a=math.pi: torch.where(Z > 0, Z, a)",
    "einsum": "def f(W, x):\n    return torch.einsum('ij,j->i', W, x)",
    "hints and f-string": (
        "def f(Z: torch.Tensor, names: list[str] | None = None) -> torch.Tensor:\n"
        "    '''Twice Z.'''\n    assert Z.dim(), f'{Z.shape!r}: {type(Z)}'\n    return 2 * Z"
    ),
    "class": (
        "class Layer(nn.Module):\n    def __init__(self, W):\n        super().__init__()\n        self._W = W\n"
        "    def backward(self, dA):\n        return dA @ self._W\n"
        "    def __call__(self, Z):\n        return Z @ self._W.T\n"
        "    @property\n    def grad(self):\n        return self._W\n"
        "    @staticmethod\n    def zero(Z):\n        return torch.zeros_like(Z)\n"
        "def f(dA, W):\n    return Layer(W).backward(dA)"
    ),
    "numbered attributes": (
        "class Net(nn.Module):\n    def __init__(self, Ws):\n        super().__init__()\n"
        "        for k in range(2):\n            setattr(self, f'W{k}', Ws[k])\n"
        "def f(Ws):\n    net = Net(Ws)\n    return getattr(net, f'W{1}')"
    ),
    "isinstance": (
        "def f(Z):\n    if isinstance(Z, (torch.Tensor, list)) and type(Z) == torch.Tensor:\n"
        "        return 1\n    return 0"
    ),
    "dtype and item store": (
        "scale = torch.zeros(2)\nscale[0] = 2\nscale.grad = None\ndef f(Z):\n    return Z.to(torch.float64) * scale[0]"
    ),
    "comprehension": "def f(Z):\n    return torch.stack([row for row in Z if len(row)]).T",
    "named tuple": (
        "from collections import namedtuple\nfrom typing import NamedTuple\nclass C(NamedTuple):\n"
        "    W: int\nP = namedtuple('P', 'a b')\ndef f(Z):\n    return P(C(1).W, 2)._replace(a=Z)"
    ),
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    W: float = 1.0\ndef f(Z):\n    return C().W * Z"
    ),
    "no_grad": "@torch.no_grad()\ndef f(Z):\n    with torch.no_grad():\n        return F.relu(Z)",
    "local import": (
        "def f(Z):\n    import math\n    from torch.nn.functional import relu\n    return relu(Z) * math.sqrt(2)"
    ),
    "model in evaluation": (
        "net = nn.Linear(2, 1)\ndef f(Z):\n    net.eval()\n    net.weight.data = Z\n    return net(Z)"
    ),
    "own name of a builtin": "def compile(Z):\n    return 2 * Z\ndef f(Z):\n    return compile(Z)",
    "unused import": (
        "import torch, sys\nfrom sklearn.svm import SVC\nprint(sys.path)\ndef f(Z):\n    return torch.relu(Z)"
    ),
    "match": (
        "def f(Z):\n    match Z.dim():\n        case 1 | 2 as n:\n            return n\n"
        "        case _:\n            return 0"
    ),
    "walrus and global": "count = 0\ndef f(Z):\n    global count\n    count += 1\n    return (n := len(Z)) + n",
    "try": (
        "def f(Z):\n    try:\n        return 1 / Z\n    except ZeroDivisionError as error:\n"
        "        raise ValueError('no') from error"
    ),
    "magics": "%matplotlib inline\n!ls\nx = !ls\n%time k = 3\ndef f(Z):\n    return k * Z",
    "numpy": "import numpy as np\ndef f(Z):\n    return torch.from_numpy(np.linalg.inv(np.array(Z)))",
}


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("derivatives", [True, False])
def test_does_honest_code_pass(name, derivatives):
    found = slice_of([HEAD, HONEST[name]], "f", derivatives=derivatives)
    assert found.refused is None
    for text in found.source:
        compile(text, "slice", "exec")


EVASIONS = {
    "getattr": "def f(Z):\n    return getattr(torch, 'auto' + 'grad').grad(Z.sum(), Z)",
    "exec": "def f(Z):\n    exec('import os')",
    "eval": "f = eval('lambda Z: Z')",
    "compile": "def f(Z):\n    return compile('1', '', 'eval')",
    "__import__": "def f(Z):\n    return __import__('os')",
    "builtins dict": "def f(Z):\n    return __builtins__['eval']('Z')",
    "globals": "def f(Z):\n    return globals()['torch']",
    "vars": "def f(Z):\n    return vars(Z)",
    "bare getattr": "look = getattr\ndef f(Z):\n    return look(Z, 'grad')",
    "numbered dunder": "def f(Z):\n    return getattr(Z, f'__{Z}')",
    "numbered frame": "def f(Z):\n    return getattr(Z, f'gi_{Z}')",
    "alias": "t = torch\ndef f(Z):\n    return t.relu(Z)",
    "alias in function": "def f(Z):\n    t = torch\n    return t.relu(Z)",
    "default argument": "def f(Z, t=torch):\n    return t.relu(Z)",
    "lambda default": "f = lambda Z, t=torch: t.relu(Z)",
    "module in a list": "tools = [torch, math]\ndef f(Z):\n    return tools[0].relu(Z)",
    "module passed on": "def g(t, Z):\n    return t.relu(Z)\ndef f(Z):\n    return g(torch, Z)",
    "class attribute": "class A:\n    t = torch\ndef f(Z):\n    return A.t.relu(Z)",
    "class import": "class A:\n    import torch as t\ndef f(Z):\n    return A.t.relu(Z)",
    "walrus": "def f(Z):\n    return (t := torch).relu(Z)",
    "comprehension variable": "def f(Z):\n    return [t.relu(Z) for t in [torch]][0]",
    "comprehension of the same name": "def f(Z):\n    return [torch.relu(Z) for torch in [torch]][0]",
    "for at the top": "for t in (torch,):\n    pass\ndef f(Z):\n    return t.relu(Z)",
    "with at the top": "with open('x') as t:\n    pass\ndef f(Z):\n    return t",
    "except at the top": (
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    t = e.__traceback__\ndef f(Z):\n    return t"
    ),
    "match subject": "def f(Z):\n    match torch:\n        case t:\n            return t.relu(Z)",
    "match attributes": "def f(Z):\n    match f:\n        case object(__globals__=g):\n            return g",
    "sys.modules": "import sys\ndef f(Z):\n    return sys.modules['torch']",
    "torch.sys": "def f(Z):\n    return torch.sys.modules['torch']",
    "torch._C": "def f(Z):\n    with torch._C.DisableTorchFunction():\n        return Z",
    "DisableTorchFunction": "def f(Z):\n    with torch.DisableTorchFunction():\n        return Z",
    "from _C": "from torch._C import DisableTorchFunction\ndef f(Z):\n    return DisableTorchFunction()",
    "torch.overrides": "def f(Z):\n    return torch.overrides.has_torch_function(Z)",
    "torch.ops": "def f(Z):\n    return torch.ops.aten.relu(Z)",
    "torch.jit": "def f(Z):\n    return torch.jit.script(Z)",
    "TorchScript": "unit = torch.CompilationUnit('def g(x): return x')\ndef f(Z):\n    return unit.g(Z)",
    "back to torch": "def f(Z):\n    return F.torch.relu(Z)",
    "course's torch": "def f(Z):\n    return plot.torch.relu(Z)",
    "course's own modules": "from course import by_hand\ndef f(Z):\n    by_hand.read = None",
    "through check": "from course import check\ndef f(Z):\n    return check.judge.name_of(f)",
    "importlib": "import importlib\ndef f(Z):\n    return importlib.import_module('torch')",
    "torch.importlib": "def f(Z):\n    return torch.importlib.import_module('torch')",
    "operator": "from operator import attrgetter\nf = attrgetter('grad')",
    "star import": "from torch import *\ndef f(Z):\n    return relu(Z)",
    "relative import": "from .x import y\ndef f(Z):\n    return y",
    "try import": "try:\n    import torch as t\nexcept ImportError:\n    t = None\ndef f(Z):\n    return t.relu(Z)",
    "module renamed": "class torch:\n    pass\ndef f(Z):\n    return torch",
    "patched function": "torch.relu = lambda Z: Z\ndef f(Z):\n    return torch.relu(Z)",
    "patched class": "def f(Z):\n    torch.Tensor.clone = lambda self: self\n    return Z",
    "patched by type": "def f(Z):\n    type(Z).clone = None\n    return Z",
    "patched by alias": "T = torch.Tensor\nT.clone = None\ndef f(Z):\n    return T(Z)",
    "patched by a helper": "def g(c):\n    c.sum = None\ndef f(Z):\n    g(torch.Tensor)",
    "patched instance": "def f(Z):\n    Z.detach = lambda: Z\n    return Z",
    "deleted": "def f(Z):\n    del torch.relu",
    "deleted own builtin": "def eval(Z):\n    return Z\ndel eval\ndef f(Z):\n    return eval(Z)",
    "global import": "def g():\n    global torch\n    torch = None\ndef f(Z):\n    g()\n    return torch.relu(Z)",
    "globals of a function": "def f(Z):\n    return f.__globals__['torch']",
    "code": "def g(Z):\n    return Z\ndef f(Z):\n    g.__code__ = f.__code__",
    "generator frame": "def g():\n    yield 1\ndef f(Z):\n    return g().gi_frame.f_back",
    "subclasses": "def f(Z):\n    return ().__class__.__base__.__subclasses__()",
    "type of three": "A = type('A', (), {})\ndef f(Z):\n    return A()",
    "type aliased": "t = type\ndef f(Z):\n    return t('A', (), {})",
    "metaclass": "class M:\n    pass\nclass A(metaclass=M):\n    pass\ndef f(Z):\n    return A",
    "list subclass": "class L(list):\n    def __iter__(self):\n        yield 1\ndef f(Z):\n    return L()",
    "tensor subclass": "class T(torch.Tensor):\n    pass\ndef f(Z):\n    return T(Z)",
    "base by another name": "B = list\nclass L(B):\n    pass\ndef f(Z):\n    return L()",
    "attribute hook": "class A:\n    def __getattr__(self, name):\n        return 1\ndef f(Z):\n    return A().x",
    "own decorator": "def g(h):\n    return lambda Z: h(Z)\n@g\ndef f(Z):\n    return Z",
    "wraps": "import functools\ndef g(Z):\n    return Z\n@functools.wraps(g)\ndef f(Z):\n    return Z",
    "own property": (
        "def property(h):\n    return h\nclass A:\n    @property\n    def x(self):\n        return 1\n"
        "def f(Z):\n    return A()"
    ),
    "async": "async def f(Z):\n    return Z",
    "callback unseen": "def f(Z):\n    return Z.apply_(lambda z: z)",
    "torch.load": "def f(Z):\n    return torch.load('x')",
    "unpickled table": "import pandas as pd\ndef f(Z):\n    return pd.read_pickle('x')",
    "query": "import pandas as pd\ndef f(Z):\n    return pd.DataFrame().query('1')",
    "type hints run": "import typing\ndef f(Z):\n    return typing.get_type_hints(f)",
    "dataclasses' sys": "import dataclasses\ndef f(Z):\n    return dataclasses.sys.modules",
    "threads": "import threading\ndef f(Z):\n    return threading.Thread()",
    "nested function": "def f(Z):\n    def g():\n        return eval('Z')\n    return g()",
    "class before its own name": "class A:\n    x = eval('1')\n    eval = 1\ndef f(Z):\n    return A.x",
    "scipy": "from scipy.special import expit\ndef f(Z):\n    return expit(Z)",
    "unfolded letters": "def f(Z):\n    return \uff45\uff56\uff41\uff4c('Z')",
    "too deep": "def f(Z):\n    return " + "-" * 3000 + "1",
}
DISGUISES = {
    "complex literal": "def f(Z):\n    return (Z + 1e-20j).imag",
    "complex dtype": "def f(Z):\n    return Z.to(torch.complex128)",
    "complex by name": "def f(Z):\n    return Z.numpy().astype('complex128')",
    "complex call": "def f(Z):\n    return complex(0, 1)",
    "complex of a power": "def f(Z):\n    j = (-1) ** 0.5\n    return (j * Z).imag",
    "long double": "import numpy as np\ndef f(Z):\n    return np.longdouble(1)",
    "decimal": "from decimal import Decimal\ndef f(Z):\n    return Decimal(1)",
    "inference mode off": "def f(Z):\n    with torch.inference_mode(False):\n        return Z",
    "import torch.autograd": "import torch.autograd\ndef f(Z):\n    return torch.relu(Z)",
    "autograd imported": "from torch import autograd as a\ndef f(Z):\n    return a.grad(Z.sum(), Z)",
    "vmap": "tools = [torch.func.vmap]\ndef f(Z):\n    return tools[0](Z)",
}


@pytest.mark.parametrize("name", EVASIONS)
def test_is_what_could_hide_refused(name):
    found = slice_of([HEAD, EVASIONS[name]], "f", derivatives=False)
    if name == "too deep" and found.refused and "No cell" in found.refused:
        return  # Python itself does not parse it
    assert found.refused and found.source == ()
    assert "No cell" not in found.refused
    assert found.refused.endswith(".") and "\n" not in found.refused and len(found.refused) < 320


@pytest.mark.parametrize("name", DISGUISES)
def test_are_disguised_derivatives_refused(name):
    assert slice_of([HEAD, DISGUISES[name]], "f", derivatives=True).refused


def test_is_torchs_differentiation_refused_in_the_words_of_by_hand():
    cell = "def f(Z):\n    L = Z.sum()\n    return torch.autograd.grad(L, Z)[0]"
    said = slice_of([HEAD, cell], "f", derivatives=True).refused
    assert said == "Line 3 of f uses `grad`, which lets torch differentiate for you."
    assert slice_of([HEAD, cell], "f", derivatives=False).refused is None


def rules_of(module):
    """The rules in a reader's table, those that it has, and the kinds of nodes that they are for."""
    written = {name for name in vars(module.Reader) if name.startswith("rule_")}
    return {rule.__name__ for rule in module.RULES.values()}, written, set(module.RULES)


def test_has_every_rule_a_kind_of_node_that_there_is():
    listed, written, kinds = rules_of(strict)
    assert listed == written and len(strict.RULES) == len(written) == 9
    assert all(issubclass(kind, ast.AST) and getattr(ast, kind.__name__) is kind for kind in kinds)
    for kind, rule in strict.RULES.items():
        assert rule.__annotations__["node"] == f"ast.{kind.__name__}"
        assert rule.__name__ == "rule" + "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__)


@pytest.mark.parametrize("spelt", ["ast.Global:", "Reader.rule_global,", "def rule_global("])
def test_is_a_misspelt_rule_no_silent_one(spelt):
    source = inspect.getsource(strict)
    assert source.count(spelt) == 1
    module = types.ModuleType("misspelt")
    sys.modules["misspelt"] = module  # dataclasses look their module up
    try:
        with pytest.raises(AttributeError, match="lob"):
            exec(source.replace(spelt, spelt.replace("lobal", "lobbal")), vars(module))
    finally:
        del sys.modules["misspelt"]


def test_is_a_rule_that_nobody_listed_noticed():
    source = inspect.getsource(strict)
    line = "    ast.Global: Reader.rule_global,\n"
    assert line in source
    module = types.ModuleType("unlisted")
    sys.modules["unlisted"] = module
    try:
        exec(source.replace(line, ""), vars(module))
    finally:
        del sys.modules["unlisted"]
    listed, written, _ = rules_of(module)
    assert written - listed == {"rule_global"}


def test_are_the_refused_kinds_of_nodes_kinds_of_nodes():
    there = {name for name, kind in vars(ast).items() if isinstance(kind, type) and issubclass(kind, ast.AST)}
    assert there >= refused.ASYNCHRONOUS
    assert {name for name in there if name.startswith("Async") or name == "Await"} == refused.ASYNCHRONOUS
    assert sys.version_info < (3, 12) or there >= refused.DECLARATIONS
