# %% right="on_paper" name="literal numbers worked out on paper"
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.5], dtype=torch.float64)

# %% right="on_paper" name="step by step in plain python"
x0, x1 = -1.0, 0.5
z_0 = 0.8 * x0 - 0.5 * x1 + 0.5
z_1 = -1.0 * x0 - 0.1 * x1 - 0.2
a_0 = max(0, z_0)
a_1 = max(0, z_1)
y_hat = -0.5 * a_0 - 0.4 * a_1 - 0.2
on_paper = torch.tensor([z_0, z_1, a_0, a_1, y_hat], dtype=torch.float64)

# %% right="on_paper" name="numpy matrices then from_numpy"
import numpy as np

point = np.array([-1.0, 0.5])
z = np.array([[0.8, -0.5], [-1.0, -0.1]]) @ point + np.array([0.5, -0.2])
a = np.where(z > 0, z, 0.0)
out = np.array([-0.5, -0.4]) @ a - 0.2
on_paper = torch.from_numpy(np.concatenate([z, a, [out]]))

# %% wrong="on_paper" name="z1 has a sign slip: minus 1.0 times minus 1.0 taken as minus 1, so a1 is 0 too"
on_paper = torch.tensor([-0.55, -1.25, 0.0, 0.0, -0.2], dtype=torch.float64)

# %% wrong="on_paper" name="output computed from z0 and z1 instead of from a0 and a1, gives -0.225 as last number"
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.225], dtype=torch.float64)

# %% wrong="on_paper" name="ordered neuron by neuron z0, a0, z1, a1, y instead of z0, z1, a0, a1, y"
on_paper = torch.tensor([-0.55, 0.0, 0.75, 0.75, -0.5], dtype=torch.float64)

# %% wrong="on_paper" name="ReLU is applied to the output neuron as well, so the last number is 0 not -0.5"
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, 0.0], dtype=torch.float64)

# %% right="relu" name="torch.maximum with zeros_like"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    return torch.maximum(Z, torch.zeros_like(Z))

# %% right="relu" name="loop over the flattened entries"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    flat = Z.reshape(-1)
    A = torch.zeros_like(flat)
    for i in range(len(flat)):
        if flat[i] > 0:
            A[i] = flat[i]
    return A.reshape(Z.shape)

# %% right="relu" name="clone and masked_fill by comparison"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    negative = Z < 0
    A = Z.clone()
    A[negative] = 0
    return A

# %% wrong="relu" name="zeros made with torch.zeros(Z.shape) are float32, so float16 input comes back as float32"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    zeros = torch.zeros(Z.shape)
    return torch.maximum(Z, zeros)

# %% wrong="relu" name="sets the negative entries to 0 in Z itself, so the input tensor is changed"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    A = Z
    A[A < 0] = 0
    return A

# %% right="relu" name="half of Z plus its absolute value"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    size = torch.where(Z > 0, Z, -Z)
    return (Z + size) / 2

# %% wrong="relu" name="maximum with torch.tensor(0.0): for a single float16 entry of shape () promotion gives float32"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    return torch.max(Z, torch.tensor(0.0, device=Z.device))

# %% right="join" name="cat along the last dimension"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    return torch.cat([A0, A1], dim=-1)

# %% right="join" name="fills an empty tensor with ellipsis"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    shape = list(A0.shape)
    shape[-1] = 2
    result = torch.empty(shape, dtype=A0.dtype, device=A0.device)
    result[..., 0] = A0[..., 0]
    result[..., 1] = A1[..., 0]
    return result

# %% right="join" name="stack and drop the dimension before the last"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    both = (A0, A1)
    return torch.stack(both, dim=-1).squeeze(dim=-2)

# %% wrong="join" name="hstack joins along dimension 1, which is not the last one for (n, k, 1)"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    return torch.hstack((A0, A1))

# %% wrong="join" name="squeeze() without a dimension after stack drops all leading dimensions of size 1"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    return torch.stack([A0, A1], dim=-1).squeeze()

# %% wrong="join" name="result table made by torch.zeros is float32, so float64 inputs lose dtype and digits"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    out = torch.zeros(*A0.shape[:-1], 2)
    out[..., 0:1] = A0
    out[..., 1:2] = A1
    return out

# %% wrong="join" name="flattens everything that is not a vector into one table (N, 2), losing sheets (n, k)"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    if A0.dim() == 1:
        return torch.cat([A0, A1])
    return torch.stack([A0.flatten(), A1.flatten()], dim=1)

# %% right="two_layer_nn" name="step by step with named values"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

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
        y = self.output(a)
        return y

# %% right="two_layer_nn" name="one line with a comprehension"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        numbers = {"hidden0": (0.8, -0.5, 0.5), "hidden1": (-1.0, -0.1, -0.2), "output": (-0.5, -0.4, -0.2)}
        for name, three in numbers.items():
            setattr(self, name, Neuron(*three))

    def forward(self, X):
        return self.output(join(*(relu(hidden(X)) for hidden in (self.hidden0, self.hidden1))))

# %% right="two_layer_nn" name="helper method, relu once after the join"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def hidden(self, X):
        return relu(join(self.hidden0(X), self.hidden1(X)))

    def forward(self, X):
        return self.output(self.hidden(X))

# %% wrong="two_layer_nn" name="forward uses the notebook's global hidden0, hidden1, output without self, so training changes nothing"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        a = join(relu(hidden0(X)), relu(hidden1(X)))
        return output(a)

# %% wrong="two_layer_nn" name="hidden activations are detached before the output neuron, hidden neurons never get a gradient"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        a0 = relu(self.hidden0(X))
        a1 = relu(self.hidden1(X))
        a = join(a0, a1).detach()
        return self.output(a)

# %% wrong="two_layer_nn" name="three-dimensional X handled by X[0] alone and one dimension put back, loses further sheets"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        if X.dim() > 2:
            return self.forward(X[0]).unsqueeze(0)
        return self.output(join(relu(self.hidden0(X)), relu(self.hidden1(X))))

# %% wrong="two_layer_nn" name="the output bias is typed as the number -0.2 in forward instead of self.output.b"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        a0 = relu(X @ self.hidden0.W.T + self.hidden0.b)
        a1 = relu(X @ self.hidden1.W.T + self.hidden1.b)
        return join(a0, a1) @ self.output.W.T - 0.2

# %% right="grid" name="meshgrid with xy indexing"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    v = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(v, v, indexing="xy"), dim=-1)

# %% right="grid" name="two loops over rows and columns"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    values = torch.linspace(low, high, m, dtype=torch.float64)
    points = torch.zeros(m, m, 2, dtype=torch.float64)
    for i in range(m):
        for j in range(m):
            points[i, j, 0] = values[j]
            points[i, j, 1] = values[i]
    return points

# %% right="grid" name="numpy linspace with broadcast_to"
import numpy as np


def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    ticks = np.linspace(low, high, m)
    across = np.broadcast_to(ticks[None, :], (m, m))
    down = np.broadcast_to(ticks[:, None], (m, m))
    return torch.from_numpy(np.stack([across, down], axis=2))

# %% wrong="grid" name="values are rounded to two decimals, so thirds or sevenths (m = 4, m = 8) are no longer evenly spaced"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    v = torch.linspace(low, high, m, dtype=torch.float64).round(decimals=2)
    x0 = v.expand(m, m)
    x1 = v[:, None].expand(m, m)
    return torch.stack([x0, x1], dim=-1)

# %% wrong="grid" name="forgets to add low: values run from 0 to high minus low"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    values = torch.arange(m, dtype=torch.float64) * (high - low) / (m - 1)
    x0 = values.repeat(m, 1)
    x1 = x0.T
    return torch.stack((x0, x1), dim=2)

# %% wrong="grid" name="arange up to high plus one step: rounding sometimes gives m plus 1 values, e.g. for 0, 1, 7"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    step = (high - low) / (m - 1)
    v = torch.arange(low, high + step, step, dtype=torch.float64)
    x0, x1 = torch.meshgrid(v, v, indexing="xy")
    return torch.stack([x0, x1], dim=-1)

# %% wrong="grid" name="meshgrid with ij indexing, so x0 changes downwards and x1 to the right"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    values = torch.linspace(low, high, m, dtype=torch.float64)
    x0, x1 = torch.meshgrid(values, values, indexing="ij")
    return torch.stack([x0, x1], dim=-1)

# %% right="two_layers" name="two products"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    g = activations[activation]
    return g(X @ W1.T + b1) @ W2.T + b2

# %% right="two_layers" name="neuron by neuron, stacked"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    hidden = []
    for k in range(W1.shape[0]):
        z = (X * W1[k]).sum(dim=-1) + b1[k]
        hidden.append(activations[activation](z))
    outputs = []
    for k in range(W2.shape[0]):
        total = b2[k]
        for j in range(len(hidden)):
            total = total + W2[k, j] * hidden[j]
        outputs.append(total)
    return torch.stack(outputs, dim=-1)

# %% right="two_layers" name="helper layer with einsum"
def layer(X, W, b):
    return torch.einsum("...d,hd->...h", X, W) + b


def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    act = activations.get(activation)
    if act is None:
        raise ValueError(f"unknown activation {activation!r}")
    return layer(act(layer(X, W1, b1)), W2, b2)

# %% wrong="two_layers" name="every name except relu is taken as tanh, so sigmoid gives the tanh network"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    Z = X @ W1.T + b1
    if activation == "relu":
        A = torch.relu(Z)
    else:
        A = torch.tanh(Z)
    return A @ W2.T + b2

# %% wrong="two_layers" name="works with examples as columns, b1[:, None] on W1 @ X.T: fails for one example or leading dimensions"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    Z = W1 @ X.T + b1[:, None]
    A = activations[activation](Z)
    return (W2 @ A + b2[:, None]).T

# %% wrong="two_layers" name="second layer as (A * W2).sum with keepdim: only right for a single output q = 1"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    A = activations[activation](X @ W1.T + b1)
    return (A * W2).sum(dim=-1, keepdim=True) + b2

# %% wrong="two_layers" name="atleast_2d on X: a single example (d,) comes back as (1, q) instead of (q,)"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    X = torch.atleast_2d(X)
    Z = torch.matmul(X, W1.T) + b1
    A = activations[activation](Z)
    return torch.matmul(A, W2.T) + b2

# %% right="collapse" name="two products, compact"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    return W2 @ W1, W2 @ b1 + b2

# %% right="collapse" name="three nested loops"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    h, d = W1.shape
    q = W2.shape[0]
    W = torch.zeros(q, d, dtype=W1.dtype)
    b = b2.clone()
    for i in range(q):
        for k in range(h):
            for j in range(d):
                W[i, j] += W2[i, k] * W1[k, j]
            b[i] += W2[i, k] * b1[k]
    return W, b

# %% right="collapse" name="bias as an extra column, returned as a namedtuple"
from collections import namedtuple

Layer = namedtuple("Layer", "W b")


def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    first = torch.cat([W1, b1.unsqueeze(1)], dim=1)
    both = torch.einsum("qh,hd->qd", W2, first)
    return Layer(W=both[:, :-1], b=both[:, -1] + b2)

# %% wrong="collapse" name="bias from (W2 * b1).sum() over everything: one number for all outputs, only right for q = 1"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    W = W2 @ W1
    b = (W2 * b1).sum() + b2
    return W, b

# %% wrong="collapse" name="W1.T @ W2.T is (d, q) and is reshaped to (q, d) instead of transposed, scrambled for q above 1"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    q, d = W2.shape[0], W1.shape[1]
    W = (W1.T @ W2.T).reshape(q, d)
    b = b1 @ W2.T + b2
    return W, b

# %% wrong="collapse" name="adds into b2 with += so the caller's output bias is changed"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    W = torch.matmul(W2, W1)
    b = b2
    b += torch.matmul(W2, b1)
    return W, b

# %% wrong="collapse" name="result tables made with torch.zeros in float32, float64 weights come back as float32"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    q, d = W2.shape[0], W1.shape[1]
    W = torch.zeros(q, d)
    b = torch.zeros(q)
    for i in range(q):
        for j in range(d):
            W[i, j] = (W2[i] * W1[:, j]).sum()
        b[i] = (W2[i] * b1).sum() + b2[i]
    return W, b

# %% right="xor_by_hand" name="the idea of section 3.3"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="xor_by_hand" name="absolute difference of the inputs"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        difference = torch.tensor([1.0, -1.0])
        self.W1 = torch.nn.Parameter(torch.stack([difference, -difference]))
        self.b1 = torch.nn.Parameter(torch.zeros(2))
        self.W2 = torch.nn.Parameter(torch.full((1, 2), 2.0))
        self.b2 = torch.nn.Parameter(-torch.ones(1))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="xor_by_hand" name="one neuron per equal corner, made in a loop"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        values = {
            "W1": [[-4, -4], [0.5, 0.5]],
            "b1": [4, -0.5],
            "W2": [[-0.5, -4]],
            "b2": [1],
        }
        for name, value in values.items():
            setattr(self, name, torch.nn.Parameter(torch.tensor(value, dtype=torch.float32)))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="second weight -2 only cancels the slope, so output stays +1 at the corner (1, 1)"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="output is 0, 1, 1, 0 as in the truth table, not stretched and shifted to -1 and +1"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[1.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([0.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="b1 has shape (1, 2) instead of (2,), so a single point comes back as (1, 1)"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([[0.0, 0.0]]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, 2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="the four are plain tensors with requires_grad, not nn.Parameters, so the module has no parameters"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.tensor([[1.0, 1.0], [1.0, 1.0]], requires_grad=True)
        self.b1 = torch.tensor([0.0, -1.0], requires_grad=True)
        self.W2 = torch.tensor([[2.0, -4.0]], requires_grad=True)
        self.b2 = torch.tensor([-1.0], requires_grad=True)

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="tanh_slope" name="left in terms of the sigmoid"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(2 * Z)
    return 4 * s * (1 - s)

# %% right="tanh_slope" name="textbook form with torch.tanh"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    u = Z + Z
    s = u.sigmoid()
    return s + s - 1.0


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    t = torch.tanh(Z)
    return 1 - t.square()

# %% right="tanh_slope" name="entry by entry, mirrored sigmoid instead of one minus"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    out = torch.empty(Z.shape, dtype=Z.dtype, device=Z.device)
    flat_in, flat_out = Z.reshape(-1), out.view(-1)
    for i in range(flat_in.numel()):
        flat_out[i] = 2 * torch.sigmoid(2 * flat_in[i]) - 1
    return out


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    outer = 2 * torch.sigmoid(2 * Z) * torch.sigmoid(-2 * Z)
    inner = 2
    return outer * inner

# %% wrong="tanh_slope" name="chain rule forgotten: slope 2 s (1 - s) lacks the inner factor 2, half too small"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(2 * Z)
    return 2 * s * (1 - s)

# %% wrong="tanh_slope" name="outer slope taken at Z not at the inner value 2 Z: 4 sigmoid(Z)(1 - sigmoid(Z))"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    outer = 2 * s * (1 - s)
    return outer * 2

# %% right="tanh_slope" name="slope from exp(2 Z) as 4 e / (e + 1)^2, which is inf / inf = nan at large Z"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    e = torch.exp(2 * Z)
    return 4 * e / (e + 1) ** 2

# %% wrong="tanh_slope" name="textbook form without the square: 1 - tanh instead of 1 - tanh squared"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    return 1 - tanh_by_sigmoid(Z)

# %% wrong="tanh_slope" name="tanh_by_sigmoid doubles Z in place with *=, so the caller's tensor is changed"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    Z *= 2
    return 2 * torch.sigmoid(Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(2 * Z)
    return 4 * s * (1 - s)

# %% wrong="tanh_slope" name="squeeze() without a dimension at the end of the slope drops all dimensions of size 1"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(2 * Z).unsqueeze(-1)
    product = torch.cat([s, 1 - s], dim=-1).prod(dim=-1)
    return (4 * product).squeeze()

# %% wrong="tanh_slope" name="clamps Z to plus or minus 5 against overflow, slope sticks at 0.00018 instead of going to 0"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    Z = Z.clamp(-5, 5)
    e = torch.exp(2 * Z)
    t = (e - 1) / (e + 1)
    return 1 - t**2

# %% wrong="tanh_slope" name="slope assembled with torch.tensor from python numbers, float64 input comes back as float32"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    slopes = []
    for t in tanh_by_sigmoid(Z).flatten().tolist():
        slopes.append(1 - t * t)
    return torch.tensor(slopes).reshape(Z.shape)

# %% right="elu" name="torch.where for both"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% right="elu" name="python loop with math.exp only on the left branch"
import math


def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    result = []
    for z in Z.flatten().tolist():
        if z > 0:
            result.append(z)
        else:
            result.append(alpha * (math.exp(z) - 1))
    return torch.tensor(result, dtype=Z.dtype).reshape(Z.shape)


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    result = []
    for z in Z.flatten().tolist():
        if z > 0:
            result.append(1.0)
        else:
            result.append(alpha * math.exp(z))
    return torch.tensor(result, dtype=Z.dtype).reshape(Z.shape)

# %% right="elu" name="two clamped halves added, slope from the function itself"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    right = Z.clamp(min=0)
    left = torch.expm1(Z.clamp(max=0))
    return right + alpha * left


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    slope = elu(Z, alpha) + alpha
    return slope.masked_fill(Z > 0, 1.0)

# %% wrong="elu" name="slope switches the branches by multiplying masks, inf times 0 is nan for large Z"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    positive = (Z > 0).to(Z.dtype)
    return positive + (1 - positive) * alpha * torch.exp(Z)

# %% wrong="elu" name="alpha treated as a constant that vanishes: left slope exp(Z) without the factor alpha"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), torch.exp(Z))

# %% wrong="elu" name="left slope keeps the -1: alpha (exp(Z) - 1), the constant's derivative is not dropped"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (Z.exp() - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, 1.0, alpha * (Z.exp() - 1))

# %% wrong="elu" name="elu as a maximum of Z and the clamped left branch, wrong just left of 0 for alpha above 1"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    left = alpha * (torch.exp(torch.clamp(Z, max=0)) - 1)
    return torch.maximum(Z, left)


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="elu writes the left branch into Z itself, so the caller's tensor is changed"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    left = Z <= 0
    Z[left] = alpha * (torch.exp(Z[left]) - 1)
    return Z


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    slope = torch.ones_like(Z)
    left = Z <= 0
    slope[left] = alpha * torch.exp(Z[left])
    return slope

# %% wrong="elu" name="slope on the right branch is Z (the function's value) instead of 1"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, Z, alpha * torch.exp(Z))

# %% wrong="elu" name="differentiates exp(z) by the power rule: left slope alpha z exp(z - 1)"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * Z * torch.exp(Z - 1))

# %% wrong="elu" name="slope goes through atleast_1d for indexing, a single entry of shape () comes back as (1,)"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    Z = torch.atleast_1d(Z)
    slope = torch.ones_like(Z)
    negative = Z < 0
    slope[negative] = alpha * torch.exp(Z[negative])
    return slope

# %% right="silu_slope" name="product rule as it stands"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return s + Z * s * (1 - s)

# %% right="silu_slope" name="factored, with mirrored sigmoid"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    return Z.sigmoid() * (1 + Z * (-Z).sigmoid())

# %% right="silu_slope" name="own stable sigmoid, number by number"
import math


def _sigma(z):
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


def _slope(z):
    first, second = z, _sigma(z)
    first_slope, second_slope = 1.0, second * (1 - second)
    return first_slope * second + first * second_slope


def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    return torch.tensor([_slope(z) for z in Z.reshape(-1).tolist()], dtype=Z.dtype).reshape(Z.shape)

# %% wrong="silu_slope" name="second term lacks the first factor z: s + s (1 - s)"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return 1 * s + s * (1 - s)

# %% wrong="silu_slope" name="sigmoid's slope written as 1 - s instead of s (1 - s) in the second term"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return s + Z * (1 - s)

# %% right="silu_slope" name="formula with exp(-Z) squared in the denominator gives nan (inf over inf) for very negative Z"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    e = torch.exp(-Z)
    return (1 + e + Z * e) / (1 + e) ** 2

# %% wrong="silu_slope" name="multiplies into Z with mul_, right values but the caller's Z is changed"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    second = Z.mul_(s * (1 - s))
    return s + second

# %% wrong="silu_slope" name="minus between the two terms of the product rule: s - z s (1 - s)"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return s - Z * s * (1 - s)

# %% wrong="silu_slope" name="slope of GELU, normal probability plus z times the density, in place of SiLU's"
import math


def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    Phi = 0.5 * (1 + torch.erf(Z / math.sqrt(2)))
    phi = torch.exp(-Z**2 / 2) / math.sqrt(2 * math.pi)
    return Phi + Z * phi

# %% wrong="silu_slope" name="own sigmoid from exp(-|z|) without mirroring for negative z, right only for z >= 0"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    e = torch.exp(-Z.abs())
    s = 1 / (1 + e)
    slope_of_s = e / (1 + e) ** 2
    return s + Z * slope_of_s

# %% wrong="silu_slope" name="goes through the rows with a for loop and stack, cannot handle a single entry of shape ()"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    rows = []
    for row in Z:
        s = torch.sigmoid(row)
        rows.append(s + row * s * (1 - s))
    return torch.stack(rows)

# %% right="far_slopes" name="literal table"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% right="far_slopes" name="filled in from zeros"
far_slopes = torch.zeros(7, 2, dtype=torch.float64)
far_slopes[2:, 1] = 1
far_slopes[3, 0] = 0.1

# %% right="far_slopes" name="measured with autograd far out"
far_slopes = []
for g in (
    torch.sigmoid,
    torch.tanh,
    torch.relu,
    leaky_relu,
    torch.nn.functional.elu,
    torch.nn.functional.silu,
    torch.nn.functional.gelu,
):
    ends_of_axis = torch.tensor([-1000.0, 1000.0], dtype=torch.float64, requires_grad=True)
    g(ends_of_axis).sum().backward()
    far_slopes.append(ends_of_axis.grad)
far_slopes = torch.stack(far_slopes)

# %% wrong="far_slopes" name="leaky ReLU's left slope given as 0.01, its usual alpha, not the 0.1 asked for"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.01, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="columns swapped: far right first, far left second"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [1, 0], [1, 0.1], [1, 0], [1, 0], [1, 0]], dtype=torch.float64
)

# %% wrong="far_slopes" name="rows of sigmoid and tanh hold the limits of the functions, not of their slopes"
far_slopes = torch.tensor(
    [[0.0, 1.0], [-1.0, 1.0], [0.0, 1.0], [0.1, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]
).double()
far_slopes[3, 0] = 0.1

# %% wrong="far_slopes" name="SiLU and GELU given the largest slope 1.1 on the right instead of the limit 1"
far_slopes = torch.zeros((7, 2), dtype=torch.float64)
far_slopes[2] = torch.tensor([0.0, 1.0])
far_slopes[3] = torch.tensor([0.1, 1.0], dtype=torch.float64)
far_slopes[4] = torch.tensor([0.0, 1.0])
far_slopes[5] = torch.tensor([0.0, 1.1], dtype=torch.float64)
far_slopes[6] = torch.tensor([0.0, 1.1], dtype=torch.float64)

# %% right="softmax_slopes" name="diag minus outer"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    return torch.diag(p) - torch.outer(p, p)

# %% right="softmax_slopes" name="two loops with if"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=-1)
    q = len(z)
    table = torch.zeros(q, q, dtype=z.dtype)
    for i in range(q):
        for j in range(q):
            if i == j:
                table[i, j] = p[i] * (1 - p[i])
            else:
                table[i, j] = -p[i] * p[j]
    return table

# %% right="softmax_slopes" name="delta formula by broadcasting, own shifted softmax"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    e = (z - z.max()).exp()
    p = e / e.sum()
    delta = torch.eye(p.numel(), dtype=p.dtype, device=p.device)
    return p.unsqueeze(1) * (delta - p)

# %% wrong="softmax_slopes" name="own softmax with exp of the raw scores, inf over inf is nan at 1000"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    e = torch.exp(z)
    p = e / e.sum()
    return torch.diag(p) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="off-diagonal entries are plus p_i p_j, the minus sign is missing"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    same = torch.eye(len(p), dtype=torch.bool)
    return torch.where(same, p * (1 - p), p[:, None] * p)

# %% wrong="softmax_slopes" name="table made by torch.zeros(q, q) is float32 although the scores are float64"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    q = z.shape[0]
    table = torch.zeros(q, q)
    for i in range(q):
        for j in range(q):
            table[i, j] = p[i] * ((1.0 if i == j else 0.0) - p[j])
    return table

# %% wrong="softmax_slopes" name="subtracts the maximum from z in place, so the caller's scores are changed"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    z -= z.max().item()
    e = torch.exp(z)
    p = e / e.sum()
    return torch.diag(p) - p[:, None] * p[None, :]

# %% wrong="softmax_slopes" name="squeeze() at the end turns the (1, 1) table of a single score into shape ()"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0).reshape(-1, 1)
    delta = torch.eye(len(p), dtype=z.dtype)
    return (p * (delta - p.T)).squeeze()

# %% wrong="softmax_slopes" name="clamps the scores to plus or minus 50 against overflow, so 1000 and 990 look equal"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    e = torch.exp(torch.clamp(z, -50, 50))
    p = e / e.sum()
    return torch.diag(p) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="slopes of log p_i: delta minus p_j without the factor p_i in front"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    return torch.eye(len(z), dtype=z.dtype) - p

# %% wrong="softmax_slopes" name="subtracts p * p entry by entry (broadcast over rows, p_j squared) instead of the outer product"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = z.softmax(-1)
    return torch.diag(p) - p * p

# %% right="train" name="the recipe of week 2"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
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
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
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

# %% right="train" name="autograd.grad and fresh parameters each step"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    while len(losses) < steps:
        error = two_layers(X, *parameters, activation) - Y
        loss = error.square().sum() / len(X)
        gradients = torch.autograd.grad(loss, parameters)
        parameters = [(P - lr * G).detach().requires_grad_() for P, G in zip(parameters, gradients)]
        losses.append(loss.item())
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="sum of squares divided by a fixed 4 instead of n, only right for four examples"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for step in range(steps):
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

# %% wrong="train" name="stops early with break once the loss is below 0.001, fewer than steps losses come back"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for step in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        if loss.item() < 1e-3:
            break
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% right="train" name="losses are collected as 0-dimensional tensors (detach)"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for step in range(steps):
        loss = ((two_layers(X, *parameters, activation=activation) - Y) ** 2).mean()
        losses.append(loss.detach())
        for P in parameters:
            if P.grad is not None:
                P.grad.zero_()
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="gradients are cleared once before the loop only, so they add up from step to step"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for P in parameters:
        P.grad = None
    for step in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% right="neuron_states" name="all over the examples, one loop over neurons"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = X @ W1.T + b1
    states = []
    for j in range(Z.shape[1]):
        if (Z[:, j] <= 0).all():
            states.append("dead")
        elif (Z[:, j] > 0).all():
            states.append("linear")
        else:
            states.append("bends")
    return states

# %% right="neuron_states" name="counts the positive entries with plain python sums"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    n = len(X)
    result = []
    for weights, bias in zip(W1, b1):
        on = 0
        for example in X:
            if (weights * example).sum() + bias > 0:
                on += 1
        if on == 0:
            result.append("dead")
        elif on == n:
            result.append("linear")
        else:
            result.append("bends")
    return result

# %% right="neuron_states" name="extremes in a comprehension"
def _state(smallest, largest):
    if largest <= 0:
        return "dead"
    return "linear" if smallest > 0 else "bends"


def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = torch.einsum("nd,hd->nh", X, W1) + b1
    lows, highs = Z.amin(dim=0).tolist(), Z.amax(dim=0).tolist()
    return [_state(low, high) for low, high in zip(lows, highs)]

# %% wrong="neuron_states" name="pre-activations below 1e-12 count as zero, though a positive number counts however small"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = X @ W1.T + b1
    on = Z > 1e-12
    states = []
    for column in on.T:
        if column.all():
            states.append("linear")
        elif not column.any():
            states.append("dead")
        else:
            states.append("bends")
    return states

# %% wrong="neuron_states" name="linear only if exactly 4 examples are positive: the number of examples is hard-coded"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = X @ W1.T + b1
    counts = (Z > 0).sum(dim=0).tolist()
    names = []
    for count in counts:
        if count == 0:
            names.append("dead")
        elif count == 4:
            names.append("linear")
        else:
            names.append("bends")
    return names

# %% wrong="neuron_states" name="casts everything to float32 first, so tiny float64 pre-activations round to 0 or lose their sign"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = X.float() @ W1.float().T + b1.float()
    dead = (Z <= 0).all(dim=0)
    linear = (Z > 0).all(dim=0)
    return ["dead" if k else "linear" if m else "bends" for k, m in zip(dead, linear)]

# %% wrong="neuron_states" name="writes out exactly two inputs x0 and x1, fails for d = 1 and ignores inputs beyond the second"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    states = []
    for j in range(len(b1)):
        z = W1[j, 0] * X[:, 0] + W1[j, 1] * X[:, 1] + b1[j]
        if z.max() <= 0:
            states.append("dead")
        elif z.min() > 0:
            states.append("linear")
        else:
            states.append("bends")
    return states
