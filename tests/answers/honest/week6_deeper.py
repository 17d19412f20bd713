"""Test corpus of honest work: deeper networks, week 6."""

from answer_corpus import Answer

ANSWERS = (
    Answer(
        "chain-forward-then-back",
        "week6/deeper chain_gradient",
        """
def chain_gradient(x, w, b):
    L = len(w)
    a = [x]
    for l in range(1, L + 1):
        z = w[l - 1] * a[l - 1] + b[l - 1]
        a.append(1 / (1 + torch.exp(-z)))
    grad = torch.tensor(1.0, dtype=x.dtype)
    for l in range(L, 0, -1):
        grad = grad * a[l] * (1 - a[l]) * w[l - 1]
    return grad
""",
        "forward with range(1, L + 1), back with range(L, 0, -1); a variable called grad",
    ),
    Answer(
        "chain-prod-and-accumulate",
        "week6/deeper chain_gradient",
        """
from itertools import accumulate
from functools import reduce
import operator

def chain_gradient(x, w, b):
    steps = list(accumulate(zip(w, b), lambda a, wb: torch.sigmoid(wb[0] * a + wb[1]), initial=x))
    slopes = [a * (1 - a) * weight for a, weight in zip(steps[1:], w)]
    return reduce(operator.mul, slopes)
""",
        "accumulate, reduce, operator",
    ),
    Answer(
        "chain-floats",
        "week6/deeper chain_gradient",
        """
import math

def chain_gradient(x, w, b):
    a = x.item()
    product = 1
    for k in range(len(w)):
        z = w[k].item() * a + b[k].item()
        a = 1 / (1 + math.exp(-z))
        product = product * a * (1 - a) * w[k].item()
    return torch.tensor(product, dtype=torch.float64)
""",
        "floats, a tensor at the end",
    ),
    Answer(
        "chain-recursive-with-cache-of-tuples",
        "week6/deeper chain_gradient",
        """
def chain_gradient(x, w, b):
    if len(w) == 0:
        return torch.ones_like(x)
    s = torch.sigmoid(w[0] * x + b[0])
    return w[0] * s * (1 - s) * chain_gradient(s, w[1:], b[1:])
""",
        "recursion",
    ),
    Answer(
        "chain-tqdm",
        "week6/deeper chain_gradient",
        """
import sys
from tqdm import tqdm

def chain_gradient(x, w, b):
    a, g = x.clone(), torch.ones(()).to(x)
    for wl, bl in tqdm(zip(w, b), total=len(w), file=sys.stdout, disable=False):
        a = torch.sigmoid(torch.addcmul(bl, wl, a))
        g *= wl * a * (1 - a)
    return g
""",
        "a progress bar of tqdm's on sys.stdout",
    ),
    Answer(
        "chain-value-class",
        "week6/deeper chain_gradient",
        """
import math

class Dual:
    '''value and slope beside each other, as in forward mode'''

    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    def __rmul__(self, number):
        return Dual(number * self.value, number * self.slope)

    def __add__(self, number):
        return Dual(self.value + number, self.slope)

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.value))
        return Dual(s, s * (1 - s) * self.slope)

def chain_gradient(x, w, b):
    a = Dual(x.item(), 1.0)
    for weight, bias in zip(w.tolist(), b.tolist()):
        a = (weight * a + bias).sigmoid()
    return torch.tensor(a.slope, dtype=x.dtype)
""",
        "an own class of dual numbers with rules of its own",
    ),
    Answer(
        "leaky-with-conditions",
        "week6/deeper leaky_layer_gradients",
        """
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    factor = torch.ones_like(Z)
    factor[Z <= 0] = slope
    dZ = dA * factor
    dW = dZ.T @ X
    db = dZ.sum(0)
    return dW, db
""",
        "a mask",
    ),
    Answer(
        "leaky-closure-made-by-slope",
        "week6/deeper leaky_layer_gradients",
        """
def leaky(slope):
    def f(Z):
        return torch.where(Z > 0, Z, slope * Z)

    def f_prime(Z):
        return torch.where(Z > 0, torch.ones_like(Z), slope)

    f.grad = f_prime
    return f

def leaky_layer_gradients(dA, X, W, b, slope):
    f = leaky(slope)
    dZ = f.grad(X @ W.T + b) * dA
    return torch.einsum("nh,nd->hd", dZ, X), torch.einsum("nh->h", dZ)
""",
        "a function with an attribute grad, made by a closure",
    ),
    Answer(
        "leaky-example-by-example-defaultdict",
        "week6/deeper leaky_layer_gradients",
        """
from collections import defaultdict

def leaky_layer_gradients(dA, X, W, b, slope):
    total = defaultdict(lambda: 0)
    for x, upstream in zip(X, dA):
        z = torch.matmul(W, x) + b
        dz = torch.where(z > 0, upstream, slope * upstream)
        total["W"] += dz[:, None] * x[None, :]
        total["b"] += dz
    return total["W"], total["b"]
""",
        "defaultdict, example by example",
    ),
    Answer(
        "leaky-own-layer-module",
        "week6/deeper leaky_layer_gradients",
        """
class LeakyLinear(torch.nn.Module):
    def __init__(self, W, b, slope):
        super().__init__()
        self.register_buffer("W", W)
        self.register_buffer("b", b)
        self.slope = slope

    def forward(self, X):
        self.X = X
        self.Z = X @ self.W.T + self.b
        return torch.where(self.Z > 0, self.Z, self.slope * self.Z)

    def backward(self, dA):
        dZ = torch.where(self.Z > 0, dA, self.slope * dA)
        return dZ.T @ self.X, dZ.sum(dim=0)

def leaky_layer_gradients(dA, X, W, b, slope):
    layer = LeakyLinear(W, b, slope)
    layer(X)
    return layer.backward(dA)
""",
        "a torch.nn.Module with buffers and a method backward of its own",
    ),
    Answer(
        "clip-cat-norm",
        "week6/deeper clip_by_norm",
        """
def clip_by_norm(gradients, limit):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    scale = min(1.0, limit / norm.item())
    return [scale * g for g in gradients]
""",
        "cat and norm",
    ),
    Answer(
        "clip-helper-of-a-forbidden-name",
        "week6/deeper clip_by_norm",
        """
import math

def clip_grad_norm(gradients, limit):
    total = 0.0
    for g in gradients:
        for value in g.flatten().tolist():
            total += value**2
    norm = math.sqrt(total)
    if norm <= limit:
        return [g.clone() for g in gradients]
    return [g * (limit / norm) for g in gradients]

def clip_by_norm(gradients, limit):
    return clip_grad_norm(gradients, limit)
""",
        "a helper of its own named as the ready-made function",
    ),
)
