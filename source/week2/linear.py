# %% [markdown]
# # Week 2: Linear models and gradient descent
#
# A model is a formula with a few numbers in it that nobody has chosen yet. To train it is to choose them, by looking
# at examples. This week you take the smallest model worth training, one neuron, and do everything with it that you
# will later do with a network of a million numbers: predict, measure the error, find out which way to turn each
# number, take a small step, repeat.
#
# When you are done you will be able to
#
# - compute a linear model's prediction, and write it as a `torch.nn.Module`;
# - let PyTorch find the gradient of a loss, and avoid the mistake that everybody makes with it once;
# - train by gradient descent, and say from a loss curve whether the learning rate is too small or too large;
# - derive the gradient of a linear model by hand, for one example and for a whole table at once;
# - solve linear regression in three ways: by eye, by one formula, and with minibatches;
# - explain where the squared error comes from, and when it is the wrong choice.
#
# **From before.** Tensors, shapes, broadcasting and products from *tensors* (week 1); the four houses and their prices
# from *tables* (week 1). From school: the derivative of $x^2$, and what a slope is.

# %%
import math
import time

import torch

from course import cases, check, data, plot

# %% [markdown]
# ## 1. One neuron
#
# ### 1.1 A weight for each input
#
# A **neuron** takes some numbers in and gives one number out. It multiplies each input by a **weight**, adds the
# products, and adds one more number, the **bias**. With two inputs $x_0$ and $x_1$:
#
# $$\hat y = w_0 x_0 + w_1 x_1 + b.$$
#
# The hat on $\hat y$ says that it is a *prediction*, not the truth. A weight says how strongly, and in which
# direction, its input moves the prediction. The bias is what the neuron predicts when all inputs are 0. Because nothing
# but multiplying by constants and adding happens, this is called a **linear model**.
#
# Weights and bias are the **parameters**: the numbers that training will choose. Here they are set by hand,
# $w_0 = 0.4$, $w_1 = 0.1$ and $b = 1$.

# %%
plot.network(
    (2, 1),
    labels=[["x₀", "x₁"], ["ŷ"]],
    weights=[[[0.4, 0.1]]],
    biases=[[1.0]],
    alt="Two circles x₀ and x₁ on the left, each joined by a line to a circle ŷ on the right. "
    "The lines carry the weights 0.4 and 0.1; under ŷ stands b = 1.",
    caption="One neuron with two inputs. Each line multiplies by its weight; the right circle adds up.",
)

# %% [markdown]
# The line from $x_0$ is drawn thicker: its weight is larger, so $x_0$ has more say. For the input $x = (0.5,\ 0.4)$ the
# prediction is
#
# $$\hat y = 0.4\cdot 0.5 + 0.1\cdot 0.4 + 1 = 0.2 + 0.04 + 1 = 1.24.$$
#
# ### 1.2 The same with shapes
#
# Later there will be many neurons side by side and many examples at once. So we fix the shapes now, and keep them for
# the whole course:
#
# - `X` holds examples in its **rows**: shape (n, d), n examples with d inputs each.
# - `W` holds neurons in its **rows**: shape (out, in), one row of weights for each neuron.
# - `b` has one bias for each neuron: shape (out,).
#
# The prediction of example $i$ by neuron $j$ is the dot product of row $i$ of `X` and row $j$ of `W`, plus $b_j$. Here
# is a larger case than ours: three examples with four inputs each, and two neurons. The prediction for the first
# example by the first neuron comes first. Work it out on paper before you run this.

# %%
X_small = torch.tensor([[1.0, 2.0, 0.0, 3.0], [0.0, -1.0, 1.0, 2.0], [2.0, 0.0, 1.0, 1.0]])
W_small = torch.tensor([[1.0, 0.0, 2.0, -1.0], [0.5, 0.5, 0.5, 0.5]])  # a row of 4 weights for each neuron
b_small = torch.tensor([10.0, 20.0])
first = (X_small[0] * W_small[0]).sum() + b_small[0]  # example 0, neuron 0
first

# %% [markdown]
# $1\cdot 1 + 2\cdot 0 + 0\cdot 2 + 3\cdot(-1) + 10 = 8$. All six predictions together make a table with a row for each
# example and a column for each neuron: $(3, 4)$ and $(2, 4)$ become $(3, 2)$. In week 1 you met the one product that
# pairs rows with rows.
#
# ### Exercise 1.1: the linear model
#
# **Your turn.** Write `linear(X, W, b)`. `X` is (n, in), `W` is (out, in), `b` is (out,). Return all predictions, shape
# (n, out). The function must also work for a single example of shape (in,), and then return shape (out,). A table with
# one row stays a table: (1, in) gives (1, out). If you use a matrix product, all that happens by itself, also for one
# input or one neuron.
#
# For `X_small` above it is `[[8., 23.], [10., 21.], [13., 22.]]`. For our neuron, `x = [0.5, 0.4]`, `W = [[0.4, 0.1]]`,
# `b = [1.]`, it is `[1.24]`. This one line is in every layer of every network of this course.

# %% solution="linear"
def linear(X, W, b):
    """Predictions of a linear model, one column for each neuron.

    X: examples, (n, in) or a single one (in,). W: weights (out, in). b: biases (out,).
    Returns (n, out) or (out,).
    """
    ### BEGIN SOLUTION
    return X @ W.T + b
    ### END SOLUTION

# %% check="linear" points=1
three_examples = cases.example(
    X=torch.tensor([[1.0, 2.0, 0.0, 3.0], [0.0, -1.0, 1.0, 2.0], [2.0, 0.0, 1.0, 1.0]]),
    W=torch.tensor([[1.0, 0.0, 2.0, -1.0], [0.5, 0.5, 0.5, 0.5]]),
    b=torch.tensor([10.0, 20.0]),
    gives=torch.tensor([[8.0, 23.0], [10.0, 21.0], [13.0, 22.0]]),
)
single = cases.example(
    X=torch.tensor([0.5, 0.4]),
    W=torch.tensor([[0.4, 0.1]]),
    b=torch.tensor([1.0]),
    gives=torch.tensor([1.24]),
)
one_neuron = cases.example(
    X=torch.tensor([[2.0, 1.0], [0.0, 3.0], [-1.0, 1.0]]),
    W=torch.tensor([[1.0, 2.0]]),
    b=torch.tensor([3.0]),
    gives=torch.tensor([[7.0], [9.0], [4.0]]),
)
check.function(linear, on=[three_examples, single, one_neuron])
### BEGIN HIDDEN TESTS
def predicted(X, W, b):
    return torch.einsum("...d,hd->...h", X, W) + b


check.function(linear, predicted, on=cases.draw(seeds=8, seed0=100, X="n d", W="h d", b="h"))
check.function(linear, predicted, on=cases.draw(seeds=4, seed0=100, X="d", W="h d", b="h"))
check.function(linear, predicted, on=cases.draw(seeds=4, seed0=200, X="n d", W="1 d", b="1"))
### END HIDDEN TESTS

# %% wrong="linear" name="bias left out"
# says: Your products are right, but nothing adds the bias.
# next: Add `b` at the end. Broadcasting gives it to every row.
def linear(X, W, b):
    return X @ W.T

# %% wrong="linear" name="weights not transposed"
# says: You multiply the rows of X by the columns of W. The weights of a neuron stand in a row of W.
# next: Write down both shapes, (n, in) and (out, in), and turn the second one round.
def linear(X, W, b):
    return X @ W + b

# %% wrong="linear" name="neurons in the rows"
# says: Your table has a row for each neuron and a column for each example. It should be the other way round.
# next: Begin with `X`, so that the examples stay in the rows.
def linear(X, W, b):
    return (W @ X.T).T + b if X.dim() == 1 else W @ X.T + b[:, None]

# %% wrong="linear" name="entry by entry"
# says: You multiply entry by entry and add everything up into one column. Each neuron needs its own sum.
# next: Use the matrix product `@`, which pairs every row of X with every row of W.
def linear(X, W, b):
    return (X * W[0]).sum(dim=-1, keepdim=True) + b

# %% wrong="linear" name="first bias for every neuron"
# says: You add `b[0]` to every column. Each neuron has a bias of its own.
# next: Add all of `b`. Its entries line up with the columns.
def linear(X, W, b):
    return X @ W.T + b[0]

# %% wrong="linear" name="weights reshaped"
# says: You give W the shape (in, out) by reshaping. That keeps the order of the numbers and mixes the neurons.
# next: Turn rows into columns instead; `reshape` does not do that.
def linear(X, W, b):
    return X @ W.reshape(W.shape[1], W.shape[0]) + b

# %% wrong="linear" name="a single row squeezed away"
# says: Your table with one row comes back without its row: `squeeze`, or an index such as [0], takes it away.
# next: Leave out the squeeze for tables. Only an example of shape (in,) is answered without a row.
def linear(X, W, b):
    rows = X[None] if X.dim() == 1 else X
    return (rows @ W.T + b).squeeze(0)

# %% wrong="linear" name="every size of one squeezed away"
# says: You squeeze your result. With one example or one neuron a dimension is lost that is asked for.
# next: Leave out `squeeze()`: the product has the right shape already.
def linear(X, W, b):
    return (X @ W.T + b).squeeze()

# %% wrong="linear" name="a single example told by its length"
# says: You tell a single example by its length. A table with as many rows as inputs has the same length.
# next: Ask for the number of dimensions, `X.dim()`, or use a product that need not know.
def linear(X, W, b):
    if len(X) == W.shape[1]:
        return W @ X + b
    return torch.stack([W @ x + b for x in X])

# %% wrong="linear" name="bias added to the weights"
# says: You add the bias to the weights, so it is multiplied by the inputs.
# next: Add it to the finished sums.
def linear(X, W, b):
    return X @ (W + b[:, None]).T

# %% wrong="linear" name="a column squeezed away"
# says: You squeeze the last dimension away. With one neuron that is its column, which is asked for.
# next: Leave out the squeeze: (n, in) gives (n, out), also where out is 1.
def linear(X, W, b):
    return (X @ W.T + b).squeeze(-1)

# %% wrong="linear" name="one number for all biases"
# says: You add the sum of all biases to every column. Each neuron has a bias of its own.
# next: Add all of `b` as it is. Its entries line up with the columns.
def linear(X, W, b):
    return X @ W.T + b.sum()

# %% wrong="linear" name="a single example summed over all neurons"
# says: For a single example you add up the products of all neurons. Each neuron needs its own sum.
# next: Sum over the inputs only, the last dimension; or use the product that you use for a table.
def linear(X, W, b):
    return (X * W).sum() + b if X.dim() == 1 else X @ W.T + b

# %% right="linear" name="torch's own"
def linear(X, W, b):
    return torch.nn.functional.linear(X, W, b)

# %% right="linear" name="neuron by neuron"
def linear(X, W, b):
    columns = []
    for j in range(W.shape[0]):
        columns.append((X * W[j]).sum(dim=-1) + b[j])
    return torch.stack(columns, dim=-1)

# %% [markdown]
# ### 1.3 A model as a module
#
# With one neuron you can carry `W` and `b` around by hand. With ten layers you would lose one. PyTorch's answer is the
# class `torch.nn.Module`: an object that owns its parameters. You write two methods.
#
# - `__init__` creates the parameters. Each is wrapped in `torch.nn.Parameter` and stored as an attribute of `self`.
#   The wrapper tells PyTorch two things: this number is to be trained, and it belongs to this module.
# - `forward` says how the output is computed from the input.
#
# The first line of `__init__` is always `super().__init__()`. It prepares the list in which the module remembers its
# parameters. Here is a module that has nothing to do with neurons, so that you see only the form. It turns degrees
# Celsius into another scale, by a factor and a shift.

# %%
class Thermometer(torch.nn.Module):
    def __init__(self, factor, shift):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.tensor([factor]))
        self.shift = torch.nn.Parameter(torch.tensor([shift]))

    def forward(self, celsius):
        return celsius * self.factor + self.shift


fahrenheit = Thermometer(1.8, 32.0)
fahrenheit(torch.tensor([0.0, 100.0]))

# %% [markdown]
# Water freezes at 32 and boils at 212 degrees Fahrenheit. Note the last line: you call the *object*, as if it were a
# function. PyTorch then calls `forward` for you. The `grad_fn` in the output is PyTorch's note of how the numbers came
# about; section 2 uses it.
#
# What did the wrapper do? The module can list what there is to train:

# %%
for name, parameter in fahrenheit.named_parameters():
    print(name, tuple(parameter.shape), parameter.data)

# %% [markdown]
# ### Exercise 1.2: a neuron as a module
#
# **Your turn.** Write the class `Neuron`. `Neuron(w0, w1, b)` takes three Python numbers and keeps them as two
# parameters: `W` of shape (1, 2) and `b` of shape (1,), both float32, PyTorch's default. Whole numbers will do as well,
# as in `Neuron(2, 0, -1)`. Its `forward(X)` takes examples of shape (n, 2), or a single one of shape (2,), and returns
# the predictions, (n, 1) or (1,). A table of one or two examples is a table like any other.
#
# `Neuron(0.4, 0.1, 1.0)` called on `torch.tensor([0.5, 0.4])` gives `[1.24]`. Called on the three examples
# `[[0.5, 0.4], [0., 0.], [1., 1.]]` it gives `[[1.24], [1.], [1.5]]`. In week 4 you will join three such
# neurons into your first network.

# %% solution="neuron_module"
class Neuron(torch.nn.Module):
    """One neuron with two inputs: X (n, 2) -> (n, 1), or (2,) -> (1,)."""

    def __init__(self, w0, w1, b):
        """Keep the weights as W, shape (1, 2), and the bias as b, shape (1,), both float32."""
        super().__init__()
        ### BEGIN SOLUTION
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))
        ### END SOLUTION

    def forward(self, X):
        """Return the predictions for X."""
        ### BEGIN SOLUTION
        return X @ self.W.T + self.b
        ### END SOLUTION

# %% check="neuron_module" points=2
one_point = [cases.example(X=torch.tensor([0.5, 0.4]))]
three_points = [cases.example(X=torch.tensor([[0.5, 0.4], [0.0, 0.0], [1.0, 1.0]]))]
weights = {"W": (1, 2), "b": (1,)}


def wanted(weights, X):
    return X.new_tensor([1.24] if X.dim() == 1 else [[1.24], [1.0], [1.5]])


def wanted_of_whole_numbers(weights, X):
    return 2 * X[..., :1] - 1


check.module(Neuron, on=one_point + three_points, reference=wanted, parameters=weights, build=(0.4, 0.1, 1.0))
one_more = [cases.example(X=torch.tensor([3.0, 5.0]))]
three_more = [cases.example(X=torch.tensor([[1.0, 4.0], [0.5, 2.0], [-1.0, 3.0]]))]
check.module(Neuron, on=one_more + three_more, reference=wanted_of_whole_numbers, parameters=weights, build=(2, 0, -1))
### BEGIN HIDDEN TESTS
def of_numbers(w0, w1, b):
    return lambda weights, X: X @ torch.tensor([[w0], [w1]], dtype=X.dtype, device=X.device) + b


several = ((0.4, 0.1, 1.0), (-2.0, 3.5, 0.25), (0.75, -1.5, -4.0), (3, -2, 5), (0, 0.5, 0))
for seed, numbers in zip((100, 110, 120, 130, 140), several, strict=True):
    many = cases.draw(seeds=4, seed0=seed, X="n 2", dtype=torch.float32)
    one = cases.draw(seeds=2, seed0=seed, X="2", dtype=torch.float32)
    two = cases.draw(seeds=2, seed0=seed, X="2 2", dtype=torch.float32)
    check.module(Neuron, on=many + one + two, reference=of_numbers(*numbers), parameters=weights, build=numbers)
wide = cases.draw(seeds=2, seed0=300, X="n 2", dtype=torch.float32)
check.module(Neuron, on=wide, reference=lambda weights, X: X @ weights["W"].T + weights["b"], build=(0.4, 0.1, 1.0))
### END HIDDEN TESTS

# %% wrong="neuron_module" name="plain tensors"
# says: Your tensors are not wrapped in `torch.nn.Parameter`, so the module does not know that they are to be trained.
# next: Wrap both, as the thermometer does.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.tensor([[w0, w1]], dtype=torch.float32)
        self.b = torch.tensor([b], dtype=torch.float32)

    def forward(self, X):
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="weights as a vector"
# says: Your `W` has shape (2,). One neuron is one row, so its shape is (1, 2).
# next: Put a second pair of brackets around the two weights.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([w0, w1], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return (X @ self.W)[..., None] + self.b

# %% wrong="neuron_module" name="numbers of the example kept"
# says: Your neuron begins with the numbers 0.4, 0.1 and 1, whatever it is given.
# next: Use the arguments `w0`, `w1` and `b`.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[0.4, 0.1]]))
        self.b = torch.nn.Parameter(torch.tensor([1.0]))

    def forward(self, X):
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="bias not used"
# says: Your neuron owns a bias, but `forward` never adds it.
# next: Add `self.b` to the product.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return X @ self.W.T

# %% wrong="neuron_module" name="weights swapped"
# says: The two weights stand in the wrong order.
# next: The first weight belongs to the first input.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w1, w0]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="whole numbers kept whole"
# says: Of whole numbers `torch.tensor` makes int64, and a `Parameter` takes only floating-point numbers.
# next: Say `dtype=torch.float32` when you make the two tensors.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]]))
        self.b = torch.nn.Parameter(torch.tensor([b]))

    def forward(self, X):
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="bias not wrapped"
# says: Only your `W` is wrapped in `torch.nn.Parameter`. The bias is a plain tensor, and would never be trained.
# next: Wrap the bias in the same way.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.tensor([b], dtype=torch.float32)

    def forward(self, X):
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="bias without a dimension"
# says: Your `b` has shape (). There is one bias for each neuron, so its shape is (1,).
# next: Put the number into brackets before you make a tensor of it.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor(float(b)))

    def forward(self, X):
        return X @ self.W.T + self.b

# %% wrong="neuron_module" name="predictions without a column"
# says: For a table you return one dimension, (n,). One neuron makes one column, (n, 1).
# next: Keep `W` as a row of shape (1, 2) and use exercise 1.1 as it is.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return (X * self.W[0]).sum(dim=-1) + self.b

# %% wrong="neuron_module" name="a single point told by its length"
# says: You tell a single example by its length 2. A table of two examples has this length, too.
# next: Ask for the number of dimensions, `X.dim()`, or use a product that need not know.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        if len(X) == 2:
            return self.W @ X + self.b
        return torch.stack([self.W @ x + self.b for x in X])

# %% wrong="neuron_module" name="a single point told by its length, input by input"
# says: You tell a single example by its length 2. A table of two examples has this length, too.
# next: Ask for the number of dimensions, `X.dim()`, or use a product that need not know.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        if len(X) == 2:
            return self.W[0, 0] * X[0] + self.W[0, 1] * X[1] + self.b
        return torch.stack([self.W[0, 0] * x[0] + self.W[0, 1] * x[1] + self.b for x in X])

# %% wrong="neuron_module" name="a single row squeezed away"
# says: Your table with one row comes back without its row: `squeeze`, or an index such as [0], takes it away.
# next: Leave out the squeeze for tables. Only an example of shape (2,) is answered without a row.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return (X.reshape(-1, 2) @ self.W.T + self.b).squeeze(0)

# %% wrong="neuron_module" name="every size of one squeezed away"
# says: You squeeze your result. One neuron makes one column, and that column is lost.
# next: Leave out `squeeze()`: the product has the right shape already.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return (X @ self.W.T + self.b).squeeze()

# %% wrong="neuron_module" name="a single example as a table"
# says: For a single example you return a table, (1, 1). Asked for is (1,).
# next: Use a product that keeps the form of `X`.
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]], dtype=torch.float32))
        self.b = torch.nn.Parameter(torch.tensor([b], dtype=torch.float32))

    def forward(self, X):
        return X.reshape(-1, 2) @ self.W.T + self.b

# %% right="neuron_module" name="with the function of exercise 1.1"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([w0, w1]).float().reshape(1, 2))
        self.b = torch.nn.Parameter(torch.full((1,), float(b)))

    def forward(self, X):
        return torch.nn.functional.linear(X, self.W, self.b)

# %% right="neuron_module" name="one product at a time"
class Neuron(torch.nn.Module):
    def __init__(self, w0, w1, b):
        super().__init__()
        self.b = torch.nn.Parameter(torch.tensor([float(b)]))
        self.W = torch.nn.Parameter(torch.tensor([[float(w0), float(w1)]]))

    def forward(self, X):
        return X[..., 0:1] * self.W[0, 0] + X[..., 1:2] * self.W[0, 1] + self.b

# %%
neuron = Neuron(0.4, 0.1, 1.0)
neuron(torch.tensor([[0.5, 0.4], [0.0, 0.0], [1.0, 1.0]]))  # three examples at once

# %% [markdown]
# Three examples in, three predictions out, shape (3, 1). The middle one is the bias: all its inputs are 0.
#
# ## 2. How wrong, and which way
#
# ### 2.1 The loss
#
# Suppose the truth for our example is $y = -0.5$. Such a true value that comes with an example is its **label**. The
# neuron says 1.24. How wrong is that? We want one number that is 0 when the prediction is right and grows when it moves
# away, to either side. The **squared error** does that:
#
# $$L = (\hat y - y)^2 = (1.24 + 0.5)^2 = 1.74^2 = 3.0276.$$
#
# This number is called the **loss**. Why a square, and not just the distance? Section 8 gives the deep reason. A simple
# one for now: a square is smooth at 0, so it has a slope everywhere.
#
# From here on, the numbers are float64, so that what we compare agrees to many digits.

# %%
x = torch.tensor([0.5, 0.4], dtype=torch.float64)
y = torch.tensor([-0.5], dtype=torch.float64)
W = torch.tensor([[0.4, 0.1]], dtype=torch.float64)
b = torch.tensor([1.0], dtype=torch.float64)
(x @ W.T + b - y) ** 2

# %% [markdown]
# ### 2.2 The slope of the loss
#
# We cannot change `x` and `y`; they are the world. We can change `W` and `b`. Take one of them, $w_0$, hold everything
# else still, and draw how the loss depends on it.

# %%
w0 = torch.linspace(-7, 2, 200, dtype=torch.float64)
loss_of_w0 = (0.5 * w0 + 0.1 * 0.4 + 1.0 + 0.5) ** 2  # the loss, with only w0 left open
ends = torch.tensor([-1.2, 2.0], dtype=torch.float64)
tangent = 3.0276 + 1.74 * (ends - 0.4)  # through the point at w0 = 0.4, with slope 1.74
plot.lines(
    {"loss": (w0, loss_of_w0), "tangent, slope 1.74": (ends, tangent), "our neuron": ([0.4], [3.0276])},
    xlabel="w₀",
    ylabel="loss",
    alt="The loss is a parabola over w₀, lowest at w₀ = −3.08. A straight line touches it at w₀ = 0.4, "
    "where our neuron is marked, and rises to the right; elsewhere it lies below the curve.",
    caption="The loss as one weight moves. The tangent touches the curve at our neuron, w₀ = 0.4.",
)

# %% [markdown]
# The straight line that touches the curve at our neuron is the **tangent**, and its slope is the slope of the curve
# there: 1.74. It rises to the right. So a slightly *larger* $w_0$ makes the loss larger, by about 1.74 times the
# change. ("About", because the curve bends away from the tangent.) A slightly smaller $w_0$ makes it smaller. The slope
# therefore tells two things: which way to move (against it), and how much it matters.
#
# Each parameter has its own slope. The slope of $L$ with respect to $w_0$ alone, everything else held still, is the
# **partial derivative** $\partial L/\partial w_0$. All of them together are the **gradient**. The gradient with respect
# to `W` has the shape of `W`, one slope for each weight.
#
# ### 2.3 Letting PyTorch find it
#
# PyTorch can compute gradients by itself. This is **autograd**, and it takes three moves.
#
# 1. Say which tensors you want slopes for: `requires_grad_()`. (A `torch.nn.Parameter` has this set from the start.)
# 2. Compute the loss. PyTorch takes notes of every operation.
# 3. Call `loss.backward()`. PyTorch goes through its notes backwards and puts the slopes into `.grad`.
#
# The third works for a loss that is *one* number. A tensor with a single entry counts as a number, whether its shape is
# (), (1,) or (1, 1); so the loss above, of shape (1,), will do. For a tensor with several entries `backward()` stops
# with an error. Section 6 says what to do then.
#
# A small example, with a loss whose slope you know from school: $L = u^2$ at $u = 3$. Its slope is $2u = 6$.

# %%
u = torch.tensor([3.0], dtype=torch.float64)
u.requires_grad_()
loss = u**2
loss.backward()
u.grad

# %% [markdown]
# How that works inside is the subject of week 5, where you will build it. This week you use it, and check it by hand.
#
# One habit first. In a function, make your own copy before you call `requires_grad_()`, as in
# `W = W.clone().requires_grad_()`. Otherwise you switch on note-taking for a tensor that belongs to the caller, and the
# check will say so.
#
# ### Exercise 2.1: gradients of the neuron's loss
#
# **Your turn.** Write `loss_gradients(W, b, x, y)` with autograd. `W` is (1, d), `b` is (1,), `x` is one example (d,),
# `y` its label (1,); d may be 1. Compute $L = (\hat y - y)^2$, go backward, and return the tuple `(dW, db)`: the
# gradient with respect to `W`, shape (1, d), and with respect to `b`, shape (1,).
#
# For the neuron above it is `([[1.74, 1.392]], [3.48])`. For three inputs, `W = [[1., -1., 2.]]`, `b = [0.5]`,
# `x = [2., 1., 1.]` and `y = [5.]`, the error is −1.5 and the gradients are `([[-6., -3., -3.]], [-3.])`. Gradients are
# all that training needs to know about the loss.

# %% solution="loss_gradients"
def loss_gradients(W, b, x, y):
    """Gradients of the squared error of one example, by autograd.

    W: (1, d). b: (1,). x: (d,). y: (1,). Returns (dW, db), of shapes (1, d) and (1,).
    """
    ### BEGIN SOLUTION
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    loss = (x @ W.T + b - y) ** 2
    loss.backward()
    return W.grad, b.grad
    ### END SOLUTION

# %% check="loss_gradients" points=2
ours = cases.example(
    W=torch.tensor([[0.4, 0.1]]).double(),
    b=torch.tensor([1.0]).double(),
    x=torch.tensor([0.5, 0.4]).double(),
    y=torch.tensor([-0.5]).double(),
    gives=(torch.tensor([[1.74, 1.392]]).double(), torch.tensor([3.48]).double()),
)
three_inputs = cases.example(
    W=torch.tensor([[1.0, -1.0, 2.0]]).double(),
    b=torch.tensor([0.5]).double(),
    x=torch.tensor([2.0, 1.0, 1.0]).double(),
    y=torch.tensor([5.0]).double(),
    gives=(torch.tensor([[-6.0, -3.0, -3.0]]).double(), torch.tensor([-3.0]).double()),
)
check.function(loss_gradients, on=[ours, three_inputs], rtol=1e-6)
### BEGIN HIDDEN TESTS
def squared_error(W, b, x, y):
    return ((W @ x + b - y) ** 2).sum()


many = cases.draw(seeds=12, seed0=100, W="1 d", b="1", x="d", y="1")
check.gradient(loss_gradients, of=squared_error, on=many, wrt="W b")
### END HIDDEN TESTS

# %% wrong="loss_gradients" name="gradient of the prediction"
# says: You went backward from the prediction. Its slopes are the inputs; the label never enters.
# next: Compute the loss, and call `backward()` on that.
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    (x @ W.T + b).backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="label added"
# says: Your error is the prediction plus the label. It should be their difference.
# next: Check the sign in front of `y`.
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    ((x @ W.T + b + y) ** 2).backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="half the square"
# says: All your slopes are half as large as they should be. Your loss carries a factor of one half.
# next: The loss of this section is the whole square.
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    (0.5 * (x @ W.T + b - y) ** 2).backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="backward twice"
# says: Your slopes are twice as large as they should be: two backward passes were added together.
# next: Compute the loss once and call `backward()` once.
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    for parameter in (W, b):
        ((x @ W.T + b - y) ** 2).backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="the bias left out of the loss"
# says: Your loss is that of a neuron without a bias.
# next: Add `b` to the product before you subtract the label.
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    ((x @ W.T - y) ** 2 + 0 * b).backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="in the other order"
# says: You return the bias's gradient first.
# next: Return `dW`, then `db`.
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    ((x @ W.T + b - y) ** 2).backward()
    return b.grad, W.grad

# %% wrong="loss_gradients" name="each product squared by itself"
# says: You make an error of each product and add up their squares. A neuron adds the products first: it has one error.
# next: Print your prediction. It should be one number.
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    ((W * x + b - y) ** 2).sum().backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="input left out"
# says: Your `dW` is twice the error for every weight. The slope of a weight also contains its input.
# next: Let autograd go backward from the loss, or multiply by `x`.
def loss_gradients(W, b, x, y):
    slope = 2 * (x @ W.T + b - y)
    return slope * torch.ones_like(W), slope

# %% wrong="loss_gradients" name="distance instead of its square"
# says: You went backward from the distance between prediction and label. The loss is its square.
# next: Square the error.
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    (x @ W.T + b - y).abs().backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="weights as a vector"
# says: Your `dW` has shape (d,). A gradient has the shape of what it belongs to, and `W` is (1, d).
# next: Ask for slopes of the whole of `W`, not of its row.
def loss_gradients(W, b, x, y):
    error = x @ W[0] + b - y
    return 2 * error * x, 2 * error

# %% wrong="loss_gradients" name="a second pass for the bias"
# says: Your `dW` is right. Your `db` is the sum of two backward passes: `backward()` adds to what is in `.grad`.
# next: Go backward once. That one pass fills `W.grad` and `b.grad`.
def loss_gradients(W, b, x, y):
    error = x @ W.T + b - y
    return 2 * error * x[None, :], 4 * error

# %% wrong="loss_gradients" name="a second pass for the weights"
# says: Your `db` is right. Your `dW` is the sum of two backward passes: `backward()` adds to what is in `.grad`.
# next: Go backward once. That one pass fills `W.grad` and `b.grad`.
def loss_gradients(W, b, x, y):
    error = x @ W.T + b - y
    return 4 * error * x[None, :], 2 * error

# %% wrong="loss_gradients" name="the row squeezed out"
# says: You squeeze `W` before the product. With a single input nothing is left to multiply row by row.
# next: Use `W` as it is, (1, d), or take its row with `W[0]`.
def loss_gradients(W, b, x, y):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    ((x @ W.squeeze() + b - y) ** 2).sum().backward()
    return W.grad, b.grad

# %% wrong="loss_gradients" name="the step returned"
# says: You return the parameters moved by their gradients. Here the gradients themselves are asked for.
# next: Return `W.grad` and `b.grad`. Steps come in section 3.
def loss_gradients(W, b, x, y):
    error = x @ W.T + b - y
    return W - 2 * error * x[None, :], b - 2 * error

# %% right="loss_gradients" name="by formula"
def loss_gradients(W, b, x, y):
    error = x @ W.T + b - y
    return 2 * error * x[None, :], 2 * error

# %% right="loss_gradients" name="torch.autograd.grad"
def loss_gradients(W, b, x, y):
    weights, bias = W.detach().clone().requires_grad_(), b.detach().clone().requires_grad_()
    return torch.autograd.grad((y - bias - (weights * x).sum()).square().sum(), (weights, bias))

# %%
dW, db = loss_gradients(W, b, x, y)
print("gradients", dW, db)
print("notes switched on for the caller's W or b:", W.requires_grad or b.requires_grad)

# %% [markdown]
# The last line should say `False`. If yours says `True`, add the `clone()`, then run the cell of section 2.1 that makes
# `W` and `b` once more. Keep the habit in the exercises that follow.
#
# ### 2.4 Gradients pile up
#
# Now the mistake that everybody makes once. `backward()` does not *write* the slopes into `.grad`. It **adds** them to
# what is there. Watch three passes over the very same loss. You would expect three equal lines.

# %%
W_piled = W.clone().requires_grad_()
for attempt in range(3):
    loss = (x @ W_piled.T + b - y) ** 2
    loss.backward()
    print("pass", attempt + 1, W_piled.grad)

# %% [markdown]
# 1.74, then 3.48, then 5.22: once, twice, three times the slope. There are good reasons for adding (a parameter can be
# used in several places, and then its slopes must add up). But in a training loop it means: **clear the gradients
# before each backward pass.** Two ways to do it:

# %%
W_clean = W.clone().requires_grad_()
for attempt in range(3):
    loss = (x @ W_clean.T + b - y) ** 2
    W_clean.grad = None  # forget what was there; backward() then makes a fresh tensor
    loss.backward()
    print("pass", attempt + 1, W_clean.grad)

# %% [markdown]
# Three equal lines. The other way, `W_clean.grad.zero_()`, sets the numbers to 0 in the tensor that is there. So there
# has to be one: before the first `backward()`, `.grad` is `None`, and `None` has no `zero_()`. A module clears all its
# parameters with `neuron.zero_grad()`, an optimiser with `optimiser.zero_grad()`; both know about the `None`.
#
# The two ways differ in one more point. `zero_()` writes into the same memory. If you kept that tensor somewhere
# without a `clone()`, your kept numbers turn to 0 as well. Remember from week 1: a second name is not a second tensor.
#
# ### Exercise 2.2: one gradient for each example
#
# Somebody wants to know which examples pull hardest on the weights, and wrote this. It returns one row for each
# example, and the rows are wrong.

# %%
def piled_up(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        loss = (X[i] @ W.T + b - y[i]) ** 2
        loss.backward()
        rows.append(W.grad[0].clone())
    return torch.stack(rows)


piled_up(torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.zeros(2), torch.zeros(1, 2), torch.tensor([1.0]))

# %% [markdown]
# The second example has a 0 as its first input, so $w_0$ cannot matter to it. Yet its row says 2.
#
# **Your turn.** Write `gradient_of_each(X, y, W, b)`, mended. `X` is (n, d), `y` is (n,), `W` is (1, d), `b` is (1,).
# Return a tensor of shape (n, d): row $i$ is the gradient, with respect to the weights, of the squared error of
# example $i$ alone. A single example or a single input will do.
#
# For the four arguments above it is `[[2., 0.], [0., 2.]]`. For `X = [[1., 2.], [3., -1.], [0., 4.]]`,
# `y = [1., -2., 3.]`, `W = [[0.5, -1.]]` and `b = [1.]` it is `[[-3., -6.], [33., -11.], [0., -48.]]`.

# %% solution="gradient_of_each"
def gradient_of_each(X, y, W, b):
    """Gradients of (ŷ - y)² with respect to the weights, one row for each example.

    X: (n, d). y: (n,). W: (1, d). b: (1,). Returns (n, d).
    """
    ### BEGIN SOLUTION
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        loss = (X[i] @ W.T + b - y[i]) ** 2
        W.grad = None
        loss.backward()
        rows.append(W.grad[0])
    return torch.stack(rows)
    ### END SOLUTION

# %% check="gradient_of_each" points=2
corners = cases.example(
    X=torch.tensor([[1.0, 0.0], [0.0, 1.0]]),
    y=torch.zeros(2),
    W=torch.zeros(1, 2),
    b=torch.tensor([1.0]),
    gives=torch.tensor([[2.0, 0.0], [0.0, 2.0]]),
)
three_rows = cases.example(
    X=torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.0, 4.0]]).double(),
    y=torch.tensor([1.0, -2.0, 3.0]).double(),
    W=torch.tensor([[0.5, -1.0]]).double(),
    b=torch.tensor([1.0]).double(),
    gives=torch.tensor([[-3.0, -6.0], [33.0, -11.0], [0.0, -48.0]]).double(),
)
check.function(gradient_of_each, on=[corners, three_rows])
### BEGIN HIDDEN TESTS
def rows_by_formula(X, y, W, b):
    return 2 * (X @ W[0] + b - y)[:, None] * X


many = cases.draw(seeds=10, seed0=100, X="n d", y="n", W="1 d", b="1")
check.function(gradient_of_each, rows_by_formula, on=many)
### END HIDDEN TESTS

# %% wrong="gradient_of_each" name="never cleared"
# says: Your first row is right. Every later row is the sum of all gradients so far.
# next: Clear `W.grad` before each backward pass.
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        loss = (X[i] @ W.T + b - y[i]) ** 2
        loss.backward()
        rows.append(W.grad[0].clone())
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="kept without a copy"
# says: Your rows are all the same tensor, the one that `zero_()` clears.
# next: Keep a `clone()` of the gradient, or clear with `W.grad = None`.
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        if W.grad is not None:
            W.grad.zero_()
        ((X[i] @ W.T + b - y[i]) ** 2).backward()
        rows.append(W.grad[0])
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="cleared too late"
# says: You clear the gradient after the backward pass and before you keep it, so only zeros are left.
# next: Clear first, then go backward, then keep.
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    rows = []
    for i in range(len(X)):
        ((X[i] @ W.T + b - y[i]) ** 2).backward()
        W.grad.zero_()
        rows.append(W.grad[0].clone())
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="gradient of the sum"
# says: You give every example the gradient of all examples together.
# next: Let the loss of row i contain example i only.
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    ((X @ W[0] + b - y) ** 2).sum().backward()
    return W.grad.repeat(len(X), 1)

# %% wrong="gradient_of_each" name="only the row before subtracted"
# says: You take away the row before. By then the pile holds the gradients of all rows before.
# next: Clear the gradient before each backward pass; then there is nothing to take away.
def gradient_of_each(X, y, W, b):
    pile = (2 * (X @ W[0] + b - y)[:, None] * X).cumsum(dim=0)
    rows = [pile[0]]
    for i in range(1, len(X)):
        rows.append(pile[i] - rows[i - 1])
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="label subtracted after the square"
# says: You subtract the label after squaring. There it has no influence on the slope.
# next: Put the brackets around prediction minus label.
def gradient_of_each(X, y, W, b):
    return 2 * (X @ W[0] + b)[:, None] * X

# %% wrong="gradient_of_each" name="all pairs"
# says: Your predictions are (n, 1) and the labels (n,): their difference is a table of all pairs.
# next: Give both the same shape before you subtract.
def gradient_of_each(X, y, W, b):
    errors = X @ W.T + b - y
    return 2 * errors * X

# %% wrong="gradient_of_each" name="divided by the number of examples"
# says: You divide by the number of examples. Each row belongs to one example alone.
# next: Leave out the mean.
def gradient_of_each(X, y, W, b):
    return 2 * (X @ W[0] + b - y)[:, None] * X / len(X)

# %% wrong="gradient_of_each" name="the factor 2 lost"
# says: Your rows are half as large as they should be. The square brings down a factor of 2.
# next: Compare with exercise 2.1, which has it.
def gradient_of_each(X, y, W, b):
    return (X @ W[0] + b - y)[:, None] * X

# %% wrong="gradient_of_each" name="bias left out"
# says: Your predictions are those of a neuron without a bias.
# next: Add `b` before you subtract the label.
def gradient_of_each(X, y, W, b):
    return 2 * (X @ W[0] - y)[:, None] * X

# %% wrong="gradient_of_each" name="every size of one squeezed away"
# says: You squeeze your table. With one example or one input a dimension is lost that is asked for.
# next: Leave out `squeeze()`, and stack rows of shape (d,): `W.grad[0]`.
def gradient_of_each(X, y, W, b):
    return (2 * (X @ W[0] + b - y)[:, None] * X).squeeze()

# %% wrong="gradient_of_each" name="rows not taken out of W.grad"
# says: You stack gradients of the shape (1, d), which gives three dimensions. Asked for is (n, d).
# next: Take the only row of each: `W.grad[0]`.
def gradient_of_each(X, y, W, b):
    return (2 * (X @ W[0] + b - y)[:, None] * X)[:, None, :]

# %% wrong="gradient_of_each" name="input left out"
# says: Every entry of a row is twice the error. The slope of a weight also contains its input.
# next: Let autograd go backward from the loss of one example, or multiply by its row.
def gradient_of_each(X, y, W, b):
    return 2 * (X @ W[0] + b - y)[:, None] * torch.ones_like(X)

# %% wrong="gradient_of_each" name="distance instead of its square"
# says: You went backward from the distance between prediction and label. The loss is its square.
# next: Square the error.
def gradient_of_each(X, y, W, b):
    return (X @ W[0] + b - y).sign()[:, None] * X

# %% wrong="gradient_of_each" name="label added"
# says: Your error is the prediction plus the label. It should be their difference.
# next: Check the sign in front of `y`.
def gradient_of_each(X, y, W, b):
    return 2 * (X @ W[0] + b + y)[:, None] * X

# %% wrong="gradient_of_each" name="trained on the way"
# says: You take a step after each example, so later rows belong to other weights.
# next: Leave the weights as they are: only their slopes are asked for.
def gradient_of_each(X, y, W, b):
    rows = []
    for i in range(len(X)):
        rows.append(2 * (X[i] @ W[0] + b - y[i]) * X[i])
        W = W - 0.01 * rows[-1]
    return torch.stack(rows)

# %% wrong="gradient_of_each" name="every prediction against the first label"
# says: Your predictions are (n, 1) and the labels (n,): their difference is a table. Its first column has y[0].
# next: Take the column out of the predictions first, so that both have shape (n,).
def gradient_of_each(X, y, W, b):
    return 2 * (X @ W.T + b - y)[:, :1] * X

# %% right="gradient_of_each" name="zeroed and cloned"
def gradient_of_each(X, y, W, b):
    W = W.clone().requires_grad_()
    table = torch.zeros_like(X)
    for i, example in enumerate(X):
        if W.grad is not None:
            W.grad.zero_()
        ((example @ W[0] + b - y[i]) ** 2).sum().backward()
        table[i] = W.grad
    return table

# %% right="gradient_of_each" name="fresh weights each time"
def gradient_of_each(X, y, W, b):
    rows = []
    for i in range(len(X)):
        mine = W.detach().clone().requires_grad_()
        (X[i] @ mine.T + b - y[i]).square().sum().backward()
        rows.append(mine.grad)
    return torch.cat(rows)

# %% [markdown]
# ## 3. One step downhill
#
# You know the slope of the loss with respect to each parameter. Moving a parameter *with* its slope makes the loss
# larger, so move it *against*:
#
# $$W_\text{new} = W - \eta\,\frac{\partial L}{\partial W}, \qquad b_\text{new} = b - \eta\,\frac{\partial L}{\partial b}.$$
#
# The number $\eta$ (eta) is the **learning rate**, `lr` in code. It says how far to go. The slope is only true right
# where you stand; the curve bends, as the figure in section 2 shows. So steps are small. Doing this again and again is
# **gradient descent**.
#
# On paper, with $\eta = 0.01$, for the first weight: $0.4 - 0.01\cdot 1.74 = 0.3826$. In the same way $w_1$ becomes
# $0.1 - 0.01\cdot 1.392 = 0.08608$ and $b$ becomes $1 - 0.01\cdot 3.48 = 0.9652$. The new prediction:
#
# $$0.3826\cdot 0.5 + 0.08608\cdot 0.4 + 0.9652 = 1.1909\ldots,\qquad L = (1.1909\ldots + 0.5)^2 = 2.8593\ldots$$
#
# The loss fell from 3.0276 to 2.8593. Whenever you write a step, make this test: **did the loss fall?**
#
# In code there is one catch. PyTorch takes notes of everything that happens to a tensor with `requires_grad`, and the
# step itself must not be in the notes. So steps stand under `torch.no_grad()`. Here is one step for $L = u^2$:

# %%
u = torch.tensor([3.0], dtype=torch.float64, requires_grad=True)
(u**2).backward()
with torch.no_grad():
    u_new = u - 0.1 * u.grad  # 3 - 0.1 * 6
u_new

# %% [markdown]
# ### Exercise 3.1: one step
#
# **Your turn.** Write `one_step(W, b, x, y, lr)`. It takes one step of gradient descent on the squared error of one
# example and returns the tuple `(W_new, b_new)`. The shapes are those of `loss_gradients`, with any number of inputs
# from 1 on, and you may call it. The step is taken also where it makes the loss larger. Do not change `W` and `b`
# themselves, and give back new ones without autograd's notes.
#
# For our neuron and `lr=0.01` it gives `[[0.3826, 0.08608]]` and `[0.9652]`, and for `lr=0.1` `[[0.226, -0.0392]]` and
# `[0.652]`. For the three inputs of exercise 2.1 and `lr=0.1` it gives `[[1.6, -0.7, 2.3]]` and `[0.8]`.

# %% solution="one_step"
def one_step(W, b, x, y, lr):
    """One step of gradient descent on the squared error of one example.

    W: (1, d). b: (1,). x: (d,). y: (1,). lr: the learning rate, a number.
    Returns (W_new, b_new), of the same shapes.
    """
    ### BEGIN SOLUTION
    dW, db = loss_gradients(W, b, x, y)
    return W - lr * dW, b - lr * db
    ### END SOLUTION

# %% check="one_step" points=1
ours = dict(
    W=torch.tensor([[0.4, 0.1]]).double(),
    b=torch.tensor([1.0]).double(),
    x=torch.tensor([0.5, 0.4]).double(),
    y=torch.tensor([-0.5]).double(),
)
short = (torch.tensor([[0.3826, 0.08608]]).double(), torch.tensor([0.9652]).double())
long = (torch.tensor([[0.226, -0.0392]]).double(), torch.tensor([0.652]).double())
steps = [cases.example(**ours, lr=0.01, gives=short), cases.example(**ours, lr=0.1, gives=long)]
wide = cases.example(
    W=torch.tensor([[1.0, -1.0, 2.0]]).double(),
    b=torch.tensor([0.5]).double(),
    x=torch.tensor([2.0, 1.0, 1.0]).double(),
    y=torch.tensor([5.0]).double(),
    lr=0.1,
    gives=(torch.tensor([[1.6, -0.7, 2.3]]).double(), torch.tensor([0.8]).double()),
)
check.function(one_step, on=[*steps, wide], detached=True, rtol=1e-6)
### BEGIN HIDDEN TESTS
def stepped(W, b, x, y, lr):
    error = x @ W.T + b - y
    return W - lr * 2 * error * x, b - lr * 2 * error


for lr in (0.3, 0.02):
    many = cases.draw(seeds=6, seed0=100, W="1 d", b="1", x="d", y="1", lr=lr)
    check.function(one_step, stepped, on=many)
### END HIDDEN TESTS

# %% wrong="one_step" name="uphill"
# says: You add the gradient. That makes the loss larger.
# next: Subtract it, and test whether the loss fell.
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    return W + lr * dW, b + lr * db

# %% wrong="one_step" name="learning rate left out"
# says: You take the whole gradient as the step. The learning rate never enters.
# next: Multiply both gradients by `lr`.
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    return W - dW, b - db

# %% wrong="one_step" name="bias stays behind"
# says: The weights take their step, the bias does not.
# next: The bias is a parameter like any other: give it its own step.
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    return W - lr * dW, b

# %% wrong="one_step" name="one after the other"
# says: You moved the weights first and took the bias's slope at the new place. Both slopes belong to the old place.
# next: Compute both gradients before you change anything.
def one_step(W, b, x, y, lr):
    W_new = W - lr * 2 * (x @ W.T + b - y) * x
    b_new = b - lr * 2 * (x @ W_new.T + b - y)
    return W_new, b_new

# %% wrong="one_step" name="the example's numbers"
# says: You return the numbers of the example in the text, whatever you are given.
# next: Compute the step from the arguments.
def one_step(W, b, x, y, lr):
    return torch.tensor([[0.3826, 0.08608]], dtype=W.dtype), torch.tensor([0.9652], dtype=b.dtype)

# %% wrong="one_step" name="two weights only"
# says: Only the first two weights move. A neuron may have any number of them.
# next: Take the step for all of `W` at once.
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    moved = torch.cat([W[:, :2] - lr * dW[:, :2], W[:, 2:]], dim=1)
    return moved, b - lr * db

# %% wrong="one_step" name="the factor 2 lost for the bias"
# says: Your bias moves half as far as it should. Its slope is twice the error, like the weights'.
# next: Compare your `db` with that of `loss_gradients`.
def one_step(W, b, x, y, lr):
    error = x @ W.T + b - y
    return W - lr * 2 * error * x, b - lr * error

# %% wrong="one_step" name="the factor 2 lost"
# says: Weights and bias move half as far as they should. The slope of the square carries a factor of 2.
# next: Compare your gradients with those of `loss_gradients`.
def one_step(W, b, x, y, lr):
    error = x @ W.T + b - y
    return W - lr * error * x, b - lr * error

# %% wrong="one_step" name="the step instead of the place"
# says: You return the steps themselves. Asked for are the parameters after the step.
# next: Subtract the steps from `W` and `b`.
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    return lr * dW, lr * db

# %% wrong="one_step" name="bias first"
# says: You moved the bias first and took the weights' slopes at the new place. All slopes belong to the old place.
# next: Compute both gradients before you change anything.
def one_step(W, b, x, y, lr):
    b_new = b - lr * 2 * (x @ W.T + b - y)
    W_new = W - lr * 2 * (x @ W.T + b_new - y) * x
    return W_new, b_new

# %% wrong="one_step" name="a step taken back"
# says: You keep the old parameters where the loss did not fall. Asked for is the step, whatever comes of it.
# next: Return the new parameters always. Whether the loss fell is for the caller to see.
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    W_new, b_new = W - lr * dW, b - lr * db
    if (x @ W_new.T + b_new - y) ** 2 < (x @ W.T + b - y) ** 2:
        return W_new, b_new
    return W.clone(), b.clone()

# %% wrong="one_step" name="three weights only"
# says: Only the first three weights move. A neuron may have any number of them.
# next: Take the step for all of `W` at once.
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    moved = torch.cat([W[:, :3] - lr * dW[:, :3], W[:, 3:]], dim=1)
    return moved, b - lr * db

# %% wrong="one_step" name="only the direction"
# says: You use the sign of the slopes alone. A step is longer where the slope is steeper.
# next: Multiply the gradients by `lr` as they are.
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    return W - lr * dW.sign(), b - lr * db.sign()

# %% wrong="one_step" name="label added"
# says: Your error is the prediction plus the label. It should be their difference.
# next: Check the sign in front of `y`, or call `loss_gradients`.
def one_step(W, b, x, y, lr):
    error = x @ W.T + b + y
    return W - lr * 2 * error * x, b - lr * 2 * error

# %% wrong="one_step" name="the bias left out of the error"
# says: Your error is that of a neuron without a bias.
# next: Add `b` to the prediction, or call `loss_gradients`.
def one_step(W, b, x, y, lr):
    error = x @ W.T - y
    return W - lr * 2 * error * x, b - lr * 2 * error

# %% wrong="one_step" name="bias moved twice as far"
# says: Your bias moves twice as far as it should: two backward passes were added together in its `.grad`.
# next: Go backward once. That one pass fills both gradients.
def one_step(W, b, x, y, lr):
    dW, db = loss_gradients(W, b, x, y)
    return W - lr * dW, b - lr * 2 * db

# %% right="one_step" name="with torch's optimiser"
def one_step(W, b, x, y, lr):
    weights = torch.nn.Parameter(W.clone())
    bias = torch.nn.Parameter(b.clone())
    optimiser = torch.optim.SGD([weights, bias], lr=lr)
    ((x @ weights.T + bias - y) ** 2).sum().backward()
    optimiser.step()
    return weights.detach(), bias.detach()

# %% right="one_step" name="in place on copies"
def one_step(W, b, x, y, lr):
    W, b = W.clone().requires_grad_(), b.clone().requires_grad_()
    ((x @ W.T + b - y) ** 2).backward()
    with torch.no_grad():
        W -= lr * W.grad
        b -= lr * b.grad
    return W, b

# %%
W_new, b_new = one_step(W, b, x, y, 0.01)
y_hat = x @ W_new.T + b_new
print("prediction", y_hat, " loss", (y_hat - y) ** 2)

# %% [markdown]
# The prediction went from 1.24 to 1.1909, the loss from 3.0276 to 2.8593, as on paper.
#
# ## 4. Training
#
# ### 4.1 The loop
#
# Training is that step, repeated. Every training loop that you will ever write has the same five lines in the same
# order: **predict, measure the loss, clear the gradients, go backward, step.** Along the way it writes down the loss,
# so that you can see afterwards what happened. Here is the loop for $L = u^2$, which is smallest at $u = 0$:

# %%
u = torch.tensor([3.0], dtype=torch.float64, requires_grad=True)
u_losses = []
for step in range(20):
    loss = u**2
    u_losses.append(loss.item())  # a plain number, without PyTorch's notes
    u.grad = None
    loss.backward()
    with torch.no_grad():
        u -= 0.1 * u.grad  # in place: u stays the same tensor

# %% [markdown]
# Two details. `loss.item()` keeps the bare number; keeping `loss` itself would keep all its notes in memory. And the
# step uses `-=`, which writes into `u`. With `u = u - ...` the name `u` would stand for a new tensor, one that nobody
# asked slopes for, and the next `backward()` would fail.

# %%
plot.lines(
    {"loss": u_losses},
    xlabel="step",
    ylabel="loss",
    alt="The loss falls from 9, steeply at first and then ever more slowly, to nearly 0 after 20 steps.",
    caption="A loss curve: the loss before each step.",
)

# %% [markdown]
# Steep at first, then flatter and flatter. Nobody turned the learning rate down. The slope itself shrinks near the
# bottom, and with it the steps.
#
# ### Exercise 4.1: train the neuron
#
# **Your turn.** Write `train_neuron(W, b, x, y, lr, steps)`. Beginning at `W` (1, d) and `b` (1,), it takes `steps`
# steps of gradient descent on the squared error of the one example `x` (d,), `y` (1,). It returns three things: the
# final `W`, the final `b`, and the list of losses, one number for each step, measured **before** that step. It takes
# all its steps, also where the loss is 0 or nearly 0, and also where it grows. The `W` and `b` that were handed in stay
# as they were, and nothing of what you return carries autograd's notes. A single input will do. You may call
# `one_step`, or write the five lines.
#
# For our neuron, `lr=0.01` and 2 steps, the losses are `[3.0276, 2.8593]`, the numbers of section 3. The final `W` is
# `[[0.3657, 0.0726]]` and the final `b` is `[0.9314]`. For the three inputs of exercise 2.1, `lr=0.1` and 3 steps the
# losses are `[2.25, 0.36, 0.0576]`, and it ends at `[[1.456, -0.772, 2.228]]` and `[0.728]`.

# %% solution="train_neuron"
def train_neuron(W, b, x, y, lr, steps):
    """Train a neuron on one example by gradient descent.

    W: (1, d). b: (1,). x: (d,). y: (1,). lr: the learning rate. steps: how many.
    Returns (W, b, losses): the final parameters and a list of `steps` numbers, each the loss before its step.
    """
    ### BEGIN SOLUTION
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
        W.grad, b.grad = None, None
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
    return W.detach(), b.detach(), losses
    ### END SOLUTION

# %% check="train_neuron" points=3
start = dict(
    W=torch.tensor([[0.4, 0.1]], dtype=torch.float64),
    b=torch.tensor([1.0], dtype=torch.float64),
    x=torch.tensor([0.5, 0.4], dtype=torch.float64),
    y=torch.tensor([-0.5], dtype=torch.float64),
)
W_two, b_two = torch.tensor([[0.36569068, 0.072552544]]).double(), torch.tensor([0.93138136]).double()
two_steps = cases.example(**start, lr=0.01, steps=2, gives=(W_two, b_two, [3.0276, 2.859251]))
three_steps = cases.example(
    W=torch.tensor([[1.0, -1.0, 2.0]]).double(),
    b=torch.tensor([0.5]).double(),
    x=torch.tensor([2.0, 1.0, 1.0]).double(),
    y=torch.tensor([5.0]).double(),
    lr=0.1,
    steps=3,
    gives=(torch.tensor([[1.456, -0.772, 2.228]]).double(), torch.tensor([0.728]).double(), [2.25, 0.36, 0.0576]),
)
check.function(train_neuron, on=[two_steps, three_steps], detached=True, rtol=1e-5)
### BEGIN HIDDEN TESTS
def walked(W, b, x, y, lr, steps):
    error = x @ W.T + b - y
    shrink = 1 - 2 * lr * (x @ x + 1)
    moved = 2 * lr * error * sum(shrink**k for k in range(steps))
    return W - moved * x, b - moved, [((error * shrink**k) ** 2).item() for k in range(steps)]


W_done, b_done = torch.tensor([[1.0, 2.0]]).double(), torch.tensor([-1.0]).double()
x_done, y_done = torch.tensor([3.0, 0.5]).double(), torch.tensor([3.0]).double()
nothing_left = cases.example(W=W_done, b=b_done, x=x_done, y=y_done, lr=0.1, steps=5)
check.function(train_neuron, walked, on=[nothing_left])
rates = ((0.01, 100), (0.1, 30), (1.0, 12), (0.05, 1), (0.1, 100))
check.function(train_neuron, walked, on=[cases.example(**start, lr=lr, steps=steps) for lr, steps in rates])
for lr, steps in ((0.004, 60), (0.02, 7)):
    many = cases.draw(seeds=5, seed0=100, W="1 d", b="1", x="d", y="1", lr=lr, steps=steps)
    check.function(train_neuron, walked, on=many)
### END HIDDEN TESTS

# %% wrong="train_neuron" name="gradients pile up"
# says: Your first step is right, later ones are too long: the gradients of all steps so far are added together.
# next: Clear both gradients before each backward pass.
def train_neuron(W, b, x, y, lr, steps):
    W, b, losses = W.clone().requires_grad_(), b.clone().requires_grad_(), []
    for _ in range(steps):
        loss = (x @ W.T + b - y) ** 2
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
    return W.detach(), b.detach(), losses

# %% wrong="train_neuron" name="loss after the step"
# says: Your parameters are right. Your losses are one step late: the loss at the start is missing from the list.
# next: Write the loss down before you change the parameters.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        W, b = one_step(W, b, x, y, lr)
        losses.append(((x @ W.T + b - y) ** 2).item())
    return W, b, losses

# %% wrong="train_neuron" name="every step from the start"
# says: Every step begins at the starting values again, so you never get further than one step.
# next: Carry the new parameters over into the next turn of the loop.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        W_new, b_new = one_step(W, b, x, y, lr)
    return W_new, b_new, losses

# %% wrong="train_neuron" name="one step too few"
# says: You write down the right number of losses, but take one step fewer than asked.
# next: Count the steps in your loop. Each loss in the list is followed by a step, the last one too.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for step in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        if step < steps - 1:
            W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% wrong="train_neuron" name="bias not trained"
# says: Only the weights are trained. The bias stays where it began.
# next: The bias takes a step too, with its own gradient.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        W = one_step(W, b, x, y, lr)[0]
    return W, b, losses

# %% wrong="train_neuron" name="the caller's tensors trained"
# says: You train the tensors that were handed in. Whoever called you still needs them as they were.
# next: Begin with `W = W.clone()` and `b = b.clone()`.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        error = x @ W.T + b - y
        losses.append((error**2).item())
        W -= lr * 2 * error * x
        b -= lr * 2 * error
    return W, b, losses

# %% wrong="train_neuron" name="only the weights' gradient cleared"
# says: You clear the weights' gradient. The bias's piles up from step to step.
# next: Clear both before each backward pass.
def train_neuron(W, b, x, y, lr, steps):
    losses, piled = [], torch.zeros_like(b)
    for _ in range(steps):
        error = x @ W.T + b - y
        losses.append((error**2).item())
        piled = piled + 2 * error
        W, b = W - lr * 2 * error * x, b - lr * piled
    return W, b, losses

# %% wrong="train_neuron" name="only the bias's gradient cleared"
# says: You clear the bias's gradient. The weights' piles up from step to step.
# next: Clear both before each backward pass.
def train_neuron(W, b, x, y, lr, steps):
    losses, piled = [], torch.zeros_like(W)
    for _ in range(steps):
        error = x @ W.T + b - y
        losses.append((error**2).item())
        piled = piled + 2 * error * x
        W, b = W - lr * piled, b - lr * 2 * error
    return W, b, losses

# %% wrong="train_neuron" name="one loss too many"
# says: Your list has one loss too many: that at the start, and one after every step.
# next: Write down one loss in each turn of the loop, before the step.
def train_neuron(W, b, x, y, lr, steps):
    losses = [((x @ W.T + b - y) ** 2).item()]
    for _ in range(steps):
        W, b = one_step(W, b, x, y, lr)
        losses.append(((x @ W.T + b - y) ** 2).item())
    return W, b, losses

# %% wrong="train_neuron" name="stopped when good enough"
# says: You stop when the loss is small. Asked for are `steps` steps, and a loss for each of them.
# next: Let the loop run to its end, whatever the loss.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        if losses[-1] < 1e-8:
            break
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% wrong="train_neuron" name="errors instead of losses"
# says: Your list holds the errors. A loss is the square of the error.
# next: Square each before you write it down.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append((x @ W.T + b - y).item())
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% wrong="train_neuron" name="weights and bias one after the other"
# says: You move the weights and take the bias's slope afterwards, at the new place.
# next: Compute both gradients of a step before you change anything.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        W = W - lr * 2 * (x @ W.T + b - y) * x
        b = b - lr * 2 * (x @ W.T + b - y)
    return W, b, losses

# %% wrong="train_neuron" name="uphill"
# says: You add the gradients, so the loss grows.
# next: Step against the gradient: subtract.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        error = x @ W.T + b - y
        losses.append((error**2).item())
        W, b = W + lr * 2 * error * x, b + lr * 2 * error
    return W, b, losses

# %% wrong="train_neuron" name="the factor 2 lost"
# says: Each of your steps is half as long as it should be. The slope of the square carries a factor of 2.
# next: Compare your gradients with those of `loss_gradients`.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        error = x @ W.T + b - y
        losses.append((error**2).item())
        W, b = W - lr * error * x, b - lr * error
    return W, b, losses

# %% wrong="train_neuron" name="steps taken back"
# says: You keep the old parameters where the loss did not fall. Asked for is every step, whatever comes of it.
# next: Take each step, also one that makes the loss larger.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        W_new, b_new = one_step(W, b, x, y, lr)
        if (x @ W_new.T + b_new - y) ** 2 < losses[-1]:
            W, b = W_new, b_new
    return W, b, losses

# %% wrong="train_neuron" name="stopped when the loss grew"
# says: You stop when the loss grows. Asked for are `steps` steps, and a loss for each of them.
# next: Let the loop run to its end, whatever the loss.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        if len(losses) > 1 and losses[-1] > losses[-2]:
            break
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% wrong="train_neuron" name="rate made smaller on the way"
# says: You make the learning rate smaller from step to step. It is the same for all of them.
# next: Use `lr` as it is in every step.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for step in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        W, b = one_step(W, b, x, y, lr / (step + 1))
    return W, b, losses

# %% wrong="train_neuron" name="half the losses"
# says: Your list holds half of each square. The loss of this section is the whole square.
# next: Leave out the factor of one half.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(0.5 * ((x @ W.T + b - y) ** 2).item())
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% wrong="train_neuron" name="rate halved when the loss grew"
# says: You halve the learning rate when the loss has grown. It is the same for all steps.
# next: Use `lr` as it is in every step, whatever comes of it.
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        if len(losses) > 1 and losses[-1] > losses[-2]:
            lr = lr / 2
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% wrong="train_neuron" name="the best parameters instead of the last"
# says: You return the parameters with the lowest loss. Asked for are those after the last step.
# next: Return what the loop ends with.
def train_neuron(W, b, x, y, lr, steps):
    losses, lowest = [], math.inf
    for _ in range(steps):
        losses.append(((x @ W.T + b - y) ** 2).item())
        W, b = one_step(W, b, x, y, lr)
        loss = (x @ W.T + b - y) ** 2
        if loss < lowest:
            lowest, best = loss, (W, b)
    return *best, losses

# %% right="train_neuron" name="step by step with one_step"
def train_neuron(W, b, x, y, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(float((x @ W.T + b - y) ** 2))
        W, b = one_step(W, b, x, y, lr)
    return W, b, losses

# %% right="train_neuron" name="with torch's optimiser"
def train_neuron(W, b, x, y, lr, steps):
    weights, bias = torch.nn.Parameter(W.clone()), torch.nn.Parameter(b.clone())
    optimiser = torch.optim.SGD([weights, bias], lr=lr)
    losses = []
    for _ in range(steps):
        loss = ((x @ weights.T + bias - y) ** 2).sum()
        losses.append(loss.detach())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return weights.detach(), bias.detach(), losses

# %%
W_end, b_end, losses = train_neuron(W, b, x, y, 0.01, 100)
print("prediction", x @ W_end.T + b_end, " wanted", y)
plot.lines(
    {"loss": losses},
    xlabel="step",
    ylabel="loss",
    alt="The loss falls from 3.03 to about 0.01 over 100 steps, steeply at first.",
    caption="Your neuron, trained on one example for 100 steps with the learning rate 0.01.",
)

# %% [markdown]
# The prediction has come from 1.24 to about −0.4, with −0.5 wanted. A hundred steps were almost enough.
#
# ### 4.2 How long should a step be?
#
# The learning rate is not found by training. *You* choose it. Such a number is called a **hyperparameter**. Let us
# train the same neuron from the same start with four rates. Guess before you run: which of 1, 0.1, 0.01 and 0.001 is
# best?
#
# The losses will differ so much that we draw them on a logarithmic scale: each line of the grid is a fixed number of
# times the one below. A curve is cut off where it leaves the range from 0.0001 to 10,000.

# %%
curves = {}
for lr in (1.0, 0.1, 0.01, 0.001):
    losses = train_neuron(W, b, x, y, lr, 100)[2]
    print(f"rate {lr:<6} last loss {losses[-1]:.3g}")
    curves[f"rate {lr}"] = [loss if 1e-4 < loss < 1e4 else math.nan for loss in losses]
plot.lines(
    curves,
    xlabel="step",
    ylabel="loss (logarithmic)",
    logy=True,
    alt="Four straight lines. Rate 1 shoots up and leaves the picture after 7 steps; rate 0.1 falls steeply "
    "and leaves at the bottom after 16; rate 0.01 falls gently to 0.01; rate 0.001 hardly falls.",
    caption="The same neuron, the same start, four learning rates.",
)

# %% [markdown]
# - **0.001** is too small. Nothing is wrong with it, but after 100 steps more than half of the loss is left.
# - **0.01** works, slowly.
# - **0.1** is done after some 15 steps. (The last loss printed is 0 but for rounding.)
# - **1** is a disaster. The loss does not fall at all; it more than triples with each step, without end.
#
# So larger is better, until suddenly it is much worse. Where is the border, and why is there one? On this small model
# we can find out exactly. Call the error $e = \hat y - y$. The slopes are $\partial L/\partial w_j = 2e\,x_j$ and
# $\partial L/\partial b = 2e$ (section 5 derives them; compare with 1.74, 1.392 and 3.48). After one step each $w_j$ is
# smaller by $\eta\,2e\,x_j$ and $b$ by $\eta\,2e$, so the prediction, and with it the error, changes to
#
# $$e_\text{new} = e - \eta\,2e\,(x_0^2 + x_1^2) - \eta\,2e = e\,\bigl(1 - 2\eta\,(x_0^2 + x_1^2 + 1)\bigr).$$
#
# **Every step multiplies the error by the same factor.** For our $x$ it is $1 - 2\eta\,(0.25 + 0.16 + 1) = 1 - 2.82\eta$.
#
# | $\eta$ | factor for the error | what happens |
# |---|---|---|
# | 0.001 | 0.997 | creeps |
# | 0.01 | 0.972 | walks |
# | 0.1 | 0.718 | runs |
# | 1 | −1.82 | jumps across the bottom and lands further up than before |
#
# A constant factor makes a straight line on a logarithmic scale; that is why the figure has straight lines. Now look
# at one step at a time. Here each dot is the neuron after a step, placed at its error. If you have the notebook open,
# move the learning rate: find where the dots begin to change sides, and where they begin to climb.

# %%
def draw_descent(ax, lr):
    """Draw twelve steps of the neuron on the parabola of its loss."""
    e = torch.linspace(-3, 3, 200)
    ax.plot(e, e**2, color="#666666")
    visited = [1.74 * (1 - 2.82 * lr) ** k for k in range(13)]
    ax.plot(visited, [e**2 for e in visited], marker="o", color="#0072B2")
    ax.plot(visited[0], visited[0] ** 2, marker="o", markersize=11, color="#D55E00")
    ax.set(xlabel="error ŷ − y", ylabel="loss", xlim=(-3, 3), ylim=(-0.3, 9))
    ax.set_title(f"learning rate {lr:.3g}")


plot.slider(
    draw_descent,
    lr=(0.01, 0.81, 0.65),
    alt="A parabola. Dots start at error 1.74, jump to the other side, and zigzag down towards 0, "
    "each jump shorter.",
    caption="Twelve steps of gradient descent on the neuron's loss, with the rate 0.65. Thick: the start.",
)

# %% [markdown]
# At 0.65 the factor is $1 - 2.82\cdot 0.65 = -0.83$. The error changes sign with each step, and still shrinks. That is
# the zigzag of a rate that is rather large. A little more, and each jump lands higher than it began.
#
# ### Exercise 4.2: two special learning rates
#
# **Your turn.** Write two functions of one example `x`, shape (d,), for a neuron with d inputs; d may be 1, and entries
# may be 0, even all of them. Each returns a number, a tensor without dimensions.
#
# - `landing_rate(x)`: the rate for which a single step brings the error to exactly 0.
# - `breaking_rate(x)`: the rate at which the loss stops falling. Below it the error shrinks, above it the error grows.
#
# Both follow from the factor above, written for d inputs. For `x = [0.5, 0.4]` they are about 0.3546 and 0.7092, and
# for `x = [1., 2., 3.]` they are 1/30 and 1/15. You can test the first pair with the slider. For a large network nobody
# can compute these two numbers, but they exist there too, and a loss curve that shoots up says that you have passed the
# second.

# %% solution="learning_rates"
def landing_rate(x):
    """Rate that brings the error of the example x, shape (d,), to 0 in one step. Returns shape ()."""
    ### BEGIN SOLUTION
    return 1 / (2 * (x @ x + 1))
    ### END SOLUTION


def breaking_rate(x):
    """Rate above which the error of the example x, shape (d,), grows with each step. Returns shape ()."""
    ### BEGIN SOLUTION
    return 1 / (x @ x + 1)
    ### END SOLUTION

# %% check="learning_rates" points=2
def rates(for_two, for_three):
    """Two examples x with the rate that each should get."""
    two, three = torch.tensor([0.5, 0.4]).double(), torch.tensor([1.0, 2.0, 3.0]).double()
    answers = torch.tensor([for_two, for_three]).double()
    return [cases.example(x=two, gives=answers[0]), cases.example(x=three, gives=answers[1])]


check.function(landing_rate, on=rates(0.3546, 1 / 30), rtol=1e-3)
check.function(breaking_rate, on=rates(0.7092, 1 / 15), rtol=1e-3)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=10, seed0=100, x="d")
check.function(landing_rate, lambda x: 0.5 / (1 + (x**2).sum()), on=many)
check.function(breaking_rate, lambda x: 1 / (1 + (x**2).sum()), on=many)
balanced = [cases.example(x=torch.tensor(x).double()) for x in ([3.0, -3.0], [1.0, 2.0, -3.0], [0.0, 0.0])]
check.function(landing_rate, lambda x: 0.5 / (1 + (x**2).sum()), on=balanced)
check.function(breaking_rate, lambda x: 1 / (1 + (x**2).sum()), on=balanced)
### END HIDDEN TESTS

# %% wrong="learning_rates" name="bias forgotten"
# says: Your rates would be right for a neuron without a bias. The bias takes a step too, and moves the prediction.
# next: Find the "+ 1" in the factor, and where it comes from.
def landing_rate(x):
    return 1 / (2 * (x @ x))


def breaking_rate(x):
    return 1 / (x @ x)

# %% wrong="learning_rates" name="the factor 2 lost"
# says: This rate is twice as large as it should be. The slope of a square carries a factor of 2.
# next: Set the factor 1 - 2η(...) to 0 and solve for η once more.
def landing_rate(x):
    return 1 / (x @ x + 1)


def breaking_rate(x):
    return 2 / (x @ x + 1)

# %% wrong="learning_rates" name="breaks where it lands"
# says: Your breaking rate is the landing rate. Just above it the error changes its sign, but it still shrinks.
# next: Ask when the factor reaches -1.
def landing_rate(x):
    return 1 / (2 * (x @ x + 1))


def breaking_rate(x):
    return 1 / (2 * (x @ x + 1))

# %% wrong="learning_rates" name="length instead of its square"
# says: You use the length of x. The factor contains the sum of the squares, without a root.
# next: Use `x @ x`, or square and sum.
def landing_rate(x):
    return 1 / (2 * (x.norm() + 1))


def breaking_rate(x):
    return 1 / (x.norm() + 1)

# %% wrong="learning_rates" name="only the first two inputs"
# says: You use two inputs. An example may have any number of them.
# next: Sum the squares over all of `x`.
def landing_rate(x):
    return 1 / (2 * (x[0] ** 2 + x[1] ** 2 + 1))


def breaking_rate(x):
    return 1 / (x[0] ** 2 + x[1] ** 2 + 1)

# %% wrong="learning_rates" name="one for every input"
# says: You add 1 for every input. The 1 stands for the bias, and there is one bias.
# next: Sum the squares first, then add 1.
def landing_rate(x):
    return 1 / (2 * ((x**2 + 1).sum()))


def breaking_rate(x):
    return 1 / ((x**2 + 1).sum())

# %% wrong="learning_rates" name="mean of the squares"
# says: You take the mean of the squares. The factor contains their sum.
# next: Use `sum()`, or `x @ x`.
def landing_rate(x):
    return 1 / (2 * ((x**2).mean() + 1))


def breaking_rate(x):
    return 1 / ((x**2).mean() + 1)

# %% wrong="learning_rates" name="square of the sum"
# says: You add the inputs and square the sum. The factor contains the sum of the squares.
# next: Square each entry first.
def landing_rate(x):
    return 1 / (2 * (x.sum() ** 2 + 1))


def breaking_rate(x):
    return 1 / (x.sum() ** 2 + 1)

# %% wrong="learning_rates" name="rounded"
# says: You round the rate to four digits after the point. The text does so for reading only.
# next: Return it unrounded.
def landing_rate(x):
    return torch.round(1 / (2 * (x @ x + 1)), decimals=4)


def breaking_rate(x):
    return torch.round(1 / (x @ x + 1), decimals=4)

# %% wrong="learning_rates" name="a dimension kept"
# says: Your rate has shape (1,). A tensor without dimensions is asked for.
# next: Let the sum take the dimension away: leave out `keepdim`.
def landing_rate(x):
    return 1 / (2 * ((x**2).sum(dim=0, keepdim=True) + 1))


def breaking_rate(x):
    return 1 / ((x**2).sum(dim=0, keepdim=True) + 1)

# %% wrong="learning_rates" name="three inputs at most"
# says: You use three inputs at most. An example may have any number of them.
# next: Sum the squares over all of `x`, with a product or a sum rather than one by one.
def landing_rate(x):
    return 1 / (2 * ((x[:3] ** 2).sum() + 1))


def breaking_rate(x):
    return 1 / ((x[:3] ** 2).sum() + 1)

# %% wrong="learning_rates" name="a bracket missing"
# says: The 2 multiplies the sum of the squares and not the 1 of the bias: a bracket is missing.
# next: Put brackets around the sum with its 1.
def landing_rate(x):
    return 1 / (2 * (x @ x) + 1)


def breaking_rate(x):
    return 1 / (x @ x + 1)

# %% wrong="learning_rates" name="the 1 added to the fraction"
# says: Your 1 stands outside the fraction. It belongs below the line, beside the sum of the squares.
# next: Put brackets around everything that you divide by.
def landing_rate(x):
    return 1 / (2 * (x @ x)) + 1


def breaking_rate(x):
    return 1 / (x @ x) + 1

# %% wrong="learning_rates" name="divided by 2 as written"
# says: You write `1 / 2 * ...`, which multiplies by what should be below the line.
# next: Put brackets around everything that you divide by.
def landing_rate(x):
    return 1 / 2 * (x @ x + 1)


def breaking_rate(x):
    return 1 / 1 * (x @ x + 1)

# %% wrong="learning_rates" name="tried out on an error that may be 0"
# says: You try a step out with weights of your own and divide by the error. For some inputs it is 0: 0 / 0.
# next: Use the factor of the text. The error has cancelled there.
def landing_rate(x):
    return x.sum() / (2 * x.sum() * (x @ x + 1))


def breaking_rate(x):
    return 2 * x.sum() / (2 * x.sum() * (x @ x + 1))

# %% wrong="learning_rates" name="kept from the other function"
# says: `breaking_rate` uses what `landing_rate` left in a global name. That belongs to the example of another call.
# next: Compute the sum of the squares in each function from its own `x`.
def landing_rate(x):
    global factor
    factor = x @ x + 1
    return 1 / (2 * factor)


def breaking_rate(x):
    return 1 / factor

# %% right="learning_rates" name="the bias as an input that is always 1"
def landing_rate(x):
    return breaking_rate(x) / 2


def breaking_rate(x):
    with_one = torch.cat([x, torch.ones_like(x[:1])])
    return (with_one**2).sum() ** -1

# %% right="learning_rates" name="norm squared"
def landing_rate(x):
    return 0.5 / (torch.linalg.vector_norm(x) ** 2 + 1)


def breaking_rate(x):
    return 1.0 / (torch.linalg.vector_norm(x) ** 2 + 1)

# %% [markdown]
# ### 4.3 The same with PyTorch's own parts
#
# Because these five lines are always the same, PyTorch offers parts for them. An **optimiser** knows the parameters of
# a module and takes the step for all of them at once. `torch.optim.SGD` does exactly what you wrote by hand, and
# `torch.nn.functional.mse_loss` is the mean of the squared errors.

# %%
neuron = Neuron(0.4, 0.1, 1.0)
optimiser = torch.optim.SGD(neuron.parameters(), lr=0.01)
for step in range(100):
    loss = torch.nn.functional.mse_loss(neuron(x.float()), y.float())  # predict, measure
    optimiser.zero_grad()  # clear
    loss.backward()  # go backward
    optimiser.step()  # step
print("last loss", loss.item())

# %% [markdown]
# The last loss is that of your own loop with the rate 0.01. Nothing in the ready-made parts is new to you.
# (`x.float()` makes float32, the type of the module's parameters.)

# %% [markdown]
# ## 5. The gradient by hand
#
# So far `backward()` gave us slopes and we believed it. Now you find them with pencil and paper. Not because you will
# do it every day, but because somebody who has done it once reads loss curves, shapes and error messages differently.
#
# ### 5.1 A worked example
#
# Take the smallest model: one input, one weight, no bias. The prediction is $\hat y = wx$ and the loss
#
# $$L = (wx - y)^2 = w^2x^2 - 2\,w\,x\,y + y^2.$$
#
# We want the slope with respect to $w$. Everything else is a constant: $x$ and $y$ are just numbers that happen to
# have letters. Term by term:
#
# - $w^2x^2$ has the slope $2wx^2$, for the same reason that $5w^2$ has the slope $10w$;
# - $-2wxy$ has the slope $-2xy$;
# - $y^2$ does not contain $w$, so its slope is 0.
#
# Together $2wx^2 - 2xy$, and with the common factor taken out
#
# $$\frac{\partial L}{\partial w} = 2x\,(wx - y) = 2\,(\hat y - y)\,x.$$
#
# Read it aloud: twice the error, times the input. Let autograd check it at $w = 3$, $x = 2$, $y = 1$: the formula says
# $2\cdot(6 - 1)\cdot 2 = 20$.

# %%
w = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
loss = (w * 2.0 - 1.0) ** 2
loss.backward()
w.grad

# %% [markdown]
# ### Exercise 5.1: three slopes by hand
#
# Now the neuron with two inputs and a bias,
#
# $$L = (w_0x_0 + w_1x_1 + b - y)^2.$$
#
# **Your turn.** Write three functions, `slope_w0`, `slope_w1` and `slope_b`. Each takes the six arguments
# `(w0, w1, b, x0, x1, y)`, tensors without dimensions, and returns one partial derivative of $L$: with respect to
# $w_0$, to $w_1$, to $b$. Any of the six may be 0. *By hand* means by a formula: these functions may not call autograd,
# nor compare the loss at two places, and the check looks.
#
# At $w = (0.4, 0.1)$, $b = 1$, $x = (0.5, 0.4)$, $y = -0.5$ the three are 1.74, 1.392 and 3.48, as autograd said in
# section 2. When you have all three, lay them side by side: what do they share, and in what do they differ?

# %% solution="slopes_by_hand"
def slope_w0(w0, w1, b, x0, x1, y):
    """∂L/∂w0 for L = (w0 x0 + w1 x1 + b - y)². All arguments and the result have shape ()."""
    ### BEGIN SOLUTION
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0
    ### END SOLUTION


def slope_w1(w0, w1, b, x0, x1, y):
    """∂L/∂w1 for L = (w0 x0 + w1 x1 + b - y)². All arguments and the result have shape ()."""
    ### BEGIN SOLUTION
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1
    ### END SOLUTION


def slope_b(w0, w1, b, x0, x1, y):
    """∂L/∂b for L = (w0 x0 + w1 x1 + b - y)². All arguments and the result have shape ()."""
    ### BEGIN SOLUTION
    return 2 * (w0 * x0 + w1 * x1 + b - y)
    ### END SOLUTION

# %% check="slopes_by_hand" points=3
def neuron_loss(w0, w1, b, x0, x1, y):
    return (w0 * x0 + w1 * x1 + b - y) ** 2


two = cases.draw(seeds=2, w0="", w1="", b="", x0="", x1="", y="")
check.gradient(slope_w0, of=neuron_loss, on=two, wrt="w0", by_hand=True)
check.gradient(slope_w1, of=neuron_loss, on=two, wrt="w1", by_hand=True)
check.gradient(slope_b, of=neuron_loss, on=two, wrt="b", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=20, seed0=100, w0="", w1="", b="", x0="", x1="", y="")
check.gradient(slope_w0, of=neuron_loss, on=many, wrt="w0", by_hand=True)
check.gradient(slope_w1, of=neuron_loss, on=many, wrt="w1", by_hand=True)
check.gradient(slope_b, of=neuron_loss, on=many, wrt="b", by_hand=True)
one_is_zero = [cases.example(**{**c.inputs, name: torch.zeros_like(c[name])}) for c in two for name in c.inputs]
check.gradient(slope_w0, of=neuron_loss, on=one_is_zero, wrt="w0", by_hand=True)
check.gradient(slope_w1, of=neuron_loss, on=one_is_zero, wrt="w1", by_hand=True)
check.gradient(slope_b, of=neuron_loss, on=one_is_zero, wrt="b", by_hand=True)
### END HIDDEN TESTS

# %% wrong="slopes_by_hand" name="factor 2 missing"
# says: This slope is half as large as it should be. A square brings down a factor of 2.
# next: Look at the worked example: the slope of w²x² is 2wx².
def slope_w0(w0, w1, b, x0, x1, y):
    return (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return w0 * x0 + w1 * x1 + b - y

# %% wrong="slopes_by_hand" name="error the wrong way round"
# says: This slope has the wrong sign: your error is label minus prediction.
# next: Write the error as prediction minus label. A prediction that is too high must give a positive slope for b.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (y - w0 * x0 - w1 * x1 - b) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (y - w0 * x0 - w1 * x1 - b) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (y - w0 * x0 - w1 * x1 - b)

# %% wrong="slopes_by_hand" name="times the weight"
# says: You multiply the error by the weight. In the product w₀x₀ the slope with respect to w₀ is the other factor.
# next: Use the input in the place of the weight.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * w0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * w1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="bias times itself"
# says: The slope with respect to b is multiplied by b. But b stands alone in the sum; its factor is 1.
# next: Ask how far the prediction moves when b moves by 1.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * b

# %% wrong="slopes_by_hand" name="other terms dropped"
# says: You dropped the terms without your parameter before squaring. They vanish from a sum, but not from a square.
# next: Keep the whole error. Constant terms drop out only when they stand alone.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w1 * x1 - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (b - y)

# %% wrong="slopes_by_hand" name="inputs swapped"
# says: This slope carries the input of the other weight.
# next: Each weight meets its own input in the sum.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="autograd asked"
# says: You let autograd find the slopes. Here the formula is asked for.
# next: Write each slope with `*`, `+` and `-` alone.
def slopes(*numbers):
    leaves = [number.clone().requires_grad_() for number in numbers]
    w0, w1, b, x0, x1, y = leaves
    return torch.autograd.grad((w0 * x0 + w1 * x1 + b - y) ** 2, leaves)


def slope_w0(w0, w1, b, x0, x1, y):
    return slopes(w0, w1, b, x0, x1, y)[0]


def slope_w1(w0, w1, b, x0, x1, y):
    return slopes(w0, w1, b, x0, x1, y)[1]


def slope_b(w0, w1, b, x0, x1, y):
    return slopes(w0, w1, b, x0, x1, y)[2]

# %% wrong="slopes_by_hand" name="mixed term forgotten"
# says: The other weight's product is missing from your error; multiplied out, it is the term 2w₀x₀w₁x₁.
# next: Keep the whole error, or multiply every term with every other.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + 2 * x0 * b - 2 * x0 * y


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + 2 * x1 * b - 2 * x1 * y


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="bias left out of the error"
# says: Your error is that of a neuron without a bias.
# next: Add `b` to the prediction.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 - y)

# %% wrong="slopes_by_hand" name="label added"
# says: Your error is the prediction plus the label. It should be their difference.
# next: Check the sign in front of `y`.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b + y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b + y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b + y)

# %% wrong="slopes_by_hand" name="input left out"
# says: Your slope is twice the error and nothing more. The slope of a weight also contains its input.
# next: Ask how far the prediction moves when this weight moves by 1.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="square kept"
# says: You kept the square. The slope of u² is 2u, without a square.
# next: Look at the small example of section 2.3.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) ** 2 * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) ** 2 * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) ** 2

# %% wrong="slopes_by_hand" name="the example's input"
# says: You multiply by the input of the notebook's example, 0.5 or 0.4, whatever the arguments are.
# next: Use `x0` and `x1`. The name `x` is the example of section 2.1.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * 0.5


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * 0.4


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="difference quotient"
# says: You compare the loss at two places a thousandth apart. That gives the slope only roughly, and no formula.
# next: Differentiate on paper, as in the worked example.
def loss_at(w0, w1, b, x0, x1, y):
    return (w0 * x0 + w1 * x1 + b - y) ** 2


def slope_w0(w0, w1, b, x0, x1, y):
    return (loss_at(w0 + 0.001, w1, b, x0, x1, y) - loss_at(w0, w1, b, x0, x1, y)) / 0.001


def slope_w1(w0, w1, b, x0, x1, y):
    return (loss_at(w0, w1 + 0.001, b, x0, x1, y) - loss_at(w0, w1, b, x0, x1, y)) / 0.001


def slope_b(w0, w1, b, x0, x1, y):
    return (loss_at(w0, w1, b + 0.001, x0, x1, y) - loss_at(w0, w1, b, x0, x1, y)) / 0.001

# %% wrong="slopes_by_hand" name="mixed term counted once"
# says: Multiplied out, the square has the mixed term twice: 2w₀x₀w₁x₁. You count it once.
# next: Multiply out once more, or do not multiply out at all.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + w1 * x0 * x1 + 2 * x0 * (b - y)


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + w0 * x0 * x1 + 2 * x1 * (b - y)


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="all mixed terms counted once"
# says: Multiplied out, the square has every mixed term twice, as in 2w₀x₀b. You count them once.
# next: Multiply out once more, or do not multiply out at all.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + x0 * (w1 * x1 + b - y)


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + x1 * (w0 * x0 + b - y)


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * b + w0 * x0 + w1 * x1 - y

# %% wrong="slopes_by_hand" name="loss divided by the error"
# says: You divide by something that may be 0, the error or an input. Then you get 0 / 0.
# next: Begin each slope with twice the error. No division is needed.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) ** 2 / (w0 * x0 + w1 * x1 + b - y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) ** 2 / (w0 * x0 + w1 * x1 + b - y) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) ** 2 / (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="made from another slope"
# says: You divide by something that may be 0, the error or an input. Then you get 0 / 0.
# next: Begin each slope with twice the error. No division is needed.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1 / x1 * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0 / x0 * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0 / x0

# %% wrong="slopes_by_hand" name="both inputs"
# says: You multiply by the sum of both inputs. In the sum w₀ meets x₀ alone, and w₁ meets x₁.
# next: Ask how far the prediction moves when this one weight moves by 1.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * (x0 + x1)


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * (x0 + x1)


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="label left out"
# says: Your error is the prediction alone. The label has to be taken away before you multiply.
# next: Subtract `y` from the prediction.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b) * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b)

# %% wrong="slopes_by_hand" name="a weight of 0 takes no part"
# says: You answer 0 where the weight itself is 0. Its slope says what a change of it would do, so it need not be 0.
# next: Take the condition away: the formula holds there, too.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x0 * (w0 != 0)


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y) * x1 * (w1 != 0)


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y)

# %% wrong="slopes_by_hand" name="root of the loss"
# says: You take the error without its sign, as the root of the loss does. A prediction may also be too low.
# next: Write the error itself: prediction minus label.
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y).abs() * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y).abs() * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * (w0 * x0 + w1 * x1 + b - y).abs()

# %% right="slopes_by_hand" name="multiplied out"
def slope_w0(w0, w1, b, x0, x1, y):
    return 2 * w0 * x0**2 + 2 * b * x0 + 2 * x0 * w1 * x1 - 2 * y * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return 2 * w1 * x1**2 + 2 * b * x1 + 2 * x0 * w0 * x1 - 2 * y * x1


def slope_b(w0, w1, b, x0, x1, y):
    return 2 * b + 2 * w0 * x0 + 2 * w1 * x1 - 2 * y

# %% right="slopes_by_hand" name="each from the bias's"
def slope_b(w0, w1, b, x0, x1, y):
    error = w0 * x0 + w1 * x1 + b - y
    return error + error


def slope_w0(w0, w1, b, x0, x1, y):
    return slope_b(w0, w1, b, x0, x1, y) * x0


def slope_w1(w0, w1, b, x0, x1, y):
    return slope_b(w0, w1, b, x0, x1, y) * x1

# %% [markdown]
# What they share is $2(\hat y - y)$: twice the error. In what they differ is the last factor, the thing that the
# parameter is multiplied with in the sum: $x_0$, $x_1$, and 1 for the bias. So a weight whose input is large gets large
# steps, and a weight whose input is 0 gets none. It had no part in the error.
#
# ## 6. Autograd's manners
#
# Before we leave the single neuron, four things about autograd that you will need soon. Each is small.
#
# ### 6.1 A number from a vector
#
# The loss is one number, and the parameters are many. The gradient of a number with respect to a vector is a vector of
# the same shape: one slope for each entry. Take $f(x) = x_0^2 + x_1^2 + x_2^2$. In linear algebra that is written
# $x^\top x$, in PyTorch `x @ x`. The slope with respect to $x_i$ is $2x_i$, since no other term contains $x_i$.

# %%
x3 = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
f = x3 @ x3
f.backward()
f.item(), x3.grad

# %% [markdown]
# ### 6.2 A vector from a vector
#
# What if the result has several entries? Then "the slope" is a whole table, the slope of each output with respect to
# each input. PyTorch refuses to choose:

# %%
x3.grad = None
squares = x3**2
try:
    squares.backward()
except RuntimeError as error:
    print(error)

# %% [markdown]
# A *scalar* is a single number. To go backward you have to say how much each output counts: one weight $v_i$ for each
# entry. `squares.backward(v)` then gives the gradient of the number $v_0 x_0^2 + v_1 x_1^2 + v_2 x_2^2$.

# %%
squares.backward(torch.tensor([1.0, 10.0, 100.0], dtype=torch.float64))
x3.grad

# %% [markdown]
# $2\cdot 1\cdot 1$, $2\cdot 2\cdot 10$, $2\cdot 3\cdot 100$: each slope times its $v$. With all $v_i = 1$ it is the
# gradient of the sum. In week 5 this $v$ gets a name of its own: it is what the layers above send down.
#
# ### 6.3 Holding something still
#
# `detach()` gives you the same numbers without the notes. Whatever is computed from them treats them as constants. Here
# is $g(x) = x\cdot x$ twice, the second time with its first factor held still. Which gradients do you expect at
# $x = 3$?

# %%
s = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
(s * s).backward()
free = s.grad.item()
s.grad = None
(s.detach() * s).backward()
print("both factors move:", free, "  first one held still:", s.grad.item())

# %% [markdown]
# With both moving it is $2x = 6$. With the first one held still the expression is "3 times $x$", and its slope is 3.
# The *value* is 9 in both cases. You need this when a number should be used and not be trained, for example when you
# keep losses for a figure.
#
# ### Exercise 6.1: three questions for autograd
#
# **Your turn.** Write three functions. Each takes a float64 vector `x` of shape (n,) and returns a gradient of shape
# (n,); n may be 1, and entries may be 0. `x` belongs to the caller and must stay as it is, so remember the habit of
# section 2.3: begin with `x = x.clone().requires_grad_()`.
#
# - `twice_squares(x)`: the gradient of the number $2\,x^\top x$. At `[1., 2., 3.]` it is `[4., 8., 12.]`.
# - `weighted_cubes(x, v)`: the vector of cubes $x_i^3$, taken backward with the weights `v`, shape (n,). At
#   `x = [1., 2.]`, `v = [1., 10.]` it is `[3., 120.]`.
# - `frozen_square(x)`: the gradient of $\sum_i x_i^2\cdot x_i$ where the first factor, $x_i^2$, is held still. At
#   `[1., 2., 3.]` it is `[1., 4., 9.]`.
#
# Try them with autograd and look at the numbers. You may also return a formula, if you can say why it holds.

# %% solution="autograd_manners"
def twice_squares(x):
    """Gradient of 2 xᵀx at x, shape (n,)."""
    ### BEGIN SOLUTION
    x = x.clone().requires_grad_()
    (2 * (x @ x)).backward()
    return x.grad
    ### END SOLUTION


def weighted_cubes(x, v):
    """Gradient of the sum of v_i x_i³ at x; x and v have shape (n,)."""
    ### BEGIN SOLUTION
    x = x.clone().requires_grad_()
    (x**3).backward(v)
    return x.grad
    ### END SOLUTION


def frozen_square(x):
    """Gradient of the sum of x_i² · x_i at x, shape (n,), with the factor x_i² held still."""
    ### BEGIN SOLUTION
    x = x.clone().requires_grad_()
    still = (x**2).detach()
    (still * x).sum().backward()
    return x.grad
    ### END SOLUTION

# %% check="autograd_manners" points=3
def double(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


doubled = cases.example(x=double(0, 0.5, -1, 3, 2), gives=double(0, 2, -4, 12, 8))
cubed = cases.example(x=double(-1, 0, 2), v=double(2, 5, -1), gives=double(6, 0, -12))
frozen = cases.example(x=double(0, -3, 1, 2), gives=double(0, 9, 1, 4))
check.function(twice_squares, on=[cases.example(x=double(1, 2, 3), gives=double(4, 8, 12)), doubled])
check.function(weighted_cubes, on=[cases.example(x=double(1, 2), v=double(1, 10), gives=double(3, 120)), cubed])
check.function(frozen_square, on=[cases.example(x=double(1, 2, 3), gives=double(1, 4, 9)), frozen])
### BEGIN HIDDEN TESTS
vectors = cases.draw(seeds=8, seed0=100, x="n")
check.gradient(twice_squares, of=lambda x: 2 * (x * x).sum(), on=vectors, wrt="x")
pairs = cases.draw(seeds=8, seed0=100, x="n", v="n")
check.gradient(weighted_cubes, of=lambda x, v: (v * x**3).sum(), on=pairs, wrt="x")
check.gradient(frozen_square, of=lambda x: ((x * x).detach() * x).sum(), on=vectors, wrt="x")
### END HIDDEN TESTS

# %% wrong="autograd_manners" name="the factor 2 left out"
# says: Your first gradient belongs to xᵀx. The question has a 2 in front.
# next: Put the 2 into the function that you differentiate.
def twice_squares(x):
    x = x.clone().requires_grad_()
    (x @ x).backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (x**3).backward(v)
    return x.grad


def frozen_square(x):
    x = x.clone().requires_grad_()
    ((x**2).detach() * x).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="all outputs count the same"
# says: In the second function every cube counts once; the weights `v` never enter.
# next: Hand `v` to `backward`.
def twice_squares(x):
    x = x.clone().requires_grad_()
    (2 * (x @ x)).backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (x**3).sum().backward()
    return x.grad


def frozen_square(x):
    x = x.clone().requires_grad_()
    ((x**2).detach() * x).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="nothing held still"
# says: In the third function both factors move, so you get the gradient of x³, which is 3x².
# next: Use `detach()` on the factor that is to be held still.
def twice_squares(x):
    x = x.clone().requires_grad_()
    (2 * (x @ x)).backward()
    return x.grad


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (x**3).backward(v)
    return x.grad


def frozen_square(x):
    x = x.clone().requires_grad_()
    (x**2 * x).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="the wrong factor held still"
# says: In the third function you held the second factor still and let the square move.
# next: Detach the square.
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * x**2 * v


def frozen_square(x):
    x = x.clone().requires_grad_()
    (x**2 * x.detach()).sum().backward()
    return x.grad

# %% wrong="autograd_manners" name="weights entered twice"
# says: In the second function `v` enters twice: once as a factor, and again in `backward`.
# next: Leave it out in one of the two places.
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    x = x.clone().requires_grad_()
    (v * x**3).backward(v)
    return x.grad


def frozen_square(x):
    return x**2

# %% wrong="autograd_manners" name="three entries only"
# says: In the first function only the first three entries count. A vector may have any number of them.
# next: Use `x @ x`, or the sum over all of `x`.
def twice_squares(x):
    return torch.cat([4 * x[:3], 0 * x[3:]])


def weighted_cubes(x, v):
    return 3 * x**2 * v


def frozen_square(x):
    return x**2

# %% wrong="autograd_manners" name="the square of the double"
# says: In the first function you doubled x before squaring, so the 2 is squared as well.
# next: Multiply xᵀx by 2, not x.
def twice_squares(x):
    return 8 * x


def weighted_cubes(x, v):
    return 3 * x**2 * v


def frozen_square(x):
    return x**2

# %% wrong="autograd_manners" name="the exponent not brought down"
# says: In the second function a factor of 3 is missing: the slope of a cube is 3x².
# next: Let autograd differentiate the cubes, or bring the exponent down.
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return v * x**2


def frozen_square(x):
    return x**2

# %% wrong="autograd_manners" name="the values returned"
# says: In the second function you return the weighted cubes, not their slopes.
# next: Go backward from the cubes, and return the gradient.
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return v * x**3


def frozen_square(x):
    return x**2

# %% wrong="autograd_manners" name="divided by the input"
# says: In the third function you divide by x. Where an entry is 0, that is 0 / 0.
# next: What is left of x²·x when x² is held still and you take the slope? No division is needed.
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * x**2 * v


def frozen_square(x):
    return x**2 * x / x

# %% wrong="autograd_manners" name="both factors held still"
# says: Your third function gives zeros: nothing is left that moves.
# next: Hold only the square still.
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * x**2 * v


def frozen_square(x):
    return 0 * x

# %% wrong="autograd_manners" name="squeezed everywhere"
# says: You squeeze the result. With n = 1 its only dimension is lost.
# next: Work with vectors all the way, then there is nothing to squeeze.
def twice_squares(x):
    return (4 * x).squeeze()


def weighted_cubes(x, v):
    return (3 * x**2 * v).squeeze()


def frozen_square(x):
    return (x**2).squeeze()

# %% wrong="autograd_manners" name="the square lost"
# says: In the second function the slope of the cube is 3x, without its square.
# next: The slope of x³ is 3x²: the exponent falls by one.
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * x * v


def frozen_square(x):
    return x**2

# %% wrong="autograd_manners" name="weights squared"
# says: In the second function the weights enter inside the cube, so they are cubed as well.
# next: Each weight multiplies its own cube.
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * x**2 * v**3


def frozen_square(x):
    return x**2

# %% wrong="autograd_manners" name="one number for all entries"
# says: In the third function you hold the sum of the squares still. Each entry has a square of its own.
# next: Detach the vector of squares, before any sum.
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * x**2 * v


def frozen_square(x):
    return (x**2).sum() * torch.ones_like(x)

# %% right="autograd_manners" name="formulas"
def twice_squares(x):
    return 4 * x


def weighted_cubes(x, v):
    return 3 * v * x**2


def frozen_square(x):
    return x * x

# %% right="autograd_manners" name="torch.autograd.grad"
def twice_squares(x):
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(2 * x.square().sum(), x)[0]


def weighted_cubes(x, v):
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(x * x * x, x, grad_outputs=v)[0]


def frozen_square(x):
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.grad((x**2) @ leaf, leaf)[0]

# %% [markdown]
# ### 6.4 Through `while` and `if`
#
# The notes are taken while your code runs. So you may use loops and branches: PyTorch writes down what was *really*
# done for this input, and differentiates that. Here is a function that no formula in a school book looks like. It
# triples its input until it is at least 100 away from 0. Then, if it is negative, it halves it and turns it round.

# %% given="stretch"
def stretch(x):
    """Triple x, a tensor of shape (), until |x| ≥ 100; then turn a negative one into minus its half."""
    while x.abs() < 100:
        x = 3 * x
    if x < 0:
        x = -x / 2
    return x

# %%
for start_value in (20.0, 1.5, -4.0):
    t = torch.tensor(start_value, dtype=torch.float64, requires_grad=True)
    result = stretch(t)
    result.backward()
    print(f"stretch({start_value}) = {result.item()}   slope {t.grad.item()}")

# %% [markdown]
# Follow the first line. 20 becomes 60, then 180, and that is far enough. For inputs near 20 the function is
# $x\mapsto 9x$, and its slope is 9. The second input needs four triplings, $3^4 = 81$. The third is tripled three
# times, to −108, and then halved and turned round: $27\cdot(-\tfrac12) = -13.5$.

# %%
inputs = torch.linspace(-40, 40, 1601, dtype=torch.float64)
outputs = torch.stack([stretch(value) if value != 0 else torch.tensor(math.nan).double() for value in inputs])
outputs[1:][outputs.diff().abs() > 50] = math.nan  # leave a gap where the function jumps
plot.lines(
    {"stretch": (inputs, outputs), "one piece, extended": ([0.0, 100 / 3], [0.0, 300.0])},
    xlabel="x",
    ylabel="stretch(x)",
    alt="A saw: straight pieces that get steeper towards 0, from 100 to 300 on the right and from 50 to 150 "
    "on the left, where they fall. A dashed line extends the piece from x = 11 to 33 to the origin.",
    caption="A function with a loop and a branch: straight pieces, each part of a line through the origin.",
)

# %% [markdown]
# Each piece of the saw is straight. On a piece, the number of triplings and the branch do not change; where they
# change, the function jumps and has no slope. The dashed line extends one piece, that from 11 to 33, and it runs
# through the origin. So would every other piece: each is a number of triplings times $x$, with nothing added.
#
# ### Exercise 6.2: the slope of a loop
#
# **Your turn.** Write `slope_of_stretch(x)` by hand, without autograd, for any $x \ne 0$ that is not at a jump, be it a
# thousandth or far beyond 100. `x` is a float64 tensor without dimensions, and so is the answer. You may call
# `stretch`. For the three inputs above the slopes are 9, 81 and −13.5.
#
# Either count what the loop does, or look at the figure once more: what is the slope of a line through the origin, if
# you know one point on it?

# %% solution="slope_of_stretch"
def slope_of_stretch(x):
    """Slope of stretch at x; x and the result have shape ()."""
    ### BEGIN SOLUTION
    return stretch(x) / x
    ### END SOLUTION

# %% check="slope_of_stretch" points=2
def stretched(x):
    while x.abs() < 100:
        x = 3 * x
    return -x / 2 if x < 0 else x


some = [cases.example(x=torch.tensor(value).double()) for value in (20.0, 1.5, -4.0)]
check.gradient(slope_of_stretch, of=stretched, on=some, wrt="x", by_hand=True)
### BEGIN HIDDEN TESTS
values = (0.002, -0.07, 7.5, -31.0, 99.0, 250.0, -400.0)
others = [cases.example(x=torch.tensor(value).double()) for value in values]
check.gradient(slope_of_stretch, of=stretched, on=others, wrt="x", by_hand=True)
drawn = cases.draw(seeds=10, seed0=100, without="zeros", x="")  # at 0 the loop does not end
check.gradient(slope_of_stretch, of=stretched, on=drawn, wrt="x", by_hand=True)
### END HIDDEN TESTS

# %% wrong="slope_of_stretch" name="the branch forgotten"
# says: You count the triplings rightly. For negative inputs there is one more step after the loop.
# next: Multiply by what the branch does to a negative number.
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    while x.abs() < 100:
        x, slope = 3 * x, 3 * slope
    return slope

# %% wrong="slope_of_stretch" name="the value instead of the slope"
# says: You return the value of the function, not its slope.
# next: The slope of a line through the origin is its height divided by the distance from the origin.
def slope_of_stretch(x):
    return stretch(x)

# %% wrong="slope_of_stretch" name="only the last step"
# says: You return the slope of the last step alone. Every tripling before it counts too.
# next: Multiply the factors of all the steps.
def slope_of_stretch(x):
    return torch.where(x < 0, -0.5, 3.0).to(x.dtype)

# %% wrong="slope_of_stretch" name="sign lost"
# says: Your slope is never negative. Left of 0, `stretch` turns the sign round.
# next: Do not take the distance of x from 0; keep its sign.
def slope_of_stretch(x):
    return stretch(x) / x.abs()

# %% wrong="slope_of_stretch" name="at least one tripling"
# says: Your loop triples before it looks. An input that is 100 or more away from 0 is not tripled at all.
# next: Ask before the first tripling, as `while` does.
def slope_of_stretch(x):
    slope = torch.full_like(x, 3.0)
    while (slope * x).abs() < 100:
        slope = 3 * slope
    return slope if x > 0 else -slope / 2

# %% wrong="slope_of_stretch" name="fewer than no triplings"
# says: Far from 0 your number of triplings is negative, so you divide by 3. `stretch` never does.
# next: Take 0 where the logarithm gives less.
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    while (slope * x).abs() < 100:
        slope = 3 * slope
    while (slope * x).abs() >= 300:
        slope = slope / 3
    return slope if x > 0 else -slope / 2

# %% wrong="slope_of_stretch" name="two places compared"
# says: You compare `stretch` at two places. Near 0 the pieces are short, and a jump lies between the two.
# next: Use one point: what is the slope of a line through it and the origin?
def slope_of_stretch(x):
    return (stretch(x + 0.01) - stretch(x)) / 0.01

# %% wrong="slope_of_stretch" name="ten triplings at most"
# says: Your loop gives up after ten triplings. A small input needs more of them.
# next: Let the loop run until 100 is reached, however often that is.
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    for _ in range(10):
        if (slope * x).abs() < 100:
            slope = 3 * slope
    return slope if x > 0 else -slope / 2

# %% wrong="slope_of_stretch" name="the half forgotten"
# says: You turned the sign round for negative inputs. `stretch` halves them as well.
# next: Read the branch once more: it does two things.
def slope_of_stretch(x):
    return stretch(x.abs()) / x

# %% wrong="slope_of_stretch" name="the triplings added"
# says: You add 3 for each tripling. Each one multiplies the slope by 3.
# next: Two triplings make 9, not 6.
def slope_of_stretch(x):
    slope, far = torch.zeros_like(x), x
    while far.abs() < 100:
        far, slope = 3 * far, slope + 3
    slope = slope if slope > 0 else slope + 1
    return slope if x > 0 else -slope / 2

# %% wrong="slope_of_stretch" name="one tripling too few"
# says: You count one tripling too few.
# next: Go through the example with 20 on paper: 20, 60, 180.
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    while (3 * slope * x).abs() < 100:
        slope = 3 * slope
    return slope if x > 0 else -slope / 2

# %% wrong="slope_of_stretch" name="the triplings counted"
# says: You return the number of triplings. Each one multiplies the slope by 3.
# next: Multiply by 3 where you count.
def slope_of_stretch(x):
    count, far = torch.zeros_like(x), x
    while far.abs() < 100:
        far, count = 3 * far, count + 1
    return count if x > 0 else -count / 2

# %% wrong="slope_of_stretch" name="five triplings at most"
# says: Your loop gives up after five triplings. A small input needs more of them.
# next: Let the loop run until 100 is reached, however often that is.
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    for _ in range(5):
        if (slope * x).abs() < 100:
            slope = 3 * slope
    return slope if x > 0 else -slope / 2

# %% wrong="slope_of_stretch" name="six triplings at most"
# says: Your loop gives up after six triplings. A small input needs more of them.
# next: Let the loop run until 100 is reached, however often that is.
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    for _ in range(6):
        if (slope * x).abs() < 100:
            slope = 3 * slope
    return slope if x > 0 else -slope / 2

# %% wrong="slope_of_stretch" name="eight triplings at most"
# says: Your loop gives up after eight triplings. A small input needs more of them.
# next: Let the loop run until 100 is reached, however often that is.
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    for _ in range(8):
        if (slope * x).abs() < 100:
            slope = 3 * slope
    return slope if x > 0 else -slope / 2

# %% wrong="slope_of_stretch" name="far away without the branch"
# says: Beyond 100 you answer 1 on both sides of 0. A negative input is halved and turned round there, too.
# next: Let the branch come after the loop, whether or not there were triplings.
def slope_of_stretch(x):
    if x.abs() >= 100:
        return torch.ones_like(x)
    return stretch(x) / x

# %% wrong="slope_of_stretch" name="far away the branch twice"
# says: Beyond 100 you use the branch's factor for inputs on both sides. A positive input stays as it is.
# next: Ask for the sign of x.
def slope_of_stretch(x):
    if x.abs() >= 100:
        return torch.full_like(x, -0.5)
    return stretch(x) / x

# %% wrong="slope_of_stretch" name="turned round the fraction"
# says: You divide x by its stretch. A slope is height over distance.
# next: Turn the fraction round.
def slope_of_stretch(x):
    return x / stretch(x)

# %% wrong="slope_of_stretch" name="the branch applied again"
# says: You halve and turn round what `stretch` has halved and turned round already.
# next: Divide the height by the distance, and leave it at that.
def slope_of_stretch(x):
    return stretch(x) / x * (1.0 if x > 0 else -0.5)

# %% right="slope_of_stretch" name="counted"
def slope_of_stretch(x):
    slope = torch.ones_like(x)
    while x.abs() < 100:
        x, slope = 3 * x, 3 * slope
    if x < 0:
        slope = -slope / 2
    return slope

# %% right="slope_of_stretch" name="with a logarithm"
def slope_of_stretch(x):
    triplings = max(0, math.ceil(math.log(100 / abs(float(x)), 3)))
    return torch.full_like(x, 3.0**triplings * (1.0 if x > 0 else -0.5))

# %% [markdown]
# ## 7. Linear regression
#
# One example can always be fitted. The real task is many examples at once, which a single line cannot all hit. To
# predict a number from inputs with a linear model is called **linear regression**. It is two hundred years old, and it
# is also the last layer of many networks of today.
#
# ### 7.1 A line through four houses
#
# You know these houses from week 1. They have 3, 2, 4 and 3 rooms (two of the numbers were filled in with the mean),
# and cost 127.5, 106, 178.1 and 140 thousand. We look for a line, price $= w\cdot$ rooms $+\ b$. With n examples the
# loss is the **mean** over the examples, so that it does not grow merely because there are more of them:
#
# $$L = \frac1n\sum_{i=1}^{n}\tfrac12\,\bigl(\hat y^{(i)} - y^{(i)}\bigr)^2.$$
#
# $y^{(i)}$ is the label of example $i$. The factor $\tfrac12$ is new. It changes nothing about which line is best, and
# it cancels the 2 that the square brings down. From here on it is part of our loss.
#
# Look for a good line by eye, if you have the notebook open. The dashed lines are the errors; the loss is in the title.

# %%
rooms = torch.tensor([[3.0], [2.0], [4.0], [3.0]], dtype=torch.float64)
prices = torch.tensor([127.5, 106.0, 178.1, 140.0], dtype=torch.float64)


def draw_line(ax, w, b):
    """Draw the houses, the line w · rooms + b, and the errors."""
    predicted = w * rooms[:, 0] + b
    ax.vlines(rooms[:, 0], predicted, prices, color="#D55E00", linestyle="--")
    ax.plot([1.5, 4.5], [1.5 * w + b, 4.5 * w + b], color="#0072B2")
    ax.plot(rooms[:, 0], prices, "o", color="black")
    loss = ((predicted - prices) ** 2).mean() / 2
    ax.set(xlabel="rooms", ylabel="price in thousands", ylim=(50, 230))
    ax.set_title(f"w = {w}, b = {b}: loss {loss:.1f}")


plot.slider(
    draw_line,
    w=(0, 60, 20),
    b=(0, 120, 70),
    alt="Four houses as dots, price over rooms, and a line that rises too gently: it passes near three "
    "of them and far below the one with four rooms.",
    caption="Four houses and a line with w = 20 and b = 70. Dashed: the errors.",
)

# %% [markdown]
# At $w = 20$, $b = 70$ the loss is 114, and most of it comes from the large house: an error of 28 counts a hundred
# times as much as an error of 2.8. By hand you can get below 20. How far down does it go? Two methods follow.
#
# ### 7.2 All examples at once
#
# Now in general. `X` is (n, d), one row for each example. There is one output, so we write the single row of `W` as a
# vector `w` of shape (d,), and the bias `b` as a tensor without dimensions. Then the predictions are
#
# $$\hat{\mathbf y} = X\mathbf w + b,$$
#
# in code `X @ w + b`, of shape (n,). The labels `y` have shape (n,) too. **Make sure that they do.** A module with a
# `W` of shape (1, d) returns (n, 1), and then broadcasting plays a nasty trick:

# %%
column = torch.zeros(3, 1)  # predictions as a module returns them
labels = torch.zeros(3)
(column - labels).shape, (column[:, 0] - labels).shape

# %% [markdown]
# (3, 3) instead of (3,): every prediction was compared with every label. No error is raised, the mean of that table is
# a number, and the training goes nowhere. Whenever a loss looks strange, print the shapes of `y_hat` and `y`.
#
# Back to the gradient. With the errors $e^{(i)} = \hat y^{(i)} - y^{(i)}$, the loss is the mean of
# $\tfrac12 (e^{(i)})^2$. For one example without the ½, section 5 gave you the slope $2e\,x_j$, twice the error times
# the input. The ½ cancels the 2, and $e\,x_j$ is left. A slope of a mean is the mean of the slopes, so
#
# $$\frac{\partial L}{\partial w_j} = \frac1n\sum_{i=1}^n e^{(i)}\,x^{(i)}_j,\qquad
#   \frac{\partial L}{\partial b} = \frac1n\sum_{i=1}^n e^{(i)}.$$
#
# A worked example with three examples and two inputs, $w = (0.5,\ {-0.5})$, $b = 1$:
#
# | $x_0$ | $x_1$ | $\hat y$ | $y$ | $e$ | $e\,x_0$ | $e\,x_1$ |
# |---|---|---|---|---|---|---|
# | 1 | 2 | 0.5 | 1 | −0.5 | −0.5 | −1 |
# | 3 | 4 | 0.5 | 0 | 0.5 | 1.5 | 2 |
# | 5 | 6 | 0.5 | 2 | −1.5 | −7.5 | −9 |
# | | | | mean: | −0.5 | −2.1667 | −2.6667 |
#
# The last row is the whole gradient: $\partial L/\partial b = -0.5$ and $\partial L/\partial w = (-2.1667, -2.6667)$.
# All three are negative, so all three parameters should grow: the predictions are too low on average.
#
# The sum over $i$ runs down the rows, for each column $j$. You could write it with two loops. You can also see in it a
# product you know: column $j$ of `X`, entry by entry with `e`, summed. (n, d) and (n,) become (d,). Which matrix has to
# be turned round, so that `@` does this for all columns at once?
#
# ### Exercise 7.1: the gradient for a whole table
#
# **Your turn.** Write `regression_gradient(X, y, w, b)`, by hand and without loops. `X` is (n, d), `y` is (n,), `w` is
# (d,), `b` is (). Return `(dw, db)`, of shapes (d,) and (), also for a single example or a single input.
#
# For the table above it is `([-2.1667, -2.6667], -0.5)`, rounded. You will use this function for the rest of the
# section. In week 5 it becomes the backward pass of a layer.

# %% solution="regression_gradient"
def regression_gradient(X, y, w, b):
    """Gradient of the mean of ½(ŷ - y)², where ŷ = Xw + b, by hand.

    X: (n, d). y: (n,). w: (d,). b: (). Returns (dw, db), of shapes (d,) and ().
    """
    ### BEGIN SOLUTION
    error = X @ w + b - y
    return X.T @ error / len(y), error.mean()
    ### END SOLUTION

# %% check="regression_gradient" points=3
def regression_loss(X, y, w, b):
    return ((X @ w + b - y) ** 2).mean() / 2


few = cases.draw(seeds=3, X="n d", y="n", w="d", b="")
check.gradient(regression_gradient, of=regression_loss, on=few, wrt="w b", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, X="n d", y="n", w="d", b="")
check.gradient(regression_gradient, of=regression_loss, on=many, wrt="w b", by_hand=True)
### END HIDDEN TESTS

# %% wrong="regression_gradient" name="sum instead of mean"
# says: You sum over the examples and do not divide. Your gradient grows with the number of rows.
# next: Divide by the number of examples.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error, error.sum()

# %% wrong="regression_gradient" name="factor 2 kept"
# says: Your gradient is twice too large. The ½ in the loss cancels the 2 that the square brings down.
# next: Use the loss of this section, the mean of half the squares.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return 2 * X.T @ error / len(y), 2 * error.mean()

# %% wrong="regression_gradient" name="label minus prediction"
# says: Every slope has the wrong sign: your error is label minus prediction.
# next: Turn the difference round.
def regression_gradient(X, y, w, b):
    error = y - X @ w - b
    return X.T @ error / len(y), error.mean()

# %% wrong="regression_gradient" name="bias summed, weights averaged"
# says: The weights' slopes are right. The bias's is a sum where a mean belongs.
# next: The 1/n belongs to both formulas.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / len(y), error.sum()

# %% wrong="regression_gradient" name="mean of each, then the product"
# says: You averaged the errors and the inputs first and multiplied the averages. That is not the average product.
# next: Multiply each error with its own row before you average.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.mean(dim=0) * error.mean(), error.mean()

# %% wrong="regression_gradient" name="divided by the number of inputs"
# says: You divide by the number of columns. The mean runs over the examples, the rows.
# next: Divide by `len(y)`.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / X.shape[1], error.mean()

# %% wrong="regression_gradient" name="bias left out of the prediction"
# says: Your errors are those of a model without a bias.
# next: Add `b` to `X @ w` before you subtract the labels.
def regression_gradient(X, y, w, b):
    error = X @ w - y
    return X.T @ error / len(y), error.mean()

# %% wrong="regression_gradient" name="one row for each example"
# says: You return a row for each example. The gradient has the shape of w: the mean over the rows is missing.
# next: Average over dimension 0.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return error[:, None] * X, error.mean()

# %% wrong="regression_gradient" name="all pairs"
# says: Your predictions are (n, 1) and the labels (n,): their difference is a table of all pairs.
# next: Use `X @ w` with `w` as the vector that it is. The errors should have shape (n,).
def regression_gradient(X, y, w, b):
    error = (X @ w)[:, None] + b - y
    return (X.T @ error).mean(dim=1) / len(y), error.mean()

# %% wrong="regression_gradient" name="all pairs, then summed"
# says: Your predictions and labels have different shapes: their difference is a table of all pairs.
# next: Print the shape of your errors. It should be (n,).
def regression_gradient(X, y, w, b):
    error = (X @ w)[:, None] + b - y
    return (X.T @ error).sum(dim=1) / len(y), error.mean()

# %% wrong="regression_gradient" name="half applied again"
# says: The weights' slopes are half as large as they should be. The ½ has cancelled the 2 already.
# next: Divide by n, not by 2n.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / (2 * len(y)), error.mean()

# %% wrong="regression_gradient" name="half kept everywhere"
# says: Your gradient is half as large as it should be. The ½ of the loss cancels the 2 of the square.
# next: Work out the slope of ½e² on paper: it is e.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / (2 * len(y)), error.mean() / 2

# %% wrong="regression_gradient" name="divided by n less 1"
# says: You divide by n − 1. The mean of n numbers divides by n.
# next: Count the examples, without taking one away.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / (len(y) - 1), error.sum() / (len(y) - 1)

# %% wrong="regression_gradient" name="a single input squeezed away"
# says: With a single input your `dw` has no dimension left: `squeeze` takes away every size of 1 that it meets.
# next: Work with vectors, then there is nothing to squeeze.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return (X.T @ error[:, None] / len(y)).squeeze(), error.mean()

# %% wrong="regression_gradient" name="weights summed, bias averaged"
# says: The bias's slope is right. The weights' are sums where means belong.
# next: The 1/n belongs to both formulas.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error, error.mean()

# %% wrong="regression_gradient" name="label added"
# says: Your error is the prediction plus the label. It should be their difference.
# next: Check the sign in front of `y`.
def regression_gradient(X, y, w, b):
    error = X @ w + b + y
    return X.T @ error / len(y), error.mean()

# %% wrong="regression_gradient" name="squares of the errors"
# says: Your bias's slope averages the squares of the errors. The slope of ½e² is e.
# next: Average the errors themselves.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / len(y), (error**2).mean() / 2

# %% wrong="regression_gradient" name="table reshaped"
# says: You give `X` the shape (d, n) by reshaping. That keeps the order of the numbers and mixes the inputs.
# next: Turn rows into columns instead; `reshape` does not do that.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.reshape(X.shape[1], X.shape[0]) @ error / len(y), error.mean()

# %% wrong="regression_gradient" name="bias left out for the weights"
# says: `db` is right. The errors that you use for `dw` are those of a model without a bias.
# next: Compute the errors once, with `b`, and use them for both.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ (error - b) / len(y), error.mean()

# %% wrong="regression_gradient" name="bias left out for the bias"
# says: `dw` is right. The errors that you average for `db` are those of a model without a bias.
# next: Compute the errors once, with `b`, and use them for both.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / len(y), (error - b).mean()

# %% wrong="regression_gradient" name="divided by all entries"
# says: You average over rows and columns. The mean runs over the examples, the rows, alone.
# next: Divide by the number of examples.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / X.numel(), error.mean()

# %% wrong="regression_gradient" name="one slope for all weights"
# says: You average over all entries of the products, so every weight gets the same slope.
# next: Average over the rows only: one slope for each column.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return (error[:, None] * X).mean() * torch.ones_like(w), error.mean()

# %% wrong="regression_gradient" name="a factor 2 for the weights"
# says: `db` is right, and `dw` is twice too large. The ½ in the loss cancels the 2 of the square.
# next: Use the same error, without a factor, in both.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return 2 * X.T @ error / len(y), error.mean()

# %% wrong="regression_gradient" name="a factor 2 for the bias"
# says: `dw` is right, and `db` is twice too large. The ½ in the loss cancels the 2 of the square.
# next: Use the same error, without a factor, in both.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / len(y), 2 * error.mean()

# %% wrong="regression_gradient" name="half for the bias"
# says: `dw` is right, and `db` is half as large as it should be. The ½ has cancelled the 2 already.
# next: Average the errors themselves.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / len(y), error.mean() / 2

# %% wrong="regression_gradient" name="distances averaged"
# says: Your bias's slope averages the distances. Errors to both sides must cancel.
# next: Average the errors with their signs.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / len(y), error.abs().mean()

# %% wrong="regression_gradient" name="label left out"
# says: Your errors are the predictions alone. The labels have to be taken away.
# next: Subtract `y`.
def regression_gradient(X, y, w, b):
    error = X @ w + b
    return X.T @ error / len(y), error.mean()

# %% wrong="regression_gradient" name="sign of the weights' slopes"
# says: `db` is right. Your `dw` has the wrong sign.
# next: Use the same error, prediction minus label, in both.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return -X.T @ error / len(y), error.mean()

# %% wrong="regression_gradient" name="bias's slope as a vector"
# says: Your `db` has shape (1,). The bias is one number, so a tensor without dimensions is asked for.
# next: Let the mean take the dimension away: leave out `keepdim` and `dim`.
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / len(y), error.mean(dim=0, keepdim=True)

# %% right="regression_gradient" name="rows weighted by their errors"
def regression_gradient(X, y, w, b):
    error = X @ w + b - y
    return (error[:, None] * X).mean(dim=0), error.mean()

# %% right="regression_gradient" name="with loops"
def regression_gradient(X, y, w, b):
    n, d = X.shape
    dw, db = torch.zeros_like(w), torch.zeros_like(b)
    for i in range(n):
        error = (X[i] * w).sum() + b - y[i]
        for j in range(d):
            dw[j] += error * X[i, j] / n
        db += error / n
    return dw, db

# %% right="regression_gradient" name="einsum"
def regression_gradient(X, y, w, b):
    e = (torch.einsum("nd,d->n", X, w) + b - y) / X.shape[0]
    return torch.einsum("n,nd->d", e, X), e.sum()

# %% [markdown]
# ### Why without loops?
#
# Measure it. Here are 10,000 examples. First only the predictions, with a Python loop over the rows, against one
# product. Then your gradient, which does much more than the loop did.

# %%
X_big, y_big = data.line(10_000, dtype=torch.float64)
w_big, b_big = torch.tensor([1.0, -1.0]).double(), torch.tensor(0.5).double()


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


slow = seconds(lambda: [row @ w_big + b_big for row in X_big])
fast = min(seconds(lambda: X_big @ w_big + b_big) for _ in range(5))
print(f"predictions, loop {slow * 1000:.1f} ms, one product {fast * 1000:.2f} ms")
whole = min(seconds(lambda: regression_gradient(X_big, y_big, w_big, b_big)) for _ in range(5))
print(f"your gradient of all {len(X_big)} examples: {whole * 1000:.2f} ms")

# %% [markdown]
# Your times differ from mine, but the loop should be thousands of times slower. In the loop, Python asks PyTorch for
# 10,000 tiny products, and each asking costs more than the product. One large product asks once, and the processor can
# work on many numbers side by side. (The best of five is taken, because a computer has other things to do as well.)
# This is called **vectorising**. It is also shorter, and there are fewer indices to get wrong.
#
# ### 7.3 The answer in one formula
#
# At the lowest point of the loss all slopes are 0. For most models nobody can solve these equations. For linear
# regression you can. First a trick: give `X` one more column, of ones, and the bias becomes the weight of that column,
# because $b = b\cdot 1$. Call the wider matrix $A$, shape (n, d + 1), and the longer vector of parameters
# $\theta$ (theta), $w$ followed by $b$. Now $\hat{\mathbf y} = A\theta$, and the gradient of exercise 7.1 is
# $\tfrac1n A^\top(A\theta - \mathbf y)$. It is 0 when
#
# $$A^\top A\,\theta = A^\top \mathbf y.$$
#
# These are the **normal equations**: d + 1 linear equations for d + 1 unknowns. `torch.linalg.solve(M, v)` finds the
# $t$ with $Mt = v$. Here is a system small enough to check in your head: $2t_0 + t_1 = 5$ and $t_0 + 3t_1 = 10$.

# %%
M = torch.tensor([[2.0, 1.0], [1.0, 3.0]], dtype=torch.float64)
torch.linalg.solve(M, torch.tensor([5.0, 10.0], dtype=torch.float64))

# %% [markdown]
# $2\cdot 1 + 3 = 5$ and $1 + 3\cdot 3 = 10$. To put two matrices side by side, use `torch.cat` with `dim=1` (week 1).
# `torch.ones_like(X[:, :1])` is a column of n ones with the dtype of `X`.
#
# ### Exercise 7.2: the normal equations
#
# **Your turn.** Write `normal_equations(X, y)`. `X` is (n, d), `y` is (n,), and d may be 1. Return the best `(w, b)`,
# of shapes (d,) and (). That works for inputs in the thousands, and for thousandths. For the four houses, with the
# rooms as the only input, it is `([36.05], 29.75)`: each room adds 36,050 to the price. For the two inputs
# `X = [[0., 0.], [1., 0.], [0., 1.], [2., 1.]]` and `y = [1., 3., -2., 2.]` it is `([2., -3.], 1.)`, and this one you
# can check in your head.

# %% solution="normal_equations"
def normal_equations(X, y):
    """The weights and the bias with the least mean squared error.

    X: (n, d). y: (n,). Returns (w, b), of shapes (d,) and ().
    """
    ### BEGIN SOLUTION
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1]
    ### END SOLUTION

# %% check="normal_equations" points=2
four_houses = cases.example(
    X=torch.tensor([[3.0], [2.0], [4.0], [3.0]]).double(),
    y=torch.tensor([127.5, 106.0, 178.1, 140.0]).double(),
    gives=(torch.tensor([36.05]).double(), torch.tensor(29.75).double()),
)
two_inputs = cases.example(
    X=torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [2.0, 1.0]]).double(),
    y=torch.tensor([1.0, 3.0, -2.0, 2.0]).double(),
    gives=(torch.tensor([2.0, -3.0]).double(), torch.tensor(1.0).double()),
)
check.function(normal_equations, on=[four_houses, two_inputs], rtol=1e-6)
### BEGIN HIDDEN TESTS
def least_squares(X, y):
    centred = X - X.mean(dim=0)
    w = torch.linalg.solve(centred.T @ centred, centred.T @ (y - y.mean()))
    return w, y.mean() - X.mean(dim=0) @ w


large = cases.draw(seeds=4, seed0=100, without="edges", X="12 3", y="12")
large = [cases.example(X=1000 * case["X"], y=case["y"]) for case in large]
check.function(normal_equations, least_squares, on=large, rtol=1e-7)
for shape, n in (("12 3", "12"), ("20 5", "20"), ("9 2", "9"), ("15 1", "15")):
    many = cases.draw(seeds=4, seed0=100, without="zeros", X=shape, y=n)  # a column of zeros has no best weight
    check.function(normal_equations, least_squares, on=many, rtol=1e-7)
### END HIDDEN TESTS

# %% wrong="normal_equations" name="no column of ones"
# says: Your line is forced through the origin: there is no bias in your equations.
# next: Put a column of ones beside `X` first.
def normal_equations(X, y):
    w = torch.linalg.solve(X.T @ X, X.T @ y)
    return w, torch.zeros_like(y[0])

# %% wrong="normal_equations" name="bias taken from the wrong end"
# says: Your column of ones comes first, so the bias is the first of the parameters. You take the last.
# next: Cut the solution where your column of ones stands.
def normal_equations(X, y):
    A = torch.cat([torch.ones_like(X[:, :1]), X], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="bias fitted afterwards"
# says: You fit the weights without a bias and add a bias afterwards. The weights would have been others with it.
# next: Solve for all parameters at once, with the column of ones inside.
def normal_equations(X, y):
    w = torch.linalg.solve(X.T @ X, X.T @ y)
    return w, (y - X @ w).mean()

# %% wrong="normal_equations" name="the right-hand side alone"
# says: You return Aᵀy divided by n. The matrix AᵀA on the other side of the equations is missing.
# next: Let `torch.linalg.solve` solve the system.
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = A.T @ y / len(y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="bias as a vector"
# says: The numbers are right. Your bias has shape (1,); a tensor without dimensions is asked for.
# next: Index with `-1`, not with the slice `-1:`.
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1:]

# %% wrong="normal_equations" name="each weight alone"
# says: You find each weight from its own column alone, as if the other columns were not there.
# next: Solve for all parameters at once: AᵀA holds the products of all pairs of columns.
def normal_equations(X, y):
    centred = X - X.mean(dim=0)
    w = (centred * (y - y.mean())[:, None]).sum(dim=0) / (centred**2).sum(dim=0)
    return w, y.mean() - X.mean(dim=0) @ w

# %% wrong="normal_equations" name="bias as the mean label"
# says: Your weights are right. Your bias is the mean of the labels, as if the inputs had the mean 0.
# next: Let the column of ones find the bias, or subtract what the weights predict for the mean inputs.
def normal_equations(X, y):
    centred = X - X.mean(dim=0)
    w = torch.linalg.solve(centred.T @ centred, centred.T @ (y - y.mean()))
    return w, y.mean()

# %% wrong="normal_equations" name="a little added to the matrix"
# says: You add a small number to the diagonal of AᵀA. Small inputs have small products, and then it counts.
# next: Leave it out: other equations have other solutions.
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A + 1e-8 * torch.eye(A.shape[1], dtype=A.dtype), A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="walked downhill"
# says: You walk downhill with a fixed rate. Large inputs make it too large, and the numbers explode.
# next: Solve the equations: they have no learning rate.
def normal_equations(X, y):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for _ in range(300):
        error = X @ w + b - y
        w, b = w - 0.1 * X.T @ error / len(y), b - 0.1 * error.mean()
    return w, b

# %% wrong="normal_equations" name="small directions dropped"
# says: You drop directions that are small beside the others. Beside inputs in the thousands that is the bias.
# next: Solve the equations, or leave `rtol` as it is.
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.pinv(A.T @ A, rtol=1e-4) @ A.T @ y
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="a millionth added to the matrix"
# says: You add a small number to the diagonal of AᵀA. The equations are then others, and so is the solution.
# next: Leave it out.
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A + 1e-6 * torch.eye(A.shape[1], dtype=A.dtype), A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="a thousandth added to the matrix"
# says: You add a small number to the diagonal of AᵀA. The equations are then others, and so is the solution.
# next: Leave it out.
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A + 1e-3 * torch.eye(A.shape[1], dtype=A.dtype), A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="very little added to the matrix"
# says: You add a small number to the diagonal of AᵀA. Small inputs have small products, and then it counts.
# next: Leave it out: other equations have other solutions.
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A + 1e-10 * torch.eye(A.shape[1], dtype=A.dtype), A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="labels not centred, bias 0"
# says: Your weights are right, and your bias is 0. It is what is left of the mean label.
# next: Subtract from the mean label what the weights predict for the mean inputs.
def normal_equations(X, y):
    centred = X - X.mean(dim=0)
    w = torch.linalg.solve(centred.T @ centred, centred.T @ y)
    return w, torch.zeros_like(y[0])

# %% wrong="normal_equations" name="scaled and not scaled back"
# says: You divide each input by its standard deviation and return the weights of the scaled inputs.
# next: Scale the weights back, or leave the inputs as they are.
def normal_equations(X, y):
    A = torch.cat([(X - X.mean(dim=0)) / X.std(dim=0), torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="normal_equations" name="rounded"
# says: You round your answer to two digits after the point. The text does so for reading only.
# next: Return it unrounded.
def normal_equations(X, y):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y).round(decimals=2)
    return theta[:-1], theta[-1]

# %% right="normal_equations" name="least squares from the library"
def normal_equations(X, y):
    A = torch.cat([torch.ones_like(X[:, :1]), X], dim=1)
    theta = torch.linalg.lstsq(A, y[:, None]).solution[:, 0]
    return theta[1:], theta[0]

# %% right="normal_equations" name="with the inverse"
def normal_equations(X, y):
    A = torch.cat((X, torch.ones(len(X), 1, dtype=X.dtype, device=X.device)), dim=1)
    theta = torch.linalg.inv(A.T @ A) @ A.T @ y
    return theta[: X.shape[1]], theta[X.shape[1]]

# %%
w_houses, b_houses = normal_equations(rooms, prices)
y_hat = rooms @ w_houses + b_houses
print("predictions", y_hat, " loss", ((y_hat - prices) ** 2).mean() / 2)
regression_gradient(rooms, prices, w_houses, b_houses)

# %% [markdown]
# The loss is 18.4, and no line does better. The last two numbers are the gradient there: 0, but for rounding. Your two
# functions agree on where the bottom is.
#
# **When it fails.** The formula needs $A^\top A$ to have an inverse. Give it the whole table of week 1: the rooms, a
# column for the slate roof and one for the unknown roof. Each house has either a 1 in the first or in the second of the
# roof columns, so the two add up to the column of ones. Then "slate" plus "unknown" minus "bias" is a direction in
# which nothing changes, and infinitely many parameters are equally good. The **rank** counts the columns that tell
# something new:

# %%
A_full = torch.tensor([[3.0, 0, 1, 1], [2, 0, 1, 1], [4, 1, 0, 1], [3, 0, 1, 1]], dtype=torch.float64)
torch.linalg.matrix_rank(A_full).item(), A_full.shape[1]

# %% [markdown]
# Three out of four. `solve` then stops with an error, or returns an accident of rounding. The remedies are to leave one
# of the columns out, or to walk downhill instead: gradient descent finds one of the good answers and does not mind the
# others. There are two more reasons to walk. Solving costs about $d^3$ operations, too many for a million
# parameters. And beyond linear models there is no formula at all.
#
# ### 7.4 Walking with a few examples at a time
#
# One step of gradient descent with *all* examples uses every row of the table for a single step. With a million rows
# that is slow, and wasteful: the rows resemble each other, and a few of them already point roughly downhill.
#
# So take a small random handful, a **minibatch**, compute the gradient from these rows alone, and take a step. Then the
# next handful. When all rows have been used once, one **epoch** is over. Shuffle, and begin the next. This is
# **minibatch stochastic gradient descent**, SGD for short; *stochastic* means that chance is involved. All large
# networks are trained with it or with a relative of it.
#
# A random order of 0 to n − 1 is a **permutation**. `torch.randperm` draws one, and the generator makes it repeatable.

# %%
generator = torch.Generator().manual_seed(0)  # a fixed seed, so that your order is the same as mine
order = torch.randperm(7, generator=generator)
print(order)
print([order[start : start + 3].tolist() for start in range(0, 7, 3)])

# %% [markdown]
# Seven rows in handfuls of three: the last one has a single row. It is kept, because every example should have its
# turn. A list of row numbers picks rows, `X[order[0:3]]`, and must pick the *same* rows of `y`.
#
# ### Exercise 7.3: minibatches
#
# **Your turn.** Write `minibatches(X, y, batch_size, order)`. `X` is (n, d), `y` is (n,), `order` is a permutation of
# the rows, int64, (n,). Return a list of pairs `(X_part, y_part)`: the rows in the given order, `batch_size` at a
# time, the last pair perhaps smaller, but never empty. `batch_size` may be larger than n, and n may be 1.
#
# For `X = [[0.], [1.], [2.]]`, `y = [0., 10., 20.]`, `batch_size=2` and `order = [2, 0, 1]` the list is
# `[([[2.], [0.]], [20., 0.]), ([[1.]], [10.])]`. Five rows with `batch_size=4` make a pair with four rows and one with
# a single row.

# %% solution="minibatches"
def minibatches(X, y, batch_size, order):
    """Cut a data set into minibatches.

    X: (n, d). y: (n,). batch_size: rows in each, the last may have fewer.
    order: (n,), int64, the order of the rows.
    Returns a list of pairs (X_part, y_part), of shapes (m, d) and (m,).
    """
    ### BEGIN SOLUTION
    parts = []
    for start in range(0, len(y), batch_size):
        chosen = order[start : start + batch_size]
        parts.append((X[chosen], y[chosen]))
    return parts
    ### END SOLUTION

# %% check="minibatches" points=1
three_rows = cases.example(
    X=torch.tensor([[0.0], [1.0], [2.0]]),
    y=torch.tensor([0.0, 10.0, 20.0]),
    batch_size=2,
    order=torch.tensor([2, 0, 1]),
    gives=[
        (torch.tensor([[2.0], [0.0]]), torch.tensor([20.0, 0.0])),
        (torch.tensor([[1.0]]), torch.tensor([10.0])),
    ],
)
one_by_one = cases.example(
    X=torch.tensor([[0.0], [1.0], [2.0]]),
    y=torch.tensor([0.0, 10.0, 20.0]),
    batch_size=1,
    order=torch.tensor([1, 2, 0]),
    gives=[
        (torch.tensor([[1.0]]), torch.tensor([10.0])),
        (torch.tensor([[2.0]]), torch.tensor([20.0])),
        (torch.tensor([[0.0]]), torch.tensor([0.0])),
    ],
)
five_rows = cases.example(
    X=torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0], [8.0, 9.0]]).double(),
    y=torch.tensor([10.0, 11.0, 12.0, 13.0, 14.0]).double(),
    batch_size=4,
    order=torch.tensor([3, 0, 4, 1, 2]),
    gives=[
        (
            torch.tensor([[6.0, 7.0], [0.0, 1.0], [8.0, 9.0], [2.0, 3.0]]).double(),
            torch.tensor([13.0, 10.0, 14.0, 11.0]).double(),
        ),
        (torch.tensor([[4.0, 5.0]]).double(), torch.tensor([12.0]).double()),
    ],
)
check.function(minibatches, on=[three_rows, one_by_one, five_rows])
### BEGIN HIDDEN TESTS
def cut(X, y, batch_size, order):
    X, y = X.index_select(0, order), y.index_select(0, order)
    return list(zip(X.split(batch_size), y.split(batch_size), strict=True))


X_rows, y_rows = torch.arange(26.0).reshape(13, 2), torch.arange(100.0, 113.0)
several = []
for n, size in ((11, 1), (11, 3), (11, 4), (11, 11), (11, 20), (12, 4), (9, 4), (13, 6), (1, 1), (1, 3)):
    shuffled = torch.randperm(n, generator=torch.Generator().manual_seed(n))
    several.append(cases.example(X=X_rows[:n], y=y_rows[:n], batch_size=size, order=shuffled))
drawn = cases.draw(seeds=4, seed0=100, without="edges", X="n 3", y="n")  # a single row is among those above
several += [cases.example(**case.inputs, batch_size=2, order=case["y"].argsort()) for case in drawn]
check.function(minibatches, cut, on=several)
### END HIDDEN TESTS

# %% wrong="minibatches" name="order ignored"
# says: You cut the rows in the order in which they stand in the table. The given order never enters.
# next: Cut `order` into pieces, and let each piece pick rows.
def minibatches(X, y, batch_size, order):
    return [(X[s : s + batch_size], y[s : s + batch_size]) for s in range(0, len(y), batch_size)]

# %% wrong="minibatches" name="labels not shuffled"
# says: Your inputs are shuffled and your labels are not, so examples carry other examples' labels.
# next: Pick the rows of `y` with the same numbers as those of `X`.
def minibatches(X, y, batch_size, order):
    starts = range(0, len(y), batch_size)
    return [(X[order[s : s + batch_size]], y[s : s + batch_size]) for s in starts]

# %% wrong="minibatches" name="last ones dropped"
# says: The rows that do not fill a whole minibatch are lost.
# next: Let the last minibatch be smaller: go on while there are rows left.
def minibatches(X, y, batch_size, order):
    parts = []
    for k in range(len(y) // batch_size):
        chosen = order[k * batch_size : (k + 1) * batch_size]
        parts.append((X[chosen], y[chosen]))
    return parts

# %% wrong="minibatches" name="that many minibatches"
# says: You cut the rows into `batch_size` pieces. Each piece should have `batch_size` rows.
# next: Walk through the order in strides of `batch_size`.
def minibatches(X, y, batch_size, order):
    return [(X[chosen], y[chosen]) for chosen in order.tensor_split(batch_size)]

# %% wrong="minibatches" name="cut evenly"
# says: You cut the order into pieces of nearly the same size. Each should have `batch_size` rows, but for the last.
# next: Walk through the order in strides of `batch_size`.
def minibatches(X, y, batch_size, order):
    return [(X[rows], y[rows]) for rows in torch.chunk(order, math.ceil(len(order) / batch_size))]

# %% wrong="minibatches" name="an empty one at the end"
# says: Where the rows fill the minibatches exactly, you add an empty one at the end.
# next: Count on only while there are rows left.
def minibatches(X, y, batch_size, order):
    starts = range(0, len(y) // batch_size * batch_size + 1, batch_size)
    return [(X[order[s : s + batch_size]], y[order[s : s + batch_size]]) for s in starts]

# %% wrong="minibatches" name="order turned round"
# says: You send row i to place `order[i]`. The order says it the other way round: `order[i]` is the row at place i.
# next: Use `order` to pick rows, as in `X[order]`.
def minibatches(X, y, batch_size, order):
    places = order.argsort()
    return [(X[rows], y[rows]) for rows in torch.split(places, batch_size)]

# %% wrong="minibatches" name="inputs not shuffled"
# says: Your labels are shuffled and your inputs are not, so examples carry other examples' labels.
# next: Pick the rows of `X` with the same numbers as those of `y`.
def minibatches(X, y, batch_size, order):
    starts = range(0, len(y), batch_size)
    return [(X[s : s + batch_size], y[order[s : s + batch_size]]) for s in starts]

# %% wrong="minibatches" name="the first one only"
# says: Your list ends after the first minibatch.
# next: Look at the indentation of `return`: it belongs after the loop.
def minibatches(X, y, batch_size, order):
    return [(X[order[:batch_size]], y[order[:batch_size]])]

# %% wrong="minibatches" name="one large one not shuffled"
# says: Where one minibatch takes all rows, you return the table as it stands. There, too, the order is asked for.
# next: Let `order` pick the rows in every case; then a large `batch_size` is no special case.
def minibatches(X, y, batch_size, order):
    if batch_size >= len(y):
        return [(X, y)]
    return [(X[rows], y[rows]) for rows in order.split(batch_size)]

# %% wrong="minibatches" name="a larger one not shuffled"
# says: Where `batch_size` is larger than n, you return the table as it stands. There, too, the order is asked for.
# next: Let `order` pick the rows in every case; then a large `batch_size` is no special case.
def minibatches(X, y, batch_size, order):
    if batch_size > len(y):
        return [(X, y)]
    return [(X[rows], y[rows]) for rows in order.split(batch_size)]

# %% wrong="minibatches" name="last one filled up"
# says: You fill the last minibatch up with rows from the start. It stays smaller: each row has one turn.
# next: Stop where the order ends.
def minibatches(X, y, batch_size, order):
    parts = []
    for start in range(0, len(y), batch_size):
        rows = order[torch.arange(start, start + batch_size) % len(y)]
        parts.append((X[rows], y[rows]))
    return parts

# %% wrong="minibatches" name="overlapping"
# says: You go on by one row each time, so rows have several turns.
# next: Walk through the order in strides of `batch_size`.
def minibatches(X, y, batch_size, order):
    starts = range(len(y) - batch_size + 1)
    return [(X[order[s : s + batch_size]], y[order[s : s + batch_size]]) for s in starts]

# %% wrong="minibatches" name="a single last row without its table"
# says: Where a single row is left, you return it without its table. Asked for is (1, d), with a label (1,).
# next: Pick rows with a slice of the order, also where one is left.
def minibatches(X, y, batch_size, order):
    pairs = [(X[rows], y[rows]) for rows in order.split(batch_size)]
    return [pair if len(pair[1]) > 1 else (pair[0][0], pair[1][0]) for pair in pairs]

# %% wrong="minibatches" name="rows sorted in each"
# says: In each minibatch you put the rows back into the order of the table.
# next: Keep the rows as the order names them.
def minibatches(X, y, batch_size, order):
    return [(X[rows.sort().values], y[rows.sort().values]) for rows in order.split(batch_size)]

# %% right="minibatches" name="split"
def minibatches(X, y, batch_size, order):
    return [(X[chosen], y[chosen]) for chosen in torch.split(order, batch_size)]

# %% right="minibatches" name="shuffled first, then cut"
def minibatches(X, y, batch_size, order):
    X, y = X[order], y[order]
    parts, start = [], 0
    while start < X.shape[0]:
        stop = min(start + batch_size, X.shape[0])
        parts.append([X[start:stop], y[start:stop]])
        start = stop
    return parts

# %% [markdown]
# ### Exercise 7.4: minibatch SGD from scratch
#
# Everything is there. Now put it together, with nothing from PyTorch but tensors.
#
# **Your turn.** Write `sgd(X, y, batch_size, lr, orders)`. `X` is (n, d), `y` is (n,). `orders` is (epochs, n), int64:
# row k is the order of the examples in epoch k. Begin with `w` and `b` all zeros, in the dtype of `X`. For each epoch
# and each minibatch, take one step with the gradient of *that minibatch* (the mean of ½(ŷ − y)² over its rows). Return
# the final `(w, b)`, of shapes (d,) and (), without autograd's notes. You may use `minibatches` and
# `regression_gradient`, or autograd. A single input, a single example and minibatches with a single row will do.
#
# For `X = [[1.], [2.]]`, `y = [1., 3.]`, `batch_size=1`, `lr=0.1` and `orders = [[0, 1]]` the first step gives
# $w = 0.1$, $b = 0.1$, and the second, with an error of $0.3 - 3 = -2.7$, gives $w = 0.64$, $b = 0.37$. A longer one:
# for `X = [[1.], [2.], [4.]]`, `y = [1., 3., 2.]`, `batch_size=2`, `lr=0.1` and `orders = [[1, 2, 0], [2, 0, 1]]` the
# four steps end at $w = 0.85455$, $b = 0.384525$.

# %% solution="sgd"
def sgd(X, y, batch_size, lr, orders):
    """Linear regression by minibatch stochastic gradient descent, from zeros.

    X: (n, d). y: (n,). batch_size: rows in a minibatch. lr: the learning rate.
    orders: (epochs, n), int64, the order of the rows in each epoch. Returns (w, b), of shapes (d,) and ().
    """
    ### BEGIN SOLUTION
    w = torch.zeros_like(X[0])
    b = torch.zeros_like(y[0])
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w = w - lr * dw
            b = b - lr * db
    return w, b
    ### END SOLUTION

# %% check="sgd" points=3
two_steps = cases.example(
    X=torch.tensor([[1.0], [2.0]]),  # float32
    y=torch.tensor([1.0, 3.0]),
    batch_size=1,
    lr=0.1,
    orders=torch.tensor([[0, 1]]),
    gives=(torch.tensor([0.64]), torch.tensor(0.37)),
)
two_epochs = cases.example(
    X=torch.tensor([[1.0], [2.0], [4.0]], dtype=torch.float64),
    y=torch.tensor([1.0, 3.0, 2.0], dtype=torch.float64),
    batch_size=2,
    lr=0.1,
    orders=torch.tensor([[1, 2, 0], [2, 0, 1]]),
    gives=(torch.tensor([0.85455], dtype=torch.float64), torch.tensor(0.384525, dtype=torch.float64)),
)
two_inputs = cases.example(
    X=torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=torch.float64),
    y=torch.tensor([1.0, 2.0], dtype=torch.float64),
    batch_size=2,
    lr=0.1,
    orders=torch.tensor([[0, 1], [1, 0]]),
    gives=(torch.tensor([0.495, 0.01], dtype=torch.float64), torch.tensor(0.215, dtype=torch.float64)),
)
check.function(sgd, on=[two_steps, two_epochs, two_inputs], detached=True)
### BEGIN HIDDEN TESTS
def walked(X, y, batch_size, lr, orders):
    A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
    theta = A.new_zeros(A.shape[1])
    for order in orders:
        for rows in order.split(batch_size):
            theta = theta - lr * A[rows].T @ (A[rows] @ theta - y[rows]) / len(rows)
    return theta[:-1], theta[-1]


chance = torch.Generator().manual_seed(11)
small = []
for n, d, size in ((11, 3, 4), (6, 1, 4), (9, 2, 9), (1, 2, 3)):
    for case in cases.draw(seeds=3, seed0=100, without="edges", X=f"{n} {d}", y=f"{n}"):  # sizes of one are above
        orders = torch.stack([torch.randperm(n, generator=chance) for _ in range(3)])
        small.append(cases.example(X=case["X"], y=case["y"], batch_size=size, lr=0.05, orders=orders))
check.function(sgd, walked, on=small)
X_true = torch.randn(120, 2, generator=chance, dtype=torch.float64)
w_true, b_true = torch.tensor([2.0, -3.4]).double(), torch.tensor(4.2).double()
y_true = X_true @ w_true + b_true + 0.01 * torch.randn(120, generator=chance, dtype=torch.float64)
epochs = torch.stack([torch.randperm(120, generator=chance) for _ in range(12)])
recovered = cases.example(X=X_true, y=y_true, batch_size=10, lr=0.1, orders=epochs, gives=(w_true, b_true))
check.function(sgd, on=[recovered], rtol=0.01)
### END HIDDEN TESTS

# %% wrong="sgd" name="all examples in each step"
# says: Each of your steps uses all examples. The gradient should come from the minibatch alone.
# next: Hand the parts of the minibatch to the gradient, not `X` and `y`.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X, y, w, b)
            w, b = w - lr * dw, b - lr * db
    return w, b

# %% wrong="sgd" name="starts again in each epoch"
# says: You set the parameters back to zero at the start of each epoch, and lose what was learned.
# next: Begin with zeros once, before the first epoch.
def sgd(X, y, batch_size, lr, orders):
    for order in orders:
        w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w, b = w - lr * dw, b - lr * db
    return w, b

# %% wrong="sgd" name="one epoch only"
# says: You return after the first epoch.
# next: Look at the indentation of `return`: it belongs after both loops.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for X_part, y_part in minibatches(X, y, batch_size, orders[0]):
        dw, db = regression_gradient(X_part, y_part, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b

# %% wrong="sgd" name="sum over the minibatch"
# says: Your steps are too long by the size of the minibatch: its gradient is a sum, not a mean.
# next: Divide by the number of rows in the minibatch, which may be smaller at the end.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w, b = w - lr * X[rows].T @ error, b - lr * error.sum()
    return w, b

# %% wrong="sgd" name="divided by the full size every time"
# says: You divide every minibatch by `batch_size`, also the last one, which has fewer rows.
# next: Divide by the number of rows that the minibatch really has.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w, b = w - lr * X[rows].T @ error / batch_size, b - lr * error.sum() / batch_size
    return w, b

# %% wrong="sgd" name="float32 parameters"
# says: You begin with float32 zeros, and PyTorch does not multiply them by a float64 table.
# next: Make the zeros in the dtype of `X`, for example with `torch.zeros_like(X[0])`.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros(X.shape[1]), torch.tensor(0.0)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w, b = w - lr * dw, b - lr * db
    return w, b

# %% wrong="sgd" name="one slope for all weights"
# says: You average over all entries of the products, so every weight gets the same slope.
# next: Average over the rows only: one slope for each column.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w = w - lr * (error[:, None] * X[rows]).mean()
            b = b - lr * error.mean()
    return w, b

# %% wrong="sgd" name="all pairs"
# says: Your predictions are (m, 1) and the labels (m,): their difference is a table of all pairs.
# next: Keep `w` as a vector of shape (d,), and print the shape of the errors once.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(batch_size):
            error = (X[rows] @ w)[:, None] + b - y[rows]
            w = w - lr * (X[rows].T @ error).mean(dim=1) / len(rows)
            b = b - lr * error.mean()
    return w, b

# %% wrong="sgd" name="weights and bias one after the other"
# says: You move the weights and take the bias's slope afterwards, at the new place.
# next: Compute both gradients of a step before you change anything.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w = w - lr * X[rows].T @ error / len(rows)
            b = b - lr * (X[rows] @ w + b - y[rows]).mean()
    return w, b

# %% wrong="sgd" name="order ignored"
# says: You cut the table as it stands. The rows in `orders` never enter.
# next: Let each piece of the order pick the rows.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for _ in orders:
        for X_part, y_part in zip(X.split(batch_size), y.split(batch_size), strict=True):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w, b = w - lr * dw, b - lr * db
    return w, b

# %% wrong="sgd" name="last ones dropped"
# says: The rows that do not fill a whole minibatch never take part.
# next: Go on while there are rows left, and let the last minibatch be smaller.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for k in range(len(y) // batch_size):
            rows = order[k * batch_size : (k + 1) * batch_size]
            dw, db = regression_gradient(X[rows], y[rows], w, b)
            w, b = w - lr * dw, b - lr * db
    return w, b

# %% wrong="sgd" name="factor 2 kept"
# says: Your steps are twice as long as they should be. The ½ in the loss cancels the 2 of the square.
# next: Use the loss of this section, the mean of half the squares.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w, b = w - 2 * lr * X[rows].T @ error / len(rows), b - 2 * lr * error.mean()
    return w, b

# %% wrong="sgd" name="uphill"
# says: You add the gradients, so the loss grows.
# next: Step against the gradient: subtract.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w, b = w + lr * X[rows].T @ error / len(rows), b + lr * error.mean()
    return w, b

# %% wrong="sgd" name="bias not trained"
# says: Only the weights are trained. The bias stays at 0.
# next: The bias takes a step too, with its own gradient.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w = w - lr * X[rows].T @ error / len(rows)
    return w, b

# %% wrong="sgd" name="gradients pile up"
# says: Your first step is right, later ones are too long: the gradients of all steps so far are added together.
# next: Clear both gradients before each backward pass.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    dw, db = w, b
    for order in orders:
        for rows in order.split(batch_size):
            error = X[rows] @ w + b - y[rows]
            dw, db = dw + X[rows].T @ error / len(rows), db + error.mean()
            w, b = w - lr * dw, b - lr * db
    return w, b

# %% wrong="sgd" name="always float64"
# says: Your parameters are float64 whatever the data are. They should have the dtype of `X`.
# next: Make the zeros in the dtype of `X`, for example with `torch.zeros_like(X[0])`.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros(X.shape[1]).double(), torch.tensor(0.0).double()
    for order in orders:
        for rows in order.split(batch_size):
            part = X[rows].double()
            error = part @ w + b - y[rows]
            w, b = w - lr * part.T @ error / len(rows), b - lr * error.mean()
    return w, b

# %% wrong="sgd" name="bias in float32"
# says: Your `b` is float32 and stays so, also where the data are float64.
# next: Make it in the dtype of `X`, for example with `torch.zeros_like(y[0])`.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.tensor(0.0)
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w -= lr * dw
            b -= lr * db
    return w, b

# %% wrong="sgd" name="epochs run into each other"
# says: You join the orders of all epochs before cutting, so a minibatch reaches from one epoch into the next.
# next: Cut each row of `orders` for itself.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for rows in orders.flatten().split(batch_size):
        error = X[rows] @ w + b - y[rows]
        w, b = w - lr * X[rows].T @ error / len(rows), b - lr * error.mean()
    return w, b

# %% wrong="sgd" name="epochs joined, one walked"
# says: You join the orders of all epochs and hand them over as one. Your minibatches then end after n of these rows.
# next: Cut each row of `orders` for itself, in a loop over the epochs.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for rows in [orders.flatten()[s : s + batch_size] for s in range(0, len(y), batch_size)]:
        error = X[rows] @ w + b - y[rows]
        w, b = w - lr * X[rows].T @ error / len(rows), b - lr * error.mean()
    return w, b

# %% wrong="sgd" name="shuffled again and again"
# says: You shuffle a table that is shuffled already, so an order picks other rows than it names.
# next: Keep `X` and `y` as they are, and give the shuffled ones other names.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        X, y = X[order], y[order]
        for rows in torch.arange(len(y)).split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w, b = w - lr * X[rows].T @ error / len(rows), b - lr * error.mean()
    return w, b

# %% wrong="sgd" name="only the inputs shuffled"
# says: You shuffle the inputs and not the labels, so examples carry other examples' labels.
# next: Pick the rows of `y` with the same numbers as those of `X`.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        cut = torch.arange(len(y)).split(batch_size)
        for rows, places in zip(order.split(batch_size), cut, strict=True):
            error = X[rows] @ w + b - y[places]
            w, b = w - lr * X[rows].T @ error / len(rows), b - lr * error.mean()
    return w, b

# %% wrong="sgd" name="the first order in every epoch"
# says: You use the first order in every epoch. Each row of `orders` belongs to one epoch.
# next: Let the loop over the epochs hand you its own row.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for _ in orders:
        for rows in orders[0].split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w, b = w - lr * X[rows].T @ error / len(rows), b - lr * error.mean()
    return w, b

# %% wrong="sgd" name="one step in each epoch"
# says: You take one step in each epoch, with the mean of its minibatches. Each minibatch has a step of its own.
# next: Move the step into the inner loop.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        slopes = [regression_gradient(X[rows], y[rows], w, b) for rows in order.split(batch_size)]
        w = w - lr * torch.stack([dw for dw, _ in slopes]).mean(dim=0)
        b = b - lr * torch.stack([db for _, db in slopes]).mean()
    return w, b

# %% wrong="sgd" name="all slopes of an epoch from its start"
# says: You take the slopes of all minibatches at the place where the epoch began.
# next: Compute each gradient at the parameters that the step before left.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        w_old, b_old = w, b
        for rows in order.split(batch_size):
            dw, db = regression_gradient(X[rows], y[rows], w_old, b_old)
            w, b = w - lr * dw, b - lr * db
    return w, b

# %% wrong="sgd" name="a step for every example"
# says: You take a step for every single example. `batch_size` never enters.
# next: Take one step for each minibatch, with the mean over its rows.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(1):
            error = X[rows] @ w + b - y[rows]
            w, b = w - lr * X[rows].T @ error / len(rows), b - lr * error.mean()
    return w, b

# %% wrong="sgd" name="half applied again"
# says: Your steps are half as long as they should be. The ½ in the loss has cancelled the 2 already.
# next: Work out the slope of ½e² on paper: it is e.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w, b = w - lr / 2 * X[rows].T @ error / len(rows), b - lr / 2 * error.mean()
    return w, b

# %% wrong="sgd" name="divided by all examples"
# says: You divide each minibatch by n, the number of all examples. Its mean runs over its own rows.
# next: Divide by the number of rows in the minibatch.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in order.split(batch_size):
            error = X[rows] @ w + b - y[rows]
            w, b = w - lr * X[rows].T @ error / len(y), b - lr * error.sum() / len(y)
    return w, b

# %% wrong="sgd" name="the first minibatch of each epoch"
# says: You leave each epoch after its first minibatch.
# next: Take a step for every minibatch of the epoch.
def sgd(X, y, batch_size, lr, orders):
    w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    for order in orders:
        for rows in [order[:batch_size]]:
            error = X[rows] @ w + b - y[rows]
            w, b = w - lr * X[rows].T @ error / len(rows), b - lr * error.mean()
    return w, b

# %% wrong="sgd" name="the best epoch instead of the last"
# says: You return the parameters of the epoch with the lowest loss. Asked for are the final ones.
# next: Return what the last step left.
def sgd(X, y, batch_size, lr, orders):
    w, b, lowest = torch.zeros_like(X[0]), torch.zeros_like(y[0]), math.inf
    for order in orders:
        for X_part, y_part in minibatches(X, y, batch_size, order):
            dw, db = regression_gradient(X_part, y_part, w, b)
            w, b = w - lr * dw, b - lr * db
        loss = ((X @ w + b - y) ** 2).mean().item()
        if loss < lowest:
            lowest, best = loss, (w, b)
    return best

# %% right="sgd" name="with autograd"
def sgd(X, y, batch_size, lr, orders):
    w = torch.zeros(X.shape[1], dtype=X.dtype, device=X.device, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, device=X.device, requires_grad=True)
    optimiser = torch.optim.SGD([w, b], lr=lr)
    for order in orders:
        for rows in torch.split(order, batch_size):
            loss = ((X[rows] @ w + b - y[rows]) ** 2).mean() / 2
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return w.detach(), b.detach()

# %% right="sgd" name="all indices by hand"
def sgd(X, y, batch_size, lr, orders):
    w, b = X.new_zeros(X.shape[1]), X.new_zeros(())
    for epoch in range(orders.shape[0]):
        for start in range(0, X.shape[0], batch_size):
            rows = orders[epoch, start : start + batch_size]
            error = X[rows] @ w + b - y[rows]
            w -= lr * (error[:, None] * X[rows]).mean(dim=0)
            b -= lr * error.mean()
    return w, b

# %% [markdown]
# ### 7.5 Can it find the truth?
#
# A good test for a training program is data whose answer you know. `data.line` makes examples from a line that we
# choose, $w = (2,\ {-3.4})$ and $b = 4.2$, and adds a little noise. Your `sgd` sees only the examples. Does it find the
# three numbers again?

# %%
X_line, y_line = data.line(1000, w=(2.0, -3.4), b=4.2, noise=0.01, dtype=torch.float64)
generator = torch.Generator().manual_seed(1)
orders = torch.stack([torch.randperm(1000, generator=generator) for _ in range(5)])
for epochs in range(1, 6):
    w_found, b_found = sgd(X_line, y_line, 32, 0.05, orders[:epochs])
    loss = ((X_line @ w_found + b_found - y_line) ** 2).mean() / 2
    print(f"after epoch {epochs}: w {w_found.numpy().round(3)}  b {b_found:.3f}  loss {loss:.6f}")

# %% [markdown]
# After one epoch, 32 steps, it is on its way. After five the numbers are right to two decimals. The loss does not go
# to 0: about 0.00005 is left. The noise has a **standard deviation** of 0.01, which is to say that its values typically
# lie 0.01 away from 0. The mean of its squares is the **variance**, the square of the standard deviation,
# $0.01^2 = 0.0001$. Our loss has a ½ in front, so half of that remains. No line can predict noise.
#
# What does the walk look like? To draw it, two weights must be enough, so the next cell holds the bias at its true
# value and walks over the two weights alone: once with all examples in each step, once with four at a time. The second
# input is made smaller, which stretches the valley.

# %%
def walk(X, y, batch_size, lr, steps):
    chance = torch.Generator().manual_seed(2)
    w, path = torch.zeros(2, dtype=torch.float64, requires_grad=True), []
    for _ in range(steps):
        path.append(w.detach().clone())
        rows = torch.randperm(len(y), generator=chance)[:batch_size]
        w.grad = None
        (((X[rows] @ w + 4.2 - y[rows]) ** 2).mean() / 2).backward()
        with torch.no_grad():
            w -= lr * w.grad
    return torch.stack(path)

# %%
X_tilt, _ = data.line(200, dtype=torch.float64, seed=4)
X_tilt[:, 1] *= 0.4
y_tilt = X_tilt @ torch.tensor([2.0, -3.4]).double() + 4.2
plot.contours(
    lambda V: ((V @ X_tilt.T + 4.2 - y_tilt) ** 2).mean(dim=1) / 2,
    {"all examples": walk(X_tilt, y_tilt, 200, 0.3, 60), "four at a time": walk(X_tilt, y_tilt, 4, 0.3, 60)},
    low=(-0.7, -4.2),
    high=(3.2, 0.7),
    alt="Oval contour lines around the lowest point at (2, −3.4). One path from (0, 0) bends smoothly into "
    "the valley and follows it down. The other staggers around it and ends near the same point.",
    caption="Sixty steps over two weights, with all 200 examples in each step and with four.",
)

# %% [markdown]
# The contour lines are lines of equal loss, as on a map. With all examples the path is smooth: first across the valley,
# where it is steep, then along its floor, where it is nearly flat and the steps are short. With four examples each step
# points a little wrong, now to this side and now to that. On the whole it goes the same way, and each of its steps
# costs a fiftieth of the other's. That is the bargain.
#
# ## 8. Why squares?
#
# We have squared errors since section 2, because it was convenient. There is a better reason, found by Gauss: **if the
# noise is normal, least squares is the most likely line.**
#
# ### 8.1 The normal density
#
# Measure the same thing often, and the results scatter around a centre: many close by, few far out. The **normal
# distribution** describes this. How often which result occurs is told by a curve, its **density**: where the curve is
# high, results are frequent, and the area under it between two values is the probability of a result between them.
# The height alone is no probability; it may even be larger than 1. For the normal distribution with mean $\mu$ and
# standard deviation $\sigma$ (sigma) the density at $y$ is
#
# $$p(y) = \frac{1}{\sqrt{2\pi\sigma^2}}\;\exp\Bigl(-\frac{(y-\mu)^2}{2\sigma^2}\Bigr).$$
#
# Here $\mu$ is the Greek letter mu, and $\exp(t)$ is another way to write $e^t$.

# %%
def normal_density(y, mean, sigma):
    return torch.exp(-((y - mean) ** 2) / (2 * sigma**2)) / math.sqrt(2 * math.pi * sigma**2)


at = torch.linspace(-6, 6, 241, dtype=torch.float64)
plot.lines(
    {
        "mean 0, σ = 1": (at, normal_density(at, 0.0, 1.0)),
        "mean 0, σ = 2": (at, normal_density(at, 0.0, 2.0)),
        "mean 2, σ = 1": (at, normal_density(at, 2.0, 1.0)),
    },
    xlabel="y",
    ylabel="density",
    alt="Three bells. The one with σ = 2 is half as high and twice as wide as the one with σ = 1; "
    "the one with mean 2 is shifted to the right.",
    caption="The normal density for three choices of mean and standard deviation.",
)

# %% [markdown]
# The mean says where the bell stands. $\sigma$ says how wide it is; a wider bell is lower, since the area under it is
# always 1. Far from the mean the density falls very fast: at $5\sigma$ it is a few millionths of its height at the
# centre. "Far out" is practically forbidden. Keep that in mind for the last question.
#
# ### 8.2 Likelihood
#
# Now suppose that the world works like this: the true value is a line, $X\mathbf w + b$, and nature adds normal noise
# of standard deviation $\sigma$. Then a label $y^{(i)}$ has the density $p(y^{(i)})$ with the prediction
# $\hat y^{(i)}$ as its mean. If the noise of different examples is independent, the densities multiply:
#
# $$p(\mathbf y) = \prod_{i=1}^n p(y^{(i)}).$$
#
# The sign $\prod$ (a large Greek P, for *product*) does with multiplying what $\sum$ does with adding. Read as a
# question about $w$ and $b$, this product is called the **likelihood**: how well do these parameters explain what was
# seen? The best parameters are those that make it largest. That principle is **maximum likelihood**.
#
# A product of a thousand small numbers is a problem for a computer, though:

# %%
densities = normal_density(torch.full((1000,), 1.5, dtype=torch.float64), 0.0, 1.0)
densities[0].item(), densities.prod().item(), densities.log().sum().item()

# %% [markdown]
# Each density is 0.13, an ordinary number. The product of a thousand is $10^{-888}$, and the smallest positive float64
# is about $10^{-324}$; so it became 0. The sum of the logarithms is an ordinary number again. ($\log$ is the natural
# logarithm throughout the course, the one that undoes $\exp$; so are `math.log` and `torch.log`.) The logarithm turns
# products into sums, and it grows where its argument grows, so the best parameters stay the best. It is customary to
# put a minus in front and to *minimise*. That gives the **negative log-likelihood**. Take the logarithm of the density
# on paper, where $\log$ and $\exp$ cancel, and sum:
#
# $$-\log p(\mathbf y) = \sum_{i=1}^n \Bigl(\tfrac12\log(2\pi\sigma^2) + \frac{(\hat y^{(i)} - y^{(i)})^2}{2\sigma^2}\Bigr).$$
#
# Look at what depends on $w$ and $b$. The first term does not. The second is half the squared error, divided by
# $\sigma^2$. So whatever $\sigma$ is, **the parameters that maximise the likelihood are those that minimise the sum of
# squares.** The squared error is the shape of the normal bell, seen through a logarithm.
#
# ### Exercise 8.1: negative log-likelihood
#
# **Your turn.** Write `negative_log_likelihood(y_hat, y, sigma)`. `y_hat` and `y` are (n,), and n may be 1. `sigma` is
# a positive Python number, which may be as small as 0.0001. Return the *sum* over the examples, a tensor of shape ().
# It must also work for errors so large that the density itself is 0 on a computer.
#
# For `y_hat = [0., 0.]`, `y = [0., 2.]` and `sigma=1.0` it is about 3.8379: twice $\tfrac12\log 2\pi = 0.9189$, and
# once $2^2/2 = 2$. For `y_hat = [0., 0., 0.]`, `y = [0., 200., 0.]` and `sigma=2.0` it is about 5004.8363. In weeks 3
# and 7 the same recipe, minus the log of a probability, gives the losses for classes.

# %% solution="negative_log_likelihood"
def negative_log_likelihood(y_hat, y, sigma):
    """Minus the log of the density of y under normal noise, summed over the examples.

    y_hat: predictions, (n,). y: labels, (n,). sigma: standard deviation of the noise, a number.
    Returns shape ().
    """
    ### BEGIN SOLUTION
    each = 0.5 * math.log(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / (2 * sigma**2)
    return each.sum()
    ### END SOLUTION

# %% check="negative_log_likelihood" points=2
zero_and_two = cases.example(
    y_hat=torch.tensor([0.0, 0.0]).double(),
    y=torch.tensor([0.0, 2.0]).double(),
    sigma=1.0,
    gives=torch.tensor(3.837877).double(),
)
far_out = cases.example(
    y_hat=torch.tensor([0.0, 0.0, 0.0]).double(),
    y=torch.tensor([0.0, 200.0, 0.0]).double(),
    sigma=2.0,
    gives=torch.tensor(5004.836257).double(),
)
check.function(negative_log_likelihood, on=[zero_and_two, far_out], rtol=1e-6)
### BEGIN HIDDEN TESTS
def surprise(y_hat, y, sigma):
    n = len(y)
    return n / 2 * math.log(2 * math.pi) + n * math.log(sigma) + ((y - y_hat) ** 2).sum() / (2 * sigma**2)


for sigma in (0.3, 1.0, 2.5, 0.0005):
    many = cases.draw(seeds=4, seed0=100, y_hat="n", y="n", sigma=sigma)
    check.function(negative_log_likelihood, surprise, on=many)
y_hat, y_far = torch.tensor([0.0, 3.0, -80.0]).double(), torch.tensor([60.0, 2.5, 4.0]).double()
far = cases.example(y_hat=y_hat, y=y_far, sigma=0.5)
check.function(negative_log_likelihood, surprise, on=[far])
### END HIDDEN TESTS

# %% wrong="negative_log_likelihood" name="log of the density"
# says: You compute the density first and its log after. For a large error the density is 0, and its log is infinite.
# next: Take the logarithm on paper, where log and exp cancel.
def negative_log_likelihood(y_hat, y, sigma):
    density = torch.exp(-((y - y_hat) ** 2) / (2 * sigma**2)) / math.sqrt(2 * math.pi * sigma**2)
    return -density.log().sum()

# %% wrong="negative_log_likelihood" name="mean instead of sum"
# says: You average over the examples. The log of a product is the sum of the logs.
# next: Use `sum()`.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / (2 * sigma**2)).mean()

# %% wrong="negative_log_likelihood" name="first term only once"
# says: The first term is counted once. Every example brings its own.
# next: Put it inside the sum, or multiply it by n.
def negative_log_likelihood(y_hat, y, sigma):
    return 0.5 * math.log(2 * math.pi * sigma**2) + ((y_hat - y) ** 2).sum() / (2 * sigma**2)

# %% wrong="negative_log_likelihood" name="sigma not squared"
# says: You divide by σ. The density divides by its square, the variance.
# next: Replace σ by σ² in both terms.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma) + (y_hat - y) ** 2 / (2 * sigma)).sum()

# %% wrong="negative_log_likelihood" name="the factor one half lost"
# says: Your squares are not halved. The exponent of the density has 2σ² below the line.
# next: Look at the exponent again.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / sigma**2).sum()

# %% wrong="negative_log_likelihood" name="log-likelihood"
# says: Your sign is turned round: this is the log-likelihood, which is to be maximised.
# next: Put a minus in front of everything.
def negative_log_likelihood(y_hat, y, sigma):
    return -(0.5 * math.log(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="first term for two examples"
# says: Your first term is that of exactly two examples. Every example brings its own ½ log(2πσ²).
# next: Put it inside the sum, or multiply it by n.
def negative_log_likelihood(y_hat, y, sigma):
    return math.log(2 * math.pi * sigma**2) + ((y_hat - y) ** 2).sum() / (2 * sigma**2)

# %% wrong="negative_log_likelihood" name="density held above 0"
# says: You hold the density above the smallest numbers, so a far error counts no more than a nearer one.
# next: Take the logarithm on paper, where log and exp cancel.
def negative_log_likelihood(y_hat, y, sigma):
    density = torch.exp(-((y - y_hat) ** 2) / (2 * sigma**2)) / math.sqrt(2 * math.pi * sigma**2)
    return -density.clamp(min=1e-300).log().sum()

# %% wrong="negative_log_likelihood" name="variance held above a millionth"
# says: `gaussian_nll_loss` raises variances below 1e-6 to 1e-6, so a small σ is not the σ that you were given.
# next: Write the formula out, or set its `eps`.
def negative_log_likelihood(y_hat, y, sigma):
    variance = torch.full_like(y, sigma**2)
    return torch.nn.functional.gaussian_nll_loss(y_hat, y, variance, full=True, reduction="sum")

# %% wrong="negative_log_likelihood" name="the constant left out"
# says: ½ log(2π) is missing for each example. It moves no minimum, but it belongs to the density.
# next: Keep 2π in the first term.
def negative_log_likelihood(y_hat, y, sigma):
    return (math.log(sigma) + (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="first term left out"
# says: You return the squares alone. The first term, ½ log(2πσ²) for each example, is missing.
# next: Take the logarithm of the whole density, with what stands in front of exp.
def negative_log_likelihood(y_hat, y, sigma):
    return ((y_hat - y) ** 2).sum() / (2 * sigma**2)

# %% wrong="negative_log_likelihood" name="the first term not halved"
# says: Your first term is twice as large as it should be: the root in front of exp becomes a factor ½.
# next: Take the logarithm of 1/√(2πσ²) once more.
def negative_log_likelihood(y_hat, y, sigma):
    return (math.log(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="a little added to the variance"
# says: You add a small number to σ². For a small σ that makes another density.
# next: Leave it out: `sigma` is positive, so nothing is divided by 0.
def negative_log_likelihood(y_hat, y, sigma):
    variance = sigma**2 + 1e-8
    return (0.5 * math.log(2 * math.pi * variance) + (y_hat - y) ** 2 / (2 * variance)).sum()

# %% wrong="negative_log_likelihood" name="sigma not squared in the first term"
# says: Your first term has the logarithm of 2πσ. The density has σ² there.
# next: Square σ in both terms.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma) + (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="sigma not squared in the second term"
# says: You divide the squares by 2σ. The density divides them by 2σ².
# next: Square σ in both terms.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / (2 * sigma)).sum()

# %% wrong="negative_log_likelihood" name="sigma left out of the first term"
# says: Your first term is ½ log 2π. The density has σ² in it as well.
# next: Take the logarithm of the whole factor in front of exp.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi) + (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="sigma left out of the second term"
# says: You do not divide the squares by σ². A wide bell makes light of an error.
# next: Look at the exponent again.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / 2).sum()

# %% wrong="negative_log_likelihood" name="the 2 squared as well"
# says: You square 2σ. In the exponent only σ is squared: 2σ².
# next: Look at the brackets below the line.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / (2 * sigma) ** 2).sum()

# %% wrong="negative_log_likelihood" name="2 pi outside the root"
# says: You take 2π out of the root: your first term is log(2πσ). The root is over 2π as well.
# next: Take the logarithm of 1/√(2πσ²) once more.
def negative_log_likelihood(y_hat, y, sigma):
    return (math.log(2 * math.pi * sigma) + (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="logarithm to the base of ten"
# says: You take the logarithm to the base of 10 or 2. In this course it is the natural one.
# next: Use `math.log`.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log10(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="errors not squared"
# says: You use the distance where the square of the error belongs.
# next: Look at the exponent again.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma**2) + (y_hat - y).abs() / (2 * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="second term with a minus"
# says: Your second term has a minus. The logarithm of the density has it, and the minus in front takes it away.
# next: A larger error must make the result larger.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma**2) - (y_hat - y) ** 2 / (2 * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="first term with a minus"
# says: Your first term has a minus. The logarithm of 1/√(2πσ²) has it, and the minus in front takes it away.
# next: Go through the two signs on paper.
def negative_log_likelihood(y_hat, y, sigma):
    return ((y_hat - y) ** 2 / (2 * sigma**2) - 0.5 * math.log(2 * math.pi * sigma**2)).sum()

# %% wrong="negative_log_likelihood" name="terms below 0 cut off"
# says: You cut each term off at 0. A density is not a probability: it may exceed 1, and then its term is negative.
# next: Leave the negative terms as they are.
def negative_log_likelihood(y_hat, y, sigma):
    return (0.5 * math.log(2 * math.pi * sigma**2) + (y_hat - y) ** 2 / (2 * sigma**2)).clamp(min=0).sum()

# %% right="negative_log_likelihood" name="torch's normal distribution"
def negative_log_likelihood(y_hat, y, sigma):
    return -torch.distributions.Normal(y_hat, sigma).log_prob(y).sum()

# %% right="negative_log_likelihood" name="term by term"
def negative_log_likelihood(y_hat, y, sigma):
    n = y.shape[0]
    return n * math.log(sigma * math.sqrt(2 * math.pi)) + 0.5 * torch.sum(((y - y_hat) / sigma) ** 2)

# %% [markdown]
# Put it to the test on the four houses. For lines with the slope 36.05 and different biases, here are the loss of
# section 7 and your negative log-likelihood, for two values of $\sigma$.

# %%
biases = torch.linspace(10, 50, 161, dtype=torch.float64)
lines = [36.05 * rooms[:, 0] + bias for bias in biases]
for sigma in (5.0, 10.0):
    values = torch.stack([negative_log_likelihood(line, prices, sigma) for line in lines])
    print(f"sigma {sigma}: lowest at b = {biases[values.argmin()]:.2f}")
squares = torch.stack([((line - prices) ** 2).mean() / 2 for line in lines])
print(f"squares:   lowest at b = {biases[squares.argmin()]:.2f}")

# %% [markdown]
# Three times the same bias, and it is the one that the normal equations found. $\sigma$ changes how high the curve is
# and how steep. It does not move the lowest point.
#
# ### 8.3 One wild number
#
# Somebody types the price of the large house as 1781 instead of 178.1. The normal equations do as they are told:

# %%
prices_typo = torch.tensor([127.5, 106.0, 1781.0, 140.0], dtype=torch.float64)
w_typo, b_typo = normal_equations(rooms, prices_typo)
print(f"line: {w_typo.item():.1f} rooms {b_typo.item():+.1f}")
print("predictions:", rooms @ w_typo + b_typo)

# %% [markdown]
# The house with two rooms should now cost about minus 299 thousand.
#
# ### Question 8.2: what one number can do
#
# (This one is read and graded by a person.)
#
# Answer in a few sentences each.
#
# (a) Why does a single wrong price move the whole line so far? Use the loss: compare what an error of 10 and an error
# of 1,000 contribute, and how hard each pulls, which is to say how large its slope is.
#
# (b) Section 8 says that squares belong to normal noise. What does the normal density say about an error that is far
# larger than $\sigma$, and why does the line then bend towards it rather than accept the error?
#
# (c) Name two things that you could do about it, in the data or in the loss, and one risk of each.

# %% [markdown] answer="one_wild_number" points=3
# (a) The loss squares each error. An error of 10 contributes ½·100 = 50, an error of 1,000 contributes ½·1,000,000 =
# 500,000: a hundred times the error is ten thousand times the loss. The slope is the error itself, so the wild example
# pulls a hundred times as hard as the other one. To lower that one huge square, the line pays with larger errors on
# the good examples, each of which costs little in comparison.
#
# (b) Under the normal density, an error of many σ is practically impossible: the density falls like exp(−e²/2σ²), and
# its negative logarithm, the price for it, grows with the square. The model has no notion of a typing error. It can
# only explain the number as a true value near the line, so the most likely line is one that passes close to it.
#
# (c) Any two, each with a risk. Look at the data, and correct or remove the number: one may also throw out a rare but
# true example, or remove what merely does not fit one's opinion. Use a loss that grows more slowly, such as the
# absolute error (or the Huber loss): its slope does not grow with the error, but it has a corner at 0, no simple
# formula, and it also trusts true large values less. Model the noise with heavier tails. Scale or take the logarithm
# of the prices: then the errors mean something else. More data: a single error weighs less, but does not vanish.
#
# *Points: 1 for squares (contribution and slope both), 1 for the density falling so fast that the line must move,
# 1 for two remedies with a risk each.*

# %% [markdown]
# ### Exercise 8.3, optional and harder: not all labels are equally good
#
# This one gives no points. It is for those who want to see how much the idea of section 8 can do.
#
# Suppose you *know* how noisy each label is. Example $i$ was measured with an instrument of standard deviation
# $\sigma^{(i)}$. The negative log-likelihood is that of section 8.2, with $\sigma^{(i)}$ in the place of $\sigma$. Now
# it no longer drops out: a label with a large $\sigma^{(i)}$ should count less.
#
# **Your turn.** Write `weighted_line(X, y, sigma)`, where `sigma` is (n,), all positive, perhaps all tiny. Return the
# `(w, b)` that are most likely, as `normal_equations` does; again d may be 1. Work out on paper which equations take
# the place of $A^\top A\theta = A^\top\mathbf y$.
#
# If all entries of `sigma` are equal, the answer is that of `normal_equations`. If the third house of the typing error
# has `sigma` 20 and the others 1, the line is about $35.79\cdot$ rooms $+\ 30.41$: the wild price counts for little.

# %% solution="weighted_line"
def weighted_line(X, y, sigma):
    """The most likely weights and bias when example i has normal noise of standard deviation sigma[i].

    X: (n, d). y: (n,). sigma: (n,), positive. Returns (w, b), of shapes (d,) and ().
    """
    ### BEGIN SOLUTION
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    scaled, labels = A / sigma[:, None], y / sigma
    theta = torch.linalg.solve(scaled.T @ scaled, scaled.T @ labels)
    return theta[:-1], theta[-1]
    ### END SOLUTION

# %% check="weighted_line" points=0
equal = cases.example(
    X=torch.tensor([[3.0], [2.0], [4.0], [3.0]]).double(),
    y=torch.tensor([127.5, 106.0, 178.1, 140.0]).double(),
    sigma=torch.full((4,), 2.0).double(),
    gives=(torch.tensor([36.05]).double(), torch.tensor(29.75).double()),
)
one_doubtful = cases.example(
    X=torch.tensor([[3.0], [2.0], [4.0], [3.0]]).double(),
    y=torch.tensor([127.5, 106.0, 1781.0, 140.0]).double(),
    sigma=torch.tensor([1.0, 1.0, 20.0, 1.0]).double(),
    gives=(torch.tensor([35.7872208]).double(), torch.tensor(30.4069479).double()),
)
check.function(weighted_line, on=[equal, one_doubtful], rtol=1e-6)
### BEGIN HIDDEN TESTS
def most_likely(X, y, sigma):
    A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
    trust = torch.diag(sigma**-2)
    theta = torch.linalg.solve(A.T @ trust @ A, A.T @ trust @ y)
    return theta[:-1], theta[-1]


for shape, n in (("14 3", "14"), ("10 2", "10"), ("8 1", "8")):
    # without zeros: a column of them has no best weight
    many = cases.draw(seeds=4, seed0=100, without="zeros", X=shape, y=n, sigma=n, positive=("sigma",))
    check.function(weighted_line, most_likely, on=many, rtol=1e-6)
    sharp = [cases.example(X=case["X"], y=case["y"], sigma=case["sigma"] / 10_000) for case in many]
    check.function(weighted_line, most_likely, on=sharp, rtol=1e-6)
### END HIDDEN TESTS

# %% wrong="weighted_line" name="noise ignored"
# says: Your line treats all labels alike. The noise of each label never enters.
# next: Write down the sum that is to be minimised, with σ of each example in it.
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="noisy labels count more"
# says: Your noisy labels count more than the good ones: you multiply by σ.
# next: Divide by it.
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1) * sigma[:, None]
    theta = torch.linalg.solve(A.T @ A, A.T @ (y * sigma))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="divided once instead of twice"
# says: Each square should be divided by σ². You divide by σ.
# next: Divide both the row and the label by σ before squaring, or the product by σ².
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ (A / sigma[:, None]), A.T @ (y / sigma))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="column of ones not scaled"
# says: You divide the inputs and the labels by σ, but not the column of ones.
# next: Add the column of ones first, then divide the whole row.
def weighted_line(X, y, sigma):
    A = torch.cat([X / sigma[:, None], torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ (y / sigma))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="centred with ordinary means"
# says: Your slopes count each label by its σ, but you centre with ordinary means.
# next: The means have to be weighted, too; or solve with the column of ones inside.
def weighted_line(X, y, sigma):
    trust, centred = sigma[:, None] ** -2, X - X.mean(dim=0)
    w = torch.linalg.solve(centred.T @ (trust * centred), centred.T @ (trust[:, 0] * (y - y.mean())))
    return w, y.mean() - X.mean(dim=0) @ w

# %% wrong="weighted_line" name="only the labels weighted"
# says: You weight the right-hand side with the labels. The matrix AᵀA on the left needs the same weights.
# next: Differentiate the weighted sum of squares: σ enters both sides.
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    trust = sigma**-2
    theta = torch.linalg.solve(A.T @ A, A.T @ (trust / trust.mean() * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="only the labels divided"
# says: You divide the labels by σ, but not the rows that should predict them.
# next: Divide both by σ.
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ A, A.T @ (y / sigma))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="noisy ones left out"
# says: You leave the noisy labels out and treat the others alike. Every label counts, each by its own σ.
# next: Write down the sum that is to be minimised, with σ of each example in it.
def weighted_line(X, y, sigma):
    good = sigma <= 3 * sigma.median()
    return normal_equations(X[good], y[good])

# %% wrong="weighted_line" name="a little added to the noise"
# says: You add a small number to σ². Where all σ are tiny, it counts.
# next: Leave it out: `sigma` is positive, so nothing is divided by 0.
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    trust = (1 / (sigma**2 + 1e-8))[:, None]
    theta = torch.linalg.solve(A.T @ (trust * A), A.T @ (trust[:, 0] * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="divided by the square before squaring"
# says: You divide rows and labels by σ² and square them afterwards: each square is divided by σ⁴.
# next: Divide by σ before squaring, or the products by σ².
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    trust = ((sigma / sigma.min()) ** -4)[:, None]
    theta = torch.linalg.solve(A.T @ (trust * A), A.T @ (trust[:, 0] * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="a millionth added to the noise"
# says: You add a small number to σ². Where all σ are tiny, it counts.
# next: Leave it out: `sigma` is positive, so nothing is divided by 0.
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    trust = (1 / (sigma**2 + 1e-6))[:, None]
    theta = torch.linalg.solve(A.T @ (trust * A), A.T @ (trust[:, 0] * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="a little added to sigma"
# says: You add a small number to σ. Where all σ are tiny, it counts.
# next: Leave it out: `sigma` is positive, so nothing is divided by 0.
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    trust = (1 / (sigma + 1e-6) ** 2)[:, None]
    theta = torch.linalg.solve(A.T @ (trust * A), A.T @ (trust[:, 0] * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="very little added to sigma"
# says: You add a small number to σ. Where all σ are tiny, it counts.
# next: Leave it out: `sigma` is positive, so nothing is divided by 0.
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    trust = (1 / (sigma + 1e-8) ** 2)[:, None]
    theta = torch.linalg.solve(A.T @ (trust * A), A.T @ (trust[:, 0] * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="no column of ones"
# says: Your line is forced through the origin: there is no bias in your equations.
# next: Put a column of ones beside `X` first.
def weighted_line(X, y, sigma):
    trust = sigma[:, None] ** -2
    return torch.linalg.solve(X.T @ (trust * X), X.T @ (trust[:, 0] * y)), torch.zeros_like(y[0])

# %% wrong="weighted_line" name="only the matrix weighted"
# says: You weight the matrix AᵀA on the left. The right-hand side with the labels needs the same weights.
# next: Differentiate the weighted sum of squares: σ enters both sides.
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(A.T @ (sigma[:, None] ** -2 * A), A.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="whole copies of the examples"
# says: You round the weights 1/σ² to whole numbers, as if examples were copied. A weight may be any number.
# next: Leave out the rounding.
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    copies = ((sigma.max() / sigma) ** 2).round()[:, None]
    theta = torch.linalg.solve(A.T @ (copies * A), A.T @ (copies[:, 0] * y))
    return theta[:-1], theta[-1]

# %% wrong="weighted_line" name="column of ones added afterwards"
# says: You divide the inputs and the labels by σ, but not the column of ones, which `normal_equations` adds later.
# next: Add the column of ones first, then divide the whole row.
def weighted_line(X, y, sigma):
    relative = sigma / sigma.min()
    return normal_equations(X / relative[:, None], y / relative)

# %% right="weighted_line" name="a matrix of weights"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    trust = torch.diag(1 / sigma**2)
    theta = torch.linalg.inv(A.T @ trust @ A) @ (A.T @ trust @ y)
    return theta[:-1], theta[-1]

# %% right="weighted_line" name="least squares from the library"
def weighted_line(X, y, sigma):
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1) / sigma[:, None]
    theta = torch.linalg.lstsq(A, (y / sigma)[:, None]).solution[:, 0]
    return theta[:-1], theta[-1]

# %% [markdown]
# ## Summary
#
# - A linear model multiplies each input by a weight, adds them up and adds a bias: `X @ W.T + b`. As a
#   `torch.nn.Module` it owns its parameters.
# - The loss is one number for how wrong the predictions are. Its gradient says, for each parameter, which way is up and
#   how steep it is. Training goes the other way.
# - The loop: predict, measure, **clear**, backward, step. `backward()` adds to `.grad`; it does not replace.
# - Too small a learning rate creeps, a good one falls fast, too large a one zigzags and then explodes. On this model
#   each step multiplies the error by $1 - 2\eta(x^\top x + 1)$.
# - By hand: twice the error times the input for one example; with the mean of ½(ŷ − y)² over a table,
#   $\tfrac1n X^\top\mathbf e$ and the mean of $\mathbf e$.
# - Autograd differentiates numbers; for a vector you hand it weights. `detach()` holds values still. Loops and branches
#   are differentiated as they ran.
# - Linear regression can be solved by the normal equations when the columns are independent, and by minibatch SGD
#   always. Vectorised code is shorter, and faster by a factor of thousands.
# - Least squares is maximum likelihood under normal noise. Where the noise is not normal, one wild number can bend
#   everything.
#
# Next week the same neuron stops predicting *how much* and begins to decide *which*.
#
# ## Where to read on
#
# - A. Zhang, Z. C. Lipton, M. Li, A. J. Smola, *Dive into Deep Learning*, section 2.5 on automatic differentiation, and
#   chapter 3 on linear regression.
# - C. M. Bishop, *Pattern Recognition and Machine Learning*, section 3.1.1: maximum likelihood and least squares.
# - L. Bottou, F. E. Curtis, J. Nocedal, *Optimization Methods for Large-Scale Machine Learning*, SIAM Review 60 (2018):
#   why a noisy gradient is good enough.
# - S. M. Stigler, *Gauss and the Invention of Least Squares*, The Annals of Statistics 9 (1981): who was first?
# - PyTorch's documentation: "Autograd mechanics", and the pages of `torch.nn.Module` and `torch.optim`.
