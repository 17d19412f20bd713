# %% right="forward" name="vectorised with a mask"
Z = net.X @ net.W1.T + net.b1
hidden = torch.relu(Z)
outputs = hidden @ net.W2.T + net.b2
awake = (Z > 0).sum(dim=0)

# %% right="forward" name="loops over examples and neurons"
hidden = torch.zeros(4, 3, dtype=torch.float64)
outputs = torch.zeros(4, 1, dtype=torch.float64)
awake = torch.zeros(3, dtype=torch.int64)
for i in range(4):
    total = net.b2[0]
    for j in range(3):
        z = net.W1[j, 0] * net.X[i, 0] + net.W1[j, 1] * net.X[i, 1] + net.b1[j]
        if z > 0:
            hidden[i, j] = z
            awake[j] += 1
        total = total + hidden[i, j] * net.W2[0, j]
    outputs[i, 0] = total

# %% right="forward" name="functional linear, clamp and count_nonzero"
import torch.nn.functional as F

hidden = F.linear(net.X, net.W1, net.b1).clamp(min=0)
outputs = torch.einsum("nh,oh->no", hidden, net.W2) + net.b2
awake = torch.count_nonzero(hidden, dim=0)

# %% wrong="forward" name="hidden is the preactivation, ReLU is applied only inside the outputs"
hidden = net.X @ net.W1.T + net.b1
outputs = torch.relu(hidden) @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="W1 brought to shape (2, 3) by reshape instead of transposing it"
hidden = torch.relu(net.X @ net.W1.reshape(2, 3) + net.b1)
outputs = hidden @ net.W2.reshape(3, 1) + net.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="bias b1 added after the ReLU instead of before it"
weighted = net.X @ net.W1.T
hidden = torch.relu(weighted) + net.b1
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="awake sums the hidden outputs themselves and cuts to int64 instead of counting positive ones"
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = hidden.sum(dim=0).long()

# %% right="collapse" name="matrix product of the two layers"
one_W = net.W2 @ net.W1
one_b = net.W2 @ net.b1 + net.b2

# %% right="collapse" name="sums over the hidden neurons in a loop"
one_W = torch.zeros(1, 2, dtype=torch.float64)
one_b = net.b2.clone()
for j in range(3):
    one_W[0, 0] += net.W2[0, j] * net.W1[j, 0]
    one_W[0, 1] += net.W2[0, j] * net.W1[j, 1]
    one_b += net.W2[0, j] * net.b1[j]

# %% right="collapse" name="probe the linear network at the origin and the unit vectors"
def no_relu(X):
    return (X @ net.W1.T + net.b1) @ net.W2.T + net.b2


origin = torch.zeros(1, 2, dtype=torch.float64)
unit = torch.eye(2, dtype=torch.float64)
one_b = no_relu(origin).reshape(1)
one_W = (no_relu(unit) - no_relu(origin)).T

# %% wrong="collapse" name="one_b is b1 pushed through W2 but b2 is forgotten"
one_W = net.W2 @ net.W1
one_b = net.b1 @ net.W2.T

# %% wrong="collapse" name="one_b is b1 summed plus b2, so b1 is not weighted with W2"
one_W = (net.W1.T @ net.W2.T).T
one_b = net.b1.sum() + net.b2

# %% wrong="collapse" name="linear layer fitted by least squares to the outputs of the network with ReLU still in"
rows = torch.cat([net.X, torch.ones(4, 1, dtype=torch.float64)], dim=1)
fit = torch.linalg.lstsq(rows, outputs).solution
one_W = fit[:2].T
one_b = fit[2]

# %% wrong="collapse" name="W1 reshaped to (2, 3) instead of transposed before the product with W2"
one_W = (net.W1.reshape(2, 3) @ net.W2.T).T
one_b = net.b1 @ net.W2.T + net.b2

# %% right="rectangle_xor" name="the hint, t and t minus 1, computed from the corners"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        left, bottom = corners.X[0].tolist()
        right, top = corners.X[3].tolist()
        a = 1 / (right - left)
        c = 1 / (top - bottom)
        start = -a * left - c * bottom
        low, high = float(corners.low), float(corners.high)
        self.W1 = torch.nn.Parameter(torch.tensor([[a, c], [a, c]], dtype=torch.float64))
        self.b1 = torch.nn.Parameter(torch.tensor([start, start - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[high - low, -2 * (high - low)]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="rectangle_xor" name="weights of t from a linear system, neurons for t - 1 and 1 - t below the high value"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        three = torch.cat([corners.X[:3], torch.ones(3, 1, dtype=torch.float64)], dim=1)
        plane = torch.linalg.solve(three, torch.tensor([-1.0, 0.0, 0.0], dtype=torch.float64))
        gap = float(corners.high) - float(corners.low)
        self.W1 = torch.nn.Parameter(torch.stack([plane[:2], -plane[:2]]))
        self.b1 = torch.nn.Parameter(torch.stack([plane[2], -plane[2]]))
        self.W2 = torch.nn.Parameter(torch.full((1, 2), -gap, dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.full((1,), float(corners.high), dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="rectangle_xor" name="absolute difference of the two scaled coordinates from two opposite neurons"
def as_parameter(values):
    return torch.nn.Parameter(torch.tensor(values).double())


class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        torch.set_default_dtype(torch.float64)
        try:
            x0, x1 = (float(v) for v in corners.X[0])
            width, height = (float(v) for v in corners.X[3] - corners.X[0])
            offset = -x0 / width + x1 / height
            gap = float(corners.high) - float(corners.low)
            self.W1 = as_parameter([[1 / width, -1 / height], [-1 / width, 1 / height]])
            self.b1 = as_parameter([offset, -offset])
            self.W2 = as_parameter([[gap, gap]])
            self.b2 = as_parameter([float(corners.low)])
        finally:
            torch.set_default_dtype(torch.float32)

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="width and height of the rectangle exchanged in the weights of t"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        x0, x1 = corners.X[0].tolist()
        width = float(corners.X[3, 0]) - x0
        height = float(corners.X[3, 1]) - x1
        gap = float(corners.high) - float(corners.low)
        t = [1 / height, 1 / width]
        shift = -(x0 / height + x1 / width)
        self.W1 = torch.nn.Parameter(torch.tensor([t, t], dtype=torch.float64))
        self.b1 = torch.nn.Parameter(torch.tensor([shift, shift - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[gap, -2 * gap]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([float(corners.low)], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="second neuron takes away the gap only once, not twice, so the last corner says high"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        x0, x1 = corners.X[0].tolist()
        width = float(corners.X[3, 0]) - x0
        height = float(corners.X[3, 1]) - x1
        gap = float(corners.high) - float(corners.low)
        shift = -x0 / width - x1 / height
        self.W1 = torch.nn.Parameter(torch.tensor([[1 / width, 1 / height]] * 2, dtype=torch.float64))
        self.b1 = torch.nn.Parameter(torch.tensor([shift, shift - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[gap, -gap]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([float(corners.low)], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="output weights use high instead of high - low on top of the bias low, so the middle corners say high + low"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        (p, q), (r, s) = corners.X[0].tolist(), corners.X[3].tolist()
        u, v = 1 / (r - p), 1 / (s - q)
        high, low = float(corners.high), float(corners.low)
        self.W1 = torch.nn.Parameter(torch.tensor([[u, v], [u, v]], dtype=torch.float64))
        self.b1 = torch.nn.Parameter(torch.tensor([-u * p - v * q, -u * p - v * q - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[high, -2 * high]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="biases 0 and -1 as for the unit square, the place of the first corner is not shifted to t = 0"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        sides = corners.X[3] - corners.X[0]
        gap = float(corners.high) - float(corners.low)
        self.W1 = torch.nn.Parameter(torch.stack([1 / sides, 1 / sides]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[gap, -2 * gap]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([float(corners.low)], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="my_activation" name="product rule and chain rule written out"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    t = torch.tanh(Z)
    return dA * (s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - t ** 2))

# %% right="my_activation" name="entry by entry over the flattened tensor with math"
import math


def sigma(u):
    if u >= 0:
        return 1 / (1 + math.exp(-u))
    e = math.exp(u)
    return e / (1 + e)


def f(z):
    return z * sigma(float(mine.beta) * z) - float(mine.gamma) * math.tanh(z)


def slope(z):
    beta, gamma = float(mine.beta), float(mine.gamma)
    s = sigma(beta * z)
    return s + z * beta * s * (1 - s) - gamma * (1 - math.tanh(z) ** 2)


def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return torch.tensor([f(z) for z in Z.flatten().tolist()], dtype=torch.float64).reshape(Z.shape)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    slopes = torch.tensor([slope(z) for z in Z.flatten().tolist()], dtype=torch.float64)
    return dA * slopes.reshape(Z.shape)

# %% right="my_activation" name="sigmoid through tanh of half, helper for the pieces"
def pieces(Z):
    half = torch.tanh(mine.beta * Z / 2)
    return half, torch.tanh(Z)


def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    half, t = pieces(Z)
    return 0.5 * Z * (1 + half) - mine.gamma * t


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    half, t = pieces(Z)
    first = 0.5 * (1 + half)
    second = 0.25 * mine.beta * Z * (1 - half.square())
    third = mine.gamma * (1 - t) * (1 + t)
    return (first + second - third).mul(dA)

# %% wrong="my_activation" name="inner derivative beta forgotten in the second term of the product rule"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    return dA * (s + Z * s * (1 - s) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="derivative of tanh taken as 1 - tanh without the square"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    slope = s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - torch.tanh(Z))
    return dA * slope

# %% wrong="my_activation" name="sigmoid derivative in the second term evaluated at z instead of beta z"
def sigmoid_slope(Z):
    return torch.sigmoid(Z) * (1 - torch.sigmoid(Z))


def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    first = torch.sigmoid(mine.beta * Z) + Z * mine.beta * sigmoid_slope(Z)
    second = mine.gamma * (1 - torch.tanh(Z).square())
    return dA * (first - second)

# %% wrong="my_activation" name="minus instead of plus between the two terms of the product rule"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    S = torch.sigmoid(mine.beta * Z)
    T = torch.tanh(Z)
    return dA * (S - mine.beta * Z * S * (1 - S) - mine.gamma * (1 - T * T))

# %% wrong="my_activation" name="my_activation is plain SiLU in its first term, sigmoid of z without beta"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return torch.nn.functional.silu(Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    return dA * (s * (1 + mine.beta * Z * (1 - s)) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="sign of the tanh term lost by a bracket, minus gamma (1 - tanh^2) became minus gamma minus gamma tanh^2"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    t = torch.tanh(Z)
    slope = s + mine.beta * Z * s - mine.beta * Z * s ** 2 - mine.gamma - mine.gamma * t ** 2
    return dA * slope

# %% wrong="my_activation" name="derivative of the sigmoid written as s squared instead of s (1 - s)"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    d_tanh = 1 - torch.tanh(Z) ** 2
    return dA * (s + mine.beta * Z * s ** 2 - mine.gamma * d_tanh)

# %% wrong="my_activation" name="U *= beta changes Z in place (U is no copy), so the rest of the slope is taken at beta z"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    U = Z
    U *= mine.beta
    s = torch.sigmoid(U)
    return dA * (s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% right="graph_gradients" name="backwards with one name for each node"
p = leaves.x * leaves.y
q = p + leaves.t
r = q ** 2
dk = r
dr = leaves.k
dq = dr * 2 * q
dt = dq
dp = dq
dx = dp * leaves.y + 1
dy = dp * leaves.x
graph_gradients = torch.tensor([float(g) for g in (dk, dr, dq, dt, dx, dy)], dtype=torch.float64)

# %% right="graph_gradients" name="autograd with torch.autograd.grad on all six nodes"
k, x, y, t = (torch.tensor(float(v), dtype=torch.float64, requires_grad=True)
              for v in (leaves.k, leaves.x, leaves.y, leaves.t))
q = x * y + t
r = q * q
L = k * r + x
graph_gradients = torch.stack(torch.autograd.grad(L, [k, r, q, t, x, y]))

# %% right="graph_gradients" name="closed formulas in a dictionary filled into an empty tensor"
k, x, y, t = [float(getattr(leaves, name)) for name in "kxyt"]
slopes = {
    "k": (x * y + t) ** 2,
    "r": k,
    "q": 2 * k * (x * y + t),
    "t": 2 * k * (x * y + t),
    "x": 1 + 2 * k * y * (x * y + t),
    "y": 2 * k * x * (x * y + t),
}
graph_gradients = torch.empty(6, dtype=torch.float64)
for place, name in enumerate("krqtxy"):
    graph_gradients[place] = slopes[name]

# %% wrong="graph_gradients" name="direct path from x to L forgotten, the + 1 is missing in the gradient of x"
k, x, y, t = float(leaves.k), float(leaves.x), float(leaves.y), float(leaves.t)
q = x * y + t
dq = 2 * k * q
graph_gradients = torch.tensor([q ** 2, k, dq, dq, dq * y, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="direct path of x is given the factor k, dx ends in + k instead of + 1"
k, x, y, t = float(leaves.k), float(leaves.x), float(leaves.y), float(leaves.t)
q = x * y + t
dr = k
dq = dr * 2 * q
graph_gradients = torch.tensor([q * q, dr, dq, dq, dq * y + k, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="gradient of k computed as L / k, which wrongly keeps x / k besides r"
k, x, y, t = float(leaves.k), float(leaves.x), float(leaves.y), float(leaves.t)
p = x * y
q = p + t
r = q ** 2
L = k * r + x
dq = k * 2 * q
graph_gradients = torch.tensor([L / k, k, dq, dq, dq * y + 1, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="derivative of q squared taken as q, the 2 is missing in dq and everything below"
k, x, y, t = float(leaves.k), float(leaves.x), float(leaves.y), float(leaves.t)
q = x * y + t
r = q ** 2
dq = k * q
dp = dq
graph_gradients = torch.tensor([r, k, dq, dq, dp * y + 1, dp * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="at the product x gets the factor x and y the factor y, the factors are not exchanged"
k, x, y, t = float(leaves.k), float(leaves.x), float(leaves.y), float(leaves.t)
p = x * y
q = p + t
r = q ** 2
dr = k
dq = 2 * q * dr
dx = dq * x + 1
dy = dq * y
graph_gradients = torch.tensor([r, dr, dq, dq, dx, dy], dtype=torch.float64)

# %% wrong="graph_gradients" name="entries in the order k, r, q, x, y, t instead of k, r, q, t, x, y"
k, x, y, t = float(leaves.k), float(leaves.x), float(leaves.y), float(leaves.t)
q = x * y + t
d = {"k": q ** 2, "r": k, "q": 2 * k * q}
d["x"] = d["q"] * y + 1
d["y"] = d["q"] * x
d["t"] = d["q"]
graph_gradients = torch.tensor(list(d.values()), dtype=torch.float64)

# %% wrong="graph_gradients" name="backward called anew for every node without zeroing, so later entries are accumulated multiples"
k, x, y, t = [torch.tensor(float(v), dtype=torch.float64, requires_grad=True)
              for v in (leaves.k, leaves.x, leaves.y, leaves.t)]
p = x * y
q = p + t
r = q ** 2
L = k * r + x
q.retain_grad()
r.retain_grad()
found = []
for node in (k, r, q, t, x, y):
    L.backward(retain_graph=True)
    found.append(node.grad.item())
graph_gradients = torch.tensor(found, dtype=torch.float64)

# %% wrong="graph_gradients" name="dr is not passed on, dq is the local 2 q without the factor k from above"
k, x, y, t = float(leaves.k), float(leaves.x), float(leaves.y), float(leaves.t)
q = x * y + t
dk = q ** 2
dr = k
dq = 2 * q
dt = dq
dx = dq * y + 1
dy = dq * x
graph_gradients = torch.tensor([dk, dr, dq, dt, dx, dy], dtype=torch.float64)

# %% right="my_gradients" name="vectorised, torch.where for the slope"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dW2 = dY.T @ A + leaky.decay * W2
    db2 = dY.sum(dim=0)
    dZ = (dY @ W2) * torch.where(Z > 0, torch.ones_like(Z), torch.full_like(Z, leaky.slope))
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% right="my_gradients" name="example after example with outer products"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = X.shape[0]
    dW1 = leaky.decay * W1
    db1 = torch.zeros_like(b1)
    dW2 = leaky.decay * W2
    db2 = torch.zeros_like(b2)
    for x, y in zip(X, Y):
        z = W1 @ x + b1
        factor = torch.full_like(z, float(leaky.slope))
        for j in range(len(z)):
            if z[j] > 0:
                factor[j] = 1.0
        a = factor * z
        up = 2 * leaky.scale / n * (W2 @ a + b2 - y)
        dW2 = dW2 + torch.outer(up, a)
        db2 = db2 + up
        down = factor * (W2.T @ up)
        dW1 = dW1 + torch.outer(down, x)
        db1 = db1 + down
    return dW1, db1, dW2, db2

# %% right="my_gradients" name="einsum with small helper functions, slope as mask arithmetic"
def bend(Z):
    awake = (Z > 0).to(Z.dtype)
    return awake + (1 - awake) * leaky.slope


def linear_back(upstream, inputs, weights):
    dW = torch.einsum("no,ni->oi", upstream, inputs) + leaky.decay * weights
    return dW, torch.einsum("no->o", upstream), torch.einsum("no,oi->ni", upstream, weights)


def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    Z = torch.einsum("ni,hi->nh", X, W1) + b1
    gate = bend(Z)
    A = gate * Z
    out = torch.einsum("nh,qh->nq", A, W2) + b2
    dW2, db2, dA = linear_back(leaky.scale * 2 * (out - Y) / X.size(0), A, W2)
    dW1, db1, _ = linear_back(gate * dA, X, W1)
    return (dW1, db1, dW2, db2)

# %% wrong="my_gradients" name="at the corner Z = 0 the derivative 1 is taken (Z >= 0) instead of the slope"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    Z = X @ W1.T + b1
    gate = torch.where(Z >= 0, torch.ones_like(Z), torch.full_like(Z, leaky.slope))
    A = Z * gate
    E = 2 * leaky.scale / X.shape[0] * (A @ W2.T + b2 - Y)
    dZ = (E @ W2) * gate
    return dZ.T @ X + leaky.decay * W1, dZ.sum(0), E.T @ A + leaky.decay * W2, E.sum(0)

# %% wrong="my_gradients" name="error divided by Y.numel(), n times q, instead of n, right only for one output"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    Z = X @ W1.T + b1
    A = torch.nn.functional.leaky_relu(Z, leaky.slope)
    dOut = 2 * leaky.scale * (A @ W2.T + b2 - Y) / Y.numel()
    dW2 = dOut.T @ A + leaky.decay * W2
    db2 = dOut.sum(dim=0)
    dZ = dOut @ W2
    dZ[Z <= 0] *= leaky.slope
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% wrong="my_gradients" name="weight decay is added to the bias gradients as well"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = len(X)
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY_hat = 2 / n * leaky.scale * (A @ W2.T + b2 - Y)
    dZ = torch.where(Z > 0, dY_hat @ W2, leaky.slope * (dY_hat @ W2))
    gradients = (dZ.T @ X, dZ.sum(dim=0), dY_hat.T @ A, dY_hat.sum(dim=0))
    return tuple(g + leaky.decay * p for g, p in zip(gradients, (W1, b1, W2, b2)))

# %% wrong="my_gradients" name="scale multiplies the weight decay too, as it is applied to the whole gradient at the end"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    Z = X @ W1.T + b1
    gate = (Z > 0).double() + leaky.slope * (Z <= 0).double()
    A = Z * gate
    G = 2 * (A @ W2.T + b2 - Y) / len(X)
    H = (G @ W2) * gate
    dW1 = H.T @ X + leaky.decay * W1
    dW2 = G.T @ A + leaky.decay * W2
    return leaky.scale * dW1, leaky.scale * H.sum(0), leaky.scale * dW2, leaky.scale * G.sum(0)

# %% wrong="my_gradients" name="slope found as A / Z with nan replaced by 0, so at Z = 0 it is 0 instead of the slope"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    Z = X @ W1.T + b1
    A = torch.maximum(Z, torch.zeros_like(Z)) + leaky.slope * torch.minimum(Z, torch.zeros_like(Z))
    gate = torch.nan_to_num(A / Z)
    delta2 = leaky.scale * 2 / len(Y) * (A @ W2.T + b2 - Y)
    delta1 = delta2 @ W2 * gate
    dW1 = delta1.T @ X + leaky.decay * W1
    dW2 = delta2.T @ A + leaky.decay * W2
    return dW1, delta1.sum(0), dW2, delta2.sum(0)

# %% wrong="my_gradients" name="squeeze on the outputs and column restored if one-dimensional, breaks for a single example with several outputs"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = len(X)
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    errors = (A @ W2.T + b2).squeeze() - Y.squeeze()
    if errors.dim() < 2:
        errors = errors.reshape(-1, 1)
    dY = 2 * leaky.scale * errors / n
    dZ = (dY @ W2) * torch.where(Z > 0, torch.ones_like(Z), torch.full_like(Z, leaky.slope))
    return dZ.T @ X + leaky.decay * W1, dZ.sum(0), dY.T @ A + leaky.decay * W2, dY.sum(0)

# %% wrong="my_gradients" name="derivative of the decay term is twice too large, 2 times lambda w as if there were no one half"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dA = dY @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    return dZ.T @ X + 2 * leaky.decay * W1, dZ.sum(0), dY.T @ A + 2 * leaky.decay * W2, dY.sum(0)

# %% wrong="my_gradients" name="backward uses the mask of dA (sign of the incoming gradient) instead of the mask of Z"
def leaky_relu(T):
    return torch.where(T > 0, T, leaky.slope * T)


def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    A = leaky_relu(X @ W1.T + b1)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = leaky_relu(dY @ W2)
    dW1 = dZ.T @ X + leaky.decay * W1
    dW2 = dY.T @ A + leaky.decay * W2
    return dW1, dZ.sum(dim=0), dW2, dY.sum(dim=0)

# %% right="softmax" name="subtract the row maximum, logarithm of the sum"
shifted = said.Z - said.Z.max(dim=1, keepdim=True).values
total = shifted.exp().sum(dim=1, keepdim=True)
P = shifted.exp() / total
log_P = shifted - total.log()
truth = said.y.long()
cross_entropy = -log_P[torch.arange(3), truth].mean()
dZ = P.clone()
dZ[torch.arange(3), truth] -= 1
dZ /= 3

# %% right="softmax" name="loops with math for every row"
import math

P = torch.zeros(3, 4, dtype=torch.float64)
dZ = torch.zeros(3, 4, dtype=torch.float64)
losses = []
for i in range(3):
    z = said.Z[i].tolist()
    top = max(z)
    powers = [math.exp(v - top) for v in z]
    for c in range(4):
        P[i, c] = powers[c] / sum(powers)
        if c == int(said.y[i]):
            dZ[i, c] = (P[i, c] - 1) / 3
        else:
            dZ[i, c] = P[i, c] / 3
    losses.append(math.log(sum(powers)) + top - z[int(said.y[i])])
cross_entropy = torch.tensor(sum(losses) / 3, dtype=torch.float64)

# %% right="softmax" name="library functions and autograd"
import torch.nn.functional as F

scores = said.Z.clone().requires_grad_()
loss = F.cross_entropy(scores, said.y.long())
(dZ,) = torch.autograd.grad(loss, scores)
cross_entropy = loss.detach()
P = torch.softmax(said.Z, dim=-1)

# %% wrong="softmax" name="one maximum of the whole table subtracted, so the small rows underflow to 0 / 0"
E = torch.exp(said.Z - said.Z.max())
P = E / E.sum(dim=1, keepdim=True)
rows = torch.arange(3)
cross_entropy = -torch.log_softmax(said.Z, dim=1)[rows, said.y.long()].mean()
Y = torch.nn.functional.one_hot(said.y.long(), 4).double()
dZ = (P - Y) / 3

# %% wrong="softmax" name="scores clamped to -500..500 against overflow, which makes the large scores of the last row equal"
Z = said.Z.clamp(-500, 500)
P = Z.exp() / Z.exp().sum(dim=1, keepdim=True)
rows = torch.arange(3)
cross_entropy = -(Z - Z.exp().sum(dim=1, keepdim=True).log())[rows, said.y.long()].mean()
dZ = P.clone()
dZ[rows, said.y.long()] -= 1
dZ = dZ / 3

# %% wrong="softmax" name="dZ is P minus one-hot without the division by the 3 examples of the mean"
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y.long())
dZ = P - torch.nn.functional.one_hot(said.y.long(), num_classes=4)

# %% wrong="softmax" name="dZ divided by all 12 entries instead of by the 3 examples"
P = torch.softmax(said.Z, dim=1)
log_P = torch.log_softmax(said.Z, dim=1)
onehot = torch.eye(4, dtype=torch.float64)[said.y.long()]
cross_entropy = -log_P.gather(1, said.y.long()[:, None]).mean()
dZ = (P - onehot) / P.numel()

# %% wrong="softmax" name="true classes read as counted from 1, so the truth is taken at y - 1 in loss and gradient"
P = torch.softmax(said.Z, dim=1)
rows = torch.arange(3)
truth = said.y.long() - 1
cross_entropy = -torch.log_softmax(said.Z, dim=1)[rows, truth].mean()
dZ = P / 3
dZ[rows, truth] -= 1 / 3

# %% wrong="softmax" name="F.cross_entropy is given the probabilities P instead of the scores, softmax applied twice"
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(P, said.y.long())
dZ = P.clone()
for i in range(3):
    dZ[i, int(said.y[i])] -= 1
dZ = dZ / 3

# %% wrong="softmax" name="gradient multiplied once more by P (1 - P), as if a softmax derivative were still to come"
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y.long())
Y = torch.nn.functional.one_hot(said.y.long(), 4).double()
dZ = (P - Y) * P * (1 - P) / 3

# %% wrong="softmax" name="only the true class gets a gradient, dZ is (P - 1) / 3 there and 0 at all other classes"
top = said.Z.amax(dim=1, keepdim=True)
E = (said.Z - top).exp()
P = E / E.sum(dim=1, keepdim=True)
rows = torch.arange(3)
truth = said.y.long()
cross_entropy = (torch.logsumexp(said.Z, dim=1) - said.Z[rows, truth]).mean()
dZ = torch.zeros_like(P)
dZ[rows, truth] = (P[rows, truth] - 1) / 3

# %% right="spoilt" name="formulas by hand and allclose in two loops"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    dout = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    dZ = (dout @ reports.W2) * (Z > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(dim=0), "dW2": dout.T @ A, "db2": dout.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, name in enumerate("ABCDE"):
    claim = reports.claims[name]
    right = true_gradients(claim["Y"])
    for j, key in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = not torch.allclose(claim[key], right[key])

# %% right="spoilt" name="autograd on fresh copies, comprehension with the largest difference"
PARAMETERS = ("W1", "b1", "W2", "b2")


def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    copies = [getattr(reports, name).detach().clone().requires_grad_() for name in PARAMETERS]
    W1, b1, W2, b2 = copies
    loss = (torch.relu(reports.X @ W1.T + b1) @ W2.T + b2 - Y).square().mean()
    gradients = torch.autograd.grad(loss, copies)
    return {f"d{name}": gradient for name, gradient in zip(PARAMETERS, gradients)}


def differs(claim):
    right = true_gradients(claim["Y"])
    return [bool((claim[key] - value).abs().max() > 1e-6) for key, value in right.items()]


spoilt = torch.tensor([differs(reports.claims[who]) for who in sorted(reports.claims)])

# %% right="spoilt" name="central differences for every entry, comparison with a tolerance"
def loss_at(values, Y):
    A = torch.relu(reports.X @ values["W1"].T + values["b1"])
    return ((A @ values["W2"].T + values["b2"] - Y) ** 2).mean()


def example_gradient(x, y):
    z = reports.W1 @ x + reports.b1
    a = z.clamp(min=0)
    e = 2 * (reports.W2 @ a + reports.b2 - y)
    back = torch.where(z > 0, (reports.W2.T @ e), torch.zeros_like(z))
    return torch.outer(back, x), back, torch.outer(e, a), e


def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    parts = [example_gradient(x, y) for x, y in zip(reports.X, Y)]
    return {key: torch.stack(column).mean(dim=0)
            for key, column in zip(("dW1", "db1", "dW2", "db2"), zip(*parts))}


def slopes(Y, step=1e-6):
    result = {}
    for name in ("W1", "b1", "W2", "b2"):
        slope = torch.zeros_like(getattr(reports, name)).flatten()
        for place in range(slope.numel()):
            sides = []
            for sign in (1, -1):
                values = {m: getattr(reports, m).clone() for m in ("W1", "b1", "W2", "b2")}
                values[name].view(-1)[place] += sign * step
                sides.append(loss_at(values, Y))
            slope[place] = (sides[0] - sides[1]) / (2 * step)
        result["d" + name] = slope.reshape(getattr(reports, name).shape)
    return result


verdicts = []
for who in ["A", "B", "C", "D", "E"]:
    measured = slopes(reports.claims[who]["Y"])
    verdicts.append(torch.stack([~torch.isclose(reports.claims[who][k], measured[k], rtol=1e-4, atol=1e-4).all()
                                 for k in ("dW1", "db1", "dW2", "db2")]))
spoilt = torch.stack(verdicts)

# %% wrong="spoilt" name="ReLU mask forgotten on the way back, dZ is dout @ W2 for sleeping neurons too"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    A = torch.relu(reports.X @ reports.W1.T + reports.b1)
    dout = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = dout @ reports.W2
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(0), "dW2": dout.T @ A, "db2": dout.sum(0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    mine_now = true_gradients(reports.claims[who]["Y"])
    for j, key in enumerate(mine_now):
        spoilt[i, j] = not torch.allclose(mine_now[key], reports.claims[who][key])

# %% wrong="spoilt" name="loss is the sum over the four examples instead of the mean, all gradients 4 times too large"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    W1, b1, W2, b2 = [p.clone().requires_grad_() for p in (reports.W1, reports.b1, reports.W2, reports.b2)]
    Y_hat = torch.relu(reports.X @ W1.T + b1) @ W2.T + b2
    ((Y_hat - Y) ** 2).sum().backward()
    return {"dW1": W1.grad, "db1": b1.grad, "dW2": W2.grad, "db2": b2.grad}


rows = []
for who in "ABCDE":
    g = true_gradients(reports.claims[who]["Y"])
    rows.append([not torch.allclose(g[k], reports.claims[who][k]) for k in ("dW1", "db1", "dW2", "db2")])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="columns of spoilt in the order dW1, dW2, db1, db2 of the sorted keys"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    E = (A @ reports.W2.T + reports.b2 - Y) / 2
    D = E @ reports.W2 * (Z > 0)
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": E.T @ A, "db2": E.sum(0)}


table = []
for who in sorted(reports.claims):
    claim = reports.claims[who]
    right = true_gradients(claim["Y"])
    table.append([not torch.allclose(claim[key], right[key]) for key in sorted(right)])
spoilt = torch.tensor(table)

# %% wrong="spoilt" name="all five claims compared with the gradients for the targets of A"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    E = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    D = E @ reports.W2 * (Z > 0)
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": E.T @ A, "db2": E.sum(0)}


right = true_gradients(reports.claims["A"]["Y"])
spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate(["A", "B", "C", "D", "E"]):
    for j, key in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = not torch.allclose(reports.claims[who][key], right[key])

# %% wrong="spoilt" name="leaf copies made once outside the function and never zeroed, so gradients of earlier calls add up"
copies = {name: getattr(reports, name).clone().requires_grad_() for name in ("W1", "b1", "W2", "b2")}


def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    hidden_now = torch.relu(reports.X @ copies["W1"].T + copies["b1"])
    loss = ((hidden_now @ copies["W2"].T + copies["b2"] - Y) ** 2).mean()
    loss.backward()
    return {"d" + name: copy.grad.clone() for name, copy in copies.items()}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    right = true_gradients(reports.claims[who]["Y"])
    for j, key in enumerate(("dW1", "db1", "dW2", "db2")):
        spoilt[i, j] = not torch.allclose(reports.claims[who][key], right[key])

# %% wrong="spoilt" name="claims judged by their norm alone, a claim of right length with wrong entries passes"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    E = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    D = E @ reports.W2 * (Z > 0)
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": E.T @ A, "db2": E.sum(0)}


def relative_difference(one, other):
    return abs(one.norm() - other.norm()) / (one.norm() + other.norm())


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    right = true_gradients(claim["Y"])
    for j, key in enumerate(("dW1", "db1", "dW2", "db2")):
        spoilt[i, j] = relative_difference(claim[key], right[key]) > 1e-6

# %% wrong="spoilt" name="a claim counts as spoilt only if a small step along it does not lower the loss"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    E = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    D = E @ reports.W2 * (Z > 0)
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": E.T @ A, "db2": E.sum(0)}


def loss_with(Y, **changed):
    p = {name: changed.get(name, getattr(reports, name)) for name in ("W1", "b1", "W2", "b2")}
    A = torch.relu(reports.X @ p["W1"].T + p["b1"])
    return (A @ p["W2"].T + p["b2"] - Y).square().mean()


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    for j, name in enumerate(("W1", "b1", "W2", "b2")):
        stepped = getattr(reports, name) - 1e-4 * claim["d" + name]
        spoilt[i, j] = loss_with(claim["Y"], **{name: stepped}) >= loss_with(claim["Y"])

# %% wrong="spoilt" name="bias gradients averaged over the examples although the mean is already divided in dout"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    n = Y.shape[0]
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    dout = 2 / n * (A @ reports.W2.T + reports.b2 - Y)
    dZ = (dout @ reports.W2) * (Z > 0).double()
    return {"dW1": dZ.T @ reports.X, "db1": dZ.mean(dim=0), "dW2": dout.T @ A, "db2": dout.mean(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    right = true_gradients(reports.claims[who]["Y"])
    for j, key in enumerate(("dW1", "db1", "dW2", "db2")):
        spoilt[i, j] = not torch.allclose(reports.claims[who][key], right[key])

# %% right="deep_or_wide" name="formula with whole-number division and remainder"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d * h1 + h1) + (h1 * h2 + h2) + (h2 * q + q)
widest = (deep_count - q) // (d + 1 + q)
spare = (deep_count - q) % (d + 1 + q)
he_spread = torch.tensor([math.sqrt(2 / d), math.sqrt(2 / h1), math.sqrt(2 / h2)], dtype=torch.float64)

# %% right="deep_or_wide" name="counting function and a search with while"
def count_parameters(widths):
    total = 0
    for fan_in, fan_out in zip(widths[:-1], widths[1:]):
        total += fan_in * fan_out + fan_out
    return total


widths = [int(w) for w in deep.widths]
deep_count = count_parameters(widths)
widest = 0
while count_parameters([widths[0], widest + 1, widths[-1]]) <= deep_count:
    widest += 1
spare = deep_count - count_parameters([widths[0], widest, widths[-1]])
he_spread = (2 / torch.tensor(widths[:-1], dtype=torch.float64)) ** 0.5

# %% right="deep_or_wide" name="count by torch.nn modules, numpy for divmod and spread"
import numpy as np

widths = np.array([int(w) for w in deep.widths])
layers = [torch.nn.Linear(int(a), int(b)) for a, b in zip(widths, widths[1:])]
deep_count = sum(p.numel() for layer in layers for p in layer.parameters())
widest, spare = divmod(deep_count - widths[-1], widths[0] + widths[-1] + 1)
he_spread = torch.from_numpy(np.sqrt(2 / widths[:3]))

# %% wrong="deep_or_wide" name="he_spread divides by the number of outputs of each layer (widths 1 to 3) instead of its inputs"
d, h1, h2, q = [int(w) for w in deep.widths]
deep_count = (d + 1) * h1 + (h1 + 1) * h2 + (h2 + 1) * q
widest = (deep_count - q) // (d + q + 1)
spare = deep_count - (widest * (d + q + 1) + q)
he_spread = torch.sqrt(2 / torch.tensor([h1, h2, q], dtype=torch.float64))

# %% wrong="deep_or_wide" name="he_spread is the variance 2 / fan-in, the square root is missing"
d, h1, h2, q = [int(w) for w in deep.widths]
deep_count = (d + 1) * h1 + (h1 + 1) * h2 + (h2 + 1) * q
widest = int((deep_count - q) / (d + q + 1))
spare = deep_count - widest * (d + q + 1) - q
he_spread = torch.tensor([2 / d, 2 / h1, 2 / h2], dtype=torch.float64)

# %% wrong="deep_or_wide" name="output biases of the wide network forgotten in both widest and spare"
d, h1, h2, q = [int(w) for w in deep.widths]
deep_count = (d + 1) * h1 + (h1 + 1) * h2 + (h2 + 1) * q
per_neuron = d + 1 + q
widest = deep_count // per_neuron
spare = deep_count - widest * per_neuron
he_spread = torch.tensor([2 / d, 2 / h1, 2 / h2], dtype=torch.float64).sqrt()

# %% wrong="deep_or_wide" name="last layer gets 1 / fan-in instead of 2 / fan-in, because no ReLU follows it"
d, h1, h2, q = [int(w) for w in deep.widths]
deep_count = sum((a + 1) * b for a, b in [(d, h1), (h1, h2), (h2, q)])
widest, spare = divmod(deep_count - q, d + q + 1)
he_spread = torch.tensor([(2 / d) ** 0.5, (2 / h1) ** 0.5, (1 / h2) ** 0.5], dtype=torch.float64)

# %% right="train" name="plain loop with backward, no_grad and grad = None"
X = start.X
Y = (start.Y if hasattr(start, "Y") else start.y).reshape(4, 1)
parameters = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]
train_losses = []
for step in range(start.steps):
    W1, b1, W2, b2 = parameters
    loss = ((torch.tanh(X @ W1.T + b1) @ W2.T + b2 - Y) ** 2).mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        for p in parameters:
            p -= start.lr * p.grad
            p.grad = None
trained = [p.detach() for p in parameters]

# %% right="train" name="functional style, autograd.grad and new tensors in every step"
def network_loss(W1, b1, W2, b2):
    goal = start.Y if hasattr(start, "Y") else start.y
    said_now = torch.tanh(start.X @ W1.T + b1) @ W2.T + b2
    return torch.mean((said_now - goal.reshape(said_now.shape)).square())


trained = [start.W1.clone(), start.b1.clone(), start.W2.clone(), start.b2.clone()]
train_losses = []
for _ in range(start.steps):
    now = [p.detach().requires_grad_(True) for p in trained]
    loss = network_loss(*now)
    slopes = torch.autograd.grad(loss, now)
    train_losses.append(float(loss.detach()))
    trained = [(p - start.lr * g).detach() for p, g in zip(now, slopes)]

# %% right="train" name="a Module with an SGD optimizer"
class TanhNet(torch.nn.Module):
    def __init__(self, given):
        super().__init__()
        self.W1 = torch.nn.Parameter(given.W1.clone())
        self.b1 = torch.nn.Parameter(given.b1.clone())
        self.W2 = torch.nn.Parameter(given.W2.clone())
        self.b2 = torch.nn.Parameter(given.b2.clone())

    def forward(self, X):
        return torch.tanh(X @ self.W1.T + self.b1) @ self.W2.T + self.b2


model = TanhNet(start)
optimizer = torch.optim.SGD(model.parameters(), lr=float(start.lr))
criterion = torch.nn.MSELoss()
labels = (start.Y if hasattr(start, "Y") else start.y).reshape(-1, 1)
train_losses = []
for epoch in range(start.steps):
    optimizer.zero_grad()
    loss = criterion(model(start.X), labels)
    loss.backward()
    optimizer.step()
    train_losses.append(loss.item())
trained = [p.detach().clone() for p in model.parameters()]

# %% wrong="train" name="gradients are never zeroed, so every step uses the sum of all gradients so far"
X = start.X
Y = (start.Y if hasattr(start, "Y") else start.y).reshape(4, 1)
W1 = start.W1.clone().requires_grad_()
b1 = start.b1.clone().requires_grad_()
W2 = start.W2.clone().requires_grad_()
b2 = start.b2.clone().requires_grad_()
train_losses = []
for step in range(start.steps):
    Y_hat = torch.tanh(X @ W1.T + b1) @ W2.T + b2
    loss = (Y_hat - Y).square().mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        for p in (W1, b1, W2, b2):
            p -= start.lr * p.grad
trained = [W1.detach(), b1.detach(), W2.detach(), b2.detach()]

# %% wrong="train" name="loss recorded after the update of each step, the loss at the start is missing"
Y = (start.Y if hasattr(start, "Y") else start.y).reshape(4, 1)
params = [getattr(start, name).clone().requires_grad_() for name in ("W1", "b1", "W2", "b2")]


def loss_of(W1, b1, W2, b2):
    return ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - Y) ** 2).mean()


train_losses = []
for step in range(start.steps):
    grads = torch.autograd.grad(loss_of(*params), params)
    with torch.no_grad():
        for p, g in zip(params, grads):
            p -= start.lr * g
        train_losses.append(loss_of(*params).item())
trained = [p.detach() for p in params]

# %% wrong="train" name="outputs (4, 1) minus flat labels (4,) broadcast to a 4 by 4 table before the mean"
labels = (start.Y if hasattr(start, "Y") else start.y).flatten()
parameters = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]
train_losses = []
for step in range(start.steps):
    W1, b1, W2, b2 = parameters
    predictions = torch.tanh(start.X @ W1.T + b1) @ W2.T + b2
    loss = ((predictions - labels) ** 2).mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        for p in parameters:
            p -= start.lr * p.grad
            p.grad.zero_()
trained = [p.detach() for p in parameters]

# %% wrong="train" name="tanh applied to the output neuron as well, though only the hidden layer has it"
Y = (start.Y if hasattr(start, "Y") else start.y).reshape(4, 1)
parameters = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]
optimizer = torch.optim.SGD(parameters, lr=float(start.lr))
train_losses = []
for step in range(start.steps):
    W1, b1, W2, b2 = parameters
    A = torch.tanh(start.X @ W1.T + b1)
    Y_hat = torch.tanh(A @ W2.T + b2)
    loss = ((Y_hat - Y) ** 2).mean()
    train_losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
trained = [p.detach().clone() for p in parameters]
