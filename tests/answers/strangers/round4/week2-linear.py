# %% right="linear" name="one matrix product"
def linear(X, W, b):
    return X @ W.T + b

# %% right="linear" name="beginner's loops over rows and neurons"
def linear(X, W, b):
    single = X.dim() == 1
    examples = [X] if single else X
    table = []
    for x in examples:
        row = []
        for j in range(len(W)):
            total = b[j]
            for k in range(W.shape[1]):
                total = total + x[k] * W[j, k]
            row.append(total)
        table.append(torch.stack(row))
    if single:
        return table[0]
    return torch.stack(table)

# %% right="linear" name="einsum with an ellipsis"
def linear(X, W, b):
    return torch.einsum("...i,oi->...o", X, W).add(b)

# %% wrong="linear" name="skips the transposition when in equals out, so square W is multiplied the wrong way round"
def linear(X, W, b):
    if X.shape[-1] == W.shape[0]:
        return X @ W + b
    return X @ W.T + b

# %% wrong="linear" name="a table with one row is taken for a single example, returns (out,) for (1, in)"
def linear(X, W, b):
    table = X.reshape(-1, W.shape[1])
    result = table @ W.T + b
    if len(result) == 1:
        return result[0]
    return result

# %% wrong="linear" name="reshapes the (out, n) product to (n, out) instead of transposing it, numbers land in wrong cells"
def linear(X, W, b):
    if X.dim() == 1:
        return W @ X + b
    result = W @ X.T + b[:, None]
    return result.reshape(len(X), len(W))

# %% wrong="linear" name="squeezes the result, so one neuron gives (n,) and a one-row table loses its row"
def linear(X, W, b):
    y_hat = torch.matmul(X, W.T) + b
    return y_hat if y_hat.dim() == 1 else y_hat.squeeze()

# %% right="neuron_module" name="plain, with dtype float32"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return linear(X, self.W, self.b)

# %% right="neuron_module" name="functional linear and torch.Tensor constructor"
import torch.nn as nn
import torch.nn.functional as F


class Neuron(nn.Module):
    """One neuron with two inputs."""

    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = nn.Parameter(torch.Tensor([[float(w0), float(w1)]]))
        self.b = nn.Parameter(torch.Tensor([float(b)]))

    def forward(self, X):
        return F.linear(X, self.W, self.b)

# %% right="neuron_module" name="empty parameters filled later, product by broadcasting"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.empty(1, 2))
        self.b = torch.nn.Parameter(torch.empty(1))
        with torch.no_grad():
            self.W[0, 0] = w0
            self.W[0, 1] = w1
            self.b.fill_(b)

    def forward(self, X):
        x0, x1 = X[..., 0:1], X[..., 1:2]
        return x0 * self.W[0, 0] + x1 * self.W[0, 1] + self.b

# %% wrong="neuron_module" name="no dtype given, so whole numbers make integer tensors and Parameter refuses them"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]]))
        self.b = torch.nn.Parameter(torch.tensor([b]))

    def forward(self, X):
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="the bias is a bare tensor, not wrapped in Parameter, so it is never trained"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[float(w0), float(w1)]]))
        self.b = torch.tensor([float(b)])

    def forward(self, X):
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="single example recognised by len(X) == 2, so a table of two examples is summed up whole"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        if len(X) == 2:
            return (self.W[0] * X).sum() + self.b
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="reshapes to a table and unpacks whenever there is one row, (1, 2) gives (1,)"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]]).float())
        self.b = torch.nn.Parameter(torch.tensor([b]).float())

    def forward(self, X):
        table = X.view(-1, 2)
        y_hat = table @ self.W.T + self.b
        return y_hat[0] if y_hat.shape[0] == 1 else y_hat

# %% right="loss_gradients" name="clone, backward, grad"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    y_hat = x @ W.T + b
    loss = (y_hat - y) ** 2
    loss.backward()
    return W.grad, b.grad

# %% right="loss_gradients" name="torch.autograd.grad on detached copies"
def loss_gradients(W, b, x, y):
    params = [p.detach().clone().requires_grad_() for p in (W, b)]
    loss = torch.square(linear(x, *params) - y).sum()
    return tuple(torch.autograd.grad(loss, params))

# %% right="loss_gradients" name="functional gradient with argnums"
from torch.func import grad


def squared_error(W, b, x, y):
    prediction = (W[0] * x).sum() + b[0]
    return (prediction - y[0]) ** 2


def loss_gradients(W, b, x, y):
    dW, db = grad(squared_error, argnums=(0, 1))(W, b, x, y)
    return dW, db

# %% wrong="loss_gradients" name="only W is cloned, requires_grad_ is switched on for the caller's own b"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b.requires_grad_()
    b.grad = None
    loss = (x @ W.T + b - y) ** 2
    loss.backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="puts a factor one half before the square, so both gradients are half as large"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    loss = 0.5 * (x @ W.T + b - y) ** 2
    loss.backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="goes backward once for each parameter, so the bias gradient piles up to twice its value"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    loss = (x @ W.T + b - y) ** 2
    loss.backward(retain_graph=True)
    dW = W.grad.clone()
    loss.backward()
    db = b.grad.clone()
    return dW, db

# %% wrong="loss_gradients" name="uses the caller's tensors and switches notes off afterwards, leaves .grad there and adds on a second call"
def loss_gradients(W, b, x, y):
    W.requires_grad_()
    b.requires_grad_()
    loss = (x @ W.T + b - y) ** 2
    loss.backward()
    dW, db = W.grad.clone(), b.grad.clone()
    W.requires_grad_(False)
    b.requires_grad_(False)
    return dW, db

# %% right="gradient_of_each" name="the loop mended with grad = None"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        loss = (X[i] @ W.T + b - y[i]) ** 2
        W.grad = None
        loss.backward()
        rows.append(W.grad[0].clone())
    return torch.stack(rows)

# %% right="gradient_of_each" name="formula with errors as a column"
def gradient_of_each(X, y, W, b):
    e = X @ W[0] + b - y
    return 2 * e.unsqueeze(1) * X

# %% right="gradient_of_each" name="one copy of the weights for each example, one backward"
def gradient_of_each(X, y, W, b):
    n = X.shape[0]
    copies = W.detach().repeat(n, 1).requires_grad_()
    predictions = torch.einsum("nd,nd->n", X, copies) + b
    total = ((predictions - y) ** 2).sum()
    (answer,) = torch.autograd.grad(total, copies)
    return answer

# %% wrong="gradient_of_each" name="clears with zero_ but keeps the gradient without clone, so all rows show the last one"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        loss = (X[i] @ W.T + b - y[i]) ** 2
        if W.grad is not None:
            W.grad.zero_()
        loss.backward()
        rows.append(W.grad[0])
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="compares each prediction with all labels because the index i on y is missing"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        loss = ((X[i] @ W.T + b - y) ** 2).sum()
        W.grad = None
        loss.backward()
        rows.append(W.grad[0].clone())
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="takes the gradient with respect to the examples X instead of the weights W"
def gradient_of_each(X, y, W, b):
    X = X.clone().requires_grad_()
    errors = X @ W[0] + b - y
    (errors**2).sum().backward()
    return X.grad

# %% wrong="gradient_of_each" name="stacks (1, d) gradients and squeezes all dimensions, loses axis for n = 1 or d = 1"
def gradient_of_each(X, y, W, b):
    rows = []
    for x_i, y_i in zip(X, y):
        W_i = W.clone().requires_grad_()
        loss = (x_i @ W_i.T + b - y_i) ** 2
        loss.backward()
        rows.append(W_i.grad)
    return torch.stack(rows).squeeze()

# %% right="one_step" name="calls loss_gradients"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    W_new = W - lr * dW
    b_new = b - lr * db
    return W_new, b_new

# %% right="one_step" name="formula twice the error times the input"
def one_step(W, b, x, y, lr):
    with torch.no_grad():
        e = (W * x).sum() + b - y
        return W - lr * 2 * e * x, b - lr * 2 * e

# %% right="one_step" name="ready-made optimiser on copies"
def one_step(W, b, x, y, lr):
    W_copy = torch.nn.Parameter(W.detach().clone())
    b_copy = torch.nn.Parameter(b.detach().clone())
    optimiser = torch.optim.SGD([W_copy, b_copy], lr=lr)
    optimiser.zero_grad()
    loss = torch.nn.functional.mse_loss(linear(x, W_copy, b_copy), y)
    loss.backward()
    optimiser.step()
    return W_copy.detach(), b_copy.detach()

# %% wrong="one_step" name="W_new is only a second name for W, and the minus-equals changes the caller's tensors"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    W_new, b_new = W, b
    W_new -= lr * dW
    b_new -= lr * db
    return W_new, b_new

# %% wrong="one_step" name="computes the bias slope after the weights moved, at W_new instead of the old W"
def one_step(W, b, x, y, lr):
    dW, _ = loss_gradients(W, b, x, y)
    W_new = W - lr * dW
    _, db = loss_gradients(W_new, b, x, y)
    b_new = b - lr * db
    return W_new, b_new

# %% wrong="one_step" name="tests whether the loss fell and hands back the old parameters when it did not"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    W_new = W - lr * dW
    b_new = b - lr * db
    before = (x @ W.T + b - y) ** 2
    after = (x @ W_new.T + b_new - y) ** 2
    if after > before:
        return W.clone(), b.clone()
    return W_new, b_new

# %% wrong="one_step" name="takes the step outside no_grad, so the new parameters still carry autograd's notes"
def one_step(W, b, x, y, lr):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    loss = (x @ W.T + b - y) ** 2
    loss.backward()
    W_new = W - lr * W.grad
    b_new = b - lr * b.grad
    return W_new, b_new

# %% right="train_neuron" name="repeats one_step"
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% right="train_neuron" name="the five lines on clones"
def train_neuron(W, b, x, y, lr, steps):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    losses = []
    for step in range(steps):
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
        W.grad = None
        b.grad = None
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
    return W.detach(), b.detach(), losses

# %% right="train_neuron" name="numpy with the formula for the slopes"
import numpy as np


def train_neuron(W, b, x, y, lr, steps):
    weights, bias = W.detach().numpy().copy(), b.detach().numpy().copy()
    inputs, label = x.numpy(), y.numpy()
    losses = []
    for _ in range(steps):
        error = weights @ inputs + bias - label
        losses.append(float((error**2)[0]))
        weights = weights - 2 * lr * error[:, None] * inputs[None, :]
        bias = bias - 2 * lr * error
    return torch.from_numpy(weights), torch.from_numpy(bias), losses

# %% wrong="train_neuron" name="breaks off the loop as soon as the loss is nearly zero, so the list is too short"
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        loss = ((x @ W.T + b - y) ** 2).item()
        losses.append(loss)
        if loss < 1e-12:
            break
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% wrong="train_neuron" name="detach instead of clone shares the memory, so the in-place steps change the caller's W and b"
def train_neuron(W, b, x, y, lr, steps):
    W = W.detach().requires_grad_()
    b = b.detach().requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
        W.grad, b.grad = None, None
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
    return W.detach(), b.detach(), losses

# %% wrong="train_neuron" name="clears only the gradient of W, that of b piles up from step to step"
def train_neuron(W, b, x, y, lr, steps):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
        W.grad = None
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
    return W.detach(), b.detach(), losses

# %% wrong="train_neuron" name="writes down the loss after each step instead of before it, the list is shifted by one"
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        W, b = one_step(W, b, x, y, lr)
        losses.append(((x @ W.T + b - y) ** 2).item())
    return W, b, losses

# %% right="learning_rates" name="compact formulas"
def landing_rate(x):
    return 1 / (2 * (x @ x + 1))


def breaking_rate(x):
    return 1 / (x @ x + 1)

# %% right="learning_rates" name="beginner's loop"
def landing_rate(x):
    total = 1.0
    for i in range(len(x)):
        total = total + x[i] ** 2
    return 0.5 / total


def breaking_rate(x):
    total = 1.0
    for i in range(len(x)):
        total = total + x[i] ** 2
    return 1.0 / total

# %% right="learning_rates" name="input extended by a one for the bias, helper"
def _squared_length_with_bias(x):
    return torch.cat([x, torch.ones_like(x[:1])]).square().sum()


def landing_rate(x):
    return _squared_length_with_bias(x).mul(2).reciprocal()


def breaking_rate(x):
    return 2 * landing_rate(x)

# %% wrong="learning_rates" name="returns infinity when all inputs are zero, forgetting that the bias still learns"
def landing_rate(x):
    if (x == 0).all():
        return torch.tensor(math.inf, dtype=x.dtype)
    return 1 / (2 * (x @ x + 1))


def breaking_rate(x):
    if (x == 0).all():
        return torch.tensor(math.inf, dtype=x.dtype)
    return 1 / (x @ x + 1)

# %% wrong="learning_rates" name="adds the bias's 1 inside the sum, once for each input, right only for d = 1"
def landing_rate(x):
    return 1 / (2 * (x**2 + 1).sum())


def breaking_rate(x):
    return 1 / (x**2 + 1).sum()

# %% wrong="learning_rates" name="row times column product without removing the axis, returns shape (1,) instead of ()"
def landing_rate(x):
    square = x.reshape(1, -1) @ x
    return 1 / (2 * (square + 1))


def breaking_rate(x):
    square = x.reshape(1, -1) @ x
    return 1 / (square + 1)

# %% wrong="learning_rates" name="leaves out the bias's 1 in both denominators, infinite for an example of zeros"
def landing_rate(x):
    return 1 / (2 * (x**2).sum())


def breaking_rate(x):
    return 1 / (x**2).sum()

# %% right="slopes_by_hand" name="direct formulas"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% right="slopes_by_hand" name="expanded square, term by term"
def slope_w0(w0, w1, b, x0, x1, y):
    own = 2 * w0 * x0**2
    mixed = 2 * w1 * x0 * x1 + 2 * x0 * b - 2 * x0 * y
    return own + mixed


def slope_w1(w0, w1, b, x0, x1, y):
    own = 2 * w1 * x1**2
    mixed = 2 * w0 * x0 * x1 + 2 * x1 * b - 2 * x1 * y
    return own + mixed


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * b + 2 * w0 * x0 + 2 * w1 * x1 - 2 * y

# %% right="slopes_by_hand" name="vector of all slopes in a helper"
def _all_slopes(w0, w1, b, x0, x1, y):
    theta = torch.stack([w0, w1, b])
    inputs = torch.stack([x0, x1, torch.ones_like(x0)])
    error = torch.dot(theta, inputs) - y
    return 2 * error * inputs


def slope_w0(*args, **kwargs):
    return _all_slopes(*args, **kwargs)[0]


def slope_w1(*args, **kwargs):
    return _all_slopes(*args, **kwargs)[1]


def slope_b(*args, **kwargs):
    return _all_slopes(*args, **kwargs)[2]

# %% wrong="slopes_by_hand" name="slope_w1 was copied from slope_w0 and still multiplies with x0 instead of x1"
def slope_w0(w0, w1, b, x0, x1, y):
    error = w0 * x0 + w1 * x1 + b - y
    return 2 * error * x0


def slope_w1(w0, w1, b, x0, x1, y):
    error = w0 * x0 + w1 * x1 + b - y
    return 2 * error * x0


def slope_b(w0, w1, b, x0, x1, y):
    error = w0 * x0 + w1 * x1 + b - y
    return 2 * error

# %% wrong="slopes_by_hand" name="takes the error as the square root of the loss, so negative errors lose their sign"
def _error(w0, w1, b, x0, x1, y):
    L = (w0 * x0 + w1 * x1 + b - y) ** 2
    return torch.sqrt(L)


def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * _error(w0, w1, b, x0, x1, y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * _error(w0, w1, b, x0, x1, y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * _error(w0, w1, b, x0, x1, y)

# %% wrong="slopes_by_hand" name="writes the slope as 2 L divided by the error, NaN where the error is exactly zero"
def slope_b(w0, w1, b, x0, x1, y):
    error = w0 * x0 + w1 * x1 + b - y
    L = error**2
    return 2 * L / error


def slope_w0(w0, w1, b, x0, x1, y):
    return slope_b(w0, w1, b, x0, x1, y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return slope_b(w0, w1, b, x0, x1, y) * x1

# %% wrong="slopes_by_hand" name="gets slope_w1 from slope_w0 by the ratio x1 / x0, NaN where x0 is zero"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return slope_w0(w0, w1, b, x0, x1, y) * x1 / x0


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="starts the sum with the caller's b and adds to it in place, so b is changed"
def _error(w0, w1, b, x0, x1, y):
    total = b
    total += w0 * x0
    total += w1 * x1
    return total - y


def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * _error(w0, w1, b, x0, x1, y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * _error(w0, w1, b, x0, x1, y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * _error(w0, w1, b, x0, x1, y)

# %% wrong="slopes_by_hand" name="expands the square without the mixed term 2 w0 x0 w1 x1 in both weight slopes"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + 2 * x0 * (b - y)


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + 2 * x1 * (b - y)


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="slope_b is the bare error, the factor 2 from the square is missing there"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * x0 * (w0 * x0 + w1 * x1 + b - y)


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * x1 * (w0 * x0 + w1 * x1 + b - y)


def slope_b(w0, w1, b, x0, x1, y):
    return w0 * x0 + w1 * x1 + b - y

# %% wrong="slopes_by_hand" name="slope_b multiplies twice the error with b itself, which equals 1 in the visible example"
def slope_w0(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * (y_hat - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * (y_hat - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return 2 * (y_hat - y) * b

# %% right="autograd_manners" name="autograd with clone and backward"
def twice_squares(x):
    x = x.clone().requires_grad_()
    (2 * (x @ x)).backward()
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

# %% right="autograd_manners" name="formulas"
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * v * x * x


def frozen_square(x):
    return x**2

# %% right="autograd_manners" name="helper with autograd.grad and small functions"
def _gradient(f, x, weights=None):
    point = x.detach().clone().requires_grad_()
    return torch.autograd.grad(f(point), point, grad_outputs=weights)[0]


def twice_squares(x):
    return _gradient(lambda t: 2 * t.dot(t), x)


def weighted_cubes(x, v):
    return _gradient(lambda t: t.pow(3), x, weights=v)


def frozen_square(x):
    constant = x.square()
    return _gradient(lambda t: torch.sum(constant * t), x)

# %% wrong="autograd_manners" name="frozen_square holds the second factor x still instead of x squared, gives 2 x squared"
def twice_squares(x):
    x = x.clone().requires_grad_()
    (2 * x @ x).backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (x**3).backward(v)
    return x.grad


def frozen_square(x):
    x = x.clone().requires_grad_()
    (x**2 * x.detach()).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="twice_squares forgets the clone and switches on requires_grad for the caller's x"
def twice_squares(x):
    x.requires_grad_()
    x.grad = None
    f = 2 * (x @ x)
    f.backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.detach().clone().requires_grad_()
    (x**3).backward(v)
    return x.grad


def frozen_square(x):
    x = x.detach().clone().requires_grad_()
    ((x**2).detach() * x).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="weighted_cubes multiplies into v in place, so the caller's weights are overwritten"
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    v *= 3 * x**2
    return v.clone()


def frozen_square(x):
    return x**2

# %% wrong="autograd_manners" name="weighted_cubes goes backward from the mean instead of the sum, right only for n = 1"
def twice_squares(x):
    x = x.clone().requires_grad_()
    (2 * (x**2).sum()).backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (v * x**3).mean().backward()
    return x.grad


def frozen_square(x):
    x = x.clone().requires_grad_()
    held = (x**2).detach()
    (held * x).sum().backward()
    return x.grad

# %% right="slope_of_stretch" name="one point on a line through the origin"
def slope_of_stretch(x):
    return stretch(x) / x

# %% right="slope_of_stretch" name="counts the triplings in a loop"
def slope_of_stretch(x):
    value = x.item()
    slope = 1.0
    while abs(value) < 100:
        value = 3 * value
        slope = 3 * slope
    if value < 0:
        slope = -slope / 2
    return torch.tensor(slope, dtype=torch.float64)

# %% right="slope_of_stretch" name="number of triplings by a logarithm"
def slope_of_stretch(x):
    triplings = torch.ceil(torch.log(100 / x.abs()) / math.log(3.0)).clamp(min=0)
    steep = torch.pow(torch.tensor(3.0, dtype=x.dtype), triplings)
    return torch.where(x < 0, -0.5 * steep, steep)

# %% wrong="slope_of_stretch" name="stretches |x| and divides by x, so the halving of negative inputs is lost"
def slope_of_stretch(x):
    return stretch(x.abs()) / x

# %% wrong="slope_of_stretch" name="triples at most ten times, too few for inputs as small as a thousandth"
def slope_of_stretch(x):
    t = x.clone()
    slope = torch.ones_like(x)
    for _ in range(10):
        if t.abs() < 100:
            t = 3 * t
            slope = 3 * slope
    if x < 0:
        slope = -slope / 2
    return slope

# %% wrong="slope_of_stretch" name="triples once before the first test, so inputs beyond 100 get three times the slope"
def slope_of_stretch(x):
    t = x.clone()
    slope = torch.ones_like(x)
    while True:
        t = 3 * t
        slope = 3 * slope
        if t.abs() >= 100:
            break
    return slope if x > 0 else -slope / 2

# %% wrong="slope_of_stretch" name="the logarithm formula lacks the clamp at 0, negative numbers of triplings far beyond 100"
def slope_of_stretch(x):
    k = torch.ceil(torch.log(100 / x.abs()) / math.log(3))
    slope = 3.0**k
    if x < 0:
        slope = -slope / 2
    return slope

# %% wrong="slope_of_stretch" name="triples a second name of x in place, so the caller's x is changed"
def slope_of_stretch(x):
    t = x
    factor = 1.0
    while t.abs() < 100:
        t *= 3
        factor *= 3
    if t < 0:
        factor = -factor / 2
    return torch.tensor(factor, dtype=torch.float64)

# %% wrong="slope_of_stretch" name="returns slope 1 whenever |x| is 100 or more, also for negative inputs where it is -0.5"
def slope_of_stretch(x):
    if x.abs() >= 100:
        return torch.ones_like(x)
    n, t = 0, x
    while t.abs() < 100:
        t = t * 3
        n += 1
    sign = 1.0 if x > 0 else -0.5
    return sign * 3.0**n * torch.ones_like(x)

# %% wrong="slope_of_stretch" name="wraps the Python slope in torch.tensor without a dtype, so the answer is float32"
def slope_of_stretch(x):
    n = 0
    t = float(x)
    while abs(t) < 100:
        t *= 3
        n += 1
    slope = 3.0**n
    if t < 0:
        slope *= -0.5
    return torch.tensor(slope)

# %% wrong="slope_of_stretch" name="takes three times the number of triplings instead of three to that power"
def slope_of_stretch(x):
    count = 0
    t = x
    while t.abs() < 100:
        t = 3 * t
        count += 1
    slope = 3.0 * count if count > 0 else 1.0
    if t < 0:
        slope = -slope / 2
    return torch.tensor(slope, dtype=x.dtype)

# %% right="regression_gradient" name="transposed product over n"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    return X.T @ e / len(y), e.mean()

# %% right="regression_gradient" name="errors as a column, mean down the rows"
def regression_gradient(X, y, w, b):
    y_hat = (X * w).sum(dim=1) + b
    error = y_hat - y
    table = error.reshape(-1, 1) * X
    dw = table.mean(dim=0)
    db = error.mean()
    return dw, db

# %% right="regression_gradient" name="column of ones and einsum"
def with_ones(X):
    return torch.cat([X, torch.ones_like(X[:, :1])], dim=1)


def regression_gradient(X, y, w, b):
    A = with_ones(X)
    theta = torch.cat([w, b.reshape(1)])
    residual = torch.einsum("nd,d->n", A, theta) - y
    g = torch.einsum("n,nd->d", residual, A) / X.shape[0]
    return g[:-1], g[-1]

# %% wrong="regression_gradient" name="divides dw by the number of inputs d instead of the number of examples n"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    dw = X.T @ e / X.shape[1]
    db = e.mean()
    return dw, db

# %% wrong="regression_gradient" name="db is the sum of the errors instead of their mean, right only for n = 1"
def regression_gradient(X, y, w, b):
    n = X.shape[0]
    e = X @ w + b - y
    dw = (X.T @ e) / n
    db = e.sum()
    return dw, db

# %% wrong="regression_gradient" name="squeezes dw, so a single input gives shape () instead of (1,)"
def regression_gradient(X, y, w, b):
    e = (X @ w + b - y).unsqueeze(1)
    dw = (X.T @ e).squeeze() / len(X)
    db = e.mean()
    return dw, db

# %% wrong="regression_gradient" name="multiplies mean input with mean error instead of averaging the products over the examples"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    db = e.mean()
    dw = X.mean(dim=0) * db
    return dw, db

# %% wrong="regression_gradient" name="subtracts the predictions from y in place, so the caller's labels are overwritten"
def regression_gradient(X, y, w, b):
    y -= X @ w + b
    n = len(y)
    dw = -(X.T @ y) / n
    db = -y.mean()
    return dw, db

# %% wrong="regression_gradient" name="predictions as (n, 1) minus labels (n,) broadcast to a table, each compared with all labels"
def regression_gradient(X, y, w, b):
    y_hat = X @ w.reshape(-1, 1) + b
    e = (y_hat - y).mean(dim=1)
    dw = X.T @ e / len(X)
    db = e.mean()
    return dw, db

# %% wrong="regression_gradient" name="keeps the dimension in the mean of the errors, db has shape (1,) instead of ()"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    dw = (e[:, None] * X).mean(dim=0)
    db = e.mean(dim=0, keepdim=True)
    return dw, db

# %% wrong="regression_gradient" name="keeps the factor 2 of the square in dw although the one half cancels it"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    dw = 2 * X.T @ e / len(X)
    db = e.mean()
    return dw, db

# %% right="normal_equations" name="column of ones and solve"
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1]

# %% right="normal_equations" name="centred columns, bias from the means"
def normal_equations(X, y):
    centre, level = X.mean(dim=0), y.mean()
    Z = X - centre
    w = torch.linalg.solve(Z.T @ Z, Z.T @ (y - level))
    b = level - centre @ w
    return w, b

# %% right="normal_equations" name="numpy least squares in float64"
import numpy as np


def normal_equations(X, y):
    table = X.detach().numpy().astype(np.float64)
    A = np.column_stack([np.ones(len(table)), table])
    theta, *_ = np.linalg.lstsq(A, y.detach().numpy().astype(np.float64), rcond=None)
    theta = torch.from_numpy(theta).to(X.dtype)
    return theta[1:], theta[0]

# %% wrong="normal_equations" name="adds 1e-8 to the diagonal for safety, which is too much for inputs in thousandths"
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    M = A.T @ A + 1e-8 * torch.eye(A.shape[1], dtype=X.dtype)
    theta = torch.linalg.solve(M, A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="rounds the answer to four decimals, which spoils small weights of inputs in the thousands"
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    theta = torch.round(theta, decimals=4)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="centres X with minus-equals, so the caller's table is changed"
def normal_equations(X, y):
    m = X.mean(dim=0)
    X -= m
    w = torch.linalg.solve(X.T @ X, X.T @ (y - y.mean()))
    b = y.mean() - m @ w
    return w, b

# %% wrong="normal_equations" name="returns mean of y as bias after centring, without subtracting mean of X times w"
def normal_equations(X, y):
    Z = X - X.mean(dim=0)
    w = torch.linalg.solve(Z.T @ Z, Z.T @ (y - y.mean()))
    b = y.mean()
    return w, b

# %% right="minibatches" name="range with a step"
def minibatches(X, y, batch_size, order):
    batches = []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        batches.append((X[rows], y[rows]))
    return batches

# %% right="minibatches" name="split in a comprehension"
def minibatches(X, y, batch_size, order):
    return [(X[rows], y[rows]) for rows in order.split(batch_size)]

# %% right="minibatches" name="collects row by row until the batch is full"
def minibatches(X, y, batch_size, order):
    result = []
    xs, ys = [], []
    for i in order.tolist():
        xs.append(X[i])
        ys.append(y[i])
        if len(xs) == batch_size:
            result.append((torch.stack(xs), torch.stack(ys)))
            xs, ys = [], []
    if xs:
        result.append((torch.stack(xs), torch.stack(ys)))
    return result

# %% wrong="minibatches" name="adds the rest only after at least one full batch, empty list when batch_size exceeds n"
def minibatches(X, y, batch_size, order):
    n = len(order)
    batches = []
    start = 0
    while start + batch_size <= n:
        rows = order[start : start + batch_size]
        batches.append((X[rows], y[rows]))
        start += batch_size
    if 0 < start < n:
        rows = order[start:]
        batches.append((X[rows], y[rows]))
    return batches

# %% wrong="minibatches" name="writes the shuffled rows back into X and y, the caller's data set is reordered"
def minibatches(X, y, batch_size, order):
    X[:] = X[order]
    y[:] = y[order]
    return [(X[s : s + batch_size].clone(), y[s : s + batch_size].clone()) for s in range(0, len(y), batch_size)]

# %% wrong="minibatches" name="uses chunk, which evens out the sizes instead of filling each batch up to batch_size"
def minibatches(X, y, batch_size, order):
    count = math.ceil(len(order) / batch_size)
    return list(zip(X[order].chunk(count), y[order].chunk(count)))

# %% wrong="minibatches" name="sorts by order with argsort, which applies the inverse permutation to the rows"
def minibatches(X, y, batch_size, order):
    places = torch.argsort(order)
    batches = []
    for start in range(0, len(X), batch_size):
        rows = places[start : start + batch_size]
        batches.append((X[rows], y[rows]))
    return batches

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

# %% right="sgd" name="autograd, five lines"
def sgd(X, y, batch_size, lr, orders):
    w = X.new_zeros(X.shape[1]).requires_grad_()
    b = X.new_zeros(()).requires_grad_()
    for epoch in range(len(orders)):
        for X_part, y_part in minibatches(X, y, batch_size, orders[epoch]):
            loss = (0.5 * (X_part @ w + b - y_part) ** 2).mean()
            w.grad = None
            b.grad = None
            loss.backward()
            with torch.no_grad():
                w -= lr * w.grad
                b -= lr * b.grad
    return w.detach(), b.detach()

# %% right="sgd" name="column of ones and one parameter vector"
def sgd(X, y, batch_size, lr, orders):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.zeros_like(A[0])
    for rows in (part for order in orders for part in order.split(batch_size)):
        error = A[rows] @ theta - y[rows]
        theta = theta - lr * (A[rows] * error[:, None]).mean(dim=0)
    return theta[:-1].clone(), theta[-1].clone()

# %% wrong="sgd" name="divides by batch_size also in the last, smaller minibatch, so its step is too short"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            e = X_part @ w + b - y_part
            w = w - lr * (X_part.T @ e) / batch_size
            b = b - lr * e.sum() / batch_size
    return w, b

# %% wrong="sgd" name="computes the bias gradient after w has moved, with the new w instead of the old"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            w = w - lr * regression_gradient(X_part, y_part, w, b)[0]
            b = b - lr * regression_gradient(X_part, y_part, w, b)[1]
    return w, b

# %% wrong="sgd" name="sets w and b to zeros inside the epoch loop, only the last epoch counts"
def sgd(X, y, batch_size, lr, orders):
    for order in orders:
        w = torch.zeros(X.shape[1], dtype=X.dtype)
        b = torch.zeros((), dtype=X.dtype)
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w -= lr * dw
            b -= lr * db
    return w, b

# %% wrong="sgd" name="w is a column, so (m, 1) predictions minus (m,) labels broadcast, right only for single-row minibatches"
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

# %% right="negative_log_likelihood" name="the formula of the text"
def negative_log_likelihood(y_hat, y, sigma):
    constant = 0.5 * math.log(2 * math.pi * sigma**2)
    return (constant + (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% right="negative_log_likelihood" name="ready-made normal distribution"
from torch.distributions import Normal


def negative_log_likelihood(y_hat, y, sigma):
    return -Normal(y_hat, float(sigma)).log_prob(y).sum()

# %% right="negative_log_likelihood" name="loop with standardised errors"
def negative_log_likelihood(y_hat, y, sigma):
    total = torch.zeros((), dtype=y.dtype)
    for guess, truth in zip(y_hat, y):
        z = (guess - truth) / sigma
        total = total + z * z / 2 + math.log(sigma) + math.log(2 * math.pi) / 2
    return total

# %% wrong="negative_log_likelihood" name="adds the constant with log of 2 pi sigma squared once instead of once for each example"
def negative_log_likelihood(y_hat, y, sigma):
    squares = ((y_hat - y) ** 2).sum()
    return 0.5 * math.log(2 * math.pi * sigma**2) + squares / (2 * sigma**2)

# %% wrong="negative_log_likelihood" name="gaussian_nll_loss with its default eps lifts variances below 1e-6, so tiny sigmas count too large"
def negative_log_likelihood(y_hat, y, sigma):
    variance = torch.full_like(y_hat, sigma**2)
    return torch.nn.functional.gaussian_nll_loss(y_hat, y, variance, full=True, reduction="sum")

# %% wrong="negative_log_likelihood" name="subtracts y from the predictions in place, so the caller's y_hat becomes the errors"
def negative_log_likelihood(y_hat, y, sigma):
    e = y_hat
    e -= y
    n = len(y)
    return n / 2 * math.log(2 * math.pi * sigma**2) + (e**2).sum() / (2 * sigma**2)

# %% wrong="negative_log_likelihood" name="takes the log of the density clamped at 1e-300, so huge errors all cost about 690"
def negative_log_likelihood(y_hat, y, sigma):
    p = normal_density(y.double(), y_hat.double(), sigma)
    return -p.clamp(min=1e-300).log().sum().to(y.dtype)

# %% right="weighted_line" name="normal equations with relative weights"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    weight = (sigma.min() / sigma) ** 2
    AtD = A.T * weight
    theta = torch.linalg.solve(AtD @ A, AtD @ y)
    return theta[:-1], theta[-1]

# %% right="weighted_line" name="rows divided by sigma, least squares"
def weighted_line(X, y, sigma):
    scale = (sigma.min() / sigma).unsqueeze(1)
    A = torch.hstack([X, torch.ones(len(X), 1, dtype=X.dtype)]) * scale
    target = y.unsqueeze(1) * scale
    theta = torch.linalg.lstsq(A, target).solution.squeeze(1)
    return theta[:-1], theta[-1]

# %% right="weighted_line" name="weighted means and centred columns"
def weighted_line(X, y, sigma):
    r = sigma / sigma.min()
    p = 1 / r**2
    p = p / p.sum()
    x_mean = torch.einsum("n,nd->d", p, X)
    y_mean = torch.dot(p, y)
    Z, t = X - x_mean, y - y_mean
    w = torch.linalg.solve(torch.einsum("n,ni,nj->ij", p, Z, Z), torch.einsum("n,ni,n->i", p, Z, t))
    return w, y_mean - x_mean @ w

# %% wrong="weighted_line" name="weights the squares with 1 over sigma instead of 1 over sigma squared"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    D = torch.diag(sigma.min() / sigma)
    theta = torch.linalg.solve(A.T @ D @ A, A.T @ D @ y)
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="adds 1e-6 to sigma squared against division by zero, so tiny sigmas all weigh the same"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    c = 1 / (sigma**2 + 1e-6)
    M = A.T @ (c[:, None] * A)
    theta = torch.linalg.solve(M, A.T @ (c * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="centres X and y with plain means instead of weighted ones before solving"
def weighted_line(X, y, sigma):
    p = (sigma.min() / sigma) ** 2
    x_mean, y_mean = X.mean(dim=0), y.mean()
    Z = X - x_mean
    w = torch.linalg.solve(Z.T @ (p[:, None] * Z), Z.T @ (p * (y - y_mean)))
    b = y_mean - x_mean @ w
    return w, b

# %% wrong="weighted_line" name="scales X and y by 1 over sigma but leaves the column of ones unscaled"
def weighted_line(X, y, sigma):
    X_scaled = X / sigma[:, None]
    y_scaled = y / sigma
    return normal_equations(X_scaled, y_scaled)
