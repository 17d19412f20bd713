# %% right="score_and_sign" name="plain torch with matrix product and where"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% right="score_and_sign" name="beginner loops over rows and scores"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w.clone())
        self.b = torch.nn.Parameter(b.clone())

    def forward(self, X):
        scores = []
        for row in X:
            total = self.b
            for j in range(len(self.w)):
                total = total + self.w[j] * row[j]
            scores.append(total)
        return torch.stack(scores)


def classify(z):
    answer = []
    for score in z:
        if score > 0:
            answer.append(1)
        else:
            answer.append(-1)
    return torch.tensor(answer, dtype=torch.int64)

# %% right="score_and_sign" name="einsum, detached copies, arithmetic on the mask"
from torch import nn


class LinearClassifier(nn.Module):
    """A line with a score."""

    def __init__(self, w: torch.Tensor, b: torch.Tensor):
        super().__init__()
        for name, start in (("w", w), ("b", b)):
            self.register_parameter(name, nn.Parameter(start.detach().clone()))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return torch.einsum("nd,d->n", X, self.w).add(self.b)


def classify(z):
    return 2 * z.gt(0).long() - 1

# %% wrong="score_and_sign" name="forward squeezes the (n, 1) product, so a single example gives shape () not (1,)"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return (X @ self.w.unsqueeze(1)).squeeze() + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="classify uses torch.sign, which gives class 0 and not -1 for score 0"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.sign(z).to(torch.int64)

# %% wrong="score_and_sign" name="forward spells out features 0 and 1 only, ignores further features when d is above two"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return self.w[0] * X[:, 0] + self.w[1] * X[:, 1] + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="only w is a Parameter, the bias b is kept as a plain tensor attribute"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = b

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    classes = torch.ones(z.shape, dtype=torch.int64)
    classes[z <= 0] = -1
    return classes

# %% right="boundary_x1" name="one formula"
def boundary_x1(x0, w, b, level):
    return (level - b - w[0] * x0) / w[1]

# %% right="boundary_x1" name="loop into a prepared tensor"
def boundary_x1(x0, w, b, level):
    x1 = torch.zeros_like(x0)
    for i in range(len(x0)):
        rest = level - b
        rest = rest - w[0] * x0[i]
        x1[i] = rest / w[1]
    return x1

# %% right="boundary_x1" name="slope and intercept, numpy on the way"
import numpy as np


def slope_and_intercept(w, b, level):
    w0, w1 = w.tolist()
    return -w0 / w1, (float(level) - float(b)) / w1


def boundary_x1(x0, w, b, level):
    slope, intercept = slope_and_intercept(w, b, level)
    heights = np.polyval([slope, intercept], x0.detach().numpy())
    return torch.from_numpy(np.asarray(heights)).to(x0.dtype)

# %% wrong="boundary_x1" name="divides by the absolute value of w1, so wrong sign for a negative w1"
def boundary_x1(x0, w, b, level):
    return (level - b - w[0] * x0) / w[1].abs()

# %% wrong="boundary_x1" name="missing parentheses: only b is divided by w1, the level is not"
def boundary_x1(x0, w, b, level):
    return -w[0] / w[1] * x0 + level - b / w[1]

# %% wrong="boundary_x1" name="builds the answer from a list of Python floats, so float64 places give float32"
def boundary_x1(x0, w, b, level):
    heights = []
    for place in x0.tolist():
        heights.append((float(level) - float(b) - float(w[0]) * place) / float(w[1]))
    return torch.tensor(heights)

# %% wrong="boundary_x1" name="special case for a horizontal line, w0 equal 0, returns one number instead of m heights"
def boundary_x1(x0, w, b, level):
    if w[0] == 0:
        return (level - b) / w[1]
    return (level - b - w[0] * x0) / w[1]

# %% right="margin" name="vectorised min over length"
def margin(X, y, w, b):
    return (y * (X @ w + b)).min() / w.norm()

# %% right="margin" name="beginner loop keeping the smallest"
def margin(X, y, w, b):
    squares = 0
    for j in range(len(w)):
        squares = squares + w[j] ** 2
    length = torch.sqrt(squares)
    smallest = None
    for i in range(len(X)):
        z = (X[i] * w).sum() + b
        distance = y[i] * z / length
        if smallest is None or distance < smallest:
            smallest = distance
    return smallest

# %% right="margin" name="normalise the line first, einsum, sort and take the first"
def _unit_line(w, b):
    length = torch.linalg.vector_norm(w)
    return w / length, b / length


def margin(X, y, w, b):
    direction, offset = _unit_line(w, b)
    signed = torch.einsum("n,nd,d->n", y, X, direction) + y * offset
    return torch.sort(signed).values[0]

# %% wrong="margin" name="length of w from w0 and w1 only, wrong for more or fewer than two features"
def margin(X, y, w, b):
    z = X @ w + b
    length = torch.sqrt(w[0] ** 2 + w[1] ** 2)
    return (y * z / length).min()

# %% wrong="margin" name="search for the smallest starts at 1, so a margin larger than 1 becomes 1"
def margin(X, y, w, b):
    smallest = torch.tensor(1.0, dtype=X.dtype)
    for x, cls in zip(X, y):
        d = cls * (w @ x + b) / w.norm()
        if d < smallest:
            smallest = d
    return smallest

# %% wrong="margin" name="takes signed distance of the point nearest the line, not smallest signed distance over all"
def margin(X, y, w, b):
    z = X @ w + b
    nearest = z.abs().argmin()
    return y[nearest] * z[nearest] / w.norm()

# %% wrong="margin" name="slices the sorted distances with [:1], so the result has shape (1,) and not ()"
def margin(X, y, w, b):
    distances = y * (X @ w + b) / torch.sqrt(w @ w)
    return distances.sort().values[:1]

# %% right="perceptron_step" name="simple if"
def perceptron_step(w, b, x, y, lr):
    z = w @ x + b
    if y * z <= 0:
        w = w + lr * y * x
        b = b + lr * y
    return w, b

# %% right="perceptron_step" name="clones changed afterwards, loop over features"
def perceptron_step(w, b, x, y, lr):
    score = b.clone()
    for j in range(len(x)):
        score = score + w[j] * x[j]
    new_w = w.clone()
    new_b = b.clone()
    if score * y > 0:
        return new_w, new_b
    for j in range(len(x)):
        new_w[j] += lr * y * x[j]
    new_b += lr * y
    return new_w, new_b

# %% right="perceptron_step" name="branch-free with a namedtuple as return"
from collections import namedtuple

Line = namedtuple("Line", ["w", "b"])


def perceptron_step(w, b, x, y, lr):
    wrong = (y * (torch.dot(w, x) + b)).le(0).to(w.dtype)
    push = lr * wrong * y
    return Line(w=torch.add(w, push * x), b=b + push)

# %% wrong="perceptron_step" name="mistake when classify differs from y, so score 0 with class -1 is no mistake"
def perceptron_step(w, b, x, y, lr):
    z = w @ x + b
    if classify(z) != y:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="always subtracts lr times x and lr, right only for mistakes of class -1"
def perceptron_step(w, b, x, y, lr):
    z = w @ x + b
    if y * z <= 0:
        return w - lr * x, b - lr
    return w, b

# %% wrong="perceptron_step" name="clones w but changes the given bias tensor b in place with +="
def perceptron_step(w, b, x, y, lr):
    w = w.clone()
    if y * (w @ x + b) <= 0:
        w += lr * y * x
        b += lr * y
    return w, b

# %% wrong="perceptron_step" name="score for the mistake test leaves out the bias b"
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x) <= 0:
        w = w + lr * y * x
        b = b + lr * y
    return w, b

# %% right="train_perceptron" name="two loops and a break"
def train_perceptron(X, y, epochs):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                count += 1
            w, b = perceptron_step(w, b, x, t, 1)
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% right="train_perceptron" name="while loop, mistake seen by the changed bias"
def train_perceptron(X, y, epochs):
    w, b = X.new_zeros(X.shape[1]), torch.zeros((), dtype=y.dtype)
    mistakes = []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1] > 0):
        mistakes.append(0)
        for i in range(X.shape[0]):
            new_w, new_b = perceptron_step(w, b, X[i], y[i], 1.0)
            mistakes[-1] += int(new_b.item() != b.item())
            w, b = new_w, new_b
    return w, b, mistakes

# %% right="train_perceptron" name="numpy with a class that holds the state"
import numpy as np


class _Perceptron:
    def __init__(self, features):
        self.theta = np.zeros(features + 1)

    def epoch(self, rows, targets):
        count = 0
        for row, target in zip(rows, targets):
            if target * self.theta.dot(row) <= 0:
                self.theta = self.theta + target * row
                count += 1
        return count


def train_perceptron(X, y, epochs):
    rows = np.column_stack([X.numpy(), np.ones(len(X))]).astype(np.float64)
    targets = y.numpy()
    model = _Perceptron(X.shape[1])
    history = []
    for _ in range(epochs):
        history.append(model.epoch(rows, targets))
        if not history[-1]:
            break
    theta = torch.tensor(model.theta, dtype=X.dtype)
    return theta[:-1], theta[-1], history

# %% wrong="train_perceptron" name="returns only inside the zero-mistakes branch, so None when the epochs run out"
def train_perceptron(X, y, epochs):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        wrong = 0
        for x, cls in zip(X, y):
            if cls * (w @ x + b) <= 0:
                wrong += 1
                w, b = perceptron_step(w, b, x, cls, 1)
        mistakes.append(wrong)
        if wrong == 0:
            return w, b, mistakes

# %% wrong="train_perceptron" name="off by one: epoch counter compared with <=, so epochs + 1 passes when not separable"
def train_perceptron(X, y, epochs):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    epoch = 0
    while epoch <= epochs:
        wrong = 0
        for x, cls in zip(X, y):
            if cls * (w @ x + b) <= 0:
                wrong = wrong + 1
            w, b = perceptron_step(w, b, x, cls, 1)
        mistakes.append(wrong)
        if wrong == 0:
            break
        epoch = epoch + 1
    return w, b, mistakes

# %% wrong="train_perceptron" name="w starts as two zeros whatever the number of features, fails for d other than 2"
def train_perceptron(X, y, epochs):
    w = torch.zeros(2, dtype=X.dtype)
    b = torch.tensor(0.0, dtype=X.dtype)
    mistakes = []
    for _ in range(epochs):
        n_wrong = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b = perceptron_step(w, b, x, t, 1)
                n_wrong += 1
        mistakes.append(n_wrong)
        if n_wrong == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="counts mistakes by classify differing from y, misses score 0 with class -1"
def train_perceptron(X, y, epochs):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if classify(w @ x + b) != t:
                count += 1
            w, b = perceptron_step(w, b, x, t, 1)
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% right="no_line" name="classify and compare, OR line"
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% right="no_line" name="loop counting, NAND line, double conversion"
def count_right(X, y, w, b):
    right = 0
    for i in range(len(X)):
        score = (X[i] * w).sum() + b
        if score > 0 and y[i] == 1:
            right += 1
        if score <= 0 and y[i] == -1:
            right += 1
    return right


best_w = torch.tensor([-1, -1]).double()
best_b = torch.tensor(1.5).double()
hard_y = torch.ones(4).double()
hard_y[2] = -1
hard_y[3] = -1

# %% right="no_line" name="count_nonzero as an int tensor, line through a corner that uses the rule for score 0"
def count_right(X, y, w, b):
    positive = torch.einsum("nd,d->n", X, w) + b > 0
    return torch.count_nonzero(positive == (y > 0))


best_w, best_b = torch.ones(2, dtype=torch.float64), torch.zeros((), dtype=torch.float64)
hard_y = torch.cat([torch.ones(2), -torch.ones(2)]).to(torch.float64)

# %% wrong="no_line" name="counts y times z above 0, so a score of 0 with class -1 is not counted"
def count_right(X, y, w, b):
    return int((y * (X @ w + b) > 0).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="sums products of class and prediction, which gives right minus wrong, not the right ones"
def count_right(X, y, w, b):
    agreement = y * classify(X @ w + b)
    return int(agreement.sum().item())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="bias -1 puts the line through both +1 corners, score 0, only one corner right"
def count_right(X, y, w, b):
    return (classify(X @ w + b) == y).sum().item()


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-1.0, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="hard_y alternates like the XOR table, but these four points are then separable"
def count_right(X, y, w, b):
    return (classify(X @ w + b) == y).sum().item()


best_w = torch.tensor([2.0, 2.0], dtype=torch.float64)
best_b = torch.tensor(-1.0, dtype=torch.float64)
hard_y = torch.tensor([1.0, -1.0, -1.0, 1.0], dtype=torch.float64)

# %% right="hinge" name="clamp, mean and a mask"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% right="hinge" name="beginner loops with if"
def hinge_loss(z, y):
    total = torch.zeros_like(z[0])
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
        else:
            dz[i] = 0
    return dz

# %% right="hinge" name="helper for the slack, relu and heaviside"
def _slack(z, y):
    return torch.sub(1, y * z)


def hinge_loss(z, y):
    return torch.relu(_slack(z, y)).sum() / z.numel()


def hinge_backward(z, y):
    slack = _slack(z, y)
    inside = torch.heaviside(slack, torch.zeros_like(slack[:1]))
    return torch.neg(inside * y).div(z.shape[0])

# %% wrong="hinge" name="hinge_backward uses <= 1, so a point exactly at the corner still gets slope -y/n"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return torch.where(y * z <= 1, -y / len(z), 0.0)

# %% wrong="hinge" name="hinge_backward divides by the number of pulling points instead of by all n"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    active = (y * z < 1).to(z.dtype)
    return -y * active / active.sum().clamp(min=1)

# %% wrong="hinge" name="hinge_backward lets only points inside the street pull, abs(z) < 1, not those beyond it"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    in_street = z.abs() < 1
    return torch.where(in_street, -y / len(z), torch.zeros_like(z))

# %% wrong="hinge" name="hinge_backward fills torch.zeros(n), default float32, so float64 scores give a float32 dz"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    n = len(z)
    dz = torch.zeros(n)
    for i in range(n):
        if y[i] * z[i] < 1:
            dz[i] = -y[i] / n
    return dz

# %% wrong="hinge" name="dz is the same tensor as z, so hinge_backward overwrites the given scores in place"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    pulls_on_line = y * z < 1
    dz = z
    dz[pulls_on_line] = -y[pulls_on_line] / len(z)
    dz[~pulls_on_line] = 0
    return dz

# %% wrong="hinge" name="hinge_backward squeezes its column, so a single example gives shape () instead of (1,)"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    z_col, y_col = z.reshape(-1, 1), y.reshape(-1, 1)
    mask = (y_col * z_col < 1).to(z.dtype)
    return (-y_col * mask / z_col.shape[0]).squeeze()

# %% wrong="hinge" name="hinge_loss takes the mean margin score first and the maximum with 0 only afterwards"
def hinge_loss(z, y):
    return torch.clamp((1 - y * z).mean(), min=0)


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="hinge_loss averages over the examples that pay, not over all n examples"
def hinge_loss(z, y):
    cost = 1 - y * z
    cost = cost[cost > 0]
    if len(cost) == 0:
        return torch.zeros_like(z[0])
    return cost.mean()


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% right="svm_gradient" name="from hinge_backward, two lines"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz + lam * w, dz.sum()

# %% right="svm_gradient" name="loops over examples and features"
def svm_gradient(X, y, w, b, lam):
    n, d = X.shape
    dw = torch.zeros_like(w)
    db = torch.zeros_like(w[0])
    for i in range(n):
        z = b
        for j in range(d):
            z = z + w[j] * X[i, j]
        if y[i] * z < 1:
            for j in range(d):
                dw[j] = dw[j] - y[i] * X[i, j] / n
            db = db - y[i] / n
    for j in range(d):
        dw[j] = dw[j] + lam * w[j]
    return dw, db

# %% right="svm_gradient" name="only the pulling rows selected, minus their sum over n"
def svm_gradient(X, y, w, b, lam):
    n = X.size(0)
    pulling = (y * (X.matmul(w) + b)) < 1
    labels = y[pulling]
    hinge_w = -torch.einsum("k,kd->d", labels, X[pulling]) / n
    hinge_b = -labels.sum() / n
    return torch.add(hinge_w, w, alpha=lam), hinge_b

# %% wrong="svm_gradient" name="slope of a pulling point is -1/n instead of -y/n, class forgotten"
def svm_gradient(X, y, w, b, lam):
    n = len(X)
    z = X @ w + b
    dz = torch.where(y * z < 1, -1.0 / n, 0.0).to(X.dtype)
    dw = X.T @ dz + lam * w
    db = dz.sum()
    return dw, db

# %% wrong="svm_gradient" name="returns zero gradient early when no point pulls, so lam times w is lost there"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    if not dz.any():
        return torch.zeros_like(w), torch.zeros_like(dz[0])
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="multiplies the given weights w by lam in place before adding them"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = X.T @ dz
    db = dz.sum()
    w *= lam
    return dw + w, db

# %% wrong="svm_gradient" name="keeps the one half: adds lam / 2 times w to the weights' gradient"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = X.T @ dz + lam / 2 * w
    return dw, dz.sum()

# %% wrong="svm_gradient" name="bias gradient is dz.mean() although dz already holds the 1/n"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = X.T @ dz + lam * w
    db = dz.mean()
    return dw, db

# %% wrong="svm_gradient" name="regularisation term stands inside the mean, so lam times w is divided by n"
def svm_gradient(X, y, w, b, lam):
    n = len(y)
    active = (y * (X @ w + b) < 1).to(X.dtype)
    dw = (-(X.T @ (y * active)) + lam * w) / n
    db = -(y * active).sum() / n
    return dw, db

# %% wrong="svm_gradient" name="X * dz multiplies columns by dz instead of rows, fits for square X or one row"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = (X * dz).sum(dim=0) + lam * w
    db = dz.sum()
    return dw, db

# %% wrong="svm_gradient" name="bias put into one vector with w, so lam times b is added to db"
def svm_gradient(X, y, w, b, lam):
    ones = torch.ones(len(X), 1, dtype=X.dtype)
    X1 = torch.cat([X, ones], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    dz = hinge_backward(X1 @ theta, y)
    dtheta = X1.T @ dz + lam * theta
    return dtheta[:-1], dtheta[-1]

# %% right="train_svm" name="loop as in the text"
def train_svm(X, y, lam, rates):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        loss = hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)
        losses.append(loss.item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w = w - rate * dw
        b = b - rate * db
    return w, b, losses

# %% right="train_svm" name="index loop with own loss by hand and float()"
def train_svm(X, y, lam, rates):
    n, d = X.shape
    w = torch.zeros(d, dtype=X.dtype)
    b = torch.tensor(0, dtype=X.dtype)
    losses = [0.0] * len(rates)
    for step in range(len(rates)):
        cost = 0.0
        for i in range(n):
            cost += max(0.0, 1 - float(y[i] * (X[i] @ w + b)))
        size = 0.0
        for j in range(d):
            size += float(w[j]) ** 2
        losses[step] = cost / n + lam / 2 * size
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - rates[step] * dw, b - rates[step] * db
    return w, b, losses

# %% right="train_svm" name="nested objective function, in-place updates of own tensors"
def train_svm(X, y, lam, rates):
    w, b = X.new_zeros(X.size(1)), X.new_zeros(())

    def objective():
        penalty = 0.5 * lam * w.square().sum()
        return float(hinge_loss(torch.mv(X, w) + b, y) + penalty)

    losses = []
    for eta in rates:
        losses += [objective()]
        grad_w, grad_b = svm_gradient(X, y, w, b, lam)
        w.sub_(grad_w, alpha=eta)
        b.sub_(grad_b, alpha=eta)
    return w, b, losses

# %% wrong="train_svm" name="takes the rates with rates.pop(0), which empties the caller's list"
def train_svm(X, y, lam, rates):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    while len(rates) > 0:
        rate = rates.pop(0)
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w = w - rate * dw
        b = b - rate * db
    return w, b, losses

# %% wrong="train_svm" name="penalty uses the squared sum of the weights instead of the sum of squares"
def train_svm(X, y, lam, rates):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        loss = hinge_loss(X @ w + b, y) + lam / 2 * w.sum() ** 2
        losses.append(loss.item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w = w - rate * dw
        b = b - rate * db
    return w, b, losses

# %% wrong="train_svm" name="bias step uses a gradient computed again at the already updated weights"
def train_svm(X, y, lam, rates):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        w = w - rate * svm_gradient(X, y, w, b, lam)[0]
        b = b - rate * svm_gradient(X, y, w, b, lam)[1]
    return w, b, losses

# %% wrong="train_svm" name="stops as soon as the loss rises, so not every rate gets its step"
def train_svm(X, y, lam, rates):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        loss = hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)
        losses.append(loss.item())
        if len(losses) > 1 and losses[-1] > losses[-2]:
            break
        dw, db = svm_gradient(X, y, w, b, lam)
        w = w - rate * dw
        b = b - rate * db
    return w, b, losses

# %% right="sigmoid" name="first form"
def sigmoid(z):
    return 1 / (1 + torch.exp(-z))

# %% right="sigmoid" name="number by number with two branches, reshaped at the end"
def sigmoid(z):
    answer = []
    for value in z.reshape(-1).tolist():
        if value >= 0:
            answer.append(1 / (1 + math.exp(-value)))
        else:
            e = math.exp(value)
            answer.append(e / (1 + e))
    return torch.tensor(answer, dtype=z.dtype).reshape(z.shape)

# %% right="sigmoid" name="small exponential of minus abs and where"
def sigmoid(z):
    small = z.abs().neg().exp()
    top = torch.where(z < 0, small, torch.ones_like(small))
    return top.div(small.add(1))

# %% wrong="sigmoid" name="limits scores to -10 and 10 first, so sigmoid(-1000) is 0.000045 and not 0"
def sigmoid(z):
    z = torch.clamp(z, -10, 10)
    return 1 / (1 + torch.exp(-z))

# %% wrong="sigmoid" name="second form for whole tensor if any score is negative, nan at 1000 beside a negative"
def sigmoid(z):
    if z.min() < 0:
        return torch.exp(z) / (1 + torch.exp(z))
    return 1 / (1 + torch.exp(-z))

# %% wrong="sigmoid" name="flattens the entries and never restores the shape, wrong for a matrix or a scalar"
def sigmoid(z):
    values = []
    for v in z.flatten():
        values.append(1 / (1 + torch.exp(-v)))
    return torch.stack(values)

# %% wrong="sigmoid" name="uses neg_ and exp_ in place, so the given scores are overwritten"
def sigmoid(z):
    bottom = z.neg_().exp_() + 1
    return 1 / bottom

# %% right="logistic_loss" name="the one formula"
def logistic_loss(z, y):
    return (torch.clamp(z, min=0) - y * z + torch.log(1 + torch.exp(-z.abs()))).mean()

# %% right="logistic_loss" name="loop with math, class by class"
def logistic_loss(z, y):
    total = 0.0
    for score, cls in zip(z.tolist(), y.tolist()):
        if cls == 1.0:
            t = -score
        else:
            t = score
        total = total + max(t, 0.0) + math.log(1 + math.exp(-abs(t)))
    return torch.tensor(total / len(z), dtype=z.dtype)

# %% right="logistic_loss" name="margin score with logaddexp"
def logistic_loss(z, y):
    m = torch.where(y > 0.5, z, -z)
    return torch.logaddexp(torch.zeros_like(m), -m).mean()

# %% wrong="logistic_loss" name="class 0 uses plain log(1 + exp(z)), infinite for a score of 1000"
def logistic_loss(z, y):
    for_one = torch.clamp(-z, min=0) + torch.log(1 + torch.exp(-z.abs()))
    for_zero = torch.log(1 + torch.exp(z))
    return torch.where(y == 1, for_one, for_zero).mean()

# %% wrong="logistic_loss" name="plain formula with nan replaced by 0 and infinity by 1000, wrong at z = 50, y = 0"
def logistic_loss(z, y):
    a = sigmoid(z)
    loss = -y * torch.log(a) - (1 - y) * torch.log(1 - a)
    return torch.nan_to_num(loss, nan=0.0, posinf=1000.0).mean()

# %% wrong="logistic_loss" name="exponent is -z instead of -abs(z), wrong for negative scores and overflows at -1000"
def logistic_loss(z, y):
    return (torch.clamp(z, min=0) - y * z + torch.log(1 + torch.exp(-z))).mean()

# %% wrong="logistic_loss" name="adds 1e-12 inside the logarithms, so a wrong score of 1000 costs only 27.6"
def logistic_loss(z, y):
    eps = 1e-12
    a = sigmoid(z)
    return torch.mean(-y * torch.log(a + eps) - (1 - y) * torch.log(1 - a + eps))

# %% right="logistic_links" name="formulas from the text"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% right="logistic_links" name="loops with if on the class"
def logistic_da(a, y):
    n = len(a)
    da = torch.zeros_like(a)
    for i in range(n):
        if y[i] == 1:
            da[i] = -1 / (n * a[i])
        else:
            da[i] = 1 / (n * (1 - a[i]))
    return da


def logistic_dz(z, y):
    n = len(z)
    dz = torch.zeros_like(z)
    for i in range(n):
        a = 1 / (1 + torch.exp(-z[i]))
        dz[i] = (a - y[i]) / n
    return dz

# %% right="logistic_links" name="common denominator, and signed stable exponentials"
def logistic_da(a, y):
    return (a - y) / (a * (1 - a) * a.numel())


def logistic_dz(z, y):
    small = torch.exp(-torch.abs(z))
    a = torch.where(z >= 0, 1.0, small) / (1 + small)
    return torch.sub(a, y).mul(1 / z.shape[0]).to(z.dtype)

# %% wrong="logistic_links" name="logistic_da lacks the division by n from the mean"
def logistic_da(a, y):
    return -y / a + (1 - y) / (1 - a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="logistic_da has minus before the second fraction, inner derivative of 1 - a forgotten"
def logistic_da(a, y):
    n = a.shape[0]
    return (-y / a - (1 - y) / (1 - a)) / n


def logistic_dz(z, y):
    return (sigmoid(z) - y) / z.shape[0]

# %% wrong="logistic_links" name="logistic_da clamps a to 0.001 and 0.999 first, wrong gradient for a = 0.0001"
def logistic_da(a, y):
    a = a.clamp(0.001, 0.999)
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="logistic_da writes its answer into the given probabilities a in place"
def logistic_da(a, y):
    da = a
    ones = y == 1
    da[ones] = -1 / a[ones]
    da[~ones] = 1 / (1 - a[~ones])
    return da / len(y)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="logistic_dz multiplies fractions da by a(1 - a), nan or division by 0 at 1000"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    return logistic_da(a, y) * a * (1 - a)

# %% wrong="logistic_links" name="logistic_dz lacks parentheses: only y is divided by n, the probability is not"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return sigmoid(z) - y / len(z)

# %% wrong="logistic_links" name="logistic_dz takes a as 1 minus exp(-z)/(1 + exp(-z)), nan at z = -1000"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    other = torch.exp(-z) / (1 + torch.exp(-z))
    a = 1 - other
    return (a - y) / len(z)

# %% wrong="logistic_links" name="logistic_dz uses the formula for classes +1 and -1, gives 0 for class 0"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return -y * sigmoid(-y * z) / len(z)

# %% right="logistic_gradient" name="dz and two products"
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = logistic_dz(z, y)
    return X.T @ dz, dz.sum()

# %% right="logistic_gradient" name="example by example, summed up"
def logistic_gradient(X, y, w, b):
    n = len(X)
    dw = torch.zeros_like(w)
    db = torch.zeros_like(w[0])
    for x, t in zip(X, y):
        a = sigmoid((w * x).sum() + b)
        dw += (a - t) * x
        db += a - t
    return dw / n, db / n

# %% right="logistic_gradient" name="column of ones, einsum, returned as a list"
def logistic_gradient(X, y, w, b):
    n, d = X.shape
    wide = torch.hstack([X, X.new_ones(n, 1)])
    theta = torch.hstack([w, torch.as_tensor(b, dtype=w.dtype)])
    error = sigmoid(wide @ theta) - y
    dw, db = torch.split(torch.einsum("ni,n->i", wide, error) / n, [d, 1])
    return [dw, db.reshape(())]

# %% wrong="logistic_gradient" name="divides dw by n once more although dz already has the 1/n"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    dw = X.T @ dz / len(X)
    db = dz.sum()
    return dw, db

# %% wrong="logistic_gradient" name="scores are computed as X @ w alone, the bias b is left out"
def logistic_gradient(X, y, w, b):
    z = X @ w
    dz = logistic_dz(z, y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="reshapes X to (d, n) instead of transposing, the numbers land in wrong places"
def logistic_gradient(X, y, w, b):
    n, d = X.shape
    dz = logistic_dz(X @ w + b, y)
    dw = X.reshape(d, n) @ dz
    return dw, dz.sum()

# %% wrong="logistic_gradient" name="squeezes the column dw, so with one feature it has shape () instead of (1,)"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y).reshape(-1, 1)
    dw = (X.T @ dz).squeeze()
    db = dz.sum()
    return dw, db

# %% wrong="logistic_gradient" name="own probability exp(z)/(1 + exp(z)) turns into nan for a large positive score"
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    a = torch.exp(z) / (1 + torch.exp(z))
    dz = (a - y) / len(y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="db summed with keepdim, so it has shape (1,) and not ()"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    dw = (X * dz[:, None]).sum(dim=0)
    db = dz.sum(dim=0, keepdim=True)
    return dw, db

# %% wrong="logistic_gradient" name="subtracts the probabilities from the given y in place, classes are destroyed"
def logistic_gradient(X, y, w, b):
    n = len(y)
    a = sigmoid(X @ w + b)
    y -= a
    dw = -(X.T @ y) / n
    db = -y.sum() / n
    return dw, db

# %% wrong="logistic_gradient" name="loop fills dw for features 0 and 1 only, others stay zero"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    dw = torch.zeros_like(w)
    for j in range(min(2, len(w))):
        dw[j] = (dz * X[:, j]).sum()
    return dw, dz.sum()

# %% right="train_logistic" name="the loop of the text"
def train_logistic(X, y, lr, steps):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w = w - lr * dw
        b = b - lr * db
    return w, b, losses

# %% right="train_logistic" name="while loop, float() and in-place updates of own tensors"
def train_logistic(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.tensor(0.0, dtype=X.dtype)
    losses = []
    while len(losses) < steps:
        z = X @ w + b
        losses.append(float(logistic_loss(z, y)))
        dw, db = logistic_gradient(X, y, w, b)
        w -= lr * dw
        b -= lr * db
    return w, b, losses

# %% right="train_logistic" name="a generator of states with recursion-free helper and comprehension"
def _descend(X, y, lr):
    theta = (X.new_zeros(X.shape[-1]), X.new_zeros(()))
    while True:
        yield theta
        theta = tuple(p - lr * g for p, g in zip(theta, logistic_gradient(X, y, *theta)))


def train_logistic(X, y, lr, steps):
    path = _descend(X, y, lr)
    visited = [next(path) for _ in range(steps + 1)]
    losses = [logistic_loss(X @ w + b, y).tolist() for w, b in visited[:steps]]
    w, b = visited[-1]
    return w, b, losses

# %% right="train_logistic" name="appends the loss tensors themselves instead of Python floats"
def train_logistic(X, y, lr, steps):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(logistic_loss(X @ w + b, y))
        dw, db = logistic_gradient(X, y, w, b)
        w = w - lr * dw
        b = b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="stops when the loss changes by less than 1e-3, so fewer than steps steps"
def train_logistic(X, y, lr, steps):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        if step > 0 and abs(losses[-1] - losses[-2]) < 1e-3:
            break
        dw, db = logistic_gradient(X, y, w, b)
        w = w - lr * dw
        b = b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="bias gradient is taken after w has already moved, not at the same point"
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

# %% wrong="train_logistic" name="weights start as two zeros whatever X is, fails for other numbers of features"
def train_logistic(X, y, lr, steps):
    w = torch.zeros(2, dtype=X.dtype)
    b = torch.tensor(0.0, dtype=X.dtype)
    losses = []
    for _ in range(steps):
        loss = logistic_loss(X @ w + b, y)
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
        losses.append(loss.item())
    return w, b, losses

# %% right="pulls" name="masks and own sigmoid"
def pulls(m):
    perceptron = (m < 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    logistic = sigmoid(-m)
    return perceptron, hinge, logistic

# %% right="pulls" name="loop with if and math.exp, both signs apart"
def pulls(m):
    first = torch.zeros_like(m)
    second = torch.zeros_like(m)
    third = torch.zeros_like(m)
    for i in range(len(m)):
        value = m[i].item()
        if value < 0:
            first[i] = 1
        if value < 1:
            second[i] = 1
        if value > 0:
            e = math.exp(-value)
            third[i] = e / (1 + e)
        else:
            third[i] = 1 / (1 + math.exp(value))
    return first, second, third

# %% right="pulls" name="heaviside and logaddexp, returned as a list from a comprehension"
def pulls(m):
    zero = torch.zeros_like(m)
    switches = [torch.heaviside(corner - m, zero) for corner in (0, 1)]
    return [*switches, torch.exp(-torch.logaddexp(zero, m))]

# %% wrong="pulls" name="logistic pull as 1 minus exp(m)/(1 + exp(m)), nan for m = +1000"
def pulls(m):
    perceptron = (m < 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    logistic = 1 - torch.exp(m) / (1 + torch.exp(m))
    return perceptron, hinge, logistic

# %% wrong="pulls" name="hinge pull uses m <= 1, so it is 1 at the corner instead of 0"
def pulls(m):
    one, zero = torch.ones_like(m), torch.zeros_like(m)
    return torch.where(m < 0, one, zero), torch.where(m <= 1, one, zero), sigmoid(-m)

# %% wrong="pulls" name="masks made with .float(), so perceptron and hinge are float32 for float64 margin scores"
def pulls(m):
    return (m < 0).float(), (m < 1).float(), 1 / (1 + torch.exp(m))

# %% wrong="pulls" name="returns the slopes themselves, the minus sign of the pull is forgotten"
def pulls(m):
    d_perceptron = -(m < 0).to(m.dtype)
    d_hinge = -(m < 1).to(m.dtype)
    d_logistic = -sigmoid(-m)
    return d_perceptron, d_hinge, d_logistic

# %% wrong="pulls" name="limits m to +-500 with clamp_ in place, which changes the caller's margin scores"
def pulls(m):
    perceptron = (m < 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    m.clamp_(-500, 500)
    logistic = 1 / (1 + torch.exp(m))
    return perceptron, hinge, logistic

# %% wrong="pulls" name="forward difference quotients with h = 1e-6 instead of derivatives by hand, useless in float32"
def pulls(m):
    h = 1e-6

    def perceptron(t):
        return torch.clamp(-t, min=0)

    def hinge(t):
        return torch.clamp(1 - t, min=0)

    def logistic(t):
        return torch.clamp(-t, min=0) + torch.log1p(torch.exp(-t.abs()))

    return tuple((f(m) - f(m + h)) / h for f in (perceptron, hinge, logistic))

# %% wrong="pulls" name="perceptron pull as (1 - sign(m)) / 2, which is one half at the corner m = 0"
def pulls(m):
    perceptron = (1 - torch.sign(m)) / 2
    hinge = (m < 1).to(m.dtype)
    return perceptron, hinge, sigmoid(-m)

# %% wrong="pulls" name="hinge pulls only inside the street, abs(m) < 1, not for m at or below -1"
def pulls(m):
    perceptron = (m < 0).to(m.dtype)
    hinge = (m.abs() < 1).to(m.dtype)
    logistic = sigmoid(-m)
    return perceptron, hinge, logistic

# %% right="newton_step" name="column of ones, diag and solve"
def newton_step(X, y, w, b):
    n = len(X)
    Xt = torch.cat([X, torch.ones(n, 1, dtype=X.dtype)], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / n
    theta = theta - torch.linalg.solve(H, g)
    return theta[:-1], theta[-1]

# %% right="newton_step" name="Hessian and gradient summed example by example"
def newton_step(X, y, w, b):
    n, d = X.shape
    g = torch.zeros(d + 1, dtype=X.dtype)
    H = torch.zeros(d + 1, d + 1, dtype=X.dtype)
    one = torch.ones(1, dtype=X.dtype)
    for i in range(n):
        row = torch.cat([X[i], one])
        a = sigmoid(w @ X[i] + b)
        g = g + (a - y[i]) * row / n
        for r in range(d + 1):
            for c in range(d + 1):
                H[r, c] += a * (1 - a) * row[r] * row[c] / n
    change = torch.linalg.solve(H, g)
    return w - change[:d], b - change[d]

# %% right="newton_step" name="numpy, bias first, without the common factor 1/n"
import numpy as np


def newton_step(X, y, w, b):
    A = np.insert(X.detach().numpy(), 0, 1.0, axis=1)
    theta = np.concatenate(([float(b)], w.detach().numpy()))
    p = sigmoid(torch.from_numpy(A @ theta)).numpy()
    hessian = np.einsum("n,ni,nj->ij", p * (1 - p), A, A)
    gradient = A.T @ (p - y.numpy())
    new = torch.from_numpy(theta - np.linalg.solve(hessian, gradient)).to(X.dtype)
    return new[1:], new[0]

# %% wrong="newton_step" name="returns minus the solved step alone, the old w and b are not added"
def newton_step(X, y, w, b):
    n, d = X.shape
    Xt = torch.cat([X, torch.ones(n, 1, dtype=X.dtype)], dim=1)
    a = sigmoid(X @ w + b)
    g = Xt.T @ (a - y) / n
    H = (Xt.T * (a * (1 - a))) @ Xt / n
    theta = -torch.linalg.solve(H, g)
    return theta[:d], theta[d]

# %% wrong="newton_step" name="ones are the first column but old theta is built as w then b"
def newton_step(X, y, w, b):
    n = X.shape[0]
    Xt = torch.cat([torch.ones(n, 1, dtype=X.dtype), X], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / n
    theta = theta - torch.linalg.solve(H, g)
    return theta[1:], theta[0]

# %% wrong="newton_step" name="splits theta into [:1] and [1], right only for a single feature"
def newton_step(X, y, w, b):
    n = len(y)
    ones = torch.ones(n, dtype=X.dtype)
    Xt = torch.column_stack([X, ones])
    theta = torch.cat([w, b.unsqueeze(0)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / n
    theta = theta - torch.linalg.solve(H, g)
    return theta[:1], theta[1]

# %% wrong="newton_step" name="probabilities from X @ w without the bias, fits only where b is 0"
def newton_step(X, y, w, b):
    n = len(X)
    Xt = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / n
    step = torch.linalg.solve(H, g)
    return w - step[:-1], b - step[-1]
