# %% right="neuron" name="plain beginner lines"
class Neuron:
    """A linear neuron with one input. Attributes: weight, bias (numbers)."""

    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        output = self.forward(x)
        return (output - y) ** 2


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% right="neuron" name="dataclass with fields"
from dataclasses import dataclass


@dataclass
class Neuron:
    """A linear neuron with one input."""

    weight: float
    bias: float

    def forward(self, x):
        return self.bias + x * self.weight

    def loss(self, x, y):
        error = y - self.forward(x)
        return error * error


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% right="neuron" name="call method and helper function for the square"
def square(number):
    return pow(number, 2)


class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        return sum((self.weight * x, self.bias))

    def loss(self, x, y):
        return square(self(x) - y)


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="loss uses the output remembered from forward, which is 0 before forward was called"
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

# %% wrong="neuron" name="loss writes the formula weight times x plus bias again and does not ask self.forward"
class Neuron:
    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return (self.weight * x + self.bias - y) ** 2


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="weight and bias stored on the class, so the second neuron overwrites the first one"
class Neuron:
    weight = 0.0
    bias = 0.0

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

# %% wrong="neuron" name="loss calls Neuron.forward(self, x) by the class name, so a child with another forward is ignored"
class Neuron:
    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        error = Neuron.forward(self, x) - y
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

# %% right="leaky_neuron" name="if and else"
class LeakyNeuron(Neuron):
    """A neuron with one input and a leaky ReLU. Attributes: weight, bias, slope (numbers)."""

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

# %% right="leaky_neuron" name="parent called by its name, activation as a method of its own"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        Neuron.__init__(self, weight=weight, bias=bias)
        self.slope = slope

    def activate(self, z):
        return z * (1 if z >= 0 else self.slope)

    def forward(self, x):
        return self.activate(Neuron.forward(self, x))


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

# %% wrong="leaky_neuron" name="if z > 0 and elif z < 0 only: a sum of exactly 0 returns None"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        if z > 0:
            return z
        elif z < 0:
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

# %% wrong="leaky_neuron" name="max(z, slope * z), which picks the wrong one when the slope is larger than 1"
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

# %% wrong="leaky_neuron" name="slope stored on the class, so a second neuron changes the slope of the first"
class LeakyNeuron(Neuron):
    slope = 0.01

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

# %% wrong="leaky_neuron" name="forward computes weight times x plus bias itself instead of asking the parent's forward"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = self.weight * x + self.bias
        if z > 0:
            return z
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

# %% right="image_network" name="three named layers"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        X = X.flatten(start_dim=1)
        A1 = torch.relu(self.hidden1(X))
        A2 = torch.relu(self.hidden2(A1))
        return self.output(A2)

# %% right="image_network" name="a Sequential inside the class"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        nn = torch.nn
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Linear(num_inputs, num_hiddens1), nn.ReLU(),
            nn.Linear(num_hiddens1, num_hiddens2), nn.ReLU(),
            nn.Linear(num_hiddens2, num_outputs),
        )

    def forward(self, X):
        return self.net(X)

# %% right="image_network" name="ModuleList, loop and clamp"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        widths = (num_inputs, num_hiddens1, num_hiddens2, num_outputs)
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, X):
        A = X.reshape(X.shape[0], -1)
        *hidden, last = self.layers
        for layer in hidden:
            A = layer(A).clamp(min=0)
        return last(A)

# %% wrong="image_network" name="squeeze on the result, so a single example loses its dimension"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A = X.flatten(start_dim=1)
        A = torch.relu(self.hidden1(A))
        A = torch.relu(self.hidden2(A))
        return self.output(A).squeeze()

# %% wrong="image_network" name="widths of the two hidden layers swapped, num_hiddens2 comes first"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens2)
        self.hidden2 = torch.nn.Linear(num_hiddens2, num_hiddens1)
        self.output = torch.nn.Linear(num_hiddens1, num_outputs)

    def forward(self, X):
        A = X.flatten(start_dim=1)
        A = torch.relu(self.hidden1(A))
        A = torch.relu(self.hidden2(A))
        return self.output(A)

# %% wrong="image_network" name="layers kept in a plain Python list, so the module knows no parameters"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.layers = [
            torch.nn.Linear(num_inputs, num_hiddens1),
            torch.nn.Linear(num_hiddens1, num_hiddens2),
            torch.nn.Linear(num_hiddens2, num_outputs),
        ]

    def forward(self, X):
        A = X.flatten(start_dim=1)
        for layer in self.layers[:-1]:
            A = torch.relu(layer(A))
        return self.layers[-1](A)

# %% wrong="image_network" name="no ReLU after the second hidden layer"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A = torch.relu(self.hidden1(X.flatten(start_dim=1)))
        return self.output(self.hidden2(A))

# %% wrong="image_network" name="softmax over the scores at the end, probabilities are returned instead of scores"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A = torch.relu(self.hidden1(X.flatten(start_dim=1)))
        A = torch.relu(self.hidden2(A))
        return torch.softmax(self.output(A), dim=1)

# %% right="count_parameters" name="loop with two counters"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    everything = 0
    trainable = 0
    for P in model.parameters():
        everything = everything + P.numel()
        if P.requires_grad:
            trainable = trainable + P.numel()
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

# %% right="count_parameters" name="two sums over generators"
layers = [784 * 512 + 512, 512 * 512 + 512, 512 * 10 + 10]
paper_count = torch.tensor([*layers, sum(layers)])


def count_parameters(model):
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

# %% right="count_parameters" name="walk through the modules, sizes by math.prod"
import math

widths = torch.tensor([784, 512, 512, 10])
each = (widths[:-1] + 1) * widths[1:]
paper_count = torch.cat([each, each.sum().reshape(1)])


def count_parameters(model):
    found = {}
    for part in model.modules():
        for P in part.parameters(recurse=False):
            found[id(P)] = (math.prod(P.shape), P.requires_grad)
    return {
        "all": sum(size for size, _ in found.values()),
        "trainable": sum(size * learns for size, learns in found.values()),
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

# %% wrong="count_parameters" name="all is counted over state_dict, so buffers such as running means are counted too"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    everything = sum(tensor.numel() for tensor in model.state_dict().values())
    trainable = sum(P.numel() for P in model.parameters() if P.requires_grad)
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

# %% wrong="count_parameters" name="paper_count leaves out the biases of all three layers"
paper_count = torch.tensor([784 * 512, 512 * 512, 512 * 10, 784 * 512 + 512 * 512 + 512 * 10])


def count_parameters(model):
    total = sum(P.numel() for P in model.parameters())
    frozen = sum(P.numel() for P in model.parameters() if not P.requires_grad)
    return {"all": total, "trainable": total - frozen}


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

# %% wrong="count_parameters" name="whole part counts as frozen when its first parameter is frozen, bias not asked for itself"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    counts = {"all": 0, "trainable": 0}
    for part in model.modules():
        own = list(part.parameters(recurse=False))
        if not own:
            continue
        size = sum(P.numel() for P in own)
        counts["all"] += size
        if own[0].requires_grad:
            counts["trainable"] += size
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

# %% wrong="count_parameters" name="counts only the parameters of the children, not a parameter of the model's own"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    own = [P for part in model.children() for P in part.parameters()]
    return {
        "all": sum(P.numel() for P in own),
        "trainable": sum(P.numel() for P in own if P.requires_grad),
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

# %% wrong="count_parameters" name="paper_count takes 784 to 512 twice instead of 512 to 512 for the second layer"
paper_count = torch.tensor([401920, 401920, 5130, 401920 + 401920 + 5130])


def count_parameters(model):
    everything, trainable = 0, 0
    for P in model.parameters():
        everything += P.numel()
        trainable += P.numel() if P.requires_grad else 0
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

# %% right="build_network" name="index loop and append"
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

# %% right="build_network" name="build all in groups of three and cut off the last two"
def build_network(widths, p=0.2):
    nn = torch.nn
    groups = [(nn.Linear(a, b), nn.ReLU(), nn.Dropout(p)) for a, b in zip(widths[:-1], widths[1:])]
    parts = [part for group in groups for part in group]
    return nn.Sequential(nn.Flatten(), *parts[:-2])


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="build_network" name="Sequential that grows by append, last layer apart"
def build_network(widths, p=0.2):
    *inner, num_outputs = widths
    model = torch.nn.Sequential(torch.nn.Flatten())
    fan_in = inner[0]
    for width in inner[1:]:
        for part in (torch.nn.Linear(fan_in, width), torch.nn.ReLU(), torch.nn.Dropout(p=p)):
            model.append(part)
        fan_in = width
    return model.append(torch.nn.Linear(fan_in, num_outputs))


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="last layer recognised by its width: a hidden layer as wide as the output gets no ReLU and Dropout"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for fan_in, out in zip(widths, widths[1:]):
        parts.append(torch.nn.Linear(fan_in, out))
        if out != widths[-1]:
            parts += [torch.nn.ReLU(), torch.nn.Dropout(p)]
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="Dropout left out when p is 0"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for i, (fan_in, out) in enumerate(zip(widths, widths[1:])):
        parts.append(torch.nn.Linear(fan_in, out))
        if i + 2 < len(widths):
            parts.append(torch.nn.ReLU())
            if p:
                parts.append(torch.nn.Dropout(p))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="Dropout only after the first hidden layer, later hidden layers have ReLU alone"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for i in range(len(widths) - 1):
        parts.append(torch.nn.Linear(widths[i], widths[i + 1]))
        if i < len(widths) - 2:
            parts.append(torch.nn.ReLU())
            if i == 0:
                parts.append(torch.nn.Dropout(p))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="Dropout stands before the ReLU instead of after it"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for i in range(len(widths) - 2):
        parts.extend([torch.nn.Linear(widths[i], widths[i + 1]), torch.nn.Dropout(p), torch.nn.ReLU()])
    parts.append(torch.nn.Linear(widths[-2], widths[-1]))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="scratch_network" name="as the text writes it"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        X = X.flatten(start_dim=1)
        hidden = torch.relu(X @ self.W1.T + self.b1)
        return hidden @ self.W2.T + self.b2


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

# %% right="scratch_network" name="functional linear and torch.normal"
import math


class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()

        def he(out, fan_in):
            return torch.nn.Parameter(torch.normal(0.0, math.sqrt(2 / fan_in), (out, fan_in)))

        self.W1, self.W2 = he(num_hiddens, num_inputs), he(num_outputs, num_hiddens)
        self.b1, self.b2 = (torch.nn.Parameter(torch.zeros(out)) for out in (num_hiddens, num_outputs))

    def forward(self, X):
        A = torch.nn.functional.linear(X.reshape(len(X), -1), self.W1, self.b1).clamp(min=0)
        return torch.nn.functional.linear(A, self.W2, self.b2)


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

# %% right="scratch_network" name="loop over sizes with register_parameter, einsum in forward"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        sizes = [num_inputs, num_hiddens, num_outputs]
        for number, (d, h) in enumerate(zip(sizes, sizes[1:]), start=1):
            weight = torch.randn(h, d) * (2 / d) ** 0.5
            self.register_parameter(f"W{number}", torch.nn.Parameter(weight))
            self.register_parameter(f"b{number}", torch.nn.Parameter(torch.zeros(h)))

    def forward(self, X):
        Z = torch.einsum("nd,hd->nh", X.flatten(1), self.W1) + self.b1
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

# %% wrong="scratch_network" name="W2 starts with the spread for num_inputs inputs instead of num_hiddens"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        spread = (2 / num_inputs) ** 0.5
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * spread)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * spread)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        hidden = torch.relu(X.flatten(start_dim=1) @ self.W1.T + self.b1)
        return hidden @ self.W2.T + self.b2


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

# %% wrong="scratch_network" name="scores squeezed in the last dimension, so one output gives (n,) instead of (n, 1)"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        hidden = torch.relu(X.flatten(start_dim=1) @ self.W1.T + self.b1)
        return (hidden @ self.W2.T + self.b2).squeeze(-1)


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

# %% wrong="scratch_network" name="weights from torch.rand, uniform between 0 and 1, instead of randn"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.rand(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.rand(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        hidden = torch.relu(X.flatten(start_dim=1) @ self.W1.T + self.b1)
        return hidden @ self.W2.T + self.b2


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

# %% wrong="scratch_network" name="b1 is added after the ReLU instead of before it"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        hidden = torch.relu(X.flatten(start_dim=1) @ self.W1.T) + self.b1
        return hidden @ self.W2.T + self.b2


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

# %% right="dropout" name="torch.where"
def dropout(A, U, p, training):
    if not training:
        return A
    return torch.where(U < p, torch.zeros_like(A), A / (1 - p))

# %% right="dropout" name="mask times values, one expression"
def dropout(A, U, p, training):
    return A * (U >= p) / (1 - p) if training else A.clone()

# %% right="dropout" name="loops over rows and columns"
def dropout(A, U, p, training):
    result = A.clone()
    if training:
        for i in range(A.shape[0]):
            for j in range(A.shape[1]):
                if U[i, j] < p:
                    result[i, j] = 0
                else:
                    result[i, j] = A[i, j] / (1 - p)
    return result

# %% wrong="dropout" name="U <= p is dropped, so a value with U equal to p does not stay"
def dropout(A, U, p, training):
    if not training:
        return A
    dropped = U <= p
    return A.masked_fill(dropped, 0.0) / (1 - p)

# %% wrong="dropout" name="sets the dropped entries of A itself to 0, so the argument changes"
def dropout(A, U, p, training):
    if not training:
        return A
    A[U < p] = 0
    return A / (1 - p)

# %% wrong="dropout" name="divides by the share that really stayed (mean of the mask) instead of 1 - p"
def dropout(A, U, p, training):
    if not training:
        return A
    keep = (U >= p).to(A.dtype)
    return A * keep / keep.mean()

# %% wrong="dropout" name="mask made by float() and result taken to float32, so float64 does not stay float64"
def dropout(A, U, p, training):
    if not training:
        return A
    keep = (U >= p).float()
    return (A.float() * keep) / (1 - p)

# %% right="adam_step" name="formulas line by line"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g ** 2
    m_hat = m / (1 - beta1 ** t)
    v_hat = v / (1 - beta2 ** t)
    w = w - lr * m_hat / (torch.sqrt(v_hat) + eps)
    return w, m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="adam_step" name="lerp and addcmul, compact"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    new_m = m.lerp(g, 1 - beta1)
    new_v = torch.addcmul(beta2 * v, g, g, value=1 - beta2)
    size = (new_v / (1 - beta2**t)).sqrt().add(eps)
    return w - (lr / (1 - beta1**t)) * new_m / size, new_m, new_v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="adam_step" name="corrections put into the rate, eps rescaled"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    def average(old, new, beta):
        return old * beta + new * (1 - beta)

    m, v = average(m, g, beta1), average(v, g.square(), beta2)
    root = (1 - beta2**t) ** 0.5
    rate = lr * root / (1 - beta1**t)
    return w - rate * m / (v.sqrt() + eps * root), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="w -= changes the parameter that was handed in instead of making a new tensor"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w -= lr * m_hat / (v_hat.sqrt() + eps)
    return w, m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="eps stands inside the square root, sqrt(v_hat + eps)"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / torch.sqrt(v_hat + eps), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="entries whose gradient is 0 in this step do not move at all, though m is not 0"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    step = lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + eps)
    return torch.where(g == 0, w, w - step), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="carries on the corrected v_hat instead of v to the next step"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
    w = w - lr * m / (1 - beta1**t) / (v.sqrt() + eps)
    return w, m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="move_batch" name="loop and list, then tuple"
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

# %% right="move_batch" name="one generator expression"
def move_batch(model, batch):
    return tuple(part.to(next(model.parameters()).device) for part in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="map with a helper that skips those already there"
def place_of(model):
    first, *_ = model.parameters()
    return first.device


def move_batch(model, batch):
    where = place_of(model)

    def bring(tensor):
        return tensor if tensor.device == where else tensor.to(device=where)

    return (*map(bring, batch),)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="to(parameter) takes over the dtype too, so int64 labels become float32"
def move_batch(model, batch):
    example = next(model.parameters())
    return tuple(part.to(example) for part in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="returns a list instead of a tuple"
def move_batch(model, batch):
    place = next(model.parameters()).device
    return [part.to(place) for part in batch]


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="returns the batch unmoved when its first tensor is already on the device"
def move_batch(model, batch):
    place = next(model.parameters()).device
    if batch[0].device == place:
        return batch
    return tuple(part.to(place) for part in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="moves to the notebook's home device, not to where the model is"
def move_batch(model, batch):
    return tuple(part.to(home) for part in batch)


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
    place = next(model.parameters()).device
    total = 0.0
    count = 0
    for X, y in batches:
        X = X.to(place)
        y = y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total = total + loss.item() * len(y)
        count = count + len(y)
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

# %% right="train_epoch" name="move_batch and a list of pairs"
def train_epoch(model, batches, optimizer):
    model.train()
    notes = []
    for batch in batches:
        X, y = move_batch(model, tuple(batch))
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        notes.append((loss.item(), y.shape[0]))
    return sum(loss * m for loss, m in notes) / sum(m for _, m in notes)


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

# %% right="train_epoch" name="weighted mean in torch, inner step function"
def train_epoch(model, batches, optimizer):
    device = next(model.parameters()).device

    def step(X, y):
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        return loss.detach().item()

    model.train(True)
    losses, sizes = [], []
    for X, y in batches:
        losses.append(step(X.to(device), y.to(device)))
        sizes.append(len(X))
    losses, sizes = torch.tensor(losses, dtype=torch.float64), torch.tensor(sizes, dtype=torch.float64)
    return (losses @ sizes / sizes.sum()).item()


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

# %% wrong="train_epoch" name="zero_grad stands after the step, so gradients left over from before enter the first step"
def train_epoch(model, batches, optimizer):
    model.train()
    place = next(model.parameters()).device
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
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

# %% wrong="train_epoch" name="plain mean of the minibatch losses, the smaller last one counts as much as the others"
def train_epoch(model, batches, optimizer):
    model.train()
    losses = []
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


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

# %% wrong="train_epoch" name="model.training = True sets only the model itself, its parts stay in evaluation mode"
def train_epoch(model, batches, optimizer):
    model.training = True
    total, count = 0.0, 0
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

# %% wrong="train_epoch" name="loss is worked out anew after the step, and that loss is counted"
def train_epoch(model, batches, optimizer):
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(X), y).backward()
        optimizer.step()
        loss = torch.nn.functional.cross_entropy(model(X), y)
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

# %% wrong="train_epoch" name="adds up the loss tensors and not their items, so the result holds on to the graphs"
def train_epoch(model, batches, optimizer):
    model.train()
    place = next(model.parameters()).device
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss * len(y)
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

# %% right="accuracy" name="loop with counters"
def accuracy(model, batches):
    model.eval()
    place = next(model.parameters()).device
    hits = 0
    count = 0
    with torch.no_grad():
        for X, y in batches:
            X = X.to(place)
            y = y.to(place)
            predicted = model(X).argmax(dim=1)
            hits = hits + (predicted == y).sum().item()
            count = count + len(y)
    return hits / count


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of a small network, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% right="accuracy" name="decorator and concatenated hits"
@torch.no_grad()
def accuracy(model, batches):
    model.eval()
    hits = []
    for batch in batches:
        X, y = move_batch(model, tuple(batch))
        hits.append(model(X).max(dim=1).indices == y)
    return torch.cat(hits).double().mean().item()


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of a small network, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% right="accuracy" name="example by example in Python, set_grad_enabled as a context"
def accuracy(model, batches):
    model.train(False)
    device = next(model.parameters()).device
    answers = []
    with torch.set_grad_enabled(False):
        for X, y in batches:
            scores = model(X.to(device)).cpu().tolist()
            labels = y.cpu().tolist()
            answers.extend(row.index(max(row)) == label for row, label in zip(scores, labels))
    return sum(answers) / len(answers)


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of a small network, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="mean of the minibatches' accuracies, a smaller last minibatch counts too much"
def accuracy(model, batches):
    model.eval()
    shares = []
    with torch.no_grad():
        for X, y in batches:
            X, y = move_batch(model, (X, y))
            shares.append((model(X).argmax(dim=1) == y).float().mean().item())
    return sum(shares) / len(shares)


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of a small network, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="switches autograd off by set_grad_enabled(False) and never on again"
def accuracy(model, batches):
    model.eval()
    torch.set_grad_enabled(False)
    hits, count = 0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        hits += (model(X).argmax(dim=1) == y).sum().item()
        count += len(y)
    return hits / count


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of a small network, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="puts the model back into training mode at the end"
def accuracy(model, batches):
    model.eval()
    place = next(model.parameters()).device
    hits, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            hits += (model(X.to(place)).argmax(dim=1) == y.to(place)).sum().item()
            count += len(y)
    model.train()
    return hits / count


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of a small network, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="no_grad only around the comparison, the model is called outside and records"
def accuracy(model, batches):
    model.eval()
    hits, count = 0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        scores = model(X)
        with torch.no_grad():
            hits += (scores.argmax(dim=1) == y).sum().item()
            count += len(y)
    return hits / count


class Watched(torch.nn.Linear):
    """For the check: a layer that notes, while it is called, whether autograd records and in which mode it is."""

    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    """For the check: the accuracy of a small network, and how your function went about it."""
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
    parameters = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(parameters)
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

# %% right="save_and_load" name="open files and device object, compact"
def save_model(model, path):
    with open(path, "wb") as file:
        torch.save(model.state_dict(), file)


def load_model(model, path):
    with open(path, "rb") as file:
        model.load_state_dict(torch.load(file, map_location=torch.device("cpu"), weights_only=True))
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

# %% right="save_and_load" name="copies on the CPU, loaded to the device of the model"
def save_model(model, path):
    kept = {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
    torch.save(kept, str(path))


def load_model(model, path):
    home_of_model = next(model.parameters()).device
    kept = torch.load(str(path), map_location=home_of_model, weights_only=True)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            tensor.copy_(kept[name])
    model.train(False)
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

# %% wrong="save_and_load" name="saves named_parameters only and loads with strict=False, so buffers are lost"
def save_model(model, path):
    torch.save({name: P.detach() for name, P in model.named_parameters()}, path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), strict=False)
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

# %% wrong="save_and_load" name="save_model puts the model into evaluation mode and leaves it there"
def save_model(model, path):
    model.eval()
    torch.save(model.state_dict(), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
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

# %% wrong="save_and_load" name="fills and returns a deep copy, the model that was handed in stays fresh"
import copy


def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    loaded = copy.deepcopy(model)
    loaded.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    loaded.eval()
    return loaded


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

# %% wrong="save_and_load" name="model.training = False sets only the model itself, its parts stay in training mode"
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

# %% wrong="save_and_load" name="torch.load without map_location, a file written on a GPU fails elsewhere"
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, weights_only=True))
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

# %% right="worst_mistakes" name="Python loop and sort"
def worst_mistakes(P, y, k):
    found = []
    for i in range(len(y)):
        best = P[i].argmax().item()
        if best != y[i].item():
            found.append((P[i, best].item(), i))
    found.sort(key=lambda pair: -pair[0])
    return torch.tensor([i for _, i in found[:k]], dtype=torch.int64)

# %% right="worst_mistakes" name="indices of the wrong ones and argsort"
def worst_mistakes(P, y, k):
    highest, predicted = P.max(dim=1)
    mistakes = torch.nonzero(predicted != y).flatten()
    order = highest[mistakes].argsort(descending=True, stable=True)
    return mistakes[order[:k]]

# %% right="worst_mistakes" name="right ones masked by minus infinity, topk with the smaller number"
def worst_mistakes(P, y, k):
    sure = P.amax(dim=1)
    mistaken = P.argmax(dim=1).ne(y)
    masked = sure.masked_fill(~mistaken, -float("inf"))
    return masked.topk(min(k, int(mistaken.sum()))).indices

# %% wrong="worst_mistakes" name="torch.tensor of an empty list without dtype is float32 when nothing is wrong"
def worst_mistakes(P, y, k):
    highest, predicted = P.max(dim=1)
    numbers = [i for i in range(len(y)) if predicted[i] != y[i]]
    numbers = sorted(numbers, key=lambda i: highest[i].item(), reverse=True)
    return torch.tensor(numbers[:k])

# %% wrong="worst_mistakes" name="looks the numbers up by the value of the probability, so a right example with the same value gets in"
def worst_mistakes(P, y, k):
    highest, predicted = P.max(dim=1)
    values = highest[predicted != y].sort(descending=True).values[:k]
    numbers = [highest.tolist().index(value) for value in values.tolist()]
    return torch.tensor(numbers, dtype=torch.int64)

# %% wrong="worst_mistakes" name="returns positions within the list of mistakes instead of the numbers of the examples"
def worst_mistakes(P, y, k):
    highest, predicted = P.max(dim=1)
    confident = highest[predicted != y]
    return confident.argsort(descending=True)[:k]

# %% wrong="worst_mistakes" name="takes the k most confident examples first and only then leaves out the right ones"
def worst_mistakes(P, y, k):
    highest, predicted = P.max(dim=1)
    top = highest.argsort(descending=True)[:k]
    return top[predicted[top] != y[top]]

# %% wrong="worst_mistakes" name="ranks the mistakes by the lowest probability of the truth, not by that of the prediction"
def worst_mistakes(P, y, k):
    mistakes = torch.nonzero(P.argmax(dim=1) != y).flatten()
    truth = P[mistakes, y[mistakes]]
    return mistakes[truth.argsort()[:k]]

# %% right="classifier_gradients" name="week 5 loop with a list of activations"
def classifier_gradients(X, Ws, bs, y):
    n = X.shape[0]
    As = [X]
    for i in range(len(Ws)):
        Z = As[i] @ Ws[i].T + bs[i]
        if i < len(Ws) - 1:
            As.append(torch.relu(Z))
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[torch.arange(n, device=X.device), y] -= 1
    dZ = dZ / n
    dWs = [None] * len(Ws)
    dbs = [None] * len(Ws)
    for i in range(len(Ws) - 1, -1, -1):
        dWs[i] = dZ.T @ As[i]
        dbs[i] = dZ.sum(dim=0)
        if i > 0:
            dZ = (dZ @ Ws[i]) * (As[i] > 0)
    return dWs, dbs

# %% right="classifier_gradients" name="recursion over the layers"
def classifier_gradients(X, Ws, bs, y):
    def back(A, level):
        Z = A @ Ws[level].T + bs[level]
        if level == len(Ws) - 1:
            shares = (Z - Z.amax(dim=1, keepdim=True)).exp()
            shares = shares / shares.sum(dim=1, keepdim=True)
            truth = torch.nn.functional.one_hot(y, Z.shape[1]).to(Z)
            dZ, later = (shares - truth) / len(y), []
        else:
            dH, later = back(Z.clamp(min=0), level + 1)
            dZ = torch.where(Z > 0, dH, torch.zeros_like(dH))
        return dZ @ Ws[level], [(dZ.T @ A, dZ.sum(0)), *later]

    _, pairs = back(X, 0)
    return [dW for dW, _ in pairs], [db for _, db in pairs]

# %% right="classifier_gradients" name="einsum, helper functions, masks kept on the way"
def forward_parts(X, Ws, bs):
    inputs, masks, A = [], [], X
    for W, b in zip(Ws, bs):
        inputs.append(A)
        Z = torch.einsum("ni,oi->no", A, W) + b
        masks.append((Z > 0).to(Z.dtype))
        A = Z * masks[-1]
    return inputs, masks[:-1], Z


def first_gradient(Z, y):
    shifted = Z - Z.max(dim=1, keepdim=True)[0]
    powers = shifted.exp()
    P = powers / powers.sum(dim=1, keepdim=True)
    truth = (torch.arange(Z.shape[1], device=Z.device)[None, :] == y[:, None]).to(Z.dtype)
    return (P - truth) / Z.shape[0]


def classifier_gradients(X, Ws, bs, y):
    inputs, masks, Z = forward_parts(X, Ws, bs)
    dZ = first_gradient(Z, y)
    dWs, dbs = [], []
    while True:
        level = len(Ws) - 1 - len(dWs)
        dWs.append(torch.einsum("no,ni->oi", dZ, inputs[level]))
        dbs.append(torch.einsum("no->o", dZ))
        if level == 0:
            return dWs[::-1], dbs[::-1]
        dZ = torch.einsum("no,oi->ni", dZ, Ws[level]) * masks[level - 1]

# %% wrong="classifier_gradients" name="one_hot without the number of classes is too narrow when no label names the last class"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    dZ = (P - torch.nn.functional.one_hot(y)) / n
    dWs, dbs = [], []
    for i in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[i])
        dbs.insert(0, dZ.sum(dim=0))
        if i > 0:
            dZ = (dZ @ Ws[i]) * (As[i] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="ReLU mask Z >= 0, so the slope at a hidden sum of exactly 0 counts as 1"
def classifier_gradients(X, Ws, bs, y):
    n, last = len(X), len(Ws) - 1
    A, As, Zs = X, [X], []
    for i, (W, b) in enumerate(zip(Ws, bs)):
        Z = A @ W.T + b
        A = Z if i == last else Z.clamp(min=0)
        Zs.append(Z)
        As.append(A)
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[torch.arange(n), y] -= 1
    dZ /= n
    dWs, dbs = [], []
    for i in range(last, -1, -1):
        dWs.append(dZ.T @ As[i])
        dbs.append(dZ.sum(dim=0))
        if i > 0:
            dZ = (dZ @ Ws[i]) * (Zs[i - 1] >= 0)
    return dWs[::-1], dbs[::-1]

# %% wrong="classifier_gradients" name="mean over the examples for the biases although dZ is divided by n already"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    dZ = P / n
    dWs, dbs = [], []
    for i in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[i])
        dbs.insert(0, dZ.mean(dim=0))
        if i > 0:
            dZ = (dZ @ Ws[i]) * (As[i] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="subtracts the maximum of all scores, so a row far below it becomes 0 divided by 0"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max())
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[torch.arange(n), y] -= 1
    dZ = dZ / n
    dWs, dbs = [], []
    for i in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[i])
        dbs.insert(0, dZ.sum(dim=0))
        if i > 0:
            dZ = (dZ @ Ws[i]) * (As[i] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="no maximum subtracted before exp, large scores overflow to inf and nan"
def classifier_gradients(X, Ws, bs, y):
    n, q = len(X), Ws[-1].shape[0]
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append((As[-1] @ W.T + b).clamp(min=0))
    E = torch.exp(As[-1] @ Ws[-1].T + bs[-1])
    P = E / E.sum(dim=1, keepdim=True)
    dZ = (P - torch.eye(q, dtype=X.dtype)[y]) / n
    dWs, dbs = [], []
    for i in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[i])
        dbs.insert(0, dZ.sum(dim=0))
        if i > 0:
            dZ = (dZ @ Ws[i]) * (As[i] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="ReLU mask applied only to the last hidden layer, deeper ones let every gradient through"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[torch.arange(n), y] -= 1
    dZ = dZ / n
    dWs, dbs = [dZ.T @ As[-1]], [dZ.sum(dim=0)]
    if len(Ws) > 1:
        dZ = dZ @ Ws[-1] * (As[-1] > 0)
    for i in range(len(Ws) - 2, -1, -1):
        dWs.insert(0, dZ.T @ As[i])
        dbs.insert(0, dZ.sum(dim=0))
        dZ = dZ @ Ws[i]
    return dWs, dbs

# %% wrong="classifier_gradients" name="a hidden layer of one neuron: its squeezed mask (n,) is broadcast against dZ (n, 1)"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[torch.arange(n), y] -= 1
    dZ = dZ / n
    dWs, dbs = [], []
    for i in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[i])
        dbs.insert(0, dZ.sum(dim=0))
        if i > 0:
            awake = (As[i] > 0).squeeze()
            dZ = (dZ @ Ws[i]) * awake
    return dWs, dbs

# %% wrong="classifier_gradients" name="dZ divided by all entries, n times the number of classes, instead of n"
def classifier_gradients(X, Ws, bs, y):
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(len(X)), y] -= 1
    dZ = P / P.numel()
    dWs, dbs = [], []
    for i in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[i])
        dbs.insert(0, dZ.sum(dim=0))
        if i > 0:
            dZ = (dZ @ Ws[i]) * (As[i] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="mask is one number per example (any hidden neuron awake) instead of one per hidden neuron"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[torch.arange(n), y] -= 1
    dZ = dZ / n
    dWs, dbs = [], []
    for i in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[i])
        dbs.insert(0, dZ.sum(dim=0))
        if i > 0:
            dZ = (dZ @ Ws[i]) * (As[i].sum(dim=1, keepdim=True) > 0)
    return dWs, dbs

# %% right="sgd_epoch" name="range with batch_size"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    Ws = list(Ws)
    bs = list(bs)
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        for i in range(len(Ws)):
            Ws[i] = Ws[i] - lr * dWs[i]
            bs[i] = bs[i] - lr * dbs[i]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% right="sgd_epoch" name="order.split and comprehensions"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for rows in order.split(batch_size):
        dWs, dbs = gradients(X[rows], Ws, bs, y[rows])
        Ws, bs = [W - lr * dW for W, dW in zip(Ws, dWs)], [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% right="sgd_epoch" name="sorted copies first, clones changed in place"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    Ws, bs = [W.clone() for W in Ws], [b.clone() for b in bs]
    X_sorted, y_sorted = X.index_select(0, order), y.index_select(0, order)
    start = 0
    while start < len(order):
        stop = min(start + batch_size, len(order))
        dWs, dbs = gradients(X_sorted[start:stop], Ws, bs, y_sorted[start:stop])
        steps = [lr * d for d in (*dWs, *dbs)]
        for P, step in zip((*Ws, *bs), steps):
            P -= step
        start = stop
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="X follows the order, the labels y are cut as they stand"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    Ws, bs = list(Ws), list(bs)
    X = X[order]
    for start in range(0, len(order), batch_size):
        stop = start + batch_size
        dWs, dbs = gradients(X[start:stop], Ws, bs, y[start:stop])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="gradients called anew for the biases after the weights have stepped"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for rows in order.split(batch_size):
        dWs, _ = gradients(X[rows], Ws, bs, y[rows])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        _, dbs = gradients(X[rows], Ws, bs, y[rows])
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="lists are copied but the tensors in them are changed in place by -="
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    Ws, bs = list(Ws), list(bs)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        dWs, dbs = gradients(X[rows], Ws, bs, y[rows])
        for i in range(len(Ws)):
            Ws[i] -= lr * dWs[i]
            bs[i] -= lr * dbs[i]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="a smaller last minibatch makes a smaller step, lr times its share of batch_size"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    Ws, bs = list(Ws), list(bs)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        rate = lr * len(rows) / batch_size
        dWs, dbs = gradients(X[rows], Ws, bs, y[rows])
        Ws = [W - rate * dW for W, dW in zip(Ws, dWs)]
        bs = [b - rate * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="calls classifier_gradients and not the function that was handed in as gradients"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    Ws, bs = list(Ws), list(bs)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        dWs, dbs = classifier_gradients(X[rows], Ws, bs, y[rows])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% right="shift_images" name="loop over rows and columns"
def shift_images(X, down, right):
    n, c, h, w = X.shape
    moved = torch.zeros_like(X)
    for i in range(h):
        for j in range(w):
            if 0 <= i + down < h and 0 <= j + right < w:
                moved[:, :, i + down, j + right] = X[:, :, i, j]
    return moved

# %% right="shift_images" name="two slices and a guard"
def shift_images(X, down, right):
    h, w = X.shape[-2:]
    moved = torch.zeros_like(X)
    if abs(down) < h and abs(right) < w:
        to = slice(max(down, 0), h + min(down, 0)), slice(max(right, 0), w + min(right, 0))
        source = slice(max(-down, 0), h - max(down, 0)), slice(max(-right, 0), w - max(right, 0))
        moved[:, :, to[0], to[1]] = X[:, :, source[0], source[1]]
    return moved

# %% right="shift_images" name="source indices with clamp and a mask"
def shift_images(X, down, right):
    def sources(size, by):
        index = torch.arange(size, device=X.device) - by
        return index.clamp(0, size - 1), (index >= 0) & (index < size)

    rows, row_there = sources(X.shape[2], down)
    columns, column_there = sources(X.shape[3], right)
    there = row_there[:, None] & column_there[None, :]
    moved = X[:, :, rows][:, :, :, columns]
    return torch.where(there, moved, torch.zeros_like(moved))

# %% wrong="shift_images" name="shift limited to h - 1 and w - 1, so a shift as large as the image leaves a line"
def shift_images(X, down, right):
    h, w = X.shape[-2:]
    down = max(-(h - 1), min(h - 1, down))
    right = max(-(w - 1), min(w - 1, right))
    moved = torch.zeros_like(X)
    moved[..., max(down, 0) : h + min(down, 0), max(right, 0) : w + min(right, 0)] = X[
        ..., max(-down, 0) : h - max(down, 0), max(-right, 0) : w - max(right, 0)
    ]
    return moved

# %% wrong="shift_images" name="the number of rows is taken for the columns too, right only for square images"
def shift_images(X, down, right):
    size = X.shape[2]
    moved = torch.zeros_like(X)
    for i in range(size):
        for j in range(min(size, X.shape[3])):
            a, b = i - down, j - right
            if 0 <= a < size and 0 <= b < min(size, X.shape[3]):
                moved[:, :, i, j] = X[:, :, a, b]
    return moved

# %% wrong="shift_images" name="blackens in X itself what will leave the frame, then rolls, so X changes"
def shift_images(X, down, right):
    h, w = X.shape[-2:]
    if down > 0:
        X[:, :, max(h - down, 0) :] = 0
    elif down < 0:
        X[:, :, :-down] = 0
    if right > 0:
        X[:, :, :, max(w - right, 0) :] = 0
    elif right < 0:
        X[:, :, :, :-right] = 0
    return torch.roll(X, (down, right), dims=(2, 3))

# %% wrong="shift_images" name="torch.zeros(X.shape) is float32 whatever the dtype of X is"
def shift_images(X, down, right):
    n, c, h, w = X.shape
    moved = torch.zeros(X.shape)
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="rolls and blackens what came in, but the number of black lines is taken modulo the size"
def shift_images(X, down, right):
    h, w = X.shape[-2:]
    moved = torch.roll(X, (down, right), dims=(2, 3))
    rows, columns = abs(down) % h, abs(right) % w
    if down > 0:
        moved[:, :, :rows] = 0
    elif rows:
        moved[:, :, h - rows :] = 0
    if right > 0:
        moved[:, :, :, :columns] = 0
    elif columns:
        moved[:, :, :, w - columns :] = 0
    return moved
