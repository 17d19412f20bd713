# %% right="score_and_sign" name="compact, matrix product and torch.where"
class LinearClassifier(torch.nn.Module):
    """Gives each example a score; the sign of the score is its class."""

    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% right="score_and_sign" name="beginner, loops over the rows and a list of classes"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w.detach().clone())
        self.b = torch.nn.Parameter(b.detach().clone())

    def forward(self, X):
        scores = []
        for row in X:
            score = self.b
            for j in range(len(row)):
                score = score + self.w[j] * row[j]
            scores.append(score)
        return torch.stack(scores)


def classify(z):
    classes = []
    for score in z:
        if score.item() > 0:
            classes.append(1)
        else:
            classes.append(-1)
    return torch.tensor(classes, dtype=torch.int64)

# %% right="score_and_sign" name="programmer, register_parameter, einsum, arithmetic on the mask"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        for name, value in (("w", w), ("b", b)):
            self.register_parameter(name, torch.nn.Parameter(value.clone()))

    def forward(self, X):
        return torch.einsum("nd,d->n", X, self.w) + self.b


def classify(z):
    return 2 * (z > 0).long() - 1

# %% wrong="score_and_sign" name="classify takes torch.sign, so a score of exactly 0 becomes class 0 instead of -1"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.sign(z).long()

# %% wrong="score_and_sign" name="forward makes w a column and squeezes the result, so a single example loses its dimension"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        column = self.w.reshape(-1, 1)
        return (X @ column).squeeze() + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="classify converts the mask with .int(), so the classes are int32 instead of int64"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w.clone())
        self.b = torch.nn.Parameter(b.clone())

    def forward(self, X):
        return (X * self.w).sum(dim=1) + self.b


def classify(z):
    return (z > 0).int() * 2 - 1

# %% wrong="score_and_sign" name="the bias is kept as a plain tensor attribute, only w is registered as a Parameter"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = b

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% right="boundary_x1" name="compact formula"
def boundary_x1(x0, w, b, level):
    return (level - b - w[0] * x0) / w[1]

# %% right="boundary_x1" name="beginner, loop with Python floats, one height for each place"
def boundary_x1(x0, w, b, level):
    w0 = float(w[0])
    w1 = float(w[1])
    bias = float(b)
    c = float(level)
    heights = []
    for place in x0:
        heights.append((c - bias - w0 * float(place)) / w1)
    return torch.tensor(heights, dtype=x0.dtype)

# %% right="boundary_x1" name="slope and intercept of a school line, in place on a fresh tensor"
def boundary_x1(x0, w, b, level):
    w0, w1 = w.tolist()
    slope = -w0 / w1
    intercept = (float(level) - float(b)) / w1
    heights = x0.clone()
    heights *= slope
    heights += intercept
    return heights

# %% wrong="boundary_x1" name="extra branch for w0 equal 0 returns one number without dimensions instead of m heights"
def boundary_x1(x0, w, b, level):
    if w[0] == 0:
        return (level - b) / w[1]
    return (level - b - w[0] * x0) / w[1]

# %% wrong="boundary_x1" name="guards the division with clamp(min=1e-8) on w1, which destroys every negative w1"
def boundary_x1(x0, w, b, level):
    w1 = w[1].clamp(min=1e-8)
    return (level - b - w[0] * x0) / w1

# %% wrong="boundary_x1" name="multiplies and shifts x0 in place, so the caller's places are changed"
def boundary_x1(x0, w, b, level):
    x0 *= -w[0]
    x0 += level - b
    x0 /= w[1]
    return x0

# %% wrong="boundary_x1" name="turns the level into an int first, so fractional levels like 0.5 or log 9 are cut off"
def boundary_x1(x0, w, b, level):
    c = int(level)
    x1 = (c - b - w[0] * x0) / w[1]
    return x1

# %% right="margin" name="compact, norm and min"
def margin(X, y, w, b):
    return (y * (X @ w + b) / w.norm()).min()

# %% right="margin" name="beginner, loop that keeps the smallest, starting with None"
def margin(X, y, w, b):
    total = 0.0
    for weight in w:
        total = total + weight ** 2
    length = torch.sqrt(total)
    smallest = None
    for i in range(X.shape[0]):
        z = (X[i] * w).sum() + b
        distance = y[i] * z / length
        if smallest is None or distance < smallest:
            smallest = distance
    return smallest

# %% right="margin" name="programmer, helper and torch.linalg, unit vector, amin"
def signed_distances(X, y, w, b):
    length = torch.linalg.vector_norm(w)
    return torch.einsum("i,ij,j->i", y, X, w / length) + y * b / length


def margin(X, y, w, b):
    return torch.amin(signed_distances(X, y, w, b))

# %% wrong="margin" name="the running minimum starts at 1000, so a line with all points farther away gets 1000"
def margin(X, y, w, b):
    smallest = torch.tensor(1000.0, dtype=X.dtype)
    for x, c in zip(X, y):
        d = c * (w @ x + b) / w.norm()
        if d < smallest:
            smallest = d
    return smallest

# %% wrong="margin" name="length of w from its first and last entry only, fits two features but not one or three"
def margin(X, y, w, b):
    length = torch.sqrt(w[0] ** 2 + w[-1] ** 2)
    return torch.min(y * (X @ w + b)) / length

# %% wrong="margin" name="normalises w with /= in place, so the given weights are changed for the caller"
def margin(X, y, w, b):
    length = w.norm()
    w /= length
    return (y * (X @ w + b / length)).min()

# %% wrong="margin" name="counts the bias into the length that divides, sqrt of w dot w plus b squared"
def margin(X, y, w, b):
    scores = X @ w + b
    length = torch.sqrt((w ** 2).sum() + b ** 2)
    return (y * scores / length).min()

# %% right="perceptron_step" name="plain if, as in the text"
def perceptron_step(w, b, x, y, lr):
    z = w @ x + b
    if y * z <= 0:
        return w + lr * y * x, b + lr * y
    return w, b

# %% right="perceptron_step" name="beginner, clones and a loop over the features"
def perceptron_step(w, b, x, y, lr):
    new_w = w.clone()
    new_b = b.clone()
    score = b.clone()
    for j in range(len(w)):
        score = score + w[j] * x[j]
    if y * score > 0:
        return new_w, new_b
    for j in range(len(w)):
        new_w[j] = w[j] + lr * y * x[j]
    new_b = b + lr * y
    return new_w, new_b

# %% right="perceptron_step" name="without branch, the mistake as a factor of 0 or 1"
def perceptron_step(w, b, x, y, lr):
    mistake = (y * (torch.dot(w, x) + b) <= 0).to(w.dtype)
    push = lr * mistake * y
    return torch.add(w, push * x), torch.add(b, push)

# %% wrong="perceptron_step" name="tests the mistake with w dot x alone, the bias is missing from the score"
def perceptron_step(w, b, x, y, lr):
    score = torch.dot(w, x)
    if y * score <= 0:
        w = w + lr * y * x
        b = b + lr * y
    return w, b

# %% wrong="perceptron_step" name="new_w = w is only a second name, and += then changes the given weights in place"
def perceptron_step(w, b, x, y, lr):
    new_w = w
    new_b = b
    if y * (w @ x + b) <= 0:
        new_w += lr * y * x
        new_b = b + lr * y
    return new_w, new_b

# %% wrong="perceptron_step" name="compares classify(z) with y, so a score of 0 with class -1 counts as right"
def perceptron_step(w, b, x, y, lr):
    z = w @ x + b
    predicted = 1 if z > 0 else -1
    if predicted != y:
        w = w + lr * y * x
        b = b + lr * y
    return w, b

# %% wrong="perceptron_step" name="works with columns and squeezes w at the end, so a single weight has shape () not (1,)"
def perceptron_step(w, b, x, y, lr):
    column = w.reshape(-1, 1)
    z = (x.reshape(1, -1) @ column).reshape(()) + b
    if y * z <= 0:
        column = column + lr * y * x.reshape(-1, 1)
        b = b + lr * y
    return column.squeeze(), b

# %% right="train_perceptron" name="with perceptron_step, zip and break"
def train_perceptron(X, y, epochs):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        count = 0
        for x, c in zip(X, y):
            if c * (w @ x + b) <= 0:
                count += 1
            w, b = perceptron_step(w, b, x, c, 1)
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% right="train_perceptron" name="beginner, indices, in place on own tensors, while loop"
def train_perceptron(X, y, epochs):
    n = X.shape[0]
    d = X.shape[1]
    w = torch.zeros(d, dtype=X.dtype, device=X.device)
    b = torch.zeros((), dtype=y.dtype, device=y.device)
    mistakes = []
    done = False
    while len(mistakes) < epochs and not done:
        wrong = 0
        for i in range(n):
            z = (w * X[i]).sum() + b
            if y[i] * z <= 0:
                wrong = wrong + 1
                for j in range(d):
                    w[j] += y[i] * X[i, j]
                b += y[i]
        mistakes.append(wrong)
        done = wrong == 0
    return w, b, mistakes

# %% right="train_perceptron" name="programmer, theta with the bias as last entry, helper for one epoch"
def one_epoch(theta, rows):
    count = 0
    for row in rows:
        if theta @ row <= 0:
            theta = theta + row
            count += 1
    return theta, count


def train_perceptron(X, y, epochs):
    rows = y[:, None] * torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.zeros_like(rows[0])
    history = []
    for _ in range(epochs):
        theta, count = one_epoch(theta, rows)
        history += [count]
        if not count:
            break
    return theta[:-1], theta[-1], history

# %% wrong="train_perceptron" name="begins with X[0].zero_() instead of zeros_like, which wipes out the first example in the data"
def train_perceptron(X, y, epochs):
    w = X[0].zero_()
    b = torch.zeros_like(y[0])
    mistakes = []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w = w + t * x
                b = b + t
                count += 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="stops when an epoch ends with the weights it began with, so XOR stops after one epoch"
def train_perceptron(X, y, epochs):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        old_w, old_b = w, b
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                count += 1
                w, b = perceptron_step(w, b, x, t, 1)
        mistakes.append(count)
        if torch.equal(w, old_w) and torch.equal(b, old_b):
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="counts the mistakes after the epoch with its final line, not while the examples are shown"
def train_perceptron(X, y, epochs):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        for x, t in zip(X, y):
            w, b = perceptron_step(w, b, x, t, 1)
        count = int((y * (X @ w + b) <= 0).sum())
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="finds all mistakes with the line of the epoch's start and corrects them together, not one by one"
def train_perceptron(X, y, epochs):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    mistakes = []
    for _ in range(epochs):
        bad = y * (X @ w + b) <= 0
        mistakes.append(bad.sum().item())
        if mistakes[-1] == 0:
            break
        w = w + X[bad].T @ y[bad]
        b = b + y[bad].sum()
    return w, b, mistakes

# %% right="no_line" name="classify and sum, the line cuts off the origin"
def count_right(X, y, w, b):
    return (classify(X @ w + b) == y).sum().item()


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% right="no_line" name="beginner, counting loop, the line cuts off the corner (1, 1)"
def count_right(X, y, w, b):
    count = 0
    for i in range(len(X)):
        z = (X[i] * w).sum() + b
        if z > 0 and y[i] > 0:
            count = count + 1
        if z <= 0 and y[i] < 0:
            count = count + 1
    return count


best_w = torch.tensor([-1.0, -1.0]).double()
best_b = torch.tensor(1.5).double()
hard_y = torch.ones(4).double()
hard_y[2] = -1
hard_y[3] = -1

# %% right="no_line" name="model of exercise 1.1, a whole-number tensor, the line through the origin"
def count_right(X, y, w, b):
    with torch.no_grad():
        z = LinearClassifier(w, b)(X)
    return torch.count_nonzero((z > 0) == (y > 0))


best_w = torch.ones(2, dtype=torch.float64)
best_b = torch.zeros((), dtype=torch.float64)
hard_y = torch.tensor([1, 1, -1, -1], dtype=torch.float64)

# %% wrong="no_line" name="counts y times z positive, so a score of 0 with class -1 is not counted as right"
def count_right(X, y, w, b):
    return int((y * (X @ w + b) > 0).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="hard_y pairs the neighbours (0, 0) and (3, -1), which a line can separate from the others"
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="best_b of -1 puts the two positive corners exactly on the line, where the class is -1"
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-1.0, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="hard_y has the crossing pairs but gives the first point -1 instead of +1"
def count_right(X, y, w, b):
    return sum(1 for c, t in zip(classify(X @ w + b).tolist(), y.tolist()) if c == t)


best_w = torch.tensor([1.0, -1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([-1.0, -1.0, 1.0, 1.0], dtype=torch.float64)

# %% right="hinge" name="compact, clamp and where"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return torch.where(y * z < 1, -y / len(y), torch.zeros_like(z))

# %% right="hinge" name="beginner, loops over the examples"
def hinge_loss(z, y):
    n = len(z)
    total = torch.zeros((), dtype=z.dtype)
    for i in range(n):
        cost = 1 - y[i] * z[i]
        if cost > 0:
            total = total + cost
    return total / n


def hinge_backward(z, y):
    n = len(z)
    dz = torch.zeros_like(z)
    for i in range(n):
        if y[i] * z[i] < 1:
            dz[i] = -y[i] / n
    return dz

# %% right="hinge" name="programmer, common helper for the gap, relu, mask as numbers"
def gap(z, y):
    return 1 - y * z


def hinge_loss(z, y):
    return torch.relu(gap(z, y)).sum() / z.numel()


def hinge_backward(z, y):
    active = (gap(z, y) > 0).to(z.dtype)
    return -(active * y) / z.shape[0]

# %% wrong="hinge" name="backward uses y times z <= 1, so a point exactly at the corner gets -y/n instead of 0"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return torch.where(y * z <= 1, -y / len(y), torch.zeros_like(z))

# %% wrong="hinge" name="backward divides by the number of points in the street instead of by all n"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    active = y * z < 1
    dz = torch.zeros_like(z)
    dz[active] = -y[active] / max(int(active.sum()), 1)
    return dz

# %% right="hinge" name="backward fills a float64 zero vector, so float32 scores get a float64 dz"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    n = z.shape[0]
    dz = torch.zeros(n, dtype=torch.float64)
    for i in range(n):
        if y[i] * z[i] < 1:
            dz[i] = -y[i] / n
    return dz

# %% wrong="hinge" name="hinge_loss multiplies z by y in place, so the caller's scores become margin scores"
def hinge_loss(z, y):
    m = z
    m *= y
    return torch.clamp(1 - m, min=0).mean()


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="backward calls autograd on hinge_loss, not by hand, and takes autograd's side at the corner"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    scores = z.detach().clone().requires_grad_(True)
    hinge_loss(scores, y).backward()
    return scores.grad

# %% wrong="hinge" name="backward lets only misclassified points pull, y times z below 0 instead of below 1"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return torch.where(y * z < 0, -y, torch.zeros_like(z)) / len(z)

# %% wrong="hinge" name="backward multiplies -y by the cost of the example, as if the hinge were squared"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    cost = torch.clamp(1 - y * z, min=0)
    return -y * cost / len(z)

# %% wrong="hinge" name="backward squeezes dz at the end, so a single example gives shape () instead of (1,)"
def hinge_loss(z, y):
    return (1 - y * z).clamp(min=0).mean()


def hinge_backward(z, y):
    n = z.shape[0]
    mask = (y * z < 1).to(z.dtype)
    dz = (-y * mask / n).reshape(-1, 1)
    return dz.squeeze()

# %% right="svm_gradient" name="compact, hinge_backward and matrix product"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz + lam * w, dz.sum()

# %% right="svm_gradient" name="beginner, example by example and feature by feature"
def svm_gradient(X, y, w, b, lam):
    n, d = X.shape
    dw = torch.zeros_like(w)
    db = torch.zeros((), dtype=w.dtype)
    for i in range(n):
        score = b
        for j in range(d):
            score = score + X[i, j] * w[j]
        if y[i] * score < 1:
            for j in range(d):
                dw[j] += -y[i] * X[i, j] / n
            db += -y[i] / n
    for j in range(d):
        dw[j] += lam * w[j]
    return dw, db

# %% right="svm_gradient" name="programmer, only the pulling rows selected, einsum, list as return"
def svm_gradient(X, y, w, b, lam):
    scores = torch.einsum("ij,j->i", X, w) + b
    pulling = y * scores < 1
    rows, signs = X[pulling], y[pulling]
    share = 1 / X.shape[0]
    dw = lam * w - share * torch.einsum("ij,i->j", rows, signs)
    db = -share * signs.sum()
    return [dw, db]

# %% wrong="svm_gradient" name="writes its own mask with <= 1, so points exactly on the street's edge still pull"
def svm_gradient(X, y, w, b, lam):
    n = len(y)
    z = X @ w + b
    dz = -y * (y * z <= 1) / n
    dw = X.T @ dz + lam * w
    db = dz.sum()
    return dw, db

# %% wrong="svm_gradient" name="returns zeros when no example pulls and so forgets lam times w in that case"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    if not dz.any():
        return torch.zeros_like(w), torch.zeros_like(dz[0])
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="adds lam/2 times w, the factor 2 of the square's derivative is forgotten"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = X.T @ dz + lam / 2 * w
    return dw, dz.sum()

# %% wrong="svm_gradient" name="adds lam times b to db although the bias is not in the penalty"
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = hinge_backward(z, y)
    dw = X.T @ dz + lam * w
    db = dz.sum() + lam * b
    return dw, db

# %% wrong="svm_gradient" name="adds lam times w over n inside the if, so safe examples do not count for the penalty"
def svm_gradient(X, y, w, b, lam):
    n = len(y)
    dw = torch.zeros_like(w)
    db = torch.zeros_like(y[0])
    for x, c in zip(X, y):
        if c * (w @ x + b) < 1:
            dw = dw + (lam * w - c * x) / n
            db = db - c / n
    return dw, db

# %% wrong="svm_gradient" name="scales w by lam in place with *= and so shrinks the caller's weights"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = X.T @ dz
    w *= lam
    dw += w
    return dw, dz.sum()

# %% wrong="svm_gradient" name="dz as a column and squeeze on dw, so a single feature gives shape () instead of (1,)"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y).unsqueeze(1)
    dw = (X.T @ dz + lam * w.unsqueeze(1)).squeeze()
    db = dz.sum()
    return dw, db

# %% wrong="svm_gradient" name="the scores given to hinge_backward are X @ w without the bias"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w, y)
    dw = X.T @ dz + lam * w
    db = dz.sum()
    return dw, db

# %% right="train_svm" name="compact loop of week 2"
def train_svm(X, y, lam, rates):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% right="train_svm" name="beginner, index over the rates, step in place on own tensors"
def train_svm(X, y, lam, rates):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.tensor(0.0, dtype=X.dtype)
    losses = []
    for k in range(len(rates)):
        z = X @ w + b
        penalty = 0.0
        for weight in w:
            penalty = penalty + weight.item() ** 2
        loss = hinge_loss(z, y).item() + lam * penalty / 2
        losses.append(loss)
        dw, db = svm_gradient(X, y, w, b, lam)
        w -= rates[k] * dw
        b -= rates[k] * db
    return w, b, losses

# %% right="train_svm" name="programmer, nested loss function, float() and norm squared"
def train_svm(X, y, lam, rates):
    def objective(w, b):
        return float(hinge_loss(X @ w + b, y) + 0.5 * lam * w.square().sum())

    parameters = [X.new_zeros(X.shape[1]), y.new_zeros(())]
    losses = []
    for rate in rates:
        losses += [objective(*parameters)]
        slopes = svm_gradient(X, y, *parameters, lam)
        parameters = [p - rate * slope for p, slope in zip(parameters, slopes)]
    return (*parameters, losses)

# %% wrong="train_svm" name="breaks out of the loop as soon as the loss rises, so later rates get no step"
def train_svm(X, y, lam, rates):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for lr in rates:
        loss = (hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item()
        losses.append(loss)
        if len(losses) > 1 and losses[-1] > losses[-2]:
            break
        dw, db = svm_gradient(X, y, w, b, lam)
        w = w - lr * dw
        b = b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="remembers the weights with the lowest loss and returns those instead of the last ones"
def train_svm(X, y, lam, rates):
    def total(w, b):
        return (hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item()

    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    best = (total(w, b), w, b)
    losses = []
    for lr in rates:
        losses.append(total(w, b))
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
        now = total(w, b)
        if now < best[0]:
            best = (now, w, b)
    return best[1], best[2], losses

# %% wrong="train_svm" name="takes db from a second gradient call after w has already been moved"
def train_svm(X, y, lam, rates):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        w = w - lr * svm_gradient(X, y, w, b, lam)[0]
        b = b - lr * svm_gradient(X, y, w, b, lam)[1]
    return w, b, losses

# %% right="train_svm" name="appends the losses as tensors without dimensions, not as Python floats"
def train_svm(X, y, lam, rates):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for lr in rates:
        losses.append(hinge_loss(X @ w + b, y) + lam / 2 * w.norm() ** 2)
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% right="sigmoid" name="compact, first form of the text"
def sigmoid(z):
    return 1 / (1 + torch.exp(-z))

# %% right="sigmoid" name="beginner, math.exp entry by entry with a case for each sign"
def sigmoid(z):
    values = []
    for number in z.flatten().tolist():
        if number >= 0:
            values.append(1 / (1 + math.exp(-number)))
        else:
            e = math.exp(number)
            values.append(e / (1 + e))
    return torch.tensor(values, dtype=z.dtype).reshape(z.shape)

# %% right="sigmoid" name="programmer, exponent never positive, where picks the numerator"
def sigmoid(z):
    e = z.abs().neg().exp()
    top = torch.where(z >= 0, torch.ones_like(e), e)
    return top / (1 + e)

# %% wrong="sigmoid" name="clamps the scores to -10..10, so sigmoid(20) and sigmoid(-1000) are off by 0.000045"
def sigmoid(z):
    z = torch.clamp(z, -10, 10)
    return 1 / (1 + torch.exp(-z))

# %% wrong="sigmoid" name="clamps with clamp_ in place, so the caller's scores of 1000 become 500"
def sigmoid(z):
    z.clamp_(-500, 500)
    return 1 / (1 + torch.exp(-z))

# %% wrong="sigmoid" name="flattens to a list and never goes back, so matrices and single numbers lose their shape"
def sigmoid(z):
    values = [1 / (1 + torch.exp(-s)) for s in z.flatten()]
    return torch.stack(values)

# %% wrong="sigmoid" name="adds both forms times masks, at large scores the unused one gives 0 times nan"
def sigmoid(z):
    positive = (z >= 0).to(z.dtype)
    first = 1 / (1 + torch.exp(-z))
    second = torch.exp(z) / (1 + torch.exp(z))
    return positive * first + (1 - positive) * second

# %% right="logistic_loss" name="compact, the one formula of the text"
def logistic_loss(z, y):
    return (torch.clamp(z, min=0) - y * z + torch.log(1 + torch.exp(-z.abs()))).mean()

# %% right="logistic_loss" name="beginner, loop with a case for each class"
def logistic_loss(z, y):
    total = torch.zeros((), dtype=z.dtype)
    for i in range(len(z)):
        if y[i] == 1:
            t = -z[i]
        else:
            t = z[i]
        large = t if t > 0 else torch.zeros_like(t)
        total = total + large + torch.log(1 + torch.exp(-torch.abs(t)))
    return total / len(z)

# %% right="logistic_loss" name="programmer, margin score with signed classes and logaddexp"
def logistic_loss(z, y):
    m = (2 * y - 1) * z
    return torch.logaddexp(-m, torch.zeros_like(m)).mean()

# %% wrong="logistic_loss" name="computes with a, and nan_to_num replaces every infinite loss by 1000 whatever the score"
def logistic_loss(z, y):
    a = sigmoid(z)
    losses = -y * torch.log(a) - (1 - y) * torch.log(1 - a)
    losses = torch.nan_to_num(losses, nan=0.0, posinf=1000.0)
    return losses.mean()

# %% wrong="logistic_loss" name="only the y = 1 branch takes the large part out, log(1 + exp(z)) for y = 0 overflows at 1000"
def logistic_loss(z, y):
    if_one = torch.clamp(-z, min=0) + torch.log(1 + torch.exp(-z.abs()))
    if_zero = torch.log(1 + torch.exp(z))
    return torch.where(y == 1, if_one, if_zero).mean()

# %% wrong="logistic_loss" name="takes abs_() in place in the exponent, so the caller's negative scores become positive"
def logistic_loss(z, y):
    straight = torch.clamp(z, min=0) - y * z
    rest = torch.log(1 + torch.exp(-z.abs_()))
    return (straight + rest).mean()

# %% wrong="logistic_loss" name="replaces log(1 + exp(z)) by z itself already above 5, an error of up to 0.0067"
def logistic_loss(z, y):
    soft = torch.where(z > 5, z, torch.log(1 + torch.exp(torch.clamp(z, max=5))))
    return (soft - y * z).mean()

# %% right="logistic_links" name="compact, the two formulas of the text"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% right="logistic_links" name="beginner, loops and one case for each class"
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
    a = sigmoid(z)
    dz = torch.zeros_like(z)
    for i in range(n):
        dz[i] = (a[i] - y[i]) / n
    return dz

# %% right="logistic_links" name="programmer, one common fraction, numpy on the way, own stable sigmoid"
import numpy as np


def logistic_da(a, y):
    p, t = a.detach().cpu().numpy(), y.detach().cpu().numpy()
    slope = np.where(t == 1, -1 / p, 1 / (1 - p)) / p.size
    return torch.from_numpy(slope).to(a)


def logistic_dz(z, y):
    e = torch.exp(-torch.abs(z))
    a = torch.where(z > 0, 1 / (1 + e), e / (1 + e))
    return a.sub(y).div(z.numel())

# %% wrong="logistic_links" name="logistic_da clamps a to 1e-7..1-1e-7, so probabilities closer to 0 or 1 get too small slopes"
def logistic_da(a, y):
    a = a.clamp(1e-7, 1 - 1e-7)
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="logistic_dz is da with an epsilon times a(1-a), which is 0 for a confident mistake"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    safe = a.clamp(1e-12, 1 - 1e-6)
    return logistic_da(safe, y) * (a * (1 - a))

# %% wrong="logistic_links" name="logistic_da chooses the branch by a > 0.5, the predicted class, instead of by y"
def logistic_da(a, y):
    n = len(a)
    return torch.where(a > 0.5, 1 / (1 - a), -1 / a) / n


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="logistic_dz sets the gradient to 0 below z = -100, also when the class is 1"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = 1 / (1 + torch.exp(-z))
    dz = (a - y) / len(z)
    return torch.where(z < -100, torch.zeros_like(dz), dz)

# %% wrong="logistic_links" name="logistic_dz clamps the scores in place with clamp_, so the caller's z is changed"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = 1 / (1 + torch.exp(-z.clamp_(-60, 60)))
    return (a - y) / len(z)

# %% wrong="logistic_links" name="logistic_dz multiplies a - y once more by the slope a(1 - a) of the sigmoid"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    return (a - y) * a * (1 - a) / len(z)

# %% wrong="logistic_links" name="logistic_da has a minus before the second fraction too, inner derivative of 1 - a forgotten"
def logistic_da(a, y):
    n = a.shape[0]
    return -(y / a + (1 - y) / (1 - a)) / n


def logistic_dz(z, y):
    n = z.shape[0]
    return (sigmoid(z) - y) / n

# %% wrong="logistic_links" name="logistic_da is left to autograd on the mean cross-entropy, although it is to be by hand"
def logistic_da(a, y):
    p = a.detach().clone().requires_grad_(True)
    loss = (-y * torch.log(p) - (1 - y) * torch.log(1 - p)).mean()
    loss.backward()
    return p.grad


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% right="logistic_gradient" name="compact, logistic_dz and two products"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return X.T @ dz, dz.sum()

# %% right="logistic_gradient" name="beginner, sums over the examples, divided once at the end"
def logistic_gradient(X, y, w, b):
    n = X.shape[0]
    dw = torch.zeros_like(w)
    db = torch.zeros((), dtype=w.dtype)
    for i in range(n):
        z = (X[i] * w).sum() + b
        a = sigmoid(z)
        error = a - y[i]
        dw = dw + error * X[i]
        db = db + error
    return dw / n, db / n

# %% right="logistic_gradient" name="programmer, bias as a column of ones, mean over the weighted rows"
def logistic_gradient(X, y, w, b):
    rows = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    error = sigmoid(rows @ theta) - y
    gradient = (error[:, None] * rows).mean(dim=0)
    return gradient[:-1], gradient[-1]

# %% wrong="logistic_gradient" name="error = y and error -= a change the caller's classes in place"
def logistic_gradient(X, y, w, b):
    n = len(y)
    error = y
    error -= sigmoid(X @ w + b)
    dw = -X.T @ error / n
    db = -error.sum() / n
    return dw, db

# %% wrong="logistic_gradient" name="computes a as exp(z) over 1 + exp(z), which is nan for a score of 1000"
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    e = torch.exp(z)
    a = e / (1 + e)
    dz = (a - y) / len(y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="divides by n a second time although logistic_dz already contains the mean"
def logistic_gradient(X, y, w, b):
    n = X.shape[0]
    dz = logistic_dz(X @ w + b, y)
    dw = X.T @ dz / n
    db = dz.sum() / n
    return dw, db

# %% wrong="logistic_gradient" name="column dz and squeeze on dw, so a single feature gives shape () instead of (1,)"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y).reshape(-1, 1)
    dw = torch.squeeze(X.T @ dz)
    db = torch.sum(dz)
    return dw, db

# %% wrong="logistic_gradient" name="db keeps its dimension through keepdim and has shape (1,) instead of ()"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    dw = (dz[:, None] * X).sum(dim=0)
    db = dz.sum(dim=0, keepdim=True)
    return dw, db

# %% wrong="logistic_gradient" name="divides by the number of features X.shape[1] instead of the number of examples"
def logistic_gradient(X, y, w, b):
    n = X.shape[1]
    error = sigmoid(X @ w + b) - y
    return X.T @ error / n, error.sum() / n

# %% wrong="logistic_gradient" name="sets a - y to zero for rightly classified examples, as the perceptron would"
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = logistic_dz(z, y)
    right = (z > 0) == (y == 1)
    dz = torch.where(right, torch.zeros_like(dz), dz)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="lets autograd differentiate logistic_loss, not by hand, and wrong where a score is exactly 0"
def logistic_gradient(X, y, w, b):
    w = w.detach().clone().requires_grad_(True)
    b = b.detach().clone().requires_grad_(True)
    loss = logistic_loss(X @ w + b, y)
    dw, db = torch.autograd.grad(loss, [w, b])
    return dw, db

# %% right="train_logistic" name="compact loop"
def train_logistic(X, y, lr, steps):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% right="train_logistic" name="beginner, while loop, in place on own tensors"
def train_logistic(X, y, lr, steps):
    number_of_features = X.shape[1]
    w = torch.zeros(number_of_features, dtype=X.dtype)
    b = torch.tensor(0.0, dtype=X.dtype)
    losses = []
    step = 0
    while step < steps:
        scores = X @ w + b
        loss = logistic_loss(scores, y)
        losses.append(float(loss))
        dw, db = logistic_gradient(X, y, w, b)
        w -= lr * dw
        b -= lr * db
        step += 1
    return w, b, losses

# %% right="train_logistic" name="programmer, the model of exercise 1.1 holds the parameters, no_grad"
def train_logistic(X, y, lr, steps):
    model = LinearClassifier(X.new_zeros(X.shape[1]), X.new_zeros(()))
    losses = []
    with torch.no_grad():
        for _ in range(steps):
            losses.append(logistic_loss(model(X), y).item())
            dw, db = logistic_gradient(X, y, model.w, model.b)
            model.w.sub_(lr * dw)
            model.b.sub_(lr * db)
    return model.w.detach(), model.b.detach(), losses

# %% wrong="train_logistic" name="stops early when the loss changes by less than 1e-5, so not all steps are made"
def train_logistic(X, y, lr, steps):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        if step > 0 and abs(losses[-1] - losses[-2]) < 1e-5:
            break
        dw, db = logistic_gradient(X, y, w, b)
        w = w - lr * dw
        b = b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="halves the learning rate whenever the loss has risen instead of keeping the given rate"
def train_logistic(X, y, lr, steps):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        if len(losses) >= 2 and losses[-1] > losses[-2]:
            lr = lr / 2
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="moves w first and computes the gradient for b anew with the moved w"
def train_logistic(X, y, lr, steps):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, _ = logistic_gradient(X, y, w, b)
        w = w - lr * dw
        _, db = logistic_gradient(X, y, w, b)
        b = b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="breaks as soon as every example is classified rightly, like a perceptron, although steps remain"
def train_logistic(X, y, lr, steps):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        z = X @ w + b
        losses.append(logistic_loss(z, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
        if torch.equal(X @ w + b > 0, y > 0.5):
            break
    return w, b, losses

# %% right="pulls" name="compact, masks in the dtype of m and the own sigmoid"
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m)

# %% right="pulls" name="beginner, three filled vectors in one loop"
def pulls(m):
    perceptron = torch.zeros_like(m)
    hinge = torch.zeros_like(m)
    logistic = torch.zeros_like(m)
    for i in range(len(m)):
        value = m[i].item()
        if value < 0:
            perceptron[i] = 1
        if value < 1:
            hinge[i] = 1
        if value > 0:
            logistic[i] = math.exp(-value) / (1 + math.exp(-value))
        else:
            logistic[i] = 1 / (1 + math.exp(value))
    return perceptron, hinge, logistic

# %% right="pulls" name="programmer, helper for a switch at a corner, named tuple as return"
from collections import namedtuple

Pulls = namedtuple("Pulls", "perceptron hinge logistic")


def switch(m, corner):
    return torch.where(m < corner, torch.ones_like(m), torch.zeros_like(m))


def pulls(m):
    return Pulls(perceptron=switch(m, 0), hinge=switch(m, 1), logistic=1 / (1 + torch.exp(m)))

# %% wrong="pulls" name="logistic pull as 1 - exp(m)/(1 + exp(m)), which is nan for m = +1000"
def pulls(m):
    one = torch.ones_like(m)
    zero = torch.zeros_like(m)
    perceptron = torch.where(m < 0, one, zero)
    hinge = torch.where(m < 1, one, zero)
    logistic = 1 - torch.exp(m) / (1 + torch.exp(m))
    return perceptron, hinge, logistic

# %% wrong="pulls" name="turns the sign of m in place with neg_ for the sigmoid, the caller's margin scores are flipped"
def pulls(m):
    perceptron = (m < 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    logistic = sigmoid(m.neg_())
    return perceptron, hinge, logistic

# %% right="pulls" name="converts the two masks with .double(), so float32 margin scores get float64 pulls"
def pulls(m):
    return (m < 0).double(), (m < 1).double(), sigmoid(-m)

# %% wrong="pulls" name="clamps m to -8..8 against overflow, so far points keep a logistic pull of 0.0003"
def pulls(m):
    perceptron = torch.where(m < 0, torch.ones_like(m), torch.zeros_like(m))
    hinge = torch.where(m < 1, torch.ones_like(m), torch.zeros_like(m))
    safe = torch.clamp(m, min=-8, max=8)
    logistic = torch.exp(-safe) / (1 + torch.exp(-safe))
    return perceptron, hinge, logistic

# %% wrong="pulls" name="builds a (n, 3) table and squeezes each column, so a single example gives shape ()"
def pulls(m):
    table = torch.stack([(m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m)], dim=1)
    perceptron, hinge, logistic = (column.squeeze() for column in table.split(1, dim=1))
    return perceptron, hinge, logistic

# %% wrong="pulls" name="divides the three pulls by n as if the loss were the mean over the examples"
def pulls(m):
    n = len(m)
    perceptron = (m < 0).to(m.dtype) / n
    hinge = (m < 1).to(m.dtype) / n
    logistic = sigmoid(-m) / n
    return perceptron, hinge, logistic

# %% wrong="pulls" name="heaviside with one half at the corners, where the pull is said to be 0"
def pulls(m):
    half = torch.tensor(0.5, dtype=m.dtype)
    perceptron = torch.heaviside(-m, half)
    hinge = torch.heaviside(1 - m, half)
    logistic = sigmoid(-m)
    return perceptron, hinge, logistic

# %% wrong="pulls" name="logistic pull as a(1 - a), the slope of the sigmoid instead of the slope of the loss"
def pulls(m):
    perceptron = (m < 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    a = sigmoid(m)
    logistic = a * (1 - a)
    return perceptron, hinge, logistic

# %% right="newton_step" name="compact, formula of the text with diag"
def newton_step(X, y, w, b):
    n = len(y)
    Xt = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / n
    theta = theta - torch.linalg.solve(H, g)
    return theta[:-1], theta[-1]

# %% right="newton_step" name="beginner, gradient and matrix summed up in loops"
def newton_step(X, y, w, b):
    n, d = X.shape
    g = torch.zeros(d + 1, dtype=X.dtype)
    H = torch.zeros(d + 1, d + 1, dtype=X.dtype)
    for i in range(n):
        x = torch.ones(d + 1, dtype=X.dtype)
        x[:d] = X[i]
        a = sigmoid(X[i] @ w + b)
        g += (a - y[i]) * x / n
        H += a * (1 - a) * torch.outer(x, x) / n
    step = torch.linalg.solve(H, g)
    return w - step[:d], b - step[d]

# %% right="newton_step" name="programmer, blocks from logistic_gradient and einsum in a helper"
def curvature(rows, a):
    return torch.einsum("ni,n,nj->ij", rows, a * (1 - a), rows) / len(rows)


def newton_step(X, y, w, b):
    dw, db = logistic_gradient(X, y, w, b)
    rows = torch.column_stack([X, X.new_ones(len(X))])
    H = curvature(rows, sigmoid(X @ w + b))
    step = torch.linalg.solve(H, torch.hstack([dw, db]))
    return w - step[:-1], b - step[-1]

# %% wrong="newton_step" name="subtracts the step from w and b in place, so the given starting values are changed"
def newton_step(X, y, w, b):
    n = len(y)
    Xt = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ ((a * (1 - a))[:, None] * Xt) / n
    step = torch.linalg.solve(H, g)
    w -= step[:-1]
    b -= step[-1]
    return w, b

# %% wrong="newton_step" name="puts the slope 1/4 of the start into H for every example instead of a(1 - a)"
def newton_step(X, y, w, b):
    n = len(y)
    Xt = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / n
    H = 0.25 * Xt.T @ Xt / n
    theta = theta - torch.linalg.solve(H, g)
    return theta[:-1], theta[-1]

# %% wrong="newton_step" name="makes separate Newton steps for w and for b, ignoring the mixed entries of H"
def newton_step(X, y, w, b):
    n = len(y)
    a = sigmoid(X @ w + b)
    s = a * (1 - a)
    dw, db = logistic_gradient(X, y, w, b)
    H = X.T @ (s[:, None] * X) / n
    new_w = w - torch.linalg.solve(H, dw)
    new_b = b - db / s.mean()
    return new_w, new_b

# %% wrong="newton_step" name="puts the column of ones first but still reads the bias from the last entry of the step"
def newton_step(X, y, w, b):
    n = len(y)
    Xt = torch.cat([torch.ones_like(X[:, :1]), X], dim=1)
    a = sigmoid(X @ w + b)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / n
    step = torch.linalg.solve(H, g)
    return w - step[:-1], b - step[-1]
