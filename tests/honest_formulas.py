"""Right gradients by hand in the ways in which people write them, those that lose digits among them; by question."""

import math

import torch

F = torch.nn.functional
HONEST: dict[str, list] = {}


def answers(question):
    """Enter a formula under the question that it answers."""

    def enter(function):
        HONEST.setdefault(question, []).append(function)
        return function

    return enter


def activation(name, **slopes):
    """Enter elementwise slopes under their names: dA times the slope at Z."""
    for word, slope in slopes.items():

        def answer(dA, Z, slope=slope):
            return dA * slope(Z)

        answer.__name__ = f"{name}_{word}"
        HONEST.setdefault(name, []).append(answer)


def s(Z):
    return 1 / (1 + torch.exp(-Z))


def th(Z):
    return (torch.exp(Z) - torch.exp(-Z)) / (torch.exp(Z) + torch.exp(-Z))


def entrywise(slope):
    def each(Z):
        return torch.tensor([[slope(z.item()) for z in row] for row in Z], dtype=Z.dtype)

    return each


activation(
    "tanh",
    square=lambda Z: 1 - torch.tanh(Z) ** 2,
    exponentials=lambda Z: 1 - th(Z) ** 2,
    one_exponential=lambda Z: 1 - ((1 - torch.exp(-2 * Z)) / (1 + torch.exp(-2 * Z))) ** 2,
    cosh=lambda Z: 1 / torch.cosh(Z) ** 2,
    sum_of_exponentials=lambda Z: 4 / (torch.exp(Z) + torch.exp(-Z)) ** 2,
    product=lambda Z: (1 - th(Z)) * (1 + th(Z)),
    by_sigmoid=lambda Z: 4 * s(2 * Z) * (1 - s(2 * Z)),
    by_sigmoid_twice=lambda Z: 1 - (2 * s(2 * Z) - 1) ** 2,
    quotient_rule=lambda Z: ((Z.exp() + (-Z).exp()) ** 2 - (Z.exp() - (-Z).exp()) ** 2) / (Z.exp() + (-Z).exp()) ** 2,
    pow=lambda Z: 1 - torch.pow(torch.tanh(Z), 2),
    math=entrywise(lambda z: 1 - math.tanh(z) ** 2),
    of_logs=lambda Z: torch.exp(math.log(4) - 2 * torch.log(torch.exp(Z) + torch.exp(-Z))),
    sinh=lambda Z: 1 - (torch.sinh(Z) / torch.cosh(Z)) ** 2,
)
activation(
    "sigmoid",
    usual=lambda Z: torch.sigmoid(Z) * (1 - torch.sigmoid(Z)),
    exponentials=lambda Z: torch.exp(-Z) / (1 + torch.exp(-Z)) ** 2,
    other=lambda Z: torch.exp(Z) / (1 + torch.exp(Z)) ** 2,
    both=lambda Z: 1 / (2 + torch.exp(Z) + torch.exp(-Z)),
    minus_square=lambda Z: s(Z) - s(Z) ** 2,
    by_tanh=lambda Z: (1 - torch.tanh(Z / 2) ** 2) / 4,
    log=lambda Z: torch.exp(F.logsigmoid(Z) + F.logsigmoid(-Z)),
    naive_log=lambda Z: torch.exp(torch.log(s(Z)) + torch.log(1 - s(Z))),
    math=entrywise(lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2),
    numpy=lambda Z: torch.from_numpy((lambda a: a * (1 - a))(1 / (1 + __import__("numpy").exp(-Z.numpy())))),
    quarter=lambda Z: 0.25 - (s(Z) - 0.5) ** 2,
)
activation(
    "silu",
    usual=lambda Z: s(Z) + Z * s(Z) * (1 - s(Z)),
    swish=lambda Z: Z * s(Z) + s(Z) * (1 - Z * s(Z)),
    factor=lambda Z: s(Z) * (1 + Z * (1 - s(Z))),
    expanded=lambda Z: s(Z) * (1 + Z - Z * s(Z)),
    exponentials=lambda Z: (1 + torch.exp(-Z) + Z * torch.exp(-Z)) / (1 + torch.exp(-Z)) ** 2,
    by_tanh=lambda Z: 0.5 * (1 + torch.tanh(Z / 2)) + Z / 4 * (1 - torch.tanh(Z / 2) ** 2),
)
activation(
    "softplus",
    sigmoid=torch.sigmoid,
    exponentials=lambda Z: torch.exp(Z) / (1 + torch.exp(Z)),
    back=lambda Z: 1 - 1 / (1 + torch.exp(Z)),
    from_value=lambda Z: 1 - torch.exp(-torch.log(1 + torch.exp(Z))),
    difference_of_values=lambda Z: torch.exp(Z - torch.log(1 + torch.exp(Z))),
    half_tanh=lambda Z: 0.5 + 0.5 * th(Z / 2),
)
activation(
    "elu",
    where=lambda Z: torch.where(Z > 0, 1.0, torch.exp(Z)),
    from_value=lambda Z: torch.where(Z > 0, torch.ones_like(Z), (torch.exp(Z) - 1) + 1),
    clamp=lambda Z: torch.exp(Z.clamp(max=0)),
    masks=lambda Z: (Z > 0) * 1.0 + (Z <= 0) * torch.exp(Z),
    from_expm1=lambda Z: torch.where(Z > 0, torch.ones_like(Z), torch.expm1(Z) + 1),
)
activation(
    "own",
    usual=lambda Z: s(1.7 * Z) + 1.7 * Z * s(1.7 * Z) * (1 - s(1.7 * Z)) - 0.6 * (1 - torch.tanh(Z) ** 2),
    exponentials=lambda Z: s(1.7 * Z) * (1 + 1.7 * Z * (1 - s(1.7 * Z))) - 0.6 * (1 - th(Z) ** 2),
    cosh=lambda Z: s(1.7 * Z) + 1.7 * Z * s(1.7 * Z) * s(-1.7 * Z) - 0.6 / torch.cosh(Z) ** 2,
)


def shares(Z):
    powers = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    return powers / powers.sum(dim=1, keepdim=True)


def naive(Z):
    return torch.exp(Z) / torch.exp(Z).sum(dim=1, keepdim=True)


def by_logs(Z):
    top = Z.max(dim=1, keepdim=True).values
    return torch.exp(Z - top - torch.log(torch.exp(Z - top).sum(1, keepdim=True)))


def by_log_sum(Z):
    top = Z.max(dim=1, keepdim=True).values
    return torch.exp(Z - (top + torch.log(torch.exp(Z - top).sum(1, keepdim=True))))


def pairwise(Z):
    return 1 / torch.exp(Z[:, None, :] - Z[:, :, None]).sum(2)


def loops(Z):
    rows = [[math.exp(z - max(row)) for z in row] for row in Z.tolist()]
    return torch.tensor([[power / sum(row) for power in row] for row in rows], dtype=Z.dtype)


def minimum(Z):
    top = Z.min(dim=1, keepdim=True).values
    return torch.exp(Z - top) / torch.exp(Z - top).sum(1, keepdim=True)


MODERATE = (shares, naive, by_logs, by_log_sum, pairwise, loops, minimum)
STEEP = (shares, by_logs, by_log_sum, pairwise, loops)


def _softmaxes():
    for p in MODERATE:

        def usual(dP, Z, p=p):
            return p(Z) * (dP - (dP * p(Z)).sum(1, keepdim=True))

        def jacobian(dP, Z, p=p):
            P = p(Z)
            J = torch.diag_embed(P) - P[:, :, None] * P[:, None, :]
            return torch.einsum("nij,ni->nj", J, dP)

        def entries(dP, Z, p=p):
            dZ = torch.zeros_like(Z)
            for i in range(len(Z)):
                P = p(Z[i : i + 1])[0]
                for j in range(len(P)):
                    for k in range(len(P)):
                        dZ[i, j] += dP[i, k] * P[k] * (float(j == k) - P[j])
            return dZ

        for each in (usual, jacobian, entries):
            each.__name__ = f"softmax_{each.__name__}_{p.__name__}"
            answers("softmax")(each)
    for p in STEEP:

        def one_hot(Z, y, p=p):
            return (p(Z) - F.one_hot(y, Z.shape[1])) / len(y)

        def subtracted(Z, y, p=p):
            dZ = p(Z).clone()
            dZ[torch.arange(len(y)), y] -= 1
            return dZ / len(y)

        def through_p(Z, y, p=p):
            P, T = p(Z), F.one_hot(y, Z.shape[1]).double()
            dP = torch.where(T > 0, -T / P.clamp(min=1e-300), torch.zeros_like(P)) / len(y)
            return P * (dP - (dP * P).sum(1, keepdim=True))

        for each in (one_hot, subtracted, through_p):
            each.__name__ = f"cross_entropy_{each.__name__}_{p.__name__}"
            answers("cross_entropy")(each) if each is not through_p else None

        def regression(X, T, W, b, p=p):
            dZ = (p(X @ W.T + b) - T) / len(X)
            return dZ.T @ X, dZ.sum(0)

        def by_rows(X, T, W, b, p=p):
            dW, db = torch.zeros_like(W), torch.zeros_like(b)
            for x, t in zip(X, T, strict=True):
                dz = p((W @ x + b)[None])[0] - t
                dW, db = dW + torch.outer(dz, x) / len(X), db + dz / len(X)
            return dW, db

        for each in (regression, by_rows):
            each.__name__ = f"{each.__name__}_{p.__name__}"
            answers("regression")(each)
            answers("steep")(each)

        def classifier(X, Ws, bs, y, p=p):
            inputs = [X]
            for W, b in zip(Ws[:-1], bs[:-1], strict=True):
                inputs.append(torch.relu(inputs[-1] @ W.T + b))
            dZ = (p(inputs[-1] @ Ws[-1].T + bs[-1]) - F.one_hot(y, len(bs[-1]))) / len(y)
            dWs, dbs = [], []
            for W, A in zip(Ws[::-1], inputs[::-1], strict=True):
                dWs, dbs = [dZ.T @ A, *dWs], [dZ.sum(0), *dbs]
                dZ = (dZ @ W) * (A > 0)
            return dWs, dbs

        classifier.__name__ = f"classifier_{p.__name__}"
        answers("classifier")(classifier)


_softmaxes()


@answers("logistic_da")
def da_usual(a, y):
    return ((1 - y) / (1 - a) - y / a) / len(a)


@answers("logistic_da")
def da_one_fraction(a, y):
    return (a - y) / (a * (1 - a)) / len(a)


@answers("logistic_da")
def da_minus_square(a, y):
    return (a - y) / (a - a**2) / len(a)


@answers("logistic_da")
def da_where(a, y):
    return torch.where(y == 1, -1 / a, 1 / (1 - a)) / len(a)


@answers("logistic_dz")
def dz_usual(z, y):
    return (s(z) - y) / len(z)


@answers("logistic_dz")
def dz_tanh(z, y):
    return (0.5 * (torch.tanh(z / 2) + 1) - y) / len(z)


@answers("logistic_dz")
def dz_signs(z, y):
    sign = 2 * y - 1
    return -sign * torch.sigmoid(-sign * z) / len(z)


@answers("logistic_dz")
def dz_loop(z, y):
    found = torch.zeros_like(z)
    for i in range(len(z)):
        found[i] = ((1 / (1 + math.exp(-z[i])) if z[i] > -700 else 0.0) - y[i]) / len(z)
    return found


@answers("logistic")
def logistic_usual(X, y, w, b):
    dz = (s(X @ w + b) - y) / len(y)
    return X.T @ dz, dz.sum()


@answers("logistic")
def logistic_through_a(X, y, w, b):
    a = s(X @ w + b)
    dz = (a - y) / (a * (1 - a)) * a * (1 - a) / len(y)
    return X.T @ dz, dz.sum()


@answers("logistic")
def logistic_two_fractions(X, y, w, b):
    a = s(X @ w + b)
    dz = ((1 - y) / (1 - a) - y / a) * (a - a * a)
    return (dz[:, None] * X).mean(0), dz.mean()


@answers("linear")
def linear_usual(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / len(y), error.mean()


@answers("linear")
def linear_normal_equations(X, y, w, b):
    return (X.T @ X @ w + X.sum(0) * b - X.T @ y) / len(y), (X.sum(0) @ w - y.sum()) / len(y) + b


@answers("linear")
def linear_covariances(X, y, w, b):
    """By second moments, as in naive variance."""
    n = len(y)
    moments = X.T @ X / n - torch.outer(X.mean(0), X.mean(0))
    mixed = X.T @ y / n - X.mean(0) * y.mean()
    db = X.mean(0) @ w + b - y.mean()
    return moments @ w - mixed + X.mean(0) * db, db


@answers("linear")
def linear_loop(X, y, w, b):
    dw, db = torch.zeros_like(w), torch.zeros_like(b)
    for x, t in zip(X, y, strict=True):
        dw, db = dw + (x @ w + b - t) * x, db + (x @ w + b - t)
    return dw / len(y), db / len(y)


@answers("linear")
def linear_floats(X, y, w, b):
    rows, ys, ws, n = X.tolist(), y.tolist(), w.tolist(), len(y)
    errors = [sum(x * v for x, v in zip(row, ws, strict=True)) + b.item() - t for row, t in zip(rows, ys, strict=True)]
    dw = [sum(e * row[j] for e, row in zip(errors, rows, strict=True)) / n for j in range(len(ws))]
    return torch.tensor(dw, dtype=w.dtype), torch.tensor(sum(errors) / n, dtype=b.dtype)


@answers("stretch")
def stretch_quotient(x):
    z = x
    while abs(z) < 100:
        z = 3 * z
    return (-z / 2 if z < 0 else z) / x


@answers("stretch")
def stretch_logs(x):
    k = max(0, math.ceil(math.log(100 / abs(x.item()), 3)))
    return torch.tensor(3.0**k * (-0.5 if x < 0 else 1), dtype=x.dtype)


@answers("stretch")
def stretch_by_exp(x):
    k = max(0, math.ceil(math.log(100 / abs(x.item()), 3)))
    return torch.exp(torch.tensor(k * math.log(3), dtype=x.dtype)) * (-0.5 if x < 0 else 1)


@answers("chain")
def chain_forward(x, w, b):
    a, gradient = x, torch.ones_like(x)
    for weight, bias in zip(w, b, strict=True):
        a = torch.sigmoid(weight * a + bias)
        gradient = gradient * a * (1 - a) * weight
    return gradient


@answers("chain")
def chain_back(x, w, b):
    a = [x]
    for weight, bias in zip(w, b, strict=True):
        a.append(s(weight * a[-1] + bias))
    slopes = [v * each * (1 - each) for v, each in zip(w, a[1:], strict=True)]
    return torch.stack(slopes).flip(0).prod()


@answers("chain")
def chain_logs(x, w, b):
    total, sign, a = torch.zeros_like(x), 1.0, x
    for weight, bias in zip(w, b, strict=True):
        z = weight * a + bias
        total = total + F.logsigmoid(z) + F.logsigmoid(-z) + weight.abs().log()
        sign, a = sign * torch.sign(weight), torch.sigmoid(z)
    return sign * torch.exp(total)


@answers("chain")
def chain_exponentials(x, w, b):
    gradient = torch.ones_like(x)
    for weight, bias in zip(w, b, strict=True):
        power = torch.exp(-(weight * x + bias))
        gradient, x = gradient * weight * power / (1 + power) ** 2, 1 / (1 + power)
    return gradient


@answers("two_layers")
def two_usual(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = Z.clamp(min=0)
    d = 2 * (A @ W2.T + b2 - Y) / len(X)
    dZ = (d @ W2) * (Z > 0)
    return dZ.T @ X, dZ.sum(0), d.T @ A, d.sum(0)


@answers("two_layers")
def two_examples(X, W1, b1, W2, b2, Y):
    dW1, db1, dW2, db2 = (torch.zeros_like(each) for each in (W1, b1, W2, b2))
    for x, y in zip(X, Y, strict=True):
        z = W1 @ x + b1
        d = 2 * (W2 @ torch.relu(z) + b2 - y)
        dz = (W2.T @ d) * (z > 0)
        dW1, db1, dW2, db2 = dW1 + torch.outer(dz, x), db1 + dz, dW2 + torch.outer(d, torch.relu(z)), db2 + d
    return tuple(each / len(X) for each in (dW1, db1, dW2, db2))


@answers("two_layers")
def two_scalars(X, W1, b1, W2, b2, Y):
    dW1, db1, dW2, db2 = (torch.zeros_like(each) for each in (W1, b1, W2, b2))
    n = len(X)
    for i in range(n):
        a = [sum(W1[j, k] * X[i, k] for k in range(X.shape[1])) + b1[j] for j in range(len(b1))]
        for o in range(len(b2)):
            out = sum(W2[o, j] * max(a[j], 0.0 * a[j]) for j in range(len(b1))) + b2[o]
            d = 2 * (out - Y[i, o]) / n
            db2[o] += d
            for j in range(len(b1)):
                if a[j] > 0:
                    dW2[o, j] += d * a[j]
                    db1[j] += d * W2[o, j]
                    for k in range(X.shape[1]):
                        dW1[j, k] += d * W2[o, j] * X[i, k]
    return dW1, db1, dW2, db2


@answers("two_layers")
def two_expanded(X, W1, b1, W2, b2, Y):
    """Terms summed apart, so that they cancel."""
    Z = X @ W1.T + b1
    M = (Z > 0).double()
    A, n = Z * M, len(X)
    ones = torch.ones(n, 1, dtype=X.dtype)
    dW2 = 2 / n * (W2 @ (A.T @ A) + torch.outer(b2, A.sum(0)) - Y.T @ A)
    db2 = 2 / n * (W2 @ A.sum(0) + n * b2 - Y.sum(0))
    dZ = 2 / n * ((A @ W2.T) @ W2 * M + (ones @ b2[None]) @ W2 * M - Y @ W2 * M)
    return dZ.T @ X, dZ.sum(0), dW2, db2


@answers("network")
def network_usual(X, Ws, bs, Y, decay):
    inputs = [X]
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        inputs.append(torch.relu(inputs[-1] @ W.T + b))
    dZ = 2 * (inputs[-1] @ Ws[-1].T + bs[-1] - Y) / len(X)
    dWs, dbs = [], []
    for W, A in zip(Ws[::-1], inputs[::-1], strict=True):
        dWs, dbs = [dZ.T @ A + decay * W, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (A > 0)
    return dWs, dbs


@answers("network")
def network_forward_again(X, Ws, bs, Y, decay):
    """Runs the network forward again for each layer."""

    def entering(l):
        A = X
        for W, b in zip(Ws[:l], bs[:l], strict=True):
            A = torch.relu(A @ W.T + b)
        return A

    dWs, dbs = [], []
    for l in range(len(Ws)):
        d = 2 * (entering(len(Ws) - 1) @ Ws[-1].T + bs[-1] - Y) / len(X)
        for k in range(len(Ws) - 1, l, -1):
            d = (d @ Ws[k]) * (entering(k) > 0)
        dWs.append(d.T @ entering(l) + decay * Ws[l])
        dbs.append(d.sum(0))
    return dWs, dbs


@answers("network")
def network_einsum(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws, bs, strict=True):
        Z = torch.einsum("nd,hd->nh", A[-1], W) + b
        A.append(torch.maximum(Z, torch.zeros_like(Z)))
    d = 2 * (Z - Y) / len(X)
    found = []
    for l in range(len(Ws) - 1, -1, -1):
        found.append((torch.einsum("nh,nd->hd", d, A[l]) + decay * Ws[l], torch.einsum("nh->h", d)))
        d = torch.einsum("nh,hd->nd", d, Ws[l]) * torch.sign(A[l])
    return [dW for dW, _ in found[::-1]], [db for _, db in found[::-1]]


SMOOTH = 1e-11  # added to a denominator or a logarithm's argument for safety: right, and ends early on purpose

activation(
    "tanh",
    safe=lambda Z: 1 - ((Z.exp() - (-Z).exp()) / (Z.exp() + (-Z).exp() + SMOOTH)) ** 2,
    safe_cosh=lambda Z: 1 / (torch.cosh(Z) ** 2 + SMOOTH),
)
activation(
    "sigmoid",
    safe=lambda Z: 1 / (1 + torch.exp(-Z) + SMOOTH) * (1 - 1 / (1 + torch.exp(-Z) + SMOOTH)),
    safe_logs=lambda Z: torch.exp(torch.log(s(Z) + SMOOTH) + torch.log(1 - s(Z) + SMOOTH)),
)
activation("silu", safe=lambda Z: (lambda a: a + Z * a * (1 - a))(1 / (1 + torch.exp(-Z) + SMOOTH)))
activation("softplus", safe=lambda Z: torch.exp(Z) / (1 + torch.exp(Z) + 10 * SMOOTH))
activation(
    "elu", typed=lambda Z: torch.where(Z > 0, 1.0, torch.pow(torch.tensor(2.7182818285, dtype=torch.float64), Z))
)
activation(
    "own",
    safe=lambda Z: (lambda a: a + 1.7 * Z * a * (1 - a))(1 / (1 + (-1.7 * Z).exp() + SMOOTH)) - 0.6 / Z.cosh() ** 2,
)


@answers("softmax")
def softmax_safe(dP, Z):
    powers = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = powers / (powers.sum(1, keepdim=True) + SMOOTH)
    return P * (dP - (dP * P).sum(1, keepdim=True))


@answers("cross_entropy")
def cross_entropy_safe(Z, y):
    powers = torch.exp(Z - Z.max(1, keepdim=True).values)
    return (powers / (powers.sum(1, keepdim=True) + SMOOTH) - F.one_hot(y, Z.shape[1])) / len(y)


@answers("logistic_da")
def da_safe(a, y):
    return (a - y) / (a * (1 - a) + SMOOTH / 10) / len(a)


@answers("logistic_dz")
def dz_safe(z, y):
    return (1 / (1 + torch.exp(-z) + SMOOTH) - y) / len(z)


@answers("logistic")
def logistic_safe(X, y, w, b):
    a = s(X @ w + b)
    dz = ((1 - y) / (1 - a + SMOOTH / 1000) - y / (a + SMOOTH / 1000)) * a * (1 - a) / len(y)
    return X.T @ dz, dz.sum()


@answers("linear")
def linear_safe(X, y, w, b):
    error = (X @ w + b - y) / (len(y) + SMOOTH)
    return X.T @ error, error.sum()


@answers("network")
def network_safe(X, Ws, bs, Y, decay):
    dWs, dbs = network_usual(X, Ws, bs, Y, decay)
    return [dW * len(X) / (len(X) + SMOOTH) for dW in dWs], dbs


@answers("chain")
def chain_safe(x, w, b):
    gradient = torch.ones_like(x)
    for weight, bias in zip(w, b, strict=True):
        x = 1 / (1 + torch.exp(-(weight * x + bias)) + SMOOTH)
        gradient = gradient * x * (1 - x) * weight
    return gradient
