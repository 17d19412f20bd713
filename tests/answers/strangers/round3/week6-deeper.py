# %% right="start_uniform" name="beginner's loop over indices"
import torch

def start_uniform(widths, seed):
    """Starting weights and biases, uniform on (-0.2, 0.2)."""
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for i in range(len(widths) - 1):
        n_in = widths[i]
        n_out = widths[i + 1]
        W = torch.rand(n_out, n_in, generator=generator, dtype=torch.float64)
        W = 0.4 * W - 0.2
        Ws.append(W)
        b = torch.rand(n_out, generator=generator, dtype=torch.float64)
        b = 0.4 * b - 0.2
        bs.append(b)
    return Ws, bs

# %% right="start_uniform" name="zip with a small drawing helper, centred before stretching"
import torch

def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    draw = lambda *shape: (torch.rand(shape, generator=generator, dtype=torch.float64) - 0.5) * 0.4
    pairs = [(draw(k, m), draw(k)) for m, k in zip(widths, widths[1:])]
    return [W for W, _ in pairs], [b for _, b in pairs]

# %% right="start_uniform" name="empty tensors filled in place with uniform_"
import torch

def start_uniform(widths, seed):
    """Starting weights and biases, uniform on (-0.2, 0.2)."""
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for fan_in, fan_out in zip(widths[:-1], widths[1:]):
        for target, shape in ((Ws, (fan_out, fan_in)), (bs, (fan_out,))):
            target.append(torch.empty(shape, dtype=torch.float64).uniform_(-0.2, 0.2, generator=generator))
    return Ws, bs

# %% wrong="start_uniform" name="draws all weight matrices first and all biases afterwards, so the order of draws differs with two layers"
import torch

def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws = [0.4 * torch.rand(k, m, generator=generator, dtype=torch.float64) - 0.2 for m, k in zip(widths, widths[1:])]
    bs = [0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2 for k in widths[1:]]
    return Ws, bs

# %% wrong="start_uniform" name="makes the generator anew inside the loop, so every layer starts the same stream of numbers"
import torch

def start_uniform(widths, seed):
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        generator = torch.Generator().manual_seed(seed)
        Ws.append(0.4 * torch.rand(k, m, generator=generator, dtype=torch.float64) - 0.2)
        bs.append(0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2)
    return Ws, bs

# %% wrong="start_uniform" name="draws W with shape (in, out) and transposes it, numbers sit in other places unless a width is 1"
import torch

def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        u = torch.rand(m, k, generator=generator, dtype=torch.float64)
        Ws.append((0.4 * u - 0.2).T)
        u = torch.rand(k, generator=generator, dtype=torch.float64)
        bs.append(0.4 * u - 0.2)
    return Ws, bs

# %% wrong="start_uniform" name="looks up the next width with widths.index, which finds the first of two equal widths"
import torch

def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for n_in in widths[:-1]:
        n_out = widths[widths.index(n_in) + 1]
        Ws.append(torch.rand(n_out, n_in, generator=generator, dtype=torch.float64) * 0.4 - 0.2)
        bs.append(torch.rand(n_out, generator=generator, dtype=torch.float64) * 0.4 - 0.2)
    return Ws, bs

# %% right="start" name="beginner's if and else"
import math
import torch

def start(widths, kind, seed):
    """Starting weights, normal with the standard deviation of He or Xavier, and zero biases."""
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for i in range(len(widths) - 1):
        fan_in = widths[i]
        fan_out = widths[i + 1]
        if kind == "he":
            s = math.sqrt(2 / fan_in)
        else:
            s = math.sqrt(2 / (fan_in + fan_out))
        Ws.append(s * torch.randn(fan_out, fan_in, generator=generator, dtype=torch.float64))
        bs.append(torch.zeros(fan_out, dtype=torch.float64))
    return Ws, bs

# %% right="start" name="compact comprehension"
import torch

def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws = [
        (2 / (m + k * (kind == "xavier"))) ** 0.5 * torch.randn(k, m, generator=generator, dtype=torch.float64)
        for m, k in zip(widths, widths[1:])
    ]
    return Ws, [W.new_zeros(len(W)) for W in Ws]

# %% right="start" name="table of formulas and normal_ with its own standard deviation"
import torch

VARIANCE = {
    "he": lambda fan_in, fan_out: 2.0 / fan_in,
    "xavier": lambda fan_in, fan_out: 2.0 / (fan_in + fan_out),
}


def start(widths, kind, seed):
    """Starting weights, normal with the standard deviation of He or Xavier, and zero biases."""
    generator = torch.Generator().manual_seed(seed)
    variance = VARIANCE[kind]
    Ws, bs = [], []
    for fan_in, fan_out in zip(widths, widths[1:]):
        W = torch.empty((fan_out, fan_in), dtype=torch.float64)
        W.normal_(0.0, variance(fan_in, fan_out) ** 0.5, generator=generator)
        Ws.append(W)
        bs.append(torch.zeros_like(W[:, 0]))
    return Ws, bs

# %% wrong="start" name="Xavier takes the network's first and last width instead of the layer's fan-in and fan-out"
import math
import torch

def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        if kind == "he":
            s = math.sqrt(2 / m)
        else:
            s = math.sqrt(2 / (widths[0] + widths[-1]))
        Ws.append(s * torch.randn(k, m, generator=generator, dtype=torch.float64))
        bs.append(torch.zeros(k, dtype=torch.float64))
    return Ws, bs

# %% wrong="start" name="computes s once from the first layer before the loop and uses it for all layers"
import math
import torch

def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    if kind == "he":
        s = math.sqrt(2 / widths[0])
    elif kind == "xavier":
        s = math.sqrt(2 / (widths[0] + widths[1]))
    for n_in, n_out in zip(widths, widths[1:]):
        W = torch.randn(n_out, n_in, generator=generator, dtype=torch.float64)
        Ws.append(W * s)
        bs.append(torch.zeros(n_out).double())
    return Ws, bs

# %% wrong="start" name="biases are torch.zeros without a dtype, so they are float32 and not float64"
import torch

def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        s = (2 / m) ** 0.5 if kind == "he" else (2 / (m + k)) ** 0.5
        Ws.append(s * torch.randn(k, m, generator=generator, dtype=torch.float64))
        bs.append(torch.zeros(k))
    return Ws, bs

# %% wrong="start" name="makes the zero biases as 0 times a random draw, which uses up numbers before the next layer"
import math
import torch

def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []

    def draw(s, *shape):
        return s * torch.randn(*shape, generator=generator, dtype=torch.float64)

    for m, k in zip(widths, widths[1:]):
        s = math.sqrt(2 / m) if kind == "he" else math.sqrt(2 / (m + k))
        Ws.append(draw(s, k, m))
        bs.append(draw(0, k))
    return Ws, bs

# %% right="signal_sizes" name="beginner's loop with item"
import torch

def signal_sizes(X, Ws, activation):
    """RMS of the signal after each layer, without biases."""
    f = activations[activation]
    sizes = []
    A = X
    for W in Ws:
        Z = A @ W.T
        A = f(Z)
        rms = torch.sqrt(torch.mean(A ** 2))
        sizes.append(rms.item())
    return sizes

# %% right="signal_sizes" name="accumulate over the layers, then norm over root of count"
import itertools
import math
import torch

def signal_sizes(X, Ws, activation):
    f = activations[activation]
    signals = itertools.accumulate(Ws, lambda A, W: f(torch.nn.functional.linear(A, W)), initial=X)
    next(signals)
    return [float(torch.linalg.vector_norm(A)) / math.sqrt(A.numel()) for A in signals]

# %% right="signal_sizes" name="recursion, transposed signal and numpy for the size"
import numpy as np
import torch

def rms(A):
    a = A.detach().numpy().ravel()
    return np.sqrt(a.dot(a) / a.size)


def signal_sizes(X, Ws, activation):
    """RMS of the signal after each layer, without biases."""
    if len(Ws) == 0:
        return []
    S = activations[activation](torch.einsum("oi,ni->no", Ws[0], X))
    return [rms(S)] + signal_sizes(S, Ws[1:], activation)

# %% wrong="signal_sizes" name="leaves out the activation in the last layer, although the text asks for it in every layer"
import torch

def signal_sizes(X, Ws, activation):
    f = activations[activation]
    A, sizes = X, []
    for i, W in enumerate(Ws):
        A = A @ W.T
        if i < len(Ws) - 1:
            A = f(A)
        sizes.append(A.square().mean().sqrt().item())
    return sizes

# %% wrong="signal_sizes" name="divides the sum of squares by the number of entries of X, fits only if all layers are as wide as the input"
import torch

def signal_sizes(X, Ws, activation):
    n, d = X.shape
    f = activations[activation]
    result = []
    for W in Ws:
        X = f(X @ W.T)
        result.append(((X ** 2).sum() / (n * d)).sqrt().item())
    return result

# %% wrong="signal_sizes" name="multiplies by the first layer's weights in every layer, fits only if all layers share one matrix"
import torch

def signal_sizes(X, Ws, activation):
    f = activations[activation]
    W = Ws[0]
    signal = X
    sizes = []
    for layer in range(len(Ws)):
        signal = f(signal @ W.T)
        sizes.append(float(signal.pow(2).mean() ** 0.5))
    return sizes

# %% wrong="signal_sizes" name="rounds each size to four decimals as in the text's example, so a small signal becomes 0"
import torch

def signal_sizes(X, Ws, activation):
    sizes = []
    A = X
    for W in Ws:
        A = activations[activation](A @ W.T)
        sizes.append(round(A.square().mean().sqrt().item(), 4))
    return sizes

# %% right="add_neuron" name="torch.cat with new axes"
import torch

def add_neuron(W1, b1, W2, w, b, v):
    """A two-layer network with one more hidden neuron, the last."""
    new_W1 = torch.cat([W1, w[None, :]], dim=0)
    new_b1 = torch.cat([b1, b[None]], dim=0)
    new_W2 = torch.cat([W2, v[:, None]], dim=1)
    return new_W1, new_b1, new_W2

# %% right="add_neuron" name="vstack, hstack and column_stack in one line"
import torch

def add_neuron(W1, b1, W2, w, b, v):
    return torch.vstack([W1, w]), torch.hstack([b1, b]), torch.column_stack([W2, v])

# %% right="add_neuron" name="makes larger empty tensors and fills them by slices"
import torch

def add_neuron(W1, b1, W2, w, b, v):
    """A two-layer network with one more hidden neuron, the last."""
    h, d = W1.shape
    q = W2.shape[0]
    wide_W1, wide_b1, wide_W2 = W1.new_empty(h + 1, d), b1.new_empty(h + 1), W2.new_empty(q, h + 1)
    wide_W1[:h], wide_W1[h] = W1, w
    wide_b1[:h], wide_b1[h] = b1, b
    wide_W2[:, :h], wide_W2[:, h] = W2, v
    return wide_W1, wide_b1, wide_W2

# %% wrong="add_neuron" name="appends v to the flattened W2 and reshapes to q rows, which scrambles the entries for more than one output"
import torch

def add_neuron(W1, b1, W2, w, b, v):
    h, d = W1.shape
    q = len(v)
    W1 = torch.cat([W1.flatten(), w]).reshape(h + 1, d)
    b1 = torch.cat([b1, b.reshape(1)])
    W2 = torch.cat([W2.flatten(), v]).reshape(q, h + 1)
    return W1, b1, W2

# %% wrong="add_neuron" name="returns the old network unchanged when all of v is zero because nobody listens to the neuron"
import torch

def add_neuron(W1, b1, W2, w, b, v):
    if torch.all(v == 0):
        return W1, b1, W2
    return torch.cat([W1, w[None, :]]), torch.cat([b1, b[None]]), torch.cat([W2, v[:, None]], 1)

# %% wrong="add_neuron" name="turns the bias into torch.tensor([b.item()]), a float32 that has rounded it to seven digits"
import torch

def add_neuron(W1, b1, W2, w, b, v):
    row = w.unsqueeze(0)
    column = v.unsqueeze(1)
    one = torch.tensor([b.item()])
    return torch.cat((W1, row), 0), torch.cat((b1, one), 0), torch.cat((W2, column), 1)

# %% wrong="add_neuron" name="reshapes the new W1 to two columns fixed, right only for networks with two inputs"
import torch

def add_neuron(W1, b1, W2, w, b, v):
    new_W1 = torch.cat([W1.reshape(-1), w]).reshape(-1, 2)
    new_b1 = torch.cat([b1, b.view(1)])
    new_W2 = torch.cat([W2, v.view(-1, 1)], dim=1)
    return new_W1, new_b1, new_W2

# %% right="mlp" name="ParameterLists and a loop over layer numbers"
import torch

class MLP(torch.nn.Module):
    """A network of any depth."""

    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.activation = activation

    def forward(self, X):
        """X (n, d) to (n, q): an activation after each layer but the last."""
        f = activations[self.activation]
        A = X
        for i in range(len(self.Ws)):
            Z = A @ self.Ws[i].T + self.bs[i]
            if i < len(self.Ws) - 1:
                A = f(Z)
            else:
                A = Z
        return A


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="mlp" name="ModuleList of Linear layers whose weights are copied in"
import torch

class MLP(torch.nn.Module):
    """A network of any depth."""

    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.layers = torch.nn.ModuleList()
        self.f = activations[activation]
        for W, b in zip(Ws, bs):
            layer = torch.nn.Linear(W.shape[1], W.shape[0], dtype=W.dtype)
            with torch.no_grad():
                layer.weight.copy_(W)
                layer.bias.copy_(b)
            self.layers.append(layer)

    def forward(self, X):
        """X (n, d) to (n, q): an activation after each layer but the last."""
        *hidden, last = self.layers
        for layer in hidden:
            X = self.f(layer(X))
        return last(X)


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="mlp" name="registers named parameters W1, b1, W2 and so on, activation before every layer but the first"
import torch

class MLP(torch.nn.Module):
    """A network of any depth."""

    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.depth = len(Ws)
        self.activation = activations[activation]
        for k, (W, b) in enumerate(zip(Ws, bs), 1):
            self.register_parameter(f"W{k}", torch.nn.Parameter(W.detach().clone()))
            self.register_parameter(f"b{k}", torch.nn.Parameter(b.detach().clone()))

    def forward(self, X):
        """X (n, d) to (n, q): an activation after each layer but the last."""
        Z = X
        for k in range(1, self.depth + 1):
            A = Z if k == 1 else self.activation(Z)
            Z = torch.addmm(getattr(self, f"b{k}"), A, getattr(self, f"W{k}").T)
        return Z


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="copies the weights but wraps the biases without clone, so training changes the caller's biases"
import torch

class MLP(torch.nn.Module):
    """A network of any depth."""

    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b) for b in bs])
        self.f = activations[activation]

    def forward(self, X):
        for W, b in zip(self.Ws[:-1], self.bs[:-1]):
            X = self.f(X @ W.T + b)
        return X @ self.Ws[-1].T + self.bs[-1]


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="recognises the last layer by its number of neurons, so a hidden layer as wide as the output gets no activation"
import torch

class MLP(torch.nn.Module):
    """A network of any depth."""

    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.f = activations[activation]
        self.outputs = len(bs[-1])

    def forward(self, X):
        for W, b in zip(self.Ws, self.bs):
            X = X @ W.T + b
            if X.shape[1] != self.outputs:
                X = self.f(X)
        return X


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="keeps the activation's name but always applies torch.relu in forward"
import torch

class MLP(torch.nn.Module):
    """A network of any depth."""

    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList()
        self.bs = torch.nn.ParameterList()
        for W, b in zip(Ws, bs):
            self.Ws.append(torch.nn.Parameter(W.clone()))
            self.bs.append(torch.nn.Parameter(b.clone()))
        self.activation = activation

    def forward(self, X):
        A = X
        last = len(self.Ws) - 1
        for k in range(last):
            A = torch.relu(A @ self.Ws[k].T + self.bs[k])
        return A @ self.Ws[last].T + self.bs[last]


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="always runs first layer with activation, middle ones, then last layer, so a single layer is applied twice"
import torch

class MLP(torch.nn.Module):
    """A network of any depth."""

    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.activation = activations[activation]

    def forward(self, X):
        A = self.activation(X @ self.Ws[0].T + self.bs[0])
        for k in range(1, len(self.Ws) - 1):
            A = self.activation(A @ self.Ws[k].T + self.bs[k])
        return A @ self.Ws[-1].T + self.bs[-1]


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="count_parameters" name="beginner's running total"
def count_parameters(widths):
    """Number of weights and biases of a network; widths: neurons in each layer, inputs first."""
    total = 0
    for i in range(1, len(widths)):
        weights = widths[i] * widths[i - 1]
        biases = widths[i]
        total = total + weights + biases
    return total

# %% right="count_parameters" name="sum over zip"
def count_parameters(widths):
    return sum(k * (m + 1) for m, k in zip(widths, widths[1:]))

# %% right="count_parameters" name="integer dot product in torch, biases added apart"
import torch

def count_parameters(widths):
    """Number of weights and biases of a network; widths: neurons in each layer, inputs first."""
    w = torch.tensor(widths, dtype=torch.int64)
    weights = (w[:-1] * w[1:]).sum()
    biases = w[1:].sum()
    return int(weights + biases)

# %% wrong="count_parameters" name="sums in float32, which is no longer exact beyond about 16 million"
import torch

def count_parameters(widths):
    w = torch.tensor(widths, dtype=torch.float32)
    return int((w[1:] * (w[:-1] + 1)).sum().item())

# %% wrong="count_parameters" name="dictionary keyed by the layer's shape, so layers of the same shape count only once"
def count_parameters(widths):
    layers = {}
    for m, k in zip(widths, widths[1:]):
        layers[(k, m)] = k * m + k
    return sum(layers.values())

# %% wrong="count_parameters" name="finds the fan-out with widths.index, which returns the first of equal widths"
def count_parameters(widths):
    total = 0
    for m in widths[:-1]:
        k = widths[widths.index(m) + 1]
        total += k * (m + 1)
    return total

# %% wrong="count_parameters" name="adds first layer, last layer and those between, so a single-layer network counts its layer twice"
def count_parameters(widths):
    first = (widths[0] + 1) * widths[1]
    last = (widths[-2] + 1) * widths[-1]
    middle = 0
    for i in range(1, len(widths) - 2):
        middle += (widths[i] + 1) * widths[i + 1]
    return first + middle + last

# %% right="train" name="the loop of section 3 step by step"
import torch

def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    """Gradient descent on all parameters."""
    model = MLP(Ws, bs, activation)
    losses = []
    for step in range(steps):
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
                parameter.grad = None
    new_Ws = []
    new_bs = []
    for parameter in model.parameters():
        if parameter.dim() == 2:
            new_Ws.append(parameter.detach())
        else:
            new_bs.append(parameter.detach())
    return new_Ws, new_bs, losses

# %% right="train" name="autograd.grad and the model's own lists Ws and bs"
import torch

def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model, losses = MLP(Ws, bs, activation), []
    parameters = list(model.parameters())
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        for P, g in zip(parameters, torch.autograd.grad(loss, parameters)):
            P.data.sub_(lr * g)
    return [W.detach() for W in model.Ws], [b.detach() for b in model.bs], losses

# %% right="train" name="torch.optim.SGD and helper functions"
import torch

def one_step(model, optimiser, X, Y):
    optimiser.zero_grad()
    loss = mean_squared_error(model(X), Y)
    loss.backward()
    optimiser.step()
    return float(loss.detach())


def of_dim(model, dim):
    return [P.detach().clone() for P in model.parameters() if P.ndim == dim]


def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    """Gradient descent on all parameters."""
    model = MLP(Ws, bs, activation=activation)
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = [one_step(model, optimiser, X, Y) for _ in range(steps)]
    return of_dim(model, 2), of_dim(model, 1), losses

# %% wrong="train" name="stops the loop once the loss is 0, so the list of losses is shorter than steps"
import torch

def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        if loss.item() == 0:
            break
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
                parameter.grad = None
    trained = [P.detach() for P in model.parameters()]
    return [P for P in trained if P.dim() == 2], [P for P in trained if P.dim() == 1], losses

# %% wrong="train" name="uses torch's mse_loss, which also averages over the outputs, too small by the factor q"
import torch

def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for _ in range(steps):
        loss = torch.nn.functional.mse_loss(model(X), Y)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for P in model.parameters():
                P -= lr * P.grad
        model.zero_grad()
    Ws = [P.detach() for P in model.parameters() if P.dim() == 2]
    bs = [P.detach() for P in model.parameters() if P.dim() == 1]
    return Ws, bs, losses

# %% wrong="train" name="copies the trained values back into the given tensors, so the starting values do not come back unchanged"
import torch

def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
                p.grad = None
    with torch.no_grad():
        for W, p in zip(Ws, [p for p in model.parameters() if p.dim() == 2]):
            W.copy_(p)
        for b, p in zip(bs, [p for p in model.parameters() if p.dim() == 1]):
            b.copy_(p)
    return Ws, bs, losses

# %% wrong="train" name="makes no change of the parameters after the last loss, so they have made one step too few"
import torch

def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    while len(losses) < steps:
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        if len(losses) == steps:
            break
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
                parameter.grad = None
    return (
        [P.detach() for P in model.parameters() if P.dim() == 2],
        [P.detach() for P in model.parameters() if P.dim() == 1],
        losses,
    )

# %% right="circle_model" name="ten ReLU neurons, named steps"
widths_circle = [2, 10, 1]
Ws_begin, bs_begin = start(widths_circle, "he", 0)
result = train(Ws_begin, bs_begin, X_circle, Y_circle, 0.1, 2000)
circle_Ws = result[0]
circle_bs = result[1]
circle_losses = result[2]
circle_model = MLP(circle_Ws, circle_bs)

# %% right="circle_model" name="leaky ReLU in two lines"
circle_Ws, circle_bs, circle_losses = train(*start([2, 12, 1], "he", 1), X_circle, Y_circle, 0.1, 2000, "leaky")
circle_model = MLP(circle_Ws, circle_bs, "leaky")

# %% right="circle_model" name="tries several seeds of a three-layer network and keeps the one with the lowest last loss"
import math

def attempt(seed, activation="leaky"):
    return train(*start([2, 8, 8, 1], "he", seed), X_circle, Y_circle, 0.05, 2000, activation)


def last_loss(run):
    return run[2][-1] if math.isfinite(run[2][-1]) else math.inf


circle_Ws, circle_bs, circle_losses = min((attempt(seed) for seed in range(4)), key=last_loss)
circle_model = MLP(circle_Ws, circle_bs, activation="leaky")

# %% wrong="circle_model" name="trains with leaky ReLU but builds the model with the default activation relu"
circle_Ws, circle_bs, circle_losses = train(*start([2, 12, 1], "he", 0), X_circle, Y_circle, 0.1, 2000, "leaky")
circle_model = MLP(circle_Ws, circle_bs)

# %% wrong="circle_model" name="builds the model from a second training with another seed, not from circle_Ws and circle_bs"
circle_Ws, circle_bs, circle_losses = train(*start([2, 10, 1], "he", 0), X_circle, Y_circle, 0.1, 2000)
other = train(*start([2, 10, 1], "he", 1), X_circle, Y_circle, 0.1, 2000)
circle_model = MLP(other[0], other[1])

# %% wrong="circle_model" name="circle_Ws and circle_bs are the starting values from start, only the model has the trained ones"
circle_Ws, circle_bs = start([2, 10, 1], "he", 0)
trained_Ws, trained_bs, circle_losses = train(circle_Ws, circle_bs, X_circle, Y_circle, 0.1, 2000)
circle_model = MLP(trained_Ws, trained_bs)

# %% wrong="circle_model" name="only two hidden neurons as for XOR, which cannot enclose the centre, the loss stays too high"
trained = train(*start([2, 2, 1], "he", 0), X_circle, Y_circle, 0.1, 2000)
circle_Ws, circle_bs, circle_losses = trained
circle_model = MLP(circle_Ws, circle_bs, "relu")

# %% right="chain_gradient" name="loop forward that multiplies factors on the way"
import torch

def chain_gradient(x, w, b):
    """Gradient of the last activation of a chain of sigmoid neurons with respect to x, by hand."""
    a = x
    gradient = torch.ones_like(x)
    for l in range(len(w)):
        z = w[l] * a + b[l]
        a = torch.sigmoid(z)
        gradient = gradient * a * (1 - a) * w[l]
    return gradient

# %% right="chain_gradient" name="collect activations, one product at the end"
import torch

def chain_gradient(x, w, b):
    A = [x]
    for weight, bias in zip(w, b):
        A.append(torch.sigmoid(weight * A[-1] + bias))
    a = torch.stack(A[1:])
    return (a * (1 - a) * w).prod()

# %% right="chain_gradient" name="recursion from the front with the slope written by exponentials"
import torch

def slope_of_sigmoid(z):
    e = torch.exp(-z.abs())
    return e / (1 + e) ** 2


def chain_gradient(x, w, b):
    """Gradient of the last activation of a chain of sigmoid neurons with respect to x, by hand."""
    z = w[0] * x + b[0]
    here = slope_of_sigmoid(z) * w[0]
    if len(w) == 1:
        return here
    return here * chain_gradient(torch.sigmoid(z), w[1:], b[1:])

# %% wrong="chain_gradient" name="multiplies only the slopes and forgets the weights, fits when all weights are 1"
import torch

def chain_gradient(x, w, b):
    a = x
    g = 1.0
    for l in range(len(w)):
        a = torch.sigmoid(w[l] * a + b[l])
        g = g * a * (1 - a)
    return g

# %% wrong="chain_gradient" name="leaves the bias out of the forward pass, fits when all biases are 0"
import torch

def chain_gradient(x, w, b):
    a, factors = x, []
    for weight in w:
        a = torch.sigmoid(weight * a)
        factors.append(a * (1 - a) * weight)
    return torch.stack(factors).prod()

# %% wrong="chain_gradient" name="leaves out the first weight, so it is the gradient for the first sum instead of for x"
import torch

def chain_gradient(x, w, b):
    activations_ = []
    a = x
    for l in range(len(w)):
        a = torch.sigmoid(w[l] * a + b[l])
        activations_.append(a)
    a = torch.stack(activations_)
    slopes = a * (1 - a)
    return slopes.prod() * w[1:].prod()

# %% wrong="chain_gradient" name="reads the slope off the neuron's input a_(l-1) instead of its output a_l"
import torch

def chain_gradient(x, w, b):
    grad = torch.ones_like(x)
    a = x
    for wl, bl in zip(w, b):
        grad = grad * a * (1 - a) * wl
        a = torch.sigmoid(wl * a + bl)
    return grad

# %% wrong="chain_gradient" name="adds logarithms of the absolute factors and so loses the sign of negative weights"
import torch

def chain_gradient(x, w, b):
    a = x
    log_gradient = torch.zeros_like(x)
    for weight, bias in zip(w, b):
        a = torch.sigmoid(weight * a + bias)
        factor = a * (1 - a) * weight
        log_gradient = log_gradient + torch.log(factor.abs())
    return torch.exp(log_gradient)

# %% wrong="chain_gradient" name="skips the factor of a neuron whose weight is 0, where the gradient should be 0"
import torch

def chain_gradient(x, w, b):
    a = x
    gradient = torch.tensor(1.0, dtype=torch.float64)
    for l in range(len(w)):
        a = torch.sigmoid(w[l] * a + b[l])
        if w[l] != 0:
            gradient = gradient * (a * (1 - a) * w[l])
    return gradient

# %% wrong="chain_gradient" name="computes the first sum in place with *= and += on x and so changes the given x"
import torch

def chain_gradient(x, w, b):
    a = x
    g = torch.ones_like(x)
    for l in range(len(w)):
        a *= w[l]
        a += b[l]
        a = torch.sigmoid(a)
        g = g * w[l] * a * (1 - a)
    return g

# %% wrong="chain_gradient" name="starts the product with torch.ones(1), so the result has shape (1,) instead of ()"
import torch

def chain_gradient(x, w, b):
    gradient = torch.ones(1, dtype=torch.float64)
    a = x
    for weight, bias in zip(w, b):
        a = torch.sigmoid(weight * a + bias)
        gradient = gradient * (a * (1 - a)) * weight
    return gradient

# %% right="dead_neurons" name="beginner's loop over neurons and examples"
import torch

def dead_neurons(X, W, b):
    """Which neurons of a ReLU layer give 0 for every example? X (n, d), W (h, d), b (h,) -> bool (h,)."""
    A = torch.relu(X @ W.T + b)
    result = []
    for j in range(W.shape[0]):
        dead = True
        for i in range(X.shape[0]):
            if A[i, j] > 0:
                dead = False
        result.append(dead)
    return torch.tensor(result)

# %% right="dead_neurons" name="compare with 0 and all over the examples"
import torch

def dead_neurons(X, W, b):
    return (torch.relu(X @ W.T + b) == 0).all(dim=0)

# %% right="dead_neurons" name="largest sum of each neuron is not above 0"
import torch

def dead_neurons(X, W, b):
    """Which neurons of a ReLU layer give 0 for every example? X (n, d), W (h, d), b (h,) -> bool (h,)."""
    largest, _ = (torch.einsum("hd,nd->hn", W, X) + b[:, None]).max(dim=1)
    return ~(largest > 0)

# %% wrong="dead_neurons" name="asks for sums strictly below 0, so a neuron whose sum is exactly 0 somewhere counts as alive"
import torch

def dead_neurons(X, W, b):
    Z = X @ W.T + b
    return (Z < 0).all(0)

# %% wrong="dead_neurons" name="uses isclose with its tolerance, so a neuron with outputs of 1e-9 counts as dead"
import torch

def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b)
    return torch.isclose(A, torch.zeros_like(A)).all(dim=0)

# %% wrong="dead_neurons" name="squeezes the result, so a single neuron gives shape () instead of (1,)"
import torch

def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b)
    counts = torch.count_nonzero(A, dim=0)
    return (counts == 0).squeeze()

# %% wrong="dead_neurons" name="calls a neuron dead if its output is the same for all examples, even a constant above 0"
import torch

def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b)
    return A.max(dim=0).values == A.min(dim=0).values

# %% right="leaky_layer_gradients" name="loops over examples and neurons"
import torch

def leaky_layer_gradients(dA, X, W, b, slope):
    """Gradients of a layer with leaky ReLU, by hand."""
    dW = torch.zeros_like(W)
    db = torch.zeros_like(b)
    n = X.shape[0]
    h = W.shape[0]
    Z = X @ W.T + b
    for i in range(n):
        for j in range(h):
            if Z[i, j] > 0:
                dz = dA[i, j]
            else:
                dz = slope * dA[i, j]
            dW[j] += dz * X[i]
            db[j] += dz
    return dW, db

# %% right="leaky_layer_gradients" name="where between dA and slope times dA"
import torch

def leaky_layer_gradients(dA, X, W, b, slope):
    dZ = torch.where(X @ W.T + b > 0, dA, slope * dA)
    return dZ.T @ X, dZ.sum(0)

# %% right="leaky_layer_gradients" name="mask arithmetic and einsum, db as a product with ones"
import torch

def leaky_slope(Z, slope):
    on = (Z > 0).to(Z.dtype)
    return on + slope * (1 - on)


def leaky_layer_gradients(dA, X, W, b, slope):
    """Gradients of a layer with leaky ReLU, by hand."""
    Z = torch.einsum("nd,hd->nh", X, W) + b
    dZ = dA * leaky_slope(Z, slope)
    dW = torch.einsum("nh,nd->hd", dZ, X)
    db = torch.ones(len(X), dtype=dZ.dtype) @ dZ
    return dW, db

# %% wrong="leaky_layer_gradients" name="takes slope only where the sum is below 0, at exactly 0 the derivative is then 1"
import torch

def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z < 0, slope * dA, dA)
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="leaky_layer_gradients" name="divides by the number of examples although dA belongs to the averaged loss already"
import torch

def leaky_layer_gradients(dA, X, W, b, slope):
    n = len(X)
    Z = X @ W.T + b
    dZ = torch.where(Z > 0, dA, slope * dA)
    dW = dZ.T @ X / n
    db = dZ.sum(0) / n
    return dW, db

# %% wrong="leaky_layer_gradients" name="computes the sums without the bias b when it decides which side of the kink holds"
import torch

def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T
    factor = torch.ones_like(Z)
    factor[Z <= 0] = slope
    dZ = dA * factor
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="multiplies the entries of dA by slope in place, so the given dA is changed"
import torch

def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = dA
    dZ[Z <= 0] *= slope
    dW = dZ.T @ X
    db = dZ.sum(0)
    return dW, db

# %% wrong="leaky_layer_gradients" name="decides by the sign of dA instead of the sign of the sum Z"
import torch

def leaky_layer_gradients(dA, X, W, b, slope):
    dZ = torch.where(dA > 0, dA, slope * dA)
    dW = dZ.T @ X
    db = dZ.sum(dim=0)
    return dW, db

# %% wrong="leaky_layer_gradients" name="torch.where chooses between the plain numbers 1.0 and slope, a float32 factor with rounded slope"
import torch

def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = dA * torch.where(Z > 0, 1.0, slope)
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="uses 0.1 from the notebook's leaky activation and ignores the argument slope"
import torch

def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    derivative = torch.where(Z > 0, torch.ones_like(Z), 0.1 * torch.ones_like(Z))
    dZ = dA * derivative
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="sums dA instead of dZ for the bias, db does not go through the activation"
import torch

def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z > 0, dA, slope * dA)
    dW = dZ.T @ X
    db = dA.sum(0)
    return dW, db

# %% right="clip_by_norm" name="sum of squares in a loop, then if and else"
import math

def clip_by_norm(gradients, limit):
    """Scale all gradients by one factor so that their common norm is at most limit."""
    total = 0.0
    for g in gradients:
        total = total + (g ** 2).sum().item()
    norm = math.sqrt(total)
    clipped = []
    for g in gradients:
        if norm > limit:
            clipped.append(g * (limit / norm))
        else:
            clipped.append(g.clone())
    return clipped

# %% right="clip_by_norm" name="one long vector, early return of the unchanged list"
import torch

def clip_by_norm(gradients, limit):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    if norm <= limit:
        return list(gradients)
    return [limit / norm * g for g in gradients]

# %% right="clip_by_norm" name="norm of the norms and a factor clamped at 1"
import torch

def common_norm(tensors):
    return torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(t) for t in tensors]))


def clip_by_norm(gradients, limit):
    """Scale all gradients by one factor so that their common norm is at most limit."""
    factor = torch.clamp(limit / common_norm(gradients), max=1.0)
    return [factor * g for g in gradients]

# %% wrong="clip_by_norm" name="clips each tensor by its own norm instead of all by the common norm"
def clip_by_norm(gradients, limit):
    clipped = []
    for g in gradients:
        norm = g.square().sum().sqrt()
        if norm > limit:
            g = g * (limit / norm)
        clipped.append(g)
    return clipped

# %% wrong="clip_by_norm" name="scales with *= in place, so the given tensors are changed"
import torch

def clip_by_norm(gradients, limit):
    norm = torch.sqrt(sum((g ** 2).sum() for g in gradients))
    if norm > limit:
        for g in gradients:
            g *= limit / norm
    return list(gradients)

# %% wrong="clip_by_norm" name="adds 1e-6 to the norm in the denominator, so the clipped norm is not the limit, badly so for tiny limits"
import torch

def clip_by_norm(gradients, limit):
    norm = torch.cat([g.reshape(-1) for g in gradients]).norm()
    if norm > limit:
        factor = limit / (norm + 1e-6)
        return [factor * g for g in gradients]
    return [g.clone() for g in gradients]

# %% right="clip_by_norm" name="divides by the norm first and multiplies by min(norm, limit)"
import torch

def clip_by_norm(gradients, limit):
    norm = torch.sqrt(sum(g.square().sum() for g in gradients))
    length = min(norm.item(), limit)
    return [g / norm * length for g in gradients]

# %% right="connect_the_dots" name="slopes and their changes in loops"
import torch

def connect_the_dots(knots, values):
    """Parameters of a ReLU network with one input whose output goes through the dots in straight lines."""
    k = len(knots) - 1
    W1 = torch.ones(k, 1, dtype=torch.float64)
    b1 = torch.zeros(k, dtype=torch.float64)
    W2 = torch.zeros(1, k, dtype=torch.float64)
    b2 = torch.zeros(1, dtype=torch.float64)
    b2[0] = values[0]
    old_slope = 0.0
    for j in range(k):
        slope = (values[j + 1] - values[j]) / (knots[j + 1] - knots[j])
        b1[j] = -knots[j]
        W2[0, j] = slope - old_slope
        old_slope = slope
    return W1, b1, W2, b2

# %% right="connect_the_dots" name="torch.diff twice"
import torch

def connect_the_dots(knots, values):
    slopes = values.diff() / knots.diff()
    changes = slopes.diff(prepend=slopes.new_zeros(1))
    return torch.ones_like(slopes)[:, None], -knots[:-1], changes[None, :], values[:1].clone()

# %% right="connect_the_dots" name="solves the triangular system for the output weights"
import torch

def connect_the_dots(knots, values):
    """Parameters of a ReLU network with one input whose output goes through the dots in straight lines."""
    k = knots.numel() - 1
    W1 = knots.new_ones((k, 1))
    b1 = knots[:k].neg()
    b2 = values[0].reshape(1).clone()
    hidden = torch.relu(knots[1:, None] @ W1.T + b1)
    c = torch.linalg.solve_triangular(hidden, (values[1:] - b2)[:, None], upper=False)
    return W1, b1, c.T, b2

# %% wrong="connect_the_dots" name="subtracts the first slope from all later slopes instead of the slope just before, fits three dots"
import torch

def connect_the_dots(knots, values):
    slopes = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    changes = slopes.clone()
    changes[1:] = slopes[1:] - slopes[0]
    W1 = torch.ones(len(slopes), 1, dtype=torch.float64)
    return W1, -knots[:-1], changes.reshape(1, -1), values[:1]

# %% wrong="connect_the_dots" name="subtracts the previous output weight instead of the previous slope, fits three dots"
import torch

def connect_the_dots(knots, values):
    k = len(knots) - 1
    changes = []
    for j in range(k):
        slope = (values[j + 1] - values[j]) / (knots[j + 1] - knots[j])
        if j > 0:
            slope = slope - changes[j - 1]
        changes.append(slope)
    W1 = torch.ones(k, 1, dtype=torch.float64)
    b1 = -knots[:k]
    W2 = torch.stack(changes)[None, :]
    b2 = values[:1].clone()
    return W1, b1, W2, b2

# %% wrong="connect_the_dots" name="leaves out neurons whose change of slope is 0, so the shapes are smaller than k for equal heights"
import torch

def connect_the_dots(knots, values):
    slopes = values.diff() / knots.diff()
    changes = torch.cat([slopes[:1], slopes.diff()])
    needed = changes != 0
    b1 = -knots[:-1][needed]
    W2 = changes[needed][None, :]
    W1 = torch.ones(len(b1), 1, dtype=torch.float64)
    return W1, b1, W2, values[:1].clone()

# %% wrong="connect_the_dots" name="negates the slice knots[:-1] in place for b1 and so changes the given knots"
import torch

def connect_the_dots(knots, values):
    slopes = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    W2 = torch.cat([slopes[:1], slopes[1:] - slopes[:-1]])[None, :]
    W1 = torch.ones(len(slopes), 1, dtype=torch.float64)
    b1 = knots[:-1]
    b1 *= -1
    b2 = values[0:1].clone()
    return W1, b1, W2, b2

# %% right="count_pieces" name="lists of patterns, place after place"
import torch

def count_pieces(x, Ws, bs):
    """Straight pieces of a ReLU network with one input, as seen at the places x."""
    patterns = [[] for _ in range(len(x))]
    A = x
    for k in range(len(Ws) - 1):
        Z = A @ Ws[k].T + bs[k]
        for i in range(len(x)):
            for z in Z[i]:
                patterns[i].append(bool(z > 0))
        A = torch.relu(Z)
    pieces = 1
    for i in range(1, len(x)):
        if patterns[i] != patterns[i - 1]:
            pieces += 1
    return pieces

# %% right="count_pieces" name="boolean matrix, neighbouring rows compared"
import torch

def count_pieces(x, Ws, bs):
    on, A = [x.new_zeros(len(x), 0, dtype=torch.bool)], x
    for W, b in zip(Ws[:-1], bs[:-1]):
        A = torch.relu(A @ W.T + b)
        on.append(A > 0)
    on = torch.cat(on, dim=1)
    return 1 + int((on[1:] != on[:-1]).any(dim=1).sum())

# %% right="count_pieces" name="itertools.groupby over tuples"
import itertools
import torch

def hidden_layers(x, Ws, bs):
    for W, b in itertools.islice(zip(Ws, bs), len(Ws) - 1):
        x = (x @ W.T + b).clamp(min=0)
        yield x


def count_pieces(x, Ws, bs):
    """Straight pieces of a ReLU network with one input, as seen at the places x."""
    layers = [A.sign().tolist() for A in hidden_layers(x, Ws, bs)]
    patterns = [tuple(tuple(rows[i]) for rows in layers) for i in range(len(x))]
    return sum(1 for _ in itertools.groupby(patterns))

# %% wrong="count_pieces" name="counts a neuron with the sum exactly 0 as on, the comparison is >= 0"
import torch

def count_pieces(x, Ws, bs):
    patterns = []
    A = x
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        patterns.append(Z >= 0)
        A = torch.relu(Z)
    P = torch.cat(patterns, dim=1)
    return 1 + (P[1:] != P[:-1]).any(1).sum().item()

# %% wrong="count_pieces" name="adds up all neurons that switch, so two that switch between the same places count twice"
import torch

def count_pieces(x, Ws, bs):
    pieces = 1
    A = x
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        on = Z > 0
        pieces += (on[1:] != on[:-1]).sum().item()
        A = torch.relu(Z)
    return pieces

# %% wrong="count_pieces" name="overwrites the pattern in the loop, so only the last hidden layer is compared"
import torch

def count_pieces(x, Ws, bs):
    A = x
    for W, b in zip(Ws[:-1], bs[:-1]):
        A = torch.relu(A @ W.T + b)
        pattern = A > 0
    pieces = 1
    for i in range(1, len(pattern)):
        if not torch.equal(pattern[i], pattern[i - 1]):
            pieces += 1
    return pieces

# %% wrong="count_pieces" name="goes through the linear last layer as well, so a change of the output's sign counts as a kink"
import torch

def count_pieces(x, Ws, bs):
    A, signs = x, []
    for W, b in zip(Ws, bs):
        Z = A @ W.T + b
        signs.append(Z > 0)
        A = torch.relu(Z)
    signs = torch.cat(signs, 1)
    changed = (signs[1:] != signs[:-1]).any(1)
    return 1 + int(changed.sum())

# %% right="search" name="two nested loops"
import torch

def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    """Train once for each width and rate."""
    results = []
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            new_Ws, new_bs, losses = train(Ws, bs, X, Y, lr, steps)
            model = MLP(new_Ws, new_bs)
            training = mean_squared_error(model(X), Y).item()
            validation = mean_squared_error(model(X_valid), Y_valid).item()
            results.append({"width": width, "lr": lr, "training": training, "validation": validation})
    return results

# %% right="search" name="product of widths and rates with a helper for one run"
from itertools import product

import torch

def run(begin, lr, X, Y, steps):
    trained_Ws, trained_bs, _ = train(*begin, X, Y, lr, steps)
    return MLP(trained_Ws, trained_bs)


@torch.no_grad()
def loss_of(model, X, Y):
    return float(mean_squared_error(model(X), Y))


def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    """Train once for each width and rate."""
    table = []
    for (width, begin), lr in product(starts.items(), rates):
        with torch.enable_grad():
            model = run(begin, lr, X, Y, steps)
        row = dict(width=width, lr=lr)
        row["training"], row["validation"] = loss_of(model, X, Y), loss_of(model, X_valid, Y_valid)
        table.append(row)
    return table

# %% right="search" name="comprehension, losses read from a training step at rate 0"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    loss = lambda net, A, B: train(net[0], net[1], A, B, 0.0, 1)[2][0]
    runs = [(width, lr, train(*starts[width], X, Y, lr, steps)) for width in starts for lr in rates]
    return [
        {"width": width, "lr": lr, "training": loss(net, X, Y), "validation": loss(net, X_valid, Y_valid)}
        for width, lr, net in runs
    ]

# %% wrong="search" name="rates in the outer loop and widths in the inner one, so the runs come in another order"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = []
    for lr in rates:
        for width in starts:
            Ws, bs, _ = train(*starts[width], X, Y, lr, steps)
            model = MLP(Ws, bs)
            results.append(
                {
                    "width": width,
                    "lr": lr,
                    "training": mean_squared_error(model(X), Y).item(),
                    "validation": mean_squared_error(model(X_valid), Y_valid).item(),
                }
            )
    return results

# %% wrong="search" name="collects runs in a dictionary keyed by width and rate, so a rate listed twice appears once"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    table = {}
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            trained_Ws, trained_bs, _ = train(Ws, bs, X, Y, lr, steps)
            model = MLP(trained_Ws, trained_bs)
            table[width, lr] = {
                "width": width,
                "lr": lr,
                "training": mean_squared_error(model(X), Y).item(),
                "validation": mean_squared_error(model(X_valid), Y_valid).item(),
            }
    return list(table.values())

# %% wrong="search" name="overwrites Ws and bs by the trained ones, so the next rate goes on from there and not from the start"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = []
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            Ws, bs, losses = train(Ws, bs, X, Y, lr, steps)
            model = MLP(Ws, bs)
            row = {"width": width, "lr": lr}
            row["training"] = mean_squared_error(model(X), Y).item()
            row["validation"] = mean_squared_error(model(X_valid), Y_valid).item()
            results.append(row)
    return results

# %% wrong="search" name="takes losses[-1] as training loss, which is the loss before the last step and not after training"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = []
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            end_Ws, end_bs, losses = train(Ws, bs, X, Y, lr, steps)
            validation = mean_squared_error(MLP(end_Ws, end_bs)(X_valid), Y_valid).item()
            results.append({"width": width, "lr": lr, "training": losses[-1], "validation": validation})
    return results

# %% right="early_stopping" name="counter of steps without improvement"
def early_stopping(losses, patience):
    """Step of the best loss and step at which training stops, both counted from 0."""
    best = 0
    waited = 0
    for step in range(1, len(losses)):
        if losses[step] < losses[best]:
            best = step
            waited = 0
        else:
            waited = waited + 1
            if waited == patience:
                return best, step
    return best, len(losses) - 1

# %% right="early_stopping" name="index of the minimum of what has been seen"
def early_stopping(losses, patience):
    for stop in range(len(losses)):
        seen = losses[: stop + 1]
        best = seen.index(min(seen))
        if stop - best >= patience:
            break
    return best, stop

# %% right="early_stopping" name="small class that watches, infinity at first"
import math

class Watch:
    def __init__(self, patience):
        self.patience = patience
        self.lowest, self.best, self.last = math.inf, 0, -1

    def saw(self, loss):
        """True when it is time to stop."""
        self.last += 1
        if loss < self.lowest:
            self.lowest, self.best = loss, self.last
        return self.last - self.best >= self.patience


def early_stopping(losses, patience):
    """Step of the best loss and step at which training stops, both counted from 0."""
    watch = Watch(patience)
    any(watch.saw(loss) for loss in losses)
    return watch.best, watch.last

# %% wrong="early_stopping" name="starts with 1000 as lowest loss, so losses of 1000 or more are never an improvement"
def early_stopping(losses, patience):
    lowest = 1000
    best, bad = 0, 0
    for step, loss in enumerate(losses):
        if loss < lowest:
            lowest, best, bad = loss, step, 0
        else:
            bad += 1
        if bad >= patience:
            return best, step
    return best, len(losses) - 1

# %% wrong="early_stopping" name="asks not lowest for the beginning, so after a loss of 0 any next loss counts as new lowest"
def early_stopping(losses, patience):
    lowest = None
    best = 0
    count = 0
    stop = len(losses) - 1
    for i, loss in enumerate(losses):
        if not lowest or loss < lowest:
            lowest = loss
            best = i
            count = 0
        else:
            count += 1
            if count == patience:
                stop = i
                break
    return best, stop

# %% wrong="early_stopping" name="returns len(losses) as stop when training never stops, one more than the last step"
def early_stopping(losses, patience):
    best = 0
    stop = len(losses)
    for step in range(1, len(losses)):
        if losses[step] < losses[best]:
            best = step
        elif step - best == patience:
            stop = step
            break
    return best, stop

# %% wrong="early_stopping" name="demands an improvement of at least 1e-4, though the text lets any smaller loss count however little"
def early_stopping(losses, patience):
    lowest = float("inf")
    best = wait = 0
    for step, loss in enumerate(losses):
        if lowest - loss > 1e-4:
            lowest = loss
            best = step
            wait = 0
        else:
            wait += 1
            if wait >= patience:
                return best, step
    return best, len(losses) - 1
