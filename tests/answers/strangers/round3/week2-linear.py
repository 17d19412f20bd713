# %% right="linear" name="one line with the matrix product"
def linear(X, W, b):
    return X @ W.T + b

# %% right="linear" name="beginner loops over examples, neurons and inputs"
def linear(X, W, b):
    """Predictions of a linear model, one column for each neuron."""
    if X.dim() == 1:
        result = []
        for j in range(W.shape[0]):
            total = b[j]
            for k in range(W.shape[1]):
                total = total + X[k] * W[j, k]
            result.append(total)
        return torch.stack(result)
    rows = []
    for i in range(X.shape[0]):
        row = []
        for j in range(W.shape[0]):
            total = b[j]
            for k in range(W.shape[1]):
                total = total + X[i, k] * W[j, k]
            row.append(total)
        rows.append(torch.stack(row))
    return torch.stack(rows)

# %% right="linear" name="einsum with an ellipsis for the optional example axis"
def linear(X, W, b):
    products = torch.einsum("...i,oi->...o", X, W)
    return products.add(b)

# %% wrong="linear" name="lifts a single example to a table and squeezes axis 0, so (1, in) also gives (out,)"
def linear(X, W, b):
    table = torch.atleast_2d(X)
    out = torch.matmul(table, W.T) + b
    return out.squeeze(0)

# %% wrong="linear" name="transposes W only when the shapes do not fit already, so a square W is used untransposed"
def linear(X, W, b):
    M = W
    if X.shape[-1] != M.shape[0]:
        M = M.T
    return X @ M + b

# %% wrong="linear" name="branch for a single example sums the products over all neurons, right only for one neuron"
def linear(X, W, b):
    if len(X.shape) == 1:
        return (X * W).sum() + b
    columns = [X @ W[j] + b[j] for j in range(len(W))]
    return torch.stack(columns, dim=1)

# %% wrong="linear" name="single example: out is b itself and the products are added in place, changing the caller's b"
def linear(X, W, b):
    if X.dim() == 1:
        out = b
        out += W @ X
        return out
    return X @ W.T + b

# %% right="neuron_module" name="float32 tensors and the matrix product"
class Neuron(torch.nn.Module):
    """One neuron with two inputs: X (n, 2) -> (n, 1), or (2,) -> (1,)."""

    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return X @ self.W.T + self.b

# %% right="neuron_module" name="fills empty parameters and multiplies column by column"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(1, 2))
        self.b = torch.nn.Parameter(torch.zeros(1))
        with torch.no_grad():
            self.W[0, 0] = w0
            self.W[0, 1] = w1
            self.b[0] = b

    def forward(self, X):
        x0 = X[..., 0:1]
        x1 = X[..., 1:2]
        return self.W[0, 0] * x0 + self.W[0, 1] * x1 + self.b

# %% right="neuron_module" name="register_parameter and functional linear"
import torch.nn.functional as F


class Neuron(torch.nn.Module):
    """One neuron with two inputs."""

    def __init__(self, w0, w1, b):
        super().__init__()
        start = {"W": [[float(w0), float(w1)]], "b": [float(b)]}
        for key, numbers in start.items():
            self.register_parameter(key, torch.nn.Parameter(torch.Tensor(numbers)))

    def forward(self, X):
        return F.linear(X, self.W, self.b)

# %% wrong="neuron_module" name="takes any X of length 2 for a single example, so a table of two rows is summed"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[float(w0), float(w1)]]))
        self.b = torch.nn.Parameter(torch.tensor([float(b)]))

    def forward(self, X):
        if len(X) == 2:
            return (self.W[0] * X).sum() + self.b
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="reshapes to rows and squeezes axis 0, so a table with one example comes back as (1,)"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]]).float())
        self.b = torch.nn.Parameter(torch.tensor([b]).float())

    def forward(self, X):
        table = X.reshape(-1, 2)
        out = table @ self.W.T + self.b
        return out.squeeze(0)

# %% wrong="neuron_module" name="forward uses the stored Python numbers instead of the parameters, so training never changes the predictions"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.w0, self.w1, self.bias = w0, w1, b
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return self.w0 * X[..., 0:1] + self.w1 * X[..., 1:2] + self.bias

# %% wrong="neuron_module" name="makes the parameters float64 instead of float32 and converts X to match in forward"
import numpy as np


class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.from_numpy(np.array([[w0, w1]], dtype=float)))
        self.b = torch.nn.Parameter(torch.from_numpy(np.array([b], dtype=float)))

    def forward(self, X):
        return X.double() @ self.W.T + self.b

# %% right="loss_gradients" name="clone, backward, read grad"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    y_hat = x @ W.T + b
    loss = (y_hat - y) ** 2
    loss.backward()
    return W.grad, b.grad

# %% right="loss_gradients" name="torch.autograd.grad on detached copies, reusing linear"
def loss_gradients(W, b, x, y):
    leaves = [t.detach().clone().requires_grad_(True) for t in (W, b)]
    error = linear(x, *leaves) - y
    return torch.autograd.grad(error.square().sum(), leaves)

# %% right="loss_gradients" name="functional torch.func.grad over both arguments"
from torch.func import grad


def loss_gradients(W, b, x, y):
    def loss(weights, bias):
        prediction = torch.einsum("oi,i->o", weights, x) + bias
        return torch.sum((prediction - y) ** 2)

    dW, db = grad(loss, argnums=(0, 1))(W, b)
    return dW, db

# %% wrong="loss_gradients" name="clones W but calls requires_grad_ on the caller's own b, which stays switched on and piles up"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b.requires_grad_()
    loss = (x @ W.T + b - y) ** 2
    loss.backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="squeezes W to a vector for torch.dot, which raises an error when d is 1"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    y_hat = torch.dot(W.squeeze(), x) + b
    loss = (y_hat - y) ** 2
    loss.backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="converts everything to float32, so float64 inputs give float32 gradients with seven digits"
def loss_gradients(W, b, x, y):
    W = W.clone().float().requires_grad_()
    b = b.clone().float().requires_grad_()
    loss = (x.float() @ W.T + b - y.float()).pow(2).sum()
    loss.backward()
    return (W.grad, b.grad)

# %% wrong="loss_gradients" name="returns the bias gradient as its single entry, shape () instead of (1,)"
def loss_gradients(W, b, x, y):
    W_copy, b_copy = W.clone().requires_grad_(), b.clone().requires_grad_()
    loss = ((x @ W_copy.T + b_copy - y) ** 2)[0]
    loss.backward()
    dW = W_copy.grad
    db = b_copy.grad[0]
    return dW, db

# %% right="gradient_of_each" name="the loop mended with grad set to None"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        W.grad = None
        loss = (X[i] @ W.T + b - y[i]) ** 2
        loss.backward()
        rows.append(W.grad[0].clone())
    return torch.stack(rows)

# %% right="gradient_of_each" name="formula: twice the error times the input"
def gradient_of_each(X, y, W, b):
    errors = (X @ W.T + b)[:, 0] - y
    return 2 * errors[:, None] * X

# %% right="gradient_of_each" name="a copy of the weights for each row and one backward of the sum"
def gradient_of_each(X, y, W, b):
    own_weights = W.detach().expand(X.shape[0], -1).clone().requires_grad_()
    predictions = torch.einsum("nd,nd->n", X, own_weights) + b
    (each,) = torch.autograd.grad(((predictions - y) ** 2).sum(), own_weights)
    return each

# %% wrong="gradient_of_each" name="subtracts the previous row instead of the previous sum, so rows go bad from the third on"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        loss = (X[i] @ W.T + b - y[i]) ** 2
        loss.backward()
        row = W.grad[0].clone()
        if rows:
            row = row - rows[-1]
        rows.append(row)
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="squeezes the stacked rows, so one example or one input loses an axis"
def gradient_of_each(X, y, W, b):
    grads = []
    for xi, yi in zip(X, y):
        W_i = W.clone().requires_grad_()
        ((xi @ W_i.T + b - yi) ** 2).backward()
        grads.append(W_i.grad)
    return torch.stack(grads).squeeze()

# %% wrong="gradient_of_each" name="no clone of W: switches on note-taking for the caller's W and leaves a grad on it"
def gradient_of_each(X, y, W, b):
    W.requires_grad_()
    rows = []
    for i in range(len(X)):
        if W.grad is not None:
            W.grad.zero_()
        loss = (X[i] @ W.T + b - y[i]) ** 2
        loss.backward()
        rows.append(W.grad[0].clone())
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="(n, 1) minus (n,) broadcasts to (n, n); its first column compares every prediction with y[0]"
def gradient_of_each(X, y, W, b):
    errors = (X @ W.T + b - y)[:, 0]
    return 2 * errors.unsqueeze(1) * X

# %% right="one_step" name="calls loss_gradients and subtracts"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    W_new = W - lr * dW
    b_new = b - lr * db
    return W_new, b_new

# %% right="one_step" name="by the formula with the error, no autograd"
def one_step(W, b, x, y, lr):
    error = linear(x, W, b) - y
    return W - 2 * lr * error * x, b - 2 * lr * error

# %% right="one_step" name="torch.optim.SGD on own parameters"
def one_step(W, b, x, y, lr):
    parameters = [torch.nn.Parameter(t.detach().clone()) for t in (W, b)]
    optimiser = torch.optim.SGD(parameters, lr=lr)
    prediction = torch.nn.functional.linear(x, *parameters)
    loss = ((prediction - y) ** 2).sum()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    W_new, b_new = (p.detach() for p in parameters)
    return W_new, b_new

# %% wrong="one_step" name="uses -= on the W and b that were handed in, so the caller's tensors change"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    with torch.no_grad():
        W -= lr * dW
        b -= lr * db
    return W, b

# %% wrong="one_step" name="computes the step outside no_grad, so the new W and b carry autograd's notes"
def one_step(W, b, x, y, lr):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    loss = (x @ W.T + b - y) ** 2
    loss.backward()
    W_new = W - lr * W.grad
    b_new = b - lr * b.grad
    return W_new, b_new

# %% wrong="one_step" name="keeps the old parameters when the loss would rise, although the step is to be taken anyway"
def one_step(W, b, x, y, lr):
    def loss(weights, bias):
        return ((x @ weights.T + bias - y) ** 2).item()

    dW, db = loss_gradients(W, b, x, y)
    W_new, b_new = W - lr * dW, b - lr * db
    if loss(W_new, b_new) > loss(W, b):
        return W.clone(), b.clone()
    return W_new, b_new

# %% wrong="one_step" name="updates W first and then takes the bias gradient at the new W instead of the old"
def one_step(W, b, x, y, lr):
    W_new = W - lr * loss_gradients(W, b, x, y)[0]
    b_new = b - lr * loss_gradients(W_new, b, x, y)[1]
    return W_new, b_new

# %% right="train_neuron" name="the five lines with cloned parameters"
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

# %% right="train_neuron" name="calls one_step, helper for the loss"
def squared_error(W, b, x, y):
    return float(((linear(x, W, b) - y) ** 2).sum())


def train_neuron(W, b, x, y, lr, steps):
    W, b = W.clone(), b.clone()
    losses = []
    for _ in range(steps):
        losses.append(squared_error(W, b, x, y))
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% right="train_neuron" name="gradient by formula, losses as tensors without dimensions"
def train_neuron(W, b, x, y, lr, steps):
    weights, bias, losses = W.detach().clone(), b.detach().clone(), []
    while len(losses) < steps:
        e = weights @ x + bias - y
        losses.append((e * e).sum())
        weights = weights - lr * 2 * torch.outer(e, x)
        bias = bias - lr * 2 * e
    return weights, bias, losses

# %% wrong="train_neuron" name="breaks out of the loop once the loss is below 1e-10, so steps and losses are missing"
def train_neuron(W, b, x, y, lr, steps):
    W, b = W.clone(), b.clone()
    losses = []
    for step in range(steps):
        loss = ((x @ W.T + b - y) ** 2).item()
        losses.append(loss)
        if loss < 1e-10:
            break
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% wrong="train_neuron" name="halves the learning rate whenever the loss has grown, instead of keeping lr"
def train_neuron(W, b, x, y, lr, steps):
    W, b = W.clone(), b.clone()
    losses = []
    rate = lr
    for _ in range(steps):
        loss = ((x @ W.T + b - y) ** 2).item()
        if losses and loss > losses[-1]:
            rate = rate / 2
        losses.append(loss)
        dW, db = loss_gradients(W, b, x, y)
        W = W - rate * dW
        b = b - rate * db
    return W, b, losses

# %% wrong="train_neuron" name="detach() without clone shares memory, so the in-place step changes the W and b handed in"
def train_neuron(W, b, x, y, lr, steps):
    W = W.detach().requires_grad_()
    b = b.detach().requires_grad_()
    losses = []
    for step in range(steps):
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
        W.grad, b.grad = None, None
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
    return W.detach(), b.detach(), losses

# %% right="train_neuron" name="W and b returned as leaves, without notes, requires_grad still on"
def train_neuron(W, b, x, y, lr, steps):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
        for parameter in (W, b):
            parameter.grad = None
        loss.backward()
        with torch.no_grad():
            for parameter in (W, b):
                parameter -= lr * parameter.grad
    return W, b, losses

# %% right="learning_rates" name="loop that adds up the squares"
def landing_rate(x):
    total = 1
    for value in x:
        total = total + value**2
    return 1 / (2 * total)


def breaking_rate(x):
    total = 1
    for value in x:
        total = total + value**2
    return 1 / total

# %% right="learning_rates" name="dot product in one line each"
def landing_rate(x):
    return 0.5 / (x @ x + 1)


def breaking_rate(x):
    return 2 * landing_rate(x)

# %% right="learning_rates" name="helper with the one appended for the bias"
def _curvature(x):
    inputs = torch.cat([x, x.new_ones(1)])
    return 2 * torch.einsum("i,i->", inputs, inputs)


def landing_rate(x):
    """1 - rate * curvature = 0"""
    return _curvature(x).reciprocal()


def breaking_rate(x):
    """1 - rate * curvature = -1"""
    return 2 / _curvature(x)

# %% wrong="learning_rates" name="takes the error at weights of one, which is 0 for inputs summing to 0, giving 0/0"
def landing_rate(x):
    error = x.sum()
    change = 2 * error * (x @ x) + 2 * error
    return error / change


def breaking_rate(x):
    error = x.sum()
    change = 2 * error * (x @ x) + 2 * error
    return 2 * error / change

# %% wrong="learning_rates" name="squares x in place with pow_, so the caller's example is changed"
def landing_rate(x):
    return 1 / (2 * (x.pow_(2).sum() + 1))


def breaking_rate(x):
    return 1 / ((x**2).sum() + 1)

# %% wrong="learning_rates" name="breaking_rate reuses the global left by landing_rate, stale for another x"
def landing_rate(x):
    global factor
    factor = (x**2).sum() + 1
    return 1 / (2 * factor)


def breaking_rate(x):
    return 1 / factor

# %% wrong="learning_rates" name="squeezes x before the dot product, which raises an error for a single input"
def landing_rate(x):
    v = x.squeeze()
    return 1 / (2 * (v @ v + 1))


def breaking_rate(x):
    v = x.squeeze()
    return 1 / (v @ v + 1)

# %% right="slopes_by_hand" name="chain rule written out three times"
def slope_w0(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * (y_hat - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * (y_hat - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * (y_hat - y)

# %% right="slopes_by_hand" name="expanded square, term by term"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + 2 * w1 * x0 * x1 + 2 * b * x0 - 2 * x0 * y


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + 2 * w0 * x0 * x1 + 2 * b * x1 - 2 * x1 * y


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * b + 2 * w0 * x0 + 2 * w1 * x1 - 2 * y

# %% right="slopes_by_hand" name="slope_b first, dot product of stacked vectors"
def _twice_the_error(weights, inputs, b, y):
    error = torch.dot(torch.stack(weights), torch.stack(inputs)) + b - y
    return error + error


def slope_b(w0, w1, b, x0, x1, y):
    return _twice_the_error([w0, w1], [x0, x1], b, y)


def slope_w0(w0, w1, b, x0, x1, y):
    return slope_b(w0, w1, b, x0, x1, y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return slope_b(w0, w1, b, x0, x1, y) * x1

# %% wrong="slopes_by_hand" name="expanded square forgets the cross term 2 w1 x0 x1 in slope_w0"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + 2 * b * x0 - 2 * x0 * y


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + 2 * w0 * x0 * x1 + 2 * b * x1 - 2 * x1 * y


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="gets slope_w1 from slope_w0 divided by x0 times x1, which is nan at x0 = 0"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * x0 * (w0 * x0 + w1 * x1 + b - y)


def slope_w1(w0, w1, b, x0, x1, y):
    return slope_w0(w0, w1, b, x0, x1, y) / x0 * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="multiplies slope_b by b as if the bias were its own input"
def slope_w0(w0, w1, b, x0, x1, y):
    e = w0 * x0 + w1 * x1 + b - y
    return 2 * e * x0


def slope_w1(w0, w1, b, x0, x1, y):
    e = w0 * x0 + w1 * x1 + b - y
    return 2 * e * x1


def slope_b(w0, w1, b, x0, x1, y):
    e = w0 * x0 + w1 * x1 + b - y
    return 2 * e * b

# %% wrong="slopes_by_hand" name="returns slope 0 for a weight that is itself 0, as if it took no part"
def _slope(weight, value, error):
    if weight == 0 or value == 0:
        return torch.zeros_like(error)
    return 2 * error * value


def slope_w0(w0, w1, b, x0, x1, y):
    return _slope(w0, x0, w0 * x0 + w1 * x1 + b - y)


def slope_w1(w0, w1, b, x0, x1, y):
    return _slope(w1, x1, w0 * x0 + w1 * x1 + b - y)


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="the error starts as b itself and is added up in place, so the caller's b changes"
def neuron_error(w0, w1, b, x0, x1, y):
    e = b
    e += w0 * x0
    e += w1 * x1
    e -= y
    return e


def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * neuron_error(w0, w1, b, x0, x1, y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * neuron_error(w0, w1, b, x0, x1, y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * neuron_error(w0, w1, b, x0, x1, y)

# %% wrong="slopes_by_hand" name="treats b as a constant that vanishes inside the error of both weight slopes"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="takes the root of the loss for the error, so a negative error loses its sign"
def _loss(w0, w1, b, x0, x1, y):
    return (w0 * x0 + w1 * x1 + b - y) ** 2


def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * _loss(w0, w1, b, x0, x1, y).sqrt() * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * _loss(w0, w1, b, x0, x1, y).sqrt() * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * _loss(w0, w1, b, x0, x1, y).sqrt()

# %% wrong="slopes_by_hand" name="forgets the factor 2 in slope_b only and returns the bare error"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return w0 * x0 + w1 * x1 + b - y

# %% right="autograd_manners" name="clone and backward, as in the text"
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
    f = ((x**2).detach() * x).sum()
    f.backward()
    return x.grad

# %% right="autograd_manners" name="formulas without autograd"
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * v * x**2


def frozen_square(x):
    return x * x

# %% right="autograd_manners" name="one helper with torch.autograd.grad, frozen part under no_grad"
def slope_at(x, of):
    point = x.detach().clone().requires_grad_(True)
    return torch.autograd.grad(of(point), point)[0]


def twice_squares(x):
    return slope_at(x, lambda t: 2 * t.pow(2).sum())


def weighted_cubes(x, v):
    return slope_at(x, lambda t: torch.dot(v, t * t * t))


def frozen_square(x):
    def with_held_factor(t):
        with torch.no_grad():
            held = t * t
        return (held * t).sum()

    return slope_at(x, with_held_factor)

# %% wrong="autograd_manners" name="weighted_cubes calls requires_grad_ on the caller's x without a clone"
def twice_squares(x):
    x = x.clone().requires_grad_()
    (2 * x @ x).backward()
    return x.grad


def weighted_cubes(x, v):
    x.requires_grad_()
    (x**3).backward(v)
    return x.grad


def frozen_square(x):
    x = x.clone().requires_grad_()
    (x.detach() ** 2 * x).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="frozen_square squares a detached alias in place, so the caller's x is overwritten"
def twice_squares(x):
    x = x.clone().requires_grad_()
    (2 * (x**2).sum()).backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (v * x**3).sum().backward()
    return x.grad


def frozen_square(x):
    held = x.detach()
    held *= held
    x = x.clone().requires_grad_()
    (held * x).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="weighted_cubes squeezes its gradient, shape () instead of (1,) when n is 1"
def twice_squares(x):
    x = x.clone().requires_grad_()
    loss = 2 * torch.sum(x * x)
    loss.backward()
    return x.grad


def weighted_cubes(x, v):
    jacobian = torch.autograd.functional.jacobian(lambda t: t**3, x.clone())
    return (v.reshape(1, -1) @ jacobian).squeeze()


def frozen_square(x):
    x = x.clone().requires_grad_()
    loss = torch.sum((x * x).detach() * x)
    loss.backward()
    return x.grad

# %% wrong="autograd_manners" name="copies x through a Python list, so point and gradients become float32 instead of float64"
def own_copy(x):
    return torch.tensor(x.tolist(), requires_grad=True)


def twice_squares(x):
    x = own_copy(x)
    (2 * (x @ x)).backward()
    return x.grad


def weighted_cubes(x, v):
    x = own_copy(x)
    (v * x**3).sum().backward()
    return x.grad


def frozen_square(x):
    x = own_copy(x)
    ((x**2).detach() * x).sum().backward()
    return x.grad

# %% right="slope_of_stretch" name="line through the origin: value divided by x"
def slope_of_stretch(x):
    return stretch(x) / x

# %% right="slope_of_stretch" name="counts what the loop does"
def slope_of_stretch(x):
    count = 0
    value = x
    while value.abs() < 100:
        value = 3 * value
        count = count + 1
    slope = 3.0**count
    if x < 0:
        slope = -slope / 2
    return torch.tensor(slope, dtype=x.dtype)

# %% right="slope_of_stretch" name="number of triplings by logarithm, clamped at zero"
def slope_of_stretch(x):
    triplings = torch.ceil(torch.log(100 / x.abs()) / math.log(3)).clamp(min=0)
    slope = torch.pow(3.0, triplings)
    return torch.where(x < 0, -0.5 * slope, slope)

# %% wrong="slope_of_stretch" name="compares stretch at two nearby places instead of giving a formula by hand"
def slope_of_stretch(x):
    h = 1e-6 * x.abs()
    return (stretch(x + h) - stretch(x - h)) / (2 * h)

# %% wrong="slope_of_stretch" name="divides by the absolute value, so negative x gets a positive slope"
def slope_of_stretch(x):
    return stretch(x) / torch.abs(x)

# %% wrong="slope_of_stretch" name="triples at least once before testing, so beyond 100 the slope is three times too large"
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    value = x
    while True:
        value = 3 * value
        slope = 3 * slope
        if value.abs() >= 100:
            break
    return -slope / 2 if x < 0 else slope

# %% wrong="slope_of_stretch" name="logarithm formula without a lower bound of 0, so far beyond 100 it counts negative triplings"
def slope_of_stretch(x):
    k = torch.ceil(torch.log(100 / x.abs()) / math.log(3))
    slope = 3.0**k
    if x < 0:
        slope = slope * (-0.5)
    return slope

# %% wrong="slope_of_stretch" name="looks at no more than ten triplings, too few for a thousandth, which needs eleven"
def slope_of_stretch(x):
    value, slope = x, torch.ones_like(x)
    for _ in range(10):
        if value.abs() < 100:
            value = 3 * value
            slope = 3 * slope
    if x < 0:
        slope = -slope / 2
    return slope

# %% wrong="slope_of_stretch" name="applies minus one half again to stretch(x)/x for negative x, where it is already inside"
def slope_of_stretch(x):
    slope = stretch(x) / x
    if x < 0:
        slope = -slope / 2
    return slope

# %% wrong="slope_of_stretch" name="triples the caller's x in place while counting, so x is changed afterwards"
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    while x.abs() < 100:
        x *= 3
        slope *= 3
    if x < 0:
        slope = -slope / 2
    return slope

# %% wrong="slope_of_stretch" name="builds the slope from torch.tensor(1.0), so the answer is float32 instead of float64"
def slope_of_stretch(x):
    slope = torch.tensor(1.0)
    value = x.clone()
    while value.abs() < 100:
        value = value * 3
        slope = slope * 3
    if x < 0:
        slope = slope * -0.5
    return slope

# %% right="regression_gradient" name="transposed product with the errors"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    n = X.shape[0]
    dw = X.T @ e / n
    db = e.mean()
    return dw, db

# %% right="regression_gradient" name="broadcast the errors over the columns and take the mean"
def regression_gradient(X, y, w, b):
    errors = (X * w).sum(dim=1) + b - y
    return (errors.unsqueeze(1) * X).mean(dim=0), errors.mean()

# %% right="regression_gradient" name="column of ones, einsum, split at the end"
def regression_gradient(X, y, w, b):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    residual = torch.einsum("nk,k->n", A, theta) - y
    gradient = torch.einsum("nk,n->k", A, residual) / len(y)
    return gradient[:-1], gradient[-1]

# %% wrong="regression_gradient" name="divides dw by n but returns the plain sum of the errors as db"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    dw = X.T @ e / len(y)
    db = e.sum()
    return dw, db

# %% wrong="regression_gradient" name="divides dw by the number of entries n times d instead of by n"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    return (X.T @ e) / X.numel(), e.mean()

# %% wrong="regression_gradient" name="squeezes dw, so a single input gives shape () instead of (1,)"
def regression_gradient(X, y, w, b):
    e = (X @ w + b - y).reshape(-1, 1)
    dw = (X.T @ e).squeeze() / len(e)
    db = e.mean()
    return dw, db

# %% wrong="regression_gradient" name="reshapes X to (d, n) instead of transposing, right only when n or d is 1"
def regression_gradient(X, y, w, b):
    n, d = X.shape
    e = X @ w + b - y
    dw = X.reshape(d, n) @ e / n
    db = e.sum() / n
    return dw, db

# %% wrong="regression_gradient" name="subtracts the predictions from y in place, so the caller's labels change"
def regression_gradient(X, y, w, b):
    y -= X @ w + b
    dw = -(X.T @ y) / len(y)
    db = -y.mean()
    return dw, db

# %% wrong="regression_gradient" name="multiplies the mean of the inputs by the mean error instead of averaging the products"
def regression_gradient(X, y, w, b):
    db = (X @ w + b - y).mean()
    dw = X.mean(dim=0) * db
    return dw, db

# %% wrong="regression_gradient" name="multiplies X by e untransposed whenever the shapes fit, which goes bad for a square X"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    M = X if X.shape[1] == len(e) else X.T
    return M @ e / len(e), e.mean()

# %% wrong="regression_gradient" name="predictions as a column minus y make an (n, n) table, its row means replace the errors"
def regression_gradient(X, y, w, b):
    y_hat = X @ w.reshape(-1, 1) + b
    e = (y_hat - y).mean(dim=1)
    dw = X.T @ e / X.shape[0]
    return dw, e.mean()

# %% right="normal_equations" name="column of ones and solve"
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1]

# %% right="normal_equations" name="centred inputs and labels, bias from the means"
def normal_equations(X, y):
    x_mean, y_mean = X.mean(dim=0), y.mean()
    centred = X - x_mean
    w = torch.linalg.solve(centred.T @ centred, centred.T @ (y - y_mean))
    b = y_mean - x_mean @ w
    return w, b

# %% right="normal_equations" name="numpy least squares on the way"
import numpy as np


def normal_equations(X, y):
    n, d = X.shape
    A = np.hstack([np.ones((n, 1)), X.numpy().astype(np.float64)])
    theta, *_ = np.linalg.lstsq(A, y.numpy().astype(np.float64), rcond=None)
    theta = torch.from_numpy(theta).to(X.dtype)
    return theta[1:], theta[0]

# %% wrong="normal_equations" name="adds 1e-8 to the diagonal for safety, which spoils inputs that are thousandths"
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    M = A.T @ A + 1e-8 * torch.eye(A.shape[1], dtype=X.dtype)
    theta = torch.linalg.solve(M, A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="centres X in place with -=, so the caller's table is changed"
def normal_equations(X, y):
    middle = X.mean(dim=0)
    X -= middle
    w = torch.linalg.solve(X.T @ X, X.T @ (y - y.mean()))
    b = y.mean() - middle @ w
    return w, b

# %% wrong="normal_equations" name="walks 5000 steps with fixed rate 0.1, which explodes for inputs in the thousands"
def normal_equations(X, y):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for _ in range(5000):
        dw, db = regression_gradient(X, y, w, b)
        w = w - 0.1 * dw
        b = b - 0.1 * db
    return w, b

# %% wrong="normal_equations" name="fits each input alone as covariance over variance, which ignores that inputs are correlated"
def normal_equations(X, y):
    Xc = X - X.mean(dim=0)
    yc = y - y.mean()
    w = (Xc * yc[:, None]).sum(dim=0) / (Xc**2).sum(dim=0)
    b = y.mean() - X.mean(dim=0) @ w
    return w, b

# %% right="minibatches" name="loop over the starts and slice the order"
def minibatches(X, y, batch_size, order):
    parts = []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        parts.append((X[rows], y[rows]))
    return parts

# %% right="minibatches" name="torch.split in a comprehension"
def minibatches(X, y, batch_size, order):
    return [(X[rows], y[rows]) for rows in torch.split(order, batch_size)]

# %% right="minibatches" name="PyTorch's DataLoader with the order as its sampler"
from torch.utils.data import DataLoader, TensorDataset


def minibatches(X, y, batch_size, order):
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, sampler=order.tolist())
    return [tuple(pair) for pair in loader]

# %% wrong="minibatches" name="returns X and y in their original order when batch_size is larger than n"
def minibatches(X, y, batch_size, order):
    n = len(y)
    if batch_size > n:
        return [(X, y)]
    batches = []
    for start in range(0, n, batch_size):
        rows = order[start : start + batch_size]
        batches.append((X[rows], y[rows]))
    return batches

# %% wrong="minibatches" name="shuffles by writing X[order] back into X and y, so the caller's data are reordered"
def minibatches(X, y, batch_size, order):
    X[:] = X[order]
    y[:] = y[order]
    return list(zip(X.split(batch_size), y.split(batch_size)))

# %% wrong="minibatches" name="makes n // batch_size + 1 parts, so the last pair is empty when n divides evenly"
def minibatches(X, y, batch_size, order):
    count = len(order) // batch_size + 1
    pairs = []
    for k in range(count):
        rows = order[k * batch_size : (k + 1) * batch_size]
        pairs.append((X[rows], y[rows]))
    return pairs

# %% wrong="minibatches" name="reads order as the target place of each row, which is the inverse permutation"
def minibatches(X, y, batch_size, order):
    X_new = torch.empty_like(X)
    y_new = torch.empty_like(y)
    for i in range(len(order)):
        X_new[order[i]] = X[i]
        y_new[order[i]] = y[i]
    result = []
    for start in range(0, len(order), batch_size):
        result.append((X_new[start : start + batch_size], y_new[start : start + batch_size]))
    return result

# %% right="sgd" name="minibatches and regression_gradient in two loops"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w = w - lr * dw
            b = b - lr * db
    return w, b

# %% right="sgd" name="autograd with steps in place under no_grad"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    for k in range(orders.shape[0]):
        for start in range(0, orders.shape[1], batch_size):
            rows = orders[k, start : start + batch_size]
            y_hat = X[rows] @ w + b
            loss = ((y_hat - y[rows]) ** 2).mean() / 2
            w.grad = None
            b.grad = None
            loss.backward()
            with torch.no_grad():
                w -= lr * w.grad
                b -= lr * b.grad
    return w.detach(), b.detach()

# %% right="sgd" name="one long parameter vector with a column of ones, generator of row numbers"
def handfuls(orders, size):
    for order in orders:
        yield from order.split(size)


def sgd(X, y, batch_size, lr, orders):
    A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
    theta = X.new_zeros(A.shape[1])
    for rows in handfuls(orders, batch_size):
        part = A[rows]
        theta = theta - lr * (part.T @ (part @ theta - y[rows])) / len(rows)
    w, b = theta[:-1], theta[-1]
    return w, b

# %% wrong="sgd" name="divides by batch_size even when the minibatch has fewer rows, so its step is too short"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            e = X_part @ w + b - y_part
            w = w - lr * (X_part.T @ e) / batch_size
            b = b - lr * e.sum() / batch_size
    return w, b

# %% wrong="sgd" name="returns the parameters of the epoch with the lowest loss instead of the final ones"
def sgd(X, y, batch_size, lr, orders):
    w = X.new_zeros(X.shape[1])
    b = X.new_zeros(())
    best_loss, best = math.inf, (w, b)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w, b = w - lr * dw, b - lr * db
        loss = ((X @ w + b - y) ** 2).mean().item() / 2
        if loss < best_loss:
            best_loss, best = loss, (w, b)
    return best

# %% wrong="sgd" name="joins all epochs to one long order, so minibatches reach across the end of an epoch"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for X_part, y_part in minibatches(X, y, batch_size, orders.reshape(-1)):
        dw, db = regression_gradient(X_part, y_part, w, b)
        w = w - lr * dw
        b = b - lr * db
    return w, b

# %% wrong="sgd" name="converts X and y to float32 at the start, so float64 data give float32 parameters"
def sgd(X, y, batch_size, lr, orders):
    X, y = X.float(), y.float()
    w = torch.zeros(X.shape[1])
    b = torch.tensor(0.0)
    for order in orders:
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            dw, db = regression_gradient(X[rows], y[rows], w, b)
            w -= lr * dw
            b -= lr * db
    return w, b

# %% right="negative_log_likelihood" name="the formula, vectorised"
def negative_log_likelihood(y_hat, y, sigma):
    constant = 0.5 * math.log(2 * math.pi * sigma**2)
    return (constant + (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% right="negative_log_likelihood" name="loop over the examples"
def negative_log_likelihood(y_hat, y, sigma):
    total = 0
    for i in range(len(y)):
        error = y_hat[i] - y[i]
        total = total + math.log(2 * math.pi * sigma**2) / 2
        total = total + error * error / (2 * sigma**2)
    return total

# %% right="negative_log_likelihood" name="torch.distributions.Normal and its log_prob"
from torch.distributions import Normal


def negative_log_likelihood(y_hat, y, sigma):
    return -Normal(loc=y_hat, scale=torch.full_like(y_hat, sigma)).log_prob(y).sum()

# %% wrong="negative_log_likelihood" name="gaussian_nll_loss with its default eps raises variances below 1e-6, so small sigma is off"
def negative_log_likelihood(y_hat, y, sigma):
    variance = torch.full_like(y, sigma**2)
    return torch.nn.functional.gaussian_nll_loss(y_hat, y, variance, full=True, reduction="sum")

# %% wrong="negative_log_likelihood" name="cuts each example's term off at 0, as if a density could not exceed 1"
def negative_log_likelihood(y_hat, y, sigma):
    each = math.log(2 * math.pi * sigma**2) / 2 + (y_hat - y) ** 2 / (2 * sigma**2)
    return each.clamp(min=0).sum()

# %% wrong="negative_log_likelihood" name="computes the error with -= on y_hat, so the caller's predictions change"
def negative_log_likelihood(y_hat, y, sigma):
    y_hat -= y
    n = len(y)
    return n * math.log(sigma * math.sqrt(2 * math.pi)) + (y_hat**2).sum() / (2 * sigma**2)

# %% wrong="negative_log_likelihood" name="takes the log of the density kept above the tiniest float, too small for far errors"
def negative_log_likelihood(y_hat, y, sigma):
    density = normal_density(y, y_hat, sigma)
    density = density.clamp(min=torch.finfo(density.dtype).tiny)
    return -density.log().sum()

# %% right="weighted_line" name="weighted normal equations, weights scaled by the smallest sigma"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    weights = (sigma.min() / sigma) ** 2
    left = A.T @ (weights[:, None] * A)
    right = A.T @ (weights * y)
    theta = torch.linalg.solve(left, right)
    return theta[:-1], theta[-1]

# %% right="weighted_line" name="each row divided by its relative sigma, then least squares"
def weighted_line(X, y, sigma):
    relative = sigma / sigma.min()
    A = torch.hstack([X, X.new_ones(len(y), 1)]) / relative[:, None]
    target = (y / relative)[:, None]
    theta = torch.linalg.lstsq(A, target).solution[:, 0]
    return theta[:-1], theta[-1]

# %% right="weighted_line" name="weighted means taken away, bias from the means"
def weighted_line(X, y, sigma):
    share = (sigma.min() / sigma).square()
    share = share / share.sum()
    x_mean = share @ X
    y_mean = torch.dot(share, y)
    Xc = X - x_mean
    S = torch.einsum("n,ni,nj->ij", share, Xc, Xc)
    t = torch.einsum("n,ni,n->i", share, Xc, y - y_mean)
    w = torch.linalg.solve(S, t)
    return w, y_mean - x_mean @ w

# %% wrong="weighted_line" name="adds 1e-8 to the squared sigma, so tiny sigmas all get nearly the same weight"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    weights = 1 / (sigma**2 + 1e-8)
    theta = torch.linalg.solve(A.T @ (weights[:, None] * A), A.T @ (weights * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="scales y by the weights in place with *=, so the caller's labels change"
def weighted_line(X, y, sigma):
    root = sigma.min() / sigma
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    A *= root[:, None]
    y *= root
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="rounds the squared ratios of the sigmas to whole copies of each example"
def weighted_line(X, y, sigma):
    copies = ((sigma.max() / sigma) ** 2).round()
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    M = (A * copies[:, None]).T @ A
    theta = torch.linalg.solve(M, A.T @ (copies * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="divides X and y by sigma but leaves the column of ones in normal_equations undivided"
def weighted_line(X, y, sigma):
    relative = sigma / sigma.min()
    return normal_equations(X / relative[:, None], y / relative)
