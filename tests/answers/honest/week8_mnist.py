"""Test corpus of honest work: the larger networks of week 8."""

from answer_corpus import Answer

ADAM_PATH = """

def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w
"""

ANSWERS = (
    Answer(
        "dropout-d2l",
        "week8/mnist dropout",
        """
def dropout(A, U, p, training):
    if not training or p == 0:
        return A
    mask = (U >= p).to(A.dtype)
    return mask * A / (1.0 - p)
""",
        "as in Dive into Deep Learning",
    ),
    Answer(
        "dropout-where-and-type-hints",
        "week8/mnist dropout",
        """
from typing import Final

KEEP: Final = "keep"

def dropout(A: torch.Tensor, U: torch.Tensor, p: float, training: bool) -> torch.Tensor:
    keep = 1 - p
    return torch.where(U < p, torch.zeros_like(A), A / keep) if training else A
""",
        "torch.where and type hints",
    ),
    Answer(
        "dropout-loop",
        "week8/mnist dropout",
        """
def dropout(A, U, p, training):
    if training == True:
        out = A.clone()
        for i in range(A.shape[0]):
            for j in range(A.shape[1]):
                if U[i, j] < p:
                    out[i, j] = 0
                else:
                    out[i, j] = A[i, j] / (1 - p)
        return out
    else:
        return A.clone()
""",
        "two loops",
    ),
    Answer(
        "adam-paper-notation",
        "week8/mnist adam_step",
        """
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    mhat = m / (1 - beta1 ** t)
    vhat = v / (1 - beta2 ** t)
    w = w - lr * mhat / (torch.sqrt(vhat) + eps)
    return w, m, v
"""
        + ADAM_PATH,
        "the paper's notation",
    ),
    Answer(
        "adam-lerp-addcdiv",
        "week8/mnist adam_step",
        """
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = torch.lerp(g, m, beta1)
    v = (v * beta2).addcmul_(g, g, value=1 - beta2)
    denominator = v.div(1 - beta2**t).sqrt_().add_(eps)
    w = w.clone().addcdiv_(m, denominator, value=-lr / (1 - beta1**t))
    return w, m, v
"""
        + ADAM_PATH,
        "in place on own tensors: lerp, addcmul_, addcdiv_",
    ),
    Answer(
        "adam-class-named-adam",
        "week8/mnist adam_step",
        """
class Adam:
    def __init__(self, lr, beta1, beta2, eps):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps

    def step(self, w, grad, m, v, t):
        m = m + (1 - self.beta1) * (grad - m)
        v = v + (1 - self.beta2) * (grad**2 - v)
        alpha = self.lr * (1 - self.beta2**t) ** 0.5 / (1 - self.beta1**t)
        return w - alpha * m / (v**0.5 + self.eps * (1 - self.beta2**t) ** 0.5), m, v

def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    return Adam(lr, beta1, beta2, eps).step(w, g, m, v, t)
"""
        + ADAM_PATH,
        "a class of its own called Adam with an argument called grad",
    ),
    Answer(
        "adam-namedtuple-state",
        "week8/mnist adam_step",
        """
from typing import NamedTuple

class State(NamedTuple):
    w: torch.Tensor
    m: torch.Tensor
    v: torch.Tensor

def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    state = State(w, beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g.pow(2))
    step = lr * (state.m / (1 - beta1**t)) / ((state.v / (1 - beta2**t)).sqrt() + eps)
    return state._replace(w=w - step)
"""
        + ADAM_PATH,
        "a NamedTuple as the result",
    ),
    Answer(
        "classifier-range-one-to-L",
        "week8/mnist classifier_gradients",
        """
def classifier_gradients(X, Ws, bs, y):
    L = len(Ws)
    A = [X]
    for l in range(1, L + 1):
        Z = A[l - 1] @ Ws[l - 1].T + bs[l - 1]
        A.append(torch.relu(Z) if l != L else Z)
    Z = A[L] - A[L].max(dim=1, keepdim=True).values
    P = torch.exp(Z) / torch.exp(Z).sum(dim=1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    dZ = P / len(y)
    dWs, dbs = [None] * L, [None] * L
    for l in range(L - 1, -1, -1):
        dWs[l] = dZ.T @ A[l]
        dbs[l] = dZ.sum(0)
        dZ = (dZ @ Ws[l]) * (A[l] > 0)
    return dWs, dbs
""",
        "layers numbered from 1: range(1, L + 1) and back",
    ),
    Answer(
        "classifier-helpers-named-as-the-course-names",
        "week8/mnist classifier_gradients",
        """
def parts(Z):
    top = Z.max(dim=1, keepdim=True).values
    e = torch.exp(Z - top)
    return e, e.sum(dim=1, keepdim=True)

def chance(Z):
    powers, total = parts(Z)
    return powers / total

def classifier_gradients(X, Ws, bs, y):
    stack = []
    A = X
    for W, b in zip(Ws, bs):
        stack.append(A)
        Z = A @ W.T + b
        A = Z.clamp(min=0)
    dZ = chance(Z)
    dZ[range(len(y)), y] -= 1
    dZ /= len(y)
    dWs, dbs = [], []
    for W in reversed(Ws):
        A = stack.pop()
        dWs.append(dZ.T @ A)
        dbs.append(dZ.sum(0))
        dZ = dZ @ W * (A > 0)
    dWs.reverse()
    dbs.reverse()
    return dWs, dbs
""",
        "helpers called parts and chance, as names of the course's own cells",
    ),
    Answer(
        "classifier-layers-with-tqdm",
        "week8/mnist classifier_gradients",
        """
import sys
from tqdm import tqdm

class Dense:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, A):
        self.A = A
        self.Z = A @ self.W.T + self.b
        return self.Z

    def backward(self, dZ):
        self.grad = dZ.T @ self.A, dZ.sum(dim=0)
        return dZ @ self.W

def softmax(Z):
    e = (Z - Z.amax(1, keepdim=True)).exp()
    return e / e.sum(1, keepdim=True)

def classifier_gradients(X, Ws, bs, y):
    layers = [Dense(W, b) for W, b in zip(Ws, bs)]
    A = X
    for layer in tqdm(layers, file=sys.stdout, leave=False):
        Z = layer.forward(A)
        A = torch.relu(Z)
    dZ = softmax(Z)
    dZ[torch.arange(y.numel()), y] -= 1
    dZ = dZ / y.numel()
    for below, layer in zip([None, *layers][-2::-1], layers[::-1]):
        dA = layer.backward(dZ)
        if below is not None:
            dZ = dA * (below.Z > 0)
    return [layer.grad[0] for layer in layers], [layer.grad[1] for layer in layers]
""",
        "layers with a field grad, a softmax of its own, tqdm and sys as in the course's cells",
    ),
    Answer(
        "classifier-examples-one-by-one",
        "week8/mnist classifier_gradients",
        """
def classifier_gradients(X, Ws, bs, y):
    total_W = [torch.zeros_like(W) for W in Ws]
    total_b = [torch.zeros_like(b) for b in bs]
    for x, label in zip(X, y):
        activations = [x]
        for k, (W, b) in enumerate(zip(Ws, bs)):
            z = W @ activations[-1] + b
            if k < len(Ws) - 1:
                z = torch.max(z, torch.zeros_like(z))
            activations.append(z)
        scores = activations.pop()
        p = torch.exp(scores - scores.max())
        p = p / p.sum()
        delta = p.clone()
        delta[label] -= 1
        for k in reversed(range(len(Ws))):
            a = activations[k]
            total_W[k] += torch.outer(delta, a)
            total_b[k] += delta
            delta = (Ws[k].T @ delta) * (a > 0)
    n = len(y)
    return [W / n for W in total_W], [b / n for b in total_b]
""",
        "one example after another",
    ),
    Answer(
        "classifier-functional-pairs",
        "week8/mnist classifier_gradients",
        """
from collections.abc import Callable, Iterator
from typing import TypeAlias

Pullback: TypeAlias = Callable[[torch.Tensor], torch.Tensor]

def dense(A, W, b, into) -> tuple[torch.Tensor, Pullback]:
    def vjp(d):
        into.append((d.T @ A, d.sum(0)))
        return d @ W
    return A @ W.T + b, vjp

def rectify(Z) -> tuple[torch.Tensor, Pullback]:
    return Z.clamp(min=0), lambda d: d * (Z > 0)

def classifier_gradients(X, Ws, bs, y):
    found, pullbacks = [], []
    A = X
    for number, (W, b) in enumerate(zip(Ws, bs), 1):
        A, vjp = dense(A, W, b, found)
        pullbacks.append(vjp)
        if number < len(Ws):
            A, vjp = rectify(A)
            pullbacks.append(vjp)
    P = (A - A.max(1, keepdim=True).values).exp()
    P = P / P.sum(1, keepdim=True)
    d = (P - torch.eye(P.shape[1], dtype=P.dtype)[y]) / len(y)
    for vjp in reversed(pullbacks):
        d = vjp(d)
    dWs, dbs = zip(*reversed(found))
    return list(dWs), list(dbs)
""",
        "pairs of value and pullback called vjp, TypeAlias",
    ),
)
