# %% right="linear" name="one line, matrix product with the transpose"
def linear(X, W, b):
    return X @ W.T + b

# %% right="linear" name="beginner loops over examples and neurons, stacked"
def linear(X, W, b):
    def predict_one(x):
        outputs = []
        for j in range(W.shape[0]):
            total = b[j]
            for k in range(W.shape[1]):
                total = total + W[j, k] * x[k]
            outputs.append(total)
        return torch.stack(outputs)

    if X.dim() == 1:
        return predict_one(X)
    rows = []
    for i in range(X.shape[0]):
        rows.append(predict_one(X[i]))
    return torch.stack(rows)

# %% right="linear" name="einsum with an ellipsis for the rows"
def linear(X, W, b):
    products = torch.einsum("...i,oi->...o", X, W)
    return products.add(b)

# %% wrong="linear" name="single example wrapped into a row, then squeeze(0) on every result: n = 1 table loses its row dimension"
def linear(X, W, b):
    if X.dim() == 1:
        X = X.unsqueeze(0)
    out = X @ W.T + b
    return out.squeeze(0)

# %% wrong="linear" name="adds only the first bias b[0] to every neuron, copied from the worked line for neuron 0"
def linear(X, W, b):
    return X @ W.T + b[0]

# %% wrong="linear" name="recognises a single example by len(X) == in, so a square table with n = in is taken for one"
def linear(X, W, b):
    if len(X) == W.shape[1]:
        return W @ X + b
    rows = [W @ x + b for x in X]
    return torch.stack(rows)

# %% wrong="linear" name="W reshaped to (in, out) instead of transposed, so weights are mixed as soon as out is above 1"
def linear(X, W, b):
    n_out, n_in = W.shape
    return X @ W.reshape(n_in, n_out) + b

# %% right="neuron_module" name="plain parameters with dtype, matrix product"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return X @ self.W.T + self.b

# %% right="neuron_module" name="empty parameters filled without notes, functional linear"
import torch.nn.functional as F
from torch import nn


class Neuron(nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = nn.Parameter(torch.empty(1, 2))
        self.b = nn.Parameter(torch.empty(1))
        with torch.no_grad():
            self.W[0, 0] = w0
            self.W[0, 1] = w1
            self.b.fill_(b)

    def forward(self, X):
        return F.linear(X, self.W, self.b)

# %% right="neuron_module" name="register_parameter, products summed along the last dimension"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        for name, values in {"W": [[float(w0), float(w1)]], "b": [float(b)]}.items():
            self.register_parameter(name, torch.nn.Parameter(torch.tensor(values)))

    def forward(self, X):
        products = X * self.W[0]
        return products.sum(dim=-1, keepdim=True) + self.b

# %% wrong="neuron_module" name="no dtype given: Neuron(1, 2, 3) with Python ints makes int64 tensors, which Parameter refuses"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]]))
        self.b = torch.nn.Parameter(torch.tensor([b]))

    def forward(self, X):
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="forward computes from the stored Python numbers, not from the parameters, so training changes nothing"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.w0, self.w1, self.bias = w0, w1, b
        self.W = torch.nn.Parameter(torch.tensor([[float(w0), float(w1)]]))
        self.b = torch.nn.Parameter(torch.tensor([float(b)]))

    def forward(self, X):
        out = self.w0 * X[..., 0] + self.w1 * X[..., 1] + self.bias
        return out.unsqueeze(-1)

# %% wrong="neuron_module" name="a single point is recognised by len(X) == 2, so a table of two examples is mixed up"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        if len(X) == 2:
            return self.W[0, 0] * X[0] + self.W[0, 1] * X[1] + self.b
        return torch.stack([self.W[0, 0] * x[0] + self.W[0, 1] * x[1] + self.b for x in X])

# %% wrong="neuron_module" name="only W is wrapped in Parameter; b stays a plain tensor attribute that is never trained"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.tensor([b], dtype=torch.float32)

    def forward(self, X):
        return X @ self.W.T + self.b

# %% right="loss_gradients" name="clone, backward, read grad"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    y_hat = x @ W.T + b
    loss = (y_hat - y) ** 2
    loss.backward()
    return W.grad, b.grad

# %% right="loss_gradients" name="torch.autograd.grad on detached leaves"
def loss_gradients(W, b, x, y):
    leaves = [t.detach().clone().requires_grad_(True) for t in (W, b)]
    residual = linear(x, *leaves) - y
    return tuple(torch.autograd.grad(residual.pow(2).sum(), leaves))

# %% right="loss_gradients" name="torch.func.grad of an inner loss function"
from torch.func import grad


def loss_gradients(W, b, x, y):
    def squared_error(weights, bias):
        prediction = (weights[0] * x).sum() + bias[0]
        return (prediction - y[0]).square()

    dW, db = grad(squared_error, argnums=(0, 1))(W, b)
    return dW, db

# %% wrong="loss_gradients" name="requires_grad_ is called on the caller's own W and b, without a clone"
def loss_gradients(W, b, x, y):
    W.requires_grad_()
    b.requires_grad_()
    W.grad = None
    b.grad = None
    loss = (x @ W.T + b - y) ** 2
    loss.backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="goes backward twice with retain_graph, once for each parameter, so both gradients are doubled"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    loss = (x @ W.T + b - y) ** 2
    loss.backward(retain_graph=True)
    dW = W.grad
    loss.backward()
    db = b.grad
    return dW, db

# %% wrong="loss_gradients" name="squares each product plus bias minus label separately and sums afterwards; fits only for d = 1"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    y_hat = W * x + b
    loss = ((y_hat - y) ** 2).sum()
    loss.backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="dW is returned as its first row, shape (d,) instead of (1, d)"
def loss_gradients(W, b, x, y):
    w = W[0].clone().requires_grad_()
    b = b.clone().requires_grad_()
    loss = (x @ w + b - y) ** 2
    loss.backward()
    return w.grad, b.grad

# %% right="gradient_of_each" name="the given loop, cleared before each backward"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        loss = (X[i] @ W.T + b - y[i]) ** 2
        W.grad = None
        loss.backward()
        rows.append(W.grad[0].clone())
    return torch.stack(rows)

# %% right="gradient_of_each" name="formula, twice the error times the input, vectorised"
def gradient_of_each(X, y, W, b):
    errors = (X @ W.T + b).squeeze(1) - y
    return 2 * errors[:, None] * X

# %% right="gradient_of_each" name="reuses loss_gradients in a comprehension"
def gradient_of_each(X, y, W, b):
    return torch.cat([loss_gradients(W, b, xi, yi.reshape(1))[0] for xi, yi in zip(X, y)], dim=0)

# %% wrong="gradient_of_each" name="zero_() but the clone dropped: all rows share one memory and equal the last gradient"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        if W.grad is not None:
            W.grad.zero_()
        loss = (X[i] @ W.T + b - y[i]) ** 2
        loss.backward()
        rows.append(W.grad[0])
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="(n, 1) predictions minus (n,) labels give an (n, n) table of errors that fits only when n = d"
def gradient_of_each(X, y, W, b):
    errors = X @ W.T + b - y
    return 2 * errors * X

# %% wrong="gradient_of_each" name="subtracts the previous row instead of all earlier rows from the piled gradient; wrong from the third example on"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        loss = (X[i] @ W.T + b - y[i]) ** 2
        loss.backward()
        row = W.grad[0].clone()
        if i > 0:
            row = row - rows[i - 1]
        rows.append(row)
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="parenthesis slip: label subtracted after the square, so it has no influence; fits for labels 0"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        W.grad = None
        loss = (X[i] @ W.T + b) ** 2 - y[i]
        loss.backward()
        rows.append(W.grad[0].clone())
    return torch.stack(rows)

# %% right="one_step" name="calls loss_gradients, subtracts"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    W_new = W - lr * dW
    b_new = b - lr * db
    return W_new, b_new

# %% right="one_step" name="formula with the error, no autograd"
def one_step(W, b, x, y, lr):
    twice_error = 2 * (x @ W.T + b - y)
    return W - lr * torch.outer(twice_error, x), b - lr * twice_error

# %% right="one_step" name="PyTorch optimiser on cloned parameters"
def one_step(W, b, x, y, lr):
    params = [torch.nn.Parameter(t.detach().clone()) for t in (W, b)]
    optimiser = torch.optim.SGD(params, lr=lr)
    loss = torch.nn.functional.mse_loss(linear(x, *params), y)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return tuple(p.detach() for p in params)

# %% wrong="one_step" name="the bias gradient is computed after W has already moved, at W_new instead of W"
def one_step(W, b, x, y, lr):
    dW, _ = loss_gradients(W, b, x, y)
    W_new = W - lr * dW
    _, db = loss_gradients(W_new, b, x, y)
    b_new = b - lr * db
    return W_new, b_new

# %% wrong="one_step" name="steps in place with -=, which changes the W and b of the caller"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    with torch.no_grad():
        W -= lr * dW
        b -= lr * db
    return W, b

# %% wrong="one_step" name="loops over exactly two weights; for d = 3 the third weight never moves"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    W_new = W.clone()
    for j in range(2):
        W_new[0, j] = W[0, j] - lr * dW[0, j]
    b_new = b - lr * db
    return W_new, b_new

# %% wrong="one_step" name="own formula moves b by lr times the error, the factor 2 is forgotten for the bias"
def one_step(W, b, x, y, lr):
    error = x @ W.T + b - y
    W_new = W - lr * 2 * error * x
    b_new = b - lr * error
    return W_new, b_new

# %% right="train_neuron" name="calls one_step in a loop"
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% right="train_neuron" name="the five lines with autograd on own copies"
def train_neuron(W, b, x, y, lr, steps):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    losses = []
    for step in range(steps):
        y_hat = x @ W.T + b
        loss = (y_hat - y) ** 2
        losses.append(loss.item())
        W.grad = None
        b.grad = None
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
    return W.detach(), b.detach(), losses

# %% right="train_neuron" name="generator of states, hand-made gradient"
def descent(W, b, x, y, lr):
    while True:
        e = linear(x, W, b) - y
        yield W, b, float(e.square().sum())
        W, b = W - 2 * lr * e[:, None] * x[None, :], b - 2 * lr * e


def train_neuron(W, b, x, y, lr, steps):
    walk_down = descent(W.clone(), b.clone(), x, y, lr)
    visited = [next(walk_down) for _ in range(steps + 1)]
    W_final, b_final, _ = visited[-1]
    return W_final, b_final, [loss for _, _, loss in visited[:-1]]

# %% wrong="train_neuron" name="stops early when the loss is below 1e-8, so the list can be shorter than steps"
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        loss = ((x @ W.T + b - y) ** 2).item()
        losses.append(loss)
        if loss < 1e-8:
            break
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% wrong="train_neuron" name="clears only W.grad before backward; the gradients of b pile up from step to step"
def train_neuron(W, b, x, y, lr, steps):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    losses = []
    for step in range(steps):
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
        W.grad = None
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
    return W.detach(), b.detach(), losses

# %% wrong="train_neuron" name="W_now = W is only a second name, so the in-place steps change the caller's W and b"
def train_neuron(W, b, x, y, lr, steps):
    W_now, b_now = W, b
    losses = []
    for _ in range(steps):
        losses.append(((x @ W_now.T + b_now - y) ** 2).item())
        dW, db = loss_gradients(W_now, b_now, x, y)
        W_now -= lr * dW
        b_now -= lr * db
    return W_now, b_now, losses

# %% wrong="train_neuron" name="the first loss is appended before the loop and each next one after its step: one loss too many"
def train_neuron(W, b, x, y, lr, steps):
    losses = [((x @ W.T + b - y) ** 2).item()]
    for _ in range(steps):
        W, b = one_step(W, b, x, y, lr)
        losses.append(((x @ W.T + b - y) ** 2).item())
    return W, b, losses

# %% right="learning_rates" name="dot product, straight from the factor"
def landing_rate(x):
    return 1 / (2 * (x @ x + 1))


def breaking_rate(x):
    return 1 / (x @ x + 1)

# %% right="learning_rates" name="loop over the inputs, breaking rate is twice the landing rate"
def landing_rate(x):
    total = torch.ones((), dtype=x.dtype)
    for value in x:
        total = total + value * value
    return 0.5 / total


def breaking_rate(x):
    return 2 * landing_rate(x)

# %% right="learning_rates" name="input extended by a 1 for the bias, helper for the squared length"
def squared_length_with_bias(x):
    extended = torch.cat([x, torch.ones_like(x[:1])])
    return extended.square().sum()


def landing_rate(x):
    return torch.reciprocal(2 * squared_length_with_bias(x))


def breaking_rate(x):
    return torch.reciprocal(squared_length_with_bias(x))

# %% wrong="learning_rates" name="landing rate rounded to four decimals as in the text, which is 0 for large inputs"
def landing_rate(x):
    return torch.round(1 / (2 * (x @ x + 1)), decimals=4)


def breaking_rate(x):
    return 1 / (x @ x + 1)

# %% wrong="learning_rates" name="keepdim in the sum: both rates come back with shape (1,) instead of ()"
def landing_rate(x):
    return 1 / (2 * ((x**2).sum(dim=0, keepdim=True) + 1))


def breaking_rate(x):
    return 1 / ((x**2).sum(dim=0, keepdim=True) + 1)

# %% wrong="learning_rates" name="breaking_rate squares x in place with pow_, so the caller's example is changed"
def landing_rate(x):
    return 0.5 / (1 + (x**2).sum())


def breaking_rate(x):
    return 1 / (1 + x.pow_(2).sum())

# %% wrong="learning_rates" name="adds 1 for every input inside the sum of squares, instead of 1 once for the bias"
def landing_rate(x):
    return 1 / (2 * (x**2 + 1).sum())


def breaking_rate(x):
    return 1 / (x**2 + 1).sum()

# %% right="slopes_by_hand" name="each formula written out"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% right="slopes_by_hand" name="expanded polynomial, term by term"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + 2 * x0 * w1 * x1 + 2 * x0 * b - 2 * x0 * y


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + 2 * x1 * w0 * x0 + 2 * x1 * b - 2 * x1 * y


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * b + 2 * w0 * x0 + 2 * w1 * x1 - 2 * y

# %% right="slopes_by_hand" name="functions made by a factory, extended vectors and a dot product"
def _slope_for(position):
    def slope(w0, w1, b, x0, x1, y):
        inputs = torch.stack([x0, x1, torch.ones_like(x0)])
        theta = torch.stack([w0, w1, b])
        error = theta.dot(inputs) - y
        return (error + error) * inputs[position]

    return slope


slope_w0 = _slope_for(0)
slope_w1 = _slope_for(1)
slope_b = _slope_for(2)

# %% wrong="slopes_by_hand" name="factor 2 missing in slope_b only, which returns the bare error"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return w0 * x0 + w1 * x1 + b - y

# %% wrong="slopes_by_hand" name="error taken as label minus prediction in slope_w1, so its sign is reversed"
def slope_w0(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * x0 * (y_hat - y)


def slope_w1(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * x1 * (y - y_hat)


def slope_b(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * (y_hat - y)

# %% wrong="slopes_by_hand" name="copy and paste: slope_w1 still multiplies by x0 instead of x1"
def slope_w0(w0, w1, b, x0, x1, y):
    e = w0 * x0 + w1 * x1 + b - y
    return 2 * e * x0


def slope_w1(w0, w1, b, x0, x1, y):
    e = w0 * x0 + w1 * x1 + b - y
    return 2 * e * x0


def slope_b(w0, w1, b, x0, x1, y):
    e = w0 * x0 + w1 * x1 + b - y
    return 2 * e

# %% wrong="slopes_by_hand" name="slope_b is multiplied by b itself, by analogy with the inputs; fits for b = 1"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * b

# %% wrong="slopes_by_hand" name="square expanded on paper, mixed term with w1 x1 forgotten in slope_w0"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + 2 * x0 * b - 2 * x0 * y


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + 2 * w0 * x0 * x1 + 2 * x1 * b - 2 * x1 * y


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * b + 2 * w0 * x0 + 2 * w1 * x1 - 2 * y

# %% wrong="slopes_by_hand" name="slope_w0 is a one-sided difference quotient with h = 0.001, off by h times x0 squared"
def slope_w0(w0, w1, b, x0, x1, y):
    h = 0.001
    before = (w0 * x0 + w1 * x1 + b - y) ** 2
    after = ((w0 + h) * x0 + w1 * x1 + b - y) ** 2
    return (after - before) / h


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="prediction accumulated in place starting at the name b, so slope_b changes the caller's bias"
def slope_w0(w0, w1, b, x0, x1, y):
    y_hat = b + w0 * x0 + w1 * x1
    return 2 * (y_hat - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    y_hat = b + w0 * x0 + w1 * x1
    return 2 * (y_hat - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    y_hat = b
    y_hat += w0 * x0
    y_hat += w1 * x1
    return 2 * (y_hat - y)

# %% wrong="slopes_by_hand" name="slope_w0 multiplies by the notebook's global x[0], 0.5, rather than the argument x0"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x[0]


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% right="autograd_manners" name="autograd with clones, as in the text"
def twice_squares(x):
    x = x.clone().requires_grad_()
    f = 2 * (x @ x)
    f.backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    cubes = x**3
    cubes.backward(v)
    return x.grad


def frozen_square(x):
    x = x.clone().requires_grad_()
    ((x**2).detach() * x).sum().backward()
    return x.grad

# %% right="autograd_manners" name="formulas, no autograd"
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * v * x**2


def frozen_square(x):
    return x * x

# %% right="autograd_manners" name="helper gradient_at with lambdas and torch.autograd.grad"
def gradient_at(number, x):
    leaf = x.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(number(leaf), leaf)
    return slope


def twice_squares(x):
    return gradient_at(lambda t: 2 * t.dot(t), x)


def weighted_cubes(x, v):
    return gradient_at(lambda t: (v * t.pow(3)).sum(), x)


def frozen_square(x):
    held = x.detach().square()
    return gradient_at(lambda t: torch.dot(held, t), x)

# %% wrong="autograd_manners" name="frozen_square calls requires_grad_ on the caller's x, the clone is forgotten there"
def twice_squares(x):
    x = x.clone().requires_grad_()
    (2 * x @ x).backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (x**3).backward(v)
    return x.grad


def frozen_square(x):
    x.requires_grad_()
    x.grad = None
    still = (x**2).detach()
    (still * x).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="weighted_cubes multiplies the weights in place and returns them, so the caller's v is overwritten"
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    v *= 3 * x**2
    return v


def frozen_square(x):
    return x**2

# %% wrong="autograd_manners" name="frozen_square divides the value x cubed by x to get the slope, which is nan where an entry is 0"
def twice_squares(x):
    x = x.clone().requires_grad_()
    f = 2 * (x @ x)
    f.backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (x**3).backward(v)
    return x.grad


def frozen_square(x):
    value = x**2 * x
    return value / x

# %% wrong="autograd_manners" name="twice_squares writes out only the first three entries, so longer vectors get zeros from the fourth on"
def twice_squares(x):
    x = x.clone().requires_grad_()
    f = 2 * sum(entry**2 for entry in x[:3])
    f.backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (x**3).backward(v)
    return x.grad


def frozen_square(x):
    x = x.clone().requires_grad_()
    (x.detach() ** 2 * x).sum().backward()
    return x.grad

# %% right="slope_of_stretch" name="line through the origin, value over input"
def slope_of_stretch(x):
    return stretch(x) / x

# %% right="slope_of_stretch" name="counts the triplings in a loop"
def slope_of_stretch(x):
    factor = 1.0
    position = x.item()
    while abs(position) < 100:
        position = position * 3
        factor = factor * 3
    if position < 0:
        factor = -factor / 2
    return torch.tensor(factor, dtype=torch.float64)

# %% right="slope_of_stretch" name="number of triplings from a logarithm, at least 0"
def slope_of_stretch(x):
    triplings = max(0, math.ceil((math.log(100) - math.log(abs(float(x)))) / math.log(3)))
    piece = 3.0**triplings * (1.0 if x > 0 else -0.5)
    return torch.full_like(x, piece)

# %% wrong="slope_of_stretch" name="number of triplings from ceil of a logarithm without a floor at 0: fractions for inputs beyond 300"
def slope_of_stretch(x):
    triplings = math.ceil(math.log(100 / abs(x.item())) / math.log(3))
    slope = 3.0**triplings
    if x < 0:
        slope = -slope / 2
    return torch.tensor(slope, dtype=torch.float64)

# %% wrong="slope_of_stretch" name="triples once before testing the distance (repeat-until), so inputs already beyond 100 get one tripling too many"
def slope_of_stretch(x):
    factor, where = 1.0, x
    while True:
        where = 3 * where
        factor = 3 * factor
        if where.abs() >= 100:
            break
    if where < 0:
        factor = -factor / 2
    return torch.tensor(factor, dtype=torch.float64)

# %% wrong="slope_of_stretch" name="difference quotient with fixed h = 0.01, which jumps to another piece for inputs close to 0"
def slope_of_stretch(x):
    h = 0.01
    return (stretch(x + h) - stretch(x)) / h

# %% wrong="slope_of_stretch" name="triples x in place with *= while counting, so the caller's x is changed"
def slope_of_stretch(x):
    slope = torch.ones((), dtype=torch.float64)
    while x.abs() < 100:
        x *= 3
        slope = slope * 3
    if x < 0:
        slope = -slope / 2
    return slope

# %% wrong="slope_of_stretch" name="loop limited to ten triplings, too few for inputs smaller than about 0.0017"
def slope_of_stretch(x):
    slope = 1.0
    for _ in range(10):
        if abs(slope * x) >= 100:
            break
        slope = 3 * slope
    if x < 0:
        slope = -slope / 2
    return torch.tensor(slope, dtype=torch.float64)

# %% wrong="slope_of_stretch" name="answer made by torch.tensor from a Python number without dtype: float32 instead of float64"
def slope_of_stretch(x):
    slope = 1.0
    t = x.clone()
    while t.abs() < 100:
        t = 3 * t
        slope = 3 * slope
    if t < 0:
        slope = -slope / 2
    return torch.tensor(slope)

# %% wrong="slope_of_stretch" name="divides stretch of the absolute value by x: negative inputs get minus the factor, without the half"
def slope_of_stretch(x):
    return stretch(x.abs()) / x

# %% wrong="slope_of_stretch" name="adds 3 for each tripling instead of multiplying: slope 3 times the count"
def slope_of_stretch(x):
    count = 0
    t = x
    while t.abs() < 100:
        t = 3 * t
        count += 1
    slope = torch.tensor(3.0 * count if count > 0 else 1.0, dtype=torch.float64)
    return slope if x > 0 else -slope / 2

# %% right="regression_gradient" name="transpose times error over n"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    n = X.shape[0]
    dw = X.T @ e / n
    db = e.mean()
    return dw, db

# %% right="regression_gradient" name="broadcasting, mean down the rows"
def regression_gradient(X, y, w, b):
    errors = (X * w).sum(dim=1) + b - y
    return (errors.unsqueeze(1) * X).mean(dim=0), errors.mean()

# %% right="regression_gradient" name="extended table with ones and einsum, bias split off"
def regression_gradient(X, y, w, b):
    A = torch.hstack([X, X.new_ones(len(X), 1)])
    theta = torch.cat([w, b.reshape(1)])
    residual = torch.einsum("nk,k->n", A, theta) - y
    gradient = torch.einsum("nk,n->k", A, residual).div(len(y))
    return gradient[:-1], gradient[-1]

# %% wrong="regression_gradient" name="product of means: mean of X per column times the mean error, rather than the mean of products"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    db = e.mean()
    dw = X.mean(dim=0) * db
    return dw, db

# %% wrong="regression_gradient" name="dw divided by len(w), the number of inputs, in place of the number of examples"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    dw = X.T @ e / len(w)
    db = e.sum() / len(e)
    return dw, db

# %% wrong="regression_gradient" name="db is the sum of the errors, the division by n is forgotten for the bias"
def regression_gradient(X, y, w, b):
    n = len(X)
    e = X @ w + b - y
    return X.T @ e / n, e.sum()

# %% wrong="regression_gradient" name="column vectors made and removed with a bare squeeze(), so with d = 1 dw has shape () not (1,)"
def regression_gradient(X, y, w, b):
    e = X @ w.reshape(-1, 1) + b - y.reshape(-1, 1)
    dw = (X.T @ e / len(X)).squeeze()
    db = e.mean()
    return dw, db

# %% wrong="regression_gradient" name="y -= prediction overwrites the labels of the caller, the errors are then minus y"
def regression_gradient(X, y, w, b):
    y -= X @ w + b
    dw = -(X.T @ y) / len(y)
    db = -y.mean()
    return dw, db

# %% wrong="regression_gradient" name="(n, 1) predictions minus (n,) labels broadcast to (n, n), afterwards averaged over the columns"
def regression_gradient(X, y, w, b):
    e = X @ w[:, None] + b - y
    dw = (X.T @ e).mean(dim=1) / len(X)
    db = e.mean()
    return dw, db

# %% wrong="regression_gradient" name="the half is applied once more to dw: divided by 2n though it already cancelled the 2"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    dw = X.T @ e / (2 * len(X))
    db = e.mean()
    return dw, db

# %% wrong="regression_gradient" name="bias left out of the prediction in the errors; fits only for b = 0"
def regression_gradient(X, y, w, b):
    e = X @ w - y
    dw = X.T @ e / len(X)
    db = e.mean()
    return dw, db

# %% right="normal_equations" name="ones column and solve, as in the text"
def normal_equations(X, y):
    ones = torch.ones_like(X[:, :1])
    A = torch.cat([X, ones], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1]

# %% right="normal_equations" name="centred columns, bias from the means"
def normal_equations(X, y):
    x_mean, y_mean = X.mean(dim=0), y.mean()
    Xc, yc = X - x_mean, y - y_mean
    w = torch.linalg.solve(Xc.T @ Xc, Xc.T @ yc)
    return w, y_mean - x_mean @ w

# %% right="normal_equations" name="numpy least squares, ones column in front"
import numpy as np


def normal_equations(X, y):
    table = np.column_stack([np.ones(len(X), dtype=X.numpy().dtype), X.numpy()])
    solution, *_ = np.linalg.lstsq(table, y.numpy(), rcond=None)
    theta = torch.as_tensor(solution, dtype=X.dtype)
    return theta[1:], theta[0]

# %% wrong="normal_equations" name="gradient descent with a fixed rate 0.1 instead of the equations: explodes for larger inputs"
def normal_equations(X, y):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for _ in range(8000):
        dw, db = regression_gradient(X, y, w, b)
        w = w - 0.1 * dw
        b = b - 0.1 * db
    return w, b

# %% wrong="normal_equations" name="centres X in place with -=, so the caller's table is changed"
def normal_equations(X, y):
    means = X.mean(dim=0)
    X -= means
    w = torch.linalg.solve(X.T @ X, X.T @ (y - y.mean()))
    b = y.mean() - means @ w
    return w, b

# %% wrong="normal_equations" name="adds a small multiple of the identity, 1e-8, for safety: wrong weights when the inputs are tiny numbers"
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    M = A.T @ A + 1e-8 * torch.eye(A.shape[1], dtype=A.dtype)
    theta = torch.linalg.solve(M, A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="each weight from its own column alone, covariance over variance, ignoring correlation between the inputs"
def normal_equations(X, y):
    Xc = X - X.mean(dim=0)
    yc = y - y.mean()
    w = (Xc * yc[:, None]).sum(dim=0) / (Xc**2).sum(dim=0)
    b = y.mean() - X.mean(dim=0) @ w
    return w, b

# %% right="minibatches" name="range with slices of the order"
def minibatches(X, y, batch_size, order):
    pairs = []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        pairs.append((X[rows], y[rows]))
    return pairs

# %% right="minibatches" name="split and zip"
def minibatches(X, y, batch_size, order):
    return list(zip(X[order].split(batch_size), y[order].split(batch_size)))

# %% right="minibatches" name="beginner collects row by row and hands over when full"
def minibatches(X, y, batch_size, order):
    result = []
    X_rows, y_rows = [], []
    for index in order.tolist():
        X_rows.append(X[index])
        y_rows.append(y[index])
        if len(X_rows) == batch_size:
            result.append((torch.stack(X_rows), torch.stack(y_rows)))
            X_rows, y_rows = [], []
    if X_rows:
        result.append((torch.stack(X_rows), torch.stack(y_rows)))
    return result

# %% wrong="minibatches" name="torch.chunk into ceil(n / batch_size) pieces makes even pieces, e.g. 3, 3, 3 and not 4, 4, 1"
def minibatches(X, y, batch_size, order):
    pieces = math.ceil(len(order) / batch_size)
    return [(X[rows], y[rows]) for rows in torch.chunk(order, pieces)]

# %% wrong="minibatches" name="always n // batch_size + 1 pairs, so an empty pair is added when batch_size divides n"
def minibatches(X, y, batch_size, order):
    pairs = []
    for k in range(len(X) // batch_size + 1):
        rows = order[k * batch_size : (k + 1) * batch_size]
        pairs.append((X[rows], y[rows]))
    return pairs

# %% wrong="minibatches" name="shuffles X and y in place with X[:] = X[order], so the caller's data set is reordered"
def minibatches(X, y, batch_size, order):
    X[:] = X[order]
    y[:] = y[order]
    pairs = []
    for start in range(0, len(X), batch_size):
        end = start + batch_size
        pairs.append((X[start:end].clone(), y[start:end].clone()))
    return pairs

# %% wrong="minibatches" name="labels cut from the unshuffled y, so rows and labels no longer belong together"
def minibatches(X, y, batch_size, order):
    X_shuffled = X[order]
    pairs = []
    for start in range(0, len(order), batch_size):
        end = start + batch_size
        pairs.append((X_shuffled[start:end], y[start:end]))
    return pairs

# %% right="sgd" name="minibatches and regression_gradient"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w = w - lr * dw
            b = b - lr * db
    return w, b

# %% right="sgd" name="autograd, cleared each step, in-place under no_grad"
def sgd(X, y, batch_size, lr, orders):
    w = X.new_zeros(X.shape[1]).requires_grad_()
    b = X.new_zeros(()).requires_grad_()
    for epoch in range(orders.shape[0]):
        for start in range(0, orders.shape[1], batch_size):
            rows = orders[epoch, start : start + batch_size]
            loss = ((X[rows] @ w + b - y[rows]) ** 2).mean() / 2
            w.grad = b.grad = None
            loss.backward()
            with torch.no_grad():
                w -= lr * w.grad
                b -= lr * b.grad
    return w.detach(), b.detach()

# %% right="sgd" name="one theta with a ones column, split of each order"
def sgd(X, y, batch_size, lr, orders):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.zeros_like(A[0])
    batches = (rows for order in orders for rows in order.split(batch_size))
    for rows in batches:
        part = A[rows]
        theta = theta - lr * (part.T @ (part @ theta - y[rows])) / len(rows)
    return theta[:-1], theta[-1]

# %% wrong="sgd" name="dw is mean() over the whole table of products, one number for all weights; fits only for d = 1"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.tensor(0.0, dtype=X.dtype)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            e = X_part @ w + b - y_part
            w = w - lr * (e[:, None] * X_part).mean()
            b = b - lr * e.mean()
    return w, b

# %% wrong="sgd" name="b starts as float32 torch.tensor(0.0) and is stepped in place, so it stays float32 for float64 data"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.tensor(0.0)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w -= lr * dw
            b -= lr * db
    return w, b

# %% wrong="sgd" name="w kept as a column (d, 1): predictions (m, 1) against labels (m,) compare all with all in each minibatch"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], 1, dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            loss = ((X_part @ w + b - y_part) ** 2).mean() / 2
            w.grad, b.grad = None, None
            loss.backward()
            with torch.no_grad():
                w -= lr * w.grad
                b -= lr * b.grad
    return w.detach()[:, 0], b.detach()

# %% wrong="sgd" name="sum over the minibatch divided by batch_size even when the last minibatch has fewer rows"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            e = X_part @ w + b - y_part
            w = w - lr * X_part.T @ e / batch_size
            b = b - lr * e.sum() / batch_size
    return w, b

# %% right="negative_log_likelihood" name="formula in one line, constant times n"
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% right="negative_log_likelihood" name="torch.distributions.Normal"
from torch.distributions import Normal


def negative_log_likelihood(y_hat, y, sigma):
    return -Normal(y_hat, sigma).log_prob(y).sum()

# %% right="negative_log_likelihood" name="beginner loop, Python sum, back to a tensor"
def negative_log_likelihood(y_hat, y, sigma):
    constant = math.log(sigma) + math.log(2 * math.pi) / 2
    total = 0.0
    for predicted, label in zip(y_hat.tolist(), y.tolist()):
        z = (predicted - label) / sigma
        total += constant + z * z / 2
    return torch.tensor(total, dtype=y.dtype)

# %% wrong="negative_log_likelihood" name="log(2 pi sigma squared) added once, which is the constant for exactly two examples, whatever n is"
def negative_log_likelihood(y_hat, y, sigma):
    squares = ((y_hat - y) ** 2).sum() / (2 * sigma**2)
    return math.log(2 * math.pi * sigma**2) + squares

# %% wrong="negative_log_likelihood" name="gaussian_nll_loss with its default eps: variances below 1e-6 are silently raised to 1e-6"
def negative_log_likelihood(y_hat, y, sigma):
    variance = torch.full_like(y, sigma**2)
    return torch.nn.functional.gaussian_nll_loss(y_hat, y, variance, full=True, reduction="sum")

# %% wrong="negative_log_likelihood" name="y_hat -= y computes the errors in place and changes the caller's predictions"
def negative_log_likelihood(y_hat, y, sigma):
    y_hat -= y
    terms = 0.5 * math.log(2 * math.pi * sigma**2) + y_hat**2 / (2 * sigma**2)
    return terms.sum()

# %% wrong="negative_log_likelihood" name="log of the density with a clamp at 1e-300 against log(0): far errors count at most 690"
def negative_log_likelihood(y_hat, y, sigma):
    density = normal_density(y, y_hat, sigma)
    return -torch.log(density.clamp(min=1e-300)).sum()

# %% right="weighted_line" name="weighted normal equations, weights one over sigma squared"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    s = 1 / sigma**2
    theta = torch.linalg.solve(A.T @ (s[:, None] * A), A.T @ (s * y))
    return theta[:-1], theta[-1]

# %% right="weighted_line" name="rows divided by sigma, then least squares"
def weighted_line(X, y, sigma):
    A = torch.hstack((X, torch.ones(len(X), 1, dtype=X.dtype))) / sigma.unsqueeze(1)
    theta = torch.linalg.lstsq(A, (y / sigma).unsqueeze(1)).solution.squeeze(1)
    return theta[:-1], theta[-1]

# %% right="weighted_line" name="weighted means, weighted covariance, einsum"
def weighted_line(X, y, sigma):
    share = sigma**-2
    share = share / share.sum()
    centre, level = share @ X, share @ y
    dX, dy = X - centre, y - level
    covariance = torch.einsum("n,ni,nj->ij", share, dX, dX)
    w = torch.linalg.solve(covariance, torch.einsum("n,ni,n->i", share, dX, dy))
    return w, level - centre @ w

# %% wrong="weighted_line" name="weights are 1 / sigma instead of 1 / sigma squared"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    s = 1 / sigma
    theta = torch.linalg.solve(A.T @ (s[:, None] * A), A.T @ (s * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="weighted slopes, but X and y are centred with ordinary means rather than weighted ones"
def weighted_line(X, y, sigma):
    s = 1 / sigma**2
    Xc = X - X.mean(dim=0)
    yc = y - y.mean()
    w = torch.linalg.solve(Xc.T @ (s[:, None] * Xc), Xc.T @ (s * yc))
    b = y.mean() - X.mean(dim=0) @ w
    return w, b

# %% wrong="weighted_line" name="weights, scaled to mean 1, stand only on the right side with y; the left side stays A.T @ A"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    s = 1 / sigma**2
    s = s / s.mean()
    theta = torch.linalg.solve(A.T @ A, A.T @ (s * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="drops examples with sigma far above the median and fits the rest with equal weights"
def weighted_line(X, y, sigma):
    trusted = sigma <= 3 * sigma.median()
    return normal_equations(X[trusted], y[trusted])
