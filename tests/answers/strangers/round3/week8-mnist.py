# %% right="neuron" name="plain attributes, two asterisks"
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

# %% right="neuron" name="step by step with named values, error times error"
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        product = x * self.weight
        output = product + self.bias
        return output

    def loss(self, x, y):
        output = self.forward(x)
        error = y - output
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

# %% right="neuron" name="dataclass with type hints and pow"
from dataclasses import dataclass


@dataclass
class Neuron:
    """A linear neuron with one input. Attributes: weight, bias (numbers)."""

    weight: float
    bias: float

    def forward(self, x: float) -> float:
        """The output for the input x, a number."""
        return self.bias + self.weight * x

    def loss(self, x: float, y: float) -> float:
        """The squared error of the output for x, when it should be y."""
        return pow(abs(y - self.forward(x)), 2)


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="loss repeats the formula weight times x plus bias instead of calling self.forward; a child's forward is ignored"
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

# %% wrong="neuron" name="forward keeps its result in self.output and loss reads that; without an earlier forward it is still 0"
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

# %% wrong="neuron" name="stores weight and bias on the class Neuron instead of on self, so the second neuron overwrites the first"
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

# %% wrong="neuron" name="loss is half the squared error"
class Neuron:
    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return 0.5 * (self.forward(x) - y) ** 2


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
    """A neuron with one input and a leaky ReLU. Attributes: weight, bias, slope (numbers)."""

    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        if z < 0:
            return self.slope * z
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

# %% right="leaky_neuron" name="names the parent class, keyword arguments, factor first"
class LeakyNeuron(Neuron):
    """A neuron with one input and a leaky ReLU."""

    def __init__(self, weight, bias, slope):
        self.slope = slope
        Neuron.__init__(self, weight=weight, bias=bias)

    def _factor(self, total):
        return 1 if total > 0 else self.slope

    def forward(self, x):
        total = Neuron.forward(self, x)
        return self._factor(total) * total


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

# %% wrong="leaky_neuron" name="takes the larger of z and slope times z, which picks the wrong one for slopes above 1"
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

# %% wrong="leaky_neuron" name="stores the slope on the class, so a neuron made later changes the slope of all"
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

# %% wrong="leaky_neuron" name="if and elif cover only sums above and below 0; a sum of exactly 0 gives None"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        if z > 0:
            return z
        elif z < 0:
            return z * self.slope


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

# %% wrong="leaky_neuron" name="works out weight times x plus bias again instead of asking the parent's forward"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = self.weight * x + self.bias
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

# %% right="image_network" name="three named layers and relu"
class ImageNetwork(torch.nn.Module):
    """Two hidden ReLU layers: examples (n, ...) with num_inputs numbers each -> scores (n, num_outputs)."""

    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A = X.reshape(len(X), -1)
        A = torch.relu(self.hidden1(A))
        A = torch.relu(self.hidden2(A))
        return self.output(A)

# %% right="image_network" name="a Sequential inside the class"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.num_inputs = num_inputs
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(num_inputs, num_hiddens1),
            torch.nn.ReLU(),
            torch.nn.Linear(num_hiddens1, num_hiddens2),
            torch.nn.ReLU(),
            torch.nn.Linear(num_hiddens2, num_outputs),
        )

    def forward(self, X):
        return self.layers(X.reshape(-1, self.num_inputs))

# %% right="image_network" name="ModuleList over pairs of widths, clamp"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        widths = [num_inputs, num_hiddens1, num_hiddens2, num_outputs]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(widths[:-1], widths[1:]))

    def forward(self, X):
        *hidden, last = self.layers
        A = X.reshape(X.shape[0], -1)
        for layer in hidden:
            A = layer(A).clamp(min=0)
        return last(A)

# %% wrong="image_network" name="no ReLU after the second hidden layer"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A = X.reshape(len(X), -1)
        A = torch.relu(self.hidden1(A))
        return self.output(self.hidden2(A))

# %% wrong="image_network" name="gives the second hidden layer num_hiddens1 outputs, num_hiddens2 is never used"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.first = torch.nn.Linear(num_inputs, num_hiddens1)
        self.second = torch.nn.Linear(num_hiddens1, num_hiddens1)
        self.third = torch.nn.Linear(num_hiddens1, num_outputs)

    def forward(self, X):
        X = X.reshape(len(X), -1)
        X = torch.relu(self.first(X))
        X = torch.relu(self.second(X))
        return self.third(X)

# %% wrong="image_network" name="squeezes the scores, so a single example loses its dimension"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.net = torch.nn.Sequential(
            torch.nn.Linear(num_inputs, num_hiddens1),
            torch.nn.ReLU(),
            torch.nn.Linear(num_hiddens1, num_hiddens2),
            torch.nn.ReLU(),
            torch.nn.Linear(num_hiddens2, num_outputs),
        )

    def forward(self, X):
        return self.net(X.reshape(len(X), -1)).squeeze()

# %% wrong="image_network" name="keeps its layers in a plain Python list, so the module does not know their parameters"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.layers = [
            torch.nn.Linear(num_inputs, num_hiddens1),
            torch.nn.Linear(num_hiddens1, num_hiddens2),
            torch.nn.Linear(num_hiddens2, num_outputs),
        ]

    def forward(self, X):
        A = X.reshape(len(X), -1)
        for layer in self.layers[:-1]:
            A = torch.relu(layer(A))
        return self.layers[-1](A)

# %% right="count_parameters" name="numbers from paper, two loops"
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

# %% right="count_parameters" name="sums over generators"
layers = [512 * 784 + 512, 512 * 512 + 512, 10 * 512 + 10]
paper_count = torch.tensor(layers + [sum(layers)])


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

# %% right="count_parameters" name="named parameters in a dictionary, frozen ones taken off"
widths = (784, 512, 512, 10)
per_layer = torch.tensor([h * (d + 1) for d, h in zip(widths, widths[1:])])
paper_count = torch.cat([per_layer, per_layer.sum().reshape(1)])


def count_parameters(model):
    """How many parameters a module has: {"all": int, "trainable": int}; frozen ones count in the first only."""
    named = dict(model.named_parameters())
    sizes = {name: math_prod(P.shape) for name, P in named.items()}
    frozen = [name for name, P in named.items() if not P.requires_grad]
    whole = sum(sizes.values())
    return {"all": whole, "trainable": whole - sum(sizes[name] for name in frozen)}


def math_prod(shape):
    product = 1
    for extent in shape:
        product *= extent
    return product


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

# %% wrong="count_parameters" name="sums over model.children() only, so parameters that belong to the model itself are missed"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    counts = {"all": 0, "trainable": 0}
    for part in model.children():
        for P in part.parameters():
            counts["all"] += P.numel()
            if P.requires_grad:
                counts["trainable"] += P.numel()
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

# %% wrong="count_parameters" name="the counts on paper leave out the biases of all three layers"
paper_count = torch.tensor([784 * 512, 512 * 512, 512 * 10, 784 * 512 + 512 * 512 + 512 * 10])


def count_parameters(model):
    sizes = [(P.numel(), P.requires_grad) for P in model.parameters()]
    return {"all": sum(s for s, _ in sizes), "trainable": sum(s for s, learns in sizes if learns)}


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

# %% wrong="count_parameters" name="takes a whole layer for frozen when its first parameter is, so a trainable bias beside a frozen weight is lost"
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    total, trainable = 0, 0
    for part in model.modules():
        own = list(part.parameters(recurse=False))
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

# %% wrong="count_parameters" name="counts all tensors of the state_dict under all, so buffers are counted as parameters"
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

# %% right="build_network" name="loop with index, append"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for k in range(len(widths) - 1):
        parts.append(torch.nn.Linear(widths[k], widths[k + 1]))
        if k < len(widths) - 2:
            parts.append(torch.nn.ReLU())
            parts.append(torch.nn.Dropout(p))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="build_network" name="comprehension of triples, the last two parts cut off"
def build_network(widths, p=0.2):
    nn = torch.nn
    triples = [(nn.Linear(a, b), nn.ReLU(), nn.Dropout(p)) for a, b in zip(widths, widths[1:])]
    flat = [part for triple in triples for part in triple]
    return nn.Sequential(nn.Flatten(), *flat[:-2])


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="build_network" name="generator of hidden blocks and Sequential.append"
def hidden_parts(widths, p):
    for fan_in, out in zip(widths[:-2], widths[1:-1]):
        yield torch.nn.Linear(fan_in, out)
        yield torch.nn.ReLU()
        yield torch.nn.Dropout(p=p)


def build_network(widths, p=0.2):
    model = torch.nn.Sequential(torch.nn.Flatten())
    for part in hidden_parts(widths, p):
        model.append(part)
    model.append(torch.nn.Linear(widths[-2], widths[-1]))
    return model


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="adds the Dropout part only if p is above 0, so at p = 0 it is missing"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    last = len(widths) - 2
    for k, (a, b) in enumerate(zip(widths, widths[1:])):
        parts.append(torch.nn.Linear(a, b))
        if k < last:
            parts.append(torch.nn.ReLU())
            if p > 0:
                parts.append(torch.nn.Dropout(p))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="recognises the last layer by its width; a hidden layer as wide as the output gets no ReLU and Dropout"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for a, b in zip(widths, widths[1:]):
        parts.append(torch.nn.Linear(a, b))
        if b != widths[-1]:
            parts += [torch.nn.ReLU(), torch.nn.Dropout(p)]
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="takes the last width off the caller's list with pop, so widths is shorter afterwards"
def build_network(widths, p=0.2):
    num_outputs = widths.pop()
    parts = [torch.nn.Flatten()]
    for a, b in zip(widths, widths[1:]):
        parts += [torch.nn.Linear(a, b), torch.nn.ReLU(), torch.nn.Dropout(p)]
    parts.append(torch.nn.Linear(widths[-1], num_outputs))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="one Dropout only, before the last Linear; the earlier hidden layers get just a ReLU"
def build_network(widths, p=0.2):
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

# %% right="scratch_network" name="the four lines of the text"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = torch.relu(X.reshape(len(X), -1) @ self.W1.T + self.b1)
        return A @ self.W2.T + self.b2


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

# %% right="scratch_network" name="static helper for He's rule, functional linear"
class ScratchNetwork(torch.nn.Module):
    """One hidden ReLU layer, without torch.nn.Linear: examples (n, ...) -> scores (n, num_outputs)."""

    @staticmethod
    def he(out, fan_in):
        return torch.nn.Parameter((2 / fan_in) ** 0.5 * torch.randn(out, fan_in))

    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1, self.W2 = self.he(num_hiddens, num_inputs), self.he(num_outputs, num_hiddens)
        self.b1, self.b2 = (torch.nn.Parameter(torch.zeros(size)) for size in (num_hiddens, num_outputs))

    def forward(self, X):
        linear = torch.nn.functional.linear
        hidden = linear(X.reshape(-1, self.W1.shape[1]), self.W1, self.b1)
        return linear(hidden.clamp(min=0), self.W2, self.b2)


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

# %% right="scratch_network" name="kaiming_normal_, einsum, where as ReLU"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.empty(num_hiddens, num_inputs))
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.empty(num_outputs, num_hiddens))
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))
        for W in (self.W1, self.W2):
            torch.nn.init.kaiming_normal_(W, nonlinearity="relu")

    def forward(self, X):
        rows = torch.flatten(X.reshape(len(X), -1, 1), start_dim=1)
        Z1 = torch.einsum("nd,hd->nh", rows, self.W1) + self.b1
        A1 = torch.where(Z1 > 0, Z1, torch.zeros_like(Z1))
        return torch.einsum("nh,kh->nk", A1, self.W2) + self.b2


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

# %% wrong="scratch_network" name="multiplies the random weights by 2/d instead of its square root"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs))
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens))
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = torch.relu(X.reshape(len(X), -1) @ self.W1.T + self.b1)
        return A @ self.W2.T + self.b2


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

# %% wrong="scratch_network" name="scales W2 with the number of image pixels, the fan-in of the first layer, as well"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        scale = (2 / num_inputs) ** 0.5
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * scale)
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * scale)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = torch.relu(X.reshape(len(X), -1) @ self.W1.T + self.b1)
        return A @ self.W2.T + self.b2


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

# %% wrong="scratch_network" name="passes the scores through a ReLU, too, so negative scores become 0"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = X.reshape(len(X), -1)
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

# %% wrong="scratch_network" name="starts the biases with small random numbers instead of zeros"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.randn(num_hiddens) * 0.01)
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.randn(num_outputs) * 0.01)

    def forward(self, X):
        A = torch.relu(X.reshape(len(X), -1) @ self.W1.T + self.b1)
        return A @ self.W2.T + self.b2


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

# %% right="dropout" name="double loop into a clone"
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

# %% right="dropout" name="keep mask in the dtype of A times a scale"
def dropout(A, U, p, training):
    """Values with U < p become 0, the others are divided by 1 - p; outside training a copy of A."""
    share = p if training else 0.0
    keep = torch.logical_not(U < share).to(A.dtype)
    return A * keep / (1.0 - share)

# %% wrong="dropout" name="drops the values where U <= p, so a value with U exactly p is lost"
def dropout(A, U, p, training):
    if not training:
        return A
    keep = U > p
    return A * keep / (1 - p)

# %% wrong="dropout" name="sets the dropped values to 0 in place, so the hidden values A of the caller change"
def dropout(A, U, p, training):
    if not training:
        return A
    A[U < p] = 0
    return A / (1 - p)

# %% wrong="dropout" name="the mask of ones and zeros is float64, so float32 values come back as float64"
def dropout(A, U, p, training):
    if training:
        mask = (U >= p).double()
        return mask * A / (1 - p)
    return A

# %% wrong="dropout" name="takes the random numbers of the first example for all, so whole neurons are dropped in every row"
def dropout(A, U, p, training):
    if not training:
        return A
    dropped = U[0] < p
    return torch.where(dropped, 0 * A, A / (1 - p))

# %% right="adam_step" name="the formulas line by line"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * m_hat / (torch.sqrt(v_hat) + eps)
    return w, m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="adam_step" name="both corrections gathered in the rate and in eps"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    first, second = 1 - beta1**t, (1 - beta2**t) ** 0.5
    new_m = torch.add(beta1 * m, g, alpha=1 - beta1)
    new_v = torch.add(beta2 * v, g * g, alpha=1 - beta2)
    rate = lr * second / first
    return w - rate * new_m / (new_v.sqrt() + second * eps), new_m, new_v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="adam_step" name="nested helper and entry by entry over the flat tensors"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    def average(old, new, beta):
        return beta * old + (1 - beta) * new

    after_w, after_m, after_v = w.clone().reshape(-1), m.clone().reshape(-1), v.clone().reshape(-1)
    for i, slope in enumerate(g.reshape(-1)):
        after_m[i] = average(after_m[i], slope, beta1)
        after_v[i] = average(after_v[i], slope * slope, beta2)
        usual = (after_v[i] / (1 - beta2**t)) ** 0.5
        after_w[i] = after_w[i] - lr * (after_m[i] / (1 - beta1**t)) / (usual + eps)
    return after_w.reshape(w.shape), after_m.reshape(w.shape), after_v.reshape(w.shape)


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="moves both corrections into the rate but adds the uncorrected eps to the root of the uncorrected v"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    rate = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return w - rate * m / (v.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="updates m and v in place with mul_ and add_, so the arguments change"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m.mul_(beta1).add_((1 - beta1) * g)
    v.mul_(beta2).add_((1 - beta2) * g**2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="does not move entries whose gradient is 0 in this step, although their average m goes on"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    step = lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + eps)
    w = torch.where(g == 0, w, w - step)
    return w, m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="corrects both averages as if t were 1 in every step, dividing by 1 - beta instead of 1 - beta to the t"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1)
    v_hat = v / (1 - beta2)
    return w - lr * m_hat / (v_hat**0.5 + eps), m, v


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="move_batch" name="next of the parameters, tuple of a generator"
def move_batch(model, batch):
    place = next(model.parameters()).device
    return tuple(part.to(place) for part in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="loop with a list, turned into a tuple"
def move_batch(model, batch):
    first = list(model.parameters())[0]
    moved = []
    for tensor in batch:
        tensor = tensor.to(first.device)
        moved.append(tensor)
    return tuple(moved)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="helper device_of and map"
def device_of(model):
    for parameter in model.parameters():
        return parameter.device


def move_batch(model, batch):
    home_of_model = device_of(model)
    return (*map(lambda tensor: tensor.to(device=home_of_model), batch),)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="hands the parameter itself to .to, so the labels also take its dtype float32"
def move_batch(model, batch):
    weight = next(model.parameters())
    return tuple(part.to(weight) for part in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="moves to cuda if there is one and else to the cpu, wherever the model is"
def move_batch(model, batch):
    place = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return tuple(part.to(place) for part in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="looks only at the first tensor and returns the batch unmoved if that one is already there"
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

# %% wrong="move_batch" name="brings the model to the batch instead of the batch to the model"
def move_batch(model, batch):
    place = batch[0].device
    model.to_empty(device=place) if next(model.parameters()).is_meta else model.to(place)
    return tuple(part.to(place) for part in batch)


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="train_epoch" name="five steps with .to and running sums"
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

# %% right="train_epoch" name="move_batch and two lists, weighted at the end"
def train_epoch(model, batches, optimizer):
    model.train()
    losses = []
    sizes = []
    for batch in batches:
        optimizer.zero_grad()
        X, y = move_batch(model, batch)
        scores = model(X)
        loss = torch.nn.functional.cross_entropy(scores, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(y.numel())
    weighted = [loss * size for loss, size in zip(losses, sizes)]
    return sum(weighted) / sum(sizes)


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

# %% right="train_epoch" name="one step as a nested function, running mean per example"
def train_epoch(model, batches, optimizer):
    """Train for one epoch; returns the mean cross-entropy over all examples."""

    def learn(X, y):
        loss = torch.nn.functional.cross_entropy(model(X), y)
        model.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach().item()

    mean, seen = 0.0, 0
    model.train(True)
    for X, y in (move_batch(model, (X, y)) for X, y in batches):
        seen += len(y)
        mean += (learn(X, y) - mean) * len(y) / seen
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

# %% wrong="train_epoch" name="clears the gradients only after each step, so old gradients enter the first step"
def train_epoch(model, batches, optimizer):
    model.train()
    total, count = 0.0, 0
    for batch in batches:
        X, y = move_batch(model, batch)
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

# %% wrong="train_epoch" name="zero_grad once before the loop, so the gradients of all minibatches pile up"
def train_epoch(model, batches, optimizer):
    model.train()
    optimizer.zero_grad()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        loss = torch.nn.functional.cross_entropy(model(X), y)
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

# %% wrong="train_epoch" name="works out the loss again after the step and returns the mean of those losses"
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

# %% wrong="train_epoch" name="weights every loss with the size of the first minibatch, also the smaller last one"
def train_epoch(model, batches, optimizer):
    model.train()
    place = next(model.parameters()).device
    total, count, batch_size = 0.0, 0, None
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        batch_size = batch_size or len(y)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * batch_size
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

# %% right="accuracy" name="counts hits under no_grad"
def accuracy(model, batches):
    model.eval()
    hits, count = 0, 0
    with torch.no_grad():
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

# %% right="accuracy" name="decorator no_grad, lists of booleans"
@torch.no_grad()
def accuracy(model, batches):
    model.train(False)
    place = next(model.parameters()).device
    right = []
    for X, y in batches:
        scores = model(X.to(place))
        labels = y.to(place)
        for i in range(len(labels)):
            right.append(bool(torch.argmax(scores[i]) == labels[i]))
    return sum(right) / len(right)


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

# %% right="accuracy" name="generator of comparisons joined by torch.cat, inference_mode"
def accuracy(model, batches):
    def compared():
        for batch in batches:
            X, y = move_batch(model, batch)
            yield model(X).max(dim=1).indices.eq(y)

    model.eval()
    with torch.inference_mode():
        hits = torch.cat(list(compared()))
    return hits.double().mean().item()


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

# %% wrong="accuracy" name="switches back to training mode at the end although the model should stay in evaluation mode"
def accuracy(model, batches):
    model.eval()
    hits, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = move_batch(model, (X, y))
            hits += (model(X).argmax(dim=1) == y).sum().item()
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

# %% wrong="accuracy" name="torch.set_grad_enabled(False) without switching it on again, so autograd stays off afterwards"
def accuracy(model, batches):
    model.eval()
    torch.set_grad_enabled(False)
    hits, count = 0, 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        hits += int((model(X).argmax(dim=1) == y).sum())
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

# %% wrong="accuracy" name="sets model.training = False only at the outermost module, its parts stay in training mode"
def accuracy(model, batches):
    model.training = False
    hits, count = 0, 0
    with torch.no_grad():
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

# %% wrong="accuracy" name="mean of the accuracies of the minibatches, where a smaller one counts as much as a full one"
def accuracy(model, batches):
    model.eval()
    shares = []
    with torch.no_grad():
        for X, y in batches:
            X, y = move_batch(model, (X, y))
            shares.append((model(X).argmax(dim=1) == y).double().mean().item())
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

# %% right="save_and_load" name="state_dict, map_location cpu, eval, return"
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

# %% right="save_and_load" name="a copy of every tensor on the cpu, open files"
def save_model(model, path):
    kept = {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
    with open(path, "wb") as file:
        torch.save(kept, file)


def load_model(model, path):
    with open(path, "rb") as file:
        kept = torch.load(file, map_location=torch.device("cpu"), weights_only=True)
    model.load_state_dict(kept)
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

# %% right="save_and_load" name="reads straight to the place of the model, copies tensor by tensor"
def save_model(model, path):
    """Write the parameters and buffers of a model to a file."""
    state = model.state_dict()
    torch.save(dict(state), path)


def load_model(model, path):
    """Fill a model with the parameters from a file; returns it, in evaluation mode."""
    place = next(iter(model.state_dict().values())).device
    state = torch.load(path, map_location=place, weights_only=True)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            tensor.copy_(state[name])
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

# %% wrong="save_and_load" name="saves only the named parameters and loads with strict=False, so buffers are lost"
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

# %% wrong="save_and_load" name="save_model puts the model into evaluation mode before writing and leaves it there"
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

# %% wrong="save_and_load" name="load_model fills and returns a deep copy, the model that was handed in keeps its old numbers"
import copy


def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    loaded = copy.deepcopy(model)
    loaded.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return loaded.eval()


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

# %% wrong="save_and_load" name="load_model never switches to evaluation mode"
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state)
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

# %% right="worst_mistakes" name="max, nonzero, argsort"
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    wrong = (predicted != y).nonzero().squeeze(1)
    order = confidence[wrong].argsort(descending=True)
    return wrong[order[:k]]

# %% right="worst_mistakes" name="loop, list of numbers sorted by a key"
def worst_mistakes(P, y, k):
    mistakes = []
    for i in range(len(y)):
        if int(P[i].argmax()) != int(y[i]):
            mistakes.append(i)
    mistakes.sort(key=lambda i: -P[i].max().item())
    return torch.tensor(mistakes[:k], dtype=torch.int64)

# %% right="worst_mistakes" name="right examples marked with -1, topk limited by their number"
def worst_mistakes(P, y, k):
    wrong = P.argmax(dim=1).ne(y)
    belief = P.amax(dim=1).masked_fill(~wrong, -1.0)
    how_many = min(k, int(wrong.sum()))
    return torch.topk(belief, how_many).indices

# %% wrong="worst_mistakes" name="builds the tensor from a list without dtype, so the empty answer is float32"
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    found = [(c, i) for i, (c, said, true) in enumerate(zip(confidence.tolist(), predicted.tolist(), y.tolist())) if said != true]
    found.sort(reverse=True)
    return torch.tensor([i for _, i in found[:k]])

# %% wrong="worst_mistakes" name="ranks the mistakes by small entropy of the row instead of by the largest probability"
def worst_mistakes(P, y, k):
    doubt = -torch.special.xlogy(P, P).sum(dim=1)
    wrong = (P.argmax(dim=1) != y).nonzero().flatten()
    return wrong[doubt[wrong].argsort()][:k]

# %% wrong="worst_mistakes" name="takes for wrong what gives the true class less than one half, also where it is still the largest"
def worst_mistakes(P, y, k):
    of_truth = P[torch.arange(len(y), device=P.device), y]
    wrong = torch.where(of_truth < 0.5)[0]
    top = P[wrong].amax(dim=1)
    return wrong[top.argsort(descending=True)[:k]]

# %% wrong="worst_mistakes" name="sorts the values and looks each up in all confidences, so a right example with the same one may be returned"
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    values = confidence[predicted != y].sort(descending=True).values[:k]
    numbers = [int((confidence == value).nonzero()[0]) for value in values]
    return torch.tensor(numbers, dtype=torch.int64)

# %% right="classifier_gradients" name="list of activations, way back with insert"
def classifier_gradients(X, Ws, bs, y):
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append((As[-1] @ W.T + b).clamp(min=0))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[torch.arange(len(y), device=y.device), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for k in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[k])
        dbs.insert(0, dZ.sum(dim=0))
        if k > 0:
            dZ = (dZ @ Ws[k]) * (As[k] > 0)
    return dWs, dbs

# %% right="classifier_gradients" name="recursion from the input to the output and back"
def score_gradient(Z, y):
    E = torch.exp(Z - Z.amax(dim=1, keepdim=True))
    truth = (y[:, None] == torch.arange(Z.shape[1], device=y.device)).to(Z.dtype)
    return (E / E.sum(dim=1, keepdim=True) - truth) / Z.shape[0]


def classifier_gradients(X, Ws, bs, y):
    def walk(A, layer):
        W, b = Ws[layer], bs[layer]
        Z = A @ W.T + b
        if layer == len(Ws) - 1:
            dZ, dWs, dbs = score_gradient(Z, y), [], []
        else:
            dA, dWs, dbs = walk(torch.where(Z > 0, Z, torch.zeros_like(Z)), layer + 1)
            dZ = torch.where(Z > 0, dA, torch.zeros_like(dA))
        return dZ @ W, [dZ.T @ A, *dWs], [dZ.sum(dim=0), *dbs]

    _, dWs, dbs = walk(X, 0)
    return dWs, dbs

# %% right="classifier_gradients" name="one example at a time with outer products, added up"
def classifier_gradients(X, Ws, bs, y):
    dWs = [torch.zeros_like(W) for W in Ws]
    dbs = [torch.zeros_like(b) for b in bs]
    n, last = len(X), len(Ws) - 1
    for x, label in zip(X, y.tolist()):
        inputs, sums = [], []
        a = x
        for k, (W, b) in enumerate(zip(Ws, bs)):
            inputs.append(a)
            z = W @ a + b
            sums.append(z)
            a = z if k == last else torch.relu(z)
        e = torch.exp(sums[-1] - sums[-1].max())
        dz = e / e.sum()
        dz[label] = dz[label] - 1
        for k in range(last, -1, -1):
            dWs[k] += torch.outer(dz, inputs[k]) / n
            dbs[k] += dz / n
            if k > 0:
                dz = (Ws[k].T @ dz) * (sums[k - 1] > 0).to(dz.dtype)
    return dWs, dbs

# %% wrong="classifier_gradients" name="lets the gradient through the ReLU where the hidden sum is exactly 0, by >= instead of >"
def classifier_gradients(X, Ws, bs, y):
    As, Zs = [X], []
    for W, b in zip(Ws, bs):
        Zs.append(As[-1] @ W.T + b)
        As.append(Zs[-1].clamp(min=0))
    Z = Zs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    dZ = P / len(y)
    dWs, dbs = [None] * len(Ws), [None] * len(Ws)
    for k in range(len(Ws) - 1, -1, -1):
        dWs[k] = dZ.T @ As[k]
        dbs[k] = dZ.sum(dim=0)
        if k > 0:
            dZ = (dZ @ Ws[k]) * (Zs[k - 1] >= 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="exponentials of the scores without subtracting each row's maximum, nan for large scores"
def classifier_gradients(X, Ws, bs, y):
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    P = torch.exp(Z) / torch.exp(Z).sum(dim=1, keepdim=True)
    one_hot = torch.zeros_like(P)
    one_hot[torch.arange(len(y)), y] = 1
    dZ = (P - one_hot) / len(y)
    dWs, dbs = [], []
    for k in reversed(range(len(Ws))):
        dWs.append(dZ.T @ As[k])
        dbs.append(dZ.sum(dim=0))
        dZ = (dZ @ Ws[k]) * (As[k] > 0)
    return dWs[::-1], dbs[::-1]

# %% wrong="classifier_gradients" name="takes the mean over the examples for the biases although dZ is already divided by n"
def classifier_gradients(X, Ws, bs, y):
    n = X.shape[0]
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    Z = Z - Z.max(dim=1, keepdim=True).values
    P = Z.exp() / Z.exp().sum(dim=1, keepdim=True)
    dZ = P.clone()
    dZ[torch.arange(n), y] -= 1
    dZ = dZ / n
    dWs, dbs = [], []
    for k in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[k])
        dbs.insert(0, dZ.mean(dim=0))
        dZ = (dZ @ Ws[k]) * (As[k] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="divides by n again at every layer on the way back; only the last layer is right"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append((As[-1] @ W.T + b).clamp(min=0))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.amax(dim=1, keepdim=True))
    dA = E / E.sum(dim=1, keepdim=True)
    dA[torch.arange(n), y] -= 1
    dWs, dbs = [], []
    for k in reversed(range(len(Ws))):
        dZ = dA / n
        if k < len(Ws) - 1:
            dZ = dZ * (As[k + 1] > 0)
        dWs.insert(0, dZ.T @ As[k])
        dbs.insert(0, dZ.sum(dim=0))
        dA = dZ @ Ws[k]
    return dWs, dbs

# %% wrong="classifier_gradients" name="P[:, y] -= 1 takes 1 from the columns of all labels in every row, right only for a single example"
def classifier_gradients(X, Ws, bs, y):
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(torch.relu(As[-1] @ W.T + b))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    P = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = P / P.sum(dim=1, keepdim=True)
    P[:, y] -= 1
    dZ = P / len(y)
    dWs, dbs = [], []
    for k in range(len(Ws) - 1, -1, -1):
        dWs.append(dZ.T @ As[k])
        dbs.append(dZ.sum(dim=0))
        if k:
            dZ = dZ @ Ws[k] * (As[k] > 0)
    dWs.reverse()
    dbs.reverse()
    return dWs, dbs

# %% wrong="classifier_gradients" name="the mask of the ReLU is the sign of the hidden sum, so negative sums pass a gradient of opposite sign"
def classifier_gradients(X, Ws, bs, y):
    As, Zs = [X], []
    for W, b in zip(Ws, bs):
        Z = As[-1] @ W.T + b
        Zs.append(Z)
        As.append(torch.relu(Z))
    E = torch.exp(Zs[-1] - Zs[-1].max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    truth = torch.nn.functional.one_hot(y, P.shape[1]).to(P.dtype)
    dZ = (P - truth) / len(y)
    dWs, dbs = [], []
    for k in reversed(range(len(Ws))):
        dWs = [dZ.T @ As[k]] + dWs
        dbs = [dZ.sum(dim=0)] + dbs
        if k > 0:
            dZ = (dZ @ Ws[k]) * torch.sign(Zs[k - 1])
    return dWs, dbs

# %% wrong="classifier_gradients" name="squeezes the bias gradients, so a hidden layer of a single neuron gets shape () instead of (1,)"
def classifier_gradients(X, Ws, bs, y):
    n = len(X)
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append((As[-1] @ W.T + b).clamp(min=0))
    Z = As[-1] @ Ws[-1].T + bs[-1]
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = E / E.sum(dim=1, keepdim=True)
    dZ[range(n), y] -= 1
    dZ = dZ / n
    ones = torch.ones_like(X[:, :1])
    dWs, dbs = [], []
    for k in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[k])
        dbs.insert(0, (dZ.T @ ones).squeeze())
        dZ = (dZ @ Ws[k]) * (As[k] > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="puts a ReLU on the scores of the last layer, too, before the softmax"
def classifier_gradients(X, Ws, bs, y):
    As = [X]
    for W, b in zip(Ws, bs):
        As.append(torch.relu(As[-1] @ W.T + b))
    scores = As[-1]
    E = torch.exp(scores - scores.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    dZ = P / len(y)
    dWs, dbs = [], []
    for k in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ As[k])
        dbs.insert(0, dZ.sum(dim=0))
        dZ = (dZ @ Ws[k]) * (As[k] > 0)
    return dWs, dbs

# %% right="sgd_epoch" name="range over the starts, new lists"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
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

# %% right="sgd_epoch" name="order.split and a helper for the step"
def stepped(parameters, slopes, lr):
    return [p - lr * slope for p, slope in zip(parameters, slopes)]


def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.split(batch_size):
        slopes = gradients(X[chosen], Ws, bs, y[chosen])
        Ws, bs = (stepped(old, slope, lr) for old, slope in zip((Ws, bs), slopes))
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% right="sgd_epoch" name="clones first, while loop, sorted data, then in place on the clones"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    new_Ws = [W.clone() for W in Ws]
    new_bs = [b.clone() for b in bs]
    X_sorted = X.index_select(0, order)
    y_sorted = y.index_select(0, order)
    i = 0
    while i < len(order):
        j = min(i + batch_size, len(order))
        dWs, dbs = gradients(X_sorted[i:j], new_Ws, new_bs, y_sorted[i:j])
        for k in range(len(new_Ws)):
            new_Ws[k] = new_Ws[k] - lr * dWs[k]
            new_bs[k] = new_bs[k] - lr * dbs[k]
        i = j
    return new_Ws, new_bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="shortens the step of a smaller minibatch in proportion to its size"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
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

# %% wrong="sgd_epoch" name="steps the weights first and works out the bias gradients at the new weights"
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

# %% wrong="sgd_epoch" name="writes the new tensors into the lists that were handed in, Ws[k] = ..., without copying the lists"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    n = len(order)
    for start in range(0, n, batch_size):
        rows = order[start : start + batch_size]
        dWs, dbs = gradients(X[rows], Ws, bs, y[rows])
        for k in range(len(Ws)):
            Ws[k] = Ws[k] - lr * dWs[k]
            bs[k] = bs[k] - lr * dbs[k]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="takes order for the place that each example goes to and uses its inverse, order.argsort()"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    places = order.argsort()
    X, y = X[places], y[places]
    for X_part, y_part in zip(X.split(batch_size), y.split(batch_size)):
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

# %% right="shift_images" name="loop over all pixels"
def shift_images(X, down, right):
    n, channels, h, w = X.shape
    result = torch.zeros_like(X)
    for i in range(h):
        for j in range(w):
            new_i, new_j = i + down, j + right
            if 0 <= new_i < h and 0 <= new_j < w:
                result[:, :, new_i, new_j] = X[:, :, i, j]
    return result

# %% right="shift_images" name="slices for source and target from a helper"
def from_and_to(size, shift):
    shift = max(-size, min(size, shift))
    return slice(max(-shift, 0), size - max(shift, 0)), slice(max(shift, 0), size + min(shift, 0))


def shift_images(X, down, right):
    rows_from, rows_to = from_and_to(X.shape[2], down)
    columns_from, columns_to = from_and_to(X.shape[3], right)
    moved = torch.zeros_like(X)
    moved[:, :, rows_to, columns_to] = X[:, :, rows_from, columns_from]
    return moved

# %% right="shift_images" name="roll, then blank by a mask of the places that have a source"
def shift_images(X, down, right):
    h, w = X.shape[-2:]
    row_source = torch.arange(h, device=X.device) - down
    column_source = torch.arange(w, device=X.device) - right
    inside_rows = (row_source >= 0) & (row_source < h)
    inside_columns = (column_source >= 0) & (column_source < w)
    inside = inside_rows[:, None] & inside_columns[None, :]
    rolled = torch.roll(X, shifts=(down, right), dims=(2, 3))
    return rolled.masked_fill(~inside, 0)

# %% wrong="shift_images" name="compares the shift to the right with the height h, so wide images go black too early"
def shift_images(X, down, right):
    h, w = X.shape[2], X.shape[3]
    moved = torch.zeros_like(X)
    if abs(down) >= h or abs(right) >= h:
        return moved
    for j in range(w):
        if 0 <= j - right < w:
            source = X[:, :, :, j - right]
            if down >= 0:
                moved[:, :, down:, j] = source[:, :, : h - down]
            else:
                moved[:, :, :down, j] = source[:, :, -down:]
    return moved

# %% wrong="shift_images" name="reduces shifts modulo the size first, so a shift as large as the image leaves it as it is"
def shift_images(X, down, right):
    h, w = X.shape[2], X.shape[3]
    down = down % h if down >= 0 else -(-down % h)
    right = right % w if right >= 0 else -(-right % w)
    moved = torch.zeros_like(X)
    target = moved[:, :, max(down, 0) : h + min(down, 0), max(right, 0) : w + min(right, 0)]
    target.copy_(X[:, :, max(-down, 0) : h - max(down, 0), max(-right, 0) : w - max(right, 0)])
    return moved

# %% wrong="shift_images" name="if and elif: with a shift down the shift to the right is not made at all"
def shift_images(X, down, right):
    h, w = X.shape[2], X.shape[3]
    moved = torch.zeros_like(X)
    if down != 0:
        for i in range(h):
            if 0 <= i - down < h:
                moved[:, :, i] = X[:, :, i - down]
    elif right != 0:
        for j in range(w):
            if 0 <= j - right < w:
                moved[:, :, :, j] = X[:, :, :, j - right]
    else:
        moved = X.clone()
    return moved

# %% wrong="shift_images" name="blanks and refills X itself, so the images of the caller are changed"
def shift_images(X, down, right):
    old = X.clone()
    X.zero_()
    h, w = X.shape[2:]
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                X[:, :, i, j] = old[:, :, i - down, j - right]
    return X
