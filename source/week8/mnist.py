# %% [markdown]
# # Week 8: MNIST
#
# Sixty thousand handwritten digits, a network with more than half a million parameters, and a few minutes of your
# computer's time. Today everything you have built comes together: tensors, layers, the loss, the backward pass, good
# starting weights, minibatches. At the end you train a network on real handwriting twice. Once with PyTorch's tools,
# as people do at work. And once with nothing but your own backward pass from week 5.
#
# When you are done you will be able to
#
# - write a class, inherit from it, and so know what `torch.nn.Module` does for you;
# - build the same network in three ways, and count its parameters on paper and in code;
# - say what dropout and Adam do, because you wrote both;
# - write a training loop that runs on a CPU or a GPU, and read the error when model and data are in different places;
# - save a trained network and load it again;
# - look at what a network gets wrong, and decide what to try next;
# - train a classifier with no autograd at all.
#
# **From before.** Modules and training loops (weeks 2 and 4), the backward pass of a network of any depth and the
# gradient of softmax with cross-entropy (week 5, sections 7 and 8), starting weights and optimising all parameters
# (week 6), cross-entropy, minibatches and the confusion matrix (week 7).

# %%
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import torch
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

from course import cases, check, data, device, plot, train

# %% [markdown]
# ## 1. The data
#
# MNIST is a collection of digits written by staff of the United States' census office and by school students. Each was
# scanned, shrunk, and centred on a square of 28 × 28 grey pixels. The next cell fetches it: about 12 MB, once. If there
# is no network, it says so and takes 1797 smaller digits that come with scikit-learn, enlarged to the same size.
# Everything below runs with either; the numbers in the text are those of MNIST.

# %%
training_set, test_set = data.mnist(), data.mnist(train=False)
training_set.source, training_set.X.shape, training_set.y.shape, test_set.X.shape

# %% [markdown]
# Read the shape from left to right: examples, channels, rows, columns. A grey image has one channel; a colour
# photograph would have three. The pixels are float32 between 0 (black) and 1 (white).

# %%
plot.images(
    training_set.X[:16],
    training_set.y[:16],
    alt="Sixteen small images of handwritten digits, white on black, in two rows, each with its label above.",
    caption="The first sixteen training images, with their labels.",
)

# %% [markdown]
# Some are clear, some are sloppy, and no two of the same digit are alike. Try to put into a rule what makes a 4 a 4:
# you will not get far. That is why we let a network find out.
#
# ### 1.1 Three parts, three purposes
#
# You will make choices while you train: how many epochs, which rate, how much dropout. If you choose by looking at the
# test images, you choose what happens to suit *them*, and your final number flatters you. So we put some training
# images aside, the **validation set**, and make every choice by them. The test set is opened once, at the very end.

# %% given="split"
shuffled = torch.randperm(len(training_set.y), generator=torch.Generator().manual_seed(8))  # the same split for all
held = len(shuffled) // 12  # 5000 of MNIST's 60,000
X_valid, y_valid = training_set.X[shuffled[:held]], training_set.y[shuffled[:held]]
X_train, y_train = training_set.X[shuffled[held:]], training_set.y[shuffled[held:]]
print(len(y_train), "to train on,", len(y_valid), "to choose by,", len(test_set.y), "to test with")

# %% [markdown]
# ## 2. Classes
#
# You have used classes since week 2: you wrote `class Something(torch.nn.Module)` because the text said so. Before the
# network grows, let us see what a class is, without PyTorch.
#
# A **class** is a plan for making objects. An **object** holds numbers, its **attributes**, and knows functions that
# work with them, its **methods**. Here is a plan for a counter.

# %%
class Counter:
    """Counts upwards in steps."""

    def __init__(self, step):
        self.step = step  # each counter has a step of its own
        self.total = 0

    def count(self, times):
        """Count a number of times; returns the new total."""
        self.total = self.total + times * self.step
        return self.total


ones, fives = Counter(1), Counter(5)
ones.count(3), fives.count(3), fives.count(1)

# %% [markdown]
# Three things to see.
#
# - `__init__` runs when an object is made: `Counter(5)` calls it with `step = 5`.
# - `self` is the object at hand. `self.step = step` stores the number *in this object*. You never pass `self` yourself:
#   in `fives.count(3)`, Python puts `fives` in its place.
# - The two counters do not know of each other. `fives` remembers its total from one call to the next.
#
# That is why a layer is a class and not a function: it must remember its weights.
#
# ### Exercise 2.1: a neuron is an object
#
# **Your turn.** Complete the class `Neuron`, with one input. `__init__` stores `weight` and `bias` in the object.
# `forward(x)` returns weight times x plus bias. `loss(x, y)` returns the squared error of the neuron's output, and it
# should get that output from `self.forward`, so that the formula stands in one place only. All are plain numbers.
#
# `Neuron(2.0, 0.5).forward(3.0)` is 6.5, and `Neuron(2.0, 0.5).loss(3.0, 6.0)` is 0.25. Somebody may ask for the loss
# first, before any call of `forward`. The function below the class is for the check: it makes two neurons and asks
# both. Then it makes a neuron with another `forward`, which returns x itself, and asks your `loss` for its error. (What
# `class Echo(Neuron)` means comes in section 2.1.)

# %% solution="neuron"
class Neuron:
    """A linear neuron with one input. Attributes: weight, bias (numbers)."""

    def __init__(self, weight, bias):
        ### BEGIN SOLUTION
        self.weight = weight
        self.bias = bias
        ### END SOLUTION

    def forward(self, x):
        """The output for the input x, a number."""
        ### BEGIN SOLUTION
        return self.weight * x + self.bias
        ### END SOLUTION

    def loss(self, x, y):
        """The squared error of the output for x, when it should be y."""
        ### BEGIN SOLUTION
        return (self.forward(x) - y) ** 2
        ### END SOLUTION


def neuron_answers(weights, biases, x, y):
    """For the check: make two neurons, ask both for their loss and their output; then ask a child for its loss."""

    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% check="neuron" points=1
example = {"weights": [2.0, -1.0], "biases": [0.5, 4.0], "x": 3.0, "y": 6.0}
gives = {"outputs": [6.5, 1.0], "losses": [0.25, 25.0], "loss of the echo": 9.0}
one = cases.example(**example, gives=gives)
example = {"weights": [-0.5, 3.0], "biases": [1.5, -2.0], "x": 4.0, "y": 1.0}
gives = {"outputs": [-0.5, 10.0], "losses": [2.25, 81.0], "loss of the echo": 9.0}
check.function(neuron_answers, on=[one, cases.example(**example, gives=gives)])
### BEGIN HIDDEN TESTS
def by_formula(weights, biases, x, y):
    outputs = [w * x + b for w, b in zip(weights, biases)]
    losses = [(output - y) ** 2 for output in outputs]
    return {"outputs": outputs, "losses": losses, "loss of the echo": (x - y) ** 2}
names = ("weights", "biases", "x", "y")
numbers = [([1.5, -0.25], [3.0, 0.75], -2.0, 1.25), ([-4.0, 0.5], [0.25, -7.0], 0.5, -3.0)]
numbers += [([0.1, 9.0], [2.0, -1.0], 6.0, 2.0)]
drawn = cases.draw(seeds=4, seed0=100, weights="2", biases="2", x="", y="")
numbers += [[value.tolist() for value in case] for case in drawn]
check.function(neuron_answers, by_formula, on=[cases.example(**dict(zip(names, each))) for each in numbers])
### END HIDDEN TESTS

# %% wrong="neuron" name="stored in the class"
# says: Your neurons share their numbers: the second one overwrites the first. You stored them in the class.
# next: Store them in the object: self.weight and self.bias.
class Neuron:
    def __init__(self, weight, bias):
        Neuron.weight, Neuron.bias = weight, bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return (self.forward(x) - y) ** 2


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="nothing stored"
# says: The names weight and bias are gone when __init__ ends. Only what hangs on self stays.
# next: Write self.weight = weight, and use self.weight in forward.
class Neuron:
    def __init__(self, weight, bias):
        weight, bias = weight, bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return (self.forward(x) - y) ** 2


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="bias inside the product"
# says: Your output is weight times (x plus bias). The bias is added after the product.
# next: Multiply first, then add the bias.
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return self.weight * (x + self.bias)

    def loss(self, x, y):
        return (self.forward(x) - y) ** 2


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="error not squared"
# says: The outputs are right. Your loss is the error itself, without the square.
# next: Square the difference of output and y.
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return self.forward(x) - y


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="last output used"
# says: Your loss takes the output of an earlier call of forward, and not the output for its own x.
# next: In loss, call self.forward(x).
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias, self.output = weight, bias, 0.0

    def forward(self, x):
        self.output = self.weight * x + self.bias
        return self.output

    def loss(self, x, y):
        return (self.output - y) ** 2


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="formula written twice"
# says: Your loss has a formula of its own and never asks forward. A child with another forward gets a wrong loss.
# next: Let loss call self.forward(x).
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return (self.weight * x + self.bias - y) ** 2


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="only y squared"
# says: You square y alone, and not the whole error: powers come before minus.
# next: Put brackets round the difference: (output - y) ** 2.
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return self.forward(x) - y**2


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="input in place of the output"
# says: Your loss compares y with the input x. The error is that of the output.
# next: Work out the output with self.forward(x) first.
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return (x - y) ** 2


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="absolute error"
# says: Your loss is the size of the error, not its square.
# next: Multiply the difference by itself.
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return abs(self.forward(x) - y)


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="half of the square"
# says: You return half of the squared error. Asked for is all of it.
# next: Leave the factor out.
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return 0.5 * (self.forward(x) - y) ** 2


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="added up like the counter"
# says: Your neuron adds each output to those of earlier calls, as the Counter does. Only the first call is right.
# next: Keep no total: forward returns weight times x plus bias, each time anew.
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias, self.total = weight, bias, 0

    def forward(self, x):
        self.total = self.total + self.weight * x + self.bias
        return self.total

    def loss(self, x, y):
        return (self.forward(x) - y) ** 2


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% wrong="neuron" name="bias and weight exchanged"
# says: You exchanged the two: the input is multiplied by the bias.
# next: Look at the order of the arguments of __init__, and at what forward does with each.
class Neuron:
    def __init__(self, weight, bias):
        self.weight, self.bias = bias, weight

    def forward(self, x):
        return self.weight * x + self.bias

    def loss(self, x, y):
        return (self.forward(x) - y) ** 2


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% right="neuron" name="other attribute names"
class Neuron:
    def __init__(self, weight, bias):
        self.w, self.b = weight, bias

    def forward(self, x):
        return x * self.w + self.b

    def loss(self, x, y):
        error = y - self.forward(x)
        return error * error


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% right="neuron" name="the numbers in a dict"
class Neuron:
    def __init__(self, weight, bias):
        self.numbers = dict(weight=weight, bias=bias)

    def forward(self, x):
        return self.numbers["weight"] * x + self.numbers["bias"]

    def loss(self, x, y):
        return pow(self.forward(x) - y, 2)


def neuron_answers(weights, biases, x, y):
    class Echo(Neuron):
        def forward(self, x):
            return x

    first, second = Neuron(weights[0], biases[0]), Neuron(weights[1], biases[1])
    losses = [first.loss(x, y), second.loss(x, y)]
    outputs = [first.forward(x), second.forward(x)]
    return {"outputs": outputs, "losses": losses, "loss of the echo": Echo(weights[0], biases[0]).loss(x, y)}

# %% [markdown]
# ### 2.1 Inheritance
#
# Suppose you want a counter that also stops at a limit. You need not write it from the beginning. You say *like
# `Counter`, but*, and write only what differs.

# %%
class LimitedCounter(Counter):
    """Counts upwards in steps, but never beyond a limit."""

    def __init__(self, step, limit):
        super().__init__(step)  # first everything that a Counter does when it is made
        self.limit = limit  # then what is new

    def count(self, times):
        """Count a number of times, up to the limit; returns the new total."""
        self.total = min(super().count(times), self.limit)
        return self.total


seats = LimitedCounter(2, limit=7)
seats.count(3), seats.count(1)

# %% [markdown]
# `LimitedCounter` is the child, `Counter` the parent. The child has all that the parent has. Where both have a method
# of the same name, the child's counts, and `super()` reaches the parent's. If the child's `__init__` forgets
# `super().__init__(step)`, the counter has no `total`, and `count` stops with an error. You now know why every module
# of yours begins with `super().__init__()`.
#
# ### Exercise 2.2: a neuron with an activation
#
# **Your turn.** Complete `LeakyNeuron`, a `Neuron` whose output passes a leaky ReLU (week 4): a positive output
# stays, a negative one is multiplied by `slope`, which may be larger than 1, too, and 0 stays 0. `__init__` takes one
# number more than the parent's and lets the parent store the other two. `forward` asks the parent's `forward` for the
# sum.
#
# You do not write `loss`. The inherited one calls `self.forward`, and for a `LeakyNeuron` that is your new one. For
# `LeakyNeuron(2.0, 0.5, slope=0.1)` and `x = -3.0` the output is -0.55 (2 times -3, plus 0.5, is -5.5, and a tenth of
# that), and the loss for `y = 0.0` is 0.3025. For `x = -0.1` the sum is 0.3. That is positive, so it stays. Each neuron
# keeps its own slope: the function below the class, which is for the check, makes a second one with another slope.

# %% solution="leaky_neuron"
class LeakyNeuron(Neuron):
    """A neuron with one input and a leaky ReLU. Attributes: weight, bias, slope (numbers)."""

    def __init__(self, weight, bias, slope):
        ### BEGIN SOLUTION
        super().__init__(weight, bias)
        self.slope = slope
        ### END SOLUTION

    def forward(self, x):
        """The output for the input x, a number."""
        ### BEGIN SOLUTION
        z = super().forward(x)
        return z if z > 0 else self.slope * z
        ### END SOLUTION


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

# %% check="leaky_neuron" points=2
example = {"weight": 2.0, "bias": 0.5, "slope": 0.1, "y": 0.0}
parent = {"inherits loss": True, "asks the parent": True}
negative = cases.example(**example, x=-3.0, gives={"output": -0.55, "loss": 0.3025, **parent})
positive = cases.example(**example, x=-0.1, gives={"output": 0.3, "loss": 0.09, **parent})
example = {"weight": -1.0, "bias": 1.0, "slope": 1.5, "y": 1.0}
other = cases.example(**example, x=5.0, gives={"output": -6.0, "loss": 49.0, **parent})
check.function(leaky_neuron, on=[negative, positive, other])
### BEGIN HIDDEN TESTS
def by_formula(weight, bias, slope, y, x):
    z = weight * x + bias
    a = max(z, 0.0) + slope * min(z, 0.0)
    return {"output": a, "loss": (a - y) ** 2, **parent}
names = ("weight", "bias", "slope", "y", "x")
numbers = [(2.0, 0.5, 0.1, 6.0, 3.0), (-1.5, 1.0, 0.3, 1.0, 2.0), (0.5, -4.0, 0.02, -0.5, 1.0)]
numbers += [(-2.0, -1.0, 0.25, 4.0, -3.0), (0.5, 0.25, 0.4, -1.0, 1.0)]
numbers += [(1.5, 1.0, 2.5, 1.0, -2.0), (0.5, 0.5, 4.0, 1.0, 3.0), (2.0, -1.0, 0.25, 3.0, 0.5)]  # the last sum is 0
drawn = cases.draw(seeds=8, seed0=100, weight="", bias="", y="", x="", away=lambda c: c["weight"] * c["x"] + c["bias"])
numbers += [(c["weight"].item(), c["bias"].item(), 0.15, c["y"].item(), c["x"].item()) for c in drawn]
check.function(leaky_neuron, by_formula, on=[cases.example(**dict(zip(names, each))) for each in numbers])
### END HIDDEN TESTS

# %% wrong="leaky_neuron" name="slope everywhere"
# says: You multiply every output by the slope. A positive output stays as it is.
# next: Ask first whether the sum is positive.
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        return self.slope * super().forward(x)


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="no leak"
# says: A negative sum becomes 0. That is a plain ReLU; the leaky one lets a share of it through.
# next: Return slope times the sum where the sum is negative.
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)

    def forward(self, x):
        return max(0.0, super().forward(x))


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="parent not called"
# says: Your __init__ never calls the parent's, so the neuron has no weight and no bias.
# next: Begin __init__ with super().__init__(weight, bias).
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return z if z > 0 else self.slope * z


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="bent at the input"
# says: You ask whether x is negative. The leaky ReLU looks at the sum, weight times x plus bias.
# next: Compute the sum with super().forward(x) and look at its sign.
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return z if x > 0 else self.slope * z


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="slope stored in the class"
# says: All your neurons share one slope: that of the newest. You stored it in the class.
# next: Store it in the object: self.slope.
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        LeakyNeuron.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return z if z > 0 else self.slope * z


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="always a tenth"
# says: You multiply a negative sum by 0.1, whatever slope was given.
# next: Use the slope that __init__ stored.
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return z if z > 0 else 0.1 * z


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="loss written again"
# says: The numbers are right, but you wrote loss a second time. The child has the parent's already.
# next: Delete loss from LeakyNeuron.
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return z if z > 0 else self.slope * z

    def loss(self, x, y):
        return (self.forward(x) - y) ** 2


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="formula written again"
# says: The numbers are right, but you wrote weight times x plus bias again. The parent's forward knows it.
# next: Get the sum from super().forward(x).
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = self.weight * x + self.bias
        return z if z > 0 else self.slope * z


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="slope on the positive side"
# says: You multiply positive sums by the slope and leave negative ones. It is the other way round.
# next: Turn the comparison round.
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return z if z < 0 else self.slope * z


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="slope times the input"
# says: For a negative sum you return slope times x. It is the sum that is multiplied.
# next: Return slope times the sum.
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return z if z > 0 else self.slope * x


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="the larger of the two"
# says: You take the larger of the sum and slope times the sum. Where the slope is above 1, that is the wrong one.
# next: Let the sign of the sum decide, not which number is larger.
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return max(z, self.slope * z)


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="the smaller of the two"
# says: You take the smaller of the sum and slope times the sum. That is the wrong one for every slope below 1.
# next: Let the sign of the sum decide, not which number is smaller.
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        super().__init__(weight, bias)
        self.slope = slope

    def forward(self, x):
        z = super().forward(x)
        return min(z, self.slope * z)


def leaky_neuron(weight, bias, slope, y, x):
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

# %% wrong="leaky_neuron" name="nothing at 0"
# says: You ask for sums above 0 and for sums below. At exactly 0 neither is true, and forward returns None.
# next: Leave out the second question: everything else, 0 too, belongs to else.
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

# %% right="leaky_neuron" name="a maximum and a minimum"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        Neuron.__init__(self, weight, bias)
        self.leak = slope

    def forward(self, x):
        z = Neuron.forward(self, x)
        return max(z, 0.0) + self.leak * min(z, 0.0)


def leaky_neuron(weight, bias, slope, y, x):
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

# %% right="leaky_neuron" name="multiplied in place"
class LeakyNeuron(Neuron):
    def __init__(self, weight, bias, slope):
        self.slope = slope
        super().__init__(bias=bias, weight=weight)

    def forward(self, x):
        z = super().forward(x)
        if z < 0:
            z *= self.slope
        return z


def leaky_neuron(weight, bias, slope, y, x):
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

# %% [markdown]
# ### 2.2 What `torch.nn.Module` hands down
#
# A module of yours is a child of `torch.nn.Module`. You write `__init__` and `forward`. You inherit the rest, and most
# of this week is about what that rest is worth:
#
# | you call | what the parent does | where |
# |---|---|---|
# | `model(X)` | calls your `forward` | always |
# | `model.parameters()` | walks through all parameters, also those of the parts | section 3 |
# | `model.train()`, `model.eval()` | tells all parts whether you are training | section 4 |
# | `model.to(device)` | moves all parameters | section 5 |
# | `model.state_dict()` | lists all parameters by name, to keep them | section 7 |
#
# It can do all this because it watches what you assign to `self`. A `torch.nn.Parameter` or another module assigned to
# `self` is noted down as a part. A plain tensor is not, and would be forgotten by every line of the table.
#
# ## 3. The network
#
# An image has rows and columns, our layers want a row of numbers. So we **flatten**: the 28 rows of an image are laid
# one behind the other, 784 numbers. The network forgets which pixels are neighbours. It has to learn that again from
# the examples.
#
# The network of this week has two hidden layers of 512 neurons:
#
# $$784 \;\to\; 512 \;\to\; \text{ReLU} \;\to\; 512 \;\to\; \text{ReLU} \;\to\; 10.$$
#
# Ten **scores** come out, one for each digit. There is no softmax at the end: the cross-entropy of week 7 takes the
# scores and does it inside, without overflow.
#
# Before you run the next cell, say the three shapes.

# %%
batch = X_train[:32]
rows = batch.flatten(start_dim=1)  # keeps dimension 0, joins all others
batch.shape, rows.shape, torch.nn.Linear(784, 512)(rows).shape

# %% [markdown]
# ### 3.1 Two ways to say the same
#
# Here is a smaller network, with one hidden layer, in two ways. First as a class:

# %%
class SmallNetwork(torch.nn.Module):
    """One hidden layer with a sigmoid: images (n, 1, 28, 28) -> scores (n, 10)."""

    def __init__(self, num_hiddens=32):
        super().__init__()
        self.hidden = torch.nn.Linear(784, num_hiddens)
        self.output = torch.nn.Linear(num_hiddens, 10)

    def forward(self, X):
        return self.output(torch.sigmoid(self.hidden(X.flatten(start_dim=1))))


SmallNetwork()(batch).shape

# %% [markdown]
# And as a `torch.nn.Sequential`, which calls its parts one after the other. Flattening and the activation become parts
# too, so that they can stand in the row.

# %%
small = torch.nn.Sequential(
    torch.nn.Flatten(),
    torch.nn.Linear(784, 32),
    torch.nn.Sigmoid(),
    torch.nn.Linear(32, 10),
)
small(batch).shape

# %% [markdown]
# The row of parts is shorter. The class can do what a row cannot: use a result twice, look at two inputs, decide
# something on the way. Both are modules, and both can be a part of a larger one.
#
# ### Exercise 3.1: the network as a class
#
# **Your turn.** Complete `ImageNetwork`: two hidden layers with ReLU, then the scores. The sizes are arguments, and
# the defaults are those of this week. `X` is `(n, ...)` with `num_inputs` numbers in each example, in whatever shape;
# the result is `(n, num_outputs)`, float32, also for a single example. Use `torch.nn.Linear` for the layers.
#
# With the defaults, `ImageNetwork()(batch)` has the shape `(32, 10)`.

# %% solution="image_network"
class ImageNetwork(torch.nn.Module):
    """Two hidden ReLU layers: examples (n, ...) with num_inputs numbers each -> scores (n, num_outputs)."""

    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        ### BEGIN SOLUTION
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)
        ### END SOLUTION

    def forward(self, X):
        ### BEGIN SOLUTION
        A1 = torch.relu(self.hidden1(X.flatten(start_dim=1)))
        A2 = torch.relu(self.hidden2(A1))
        return self.output(A2)
        ### END SOLUTION

# %% check="image_network" points=2
sizes = [(7, 12), (7,), (5, 7), (5,), (3, 5), (3,)]
def by_matrices(weights, X):
    by_shape = {tuple(weight.shape): weight for weight in weights.values()}
    A = X.reshape(len(X), 12)
    for out, fan_in in ((7, 12), (5, 7), (3, 5)):
        Z = A @ by_shape[out, fan_in].T + by_shape[out,]
        A = Z.clamp(min=0)
    return Z
image = cases.draw(seeds=2, X="n 1 4 3", without="zeros", dtype=torch.float32)
check.module(ImageNetwork, on=image, reference=by_matrices, parameters=sizes, build=(12, 7, 5, 3))
### BEGIN HIDDEN TESTS
images = cases.draw(seeds=6, seed0=100, X="n 1 4 3", without="zeros", dtype=torch.float32)
tables = cases.draw(seeds=3, seed0=120, X="n 12", without="zeros", dtype=torch.float32)
check.module(ImageNetwork, on=images + tables, reference=by_matrices, parameters=sizes, build=(12, 7, 5, 3))
full = [(512, 784), (512,), (512, 512), (512,), (10, 512), (10,)]
check.module(ImageNetwork, on=[], parameters=full)
### END HIDDEN TESTS

# %% wrong="image_network" name="no activation"
# says: There is nothing between your layers, so the three of them are no more than one (week 4).
# next: Put a ReLU after each hidden layer.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        return self.output(self.hidden2(self.hidden1(X.flatten(start_dim=1))))

# %% wrong="image_network" name="ReLU on the scores"
# says: Your scores have passed a ReLU. A score may be negative: that says "surely not this digit".
# next: Return what the last layer gives, as it is.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A1 = torch.relu(self.hidden1(X.flatten(start_dim=1)))
        return torch.relu(self.output(torch.relu(self.hidden2(A1))))

# %% wrong="image_network" name="softmax at the end"
# says: You return probabilities. The cross-entropy takes scores and applies the softmax itself.
# next: Leave the softmax out: return the scores.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A1 = torch.relu(self.hidden1(X.flatten(start_dim=1)))
        return torch.softmax(self.output(torch.relu(self.hidden2(A1))), dim=1)

# %% wrong="image_network" name="the batch flattened too"
# says: You laid the whole minibatch into one row. Each example needs a row of its own.
# next: Keep dimension 0: flatten(start_dim=1).
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A1 = torch.relu(self.hidden1(X.flatten()))
        return self.output(torch.relu(self.hidden2(A1)))

# %% wrong="image_network" name="sizes written as numbers"
# says: Your layers have the sizes 784, 512 and 10 whatever you are asked for.
# next: Use the names num_inputs, num_hiddens1, num_hiddens2 and num_outputs.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(784, 512)
        self.hidden2 = torch.nn.Linear(512, 512)
        self.output = torch.nn.Linear(512, 10)

    def forward(self, X):
        A1 = torch.relu(self.hidden1(X.flatten(start_dim=1)))
        return self.output(torch.relu(self.hidden2(A1)))

# %% wrong="image_network" name="layers in a plain list"
# says: Your layers stand in a plain Python list. The module does not look into lists, so it has no parameters to train.
# next: Assign each layer to self, or use torch.nn.ModuleList or torch.nn.Sequential.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        widths = [num_inputs, num_hiddens1, num_hiddens2, num_outputs]
        self.layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]

    def forward(self, X):
        A1 = torch.relu(self.layers[0](X.flatten(start_dim=1)))
        return self.layers[2](torch.relu(self.layers[1](A1)))

# %% wrong="image_network" name="num_hiddens2 not used"
# says: Your second hidden layer has num_hiddens1 neurons. num_hiddens2 is never used.
# next: Let it go from num_hiddens1 to num_hiddens2, and the last layer from num_hiddens2.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens1)
        self.output = torch.nn.Linear(num_hiddens1, num_outputs)

    def forward(self, X):
        A1 = torch.relu(self.hidden1(X.flatten(start_dim=1)))
        return self.output(torch.relu(self.hidden2(A1)))

# %% wrong="image_network" name="scores squeezed"
# says: A single example loses its row: squeeze() takes away every dimension of size 1.
# next: Return the scores as the last layer gives them.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A1 = torch.relu(self.hidden1(X.flatten(start_dim=1)))
        return self.output(torch.relu(self.hidden2(A1))).squeeze()

# %% wrong="image_network" name="one ReLU only"
# says: Only your first hidden layer has a ReLU. The second one's sums go on as they are.
# next: Put a ReLU after the second hidden layer, too.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A1 = torch.relu(self.hidden1(X.flatten(start_dim=1)))
        return self.output(self.hidden2(A1))

# %% wrong="image_network" name="first ReLU left out"
# says: Only your second hidden layer has a ReLU. The first one's sums go on as they are.
# next: Put a ReLU after the first hidden layer, too.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A2 = torch.relu(self.hidden2(self.hidden1(X.flatten(start_dim=1))))
        return self.output(A2)

# %% wrong="image_network" name="sigmoid"
# says: Your hidden layers have a sigmoid, as in the example above. Asked for is the ReLU.
# next: Put torch.relu in the place of torch.sigmoid.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A1 = torch.sigmoid(self.hidden1(X.flatten(start_dim=1)))
        return self.output(torch.sigmoid(self.hidden2(A1)))

# %% wrong="image_network" name="pixels of several examples"
# says: Each row of yours mixes pixels of several examples: the numbers come in another order than they lie in X.
# next: Flatten with X.flatten(start_dim=1): the examples stay in dimension 0, and nothing is turned.
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A1 = torch.relu(self.hidden1(X.reshape(-1, len(X)).T))
        return self.output(torch.relu(self.hidden2(A1)))

# %% wrong="image_network" name="column by column"
# says: You flatten each image column by column. Flattening goes row by row.
# next: Leave rows and columns where they are, and use X.flatten(start_dim=1).
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.hidden1 = torch.nn.Linear(num_inputs, num_hiddens1)
        self.hidden2 = torch.nn.Linear(num_hiddens1, num_hiddens2)
        self.output = torch.nn.Linear(num_hiddens2, num_outputs)

    def forward(self, X):
        A1 = torch.relu(self.hidden1(X.transpose(-1, -2).flatten(start_dim=1) if X.dim() > 2 else X))
        return self.output(torch.relu(self.hidden2(A1)))

# %% right="image_network" name="a Sequential inside"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        self.flatten = torch.nn.Flatten()
        self.stack = torch.nn.Sequential(
            torch.nn.Linear(num_inputs, num_hiddens1),
            torch.nn.ReLU(),
            torch.nn.Linear(num_hiddens1, num_hiddens2),
            torch.nn.ReLU(),
            torch.nn.Linear(num_hiddens2, num_outputs),
        )

    def forward(self, X):
        return self.stack(self.flatten(X))

# %% right="image_network" name="layers in a ModuleList"
class ImageNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens1=512, num_hiddens2=512, num_outputs=10):
        super().__init__()
        widths = [num_inputs, num_hiddens1, num_hiddens2, num_outputs]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, X):
        A = X.reshape(X.shape[0], -1)
        for layer in self.layers[:-1]:
            A = layer(A).clamp(min=0)
        return self.layers[-1](A)

# %% [markdown]
# ### Exercise 3.2: how many parameters?
#
# A layer from $d$ inputs to $h$ outputs has a weight for each pair, and a bias for each output: $hd + h$ parameters. In
# code, every parameter is a tensor, and `P.numel()` says how many numbers a tensor holds.
#
# **Your turn**, in two parts.
#
# - On paper, for 784 → 512 → 512 → 10. Write a tensor of four whole numbers into `paper_count`: those of the three
#   layers, and their sum. For 784 → 256 → 10 it would be `torch.tensor([200960, 2570, 203530])`.
# - In code: `count_parameters(model)` for any module, also one whose parts have parts, or that has a parameter of its
#   own beside its parts. It returns a dictionary with two whole numbers, `"all"` and `"trainable"`. A parameter with `requires_grad=False` is **frozen**: it is counted in the
#   first number only. (People freeze the early layers of a network when they teach an old network a new task.) A weight
#   may be frozen and the bias of the same layer not. Some modules keep other tensors besides, such as running means:
#   these **buffers** are not learned, so they are no parameters.
#
# The last function is for the check: it makes a network with some parameters frozen and hands it to yours.

# %% solution="count_parameters"
### BEGIN SOLUTION
paper_count = torch.tensor([784 * 512 + 512, 512 * 512 + 512, 512 * 10 + 10, 669706])
### END SOLUTION


def count_parameters(model):
    """How many parameters a module has: {"all": int, "trainable": int}; frozen ones count in the first only."""
    ### BEGIN SOLUTION
    sizes = [(P.numel(), P.requires_grad) for P in model.parameters()]
    return {"all": sum(n for n, _ in sizes), "trainable": sum(n for n, trained in sizes if trained)}
    ### END SOLUTION


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

# %% check="count_parameters" points=2
small = cases.example(widths=[4, 3, 2], frozen=["0.weight"], gives={"all": 26, "trainable": 14})
other = cases.example(widths=[3, 2], frozen=["0.bias"], gives={"all": 11, "trainable": 9})
whole = cases.example(widths=[2, 2], frozen=["0.weight", "0.bias"], gives={"all": 9, "trainable": 3})
check.function(count_parameters_of, on=[small, other, whole])
check.shape(paper_count, (4,), dtype=torch.int64)
### BEGIN HIDDEN TESTS
check.value(paper_count, torch.tensor([401920, 262656, 5130, 669706]))
def by_formula(widths, frozen):
    sizes = {f"{len(widths) - 1}.weight": 1, "scale": 2}
    for k, (a, b) in enumerate(zip(widths, widths[1:])):
        sizes |= {f"{k}.weight": a * b, f"{k}.bias": b}
    return {"all": sum(sizes.values()), "trainable": sum(n for name, n in sizes.items() if name not in frozen)}
nets = [([5, 4], []), ([7, 2, 9, 3], ["0.weight", "0.bias", "1.weight"]), ([3, 8, 6, 5, 2], ["3.bias"])]
nets += [([6, 5], ["0.weight", "0.bias", "1.weight"]), ([784, 256, 10], []), ([1, 1], ["0.bias"])]
each = [cases.example(widths=widths, frozen=frozen) for widths, frozen in nets]
check.function(count_parameters_of, by_formula, on=each)
### END HIDDEN TESTS

# %% wrong="count_parameters" name="biases forgotten"
# says: On paper you counted the weights only. Each output neuron has a bias as well.
# next: Add 512, 512 and 10.
paper_count = torch.tensor([784 * 512, 512 * 512, 512 * 10, 784 * 512 + 512 * 512 + 512 * 10])


def count_parameters(model):
    sizes = [(P.numel(), P.requires_grad) for P in model.parameters()]
    return {"all": sum(n for n, _ in sizes), "trainable": sum(n for n, trained in sizes if trained)}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="tensors instead of numbers"
# says: You counted the tensors: two for each layer. Each of them holds many numbers.
# next: Add up P.numel() over the parameters.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    return {"all": len(list(model.parameters())), "trainable": sum(P.requires_grad for P in model.parameters())}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="frozen ones counted as trainable"
# says: Your two numbers are always equal. Frozen parameters are not trainable.
# next: For "trainable", take only parameters whose requires_grad is True.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    total = sum(P.numel() for P in model.parameters())
    return {"all": total, "trainable": total}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="first dimension only"
# says: You added up len(P), which is the size of the first dimension alone. A matrix has rows times columns numbers.
# next: Use P.numel().
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    trained = sum(len(P) for P in model.parameters() if P.requires_grad)
    return {"all": sum(len(P) for P in model.parameters()), "trainable": trained}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="a bias for each input"
# says: On paper you counted a bias for each input of a layer. There is one for each output.
# next: Add 512, 512 and 10 to the numbers of weights.
paper_count = torch.tensor([784 * 512 + 784, 512 * 512 + 512, 512 * 10 + 512, 784 * 513 + 512 * 513 + 512 * 11])


def count_parameters(model):
    sizes = [(P.numel(), P.requires_grad) for P in model.parameters()]
    return {"all": sum(n for n, _ in sizes), "trainable": sum(n for n, trained in sizes if trained)}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="only one hidden layer on paper"
# says: Your third number on paper is not right. The last layer goes from 512 neurons to 10.
# next: Its weights are 512 times 10, and then there are 10 biases.
paper_count = torch.tensor([784 * 512 + 512, 512 * 512 + 512, 784 * 10 + 10, 672426])


def count_parameters(model):
    sizes = [(P.numel(), P.requires_grad) for P in model.parameters()]
    return {"all": sum(n for n, _ in sizes), "trainable": sum(n for n, trained in sizes if trained)}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="direct parts only"
# says: You look at the direct parts of the model only. Parts have parts of their own, and theirs are not counted.
# next: Use model.parameters(), which walks through all of them.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    found = [getattr(part, name, None) for part in model.children() for name in ("weight", "bias")]
    found = [P for P in found if P is not None]
    return {"all": sum(P.numel() for P in found), "trainable": sum(P.numel() for P in found if P.requires_grad)}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="buffers counted"
# says: You count everything in the state_dict. It holds buffers too, and they are no parameters.
# next: Add up over model.parameters().
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    trained = sum(P.numel() for P in model.parameters() if P.requires_grad)
    return {"all": sum(tensor.numel() for tensor in model.state_dict().values()), "trainable": trained}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="a part frozen as a whole"
# says: You count a layer as frozen as soon as one of its tensors is. Its bias may still be trained.
# next: Ask each parameter for its own requires_grad.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    counts = {"all": 0, "trainable": 0}
    for part in model.modules():
        own = list(part.parameters(recurse=False))
        counts["all"] += sum(P.numel() for P in own)
        counts["trainable"] += sum(P.numel() for P in own) if all(P.requires_grad for P in own) else 0
    return counts


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="linear layers only"
# says: You count the linear layers only. Other modules have parameters, too.
# next: Add up over model.parameters(), whatever module they belong to.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    layers = [part for part in model.modules() if isinstance(part, torch.nn.Linear)]
    found = [P for layer in layers for P in layer.parameters()]
    return {"all": sum(P.numel() for P in found), "trainable": sum(P.numel() for P in found if P.requires_grad)}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="frozen ones in the place of trained ones"
# says: Your second number counts the frozen parameters. Asked for are those that are trained.
# next: Take those whose requires_grad is True.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    frozen = sum(P.numel() for P in model.parameters() if not P.requires_grad)
    return {"all": sum(P.numel() for P in model.parameters()), "trainable": frozen}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="weights only in code"
# says: Your code counts matrices only. A bias is a parameter as well.
# next: Leave no parameter out: add up P.numel() over all of them.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    found = [P for P in model.parameters() if P.dim() > 1]
    return {"all": sum(P.numel() for P in found), "trainable": sum(P.numel() for P in found if P.requires_grad)}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="the first one decides"
# says: The first tensor of a layer decides for all of it in your code. A weight may be frozen, and its bias not.
# next: Ask each parameter for its own requires_grad.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    counts = {"all": 0, "trainable": 0}
    for part in model.modules():
        own = list(part.parameters(recurse=False))
        counts["all"] += sum(P.numel() for P in own)
        counts["trainable"] += sum(P.numel() for P in own) if own and own[0].requires_grad else 0
    return counts


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="the last one decides"
# says: The last tensor of a layer decides for all of it in your code. A bias may be frozen, and its weight not.
# next: Ask each parameter for its own requires_grad.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    counts = {"all": 0, "trainable": 0}
    for part in model.modules():
        own = list(part.parameters(recurse=False))
        counts["all"] += sum(P.numel() for P in own)
        counts["trainable"] += sum(P.numel() for P in own) if own and own[-1].requires_grad else 0
    return counts


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="one trained is enough"
# says: You count a whole layer as trainable as soon as one of its tensors is. The others may be frozen.
# next: Ask each parameter for its own requires_grad.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    counts = {"all": 0, "trainable": 0}
    for part in model.modules():
        own = list(part.parameters(recurse=False))
        counts["all"] += sum(P.numel() for P in own)
        counts["trainable"] += sum(P.numel() for P in own) if any(P.requires_grad for P in own) else 0
    return counts


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="nested parts counted again"
# says: You count the parameters of nested parts several times: modules() gives all parts, and parameters() looks in.
# next: Take one walk only: model.parameters() reaches all of them.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    counts = {"all": 0, "trainable": 0}
    for part in model.modules():
        own = list(part.parameters())
        counts["all"] += sum(P.numel() for P in own)
        counts["trainable"] += sum(P.numel() for P in own if P.requires_grad)
    return counts


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% wrong="count_parameters" name="the parameters of the parts"
# says: You add up over the parts of the model, its children. A parameter that belongs to the model itself is missed.
# next: Ask the model, not its children, for parameters(): it knows its own and those of all parts.
paper_count = torch.tensor([401920, 262656, 5130, 669706])


def count_parameters(model):
    found = [P for part in model.children() for P in part.parameters()]
    return {"all": sum(P.numel() for P in found), "trainable": sum(P.numel() for P in found if P.requires_grad)}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% right="count_parameters" name="a loop over names and shapes"
widths = [784, 512, 512, 10]
counts = torch.tensor([out * (fan_in + 1) for fan_in, out in zip(widths, widths[1:])])
paper_count = torch.cat([counts, counts.sum()[None]])


def count_parameters(model):
    count = {"all": 0, "trainable": 0}
    for _, P in model.named_parameters():
        size = 1
        for length in P.shape:
            size *= length
        count["all"] += size
        count["trainable"] += size if P.requires_grad else 0
    return count


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %% right="count_parameters" name="all parameters in one row"
paper_count = torch.as_tensor((401920, 262656, 5130, 669706))


def count_parameters(model):
    flat = [torch.full((P.numel(),), float(P.requires_grad)) for P in model.parameters()]
    return {"all": torch.cat(flat).numel(), "trainable": int(torch.cat(flat).sum())}


def count_parameters_of(widths, frozen):
    layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    inner = torch.nn.Sequential(*layers, torch.nn.PReLU())
    for name in frozen:
        inner.get_parameter(name).requires_grad_(False)
    model = torch.nn.Sequential(inner, torch.nn.BatchNorm1d(widths[-1], affine=False))
    model.scale = torch.nn.Parameter(torch.ones(2))
    return count_parameters(model)

# %%
print("ImageNetwork:", count_parameters(ImageNetwork()))

# %% [markdown]
# Paper and code should agree: 669,706 numbers to learn. Three out of five of them sit in the first layer, because an
# image has so many pixels.
#
# ### Exercise 3.3: the network as a row of parts
#
# **Your turn.** Write `build_network(widths, p)`. It returns a `torch.nn.Sequential`: first a `Flatten`, then for every
# layer a `Linear`, and after each `Linear` but the last a `ReLU` and a `Dropout(p)`. What dropout is comes in the next
# section; here it is one more part in the row.
#
# For `widths = [784, 512, 512, 10]` the parts are Flatten, Linear, ReLU, Dropout, Linear, ReLU, Dropout, Linear. For
# two widths only, there is one `Linear` and nothing to drop. Widths may repeat, and `p` may be 0: then `Dropout(0.0)`
# stands there all the same. The function below yours is for the check.

# %% solution="build_network"
def build_network(widths, p=0.2):
    """A ReLU network as a torch.nn.Sequential: Flatten, then Linear, ReLU, Dropout(p) for each layer, at last Linear.

    widths: numbers of neurons, inputs first, at least two; p: share that dropout drops.
    """
    ### BEGIN SOLUTION
    parts = [torch.nn.Flatten()]
    for fan_in, out in zip(widths[:-1], widths[1:]):
        parts += [torch.nn.Linear(fan_in, out), torch.nn.ReLU(), torch.nn.Dropout(p)]
    return torch.nn.Sequential(*parts[:-2])
    ### END SOLUTION


def build_network_parts(widths, p, X):
    """For the check: the parts of your network in a line each, and the shape of its output for X."""
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% check="build_network" points=2
X = torch.ones(2, 1, 2, 2)
first = ["Flatten(start_dim=1, end_dim=-1)", "Linear(in_features=4, out_features=3, bias=True)"]
then = ["ReLU()", "Dropout(p=0.3, inplace=False)", "Linear(in_features=3, out_features=2, bias=True)"]
one = cases.example(widths=[4, 3], p=0.3, X=X, gives=(first, [2, 3]))
two = cases.example(widths=[4, 3, 2], p=0.3, X=X, gives=(first + then, [2, 2]))
check.function(build_network_parts, on=[one, two])
### BEGIN HIDDEN TESTS
def by_names(widths, p, X):
    sizes = list(zip(widths, widths[1:]))
    layers = [f"Linear(in_features={a}, out_features={b}, bias=True)" for a, b in sizes]
    between = ["ReLU()", f"Dropout(p={p}, inplace=False)"]
    inner = [part for layer in layers[:-1] for part in [layer, *between]]
    return ["Flatten(start_dim=1, end_dim=-1)", *inner, layers[-1]], [len(X), widths[-1]]
nets = [([6, 4], 0.5), ([6, 9, 5], 0.25), ([6, 8, 7, 3], 0.4), ([6, 5, 8, 2, 4], 0.1)]
nets += [([6, 3, 4, 3], 0.3), ([6, 6, 6, 6], 0.15), ([6, 4, 3], 0.0), ([6, 1, 2], 0.2)]
images = cases.draw(seeds=8, seed0=100, X="n 1 2 3", dtype=torch.float32)
each = [cases.example(widths=w, p=p, X=c["X"]) for (w, p), c in zip(nets, images)]
check.function(build_network_parts, by_names, on=each)
### END HIDDEN TESTS

# %% wrong="build_network" name="dropout after the scores"
# says: A ReLU and a dropout stand after your last layer. The scores must come out as they are.
# next: Leave both out after the last Linear.
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for fan_in, out in zip(widths[:-1], widths[1:]):
        parts += [torch.nn.Linear(fan_in, out), torch.nn.ReLU(), torch.nn.Dropout(p)]
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="always two hidden layers"
# says: Your network has two hidden layers whatever the widths say.
# next: Walk through the widths with a loop: each pair of neighbours makes a layer.
def build_network(widths, p=0.2):
    return torch.nn.Sequential(
        torch.nn.Flatten(),
        torch.nn.Linear(widths[0], widths[1]),
        torch.nn.ReLU(),
        torch.nn.Dropout(p),
        torch.nn.Linear(widths[1], widths[-2]),
        torch.nn.ReLU(),
        torch.nn.Dropout(p),
        torch.nn.Linear(widths[-2], widths[-1]),
    )


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="share of dropout fixed"
# says: Your dropout is 0.5 whatever p is: that is what Dropout() takes when you say nothing.
# next: Write torch.nn.Dropout(p).
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for fan_in, out in zip(widths[:-1], widths[1:]):
        parts += [torch.nn.Linear(fan_in, out), torch.nn.ReLU(), torch.nn.Dropout()]
    return torch.nn.Sequential(*parts[:-2])


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="a list instead of a module"
# says: You return a list of parts. A list cannot be called with images.
# next: Hand the parts to torch.nn.Sequential, with a star: Sequential(*parts).
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for fan_in, out in zip(widths[:-1], widths[1:]):
        parts += [torch.nn.Linear(fan_in, out), torch.nn.ReLU(), torch.nn.Dropout(p)]
    return parts[:-2]


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="share to keep"
# says: You hand 1 - p to Dropout. p is the share that goes, as Dropout wants it.
# next: Write torch.nn.Dropout(p).
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for k in range(len(widths) - 1):
        parts.append(torch.nn.Linear(widths[k], widths[k + 1]))
        if k < len(widths) - 2:
            parts += [torch.nn.ReLU(), torch.nn.Dropout(1 - p)]
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="at most one hidden layer"
# says: Your network has one hidden layer at most. With four or more widths, the middle ones are left out.
# next: Walk through all neighbouring widths with a loop.
def build_network(widths, p=0.2):
    last = torch.nn.Linear(widths[-2], widths[-1])
    if len(widths) == 2:
        return torch.nn.Sequential(torch.nn.Flatten(), last)
    first = torch.nn.Linear(widths[0], widths[1])
    return torch.nn.Sequential(torch.nn.Flatten(), first, torch.nn.ReLU(), torch.nn.Dropout(p), last)


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="one dropout only"
# says: Your network drops once, before the last layer. After each hidden layer there should be a dropout.
# next: Put Dropout(p) inside the loop, after the ReLU.
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for fan_in, out in zip(widths[:-2], widths[1:-1]):
        parts += [torch.nn.Linear(fan_in, out), torch.nn.ReLU()]
    parts += [torch.nn.Dropout(p)] * (len(widths) > 2)
    return torch.nn.Sequential(*parts, torch.nn.Linear(widths[-2], widths[-1]))


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="last layer told by its width"
# says: You know the last layer by its number of neurons. A hidden layer may have the same number.
# next: Count the layers: ask for the place of a layer, not for its width.
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for fan_in, out in zip(widths[:-1], widths[1:]):
        parts.append(torch.nn.Linear(fan_in, out))
        if out != widths[-1]:
            parts += [torch.nn.ReLU(), torch.nn.Dropout(p)]
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="dropout before the ReLU"
# says: Your parts are right, but dropout stands before the ReLU.
# next: Put the ReLU first, then Dropout(p).
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for k in range(len(widths) - 1):
        parts.append(torch.nn.Linear(widths[k], widths[k + 1]))
        if k < len(widths) - 2:
            parts += [torch.nn.Dropout(p), torch.nn.ReLU()]
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="ReLU left out"
# says: There is no ReLU in your network. Linear layers alone are no more than one (week 4).
# next: After each Linear but the last, put a ReLU and then Dropout(p).
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for k in range(len(widths) - 1):
        parts.append(torch.nn.Linear(widths[k], widths[k + 1]))
        if k < len(widths) - 2:
            parts.append(torch.nn.Dropout(p))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="nothing flattened"
# says: Your row of parts begins with a Linear. Images have to be flattened first.
# next: Begin the row with torch.nn.Flatten().
def build_network(widths, p=0.2):
    parts = []
    for k in range(len(widths) - 1):
        parts.append(torch.nn.Linear(widths[k], widths[k + 1]))
        if k < len(widths) - 2:
            parts += [torch.nn.ReLU(), torch.nn.Dropout(p)]
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="no dropout where p is 0"
# says: For p = 0 you leave Dropout out. It should stand there all the same.
# next: Put Dropout(p) there whatever p is.
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for k in range(len(widths) - 1):
        parts.append(torch.nn.Linear(widths[k], widths[k + 1]))
        if k < len(widths) - 2:
            parts += [torch.nn.ReLU(), torch.nn.Dropout(p)] if p else [torch.nn.ReLU()]
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="ReLU after the scores"
# says: A ReLU stands after your last Linear. The scores must come out as they are.
# next: Two parts too many stand at the end when the loop is done, not one.
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for fan_in, out in zip(widths[:-1], widths[1:]):
        parts += [torch.nn.Linear(fan_in, out), torch.nn.ReLU(), torch.nn.Dropout(p)]
    return torch.nn.Sequential(*parts[:-1])


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="dropout alone after the scores"
# says: A dropout stands after your last Linear. The scores must come out as they are.
# next: Leave it out after the last Linear.
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for fan_in, out in zip(widths[:-1], widths[1:]):
        parts += [torch.nn.Linear(fan_in, out), torch.nn.ReLU(), torch.nn.Dropout(p)]
    return torch.nn.Sequential(*parts[:-2], torch.nn.Dropout(p))


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% wrong="build_network" name="last layer missing"
# says: Your last Linear is missing: the row ends with what should stand before it.
# next: A layer lies between every two widths. Count how often your loop turns.
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    for fan_in, out in zip(widths[:-1], widths[1:]):
        parts += [torch.nn.Linear(fan_in, out), torch.nn.ReLU(), torch.nn.Dropout(p)]
    return torch.nn.Sequential(*parts[:-3])


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="build_network" name="the last layer by itself"
def build_network(widths, p=0.2):
    model = torch.nn.Sequential(torch.nn.Flatten())
    for k in range(len(widths) - 2):
        model.append(torch.nn.Linear(widths[k], widths[k + 1]))
        model.append(torch.nn.ReLU())
        model.append(torch.nn.Dropout(p))
    return model.append(torch.nn.Linear(widths[-2], widths[-1]))


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% right="build_network" name="asking whether it is the last"
def build_network(widths, p=0.2):
    parts = [torch.nn.Flatten()]
    last = len(widths) - 2
    for k, out in enumerate(widths[1:]):
        parts.append(torch.nn.Linear(widths[k], out))
        if k < last:
            parts.extend((torch.nn.ReLU(), torch.nn.Dropout(p=p)))
    return torch.nn.Sequential(*parts)


def build_network_parts(widths, p, X):
    model = build_network(widths, p)
    return [str(part) for part in model], list(model.to(X.device)(X).shape)

# %% [markdown]
# ### 3.2 From scratch
#
# `torch.nn.Linear` is a module like any other: a weight, a bias, one line in `forward`. You can do without it. Remember
# from week 6 how to start: random weights with the standard deviation $\sqrt{2/d}$ for a ReLU layer with $d$ inputs
# (He's rule), and biases of zero.
#
# ### Exercise 3.4: 256 hidden neurons, from scratch
#
# **Your turn.** Complete `ScratchNetwork`, with one hidden ReLU layer, and without `torch.nn.Linear`. In `__init__`,
# make four `torch.nn.Parameter`s and assign them to `self`:
#
# - `self.W1` (num_hiddens, num_inputs) and `self.W2` (num_outputs, num_hiddens), random by He's rule:
#   `torch.randn(h, d) * (2 / d) ** 0.5`;
# - `self.b1` (num_hiddens,) and `self.b2` (num_outputs,), zeros.
#
# `forward` flattens each example, as in exercise 3.1, and returns the scores, `(n, num_outputs)`, also for a single
# example, one hidden neuron or one output. With `W1 = [[1., 1.], [1., -1.]]`, `b1 = [0., 0.5]`, `W2 = [[2., 5.]]` and
# `b2 = [-1.]`, the scores of `X = [[1., 2.]]` are `[[5.]]`: the first hidden neuron gives 3, the second nothing. The
# functions below the class are for the check. One says how spread out your starting weights are, the other puts in
# parameters of its own.

# %% solution="scratch_network"
class ScratchNetwork(torch.nn.Module):
    """One hidden ReLU layer, without torch.nn.Linear: examples (n, ...) -> scores (n, num_outputs).

    Parameters: W1 (num_hiddens, num_inputs), b1 (num_hiddens,), W2 (num_outputs, num_hiddens), b2 (num_outputs,).
    """

    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        ### BEGIN SOLUTION
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))
        ### END SOLUTION

    def forward(self, X):
        ### BEGIN SOLUTION
        A = torch.clamp(X.flatten(start_dim=1) @ self.W1.T + self.b1, min=0)
        return A @ self.W2.T + self.b2
        ### END SOLUTION


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

# %% check="scratch_network" points=2
named = {"W1": (5, 12), "b1": (5,), "W2": (3, 5), "b2": (3,)}
check.module(ScratchNetwork, on=[], parameters=named, build=(12, 5, 3))
X, W1 = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 1.0], [1.0, -1.0]])
b1, W2, b2, gives = torch.tensor([0.0, 0.5]), torch.tensor([[2.0, 5.0]]), torch.tensor([-1.0]), torch.tensor([[5.0]])
check.function(scratch_network_scores, on=[cases.example(X=X, W1=W1, b1=b1, W2=W2, b2=b2, gives=gives)])
### BEGIN HIDDEN TESTS
def by_matrices(weights, X):
    A = (X.reshape(len(X), -1) @ weights["W1"].T + weights["b1"]).clamp(min=0)
    return A @ weights["W2"].T + weights["b2"]
images = cases.draw(seeds=5, seed0=100, X="n 1 4 3", dtype=torch.float32)
tables = cases.draw(seeds=3, seed0=120, X="n 12", dtype=torch.float32)
check.module(ScratchNetwork, on=images + tables, reference=by_matrices, parameters=named, build=(12, 5, 3))
def by_linear(X, W1, b1, W2, b2):
    return by_matrices({"W1": W1, "b1": b1, "W2": W2, "b2": b2}, X)
filled = cases.draw(seeds=4, seed0=140, X="n 1 2 6", W1="h 12", b1="h", W2="q h", b2="q")
check.function(scratch_network_scores, by_linear, on=filled)
wide = [cases.example(num_inputs=d, num_hiddens=h, num_outputs=q) for d, h, q in ((300, 200, 100), (50, 400, 80))]
check.function(scratch_network_start, lambda d, h, q: ([1.0, 1.0], [0.0, 0.0]), on=wide, rtol=0.05)
### END HIDDEN TESTS

# %% wrong="scratch_network" name="plain tensors"
# says: Your weights are plain tensors. The module does not note them down, so an optimiser would never see them.
# next: Wrap each of them: torch.nn.Parameter(...).
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5
        self.b1 = torch.zeros(num_hiddens)
        self.W2 = torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5
        self.b2 = torch.zeros(num_outputs)

    def forward(self, X):
        return torch.relu(X.flatten(1) @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="weights of size one"
# says: Your network computes the right thing, but it starts with weights of size 1: far too large for so many inputs.
# next: Multiply each random matrix by the root of 2 over its number of inputs.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs))
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens))
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return torch.relu(X.flatten(1) @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="size of the second layer by the first"
# says: Your second matrix has the size that belongs to the first. He's rule takes each layer's own number of inputs.
# next: The second layer's inputs are the hidden neurons: use num_hiddens there.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        size = (2 / num_inputs) ** 0.5
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * size)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * size)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return torch.relu(X.flatten(1) @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="no ReLU"
# says: There is no ReLU between your two layers.
# next: Cut the hidden values off at 0 before the second product.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return (X.flatten(1) @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="ReLU on the scores"
# says: Your scores have passed a ReLU. A score may be negative.
# next: Return the second layer's sums as they are.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = torch.relu(X.flatten(1) @ self.W1.T + self.b1)
        return torch.relu(A @ self.W2.T + self.b2)


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="uniform random numbers"
# says: Your starting weights are all positive and too small: torch.rand gives numbers between 0 and 1.
# next: Use torch.randn, whose numbers spread around 0 with standard deviation 1.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.rand(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.rand(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return torch.relu(X.flatten(1) @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="nothing flattened"
# says: Your forward takes rows only. An image has to be laid into a row first.
# next: Begin forward with X.flatten(start_dim=1).
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="divided by the number of outputs"
# says: You scale each matrix by its number of outputs. He's rule takes the number of inputs, its columns.
# next: The root of 2 over num_inputs for W1, of 2 over num_hiddens for W2.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_hiddens) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_outputs) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return torch.relu(X.flatten(1) @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="1 in the place of 2"
# says: Your weights are too small by the root of 2. That is the rule for layers without a ReLU.
# next: He's rule has the root of 2 over the number of inputs.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (1 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (1 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return torch.relu(X.flatten(1) @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="root forgotten"
# says: Your weights are too small: you multiply by 2 over the number of inputs, without the root.
# next: Take the root: (2 / d) ** 0.5.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs))
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens))
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return torch.relu(X.flatten(1) @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="random biases"
# says: Your biases start with random numbers. They should start at 0.
# next: Use torch.zeros for b1 and b2.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.randn(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.randn(num_outputs))

    def forward(self, X):
        return torch.relu(X.flatten(1) @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="pixels of several examples"
# says: Each row of yours mixes pixels of several examples: the numbers come in another order than they lie in X.
# next: Flatten with X.flatten(start_dim=1): the examples stay in dimension 0, and nothing is turned.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = torch.clamp(X.reshape(-1, len(X)).T @ self.W1.T + self.b1, min=0)
        return A @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="column by column"
# says: You flatten each image column by column. Flattening goes row by row.
# next: Leave rows and columns where they are, and use X.flatten(start_dim=1).
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = torch.clamp((X.transpose(-1, -2).flatten(start_dim=1) if X.dim() > 2 else X) @ self.W1.T + self.b1, min=0)
        return A @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="scores squeezed"
# says: squeeze takes away every dimension of size 1. With a single output, or a single example, your scores lose one.
# next: Return the scores as the sum gives them, (n, num_outputs).
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = torch.clamp(X.flatten(start_dim=1) @ self.W1.T + self.b1, min=0)
        return (A @ self.W2.T + self.b2).squeeze()


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="last dimension squeezed"
# says: With a single output your scores lose their last dimension: squeeze takes it away.
# next: Return the scores as the sum gives them, (n, num_outputs).
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = torch.clamp(X.flatten(start_dim=1) @ self.W1.T + self.b1, min=0)
        return (A @ self.W2.T + self.b2).squeeze(-1)


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="softmax at the end"
# says: You return probabilities. The cross-entropy takes scores and applies the softmax itself.
# next: Leave the softmax out: return the scores.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = torch.clamp(X.flatten(start_dim=1) @ self.W1.T + self.b1, min=0)
        return torch.softmax(A @ self.W2.T + self.b2, dim=1)


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="second bias forgotten"
# says: Your scores come without b2.
# next: Add self.b2 to the product with W2.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        A = torch.clamp(X.flatten(start_dim=1) @ self.W1.T + self.b1, min=0)
        return A @ self.W2.T


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% wrong="scratch_network" name="small random biases"
# says: Your biases start with random numbers, if small ones. They should start at 0.
# next: Use torch.zeros for b1 and b2.
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(num_hiddens, num_inputs) * (2 / num_inputs) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.randn(num_hiddens) * 0.01)
        self.W2 = torch.nn.Parameter(torch.randn(num_outputs, num_hiddens) * (2 / num_hiddens) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.randn(num_outputs) * 0.01)

    def forward(self, X):
        return torch.relu(X.flatten(1) @ self.W1.T + self.b1) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% right="scratch_network" name="filled in place, with linear and relu"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.empty(num_hiddens, num_inputs))
        self.W2 = torch.nn.Parameter(torch.empty(num_outputs, num_hiddens))
        self.b1, self.b2 = (torch.nn.Parameter(torch.zeros(n)) for n in (num_hiddens, num_outputs))
        for W in (self.W1, self.W2):
            torch.nn.init.kaiming_normal_(W, nonlinearity="relu")

    def forward(self, X):
        A = torch.relu(torch.nn.functional.linear(X.reshape(len(X), -1), self.W1, self.b1))
        return torch.nn.functional.linear(A, self.W2, self.b2)


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% right="scratch_network" name="a maximum with zeros"
class ScratchNetwork(torch.nn.Module):
    def __init__(self, num_inputs=784, num_hiddens=256, num_outputs=10):
        super().__init__()

        def start(h, d):
            return torch.nn.Parameter(torch.normal(0.0, (2 / d) ** 0.5, size=(h, d)))

        self.W1, self.W2 = start(num_hiddens, num_inputs), start(num_outputs, num_hiddens)
        self.b1 = torch.nn.Parameter(torch.zeros(num_hiddens))
        self.b2 = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        Z = torch.einsum("nd,hd->nh", X.flatten(1), self.W1) + self.b1
        return torch.maximum(Z, torch.zeros_like(Z)) @ self.W2.T + self.b2


def scratch_network_start(num_inputs, num_hiddens, num_outputs):
    torch.manual_seed(0)
    model = ScratchNetwork(num_inputs, num_hiddens, num_outputs)
    weights = ((model.W1, num_inputs), (model.W2, num_hiddens))
    spread = [(W.detach() * (d / 2) ** 0.5).std().item() for W, d in weights]
    return spread, [b.abs().max().item() for b in (model.b1, model.b2)]


def scratch_network_scores(X, W1, b1, W2, b2):
    model = ScratchNetwork(W1.shape[1], W1.shape[0], W2.shape[0]).to(X)
    model.load_state_dict({"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return model(X).detach()

# %% [markdown]
# That is all there is to a network: four tensors and one line. You will meet these four again in section 9, where you
# train them without any help.
#
# ## 4. Two tools for training
#
# ### 4.1 Dropout
#
# A network with 669,706 parameters can learn 55,000 images by heart. It then knows the training images and little
# about handwriting. **Dropout** makes learning by heart harder. While training, in every step and for every example,
# each hidden value is set to 0 with probability $p$. No neuron can count on a certain other one being there, so the
# network has to spread what it knows.
#
# On an image instead of a hidden layer you can see it. Here is one digit, made dark first (its white is 0.3 now), with
# more and more dropped:

# %%
torch.manual_seed(0)  # dropout is random; this makes it the same for everybody
shares = [0.0, 0.2, 0.5, 0.8]
plot.images(
    torch.stack([torch.nn.functional.dropout(0.3 * X_train[0], p) for p in shares]),
    [f"p = {p}" for p in shares],
    alt="One digit four times. From left to right more and more of its pixels are black, and those that remain are "
    "brighter: dark grey at p = 0, light grey at p = 0.5, white at p = 0.8, where a few dots are left.",
    caption="Dropout on pixels: the larger p, the fewer remain, and the brighter they are.",
)

# %% [markdown]
# The fewer pixels are left, the *brighter* they are. That is on purpose. If only a
# share $1 - p$ of the values is left, their sum is too small by this factor, and the next layer would see weaker
# signals in training than later. So those that stay are divided by $1 - p$. Then the sum is right on average:
#
# $$\tilde a = \begin{cases} 0 & \text{with probability } p,\\ a / (1 - p) & \text{otherwise.}\end{cases}$$
#
# When the network is *used*, nothing is dropped and nothing is scaled. That is the reason for two modes:
# `model.train()` switches dropout on, `model.eval()` switches it off. Forget the second, and the network drops
# values while you use it: the same image gets another answer each time.

# %%
drop = torch.nn.Dropout(0.5)
hidden = torch.ones(8)
print("training:  ", drop.train()(hidden))
print("evaluating:", drop.eval()(hidden))

# %% [markdown]
# ### Exercise 4.1: dropout
#
# **Your turn.** Write `dropout(A, U, p, training)`. `A` is `(n, h)`, the hidden values. `U` is `(n, h)` too: random
# numbers between 0 and 1, one for each value, so that your function is not random itself. A value is dropped where `U
# < p`; one with `U` equal to `p` stays. With `training=False` nothing happens to `A`. Return a tensor of the shape and
# dtype of `A`: float64 stays float64, float32 stays float32.
#
# For `A = [[3., 6.]]`, `U = [[0.1, 0.7]]` and `p = 0.25` the result is `[[0., 8.]]` in training, and `[[3., 6.]]`
# otherwise. Torch's own dropout is refused here.

# %% solution="dropout"
def dropout(A, U, p, training):
    """Dropout of the values A (n, h): those with U < p become 0, the others are divided by 1 - p.

    U (n, h): random numbers in [0, 1). p: share to drop, 0 <= p < 1. training: whether to drop at all. Returns (n, h).
    """
    ### BEGIN SOLUTION
    if not training:
        return A
    return A * (U >= p) / (1 - p)
    ### END SOLUTION

# %% check="dropout" points=2
A, U, gives = torch.tensor([[[3.0, 6.0]], [[0.1, 0.7]], [[0.0, 8.0]]], dtype=torch.float64)
trained, used = (cases.example(A=A, U=U, p=0.25, training=mode, gives=B) for mode, B in ((True, gives), (False, A)))
single = cases.example(A=A.float(), U=U.float(), p=0.25, training=True, gives=gives.float())
check.function(dropout, on=[trained, used, single], forbid=("dropout",))
### BEGIN HIDDEN TESTS
def by_choice(A, U, p, training):
    return torch.where(U < p, torch.zeros_like(A), A / (1 - p)) if training else A.clone()
drawn = cases.draw(seeds=12, seed0=100, A="n h", U="n h")
settings = [(p, training) for p in (0.2, 0.5, 0.7) for training in (True, False)] * 2
each = [
    cases.example(A=case["A"], U=torch.sigmoid(2 * case["U"]), p=p, training=training)
    for case, (p, training) in zip(drawn, settings)
]
A, U = torch.tensor([[[3.0, 6.0, 0.0, 2.0]], [[0.5, 0.0, 0.75, 0.8]]], dtype=torch.float64)
each += [cases.example(A=A, U=U, p=p, training=True) for p in (0.5, 0.0)]
check.function(dropout, by_choice, on=each, forbid=("dropout",))
### END HIDDEN TESTS

# %% wrong="dropout" name="not scaled"
# says: You drop the right values, but those that stay keep their size, so the sum is too small while training.
# next: Divide the values that stay by 1 - p.
def dropout(A, U, p, training):
    return A * (U >= p) if training else A

# %% wrong="dropout" name="divided by p"
# says: You divide by p, the share that goes. What counts is the share that stays, 1 - p.
# next: Divide by 1 - p.
def dropout(A, U, p, training):
    return A * (U >= p) / p if training else A

# %% wrong="dropout" name="drops in evaluation too"
# says: You drop values also with training=False. A network in use keeps all of them.
# next: Ask for training first, and return A as it is where it is False.
def dropout(A, U, p, training):
    return A * (U >= p) / (1 - p)

# %% wrong="dropout" name="keeps what should go"
# says: You keep the values with U < p. Those are the ones to drop.
# next: Turn the comparison round.
def dropout(A, U, p, training):
    return A * (U < p) / (1 - p) if training else A

# %% wrong="dropout" name="scaled when used"
# says: You scale in evaluation and not in training. Here the values that stay are divided, in training.
# next: Divide by 1 - p in training; return A unchanged otherwise.
def dropout(A, U, p, training):
    return A * (U >= p) if training else A * (1 - p)

# %% wrong="dropout" name="one row of chances for all"
# says: You use the first row of U for all examples. Each value has a random number of its own.
# next: Compare all of U with p, not U[0].
def dropout(A, U, p, training):
    return A * (U[0] >= p) / (1 - p) if training else A

# %% wrong="dropout" name="dropped where equal"
# says: You drop values with U equal to p, too. Only those with U < p go; with p = 0 none does.
# next: Look at < and <=, > and >=.
def dropout(A, U, p, training):
    return A * (U > p) / (1 - p) if training else A

# %% wrong="dropout" name="always float64"
# says: The numbers are right, but float32 values come back as float64.
# next: Give the mask the dtype of A, or let it be bool.
def dropout(A, U, p, training):
    return A * (U >= p).double() / (1 - p) if training else A

# %% wrong="dropout" name="always float32"
# says: The numbers may be right, but float64 values come back as float32.
# next: Give what you create the dtype of A: torch.zeros_like(A), for instance.
def dropout(A, U, p, training):
    return (A * (U >= p) / (1 - p)).float() if training else A.float()

# %% wrong="dropout" name="multiplied in training"
# says: You multiply the values that stay by 1 - p. They have to grow, to make up for those that go.
# next: Divide by 1 - p.
def dropout(A, U, p, training):
    return A * (U >= p) * (1 - p) if training else A

# %% wrong="dropout" name="scaled in evaluation, too"
# says: In training you are right. With training=False you still divide by 1 - p.
# next: Return A as it is where training is False.
def dropout(A, U, p, training):
    return A * (U >= p) / (1 - p) if training else A / (1 - p)

# %% wrong="dropout" name="border from the numbers"
# says: You drop a fixed share, with a border taken from U. The border is p itself, and the share is left to chance.
# next: Compare U with p.
def dropout(A, U, p, training):
    return A * (U >= torch.quantile(U, p)) / (1 - p) if training else A

# %% wrong="dropout" name="border from the numbers of a row"
# says: You drop a fixed share, with a border taken from U. The border is p itself, and the share is left to chance.
# next: Compare U with p.
def dropout(A, U, p, training):
    return A * (U >= torch.quantile(U, p, dim=1, keepdim=True)) / (1 - p) if training else A

# %% wrong="dropout" name="a fixed number dropped"
# says: You drop a fixed share, with a border taken from U. The border is p itself, and the share is left to chance.
# next: Compare U with p.
def dropout(A, U, p, training):
    keep = torch.ones_like(A).flatten()
    keep[U.flatten().argsort()[: int(p * U.numel())]] = 0
    return A * keep.reshape(A.shape) / (1 - p) if training else A

# %% wrong="dropout" name="one column of chances for all"
# says: You use the first column of U for all hidden neurons. Each value has a random number of its own.
# next: Compare all of U with p, not U[:, :1].
def dropout(A, U, p, training):
    return A * (U[:, :1] >= p) / (1 - p) if training else A

# %% right="dropout" name="with where"
def dropout(A, U, p, training):
    if training:
        A = torch.where(U < p, 0.0, A / (1 - p))
    return A

# %% right="dropout" name="one example at a time"
def dropout(A, U, p, training):
    result = A.clone()
    if training:
        for row, chances in zip(result, U):
            row[chances < p] = 0
            row /= 1 - p
    return result

# %% [markdown]
# ### 4.2 Adam
#
# Gradient descent on minibatches (**SGD**, *stochastic gradient descent*) has one rate for all parameters. But a weight
# of a pixel at the edge, which is almost always black, gets tiny gradients; a bias of the last layer gets large ones.
# What is right for one is far too slow or too fast for the other.
#
# **Adam** gives every parameter a step of its own. It keeps two running averages for each: $m$, of the gradients, and
# $v$, of their squares. In step $t = 1, 2, \dots$, with the gradient $g$:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2,$$
#
# $$\hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad
#   w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}.$$
#
# Everything is done entry by entry. Usually $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\varepsilon = 10^{-8}$, and the rate
# $\eta$ (`lr`) is 0.001. Three things to understand:
#
# - $m$ is an average over about the last ten steps. What points in another direction with every minibatch cancels out.
# - Dividing by $\sqrt{\hat v}$, the usual size of this parameter's gradient, makes steps alike for all parameters.
# - Both averages start at 0, so in the first steps they are too small. Dividing by $1 - \beta^t$ repairs that.
#
# Work out the first step for a gradient of 0.5 and a rate of 0.1. $m = 0.1 \cdot 0.5 = 0.05$, and $\hat m = 0.05 /
# 0.1 = 0.5$. $v = 0.001 \cdot 0.25$, and $\hat v = 0.25$. The step is $0.1 \cdot 0.5 / 0.5 = 0.1$. With a gradient of
# $-20$ it would be $-0.1$: the first step of Adam is always the rate, up or down.
#
# ### Exercise 4.2: a step of Adam
#
# **Your turn.** Write `adam_step(w, g, m, v, t, lr, beta1, beta2, eps)`. `w`, `g`, `m`, `v` are tensors of one shape,
# the others numbers; `t` counts from 1. Return the tuple `(w, m, v)` after the step: new tensors, with `m` and `v` as
# they are carried on to the next step (without the hats). Leave the arguments as they are. An entry whose gradients
# have all been 0 does not move. One whose gradient is 0 in this step only goes on by its average `m`.
#
# For `w = [1., 2.]`, `g = [0.5, -20.]`, `m = v = [0., 0.]`, `t = 1` and `lr = 0.1` the new `w` is `[0.9, 2.1]`, `m` is
# `[0.05, -2.0]` and `v` is `[0.00025, 0.4]`. With the same `w`, `g = [0.5, -1.5]`, `m = [0.25, -1.5]`, `v = [0.1,
# 0.9]`, `t = 2`, `lr = 0.2`, `beta1 = 0.5`, `beta2 = 0.6` and `eps = 0.5` the new `w` is `[0.9, 2.2]`. The second
# function is for the check: it makes several steps with yours.

# %% solution="adam_step"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam. w, g, m, v: tensors of one shape; t: number of the step, from 1; the rest numbers.

    Returns (w, m, v): new tensors, the parameter and the two running averages, uncorrected.
    """
    ### BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v
    ### END SOLUTION


def adam_step_path(w, gradients, lr):
    """For the check: the parameter after as many steps of Adam as there are gradients."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% check="adam_step" points=3
w, g, m, v = torch.tensor([[1.0, 2.0], [0.5, -20.0], [0.0, 0.0], [0.0, 0.0]], dtype=torch.float64)
after = tuple(torch.tensor([[0.9, 2.1], [0.05, -2.0], [0.00025, 0.4]], dtype=torch.float64))
usual = {"t": 1, "lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
first = cases.example(w=w, g=g, m=m, v=v, **usual, gives=after)
g, m, v = torch.tensor([[0.5, -1.5], [0.25, -1.5], [0.1, 0.9]], dtype=torch.float64)
after = tuple(torch.tensor([[0.9, 2.2], [0.375, -1.5], [0.16, 1.44]], dtype=torch.float64))
other = {"t": 2, "lr": 0.2, "beta1": 0.5, "beta2": 0.6, "eps": 0.5}
second = cases.example(w=w, g=g, m=m, v=v, **other, gives=after)
m, v = torch.tensor([[0.0, 1.5], [0.0, 2.4]], dtype=torch.float64)  # the first entry rests, the second has been moving
after = tuple(torch.tensor([[1.0, 1.9], [0.0, 0.75], [0.0, 1.44]], dtype=torch.float64))
third = cases.example(w=w, g=0 * w, m=m, v=v, **other, gives=after)
check.function(adam_step, on=[first, second, third], forbid=("Adam",), rtol=1e-6)
### BEGIN HIDDEN TESTS
def by_formula(w, g, m, v, t, lr, beta1, beta2, eps):
    m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g.square() - v)
    return w - lr / (1 - beta1**t) * m / (torch.sqrt(v / (1 - beta2**t)) + eps), m, v
drawn = cases.draw(seeds=12, seed0=100, w="n h", g="n h", m="n h", v="n h", positive=("v",))
others = [(k + 1, 0.01 * (k + 1), 0.8 + 0.015 * k, 0.97 + 0.002 * k, (0.3, 1e-8)[k % 2]) for k in range(12)]
each = [
    cases.example(**case.inputs, t=t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    for case, (t, lr, beta1, beta2, eps) in zip(drawn, others)
]
still = drawn[0]["w"] * torch.tensor([[0.0], *[[1.0]] * (len(drawn[0]["w"]) - 1)])  # the first row is 0
each += [cases.example(w=drawn[0]["w"], g=still, m=0 * still, v=0 * still, **{**usual, "t": t}) for t in (1, 5)]
each += [cases.example(**{**case.inputs, "g": case["g"].clamp(min=0)}) for case in each[:6]]  # some are 0 in this step
check.function(adam_step, by_formula, on=each, forbid=("Adam",))
def by_torch(w, gradients, lr):
    parameter = torch.nn.Parameter(w.clone())
    optimizer = torch.optim.Adam([parameter], lr=lr)
    for g in gradients:
        parameter.grad = g.clone()
        optimizer.step()
    return parameter.detach()
walks = cases.draw(seeds=4, seed0=200, w="n h", gradients="k n h")
walks = [cases.example(w=case["w"], gradients=list(case["gradients"]), lr=0.05) for case in walks]
paused = [(c["w"], [c["gradients"][0], 0 * c["w"], *c["gradients"]]) for c in walks[:2]]
walks += [cases.example(w=w, gradients=gradients, lr=0.1) for w, gradients in paused]
check.function(adam_step_path, by_torch, on=walks, forbid=("Adam",))
### END HIDDEN TESTS

# %% wrong="adam_step" name="averages not corrected"
# says: You use m and v as they are. In the first steps both are far too small, because they started at 0.
# next: Divide m by 1 - beta1**t and v by 1 - beta2**t for the step.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (v.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="corrected averages carried on"
# says: The step is right, but you return the corrected averages. The next step would correct them again.
# next: Return m and v; use the hats only for w.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
    v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
    return w - lr * m / (v.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="eps under the root"
# says: You add eps before taking the root. It stands beside the root.
# next: Write v_hat.sqrt() + eps.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (v / (1 - beta2**t) + eps).sqrt(), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="root forgotten"
# says: You divide by v itself. It is an average of squares; its root is the size of a gradient.
# next: Take the square root of the corrected v.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (v / (1 - beta2**t) + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="step by the gradient"
# says: You use the average of the squares, but step along this gradient alone. The average m is never used.
# next: Put the corrected m in the place of g in the last line.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * g / ((v / (1 - beta2**t)).sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="averages changed in place"
# says: The numbers are right, but you wrote into m and v. They belong to the caller.
# next: Make new tensors: m = beta1 * m + ... instead of m *= beta1.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m.mul_(beta1).add_((1 - beta1) * g)
    v.mul_(beta2).add_((1 - beta2) * g**2)
    return w - lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="correction without the power"
# says: You divide by 1 - beta in every step. That is right for t = 1 only.
# next: Take the power: 1 - beta1**t and 1 - beta2**t.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1)
    v_hat = v / (1 - beta2)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="eps forgotten"
# says: You leave eps out. Where all gradients were 0, the step is then 0 divided by 0.
# next: Add eps to the root of the corrected v.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / v_hat.sqrt(), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="the usual betas always"
# says: You use 0.9 and 0.999 whatever beta1 and beta2 are.
# next: Write beta1 and beta2 in the formulas.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    beta1, beta2 = 0.9, 0.999
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="the usual eps always"
# says: You use 1e-8 whatever eps is.
# next: Write eps in the formula.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + 1e-8), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="betas mixed up"
# says: You use beta1 for v and beta2 for m. It is the other way round.
# next: beta1 belongs to m, beta2 to v, also in the corrections.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    beta1, beta2 = beta2, beta1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="shares turned round"
# says: Your averages take almost all of the new gradient. The old average should weigh beta, the new one 1 - beta.
# next: m is beta1 * m + (1 - beta1) * g.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = (1 - beta1) * m + beta1 * g
    v = (1 - beta2) * v + beta2 * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="power t + 1"
# says: Your corrections take the power t + 1. But t counts from 1 already.
# next: Use t itself.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**(t + 1))
    v_hat = v / (1 - beta2**(t + 1))
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="uphill"
# says: You add the step. That is the way up.
# next: Subtract it from w.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w + lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="gradient not squared"
# says: Your v averages the gradients, not their squares.
# next: Put g**2 in the second average.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g.abs()
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="parameter changed in place"
# says: The numbers are right, but you wrote into w. It belongs to the caller.
# next: Make a new tensor: w - ... instead of w -= ...
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w -= lr * m_hat / (v_hat.sqrt() + eps)
    return w, m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="rests where the gradient is 0"
# says: Where this step's gradient is 0 you leave the entry where it is. Its average m may still carry it on.
# next: Let the formula decide for every entry: where m is 0, the step is 0 by itself.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    step = lr * m / (1 - beta1**t) / ((v / (1 - beta2**t)).sqrt() + eps)
    return w - torch.where(g == 0, 0 * step, step), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="averages rest where the gradient is 0"
# says: Where this step's gradient is 0 you leave the averages as they are. They shrink there, too.
# next: Apply both formulas to every entry, with g = 0 as well.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    new_m = torch.where(g == 0, m, beta1 * m + (1 - beta1) * g)
    new_v = torch.where(g == 0, v, beta2 * v + (1 - beta2) * g**2)
    step = lr * new_m / (1 - beta1**t) / ((new_v / (1 - beta2**t)).sqrt() + eps)
    return w - step, new_m, new_v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="nothing happens where the gradient is 0"
# says: Where this step's gradient is 0 you leave everything. But m carries the entry on, and both averages shrink.
# next: Apply the formulas to every entry, with g = 0 as well.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    new_m = beta1 * m + (1 - beta1) * g
    new_v = beta2 * v + (1 - beta2) * g**2
    step = lr * new_m / (1 - beta1**t) / ((new_v / (1 - beta2**t)).sqrt() + eps)
    rests = g == 0
    return w - torch.where(rests, 0 * step, step), torch.where(rests, m, new_m), torch.where(rests, v, new_v)


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% wrong="adam_step" name="eps beside the uncorrected root"
# says: Your eps stands beside the root of v, before the correction. It belongs beside the root of the corrected v.
# next: Divide v by 1 - beta2**t first, then take the root, then add eps.
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t) * m / (v.sqrt() + eps), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="adam_step" name="with lerp and addcdiv"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = torch.lerp(m, g, 1 - beta1)
    v = torch.lerp(v, g.square(), 1 - beta2)
    size = torch.sqrt(v) / (1 - beta2**t) ** 0.5 + eps
    return torch.addcdiv(w, m, size, value=-lr / (1 - beta1**t)), m, v


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% right="adam_step" name="in a list, with powers"
def adam_step(w, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    new_m = (1 - beta1) * g + beta1 * m
    new_v = (1 - beta2) * g * g + beta2 * v
    step = new_m / (1 - beta1**t) / (eps + (new_v / (1 - beta2**t)) ** 0.5)
    return [w - lr * step, new_m, new_v]


def adam_step_path(w, gradients, lr):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w, m, v = adam_step(w, g, m, v, t, lr)
    return w

# %% [markdown]
# ### 4.3 Side by side
#
# PyTorch keeps both in `torch.optim`. An **optimiser** gets the parameters once. Then `optimizer.zero_grad()` clears
# the gradients, and `optimizer.step()` changes the parameters by them. Your loop stays the same, whichever you
# choose.
#
# Here a small network (784 → 64 → 10) makes 200 steps on minibatches of 128, each time from the same start. Which
# curve do you expect to be lowest?

# %%
def losses_with(kind, lr, steps=200):
    """Losses of a small network trained by this kind of optimiser, each the mean over 20 steps."""
    torch.manual_seed(0)  # the same start and the same minibatches for every optimiser
    parts = torch.nn.Flatten(), torch.nn.Linear(784, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)
    net, losses = torch.nn.Sequential(*parts), []
    optimizer = kind(net.parameters(), lr=lr)
    for _ in range(steps):
        chosen = torch.randint(len(y_train), (128,))
        loss = torch.nn.functional.cross_entropy(net(X_train[chosen]), y_train[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return torch.tensor(losses).reshape(-1, 20).mean(1)

# %%
rates = {"SGD, rate 0.01": (torch.optim.SGD, 0.01), "SGD, rate 0.1": (torch.optim.SGD, 0.1)}
rates |= {"SGD, rate 2": (torch.optim.SGD, 2.0), "Adam, rate 0.001": (torch.optim.Adam, 0.001)}
steps = torch.arange(10, 200, 20)
curves = {name: (steps, losses_with(kind, lr)) for name, (kind, lr) in rates.items()}
plot.lines(
    curves,
    xlabel="step",
    ylabel="loss on the minibatch",
    alt="Four loss curves over 200 steps. SGD with rate 2 begins near 4 and stays at about 2; SGD with rate 0.01 "
    "falls slowly; SGD with rate 0.1 and Adam with rate 0.001 fall fast and end lowest, close together.",
    caption="SGD depends on its rate. Adam does well with the rate that everybody starts with.",
)

# %% [markdown]
# Plain SGD depends on its rate. With 0.01 it crawls. With 2 it leaps away at once, and then does little better than
# someone who guesses, whose loss is $\log 10 \approx 2.3$. With 0.1 it keeps up with Adam, but somebody had to find
# that rate. Adam's 0.001 works for very many networks without a search. That, and not a better end result, is why
# people begin with it.
#
# ## 5. CPU or GPU
#
# A **GPU** is a processor with thousands of simple units that all do the same at once. A matrix product is made for it:
# every entry of the result can be worked out at the same time. PyTorch calls the CPU and the GPU **devices**. The name
# is `"cuda"` for NVIDIA's and AMD's GPUs, `"mps"` for Apple's, and `"cpu"` is always there.

# %%
home = device.default()  # the fastest one here
print("found:", ", ".join(str(place) for place in device.available()), "- we use", home)

# %% [markdown]
# `course.device.default()` asks PyTorch in one line. Without the course's package you would write
# `home = torch.device("cuda" if torch.cuda.is_available() else "cpu")`. If only the CPU is found, all of this week
# works, a little more slowly. In Colab you can borrow a GPU: *Runtime*, then *Change runtime type*.
#
# ### 5.1 Everything must be in one place
#
# A GPU has a memory of its own. It can only work with tensors that lie there. So two things have to move: the model's
# parameters, and every minibatch. And here is a trap, because the two calls look alike:
#
# - `model.to(home)` moves the parameters of this model, **in place**.
# - `X.to(home)` leaves `X` where it is and **returns** a copy over there. Write `X = X.to(home)`.
#
# What happens if you forget one? You do not need a GPU to see. PyTorch has a device called `"meta"`, on which tensors
# have a shape but no numbers. A model there and a minibatch here are in different places.

# %%
elsewhere = torch.nn.Linear(784, 10).to("meta")
try:
    elsewhere(rows)
except RuntimeError as error:
    print(str(error).splitlines()[0])

# %% [markdown]
# With a GPU the message reads *Expected all tensors to be on the same device, but found at least two devices, cuda:0
# and cpu!* Whenever you see the words *device* and *expected*, ask of each tensor in that line: where is it?
# `X.device` tells. A model has no `.device` of its own, but its parameters have. `model.parameters()` gives them one
# after the other, and `next` takes the first: `next(model.parameters()).device`.
#
# ### Exercise 5.1: bring the batch to the model
#
# **Your turn.** Write `move_batch(model, batch)`. `batch` is a tuple of tensors, such as `(X, y)`. Return a tuple of
# the same tensors, on the device where the model's parameters are, whichever that is. There may be one tensor, two or
# more, some of them may be there already, and each keeps its dtype: labels stay int64. The model stays where it is.
#
# If the model is on the CPU, and so is the batch, nothing changes. With the model `elsewhere` above,
# `move_batch(elsewhere, (rows,))[0].device` is `meta`. The second function is for the check: it says where everything
# is after your call, and after another (`again`), for which the first tensor is there already.

# %% solution="move_batch"
def move_batch(model, batch):
    """The tensors of `batch`, a tuple, on the device of the model's parameters; a tuple again."""
    ### BEGIN SOLUTION
    place = next(model.parameters()).device
    return tuple(part.to(place) for part in batch)
    ### END SOLUTION


def move_batch_places(where, tensors):
    """For the check: where a model that was put on `where` is, and the moved tensors, with their dtypes and shapes."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% check="move_batch" points=2
X, y = torch.ones(4, 3), torch.tensor([0, 1, 1, 0])
three = [("meta", "torch.float32", [4, 3]), ("meta", "torch.int64", [4]), ("meta", "torch.int64", [4])]
asked = []
for count in (2, 3, 1):
    gives = {"model": "meta", "batch": three[:count], "again": three[:count]}
    asked.append(cases.example(where="meta", tensors=[X, y, y][:count], gives=gives))
check.function(move_batch_places, on=asked)
### BEGIN HIDDEN TESTS
def by_name(where, tensors):
    parts = [(where, str(part.dtype), list(part.shape)) for part in tensors]
    return {"model": where, "batch": parts, "again": parts}
drawn = cases.draw(seeds=4, seed0=100, X="n 3", Z="n h k", y="n:q")
each = [[case["X"], case["y"]] for case in drawn[:2]] + [[case["X"], case["Z"], case["y"]] for case in drawn[2:]]
each += [[drawn[0]["X"]]]
each = [cases.example(where=where, tensors=tensors) for tensors in each for where in ("meta", "cpu")]
check.function(move_batch_places, by_name, on=each)
### END HIDDEN TESTS

# %% wrong="move_batch" name="the result of to is lost"
# says: The tensors you return are not where the model is: what .to returned is lost, or it was told another device.
# next: Keep what .to returns: no tensor moves in place. And ask the model: next(model.parameters()).device.
def move_batch(model, batch):
    place = next(model.parameters()).device
    for part in batch:
        part.to(place)
    return batch


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="images only"
# says: The images moved, the labels stayed behind. The loss needs both in one place.
# next: Move every tensor of the batch.
def move_batch(model, batch):
    place = next(model.parameters()).device
    return (batch[0].to(place), *batch[1:])


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="a fixed device"
# says: The tensors you return are not where the model is: what .to returned is lost, or it was told another device.
# next: Keep what .to returns: no tensor moves in place. And ask the model: next(model.parameters()).device.
def move_batch(model, batch):
    place = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return tuple(part.to(place) for part in batch)


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="the model moved to the batch"
# says: You moved the model. Then every minibatch could carry it somewhere else.
# next: Leave the model, and move the tensors to where it is.
def move_batch(model, batch):
    model.to(batch[0].device)
    return batch


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to("cpu" if where == "meta" else where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="dtype of the model"
# says: Your tensors take over the dtype of the parameters, too: .to(parameter) gives both. Labels must stay int64.
# next: Hand .to the device alone: parameter.device.
def move_batch(model, batch):
    parameter = next(model.parameters())
    return tuple(part.to(parameter) for part in batch)


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="exactly two tensors"
# says: Your code wants exactly two tensors. A batch may hold one, or three.
# next: Walk through the batch with a loop.
def move_batch(model, batch):
    X, y = batch
    place = next(model.parameters()).device
    return X.to(place), y.to(place)


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="the first two only"
# says: Your code returns two tensors, whatever the batch holds.
# next: Walk through the whole batch with a loop.
def move_batch(model, batch):
    place = next(model.parameters()).device
    return tuple(part.to(place) for part in batch[:2])


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="the weight of the model"
# says: Your code asks the model for what it has not. No model has a .device; only single layers have a .weight.
# next: Ask for its first parameter: next(model.parameters()).
def move_batch(model, batch):
    return tuple(part.to(model.weight.device) for part in batch)


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="a single tensor without its tuple"
# says: For a batch of one tensor you return the tensor itself. Asked for is a tuple, here with one entry.
# next: Return a tuple whatever the number of tensors.
def move_batch(model, batch):
    moved = tuple(part.to(next(model.parameters()).device) for part in batch)
    return moved[0] if len(moved) == 1 else moved


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="the first tensor only"
# says: You return the first tensor, whatever the batch holds. Asked for is a tuple of all.
# next: Collect the moved tensors in a tuple, and return it after the loop.
def move_batch(model, batch):
    return batch[0].to(next(model.parameters()).device)


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="returned within the loop"
# says: Your return stands in the loop, so it ends with the first tensor.
# next: Collect the moved tensors, and return them after the loop.
def move_batch(model, batch):
    moved = []
    for part in batch:
        moved.append(part.to(next(model.parameters()).device))
        return moved


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% wrong="move_batch" name="the first one decides"
# says: Where the first tensor is there already, you take it that all are. The labels may still lie somewhere else.
# next: Ask no tensor: .to does nothing to one that is there already.
def move_batch(model, batch):
    place = next(model.parameters()).device
    return batch if batch[0].device == place else tuple(part.to(place) for part in batch)


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="two by name, the rest in a list"
def move_batch(model, batch):
    parameter = list(model.parameters())[0]
    moved = []
    for part in batch:
        moved.append(part.to(device=parameter.device))
    return moved


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% right="move_batch" name="with the course's helper"
def move_batch(model, batch):
    for parameter in model.parameters():
        return device.to(batch, parameter.device)


def move_batch_places(where, tensors):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2)).to(where)
    moved = tuple(move_batch(model, tuple(tensors)))
    again = move_batch(model, (*moved[:1], *tensors[1:]))
    each = [[(part.device.type, str(part.dtype), list(part.shape)) for part in parts] for parts in (moved, again)]
    return {"model": model[1].weight.device.type, "batch": each[0], "again": each[1]}

# %% [markdown]
# ### 5.2 How much faster?
#
# Measure it. One rule first: a GPU is handed its work and the program goes on at once, so a clock that is stopped there
# and then shows nothing. You must wait for the result. `.item()` does: it brings a number back to the CPU.

# %%
def seconds(width, place, repeats=3):
    """The shortest time of some products of two (width, width) matrices on this device, in seconds."""
    A = torch.ones(width, width, device=place)
    times = []
    for _ in range(repeats + 1):  # one more, as the first has to wake everything up
        began = time.perf_counter()
        (A @ A).sum().item()
        times.append(time.perf_counter() - began)
    return min(times[1:])

# %%
widths = [32, 64, 128, 256, 512, 1024]
plot.lines(
    {str(place): (widths, [seconds(width, place) for width in widths]) for place in device.available()},
    xlabel="rows and columns of the matrices",
    ylabel="seconds for one product",
    logx=True,
    logy=True,
    alt="Time for a matrix product against its size, both axes logarithmic; one rising curve for each device found.",
    caption="One curve for each device found here. Small products cost much the same; large ones part the devices.",
)

# %% [markdown]
# To the right the work itself counts. Doubling the width means eight times as many multiplications, and there a GPU
# leaves the CPU behind by ten or a hundred times. To the left the products are so small that handing them out takes
# longer than doing them. A GPU's curve is flat there, and often *above* the CPU's. If you see only one curve, there
# is no GPU here.
#
# Our network multiplies a (128, 784) minibatch by a (784, 512) matrix. That lies in the middle: a GPU helps, but not
# by a hundred times. Its hour comes with larger networks.
#
# ## 6. Training
#
# ### 6.1 One epoch
#
# An **epoch** is one walk through all training images, in minibatches. Each minibatch goes through five steps. You know
# all of them: move it to the model, work out the loss, clear the old gradients, go backwards, step.
#
# Before the walk, `model.train()`: dropout on. And on the way you note the losses, so that you can draw them later.
# The mean over the epoch is a mean over *examples*. The last minibatch is often smaller (55,000 is not a multiple of
# 128), so it must count less than the others: add up loss times number of examples, and divide at the end.
#
# One more habit. Add up `loss.item()`, not `loss`. The tensor still holds on to its whole computational graph; the
# number does not.
#
# ### Exercise 6.1: one epoch of training
#
# **Your turn.** Write `train_epoch(model, batches, optimizer)`. `batches` is anything that gives pairs `(X, y)` when
# you loop over it, such as a `DataLoader`. Loop over it once, and do not ask for its length. The loss of a minibatch is
# `torch.nn.functional.cross_entropy(model(X), y)`. Return the mean loss over all examples of the epoch, a plain number:
# of each minibatch the loss *before* its step. The model, with all its parts, is in training mode all the time and
# afterwards. Bring each minibatch to the model's device with `.to`, or with your `move_batch`. Gradients that are left
# over from before your function was called must not enter the first step.
#
# For minibatches of 4, 4 and 3 examples with the losses 2.0, 1.0 and 0.6 the result is (8 + 4 + 1.8) / 11 = 1.2545,
# and not their plain mean, 1.2. A minibatch may be a single example. The second function is for the check: it trains
# one layer for two epochs with your function. So that you see a forgotten `.to` on a computer without a GPU, too, its
# tensors behave as if they lay on another device. The next cell has the tool for that; you need not understand it.

# %% given="as_if_elsewhere"
class Elsewhere(torch.Tensor):
    """A tensor that behaves as if it lay on another device, until `.to` brings it over."""

    device = property(lambda self: torch.device("meta"))

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function in (torch.Tensor.to, torch.Tensor.cpu, torch.Tensor.cuda):
            with torch._C.DisableTorchFunctionSubclass():
                return function(*args, **kwargs).as_subclass(torch.Tensor)
        tensors = [part for part in (*args, *kwargs.values()) if isinstance(part, torch.Tensor)]
        if any(type(part) is not cls for part in tensors):
            raise RuntimeError("Expected all tensors to be on the same device, but some are on another.")
        return super().__torch_function__(function, types, args, kwargs)

# %% solution="train_epoch"
def train_epoch(model, batches, optimizer):
    """Train for one epoch: a step of the optimiser for each (X, y) in batches; X (m, ...), y (m,) int64.

    Returns the mean cross-entropy over all examples, a number; the model is in training mode from the beginning on.
    """
    ### BEGIN SOLUTION
    place = next(model.parameters()).device
    model.train()
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
    ### END SOLUTION


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

# %% check="train_epoch" points=3
def by_autograd(W, b, X, y, batch_size, lr):
    losses = []
    for epoch in range(2):
        total = 0.0
        for start in range(0, len(y), batch_size):
            W, b = W.detach().requires_grad_(), b.detach().requires_grad_()
            part = y[start : start + batch_size]
            loss = torch.nn.functional.cross_entropy(X[start : start + batch_size] @ W.T + b, part)
            dW, db = torch.autograd.grad(loss, (W, b))
            W, b, total = W - lr * dW, b - lr * db, total + loss.item() * len(part)
        losses.append(total / len(y))
    mode = {"training meanwhile": True, "training afterwards": [True, True, True]}
    return {"W": W.detach(), "losses": losses, **mode, "graph kept": False}
def problems(seed0, settings):
    drawn = cases.draw(seeds=len(settings), seed0=seed0, W="q d", b="q", X="11 d", y="11:q")
    return [cases.example(**case.inputs, batch_size=size, lr=lr) for case, (size, lr) in zip(drawn, settings)]
check.function(train_epoch_twice, by_autograd, on=problems(0, [(4, 0.1), (3, 0.2)]))
### BEGIN HIDDEN TESTS
settings = [(4, 0.1), (3, 0.5), (11, 0.2), (1, 0.05), (5, 0.3), (8, 1.0)]
check.function(train_epoch_twice, by_autograd, on=problems(100, settings))
### END HIDDEN TESTS

# %% wrong="train_epoch" name="gradients never cleared"
# says: You never clear the gradients. Those of all minibatches so far add up, and with them what was left from before.
# next: Call optimizer.zero_grad() for every minibatch, before backward.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="cleared after backward"
# says: You clear the gradients between backward and step. The step then has nothing to go by, and the weights stay.
# next: Clear first, then backward, then step.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="training mode forgotten"
# says: The weights are right, but the model was not put into training mode: dropout would never be on.
# next: Call model.train() before the loop.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="mean of the minibatches' means"
# says: Your mean gives the small last minibatch as much weight as a full one.
# next: Add up loss times number of examples, and divide by the number of all examples.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    losses = []
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="tensors added up"
# says: The numbers are right, but you add up tensors. Each of them keeps the graph of its minibatch in memory.
# next: Add up loss.item().
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss * len(y), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="one step for the whole epoch"
# says: You make one step after all minibatches. Each minibatch should make its own.
# next: Put step and zero_grad inside the loop.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    optimizer.zero_grad()
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        loss.backward()
        total, count = total + loss.item() * len(y), count + len(y)
    optimizer.step()
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="training mode at the end only"
# says: The model is put into training mode after the loop. Its dropout is off while it learns.
# next: Call model.train() before the loop.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(y), count + len(y)
    model.train()
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="cleared after the step only"
# says: You clear the gradients after each step only. Those left over from before your call enter the first step.
# next: Clear before backward, in every minibatch.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="cleared once"
# says: You clear the gradients once, before the loop. Within the epoch they add up.
# next: Clear them for every minibatch, before backward.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    optimizer.zero_grad()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="nothing moved"
# says: X or y stays where it is. It has to be where the model is, and .to does not move a tensor in place.
# next: Keep what .to or move_batch returns, for both: X, y = move_batch(model, (X, y)).
def train_epoch(model, batches, optimizer):
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="loss after the step"
# says: You note the loss after the step, with the new weights. Asked for is the loss before it.
# next: Work out the loss once, and note that number.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss = torch.nn.functional.cross_entropy(model(X), y)
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="divided by the number of minibatches"
# says: You add up loss times number of examples, but divide by the number of minibatches.
# next: Divide by the number of examples.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(y), count + 1
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="losses not weighted"
# says: You add up the minibatches' losses as they are, and divide by the number of examples.
# next: Multiply each loss by its number of examples first.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item(), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="mode set by hand"
# says: You set model.training by hand. Its parts, such as dropout, stay in evaluation mode.
# next: Call model.train(), which tells all parts.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.training = True
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="single examples left out"
# says: You leave out minibatches of a single example. They make a step and count, too.
# next: Treat every minibatch alike, whatever its size.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        if len(y) < 2:
            continue
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / max(count, 1)


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="smaller minibatch left out"
# says: You leave out the smaller minibatch at the end. It makes a step and counts, too.
# next: Treat every minibatch alike, whatever its size.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    size = 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        size = max(size, len(y))
        if len(y) < size:
            continue
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% wrong="train_epoch" name="weighted by the first minibatch"
# says: You multiply every loss by the size of the first minibatch. A smaller one then counts too much.
# next: Multiply each loss by the number of examples of its own minibatch.
def train_epoch(model, batches, optimizer):
    place = next(model.parameters()).device
    model.train()
    total, count, size = 0.0, 0, 0
    for X, y in batches:
        X, y = X.to(place), y.to(place)
        loss = torch.nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        size = size or len(y)
        total, count = total + loss.item() * size, count + len(y)
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% right="train_epoch" name="cleared at the start and after each step, loss as a module"
def train_epoch(model, batches, optimizer):
    model.train(True)
    optimizer.zero_grad()
    criterion = torch.nn.CrossEntropyLoss(reduction="sum")
    losses, count = [], 0
    for X, y in batches:
        X, y = move_batch(model, (X, y))
        loss = criterion(model(X), y)
        (loss / len(y)).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        losses.append(loss.item())
        count += len(y)
    return sum(losses) / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% right="train_epoch" name="a tensor without its graph added up"
def train_epoch(model, batches, optimizer):
    device_here = [P.device for P in model.parameters()][0]
    model.train()
    total, count = 0, 0
    for pair in batches:
        X, y = (part.to(device_here) for part in pair)
        optimizer.zero_grad()
        loss = -torch.log_softmax(model(X), 1)[range(len(y)), y].mean()
        loss.backward()
        optimizer.step()
        total = total + loss.detach() * y.shape[0]
        count = count + y.shape[0]
    return total / count


def train_epoch_twice(W, b, X, y, batch_size, lr):
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

# %% [markdown]
# ### 6.2 How good is it?
#
# The loss is what training lowers. What people want to know is the **accuracy**: the share of images whose highest
# score is that of the right digit. To measure it, the model must be in evaluation mode, and autograd need not watch:
# `with torch.no_grad():` saves the time and memory of a graph that nobody will use.
#
# ### Exercise 6.2: accuracy
#
# **Your turn.** Write `accuracy(model, batches)`: the share of all examples in `batches` whose highest score stands at
# their label, a plain number between 0 and 1. The model, with all its parts, is in evaluation mode while it works and
# afterwards. Nothing is recorded for autograd while it works; afterwards autograd records again. Bring each minibatch
# to the model's device, and loop over `batches` once, as before.
#
# If the model is right for 3 of the 4 examples of a first minibatch, and for the only example of a second, the
# accuracy is 4/5, not the mean of 3/4 and 1. The code under your function is for the check.

# %% solution="accuracy"
def accuracy(model, batches):
    """Share of the examples in batches, pairs (X, y), for which the highest score is the label's; a number.

    Works in evaluation mode and records nothing; the model stays in evaluation mode.
    """
    ### BEGIN SOLUTION
    place = next(model.parameters()).device
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            predicted = model(X.to(place)).argmax(dim=1)
            right += (predicted == y.to(place)).sum().item()
            count += len(y)
    return right / count
    ### END SOLUTION


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

# %% check="accuracy" points=2
def by_counting(W, b, X, y, batch_size):
    right = sum(int((X[i] @ W.T + b).argmax() == y[i]) for i in range(len(y)))
    mode = {"training meanwhile": False, "training afterwards": [False, False, False]}
    return {"accuracy": right / len(y), **mode, "recorded": False, "records afterwards": True}
def problems(seeds, seed0, batch_size):
    drawn = cases.draw(seeds=seeds, seed0=seed0, W="3 d", b="3", X="11 d", y="11:3")
    return [cases.example(**case.inputs, batch_size=batch_size) for case in drawn]
check.function(accuracy_of, by_counting, on=problems(2, 0, 4))
### BEGIN HIDDEN TESTS
each = problems(6, 100, 4) + problems(4, 120, 3) + problems(2, 140, 1)
unsure = [case.inputs | {"W": 0.1 * case["W"], "b": 0.1 * case["b"]} for case in problems(2, 160, 5)]
check.function(accuracy_of, by_counting, on=each + [cases.example(**inputs) for inputs in unsure])
### END HIDDEN TESTS

# %% wrong="accuracy" name="mean of the minibatches' shares"
# says: Your mean gives the small last minibatch as much weight as a full one.
# next: Count what is right and what there is over all minibatches, and divide once.
def accuracy(model, batches):
    model.eval()
    shares = []
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            shares.append((model(X).argmax(1) == y).double().mean().item())
    return sum(shares) / len(shares)


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="still in training mode"
# says: The model is still in training mode, so dropout would drop a part of every answer.
# next: Call model.eval() before the loop.
def accuracy(model, batches):
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="recorded for autograd"
# says: The number is right, but autograd recorded every forward pass for a backward pass that never comes.
# next: Put the loop under `with torch.no_grad():`.
def accuracy(model, batches):
    model.eval()
    right, count = 0, 0
    for X, y in batches:
        X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
        right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="highest score along the examples"
# says: You look for the highest score in each column, over the examples. Each example has its own highest score.
# next: Take argmax along dimension 1.
def accuracy(model, batches):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            predicted = model(X).argmax(0)
            right, count = right + sum(int(p == label) for p, label in zip(predicted, y)), count + len(y)
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="evaluation mode at the end only"
# says: The model is put into evaluation mode after the loop. Its dropout is on while you count.
# next: Call model.eval() before the loop.
def accuracy(model, batches):
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    model.eval()
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="autograd off for good"
# says: You switch autograd off and never on again. The next training could not go backwards.
# next: Use `with torch.no_grad():`, which ends by itself.
def accuracy(model, batches):
    model.eval()
    right, count = 0, 0
    torch.set_grad_enabled(False)
    for X, y in batches:
        X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
        right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="more than one half"
# says: You count an example only if its label has a probability above one half. It is enough to be the highest.
# next: Compare the place of the highest score with the label.
def accuracy(model, batches):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            right, count = right + (torch.softmax(model(X), 1)[range(len(y)), y] > 0.5).sum().item(), count + len(y)
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="back in training mode"
# says: You put the model back into training mode. It should stay in evaluation mode.
# next: Leave out model.train() at the end.
def accuracy(model, batches):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    model.train()
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="nothing moved"
# says: X or y stays where it is. It has to be where the model is, and .to does not move a tensor in place.
# next: Keep what .to or move_batch returns, for both.
def accuracy(model, batches):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="in percent"
# says: Your accuracy is a hundred times too large: it is a percentage.
# next: Return the share, between 0 and 1.
def accuracy(model, batches):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    return 100 * right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="share of the mistakes"
# says: You return the share of examples that are wrong.
# next: Count where prediction and label are equal.
def accuracy(model, batches):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            right, count = right + (model(X).argmax(1) != y).sum().item(), count + len(y)
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="number of hits"
# says: You return how many are right. Asked for is the share.
# next: Divide by the number of all examples.
def accuracy(model, batches):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    return right


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="mode set by hand"
# says: You set model.training by hand. Its parts, such as dropout, stay in training mode.
# next: Call model.eval(), which tells all parts.
def accuracy(model, batches):
    model.training = False
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="single examples left out"
# says: You leave out minibatches of a single example. They count, too.
# next: Treat every minibatch alike, whatever its size.
def accuracy(model, batches):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            if len(y) < 2:
                continue
            right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    return right / max(count, 1)


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% wrong="accuracy" name="smaller minibatch left out"
# says: You leave out the smaller minibatch at the end. Its examples count, too.
# next: Treat every minibatch alike, whatever its size.
def accuracy(model, batches):
    model.eval()
    right, count, size = 0, 0, 0
    with torch.no_grad():
        for X, y in batches:
            X, y = X.to(next(model.parameters()).device), y.to(next(model.parameters()).device)
            size = max(size, len(y))
            if len(y) < size:
                continue
            right, count = right + (model(X).argmax(1) == y).sum().item(), count + len(y)
    return right / count


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% right="accuracy" name="all answers collected first"
def accuracy(model, batches):
    model.train(False)
    with torch.inference_mode():
        pairs = [move_batch(model, pair) for pair in batches]
        hits = torch.cat([model(X).max(1).indices == y for X, y in pairs])
    return hits.double().mean().item()


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% right="accuracy" name="one example at a time"
@torch.no_grad()
def accuracy(model, batches):
    model.eval()
    right = wrong = 0
    for X, y in batches:
        X = X.to(next(model.parameters()).device)
        for scores, label in zip(model(X), y.tolist()):
            right, wrong = (right + 1, wrong) if scores.argmax().item() == label else (right, wrong + 1)
    return right / (right + wrong)


class Watched(torch.nn.Linear):
    recorded = trained = False

    def forward(self, X):
        self.recorded = self.recorded or torch.is_grad_enabled()
        self.trained = self.trained or self.training
        return super().forward(X)


def accuracy_of(W, b, X, y, batch_size):
    layer = Watched(W.shape[1], W.shape[0])
    model = torch.nn.Sequential(torch.nn.Flatten(), layer).to(W)
    layer.load_state_dict({"weight": W, "bias": b})
    X, y = (part.cpu().as_subclass(Elsewhere).split(batch_size) for part in (X, y))
    share, again = accuracy(model.train(), zip(X, y)), torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    mode = {"training meanwhile": layer.trained, "training afterwards": [part.training for part in model.modules()]}
    return {"accuracy": float(share), **mode, "recorded": layer.recorded, "records afterwards": again}

# %% [markdown]
# ### 6.3 For real
#
# Everything is in place. The loaders cut the data into minibatches, shuffled anew in each epoch for the training
# images (week 7). Five epochs are enough for MNIST. The digits that stand in for it are so few that they need more.

# %% given="loaders"
def loader(X, y, shuffle=False):
    """Minibatches of 128 pairs (X, y); shuffled anew in every epoch if asked, in the same way for everybody."""
    generator = torch.Generator().manual_seed(8)
    return DataLoader(TensorDataset(X, y), batch_size=128, shuffle=shuffle, generator=generator)


train_batches, valid_batches = loader(X_train, y_train, shuffle=True), loader(X_valid, y_valid)
epochs = 5 if training_set.source == "MNIST" else 8
model = P_test = Ws = bs = ...  # they get their values below, as soon as your functions are there

# %% [markdown]
# The next cell makes your network and the optimiser, and trains. Watch two things. The **progress bar** says how far
# the epoch is. The **curve** grows by a point after each epoch: the loss on the training images, and the share of the
# validation images that are still wrong. This is the longest cell of the course: a minute or two on two CPU cores.

# %%
torch.manual_seed(0)  # starting weights and dropout, the same in every run
model = build_network([784, 512, 512, 10], p=0.2).to(home)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
look = {
    "alt": "Two curves over the epochs: training loss and share of wrong validation images. The loss falls steeply "
    "first; the share wrong is small from the first epoch on and falls by a little more.",
    "caption": "Training: after the first epoch most of it is done; the rest is polish.",
}
began = time.perf_counter()
with train.Curve(ylabel="loss, or share wrong", **look) as curve:
    for epoch in range(1, epochs + 1):
        bar = tqdm(train_batches, desc=f"epoch {epoch} of {epochs}", file=sys.stdout, mininterval=1, delay=0.1)
        loss = train_epoch(model, bar, optimizer)
        curve.add(epoch, {"training loss": loss, "validation, share wrong": 1 - accuracy(model, valid_batches)})
print(f"{epochs} epochs on {home} in {time.perf_counter() - began:.0f} s")

# %%
print(f"accuracy on the validation images: {accuracy(model, valid_batches):.1%}")

# %% [markdown]
# Ten percent would be guessing. After a single epoch the network has seen each image once, and already only a few in a
# hundred are wrong. Later epochs win less and less; if you went on for thirty, the training loss would approach 0 while
# the validation curve stayed where it is. That is learning by heart.
#
# ## 7. Keeping a model
#
# Close the notebook, and all that training is gone. So write it down. What is worth keeping are the parameters:
# `model.state_dict()` is a dictionary of them, by name. It does not contain the class, nor the code of `forward`. To
# use it you build the network again, with fresh random weights, and pour the old ones in.

# %%
parts = build_network([4, 3, 2]).state_dict()
{name: tuple(tensor.shape) for name, tensor in parts.items()}

# %% [markdown]
# The numbers in the names are places in the `Sequential`. Parts without parameters (ReLU, dropout) do not appear.
#
# Three functions do the work. `torch.save(something, path)` writes a file. `torch.load(path, weights_only=True)` reads
# it: tensors and nothing else, because a file in Python's own format can hold code, and you would not want to run a
# stranger's. `model.load_state_dict(...)` copies the values into the model's parameters.
#
# A file written on a GPU remembers that it was there. On a computer without one, reading it fails, unless you say where
# the tensors should go: `map_location="cpu"`. From there `load_state_dict` brings them to wherever the model is.
#
# ### Exercise 7.1: save and load
#
# **Your turn.** Write two functions.
#
# - `save_model(model, path)` writes the model's `state_dict` to a file, all of it: it has the parameters and also the
#   buffers (exercise 3.2). It returns nothing and leaves the model as it is.
# - `load_model(model, path)` fills `model` itself with what was saved, puts it and all its parts into evaluation mode,
#   because it is there to be used, and returns it. It must work on a computer without a GPU, wherever the file was
#   written.
#
# The third function is for the check. It trains nothing: it saves a small network, wipes out the original, and loads
# the file into a new one. In between it changes the file so that it looks as if it had been written on a GPU that you
# do not have. The next cell has the tool for that; you need not understand it.

# %% given="as_from_a_gpu"
def as_from_a_gpu(path):
    """Change a file of torch.save so that it says: written on an Intel GPU ("xpu"), which hardly any computer has."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content.replace(b"cpu", b"xpu") if name.endswith("data.pkl") else content)

# %% solution="save_and_load"
def save_model(model, path):
    """Write the parameters of a model to a file."""
    ### BEGIN SOLUTION
    torch.save(model.state_dict(), path)
    ### END SOLUTION


def load_model(model, path):
    """Fill a model with the parameters from a file, on whatever device; returns it, in evaluation mode."""
    ### BEGIN SOLUTION
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()
    ### END SOLUTION


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

# %% check="save_and_load" points=2
W, b, X = torch.tensor([[1.0, 2.0]]), torch.tensor([0.5]), torch.tensor([[3.0, 4.0], [0.0, 1.0]])
names, flags = ["1.bias", "1.weight", "mean"], {"in training mode": [False, False, False]}
flags |= {"old network in training mode": True, "the network itself is returned": True}
gives = {"names": names, "scores": torch.tensor([[11.5], [2.5]]), "mean": torch.tensor([1.0]), **flags}
one = cases.example(W=W, b=b, X=X, gives=gives)
W, b = torch.tensor([[0.5, -1.0], [2.0, 0.0]]), torch.tensor([1.0, -1.0])
gives = {**gives, "scores": torch.tensor([[-1.5, 5.0], [0.0, -1.0]]), "mean": torch.tensor([2.0, -2.0])}
check.function(save_and_load, on=[one, cases.example(W=W, b=b, X=X, gives=gives)])
### BEGIN HIDDEN TESTS
def by_matrices(W, b, X):
    return {"names": names, "scores": X @ W.T + b, "mean": 2 * b, **flags}
drawn = cases.draw(seeds=4, seed0=100, W="q d", b="q", X="n d", without="edges")  # sizes and zeros: all one to a file
check.function(save_and_load, by_matrices, on=drawn)
### END HIDDEN TESTS

# %% wrong="save_and_load" name="file read, nothing filled"
# says: You read the file, but the model keeps its random weights: nothing is copied into it.
# next: Hand what you read to model.load_state_dict.
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    torch.load(path, map_location="cpu", weights_only=True)
    return model.eval()


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="training mode after loading"
# says: The loaded model is in training mode. Its dropout would disturb every answer.
# next: Call model.eval() before you return it.
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="map_location forgotten"
# says: Your load_model stops with an error when the file comes from a GPU that is not here.
# next: Say where the tensors should go: torch.load with map_location="cpu".
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, weights_only=True))
    return model.eval()


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="the whole object saved"
# says: You saved the model itself. Such a file holds code as well, and it breaks as soon as the class changes.
# next: Save model.state_dict().
def save_model(model, path):
    torch.save(model, path)


def load_model(model, path):
    return torch.load(path, map_location="cpu", weights_only=False).eval()


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="nothing returned"
# says: Your load_model fills the model, but returns nothing.
# next: Return the model. model.eval() returns it too.
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    model.eval()


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="a copy filled"
# says: You fill and return a copy. The model that was handed in keeps its random weights.
# next: Call load_state_dict on model itself.
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    import copy

    model = copy.deepcopy(model)
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="parameters only"
# says: Your file holds the parameters only. The buffers are missing, and the model cannot be filled from it.
# next: Save model.state_dict(): it has both.
def save_model(model, path):
    torch.save({name: P.detach() for name, P in model.named_parameters()}, path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="mode set by hand"
# says: You set model.training by hand. Its parts, such as dropout, stay in training mode.
# next: Call model.eval(), which tells all parts.
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    model.training = False
    return model


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="evaluation mode when saving"
# says: Your save_model puts the model into evaluation mode. It should leave it as it is: training may go on.
# next: Leave model.eval() to load_model.
def save_model(model, path):
    torch.save(model.eval().state_dict(), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="missing names accepted"
# says: With strict=False nobody notices that something is missing in the file. Your buffers stay as they were.
# next: Save all of the state_dict, and load it without strict=False.
def save_model(model, path):
    torch.save(dict(model.named_parameters()), path)


def load_model(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), strict=False)
    return model.eval()


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="buffers not filled"
# says: You fill the parameters only. The buffers of the model, such as mean, keep their old values.
# next: Hand all that was saved to model.load_state_dict.
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    saved = torch.load(path, map_location="cpu", weights_only=True)
    for name, P in model.named_parameters():
        P.data.copy_(saved[name])
    return model.eval()


def save_and_load(W, b, X):
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

# %% wrong="save_and_load" name="weights only filled"
# says: You fill the weights only. The biases and buffers of the model keep their old values.
# next: Hand all that was saved to model.load_state_dict.
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(model, path):
    saved = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict({name: saved[name] for name in saved if "weight" in name}, strict=False)
    return model.eval()


def save_and_load(W, b, X):
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

# %% right="save_and_load" name="moved to the CPU before saving"
def save_model(model, path):
    with open(path, "wb") as file:
        torch.save({name: tensor.cpu() for name, tensor in model.state_dict().items()}, file)


def load_model(model, path):
    kept = torch.load(path, weights_only=True, map_location=torch.device("cpu"))
    model.load_state_dict(kept)
    model.eval()
    return model


def save_and_load(W, b, X):
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

# %% right="save_and_load" name="tensor by tensor"
def save_model(model, path):
    torch.save(dict(model.named_parameters()) | dict(model.named_buffers()), str(path))


def load_model(model, path):
    kept = torch.load(str(path), weights_only=True, map_location="cpu")
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            tensor.copy_(kept[name])
    return model.train(False)


def save_and_load(W, b, X):
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

# %% [markdown]
# Now with the network you trained. It goes into a folder that is deleted at the end of the cell; on your own computer,
# choose a name that you will find again.

# %%
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "mnist.pt"
    fresh = build_network([784, 512, 512, 10])
    print(f"fresh:  {accuracy(fresh, valid_batches):.1%} right")
    save_model(model, path)
    print(f"loaded: {accuracy(load_model(fresh, path), valid_batches):.1%} right,", path.stat().st_size, "bytes")

# %% [markdown]
# The fresh network guesses; the loaded one knows all that the trained one knew. The size of the file is no surprise:
# 669,706 float32 numbers of four bytes each are 2,678,824 bytes, and a little for the names.
#
# ## 8. The result
#
# All choices are made. Now, once, the test images.

# %%
test_batches = loader(test_set.X, test_set.y)
print(f"accuracy on the {len(test_set.y):,} test images of {test_set.source}: {accuracy(model, test_batches):.2%}")

# %% [markdown]
# With MNIST this is about 98 %, from a network that does not even know which pixels are neighbours. (With the digits
# that stand in, about 94 %.) What are the others? First the confusion matrix of week 7: each row is a true
# digit, each column what the network said.

# %%
def probabilities_of(model, X):
    """Softmax of the model's scores for images X: (n, 10), on the CPU."""
    with torch.no_grad():
        return torch.softmax(model.eval()(X.to(home)), dim=1).cpu()


P_test = probabilities_of(model, test_set.X)
predicted = P_test.argmax(dim=1)
counts = torch.bincount(10 * test_set.y + predicted, minlength=100).reshape(10, 10)
plot.confusion(
    counts,
    test_set.names,
    alt="A table of ten by ten counts. Almost everything is on the diagonal; some small counts are scattered off it.",
    caption="Confusion matrix on the test images. Off the diagonal the colours are stretched, so that mistakes show.",
)

# %% [markdown]
# Look at the strongest colours off the diagonal. On MNIST you will find pairs that share strokes, such as 9 and 4, or
# 7 and 2. A network that confuses those has understood something. One that often took a 0 for a 1 would worry us more.
#
# ### 8.1 The mistakes it is sure of
#
# A wrong answer with a probability of 0.4 is a shrug. A wrong answer with 0.99 is a belief. Those are the ones to look
# at: they show what the network has learnt wrongly, or images that are labelled wrongly.
#
# ### Exercise 8.1: the worst mistakes
#
# **Your turn.** Write `worst_mistakes(P, y, k)`. `P` is `(n, q)`, probabilities, float; `y` is `(n,)`, the labels,
# int64. Return the numbers of the `k` examples that are *wrong* and have the highest probability for what was
# predicted, the worst first: a tensor of dtype int64. If fewer than `k` are wrong, return all that are: for a single
# mistake a tensor with one entry, for none an empty one, int64 all the same. An example that is right may have the same
# highest probability as one that is wrong.
#
# For `P = [[0.1, 0.7, 0.2], [0.2, 0.7, 0.1], [0.1, 0.4, 0.5], [0.3, 0.1, 0.6]]`, `y = [1, 0, 0, 0]` and `k = 2` the
# answer is `[1, 3]`: example 0 is right; the others are wrong, with 0.7, 0.5 and 0.6. For `y = [1, 1, 2, 0]` it is
# `[3]`.

# %% solution="worst_mistakes"
def worst_mistakes(P, y, k):
    """The k wrongly classified examples with the most confident predictions, worst first; int64, at most (k,).

    P (n, q): probabilities; y (n,): int64 labels.
    """
    ### BEGIN SOLUTION
    confidence, predicted = P.max(dim=1)
    wrong = torch.nonzero(predicted != y).flatten()
    order = confidence[wrong].argsort(descending=True)
    return wrong[order[:k]]
    ### END SOLUTION

# %% check="worst_mistakes" points=2
P = torch.tensor([[0.1, 0.7, 0.2], [0.2, 0.7, 0.1], [0.1, 0.4, 0.5], [0.3, 0.1, 0.6]], dtype=torch.float64)
gives, y = torch.tensor([1, 3]), torch.tensor([1, 0, 0, 0])
single = cases.example(P=P, y=torch.tensor([1, 1, 2, 0]), k=2, gives=torch.tensor([3]))
check.function(worst_mistakes, on=[cases.example(P=P, y=y, k=2, gives=gives), single])
### BEGIN HIDDEN TESTS
def by_sorting(P, y, k):
    rows = [(float(P[i].max()), i) for i in range(len(y)) if int(P[i].argmax()) != int(y[i])]
    return torch.tensor([i for _, i in sorted(rows, reverse=True)[:k]], dtype=torch.int64, device=y.device)
few = cases.draw(seeds=8, seed0=100, Z="n q", y="n:q")
many = cases.draw(seeds=6, seed0=120, Z="40 5", y="40:5")
each = [cases.example(P=torch.softmax(2 * c["Z"], 1), y=c["y"], k=2 + i % 5) for i, c in enumerate(few + many)]
pairs = [(torch.softmax(2 * c["Z"], 1), c["y"]) for c in few]  # each row is also right once
twice = [(torch.cat([P, P]), torch.cat([P.argmax(dim=1), y])) for P, y in pairs]
each += [cases.example(P=P, y=y, k=k) for k, (P, y) in enumerate(twice, 1)]
right = P.argmax(dim=1)
each += [cases.example(P=P, y=labels, k=k) for labels in (torch.tensor([1, 1, 2, 0]), right) for k in (1, 2)]
each += [cases.example(P=P, y=y, k=9), cases.example(P=P[:1], y=y[1:2], k=3), cases.example(P=P[:1], y=y[:1], k=1)]
check.function(worst_mistakes, by_sorting, on=each)
### END HIDDEN TESTS

# %% wrong="worst_mistakes" name="least sure first"
# says: Your list begins with the mistakes that the network was least sure of.
# next: Sort with descending=True.
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    wrong = torch.nonzero(predicted != y).flatten()
    return wrong[confidence[wrong].argsort()[:k]]

# %% wrong="worst_mistakes" name="places among the mistakes"
# says: You return places in the list of mistakes, not the numbers of the examples.
# next: Use your order to pick from the list of wrong examples: wrong[order].
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    wrong = torch.nonzero(predicted != y).flatten()
    return confidence[wrong].argsort(descending=True)[:k]

# %% wrong="worst_mistakes" name="right ones too"
# says: Your list contains examples that are right. The network may be as sure of those as it likes.
# next: Keep only examples whose prediction differs from the label.
def worst_mistakes(P, y, k):
    return P.max(dim=1).values.argsort(descending=True)[:k]

# %% wrong="worst_mistakes" name="sorted by the true class"
# says: You sort by the probability of the true digit. Asked for is how sure the network was of what it said.
# next: Use the largest probability of each row.
def worst_mistakes(P, y, k):
    wrong = torch.nonzero(P.argmax(dim=1) != y).flatten()
    return wrong[P[wrong, y[wrong]].argsort()[:k]]

# %% wrong="worst_mistakes" name="filled up with right ones"
# says: Where fewer than k are wrong, you fill up with examples that are right.
# next: Take at most as many as there are mistakes.
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    return (confidence * (predicted != y)).topk(min(k, len(y))).indices

# %% wrong="worst_mistakes" name="distance to the second"
# says: You sort by the distance between the two highest probabilities. Asked for is the highest itself.
# next: Sort by P.max(dim=1).values.
def worst_mistakes(P, y, k):
    two = P.topk(2, dim=1)
    wrong = torch.nonzero(two.indices[:, 0] != y).flatten()
    sure = two.values[:, 0] - two.values[:, 1]
    return wrong[sure[wrong].argsort(descending=True)[:k]]

# %% wrong="worst_mistakes" name="empty list as a tensor"
# says: Without a mistake your result is float32: torch.tensor of an empty list does not know what it holds.
# next: Say dtype=torch.int64.
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    wrong = [i for i in range(len(y)) if predicted[i] != y[i]]
    return torch.tensor(sorted(wrong, key=lambda i: -confidence[i].item())[:k], device=P.device)

# %% wrong="worst_mistakes" name="squeezed"
# says: With a single mistake your list of wrong examples loses its only dimension: squeeze() takes it away.
# next: Use flatten(), which always leaves one dimension.
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    wrong = torch.nonzero(predicted != y).squeeze()
    order = confidence[wrong].argsort(descending=True)
    return wrong[order][:k]

# %% wrong="worst_mistakes" name="k taken first"
# says: You take the k surest examples first and keep the wrong ones among them. Then fewer than k may be left.
# next: Keep the wrong ones first, sort, and cut last.
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    order = confidence.argsort(descending=True)[:k]
    return order[predicted[order] != y[order]]

# %% wrong="worst_mistakes" name="not sorted"
# says: You return wrong examples in the order in which they stand, not the worst first.
# next: Sort them by confidence, descending, before you cut.
def worst_mistakes(P, y, k):
    return torch.nonzero(P.argmax(dim=1) != y).flatten()[:k]

# %% wrong="worst_mistakes" name="looked up by the probability"
# says: You look an example up by its probability. Another one, which is right, may have the same.
# next: Sort the numbers of the examples themselves, and keep them to the end.
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    worst = sorted(confidence[predicted != y].tolist(), reverse=True)[:k]
    return torch.tensor([confidence.tolist().index(c) for c in worst], dtype=torch.int64, device=P.device)

# %% wrong="worst_mistakes" name="above one half only"
# says: You leave out mistakes with a probability of one half or less. They count where k allows, too.
# next: Ask only whether the prediction differs from the label.
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    wrong = torch.nonzero((predicted != y) & (confidence > 0.5)).flatten()
    return wrong[confidence[wrong].argsort(descending=True)[:k]]

# %% wrong="worst_mistakes" name="one half or more only"
# says: You leave out mistakes with a probability below one half. They count where k allows, too.
# next: Ask only whether the prediction differs from the label.
def worst_mistakes(P, y, k):
    confidence, predicted = P.max(dim=1)
    wrong = torch.nonzero((predicted != y) & (confidence >= 0.5)).flatten()
    return wrong[confidence[wrong].argsort(descending=True)[:k]]

# %% wrong="worst_mistakes" name="smallest entropy"
# says: You sort by the entropy of the whole row. Asked for is the probability of what was predicted.
# next: Sort by the largest entry of each row.
def worst_mistakes(P, y, k):
    wrong = (P.argmax(dim=1) != y).nonzero().flatten()
    doubt = -torch.special.xlogy(P, P).sum(dim=1)
    return wrong[doubt[wrong].argsort()[:k]]

# %% wrong="worst_mistakes" name="true class below one half"
# says: You call an example wrong where the true class has less than one half. It may still have the most of its row.
# next: Compare the predicted class, the argmax, with y.
def worst_mistakes(P, y, k):
    wrong = (P[torch.arange(len(y)), y] < 0.5).nonzero().flatten()
    return wrong[P[wrong].amax(dim=1).argsort(descending=True)[:k]]

# %% right="worst_mistakes" name="right ones sent to the end"
def worst_mistakes(P, y, k):
    best, predicted = P.max(dim=1)
    best = torch.where(predicted == y, -1.0, best)
    order = torch.argsort(best, descending=True)
    return order[: min(k, int((predicted != y).sum()))]

# %% right="worst_mistakes" name="with topk"
def worst_mistakes(P, y, k):
    wrong = (P.argmax(1) != y).nonzero()[:, 0]
    sure = P[wrong].amax(1)
    return wrong[sure.topk(min(k, len(wrong))).indices]

# %%
worst = worst_mistakes(P_test, test_set.y, 16)
plot.images(
    test_set.X[worst],
    test_set.y[worst],
    probabilities=P_test[worst],
    names=test_set.names,
    columns=4,
    alt="Up to sixteen images of digits taken for another digit; above each its true digit and what the network said.",
    caption="The test images that the network gets wrong with the most confidence. First line: the truth. "
    "Second: what it said. In brackets the probabilities it gave.",
)

# %% [markdown]
# Be honest: would you have known all of them? Some are written so that a person hesitates too. With others you see at
# once what the network missed: a stroke that is a little too short, a digit that leans, or is shifted, or thick.
#
# Remember the probabilities, too. The network said 0.99 or more, and was wrong. (A 1.00 in the figure is rounded: a
# softmax comes close to 1, but what it leaves to the others is never nothing.) It gives large numbers for images unlike
# anything in training as well. *Sure* is not *right*.
#
# ### Question 8.2: what would help?
#
# Pick two of the images above. For each, say in a sentence why you think the network went wrong. Then name two changes
# (to the data, to the network, or to the training) that might repair mistakes of this kind, and say why. For one of
# the two, describe how you would find out whether it really helps. Eight sentences at most.

# %% [markdown] answer="what_would_help" points=3
### BEGIN SOLUTION
# One of the images is a 4 that is closed at the top, so its strokes are almost those of a 9. Another is a 6 that
# leans far to one side; its pixels lie where other digits have theirs, because our network knows pixels by their
# place only.
#
# Against leaning and shifted digits, more varied training images would help: copies of the given ones, turned or
# moved by a little, with the same label. The network then sees that a digit stays the same digit in another place. A
# network that looks at neighbouring pixels with the same small weights everywhere (a convolution) has this built in.
# (Also accepted: more regularisation, such as more dropout or weight decay, against learning by heart; more epochs or
# a rate that falls towards the end; averaging the probabilities of several networks.)
#
# To find out whether moved copies help, I train twice with the same start, minibatches and number of steps, once
# without and once with them, and compare the accuracy on the validation images. I repeat it with a few seeds, because a
# difference of one or two images in a thousand can be chance. The test images stay closed until the choice is made.
### END SOLUTION

# %% [markdown]
# ## 9. Capstone: no autograd
#
# In week 5 you wrote the backward pass of a network of any depth, and the gradient of softmax with cross-entropy. You
# were told that the two together train a network on handwritten digits. Here they do.
#
# From here on there is no `torch.nn`, no optimiser, and no `backward()`. There are two lists of tensors, `Ws` and `bs`,
# as in week 5, and your formulas.
#
# ### 9.1 Putting two answers together
#
# Open your week 5 notebook beside this one. Take `network_gradients` (section 7) and `cross_entropy_backward` (section
# 8). The first began its way back with
#
# $$\texttt{dZ} = \tfrac{2}{n}\,(\hat Y - Y),$$
#
# the gradient of the squared error at the last layer. The second works out another beginning, for class labels:
#
# $$\texttt{dZ} = \tfrac{1}{n}\,(P - \text{one-hot}(y)), \qquad P = \text{softmax}(Z).$$
#
# Nothing else is different. Once `dZ` of the last layer is known, the way back does not care which loss it came from.
# That is what modular means.
#
# ### Exercise 9.1: the gradients of a classifier
#
# **Your turn.** Write `classifier_gradients(X, Ws, bs, y)`. `X` is `(n, d)`; `Ws` and `bs` are lists, one `(out, in)`
# and one `(out,)` tensor for each layer; all layers but the last have a ReLU; `y` is `(n,)`, int64. The loss is the
# cross-entropy of the softmax of the last layer's scores, averaged over the n examples. There is no weight decay.
#
# Return `(dWs, dbs)`, two lists in the order of the layers. Scores may be large: subtract each row's maximum, as in
# week 5. It works for float32 and float64, for a single example, for a hidden layer of a single neuron, and where no
# label names the last class. If a hidden sum is exactly 0, the slope of the ReLU counts as 0. By hand means here, too:
# no autograd, no ready-made softmax or cross-entropy.
#
# A small example: one layer, `X = [[1., 2.]]`, `Ws = [[[0., 0.], [0., 0.]]]`, `bs = [[0., 0.]]`, `y = [1]`. Both
# scores are 0, both probabilities 0.5, so `dZ = [[0.5, -0.5]]`, `dWs[0] = [[0.5, 1.], [-0.5, -1.]]` and `dbs[0] =
# [0.5, -0.5]`.

# %% solution="classifier_gradients"
def classifier_gradients(X, Ws, bs, y):
    """Gradients of the mean cross-entropy of a network with ReLU in all layers but the last, by hand.

    X (n, d); Ws, bs: lists, one (out, in) and one (out,) tensor per layer; y (n,): int64 labels.
    Returns (dWs, dbs), lists in the order of the layers.
    """
    ### BEGIN SOLUTION
    inputs = [X]
    for layer_W, layer_b in zip(Ws[:-1], bs[:-1]):
        inputs.append(torch.clamp(inputs[-1] @ layer_W.T + layer_b, min=0))
    scores = inputs[-1] @ Ws[-1].T + bs[-1]
    powers = torch.exp(scores - scores.max(dim=1, keepdim=True).values)
    dZ = powers / powers.sum(dim=1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for layer_W, layer_inputs in zip(Ws[::-1], inputs[::-1]):
        dWs.append(dZ.T @ layer_inputs)
        dbs.append(dZ.sum(dim=0))
        dZ = (dZ @ layer_W) * (layer_inputs > 0)
    return dWs[::-1], dbs[::-1]
    ### END SOLUTION

# %% check="classifier_gradients" points=3
def mean_cross_entropy(X, Ws, bs, y):
    A = X
    for W, b in zip(Ws[:-1], bs[:-1]):
        A = torch.relu(A @ W.T + b)
    return torch.nn.functional.cross_entropy(A @ Ws[-1].T + bs[-1], y)
def labelled(nets, scale=1.0):
    each = [(c["X"], [*c["Ws"][:-1], scale * c["Ws"][-1]], c["bs"], c["Y"].argmax(dim=1)) for c in nets]
    return [cases.example(X=X, Ws=Ws, bs=bs, y=y) for X, Ws, bs, y in each]
ready_made = ("softmax", "log_softmax", "cross_entropy", "logsumexp", "nll_loss", "softmin")
two = labelled(cases.layers(seeds=2, depth=(2, 2)))
two += labelled(cases.layers(seeds=1, seed0=21, depth=(3, 3), dtype=torch.float32))
check.gradient(classifier_gradients, of=mean_cross_entropy, on=two, wrt="Ws bs", by_hand=True, forbid=ready_made)
### BEGIN HIDDEN TESTS
nets = cases.layers(seeds=16, seed0=100, depth=(1, 4), without="ones")  # with a single class there is nothing to learn
deep = labelled(nets + nets.edges)
zeros = []
for case in labelled(cases.layers(seeds=3, seed0=300, depth=(2, 4))):  # a hidden neuron whose sum is always exactly 0
    Ws, bs = [W.clone() for W in case["Ws"]], [b.clone() for b in case["bs"]]
    Ws[0][0], bs[0][0] = 0.0, 0.0
    zeros.append(cases.example(**{**case.inputs, "Ws": Ws, "bs": bs}))
large = []
for case in labelled(cases.layers(seeds=4, seed0=200, depth=(2, 3)), scale=3000.0):
    A = case["X"]
    for W, b in zip(case["Ws"][:-1], case["bs"][:-1]):
        A = torch.relu(A @ W.T + b)
    lowest = (A @ case["Ws"][-1].T)[:1].argmin(dim=1)  # the first label is far wrong: no gradient is nearly 0
    large.append(cases.example(**{**case.inputs, "y": torch.cat([lowest, case["y"][1:]])}))
narrow = []
for case in labelled(cases.layers(seeds=2, seed0=400, depth=(2, 3))):  # a first layer of a single neuron
    W, V, *Ws = case["Ws"]
    b, *bs = case["bs"]
    narrow.append(cases.example(X=case["X"], Ws=[W[:1], V[:, :1], *Ws], bs=[b[:1], *bs], y=case["y"]))
every = deep + large + zeros + narrow
check.gradient(classifier_gradients, of=mean_cross_entropy, on=every, wrt="Ws bs", by_hand=True, forbid=ready_made)
### END HIDDEN TESTS

# %% wrong="classifier_gradients" name="not averaged"
# says: Every gradient is n times too large. The loss is the mean over the examples.
# next: Divide the first dZ by n, once.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="squared error's beginning"
# says: You begin the way back with 2 (scores - one-hot) / n. That is the gradient of the squared error.
# next: Put the probabilities in the place of the scores, and leave the 2 out.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    dZ = A[-1] @ Ws[-1].T + bs[-1]
    dZ[torch.arange(len(y)), y] -= 1
    dZ = 2 * dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="largest score not subtracted"
# says: Right for small scores. Large ones give nan: their exponentials do not fit into the computer's numbers.
# next: Subtract each row's largest score before you take exponentials.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    dZ = torch.exp(A[-1] @ Ws[-1].T + bs[-1])
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="slopes of the ReLU left out"
# says: The last layer is right. On the way to the layers before it you passed the ReLU as if it were not there.
# next: Multiply by the mask: 1 where the hidden value is positive, 0 elsewhere.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = dZ @ W
    return dWs, dbs

# %% wrong="classifier_gradients" name="divided by n in every layer"
# says: The last layer is right. In the layers before it you divide by n again.
# next: The 1/n enters once, where the way back begins.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dZ = dZ / len(y)
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="label forgotten"
# says: You begin with the probabilities alone, as if no digit were the right one.
# next: Subtract 1 in each row at the column of its label.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True) / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="lists from the last layer to the first"
# says: Your gradients are right, but the lists run from the last layer to the first.
# next: Turn both lists round.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [*dWs, dZ.T @ inputs], [*dbs, dZ.sum(0)]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="ReLU after the last layer"
# says: You put a ReLU on the scores. Negative scores then count as 0.
# next: Treat the last layer apart: its sum is the score.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws, bs):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    dZ = torch.exp(A[-1] - A[-1].amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y) * (A[-1] > 0)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[-2::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="one maximum for all rows"
# says: You subtract the largest of all scores. In rows far below it every exponential becomes 0, and 0/0 is nan.
# next: Take each row's own maximum, with dim=1 and keepdim=True.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.max())
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="slope at zero"
# says: Where a hidden sum is exactly 0 you let the gradient pass. The slope counts as 0 there.
# next: Compare with > 0, not with >= 0.
def classifier_gradients(X, Ws, bs, y):
    A, Zs = [X], [X]
    for W, b in zip(Ws, bs):
        Zs.append(A[-1] @ W.T + b)
        A.append(Zs[-1].clamp(min=0))
    dZ = torch.exp(Zs[-1] - Zs[-1].amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs, Z in zip(Ws[::-1], A[-2::-1], Zs[-2::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (Z >= 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="mean for the biases"
# says: Your bias gradients are n times too small: you take a mean, and 1/n is in dZ already.
# next: Sum dZ over the examples.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.mean(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="mask of the gradient"
# says: Your mask asks for the sign of the gradient that comes back. The ReLU's slope depends on its own sum.
# next: Let through where the hidden value is positive.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W).clamp(min=0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="classes counted from the labels"
# says: one_hot(y) guesses the number of classes from the labels. Where the last one is missing, columns are missing.
# next: Say how many: as many as there are scores.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ = (dZ - torch.nn.functional.one_hot(y)) / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="all labels in every row"
# says: P[:, y] -= 1 subtracts in every row, for the labels of all examples.
# next: In row i subtract at y[i] only: two lists of places, torch.arange(n) and y.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[:, y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="mask once only"
# says: Your mask is applied on the way into the last hidden layer only. Every earlier ReLU has one, too.
# next: Multiply by the mask in each turn of the loop.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0) if W is Ws[-1] else dZ @ W
    return dWs, dbs

# %% wrong="classifier_gradients" name="scores cut off"
# says: Your forward pass puts a ReLU on the last layer as well. Negative scores count as 0 in your softmax.
# next: Leave the last layer's sum as it is.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = (A[-1] @ Ws[-1].T + bs[-1]).clamp(min=0)
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="softmax over the examples"
# says: Your probabilities sum to 1 over the examples. Each example should have its own 1, over the classes.
# next: Divide by the sum along dimension 1.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(0, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="one-hot minus probabilities"
# says: Your way back starts with one-hot minus P: every sign is turned round.
# next: It is P minus one-hot.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = -dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="bias forgotten in the forward pass"
# says: Your forward pass leaves the biases of the hidden layers out.
# next: Add b to each sum.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="bias of the last layer forgotten"
# says: Your scores leave the last layer's bias out.
# next: Add bs[-1] to the scores.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="no ReLU in the forward pass"
# says: Your forward pass has no ReLU: the sums go on as they are.
# next: Cut the hidden sums off at 0.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clone())
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="scores limited"
# says: You cut large scores off, so that those beyond become equal. What counts is their difference.
# next: Subtract each row's maximum instead: the softmax stays the same.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z.clamp(-50, 50))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="scores limited from above"
# says: You cut large scores off, so that those beyond become equal. What counts is their difference.
# next: Subtract each row's maximum instead: the softmax stays the same.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z.clamp(max=50))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="differences limited"
# says: You cut off what is left after you subtract the maximum. Scores far below it then keep a part of the gradient.
# next: Take the exponential of the difference as it is: it may become 0.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp((Z - Z.amax(1, keepdim=True)).clamp(min=-5))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="squeezed before the sum"
# says: For a single example, or a single neuron, squeeze() takes a dimension away: your bias gradient is one number.
# next: Sum dZ as it is over the examples, dimension 0.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.squeeze().sum(0), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="squeezed after the sum"
# says: For a layer of a single neuron, squeeze() leaves your bias gradient without its only dimension.
# next: Sum dZ over the examples, and leave the rest as it is.
def classifier_gradients(X, Ws, bs, y):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append((A[-1] @ W.T + b).clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs in zip(Ws[::-1], A[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0).squeeze(), *dbs]
        dZ = (dZ @ W) * (inputs > 0)
    return dWs, dbs

# %% wrong="classifier_gradients" name="sign of the sum"
# says: You multiply by the sign of the hidden sum: where it is negative, the gradient passes with a minus.
# next: The slope of the ReLU is 1 above 0 and 0 elsewhere: take (Z > 0).
def classifier_gradients(X, Ws, bs, y):
    A, Zs = [X], [torch.ones_like(X)]
    for W, b in zip(Ws[:-1], bs[:-1]):
        Zs.append(A[-1] @ W.T + b)
        A.append(Zs[-1].clamp(min=0))
    Z = A[-1] @ Ws[-1].T + bs[-1]
    dZ = torch.exp(Z - Z.amax(1, keepdim=True))
    dZ = dZ / dZ.sum(1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    dZ = dZ / len(y)
    dWs, dbs = [], []
    for W, inputs, Z in zip(Ws[::-1], A[::-1], Zs[::-1]):
        dWs, dbs = [dZ.T @ inputs, *dWs], [dZ.sum(0), *dbs]
        dZ = (dZ @ W) * torch.sign(Z)
    return dWs, dbs

# %% right="classifier_gradients" name="from caches, with places counted"
def classifier_gradients(X, Ws, bs, y):
    L, caches, A = len(Ws), [], X
    for l in range(L):
        Z = torch.nn.functional.linear(A, Ws[l], bs[l])
        caches.append((A, Z))
        A = torch.relu(Z)
    log_sum = torch.log(torch.exp(Z - Z.amax(1, keepdim=True)).sum(1, keepdim=True))
    one_hot = (y[:, None] == torch.arange(Z.shape[1], device=Z.device)).to(Z.dtype)
    dZ = (torch.exp(Z - Z.amax(1, keepdim=True) - log_sum) - one_hot) / X.shape[0]
    gradients = {}
    for l in reversed(range(L)):
        A, Z = caches[l]
        dZ = dZ if l == L - 1 else dZ * (Z > 0)
        gradients[l] = dZ.T @ A, dZ.sum(0)
        dZ = dZ @ Ws[l]
    return [gradients[l][0] for l in range(L)], [gradients[l][1] for l in range(L)]

# %% right="classifier_gradients" name="one layer calls the next"
def classifier_gradients(X, Ws, bs, y):
    def through(A, k):
        """The gradients of layers k, k + 1, ... and that of their input A."""
        Z = A @ Ws[k].T + bs[k]
        if k == len(Ws) - 1:
            P = torch.exp(Z - Z.max(1, keepdim=True).values)
            dZ = P / P.sum(1, keepdim=True) / len(y)
            dZ[torch.arange(len(y)), y] -= 1 / len(y)
            later = []
        else:
            later, dA = through(torch.relu(Z), k + 1)
            dZ = torch.where(Z > 0, dA, 0.0)
        return [(torch.einsum("nh,nd->hd", dZ, A), dZ.sum(0)), *later], dZ @ Ws[k]

    found, _ = through(X, 0)
    return tuple(zip(*found))

# %% [markdown]
# ### Exercise 9.2: one epoch by hand
#
# **Your turn.** Write `sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr)`, one epoch of plain SGD.
# `gradients` is a function like the one you just wrote. `order` is `(n,)`, int64: the examples in the order of this
# epoch. With `order = [2, 0, 1]` example 2 comes first. Take them `batch_size` at a time (the last minibatch may be
# smaller), work out the gradients *at the current parameters*, and subtract `lr` times the gradient from every weight
# and every bias. A smaller minibatch makes a full step, too. Weights and biases step together, by gradients at the same
# parameters.
#
# Return the tuple `(Ws, bs)`, two lists with the new tensors. The lists and tensors that were handed in stay as they
# are: write `W - lr * dW`, not `W -= lr * dW`.
#
# With five examples, `batch_size = 2`, `lr = 0.1` and gradients that are always 1, a weight of 1.0 becomes 0.7: three
# minibatches, three steps. The function below yours is for the check. It puts a very simple rule in the place of
# `gradients`, so that this exercise does not depend on the last one.

# %% solution="sgd_epoch"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    """One epoch of SGD: a step for each minibatch of the examples in `order`. Returns new lists (Ws, bs).

    gradients(X, Ws, bs, y) returns (dWs, dbs); X (n, d); y (n,); order (n,): int64, every example once.
    """
    ### BEGIN SOLUTION
    for chosen in order.split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs
    ### END SOLUTION


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    """For the check: an epoch of yours with a simple rule for the gradients."""

    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% check="sgd_epoch" points=3
def problems(seed0, settings):
    drawn = cases.layers(seeds=len(settings), seed0=seed0)
    odd_first = [torch.cat([torch.arange(start, len(c["X"]), 2) for start in (1, 0)]) for c in drawn]
    each = [(c.inputs, order, size, lr) for c, order, (size, lr) in zip(drawn, odd_first, settings)]
    return [
        cases.example(X=c["X"], y=c["Y"].argmax(1), Ws=c["Ws"], bs=c["bs"], order=order, batch_size=size, lr=lr)
        for c, order, size, lr in each
    ]
def step_by_step(X, y, Ws, bs, order, batch_size, lr):
    Ws, bs = list(Ws), list(bs)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        old = list(zip(Ws, bs))
        Ws = [W - lr * (X[rows].mean() * W + b.mean()) for W, b in old]
        bs = [b - lr * (b + y[rows].to(b).mean() + W.mean(dim=1)) for W, b in old]
    return Ws, bs
check.function(sgd_epoch_simple, step_by_step, on=problems(0, [(3, 0.1), (2, 0.3)]))
### BEGIN HIDDEN TESTS
settings = [(2, 0.1), (3, 0.5), (1, 0.2), (4, 0.3), (2, 0.7), (20, 0.4), (3, 0.05), (2, 1.5)]
check.function(sgd_epoch_simple, step_by_step, on=problems(100, settings))
### END HIDDEN TESTS

# %% wrong="sgd_epoch" name="order ignored"
# says: You take the examples as they stand in X. They should be taken in the given order.
# next: Cut `order` into pieces, and take the rows X[piece] and y[piece].
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for rows, labels in zip(X.split(batch_size), y.split(batch_size)):
        dWs, dbs = gradients(rows, Ws, bs, labels)
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="labels in the old order"
# says: The images follow the order, the labels do not. Every image gets another one's label.
# next: Take y[chosen] with the same numbers as X[chosen].
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen, labels in zip(order.split(batch_size), y.split(batch_size)):
        dWs, dbs = gradients(X[chosen], Ws, bs, labels)
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="last minibatch dropped"
# says: The examples that do not fill a whole minibatch never get a step.
# next: Let the last minibatch be smaller: order.split(batch_size) does so.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for k in range(len(order) // batch_size):
        chosen = order[k * batch_size : (k + 1) * batch_size]
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="gradients at the starting parameters"
# says: All your gradients are worked out at the starting parameters. Each step should start where the last one ended.
# next: Hand the current Ws and bs to gradients.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    new_Ws, new_bs = Ws, bs
    for chosen in order.split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        new_Ws = [W - lr * dW for W, dW in zip(new_Ws, dWs)]
        new_bs = [b - lr * db for b, db in zip(new_bs, dbs)]
    return new_Ws, new_bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="uphill"
# says: You add the gradient. That is the way up.
# next: Subtract lr times the gradient.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        Ws = [W + lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b + lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="starting parameters overwritten"
# says: The numbers are right, but you change what was handed in: tensors with `-=`, or lists by assigning into them.
# next: Make new tensors, W - lr * dW, and new lists for them. The caller may want to start again.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        for P, dP in zip([*Ws, *bs], [*dWs, *dbs]):
            P -= lr * dP
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="biases left alone"
# says: The weights are right. The biases never change.
# next: Make the same step for bs with dbs.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="smaller last step"
# says: You make the step of a smaller minibatch smaller. Its gradient is a mean already, and every step is a full one.
# next: Use lr as it is.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        rate = lr * len(chosen) / batch_size
        Ws = [W - rate * dW for W, dW in zip(Ws, dWs)]
        bs = [b - rate * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="gradients asked for twice"
# says: Your biases use gradients at weights that have moved already. Both belong to one step.
# next: Ask for the gradients once, and use both lists.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.split(batch_size):
        dWs, _ = gradients(X[chosen], Ws, bs, y[chosen])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        _, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="weights left alone"
# says: The biases change, the weights never do.
# next: Make the same step for Ws with dWs.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="one step only"
# says: You make one step, with all examples at once.
# next: Cut `order` into pieces of batch_size, and make a step for each.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in [order]:
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="divided by the minibatch again"
# says: You divide the gradients by the size of the minibatch. They are means already.
# next: Subtract lr times the gradient.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        Ws = [W - lr / len(chosen) * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr / len(chosen) * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="returned after the first minibatch"
# says: You return after the first minibatch: the return stands inside the loop.
# next: Move it to the left, below the loop.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
        return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="the inverse order"
# says: You put example i at place order[i]. It is the other way: at place i comes example order[i].
# next: Read from X by the order, X[order], and do not write by it.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.argsort().split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% wrong="sgd_epoch" name="from the end of the order"
# says: You begin at the end of the order.
# next: Walk through it from its first entry.
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    for chosen in order.flip(0).split(batch_size):
        dWs, dbs = gradients(X[chosen], Ws, bs, y[chosen])
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% right="sgd_epoch" name="copies changed in place"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    Ws, bs = [W.clone() for W in Ws], [b.clone() for b in bs]
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        steps = gradients(X[rows], Ws, bs, y[rows])
        for parameters, changes in zip((Ws, bs), steps):
            for parameter, change in zip(parameters, changes):
                parameter -= lr * change
    return Ws, bs


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% right="sgd_epoch" name="images put in order first"
def sgd_epoch(gradients, X, y, Ws, bs, order, batch_size, lr):
    X, y = X[order], y[order]
    while len(y):
        dWs, dbs = gradients(X[:batch_size], Ws, bs, y[:batch_size])
        Ws = [torch.sub(W, dW, alpha=lr) for W, dW in zip(Ws, dWs)]
        bs = [torch.sub(b, db, alpha=lr) for b, db in zip(bs, dbs)]
        X, y = X[batch_size:], y[batch_size:]
    return [Ws, bs]


def sgd_epoch_simple(X, y, Ws, bs, order, batch_size, lr):
    def rule(X, Ws, bs, y):
        dWs = [W * X.mean() + b.mean() for W, b in zip(Ws, bs)]
        return dWs, [b + y.to(b).mean() + W.mean(dim=1) for W, b in zip(Ws, bs)]

    return sgd_epoch(rule, X, y, Ws, bs, order, batch_size, lr)

# %% [markdown]
# ### 9.2 Your own network reads
#
# One hidden layer of 256, He's starting weights, zeros for the biases: the network of exercise 3.4, as plain tensors.
# And so that nobody can say autograd helped, everything runs under `torch.inference_mode()`. There PyTorch records
# nothing: a call of `backward()` would be an error.

# %% given="capstone_start"
def start_weights(widths, seed):
    """Starting values (Ws, bs) by He's rule, float32, on our device; the same for the same seed."""
    chance = torch.Generator().manual_seed(seed)
    pairs = list(zip(widths, widths[1:]))
    Ws = [torch.randn(out, fan_in, generator=chance) * (2 / fan_in) ** 0.5 for fan_in, out in pairs]
    return [W.to(home) for W in Ws], [torch.zeros(out, device=home) for _, out in pairs]


def share_right(Ws, bs, X, y):
    """Accuracy of the network with these parameters on rows X."""
    A = X
    for W, b in zip(Ws[:-1], bs[:-1]):
        A = (A @ W.T + b).clamp(min=0)
    return ((A @ Ws[-1].T + bs[-1]).argmax(dim=1) == y).float().mean().item()

# %%
rows, labels = X_train.flatten(1).to(home), y_train.to(home)
rows_valid, labels_valid = X_valid.flatten(1).to(home), y_valid.to(home)
parameters = start_weights([784, 256, 10], seed=8)
chance = torch.Generator().manual_seed(8)  # the order of the examples in each epoch
look = {
    "alt": "Share of wrong validation images over the epochs: a falling curve, with a bump here and there.",
    "caption": "Training with your own backward pass: the share of validation images that are still wrong.",
}
with torch.inference_mode(), train.Curve(ylabel="share wrong", **look) as curve:
    for epoch in tqdm(range(1, epochs + 1), desc="epochs by hand", file=sys.stdout, delay=0.1):
        order = torch.randperm(len(labels), generator=chance).to(home)
        parameters = sgd_epoch(classifier_gradients, rows, labels, *parameters, order, batch_size=64, lr=0.2)
        curve.add(epoch, {"validation, share wrong": 1 - share_right(*parameters, rows_valid, labels_valid)})
Ws, bs = parameters

# %%
with torch.inference_mode():
    result = share_right(Ws, bs, test_set.X.flatten(1).to(home), test_set.y.to(home))
print(f"by hand: {result:.2%} of the {len(test_set.y):,} test images of {test_set.source}")

# %% [markdown]
# A bump in the curve is no mistake of yours: with a rate this large, an epoch may end on a few unlucky minibatches.
#
# On MNIST you have more than 97 %, and the machine behind it fits on a page. A product, a maximum, a softmax; their
# derivatives; a subtraction. You wrote each of them, and you can say why each is right. What large networks do today is
# this, with more layers, more kinds of layers, and much more of everything. There is no other secret in it.
#
# What has it learnt? The weights of a hidden neuron are 784 numbers, one for each pixel, so they can be drawn as an
# image. Most of what you would see is the random start. So subtract the start, and draw what training has added, for
# the 24 neurons that changed most.

# %%
added = Ws[0] - start_weights([784, 256, 10], seed=8)[0][0]
most = added.square().sum(dim=1).argsort(descending=True)[:24]
filters = added[most].reshape(-1, 28, 28)
plot.images(
    0.5 + 0.5 * filters / filters.abs().amax(dim=(1, 2), keepdim=True),
    alt="Twenty-four images of 28 by 28 weights: light and dark strokes and arcs on a plain mid-grey background.",
    caption="What training added to 24 hidden neurons: light pixels speak for them, dark ones against.",
)

# %% [markdown]
# On MNIST you see strokes and arcs, dark or light, often side by side: ink here, and none there. The edges are plain
# grey. There the pixels are always black, so the gradient of these weights is 0 (week 5: it is `dZ.T @ X`), and nothing
# was ever added. Nobody told the network about strokes.
#
# ## 10. Optional, harder: digits that move
#
# In question 8.2 one idea lies near: show the network each digit in several places. Making more training images from
# the ones you have is called **augmentation**. Write the tool for it.
#
# ### Exercise 10.1 (optional, no points): shift the images
#
# **Your turn.** Write `shift_images(X, down, right)`. `X` is `(n, 1, h, w)`; `down` and `right` are whole numbers,
# positive, zero or negative (-1 down is one row up). The result has the shape and dtype of `X`, with every image
# moved; what leaves the frame is lost, and what comes in is 0. Shifts as large as the image, or larger, give black
# images. It works for a single image, and for images of a single row or column. `X` stays as it is.
#
# For one image `[[1., 2.], [3., 4.]]`, `down = 1` and `right = 0` gives `[[0., 0.], [1., 2.]]`, and `down = 0`,
# `right = -1` gives `[[2., 0.], [4., 0.]]`.

# %% solution="shift_images"
def shift_images(X, down, right):
    """Images (n, 1, h, w) moved by whole pixels, filled up with zeros; new images of the same shape and dtype."""
    ### BEGIN SOLUTION
    height, width = X.shape[-2:]
    moved = torch.zeros_like(X)
    if abs(down) < height and abs(right) < width:
        part = X[..., max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)]
        top, left = max(down, 0), max(right, 0)
        moved[..., top : top + part.shape[-2], left : left + part.shape[-1]] = part
    return moved
    ### END SOLUTION

# %% check="shift_images" points=0
X = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]], dtype=torch.float64)
lower, left = torch.tensor([[[[[0.0, 0.0], [1.0, 2.0]]]], [[[[2.0, 0.0], [4.0, 0.0]]]]], dtype=torch.float64)
one = cases.example(X=X, down=1, right=0, gives=lower)
two = cases.example(X=X.float(), down=0, right=-1, gives=left.float())
check.function(shift_images, on=[one, two])
### BEGIN HIDDEN TESTS
def by_pixels(X, down, right):
    moved = torch.zeros_like(X)
    for i in range(X.shape[2]):
        for j in range(X.shape[3]):
            if 0 <= i - down < X.shape[2] and 0 <= j - right < X.shape[3]:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved
moves = [(0, 0), (1, 0), (0, 2), (-1, 0), (0, -2), (2, 1), (-2, 1), (1, -1), (-1, -3), (4, 0), (0, 5), (-7, 2), (3, 9)]
moves += [(1, 7), (6, 1), (-6, 1), (1, -7)]
drawn = cases.draw(seeds=len(moves), seed0=100, X="n 1 4 5")
each = [cases.example(X=case["X"], down=down, right=right) for case, (down, right) in zip(drawn, moves)]
tall = cases.draw(seeds=4, seed0=150, X="n 1 6 2")  # and images that are higher than wide
tall += cases.draw(seeds=2, seed0=160, X="1 1 1 3")
each += [cases.example(X=case["X"], down=k - 1, right=(k - 1) % 2) for k, case in enumerate(tall)]
lines = cases.draw(seeds=4, seed0=170, X="n 1 1 5") + cases.draw(seeds=4, seed0=180, X="n 1 6 1")
moves = [(0, 2), (1, 0), (-1, 1), (0, -1), (2, 0), (1, 0), (-3, 0), (0, -1)]
each += [cases.example(X=case["X"], down=down, right=right) for case, (down, right) in zip(lines, moves)]
check.function(shift_images, by_pixels, on=each, shares=False)
### END HIDDEN TESTS

# %% wrong="shift_images" name="rolled round"
# says: What leaves the frame on one side comes back on the other.
# next: Set the rows and columns that come in to 0.
def shift_images(X, down, right):
    return torch.roll(X, (down, right), (2, 3))

# %% wrong="shift_images" name="directions swapped"
# says: Your images move right where they should move down.
# next: down counts rows, dimension 2; right counts columns, dimension 3.
def shift_images(X, down, right):
    moved = torch.zeros_like(X)
    for i in range(X.shape[2]):
        for j in range(X.shape[3]):
            if 0 <= i - right < X.shape[2] and 0 <= j - down < X.shape[3]:
                moved[:, :, i, j] = X[:, :, i - right, j - down]
    return moved

# %% wrong="shift_images" name="the other way"
# says: Your images move up and left where they should move down and right.
# next: The pixel at row i comes from row i - down.
def shift_images(X, down, right):
    moved = torch.zeros_like(X)
    for i in range(X.shape[2]):
        for j in range(X.shape[3]):
            if 0 <= i + down < X.shape[2] and 0 <= j + right < X.shape[3]:
                moved[:, :, i, j] = X[:, :, i + down, j + right]
    return moved

# %% wrong="shift_images" name="shifts limited"
# says: You limit the shift, so that a row or a column always stays. A shift as large as the image leaves nothing.
# next: Return a black image where the shift is as large as the image.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), X.shape[2:]
    down, right = max(1 - h, min(h - 1, down)), max(1 - w, min(w - 1, right))
    for i in range(max(down, 0), h + min(down, 0)):
        for j in range(max(right, 0), w + min(right, 0)):
            moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="columns counted by the height"
# says: Your columns stop at the height of the image. A wide image loses those beyond.
# next: Rows are dimension 2, columns dimension 3: ask for both sizes.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), (X.shape[2], min(X.shape[2:]))
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="rows counted by the width"
# says: Your rows stop at the width of the image. A high image loses those beyond.
# next: Rows are dimension 2, columns dimension 3: ask for both sizes.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), (min(X.shape[2:]), X.shape[3])
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="one direction at a time"
# says: An image that moves down and right at once moves down only in your code.
# next: Do not choose between the directions: move rows first, then the columns of what you got.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), X.shape[2:]
    right = 0 if down else right
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="one direction at a time, right first"
# says: An image that moves down and right at once moves right only in your code.
# next: Do not choose between the directions: move rows first, then the columns of what you got.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), X.shape[2:]
    down = 0 if right else down
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="always float32"
# says: The pixels are right, but your images are float32 whatever X is.
# next: Make them with torch.zeros_like(X).
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X, dtype=torch.float32), X.shape[2:]
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="filled up with the edge"
# says: What comes in repeats the edge of the image. It should be 0.
# next: Begin with zeros, and copy only pixels that come from inside the frame.
def shift_images(X, down, right):
    rows = (torch.arange(X.shape[2], device=X.device) - down).clamp(0, X.shape[2] - 1)
    columns = (torch.arange(X.shape[3], device=X.device) - right).clamp(0, X.shape[3] - 1)
    return X[:, :, rows][:, :, :, columns]

# %% wrong="shift_images" name="both limited to the height"
# says: You limit both shifts to the height of the image. A wide image can move right by more than that.
# next: Limit right by the width, and down by the height.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), X.shape[2:]
    down, right = max(-h, min(h, down)), max(-h, min(h, right))
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="both limited to the width"
# says: You limit both shifts to the width of the image. A high image can move down by more than that.
# next: Limit right by the width, and down by the height.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), X.shape[2:]
    down, right = max(-w, min(w, down)), max(-w, min(w, right))
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="rows or columns, black beyond"
# says: An image that moves down and right at once moves down only in your code.
# next: Do not choose between the directions: move rows first, then the columns of what you got.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), X.shape[2:]
    right = 0 if down and abs(right) < w else right
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="columns or rows, black beyond"
# says: An image that moves down and right at once moves right only in your code.
# next: Do not choose between the directions: move rows first, then the columns of what you got.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), X.shape[2:]
    down = 0 if right and abs(down) < h else down
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="too many black lines"
# says: For a shift beyond the size of the image you add more black lines than it has, so the image grows.
# next: Add at most as many as the image has: min(abs(shift), size).
def shift_images(X, down, right):
    h, w = X.shape[2:]
    rows, columns = X.new_zeros(*X.shape[:2], abs(down), w), None
    if down:
        X = torch.cat([rows, X[:, :, : max(h - down, 0)]] if down > 0 else [X[:, :, -down:], rows], dim=2)
    columns = X.new_zeros(*X.shape[:3], abs(right))
    if right:
        X = torch.cat([columns, X[..., : max(w - right, 0)]] if right > 0 else [X[..., -right:], columns], dim=3)
    return X.clone()

# %% wrong="shift_images" name="squeezed"
# says: squeeze() takes the dimension of a single row or column away. Then down or right moves along another one.
# next: Leave the four dimensions as they are: rows are always dimension 2, columns dimension 3.
def shift_images(X, down, right):
    images = X.squeeze()
    images = images if images.dim() > 1 else X
    moved = torch.roll(images, (down, right), (-2, -1))
    rows = torch.arange(moved.shape[-2], device=X.device)[:, None] - down
    columns = torch.arange(moved.shape[-1], device=X.device) - right
    inside = (rows >= 0) & (rows < moved.shape[-2]) & (columns >= 0) & (columns < moved.shape[-1])
    return (moved * inside).reshape(X.shape)

# %% wrong="shift_images" name="black beyond the height"
# says: You return a black image as soon as right reaches the height. A wide image can move right by more than that.
# next: Compare down with the height, and right with the width.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), X.shape[2:]
    if abs(right) >= h:
        return moved
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="black beyond the width"
# says: You return a black image as soon as down reaches the width. A high image can move down by more than that.
# next: Compare down with the height, and right with the width.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), X.shape[2:]
    if abs(down) >= w:
        return moved
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% wrong="shift_images" name="shift modulo the size"
# says: You take the shift modulo the size of the image, so one as large as the image moves nothing.
# next: Leave the shift as it is: where it is as large as the image, or larger, the result is black.
def shift_images(X, down, right):
    moved, (h, w) = torch.zeros_like(X), X.shape[2:]
    down = down % h if down >= 0 else -(-down % h)
    right = right % w if right >= 0 else -(-right % w)
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                moved[:, :, i, j] = X[:, :, i - down, j - right]
    return moved

# %% right="shift_images" name="rolled, then blacked out"
def shift_images(X, down, right):
    rows = torch.arange(X.shape[2], device=X.device)[:, None] - down
    columns = torch.arange(X.shape[3], device=X.device) - right
    inside = (rows >= 0) & (rows < X.shape[2]) & (columns >= 0) & (columns < X.shape[3])
    return torch.roll(X, (down, right), (2, 3)) * inside

# %% right="shift_images" name="padded, then cut out"
def shift_images(X, down, right):
    padded = torch.nn.functional.pad(X, (abs(right), abs(right), abs(down), abs(down)))
    top, left = abs(down) - down, abs(right) - right
    return padded[:, :, top : top + X.shape[2], left : left + X.shape[3]].clone()

# %% [markdown]
# What does the trained network think of digits that have moved by a few pixels? Guess before you run it.

# %%
distances = [0, 1, 2, 3, 4, 6]
moved = [loader(shift_images(X_valid, 0, distance), y_valid) for distance in distances]
plot.lines(
    {"validation images, moved right": (distances, [accuracy(model, batches) for batches in moved])},
    xlabel="pixels to the right",
    ylabel="accuracy on the validation images",
    alt="Accuracy against the distance by which the images were moved; it falls slowly first, then steeply.",
    caption="A network that knows pixels by their place loses its way when the digit moves.",
)

# %% [markdown]
# To you a digit that moved is the same digit. To this network it is other pixels: with MNIST, three of them to the
# right cost it a third of its answers or more, and at six it hardly does better than guessing. Train it on moved
# copies, and it learns to look past the place. Or build a network in which all places share their weights, so that it
# need not learn it: that is a convolutional network, and the first thing to read about after this course.
#
# ## Summary
#
# - A **class** is a plan, an object holds its own numbers on `self`, and a child has what its parent has. From
#   `torch.nn.Module` you inherit `parameters`, `train` and `eval`, `to` and `state_dict`.
# - 784 → 512 → 512 → 10 has 401,920 + 262,656 + 5,130 = **669,706** parameters.
# - **Dropout** sets hidden values to 0 in training, and divides the rest by $1 - p$. In evaluation it does nothing:
#   remember `model.eval()`.
# - **Adam** divides an average of the gradients by their usual size, for each parameter by itself.
# - Model and minibatch must be on the same **device**. A model moves in place; a tensor's `.to` returns the copy.
# - An epoch: train mode; for each minibatch move, loss, clear, backward, step. Choose by the validation set, and open
#   the test set once.
# - Keep the `state_dict`, and load it into a freshly built network.
# - Look at the mistakes, the confident ones first. A high probability is no proof.
# - A network that reads handwriting can be trained with your own formulas and nothing else.
#
# ## Where to read on
#
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proceedings
#   of the IEEE 86 (1998): where MNIST comes from, and the convolutional network that was made for it.
# - N. Srivastava and others, *Dropout: a simple way to prevent neural networks from overfitting*, Journal of Machine
#   Learning Research 15 (2014).
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015.
# - A. Zhang, Z. C. Lipton, M. Li, A. J. Smola, *Dive into Deep Learning*, chapters 5 to 7: dropout, builders' guide,
#   and on to convolutions.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, chapters 7 and 8: regularisation and optimisation.
# - PyTorch's tutorials, *Saving and Loading Models* and *Training with PyTorch*.
