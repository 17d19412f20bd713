# %% right="on_paper" name="five numbers typed in from paper"
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.5], dtype=torch.float64)

# %% right="on_paper" name="plain arithmetic step by step in Python"
z_0 = 0.8 * (-1.0) + (-0.5) * 0.5 + 0.5
z_1 = -1.0 * (-1.0) + (-0.1) * 0.5 - 0.2
a_0 = max(0.0, z_0)
a_1 = max(0.0, z_1)
y_hat = -0.5 * a_0 - 0.4 * a_1 - 0.2
on_paper = torch.tensor([z_0, z_1, a_0, a_1, y_hat], dtype=torch.float64)

# %% right="on_paper" name="computed with the given matrices and joined with cat"
point = torch.tensor([-1.0, 0.5], dtype=torch.float64)
z_paper = W1 @ point + b1
a_paper = torch.clamp(z_paper, min=0)
y_paper = W2 @ a_paper + b2
on_paper = torch.cat([z_paper, a_paper, y_paper])

# %% wrong="on_paper" name="sign slip in z1: minus one times minus one taken as minus one, neuron 1 comes out off"
on_paper = torch.tensor([-0.55, -1.25, 0.0, 0.0, -0.2], dtype=torch.float64)

# %% wrong="on_paper" name="output computed from pre-activations z instead of the activations a"
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.225], dtype=torch.float64)

# %% wrong="on_paper" name="order of entries neuron by neuron: z0, a0, z1, a1, y instead of z0, z1, a0, a1, y"
on_paper = torch.tensor([-0.55, 0.0, 0.75, 0.75, -0.5], dtype=torch.float64)

# %% wrong="on_paper" name="ReLU applied to the output neuron too, so the last number is 0 instead of -0.5"
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, 0.0], dtype=torch.float64)

# %% right="relu" name="torch.maximum with zeros_like"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    return torch.maximum(Z, torch.zeros_like(Z))

# %% right="relu" name="stack with zeros and take the largest along the new dimension"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    nothing = torch.zeros_like(Z)
    both = torch.stack([nothing, Z], dim=0)
    return both.max(dim=0).values

# %% right="relu" name="boolean comparison and torch.where with new_zeros"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    is_on = Z.gt(0)
    return torch.where(is_on, Z, Z.new_zeros(()))

# %% right="relu" name="half of Z plus abs(Z)"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    return (Z + Z.abs()) / 2

# %% wrong="relu" name="negative entries overwritten in Z itself, the input does not stay as it was"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    A = Z
    A[A < 0] = 0
    return A

# %% wrong="relu" name="maximum with torch.tensor(0.0): a single float16 entry of shape () comes back as float32"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    return torch.maximum(Z, torch.tensor(0.0))

# %% wrong="relu" name="mask converted with .float() before the product, float16 input comes back as float32"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    mask = (Z > 0).float()
    return Z * mask

# %% right="join" name="cat along the last dimension"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    return torch.cat([A0, A1], dim=-1)

# %% right="join" name="fill an empty tensor column by column"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    shape = list(A0.shape)
    shape[-1] = 2
    both = A0.new_zeros(shape)
    both[..., 0] = A0[..., 0]
    both[..., 1] = A1[..., 0]
    return both

# %% right="join" name="stack in a new last dimension, then flatten the last two"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    pairs = torch.stack((A0, A1), dim=-1)
    return pairs.flatten(start_dim=-2)

# %% wrong="join" name="squeeze() before stacking drops all leading dimensions of size one, (1, 1) gives (2,)"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    return torch.stack([A0.squeeze(), A1.squeeze()], dim=-1)

# %% wrong="join" name="cat along dimension 0 and reshape to (*, 2): pairs up neighbours of A0 instead of A0 with A1"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    long = torch.cat([A0, A1], dim=0)
    return long.reshape(*A0.shape[:-1], 2)

# %% wrong="join" name="result table made by torch.zeros is float32, so float64 inputs lose their dtype"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    result = torch.zeros(A0.shape[:-1] + (2,))
    result[..., 0:1] = A0
    result[..., 1:2] = A1
    return result

# %% wrong="join" name="dimension 1 for everything but vectors: (n, k, 1) becomes (n, 2k, 1)"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    if A0.dim() == 1:
        return torch.cat([A0, A1], dim=0)
    return torch.cat([A0, A1], dim=1)

# %% right="two_layer_nn" name="step by step with named intermediate results"
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
        y_hat = self.output(a)
        return y_hat

# %% right="two_layer_nn" name="comprehension over the hidden neurons, starred join"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    NUMBERS = {
        "hidden0": (0.8, -0.5, 0.5),
        "hidden1": (-1.0, -0.1, -0.2),
        "output": (-0.5, -0.4, -0.2),
    }

    def __init__(self):
        super().__init__()
        for name, numbers in self.NUMBERS.items():
            setattr(self, name, Neuron(*numbers))

    def hidden(self, X):
        return join(*(relu(neuron(X)) for neuron in (self.hidden0, self.hidden1)))

    def forward(self, X):
        return self.output(self.hidden(X))

# %% right="two_layer_nn" name="forward gathers the parts' current weights into one matrix product"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        W = torch.cat([self.hidden0.W, self.hidden1.W], dim=0)
        b = torch.cat([self.hidden0.b, self.hidden1.b])
        A = relu(X @ W.T + b)
        return A @ self.output.W.T + self.output.b

# %% wrong="two_layer_nn" name="forward calls the notebook's global hidden0 and hidden1 instead of self.hidden0 and self.hidden1"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        a = join(relu(hidden0(X)), relu(hidden1(X)))
        return self.output(a)

# %% wrong="two_layer_nn" name="hidden weights copied into a matrix in __init__, the copy does not follow later changes"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)
        self.W_hidden = torch.cat([self.hidden0.W, self.hidden1.W]).detach()
        self.b_hidden = torch.cat([self.hidden0.b, self.hidden1.b]).detach()

    def forward(self, X):
        A = relu(X @ self.W_hidden.T + self.b_hidden)
        return self.output(A)

# %% wrong="two_layer_nn" name="a single point is made a table with one row and stays one: (2,) gives (1, 1) instead of (1,)"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        if X.dim() == 1:
            X = X[None, :]
        a0, a1 = relu(self.hidden0(X)), relu(self.hidden1(X))
        return self.output(join(a0, a1))

# %% wrong="two_layer_nn" name="hidden neurons take the columns of W1 as their weights instead of the rows"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -1.0, 0.5)
        self.hidden1 = Neuron(-0.5, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        return self.output(join(relu(self.hidden0(X)), relu(self.hidden1(X))))

# %% right="grid" name="two nested loops into a table of zeros"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    values = torch.linspace(low, high, m, dtype=torch.float64)
    points = torch.zeros(m, m, 2, dtype=torch.float64)
    for i in range(m):
        for j in range(m):
            points[i, j, 0] = values[j]
            points[i, j, 1] = values[i]
    return points

# %% right="grid" name="meshgrid with xy indexing and a stack"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    ticks = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(ticks, ticks, indexing="xy"), dim=-1)

# %% right="grid" name="cartesian product with the last dimension flipped"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    ticks = torch.linspace(float(low), float(high), steps=m, dtype=torch.float64)
    pairs = torch.cartesian_prod(ticks, ticks).reshape(m, m, 2)
    return pairs.flip(-1)

# %% wrong="grid" name="cartesian_prod without a flip: entry [i, j] is (value i, value j), x0 and x1 swapped"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    v = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.cartesian_prod(v, v).reshape(m, m, 2)

# %% wrong="grid" name="values low + i/(m-1)*high: the span is high instead of high - low, fits only for low = 0"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    v = low + torch.arange(m, dtype=torch.float64) / (m - 1) * high
    x0 = v.expand(m, m)
    x1 = x0.T
    return torch.stack([x0, x1], dim=-1)

# %% wrong="grid" name="tables stacked along a new first dimension and reshaped to (m, m, 2), coordinates mixed up"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    v = torch.linspace(low, high, m, dtype=torch.float64)
    x0 = v.repeat(m, 1)
    x1 = v[:, None].repeat(1, m)
    return torch.stack([x0, x1]).reshape(m, m, 2)

# %% wrong="grid" name="x1 runs from high down to low as in a plot, row 0 holds the highest x1"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    x0 = torch.linspace(low, high, m, dtype=torch.float64).expand(m, m)
    x1 = torch.linspace(high, low, m, dtype=torch.float64)[:, None].expand(m, m)
    return torch.stack([x0, x1], dim=-1)

# %% right="two_layers" name="formula line by line with the dictionary"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    g = activations[activation]
    Z = X @ W1.T + b1
    A = g(Z)
    return A @ W2.T + b2

# %% right="two_layers" name="functional linear, one line"
import torch.nn.functional as F


def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    return F.linear(activations[activation](F.linear(X, W1, b1)), W2, b2)

# %% right="two_layers" name="einsum layer helper and a loop over the layers"
def layer(X, W, b):
    return torch.einsum("...i,oi->...o", X, W) + b


def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    stages = [(W1, b1, activations[activation]), (W2, b2, lambda Z: Z)]
    for W, b, g in stages:
        X = g(layer(X, W, b))
    return X

# %% wrong="two_layers" name="if relu, else tanh: the name sigmoid gets tanh as well"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    Z = X @ W1.T + b1
    if activation == "relu":
        A = torch.relu(Z)
    else:
        A = torch.tanh(Z)
    return A @ W2.T + b2

# %% wrong="two_layers" name="output as A times W2 entrywise, summed over hidden neurons: only meant for a single output q = 1"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    A = activations[activation](X @ W1.T + b1)
    return (A * W2[0]).sum(dim=-1, keepdim=True) + b2

# %% wrong="two_layers" name="leading dimensions flattened into rows and never restored, (n, k, d) and (d,) get a table"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    rows = X.reshape(-1, X.shape[-1])
    hidden = activations[activation](rows @ W1.T + b1)
    return hidden @ W2.T + b2

# %% wrong="two_layers" name="W1 reshaped to (d, h) instead of transposed, fits only if h or d is 1"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    h, d = W1.shape
    Z = X @ W1.reshape(d, h) + b1
    A = activations[activation](Z)
    return A @ W2.T + b2

# %% right="collapse" name="matrix product and matrix times vector"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    W = W2 @ W1
    b = W2 @ b1 + b2
    return W, b

# %% right="collapse" name="three nested loops over q, d and h"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    h, d = W1.shape
    q = W2.shape[0]
    W = torch.zeros(q, d, dtype=W1.dtype)
    b = torch.zeros(q, dtype=b2.dtype)
    for k in range(q):
        b[k] = b2[k]
        for i in range(h):
            b[k] += W2[k, i] * b1[i]
            for j in range(d):
                W[k, j] += W2[k, i] * W1[i, j]
    return W, b

# %% right="collapse" name="probe the two layers with zero and the unit vectors"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""

    def both(X):
        return (X @ W1.T + b1) @ W2.T + b2

    d = W1.shape[1]
    b = both(torch.zeros(d, dtype=W1.dtype))
    units = torch.eye(d, dtype=W1.dtype)
    W = ((units @ W1.T) @ W2.T).T
    return W, b

# %% wrong="collapse" name="b adds up all of W2 * b1 into one number, fits only for one output q = 1"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    return W2 @ W1, (W2 * b1).sum() + b2

# %% wrong="collapse" name="b2 += W2 @ b1 changes the caller's b2 in place"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    W = W2 @ W1
    b = b2
    b += W2 @ b1
    return W, b

# %% wrong="collapse" name="squeeze on W: with q = 1 or d = 1 the matrix loses a dimension"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    W = torch.matmul(W2, W1).squeeze()
    b = torch.matmul(W2, b1) + b2
    return W, b

# %% wrong="collapse" name="returns W1.T @ W2.T of shape (d, q), the transpose of W is not turned back"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    W = W1.T @ W2.T
    b = b1 @ W2.T + b2
    return W, b

# %% right="xor_by_hand" name="the idea of the text: count the ones, bends at 0 and 1"
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

# %% right="xor_by_hand" name="absolute difference of the inputs"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        parameter = torch.nn.Parameter
        first = torch.tensor([1.0, -1.0])
        self.W1 = parameter(torch.stack([first, -first]))
        self.b1 = parameter(torch.zeros(2))
        self.W2 = parameter(torch.full((1, 2), 2.0))
        self.b2 = parameter(-torch.ones(1))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="xor_by_hand" name="one neuron for each corner of the class -1, taken away from a constant"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        numbers = {"W1": [[-1.0, -1.0], [1.0, 1.0]], "b1": [1.0, -1.0], "W2": [[-2.0, -2.0]], "b2": [1.0]}
        for name, values in numbers.items():
            self.register_parameter(name, torch.nn.Parameter(torch.tensor(values)))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="solves XOR with the labels 0 and 1 instead of -1 and +1"
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

# %% wrong="xor_by_hand" name="OR and AND thresholds 0.5 and 1.5 as for step neurons, ReLU outputs are not 0 and 1"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([-0.5, -1.5]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="plain tensors assigned to self instead of torch.nn.Parameter, the module has no parameters"
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

# %% wrong="xor_by_hand" name="right signs at the corners only: outputs are -0.5 and +0.5, not stretched to 1"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, 0.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[1.0, 1.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-0.5]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="tanh_slope" name="formula of the text and the textbook slope 1 - tanh squared"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    return 1 - torch.tanh(Z) ** 2

# %% right="tanh_slope" name="a helper that counts on the symmetry 1 - sigmoid(u) = sigmoid(-u)"
def sigma(U):
    return torch.sigmoid(U)


def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return sigma(2 * Z) - sigma(-2 * Z)


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    return 4 * sigma(2 * Z) * sigma(-2 * Z)

# %% right="tanh_slope" name="beginner's loop over the flattened entries, chain rule left as it comes"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    results = torch.zeros_like(Z).reshape(-1)
    entries = Z.reshape(-1)
    for k in range(len(entries)):
        s = torch.sigmoid(2 * entries[k])
        results[k] = 2 * s - 1
    return results.reshape(Z.shape)


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    results = torch.zeros_like(Z).reshape(-1)
    entries = Z.reshape(-1)
    for k in range(len(entries)):
        s = torch.sigmoid(2 * entries[k])
        outer = s * (1 - s)
        inner = 2
        results[k] = 2 * outer * inner
    return results.reshape(Z.shape)

# %% wrong="tanh_slope" name="slope without the inner slope 2 of the chain rule: 2 s (1 - s)"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(2 * Z)
    return 2 * s * (1 - s)

# %% wrong="tanh_slope" name="outer slope taken at Z instead of at the inner value 2Z: 4 s(Z)(1 - s(Z))"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return 4 * s * (1 - s)

# %% wrong="tanh_slope" name="bracket misplaced: (1 - tanh) squared instead of 1 - tanh squared"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return torch.sigmoid(Z * 2).mul(2).sub(1)


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    T = torch.tanh(Z)
    return (1 - T) ** 2

# %% right="tanh_slope" name="slope as 4 e^(2z) / (1 + e^(2z))^2"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    E = torch.exp(2 * Z)
    return 4 * E / (1 + E) ** 2

# %% wrong="tanh_slope" name="the constant -1 of the formula is kept when differentiating: 4 s (1 - s) - 1"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    s = torch.sigmoid(2 * Z)
    return 2 * s - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(2 * Z)
    ds = s * (1 - s) * 2
    return 2 * ds - 1

# %% wrong="tanh_slope" name="forward difference quotient with step 0.001 instead of the derivative, off by up to 4e-4"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    step = 0.001
    return (tanh_by_sigmoid(Z + step) - tanh_by_sigmoid(Z)) / step

# %% wrong="tanh_slope" name="Z *= 2 in tanh_by_sigmoid doubles the caller's tensor in place"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    Z *= 2
    return 2 * torch.sigmoid(Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    return 1 - torch.tanh(Z).square()

# %% wrong="tanh_slope" name="inner function 2Z multiplied on instead of its slope 2: 2 s (1 - s) 2Z"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, entries up to ±1000, made from the sigmoid."""
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape, entries up to ±1000."""
    U = 2 * Z
    outer_slope = 2 * torch.sigmoid(U) * (1 - torch.sigmoid(U))
    return outer_slope * U

# %% right="elu" name="torch.where for both, as the text suggests"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% right="elu" name="clamped positive and negative parts added up, masks only on finite numbers"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    positive = Z.clamp(min=0)
    negative = Z.clamp(max=0)
    return positive + alpha * torch.expm1(negative)


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    on = (Z > 0).to(Z.dtype)
    return on + (1 - on) * alpha * Z.clamp(max=0).exp()

# %% right="elu" name="plain Python on a flat list with math.exp, then back to the shape"
import math


def each_entry(f, Z):
    flat = [f(z) for z in Z.reshape(-1).tolist()]
    return torch.tensor(flat, dtype=Z.dtype, device=Z.device).reshape(Z.shape)


def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return each_entry(lambda z: z if z > 0 else alpha * (math.exp(z) - 1), Z)


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return each_entry(lambda z: 1.0 if z > 0 else alpha * math.exp(z), Z)

# %% wrong="elu" name="slope switches branches by multiplying with masks: inf * 0 = nan for z = 800"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    right = (Z > 0).to(Z.dtype)
    left = (Z <= 0).to(Z.dtype)
    return right * 1 + left * alpha * torch.exp(Z)

# %% wrong="elu" name="function as a maximum of Z and the exponential branch, which fails on the left for alpha above 1"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    left = alpha * (torch.exp(Z.clamp(max=0)) - 1)
    return torch.maximum(Z, left)


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="slope on the left is exp(z), the factor alpha is forgotten"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * torch.expm1(Z))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), torch.exp(Z))

# %% wrong="elu" name="slope on the left as elu + 1 instead of elu + alpha, fits only for alpha = 1"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    left = alpha * (torch.exp(Z) - 1) + 1
    return torch.where(Z > 0, torch.ones_like(Z), left)

# %% wrong="elu" name="constant not dropped on differentiating: left slope alpha (exp(z) - 1), same as the function"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (Z.exp() - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * (Z.exp() - 1))

# %% wrong="elu" name="power rule used on the exponential: left slope alpha z exp(z - 1)"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * Z * torch.exp(Z - 1))

# %% wrong="elu" name="elu writes the negative branch into Z itself and so changes the input"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    negative = Z <= 0
    Z[negative] = alpha * (torch.exp(Z[negative]) - 1)
    return Z


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="slope on the right is Z, the branch itself, instead of its derivative 1"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    return torch.where(Z > 0, Z, alpha * torch.exp(Z))

# %% right="silu_slope" name="product rule written out"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return 1 * s + Z * s * (1 - s)

# %% right="silu_slope" name="from the function value: f + sigma (1 - f)"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    gate = torch.sigmoid(Z)
    value = Z * gate
    return value + gate * (1 - value)

# %% right="silu_slope" name="pairs of value and slope with a product rule helper"
def product_rule(first, second):
    (f, f_slope), (g, g_slope) = first, second
    return f_slope * g + f * g_slope


def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    line = (Z, torch.ones_like(Z))
    switch = (torch.sigmoid(Z), torch.sigmoid(Z) * torch.sigmoid(-Z))
    return product_rule(line, switch)

# %% wrong="silu_slope" name="slope of a product taken as the product of the slopes: 1 times s (1 - s)"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return torch.ones_like(Z) * s * (1 - s)

# %% wrong="silu_slope" name="only the second term of the product rule: Z s (1 - s), z treated as a constant"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return Z * s * (1 - s)

# %% wrong="silu_slope" name="factor Z missing in the second term: s + s (1 - s)"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return s + s * (1 - s)

# %% wrong="silu_slope" name="minus between the two terms as in the quotient rule"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return s - Z * s * (1 - s)

# %% right="silu_slope" name="sigmoid's slope as e^(-z) / (1 + e^(-z))^2"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    E = torch.exp(-Z)
    return s + Z * E / (1 + E) ** 2

# %% wrong="silu_slope" name="uses f (1 - f) with the SiLU value f as the second term instead of Z s (1 - s)"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    f = Z * s
    return s + f * (1 - f)

# %% wrong="silu_slope" name="slope clamped to at least 0, although it is negative for a stretch on the left"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return (s * (1 + Z * (1 - s))).clamp(min=0)

# %% wrong="silu_slope" name="sigmoid applied twice in the slope of the switch: s (1 - sigmoid(s))"
def sigmoid_slope(S):
    return S * (1 - torch.sigmoid(S))


def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape, entries up to ±1000."""
    s = torch.sigmoid(Z)
    return s + Z * sigmoid_slope(s)

# %% right="far_slopes" name="seven rows typed in"
far_slopes = torch.tensor(
    [[0.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.1, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]], dtype=torch.float64
)

# %% right="far_slopes" name="a dictionary of pairs in the order asked"
slopes_left_right = {
    "sigmoid": (0, 0),
    "tanh": (0, 0),
    "relu": (0, 1),
    "leaky relu": (0.1, 1),
    "elu": (0, 1),
    "silu": (0, 1),
    "gelu": (0, 1),
}
far_slopes = torch.tensor(list(slopes_left_right.values()), dtype=torch.float64)

# %% right="far_slopes" name="zeros, then the entries that are not zero"
far_slopes = torch.zeros(7, 2).double()
far_slopes[2:, 1] = 1
far_slopes[3, 0] = 0.1

# %% wrong="far_slopes" name="leaky ReLU with alpha 0.01, the usual value, instead of the 0.1 that is asked"
far_slopes = torch.tensor([[0, 0], [0, 0], [0, 1], [0.01, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64)

# %% wrong="far_slopes" name="columns swapped: column 0 holds the far right and column 1 the far left"
far_slopes = torch.tensor([[0, 0], [0, 0], [1, 0], [1, 0.1], [1, 0], [1, 0], [1, 0]], dtype=torch.float64)

# %% wrong="far_slopes" name="sigmoid and tanh rows hold the values of the functions far out, not the slopes"
far_slopes = torch.tensor([[0, 1], [-1, 1], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64)

# %% wrong="far_slopes" name="SiLU and GELU get 1.1 on the right, the highest slope instead of the one far out"
far_slopes = torch.tensor([[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [0, 1.1], [0, 1.1]], dtype=torch.float64)

# %% right="softmax_slopes" name="diagonal matrix minus outer product"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    return torch.diag(p) - torch.outer(p, p)

# %% right="softmax_slopes" name="two loops and an if for the Kronecker delta"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=-1)
    q = len(p)
    table = torch.zeros(q, q, dtype=z.dtype)
    for i in range(q):
        for j in range(q):
            if i == j:
                table[i, j] = p[i] * (1 - p[i])
            else:
                table[i, j] = -p[i] * p[j]
    return table

# %% right="softmax_slopes" name="own shifted softmax and broadcasting with an identity matrix"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    powers = torch.exp(z - z.max())
    p = powers / powers.sum()
    delta = torch.eye(z.numel(), dtype=z.dtype, device=z.device)
    return p.unsqueeze(1) * (delta - p.unsqueeze(0))

# %% wrong="softmax_slopes" name="index error p_i (delta_ij - p_i): both factors run along the rows"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)[:, None]
    return p * (torch.eye(len(z), dtype=z.dtype) - p)

# %% wrong="softmax_slopes" name="diag(p) - p * p: the entrywise square, broadcast along rows, instead of the outer product"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=-1)
    return torch.diag(p) - p * p

# %% wrong="softmax_slopes" name="only the diagonal p_i (1 - p_i) as for the sigmoid, zeros everywhere else"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    return torch.diag(p * (1 - p))

# %% wrong="softmax_slopes" name="off-diagonal entries with a plus sign: p_i p_j instead of -p_i p_j"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    table = torch.outer(p, p)
    for i in range(len(p)):
        table[i, i] = p[i] * (1 - p[i])
    return table

# %% wrong="softmax_slopes" name="squeeze at the end: a single score gives a number of shape () instead of a (1, 1) table"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    column, row = p[:, None], p[None, :]
    return (column * torch.eye(len(p), dtype=p.dtype) - column @ row).squeeze()

# %% wrong="softmax_slopes" name="delta taken as 1 everywhere: p_i (1 - p_j) in every entry"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    p = torch.softmax(z, dim=0)
    return p[:, None] * (1 - p[None, :])

# %% wrong="softmax_slopes" name="scores clamped to ±50 against overflow, so scores of 1000 and 990 become equal"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    e = torch.exp(z.clamp(-50, 50))
    p = e / e.sum()
    return torch.diag(p) - p[:, None] * p[None, :]

# %% wrong="softmax_slopes" name="own softmax shifted by the mean instead of the maximum, overflows to nan for 1000 and -1000"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    e = torch.exp(z - z.mean())
    p = e / e.sum()
    return torch.diag(p) - torch.outer(p, p)

# %% right="train" name="the recipe of week 2, step by step"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for step in range(steps):
        Y_hat = two_layers(X, parameters[0], parameters[1], parameters[2], parameters[3], activation)
        loss = ((Y_hat - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% right="train" name="torch.optim.SGD and the ready-made mse_loss"
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

# %% right="train" name="torch.autograd.grad and new parameter tensors in every step"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []

    def loss_at(where):
        residuals = two_layers(X, *where, activation) - Y
        return residuals.square().sum() / len(X)

    while len(losses) < steps:
        loss = loss_at(parameters)
        losses.append(float(loss))
        slopes = torch.autograd.grad(loss, parameters)
        parameters = [(P - lr * slope).detach().requires_grad_() for P, slope in zip(parameters, slopes)]
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="gradients never cleared inside the loop, they add up over the steps"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for P in parameters:
        P.grad = None
    for step in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="stops early once the loss no longer changes, so there are fewer than steps losses"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for step in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        if step > 0 and abs(losses[-1] - losses[-2]) < 1e-6:
            break
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="copies dropped from the first line: the caller's own W1, b1, W2, b2 are trained in place"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.detach().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = (two_layers(X, *parameters, activation) - Y).pow(2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P.sub_(lr * P.grad)
    return losses, [P.detach() for P in parameters]

# %% right="train" name="losses appended as detached tensors of shape ()"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        for P in parameters:
            P.grad = None
        error = two_layers(X, *parameters, activation) - Y
        loss = torch.mean(error**2)
        losses.append(loss.detach())
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% right="neuron_states" name="loop over the neurons with all()"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = X @ W1.T + b1
    states = []
    for k in range(Z.shape[1]):
        column = Z[:, k]
        if (column <= 0).all():
            states.append("dead")
        elif (column > 0).all():
            states.append("linear")
        else:
            states.append("bends")
    return states

# %% right="neuron_states" name="smallest and largest pre-activation of each neuron in a comprehension"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""

    def state(low, high):
        if high <= 0:
            return "dead"
        return "linear" if low > 0 else "bends"

    Z = torch.einsum("nd,hd->nh", X, W1) + b1
    return [state(low, high) for low, high in zip(Z.amin(dim=0).tolist(), Z.amax(dim=0).tolist())]

# %% right="neuron_states" name="count the examples where a neuron is on and look the name up"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    n = X.shape[0]
    on = ((X @ W1.T + b1) > 0).sum(dim=0)
    names = {0: "dead", n: "linear"}
    return [names.get(int(count), "bends") for count in on]

# %% wrong="neuron_states" name="linear only if the neuron is on for exactly 4 examples: the number of corners is fixed in the code"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    on = ((X @ W1.T + b1) > 0).sum(dim=0)
    states = []
    for count in on.tolist():
        if count == 0:
            states.append("dead")
        elif count == 4:
            states.append("linear")
        else:
            states.append("bends")
    return states

# %% wrong="neuron_states" name="squeeze, then any vector read as one neuron: a single example with several neurons gives one string"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = (X @ W1.T + b1).squeeze()
    if Z.dim() < 2:
        Z = Z.reshape(-1, 1)
    result = []
    for z in Z.T:
        if bool((z <= 0).all()):
            result.append("dead")
        elif bool((z > 0).all()):
            result.append("linear")
        else:
            result.append("bends")
    return result

# %% wrong="neuron_states" name="dead only if the signs add up to -n: a neuron that is off with some zeros is said to bend"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    n = len(X)
    signs = torch.sign(X @ W1.T + b1).sum(dim=0)
    return ["dead" if s == -n else "linear" if s == n else "bends" for s in signs.tolist()]

# %% wrong="neuron_states" name="tolerance of 1e-8 for positive: tiny positive pre-activations count as off"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    Z = X @ W1.T + b1
    on = Z > 1e-8
    states = []
    for k in range(len(b1)):
        if not on[:, k].any():
            states.append("dead")
        elif on[:, k].all():
            states.append("linear")
        else:
            states.append("bends")
    return states
