# %% right="score_and_sign" name="beginner loops over examples and scores"
class LinearClassifier(torch.nn.Module):
    """Gives each example a score; the sign of the score is its class."""

    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        scores = []
        for x in X:
            scores.append((self.w * x).sum() + self.b)
        return torch.stack(scores)


def classify(z):
    classes = []
    for value in z:
        if value > 0:
            classes.append(1)
        else:
            classes.append(-1)
    return torch.tensor(classes, dtype=torch.int64, device=z.device)


# %% right="score_and_sign" name="compact matrix product and where"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w, self.b = torch.nn.Parameter(w.clone()), torch.nn.Parameter(b.clone())

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)


# %% right="score_and_sign" name="einsum, register_parameter, arithmetic on a mask"
class LinearClassifier(torch.nn.Module):
    """A single linear output, kept as a vector of weights and a scalar bias."""

    def __init__(self, w: torch.Tensor, b: torch.Tensor) -> None:
        super().__init__()
        for name, start in (("w", w), ("b", b)):
            self.register_parameter(name, torch.nn.Parameter(start.detach().clone()))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return torch.einsum("nd,d->n", X, self.w).add(self.b)


def classify(z: torch.Tensor) -> torch.Tensor:
    return 2 * (z > 0).to(torch.int64) - 1


# %% wrong="score_and_sign" name="forward writes out w[0]*X[:,0] + w[1]*X[:,1], so only two features work"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return self.w[0] * X[:, 0] + self.w[1] * X[:, 1] + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)


# %% wrong="score_and_sign" name="forward squeezes all axes of the (n, 1) scores, so one example gives shape () not (1,)"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        z = X @ self.w.reshape(-1, 1) + self.b
        return z.squeeze()


def classify(z):
    return torch.where(z > 0, 1, -1)


# %% wrong="score_and_sign" name="classify uses torch.sign, so a score of exactly 0 gets class 0 instead of -1"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.sign(z).to(torch.int64)


# %% wrong="score_and_sign" name="classify treats scores within 1e-4 of zero as zero, so tiny positive scores get -1"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return torch.matmul(X, self.w) + self.b


def classify(z):
    positive = z > 1e-4
    classes = torch.full(z.shape, -1, dtype=torch.int64)
    classes[positive] = 1
    return classes


# %% right="boundary_x1" name="beginner loop over the places"
def boundary_x1(x0, w, b, level):
    heights = torch.zeros_like(x0)
    for i in range(len(x0)):
        heights[i] = (level - b - w[0] * x0[i]) / w[1]
    return heights


# %% right="boundary_x1" name="compact one line formula"
def boundary_x1(x0, w, b, level):
    return ((level - b - w[0] * x0) / w[1]).to(x0.dtype)


# %% right="boundary_x1" name="slope and intercept through numpy"
import numpy as np


def boundary_x1(x0, w, b, level):
    w0, w1 = (float(weight) for weight in w)
    slope, intercept = -w0 / w1, (float(level) - float(b)) / w1
    places = x0.detach().cpu().numpy()
    heights = intercept + slope * places
    return torch.from_numpy(np.asarray(heights)).to(dtype=x0.dtype, device=x0.device)


# %% wrong="boundary_x1" name="with w0 equal 0 it returns the single number (level - b)/w1 instead of m heights"
def boundary_x1(x0, w, b, level):
    if w[0] == 0:
        return (level - b) / w[1]
    return (level - b - w[0] * x0) / w[1]


# %% wrong="boundary_x1" name="guards the division with w1 clamped to at least 1e-8, which destroys a negative w1"
def boundary_x1(x0, w, b, level):
    below = w[1].clamp(min=1e-8)
    return (level - b - w[0] * x0) / below


# %% wrong="boundary_x1" name="squeezes the heights at the end, so a single place gives shape () instead of (1,)"
def boundary_x1(x0, w, b, level):
    column = x0.reshape(-1, 1)
    heights = (level - b - w[0] * column) / w[1]
    return heights.squeeze()


# %% wrong="boundary_x1" name="subtracts b after dividing by w1, so the bias itself is not divided"
def boundary_x1(x0, w, b, level):
    x1 = (level - w[0] * x0) / w[1] - b
    return x1


# %% right="margin" name="beginner loop that remembers the smallest"
def margin(X, y, w, b):
    length = torch.sqrt((w ** 2).sum())
    smallest = None
    for i in range(len(y)):
        z = (X[i] * w).sum() + b
        distance = y[i] * z / length
        if smallest is None or distance < smallest:
            smallest = distance
    return smallest


# %% right="margin" name="compact one line"
def margin(X, y, w, b):
    return (y * (X @ w + b) / w.norm()).min()


# %% right="margin" name="unit normal first, then einsum and amin"
def _signed_distances(X, y, w, b):
    length = torch.linalg.vector_norm(w)
    unit, offset = w / length, b / length
    return y * (torch.einsum("ij,j->i", X, unit) + offset)


def margin(X, y, w, b):
    return torch.amin(_signed_distances(X, y, w, b), dim=0)


# %% wrong="margin" name="the search for the smallest begins at 100, so margins larger than 100 come out as 100"
def margin(X, y, w, b):
    smallest = torch.tensor(100.0, dtype=X.dtype)
    for x_i, y_i in zip(X, y):
        distance = y_i * (w @ x_i + b) / w.norm()
        if distance < smallest:
            smallest = distance
    return smallest


# %% wrong="margin" name="length of w from its first two entries only, wrong or failing unless d is 2"
def margin(X, y, w, b):
    length = torch.sqrt(w[0] ** 2 + w[1] ** 2)
    return torch.min(y * (X @ w + b) / length)


# %% wrong="margin" name="picks the example with smallest absolute score, so a far mistake is not the minimum"
def margin(X, y, w, b):
    z = X @ w + b
    worst = z.abs().argmin()
    return y[worst] * z[worst] / w.norm()


# %% wrong="margin" name="normalises w to length one but leaves b undivided by the length of w"
def margin(X, y, w, b):
    direction = w / w.norm()
    distances = y * (X @ direction + b)
    return distances.min()


# %% right="perceptron_step" name="beginner loop over features"
def perceptron_step(w, b, x, y, lr):
    z = b
    for j in range(len(w)):
        z = z + w[j] * x[j]
    if y * z <= 0:
        new_w = []
        for j in range(len(w)):
            new_w.append(w[j] + lr * y * x[j])
        w = torch.stack(new_w)
        b = b + lr * y
    return w, b


# %% right="perceptron_step" name="no branch, the mistake as a factor 0 or 1"
def perceptron_step(w, b, x, y, lr):
    step = lr * y * (y * (w @ x + b) <= 0)
    return w + step * x, b + step


# %% right="perceptron_step" name="copies first, then works on the copies"
def perceptron_step(w, b, x, y, lr):
    new_w, new_b = w.clone(), b.clone()
    margin_score = y * (torch.dot(w, x) + b)
    if not margin_score > 0:
        new_w.add_(y * x, alpha=lr)
        new_b.add_(y, alpha=lr)
    return new_w, new_b


# %% wrong="perceptron_step" name="new_w = w is only another name, so += changes the given w in place"
def perceptron_step(w, b, x, y, lr):
    new_w = w
    new_b = b
    if y * (w @ x + b) <= 0:
        new_w += lr * y * x
        new_b = new_b + lr * y
    return new_w, new_b


# %% wrong="perceptron_step" name="missing brackets: tests y * w @ x + b, so the bias is not multiplied by y"
def perceptron_step(w, b, x, y, lr):
    if y * w @ x + b <= 0:
        return w + lr * y * x, b + lr * y
    return w, b


# %% wrong="perceptron_step" name="the bias is inside the sum over features, so the score contains b d times"
def perceptron_step(w, b, x, y, lr):
    z = torch.sum(w * x + b)
    if y * z <= 0:
        w = w + lr * y * x
        b = b + lr * y
    return w, b


# %% wrong="perceptron_step" name="mistake means classify(z) differs from y, so score 0 with class -1 never moves"
def perceptron_step(w, b, x, y, lr):
    z = w @ x + b
    if classify(z) != y:
        return w + lr * y * x, b + lr * y
    return w.clone(), b.clone()


# %% right="train_perceptron" name="beginner double loop with break"
def train_perceptron(X, y, epochs):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        count = 0
        for i in range(len(X)):
            z = (w * X[i]).sum() + b
            if y[i] * z <= 0:
                count = count + 1
                w = w + y[i] * X[i]
                b = b + y[i]
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes


# %% right="train_perceptron" name="zip and the own perceptron_step"
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    while len(mistakes) < epochs and 0 not in mistakes:
        mistakes.append(0)
        for x_i, y_i in zip(X, y):
            mistakes[-1] += int(y_i * (x_i @ w + b) <= 0)
            w, b = perceptron_step(w, b, x_i, y_i, 1)
    return w, b, mistakes


# %% right="train_perceptron" name="class with one vector for weights and bias"
class _Perceptron:
    def __init__(self, d, like):
        self.theta = torch.zeros(d + 1, dtype=like.dtype, device=like.device)

    def epoch(self, rows, labels):
        wrong = 0
        for row, label in zip(rows, labels):
            if (label * torch.dot(row, self.theta)).item() <= 0:
                self.theta = self.theta + label * row
                wrong += 1
        return wrong


def train_perceptron(X, y, epochs):
    n, d = X.shape
    rows = torch.cat([X, torch.ones(n, 1, dtype=X.dtype, device=X.device)], dim=1)
    model = _Perceptron(d, X)
    mistakes = []
    for _ in range(epochs):
        mistakes.append(model.epoch(rows, y))
        if not mistakes[-1]:
            break
    return model.theta[:d], model.theta[d], mistakes


# %% wrong="train_perceptron" name="stops when w and b are the same after an epoch, so XOR ends after one epoch"
def train_perceptron(X, y, epochs):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        old_w, old_b = w, b
        count = 0
        for x_i, y_i in zip(X, y):
            if y_i * (w @ x_i + b) <= 0:
                count += 1
                w = w + y_i * x_i
                b = b + y_i
        mistakes.append(count)
        if torch.equal(w, old_w) and torch.equal(b, old_b):
            break
    return w, b, mistakes


# %% wrong="train_perceptron" name="weights begin as a zero vector of fixed length 2, any other number of features fails"
def train_perceptron(X, y, epochs):
    w = torch.zeros(2, dtype=X.dtype)
    b = torch.tensor(0.0, dtype=X.dtype)
    mistakes = []
    for epoch in range(epochs):
        count = 0
        for x_i, y_i in zip(X, y):
            if y_i * (w @ x_i + b) <= 0:
                count += 1
            w, b = perceptron_step(w, b, x_i, y_i, 1.0)
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes


# %% wrong="train_perceptron" name="counts the mistakes of the final weights after each epoch, not those met on the way"
def train_perceptron(X, y, epochs):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        for x_i, y_i in zip(X, y):
            w, b = perceptron_step(w, b, x_i, y_i, 1)
        count = (y * (X @ w + b) <= 0).sum().item()
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes


# %% wrong="train_perceptron" name="counts a mistake only if w changed, so a mistake at the origin goes uncounted"
def train_perceptron(X, y, epochs):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        count = 0
        for x_i, y_i in zip(X, y):
            new_w, new_b = perceptron_step(w, b, x_i, y_i, 1)
            if not torch.equal(new_w, w):
                count += 1
            w, b = new_w, new_b
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes


# %% right="no_line" name="beginner loop, line below the origin's diagonal"
def count_right(X, y, w, b):
    count = 0
    for i in range(len(y)):
        z = (X[i] * w).sum() + b
        if z > 0 and y[i] == 1:
            count += 1
        if z <= 0 and y[i] == -1:
            count += 1
    return count


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)


# %% right="no_line" name="compact, the count stays a whole number tensor, another line"
def count_right(X, y, w, b):
    return (classify(X @ w + b) == y).sum()


best_w = torch.tensor([-1.0, -1.0]).double()
best_b = torch.tensor(1.5).double()
hard_y = torch.tensor([1, 1, -1, -1]).double()


# %% right="no_line" name="the crossing diagonals found by code, a line around one corner"
def count_right(X, y, w, b):
    model = LinearClassifier(w, torch.as_tensor(b, dtype=w.dtype))
    with torch.no_grad():
        guesses = classify(model(X)).tolist()
    return sum(int(guess == truth) for guess, truth in zip(guesses, y.tolist()))


def _side(p, q, r):
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def _cross(p, q, r, s):
    return _side(p, q, r) * _side(p, q, s) < 0 and _side(r, s, p) * _side(r, s, q) < 0


_points = [(0, 0), (4, 1), (3, -1), (1, 3)]
hard_y = None
for _partner in (1, 2, 3):
    _rest = [i for i in (1, 2, 3) if i != _partner]
    if _cross(_points[0], _points[_partner], _points[_rest[0]], _points[_rest[1]]):
        hard_y = torch.full((4,), -1.0, dtype=torch.float64)
        hard_y[[0, _partner]] = 1.0

best_w = torch.tensor([2.0, -2.0], dtype=torch.float64)
best_b = torch.tensor(-1.0, dtype=torch.float64)


# %% wrong="no_line" name="counts y*z > 0, so a score of 0 with class -1 is not counted as right"
def count_right(X, y, w, b):
    z = X @ w + b
    return (y * z > 0).sum().item()


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)


# %% wrong="no_line" name="best line x0 + x1 = 1 runs through both +1 corners, score 0 there is class -1"
def count_right(X, y, w, b):
    return (classify(X @ w + b) == y).sum().item()


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-1.0, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)


# %% wrong="no_line" name="hard_y copies the first-and-last pattern of XOR, but these points make that separable"
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, -1.0, -1.0, 1.0], dtype=torch.float64)


# %% wrong="no_line" name="hard_y has the crossing pairs but with -1 for the first point instead of +1"
def count_right(X, y, w, b):
    right = classify(X @ w + b) == y
    return right.sum().item()


best_w = torch.tensor([1.0, -1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([-1.0, -1.0, 1.0, 1.0], dtype=torch.float64)


# %% right="hinge" name="beginner loops"
def hinge_loss(z, y):
    total = torch.zeros((), dtype=z.dtype)
    for i in range(len(z)):
        cost = 1 - y[i] * z[i]
        if cost > 0:
            total = total + cost
    return total / len(z)


def hinge_backward(z, y):
    n = len(z)
    dz = torch.zeros_like(z)
    for i in range(n):
        if y[i] * z[i] < 1:
            dz[i] = -y[i] / n
    return dz


# %% right="hinge" name="compact clamp and mask product"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -(y * (y * z < 1)).to(z.dtype) / len(z)


# %% right="hinge" name="helper for the reserve, relu and masked assignment"
def _missing(z, y):
    """What each example lacks to the edge of its street."""
    return 1 - torch.mul(y, z)


def hinge_loss(z, y):
    return torch.relu(_missing(z, y)).sum() / z.numel()


def hinge_backward(z, y):
    dz = torch.zeros_like(z)
    inside = _missing(z, y) > 0
    dz[inside] = y[inside].to(z.dtype).neg().div(z.shape[0])
    return dz


# %% wrong="hinge" name="backward uses y*z <= 1, so an example exactly at the corner still pulls"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return torch.where(y * z <= 1, -y / len(z), torch.zeros_like(z))


# %% wrong="hinge" name="backward divides by the number of examples in the street instead of by n"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    pulls = y * z < 1
    dz = torch.zeros_like(z)
    if pulls.any():
        dz[pulls] = -y[pulls] / pulls.sum()
    return dz


# %% wrong="hinge" name="rounds the margin score to four decimals before comparing, so 0.99997 does not pull"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    m = torch.round(y * z, decimals=4)
    return torch.where(m < 1, -y / len(z), torch.zeros_like(z))


# %% wrong="hinge" name="backward multiplies -y by the cost itself, as if the loss were the squared hinge"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    cost = torch.clamp(1 - y * z, min=0)
    return -y * cost / len(z)


# %% wrong="hinge" name="backward takes the street as abs(z) < 1, so far mistakes get slope 0"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    in_street = z.abs() < 1
    return torch.where(in_street, -y / z.shape[0], torch.zeros_like(z))


# %% wrong="hinge" name="dz is built from a list of Python floats, always float32, also for float64 scores"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    n = len(z)
    slopes = []
    for z_i, y_i in zip(z.tolist(), y.tolist()):
        slopes.append(-y_i / n if y_i * z_i < 1 else 0.0)
    return torch.tensor(slopes)


# %% wrong="hinge" name="backward squeezes its answer, so a single example gives shape () instead of (1,)"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    column = (-y * (y * z < 1)).reshape(-1, 1)
    return (column / len(z)).squeeze().to(z.dtype)


# %% wrong="hinge" name="hinge_loss takes the mean first and clamps afterwards, safe examples then offset costs"
def hinge_loss(z, y):
    return torch.clamp((1 - y * z).mean(), min=0)


def hinge_backward(z, y):
    return torch.where(y * z < 1, -y / len(z), torch.zeros_like(z))


# %% right="svm_gradient" name="beginner loops over examples and features"
def svm_gradient(X, y, w, b, lam):
    n = X.shape[0]
    d = X.shape[1]
    dw = torch.zeros_like(w)
    db = torch.zeros((), dtype=w.dtype)
    for i in range(n):
        z = (X[i] * w).sum() + b
        if y[i] * z < 1:
            for j in range(d):
                dw[j] = dw[j] - y[i] * X[i, j] / n
            db = db - y[i] / n
    for j in range(d):
        dw[j] = dw[j] + lam * w[j]
    return dw, db


# %% right="svm_gradient" name="compact with hinge_backward"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz + lam * w, dz.sum()


# %% right="svm_gradient" name="selects the pulling rows and sums them"
def svm_gradient(X, y, w, b, lam):
    scores = torch.einsum("nd,d->n", X, w) + b
    active = y * scores < 1
    rows, signs = X[active], y[active]
    hinge_part = -(signs[:, None] * rows).sum(dim=0) / X.shape[0]
    return (hinge_part + lam * w, -signs.sum() / X.shape[0])


# %% wrong="svm_gradient" name="own mask with y*z <= 1, so a margin score of exactly 1 pulls"
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    mask = (y * z <= 1).to(X.dtype)
    dz = -y * mask / len(y)
    return X.T @ dz + lam * w, dz.sum()


# %% wrong="svm_gradient" name="returns zeros when no example pulls and so forgets lam*w there"
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    pulls = y * z < 1
    if not pulls.any():
        return torch.zeros_like(w), torch.zeros_like(y[0])
    dz = hinge_backward(z, y)
    return X.T @ dz + lam * w, dz.sum()


# %% wrong="svm_gradient" name="divides the whole sum by n, so the lam*w term is divided by n too"
def svm_gradient(X, y, w, b, lam):
    n = len(y)
    dw = lam * w
    db = torch.zeros_like(y[0])
    for x_i, y_i in zip(X, y):
        if y_i * (w @ x_i + b) < 1:
            dw = dw - y_i * x_i
            db = db - y_i
    return dw / n, db / n


# %% wrong="svm_gradient" name="adds lam*b to the gradient of the bias, which is not in the penalty"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = X.T @ dz + lam * w
    db = dz.sum() + lam * b
    return dw, db


# %% wrong="svm_gradient" name="reshapes X to (d, n) instead of transposing, so the entries are mixed up"
def svm_gradient(X, y, w, b, lam):
    n, d = X.shape
    dz = hinge_backward(X @ w + b, y)
    dw = X.reshape(d, n) @ dz + lam * w
    return dw, dz.sum()


# %% wrong="svm_gradient" name="differentiates lam times the length of w, not its square: adds lam*w/norm"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    length = w.norm()
    pull_back = lam * w / length if length > 0 else torch.zeros_like(w)
    return X.T @ dz + pull_back, dz.sum()


# %% wrong="svm_gradient" name="scores are X @ w without the bias, so the wrong examples may pull"
def svm_gradient(X, y, w, b, lam):
    z = X @ w
    dz = hinge_backward(z, y)
    dw = X.T @ dz + lam * w
    db = dz.sum()
    return dw, db


# %% wrong="svm_gradient" name="dw is written out for features 0 and 1 only, so d other than 2 fails"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = torch.zeros_like(w)
    dw[0] = (dz * X[:, 0]).sum() + lam * w[0]
    dw[1] = (dz * X[:, 1]).sum() + lam * w[1]
    return dw, dz.sum()


# %% right="train_svm" name="beginner, one thing per line"
def train_svm(X, y, lam, rates):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for i in range(len(rates)):
        z = X @ w + b
        first = hinge_loss(z, y)
        second = lam / 2 * (w ** 2).sum()
        losses.append((first + second).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w = w - rates[i] * dw
        b = b - rates[i] * db
    return w, b, losses


# %% right="train_svm" name="compact loop with tuple assignment"
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for rate in rates:
        losses.append(float(hinge_loss(X @ w + b, y) + 0.5 * lam * (w @ w)))
        w, b = (p - rate * dp for p, dp in zip((w, b), svm_gradient(X, y, w, b, lam)))
    return w, b, losses


# %% right="train_svm" name="module from 1.1 updated in place, objective as a helper"
def _objective(model, X, y, lam):
    return hinge_loss(model(X), y) + lam * model.w.pow(2).sum() / 2


@torch.no_grad()
def train_svm(X, y, lam, rates):
    d = X.shape[1]
    model = LinearClassifier(X.new_zeros(d), X.new_zeros(()))
    history = []
    for rate in rates:
        history.append(_objective(model, X, y, lam).item())
        dw, db = svm_gradient(X, y, model.w, model.b, lam)
        model.w -= rate * dw
        model.b -= rate * db
    return model.w.detach().clone(), model.b.detach().clone(), history


# %% wrong="train_svm" name="stops when the loss changes by less than 1e-6, so later rates get no step"
def train_svm(X, y, lam, rates):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        loss = hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)
        losses.append(loss.item())
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-6:
            break
        dw, db = svm_gradient(X, y, w, b, lam)
        w = w - rate * dw
        b = b - rate * db
    return w, b, losses


# %% wrong="train_svm" name="the bias step uses a gradient computed again at the already updated w"
def train_svm(X, y, lam, rates):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        w = w - rate * svm_gradient(X, y, w, b, lam)[0]
        b = b - rate * svm_gradient(X, y, w, b, lam)[1]
    return w, b, losses


# %% wrong="train_svm" name="recorded loss has the bias in the penalty: lam/2 times (w@w + b*b)"
def train_svm(X, y, lam, rates):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        loss = hinge_loss(X @ w + b, y) + lam / 2 * (w @ w + b * b)
        losses.append(loss.item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - rate * dw, b - rate * db
    return w, b, losses


# %% wrong="train_svm" name="recorded loss uses lam/2 times the length of w, the square is forgotten"
def train_svm(X, y, lam, rates):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        loss = hinge_loss(X @ w + b, y) + lam / 2 * w.norm()
        losses.append(float(loss))
        dw, db = svm_gradient(X, y, w, b, lam)
        w -= rate * dw
        b -= rate * db
    return w, b, losses


# %% right="sigmoid" name="beginner loop over the flattened entries"
def sigmoid(z):
    flat = z.reshape(-1)
    out = torch.zeros(flat.shape, dtype=z.dtype)
    for i in range(len(flat)):
        out[i] = 1 / (1 + torch.exp(-flat[i]))
    return out.reshape(z.shape)


# %% right="sigmoid" name="the first form in one line"
def sigmoid(z):
    return 1 / (1 + torch.exp(-z))


# %% right="sigmoid" name="exponent never positive, two branches"
def sigmoid(z):
    small = torch.exp(-torch.abs(z))
    numerator = torch.where(z >= 0, torch.ones_like(z), small)
    return numerator / (1 + small)


# %% wrong="sigmoid" name="answer stays flattened, so matrices and single numbers come back with shape (numel,)"
def sigmoid(z):
    values = []
    for v in z.flatten():
        values.append(1 / (1 + torch.exp(-v)))
    return torch.stack(values)


# %% wrong="sigmoid" name="negative branch divides exp(z) by 1 + exp(-z) instead of by 1 + exp(z)"
def sigmoid(z):
    upper = 1 / (1 + torch.exp(-z))
    lower = torch.exp(z) / (1 + torch.exp(-z))
    return torch.where(z >= 0, upper, lower)


# %% wrong="sigmoid" name="sets scores beyond 10 to exactly 1 and below -10 to exactly 0"
def sigmoid(z):
    a = 1 / (1 + torch.exp(-z))
    a = torch.where(z > 10, torch.ones_like(z), a)
    a = torch.where(z < -10, torch.zeros_like(z), a)
    return a


# %% wrong="sigmoid" name="uses exp(z)/(1+exp(z)) and nan_to_num, which turns the nan at 1000 into 0"
def sigmoid(z):
    e = torch.exp(z)
    return torch.nan_to_num(e / (1 + e))


# %% right="logistic_loss" name="beginner loop with an if for the sign"
def logistic_loss(z, y):
    total = torch.zeros((), dtype=z.dtype)
    for score, label in zip(z, y):
        rest = torch.log(1 + torch.exp(-torch.abs(score)))
        if score > 0:
            loss = score - label * score + rest
        else:
            loss = -label * score + rest
        total = total + loss
    return total / len(z)


# %% right="logistic_loss" name="the one formula, compact"
def logistic_loss(z, y):
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()


# %% right="logistic_loss" name="signed score and logaddexp"
def _softplus(t):
    return torch.logaddexp(t, torch.zeros_like(t))


def logistic_loss(z, y):
    t = torch.where(y == 1, -z, z)
    return _softplus(t).sum() / t.numel()


# %% wrong="logistic_loss" name="only class 1 is computed safely, class 0 uses log(1+exp(z)), infinite at 1000"
def logistic_loss(z, y):
    ones = torch.clamp(-z, min=0) + torch.log(1 + torch.exp(-z.abs()))
    zeros = torch.log(1 + torch.exp(z))
    return torch.where(y == 1, ones, zeros).mean()


# %% wrong="logistic_loss" name="naive formula repaired by nan_to_num with infinity set to 1000, whatever the score"
def logistic_loss(z, y):
    a = sigmoid(z)
    each = -y * torch.log(a) - (1 - y) * torch.log(1 - a)
    each = torch.nan_to_num(each, nan=0.0, posinf=1000.0)
    return each.mean()


# %% wrong="logistic_loss" name="clamps the probability to 1e-7 from 0 and 1, so no loss exceeds about 16"
def logistic_loss(z, y):
    eps = 1e-7
    a = sigmoid(z).clamp(eps, 1 - eps)
    return -(y * torch.log(a) + (1 - y) * torch.log(1 - a)).mean()


# %% wrong="logistic_loss" name="max(z, 0) taken as the largest score of all examples, not entry by entry"
def logistic_loss(z, y):
    top = torch.clamp(torch.max(z), min=0)
    losses = top - y * z + torch.log(1 + torch.exp(-torch.abs(z)))
    return losses.mean()


# %% right="logistic_links" name="beginner loops"
def logistic_da(a, y):
    n = len(a)
    da = torch.zeros_like(a)
    for i in range(n):
        if y[i] == 1:
            da[i] = -1 / a[i] / n
        else:
            da[i] = 1 / (1 - a[i]) / n
    return da


def logistic_dz(z, y):
    n = len(z)
    a = sigmoid(z)
    dz = torch.zeros_like(z)
    for i in range(n):
        dz[i] = (a[i] - y[i]) / n
    return dz


# %% right="logistic_links" name="the formulas of the text, compact"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)


# %% right="logistic_links" name="common denominator for da, branch by class for dz"
def logistic_da(a, y):
    slope = a * (1 - a)
    return torch.div(a - y, slope) / a.numel()


def logistic_dz(z, y):
    sure = 1 / (1 + torch.exp(-z))
    doubt = 1 / (1 + torch.exp(z))
    return torch.where(y == 1, -doubt, sure) / z.numel()


# %% wrong="logistic_links" name="da clamps a to 1e-6 from 0 and 1 instead of taking it as it is"
def logistic_da(a, y):
    a = a.clamp(1e-6, 1 - 1e-6)
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)


# %% wrong="logistic_links" name="dz for class 1 is -exp(-z)/(1+exp(-z)), which is nan at z = -1000"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    e = torch.exp(-z)
    return torch.where(y == 1, -e / (1 + e), 1 / (1 + e)) / len(z)


# %% wrong="logistic_links" name="dz squeezes the difference, so a single example gives shape () not (1,)"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    n = z.shape[0]
    difference = (sigmoid(z) - y).squeeze()
    return difference / n


# %% wrong="logistic_links" name="da lacks brackets: -y/a + 1 - y/(1-a) instead of (1-y)/(1-a)"
def logistic_da(a, y):
    n = len(y)
    return (-y / a + 1 - y / (1 - a)) / n


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)


# %% wrong="logistic_links" name="dz is da times a(1-a) with the fractions left in, nan where a is 0 or 1"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    return logistic_da(a, y) * a * (1 - a)


# %% wrong="logistic_links" name="dz multiplies (a-y)/n once more by the sigmoid slope a(1-a)"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    return (a - y) * a * (1 - a) / len(z)


# %% wrong="logistic_links" name="da forgets the 1/n of the mean, only dz has it"
def logistic_da(a, y):
    return torch.where(y == 1, -1 / a, 1 / (1 - a))


def logistic_dz(z, y):
    n = len(z)
    return (sigmoid(z) - y) / n


# %% wrong="logistic_links" name="da is collected in a Python list and torch.tensor, float32 also for float64 input"
def logistic_da(a, y):
    n = len(a)
    return torch.tensor([(-t / p + (1 - t) / (1 - p)) / n for p, t in zip(a.tolist(), y.tolist())])


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)


# %% right="logistic_gradient" name="beginner loop over the examples"
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = logistic_dz(z, y)
    dw = torch.zeros_like(w)
    db = torch.zeros_like(dz[0])
    for i in range(len(y)):
        dw = dw + dz[i] * X[i]
        db = db + dz[i]
    return dw, db


# %% right="logistic_gradient" name="compact with the transposed product"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return X.T @ dz, dz.sum()


# %% right="logistic_gradient" name="mean of the examples' gradients with a column of ones, einsum"
def logistic_gradient(X, y, w, b):
    n, d = X.shape
    extended = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    surprise = sigmoid(torch.mv(X, w) + b) - y
    g = torch.einsum("nk,n->nk", extended, surprise).mean(dim=0)
    return g[:d], g[d]


# %% wrong="logistic_gradient" name="own probability exp(z)/(1+exp(z)) overflows to nan for a score of 1000"
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    e = torch.exp(z)
    a = e / (1 + e)
    dz = (a - y) / len(y)
    return X.T @ dz, dz.sum()


# %% wrong="logistic_gradient" name="squeezes the (d, 1) product, so a single feature gives dw of shape ()"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y).reshape(-1, 1)
    dw = (X.T @ dz).squeeze()
    db = dz.sum()
    return dw, db


# %% wrong="logistic_gradient" name="clamps the scores to -10..10 against overflow, so sure examples keep a false residue"
def logistic_gradient(X, y, w, b):
    z = torch.clamp(X @ w + b, -10, 10)
    dz = logistic_dz(z, y)
    return X.T @ dz, dz.sum()


# %% wrong="logistic_gradient" name="scores computed without the bias b before taking dz"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w, y)
    dw = X.T @ dz
    db = dz.sum()
    return dw, db


# %% wrong="logistic_gradient" name="divides dw by n again although dz already holds 1/n"
def logistic_gradient(X, y, w, b):
    n = X.shape[0]
    dz = logistic_dz(X @ w + b, y)
    dw = X.T @ dz / n
    db = dz.sum()
    return dw, db


# %% wrong="logistic_gradient" name="dz * X broadcasts dz along the features, it fits only when n equals d or is 1"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return (dz * X).sum(dim=0), dz.sum()


# %% wrong="logistic_gradient" name="loop assigns dw from each example instead of adding, only the last example remains"
def logistic_gradient(X, y, w, b):
    n = len(y)
    dw = torch.zeros_like(w)
    db = torch.zeros_like(y[0])
    for x_i, y_i in zip(X, y):
        error = sigmoid(x_i @ w + b) - y_i
        dw = error * x_i / n
        db = db + error / n
    return dw, db


# %% wrong="logistic_gradient" name="stacks the gradient of exactly two features, other numbers of features break"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    dw0 = (dz * X[:, 0]).sum()
    dw1 = (dz * X[:, 1]).sum()
    return torch.stack([dw0, dw1]), dz.sum()


# %% right="train_logistic" name="beginner loop"
def train_logistic(X, y, lr, steps):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        z = X @ w + b
        loss = logistic_loss(z, y)
        losses.append(loss.item())
        dw, db = logistic_gradient(X, y, w, b)
        w = w - lr * dw
        b = b - lr * db
    return w, b, losses


# %% right="train_logistic" name="all states kept in a list, losses by comprehension"
def train_logistic(X, y, lr, steps):
    states = [(torch.zeros_like(X[0]), torch.zeros_like(y[0]))]
    for _ in range(steps):
        w, b = states[-1]
        dw, db = logistic_gradient(X, y, w, b)
        states.append((w - lr * dw, b - lr * db))
    losses = [float(logistic_loss(X @ w + b, y)) for w, b in states[:-1]]
    return *states[-1], losses


# %% right="train_logistic" name="trainer class with in-place steps on its own tensors"
class _LogisticTrainer:
    def __init__(self, X, y, lr):
        self.X, self.y, self.lr = X, y, lr
        self.w = torch.zeros(X.size(1), dtype=X.dtype, device=X.device)
        self.b = torch.zeros((), dtype=X.dtype, device=X.device)

    def loss(self):
        return logistic_loss(self.X @ self.w + self.b, self.y).item()

    def step(self):
        before = self.loss()
        dw, db = logistic_gradient(self.X, self.y, self.w, self.b)
        self.w.sub_(self.lr * dw)
        self.b.sub_(self.lr * db)
        return before


def train_logistic(X, y, lr, steps):
    trainer = _LogisticTrainer(X, y, lr)
    losses = [trainer.step() for _ in range(steps)]
    return trainer.w, trainer.b, losses


# %% wrong="train_logistic" name="halves the learning rate whenever the loss has risen, instead of keeping it"
def train_logistic(X, y, lr, steps):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        if step > 0 and losses[-1] > losses[-2]:
            lr = lr / 2
        dw, db = logistic_gradient(X, y, w, b)
        w = w - lr * dw
        b = b - lr * db
    return w, b, losses


# %% wrong="train_logistic" name="updates w first and computes db with the new w, not the same point"
def train_logistic(X, y, lr, steps):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, _ = logistic_gradient(X, y, w, b)
        w = w - lr * dw
        _, db = logistic_gradient(X, y, w, b)
        b = b - lr * db
    return w, b, losses


# %% wrong="train_logistic" name="appends the final loss after the last step too, so the list has steps + 1 entries"
def train_logistic(X, y, lr, steps):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = [logistic_loss(X @ w + b, y).item()]
    for step in range(steps):
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
        losses.append(logistic_loss(X @ w + b, y).item())
    return w, b, losses


# %% wrong="train_logistic" name="returns the weights with the lowest loss seen, not those after the last step"
def train_logistic(X, y, lr, steps):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    best = (float("inf"), w, b)
    for step in range(steps + 1):
        loss = logistic_loss(X @ w + b, y).item()
        if loss < best[0]:
            best = (loss, w, b)
        if step == steps:
            break
        losses.append(loss)
        dw, db = logistic_gradient(X, y, w, b)
        w = w - lr * dw
        b = b - lr * db
    return best[1], best[2], losses


# %% right="pulls" name="beginner loop with ifs"
def pulls(m):
    perceptron = torch.zeros_like(m)
    hinge = torch.zeros_like(m)
    logistic = torch.zeros_like(m)
    for i in range(len(m)):
        if m[i] < 0:
            perceptron[i] = 1
        if m[i] < 1:
            hinge[i] = 1
        logistic[i] = 1 / (1 + torch.exp(m[i]))
    return perceptron, hinge, logistic


# %% right="pulls" name="compact masks and the own sigmoid"
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m)


# %% right="pulls" name="named tuple, heaviside and a two-sided logistic"
from collections import namedtuple

Pulls = namedtuple("Pulls", "perceptron hinge logistic")


def _below(m, corner):
    return torch.heaviside(corner - m, torch.zeros_like(m))


def pulls(m):
    e = torch.exp(-m.abs())
    logistic = torch.where(m > 0, e, torch.ones_like(e)) / (1 + e)
    return Pulls(_below(m, 0.0), _below(m, 1.0), logistic)


# %% wrong="pulls" name="logistic as 1 - exp(m)/(1+exp(m)), which is nan at m = 1000"
def pulls(m):
    perceptron = (m < 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    e = torch.exp(m)
    logistic = 1 - e / (1 + e)
    return perceptron, hinge, logistic


# %% wrong="pulls" name="pull one half at the corners of perceptron and hinge, by (1 + sign)/2"
def pulls(m):
    perceptron = (1 + torch.sign(-m)) / 2
    hinge = (1 + torch.sign(1 - m)) / 2
    logistic = sigmoid(-m)
    return perceptron, hinge, logistic


# %% wrong="pulls" name="perceptron and hinge pulls are made with .float(), float32 also when m is float64"
def pulls(m):
    perceptron = (m < 0).float()
    hinge = (m < 1).float()
    return perceptron, hinge, 1 / (1 + torch.exp(m))


# %% wrong="pulls" name="columns are split and squeezed, so one example gives three tensors of shape ()"
def pulls(m):
    table = torch.stack([(m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m)])
    perceptron, hinge, logistic = (row.squeeze() for row in table.split(1))
    return perceptron, hinge, logistic


# %% wrong="pulls" name="hinge pull given as the cost max(0, 1-m) instead of its steepness"
def pulls(m):
    perceptron = torch.where(m < 0, torch.ones_like(m), torch.zeros_like(m))
    hinge = torch.clamp(1 - m, min=0)
    logistic = 1 / (1 + torch.exp(m))
    return perceptron, hinge, logistic


# %% wrong="pulls" name="logistic pull taken as the sigmoid slope a(1-a) instead of sigmoid(-m)"
def pulls(m):
    a = sigmoid(m)
    perceptron = (m < 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    return perceptron, hinge, a * (1 - a)


# %% wrong="pulls" name="switches the logistic pull off above m = 6, although it never quite reaches 0"
def pulls(m):
    perceptron = (m < 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    logistic = torch.where(m > 6, torch.zeros_like(m), 1 / (1 + torch.exp(m)))
    return perceptron, hinge, logistic


# %% wrong="pulls" name="divides all pulls by n as in the mean losses, though each example stands alone"
def pulls(m):
    n = len(m)
    perceptron = (m < 0).to(m.dtype) / n
    hinge = (m < 1).to(m.dtype) / n
    logistic = sigmoid(-m) / n
    return perceptron, hinge, logistic


# %% right="newton_step" name="beginner loop that sums gradient and matrix"
def newton_step(X, y, w, b):
    n = X.shape[0]
    d = X.shape[1]
    g = torch.zeros(d + 1, dtype=X.dtype)
    H = torch.zeros(d + 1, d + 1, dtype=X.dtype)
    one = torch.ones(1, dtype=X.dtype)
    for i in range(n):
        x = torch.cat([X[i], one])
        a = sigmoid(X[i] @ w + b)
        g = g + (a - y[i]) * x / n
        H = H + a * (1 - a) * torch.outer(x, x) / n
    step = torch.linalg.solve(H, g)
    return w - step[:d], b - step[d]


# %% right="newton_step" name="compact with a column of ones"
def newton_step(X, y, w, b):
    Xt = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / len(y)
    H = (Xt.T * (a * (1 - a))) @ Xt / len(y)
    theta = theta - torch.linalg.solve(H, g)
    return theta[:-1], theta[-1]


# %% right="newton_step" name="bias first, blocks from einsum, solved by numpy"
import numpy as np


def newton_step(X, y, w, b):
    n, d = X.shape
    a = sigmoid(X @ w + b)
    s = a * (1 - a) / n
    dw, db = logistic_gradient(X, y, w, b)
    H = np.empty((d + 1, d + 1))
    H[0, 0] = s.sum().item()
    H[0, 1:] = H[1:, 0] = torch.einsum("n,nd->d", s, X).numpy()
    H[1:, 1:] = torch.einsum("n,ni,nj->ij", s, X, X).numpy()
    g = np.concatenate([[db.item()], dw.numpy()])
    step = torch.from_numpy(np.linalg.solve(H, g)).to(X.dtype)
    return w - step[1:], b - step[0]


# %% wrong="newton_step" name="separate Newton steps for w and b, the mixed entries of H are left out"
def newton_step(X, y, w, b):
    n = len(y)
    a = sigmoid(X @ w + b)
    s = a * (1 - a)
    dw, db = logistic_gradient(X, y, w, b)
    H = X.T @ torch.diag(s) @ X / n
    return w - torch.linalg.solve(H, dw), b - db / s.mean()


# %% wrong="newton_step" name="probabilities from X @ w alone, the current bias is missing in the scores"
def newton_step(X, y, w, b):
    n = len(y)
    Xt = torch.column_stack([X, torch.ones_like(y)])
    a = sigmoid(X @ w)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / n
    step = torch.linalg.solve(H, g)
    return w - step[:-1], b - step[-1]


# %% wrong="newton_step" name="returns the bias as theta[-1:] with shape (1,) instead of shape ()"
def newton_step(X, y, w, b):
    n = len(y)
    Xt = torch.column_stack([X, torch.ones_like(y)])
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / n
    theta = theta - torch.linalg.solve(H, g)
    return theta[:-1], theta[-1:]


# %% wrong="newton_step" name="adds 0.001 times the identity to H for safety, so the step is not Newton's"
def newton_step(X, y, w, b):
    n, d = X.shape
    Xt = torch.cat([X, torch.ones(n, 1, dtype=X.dtype)], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ ((a * (1 - a))[:, None] * Xt) / n + 1e-3 * torch.eye(d + 1, dtype=X.dtype)
    theta = theta - torch.linalg.solve(H, g)
    return theta[:d], theta[d]
