# %% right="graph_gradients" name="beginner, one line for each box"
def graph_gradients(a, b, c):
    # forward
    u = b * c
    v = a + u
    L = 3 * v
    # backward
    dL = 1.0
    dv = dL * 3
    du = dv * 1
    da = dv * 1
    db = du * c
    dc = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}


# %% right="graph_gradients" name="dict call, compact"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    return dict(u=u, v=v, L=3 * v, dv=3, du=3, da=3, db=3 * c, dc=3 * b)


# %% right="graph_gradients" name="small box classes with forward and backward, floats"
class Times:
    def forward(self, p, q):
        self.p, self.q = p, q
        return p * q

    def backward(self, upstream):
        return upstream * self.q, upstream * self.p


class Plus:
    def forward(self, p, q):
        return p + q

    def backward(self, upstream):
        return upstream, upstream


def graph_gradients(a, b, c):
    a, b, c = float(a), float(b), float(c)
    product, plus, scale = Times(), Plus(), Times()
    u = product.forward(b, c)
    v = plus.forward(a, u)
    L = scale.forward(3.0, v)
    _, dv = scale.backward(1.0)
    da, du = plus.backward(dv)
    db, dc = product.backward(du)
    names = ["u", "v", "L", "dv", "du", "da", "db", "dc"]
    return {name: number for name, number in zip(names, [u, v, L, dv, du, da, db, dc])}


# %% wrong="graph_gradients" name="product does not swap: db uses b itself and dc uses c itself"
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


# %% wrong="graph_gradients" name="db and dc are only the local derivatives c and b, upstream 3 not multiplied"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3
    du = 3
    da = 3
    db = c
    dc = b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}


# %% wrong="graph_gradients" name="da multiplied by the value of a as if the plus were a product"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    du = dv * 1
    da = dv * a
    db = du * c
    dc = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}


# %% wrong="graph_gradients" name="db gets its factor as u divided by b, and 0 where b is 0 instead of 3c"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    du = dv
    da = dv
    db = du * u / b if b != 0 else 0.0
    dc = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}


# %% wrong="graph_gradients" name="every number rounded to four decimals although the text says not to round"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    out = {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3.0 * c, "dc": 3.0 * b}
    return {key: round(number, 4) for key, number in out.items()}


# %% wrong="graph_gradients" name="brackets of L misread: value L is 3a + bc, gradients are those of the right graph"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * a + u
    dv = 3.0
    du, da = dv, dv
    db, dc = du * c, du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}


# %% wrong="graph_gradients" name="all inputs cut to whole numbers with int first, so fractions are lost"
def graph_gradients(a, b, c):
    a, b, c = int(a), int(b), int(c)
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3
    du = dv
    da = dv
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": du * c, "dc": du * b}


# %% right="neuron_gradients" name="boxes one by one"
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


# %% right="neuron_gradients" name="stacked vectors and a dot product, unbound at the end"
import torch


def neuron_gradients(x0, x1, w0, w1, b, y):
    x = torch.stack([x0, x1, torch.ones_like(x0)])
    w = torch.stack([w0, w1, b])
    return tuple((2 * (x @ w - y) * x).unbind())


# %% right="neuron_gradients" name="plain floats inside, tensors made at the end, binomial written out"
import torch


def neuron_gradients(x0, x1, w0, w1, b, y):
    numbers = [t.item() for t in (x0, x1, w0, w1, b, y)]
    p, q, u, v, c, label = numbers
    error = p * u + q * v + c - label

    def as_tensor(number):
        return torch.tensor(number, dtype=torch.float64)

    return tuple(as_tensor((error + error) * beside) for beside in (p, q, 1.0))


# %% wrong="neuron_gradients" name="error taken as label minus answer, so all three gradients have the wrong sign"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    E = y - y_hat
    dE = 2 * E
    return dE * x0, dE * x1, dE


# %% wrong="neuron_gradients" name="factor 2 of the square's derivative forgotten in all three gradients"
def neuron_gradients(x0, x1, w0, w1, b, y):
    E = x0 * w0 + x1 * w1 + b - y
    return (E * x0, E * x1, E)


# %% wrong="neuron_gradients" name="weight gradients multiplied by the weight itself, not by the input beside it"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    dy_hat = 2 * (y_hat - y)
    dw0 = dy_hat * w0
    dw1 = dy_hat * w1
    return dw0, dw1, dy_hat


# %% wrong="neuron_gradients" name="bias b forgotten in the forward sum, so the error is off by b"
def neuron_gradients(x0, x1, w0, w1, b, y):
    s0 = x0 * w0
    s1 = x1 * w1
    y_hat = s0 + s1
    E = y_hat - y
    dE = 2 * E
    return dE * x0, dE * x1, dE * 1.0


# %% wrong="neuron_gradients" name="bias gradient multiplied by the value of b as if b stood in a product"
def neuron_gradients(x0, x1, w0, w1, b, y):
    E = x0 * w0 + x1 * w1 + b - y
    dy_hat = 2 * E
    return dy_hat * x0, dy_hat * x1, dy_hat * b


# %% wrong="neuron_gradients" name="results come out with shape (1,) from split instead of shape ()"
import torch


def neuron_gradients(x0, x1, w0, w1, b, y):
    x = torch.stack([x0, x1])
    w = torch.stack([w0, w1])
    d = 2 * ((x * w).sum() + b - y)
    both = torch.cat([d * x, d.reshape(1)])
    return both.split(1)


# %% wrong="neuron_gradients" name="input recovered as product over weight, and taken as 0 where the weight is 0"
import torch


def neuron_gradients(x0, x1, w0, w1, b, y):
    s0, s1 = x0 * w0, x1 * w1
    dy_hat = 2 * (s0 + s1 + b - y)

    def local(s, w):
        return s / w if w != 0 else torch.zeros_like(s)

    return dy_hat * local(s0, w0), dy_hat * local(s1, w1), dy_hat


# %% wrong="neuron_gradients" name="results rebuilt with torch.tensor of a float and no dtype, so float32"
import torch


def neuron_gradients(x0, x1, w0, w1, b, y):
    E = (x0 * w0 + x1 * w1 + b - y).item()
    return torch.tensor(2 * E * x0.item()), torch.tensor(2 * E * x1.item()), torch.tensor(2 * E)


# %% right="relu_backward" name="two loops with an if"
import torch


def relu_backward(dA, Z):
    n, h = Z.shape
    dZ = torch.zeros_like(Z)
    for i in range(n):
        for j in range(h):
            if Z[i, j] > 0:
                dZ[i, j] = dA[i, j]
    return dZ


# %% right="relu_backward" name="mask times upstream"
def relu_backward(dA, Z):
    return dA * (Z > 0)


# %% right="relu_backward" name="masked copy, closed entries set to zero"
def relu_backward(dA, Z):
    shut = Z <= 0
    return dA.clone().masked_fill_(shut, 0.0)


# %% wrong="relu_backward" name="sign of the arriving gradient decides instead of the sign of Z"
import torch


def relu_backward(dA, Z):
    slope = torch.zeros_like(Z)
    slope[dA > 0] = 1.0
    return dA * slope


# %% wrong="relu_backward" name="slope 1 at Z exactly 0 because the mask uses greater or equal"
import torch


def relu_backward(dA, Z):
    return torch.where(Z >= 0, dA, torch.zeros_like(dA))


# %% wrong="relu_backward" name="slope taken as Z clamped to 0..1, so small positive sums pass only a fraction"
import torch


def relu_backward(dA, Z):
    return dA * torch.clamp(Z, min=0, max=1)


# %% wrong="relu_backward" name="zeros written into dA itself, so the caller's gradient is changed"
def relu_backward(dA, Z):
    dZ = dA
    dZ[Z <= 0] = 0.0
    return dZ


# %% wrong="relu_backward" name="slope from torch.sign, so negative sums pass the gradient with flipped sign"
import torch


def relu_backward(dA, Z):
    slope = torch.sign(Z)
    return dA * slope


# %% wrong="relu_backward" name="result squeezed, so a single example or neuron loses a dimension"
def relu_backward(dA, Z):
    open_ = (Z > 0).to(Z.dtype)
    return (dA * open_).squeeze()


# %% wrong="relu_backward" name="slope computed as relu(Z) over Z, which is nan at exactly 0"
import torch


def relu_backward(dA, Z):
    A = torch.relu(Z)
    return dA * (A / Z)


# %% wrong="relu_backward" name="slope a tenth on the left, copied from the leaky example"
import torch


def relu_backward(dA, Z):
    slope = torch.full_like(Z, 0.1)
    slope[Z > 0] = 1.0
    slope[Z == 0] = 0.0
    return dA * slope


# %% right="sigmoid_backward" name="last form with torch.sigmoid"
import torch


def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * s * (1 - s)


# %% right="sigmoid_backward" name="loops with math and exp of minus the absolute value"
import math

import torch


def sigmoid_backward(dA, Z):
    dZ = torch.zeros_like(Z)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            e = math.exp(-abs(Z[i, j].item()))
            slope = e / (1 + e) ** 2
            dZ[i, j] = dA[i, j] * slope
    return dZ


# %% right="sigmoid_backward" name="product of sigmoid of Z and of minus Z"
import torch


def sigmoid_backward(dA, Z):
    right, left = (torch.sigmoid(sign * Z) for sign in (1, -1))
    return torch.einsum("nh,nh,nh->nh", dA, right, left)


# %% wrong="sigmoid_backward" name="multiplies by sigma only, the factor one minus sigma is forgotten"
import torch


def sigmoid_backward(dA, Z):
    sigma = torch.sigmoid(Z)
    return dA * sigma


# %% wrong="sigmoid_backward" name="uses exp(-Z) over u squared, which gives nan for Z = -1000"
import torch


def sigmoid_backward(dA, Z):
    e = torch.exp(-Z)
    u = 1 + e
    return dA * e / u**2


# %% wrong="sigmoid_backward" name="returns only the slope, upstream gradient dA is not multiplied"
import torch


def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    dZ = s * (1 - s)
    return dZ


# %% wrong="sigmoid_backward" name="treats Z as the sigmoid's output already and uses Z times one minus Z"
def sigmoid_backward(dA, Z):
    return dA * Z * (1 - Z)


# %% wrong="sigmoid_backward" name="Z clamped to plus minus 10 against overflow, so the slope at 12 is that at 10"
import torch


def sigmoid_backward(dA, Z):
    Zc = torch.clamp(Z, -10, 10)
    s = 1 / (1 + torch.exp(-Zc))
    return dA * s * (1 - s)


# %% wrong="sigmoid_backward" name="sigmoid computed in float32, so one minus sigma loses its digits at 12"
import torch


def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z.float())
    slope = s * (1 - s)
    return dA * slope.double()


# %% wrong="sigmoid_backward" name="in-place sigmoid_ is called on Z, so the caller's Z is overwritten"
def sigmoid_backward(dA, Z):
    s = Z.sigmoid_()
    return dA * s * (1 - s)


# %% wrong="sigmoid_backward" name="minus sign kept from the quotient rule: sigma times sigma minus one"
import torch


def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * s * (s - 1)


# %% right="tanh_backward" name="one minus tanh squared"
import torch


def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    return dA * (1 - t**2)


# %% right="tanh_backward" name="loops with math.tanh and one minus t times one plus t"
import math

import torch


def tanh_backward(dA, Z):
    rows = []
    for dA_row, Z_row in zip(dA.tolist(), Z.tolist()):
        row = []
        for upstream, z in zip(dA_row, Z_row):
            t = math.tanh(z)
            row.append(upstream * (1 - t) * (1 + t))
        rows.append(row)
    return torch.tensor(rows, dtype=torch.float64)


# %% right="tanh_backward" name="four times sigmoid of 2Z and of -2Z"
import torch


def tanh_backward(dA, Z):
    def sigma(z):
        return torch.sigmoid(z)

    return dA.mul(4).mul(sigma(2 * Z)).mul(sigma(-2 * Z))


# %% wrong="tanh_backward" name="square forgotten: slope taken as one minus tanh"
import torch


def tanh_backward(dA, Z):
    T = torch.tanh(Z)
    return dA * (1 - T)


# %% wrong="tanh_backward" name="dA multiplies only the 1 of one minus tanh squared, brackets missing"
import torch


def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    return dA - A * A


# %% wrong="tanh_backward" name="the sigmoid's rule used for tanh: t times one minus t"
import torch


def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    return dA * t * (1 - t)


# %% wrong="tanh_backward" name="sign slip in the quotient rule: one plus tanh squared"
import torch


def tanh_backward(dA, Z):
    s = torch.tanh(Z)
    slope = 1 + s**2
    return dA * slope


# %% wrong="tanh_backward" name="in-place tanh_ is called on Z, so the forward pass's Z is overwritten"
def tanh_backward(dA, Z):
    Z.tanh_()
    return dA * (1 - Z**2)


# %% wrong="tanh_backward" name="from 2 sigma(2z) minus 1, but the inner derivative 2 is forgotten"
import torch


def tanh_backward(dA, Z):
    s = torch.sigmoid(2 * Z)
    return dA * 2 * s * (1 - s)


# %% wrong="tanh_backward" name="slope set to exactly 0 beyond 5 because tanh is flat there"
import torch


def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    slope = 1 - t * t
    slope[Z.abs() > 5] = 0.0
    return dA * slope


# %% wrong="tanh_backward" name="built row by row and squeezed, so one example comes back as (h,)"
import torch


def tanh_backward(dA, Z):
    rows = [d * (1 - torch.tanh(z) ** 2) for d, z in zip(dA, Z)]
    return torch.stack(rows).squeeze(0)


# %% right="first_layer_gradients" name="chain link by link for each weight"
import torch


def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dy_hat = 2 * (y_hat - y)
    da0 = dy_hat * W2[0, 0]
    da1 = dy_hat * W2[0, 1]
    dz0 = da0 * (1.0 if z[0] > 0 else 0.0)
    dz1 = da1 * (1.0 if z[1] > 0 else 0.0)
    return dz0 * x[0], dz1 * x[1]


# %% right="first_layer_gradients" name="whole gradient matrix by outer product, diagonal returned"
import torch


def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = torch.einsum("hd,d->h", W1, x) + b1
    on = (z > 0).double()
    error = (W2 @ (on * z) + b2).squeeze() - y
    dW1 = torch.outer(2 * error * W2[0] * on, x)
    return tuple(dW1.diagonal())


# %% right="first_layer_gradients" name="plain Python numbers in loops, tensors at the end"
import torch


def first_layer_gradients(x, W1, b1, W2, b2, y):
    xs, rows, biases, out = x.tolist(), W1.tolist(), b1.tolist(), W2.tolist()[0]
    z = [sum(w * xi for w, xi in zip(row, xs)) + bias for row, bias in zip(rows, biases)]
    a = [max(0.0, zi) for zi in z]
    y_hat = sum(w * ai for w, ai in zip(out, a)) + b2.item()
    slope = 2 * (y_hat - y.item())
    answer = [slope * out[k] * xs[k] if z[k] > 0 else 0.0 for k in range(2)]
    return tuple(torch.tensor(number, dtype=torch.float64) for number in answer)


# %% wrong="first_layer_gradients" name="error arrives at the hidden neurons unweighted, outgoing weight W2 left out"
import torch


def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.relu(z)
    y_hat = W2[0] @ a + b2[0]
    d = 2 * (y_hat - y)
    slope = (z > 0).double()
    return d * slope[0] * x[0], d * slope[1] * x[1]


# %% wrong="first_layer_gradients" name="ReLU's slope left out, so a neuron that is off still gets a gradient"
import torch


def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dy = 2 * (y_hat - y)
    da = dy * W2[0]
    return da[0] * x[0], da[1] * x[1]


# %% wrong="first_layer_gradients" name="second weight also uses W2[0, 0], the weight that leads out of neuron 0"
import torch


def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dy_hat = 2 * (y_hat - y)
    gate = [1.0 if number > 0 else 0.0 for number in z]
    dw00 = dy_hat * W2[0, 0] * gate[0] * x[0]
    dw11 = dy_hat * W2[0, 0] * gate[1] * x[1]
    return dw00, dw11


# %% wrong="first_layer_gradients" name="second result is the gradient of W1[1, 0]: input x[0] used beside it"
import torch


def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.relu(z)
    dy_hat = 2 * (W2[0] @ a + b2[0] - y)
    dz = dy_hat * W2[0] * (z > 0)
    return dz[0] * x[0], dz[1] * x[0]


# %% wrong="first_layer_gradients" name="slope 1 where a sum is exactly 0 because of greater or equal"
import torch


def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dz = 2 * (y_hat - y) * W2[0] * (z >= 0)
    return dz[0] * x[0], dz[1] * x[1]


# %% wrong="first_layer_gradients" name="y_hat keeps shape (1,) from W2 @ a, so both results are (1,)"
import torch


def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.relu(z)
    y_hat = W2 @ a + b2
    dy_hat = 2 * (y_hat - y)
    dz0 = dy_hat * W2[0, 0] * (z[0] > 0)
    dz1 = dy_hat * W2[0, 1] * (z[1] > 0)
    return dz0 * x[0], dz1 * x[1]


# %% wrong="first_layer_gradients" name="forward sums use columns: x @ W1 instead of W1 @ x, fits as W1 is square"
import torch


def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = x @ W1 + b1
    a = torch.relu(z)
    y_hat = W2[0] @ a + b2[0]
    dz = 2 * (y_hat - y) * W2[0] * (z > 0)
    return dz[0] * x[0], dz[1] * x[1]


# %% wrong="first_layer_gradients" name="output computed from the sums z without ReLU, slope is right"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    y_hat = (W2[0] * z).sum() + b2[0]
    dy_hat = 2 * (y_hat - y)
    slope = (z > 0).to(z.dtype)
    dz = dy_hat * W2[0] * slope
    return dz[0] * x[0], dz[1] * x[1]


# %% right="two_layer_gradients" name="as planned on paper, vectorised"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dA1 = dY_hat @ W2
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(0)
    return dW1, db1, dW2, db2


# %% right="two_layer_gradients" name="loop over examples, each adds its share divided by n"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    dW1, db1 = torch.zeros_like(W1), torch.zeros_like(b1)
    dW2, db2 = torch.zeros_like(W2), torch.zeros_like(b2)
    n = len(X)
    for x, y in zip(X, Y):
        z = W1 @ x + b1
        a = torch.clamp(z, min=0)
        error = W2 @ a + b2 - y
        d_out = 2 * error / n
        dW2 += torch.outer(d_out, a)
        db2 += d_out
        dz = W2.T @ d_out
        dz[z <= 0] = 0
        dW1 += torch.outer(dz, x)
        db1 += dz
    return dW1, db1, dW2, db2


# %% right="two_layer_gradients" name="bias as an extra column of ones, einsum, split at the end"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    def with_ones(T):
        return torch.cat([T, torch.ones(len(T), 1, dtype=T.dtype)], dim=1)

    def split(dV):
        return dV[:, :-1], dV[:, -1]

    X_plus = with_ones(X)
    Z1 = torch.einsum("nd,hd->nh", X_plus, torch.cat([W1, b1[:, None]], dim=1))
    A_plus = with_ones(torch.where(Z1 > 0, Z1, torch.zeros_like(Z1)))
    residual = torch.einsum("nh,qh->nq", A_plus, torch.cat([W2, b2[:, None]], dim=1)) - Y
    delta2 = residual * (2 / X.shape[0])
    delta1 = torch.einsum("nq,qh->nh", delta2, W2) * (Z1 > 0)
    dW2, db2 = split(torch.einsum("nq,nh->qh", delta2, A_plus))
    dW1, db1 = split(torch.einsum("nh,nd->hd", delta1, X_plus))
    return dW1, db1, dW2, db2


# %% wrong="two_layer_gradients" name="averages over the q outputs too: divides by the number of entries of Y"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY = 2 * (Y_hat - Y) / Y.numel()
    dZ1 = (dY @ W2) * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY.T @ A1, dY.sum(0)


# %% wrong="two_layer_gradients" name="mask A1 >= 0 is true everywhere, so off neurons get gradients"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 / n * (A1 @ W2.T + b2 - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dZ1 = (dY_hat @ W2) * (A1 >= 0)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(0)
    return dW1, db1, dW2, db2


# %% wrong="two_layer_gradients" name="dW2 uses the sums Z1 instead of the hidden outputs A1"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dW2 = dY_hat.T @ Z1
    db2 = dY_hat.sum(0)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dW2, db2


# %% wrong="two_layer_gradients" name="db1 sums dA1 instead of dZ1, before the ReLU's slope"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / n * (Y_hat - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dA1 = dY_hat @ W2
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dA1.sum(0)
    return dW1, db1, dW2, db2


# %% wrong="two_layer_gradients" name="n read from X.shape[1], the number of inputs, instead of examples"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[1]
    Z1 = torch.addmm(b1, X, W1.T)
    A1 = Z1.clamp(min=0)
    Y_hat = torch.addmm(b2, A1, W2.T)
    dY_hat = (Y_hat - Y) * 2 / n
    dZ1 = torch.where(Z1 > 0, dY_hat @ W2, torch.zeros_like(Z1))
    return dZ1.T @ X, dZ1.sum(dim=0), dY_hat.T @ A1, dY_hat.sum(dim=0)


# %% wrong="two_layer_gradients" name="both bias gradients are means over the examples although 1/n is in already"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    dY_hat = 2 / n * (A1 @ W2.T + b2 - Y)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    return dZ1.T @ X, dZ1.mean(0), dY_hat.T @ A1, dY_hat.mean(0)


# %% wrong="two_layer_gradients" name="corner: slope 1 where a hidden sum is exactly 0, by Z1 >= 0"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = len(Y)
    Z1 = X @ W1.T + b1
    gate = (Z1 >= 0).double()
    A1 = Z1 * gate
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / n
    dZ1 = dY_hat @ W2 * gate
    dW1, db1 = dZ1.T @ X, dZ1.sum(0)
    dW2, db2 = dY_hat.T @ A1, dY_hat.sum(0)
    return dW1, db1, dW2, db2


# %% wrong="two_layer_gradients" name="weight gradients squeezed, so one output, neuron or input loses its dimension"
import torch


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    dY_hat = 2 / n * (A1 @ W2.T + b2 - Y)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    dW1 = (dZ1[:, :, None] * X[:, None, :]).sum(0).squeeze()
    dW2 = (dY_hat[:, :, None] * A1[:, None, :]).sum(0).squeeze()
    return dW1, dZ1.sum(0), dW2, dY_hat.sum(0)


# %% right="layer_forward" name="three plain lines"
import torch


def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    A = torch.relu(Z)
    cache = (A_prev, W, Z)
    return A, cache


# %% right="layer_forward" name="loops over examples and neurons"
import torch


def layer_forward(A_prev, W, b):
    n, h = A_prev.shape[0], W.shape[0]
    Z = torch.zeros(n, h, dtype=torch.float64)
    A = torch.zeros(n, h, dtype=torch.float64)
    for i in range(n):
        for j in range(h):
            Z[i, j] = (A_prev[i] * W[j]).sum() + b[j]
            if Z[i, j] > 0:
                A[i, j] = Z[i, j]
    return A, (A_prev, W, Z)


# %% right="layer_forward" name="nn.functional.linear and torch.where"
import torch
import torch.nn.functional as F


def layer_forward(A_prev, W, b):
    pre = F.linear(A_prev, W, b)
    return torch.where(pre > 0, pre, torch.zeros_like(pre)), (A_prev, W, pre)


# %% wrong="layer_forward" name="in-place clamp_ changes Z too, so the cache holds A instead of the sums"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    A = Z.clamp_(min=0)
    return A, (A_prev, W, Z)


# %% wrong="layer_forward" name="cached Z is the product without the bias, which is added only inside the ReLU"
import torch


def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T
    A = torch.relu(Z + b)
    return A, (A_prev, W, Z)


# %% wrong="layer_forward" name="Z built per example and squeezed, so a single example or neuron loses a dimension"
import torch


def layer_forward(A_prev, W, b):
    Z = torch.stack([W @ row + b for row in A_prev]).squeeze()
    A = torch.clamp(Z, min=0)
    return A, (A_prev, W, Z)


# %% wrong="layer_forward" name="cache keeps the transposed weights W.T in place of W"
import torch


def layer_forward(A_prev, W, b):
    W_t = W.T
    Z = A_prev @ W_t + b
    A = torch.relu(Z)
    cache = (A_prev, W_t, Z)
    return A, cache


# %% right="layer_backward" name="four lines"
import torch


def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% right="layer_backward" name="sums over examples and neurons in loops"
import torch


def layer_backward(dA, cache):
    A_prev, W, Z = cache
    n, h = Z.shape
    dA_prev = torch.zeros_like(A_prev)
    dW = torch.zeros_like(W)
    db = torch.zeros(h, dtype=torch.float64)
    for i in range(n):
        for j in range(h):
            if Z[i, j] <= 0:
                continue
            dz = dA[i, j]
            dW[j] += dz * A_prev[i]
            db[j] += dz
            dA_prev[i] += dz * W[j]
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% right="layer_backward" name="einsum and earlier relu_backward"
import torch


def layer_backward(dA, cache):
    inputs, weights, sums = cache
    delta = relu_backward(dA, sums)
    return (
        torch.einsum("nh,hd->nd", delta, weights),
        torch.einsum("nh,nd->hd", delta, inputs),
        torch.einsum("nh->h", delta),
    )


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% wrong="layer_backward" name="bias gradient sums dA, which has not gone through the ReLU"
import torch


def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev
    db = dA.sum(0)
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% wrong="layer_backward" name="dW and db divided by n again although dA is averaged already"
import torch


def layer_backward(dA, cache):
    A_prev, W, Z = cache
    n = A_prev.shape[0]
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev / n
    db = dZ.sum(0) / n
    return dZ @ W, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% wrong="layer_backward" name="slope 1 where Z is exactly 0: only negative sums are shut"
import torch


def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA.clone()
    dZ[Z < 0] = 0
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% wrong="layer_backward" name="shut entries zeroed in dA itself, the caller's dA is changed"
import torch


def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dA[Z <= 0] = 0
    dW = dA.T @ A_prev
    db = dA.sum(0)
    dA_prev = dA @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% wrong="layer_backward" name="dA_prev masked by A_prev > 0, the ReLU of the layer before done here too"
import torch


def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dA_prev = (dZ @ W) * (A_prev > 0)
    return dA_prev, dZ.T @ A_prev, dZ.sum(0)


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% wrong="layer_backward" name="handed-on gradient computed as dA @ W instead of dZ @ W"
import torch


def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = torch.where(Z > 0, dA, torch.zeros_like(dA))
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = dA @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% wrong="layer_backward" name="bias gradient kept as (1, h) by keepdim, not (h,)"
import torch


def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0).double()
    dW = dZ.T @ A_prev
    db = dZ.sum(dim=0, keepdim=True)
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% wrong="layer_backward" name="dA_prev is dZ @ W.T whenever W is square, because the shapes fit"
import torch


def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    if dZ.shape[1] == W.shape[1]:
        dA_prev = dZ @ W.T
    else:
        dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))


# %% right="network_gradients" name="lists of outputs and sums, one loop backwards"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    layers = len(Ws)
    outputs = [X]
    sums = []
    for l in range(layers):
        Z = outputs[-1] @ Ws[l].T + bs[l]
        sums.append(Z)
        if l < layers - 1:
            outputs.append(torch.relu(Z))
    dZ = 2 / X.shape[0] * (sums[-1] - Y)
    dWs = [None] * layers
    dbs = [None] * layers
    for l in range(layers - 1, -1, -1):
        dWs[l] = dZ.T @ outputs[l] + decay * Ws[l]
        dbs[l] = dZ.sum(0)
        if l > 0:
            dZ = (dZ @ Ws[l]) * (sums[l - 1] > 0)
    return dWs, dbs


# %% right="network_gradients" name="pile of caches with layer_forward and layer_backward"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    *hidden_Ws, W_last = Ws
    *hidden_bs, b_last = bs
    pile, A = [], X
    for W, b in zip(hidden_Ws, hidden_bs):
        A, cache = layer_forward(A, W, b)
        pile.append(cache)
    dY_hat = (A @ W_last.T + b_last - Y) * (2 / len(X))
    dWs, dbs = [dY_hat.T @ A], [dY_hat.sum(dim=0)]
    dA = dY_hat @ W_last
    while pile:
        dA, dW, db = layer_backward(dA, pile.pop())
        dWs.append(dW)
        dbs.append(db)
    dWs = [dW + decay * W for dW, W in zip(reversed(dWs), Ws)]
    return dWs, dbs[::-1]


# %% right="network_gradients" name="recursive: a function goes forward, calls itself, comes back with the gradient"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    n, last = X.shape[0], len(Ws) - 1
    dWs, dbs = list(Ws), list(bs)

    def walk(A, level):
        Z = torch.einsum("nd,hd->nh", A, Ws[level]) + bs[level]
        if level == last:
            dZ = (Z - Y).mul(2).div(n)
        else:
            dZ = walk(Z.clamp(min=0), level + 1).masked_fill(Z <= 0, 0.0)
        dWs[level] = torch.einsum("nh,nd->hd", dZ, A) + decay * Ws[level]
        dbs[level] = dZ.sum(0)
        return dZ @ Ws[level]

    walk(X, 0)
    return dWs, dbs


# %% wrong="network_gradients" name="weight decay added to the bias gradients as well"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    A, caches = X, []
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        caches.append((A, Z))
        A = torch.relu(Z)
    dZ = 2 * (A @ Ws[-1].T + bs[-1] - Y) / len(X)
    dWs, dbs = [dZ.T @ A + decay * Ws[-1]], [dZ.sum(0) + decay * bs[-1]]
    for l in range(len(Ws) - 2, -1, -1):
        A, Z = caches[l]
        dZ = (dZ @ Ws[l + 1]) * (Z > 0)
        dWs.insert(0, dZ.T @ A + decay * Ws[l])
        dbs.insert(0, dZ.sum(0) + decay * bs[l])
    return dWs, dbs


# %% wrong="network_gradients" name="backward loop masks the last layer by its Z > 0 too, though it has no ReLU"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    L = len(Ws)
    As, Zs = [X], []
    for l in range(L):
        Zs.append(As[l] @ Ws[l].T + bs[l])
        As.append(torch.relu(Zs[l]) if l < L - 1 else Zs[l])
    dA = 2 / X.shape[0] * (As[-1] - Y)
    dWs, dbs = [], []
    for l in reversed(range(L)):
        dZ = dA * (Zs[l] > 0)
        dWs.append(dZ.T @ As[l] + decay * Ws[l])
        dbs.append(dZ.sum(0))
        dA = dZ @ Ws[l]
    return dWs[::-1], dbs[::-1]


# %% wrong="network_gradients" name="decay term forgotten for the last, linear layer, added in the hidden loop only"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    A, caches = X, []
    for W, b in zip(Ws[:-1], bs[:-1]):
        A, cache = layer_forward(A, W, b)
        caches.append(cache)
    dY_hat = 2 / len(X) * (A @ Ws[-1].T + bs[-1] - Y)
    dWs, dbs = [dY_hat.T @ A], [dY_hat.sum(0)]
    dA = dY_hat @ Ws[-1]
    for W, cache in zip(Ws[-2::-1] if len(Ws) > 1 else [], caches[::-1]):
        dA, dW, db = layer_backward(dA, cache)
        dWs.insert(0, dW + decay * W)
        dbs.insert(0, db)
    return dWs, dbs


# %% wrong="network_gradients" name="decay scaled in place into Ws, so the caller's weights are changed"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    outputs, A = [X], X
    for W, b in zip(Ws[:-1], bs[:-1]):
        A = torch.relu(A @ W.T + b)
        outputs.append(A)
    dZ = 2 / X.shape[0] * (A @ Ws[-1].T + bs[-1] - Y)
    dWs, dbs = [], []
    for W, A in zip(reversed(Ws), reversed(outputs)):
        dW = dZ.T @ A
        dbs.append(dZ.sum(0))
        dZ = (dZ @ W) * (A > 0)
        W *= decay
        dW += W
        dWs.append(dW)
    dWs.reverse()
    dbs.reverse()
    return dWs, dbs


# %% wrong="network_gradients" name="hidden sums of exactly 0 get slope 1 because of a greater-or-equal mask"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    A, inputs, sums = X, [], []
    for W, b in zip(Ws, bs):
        inputs.append(A)
        Z = A @ W.T + b
        sums.append(Z)
        A = torch.clamp(Z, min=0)
    dZ = 2 * (sums[-1] - Y) / len(Y)
    dWs, dbs = [], []
    for l in range(len(Ws) - 1, -1, -1):
        dWs.append(dZ.T @ inputs[l] + decay * Ws[l])
        dbs.append(dZ.sum(0))
        if l:
            dZ = dZ @ Ws[l] * (sums[l - 1] >= 0)
    return dWs[::-1], dbs[::-1]


# %% wrong="network_gradients" name="decay term averaged over examples: decay times W divided by n"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    n = len(X)
    A, caches = X, []
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        caches.append((A, Z))
        A = torch.relu(Z)
    dZ = A @ Ws[-1].T + bs[-1] - Y
    caches.append((A, None))
    dWs, dbs = [], []
    for l in range(len(Ws) - 1, -1, -1):
        A, _ = caches[l]
        dWs.insert(0, (2 * dZ.T @ A + decay * Ws[l]) / n)
        dbs.insert(0, 2 * dZ.sum(0) / n)
        if l > 0:
            dZ = (dZ @ Ws[l]) * (caches[l - 1][1] > 0)
    return dWs, dbs


# %% wrong="network_gradients" name="dWs turned back to layer order, but dbs stay in backward order"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    outputs = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        outputs.append(torch.relu(outputs[-1] @ W.T + b))
    dZ = 2 / X.shape[0] * (outputs[-1] @ Ws[-1].T + bs[-1] - Y)
    dWs, dbs = [], []
    for l in range(len(Ws) - 1, -1, -1):
        dWs.insert(0, dZ.T @ outputs[l] + decay * Ws[l])
        dbs.append(dZ.sum(0))
        dZ = (dZ @ Ws[l]) * (outputs[l] > 0)
    return dWs, dbs


# %% wrong="network_gradients" name="gradient handed on through W plus decay times W instead of W alone"
import torch


def network_gradients(X, Ws, bs, Y, decay):
    A, inputs, sums = X, [], []
    for i, (W, b) in enumerate(zip(Ws, bs)):
        inputs.append(A)
        sums.append(A @ W.T + b)
        A = torch.relu(sums[-1])
    dZ = 2 * (sums[-1] - Y) / X.shape[0]
    dWs, dbs = [None] * len(Ws), [None] * len(Ws)
    for l in reversed(range(len(Ws))):
        penalty = decay * Ws[l]
        dWs[l] = dZ.T @ inputs[l] + penalty
        dbs[l] = dZ.sum(0)
        if l > 0:
            dZ = (dZ @ (Ws[l] + penalty)) * (sums[l - 1] > 0)
    return dWs, dbs


# %% right="cross_entropy_backward" name="the hints of the text, vectorised"
import torch


def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    largest = Z.max(dim=1, keepdim=True).values
    E = torch.exp(Z - largest)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n


# %% right="cross_entropy_backward" name="loops and math.exp on plain numbers"
import math

import torch


def cross_entropy_backward(Z, y):
    n, q = Z.shape
    dZ = torch.zeros(n, q, dtype=torch.float64)
    for i in range(n):
        row = Z[i].tolist()
        top = max(row)
        exps = [math.exp(z - top) for z in row]
        total = sum(exps)
        for k in range(q):
            p = exps[k] / total
            if k == int(y[i]):
                p = p - 1
            dZ[i, k] = p / n
    return dZ


# %% right="cross_entropy_backward" name="log of the sum by hand, truth by comparing with class numbers"
import torch


def log_probabilities(Z):
    shifted = Z - Z.amax(1, keepdim=True)
    return shifted - shifted.exp().sum(1, keepdim=True).log()


def cross_entropy_backward(Z, y):
    classes = torch.arange(Z.shape[1])
    truth = (y[:, None] == classes[None, :]).to(Z.dtype)
    probabilities = log_probabilities(Z).exp()
    return (probabilities - truth).div(len(y))


# %% wrong="cross_entropy_backward" name="subtracts the largest score of the whole table, rows far below become nan"
import torch


def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max())
    P = E / E.sum(1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n


# %% wrong="cross_entropy_backward" name="P[:, y] -= 1 takes 1 from all those columns in every row"
import torch


def cross_entropy_backward(Z, y):
    n = len(y)
    S = Z - Z.max(dim=1, keepdim=True).values
    P = torch.exp(S) / torch.exp(S).sum(dim=1, keepdim=True)
    P[:, y] -= 1
    return P / n


# %% wrong="cross_entropy_backward" name="divides by the number of all scores n times q instead of n"
import torch


def cross_entropy_backward(Z, y):
    n, q = Z.shape
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    one_hot = torch.zeros_like(Z)
    one_hot[torch.arange(n), y] = 1
    return (P - one_hot) / Z.numel()


# %% wrong="cross_entropy_backward" name="scores clamped to 500 against overflow, so 1000 and 999 count as equal"
import torch


def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(torch.clamp(Z, -500, 500))
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1.0
    return P / n


# %% wrong="cross_entropy_backward" name="largest score subtracted with -=, so the caller's Z is changed"
import torch


def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    Z -= Z.max(dim=1, keepdim=True).values
    P = torch.exp(Z)
    P = P / P.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n


# %% wrong="cross_entropy_backward" name="probabilities divided by n first, then a whole 1 subtracted at the true class"
import torch


def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True) / n
    dZ[torch.arange(n), y] -= 1
    return dZ


# %% wrong="cross_entropy_backward" name="row mean subtracted instead of row maximum, still overflows for uneven large scores"
import torch


def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    centred = Z - Z.mean(dim=1, keepdim=True)
    E = torch.exp(centred)
    P = E / E.sum(dim=1, keepdim=True)
    P[range(n), y] -= 1
    return P / n


# %% wrong="cross_entropy_backward" name="one_hot without number of classes: width is y.max()+1, fails when the last class is absent"
import torch


def cross_entropy_backward(Z, y):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return (P - torch.nn.functional.one_hot(y)) / len(Z)


# %% right="softmax_backward" name="simplified formula, vectorised"
import torch


def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    inner = (dP * P).sum(dim=1, keepdim=True)
    return P * (dP - inner)


# %% right="softmax_backward" name="double loop of the formula for every row, plain floats"
import math

import torch


def softmax_backward(dP, Z):
    result = []
    for upstream, scores in zip(dP.tolist(), Z.tolist()):
        top = max(scores)
        e = [math.exp(s - top) for s in scores]
        p = [each / sum(e) for each in e]
        total = 0.0
        for d, each in zip(upstream, p):
            total += d * each
        result.append([each * (d - total) for d, each in zip(upstream, p)])
    return torch.tensor(result, dtype=torch.float64)


# %% right="softmax_backward" name="Jacobian of each row with diag and outer"
import torch


def softmax_backward(dP, Z):
    def jacobian(p):
        return torch.diag(p) - torch.outer(p, p)

    shifted = (Z - Z.amax(dim=1, keepdim=True)).exp()
    P = shifted / shifted.sum(dim=1)[:, None]
    return torch.stack([jacobian(p) @ d for p, d in zip(P, dP)])


# %% wrong="softmax_backward" name="only the diagonal of the derivative: dP times p times one minus p"
import torch


def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return dP * P * (1 - P)


# %% wrong="softmax_backward" name="row sum without keepdim: broadcasts along columns, crashes unless n equals q or one"
import torch


def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(1))


# %% wrong="softmax_backward" name="inner sum runs over the examples, dim 0, instead of over the row"
import torch


def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    weighted = dP * P
    return weighted - P * weighted.sum(dim=0, keepdim=True)


# %% wrong="softmax_backward" name="outer factor P forgotten: dP minus the weighted row sum only"
import torch


def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    dZ = dP - (dP * P).sum(dim=1, keepdim=True)
    return dZ


# %% wrong="softmax_backward" name="largest score of the whole table subtracted, a row near -1000 turns into nan"
import torch


def softmax_backward(dP, Z):
    E = (Z - Z.max()).exp()
    P = E / E.sum(1, keepdim=True)
    return P * (dP - (P * dP).sum(1, keepdim=True))


# %% wrong="softmax_backward" name="row sum of dP taken without the weights p"
import torch


def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    s = dP.sum(dim=1, keepdim=True)
    return P * dP - P * P * s


# %% wrong="softmax_backward" name="subtracts the maximum from Z in place, the caller's scores change"
import torch


def softmax_backward(dP, Z):
    Z -= Z.max(dim=1, keepdim=True).values
    P = Z.exp() / Z.exp().sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(dim=1, keepdim=True))


# %% wrong="softmax_backward" name="mean over the classes instead of the sum in the inner term"
import torch


def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    mean = (dP * P).mean(dim=1, keepdim=True)
    return P * (dP - mean)


# %% right="numerical_gradient" name="hint of the text: two nudged flat copies for each entry"
import torch


def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    gradient = torch.zeros_like(flat)
    for k in range(len(flat)):
        up = flat.clone()
        down = flat.clone()
        up[k] += h
        down[k] -= h
        gradient[k] = (f(up.reshape(P.shape)) - f(down.reshape(P.shape))) / (2 * h)
    return gradient.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)


# %% right="numerical_gradient" name="one nudge tensor per row of an identity matrix, comprehension"
import torch


def numerical_gradient(f, P, h=1e-5):
    directions = torch.eye(P.numel(), dtype=torch.float64).reshape(-1, *P.shape)
    slopes = [(float(f(P + h * e)) - float(f(P - h * e))) / (2 * h) for e in directions]
    return torch.tensor(slopes, dtype=torch.float64).reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)


# %% right="numerical_gradient" name="numpy ndindex over places, one working copy that is restored exactly"
import numpy as np
import torch


def numerical_gradient(f, P, h=1e-5):
    work = P.detach().clone()
    result = np.zeros(tuple(P.shape))
    for place in np.ndindex(*P.shape):
        kept = P[place].item()
        work[place] = kept + h
        above = float(f(work.clone()))
        work[place] = kept - h
        below = float(f(work.clone()))
        work[place] = kept
        result[place] = (above - below) / (2 * h)
    return torch.from_numpy(result)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)


# %% wrong="numerical_gradient" name="nudged entry is not put back, so later entries see earlier ones moved by -h"
import torch


def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    gradient = torch.zeros_like(flat)
    for k in range(flat.numel()):
        flat[k] += h
        above = f(flat.reshape(P.shape))
        flat[k] -= 2 * h
        below = f(flat.reshape(P.shape))
        gradient[k] = (above - below) / (2 * h)
    return gradient.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)


# %% wrong="numerical_gradient" name="f gets the flattened row instead of a tensor shaped like P"
import torch


def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    gradient = torch.zeros_like(flat)
    for k in range(flat.numel()):
        up, down = flat.clone(), flat.clone()
        up[k] += h
        down[k] -= h
        gradient[k] = (f(up) - f(down)) / (2 * h)
    return gradient.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)


# %% wrong="numerical_gradient" name="nudges P itself by +h, -2h, +h; rounding leaves it slightly changed"
import torch


def numerical_gradient(f, P, h=1e-5):
    entries = P.view(-1)
    gradient = torch.zeros_like(entries)
    for k in range(entries.numel()):
        entries[k] += h
        above = float(f(P))
        entries[k] -= 2 * h
        below = float(f(P))
        entries[k] += h
        gradient[k] = (above - below) / (2 * h)
    return gradient.view(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)


# %% wrong="numerical_gradient" name="result collected in torch.zeros without dtype, so float32 slopes"
import torch


def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    gradient = torch.zeros(flat.shape)
    for k in range(flat.numel()):
        up, down = flat.clone(), flat.clone()
        up[k] += h
        down[k] -= h
        gradient[k] = (f(up.reshape(P.shape)) - f(down.reshape(P.shape))) / (2 * h)
    return gradient.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)


# %% right="relative_error" name="squares, sums and roots step by step"
import math

import torch


def relative_error(A, B):
    length_A = math.sqrt(float((A**2).sum()))
    length_B = math.sqrt(float((B**2).sum()))
    if length_A + length_B == 0:
        return 0.0
    difference = A - B
    return math.sqrt(float((difference**2).sum())) / (length_A + length_B)


# %% right="relative_error" name="Tensor.norm, conditional expression"
def relative_error(A, B):
    total = A.norm() + B.norm()
    return float((A - B).norm() / total) if total > 0 else 0.0


# %% right="relative_error" name="math.hypot over plain lists"
import math


def relative_error(A, B):
    a, b = A.reshape(-1).tolist(), B.reshape(-1).tolist()
    top = math.hypot(*(p - q for p, q in zip(a, b)))
    bottom = math.hypot(*a) + math.hypot(*b)
    try:
        return top / bottom
    except ZeroDivisionError:
        return 0.0


# %% wrong="relative_error" name="1e-12 added to the denominator against 0/0, tiny gradients look equal"
import torch


def relative_error(A, B):
    top = (A - B).square().sum().sqrt()
    bottom = A.square().sum().sqrt() + B.square().sum().sqrt()
    return float(top / (bottom + 1e-12))


# %% wrong="relative_error" name="torch.allclose counts as equal and gives 0, close but different tensors are lost"
import torch


def relative_error(A, B):
    if torch.allclose(A, B):
        return 0.0
    return float(torch.linalg.norm(A - B) / (torch.linalg.norm(A) + torch.linalg.norm(B)))


# %% wrong="relative_error" name="denominator is the length of the entrywise sum |A| + |B|, not the sum of the two lengths"
import torch


def relative_error(A, B):
    if A.norm() == 0 and B.norm() == 0:
        return 0.0
    return float(torch.norm(A - B) / torch.norm(A.abs() + B.abs()))


# %% wrong="relative_error" name="zero test with all() on the sum A + B, so B = -A gives 0 instead of 1"
import torch


def relative_error(A, B):
    if torch.all(A + B == 0):
        return 0.0
    length = lambda T: (T * T).sum().sqrt()
    return (length(A - B) / (length(A) + length(B))).item()


# %% right="is_broken" name="four separate calls, written out"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    dW1, db1, dW2, db2 = gradients
    nW1 = numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1)
    nb1 = numerical_gradient(lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1)
    nW2 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2)
    nb2 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2)
    if relative_error(dW1, nW1) > 1e-6:
        return True
    if relative_error(db1, nb1) > 1e-6:
        return True
    if relative_error(dW2, nW2) > 1e-6:
        return True
    if relative_error(db2, nb2) > 1e-6:
        return True
    return False


# %% right="is_broken" name="loop over the places, parameters in a list"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    parameters = [W1, b1, W2, b2]
    errors = []
    for place, claimed in enumerate(gradients):

        def loss_of(P):
            moved = parameters[:place] + [P] + parameters[place + 1 :]
            return two_layer_loss(X, *moved, Y)

        errors.append(relative_error(claimed, numerical_gradient(loss_of, parameters[place], 1e-5)))
    return max(errors) > 1e-6


# %% right="is_broken" name="keyword arguments, any over a generator"
LIMIT = 1e-6


def is_broken(gradients, X, W1, b1, W2, b2, Y):
    point = dict(X=X, W1=W1, b1=b1, W2=W2, b2=b2, Y=Y)

    def measured(name):
        return numerical_gradient(lambda P: two_layer_loss(**{**point, name: P}), point[name])

    return any(
        not relative_error(claim, measured(name)) <= LIMIT
        for name, claim in zip(("W1", "b1", "W2", "b2"), gradients)
    )


# %% wrong="is_broken" name="all four joined in one long vector, a small bias gradient drowns in the large ones"
import torch


def is_broken(gradients, X, W1, b1, W2, b2, Y):
    numerical = [
        numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1),
        numerical_gradient(lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1),
        numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2),
        numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2),
    ]
    claimed = torch.cat([g.flatten() for g in gradients])
    found = torch.cat([g.flatten() for g in numerical])
    return relative_error(claimed, found) > 1e-6


# %% wrong="is_broken" name="mean of the four relative errors compared with 1e-6, one small error is diluted"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    losses = [
        (lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1),
        (lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1),
        (lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2),
        (lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2),
    ]
    errors = [relative_error(g, numerical_gradient(f, P)) for g, (f, P) in zip(gradients, losses)]
    return sum(errors) / len(errors) > 1e-6


# %% wrong="is_broken" name="largest absolute difference of entries against 1e-6 instead of the relative error"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    parameters = [W1, b1, W2, b2]
    for k in range(4):

        def loss(P):
            now = list(parameters)
            now[k] = P
            return two_layer_loss(X, *now, Y)

        difference = gradients[k] - numerical_gradient(loss, parameters[k])
        if difference.abs().max() > 1e-6:
            return True
    return False


# %% wrong="is_broken" name="gradients whose claim is all zeros are skipped as neurons that are off"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    parameters = [W1, b1, W2, b2]
    for k, claimed in enumerate(gradients):
        if not claimed.any():
            continue
        loss = lambda P: two_layer_loss(X, *parameters[:k], P, *parameters[k + 1 :], Y)
        if relative_error(claimed, numerical_gradient(loss, parameters[k])) > 1e-6:
            return True
    return False


# %% right="value_operations" name="plain += lines"
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


# %% right="value_operations" name="loops over parents with local slopes"
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
            for parent, slope in zip(out.parents, (other.data, self.data)):
                parent.grad += slope * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            (parent,) = out.parents
            parent.grad += out.grad * (1.0 if out.data > 0 else 0.0)

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


# %% right="value_operations" name="written-out sums, gate as a comparison, factors unpacked first"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            upstream = out.grad
            self.grad = self.grad + upstream
            other.grad = other.grad + upstream

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            left, right = self.data, other.data
            upstream = out.grad
            self.grad = self.grad + upstream * right
            other.grad = other.grad + upstream * left

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            gate = float(self.data > 0)
            self.grad = self.grad + gate * out.grad

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


# %% wrong="value_operations" name="other factor found as out.data over own data, and 0 where own data is 0"
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
            for parent in (self, other):
                slope = out.data / parent.data if parent.data != 0 else 0.0
                parent.grad += slope * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if out.data > 0:
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


# %% wrong="value_operations" name="equal data taken for the same number in times: two times x given to self only"
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


# %% wrong="value_operations" name="ReLU open at exactly 0 because push tests self.data >= 0 instead of > 0"
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
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data

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


# %% wrong="value_operations" name="product computes both new gradients first and assigns them, losing one contribution of x times x"
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
            new_self = self.grad + other.data * out.grad
            new_other = other.grad + self.data * out.grad
            self.grad, other.grad = new_self, new_other

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


# %% right="value_backward" name="recursive visit with a set, as in the text"
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


# %% right="value_backward" name="count how often each number is used, push when all users have pushed"
def backward(root):
    uses, waiting = {root: 0}, [root]
    while waiting:
        for parent in waiting.pop().parents:
            if parent not in uses:
                uses[parent] = 0
                waiting.append(parent)
            uses[parent] += 1

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


# %% right="value_backward" name="own stack without recursion, ids in the set"
def topological(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


def backward(root):
    root.grad = 1.0
    for node in topological(root)[::-1]:
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


# %% wrong="value_backward" name="breadth first from the root: a number pushes before a later user of it has pushed"
def backward(root):
    order, seen = [root], {root}
    for node in order:
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                order.append(parent)
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


# %% wrong="value_backward" name="set of seen holds node.data, so two numbers that are equal count as one"
def backward(root):
    order, seen = [], set()

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


# %% wrong="value_backward" name="no check for visited numbers: those used twice are listed and push twice"
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


# %% wrong="value_backward" name="node put on the list before its parents, list then walked forwards: depth-first, not topological"
def backward(root):
    order = []
    seen = set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        order.append(node)
        for parent in node.parents:
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
