"""Test corpus of honest work: what stands around an answer in a notebook of somebody who tries things out."""

from answer_corpus import Answer

RELU = """
def relu_backward(dA, Z):
    return dA * (Z > 0)
"""

ANSWERS = (
    Answer(
        "object-called-nn-changed-in-a-later-cell",
        "week5/backprop relu_backward",
        """
class Net:
    pass

nn = Net()

# %%
nn.size = 3

# %%
def relu_backward(dA, Z):
    return torch.where(Z > 0, dA, 0.0)
""",
        "an own object called nn, whose attribute is set in a later cell",
    ),
    Answer(
        "address-with-dev-in-a-comment",
        "week2/linear regression_gradient",
        """
# the formula is on https://pytorch.org/dev/docs/ and in https://example.com/dev/notes.html
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    return X.T @ e / len(e), e.mean()
""",
        "web addresses with /dev/ in a comment",
    ),
    Answer(
        "collects-garbage",
        "week8/mnist adam_step",
        """
import gc
gc.collect()

# %%
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = m * beta1 + g * (1 - beta1)
    v = v * beta2 + g**2 * (1 - beta2)
    w = w - lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps)
    return w, m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w
""",
        "import gc, to have memory back",
    ),
    Answer(
        "environment-of-a-library",
        "week7/softmax cross_entropy",
        """
import os
os.environ["KMP_DUPLICATE_LIB_OK"] = "TRUE"
os.environ.setdefault("OMP_NUM_THREADS", "2")

# %%
def cross_entropy(P, y):
    return -P[torch.arange(len(y)), y].log().mean()
""",
        "the usual cure for two copies of a library",
    ),
    Answer(
        "inspects-its-own-source",
        "week4/xor relu",
        """
import inspect

def relu(Z):
    return Z * (Z > 0)

print(inspect.getsource(relu))
print(inspect.signature(torch.clamp) if hasattr(torch.clamp, "__signature__") else "")
""",
        "inspect, to print a function's source",
    ),
    Answer(
        "magics-and-shape-notes",
        "week3/classifiers logistic_gradient",
        """
%matplotlib inline
%env OMP_NUM_THREADS=2

# %%
def logistic_gradient(X, y, w, b):
    dz = (sigmoid(X @ w + b) - y) / len(y)
    return torch.mv(X.T, dz), dz.sum()

# %%
%timeit -n 2 -r 1 logistic_gradient(torch.ones(3, 2), torch.ones(3), torch.zeros(2), torch.zeros(()))
""",
        "magics: %matplotlib, %env, %timeit",
    ),
    Answer(
        "home-folder-for-figures",
        "week6/deeper leaky_layer_gradients",
        """
from pathlib import Path
figures = Path.home() / "figures"

# %%
def leaky_layer_gradients(dA, X, W, b, slope):
    open_gate = X @ W.T + b > 0
    dZ = dA * open_gate + slope * dA * ~open_gate
    return dZ.T @ X, dZ.sum(0)
""",
        "Path.home() for figures that were to be saved",
    ),
    Answer(
        "stops-only-if-false",
        "week5/backprop graph_gradients",
        """
import sys
if False:
    sys.exit()

def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3.0 * c, "dc": 3.0 * b}
""",
        "if False: sys.exit()",
    ),
    Answer(
        "seeds-and-print-options",
        "week4/xor softmax_slopes",
        """
import random
import numpy as np

random.seed(0)
np.random.seed(0)
torch.manual_seed(0)
torch.set_printoptions(precision=3, sci_mode=False)
np.set_printoptions(precision=3)

# %%
def softmax_slopes(z):
    p = (z - z.max()).exp()
    p = p / p.sum()
    return torch.stack([p[i] * (torch.eye(len(p), dtype=p.dtype)[i] - p) for i in range(len(p))])
""",
        "seeds of three libraries and print options",
    ),
    Answer(
        "pickles-its-weights-above",
        "week6/deeper chain_gradient",
        """
import pickle
kept = pickle.dumps({"w": [0.5, -1.0], "b": [0.0, 0.0]})
print(len(kept), "bytes")

# %%
def chain_gradient(x, w, b):
    a, factors = x, []
    for wk, bk in zip(w, b):
        a = torch.sigmoid(wk * a + bk)
        factors.append(wk * a * (1 - a))
    return torch.stack(factors).prod()
""",
        "pickle in a cell above",
    ),
    Answer(
        "plots-the-slope-first",
        "week4/xor tanh_slope",
        """
import matplotlib.pyplot as plt

grid_of_z = torch.linspace(-3, 3, 50)
plt.plot(grid_of_z, 1 - torch.tanh(grid_of_z) ** 2)
plt.close()

# %%
def tanh_by_sigmoid(Z):
    return torch.sigmoid(2 * Z) * 2 - 1

def tanh_slope(Z):
    T = tanh_by_sigmoid(Z)
    return 1 - T * T
""",
        "a picture of the slope with matplotlib",
    ),
    Answer(
        "conj-and-real-of-real-numbers",
        "week5/backprop softmax_backward",
        """
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    # .H is .T.conj(); the numbers are real
    inner = torch.stack([torch.dot(p.conj(), d) for p, d in zip(P, dP)])
    return P * (dP - inner.unsqueeze(1))
""",
        "conj of real numbers",
    ),
    Answer(
        "fills-weights-in-place-above",
        "week7/softmax log_sum_exp",
        """
weights = torch.empty(1)
weights.fill_(1.0)
ones = []
for _ in range(3):
    ones.append(weights.item())

# %%
def log_sum_exp(Z):
    top = Z.max(dim=1).values
    return weights.to(Z.dtype) * top + (ones[0] * torch.exp(Z - top[:, None])).sum(1).log()
""",
        "weight.fill_(1.0), and append in a loop, on which the answer depends",
    ),
    Answer(
        "stack-of-layers-appended-in-a-loop",
        "week5/backprop relu_backward",
        """
rules = []
for threshold in [0.0]:
    rules.append(lambda Z, threshold=threshold: (Z > threshold).double())

def relu_backward(dA, Z):
    (rule,) = rules
    return dA * rule(Z)
""",
        "append in a loop",
    ),
    Answer(
        "scale-filled-in-place",
        "practice2/practice my_gradients",
        """
factor = torch.zeros(())
factor.fill_(2.0).mul_(leaky.scale)
CONSTANTS = {}
CONSTANTS.update(slope=leaky.slope, decay=leaky.decay)

def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    door = torch.ones_like(Z)
    door[Z <= 0] = CONSTANTS["slope"]
    A = Z * door
    d = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    assert abs(factor.item() - 2 * leaky.scale) < 1e-6
    dZ = (d @ W2) * door
    decay = CONSTANTS["decay"]
    return dZ.T @ X + decay * W1, dZ.sum(0), d.T @ A + decay * W2, d.sum(0)
""",
        "fill_, mul_ and update above the answer",
    ),
    Answer(
        "autograd-method-never-called",
        "week6/deeper leaky_layer_gradients",
        """
class LeakyLayer:
    def __init__(self, X, W, b, slope):
        self.X, self.W, self.b, self.slope = X, W, b, slope
        self.Z = X @ W.T + b

    def gradients(self, dA):
        dZ = dA.clone()
        dZ[self.Z <= 0] *= self.slope
        return dZ.T @ self.X, dZ.sum(0)

    def gradients_by_torch(self, dA):
        # for my own peace of mind, at home
        W, b = self.W.clone().requires_grad_(), self.b.clone().requires_grad_()
        out = torch.nn.functional.leaky_relu(self.X @ W.T + b, self.slope)
        return torch.autograd.grad(out, (W, b), dA)

def leaky_layer_gradients(dA, X, W, b, slope):
    return LeakyLayer(X, W, b, slope).gradients(dA)
""",
        "a method that checks with autograd and is never called",
    ),
    Answer(
        "device-moved-and-back",
        "week7/softmax regression_gradients",
        """
device = torch.device("cuda" if torch.cuda.is_available() else ("mps" if torch.backends.mps.is_available() else "cpu"))

def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = ((P - T) / X.shape[0]).to(X.device)
    return dZ.t() @ X, dZ.sum(0)

print(device)
""",
        "the usual device line with torch.backends.mps",
    ),
    Answer(
        "set-grad-enabled-in-the-answer",
        "week5/backprop two_layer_gradients",
        """
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    for t in (X, W1, b1, W2, b2, Y):
        assert not t.requires_grad, "this is by hand"
    with torch.set_grad_enabled(False):
        Z = X @ W1.T + b1
        H = torch.relu(Z)
        D = (H @ W2.T + b2 - Y) * (2 / X.shape[0])
        G = (D @ W2) * (H > 0)
        return G.T @ X, G.sum(0), D.T @ H, D.sum(0)
""",
        "set_grad_enabled(False), and an assertion that nothing requires a gradient",
    ),
    Answer(
        "inference-mode-decorator",
        "week8/mnist classifier_gradients",
        """
@torch.inference_mode()
def classifier_gradients(X, Ws, bs, y):
    kept = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        kept.append(torch.relu(torch.nn.functional.linear(kept[-1], W, b)))
    Z = torch.nn.functional.linear(kept[-1], Ws[-1], bs[-1])
    E = torch.exp(Z - Z.amax(1, keepdim=True))
    d = (E / E.sum(1, keepdim=True) - torch.nn.functional.one_hot(y, Z.shape[1])) / len(y)
    grads = []
    for W, A in zip(Ws[::-1], kept[::-1]):
        grads.append((d.T @ A, d.sum(0)))
        d = (d @ W) * (A > 0)
    return [g[0] for g in grads[::-1]], [g[1] for g in grads[::-1]]
""",
        "torch.inference_mode() as a decorator",
    ),
    Answer(
        "cudnn-flags-and-threads-week7",
        "week7/softmax softmax",
        """
torch.backends.cudnn.deterministic = True
torch.backends.cudnn.benchmark = False
torch.set_num_threads(1)

# %%
def softmax(Z):
    P = (Z - Z.amax(dim=1, keepdim=True)).exp()
    return P / P.sum(dim=1, keepdim=True)
""",
        "cudnn's flags in an own cell above",
    ),
    Answer(
        "pandas-options-week6",
        "week6/deeper clip_by_norm",
        """
pd.options.display.max_rows = 8
pd.options.display.float_format = "{:.3f}".format

# %%
def clip_by_norm(gradients, limit):
    total = sum((g**2).sum() for g in gradients) ** 0.5
    if total > limit:
        return [limit / total * g for g in gradients]
    return list(gradients)

print(pd.Series([g.norm().item() for g in clip_by_norm([torch.ones(3), torch.ones(2)], 1.0)]))
""",
        "pandas' options in an own cell above",
    ),
)
