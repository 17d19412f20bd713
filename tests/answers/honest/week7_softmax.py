"""Test corpus of honest work: softmax and its losses, week 7."""

from answer_corpus import Answer

MODEL = """
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return X.flatten(1) @ self.W.T + self.b
"""

FOR_THE_CHECK = """

def softmax_regression(X, y, W, b):
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}
"""

ANSWERS = (
    Answer(
        "softmax-two-steps",
        "week7/softmax softmax",
        """
def softmax(Z):
    Z = Z - torch.max(Z, dim=1, keepdim=True).values
    exp_Z = torch.exp(Z)
    partition = exp_Z.sum(1, keepdim=True)
    return exp_Z / partition
""",
        "as in Dive into Deep Learning, with the maximum taken off",
    ),
    Answer(
        "softmax-one-row-after-another",
        "week7/softmax softmax",
        """
import math

def softmax_of_list(scores):
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    return [p / sum(powers) for p in powers]

def softmax(Z):
    rows = []
    for row in Z:
        rows.append(softmax_of_list(row.tolist()))
    return torch.tensor(rows, dtype=Z.dtype)
""",
        "lists of Python numbers",
    ),
    Answer(
        "softmax-numpy",
        "week7/softmax softmax",
        """
import numpy as np

def stable_softmax(x: np.ndarray) -> np.ndarray:
    x = x - np.max(x, axis=1, keepdims=True)
    e = np.exp(x)
    return e / np.sum(e, axis=1, keepdims=True)

def softmax(Z):
    return torch.from_numpy(stable_softmax(Z.numpy()))
""",
        "numpy on the way",
    ),
    Answer(
        "softmax-in-place-unstable-guarded",
        "week7/softmax softmax",
        """
def softmax(Z):
    try:
        P = Z.clone()
        P.sub_(P.amax(dim=1).unsqueeze(1)).exp_()
        P.div_(P.sum(dim=1).unsqueeze(1))
        if torch.isnan(P).any():
            raise ArithmeticError("nan in softmax")
        return P
    except ArithmeticError as problem:
        print("check the input:", problem)
        raise
""",
        "in place, and an exception of its own",
    ),
    Answer(
        "softmax-class-call",
        "week7/softmax softmax",
        """
class Softmax:
    def __init__(self, dim=1):
        self.dim = dim

    def forward(self, Z):
        e = torch.exp(Z - Z.max(dim=self.dim, keepdim=True)[0])
        self.out = e / e.sum(dim=self.dim, keepdim=True)
        return self.out

    __call__ = forward

    def backward(self, dP):
        return self.out * (dP - (dP * self.out).sum(self.dim, keepdim=True))

    def numeric(self, Z):
        # compare with torch, when I am at home
        return torch.nn.functional.softmax(Z, dim=self.dim)

def softmax(Z):
    return Softmax()(Z)
""",
        "a class Softmax with a method that would compare with torch's and is never called",
    ),
    Answer(
        "softmax-compared-in-a-cell-below",
        "week7/softmax softmax",
        """
def softmax(Z):
    e = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    return e / e.sum(dim=1, keepdim=True)

# %%
# check against the ready-made one
test = torch.randn(3, 4)
print(torch.allclose(softmax(test), torch.softmax(test, dim=1)))
torch.testing.assert_close(softmax(test), torch.nn.functional.softmax(test, dim=1))
""",
        "compared with the ready-made function in a cell below",
    ),
    Answer(
        "log-sum-exp-max-trick",
        "week7/softmax log_sum_exp",
        """
def log_sum_exp(Z):
    c, _ = Z.max(dim=1, keepdim=True)
    return (c + (Z - c).exp().sum(dim=1, keepdim=True).log()).squeeze(1)
""",
        "the usual trick",
    ),
    Answer(
        "log-sum-exp-fold-of-pairs",
        "week7/softmax log_sum_exp",
        """
def log_sum_exp(Z):
    total = Z[:, 0]
    for k in range(1, Z.shape[1]):
        high = torch.maximum(total, Z[:, k])
        low = torch.minimum(total, Z[:, k])
        total = high + torch.log1p(torch.exp(low - high))
    return total
""",
        "two at a time, by log1p",
    ),
    Answer(
        "log-sum-exp-vmap",
        "week7/softmax log_sum_exp",
        """
def of_one_row(z):
    top = z.max()
    return top + torch.log(torch.sum(torch.exp(z - top)))

def log_sum_exp(Z):
    return torch.vmap(of_one_row)(Z)
""",
        "torch.vmap over rows; nothing is differentiated",
    ),
    Answer(
        "cross-entropy-gather",
        "week7/softmax cross_entropy",
        """
def cross_entropy(P, y):
    picked = P.gather(1, y[:, None]).squeeze(1)
    return picked.log().neg().mean()
""",
        "gather",
    ),
    Answer(
        "cross-entropy-loop",
        "week7/softmax cross_entropy",
        """
import math

def nll_loss(p):
    return -math.log(p)

def cross_entropy(P, y):
    loss = 0.0
    for i in range(len(y)):
        loss = loss + nll_loss(P[i, y[i]].item())
    loss = loss / len(y)
    return torch.tensor(loss, dtype=P.dtype)
""",
        "a loop, and a helper of its own called nll_loss",
    ),
    Answer(
        "cross-entropy-one-hot",
        "week7/softmax cross_entropy",
        """
def cross_entropy(P, y):
    T = torch.eye(P.shape[1], dtype=P.dtype)[y]
    return -(T * P.log()).sum() / len(y)
""",
        "rows of the identity as one-hot, over len(y)",
    ),
    Answer(
        "soft-cross-entropy-log-probabilities",
        "week7/softmax soft_cross_entropy",
        """
def log_probabilities(Z):
    Z = Z - Z.max(dim=1, keepdim=True).values
    return Z - Z.exp().sum(dim=1, keepdim=True).log()

def soft_cross_entropy(Z, T):
    return -(T * log_probabilities(Z)).sum(dim=1).mean()
""",
        "log-probabilities of its own",
    ),
    Answer(
        "soft-cross-entropy-helper-log-softmax",
        "week7/softmax soft_cross_entropy",
        """
def log_softmax(Z):
    return Z - log_sum_exp(Z)[:, None]

def soft_cross_entropy(Z, T):
    loss = torch.einsum("nq,nq->", T, log_softmax(Z))
    return -loss / Z.size(0)
""",
        "a helper of its own called log_softmax, on the function of the exercise before",
    ),
    Answer(
        "regression-gradients-dp-written-out",
        "week7/softmax regression_gradients",
        """
def regression_gradients(X, T, W, b):
    n = X.shape[0]
    Z = X @ W.T + b
    Z = Z - Z.max(dim=1, keepdim=True).values
    E = torch.exp(Z)
    P = E / E.sum(dim=1, keepdim=True)
    dZ = P - T
    dW = dZ.T @ X / n
    db = dZ.sum(dim=0) / n
    return dW, db
""",
        "softmax written out again",
    ),
    Answer(
        "regression-gradients-loops",
        "week7/softmax regression_gradients",
        """
def regression_gradients(X, T, W, b):
    dW = torch.zeros_like(W)
    db = torch.zeros_like(b)
    P = softmax(X @ W.T + b)
    for i in range(X.shape[0]):
        for k in range(W.shape[0]):
            d = (P[i, k] - T[i, k]) / X.shape[0]
            db[k] += d
            for j in range(X.shape[1]):
                dW[k, j] += d * X[i, j]
    return dW, db
""",
        "three loops, on the softmax of the exercise before",
    ),
    Answer(
        "regression-gradients-bias-trick",
        "week7/softmax regression_gradients",
        """
def regression_gradients(X, T, W, b):
    # bias as one more column
    X1 = torch.cat([X, torch.ones(len(X), 1, dtype=X.dtype)], dim=1)
    W1 = torch.cat([W, b[:, None]], dim=1)
    error = softmax(X1 @ W1.T) - T
    gradient = error.T @ X1 / len(X)
    return gradient[:, :-1].contiguous(), gradient[:, -1].contiguous()
""",
        "the bias as one more column; a variable called error",
    ),
    Answer(
        "regression-gradients-class-with-grads",
        "week7/softmax regression_gradients",
        """
from typing import Any, Optional, Union
from IPython.display import display, Markdown

class Model:
    def __init__(self, W, b):
        self.params = {"W": W, "b": b}
        self.grads: dict[str, Optional[torch.Tensor]] = {"W": None, "b": None}

    def predict(self, X):
        return softmax(X @ self.params["W"].T + self.params["b"])

    def backward(self, X, T):
        d = (self.predict(X) - T) / len(T)
        self.grads["W"] = d.T @ X
        self.grads["b"] = d.sum(0)
        return self

display(Markdown("**softmax regression**, by hand"))

def regression_gradients(X, T, W, b):
    model = Model(W, b).backward(X, T)
    return model.grads["W"], model.grads["b"]
""",
        "IPython.display, a method backward that returns self",
    ),
    Answer(
        "softmax-regression-max-trick",
        "week7/softmax softmax_regression",
        MODEL
        + """
    def loss(self, X, y):
        Z = self(X)
        top = Z.max(dim=1, keepdim=True).values
        log_Q = Z - top - torch.log(torch.exp(Z - top).sum(dim=1, keepdim=True))
        return -log_Q[torch.arange(len(y)), y].mean()
"""
        + FOR_THE_CHECK,
        "the loss with its own log-probabilities",
    ),
    Answer(
        "softmax-regression-differences-to-the-right-score",
        "week7/softmax softmax_regression",
        MODEL
        + """
    def loss(self, X, y):
        Z = self.forward(X)
        right = Z.gather(1, y.unsqueeze(1))
        return log_sum_exp(Z - right).mean()
"""
        + FOR_THE_CHECK,
        "log-sum-exp of the differences to the right class's score",
    ),
)
