# %% right="forward" name="vectorised as in week 4"
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% right="forward" name="loops over examples and neurons"
hidden = torch.zeros(4, 3, dtype=torch.float64)
outputs = torch.zeros(4, 1, dtype=torch.float64)
awake = torch.zeros(3, dtype=torch.int64)
for i in range(4):
    out = net.b2[0]
    for j in range(3):
        z = net.W1[j, 0] * net.X[i, 0] + net.W1[j, 1] * net.X[i, 1] + net.b1[j]
        if z > 0:
            hidden[i, j] = z
            awake[j] += 1
        out = out + net.W2[0, j] * hidden[i, j]
    outputs[i, 0] = out

# %% right="forward" name="nn functional linear and count_nonzero"
from torch.nn.functional import linear

hidden = linear(net.X, net.W1, net.b1).clamp(min=0)
outputs = linear(hidden, net.W2, net.b2)
awake = torch.count_nonzero(hidden, dim=0)

# %% wrong="forward" name="outputs computed from the scores before ReLU instead of from hidden"
scores = net.X @ net.W1.T + net.b1
hidden = torch.relu(scores)
outputs = scores @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="awake counts hidden >= 0, which is true after ReLU for every example"
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden >= 0).sum(dim=0)

# %% wrong="forward" name="reshapes W1 to (2, 3) instead of transposing it, the numbers get mixed up"
hidden = torch.relu(net.X @ net.W1.reshape(2, 3) + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(0)

# %% wrong="forward" name="awake adds up the activations and cuts to int64 instead of counting examples"
hidden = (net.X @ net.W1.T + net.b1).clamp(min=0)
outputs = hidden @ net.W2.T + net.b2
awake = hidden.sum(dim=0).to(torch.int64)

# %% right="collapse" name="matrix product of the two layers"
one_W = net.W2 @ net.W1
one_b = net.W2 @ net.b1 + net.b2

# %% right="collapse" name="loops over the hidden neurons"
one_W = torch.zeros(1, 2, dtype=torch.float64)
one_b = net.b2.clone()
for j in range(3):
    for k in range(2):
        one_W[0, k] += net.W2[0, j] * net.W1[j, k]
    one_b += net.W2[0, j] * net.b1[j]

# %% right="collapse" name="probe the linear network at the origin and the unit points"
def without_relu(X):
    return (X @ net.W1.T + net.b1) @ net.W2.T + net.b2


one_b = without_relu(torch.zeros(1, 2, dtype=torch.float64))[0]
one_W = (without_relu(torch.eye(2, dtype=torch.float64)) - one_b).T

# %% wrong="collapse" name="one_b forgets the output layer's own bias b2"
one_W = net.W2 @ net.W1
one_b = net.W2 @ net.b1

# %% wrong="collapse" name="one_b adds up all biases, b1 is not multiplied by W2"
one_W = net.W2 @ net.W1
one_b = net.b1.sum() + net.b2

# %% wrong="collapse" name="fits a line to the outputs of the network with ReLU instead of removing the ReLU"
with_ones = torch.cat([net.X, torch.ones(4, 1, dtype=torch.float64)], dim=1)
answers = torch.relu(net.X @ net.W1.T + net.b1) @ net.W2.T + net.b2
solution = torch.linalg.lstsq(with_ones, answers).solution
one_W = solution[:2].T
one_b = solution[2]

# %% wrong="collapse" name="averages over the three hidden neurons in one_W instead of summing"
one_W = (net.W2.reshape(3, 1) * net.W1).mean(dim=0, keepdim=True)
one_b = net.W2 @ net.b1 + net.b2

# %% right="rectangle_xor" name="width and height of the rectangle, t and t minus 1"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        x0, x1 = float(corners.X[0, 0]), float(corners.X[0, 1])
        width = float(corners.X[3, 0]) - x0
        height = float(corners.X[3, 1]) - x1
        low, high = float(corners.low), float(corners.high)
        start = -x0 / width - x1 / height
        rise = high - low
        self.W1 = torch.nn.Parameter(
            torch.tensor([[1 / width, 1 / height], [1 / width, 1 / height]], dtype=torch.float64)
        )
        self.b1 = torch.nn.Parameter(torch.tensor([start, start - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -2 * rise]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="rectangle_xor" name="solves three equations for t"
class RectangleXor(torch.nn.Module):
    """t is 0, 1, 1, 2 at the corners; found by a linear system."""

    def __init__(self):
        super().__init__()
        system = torch.cat([corners.X[:3], torch.ones(3, 1, dtype=torch.float64)], dim=1)
        solution = torch.linalg.solve(system, torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64))
        u, c = solution[:2], solution[2]
        gap = corners.Y[1, 0] - corners.Y[0, 0]
        self.W1 = torch.nn.Parameter(torch.stack([u, u]))
        self.b1 = torch.nn.Parameter(torch.stack([c, c - 1]))
        self.W2 = torch.nn.Parameter(torch.stack([gap, -2 * gap]).reshape(1, 2))
        self.b2 = torch.nn.Parameter(corners.Y[0].clone())

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="rectangle_xor" name="difference of the two coordinates, one neuron for each sign"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        first = corners.X[0]
        side = corners.X[3] - first
        direction = torch.stack([1 / side[0], -1 / side[1]])
        shift = -(first @ direction)
        high, low = float(corners.high), float(corners.low)

        def parameter(values):
            return torch.nn.Parameter(values.detach().clone().double())

        self.W1 = parameter(torch.stack([direction, -direction]))
        self.b1 = parameter(torch.stack([shift, -shift]))
        self.W2 = parameter(torch.full((1, 2), high - low, dtype=torch.float64))
        self.b2 = parameter(torch.full((1,), low, dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="second output weight is minus the rise, not minus twice, the last corner says high"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        first = corners.X[0]
        side = corners.X[3] - first
        c = -float((first / side).sum())
        rise = float(corners.high) - float(corners.low)
        self.W1 = torch.nn.Parameter(torch.stack([1 / side, 1 / side]))
        self.b1 = torch.nn.Parameter(torch.tensor([c, c - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -rise]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([float(corners.low)], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="weights and bias of the first layer rounded to three decimals"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        x0, x1 = float(corners.X[0, 0]), float(corners.X[0, 1])
        width = float(corners.X[3, 0]) - x0
        height = float(corners.X[3, 1]) - x1
        rise = float(corners.high) - float(corners.low)
        u, v = round(1 / width, 3), round(1 / height, 3)
        c = round(-x0 / width - x1 / height, 3)
        self.W1 = torch.nn.Parameter(torch.tensor([[u, v], [u, v]], dtype=torch.float64))
        self.b1 = torch.nn.Parameter(torch.tensor([c, c - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -2 * rise]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([float(corners.low)], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="low and high swapped, network says high, low, low, high"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        first = corners.X[0]
        side = corners.X[3] - first
        c = -float((first / side).sum())
        rise = float(corners.low) - float(corners.high)
        self.W1 = torch.nn.Parameter(torch.stack([1 / side, 1 / side]))
        self.b1 = torch.nn.Parameter(torch.tensor([c, c - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -2 * rise]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([float(corners.high)], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="bias subtracts the first corner's coordinates without dividing them by the side lengths"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        first = corners.X[0]
        side = corners.X[3] - first
        c = -float(first.sum())
        rise = float(corners.high) - float(corners.low)
        self.W1 = torch.nn.Parameter(torch.stack([1 / side, 1 / side]))
        self.b1 = torch.nn.Parameter(torch.tensor([c, c - 1], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -2 * rise]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([float(corners.low)], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="my_activation" name="formula as on paper"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    t = torch.tanh(Z)
    return dA * (s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - t ** 2))

# %% right="my_activation" name="loop over the flattened entries"
def my_activation(Z):
    result = torch.zeros_like(Z).flatten()
    entries = Z.flatten()
    for i in range(len(entries)):
        z = entries[i]
        result[i] = z * torch.sigmoid(mine.beta * z) - mine.gamma * torch.tanh(z)
    return result.reshape(Z.shape)


def my_backward(dA, Z):
    result = torch.zeros_like(Z).flatten()
    entries = Z.flatten()
    above = dA.flatten()
    for i in range(len(entries)):
        z = entries[i]
        a = torch.sigmoid(mine.beta * z)
        t = torch.tanh(z)
        slope = a + z * mine.beta * a * (1 - a) - mine.gamma * (1 - t * t)
        result[i] = above[i] * slope
    return result.reshape(Z.shape)

# %% right="my_activation" name="helper functions, slope with hyperbolic cosines"
def _gate(Z):
    return (1 + torch.tanh(mine.beta * Z / 2)) / 2


def _sech2(U):
    return 1 / torch.cosh(U) ** 2


def my_activation(Z):
    return Z * _gate(Z) - mine.gamma * Z.tanh()


def my_backward(dA, Z):
    product_rule = _gate(Z) + mine.beta * Z / 4 * _sech2(mine.beta * Z / 2)
    return (product_rule - mine.gamma * _sech2(Z)) * dA

# %% wrong="my_activation" name="chain rule inside the sigmoid forgotten, factor beta is missing in the second term"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    t = torch.tanh(Z)
    return dA * (s + Z * s * (1 - s) - mine.gamma * (1 - t ** 2))

# %% wrong="my_activation" name="no product rule, the sigmoid is treated as a constant factor in my_backward"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    return dA * (torch.sigmoid(mine.beta * Z) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="slope of tanh taken as 1 - tanh, the square is forgotten"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    dgate = mine.beta * s * (1 - s)
    dtanh = 1 - torch.tanh(Z)
    return dA * (s + Z * dgate - mine.gamma * dtanh)

# %% wrong="my_activation" name="slope of the sigmoid evaluated at Z instead of at beta times Z"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def sigmoid_slope(Z):
    return torch.sigmoid(Z) * (1 - torch.sigmoid(Z))


def my_backward(dA, Z):
    slope = torch.sigmoid(mine.beta * Z) + Z * mine.beta * sigmoid_slope(Z)
    slope = slope - mine.gamma * (1 - torch.tanh(Z) ** 2)
    return dA * slope

# %% wrong="my_activation" name="my_activation adds the gamma tanh term instead of subtracting it"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) + mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    t = torch.tanh(Z)
    return dA * (s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - t ** 2))

# %% wrong="my_activation" name="tanh slope from the scaled output, one minus the square of gamma tanh"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    t = mine.gamma * torch.tanh(Z)
    return dA * (s * (1 + mine.beta * Z * (1 - s)) - mine.gamma * (1 - t ** 2))

# %% wrong="my_activation" name="my_backward loops over rows and columns, so it fails for tensors that are not matrices"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    dZ = torch.zeros_like(Z)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            z = Z[i, j]
            s = torch.sigmoid(mine.beta * z)
            slope = s + mine.beta * z * s * (1 - s) - mine.gamma * (1 - torch.tanh(z) ** 2)
            dZ[i, j] = dA[i, j] * slope
    return dZ

# %% wrong="my_activation" name="second term beta z (1 - s), the factor s of the sigmoid slope is lost"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s = torch.sigmoid(mine.beta * Z)
    t = torch.tanh(Z)
    slope = s + mine.beta * Z * (1 - s) - mine.gamma * (1 - t.square())
    return slope * dA

# %% right="graph_gradients" name="backwards step by step"
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

# %% right="graph_gradients" name="one closed formula each, from tensors"
k, t, x, y = (torch.as_tensor(v, dtype=torch.float64).reshape(()) for v in (leaves.k, leaves.t, leaves.x, leaves.y))
q = x * y + t
graph_gradients = torch.stack([q * q, k, 2 * k * q, 2 * k * q, 2 * k * q * y + 1, 2 * k * q * x])

# %% right="graph_gradients" name="accumulates in a dictionary along the edges"
k, t, x, y = [float(value) for value in (leaves.k, leaves.t, leaves.x, leaves.y)]
q = x * y + t
grads = dict.fromkeys("krqtxyp", 0.0)
grads["x"] += 1.0
grads["k"] += q ** 2
grads["r"] += k
grads["q"] += grads["r"] * (2 * q)
grads["t"] += grads["q"]
grads["p"] += grads["q"]
grads["x"] += grads["p"] * y
grads["y"] += grads["p"] * x
graph_gradients = torch.zeros(6, dtype=torch.float64)
for i, name in enumerate("krqtxy"):
    graph_gradients[i] = grads[name]

# %% wrong="graph_gradients" name="x gets only the path through p, the direct path with slope 1 is forgotten"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = 2 * k * q
graph_gradients = torch.tensor([q ** 2, k, dq, dq, dq * y, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="local slopes of the product exchanged, x gets times x and y gets times y"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = 2 * k * q
graph_gradients = torch.tensor([q ** 2, k, dq, dq, dq * x + 1, dq * y], dtype=torch.float64)

# %% wrong="graph_gradients" name="order k, r, q, x, y, t, the entry of t stands last"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = 2 * k * q
graph_gradients = torch.tensor([q ** 2, k, dq, dq * y + 1, dq * x, dq], dtype=torch.float64)

# %% wrong="graph_gradients" name="dq is only the local slope 2q, not multiplied by the gradient k from above"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dr = k
dq = 2 * q
graph_gradients = torch.tensor([q ** 2, dr, dq, dq, dq * y + 1, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="factor 2 of the square is missing in dq, so dq is k times q"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = k * q
graph_gradients = torch.tensor([q ** 2, k, dq, dq, y * dq + 1, x * dq], dtype=torch.float64)

# %% wrong="graph_gradients" name="t gets its local slope 1 instead of the gradient that arrives at q"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = 2 * k * q
graph_gradients = torch.tensor([q ** 2, k, dq, 1.0, dq * y + 1, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="dk is q instead of r, the square is forgotten there"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = 2 * k * q
graph_gradients = torch.tensor([q, k, dq, dq, dq * y + 1, dq * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="adds the 1 of the fork to p, so y gets it as well and x gets it times y"
k, t, x, y = float(leaves.k), float(leaves.t), float(leaves.x), float(leaves.y)
q = x * y + t
dq = 2 * k * q
dp = dq + 1
graph_gradients = torch.tensor([q ** 2, k, dq, dq, dp * y, dp * x], dtype=torch.float64)

# %% right="my_gradients" name="vectorised, matrices"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    Y_hat = A @ W2.T + b2
    dY = 2 * leaky.scale * (Y_hat - Y) / n
    dW2 = dY.T @ A + leaky.decay * W2
    db2 = dY.sum(dim=0)
    dA = dY @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% right="my_gradients" name="one example after the other with outer products"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    dW1 = leaky.decay * W1
    dW2 = leaky.decay * W2
    db1 = torch.zeros_like(b1)
    db2 = torch.zeros_like(b2)
    for i in range(n):
        z = W1 @ X[i] + b1
        bend = torch.ones_like(z)
        for j in range(len(z)):
            if z[j] <= 0:
                bend[j] = leaky.slope
        a = z * bend
        error = W2 @ a + b2 - Y[i]
        dy = leaky.scale * 2 * error / n
        dz = (W2.T @ dy) * bend
        dW2 = dW2 + torch.outer(dy, a)
        db2 = db2 + dy
        dW1 = dW1 + torch.outer(dz, X[i])
        db1 = db1 + dz
    return dW1, db1, dW2, db2

# %% right="my_gradients" name="helpers and einsum, bend as mask arithmetic"
def _bend(Z):
    on = (Z > 0).to(Z.dtype)
    return on + leaky.slope * (1 - on)


def _layer_back(d_out, inputs, W):
    dW = torch.einsum("no,ni->oi", d_out, inputs) + leaky.decay * W
    return dW, d_out.sum(0), torch.einsum("no,oi->ni", d_out, W)


def my_gradients(X, W1, b1, W2, b2, Y):
    Z = torch.einsum("nd,hd->nh", X, W1) + b1
    A = Z * _bend(Z)
    residual = torch.einsum("nh,qh->nq", A, W2) + b2 - Y
    d_out = residual * (2 * leaky.scale / X.shape[0])
    dW2, db2, dA = _layer_back(d_out, A, W2)
    dW1, db1, _ = _layer_back(dA * _bend(Z), X, W1)
    return (dW1, db1, dW2, db2)

# %% wrong="my_gradients" name="at the corner Z = 0 takes the slope 1 of the right side, by >= 0"
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    bend = torch.where(Z >= 0, torch.ones_like(Z), torch.full_like(Z, leaky.slope))
    A = Z * bend
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY @ W2) * bend
    dW1 = dZ.T @ X + leaky.decay * W1
    dW2 = dY.T @ A + leaky.decay * W2
    return dW1, dZ.sum(dim=0), dW2, dY.sum(dim=0)

# %% wrong="my_gradients" name="divides by all n times q entries of Y, not only by the n examples"
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / Y.numel()
    dW2 = dY.T @ A + leaky.decay * W2
    db2 = dY.sum(dim=0)
    dA = dY @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% wrong="my_gradients" name="weight decay is added to the gradients of the biases, too"
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dA = dY @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    gradients = (dZ.T @ X, dZ.sum(dim=0), dY.T @ A, dY.sum(dim=0))
    return tuple(g + leaky.decay * p for g, p in zip(gradients, (W1, b1, W2, b2)))

# %% wrong="my_gradients" name="multiplies the weight decay term by scale as well, scale counts only for the errors"
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * (A @ W2.T + b2 - Y) / len(X)
    dA = dY @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = leaky.scale * (dZ.T @ X + leaky.decay * W1)
    db1 = leaky.scale * dZ.sum(dim=0)
    dW2 = leaky.scale * (dY.T @ A + leaky.decay * W2)
    db2 = leaky.scale * dY.sum(dim=0)
    return dW1, db1, dW2, db2

# %% wrong="my_gradients" name="derivative on the left side taken as slope times z, not slope alone"
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY @ W2) * torch.where(Z > 0, torch.ones_like(Z), leaky.slope * Z)
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    dW2 = dY.T @ A + leaky.decay * W2
    db2 = dY.sum(dim=0)
    return dW1, db1, dW2, db2

# %% wrong="my_gradients" name="scale multiplies only the output layer's gradients, it is lost on the way to W1 and b1"
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * (A @ W2.T + b2 - Y) / len(X)
    dW2 = leaky.scale * dY.T @ A + leaky.decay * W2
    db2 = leaky.scale * dY.sum(dim=0)
    dA = dY @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = dZ.T @ X + leaky.decay * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% wrong="my_gradients" name="dW2 multiplies by the scores Z instead of by the activations A"
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    bend = torch.where(Z > 0, torch.ones_like(Z), torch.full_like(Z, leaky.slope))
    dY = 2 * leaky.scale * ((Z * bend) @ W2.T + b2 - Y) / len(X)
    dZ = (dY @ W2) * bend
    dW2 = dY.T @ Z + leaky.decay * W2
    dW1 = dZ.T @ X + leaky.decay * W1
    return dW1, dZ.sum(dim=0), dW2, dY.sum(dim=0)

# %% wrong="my_gradients" name="db2 sums the squeezed errors, so with one output or one example its shape is ()"
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dA = dY @ W2
    dZ = torch.where(Z > 0, dA, leaky.slope * dA)
    dW1 = dZ.T @ X + leaky.decay * W1
    dW2 = dY.T @ A + leaky.decay * W2
    db1 = dZ.sum(dim=0)
    db2 = dY.squeeze().sum(dim=0)
    return dW1, db1, dW2, db2

# %% right="softmax" name="torch softmax and log_softmax"
P = torch.softmax(said.Z, dim=1)
cross_entropy = -torch.log_softmax(said.Z, dim=1)[torch.arange(3), said.y].mean()
dZ = (P - torch.nn.functional.one_hot(said.y, 4)) / 3

# %% right="softmax" name="row by row with the maximum taken off"
P = torch.zeros(3, 4, dtype=torch.float64)
dZ = torch.zeros(3, 4, dtype=torch.float64)
total = 0.0
for i in range(3):
    shifted = said.Z[i] - said.Z[i].max()
    e = torch.exp(shifted)
    truth = int(said.y[i])
    P[i] = e / e.sum()
    total = total + torch.log(e.sum()) - shifted[truth]
    dZ[i] = P[i] / 3
    dZ[i, truth] -= 1 / 3
cross_entropy = total / 3

# %% right="softmax" name="logsumexp and autograd on a copy"
scores = said.Z.clone().requires_grad_()
true_scores = scores.gather(1, said.y.reshape(3, 1)).squeeze(1)
loss = (torch.logsumexp(scores, dim=1) - true_scores).mean()
(dZ,) = torch.autograd.grad(loss, scores)
cross_entropy = loss.detach()
P = torch.exp(said.Z - torch.logsumexp(said.Z, dim=1, keepdim=True))

# %% wrong="softmax" name="subtracts the maximum of the whole tensor, so rows of ordinary scores underflow to 0/0"
e = torch.exp(said.Z - said.Z.max())
P = e / e.sum(dim=1, keepdim=True)
cross_entropy = -torch.log_softmax(said.Z, dim=1)[torch.arange(3), said.y].mean()
truth = torch.nn.functional.one_hot(said.y, 4).double()
dZ = (P - truth) / 3

# %% wrong="softmax" name="clamps the scores to -50 to 50 against overflow, which makes large scores equal"
scores = said.Z.clamp(-50, 50)
e = torch.exp(scores)
P = e / e.sum(dim=1, keepdim=True)
cross_entropy = -torch.log_softmax(scores, dim=1)[torch.arange(3), said.y].mean()
truth = torch.nn.functional.one_hot(said.y, 4).double()
dZ = (P - truth) / 3

# %% wrong="softmax" name="careless exp of large scores, the resulting nan in P is replaced by 0"
e = torch.exp(said.Z)
P = torch.nan_to_num(e / e.sum(dim=1, keepdim=True), nan=0.0)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
truth = torch.nn.functional.one_hot(said.y, 4).double()
dZ = (P - truth) / 3

# %% wrong="softmax" name="dZ is P minus one-hot without dividing by the three examples"
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
dZ = P.clone()
dZ[torch.arange(3), said.y] -= 1

# %% wrong="softmax" name="dZ with the opposite sign, one-hot minus P"
P = torch.softmax(said.Z, dim=1)
cross_entropy = (torch.logsumexp(said.Z, dim=1) - said.Z[torch.arange(3), said.y]).mean()
truth = torch.eye(4, dtype=torch.float64)[said.y]
dZ = (truth - P) / 3

# %% wrong="softmax" name="dZ multiplied by P(1 - P), the softmax slope that has cancelled already"
P = torch.softmax(said.Z, dim=1)
cross_entropy = (torch.logsumexp(said.Z, dim=1) - said.Z[torch.arange(3), said.y]).mean()
truth = torch.eye(4, dtype=torch.float64)[said.y]
dZ = (P - truth) * P * (1 - P) / 3

# %% wrong="softmax" name="takes the classes as counted from 1, uses column y - 1 as the truth"
P = torch.softmax(said.Z, dim=1)
column = said.y - 1
logs = torch.log_softmax(said.Z, dim=1)
cross_entropy = -logs[torch.arange(3), column].mean()
dZ = (P - torch.eye(4, dtype=torch.float64)[column]) / 3

# %% wrong="softmax" name="cross_entropy is the sum over the three examples instead of the mean"
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y, reduction="sum")
truth = torch.eye(4, dtype=torch.float64)[said.y]
dZ = (P - truth) / 3

# %% right="spoilt" name="by formula, compared with allclose"
def true_gradients(Y):
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    dY = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY @ reports.W2) * (Z > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, colleague in enumerate("ABCDE"):
    claim = reports.claims[colleague]
    truth = true_gradients(claim["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = not torch.allclose(claim[name], truth[name], rtol=1e-6, atol=1e-9)

# %% right="spoilt" name="autograd on copies and a nested comprehension"
NAMES = ("W1", "b1", "W2", "b2")


def true_gradients(Y):
    parameters = [getattr(reports, name).clone().requires_grad_() for name in NAMES]
    W1, b1, W2, b2 = parameters
    loss = (torch.relu(reports.X @ W1.T + b1) @ W2.T + b2 - Y).square().mean()
    gradients = torch.autograd.grad(loss, parameters)
    return {"d" + name: gradient for name, gradient in zip(NAMES, gradients)}


spoilt = torch.tensor([
    [
        bool((claim["d" + name] - truth["d" + name]).abs().max() > 1e-7)
        for name in NAMES
    ]
    for claim, truth in ((reports.claims[who], true_gradients(reports.claims[who]["Y"])) for who in "ABCDE")
])

# %% right="spoilt" name="example by example, entries added up"
def true_gradients(Y):
    dW1 = torch.zeros_like(reports.W1)
    db1 = torch.zeros_like(reports.b1)
    dW2 = torch.zeros_like(reports.W2)
    db2 = torch.zeros_like(reports.b2)
    for i in range(4):
        x = reports.X[i]
        z = reports.W1 @ x + reports.b1
        a = torch.where(z > 0, z, torch.zeros_like(z))
        e = 2 / 4 * (reports.W2 @ a + reports.b2 - Y[i])
        dW2 += e[:, None] * a[None, :]
        db2 += e
        for j in range(len(z)):
            if z[j] > 0:
                dz = e[0] * reports.W2[0, j]
                dW1[j] += dz * x
                db1[j] += dz
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def is_spoilt(claim, name):
    return not bool(torch.isclose(claim[name], true_gradients(claim["Y"])[name]).all())


rows = []
for who in sorted(reports.claims):
    rows.append([is_spoilt(reports.claims[who], name) for name in ("dW1", "db1", "dW2", "db2")])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="compares only the norms of claim and truth, so sign or place errors go unseen"
def true_gradients(Y):
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    dY = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY @ reports.W2) * (Z > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    truth = true_gradients(claim["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = not torch.isclose(claim[name].norm(), truth[name].norm())

# %% wrong="spoilt" name="factor 2 of the squared error is missing in true_gradients, all gradients half as large"
def true_gradients(Y):
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    dY = (A @ reports.W2.T + reports.b2 - Y) / 4
    dZ = (dY @ reports.W2) * (Z > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    truth = true_gradients(claim["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = not torch.allclose(claim[name], truth[name])

# %% wrong="spoilt" name="no ReLU mask on the way back, dZ is dA also for neurons that sleep"
def true_gradients(Y):
    A = torch.relu(reports.X @ reports.W1.T + reports.b1)
    dY = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = dY @ reports.W2
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    truth = true_gradients(claim["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = not torch.allclose(claim[name], truth[name])

# %% wrong="spoilt" name="columns of spoilt in the order dW1, dW2, db1, db2, weights before biases"
def true_gradients(Y):
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    dY = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY @ reports.W2) * (Z > 0)
    return {"dW1": dZ.T @ reports.X, "dW2": dY.T @ A, "db1": dZ.sum(dim=0), "db2": dY.sum(dim=0)}


rows = []
for who in "ABCDE":
    claim = reports.claims[who]
    truth = true_gradients(claim["Y"])
    rows.append([not torch.allclose(claim[name], truth[name]) for name in truth])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="marks the whole row of a colleague as soon as one of the four gradients differs"
def true_gradients(Y):
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    dY = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY @ reports.W2) * (Z > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    for name, truth in true_gradients(claim["Y"]).items():
        if not torch.allclose(claim[name], truth):
            spoilt[i] = True

# %% wrong="spoilt" name="bias gradients averaged over the examples again, mean instead of sum"
def true_gradients(Y):
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    dY = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY @ reports.W2) * (Z > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.mean(dim=0), "dW2": dY.T @ A, "db2": dY.mean(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    truth = true_gradients(claim["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        spoilt[i, j] = not torch.allclose(claim[name], truth[name])

# %% wrong="spoilt" name="collects the answers gradient by gradient and reshapes to (5, 4) instead of transposing"
def true_gradients(Y):
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    dY = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY @ reports.W2) * (Z > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


flags = []
for name in ["dW1", "db1", "dW2", "db2"]:
    for claim in reports.claims.values():
        flags.append(not torch.allclose(claim[name], true_gradients(claim["Y"])[name]))
spoilt = torch.tensor(flags).reshape(5, 4)

# %% wrong="spoilt" name="assumes one wrong gradient in every row, marks the largest deviation even of right claims"
def true_gradients(Y):
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    dY = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY @ reports.W2) * (Z > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(dim=0), "dW2": dY.T @ A, "db2": dY.sum(dim=0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    claim = reports.claims[who]
    truth = true_gradients(claim["Y"])
    gaps = [(claim[name] - truth[name]).abs().max().item() for name in ["dW1", "db1", "dW2", "db2"]]
    spoilt[i, gaps.index(max(gaps))] = True

# %% right="deep_or_wide" name="formula with floor division"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d * h1 + h1) + (h1 * h2 + h2) + (h2 * q + q)
widest = (deep_count - q) // (d + 1 + q)
spare = deep_count - (widest * (d + 1 + q) + q)
he_spread = torch.tensor([(2 / d) ** 0.5, (2 / h1) ** 0.5, (2 / h2) ** 0.5], dtype=torch.float64)

# %% right="deep_or_wide" name="counting function and a while loop"
def count(widths):
    total = 0
    for before, after in zip(widths[:-1], widths[1:]):
        total += before * after + after
    return total


widths = [int(w) for w in deep.widths]
deep_count = count(widths)
widest = 0
while count([widths[0], widest + 1, widths[-1]]) <= deep_count:
    widest += 1
spare = deep_count - count([widths[0], widest, widths[-1]])
he_spread = torch.sqrt(2 / torch.tensor(widths[:-1], dtype=torch.float64))

# %% right="deep_or_wide" name="parameters of real layers, counted with numel"
def size(*widths):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    return sum(p.numel() for layer in layers for p in layer.parameters())


widths = tuple(int(w) for w in deep.widths)
deep_count = size(*widths)
widest = 1
while size(widths[0], widest + 1, widths[-1]) <= deep_count:
    widest += 1
spare = deep_count - size(widths[0], widest, widths[-1])
he_spread = torch.tensor([math.sqrt(2 / fan_in) for fan_in in widths[:3]], dtype=torch.float64)

# %% wrong="deep_or_wide" name="counts only the weights of the deep network, the biases are left out of deep_count"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = d * h1 + h1 * h2 + h2 * q
widest = (deep_count - q) // (d + 1 + q)
spare = deep_count - (widest * (d + 1 + q) + q)
he_spread = torch.tensor([(2 / d) ** 0.5, (2 / h1) ** 0.5, (2 / h2) ** 0.5], dtype=torch.float64)

# %% wrong="deep_or_wide" name="he_spread from the widths after each layer, fan-out instead of fan-in"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d + 1) * h1 + (h1 + 1) * h2 + (h2 + 1) * q
widest = (deep_count - q) // (d + 1 + q)
spare = deep_count - (widest * (d + 1 + q) + q)
he_spread = (2 / torch.tensor([h1, h2, q], dtype=torch.float64)).sqrt()

# %% wrong="deep_or_wide" name="the last layer has no ReLU, so its spread is taken as sqrt(1 / fan-in)"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d + 1) * h1 + (h1 + 1) * h2 + (h2 + 1) * q
widest = (deep_count - q) // (d + 1 + q)
spare = deep_count - (widest * (d + 1 + q) + q)
he_spread = torch.tensor([math.sqrt(2 / d), math.sqrt(2 / h1), math.sqrt(1 / h2)], dtype=torch.float64)

# %% wrong="deep_or_wide" name="the loop ends one neuron too late, widest has more parameters than the deep network"
d, h1, h2, q = [int(width) for width in deep.widths]
deep_count = (d + 1) * h1 + (h1 + 1) * h2 + (h2 + 1) * q
widest = 1
while widest * (d + 1 + q) + q <= deep_count:
    widest += 1
spare = abs(deep_count - (widest * (d + 1 + q) + q))
he_spread = torch.tensor([math.sqrt(2 / fan_in) for fan_in in (d, h1, h2)], dtype=torch.float64)

# %% right="train" name="clones, backward and no_grad"
targets = (start.Y if hasattr(start, "Y") else start.y).reshape(4, 1)
W1 = start.W1.clone().requires_grad_()
b1 = start.b1.clone().requires_grad_()
W2 = start.W2.clone().requires_grad_()
b2 = start.b2.clone().requires_grad_()
train_losses = []
for step in range(start.steps):
    y_hat = torch.tanh(start.X @ W1.T + b1) @ W2.T + b2
    loss = ((y_hat - targets) ** 2).mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        for parameter in (W1, b1, W2, b2):
            parameter -= start.lr * parameter.grad
            parameter.grad = None
trained = [W1.detach(), b1.detach(), W2.detach(), b2.detach()]

# %% right="train" name="autograd.grad and fresh tensors in every step"
targets = (start.Y if hasattr(start, "Y") else start.y).reshape(4, 1)


def loss_at(W1, b1, W2, b2):
    return (torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - targets).square().mean()


trained = [getattr(start, name).clone() for name in ("W1", "b1", "W2", "b2")]
train_losses = []
for _ in range(int(start.steps)):
    current = [p.requires_grad_() for p in trained]
    loss = loss_at(*current)
    gradients = torch.autograd.grad(loss, current)
    train_losses.append(float(loss))
    trained = [p.detach() - start.lr * g for p, g in zip(current, gradients)]

# %% right="train" name="a module with torch's SGD"
targets = (start.Y if hasattr(start, "Y") else start.y).reshape(4, 1)


class Net(torch.nn.Module):
    def __init__(self, W1, b1, W2, b2):
        super().__init__()
        self.W1, self.b1, self.W2, self.b2 = (torch.nn.Parameter(p.clone()) for p in (W1, b1, W2, b2))

    def forward(self, X):
        return torch.tanh(X @ self.W1.T + self.b1) @ self.W2.T + self.b2


model = Net(start.W1, start.b1, start.W2, start.b2)
optimizer = torch.optim.SGD(model.parameters(), lr=float(start.lr))
train_losses = []
for step in range(start.steps):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(start.X), targets)
    loss.backward()
    train_losses.append(loss.item())
    optimizer.step()
trained = [p.detach().clone() for p in (model.W1, model.b1, model.W2, model.b2)]

# %% wrong="train" name="gradients are never set back to zero, so each step uses the sum of all so far"
targets = (start.Y if hasattr(start, "Y") else start.y).reshape(4, 1)
parameters = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]
W1, b1, W2, b2 = parameters
train_losses = []
for step in range(start.steps):
    loss = (torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - targets).square().mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        for p in parameters:
            p -= start.lr * p.grad
trained = [p.detach() for p in parameters]

# %% wrong="train" name="notes the loss after each step, with the new parameters, instead of before it"
targets = (start.Y if hasattr(start, "Y") else start.y).reshape(4, 1)
parameters = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]


def current_loss():
    W1, b1, W2, b2 = parameters
    return (torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - targets).square().mean()


train_losses = []
for step in range(start.steps):
    current_loss().backward()
    with torch.no_grad():
        for p in parameters:
            p -= start.lr * p.grad
            p.grad.zero_()
    train_losses.append(current_loss().item())
trained = [p.detach() for p in parameters]

# %% wrong="train" name="subtracts a flat y of shape (4,) from outputs (4, 1), broadcasting gives 16 differences"
targets = (start.Y if hasattr(start, "Y") else start.y).flatten()
parameters = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]
W1, b1, W2, b2 = parameters
train_losses = []
for step in range(start.steps):
    y_hat = torch.tanh(start.X @ W1.T + b1) @ W2.T + b2
    loss = ((y_hat - targets) ** 2).mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        for p in parameters:
            p -= start.lr * p.grad
            p.grad.zero_()
trained = [p.detach() for p in parameters]

# %% right="train" name="the leaf tensors themselves"
targets = (start.Y if hasattr(start, "Y") else start.y).reshape(4, 1)
W1 = start.W1.clone().requires_grad_()
b1 = start.b1.clone().requires_grad_()
W2 = start.W2.clone().requires_grad_()
b2 = start.b2.clone().requires_grad_()
train_losses = []
for step in range(start.steps):
    loss = ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - targets) ** 2).mean()
    train_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        for p in (W1, b1, W2, b2):
            p -= start.lr * p.grad
            p.grad = None
trained = [W1, b1, W2, b2]
