"""Test corpus of honest work: the losses and gradients of week 3."""

from answer_corpus import Answer

HINGE_LOSS = """
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()

"""

ANSWERS = (
    Answer(
        "hinge-with-where",
        "week3/classifiers hinge_backward",
        HINGE_LOSS
        + """
def hinge_backward(z, y):
    inside = y * z < 1
    return torch.where(inside, -y / y.numel(), torch.zeros_like(y))
""",
        "torch.where",
    ),
    Answer(
        "hinge-loop-and-python-list",
        "week3/classifiers hinge_backward",
        """
def hinge_loss(z, y):
    total = 0
    for zi, yi in zip(z, y):
        total += max(0, 1 - yi.item() * zi.item())
    return torch.tensor(total / len(z), dtype=z.dtype)

def hinge_backward(z, y):
    result = []
    for i in range(len(z)):
        if y[i] * z[i] < 1:
            result.append(-y[i].item() / len(z))
        else:
            result.append(0.0)
    print("hinge_backward gives", result)
    return torch.tensor(result, dtype=torch.float64)
""",
        "a loop with append, and print debugging",
    ),
    Answer(
        "hinge-in-place",
        "week3/classifiers hinge_backward",
        HINGE_LOSS
        + """
def hinge_backward(z, y):
    dz = -y.clone()
    dz[y * z >= 1] = 0
    dz /= len(z)
    return dz
""",
        "in place on a tensor of its own",
    ),
    Answer(
        "hinge-method-backward",
        "week3/classifiers hinge_backward",
        """
class HingeLoss:
    '''forward keeps what backward needs.'''

    def forward(self, z, y):
        self.z, self.y = z, y
        self.slack = (1 - y * z).clamp(min=0)
        return self.slack.mean()

    def backward(self):
        return -self.y * (self.slack > 0) / len(self.y)


def hinge_loss(z, y):
    return HingeLoss().forward(z, y)


def hinge_backward(z, y):
    layer = HingeLoss()
    layer.forward(z, y)
    return layer.backward()
""",
        "a layer class with forward and backward",
    ),
    Answer(
        "svm-vectorised",
        "week3/classifiers svm_gradient",
        """
def svm_gradient(X, y, w, b, lam):
    n, d = X.shape
    margins = y * (X @ w + b)
    active = (margins < 1).double()
    coefficient = -(active * y) / n
    dw = coefficient @ X + lam * w
    db = coefficient.sum()
    return dw, db
""",
        "plain",
    ),
    Answer(
        "svm-namedtuple-of-parts",
        "week3/classifiers svm_gradient",
        """
from collections import namedtuple
from typing import NamedTuple

import torch

class SvmGradient(NamedTuple):
    dw: torch.Tensor
    db: torch.Tensor

Parts = namedtuple("Parts", "scores active")

def _forward(X, y, w, b):
    scores = X @ w + b
    return Parts(scores, scores * y < 1)

def svm_gradient(X, y, w, b, lam):
    parts = _forward(X, y, w, b)
    weight = torch.where(parts.active, -y, 0.0) / len(y)
    return SvmGradient(dw=weight @ X + lam * w, db=weight.sum())
""",
        "NamedTuple as the result, namedtuple as the cache of a helper",
    ),
    Answer(
        "svm-cs231n-style",
        "week3/classifiers svm_gradient",
        """
def svm_gradient(X, y, w, b, lam):
    # adapted from the structured loops of my notes on CS231n
    num_train = X.shape[0]
    dW = torch.zeros_like(w)
    dB = torch.zeros_like(b)
    loss = 0.0
    for i in range(num_train):
        score = X[i].dot(w) + b
        margin = 1 - y[i] * score  # note delta = 1
        if margin > 0:
            loss += margin
            dW += -y[i] * X[i]
            dB += -y[i]
    loss /= num_train
    dW /= num_train
    dB /= num_train
    loss += lam / 2 * torch.sum(w * w)
    dW += lam * w
    return dW, dB
""",
        "the naive loop of CS231n with loss beside the gradient",
    ),
    Answer(
        "svm-inference-mode",
        "week3/classifiers svm_gradient",
        """
def svm_gradient(X, y, w, b, lam):
    with torch.inference_mode():
        hit = (y * (X @ w + b)).lt(1).to(X.dtype)
        dz = -(y * hit) / len(y)
        return X.t() @ dz + lam * w, dz.sum()
""",
        "with torch.inference_mode(): differentiation off",
    ),
    Answer(
        "sigmoid-two-branches",
        "week3/classifiers sigmoid",
        """
def sigmoid(z):
    positive = 1 / (1 + torch.exp(-z))
    e = torch.exp(z)
    negative = e / (1 + e)
    return torch.where(z >= 0, positive, negative)
""",
        "the numerically stable form, each branch where it is finite",
    ),
    Answer(
        "sigmoid-by-tanh",
        "week3/classifiers sigmoid",
        """
def sigmoid(z):
    return 0.5 * (1 + torch.tanh(z / 2))
""",
        "by the half-angle of tanh",
    ),
    Answer(
        "sigmoid-with-apply",
        "week3/classifiers sigmoid",
        """
import math

def one_sigmoid(number):
    if number < -700:
        return 0.0
    return 1.0 / (1.0 + math.exp(-number))

def sigmoid(z):
    copy = z.clone().double()
    copy.apply_(one_sigmoid)
    return copy.to(z.dtype)
""",
        "apply_ with a function of one number",
    ),
    Answer(
        "sigmoid-class-with-own-name",
        "week3/classifiers sigmoid",
        """
class Activations:
    @staticmethod
    def sigmoid(z):
        return torch.reciprocal(1 + (-z).exp())

    @staticmethod
    def softmax(z):
        e = (z - z.max()).exp()
        return e / e.sum()

def sigmoid(z):
    return Activations.sigmoid(z)
""",
        "static methods of an own class called sigmoid and softmax",
    ),
    Answer(
        "logistic-loss-relu-form",
        "week3/classifiers logistic_loss",
        """
def logistic_loss(z, y):
    sign = 1 - 2 * y
    m = sign * z
    return (torch.relu(m) + torch.log1p(torch.exp(-m.abs()))).sum() / len(z)
""",
        "softplus written out on the margin",
    ),
    Answer(
        "logistic-loss-python-loop",
        "week3/classifiers logistic_loss",
        """
import math

def logistic_loss(z, y):
    losses = []
    for score, label in zip(z.tolist(), y.tolist()):
        # log(1 + e^-s) must not overflow
        s = score if label == 1 else -score
        if s > 0:
            losses.append(math.log(1 + math.exp(-s)))
        else:
            losses.append(-s + math.log(1 + math.exp(s)))
    return torch.tensor(sum(losses) / len(losses), dtype=z.dtype)
""",
        "lists of Python numbers and math",
    ),
    Answer(
        "links-plain",
        "week3/classifiers logistic_dz",
        """
def logistic_da(a, y):
    n = len(a)
    return (a - y) / (a * (1 - a)) / n


def logistic_dz(z, y):
    a = 1 / (1 + torch.exp(-z))
    return (a - y) / len(z)
""",
        "the common denominator, and the sigmoid again",
    ),
    Answer(
        "links-with-logging",
        "week3/classifiers logistic_dz",
        """
import logging
import warnings

warnings.filterwarnings("ignore", category=UserWarning)
logging.basicConfig(level=logging.INFO)
log = logging.getLogger("week3")

def logistic_da(a, y):
    log.debug("a between %s and %s", a.min(), a.max())
    return torch.where(y == 1, -1 / a, 1 / (1 - a)) / a.numel()

def logistic_dz(z, y):
    a = sigmoid(z)
    log.debug("shape %s", tuple(z.shape))
    return a.sub(y).div(z.numel())
""",
        "logging and warnings",
    ),
    Answer(
        "links-enum-and-dispatch",
        "week3/classifiers logistic_dz",
        """
from enum import Enum, auto

class Label(Enum):
    NO = auto()
    YES = auto()

def label_of(number):
    return Label.YES if number == 1 else Label.NO

def logistic_da(a, y):
    out = torch.empty_like(a)
    for i in range(a.numel()):
        match label_of(y[i]):
            case Label.YES:
                out[i] = -1 / a[i]
            case Label.NO:
                out[i] = 1 / (1 - a[i])
    return out / len(a)

def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)
""",
        "an Enum with a match statement",
    ),
    Answer(
        "links-registry-of-rules",
        "week3/classifiers logistic_dz",
        """
RULES = {}
RULES.update(sigmoid=lambda a: a * (1 - a))
RULES["cross-entropy"] = lambda a, y: (1 - y) / (1 - a) - y / a

def logistic_da(a, y):
    return RULES["cross-entropy"](a, y) / len(a)

def logistic_dz(z, y):
    a = sigmoid(z)
    # the two factors cancel; written out da would be infinite for certain answers
    local = RULES["sigmoid"](a)
    assert local.shape == z.shape
    return (a - y) / len(z)
""",
        "a dict of rules filled by update and by an item",
    ),
    Answer(
        "logistic-gradient-epsilon-free",
        "week3/classifiers logistic_gradient",
        """
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    p = torch.empty_like(z)
    pos = z >= 0
    p[pos] = 1 / (1 + torch.exp(-z[pos]))
    ez = torch.exp(z[~pos])
    p[~pos] = ez / (1 + ez)
    g = (p - y) / len(y)
    return X.T @ g, g.sum()
""",
        "masks; a local name g; e / (1 + e), a sum and a quotient of the same name",
    ),
    Answer(
        "logistic-gradient-generator",
        "week3/classifiers logistic_gradient",
        """
def per_example(X, y, w, b):
    for row, label in zip(X, y):
        chance = sigmoid(torch.dot(row, w) + b)
        yield (chance - label) * row, chance - label

def logistic_gradient(X, y, w, b):
    rows, rest = zip(*per_example(X, y, w, b))
    return torch.stack(rows).mean(dim=0), torch.stack(rest).mean()
""",
        "a generator that yields each example's gradient",
    ),
    Answer(
        "logistic-gradient-model-class",
        "week3/classifiers logistic_gradient",
        """
class LogisticRegression:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, X):
        return sigmoid(X @ self.w + self.b)

    def grad(self, X, y):
        error = self(X) - y
        return X.T @ error / len(y), error.mean()

def logistic_gradient(X, y, w, b):
    return LogisticRegression(w, b).grad(X, y)
""",
        "a model class with a method grad; the course imports a class of that name in a cell of its own",
    ),
    Answer(
        "logistic-gradient-try-except",
        "week3/classifiers logistic_gradient",
        """
def logistic_gradient(X, y, w, b):
    try:
        z = torch.mv(X, w) + b
    except RuntimeError as e:
        print("shapes do not fit:", X.shape, w.shape, e)
        raise
    a = sigmoid(z)
    dz = (a - y) / y.shape[0]
    dw, db = torch.mv(X.T, dz), torch.sum(dz)
    return dw, db
""",
        "try/except around its own code",
    ),
    Answer(
        "pulls-with-conditions",
        "week3/classifiers pulls",
        """
def pulls(m):
    perceptron = torch.zeros_like(m)
    hinge = torch.zeros_like(m)
    for i in range(len(m)):
        if m[i] < 0:
            perceptron[i] = 1.0
        if m[i] < 1:
            hinge[i] = 1.0
    logistic = sigmoid(-m)
    return perceptron, hinge, logistic
""",
        "loops over entries",
    ),
    Answer(
        "pulls-dataclass-frozen",
        "week3/classifiers pulls",
        """
from dataclasses import astuple, dataclass

import torch

@dataclass(frozen=True)
class Pulls:
    perceptron: torch.Tensor
    hinge: torch.Tensor
    logistic: torch.Tensor

def pulls(m):
    found = Pulls(m.lt(0).to(m), m.lt(1).to(m), 1 - sigmoid(m))
    return found.perceptron, found.hinge, found.logistic
""",
        "a frozen dataclass, and an import that is not used",
    ),
    Answer(
        "pulls-comprehension-over-thresholds",
        "week3/classifiers pulls",
        """
THRESHOLDS: dict[str, float] = {"perceptron": 0.0, "hinge": 1.0}

def pulls(m):
    hard = [(m < t).type_as(m) for t in THRESHOLDS.values()]
    e = torch.exp(-m.abs())
    soft = torch.where(m >= 0, e / (1 + e), 1 / (1 + e))
    return *hard, soft
""",
        "a comprehension over a table, and a starred result",
    ),
)
