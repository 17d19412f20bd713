# %% right="on_paper" name="literal numbers from paper"
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.5], dtype=torch.float64)

# %% right="on_paper" name="python arithmetic step by step"
x0, x1 = -1.0, 0.5
z_0 = 0.8 * x0 - 0.5 * x1 + 0.5
z_1 = -1.0 * x0 - 0.1 * x1 - 0.2
a_0 = max(0, z_0)
a_1 = max(0, z_1)
y_hat = -0.5 * a_0 - 0.4 * a_1 - 0.2
on_paper = torch.tensor([z_0, z_1, a_0, a_1, y_hat], dtype=torch.float64)

# %% right="on_paper" name="matrix products and cat"
point = torch.tensor([-1.0, 0.5]).double()
pre = W1 @ point + b1
post = pre.clamp(min=0)
on_paper = torch.cat([pre, post, W2 @ post + b2])

# %% wrong="on_paper" name="order interleaved z0, a0, z1, a1, y instead of z0, z1, a0, a1, y"
on_paper = torch.tensor([-0.55, 0.0, 0.75, 0.75, -0.5], dtype=torch.float64)

# %% wrong="on_paper" name="sign slip in z0: -0.5 times 0.5 taken as plus 0.25, giving -0.05"
on_paper = torch.tensor([-0.05, 0.75, 0.0, 0.75, -0.5], dtype=torch.float64)

# %% wrong="on_paper" name="columns of W1 used as the neurons instead of its rows"
point = torch.tensor([-1.0, 0.5], dtype=torch.float64)
z = point @ W1 + b1
a = z.clamp(min=0)
on_paper = torch.cat([z, a, W2 @ a + b2])

# %% wrong="on_paper" name="output neuron fed with z0 and z1 instead of the activations a0 and a1"
z_0 = 0.8 * -1.0 - 0.5 * 0.5 + 0.5
z_1 = -1.0 * -1.0 - 0.1 * 0.5 - 0.2
y_hat = -0.5 * z_0 - 0.4 * z_1 - 0.2
on_paper = torch.tensor([z_0, z_1, max(0, z_0), max(0, z_1), y_hat], dtype=torch.float64)

# %% right="relu" name="maximum with zeros_like"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    return torch.maximum(Z, torch.zeros_like(Z))

# %% right="relu" name="copy and set the negative entries"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    result = Z.clone()
    negative = result < 0
    result[negative] = 0
    return result

# %% right="relu" name="stack with zeros and amax over the new dimension"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    candidates = torch.stack((Z, Z.new_zeros(Z.shape)), dim=0)
    return candidates.amax(dim=0)

# %% wrong="relu" name="float32 scalar tensor as partner of maximum promotes a float16 entry of shape () to float32"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    return torch.maximum(Z, torch.tensor(0.0, device=Z.device))

# %% wrong="relu" name="sets the negative entries of Z itself to 0, so the input is changed in place"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    A = Z
    A[A < 0] = 0
    return A

# %% wrong="relu" name="computes in float32 and casts back, so float64 entries lose their last digits"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    work = Z.float()
    return torch.maximum(work, torch.zeros_like(work)).to(Z.dtype)

# %% right="relu" name="(Z + abs Z) / 2 overflows to inf in float16 for entries above 32760"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    return (Z + Z.abs()) / 2

# %% right="join" name="cat along the last dimension"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    return torch.cat([A0, A1], dim=-1)

# %% right="join" name="fill an empty tensor"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    shape = list(A0.shape)
    shape[-1] = 2
    result = A0.new_zeros(shape)
    result[..., 0:1] = A0
    result[..., 1:2] = A1
    return result

# %% right="join" name="drop the last dimension and stack it anew"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    return torch.stack([A.squeeze(-1) for A in (A0, A1)], dim=-1)

# %% wrong="join" name="hstack joins along dimension 1, so (n, k, 1) becomes (n, 2k, 1)"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    return torch.hstack((A0, A1))

# %% wrong="join" name="cat along dimension 0 and reshape to (*, 2) mixes examples when there are several"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    both = torch.cat([A0, A1], dim=0)
    return both.reshape(A0.shape[:-1] + (2,))

# %% wrong="join" name="stack and then squeeze without a dimension, which also drops leading dimensions of size 1"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    return torch.stack([A0, A1], dim=-1).squeeze()

# %% wrong="join" name="result filled into a default float32 tensor, so the dtype of float64 inputs is lost"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    result = torch.zeros(*A0.shape[:-1], 2)
    result[..., 0] = A0[..., 0]
    result[..., 1] = A1[..., 0]
    return result

# %% right="two_layer_nn" name="step by step with names"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        z0 = self.hidden0(X)
        z1 = self.hidden1(X)
        a0 = relu(z0)
        a1 = relu(z1)
        a = join(a0, a1)
        return self.output(a)

# %% right="two_layer_nn" name="setattr from a table and a loop over the hidden ones"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    START = {"hidden0": (0.8, -0.5, 0.5), "hidden1": (-1.0, -0.1, -0.2), "output": (-0.5, -0.4, -0.2)}

    def __init__(self):
        super().__init__()
        for name, numbers in self.START.items():
            setattr(self, name, Neuron(*numbers))

    def forward(self, X):
        return self.output(join(*(relu(neuron(X)) for neuron in (self.hidden0, self.hidden1))))

# %% right="two_layer_nn" name="join first and one relu over both"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def hidden(self, X):
        return relu(join(self.hidden0(X), self.hidden1(X)))

    def forward(self, X):
        return self.output(self.hidden(X))

# %% wrong="two_layer_nn" name="forward calls the loose neurons hidden0, hidden1, output of section 1 without self, so training has no effect"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        a = join(relu(hidden0(X)), relu(hidden1(X)))
        return output(a)

# %% wrong="two_layer_nn" name="hidden weights copied into one matrix in __init__, so forward uses stale numbers after training"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)
        self.both_W = torch.cat([self.hidden0.W, self.hidden1.W]).detach()
        self.both_b = torch.cat([self.hidden0.b, self.hidden1.b]).detach()

    def forward(self, X):
        return self.output(relu(X @ self.both_W.T + self.both_b))

# %% wrong="two_layer_nn" name="relu applied to the first hidden neuron only, the second passes its pre-activation on"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        a = join(relu(self.hidden0(X)), self.hidden1(X))
        return self.output(a)

# %% wrong="two_layer_nn" name="a table with a single row (1, 2) gives (1,) instead of (1, 1)"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        if X.dim() == 2 and X.shape[0] == 1:
            X = X[0]
        a0 = relu(self.hidden0(X))
        a1 = relu(self.hidden1(X))
        return self.output(join(a0, a1))

# %% right="grid" name="two loops over rows and columns"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    values = torch.linspace(low, high, m, dtype=torch.float64)
    points = torch.zeros(m, m, 2, dtype=torch.float64)
    for i in range(m):
        for j in range(m):
            points[i, j, 0] = values[j]
            points[i, j, 1] = values[i]
    return points

# %% right="grid" name="meshgrid xy and stack"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    v = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(v, v, indexing="xy"), dim=-1)

# %% right="grid" name="cartesian product, reshaped and flipped"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    axis = torch.linspace(float(low), float(high), steps=m, dtype=torch.double)
    pairs = torch.cartesian_prod(axis, axis)
    return pairs.reshape(m, m, 2).flip(-1)

# %% wrong="grid" name="values are low + i/(m-1) * high, forgot to subtract low from high: fits only for low = 0"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    steps = torch.arange(m, dtype=torch.float64) / (m - 1)
    values = low + steps * high
    x0 = values.expand(m, m)
    x1 = values[:, None].expand(m, m)
    return torch.stack([x0, x1], dim=-1)

# %% wrong="grid" name="arange up to high + step makes m + 1 values when rounding goes up, e.g. 0 to 1 with m = 11"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    step = (high - low) / (m - 1)
    values = torch.arange(low, high + step, step, dtype=torch.float64)
    x0, x1 = torch.meshgrid(values, values, indexing="xy")
    return torch.stack([x0, x1], dim=-1)

# %% wrong="grid" name="meshgrid with indexing ij: x0 changes going down and x1 going right"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    values = torch.linspace(low, high, m, dtype=torch.float64)
    x0, x1 = torch.meshgrid(values, values, indexing="ij")
    return torch.stack([x0, x1], dim=-1)

# %% wrong="grid" name="tables stacked in front and then reshaped to (m, m, 2) instead of moved, which scrambles the points"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    values = torch.linspace(low, high, m, dtype=torch.float64)
    x0 = values.repeat(m, 1)
    x1 = x0.T
    return torch.stack([x0, x1]).reshape(m, m, 2)

# %% right="two_layers" name="two products with transposes"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    g = activations[activation]
    Z = X @ W1.T + b1
    A = g(Z)
    return A @ W2.T + b2

# %% right="two_layers" name="neuron after neuron with stack"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    hidden = []
    for i in range(len(W1)):
        z = (X * W1[i]).sum(dim=-1) + b1[i]
        hidden.append(activations[activation](z))
    A = torch.stack(hidden, dim=-1)
    outputs = []
    for k in range(len(W2)):
        outputs.append((A * W2[k]).sum(dim=-1) + b2[k])
    return torch.stack(outputs, dim=-1)

# %% right="two_layers" name="a layer helper with einsum"
def _affine(inputs, W, b):
    return torch.einsum("...i,oi->...o", inputs, W) + b


def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    return _affine(activations[activation](_affine(X, W1, b1)), W2, b2)

# %% wrong="two_layers" name="W2 reshaped to (h, q) instead of transposed: fits only for one output or one hidden neuron"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    h = W1.shape[0]
    A = activations[activation](X @ W1.T + b1)
    return A @ W2.reshape(h, -1) + b2

# %% wrong="two_layers" name="every name other than relu is treated as tanh, so sigmoid gives tanh results"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    Z = X @ W1.T + b1
    if activation == "relu":
        A = torch.relu(Z)
    else:
        A = torch.tanh(Z)
    return A @ W2.T + b2

# %% wrong="two_layers" name="X flattened to (-1, d) and leading dimensions never restored, so (d,) gives (1, q)"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    rows = X.reshape(-1, W1.shape[1])
    A = activations[activation](rows @ W1.T + b1)
    return A @ W2.T + b2

# %% wrong="two_layers" name="hidden bias b1 added after the activation instead of inside it"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    A = activations[activation](X @ W1.T) + b1
    return A @ W2.T + b2

# %% right="collapse" name="products in order"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    W = W2 @ W1
    b = W2 @ b1 + b2
    return W, b

# %% right="collapse" name="triple loop of sums"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    h, d = W1.shape
    q = W2.shape[0]
    W = torch.zeros(q, d, dtype=W1.dtype)
    b = b2.clone()
    for k in range(q):
        for i in range(h):
            b[k] += W2[k, i] * b1[i]
            for j in range(d):
                W[k, j] += W2[k, i] * W1[i, j]
    return W, b

# %% right="collapse" name="bias as an extra column, one product"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    extended = torch.cat([W1, b1.unsqueeze(1)], dim=1)
    product = torch.einsum("qh,hc->qc", W2, extended)
    return product[:, :-1], product[:, -1] + b2

# %% wrong="collapse" name="bias part (W2 * b1).sum() adds over all rows of W2: fits only for one output"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    W = W2 @ W1
    b = (W2 * b1).sum() + b2
    return W, b

# %% wrong="collapse" name="W1.T @ W2.T reshaped to (q, d) instead of transposed back: fits only for q = 1 or d = 1"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    q, d = W2.shape[0], W1.shape[1]
    W = (W1.T @ W2.T).reshape(q, d)
    b = b1 @ W2.T + b2
    return W, b

# %% wrong="collapse" name="b2 += W2 @ b1 changes the caller's b2 in place"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    W = W2 @ W1
    b = b2
    b += W2 @ b1
    return W, b

# %% wrong="collapse" name="bracket error: both biases multiplied by W2, b = W2 @ (b1 + b2)"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    W = W2 @ W1
    b = W2 @ (b1 + b2)
    return W, b

# %% right="xor_by_hand" name="the ridge of the text"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="xor_by_hand" name="absolute difference of the inputs, loop over a table"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        difference = torch.tensor([1.0, -1.0])
        numbers = {
            "W1": torch.stack([difference, -difference]),
            "b1": torch.zeros(2),
            "W2": torch.full((1, 2), 2.0),
            "b2": -torch.ones(1),
        }
        for name, value in numbers.items():
            self.register_parameter(name, torch.nn.Parameter(value))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="xor_by_hand" name="one minus twice the distance of the sum from one"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        P = torch.nn.Parameter
        self.W1 = P(torch.tensor([[-1.0, -1.0], [1.0, 1.0]]))
        self.b1 = P(torch.tensor([1.0, -1.0]))
        self.W2 = P(torch.tensor([[-2.0, -2.0]]))
        self.b2 = P(torch.tensor([1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="outputs 0, 1, 1, 0 at the corners: not stretched and shifted to -1 and +1"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[1.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([0.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="plain tensors instead of torch.nn.Parameter, so the module has no parameters"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.tensor([[1.0, 1.0], [1.0, 1.0]])
        self.b1 = torch.tensor([0.0, -1.0])
        self.W2 = torch.tensor([[2.0, -4.0]])
        self.b2 = torch.tensor([-1.0])

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="b2 is a single number of shape () instead of (1,)"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, 0.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, 2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor(-1.0))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="second output weight -2 instead of -4: the sum only levels off, so corner (1, 1) gives +1"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.ones(2, 2))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="tanh_slope" name="entry by entry, one minus tanh squared"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    results = []
    for z in Z.flatten():
        results.append(2 * torch.sigmoid(2 * z) - 1)
    return torch.stack(results).reshape(Z.shape)


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    results = []
    for z in Z.flatten():
        results.append(1 - torch.tanh(z) ** 2)
    return torch.stack(results).reshape(Z.shape)

# %% right="tanh_slope" name="sigmoid form with sigmoid of minus 2z"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    return 4 * torch.sigmoid(2 * Z) * torch.sigmoid(-2 * Z)

# %% right="tanh_slope" name="difference of two sigmoids and one over cosh squared"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    doubled = Z + Z
    return torch.sigmoid(doubled) - torch.sigmoid(-doubled)


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    return (1 / torch.cosh(Z)).square()

# %% wrong="tanh_slope" name="inner derivative 2 forgotten: 2 s (1 - s) instead of 4 s (1 - s)"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    s = torch.sigmoid(2 * Z)
    return 2 * s * (1 - s)

# %% wrong="tanh_slope" name="chain rule multiplies by the inner function 2z instead of its slope 2"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    inner = 2 * Z
    s = torch.sigmoid(inner)
    return 2 * s * (1 - s) * inner

# %% wrong="tanh_slope" name="tanh squared of z written as tanh of z squared"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    return 1 - torch.tanh(Z ** 2)

# %% right="tanh_slope" name="slope written with exp(2z) in numerator and denominator: nan for large z such as 1000"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    e = torch.exp(2 * Z)
    return 4 * e / (e + 1) ** 2

# %% wrong="tanh_slope" name="tanh_by_sigmoid doubles Z in place and so changes its input"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    Z *= 2
    return 2 * torch.sigmoid(Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="outer slope taken at z instead of at the inner value 2z: 4 s(z) (1 - s(z))"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    s = torch.sigmoid(Z)
    return 2 * (s * (1 - s)) * 2

# %% wrong="tanh_slope" name="one-sided difference quotient with step 0.001 instead of the derivative, off in the fourth digit"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    h = 1e-3
    return (tanh_by_sigmoid(Z + h) - tanh_by_sigmoid(Z)) / h

# %% wrong="tanh_slope" name="Z clamped to -5..5 against overflow, so the slope stays at 0.00018 beyond and never goes to 0"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    safe = Z.clamp(-5, 5)
    e = torch.exp(2 * safe)
    return 4 * e / (1 + e) ** 2

# %% right="elu" name="where in both functions"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% right="elu" name="python loop with math.exp"
import math


def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    values = []
    for z in Z.flatten().tolist():
        if z > 0:
            values.append(z)
        else:
            values.append(alpha * (math.exp(z) - 1))
    return torch.tensor(values, dtype=Z.dtype, device=Z.device).reshape(Z.shape)


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    values = []
    for z in Z.flatten().tolist():
        if z > 0:
            values.append(1.0)
        else:
            values.append(alpha * math.exp(z))
    return torch.tensor(values, dtype=Z.dtype, device=Z.device).reshape(Z.shape)

# %% right="elu" name="clamp and expm1, slope from the own function plus alpha"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return Z.clamp(min=0) + alpha * torch.expm1(Z.clamp(max=0))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    left = elu(Z, alpha) + alpha
    return torch.where(Z > 0, torch.ones_like(Z), left)

# %% wrong="elu" name="slope switches branches with a product of masks, so exp overflow times 0 gives nan at z = 800"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    positive = (Z > 0).to(Z.dtype)
    return positive + (1 - positive) * alpha * torch.exp(Z)

# %% wrong="elu" name="the constant -1 kept when differentiating: left slope alpha (exp(z) - 1)"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * (torch.exp(Z) - 1))

# %% wrong="elu" name="factor alpha dropped in the left slope: exp(z) alone"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    slope = torch.ones_like(Z)
    left = Z <= 0
    slope[left] = torch.exp(Z[left])
    return slope

# %% wrong="elu" name="power rule applied to the exponential: left slope alpha z exp(z - 1)"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * Z * torch.exp(Z - 1))

# %% wrong="elu" name="function written as a maximum like leaky ReLU: fails on the left for alpha above 1"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    left = alpha * (torch.exp(Z.clamp(max=0)) - 1)
    return torch.maximum(Z, left)


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="slope as alpha exp(z) capped at 1: false for small positive z if alpha < 1 and left of 0 if alpha > 1"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.clamp(alpha * torch.exp(Z), max=1.0)

# %% wrong="elu" name="the function overwrites the negative entries of Z itself, so the input is changed"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    left = Z <= 0
    Z[left] = alpha * (torch.exp(Z[left]) - 1)
    return Z


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="brackets lost in the function: alpha exp(z) - 1 instead of alpha (exp(z) - 1)"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * torch.exp(Z) - 1)


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% right="silu_slope" name="product rule written out"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    s = torch.sigmoid(Z)
    slope_of_s = s * (1 - s)
    return 1 * s + Z * slope_of_s

# %% right="silu_slope" name="loop over the entries, factored formula"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    result = torch.zeros(Z.numel(), dtype=Z.dtype)
    flat = Z.reshape(-1)
    for i in range(Z.numel()):
        s = torch.sigmoid(flat[i])
        result[i] = s * (1 + flat[i] * (1 - s))
    return result.reshape(Z.shape)

# %% right="silu_slope" name="value plus switch times one minus value"
def _silu_parts(Z):
    switch = 1 / (1 + torch.exp(-Z))
    return switch, Z * switch


def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    switch, value = _silu_parts(Z)
    return value + switch * (1 - value)

# %% wrong="silu_slope" name="slopes of the two factors multiplied: 1 times s (1 - s), no product rule"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    s = torch.sigmoid(Z)
    return torch.ones_like(Z) * s * (1 - s)

# %% wrong="silu_slope" name="minus instead of plus between the two terms of the product rule"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    s = torch.sigmoid(Z)
    return s - Z * s * (1 - s)

# %% wrong="silu_slope" name="factors paired crosswise: slope of z with slope of s, plus z times s itself"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    s = torch.sigmoid(Z)
    ds = s * (1 - s)
    return 1 * ds + Z * s

# %% wrong="silu_slope" name="second term a (1 - a) with the activation a = z s instead of z s (1 - s)"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    s = torch.sigmoid(Z)
    a = Z * s
    return s + a * (1 - a)

# %% wrong="silu_slope" name="slope of the sigmoid taken as 1 - s squared, the form that belongs to tanh"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    s = torch.sigmoid(Z)
    return s + Z * (1 - s ** 2)

# %% right="silu_slope" name="quotient form with exp(-z) above and below: nan for very negative z, inf over inf"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    e = torch.exp(-Z)
    return (1 + e + Z * e) / (1 + e) ** 2

# %% wrong="silu_slope" name="Z multiplied in place by the slope of the sigmoid, so the input is changed"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    s = torch.sigmoid(Z)
    second = Z
    second *= s * (1 - s)
    return s + second

# %% wrong="silu_slope" name="result clamped from below at 0 although the slope is negative left of -1.28"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    s = torch.sigmoid(Z)
    slope = s + Z * s * (1 - s)
    return slope.clamp(min=0)

# %% right="far_slopes" name="literal table"
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]],
    dtype=torch.float64,
)

# %% right="far_slopes" name="zeros and a few entries set"
far_slopes = torch.zeros(7, 2, dtype=torch.float64)
far_slopes[2:, 1] = 1
far_slopes[3, 0] = 0.1

# %% right="far_slopes" name="names to pairs, then stacked columns"
table = {
    "sigmoid": (0.0, 0.0),
    "tanh": (0.0, 0.0),
    "relu": (0.0, 1.0),
    "leaky_relu": (0.1, 1.0),
    "elu": (0.0, 1.0),
    "silu": (0.0, 1.0),
    "gelu": (0.0, 1.0),
}
left, right = zip(*table.values())
far_slopes = torch.stack([torch.tensor(side, dtype=torch.float64) for side in (left, right)], dim=1)

# %% wrong="far_slopes" name="leaky ReLU's left slope 0.01, the usual alpha, instead of 0.1"
far_slopes = torch.tensor(
    [[0.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.01, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]], dtype=torch.float64
)

# %% wrong="far_slopes" name="columns swapped: far right in column 0 and far left in column 1"
far_slopes = torch.tensor(
    [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 0.1], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]], dtype=torch.float64
)

# %% wrong="far_slopes" name="highest slope 1.1 of SiLU and GELU taken for the slope far to the right"
far_slopes = torch.tensor(
    [[0.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.1, 1.0], [0.0, 1.0], [0.0, 1.1], [0.0, 1.1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="sigmoid row holds the limits of the function, 0 and 1, instead of its slopes"
far_slopes = torch.zeros((7, 2), dtype=torch.float64)
far_slopes[0] = torch.tensor([0.0, 1.0])
far_slopes[2:, 1] = 1.0
far_slopes[3, 0] = 0.1

# %% right="softmax_slopes" name="diagonal minus outer product"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    return torch.diag(p) - torch.outer(p, p)

# %% right="softmax_slopes" name="double loop with an if"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    q = len(z)
    p = torch.softmax(z, dim=0)
    table = torch.zeros(q, q, dtype=z.dtype)
    for i in range(q):
        for j in range(q):
            if i == j:
                table[i, j] = p[i] * (1 - p[i])
            else:
                table[i, j] = -p[i] * p[j]
    return table

# %% right="softmax_slopes" name="own shifted softmax and broadcasting with eye"
def _probabilities(scores):
    exponentials = (scores - scores.max()).exp()
    return exponentials / exponentials.sum()


def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = _probabilities(z)
    delta = torch.eye(z.numel(), dtype=z.dtype, device=z.device)
    return p[:, None] * (delta - p[None, :])

# %% wrong="softmax_slopes" name="own softmax without subtracting the maximum: inf / inf is nan for scores of 1000"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    e = torch.exp(z)
    p = e / e.sum()
    return torch.diag(p) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="p not made a column before the product: off-diagonal entries are -p_j squared"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=-1)
    delta = torch.eye(len(z), dtype=z.dtype)
    return p * (delta - p)

# %% wrong="softmax_slopes" name="squeeze at the end turns the (1, 1) table of a single score into shape ()"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0).reshape(-1, 1)
    table = p * torch.eye(z.shape[0], dtype=z.dtype) - p @ p.T
    return table.squeeze()

# %% wrong="softmax_slopes" name="scores clamped to -50..50 against overflow, so 1000 and 999 count as equal"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    e = torch.exp(torch.clamp(z, -50, 50))
    p = e / e.sum()
    return torch.diag(p) - p[:, None] * p

# %% wrong="softmax_slopes" name="maximum subtracted with -= from z itself, so the caller's scores are changed"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    z -= z.max()
    e = z.exp()
    p = e / e.sum()
    return p.diag() - p.outer(p)

# %% wrong="softmax_slopes" name="delta read as 1 everywhere: p_i (1 - p_j) off the diagonal too"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    return p[:, None] * (1 - p[None, :])

# %% wrong="softmax_slopes" name="inner loop stops at the diagonal, so all entries above it stay 0"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    q = z.shape[0]
    p = torch.softmax(z, dim=0)
    table = torch.zeros(q, q, dtype=z.dtype)
    for i in range(q):
        for j in range(i + 1):
            delta = 1.0 if i == j else 0.0
            table[i, j] = p[i] * (delta - p[j])
    return table

# %% wrong="softmax_slopes" name="sign of the off-diagonal entries positive: plus p_i p_j instead of minus"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    table = torch.outer(p, p)
    table[range(len(p)), range(len(p))] = p * (1 - p)
    return table

# %% right="train" name="recipe of the text with zeroed gradients"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for step in range(steps):
        Y_hat = two_layers(X, *parameters, activation)
        loss = ((Y_hat - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% right="train" name="torch.optim.SGD and mse_loss"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    optimizer = torch.optim.SGD(parameters, lr=lr)
    for _ in range(steps):
        loss = torch.nn.functional.mse_loss(two_layers(X, *parameters, activation=activation), Y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses, [P.detach() for P in parameters]

# %% right="train" name="autograd.grad and new tensors each step"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []

    def error(weights):
        residual = two_layers(X, *weights, activation=activation) - Y
        return residual.square().sum() / len(X)

    while len(losses) < steps:
        loss = error(parameters)
        gradients = torch.autograd.grad(loss, parameters)
        losses.append(float(loss))
        parameters = [(P - lr * G).detach().requires_grad_() for P, G in zip(parameters, gradients)]
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="breaks off as soon as the loss rises instead of making all the steps"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        if losses and loss.item() > losses[-1]:
            break
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="sum of squares divided by the fixed number 4 instead of n"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        Y_hat = two_layers(X, *parameters, activation)
        loss = ((Y_hat - Y) ** 2).sum() / 4
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="only the weights' gradients W1 and W2 are cleared, those of b1 and b2 pile up"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        parameters[0].grad = None
        parameters[2].grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% right="train" name="losses are detached tensors of shape () instead of plain Python numbers"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.detach())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% right="neuron_states" name="count the positive examples in loops"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = X @ W1.T + b1
    n, h = Z.shape
    states = []
    for k in range(h):
        positive = 0
        for i in range(n):
            if Z[i, k] > 0:
                positive += 1
        if positive == 0:
            states.append("dead")
        elif positive == n:
            states.append("linear")
        else:
            states.append("bends")
    return states

# %% right="neuron_states" name="all and any along dimension 0"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    on = (X @ W1.T + b1) > 0
    always, ever = on.all(dim=0).tolist(), on.any(dim=0).tolist()
    return ["linear" if a else "bends" if e else "dead" for a, e in zip(always, ever)]

# %% right="neuron_states" name="helper on smallest and largest pre-activation of each neuron"
def _state(z):
    low, high = z.min().item(), z.max().item()
    if high <= 0:
        return "dead"
    return "linear" if low > 0 else "bends"


def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    return [_state(X @ w + b) for w, b in zip(W1, b1)]

# %% wrong="neuron_states" name="linear means on at exactly 4 examples: the number of corners instead of n"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    counts = ((X @ W1.T + b1) > 0).sum(dim=0)
    states = []
    for count in counts.tolist():
        if count == 0:
            states.append("dead")
        elif count == 4:
            states.append("linear")
        else:
            states.append("bends")
    return states

# %% wrong="neuron_states" name="pre-activation written out for two inputs: index error for d = 1, further inputs ignored"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    states = []
    for k in range(len(b1)):
        z = X[:, 0] * W1[k, 0] + X[:, 1] * W1[k, 1] + b1[k]
        if (z <= 0).all():
            states.append("dead")
        elif (z > 0).all():
            states.append("linear")
        else:
            states.append("bends")
    return states

# %% wrong="neuron_states" name="linear tested first with >= 0, so a neuron at exactly 0 counts as positive"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = X @ W1.T + b1
    states = []
    for z in Z.T:
        if (z >= 0).all():
            states.append("linear")
        elif (z <= 0).all():
            states.append("dead")
        else:
            states.append("bends")
    return states

# %% wrong="neuron_states" name="everything cast to float32 first, so a tiny positive 1e-60 becomes 0 and counts as dead"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = X.float() @ W1.float().T + b1.float()
    on = Z > 0
    states = []
    for k in range(on.shape[1]):
        if not on[:, k].any():
            states.append("dead")
        elif on[:, k].all():
            states.append("linear")
        else:
            states.append("bends")
    return states
