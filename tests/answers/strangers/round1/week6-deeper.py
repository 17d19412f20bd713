# %% right="start_uniform" name="beginner loop over indices"
def start_uniform(widths, seed):
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

# %% right="start_uniform" name="in-place uniform_ on empty tensors with zip"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        Ws.append(torch.empty(k, m, dtype=torch.float64).uniform_(-0.2, 0.2, generator=generator))
        bs.append(torch.empty(k, dtype=torch.float64).uniform_(-0.2, 0.2, generator=generator))
    return Ws, bs

# %% right="start_uniform" name="helper draw, list of pairs, centred at a half"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        u = torch.rand(shape, generator=generator, dtype=torch.float64)
        return (u - 0.5) / 2.5

    layers = [(draw(out, fan_in), draw(out)) for fan_in, out in zip(widths[:-1], widths[1:])]
    return [W for W, _ in layers], [b for _, b in layers]

# %% wrong="start_uniform" name="draws all weights of the network first and only then all biases, not layer by layer"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    pairs = list(zip(widths, widths[1:]))
    Ws = [0.4 * torch.rand(k, m, generator=generator, dtype=torch.float64) - 0.2 for m, k in pairs]
    bs = [0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2 for _, k in pairs]
    return Ws, bs

# %% wrong="start_uniform" name="makes a new generator with the same seed inside the loop, each layer repeats the same numbers"
def start_uniform(widths, seed):
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        generator = torch.Generator().manual_seed(seed)
        Ws.append(0.4 * torch.rand(k, m, generator=generator, dtype=torch.float64) - 0.2)
        bs.append(0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2)
    return Ws, bs

# %% wrong="start_uniform" name="draws W as (in, out) and transposes it, so the numbers sit at other places"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        W = torch.rand(m, k, generator=generator, dtype=torch.float64)
        Ws.append((0.4 * W - 0.2).T)
        b = torch.rand(k, generator=generator, dtype=torch.float64)
        bs.append(0.4 * b - 0.2)
    return Ws, bs

# %% wrong="start_uniform" name="draws one single bias of shape (1,) for each layer instead of one per neuron"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for fan_in, fan_out in zip(widths, widths[1:]):
        Ws.append(torch.rand(fan_out, fan_in, generator=generator, dtype=torch.float64) * 0.4 - 0.2)
        bs.append(torch.rand(1, generator=generator, dtype=torch.float64) * 0.4 - 0.2)
    return Ws, bs

# %% right="start" name="beginner with if and elif"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for i in range(1, len(widths)):
        fan_in = widths[i - 1]
        fan_out = widths[i]
        if kind == "he":
            s = math.sqrt(2 / fan_in)
        elif kind == "xavier":
            s = math.sqrt(2 / (fan_in + fan_out))
        W = torch.randn(fan_out, fan_in, generator=generator, dtype=torch.float64)
        Ws.append(s * W)
        bs.append(torch.zeros(fan_out, dtype=torch.float64))
    return Ws, bs

# %% right="start" name="compact, conditional added fan-out"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws = [
        (2 / (m + k * (kind == "xavier"))) ** 0.5 * torch.randn(k, m, generator=generator, dtype=torch.float64)
        for m, k in zip(widths, widths[1:])
    ]
    return Ws, [W.new_zeros(len(W)) for W in Ws]

# %% right="start" name="dictionary of rules, error for unknown kind, tensor root"
STD = {
    "he": lambda fan_in, fan_out: torch.tensor(2 / fan_in, dtype=torch.float64).sqrt(),
    "xavier": lambda fan_in, fan_out: torch.tensor(2 / (fan_in + fan_out), dtype=torch.float64).sqrt(),
}


def start(widths, kind, seed):
    if kind not in STD:
        raise ValueError(f"unknown kind {kind!r}")
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for fan_in, fan_out in zip(widths[:-1], widths[1:]):
        noise = torch.randn((fan_out, fan_in), generator=generator, dtype=torch.double)
        Ws.append(noise.mul(STD[kind](fan_in, fan_out)))
        bs.append(torch.zeros(fan_out).double())
    return Ws, bs

# %% wrong="start" name="biases are zero times a draw, which uses up random numbers, so later layers get others"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        s = math.sqrt(2 / m) if kind == "he" else math.sqrt(2 / (m + k))
        Ws.append(s * torch.randn(k, m, generator=generator, dtype=torch.float64))
        bs.append(0 * torch.randn(k, generator=generator, dtype=torch.float64))
    return Ws, bs

# %% wrong="start" name="Xavier adds the inputs and outputs of the whole network instead of those of the layer"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for fan_in, fan_out in zip(widths, widths[1:]):
        if kind == "he":
            s = (2 / fan_in) ** 0.5
        else:
            s = (2 / (widths[0] + widths[-1])) ** 0.5
        Ws.append(torch.randn(fan_out, fan_in, generator=generator, dtype=torch.float64) * s)
        bs.append(torch.zeros(fan_out, dtype=torch.float64))
    return Ws, bs

# %% wrong="start" name="a fresh generator for each layer with seed plus layer number instead of one generator"
def start(widths, kind, seed):
    Ws, bs = [], []
    for layer, (m, k) in enumerate(zip(widths, widths[1:])):
        generator = torch.Generator().manual_seed(seed + layer)
        s = {"he": math.sqrt(2 / m), "xavier": math.sqrt(2 / (m + k))}[kind]
        Ws.append(s * torch.randn(k, m, generator=generator, dtype=torch.float64))
        bs.append(torch.zeros(k, dtype=torch.float64))
    return Ws, bs

# %% wrong="start" name="He divides by the number of neurons, W.shape[0], the fan-out, instead of the fan-in"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        W = torch.randn(k, m, generator=generator, dtype=torch.float64)
        fan_in = W.shape[0]
        s = math.sqrt(2 / fan_in) if kind == "he" else math.sqrt(2 / sum(W.shape))
        Ws.append(s * W)
        bs.append(torch.zeros(k, dtype=torch.float64))
    return Ws, bs

# %% right="signal_sizes" name="step by step with tensors of shape () as the text computes them"
def signal_sizes(X, Ws, activation):
    f = activations[activation]
    sizes = []
    A = X
    for W in Ws:
        Z = A @ W.T
        A = f(Z)
        sizes.append(A.square().mean().sqrt())
    return sizes

# %% right="signal_sizes" name="compact with itertools accumulate and Frobenius norm"
from itertools import accumulate


def signal_sizes(X, Ws, activation):
    signals = accumulate(Ws, lambda A, W: activations[activation](torch.nn.functional.linear(A, W)), initial=X)
    return [A.norm().item() / math.sqrt(A.numel()) for A in list(signals)[1:]]

# %% right="signal_sizes" name="helper rms with plain Python sums, recursion over the layers"
def rms(T):
    numbers = T.flatten().tolist()
    return math.sqrt(math.fsum(number**2 for number in numbers) / len(numbers))


def signal_sizes(X, Ws, activation):
    if len(Ws) == 0:
        return []
    A = activations[activation](torch.einsum("nd,hd->nh", X, Ws[0]))
    return [rms(A)] + signal_sizes(A, Ws[1:], activation)

# %% wrong="signal_sizes" name="leaves out the activation in the last layer, as in a network, though text wants it in every layer"
def signal_sizes(X, Ws, activation):
    sizes, A = [], X
    for k, W in enumerate(Ws):
        A = A @ W.T
        if k < len(Ws) - 1:
            A = activations[activation](A)
        sizes.append(A.square().mean().sqrt().item())
    return sizes

# %% wrong="signal_sizes" name="divides the norm of the whole tensor by root of neurons only, not by neurons times examples"
def signal_sizes(X, Ws, activation):
    f = activations[activation]
    sizes = []
    for W in Ws:
        X = f(X @ W.T)
        sizes.append((X.norm() / math.sqrt(X.shape[1])).item())
    return sizes

# %% wrong="signal_sizes" name="takes the root for each example and then averages, mean of RMS instead of RMS of all"
def signal_sizes(X, Ws, activation):
    A, sizes = X, []
    for W in Ws:
        A = activations[activation](A @ W.T)
        sizes.append(A.square().mean(1).sqrt().mean().item())
    return sizes

# %% wrong="signal_sizes" name="own table of activations where leaky has PyTorch's default slope 0.01 instead of a tenth"
def signal_sizes(X, Ws, activation):
    functions = {
        "relu": torch.nn.functional.relu,
        "leaky": torch.nn.functional.leaky_relu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
    }
    f, sizes = functions[activation], []
    for W in Ws:
        X = f(X @ W.T)
        sizes.append(X.pow(2).mean().sqrt().item())
    return sizes

# %% right="add_neuron" name="cat with None as the text hints"
def add_neuron(W1, b1, W2, w, b, v):
    W1_new = torch.cat([W1, w[None, :]], dim=0)
    b1_new = torch.cat([b1, b[None]], dim=0)
    W2_new = torch.cat([W2, v[:, None]], dim=1)
    return W1_new, b1_new, W2_new

# %% right="add_neuron" name="new empty tensors filled by slices"
def add_neuron(W1, b1, W2, w, b, v):
    h, d = W1.shape
    q = W2.shape[0]
    big1, big_b, big2 = W1.new_empty(h + 1, d), b1.new_empty(h + 1), W2.new_empty(q, h + 1)
    big1[:h], big1[h] = W1, w
    big_b[:h], big_b[h] = b1, b
    big2[:, :h], big2[:, h] = W2, v
    return big1, big_b, big2

# %% right="add_neuron" name="vstack, hstack and column_stack in one line"
def add_neuron(W1, b1, W2, w, b, v):
    return torch.vstack((W1, w)), torch.hstack((b1, b)), torch.column_stack((W2, v))

# %% wrong="add_neuron" name="appends v to the flattened W2 and reshapes, which mixes rows for two or more outputs"
def add_neuron(W1, b1, W2, w, b, v):
    h, d = W1.shape
    new_W1 = torch.cat([W1.flatten(), w]).reshape(h + 1, d)
    new_b1 = torch.cat([b1, b.reshape(1)])
    new_W2 = torch.cat([W2.flatten(), v]).reshape(-1, h + 1)
    return new_W1, new_b1, new_W2

# %% wrong="add_neuron" name="uses only v[0] for the new column, the same weight into all q outputs"
def add_neuron(W1, b1, W2, w, b, v):
    column = v[0] * torch.ones(len(W2), 1, dtype=W2.dtype)
    return torch.cat([W1, w[None]]), torch.cat([b1, b[None]]), torch.cat([W2, column], 1)

# %% wrong="add_neuron" name="bias goes through torch.tensor of b.item(), float32, so it is rounded before cat promotes it"
def add_neuron(W1, b1, W2, w, b, v):
    W1 = torch.cat([W1, w.unsqueeze(0)], dim=0)
    b1 = torch.cat([b1, torch.tensor([b.item()])], dim=0)
    W2 = torch.cat([W2, v.unsqueeze(1)], dim=1)
    return W1, b1, W2

# %% wrong="add_neuron" name="puts the new column first in W2 while the new row comes last in W1 and b1"
def add_neuron(W1, b1, W2, w, b, v):
    W1 = torch.cat([W1, w[None, :]])
    b1 = torch.cat([b1, b[None]])
    W2 = torch.cat([v[:, None], W2], dim=1)
    return W1, b1, W2

# %% right="mlp" name="two parameter lists and a loop with index"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.activation = activation

    def forward(self, X):
        f = activations[self.activation]
        A = X
        for i in range(len(self.Ws)):
            Z = A @ self.Ws[i].T + self.bs[i]
            if i == len(self.Ws) - 1:
                return Z
            A = f(Z)


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="mlp" name="torch.nn.Linear layers with copied parameters in a ModuleList"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.layers = torch.nn.ModuleList()
        for W, b in zip(Ws, bs):
            layer = torch.nn.Linear(W.shape[1], W.shape[0], dtype=W.dtype)
            with torch.no_grad():
                layer.weight.copy_(W)
                layer.bias.copy_(b)
            self.layers.append(layer)
        self.f = activations[activation]

    def forward(self, X):
        *hidden, last = self.layers
        for layer in hidden:
            X = self.f(layer(X))
        return last(X)


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="mlp" name="registered parameters by name, identity as first activation"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.depth, self.activation = len(Ws), activation
        for k, W in enumerate(Ws):
            self.register_parameter(f"W{k}", torch.nn.Parameter(W.detach().clone()))
        for k, b in enumerate(bs):
            self.register_parameter(f"b{k}", torch.nn.Parameter(b.detach().clone()))

    def layer(self, k, A):
        return torch.addmm(getattr(self, f"b{k}"), A, getattr(self, f"W{k}").t())

    def forward(self, X):
        Z = self.layer(0, X)
        for k in range(1, self.depth):
            Z = self.layer(k, activations[self.activation](Z))
        return Z


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="forward always uses torch.relu, the activation argument is stored but never used"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.activation = activation

    def forward(self, X):
        for W, b in zip(self.Ws[:-1], self.bs[:-1]):
            X = torch.relu(X @ W.T + b)
        return X @ self.Ws[-1].T + self.bs[-1]


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="activation only after the first layer, later hidden layers stay linear in deeper networks"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.f = activations[activation]

    def forward(self, X):
        A = X
        for k, (W, b) in enumerate(zip(self.Ws, self.bs)):
            if k > 0:
                A = A @ W.T + b
            elif len(self.Ws) > 1:
                A = self.f(A @ W.T + b)
            else:
                A = A @ W.T + b
        return A


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="recognises the last layer by its width, so hidden layers as wide as the output lose their activation"
class MLP(torch.nn.Module):
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

# %% wrong="mlp" name="the biases are wrapped as parameters without clone, so training changes the originals"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b) for b in bs])
        self.f = activations[activation]

    def forward(self, X):
        A, last = X, len(self.Ws) - 1
        for k, W in enumerate(self.Ws):
            A = A @ W.T + self.bs[k]
            A = self.f(A) if k < last else A
        return A


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="count_parameters" name="loop that adds weights and biases"
def count_parameters(widths):
    total = 0
    for i in range(len(widths) - 1):
        weights = widths[i] * widths[i + 1]
        biases = widths[i + 1]
        total = total + weights + biases
    return total

# %% right="count_parameters" name="one-line sum over zip"
def count_parameters(widths):
    return sum(k * (m + 1) for m, k in zip(widths, widths[1:]))

# %% right="count_parameters" name="builds Linear layers on the meta device and asks numel"
from itertools import pairwise


def count_parameters(widths):
    layers = [torch.nn.Linear(m, k, device="meta") for m, k in pairwise(widths)]
    return sum(p.numel() for layer in layers for p in layer.parameters())

# %% wrong="count_parameters" name="computes in float32 with torch.Tensor, so totals above 16.7 million are not exact"
def count_parameters(widths):
    w = torch.Tensor(widths)
    return int((w[1:] * (w[:-1] + 1)).sum())

# %% wrong="count_parameters" name="sums over a dictionary keyed by shape, so equal layers are counted only once"
def count_parameters(widths):
    sizes = {}
    for m, k in zip(widths, widths[1:]):
        sizes[(k, m)] = k * m + k
    return sum(sizes.values())

# %% wrong="count_parameters" name="finds the previous width by widths.index, which gives the first occurrence when widths repeat"
def count_parameters(widths):
    total = 0
    for k in widths[1:]:
        previous = widths[widths.index(k) - 1]
        total += k * (previous + 1)
    return total

# %% wrong="count_parameters" name="counts one bias per input, m(k+1), instead of one per neuron, k(m+1)"
def count_parameters(widths):
    return sum(m * (k + 1) for m, k in zip(widths, widths[1:]))

# %% right="train" name="as in the text, with no_grad and clearing, parameters sorted by dimension"
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
    trained_Ws = []
    trained_bs = []
    for parameter in model.parameters():
        if parameter.dim() == 2:
            trained_Ws.append(parameter.detach())
        else:
            trained_bs.append(parameter.detach())
    return trained_Ws, trained_bs, losses

# %% right="train" name="torch.optim.SGD with zero_grad"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model, losses = MLP(Ws, bs, activation), []
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = mean_squared_error(model(X), Y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    numbers = [P.detach().clone() for P in model.parameters()]
    return [P for P in numbers if P.ndim == 2], [P for P in numbers if P.ndim == 1], losses

# %% right="train" name="helper step with autograd.grad, a new model in each step"
def one_step(Ws, bs, X, Y, lr, activation):
    model = MLP(Ws, bs, activation)
    parameters = list(model.parameters())
    loss = mean_squared_error(model(X), Y)
    slopes = torch.autograd.grad(loss, parameters)
    moved = [(P - lr * g).detach() for P, g in zip(parameters, slopes)]
    return [P for P in moved if P.dim() > 1], [P for P in moved if P.dim() == 1], loss.item()


def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    new_Ws, new_bs, losses = [W.clone() for W in Ws], [b.clone() for b in bs], []
    while len(losses) < steps:
        new_Ws, new_bs, loss = one_step(new_Ws, new_bs, X, Y, lr, activation)
        losses += [loss]
    return new_Ws, new_bs, losses

# %% wrong="train" name="writes the trained tensors back into the lists Ws and bs of the caller, starting values are lost"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
                parameter.grad = None
    trained = [P.detach() for P in model.parameters()]
    Ws[:] = [P for P in trained if P.dim() == 2]
    bs[:] = [P for P in trained if P.dim() == 1]
    return Ws, bs, losses

# %% wrong="train" name="loss is the mean over all entries, not summed over outputs, wrong for two or more outputs"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for _ in range(steps):
        loss = ((model(X) - Y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
                p.grad = None
    params = [p.detach() for p in model.parameters()]
    return [p for p in params if p.dim() == 2], [p for p in params if p.dim() == 1], losses

# %% right="train" name="returns the parameters themselves without detach, they still require a gradient, not plain tensors"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
                p.grad = None
        losses.append(loss.item())
    new_Ws = [p for p in model.parameters() if p.dim() == 2]
    new_bs = [p for p in model.parameters() if p.dim() == 1]
    return new_Ws, new_bs, losses

# %% wrong="train" name="grad = None stands outside the inner loop, so only the last parameter is cleared and others accumulate"
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
    params = [p.detach() for p in model.parameters()]
    return [p for p in params if p.dim() == 2], [p for p in params if p.dim() == 1], losses

# %% right="circle_model" name="ten hidden ReLU neurons"
circle_start = start([2, 10, 1], "he", 0)
circle_Ws, circle_bs, circle_losses = train(circle_start[0], circle_start[1], X_circle, Y_circle, 0.1, 1900)
circle_model = MLP(circle_Ws, circle_bs)

# %% right="circle_model" name="tanh network with Xavier, activation passed to both"
begin_Ws, begin_bs = start([2, 12, 1], "xavier", 3)
circle_Ws, circle_bs, circle_losses = train(begin_Ws, begin_bs, X_circle, Y_circle, 0.3, 1900, "tanh")
circle_model = MLP(circle_Ws, circle_bs, "tanh")

# %% right="circle_model" name="best of three seeds with two hidden layers, leaky"
def attempt(seed):
    return train(*start([2, 12, 8, 1], "he", seed), X_circle, Y_circle, 0.05, 1500, activation="leaky")


circle_Ws, circle_bs, circle_losses = min((attempt(seed) for seed in (1, 2, 3)), key=lambda run: run[2][-1])
circle_model = MLP(circle_Ws, circle_bs, activation="leaky")

# %% wrong="circle_model" name="circle_Ws and circle_bs are the starting values, not what train returns, the model itself is trained"
circle_Ws, circle_bs = start([2, 10, 1], "he", 0)
trained_Ws, trained_bs, circle_losses = train(circle_Ws, circle_bs, X_circle, Y_circle, 0.1, 1900)
circle_model = MLP(trained_Ws, trained_bs)

# %% wrong="circle_model" name="trained with tanh but the MLP is built without activation, so it answers with relu"
circle_Ws, circle_bs, circle_losses = train(*start([2, 12, 1], "xavier", 3), X_circle, Y_circle, 0.3, 1900, "tanh")
circle_model = MLP(circle_Ws, circle_bs)

# %% wrong="circle_model" name="losses come from a second longer run than the weights and model, which had only 20 steps"
begin = start([2, 10, 1], "he", 0)
circle_Ws, circle_bs, circle_losses = train(*begin, X_circle, Y_circle, 0.1, 20)
circle_losses = train(*begin, X_circle, Y_circle, 0.1, 1900)[2]
circle_model = MLP(circle_Ws, circle_bs)

# %% right="circle_model" name="takes 2500 steps although the steps have to stay below 2000"
circle_Ws, circle_bs, circle_losses = train(*start([2, 10, 1], "he", 0), X_circle, Y_circle, 0.1, 2500)
circle_model = MLP(circle_Ws, circle_bs)

# %% right="chain_gradient" name="one loop carrying activation and gradient"
def chain_gradient(x, w, b):
    a = x
    gradient = torch.ones_like(x)
    for l in range(len(w)):
        a = torch.sigmoid(w[l] * a + b[l])
        gradient = gradient * a * (1 - a) * w[l]
    return gradient

# %% right="chain_gradient" name="collect activations, then one product"
def chain_gradient(x, w, b):
    activation, seen = x, []
    for weight, bias in zip(w, b):
        activation = (weight * activation + bias).sigmoid()
        seen.append(activation)
    a = torch.stack(seen)
    return (a * (1 - a) * w).prod()

# %% right="chain_gradient" name="recursion with sigmoid(z) times sigmoid(-z)"
def chain_gradient(x, w, b):
    if len(w) == 0:
        return torch.ones((), dtype=x.dtype)
    z = w[0] * x + b[0]
    here = torch.sigmoid(z) * torch.sigmoid(-z) * w[0]
    return here * chain_gradient(torch.sigmoid(z), w[1:], b[1:])

# %% wrong="chain_gradient" name="multiplies only the weights from the second on, the factor w_1 towards x is missing"
def chain_gradient(x, w, b):
    a, acts = x, []
    for l in range(len(w)):
        a = torch.sigmoid(w[l] * a + b[l])
        acts.append(a)
    acts = torch.stack(acts)
    return (acts * (1 - acts)).prod() * w[1:].prod()

# %% wrong="chain_gradient" name="slope taken as z(1 - z) of the sum instead of a(1 - a) of the output"
def chain_gradient(x, w, b):
    a = x
    g = torch.ones_like(x)
    for weight, bias in zip(w, b):
        z = weight * a + bias
        g = g * z * (1 - z) * weight
        a = torch.sigmoid(z)
    return g

# %% wrong="chain_gradient" name="slope from the input a_{l-1} of the neuron because the gradient is updated before the activation"
def chain_gradient(x, w, b):
    a = torch.sigmoid(x)
    g = torch.ones_like(x)
    for l in range(len(w)):
        g = g * a * (1 - a) * w[l]
        a = torch.sigmoid(w[l] * a + b[l])
    return g

# %% wrong="chain_gradient" name="forward pass without the biases, only the weights enter the sums"
def chain_gradient(x, w, b):
    grad, a = 1.0, x
    for weight in w:
        a = torch.sigmoid(weight * a)
        grad = grad * (a * (1 - a) * weight)
    return grad

# %% wrong="chain_gradient" name="sums logs of absolute factors for stability and so loses the sign of negative weights"
def chain_gradient(x, w, b):
    a = x
    log_gradient = torch.zeros_like(x)
    for weight, bias in zip(w, b):
        a = torch.sigmoid(weight * a + bias)
        log_gradient = log_gradient + torch.log((a * (1 - a) * weight).abs())
    return torch.exp(log_gradient)

# %% wrong="chain_gradient" name="a = x and then a *= w, a += b in place, which changes the given x"
def chain_gradient(x, w, b):
    a = x
    gradient = torch.ones_like(x)
    for l in range(len(w)):
        a *= w[l]
        a += b[l]
        a = torch.sigmoid(a)
        gradient *= a * (1 - a) * w[l]
    return gradient

# %% wrong="chain_gradient" name="computes with Python numbers and returns torch.tensor(g) without dtype, so float32"
def chain_gradient(x, w, b):
    a, g = x.item(), 1.0
    for weight, bias in zip(w.tolist(), b.tolist()):
        a = torch.sigmoid(torch.tensor(weight * a + bias, dtype=torch.float64)).item()
        g = g * a * (1 - a) * weight
    return torch.tensor(g)

# %% wrong="chain_gradient" name="factor is assigned instead of multiplied in the loop, only the last neuron's factor is left"
def chain_gradient(x, w, b):
    a = x
    for l in range(len(w)):
        a = torch.sigmoid(w[l] * a + b[l])
        gradient = a * (1 - a) * w[l]
    return gradient

# %% right="dead_neurons" name="double loop with a flag"
def dead_neurons(X, W, b):
    dead = []
    for j in range(W.shape[0]):
        is_dead = True
        for i in range(X.shape[0]):
            if torch.relu((X[i] * W[j]).sum() + b[j]) > 0:
                is_dead = False
        dead.append(is_dead)
    return torch.tensor(dead, dtype=torch.bool)

# %% right="dead_neurons" name="one line with all on the sums"
def dead_neurons(X, W, b):
    return (X @ W.T + b <= 0).all(dim=0)

# %% right="dead_neurons" name="counts nonzero outputs of the layer with Linear functional"
def dead_neurons(X, W, b):
    outputs = torch.nn.functional.linear(X, W, b).clamp(min=0)
    return torch.count_nonzero(outputs, dim=0).eq(0)

# %% wrong="dead_neurons" name="demands sums strictly below 0, so a neuron whose sum is exactly 0 counts as alive"
def dead_neurons(X, W, b):
    Z = X @ W.T + b
    return (Z < 0).all(dim=0)

# %% wrong="dead_neurons" name="forgets the bias b in the sums, right only for zero biases"
def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T)
    return (A == 0).all(dim=0)

# %% wrong="dead_neurons" name="squeezes the outputs, so with one example all(0) runs over the neurons and gives shape ()"
def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b).squeeze()
    return (A == 0).all(0)

# %% wrong="dead_neurons" name="calls a neuron dead when its largest output is below 1e-6 instead of exactly 0"
def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b)
    return A.max(dim=0).values < 1e-6

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
            dW[j] = dW[j] + dz * X[i]
            db[j] = db[j] + dz
    return dW, db

# %% right="leaky_layer_gradients" name="torch.where on dA, compact"
def leaky_layer_gradients(dA, X, W, b, slope):
    dZ = torch.where(X @ W.T + b > 0, dA, slope * dA)
    return dZ.T @ X, dZ.sum(0)

# %% right="leaky_layer_gradients" name="mask arithmetic and einsum with helper"
def leaky_slope(Z, slope):
    on = (Z > 0).to(Z.dtype)
    return on + slope * (1 - on)


def leaky_layer_gradients(dA, X, W, b, slope):
    Z = torch.einsum("nd,hd->nh", X, W) + b
    dZ = dA * leaky_slope(Z, slope)
    return torch.einsum("nh,nd->hd", dZ, X), torch.einsum("nh->h", dZ)

# %% wrong="leaky_layer_gradients" name="condition Z >= 0, so the derivative at a sum of exactly 0 is 1 instead of slope"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z >= 0, dA, slope * dA)
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="leaky_layer_gradients" name="torch.where chooses from the plain numbers 1.0 and slope, the slope is rounded to float32"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    derivative = torch.where(Z > 0, 1.0, slope)
    dZ = dA * derivative
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="divides both gradients by n although dA already belongs to the averaged loss"
def leaky_layer_gradients(dA, X, W, b, slope):
    n = X.shape[0]
    Z = X @ W.T + b
    dZ = dA * torch.where(Z > 0, torch.ones_like(Z), slope * torch.ones_like(Z))
    dW = dZ.T @ X / n
    db = dZ.sum(0) / n
    return dW, db

# %% wrong="leaky_layer_gradients" name="db sums dA instead of dZ, the leaky derivative is missing in the bias gradient"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z > 0, dA, dA * slope)
    dW = dZ.T @ X
    db = dA.sum(0)
    return dW, db

# %% wrong="leaky_layer_gradients" name="the sums that decide on or off are computed without the bias b"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T
    dZ = torch.where(Z > 0, dA, slope * dA)
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="dZ = dA without a copy and then multiplied in place, which changes the given dA"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = dA
    dZ[Z <= 0] *= slope
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="on the left side dZ is slope alone, the factor dA is forgotten there"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z > 0, dA, torch.full_like(dA, slope))
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="leaky_layer_gradients" name="computes X.T @ dZ of shape (d, h) and reshapes to (h, d) instead of transposing"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = dA.clone()
    dZ[Z <= 0] = slope * dA[Z <= 0]
    dW = (X.T @ dZ).reshape(W.shape)
    return dW, dZ.sum(0)

# %% right="clip_by_norm" name="loop for the squares, then if"
def clip_by_norm(gradients, limit):
    total = 0.0
    for g in gradients:
        total = total + (g**2).sum().item()
    norm = math.sqrt(total)
    clipped = []
    for g in gradients:
        if norm > limit:
            clipped.append(g * (limit / norm))
        else:
            clipped.append(g.clone())
    return clipped

# %% right="clip_by_norm" name="one long vector, then divide by the larger of norm and limit"
def clip_by_norm(gradients, limit):
    norm = torch.cat([g.flatten() for g in gradients]).norm().item()
    return [g * (limit / max(norm, limit)) for g in gradients]

# %% right="clip_by_norm" name="norm of norms with hypot, map"
def clip_by_norm(gradients, limit):
    norm = math.hypot(*(float(torch.linalg.vector_norm(g)) for g in gradients))
    factor = 1.0 if norm <= limit else limit / norm
    return list(map(lambda g: g.detach().clone().mul_(factor), gradients))

# %% right="clip_by_norm" name="returns the given list itself when the norm is within the limit, not new tensors"
def clip_by_norm(gradients, limit):
    norm = torch.sqrt(sum(g.square().sum() for g in gradients))
    if norm <= limit:
        return gradients
    return [limit / norm * g for g in gradients]

# %% right="clip_by_norm" name="divides by the norm and multiplies by min(norm, limit), nan when all gradients are 0"
def clip_by_norm(gradients, limit):
    norm = torch.cat([g.reshape(-1) for g in gradients]).norm()
    length = torch.clamp(norm, max=limit)
    return [g / norm * length for g in gradients]

# %% wrong="clip_by_norm" name="torch.linalg.norm with ord 2 gives the spectral norm for matrices, not the root of squares"
def clip_by_norm(gradients, limit):
    norms = [torch.linalg.norm(g, 2) if g.dim() in (1, 2) else g.norm() for g in gradients]
    norm = torch.stack(norms).norm()
    factor = limit / norm if norm > limit else 1.0
    return [factor * g for g in gradients]

# %% wrong="clip_by_norm" name="clips each tensor by its own norm instead of all by one common norm"
def clip_by_norm(gradients, limit):
    clipped = []
    for g in gradients:
        norm = g.norm()
        clipped.append(g * limit / norm if norm > limit else g.clone())
    return clipped

# %% right="connect_the_dots" name="loop with previous slope"
def connect_the_dots(knots, values):
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

# %% right="connect_the_dots" name="diff twice with prepend, views of the inputs"
def connect_the_dots(knots, values):
    slopes = values.diff() / knots.diff()
    changes = slopes.diff(prepend=slopes.new_zeros(1))
    return torch.ones_like(slopes)[:, None], -knots[:-1], changes[None, :], values[:1]

# %% right="connect_the_dots" name="solves the triangular system of the hidden outputs at the dots"
def connect_the_dots(knots, values):
    kinks = knots[:-1]
    H = torch.relu(knots[1:, None] - kinks[None, :])
    c = torch.linalg.solve_triangular(H, (values[1:] - values[0])[:, None], upper=False)
    return torch.ones_like(c), 0 - kinks, c.T, values[0].reshape(1).clone()

# %% wrong="connect_the_dots" name="changes of slope are taken against the first slope, not the previous one, right for two pieces"
def connect_the_dots(knots, values):
    slopes = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    W2 = slopes.clone()
    W2[1:] = slopes[1:] - slopes[0]
    return torch.ones(len(slopes), 1).double(), -knots[:-1], W2[None, :], values[:1].clone()

# %% wrong="connect_the_dots" name="output bias is the first line extended to x = 0, right only if the first knot is 0"
def connect_the_dots(knots, values):
    slopes = torch.diff(values) / torch.diff(knots)
    changes = torch.cat([slopes[:1], slopes[1:] - slopes[:-1]])
    W1 = torch.ones(len(slopes), 1, dtype=torch.float64)
    b2 = values[:1] - slopes[:1] * knots[:1]
    return W1, -knots[:-1], changes[None, :], b2

# %% wrong="connect_the_dots" name="kinks are put at the distance from the first knot, knots[0] - knots[j], instead of at the knots"
def connect_the_dots(knots, values):
    k = len(knots) - 1
    slopes = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    W2 = torch.zeros(1, k, dtype=torch.float64)
    W2[0, 0] = slopes[0]
    for j in range(1, k):
        W2[0, j] = slopes[j] - slopes[j - 1]
    b1 = -(knots[:-1] - knots[0])
    return torch.ones(k, 1, dtype=torch.float64), b1, W2, values[0].reshape(1)

# %% wrong="connect_the_dots" name="W1 is torch.ones without dtype, float32 where all numbers have to be float64"
def connect_the_dots(knots, values):
    slopes = values.diff() / knots.diff()
    W1 = torch.ones(len(slopes), 1)
    W2 = torch.cat([slopes[:1], slopes.diff()]).reshape(1, -1)
    return W1, -knots[:-1], W2, values[:1].clone()

# %% right="count_pieces" name="place by place with Python lists"
def count_pieces(x, Ws, bs):
    pieces = 1
    before = None
    for i in range(len(x)):
        a = x[i]
        pattern = []
        for W, b in zip(Ws[:-1], bs[:-1]):
            z = W @ a + b
            pattern.extend((z > 0).tolist())
            a = torch.relu(z)
        if before is not None and pattern != before:
            pieces += 1
        before = pattern
    return pieces

# %% right="count_pieces" name="all places at once, any over neurons"
def count_pieces(x, Ws, bs):
    A, on = x, [torch.zeros(len(x), 0, dtype=torch.bool)]
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        on.append(Z > 0)
        A = Z.relu()
    P = torch.cat(on, dim=1)
    return 1 + (P[1:] != P[:-1]).any(1).sum().item()

# %% right="count_pieces" name="generator of patterns as strings and groupby"
from itertools import groupby


def hidden_patterns(x, Ws, bs):
    for place in x.split(1):
        word, A = "", place
        for k in range(len(Ws) - 1):
            A = torch.clamp(A @ Ws[k].T + bs[k], min=0)
            word += "".join("1" if number > 0 else "0" for number in A.flatten().tolist())
        yield word


def count_pieces(x, Ws, bs):
    return sum(1 for _ in groupby(hidden_patterns(x, Ws, bs)))

# %% wrong="count_pieces" name="pattern is overwritten in the loop, only the last hidden layer's neurons are compared"
def count_pieces(x, Ws, bs):
    A = x
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        pattern = Z > 0
        A = torch.relu(Z)
    changes = (pattern[1:] != pattern[:-1]).any(dim=1)
    return 1 + int(changes.sum())

# %% wrong="count_pieces" name="loops over all layers, so the sign of the linear output neuron is part of the pattern"
def count_pieces(x, Ws, bs):
    A, patterns = x, []
    for W, b in zip(Ws, bs):
        Z = A @ W.T + b
        patterns.append(Z > 0)
        A = torch.relu(Z)
    P = torch.cat(patterns, 1)
    return 1 + int((P[1:] != P[:-1]).any(1).sum())

# %% wrong="count_pieces" name="uses Z >= 0, a neuron with sum exactly 0 counts as on instead of off"
def count_pieces(x, Ws, bs):
    A, patterns = x, []
    for k in range(len(Ws) - 1):
        Z = A @ Ws[k].T + bs[k]
        patterns.append(Z >= 0)
        A = torch.relu(Z)
    P = torch.cat(patterns, dim=1)
    pieces = 1
    for i in range(1, len(P)):
        if not torch.equal(P[i], P[i - 1]):
            pieces += 1
    return pieces

# %% wrong="count_pieces" name="counts every single neuron that switches, two switching between the same places count twice"
def count_pieces(x, Ws, bs):
    A, switches = x, 0
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        on = Z > 0
        switches += (on[1:] != on[:-1]).sum().item()
        A = torch.relu(Z)
    return 1 + switches

# %% right="search" name="two loops and one dictionary per run"
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

# %% right="search" name="product and helper run under no_grad"
from itertools import product


def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    def run(width, lr):
        model = MLP(*train(*starts[width], X, Y, lr, steps)[:2])
        with torch.no_grad():
            pairs = {"training": (X, Y), "validation": (X_valid, Y_valid)}
            return {name: mean_squared_error(model(inputs), targets).item() for name, (inputs, targets) in pairs.items()}

    return [{"width": width, "lr": lr, **run(width, lr)} for width, lr in product(starts, rates)]

# %% right="search" name="training loss from one more step of train, own forward pass for validation"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    table = []
    for width in starts:
        for lr in rates:
            Ws, bs, _ = train(starts[width][0], starts[width][1], X, Y, lr, steps)
            row = dict(width=width, lr=lr)
            row["training"] = train(Ws, bs, X, Y, lr, 1)[2][0]
            A = X_valid
            for W, b in zip(Ws[:-1], bs[:-1]):
                A = torch.relu(A @ W.T + b)
            output = A @ Ws[-1].T + bs[-1]
            row["validation"] = ((output - Y_valid) ** 2).sum(dim=1).mean().item()
            table.append(row)
    return table

# %% wrong="search" name="loops are swapped, rates outside and widths inside, so the runs come in another order"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    rows = []
    for lr in rates:
        for width, (Ws, bs) in starts.items():
            new_Ws, new_bs, _ = train(Ws, bs, X, Y, lr, steps)
            model = MLP(new_Ws, new_bs)
            rows.append(
                {
                    "width": width,
                    "lr": lr,
                    "training": mean_squared_error(model(X), Y).item(),
                    "validation": mean_squared_error(model(X_valid), Y_valid).item(),
                }
            )
    return rows

# %% wrong="search" name="rounds both losses to three decimals before they go into the list"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    rows = []
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            trained_Ws, trained_bs, _ = train(Ws, bs, X, Y, lr, steps)
            model = MLP(trained_Ws, trained_bs)
            training = round(mean_squared_error(model(X), Y).item(), 3)
            validation = round(mean_squared_error(model(X_valid), Y_valid).item(), 3)
            rows.append({"width": width, "lr": lr, "training": training, "validation": validation})
    return rows

# %% wrong="search" name="measures with torch mse_loss, which averages over outputs too, wrong for two or more outputs"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    mse = torch.nn.functional.mse_loss
    rows = []
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            model = MLP(*train(Ws, bs, X, Y, lr, steps)[:2])
            rows.append({"width": width, "lr": lr})
            rows[-1]["training"] = mse(model(X), Y).item()
            rows[-1]["validation"] = mse(model(X_valid), Y_valid).item()
    return rows

# %% wrong="search" name="overwrites Ws and bs in the inner loop, so the next rate continues from the trained values"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    rows = []
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            Ws, bs, losses = train(Ws, bs, X, Y, lr, steps)
            model = MLP(Ws, bs)
            training = mean_squared_error(model(X), Y).item()
            validation = mean_squared_error(model(X_valid), Y_valid).item()
            rows.append({"width": width, "lr": lr, "training": training, "validation": validation})
    return rows

# %% right="early_stopping" name="loop with counter and break"
def early_stopping(losses, patience):
    best = 0
    waited = 0
    stop = len(losses) - 1
    for step in range(1, len(losses)):
        if losses[step] < losses[best]:
            best = step
            waited = 0
        else:
            waited = waited + 1
            if waited == patience:
                stop = step
                break
    return best, stop

# %% right="early_stopping" name="distance from the best step, enumerate and early return"
def early_stopping(losses, patience):
    best, lowest = 0, math.inf
    for step, loss in enumerate(losses):
        if loss < lowest:
            best, lowest = step, loss
        if step - best >= patience:
            return best, step
    return best, step

# %% right="early_stopping" name="running argmin list and next with default"
def early_stopping(losses, patience):
    leader = [losses.index(min(losses[: t + 1])) for t in range(len(losses))]
    stop = next((t for t, lead in enumerate(leader) if t - lead == patience), len(losses) - 1)
    return leader[stop], stop

# %% wrong="early_stopping" name="returns len(losses) as stop when training never stops, one more than the last step"
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

# %% wrong="early_stopping" name="lowest loss starts at 100.0, so losses above 100 never count as the best"
def early_stopping(losses, patience):
    lowest = 100.0
    best = 0
    bad = 0
    for step, loss in enumerate(losses):
        if loss < lowest:
            lowest = loss
            best = step
            bad = 0
        else:
            bad += 1
            if bad >= patience:
                return best, step
    return best, len(losses) - 1

# %% wrong="early_stopping" name="an improvement counts only if it is larger than 1e-4, smaller new lowest losses are ignored"
def early_stopping(losses, patience, min_delta=1e-4):
    best, counter = 0, 0
    for t in range(1, len(losses)):
        if losses[t] < losses[best] - min_delta:
            best, counter = t, 0
        else:
            counter += 1
        if counter >= patience:
            return best, t
    return best, len(losses) - 1

# %% wrong="early_stopping" name="resets the counter when the loss is below the previous one instead of below the lowest"
def early_stopping(losses, patience):
    best, waited = 0, 0
    for step in range(1, len(losses)):
        if losses[step] < losses[best]:
            best = step
        if losses[step] < losses[step - 1]:
            waited = 0
        else:
            waited += 1
        if waited == patience:
            return best, step
    return best, len(losses) - 1
