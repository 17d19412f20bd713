# %% right="neuron" name="plain beginner class"
class Neuron:
    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias

    def forward(self, x):
        output = self.weight * x + self.bias
        return output

    def loss(self, x, y):
        output = self.forward(x)
        error = output - y
        return error ** 2


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% right="neuron" name="tuple assignment and product of the error"
class Neuron:
    """A linear neuron with one input. Attributes: weight, bias (numbers)."""

    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return self.bias + x * self.weight

    def _error(self, x, y):
        return y - self.forward(x)

    def loss(self, x, y):
        return self._error(x, y) * self._error(x, y)


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% right="neuron" name="dataclass with a call method"
from dataclasses import dataclass


@dataclass
class Neuron:
    """A linear neuron with one input."""

    weight: float
    bias: float

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        return sum((self.weight * x, self.bias))

    def loss(self, x, y):
        return pow(abs(self(x) - y), 2)


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="init stores weight and bias on the class Neuron, so all neurons share the last ones"
class Neuron:
    def __init__(self, weight, bias):
        Neuron.weight = weight
        Neuron.bias = bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return (self.forward(x) - y) ** 2


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="loss repeats the formula weight times x plus bias instead of asking self.forward"
class Neuron:
    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        prediction = self.weight * x + self.bias
        return (prediction - y) ** 2


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="loss uses the output remembered from the last forward call, 0 before any call"
class Neuron:
    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias
        self.output = 0.0

    def forward(self, x):
        self.output = self.weight * x + self.bias
        return self.output

    def loss(self, x, y):
        return (self.output - y) ** 2


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="forward adds up in self.total as the Counter does, so the second call is too large"
class Neuron:
    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias
        self.total = 0

    def forward(self, x):
        self.total = self.total + self.weight * x + self.bias
        return self.total

    def loss(self, x, y):
        return (y - self.forward(x)) ** 2


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% right="leaky_neuron" name="super and an if"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        if z > 0:
            return z
        else:
            return self.slope * z


def leaky_neuron(weight, bias, slope, y, x):
    """For the check: output and loss of a LeakyNeuron after another one was made, and whether it uses its parent."""
    neuron, _ = LeakyNeuron(weight, bias, slope), LeakyNeuron(weight, bias, slope + 1)
    answers = {"output": neuron.forward(x), "loss": neuron.loss(x, y)}
    answers["inherits loss"] = isinstance(neuron, Neuron) and "loss" not in vars(LeakyNeuron)
    asked, parents = [], Neuron.forward
    Neuron.forward = lambda self, x: asked.append(x) or parents(self, x)
    try:
        neuron.forward(x)
    finally:
        Neuron.forward = parents
    return answers | {"asks the parent": bool(asked)}

# %% right="leaky_neuron" name="positive part plus slope times negative part"
class LeakyNeuron(Neuron):
    """A neuron with one input and a leaky ReLU. Attributes: weight, bias, slope (numbers)."""

    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        total = super().forward(x)
        return max(total, 0) + self.slope * min(total, 0)


def leaky_neuron(weight, bias, slope, y, x):
    """For the check: output and loss of a LeakyNeuron after another one was made, and whether it uses its parent."""
    neuron, _ = LeakyNeuron(weight, bias, slope), LeakyNeuron(weight, bias, slope + 1)
    answers = {"output": neuron.forward(x), "loss": neuron.loss(x, y)}
    answers["inherits loss"] = isinstance(neuron, Neuron) and "loss" not in vars(LeakyNeuron)
    asked, parents = [], Neuron.forward
    Neuron.forward = lambda self, x: asked.append(x) or parents(self, x)
    try:
        neuron.forward(x)
    finally:
        Neuron.forward = parents
    return answers | {"asks the parent": bool(asked)}

# %% right="leaky_neuron" name="parent by its name and a helper function"
def leaky(number, slope):
    return number * (1 if number >= 0 else slope)


class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        self.slope = slope
        Neuron.__init__(self, weight=weight, bias=bias)

    def forward(self, x):
        return leaky(Neuron.forward(self, x), self.slope)


def leaky_neuron(weight, bias, slope, y, x):
    """For the check: output and loss of a LeakyNeuron after another one was made, and whether it uses its parent."""
    neuron, _ = LeakyNeuron(weight, bias, slope), LeakyNeuron(weight, bias, slope + 1)
    answers = {"output": neuron.forward(x), "loss": neuron.loss(x, y)}
    answers["inherits loss"] = isinstance(neuron, Neuron) and "loss" not in vars(LeakyNeuron)
    asked, parents = [], Neuron.forward
    Neuron.forward = lambda self, x: asked.append(x) or parents(self, x)
    try:
        neuron.forward(x)
    finally:
        Neuron.forward = parents
    return answers | {"asks the parent": bool(asked)}

# %% wrong="leaky_neuron" name="init stores slope on the class LeakyNeuron, so a second neuron changes the slope of the first"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        LeakyNeuron.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return z if z > 0 else self.slope * z


def leaky_neuron(weight, bias, slope, y, x):
    """For the check: output and loss of a LeakyNeuron after another one was made, and whether it uses its parent."""
    neuron, _ = LeakyNeuron(weight, bias, slope), LeakyNeuron(weight, bias, slope + 1)
    answers = {"output": neuron.forward(x), "loss": neuron.loss(x, y)}
    answers["inherits loss"] = isinstance(neuron, Neuron) and "loss" not in vars(LeakyNeuron)
    asked, parents = [], Neuron.forward
    Neuron.forward = lambda self, x: asked.append(x) or parents(self, x)
    try:
        neuron.forward(x)
    finally:
        Neuron.forward = parents
    return answers | {"asks the parent": bool(asked)}

# %% wrong="leaky_neuron" name="forward works out weight times x plus bias itself and does not ask the parent"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = self.weight * x + self.bias
        if z < 0:
            z = z * self.slope
        return z


def leaky_neuron(weight, bias, slope, y, x):
    """For the check: output and loss of a LeakyNeuron after another one was made, and whether it uses its parent."""
    neuron, _ = LeakyNeuron(weight, bias, slope), LeakyNeuron(weight, bias, slope + 1)
    answers = {"output": neuron.forward(x), "loss": neuron.loss(x, y)}
    answers["inherits loss"] = isinstance(neuron, Neuron) and "loss" not in vars(LeakyNeuron)
    asked, parents = [], Neuron.forward
    Neuron.forward = lambda self, x: asked.append(x) or parents(self, x)
    try:
        neuron.forward(x)
    finally:
        Neuron.forward = parents
    return answers | {"asks the parent": bool(asked)}

# %% wrong="leaky_neuron" name="forward takes max of sum and slope times sum, which is the other branch for a slope above 1"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return max(z, self.slope * z)


def leaky_neuron(weight, bias, slope, y, x):
    """For the check: output and loss of a LeakyNeuron after another one was made, and whether it uses its parent."""
    neuron, _ = LeakyNeuron(weight, bias, slope), LeakyNeuron(weight, bias, slope + 1)
    answers = {"output": neuron.forward(x), "loss": neuron.loss(x, y)}
    answers["inherits loss"] = isinstance(neuron, Neuron) and "loss" not in vars(LeakyNeuron)
    asked, parents = [], Neuron.forward
    Neuron.forward = lambda self, x: asked.append(x) or parents(self, x)
    try:
        neuron.forward(x)
    finally:
        Neuron.forward = parents
    return answers | {"asks the parent": bool(asked)}

# %% right="image_network" name="three Linear layers and torch.relu step by step"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        X = X.flatten(start_dim=1)
        H1 = torch.relu(self.hidden1(X))
        H2 = torch.relu(self.hidden2(H1))
        return self.output(H2)

# %% right="image_network" name="a Sequential inside the class"
from torch import nn


class ImageNetwork(nn.Module):
    """Two hidden ReLU layers: examples (n, ...) with num_inputs numbers each -> scores (n, num_outputs)."""

    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Linear(num_inputs, num_hiddens1), nn.ReLU(),
            nn.Linear(num_hiddens1, num_hiddens2), nn.ReLU(),
            nn.Linear(num_hiddens2, num_outputs),
        )

    def forward(self, X):
        return self.net(X)

# %% right="image_network" name="ModuleList, reshape and clamp in a loop"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        widths = [num_inputs, num_hiddens1, num_hiddens2, num_outputs]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, X):
        A = X.reshape(X.shape[0], -1)
        *hidden, last = self.layers
        for layer in hidden:
            A = layer(A).clamp(min=0)
        return last(A)

# %% wrong="image_network" name="layers stand in a plain Python list, so the module has no parameters at all"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.layers = [
            torch.nn.Linear(num_inputs, num_hiddens1),
            torch.nn.Linear(num_hiddens1, num_hiddens2),
            torch.nn.Linear(num_hiddens2, num_outputs),
        ]

    def forward(self, X):
        X = X.flatten(start_dim=1)
        X = torch.relu(self.layers[0](X))
        X = torch.relu(self.layers[1](X))
        return self.layers[2](X)

# %% wrong="image_network" name="squeeze after flattening, so a single example gives scores (num_outputs,) instead of (1, num_outputs)"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.first = torch.nn.Linear(num_inputs, num_hiddens1)
        self.second = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.scores = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        X = X.flatten(start_dim=1).squeeze()
        X = torch.relu(self.first(X))
        X = torch.relu(self.second(X))
        return self.scores(X)

# %% wrong="image_network" name="flattens by reshape(num_inputs, -1).T, which mixes pixels of different examples; right for one example only"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.num_inputs = num_inputs
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        rows = X.reshape(self.num_inputs, -1).T
        return self.output(torch.relu(self.hidden2(torch.relu(self.hidden1(rows)))))

# %% wrong="image_network" name="a ReLU after the output layer too, so negative scores become 0"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.l1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.l2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.l3 = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A = X.flatten(1)
        for layer in (self.l1, self.l2, self.l3):
            A = torch.relu(layer(A))
        return A

# %% right="count_parameters" name="loop with an if, numbers typed in"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    everything = 0
    trainable = 0
    for P in model.parameters():
        everything += P.numel()
        if P.requires_grad:
            trainable += P.numel()
    return {"all": everything, "trainable": trainable}


def count_parameters_of(widths, frozen):
    """For the check: count a network of these widths whose parameters named in `frozen` do not train.

    Its layers are parts of a part. It has a leaky ReLU with a learnt slope (one parameter), a parameter of its own (two
    numbers), and three buffers.
    """
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% right="count_parameters" name="two generator sums"
first, second, third = 784 * 512 + 512, 512 * 512 + 512, 512 * 10 + 10
paper_count = torch.tensor([first, second, third, first + second + third], dtype=torch.int64)


def count_parameters(model):
    """How many parameters a module has: {"all": int, "trainable": int}; frozen ones count in the first only."""
    return {
        "all": sum(P.numel() for P in model.parameters()),
        "trainable": sum(P.numel() for P in model.parameters() if P.requires_grad),
    }


def count_parameters_of(widths, frozen):
    """For the check: count a network of these widths whose parameters named in `frozen` do not train.

    Its layers are parts of a part. It has a leaky ReLU with a learnt slope (one parameter), a parameter of its own (two
    numbers), and three buffers.
    """
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% right="count_parameters" name="named parameters, math.prod, subtraction of the frozen"
import math

widths_on_paper = [784, 512, 512, 10]
layer_counts = [h * d + h for d, h in zip(widths_on_paper[:-1], widths_on_paper[1:])]
paper_count = torch.tensor(layer_counts + [sum(layer_counts)])


def count_parameters(model):
    sizes = {name: (math.prod(P.shape), P.requires_grad) for name, P in model.named_parameters()}
    total = sum(size for size, _ in sizes.values())
    frozen = sum(size for size, learns in sizes.values() if not learns)
    return dict(all=total, trainable=total - frozen)


def count_parameters_of(widths, frozen):
    """For the check: count a network of these widths whose parameters named in `frozen` do not train.

    Its layers are parts of a part. It has a leaky ReLU with a learnt slope (one parameter), a parameter of its own (two
    numbers), and three buffers.
    """
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="all is summed over state_dict, which counts the buffers too"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    return {
        "all": sum(T.numel() for T in model.state_dict().values()),
        "trainable": sum(P.numel() for P in model.parameters() if P.requires_grad),
    }


def count_parameters_of(widths, frozen):
    """For the check: count a network of these widths whose parameters named in `frozen` do not train.

    Its layers are parts of a part. It has a leaky ReLU with a learnt slope (one parameter), a parameter of its own (two
    numbers), and three buffers.
    """
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="the first parameter of a layer decides for all, so frozen weight makes its bias frozen too"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    total, trainable = 0, 0
    for layer in model.modules():
        own = list(layer.parameters(recurse=False))
        size = sum(P.numel() for P in own)
        total += size
        if own and own[0].requires_grad:
            trainable += size
    return {"all": total, "trainable": trainable}


def count_parameters_of(widths, frozen):
    """For the check: count a network of these widths whose parameters named in `frozen` do not train.

    Its layers are parts of a part. It has a leaky ReLU with a learnt slope (one parameter), a parameter of its own (two
    numbers), and three buffers.
    """
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="paper_count forgets the biases of all three layers, the function is fine"
paper_count = torch.tensor([784 * 512, 512 * 512, 512 * 10, 784 * 512 + 512 * 512 + 512 * 10])


def count_parameters(model):
    counts = {"all": 0, "trainable": 0}
    for P in model.parameters():
        counts["all"] += P.numel()
        counts["trainable"] += P.numel() * P.requires_grad
    return counts


def count_parameters_of(widths, frozen):
    """For the check: count a network of these widths whose parameters named in `frozen` do not train.

    Its layers are parts of a part. It has a leaky ReLU with a learnt slope (one parameter), a parameter of its own (two
    numbers), and three buffers.
    """
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="walks modules() and in each the recursive parameters(), so nested parts count several times"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    result = {"all": 0, "trainable": 0}
    for part in model.modules():
        for P in part.parameters():
            result["all"] += P.numel()
            if P.requires_grad:
                result["trainable"] += P.numel()
    return result


def count_parameters_of(widths, frozen):
    """For the check: count a network of these widths whose parameters named in `frozen` do not train.

    Its layers are parts of a part. It has a leaky ReLU with a learnt slope (one parameter), a parameter of its own (two
    numbers), and three buffers.
    """
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% right="build_network" name="list and append by index"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for i in range(len(widths) - 1):
        parts.append(torch.nn.Linear(widths[i], widths[i + 1]))
        if i < len(widths) - 2:
            parts.append(torch.nn.ReLU())
            parts.append(torch.nn.Dropout(p))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="build_network" name="nested comprehension for the hidden part"
from torch import nn


def build_network(widths, p=0.2):
    """A ReLU network as a torch.nn.Sequential."""
    *hidden, last = zip(widths[:-1], widths[1:])
    middle = [part for a, b in hidden for part in (nn.Linear(a, b), nn.ReLU(), nn.Dropout(p))]
    return nn.Sequential(nn.Flatten(), *middle, nn.Linear(*last))


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="build_network" name="all blocks first, then the last two parts cut off"
import itertools


def build_network(widths, p=0.2):
    def block(fan_in, fan_out):
        yield torch.nn.Linear(fan_in, fan_out)
        yield torch.nn.ReLU()
        yield torch.nn.Dropout(p=p)

    blocks = itertools.chain.from_iterable(itertools.starmap(block, itertools.pairwise(widths)))
    model = torch.nn.Sequential(torch.nn.Flatten())
    for part in list(blocks)[:-2]:
        model.append(part)
    return model


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="leaves the Dropout part out when p is 0"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for i in range(len(widths) - 2):
        parts += [torch.nn.Linear(widths[i], widths[i + 1]), torch.nn.ReLU()]
        if p:
            parts.append(torch.nn.Dropout(p))
    parts.append(torch.nn.Linear(widths[-2], widths[-1]))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="knows the last layer by its width, so a hidden layer as wide as the output has no ReLU"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for fan_in, fan_out in zip(widths, widths[1:]):
        parts.append(torch.nn.Linear(fan_in, fan_out))
        if fan_out != widths[-1]:
            parts.append(torch.nn.ReLU())
            parts.append(torch.nn.Dropout(p))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="only one Dropout, before the last Linear, instead of one after each hidden ReLU"
def build_network(widths, p=0.2):
    layers = [torch.nn.Flatten()]
    for fan_in, fan_out in zip(widths[:-2], widths[1:-1]):
        layers.append(torch.nn.Linear(fan_in, fan_out))
        layers.append(torch.nn.ReLU())
    if len(widths) > 2:
        layers.append(torch.nn.Dropout(p))
    layers.append(torch.nn.Linear(widths[-2], widths[-1]))
    return torch.nn.Sequential(*layers)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="cuts off only the last Dropout, so a ReLU stays behind the last Linear"
def build_network(widths, p=0.2):
    layers = [torch.nn.Flatten()]
    for a, b in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU(), torch.nn.Dropout(p)]
    return torch.nn.Sequential(*layers[:-1])


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="scratch_network" name="four parameters, line by line"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        X = X.flatten(start_dim=1)
        H = torch.relu(X @ self.W1.T + self.b1)
        return H @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    """For the check: how spread out the starting weights are, as a share of He's rule, and the largest bias."""
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    """For the check: the scores that your network gives for X with these parameters."""
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% right="scratch_network" name="kaiming_normal_ and zeros_ of torch.nn.init"
from torch.nn import Parameter, init


class ScratchNetwork(torch.nn.Module):
    """One hidden ReLU layer, without torch.nn.Linear."""

    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = Parameter(torch.empty(num_hiddens, num_inputs))
        self.b1 = Parameter(torch.empty(num_hiddens))
        self.W2 = Parameter(torch.empty(num_outputs, num_hiddens))
        self.b2 = Parameter(torch.empty(num_outputs))
        for W in (self.W1, self.W2):
            init.kaiming_normal_(W, nonlinearity="relu")
        for b in (self.b1, self.b2):
            init.zeros_(b)

    def forward(self, X):
        hidden = torch.addmm(self.b1, X.reshape(len(X), -1), self.W1.t()).clamp_min(0)
        return torch.addmm(self.b2, hidden, self.W2.t())


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    """For the check: how spread out the starting weights are, as a share of He's rule, and the largest bias."""
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    """For the check: the scores that your network gives for X with these parameters."""
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% right="scratch_network" name="helper for a layer, register in a loop, einsum"
def he_layer(d, h):
    return torch.normal(0.0, (2 / d) ** 0.5, size=(h, d)), torch.zeros(h)


class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        widths = [num_inputs, num_hiddens, num_outputs]
        for number, (d, h) in enumerate(zip(widths, widths[1:]), start=1):
            W, b = he_layer(d, h)
            setattr(self, f"W{number}", torch.nn.Parameter(W))
            setattr(self, f"b{number}", torch.nn.Parameter(b))

    def forward(self, X):
        A = X.view(X.size(0), -1) if X.is_contiguous() else X.flatten(1)
        Z = torch.einsum("nd,hd->nh", A, self.W1) + self.b1
        A = torch.where(Z > 0, Z, torch.zeros_like(Z))
        return torch.einsum("nh,qh->nq", A, self.W2) + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    """For the check: how spread out the starting weights are, as a share of He's rule, and the largest bias."""
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    """For the check: the scores that your network gives for X with these parameters."""
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="multiplies the Parameter by the scale, so W1 and W2 are plain tensors and not registered"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs)) * (2 / num_inputs) ** 0.5
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens)) * (2 / num_hiddens) ** 0.5
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        H = torch.relu(X.flatten(start_dim=1) @ self.W1.T + self.b1)
        return H @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    """For the check: how spread out the starting weights are, as a share of He's rule, and the largest bias."""
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    """For the check: the scores that your network gives for X with these parameters."""
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="W2 is scaled with num_inputs, although its layer has num_hiddens inputs"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        scale = (2 / num_inputs) ** 0.5
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * scale)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * scale)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        X = X.flatten(start_dim=1)
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    """For the check: how spread out the starting weights are, as a share of He's rule, and the largest bias."""
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    """For the check: the scores that your network gives for X with these parameters."""
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="scores.squeeze(1) makes (n,) out of (n, 1) when the network has only one output"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        H = torch.relu(X.flatten(start_dim=1) @ self.W1.T + self.b1)
        scores = H @ self.W2.T + self.b2
        return scores.squeeze(1)


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    """For the check: how spread out the starting weights are, as a share of He's rule, and the largest bias."""
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    """For the check: the scores that your network gives for X with these parameters."""
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="applies the ReLU to the scores as well, so negative scores become 0"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = X.flatten(start_dim=1)
        for W, b in ((self.W1, self.b1), (self.W2, self.b2)):
            A = torch.relu(A @ W.T + b)
        return A


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    """For the check: how spread out the starting weights are, as a share of He's rule, and the largest bias."""
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    """For the check: the scores that your network gives for X with these parameters."""
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% right="dropout" name="torch.where with an early return"
def dropout(A, U, p, training):
    if not training:
        return A
    dropped = U < p
    return torch.where(dropped, torch.zeros_like(A), A / (1 - p))

# %% right="dropout" name="one line with a Boolean mask"
def dropout(A, U, p, training):
    """Dropout of the values A (n, h)."""
    return A * (U >= p) / (1 - p) if training else A.clone()

# %% right="dropout" name="double loop over entries into a copy"
def dropout(A, U, p, training):
    result = A.clone()
    if training:
        keep = 1.0 - p
        n, h = A.shape
        for i in range(n):
            for j in range(h):
                result[i, j] = 0.0 if U[i, j] < p else A[i, j] / keep
    return result

# %% wrong="dropout" name="drops where U <= p, but a value with U equal to p has to stay"
def dropout(A, U, p, training):
    if not training:
        return A
    return A.masked_fill(U <= p, 0) / (1 - p)

# %% wrong="dropout" name="the mask is made float64, so a float32 A comes back as float64"
def dropout(A, U, p, training):
    if training:
        mask = (U >= p).double()
        return mask * A / (1 - p)
    return A

# %% wrong="dropout" name="the mask is taken from row 0 of U only, so all examples drop the same neurons"
def dropout(A, U, p, training):
    if not training:
        return A
    keep = ~(U[0] < p)
    return A * keep / (1 - p)

# %% wrong="dropout" name="drops below the p quantile of U, an exact share, instead of where U < p"
def dropout(A, U, p, training):
    if not training:
        return A
    border = torch.quantile(U, p)
    return torch.where(U < border, torch.zeros_like(A), A / (1 - p))

# %% right="adam_step" name="the formulas line by line"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m_new = beta1 * m + (1 - beta1) * g
    v_new = beta2 * v + (1 - beta2) * g ** 2
    m_hat = m_new / (1 - beta1 ** t)
    v_hat = v_new / (1 - beta2 ** t)
    w_new = w - lr * m_hat / (torch.sqrt(v_hat) + eps)
    return w_new, m_new, v_new


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="adam_step" name="corrections moved into rate and eps, addcmul"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam."""
    m = m.mul(beta1).add(g, alpha=1 - beta1)
    v = v.mul(beta2).addcmul(g, g, value=1 - beta2)
    root = (1 - beta2**t) ** 0.5
    return w - lr * root / (1 - beta1**t) * m / (v.sqrt() + eps * root), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="adam_step" name="entry by entry with plain Python numbers"
def _adam_number(w, g, m, v, t, lr, beta1, beta2, eps):
    m += (1 - beta1) * (g - m)
    v += (1 - beta2) * (g * g - v)
    step = (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps)
    return w - lr * step, m, v


def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    entries = zip(*(T.flatten().tolist() for T in (w, g, m, v)))
    results = [_adam_number(*numbers, t, lr, beta1, beta2, eps) for numbers in entries]
    columns = zip(*results)
    return tuple(torch.tensor(column, dtype=w.dtype, device=w.device).reshape(w.shape) for column in columns)


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="an entry whose present gradient is 0 stays, although its average m may not be 0"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    step = lr * m_hat / (v_hat.sqrt() + eps)
    step = torch.where(g == 0, torch.zeros_like(step), step)
    return w - step, m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="updates m and v in place with mul_ and add_, so the arguments change"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m.mul_(beta1).add_((1 - beta1) * g)
    v.mul_(beta2).add_((1 - beta2) * g * g)
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="eps is added under the root instead of after it"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / torch.sqrt(v_hat + eps), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="m and v are overwritten by their corrected values, so the hats are carried on"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m = m / (1 - beta1**t)
    v = v / (1 - beta2**t)
    w = w - lr * m / (torch.sqrt(v) + eps)
    return w, m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="move_batch" name="loop and tuple at the end"
def move_batch(model, batch):
    place = next(model.parameters()).device
    moved = []
    for tensor in batch:
        moved.append(tensor.to(place))
    return tuple(moved)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="generator inside tuple"
def move_batch(model, batch):
    """The tensors of `batch`, a tuple, on the device of the model's parameters; a tuple again."""
    device = next(iter(model.parameters())).device
    return tuple(T.to(device=device) for T in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="unpacked map with a helper for the device"
def device_of(model):
    first, *_ = model.parameters()
    return first.device


def move_batch(model, batch):
    return (*map(lambda part: part.to(device_of(model), part.dtype), batch),)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="tensor.to(parameter) takes over the dtype too, so int64 labels become float32"
def move_batch(model, batch):
    parameter = next(model.parameters())
    return tuple(tensor.to(parameter) for tensor in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="a generator: round brackets around a comprehension"
def move_batch(model, batch):
    device = next(model.parameters()).device
    return (tensor.to(device) for tensor in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="for a batch of one tensor the tensor itself is returned, not a tuple with one entry"
def move_batch(model, batch):
    device = next(model.parameters()).device
    moved = tuple(tensor.to(device) for tensor in batch)
    if len(moved) == 1:
        return moved[0]
    return moved


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="moves to the global home, the fastest device, instead of the device of the model"
def move_batch(model, batch):
    return tuple(tensor.to(home) for tensor in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="train_epoch" name="five steps in a plain loop"
def train_epoch(model, batches, optimizer):
    model.train()
    total = 0.0
    count = 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        count += len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
    """For the check: train one layer that starts at W and b for two epochs with SGD; old gradients are left over."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(W.shape[1], W.shape[0])).to(W)
    model.load_state_dict({"1.weight": W, "1.bias": b})
    optimizer, modes, losses = torch.optim.SGD(model.parameters(), lr=lr), [], []
    model[1].register_forward_pre_hook(lambda layer, inputs: modes.append(layer.training))
    for P in model.parameters():
        P.grad = torch.ones_like(P)
    X, y = X.cpu().as_subclass(Elsewhere), y.cpu().as_subclass(Elsewhere)
    for _ in range(2):
        losses.append(train_epoch(model.eval(), zip(X.split(batch_size), y.split(batch_size)), optimizer))
    graph_kept = any(getattr(loss, "requires_grad", False) for loss in losses)
    numbers = [torch.as_tensor(loss).detach().item() for loss in losses]
    mode = {"training meanwhile": all(modes), "training afterwards": [part.training for part in model.modules()]}
    return {"W": model[1].weight.detach(), "losses": numbers, **mode, "graph kept": graph_kept}

# %% right="train_epoch" name="clear first and after every step, lists for losses and sizes"
import torch.nn.functional as F


def train_epoch(model, batches, optimizer):
    """Train for one epoch."""
    place = next(model.parameters()).device
    losses, sizes = [], []
    model.train(True)
    optimizer.zero_grad()
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        sizes.append(y.shape[0])
    return sum(loss * size for loss, size in zip(losses, sizes)) / sum(sizes)


def train_epoch_twice(W, b, X, y, batch_size, lr):
    """For the check: train one layer that starts at W and b for two epochs with SGD; old gradients are left over."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(W.shape[1], W.shape[0])).to(W)
    model.load_state_dict({"1.weight": W, "1.bias": b})
    optimizer, modes, losses = torch.optim.SGD(model.parameters(), lr=lr), [], []
    model[1].register_forward_pre_hook(lambda layer, inputs: modes.append(layer.training))
    for P in model.parameters():
        P.grad = torch.ones_like(P)
    X, y = X.cpu().as_subclass(Elsewhere), y.cpu().as_subclass(Elsewhere)
    for _ in range(2):
        losses.append(train_epoch(model.eval(), zip(X.split(batch_size), y.split(batch_size)), optimizer))
    graph_kept = any(getattr(loss, "requires_grad", False) for loss in losses)
    numbers = [torch.as_tensor(loss).detach().item() for loss in losses]
    mode = {"training meanwhile": all(modes), "training afterwards": [part.training for part in model.modules()]}
    return {"W": model[1].weight.detach(), "losses": numbers, **mode, "graph kept": graph_kept}

# %% right="train_epoch" name="helper for one step and a running mean"
def one_step(model, optimizer, X, y):
    optimizer.zero_grad(set_to_none=True)
    loss = torch.nn.functional.cross_entropy(model(X), y)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def train_epoch(model, batches, optimizer):
    mean, seen = 0.0, 0
    model.train()
    for batch in batches:
        X, y = move_batch(model, tuple(batch))
        value = one_step(model, optimizer, X, y)
        seen += X.shape[0]
        mean += (value - mean) * X.shape[0] / seen
    return mean


def train_epoch_twice(W, b, X, y, batch_size, lr):
    """For the check: train one layer that starts at W and b for two epochs with SGD; old gradients are left over."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(W.shape[1], W.shape[0])).to(W)
    model.load_state_dict({"1.weight": W, "1.bias": b})
    optimizer, modes, losses = torch.optim.SGD(model.parameters(), lr=lr), [], []
    model[1].register_forward_pre_hook(lambda layer, inputs: modes.append(layer.training))
    for P in model.parameters():
        P.grad = torch.ones_like(P)
    X, y = X.cpu().as_subclass(Elsewhere), y.cpu().as_subclass(Elsewhere)
    for _ in range(2):
        losses.append(train_epoch(model.eval(), zip(X.split(batch_size), y.split(batch_size)), optimizer))
    graph_kept = any(getattr(loss, "requires_grad", False) for loss in losses)
    numbers = [torch.as_tensor(loss).detach().item() for loss in losses]
    mode = {"training meanwhile": all(modes), "training afterwards": [part.training for part in model.modules()]}
    return {"W": model[1].weight.detach(), "losses": numbers, **mode, "graph kept": graph_kept}

# %% wrong="train_epoch" name="clears the gradients only after the step, so left-over gradients enter the first step"
def train_epoch(model, batches, optimizer):
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        loss = torch.nn.functional.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item() * len(X)
        count += len(X)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
    """For the check: train one layer that starts at W and b for two epochs with SGD; old gradients are left over."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(W.shape[1], W.shape[0])).to(W)
    model.load_state_dict({"1.weight": W, "1.bias": b})
    optimizer, modes, losses = torch.optim.SGD(model.parameters(), lr=lr), [], []
    model[1].register_forward_pre_hook(lambda layer, inputs: modes.append(layer.training))
    for P in model.parameters():
        P.grad = torch.ones_like(P)
    X, y = X.cpu().as_subclass(Elsewhere), y.cpu().as_subclass(Elsewhere)
    for _ in range(2):
        losses.append(train_epoch(model.eval(), zip(X.split(batch_size), y.split(batch_size)), optimizer))
    graph_kept = any(getattr(loss, "requires_grad", False) for loss in losses)
    numbers = [torch.as_tensor(loss).detach().item() for loss in losses]
    mode = {"training meanwhile": all(modes), "training afterwards": [part.training for part in model.modules()]}
    return {"W": model[1].weight.detach(), "losses": numbers, **mode, "graph kept": graph_kept}

# %% wrong="train_epoch" name="sets model.training = True on the outer module only, its parts stay in evaluation mode"
def train_epoch(model, batches, optimizer):
    model.training = True
    total, count = 0.0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        count += len(X)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
    """For the check: train one layer that starts at W and b for two epochs with SGD; old gradients are left over."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(W.shape[1], W.shape[0])).to(W)
    model.load_state_dict({"1.weight": W, "1.bias": b})
    optimizer, modes, losses = torch.optim.SGD(model.parameters(), lr=lr), [], []
    model[1].register_forward_pre_hook(lambda layer, inputs: modes.append(layer.training))
    for P in model.parameters():
        P.grad = torch.ones_like(P)
    X, y = X.cpu().as_subclass(Elsewhere), y.cpu().as_subclass(Elsewhere)
    for _ in range(2):
        losses.append(train_epoch(model.eval(), zip(X.split(batch_size), y.split(batch_size)), optimizer))
    graph_kept = any(getattr(loss, "requires_grad", False) for loss in losses)
    numbers = [torch.as_tensor(loss).detach().item() for loss in losses]
    mode = {"training meanwhile": all(modes), "training afterwards": [part.training for part in model.modules()]}
    return {"W": model[1].weight.detach(), "losses": numbers, **mode, "graph kept": graph_kept}

# %% wrong="train_epoch" name="notes the loss worked out again after the step instead of the loss before it"
def train_epoch(model, batches, optimizer):
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(X), y).backward()
        optimizer.step()
        with torch.no_grad():
            loss = torch.nn.functional.cross_entropy(model(X), y)
        total += loss.item() * len(X)
        count += len(X)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
    """For the check: train one layer that starts at W and b for two epochs with SGD; old gradients are left over."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(W.shape[1], W.shape[0])).to(W)
    model.load_state_dict({"1.weight": W, "1.bias": b})
    optimizer, modes, losses = torch.optim.SGD(model.parameters(), lr=lr), [], []
    model[1].register_forward_pre_hook(lambda layer, inputs: modes.append(layer.training))
    for P in model.parameters():
        P.grad = torch.ones_like(P)
    X, y = X.cpu().as_subclass(Elsewhere), y.cpu().as_subclass(Elsewhere)
    for _ in range(2):
        losses.append(train_epoch(model.eval(), zip(X.split(batch_size), y.split(batch_size)), optimizer))
    graph_kept = any(getattr(loss, "requires_grad", False) for loss in losses)
    numbers = [torch.as_tensor(loss).detach().item() for loss in losses]
    mode = {"training meanwhile": all(modes), "training afterwards": [part.training for part in model.modules()]}
    return {"W": model[1].weight.detach(), "losses": numbers, **mode, "graph kept": graph_kept}

# %% wrong="train_epoch" name="skips minibatches of a single example, which should make a step and count"
def train_epoch(model, batches, optimizer):
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        if len(y) < 2:
            continue
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        count += len(y)
    return total / max(count, 1)


def train_epoch_twice(W, b, X, y, batch_size, lr):
    """For the check: train one layer that starts at W and b for two epochs with SGD; old gradients are left over."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(W.shape[1], W.shape[0])).to(W)
    model.load_state_dict({"1.weight": W, "1.bias": b})
    optimizer, modes, losses = torch.optim.SGD(model.parameters(), lr=lr), [], []
    model[1].register_forward_pre_hook(lambda layer, inputs: modes.append(layer.training))
    for P in model.parameters():
        P.grad = torch.ones_like(P)
    X, y = X.cpu().as_subclass(Elsewhere), y.cpu().as_subclass(Elsewhere)
    for _ in range(2):
        losses.append(train_epoch(model.eval(), zip(X.split(batch_size), y.split(batch_size)), optimizer))
    graph_kept = any(getattr(loss, "requires_grad", False) for loss in losses)
    numbers = [torch.as_tensor(loss).detach().item() for loss in losses]
    mode = {"training meanwhile": all(modes), "training afterwards": [part.training for part in model.modules()]}
    return {"W": model[1].weight.detach(), "losses": numbers, **mode, "graph kept": graph_kept}

# %% right="accuracy" name="count right ones under no_grad"
def accuracy(model, batches):
    model.eval()
    right = 0
    total = 0
    with torch.no_grad():
        for X, y in batches:
            X, y = move_batch(model, (X, y))
            predicted = model(X).argmax(dim=1)
            right += (predicted == y).sum().item()
            total += len(y)
    return right / total


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of one layer, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% right="accuracy" name="no_grad as a decorator, list of hits"
@torch.no_grad()
def accuracy(model, batches):
    """Share of the examples for which the highest score is the label's."""
    place = next(model.eval().parameters()).device
    hits = []
    for X, y in batches:
        hits += (model(X.to(place)).max(dim=1).indices == y.to(place)).tolist()
    return sum(hits) / len(hits)


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of one layer, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% right="accuracy" name="inference mode, cat of all hits, mean in float64"
def accuracy(model, batches):
    model.train(False)
    device = next(model.parameters()).device
    with torch.inference_mode():
        hits = [torch.eq(model(X.to(device)).argmax(-1), y.to(device)) for X, y in batches]
        return torch.cat(hits).double().mean().item()


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of one layer, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="sets model.training = False on the outer module only, so dropout parts inside stay on"
def accuracy(model, batches):
    model.training = False
    right, total = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = move_batch(model, (X, y))
            right += (model(X).argmax(dim=1) == y).sum().item()
            total += len(y)
    return right / total


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of one layer, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="switches autograd off with set_grad_enabled(False) and never on again"
def accuracy(model, batches):
    model.eval()
    torch.set_grad_enabled(False)
    right, total = 0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        right += (model(X).argmax(dim=1) == y).sum().item()
        total += len(y)
    return right / total


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of one layer, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="counts an example only if the probability of its label is above one half"
def accuracy(model, batches):
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = move_batch(model, (X, y))
            P = torch.softmax(model(X), dim=1)
            right += (P[torch.arange(len(y), device=y.device), y] > 0.5).sum().item()
            total += len(y)
    return right / total


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of one layer, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="no_grad stands around the counting only, the call of the model is recorded"
def accuracy(model, batches):
    model.eval()
    right, total = 0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        scores = model(X)
        with torch.no_grad():
            right += (scores.argmax(dim=1) == y).sum().item()
            total += len(y)
    return right / total


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of one layer, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% right="save_and_load" name="the three functions of the text"
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state)
    model.eval()
    return model


def save_and_load(W, b, X):
    """For the check: the names in the file, and what the loaded network (which has a buffer, "mean") says to X."""
    old, new = (torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(*W.T.shape)).to(W) for _ in range(2))
    for network in (old, new):
        network.register_buffer("mean", torch.zeros_like(b))
    old.load_state_dict({"1.weight": W, "1.bias": b, "mean": 2 * b})
    with tempfile.TemporaryDirectory() as folder:
        save_model(old, Path(folder) / "kept.pt")
        same = {"old network in training mode": old.training}
        old.load_state_dict({"1.weight": 0 * W, "1.bias": 0 * b, "mean": 0 * b})
        as_from_a_gpu(Path(folder) / "kept.pt")
        used = load_model(new, Path(folder) / "kept.pt")
        names = sorted(torch.load(Path(folder) / "kept.pt", map_location="cpu", weights_only=True))
    same |= {"the network itself is returned": used is new}
    modes = [part.training for part in used.modules()]
    return {"names": names, "scores": used(X).detach(), "mean": used.mean, "in training mode": modes, **same}

# %% right="save_and_load" name="open files and a function as map_location"
def save_model(model, path):
    """Write the parameters of a model to a file."""
    with open(path, "wb") as file:
        torch.save(model.state_dict(), file)


def load_model(model, path):
    """Fill a model with the parameters from a file."""
    with open(path, "rb") as file:
        model.load_state_dict(torch.load(file, map_location=lambda storage, place: storage, weights_only=True))
    return model.eval()


def save_and_load(W, b, X):
    """For the check: the names in the file, and what the loaded network (which has a buffer, "mean") says to X."""
    old, new = (torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(*W.T.shape)).to(W) for _ in range(2))
    for network in (old, new):
        network.register_buffer("mean", torch.zeros_like(b))
    old.load_state_dict({"1.weight": W, "1.bias": b, "mean": 2 * b})
    with tempfile.TemporaryDirectory() as folder:
        save_model(old, Path(folder) / "kept.pt")
        same = {"old network in training mode": old.training}
        old.load_state_dict({"1.weight": 0 * W, "1.bias": 0 * b, "mean": 0 * b})
        as_from_a_gpu(Path(folder) / "kept.pt")
        used = load_model(new, Path(folder) / "kept.pt")
        names = sorted(torch.load(Path(folder) / "kept.pt", map_location="cpu", weights_only=True))
    same |= {"the network itself is returned": used is new}
    modes = [part.training for part in used.modules()]
    return {"names": names, "scores": used(X).detach(), "mean": used.mean, "in training mode": modes, **same}

# %% right="save_and_load" name="CPU copies saved, copied back name by name"
def save_model(model, path):
    kept = {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
    torch.save(kept, str(path))


def load_model(model, path):
    kept = torch.load(str(path), map_location=torch.device("cpu"), weights_only=True)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            tensor.copy_(kept[name])
    return model.train(False)


def save_and_load(W, b, X):
    """For the check: the names in the file, and what the loaded network (which has a buffer, "mean") says to X."""
    old, new = (torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(*W.T.shape)).to(W) for _ in range(2))
    for network in (old, new):
        network.register_buffer("mean", torch.zeros_like(b))
    old.load_state_dict({"1.weight": W, "1.bias": b, "mean": 2 * b})
    with tempfile.TemporaryDirectory() as folder:
        save_model(old, Path(folder) / "kept.pt")
        same = {"old network in training mode": old.training}
        old.load_state_dict({"1.weight": 0 * W, "1.bias": 0 * b, "mean": 0 * b})
        as_from_a_gpu(Path(folder) / "kept.pt")
        used = load_model(new, Path(folder) / "kept.pt")
        names = sorted(torch.load(Path(folder) / "kept.pt", map_location="cpu", weights_only=True))
    same |= {"the network itself is returned": used is new}
    modes = [part.training for part in used.modules()]
    return {"names": names, "scores": used(X).detach(), "mean": used.mean, "in training mode": modes, **same}

# %% wrong="save_and_load" name="load_model copies named_parameters only, so buffers keep their old values"
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    for name, P in model.named_parameters():
        P.data.copy_(state[name])
    return model.eval()


def save_and_load(W, b, X):
    """For the check: the names in the file, and what the loaded network (which has a buffer, "mean") says to X."""
    old, new = (torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(*W.T.shape)).to(W) for _ in range(2))
    for network in (old, new):
        network.register_buffer("mean", torch.zeros_like(b))
    old.load_state_dict({"1.weight": W, "1.bias": b, "mean": 2 * b})
    with tempfile.TemporaryDirectory() as folder:
        save_model(old, Path(folder) / "kept.pt")
        same = {"old network in training mode": old.training}
        old.load_state_dict({"1.weight": 0 * W, "1.bias": 0 * b, "mean": 0 * b})
        as_from_a_gpu(Path(folder) / "kept.pt")
        used = load_model(new, Path(folder) / "kept.pt")
        names = sorted(torch.load(Path(folder) / "kept.pt", map_location="cpu", weights_only=True))
    same |= {"the network itself is returned": used is new}
    modes = [part.training for part in used.modules()]
    return {"names": names, "scores": used(X).detach(), "mean": used.mean, "in training mode": modes, **same}

# %% wrong="save_and_load" name="load_model calls torch.load without map_location, so a file from a GPU fails on a CPU"
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, weights_only=True))
    model.eval()
    return model


def save_and_load(W, b, X):
    """For the check: the names in the file, and what the loaded network (which has a buffer, "mean") says to X."""
    old, new = (torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(*W.T.shape)).to(W) for _ in range(2))
    for network in (old, new):
        network.register_buffer("mean", torch.zeros_like(b))
    old.load_state_dict({"1.weight": W, "1.bias": b, "mean": 2 * b})
    with tempfile.TemporaryDirectory() as folder:
        save_model(old, Path(folder) / "kept.pt")
        same = {"old network in training mode": old.training}
        old.load_state_dict({"1.weight": 0 * W, "1.bias": 0 * b, "mean": 0 * b})
        as_from_a_gpu(Path(folder) / "kept.pt")
        used = load_model(new, Path(folder) / "kept.pt")
        names = sorted(torch.load(Path(folder) / "kept.pt", map_location="cpu", weights_only=True))
    same |= {"the network itself is returned": used is new}
    modes = [part.training for part in used.modules()]
    return {"names": names, "scores": used(X).detach(), "mean": used.mean, "in training mode": modes, **same}

# %% wrong="save_and_load" name="load_model sets training = False on the outer module only, its parts stay in training mode"
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    model.training = False
    return model


def save_and_load(W, b, X):
    """For the check: the names in the file, and what the loaded network (which has a buffer, "mean") says to X."""
    old, new = (torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(*W.T.shape)).to(W) for _ in range(2))
    for network in (old, new):
        network.register_buffer("mean", torch.zeros_like(b))
    old.load_state_dict({"1.weight": W, "1.bias": b, "mean": 2 * b})
    with tempfile.TemporaryDirectory() as folder:
        save_model(old, Path(folder) / "kept.pt")
        same = {"old network in training mode": old.training}
        old.load_state_dict({"1.weight": 0 * W, "1.bias": 0 * b, "mean": 0 * b})
        as_from_a_gpu(Path(folder) / "kept.pt")
        used = load_model(new, Path(folder) / "kept.pt")
        names = sorted(torch.load(Path(folder) / "kept.pt", map_location="cpu", weights_only=True))
    same |= {"the network itself is returned": used is new}
    modes = [part.training for part in used.modules()]
    return {"names": names, "scores": used(X).detach(), "mean": used.mean, "in training mode": modes, **same}

# %% wrong="save_and_load" name="save_model puts the model into evaluation mode before saving and leaves it there"
def save_model(model, path):
    model.eval()
    torch.save(model.state_dict(), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()


def save_and_load(W, b, X):
    """For the check: the names in the file, and what the loaded network (which has a buffer, "mean") says to X."""
    old, new = (torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(*W.T.shape)).to(W) for _ in range(2))
    for network in (old, new):
        network.register_buffer("mean", torch.zeros_like(b))
    old.load_state_dict({"1.weight": W, "1.bias": b, "mean": 2 * b})
    with tempfile.TemporaryDirectory() as folder:
        save_model(old, Path(folder) / "kept.pt")
        same = {"old network in training mode": old.training}
        old.load_state_dict({"1.weight": 0 * W, "1.bias": 0 * b, "mean": 0 * b})
        as_from_a_gpu(Path(folder) / "kept.pt")
        used = load_model(new, Path(folder) / "kept.pt")
        names = sorted(torch.load(Path(folder) / "kept.pt", map_location="cpu", weights_only=True))
    same |= {"the network itself is returned": used is new}
    modes = [part.training for part in used.modules()]
    return {"names": names, "scores": used(X).detach(), "mean": used.mean, "in training mode": modes, **same}

# %% right="worst_mistakes" name="loop over examples and sort a list of pairs"
def worst_mistakes(P, y, k):
    mistakes = []
    for i in range(len(y)):
        guess = int(P[i].argmax())
        if guess != int(y[i]):
            mistakes.append((P[i, guess].item(), i))
    mistakes.sort(key=lambda pair: pair[0], reverse=True)
    numbers = [i for _, i in mistakes[:k]]
    return torch.tensor(numbers, dtype=torch.int64)

# %% right="worst_mistakes" name="nonzero and argsort"
def worst_mistakes(P, y, k):
    """The k wrongly classified examples with the most confident predictions, worst first."""
    sure, said = P.max(dim=1)
    wrong = (said != y).nonzero().flatten()
    return wrong[sure[wrong].argsort(descending=True)[:k]]

# %% right="worst_mistakes" name="right ones get minus one, topk of at most the number of mistakes"
def worst_mistakes(P, y, k):
    is_wrong = P.argmax(1).ne(y)
    confidence = P.amax(1).masked_fill(~is_wrong, -1)
    return confidence.topk(min(k, int(is_wrong.sum()))).indices

# %% wrong="worst_mistakes" name="torch.tensor of a list without dtype, so for no mistake the empty answer is float32"
def worst_mistakes(P, y, k):
    sure, said = P.max(dim=1)
    wrong = [i for i in range(len(y)) if said[i] != y[i]]
    wrong = sorted(wrong, key=lambda i: sure[i].item(), reverse=True)
    return torch.tensor(wrong[:k])

# %% wrong="worst_mistakes" name="ranks by the lead over the second highest probability, not by the highest probability"
def worst_mistakes(P, y, k):
    top = P.topk(2, dim=1)
    lead = top.values[:, 0] - top.values[:, 1]
    wrong = torch.nonzero(top.indices[:, 0] != y).flatten()
    return wrong[lead[wrong].argsort(descending=True)[:k]]

# %% wrong="worst_mistakes" name="looks the example up by its probability with index, so equal probabilities give the same number twice"
def worst_mistakes(P, y, k):
    highest, predicted = P.max(dim=1)
    highest = highest.tolist()
    wrong = [highest[i] for i in range(len(y)) if predicted[i] != y[i]]
    wrong = sorted(wrong, reverse=True)[:k]
    return torch.tensor([highest.index(value) for value in wrong], dtype=torch.int64)

# %% wrong="worst_mistakes" name="keeps only mistakes with probability above 0.5, although less sure ones count when k allows"
def worst_mistakes(P, y, k):
    sure, said = P.max(dim=1)
    wrong = torch.where((said != y) & (sure > 0.5))[0]
    order = torch.argsort(sure[wrong], descending=True)
    return wrong[order][:k]

# %% right="classifier_gradients" name="example by example with outer products"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    L = len(Ws)
    dWs = [torch.zeros_like(W) for W in Ws]
    dbs = [torch.zeros_like(b) for b in bs]
    for i in range(n):
        inputs, sums = [X[i]], []
        for l in range(L):
            z = Ws[l] @ inputs[-1] + bs[l]
            sums.append(z)
            if l < L - 1:
                inputs.append(z.clamp(min=0))
        e = torch.exp(sums[-1] - sums[-1].max())
        dz = e / e.sum()
        dz[y[i]] -= 1
        dz = dz / n
        for l in range(L - 1, -1, -1):
            dWs[l] = dWs[l] + torch.outer(dz, inputs[l])
            dbs[l] = dbs[l] + dz
            if l > 0:
                dz = (Ws[l].T @ dz) * (sums[l - 1] > 0)
    return dWs, dbs

# %% right="classifier_gradients" name="compact, whole matrices, activations kept in one list"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy of a network with ReLU in all layers but the last, by hand."""
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = (Z - Z.amax(1, keepdim=True)).exp()
    dZ = E / E.sum(1, keepdim=True)
    dZ[range(len(y)), y] -= 1
    dZ /= len(y)
    dWs, dbs = [], []
    for A, W in zip(As[::-1], Ws[::-1]):
        dWs.insert(0, dZ.T @ A)
        dbs.insert(0, dZ.sum(0))
        dZ = (dZ @ W) * (A > 0)
    return dWs, dbs

# %% right="classifier_gradients" name="helpers for forward, start and layer, einsum and a one-hot by comparison"
def _forward(X, Ws, bs):
    inputs, sums = [], []
    A = X
    for W, b in zip(Ws, bs):
        inputs.append(A)
        sums.append(torch.einsum("nd,hd->nh", A, W) + b)
        A = torch.where(sums[-1] > 0, sums[-1], torch.zeros_like(sums[-1]))
    return inputs, sums


def _start(Z, y):
    shifted = Z - Z.max(dim=1, keepdim=True).values
    P = shifted.exp() / shifted.exp().sum(dim=1, keepdim=True)
    classes = torch.arange(Z.shape[1], device=Z.device)
    truth = (y[:, None] == classes[None, :]).to(Z.dtype)
    return (P - truth) / Z.shape[0]


def classifier_gradients(X, Ws, bs, y):
    inputs, sums = _forward(X, Ws, bs)
    gradients = {}
    delta = _start(sums[-1], y)
    for layer in reversed(range(len(Ws))):
        gradients[layer] = torch.einsum("nh,nd->hd", delta, inputs[layer]), torch.einsum("nh->h", delta)
        if layer:
            slope = (sums[layer - 1] > 0).to(delta.dtype)
            delta = torch.einsum("nh,hd->nd", delta, Ws[layer]) * slope
    dWs, dbs = zip(*(gradients[layer] for layer in range(len(Ws))))
    return list(dWs), list(dbs)

# %% wrong="classifier_gradients" name="the mask of the ReLU is Z >= 0, so a hidden sum of exactly 0 has slope 1"
def classifier_gradients(X, Ws, bs, y):
    n, L = len(X), len(Ws)
    As, Zs = [X], []
    for l in range(L):
        Zs.append(As[l] @ Ws[l].T + bs[l])
        As.append(Zs[l].clamp(min=0))
    E = torch.exp(Zs[-1] - Zs[-1].max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[torch.arange(n), y] -= 1
    dZ = dZ / n
    dWs, dbs = [None] * L, [None] * L
    for l in reversed(range(L)):
        dWs[l] = dZ.T @ As[l]
        dbs[l] = dZ.sum(dim=0)
        if l > 0:
            dZ = (dZ @ Ws[l]) * (Zs[l - 1] >= 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="subtracts the maximum of the whole score matrix, not of each row; far lower rows become nan"
def classifier_gradients(X, Ws, bs, y):
    n, L = len(X), len(Ws)
    As, Zs = [X], []
    for W, b in zip(Ws, bs):
        Zs.append(As[-1] @ W.T + b)
        As.append(torch.relu(Zs[-1]))
    scores = Zs[-1]
    E = torch.exp(scores - scores.max())
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    dZ = P / n
    dWs, dbs = [], []
    for l in range(L - 1, -1, -1):
        dWs.append(dZ.T @ As[l])
        dbs.append(dZ.sum(dim=0))
        if l > 0:
            dZ = (dZ @ Ws[l]) * (Zs[l - 1] > 0)
    return dWs[::-1], dbs[::-1]

# %% wrong="classifier_gradients" name="one_hot(y) without the number of classes is too narrow when no label names the last class"
def classifier_gradients(X, Ws, bs, y):
    n = X.shape[0]
    activations = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        activations.append((activations[-1] @ W.T + b).clamp(min=0))
    Z = activations[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    dZ = (P - torch.nn.functional.one_hot(y).to(P.dtype)) / n
    dWs, dbs = [], []
    for A, W in zip(reversed(activations), reversed(Ws)):
        dWs.insert(0, dZ.T @ A)
        dbs.insert(0, dZ.sum(dim=0))
        dZ = (dZ @ W) * (A > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="dbs takes the mean of dZ over the examples although dZ is divided by n already"
def classifier_gradients(X, Ws, bs, y):
    n = len(y)
    hidden = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        hidden.append(torch.relu(hidden[-1] @ W.T + b))
    Z = hidden[-1] @ Ws[-1].T + bs[-1]
    Z = Z - Z.max(dim=1, keepdim=True).values
    P = Z.exp() / Z.exp().sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    dZ = P / n
    dWs, dbs = [], []
    for l in reversed(range(len(Ws))):
        dWs.append(dZ.T @ hidden[l])
        dbs.append(dZ.mean(dim=0))
        dZ = (dZ @ Ws[l]) * (hidden[l] > 0)
    dWs.reverse()
    dbs.reverse()
    return dWs, dbs

# %% wrong="classifier_gradients" name="the ReLU mask is applied below the last layer only, earlier hidden layers go back without it"
def classifier_gradients(X, Ws, bs, y):
    n, last = len(X), len(Ws) - 1
    As, Zs = [X], []
    for l in range(last + 1):
        Z = As[-1] @ Ws[l].T + bs[l]
        Zs.append(Z)
        As.append(torch.relu(Z) if l < last else Z)
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[torch.arange(n), y] -= 1
    dZ = dZ / n
    dWs, dbs = [dZ.T @ As[last]], [dZ.sum(dim=0)]
    if last > 0:
        dZ = (dZ @ Ws[last]) * (Zs[last - 1] > 0)
    for l in range(last - 1, -1, -1):
        dWs.insert(0, dZ.T @ As[l])
        dbs.insert(0, dZ.sum(dim=0))
        dZ = dZ @ Ws[l]
    return dWs, dbs

# %% wrong="classifier_gradients" name="dbs sums a squeezed dZ, so for a single example each bias gradient is one number"
def classifier_gradients(X, Ws, bs, y):
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.clamp(As[-1] @ W.T + b, min=0))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True)[0])
    P = E / E.sum(dim=1, keepdim=True)
    onehot = torch.zeros_like(P)
    onehot[torch.arange(len(y)), y] = 1
    dZ = (P - onehot) / len(y)
    dWs, dbs = [], []
    for l in range(len(Ws) - 1, -1, -1):
        dWs.insert(0, dZ.T @ As[l])
        dbs.insert(0, dZ.squeeze().sum(dim=0))
        if l > 0:
            dZ = (dZ @ Ws[l]) * (As[l] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="P[:, y] -= 1 subtracts 1 in every row for every label that occurs, not for its own"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    As, Zs = [X], []
    for W, b in zip(Ws, bs):
        Zs.append(As[-1] @ W.T + b)
        As.append(torch.relu(Zs[-1]))
    E = torch.exp(Zs[-1] - Zs[-1].max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[:, y] -= 1
    dZ = P / n
    dWs, dbs = [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[l])
        dbs.insert(0, dZ.sum(dim=0))
        if l > 0:
            dZ = (dZ @ Ws[l]) * (Zs[l - 1] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="cuts scores at 50 against overflow instead of subtracting the row maximum; larger scores become equal"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append((As[-1] @ W.T + b).clamp(min=0))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z.clamp(min=-50, max=50))
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    dZ = P / n
    dWs, dbs = [None] * len(Ws), [None] * len(Ws)
    for l in reversed(range(len(Ws))):
        dWs[l], dbs[l] = dZ.T @ As[l], dZ.sum(dim=0)
        dZ = (dZ @ Ws[l]) * (As[l] > 0)
    return dWs, dbs

# %% right="sgd_epoch" name="range over the starts and loops over the layers"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    Ws = list(Ws)
    bs = list(bs)
    for start in range(0, len(order), batch_size):
        rows = order[start:start + batch_size]
        dWs, dbs = gradients(X[rows], Ws, bs, y[rows])
        for l in range(len(Ws)):
            Ws[l] = Ws[l] - lr * dWs[l]
            bs[l] = bs[l] - lr * dbs[l]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% right="sgd_epoch" name="order.split and comprehensions"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    """One epoch of SGD: a step for each minibatch of the examples in `order`."""
    for rows in order.split(batch_size):
        dWs, dbs = gradients(X[rows], Ws, bs, y[rows])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% right="sgd_epoch" name="sorts the data first, clones, then steps in place on the clones"
def minibatches(X, y, size):
    while len(y) > 0:
        yield X[:size], y[:size]
        X, y = X[size:], y[size:]


def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    new_Ws, new_bs = [W.clone() for W in Ws], [b.clone() for b in bs]
    X_ordered, y_ordered = X.index_select(0, order), y.index_select(0, order)
    for X_part, y_part in minibatches(X_ordered, y_ordered, batch_size):
        dWs, dbs = gradients(X_part, new_Ws, new_bs, y_part)
        steps = [lr * d for d in (*dWs, *dbs)]
        for parameter, step in zip((*new_Ws, *new_bs), steps):
            parameter.sub_(step)
    return new_Ws, new_bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="puts example i at place order[i], the inverse order; only the same for a reversal"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    X_new, y_new = torch.empty_like(X), torch.empty_like(y)
    X_new[order] = X
    y_new[order] = y
    for start in range(0, len(y), batch_size):
        stop = start + batch_size
        dWs, dbs = gradients(X_new[start:stop], Ws, bs, y_new[start:stop])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="writes the new tensors into the lists Ws and bs that were handed in"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        dWs, dbs = gradients(X[rows], Ws, bs, y[rows])
        for l in range(len(Ws)):
            Ws[l] = Ws[l] - lr * dWs[l]
            bs[l] = bs[l] - lr * dbs[l]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="takes X by order, but the labels y as plain slices without order"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    Ws, bs = list(Ws), list(bs)
    X = X[order]
    for start in range(0, len(X), batch_size):
        X_part, y_part = X[start : start + batch_size], y[start : start + batch_size]
        dWs, dbs = gradients(X_part, Ws, bs, y_part)
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="a smaller last minibatch makes a smaller step, lr times its share of batch_size"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for rows in torch.split(order, batch_size):
        dWs, dbs = gradients(X[rows], Ws, bs, y[rows])
        rate = lr * len(rows) / batch_size
        Ws = [W - rate * dW for W, dW in zip(Ws, dWs)]
        bs = [b - rate * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% right="shift_images" name="loops over rows and columns"
def shift_images(X, down, right):
    n, c, h, w = X.shape
    result = torch.zeros_like(X)
    for i in range(h):
        for j in range(w):
            old_i = i - down
            old_j = j - right
            if 0 <= old_i < h and 0 <= old_j < w:
                result[:, :, i, j] = X[:, :, old_i, old_j]
    return result

# %% right="shift_images" name="slices with shifts limited to the size"
def shift_images(X, down, right):
    """Images (n, 1, h, w) moved by whole pixels, filled up with zeros."""
    def to_and_from(shift, size):
        shift = max(-size, min(size, shift))
        return slice(max(shift, 0), size + min(shift, 0)), slice(max(-shift, 0), size - max(shift, 0))

    (rows_to, rows_from), (cols_to, cols_from) = to_and_from(down, X.shape[2]), to_and_from(right, X.shape[3])
    moved = X.new_zeros(X.shape)
    moved[..., rows_to, cols_to] = X[..., rows_from, cols_from]
    return moved

# %% right="shift_images" name="roll, then blacken what came round"
def shift_images(X, down, right):
    moved = torch.roll(X, (down, right), dims=(2, 3))
    if down > 0:
        moved[:, :, :down] = 0
    elif down < 0:
        moved[:, :, down:] = 0
    if right > 0:
        moved[..., :right] = 0
    elif right < 0:
        moved[..., right:] = 0
    return moved

# %% wrong="shift_images" name="limits both shifts to the height h, so wide images cannot move right by more than h"
def shift_images(X, down, right):
    n, _, h, w = X.shape
    down = max(-h, min(h, down))
    right = max(-h, min(h, right))
    moved = torch.zeros_like(X)
    for j in range(w):
        for i in range(h):
            if 0 <= i + down < h and 0 <= j + right < w:
                moved[:, :, i + down, j + right] = X[:, :, i, j]
    return moved

# %% wrong="shift_images" name="squeeze() drops the row dimension of images with a single row, so down moves between images"
def shift_images(X, down, right):
    images = X.squeeze()
    if images.dim() < 2:
        images = X
    moved = torch.roll(images, (down, right), dims=(-2, -1))
    if down > 0:
        moved[..., :down, :] = 0
    elif down < 0:
        moved[..., down:, :] = 0
    if right > 0:
        moved[..., :right] = 0
    elif right < 0:
        moved[..., right:] = 0
    return moved.reshape(X.shape)

# %% wrong="shift_images" name="if and elif do one direction only: with down not 0, right is ignored"
def shift_images(X, down, right):
    h, w = X.shape[2:]
    moved = torch.zeros_like(X)
    if abs(down) >= h or abs(right) >= w:
        return moved
    if down > 0:
        moved[:, :, down:] = X[:, :, :-down]
    elif down < 0:
        moved[:, :, :down] = X[:, :, -down:]
    elif right > 0:
        moved[..., right:] = X[..., :-right]
    elif right < 0:
        moved[..., :right] = X[..., -right:]
    else:
        moved = X.clone()
    return moved

# %% wrong="shift_images" name="glues |shift| lines of zeros to the rest; a shift beyond the size gives too large an image"
def shift_images(X, down, right):
    n, c, h, w = X.shape
    black = X.new_zeros(n, c, abs(down), w)
    if down > 0:
        X = torch.cat([black, X[:, :, : max(h - down, 0)]], dim=2)
    elif down < 0:
        X = torch.cat([X[:, :, -down:], black], dim=2)
    black = X.new_zeros(n, c, X.shape[2], abs(right))
    if right > 0:
        X = torch.cat([black, X[..., : max(w - right, 0)]], dim=3)
    elif right < 0:
        X = torch.cat([X[..., -right:], black], dim=3)
    return X.clone()
