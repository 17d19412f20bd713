# %% right="start_uniform" name="beginner index loop"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for i in range(len(widths) - 1):
        n_in = widths[i]
        n_out = widths[i + 1]
        u = torch.rand(n_out, n_in, generator=generator, dtype=torch.float64)
        W = 0.4 * u - 0.2
        Ws.append(W)
        u = torch.rand(n_out, generator=generator, dtype=torch.float64)
        b = 0.4 * u - 0.2
        bs.append(b)
    return Ws, bs

# %% right="start_uniform" name="helper draw and zip with star unpacking"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return (torch.rand(*shape, generator=generator, dtype=torch.float64) - 0.5) * 0.4

    layers = [(draw(k, m), draw(k)) for m, k in zip(widths, widths[1:])]
    Ws, bs = zip(*layers)
    return list(Ws), list(bs)

# %% right="start_uniform" name="empty tensors filled by uniform_"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths[:-1], widths[1:]):
        for target, size in ((Ws, (k, m)), (bs, (k,))):
            target.append(torch.empty(size, dtype=torch.float64).uniform_(-0.2, 0.2, generator=generator))
    return Ws, bs

# %% wrong="start_uniform" name="generator seeded again inside the loop, so every layer starts with the same numbers"
def start_uniform(widths, seed):
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        generator = torch.Generator().manual_seed(seed)
        Ws.append(0.4 * torch.rand(k, m, generator=generator, dtype=torch.float64) - 0.2)
        bs.append(0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2)
    return Ws, bs

# %% wrong="start_uniform" name="two comprehensions draw all weights first and all biases afterwards, not layer by layer"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    pairs = list(zip(widths, widths[1:]))
    Ws = [0.4 * torch.rand(k, m, generator=generator, dtype=torch.float64) - 0.2 for m, k in pairs]
    bs = [0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2 for m, k in pairs]
    return Ws, bs

# %% wrong="start_uniform" name="draws the matrix as (in, out) and transposes it, so the numbers sit at other places"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        W = 0.4 * torch.rand(m, k, generator=generator, dtype=torch.float64) - 0.2
        Ws.append(W.T)
        bs.append(0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2)
    return Ws, bs

# %% wrong="start_uniform" name="takes the fan-in off the caller's list with pop(0), so widths is eaten up"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    while len(widths) > 1:
        m = widths.pop(0)
        k = widths[0]
        Ws.append(0.4 * torch.rand(k, m, generator=generator, dtype=torch.float64) - 0.2)
        bs.append(0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2)
    return Ws, bs

# %% right="start" name="beginner if else"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for i in range(1, len(widths)):
        fan_in = widths[i - 1]
        fan_out = widths[i]
        if kind == "he":
            s = math.sqrt(2 / fan_in)
        else:
            s = math.sqrt(2 / (fan_in + fan_out))
        W = s * torch.randn(fan_out, fan_in, generator=generator, dtype=torch.float64)
        b = torch.zeros(fan_out, dtype=torch.float64)
        Ws.append(W)
        bs.append(b)
    return Ws, bs

# %% right="start" name="compact, xavier adds the fan-out by a truth value"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    pairs = list(zip(widths, widths[1:]))
    Ws = [
        torch.randn((k, m), generator=generator, dtype=torch.float64) * (2 / (m + k * (kind == "xavier"))) ** 0.5
        for m, k in pairs
    ]
    return Ws, [W.new_zeros(len(W)) for W in Ws]

# %% right="start" name="dictionary of variances, normal_ in place on fresh tensors, error for other kinds"
VARIANCES = {
    "he": lambda fan_in, fan_out: 2.0 / fan_in,
    "xavier": lambda fan_in, fan_out: 2.0 / (fan_in + fan_out),
}


def start(widths, kind, seed):
    if kind not in VARIANCES:
        raise ValueError(f"unknown kind {kind!r}")
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for fan_in, fan_out in zip(widths, widths[1:]):
        std = VARIANCES[kind](fan_in, fan_out) ** 0.5
        W = torch.empty(fan_out, fan_in, dtype=torch.float64)
        W.normal_(0.0, std, generator=generator)
        Ws.append(W)
        bs.append(torch.zeros(fan_out).double())
    return Ws, bs

# %% wrong="start" name="draws randn of shape (in, out) and transposes, which permutes the numbers of the matrix"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        s = math.sqrt(2 / m) if kind == "he" else math.sqrt(2 / (m + k))
        Ws.append((s * torch.randn(m, k, generator=generator, dtype=torch.float64)).T)
        bs.append(torch.zeros(k, dtype=torch.float64))
    return Ws, bs

# %% wrong="start" name="biases made as 0 times randn from the same generator, which uses up numbers before the next layer"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        s = math.sqrt(2 / m) if kind == "he" else math.sqrt(2 / (m + k))
        Ws.append(s * torch.randn(k, m, generator=generator, dtype=torch.float64))
        bs.append(0 * torch.randn(k, generator=generator, dtype=torch.float64))
    return Ws, bs

# %% wrong="start" name="standard deviation computed once before the loop from the first layer and used for all layers"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    if kind == "he":
        s = math.sqrt(2 / widths[0])
    else:
        s = math.sqrt(2 / (widths[0] + widths[1]))
    for m, k in zip(widths, widths[1:]):
        Ws.append(s * torch.randn(k, m, generator=generator, dtype=torch.float64))
        bs.append(torch.zeros(k, dtype=torch.float64))
    return Ws, bs

# %% wrong="start" name="biases are torch.zeros(k) without a dtype, so float32 instead of float64"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        if kind == "he":
            variance = 2 / m
        elif kind == "xavier":
            variance = 2 / (m + k)
        Ws.append(variance**0.5 * torch.randn(k, m, generator=generator, dtype=torch.float64))
        bs.append(torch.zeros(k))
    return Ws, bs

# %% right="signal_sizes" name="beginner, sum of squares by hand"
def signal_sizes(X, Ws, activation):
    f = activations[activation]
    A = X
    sizes = []
    for W in Ws:
        Z = A @ W.T
        A = f(Z)
        total = 0.0
        count = 0
        for row in A.tolist():
            for a in row:
                total = total + a * a
                count = count + 1
        sizes.append(math.sqrt(total / count))
    return sizes

# %% right="signal_sizes" name="compact with walrus"
def signal_sizes(X, Ws, activation):
    f, A = activations[activation], X
    return [(A := f(A @ W.T)).square().mean().sqrt().item() for W in Ws]

# %% right="signal_sizes" name="accumulate, norm over root of the number of entries, einsum"
from itertools import accumulate, islice


def signal_sizes(X, Ws, activation):
    def one_layer(A, W):
        return activations[activation](torch.einsum("nd,hd->nh", A, W))

    signals = islice(accumulate(Ws, one_layer, initial=X), 1, None)
    return [float(torch.linalg.vector_norm(A)) / math.sqrt(A.numel()) for A in signals]

# %% wrong="signal_sizes" name="activation skipped after the last layer, as in an ordinary network"
def signal_sizes(X, Ws, activation):
    f = activations[activation]
    sizes = []
    for k, W in enumerate(Ws):
        X = X @ W.T
        if k < len(Ws) - 1:
            X = f(X)
        sizes.append(X.square().mean().sqrt().item())
    return sizes

# %% wrong="signal_sizes" name="divides the sum of squares by n*d of the input in every layer, not by the layer's own size"
def signal_sizes(X, Ws, activation):
    f = activations[activation]
    n, d = X.shape
    sizes = []
    A = X
    for W in Ws:
        A = f(A @ W.T)
        sizes.append(math.sqrt(A.square().sum().item() / (n * d)))
    return sizes

# %% wrong="signal_sizes" name="own sigmoid written with exp(Z) instead of exp(-Z), the other activations are fine"
def signal_sizes(X, Ws, activation):
    sizes = []
    A = X
    for W in Ws:
        Z = A @ W.T
        if activation == "relu":
            A = torch.clamp(Z, min=0)
        elif activation == "leaky":
            A = torch.where(Z > 0, Z, 0.1 * Z)
        elif activation == "tanh":
            A = torch.tanh(Z)
        else:
            A = 1 / (1 + torch.exp(Z))
        sizes.append((A**2).mean().sqrt().item())
    return sizes

# %% wrong="signal_sizes" name="rounds each size to four digits after the point, so faded signals become 0"
def signal_sizes(X, Ws, activation):
    f = activations[activation]
    sizes = []
    for W in Ws:
        X = f(X @ W.T)
        sizes.append(round(X.pow(2).mean().sqrt().item(), 4))
    return sizes

# %% right="add_neuron" name="torch.cat as the text hints"
def add_neuron(W1, b1, W2, w, b, v):
    new_W1 = torch.cat([W1, w[None, :]], dim=0)
    new_b1 = torch.cat([b1, b[None]], dim=0)
    new_W2 = torch.cat([W2, v[:, None]], dim=1)
    return new_W1, new_b1, new_W2

# %% right="add_neuron" name="preallocate and fill by loops"
def add_neuron(W1, b1, W2, w, b, v):
    h, d = W1.shape
    q = W2.shape[0]
    A = torch.zeros(h + 1, d, dtype=W1.dtype)
    c = torch.zeros(h + 1, dtype=b1.dtype)
    B = torch.zeros(q, h + 1, dtype=W2.dtype)
    for i in range(h):
        A[i] = W1[i]
        c[i] = b1[i]
        for j in range(q):
            B[j, i] = W2[j, i]
    A[h] = w
    c[h] = b
    for j in range(q):
        B[j, h] = v[j]
    return A, c, B

# %% right="add_neuron" name="table with one neuron per row, then taken apart"
def add_neuron(W1, b1, W2, w, b, v):
    d = W1.shape[1]
    table = torch.hstack([W1, b1.unsqueeze(1), W2.T])
    newcomer = torch.hstack([w, b.reshape(1), v])
    table = torch.vstack([table, newcomer])
    return table[:, :d].clone(), table[:, d].clone(), table[:, d + 1 :].T.contiguous()

# %% wrong="add_neuron" name="new column of W2 filled with v[0] for all outputs, right only for q = 1"
def add_neuron(W1, b1, W2, w, b, v):
    q = W2.shape[0]
    column = v[0].expand(q, 1)
    return torch.cat([W1, w[None, :]]), torch.cat([b1, b[None]]), torch.cat([W2, column], dim=1)

# %% wrong="add_neuron" name="W2 flattened, v appended, reshaped to (q, h+1): mixes rows up when q is above 1"
def add_neuron(W1, b1, W2, w, b, v):
    h, d = W1.shape
    q = len(v)
    W1_new = torch.cat([W1.flatten(), w]).reshape(h + 1, d)
    b1_new = torch.cat([b1, b.reshape(1)])
    W2_new = torch.cat([W2.flatten(), v]).reshape(q, h + 1)
    return W1_new, b1_new, W2_new

# %% wrong="add_neuron" name="bias goes through torch.tensor([b.item()]), float32, so the new bias is only right to eight digits"
def add_neuron(W1, b1, W2, w, b, v):
    b_new = torch.tensor([b.item()])
    return (
        torch.cat([W1, w.unsqueeze(0)], 0),
        torch.cat([b1, b_new], 0),
        torch.cat([W2, v.unsqueeze(1)], 1),
    )

# %% wrong="add_neuron" name="assigns to W1.data, b1.data and W2.data, so the caller's tensors grow as well"
def add_neuron(W1, b1, W2, w, b, v):
    W1.data = torch.cat([W1, w[None, :]])
    b1.data = torch.cat([b1, b[None]])
    W2.data = torch.cat([W2, v[:, None]], dim=1)
    return W1, b1, W2

# %% right="mlp" name="two ParameterLists and an index loop"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.activation = activations[activation]

    def forward(self, X):
        A = X
        for k in range(len(self.Ws)):
            Z = A @ self.Ws[k].T + self.bs[k]
            if k == len(self.Ws) - 1:
                A = Z
            else:
                A = self.activation(Z)
        return A


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="mlp" name="register_parameter with numbered names, layer by layer"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.depth = len(Ws)
        self.kind = activation
        for number, (W, b) in enumerate(zip(Ws, bs), start=1):
            self.register_parameter(f"W{number}", torch.nn.Parameter(W.detach().clone()))
            self.register_parameter(f"b{number}", torch.nn.Parameter(b.detach().clone()))

    def layer(self, number, A):
        return A @ getattr(self, f"W{number}").T + getattr(self, f"b{number}")

    def forward(self, X):
        for number in range(1, self.depth):
            X = activations[self.kind](self.layer(number, X))
        return self.layer(self.depth, X)


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="mlp" name="ModuleList of Linear layers with copied weights"
def as_linear(W, b):
    layer = torch.nn.Linear(W.shape[1], W.shape[0], dtype=W.dtype)
    layer.weight = torch.nn.Parameter(W.detach().clone())
    layer.bias = torch.nn.Parameter(b.detach().clone())
    return layer


class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.layers = torch.nn.ModuleList(as_linear(W, b) for W, b in zip(Ws, bs))
        self.act = activations[activation]

    def forward(self, X):
        *hidden, last = self.layers
        for layer in hidden:
            X = self.act(layer(X))
        return last(X)


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="weights are cloned but the biases are wrapped without clone, so they share memory with bs"
class MLP(torch.nn.Module):
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

# %% wrong="mlp" name="forward always uses torch.relu and ignores the activation that was stored in __init__"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.activation = activation
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])

    def forward(self, X):
        last = len(self.Ws) - 1
        for k, (W, b) in enumerate(zip(self.Ws, self.bs)):
            X = X @ W.T + b
            if k != last:
                X = torch.relu(X)
        return X


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="recognises the last layer by its width, so hidden layers as wide as the output get no activation"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.q = len(bs[-1])
        self.activation = activations[activation]

    def forward(self, X):
        A = X
        for W, b in zip(self.Ws, self.bs):
            A = A @ W.T + b
            if A.shape[1] != self.q:
                A = self.activation(A)
        return A


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="first layer always gets the activation, so a network of a single layer is not linear"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.f = activations[activation]

    def forward(self, X):
        L = len(self.Ws)
        A = self.f(X @ self.Ws[0].T + self.bs[0])
        for k in range(1, L):
            A = A @ self.Ws[k].T + self.bs[k]
            if k < L - 1:
                A = self.f(A)
        return A


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="count_parameters" name="beginner loop"
def count_parameters(widths):
    total = 0
    for i in range(len(widths) - 1):
        m = widths[i]
        k = widths[i + 1]
        weights = k * m
        biases = k
        total = total + weights + biases
    return total

# %% right="count_parameters" name="one line with zip"
def count_parameters(widths):
    return sum(k * (m + 1) for m, k in zip(widths, widths[1:]))

# %% right="count_parameters" name="numpy int64 dot product"
import numpy as np


def count_parameters(widths):
    w = np.asarray(widths, dtype=np.int64)
    return int(w[:-1] @ w[1:] + w[1:].sum())

# %% wrong="count_parameters" name="sums in a float32 tensor, not exact above about 17 million parameters"
def count_parameters(widths):
    w = torch.tensor(widths, dtype=torch.float32)
    return int((w[1:] * (w[:-1] + 1)).sum().item())

# %% wrong="count_parameters" name="puts the layers into a dict keyed by fan-in, so layers with equal fan-in overwrite each other"
def count_parameters(widths):
    layers = dict(zip(widths, widths[1:]))
    return sum(k * (m + 1) for m, k in layers.items())

# %% wrong="count_parameters" name="adds the 1 for the bias into the caller's list in place, so widths is changed"
def count_parameters(widths):
    total = 0
    for i in range(len(widths) - 1):
        widths[i] += 1
        total += widths[i] * widths[i + 1]
    return total

# %% wrong="count_parameters" name="finds the next width with widths.index(m), which hits the first place where that width occurs"
def count_parameters(widths):
    total = 0
    for m in widths[:-1]:
        k = widths[widths.index(m) + 1]
        total += k * m + k
    return total

# %% right="train" name="loop of section 3 with backward"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
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

# %% right="train" name="torch.autograd.grad and a helper that splits"
def split_parameters(model):
    tensors = [P.detach().clone() for P in model.parameters()]
    return [T for T in tensors if T.ndim == 2], [T for T in tensors if T.ndim == 1]


def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model, losses = MLP(Ws, bs, activation), []
    parameters = list(model.parameters())
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for P, g in zip(parameters, gradients):
                P.sub_(g, alpha=lr)
        losses.append(float(loss))
    return (*split_parameters(model), losses)

# %% right="train" name="torch.optim.SGD"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation=activation)
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)

    def one_step():
        optimiser.zero_grad()
        loss = mean_squared_error(model(X), Y)
        loss.backward()
        optimiser.step()
        return loss.item()

    losses = [one_step() for _ in range(steps)]
    parts = {1: [], 2: []}
    for P in model.parameters():
        parts[P.dim()].append(P.detach())
    return parts[2], parts[1], losses

# %% wrong="train" name="loss averages over all outputs too, (..)**2 .mean(), too small by q when there are several outputs"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for _ in range(steps):
        loss = ((model(X) - Y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for P in model.parameters():
                P -= lr * P.grad
                P.grad = None
    return (
        [P.detach() for P in model.parameters() if P.dim() == 2],
        [P.detach() for P in model.parameters() if P.dim() == 1],
        losses,
    )

# %% wrong="train" name="copies the trained values back into the given Ws and bs with copy_, so the start is overwritten"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for P in model.parameters():
                P -= lr * P.grad
                P.grad = None
    trained_Ws = [P.detach() for P in model.parameters() if P.dim() == 2]
    trained_bs = [P.detach() for P in model.parameters() if P.dim() == 1]
    for old, new in zip([*Ws, *bs], [*trained_Ws, *trained_bs]):
        old.copy_(new)
    return Ws, bs, losses

# %% wrong="train" name="breaks out of the loop as soon as the loss rises, so fewer than steps steps are made"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        if len(losses) > 1 and losses[-1] > losses[-2]:
            break
        loss.backward()
        with torch.no_grad():
            for P in model.parameters():
                P -= lr * P.grad
                P.grad = None
    Ws_new = [P.detach() for P in model.parameters() if P.dim() == 2]
    bs_new = [P.detach() for P in model.parameters() if P.dim() == 1]
    return Ws_new, bs_new, losses

# %% wrong="train" name="clearing the gradient stands outside the inner loop, so only the last parameter's gradient is cleared"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
            parameter.grad = None
    Ws_new = [P.detach() for P in model.parameters() if P.dim() == 2]
    bs_new = [P.detach() for P in model.parameters() if P.dim() == 1]
    return Ws_new, bs_new, losses

# %% right="circle_model" name="sixteen ReLU neurons, one line each"
circle_start_Ws, circle_start_bs = start([2, 16, 1], "he", 0)
circle_Ws, circle_bs, circle_losses = train(circle_start_Ws, circle_start_bs, X_circle, Y_circle, 0.1, 1500)
circle_model = MLP(circle_Ws, circle_bs)

# %% right="circle_model" name="tanh with xavier"
result = train(*start([2, 12, 1], "xavier", 3), X_circle, Y_circle, lr=0.2, steps=2000, activation="tanh")
circle_Ws = result[0]
circle_bs = result[1]
circle_losses = result[2]
circle_model = MLP(circle_Ws, circle_bs, "tanh")

# %% right="circle_model" name="function that tries seeds until the loss is low, deep and leaky"
def best_circle(widths, kind, activation, lr, steps, seeds):
    best = None
    for seed in seeds:
        attempt = train(*start(widths, kind, seed), X_circle, Y_circle, lr, steps, activation)
        if best is None or attempt[2][-1] < best[2][-1]:
            best = attempt
        if best[2][-1] < 0.015:
            break
    return best


circle_Ws, circle_bs, circle_losses = best_circle([2, 16, 8, 1], "he", "leaky", 0.1, 1500, range(4))
circle_model = MLP(circle_Ws, circle_bs, activation="leaky")

# %% wrong="circle_model" name="circle_model is built from the starting weights, not from the trained ones"
Ws, bs = start([2, 16, 1], "he", 0)
circle_Ws, circle_bs, circle_losses = train(Ws, bs, X_circle, Y_circle, 0.1, 1500)
circle_model = MLP(Ws, bs)

# %% wrong="circle_model" name="trained with tanh, but circle_model is built with the default activation relu"
circle_Ws, circle_bs, circle_losses = train(
    *start([2, 12, 1], "xavier", 3), X_circle, Y_circle, 0.2, 2000, activation="tanh"
)
circle_model = MLP(circle_Ws, circle_bs)

# %% wrong="circle_model" name="circle_model comes from a second training with another seed, not from circle_Ws and circle_bs"
circle_Ws, circle_bs, circle_losses = train(*start([2, 16, 1], "he", 0), X_circle, Y_circle, 0.1, 1500)
circle_model = MLP(*train(*start([2, 16, 1], "he", 1), X_circle, Y_circle, 0.1, 1500)[:2])

# %% wrong="circle_model" name="trains on labels -1 and +1 as in week 4, so the centre is answered with -1"
circle_Ws, circle_bs, circle_losses = train(*start([2, 20, 1], "he", 0), X_circle, 2 * Y_circle - 1, 0.08, 2000)
circle_model = MLP(circle_Ws, circle_bs)

# %% right="chain_gradient" name="beginner loop forward with running product"
def chain_gradient(x, w, b):
    a = x
    gradient = torch.tensor(1.0, dtype=torch.float64)
    for l in range(len(w)):
        a = torch.sigmoid(w[l] * a + b[l])
        gradient = gradient * a * (1 - a) * w[l]
    return gradient

# %% right="chain_gradient" name="collect activations, one vectorised product"
def chain_gradient(x, w, b):
    activations_ = [x]
    for weight, bias in zip(w, b):
        activations_.append(torch.sigmoid(weight * activations_[-1] + bias))
    a = torch.stack(activations_[1:])
    return (a * (1 - a) * w).prod()

# %% right="chain_gradient" name="forward sums, then backward from the end, slope as sigmoid(z) sigmoid(-z)"
def chain_gradient(x, w, b):
    sums, a = [], x
    for l in range(w.shape[0]):
        sums.append(w[l] * a + b[l])
        a = sums[-1].sigmoid()
    delta = torch.ones_like(x)
    for l in reversed(range(w.shape[0])):
        dz = delta * torch.sigmoid(sums[l]) * torch.sigmoid(-sums[l])
        delta = dz * w[l]
    return delta

# %% wrong="chain_gradient" name="slope taken at the neuron's input activation: factor computed before a is updated"
def chain_gradient(x, w, b):
    a = x
    gradient = torch.ones_like(x)
    for weight, bias in zip(w, b):
        gradient = gradient * a * (1 - a) * weight
        a = torch.sigmoid(weight * a + bias)
    return gradient

# %% wrong="chain_gradient" name="slope computed from sigmoid(a) where a is already the activation: sigmoid applied twice"
def sigmoid_slope(z):
    s = torch.sigmoid(z)
    return s * (1 - s)


def chain_gradient(x, w, b):
    a = x
    gradient = torch.ones_like(x)
    for weight, bias in zip(w, b):
        a = torch.sigmoid(weight * a + bias)
        gradient = gradient * sigmoid_slope(a) * weight
    return gradient

# %% wrong="chain_gradient" name="product through logarithms of the absolute factors, so the sign of negative weights is lost"
def chain_gradient(x, w, b):
    a, log_gradient = x, torch.zeros_like(x)
    for weight, bias in zip(w, b):
        a = torch.sigmoid(weight * a + bias)
        log_gradient = log_gradient + torch.log(torch.abs(a * (1 - a) * weight))
    return torch.exp(log_gradient)

# %% wrong="chain_gradient" name="skips the factor of a neuron whose weight is 0, so the gradient is not 0 there"
def chain_gradient(x, w, b):
    a = x
    gradient = torch.ones_like(x)
    for weight, bias in zip(w, b):
        a = torch.sigmoid(weight * a + bias)
        gradient = gradient * a * (1 - a)
        if weight != 0:
            gradient = gradient * weight
    return gradient

# %% wrong="chain_gradient" name="weights shifted by one: multiplies by w[1:] only, so the first weight is missing"
def chain_gradient(x, w, b):
    a = x
    outputs = []
    for weight, bias in zip(w, b):
        a = torch.sigmoid(weight * a + bias)
        outputs.append(a)
    a = torch.stack(outputs)
    slopes = a * (1 - a)
    return slopes.prod() * w[1:].prod()

# %% wrong="chain_gradient" name="starts the product with torch.ones(1), so the result has shape (1,) instead of ()"
def chain_gradient(x, w, b):
    gradient = torch.ones(1, dtype=torch.float64)
    a = x
    for l in range(len(w)):
        a = torch.sigmoid(a * w[l] + b[l])
        gradient = gradient * (a * (1 - a) * w[l])
    return gradient

# %% wrong="chain_gradient" name="forward pass with *= and += on x itself, so the caller's x is changed"
def chain_gradient(x, w, b):
    gradient = torch.ones_like(x)
    for weight, bias in zip(w, b):
        x *= weight
        x += bias
        x.sigmoid_()
        gradient = gradient * x * (1 - x) * weight
    return gradient

# %% wrong="chain_gradient" name="last neuron treated as linear output: its slope a(1-a) is left out, only its weight taken"
def chain_gradient(x, w, b):
    L = len(w)
    a = x
    gradient = torch.ones_like(x)
    for l in range(L):
        a = torch.sigmoid(w[l] * a + b[l])
        gradient = gradient * w[l]
        if l < L - 1:
            gradient = gradient * a * (1 - a)
    return gradient

# %% right="dead_neurons" name="beginner double loop"
def dead_neurons(X, W, b):
    n = X.shape[0]
    h = W.shape[0]
    dead = torch.ones(h, dtype=torch.bool)
    for j in range(h):
        for i in range(n):
            z = (X[i] * W[j]).sum() + b[j]
            if z > 0:
                dead[j] = False
    return dead

# %% right="dead_neurons" name="one line, all sums at most 0"
def dead_neurons(X, W, b):
    return (X @ W.T + b <= 0).all(dim=0)

# %% right="dead_neurons" name="largest ReLU output per neuron, einsum"
def dead_neurons(X, W, b):
    outputs = torch.relu(torch.einsum("nd,hd->hn", X, W) + b[:, None])
    largest, _ = outputs.max(dim=1)
    return largest == 0

# %% wrong="dead_neurons" name="tests Z < 0, so a neuron whose sum is exactly 0 somewhere counts as alive"
def dead_neurons(X, W, b):
    Z = X @ W.T + b
    return (Z < 0).all(dim=0)

# %% wrong="dead_neurons" name="compares with torch.isclose to zeros, so outputs of 1e-9 count as 0"
def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b)
    return torch.isclose(A, torch.zeros_like(A)).all(dim=0)

# %% wrong="dead_neurons" name="squeezes the result, so a layer with a single neuron returns shape () instead of (1,)"
def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b)
    return (A.sum(dim=0, keepdim=True) == 0).squeeze()

# %% wrong="dead_neurons" name="calls a neuron dead when its output is the same for all examples, even if it is positive"
def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b)
    return A.max(dim=0).values == A.min(dim=0).values

# %% right="leaky_layer_gradients" name="loops over examples and neurons"
def leaky_layer_gradients(dA, X, W, b, slope):
    n, h = dA.shape
    dW = torch.zeros_like(W)
    db = torch.zeros_like(b)
    for i in range(n):
        for j in range(h):
            z = (W[j] * X[i]).sum() + b[j]
            if z > 0:
                dz = dA[i, j]
            else:
                dz = slope * dA[i, j]
            dW[j] += dz * X[i]
            db[j] += dz
    return dW, db

# %% right="leaky_layer_gradients" name="torch.where on tensors"
def leaky_layer_gradients(dA, X, W, b, slope):
    dZ = torch.where(X @ W.T + b > 0, dA, slope * dA)
    return dZ.T @ X, dZ.sum(0)

# %% right="leaky_layer_gradients" name="mask arithmetic and einsum, helper for the derivative"
def leaky_slope(Z, slope):
    on = (Z > 0).to(Z.dtype)
    return on + slope * (1 - on)


def leaky_layer_gradients(dA, X, W, b, slope):
    Z = torch.einsum("nd,hd->nh", X, W) + b
    dZ = dA * leaky_slope(Z, slope)
    dW = torch.einsum("nh,nd->hd", dZ, X)
    db = torch.einsum("nh->h", dZ)
    return dW, db

# %% wrong="leaky_layer_gradients" name="condition Z >= 0, so a sum of exactly 0 gets derivative 1 instead of slope"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z >= 0, dA, slope * dA)
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="torch.where(Z > 0, 1.0, slope) from two plain numbers, a float32 derivative"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    derivative = torch.where(Z > 0, 1.0, slope)
    dZ = dA * derivative
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="leaky_layer_gradients" name="sums for the mask computed without the bias b"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T
    dZ = dA.clone()
    dZ[Z <= 0] *= slope
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="db sums dA instead of dZ, so the leak is missing in the bias gradient"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = dA * torch.where(Z > 0, torch.ones_like(Z), slope * torch.ones_like(Z))
    dW = dZ.T @ X
    db = dA.sum(0)
    return dW, db

# %% wrong="leaky_layer_gradients" name="dZ is only another name for dA, so the masked multiplication changes the caller's dA"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = dA
    dZ[Z <= 0] *= slope
    dW = dZ.T @ X
    db = dZ.sum(0)
    return dW, db

# %% wrong="leaky_layer_gradients" name="slope or 0.1: slope 0, which should be plain ReLU, is replaced by the default"
def leaky_layer_gradients(dA, X, W, b, slope):
    slope = slope or 0.1
    Z = X @ W.T + b
    dZ = torch.where(Z > 0, dA, slope * dA)
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="derivative computed as leaky(Z) / Z, which is nan where a sum is exactly 0"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    A = torch.where(Z > 0, Z, slope * Z)
    dZ = dA * (A / Z)
    dW = dZ.T @ X
    db = dZ.sum(dim=0)
    return dW, db

# %% wrong="leaky_layer_gradients" name="sets dZ to slope where the sum is not positive instead of multiplying dA by slope"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = dA.clone()
    dZ[Z <= 0] = slope
    dW = dZ.T @ X
    db = dZ.sum(0)
    return dW, db

# %% right="clip_by_norm" name="beginner loop with if"
def clip_by_norm(gradients, limit):
    total = 0.0
    for g in gradients:
        total = total + (g**2).sum()
    norm = torch.sqrt(total)
    result = []
    for g in gradients:
        if norm > limit:
            result.append(g * (limit / norm))
        else:
            result.append(g.clone())
    return result

# %% right="clip_by_norm" name="one long vector and a clamped factor"
def clip_by_norm(gradients, limit):
    norm = torch.cat([g.reshape(-1) for g in gradients]).norm()
    factor = (limit / norm).clamp(max=1.0)
    return [factor * g for g in gradients]

# %% right="clip_by_norm" name="hypot of single norms, division by the larger of norm and limit"
def clip_by_norm(gradients, limit):
    norm = math.hypot(*(torch.linalg.vector_norm(g).item() for g in gradients))
    factor = limit / max(norm, limit)
    return [g.detach().clone().mul_(factor) for g in gradients]

# %% right="clip_by_norm" name="divides by the norm first and multiplies by min(norm, limit): nan when all gradients are 0"
def clip_by_norm(gradients, limit):
    norm = torch.sqrt(sum(g.square().sum() for g in gradients))
    unit = [g / norm for g in gradients]
    length = min(norm.item(), limit)
    return [u * length for u in unit]

# %% wrong="clip_by_norm" name="torch.linalg.norm with ord=2 is the largest singular value for a matrix, not the root of squares"
def clip_by_norm(gradients, limit):
    norm = math.sqrt(sum(torch.linalg.norm(g, ord=2).item() ** 2 for g in gradients))
    factor = limit / norm if norm > limit else 1.0
    return [factor * g for g in gradients]

# %% wrong="clip_by_norm" name="factor limit / (norm + 1e-6) against division by zero, so clipped small gradients end below the limit"
def clip_by_norm(gradients, limit):
    norm = torch.sqrt(sum((g * g).sum() for g in gradients))
    if norm > limit:
        factor = limit / (norm + 1e-6)
    else:
        factor = 1.0
    return [g * factor for g in gradients]

# %% right="clip_by_norm" name="returns g.detach() when nothing is clipped, which shares memory with the given tensors"
def clip_by_norm(gradients, limit):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    if norm <= limit:
        return [g.detach() for g in gradients]
    return [g * limit / norm for g in gradients]

# %% right="connect_the_dots" name="beginner loop with the slope before"
def connect_the_dots(knots, values):
    k = len(knots) - 1
    W1 = torch.ones(k, 1, dtype=torch.float64)
    b1 = torch.zeros(k, dtype=torch.float64)
    W2 = torch.zeros(1, k, dtype=torch.float64)
    before = 0.0
    for j in range(k):
        slope = (values[j + 1] - values[j]) / (knots[j + 1] - knots[j])
        b1[j] = -knots[j]
        W2[0, j] = slope - before
        before = slope
    b2 = torch.zeros(1, dtype=torch.float64)
    b2[0] = values[0]
    return W1, b1, W2, b2

# %% right="connect_the_dots" name="torch.diff twice with prepend"
def connect_the_dots(knots, values):
    slopes = values.diff() / knots.diff()
    changes = torch.diff(slopes, prepend=slopes.new_zeros(1))
    return torch.ones_like(slopes)[:, None], -knots[:-1], changes[None, :], values[:1].clone()

# %% right="connect_the_dots" name="solves a triangular system for the output weights"
def connect_the_dots(knots, values):
    kinks, ends = knots[:-1], knots[1:]
    H = torch.relu(ends[:, None] - kinks[None, :])
    rises = (values[1:] - values[0])[:, None]
    c = torch.linalg.solve_triangular(H, rises, upper=False)
    W1 = torch.ones(len(kinks), 1, dtype=knots.dtype)
    return W1, -kinks, c.reshape(1, -1), values[0].reshape(1).clone()

# %% wrong="connect_the_dots" name="changes measured against the first slope, slope_j - slope_0, right only up to two neurons"
def connect_the_dots(knots, values):
    slopes = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    changes = slopes.clone()
    changes[1:] = slopes[1:] - slopes[0]
    return torch.ones(len(slopes), 1, dtype=torch.float64), -knots[:-1], changes[None, :], values[:1].clone()

# %% wrong="connect_the_dots" name="subtracts the previous output weight instead of the previous slope: overwrites while reading"
def connect_the_dots(knots, values):
    k = len(knots) - 1
    c = torch.zeros(k, dtype=torch.float64)
    for j in range(k):
        c[j] = (values[j + 1] - values[j]) / (knots[j + 1] - knots[j])
    for j in range(1, k):
        c[j] = c[j] - c[j - 1]
    return torch.ones(k, 1, dtype=torch.float64), -knots[:-1], c.reshape(1, k), values[:1].clone()

# %% wrong="connect_the_dots" name="squeezes the column of slopes, so with two dots W2 loses a dimension"
def connect_the_dots(knots, values):
    points = torch.stack([knots, values], dim=1)
    steps = points[1:] - points[:-1]
    slopes = (steps[:, 1:] / steps[:, :1]).squeeze()
    zero = torch.zeros_like(slopes)
    if slopes.dim() > 0:
        zero[1:] = slopes[:-1]
    W2 = (slopes - zero).unsqueeze(0)
    W1 = torch.ones(len(steps), 1, dtype=torch.float64)
    return W1, -knots[:-1], W2, values[:1].clone()

# %% wrong="connect_the_dots" name="b1 is a view of knots that is multiplied by -1 in place, so the caller's knots change sign"
def connect_the_dots(knots, values):
    slopes = values.diff() / knots.diff()
    W2 = slopes.clone()
    W2[1:] -= slopes[:-1]
    b1 = knots[:-1]
    b1 *= -1
    W1 = torch.ones(len(b1), 1, dtype=torch.float64)
    return W1, b1, W2[None, :], values[:1].clone()

# %% right="count_pieces" name="place by place, lists compared"
def count_pieces(x, Ws, bs):
    pieces = 1
    before = None
    for place in x:
        a = place
        pattern = []
        for W, b in zip(Ws[:-1], bs[:-1]):
            z = W @ a + b
            for number in z.tolist():
                pattern.append(number > 0)
            a = torch.relu(z)
        if before is not None and pattern != before:
            pieces += 1
        before = pattern
    return pieces

# %% right="count_pieces" name="vectorised, columns joined, neighbours compared"
def count_pieces(x, Ws, bs):
    A, on = x, [torch.ones(len(x), 1, dtype=torch.bool)]
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        on.append(Z > 0)
        A = Z.clamp(min=0)
    P = torch.cat(on, dim=1)
    return 1 + (P[1:] != P[:-1]).any(dim=1).sum().item()

# %% right="count_pieces" name="flag of change kept over the layers, xor"
def count_pieces(x, Ws, bs):
    changed = torch.zeros(x.shape[0] - 1, dtype=torch.bool)
    signal = x
    for layer in range(len(Ws) - 1):
        signal = torch.relu(torch.nn.functional.linear(signal, Ws[layer], bs[layer]))
        active = signal != 0
        changed |= (active[1:] ^ active[:-1]).any(1)
    return int(torch.count_nonzero(changed)) + 1

# %% wrong="count_pieces" name="pattern is overwritten in each layer, so only the last hidden layer's switches are counted"
def count_pieces(x, Ws, bs):
    A = x
    pattern = torch.zeros(len(x), 1, dtype=torch.bool)
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        pattern = Z > 0
        A = torch.relu(Z)
    return 1 + (pattern[1:] != pattern[:-1]).any(1).sum().item()

# %% wrong="count_pieces" name="counts every single neuron that switches, so two neurons switching together make two pieces"
def count_pieces(x, Ws, bs):
    A = x
    pieces = 1
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        on = Z > 0
        pieces += (on[1:] != on[:-1]).sum().item()
        A = torch.relu(Z)
    return pieces

# %% wrong="count_pieces" name="loops over all layers, so the sign of the linear output belongs to the pattern too"
def count_pieces(x, Ws, bs):
    A = x
    patterns = []
    for W, b in zip(Ws, bs):
        Z = A @ W.T + b
        patterns.append(Z > 0)
        A = torch.relu(Z)
    patterns = torch.cat(patterns, 1)
    return 1 + (patterns[1:] != patterns[:-1]).any(1).sum().item()

# %% wrong="count_pieces" name="Z >= 0 counts as on, so a neuron with sum exactly 0 is not off"
def count_pieces(x, Ws, bs):
    A = x
    patterns = [[] for _ in range(len(x))]
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        for pattern, row in zip(patterns, Z >= 0):
            pattern.extend(row.tolist())
        A = torch.relu(Z)
    pieces = 1
    for one, other in zip(patterns, patterns[1:]):
        if one != other:
            pieces += 1
    return pieces

# %% right="search" name="beginner nested loops"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = []
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            new_Ws, new_bs, losses = train(Ws, bs, X, Y, lr, steps)
            model = MLP(new_Ws, new_bs)
            training = mean_squared_error(model(X), Y).item()
            validation = mean_squared_error(model(X_valid), Y_valid).item()
            results.append({"width": width, "lr": lr, "training": training, "validation": validation})
    return results

# %% right="search" name="helper for one run and a comprehension"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    def run(width, lr):
        Ws, bs, _ = train(*starts[width], X, Y, lr, steps)
        loss = lambda inputs, targets: float(mean_squared_error(MLP(Ws, bs)(inputs), targets))
        return dict(width=width, lr=lr, training=loss(X, Y), validation=loss(X_valid, Y_valid))

    return [run(width, lr) for width in starts for lr in rates]

# %% right="search" name="itertools.product, no_grad, own squared error"
from itertools import product


@torch.no_grad()
def loss_of(model, inputs, targets):
    return ((model(inputs) - targets) ** 2).sum().item() / len(inputs)


def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    table = []
    for (width, begin), lr in product(starts.items(), rates):
        copies = [[T.clone() for T in part] for part in begin]
        trained = train(*copies, X, Y, lr, steps)
        model = MLP(trained[0], trained[1])
        row = {"width": width, "lr": lr}
        row["training"] = loss_of(model, X, Y)
        row["validation"] = loss_of(model, X_valid, Y_valid)
        table.append(row)
    return table

# %% wrong="search" name="results collected in a dict keyed by (width, lr), so a rate listed twice appears once"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = {}
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            new_Ws, new_bs, _ = train(Ws, bs, X, Y, lr, steps)
            model = MLP(new_Ws, new_bs)
            results[width, lr] = {
                "width": width,
                "lr": lr,
                "training": mean_squared_error(model(X), Y).item(),
                "validation": mean_squared_error(model(X_valid), Y_valid).item(),
            }
    return list(results.values())

# %% wrong="search" name="rates in the outer loop and widths in the inner one, so the runs come in the other order"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = []
    for lr in rates:
        for width, (Ws, bs) in starts.items():
            new_Ws, new_bs, _ = train(Ws, bs, X, Y, lr, steps)
            model = MLP(new_Ws, new_bs)
            training = mean_squared_error(model(X), Y).item()
            validation = mean_squared_error(model(X_valid), Y_valid).item()
            results.append({"width": width, "lr": lr, "training": training, "validation": validation})
    return results

# %% wrong="search" name="training loss taken as losses[-1] of train, which is the loss before the last step"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = []
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            new_Ws, new_bs, losses = train(Ws, bs, X, Y, lr, steps)
            validation = mean_squared_error(MLP(new_Ws, new_bs)(X_valid), Y_valid).item()
            results.append({"width": width, "lr": lr, "training": losses[-1], "validation": validation})
    return results

# %% wrong="search" name="validation loss averages over the outputs too instead of summing them, right only for one output"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = []
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            new_Ws, new_bs, losses = train(Ws, bs, X, Y, lr, steps)
            model = MLP(new_Ws, new_bs)
            row = {
                "width": width,
                "lr": lr,
                "training": mean_squared_error(model(X), Y).item(),
                "validation": (model(X_valid) - Y_valid).square().mean().item(),
            }
            results.append(row)
    return results

# %% right="early_stopping" name="beginner loop with a counter"
def early_stopping(losses, patience):
    best = 0
    lowest = losses[0]
    waited = 0
    stop = len(losses) - 1
    for step in range(1, len(losses)):
        if losses[step] < lowest:
            lowest = losses[step]
            best = step
            waited = 0
        else:
            waited = waited + 1
        if waited == patience:
            stop = step
            break
    return best, stop

# %% right="early_stopping" name="distance from the best step, early return"
def early_stopping(losses, patience):
    best, lowest = -1, math.inf
    for step, loss in enumerate(losses):
        if loss < lowest:
            best, lowest = step, loss
        elif step - best >= patience:
            return best, step
    return best, len(losses) - 1

# %% right="early_stopping" name="running minimum by accumulate, next with a default"
from itertools import accumulate


def early_stopping(losses, patience):
    best_so_far = [losses.index(low) for low in accumulate(losses, min)]
    last = len(losses) - 1
    stop = next((step for step, best in enumerate(best_so_far) if step - best == patience), last)
    return best_so_far[stop], stop

# %% wrong="early_stopping" name="demands an improvement of more than 1e-4, so a very small one does not count"
def early_stopping(losses, patience):
    best, waited = 0, 0
    for step in range(1, len(losses)):
        if losses[step] < losses[best] - 1e-4:
            best, waited = step, 0
        else:
            waited += 1
            if waited == patience:
                return best, step
    return best, len(losses) - 1

# %% wrong="early_stopping" name="returns len(losses) as stop when training never stops, one too many"
def early_stopping(losses, patience):
    best, waited = 0, 0
    stop = len(losses)
    for step in range(1, len(losses)):
        if losses[step] < losses[best]:
            best, waited = step, 0
        else:
            waited += 1
        if waited == patience:
            stop = step
            break
    return best, stop

# %% wrong="early_stopping" name="not lowest is meant for None but is also true for a lowest loss of 0"
def early_stopping(losses, patience):
    lowest = None
    best = waited = 0
    for step, loss in enumerate(losses):
        if not lowest or loss < lowest:
            lowest, best, waited = loss, step, 0
        else:
            waited += 1
            if waited == patience:
                return best, step
    return best, len(losses) - 1

# %% wrong="early_stopping" name="best computed as stop - patience also when training never stopped by patience"
def early_stopping(losses, patience):
    lowest, waited = losses[0], 0
    stop = len(losses) - 1
    for step in range(1, len(losses)):
        if losses[step] < lowest:
            lowest, waited = losses[step], 0
        else:
            waited += 1
        if waited == patience:
            stop = step
            break
    return stop - patience, stop
