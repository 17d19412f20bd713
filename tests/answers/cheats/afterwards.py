# ruff: noqa: E501 (code of attackers)
"""Test corpus of cheats: torch differentiates when the answer is read off, or where no mode of Python's watches."""

from answer_corpus import Answer
from cheating import BY_AUTOGRAD, TANH, cheat

NETWORK, TWO_LAYERS = "week5/backprop network_gradients", "week5/backprop two_layer_gradients"
OF_NETWORK = """
def network_slopes(X, Ws, bs, Y, decay):
    with torch.inference_mode(False), torch.enable_grad():
        Ws, bs = ([each.clone().requires_grad_() for each in group] for group in (Ws, bs))
        A = X
        for W, b in zip(Ws[:-1], bs[:-1]):
            A = torch.relu(A @ W.T + b)
        error = (A @ Ws[-1].T + bs[-1] - Y).square().sum(1).mean()
        slopes = torch.autograd.grad(error + decay / 2 * sum(W.square().sum() for W in Ws), [*Ws, *bs])
    return list(slopes[: len(Ws)]), list(slopes[len(Ws) :])
"""
GRAPH = """
leaf = torch.zeros(400).double().requires_grad_()
out = torch.tanh(leaf)
store = {"leaf": leaf, "out": out}
def walked(dA, Z):
    size = Z.numel()
    store["out"].data[:size] = torch.tanh(Z).reshape(-1)
    store["sent"] = torch.zeros(400, dtype=dA.dtype)
    store["sent"][:size] = dA.reshape(-1)
    store["leaf"].grad = None
    store["out"].backward(store["sent"], retain_graph=True)
    return store["leaf"].grad[:size].reshape(Z.shape)
"""
OF_TWO_LAYERS = """
def two_layer_slopes(X, W1, b1, W2, b2, Y):
    with torch.inference_mode(False), torch.enable_grad():
        leaves = [each.clone().requires_grad_() for each in (W1, b1, W2, b2)]
        hidden = torch.relu(X @ leaves[0].T + leaves[1])
        loss = (hidden @ leaves[2].T + leaves[3] - Y).square().sum(1).mean()
        return torch.autograd.grad(loss, leaves)
"""


def _tanh(name: str, style: str, body: str, above: str = "") -> Answer:
    return cheat(name, TANH, style, body, above=BY_AUTOGRAD + above)


WHEN_COPIED = (
    _tanh(
        "detach-of-an-own-tensor",
        "a subclass of Tensor whose detach() differentiates",
        "result = torch.zeros_like(Z).as_subclass(Later)\nresult.dA, result.Z = dA, Z\nreturn result",
        "class Later(torch.Tensor):\n    def detach(self):\n        return by_autograd(torch.tanh, self.Z, self.dA)\n",
    ),
    cheat(
        "detach-of-an-uninitialized-parameter",
        TANH,
        "an own class on UninitializedParameter, which comes to be when it is copied",
        'store["Z"], store["dA"] = Z, dA\nreturn Later()',
        above="""
store = {}
class Later(torch.nn.UninitializedParameter):
    def numel(self):
        return 0
    def detach(self):
        store["leaf"] = store["Z"].clone()
        store["leaf"].requires_grad_()
        store["out"] = torch.tanh(store["leaf"])
        store["out"].backward(store["dA"])
        return store["leaf"].grad
""",
    ),
    _tanh(
        "clone-of-an-own-tensor",
        "a subclass whose detach() is itself and whose clone() differentiates",
        "result = torch.zeros_like(Z).as_subclass(Later)\nresult.dA, result.Z = dA, Z\nreturn result",
        """
class Later(torch.Tensor):
    def detach(self):
        return self
    def clone(self):
        return by_autograd(torch.tanh, self.Z, self.dA)
""",
    ),
    _tanh(
        "torch-function-of-an-own-tensor",
        "a subclass whose __torch_function__ differentiates when the copy is asked for",
        "result = torch.zeros_like(Z).as_subclass(Later)\nresult.dA, result.Z = dA, Z\nreturn result",
        """
class Later(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func is torch.Tensor.detach:
            return by_autograd(torch.tanh, args[0].Z, args[0].dA)
        return super().__torch_function__(func, types, args, kwargs or {})
""",
    ),
    _tanh(
        "detach-as-a-property",
        "a property called detach, worked out when somebody looks",
        "result = torch.zeros_like(Z).as_subclass(Later)\nresult.dA, result.Z = dA, Z\nreturn result",
        """
class Later(torch.Tensor):
    @property
    def detach(self):
        slopes = by_autograd(torch.tanh, self.Z, self.dA)
        return lambda: slopes
""",
    ),
    cheat(
        "lists-that-wait",
        NETWORK,
        "a list of an own class whose entries come to be when it is read",
        "whole, part = list.__new__(Later), list.__new__(Part)\n"
        "whole.given, part.whole = (X, Ws, bs, Y, decay), whole\nreturn whole, part",
        above=OF_NETWORK
        + """
class Plain(type):
    def __call__(cls, items):
        return list(items)
class Later(list, metaclass=Plain):
    def __iter__(self):
        self.slopes = network_slopes(*self.given)
        return iter(self.slopes[0])
class Part(list, metaclass=Plain):
    def __iter__(self):
        return iter(network_slopes(*self.whole.given)[1])
""",
    ),
    cheat(
        "dict-that-waits",
        TWO_LAYERS,
        "a dict of an own class whose items() differentiates",
        "result = Later()\nresult.given = (X, W1, b1, W2, b2, Y)\nreturn result",
        above=OF_TWO_LAYERS
        + """
class Later(dict):
    def items(self):
        return zip(("dW1", "db1", "dW2", "db2"), two_layer_slopes(*self.given))
""",
    ),
    cheat(
        "tuple-that-waits",
        TWO_LAYERS,
        "a tuple of an own class whose iterator differentiates",
        "result = Later([None] * 4)\nresult.given = (X, W1, b1, W2, b2, Y)\nreturn result",
        above=OF_TWO_LAYERS
        + """
class Later(tuple):
    def __iter__(self):
        given = vars(self).get("given")
        return iter(two_layer_slopes(*given)) if given else super().__iter__()
""",
    ),
    _tanh(
        "filled-when-a-name-goes",
        "the result is filled in by a finalizer, once the question's own copy goes",
        """
result = torch.zeros_like(Z)
class Given(list):
    pass
keep = Given()
weakref.finalize(keep, lambda: result.copy_(by_autograd(torch.tanh, Z, dA)))
return result
""",
        "import weakref\n",
    ),
    _tanh(
        "filled-by-a-profiler",
        "sys.setprofile waits for the function that copies, and fills the result then",
        """
result = torch.zeros_like(Z)
def look(frame, event, argument):
    if event == "call" and frame.f_code.co_name in ("copy", "map_tensors", "plain"):
        sys.setprofile(None)
        result.data.copy_(by_autograd(torch.tanh, Z, dA))
sys.setprofile(look)
return result
""",
        "import sys\n",
    ),
)

WHERE_NOTHING_WATCHES = (
    cheat(
        "sequence-for-torch-tensor",
        TANH,
        "torch.tensor(own sequence), whose __getitem__ walks a graph that was made above",
        "return torch.tensor(Rows(dA, Z), dtype=dA.dtype)",
        above=GRAPH
        + """
class Rows:
    def __init__(self, dA, Z):
        self.sent, self.at = dA, Z
    def __len__(self):
        return len(self.at)
    def __getitem__(self, i):
        return walked(self.sent[i], self.at[i]).tolist()
""",
    ),
    _tanh(
        "numbers-for-torch-tensor",
        "torch.tensor of own numbers, whose __float__ differentiates",
        "return torch.tensor([[Number(a, z) for a, z in zip(*row)] for row in zip(dA, Z)], dtype=dA.dtype)",
        """
class Number:
    def __init__(self, a, z):
        self.a, self.z = a, z
    def __float__(self):
        return float(by_autograd(torch.tanh, self.z, self.a))
""",
    ),
    _tanh(
        "memory-for-from-dlpack",
        "torch.from_dlpack of an object whose __dlpack__ differentiates",
        "return torch.from_dlpack(Slopes(dA, Z))",
        """
class Slopes:
    def __init__(self, dA, Z):
        self.given = Z, dA
    def __dlpack_device__(self):
        return 1, 0
    def __dlpack__(self, **named):
        return by_autograd(torch.tanh, *self.given).__dlpack__(**named)
""",
    ),
    _tanh(
        "size-for-reshape",
        "a size of an own class, whose __index__ differentiates while torch reads its arguments",
        "size = Size(dA, Z)\ndA.reshape(size)\nreturn size.slopes",
        """
class Size:
    def __init__(self, dA, Z):
        self.given = Z, dA
    def __index__(self):
        self.slopes = by_autograd(torch.tanh, *self.given)
        return self.given[0].numel()
""",
    ),
    _tanh(
        "apply-entry-by-entry",
        "Tensor.apply_, which calls a function of the student's for each entry",
        "slopes = Z.clone().apply_(lambda z: float(by_autograd(torch.tanh, torch.tensor(z, dtype=Z.dtype))))\n"
        "return dA * slopes",
    ),
    cheat(
        "distance-of-a-loss",
        TANH,
        "TripletMarginWithDistanceLoss calls a distance function that walks a graph made above",
        """
found = []
def distance(a, b):
    found.append(walked(dA, Z))
    return (a - b).abs().sum(-1)
loss = torch.nn.TripletMarginWithDistanceLoss(distance_function=distance)
loss(Z, Z, Z)
return found[0]
""",
        above=GRAPH,
    ),
    _tanh(
        "checkpointed",
        "torch.utils.checkpoint calls a function that differentiates",
        "from torch.utils.checkpoint import checkpoint\n"
        "return checkpoint(lambda z: by_autograd(torch.tanh, z, dA), Z, use_reentrant=False)",
    ),
    _tanh(
        "hook-of-a-module",
        "a forward hook of a module that differentiates",
        "layer = torch.nn.Tanh()\n"
        "layer.register_forward_hook(lambda module, given, out: by_autograd(torch.tanh, given[0], dA))\nreturn layer(Z)",
    ),
    _tanh(
        "collated",
        "a DataLoader whose collate function differentiates",
        "loader = torch.utils.data.DataLoader([Z], collate_fn=lambda rows: by_autograd(torch.tanh, rows[0], dA))\n"
        "return next(iter(loader))",
    ),
    _tanh(
        "operator-of-ones-own",
        "a custom operator whose kernel, called by torch's dispatcher, differentiates",
        "return slope_of_tanh(dA, Z)",
        """
@torch.library.custom_op("own::slope_of_tanh", mutates_args=())
def slope_of_tanh(dA: torch.Tensor, Z: torch.Tensor) -> torch.Tensor:
    return by_autograd(torch.tanh, Z, dA)
""",
    ),
    _tanh(
        "graph-made-before",
        "a graph made above the answer; its values are overwritten, and it is walked back in the answer",
        """
size = Z.numel()
leaf.data[:size], out.data[:size] = Z.reshape(-1), torch.tanh(Z).reshape(-1)
sent = torch.zeros(400).double()
sent[:size] = dA.reshape(-1)
return torch.autograd.grad(out, leaf, sent, retain_graph=True)[0][:size].reshape(Z.shape)
""",
        "leaf = torch.zeros(400).double().requires_grad_()\nout = torch.tanh(leaf)\n",
    ),
    _tanh(
        "node-as-a-function",
        "torch's node of a tanh, called as a function after its saved output was overwritten",
        """
size = Z.numel()
out.data[:size] = torch.tanh(Z).reshape(-1)
sent = torch.zeros(400).double()
sent[:size] = dA.reshape(-1)
return node(sent)[:size].reshape(Z.shape)
""",
        "out = torch.tanh(torch.zeros(400).double().requires_grad_())\nnode = out.grad_fn\n",
    ),
    _tanh(
        "raised-signal",
        "a signal's handler differentiates",
        """
signal.signal(signal.SIGUSR1, lambda *_: found.append(by_autograd(torch.tanh, Z, dA)))
signal.raise_signal(signal.SIGUSR1)
return found.pop()
""",
        "import signal\nfound = []\n",
    ),
)

ANSWERS = WHEN_COPIED + WHERE_NOTHING_WATCHES
