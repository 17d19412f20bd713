# %% right="neuron" name="plain attributes and squared difference"
class Neuron:
    """A linear neuron with one input. Attributes: weight, bias (numbers)."""

    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias

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

# %% right="neuron" name="beginner with intermediate names and product instead of power"
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        product = x * self.weight
        total = product + self.bias
        return total

    def loss(self, x, y):
        output = self.forward(x)
        error = y - output
        squared = error * error
        return squared


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% right="neuron" name="programmer with a dataclass that writes the constructor"
from dataclasses import dataclass


@dataclass
class Neuron:
    """A linear neuron with one input."""

    weight: float
    bias: float

    def forward(self, x: float) -> float:
        return self.bias + self.weight * x

    def loss(self, x: float, y: float) -> float:
        return pow(self.forward(x) - y, 2)


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="weight and bias are stored on the class, so the second neuron overwrites the first one"
class Neuron:
    """A linear neuron with one input. Attributes: weight, bias (numbers)."""

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

# %% wrong="neuron" name="loss uses the output remembered from the last forward call and ignores its own argument x"
class Neuron:
    """A linear neuron with one input. Attributes: weight, bias (numbers)."""

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

# %% wrong="neuron" name="loss repeats the formula instead of calling self.forward, so a child with another forward gets a false loss"
class Neuron:
    """A linear neuron with one input. Attributes: weight, bias (numbers)."""

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

# %% wrong="neuron" name="missing brackets in loss: only y is squared and then subtracted from the output"
class Neuron:
    """A linear neuron with one input. Attributes: weight, bias (numbers)."""

    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return self.forward(x) - y ** 2


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% right="leaky_neuron" name="if and else with the sum from the parent"
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
        z = super().forward(x)
        return max(z, 0.0) + self.slope * min(z, 0.0)


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

# %% right="leaky_neuron" name="parent named explicitly, keyword arguments, factor picked by a conditional expression in a method of its own"
class LeakyNeuron(Neuron):
    """A neuron with one input and a leaky ReLU."""

    def __init__(self, weight, bias, slope):
        self.slope = slope
        Neuron.__init__(self, weight=weight, bias=bias)

    def _factor(self, z):
        return self.slope if z < 0 else 1

    def forward(self, x):
        z = Neuron.forward(self, x)
        return z * self._factor(z)


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

# %% wrong="leaky_neuron" name="looks at the sign of the input x instead of the sign of the sum"
class LeakyNeuron(Neuron):
    """A neuron with one input and a leaky ReLU. Attributes: weight, bias, slope (numbers)."""

    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        if x > 0:
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

# %% wrong="leaky_neuron" name="slope is stored on the class, so all leaky neurons share the slope of the newest"
class LeakyNeuron(Neuron):
    """A neuron with one input and a leaky ReLU. Attributes: weight, bias, slope (numbers)."""

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

# %% wrong="leaky_neuron" name="negative sums are always divided by ten as in the example, whatever slope was given"
class LeakyNeuron(Neuron):
    """A neuron with one input and a leaky ReLU. Attributes: weight, bias, slope (numbers)."""

    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        if z < 0:
            z = 0.1 * z
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

# %% wrong="leaky_neuron" name="writes loss a second time in the child although the inherited one was to be used"
class LeakyNeuron(Neuron):
    """A neuron with one input and a leaky ReLU. Attributes: weight, bias, slope (numbers)."""

    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        if z > 0:
            return z
        return self.slope * z

    def loss(self, x, y):
        return (self.forward(x) - y) ** 2


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

# %% right="image_network" name="three layers by name and functional calls line by line"
class ImageNetwork(torch.nn.Module):
    """Two hidden ReLU layers: examples (n, ...) with num_inputs numbers each -> scores (n, num_outputs)."""

    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        X = X.flatten(start_dim=1)
        X = torch.relu(self.hidden1(X))
        X = torch.relu(self.hidden2(X))
        return self.output(X)

# %% right="image_network" name="a Sequential as the only part of the class"
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

# %% right="image_network" name="ModuleList, unpacking and clamp as the activation"
class ImageNetwork(torch.nn.Module):
    """Two hidden ReLU layers, any sizes."""

    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.num_inputs = num_inputs
        widths = [num_inputs, num_hiddens1, num_hiddens2, num_outputs]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(widths[:-1], widths[1:]))

    def forward(self, X):
        A = X.reshape(X.shape[0], self.num_inputs)
        *hidden, last = self.layers
        for layer in hidden:
            A = layer(A).clamp(min=0)
        return last(A)

# %% wrong="image_network" name="the layers are kept in a plain Python list, so the module knows no parameters at all"
class ImageNetwork(torch.nn.Module):
    """Two hidden ReLU layers: examples (n, ...) with num_inputs numbers each -> scores (n, num_outputs)."""

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

# %% wrong="image_network" name="the loop puts a ReLU after every layer, also after the scores, so none is negative"
class ImageNetwork(torch.nn.Module):
    """Two hidden ReLU layers: examples (n, ...) with num_inputs numbers each -> scores (n, num_outputs)."""

    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.one = torch.nn.Linear(num_inputs, num_hiddens1)
        self.two = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.three = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A = X.flatten(start_dim=1)
        for layer in (self.one, self.two, self.three):
            A = torch.relu(layer(A))
        return A

# %% wrong="image_network" name="second hidden layer gets num_hiddens1 outputs, num_hiddens2 is never used (equal by default)"
class ImageNetwork(torch.nn.Module):
    """Two hidden ReLU layers: examples (n, ...) with num_inputs numbers each -> scores (n, num_outputs)."""

    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens1)
        self.output = torch.nn.Linear(num_hiddens1, num_outputs)

    def forward(self, X):
        X = torch.relu(self.hidden1(X.flatten(start_dim=1)))
        X = torch.relu(self.hidden2(X))
        return self.output(X)

# %% wrong="image_network" name="squeezes the scores, so a single example gives (num_outputs,) instead of (1, num_outputs)"
class ImageNetwork(torch.nn.Module):
    """Two hidden ReLU layers: examples (n, ...) with num_inputs numbers each -> scores (n, num_outputs)."""

    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.fc1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.fc2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.fc3 = torch.nn.Linear(num_hiddens2, num_outputs)
        self.relu = torch.nn.ReLU()

    def forward(self, X):
        out = self.relu(self.fc1(torch.flatten(X, 1)))
        out = self.relu(self.fc2(out))
        return self.fc3(out).squeeze()

# %% right="count_parameters" name="numbers from paper and a counting loop"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    """How many parameters a module has."""
    total = 0
    trainable = 0
    for P in model.parameters():
        total = total + P.numel()
        if P.requires_grad:
            trainable = trainable + P.numel()
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

# %% right="count_parameters" name="sums written out for paper and two generator sums"
first, second, third = 512 * 784 + 512, 512 * 512 + 512, 10 * 512 + 10
paper_count = torch.tensor([first, second, third, first + second + third])


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

# %% right="count_parameters" name="tensor arithmetic for paper, sizes by math.prod and subtraction of the frozen ones"
import math

d, h = torch.tensor([784, 512, 512]), torch.tensor([512, 512, 10])
layers = h * d + h
paper_count = torch.cat([layers, layers.sum().reshape(1)])


def count_parameters(model):
    sizes = [(math.prod(P.shape), P.requires_grad) for _, P in model.named_parameters()]
    everything = sum(size for size, _ in sizes)
    frozen = sum(size for size, free in sizes if not free)
    return dict(all=everything, trainable=everything - frozen)


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

# %% wrong="count_parameters" name="paper_count adds a bias for each input of a layer instead of for each output"
paper_count = torch.tensor([784 * 512 + 784, 512 * 512 + 512, 512 * 10 + 512, 784 * 512 + 784 + 512 * 512 + 512 + 512 * 10 + 512])


def count_parameters(model):
    """How many parameters a module has."""
    total = sum(P.numel() for P in model.parameters())
    trainable = sum(P.numel() for P in model.parameters() if P.requires_grad)
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

# %% wrong="count_parameters" name="takes weight and bias of the direct children only, layers nested deeper are not counted"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    """How many parameters a module has."""
    total, trainable = 0, 0
    for child in model.children():
        for name in ("weight", "bias"):
            P = getattr(child, name, None)
            if P is not None:
                total += P.numel()
                if P.requires_grad:
                    trainable += P.numel()
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

# %% wrong="count_parameters" name="all is summed over state_dict, which also counts buffers such as running means of batch norm"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    """How many parameters a module has."""
    total = sum(tensor.numel() for tensor in model.state_dict().values())
    trainable = sum(P.numel() for P in model.parameters() if P.requires_grad)
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

# %% wrong="count_parameters" name="a part with one frozen tensor counts as frozen entirely, its trainable bias is missed"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    """How many parameters a module has."""
    counts = {"all": 0, "trainable": 0}
    for module in model.modules():
        own = list(module.parameters(recurse=False))
        size = sum(P.numel() for P in own)
        counts["all"] += size
        if all(P.requires_grad for P in own):
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

# %% right="build_network" name="list and loop with an if for the last layer"
def build_network(widths, p=0.2):
    """A ReLU network as a torch.nn.Sequential."""
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

# %% right="build_network" name="nested comprehension over pairs, the last two parts cut off"
def build_network(widths, p=0.2):
    nn = torch.nn
    row = [part for a, b in zip(widths, widths[1:]) for part in (nn.Linear(a, b), nn.ReLU(), nn.Dropout(p))]
    return nn.Sequential(nn.Flatten(), *row[:-2])


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="build_network" name="a Sequential grown part by part with a helper generator"
from itertools import pairwise


def hidden_parts(widths, p):
    for fan_in, fan_out in pairwise(widths):
        yield torch.nn.Linear(fan_in, fan_out)
        yield torch.nn.ReLU()
        yield torch.nn.Dropout(p=p)


def build_network(widths, p=0.2):
    *hidden, num_outputs = widths
    model = torch.nn.Sequential()
    model.append(torch.nn.Flatten())
    for part in hidden_parts(hidden, p):
        model.append(part)
    model.append(torch.nn.Linear(hidden[-1], num_outputs))
    return model


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="Dropout is made without p, so it always drops half, whatever share was asked for"
def build_network(widths, p=0.2):
    """A ReLU network as a torch.nn.Sequential."""
    parts = [torch.nn.Flatten()]
    for a, b in zip(widths[:-2], widths[1:-1]):
        parts += [torch.nn.Linear(a, b), torch.nn.ReLU(), torch.nn.Dropout()]
    parts.append(torch.nn.Linear(widths[-2], widths[-1]))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="takes p for the share to keep and hands 1 - p to Dropout"
def build_network(widths, p=0.2):
    """A ReLU network as a torch.nn.Sequential."""
    parts = [torch.nn.Flatten()]
    for i in range(1, len(widths)):
        parts.append(torch.nn.Linear(widths[i - 1], widths[i]))
        if i != len(widths) - 1:
            parts.append(torch.nn.ReLU())
            parts.append(torch.nn.Dropout(1 - p))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="builds at most one hidden layer, with four or more widths the middle layers are left out"
def build_network(widths, p=0.2):
    """A ReLU network as a torch.nn.Sequential."""
    if len(widths) == 2:
        return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(widths[0], widths[1]))
    return torch.nn.Sequential(
        torch.nn.Flatten(),
        torch.nn.Linear(widths[0], widths[1]),
        torch.nn.ReLU(),
        torch.nn.Dropout(p),
        torch.nn.Linear(widths[-2], widths[-1]),
    )


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="only one Dropout, right before the last Linear, the earlier hidden layers have none"
def build_network(widths, p=0.2):
    """A ReLU network as a torch.nn.Sequential."""
    parts = [torch.nn.Flatten()]
    for a, b in zip(widths[:-2], widths[1:-1]):
        parts.append(torch.nn.Linear(a, b))
        parts.append(torch.nn.ReLU())
    if len(widths) > 2:
        parts.append(torch.nn.Dropout(p))
    parts.append(torch.nn.Linear(widths[-2], widths[-1]))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="scratch_network" name="formulas of the text written one by one"
class ScratchNetwork(torch.nn.Module):
    """One hidden ReLU layer, without torch.nn.Linear: examples (n, ...) -> scores (n, num_outputs)."""

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

# %% right="scratch_network" name="helper for He weights, functional linear, clamp"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()

        def he(h, d):
            return torch.nn.Parameter(torch.randn(h, d) * (2 / d) ** 0.5)

        def zeros(h):
            return torch.nn.Parameter(torch.zeros(h))

        self.W1, self.b1 = he(num_hiddens, num_inputs), zeros(num_hiddens)
        self.W2, self.b2 = he(num_outputs, num_hiddens), zeros(num_outputs)

    def forward(self, X):
        linear = torch.nn.functional.linear
        return linear(linear(X.flatten(1), self.W1, self.b1).clamp(min=0), self.W2, self.b2)


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

# %% right="scratch_network" name="initialisation by torch.nn.init, einsum and torch.where in forward"
class ScratchNetwork(torch.nn.Module):
    """One hidden ReLU layer from four parameters."""

    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.empty(num_hiddens, num_inputs))
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.empty(num_outputs, num_hiddens))
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))
        for W in (self.W1, self.W2):
            torch.nn.init.kaiming_normal_(W, nonlinearity="relu")

    def forward(self, X):
        rows = X.reshape(X.shape[0], self.W1.shape[1])
        Z = torch.einsum("nd,hd->nh", rows, self.W1) + self.b1
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

# %% wrong="scratch_network" name="a ReLU is put on the scores as well, so negative scores become zero"
class ScratchNetwork(torch.nn.Module):
    """One hidden ReLU layer, without torch.nn.Linear: examples (n, ...) -> scores (n, num_outputs)."""

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

# %% wrong="scratch_network" name="W2 is scaled by the number of inputs of the first layer instead of num_hiddens"
class ScratchNetwork(torch.nn.Module):
    """One hidden ReLU layer, without torch.nn.Linear: examples (n, ...) -> scores (n, num_outputs)."""

    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        he = (2 / num_inputs) ** 0.5
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * he)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * he)
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

# %% wrong="scratch_network" name="torch.rand instead of torch.randn: weights are uniform and positive, too little spread"
class ScratchNetwork(torch.nn.Module):
    """One hidden ReLU layer, without torch.nn.Linear: examples (n, ...) -> scores (n, num_outputs)."""

    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.rand(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.rand(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        X = X.flatten(1)
        H = (X @ self.W1.T + self.b1).clamp(min=0)
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

# %% wrong="scratch_network" name="forward does not flatten, works for rows (n, d) but not for images (n, 1, 28, 28)"
class ScratchNetwork(torch.nn.Module):
    """One hidden ReLU layer, without torch.nn.Linear: examples (n, ...) -> scores (n, num_outputs)."""

    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
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

# %% right="dropout" name="two loops over all entries"
def dropout(A, U, p, training):
    """Dropout of the values A (n, h)."""
    result = A.clone()
    if not training:
        return result
    n, h = A.shape
    for i in range(n):
        for j in range(h):
            if U[i, j] < p:
                result[i, j] = 0
            else:
                result[i, j] = A[i, j] / (1 - p)
    return result

# %% right="dropout" name="one line with torch.where"
def dropout(A, U, p, training):
    return torch.where(U < p, torch.zeros_like(A), A / (1 - p)) if training else A

# %% right="dropout" name="mask as numbers, multiplied"
def dropout(A, U, p, training):
    keep = 1 - p
    if training:
        mask = (U >= p).to(A.dtype)
        A = A * mask / keep
    return A

# %% wrong="dropout" name="drops where U is at most p, so U equal to p (also 0 with p = 0) is lost"
def dropout(A, U, p, training):
    """Dropout of the values A (n, h)."""
    if not training:
        return A
    return torch.where(U <= p, torch.zeros_like(A), A / (1 - p))

# %% wrong="dropout" name="one mask from the first row of U is used for all examples"
def dropout(A, U, p, training):
    """Dropout of the values A (n, h)."""
    if not training:
        return A
    keep = U[0] >= p
    return A * keep / (1 - p)

# %% wrong="dropout" name="the mask is made float64, so float32 values come back as float64"
def dropout(A, U, p, training):
    """Dropout of the values A (n, h)."""
    if training:
        mask = (U >= p).double()
        return mask * A / (1 - p)
    return A

# %% wrong="dropout" name="old kind of dropout: no division in training, and multiplication by 1 - p in evaluation instead"
def dropout(A, U, p, training):
    """Dropout of the values A (n, h)."""
    if training:
        return A * (U >= p)
    return A * (1 - p)

# %% right="adam_step" name="formulas in the order of the text"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam."""
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * m_hat / (v_hat.sqrt() + eps)
    return w, m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="adam_step" name="corrections drawn into the rate and into eps"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    root = (1 - beta2**t) ** 0.5
    rate = lr * root / (1 - beta1**t)
    m_new = m + (1 - beta1) * (g - m)
    v_new = v + (1 - beta2) * (g * g - v)
    return w - rate * m_new / (torch.sqrt(v_new) + eps * root), m_new, v_new


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="adam_step" name="clones first, then in-place operations on the clones with a helper for the averages"
def running(average, new, beta):
    fresh = average.clone()
    fresh.mul_(beta).add_(new, alpha=1 - beta)
    return fresh


def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = running(m, g, beta1), running(v, g.square(), beta2)
    size = (v / (1.0 - beta2**t)).pow(0.5).add(eps)
    w = w.clone()
    w -= lr * (m / (1.0 - beta1**t)) / size
    return (w, m, v)


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="the corrections divide by 1 - beta without the power t, right only in the first step"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam."""
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1)
    v_hat = v / (1 - beta2)
    return w - lr * m_hat / (torch.sqrt(v_hat) + eps), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="eps is forgotten in the denominator, a parameter whose gradients are all zero becomes nan"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam."""
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / v_hat.sqrt(), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="the usual 0.9 and 0.999 are written into the formulas, other beta1 and beta2 are ignored"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam."""
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**t)
    v_hat = v / (1 - 0.999**t)
    w = w - lr * m_hat / (v_hat.sqrt() + eps)
    return w, m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="the running averages m and v that were handed in are changed in place"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam."""
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="move_batch" name="loop that fills a list, then a tuple of it"
def move_batch(model, batch):
    """The tensors of `batch` on the device of the model's parameters."""
    where = next(model.parameters()).device
    moved = []
    for part in batch:
        moved.append(part.to(where))
    return tuple(moved)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="one generator expression with keyword device"
def move_batch(model, batch):
    P = next(model.parameters())
    return tuple(tensor.to(device=P.device) for tensor in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="helper for the device and starred map"
def device_of(model):
    for parameter in model.parameters():
        return parameter.device


def move_batch(model, batch):
    place = device_of(model)
    return (*map(lambda tensor: tensor if tensor.device == place else tensor.to(place), batch),)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="to(parameter) takes over the dtype too, so int64 labels become float32"
def move_batch(model, batch):
    """The tensors of `batch` on the device of the model's parameters."""
    parameter = next(model.parameters())
    return tuple(part.to(parameter) for part in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="a list in the place of the tuple"
def move_batch(model, batch):
    """The tensors of `batch` on the device of the model's parameters."""
    place = next(model.parameters()).device
    return [part.to(place) for part in batch]


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="unpacks exactly two tensors X and y, a batch of one or three tensors stops with an error"
def move_batch(model, batch):
    """The tensors of `batch` on the device of the model's parameters."""
    X, y = batch
    place = next(model.parameters()).device
    return X.to(place), y.to(place)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="moves to cuda if there is one, else cpu, without asking where the model is"
def move_batch(model, batch):
    """The tensors of `batch` on the device of the model's parameters."""
    place = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return tuple(part.to(place) for part in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="train_epoch" name="five steps in the order of the text, sum and count"
def train_epoch(model, batches, optimizer):
    """Train for one epoch."""
    model.train()
    total = 0.0
    count = 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
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

# %% right="train_epoch" name="notes pairs of loss and size, weighted mean at the end"
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

# %% right="train_epoch" name="step in a helper, device asked directly, sums as tensors until the end"
def one_step(model, X, y, optimizer):
    loss = torch.nn.functional.cross_entropy(model(X), y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.detach()


def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train(True)
    losses, sizes = [], []
    for X, y in batches:
        losses.append(one_step(model, X.to(place), y.to(place), optimizer))
        sizes.append(y.numel())
    losses = torch.stack(losses).double().cpu()
    sizes = torch.tensor(sizes, dtype=torch.float64)
    return float(losses @ sizes / sizes.sum())


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

# %% wrong="train_epoch" name="plain mean of the minibatch losses, a smaller last minibatch counts as much as the others"
def train_epoch(model, batches, optimizer):
    """Train for one epoch."""
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

# %% wrong="train_epoch" name="the result of move_batch is thrown away, X and y stay where they were"
def train_epoch(model, batches, optimizer):
    """Train for one epoch."""
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        move_batch(model, (X, y))
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

# %% wrong="train_epoch" name="model.train() stands after the loop, so a model in evaluation mode trains without dropout"
def train_epoch(model, batches, optimizer):
    """Train for one epoch."""
    total, count = 0.0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        count += len(y)
    model.train()
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

# %% wrong="train_epoch" name="gradients are cleared only after each step, so leftovers from before the call enter the first step"
def train_epoch(model, batches, optimizer):
    """Train for one epoch."""
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
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

# %% right="accuracy" name="counts right answers example by example"
def accuracy(model, batches):
    """Share of the examples whose highest score is the label's."""
    model.eval()
    right = 0
    total = 0
    with torch.no_grad():
        for X, y in batches:
            X, y = move_batch(model, (X, y))
            scores = model(X)
            for i in range(len(y)):
                if scores[i].argmax() == y[i]:
                    right += 1
                total += 1
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

# %% right="accuracy" name="vectorised sum of hits in each minibatch"
def accuracy(model, batches):
    model.eval()
    hits = n = 0
    with torch.no_grad():
        for X, y in batches:
            X, y = move_batch(model, (X, y))
            hits += (model(X).argmax(dim=1) == y).sum().item()
            n += y.numel()
    return hits / n


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

# %% right="accuracy" name="decorator for no_grad, all hits collected and one mean"
@torch.no_grad()
def accuracy(model, batches):
    place = next(model.parameters()).device
    model.train(False)
    hits = [model(X.to(place)).max(dim=-1).indices.eq(y.to(place)) for X, y in batches]
    return torch.cat(hits).to(torch.float64 if place.type != "mps" else torch.float32).mean().item()


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

# %% wrong="accuracy" name="mean of the accuracies of the minibatches, small minibatches weigh too much"
def accuracy(model, batches):
    """Share of the examples whose highest score is the label's."""
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
    """For the check: the accuracy of one layer, and how your function went about it."""
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="model.eval() comes after the loop, so dropout is still on while it counts"
def accuracy(model, batches):
    """Share of the examples whose highest score is the label's."""
    right, total = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = move_batch(model, (X, y))
            right += (model(X).argmax(dim=1) == y).sum().item()
            total += len(y)
    model.eval()
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

# %% wrong="accuracy" name="switches autograd off for good and never on again, later training cannot go backwards"
def accuracy(model, batches):
    """Share of the examples whose highest score is the label's."""
    torch.set_grad_enabled(False)
    model.eval()
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

# %% wrong="accuracy" name="counts an example only if the probability of its label is above one half, not merely highest"
def accuracy(model, batches):
    """Share of the examples whose highest score is the label's."""
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = move_batch(model, (X, y))
            P = torch.softmax(model(X), dim=1)
            right += (P[torch.arange(len(y)), y] > 0.5).sum().item()
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

# %% right="save_and_load" name="the calls of the text one after the other"
def save_model(model, path):
    """Write the parameters of a model to a file."""
    torch.save(model.state_dict(), path)


def load_model(model, path):
    """Fill a model with the parameters from a file."""
    parameters = torch.load(path, weights_only=True, map_location="cpu")
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

# %% right="save_and_load" name="file handles and a torch.device"
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

# %% right="save_and_load" name="copies on the CPU are written, read with a function as map_location and strict matching"
def save_model(model, path):
    on_cpu = {name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}
    torch.save(on_cpu, str(path))


def load_model(model, path):
    kept = torch.load(str(path), map_location=lambda storage, where: storage, weights_only=True)
    model.load_state_dict(kept, strict=True)
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

# %% wrong="save_and_load" name="fills and returns a deep copy, the model that was handed in keeps its random weights"
import copy


def save_model(model, path):
    """Write the parameters of a model to a file."""
    torch.save(model.state_dict(), path)


def load_model(model, path):
    """Fill a model with the parameters from a file."""
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

# %% wrong="save_and_load" name="saves named_parameters instead of the state_dict, buffers (running means) are missing in the file"
def save_model(model, path):
    """Write the parameters of a model to a file."""
    torch.save({name: P.detach() for name, P in model.named_parameters()}, path)


def load_model(model, path):
    """Fill a model with the parameters from a file."""
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

# %% wrong="save_and_load" name="sets model.training to False by hand, the parts (dropout) stay in training mode"
def save_model(model, path):
    """Write the parameters of a model to a file."""
    torch.save(model.state_dict(), path)


def load_model(model, path):
    """Fill a model with the parameters from a file."""
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

# %% wrong="save_and_load" name="no map_location, reading a file from a GPU fails on a computer without one"
def save_model(model, path):
    """Write the parameters of a model to a file."""
    torch.save(model.state_dict(), path)


def load_model(model, path):
    """Fill a model with the parameters from a file."""
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

# %% right="worst_mistakes" name="list of pairs, sorted in plain Python"
def worst_mistakes(P, y, k):
    """The k wrongly classified examples with the most confident predictions."""
    mistakes = []
    for i in range(len(y)):
        said = int(P[i].argmax())
        if said != int(y[i]):
            mistakes.append((float(P[i, said]), i))
    mistakes.sort(key=lambda pair: -pair[0])
    return torch.tensor([i for _, i in mistakes[:k]], dtype=torch.int64)

# %% right="worst_mistakes" name="max with indices, nonzero and argsort"
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    wrong = (predicted != y).nonzero().flatten()
    return wrong[confidence[wrong].argsort(descending=True)][:k]

# %% right="worst_mistakes" name="right ones get minus infinity, topk of as many as there are"
def worst_mistakes(P, y, k):
    sure = P.amax(dim=1)
    missed = P.argmax(dim=1).ne(y)
    score = sure.masked_fill(~missed, float("-inf"))
    how_many = min(k, int(missed.sum()))
    return torch.topk(score, how_many).indices

# %% wrong="worst_mistakes" name="right examples only get 0 before topk over all, they fill up when fewer than k are wrong"
def worst_mistakes(P, y, k):
    """The k wrongly classified examples with the most confident predictions."""
    confidence, predicted = P.max(dim=1)
    confidence = confidence * (predicted != y)
    return confidence.topk(min(k, len(y))).indices

# %% wrong="worst_mistakes" name="sorts by the distance between the two highest probabilities instead of by the highest"
def worst_mistakes(P, y, k):
    """The k wrongly classified examples with the most confident predictions."""
    two = P.topk(2, dim=1)
    sure = two.values[:, 0] - two.values[:, 1]
    wrong = torch.where(two.indices[:, 0] != y)[0]
    return wrong[sure[wrong].argsort(descending=True)[:k]]

# %% wrong="worst_mistakes" name="torch.tensor of an empty list is float32, so with no mistakes the dtype is not int64"
def worst_mistakes(P, y, k):
    """The k wrongly classified examples with the most confident predictions."""
    predicted = P.argmax(dim=1)
    wrong = [i for i in range(len(y)) if predicted[i] != y[i]]
    wrong.sort(key=lambda i: P[i].max().item(), reverse=True)
    return torch.tensor(wrong[:k])

# %% wrong="worst_mistakes" name="squeeze after nonzero: with a single mistake its number loses its dimension and indexing fails"
def worst_mistakes(P, y, k):
    """The k wrongly classified examples with the most confident predictions."""
    confidence, predicted = P.max(dim=1)
    wrong = torch.nonzero(predicted != y).squeeze()
    order = torch.argsort(confidence[wrong], descending=True)
    return wrong[order][:k]

# %% right="classifier_gradients" name="beginner: loops over examples and layers, list of activations"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy, by hand."""
    n = len(X)
    L = len(Ws)
    dWs = [torch.zeros_like(W) for W in Ws]
    dbs = [torch.zeros_like(b) for b in bs]
    for i in range(n):
        inputs = []
        a = X[i]
        for l in range(L):
            inputs.append(a)
            z = Ws[l] @ a + bs[l]
            if l < L - 1:
                a = torch.clamp(z, min=0)
        e = torch.exp(z - z.max())
        dz = e / e.sum()
        dz[y[i]] = dz[y[i]] - 1
        dz = dz / n
        for l in range(L - 1, -1, -1):
            dWs[l] = dWs[l] + torch.outer(dz, inputs[l])
            dbs[l] = dbs[l] + dz
            if l > 0:
                dz = (Ws[l].T @ dz) * (inputs[l] > 0)
    return dWs, dbs

# %% right="classifier_gradients" name="compact vectorised, lists filled from the front with insert"
def classifier_gradients(X, Ws, bs, y):
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    dZ = (Z - Z.amax(dim=1, keepdim=True)).exp()
    dZ /= dZ.sum(dim=1, keepdim=True)
    dZ[torch.arange(len(y), device=y.device), y] -= 1
    dZ /= len(y)
    dWs, dbs = [], []
    for A, W in zip(reversed(As), reversed(Ws)):
        dWs.insert(0, dZ.T @ A)
        dbs.insert(0, dZ.sum(dim=0))
        dZ = (dZ @ W) * (A > 0)
    return dWs, dbs

# %% right="classifier_gradients" name="helpers with an own softmax, one-hot by comparison, einsum and a recursion over the layers"
def softmax(Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    return E / E.sum(dim=1, keepdim=True)


def scores_gradient(Z, y):
    onehot = (y[:, None] == torch.arange(Z.shape[1], device=Z.device)).to(Z.dtype)
    return (softmax(Z) - onehot) / Z.shape[0]


def through(A, Ws, bs, y):
    W, b = Ws[0], bs[0]
    Z = torch.einsum("nd,hd->nh", A, W) + b
    if len(Ws) == 1:
        dZ, dWs, dbs = scores_gradient(Z, y), [], []
    else:
        dH, dWs, dbs = through(torch.where(Z > 0, Z, torch.zeros_like(Z)), Ws[1:], bs[1:], y)
        dZ = torch.where(Z > 0, dH, torch.zeros_like(dH))
    dW = torch.einsum("nh,nd->hd", dZ, A)
    return torch.einsum("nh,hd->nd", dZ, W), [dW] + dWs, [dZ.sum(0)] + dbs


def classifier_gradients(X, Ws, bs, y):
    _, dWs, dbs = through(X, list(Ws), list(bs), y)
    return dWs, dbs

# %% wrong="classifier_gradients" name="subtracts the maximum of all scores, not of each row: rows far below underflow to 0/0"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy, by hand."""
    n, L = len(X), len(Ws)
    As, A = [X], X
    for l in range(L):
        Z = A @ Ws[l].T + bs[l]
        A = Z.clamp(min=0)
        As.append(A)
    E = torch.exp(Z - Z.max())
    P = E / E.sum(dim=1, keepdim=True)
    dZ = P.clone()
    dZ[torch.arange(n), y] -= 1
    dZ = dZ / n
    dWs, dbs = [None] * L, [None] * L
    for l in reversed(range(L)):
        dWs[l] = dZ.T @ As[l]
        dbs[l] = dZ.sum(dim=0)
        if l > 0:
            dZ = (dZ @ Ws[l]) * (As[l] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="ReLU lets the gradient pass where the sum is exactly zero (mask with >= 0)"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy, by hand."""
    n = len(y)
    As, Zs = [X], []
    for W, b in zip(Ws, bs):
        Z = As[-1] @ W.T + b
        Zs.append(Z)
        As.append(torch.relu(Z))
    Z = Zs[-1] - Zs[-1].max(dim=1, keepdim=True).values
    P = Z.exp() / Z.exp().sum(dim=1, keepdim=True)
    onehot = torch.eye(P.shape[1], dtype=P.dtype, device=P.device)[y]
    dZ = (P - onehot) / n
    dWs, dbs = [], []
    for l in range(len(Ws) - 1, -1, -1):
        dWs.append(dZ.T @ As[l])
        dbs.append(dZ.sum(0))
        if l > 0:
            dZ = dZ @ Ws[l] * (Zs[l - 1] >= 0)
    return dWs[::-1], dbs[::-1]

# %% wrong="classifier_gradients" name="the bias gradient is the mean of dZ over the examples, though dZ already has 1/n"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy, by hand."""
    n, L = len(X), len(Ws)
    inputs, A = [], X
    for l in range(L):
        inputs.append(A)
        Z = A @ Ws[l].T + bs[l]
        A = torch.relu(Z)
    E = (Z - Z.max(dim=1, keepdim=True).values).exp()
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[range(n), y] -= 1
    dZ = dZ / n
    dWs, dbs = [None] * L, [None] * L
    for l in reversed(range(L)):
        dWs[l] = dZ.T @ inputs[l]
        dbs[l] = dZ.mean(dim=0)
        if l > 0:
            dZ = (dZ @ Ws[l]) * (inputs[l] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="the ReLU mask looks at the sign of the incoming gradient, not of the sum Z"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy, by hand."""
    n = X.shape[0]
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append((As[-1] @ W.T + b).clamp(min=0))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    dZ = P / n
    dWs, dbs = [], []
    for l in range(len(Ws) - 1, -1, -1):
        dWs.insert(0, dZ.T @ As[l])
        dbs.insert(0, dZ.sum(dim=0))
        dA = dZ @ Ws[l]
        dZ = dA * (dA > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="one_hot guesses the number of classes from y, wrong shape when the last class is missing (broadcast if all 0)"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy, by hand."""
    n, L = len(X), len(Ws)
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.amax(dim=1, keepdim=True))
    P = E / E.sum(dim=1, keepdim=True)
    dZ = (P - torch.nn.functional.one_hot(y)) / n
    dWs, dbs = [], []
    for l in reversed(range(L)):
        dWs = [dZ.T @ As[l]] + dWs
        dbs = [dZ.sum(dim=0)] + dbs
        dZ = (dZ @ Ws[l]) * (As[l] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="P[:, y] -= 1 subtracts from the columns of all labels in every row, fine only for n = 1"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy, by hand."""
    n, L = len(X), len(Ws)
    As = [X]
    for l in range(L - 1):
        As.append(torch.relu(As[l] @ Ws[l].T + bs[l]))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True)[0])
    P = E / E.sum(dim=1, keepdim=True)
    P[:, y] -= 1
    dZ = P / n
    dWs, dbs = [0] * L, [0] * L
    for l in range(L - 1, -1, -1):
        dWs[l] = dZ.T @ As[l]
        dbs[l] = dZ.sum(dim=0)
        if l > 0:
            dZ = (dZ @ Ws[l]) * (As[l] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="the ReLU mask is applied only on the way into the last hidden layer, not in earlier ones"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy, by hand."""
    n = len(y)
    last = len(Ws) - 1
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[last].T + bs[last]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[torch.arange(n), y] -= 1
    dZ /= n
    dWs, dbs = [dZ.T @ As[last]], [dZ.sum(dim=0)]
    if last > 0:
        dZ = (dZ @ Ws[last]) * (As[last] > 0)
    for l in range(last - 1, -1, -1):
        dWs.append(dZ.T @ As[l])
        dbs.append(dZ.sum(dim=0))
        dZ = dZ @ Ws[l]
    dWs.reverse()
    dbs.reverse()
    return dWs, dbs

# %% wrong="classifier_gradients" name="the forward loop puts a ReLU on the last layer too, softmax sees clamped scores"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy, by hand."""
    n, L = len(X), len(Ws)
    As = [X]
    for W, b in zip(Ws, bs):
        As.append(torch.relu(As[-1] @ W.T + b))
    scores = As[-1]
    E = torch.exp(scores - scores.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(n), y] -= 1
    dZ = P / n
    dWs, dbs = [None] * L, [None] * L
    for l in reversed(range(L)):
        dWs[l] = dZ.T @ As[l]
        dbs[l] = dZ.sum(dim=0)
        if l > 0:
            dZ = (dZ @ Ws[l]) * (As[l] > 0)
    return dWs, dbs

# %% right="sgd_epoch" name="loop with start positions, new lists built by append"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    """One epoch of SGD."""
    n = len(order)
    start = 0
    while start < n:
        chosen = order[start : start + batch_size]
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        new_Ws, new_bs = [], []
        for l in range(len(Ws)):
            new_Ws.append(Ws[l] - lr * dWs[l])
            new_bs.append(bs[l] - lr * dbs[l])
        Ws, bs = new_Ws, new_bs
        start = start + batch_size
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% right="sgd_epoch" name="split and comprehensions"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
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

# %% right="sgd_epoch" name="data sorted once, clones, then in-place steps on the clones"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    X, y = X.index_select(0, order), y.index_select(0, order)
    Ws, bs = [W.clone() for W in Ws], [b.clone() for b in bs]
    for X_part, y_part in zip(torch.split(X, batch_size), torch.split(y, batch_size)):
        dWs, dbs = gradients(X_part, Ws, bs, y_part)
        steps = [lr * d for d in (*dWs, *dbs)]
        for parameter, step in zip((*Ws, *bs), steps):
            parameter.sub_(step)
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="assigns the new tensors into the lists that were handed in, the caller's lists change"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    """One epoch of SGD."""
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        dWs, dbs = gradients(X[rows], Ws, bs, y[rows])
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

# %% wrong="sgd_epoch" name="asks for the gradients a second time after the weights moved, biases use the new weights"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    """One epoch of SGD."""
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        Ws = [W - lr * dW for W, dW in zip(Ws, gradients(X[rows], Ws, bs, y[rows])[0])]
        bs = [b - lr * db for b, db in zip(bs, gradients(X[rows], Ws, bs, y[rows])[1])]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="X is taken in the given order but y as it lies, labels belong to other examples"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    """One epoch of SGD."""
    X = X[order]
    for start in range(0, len(X), batch_size):
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

# %% wrong="sgd_epoch" name="a smaller last minibatch makes a smaller step, lr is scaled by its share of batch_size"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    """One epoch of SGD."""
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

# %% right="shift_images" name="loops over rows and columns with a test for the frame"
def shift_images(X, down, right):
    """Images (n, 1, h, w) moved by whole pixels."""
    result = torch.zeros_like(X)
    h, w = X.shape[2], X.shape[3]
    for i in range(h):
        for j in range(w):
            new_i = i + down
            new_j = j + right
            if 0 <= new_i < h and 0 <= new_j < w:
                result[:, :, new_i, new_j] = X[:, :, i, j]
    return result

# %% right="shift_images" name="slices of source and target, cut at the frame"
def shift_images(X, down, right):
    def cut(size, by):
        length = max(size - abs(by), 0)
        source, target = max(-by, 0), max(by, 0)
        return slice(source, source + length), slice(target, target + length)

    (rows, new_rows), (cols, new_cols) = cut(X.shape[-2], down), cut(X.shape[-1], right)
    moved = torch.zeros_like(X)
    moved[..., new_rows, new_cols] = X[..., rows, cols]
    return moved

# %% right="shift_images" name="roll, then blacken what came round"
def shift_images(X, down, right):
    moved = X.roll(shifts=(down, right), dims=(2, 3)).clone()
    if down > 0:
        moved[:, :, :down] = 0
    elif down < 0:
        moved[:, :, down:] = 0
    if right > 0:
        moved[..., :right] = 0
    elif right < 0:
        moved[..., right:] = 0
    return moved

# %% wrong="shift_images" name="shifts are limited to h - 1 and w - 1, a shift of h leaves one row"
def shift_images(X, down, right):
    """Images (n, 1, h, w) moved by whole pixels."""
    n, c, h, w = X.shape
    down = max(-(h - 1), min(h - 1, down))
    right = max(-(w - 1), min(w - 1, right))
    out = torch.zeros_like(X)
    out[:, :, max(down, 0) : h + min(down, 0), max(right, 0) : w + min(right, 0)] = X[
        :, :, max(-down, 0) : h + min(-down, 0), max(-right, 0) : w + min(-right, 0)
    ]
    return out

# %% wrong="shift_images" name="column loop stops at the height of the image, in wide images the columns beyond are lost"
def shift_images(X, down, right):
    """Images (n, 1, h, w) moved by whole pixels."""
    out = torch.zeros_like(X)
    size = X.shape[2]
    for i in range(size):
        for j in range(min(size, X.shape[3])):
            a, b = i + down, j + right
            if 0 <= a < size and 0 <= b < min(size, X.shape[3]):
                out[:, :, a, b] = X[:, :, i, j]
    return out

# %% wrong="shift_images" name="if and elif chain over all four directions, a shift down and right at once moves only vertically"
def shift_images(X, down, right):
    """Images (n, 1, h, w) moved by whole pixels."""
    out = torch.zeros_like(X)
    if down > 0:
        out[:, :, down:, :] = X[:, :, : max(X.shape[2] - down, 0), :]
    elif down < 0:
        out[:, :, : max(X.shape[2] + down, 0), :] = X[:, :, -down:, :]
    elif right > 0:
        out[:, :, :, right:] = X[:, :, :, : max(X.shape[3] - right, 0)]
    elif right < 0:
        out[:, :, :, : max(X.shape[3] + right, 0)] = X[:, :, :, -right:]
    else:
        out = X.clone()
    return out

# %% wrong="shift_images" name="the outcome is written back into X, the images that were handed in change"
def shift_images(X, down, right):
    """Images (n, 1, h, w) moved by whole pixels."""
    old = X.clone()
    h, w = X.shape[-2:]
    X[:] = 0
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                X[:, 0, i, j] = old[:, 0, i - down, j - right]
    return X
