"""Test corpus of honest work: names that the course has too, types, and habits of beginners and of programmers."""

from answer_corpus import Answer

ANSWERS = (
    Answer(
        "helper-called-drop-and-hidden",
        "week8/mnist dropout",
        """
def drop(A, mask):
    return A.masked_fill(mask, 0.0)

def hidden(U, p):
    return U < p

def dropout(A, U, p, training):
    if training:
        return drop(A, hidden(U, p)) / (1 - p)
    return A
""",
        "helpers called drop and hidden, as names of the course's cells",
    ),
    Answer(
        "helper-called-loss-and-activations",
        "week6/deeper chain_gradient",
        """
def activations(x, w, b):
    found = [x]
    for weight, bias in zip(w, b):
        found.append(torch.sigmoid(weight * found[-1] + bias))
    return found[1:]

def same(a, b):
    return a if torch.equal(a, b) else b

def chain_gradient(x, w, b):
    total = torch.ones_like(same(x, x))
    for a, weight in zip(activations(x, w, b), w):
        total = total * weight * a * (1 - a)
    return total
""",
        "helpers called activations and same, as names of the course's cells",
    ),
    Answer(
        "names-of-the-course-given-again-week7",
        "week7/softmax log_sum_exp",
        """
powers = torch.exp
shares = torch.sum
c = 0.0

def log_sum_exp(Z):
    z = Z.amax(1)
    P = powers(Z - z[:, None])
    return z + shares(P, 1).log() + c
""",
        "powers, shares and c, which cells of the course bind too",
    ),
    Answer(
        "names-of-the-course-given-again-week5",
        "week5/backprop two_layer_gradients",
        """
net = {}
batch = lambda X: len(X)
losses = []

def answers(X, W, b):
    return X @ W.T + b

def start(X, W1, b1, W2, b2):
    net["Z"] = answers(X, W1, b1)
    net["A"] = net["Z"].clamp(min=0)
    net["out"] = answers(net["A"], W2, b2)
    return net

def two_layer_gradients(X, W1, b1, W2, b2, Y):
    found = start(X, W1, b1, W2, b2)
    losses.append((found["out"] - Y).square().sum(1).mean().item())
    dY = 2 * (found["out"] - Y) / batch(X)
    dZ = (dY @ W2) * (found["Z"] > 0)
    return dZ.T @ X, dZ.sum(0), dY.T @ found["A"], dY.sum(0)
""",
        "net, batch, losses, answers and start, which cells of the course bind too",
    ),
    Answer(
        "names-of-the-course-given-again-week3",
        "week3/classifiers logistic_gradient",
        """
z_two = None

def margin(X, w, b):
    return X @ w + b

def gap(p, y):
    return p - y

def logistic_gradient(X, y, w, b):
    p = 1 / (1 + torch.exp(-margin(X, w, b)))
    d = gap(p, y) / len(y)
    return X.T @ d, d.sum() if z_two is None else z_two
""",
        "a helper called margin and a value called z_two, as the course's",
    ),
    Answer(
        "names-of-the-course-given-again-week4",
        "week4/xor tanh_slope",
        """
def s(z):
    return 1 / (1 + torch.exp(-z))

def one(Z):
    return torch.ones_like(Z)

plane = "z"

def tanh_by_sigmoid(Z):
    return 2 * s(2 * Z) - one(Z)

def tanh_slope(Z):
    best = s(2 * Z)
    return 4 * best * (one(Z) - best)
""",
        "s, one, plane and best, which cells of the course bind too",
    ),
    Answer(
        "aliases-of-tuple-and-literal",
        "week5/backprop first_layer_gradients",
        """
from __future__ import annotations
from typing import Literal, Optional, overload

Pair = tuple[torch.Tensor, torch.Tensor]
Which = Literal[0, 1]

def gate(z: torch.Tensor) -> float:
    return 1.0 if z > 0 else 0.0

def one(which: Which, x, Z, W2, error) -> torch.Tensor:
    return 2 * error * W2[0, which] * gate(Z[which]) * x[which]

def first_layer_gradients(x, W1, b1, W2, b2, y) -> Pair:
    Z = torch.mv(W1, x) + b1
    error: Optional[torch.Tensor] = torch.dot(W2[0], Z.relu()) + b2[0] - y
    return one(0, x, Z, W2, error), one(1, x, Z, W2, error)
""",
        "aliases of tuple and Literal, Optional, a future import",
    ),
    Answer(
        "autograd-function-with-its-own-backward",
        "week5/backprop tanh_backward",
        """
from types import SimpleNamespace

class Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, Z):
        ctx.A = torch.tanh(Z)
        return ctx.A

    @staticmethod
    def backward(ctx, dA):
        return dA * (1 - ctx.A**2)

def tanh_backward(dA, Z):
    ctx = SimpleNamespace()
    Tanh.forward(ctx, Z)
    return Tanh.backward(ctx, dA)
""",
        "forward and backward of an own autograd.Function, called as plain functions",
    ),
    Answer(
        "odd-names-and-many-comments",
        "week5/backprop tanh_backward",
        """
import numpy as np
import random
import os
import sys
import math

# ---------------------------
# MY ANSWER FOR TANH BACKWARD
# ---------------------------
def tanh_backward(dA, Z):
    # dA is the thing that comes from the right!!
    # Z is the thing before tanh
    thing1 = torch.tanh(Z)          # this is A
    thing2 = thing1 * thing1        # A squared
    thing3 = 1 - thing2             # 1 - A^2   <- from the table
    thing4 = dA * thing3            # chain rule: times what arrives
    # print(thing1)
    # print(thing2)
    # print("SHAPE", thing4.shape)
    return thing4                   # done :)
""",
        "odd names, many comments, unused imports",
    ),
    Answer(
        "copied-for-every-column",
        "week5/backprop cross_entropy_backward",
        """
def cross_entropy_backward(Z, y):
    dZ = torch.zeros(Z.shape[0], Z.shape[1], dtype=torch.float64)
    i = 0
    while True:
        if i == Z.shape[0]:
            break
        biggest = Z[i][0]
        for k in range(Z.shape[1]):
            if Z[i][k] > biggest:
                biggest = Z[i][k]
        summe = 0
        for k in range(Z.shape[1]):
            summe = summe + torch.exp(Z[i][k] - biggest)
        for k in range(Z.shape[1]):
            p = torch.exp(Z[i][k] - biggest) / summe
            if k == int(y[i]):
                dZ[i][k] = (p - 1) / Z.shape[0]
            if k != int(y[i]):
                dZ[i][k] = p / Z.shape[0]
        i = i + 1
    return dZ
""",
        "while True with break, its own maximum",
    ),
    Answer(
        "deque-and-slots",
        "week5/backprop network_gradients",
        """
from collections import deque

class Step:
    __slots__ = ("W", "A", "gate")

    def __init__(self, W, A, gate):
        self.W, self.A, self.gate = W, A, gate

    @classmethod
    def of(cls, W, A):
        return cls(W, A, A > 0)

    @property
    def T(self):
        return self.A.T

def network_gradients(X, Ws, bs, Y, decay):
    steps, A = deque(), X
    for W, b in zip(Ws, bs):
        steps.appendleft(Step.of(W, A))
        Z = A @ W.T + b
        A = Z.relu()
    dWs, dbs, d = deque(), deque(), (Z - Y) * 2 / len(Y)
    for step in steps:
        dWs.appendleft((step.T @ d).T + decay * step.W)
        dbs.appendleft(d.sum(0))
        d = d @ step.W * step.gate
    return list(dWs), list(dbs)
""",
        "deque, __slots__, classmethod and property",
    ),
    Answer(
        "statistics-and-fractions",
        "week2/linear regression_gradient",
        """
from statistics import fmean
from operator import itemgetter, sub

def regression_gradient(X, y, w, b):
    rows, weights, bias = X.tolist(), w.tolist(), b.item()
    predicted = [sum(map(lambda p: p[0] * p[1], zip(row, weights))) + bias for row in rows]
    errors = list(map(sub, predicted, y.tolist()))
    dw = [fmean(e * value for e, value in zip(errors, map(itemgetter(j), rows))) for j in range(len(weights))]
    return torch.tensor(dw, dtype=torch.double), torch.tensor(fmean(errors), dtype=torch.double)
""",
        "statistics and operator on lists",
    ),
    Answer(
        "data-frame-on-the-way",
        "week7/softmax soft_cross_entropy",
        """
def soft_cross_entropy(Z, T):
    scores, labels = pd.DataFrame(Z.numpy()), pd.DataFrame(T.numpy())
    top = scores.max(axis=1)
    shifted = scores.sub(top, axis=0)
    total = shifted.map(math.exp).sum(axis=1).map(math.log)
    surprise = -(labels * shifted.sub(total, axis=0)).sum(axis=1)
    return torch.tensor(surprise.mean(), dtype=Z.dtype)
""",
        "a data frame of pandas on the way",
    ),
    Answer(
        "numpy-vectorize",
        "practice2/practice my_backward",
        """
import numpy as np

def f(z):
    return z / (1 + math.exp(-mine.beta * z)) - mine.gamma * math.tanh(z)

def f_prime(z):
    s = 1 / (1 + math.exp(-mine.beta * z))
    return s + mine.beta * z * s * (1 - s) - mine.gamma / math.cosh(z) ** 2

def my_activation(Z):
    return torch.from_numpy(np.vectorize(f, otypes=[float])(Z.numpy()))

def my_backward(dA, Z):
    return dA * torch.from_numpy(np.vectorize(f_prime, otypes=[float])(Z.numpy()))
""",
        "numpy.vectorize of a function of one number",
    ),
    Answer(
        "memo-by-default-argument-and-finally",
        "week3/classifiers pulls",
        """
def logistic(m, seen={}):
    if m not in seen:
        seen[m] = 1 / (1 + math.exp(m)) if m < 700 else 0.0
    return seen[m]

def pulls(m):
    count = 0
    try:
        soft = []
        for value in m.tolist():
            soft.append(logistic(value))
            count += 1
        return (m < 0).double(), (m < 1).double(), torch.tensor(soft).double() if False else torch.tensor(
            soft, dtype=m.dtype
        )
    finally:
        print("looked at", count, "of", len(m))
""",
        "a dict as a default argument, try with finally",
    ),
    Answer(
        "rows-by-stack-and-unbind",
        "week7/softmax softmax",
        """
def softmax(Z):
    out = []
    for z in torch.unbind(Z, dim=0):
        z = z - torch.sort(z, descending=True).values[0]
        e = torch.tensor(math.e, dtype=Z.dtype) ** z
        out.append(torch.true_divide(e, torch.cumsum(e, dim=0)[-1]))
    return torch.stack(out)
""",
        "e to the power, sort for the maximum, cumsum for the sum",
    ),
    Answer(
        "helper-called-loss-week6",
        "week6/deeper leaky_layer_gradients",
        """
def loss(dA, A):
    # the loss whose gradient at A is dA
    return (dA * A).sum()

def layer_of(X, W, b):
    return X @ W.T + b

def leaky_layer_gradients(dA, X, W, b, slope):
    Z = layer_of(X, W, b)
    print("loss", loss(dA, torch.where(Z > 0, Z, slope * Z)).item())
    dZ = dA * torch.where(Z > 0, torch.ones_like(Z), slope)
    return torch.mm(dZ.T, X), dZ.sum(axis=0)
""",
        "a helper called loss, which a cell of the course differentiates under that name",
    ),
    Answer(
        "helper-called-loss-week3",
        "week3/classifiers hinge_backward",
        """
def loss(z, y):
    return torch.relu(1 - y * z)

def hinge_loss(z, y):
    return loss(z, y).mean()

def hinge_backward(z, y):
    return -y * torch.sign(loss(z, y)) / y.shape[0]
""",
        "a helper called loss, as a name of the course's",
    ),
    Answer(
        "helper-called-step-week2",
        "week2/linear regression_gradient",
        """
def error(X, y, w, b):
    return X @ w + b - y

def step(e):
    return e / e.shape[0]

def squares(e):
    return (e**2).mean() / 2

def regression_gradient(X, y, w, b):
    e = error(X, y, w, b)
    print("loss now:", squares(e).item())
    return step(e) @ X, step(e).sum()
""",
        "helpers called step and squares, as names of the course's cells",
    ),
    Answer(
        "helper-called-slopes-week5",
        "week5/backprop sigmoid_backward",
        """
def a(Z):
    return torch.sigmoid(Z)

def slopes(Z):
    return a(Z) - a(Z) ** 2

def sigmoid_backward(dA, Z):
    z0 = dA * slopes(Z)
    return z0
""",
        "helpers called a and slopes, which cells of the course give to what autograd found",
    ),
)
