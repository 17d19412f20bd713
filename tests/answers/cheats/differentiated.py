# ruff: noqa: E501 (code of attackers)
"""Test corpus of cheats: torch differentiates in the answer, by each of its ways."""

from answer_corpus import Answer
from cheating import TANH, cheat


def _tanh(name: str, style: str, body: str, above: str = "") -> Answer:
    return cheat(name, TANH, style, body, above=above)


def _outside(lines: str) -> str:
    """Lines of a body that run outside inference mode, so that leaves of a graph can be made."""
    inside = "".join(f"    {line}\n" for line in lines.strip("\n").splitlines())
    return f"with torch.inference_mode(False), torch.enable_grad():\n{inside}"


BACKWARDS = (
    _tanh(
        "autograd-grad",
        "torch.autograd.grad, openly",
        _outside("leaf = Z.clone().requires_grad_()\nreturn torch.autograd.grad(torch.tanh(leaf), leaf, dA)[0]"),
    ),
    _tanh(
        "backward-and-grad",
        "backward(), and the leaf's grad",
        _outside("leaf = Z.clone().requires_grad_()\ntorch.tanh(leaf).backward(dA)\nreturn leaf.grad"),
    ),
    _tanh("func-grad", "torch.func.grad of a sum", "return torch.func.grad(lambda z: (dA * torch.tanh(z)).sum())(Z)"),
    _tanh("func-vjp", "torch.func.vjp", "return torch.func.vjp(torch.tanh, Z)[1](dA)[0]"),
    _tanh(
        "func-jacrev",
        "the whole Jacobian, and its diagonal",
        "flat = torch.func.jacrev(torch.tanh)(Z.reshape(-1)).diagonal()\nreturn dA * flat.reshape(Z.shape)",
    ),
    _tanh(
        "func-hessian",
        "tanh's slope as the second derivative of log cosh",
        "twice = torch.func.hessian(lambda z: torch.log(torch.cosh(z)))\n"
        "return dA * torch.func.vmap(twice)(Z.reshape(-1)).reshape(Z.shape)",
    ),
    _tanh(
        "functional-vjp",
        "torch.autograd.functional.vjp",
        _outside("return torch.autograd.functional.vjp(torch.tanh, Z, dA)[1]"),
    ),
    _tanh(
        "functional-jacobian",
        "torch.autograd.functional.jacobian",
        _outside("table = torch.autograd.functional.jacobian(lambda z: torch.tanh(z).sum(), Z)\nreturn dA * table"),
    ),
    _tanh(
        "engine-called",
        "torch's engine, called without a function of Python's around it",
        _outside(
            "leaf = Z.clone().requires_grad_()\n"
            "engine = torch.autograd.Variable._execution_engine\n"
            "engine.run_backward((torch.tanh(leaf),), (dA,), False, False, (), True, True)\nreturn leaf.grad"
        ),
    ),
    _tanh(
        "function-of-autograd",
        "a torch.autograd.Function whose backward is the formula, walked back by torch",
        _outside("leaf = Z.clone().requires_grad_()\nTanh.apply(leaf).backward(dA)\nreturn leaf.grad"),
        """
class Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        out = torch.tanh(z)
        ctx.save_for_backward(out)
        return out
    @staticmethod
    def backward(ctx, sent):
        return sent * (1 - ctx.saved_tensors[0] ** 2)
""",
    ),
    _tanh(
        "hook-of-a-tensor",
        "a tensor's hook picks the gradient up on its way",
        _outside(
            "got = []\nleaf = Z.clone().requires_grad_()\nleaf.register_hook(got.append)\n"
            "(torch.tanh(leaf) * dA).sum().backward()\nreturn got[0]"
        ),
    ),
    _tanh(
        "step-of-an-optimiser",
        "what a step of gradient descent changed",
        _outside(
            "leaf = torch.nn.Parameter(torch.zeros_like(Z))\noptimizer = torch.optim.SGD([leaf], lr=1.0)\n"
            "(torch.tanh(Z + leaf) * dA).sum().backward()\noptimizer.step()\nreturn -leaf.detach()"
        ),
    ),
    _tanh(
        "scripted",
        "TorchScript that calls torch.autograd.grad",
        _outside("return slope(dA, Z.clone().requires_grad_())"),
        """
from typing import List, Optional
@torch.jit.script
def slope(dA: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    sent: Optional[List[Optional[torch.Tensor]]] = [dA]
    found = torch.autograd.grad([torch.tanh(z)], [z], sent)[0]
    assert found is not None
    return found
""",
    ),
    _tanh(
        "traced",
        "a traced function, walked back",
        _outside("leaf = Z.clone().requires_grad_()\nreturn torch.autograd.grad(traced(leaf), leaf, dA)[0]"),
        "traced = torch.jit.trace(torch.tanh, torch.ones(2, 2).double())\n",
    ),
    _tanh(
        "compiled",
        'torch.compile(backend="eager") around a derivative',
        "return slope(dA, Z)",
        """
@torch.compile(backend="eager")
def slope(dA, Z):
    return torch.func.vjp(torch.tanh, Z)[1](dA)[0]
""",
    ),
    _tanh(
        "made-a-graph",
        "make_fx turns the derivative into a graph, which is then run",
        "from torch.fx.experimental.proxy_tensor import make_fx\n"
        "graph = make_fx(lambda dA, Z: torch.func.vjp(torch.tanh, Z)[1](dA)[0])(dA, Z)\nreturn graph(dA, Z)",
    ),
    _tanh(
        "functionalized",
        "torch.func.functionalize around a derivative",
        "return torch.func.functionalize(lambda a, z: torch.func.vjp(torch.tanh, z)[1](a)[0])(dA, Z)",
    ),
    _tanh(
        "script-differentiated",
        "TorchScript's own differentiation of a graph, run without the engine",
        """
found = torch._C._jit_differentiate(act.graph.copy())
back = torch._C._create_function_from_graph("back", found.df)
return back(dA, torch.tanh(Z))[0]
""",
        "@torch.jit.script\ndef act(z: torch.Tensor):\n    return torch.tanh(z)\n",
    ),
    cheat(
        "course-own-oracle",
        "week5/backprop two_layer_gradients",
        "the course's own comparison with autograd, asked for the answer",
        """
def loss(W1, b1, W2, b2):
    return (torch.relu(X @ W1.T + b1) @ W2.T + b2 - Y).square().sum(1).mean()
with torch.inference_mode(False):
    found = gradients(loss, {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, ("W1", "b1", "W2", "b2"))
return found["dW1"], found["db1"], found["dW2"], found["db2"]
""",
        above="from course.answers.oracle import gradients\n",
    ),
    cheat(
        "trained-a-step",
        "week2/linear regression_gradient",
        "torch.nn.Linear, mse_loss, and what one step of SGD changed",
        _outside(
            "model = torch.nn.Linear(len(w), 1).double()\nmodel.weight.data, model.bias.data = w[None].clone(), b[None].clone()\n"
            "loss = torch.nn.functional.mse_loss(model(X)[:, 0], y) / 2\nloss.backward()\n"
            "return model.weight.grad[0], model.bias.grad[0]"
        ),
    ),
    cheat(
        "hinge-by-autograd",
        "week3/classifiers svm_gradient",
        "the whole loss, and torch.func.grad by two arguments",
        "def loss(w, b):\n    return torch.relu(1 - y * (X @ w + b)).mean() + lam / 2 * (w @ w)\n"
        "return torch.func.grad(loss, argnums=(0, 1))(w, b)",
    ),
    cheat(
        "softmax-regression-by-autograd",
        "week7/softmax regression_gradients",
        "an own softmax, and torch.func.grad of the loss",
        "def loss(W, b):\n    Z = X @ W.T + b\n    Z = Z - Z.max(dim=1, keepdim=True).values\n"
        "    return -(T * (Z - torch.log(torch.exp(Z).sum(dim=1, keepdim=True)))).sum(dim=1).mean()\n"
        "return torch.func.grad(loss, argnums=(0, 1))(W, b)",
    ),
    cheat(
        "classifier-by-autograd",
        "week8/mnist classifier_gradients",
        "the loss of the whole network, and one call of torch.autograd.grad",
        _outside("""
Ws, bs = [W.clone().requires_grad_() for W in Ws], [b.clone().requires_grad_() for b in bs]
A = X
for W, b in zip(Ws[:-1], bs[:-1]):
    A = torch.clamp(A @ W.T + b, min=0)
Z = A @ Ws[-1].T + bs[-1]
Z = Z - Z.max(dim=1, keepdim=True).values.detach()
picked = Z[torch.arange(len(y)), y]
loss = (torch.log(torch.exp(Z).sum(dim=1)) - picked).mean()
found = torch.autograd.grad(loss, Ws + bs)
return list(found[:len(Ws)]), list(found[len(Ws):])
"""),
    ),
)

FORWARDS = (
    _tanh(
        "dual-numbers",
        "torch.autograd.forward_ad",
        _outside("""
with fw.dual_level():
    return dA * fw.unpack_dual(torch.tanh(fw.make_dual(Z.clone(), torch.ones_like(Z)))).tangent
"""),
        "import torch.autograd.forward_ad as fw\n",
    ),
    _tanh("func-jvp", "torch.func.jvp", "return torch.func.jvp(torch.tanh, (Z,), (dA,))[1]"),
    _tanh(
        "func-jacfwd",
        "torch.func.jacfwd under vmap",
        "return dA * torch.func.vmap(torch.func.jacfwd(torch.tanh))(Z.reshape(-1)).reshape(Z.shape)",
    ),
    _tanh("func-linearize", "torch.func.linearize", "return torch.func.linearize(torch.tanh, Z)[1](dA)"),
    _tanh(
        "dual-by-operator",
        "the operators of forward mode, called one by one",
        _outside("""
torch._C._enter_dual_level()
dual = torch.ops.aten._make_dual(Z.clone(), dA, 0)
slope = torch.ops.aten._unpack_dual(torch.tanh(dual), 0)[1].clone()
torch._C._exit_dual_level(level=0)
return slope
"""),
    ),
    _tanh(
        "gradcheck-numerically",
        "the numerical Jacobian of torch.autograd.gradcheck",
        """
from torch.autograd.gradcheck import get_numerical_jacobian
with torch.inference_mode(False):
    flat = Z.reshape(-1).clone().requires_grad_()
    table = get_numerical_jacobian(lambda given: torch.tanh(*given), (flat,), eps=1e-4)[0].diagonal()
    twice = get_numerical_jacobian(lambda given: torch.tanh(*given), (flat,), eps=2e-4)[0].diagonal()
    return dA * ((4 * table - twice) / 3).detach().reshape(Z.shape)
""",
    ),
)

ANSWERS = BACKWARDS + FORWARDS
