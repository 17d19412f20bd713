# %% right="graph_gradients" name="one line for each box"
def graph_gradients(a, b, c):
    # forward
    u = b * c
    v = a + u
    L = 3 * v
    # backward
    dL = 1
    dv = dL * 3
    du = dv * 1
    da = dv * 1
    db = du * c
    dc = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% right="graph_gradients" name="compact dict with final formulas"
def graph_gradients(a, b, c):
    u = b * c
    return dict(u=u, v=a + u, L=3.0 * (a + u), dv=3.0, du=3.0, da=3.0, db=3.0 * c, dc=3.0 * b)

# %% right="graph_gradients" name="edge table and reverse walk"
def graph_gradients(a, b, c):
    value = {"a": float(a), "b": float(b), "c": float(c)}
    value["u"] = value["b"] * value["c"]
    value["v"] = value["a"] + value["u"]
    value["L"] = 3.0 * value["v"]
    edges = [
        ("L", "v", 3.0),
        ("v", "a", 1.0),
        ("v", "u", 1.0),
        ("u", "b", value["c"]),
        ("u", "c", value["b"]),
    ]
    grad = {name: 0.0 for name in value}
    grad["L"] = 1.0
    for child, parent, local in edges:
        grad[parent] += grad[child] * local
    answer = {name: value[name] for name in "uvL"}
    answer.update({"d" + name: grad[name] for name in "vuabc"})
    return answer

# %% wrong="graph_gradients" name="db multiplies by b itself and dc by c itself, product not swapped"
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

# %% wrong="graph_gradients" name="dv set to the upstream 1 instead of 3, so factor 3 is missing everywhere behind"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 1.0
    du = dv * 1
    da = dv * 1
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": du * c, "dc": du * b}

# %% wrong="graph_gradients" name="db and dc are only the local derivatives c and b, upstream du not multiplied"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3
    da = dv
    du = dv
    db = c
    dc = b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% wrong="graph_gradients" name="local derivative of the product obtained as u / b, guarded to 0 when the factor is 0"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    du = da = dv
    db = du * (u / b) if b != 0 else 0.0
    dc = du * (u / c) if c != 0 else 0.0
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% wrong="graph_gradients" name="plus treated like a product: da is dv times u, du is dv times a"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3
    da = dv * u
    du = dv * a
    db = du * c
    dc = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% wrong="graph_gradients" name="all eight numbers rounded to four digits although the text says not to round"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    du = dv
    da = dv
    db = du * c
    dc = du * b
    result = {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}
    return {name: round(number, 4) for name, number in result.items()}

# %% wrong="graph_gradients" name="b is overwritten by its gradient before dc uses it, dc gets du times db"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    du = dv
    a = dv
    b = du * c
    c = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": a, "db": b, "dc": c}

# %% wrong="graph_gradients" name="computed through float32 tensors and .item(), so results lose digits for ordinary decimals"
def graph_gradients(a, b, c):
    a, b, c = torch.tensor([a, b, c], dtype=torch.float32)
    u = b * c
    v = a + u
    L = 3 * v
    dv = torch.tensor(3.0)
    du = dv
    da = dv
    db = du * c
    dc = du * b
    out = {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}
    return {k: t.item() for k, t in out.items()}

# %% right="neuron_gradients" name="box by box"
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
    return (dw0, dw1, db)

# %% right="neuron_gradients" name="stacked inputs with a one for the bias"
def neuron_gradients(x0, x1, w0, w1, b, y):
    x = torch.stack([x0, x1, torch.ones_like(x0)])
    w = torch.stack([w0, w1, b])
    return tuple((2 * (x @ w - y) * x).unbind())

# %% right="neuron_gradients" name="expanded square, namedtuple, plain floats on the way"
from collections import namedtuple

NeuronGradients = namedtuple("NeuronGradients", "dw0 dw1 db")


def neuron_gradients(x0, x1, w0, w1, b, y):
    p, q, u, v, c, t = [number.item() for number in (x0, x1, w0, w1, b, y)]
    as_tensor = lambda number: torch.tensor(number, dtype=torch.float64)
    return NeuronGradients(
        dw0=as_tensor(2 * u * p * p + 2 * p * (q * v + c - t)),
        dw1=as_tensor(2 * v * q * q + 2 * q * (p * u + c - t)),
        db=as_tensor(2 * (p * u + q * v + c) - 2 * t),
    )

# %% wrong="neuron_gradients" name="derivative of the square taken as E, factor 2 forgotten"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    E = y_hat - y
    return E * x0, E * x1, E

# %% wrong="neuron_gradients" name="error written as y minus y_hat without the minus sign in its derivative"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    E = y - y_hat
    dE = 2 * E
    return dE * x0, dE * x1, dE

# %% wrong="neuron_gradients" name="forward pass forgets the bias b, so E is off by b"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1
    dy_hat = 2 * (y_hat - y)
    dw0 = dy_hat * x0
    dw1 = dy_hat * x1
    db = dy_hat
    return dw0, dw1, db

# %% wrong="neuron_gradients" name="db multiplied by b as if the bias stood in a product with itself"
def neuron_gradients(x0, x1, w0, w1, b, y):
    E = x0 * w0 + x1 * w1 + b - y
    dw0 = 2 * E * x0
    dw1 = 2 * E * x1
    db = 2 * E * b
    return dw0, dw1, db

# %% wrong="neuron_gradients" name="weights reshaped to a row, so db comes back with shape (1,) instead of ()"
def neuron_gradients(x0, x1, w0, w1, b, y):
    x = torch.stack([x0, x1])
    W = torch.stack([w0, w1]).reshape(1, 2)
    dZ = 2 * (W @ x + b - y)
    dW = dZ.reshape(1, 1) @ x.reshape(1, 2)
    return dW[0, 0], dW[0, 1], dZ

# %% wrong="neuron_gradients" name="E recovered as square root of L, loses the sign when y_hat is below y"
def neuron_gradients(x0, x1, w0, w1, b, y):
    L = (x0 * w0 + x1 * w1 + b - y) ** 2
    dE = 2 * torch.sqrt(L)
    return dE * x0, dE * x1, dE

# %% wrong="neuron_gradients" name="db computed as dw0 divided by x0, nan when x0 is 0"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    dy_hat = 2 * (y_hat - y)
    dw0 = dy_hat * x0
    dw1 = dy_hat * x1
    db = dw0 / x0
    return dw0, dw1, db

# %% wrong="neuron_gradients" name="plus sent one upstream to both products but dw1 continues from dw0 instead of dy_hat"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    grad = 2 * (y_hat - y)
    db = grad
    grad = grad * x0
    dw0 = grad
    grad = grad * x1
    dw1 = grad
    return dw0, dw1, db

# %% right="relu_backward" name="loops over entries"
def relu_backward(dA, Z):
    n, h = Z.shape
    dZ = torch.zeros(n, h, dtype=torch.float64)
    for i in range(n):
        for j in range(h):
            if Z[i, j] > 0:
                dZ[i, j] = dA[i, j]
    return dZ

# %% right="relu_backward" name="mask product"
def relu_backward(dA, Z):
    return dA * (Z > 0)

# %% right="relu_backward" name="heaviside in numpy with value 0 at the corner"
import numpy as np


def relu_backward(dA, Z):
    slope = np.heaviside(Z.detach().numpy(), 0.0)
    return torch.from_numpy(slope * dA.detach().numpy())

# %% wrong="relu_backward" name="mask decided by the sign of dA instead of Z"
def relu_backward(dA, Z):
    dZ = dA.clone()
    dZ[dA <= 0] = 0.0
    return dZ

# %% wrong="relu_backward" name="gradient passes where Z is exactly 0 because of greater-or-equal"
def relu_backward(dA, Z):
    return torch.where(Z >= 0, dA, torch.zeros_like(dA))

# %% wrong="relu_backward" name="multiplies by the ReLU output max(0, Z) instead of its slope"
def relu_backward(dA, Z):
    A = torch.clamp(Z, min=0)
    return dA * A

# %% wrong="relu_backward" name="returns the slope alone, upstream dA never multiplied"
def relu_backward(dA, Z):
    slope = torch.zeros_like(Z)
    slope[Z > 0] = 1.0
    return slope

# %% wrong="relu_backward" name="slope as relu(Z) / Z gives nan where Z is exactly 0"
def relu_backward(dA, Z):
    slope = torch.relu(Z) / Z
    return dA * slope

# %% wrong="relu_backward" name="result squeezed, so a single example or neuron loses a dimension"
def relu_backward(dA, Z):
    mask = (Z > 0).double()
    return (dA * mask).squeeze()

# %% wrong="relu_backward" name="slope from (1 + sign)/2 is one half at Z exactly 0"
def relu_backward(dA, Z):
    slope = (1 + torch.sign(Z)) / 2
    return dA * slope

# %% wrong="relu_backward" name="leaky slope 0.1 of the worked example kept on the left side"
def relu_backward(dA, Z):
    slope = torch.full_like(Z, 0.1)
    slope[Z > 0] = 1.0
    slope[Z == 0] = 0.0
    return dA * slope

# %% right="sigmoid_backward" name="entry loops with torch.sigmoid"
def sigmoid_backward(dA, Z):
    dZ = torch.empty_like(Z)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            s = torch.sigmoid(Z[i, j])
            dZ[i, j] = dA[i, j] * s * (1 - s)
    return dZ

# %% right="sigmoid_backward" name="two lines, last form"
def sigmoid_backward(dA, Z):
    S = torch.sigmoid(Z)
    return dA * S * (1 - S)

# %% right="sigmoid_backward" name="sigmoid of Z times sigmoid of minus Z with mul"
def slope_of_sigmoid(Z):
    # 1 - sigmoid(z) is sigmoid(-z)
    return torch.sigmoid(Z).mul(torch.sigmoid(Z.neg()))


def sigmoid_backward(dA, Z):
    return torch.einsum("ij,ij->ij", dA, slope_of_sigmoid(Z))

# %% wrong="sigmoid_backward" name="uses Z times (1 - Z), forgets to apply the sigmoid to Z"
def sigmoid_backward(dA, Z):
    return dA * Z * (1 - Z)

# %% wrong="sigmoid_backward" name="multiplies by sigma only, the factor 1 minus sigma is missing"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    slope = s
    return dA * slope

# %% wrong="sigmoid_backward" name="form exp(-z)/u squared overflows to nan for Z of -1000"
def sigmoid_backward(dA, Z):
    e = torch.exp(-Z)
    u = 1 + e
    return dA * e / u**2

# %% wrong="sigmoid_backward" name="sigmoid computed in float32, 1 minus sigma loses its digits for sums like 12"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z.float())
    slope = s * (1 - s)
    return dA * slope.double()

# %% wrong="sigmoid_backward" name="slope written as 1 minus sigma squared, the square on sigma as for tanh"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * (1 - s**2)

# %% wrong="sigmoid_backward" name="Z clamped to plus minus 10 against overflow, wrong slope for sums like 12"
def sigmoid_backward(dA, Z):
    safe = torch.clamp(Z, -10, 10)
    s = 1 / (1 + torch.exp(-safe))
    return dA * s * (1 - s)

# %% wrong="sigmoid_backward" name="squeeze at the end drops a dimension for a single example or neuron"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    dZ = s * (1 - s) * dA
    return torch.squeeze(dZ)

# %% wrong="sigmoid_backward" name="parentheses missing: dA times s times 1 minus s, last s subtracted from the product"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * s * 1 - s

# %% right="tanh_backward" name="math.tanh entry by entry"
def tanh_backward(dA, Z):
    n, h = Z.shape
    dZ = torch.zeros_like(Z)
    for i in range(n):
        for j in range(h):
            t = math.tanh(Z[i, j].item())
            dZ[i, j] = dA[i, j] * (1 - t * t)
    return dZ

# %% right="tanh_backward" name="one line vectorised"
def tanh_backward(dA, Z):
    return dA * (1 - torch.tanh(Z).square())

# %% right="tanh_backward" name="difference of squares factored, lists and comprehension"
def tanh_backward(dA, Z):
    T = torch.tanh(Z)
    rows = [(1 - t) * (1 + t) * d for d, t in zip(dA, T)]
    return torch.stack(rows)

# %% wrong="tanh_backward" name="slope 1 minus tanh without the square"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    return dA * (1 - t)

# %% wrong="tanh_backward" name="slope 1 minus Z squared, tanh never applied"
def tanh_backward(dA, Z):
    return dA * (1 - Z**2)

# %% wrong="tanh_backward" name="quotient rule with plus instead of minus gives 1 plus tanh squared"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    return dA * (1 + t**2)

# %% right="tanh_backward" name="s / c from exponentials is inf/inf, nan for very large sums"
def tanh_backward(dA, Z):
    s = (torch.exp(Z) - torch.exp(-Z)) / 2
    c = (torch.exp(Z) + torch.exp(-Z)) / 2
    return dA * (1 - (s / c) ** 2)

# %% wrong="tanh_backward" name="sigmoid pattern t times (1 - t) used with tanh"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    return dA * t * (1 - t)

# %% wrong="tanh_backward" name="no brackets: dA times 1, then tanh squared subtracted from it"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    dZ = dA * 1 - t**2
    return dZ

# %% wrong="tanh_backward" name="tanh applied twice: slope evaluated at A instead of at Z"
def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    slope = 1 - torch.tanh(A) ** 2
    return dA * slope

# %% wrong="tanh_backward" name="tanh in float32, small slope at 6 keeps few digits"
def tanh_backward(dA, Z):
    t = torch.tanh(Z.to(torch.float32))
    return dA * (1 - t * t).to(torch.float64)

# %% right="first_layer_gradients" name="scalars following the worked example"
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

# %% right="first_layer_gradients" name="whole matrix with outer, then the diagonal"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    e = W2[0] @ z.relu() + b2[0] - y
    return tuple(torch.outer(2 * e * W2[0] * (z > 0), x).diagonal())

# %% right="first_layer_gradients" name="path helper and numpy"
import numpy as np


def first_layer_gradients(x, W1, b1, W2, b2, y):
    x, W1, b1, W2, b2, y = (t.detach().numpy() for t in (x, W1, b1, W2, b2, y))
    z = W1.dot(x) + b1
    y_hat = (W2.dot(np.maximum(z, 0)) + b2).item()

    def along_path(neuron, place):
        links = [2 * (y_hat - y.item()), W2[0, neuron], float(z[neuron] > 0), x[place]]
        return torch.tensor(float(np.prod(links)), dtype=torch.float64)

    return along_path(0, 0), along_path(1, 1)

# %% wrong="first_layer_gradients" name="outgoing weights swapped: neuron 0 uses W2[0, 1], neuron 1 uses W2[0, 0]"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    d = 2 * (y_hat - y)
    dz0 = d * W2[0, 1] * (z[0] > 0)
    dz1 = d * W2[0, 0] * (z[1] > 0)
    return dz0 * x[0], dz1 * x[1]

# %% wrong="first_layer_gradients" name="dw11 multiplied by x[0] instead of x[1]"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.relu(z)
    y_hat = W2[0] @ a + b2[0]
    dy_hat = 2 * (y_hat - y)
    dz = dy_hat * W2[0] * (z > 0)
    return dz[0] * x[0], dz[1] * x[0]

# %% wrong="first_layer_gradients" name="slope taken as 1 where a hidden sum is exactly 0"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dy_hat = 2 * (y_hat - y)
    dz = dy_hat * W2[0] * (z >= 0).double()
    return dz[0] * x[0], dz[1] * x[1]

# %% wrong="first_layer_gradients" name="error arrives at the hidden neurons as it is, link W2 is missing"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dy_hat = 2 * (y_hat - y)
    dz0 = dy_hat * (1.0 if z[0] > 0 else 0.0)
    dz1 = dy_hat * (1.0 if z[1] > 0 else 0.0)
    return dz0 * x[0], dz1 * x[1]

# %% wrong="first_layer_gradients" name="activation value a used as the link instead of the ReLU slope"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dy_hat = 2 * (y_hat - y)
    da = dy_hat * W2[0]
    dz = da * a
    return dz[0] * x[0], dz[1] * x[1]

# %% wrong="first_layer_gradients" name="forward uses x @ W1, that is columns of W1 as neurons"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = x @ W1 + b1
    a = torch.relu(z)
    y_hat = W2[0] @ a + b2[0]
    dz = 2 * (y_hat - y) * W2[0] * (z > 0)
    return dz[0] * x[0], dz[1] * x[1]

# %% wrong="first_layer_gradients" name="output computed from z instead of relu(z), mask only on the way back"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    y_hat = W2[0] @ z + b2[0]
    dy_hat = 2 * (y_hat - y)
    dz = dy_hat * W2[0] * (z > 0)
    dW1 = torch.outer(dz, x)
    return dW1[0, 0], dW1[1, 1]

# %% wrong="first_layer_gradients" name="y_hat keeps shape (1,), so both answers have shape (1,) instead of ()"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2 @ a + b2
    dy_hat = 2 * (y_hat - y)
    dw00 = dy_hat * W2[0, 0] * (z[0] > 0) * x[0]
    dw11 = dy_hat * W2[0, 1] * (z[1] > 0) * x[1]
    return dw00, dw11

# %% right="two_layer_gradients" name="loop over examples with outer products"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    dW1 = torch.zeros_like(W1)
    db1 = torch.zeros_like(b1)
    dW2 = torch.zeros_like(W2)
    db2 = torch.zeros_like(b2)
    for i in range(n):
        z1 = W1 @ X[i] + b1
        a1 = torch.clamp(z1, min=0)
        y_hat = W2 @ a1 + b2
        dy = 2 * (y_hat - Y[i]) / n
        dW2 = dW2 + torch.outer(dy, a1)
        db2 = db2 + dy
        dz1 = (W2.T @ dy) * (z1 > 0)
        dW1 = dW1 + torch.outer(dz1, X[i])
        db1 = db1 + dz1
    return dW1, db1, dW2, db2

# %% right="two_layer_gradients" name="the planned lines, vectorised"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = Z1.relu()
    dY_hat = 2 / len(X) * (A1 @ W2.T + b2 - Y)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% right="two_layer_gradients" name="einsum, bias as an extra column of ones, small class"
class Affine:
    def __init__(self, W, b):
        self.V = torch.cat([W, b.unsqueeze(1)], dim=1)

    def forward(self, A):
        self.A = torch.cat([A, torch.ones(A.shape[0], 1, dtype=A.dtype)], dim=1)
        return torch.einsum("nk,jk->nj", self.A, self.V)

    def backward(self, dZ):
        dV = torch.einsum("nj,nk->jk", dZ, self.A)
        dA = torch.einsum("nj,jk->nk", dZ, self.V[:, :-1])
        return dA, dV[:, :-1], dV[:, -1]


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    first, second = Affine(W1, b1), Affine(W2, b2)
    Z1 = first.forward(X)
    error = second.forward(torch.maximum(Z1, torch.zeros_like(Z1))) - Y
    dA1, dW2, db2 = second.backward(error * (2.0 / X.size(0)))
    _, dW1, db1 = first.backward(torch.where(Z1 > 0, dA1, torch.zeros_like(dA1)))
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="bias gradients are means over the batch, 1/n taken a second time"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.mean(0)
    dA1 = dY_hat @ W2
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dZ1.mean(0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="loss averaged over outputs too: divides by n times q as mse_loss does"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 * (Y_hat - Y) / Y.numel()
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dW2, db2

# %% wrong="two_layer_gradients" name="mask Z1 >= 0 lets the gradient through at sums of exactly 0"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 * (Y_hat - Y) / n
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dA1 = dY_hat @ W2
    dZ1 = torch.where(Z1 >= 0, dA1, 0.0)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="db1 summed from dA1 before the ReLU mask instead of from dZ1"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dW2, db2 = dY_hat.T @ A1, dY_hat.sum(0)
    dA1 = dY_hat @ W2
    dW1, db1 = (dA1 * (Z1 > 0)).T @ X, dA1.sum(0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="dW2 built with the sums Z1 instead of the outputs A1"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / n
    dW2 = dY_hat.T @ Z1
    db2 = dY_hat.sum(dim=0)
    dZ1 = dY_hat @ W2 * (Z1 > 0).double()
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(dim=0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="dW1 is X.T @ dZ1 reshaped to the right shape instead of transposed"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    dW1 = (X.T @ dZ1).reshape(W1.shape)
    db1 = dZ1.sum(0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="n read from X.shape[1], the number of inputs, right only when n equals d"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[1]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="bias gradients squeezed, shape () instead of (1,) for one output or one hidden neuron"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0, keepdim=True).squeeze()
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(0, keepdim=True).squeeze()
    return dW1, db1, dW2, db2

# %% right="layer_forward" name="triple loop"
def layer_forward(A_prev, W, b):
    n, d = A_prev.shape
    h = W.shape[0]
    Z = torch.zeros(n, h, dtype=torch.float64)
    A = torch.zeros(n, h, dtype=torch.float64)
    for i in range(n):
        for j in range(h):
            total = b[j].item()
            for k in range(d):
                total += A_prev[i, k].item() * W[j, k].item()
            Z[i, j] = total
            A[i, j] = max(0.0, total)
    return A, (A_prev, W, Z)

# %% right="layer_forward" name="product and clamp"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return Z.clamp(min=0), (A_prev, W, Z)

# %% right="layer_forward" name="columns first, namedtuple cache"
from collections import namedtuple

Cache = namedtuple("Cache", ["A_prev", "W", "Z"])


def layer_forward(A_prev, W, b):
    Z = (W @ A_prev.T + b[:, None]).T
    cache = Cache(A_prev=A_prev, W=W, Z=Z)
    return torch.where(Z > 0, Z, torch.zeros_like(Z)), cache

# %% wrong="layer_forward" name="in-place relu_ overwrites Z, so the cache holds A where Z belongs"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    A = Z.relu_()
    cache = (A_prev, W, Z)
    return A, cache

# %% wrong="layer_forward" name="bias added after the ReLU: A is relu(A_prev W^T) plus b"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T
    A = torch.relu(Z) + b
    Z = Z + b
    return A, (A_prev, W, Z)

# %% wrong="layer_forward" name="product (h, n) gets b along the wrong axis before it is transposed back"
def layer_forward(A_prev, W, b):
    Z = (W @ A_prev.T + b).T
    A = torch.clamp(Z, min=0)
    return A, (A_prev, W, Z)

# %% wrong="layer_forward" name="Z and A squeezed, a single example or neuron loses its dimension"
def layer_forward(A_prev, W, b):
    Z = (A_prev @ W.T + b).squeeze()
    A = torch.relu(Z)
    cache = (A_prev, W, Z)
    return A, cache

# %% right="layer_backward" name="loops over examples and neurons"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    n, h = Z.shape
    dA_prev = torch.zeros_like(A_prev)
    dW = torch.zeros_like(W)
    db = torch.zeros(h, dtype=torch.float64)
    for i in range(n):
        for j in range(h):
            if Z[i, j] > 0:
                dW[j] += dA[i, j] * A_prev[i]
                db[j] += dA[i, j]
                dA_prev[i] += dA[i, j] * W[j]
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% right="layer_backward" name="four lines with relu_backward"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = relu_backward(dA, Z)
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% right="layer_backward" name="einsum with a mask, bias by product with ones"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    on = Z.gt(0).to(dA.dtype)
    dA_prev = torch.einsum("nh,nh,hd->nd", dA, on, W)
    dW = torch.einsum("nh,nh,nd->hd", dA, on, A_prev)
    db = torch.ones(len(dA), dtype=dA.dtype) @ (dA * on)
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="ReLU counted as open where Z is exactly 0"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA.clone()
    dZ[Z < 0] = 0
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dW and db divided by n although dA is already averaged"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    n = A_prev.shape[0]
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev / n
    db = dZ.sum(0) / n
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dA_prev handed on from dA @ W, not through the ReLU"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0).double()
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = dA @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="db sums dA over the examples instead of dZ"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = torch.where(Z > 0, dA, 0.0)
    return dZ @ W, dZ.T @ A_prev, dA.sum(0)


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dA_prev masked with A_prev > 0 as well, as if the layer before were a ReLU here"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = (dZ @ W) * (A_prev > 0)
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="db keeps its row dimension, shape (1, h) instead of (h,)"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev
    db = dZ.sum(dim=0, keepdim=True)
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="returned in the order dW, db, dA_prev instead of dA_prev first"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = dZ @ W
    return dW, db, dA_prev


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="multiplies dA by relu(Z), the output, in place of the slope"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * torch.relu(Z)
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% right="network_gradients" name="explicit lists of Z and A, index loop backwards"
def network_gradients(X, Ws, bs, Y, decay):
    L = len(Ws)
    n = X.shape[0]
    A_list = [X]
    Z_list = []
    for l in range(L):
        Z = A_list[l] @ Ws[l].T + bs[l]
        Z_list.append(Z)
        if l < L - 1:
            A_list.append(torch.clamp(Z, min=0))
    dZ = 2 / n * (Z_list[-1] - Y)
    dWs = [None] * L
    dbs = [None] * L
    for l in range(L - 1, -1, -1):
        dWs[l] = dZ.T @ A_list[l] + decay * Ws[l]
        dbs[l] = dZ.sum(0)
        if l > 0:
            dA = dZ @ Ws[l]
            dZ = dA * (Z_list[l - 1] > 0)
    return dWs, dbs

# %% right="network_gradients" name="pile of caches with layer_forward and layer_backward"
def network_gradients(X, Ws, bs, Y, decay):
    A, pile = X, []
    for W, b in zip(Ws[:-1], bs[:-1]):
        A, cache = layer_forward(A, W, b)
        pile.append(cache)
    dY_hat = 2 * (A @ Ws[-1].T + bs[-1] - Y) / len(X)
    dWs, dbs, dA = [dY_hat.T @ A], [dY_hat.sum(0)], dY_hat @ Ws[-1]
    while pile:
        dA, dW, db = layer_backward(dA, pile.pop())
        dWs.insert(0, dW)
        dbs.insert(0, db)
    return [dW + decay * W for dW, W in zip(dWs, Ws)], dbs

# %% right="network_gradients" name="recursion instead of loops"
def network_gradients(X, Ws, bs, Y, decay):
    last = len(Ws) - 1

    def there_and_back(A, k):
        Z = torch.addmm(bs[k], A, Ws[k].T)
        if k == last:
            dZ, dWs, dbs = (Z - Y) * (2.0 / Y.shape[0]), [], []
        else:
            dH, dWs, dbs = there_and_back(Z.relu(), k + 1)
            dZ = torch.where(Z > 0, dH, torch.zeros_like(dH))
        dW = torch.einsum("no,ni->oi", dZ, A) + decay * Ws[k]
        return dZ @ Ws[k], [dW, *dWs], [dZ.sum(dim=0), *dbs]

    return there_and_back(X, 0)[1:]

# %% wrong="network_gradients" name="decay times b added to the bias gradients too"
def network_gradients(X, Ws, bs, Y, decay):
    n = len(X)
    As, Zs = [X], []
    for l, (W, b) in enumerate(zip(Ws, bs)):
        Zs.append(As[-1] @ W.T + b)
        As.append(torch.relu(Zs[-1]) if l < len(Ws) - 1 else Zs[-1])
    dZ = 2 / n * (As[-1] - Y)
    dWs, dbs = [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0) + decay * bs[l])
        if l > 0:
            dZ = (dZ @ Ws[l]) * (Zs[l - 1] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="decay term halved: decay / 2 times W, the 2 of the square forgotten"
def network_gradients(X, Ws, bs, Y, decay):
    n = len(X)
    A = X
    caches = []
    for W, b in zip(Ws[:-1], bs[:-1]):
        A, cache = layer_forward(A, W, b)
        caches.append(cache)
    dZ = 2 / n * (A @ Ws[-1].T + bs[-1] - Y)
    dWs = [dZ.T @ A]
    dbs = [dZ.sum(0)]
    dA = dZ @ Ws[-1]
    for cache in reversed(caches):
        dA, dW, db = layer_backward(dA, cache)
        dWs = [dW] + dWs
        dbs = [db] + dbs
    for l in range(len(Ws)):
        dWs[l] = dWs[l] + decay / 2 * Ws[l]
    return dWs, dbs

# %% wrong="network_gradients" name="decay term divided by the number of examples n"
def network_gradients(X, Ws, bs, Y, decay):
    n, L = len(X), len(Ws)
    A = [X]
    Z = []
    for l in range(L):
        Z.append(A[l] @ Ws[l].T + bs[l])
        A.append(torch.clamp(Z[l], min=0))
    dWs, dbs = [None] * L, [None] * L
    dZ = 2 * (Z[-1] - Y)
    for l in range(L - 1, -1, -1):
        dWs[l] = (dZ.T @ A[l] + decay * Ws[l]) / n
        dbs[l] = dZ.sum(0) / n
        if l > 0:
            dZ = (dZ @ Ws[l]) * (Z[l - 1] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="last layer's dW gets no decay because it is added only in the hidden loop"
def network_gradients(X, Ws, bs, Y, decay):
    A = X
    caches = []
    for W, b in zip(Ws[:-1], bs[:-1]):
        A, cache = layer_forward(A, W, b)
        caches.append(cache)
    dY_hat = 2 / len(X) * (A @ Ws[-1].T + bs[-1] - Y)
    dWs = [dY_hat.T @ A]
    dbs = [dY_hat.sum(0)]
    dA = dY_hat @ Ws[-1]
    for cache in caches[::-1]:
        dA, dW, db = layer_backward(dA, cache)
        dWs.append(dW + decay * cache[1])
        dbs.append(db)
    return dWs[::-1], dbs[::-1]

# %% wrong="network_gradients" name="last layer also run through layer_forward and layer_backward, so it has a ReLU"
def network_gradients(X, Ws, bs, Y, decay):
    A = X
    caches = []
    for W, b in zip(Ws, bs):
        A, cache = layer_forward(A, W, b)
        caches.append(cache)
    dA = 2 / len(X) * (A - Y)
    dWs, dbs = [], []
    for W, cache in zip(reversed(Ws), reversed(caches)):
        dA, dW, db = layer_backward(dA, cache)
        dWs.insert(0, dW + decay * W)
        dbs.insert(0, db)
    return dWs, dbs

# %% wrong="network_gradients" name="lists appended on the way back and never reversed, last layer first"
def network_gradients(X, Ws, bs, Y, decay):
    A, pile = X, []
    for W, b in zip(Ws[:-1], bs[:-1]):
        A, cache = layer_forward(A, W, b)
        pile.append(cache)
    dZ = 2 * (A @ Ws[-1].T + bs[-1] - Y) / len(X)
    dWs, dbs, dA = [dZ.T @ A + decay * Ws[-1]], [dZ.sum(0)], dZ @ Ws[-1]
    while pile:
        cache = pile.pop()
        dA, dW, db = layer_backward(dA, cache)
        dWs.append(dW + decay * cache[1])
        dbs.append(db)
    return dWs, dbs

# %% wrong="network_gradients" name="hidden mask Z >= 0 opens the ReLU at sums of exactly 0"
def network_gradients(X, Ws, bs, Y, decay):
    L = len(Ws)
    As, Zs = [X], []
    for l in range(L):
        Zs.append(As[l] @ Ws[l].T + bs[l])
        As.append(torch.relu(Zs[l]))
    dZ = 2 / X.shape[0] * (Zs[-1] - Y)
    dWs, dbs = [0] * L, [0] * L
    for l in range(L - 1, -1, -1):
        dWs[l] = dZ.T @ As[l] + decay * Ws[l]
        dbs[l] = dZ.sum(0)
        if l > 0:
            dZ = dZ @ Ws[l] * (Zs[l - 1] >= 0)
    return dWs, dbs

# %% wrong="network_gradients" name="loop range stops before layer index 0, first layer keeps only its decay term and db 0"
def network_gradients(X, Ws, bs, Y, decay):
    L = len(Ws)
    As, Zs = [X], []
    for l in range(L):
        Zs.append(As[l] @ Ws[l].T + bs[l])
        As.append(torch.relu(Zs[l]))
    dWs = [decay * W for W in Ws]
    dbs = [torch.zeros_like(b) for b in bs]
    dZ = 2 / X.shape[0] * (Zs[-1] - Y)
    for l in range(L - 1, 0, -1):
        dWs[l] = dWs[l] + dZ.T @ As[l]
        dbs[l] = dZ.sum(0)
        dZ = dZ @ Ws[l] * (Zs[l - 1] > 0)
    return dWs, dbs

# %% right="cross_entropy_backward" name="row loops with math.exp"
def cross_entropy_backward(Z, y):
    n, q = Z.shape
    dZ = torch.zeros(n, q, dtype=torch.float64)
    for i in range(n):
        row = Z[i].tolist()
        biggest = max(row)
        exps = [math.exp(z - biggest) for z in row]
        total = sum(exps)
        for k in range(q):
            p = exps[k] / total
            if k == y[i].item():
                p = p - 1
            dZ[i, k] = p / n
    return dZ

# %% right="cross_entropy_backward" name="the two hints"
def cross_entropy_backward(Z, y):
    n = len(Z)
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% right="cross_entropy_backward" name="own helper called softmax, one-hot by comparison"
def softmax(scores):
    shifted = scores - scores.amax(1, keepdim=True)
    log_total = shifted.exp().sum(1, keepdim=True).log()
    return (shifted - log_total).exp()


def cross_entropy_backward(Z, y):
    truth = torch.arange(Z.shape[1]).unsqueeze(0) == y.unsqueeze(1)
    return (softmax(Z) - truth.double()).div(Z.shape[0])

# %% wrong="cross_entropy_backward" name="no maximum subtracted, exp overflows and gives nan for scores of 1000"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="subtracts the largest score of the whole table, rows far below become 0/0"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max())
    P = E / E.sum(1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="P[:, y] -= 1 subtracts from whole columns instead of one entry per row"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[:, y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="only the probabilities divided by n, one-hot subtracted afterwards as a full 1"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True) / n
    dZ[torch.arange(n), y] -= 1
    return dZ

# %% wrong="cross_entropy_backward" name="divides by the number of entries n times q instead of by n"
def cross_entropy_backward(Z, y):
    n, q = Z.shape
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / Z.numel()

# %% wrong="cross_entropy_backward" name="one_hot without num_classes, too narrow when the highest class is absent"
def cross_entropy_backward(Z, y):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return (P - torch.nn.functional.one_hot(y)) / len(Z)

# %% wrong="cross_entropy_backward" name="scores clamped to plus minus 500 instead of shifted, differences between large scores vanish"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(torch.clamp(Z, -500, 500))
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="gradient only at the true class, probabilities of the other classes left at 0"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    dZ = torch.zeros_like(Z)
    dZ[torch.arange(n), y] = P[torch.arange(n), y] - 1
    return dZ / n

# %% right="softmax_backward" name="formula with delta in three loops"
def softmax_backward(dP, Z):
    n, q = Z.shape
    dZ = torch.zeros_like(Z)
    for i in range(n):
        e = torch.exp(Z[i] - Z[i].max())
        p = e / e.sum()
        for j in range(q):
            total = 0.0
            for k in range(q):
                delta = 1.0 if k == j else 0.0
                total = total + dP[i, k] * p[k] * (delta - p[j])
            dZ[i, j] = total
    return dZ

# %% right="softmax_backward" name="simplified, vectorised"
def softmax_backward(dP, Z):
    P = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = P / P.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(dim=1, keepdim=True))

# %% right="softmax_backward" name="numpy and einsum with weighted mean"
import numpy as np


def softmax_backward(dP, Z):
    scores, arrived = Z.detach().numpy(), dP.detach().numpy()
    P = np.exp(scores - scores.max(axis=1)[:, None])
    P = P / P.sum(axis=1)[:, None]
    G = P * arrived
    mean = np.einsum("iq->i", G)
    return torch.tensor(G - np.einsum("i,iq->iq", mean, P), dtype=torch.float64)

# %% wrong="softmax_backward" name="only the diagonal p times (1 - p), as for sigmoid, cross terms forgotten"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return dP * P * (1 - P)

# %% wrong="softmax_backward" name="inner sum over dP alone, the p_k inside the sum is missing"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - P * dP.sum(dim=1, keepdim=True))

# %% wrong="softmax_backward" name="row sum without keepdim broadcasts along the wrong axis or fails"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    inner = (dP * P).sum(1)
    return P * (dP - inner)

# %% wrong="softmax_backward" name="largest score of the whole table subtracted, far lower rows give nan"
def softmax_backward(dP, Z):
    E = torch.exp(Z - torch.max(Z))
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(dim=1, keepdim=True))

# %% wrong="softmax_backward" name="factor p in front missing: dP minus the weighted mean"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return dP - (dP * P).sum(dim=1, keepdim=True)

# %% wrong="softmax_backward" name="divided by n once more although dP comes from the averaged loss"
def softmax_backward(dP, Z):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(dim=1, keepdim=True)) / n

# %% wrong="softmax_backward" name="exp of the raw scores, inf/inf is nan for 1000"
def softmax_backward(dP, Z):
    P = torch.exp(Z) / torch.exp(Z).sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(dim=1, keepdim=True))

# %% wrong="softmax_backward" name="inner sum taken over the whole table, right only for a single example"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum())

# %% right="numerical_gradient" name="flattened clones in a loop"
def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    slopes = torch.zeros_like(flat)
    for i in range(len(flat)):
        up = flat.clone()
        up[i] = up[i] + h
        down = flat.clone()
        down[i] = down[i] - h
        slopes[i] = (f(up.reshape(P.shape)) - f(down.reshape(P.shape))) / (2 * h)
    return slopes.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% right="numerical_gradient" name="unit directions from an identity matrix"
def numerical_gradient(f, P, h=1e-5):
    directions = torch.eye(P.numel(), dtype=P.dtype).reshape(P.numel(), *P.shape)
    slopes = [float(f(P + h * D) - f(P - h * D)) / (2 * h) for D in directions]
    return torch.tensor(slopes, dtype=torch.float64).reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% right="numerical_gradient" name="itertools.product over indices, helper that nudges a copy"
import itertools


def nudged(P, place, step):
    Q = P.detach().clone()
    Q[place] += step
    return Q


def numerical_gradient(f, P, h=1e-5):
    gradient = torch.full(P.shape, 0.0, dtype=torch.float64)
    for place in itertools.product(*map(range, P.shape)):
        rise = float(f(nudged(P, place, +h))) - float(f(nudged(P, place, -h)))
        gradient[place] = rise / 2 / h
    return gradient


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="forward difference (f(P + h) - f(P)) / h instead of the central one"
def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    slopes = torch.zeros_like(flat)
    before = f(P)
    for i in range(flat.numel()):
        up = flat.clone()
        up[i] += h
        slopes[i] = (f(up.reshape(P.shape)) - before) / h
    return slopes.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="result collected in torch.zeros of default float32, returned with that dtype"
def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    slopes = torch.zeros(flat.numel())
    for i in range(flat.numel()):
        up, down = flat.clone(), flat.clone()
        up[i] += h
        down[i] -= h
        slopes[i] = (f(up.reshape(P.shape)) - f(down.reshape(P.shape))) / (2 * h)
    return slopes.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="nudged entry not put back before the next one, earlier entries stay at P - h"
def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    slopes = torch.zeros_like(flat)
    for i in range(flat.numel()):
        flat[i] += h
        up = f(flat.reshape(P.shape))
        flat[i] -= 2 * h
        down = f(flat.reshape(P.shape))
        slopes[i] = (up - down) / (2 * h)
    return slopes.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="works on P itself through a view and undoes by += h, rounding leaves P changed"
def numerical_gradient(f, P, h=1e-5):
    flat = P.view(-1)
    slopes = torch.zeros_like(flat)
    for i in range(flat.numel()):
        flat[i] += h
        up = float(f(P))
        flat[i] -= 2 * h
        down = float(f(P))
        flat[i] += h
        slopes[i] = (up - down) / (2 * h)
    return slopes.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% right="relative_error" name="sums of squares in plain Python"
def relative_error(A, B):
    a = A.flatten().tolist()
    b = B.flatten().tolist()
    diff = 0.0
    len_a = 0.0
    len_b = 0.0
    for s, t in zip(a, b):
        diff += (s - t) ** 2
        len_a += s**2
        len_b += t**2
    bottom = math.sqrt(len_a) + math.sqrt(len_b)
    if bottom == 0:
        return 0.0
    return math.sqrt(diff) / bottom

# %% right="relative_error" name="norm of torch"
def relative_error(A, B):
    sizes = A.norm() + B.norm()
    return float((A - B).norm() / sizes) if sizes > 0 else 0.0

# %% right="relative_error" name="math.dist and hypot with try"
def relative_error(A, B):
    a, b = A.reshape(-1).tolist(), B.reshape(-1).tolist()
    try:
        return math.dist(a, b) / (math.hypot(*a) + math.hypot(*b))
    except ZeroDivisionError:
        return 0.0

# %% wrong="relative_error" name="1e-12 added to the denominator against 0/0, tiny gradients get far too small an error"
def relative_error(A, B):
    top = (A - B).norm()
    bottom = A.norm() + B.norm() + 1e-12
    return float(top / bottom)

# %% wrong="relative_error" name="allclose shortcut returns 0 for nearly equal or tiny tensors"
def relative_error(A, B):
    if torch.allclose(A, B):
        return 0.0
    return float((A - B).norm() / (A.norm() + B.norm()))

# %% wrong="relative_error" name="returns 0 as soon as one of the tensors is all zeros"
def relative_error(A, B):
    a = torch.sqrt((A**2).sum())
    b = torch.sqrt((B**2).sum())
    if a == 0 or b == 0:
        return 0.0
    return (torch.sqrt(((A - B) ** 2).sum()) / (a + b)).item()

# %% wrong="relative_error" name="denominator is the length of A + B instead of the sum of the two lengths"
def relative_error(A, B):
    if A.norm() == 0 and B.norm() == 0:
        return 0.0
    return float((A - B).norm() / (A + B).norm())

# %% right="is_broken" name="four blocks one after the other"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    dW1, db1, dW2, db2 = gradients
    num_W1 = numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1)
    num_b1 = numerical_gradient(lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1)
    num_W2 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2)
    num_b2 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2)
    if relative_error(dW1, num_W1) > 1e-6:
        return True
    if relative_error(db1, num_b1) > 1e-6:
        return True
    if relative_error(dW2, num_W2) > 1e-6:
        return True
    if relative_error(db2, num_b2) > 1e-6:
        return True
    return False

# %% right="is_broken" name="any over zip"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    losses = (
        lambda P: two_layer_loss(X, P, b1, W2, b2, Y),
        lambda P: two_layer_loss(X, W1, P, W2, b2, Y),
        lambda P: two_layer_loss(X, W1, b1, P, b2, Y),
        lambda P: two_layer_loss(X, W1, b1, W2, P, Y),
    )
    parts = zip(gradients, losses, (W1, b1, W2, b2))
    return any(relative_error(g, numerical_gradient(f, P)) > 1e-6 for g, f, P in parts)

# %% right="is_broken" name="keyword replacement in a dict and the worst error"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    fixed = {"X": X, "W1": W1, "b1": b1, "W2": W2, "b2": b2, "Y": Y}

    def error_at(name, claimed):
        def loss(P):
            return two_layer_loss(**{**fixed, name: P}).item()

        return relative_error(claimed, numerical_gradient(loss, fixed[name]))

    worst = max(map(error_at, ["W1", "b1", "W2", "b2"], gradients))
    return bool(worst > 1e-6)

# %% wrong="is_broken" name="all four joined into one long vector, a small broken gradient drowns beside large ones"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    numbers = [
        numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1),
        numerical_gradient(lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1),
        numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2),
        numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2),
    ]
    claimed = torch.cat([g.flatten() for g in gradients])
    measured = torch.cat([g.flatten() for g in numbers])
    return relative_error(claimed, measured) > 1e-6

# %% wrong="is_broken" name="return inside the loop after the first gradient, the other three never looked at"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    parameters = [W1, b1, W2, b2]
    for i in range(4):
        def loss(P):
            now = list(parameters)
            now[i] = P
            return two_layer_loss(X, *now, Y)

        error = relative_error(gradients[i], numerical_gradient(loss, parameters[i]))
        if error > 1e-6:
            return True
        else:
            return False

# %% wrong="is_broken" name="compares the mean of the four relative errors with the limit, one slightly wrong passes"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    losses = [
        lambda P: two_layer_loss(X, P, b1, W2, b2, Y),
        lambda P: two_layer_loss(X, W1, P, W2, b2, Y),
        lambda P: two_layer_loss(X, W1, b1, P, b2, Y),
        lambda P: two_layer_loss(X, W1, b1, W2, P, Y),
    ]
    errors = []
    for g, f, P in zip(gradients, losses, [W1, b1, W2, b2]):
        errors.append(relative_error(g, numerical_gradient(f, P)))
    return sum(errors) / len(errors) > 1e-6

# %% wrong="is_broken" name="claimed gradients that are all zeros are skipped as belonging to neurons that are off"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    losses = [
        lambda P: two_layer_loss(X, P, b1, W2, b2, Y),
        lambda P: two_layer_loss(X, W1, P, W2, b2, Y),
        lambda P: two_layer_loss(X, W1, b1, P, b2, Y),
        lambda P: two_layer_loss(X, W1, b1, W2, P, Y),
    ]
    for g, f, P in zip(gradients, losses, [W1, b1, W2, b2]):
        if not g.any():
            continue
        if relative_error(g, numerical_gradient(f, P)) > 1e-6:
            return True
    return False

# %% right="value_operations" name="plain pushes with an if"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
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

# %% right="value_operations" name="local derivatives through one shared helper"
def give(parent, arrived, local):
    parent.grad += arrived * local


class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            for parent in out.parents:
                give(parent, out.grad, 1.0)

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            give(self, out.grad, other.data)
            give(other, out.grad, self.data)

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            give(self, out.grad, float(self.data > 0))

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

# %% right="value_operations" name="contributions computed first, slope from out.data, conditional expression"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            g = out.grad
            self.grad = self.grad + g
            other.grad = other.grad + g

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            left, right = other.data * out.grad, self.data * out.grad
            self.grad += left
            other.grad += right

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            self.grad += out.grad if out.data > 0 else 0.0

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

# %% wrong="value_operations" name="plus assigns with = instead of +=, earlier gradient and second use are wiped out"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad = out.grad
            other.grad = out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
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

# %% wrong="value_operations" name="product does not swap: each parent gets its own data as factor"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += self.data * out.grad
            other.grad += other.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
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

# %% wrong="value_operations" name="ReLU open at exactly 0 because of >= in its push"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
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

# %% wrong="value_operations" name="ReLU push looks at the sign of out.grad instead of the sign of data"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            self.grad += max(0.0, out.grad)

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

# %% wrong="value_operations" name="product treats two equal numbers as one: 2 times data goes to self only"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            if self.data == other.data:
                self.grad += 2 * self.data * out.grad
            else:
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
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

# %% wrong="value_operations" name="second line of the product uses self.grad, already updated, instead of out.grad"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * self.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
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

# %% wrong="value_operations" name="product's factor computed as out.data / own data, pushes 0 to a factor that is 0"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            if self.data != 0:
                self.grad += out.grad * out.data / self.data
            if other.data != 0:
                other.grad += out.grad * out.data / other.data

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
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

# %% wrong="value_operations" name="product resets out.grad to 0 after pushing although it must stay"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
            out.grad = 0.0

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
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

# %% right="value_backward" name="recursive visit, parents first"
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

# %% right="value_backward" name="stack with enter and leave marks, no recursion"
def backward(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, finished = stack.pop()
        if finished:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
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

# %% right="value_backward" name="counting unfinished uses of every number"
from collections import Counter


def backward(root):
    uses, todo, seen = Counter(), [root], {root}
    while todo:
        node = todo.pop()
        for parent in node.parents:
            uses[parent] += 1
            if parent not in seen:
                seen.add(parent)
                todo.append(parent)
    root.grad = 1.0
    ready = [root]
    while ready:
        node = ready.pop()
        node.push()
        for parent in node.parents:
            uses[parent] -= 1
            if uses[parent] == 0:
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

# %% wrong="value_backward" name="level by level from the root with a queue, a number may push before its other user"
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

# %% wrong="value_backward" name="seen remembers node.data, so a second number of equal value is never visited"
def backward(root):
    order, seen = [], set()

    def visit(node):
        if node.data in seen:
            return
        seen.add(node.data)
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

# %% wrong="value_backward" name="returns early for a number without parents, its own grad stays 0"
def backward(root):
    if not root.parents:
        return
    order, seen = [], set()

    def visit(node):
        if node not in seen:
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

# %% wrong="value_backward" name="no seen check: a number used twice stands twice in the order and pushes twice"
def backward(root):
    order = []

    def visit(node):
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

