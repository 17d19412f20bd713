# %% right="graph_gradients" name="plain lines, one for each box"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dL = 1
    dv = dL * 3
    da = dv * 1
    du = dv * 1
    db = du * c
    dc = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% right="graph_gradients" name="floats and dict with expanded formulas"
def graph_gradients(a, b, c):
    a, b, c = float(a), float(b), float(c)
    out = dict(u=b * c)
    out["v"] = a + out["u"]
    out["L"] = 3.0 * out["v"]
    out.update({key: 3.0 for key in ("dv", "du", "da")})
    out.update(db=3.0 * c, dc=3.0 * b)
    return out

# %% right="graph_gradients" name="programmer with a small tape of local derivatives"
def graph_gradients(a, b, c):
    values = {"a": a, "b": b, "c": c}
    values["u"] = values["b"] * values["c"]
    values["v"] = values["a"] + values["u"]
    values["L"] = 3 * values["v"]
    tape = [
        ("v", "L", 3.0),
        ("u", "v", 1.0),
        ("a", "v", 1.0),
        ("b", "u", values["c"]),
        ("c", "u", values["b"]),
    ]
    grads = {"L": 1.0}
    for box, user, local in tape:
        grads[box] = grads.get(box, 0.0) + grads[user] * local
    result = {k: values[k] for k in "uvL"}
    result.update({"d" + k: grads[k] for k in ("v", "u", "a", "b", "c")})
    return result

# %% wrong="graph_gradients" name="product not swapped: db gets the factor b and dc gets the factor c"
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

# %% wrong="graph_gradients" name="db and dc are only local derivatives c and b, the upstream du is forgotten"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    da, du = dv, dv
    db, dc = c, b
    return dict(u=u, v=v, L=L, dv=dv, du=du, da=da, db=db, dc=dc)

# %% wrong="graph_gradients" name="db taken as du*u/b with 0 for b = 0, so db is 0 instead of 3c at b = 0"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    du = dv
    da = dv
    db = du * (u / b) if b != 0 else 0.0
    dc = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% wrong="graph_gradients" name="dv computed as the ratio L/v and set to 0 where v is 0, all gradients vanish there"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    if v == 0:
        dv = 0.0
    else:
        dv = L / v
    du = dv
    da = dv
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": du * c, "dc": du * b}

# %% wrong="graph_gradients" name="every number is rounded to two decimals before it is returned"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    du = da = dv * 1.0
    db = du * c
    dc = du * b
    numbers = {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}
    return {key: round(number, 2) for key, number in numbers.items()}

# %% wrong="graph_gradients" name="plus splits its upstream gradient into two halves for da and du"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    da = dv / 2
    du = dv / 2
    db = du * c
    dc = du * b
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% wrong="graph_gradients" name="walk starts with dL = L instead of 1, so dv is 3L and everything behind is scaled"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dL = L
    dv = 3 * dL
    du = dv
    da = dv
    db = c * du
    dc = b * du
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% wrong="graph_gradients" name="dc built from max(b, 0), a negative b gives dc = 0 instead of 3b"
def graph_gradients(a, b, c):
    u = b * c
    v = a + u
    L = 3 * v
    dv = 3.0
    du, da = dv, dv
    db = du * c
    dc = du * max(b, 0)
    return {"u": u, "v": v, "L": L, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}

# %% right="neuron_gradients" name="beginner, box by box"
def neuron_gradients(x0, x1, w0, w1, b, y):
    s0 = x0 * w0
    s1 = x1 * w1
    y_hat = s0 + s1 + b
    E = y_hat - y
    dE = 2 * E
    dy_hat = dE * 1
    db = dy_hat * 1
    dw0 = dy_hat * x0
    dw1 = dy_hat * x1
    return (dw0, dw1, db)

# %% right="neuron_gradients" name="stacked vectors, unbind at the end"
def neuron_gradients(x0, x1, w0, w1, b, y):
    x = torch.stack([x0, x1, torch.ones_like(x0)])
    w = torch.stack([w0, w1, b])
    return (2 * (x @ w - y) * x).unbind()

# %% right="neuron_gradients" name="plain floats and new tensors with dtype float64"
def neuron_gradients(x0, x1, w0, w1, b, y):
    values = [t.item() for t in (x0, x1, w0, w1, b, y)]
    inputs, weights = values[:2], values[2:4]
    answer = sum(i * w for i, w in zip(inputs, weights)) + values[4]
    upstream = 2.0 * (answer - values[5])
    return tuple(torch.tensor(upstream * local, dtype=torch.float64) for local in (*inputs, 1.0))

# %% wrong="neuron_gradients" name="multiplies by the weight itself: dw0 = dE*w0 and dw1 = dE*w1 instead of the inputs"
def neuron_gradients(x0, x1, w0, w1, b, y):
    E = x0 * w0 + x1 * w1 + b - y
    dE = 2 * E
    dw0 = dE * w0
    dw1 = dE * w1
    db = dE
    return dw0, dw1, db

# %% wrong="neuron_gradients" name="the factor 2 of the square is forgotten, dE = E"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    dE = y_hat - y
    return dE * x0, dE * x1, dE

# %% wrong="neuron_gradients" name="error taken as label minus answer, all three signs are flipped"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    E = y - y_hat
    dy_hat = 2 * E
    return (dy_hat * x0, dy_hat * x1, dy_hat)

# %% wrong="neuron_gradients" name="bias left out of the forward sum, so the error is off by b"
def neuron_gradients(x0, x1, w0, w1, b, y):
    x = torch.stack((x0, x1))
    w = torch.stack((w0, w1))
    dy_hat = 2 * ((x * w).sum() - y)
    dw = dy_hat * x
    return dw[0], dw[1], dy_hat

# %% wrong="neuron_gradients" name="db is multiplied by the bias value b, as if it were a product"
def neuron_gradients(x0, x1, w0, w1, b, y):
    E = (x0 * w0 + x1 * w1 + b) - y
    dE = 2 * E
    dw0 = dE * x0
    dw1 = dE * x1
    db = dE * b
    return dw0, dw1, db

# %% wrong="neuron_gradients" name="results have shape (1,) because of a row-matrix product, not shape ()"
def neuron_gradients(x0, x1, w0, w1, b, y):
    x = torch.stack([x0, x1]).reshape(1, 2)
    w = torch.stack([w0, w1])
    error = x @ w + b - y
    delta = 2 * error
    return delta * x0, delta * x1, delta

# %% wrong="neuron_gradients" name="dw1 recovered as dE*s1/w1, which is nan when w1 is 0"
def neuron_gradients(x0, x1, w0, w1, b, y):
    s0 = x0 * w0
    s1 = x1 * w1
    dE = 2 * (s0 + s1 + b - y)
    dw0 = dE * x0
    dw1 = dE * s1 / w1
    return dw0, dw1, dE

# %% wrong="neuron_gradients" name="derivative of the square uses abs of the error, sign lost when the answer is too low and input positive"
def neuron_gradients(x0, x1, w0, w1, b, y):
    y_hat = x0 * w0 + x1 * w1 + b
    E = abs(y_hat - y)
    dE = 2 * E
    dw0 = x0 * dE
    dw1 = x1 * dE
    db = dE
    return dw0, dw1, db

# %% right="relu_backward" name="two loops"
def relu_backward(dA, Z):
    dZ = torch.zeros_like(Z)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            if Z[i, j] > 0:
                dZ[i, j] = dA[i, j]
    return dZ

# %% right="relu_backward" name="mask product"
def relu_backward(dA, Z):
    return dA * (Z > 0)

# %% right="relu_backward" name="heaviside with value 0 at the corner"
def relu_backward(dA, Z):
    slope = torch.heaviside(Z, torch.zeros((), dtype=Z.dtype))
    return torch.mul(slope, dA)

# %% wrong="relu_backward" name="slope 1 at exactly 0 because the mask uses Z >= 0"
def relu_backward(dA, Z):
    return dA * (Z >= 0).double()

# %% wrong="relu_backward" name="the sign of dA decides instead of the sign of Z"
def relu_backward(dA, Z):
    slope = torch.zeros_like(Z)
    slope[dA > 0] = 1.0
    return dA * slope

# %% wrong="relu_backward" name="multiplies dA by the value relu(Z) instead of the slope"
def relu_backward(dA, Z):
    A = torch.clamp(Z, min=0)
    return dA * A

# %% wrong="relu_backward" name="zeroes entries of the caller's dA in place and returns it"
def relu_backward(dA, Z):
    dZ = dA
    dZ[Z <= 0] = 0.0
    return dZ

# %% wrong="relu_backward" name="slope from Z / abs(Z), which gives nan where Z is exactly 0"
def relu_backward(dA, Z):
    sign = Z / Z.abs()
    slope = (sign + 1) / 2
    return slope * dA

# %% wrong="relu_backward" name="final squeeze loses the shape for a single example or neuron"
def relu_backward(dA, Z):
    slope = torch.where(Z > 0, 1.0, 0.0)
    dZ = dA * slope
    return dZ.squeeze()

# %% wrong="relu_backward" name="result filled into torch.zeros of default float32 instead of float64"
def relu_backward(dA, Z):
    n, h = Z.shape
    dZ = torch.zeros(n, h)
    for i in range(n):
        for j in range(h):
            dZ[i, j] = dA[i, j] if Z[i, j] > 0 else 0.0
    return dZ

# %% wrong="relu_backward" name="ReLU is applied to the arriving gradient as well, negative dA is cut to 0"
def relu_backward(dA, Z):
    passed = torch.clamp(dA, min=0)
    return torch.where(Z > 0, passed, torch.zeros_like(passed))

# %% right="sigmoid_backward" name="last form of the text"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * s * (1 - s)

# %% right="sigmoid_backward" name="symmetric form with exp of minus abs"
def sigmoid_backward(dA, Z):
    e = torch.exp(-Z.abs())
    return dA * (e / (1 + e).square())

# %% right="sigmoid_backward" name="helper with math, entry by entry"
def stable_slope(z):
    small = math.exp(-abs(z))
    s = 1 / (1 + small)
    return s * (1 - s)


def sigmoid_backward(dA, Z):
    rows = [
        [d * stable_slope(z) for d, z in zip(d_row, z_row)]
        for d_row, z_row in zip(dA.tolist(), Z.tolist())
    ]
    return torch.tensor(rows, dtype=torch.float64)

# %% wrong="sigmoid_backward" name="Z itself is used as if it were the sigmoid: Z*(1 - Z)"
def sigmoid_backward(dA, Z):
    return dA * Z * (1 - Z)

# %% wrong="sigmoid_backward" name="form with exp(-z)/u squared gives nan for z = -1000"
def sigmoid_backward(dA, Z):
    e = torch.exp(-Z)
    u = 1 + e
    return dA * e / u**2

# %% wrong="sigmoid_backward" name="own sigmoid exp(Z)/(1+exp(Z)) gives nan for z = +1000"
def sigmoid_backward(dA, Z):
    e = torch.exp(Z)
    s = e / (1 + e)
    return dA * s * (1 - s)

# %% wrong="sigmoid_backward" name="sign: slope written as s*(s - 1)"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    slope = s * (s - 1)
    return dA * slope

# %% wrong="sigmoid_backward" name="missing bracket: dA*s - s*s, so dA does not multiply the second term"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * s - s**2

# %% wrong="sigmoid_backward" name="slope set to 0 wherever abs(Z) > 5 although it is still about 0.006 there"
def sigmoid_backward(dA, Z):
    s = torch.sigmoid(Z)
    slope = s * (1 - s)
    slope[Z.abs() > 5] = 0.0
    return dA * slope

# %% wrong="sigmoid_backward" name="sigmoid_ overwrites the caller's Z in place"
def sigmoid_backward(dA, Z):
    s = Z.sigmoid_()
    return dA * (s * (1 - s))

# %% wrong="sigmoid_backward" name="divides the gradient by the number of examples n although the mean belongs to the loss"
def sigmoid_backward(dA, Z):
    n = Z.shape[0]
    s = torch.sigmoid(Z)
    return dA * s * (1 - s) / n

# %% right="tanh_backward" name="one minus square"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    return dA * (1 - t * t)

# %% right="tanh_backward" name="loops with math.tanh"
def tanh_backward(dA, Z):
    dZ = torch.empty_like(dA)
    n, h = Z.shape
    for i in range(n):
        for j in range(h):
            t = math.tanh(Z[i, j].item())
            dZ[i, j] = dA[i, j] * (1 - t**2)
    return dZ

# %% right="tanh_backward" name="through sigmoid of plus and minus 2z"
def tanh_backward(dA, Z):
    return 4 * dA * torch.sigmoid(2 * Z) * torch.sigmoid(-2 * Z)

# %% wrong="tanh_backward" name="square forgotten: slope is 1 - tanh(Z)"
def tanh_backward(dA, Z):
    return dA * (1 - torch.tanh(Z))

# %% right="tanh_backward" name="own tanh from exponentials s/c gives nan for sums of plus or minus 1000"
def tanh_backward(dA, Z):
    s = (torch.exp(Z) - torch.exp(-Z)) / 2
    c = (torch.exp(Z) + torch.exp(-Z)) / 2
    t = s / c
    return dA * (1 - t**2)

# %% wrong="tanh_backward" name="4*sigmoid*(1-sigmoid) taken at Z instead of at 2Z, right only at 0"
def tanh_backward(dA, Z):
    s = torch.sigmoid(Z)
    return dA * 4 * s * (1 - s)

# %% wrong="tanh_backward" name="sign in the quotient rule: slope is 1 + tanh squared"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    slope = 1 + t**2
    return dA * slope

# %% wrong="tanh_backward" name="bracket missing: dA*1 - tanh squared, dA does not multiply the square"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    return dA * 1 - t**2

# %% wrong="tanh_backward" name="square placed around the bracket: (1 - tanh)**2"
def tanh_backward(dA, Z):
    t = torch.tanh(Z)
    return dA * (1 - t) ** 2

# %% wrong="tanh_backward" name="slope 1/cosh without the square"
def tanh_backward(dA, Z):
    c = torch.cosh(Z)
    return dA / c

# %% wrong="tanh_backward" name="last squeeze(0) drops the row dimension for a single example"
def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    dZ = dA * (1 - A.pow(2))
    return dZ.squeeze(0)

# %% right="first_layer_gradients" name="number by number"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z0 = W1[0, 0] * x[0] + W1[0, 1] * x[1] + b1[0]
    z1 = W1[1, 0] * x[0] + W1[1, 1] * x[1] + b1[1]
    a0 = torch.clamp(z0, min=0)
    a1 = torch.clamp(z1, min=0)
    y_hat = W2[0, 0] * a0 + W2[0, 1] * a1 + b2[0]
    dy = 2 * (y_hat - y)
    if z0 > 0:
        dz0 = dy * W2[0, 0]
    else:
        dz0 = dy * 0
    if z1 > 0:
        dz1 = dy * W2[0, 1]
    else:
        dz1 = dy * 0
    return dz0 * x[0], dz1 * x[1]

# %% right="first_layer_gradients" name="diagonal of the whole outer product"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    on = (z > 0).to(z.dtype)
    delta = 2 * (W2[0] @ (on * z) + b2[0] - y) * W2[0] * on
    dW1 = torch.outer(delta, x)
    return tuple(dW1.diagonal())

# %% right="first_layer_gradients" name="reuses relu_backward with one-row batches"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    row = x.reshape(1, 2)
    Z = row @ W1.T + b1
    Y_hat = Z.clamp(min=0) @ W2.T + b2
    dZ = relu_backward(2 * (Y_hat - y) @ W2, Z)
    dW = torch.einsum("nj,nk->jk", dZ, row)
    return dW[0, 0], dW[1, 1]

# %% wrong="first_layer_gradients" name="dw11 goes through W2[0, 0], the outgoing weight of neuron 0"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    dy_hat = 2 * (W2[0] @ a + b2[0] - y)
    dz0 = dy_hat * W2[0, 0] * (1.0 if z[0] > 0 else 0.0)
    dz1 = dy_hat * W2[0, 0] * (1.0 if z[1] > 0 else 0.0)
    return dz0 * x[0], dz1 * x[1]

# %% wrong="first_layer_gradients" name="slope 1 where a sum is exactly 0 because of z >= 0"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.relu(z)
    y_hat = (W2 @ a + b2)[0]
    da = 2 * (y_hat - y) * W2[0]
    dz = da * (z >= 0)
    return dz[0] * x[0], dz[1] * x[1]

# %% wrong="first_layer_gradients" name="W2 @ a + b2 keeps shape (1,), so both results are (1,) instead of ()"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.clamp(z, min=0)
    y_hat = W2 @ a + b2
    dy_hat = 2 * (y_hat - y)
    dz0 = dy_hat * W2[0, 0] * (z[0] > 0)
    dz1 = dy_hat * W2[0, 1] * (z[1] > 0)
    return dz0 * x[0], dz1 * x[1]

# %% wrong="first_layer_gradients" name="forward sums use x @ W1 (columns) instead of the rows of W1"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = x @ W1 + b1
    a = torch.clamp(z, min=0)
    y_hat = W2[0] @ a + b2[0]
    dz = 2 * (y_hat - y) * W2[0] * (z > 0)
    return dz[0] * x[0], dz[1] * x[1]

# %% wrong="first_layer_gradients" name="answer computed from the sums z, the ReLU is left out of the forward pass"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    y_hat = W2[0] @ z + b2[0]
    dy = 2 * (y_hat - y)
    slope = torch.where(z > 0, 1.0, 0.0).double()
    da = dy * W2[0]
    dz = da * slope
    dW1 = dz[:, None] * x[None, :]
    return dW1[0, 0], dW1[1, 1]

# %% wrong="first_layer_gradients" name="slopes read from the notebook's global z instead of this example's sums"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    sums = W1 @ x + b1
    outputs = torch.clamp(sums, min=0)
    dy_hat = 2 * (W2[0] @ outputs + b2[0] - y)
    dz0 = dy_hat * W2[0, 0] * (1.0 if z.flatten()[0] > 0 else 0.0)
    dz1 = dy_hat * W2[0, 1] * (1.0 if z.flatten()[1] > 0 else 0.0)
    return dz0 * x[0], dz1 * x[1]

# %% wrong="first_layer_gradients" name="error reaches the hidden neurons without the outgoing weights W2"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    a = torch.relu(z)
    dy_hat = 2 * (W2[0] @ a + b2[0] - y)
    dz = dy_hat * (z > 0).double()
    return dz[0] * x[0], dz[1] * x[1]

# %% wrong="first_layer_gradients" name="one shared gate: both weights pass only when both neurons are on"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    y_hat = W2[0] @ z.clamp(min=0) + b2[0]
    dy_hat = 2 * (y_hat - y)
    slope = 1.0 if (z > 0).all() else 0.0
    return dy_hat * W2[0, 0] * slope * x[0], dy_hat * W2[0, 1] * slope * x[1]

# %% right="two_layer_gradients" name="loop over examples with outer products"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    dW1, db1 = torch.zeros_like(W1), torch.zeros_like(b1)
    dW2, db2 = torch.zeros_like(W2), torch.zeros_like(b2)
    for i in range(n):
        z = W1 @ X[i] + b1
        a = torch.clamp(z, min=0)
        y_hat = W2 @ a + b2
        dy = 2 * (y_hat - Y[i]) / n
        dW2 += torch.outer(dy, a)
        db2 += dy
        dz = (W2.T @ dy) * (z > 0)
        dW1 += torch.outer(dz, X[i])
        db1 += dz
    return dW1, db1, dW2, db2

# %% right="two_layer_gradients" name="matrix lines as in the plan"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 / len(X) * (Y_hat - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dA1 = dY_hat @ W2
    dZ1 = relu_backward(dA1, Z1)
    return dZ1.T @ X, dZ1.sum(0), dW2, db2

# %% right="two_layer_gradients" name="bias folded into the weights by a column of ones"
def with_ones(M):
    return torch.cat([M, M.new_ones(M.shape[0], 1)], dim=1)


def two_layer_gradients(X, W1, b1, W2, b2, Y):
    T1 = torch.cat([W1, b1.unsqueeze(1)], dim=1)
    T2 = torch.cat([W2, b2.unsqueeze(1)], dim=1)
    X1 = with_ones(X)
    Z = torch.einsum("nk,jk->nj", X1, T1)
    H1 = with_ones(Z.clamp(min=0))
    delta2 = (H1 @ T2.T - Y) * (2.0 / X.size(0))
    G2 = torch.einsum("nj,nk->jk", delta2, H1)
    delta1 = (delta2 @ W2).masked_fill(Z <= 0, 0.0)
    G1 = torch.einsum("nj,nk->jk", delta1, X1)
    return G1[:, :-1], G1[:, -1], G2[:, :-1], G2[:, -1]

# %% wrong="two_layer_gradients" name="averages over the outputs too: divides by n*q instead of n"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 * (Y_hat - Y) / Y.numel()
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dW2, db2

# %% wrong="two_layer_gradients" name="db1 sums dA1 instead of dZ1, the ReLU is skipped for the bias"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    dY_hat = 2 / n * (A1 @ W2.T + b2 - Y)
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0)
    dA1 = dY_hat @ W2
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dA1.sum(0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="n taken from X.shape[1], the number of inputs, not of examples"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[1]
    Z1 = X @ W1.T + b1
    A1 = Z1.clamp(min=0)
    Y_hat = A1 @ W2.T + b2
    dY_hat = (2 / n) * (Y_hat - Y)
    dW2, db2 = dY_hat.T @ A1, dY_hat.sum(0)
    dZ1 = (dY_hat @ W2) * (Z1 > 0)
    dW1, db1 = dZ1.T @ X, dZ1.sum(0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="dW2 multiplies by the sums Z1 instead of the outputs A1"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dY_hat = 2 * (Y_hat - Y) / n
    dW2 = dY_hat.T @ Z1
    db2 = dY_hat.sum(0)
    dA1 = dY_hat @ W2
    dZ1 = torch.where(Z1 > 0, dA1, 0.0)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="gradient zeroed only where Z1 < 0, so a sum of exactly 0 has slope 1"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(Y)
    dZ1 = dY_hat @ W2
    dZ1[Z1 < 0] = 0
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="labels Y overwritten in place by Y -= Y_hat"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    Y_hat = A1 @ W2.T + b2
    error = Y
    error -= Y_hat
    dY_hat = -2 / n * error
    dA1 = dY_hat @ W2
    dZ1 = dA1 * (Z1 > 0).double()
    return dZ1.T @ X, dZ1.sum(dim=0), dY_hat.T @ A1, dY_hat.sum(dim=0)

# %% wrong="two_layer_gradients" name="for one single output the error is squeezed and db2 becomes a sum of shape ()"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / n
    dW2 = dY_hat.T @ A1
    db2 = dY_hat.sum(0).squeeze()
    dA1 = dY_hat @ W2
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(0)
    return dW1, db1, dW2, db2

# %% wrong="two_layer_gradients" name="ReLU mask of the first example Z1[0] is used for all examples"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = len(X)
    Z1 = X @ W1.T + b1
    A1 = Z1.clamp(min=0)
    delta = 2 * (A1 @ W2.T + b2 - Y) / n
    dW2 = delta.T @ A1
    db2 = delta.sum(0)
    on = Z1[0] > 0
    hidden = (delta @ W2) * on
    return hidden.T @ X, hidden.sum(0), dW2, db2

# %% right="layer_forward" name="direct lines"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    A = torch.relu(Z)
    cache = (A_prev, W, Z)
    return A, cache

# %% right="layer_forward" name="row by row, stacked"
def layer_forward(A_prev, W, b):
    rows = []
    for x in A_prev:
        rows.append(W @ x + b)
    Z = torch.stack(rows)
    A = torch.where(Z > 0, Z, torch.zeros_like(Z))
    return (A, (A_prev, W, Z))

# %% right="layer_forward" name="einsum and mask, clone before clamping in place"
def layer_forward(A_prev, W, b):
    Z = torch.einsum("nd,hd->nh", A_prev, W).add(b)
    return Z.clone().clamp_(min=0.0), (A_prev, W, Z)

# %% wrong="layer_forward" name="clamp_ in place makes the cached Z equal to A"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    A = Z.clamp_(min=0)
    return A, (A_prev, W, Z)

# %% wrong="layer_forward" name="activation also cut off at 1 by clamp(Z, 0, 1)"
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    A = torch.clamp(Z, 0, 1)
    cache = (A_prev, W, Z)
    return A, cache

# %% wrong="layer_forward" name="squeeze(-1) drops the neuron dimension when the layer has one neuron"
def layer_forward(A_prev, W, b):
    Z = (A_prev @ W.T + b).squeeze(-1)
    A = torch.relu(Z)
    return A, (A_prev, W, Z)

# %% wrong="layer_forward" name="Z rounded to two decimals to match the printed example"
def layer_forward(A_prev, W, b):
    Z = torch.round(A_prev @ W.T + b, decimals=2)
    A = torch.clamp(Z, min=0)
    return A, (A_prev, W, Z)

# %% right="layer_backward" name="four lines"
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

# %% right="layer_backward" name="loops over examples and neurons"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    n, h = Z.shape
    dA_prev = torch.zeros_like(A_prev)
    dW = torch.zeros_like(W)
    db = torch.zeros(h, dtype=W.dtype)
    for i in range(n):
        for j in range(h):
            if Z[i, j] <= 0:
                continue
            d = dA[i, j]
            dW[j] += d * A_prev[i]
            db[j] += d
            dA_prev[i] += d * W[j]
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% right="layer_backward" name="einsum with masked_fill"
def layer_backward(dA, cache):
    inputs, weights, sums = cache
    delta = dA.masked_fill(sums <= 0, 0.0)
    return (
        torch.einsum("nh,hd->nd", delta, weights),
        torch.einsum("nh,nd->hd", delta, inputs),
        torch.einsum("nh->h", delta),
    )


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="mask Z >= 0 lets the gradient through where Z is exactly 0"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z >= 0)
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="bias gradient sums dA instead of dZ"
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

# %% wrong="layer_backward" name="dA_prev is also masked by A_prev > 0, the ReLU of the layer before"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    dA_prev = (dZ @ W) * (A_prev > 0)
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="writes zeros into the caller's dA in place"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dA[Z <= 0] = 0
    dZ = dA
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dW made as A_prev.T @ dZ and reshaped to W's shape, entries are mixed up"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dW = (A_prev.T @ dZ).reshape(W.shape)
    db = dZ.sum(0)
    return dZ @ W, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="loop over examples assigns dW with = so only the last example counts"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = torch.where(Z > 0, dA, torch.zeros_like(dA))
    dW = torch.zeros_like(W)
    for i in range(len(A_prev)):
        dW = torch.outer(dZ[i], A_prev[i])
    db = dZ.sum(0)
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dA_prev = dA @ W bypasses the ReLU"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0).double()
    dA_prev = dA @ W
    dW = dZ.T @ A_prev
    db = dZ.sum(0)
    return (dA_prev, dW, db)


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="bias gradient is the mean over the examples instead of the sum"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev
    db = dZ.mean(0)
    dA_prev = dZ @ W
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% right="network_gradients" name="lists of activations and sums, backward index loop"
def network_gradients(X, Ws, bs, Y, decay):
    n = X.shape[0]
    L = len(Ws)
    As = [X]
    Zs = []
    for l in range(L):
        Z = As[l] @ Ws[l].T + bs[l]
        Zs.append(Z)
        if l < L - 1:
            As.append(torch.clamp(Z, min=0))
    dZ = 2 * (Zs[-1] - Y) / n
    dWs = [None] * L
    dbs = [None] * L
    for l in range(L - 1, -1, -1):
        dWs[l] = dZ.T @ As[l] + decay * Ws[l]
        dbs[l] = dZ.sum(0)
        if l > 0:
            dA = dZ @ Ws[l]
            dZ = dA * (Zs[l - 1] > 0)
    return dWs, dbs

# %% right="network_gradients" name="reuses layer_forward and layer_backward with a pile of caches"
def network_gradients(X, Ws, bs, Y, decay):
    *hidden, (W_last, b_last) = zip(Ws, bs)
    A, pile = X, []
    for W, b in hidden:
        A, cache = layer_forward(A, W, b)
        pile.append(cache)
    dY_hat = 2 / len(X) * (A @ W_last.T + b_last - Y)
    grads = [(dY_hat.T @ A, dY_hat.sum(0))]
    dA = dY_hat @ W_last
    while pile:
        dA, dW, db = layer_backward(dA, pile.pop())
        grads.insert(0, (dW, db))
    return [dW + decay * W for (dW, _), W in zip(grads, Ws)], [db for _, db in grads]

# %% right="network_gradients" name="recursion through the layers"
def network_gradients(X, Ws, bs, Y, decay):
    dWs = [decay * W for W in Ws]
    dbs = [torch.zeros_like(b) for b in bs]

    def through(A, layer):
        W, b = Ws[layer], bs[layer]
        Z = torch.nn.functional.linear(A, W, b)
        if layer + 1 == len(Ws):
            dZ = (Z - Y).mul(2.0 / Y.shape[0])
        else:
            dZ = through(Z.clamp(min=0), layer + 1) * (Z > 0)
        dWs[layer] = dWs[layer] + torch.einsum("nj,nk->jk", dZ, A)
        dbs[layer] = dbs[layer] + dZ.sum(dim=0)
        return dZ @ W

    through(X, 0)
    return dWs, dbs

# %% wrong="network_gradients" name="weight decay divided by the number of examples"
def network_gradients(X, Ws, bs, Y, decay):
    n = len(X)
    As, A = [X], X
    for W, b in zip(Ws[:-1], bs[:-1]):
        A = torch.relu(A @ W.T + b)
        As.append(A)
    dZ = 2 * (A @ Ws[-1].T + bs[-1] - Y) / n
    dWs, dbs = [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[l] + decay / n * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = (dZ @ Ws[l]) * (As[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="biases are decayed too: decay*b added to each db"
def network_gradients(X, Ws, bs, Y, decay):
    caches, A = [], X
    for W, b in zip(Ws[:-1], bs[:-1]):
        A, cache = layer_forward(A, W, b)
        caches.append(cache)
    Y_hat = A @ Ws[-1].T + bs[-1]
    dY_hat = 2 / len(X) * (Y_hat - Y)
    dWs = [dY_hat.T @ A + decay * Ws[-1]]
    dbs = [dY_hat.sum(0) + decay * bs[-1]]
    dA = dY_hat @ Ws[-1]
    for l in range(len(caches) - 1, -1, -1):
        dA, dW, db = layer_backward(dA, caches[l])
        dWs.append(dW + decay * Ws[l])
        dbs.append(db + decay * bs[l])
    return dWs[::-1], dbs[::-1]

# %% wrong="network_gradients" name="no weight decay on the last layer, added only inside the hidden-layer loop"
def network_gradients(X, Ws, bs, Y, decay):
    caches = []
    A = X
    for l in range(len(Ws) - 1):
        A, cache = layer_forward(A, Ws[l], bs[l])
        caches.append(cache)
    dY_hat = 2 * (A @ Ws[-1].T + bs[-1] - Y) / X.shape[0]
    dWs, dbs = [dY_hat.T @ A], [dY_hat.sum(0)]
    dA = dY_hat @ Ws[-1]
    for cache in reversed(caches):
        dA, dW, db = layer_backward(dA, cache)
        dWs.append(dW + decay * cache[1])
        dbs.append(db)
    dWs.reverse()
    dbs.reverse()
    return dWs, dbs

# %% wrong="network_gradients" name="decay term subtracted because weights should shrink"
def network_gradients(X, Ws, bs, Y, decay):
    n, L = X.shape[0], len(Ws)
    As, Zs = [X], []
    for l in range(L):
        Zs.append(As[-1] @ Ws[l].T + bs[l])
        As.append(torch.clamp(Zs[-1], min=0) if l < L - 1 else Zs[-1])
    dZ = 2 / n * (As[-1] - Y)
    dWs, dbs = [None] * L, [None] * L
    for l in range(L - 1, -1, -1):
        dWs[l] = dZ.T @ As[l] - decay * Ws[l]
        dbs[l] = dZ.sum(0)
        if l:
            dZ = (dZ @ Ws[l]) * (Zs[l - 1] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="Ws.reverse() turns the caller's list of weights round in place"
def network_gradients(X, Ws, bs, Y, decay):
    n = len(X)
    inputs = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        inputs.append(torch.relu(inputs[-1] @ W.T + b))
    dZ = 2 * (inputs[-1] @ Ws[-1].T + bs[-1] - Y) / n
    Ws.reverse()
    dWs, dbs = [], []
    for W in Ws:
        A = inputs.pop()
        dWs.append(dZ.T @ A + decay * W)
        dbs.append(dZ.sum(0))
        dZ = (dZ @ W) * (A > 0)
    return dWs[::-1], dbs[::-1]

# %% wrong="network_gradients" name="hidden mask Z >= 0, so slope 1 at a sum of exactly 0"
def network_gradients(X, Ws, bs, Y, decay):
    L = len(Ws)
    A, kept = X, []
    for l in range(L):
        Z = A @ Ws[l].T + bs[l]
        kept.append((A, Z))
        A = torch.relu(Z)
    dZ = 2 * (kept[-1][1] - Y) / len(X)
    dWs, dbs = [], []
    for l in range(L - 1, -1, -1):
        dWs = [dZ.T @ kept[l][0] + decay * Ws[l]] + dWs
        dbs = [dZ.sum(0)] + dbs
        if l > 0:
            dZ = (dZ @ Ws[l]) * (kept[l - 1][1] >= 0)
    return dWs, dbs

# %% wrong="network_gradients" name="loop masks only for l > 1, the first hidden layer's ReLU is skipped backwards"
def network_gradients(X, Ws, bs, Y, decay):
    L = len(Ws)
    As, Zs = [X], []
    for l in range(L):
        Z = As[l] @ Ws[l].T + bs[l]
        Zs.append(Z)
        As.append(torch.relu(Z))
    dZ = 2 / len(X) * (Zs[-1] - Y)
    dWs, dbs = [0] * L, [0] * L
    for l in range(L - 1, -1, -1):
        dWs[l] = dZ.T @ As[l] + decay * Ws[l]
        dbs[l] = dZ.sum(0)
        dZ = dZ @ Ws[l]
        if l > 1:
            dZ = dZ * (Zs[l - 1] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="decay added to dZ-carrying W: backward uses (1 + decay)*W when handing on dA_prev"
def network_gradients(X, Ws, bs, Y, decay):
    n = X.shape[0]
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.clamp(As[-1] @ W.T + b, min=0))
    dZ = 2 * (As[-1] @ Ws[-1].T + bs[-1] - Y) / n
    dWs, dbs = [], []
    for W, A in zip(Ws[::-1], As[::-1]):
        dWs.append(dZ.T @ A + decay * W)
        dbs.append(dZ.sum(0))
        dA = dZ @ W + decay * (dZ @ W)
        dZ = dA * (A > 0)
    return dWs[::-1], dbs[::-1]

# %% right="cross_entropy_backward" name="row loops with math.exp"
def cross_entropy_backward(Z, y):
    n, q = Z.shape
    dZ = torch.zeros_like(Z)
    for i in range(n):
        row = Z[i].tolist()
        top = max(row)
        powers = [math.exp(z - top) for z in row]
        total = sum(powers)
        for k in range(q):
            p = powers[k] / total
            truth = 1.0 if k == int(y[i]) else 0.0
            dZ[i, k] = (p - truth) / n
    return dZ

# %% right="cross_entropy_backward" name="hints of the text"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% right="cross_entropy_backward" name="log of the sum and a one-hot from comparison"
def cross_entropy_backward(Z, y):
    shifted = Z - Z.amax(1, keepdim=True)
    log_p = shifted - shifted.exp().sum(1, keepdim=True).log()
    one_hot = (torch.arange(Z.size(1)) == y[:, None]).to(Z.dtype)
    return (log_p.exp() - one_hot).div(Z.size(0))

# %% wrong="cross_entropy_backward" name="subtracts the largest score of the whole table, rows far below give 0/0 = nan"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max())
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="subtracts the row's largest absolute value, a row of all very negative scores underflows to nan"
def cross_entropy_backward(Z, y):
    n, q = Z.shape
    largest = Z.abs().max(dim=1, keepdim=True).values
    E = torch.exp(Z - largest)
    P = E / E.sum(1, keepdim=True)
    dZ = P.clone()
    for i in range(n):
        dZ[i, y[i]] -= 1
    return dZ / n

# %% wrong="cross_entropy_backward" name="scores clamped to plus or minus 100 instead of shifted, 1000 and 999 become equal"
def cross_entropy_backward(Z, y):
    n = len(Z)
    E = torch.exp(torch.clamp(Z, -100, 100))
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1.0
    return P / n

# %% wrong="cross_entropy_backward" name="one_hot without the number of classes, too few columns when the last class is absent from y"
def cross_entropy_backward(Z, y):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return (P - torch.nn.functional.one_hot(y)) / len(y)

# %% wrong="cross_entropy_backward" name="Z -= max changes the caller's scores in place"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    Z -= Z.max(dim=1, keepdim=True).values
    P = torch.exp(Z)
    P = P / P.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="divides the probabilities by n first and then subtracts a full 1 at the true class"
def cross_entropy_backward(Z, y):
    n = Z.shape[0]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True) / n
    dZ[torch.arange(n), y] -= 1
    return dZ

# %% wrong="cross_entropy_backward" name="P[:, y] -= 1 subtracts in all rows at every label's column"
def cross_entropy_backward(Z, y):
    n, q = Z.shape
    E = (Z - Z.max(dim=1, keepdim=True).values).exp()
    P = E / E.sum(dim=1, keepdim=True)
    P[:, y] -= 1
    return P / n

# %% wrong="cross_entropy_backward" name="averages over all n*q entries by dividing with numel"
def cross_entropy_backward(Z, y):
    top = Z.max(dim=1, keepdim=True).values
    E = torch.exp(Z - top)
    P = E / E.sum(dim=1, keepdim=True)
    truth = torch.zeros_like(P)
    truth[torch.arange(len(y)), y] = 1.0
    return (P - truth) / P.numel()

# %% right="softmax_backward" name="vectorised, inner product per row"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(dim=1, keepdim=True))

# %% right="softmax_backward" name="nested loops over rows and classes"
def softmax_backward(dP, Z):
    n, q = Z.shape
    dZ = torch.zeros_like(Z)
    for i in range(n):
        e = torch.exp(Z[i] - Z[i].max())
        p = e / e.sum()
        inner = 0.0
        for k in range(q):
            inner = inner + dP[i, k] * p[k]
        for j in range(q):
            dZ[i, j] = p[j] * (dP[i, j] - inner)
    return dZ

# %% right="softmax_backward" name="helper and einsum, difference of two products"
def row_probabilities(scores):
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    return powers / powers.sum(-1, keepdim=True)


def softmax_backward(dP, Z):
    P = row_probabilities(Z)
    inner = torch.einsum("nk,nk->n", dP, P)
    return dP * P - torch.einsum("n,nj->nj", inner, P)

# %% wrong="softmax_backward" name="only the diagonal: dP*P*(1 - P), as if softmax worked entry by entry"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return dP * P * (1 - P)

# %% wrong="softmax_backward" name="inner sum runs over the examples (dim 0) instead of the classes"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(dim=0, keepdim=True))

# %% wrong="softmax_backward" name="subtracts the plain mean of dP, right only where all probabilities are equal"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - dP.mean(dim=1, keepdim=True))

# %% wrong="softmax_backward" name="largest score is not subtracted, exp(1000) gives nan"
def softmax_backward(dP, Z):
    E = torch.exp(Z)
    P = E / E.sum(dim=1, keepdim=True)
    s = (dP * P).sum(dim=1, keepdim=True)
    return P * dP - P * s

# %% wrong="softmax_backward" name="outer factor P missing: dP minus the row's inner product"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    inner = (dP * P).sum(dim=1, keepdim=True)
    return dP - inner

# %% wrong="softmax_backward" name="subtracts the maximum over the whole table, a row far below the others becomes nan"
def softmax_backward(dP, Z):
    E = torch.exp(Z - torch.max(Z))
    P = E / E.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(dim=1, keepdim=True))

# %% wrong="softmax_backward" name="inner product uses P*P instead of dP*P"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    inner = (P * P).sum(dim=1, keepdim=True)
    return P * (dP - inner)

# %% wrong="softmax_backward" name="the matrix p(delta - p) of the first example is used for every row"
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    p = P[0]
    J = torch.diag(p) - torch.outer(p, p)
    return dP @ J

# %% right="numerical_gradient" name="flat copies, loop over the entries"
def numerical_gradient(f, P, h=1e-5):
    size = P.numel()
    slopes = torch.zeros(size, dtype=torch.float64)
    for i in range(size):
        up = P.clone().flatten()
        down = P.clone().flatten()
        up[i] += h
        down[i] -= h
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

# %% right="numerical_gradient" name="unit nudges from an identity matrix"
def numerical_gradient(f, P, h=1e-5):
    nudges = h * torch.eye(P.numel(), dtype=torch.float64)
    slopes = [float(f(P + e.view(P.shape)) - f(P - e.view(P.shape))) / (2 * h) for e in nudges]
    return torch.tensor(slopes, dtype=torch.float64).view(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% right="numerical_gradient" name="index tuples from numpy, inner helper moved"
import numpy as np


def numerical_gradient(f, P, h=1e-5):
    def moved(place, step):
        copy = P.detach().clone()
        copy[place] = copy[place] + step
        return float(f(copy))

    table = np.empty(tuple(P.shape), dtype=np.float64)
    for place in np.ndindex(*P.shape):
        table[place] = (moved(place, h) - moved(place, -h)) / (2 * h)
    return torch.from_numpy(table)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="one copy for all entries and the nudge is not undone, later entries see moved ones"
def numerical_gradient(f, P, h=1e-5):
    flat = P.clone().flatten()
    slopes = torch.zeros_like(flat)
    for i in range(len(flat)):
        flat[i] += h
        above = f(flat.reshape(P.shape))
        flat[i] -= 2 * h
        below = f(flat.reshape(P.shape))
        slopes[i] = (above - below) / (2 * h)
    return slopes.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="no clone: P itself is nudged and put back by += h, last digits of P change"
def numerical_gradient(f, P, h=1e-5):
    flat = P.view(-1)
    slopes = torch.zeros_like(flat)
    for i in range(len(flat)):
        flat[i] += h
        above = float(f(P))
        flat[i] -= 2 * h
        below = float(f(P))
        flat[i] += h
        slopes[i] = (above - below) / (2 * h)
    return slopes.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="slopes stored in torch.zeros of default dtype, float32 result with 7 digits"
def numerical_gradient(f, P, h=1e-5):
    slopes = torch.zeros(P.numel())
    for i in range(P.numel()):
        up, down = P.clone().flatten(), P.clone().flatten()
        up[i] += h
        down[i] -= h
        slopes[i] = float(f(up.reshape(P.shape)) - f(down.reshape(P.shape))) / (2 * h)
    return slopes.reshape(P.shape)


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="tensor of shape () is treated apart with a one-sided forward difference"
def numerical_gradient(f, P, h=1e-5):
    if P.dim() == 0:
        return torch.as_tensor((f(P + h) - f(P)) / h, dtype=torch.float64)
    result = torch.zeros_like(P).flatten()
    for i in range(P.numel()):
        plus = P.clone().flatten()
        plus[i] = plus[i] + h
        minus = P.clone().flatten()
        minus[i] = minus[i] - h
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

# %% right="relative_error" name="norms and one if"
def relative_error(A, B):
    top = (A - B).norm()
    bottom = A.norm() + B.norm()
    if bottom == 0:
        return 0.0
    return float(top / bottom)

# %% right="relative_error" name="plain Python with hypot over lists"
def relative_error(A, B):
    a = A.flatten().tolist()
    b = B.flatten().tolist()
    lengths = math.hypot(*a) + math.hypot(*b)
    return math.dist(a, b) / lengths if lengths > 0 else 0.0

# %% right="relative_error" name="helper with square, sum, sqrt"
def length(T):
    return T.square().sum().sqrt().item()


def relative_error(A, B):
    if not (A.any() or B.any()):
        return 0.0
    return length(A - B) / (length(A) + length(B))

# %% wrong="relative_error" name="returns 0 as soon as A alone is all zeros, even when B is not"
def relative_error(A, B):
    if not A.any():
        return 0.0
    return float((A - B).norm() / (A.norm() + B.norm()))

# %% wrong="relative_error" name="allclose shortcut with rtol 1e-5 returns 0 for small but real relative errors"
def relative_error(A, B):
    if torch.allclose(A, B, rtol=1e-5, atol=0.0):
        return 0.0
    top = torch.sqrt(((A - B) ** 2).sum())
    bottom = torch.sqrt((A**2).sum()) + torch.sqrt((B**2).sum())
    return float(top / bottom)

# %% right="relative_error" name="a tensor of shape () in the place of a plain number"
def relative_error(A, B):
    bottom = torch.linalg.norm(A.flatten()) + torch.linalg.norm(B.flatten())
    if bottom == 0:
        return 0.0
    return torch.linalg.norm((A - B).flatten()) / bottom

# %% wrong="relative_error" name="lengths below 1e-9 count as both zero, tiny gradients always give error 0"
def relative_error(A, B):
    total = A.norm().item() + B.norm().item()
    if total < 1e-9:
        return 0.0
    return (A - B).norm().item() / total

# %% right="is_broken" name="four blocks, one after the other"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    dW1, db1, dW2, db2 = gradients
    n1 = numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1)
    n2 = numerical_gradient(lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1)
    n3 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2)
    n4 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2)
    if relative_error(dW1, n1) > 1e-6:
        return True
    if relative_error(db1, n2) > 1e-6:
        return True
    if relative_error(dW2, n3) > 1e-6:
        return True
    if relative_error(db2, n4) > 1e-6:
        return True
    return False

# %% right="is_broken" name="any over places with one parameter replaced"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    parameters = [W1, b1, W2, b2]

    def loss_at(place):
        return lambda P: two_layer_loss(X, *parameters[:place], P, *parameters[place + 1 :], Y)

    return any(
        relative_error(claimed, numerical_gradient(loss_at(k), parameters[k])) > 1e-6
        for k, claimed in enumerate(gradients)
    )

# %% right="is_broken" name="keyword dictionary, largest of the four errors"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    now = dict(X=X, W1=W1, b1=b1, W2=W2, b2=b2, Y=Y)
    errors = {}
    for name, claimed in zip(("W1", "b1", "W2", "b2"), gradients):
        measured = numerical_gradient(lambda P: two_layer_loss(**{**now, name: P}), now[name])
        errors[name] = relative_error(claimed, measured)
    return bool(max(errors.values()) > 1e-6)

# %% wrong="is_broken" name="all four gradients joined into one long vector and compared once, small ones drown"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    measured = [
        numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1),
        numerical_gradient(lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1),
        numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2),
        numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2),
    ]
    claimed = torch.cat([g.flatten() for g in gradients])
    return relative_error(claimed, torch.cat([m.flatten() for m in measured])) > 1e-6

# %% wrong="is_broken" name="the mean of the four relative errors is compared with 1e-6 instead of each one"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P0 = [W1, b1, W2, b2]
    total = 0.0
    for k in range(4):
        f = lambda P: two_layer_loss(X, *P0[:k], P, *P0[k + 1 :], Y)
        total += relative_error(gradients[k], numerical_gradient(f, P0[k]))
    return total / 4 > 1e-6

# %% wrong="is_broken" name="largest absolute difference above 1e-6 instead of the relative error"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    functions = [
        (lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1),
        (lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1),
        (lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2),
        (lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2),
    ]
    for claimed, (f, parameter) in zip(gradients, functions):
        difference = (claimed - numerical_gradient(f, parameter)).abs().max().item()
        if difference > 1e-6:
            return True
    return False

# %% wrong="is_broken" name="numerical gradient taken with step h = 0.1, which crosses ReLU corners and blames right gradients"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    parameters = [W1, b1, W2, b2]
    for k in range(4):
        def f(P):
            changed = list(parameters)
            changed[k] = P
            return two_layer_loss(X, *changed, Y)

        if relative_error(gradients[k], numerical_gradient(f, parameters[k], h=0.1)) > 1e-6:
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
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
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

# %% right="value_operations" name="loop over pairs of parent and local derivative"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            for parent in out.parents:
                parent.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            for parent, local in ((self, other.data), (other, self.data)):
                parent.grad += local * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            self.grad += out.grad * float(self.data > 0)

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

# %% right="value_operations" name="module helper give, relu gate from the result"
def give(parent, amount):
    parent.grad = parent.grad + amount


class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            give(self, out.grad)
            give(other, out.grad)

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            arrived = out.grad
            give(self, arrived * other.data)
            give(other, arrived * self.data)

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            give(self, out.grad if out.data > 0.0 else 0.0)

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

# %% wrong="value_operations" name="product assigns both grads at once from old values, so in x*x one contribution is lost"
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
            self.grad, other.grad = self.grad + other.data * out.grad, other.grad + self.data * out.grad

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

# %% wrong="value_operations" name="ReLU conditional without brackets sets the parent's grad to 0.0 when shut, earlier pushes are wiped"
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

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            self.grad = self.grad + out.grad if self.data > 0 else 0.0

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

# %% wrong="value_operations" name="ReLU open at exactly 0 because of >= 0"
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

# %% wrong="value_operations" name="plus resets out.grad to 0 after pushing, although out.grad must stay"
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
            out.grad = 0.0

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
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

# %% wrong="value_operations" name="two factors with equal data are treated as a square and only self gets the 2x contribution"
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

# %% wrong="value_operations" name="other factor recovered as out.data / self.data, so a factor self of 0 pushes 0 to itself"
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

# %% wrong="value_operations" name="plus skips the second push when both parents are the same Value, a + a gives 1 instead of 2"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            if other is not self:
                other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
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

# %% wrong="value_operations" name="ReLU gate depends on the sign of the arriving out.grad, a negative gradient is not passed on"
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

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            if out.data > 0 and out.grad > 0:
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

# %% right="value_backward" name="recursive visit as in the text"
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

# %% right="value_backward" name="iterative stack with two-phase entries and ids"
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

# %% right="value_backward" name="counts the uses of every number and pushes when none is open"
from collections import Counter


def backward(root):
    found, todo, uses = {root}, [root], Counter()
    while todo:
        for parent in todo.pop().parents:
            uses[parent] += 1
            if parent not in found:
                found.add(parent)
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

# %% wrong="value_backward" name="visits parents only when there are two of them, nothing before a ReLU is reached"
def backward(root):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            if len(node.parents) == 2:
                left, right = node.parents
                visit(left)
                visit(right)
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

# %% wrong="value_backward" name="returns before setting grad when root has no parents, a single Value keeps grad 0"
def backward(root):
    if not root.parents:
        return
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
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

# %% wrong="value_backward" name="use counter counts x*x twice but set(parents) subtracts once, a squared result never pushes"
def backward(root):
    uses, found, todo = {}, {root}, [root]
    while todo:
        node = todo.pop()
        for parent in node.parents:
            uses[parent] = uses.get(parent, 0) + 1
            if parent not in found:
                found.add(parent)
                todo.append(parent)
    root.grad = 1.0
    ready = [root]
    while ready:
        node = ready.pop()
        node.push()
        for parent in set(node.parents):
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

# %% wrong="value_backward" name="walks by depth measured as the shortest distance to an input, not the longest, so order can fail"
def backward(root):
    depth = {}

    def measure(node):
        if node not in depth:
            depth[node] = 1 + min((measure(parent) for parent in node.parents), default=-1)
        return depth[node]

    measure(root)
    root.grad = 1.0
    for node in sorted(depth, key=depth.get, reverse=True):
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
