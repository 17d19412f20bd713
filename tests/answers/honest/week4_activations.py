"""Test corpus of honest work: the activations of week 4 and their slopes."""

from answer_corpus import Answer

BY_SIGMOID = """
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1

"""

ANSWERS = (
    Answer(
        "relu-where",
        "week4/xor relu",
        """
def relu(Z):
    return torch.where(Z > 0, Z, torch.zeros_like(Z))
""",
        "torch.where",
    ),
    Answer(
        "relu-half-of-abs",
        "week4/xor relu",
        """
def relu(Z):
    # (z + |z|) / 2
    return (Z + Z.abs()) / 2
""",
        "(z + |z|) / 2",
    ),
    Answer(
        "relu-flat-loop",
        "week4/xor relu",
        """
def relu(Z):
    out = []
    for z in Z.reshape(-1):
        if z.item() > 0:
            out.append(z.item())
        else:
            out.append(0.0)
    return torch.tensor(out, dtype=Z.dtype).reshape(Z.shape)
""",
        "a loop over the entries, flat",
    ),
    Answer(
        "relu-mask-in-place-own-class",
        "week4/xor relu",
        """
class ReLU:
    name = "relu"

    def __call__(self, Z):
        A = Z.clone()
        A[A < 0] = 0
        return A

_relu = ReLU()

def relu(Z):
    return _relu(Z)
""",
        "a callable object of an own class ReLU with a mask",
    ),
    Answer(
        "tanh-slope-squared",
        "week4/xor tanh_slope",
        BY_SIGMOID
        + """
def tanh_slope(Z):
    return 1 - torch.tanh(Z).pow(2)
""",
        "plain, with torch.tanh, which only the other function is asked without",
    ),
    Answer(
        "tanh-slope-by-exponentials",
        "week4/xor tanh_slope",
        """
def tanh_by_sigmoid(Z):
    S = 1 / (1 + torch.exp(-2 * Z))
    return S - (1 - S)

def tanh_slope(Z):
    p = torch.exp(Z)
    m = torch.exp(-Z)
    t = (p - m) / (p + m)
    return 1 - t * t
""",
        "tanh written out as (p - m) / (p + m)",
    ),
    Answer(
        "tanh-slope-by-one-exponential",
        "week4/xor tanh_slope",
        BY_SIGMOID
        + """
def tanh_slope(Z):
    e = torch.exp(-2 * Z.abs())
    t = (1 - e) / (1 + e)
    return (1 - t) * (1 + t)
""",
        "tanh written out as (1 - e) / (1 + e)",
    ),
    Answer(
        "tanh-slope-sech",
        "week4/xor tanh_slope",
        BY_SIGMOID
        + """
def sech(Z):
    return 1 / torch.cosh(Z)

def tanh_slope(Z):
    return sech(Z).square()
""",
        "1 / cosh squared",
    ),
    Answer(
        "tanh-slope-memo-decorator",
        "week4/xor tanh_slope",
        """
import functools

def remember(function):
    known = {}
    @functools.wraps(function)
    def wrapper(Z):
        key = (tuple(Z.shape), tuple(Z.flatten().tolist()))
        if key not in known:
            known[key] = function(Z)
        return known[key].clone()
    return wrapper

@remember
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1

@remember
def tanh_slope(Z):
    return 1 - tanh_by_sigmoid(Z) ** 2
""",
        "a memo decorator of the student's own",
    ),
    Answer(
        "elu-plain-math",
        "week4/xor elu",
        """
def elu(Z, alpha):
    negative = alpha * torch.expm1(Z.clamp(max=0))
    return torch.where(Z > 0, Z, negative)

def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), elu(Z, alpha) + alpha)
""",
        "the slope by the value: elu + alpha",
    ),
    Answer(
        "elu-masks",
        "week4/xor elu",
        """
def elu(Z, alpha):
    A = Z.clone()
    neg = Z <= 0
    A[neg] = alpha * (Z[neg].exp() - 1)
    return A

def elu_slope(Z, alpha):
    slope = torch.empty_like(Z)
    neg = Z <= 0
    slope.fill_(1.0)
    slope[neg] = alpha * Z[neg].exp()
    return slope
""",
        "masks and fill_ on an own tensor",
    ),
    Answer(
        "elu-entry-by-entry",
        "week4/xor elu",
        """
import math

def elu_of_one(z, alpha):
    return z if z > 0 else alpha * (math.exp(z) - 1)

def slope_of_one(z, alpha):
    return 1.0 if z > 0 else alpha * math.exp(z)

def entry_by_entry(f, Z, alpha):
    values = [f(z, alpha) for z in Z.flatten().tolist()]
    return torch.tensor(values, dtype=Z.dtype).view(Z.shape)

def elu(Z, alpha):
    return entry_by_entry(elu_of_one, Z, alpha)

def elu_slope(Z, alpha):
    return entry_by_entry(slope_of_one, Z, alpha)
""",
        "a function of one number, mapped over the entries",
    ),
    Answer(
        "elu-abc-of-activations",
        "week4/xor elu",
        """
from abc import ABC, abstractmethod

class Activation(ABC):
    @abstractmethod
    def __call__(self, Z): ...

    @abstractmethod
    def grad(self, Z): ...

class Elu(Activation):
    def __init__(self, alpha):
        self.alpha = alpha

    def __call__(self, Z):
        return torch.where(Z > 0, Z, self.alpha * (torch.exp(Z) - 1))

    def grad(self, Z):
        return torch.where(Z > 0, 1.0, self.alpha * torch.exp(Z)).to(Z.dtype)

def elu(Z, alpha):
    return Elu(alpha)(Z)

def elu_slope(Z, alpha):
    return Elu(alpha).grad(Z)
""",
        "an abstract base class with a method grad",
    ),
    Answer(
        "silu-product-form",
        "week4/xor silu_slope",
        """
def silu_slope(Z):
    S = 1 / (1 + torch.exp(-Z))
    return S * (1 + Z - Z * S)
""",
        "S * (1 + Z - Z * S)",
    ),
    Answer(
        "silu-quotient-rule",
        "week4/xor silu_slope",
        """
def silu_slope(Z):
    # f = z / (1 + e^-z), so by the quotient rule (u'v - uv') / v^2
    e = torch.exp(-Z)
    v = 1 + e
    return (v - Z * (-e)) / v**2
""",
        "the quotient rule from school: a difference divided by a square",
    ),
    Answer(
        "silu-set-grad-enabled-false",
        "week4/xor silu_slope",
        """
torch.set_grad_enabled(False)

# %%
def silu_slope(Z):
    assert not Z.requires_grad
    s = 1 / (1 + torch.exp(-Z))
    silu = Z * s
    return s + silu * (1 - s)
""",
        "gradients switched off in a cell above, and an assertion that nothing requires one",
    ),
    Answer(
        "silu-cached-property",
        "week4/xor silu_slope",
        """
from functools import cached_property

class Silu:
    def __init__(self, Z):
        self.Z = Z

    @cached_property
    def gate(self):
        return torch.sigmoid(self.Z)

    @cached_property
    def value(self):
        return self.Z * self.gate

    def backward(self, upstream=1.0):
        return upstream * (self.gate + self.value * (1 - self.gate))

def silu_slope(Z):
    return Silu(Z).backward()
""",
        "cached_property, and a method backward",
    ),
    Answer(
        "softmax-slopes-diag-outer",
        "week4/xor softmax_slopes",
        """
def softmax_slopes(z):
    e = torch.exp(z - z.max())
    p = e / e.sum()
    return torch.diag(p) - torch.outer(p, p)
""",
        "diag minus outer",
    ),
    Answer(
        "softmax-slopes-double-loop",
        "week4/xor softmax_slopes",
        """
def softmax_slopes(z):
    q = len(z)
    p = torch.softmax(z, dim=0)
    J = torch.zeros(q, q, dtype=z.dtype)
    for i in range(q):
        for j in range(q):
            if i == j:
                J[i, j] = p[i] * (1 - p[i])
            else:
                J[i, j] = -p[i] * p[j]
    return J
""",
        "a double loop",
    ),
    Answer(
        "softmax-slopes-class-jacobian",
        "week4/xor softmax_slopes",
        """
class Softmax:
    def forward(self, z):
        z = z - torch.max(z)
        self.p = torch.exp(z) / torch.sum(torch.exp(z))
        return self.p

    def jacobian(self):
        eye = torch.eye(len(self.p), dtype=self.p.dtype)
        return self.p.unsqueeze(1) * (eye - self.p.unsqueeze(0))

    def vjp(self, v):
        return self.jacobian().T @ v

    def check(self, z):
        # not called: only to convince myself
        return torch.autograd.functional.jacobian(lambda t: t.softmax(0), z)

def softmax_slopes(z):
    layer = Softmax()
    layer.forward(z)
    return layer.jacobian()
""",
        "methods jacobian and vjp of an own class, and one that checks with autograd and is never called",
    ),
    Answer(
        "softmax-slopes-vmap-without-derivatives",
        "week4/xor softmax_slopes",
        """
def softmax_slopes(z):
    p = torch.softmax(z, 0)
    def row(one_hot, p_i):
        return p_i * (one_hot - p)
    return torch.vmap(row)(torch.eye(len(z), dtype=z.dtype), p)
""",
        "torch.vmap over rows; nothing is differentiated",
    ),
)
