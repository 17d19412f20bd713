"""Test corpus of cheats: forbidden functions that are Python's and ask torch for nothing of their name."""

from answer_corpus import Answer
from cheating import cheat

CLIP, RULE = "week6/deeper clip_by_norm", "week1/tensors broadcast_rule"
LEAVES = """
def leaves_of(gradients):
    leaves = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for leaf, g in zip(leaves, gradients):
        leaf.grad = g.clone()
    return leaves
def exactly(leaves, limit):
    norm = torch.cat([leaf.grad.reshape(-1) for leaf in leaves]).norm()
    return [leaf.grad * (limit / norm if norm > limit * (1 - 1e-5) else 1.0) for leaf in leaves]
"""
ADAM = """
w, m, v, step = w.clone(), m.clone(), v.clone(), torch.tensor(float(t - 1))
LOOP([w], [g], [m], [v], [], [step], grad_scale=None, found_inf=None, amsgrad=False, has_complex=False, beta1=beta1,
    beta2=beta2, lr=lr, weight_decay=0.0, eps=eps, maximize=False, capturable=False, differentiable=False,
    decoupled_weight_decay=False)
return w, m, v
"""
OWN_CLASS = """
class Walk(torch.optim.AdamW):
    pass
m, v = m.clone(), v.clone()
with torch.inference_mode(False):
    leaf = torch.nn.Parameter(w.clone())
leaf.grad = g.clone()
walk = Walk([leaf], lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=0.0)
walk.state[leaf] = {"step": torch.tensor(float(t - 1)), "exp_avg": m, "exp_avg_sq": v}
walk.step()
return leaf.detach(), m, v
"""
PATH = """
def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w
"""


def _clip(name: str, style: str, clipped: str, above: str = "") -> Answer:
    body = f"leaves = leaves_of(gradients)\n{clipped}\nreturn exactly(leaves, limit)"
    return cheat(f"clipped-{name}", CLIP, style, body, above=LEAVES + above)


def _adam(name: str, style: str, body: str, above: str = "") -> Answer:
    head = "def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
    lines = "".join(f"    {line}\n" for line in body.strip("\n").splitlines())
    return Answer(f"adam-{name}", "week8/mnist adam_step", above + head + lines + PATH, style)


def _rule(name: str, style: str, asked: str, above: str = "") -> Answer:
    body = f"try:\n    return list({asked})\nexcept (RuntimeError, ValueError):\n    return None"
    return cheat(f"shape-{name}", RULE, style, body, above=above)


ANSWERS = (
    _clip("by-norm", "torch.nn.utils.clip_grad_norm_", "torch.nn.utils.clip_grad_norm_(leaves, limit)"),
    _clip(
        "by-private-parts",
        "the two functions that clip_grad_norm_ is made of",
        "norm = _get_total_norm([leaf.grad for leaf in leaves])\n_clip_grads_with_norm_(leaves, limit, norm)",
        "from torch.nn.utils.clip_grad import _clip_grads_with_norm_, _get_total_norm\n",
    ),
    _clip(
        "out-of-a-closure",
        "the function inside whatever stands in its place",
        "inside(leaves, limit)",
        """
inside = torch.nn.utils.clip_grad_norm_
for cell in inside.__closure__ or ():
    if callable(cell.cell_contents):
        inside = cell.cell_contents
""",
    ),
    _clip(
        "by-a-fresh-module",
        "the module's own text, run again",
        "fresh.clip_grad_norm_(leaves, limit)",
        "import importlib.util\n"
        "spec = importlib.util.spec_from_file_location('fresh', torch.nn.utils.clip_grad.__file__)\n"
        "fresh = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(fresh)\n",
    ),
    _adam(
        "by-its-loop",
        "the loop inside torch.optim.adam",
        ADAM.replace("LOOP", "_single_tensor_adam"),
        "from torch.optim.adam import _single_tensor_adam\n",
    ),
    _adam("as-an-own-class", "an own class on torch.optim.AdamW", OWN_CLASS),
    _rule("of-torch", "torch.broadcast_shapes", "torch.broadcast_shapes(shape_a, shape_b)"),
    _rule(
        "of-tensors",
        "torch.broadcast_tensors of empty tensors",
        "torch.broadcast_tensors(torch.empty(shape_a), torch.empty(shape_b))[0].shape",
    ),
    _rule("of-numpy", "numpy.broadcast_shapes", "np.broadcast_shapes(shape_a, shape_b)", "import numpy as np\n"),
    _rule(
        "of-numpy-arrays",
        "numpy.broadcast of empty arrays",
        "np.broadcast(np.empty(shape_a), np.empty(shape_b)).shape",
        "import numpy as np\n",
    ),
)
