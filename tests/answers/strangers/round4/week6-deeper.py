# %% right="start_uniform" name="plain loop over indices"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for i in range(len(widths) - 1):
        n_in = widths[i]
        n_out = widths[i + 1]
        W = torch.rand(n_out, n_in, generator=generator, dtype=torch.float64)
        W = 0.4 * W - 0.2
        b = torch.rand(n_out, generator=generator, dtype=torch.float64)
        b = 0.4 * b - 0.2
        Ws.append(W)
        bs.append(b)
    return Ws, bs

# %% right="start_uniform" name="empty tensors filled by uniform_"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        Ws.append(torch.empty((k, m), dtype=torch.float64).uniform_(-0.2, 0.2, generator=generator))
        bs.append(torch.empty((k,), dtype=torch.float64).uniform_(-0.2, 0.2, generator=generator))
    return Ws, bs

# %% right="start_uniform" name="helper and comprehension of pairs, centred first"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return (torch.rand(shape, generator=generator, dtype=torch.double) - 0.5) * 0.4

    layers = [(draw(k, m), draw(k)) for m, k in zip(widths[:-1], widths[1:])]
    return [W for W, _ in layers], [b for _, b in layers]

# %% wrong="start_uniform" name="draws each W as (in, out) and transposes it, so the numbers of layers wider than one land elsewhere"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        W = 0.4 * torch.rand(m, k, generator=generator, dtype=torch.float64) - 0.2
        Ws.append(W.T)
        bs.append(0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2)
    return Ws, bs

# %% wrong="start_uniform" name="makes a new generator with the seed in every layer instead of one for the whole network"
def start_uniform(widths, seed):
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        generator = torch.Generator().manual_seed(seed)
        Ws.append(0.4 * torch.rand(k, m, generator=generator, dtype=torch.float64) - 0.2)
        bs.append(0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2)
    return Ws, bs

# %% wrong="start_uniform" name="draws the weights of all layers first and only then all biases, not layer by layer"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    pairs = list(zip(widths, widths[1:]))
    Ws = [0.4 * torch.rand(k, m, generator=generator, dtype=torch.float64) - 0.2 for m, k in pairs]
    bs = [0.4 * torch.rand(k, generator=generator, dtype=torch.float64) - 0.2 for _, k in pairs]
    return Ws, bs

# %% wrong="start_uniform" name="takes the number of inputs of the network as fan-in of every layer, not the previous width"
def start_uniform(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    n_in = widths[0]
    for n_out in widths[1:]:
        Ws.append(0.4 * torch.rand(n_out, n_in, generator=generator, dtype=torch.float64) - 0.2)
        bs.append(0.4 * torch.rand(n_out, generator=generator, dtype=torch.float64) - 0.2)
    return Ws, bs

# %% right="start" name="if and else in a loop"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for fan_in, fan_out in zip(widths, widths[1:]):
        if kind == "he":
            s = math.sqrt(2 / fan_in)
        else:
            s = math.sqrt(2 / (fan_in + fan_out))
        Ws.append(s * torch.randn(fan_out, fan_in, generator=generator, dtype=torch.float64))
        bs.append(torch.zeros(fan_out, dtype=torch.float64))
    return Ws, bs

# %% right="start" name="dictionary of rules, comprehensions"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    deviation = {"he": lambda m, k: (2 / m) ** 0.5, "xavier": lambda m, k: (2 / (m + k)) ** 0.5}[kind]
    pairs = list(zip(widths, widths[1:]))
    Ws = [torch.randn((k, m), generator=generator, dtype=torch.float64) * deviation(m, k) for m, k in pairs]
    return Ws, [torch.zeros(k).double() for k in widths[1:]]

# %% right="start" name="fan counted with a flag, in-place multiplication of own draw"
def start(widths, kind, seed):
    if kind not in ("he", "xavier"):
        raise ValueError(kind)
    generator = torch.Generator()
    generator.manual_seed(seed)
    Ws, bs = [], []
    for layer in range(1, len(widths)):
        k, m = widths[layer], widths[layer - 1]
        W = torch.randn(k, m, generator=generator, dtype=torch.float64)
        fan = m + (k if kind == "xavier" else 0)
        W *= math.sqrt(2) / math.sqrt(fan)
        Ws += [W]
        bs += [W.new_zeros(k)]
    return Ws, bs

# %% wrong="start" name="draws randn as (in, out) and transposes, so the draws of wide layers sit in other places"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for m, k in zip(widths, widths[1:]):
        s = math.sqrt(2 / m) if kind == "he" else math.sqrt(2 / (m + k))
        Ws.append((s * torch.randn(m, k, generator=generator, dtype=torch.float64)).T)
        bs.append(torch.zeros(k, dtype=torch.float64))
    return Ws, bs

# %% wrong="start" name="seeds a fresh generator inside a helper called once per layer, so layers repeat the same draws"
def start(widths, kind, seed):
    def layer(m, k):
        generator = torch.Generator().manual_seed(seed)
        s = math.sqrt(2 / m) if kind == "he" else math.sqrt(2 / (m + k))
        return s * torch.randn(k, m, generator=generator, dtype=torch.float64)

    Ws = [layer(m, k) for m, k in zip(widths, widths[1:])]
    bs = [torch.zeros(k, dtype=torch.float64) for k in widths[1:]]
    return Ws, bs

# %% wrong="start" name="computes Xavier's s once from the first and the last width of the network, not from each layer's fans"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    xavier = math.sqrt(2 / (widths[0] + widths[-1]))
    for m, k in zip(widths, widths[1:]):
        s = math.sqrt(2 / m) if kind == "he" else xavier
        Ws.append(s * torch.randn(k, m, generator=generator, dtype=torch.float64))
        bs.append(torch.zeros(k, dtype=torch.float64))
    return Ws, bs

# %% wrong="start" name="biases are made by torch.zeros without dtype and so are float32 instead of float64"
def start(widths, kind, seed):
    generator = torch.Generator().manual_seed(seed)
    Ws, bs = [], []
    for fan_in, fan_out in zip(widths, widths[1:]):
        fans = fan_in if kind == "he" else fan_in + fan_out
        s = (2 / fans) ** 0.5
        Ws.append(s * torch.randn(fan_out, fan_in, generator=generator, dtype=torch.float64))
        bs.append(torch.zeros(fan_out))
    return Ws, bs

# %% right="signal_sizes" name="beginner's loop step by step"
def signal_sizes(X, Ws, activation):
    f = activations[activation]
    sizes = []
    A = X
    for W in Ws:
        Z = A @ W.T
        A = f(Z)
        squares = A ** 2
        sizes.append(torch.sqrt(squares.mean()).item())
    return sizes

# %% right="signal_sizes" name="itertools accumulate and norm over root of numel"
def signal_sizes(X, Ws, activation):
    from itertools import accumulate

    f = activations[activation]
    signals = list(accumulate(Ws, lambda A, W: f(torch.einsum("nd,hd->nh", A, W)), initial=X))[1:]
    return [float(A.norm()) / math.sqrt(A.numel()) for A in signals]

# %% right="signal_sizes" name="recursion over the layers"
def signal_sizes(X, Ws, activation):
    if len(Ws) == 0:
        return []
    first, *rest = Ws
    signal = activations[activation](torch.nn.functional.linear(X, first))
    flat = signal.reshape(-1)
    rms = math.sqrt((flat @ flat).item() / len(flat))
    return [rms] + signal_sizes(signal, rest, activation)

# %% wrong="signal_sizes" name="leaves out the activation in the last layer as one does in a network"
def signal_sizes(X, Ws, activation):
    f = activations[activation]
    sizes, A = [], X
    for k, W in enumerate(Ws):
        A = A @ W.T
        if k < len(Ws) - 1:
            A = f(A)
        sizes.append(A.square().mean().sqrt().item())
    return sizes

# %% wrong="signal_sizes" name="divides by the number of entries of the input X although layers may have another width"
def signal_sizes(X, Ws, activation):
    f = activations[activation]
    count = X.shape[0] * X.shape[1]
    sizes, A = [], X
    for W in Ws:
        A = f(A @ W.T)
        sizes.append(math.sqrt(A.square().sum().item() / count))
    return sizes

# %% wrong="signal_sizes" name="knows only relu, everything else is treated as leaky, so tanh and sigmoid are not computed"
def signal_sizes(X, Ws, activation):
    slope = 0.0 if activation == "relu" else 0.1
    sizes, A = [], X
    for W in Ws:
        Z = A @ W.T
        A = torch.where(Z > 0, Z, slope * Z)
        sizes.append(A.square().mean().sqrt().item())
    return sizes

# %% wrong="signal_sizes" name="takes the RMS of every example alone and averages these over the examples"
def signal_sizes(X, Ws, activation):
    sizes, A = [], X
    for W in Ws:
        A = activations[activation](A @ W.T)
        sizes.append(A.square().mean(1).sqrt().mean().item())
    return sizes

# %% right="add_neuron" name="cat with None as in the text"
def add_neuron(W1, b1, W2, w, b, v):
    new_W1 = torch.cat([W1, w[None, :]], dim=0)
    new_b1 = torch.cat([b1, b[None]])
    new_W2 = torch.cat([W2, v[:, None]], dim=1)
    return new_W1, new_b1, new_W2

# %% right="add_neuron" name="vstack hstack column_stack"
def add_neuron(W1, b1, W2, w, b, v):
    return torch.vstack((W1, w)), torch.hstack((b1, b)), torch.column_stack((W2, v))

# %% right="add_neuron" name="allocate larger tensors and fill by loops"
def add_neuron(W1, b1, W2, w, b, v):
    h, d = W1.shape
    q = W2.shape[0]
    big_W1 = torch.zeros(h + 1, d, dtype=W1.dtype)
    big_b1 = torch.zeros(h + 1, dtype=b1.dtype)
    big_W2 = torch.zeros(q, h + 1, dtype=W2.dtype)
    for j in range(h):
        big_W1[j] = W1[j]
        big_b1[j] = b1[j]
        for i in range(q):
            big_W2[i, j] = W2[i, j]
    big_W1[h] = w
    big_b1[h] = b
    for i in range(q):
        big_W2[i, h] = v[i]
    return big_W1, big_b1, big_W2

# %% wrong="add_neuron" name="pads W2 with a column of v[0], so every output gets the first output's weight"
def add_neuron(W1, b1, W2, w, b, v):
    new_W1 = torch.cat([W1, w.reshape(1, -1)])
    new_b1 = torch.cat([b1, b.reshape(1)])
    new_W2 = torch.nn.functional.pad(W2, (0, 1), value=v[0].item())
    return new_W1, new_b1, new_W2

# %% wrong="add_neuron" name="squeezes the new W1, so that with a single input it loses its second dimension"
def add_neuron(W1, b1, W2, w, b, v):
    new_W1 = torch.cat([W1, w[None, :]]).squeeze()
    new_b1 = torch.cat([b1, b[None]])
    new_W2 = torch.cat([W2, v[:, None]], dim=1)
    return new_W1, new_b1, new_W2

# %% wrong="add_neuron" name="puts the enlarged values into .data of the given tensors and returns these, changing the inputs"
def add_neuron(W1, b1, W2, w, b, v):
    W1.data = torch.cat([W1, w[None, :]])
    b1.data = torch.cat([b1, b[None]])
    W2.data = torch.cat([W2, v[:, None]], dim=1)
    return W1, b1, W2

# %% wrong="add_neuron" name="fills new tensors from torch.zeros without dtype, so the results are float32 and rounded"
def add_neuron(W1, b1, W2, w, b, v):
    h, d = W1.shape
    new_W1 = torch.zeros(h + 1, d)
    new_W1[:h], new_W1[h] = W1, w
    new_b1 = torch.zeros(h + 1)
    new_b1[:h], new_b1[h] = b1, b
    new_W2 = torch.zeros(len(W2), h + 1)
    new_W2[:, :h], new_W2[:, h] = W2, v
    return new_W1, new_b1, new_W2

# %% right="mlp" name="two ParameterLists and an index"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.f = activations[activation]

    def forward(self, X):
        last = len(self.Ws) - 1
        for k in range(len(self.Ws)):
            X = X @ self.Ws[k].T + self.bs[k]
            if k != last:
                X = self.f(X)
        return X


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="mlp" name="named parameters by setattr, last layer outside the loop"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.depth, self.activation = len(Ws), activation
        for k in range(self.depth):
            setattr(self, f"W{k + 1}", torch.nn.Parameter(Ws[k].detach().clone()))
            setattr(self, f"b{k + 1}", torch.nn.Parameter(bs[k].detach().clone()))

    def layer(self, k, A):
        return A @ getattr(self, f"W{k}").T + getattr(self, f"b{k}")

    def forward(self, X):
        A = X
        for k in range(1, self.depth):
            A = activations[self.activation](self.layer(k, A))
        return self.layer(self.depth, A)


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="mlp" name="ModuleList of Linear layers with copied values"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.layers = torch.nn.ModuleList()
        for W, b in zip(Ws, bs):
            linear = torch.nn.Linear(W.shape[1], W.shape[0], dtype=W.dtype)
            with torch.no_grad():
                linear.weight.copy_(W)
                linear.bias.copy_(b)
            self.layers.append(linear)
        self.activate = activations[activation]

    def forward(self, X):
        *hidden, output = self.layers
        for linear in hidden:
            X = self.activate(linear(X))
        return output(X)


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="stores the activation's name but forward always uses torch.relu"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.activation = activation
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])

    def forward(self, X):
        A = X
        for W, b in zip(self.Ws[:-1], self.bs[:-1]):
            A = torch.relu(A @ W.T + b)
        return A @ self.Ws[-1].T + self.bs[-1]


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="recognises the last layer by its number of outputs, so equally wide hidden layers miss their activation"
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

# %% wrong="mlp" name="applies the activation at the entry of every layer, so the network's inputs go through it too"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.f = activations[activation]

    def forward(self, X):
        for W, b in zip(self.Ws, self.bs):
            X = self.f(X) @ W.T + b
        return X


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% wrong="mlp" name="always treats layer 0 as hidden, so a network of a single layer activates it and applies it twice"
class MLP(torch.nn.Module):
    def __init__(self, Ws, bs, activation="relu"):
        super().__init__()
        self.Ws = torch.nn.ParameterList([torch.nn.Parameter(W.clone()) for W in Ws])
        self.bs = torch.nn.ParameterList([torch.nn.Parameter(b.clone()) for b in bs])
        self.f = activations[activation]

    def forward(self, X):
        A = self.f(X @ self.Ws[0].T + self.bs[0])
        for k in range(1, len(self.Ws) - 1):
            A = self.f(A @ self.Ws[k].T + self.bs[k])
        return A @ self.Ws[-1].T + self.bs[-1]


def parameters_of(Ws, bs):
    """For the check: the parameters of an MLP, biases first. They should be copies of bs and Ws."""
    return [P.detach() for P in sorted(MLP(Ws, bs).parameters(), key=torch.Tensor.dim)]

# %% right="count_parameters" name="running total"
def count_parameters(widths):
    total = 0
    for i in range(1, len(widths)):
        total = total + widths[i] * widths[i - 1]
        total = total + widths[i]
    return total

# %% right="count_parameters" name="one line with zip"
def count_parameters(widths):
    return sum(k * (m + 1) for m, k in zip(widths, widths[1:]))

# %% right="count_parameters" name="int64 tensors and a dot product"
def count_parameters(widths):
    w = torch.tensor(widths, dtype=torch.int64)
    fan_in, fan_out = w[:-1], w[1:]
    return int((fan_out * fan_in).sum() + fan_out.sum())

# %% wrong="count_parameters" name="sums in a float32 tensor, which is not exact for many millions of parameters"
def count_parameters(widths):
    w = torch.tensor(widths, dtype=torch.float32)
    return int((w[1:] * (w[:-1] + 1)).sum())

# %% wrong="count_parameters" name="keeps the layers in a dictionary keyed by fan-in, so layers with equal fan-in overwrite each other"
def count_parameters(widths):
    layers = dict(zip(widths, widths[1:]))
    return sum(k * (m + 1) for m, k in layers.items())

# %% wrong="count_parameters" name="finds the next width by widths.index, which gives the first position when widths are equal"
def count_parameters(widths):
    total = 0
    for m in widths[:-1]:
        k = widths[widths.index(m) + 1]
        total += k * (m + 1)
    return total

# %% wrong="count_parameters" name="pops the widths off the caller's list while counting and leaves it with one entry"
def count_parameters(widths):
    total = 0
    m = widths.pop(0)
    for _ in range(len(widths)):
        k = widths[0]
        total += k * (m + 1)
        m = k
        if len(widths) > 1:
            widths.pop(0)
    return total

# %% right="train" name="loop of the text with no_grad and grad None"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP(Ws, bs, activation)
    losses = []
    for step in range(steps):
        loss = mean_squared_error(model(X), Y)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
                parameter.grad = None
    new_Ws = [p.detach() for p in model.parameters() if p.dim() == 2]
    new_bs = [p.detach() for p in model.parameters() if p.dim() == 1]
    return new_Ws, new_bs, losses

# %% right="train" name="torch.optim.SGD"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model, losses = MLP(Ws, bs, activation), []
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = mean_squared_error(model(X), Y)
        losses.append(float(loss.detach()))
        loss.backward()
        optimizer.step()
    split = {2: [], 1: []}
    for P in model.parameters():
        split[P.dim()].append(P.detach().clone())
    return split[2], split[1], losses

# %% right="train" name="autograd.grad and a helper for one step"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model = MLP([W.detach() for W in Ws], [b.detach() for b in bs], activation)
    parameters = list(model.parameters())

    def one_step():
        loss = mean_squared_error(model(X), Y)
        for P, g in zip(parameters, torch.autograd.grad(loss, parameters)):
            P.data.sub_(g, alpha=lr)
        return loss.item()

    losses = [one_step() for _ in range(steps)]
    trained = [P.detach() for P in parameters]
    return [P for P in trained if P.ndim == 2], [P for P in trained if P.ndim == 1], losses

# %% wrong="train" name="breaks out of the loop when the loss is 0, so fewer than steps losses come back"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model, losses = MLP(Ws, bs, activation), []
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        if losses[-1] == 0:
            break
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
                parameter.grad = None
    parameters = [P.detach() for P in model.parameters()]
    return [P for P in parameters if P.dim() == 2], [P for P in parameters if P.dim() == 1], losses

# %% wrong="train" name="own loss takes the mean over outputs and examples instead of summing over the outputs"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model, losses = MLP(Ws, bs, activation), []
    for _ in range(steps):
        loss = torch.nn.functional.mse_loss(model(X), Y)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
                parameter.grad = None
    parameters = [P.detach() for P in model.parameters()]
    return [P for P in parameters if P.dim() == 2], [P for P in parameters if P.dim() == 1], losses

# %% wrong="train" name="writes the trained tensors back into the caller's lists Ws and bs, so the starting values are gone"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model, losses = MLP(Ws, bs, activation), []
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
                parameter.grad = None
    parameters = [P.detach() for P in model.parameters()]
    Ws[:] = [P for P in parameters if P.dim() == 2]
    bs[:] = [P for P in parameters if P.dim() == 1]
    return Ws, bs, losses

# %% wrong="train" name="returns the parameters of the step with the lowest loss rather than those after the last step"
def train(Ws, bs, X, Y, lr, steps, activation="relu"):
    model, losses = MLP(Ws, bs, activation), []
    best, best_loss = [P.detach().clone() for P in model.parameters()], float("inf")
    for _ in range(steps):
        loss = mean_squared_error(model(X), Y)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
                parameter.grad = None
        now = mean_squared_error(model(X), Y).item()
        if now < best_loss:
            best, best_loss = [P.detach().clone() for P in model.parameters()], now
    return [P for P in best if P.dim() == 2], [P for P in best if P.dim() == 1], losses

# %% right="circle_model" name="one wide ReLU network"
circle_Ws, circle_bs = start([2, 16, 1], "he", 0)
circle_Ws, circle_bs, circle_losses = train(circle_Ws, circle_bs, X_circle, Y_circle, 0.1, 2000)
circle_model = MLP(circle_Ws, circle_bs)

# %% right="circle_model" name="best of four seeds, leaky"
runs = [train(*start([2, 12, 1], "he", seed), X_circle, Y_circle, 0.1, 1500, "leaky") for seed in range(4)]
circle_Ws, circle_bs, circle_losses = min(runs, key=lambda run: run[2][-1])
circle_model = MLP(circle_Ws, circle_bs, activation="leaky")

# %% right="circle_model" name="seed loop until good enough"
def attempt(seed):
    Ws, bs = start(widths=[2, 20, 1], kind="he", seed=seed)
    return train(Ws, bs, X_circle, Y_circle, lr=0.1, steps=1500, activation="relu")


for seed in range(3, 12):
    result = attempt(seed)
    if result[2][-1] < 0.015:
        break
circle_Ws, circle_bs, circle_losses = result
circle_model = MLP(Ws=circle_Ws, bs=circle_bs, activation="relu")

# %% wrong="circle_model" name="trains with leaky but builds the MLP without naming the activation, so it uses relu"
circle_Ws, circle_bs, circle_losses = train(*start([2, 12, 1], "he", 0), X_circle, Y_circle, 0.1, 1500, "leaky")
circle_model = MLP(circle_Ws, circle_bs)

# %% wrong="circle_model" name="builds the model from the starting weights instead of the trained ones"
Ws0, bs0 = start([2, 16, 1], "he", 0)
circle_Ws, circle_bs, circle_losses = train(Ws0, bs0, X_circle, Y_circle, 0.1, 2000)
circle_model = MLP(Ws0, bs0)

# %% wrong="circle_model" name="model comes from a continued training, so its weights are not circle_Ws and circle_bs"
circle_Ws, circle_bs, circle_losses = train(*start([2, 16, 1], "he", 0), X_circle, Y_circle, 0.1, 1500)
more_Ws, more_bs, more_losses = train(circle_Ws, circle_bs, X_circle, Y_circle, 0.1, 500)
circle_model = MLP(more_Ws, more_bs)

# %% right="chain_gradient" name="one forward loop with running product"
def chain_gradient(x, w, b):
    a = x
    grad = torch.ones_like(x)
    for l in range(len(w)):
        a = torch.sigmoid(w[l] * a + b[l])
        grad = grad * a * (1 - a) * w[l]
    return grad

# %% right="chain_gradient" name="collect activations, then one product"
def chain_gradient(x, w, b):
    a = [x]
    for weight, bias in zip(w, b):
        a.append(torch.sigmoid(weight * a[-1] + bias))
    a = torch.stack(a[1:])
    return (a * (1 - a) * w).prod()

# %% right="chain_gradient" name="recursion with sigmoid of z times sigmoid of minus z"
def chain_gradient(x, w, b):
    z = w[0] * x + b[0]
    here = torch.sigmoid(z) * torch.sigmoid(-z) * w[0]
    if len(w) == 1:
        return here
    return chain_gradient(torch.sigmoid(z), w[1:], b[1:]) * here

# %% wrong="chain_gradient" name="multiplies only the weights from the second on, forgetting the first neuron's weight"
def chain_gradient(x, w, b):
    a, slopes = x, []
    for weight, bias in zip(w, b):
        a = torch.sigmoid(weight * a + bias)
        slopes.append(a * (1 - a))
    return torch.stack(slopes).prod() * w[1:].prod()

# %% wrong="chain_gradient" name="takes the slope from the previous activation because a is updated after the product"
def chain_gradient(x, w, b):
    a, grad = x, torch.ones_like(x)
    for weight, bias in zip(w, b):
        grad = grad * weight * a * (1 - a)
        a = torch.sigmoid(weight * a + bias)
    return grad

# %% wrong="chain_gradient" name="multiplies only the slopes of the sigmoids and leaves out the weights altogether"
def chain_gradient(x, w, b):
    a, grad = x, torch.ones_like(x)
    for weight, bias in zip(w, b):
        a = torch.sigmoid(weight * a + bias)
        grad = grad * a * (1 - a)
    return grad

# %% wrong="chain_gradient" name="product runs over the hidden neurons only and misses the factor of the last neuron"
def chain_gradient(x, w, b):
    L = len(w)
    a = [x]
    for l in range(L):
        a.append(torch.sigmoid(w[l] * a[l] + b[l]))
    grad = torch.tensor(1.0, dtype=torch.float64)
    for l in range(1, L):
        grad = grad * a[l] * (1 - a[l]) * w[l - 1]
    return grad

# %% wrong="chain_gradient" name="forgets the biases in the forward pass"
def chain_gradient(x, w, b):
    a, grad = x, torch.ones_like(x)
    for weight in w:
        a = torch.sigmoid(weight * a)
        grad = grad * weight * a * (1 - a)
    return grad

# %% wrong="chain_gradient" name="writes the slope as a(a-1), so the sign is wrong for chains of odd length"
def chain_gradient(x, w, b):
    a, grad = x, torch.ones_like(x)
    for l in range(len(w)):
        a = torch.sigmoid(w[l] * a + b[l])
        grad = grad * (w[l] * a * (a - 1))
    return grad

# %% wrong="chain_gradient" name="skips the factor of a neuron whose weight is 0 so that the product does not become 0"
def chain_gradient(x, w, b):
    a, grad = x, torch.ones_like(x)
    for weight, bias in zip(w, b):
        a = torch.sigmoid(weight * a + bias)
        factor = weight * a * (1 - a)
        if factor != 0:
            grad = grad * factor
    return grad

# %% wrong="chain_gradient" name="runs the chain in place on x, so the caller's x is overwritten by the last activation"
def chain_gradient(x, w, b):
    grad = torch.ones_like(x)
    for weight, bias in zip(w, b):
        x.mul_(weight).add_(bias).sigmoid_()
        grad = grad * x * (1 - x) * weight
    return grad

# %% right="dead_neurons" name="relu and all over the examples"
def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b)
    return (A == 0).all(dim=0)

# %% right="dead_neurons" name="largest sum of each neuron"
def dead_neurons(X, W, b):
    highest = (X @ W.T + b).max(dim=0).values
    return highest <= 0

# %% right="dead_neurons" name="double loop with a flag"
def dead_neurons(X, W, b):
    dead = []
    for j in range(W.shape[0]):
        is_dead = True
        for i in range(X.shape[0]):
            if (X[i] * W[j]).sum() + b[j] > 0:
                is_dead = False
                break
        dead.append(is_dead)
    return torch.tensor(dead)

# %% wrong="dead_neurons" name="asks for sums strictly below 0, so a sum of exactly 0 counts as alive"
def dead_neurons(X, W, b):
    return (X @ W.T + b < 0).all(0)

# %% wrong="dead_neurons" name="compares with torch.isclose, so a neuron with an output of 1e-9 counts as dead"
def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b)
    return torch.isclose(A, torch.zeros_like(A)).all(dim=0)

# %% wrong="dead_neurons" name="squeezes the activations, so for a single example the reduction runs over the neurons"
def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b).squeeze()
    return (A == 0).all(dim=0)

# %% wrong="dead_neurons" name="counts silent examples and compares with the number of neurons instead of examples"
def dead_neurons(X, W, b):
    A = torch.relu(X @ W.T + b)
    silent = (A == 0).sum(dim=0)
    return silent == len(W)

# %% right="leaky_layer_gradients" name="where on dA"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z > 0, dA, slope * dA)
    dW = dZ.T @ X
    db = dZ.sum(0)
    return dW, db

# %% right="leaky_layer_gradients" name="derivative as full tensor, einsum"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = torch.einsum("nd,hd->nh", X, W) + b
    derivative = torch.full_like(Z, slope)
    derivative[Z > 0] = 1.0
    delta = dA * derivative
    return torch.einsum("nh,nd->hd", delta, X), torch.einsum("nh->h", delta)

# %% right="leaky_layer_gradients" name="three loops adding up"
def leaky_layer_gradients(dA, X, W, b, slope):
    n, d = X.shape
    h = W.shape[0]
    dW = torch.zeros_like(W)
    db = torch.zeros_like(b)
    for i in range(n):
        for j in range(h):
            z = W[j] @ X[i] + b[j]
            if z > 0:
                factor = 1.0
            else:
                factor = slope
            db[j] += dA[i, j] * factor
            for k in range(d):
                dW[j, k] += dA[i, j] * factor * X[i, k]
    return dW, db

# %% wrong="leaky_layer_gradients" name="divides both gradients by n once more although dA belongs to the averaged loss"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z > 0, dA, slope * dA)
    return dZ.T @ X / len(X), dZ.mean(0)

# %% wrong="leaky_layer_gradients" name="uses derivative 1 at a sum of exactly 0 because of Z >= 0"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z >= 0, dA, slope * dA)
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="decides the sides of the kink from X @ W.T without the bias"
def leaky_layer_gradients(dA, X, W, b, slope):
    on = (X @ W.T) > 0
    dZ = dA * torch.where(on, torch.ones_like(dA), slope * torch.ones_like(dA))
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="db sums dA instead of dZ, forgetting the leaky slope for the bias"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z > 0, dA, slope * dA)
    dW = dZ.T @ X
    db = dA.sum(0)
    return dW, db

# %% wrong="leaky_layer_gradients" name="sends dA itself through leaky ReLU: the condition looks at the sign of dA, not of Z"
def leaky_layer_gradients(dA, X, W, b, slope):
    dZ = torch.where(dA > 0, dA, slope * dA)
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="leaky_layer_gradients" name="where chooses from two plain numbers, so the derivative is float32 and 0.1 is rounded"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    derivative = torch.where(Z > 0, 1.0, float(slope))
    dZ = dA * derivative
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="multiplies the entries of dA in place by the slope and so changes the caller's tensor"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = dA
    dZ[Z <= 0] *= slope
    return dZ.T @ X, dZ.sum(0)

# %% wrong="leaky_layer_gradients" name="computes X.T @ dZ and reshapes it to the shape of W instead of transposing"
def leaky_layer_gradients(dA, X, W, b, slope):
    Z = X @ W.T + b
    dZ = torch.where(Z > 0, dA, slope * dA)
    dW = (X.T @ dZ).reshape(W.shape)
    db = dZ.sum(0)
    return dW, db

# %% right="clip_by_norm" name="loop for the sum of squares"
def clip_by_norm(gradients, limit):
    total = 0.0
    for g in gradients:
        total = total + (g ** 2).sum().item()
    norm = math.sqrt(total)
    result = []
    for g in gradients:
        if norm > limit:
            result.append(g * (limit / norm))
        else:
            result.append(g.clone())
    return result

# %% right="clip_by_norm" name="one long vector and clamp"
def clip_by_norm(gradients, limit):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    factor = (limit / norm).clamp(max=1.0)
    return [factor * g for g in gradients]

# %% right="clip_by_norm" name="norm of the norms, early return"
def clip_by_norm(gradients, limit):
    norms = torch.stack([torch.linalg.vector_norm(g) for g in gradients])
    norm = torch.linalg.vector_norm(norms).item()
    if norm <= limit:
        return list(gradients)
    return [torch.mul(g, limit / norm) for g in gradients]

# %% wrong="clip_by_norm" name="scales only those tensors whose own norm exceeds the limit by the common factor"
def clip_by_norm(gradients, limit):
    norm = torch.sqrt(sum((g ** 2).sum() for g in gradients))
    factor = limit / norm
    return [g * factor if g.norm() > limit else g.clone() for g in gradients]

# %% wrong="clip_by_norm" name="torch.linalg.norm with ord 2 is the spectral norm for matrices, not the root of squares"
def clip_by_norm(gradients, limit):
    squares = [torch.linalg.norm(g, 2) ** 2 for g in gradients]
    norm = torch.sqrt(sum(squares))
    if norm > limit:
        return [g * limit / norm for g in gradients]
    return [g.clone() for g in gradients]

# %% wrong="clip_by_norm" name="adds 1e-6 to the norm in the factor, so small norms come out below the limit"
def clip_by_norm(gradients, limit):
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    factor = min(1.0, limit / (norm + 1e-6))
    return [factor * g for g in gradients]

# %% wrong="clip_by_norm" name="multiplies the given tensors in place with mul_ and returns them"
def clip_by_norm(gradients, limit):
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    if norm > limit:
        for g in gradients:
            g.mul_(limit / norm)
    return list(gradients)

# %% right="connect_the_dots" name="diff and cat"
def connect_the_dots(knots, values):
    slopes = values.diff() / knots.diff()
    changes = torch.cat([slopes[:1], slopes.diff()])
    W1 = torch.ones(len(slopes), 1, dtype=torch.float64)
    return W1, -knots[:-1], changes[None, :], values[:1].clone()

# %% right="connect_the_dots" name="loop with the slope so far"
def connect_the_dots(knots, values):
    k = len(knots) - 1
    W1 = torch.ones((k, 1), dtype=torch.float64)
    b1 = torch.zeros(k, dtype=torch.float64)
    W2 = torch.zeros((1, k), dtype=torch.float64)
    b2 = torch.zeros(1, dtype=torch.float64)
    b2[0] = values[0]
    slope_before = 0.0
    for j in range(k):
        slope = (values[j + 1] - values[j]) / (knots[j + 1] - knots[j])
        b1[j] = -knots[j]
        W2[0, j] = slope - slope_before
        slope_before = slope
    return W1, b1, W2, b2

# %% right="connect_the_dots" name="solve the triangular system of the path at the dots"
def connect_the_dots(knots, values):
    start_at = knots[:-1]
    hidden = torch.relu(knots[1:, None] - start_at[None, :])
    rises = (values[1:] - values[0])[:, None]
    c = torch.linalg.solve_triangular(hidden, rises, upper=False)
    return torch.ones_like(start_at)[:, None], start_at.neg(), c.T.contiguous(), values[0].reshape(1).clone()

# %% wrong="connect_the_dots" name="leaves out neurons whose change of slope is 0, so fewer than k neurons come back"
def connect_the_dots(knots, values):
    slopes = values.diff() / knots.diff()
    changes = torch.cat([slopes[:1], slopes.diff()])
    keep = changes != 0
    changes, kinks = changes[keep], knots[:-1][keep]
    return torch.ones(len(kinks), 1, dtype=torch.float64), -kinks, changes[None, :], values[:1].clone()

# %% wrong="connect_the_dots" name="changes are measured against the first slope, not against the slope just before the knot"
def connect_the_dots(knots, values):
    slopes = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    changes = slopes.clone()
    changes[1:] = slopes[1:] - slopes[0]
    W1 = torch.ones(len(slopes), 1, dtype=torch.float64)
    return W1, -knots[:-1], changes[None, :], values[:1].clone()

# %% wrong="connect_the_dots" name="negates the knots in place with neg_, so the caller's knots are changed"
def connect_the_dots(knots, values):
    slopes = values.diff() / knots.diff()
    changes = torch.cat([slopes[:1], slopes.diff()])
    W1 = torch.ones(len(slopes), 1, dtype=torch.float64)
    b1 = knots[:-1].neg_()
    return W1, b1, changes[None, :], values[:1].clone()

# %% wrong="connect_the_dots" name="subtracts the previous output weight instead of the sum of all previous ones from the slope"
def connect_the_dots(knots, values):
    k = len(knots) - 1
    c = torch.zeros(k, dtype=torch.float64)
    for j in range(k):
        slope = (values[j + 1] - values[j]) / (knots[j + 1] - knots[j])
        c[j] = slope - c[j - 1] if j > 0 else slope
    return torch.ones(k, 1, dtype=torch.float64), -knots[:-1], c.reshape(1, k), values[:1].clone()

# %% right="count_pieces" name="patterns joined and neighbours compared"
def count_pieces(x, Ws, bs):
    A = x
    patterns = [torch.zeros(len(x), 0, dtype=torch.bool)]
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        patterns.append(Z > 0)
        A = torch.relu(Z)
    pattern = torch.cat(patterns, dim=1)
    changed = (pattern[1:] != pattern[:-1]).any(dim=1)
    return 1 + int(changed.sum())

# %% right="count_pieces" name="place by place with tuples"
def count_pieces(x, Ws, bs):
    def pattern_at(place):
        a, seen = place, []
        for k in range(len(Ws) - 1):
            z = Ws[k] @ a + bs[k]
            seen += [bool(entry > 0) for entry in z]
            a = torch.relu(z)
        return tuple(seen)

    pieces = 1
    before = pattern_at(x[0])
    for place in x[1:]:
        now = pattern_at(place)
        if now != before:
            pieces += 1
        before = now
    return pieces

# %% right="count_pieces" name="groupby over strings"
def count_pieces(x, Ws, bs):
    from itertools import groupby

    words = [""] * len(x)
    A = x
    for W, b in list(zip(Ws, bs))[:-1]:
        A = (A @ W.T + b).clamp(min=0)
        words = [word + "".join("1" if on else "0" for on in row) for word, row in zip(words, (A > 0).tolist())]
    return sum(1 for _ in groupby(words))

# %% right="count_pieces" name="counts the different patterns with unique, so a pattern that comes back is not counted again"
def count_pieces(x, Ws, bs):
    A, patterns = x, []
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        patterns.append(Z > 0)
        A = torch.relu(Z)
    return len({tuple(row) for row in torch.cat(patterns, 1).tolist()})

# %% wrong="count_pieces" name="adds up all switching neurons, so two that switch between the same places count twice"
def count_pieces(x, Ws, bs):
    A, switches = x, 0
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        on = Z > 0
        switches += (on[1:] != on[:-1]).sum().item()
        A = torch.relu(Z)
    return 1 + switches

# %% wrong="count_pieces" name="counts a neuron with the sum exactly 0 as on because of >="
def count_pieces(x, Ws, bs):
    A, patterns = x, []
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        patterns.append(Z >= 0)
        A = torch.relu(Z)
    pattern = torch.cat(patterns, dim=1)
    return 1 + (pattern[1:] != pattern[:-1]).any(1).sum().item()

# %% wrong="count_pieces" name="the pattern is overwritten in each layer, so only the last hidden layer's switches count"
def count_pieces(x, Ws, bs):
    A = x
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z = A @ W.T + b
        pattern = Z > 0
        A = torch.relu(Z)
    return 1 + (pattern[1:] != pattern[:-1]).any(1).sum().item()

# %% right="search" name="nested loops"
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
        model = MLP(*train(*starts[width], X, Y, lr, steps)[:2])
        sets = {"training": (X, Y), "validation": (X_valid, Y_valid)}
        with torch.no_grad():
            losses = {name: float(mean_squared_error(model(A), B)) for name, (A, B) in sets.items()}
        return {"width": width, "lr": lr} | losses

    return [run(width, lr) for width in starts for lr in rates]

# %% right="search" name="itertools product, training loss read from one more step"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    from itertools import product

    table = []
    for (width, begin), lr in product(starts.items(), rates):
        Ws, bs, _ = train(begin[0], begin[1], X, Y, lr, steps)
        row = dict(width=width, lr=lr)
        row["training"] = train(Ws, bs, X, Y, lr, 1)[2][0]
        row["validation"] = train(Ws, bs, X_valid, Y_valid, lr, 1)[2][0]
        table.append(row)
    return table

# %% wrong="search" name="loops over the rates outside and the widths inside, so the runs come in another order"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = []
    for lr in rates:
        for width, (Ws, bs) in starts.items():
            model = MLP(*train(Ws, bs, X, Y, lr, steps)[:2])
            results.append({
                "width": width,
                "lr": lr,
                "training": mean_squared_error(model(X), Y).item(),
                "validation": mean_squared_error(model(X_valid), Y_valid).item(),
            })
    return results

# %% wrong="search" name="collects runs in a dictionary keyed by width and rate, so a rate listed twice appears once"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    found = {}
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            model = MLP(*train(Ws, bs, X, Y, lr, steps)[:2])
            found[width, lr] = {
                "width": width,
                "lr": lr,
                "training": mean_squared_error(model(X), Y).item(),
                "validation": mean_squared_error(model(X_valid), Y_valid).item(),
            }
    return list(found.values())

# %% wrong="search" name="goes through the widths in sorted order rather than in the order of the dictionary"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = []
    for width in sorted(starts):
        Ws, bs = starts[width]
        for lr in rates:
            model = MLP(*train(Ws, bs, X, Y, lr, steps)[:2])
            results.append({
                "width": width,
                "lr": lr,
                "training": mean_squared_error(model(X), Y).item(),
                "validation": mean_squared_error(model(X_valid), Y_valid).item(),
            })
    return results

# %% wrong="search" name="losses are means over all entries, not summed over the outputs, so several outputs come out too small"
def search(starts, rates, X, Y, X_valid, Y_valid, steps):
    results = []
    for width, (Ws, bs) in starts.items():
        for lr in rates:
            model = MLP(*train(Ws, bs, X, Y, lr, steps)[:2])
            training = ((model(X) - Y) ** 2).mean().item()
            validation = ((model(X_valid) - Y_valid) ** 2).mean().item()
            results.append({"width": width, "lr": lr, "training": training, "validation": validation})
    return results

# %% right="early_stopping" name="counter loop"
def early_stopping(losses, patience):
    best = 0
    lowest = losses[0]
    waiting = 0
    for step in range(1, len(losses)):
        if losses[step] < lowest:
            lowest = losses[step]
            best = step
            waiting = 0
        else:
            waiting += 1
            if waiting == patience:
                return best, step
    return best, len(losses) - 1

# %% right="early_stopping" name="distance from the best step"
def early_stopping(losses, patience):
    best = stop = 0
    for stop, loss in enumerate(losses):
        if loss < losses[best]:
            best = stop
        if stop - best == patience:
            break
    return best, stop

# %% right="early_stopping" name="prefix minima and next over a generator"
def early_stopping(losses, patience):
    def best_until(step):
        seen = losses[: step + 1]
        return seen.index(min(seen))

    last = len(losses) - 1
    stop = next((step for step in range(len(losses)) if step - best_until(step) >= patience), last)
    return best_until(stop), stop

# %% wrong="early_stopping" name="starts with a lowest loss of 999, so losses of 1000 and more never count as improvement"
def early_stopping(losses, patience):
    lowest, best, waiting = 999, 0, 0
    for step, loss in enumerate(losses):
        if loss < lowest:
            lowest, best, waiting = loss, step, 0
        else:
            waiting += 1
            if waiting == patience:
                return best, step
    return best, len(losses) - 1

# %% wrong="early_stopping" name="asks for an improvement of at least 1e-4, although any lower loss counts however little"
def early_stopping(losses, patience):
    lowest, best, waiting = float("inf"), 0, 0
    for step, loss in enumerate(losses):
        if loss < lowest - 1e-4:
            lowest, best, waiting = loss, step, 0
        else:
            waiting += 1
            if waiting >= patience:
                return best, step
    return best, len(losses) - 1

# %% wrong="early_stopping" name="returns len(losses) as stop when training never stops, one more than the last step"
def early_stopping(losses, patience):
    best, waiting, step = 0, 0, 0
    while step < len(losses):
        if step == 0 or losses[step] < losses[best]:
            best, waiting = step, 0
        else:
            waiting += 1
        if waiting == patience:
            break
        step += 1
    return best, step

# %% wrong="early_stopping" name="tests the lowest loss for truth, so a lowest loss of 0 is taken for none yet"
def early_stopping(losses, patience):
    lowest, best, waiting = None, 0, 0
    for step, loss in enumerate(losses):
        if not lowest or loss < lowest:
            lowest, best, waiting = loss, step, 0
        else:
            waiting += 1
        if waiting == patience:
            return best, step
    return best, step
