# %% right="forward" name="compact, relu and matmul"
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% right="forward" name="beginner loops, example by example"
hidden = torch.zeros(4, 3, dtype=torch.float64)
outputs = torch.zeros(4, 1, dtype=torch.float64)
awake = torch.zeros(3, dtype=torch.int64)
for i in range(4):
    for h in range(3):
        z = net.b1[h]
        for k in range(2):
            z = z + net.W1[h, k] * net.X[i, k]
        if z > 0:
            hidden[i, h] = z
            awake[h] += 1
    out = net.b2[0]
    for h in range(3):
        out = out + net.W2[0, h] * hidden[i, h]
    outputs[i, 0] = out

# %% right="forward" name="functional linear and count_nonzero of a clamp"
from torch.nn.functional import linear


def layer(X, W, b, bend=None):
    Z = linear(X, W, b)
    return Z if bend is None else bend(Z)


hidden = layer(net.X, net.W1, net.b1, bend=lambda Z: Z.clamp(min=0.0))
outputs = layer(hidden, net.W2, net.b2)
awake = torch.count_nonzero(hidden, dim=0)

# %% wrong="forward" name="adds b1 after the ReLU instead of before it"
hidden = torch.relu(net.X @ net.W1.T) + net.b1
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="applies ReLU to the output neuron as well, negative outputs become 0"
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = torch.relu(hidden @ net.W2.T + net.b2)
awake = (hidden > 0).sum(0)

# %% wrong="forward" name="awake counts hidden >= 0, which after ReLU is true for all four examples"
Z = net.X @ net.W1.T + net.b1
hidden = torch.where(Z > 0, Z, 0.0)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden >= 0).sum(dim=0)

# %% wrong="forward" name="outputs are computed from the scores Z before ReLU, not from hidden"
Z = net.X @ net.W1.T + net.b1
hidden = Z.clamp(min=0)
outputs = Z @ net.W2.T + net.b2
awake = torch.sum(Z > 0, dim=0)

# %% right="collapse" name="matrix products"
one_W = net.W2 @ net.W1
one_b = net.W2 @ net.b1 + net.b2

# %% right="collapse" name="beginner sums over the three neurons"
one_W = torch.zeros(1, 2, dtype=torch.float64)
one_b = net.b2.clone()
for h in range(3):
    weight = net.W2[0, h]
    one_W[0, 0] += weight * net.W1[h, 0]
    one_W[0, 1] += weight * net.W1[h, 1]
    one_b[0] += weight * net.b1[h]

# %% right="collapse" name="probes the network without ReLU at the origin and the unit points"
def without_relu(X):
    return (X @ net.W1.T + net.b1) @ net.W2.T + net.b2


at_zero = without_relu(torch.zeros(1, 2, dtype=torch.float64))
at_units = without_relu(torch.eye(2, dtype=torch.float64))
one_W = (at_units - at_zero).T
one_b = at_zero[0]

# %% wrong="collapse" name="one_b is only W2 @ b1, the output bias b2 is forgotten"
one_W = net.W2 @ net.W1
one_b = (net.W2 @ net.b1.reshape(3, 1)).reshape(1)

# %% wrong="collapse" name="one_b adds up the three biases b1 without weighting them by W2"
one_W = torch.matmul(net.W2, net.W1)
one_b = net.b1.sum() + net.b2

# %% wrong="collapse" name="one_b sends b1 through ReLU before W2, as the output of the old network at x = 0"
one_W = net.W2 @ net.W1
zero = torch.zeros(2, dtype=torch.float64)
one_b = torch.relu(zero @ net.W1.T + net.b1) @ net.W2.T + net.b2

# %% wrong="collapse" name="fits a linear layer by least squares to the outputs of the network that still has its ReLU"
padded = torch.cat([net.X, torch.ones(4, 1, dtype=torch.float64)], dim=1)
fit = torch.linalg.lstsq(padded, outputs).solution
one_W = fit[:2].T.clone()
one_b = fit[2].clone()

# %% right="rectangle_xor" name="the way in of the text, t from the side lengths"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        start = corners.X[0]
        size = corners.X[3] - corners.X[0]
        row = 1 / size
        shift = -(start / size).sum()
        low = float(corners.low)
        rise = float(corners.high) - low
        self.W1 = torch.nn.Parameter(torch.stack([row, row]))
        self.b1 = torch.nn.Parameter(torch.stack([shift, shift - 1]))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -2 * rise]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="rectangle_xor" name="absolute value of t-1 from two opposite neurons, plain floats"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        x_first, y_first = corners.X[0].tolist()
        x_last, y_last = corners.X[3].tolist()
        p = 1 / (x_last - x_first)
        q = 1 / (y_last - y_first)
        c = -x_first * p - y_first * q
        low = float(corners.low)
        high = float(corners.high)

        def param(values):
            return torch.nn.Parameter(torch.tensor(values, dtype=torch.float64))

        self.W1 = param([[p, q], [-p, -q]])
        self.b1 = param([c - 1, 1 - c])
        self.W2 = param([[low - high, low - high]])
        self.b2 = param([high])

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="rectangle_xor" name="unit square coordinates solved from three corners, neurons u-v and v-u"
def unit_coordinates(X):
    origin, along_u, along_v = X[0], X[1] - X[0], X[2] - X[0]
    inverse = torch.linalg.inv(torch.stack([along_u, along_v], dim=1))
    return inverse, -inverse @ origin


class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        M, m = unit_coordinates(corners.X)
        w, c = M[0] - M[1], m[0] - m[1]
        gap = float(corners.high) - float(corners.low)
        self.W1 = torch.nn.Parameter(torch.stack([w, -w]))
        self.b1 = torch.nn.Parameter(torch.stack([c, -c]))
        self.W2 = torch.nn.Parameter(torch.full((1, 2), gap, dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.full((1,), float(corners.low), dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="second neuron gets output weight -1 instead of -2 times the rise, so the last corner says high"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        size = corners.X[3] - corners.X[0]
        row = 1 / size
        shift = -(corners.X[0] / size).sum()
        rise = float(corners.high) - float(corners.low)
        self.W1 = torch.nn.Parameter(torch.stack([row, row]))
        self.b1 = torch.nn.Parameter(torch.stack([shift, shift - 1]))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -rise]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([float(corners.low)], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="bias b1 subtracts the corner unscaled, not divided by the side lengths like the weights"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        first, last = corners.X[0], corners.X[3]
        row = 1 / (last - first)
        shift = -first.sum()
        low, high = float(corners.low), float(corners.high)
        self.W1 = torch.nn.Parameter(torch.stack([row, row]))
        self.b1 = torch.nn.Parameter(torch.stack([shift, shift - 1]))
        self.W2 = torch.nn.Parameter(torch.tensor([[high - low, 2 * (low - high)]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="builds the tensors in float32 and turns them to double afterwards, fractions right to seven digits only"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        (x0, y0), (x1, y1) = corners.X[0].tolist(), corners.X[3].tolist()
        p, q = 1 / (x1 - x0), 1 / (y1 - y0)
        t0 = -(x0 * p + y0 * q)
        low, high = float(corners.low), float(corners.high)
        self.W1 = torch.nn.Parameter(torch.tensor([[p, q], [p, q]]).double())
        self.b1 = torch.nn.Parameter(torch.tensor([t0, t0 - 1]).double())
        self.W2 = torch.nn.Parameter(torch.tensor([[high - low, -2 * (high - low)]]).double())
        self.b2 = torch.nn.Parameter(torch.tensor([low]).double())

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="output weights use high instead of the rise high - low, so the middle corners say low + high"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        size = corners.X[3] - corners.X[0]
        shift = -(corners.X[0] / size).sum()
        high = float(corners.high)
        self.W1 = torch.nn.Parameter((1 / size).repeat(2, 1))
        self.b1 = torch.nn.Parameter(torch.stack([shift, shift - 1]))
        self.W2 = torch.nn.Parameter(torch.tensor([[high, -2 * high]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([float(corners.low)], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="my_activation" name="formula with sigmoid and tanh"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    t = torch.tanh(Z)
    slope = s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - t ** 2)
    return dA * slope

# %% right="my_activation" name="beginner loop over the flattened entries with the math module"
def sigma(v):
    if v >= 0:
        return 1 / (1 + math.exp(-v))
    e = math.exp(v)
    return e / (1 + e)


def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    values = []
    for z in Z.reshape(-1).tolist():
        values.append(z * sigma(mine.beta * z) - mine.gamma * math.tanh(z))
    return torch.tensor(values, dtype=torch.float64).reshape(Z.shape)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    values = []
    for d, z in zip(dA.reshape(-1).tolist(), Z.reshape(-1).tolist()):
        s = sigma(mine.beta * z)
        first = s + z * s * (1 - s) * mine.beta
        second = mine.gamma * (1 - math.tanh(z) * math.tanh(z))
        values.append(d * (first - second))
    return torch.tensor(values, dtype=torch.float64).reshape(Z.shape)

# %% right="my_activation" name="sigmoid written as half a tanh, helper for both pieces"
def pieces(Z):
    half = torch.tanh(0.5 * mine.beta * Z)
    return half, torch.tanh(Z)


def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    half, t = pieces(Z)
    return 0.5 * Z * (1 + half) - mine.gamma * t


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    half, t = pieces(Z)
    from_product = 0.5 * (1 + half) + 0.25 * mine.beta * Z * (1 - half.square())
    from_tanh = mine.gamma * (1 - t) * (1 + t)
    return torch.mul(dA, from_product - from_tanh)

# %% wrong="my_activation" name="inner derivative beta forgotten in the derivative of sigmoid(beta z)"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    slope = s * (1 + Z * (1 - s)) - mine.gamma * (1 - torch.tanh(Z) ** 2)
    return dA * slope

# %% wrong="my_activation" name="derivative of tanh written as 1 - tanh(z), the square is missing"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    sig = torch.sigmoid(mine.beta * Z)
    d_first = sig + Z * mine.beta * sig * (1 - sig)
    d_second = mine.gamma * (1 - torch.tanh(Z))
    return dA * (d_first - d_second)

# %% wrong="my_activation" name="derivative of the sigmoid factor is taken at z instead of at beta z"
def sig(v):
    return torch.sigmoid(v)


def sig_prime(v):
    return sig(v) * (1 - sig(v))


def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * sig(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    slope = sig(mine.beta * Z) + Z * mine.beta * sig_prime(Z) - mine.gamma * (1 - torch.tanh(Z) ** 2)
    return slope * dA

# %% wrong="my_activation" name="parentheses missing, s * 1 - s is 0, so the second term of the product rule drops out"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    ds = s * 1 - s
    dt = 1 - torch.tanh(Z) ** 2
    return dA * (s + mine.beta * Z * ds - mine.gamma * dt)

# %% wrong="my_activation" name="backward takes the slope of tanh at beta z, gamma * (1 - tanh(beta z)^2), instead of at z"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    U = mine.beta * Z
    s, t = torch.sigmoid(U), torch.tanh(U)
    return dA * (s + U * s * (1 - s) - mine.gamma * (1 - t * t))

# %% wrong="my_activation" name="forward has gamma inside the tanh, tanh(gamma z) instead of gamma tanh z, backward is right"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - torch.tanh(mine.gamma * Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    return dA * (s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="backward loops over rows and columns and so works only for tensors with two dimensions"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    dZ = torch.zeros_like(Z)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            z = Z[i, j]
            s = torch.sigmoid(mine.beta * z)
            slope = s + mine.beta * z * s * (1 - s) - mine.gamma * (1 - torch.tanh(z) ** 2)
            dZ[i, j] = dA[i, j] * slope
    return dZ

# %% wrong="my_activation" name="backward evaluates the slope at the output A = f(Z) instead of at Z"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_slope(V):
    s = torch.sigmoid(mine.beta * V)
    return s + mine.beta * V * s * (1 - s) - mine.gamma * (1 - torch.tanh(V) ** 2)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    A = my_activation(Z)
    return dA * my_slope(A)

# %% right="graph_gradients" name="paper results step by step in Python floats"
x, y, k, t = float(leaves.x), float(leaves.y), float(leaves.k), float(leaves.t)
p = x * y
q = p + t
r = q ** 2
dk = r
dr = k
dq = dr * 2 * q
dt = dq
dp = dq
dx = dp * y + 1
dy = dp * x
graph_gradients = torch.tensor([dk, dr, dq, dt, dx, dy], dtype=torch.float64)

# %% right="graph_gradients" name="autograd with torch.autograd.grad on all six nodes"
x, y, k, t = (
    torch.tensor(float(v), dtype=torch.float64, requires_grad=True)
    for v in (leaves.x, leaves.y, leaves.k, leaves.t)
)
q = x * y + t
r = q ** 2
L = k * r + x
graph_gradients = torch.stack(torch.autograd.grad(L, [k, r, q, t, x, y])).detach()

# %% right="graph_gradients" name="multiplied out formulas filled into a dictionary"
value = {name: float(getattr(leaves, name)) for name in "xykt"}
u = value["x"] * value["y"] + value["t"]
by_name = {
    "y": 2 * value["k"] * u * value["x"],
    "x": 2 * value["k"] * u * value["y"] + 1,
    "t": 2 * value["k"] * u,
    "q": 2 * value["k"] * u,
    "r": value["k"],
    "k": u * u,
}
graph_gradients = torch.zeros(6, dtype=torch.float64)
for place, name in enumerate(["k", "r", "q", "t", "x", "y"]):
    graph_gradients[place] = by_name[name]

# %% wrong="graph_gradients" name="dx has only the path through p, the + 1 of the direct path x to L is forgotten"
x, y, k, t = float(leaves.x), float(leaves.y), float(leaves.k), float(leaves.t)
q = x * y + t
r = q * q
dq = 2 * k * q
graph_gradients = torch.tensor([r, k, dq, dq, dq * y, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="dq is 2 q without the upstream factor k, and t, x, y inherit it"
x, y, k, t = float(leaves.x), float(leaves.y), float(leaves.k), float(leaves.t)
p = x * y
q = p + t
r = q ** 2
dk, dr = r, k
dq = 2 * q
dt = dp = dq
dx = dp * y + 1
dy = dp * x
graph_gradients = torch.tensor([dk, dr, dq, dt, dx, dy], dtype=torch.float64)

# %% wrong="graph_gradients" name="gives the right six numbers in the order k, r, q, x, y, t instead of k, r, q, t, x, y"
x, y, k, t = float(leaves.x), float(leaves.y), float(leaves.k), float(leaves.t)
q = x * y + t
dk = q ** 2
dr = k
dq = k * 2 * q
dt = dq
dx = dq * y + 1
dy = dq * x
graph_gradients = torch.tensor([dk, dr, dq, dx, dy, dt], dtype=torch.float64)

# %% wrong="graph_gradients" name="dk is q instead of r = q squared"
x, y, k, t = [float(getattr(leaves, n)) for n in ("x", "y", "k", "t")]
p = x * y
q = p + t
dk = q
dr = k
dq = 2 * q * dr
dt = dq
dx = 1 + dq * y
dy = dq * x
graph_gradients = torch.tensor((dk, dr, dq, dt, dx, dy), dtype=torch.double)

# %% wrong="graph_gradients" name="derivative of the square written as q, the factor 2 is missing in dq and all behind it"
x, y, k, t = float(leaves.x), float(leaves.y), float(leaves.k), float(leaves.t)
p = x * y
q = p + t
r = q ** 2
grads = {"k": r, "r": k}
grads["q"] = grads["r"] * q
grads["t"] = grads["q"]
grads["x"] = grads["q"] * y + 1
grads["y"] = grads["q"] * x
graph_gradients = torch.tensor([grads[n] for n in "krqtxy"], dtype=torch.float64)

# %% wrong="graph_gradients" name="dt is dq times t, the sum q = p + t treated like a product"
x, y, k, t = float(leaves.x), float(leaves.y), float(leaves.k), float(leaves.t)
p = x * y
q = p + t
r = q ** 2
dk = r
dr = k
dq = dr * 2 * q
dp = dq
dt = dq * t
dx = dp * y + 1
dy = dp * x
graph_gradients = torch.tensor([dk, dr, dq, dt, dx, dy], dtype=torch.float64)

# %% wrong="graph_gradients" name="at the product p = x y the partners are exchanged, dx gets dp * x + 1 and dy gets dp * y"
x, y, k, t = float(leaves.x), float(leaves.y), float(leaves.k), float(leaves.t)
q = x * y + t
r = q ** 2
dp = dq = 2 * k * q
dx = dp * x + 1
dy = dp * y
graph_gradients = torch.tensor([r, k, dq, dq, dx, dy], dtype=torch.float64)

# %% wrong="graph_gradients" name="backward called twice on the same leaves with retain_graph, all gradients are doubled"
x, y, k, t = [
    torch.tensor(float(v), dtype=torch.float64, requires_grad=True)
    for v in (leaves.x, leaves.y, leaves.k, leaves.t)
]
p = x * y
q = p + t
r = q ** 2
q.retain_grad()
r.retain_grad()
L = k * r + x
L.backward(retain_graph=True)
L.backward()
graph_gradients = torch.stack([k.grad, r.grad, q.grad, t.grad, x.grad, y.grad])

# %% right="my_gradients" name="matrix formulas as in week 5"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    Y_hat = A @ W2.T + b2
    dY_hat = 2 * leaky.scale * (Y_hat - Y) / n
    dW2 = dY_hat.T @ A + leaky.decay * W2
    db2 = dY_hat.sum(dim=0)
    dA = dY_hat @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% right="my_gradients" name="beginner, one example after the other, all sums written as loops"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n, d = X.shape
    h = W1.shape[0]
    q = W2.shape[0]
    dW1 = torch.zeros(h, d, dtype=torch.float64)
    db1 = torch.zeros(h, dtype=torch.float64)
    dW2 = torch.zeros(q, h, dtype=torch.float64)
    db2 = torch.zeros(q, dtype=torch.float64)
    for i in range(n):
        a = []
        slopes = []
        for k in range(h):
            z = (W1[k] * X[i]).sum() + b1[k]
            if z > 0:
                a.append(z)
                slopes.append(1.0)
            else:
                a.append(leaky.slope * z)
                slopes.append(leaky.slope)
        da = [0.0] * h
        for j in range(q):
            guess = b2[j]
            for k in range(h):
                guess = guess + W2[j, k] * a[k]
            e = 2 * leaky.scale * (guess - Y[i, j]) / n
            db2[j] += e
            for k in range(h):
                dW2[j, k] += e * a[k]
                da[k] = da[k] + e * W2[j, k]
        for k in range(h):
            dz = da[k] * slopes[k]
            db1[k] += dz
            dW1[k] += dz * X[i]
    return dW1 + leaky.decay * W1, db1, dW2 + leaky.decay * W2, db2

# %% right="my_gradients" name="einsum with a slope matrix and a small backward helper"
def layer_backward(delta, inputs, W):
    dW = torch.einsum("no,ni->oi", delta, inputs).add(W, alpha=float(leaky.decay))
    return dW, torch.einsum("no->o", delta), torch.einsum("no,oi->ni", delta, W)


def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    Z = torch.nn.functional.linear(X, W1, b1)
    awake = (Z > 0).to(Z.dtype)
    slopes = awake + leaky.slope * (1 - awake)
    A = slopes * Z
    delta_out = (torch.nn.functional.linear(A, W2, b2) - Y).mul(2 * leaky.scale / len(X))
    dW2, db2, dA = layer_backward(delta_out, A, W2)
    dW1, db1, _ = layer_backward(dA * slopes, X, W1)
    return (dW1, db1, dW2, db2)

# %% wrong="my_gradients" name="slope mask uses Z >= 0, so at the corner z = 0 it takes slope 1 instead of the left side"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = len(X)
    Z = X @ W1.T + b1
    D = torch.full_like(Z, leaky.slope)
    D[Z >= 0] = 1.0
    A = D * Z
    G = 2 * leaky.scale / n * (A @ W2.T + b2 - Y)
    dZ = (G @ W2) * D
    return dZ.T @ X + leaky.decay * W1, dZ.sum(0), G.T @ A + leaky.decay * W2, G.sum(0)

# %% wrong="my_gradients" name="weight decay adds decay / 2 times W, the square is not differentiated"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / n
    dW2 = dY.T @ A + leaky.decay / 2 * W2
    db2 = dY.sum(dim=0)
    dZ = (dY @ W2) * torch.where(Z > 0, torch.ones_like(Z), torch.full_like(Z, leaky.slope))
    dW1 = dZ.T @ X + leaky.decay / 2 * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% wrong="my_gradients" name="scale multiplies the whole gradient at the end, the weight decay term included"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.nn.functional.leaky_relu(Z, leaky.slope)
    dY = 2 * (A @ W2.T + b2 - Y) / n
    dW2 = dY.T @ A + leaky.decay * W2
    db2 = dY.sum(dim=0)
    dZ = (dY @ W2) * torch.where(Z > 0, torch.ones_like(Z), torch.full_like(Z, leaky.slope))
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    return tuple(leaky.scale * g for g in (dW1, db1, dW2, db2))

# %% wrong="my_gradients" name="db1 is the mean of dZ over the examples although dZ is already divided by n"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY_hat = 2 * leaky.scale * (A @ W2.T + b2 - Y) / n
    dW2 = dY_hat.T @ A + leaky.decay * W2
    db2 = dY_hat.sum(dim=0)
    dA = dY_hat @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.mean(dim=0)
    return dW1, db1, dW2, db2

# %% wrong="my_gradients" name="derivative of the left branch written as slope * Z, the function value and not its slope"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / n
    dA = dY @ W2
    dZ = dA * torch.where(Z > 0, torch.ones_like(Z), leaky.slope * Z)
    return (
        dZ.T @ X + leaky.decay * W1,
        dZ.sum(dim=0),
        dY.T @ A + leaky.decay * W2,
        dY.sum(dim=0),
    )

# %% wrong="my_gradients" name="divides the errors by numel, n times q, as the mean over all entries would"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    Z = X @ W1.T + b1
    A = torch.maximum(Z, torch.zeros_like(Z)) + leaky.slope * torch.minimum(Z, torch.zeros_like(Z))
    error = A @ W2.T + b2 - Y
    dY = 2 * leaky.scale * error / error.numel()
    dW2 = dY.T @ A + leaky.decay * W2
    db2 = dY.sum(0)
    dZ = (dY @ W2) * torch.where(Z > 0, torch.ones_like(Z), torch.full_like(Z, leaky.slope))
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(0)
    return dW1, db1, dW2, db2

# %% wrong="my_gradients" name="weight decay is added to the bias gradients too"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = X.shape[0]
    Z = X @ W1.T + b1
    slopes = torch.where(Z > 0, torch.ones_like(Z), torch.full_like(Z, float(leaky.slope)))
    A = Z * slopes
    dY = (A @ W2.T + b2 - Y) * (2 * leaky.scale / n)
    dZ = (dY @ W2) * slopes
    grads = [dZ.T @ X, dZ.sum(dim=0), dY.T @ A, dY.sum(dim=0)]
    return tuple(g + leaky.decay * p for g, p in zip(grads, [W1, b1, W2, b2]))

# %% wrong="my_gradients" name="db2 squeezes the errors before the sum, so with one example it adds over the outputs instead"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / n
    dW2 = dY.T @ A + leaky.decay * W2
    db2 = torch.zeros_like(b2) + dY.squeeze().sum(dim=0)
    dA = dY @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% right="softmax" name="shift by the row maximum, log-sum-exp by hand"
shifted = said.Z - said.Z.max(dim=1, keepdim=True).values
e = torch.exp(shifted)
P = e / e.sum(dim=1, keepdim=True)
log_P = shifted - torch.log(e.sum(dim=1, keepdim=True))
rows = torch.arange(3)
cross_entropy = -log_P[rows, said.y].mean()
dZ = P.clone()
dZ[rows, said.y] -= 1
dZ = dZ / 3

# %% right="softmax" name="beginner loops in Python floats"
P = torch.zeros(3, 4, dtype=torch.float64)
dZ = torch.zeros(3, 4, dtype=torch.float64)
total = 0.0
for i in range(3):
    scores = said.Z[i].tolist()
    truth = int(said.y[i])
    top = max(scores)
    exps = [math.exp(s - top) for s in scores]
    for j in range(4):
        P[i, j] = exps[j] / sum(exps)
        target = 1.0 if j == truth else 0.0
        dZ[i, j] = (exps[j] / sum(exps) - target) / 3
    total += math.log(sum(exps)) + top - scores[truth]
cross_entropy = torch.tensor(total / 3, dtype=torch.float64)

# %% right="softmax" name="library cross_entropy and autograd, softmax for P"
from torch.nn import functional as F

Z = said.Z.detach().clone().requires_grad_()
loss = F.cross_entropy(Z, said.y.long())
(dZ,) = torch.autograd.grad(loss, Z)
P = F.softmax(said.Z, dim=-1)
cross_entropy = loss.detach()

# %% wrong="softmax" name="subtracts the largest score of the whole matrix, not of each row, so small rows underflow to 0/0"
shifted = said.Z - said.Z.max()
e = torch.exp(shifted)
P = e / e.sum(dim=1, keepdim=True)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
one_hot = torch.nn.functional.one_hot(said.y, 4).double()
dZ = (P - one_hot) / 3

# %% wrong="softmax" name="dZ is P minus one-hot without the division by the three examples"
P = torch.softmax(said.Z, dim=1)
log_P = torch.log_softmax(said.Z, dim=1)
cross_entropy = -log_P[torch.arange(3), said.y].mean()
dZ = P - torch.nn.functional.one_hot(said.y, 4)

# %% wrong="softmax" name="F.cross_entropy gets the probabilities P and so applies softmax a second time"
import torch.nn.functional as F

P = F.softmax(said.Z, dim=1)
cross_entropy = F.cross_entropy(P, said.y)
dZ = (P - F.one_hot(said.y, num_classes=4)) / len(said.y)

# %% wrong="softmax" name="dZ is another name for P, the in-place minus 1 and division change P as well"
P = torch.softmax(said.Z, dim=1)
cross_entropy = -torch.log_softmax(said.Z, dim=1)[range(3), said.y].mean()
dZ = P
dZ[range(3), said.y] -= 1
dZ /= 3

# %% wrong="softmax" name="scores clamped to at most 50 against overflow, which makes the large scores of the last row equal"
Z = said.Z.clamp(max=50.0)
e = torch.exp(Z)
P = e / e.sum(dim=1, keepdim=True)
rows = torch.arange(3)
cross_entropy = -(Z[rows, said.y] - e.sum(dim=1).log()).mean()
one_hot = torch.zeros(3, 4, dtype=torch.float64)
one_hot[rows, said.y] = 1.0
dZ = (P - one_hot) / 3

# %% wrong="softmax" name="cross_entropy takes the mean over all twelve entries of one-hot times log P, not over three examples"
P = torch.softmax(said.Z, dim=1)
log_P = said.Z - torch.logsumexp(said.Z, dim=1, keepdim=True)
one_hot = torch.nn.functional.one_hot(said.y, 4).to(torch.float64)
cross_entropy = -(one_hot * log_P).mean()
dZ = (P - one_hot) / 3

# %% wrong="softmax" name="dZ is only filled at the true class, the other classes of a row get gradient 0"
P = torch.softmax(said.Z, dim=1)
cross_entropy = 0.0
dZ = torch.zeros(3, 4, dtype=torch.float64)
for i in range(3):
    c = int(said.y[i])
    cross_entropy = cross_entropy - torch.log_softmax(said.Z[i], dim=0)[c] / 3
    dZ[i, c] = (P[i, c] - 1) / 3

# %% wrong="softmax" name="cross_entropy takes the largest probability of each row, not that of the true class"
P = torch.softmax(said.Z, dim=1)
best_p, best_class = P.max(dim=1)
cross_entropy = -torch.log(best_p).mean()
target = torch.eye(4, dtype=torch.float64)[said.y]
dZ = (P - target) / 3

# %% right="spoilt" name="autograd gradients and allclose in a double loop"
names = ["dW1", "db1", "dW2", "db2"]


def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    params = [getattr(reports, n).detach().clone().requires_grad_() for n in ("W1", "b1", "W2", "b2")]
    W1, b1, W2, b2 = params
    out = torch.relu(reports.X @ W1.T + b1) @ W2.T + b2
    loss = ((out - Y) ** 2).mean()
    grads = torch.autograd.grad(loss, params)
    return dict(zip(names, grads))


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    truth = true_gradients(claim["Y"])
    for j, name in enumerate(names):
        spoilt[i, j] = not torch.allclose(claim[name], truth[name], rtol=1e-6, atol=1e-8)

# %% right="spoilt" name="own formulas, largest deviation, nested comprehension"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    X, W1, b1, W2, b2 = reports.X, reports.W1, reports.b1, reports.W2, reports.b2
    Z = X @ W1.T + b1
    A = torch.relu(Z)
    dY_hat = 2 * (A @ W2.T + b2 - Y) / Y.shape[0]
    dZ = (dY_hat @ W2) * (Z > 0)
    return {
        "dW1": dZ.T @ X,
        "db1": dZ.sum(dim=0),
        "dW2": dY_hat.T @ A,
        "db2": dY_hat.sum(dim=0),
    }


def deviates(claim, name):
    return bool((claim[name] - true_gradients(claim["Y"])[name]).abs().max() > 1e-7)


spoilt = torch.tensor([
    [deviates(reports.claims[who], name) for name in ("dW1", "db1", "dW2", "db2")]
    for who in sorted(reports.claims)
])

# %% right="spoilt" name="central differences for every single parameter"
def loss_at(params, Y):
    hidden_now = torch.relu(reports.X @ params["W1"].T + params["b1"])
    return float(((hidden_now @ params["W2"].T + params["b2"] - Y) ** 2).mean())


def true_gradients(Y, step=1e-5):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    params = {n: getattr(reports, n).clone() for n in ("W1", "b1", "W2", "b2")}
    result = {}
    for name, tensor in params.items():
        flat = tensor.view(-1)
        slopes = []
        for i in range(flat.numel()):
            kept = flat[i].item()
            flat[i] = kept + step
            up = loss_at(params, Y)
            flat[i] = kept - step
            down = loss_at(params, Y)
            flat[i] = kept
            slopes.append((up - down) / (2 * step))
        result["d" + name] = torch.tensor(slopes, dtype=torch.float64).reshape(tensor.shape)
    return result


rows = []
for who in ["A", "B", "C", "D", "E"]:
    good = true_gradients(reports.claims[who]["Y"])
    rows.append([
        not torch.allclose(good[name], reports.claims[who][name], rtol=1e-5, atol=1e-6)
        for name in ["dW1", "db1", "dW2", "db2"]
    ])
spoilt = torch.tensor(rows, dtype=torch.bool)

# %% wrong="spoilt" name="compares only the norms of claim and truth, so permuted or sign-flipped gradients pass as right"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    G = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    D = (G @ reports.W2) * (Z > 0).double()
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": G.T @ A, "db2": G.sum(0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    truth = true_gradients(reports.claims[who]["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        difference = reports.claims[who][name].norm() - truth[name].norm()
        spoilt[i, j] = abs(difference) > 1e-6

# %% wrong="spoilt" name="judges all five claims with the true gradients for the targets of A"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    G = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    D = (G @ reports.W2) * (Z > 0).double()
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": G.T @ A, "db2": G.sum(0)}


truth = true_gradients(reports.claims["A"]["Y"])
spoilt = torch.tensor([
    [not torch.allclose(truth[name], reports.claims[who][name], atol=1e-8) for name in truth]
    for who in "ABCDE"
])

# %% wrong="spoilt" name="backward pass forgets the ReLU mask, dZ is dA also for sleeping neurons"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    A = torch.relu(reports.X @ reports.W1.T + reports.b1)
    dY = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    dZ = dY @ reports.W2
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate(["A", "B", "C", "D", "E"]):
    claim = reports.claims[who]
    good = true_gradients(claim["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = (claim[name] - good[name]).abs().max() > 1e-6

# %% wrong="spoilt" name="columns in the alphabetical order of sorted keys, dW1 dW2 db1 db2, instead of dW1 db1 dW2 db2"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    leaves_ = {n: getattr(reports, n).clone().requires_grad_() for n in ("W1", "b1", "W2", "b2")}
    out = torch.relu(reports.X @ leaves_["W1"].T + leaves_["b1"]) @ leaves_["W2"].T + leaves_["b2"]
    ((out - Y) ** 2).mean().backward()
    return {"d" + n: p.grad for n, p in leaves_.items()}


rows = []
for who in sorted(reports.claims):
    claim = reports.claims[who]
    truth = true_gradients(claim["Y"])
    rows.append([not torch.allclose(claim[key], truth[key]) for key in sorted(truth)])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="collects the verdicts name by name as (4, 5) and reshapes to (5, 4) instead of transposing"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = Z.clamp(min=0)
    G = (A @ reports.W2.T + reports.b2 - Y) / 2
    D = (G @ reports.W2) * (Z > 0)
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": G.T @ A, "db2": G.sum(0)}


verdicts = []
for name in ["dW1", "db1", "dW2", "db2"]:
    for who in "ABCDE":
        claim = reports.claims[who]
        error = (claim[name] - true_gradients(claim["Y"])[name]).abs().max()
        verdicts.append(bool(error > 1e-7))
spoilt = torch.tensor(verdicts).reshape(5, 4)

# %% wrong="spoilt" name="marks the worst gradient of every claim with argmax, also in claims that are entirely right"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    G = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    D = (G @ reports.W2) * (Z > 0).double()
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": G.T @ A, "db2": G.sum(0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, claim in enumerate(reports.claims.values()):
    truth = true_gradients(claim["Y"])
    off = torch.stack([(claim[n] - truth[n]).abs().max() for n in ("dW1", "db1", "dW2", "db2")])
    spoilt[i, off.argmax()] = True

# %% wrong="spoilt" name="calls a gradient spoilt only if a small step along it raises the loss, judged by descent"
def loss_with(Y, **changed):
    p = {n: changed.get(n, getattr(reports, n)) for n in ("W1", "b1", "W2", "b2")}
    return ((torch.relu(reports.X @ p["W1"].T + p["b1"]) @ p["W2"].T + p["b2"] - Y) ** 2).mean()


def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    p = {n: getattr(reports, n).clone().requires_grad_() for n in ("W1", "b1", "W2", "b2")}
    loss_with(Y, **p).backward()
    return {"d" + n: v.grad for n, v in p.items()}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    before = loss_with(claim["Y"])
    for j, n in enumerate(["W1", "b1", "W2", "b2"]):
        moved = getattr(reports, n) - 1e-4 * claim["d" + n]
        spoilt[i, j] = loss_with(claim["Y"], **{n: moved}) > before

# %% wrong="spoilt" name="dW2 multiplies the errors by Z before ReLU instead of by the hidden outputs A"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    out = torch.relu(Z) @ reports.W2.T + reports.b2
    dout = 2 * (out - Y) / len(Y)
    dZ = (dout @ reports.W2) * (Z > 0)
    return {
        "dW1": dZ.T @ reports.X,
        "db1": dZ.sum(dim=0),
        "dW2": dout.T @ Z,
        "db2": dout.sum(dim=0),
    }


spoilt = torch.stack([
    torch.stack([~torch.isclose(c[n], true_gradients(c["Y"])[n]).all() for n in ("dW1", "db1", "dW2", "db2")])
    for c in (reports.claims[k] for k in "ABCDE")
])

# %% right="deep_or_wide" name="formula with floor division"
d, h1, h2, q = deep.widths
deep_count = (d + 1) * h1 + (h1 + 1) * h2 + (h2 + 1) * q
widest = (deep_count - q) // (d + 1 + q)
spare = deep_count - ((d + 1) * widest + (widest + 1) * q)
he_spread = torch.tensor([math.sqrt(2 / d), math.sqrt(2 / h1), math.sqrt(2 / h2)], dtype=torch.float64)

# %% right="deep_or_wide" name="counting function and trying one width after the other"
def count(widths):
    total = 0
    for before, after in zip(widths[:-1], widths[1:]):
        total += before * after + after
    return total


sizes = [int(w) for w in deep.widths]
deep_count = count(sizes)
widest = 0
while count([sizes[0], widest + 1, sizes[-1]]) <= deep_count:
    widest += 1
spare = deep_count - count([sizes[0], widest, sizes[-1]])
he_spread = torch.tensor(sizes[:-1], dtype=torch.float64)
he_spread = torch.sqrt(2 / he_spread)

# %% right="deep_or_wide" name="real torch layers counted by numel, divmod, numpy for the roots"
import numpy as np

sizes = [int(w) for w in deep.widths]
layers = [torch.nn.Linear(i, o) for i, o in zip(sizes, sizes[1:])]
deep_count = sum(p.numel() for layer in layers for p in layer.parameters())
widest, spare = divmod(deep_count - sizes[-1], sizes[0] + 1 + sizes[-1])
he_spread = torch.from_numpy(np.sqrt(2.0 / np.array([layer.in_features for layer in layers], dtype=np.float64)))

# %% wrong="deep_or_wide" name="assumes one output in the wide network as in the small example, not the last of the widths"
d, h1, h2, q = deep.widths
deep_count = (d + 1) * h1 + (h1 + 1) * h2 + (h2 + 1) * q
widest = (deep_count - 1) // (d + 2)
spare = deep_count - (widest * (d + 2) + 1)
he_spread = torch.tensor([(2 / n) ** 0.5 for n in (d, h1, h2)], dtype=torch.float64)

# %% wrong="deep_or_wide" name="he_spread is the variance 2 / n_in, the square root for the standard deviation is missing"
w = [int(v) for v in deep.widths]
deep_count = sum(a * b + b for a, b in zip(w, w[1:]))
widest = max(h for h in range(1, deep_count) if (w[0] + 1) * h + (h + 1) * w[3] <= deep_count)
spare = deep_count - (w[0] + 1) * widest - (widest + 1) * w[3]
he_spread = 2 / torch.tensor(w[:3], dtype=torch.float64)

# %% wrong="deep_or_wide" name="he_spread divides by the number of outputs of each layer instead of the number of its inputs"
d, h1, h2, q = (int(v) for v in deep.widths)
deep_count = h1 * (d + 1) + h2 * (h1 + 1) + q * (h2 + 1)
widest = (deep_count - q) // (d + q + 1)
spare = deep_count - q - widest * (d + q + 1)
he_spread = torch.sqrt(2 / torch.tensor([h1, h2, q], dtype=torch.float64))

# %% wrong="deep_or_wide" name="spare is the remainder of deep_count by d+1+q, the output biases of the wide network are left out"
d, h1, h2, q = (int(v) for v in deep.widths)
deep_count = (d * h1 + h1) + (h1 * h2 + h2) + (h2 * q + q)
per_neuron = d + 1 + q
widest = (deep_count - q) // per_neuron
spare = deep_count - widest * per_neuron
he_spread = torch.tensor([2 / d, 2 / h1, 2 / h2], dtype=torch.float64).sqrt()

# %% right="train" name="manual loop with no_grad and zeroed gradients"
W1 = start.W1.clone().requires_grad_()
b1 = start.b1.clone().requires_grad_()
W2 = start.W2.clone().requires_grad_()
b2 = start.b2.clone().requires_grad_()
train_losses = []
for step in range(start.steps):
    y_hat = torch.tanh(start.X @ W1.T + b1) @ W2.T + b2
    loss = ((y_hat - start.Y) ** 2).mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        for p in (W1, b1, W2, b2):
            p -= start.lr * p.grad
            p.grad.zero_()
trained = [W1.detach(), b1.detach(), W2.detach(), b2.detach()]

# %% right="train" name="functional style, torch.autograd.grad and new tensors in each step"
def loss_of(params):
    W1, b1, W2, b2 = params
    return (torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - start.Y).square().mean()


params = [getattr(start, n).clone() for n in ("W1", "b1", "W2", "b2")]
train_losses = []
for _ in range(start.steps):
    params = [p.detach().requires_grad_() for p in params]
    loss = loss_of(params)
    gradients = torch.autograd.grad(loss, params)
    train_losses.append(float(loss.detach()))
    params = [p - start.lr * g for p, g in zip(params, gradients)]
trained = [p.detach() for p in params]

# %% right="train" name="nn.Module with Linear layers, SGD and MSELoss"
class XorNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(2, 2).double()
        self.second = torch.nn.Linear(2, 1).double()
        with torch.no_grad():
            self.first.weight.copy_(start.W1)
            self.first.bias.copy_(start.b1)
            self.second.weight.copy_(start.W2)
            self.second.bias.copy_(start.b2)

    def forward(self, X):
        return self.second(torch.tanh(self.first(X)))


model = XorNet()
criterion = torch.nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=start.lr)
train_losses = []
for _ in range(start.steps):
    loss = criterion(model(start.X), start.Y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    train_losses.append(loss.item())
trained = [p.detach().clone() for p in model.parameters()]

# %% wrong="train" name="gradients are never zeroed between steps and pile up"
W1, b1, W2, b2 = (getattr(start, n).clone().requires_grad_() for n in ("W1", "b1", "W2", "b2"))
train_losses = []
for step in range(start.steps):
    loss = ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - start.Y) ** 2).mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        W1 -= start.lr * W1.grad
        b1 -= start.lr * b1.grad
        W2 -= start.lr * W2.grad
        b2 -= start.lr * b2.grad
trained = [W1.detach(), b1.detach(), W2.detach(), b2.detach()]

# %% wrong="train" name="only the weights W1 and W2 take steps, the biases b1 and b2 keep their start values"
W1 = start.W1.clone().requires_grad_()
W2 = start.W2.clone().requires_grad_()
b1 = start.b1.clone()
b2 = start.b2.clone()
train_losses = []
for _ in range(start.steps):
    loss = ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - start.Y) ** 2).mean()
    gW1, gW2 = torch.autograd.grad(loss, [W1, W2])
    train_losses.append(float(loss.detach()))
    W1 = (W1 - start.lr * gW1).detach().requires_grad_()
    W2 = (W2 - start.lr * gW2).detach().requires_grad_()
trained = [W1.detach(), b1, W2.detach(), b2]

# %% wrong="train" name="train_losses holds the loss computed again after each step instead of the one before it"
params = [getattr(start, n).clone().requires_grad_() for n in ("W1", "b1", "W2", "b2")]


def current_loss():
    W1, b1, W2, b2 = params
    return ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - start.Y) ** 2).mean()


sgd = torch.optim.SGD(params, lr=start.lr)
train_losses = []
for _ in range(start.steps):
    sgd.zero_grad()
    current_loss().backward()
    sgd.step()
    train_losses.append(current_loss().item())
trained = [p.detach() for p in params]
