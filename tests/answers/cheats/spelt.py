# ruff: noqa: E501 (code of attackers)
"""Test corpus of cheats: text becomes code, or a name is put together, so that no line says what it does."""

import codecs

from answer_corpus import Answer
from cheating import BY_AUTOGRAD, TANH, cheat

LINES = BY_AUTOGRAD.strip("\n") + "\n"
ASKED = "return by_autograd(torch.tanh, Z, dA)"


def _tanh(name: str, style: str, body: str, above: str = "", **more: str) -> Answer:
    return cheat(name, TANH, style, body, above=above, **more)


ANSWERS = (
    _tanh("exec-of-text", "exec of a text", ASKED, f"exec({LINES!r})\n"),
    _tanh(
        "eval-of-text",
        "eval of a text",
        "return eval('torch.' + 'func.vjp(torch.tanh, Z)[1](dA)[0]')",
    ),
    _tanh(
        "function-of-a-code",
        "compile, and types.FunctionType around the code",
        ASKED,
        f"import types\nwhole = compile({LINES!r}, 'text', 'exec')\n"
        "code = next(each for each in whole.co_consts if isinstance(each, types.CodeType))\n"
        "by_autograd = types.FunctionType(code, globals(), 'by_autograd', (1.0,))\n",
    ),
    _tanh(
        "marshalled",
        "a code object from bytes",
        ASKED,
        f"import marshal\nexec(marshal.loads(marshal.dumps(compile({LINES!r}, 'bytes', 'exec'))))\n",
    ),
    _tanh(
        "turned-by-rot13",
        "a text in rot13",
        ASKED,
        f"import codecs\nexec(codecs.decode({codecs.encode(LINES, 'rot13')!r}, 'rot13'))\n",
    ),
    _tanh(
        "module-by-text",
        "importlib.import_module of a text",
        "return engine.vjp(torch.tanh, Z)[1](dA)[0]",
        "import importlib\nengine = importlib.import_module('torch.' + 'func')\n",
    ),
    _tanh(
        "run-from-a-file",
        "runpy on a file that a cell has written",
        ASKED,
        "import runpy\nfrom pathlib import Path\n"
        f"Path('tools.txt').write_text('import torch' + {BY_AUTOGRAD!r})\n"
        "by_autograd = runpy.run_path('tools.txt')['by_autograd']\n",
    ),
    _tanh(
        "template-from-a-file",
        "string.Template fills in the words, and the text runs",
        ASKED,
        "import string\nfrom pathlib import Path\n"
        f"Path('tools.txt').write_text({LINES.replace('grad', '${word}')!r})\n"
        "exec(string.Template(Path('tools.txt').read_text()).substitute(word='grad'))\n",
    ),
    _tanh(
        "forward-reference",
        "typing evaluates an annotation that is a text",
        "found = []\n"
        "def slope(): found.append(torch.func.vjp(torch.tanh, Z)[1](dA)[0])\n"
        "def hinted(z: 'slope()'): pass\n"
        "typing.get_type_hints(hinted, localns={'slope': slope})\nreturn found[0]",
        "import typing\n",
    ),
    _tanh(
        "eval-of-a-table",
        "a data frame's eval calls a function of the student's",
        "frame = pd.DataFrame({'z': Z.reshape(-1).tolist()})\n"
        "def slope(z): return by_autograd(torch.tanh, torch.from_numpy(z.to_numpy().copy())).numpy()\n"
        "slopes = frame.eval('@slope(z)', engine='python')\n"
        "return dA * torch.from_numpy(np.array(slopes, copy=True)).reshape(Z.shape)",
        BY_AUTOGRAD + "import numpy as np\nimport pandas as pd\n",
    ),
    _tanh(
        "aggregate-of-a-table",
        "a data frame's own methods by their names as text",
        "frame = pd.DataFrame({'z': Z.reshape(-1).tolist()})\n"
        "slopes = frame.agg(lambda z: by_autograd(torch.tanh, torch.tensor(z.tolist(), dtype=Z.dtype)).numpy())\n"
        "return dA * torch.from_numpy(slopes['z'].to_numpy().copy()).reshape(Z.shape)",
        BY_AUTOGRAD + "import pandas as pd\n",
    ),
    _tanh(
        "names-put-together",
        "getattr with names put together at run time",
        "with getattr(torch, 'inference' + '_mode')(False):\n"
        "    leaf = getattr(Z.clone(), 'requires' + '_grad_')()\n"
        "    return getattr(getattr(torch, 'auto' + 'grad'), 'gr' + 'ad')(torch.tanh(leaf), leaf, dA)[0]",
    ),
    _tanh(
        "names-by-operator",
        "operator.attrgetter and methodcaller",
        "with torch.inference_mode(False):\n"
        "    leaf = operator.methodcaller('requires_grad_')(Z.clone())\n"
        "    operator.methodcaller('backward', dA)(torch.tanh(leaf))\n"
        "    return operator.attrgetter('grad')(leaf)",
        "import operator\n",
    ),
    _tanh(
        "names-from-a-namespace",
        "torch's modules out of sys.modules, by a name that is put together",
        "return sys.modules['torch.' + 'func'].vjp(torch.tanh, Z)[1](dA)[0]",
        "import sys\n",
    ),
    _tanh(
        "star-import", "everything of torch.func", "return vjp(torch.tanh, Z)[1](dA)[0]", "from torch.func import *\n"
    ),
    _tanh(
        "matched-by-a-pattern",
        "an attribute taken out by a class pattern",
        "with torch.inference_mode(False):\n"
        "    leaf = Z.clone().requires_grad_()\n    torch.tanh(leaf).backward(dA)\n"
        "    match leaf:\n        case torch.Tensor(grad=slope):\n            return slope",
    ),
    _tanh(
        "unpickled",
        "a pickled call of torch.func",
        "return pickle.loads(pickle.dumps(Call(torch.tanh, Z)))[1](dA)[0]",
        "import pickle\nclass Call:\n    def __init__(self, *given):\n        self.given = given\n"
        "    def __reduce__(self):\n        return torch.func.vjp, self.given\n",
    ),
    _tanh(
        "timed-text",
        "timeit runs a text",
        "found = []\n"
        "timeit.timeit('found.append(torch.func.vjp(torch.tanh, Z)[1](dA)[0])', number=1, globals={**globals(), **locals()})\n"
        "return found[0]",
        "import timeit\n",
    ),
    _tanh(
        "tree-of-syntax",
        "a tree of syntax, compiled",
        "tree = ast.Expression(ast.parse('torch.x.vjp(torch.tanh, Z)[1](dA)[0]').body[0].value)\n"
        "for node in ast.walk(tree):\n"
        "    if isinstance(node, ast.Attribute) and node.attr == 'x':\n        node.attr = 'func'\n"
        "return eval(compile(tree, 'tree', 'eval'), {'torch': torch, 'Z': Z, 'dA': dA})",
        "import ast\n",
    ),
    _tanh(
        "interpreter",
        "Python's own interactive interpreter runs a text",
        "there = {'torch': torch, 'dA': dA, 'Z': Z}\n"
        "code.InteractiveInterpreter(there).runsource('slope = torch.func.vjp(torch.tanh, Z)[1](dA)[0]')\n"
        "return there['slope']",
        "import code\n",
    ),
    _tanh(
        "class-from-text",
        "a dataclass whose default is a text that runs when it is made",
        "return Slopes().of(dA, Z)",
        "import dataclasses\n"
        "Slopes = dataclasses.make_dataclass('Slopes', [('of', object, dataclasses.field(default_factory="
        "lambda: eval('lambda dA, Z: torch.fu' 'nc.vjp(torch.tanh, Z)[1](dA)[0]')))])\n",
    ),
    _tanh(
        "code-put-in-place",
        "a clean function whose code another cell replaces",
        "return dA * (1 - Z)",
        below="def other(dA, Z):\n    return torch.func.vjp(torch.tanh, Z)[1](dA)[0]\n"
        "tanh_backward.__code__ = other.__code__\n",
    ),
    _tanh(
        "another-function-below",
        "a clean function, and another of its name in a later cell",
        "return dA * (1 - Z)",
        below="tanh_backward = lambda dA, Z: torch.func.vjp(torch.tanh, Z)[1](dA)[0]\n",
    ),
    _tanh(
        "method-patched-above",
        "a method of torch's tensors that another cell has replaced by a derivative",
        "return Z.cosh(dA)",
        "torch.Tensor.cosh = lambda Z, dA: torch.func.vjp(torch.tanh, Z)[1](dA)[0]\n",
    ),
    _tanh(
        "built-in-patched-above",
        "Python's own abs, replaced in another cell",
        "return abs((dA, Z))",
        "import builtins\nplain = abs\n"
        "builtins.abs = lambda x: torch.func.vjp(torch.tanh, x[1])[1](x[0])[0] if isinstance(x, tuple) else plain(x)\n",
    ),
)
