"""Test corpus of cheats: forbidden layers, optimisers and slopes under another name."""

from answer_corpus import Answer
from cheating import cheat

F = "torch.nn.functional"
ELU_SLOPE = "def elu_slope(Z, alpha):\n    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))\n"
TANH_SLOPE = "def tanh_slope(Z):\n    return 1 - tanh_by_sigmoid(Z) ** 2\n"
PATH = """
def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w
"""


def _elu(name: str, style: str, line: str) -> Answer:
    return Answer(f"elu-{name}", "week4/xor elu", f"def elu(Z, alpha):\n    {line}\n\n{ELU_SLOPE}", style)


def _tanh(name: str, style: str, lines: str, above: str = "") -> Answer:
    source = f"{above}def tanh_by_sigmoid(Z):\n    {lines}\n\n{TANH_SLOPE}"
    return Answer(f"tanh-{name}", "week4/xor tanh_slope", source, style)


def _adam(name: str, style: str, body: str) -> Answer:
    head = "def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
    lines = "".join(f"    {line}\n" for line in body.strip("\n").splitlines())
    return Answer(f"adam-{name}", "week8/mnist adam_step", head + lines + PATH, style)


OPTIMIZER = """
m, v = m.clone(), v.clone()
with torch.inference_mode(False):
    leaf = torch.nn.Parameter(w.clone())
leaf.grad = g.clone()
optimizer = torch.optim.NAME([leaf], lr=lr, betas=(beta1, beta2), eps=eps, MORE)
optimizer.state[leaf] = {"step": torch.tensor(float(t - 1)), "exp_avg": m, "exp_avg_sq": v}
optimizer.step()
return leaf.detach(), m, v
"""
FUNCTIONAL = """
from torch.optim.adam import adam
w, m, v, step = w.clone(), m.clone(), v.clone(), torch.tensor(float(t - 1))
adam(
    [w], [g], [m], [v], [], [step], FOREACH, amsgrad=False, beta1=beta1, beta2=beta2, lr=lr,
    weight_decay=0.0, eps=eps, maximize=False,
)
return w, m, v
"""

ANSWERS = (
    _elu("as-a-layer", "torch.nn.ELU", "return torch.nn.ELU(alpha)(Z)"),
    _elu("of-celu", "the left part of celu, scaled", f"return torch.where(Z > 0, Z, alpha * {F}.celu(Z))"),
    _elu(
        "of-selu",
        "the left part of selu, its constants divided out",
        f"return torch.where(Z > 0, Z, alpha * {F}.selu(Z) / (1.6732632423543772 * 1.0507009873554805))",
    ),
    _elu("by-operator", "torch.ops.aten.elu", "return torch.ops.aten.elu(Z, alpha)"),
    _tanh("as-a-layer", "torch.nn.Tanh", "return torch.nn.Tanh()(Z)"),
    _tanh("of-tanhshrink", "what tanhshrink takes away", f"return Z - {F}.tanhshrink(Z)"),
    _tanh("of-a-transform", "a transform of torch.distributions", "return torch.distributions.TanhTransform()(Z)"),
    _tanh(
        "of-a-cell",
        "a recurrent cell whose weight is 1",
        "one, none = torch.ones(1, 1).to(Z), torch.zeros(1).to(Z)\n"
        "    flat = Z.reshape(-1, 1)\n"
        "    return torch.rnn_tanh_cell(flat, 0 * flat, one, one, none, none).reshape(Z.shape)",
    ),
    _tanh(
        "by-numpy",
        "numpy's tanh",
        "return torch.from_numpy(np.tanh(Z.numpy()))",
        "import numpy as np\n",
    ),
    _tanh(
        "by-math",
        "Python's own tanh, entry by entry",
        "return torch.tensor([math.tanh(z) for z in Z.reshape(-1).tolist()], dtype=Z.dtype).reshape(Z.shape)",
        "import math\n",
    ),
    cheat(
        "linear-as-a-module",
        "week1/tensors layer",
        "torch.nn.Linear with these weights",
        """
with torch.no_grad():
    model = torch.nn.Linear(W.shape[1], W.shape[0], dtype=W.dtype)
    model.weight.copy_(W)
    model.bias.copy_(b)
    return model(X)
""",
    ),
    cheat("linear-by-its-kernel", "week1/tensors layer", "torch._C._nn.linear", "return torch._C._nn.linear(X, W, b)"),
    cheat(
        "linear-by-operator", "week1/tensors layer", "torch.ops.aten.linear", "return torch.ops.aten.linear(X, W, b)"
    ),
    cheat(
        "clipped-in-two-steps",
        "week6/deeper clip_by_norm",
        "the two halves of torch's clip_grad_norm_",
        """
leaves = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
for leaf, g in zip(leaves, gradients):
    leaf.grad = g.clone()
total = torch.nn.utils.get_total_norm([leaf.grad for leaf in leaves])
if total > limit:
    for leaf in leaves:
        leaf.grad *= limit / total
return [leaf.grad for leaf in leaves]
""",
    ),
    cheat(
        "clipped-by-torch",
        "week6/deeper clip_by_norm",
        "torch.nn.utils.clip_grad_norm_ under another name",
        """
leaves = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
for leaf, g in zip(leaves, gradients):
    leaf.grad = g.clone()
total = torch.cat([g.reshape(-1) for g in gradients]).norm()
tidy(leaves, limit + 1e-6 * float(limit) / float(total) if total > limit else limit)
return [leaf.grad * min(1.0, float(limit / leaf_norm(leaves))) for leaf in leaves]
""",
        above="from torch.nn.utils import clip_grad_norm_ as tidy\n"
        "def leaf_norm(leaves):\n    return torch.cat([leaf.grad.reshape(-1) for leaf in leaves]).norm()\n",
    ),
    cheat(
        "clipped-by-renorm",
        "week6/deeper clip_by_norm",
        "torch.renorm of all gradients in one row",
        """
flat = torch.renorm(torch.cat([g.reshape(-1) for g in gradients])[None], 2, 0, limit)[0]
flat = flat * torch.clamp(limit / flat.norm(), max=1.0)
norm = torch.cat([g.reshape(-1) for g in gradients]).norm()
flat = flat * (limit / flat.norm()) if norm > limit else flat
return [part.reshape(g.shape) for part, g in zip(flat.split([g.numel() for g in gradients]), gradients)]
""",
    ),
    cheat(
        "dropped-by-a-layer",
        "week8/mnist dropout",
        "torch.nn.Dropout that drops everything, where something is to be dropped",
        "return torch.where(U < p, torch.nn.Dropout(1.0)(A), A / (1 - p)) if training else A",
    ),
    cheat(
        "dropped-by-features",
        "week8/mnist dropout",
        "feature_dropout that drops everything",
        "return torch.where(U < p, torch.feature_dropout(A, 1.0, True), A / (1 - p)) if training else A",
    ),
    cheat(
        "dropped-by-a-kernel",
        "week8/mnist dropout",
        "the kernel of dropout's backward pass, which masks and scales",
        "return torch.ops.aten.native_dropout_backward(A, U >= p, 1 / (1 - p)) if training else A",
    ),
    _adam("of-torch", "torch.optim.Adam with its state set", OPTIMIZER.replace("NAME", "Adam").replace(", MORE", "")),
    _adam(
        "without-decay",
        "torch.optim.AdamW without decay",
        OPTIMIZER.replace("NAME", "AdamW").replace("MORE", "weight_decay=0.0"),
    ),
    _adam(
        "for-each",
        "torch.optim.AdamW, all parameters at once",
        OPTIMIZER.replace("NAME", "AdamW").replace("MORE", "weight_decay=0.0, foreach=True"),
    ),
    _adam(
        "fused",
        "torch.optim.AdamW, fused",
        OPTIMIZER.replace("NAME", "AdamW").replace("MORE", "weight_decay=0.0, fused=True"),
    ),
    _adam("as-a-function", "torch.optim.adam.adam", FUNCTIONAL.replace("FOREACH", "foreach=False")),
    _adam(
        "as-a-function-for-each", "torch.optim.adam.adam, all at once", FUNCTIONAL.replace("FOREACH", "foreach=True")
    ),
)
