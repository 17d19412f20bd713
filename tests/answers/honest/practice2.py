"""Test corpus of honest work: the second practice, whose numbers come from the student's ID."""

from answer_corpus import Answer

ACTIVATION = """
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)

"""

ANSWERS = (
    Answer(
        "own-activation-plain",
        "practice2/practice my_backward",
        ACTIVATION
        + """
def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    first = s + Z * s * (1 - s) * mine.beta
    second = mine.gamma * (1 - torch.tanh(Z) ** 2)
    return dA * (first - second)
""",
        "plain",
    ),
    Answer(
        "own-activation-exponentials",
        "practice2/practice my_backward",
        """
def my_activation(Z):
    e = torch.exp(-mine.beta * Z)
    p, m = torch.exp(Z), torch.exp(-Z)
    return Z / (1 + e) - mine.gamma * (p - m) / (p + m)

def my_backward(dA, Z):
    e = torch.exp(-mine.beta * Z)
    p, m = torch.exp(Z), torch.exp(-Z)
    tanh = (p - m) / (p + m)
    d1 = (1 + e + mine.beta * Z * e) / (1 + e) ** 2
    d2 = 1 - tanh * tanh
    return dA * (d1 - mine.gamma * d2)
""",
        "everything by exponentials, the quotient rule",
    ),
    Answer(
        "own-activation-constants-above",
        "practice2/practice my_backward",
        """
beta, gamma = mine.beta, mine.gamma
print(f"beta = {beta}, gamma = {gamma}")

# %%
def sigma(z):
    return 1 / (1 + torch.exp(-z))

def my_activation(Z):
    return Z * sigma(beta * Z) - gamma * Z.tanh()

def my_backward(dA, Z):
    S, T = sigma(beta * Z), Z.tanh()
    slope = S * (1 + beta * Z - beta * Z * S) - gamma * (1 - T) * (1 + T)
    return slope * dA
""",
        "the two numbers taken out in a cell above",
    ),
    Answer(
        "own-activation-class",
        "practice2/practice my_backward",
        """
class Mine:
    def __init__(self, beta, gamma):
        self.beta, self.gamma = beta, gamma

    def __call__(self, Z):
        return Z * torch.sigmoid(self.beta * Z) - self.gamma * torch.tanh(Z)

    def grad(self, Z):
        g = torch.sigmoid(self.beta * Z)
        return g + self.beta * Z * g * (1 - g) - self.gamma / torch.cosh(Z) ** 2

activation = Mine(mine.beta, mine.gamma)

def my_activation(Z):
    return activation(Z)

def my_backward(dA, Z):
    return dA * activation.grad(Z)
""",
        "an object of a class with a method grad",
    ),
    Answer(
        "own-gradients-plain",
        "practice2/practice my_gradients",
        """
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    Y_hat = A @ W2.T + b2
    dY = leaky.scale * 2 * (Y_hat - Y) / n
    dW2 = dY.T @ A + leaky.decay * W2
    db2 = dY.sum(dim=0)
    dA = dY @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2
""",
        "plain",
    ),
    Answer(
        "own-gradients-frozen-dataclass",
        "practice2/practice my_gradients",
        """
from dataclasses import dataclass, replace

@dataclass(frozen=True)
class Layer:
    W: torch.Tensor
    b: torch.Tensor
    leak: float = 1.0

    def forward(self, A):
        Z = A @ self.W.T + self.b
        return torch.where(Z > 0, Z, self.leak * Z), (A, Z)

    def backward(self, dA, cache):
        A, Z = cache
        dZ = torch.where(Z > 0, dA, self.leak * dA)
        return dZ @ self.W, dZ.T @ A + leaky.decay * self.W, dZ.sum(0)

def my_gradients(X, W1, b1, W2, b2, Y):
    first, second = Layer(W1, b1, leaky.slope), Layer(W2, b2)
    A, cache1 = first.forward(X)
    Y_hat, cache2 = second.forward(A)
    d = 2 * leaky.scale / len(X) * (Y_hat - Y)
    dA, dW2, db2 = second.backward(d, cache2)
    _, dW1, db1 = first.backward(dA, cache1)
    return dW1, db1, dW2, db2
""",
        "a frozen dataclass with forward and backward",
    ),
    Answer(
        "own-gradients-numpy-lists",
        "practice2/practice my_gradients",
        """
import numpy as np

def my_gradients(X, W1, b1, W2, b2, Y):
    x, w1, c1, w2, c2, t = [a.numpy() for a in [X, W1, b1, W2, b2, Y]]
    dw1, dc1 = np.zeros_like(w1), np.zeros_like(c1)
    dw2, dc2 = np.zeros_like(w2), np.zeros_like(c2)
    for i in range(len(x)):
        z = w1 @ x[i] + c1
        door = np.where(z > 0, 1.0, leaky.slope)
        a = z * door
        e = 2 * leaky.scale * (w2 @ a + c2 - t[i]) / len(x)
        dw2 += np.outer(e, a)
        dc2 += e
        dz = (w2.T @ e) * door
        dw1 += np.outer(dz, x[i])
        dc1 += dz
    dw1 += leaky.decay * w1
    dw2 += leaky.decay * w2
    return tuple(torch.from_numpy(d) for d in (dw1, dc1, dw2, dc2))
""",
        "numpy, one example after another",
    ),
)
