# ruff: noqa: E501 (code of attackers, and tables)
"""Disguised autograd: the answer must be worked out by hand, and torch (or a difference quotient) does it instead."""

from .case import Hand, case

AIM = "my_activation"
SOLVED = ("student_id", "forward", "collapse", "my_activation")
F = "return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)"
HEAD = f"def my_activation(Z):\n    {F}\n\n\ndef my_backward(dA, Z):\n"
_GRAD = "z = Z.detach().clone().requires_grad_()\nmy_activation(z).backward(dA)\nreturn z.grad"


def _lines(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.splitlines())


BODIES = {
    "plain": ("torch.autograd.grad, openly", "", "z = Z.clone().requires_grad_()\nreturn torch.autograd.grad(my_activation(z), z, dA)[0]"),
    "outside_inference": ("inference mode is switched off around it", "",
        "with torch.inference_mode(False), torch.enable_grad():\n    z = Z.clone().requires_grad_()\n    my_activation(z).backward(dA)\n    return z.grad"),
    "renamed_import": ("torch.func under another name", "from torch.func import vjp as matmul", "return matmul(my_activation, Z)[1](dA)[0]"),
    "split_names": ("names put together at run time", "",
        "auto = getattr(torch, 'auto' + 'grad')\nz = getattr(Z.clone(), 'requires' + '_grad_')()\nreturn getattr(auto, 'gr' + 'ad')(my_activation(z), z, dA)[0]"),
    "exec_text": ("code made from text", "", "scope = dict(globals(), Z=Z, dA=dA)\nexec('z = Z.clone(); z.requires_' 'grad = True; my_activation(z).back' 'ward(dA); out = z.gr' 'ad', scope)\nreturn scope['out']"),
    "eval_lambda": ("eval of a lambda in a default argument",
        "helper = eval('lambda f, Z, dA: torch.' + 'func.vjp(f, Z)[1](dA)[0]')", "return helper(my_activation, Z, dA)"),
    "imported_module": ("importlib by text", "import importlib\nm = importlib.import_module('torch.' + 'func')", "return m.vjp(my_activation, Z)[1](dA)[0]"),
    "functorch": ("the old functorch", "import functorch", "return functorch.vjp(my_activation, Z)[1](dA)[0]"),
    "forward_mode": ("forward-mode differentiation", "import torch.autograd.forward_ad as fw",
        "with fw.dual_level():\n    out = my_activation(fw.make_dual(Z, torch.ones_like(Z)))\n    return dA * fw.unpack_dual(out).tangent"),
    "complex_step": ("a complex step", "", "z = torch.complex(Z, torch.full_like(Z, 1e-30))\nf = z * (1 / (1 + torch.exp(-mine.beta * z))) - mine.gamma * torch.tanh(z)\nreturn dA * f.imag / 1e-30"),
    "complex_literal": ("a complex step with a literal", "", "z = Z + 1e-30j\nf = z * (1 / (1 + torch.exp(-mine.beta * z))) - mine.gamma * torch.tanh(z)\nreturn dA * f.imag * 1e30"),
    "difference": ("a difference quotient", "", "h = 1e-6\nreturn dA * (my_activation(Z + h) - my_activation(Z - h)) / (2 * h)"),
    "difference_helper": ("a difference quotient through helpers", "def up(x): return x + eps\ndef down(x): return x - eps\neps = 1e-6\ndef shrink(x): return x * (0.5 / eps)",
        "return dA * shrink(my_activation(up(Z)) - my_activation(down(Z)))"),
    "difference_richardson": ("Richardson's extrapolation, exact to twelve digits", "",
        "total = 0\nfor k, weight in ((1, 8.0), (2, -1.0)):\n    step = k * 2.0 ** -9\n    total = total + weight * (my_activation(Z + step) - my_activation(Z - step))\nreturn dA * total * (2.0 ** 9 / 12)"),
    "decorator": ("a decorator replaces the answer",
        "def by_hand(f):\n    def g(dA, Z):\n        z = Z.clone().requires_grad_()\n        my_activation(z).backward(dA)\n        return z.grad\n    return g", None),
    "default_argument": ("autograd as a default argument", "", None),
    "class_call": ("an object with __call__ and a torch.autograd.Function",
        "class Act(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, z):\n        ctx.save_for_backward(z)\n        return z\n    @staticmethod\n    def backward(ctx, g):\n        return g",
        "z = Z.clone().requires_grad_()\nAct.apply(my_activation(z)).backward(dA)\nreturn z.grad"),
    "jit_script": ("torch.jit compiles the differentiation", "trace = torch.jit.trace(lambda z: z * 2, torch.ones(1))", "z = Z.clone().requires_grad_()\nout = my_activation(z)\nreturn torch.ops.aten.sigmoid_backward(dA, out)"),
    "aten_ops": ("torch.ops calls the backward kernels", "",
        "s, t = torch.sigmoid(mine.beta * Z), torch.tanh(Z)\nreturn torch.ops.aten.sigmoid_backward(dA * Z, s) * mine.beta + dA * s - mine.gamma * torch.ops.aten.tanh_backward(dA, t)"),
    "engine": ("the autograd engine is called directly", "from torch._C import _EngineBase\nfrom torch.autograd import Variable",
        "z = Z.clone().requires_grad_()\nVariable._execution_engine.run_backward((my_activation(z),), (dA,), False, False, (), allow_unreachable=True, accumulate_grad=True)\nreturn z.grad"),
    "thread": ("a thread without inference mode", "import threading",
        "out = []\ndef work():\n    z = Z.clone().requires_grad_()\n    my_activation(z).backward(dA)\n    out.append(z.grad)\nt = threading.Thread(target=work)\nt.start()\nt.join()\nreturn out[0]"),
    "process": ("another process", "import subprocess, sys", "code = 'import torch'\nsubprocess.run([sys.executable, '-c', code])\nz = Z.clone().requires_grad_()\nmy_activation(z).backward(dA)\nreturn z.grad"),
    "optimizer": ("an optimiser's step is read off", "", "z = torch.nn.Parameter(Z.clone())\nopt = torch.optim.SGD([z], lr=1.0)\n(my_activation(z) * dA).sum().backward()\nopt.step()\nreturn Z - z.detach()"),
    "hook": ("a tensor hook", "", "got = []\nz = Z.clone().requires_grad_()\nz.register_hook(got.append)\n(my_activation(z) * dA).sum().backward()\nreturn got[0]"),
    "operator_attrgetter": ("operator.attrgetter and methodcaller", "import operator",
        "z = operator.methodcaller('requires_grad_')(Z.clone())\noperator.methodcaller('backward', dA)(my_activation(z))\nreturn operator.attrgetter('grad')(z)"),
    "vars_dict": ("torch.__dict__ and vars", "", "a = vars(torch)['auto' + 'grad']\nz = Z.clone().requires_grad_()\nreturn a.grad(my_activation(z), z, dA)[0]"),
    "sys_modules": ("sys.modules", "import sys\na = sys.modules['torch.autograd']", "z = Z.clone().requires_grad_()\nreturn a.grad(my_activation(z), z, dA)[0]"),
    "numpy_gradient": ("numpy.gradient on a fine grid", "import numpy as np", "e = 2.0 ** -12\ng = np.stack([my_activation(Z + k * e).numpy() for k in (-1, 0, 1)])\nreturn dA * torch.from_numpy(np.gradient(g, e, axis=0)[1])"),
    "match_class": ("attributes read by a class pattern", "", "z = Z.clone().requires_grad_()\nmy_activation(z).backward(dA)\nmatch z:\n    case torch.Tensor(grad=g):\n        return g"),
    "str_format": ("attributes read by str.format", "", "z = Z.clone().requires_grad_()\nmy_activation(z).backward(dA)\nreturn torch.tensor(eval('{0.grad}'.format(z).replace('tensor', '')))"),
    "through_course": ("the course's own modules are asked for torch and for their checks", "from course import practice, check as c", "z = Z.clone()\nreturn c.torch.autograd.grad(my_activation(z.requires_grad_()), z, dA)[0]"),
    "builtins_patched": ("a builtin that the answer calls is patched in another cell", "import builtins\nbuiltins.round = lambda Z, dA: torch.func.vjp(my_activation, Z)[1](dA)[0]", "return round(Z, dA)"),
    "torch_patched": ("torch.relu is patched in another cell", "torch.relu = lambda p: torch.func.vjp(my_activation, p[0])[1](p[1])[0]", "return torch.relu((Z, dA))"),
    "method_patched": ("a tensor method is patched in another cell", "torch.Tensor.double = lambda Z, dA=None: Z if dA is None else torch.func.vjp(my_activation, Z)[1](dA)[0]", "return Z.double(dA)"),
}  # fmt: skip


for _name, (_says, _setup, _body) in BODIES.items():

    def _edit(hand: Hand, name: str = _name, setup: str = _setup, body: str | None = _body) -> None:
        if name == "decorator":
            code = HEAD.replace("def my_backward", "@by_hand\ndef my_backward") + "    return dA\n"
        elif name == "default_argument":
            code = (
                HEAD.replace("(dA, Z)", "(dA, Z, help=torch.func.vjp)")
                + "    return help(my_activation, Z)[1](dA)[0]\n"
            )
        else:
            code = HEAD + _lines(body)
        hand.put(AIM, code)
        if setup:
            hand.before(AIM, f"import torch\n{setup}")

    _edit.__name__, _edit.__doc__ = f"autograd_{_name}", f"By hand, but: {_says}."
    case("practice2", loses=(AIM,), solved=SOLVED)(_edit)


@case("practice2", loses=(AIM,), solved=SOLVED)
def autograd_helper_file(hand: Hand) -> None:
    """The differentiation stands in a file beside the notebook."""
    hand.file("helper.txt", "import torch\ndef back(f, dA, Z):\n    return torch.func.vjp(f, Z)[1](dA)[0]\n")
    hand.before(AIM, "import shutil\nshutil.copy('helper.txt', 'helper.py')\nimport helper")
    hand.put(AIM, HEAD + "    return helper.back(my_activation, dA, Z)\n")


@case("practice2", loses=(AIM,), solved=SOLVED)
def autograd_at_definition(hand: Hand) -> None:
    """A table of derivatives is made by autograd when the cell runs, and interpolated in the answer."""
    hand.before(AIM, "import torch")
    hand.put(
        AIM,
        HEAD.replace(
            "def my_backward",
            "grid = torch.linspace(-8, 8, 4001).double().requires_grad_()\nmy_activation(grid).sum().backward()\n"
            "table = grid.grad\n\n\ndef my_backward",
        )
        + "    at = (Z + 8) * 250\n    low = at.floor().long().clamp(0, 3999)\n    part = at - low\n"
        "    return dA * (table[low] * (1 - part) + table[low + 1] * part)\n",
    )


@case("practice2", loses=(AIM,), solved=SOLVED)
def autograd_cell_magic(hand: Hand) -> None:
    """The answer stands under a cell magic, and again in a cell with a shell line."""
    hand.put(AIM, "%%capture out\n" + HEAD + _lines(_GRAD))


@case("practice2", loses=(AIM,), solved=SOLVED)
def autograd_renamed_later(hand: Hand) -> None:
    """A clean answer is shown in the exercise's cell, and a later cell puts another one in its place."""
    hand.after(AIM, "import torch\ndef my_backward(dA, Z):\n" + _lines(_GRAD))


@case("practice2", loses=(AIM,), solved=SOLVED)
def autograd_code_replaced(hand: Hand) -> None:
    """The code object of a clean function is replaced."""
    hand.put(AIM, HEAD + "    return dA\n")
    hand.after(AIM, "def other(dA, Z):\n" + _lines(_GRAD) + "my_backward.__code__ = other.__code__")


@case("week2/linear", loses=("slope_of_stretch",), solved=("linear", "slope_of_stretch"))
def autograd_week2(hand: Hand) -> None:
    """By hand, but: torch.func.grad by a tuple of names."""
    hand.instead("slope_of_stretch", "name = chr(103) + 'rad'\nreturn getattr(torch.func, name)(lambda x: x * 9)(x)")


@case("week3/classifiers", loses=("hinge",), solved=("score_and_sign", "hinge"))
def autograd_week3(hand: Hand) -> None:
    """By hand, but: the loss is differentiated by a lambda in a dict."""
    hand.append(
        "hinge", "tools = {'d': torch.func.grad}\ndef hinge_backward(z, y):\n    return tools['d'](hinge_loss)(z, y)"
    )


@case("week5/backprop", loses=("relu_backward",), solved=("graph_gradients", "relu_backward"))
def autograd_week5(hand: Hand) -> None:
    """By hand, but: torch.relu's own backward."""
    hand.instead("relu_backward", "z = Z.clone().requires_grad_()\ntorch.relu(z).backward(dA)\nreturn z.grad")


@case("week6/deeper", loses=("leaky_layer_gradients",), solved=("start_uniform", "leaky_layer_gradients"))
def autograd_week6(hand: Hand) -> None:
    """By hand, but: the answer is a partial of torch's vjp."""
    hand.append(
        "leaky_layer_gradients",
        "import functools, torch.autograd.functional as t\nreal = leaky_layer_gradients\n"
        "leaky_layer_gradients = functools.partial(lambda *a: (t.vjp, real(*a))[1])",
    )


@case("week7/softmax", loses=("regression_gradients",), solved=("softmax", "regression_gradients"))
def autograd_week7(hand: Hand) -> None:
    """By hand, but: a closure over autograd made in another cell."""
    hand.before(
        "regression_gradients",
        "import torch\ndef maker():\n    g = torch.func.grad\n    return lambda f, n: g(f, argnums=n)\nd = maker()",
    )
    hand.append(
        "regression_gradients",
        "def regression_gradients(X, T, W, b):\n    f = lambda W, b: -(T * torch.log_softmax(X @ W.T + b, 1)).sum(1).mean()\n"
        "    return d(f, (0, 1))(W, b)",
    )


@case("week8/mnist", loses=("classifier_gradients",), solved=("neuron", "classifier_gradients"))
def autograd_week8(hand: Hand) -> None:
    """By hand, but: the gradients come from a generator that differentiates."""
    hand.append(
        "classifier_gradients",
        "real = classifier_gradients\ndef classifier_gradients(*a):\n    def g():\n"
        "        yield torch.func.grad(lambda x: x.sum())(a[0])\n    next(g())\n    return real(*a)",
    )
