# %% right="linear" name="beginner's loops over examples and neurons"
def linear(X, W, b):
    if X.dim() == 1:
        outputs = []
        for j in range(W.shape[0]):
            outputs.append((W[j] * X).sum() + b[j])
        return torch.stack(outputs)
    table = []
    for i in range(X.shape[0]):
        row = []
        for j in range(W.shape[0]):
            row.append((X[i] * W[j]).sum() + b[j])
        table.append(torch.stack(row))
    return torch.stack(table)

# %% right="linear" name="one matrix product"
def linear(X, W, b):
    return X @ W.T + b

# %% right="linear" name="einsum with an ellipsis"
def linear(X, W, b):
    products = torch.einsum("...i,oi->...o", X, W)
    return products.add(b)

# %% wrong="linear" name="squeeze(0) at the end is meant for single examples but also flattens a table with one row"
def linear(X, W, b):
    table = X.reshape(-1, X.shape[-1])
    return (table @ W.T + b).squeeze(0)

# %% wrong="linear" name="recognises a single example by X.shape[0] == W.shape[1], so a table with n equal to in is treated as one example"
def linear(X, W, b):
    if X.shape[0] == W.shape[1]:
        return W @ X + b
    return X @ W.T + b

# %% wrong="linear" name="fills a torch.zeros table of default float32, so float64 input comes back as rounded float32"
def linear(X, W, b):
    if X.dim() == 1:
        return W @ X + b
    out = torch.zeros(len(X), len(W))
    for i in range(len(X)):
        out[i] = W @ X[i] + b
    return out

# %% wrong="linear" name="for a single example the sum is added with += into the caller's bias b"
def linear(X, W, b):
    if X.dim() == 1:
        b += W @ X
        return b
    return X @ W.T + b

# %% right="neuron_module" name="plain beginner with float()"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[float(w0), float(w1)]]))
        self.b = torch.nn.Parameter(torch.tensor([float(b)]))

    def forward(self, X):
        return X @ self.W.T + self.b

# %% right="neuron_module" name="explicit dtype and torch.nn.functional.linear"
import torch.nn.functional as F


class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return F.linear(X, self.W, self.b)

# %% right="neuron_module" name="empty parameters filled under no_grad, products summed with keepdim"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.empty(1, 2))
        self.b = torch.nn.Parameter(torch.empty(1))
        with torch.no_grad():
            for column, value in enumerate((w0, w1)):
                self.W[0, column] = value
            self.b.fill_(b)

    def forward(self, X):
        weighted = X * self.W[0]
        return weighted.sum(dim=-1, keepdim=True) + self.b

# %% wrong="neuron_module" name="decides by len(X) == 2 that X is a single example, so a table of two examples gets a mixed-up sum"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]]).float())
        self.b = torch.nn.Parameter(torch.tensor([b]).float())

    def forward(self, X):
        if len(X) == 2:
            return self.W[0, 0] * X[0] + self.W[0, 1] * X[1] + self.b
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="forward computes from the remembered Python numbers, not from the parameters, so training changes nothing"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.w0, self.w1, self.bias = float(w0), float(w1), float(b)
        self.W = torch.nn.Parameter(torch.tensor([[self.w0, self.w1]]))
        self.b = torch.nn.Parameter(torch.tensor([self.bias]))

    def forward(self, X):
        return self.w0 * X[..., :1] + self.w1 * X[..., 1:] + self.bias

# %% wrong="neuron_module" name="forward uses self.W.data, so no gradient ever reaches the weights W"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return X @ self.W.data.T + self.b

# %% wrong="neuron_module" name="forward makes a table of every input and squeezes axis 0, so a table of one example loses its row axis"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.Tensor([[w0, w1]]))
        self.b = torch.nn.Parameter(torch.Tensor([b]))

    def forward(self, X):
        rows = X.view(-1, 2)
        predictions = rows @ self.W.T + self.b
        return predictions.squeeze(0)

# %% right="loss_gradients" name="three moves with clones"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    y_hat = x @ W.T + b
    loss = (y_hat - y) ** 2
    loss.backward()
    return W.grad, b.grad

# %% right="loss_gradients" name="torch.autograd.grad on detached copies"
def loss_gradients(W, b, x, y):
    parameters = [t.detach().clone().requires_grad_(True) for t in (W, b)]
    loss = (linear(x, *parameters) - y).pow(2).sum()
    return tuple(torch.autograd.grad(loss, parameters))

# %% right="loss_gradients" name="functional style with torch.func.grad"
def loss_gradients(W, b, x, y):
    def squared_error(weights, bias):
        return ((weights @ x + bias - y) ** 2).squeeze()

    dW, db = torch.func.grad(squared_error, argnums=(0, 1))(W, b)
    return dW, db

# %% wrong="loss_gradients" name="calls requires_grad_() on the caller's W and b without making a clone first"
def loss_gradients(W, b, x, y):
    W.requires_grad_()
    b.requires_grad_()
    loss = (x @ W.T + b - y) ** 2
    loss.backward()
    return W.grad.clone(), b.grad.clone()

# %% wrong="loss_gradients" name="switches notes on the caller's tensors on and off but leaves .grad there, so a second call adds up"
def loss_gradients(W, b, x, y):
    W.requires_grad_(True)
    b.requires_grad_(True)
    loss = (x @ W.T + b - y) ** 2
    loss.backward()
    W.requires_grad_(False)
    b.requires_grad_(False)
    return W.grad, b.grad

# %% wrong="loss_gradients" name="goes backward once for dW and a second time for db, so db has piled up to twice its value"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    loss = (x @ W.T + b - y) ** 2
    loss.backward(retain_graph=True)
    dW = W.grad.clone()
    loss.backward()
    db = b.grad.clone()
    return dW, db

# %% wrong="loss_gradients" name="W.squeeze() before the product drops both axes when d is 1, so a single input crashes in @"
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    y_hat = x @ W.squeeze() + b
    loss = ((y_hat - y) ** 2).sum()
    loss.backward()
    return W.grad, b.grad

# %% right="gradient_of_each" name="mended loop that forgets the old gradient"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        W.grad = None
        loss = (X[i] @ W.T + b - y[i]) ** 2
        loss.backward()
        rows.append(W.grad[0].clone())
    return torch.stack(rows)

# %% right="gradient_of_each" name="closed formula, twice the error times the input"
def gradient_of_each(X, y, W, b):
    errors = X @ W.T + b - y.unsqueeze(1)
    return 2 * errors * X

# %% right="gradient_of_each" name="one private copy of the weights for each example and a single backward pass"
def gradient_of_each(X, y, W, b):
    copies = W.detach().repeat(X.shape[0], 1).requires_grad_()
    y_hat = (X * copies).sum(dim=1) + b
    ((y_hat - y) ** 2).sum().backward()
    return copies.grad

# %% wrong="gradient_of_each" name="keeps W.grad[0] without clone() and clears with zero_(), so all rows share one memory and equal the last"
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

# %% wrong="gradient_of_each" name="squeezes the stacked rows at the end, which loses an axis for one example or one input"
def gradient_of_each(X, y, W, b):
    rows = []
    for x_i, y_i in zip(X, y):
        W_i = W.clone().requires_grad_()
        ((x_i @ W_i.T + b - y_i) ** 2).backward()
        rows.append(W_i.grad)
    return torch.stack(rows).squeeze()

# %% wrong="gradient_of_each" name="undoes the piling by subtracting the last stored row rather than the running total, so wrong from row 2 on"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        loss = (X[i] @ W.T + b - y[i]) ** 2
        loss.backward()
        row = W.grad[0].clone()
        if i > 0:
            row = row - rows[-1]
        rows.append(row)
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="clears properly but works on the caller's own W, which is left with requires_grad switched on"
def gradient_of_each(X, y, W, b):
    W.requires_grad_()
    result = torch.empty_like(X)
    for i in range(len(X)):
        W.grad = None
        loss = (X[i] @ W.T + b - y[i]) ** 2
        loss.backward()
        result[i] = W.grad[0]
    W.grad = None
    return result

# %% right="one_step" name="calls loss_gradients"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    W_new = W - lr * dW
    b_new = b - lr * db
    return W_new, b_new

# %% right="one_step" name="own autograd, step under no_grad"
def one_step(W, b, x, y, lr):
    W_here = W.clone().requires_grad_()
    b_here = b.clone().requires_grad_()
    ((x @ W_here.T + b_here - y) ** 2).backward()
    with torch.no_grad():
        return W_here - lr * W_here.grad, b_here - lr * b_here.grad

# %% right="one_step" name="formula by hand with an outer product"
def one_step(W, b, x, y, lr):
    error = linear(x, W, b) - y
    pull = 2 * lr * error
    return W - torch.outer(pull, x), b - pull

# %% wrong="one_step" name="W -= and b -= write the step into the caller's own tensors"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    with torch.no_grad():
        W -= lr * dW
        b -= lr * db
    return W, b

# %% wrong="one_step" name="the slope for b is computed after W has already moved, so the two parameters step one after the other"
def one_step(W, b, x, y, lr):
    W_new = W - lr * loss_gradients(W, b, x, y)[0]
    b_new = b - lr * loss_gradients(W_new, b, x, y)[1]
    return W_new, b_new

# %% wrong="one_step" name="the step is not under no_grad, so W_new and b_new still carry autograd notes"
def one_step(W, b, x, y, lr):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    loss = (x @ W.T + b - y) ** 2
    loss.backward()
    W_new = W - lr * W.grad
    b_new = b - lr * b.grad
    return W_new, b_new

# %% wrong="one_step" name="returns the old W and b if the loss did not fall, so a step with a large rate is refused"
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    W_new, b_new = W - lr * dW, b - lr * db
    before = (x @ W.T + b - y) ** 2
    after = (x @ W_new.T + b_new - y) ** 2
    if after < before:
        return W_new, b_new
    return W.clone(), b.clone()

# %% right="train_neuron" name="repeats one_step"
def train_neuron(W, b, x, y, lr, steps):
    W = W.clone()
    b = b.clone()
    losses = []
    for step in range(steps):
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% right="train_neuron" name="the five lines with autograd"
def train_neuron(W, b, x, y, lr, steps):
    W, b = W.clone().requires_grad_(), b.clone().requires_grad_()
    losses = []
    for _ in range(steps):
        y_hat = x @ W.T + b
        loss = (y_hat - y) ** 2
        losses.append(loss.item())
        W.grad = b.grad = None
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
    return W.detach(), b.detach(), losses

# %% right="train_neuron" name="parameters in torch.optim.SGD with mse_loss"
def train_neuron(W, b, x, y, lr, steps):
    weights = torch.nn.Parameter(W.detach().clone())
    bias = torch.nn.Parameter(b.detach().clone())
    optimiser = torch.optim.SGD([weights, bias], lr=lr)

    def measured_step():
        loss = torch.nn.functional.mse_loss(linear(x, weights, bias), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return float(loss.detach())

    losses = [measured_step() for _ in range(steps)]
    return weights.data, bias.data, losses

# %% wrong="train_neuron" name="detach() instead of clone() shares memory, so W -= changes the W and b that were handed in"
def train_neuron(W, b, x, y, lr, steps):
    W = W.detach().requires_grad_()
    b = b.detach().requires_grad_()
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

# %% wrong="train_neuron" name="breaks out of the loop as soon as the loss is below 1e-8, so the list of losses is too short"
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = ((x @ W.T + b - y) ** 2).item()
        losses.append(loss)
        if loss < 1e-8:
            break
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% wrong="train_neuron" name="measures the loss after each step rather than before it"
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for step in range(steps):
        W, b = one_step(W, b, x, y, lr)
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
    return W, b, losses

# %% wrong="train_neuron" name="clears W.grad in each pass but never b.grad, so the slopes of the bias pile up"
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

# %% right="learning_rates" name="two formulas with x @ x"
def landing_rate(x):
    return 1 / (2 * (x @ x + 1))


def breaking_rate(x):
    return 1 / (x @ x + 1)

# %% right="learning_rates" name="beginner's loop for the sum of squares"
def landing_rate(x):
    total = torch.zeros((), dtype=x.dtype)
    for i in range(len(x)):
        total = total + x[i] ** 2
    total = total + 1
    return 0.5 / total


def breaking_rate(x):
    total = torch.zeros((), dtype=x.dtype)
    for i in range(len(x)):
        total = total + x[i] ** 2
    total = total + 1
    return 1.0 / total

# %% right="learning_rates" name="bias as one more input, norm squared, breaking is twice landing"
def landing_rate(x):
    with_one = torch.cat([x, x.new_ones(1)])
    return (2 * torch.linalg.vector_norm(with_one) ** 2).reciprocal()


def breaking_rate(x):
    return 2 * landing_rate(x)

# %% wrong="learning_rates" name="squares x in place with mul_, so the caller's example is changed"
def landing_rate(x):
    squares = x.mul_(x)
    return 1 / (2 * (squares.sum() + 1))


def breaking_rate(x):
    squares = x.mul_(x)
    return 1 / (squares.sum() + 1)

# %% wrong="learning_rates" name="adds the 1 of the bias inside the sum, once for each input, not once in all"
def landing_rate(x):
    return 1 / (2 * (x**2 + 1).sum())


def breaking_rate(x):
    return 1 / (x**2 + 1).sum()

# %% wrong="learning_rates" name="x.reshape(1, -1) @ x gives shape (1,), and so does the returned rate, where () is asked"
def squared_length(x):
    return x.reshape(1, -1) @ x


def landing_rate(x):
    return 1 / (2 * squared_length(x) + 2)


def breaking_rate(x):
    return 1 / (squared_length(x) + 1)

# %% wrong="learning_rates" name="writes the squares out for at most three inputs, so a fourth and later inputs are ignored"
def landing_rate(x):
    total = x[0] ** 2 + 1
    if len(x) > 1:
        total = total + x[1] ** 2
    if len(x) > 2:
        total = total + x[2] ** 2
    return 1 / (2 * total)


def breaking_rate(x):
    return 2 * landing_rate(x)

# %% right="slopes_by_hand" name="formula written out three times"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% right="slopes_by_hand" name="slope of the bias first, the others are it times the input"
def slope_b(w0, w1, b, x0, x1, y):
    y_hat = sum((w0 * x0, w1 * x1, b))
    error = y_hat - y
    return error + error


def slope_w0(*six):
    return slope_b(*six) * six[3]


def slope_w1(*six):
    return slope_b(*six) * six[4]

# %% right="slopes_by_hand" name="expanded square, term by term"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + 2 * w1 * x0 * x1 + 2 * b * x0 - 2 * x0 * y


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + 2 * w0 * x0 * x1 + 2 * b * x1 - 2 * x1 * y


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * b + 2 * w0 * x0 + 2 * w1 * x1 - 2 * y

# %% wrong="slopes_by_hand" name="the 2 that the square brings down is missing in all three slopes"
def slope_w0(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return (y_hat - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return (y_hat - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    y_hat = w0 * x0 + w1 * x1 + b
    return y_hat - y

# %% wrong="slopes_by_hand" name="slope_w1 was copied from slope_w0 and still multiplies by x0"
def slope_w0(w0, w1, b, x0, x1, y):
    e = w0 * x0 + w1 * x1 + b - y
    return 2 * e * x0


def slope_w1(w0, w1, b, x0, x1, y):
    e = w0 * x0 + w1 * x1 + b - y
    return 2 * e * x0


def slope_b(w0, w1, b, x0, x1, y):
    e = w0 * x0 + w1 * x1 + b - y
    return 2 * e

# %% wrong="slopes_by_hand" name="power rule written as 2 L divided by the error, which is 0/0 = nan where the error is 0"
def power_rule(w0, w1, b, x0, x1, y):
    error = w0 * x0 + w1 * x1 + b - y
    loss = error**2
    return 2 * loss / error


def slope_w0(w0, w1, b, x0, x1, y):
    return power_rule(w0, w1, b, x0, x1, y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return power_rule(w0, w1, b, x0, x1, y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return power_rule(w0, w1, b, x0, x1, y)

# %% wrong="slopes_by_hand" name="slope_b drops b itself from the error because b became its derivative and vanished from the sum"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * x0 * (w0 * x0 + w1 * x1 + b - y)


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * x1 * (w0 * x0 + w1 * x1 + b - y)


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 - y)

# %% wrong="slopes_by_hand" name="slope_w0 and slope_w1 copy the worked example 2x(wx - y) and forget the other input and the bias in the error"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * x0 * (w0 * x0 - y)


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * x1 * (w1 * x1 - y)


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="slope_w1 is made from slope_w0 by times x1 over x0, which is nan where x0 is 0"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return slope_w0(w0, w1, b, x0, x1, y) * x1 / x0


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="the error starts as a second name for b and is built with +=, so the caller's b is changed"
def error_of(w0, w1, b, x0, x1, y):
    error = b
    error += w0 * x0
    error += w1 * x1
    error -= y
    return error


def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * error_of(w0, w1, b, x0, x1, y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * error_of(w0, w1, b, x0, x1, y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * error_of(w0, w1, b, x0, x1, y)

# %% wrong="slopes_by_hand" name="expanding the square counts the mixed term w0 w1 x0 x1 once, not twice, in slope_w0 and slope_w1"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + w1 * x0 * x1 + 2 * x0 * (b - y)


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + w0 * x0 * x1 + 2 * x1 * (b - y)


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1) + 2 * (b - y)

# %% right="autograd_manners" name="autograd as in the text"
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
    g = ((x**2).detach() * x).sum()
    g.backward()
    return x.grad

# %% right="autograd_manners" name="closed formulas"
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * v * x**2


def frozen_square(x):
    return x.square()

# %% right="autograd_manners" name="one helper around torch.autograd.grad, constants computed before the notes"
def slope_at(x, function):
    point = x.detach().clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(function(point), point)
    return gradient


def twice_squares(x):
    return slope_at(x, lambda p: 2 * p.pow(2).sum())


def weighted_cubes(x, v):
    return slope_at(x, lambda p: torch.dot(v, p * p * p))


def frozen_square(x):
    held = x * x
    return slope_at(x, lambda p: held @ p)

# %% wrong="autograd_manners" name="frozen_square detaches the single x and not the square, so it gives twice x squared"
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

# %% wrong="autograd_manners" name="frozen_square makes a copy only for the held factor and switches requires_grad_() on for the caller's x"
def twice_squares(x):
    x = x.clone().requires_grad_()
    (2 * x @ x).backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (v * x**3).sum().backward()
    return x.grad


def frozen_square(x):
    held = x.clone() ** 2
    x.requires_grad_()
    x.grad = None
    (held.detach() * x).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="weighted_cubes squeezes the vector-times-Jacobian row, so for n = 1 the result has shape () and not (1,)"
def twice_squares(x):
    x = x.clone().requires_grad_()
    torch.dot(2 * x, x).backward()
    return x.grad


def weighted_cubes(x, v):
    jacobian = torch.autograd.functional.jacobian(lambda t: t**3, x)
    return (v.reshape(1, -1) @ jacobian).squeeze()


def frozen_square(x):
    x = x.clone().requires_grad_()
    (x.detach() ** 2 * x).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="twice_squares multiplies the caller's x by 4 in place with *="
def twice_squares(x):
    x *= 4
    return x


def weighted_cubes(x, v):
    return 3 * x**2 * v


def frozen_square(x):
    return x**2

# %% right="slope_of_stretch" name="line through the origin, y over x"
def slope_of_stretch(x):
    return stretch(x) / x

# %% right="slope_of_stretch" name="counts the triplings like the loop does"
def slope_of_stretch(x):
    slope = torch.tensor(1.0, dtype=torch.float64)
    value = x.clone()
    while abs(value) < 100:
        value = value * 3
        slope = slope * 3
    if value < 0:
        slope = -slope / 2
    return slope

# %% right="slope_of_stretch" name="recursion, three times the slope at three times x"
def slope_of_stretch(x):
    if x.abs() >= 100:
        return torch.ones_like(x) if x > 0 else torch.full_like(x, -0.5)
    return 3 * slope_of_stretch(3 * x)

# %% wrong="slope_of_stretch" name="triples at least once before the first look, so beyond 100 the slope is three times too large"
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    value = x
    while True:
        value = 3 * value
        slope = 3 * slope
        if value.abs() >= 100:
            break
    return -slope / 2 if x < 0 else slope

# %% wrong="slope_of_stretch" name="a for loop with at most five triplings replaces the while loop, too few for a thousandth"
def slope_of_stretch(x):
    size = x.abs()
    factor = torch.ones_like(x)
    for _ in range(5):
        if size < 100:
            size = size * 3
            factor = factor * 3
    if x < 0:
        factor = factor * -0.5
    return factor

# %% wrong="slope_of_stretch" name="compares stretch at two near places, a numerical slope that by hand rules out and that can straddle a jump"
def slope_of_stretch(x):
    h = 1e-6
    return (stretch(x + h) - stretch(x - h)) / (2 * h)

# %% wrong="slope_of_stretch" name="counts in Python numbers and wraps the result in torch.tensor, which makes float32 where float64 is asked"
def slope_of_stretch(x):
    value = x.item()
    slope = 1.0
    while abs(value) < 100:
        value *= 3
        slope *= 3
    if value < 0:
        slope = -slope / 2
    return torch.tensor(slope)

# %% wrong="slope_of_stretch" name="x *= 3 inside the counting loop triples the caller's tensor"
def slope_of_stretch(x):
    count = 0
    while x.abs() < 100:
        x *= 3
        count += 1
    slope = torch.tensor(3.0**count, dtype=torch.float64)
    if x < 0:
        slope = -slope / 2
    return slope

# %% wrong="slope_of_stretch" name="returns 1 at once for |x| >= 100 and so forgets the minus one half of inputs far below -100"
def slope_of_stretch(x):
    if x.abs() >= 100:
        return torch.ones_like(x)
    start = x
    n = 0
    while x.abs() < 100:
        x = 3 * x
        n += 1
    return torch.where(start < 0, -0.5, 1.0).to(start.dtype) * 3**n

# %% wrong="slope_of_stretch" name="divides by |x| where the line through the origin needs x, so negative inputs get the wrong sign"
def slope_of_stretch(x):
    height = stretch(x)
    distance = x.abs()
    return height / distance

# %% wrong="slope_of_stretch" name="lets autograd run through stretch although the slope was to be found without it"
def slope_of_stretch(x):
    t = x.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(stretch(t), t)
    return slope

# %% right="regression_gradient" name="transposed product over n"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    n = X.shape[0]
    dw = X.T @ e / n
    db = e.mean()
    return dw, db

# %% right="regression_gradient" name="column of ones, both gradients in one product"
def regression_gradient(X, y, w, b):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    gradient = A.T @ (A @ theta - y) / len(A)
    return gradient[:-1], gradient[-1]

# %% right="regression_gradient" name="errors scaled first, einsum, namedtuple as return"
from collections import namedtuple

LineGradient = namedtuple("LineGradient", ["dw", "db"])


def regression_gradient(X, y, w, b):
    share = (torch.einsum("nd,d->n", X, w) + b - y) / y.numel()
    return LineGradient(dw=torch.einsum("nd,n->d", X, share), db=share.sum())

# %% wrong="regression_gradient" name="dw is divided by len(w), the number of inputs d, where the number of examples n belongs"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    dw = X.T @ e / len(w)
    db = e.mean()
    return dw, db

# %% wrong="regression_gradient" name="dw is the mean error times the mean input, not the mean of their products"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    db = e.mean()
    dw = db * X.mean(dim=0)
    return dw, db

# %% wrong="regression_gradient" name="X.reshape(d, n) is used as if it were the transpose and mixes rows and columns"
def regression_gradient(X, y, w, b):
    n, d = X.shape
    errors = X @ w + b - y
    dw = X.reshape(d, n) @ errors / n
    return dw, errors.sum() / n

# %% wrong="regression_gradient" name="dw comes from a (d, n) by (n, 1) product and squeeze() without axis, so for d = 1 it has shape ()"
def regression_gradient(X, y, w, b):
    column = (X @ w + b - y).unsqueeze(1)
    dw = (X.T @ column / len(X)).squeeze()
    return dw, column.mean()

# %% wrong="regression_gradient" name="X *= e[:, None] multiplies the errors into the caller's table in place"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    X *= e[:, None]
    return X.mean(dim=0), e.mean()

# %% wrong="regression_gradient" name="db keeps its axis through keepdim=True and has shape (1,), not ()"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    dw = (X * e[:, None]).mean(dim=0)
    db = e.mean(dim=0, keepdim=True)
    return dw, db

# %% wrong="regression_gradient" name="db is a mean but dw = X.T @ e is left as a sum, without the 1/n"
def regression_gradient(X, y, w, b):
    e = X @ w + b - y
    return X.T @ e, e.mean()

# %% wrong="regression_gradient" name="the errors for dw leave out the bias b, which is added only for db"
def regression_gradient(X, y, w, b):
    residual = X @ w - y
    dw = (residual @ X) / len(y)
    db = (residual + b).mean()
    return dw, db

# %% right="normal_equations" name="as in the text, cat and solve"
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1]

# %% right="normal_equations" name="least squares by torch.linalg.lstsq, ones in front"
def normal_equations(X, y):
    ones = X.new_ones(X.shape[0], 1)
    A = torch.hstack((ones, X))
    solution = torch.linalg.lstsq(A, y.unsqueeze(-1)).solution
    b, *_ = solution[:, 0]
    return solution[1:, 0], b

# %% right="normal_equations" name="centred columns, bias from the means"
def normal_equations(X, y):
    centre, level = X.mean(dim=0), y.mean()
    Xc, yc = X - centre, y - level
    w = torch.linalg.solve(Xc.T @ Xc, Xc.T @ yc)
    b = level - centre @ w
    return w, b

# %% wrong="normal_equations" name="adds 1e-8 to the diagonal of A^T A for safety, which bends the answer for inputs of thousandths"
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    M = A.T @ A + 1e-8 * torch.eye(A.shape[1], dtype=X.dtype)
    theta = torch.linalg.solve(M, A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="pinv of A^T A with rtol=1e-4 throws the bias direction away when inputs are in the thousands"
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    inverse = torch.linalg.pinv(A.T @ A, rtol=1e-4)
    theta = inverse @ A.T @ y
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="solves for w without a column of ones and adds the mean remaining error as b afterwards"
def normal_equations(X, y):
    w = torch.linalg.solve(X.T @ X, X.T @ y)
    b = (y - X @ w).mean()
    return w, b

# %% wrong="normal_equations" name="X -= centre shifts the caller's table in place before solving"
def normal_equations(X, y):
    centre = X.mean(dim=0)
    X -= centre
    w = torch.linalg.solve(X.T @ X, X.T @ (y - y.mean()))
    b = y.mean() - (centre * w).sum()
    return w, b

# %% right="minibatches" name="range with steps and slices of the order"
def minibatches(X, y, batch_size, order):
    pairs = []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        pairs.append((X[rows], y[rows]))
    return pairs

# %% right="minibatches" name="comprehension over order.split"
def minibatches(X, y, batch_size, order):
    return [(X[rows], y[rows]) for rows in order.split(batch_size)]

# %% right="minibatches" name="row by row with a growing handful"
def minibatches(X, y, batch_size, order):
    batches = []
    X_rows, y_rows = [], []
    for number, i in enumerate(order.tolist(), start=1):
        X_rows.append(X[i])
        y_rows.append(y[i])
        if len(X_rows) == batch_size or number == len(order):
            batches.append((torch.stack(X_rows), torch.stack(y_rows)))
            X_rows, y_rows = [], []
    return batches

# %% wrong="minibatches" name="if batch_size is at least n it returns the whole (X, y) at once and ignores the order"
def minibatches(X, y, batch_size, order):
    n = len(X)
    if batch_size >= n:
        return [(X, y)]
    result = []
    for start in range(0, n, batch_size):
        rows = order[start : start + batch_size]
        result.append((X[rows], y[rows]))
    return result

# %% wrong="minibatches" name="shuffles the caller's X and y in place by X[:] = X[order] before cutting"
def minibatches(X, y, batch_size, order):
    X[:] = X[order]
    y[:] = y[order]
    return [(X[s : s + batch_size].clone(), y[s : s + batch_size].clone()) for s in range(0, len(X), batch_size)]

# %% wrong="minibatches" name="rebuilds the labels with torch.tensor from Python numbers, so float64 labels become float32"
def minibatches(X, y, batch_size, order):
    pairs = []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size].tolist()
        X_part = torch.stack([X[i] for i in rows])
        y_part = torch.tensor([y[i].item() for i in rows])
        pairs.append((X_part, y_part))
    return pairs

# %% wrong="minibatches" name="chunk into ceil(n / batch_size) parts evens the sizes out, so five rows by four become three and two"
def minibatches(X, y, batch_size, order):
    parts = math.ceil(len(X) / batch_size)
    return list(zip(X[order].chunk(parts), y[order].chunk(parts)))

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

# %% right="sgd" name="autograd and in-place steps"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros_like(X[0], requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    for epoch in range(len(orders)):
        for rows in torch.split(orders[epoch], batch_size):
            loss = ((X[rows] @ w + b - y[rows]) ** 2).mean() / 2
            w.grad, b.grad = None, None
            loss.backward()
            with torch.no_grad():
                w -= lr * w.grad
                b -= lr * b.grad
    return w.detach(), b.detach()

# %% right="sgd" name="one vector theta over a table with a column of ones"
def sgd(X, y, batch_size, lr, orders):
    n, d = X.shape
    A = torch.cat((X, X.new_ones(n, 1)), dim=1)
    theta = X.new_zeros(d + 1)
    batches = (order[k : k + batch_size] for order in orders for k in range(0, n, batch_size))
    for rows in batches:
        part = A[rows]
        theta = theta - lr / len(rows) * (part.T @ (part @ theta - y[rows]))
    return theta[:d], theta[d]

# %% wrong="sgd" name="X = X[order] in each epoch shuffles the table that is already shuffled, so later orders are applied to wrong rows"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for order in orders:
        X, y = X[order], y[order]
        for start in range(0, len(X), batch_size):
            X_part, y_part = X[start : start + batch_size], y[start : start + batch_size]
            dw, db = regression_gradient(X_part, y_part, w, b)
            w = w - lr * dw
            b = b - lr * db
    return w, b

# %% wrong="sgd" name="b starts as a default float32 zero and b -= keeps it float32 when X is float64"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.tensor(0.0)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w -= lr * dw
            b -= lr * db
    return w, b

# %% wrong="sgd" name="flattens all orders into one long list before cutting, so a minibatch can reach over the end of an epoch"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for X_part, y_part in minibatches(X, y, batch_size, orders.reshape(-1)):
        dw, db = regression_gradient(X_part, y_part, w, b)
        w = w - lr * dw
        b = b - lr * db
    return w, b

# %% wrong="sgd" name="divides by batch_size even when the minibatch has fewer rows, so the smaller last one takes too short a step"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            e = X_part @ w + b - y_part
            w = w - lr * (X_part.T @ e) / batch_size
            b = b - lr * e.sum() / batch_size
    return w, b

# %% right="negative_log_likelihood" name="the formula, summed over the examples"
def negative_log_likelihood(y_hat, y, sigma):
    constant = 0.5 * math.log(2 * math.pi * sigma**2)
    terms = constant + (y_hat - y) ** 2 / (2 * sigma**2)
    return terms.sum()

# %% right="negative_log_likelihood" name="torch.distributions with log_prob"
def negative_log_likelihood(y_hat, y, sigma):
    noise = torch.distributions.Normal(y_hat, sigma)
    return -noise.log_prob(y).sum()

# %% right="negative_log_likelihood" name="standardised errors, constant times n, dot product"
def negative_log_likelihood(y_hat, y, sigma):
    z = (y - y_hat) / sigma
    n = z.numel()
    return n * (math.log(sigma) + math.log(math.tau) / 2) + 0.5 * torch.dot(z, z)

# %% wrong="negative_log_likelihood" name="gaussian_nll_loss with its default eps raises the variance to at least 1e-6, wrong for sigma below 0.001"
def negative_log_likelihood(y_hat, y, sigma):
    variance = torch.full_like(y, sigma**2)
    return torch.nn.functional.gaussian_nll_loss(y_hat, y, variance, full=True, reduction="sum")

# %% wrong="negative_log_likelihood" name="y_hat -= y computes the errors inside the caller's predictions"
def negative_log_likelihood(y_hat, y, sigma):
    y_hat -= y
    n = len(y)
    return n / 2 * math.log(2 * math.pi * sigma**2) + (y_hat**2).sum() / (2 * sigma**2)

# %% wrong="negative_log_likelihood" name="the constant has log(2 pi sigma) without the square of sigma, right only for sigma = 1"
def negative_log_likelihood(y_hat, y, sigma):
    errors = y_hat - y
    return (0.5 * math.log(2 * math.pi * sigma) + errors**2 / (2 * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="the constant half log(2 pi sigma^2) is added once outside the sum, not once for each example"
def negative_log_likelihood(y_hat, y, sigma):
    squares = ((y_hat - y) / sigma) ** 2
    return 0.5 * math.log(2 * math.pi * sigma**2) + squares.sum() / 2

# %% right="weighted_line" name="weighted normal equations with relative weights"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    weight = (sigma.min() / sigma) ** 2
    M = A.T @ (weight[:, None] * A)
    theta = torch.linalg.solve(M, A.T @ (weight * y))
    return theta[:-1], theta[-1]

# %% right="weighted_line" name="rows divided by their sigma, then least squares"
def weighted_line(X, y, sigma):
    scale = sigma / sigma.min()
    rows = torch.column_stack([X, X.new_ones(len(X))]) / scale.unsqueeze(1)
    theta = torch.linalg.lstsq(rows, (y / scale).unsqueeze(1)).solution.squeeze(1)
    return theta[:-1], theta[-1]

# %% right="weighted_line" name="weighted means and centred columns"
def weighted_line(X, y, sigma):
    relative = (sigma / sigma.min()).pow(-2)
    share = relative / relative.sum()
    centre = share @ X
    level = share @ y
    Xc = X - centre
    w = torch.linalg.solve(torch.einsum("n,ni,nj->ij", share, Xc, Xc), Xc.T @ (share * (y - level)))
    return w, level - centre @ w

# %% wrong="weighted_line" name="1 / (sigma**2 + 1e-8) guards against division by zero and evens out the weights when all sigma are tiny"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    weight = 1 / (sigma**2 + 1e-8)
    weight = weight / weight.max()
    theta = torch.linalg.solve(A.T @ (A * weight[:, None]), A.T @ (weight * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="sigma /= sigma.min() rescales the caller's sigma in place"
def weighted_line(X, y, sigma):
    sigma /= sigma.min()
    S = torch.diag(1 / sigma**2)
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ S @ A, A.T @ S @ y)
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="rows and labels are divided by sigma squared before the ordinary normal equations, so weights are sigma to the minus 4"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    precision = (sigma.min() / sigma) ** 2
    A_scaled = A * precision[:, None]
    y_scaled = y * precision
    theta = torch.linalg.solve(A_scaled.T @ A_scaled, A_scaled.T @ y_scaled)
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="centres X and y by their ordinary means, only the products are weighted, so the bias is not the likeliest"
def weighted_line(X, y, sigma):
    weight = (sigma.min() / sigma) ** 2
    centre, level = X.mean(dim=0), y.mean()
    Xc, yc = X - centre, y - level
    w = torch.linalg.solve(Xc.T @ (weight[:, None] * Xc), Xc.T @ (weight * yc))
    return w, level - centre @ w
