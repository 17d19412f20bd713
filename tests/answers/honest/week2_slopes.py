"""Test corpus of honest work: the slopes of week 2 by hand, in the styles of many hands."""

from answer_corpus import Answer

ANSWERS = (
    Answer(
        "one-formula-three-times",
        "week2/linear slope_w0",
        """
def slope_w0(w0, w1, b, x0, x1, y):
    # L = (y_hat - y)^2, so dL/dw0 = 2 (y_hat - y) * x0
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * (y_hat - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    # same as above but with x1
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * (y_hat - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    # same as above but with 1
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * (y_hat - y) * 1
""",
        "copied twice with comments, by somebody who began last month",
    ),
    Answer(
        "helper-named-as-a-name-of-the-course",
        "week2/linear slope_w0",
        """
def y_hat(w0, w1, b, x0, x1):
    return w0 * x0 + w1 * x1 + b

def loss(w0, w1, b, x0, x1, y):
    return (y_hat(w0, w1, b, x0, x1) - y) ** 2

def slope(w0, w1, b, x0, x1, y):
    return 2 * (y_hat(w0, w1, b, x0, x1) - y)

def slope_w0(w0, w1, b, x0, x1, y):
    return slope(w0, w1, b, x0, x1, y) * x0

def slope_w1(w0, w1, b, x0, x1, y):
    return slope(w0, w1, b, x0, x1, y) * x1

def slope_b(w0, w1, b, x0, x1, y):
    return slope(w0, w1, b, x0, x1, y)
""",
        "helpers called y_hat, loss and slope, which the course's own cells bind too",
    ),
    Answer(
        "lambda-and-partial",
        "week2/linear slope_w0",
        """
from functools import partial

def _slope(which, w0, w1, b, x0, x1, y):
    residual = w0 * x0 + w1 * x1 + b - y
    factors = {"w0": x0, "w1": x1, "b": 1.0}
    return 2 * residual * factors[which]

slope_w0 = partial(_slope, "w0")
slope_w1 = lambda *args: _slope("w1", *args)

def slope_b(w0, w1, b, x0, x1, y):
    return _slope("b", w0, w1, b, x0, x1, y)
""",
        "partial and lambda in place of def",
    ),
    Answer(
        "python-floats-then-a-tensor",
        "week2/linear slope_w0",
        """
def error_as_float(w0, w1, b, x0, x1, y):
    return float(w0) * float(x0) + float(w1) * float(x1) + float(b) - float(y)

def slope_w0(w0, w1, b, x0, x1, y):
    e = error_as_float(w0, w1, b, x0, x1, y)
    answer = 2.0 * e * float(x0)
    return torch.tensor(answer, dtype=w0.dtype)

def slope_w1(w0, w1, b, x0, x1, y):
    e = error_as_float(w0, w1, b, x0, x1, y)
    answer = 2.0 * e * float(x1)
    return torch.tensor(answer, dtype=w1.dtype)

def slope_b(w0, w1, b, x0, x1, y):
    e = error_as_float(w0, w1, b, x0, x1, y)
    answer = 2.0 * e
    return torch.tensor(answer, dtype=b.dtype)
""",
        "Python floats all the way, a tensor at the end",
    ),
    Answer(
        "scratch-check-by-nudging-below",
        "week2/linear slope_w0",
        """
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0

def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1

def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %%
# is it right? nudge w0 by a little
nudge = 1e-6
def my_loss(w0):
    return (w0 * 2.0 + 3.0 * 1.0 + 0.5 - 1.0) ** 2
print((my_loss(1.0 + nudge) - my_loss(1.0 - nudge)) / (2 * nudge))
numbers = [1.0, 3.0, 0.5, 2.0, 1.0, 1.0]
print(slope_w0(*[torch.tensor(number) for number in numbers]))
""",
        "nudges in a cell of their own below the answer, to see whether it is right",
    ),
    Answer(
        "stretch-counted",
        "week2/linear slope_of_stretch",
        """
def slope_of_stretch(x):
    slope = 1.0
    current = x
    while current.abs() < 100:
        current = 3 * current
        slope = 3 * slope
    if current < 0:
        slope = -slope / 2
    return torch.tensor(slope, dtype=x.dtype)
""",
        "counts the factors in a loop; the local variable is called slope",
    ),
    Answer(
        "stretch-recursive",
        "week2/linear slope_of_stretch",
        """
def slope_of_stretch(x):
    if abs(x) < 100:
        return 3 * slope_of_stretch(3 * x)
    return torch.full_like(x, -0.5 if x < 0 else 1.0)
""",
        "recursion",
    ),
    Answer(
        "stretch-by-logarithm",
        "week2/linear slope_of_stretch",
        """
from math import *

def slope_of_stretch(x):
    value = abs(x.item())
    steps = max(0, ceil(log(100 / value, 3)))
    # rounding of the logarithm: go one back or one on
    while value * 3**steps < 100:
        steps += 1
    while steps > 0 and value * 3 ** (steps - 1) >= 100:
        steps -= 1
    factor = 3**steps
    return torch.as_tensor(float(factor if x > 0 else -factor / 2)).to(x)
""",
        "from math import *, and the number of steps by a logarithm",
    ),
    Answer(
        "stretch-match",
        "week2/linear slope_of_stretch",
        """
import itertools

def slope_of_stretch(x):
    for k in itertools.count():
        if (3**k * x).abs() >= 100:
            break
    match bool(x < 0):
        case True:
            return torch.tensor(-(3.0**k) / 2).to(x.dtype)
        case False:
            return torch.tensor(3.0**k).to(x.dtype)
""",
        "a match statement and itertools.count",
    ),
    Answer(
        "regression-transposed-error",
        "week2/linear regression_gradient",
        """
def regression_gradient(X, y, w, b):
    n = X.shape[0]
    error = X.matmul(w) + b - y
    dw = (1 / n) * torch.matmul(error, X)
    db = (1 / n) * torch.sum(error)
    return dw, db
""",
        "as in every text book",
    ),
    Answer(
        "regression-loops-with-item",
        "week2/linear regression_gradient",
        """
def regression_gradient(X, y, w, b):
    n = X.shape[0]
    d = X.shape[1]
    dw = [0.0] * d
    db = 0.0
    for i in range(n):
        y_hat = b.item()
        for j in range(d):
            y_hat = y_hat + X[i][j].item() * w[j].item()
        diff = y_hat - y[i].item()
        for j in range(d):
            dw[j] = dw[j] + diff * X[i][j].item()
        db = db + diff
    for j in range(d):
        dw[j] = dw[j] / n
    db = db / n
    # make tensors again
    return torch.tensor(dw, dtype=torch.float64), torch.tensor(db, dtype=torch.float64)
""",
        "verbose loops over entries with .item(), lists turned into tensors at the end",
    ),
    Answer(
        "regression-numpy-there-and-back",
        "week2/linear regression_gradient",
        """
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

def _gradient(X: Array, y: Array, w: Array, b: float) -> tuple[Array, float]:
    error = X @ w + b - y
    return X.T @ error / y.size, float(error.mean())

def regression_gradient(X, y, w, b):
    dw, db = _gradient(X.numpy(), y.numpy(), w.numpy(), b.item())
    return torch.from_numpy(dw), torch.tensor(db, dtype=b.dtype)
""",
        "numpy on the way, numpy.typing in the annotations",
    ),
    Answer(
        "regression-decorated-with-a-clock",
        "week2/linear regression_gradient",
        """
import time
from functools import wraps

def timed(function):
    @wraps(function)
    def inner(*args, **kwargs):
        start = time.perf_counter()
        result = function(*args, **kwargs)
        inner.seconds += time.perf_counter() - start
        inner.calls += 1
        return result
    inner.seconds, inner.calls = 0.0, 0
    return inner

@timed
def regression_gradient(X, y, w, b):
    residuals = torch.addmv(b.expand(len(y)), X, w) - y
    return torch.einsum("n,nd->d", residuals, X) / len(y), residuals.mean()
""",
        "a timing decorator of the student's own, einsum",
    ),
    Answer(
        "regression-no-grad",
        "week2/linear regression_gradient",
        """
@torch.no_grad()
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    return (X * e[:, None]).mean(0), e.mean()
""",
        "no_grad as a decorator: switches differentiation off",
    ),
    Answer(
        "regression-autograd-in-a-scratch-cell-above",
        "week2/linear regression_gradient",
        """
# scratch: what does autograd say on a small example?
Xs = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
ys = torch.tensor([1.0, 0.0])
ws = torch.tensor([0.5, -1.0], requires_grad=True)
bs_ = torch.tensor(0.1, requires_grad=True)
L = ((Xs @ ws + bs_ - ys) ** 2).mean() / 2
L.backward()
print(ws.grad, bs_.grad)

# %%
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / X.size(0), error.sum() / X.size(0)
""",
        "a scratch cell with autograd above the answer, which does not use it",
    ),
)
