# %% right="score_and_sign" name="plain matmul and where"
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

# %% right="score_and_sign" name="beginner loops with lists and stack"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w.clone())
        self.b = torch.nn.Parameter(b.clone())

    def forward(self, X):
        scores = []
        for i in range(X.shape[0]):
            score = self.b
            for j in range(X.shape[1]):
                score = score + self.w[j] * X[i, j]
            scores.append(score)
        return torch.stack(scores)


def classify(z):
    classes = []
    for score in z:
        if score > 0:
            classes.append(1)
        else:
            classes.append(-1)
    return torch.tensor(classes, dtype=torch.int64)

# %% right="score_and_sign" name="einsum, register_parameter, arithmetic on the mask"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w: torch.Tensor, b: torch.Tensor):
        super().__init__()
        for name, start in (("w", w), ("b", b)):
            self.register_parameter(name, torch.nn.Parameter(start.detach().clone()))

    def forward(self, X):
        return torch.einsum("nd,d->n", X, self.w).add(self.b)


def classify(z):
    return 2 * z.gt(0).long() - 1

# %% wrong="score_and_sign" name="forward makes w a column and squeezes, so a single example loses its dimension"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return (X @ self.w.unsqueeze(1)).squeeze() + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="forward writes out only the two features of the picture, ignores further columns"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        x0, x1 = X[:, 0], X[:, 1]
        return self.w[0] * x0 + self.w[1] * x1 + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="classify subtracts 1e-6 before sign to mend zero, so tiny positive scores become -1"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.sign(z - 1e-6).to(torch.int64)

# %% wrong="score_and_sign" name="classify uses greater or equal, so a score of exactly 0 gets class +1"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return (X * self.w).sum(dim=1) + self.b


def classify(z):
    classes = torch.full(z.shape, -1)
    classes[z >= 0] = 1
    return classes

# %% right="boundary_x1" name="solved in one line"
def boundary_x1(x0, w, b, level):
    return (level - b - w[0] * x0) / w[1]

# %% right="boundary_x1" name="loop over the places with Python floats"
def boundary_x1(x0, w, b, level):
    w0 = float(w[0])
    w1 = float(w[1])
    heights = []
    for place in x0:
        rest = float(level) - float(b) - w0 * float(place)
        heights.append(rest / w1)
    return torch.tensor(heights, dtype=x0.dtype, device=x0.device)

# %% right="boundary_x1" name="school form, slope times place plus intercept"
def boundary_x1(x0, w, b, level):
    w0, w1 = w.unbind()
    slope = -w0 / w1
    intercept = (level - b) / w1
    return torch.full_like(x0, float(intercept)) + slope * x0

# %% wrong="boundary_x1" name="special case w0 = 0 returns one number instead of m heights"
def boundary_x1(x0, w, b, level):
    if w[0] == 0:
        return (level - b) / w[1]
    return (level - b - w[0] * x0) / w[1]

# %% wrong="boundary_x1" name="forgets the factor w0 in front of x0, fits when w0 is 1"
def boundary_x1(x0, w, b, level):
    numerator = level - b - x0
    return numerator / w[1]

# %% wrong="boundary_x1" name="divides by the absolute value of w1, so a negative w1 flips the line"
def boundary_x1(x0, w, b, level):
    return (level - b - w[0] * x0) / abs(w[1])

# %% wrong="boundary_x1" name="builds the answer with torch.tensor of floats, always float32 instead of dtype of x0"
def boundary_x1(x0, w, b, level):
    return torch.tensor([(level - float(b) - w[0].item() * p) / w[1].item() for p in x0.tolist()])

# %% right="margin" name="one line, min of signed distances"
def margin(X, y, w, b):
    z = X @ w + b
    return (y * z / w.norm()).min()

# %% right="margin" name="loop with a running minimum that begins at the first point"
def margin(X, y, w, b):
    length = torch.sqrt((w * w).sum())
    smallest = None
    for i in range(len(X)):
        z = (X[i] * w).sum() + b
        distance = y[i] * z / length
        if smallest is None or distance < smallest:
            smallest = distance
    return smallest

# %% right="margin" name="normalise the line first, then sort"
def margin(X, y, w, b):
    length = torch.linalg.vector_norm(w)
    unit, shift = w / length, b / length
    signed = torch.einsum("nd,d,n->n", X, unit, y) + y * shift
    return signed.sort().values[0]

# %% wrong="margin" name="running minimum begins at 1000, too small when all points lie farther away"
def margin(X, y, w, b):
    smallest = torch.tensor(1000.0, dtype=X.dtype)
    for x_i, y_i in zip(X, y):
        distance = y_i * (x_i @ w + b) / w.norm()
        if distance < smallest:
            smallest = distance
    return smallest

# %% wrong="margin" name="length from first and last weight only, wrong for one feature and for three or more"
def margin(X, y, w, b):
    length = torch.sqrt(w[0] ** 2 + w[-1] ** 2)
    return (y * (X @ w + b)).min() / length

# %% wrong="margin" name="topk with k=1 returns shape (1,) instead of a tensor without dimensions"
def margin(X, y, w, b):
    distances = y * (X @ w + b) / w.norm()
    return torch.topk(distances, 1, largest=False).values

# %% wrong="margin" name="takes the point nearest to the line (argmin of abs) instead of the smallest signed distance"
def margin(X, y, w, b):
    signed = y * (X @ w + b) / w.norm()
    nearest = signed.abs().argmin()
    return signed[nearest]

# %% right="perceptron_step" name="plain if"
def perceptron_step(w, b, x, y, lr):
    z = w @ x + b
    if y * z <= 0:
        w = w + lr * y * x
        b = b + lr * y
    return w, b

# %% right="perceptron_step" name="mask as a factor, always new tensors"
def perceptron_step(w, b, x, y, lr):
    mistake = (y * (torch.dot(w, x) + b) <= 0).to(w.dtype)
    push = lr * mistake * y
    return w + push * x, b + push

# %% right="perceptron_step" name="loop over features on clones, sign of score differs from class"
def perceptron_step(w, b, x, y, lr):
    new_w = w.clone()
    new_b = b.clone()
    score = new_b.clone()
    for j in range(len(x)):
        score += w[j] * x[j]
    if torch.sign(score) != y:
        for j in range(len(x)):
            new_w[j] += lr * y * x[j]
        new_b += lr * y
    return new_w, new_b

# %% wrong="perceptron_step" name="changes the given w and b in place with +="
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        w += lr * y * x
        b += lr * y
    return w, b

# %% wrong="perceptron_step" name="condition y z < 1, also moves for right answers with a small score"
def perceptron_step(w, b, x, y, lr):
    margin_score = y * (w @ x + b)
    if margin_score < 1:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="compares the predicted class with y, so score 0 with class -1 is no mistake"
def perceptron_step(w, b, x, y, lr):
    z = w @ x + b
    predicted = 1 if z > 0 else -1
    if predicted != y:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="rule with y minus predicted sign on classes +-1, a mistake moves twice as far"
def perceptron_step(w, b, x, y, lr):
    guess = torch.sign(w @ x + b)
    error = y - guess
    return w + lr * error * x, b + lr * error

# %% right="train_perceptron" name="loop with own update"
def train_perceptron(X, y, epochs):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        count = 0
        for x_i, y_i in zip(X, y):
            if y_i * (w @ x_i + b) <= 0:
                w = w + y_i * x_i
                b = b + y_i
                count += 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% right="train_perceptron" name="uses perceptron_step and asks for the mistake beforehand, while loop"
def train_perceptron(X, y, epochs):
    def is_mistake(w, b, x, t):
        return bool(t * (torch.sum(w * x) + b) <= 0)

    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    mistakes = []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1] > 0):
        wrong = 0
        for x, t in zip(X, y):
            wrong += is_mistake(w, b, x, t)
            w, b = perceptron_step(w, b, x, t, 1)
        mistakes.append(wrong)
    return w, b, mistakes

# %% right="train_perceptron" name="signed rows with a column of ones, one parameter vector"
def train_perceptron(X, y, epochs):
    n, d = X.shape
    rows = torch.cat([X, torch.ones_like(X[:, :1])], dim=1) * y.to(X.dtype).reshape(n, 1)
    theta = torch.zeros_like(rows[0])
    history = []
    for _ in range(epochs):
        history.append(0)
        for row in rows:
            if theta.dot(row).item() <= 0:
                theta = theta + row
                history[-1] += 1
        if not history[-1]:
            break
    return theta[:d].clone(), theta[d].clone(), history

# %% wrong="train_perceptron" name="stops when weights after the epoch equal those before, which happens in XOR with mistakes"
def train_perceptron(X, y, epochs):
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        w_before, b_before = w, b
        count = 0
        for x_i, y_i in zip(X, y):
            if y_i * (w @ x_i + b) <= 0:
                count += 1
                w = w + y_i * x_i
                b = b + y_i
        mistakes.append(count)
        if torch.equal(w, w_before) and torch.equal(b, b_before):
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="squeezes X first, so one example or one feature loses a dimension"
def train_perceptron(X, y, epochs):
    X = X.squeeze()
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        count = 0
        for x_i, y_i in zip(X, y):
            if y_i * ((w * x_i).sum() + b) <= 0:
                w = w + y_i * x_i
                b = b + y_i
                count += 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="keeps and returns the weights of the epoch with fewest mistakes, not the last ones"
def train_perceptron(X, y, epochs):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    best_w_so_far, best_b_so_far, fewest = w, b, len(X) + 1
    mistakes = []
    for epoch in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b = w + t * x, b + t
                count += 1
        mistakes.append(count)
        if count < fewest:
            best_w_so_far, best_b_so_far, fewest = w, b, count
        if count == 0:
            break
    return best_w_so_far, best_b_so_far, mistakes

# %% wrong="train_perceptron" name="computes all scores once at the start of the epoch, stale after the first update"
def train_perceptron(X, y, epochs):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    mistakes = []
    for epoch in range(epochs):
        missed = y * (X @ w + b) <= 0
        for x_i, y_i in zip(X[missed], y[missed]):
            w = w + y_i * x_i
            b = b + y_i
        mistakes.append(int(missed.sum()))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes

# %% right="no_line" name="classify and compare, corner (1, 1) given up"
def count_right(X, y, w, b):
    return (classify(X @ w + b) == y).sum().item()


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% right="no_line" name="loop with a counter, corner (0, 0) given up"
def count_right(X, y, w, b):
    right = 0
    for i in range(len(X)):
        z = (X[i] * w).sum() + b
        if z > 0 and y[i] == 1:
            right += 1
        elif z <= 0 and y[i] == -1:
            right += 1
    return right


best_w = torch.tensor([-2.0, -2.0]).double()
best_b = torch.tensor(3.0).double()
hard_y = torch.ones(4, dtype=torch.float64)
hard_y[2] = -1
hard_y[3] = -1

# %% right="no_line" name="booleans and count_nonzero as a tensor, line through two corners of class -1"
def count_right(X, y, w, b):
    says_plus = torch.einsum("ij,j->i", X, w) + b > 0
    is_plus = y > 0
    return torch.count_nonzero(~(says_plus ^ is_plus))


best_w, best_b = torch.tensor([-1, 1], dtype=torch.float64), torch.zeros((), dtype=torch.float64)
hard_y = torch.tensor([+1, +1, -1, -1], dtype=torch.float64)

# %% wrong="no_line" name="count_right counts y z > 0, so score 0 with class -1 is not counted"
def count_right(X, y, w, b):
    return int((y * (X @ w + b) > 0).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="hard_y copies the order of XOR with first class +1, but these classes a line separates"
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, -1.0, -1.0, 1.0], dtype=torch.float64)

# %% wrong="no_line" name="best line runs exactly through the two +1 corners, whose score 0 counts as class -1"
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-1.0, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="count_right scores with the first two features only, more features are ignored"
def count_right(X, y, w, b):
    z = w[0] * X[:, 0] + w[1] * X[:, 1] + b
    return int((classify(z) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% right="hinge" name="clamp and where"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    n = len(z)
    return torch.where(y * z < 1, -y / n, 0.0).to(z.dtype)

# %% right="hinge" name="loops over the examples with Python floats"
def hinge_loss(z, y):
    total = 0.0
    for i in range(len(z)):
        m = float(y[i]) * float(z[i])
        if m < 1:
            total += 1 - m
    return torch.tensor(total / len(z), dtype=z.dtype)


def hinge_backward(z, y):
    n = len(z)
    dz = torch.zeros_like(z)
    for i in range(n):
        if y[i] * z[i] < 1:
            dz[i] = -y[i] / n
    return dz

# %% right="hinge" name="shared helper, max with zero, mask as factor"
def _room(z, y):
    return 1 - y.to(z.dtype) * z


def hinge_loss(z, y):
    costs = torch.maximum(_room(z, y), torch.zeros_like(z))
    return costs.sum() / costs.numel()


def hinge_backward(z, y):
    pays = (_room(z, y) > 0).to(z.dtype)
    return pays.mul(y.to(z.dtype)).neg().div(z.numel())

# %% wrong="hinge" name="mask y z <= 1, an example exactly at the corner still pulls"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    mask = (y * z <= 1).to(z.dtype)
    return -y * mask / len(z)

# %% wrong="hinge" name="backward divides by the number of active examples instead of n"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    active = y * z < 1
    count = max(int(active.sum()), 1)
    return torch.where(active, -y / count, torch.zeros_like(z))

# %% wrong="hinge" name="tolerance at the corner, examples with margin score just below 1 do not pull"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    room = 1 - y * z
    return torch.where(room > 1e-3, -y / len(z), torch.zeros_like(z))

# %% wrong="hinge" name="backward asks abs(z) < 1, in the street, so far wrong points do not pull"
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    in_street = z.abs() < 1
    return -y * in_street / len(z)

# %% wrong="hinge" name="loss is the mean over the paying examples only, not over all n"
def hinge_loss(z, y):
    costs = 1 - y * z
    paying = costs[costs > 0]
    if len(paying) == 0:
        return torch.zeros_like(z[0])
    return paying.mean()


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="dz has the sign of the descent direction, +y/n instead of -y/n"
def hinge_loss(z, y):
    return torch.relu(1 - y * z).mean()


def hinge_backward(z, y):
    pulling = (1 - y * z > 0).to(z.dtype)
    return y * pulling / len(z)

# %% wrong="hinge" name="hinge_loss multiplies z by y in place, the caller loses his scores"
def hinge_loss(z, y):
    z *= y
    costs = 1 - z
    costs[costs < 0] = 0
    return costs.mean()


def hinge_backward(z, y):
    return torch.where(y * z < 1, -y / len(z), torch.zeros_like(z))

# %% right="svm_gradient" name="hinge_backward and transposed product"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = X.T @ dz + lam * w
    db = dz.sum()
    return dw, db

# %% right="svm_gradient" name="loop over the examples, adding up each pull"
def svm_gradient(X, y, w, b, lam):
    n = X.shape[0]
    dw = torch.zeros_like(w)
    db = torch.zeros_like(w[0])
    for i in range(n):
        score = (w * X[i]).sum() + b
        if y[i] * score < 1:
            dw = dw - y[i] * X[i] / n
            db = db - y[i] / n
    dw = dw + lam * w
    return dw, db

# %% right="svm_gradient" name="select the pulling rows by boolean index, sums divided by n"
def svm_gradient(X, y, w, b, lam):
    scores = torch.einsum("nd,d->n", X, w) + b
    pulling = scores * y < 1
    signed_rows = X[pulling] * y[pulling, None]
    hinge_part = {"dw": -signed_rows.sum(0) / len(X), "db": -y[pulling].sum() / len(X)}
    return hinge_part["dw"] + w * lam, hinge_part["db"]

# %% wrong="svm_gradient" name="mask y z <= 1, a margin score of exactly 1 pulls"
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = torch.where(y * z <= 1, -y, torch.zeros_like(y)) / len(y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="returns all zeros when no example pulls, forgets lam w there"
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    if (y * z >= 1).all():
        return torch.zeros_like(w), torch.zeros_like(z[0])
    dz = hinge_backward(z, y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="writes dw for exactly two features, not for d"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw0 = (dz * X[:, 0]).sum() + lam * w[0]
    dw1 = (dz * X[:, 1]).sum() + lam * w[1]
    return torch.stack([dw0, dw1]), dz.sum()

# %% wrong="svm_gradient" name="squeezes dw, so with one feature it has shape () instead of (1,)"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y).reshape(-1, 1)
    dw = (X.T @ dz).squeeze() + lam * w.squeeze()
    return dw, dz.sum()

# %% wrong="svm_gradient" name="divides lam w by n too, as if the second term were in the mean"
def svm_gradient(X, y, w, b, lam):
    n = len(X)
    active = (y * (X @ w + b) < 1).to(X.dtype)
    dw = (-(X.T @ (y * active)) + lam * w) / n
    db = -(y * active).sum() / n
    return dw, db

# %% wrong="svm_gradient" name="adds lam b to db although the bias is not in the second term"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = X.T @ dz + lam * w
    db = dz.sum() + lam * b
    return dw, db

# %% wrong="svm_gradient" name="hands margin scores y z to hinge_backward instead of scores, class -1 is masked wrongly"
def svm_gradient(X, y, w, b, lam):
    margin_scores = y * (X @ w + b)
    dz = hinge_backward(margin_scores, y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="second term adds lam times abs(w), wrong sign for negative weights"
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    length_part = lam * torch.sqrt(w ** 2)
    return dz @ X + length_part, dz.sum()

# %% right="train_svm" name="plain loop of week 2"
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

# %% right="train_svm" name="inner objective function and update of a tuple"
def train_svm(X, y, lam, rates):
    def objective(w, b):
        return float(hinge_loss(X @ w + b, y)) + 0.5 * lam * float(w.square().sum())

    params = (X.new_zeros(X.shape[1]), X.new_zeros(()))
    losses = []
    for rate in rates:
        losses.append(objective(*params))
        params = tuple(p - rate * g for p, g in zip(params, svm_gradient(X, y, *params, lam)))
    return *params, losses

# %% right="train_svm" name="small class, in-place steps on own tensors, loss by hand"
class _SVM:
    def __init__(self, X, y, lam):
        self.X, self.y, self.lam = X, y, lam
        self.w = torch.zeros(X.shape[1], dtype=X.dtype, device=X.device)
        self.b = torch.zeros((), dtype=X.dtype, device=X.device)

    def loss(self):
        total = 0.0
        for x, t in zip(self.X, self.y):
            total += max(0.0, 1.0 - float(t * (x @ self.w + self.b)))
        return total / len(self.y) + self.lam / 2 * sum(v * v for v in self.w.tolist())

    def step(self, rate):
        dw, db = svm_gradient(self.X, self.y, self.w, self.b, self.lam)
        self.w -= rate * dw
        self.b -= rate * db


def train_svm(X, y, lam, rates):
    model = _SVM(X, y, lam)
    losses = []
    for rate in rates:
        losses.append(model.loss())
        model.step(rate)
    return model.w, model.b, losses

# %% wrong="train_svm" name="breaks off when the loss changes by less than 1e-4, later rates get no step"
def train_svm(X, y, lam, rates):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-4:
            break
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - rate * dw, b - rate * db
    return w, b, losses

# %% wrong="train_svm" name="when the loss has risen the rate makes no step (continue)"
def train_svm(X, y, lam, rates):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        if len(losses) >= 2 and losses[-1] > losses[-2]:
            continue
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - rate * dw, b - rate * db
    return w, b, losses

# %% wrong="train_svm" name="updates w first and takes db from the gradient at the new w"
def train_svm(X, y, lam, rates):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        w = w - rate * svm_gradient(X, y, w, b, lam)[0]
        b = b - rate * svm_gradient(X, y, w, b, lam)[1]
    return w, b, losses

# %% right="train_svm" name="list holds loss tensors without item, not Python floats"
def train_svm(X, y, lam, rates):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for rate in rates:
        loss = hinge_loss(X @ w + b, y) + lam / 2 * (w ** 2).sum()
        losses.append(loss)
        dw, db = svm_gradient(X, y, w, b, lam)
        w = w - rate * dw
        b = b - rate * db
    return w, b, losses

# %% right="sigmoid" name="first form"
def sigmoid(z):
    return 1 / (1 + torch.exp(-z))

# %% right="sigmoid" name="entry by entry with math.exp and two branches, reshaped"
def sigmoid(z):
    values = []
    for v in z.flatten().tolist():
        if v >= 0:
            values.append(1 / (1 + math.exp(-v)))
        else:
            e = math.exp(v)
            values.append(e / (1 + e))
    return torch.tensor(values, dtype=z.dtype, device=z.device).reshape(z.shape)

# %% right="sigmoid" name="exp of minus logaddexp"
def sigmoid(z):
    log_of_below = torch.logaddexp(torch.zeros_like(z), -z)
    return torch.exp(-log_of_below)

# %% wrong="sigmoid" name="second form exp(z)/(1+exp(z)), nan for a large positive score"
def sigmoid(z):
    e = torch.exp(z)
    return e / (1 + e)

# %% wrong="sigmoid" name="clamps scores to -10..10 against overflow, so far scores give 4.5e-5 instead of 0"
def sigmoid(z):
    z = torch.clamp(z, -10, 10)
    return 1 / (1 + torch.exp(-z))

# %% wrong="sigmoid" name="negative branch is exp(z) alone, forgets to divide by 1 + exp(z)"
def sigmoid(z):
    positive = 1 / (1 + torch.exp(-z))
    negative = torch.exp(z)
    return torch.where(z >= 0, positive, negative)

# %% wrong="sigmoid" name="flattens z and does not restore the shape, so () and (m, n) come back one-dimensional"
def sigmoid(z):
    out = [1 / (1 + torch.exp(-v)) for v in z.flatten()]
    return torch.stack(out)

# %% right="logistic_loss" name="formula of the text"
def logistic_loss(z, y):
    losses = torch.clamp(z, min=0) - y * z + torch.log(1 + torch.exp(-z.abs()))
    return losses.mean()

# %% right="logistic_loss" name="loop with math.log1p and a case for each class"
def logistic_loss(z, y):
    total = 0.0
    for score, truth in zip(z.tolist(), y.tolist()):
        if truth == 1:
            t = -score
        else:
            t = score
        total += max(t, 0.0) + math.log1p(math.exp(-abs(t)))
    return torch.tensor(total / len(z), dtype=z.dtype)

# %% right="logistic_loss" name="turns the sign by class, then logaddexp with zero"
def logistic_loss(z, y):
    t = (1 - 2 * y) * z
    return torch.logaddexp(t, torch.zeros_like(t)).sum().div(t.shape[0])

# %% wrong="logistic_loss" name="log(1 + exp(-z)) without abs, overflows for large negative scores"
def logistic_loss(z, y):
    losses = (1 - y) * z + torch.log(1 + torch.exp(-z))
    return losses.mean()

# %% wrong="logistic_loss" name="takes the large part out for class 1 only, class 0 with score 1000 is infinite"
def logistic_loss(z, y):
    ones = torch.clamp(-z, min=0) + torch.log1p(torch.exp(-z.abs()))
    zeros = torch.log1p(torch.exp(z))
    return torch.where(y == 1, ones, zeros).mean()

# %% wrong="logistic_loss" name="loss from a with 1e-12 inside the logs, caps the price near 27.6"
def logistic_loss(z, y):
    a = sigmoid(z)
    eps = 1e-12
    return -(y * torch.log(a + eps) + (1 - y) * torch.log(1 - a + eps)).mean()

# %% wrong="logistic_loss" name="for abs(z) > 50 replaces the loss by max(-y z, 0), free for class 0 at +1000"
def logistic_loss(z, y):
    small = z.clamp(-50, 50)
    ordinary = y * torch.log1p(torch.exp(-small)) + (1 - y) * torch.log1p(torch.exp(small))
    far = torch.clamp(-y * z, min=0)
    return torch.where(z.abs() > 50, far, ordinary).mean()

# %% right="logistic_links" name="formulas of the text"
def logistic_da(a, y):
    n = len(a)
    return (-y / a + (1 - y) / (1 - a)) / n


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% right="logistic_links" name="loops with a case for each class"
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
    out = []
    for i in range(n):
        s = float(z[i])
        if s >= 0:
            a = 1 / (1 + math.exp(-s))
        else:
            a = math.exp(s) / (1 + math.exp(s))
        out.append((a - float(y[i])) / n)
    return torch.tensor(out, dtype=z.dtype)

# %% right="logistic_links" name="where by class, and the signed form -+sigmoid of -+z"
def logistic_da(a, y):
    truth = y > 0.5
    given_to_truth = torch.where(truth, a, 1 - a)
    direction = torch.where(truth, -torch.ones_like(a), torch.ones_like(a))
    return direction / (given_to_truth * a.numel())


def logistic_dz(z, y):
    side = 1 - 2 * y
    return side / (1 + torch.exp(-side * z)) / z.numel()

# %% wrong="logistic_links" name="da clamps a to 1e-7..1-1e-7, wrong for probabilities closer to 0 or 1"
def logistic_da(a, y):
    a = a.clamp(1e-7, 1 - 1e-7)
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="da chooses its case by a > 0.5, the prediction, instead of by the truth y"
def logistic_da(a, y):
    return torch.where(a > 0.5, 1 / (1 - a), -1 / a) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="dz computes a as 1 - exp(-z)/(1+exp(-z)), nan at z = -1000"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    e = torch.exp(-z)
    a = 1 - e / (1 + e)
    return (a - y) / len(z)

# %% wrong="logistic_links" name="dz by the chain rule with a special case for a == 1 only, nan at a == 0"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    chained = logistic_da(a, y) * a * (1 - a)
    return torch.where(a == 1, (1 - y) / len(z), chained)

# %% wrong="logistic_links" name="dz multiplies the fractions by a(1-a) without cancelling, nan at far scores"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    slope = a * (1 - a)
    return logistic_da(a, y) * slope

# %% wrong="logistic_links" name="da forgets the 1/n of the mean, fits a single example"
def logistic_da(a, y):
    return (a - y) / (a * (1 - a))


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="dz multiplies a - y once more by the slope a(1-a)"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    return (a - y) * a * (1 - a) / len(z)

# %% wrong="logistic_links" name="dz is truth minus prediction, sign turned round"
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    error = y - sigmoid(z)
    return error / len(z)

# %% right="logistic_gradient" name="logistic_dz and transposed product"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return X.T @ dz, dz.sum()

# %% right="logistic_gradient" name="double loop over examples and features"
def logistic_gradient(X, y, w, b):
    n, d = X.shape
    dw = torch.zeros_like(w)
    db = torch.tensor(0.0, dtype=X.dtype)
    for i in range(n):
        z = b
        for j in range(d):
            z = z + X[i, j] * w[j]
        dz = (sigmoid(z) - y[i]) / n
        for j in range(d):
            dw[j] += dz * X[i, j]
        db += dz
    return dw, db

# %% right="logistic_gradient" name="column of ones, mean of the rows, split at the end"
def logistic_gradient(X, y, w, b):
    with_one = torch.hstack([X, torch.ones_like(X[:, :1])])
    theta = torch.hstack([w, torch.as_tensor(b, dtype=X.dtype).reshape(1)])
    error = sigmoid(with_one @ theta) - y
    g = (error[:, None] * with_one).mean(dim=0)
    return g[:-1], g[-1]

# %% wrong="logistic_gradient" name="computes a by exp(z)/(1+exp(z)) itself, nan for large positive scores"
def logistic_gradient(X, y, w, b):
    e = torch.exp(X @ w + b)
    a = e / (1 + e)
    dz = (a - y) / len(y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="dw written for exactly two features, not for d"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    dw = torch.stack([(dz * X[:, 0]).sum(), (dz * X[:, 1]).sum()])
    return dw, dz.sum()

# %% wrong="logistic_gradient" name="squeezes dw of the column product, one feature gives shape ()"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    dw = torch.squeeze(X.T @ dz.unsqueeze(1))
    return dw, dz.sum()

# %% wrong="logistic_gradient" name="X * dz without a column for dz, multiplies features instead of examples"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    dw = (X * dz).sum(dim=0)
    db = dz.sum()
    return dw, db

# %% wrong="logistic_gradient" name="clamps the scores to -10..10, so sure examples keep a false pull"
def logistic_gradient(X, y, w, b):
    z = (X @ w + b).clamp(-10, 10)
    dz = logistic_dz(z, y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="hands probabilities to logistic_dz instead of scores, sigmoid taken twice"
def logistic_gradient(X, y, w, b):
    a = sigmoid(X @ w + b)
    dz = logistic_dz(a, y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="sets dz to 0 where the sigmoid is flat, abs(z) > 30, also for wrong examples"
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = logistic_dz(z, y)
    dz = torch.where(z.abs() > 30, torch.zeros_like(dz), dz)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="db is the mean of dz, divides by n a second time"
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    dw = dz @ X
    db = dz.mean()
    return dw, db

# %% right="train_logistic" name="plain loop"
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

# %% right="train_logistic" name="generator of states, comprehension for the losses"
def train_logistic(X, y, lr, steps):
    def states():
        w, b = X.new_zeros(X.size(1)), X.new_zeros(())
        yield w, b
        for _ in range(steps):
            dw, db = logistic_gradient(X, y, w, b)
            w, b = w - lr * dw, b - lr * db
            yield w, b

    *before, (w, b) = states()
    return w, b, [float(logistic_loss(X @ v + c, y)) for v, c in before]

# %% right="train_logistic" name="while loop with in-place steps on own tensors"
def train_logistic(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    losses = []
    while len(losses) < steps:
        z = torch.mv(X, w) + b
        losses += [logistic_loss(z, y).item()]
        dz = logistic_dz(z, y)
        w -= lr * (dz @ X)
        b -= lr * dz.sum()
    return w, b, losses

# %% wrong="train_logistic" name="breaks off when the loss changes by less than 1e-5, does not make all steps"
def train_logistic(X, y, lr, steps):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        loss = logistic_loss(X @ w + b, y).item()
        if losses and abs(losses[-1] - loss) < 1e-5:
            break
        losses.append(loss)
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="halves lr when the loss rises, instead of keeping the given rate"
def train_logistic(X, y, lr, steps):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        if step > 0 and losses[-1] > losses[-2]:
            lr = lr / 2
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="changes w first and computes db with the new w"
def train_logistic(X, y, lr, steps):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(float(logistic_loss(X @ w + b, y)))
        dw, _ = logistic_gradient(X, y, w, b)
        w = w - lr * dw
        _, db = logistic_gradient(X, y, w, b)
        b = b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="one update for each single example in a step, as the perceptron does"
def train_logistic(X, y, lr, steps):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    losses = []
    for step in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        for i in range(len(X)):
            dw, db = logistic_gradient(X[i : i + 1], y[i : i + 1], w, b)
            w = w - lr * dw
            b = b - lr * db
    return w, b, losses

# %% right="pulls" name="masks and own sigmoid"
def pulls(m):
    perceptron = (m < 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    logistic = sigmoid(-m)
    return perceptron, hinge, logistic

# %% right="pulls" name="loop with math.exp and two branches, returned as a list"
def pulls(m):
    p, h, l = [], [], []
    for value in m.tolist():
        p.append(1.0 if value < 0 else 0.0)
        h.append(1.0 if value < 1 else 0.0)
        if value >= 0:
            l.append(math.exp(-value) / (1 + math.exp(-value)))
        else:
            l.append(1 / (1 + math.exp(value)))
    return [torch.tensor(each, dtype=m.dtype) for each in (p, h, l)]

# %% right="pulls" name="heaviside steps and 1/(1+exp(m))"
def pulls(m):
    at_corner = m.new_zeros(())

    def step_down(where):
        return torch.heaviside(where - m, at_corner)

    return step_down(0), step_down(1), torch.exp(m).add(1).reciprocal()

# %% wrong="pulls" name="perceptron pull is clamp(-m, 0, 1), grows with the distance between 0 and -1"
def pulls(m):
    perceptron = torch.clamp(-m, 0, 1)
    hinge = (m < 1).to(m.dtype)
    return perceptron, hinge, sigmoid(-m)

# %% wrong="pulls" name="perceptron pulls at m = 0 too, since score 0 counted as a mistake in section 3"
def pulls(m):
    perceptron = (m <= 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    return perceptron, hinge, sigmoid(-m)

# %% wrong="pulls" name="clamps m to -10..10 for the logistic pull, so far right it stays at 4.5e-5"
def pulls(m):
    perceptron = torch.where(m < 0, torch.ones_like(m), torch.zeros_like(m))
    hinge = torch.where(m < 1, torch.ones_like(m), torch.zeros_like(m))
    safe = m.clamp(-10, 10)
    logistic = torch.exp(-safe) / (1 + torch.exp(-safe))
    return perceptron, hinge, logistic

# %% wrong="pulls" name="stacks and squeezes, so a single example comes back without a dimension"
def pulls(m):
    m = m.reshape(-1, 1)
    table = torch.cat([(m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m)], dim=1)
    perceptron, hinge, logistic = table.T
    return perceptron.squeeze(), hinge.squeeze(), logistic.squeeze()

# %% wrong="pulls" name="lets autograd differentiate relu and softplus instead of working by hand"
def pulls(m):
    out = []
    for loss in (
        lambda t: torch.relu(-t),
        lambda t: torch.relu(1 - t),
        lambda t: torch.nn.functional.softplus(-t),
    ):
        t = m.detach().clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(loss(t).sum(), t)
        out.append(-slope)
    return tuple(out)

# %% wrong="pulls" name="logistic pull as exp(-m)/(1+exp(-m)), nan at m = -1000"
def pulls(m):
    e = torch.exp(-m)
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), e / (1 + e)

# %% wrong="pulls" name="returns the slopes themselves, without the minus sign"
def pulls(m):
    perceptron = -(m < 0).to(m.dtype)
    hinge = -(m < 1).to(m.dtype)
    logistic = -sigmoid(-m)
    return perceptron, hinge, logistic

# %% wrong="pulls" name="logistic pull is a(1-a), the slope of the sigmoid instead of the slope of the loss"
def pulls(m):
    a = sigmoid(m)
    perceptron = (m < 0).to(m.dtype)
    hinge = (m < 1).to(m.dtype)
    return perceptron, hinge, a * (1 - a)

# %% right="newton_step" name="formula of the text with a column of ones"
def newton_step(X, y, w, b):
    n = len(X)
    Xt = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / n
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / n
    theta = theta - torch.linalg.solve(H, g)
    return theta[:-1], theta[-1]

# %% right="newton_step" name="loop over examples with outer products"
def newton_step(X, y, w, b):
    d = X.shape[1]
    g = torch.zeros(d + 1, dtype=X.dtype)
    H = torch.zeros(d + 1, d + 1, dtype=X.dtype)
    for i in range(len(X)):
        x = torch.ones(d + 1, dtype=X.dtype)
        x[:d] = X[i]
        a = sigmoid(w @ X[i] + b)
        g += (a - y[i]) * x
        H += a * (1 - a) * torch.outer(x, x)
    move = torch.linalg.solve(H, g)
    return w - move[:d], b - move[d]

# %% right="newton_step" name="blocks of the matrix and Cholesky"
def newton_step(X, y, w, b):
    n, d = X.shape
    a = sigmoid(X @ w + b)
    s = a * (1 - a) / n
    dw, db = logistic_gradient(X, y, w, b)
    H = torch.empty(d + 1, d + 1, dtype=X.dtype)
    H[:d, :d] = torch.einsum("ni,n,nj->ij", X, s, X)
    H[:d, d] = H[d, :d] = s @ X
    H[d, d] = s.sum()
    L = torch.linalg.cholesky(H)
    move = torch.cholesky_solve(torch.cat([dw, db[None]])[:, None], L)[:, 0]
    return w - move[:d], b - move[d]

# %% wrong="newton_step" name="separate Newton steps for w and b, the mixed entries of H are left out"
def newton_step(X, y, w, b):
    n = len(X)
    a = sigmoid(X @ w + b)
    s = a * (1 - a)
    H_w = X.T @ (s[:, None] * X) / n
    dw, db = X.T @ (a - y) / n, (a - y).mean()
    return w - torch.linalg.solve(H_w, dw), b - db / s.mean()

# %% wrong="newton_step" name="H lacks the 1/n that g has, the step is n times too short"
def newton_step(X, y, w, b):
    Xt = torch.column_stack([X, torch.ones_like(y)])
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / len(y)
    H = Xt.T @ ((a * (1 - a))[:, None] * Xt)
    theta = theta - torch.linalg.solve(H, g)
    return theta[:-1], theta[-1]

# %% wrong="newton_step" name="score without the bias, a = sigmoid(X @ w), fits while b is 0"
def newton_step(X, y, w, b):
    Xt = torch.column_stack([X, torch.ones_like(y)])
    a = sigmoid(X @ w)
    g = Xt.T @ (a - y) / len(y)
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / len(y)
    move = torch.linalg.solve(H, g)
    return w - move[:-1], b - move[-1]

# %% wrong="newton_step" name="new b is the slice theta[-1:] of shape (1,) instead of shape ()"
def newton_step(X, y, w, b):
    Xt = torch.column_stack([X, torch.ones_like(y)])
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(Xt @ theta)
    g = Xt.T @ (a - y) / len(y)
    H = Xt.T @ torch.diag(a * (1 - a)) @ Xt / len(y)
    theta = theta - torch.linalg.solve(H, g)
    d = X.shape[1]
    return theta[:d], theta[d:]
