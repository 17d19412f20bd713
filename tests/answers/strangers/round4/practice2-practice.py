# %% right="forward" name="three lines with relu"
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

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
        total = total + net.W2[0, j] * hidden[i, j]
    outputs[i, 0] = total

# %% right="forward" name="einsum, clamp and count_nonzero"
def layer(X, W, b):
    return torch.einsum("nd,hd->nh", X, W) + b


hidden = layer(net.X, net.W1, net.b1).clamp(min=0)
outputs = layer(hidden, net.W2, net.b2)
awake = torch.count_nonzero(hidden, dim=0)

# %% wrong="forward" name="ReLU on the output neuron as well, negative outputs become 0"
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = torch.relu(hidden @ net.W2.T + net.b2)
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="awake counted from the sums without the bias b1"
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (net.X @ net.W1.T > 0).sum(dim=0)

# %% wrong="forward" name="hidden holds the sums before the ReLU, outputs and awake use the ReLU"
hidden = net.X @ net.W1.T + net.b1
outputs = torch.relu(hidden) @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="b2 forgotten in the outputs"
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="awake counts the examples at which a neuron is asleep, hidden == 0"
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden == 0).sum(dim=0)

# %% right="collapse" name="matrix products"
one_W = net.W2 @ net.W1
one_b = net.W2 @ net.b1 + net.b2

# %% right="collapse" name="sums over the hidden neurons"
one_W = torch.zeros(1, 2, dtype=torch.float64)
one_b = net.b2.clone()
for j in range(3):
    one_W[0, 0] += net.W2[0, j] * net.W1[j, 0]
    one_W[0, 1] += net.W2[0, j] * net.W1[j, 1]
    one_b[0] += net.W2[0, j] * net.b1[j]

# %% right="collapse" name="ask the network without ReLU at three points"
def without_relu(X):
    return (X @ net.W1.T + net.b1) @ net.W2.T + net.b2


at_nought = without_relu(torch.zeros(1, 2).double())
at_units = without_relu(torch.eye(2).double())
one_W = (at_units - at_nought).T
one_b = at_nought[0]

# %% wrong="collapse" name="one_b is b2 only, b1 does not pass through W2"
one_W = net.W2 @ net.W1
one_b = net.b2.clone()

# %% wrong="collapse" name="one_b adds up b1 and b2 without multiplying b1 by W2"
one_W = net.W2 @ net.W1
one_b = net.b1.sum() + net.b2

# %% wrong="collapse" name="b2 forgotten, one_b is only W2 times b1"
one_W = net.W2 @ net.W1
one_b = net.W2 @ net.b1

# %% wrong="collapse" name="b2 passes through W2 too, W2 times (b1 + b2)"
one_W = net.W2 @ net.W1
one_b = (net.b1 + net.b2) @ net.W2.T

# %% right="rectangle_xor" name="t from the widths of the rectangle, second neuron at t = 1"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        x0, x1 = corners.X[0].tolist()
        width = corners.X[3, 0].item() - x0
        height = corners.X[3, 1].item() - x1
        low, high = float(corners.low), float(corners.high)
        bias = -x0 / width - x1 / height
        one = [1 / width, 1 / height]
        self.W1 = torch.nn.Parameter(torch.tensor([one, one], dtype=torch.float64))
        self.b1 = torch.nn.Parameter(torch.tensor([bias, bias - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[high - low, -2 * (high - low)]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="rectangle_xor" name="t by solving two equations, compact"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        first = corners.X[0]
        w = torch.linalg.solve(corners.X[1:3] - first, torch.ones(2, dtype=torch.float64))
        start = -(w @ first)
        rise = float(corners.high) - float(corners.low)
        self.W1 = torch.nn.Parameter(torch.stack([w, w]))
        self.b1 = torch.nn.Parameter(torch.stack([start, start - 1]))
        self.W2 = torch.nn.Parameter(rise * torch.tensor([[1, -2]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.full((1,), float(corners.low), dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="rectangle_xor" name="a roof: one neuron for t below 1, one for t above 1"
def parameter(numbers):
    return torch.nn.Parameter(torch.tensor(numbers, dtype=torch.float64))


class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        (a, b), (c, d) = corners.X[0].tolist(), corners.X[-1].tolist()
        u, v = 1 / (c - a), 1 / (d - b)
        middle = a * u + b * v + 1
        fall = float(corners.low) - float(corners.high)
        self.W1 = parameter([[-u, -v], [u, v]])
        self.b1 = parameter([middle, -middle])
        self.W2 = parameter([[fall, fall]])
        self.b2 = parameter([float(corners.high)])

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="second neuron counts -1 instead of -2, the last corner gets high"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        x0, x1 = corners.X[0].tolist()
        width = corners.X[3, 0].item() - x0
        height = corners.X[3, 1].item() - x1
        low, high = float(corners.low), float(corners.high)
        bias = -x0 / width - x1 / height
        one = [1 / width, 1 / height]
        self.W1 = torch.nn.Parameter(torch.tensor([one, one], dtype=torch.float64))
        self.b1 = torch.nn.Parameter(torch.tensor([bias, bias - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[high - low, -(high - low)]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="output weights scaled by high and not by high - low, though b2 is low"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        x0, x1 = corners.X[0].tolist()
        width = corners.X[3, 0].item() - x0
        height = corners.X[3, 1].item() - x1
        low, high = float(corners.low), float(corners.high)
        bias = -x0 / width - x1 / height
        one = [1 / width, 1 / height]
        self.W1 = torch.nn.Parameter(torch.tensor([one, one], dtype=torch.float64))
        self.b1 = torch.nn.Parameter(torch.tensor([bias, bias - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[high, -2 * high]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="the move is forgotten: b1 is (0, -1) as if the first corner were the origin"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        width = (corners.X[3, 0] - corners.X[0, 0]).item()
        height = (corners.X[3, 1] - corners.X[0, 1]).item()
        low, high = float(corners.low), float(corners.high)
        one = [1 / width, 1 / height]
        self.W1 = torch.nn.Parameter(torch.tensor([one, one], dtype=torch.float64))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[high - low, -2 * (high - low)]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="b2 is 0 and W2 scaled by high - low, so all four answers lack low"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        first = corners.X[0]
        w = torch.linalg.solve(corners.X[1:3] - first, torch.ones(2, dtype=torch.float64))
        start = -(w @ first)
        rise = float(corners.high) - float(corners.low)
        self.W1 = torch.nn.Parameter(torch.stack([w, w]))
        self.b1 = torch.nn.Parameter(torch.stack([start, start - 1]))
        self.W2 = torch.nn.Parameter(rise * torch.tensor([[1, -2]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="width and height swapped, x0 divided by the height and x1 by the width"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        x0, x1 = corners.X[0].tolist()
        height = corners.X[3, 0].item() - x0
        width = corners.X[3, 1].item() - x1
        low, high = float(corners.low), float(corners.high)
        one = [1 / width, 1 / height]
        bias = -x0 / width - x1 / height
        self.W1 = torch.nn.Parameter(torch.tensor([one, one], dtype=torch.float64))
        self.b1 = torch.nn.Parameter(torch.tensor([bias, bias - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[high - low, -2 * (high - low)]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="my_activation" name="formula with two names"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    T = torch.tanh(Z)
    slope = s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - T ** 2)
    return dA * slope

# %% right="my_activation" name="entry by entry in a loop, in plain Python"
import math


def my_sigmoid(u):
    return 1 / (1 + math.exp(-u)) if u >= 0 else math.exp(u) / (1 + math.exp(u))


def my_activation(Z):
    beta, gamma = float(mine.beta), float(mine.gamma)
    values = [z * my_sigmoid(beta * z) - gamma * math.tanh(z) for z in Z.flatten().tolist()]
    return torch.tensor(values, dtype=Z.dtype).reshape(Z.shape)


def my_backward(dA, Z):
    beta, gamma = float(mine.beta), float(mine.gamma)
    values = []
    for d, z in zip(dA.flatten().tolist(), Z.flatten().tolist()):
        s = my_sigmoid(beta * z)
        first = s + z * beta * s * (1 - s)
        second = gamma * (1 - math.tanh(z) ** 2)
        values.append(d * (first - second))
    return torch.tensor(values, dtype=Z.dtype).reshape(Z.shape)

# %% right="my_activation" name="sigmoid written as a tanh, slope of tanh as 1 over cosh squared"
def half_tanh(Z):
    return torch.tanh(mine.beta * Z / 2)


def my_activation(Z):
    return 0.5 * Z * (1 + half_tanh(Z)) - mine.gamma * Z.tanh()


def my_backward(dA, Z):
    h = half_tanh(Z)
    product = 0.5 * (1 + h) + 0.25 * mine.beta * Z * (1 - h.square())
    return dA.mul(product - mine.gamma * Z.cosh().reciprocal().square())

# %% wrong="my_activation" name="inner derivative beta forgotten in the second part of the product rule"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    return dA * (s + Z * s * (1 - s) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="derivative of a product taken as product of the derivatives, 1 times beta s (1 - s)"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    first = mine.beta * s * (1 - s)
    return dA * (first - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="product rule stops after its first term, slope of the sigmoid times z is missing"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    first = torch.sigmoid(mine.beta * Z)
    second = mine.gamma * (1 - torch.tanh(Z).square())
    return dA * (first - second)

# %% wrong="my_activation" name="backward uses sigmoid(z) without beta inside, beta stands only in front"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * (s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="slope of tanh written as 1 - tanh without the square"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    slope = s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - torch.tanh(Z))
    return slope * dA

# %% wrong="my_activation" name="dA is multiplied in place, so the gradient that was handed in changes"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    dA *= s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - torch.tanh(Z) ** 2)
    return dA

# %% wrong="my_activation" name="sigmoid applied twice: slope taken as sigmoid(s) (1 - sigmoid(s)) of the value s"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def sigmoid_slope(u):
    return torch.sigmoid(u) * (1 - torch.sigmoid(u))


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    slope = s + mine.beta * Z * sigmoid_slope(s) - mine.gamma * (1 - torch.tanh(Z) ** 2)
    return dA * slope

# %% wrong="my_activation" name="beta multiplies the whole product rule, also the term sigmoid(beta z) itself at z other than 0"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    first = mine.beta * (s + Z * s * (1 - s))
    return dA * (first - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="second term of the product rule, beta z s (1 - s), is subtracted instead of added"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    return dA * (s - mine.beta * Z * s * (1 - s) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% right="graph_gradients" name="step by step from the back"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
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

# %% right="graph_gradients" name="closed formulas in one tensor"
x, y, t, k = (float(getattr(leaves, name)) for name in "xytk")
q = x * y + t
graph_gradients = torch.stack([torch.tensor(number, dtype=torch.float64) for number in (
    q * q, k, 2 * k * q, 2 * k * q, 1 + 2 * k * q * y, 2 * k * q * x)])

# %% right="graph_gradients" name="dictionary that adds up what comes along each path"
values = {name: float(getattr(leaves, name)) for name in ("x", "y", "t", "k")}
values["q"] = values["x"] * values["y"] + values["t"]
values["r"] = values["q"] * values["q"]
back = dict.fromkeys("krqtxy", 0.0)
back["x"] += 1.0
back["k"] += values["r"]
back["r"] += values["k"]
back["q"] += back["r"] * 2 * values["q"]
back["t"] += back["q"]
back["x"] += back["q"] * values["y"]
back["y"] += back["q"] * values["x"]
graph_gradients = torch.tensor([back[name] for name in "krqtxy"], dtype=torch.float64)

# %% wrong="graph_gradients" name="the direct path of x into L is forgotten, the + 1 is missing"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = k * 2 * q
graph_gradients = torch.tensor([q**2, k, dq, dq, dq * y, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="dx takes only the direct path, 1, and not the one through p"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = k * 2 * q
graph_gradients = torch.tensor([q**2, k, dq, dq, 1.0, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="product: x gets dp times x and y gets dp times y, own factor instead of the other"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = k * 2 * q
dp = dq
graph_gradients = torch.tensor([q**2, k, dq, dq, dp * x + 1, dp * y], dtype=torch.float64)

# %% wrong="graph_gradients" name="t gets the local derivative 1 and not 1 times dq"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dr = k
dq = dr * 2 * q
dt = 1.0
graph_gradients = torch.tensor([q**2, dr, dq, dt, dq * y + 1, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="last two entries in the order y, x instead of x, y"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = k * 2 * q
dx = dq * y + 1
dy = dq * x
graph_gradients = torch.tensor([q**2, k, dq, dq, dy, dx], dtype=torch.float64)

# %% wrong="graph_gradients" name="k's gradient is q and not r, the square is forgotten there"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = k * 2 * q
graph_gradients = torch.tensor([q, k, dq, dq, dq * y + 1, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="dq is 2 q, the factor k from dr is not carried on"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = 2 * q
graph_gradients = torch.tensor([q**2, k, dq, dq, dq * y + 1, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="the direct path adds x itself to dx, as if the derivative of x were x"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = k * 2 * q
graph_gradients = torch.tensor([q**2, k, dq, dq, dq * y + x, dq * x], dtype=torch.float64)

# %% right="my_gradients" name="five lines forward, six lines back"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    Y_hat = A @ W2.T + b2
    dY_hat = 2 * leaky.scale / n * (Y_hat - Y)
    dW2 = dY_hat.T @ A + leaky.decay * W2
    db2 = dY_hat.sum(dim=0)
    dA = dY_hat @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% right="my_gradients" name="loop over the examples, outer products added up"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    dW1, db1 = leaky.decay * W1, torch.zeros_like(b1)
    dW2, db2 = leaky.decay * W2, torch.zeros_like(b2)
    for i in range(n):
        z = W1 @ X[i] + b1
        factor = torch.ones_like(z)
        factor[z <= 0] = float(leaky.slope)
        a = factor * z
        error = 2 * leaky.scale * (W2 @ a + b2 - Y[i]) / n
        dz = (W2.T @ error) * factor
        dW2 = dW2 + torch.outer(error, a)
        db2 = db2 + error
        dW1 = dW1 + torch.outer(dz, X[i])
        db1 = db1 + dz
    return dW1, db1, dW2, db2

# %% right="my_gradients" name="slope matrix by arithmetic on masks, einsum"
def slopes(Z):
    awake = (Z > 0).to(Z.dtype)
    return awake + leaky.slope * (1 - awake)


def my_gradients(X, W1, b1, W2, b2, Y):
    Z = torch.nn.functional.linear(X, W1, b1)
    S = slopes(Z)
    A = Z * S
    G = (A @ W2.T + b2 - Y).mul(2 * leaky.scale).div(len(Y))
    H = torch.einsum("nq,qh,nh->nh", G, W2, S)
    weights = torch.einsum("nh,nd->hd", H, X), torch.einsum("nq,nh->qh", G, A)
    dW1, dW2 = (dW + leaky.decay * W for dW, W in zip(weights, (W1, W2)))
    return dW1, H.sum(0), dW2, G.sum(0)

# %% wrong="my_gradients" name="at the corner z = 0 the derivative counts as 1, mask is Z >= 0"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z >= 0, Z, leaky.slope * Z)
    G = 2 * leaky.scale / n * (A @ W2.T + b2 - Y)
    dA = G @ W2
    dZ = torch.where(Z >= 0, dA, leaky.slope * dA)
    return dZ.T @ X + leaky.decay * W1, dZ.sum(dim=0), G.T @ A + leaky.decay * W2, G.sum(dim=0)

# %% wrong="my_gradients" name="weight decay added to the gradients of the biases as well"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    G = 2 * leaky.scale / n * (A @ W2.T + b2 - Y)
    dA = G @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    plain = [dZ.T @ X, dZ.sum(dim=0), G.T @ A, G.sum(dim=0)]
    return tuple(dP + leaky.decay * P for dP, P in zip(plain, (W1, b1, W2, b2)))

# %% wrong="my_gradients" name="divides by all n times q entries instead of the n examples"
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    errors = A @ W2.T + b2 - Y
    G = 2 * leaky.scale * errors / errors.numel()
    dA = G @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    return dZ.T @ X + leaky.decay * W1, dZ.sum(dim=0), G.T @ A + leaky.decay * W2, G.sum(dim=0)

# %% wrong="my_gradients" name="scale multiplies the weight decay too, not only the squared errors"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    G = 2 / n * (A @ W2.T + b2 - Y)
    dA = G @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    grads = (dZ.T @ X + leaky.decay * W1, dZ.sum(dim=0), G.T @ A + leaky.decay * W2, G.sum(dim=0))
    return tuple(leaky.scale * grad for grad in grads)

# %% wrong="my_gradients" name="decay term is lambda / 2 times W, the 2 of the square is forgotten"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    G = 2 * leaky.scale / n * (A @ W2.T + b2 - Y)
    dA = G @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = dZ.T @ X + leaky.decay / 2 * W1
    dW2 = G.T @ A + leaky.decay / 2 * W2
    return dW1, dZ.sum(dim=0), dW2, G.sum(dim=0)

# %% wrong="my_gradients" name="way back has the mask of a plain ReLU, 0 instead of slope where z is negative"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    G = 2 * leaky.scale / n * (A @ W2.T + b2 - Y)
    dZ = (G @ W2) * (Z > 0)
    return dZ.T @ X + leaky.decay * W1, dZ.sum(dim=0), G.T @ A + leaky.decay * W2, G.sum(dim=0)

# %% wrong="my_gradients" name="db2 squeezed, with a single output it has no dimension instead of shape (1,)"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    G = 2 * leaky.scale / n * (A @ W2.T + b2 - Y)
    dA = G @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    db1, db2 = dZ.sum(dim=0), G.sum(dim=0).squeeze()
    return dZ.T @ X + leaky.decay * W1, db1, G.T @ A + leaky.decay * W2, db2

# %% wrong="my_gradients" name="weight decay only for W1, the sum over W2 squared is left out"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    G = 2 * leaky.scale / n * (A @ W2.T + b2 - Y)
    dW2, db2 = G.T @ A, G.sum(dim=0)
    dA = G @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1, db1 = dZ.T @ X + leaky.decay * W1, dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% wrong="my_gradients" name="dW1 and dW2 are built in place on W1 and W2 themselves, so the weights handed in change"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    G = 2 * leaky.scale / n * (A @ W2.T + b2 - Y)
    dA = G @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1, dW2 = W1, W2
    dW1 *= leaky.decay
    dW2 *= leaky.decay
    dW1 += dZ.T @ X
    dW2 += G.T @ A
    return dW1, dZ.sum(dim=0), dW2, G.sum(dim=0)

# %% right="softmax" name="maximum subtracted, logarithm of the sum"
largest = said.Z.max(dim=1, keepdim=True).values
E = torch.exp(said.Z - largest)
P = E / E.sum(dim=1, keepdim=True)
log_sum = largest[:, 0] + torch.log(E.sum(dim=1))
cross_entropy = (log_sum - said.Z[torch.arange(3), said.y]).mean()
dZ = P.clone()
dZ[torch.arange(3), said.y] -= 1
dZ = dZ / 3

# %% right="softmax" name="ready-made functions and one_hot"
import torch.nn.functional as F

P = F.softmax(said.Z, dim=1)
cross_entropy = F.cross_entropy(said.Z, said.y)
dZ = (P - F.one_hot(said.y, num_classes=4)) / len(said.y)

# %% right="softmax" name="row by row with the math module"
rows, shares, costs, slopes_ = said.Z.tolist(), [], [], []
for scores, label in zip(rows, said.y.tolist()):
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = math.fsum(powers)
    shares.append([power / total for power in powers])
    costs.append(math.log(total) + top - scores[label])
    slopes_.append([(share - (j == label)) / len(rows) for j, share in enumerate(shares[-1])])
P = torch.tensor(shares, dtype=torch.float64)
cross_entropy = torch.tensor(math.fsum(costs) / len(costs), dtype=torch.float64)
dZ = torch.tensor(slopes_, dtype=torch.float64)

# %% wrong="softmax" name="exp of the scores without subtracting the maximum, overflow and nan in the last row"
E = torch.exp(said.Z)
P = E / E.sum(dim=1, keepdim=True)
cross_entropy = (torch.logsumexp(said.Z, dim=1) - said.Z[torch.arange(3), said.y]).mean()
dZ = P.clone()
dZ[torch.arange(3), said.y] -= 1
dZ = dZ / 3

# %% wrong="softmax" name="maximum of the whole matrix subtracted, the other rows underflow to 0 over 0"
shifted = said.Z - said.Z.max()
E = torch.exp(shifted)
P = E / E.sum(dim=1, keepdim=True)
cross_entropy = (torch.logsumexp(said.Z, dim=1) - said.Z[torch.arange(3), said.y]).mean()
dZ = (P - torch.nn.functional.one_hot(said.y, 4)) / 3

# %% wrong="softmax" name="dZ not divided by the number of examples though the loss is a mean"
P = torch.softmax(said.Z, dim=1)
cross_entropy = (torch.logsumexp(said.Z, dim=1) - said.Z[torch.arange(3), said.y]).mean()
dZ = P - torch.nn.functional.one_hot(said.y, 4)

# %% wrong="softmax" name="cross-entropy by one-hot times log P over all classes, 0 times minus infinity is nan"
P = torch.softmax(said.Z, dim=1)
truth = torch.nn.functional.one_hot(said.y, 4).double()
cross_entropy = -(truth * torch.log(P)).sum(dim=1).mean()
dZ = (P - truth) / 3

# %% wrong="softmax" name="dZ is another name for P, so subtracting 1 changes the probabilities P too"
P = torch.softmax(said.Z, dim=1)
cross_entropy = (torch.logsumexp(said.Z, dim=1) - said.Z[torch.arange(3), said.y]).mean()
dZ = P
dZ[torch.arange(3), said.y] -= 1
dZ = dZ / 3

# %% wrong="softmax" name="dZ[:, y] -= 1 subtracts in whole columns of all rows instead of one entry a row"
P = torch.softmax(said.Z, dim=1)
cross_entropy = (torch.logsumexp(said.Z, dim=1) - said.Z[torch.arange(3), said.y]).mean()
dZ = P.clone()
dZ[:, said.y] -= 1
dZ = dZ / 3

# %% wrong="softmax" name="sign turned round, dZ is truth minus P"
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
dZ = (torch.eye(4, dtype=torch.float64)[said.y] - P) / 3

# %% wrong="softmax" name="cross_entropy is the sum over the three examples instead of their mean"
P = torch.softmax(said.Z, dim=1)
cross_entropy = -torch.log_softmax(said.Z, dim=1)[torch.arange(3), said.y].sum()
dZ = (P - torch.eye(4, dtype=torch.float64)[said.y]) / 3

# %% wrong="softmax" name="dZ divided by all 12 entries, rows times classes, instead of 3"
P = torch.softmax(said.Z, dim=1)
cross_entropy = -torch.log_softmax(said.Z, dim=1)[torch.arange(3), said.y].mean()
dZ = P.clone()
for i in range(3):
    dZ[i, said.y[i]] -= 1
dZ = dZ / dZ.numel()

# %% right="spoilt" name="own formulas and a double loop"
def true_gradients(Y):
    X, W1, b1, W2, b2 = reports.X, reports.W1, reports.b1, reports.W2, reports.b2
    Z = X @ W1.T + b1
    A = torch.relu(Z)
    dY = 2 / len(X) * (A @ W2.T + b2 - Y)
    dZ = (dY @ W2) * (Z > 0)
    return {"dW1": dZ.T @ X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    right_ones = true_gradients(claim["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        difference = (claim[name] - right_ones[name]).abs().max()
        spoilt[i, j] = difference > 1e-6

# %% right="spoilt" name="autograd and a nested comprehension"
names = ("W1", "b1", "W2", "b2")


def true_gradients(Y):
    W1, b1, W2, b2 = parameters = [getattr(reports, name).detach().clone().requires_grad_() for name in names]
    loss = (torch.relu(reports.X @ W1.T + b1) @ W2.T + b2 - Y).square().mean()
    return {f"d{name}": grad for name, grad in zip(names, torch.autograd.grad(loss, parameters))}


spoilt = torch.tensor([
    [not torch.allclose(claim[key], grad, rtol=1e-6, atol=1e-8) for key, grad in true_gradients(claim["Y"]).items()]
    for claim in (reports.claims[who] for who in "ABCDE")
])

# %% right="spoilt" name="central differences"
def loss_at(parameters, Y):
    hidden = torch.relu(reports.X @ parameters["W1"].T + parameters["b1"])
    return ((hidden @ parameters["W2"].T + parameters["b2"] - Y) ** 2).mean().item()


def true_gradients(Y, step=1e-5):
    parameters = {name: getattr(reports, name).clone() for name in ("W1", "b1", "W2", "b2")}
    found = {}
    for name, values in parameters.items():
        slopes = torch.zeros_like(values)
        flat, flat_slopes = values.view(-1), slopes.view(-1)
        for i in range(flat.numel()):
            before = flat[i].item()
            flat[i] = before + step
            above = loss_at(parameters, Y)
            flat[i] = before - step
            below = loss_at(parameters, Y)
            flat[i] = before
            flat_slopes[i] = (above - below) / (2 * step)
        found["d" + name] = slopes
    return found


rows = []
for who in sorted(reports.claims):
    claim = reports.claims[who]
    found = true_gradients(claim["Y"])
    rows.append([bool(((claim[key] - found[key]).abs() > 1e-4).any()) for key in ("dW1", "db1", "dW2", "db2")])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="all five claims compared with the gradients for A's targets"
def true_gradients(Y):
    X, W1, b1, W2, b2 = reports.X, reports.W1, reports.b1, reports.W2, reports.b2
    Z = X @ W1.T + b1
    A = torch.relu(Z)
    dY = 2 / len(X) * (A @ W2.T + b2 - Y)
    dZ = (dY @ W2) * (Z > 0)
    return {"dW1": dZ.T @ X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


right_ones = true_gradients(reports.claims["A"]["Y"])
spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = (reports.claims[who][name] - right_ones[name]).abs().max() > 1e-6

# %% wrong="spoilt" name="table turned round: True where a claim is right"
def true_gradients(Y):
    X, W1, b1, W2, b2 = reports.X, reports.W1, reports.b1, reports.W2, reports.b2
    Z = X @ W1.T + b1
    A = torch.relu(Z)
    dY = 2 / len(X) * (A @ W2.T + b2 - Y)
    dZ = (dY @ W2) * (Z > 0)
    return {"dW1": dZ.T @ X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.tensor([
    [torch.allclose(reports.claims[who][key], grad) for key, grad in true_gradients(reports.claims[who]["Y"]).items()]
    for who in "ABCDE"
])

# %% wrong="spoilt" name="the 2 of the squared error is forgotten, all true gradients are half as large"
def true_gradients(Y):
    X, W1, b1, W2, b2 = reports.X, reports.W1, reports.b1, reports.W2, reports.b2
    Z = X @ W1.T + b1
    A = torch.relu(Z)
    dY = (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY @ W2) * (Z > 0)
    return {"dW1": dZ.T @ X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    found = true_gradients(claim["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = not torch.allclose(claim[name], found[name])

# %% wrong="spoilt" name="ReLU mask missing on the way back, dW1 and db1 as for a linear hidden layer"
def true_gradients(Y):
    X, W1, b1, W2, b2 = reports.X, reports.W1, reports.b1, reports.W2, reports.b2
    A = torch.relu(X @ W1.T + b1)
    dY = 2 / len(X) * (A @ W2.T + b2 - Y)
    dZ = dY @ W2
    return {"dW1": dZ.T @ X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    found = true_gradients(claim["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = not torch.allclose(claim[name], found[name])

# %% wrong="spoilt" name="true_gradients ignores its argument and always uses the targets of claim A"
def true_gradients(Y):
    Y = reports.claims["A"]["Y"]
    X, W1, b1, W2, b2 = reports.X, reports.W1, reports.b1, reports.W2, reports.b2
    Z = X @ W1.T + b1
    A = torch.relu(Z)
    dY = 2 / len(X) * (A @ W2.T + b2 - Y)
    dZ = (dY @ W2) * (Z > 0)
    return {"dW1": dZ.T @ X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    found = true_gradients(reports.claims[who]["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = not torch.allclose(reports.claims[who][name], found[name])

# %% right="deep_or_wide" name="formula solved for the width"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d * h1 + h1) + (h1 * h2 + h2) + (h2 * q + q)
widest = (deep_count - q) // (d + 1 + q)
spare = deep_count - (widest * (d + 1 + q) + q)
he_spread = torch.tensor([(2 / d) ** 0.5, (2 / h1) ** 0.5, (2 / h2) ** 0.5], dtype=torch.float64)

# %% right="deep_or_wide" name="count function and a while loop"
def count(widths):
    return sum(int(a) * int(b) + int(b) for a, b in zip(widths, widths[1:]))


deep_count = count(deep.widths)
first, last = deep.widths[0], deep.widths[-1]
widest = 0
while count([first, widest + 1, last]) <= deep_count:
    widest += 1
spare = deep_count - count([first, widest, last])
he_spread = torch.tensor([math.sqrt(2 / int(fan_in)) for fan_in in deep.widths[:-1]], dtype=torch.float64)

# %% right="deep_or_wide" name="tensors of widths and divmod"
sizes = torch.as_tensor(deep.widths, dtype=torch.int64)
deep_count = ((sizes[:-1] + 1) * sizes[1:]).sum().item()
widest, spare = divmod(deep_count - sizes[-1].item(), (sizes[0] + 1 + sizes[-1]).item())
he_spread = (2 / sizes[:-1].double()).sqrt()

# %% wrong="deep_or_wide" name="He's rule with the number of outputs of each layer instead of its inputs"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d * h1 + h1) + (h1 * h2 + h2) + (h2 * q + q)
widest = (deep_count - q) // (d + 1 + q)
spare = deep_count - (widest * (d + 1 + q) + q)
he_spread = torch.tensor([(2 / out) ** 0.5 for out in (h1, h2, q)], dtype=torch.float64)

# %% wrong="deep_or_wide" name="he_spread holds the variances 2 / d, the root is missing"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d * h1 + h1) + (h1 * h2 + h2) + (h2 * q + q)
widest = (deep_count - q) // (d + 1 + q)
spare = deep_count - (widest * (d + 1 + q) + q)
he_spread = 2 / torch.tensor([d, h1, h2], dtype=torch.float64)

# %% wrong="deep_or_wide" name="biases of the wide network's hidden neurons are not counted for widest and spare"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d * h1 + h1) + (h1 * h2 + h2) + (h2 * q + q)
widest = (deep_count - q) // (d + q)
spare = deep_count - (widest * (d + q) + q)
he_spread = torch.tensor([2 / d, 2 / h1, 2 / h2], dtype=torch.float64).sqrt()

# %% wrong="deep_or_wide" name="spare leaves out the output biases of the wide network, too large by q"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d * h1 + h1) + (h1 * h2 + h2) + (h2 * q + q)
widest = (deep_count - q) // (d + 1 + q)
spare = deep_count - widest * (d + 1 + q)
he_spread = torch.tensor([2 / d, 2 / h1, 2 / h2], dtype=torch.float64).sqrt()

# %% wrong="deep_or_wide" name="last layer starts with sqrt(1 / d) as it has no ReLU, not with He's rule"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d * h1 + h1) + (h1 * h2 + h2) + (h2 * q + q)
widest = (deep_count - q) // (d + 1 + q)
spare = deep_count - (widest * (d + 1 + q) + q)
he_spread = torch.tensor([2 / d, 2 / h1, 1 / h2], dtype=torch.float64).sqrt()

# %% right="train" name="backward and no_grad in a plain loop"
X = start.X
Y = (start.Y if hasattr(start, "Y") else start.y).reshape(-1, 1)
W1 = start.W1.clone().requires_grad_()
b1 = start.b1.clone().requires_grad_()
W2 = start.W2.clone().requires_grad_()
b2 = start.b2.clone().requires_grad_()
train_losses = []
for step in range(start.steps):
    Y_hat = torch.tanh(X @ W1.T + b1) @ W2.T + b2
    loss = ((Y_hat - Y) ** 2).mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        for P_ in (W1, b1, W2, b2):
            P_ -= start.lr * P_.grad
            P_.grad = None
trained = [W1.detach(), b1.detach(), W2.detach(), b2.detach()]

# %% right="train" name="torch.optim.SGD on Parameters"
targets = (start.Y if hasattr(start, "Y") else start.y).reshape(-1, 1)
weights = [torch.nn.Parameter(getattr(start, name).clone()) for name in ("W1", "b1", "W2", "b2")]
optimizer = torch.optim.SGD(weights, lr=float(start.lr))
train_losses = []
for _ in range(int(start.steps)):
    hidden_ = torch.tanh(torch.nn.functional.linear(start.X, weights[0], weights[1]))
    loss = torch.nn.functional.mse_loss(torch.nn.functional.linear(hidden_, weights[2], weights[3]), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    train_losses.append(loss.item())
trained = [P_.detach().clone() for P_ in weights]

# %% right="train" name="autograd.grad in a function, new tensors in every step"
def xor_loss(W1, b1, W2, b2):
    wanted = (start.Y if hasattr(start, "Y") else start.y).reshape(-1, 1)
    return (torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - wanted).square().mean()


def descend(parameters, steps, lr):
    losses = []
    while len(losses) < steps:
        parameters = [P_.detach().clone().requires_grad_() for P_ in parameters]
        loss = xor_loss(*parameters)
        losses.append(float(loss.detach()))
        parameters = [P_ - lr * g for P_, g in zip(parameters, torch.autograd.grad(loss, parameters))]
    return [P_.detach() for P_ in parameters], losses


trained, train_losses = descend([start.W1, start.b1, start.W2, start.b2], start.steps, start.lr)

# %% wrong="train" name="gradients never cleared, backward adds them up over the steps"
Y = (start.Y if hasattr(start, "Y") else start.y).reshape(-1, 1)
parameters = [P_.clone().requires_grad_() for P_ in (start.W1, start.b1, start.W2, start.b2)]
W1, b1, W2, b2 = parameters
train_losses = []
for step in range(start.steps):
    loss = ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - Y) ** 2).mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        for P_ in parameters:
            P_ -= start.lr * P_.grad
trained = [P_.detach() for P_ in parameters]

# %% wrong="train" name="notes the loss after each step instead of before it"
Y = (start.Y if hasattr(start, "Y") else start.y).reshape(-1, 1)
parameters = [P_.clone().requires_grad_() for P_ in (start.W1, start.b1, start.W2, start.b2)]
train_losses = []


def mean_error(W1, b1, W2, b2):
    return ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - Y) ** 2).mean()


for step in range(start.steps):
    grads = torch.autograd.grad(mean_error(*parameters), parameters)
    with torch.no_grad():
        for P_, g in zip(parameters, grads):
            P_ -= start.lr * g
        train_losses.append(mean_error(*parameters).item())
trained = [P_.detach() for P_ in parameters]

# %% wrong="train" name="only the two weight matrices step, the biases stay at their start"
Y = (start.Y if hasattr(start, "Y") else start.y).reshape(-1, 1)
W1, W2 = start.W1.clone().requires_grad_(), start.W2.clone().requires_grad_()
b1, b2 = start.b1.clone(), start.b2.clone()
train_losses = []
for step in range(start.steps):
    loss = ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - Y) ** 2).mean()
    train_losses.append(loss.item())
    dW1, dW2 = torch.autograd.grad(loss, (W1, W2))
    with torch.no_grad():
        W1 -= start.lr * dW1
        W2 -= start.lr * dW2
trained = [W1.detach(), b1, W2.detach(), b2]

# %% wrong="train" name="trained is taken at the beginning of the last step, the last update is missing in it"
Y = (start.Y if hasattr(start, "Y") else start.y).reshape(-1, 1)
W1, b1, W2, b2 = (P_.clone() for P_ in (start.W1, start.b1, start.W2, start.b2))
train_losses = []
for step in range(start.steps):
    trained = [P_.detach().clone().requires_grad_() for P_ in (W1, b1, W2, b2)]
    W1, b1, W2, b2 = trained
    loss = ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - Y) ** 2).mean()
    train_losses.append(loss.item())
    grads = torch.autograd.grad(loss, trained)
    W1, b1, W2, b2 = (P_ - start.lr * g for P_, g in zip(trained, grads))
trained = [P_.detach() for P_ in trained]

# %% wrong="train" name="parameters step one after another, W2 and b2 by gradients at the new W1 and b1"
Y = (start.Y if hasattr(start, "Y") else start.y).reshape(-1, 1)
parameters = [P_.clone().requires_grad_() for P_ in (start.W1, start.b1, start.W2, start.b2)]
W1, b1, W2, b2 = parameters
train_losses = []
for step in range(start.steps):
    for number, pair in enumerate([(W1, b1), (W2, b2)]):
        loss = ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - Y) ** 2).mean()
        if number == 0:
            train_losses.append(loss.item())
        grads = torch.autograd.grad(loss, pair)
        with torch.no_grad():
            for P_, g in zip(pair, grads):
                P_ -= start.lr * g
trained = [P_.detach() for P_ in parameters]
