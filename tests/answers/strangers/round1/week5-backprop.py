# %% right="graph_gradients" name="beginner, one line per box"
def graph_gradients(a, b, c):
    # forward
    u = b * c
    v = a + u
    L = 3 * v
    # backward
    dL = 1
    dv = dL * 3
    da = dv * 1
    du = dv * 1
    db = du * c
    dc = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% right="graph_gradients" name="closed formulas in one dict call"
def graph_gradients(a, b, c):
    return dict(u=b * c, v=a + b * c, L=3 * (a + b * c), dv=3.0, du=3.0, da=3.0, db=3.0 * c, dc=3.0 * b)

# %% right="graph_gradients" name="small operation helpers that return value and pull-back"
def times(p, q):
    return p * q, lambda upstream: (upstream * q, upstream * p)


def plus(p, q):
    return p + q, lambda upstream: (upstream, upstream)


def scale(k, p):
    return k * p, lambda upstream: k * upstream


def graph_gradients(a, b, c):
    a, b, c = float(a), float(b), float(c)
    result = {}
    result["u"], back_u = times(b, c)
    result["v"], back_v = plus(a, result["u"])
    result["L"], back_L = scale(3.0, result["v"])
    result["dv"] = back_L(1.0)
    result["da"], result["du"] = back_v(result["dv"])
    result["db"], result["dc"] = back_u(result["du"])
    return result

# %% wrong="graph_gradients" name="the product does not swap: db is upstream times b and dc upstream times c"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    du = dv
    da = dv
    db = du * b
    dc = du * c
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% wrong="graph_gradients" name="db and dc are only the local derivatives c and b, the upstream 3 is not multiplied on"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3
    du = 1 * dv
    da = 1 * dv
    db = c
    dc = b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% wrong="graph_gradients" name="gets the other factor as u / b, u / c: division by zero when b or c is 0"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    du = dv
    da = dv
    db = du * (u / b)
    dc = du * (u / c)
    return dict(u=u, v=v, L=L, dv=dv, du=du, da=da, db=db, dc=dc)

# %% wrong="graph_gradients" name="local derivatives 2 and 3 of the product copied from the figure as constants, right for b=3 c=2 only"
def graph_gradients(a, b, c):
    local = {"v": 3, "a": 1, "u": 1, "b": 2, "c": 3}
    u = b * c
    v = a + u
    L = 3 * v
    dv = 1 * local["v"]
    du = dv * local["u"]
    da = dv * local["a"]
    db = du * local["b"]
    dc = du * local["c"]
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% wrong="graph_gradients" name="dc multiplies the two gradients on the path, dv * du = 9 always, instead of du * b"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3
    du = dv * 1
    da = dv * 1
    db = du * c
    dc = dv * du
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% right="graph_gradients" name="returns tensors of shape () for all eight entries"
def graph_gradients(a, b, c):
    a, b, c = (torch.tensor(float(t), dtype=torch.float64) for t in (a, b, c))
    u = b * c
    v = a + u
    L = 3 * v
    dv = torch.tensor(3.0, dtype=torch.float64)
    du = dv
    da = dv
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": du * c, "dc": du * b}

# %% wrong="graph_gradients" name="brackets lost in the forward pass: L is 3a + bc while v and the gradients are fine"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * a + u
    dv = 3
    da = dv
    du = dv
    db = du * c
    dc = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% right="neuron_gradients" name="beginner, box by box"
def neuron_gradients(x0, x1, w0, w1, b, y):
    s0 = x0 * w0
    s1 = x1 * w1
    y_hat = s0 + s1 + b
    E = y_hat - y
    dE = 2 * E
    dy_hat = dE * 1
    dw0 = dy_hat * x0
    dw1 = dy_hat * x1
    db = dy_hat
    return dw0, dw1, db

# %% right="neuron_gradients" name="stacked vectors, unbound at the end"
def neuron_gradients(x0, x1, w0, w1, b, y):
    x = torch.stack([x0, x1, torch.ones_like(x0)])
    w = torch.stack([w0, w1, b])
    return tuple((2 * (x @ w - y) * x).unbind())

# %% right="neuron_gradients" name="plain floats and a named tuple of fresh float64 tensors"
from collections import namedtuple

NeuronGradients = namedtuple("NeuronGradients", "dw0 dw1 db")


def neuron_gradients(x0, x1, w0, w1, b, y):
    inputs = [float(x0), float(x1)]
    weights = [float(w0), float(w1)]
    error = sum(p * q for p, q in zip(inputs, weights)) + float(b) - float(y)
    values = [2.0 * error * beside for beside in (*inputs, 1.0)]
    return NeuronGradients(*[torch.tensor(v, dtype=torch.float64) for v in values])

# %% wrong="neuron_gradients" name="derivative of the square without its factor 2, upstream is E instead of 2E"
def neuron_gradients(x0, x1, w0, w1, b, y):
    E = x0 * w0 + x1 * w1 + b - y
    dy_hat = E
    return dy_hat * x0, dy_hat * x1, dy_hat

# %% wrong="neuron_gradients" name="sign: the error is taken as y minus y_hat, so all three gradients point the other way"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    E = y - y_hat
    dE = 2 * E
    return (dE * x0, dE * x1, dE)

# %% wrong="neuron_gradients" name="multiplies by the weight itself (w0, w1) instead of the input that stands beside it"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    E = y_hat - y
    dy_hat = 2 * E
    dw0 = dy_hat * w0
    dw1 = dy_hat * w1
    db = dy_hat
    return dw0, dw1, db

# %% wrong="neuron_gradients" name="outputs in the order (db, dw0, dw1) instead of (dw0, dw1, db)"
def neuron_gradients(x0, x1, w0, w1, b, y):
    E = x0 * w0 + x1 * w1 + b - y
    db = 2 * E
    dw0 = db * x0
    dw1 = db * x1
    return db, dw0, dw1

# %% wrong="neuron_gradients" name="bias forgotten in the forward pass, so the error E is off by b"
def neuron_gradients(x0, x1, w0, w1, b, y):
    s0, s1 = x0 * w0, x1 * w1
    E = s0 + s1 - y
    dE = 2 * E
    return dE * x0, dE * x1, dE * 1

# %% wrong="neuron_gradients" name="the gradients come back with shape (1,) because of slices x[0:1], not shape ()"
def neuron_gradients(x0, x1, w0, w1, b, y):
    x = torch.stack([x0, x1])
    w = torch.stack([w0, w1])
    E = (x * w).sum(0, keepdim=True) + b - y
    dE = 2 * E
    return dE * x[0:1], dE * x[1:2], dE

# %% wrong="neuron_gradients" name="y_hat = b and then += changes the caller's bias tensor in place"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = b
    for xi, wi in ((x0, w0), (x1, w1)):
        y_hat += xi * wi
    E = y_hat - y
    dE = 2 * E
    return dE * x0, dE * x1, dE

# %% wrong="neuron_gradients" name="the bias treated like a weight: db is multiplied by b although a 1 stands beside it"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    dy_hat = 2 * (y_hat - y)
    dw0 = dy_hat * x0
    dw1 = dy_hat * x1
    db = dy_hat * b
    return dw0, dw1, db

# %% right="relu_backward" name="two loops and an if"
def relu_backward(dA, Z):
    n, h = Z.shape
    dZ = torch.zeros(n, h, dtype=torch.float64)
    for i in range(n):
        for j in range(h):
            if Z[i, j] > 0:
                dZ[i, j] = dA[i, j]
    return dZ

# %% right="relu_backward" name="boolean mask times upstream"
def relu_backward(dA, Z):
    return dA * (Z > 0)

# %% right="relu_backward" name="a copy with masked_fill of the shut entries"
def is_shut(Z):
    return ~torch.gt(Z, 0)


def relu_backward(dA, Z):
    return dA.clone().masked_fill(is_shut(Z), 0.0)

# %% wrong="relu_backward" name="Z >= 0: at exactly 0 the gradient passes instead of being 0"
def relu_backward(dA, Z):
    slope = torch.zeros_like(Z)
    slope[Z >= 0] = 1.0
    return dA * slope

# %% wrong="relu_backward" name="the sign of the arriving gradient decides: clamps dA at 0 and never looks at Z"
def relu_backward(dA, Z):
    dZ = torch.clamp(dA, min=0)
    return dZ

# %% wrong="relu_backward" name="writes the zeros into dA itself, so the caller's upstream gradient is changed"
def relu_backward(dA, Z):
    dZ = dA
    dZ[Z <= 0] = 0.0
    return dZ

# %% wrong="relu_backward" name="returns only the slope (0 or 1) and forgets to multiply by the upstream dA"
def relu_backward(dA, Z):
    dZ = torch.where(Z > 0, torch.ones_like(Z), torch.zeros_like(Z))
    return dZ

# %% wrong="relu_backward" name="slope computed as A / Z, which is 0/0 = nan where Z is exactly 0"
def relu_backward(dA, Z):
    A = torch.clamp(Z, min=0)
    slope = A / Z
    return dA * slope

# %% wrong="relu_backward" name="slope (1 + sign Z) / 2, which is one half at exactly Z = 0"
def relu_backward(dA, Z):
    return dA * (1 + torch.sign(Z)) / 2

# %% wrong="relu_backward" name="slope taken as Z clamped between 0 and 1: entries 0 < Z < 1 pass only in part"
def relu_backward(dA, Z):
    slope = torch.clamp(Z, 0, 1)
    return dA * slope

# %% wrong="relu_backward" name="both loops run over the number of rows, so columns from n on stay 0 when h > n"
def relu_backward(dA, Z):
    dZ = torch.zeros_like(Z)
    n = len(Z)
    for i in range(n):
        for j in range(min(n, len(Z[i]))):
            dZ[i, j] = dA[i, j] if Z[i, j] > 0 else 0.0
    return dZ

# %% right="sigmoid_backward" name="named steps with torch.sigmoid"
def sigmoid_backward(dA, Z):
    sigma = torch.sigmoid(Z)
    slope = sigma * (1 - sigma)
    dZ = dA * slope
    return dZ

# %% right="sigmoid_backward" name="sigma of minus z in place of one minus sigma"
def sigmoid_backward(dA, Z):
    return dA * torch.sigmoid(Z) * torch.sigmoid(-Z)

# %% right="sigmoid_backward" name="entry by entry with a helper and nested lists"
def sigmoid_slope(z):
    s = torch.sigmoid(z).item()
    return s - s**2


def sigmoid_backward(dA, Z):
    rows = [[d.item() * sigmoid_slope(z) for d, z in zip(dA_row, Z_row)] for dA_row, Z_row in zip(dA, Z)]
    return torch.tensor(rows, dtype=torch.float64).reshape(Z.shape)

# %% wrong="sigmoid_backward" name="the form exp(-z) / u^2, which gives inf/inf = nan for z = -1000"
def sigmoid_backward(dA, Z):
    e = torch.exp(-Z)
    u = 1 + e
    return dA * e / u**2

# %% wrong="sigmoid_backward" name="sigmoid taken of the arriving dA instead of the forward pass's Z"
def sigmoid_backward(dA, Z):
    sigma = torch.sigmoid(dA)
    return dA * sigma * (1 - sigma)

# %% wrong="sigmoid_backward" name="Z is treated as if it were already the output: slope Z * (1 - Z)"
def sigmoid_backward(dA, Z):
    slope = Z * (1 - Z)
    return dA * slope

# %% wrong="sigmoid_backward" name="brackets missing: dA * s - s^2, so the upstream multiplies only the first term"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * s - s**2

# %% wrong="sigmoid_backward" name="slope 1 - s^2, the formula of tanh, used with the sigmoid"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * (1 - s * s)

# %% wrong="sigmoid_backward" name="Z clamped to -10..10 against overflow, so far out the slope sticks at 4.5e-5"
def sigmoid_backward(dA, Z):
    Z_safe = Z.clamp(-10, 10)
    e = torch.exp(-Z_safe)
    return dA * e / (1 + e) ** 2

# %% wrong="sigmoid_backward" name="own sigmoid as exp(z) / (1 + exp(z)): nan for large positive z such as 1000"
def sigmoid_backward(dA, Z):
    e = torch.exp(Z)
    sigma = e / (1 + e)
    return dA * sigma * (1 - sigma)

# %% wrong="sigmoid_backward" name="Z.sigmoid_() overwrites the caller's Z in place with the activations"
def sigmoid_backward(dA, Z):
    A = Z.sigmoid_()
    return dA * A * (1 - A)

# %% right="tanh_backward" name="loops with math.tanh"
def tanh_backward(dA, Z):
    dZ = torch.zeros_like(Z)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            t = math.tanh(Z[i, j].item())
            dZ[i, j] = dA[i, j] * (1 - t * t)
    return dZ

# %% right="tanh_backward" name="one line, vectorised"
def tanh_backward(dA, Z):
    return dA * (1 - torch.tanh(Z).square())

# %% right="tanh_backward" name="numpy on the way, third binomial formula"
import numpy as np


def tanh_backward(dA, Z):
    t = np.tanh(Z.detach().numpy())
    slope = (1.0 - t) * (1.0 + t)
    return torch.from_numpy(dA.detach().numpy() * slope)

# %% wrong="tanh_backward" name="slope 1 - tanh z, the square of tanh is missing"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    return dA * (1 - t)

# %% wrong="tanh_backward" name="slope t * (1 - t) copied over from the sigmoid"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    return dA * t * (1 - t)

# %% wrong="tanh_backward" name="slope 1 - Z^2: uses Z as if tanh had been applied already"
def tanh_backward(dA, Z):
    return dA * (1 - Z**2)

# %% wrong="tanh_backward" name="square outside the bracket: (1 - tanh z)^2 instead of 1 - tanh^2 z"
def tanh_backward(dA, Z):
    return dA * (1 - torch.tanh(Z)) ** 2

# %% wrong="tanh_backward" name="brackets missing: dA * 1 - t^2, the upstream does not reach the second term"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    dZ = dA * 1 - t**2
    return dZ

# %% right="tanh_backward" name="unsimplified quotient rule with exponentials: inf - inf gives nan for z = 1000"
def tanh_backward(dA, Z):
    s = (torch.exp(Z) - torch.exp(-Z)) / 2
    c = (torch.exp(Z) + torch.exp(-Z)) / 2
    slope = (c * c - s * s) / c**2
    return dA * slope

# %% wrong="tanh_backward" name="tanh squared misread as tanh of the square: slope 1 - tanh(z^2)"
def tanh_backward(dA, Z):
    slope = 1 - torch.tanh(Z**2)
    return dA * slope

# %% wrong="tanh_backward" name="slope 1 / c^2 with c = e^z + e^-z lacking its one half, four times too small"
def tanh_backward(dA, Z):
    c = torch.exp(Z) + torch.exp(-Z)
    return dA / c**2

# %% right="first_layer_gradients" name="beginner, every link of both chains by name"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z0 = W1[0, 0] * x[0] + W1[0, 1] * x[1] + b1[0]
    z1 = W1[1, 0] * x[0] + W1[1, 1] * x[1] + b1[1]
    a0 = torch.clamp(z0, min=0)
    a1 = torch.clamp(z1, min=0)
    y_hat = W2[0, 0] * a0 + W2[0, 1] * a1 + b2[0]
    dy_hat = 2 * (y_hat - y)
    da0 = dy_hat * W2[0, 0]
    da1 = dy_hat * W2[0, 1]
    dz0 = da0 * (1.0 if z0 > 0 else 0.0)
    dz1 = da1 * (1.0 if z1 > 0 else 0.0)
    return dz0 * x[0], dz1 * x[1]

# %% right="first_layer_gradients" name="whole dW1 as an outer product, then its diagonal"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    y_hat = (W2 @ z.clamp(min=0) + b2).squeeze()
    dz = relu_backward((2 * (y_hat - y) * W2), z[None, :])[0]
    dW1 = torch.outer(dz, x)
    return tuple(dW1.diagonal())

# %% right="first_layer_gradients" name="inner function per weight, einsum forward"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = torch.einsum("jk,k->j", W1, x) + b1
    a = torch.where(z > 0, z, torch.zeros_like(z))
    error = torch.einsum("j,j->", W2[0], a) + b2.sum() - y

    def weight(j, k):
        if z[j] <= 0:
            return torch.zeros((), dtype=torch.float64)
        return 2 * error * W2[0, j] * x[k]

    return weight(0, 0), weight(1, 1)

# %% wrong="first_layer_gradients" name="y_hat keeps shape (1,) from W2 @ a + b2, so both answers are (1,) instead of ()"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2 @ a + b2
    dy_hat = 2 * (y_hat - y)
    dw00 = dy_hat * W2[0, 0] * (z[0] > 0) * x[0]
    dw11 = dy_hat * W2[0, 1] * (z[1] > 0) * x[1]
    return dw00, dw11

# %% wrong="first_layer_gradients" name="the outgoing weight W2[0, j] is missing: the error arrives at the hidden neuron as it is"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dy_hat = 2 * (y_hat - y)
    on = (z > 0).double()
    dw00 = dy_hat * on[0] * x[0]
    dw11 = dy_hat * on[1] * x[1]
    return dw00, dw11

# %% wrong="first_layer_gradients" name="W2[0, 0] used for both neurons, neuron 1 gets the outgoing weight of neuron 0"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    da = 2 * (y_hat - y) * W2[0, 0]
    dz0 = da * (1.0 if z[0] > 0 else 0.0)
    dz1 = da * (1.0 if z[1] > 0 else 0.0)
    return dz0 * x[0], dz1 * x[1]

# %% wrong="first_layer_gradients" name="dw11 multiplied by x[0] instead of x[1], it is the gradient of W1[1, 0]"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dy_hat = 2 * (y_hat - y)
    dz = [dy_hat * W2[0, j] * (1.0 if z[j] > 0 else 0.0) for j in range(2)]
    dw00 = dz[0] * x[0]
    dw11 = dz[1] * x[0]
    return dw00, dw11

# %% wrong="first_layer_gradients" name="slope 1 where z is exactly 0, because off is tested as z < 0"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dz = 2 * (y_hat - y) * W2[0]
    dz = torch.where(z < 0, torch.zeros_like(dz), dz)
    return dz[0] * x[0], dz[1] * x[1]

# %% wrong="first_layer_gradients" name="the slope of the ReLU is left out, neurons that are off learn too"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    a = torch.clamp(W1 @ x + b1, min=0)
    y_hat = W2[0] @ a + b2[0]
    dy_hat = 2 * (y_hat - y)
    return dy_hat * W2[0, 0] * x[0], dy_hat * W2[0, 1] * x[1]

# %% wrong="first_layer_gradients" name="forward sums as x @ W1, the columns of the square W1 instead of its rows"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = x @ W1 + b1
    a = torch.clamp(z, min=0)
    y_hat = a @ W2[0] + b2[0]
    dz = 2 * (y_hat - y) * W2[0] * (z > 0)
    return dz[0] * x[0], dz[1] * x[1]

# %% wrong="first_layer_gradients" name="y_hat is computed from z and not from a = relu(z), the error is off when a neuron is off"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    y_hat = W2[0] @ z + b2[0]
    dy_hat = 2 * (y_hat - y)
    slope = (z > 0).to(z.dtype)
    dw00 = dy_hat * W2[0, 0] * slope[0] * x[0]
    dw11 = dy_hat * W2[0, 1] * slope[1] * x[1]
    return (dw00, dw11)

# %% right="two_layer_gradients" name="planned lines from the text with shapes"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1  # (n, h)
    A1 = torch.clamp(Z1, min=0)  # (n, h)
    Y_hat = A1 @ W2.T + b2  # (n, q)
    dY_hat = 2 / n * (Y_hat - Y)  # (n, q)
    dW2 = dY_hat.T @ A1  # (q, h)
    db2 = dY_hat.sum(0)  # (q,)
    dA1 = dY_hat @ W2  # (n, h)
    dZ1 = relu_backward(dA1, Z1)  # (n, h)
    dW1 = dZ1.T @ X  # (h, d)
    db1 = dZ1.sum(0)  # (h,)
    return dW1, db1, dW2, db2

# %% right="two_layer_gradients" name="example by example, averaged at the end"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    dW1, db1 = torch.zeros_like(W1), torch.zeros_like(b1)
    dW2, db2 = torch.zeros_like(W2), torch.zeros_like(b2)
    for i in range(n):
        z = W1 @ X[i] + b1
        a = z.clamp(min=0)
        d_out = 2 * (W2 @ a + b2 - Y[i])
        d_hidden = (W2.T @ d_out) * (z > 0)
        dW2 = dW2 + torch.outer(d_out, a)
        db2 = db2 + d_out
        dW1 = dW1 + torch.outer(d_hidden, X[i])
        db1 = db1 + d_hidden
    return dW1 / n, db1 / n, dW2 / n, db2 / n

# %% right="two_layer_gradients" name="einsum with a helper for one affine box"
def affine_back(dZ, A):
    dW = torch.einsum("ij,ik->jk", dZ, A)
    db = torch.einsum("ij->j", dZ)
    return dW, db


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = torch.nn.functional.linear(X, W1, b1)
    A1 = torch.nn.functional.relu(Z1)
    dY_hat = (torch.nn.functional.linear(A1, W2, b2) - Y).mul(2).div(X.size(0))
    dZ1 = torch.einsum("ik,kj->ij", dY_hat, W2) * torch.heaviside(Z1, torch.zeros_like(Z1))
    return (*affine_back(dZ1, X), *affine_back(dY_hat, A1))

# %% wrong="two_layer_gradients" name="the first layer's gradients are divided by n a second time"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 * (Y_hat - Y) / n
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    dW1 = dZ1.T @ X / n
    db1 = dZ1.sum(0) / n
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="averages over all n*q entries (numel) instead of n, right only for one output"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = Z1.clamp(min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 * (Y_hat - Y) / Y.numel()
    dZ1 = relu_backward(dY_hat @ W2, Z1)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="mask Z1 >= 0, so a sum of exactly 0 passes its gradient"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 / n * (A1 @ W2.T + b2 - Y)
    dA1 = dY_hat @ W2
    dZ1 = dA1 * (Z1 >= 0).double()
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="bias gradients summed with keepdim, shapes (1, h) and (1, q) instead of (h,) and (q,)"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = (2 / n) * (Y_hat - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(dim=0, keepdim=True)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(dim=0, keepdim=True)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="dW2 is formed with Z1 instead of the layer's input A1"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dW2 = dY_hat.T @ Z1
    db2 = dY_hat.sum(0)
    dA1 = dY_hat @ W2
    dZ1 = relu_backward(dA1, Z1)
    return dZ1.T @ X, dZ1.sum(0), dW2, db2

# %% wrong="two_layer_gradients" name="db1 sums dA1 instead of dZ1, the ReLU is skipped for the bias only"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dA1 = dY_hat @ W2
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dA1.sum(0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="dW1 = X.T @ dZ1 is transposed, shape (d, h), fits only when d equals h"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    dW1 = X.T @ dZ1
    return dW1, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="bias gradients as mean over the examples although the 1/n is in dY_hat already"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 * (Y_hat - Y) / len(X)
    dZ1 = relu_backward(dY_hat @ W2, Z1)
    return dZ1.T @ X, dZ1.mean(0), dY_hat.T @ A1, dY_hat.mean(0)

# %% right="layer_forward" name="beginner, loops over examples and neurons"
def layer_forward(A_prev, W, b):
    n, d = A_prev.shape
    h = W.shape[0]
    Z = torch.zeros(n, h, dtype=torch.float64)
    A = torch.zeros(n, h, dtype=torch.float64)
    for i in range(n):
        for j in range(h):
            total = b[j]
            for k in range(d):
                total = total + A_prev[i, k] * W[j, k]
            Z[i, j] = total
            if total > 0:
                A[i, j] = total
    return A, (A_prev, W, Z)

# %% right="layer_forward" name="two lines, vectorised"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return torch.clamp(Z, min=0), (A_prev, W, Z)

# %% right="layer_forward" name="functional linear and relu with a named tuple as cache"
from collections import namedtuple
import torch.nn.functional as F

Cache = namedtuple("Cache", ["A_prev", "W", "Z"])


def layer_forward(A_prev, W, b):
    Z = F.linear(A_prev, W, b)
    return F.relu(Z), Cache(A_prev=A_prev, W=W, Z=Z)

# %% wrong="layer_forward" name="ReLU in place (clamp_), so the cached Z has lost its negative entries and equals A"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    A = Z.clamp_(min=0)
    cache = (A_prev, W, Z)
    return A, cache

# %% wrong="layer_forward" name="the cached Z is the product only, the bias is added later inside the ReLU"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T
    A = torch.clamp(Z + b, min=0)
    return A, (A_prev, W, Z)

# %% wrong="layer_forward" name="only the first example A_prev[0] is computed, right for n = 1 only"
def layer_forward(A_prev, W, b):
    z = W @ A_prev[0] + b
    Z = z.reshape(1, -1)
    A = torch.clamp(Z, min=0)
    return A, (A_prev, W, Z)

# %% wrong="layer_forward" name="on or off is decided before the bias is added, A is wrong where b changes the sign"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T
    on = Z > 0
    Z = Z + b
    A = Z * on
    return A, (A_prev, W, Z)

# %% right="layer_backward" name="four lines from the text"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = relu_backward(dA, Z)
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% right="layer_backward" name="triple loop adding one contribution at a time"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dA_prev = torch.zeros_like(A_prev)
    dW = torch.zeros_like(W)
    db = torch.zeros(W.shape[0], dtype=W.dtype)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            if Z[i, j] <= 0:
                continue
            arrived = dA[i, j]
            db[j] += arrived
            for k in range(A_prev.shape[1]):
                dW[j, k] += arrived * A_prev[i, k]
                dA_prev[i, k] += arrived * W[j, k]
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% right="layer_backward" name="einsum, bias as a product with ones"
def layer_backward(dA, cache):
    inputs, weights, sums = cache
    delta = torch.where(sums > 0, dA, torch.zeros_like(dA))
    ones = torch.ones(delta.shape[0], dtype=delta.dtype)
    return (
        torch.einsum("nh,hd->nd", delta, weights),
        torch.einsum("nh,nd->hd", delta, inputs),
        torch.einsum("nh,n->h", delta, ones),
    )


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dW and db divided by n although dA belongs to the averaged loss already"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    n = A_prev.shape[0]
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev / n
    db = dZ.sum(0) / n
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="order of the outputs: (dW, db, dA_prev) instead of (dA_prev, dW, db)"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = relu_backward(dA, Z)
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = dZ @ W
    return dW, db, dA_prev


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dA_prev = dA @ W: what is handed on skips the ReLU, dW and db do not"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = relu_backward(dA, Z)
    dA_prev = dA @ W
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dA_prev also masked with A_prev > 0, the previous layer's ReLU is applied here as well"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dA_prev = (dZ @ W) * (A_prev > 0)
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="only Z < 0 is shut off, at Z exactly 0 the gradient passes with slope 1"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA.clone()
    dZ[Z < 0] = 0
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dA *= mask changes the caller's upstream gradient in place"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dA *= Z > 0
    dW = dA.T @ A_prev
    db = dA.sum(0)
    dA_prev = dA @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dA_prev = dZ @ W.T with a transpose too many, runs only for a square W"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = relu_backward(dA, Z)
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = dZ @ W.T
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="db squeezed: for a layer of one neuron it has shape () instead of (1,)"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = relu_backward(dA, Z)
    db = dZ.sum(dim=0, keepdim=True).squeeze()
    return dZ @ W, dZ.T @ A_prev, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% right="network_gradients" name="lists of inputs and sums, loop with an index downwards"
def network_gradients(X, Ws, bs, Y, decay):
    n = X.shape[0]
    layers = len(Ws)
    inputs = []
    sums = []
    A = X
    for l in range(layers):
        inputs.append(A)
        Z = A @ Ws[l].T + bs[l]
        sums.append(Z)
        if l < layers - 1:
            A = torch.clamp(Z, min=0)
        else:
            A = Z
    dWs = [None] * layers
    dbs = [None] * layers
    dZ = 2 / n * (A - Y)
    for l in range(layers - 1, -1, -1):
        dWs[l] = dZ.T @ inputs[l] + decay * Ws[l]
        dbs[l] = dZ.sum(0)
        if l > 0:
            dZ = (dZ @ Ws[l]) * (sums[l - 1] > 0)
    return dWs, dbs

# %% right="network_gradients" name="with layer_forward and layer_backward and a pile of caches"
def network_gradients(X, Ws, bs, Y, decay):
    *hidden, (W_last, b_last) = zip(Ws, bs)
    A, pile = X, []
    for W, b in hidden:
        A, cache = layer_forward(A, W, b)
        pile.append(cache)
    dZ = 2 * (A @ W_last.T + b_last - Y) / len(X)
    dWs, dbs, dA = [dZ.T @ A], [dZ.sum(0)], dZ @ W_last
    while pile:
        dA, dW, db = layer_backward(dA, pile.pop())
        dWs.insert(0, dW)
        dbs.insert(0, db)
    return [dW + decay * W for dW, W in zip(dWs, Ws)], dbs

# %% right="network_gradients" name="recursion over the layers"
def network_gradients(X, Ws, bs, Y, decay):
    n = X.shape[0]

    def walk(A, depth):
        W, b = Ws[depth], bs[depth]
        Z = torch.addmm(b, A, W.T)
        if depth == len(Ws) - 1:
            dZ, dWs, dbs = (Z - Y) * (2.0 / n), [], []
        else:
            dA, dWs, dbs = walk(torch.relu(Z), depth + 1)
            dZ = dA.masked_fill(Z <= 0, 0.0)
        return dZ @ W, [dZ.T @ A + decay * W] + dWs, [dZ.sum(dim=0)] + dbs

    _, dWs, dbs = walk(X, 0)
    return dWs, dbs

# %% wrong="network_gradients" name="the last layer gets a ReLU in the forward pass too, negative answers become 0"
def network_gradients(X, Ws, bs, Y, decay):
    n = X.shape[0]
    A, caches = X, []
    for W, b in zip(Ws, bs):
        A, cache = layer_forward(A, W, b)
        caches.append(cache)
    dZ = 2 / n * (A - Y)
    dWs, dbs = [], []
    for l in reversed(range(len(Ws))):
        A_prev, W, Z = caches[l]
        if l < len(Ws) - 1:
            dZ = relu_backward(dA, Z)
        dWs.insert(0, dZ.T @ A_prev + decay * W)
        dbs.insert(0, dZ.sum(0))
        dA = dZ @ W
    return dWs, dbs

# %% wrong="network_gradients" name="weight decay is added to the bias gradients as well"
def network_gradients(X, Ws, bs, Y, decay):
    n, A = X.shape[0], X
    inputs, sums = [], []
    for W, b in zip(Ws, bs):
        inputs.append(A)
        Z = A @ W.T + b
        sums.append(Z)
        A = torch.clamp(Z, min=0)
    dZ = 2 / n * (sums[-1] - Y)
    dWs, dbs = [], []
    for l in reversed(range(len(Ws))):
        dWs.append(dZ.T @ inputs[l] + decay * Ws[l])
        dbs.append(dZ.sum(0) + decay * bs[l])
        if l > 0:
            dZ = (dZ @ Ws[l]) * (sums[l - 1] > 0)
    return dWs[::-1], dbs[::-1]

# %% wrong="network_gradients" name="the decay term is divided by n like the data term"
def network_gradients(X, Ws, bs, Y, decay):
    n = X.shape[0]
    A, pile = X, []
    for W, b in zip(Ws[:-1], bs[:-1]):
        A, cache = layer_forward(A, W, b)
        pile.append(cache)
    dZ = 2 * (A @ Ws[-1].T + bs[-1] - Y)
    dWs, dbs, dA = [dZ.T @ A], [dZ.sum(0)], dZ @ Ws[-1]
    for cache in reversed(pile):
        dA, dW, db = layer_backward(dA, cache)
        dWs.append(dW)
        dbs.append(db)
    dWs.reverse()
    dbs.reverse()
    dWs = [(dW + decay * W) / n for dW, W in zip(dWs, Ws)]
    dbs = [db / n for db in dbs]
    return dWs, dbs

# %% wrong="network_gradients" name="layer 0 always gets a ReLU before the loop, a network of a single linear layer fails"
def network_gradients(X, Ws, bs, Y, decay):
    n = X.shape[0]
    A, cache = layer_forward(X, Ws[0], bs[0])
    caches = [cache]
    for l in range(1, len(Ws) - 1):
        A, cache = layer_forward(A, Ws[l], bs[l])
        caches.append(cache)
    Y_hat = A @ Ws[-1].T + bs[-1]
    dZ = 2 / n * (Y_hat - Y)
    dWs = [dZ.T @ A + decay * Ws[-1]]
    dbs = [dZ.sum(0)]
    dA = dZ @ Ws[-1]
    for cache in caches[::-1]:
        dA, dW, db = layer_backward(dA, cache)
        dWs = [dW + decay * cache[1]] + dWs
        dbs = [db] + dbs
    return dWs, dbs

# %% wrong="network_gradients" name="adds decay/2 * W, the factor 2 of the square's derivative is missing"
def network_gradients(X, Ws, bs, Y, decay):
    A, caches = X, []
    for W, b in zip(Ws[:-1], bs[:-1]):
        A, cache = layer_forward(A, W, b)
        caches.append(cache)
    dZ = 2 / X.shape[0] * (A @ Ws[-1].T + bs[-1] - Y)
    dWs, dbs = [dZ.T @ A], [dZ.sum(0)]
    dA = dZ @ Ws[-1]
    for cache in caches[::-1]:
        dA, dW, db = layer_backward(dA, cache)
        dWs.append(dW)
        dbs.append(db)
    dWs = [dW + decay / 2 * W for dW, W in zip(dWs[::-1], Ws)]
    return dWs, dbs[::-1]

# %% wrong="network_gradients" name="takes the last layer off with Ws.pop() and bs.pop(), which shortens the caller's lists"
def network_gradients(X, Ws, bs, Y, decay):
    W_last, b_last = Ws.pop(), bs.pop()
    A, caches = X, []
    for W, b in zip(Ws, bs):
        A, cache = layer_forward(A, W, b)
        caches.append(cache)
    dZ = 2 / len(X) * (A @ W_last.T + b_last - Y)
    dWs = [dZ.T @ A + decay * W_last]
    dbs = [dZ.sum(0)]
    dA = dZ @ W_last
    while caches:
        cache = caches.pop()
        dA, dW, db = layer_backward(dA, cache)
        dWs.insert(0, dW + decay * cache[1])
        dbs.insert(0, db)
    return dWs, dbs

# %% wrong="network_gradients" name="mask applied only for l > 1, so nothing goes through the first layer's ReLU on the way back"
def network_gradients(X, Ws, bs, Y, decay):
    n = X.shape[0]
    As, Zs = [X], []
    for l, (W, b) in enumerate(zip(Ws, bs)):
        Z = As[-1] @ W.T + b
        Zs.append(Z)
        As.append(Z if l == len(Ws) - 1 else torch.clamp(Z, min=0))
    dZ = 2 / n * (As[-1] - Y)
    dWs, dbs = [], []
    for l in range(len(Ws) - 1, -1, -1):
        dWs.insert(0, dZ.T @ As[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l]
        if l > 1:
            dZ = relu_backward(dZ, Zs[l - 1])
    return dWs, dbs

# %% wrong="network_gradients" name="the last layer, treated before the loop, gets no weight decay"
def network_gradients(X, Ws, bs, Y, decay):
    n = X.shape[0]
    A, caches = X, []
    for W, b in zip(Ws[:-1], bs[:-1]):
        A, cache = layer_forward(A, W, b)
        caches.append(cache)
    Y_hat = A @ Ws[-1].T + bs[-1]
    dY_hat = 2 / n * (Y_hat - Y)
    dWs = [dY_hat.T @ A]
    dbs = [dY_hat.sum(0)]
    dA = dY_hat @ Ws[-1]
    for cache in reversed(caches):
        dA, dW, db = layer_backward(dA, cache)
        dWs.insert(0, dW + decay * cache[1])
        dbs.insert(0, db)
    return dWs, dbs

# %% right="cross_entropy_backward" name="the two hints put together"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    shifted = Z - Z.max(dim=1, keepdim=True).values
    E = torch.exp(shifted)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% right="cross_entropy_backward" name="row by row with math.exp"
def cross_entropy_backward(Z, y):
    n, q = Z.shape
    dZ = torch.zeros(n, q, dtype=torch.float64)
    for i in range(n):
        row = Z[i].tolist()
        top = max(row)
        powers = [math.exp(z - top) for z in row]
        total = sum(powers)
        for k in range(q):
            p = powers[k] / total
            if k == y[i].item():
                p = p - 1
            dZ[i, k] = p / n
    return dZ

# %% right="cross_entropy_backward" name="one-hot from comparing y with the column numbers, amax"
def stable_probabilities(scores):
    powers = (scores - scores.amax(1, keepdim=True)).exp()
    return powers / powers.sum(1, keepdim=True)


def cross_entropy_backward(Z, y):
    one_hot = (y[:, None] == torch.arange(Z.shape[1])).to(Z.dtype)
    return (stable_probabilities(Z) - one_hot).div(len(y))

# %% wrong="cross_entropy_backward" name="no subtraction of the largest score, scores of 1000 give nan"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="subtracts the largest score of the whole table: a row far below it becomes 0/0 = nan"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max())
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="divided by all n*q entries (numel) instead of the n examples"
def cross_entropy_backward(Z, y):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / P.numel()

# %% wrong="cross_entropy_backward" name="P[:, y] -= 1 subtracts in every row at all columns that occur in y"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    Z = Z - Z.max(dim=1, keepdim=True).values
    P = torch.exp(Z) / torch.exp(Z).sum(dim=1, keepdim=True)
    P[:, y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="Z -= max changes the caller's scores in place"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    Z -= Z.max(dim=1, keepdim=True).values
    E = torch.exp(Z)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="brackets missing: P - one_hot / n, only the one-hot part is averaged"
def cross_entropy_backward(Z, y):
    n, q = Z.shape
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    one_hot = torch.zeros(n, q, dtype=torch.float64)
    one_hot[torch.arange(n), y] = 1
    return P - one_hot / n

# %% wrong="cross_entropy_backward" name="one_hot(y) without the number of classes: too few columns if the last class is absent"
def cross_entropy_backward(Z, y):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    Y = torch.nn.functional.one_hot(y)
    return (P - Y) / len(Z)

# %% wrong="cross_entropy_backward" name="subtracts the row's mean instead of its maximum, a score far above the others still overflows"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    shifted = Z - Z.mean(dim=1, keepdim=True)
    E = torch.exp(shifted)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% right="softmax_backward" name="vectorised, P times (dP minus its weighted mean)"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(dim=1, keepdim=True))

# %% right="softmax_backward" name="double sum with delta written out in loops"
def softmax_backward(dP, Z):
    n, q = Z.shape
    dZ = torch.zeros_like(Z)
    for i in range(n):
        e = torch.exp(Z[i] - Z[i].max())
        p = e / e.sum()
        for j in range(q):
            for k in range(q):
                delta = 1.0 if k == j else 0.0
                dZ[i, j] += dP[i, k] * p[k] * (delta - p[j])
    return dZ

# %% right="softmax_backward" name="torch.softmax and einsum for the row sums"
def softmax_backward(dP, Z):
    P = torch.softmax(Z, dim=-1)
    weighted = P * dP
    return weighted - torch.einsum("nk,nj->nj", weighted, P)

# %% wrong="softmax_backward" name="diagonal only: dP * p * (1 - p) as for the sigmoid, the other outputs are forgotten"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return dP * P * (1 - P)

# %% wrong="softmax_backward" name="softmax normalised along dim 0, over the examples instead of each row"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=0, keepdim=True).values)
    P = E / E.sum(dim=0, keepdim=True)
    return P * (dP - (dP * P).sum(dim=1, keepdim=True))

# %% wrong="softmax_backward" name="largest score of the whole table subtracted, low rows underflow to 0/0 = nan"
def softmax_backward(dP, Z):
    E = torch.exp(Z - torch.max(Z))
    P = E / E.sum(1, keepdim=True)
    inner = (dP * P).sum(1, keepdim=True)
    return P * (dP - inner)

# %% wrong="softmax_backward" name="the inner sum lacks the factor p_k: subtracts the sum of dP alone"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - dP.sum(dim=1, keepdim=True))

# %% wrong="softmax_backward" name="row sum without keepdim is spread over columns, fits by luck for n = 1 or n = q"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(1))

# %% wrong="softmax_backward" name="divided by n although dP already carries whatever average there is"
def softmax_backward(dP, Z):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    s = (dP * P).sum(dim=1, keepdim=True)
    return P * (dP - s) / n

# %% wrong="softmax_backward" name="computes the softmax inside Z with sub_, exp_ and div_, the caller's scores are overwritten"
def softmax_backward(dP, Z):
    P = Z.sub_(Z.max(dim=1, keepdim=True).values).exp_()
    P.div_(P.sum(dim=1, keepdim=True))
    return P * (dP - (P * dP).sum(dim=1, keepdim=True))

# %% wrong="softmax_backward" name="the outer factor p_j of the first term is lost: dP minus P times the row sum"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    total = (dP * P).sum(dim=1, keepdim=True)
    return dP - P * total

# %% right="numerical_gradient" name="the hint: a flat row of copies, nudged and put back"
def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    slopes = torch.zeros_like(flat)
    for i in range(len(flat)):
        old = flat[i].item()
        flat[i] = old + h
        up = float(f(flat.reshape(P.shape)))
        flat[i] = old - h
        down = float(f(flat.reshape(P.shape)))
        flat[i] = old
        slopes[i] = (up - down) / (2 * h)
    return slopes.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% right="numerical_gradient" name="one nudge tensor per entry from the identity matrix"
def numerical_gradient(f, P, h=1e-5):
    nudges = h * torch.eye(P.numel(), dtype=torch.float64).reshape(-1, *P.shape)
    differences = [float(f(P + nudge)) - float(f(P - nudge)) for nudge in nudges]
    return torch.tensor(differences, dtype=torch.float64).reshape(P.shape) / (2 * h)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% right="numerical_gradient" name="index tuples with itertools.product and an inner helper"
from itertools import product


def numerical_gradient(f, P, h=1e-5):
    def value_at(place, step):
        Q = P.detach().clone()
        Q[place] += step
        return f(Q)

    gradient = torch.empty_like(P)
    for place in product(*(range(size) for size in P.shape)):
        gradient[place] = (value_at(place, +h) - value_at(place, -h)) / (2 * h)
    return gradient


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="the nudged entry is never put back, later entries are measured at a moved point"
def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    gradient = torch.zeros_like(flat)
    for i in range(flat.numel()):
        flat[i] += h
        up = f(flat.reshape(P.shape))
        flat[i] -= 2 * h
        down = f(flat.reshape(P.shape))
        gradient[i] = (up - down) / (2 * h)
    return gradient.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="nudges P itself through a view without a copy, +h -2h +h leaves rounding in P"
def numerical_gradient(f, P, h=1e-5):
    flat = P.view(-1)
    gradient = torch.zeros_like(flat)
    for i in range(len(flat)):
        flat[i] += h
        up = f(P)
        flat[i] -= 2 * h
        down = f(P)
        flat[i] += h
        gradient[i] = (up - down) / (2 * h)
    return gradient.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="result collected in torch.zeros without dtype, so it is float32 instead of float64"
def numerical_gradient(f, P, h=1e-5):
    result = torch.zeros(P.numel())
    for i in range(P.numel()):
        plus, minus = P.clone().flatten(), P.clone().flatten()
        plus[i] += h
        minus[i] -= h
        result[i] = (f(plus.reshape(P.shape)) - f(minus.reshape(P.shape))) / (2 * h)
    return result.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="loops over the first dimension only, so a whole row of a matrix is nudged together"
def numerical_gradient(f, P, h=1e-5):
    gradient = torch.zeros_like(P)
    for i in range(len(P)):
        up = P.clone()
        up[i] = up[i] + h
        down = P.clone()
        down[i] = down[i] - h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% right="relative_error" name="square roots of sums by hand and an if"
def relative_error(A, B):
    length_A = math.sqrt(((A) ** 2).sum().item())
    length_B = math.sqrt(((B) ** 2).sum().item())
    length_difference = math.sqrt(((A - B) ** 2).sum().item())
    if length_A == 0 and length_B == 0:
        return 0.0
    return length_difference / (length_A + length_B)

# %% right="relative_error" name="torch norm, short"
def relative_error(A, B):
    total = A.norm() + B.norm()
    return float((A - B).norm() / total) if total > 0 else 0.0

# %% right="relative_error" name="flattened lists and math.hypot"
def relative_error(A, B):
    a, b = A.flatten().tolist(), B.flatten().tolist()
    top = math.hypot(*(p - q for p, q in zip(a, b)))
    bottom = math.hypot(*a) + math.hypot(*b)
    try:
        return top / bottom
    except ZeroDivisionError:
        return 0.0

# %% wrong="relative_error" name="returns 0 if either tensor is zero (or instead of and), hides a gradient that is all zeros"
def relative_error(A, B):
    length_A = (A**2).sum().sqrt()
    length_B = (B**2).sum().sqrt()
    if length_A == 0 or length_B == 0:
        return 0.0
    return float(((A - B) ** 2).sum().sqrt() / (length_A + length_B))

# %% wrong="relative_error" name="linalg.norm with ord 2, for matrices that is the largest singular value and not Frobenius"
def relative_error(A, B):
    def length(T):
        return torch.linalg.norm(T, 2)

    bottom = length(A) + length(B)
    if bottom == 0:
        return 0.0
    return float(length(A - B) / bottom)

# %% wrong="relative_error" name="divides by the length of A + B instead of the sum of the two lengths"
def relative_error(A, B):
    if not A.any() and not B.any():
        return 0.0
    return float(torch.norm(A - B) / torch.norm(A + B))

# %% wrong="relative_error" name="1e-8 added to the denominator against division by zero, tiny gradients look equal"
def relative_error(A, B):
    top = torch.sqrt(((A - B) ** 2).sum())
    bottom = torch.sqrt((A**2).sum()) + torch.sqrt((B**2).sum())
    return float(top / (bottom + 1e-8))

# %% right="is_broken" name="four checks written out one after the other"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    dW1, db1, dW2, db2 = gradients
    true_dW1 = numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1)
    if relative_error(dW1, true_dW1) > 1e-6:
        return True
    true_db1 = numerical_gradient(lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1)
    if relative_error(db1, true_db1) > 1e-6:
        return True
    true_dW2 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2)
    if relative_error(dW2, true_dW2) > 1e-6:
        return True
    true_db2 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2)
    if relative_error(db2, true_db2) > 1e-6:
        return True
    return False

# %% right="is_broken" name="list of pairs of function and parameter, any"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    probes = [
        (lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1),
        (lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1),
        (lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2),
        (lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2),
    ]
    return any(relative_error(g, numerical_gradient(f, P)) > 1e-6 for g, (f, P) in zip(gradients, probes))

# %% right="is_broken" name="keyword dictionary with one parameter replaced at a time"
LIMIT = 1e-6


def measured_gradients(parameters, X, Y):
    for name, value in parameters.items():
        yield numerical_gradient(lambda P: two_layer_loss(X=X, Y=Y, **{**parameters, name: P}), value, h=1e-5)


def is_broken(gradients, X, W1, b1, W2, b2, Y):
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    errors = [relative_error(c, m) for c, m in zip(gradients, measured_gradients(parameters, X, Y))]
    return not all(error <= LIMIT for error in errors)

# %% wrong="is_broken" name="returns inside the loop in both branches, only the first gradient dW1 is ever looked at"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    functions = [
        lambda P: two_layer_loss(X, P, b1, W2, b2, Y),
        lambda P: two_layer_loss(X, W1, P, W2, b2, Y),
        lambda P: two_layer_loss(X, W1, b1, P, b2, Y),
        lambda P: two_layer_loss(X, W1, b1, W2, P, Y),
    ]
    for g, f, P in zip(gradients, functions, [W1, b1, W2, b2]):
        if relative_error(g, numerical_gradient(f, P)) > 1e-6:
            return True
        else:
            return False

# %% wrong="is_broken" name="all four joined to one long vector, a wrong but small gradient drowns beside the large ones"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    numeric = [
        numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1),
        numerical_gradient(lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1),
        numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2),
        numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2),
    ]
    claimed = torch.cat([g.flatten() for g in gradients])
    measured = torch.cat([g.flatten() for g in numeric])
    return relative_error(claimed, measured) > 1e-6

# %% wrong="is_broken" name="copy and paste: the second line tests gradients[0] on W1 again, db1 is never checked"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    e1 = relative_error(gradients[0], numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1))
    e2 = relative_error(gradients[0], numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1))
    e3 = relative_error(gradients[2], numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2))
    e4 = relative_error(gradients[3], numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2))
    return max(e1, e2, e3, e4) > 1e-6

# %% wrong="is_broken" name="limit 1e-3 instead of 1e-6, gradients wrong by a hundredth of a percent count as right"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    dW1 = numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1)
    db1 = numerical_gradient(lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1)
    dW2 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2)
    db2 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2)
    for mine, theirs in zip((dW1, db1, dW2, db2), gradients):
        if relative_error(mine, theirs) > 1e-3:
            return True
    return False

# %% right="value_operations" name="plain lines and an if"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if self.data > 0:
                self.grad += out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% right="value_operations" name="loops over parents and factors, product with a comparison for the ReLU"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            for parent in out.parents:
                parent.grad += 1.0 * out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            for parent, factor in zip(out.parents, (other.data, self.data)):
                parent.grad += factor * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad * (self.data > 0)

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% right="value_operations" name="helper function give and a conditional expression"
def give(receiver, upstream, local):
    receiver.grad = receiver.grad + upstream * local


class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            give(self, out.grad, 1.0)
            give(other, out.grad, 1.0)

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            left, right = self.data, other.data
            give(self, out.grad, right)
            give(other, out.grad, left)

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            slope = 1.0 if out.data > 0 else 0.0
            give(self, out.grad, slope)

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="plus sets other.grad with = instead of +=, so a + a gives one contribution and older ones are wiped"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad = out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if self.data > 0:
                self.grad += out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="ReLU open at exactly 0: the test is self.data >= 0"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if self.data >= 0:
                self.grad += out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="the product does not swap: each parent gets its own data as the factor"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += self.data * out.grad
            other.grad += other.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if self.data > 0:
                self.grad += out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="ReLU sets self.grad with =, contributions from other uses of the number are wiped out"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad = out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="special case self is other adds 2x and then the general lines add again, a * a counts double"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            if self is other:
                self.grad += 2 * self.data * out.grad
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if self.data > 0:
                self.grad += out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="the ReLU is decided by the sign of the arriving gradient as well, a negative one never passes"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if self.data > 0 and out.grad > 0:
                self.grad += out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="after pushing, a product sets its own out.grad back to 0, the gradient of every product is lost"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
            out.grad = 0.0

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if self.data > 0:
                self.grad += out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="the other factor is computed as out.data / self.data, division by zero when a factor is 0"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad * (out.data / self.data)
            other.grad += out.grad * (out.data / other.data)

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if self.data > 0:
                self.grad += out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% right="value_backward" name="recursive visit with seen set as described"
def backward(root):
    order = []
    seen = set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% right="value_backward" name="explicit stack instead of recursion"
def backward(root):
    order, seen, stack = [], {root}, [(root, iter(root.parents))]
    while stack:
        node, waiting = stack[-1]
        for parent in waiting:
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, iter(parent.parents)))
                break
        else:
            order.append(node)
            stack.pop()
    root.grad = 1.0
    while order:
        order.pop().push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% right="value_backward" name="counts uses and pushes a number once all its uses have pushed"
def backward(root):
    uses, todo, known = {id(root): 0}, [root], {id(root)}
    while todo:
        for parent in todo.pop().parents:
            uses[id(parent)] = uses.get(id(parent), 0) + 1
            if id(parent) not in known:
                known.add(id(parent))
                todo.append(parent)
    root.grad = 1.0
    ready = [root]
    while ready:
        node = ready.pop()
        node.push()
        for parent in node.parents:
            uses[id(parent)] -= 1
            if uses[id(parent)] == 0:
                ready.append(parent)


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="no seen set: a number that is used twice stands in the list twice and pushes twice"
def backward(root):
    order = []

    def visit(node):
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0
    for node in order[::-1]:
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="seen holds node.data: two different Values with the same number are taken for one"
def backward(root):
    order = []
    seen = set()

    def visit(node):
        if node.data not in seen:
            seen.add(node.data)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="pre-order (node before its parents, second parent first) instead of topological, fits the figure by luck"
def backward(root):
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        order.append(node)
        for parent in reversed(node.parents):
            visit(parent)

    visit(root)
    root.grad = 1.0
    for node in order:
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="breadth first with a queue from the root: s pushes before t has pushed to it"
def backward(root):
    root.grad = 1.0
    queue = [root]
    seen = {root}
    while queue:
        node = queue.pop(0)
        node.push()
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

