# %% right="on_paper" name="literal numbers from paper"
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.5], dtype=torch.float64)

# %% right="on_paper" name="written out step by step with plain Python floats"
x0, x1 = -1.0, 0.5
z_first = 0.8 * x0 - 0.5 * x1 + 0.5
z_second = -1.0 * x0 - 0.1 * x1 - 0.2
a_first = max(0, z_first)
a_second = max(0, z_second)
y_hat = -0.5 * a_first - 0.4 * a_second - 0.2
on_paper = torch.tensor([z_first, z_second, a_first, a_second, y_hat], dtype=torch.float64)

# %% right="on_paper" name="numpy matrix products, then from_numpy"
import numpy as np

_w1 = np.array([[0.8, -0.5], [-1.0, -0.1]])
_z = _w1 @ np.array([-1.0, 0.5]) + np.array([0.5, -0.2])
_a = np.where(_z > 0, _z, 0.0)
_y = np.array([-0.5, -0.4]) @ _a - 0.2
on_paper = torch.from_numpy(np.concatenate([_z, _a, [_y]]))

# %% wrong="on_paper" name="orders the numbers neuron by neuron: z0, a0, z1, a1, y instead of z0, z1, a0, a1, y"
on_paper = torch.tensor([-0.55, 0.0, 0.75, 0.75, -0.5], dtype=torch.float64)

# %% wrong="on_paper" name="takes the weights by columns of W1 (z0 uses 0.8 and -1.0), gives -0.8 and 0.25"
on_paper = torch.tensor([-0.8, 0.25, 0.0, 0.25, -0.3], dtype=torch.float64)

# %% wrong="on_paper" name="output computed from z0, z1 instead of a0, a1: last number is -0.225 instead of -0.5"
z = torch.tensor([-0.55, 0.75], dtype=torch.float64)
a = torch.tensor([0.0, 0.75], dtype=torch.float64)
y_hat = -0.5 * z[0] - 0.4 * z[1] - 0.2
on_paper = torch.cat([z, a, y_hat.reshape(1)])

# %% wrong="on_paper" name="sign slip in z1: minus 0.1 times 0.5 added instead of subtracted, 0.85 carried on"
on_paper = torch.tensor([-0.55, 0.85, 0.0, 0.85, -0.54], dtype=torch.float64)

# %% right="relu" name="maximum with zeros_like"
def relu(Z):
    return torch.maximum(Z, torch.zeros_like(Z))

# %% right="relu" name="clone and set negative entries to zero by mask"
def relu(Z):
    result = Z.clone()
    negative = result < 0
    result[negative] = 0
    return result

# %% right="relu" name="stack with zeros and take the max along the new dimension"
def relu(Z):
    """The larger one of 0 and z for each entry of Z."""
    both = torch.stack([Z, Z.new_zeros(Z.shape)], dim=0)
    return both.max(dim=0).values

# %% wrong="relu" name="A = Z is only a second name, so the masked assignment changes Z itself"
def relu(Z):
    A = Z
    A[A < 0] = 0
    return A

# %% wrong="relu" name="zeros made with torch.zeros(Z.shape): float32 on CPU, so float16, integer or GPU input changes or fails"
def relu(Z):
    zeros = torch.zeros(Z.shape)
    return torch.maximum(Z, zeros)

# %% wrong="relu" name="goes through a Python list and torch.tensor, so a float64 Z comes back as float32"
def relu(Z):
    numbers = [max(0.0, z) for z in Z.flatten().tolist()]
    return torch.tensor(numbers).reshape(Z.shape)

# %% wrong="relu" name="uses the ready-made torch.nn.ReLU module although the ready-made function is not allowed"
def relu(Z):
    layer = torch.nn.ReLU()
    return layer(Z)

# %% right="join" name="cat along the last dimension"
def join(A0, A1):
    return torch.cat([A0, A1], dim=-1)

# %% right="join" name="drop the last dimension, then stack a new one at the end"
def join(A0, A1):
    first = A0[..., 0]
    second = A1[..., 0]
    return torch.stack((first, second), dim=-1)

# %% right="join" name="computes the dimension from dim() and uses torch.concat with axis"
def join(A0, A1):
    """(*, 1) and (*, 1) -> (*, 2)"""
    last = A0.dim() - 1
    return torch.concat(tuple(A for A in (A0, A1)), axis=last)

# %% wrong="join" name="hstack joins along dimension 1 for three or more dimensions, not along the last one"
def join(A0, A1):
    return torch.hstack([A0, A1])

# %% wrong="join" name="stack at the end, then squeeze() of everything, which also removes leading dimensions of size one"
def join(A0, A1):
    return torch.stack([A0, A1], dim=-1).squeeze()

# %% wrong="join" name="stacks in front and reshapes to (*, 2), which mixes the numbers of different examples"
def join(A0, A1):
    both = torch.stack([A0, A1])
    return both.reshape(*A0.shape[:-1], 2)

# %% wrong="join" name="final reshape(-1, 2) flattens leading dimensions: (1,) gives (1, 2), (n, k, 1) gives (nk, 2)"
def join(A0, A1):
    left = A0.reshape(-1, 1)
    right = A1.reshape(-1, 1)
    return torch.cat([left, right], dim=1).reshape(-1, 2)

# %% right="two_layer_nn" name="plain, one line per neuron"
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        z0 = self.hidden0(X)
        z1 = self.hidden1(X)
        a0 = relu(z0)
        a1 = relu(z1)
        a = join(a0, a1)
        return self.output(a)

# %% right="two_layer_nn" name="add_module from a dictionary, helper method hidden"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron."""

    START = {
        "hidden0": (0.8, -0.5, 0.5),
        "hidden1": (-1.0, -0.1, -0.2),
        "output": (-0.5, -0.4, -0.2),
    }

    def __init__(self):
        super().__init__()
        for name, numbers in self.START.items():
            self.add_module(name, Neuron(*numbers))

    def hidden(self, X):
        return join(*[relu(neuron(X)) for neuron in (self.hidden0, self.hidden1)])

    def forward(self, X):
        return self.output(self.hidden(X))

# %% right="two_layer_nn" name="joins the pre-activations first and applies relu once"
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        Z = join(self.hidden0(X), self.hidden1(X))
        return self.output(relu(Z))

# %% wrong="two_layer_nn" name="forward calls the global neurons hidden0, hidden1, output (no self.), so the module's parameters are never used"
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        a0 = relu(hidden0(X))
        a1 = relu(hidden1(X))
        return output(join(a0, a1))

# %% wrong="two_layer_nn" name="weights copied into W1, b1 once in __init__ and detached, forward uses the stale copies of the hidden layer"
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)
        self.W1 = torch.cat([self.hidden0.W, self.hidden1.W]).detach()
        self.b1 = torch.cat([self.hidden0.b, self.hidden1.b]).detach()

    def forward(self, X):
        A = relu(X @ self.W1.T + self.b1)
        return self.output(A)

# %% wrong="two_layer_nn" name="joins along dimension 0 for a vector and dimension 1 for all others, fails for (n, k, 2) input"
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        a0, a1 = relu(self.hidden0(X)), relu(self.hidden1(X))
        dim = 0 if X.dim() == 1 else 1
        return self.output(torch.cat([a0, a1], dim=dim))

# %% wrong="two_layer_nn" name="applies relu to the output neuron as well, negative results become 0"
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        a = join(relu(self.hidden0(X)), relu(self.hidden1(X)))
        return relu(self.output(a))

# %% right="grid" name="meshgrid with indexing xy"
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    x0, x1 = torch.meshgrid(values, values, indexing="xy")
    return torch.stack([x0, x1], dim=-1)

# %% right="grid" name="two loops that fill zeros"
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    points = torch.zeros(m, m, 2, dtype=torch.float64)
    for i in range(m):
        for j in range(m):
            points[i, j, 0] = values[j]
            points[i, j, 1] = values[i]
    return points

# %% right="grid" name="numpy linspace, list comprehension, torch.tensor"
import numpy as np


def grid(low, high, m):
    v = np.linspace(low, high, m).tolist()
    return torch.tensor([[(x0, x1) for x0 in v] for x1 in v], dtype=torch.float64)

# %% wrong="grid" name="meshgrid with indexing ij: x0 follows the row and x1 the column"
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    x0, x1 = torch.meshgrid(values, values, indexing="ij")
    return torch.stack([x0, x1], dim=-1)

# %% wrong="grid" name="stacks both tables in front and reshapes (2, m, m) to (m, m, 2): all x0 first, points mixed up"
def grid(low, high, m):
    v = torch.linspace(low, high, m, dtype=torch.float64)
    x0 = v.expand(m, m)
    x1 = v[:, None].expand(m, m)
    return torch.stack([x0, x1]).reshape(m, m, 2)

# %% wrong="grid" name="scales linspace(0, 1) by high instead of high - low, right only for low = 0"
def grid(low, high, m):
    t = torch.linspace(0, 1, m, dtype=torch.float64)
    values = low + high * t
    x0 = values.repeat(m, 1)
    x1 = x0.T
    return torch.stack((x0, x1), dim=2)

# %% wrong="grid" name="arange up to high + step with a rounded step: one value too many for some m"
def grid(low, high, m):
    step = (high - low) / (m - 1)
    values = torch.arange(low, high + step, step, dtype=torch.float64)
    k = len(values)
    x0 = values.unsqueeze(0).expand(k, k)
    x1 = values.unsqueeze(1).expand(k, k)
    return torch.stack([x0, x1], dim=-1)

# %% right="two_layers" name="two matrix products"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    Z = X @ W1.T + b1
    A = activations[activation](Z)
    return A @ W2.T + b2

# %% right="two_layers" name="functional linear in one line"
import torch.nn.functional as F


def two_layers(X, W1, b1, W2, b2, activation="relu"):
    g = activations[activation]
    return F.linear(g(F.linear(X, W1, b1)), W2, b2)

# %% right="two_layers" name="einsum with a helper layer"
def layer(X, W, b):
    return torch.einsum("...d,hd->...h", X, W) + b


def two_layers(X, W1, b1, W2, b2, activation="relu"):
    hidden = layer(X, W1, b1)
    for name, function in activations.items():
        if name == activation:
            hidden = function(hidden)
            break
    else:
        raise KeyError(activation)
    return layer(hidden, W2, b2)

# %% wrong="two_layers" name="if relu else tanh: the name sigmoid is treated as tanh"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    Z = X @ W1.T + b1
    if activation == "relu":
        A = torch.relu(Z)
    else:
        A = torch.tanh(Z)
    return A @ W2.T + b2

# %% wrong="two_layers" name="uses only the first row W2[0], every one of several outputs gets the first output's weights"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](X @ W1.T + b1)
    return (A * W2[0]).sum(dim=-1, keepdim=True) + b2

# %% wrong="two_layers" name="W2.reshape(h, q) instead of the transpose, the same only for q = 1 (or h = 1)"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    h = W1.shape[0]
    q = W2.shape[0]
    Z = torch.matmul(X, W1.T) + b1
    A = activations[activation](Z)
    return torch.matmul(A, W2.reshape(h, q)) + b2

# %% wrong="two_layers" name="flattens the leading dimensions to one and never restores them: (d,) gives (1, q)"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    rows = X.reshape(-1, W1.shape[1])
    Z = (W1 @ rows.T).T + b1
    A = activations[activation](Z)
    return (W2 @ A.T).T + b2

# %% right="collapse" name="two products"
def collapse(W1, b1, W2, b2):
    return W2 @ W1, W2 @ b1 + b2

# %% right="collapse" name="three nested loops, returns a list of two"
def collapse(W1, b1, W2, b2):
    h, d = W1.shape
    q = W2.shape[0]
    W = torch.zeros(q, d, dtype=W1.dtype)
    b = b2.clone()
    for k in range(q):
        for i in range(h):
            b[k] += W2[k, i] * b1[i]
            for j in range(d):
                W[k, j] += W2[k, i] * W1[i, j]
    return [W, b]

# %% right="collapse" name="probes the two layers with 0 and the unit vectors, returns a namedtuple"
from collections import namedtuple

Layer = namedtuple("Layer", "W b")


def collapse(W1, b1, W2, b2):
    def both(X):
        return (X @ W1.T + b1) @ W2.T + b2

    d = W1.shape[1]
    b = both(torch.zeros(d, dtype=W1.dtype))
    W = (both(torch.eye(d, dtype=W1.dtype)) - b).T
    return Layer(W, b)

# %% wrong="collapse" name="b = (W2 * b1).sum() + b2 adds over all outputs, right only for q = 1"
def collapse(W1, b1, W2, b2):
    W = W2 @ W1
    b = (W2 * b1).sum() + b2
    return W, b

# %% wrong="collapse" name="b2 += W2 @ b1 changes the input b2 in place and returns it"
def collapse(W1, b1, W2, b2):
    W = torch.matmul(W2, W1)
    b2 += torch.matmul(W2, b1)
    return W, b2

# %% wrong="collapse" name="W1.T @ W2.T is (d, q) and is reshaped instead of transposed to (q, d), fits only for q = 1"
def collapse(W1, b1, W2, b2):
    d = W1.shape[1]
    q = W2.shape[0]
    W = (W1.T @ W2.T).reshape(q, d)
    b = b1 @ W2.T + b2
    return W, b

# %% wrong="collapse" name="b = W2 @ b1 without b2: the second layer's own bias is forgotten"
def collapse(W1, b1, W2, b2):
    W = W2 @ W1
    b = W2 @ b1
    return W, b

# %% right="xor_by_hand" name="the idea of the text: 2 max(0, s) - 4 max(0, s - 1) - 1"
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="xor_by_hand" name="absolute difference of the inputs, parameters set in a loop from a dictionary"
class XorByHand(torch.nn.Module):
    """2 |x0 - x1| - 1, where |u| = relu(u) + relu(-u)"""

    def __init__(self):
        super().__init__()
        numbers = {
            "W1": [[1, -1], [-1, 1]],
            "b1": [0, 0],
            "W2": [[2, 2]],
            "b2": [-1],
        }
        for name, value in numbers.items():
            setattr(self, name, torch.nn.Parameter(torch.tensor(value).float()))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="xor_by_hand" name="one neuron always on and one that bends at s = 1"
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        P = torch.nn.Parameter
        self.W1 = P(torch.ones(2, 2))
        self.b1 = P(torch.tensor([1.0, -1.0]))
        self.W2 = P(torch.tensor([[2.0, -4.0]]))
        self.b2 = P(torch.full((1,), -3.0))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="multiple of the second neuron too small (-2 for -4): the sum goes flat, corner (1, 1) gives +1"
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="outputs 0, 1, 1, 0: not stretched and shifted to the labels -1 and +1"
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[1.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([0.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="weights rounded to two decimals: corners 1.003 and -0.993, not exactly 1 and -1"
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[0.67, 0.67], [0.67, 0.67]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -0.67]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.99, -5.97]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="plain tensors as attributes instead of torch.nn.Parameter, the module has no parameters"
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
        self.b1 = torch.tensor([0.0, 0.0])
        self.W2 = torch.tensor([[2.0, 2.0]])
        self.b2 = torch.tensor([-1.0])

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="tanh_slope" name="chain rule on the sigmoid formula"
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    S = torch.sigmoid(2 * Z)
    return 4 * S * (1 - S)

# %% right="tanh_slope" name="textbook form with the own tanh"
def tanh_by_sigmoid(Z):
    """tanh z = 2 sigmoid(2 z) - 1"""
    doubled = Z + Z
    return torch.sigmoid(doubled).mul(2).sub(1)


def tanh_slope(Z):
    T = tanh_by_sigmoid(Z)
    return 1 - T**2

# %% right="tanh_slope" name="symmetric sigmoid difference and one over cosh squared written with exp of -2|z|"
def tanh_by_sigmoid(Z):
    return torch.sigmoid(2 * Z) - torch.sigmoid(-2 * Z)


def tanh_slope(Z):
    E = torch.exp(-2 * torch.abs(Z))
    return 4 * E / (1 + E) ** 2

# %% wrong="tanh_slope" name="forgets the inner slope 2 of 2z: slope is 2 s (1 - s), half of the true one"
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    S = torch.sigmoid(2 * Z)
    return 2 * S * (1 - S)

# %% wrong="tanh_slope" name="slope of the sigmoid taken at z and not at the inner value 2z"
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    def sigmoid_slope(U):
        S = torch.sigmoid(U)
        return S * (1 - S)

    return 2 * sigmoid_slope(Z) * 2

# %% wrong="tanh_slope" name="1 - tanh(z) without the square, right only at 0"
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z)

# %% wrong="tanh_slope" name="Z *= 2 in tanh_by_sigmoid changes the caller's Z in place"
def tanh_by_sigmoid(Z):
    Z *= 2
    return 2 * torch.sigmoid(Z) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% right="tanh_slope" name="slope as 4 e^2z / (e^2z + 1)^2 overflows to inf / inf = nan for large z"
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    E = torch.exp(2 * Z)
    return 4 * E / (E + 1) ** 2

# %% wrong="tanh_slope" name="lets autograd compute the slope instead of differentiating the formula by hand"
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    Z = Z.detach().clone().requires_grad_()
    tanh_by_sigmoid(Z).sum().backward()
    return Z.grad

# %% wrong="tanh_slope" name="sets the slope to exactly 0 where |z| > 3 because tanh saturates there (0.0099 at 3 is cut)"
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    T = tanh_by_sigmoid(Z)
    slope = 1 - T * T
    return torch.where(Z.abs() > 3, torch.zeros_like(Z), slope)

# %% wrong="tanh_slope" name="slope rounded to four decimals, as the example values are printed, so only four digits are right"
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    S = torch.sigmoid(2 * Z)
    return torch.round(4 * S * (1 - S), decimals=4)

# %% right="elu" name="torch.where for both"
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% right="elu" name="sum of two clamps, slope from the own function plus alpha"
def elu(Z, alpha):
    return Z.clamp(min=0) + alpha * torch.expm1(Z.clamp(max=0))


def elu_slope(Z, alpha):
    left = elu(Z, alpha) + alpha
    return torch.where(Z > 0, 1.0, left)

# %% right="elu" name="loop over the flattened entries with math.exp"
import math


def _entrywise(function, Z):
    results = [function(z) for z in Z.flatten().tolist()]
    return torch.tensor(results, dtype=Z.dtype, device=Z.device).reshape(Z.shape)


def elu(Z, alpha):
    return _entrywise(lambda z: z if z > 0 else alpha * (math.exp(z) - 1), Z)


def elu_slope(Z, alpha):
    return _entrywise(lambda z: 1.0 if z > 0 else alpha * math.exp(z), Z)

# %% wrong="elu" name="slope as a sum of products with masks: inf * 0 is nan for large z"
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    right = (Z > 0).to(Z.dtype)
    left = (Z <= 0).to(Z.dtype)
    return 1 * right + alpha * torch.exp(Z) * left

# %% wrong="elu" name="slope of the left branch is exp(z), the factor alpha is lost"
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), torch.exp(Z))

# %% wrong="elu" name="slope of the left branch keeps the constant: alpha (exp(z) - 1) instead of alpha exp(z)"
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * (torch.exp(Z) - 1))

# %% wrong="elu" name="slope as alpha exp(z) clamped at 1: wrong for small positive z if alpha < 1, and left of 0 if alpha > 1"
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.clamp(alpha * torch.exp(Z), max=1.0)

# %% wrong="elu" name="elu writes the left branch into Z itself, the input is changed"
def elu(Z, alpha):
    mask = Z <= 0
    Z[mask] = alpha * (torch.exp(Z[mask]) - 1)
    return Z


def elu_slope(Z, alpha):
    slope = torch.ones_like(Z)
    mask = Z <= 0
    slope[mask] = alpha * torch.exp(Z[mask])
    return slope

# %% wrong="elu" name="brackets lost in elu: alpha exp(z) - 1 instead of alpha (exp(z) - 1), right only for alpha = 1"
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * torch.exp(Z) - 1)


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="slope left as elu(z) + 1, the formula for alpha = 1, instead of elu(z) + alpha"
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * torch.expm1(Z))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.expm1(Z) + 1)

# %% wrong="elu" name="power rule on the exponential: left slope alpha z exp(z - 1)"
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * Z * torch.exp(Z - 1))

# %% right="silu_slope" name="product rule as it stands"
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return 1 * S + Z * S * (1 - S)

# %% right="silu_slope" name="in terms of silu itself: f + s (1 - f)"
def silu_slope(Z):
    s = Z.sigmoid()
    f = Z * s
    return f + s * (1 - f)

# %% right="silu_slope" name="sigmoid by tanh of half, helper functions for function and slope"
def _switch(Z):
    return 0.5 * (1 + torch.tanh(Z / 2))


def _switch_slope(Z):
    return 0.25 * (1 - torch.tanh(Z / 2) ** 2)


def silu_slope(Z):
    """(u v)' = u' v + u v' with u = z and v = sigmoid"""
    u, du = Z, torch.ones_like(Z)
    v, dv = _switch(Z), _switch_slope(Z)
    return du * v + u * dv

# %% wrong="silu_slope" name="product of the two slopes: 1 times s (1 - s), no product rule"
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return torch.ones_like(Z) * S * (1 - S)

# %% wrong="silu_slope" name="minus in the product rule: s - z s (1 - s)"
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S - Z * S * (1 - S)

# %% wrong="silu_slope" name="slope of the sigmoid taken as 1 - s: second term z (1 - s) lacks the factor s"
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S + Z * (1 - S)

# %% wrong="silu_slope" name="slope of the sigmoid computed from s as input, the sigmoid is applied twice in the second term"
def sigmoid_slope(U):
    return torch.sigmoid(U) * (1 - torch.sigmoid(U))


def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S + Z * sigmoid_slope(S)

# %% wrong="silu_slope" name="clamps the slope at 1 although it exceeds 1 beyond z = 1.54"
def silu_slope(Z):
    S = torch.sigmoid(Z)
    slope = S + Z * S * (1 - S)
    return slope.clamp(max=1)

# %% right="silu_slope" name="multiplied out with e^z: e^z (e^z + z + 1) / (e^z + 1)^2 is inf / inf = nan for large z"
def silu_slope(Z):
    E = torch.exp(Z)
    return E * (E + Z + 1) / (E + 1) ** 2

# %% wrong="silu_slope" name="difference quotient with h = 0.001 instead of the derivative, off in the fourth decimal"
def silu_slope(Z):
    h = 1e-3

    def f(Z):
        return Z * torch.sigmoid(Z)

    return (f(Z + h) - f(Z)) / h

# %% wrong="silu_slope" name="brackets lost around 1 - s: s + z * s * 1 - s leaves only z s"
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S + Z * S * 1 - S

# %% right="far_slopes" name="literal table"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]],
    dtype=torch.float64,
)

# %% right="far_slopes" name="zeros, then fill what is not zero"
far_slopes = torch.zeros(7, 2, dtype=torch.float64)
far_slopes[2:, 1] = 1
far_slopes[3, 0] = 0.1

# %% right="far_slopes" name="dictionary by name, stacked left and right columns"
table = {
    "sigmoid": (0.0, 0.0),
    "tanh": (0.0, 0.0),
    "relu": (0.0, 1.0),
    "leaky relu": (0.1, 1.0),
    "elu": (0.0, 1.0),
    "silu": (0.0, 1.0),
    "gelu": (0.0, 1.0),
}
left, right = zip(*table.values())
far_slopes = torch.tensor([left, right], dtype=torch.float64).T

# %% wrong="far_slopes" name="leaky ReLU left 0.01, the usual alpha, instead of the 0.1 asked for"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.01, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="columns swapped: column 0 holds the far right, column 1 the far left"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [1, 0], [1, 0.1], [1, 0], [1, 0], [1, 0]], dtype=torch.float64
)

# %% wrong="far_slopes" name="ELU left -1: the value that the function approaches, not its slope"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [-1, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="sigmoid and tanh right 1: the values of the functions far right in place of slope 0"
far_slopes = torch.tensor(
    [[0, 1], [0, 1], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="SiLU and GELU right 1.1: the top of the slope, not the value it approaches"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [0, 1.1], [0, 1.1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="list of lefts followed by rights reshaped to (7, 2), the entries land in wrong rows"
lefts = [0, 0, 0, 0.1, 0, 0, 0]
rights = [0, 0, 1, 1, 1, 1, 1]
far_slopes = torch.tensor(lefts + rights, dtype=torch.float64).reshape(7, 2)

# %% wrong="far_slopes" name="rows of ELU and leaky ReLU exchanged: 0.1 stands in row 4"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0, 1], [0.1, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="SiLU and GELU left -0.1: takes the negative dip of the slope for its far left end"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [-0.1, 1], [-0.1, 1]], dtype=torch.float64
)

# %% right="softmax_slopes" name="diag minus outer"
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.diag(p) - torch.outer(p, p)

# %% right="softmax_slopes" name="two loops with if i == j"
def softmax_slopes(z):
    p = torch.softmax(z, dim=-1)
    q = len(p)
    table = torch.zeros(q, q, dtype=z.dtype)
    for i in range(q):
        for j in range(q):
            if i == j:
                table[i, j] = p[i] * (1 - p[i])
            else:
                table[i, j] = -p[i] * p[j]
    return table

# %% right="softmax_slopes" name="own stable softmax, broadcast with an identity matrix"
def softmax_slopes(z):
    e = (z - z.max()).exp()
    p = e / e.sum()
    delta = torch.eye(z.numel(), dtype=z.dtype, device=z.device)
    return p[:, None] * (delta - p[None, :])

# %% wrong="softmax_slopes" name="p_i (delta - p_i): takes p_i twice, off the diagonal -p_i^2 instead of -p_i p_j"
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    delta = torch.eye(len(z), dtype=z.dtype)
    return p[:, None] * (delta - p[:, None])

# %% wrong="softmax_slopes" name="sigmoid of every score in place of softmax, the same only for the example [0, 0]"
def softmax_slopes(z):
    p = torch.sigmoid(z)
    return torch.diag(p) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="own softmax without subtracting the maximum: exp overflows to nan for large scores"
def softmax_slopes(z):
    e = torch.exp(z)
    p = e / e.sum()
    return torch.diag(p) - p[:, None] * p[None, :]

# %% wrong="softmax_slopes" name="calls torch.autograd.functional.jacobian although autograd may not be used"
def softmax_slopes(z):
    return torch.autograd.functional.jacobian(lambda u: torch.softmax(u, dim=0), z)

# %% wrong="softmax_slopes" name="off the diagonal every other class loses the same share p_i (1 - p_i) / (q - 1)"
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    q = len(z)
    gain = p * (1 - p)
    table = torch.zeros(q, q, dtype=z.dtype)
    for i in range(q):
        for j in range(q):
            table[i, j] = gain[i] if i == j else -gain[i] / (q - 1)
    return table

# %% wrong="softmax_slopes" name="delta compares the values p_i == p_j and not the indices, wrong for equal scores"
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    rows, columns = p[:, None], p[None, :]
    delta = (rows == columns).to(z.dtype)
    return rows * (delta - columns)

# %% wrong="softmax_slopes" name="z -= z.max() shifts the scores in place and changes the caller's z"
def softmax_slopes(z):
    z -= z.max()
    e = torch.exp(z)
    p = e / e.sum()
    return torch.diag(p) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="diagonal delta not multiplied by p_i: identity minus outer product"
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.eye(len(z), dtype=z.dtype) - torch.outer(p, p)

# %% right="train" name="plain loop, grad = None, four updates under no_grad"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for step in range(steps):
        output = two_layers(X, *parameters, activation)
        loss = ((output - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% right="train" name="torch.optim.SGD and mse_loss"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    optimizer = torch.optim.SGD(parameters, lr=lr)
    for _ in range(steps):
        loss = torch.nn.functional.mse_loss(two_layers(X, *parameters, activation=activation), Y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses, [P.detach() for P in parameters]

# %% right="train" name="functional style with torch.autograd.grad and new tensors in each step"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []

    def loss_at(parameters):
        error = two_layers(X, *parameters, activation) - Y
        return error.square().sum() / error.shape[0]

    while len(losses) < steps:
        loss = loss_at(parameters)
        losses.append(float(loss.detach()))
        gradients = torch.autograd.grad(loss, parameters)
        parameters = [(P - lr * G).detach().requires_grad_() for P, G in zip(parameters, gradients)]
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="learning rate 0.1 of the example written into the update, lr is ignored"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= 0.1 * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="sum of squared errors divided by 4, the number of corners, and not by n"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        Y_hat = two_layers(X, *parameters, activation)
        loss = 1 / 4 * ((Y_hat - Y) ** 2).sum()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% right="train" name="appends loss.detach(), a tensor without dimensions, in place of a Python number"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.detach())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="clears the gradients of the weights only (parameters[::2]), those of the biases add up over the steps"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters[::2]:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% right="neuron_states" name="loops and counting"
def neuron_states(X, W1, b1):
    states = []
    n = X.shape[0]
    for k in range(W1.shape[0]):
        count = 0
        for i in range(n):
            z = (X[i] * W1[k]).sum() + b1[k]
            if z > 0:
                count = count + 1
        if count == 0:
            states.append("dead")
        elif count == n:
            states.append("linear")
        else:
            states.append("bends")
    return states

# %% right="neuron_states" name="all and any over the columns"
def neuron_states(X, W1, b1):
    on = X @ W1.T + b1 > 0
    return [
        "linear" if always else "bends" if ever else "dead"
        for always, ever in zip(on.all(dim=0).tolist(), on.any(dim=0).tolist())
    ]

# %% right="neuron_states" name="smallest and largest pre-activation, helper function"
def _state(low, high):
    if high <= 0:
        return "dead"
    if low > 0:
        return "linear"
    return "bends"


def neuron_states(X, W1, b1):
    Z = torch.einsum("nd,hd->hn", X, W1) + b1.unsqueeze(1)
    return list(map(_state, Z.amin(dim=1), Z.amax(dim=1)))

# %% wrong="neuron_states" name="dead only if strictly negative everywhere: a neuron whose largest pre-activation is 0 counts as bends"
def neuron_states(X, W1, b1):
    Z = X @ W1.T + b1
    states = []
    for column in Z.T:
        if (column < 0).all():
            states.append("dead")
        elif (column > 0).all():
            states.append("linear")
        else:
            states.append("bends")
    return states

# %% wrong="neuron_states" name="linear if on at 4 examples, the number of corners written in instead of n"
def neuron_states(X, W1, b1):
    Z = X @ W1.T + b1
    counts = (Z > 0).sum(dim=0)
    names = []
    for count in counts:
        if count == 0:
            names.append("dead")
        elif count == 4:
            names.append("linear")
        else:
            names.append("bends")
    return names

# %% wrong="neuron_states" name="rounds pre-activations to two decimals first, a positive one below 0.005 counts as 0"
def neuron_states(X, W1, b1):
    Z = (X @ W1.T + b1).round(decimals=2)
    on = Z > 0
    states = []
    for j in range(W1.shape[0]):
        if not on[:, j].any():
            states.append("dead")
        elif on[:, j].all():
            states.append("linear")
        else:
            states.append("bends")
    return states

# %% wrong="neuron_states" name="squeeze() of the pre-activations: with a single neuron (h = 1) it goes through the examples, n strings"
def neuron_states(X, W1, b1):
    Z = (X @ W1.T + b1).squeeze()
    columns = Z.unbind(dim=-1)
    return [
        "dead" if (z <= 0).all() else "linear" if (z > 0).all() else "bends"
        for z in columns
    ]
