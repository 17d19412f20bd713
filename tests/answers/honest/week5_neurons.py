"""Test corpus of honest work: the graph, the neuron and the activations of week 5."""

from answer_corpus import Answer

ANSWERS = (
    Answer(
        "graph-as-in-the-figure",
        "week5/backprop graph_gradients",
        """
def graph_gradients(a, b, c):
    # forward
    u = b * c
    v = a + u
    L = 3 * v
    # backward
    dL = 1
    dv = 3 * dL
    du = dv
    da = dv
    db = c * du
    dc = b * du
    # locals() is handy while I look for my mistake
    print({name: value for name, value in locals().items() if name.startswith("d")})
    return dict(u=u, v=v, L=L, dv=dv, du=du, da=da, db=db, dc=dc)
""",
        "locals() in a print",
    ),
    Answer(
        "graph-typed-dict",
        "week5/backprop graph_gradients",
        """
from typing import TypedDict

class Gradients(TypedDict):
    u: float
    v: float
    L: float
    dv: float
    du: float
    da: float
    db: float
    dc: float

def graph_gradients(a: float, b: float, c: float) -> Gradients:
    u = b * c
    v = a + u
    return Gradients(u=u, v=v, L=3.0 * v, dv=3.0, du=3.0, da=3.0, db=3.0 * c, dc=3.0 * b)
""",
        "a TypedDict as the result",
    ),
    Answer(
        "graph-own-value-machine",
        "week5/backprop graph_gradients",
        """
class Number:
    '''A number that remembers what it was made of (after Karpathy's micrograd).'''

    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(children)

    def __add__(self, other):
        out = Number(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Number(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()


def graph_gradients(a, b, c):
    a, b, c = Number(a), Number(b), Number(c)
    u = b * c
    v = a + u
    L = Number(3.0) * v
    L.backward()
    values = {"u": u.data, "v": v.data, "L": L.data}
    return {**values, "dv": v.grad, "du": u.grad, "da": a.grad, "db": b.grad, "dc": c.grad}
""",
        "an own little differentiator with grad and backward, Karpathy's way",
    ),
    Answer(
        "graph-nodes-with-vjp",
        "week5/backprop graph_gradients",
        """
import operator

class Node:
    def __init__(self, op, vjp):
        self.op, self.vjp = op, vjp

PLUS = Node(operator.add, lambda g, x, y: (g, g))
TIMES = Node(operator.mul, lambda g, x, y: (g * y, g * x))

def graph_gradients(a, b, c):
    u = TIMES.op(b, c)
    v = PLUS.op(a, u)
    L = TIMES.op(3.0, v)
    _, dv = TIMES.vjp(1.0, 3.0, v)
    da, du = PLUS.vjp(dv, a, u)
    db, dc = TIMES.vjp(du, b, c)
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}
""",
        "the operator module, and nodes with a field vjp",
    ),
    Answer(
        "neuron-helper-called-error",
        "week5/backprop neuron_gradients",
        """
def error(x0, x1, w0, w1, b, y):
    return x0 * w0 + x1 * w1 + b - y

def neuron_gradients(x0, x1, w0, w1, b, y):
    e = error(x0, x1, w0, w1, b, y)
    return 2 * e * x0, 2 * e * x1, 2 * e
""",
        "a helper called error, as a name of the course's",
    ),
    Answer(
        "neuron-helper-called-name-and-g",
        "week5/backprop neuron_gradients",
        """
name = "neuron of " + "week 5"

def g(z):
    '''derivative of the square'''
    return 2 * z

def neuron_gradients(x0, x1, w0, w1, b, y):
    z = x0 * w0 + x1 * w1 + b
    d = g(z - y)
    return d * x0, d * x1, d * torch.ones_like(b)
""",
        "a helper called g and a text called name",
    ),
    Answer(
        "neuron-namedtuple",
        "week5/backprop neuron_gradients",
        """
from collections import namedtuple

Grads = namedtuple("Grads", ["dw0", "dw1", "db"])

def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    dy_hat = 2 * (y_hat - y)
    return Grads(dw0=dy_hat * x0, dw1=dy_hat * x1, db=dy_hat)
""",
        "a namedtuple as the result",
    ),
    Answer(
        "neuron-counts-its-calls",
        "week5/backprop neuron_gradients",
        """
calls = 0
history = []

def neuron_gradients(x0, x1, w0, w1, b, y):
    global calls
    calls += 1
    e = x0 * w0 + x1 * w1 + b - y
    history.append(e.item())
    print(f"call {calls}: error {e.item():.4f}")
    return 2 * e * x0, 2 * e * x1, 2 * e
""",
        "a global counter and a list that grows",
    ),
    Answer(
        "neuron-walrus-and-dot",
        "week5/backprop neuron_gradients",
        """
def neuron_gradients(x0, x1, w0, w1, b, y):
    x, w = torch.stack([x0, x1, torch.ones_like(b)]), torch.stack([w0, w1, b])
    return tuple(2 * (r := w.dot(x) - y) * x)
""",
        "a walrus, and unpacking a tensor",
    ),
    Answer(
        "relu-backward-mask",
        "week5/backprop relu_backward",
        """
def relu_backward(dA, Z):
    dZ = dA.clone()
    dZ[Z <= 0] = 0
    return dZ
""",
        "as in every tutorial: a copy, and a mask",
    ),
    Answer(
        "relu-backward-class-of-layers",
        "week5/backprop relu_backward",
        """
class Relu:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = (x <= 0)
        out = x.clone()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout = dout.clone()
        dout[self.mask] = 0
        return dout


def relu_backward(dA, Z):
    layer = Relu()
    layer.forward(Z)
    return layer.backward(dA)
""",
        "the layer of a well-known book, with a mask",
    ),
    Answer(
        "relu-backward-typed-alias",
        "week5/backprop relu_backward",
        """
from collections.abc import Callable
from typing import cast

Tensor = torch.Tensor
Rule = Callable[[Tensor, Tensor], Tensor]

def _rule(dA: Tensor, Z: Tensor) -> Tensor:
    return cast(Tensor, dA * (Z > 0).to(dA.dtype))

relu_rule: Rule = _rule

def relu_backward(dA: Tensor, Z: Tensor) -> Tensor:
    return relu_rule(dA, Z)
""",
        "aliases of Tensor and Callable, cast",
    ),
    Answer(
        "relu-backward-entry-by-entry",
        "week5/backprop relu_backward",
        """
def relu_backward(dA, Z):
    n, h = Z.shape
    dZ = torch.zeros(n, h).double()
    for i in range(n):
        for j in range(h):
            if Z[i, j] > 0:
                dZ[i, j] = dA[i, j]
            # else it stays zero
    return dZ
""",
        "two loops",
    ),
    Answer(
        "sigmoid-backward-abs",
        "week5/backprop sigmoid_backward",
        """
def sigmoid_backward(dA, Z):
    # e^-|z| / (1 + e^-|z|)^2 is the same for z and -z and never overflows
    e = torch.exp(-Z.abs())
    return dA * e / (1 + e) ** 2
""",
        "the even form that never overflows",
    ),
    Answer(
        "sigmoid-backward-cudnn-flag",
        "week5/backprop sigmoid_backward",
        """
# so that my results are the same every time
torch.manual_seed(42)
torch.backends.cudnn.deterministic = True
torch.backends.cudnn.benchmark = False

# %%
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * s * (1 - s)
""",
        "seeds and cudnn's flags in a cell of their own",
    ),
    Answer(
        "sigmoid-backward-device-line",
        "week5/backprop sigmoid_backward",
        """
device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
print("using", device)

# %%
def sigmoid_backward(dA, Z):
    A = 1 / (1 + torch.exp(-Z.clamp(-500, 500)))
    dZ = dA * A * (1 - A)
    return dZ
""",
        "the usual device line, torch.backends.mps in it",
    ),
    Answer(
        "sigmoid-backward-lru-cache",
        "week5/backprop sigmoid_backward",
        """
import math
from functools import lru_cache

@lru_cache(maxsize=None)
def slope(z):
    s = 1 / (1 + math.exp(-z)) if z > -700 else 0.0
    return s * (1 - s)

def sigmoid_backward(dA, Z):
    slopes = [[slope(z) for z in row] for row in Z.tolist()]
    return dA * torch.tensor(slopes, dtype=dA.dtype)
""",
        "lru_cache on a function of one number that is called slope",
    ),
    Answer(
        "sigmoid-backward-getattr",
        "week5/backprop sigmoid_backward",
        """
ACTIVATION = "sigmoid"

def sigmoid_backward(dA, Z):
    f = getattr(torch, "sigmoid")
    A = f(Z)
    return torch.mul(torch.mul(dA, A), torch.sub(1, A))
""",
        "getattr with a plain text",
    ),
    Answer(
        "tanh-backward-p-and-m",
        "week5/backprop tanh_backward",
        """
def tanh_backward(dA, Z):
    p, m = torch.exp(Z), torch.exp(-Z)
    A = (p - m) / (p + m)
    return dA * (1 - A**2)
""",
        "tanh written out as (p - m) / (p + m)",
    ),
    Answer(
        "tanh-backward-one-exponential",
        "week5/backprop tanh_backward",
        """
def tanh_backward(dA, Z):
    e = torch.exp(-2 * Z)
    T = (1 - e) / (1 + e)
    return dA * (1 - T * T)
""",
        "tanh written out as (1 - e) / (1 + e)",
    ),
    Answer(
        "tanh-backward-artanh",
        "week5/backprop tanh_backward",
        """
def tanh_backward(dA, Z):
    t = Z.tanh()
    # sanity: artanh brings z back where t is not too near 1
    z = (torch.log(1 + t) - torch.log(1 - t)) / 2
    middle = t.abs() < 0.9
    assert torch.allclose(z[middle], Z[middle])
    return dA - dA * t * t
""",
        "log(1 + t) - log(1 - t) in an assertion about its own numbers",
    ),
    Answer(
        "tanh-backward-registry",
        "week5/backprop tanh_backward",
        """
activations = {}

def register(name, f, slope):
    activations[name] = (f, slope)

register("tanh", torch.tanh, lambda A: 1 - A**2)
register("sigmoid", torch.sigmoid, lambda A: A * (1 - A))
register("relu", lambda Z: Z.clamp(min=0), lambda A: (A > 0).double())

def tanh_backward(dA, Z):
    f, slope = activations["tanh"]
    return dA * slope(f(Z))
""",
        "a registry that statements above fill",
    ),
    Answer(
        "tanh-backward-table-of-a-loop",
        "week5/backprop tanh_backward",
        """
SLOPES = {}
for name, slope in [("tanh", lambda A: 1 - A * A), ("identity", lambda A: torch.ones_like(A))]:
    SLOPES[name] = slope

def tanh_backward(dA, Z):
    return SLOPES["tanh"](torch.tanh(Z)) * dA
""",
        "a dict that a loop fills",
    ),
    Answer(
        "tanh-backward-singledispatch",
        "week5/backprop tanh_backward",
        """
from functools import singledispatch
import math

@singledispatch
def slope_of_tanh(z):
    raise TypeError(f"cannot take {type(z)}")

@slope_of_tanh.register
def _(z: float):
    return 1 - math.tanh(z) ** 2

@slope_of_tanh.register(torch.Tensor)
def _(z):
    return 1 - torch.tanh(z) ** 2

def tanh_backward(dA, Z):
    return dA * slope_of_tanh(Z)
""",
        "functools.singledispatch with two registered functions",
    ),
    Answer(
        "tanh-backward-checked-in-a-cell-below",
        "week5/backprop tanh_backward",
        """
def tanh_backward(dA, Z):
    return dA * (1 - torch.tanh(Z) ** 2)

# %%
# compare with autograd
Zt = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
up = torch.randn(4, 3, dtype=torch.float64)
torch.tanh(Zt).backward(up)
torch.testing.assert_close(tanh_backward(up, Zt.detach()), Zt.grad)
print("ok")
""",
        "compared with autograd in a cell of its own below",
    ),
    Answer(
        "tanh-backward-assert-close-above",
        "week5/backprop tanh_backward",
        """
half = torch.tensor([0.5, -0.5])
by_exp = 1 - 2 / (torch.exp(2 * half) + 1)
torch.testing.assert_close(by_exp, torch.tanh(half))

def tanh_backward(dA, Z):
    A = 1 - 2 / (torch.exp(2 * Z) + 1)
    return dA * (1 - A**2)
""",
        "torch.testing.assert_close in a scratch statement above the answer",
    ),
    Answer(
        "tanh-backward-own-F-beside-an-import",
        "week5/backprop tanh_backward",
        """
import torch.nn as nn
import torch.nn.functional as F

# %%
def F(Z):
    return torch.tanh(Z)

def f_prime(Z):
    return 1 - F(Z) ** 2

def tanh_backward(dA, Z):
    return dA * f_prime(Z)
""",
        "an own F beside an import of that name that is not used",
    ),
    Answer(
        "tanh-backward-pandas-options",
        "week5/backprop tanh_backward",
        """
import pandas as pd
pd.options.display.max_rows = 8
pd.set_option("display.precision", 3)

# %%
def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    return dA * (1.0 - A.square())

# %%
pd.DataFrame(tanh_backward(torch.ones(2, 3), torch.zeros(2, 3)).numpy())
""",
        "pandas' options in a cell above",
    ),
)
