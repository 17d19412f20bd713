# %% [markdown]
# # Week 4: XOR and the two-layer network
#
# Last week ended at a wall. Four points, two classes, and no straight line between them. One neuron draws one straight
# line, so one neuron cannot do it, however long it trains. This week you climb over the wall with three neurons: two
# look at the input, and the third looks at those two. That is the smallest real neural network, and everything that
# comes later in this course is more of the same.
#
# When you are done you will be able to
#
# - work out the output of a small network on paper, and in code for any number of leading dimensions,
# - write a two-layer network as a `torch.nn.Module`, and as two matrix products,
# - prove that layers without an activation function collapse into one,
# - choose weights that solve XOR yourself,
# - recognise eight activation functions and their slopes, and say where each one saturates,
# - train a network on XOR, and say why some starts never get there.
#
# **From before.** Joining tensors and shapes (week 1), a neuron as a module and the training loop (week 2), scores,
# signs and boundaries, the sigmoid, and that XOR cannot be separated by a line (week 3). From school: the derivatives
# of $e^x$ and $x^2$. The rules for longer formulas are said again where you need them.

# %%
import torch

from course import cases, check, data, plot

# %% [markdown]
# ## 1. Three neurons
#
# ### 1.1 On paper first
#
# Here is the network of this week. It has two inputs. They feed two neurons, called **hidden** because nobody outside
# sees what they compute. The hidden neurons feed one more, the **output neuron**.

# %% given="three_neurons"
W1 = torch.tensor([[0.8, -0.5], [-1.0, -0.1]], dtype=torch.float64)  # a row for each hidden neuron
b1 = torch.tensor([0.5, -0.2], dtype=torch.float64)  # one bias for each hidden neuron
W2 = torch.tensor([[-0.5, -0.4]], dtype=torch.float64)  # the output neuron's two weights
b2 = torch.tensor([-0.2], dtype=torch.float64)

# %%
plot.network(
    [2, 2, 1],
    labels=[["x₀", "x₁"], ["a₀", "a₁"], ["ŷ"]],
    weights=[W1, W2],
    biases=[b1, b2],
    alt="Two input circles x0 and x1, each joined to two hidden circles a0 and a1, which are joined to one "
    "output circle. The weights 0.8, -0.5, -1, -0.1 stand on the first lines, -0.5 and -0.4 on the last "
    "two, and the biases under the circles.",
    caption="The two-layer network. Solid lines carry positive weights, dashed ones negative weights.",
)

# %% [markdown]
# Read it from left to right. Every line carries a number forward and multiplies it by its weight. A circle adds up what
# arrives and adds its bias. There are nine numbers to learn: four weights and two biases in the first layer, two
# weights and a bias in the second.
#
# The hidden neurons do one thing more, and it is the point of the whole week. What a hidden neuron adds up is called
# its **pre-activation** $z$. It does not pass $z$ on. It passes on
#
# $$a = \max(0, z),$$
#
# the **rectified linear unit**, ReLU for short. A positive number goes through as it is. A negative one becomes 0: the
# neuron says nothing. A function that is applied like this after the sum is called an **activation function**. The
# output neuron has none: it passes on what it adds up.
#
# Let us push the point $x = (0.3,\; 0.1)$ through the network with pencil and paper.
#
# $$z_0 = 0.8 \cdot 0.3 - 0.5 \cdot 0.1 + 0.5 = 0.69 \qquad a_0 = \max(0,\; 0.69) = 0.69$$
# $$z_1 = -1.0 \cdot 0.3 - 0.1 \cdot 0.1 - 0.2 = -0.51 \qquad a_1 = \max(0,\; -0.51) = 0$$
# $$\hat y = -0.5 \cdot 0.69 - 0.4 \cdot 0 - 0.2 = -0.545$$
#
# At this point the first hidden neuron is on and the second is off. While it is off, its weight $-0.4$ in the output
# neuron does not matter at all.

# %% [markdown]
# ### Exercise 1.1: push a point through
#
# Take the point $x = (-1.0,\; 0.5)$ and do the same, on paper. Do it slowly, once: a large network does nothing else,
# only more often.
#
# **Your turn.** Write your five numbers into `on_paper`, in the order $z_0, z_1, a_0, a_1, \hat y$: a tensor of shape
# (5,), float64. For the point $(0.3, 0.1)$ above it would be
# `torch.tensor([0.69, -0.51, 0.69, 0.0, -0.545], dtype=torch.float64)`.
#
# The check below looks at the shape and the dtype alone. Your numbers are looked at when you hand in.

# %% solution="on_paper"
### BEGIN SOLUTION
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.5], dtype=torch.float64)
### END SOLUTION

# %% check="on_paper" points=1
check.shape(on_paper, (5,), dtype=torch.float64)
### BEGIN HIDDEN TESTS
check.value(on_paper, torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.5], dtype=torch.float64))
### END HIDDEN TESTS

# %% wrong="on_paper" name="no ReLU"
# says: You passed the pre-activation of hidden neuron 0 on as it is. It is negative, so the neuron passes on 0.
# next: Take the larger one of 0 and z for each hidden neuron, and then work out the output again.
on_paper = torch.tensor([-0.55, 0.75, -0.55, 0.75, -0.225], dtype=torch.float64)

# %% wrong="on_paper" name="biases left out"
# says: You added up the products but left out the biases.
# next: Add each neuron's own bias, the output neuron's too.
on_paper = torch.tensor([-1.05, 0.95, 0.0, 0.95, -0.38], dtype=torch.float64)

# %% wrong="on_paper" name="ReLU at the output too"
# says: Your output is 0. Only the hidden neurons have a ReLU; the output neuron passes on what it adds up.
# next: Leave the last number as it is, negative or not.
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, 0.0], dtype=torch.float64)

# %% wrong="on_paper" name="columns read as neurons"
# says: You used the first column of W1 as the weights of hidden neuron 0. A neuron's weights stand in a row.
# next: Take 0.8 and -0.5 for hidden neuron 0, and -1.0 and -0.1 for hidden neuron 1.
on_paper = torch.tensor([-0.8, 0.25, 0.0, 0.25, -0.3], dtype=torch.float64)

# %% wrong="on_paper" name="neuron by neuron"
# says: You wrote z and a of one neuron side by side. The order asked for is both z, then both a, then the output.
# next: Compare with the five numbers for the point (0.3, 0.1): which stands where?
on_paper = torch.tensor([-0.55, 0.0, 0.75, 0.75, -0.5], dtype=torch.float64)

# %% wrong="on_paper" name="output from the pre-activations"
# says: Your a are right, but the output neuron got z₀ and z₁ in their place: z₀ is negative and should not count.
# next: Work out the output again, with the a.
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.225], dtype=torch.float64)

# %% wrong="on_paper" name="sign slip in the second hidden neuron"
# says: In z₁ you added 0.1 times 0.5. Its weight is -0.1, so the product is negative.
# next: Write out the two products of z₁ with their signs before you add.
on_paper = torch.tensor([-0.55, 0.85, 0.0, 0.85, -0.54], dtype=torch.float64)

# %% wrong="on_paper" name="sign slip in the first hidden neuron"
# says: In z₀ you added 0.5 times 0.5. The weight there is -0.5, so the product is negative.
# next: Write out the two products of z₀ with their signs before you add.
on_paper = torch.tensor([-0.05, 0.75, 0.0, 0.75, -0.5], dtype=torch.float64)

# %% wrong="on_paper" name="minus lost in the first product"
# says: In z₀ you took 0.8 times 1.0. The point's first coordinate is -1.0.
# next: Write out the two products of z₀ with their signs before you add.
on_paper = torch.tensor([1.05, 0.75, 1.05, 0.75, -1.025], dtype=torch.float64)

# %% wrong="on_paper" name="minus times minus"
# says: In z₁ the product of -1.0 and -1.0 came out negative. Minus times minus is plus.
# next: Work out z₁ again.
on_paper = torch.tensor([-0.55, -1.25, 0.0, 0.0, -0.2], dtype=torch.float64)

# %% wrong="on_paper" name="coordinates swapped"
# says: You took the point's two coordinates in the other order.
# next: x₀ is -1.0 and x₁ is 0.5; the first weight of each neuron belongs to x₀.
on_paper = torch.tensor([1.4, -0.6, 1.4, 0.0, -0.9], dtype=torch.float64)

# %% wrong="on_paper" name="output weights swapped"
# says: In the output neuron the weights have changed places: a₁ was multiplied by -0.5.
# next: The first weight, -0.5, belongs to a₀.
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.575], dtype=torch.float64)

# %% wrong="on_paper" name="output bias left out"
# says: Your hidden neurons are right. In the output the bias is missing.
# next: Add the output neuron's own bias.
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.3], dtype=torch.float64)

# %% wrong="on_paper" name="hidden biases swapped"
# says: The two hidden neurons have each other's bias.
# next: b1 holds the first neuron's bias first.
on_paper = torch.tensor([-1.25, 1.45, 0.0, 1.45, -0.78], dtype=torch.float64)

# %% wrong="on_paper" name="size in place of ReLU"
# says: You made z₀ positive. ReLU makes a 0 of a negative number.
# next: Ask for each z which is larger, 0 or z.
on_paper = torch.tensor([-0.55, 0.75, 0.55, 0.75, -0.775], dtype=torch.float64)

# %% wrong="on_paper" name="the point of the example"
# says: These are the numbers of the point (0.3, 0.1), which the text works out.
# next: Do the same for the point (-1.0, 0.5).
on_paper = torch.tensor([0.69, -0.51, 0.69, 0.0, -0.545], dtype=torch.float64)

# %% wrong="on_paper" name="output bias with the wrong sign"
# says: In the output you added 0.2. The output neuron's bias is -0.2.
# next: Work out the output again, sign by sign.
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, -0.1], dtype=torch.float64)

# %% wrong="on_paper" name="output weight with the wrong sign"
# says: In the output you added 0.4 times a₁. The weight there is -0.4.
# next: Work out the output again, sign by sign.
on_paper = torch.tensor([-0.55, 0.75, 0.0, 0.75, 0.1], dtype=torch.float64)

# %% wrong="on_paper" name="first hidden bias left out"
# says: In z₀ the bias is missing.
# next: Add 0.5, and then look again whether z₀ is negative.
on_paper = torch.tensor([-1.05, 0.75, 0.0, 0.75, -0.5], dtype=torch.float64)

# %% wrong="on_paper" name="second hidden bias left out"
# says: In z₁ the bias is missing.
# next: Add the bias of hidden neuron 1, and work out what follows from z₁ again.
on_paper = torch.tensor([-0.55, 0.95, 0.0, 0.95, -0.58], dtype=torch.float64)

# %% wrong="on_paper" name="first hidden bias with the wrong sign"
# says: In z₀ you subtracted the bias. It is 0.5 and is added.
# next: Work out z₀ again.
on_paper = torch.tensor([-1.55, 0.75, 0.0, 0.75, -0.5], dtype=torch.float64)

# %% wrong="on_paper" name="second hidden bias with the wrong sign"
# says: In z₁ you added 0.2. The bias there is -0.2.
# next: Work out z₁ again, and what follows from it.
on_paper = torch.tensor([-0.55, 1.15, 0.0, 1.15, -0.66], dtype=torch.float64)

# %% wrong="on_paper" name="the smaller one of 0 and z"
# says: You took the smaller one of 0 and z. ReLU takes the larger one.
# next: A positive z goes through as it is, a negative one becomes 0.
on_paper = torch.tensor([-0.55, 0.75, -0.55, 0.0, 0.075], dtype=torch.float64)

# %% right="on_paper" name="computed"
x = torch.tensor([-1.0, 0.5], dtype=torch.float64)
z = torch.stack([0.8 * x[0] - 0.5 * x[1] + 0.5, -1.0 * x[0] - 0.1 * x[1] - 0.2])
a = z.clamp(min=0)
on_paper = torch.cat([z, a, (-0.5 * a[0] - 0.4 * a[1] - 0.2).reshape(1)])

# %% right="on_paper" name="minus zero and more decimals"
on_paper = torch.tensor([-0.55000000, 0.75, -0.0, 0.75, -0.50000000], dtype=torch.float64)

# %% [markdown]
# ### 1.2 The same neurons in code
#
# In week 2 you wrote a neuron as a module with its weights and its bias as parameters. Here it is again, locked, so
# that all of us use the same one. It is written for examples in rows: `X` has shape (n, 2), `W` has shape (1, 2), one
# neuron with two inputs, and so the result has shape (n, 1).

# %% given="neuron"
class Neuron(torch.nn.Module):
    """One neuron with two inputs and no activation: X (*, 2) -> (*, 1), where * is any leading dimensions."""

    def __init__(self, w0, w1, b):
        super().__init__()
        self.W = torch.nn.Parameter(torch.tensor([[w0, w1]]))  # (1, 2)
        self.b = torch.nn.Parameter(torch.tensor([b]))  # (1,)

    def forward(self, X):
        return X @ self.W.T + self.b

# %% [markdown]
# Two hidden neurons, one point. The point is a single row of two numbers here, a vector of shape (2,). Which shape do
# the results have?

# %%
hidden0 = Neuron(0.8, -0.5, 0.5)
hidden1 = Neuron(-1.0, -0.1, -0.2)
x = torch.tensor([0.3, 0.1])
z0, z1 = hidden0(x), hidden1(x)
print(z0, z1)

# %% [markdown]
# They are $0.69$ and $-0.51$, as on paper, and each has shape (1,). The `grad_fn` at the end is autograd's note of how
# to go back.

# %% [markdown]
# ### Exercise 1.2: ReLU, a maximum
#
# $\max(0, z)$ is a maximum of two numbers. For a tensor it is a maximum of two tensors, entry by entry: `Z` itself and
# zeros of the same shape. Do not take the largest entry of all, which is what `Z.max()` gives.
#
# **Your turn.** Write `relu(Z)`. `Z` has any shape, a single entry of shape () too, and any float dtype, also
# `torch.float16`, the small one with 16 bits. The answer has the same shape and dtype and is on the same device, and
# `Z` itself stays as it was. Build it from a maximum or from a comparison; the ready-made function of the same name is
# not allowed this once. For `Z = [[0.69, -0.51], [-1., 2.]]` it is `[[0.69, 0.], [0., 2.]]`, and an entry of 0 stays
# 0. The two hidden neurons need it next.

# %% solution="relu"
def relu(Z):
    """The larger one of 0 and z for each entry of Z: any shape, any float dtype; same shape and dtype back."""
    ### BEGIN SOLUTION
    return torch.maximum(Z, torch.zeros_like(Z))
    ### END SOLUTION

# %% check="relu" points=1
Z, A = torch.tensor([[0.69, -0.51], [-1.0, 2.0]]), torch.tensor([[0.69, 0.0], [0.0, 2.0]])
short = cases.example(
    Z=torch.tensor([-0.5, 0.0, 2.0], dtype=torch.float16), gives=torch.tensor([0.0, 0.0, 2.0], dtype=torch.float16)
)
alone = cases.example(Z=torch.tensor(-0.5, dtype=torch.float16), gives=torch.tensor(0.0, dtype=torch.float16))
check.function(relu, on=[cases.example(Z=Z, gives=A), short, alone], forbid=("relu",))
### BEGIN HIDDEN TESTS
check.function(relu, lambda Z: Z.clamp(min=0), on=cases.draw(seeds=8, seed0=100, Z="n h"), forbid=("relu",))
sheets = cases.draw(seeds=4, seed0=120, Z="n k h", dtype=torch.float32)
check.function(relu, lambda Z: Z.clamp(min=0), on=sheets)
check.function(relu, lambda Z: Z.clamp(min=0), on=cases.draw(seeds=4, seed0=140, Z="h"), forbid=("relu",))
for dtype in (torch.float16, torch.bfloat16):
    check.function(relu, lambda Z: Z.clamp(min=0), on=cases.draw(seeds=2, seed0=150, Z="n h", dtype=dtype))
with_zero = cases.example(Z=torch.tensor([[-3.0, 0.0, 0.25], [-0.1, -2.0, 7.0]]))
check.function(relu, lambda Z: Z.clamp(min=0), on=[with_zero])
### END HIDDEN TESTS

# %% wrong="relu" name="the mask alone"
# says: You return which entries are positive. The positive entries themselves should come through.
# next: Keep the entry where it is positive, and put 0 where it is not.
def relu(Z):
    return (Z > 0).to(Z.dtype)

# %% wrong="relu" name="the largest entry of all"
# says: You compare with the largest entry of the whole tensor. The maximum is to be taken for each entry alone.
# next: Take the maximum of two tensors of the same shape: Z, and zeros.
def relu(Z):
    return torch.zeros_like(Z) + Z.max()

# %% wrong="relu" name="the size of each entry"
# says: You turn negative numbers into positive ones. They should become 0.
# next: Ask which is larger, 0 or z.
def relu(Z):
    return Z.abs()

# %% wrong="relu" name="the input is changed"
# says: You write the zeros into Z itself, and whoever called you still needs it.
# next: Make a new tensor, with a maximum of two tensors.
def relu(Z):
    Z[Z < 0] = 0
    return Z

# %% wrong="relu" name="negative entries dropped"
# says: You pick out the positive entries, and the shape gets lost.
# next: Put a 0 in the place of a negative entry; do not leave the place out.
def relu(Z):
    return Z[Z > 0]

# %% wrong="relu" name="the ready-made function"
# says: You call PyTorch's own ReLU. Here you build it once yourself.
# next: Take the maximum of Z and a tensor of zeros.
def relu(Z):
    return torch.relu(Z)

# %% wrong="relu" name="float32 created inside"
# says: Something you create inside is float32 whatever Z is: torch.zeros or torch.tensor makes that when you give no
# dtype.
# next: Make the zeros from Z, with zeros_like, or pass dtype=Z.dtype.
def relu(Z):
    return torch.maximum(Z, torch.zeros(Z.shape, device=Z.device))

# %% wrong="relu" name="the negative part"
# says: You keep the negative entries and put 0 in place of the positive ones: the wrong side.
# next: Of 0 and z take the larger one.
def relu(Z):
    return torch.minimum(Z, torch.zeros_like(Z))

# %% wrong="relu" name="a single 0 of its own"
# says: Your 0 is a tensor of its own, float32. Beside a single entry of shape () it counts as much as Z, and the
# result becomes float32.
# next: Make the zeros from Z, with zeros_like, or pass dtype=Z.dtype.
def relu(Z):
    return torch.maximum(Z, torch.tensor(0.0, device=Z.device))

# %% wrong="relu" name="a single entry becomes a vector"
# says: A single entry, of shape (), comes back as a vector (1,): something on the way makes one of it, such as
# atleast_1d or reshape(-1).
# next: Leave the shape as it is; a maximum of two tensors takes any.
def relu(Z):
    return torch.maximum(torch.atleast_1d(Z), torch.zeros_like(torch.atleast_1d(Z)))

# %% wrong="relu" name="leaky"
# says: You let a little through on the left: that is a leaky ReLU. Here a negative entry becomes 0.
# next: Take the maximum with zeros.
def relu(Z):
    return torch.maximum(Z, 0.01 * Z)

# %% wrong="relu" name="leaky with 0.1"
# says: You let a little through on the left: that is a leaky ReLU. Here a negative entry becomes 0.
# next: Take the maximum with zeros.
def relu(Z):
    return torch.maximum(Z, 0.1 * Z)

# %% wrong="relu" name="cut off at 1"
# says: You cut the entries off at 1. A positive number goes through as it is, however large.
# next: Bound them from below only.
def relu(Z):
    return Z.clamp(0, 1)

# %% wrong="relu" name="mirrored"
# says: You take the maximum of 0 and -Z, so negative entries come through, made positive.
# next: Take the maximum with Z itself.
def relu(Z):
    return torch.maximum(-Z, torch.zeros_like(Z))

# %% right="relu" name="where"
def relu(Z):
    return torch.where(Z > 0, Z, torch.zeros_like(Z))

# %% right="relu" name="times the mask"
def relu(Z):
    return Z * (Z > 0)

# %% right="relu" name="half of the sum"
def relu(Z):
    return (Z + abs(Z)) / 2

# %% [markdown]
# ### 1.3 Joining, counted from the end
#
# The output neuron wants one row with two numbers for each example: $a_0$ and $a_1$ side by side. What we have is two
# separate tensors with one number each. So they must be joined, along the dimension that holds *what is known about
# one example*.
#
# Which dimension is that? For one example of shape (1,) it is dimension 0. For n examples of shape (n, 1) it is
# dimension 1. For n sheets of k examples, shape (n, k, 1), it is dimension 2. The number changes. But counted from the
# **end** it is always the same: the last one, `-1`. That is how PyTorch's own layers count, and it is why they take
# any number of dimensions in front. Say the shapes before you run this; `stack` from week 1 is here for comparison.

# %%
A0 = torch.tensor([[0.1], [0.2], [0.3]])  # three examples, one number each
A1 = torch.tensor([[0.4], [0.5], [0.6]])
print("cat, dim=0:   ", torch.cat([A0, A1], dim=0).shape)
print("cat, dim=-1:  ", torch.cat([A0, A1], dim=-1).shape)
print("stack, dim=-1:", torch.stack([A0, A1], dim=-1).shape)

# %% [markdown]
# Along dimension 0 you get six examples with one number each, which is wrong: there are only three. Along `-1` you get
# three examples with two numbers each. `stack` makes a new dimension, and nobody asked for one.
#
# ### Exercise 1.3: join two neurons
#
# **Your turn.** Write `join(A0, A1)`. Both have shape (\*, 1), where \* stands for any leading dimensions, also none;
# the result has shape (\*, 2) and the dtype of the two, with `A0`'s number first. For `A0 = [0.69]` and `A1 = [0.]` it
# is `[0.69, 0.]`; for three examples, (3, 1) and (3, 1) become (3, 2), and for a table with one row, (1, 1) and (1, 1)
# become (1, 2).

# %% solution="join"
def join(A0, A1):
    """Put the outputs of two neurons side by side: (*, 1) and (*, 1) -> (*, 2), any leading dimensions."""
    ### BEGIN SOLUTION
    return torch.cat([A0, A1], dim=-1)
    ### END SOLUTION

# %% check="join" points=2
one = cases.example(A0=torch.tensor([0.69]), A1=torch.tensor([0.0]), gives=torch.tensor([0.69, 0.0]))
three = cases.example(
    A0=torch.tensor([[1.0], [2.0], [3.0]]),
    A1=torch.tensor([[4.0], [5.0], [6.0]]),
    gives=torch.tensor([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]),
)
seven, eight = torch.tensor([[7.0]]).double(), torch.tensor([[8.0]]).double()
row = cases.example(A0=seven, A1=eight, gives=torch.tensor([[7.0, 8.0]]).double())
check.function(join, on=[one, three, row])
### BEGIN HIDDEN TESTS
def side_by_side(A0, A1):
    return torch.cat([A0, A1], dim=-1)


check.function(join, side_by_side, on=cases.draw(seeds=3, seed0=100, A0="1", A1="1"))
check.function(join, side_by_side, on=cases.draw(seeds=3, seed0=110, A0="n 1", A1="n 1"))
check.function(join, side_by_side, on=cases.draw(seeds=3, seed0=120, A0="n k 1", A1="n k 1"))
check.function(join, side_by_side, on=cases.draw(seeds=3, seed0=130, A0="n k m 1", A1="n k m 1"))
### END HIDDEN TESTS

# %% wrong="join" name="along the first dimension"
# says: You join along dimension 0, so three examples become six. The examples should stay as many as they were.
# next: Join along the last dimension, counted from the end.
def join(A0, A1):
    return torch.cat([A0, A1], dim=0)

# %% wrong="join" name="dimension 1"
# says: Dimension 1 is the last one only for a table. A single example has none, a stack of tables has more.
# next: Count from the end: -1.
def join(A0, A1):
    return torch.cat([A0, A1], dim=1)

# %% wrong="join" name="a new dimension"
# says: `stack` makes a new dimension, so your result has one dimension too many.
# next: Make the last dimension longer instead, with `cat`.
def join(A0, A1):
    return torch.stack([A0, A1], dim=-1)

# %% wrong="join" name="the other order"
# says: The numbers of A1 stand first. The output neuron's first weight belongs to A0.
# next: Swap the two in the list.
def join(A0, A1):
    return torch.cat([A1, A0], dim=-1)

# %% wrong="join" name="only for a table"
# says: You flatten the tensors into one table, so the dimensions in front are lost: a stack becomes one long table, or
# a single example a table with one row.
# next: Leave the shape as it is; `cat` with dim=-1 takes any number of dimensions.
def join(A0, A1):
    return torch.cat([A0.reshape(-1, 1), A1.reshape(-1, 1)], dim=1)

# %% wrong="join" name="squeezed"
# says: squeeze() without a number takes away every dimension of size 1, the leading ones too: (1, 1) and (1, 1)
# should become (1, 2).
# next: Do not squeeze. Join along a dimension that is there already.
def join(A0, A1):
    return torch.stack([A0, A1], dim=-1).squeeze()

# %% wrong="join" name="stacked in front and reshaped"
# says: You stack the two tensors in front and reshape. A reshape keeps the order of the numbers: all of A0 come
# first, so numbers of different examples stand in one row.
# next: Join along the last dimension, then there is nothing to reshape.
def join(A0, A1):
    return torch.stack([A0, A1]).reshape(*A0.shape[:-1], 2)

# %% wrong="join" name="stacked in front"
# says: `stack` makes a new dimension, and yours stands in front. The two numbers of an example belong side by side in
# the last dimension.
# next: Make the last dimension longer instead, with `cat`.
def join(A0, A1):
    return torch.stack([A0, A1])

# %% wrong="join" name="one of the two twice"
# says: A0 stands in both places; A1 does not enter.
# next: Look at the list that you join.
def join(A0, A1):
    return torch.cat([A0, A0], dim=-1)

# %% wrong="join" name="added"
# says: You add the two numbers of each example. They should stand side by side.
# next: Join them with `cat`, along the last dimension.
def join(A0, A1):
    return A0 + A1

# %% wrong="join" name="flattened but for a vector"
# says: You flatten the tensors into one table, so the dimensions in front are lost: a stack becomes one long table, or
# a single example a table with one row.
# next: Leave the shape as it is; `cat` with dim=-1 takes any number of dimensions.
def join(A0, A1):
    if A0.dim() == 1:
        return torch.cat([A0, A1])
    return torch.stack([A0.flatten(), A1.flatten()], dim=1)

# %% wrong="join" name="one row in all"
# says: You join everything into one vector. Each example should keep its own row of two numbers.
# next: Join along the last dimension, and leave the others as they are.
def join(A0, A1):
    return torch.cat([A0.flatten(), A1.flatten()])

# %% wrong="join" name="float32 created inside"
# says: Your result is float32: something you create inside, with torch.zeros or torch.tensor, has no dtype and takes
# float32.
# next: Pass the dtype of the input on, with dtype= or zeros_like.
def join(A0, A1):
    return torch.cat([A0, A1], dim=-1).float()

# %% right="join" name="stacked and squeezed"
def join(A0, A1):
    return torch.stack([A0[..., 0], A1[..., 0]], dim=-1)

# %% right="join" name="written into a new tensor"
def join(A0, A1):
    A = A0.new_empty(*A0.shape[:-1], 2)
    A[..., :1], A[..., 1:] = A0, A1
    return A

# %% [markdown]
# Now the network is complete. The next cell uses your two functions and the output neuron.

# %%
output = Neuron(-0.5, -0.4, -0.2)
a = join(relu(z0), relu(z1))
print(a.shape, output(a))

# %% [markdown]
# $-0.545$, as on paper.

# %% [markdown]
# ## 2. The module
#
# ### 2.1 Modules inside a module
#
# Three loose neurons and two functions are awkward to carry around. Put them into one object. A `torch.nn.Module` may
# hold other modules: whatever you assign to `self` in `__init__` becomes a part of it, and all parameters of the parts
# become its own. Here is a small module of that kind, two neurons whose outputs are multiplied.

# %%
class Product(torch.nn.Module):
    """The product of two neurons' outputs: X (*, 2) -> (*, 1)."""

    def __init__(self):
        super().__init__()  # always first
        self.left = Neuron(1.0, 0.0, 0.0)
        self.right = Neuron(0.0, 1.0, 2.0)

    def forward(self, X):
        return self.left(X) * self.right(X)


product = Product()
print(product(torch.tensor([3.0, 4.0])).item(), [name for name, _ in product.named_parameters()])

# %% [markdown]
# Two things to see. You call the object, `product(x)`, and PyTorch calls its `forward`. And the parameters of the two
# parts are listed under names that tell where they live. That list is what training walks through.
#
# ### Exercise 2.1: `TwoLayerNN`
#
# **Your turn.** Complete the class `TwoLayerNN`. In `__init__`, after `super().__init__()`, make three neurons with the
# numbers of section 1: `self.hidden0`, `self.hidden1` and `self.output`. In `forward`, let the two hidden neurons look
# at `X`, apply `relu` to each, `join` the results and pass them to the output neuron. `X` is (\*, 2), the result is
# (\*, 1), for any leading dimensions, of size 1 too. Go through `self` to the neurons themselves: training will change
# their numbers, and the result must follow.
#
# For `X = [0.3, 0.1]` the result is `[-0.545]`; for `X = [[0.3, 0.1], [-1.0, 0.5]]` it is `[[-0.545], [-0.5]]`, and for
# `X = [[[-2.0, -1.0]]]` it is `[[[-0.96]]]`. You meet this network again: next week you differentiate it by hand, the
# week after you make it wider.

# %% solution="two_layer_nn"
class TwoLayerNN(torch.nn.Module):
    """Two hidden ReLU neurons and an output neuron: X (*, 2) -> (*, 1). Parts: hidden0, hidden1, output."""

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)
        ### END SOLUTION

    def forward(self, X):
        ### BEGIN SOLUTION
        A0 = relu(self.hidden0(X))
        A1 = relu(self.hidden1(X))
        return self.output(join(A0, A1))
        ### END SOLUTION

# %% check="two_layer_nn" points=2
neurons = ("hidden0", "hidden1", "output")
one = cases.example(X=torch.tensor([0.3, 0.1]))
two = cases.example(X=torch.tensor([[0.3, 0.1], [-1.0, 0.5]]))
sheet = cases.example(X=torch.tensor([[[-2.0, -1.0]]]))
by_dimensions = {1: [-0.545], 2: [[-0.545], [-0.5]], 3: [[[-0.96]]]}
check.module(
    TwoLayerNN,
    on=[one, two, sheet],
    reference=lambda weights, X: X.new_tensor(by_dimensions[X.dim()]),
    parameters={f"{neuron}.{key}": size for neuron in neurons for key, size in (("W", (1, 2)), ("b", (1,)))},
)
### BEGIN HIDDEN TESTS
def by_matrices(weights, X):
    W1, b1 = X.new_tensor([[0.8, -0.5], [-1.0, -0.1]]), X.new_tensor([0.5, -0.2])
    return (X @ W1.T + b1).clamp(min=0) @ X.new_tensor([[-0.5], [-0.4]]) - 0.2


def by_its_weights(weights, X):
    A = [(X @ weights[f"{neuron}.W"].T + weights[f"{neuron}.b"]).clamp(min=0) for neuron in neurons[:2]]
    return torch.cat(A, dim=-1) @ weights["output.W"].T + weights["output.b"]


some = cases.draw(seeds=6, seed0=100, X="2", dtype=torch.float32)
many = cases.draw(seeds=4, seed0=120, X="n 2", dtype=torch.float32)
sheets = cases.draw(seeds=4, seed0=140, X="n k 2", dtype=torch.float32)
stacks = cases.draw(seeds=2, seed0=160, X="n k m 2", dtype=torch.float32)
check.module(TwoLayerNN, on=some + many + sheets + stacks, reference=by_matrices)
check.module(TwoLayerNN, on=stacks + sheets, reference=by_its_weights)
### END HIDDEN TESTS

# %% wrong="two_layer_nn" name="no ReLU"
# says: Your hidden neurons pass on negative numbers too: the ReLU between the layers is missing.
# next: Apply `relu` to the output of each hidden neuron before you join them.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        return self.output(join(self.hidden0(X), self.hidden1(X)))

# %% wrong="two_layer_nn" name="one hidden neuron twice"
# says: Both hidden outputs come from the same neuron. The second one never speaks.
# next: Let `self.hidden1` look at X as well.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        A0 = relu(self.hidden0(X))
        A1 = relu(self.hidden0(X))
        return self.output(join(A0, A1))

# %% wrong="two_layer_nn" name="ReLU at the output too"
# says: You apply ReLU to the output as well, so the network can never say anything negative.
# next: Return what the output neuron gives, as it is.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        return relu(self.output(join(relu(self.hidden0(X)), relu(self.hidden1(X)))))

# %% wrong="two_layer_nn" name="joined along dimension 1"
# says: It works for a table of examples, and for nothing else: you join along dimension 1.
# next: Join along the last dimension, as your function `join` does.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        return self.output(torch.cat([relu(self.hidden0(X)), relu(self.hidden1(X))], dim=1))

# %% wrong="two_layer_nn" name="the layers one after the other"
# says: The second hidden neuron looks at the first one's result. Both should look at the input.
# next: Pass X to each of the two hidden neurons.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        A0 = relu(self.hidden0(X))
        A1 = relu(self.hidden1(join(A0, A0)))
        return self.output(join(A0, A1))

# %% wrong="two_layer_nn" name="a bias with the wrong sign"
# says: The numbers are not those of the drawing. Every bias but the first is negative.
# next: Compare the nine numbers with the picture, one by one.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, 0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        return self.output(join(relu(self.hidden0(X)), relu(self.hidden1(X))))

# %% wrong="two_layer_nn" name="a dimension for each number of dimensions"
# says: It works for a point and for a table, and not for further dimensions in front: you join along dimension 0 or
# 1, counted from the front.
# next: Join along the last dimension, as your function `join` does.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        dim = 0 if X.dim() == 1 else 1
        return self.output(torch.cat([relu(self.hidden0(X)), relu(self.hidden1(X))], dim=dim))

# %% wrong="two_layer_nn" name="columns read as neurons"
# says: You gave each hidden neuron a column of W1. A neuron's weights stand in a row.
# next: hidden0 has the weights 0.8 and -0.5.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -1.0, 0.5), Neuron(-0.5, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        return self.output(join(relu(self.hidden0(X)), relu(self.hidden1(X))))

# %% wrong="two_layer_nn" name="joined in the other order"
# says: hidden1's number stands first. The output neuron's first weight belongs to hidden0.
# next: Swap the two where you join them.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        return self.output(join(relu(self.hidden1(X)), relu(self.hidden0(X))))

# %% wrong="two_layer_nn" name="ReLU on one neuron only"
# says: Only hidden0 has its ReLU. hidden1 still passes on negative numbers.
# next: Apply `relu` to the output of each hidden neuron.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        return self.output(join(relu(self.hidden0(X)), self.hidden1(X)))

# %% wrong="two_layer_nn" name="added instead of joined"
# says: You add the two hidden numbers. The output neuron wants two numbers side by side, one for each of its weights.
# next: Put them side by side with `join`.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        return self.output(relu(self.hidden0(X)) + relu(self.hidden1(X)))

# %% wrong="two_layer_nn" name="ReLU of the input"
# says: You apply ReLU to X. It belongs between the layers, on what the hidden neurons add up.
# next: Pass X on as it is, and apply `relu` to each hidden result.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        X = relu(X)
        return self.output(join(self.hidden0(X), self.hidden1(X)))

# %% wrong="two_layer_nn" name="only the first sheet"
# says: Of an X with three or more dimensions you use X[0] alone. The other sheets are lost.
# next: Pass X on as it is: the neurons and `join` take any number of dimensions in front.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        if X.dim() > 2:
            return self.forward(X[0]).unsqueeze(0)
        return self.output(join(relu(self.hidden0(X)), relu(self.hidden1(X))))

# %% wrong="two_layer_nn" name="flattened to a table"
# says: You make a table of X, so the dimensions in front are lost, or a point becomes a row.
# next: Pass X on as it is: the neurons and `join` take any number of dimensions in front.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        X = X.reshape(-1, 2)
        return self.output(join(relu(self.hidden0(X)), relu(self.hidden1(X))))

# %% wrong="two_layer_nn" name="flattened where there are sheets"
# says: You make one long table of X where it has more than two dimensions. The dimensions in front should stay.
# next: Pass X on as it is: the neurons and `join` take any number of dimensions in front.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        if X.dim() > 2:
            X = X.reshape(-1, 2)
        return self.output(join(relu(self.hidden0(X)), relu(self.hidden1(X))))

# %% wrong="two_layer_nn" name="a point made a row"
# says: You make a table of a single point, so its result is (1, 1). It should be (1,).
# next: Pass X on as it is: the neurons and `join` take a vector, too.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        X = torch.atleast_2d(X)
        return self.output(join(relu(self.hidden0(X)), relu(self.hidden1(X))))

# %% wrong="two_layer_nn" name="tanh in place of ReLU"
# says: Between your layers stands tanh. This network has ReLU there.
# next: Apply `relu` to the output of each hidden neuron.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        return self.output(join(torch.tanh(self.hidden0(X)), torch.tanh(self.hidden1(X))))

# %% wrong="two_layer_nn" name="output bias with the wrong sign"
# says: The numbers are not those of the drawing: the bias of the output neuron is -0.2.
# next: Compare the nine numbers with the picture, one by one.
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0, self.hidden1 = Neuron(0.8, -0.5, 0.5), Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, 0.2)

    def forward(self, X):
        return self.output(join(relu(self.hidden0(X)), relu(self.hidden1(X))))

# %% right="two_layer_nn" name="ReLU after joining"
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.output = Neuron(-0.5, -0.4, -0.2)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.hidden0 = Neuron(0.8, -0.5, 0.5)

    def forward(self, X):
        return self.output(join(self.hidden0(X), self.hidden1(X)).clamp(min=0))

# %% right="two_layer_nn" name="with a loop over the hidden neurons"
class TwoLayerNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden0 = Neuron(0.8, -0.5, 0.5)
        self.hidden1 = Neuron(-1.0, -0.1, -0.2)
        self.output = Neuron(-0.5, -0.4, -0.2)

    def forward(self, X):
        hidden = [torch.relu(neuron(X)) for neuron in (self.hidden0, self.hidden1)]
        return self.output(torch.cat(hidden, dim=-1))

# %% [markdown]
# ### 2.2 One example, a minibatch, a whole plane
#
# Because you joined along the last dimension, one and the same object takes one example, a minibatch, and anything
# with further dimensions in front. Before you run the cell: what are the three shapes?

# %%
model = TwoLayerNN()
x = torch.tensor([0.3, 0.1])
X = torch.stack([x, x + 1, x - 1])
for each in (x, X, X.reshape(1, 3, 2)):
    print(tuple(each.shape), "->", tuple(model(each).shape))

# %% [markdown]
# Only the last number changes, from 2 to 1. Everything in front passes through.
#
# Here is a use for it. To see what a network does you can ask it for its output *everywhere* in a square: lay a grid
# of points over the square, and hand the whole grid to the network. The grid is a tensor of shape (m, m, 2): rows,
# columns, and the two coordinates of the point that sits there.
#
# ### Exercise 2.2: a grid of points
#
# **Your turn.** Write `grid(low, high, m)`, where m is at least 2. It returns a float64 tensor of shape (m, m, 2).
# Along each direction the m values are evenly spaced from `low` to `high`, both included (`torch.linspace` makes them).
# The entry in row i and column j is the point $(x_0, x_1)$ where $x_0$ is value number j and $x_1$ is value number i:
# going right changes $x_0$, going down changes $x_1$.
#
# For `grid(0, 1, 3)`, row 0 is `[[0., 0.], [0.5, 0.], [1., 0.]]` and row 2 is `[[0., 1.], [0.5, 1.], [1., 1.]]`. You
# need a table of all the $x_0$ and a table of all the $x_1$ (`expand`, `repeat` or `torch.meshgrid` make them), and a
# *new* last dimension.

# %% solution="grid"
def grid(low, high, m):
    """Points over a square: (m, m, 2), float64; entry [i, j] is (x0, x1): x0 is value j, x1 is value i."""
    ### BEGIN SOLUTION
    values = torch.linspace(low, high, m, dtype=torch.float64)
    x0 = values.expand(m, m)
    x1 = values[:, None].expand(m, m)
    return torch.stack([x0, x1], dim=-1)
    ### END SOLUTION

# %% check="grid" points=2
small = torch.tensor([
    [[0, 0], [0.5, 0], [1, 0]], [[0, 0.5], [0.5, 0.5], [1, 0.5]], [[0, 1], [0.5, 1], [1, 1]]
], dtype=torch.float64)
check.function(grid, on=[cases.example(low=0.0, high=1.0, m=3, gives=small)])
### BEGIN HIDDEN TESTS
def one_by_one(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64).tolist()
    return torch.tensor([[[x0, x1] for x0 in values] for x1 in values], dtype=torch.float64)


squares = [(-0.5, 1.5, 5), (2.0, 3.0, 2), (-1.0, 4.0, 7), (0.25, 0.5, 4), (-3.0, -2.0, 9)]
drawn = cases.draw(seeds=4, seed0=100, low="", side="", positive=("side",))
squares += [(c["low"].item(), (c["low"] + c["side"]).item(), m) for c, m in zip(drawn, (3, 4, 6, 8))]
check.function(grid, one_by_one, on=[cases.example(low=low, high=high, m=m) for low, high, m in squares])
### END HIDDEN TESTS

# %% wrong="grid" name="rows and columns swapped"
# says: In your grid going right changes x1. Going right should change x0.
# next: Let x0 change along the columns (dimension 1) and x1 along the rows (dimension 0).
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="ij"), dim=-1)

# %% wrong="grid" name="coordinates in front"
# says: Your shape is (2, m, m). The two coordinates of a point belong in the last dimension.
# next: Stack along dimension -1.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=0)

# %% wrong="grid" name="the last value left out"
# says: Your values stop before `high`. It should be included.
# next: Use `torch.linspace`, which includes both ends.
def grid(low, high, m):
    values = low + (high - low) / m * torch.arange(m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="float32"
# says: Your grid is float32. It should be float64.
# next: Tell `torch.linspace` the dtype.
def grid(low, high, m):
    values = torch.linspace(low, high, m)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="always from 0 to 1"
# says: Your grid lies over the square from 0 to 1, whatever is asked for.
# next: Use `low` and `high`.
def grid(low, high, m):
    values = torch.linspace(0, 1, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="stacked in front and reshaped"
# says: You stack the two tables in front and reshape. A reshape keeps the order of the numbers, so two values of x₀
# make a point.
# next: Stack along dimension -1; then there is nothing to reshape.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy")).reshape(m, m, 2)

# %% wrong="grid" name="the length taken for high"
# says: Your values run from `low` to `low + high`. They should end at `high`.
# next: How long is the way from `low` to `high`?
def grid(low, high, m):
    values = low + high * torch.linspace(0, 1, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="a rounded step past the end"
# says: You count in steps up to the end. A step is rounded, so for some m there is one value too many.
# next: Let `torch.linspace` count for you: it takes the number of values.
def grid(low, high, m):
    step = (high - low) / (m - 1)
    values = torch.arange(low, high + step, step, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="one value too few"
# says: Your values stop one step before `high`, so there are m - 1 of them. `arange` leaves its end out.
# next: Use `torch.linspace`, which includes both ends.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)[:-1]
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="upside down"
# says: In your grid going down makes x₁ smaller. Row 0 should hold `low`.
# next: Do not flip the rows.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values.flip(0), indexing="xy"), dim=-1)

# %% wrong="grid" name="a list of points"
# says: Your points are right, but they stand in one long list. Rows and columns are asked for, (m, m, 2).
# next: Keep the two tables (m, m), and stack them along a new last dimension.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1).reshape(-1, 2)

# %% wrong="grid" name="joined instead of stacked"
# says: Your shape is (m, 2m): the two tables stand side by side. A point needs a last dimension of its own.
# next: Use `stack`, which makes a new dimension.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.cat(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="float32 first"
# says: Your values are float64 and have the digits of float32: they were made in float32 and converted afterwards.
# next: Give `torch.linspace` the dtype, so that nothing is rounded on the way.
def grid(low, high, m):
    values = torch.linspace(low, high, m).double()
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="rounded to two decimals"
# says: Your values are rounded to two decimals, so that they are no longer evenly spaced.
# next: Return the numbers as they are.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64).round(decimals=2)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="rounded to one decimal"
# says: Your values are rounded to one decimal, so that they are no longer evenly spaced.
# next: Return the numbers as they are.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64).round(decimals=1)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="rounded to three decimals"
# says: Your values are rounded to three decimals, so that they are no longer evenly spaced.
# next: Return the numbers as they are.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64).round(decimals=3)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="rounded to four decimals"
# says: Your values are rounded to four decimals, so that they are no longer evenly spaced.
# next: Return the numbers as they are.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64).round(decimals=4)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="low not added"
# says: Your values run from 0 to `high - low`. They should begin at `low`.
# next: Add `low` to each of them.
def grid(low, high, m):
    values = (high - low) * torch.linspace(0, 1, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="from the end to the beginning"
# says: Your values run from `high` down to `low`: `low` comes first.
# next: Swap the two ends.
def grid(low, high, m):
    values = torch.linspace(high, low, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="m steps"
# says: You make m steps, and so m + 1 values in each direction. There should be m values.
# next: m values have m - 1 gaps between them.
def grid(low, high, m):
    values = torch.linspace(low, high, m + 1, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="steps of 1"
# says: Your values go up in steps of 1. The m values should be spread evenly from `low` to `high`.
# next: Use `torch.linspace`, which works the step out.
def grid(low, high, m):
    values = low + torch.arange(m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="middles of m pieces"
# says: Your points are the middles of m pieces. Both ends, `low` and `high`, should be values themselves.
# next: Use `torch.linspace`, which includes both ends.
def grid(low, high, m):
    values = low + (torch.arange(m, dtype=torch.float64) + 0.5) * (high - low) / m
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="first value left out"
# says: Your values begin one step after `low`. It should be included.
# next: Use `torch.linspace`, which includes both ends.
def grid(low, high, m):
    values = low + (torch.arange(m, dtype=torch.float64) + 1) * (high - low) / m
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="step cut to a whole number"
# says: Your step is a whole number: `//` cuts off what comes after the point.
# next: Divide with `/`, or let `torch.linspace` work the step out.
def grid(low, high, m):
    values = low + torch.arange(m, dtype=torch.float64) * ((high - low) // (m - 1))
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% wrong="grid" name="x₀ twice"
# says: Both coordinates of your points are x₀. The second one should change downwards.
# next: Look at the two tables that you stack.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    x0, x1 = torch.meshgrid(values, values, indexing="xy")
    return torch.stack([x0, x0], dim=-1)

# %% wrong="grid" name="x₁ twice"
# says: Both coordinates of your points are x₁. The first one should change to the right.
# next: Look at the two tables that you stack.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    x0, x1 = torch.meshgrid(values, values, indexing="xy")
    return torch.stack([x1, x1], dim=-1)

# %% wrong="grid" name="right to left"
# says: In your grid going right makes x₀ smaller. Column 0 should hold `low`.
# next: Do not flip the columns.
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    x0, x1 = torch.meshgrid(values, values, indexing="xy")
    return torch.stack([x0.flip(1), x1], dim=-1)

# %% right="grid" name="meshgrid"
def grid(low, high, m):
    values = torch.linspace(low, high, m, dtype=torch.float64)
    return torch.stack(torch.meshgrid(values, values, indexing="xy"), dim=-1)

# %% right="grid" name="two loops"
def grid(low, high, m):
    points = torch.zeros(m, m, 2, dtype=torch.float64)
    values = torch.linspace(low, high, m, dtype=torch.float64)
    for i in range(m):
        for j in range(m):
            points[i, j, 0], points[i, j, 1] = values[j], values[i]
    return points

# %% [markdown]
# Now the network looks at a square of 5 by 5 points. (`.float()` because the network's parameters are float32.)

# %%
model = TwoLayerNN()
with torch.no_grad():
    plane = model(grid(-0.5, 1.5, 5).float())
print(plane.shape)
print(plane[..., 0])

# %% [markdown]
# Read the last row, along $x_1 = 1.5$: the output rises from $-0.26$ to $-0.2$ and then falls to $-0.675$. It has
# turned around, which no single neuron can do. A picture of this kind, with far more points and colours in place of
# numbers, is called a **response surface**. You will see many of them below; they are made exactly like this.

# %% [markdown]
# ### 2.3 Two neurons are one matrix
#
# Look at the two hidden neurons again. Both take the same `X` and multiply it by two weights. Put the weights of the
# first into row 0 of a matrix and those of the second into row 1, and a single product does the work of both:
#
# $$Z = X W_1^\top + b_1, \qquad A = \max(0, Z), \qquad \hat Y = A W_2^\top + b_2.$$
#
# `W1` has shape (h, d): h hidden neurons, d inputs. `b1` is (h,), `W2` is (q, h) for q outputs, `b2` is (q,). Joining
# has become superfluous, because the product lays the neurons' outputs side by side by itself. That is what a **layer**
# is: neurons that look at the same input, written as one matrix.

# %%
plot.tensor_shape(
    (4, 2), (2, 3), (4, 3),
    labels=("X", "W1.T", "Z"),
    alt="Three grids of cells: X with 4 rows and 2 columns, W1.T with 2 rows and 3 columns, Z with 4 rows "
    "and 3 columns.",
    caption="Three hidden neurons look at four examples with two inputs: each column of Z is one neuron.",
)

# %% [markdown]
# Each column of `W1.T` holds the weights of one neuron, and the same column of `Z` holds its pre-activations, one for
# each example.
#
# In section 5 you will want to exchange the activation function. So it gets a name, and a dictionary knows what the
# name means:

# %% given="activations"
activations = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}

# %%
activations["relu"](torch.tensor([0.69, -0.51]))

# %% [markdown]
# ### Exercise 2.3: the network as two products
#
# **Your turn.** Write `two_layers(X, W1, b1, W2, b2, activation="relu")`. `X` is (\*, d), `W1` (h, d), `b1` (h,), `W2`
# (q, h), `b2` (q,); the result is (\*, q), also for a single example (d,) and where n, d, h or q is 1. `activation` is
# one of the names in `activations`. With the numbers of section 1 and `X = [[0.3, 0.1], [-1.0, 0.5]]` the result is
# `[[-0.545], [-0.5]]`, as before; with `activation="tanh"` it is `[[-0.3110], [-0.2038]]` to four decimals.

# %% solution="two_layers"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    """A two-layer network: X (*, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> (*, q); activation: a name."""
    ### BEGIN SOLUTION
    A = activations[activation](X @ W1.T + b1)
    return A @ W2.T + b2
    ### END SOLUTION

# %% check="two_layers" points=2
numbers = dict(
    X=torch.tensor([[0.3, 0.1], [-1.0, 0.5]], dtype=torch.float64),
    W1=torch.tensor([[0.8, -0.5], [-1.0, -0.1]], dtype=torch.float64),
    b1=torch.tensor([0.5, -0.2], dtype=torch.float64),
    W2=torch.tensor([[-0.5, -0.4]], dtype=torch.float64),
    b2=torch.tensor([-0.2], dtype=torch.float64),
)
gives = torch.tensor([[-0.545], [-0.5]], dtype=torch.float64)
with_name = cases.example(**numbers, activation="relu", gives=gives)
gives_tanh = torch.tensor([[-0.3110], [-0.2038]], dtype=torch.float64)
with_tanh = cases.example(**numbers, activation="tanh", gives=gives_tanh)
check.function(two_layers, on=[cases.example(**numbers, gives=gives), with_name, with_tanh], rtol=1e-3)
### BEGIN HIDDEN TESTS
def one_neuron_at_a_time(X, W1, b1, W2, b2, activation="relu"):
    columns = [(X * W1[j]).sum(-1) + b1[j] for j in range(len(b1))]
    Z = torch.stack(columns, dim=-1)
    A = {"relu": Z.clamp(min=0), "tanh": torch.tanh(Z), "sigmoid": torch.sigmoid(Z)}[activation]
    return torch.stack([(A * W2[k]).sum(-1) + b2[k] for k in range(len(b2))], dim=-1)


sizes = dict(W1="h d", b1="h", W2="q h", b2="q")
for number, name in enumerate(("relu", "tanh", "sigmoid")):
    drawn = cases.draw(seeds=6, seed0=100 + 20 * number, X="n d", **sizes)
    on = [cases.Case({**case.inputs, "activation": name}, case.sizes) for case in drawn]
    check.function(two_layers, one_neuron_at_a_time, on=on)
check.function(two_layers, one_neuron_at_a_time, on=cases.draw(seeds=4, seed0=200, X="d", **sizes))
check.function(two_layers, one_neuron_at_a_time, on=cases.draw(seeds=4, seed0=220, X="n k d", **sizes))
### END HIDDEN TESTS

# %% wrong="two_layers" name="first bias left out"
# says: The hidden layer's bias never enters.
# next: Add b1 before you apply the activation.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return activations[activation](X @ W1.T) @ W2.T + b2

# %% wrong="two_layers" name="always ReLU"
# says: You apply ReLU where another activation is asked for.
# next: Look the function up in `activations`, under the name you are given.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return torch.relu(X @ W1.T + b1) @ W2.T + b2

# %% wrong="two_layers" name="activation before the bias"
# says: You add the bias after the activation. A neuron adds up everything first, its bias too.
# next: Put `+ b1` inside the brackets of the activation.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return (activations[activation](X @ W1.T) + b1) @ W2.T + b2

# %% wrong="two_layers" name="activation at the output too"
# says: The activation stands after the output layer as well. The output neurons have none.
# next: Return the second sum as it is.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    f = activations[activation]
    return f(f(X @ W1.T + b1) @ W2.T + b2)

# %% wrong="two_layers" name="transpose forgotten"
# says: You multiply by W1, not by its transpose. With two inputs and two neurons that fits by accident and is wrong.
# next: A row of W1 is a neuron; X @ W1.T puts the neurons into columns.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return activations[activation](X @ W1 + b1) @ W2.T + b2

# %% wrong="two_layers" name="no activation"
# says: There is no activation between the layers.
# next: Apply `activations[activation]` to the first layer's sum.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return (X @ W1.T + b1) @ W2.T + b2

# %% wrong="two_layers" name="tanh for everything else"
# says: You apply tanh where another activation is asked for.
# next: Look the function up in `activations`, under the name you are given.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    f = torch.relu if activation == "relu" else torch.tanh
    return f(X @ W1.T + b1) @ W2.T + b2

# %% wrong="two_layers" name="one output only"
# says: Every output gets the weights of the first one: you use the first row of W2 alone. There are q outputs.
# next: Use all of W2 in one product.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](X @ W1.T + b1)
    return A @ W2[:1].T + b2

# %% wrong="two_layers" name="W2 reshaped"
# says: You reshape W2 where its transpose is needed. With one output both are the same; with more, reshape mixes the
# neurons up.
# next: Swap rows and columns with .T.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](X @ W1.T + b1)
    return A @ W2.reshape(W2.shape[::-1]) + b2

# %% wrong="two_layers" name="second bias left out"
# says: The output layer's bias never enters.
# next: Add b2 at the end.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return activations[activation](X @ W1.T + b1) @ W2.T

# %% wrong="two_layers" name="activation at the output only"
# says: The activation stands after the output layer. It belongs between the layers.
# next: Apply it to the first sum, and return the second sum as it is.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return activations[activation]((X @ W1.T + b1) @ W2.T + b2)

# %% wrong="two_layers" name="biases swapped"
# says: The two layers have each other's bias.
# next: b1 belongs to W1, b2 to W2.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return activations[activation](X @ W1.T + b2) @ W2.T + b1

# %% wrong="two_layers" name="examples as columns"
# says: You take the examples for columns: `b1[:, None]` beside `W1 @ X.T` fits a table, and neither a single example
# nor more dimensions in front.
# next: Leave the examples in rows: multiply X by W1.T and add b1 as it is.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](W1 @ X.T + b1[:, None])
    return (W2 @ A + b2[:, None]).T

# %% wrong="two_layers" name="a single example made a row"
# says: You make a table of X, so a single example comes back as a row, (1, q). It should be (q,).
# next: Pass X on as it is: a product takes any number of dimensions in front.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](torch.atleast_2d(X) @ W1.T + b1)
    return A @ W2.T + b2

# %% wrong="two_layers" name="flattened to a table"
# says: You make a table of X, so a single example comes back as a row, (1, q). It should be (q,).
# next: Pass X on as it is: a product takes any number of dimensions in front.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](X.reshape(-1, X.shape[-1]) @ W1.T + b1)
    return A @ W2.T + b2

# %% wrong="two_layers" name="flattened where there are sheets"
# says: You make one long table of X where it has more than two dimensions. The dimensions in front should stay.
# next: Pass X on as it is: a product takes any number of dimensions in front.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    X = X.reshape(-1, X.shape[-1]) if X.dim() > 2 else X
    A = activations[activation](X @ W1.T + b1)
    return A @ W2.T + b2

# %% wrong="two_layers" name="only the first sheet"
# says: Of an X with three dimensions you use X[0] alone. The other sheets are lost.
# next: Pass X on as it is: a product takes any number of dimensions in front.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    if X.dim() > 2:
        return two_layers(X[0], W1, b1, W2, b2, activation).unsqueeze(0)
    A = activations[activation](X @ W1.T + b1)
    return A @ W2.T + b2

# %% wrong="two_layers" name="two inputs written out"
# says: You use the first two inputs only. There are d of them.
# next: Multiply by all of W1 in one product.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](X[..., :2] @ W1[:, :2].T + b1)
    return A @ W2.T + b2

# %% wrong="two_layers" name="two hidden neurons written out"
# says: You use the first two hidden neurons only. There are h of them.
# next: Use all columns of A in one product.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](X @ W1.T + b1)
    return A[..., :2] @ W2[:, :2].T + b2

# %% wrong="two_layers" name="two inputs and two hidden neurons"
# says: You use the first two inputs and the first two hidden neurons only. There are d inputs and h neurons.
# next: Use all of W1 and of W2, each in one product.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](X[..., :2] @ W1[:2, :2].T + b1[:2])
    return A @ W2[:, :2].T + b2

# %% wrong="two_layers" name="sigmoid for everything else"
# says: Whatever is not "relu" gets the sigmoid from you. There is a third name, "tanh".
# next: Look the function up in `activations`, under the name you are given.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    f = torch.relu if activation == "relu" else torch.sigmoid
    return f(X @ W1.T + b1) @ W2.T + b2

# %% wrong="two_layers" name="always tanh"
# says: You apply tanh where another activation is asked for.
# next: Look the function up in `activations`, under the name you are given.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return torch.tanh(X @ W1.T + b1) @ W2.T + b2

# %% wrong="two_layers" name="tanh without a name"
# says: Where no activation is named you apply tanh. The default is "relu".
# next: Look at the first line of the function.
def two_layers(X, W1, b1, W2, b2, activation="tanh"):
    A = activations[activation](X @ W1.T + b1)
    return A @ W2.T + b2

# %% wrong="two_layers" name="activation of the input"
# says: You apply the activation to X. It belongs between the layers, on what the hidden neurons add up.
# next: Put the first product and b1 inside its brackets.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return (activations[activation](X) @ W1.T + b1) @ W2.T + b2

# %% wrong="two_layers" name="bias subtracted"
# says: You subtract b1. A bias is added.
# next: Look at the sign in front of b1.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    return activations[activation](X @ W1.T - b1) @ W2.T + b2

# %% wrong="two_layers" name="float32 created inside"
# says: Your result is float32: something you create inside, with torch.zeros or torch.tensor, has no dtype and takes
# float32.
# next: Pass the dtype of the input on, with dtype= or zeros_like.
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](X @ W1.T + b1)
    return (A @ W2.T + b2).float()

# %% right="two_layers" name="with torch's linear"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    hidden = torch.nn.functional.linear(X, W1, b1)
    return torch.nn.functional.linear(activations[activation](hidden), W2, b2)

# %% right="two_layers" name="with einsum"
def two_layers(X, W1, b1, W2, b2, activation="relu"):
    A = activations[activation](torch.einsum("...d,hd->...h", X, W1) + b1)
    return torch.einsum("...h,qh->...q", A, W2) + b2

# %% [markdown]
# ## 3. Why there must be something between the layers
#
# ### 3.1 What a single layer makes of XOR
#
# **XOR**, the exclusive or, is 1 where exactly one of two inputs is 1. Here are its four corners, with the labels $-1$
# and $+1$ that you used for classes last week.

# %%
X, y = data.xor(signed=True, dtype=torch.float64)
Y = y[:, None]  # (4, 1), the shape of the network's output
plot.points(
    X, y,
    names={-1.0: "equal (−1)", 1.0: "different (+1)"},
    alt="The corners of a square. (0,0) and (1,1) belong to the class -1, (0,1) and (1,0) to the class +1.",
    caption="XOR: each class sits on a diagonal, and the diagonals cross.",
)

# %% [markdown]
# The classes lie on crossing diagonals. Any straight line that has both $+1$ corners on one side has at least one $-1$
# corner there too. That was last week's finding, for signs. How does a linear model do with the *squared error*? Least
# squares gives the best weights in one go (a column of ones carries the bias):

# %%
ones = torch.ones(4, 1, dtype=torch.float64)
best = torch.linalg.lstsq(torch.cat([X, ones], dim=1), Y).solution
print("w0, w1, b:", best.flatten().round(decimals=6).abs().tolist())

# %% [markdown]
# The best linear model of XOR has no slope at all. It answers 0 everywhere, and its mean squared error is 1. Remember
# that number: it is what a network gets that has learnt nothing but a straight line.
#
# ### 3.2 Two layers without an activation
#
# Now put two layers on top of each other, with nothing between them. It looks as if that should be more powerful: nine
# numbers in place of three. Follow one example through it. To keep the formula short, write the example as a column
# $x$ for once, so that a layer is $W x + b$:
#
# $$W_2 \,(W_1 x + b_1) + b_2 .$$
#
# Multiply out the brackets, as you would with numbers. (Matrix products allow it, as long as you keep the order.) What
# stands in front of $x$, and what is left over?
#
# ### Exercise 3.1: collapse
#
# **Your turn.** Write `collapse(W1, b1, W2, b2)`. It returns a pair `(W, b)`: the *one* layer that does the same as the
# two. `W1` is (h, d), `b1` (h,), `W2` (q, h), `b2` (q,); `W` is (q, d) and `b` is (q,). Each of d, h and q may be 1.
#
# For the numbers of section 1, `W` is `[[0.0, 0.29]]` and `b` is `[-0.37]`. Two layers, nine numbers, and all they
# compute is $0.29\,x_1 - 0.37$.

# %% solution="collapse"
def collapse(W1, b1, W2, b2):
    """One layer for two without activation: W1 (h, d), b1 (h,), W2 (q, h), b2 (q,) -> W (q, d), b (q,)."""
    ### BEGIN SOLUTION
    return W2 @ W1, W2 @ b1 + b2
    ### END SOLUTION

# %% check="collapse" points=2
numbers = cases.example(
    W1=torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.0, 1.0]], dtype=torch.float64),
    b1=torch.tensor([1.0, 0.0, -2.0], dtype=torch.float64),
    W2=torch.tensor([[2.0, 1.0, 4.0]], dtype=torch.float64),
    b2=torch.tensor([0.5], dtype=torch.float64),
    gives=(torch.tensor([[5.0, 7.0]], dtype=torch.float64), torch.tensor([-5.5], dtype=torch.float64)),
)
check.function(collapse, on=[numbers])
### BEGIN HIDDEN TESTS
def by_asking(W1, b1, W2, b2):
    """The layer's weights, found by asking the two layers for the unit vectors."""
    def both(X):
        return (X @ W1.T + b1) @ W2.T + b2

    b = both(torch.zeros_like(W1[:1]))[0]
    return (both(torch.eye(W1.shape[1], dtype=W1.dtype, device=W1.device)) - b).T, b


shapes = dict(W1="h d", b1="h", W2="q h", b2="q")
on = cases.draw(seeds=16, seed0=100, without="zeros", **shapes)  # by asking, a 0 is a difference of rounded numbers
check.function(collapse, by_asking, on=on)
### END HIDDEN TESTS

# %% wrong="collapse" name="biases added"
# says: You add the two biases. The first one passes through the second layer before it arrives.
# next: Multiply b1 by W2 first, then add b2.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, b1[: len(b2)] + b2

# %% wrong="collapse" name="second bias lost"
# says: The second layer's own bias is missing.
# next: Add b2 at the end.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, W2 @ b1

# %% wrong="collapse" name="first bias lost"
# says: The first layer's bias is missing. It reaches the output through W2.
# next: Multiply out the brackets again: W2 meets both W1 x and b1.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, b2

# %% wrong="collapse" name="the other order"
# says: You multiply in the order in which the layers are applied. The layer applied last stands on the left.
# next: W2 stands in front of the brackets, so it stays in front of W1.
def collapse(W1, b1, W2, b2):
    return W1 @ W2, W1 @ b2 + b1

# %% wrong="collapse" name="transposed"
# says: Your W has its rows and columns swapped: it is (d, q). Weights are (out, in).
# next: Return W2 @ W1 as it is.
def collapse(W1, b1, W2, b2):
    return W1.T @ W2.T, W2 @ b1 + b2

# %% wrong="collapse" name="bias summed over the outputs"
# says: Your b adds up over all outputs. Each output has a bias of its own, with its own row of W2.
# next: Multiply b1 by the matrix W2.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, (W2 * b1).sum() + b2

# %% wrong="collapse" name="W reshaped"
# says: You have the transpose of W and reshape it. Reshape does not swap rows and columns; with one output it only
# looks as if it did.
# next: Use .T, or multiply in the order that gives (q, d) at once.
def collapse(W1, b1, W2, b2):
    return (W1.T @ W2.T).reshape(len(W2), -1), W2 @ b1 + b2

# %% wrong="collapse" name="second bias through the second layer"
# says: You multiply both biases by W2. b2 is added after W2 and does not pass through it.
# next: Multiply out the brackets again: only what stands inside meets W2.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, W2 @ (b1 + b2)

# %% wrong="collapse" name="b first"
# says: Your pair begins with b. It should be (W, b).
# next: Return W first.
def collapse(W1, b1, W2, b2):
    return W2 @ b1 + b2, W2 @ W1

# %% wrong="collapse" name="biases as a column"
# says: Your b comes out as a table: on the way a vector was made a column or a row. It should be a vector (q,).
# next: Multiply W2 by the vector b1 as it is.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, W2 @ b1[:, None] + b2

# %% wrong="collapse" name="b as a column"
# says: Your b comes out as a table: on the way a vector was made a column or a row. It should be a vector (q,).
# next: Multiply W2 by the vector b1 as it is.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, W2 @ b1[:, None] + b2[:, None]

# %% wrong="collapse" name="b as a row"
# says: Your b comes out as a table: on the way a vector was made a column or a row. It should be a vector (q,).
# next: Multiply W2 by the vector b1 as it is.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, b1[None] @ W2.T + b2

# %% wrong="collapse" name="second bias subtracted"
# says: You subtract b2. It is added at the end.
# next: Look at the sign in front of b2.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, W2 @ b1 - b2

# %% wrong="collapse" name="biases multiplied"
# says: You multiply by b2. It is added at the end.
# next: Multiply out the brackets again: b2 stands outside.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, (W2 @ b1) * b2

# %% wrong="collapse" name="b with the first row only"
# says: Every entry of your b uses the first row of W2. Each output has a row of its own.
# next: Multiply b1 by the matrix W2.
def collapse(W1, b1, W2, b2):
    return W2 @ W1, W2[0] @ b1 + b2

# %% wrong="collapse" name="float32 created inside"
# says: Your results are float32: something you create inside, with torch.zeros or torch.tensor, has no dtype and takes
# float32.
# next: Pass the dtype of the input on, with dtype= or zeros_like.
def collapse(W1, b1, W2, b2):
    return (W2 @ W1).float(), (W2 @ b1 + b2).float()

# %% right="collapse" name="row by row"
def collapse(W1, b1, W2, b2):
    W = (W1.T @ W2.T).T
    b = torch.stack([(row * b1).sum() for row in W2]) + b2
    return [W, b]

# %% right="collapse" name="with a column of biases"
def collapse(W1, b1, W2, b2):
    both = W2 @ torch.cat([W1, b1[:, None]], dim=1)
    return both[:, :-1], both[:, -1] + b2

# %% [markdown]
# Check it on a minibatch: two layers without activation on one side, the collapsed layer on the other.

# %%
W, b = collapse(W1, b1, W2, b2)
two = (X @ W1.T + b1) @ W2.T + b2
one = X @ W.T + b
print(torch.cat([two, one], dim=1))

# %% [markdown]
# Both columns agree, to the last digit or nearly so. The second layer has bought nothing. A third, a tenth, a hundredth
# layer buys nothing either: collapse the first two, then this one and the third, and so on. What is left is always one
# layer, one straight boundary, and XOR stays out of reach.
#
# ### Question 3.2: in your own words
#
# (Read and graded by a person, 2 points.)
#
# A friend has built a network of ten layers for XOR and trains it all night. The loss stops at exactly 1.0. You look
# at the code: there is no activation function anywhere.
#
# 1. Prove to your friend that two such layers are one. Use our convention, with examples in rows: start from
#    $(X W_1^\top + b_1) W_2^\top + b_2$ and bring it into the form $X W^\top + b$.
# 2. Say at which step the proof breaks when a ReLU stands between the layers.
# 3. Explain where the loss of 1.0 comes from.

# %% [markdown] answer="why_layers_collapse" points=2
# 1. $(X W_1^\top + b_1) W_2^\top + b_2 = X W_1^\top W_2^\top + b_1 W_2^\top + b_2 = X (W_2 W_1)^\top + (W_2 b_1 +
#    b_2)$. The first step multiplies out the brackets, the second uses that the transpose of a product is the product
#    of the transposes in the other order, and that the row $b_1 W_2^\top$ holds the same numbers as $W_2 b_1$. This is
#    the form $X W^\top + b$ with $W = W_2 W_1$ and $b = W_2 b_1 + b_2$. Repeated nine times, ten layers become one.
#
# 2. With a ReLU the first step is not allowed: $\max(0, X W_1^\top + b_1) W_2^\top$ cannot be multiplied out, because
#    the maximum of a sum is not the sum of the maxima. Which entries become 0 depends on $X$, so no single $W$ fits
#    all examples.
#
# 3. So the whole network is a linear model. On XOR the best linear model in the squared error is the constant 0, for
#    labels of −1 and +1: every error is 1, and so is their mean. Training did all that could be done.
#
# *Points: 1 for the proof (brackets multiplied out, W and b named); 1 for the step that breaks together with the reason
# for 1.0. Half points where one of the two is missing.*

# %% [markdown]
# ### 3.3 What a bend can do
#
# A ReLU neuron is flat on one side of a line and rises on the other. It bends the plane along a straight crease. Two
# bends are enough for XOR. Here is the idea, in one dimension.
#
# Count how many of the inputs are 1: $s = x_0 + x_1$. At the corners, $s$ is 0, 1, 1 and 2. XOR wants a function of $s$
# that is low at 0, high at 1, and low again at 2. A straight line cannot turn back. But look at these two.

# %%
s = torch.linspace(-0.5, 2.5, 61)
plot.lines(
    {"max(0, s)": (s, torch.relu(s)), "max(0, s − 1)": (s, torch.relu(s - 1))},
    xlabel="s = x₀ + x₁",
    ylabel="output of a hidden neuron",
    alt="Two curves over s from -0.5 to 2.5. One is zero up to s = 0 and then rises with slope 1. The other "
    "is the same, shifted right by 1: zero up to s = 1, then rising.",
    caption="Two hidden neurons that count the ones. The second wakes up later, where s passes 1.",
)

# %% [markdown]
# Up to $s = 1$ only the first one is awake. From there on both rise. If you add a *negative* multiple of the second to
# the first, the sum turns around at $s = 1$ and comes back down. How large must the multiple be, so that the sum is
# back at its starting height at $s = 2$? And how do you then stretch and shift it, so that low means $-1$ and high
# means $+1$?
#
# ### Exercise 3.3: weights by hand
#
# **Your turn.** Complete `XorByHand` with weights of your own choosing, so that its output at the four corners is
# exactly $-1, +1, +1, -1$. Make four parameters: `self.W1` (2, 2), `self.b1` (2,), `self.W2` (1, 2), `self.b2` (1,),
# each a `torch.nn.Parameter` made from a float tensor, such as `torch.nn.Parameter(torch.tensor([0.5]))`. `forward` is
# written already, for one point (2,) and for many. You may use the idea above or one of your own: there are many
# answers, and all of them count.
#
# Nothing here is trained. The aim is to see that a network with two hidden neurons *can* do it, before we ask whether
# training finds the way.

# %% solution="xor_by_hand"
class XorByHand(torch.nn.Module):
    """A two-layer ReLU network that solves XOR: X (*, 2) -> (*, 1), with -1, +1, +1, -1 at the corners."""

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))
        ### END SOLUTION

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% check="xor_by_hand" points=3
corners = cases.example(X=torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
check.module(
    XorByHand,
    on=[corners],
    parameters={"W1": (2, 2), "b1": (2,), "W2": (1, 2), "b2": (1,)},
    reference=lambda weights, X: X.new_tensor([[-1.0], [1.0], [1.0], [-1.0]]),
)
### BEGIN HIDDEN TESTS
def from_its_weights(weights, X):
    A = (X @ weights["W1"].T + weights["b1"]).clamp(min=0)
    return A @ weights["W2"].T + weights["b2"]


points = cases.draw(seeds=6, seed0=100, X="n 2", dtype=torch.float32)
check.module(XorByHand, on=points, reference=from_its_weights)
places = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
singles = [cases.example(X=corner) for corner in places]
check.module(XorByHand, on=singles, reference=lambda weights, X: 2 * (X[:1] - X[1:]) ** 2 - 1)
### END HIDDEN TESTS

# %% wrong="xor_by_hand" name="a multiple that is too small"
# says: Your curve turns around at s = 1 but only becomes flat: at the corner (1, 1) it has not come back down.
# next: After s = 1 the sum must fall as steeply as it rose before. Take a larger negative multiple of the second.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="0 and 1 instead of -1 and +1"
# says: Your network says 0 and 1. The labels here are -1 and +1.
# next: Double the output weights, and lower the output's bias by 1.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[1.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([0.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="the opposite labels"
# says: Your network says +1 where the inputs are equal and -1 where they differ: the opposite of XOR.
# next: Change the sign of the output neuron's weights and of its bias.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[-2.0, 4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="tensors that are not parameters"
# says: Your weights are plain tensors. The module does not know them as its parameters, so they could never be trained.
# next: Wrap each one in `torch.nn.Parameter(...)`.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1, self.b1 = torch.tensor([[1.0, 1.0], [1.0, 1.0]]), torch.tensor([0.0, -1.0])
        self.W2, self.b2 = torch.tensor([[2.0, -4.0]]), torch.tensor([-1.0])

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="output weights as a vector"
# says: Your W2 is a vector of shape (2,). It should be a matrix with one row, because there is one output neuron.
# next: Put a second pair of brackets around it.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([2.0, -4.0]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="rounded weights"
# says: Your idea works, but the weights are rounded, so the corners are only nearly -1 and +1.
# next: Choose numbers that multiply out exactly: whole numbers will do.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[0.67, 0.67], [0.67, 0.67]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -0.67]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.99, -5.97]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="not stretched"
# says: Your network says -1 and 0: it is shifted, but not stretched. The rise should be 2.
# next: Double the output neuron's weights.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[1.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="not shifted"
# says: Your network says 0 and 2. The height of the rise is right, it only lies too high.
# next: Lower the output neuron's bias by 1.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([0.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="half as high"
# says: Your network says -0.5 and +0.5: the signs are right, and everything is half as high as it should be.
# next: Double the output neuron's weights and its bias.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[1.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-0.5]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="both bend at the same place"
# says: Both hidden neurons wake up at s = 0, so the sum never turns around: your output falls from corner to corner.
# next: Give the second hidden neuron a bias, so that it wakes up at s = 1.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, 0.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="bias with the wrong sign"
# says: With the bias +1 your second hidden neuron is awake at all corners. It should wake up later, not earlier.
# next: It is to be max(0, s - 1).
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, 1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="output weights as a column"
# says: Your W2 is a column, (2, 1). A neuron's weights stand in a row, so it is (1, 2).
# next: Put both numbers into one inner pair of brackets.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0], [-4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="output bias without brackets"
# says: Your b2 is a single number without dimensions. It should have shape (1,), an entry for each output neuron.
# next: Put brackets around the number.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor(-1.0))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="hidden biases as a row"
# says: Your b1 is a table with one row, (1, 2). It should be a vector, (2,), so that a single point stays one.
# next: Take one pair of brackets away.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([[0.0, -1.0]]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="hidden biases as a column"
# says: Your b1 is a column, (2, 1). It should be a vector, (2,).
# next: Put both numbers into one pair of brackets.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([[0.0], [-1.0]]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="one hidden bias"
# says: Your b1 has a single entry. Each of the two hidden neurons has a bias of its own.
# next: Write two numbers into it.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([-1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="output bias as a table"
# says: Your b2 is a table (1, 1). It should be a vector with one entry, (1,).
# next: Take one pair of brackets away.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([[-1.0]]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="both biases as rows"
# says: Your biases are tables with one row. They should be vectors: b1 (2,) and b2 (1,).
# next: Take one pair of brackets away from each.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([[0.0, -1.0]]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([[-1.0]]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="two output biases"
# says: Your b2 has two entries. There is one output neuron, so there is one bias.
# next: Leave one number in it.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -4.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0, -1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="a multiple that is too large"
# says: Your curve turns around at s = 1 and falls too steeply: at the corner (1, 1) it lies below -1.
# next: After s = 1 the sum must fall as steeply as it rose before.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -6.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="all zeros"
# says: Your network says 0 at all corners: its output weights or its hidden outputs are all 0.
# next: Begin with the two curves max(0, s) and max(0, s - 1).
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[0.0, 0.0], [0.0, 0.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, 0.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[0.0, 0.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([0.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% wrong="xor_by_hand" name="thresholds of step neurons"
# says: Your thresholds 0.5 and 1.5 are those of neurons that step from 0 to 1. A ReLU neuron is 0 at its threshold
# and rises from there: half a step further it is 0.5, and then it rises on.
# next: Work out both hidden outputs at s = 0, 1 and 2, then place the thresholds where the sum should turn.
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([-0.5, -1.5]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, -2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="xor_by_hand" name="one neuron for each kind of difference"
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, 0.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[2.0, 2.0]]))
        self.b2 = torch.nn.Parameter(torch.tensor([-1.0]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% right="xor_by_hand" name="one neuron for each equal corner"
class XorByHand(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.b2 = torch.nn.Parameter(torch.tensor([1.0]))
        self.W2 = torch.nn.Parameter(torch.tensor([[-4.0, -4.0]]))
        self.b1 = torch.nn.Parameter(torch.tensor([0.5, -1.5]))
        self.W1 = torch.nn.Parameter(torch.tensor([[-1.0, -1.0], [1.0, 1.0]]))

    def forward(self, X):
        return two_layers(X, self.W1, self.b1, self.W2, self.b2)

# %% [markdown]
# ### 3.4 What the network has done
#
# Look at your network from two sides. First its response surface: its output at every point of the plane.

# %%
by_hand = XorByHand()
plot.response(
    lambda points: by_hand(points.float())[:, 0],
    X, y,
    alt="The plane as filled contours with the four corners of XOR. The response is high along a band that "
    "holds (0,1) and (1,0), and low at (0,0) and at (1,1).",
    caption="Response surface of the network with weights chosen by hand. The black line is where the "
    "output is 0.",
)

# %% [markdown]
# With the weights of section 3.3 you see a ridge that runs from one corner of class $+1$ to the other, and falls to
# both sides. Where the output is 0 there are two parallel lines: each hidden neuron has contributed one bend. (If you
# chose other weights, your surface looks different between the corners. At the corners it is the same.)
#
# How much room is there? The next figure adds a `shift` to the bias of the second hidden neuron. With a shift of 0 it
# is your network. Where there is a slider, move it.

# %%
by_hand = XorByHand()


def shifted(shift, *, alt, caption):
    W1, b1, W2, b2 = (P.detach().double() for P in (by_hand.W1, by_hand.b1, by_hand.W2, by_hand.b2))
    b1 = b1 + torch.tensor([0.0, shift])
    plot.response(lambda points: two_layers(points, W1, b1, W2, b2)[:, 0], X, y, alt=alt, caption=caption)


plot.slider(
    shifted,
    shift=(-1.0, 1.0, 0.0),
    alt="The response surface of the network, with the second hidden neuron's bias changed by the shift.",
    caption="A bias moves a neuron's crease sideways, parallel to itself.",
)

# %% [markdown]
# The bias moves a crease sideways and never turns it; turning is the business of the weights. With the weights of
# section 3.3, a shift of a quarter in either direction brings the boundary to a corner, and beyond that XOR is lost.
#
# Now the second side. The output neuron never sees $x_0$ and $x_1$. It sees $a_0$ and $a_1$. Where do the four corners
# lie in *its* plane?

# %%
by_hand = XorByHand()
A = torch.relu(X @ by_hand.W1.double().T + by_hand.b1.double()).detach()
plot.points(
    A, y,
    names={-1.0: "equal (−1)", 1.0: "different (+1)"},
    regions=lambda points: torch.sign(points @ by_hand.W2.double()[0] + by_hand.b2.double()),
    xlabel="a₀",
    ylabel="a₁",
    alt="The four corners in the plane of the two hidden neurons. A straight line now has the class +1 on "
    "one side and the class -1 on the other.",
    caption="The same four points as the output neuron sees them: one straight line is enough.",
)

# %% [markdown]
# In the plane of the hidden neurons a straight line does it. (Two corners may lie on top of each other. Then you count
# three points.) This is what hidden layers are for. The output neuron is still a linear classifier, no cleverer than
# last week. The hidden layer moves the points until a linear classifier is enough.

# %% [markdown]
# ## 4. Activation functions and their slopes
#
# Anything that is not a straight line can stand between the layers. A handful of functions have proved useful. For each
# one you should know two curves: the function, which carries the signal forward, and its **slope** (its derivative),
# because in training every gradient on its way back is multiplied by the slope. Where the slope is 0, nothing comes
# back, and the weights behind it do not learn. A function **saturates** where its slope goes to 0.
#
# ### 4.1 The squashing ones: sigmoid and tanh

# %%
plot.activation(
    torch.sigmoid,
    low=-6, high=6,
    alt="The sigmoid rises in an S from 0 on the left to 1 on the right, through 0.5 at 0. Its slope, "
    "dashed, is a low hill with its top of 0.25 at 0.",
    caption="Sigmoid, σ(z) = 1 / (1 + e⁻ᶻ), and its slope σ(z)(1 − σ(z)).",
)

# %%
plot.activation(
    torch.tanh,
    alt="Tanh rises in an S from -1 on the left to 1 on the right, through 0. Its slope, dashed, is a hill "
    "with its top of 1 at 0.",
    caption="The hyperbolic tangent, tanh z, and its slope.",
)

# %% [markdown]
# You know the sigmoid from logistic regression. Its slope is $\sigma(z)\,(1 - \sigma(z))$, at most ¼, and beyond
# $|z| \approx 5$ hardly anything is left of it. A gradient that passes back through a sigmoid is at best cut to a
# quarter. Tanh looks like the sigmoid stretched to the range from $-1$ to $1$, and that is what it is:
#
# $$\tanh z = 2\,\sigma(2z) - 1 .$$
#
# It is centred at 0, and at 0 its slope is 1, four times the sigmoid's. That makes it the better hidden activation of
# the two. Far out it saturates as well, on both sides.
#
# ### Exercise 4.1: tanh from the sigmoid, and its slope
#
# **Your turn.** Write two functions, both for `Z` of any shape, a single entry of shape () too.
#
# - `tanh_by_sigmoid(Z)`: the formula above, with `torch.sigmoid`. The ready-made tanh is not allowed here.
# - `tanh_slope(Z)`: the derivative of tanh. Differentiate the formula above. You may leave the result in terms of the
#   sigmoid, or bring it into the form that the textbooks use, with $\tanh z$ in it.
#
# You need the **chain rule**: where one function stands inside another, take the slope of the outer one *at the inner
# value*, and multiply it by the slope of the inner one. For instance $e^{-3z}$ is $e^u$ with $u = -3z$, so its slope is
# $e^{-3z} \cdot (-3)$. (Next week is all about this rule.)
#
# At $z = 0$ they are 0 and 1; at $z = 1$ they are 0.7616 and 0.4200 to four decimals, at $z = -1$ they are $-0.7616$
# and 0.4200. Ordinary numbers are enough here. At $z = 1000$ a quotient with $e^{2z}$ would be `inf / inf`, which is
# `nan`, because $e^{2000}$ is too large for a float. A form with `torch.sigmoid` or `torch.tanh` has no such place.

# %% solution="tanh_slope"
def tanh_by_sigmoid(Z):
    """tanh of each entry of Z, any shape, made from the sigmoid."""
    ### BEGIN SOLUTION
    return 2 * torch.sigmoid(2 * Z) - 1
    ### END SOLUTION


def tanh_slope(Z):
    """The derivative of tanh at each entry of Z, any shape."""
    ### BEGIN SOLUTION
    return 1 - tanh_by_sigmoid(Z) ** 2
    ### END SOLUTION

# %% check="tanh_slope" points=2
two = cases.example(Z=torch.tensor([0.0, 1.0]).double(), gives=torch.tensor([0.0, 0.7616]).double())
alone = cases.example(Z=torch.tensor(-1.0).double(), gives=torch.tensor(-0.7616).double())
check.function(tanh_by_sigmoid, on=[two, alone], forbid=("tanh",), rtol=1e-3)
visible = [cases.example(Z=torch.tensor(Z).double()) for Z in ([0.0, 1.0], -1.0)] + cases.draw(seeds=1, Z="n h")
check.gradient(tanh_slope, of=lambda Z: torch.tanh(Z).sum(), on=visible, wrt="Z", by_hand=True)
### BEGIN HIDDEN TESTS
far = [
    cases.example(Z=torch.tensor(entries, dtype=torch.float64))
    for entries in ([-5.0, 0.5, 5.0], [-7.0, -3.5, -0.25, 3.25, 5.5])
]
check.function(tanh_by_sigmoid, torch.tanh, on=cases.draw(seeds=8, seed0=100, Z="n h") + far, forbid=("tanh",))
hidden = cases.draw(seeds=16, seed0=120, Z="n h") + cases.draw(seeds=4, seed0=140, Z="n k h") + far
check.gradient(tanh_slope, of=lambda Z: torch.tanh(Z).sum(), on=hidden, wrt="Z", by_hand=True)
### END HIDDEN TESTS

# %% wrong="tanh_slope" name="not squared"
# says: You return 1 minus tanh. In the slope tanh is squared, so that it is the same on both sides.
# next: Look at the dashed curve: at z = -1 it must be as high as at z = 1.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 - tanh_by_sigmoid(Z)

# %% wrong="tanh_slope" name="the sigmoid's slope"
# says: This is the slope of the sigmoid. Tanh's is four times as high at 0.
# next: Apply the chain rule: there is a 2 in front of the sigmoid and another one inside it.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    S = torch.sigmoid(Z)
    return S * (1 - S)

# %% wrong="tanh_slope" name="inner derivative left out"
# says: Half of the slope is missing: the 2 inside the sigmoid has to come out too.
# next: The derivative of σ(2z) is 2 σ'(2z).
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    S = torch.sigmoid(2 * Z)
    return 2 * S * (1 - S)

# %% wrong="tanh_slope" name="argument not doubled"
# says: In your tanh the 2 inside the sigmoid is missing, so the curve is too wide.
# next: Apply the sigmoid to 2 * Z.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(Z) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="slope of the output"
# says: You applied the formula to tanh z a second time. In 1 - tanh² the tanh is already that of z.
# next: Apply tanh once only.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(torch.tanh(Z)) ** 2

# %% wrong="tanh_slope" name="wrong sign"
# says: Your slope is negative. Tanh rises everywhere.
# next: It is 1 minus the square, not the square minus 1.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return tanh_by_sigmoid(Z) ** 2 - 1

# %% wrong="tanh_slope" name="autograd asked"
# says: You let PyTorch differentiate. Here you write the derivative yourself.
# next: Use the chain rule on 2 σ(2z) - 1.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    Z = Z.clone().requires_grad_()
    torch.tanh(Z).sum().backward()
    return Z.grad

# %% wrong="tanh_slope" name="sigmoid's slope at z"
# says: You take the slope of the sigmoid at z. Inside the sigmoid stands 2z, so its slope is wanted there.
# next: The chain rule: the slope of the outer function at the inner value.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    S = torch.sigmoid(Z)
    return 4 * S * (1 - S)

# %% wrong="tanh_slope" name="both factors left out"
# says: The two factors of 2 are missing: the one in front of the sigmoid, and the one inside, which comes out by the
# chain rule.
# next: At z = 0 your slope should be 1.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    S = torch.sigmoid(2 * Z)
    return S * (1 - S)

# %% wrong="tanh_slope" name="z squared"
# says: You square z itself. In 1 - tanh² it is tanh z that is squared.
# next: Put tanh z in its place.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 - Z**2

# %% wrong="tanh_slope" name="the difference squared"
# says: You square the whole difference, (1 - tanh z)². Only tanh z is squared.
# next: Look where your brackets close.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return (1 - tanh_by_sigmoid(Z)) ** 2

# %% wrong="tanh_slope" name="the sigmoid's pattern"
# says: You use t (1 - t) with t = tanh z. That pattern belongs to the sigmoid.
# next: Differentiate 2 σ(2z) - 1 step by step.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    T = tanh_by_sigmoid(Z)
    return T * (1 - T)

# %% wrong="tanh_slope" name="one over cosh"
# says: You return 1 / cosh z. The slope is its square.
# next: Square it.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 / torch.cosh(Z)

# %% wrong="tanh_slope" name="cut off"
# says: You set the slope to 0 beyond some z. It is small there, but not 0.
# next: Use one formula for all z.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    slope = 1 - tanh_by_sigmoid(Z) ** 2
    return torch.where(Z.abs() > 3, torch.zeros_like(Z), slope)

# %% wrong="tanh_slope" name="rounded"
# says: Your slopes are rounded to four decimals. The text rounds its examples for reading only.
# next: Return the numbers as they are.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return (1 - tanh_by_sigmoid(Z) ** 2).round(decimals=4)

# %% wrong="tanh_slope" name="difference quotient"
# says: Your slopes are only nearly right, as those of a difference quotient are: (f(z + h) - f(z)) / h with a small
# h.
# next: Differentiate the formula with the chain rule.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    h = 1e-3
    return (tanh_by_sigmoid(Z + h) - tanh_by_sigmoid(Z)) / h

# %% wrong="tanh_slope" name="difference quotient, both sides"
# says: Your slopes are only nearly right, as those of a difference quotient are: (f(z + h) - f(z)) / h with a small
# h.
# next: Differentiate the formula with the chain rule.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    h = 1e-3
    return (tanh_by_sigmoid(Z + h) - tanh_by_sigmoid(Z - h)) / (2 * h)

# %% wrong="tanh_slope" name="minus 1 forgotten"
# says: In your tanh the - 1 is missing, so at z = 0 it is 1 and not 0.
# next: Subtract 1 after the stretching.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z)


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="minus 1 inside the brackets"
# says: In your tanh the - 1 stands inside the sigmoid. It comes after the stretching.
# next: Close the bracket of the sigmoid after 2 * Z.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z - 1)


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="slope clamped at 3"
# says: You keep z between -3 and 3, so beyond that your slope stands still. It goes on towards 0.
# next: Use the sigmoid or tanh of z itself; both stay finite.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z.clamp(-3, 3)) ** 2

# %% wrong="tanh_slope" name="tanh clamped at 3"
# says: You keep what goes into the sigmoid within bounds, so beyond |z| = 3 your tanh stands still. It goes on towards
# ±1.
# next: Use `torch.sigmoid` of 2z itself; it stays finite.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z.clamp(-3, 3)) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="slope clamped at 4"
# says: You keep z between -4 and 4, so beyond that your slope stands still. It goes on towards 0.
# next: Use the sigmoid or tanh of z itself; both stay finite.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z.clamp(-4, 4)) ** 2

# %% wrong="tanh_slope" name="tanh clamped at 4"
# says: You keep what goes into the sigmoid within bounds, so beyond |z| = 4 your tanh stands still. It goes on towards
# ±1.
# next: Use `torch.sigmoid` of 2z itself; it stays finite.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z.clamp(-4, 4)) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="slope clamped at 5"
# says: You keep z between -5 and 5, so beyond that your slope stands still. It goes on towards 0.
# next: Use the sigmoid or tanh of z itself; both stay finite.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z.clamp(-5, 5)) ** 2

# %% wrong="tanh_slope" name="tanh clamped at 5"
# says: You keep what goes into the sigmoid within bounds, so beyond |z| = 5 your tanh stands still. It goes on towards
# ±1.
# next: Use `torch.sigmoid` of 2z itself; it stays finite.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z.clamp(-5, 5)) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="tanh clamped at 6"
# says: You keep what goes into the sigmoid within bounds, so beyond |z| = 6 your tanh stands still. It goes on towards
# ±1.
# next: Use `torch.sigmoid` of 2z itself; it stays finite.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z.clamp(-6, 6)) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="sign of z lost"
# says: Your tanh is positive for a negative z too: you use |z|. Left of 0 tanh is negative.
# next: Use z itself; or give the result the sign of z at the end.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z.abs()) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="a single entry becomes a vector"
# says: Your slope of a single entry, of shape (), comes back as a vector (1,): something makes one of it, such as
# atleast_1d.
# next: Leave the shape as it is; torch's functions take any.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(torch.atleast_1d(Z)) ** 2

# %% wrong="tanh_slope" name="a single entry becomes a vector in tanh"
# says: Your tanh of a single entry, of shape (), comes back as a vector (1,): something makes one of it, such as
# atleast_1d.
# next: Leave the shape as it is; torch's functions take any.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * torch.atleast_1d(Z)) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="2 inside the square"
# says: In your slope the argument of tanh is doubled. In 1 - tanh² it is z itself.
# next: The 2 belongs inside the sigmoid.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 - torch.tanh(2 * Z) ** 2

# %% wrong="tanh_slope" name="one plus the square"
# says: You add the square. The slope is 1 minus tanh², so that it fades far out.
# next: Look at the sign in front of the square.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return 1 + torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="twice too much"
# says: Your slope is twice too high. At z = 0 it should be 1.
# next: Count the factors of 2: one in front of the sigmoid, one from inside it.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    S = torch.sigmoid(2 * Z)
    return 8 * S * (1 - S)

# %% wrong="tanh_slope" name="float32 created inside the slope"
# says: Your result is float32: something you create inside, with torch.zeros or torch.tensor, has no dtype and takes
# float32.
# next: Pass the dtype of the input on, with dtype= or zeros_like.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    return (1 - torch.tanh(Z) ** 2).float()

# %% wrong="tanh_slope" name="float32 created inside tanh"
# says: Your result is float32: something you create inside, with torch.zeros or torch.tensor, has no dtype and takes
# float32.
# next: Pass the dtype of the input on, with dtype= or zeros_like.
def tanh_by_sigmoid(Z):
    return (2 * torch.sigmoid(2 * Z) - 1).float()


def tanh_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_slope" name="constant kept"
# says: You keep the - 1 of the formula. A constant has slope 0, so it disappears when you differentiate.
# next: Leave out the - 1 at the end of the slope.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    S = torch.sigmoid(2 * Z)
    return 4 * S * (1 - S) - 1

# %% wrong="tanh_slope" name="inner function for its slope"
# says: You multiply by 2z, the inner function itself. The chain rule multiplies by its slope, which is 2.
# next: Differentiate 2z, and multiply by that.
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1


def tanh_slope(Z):
    S = torch.sigmoid(2 * Z)
    return 2 * S * (1 - S) * 2 * Z

# %% right="tanh_slope" name="in terms of the sigmoid"
def tanh_by_sigmoid(Z):
    return 2 / (1 + torch.exp(-2 * Z)) - 1


def tanh_slope(Z):
    S = torch.sigmoid(2 * Z)
    return 4 * S * (1 - S)

# %% right="tanh_slope" name="one over cosh squared"
def tanh_by_sigmoid(Z):
    S = torch.sigmoid(2 * Z)
    return S - (1 - S)


def tanh_slope(Z):
    return torch.cosh(Z) ** -2

# %% [markdown]
# ### 4.2 The hinged ones: ReLU, leaky ReLU, ELU

# %%
plot.activation(
    torch.relu,
    alt="ReLU is 0 left of 0 and the identity right of it. Its slope, dashed, jumps from 0 to 1 at 0.",
    caption="ReLU, max(0, z). Its slope is 0 on the left and 1 on the right.",
)

# %% [markdown]
# On the right ReLU never saturates: the slope is 1 however large $z$ becomes, and gradients pass without loss. That is
# why it is everybody's first choice. On the left the slope is exactly 0. A neuron that sits there for all examples
# gets no gradient and cannot move: it is **dead**. You will meet dead neurons in section 5, more often than you like.
#
# Exactly at 0 there is a corner and so no slope. PyTorch takes 0 there.
#
# **Leaky ReLU** lets a little through on the left: it is $z$ for $z > 0$ and $\alpha z$ otherwise, with a small
# $\alpha$, often 0.01. As long as $\alpha$ is below 1, that is again a maximum.

# %%
def leaky_relu(Z, alpha=0.1):
    return torch.maximum(alpha * Z, Z)


plot.activation(
    leaky_relu,
    alt="Leaky ReLU with alpha 0.1: right of 0 the identity, left of 0 a flat straight line below zero. Its "
    "slope, dashed, jumps from 0.1 to 1.",
    caption="Leaky ReLU with α = 0.1. Its slope is 0.1 on the left: small, but not 0.",
)

# %% [markdown]
# The **exponential linear unit**, ELU, bends smoothly down to $-\alpha$ instead:
#
# $$\mathrm{elu}(z) = \begin{cases} z & z > 0 \\ \alpha\,(e^{z} - 1) & z \le 0 \end{cases}$$

# %%
plot.activation(
    torch.nn.functional.elu,
    alt="ELU with alpha 1: right of 0 the identity, left of 0 it sinks smoothly towards -1. Its slope, "
    "dashed, rises from 0 on the far left to 1 at 0 and stays there.",
    caption="ELU with α = 1. It saturates on the left, but gently: the slope fades instead of breaking off.",
)

# %% [markdown]
# ### Exercise 4.2: ELU and its slope
#
# **Your turn.** Write `elu(Z, alpha)` and `elu_slope(Z, alpha)` for `Z` of any shape, a single entry of shape () too,
# and a positive number `alpha`, which may be above 1. Work out the slope of each branch first. The ready-made ELU is
# not allowed. At 0 the function is 0; its slope is not asked there, because there is a corner.
#
# For `Z = [2., -1.]` and `alpha = 0.5` the function is `[2., -0.3161]` and the slope `[1., 0.1839]` to four decimals.
#
# One trap is laid here on purpose. $e^{z}$ is enormous for large $z$; for $z = 800$ it is `inf`. That should not
# matter, since the branch with $e^z$ is not wanted there. But `inf * 0` is `nan`, so a *product* with a mask of zeros
# and ones does not switch a branch off. `torch.where(condition, this, that)` chooses entry by entry, and does.

# %% solution="elu"
def elu(Z, alpha):
    """z where z > 0, alpha (exp(z) - 1) elsewhere: Z of any shape, alpha a positive number."""
    ### BEGIN SOLUTION
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))
    ### END SOLUTION


def elu_slope(Z, alpha):
    """The derivative of elu at each entry of Z, any shape; no entry is 0, where there is a corner."""
    ### BEGIN SOLUTION
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))
    ### END SOLUTION

# %% check="elu" points=2
def elu_sum(Z, alpha):
    return torch.nn.functional.elu(Z, alpha).sum()


alone = [cases.example(Z=torch.tensor(-1.0).double(), alpha=0.5)]
visible = cases.draw(seeds=1, Z="n h", alpha=0.5) + alone
check.function(elu, torch.nn.functional.elu, on=visible, forbid=("elu",))
off_zero = cases.draw(seeds=1, Z="n h", alpha=0.5, without="zeros") + alone  # there is a corner at 0
check.gradient(elu_slope, of=elu_sum, on=off_zero, wrt="Z", by_hand=True, forbid=("elu",))
### BEGIN HIDDEN TESTS
hidden = cases.draw(seeds=6, seed0=100, Z="n h", alpha=1.0)
hidden += cases.draw(seeds=6, seed0=120, Z="n h", alpha=0.3)
far = [cases.example(Z=torch.tensor([[800.0, -2.0, -8.0], [-0.5, 3.0, -800.0]], dtype=torch.float64), alpha=1.7)]
check.function(elu, torch.nn.functional.elu, on=hidden + far, forbid=("elu",))
off_zero = cases.draw(seeds=6, seed0=100, Z="n h", alpha=1.0, without="zeros")
off_zero += cases.draw(seeds=6, seed0=120, Z="n h", alpha=0.3, without="zeros")
check.gradient(elu_slope, of=elu_sum, on=off_zero + far, wrt="Z", by_hand=True, forbid=("elu",))
### END HIDDEN TESTS

# %% wrong="elu" name="branches added with masks"
# says: You multiply each branch by a mask. For a large z the unwanted branch is infinite, and infinity times 0 is nan.
# next: Choose between the branches with torch.where.
def elu(Z, alpha):
    return Z * (Z > 0) + alpha * (torch.exp(Z) - 1) * (Z <= 0)


def elu_slope(Z, alpha):
    return (Z > 0) + alpha * torch.exp(Z) * (Z <= 0)

# %% wrong="elu" name="minus 1 forgotten"
# says: Left of 0 your curve stays positive. At 0 the two branches should meet.
# next: Subtract 1 from the exponential before you multiply by alpha.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * torch.exp(Z))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="minus 1 in the slope"
# says: Your slope on the left is the function itself. The constant -1 disappears when you differentiate.
# next: Differentiate alpha times (e to the z, minus 1) again.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * (torch.exp(Z) - 1))

# %% wrong="elu" name="slope of z is z"
# says: Where z is positive you return z itself. The slope of a straight line with gradient 1 is 1.
# next: Put ones there, in the shape of Z.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, Z, alpha * torch.exp(Z))

# %% wrong="elu" name="alpha lost in the slope"
# says: In your slope alpha is missing, so it fits only for alpha = 1.
# next: A constant factor stays when you differentiate.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), torch.exp(Z))

# %% wrong="elu" name="branches swapped in the slope"
# says: Your two branches have changed places in the slope: left of 0 it should fade, right of 0 it is 1.
# next: Look at your condition, and at which of the two comes first in torch.where.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, alpha * torch.exp(Z), torch.ones_like(Z))

# %% wrong="elu" name="alpha inside the exponential"
# says: You multiply z by alpha inside the exponential. Alpha stands in front of it.
# next: Compute e to the z first, then multiply.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, torch.exp(alpha * Z) - 1)


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(alpha * Z))

# %% wrong="elu" name="clamped at 1"
# says: You cut the left branch's slope off at 1 for both sides. Which branch counts is a matter of z, not of the
# slope's size.
# next: Choose with torch.where, by whether z is above 0.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return (alpha * torch.exp(Z)).clamp(max=1)

# %% wrong="elu" name="brackets lost"
# says: Left of 0 you compute alpha e^z - 1. Alpha multiplies the whole bracket, e^z - 1.
# next: At 0 the two branches should meet: is yours 0 there for every alpha?
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * torch.exp(Z) - 1)


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="slope for alpha = 1"
# says: Left of 0 you return elu + 1. That fits for alpha = 1 only.
# next: Differentiate alpha (e^z - 1), and compare with elu itself.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * (torch.exp(Z) - 1) + 1)

# %% wrong="elu" name="power rule"
# says: You differentiate e^z like a power of z. The derivative of e^z is e^z itself.
# next: The power rule is for z to a fixed number; here z is the exponent.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * Z * torch.exp(Z - 1))

# %% wrong="elu" name="a factor z too many"
# says: Your slope on the left has a factor z too many. The exponent is z, and the slope of z is 1.
# next: The derivative of e^z is e^z itself.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * Z * torch.exp(Z))

# %% wrong="elu" name="brackets lost in the slope"
# says: Your slope on the left still has the - 1. A constant disappears when you differentiate.
# next: Differentiate alpha e^z - alpha, term by term.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z) - 1)

# %% wrong="elu" name="ReLU's slope"
# says: Left of 0 your slope is 0, as with ReLU. ELU still sinks there, so its slope is not 0.
# next: Differentiate the left branch.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return (Z > 0).to(Z.dtype)

# %% wrong="elu" name="leaky ReLU's slope"
# says: Left of 0 your slope is alpha everywhere, as with leaky ReLU. ELU's slope fades.
# next: Differentiate the left branch: e^z stays.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.ones_like(Z))

# %% wrong="elu" name="exponent with the wrong sign"
# says: Your slope on the left has e^-z, which grows to the left. It should fade there.
# next: The derivative of e^z is e^z itself.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(-Z))

# %% wrong="elu" name="the larger branch"
# says: You take the larger one of the two branches. For large z the left branch, with its e^z, is the larger one.
# next: Choose with torch.where, by whether z is above 0.
def elu(Z, alpha):
    return torch.maximum(Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="branches swapped"
# says: Your two branches have changed places in elu: right of 0 it is z itself.
# next: Look at your condition, and at which of the two comes first in torch.where.
def elu(Z, alpha):
    return torch.where(Z > 0, alpha * (torch.exp(Z) - 1), Z)


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="alpha lost"
# says: In your elu alpha is missing, so it fits only for alpha = 1.
# next: Multiply the bracket by alpha.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, torch.exp(Z) - 1)


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="difference quotient"
# says: Your slopes are only nearly right, as those of a difference quotient are: (f(z + h) - f(z)) / h with a small h.
# next: Differentiate each branch.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    h = 1e-3
    return (elu(Z + h, alpha) - elu(Z, alpha)) / h

# %% wrong="elu" name="difference quotient, both sides"
# says: Your slopes are nearly right and not quite, as those of a difference quotient are, or of float32 on the way.
# next: Differentiate each branch, and stay in the dtype of Z.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    h = 1e-3
    return (elu(Z + h, alpha) - elu(Z - h, alpha)) / (2 * h)

# %% wrong="elu" name="all of it above 0"
# says: Right of 0 your slope is alpha. There elu is z itself, and alpha belongs to the left branch only.
# next: What is the slope of z?
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return alpha * torch.where(Z > 0, torch.ones_like(Z), torch.exp(Z))

# %% wrong="elu" name="the larger branch, cut at 0"
# says: You take the larger one of z and the left branch. For an alpha above 1 the left branch lies below z just left
# of 0.
# next: Choose with torch.where, by whether z is above 0.
def elu(Z, alpha):
    return torch.maximum(Z, alpha * (torch.exp(Z.clamp(max=0)) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="the smaller branch"
# says: You take the smaller one of z and the left branch. Which branch counts is a matter of z alone.
# next: Choose with torch.where, by whether z is above 0.
def elu(Z, alpha):
    return torch.minimum(Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="a single entry becomes a vector"
# says: Your elu of a single entry, of shape (), comes back as a vector (1,): something makes one of it, such as
# atleast_1d.
# next: Leave the shape as it is; `torch.where` takes any.
def elu(Z, alpha):
    Z = torch.atleast_1d(Z)
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="a single entry becomes a vector in the slope"
# says: Your slope of a single entry, of shape (), comes back as a vector (1,): something makes one of it, such as
# atleast_1d.
# next: Leave the shape as it is; `torch.where` takes any.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    Z = torch.atleast_1d(Z)
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="left branch upside down"
# says: Left of 0 your curve rises to the left: you have alpha (1 - e^z). It is alpha (e^z - 1), which is negative.
# next: Look at the order inside the bracket.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (1 - torch.exp(Z)))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="exponent with the wrong sign in elu"
# says: Left of 0 you have e^-z, which grows without end. It is e^z, which fades.
# next: Look at the sign in the exponent.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(-Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="leaky ReLU"
# says: Left of 0 you return alpha z: that is leaky ReLU. ELU has alpha (e^z - 1) there.
# next: Put the exponential in.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * Z)


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="0 on the left"
# says: Left of 0 your elu is 0, as with ReLU. There it is alpha (e^z - 1).
# next: Give the left branch its formula.
def elu(Z, alpha):
    return Z.clamp(min=0)


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="slope with the wrong sign"
# says: Your slope on the left is negative. ELU rises everywhere.
# next: Differentiate alpha (e^z - 1) again.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), -alpha * torch.exp(Z))

# %% wrong="elu" name="0 on the right"
# says: Right of 0 your slope is 0. There elu is z itself, and its slope is 1.
# next: What is the slope of z?
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.zeros_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="alpha squared"
# says: In your slope alpha stands twice. It is a constant factor, which stays once.
# next: Differentiate alpha e^z.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha**2 * torch.exp(Z))

# %% wrong="elu" name="both branches added up"
# says: You add the left branch's slope to that of the right one everywhere. Only one branch counts for each z.
# next: Choose with torch.where, by whether z is above 0.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return (Z > 0) + alpha * torch.exp(Z.clamp(max=0))

# %% wrong="elu" name="float32 created inside elu"
# says: Your result is float32: something you create inside, with torch.zeros or torch.tensor, has no dtype and takes
# float32.
# next: Pass the dtype of the input on, with dtype= or zeros_like.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1)).float()


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z))

# %% wrong="elu" name="float32 created inside the slope"
# says: Your result is float32: something you create inside, with torch.zeros or torch.tensor, has no dtype and takes
# float32.
# next: Pass the dtype of the input on, with dtype= or zeros_like.
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, torch.ones_like(Z), alpha * torch.exp(Z)).float()

# %% right="elu" name="negative part cut out first"
def elu(Z, alpha):
    return Z.clamp(min=0) + alpha * torch.expm1(Z.clamp(max=0))


def elu_slope(Z, alpha):
    return torch.where(Z > 0, 1.0, alpha * torch.exp(Z.clamp(max=0)))

# %% right="elu" name="slope from the function"
def elu(Z, alpha):
    result = Z.clone()
    left = Z <= 0
    result[left] = alpha * (torch.exp(Z[left]) - 1)
    return result


def elu_slope(Z, alpha):
    slope = torch.ones_like(Z)
    left = Z <= 0
    slope[left] = elu(Z, alpha)[left] + alpha
    return slope

# %% [markdown]
# ### 4.3 The smooth ones: SiLU and GELU
#
# Both of these multiply $z$ by a number between 0 and 1, a soft switch that depends on $z$ itself:
#
# - **SiLU**, also called **swish**: $z\,\sigma(z)$. The switch is the sigmoid.
# - **GELU**: $z\,\Phi(z)$, where $\Phi(z) = \tfrac12\bigl(1 + \mathrm{erf}(z/\sqrt 2)\bigr)$ is the probability that a
#   standard normal number is below $z$. Its slope is $\Phi(z) + z\,\varphi(z)$, with the normal density
#   $\varphi(z) = e^{-z^2/2}/\sqrt{2\pi}$.

# %%
plot.activation(
    torch.nn.functional.silu,
    low=-6, high=6,
    name="silu",
    alt="SiLU looks like a ReLU with a rounded corner. It dips slightly below zero for negative z, to about "
    "-0.28 near -1.3. Its slope, dashed, is slightly negative on the left and slightly above 1 on the right.",
    caption="SiLU or swish, z σ(z). Left of its lowest point the slope is negative.",
)

# %%
plot.activation(
    torch.nn.functional.gelu,
    low=-6, high=6,
    name="gelu",
    alt="GELU looks like SiLU with a tighter bend: it dips to about -0.17 near -0.75. Its slope, dashed, "
    "rises from 0 through a small negative dip to slightly above 1, and then returns to 1.",
    caption="GELU, z Φ(z): the activation of most language models.",
)

# %% [markdown]
# Far to the left both are nearly 0, far to the right nearly $z$: a ReLU whose corner has been rounded. Two things are
# new. There is no corner, so there is a slope everywhere. And both go *down* before they go up. Their slope is negative
# for a stretch and even exceeds 1 for another.
#
# ### Exercise 4.3: the slope of SiLU
#
# **Your turn.** Write `silu_slope(Z)`, the derivative of $z\,\sigma(z)$, for `Z` of any shape, a single entry of shape
# () too. It is a product, so you need the product rule: the slope of the first factor times the second, plus the first
# times the slope of the second. You may use `torch.sigmoid`. At $z = 0$ the slope is ½, at $z = 1$ it is 0.9277, at
# $z = -2$ it is $-0.0908$ to four decimals.
#
# Next week you multiply slopes like this one into the gradients that come back from the layer above.

# %% solution="silu_slope"
def silu_slope(Z):
    """The derivative of z σ(z) at each entry of Z, any shape."""
    ### BEGIN SOLUTION
    S = torch.sigmoid(Z)
    return S + Z * S * (1 - S)
    ### END SOLUTION

# %% check="silu_slope" points=2
def silu_sum(Z):
    return torch.nn.functional.silu(Z).sum()


visible = cases.draw(seeds=1, Z="n h") + [cases.example(Z=torch.tensor(-2.0).double())]
check.gradient(silu_slope, of=silu_sum, on=visible, wrt="Z", by_hand=True)
### BEGIN HIDDEN TESTS
far = [
    cases.example(Z=torch.tensor(entries, dtype=torch.float64))
    for entries in ([-8.0, 0.5, 8.0], [-15.0, -5.0, -0.25, 2.5, 12.0])
]
hidden = cases.draw(seeds=16, seed0=100, Z="n h") + far
check.gradient(silu_slope, of=silu_sum, on=hidden, wrt="Z", by_hand=True)
check.gradient(silu_slope, of=silu_sum, on=cases.draw(seeds=4, seed0=130, Z="n k h"), wrt="Z", by_hand=True)
### END HIDDEN TESTS

# %% wrong="silu_slope" name="only the switch"
# says: You treat the sigmoid as a constant. It changes with z too.
# next: Add the second part of the product rule: z times the slope of the sigmoid.
def silu_slope(Z):
    return torch.sigmoid(Z)

# %% wrong="silu_slope" name="only the second part"
# says: One half of the product rule is missing: the slope of z is 1, and it is multiplied by the sigmoid.
# next: Add σ(z) to what you have.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return Z * S * (1 - S)

# %% wrong="silu_slope" name="product of the slopes"
# says: You multiply the slopes of the two factors. The slope of a product is not the product of the slopes.
# next: Use the product rule: two terms, with one factor differentiated in each.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S * (1 - S)

# %% wrong="silu_slope" name="sigmoid's slope without its second factor"
# says: Your slope of the sigmoid is incomplete. It is σ(z) times (1 - σ(z)).
# next: Put the factor (1 - S) into the second term.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S + Z * S

# %% wrong="silu_slope" name="z forgotten"
# says: In the second term the factor z is missing.
# next: The first factor of the product, z, stays in front of the sigmoid's slope.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S + S * (1 - S)

# %% wrong="silu_slope" name="wrong sign"
# says: The second term has the wrong sign. The sigmoid rises, so its slope is positive.
# next: Add the two terms.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S - Z * S * (1 - S)

# %% wrong="silu_slope" name="ReLU's slope"
# says: These are the slopes of ReLU. SiLU only resembles it far away from 0.
# next: Differentiate z times σ(z) with the product rule.
def silu_slope(Z):
    return (Z > 0).to(Z.dtype)

# %% wrong="silu_slope" name="autograd asked"
# says: You let PyTorch differentiate. Here you write the derivative yourself.
# next: Use the product rule on z times σ(z).
def silu_slope(Z):
    Z = Z.clone().requires_grad_()
    torch.nn.functional.silu(Z).sum().backward()
    return Z.grad

# %% wrong="silu_slope" name="sigmoid's slope without its first factor"
# says: Your slope of the sigmoid is incomplete: 1 - σ(z) alone. It is σ(z) times (1 - σ(z)).
# next: Put the factor S into the second term.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S + Z * (1 - S)

# %% wrong="silu_slope" name="sigmoid applied twice"
# says: In the second term you apply the sigmoid to what is a sigmoid already.
# next: With S for σ(z), its slope is S (1 - S).
def silu_slope(Z):
    S = torch.sigmoid(Z)
    T = torch.sigmoid(S)
    return S + Z * T * (1 - T)

# %% wrong="silu_slope" name="clamped at 1"
# says: You cut your slopes off at 1. SiLU's slope exceeds 1 for a stretch.
# next: Return what the product rule gives, as it is.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return (S + Z * S * (1 - S)).clamp(max=1)

# %% wrong="silu_slope" name="clamped at 0"
# says: You cut your slopes off at 0. SiLU goes down before it goes up, so its slope is negative for a stretch.
# next: Return what the product rule gives, as it is.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return (S + Z * S * (1 - S)).clamp(min=0)

# %% wrong="silu_slope" name="the function itself"
# says: What you return is z σ(z), the function itself and not its slope. If you meant the product rule, a bracket is
# missing.
# next: Put 1 - S into brackets, or begin with the product rule.
def silu_slope(Z):
    return Z * torch.sigmoid(Z)

# %% wrong="silu_slope" name="tanh's pattern"
# says: You use 1 - S² for the slope of the sigmoid. That pattern belongs to tanh.
# next: The slope of the sigmoid is S (1 - S).
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S + Z * (1 - S**2)

# %% wrong="silu_slope" name="denominator not squared"
# says: You differentiate z / (1 + e^-z) as a quotient and divide once. In the quotient rule the denominator is
# squared.
# next: Square it, or use the product rule with σ(z).
def silu_slope(Z):
    E = torch.exp(-Z)
    return (1 + E + Z * E) / (1 + E)

# %% wrong="silu_slope" name="z in the first term"
# says: In the first term the factor z still stands. There it has been differentiated, and its slope is 1.
# next: The first term is 1 times σ(z).
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return Z * S + Z * S * (1 - S)

# %% wrong="silu_slope" name="cut off"
# says: You set the slope to 0 or 1 beyond some z. It is near there, but not equal.
# next: Use one formula for all z.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    slope = S + Z * S * (1 - S)
    return torch.where(Z.abs() > 10, (Z > 0).to(Z.dtype), slope)

# %% wrong="silu_slope" name="difference quotient"
# says: Your slopes are only nearly right, as those of a difference quotient are: (f(z + h) - f(z)) / h with a small
# h.
# next: Differentiate z σ(z) with the product rule.
def silu_slope(Z):
    def silu(Z):
        return Z * torch.sigmoid(Z)

    h = 1e-3
    return (silu(Z + h) - silu(Z)) / h

# %% wrong="silu_slope" name="difference quotient, both sides"
# says: Your slopes are nearly right and not quite, as those of a difference quotient are, or of float32 on the way.
# next: Differentiate z σ(z) with the product rule, and stay in the dtype of Z.
def silu_slope(Z):
    def silu(Z):
        return Z * torch.sigmoid(Z)

    h = 1e-3
    return (silu(Z + h) - silu(Z - h)) / (2 * h)

# %% wrong="silu_slope" name="rounded"
# says: Your slopes are rounded to four decimals. The text rounds its examples for reading only.
# next: Return the numbers as they are.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return (S + Z * S * (1 - S)).round(decimals=4)

# %% wrong="silu_slope" name="the slope of GELU"
# says: This is the slope of GELU, with the normal distribution as its switch. SiLU's switch is the sigmoid.
# next: Use the product rule on z times σ(z).
def silu_slope(Z):
    density = torch.exp(-(Z**2) / 2) / (2 * torch.pi) ** 0.5
    return torch.special.ndtr(Z) + Z * density

# %% wrong="silu_slope" name="sigmoid of the size"
# says: Your own sigmoid uses |z| and is right for positive z only: 1 / (1 + e^-|z|) never goes below ½.
# next: For a negative z it is 1 minus that; `torch.sigmoid` does it for you.
def silu_slope(Z):
    S = torch.sigmoid(Z.abs())
    return S + Z * S * (1 - S)

# %% wrong="silu_slope" name="the size of z"
# says: You use |z| in place of z, so your slopes are the same on both sides of 0.
# next: Use z itself.
def silu_slope(Z):
    S = torch.sigmoid(Z.abs())
    return S + Z.abs() * S * (1 - S)

# %% wrong="silu_slope" name="clamped at 4 before"
# says: You keep z between -4 and 4, so beyond that your slope stands still. It goes on towards 0 and 1.
# next: Use `torch.sigmoid` of z itself; it stays finite.
def silu_slope(Z):
    Z = Z.clamp(-4, 4)
    S = torch.sigmoid(Z)
    return S + Z * S * (1 - S)

# %% wrong="silu_slope" name="sigmoid clamped at 4"
# says: You keep z between -4 and 4 inside the sigmoid, so further out it stands still, and z multiplies what should
# have faded.
# next: Use `torch.sigmoid` of z itself; it stays finite.
def silu_slope(Z):
    S = torch.sigmoid(Z.clamp(-4, 4))
    return S + Z * S * (1 - S)

# %% wrong="silu_slope" name="clamped at 5 before"
# says: You keep z between -5 and 5, so beyond that your slope stands still. It goes on towards 0 and 1.
# next: Use `torch.sigmoid` of z itself; it stays finite.
def silu_slope(Z):
    Z = Z.clamp(-5, 5)
    S = torch.sigmoid(Z)
    return S + Z * S * (1 - S)

# %% wrong="silu_slope" name="sigmoid clamped at 5"
# says: You keep z between -5 and 5 inside the sigmoid, so further out it stands still, and z multiplies what should
# have faded.
# next: Use `torch.sigmoid` of z itself; it stays finite.
def silu_slope(Z):
    S = torch.sigmoid(Z.clamp(-5, 5))
    return S + Z * S * (1 - S)

# %% wrong="silu_slope" name="clamped at 6 before"
# says: You keep z between -6 and 6, so beyond that your slope stands still. It goes on towards 0 and 1.
# next: Use `torch.sigmoid` of z itself; it stays finite.
def silu_slope(Z):
    Z = Z.clamp(-6, 6)
    S = torch.sigmoid(Z)
    return S + Z * S * (1 - S)

# %% wrong="silu_slope" name="sigmoid clamped at 6"
# says: You keep z between -6 and 6 inside the sigmoid, so further out it stands still, and z multiplies what should
# have faded.
# next: Use `torch.sigmoid` of z itself; it stays finite.
def silu_slope(Z):
    S = torch.sigmoid(Z.clamp(-6, 6))
    return S + Z * S * (1 - S)

# %% wrong="silu_slope" name="clamped at 10 before"
# says: You keep z between -10 and 10, so beyond that your slope stands still. It goes on towards 0 and 1.
# next: Use `torch.sigmoid` of z itself; it stays finite.
def silu_slope(Z):
    Z = Z.clamp(-10, 10)
    S = torch.sigmoid(Z)
    return S + Z * S * (1 - S)

# %% wrong="silu_slope" name="sigmoid clamped at 10"
# says: You keep z between -10 and 10 inside the sigmoid, so further out it stands still, and z multiplies what should
# have faded.
# next: Use `torch.sigmoid` of z itself; it stays finite.
def silu_slope(Z):
    S = torch.sigmoid(Z.clamp(-10, 10))
    return S + Z * S * (1 - S)

# %% wrong="silu_slope" name="a single entry becomes a vector"
# says: Your slope of a single entry, of shape (), comes back as a vector (1,): something makes one of it, such as
# atleast_1d.
# next: Leave the shape as it is; torch's functions take any.
def silu_slope(Z):
    Z = torch.atleast_1d(Z)
    S = torch.sigmoid(Z)
    return S + Z * S * (1 - S)

# %% wrong="silu_slope" name="the slope of tanh"
# says: This is the slope of tanh. SiLU is z times the sigmoid of z.
# next: Use the product rule on z times σ(z).
def silu_slope(Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="silu_slope" name="the slopes added"
# says: You add the slopes of the two factors. The product rule multiplies each slope by the other factor.
# next: The slope of the first times the second, plus the first times the slope of the second.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return 1 + S * (1 - S)

# %% wrong="silu_slope" name="second factor lost in the first term"
# says: Your first term is 1 alone. The slope of z, which is 1, is multiplied by σ(z).
# next: Put σ(z) there.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return 1 + Z * S * (1 - S)

# %% wrong="silu_slope" name="brackets around the wrong sum"
# says: You have S (1 + z) (1 - S). The factor 1 - S belongs to the term with z only.
# next: Write the two terms of the product rule side by side before you factor out.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S * (1 + Z) * (1 - S)

# %% wrong="silu_slope" name="difference of the two"
# says: You have σ(z) times (1 + z - σ(z)), which is σ(z)(1 - σ(z)) + z σ(z). In the second term z meets σ itself.
# next: Write the two terms of the product rule side by side before you factor out.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S * (1 + Z - S)

# %% wrong="silu_slope" name="sigmoid squared for its slope"
# says: In the second term you take σ(z) squared. The slope of the sigmoid is σ(z) times (1 - σ(z)).
# next: Put the factor (1 - S) in the place of the second S.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S + Z * S * S

# %% wrong="silu_slope" name="float32 created inside"
# says: Your result is float32: something you create inside, with torch.zeros or torch.tensor, has no dtype and takes
# float32.
# next: Pass the dtype of the input on, with dtype= or zeros_like.
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return (S + Z * S * (1 - S)).float()

# %% wrong="silu_slope" name="the pattern with SiLU itself"
# says: Your second term is f (1 - f) with f = z σ(z), SiLU itself. That pattern is the slope of the sigmoid, and of
# it alone.
# next: The second term is z times S (1 - S), with S for σ(z).
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S + Z * S * (1 - Z * S)

# %% wrong="silu_slope" name="sigmoid applied twice in the bracket"
# says: In the bracket of the second term you apply the sigmoid to what is a sigmoid already.
# next: With S for σ(z), its slope is S (1 - S).
def silu_slope(Z):
    S = torch.sigmoid(Z)
    return S + Z * S * (1 - torch.sigmoid(S))

# %% right="silu_slope" name="factored"
def silu_slope(Z):
    S = 1 / (1 + torch.exp(-Z))
    return S * (1 + Z * (1 - S))

# %% right="silu_slope" name="from the function's own value"
def silu_slope(Z):
    A = Z * torch.sigmoid(Z)
    return A + torch.sigmoid(Z) * (1 - A)

# %% [markdown]
# ### Exercise 4.4: where do they saturate?
#
# **Your turn.** Read it off the dashed curves: which value does the slope approach far to the left, and which far to
# the right? Fill in `far_slopes`, a float64 tensor of shape (7, 2). Each row is one activation, in this order: sigmoid,
# tanh, ReLU, leaky ReLU (with $\alpha = 0.1$), ELU, SiLU, GELU. Column 0 is the far left, column 1 the far right. For
# softplus, $\log(1 + e^z)$, which is not in the list, the row would be `[0., 1.]`.
#
# The check below looks at the shape and the dtype alone. Your numbers are looked at when you hand in.
#
# A 0 means: saturated on that side, nothing is learnt there. When a network refuses to train, this table is one of the
# first things to think of.

# %% solution="far_slopes"
### BEGIN SOLUTION
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)
### END SOLUTION

# %% check="far_slopes" points=1
check.shape(far_slopes, (7, 2), dtype=torch.float64)
### BEGIN HIDDEN TESTS
expected = torch.tensor([[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64)
check.value(far_slopes, expected)
### END HIDDEN TESTS

# %% wrong="far_slopes" name="heights instead of slopes"
# says: You read the solid curves. The question is about the slopes, which are dashed.
# next: A curve that levels off, at whatever height, has slope 0 there.
far_slopes = torch.tensor(
    [[0, 1], [-1, 1], [0, 1], [0.1, 1], [-1, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="leaky ReLU saturates"
# says: You let leaky ReLU saturate on the left. It keeps a small slope there; that is what it was invented for.
# next: Look at the dashed line left of 0 in its figure.
far_slopes = torch.tensor([[0, 0], [0, 0], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64)

# %% wrong="far_slopes" name="left and right swapped"
# says: Your columns have changed places. Column 0 is the far left.
# next: ReLU is flat on the left, so its row begins with 0.
far_slopes = torch.tensor([[0, 0], [0, 0], [1, 0], [1, 0.1], [1, 0], [1, 0], [1, 0]], dtype=torch.float64)

# %% wrong="far_slopes" name="only sigmoid saturates"
# says: Tanh levels off on both sides, just as the sigmoid does.
# next: Look how high the dashed curve of tanh is at z = 4.
far_slopes = torch.tensor([[0, 0], [1, 1], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64)

# %% wrong="far_slopes" name="another alpha"
# says: Your leaky ReLU has α = 0.01. The table asks for α = 0.1.
# next: Left of 0 its slope is α.
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.01, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="ELU's height"
# says: For ELU you give the value that the function approaches on the left. A curve that levels off has slope 0.
# next: Look at the dashed curve, far to the left.
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [-1, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="heights on the right"
# says: For sigmoid and tanh you give the height they approach on the right. A curve that levels off has slope 0.
# next: Look at the dashed curves, far to the right.
far_slopes = torch.tensor(
    [[0, 1], [0, 1], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="heights of the squashing ones"
# says: For sigmoid and tanh you give the heights they approach. A curve that levels off has slope 0.
# next: Look at the dashed curves, not at the solid ones.
far_slopes = torch.tensor(
    [[0, 1], [-1, 1], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="the largest slopes"
# says: For sigmoid and tanh you give the top of the dashed curve. The question is where it goes far out.
# next: Follow the dashed curve to both ends.
far_slopes = torch.tensor(
    [[0.25, 0.25], [1, 1], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="the top of the slope"
# says: For SiLU and GELU you give the top of the dashed curve, 1.1. Further out it comes back down.
# next: Follow the dashed curve to its right end.
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [0, 1.1], [0, 1.1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="the dip of the slope"
# says: For SiLU and GELU you give the dip of the dashed curve, -0.1. Further out it comes back up.
# next: Follow the dashed curve to its left end.
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [-0.1, 1], [-0.1, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="saturated on the right"
# says: SiLU and GELU look like z itself far to the right: they do not level off there.
# next: What is the slope of a straight line that rises like z?
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [0, 0], [0, 0]], dtype=torch.float64
)

# %% wrong="far_slopes" name="ELU and leaky ReLU exchanged"
# says: Two rows have changed places: 0.1 belongs to leaky ReLU, which comes before ELU.
# next: Go through the order in the text once more.
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0, 1], [0.1, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="ELU does not saturate"
# says: ELU levels off on the left, at -α. There its slope fades to 0.
# next: Look at its dashed curve, far to the left.
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [1, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="all lefts first"
# says: All values for the left come first in your list, and reshape fills row by row: they land in the wrong rows.
# next: Write one pair for each activation, or stack the two lists as columns.
far_slopes = torch.tensor([0, 0, 0, 0.1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], dtype=torch.float64).reshape(7, 2)

# %% wrong="far_slopes" name="tanh's heights"
# says: For tanh you give the heights it approaches. A curve that levels off has slope 0.
# next: Look at its dashed curve, not at the solid one.
far_slopes = torch.tensor(
    [[0, 0], [-1, 1], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="sigmoid's height"
# says: For the sigmoid you give the height it approaches on the right. A curve that levels off has slope 0.
# next: Look at its dashed curve, not at the solid one.
far_slopes = torch.tensor(
    [[0, 1], [0, 0], [0, 1], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="leaky ReLU's sides swapped"
# says: In the row of leaky ReLU the two sides have changed places. The small slope is on the left.
# next: Column 0 is the far left.
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [1, 0.1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="leaky ReLU falls"
# says: Your leaky ReLU has the slope -0.1 on the left. It rises there, too, only slowly: below 0 and towards 0.
# next: Look at its dashed curve left of 0.
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [-0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="ReLU saturated on the right"
# says: Your ReLU is flat on both sides. On the right it is z itself.
# next: What is the slope of z?
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 0], [0.1, 1], [0, 1], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="hinged on the right"
# says: For ELU you have 0 on the right. There it is z itself and does not level off.
# next: What is the slope of z?
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 0], [0, 1], [0, 1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="the dip and the top of the slope"
# says: For SiLU and GELU you give the dip and the top of the dashed curve, -0.1 and 1.1. Further out it comes back to
# 0 and 1.
# next: Follow the dashed curve to both ends.
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [-0.1, 1.1], [-0.1, 1.1]], dtype=torch.float64
)

# %% wrong="far_slopes" name="smooth ones do not saturate"
# says: For SiLU and GELU you have 1 on the left. There they are nearly 0 and level off.
# next: Look at the dashed curves, far to the left.
far_slopes = torch.tensor(
    [[0, 0], [0, 0], [0, 1], [0.1, 1], [0, 1], [1, 1], [1, 1]], dtype=torch.float64
)

# %% right="far_slopes" name="asked of autograd"
Z = torch.tensor([-60.0, 60.0], dtype=torch.float64, requires_grad=True)
F = torch.nn.functional
seven = [torch.sigmoid, torch.tanh, torch.relu, lambda Z: F.leaky_relu(Z, 0.1), F.elu, F.silu, F.gelu]
far_slopes = torch.stack([torch.autograd.grad(f(Z).sum(), Z)[0] for f in seven]).round(decimals=6)

# %% right="far_slopes" name="filled in"
far_slopes = torch.zeros(7, 2, dtype=torch.float64)
far_slopes[2:, 1] = 1
far_slopes[3, 0] = 0.1

# %% [markdown]
# ### 4.4 One that looks at its neighbours: softmax
#
# All the functions so far treat every number on its own. **Softmax** does not. It takes a row of scores and makes
# probabilities of them: $p_i = e^{z_i} / \sum_j e^{z_j}$. All are positive, and together they make 1. It belongs at the
# output of a network that chooses among several classes, and week 7 is about it. Here is how it moves: three scores,
# two of them fixed at 0, the first one changing.

# %%
z = torch.linspace(-6, 6, 121, dtype=torch.float64)
scores = torch.stack([z, torch.zeros_like(z), torch.zeros_like(z)], dim=-1)  # (121, 3)
p = torch.softmax(scores, dim=-1)
plot.lines(
    {
        "p₀": (z, p[:, 0]),
        "p₁ = p₂": (z, p[:, 1]),
        "∂p₀/∂z₀": (z, p[:, 0] * (1 - p[:, 0])),
        "∂p₁/∂z₀": (z, -p[:, 1] * p[:, 0]),
    },
    xlabel="z₀",
    ylabel="probability, slope",
    alt="As z0 grows, p0 rises in an S from 0 to 1 and p1 falls from a half to 0. The slope of p0 is a hill "
    "with its top of 0.25 near 0.7; the slope of p1 is a shallow valley below zero at the same place.",
    caption="Softmax of (z₀, 0, 0). What p₀ gains, the two others lose together.",
)

# %% [markdown]
# Every output depends on every input. So there is not one slope for each entry, but a whole table of them:
#
# $$\frac{\partial p_i}{\partial z_j} = p_i\,(\delta_{ij} - p_j), \qquad
# \delta_{ij} = 1 \text{ if } i = j, \text{ else } 0 .$$
#
# Raise the score of one class and its own probability rises, with the slope $p_i(1 - p_i)$ that you know from the
# sigmoid; every other one falls. It saturates as the sigmoid does, whenever one class has nearly all the probability.
#
# ### Exercise 4.5 (optional, harder, no points): softmax's table of slopes
#
# **If you like.** Write `softmax_slopes(z)` for one row of q scores, which may be as large as ±1000: the (q, q) table
# whose entry in row i, column j is $\partial p_i / \partial z_j$. `torch.softmax` may be used, autograd may not. For
# `z = [0., 0.]` it is `[[0.25, -0.25], [-0.25, 0.25]]`. The scores $0, \ln 2, 0$ have the probabilities ¼, ½, ¼, and
# row 0 of their table is `[0.1875, -0.125, -0.0625]`. A single score gives `[[0.]]`. What must every row add up to, and
# why?

# %% solution="softmax_slopes"
def softmax_slopes(z):
    """All derivatives of softmax: z (q,), up to ±1000 -> (q, q), entry [i, j] is the derivative of p_i by z_j."""
    ### BEGIN SOLUTION
    p = torch.softmax(z, dim=0)
    return torch.diag(p) - p[:, None] * p
    ### END SOLUTION

# %% check="softmax_slopes" points=0
two = cases.example(z=torch.zeros(2).double(), gives=torch.tensor([[0.25, -0.25], [-0.25, 0.25]]).double())
table = [[0.1875, -0.125, -0.0625], [-0.125, 0.25, -0.125], [-0.0625, -0.125, 0.1875]]
three = cases.example(z=torch.tensor([1, 2, 1]).double().log(), gives=torch.tensor(table).double())
check.function(softmax_slopes, on=[two, three], by_hand=True)
### BEGIN HIDDEN TESTS
def entry_by_entry(z):
    p = torch.softmax(z, dim=0)
    rows = [[p[i] * (float(i == j) - p[j]) for j in range(len(z))] for i in range(len(z))]
    return torch.stack([torch.stack(row) for row in rows])


large = [
    cases.example(z=torch.tensor(scores, dtype=torch.float64))
    for scores in ([1e3, 998.5, -1e3, 999.0, 0.0], [-1e3, -1001.0, -999.5], [-1e3, 1e3, 999.0, -1e3])
]
hidden = cases.draw(seeds=12, seed0=100, z="q") + large
check.function(softmax_slopes, entry_by_entry, on=hidden, by_hand=True)
### END HIDDEN TESTS

# %% wrong="softmax_slopes" name="only the diagonal"
# says: Off the diagonal you have zeros, as if each probability depended on its own score alone.
# next: Raising one score lowers all the other probabilities: entry [i, j] is -p_i p_j there.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.diag(p * (1 - p))

# %% wrong="softmax_slopes" name="a row of slopes"
# says: You return one slope for each class. There is one for each pair of a probability and a score.
# next: Make a table of shape (q, q).
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return p * (1 - p)

# %% wrong="softmax_slopes" name="wrong sign"
# says: All signs are the wrong way round. On the diagonal a probability rises with its own score.
# next: It is the diagonal of p minus the products.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.outer(p, p) - torch.diag(p)

# %% wrong="softmax_slopes" name="identity in place of the diagonal"
# says: You subtract the products from the identity matrix. On the diagonal there is p, not 1.
# next: Multiply out p_i (δ_ij - p_j): what does the first part become?
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.eye(len(z), dtype=z.dtype, device=z.device) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="the same probability twice"
# says: In entry [i, j] you take p_i twice. The second one is p_j.
# next: Make a column of one p and a row of the other, so that they broadcast to a table.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.diag(p) - (p**2)[:, None].expand(len(z), len(z))

# %% wrong="softmax_slopes" name="the sigmoid of each score"
# says: You take the sigmoid of each score. Softmax divides by the sum over all of them, so that they make 1.
# next: Begin with `torch.softmax`.
def softmax_slopes(z):
    p = torch.sigmoid(z)
    return torch.diag(p) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="the loss shared out equally"
# says: You let all other classes lose the same. Each loses in proportion to its own probability.
# next: Off the diagonal entry [i, j] is -p_i p_j.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    gain, q = p * (1 - p), len(z)
    return torch.diag(gain * q / (q - 1)) - (gain / (q - 1))[:, None]

# %% wrong="softmax_slopes" name="equal values taken for one class"
# says: You ask whether p_i and p_j are equal. δ asks whether i and j are: two classes may have the same probability.
# next: Take δ from `torch.eye`, or write p on the diagonal with `torch.diag`.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return p[:, None] * ((p[:, None] == p).to(z.dtype) - p)

# %% wrong="softmax_slopes" name="δ always 1"
# says: Your table is p_i (1 - p_j) everywhere. δ is 1 on the diagonal only.
# next: Off the diagonal p_i (0 - p_j) is left.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.outer(p, 1 - p)

# %% wrong="softmax_slopes" name="plus off the diagonal"
# says: Off the diagonal your entries are positive. Raising one score lowers all the other probabilities.
# next: Off the diagonal entry [i, j] is -p_i p_j.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.diag(p - 2 * p**2) + torch.outer(p, p)

# %% wrong="softmax_slopes" name="no diagonal"
# says: Your diagonal is -p_i². There δ is 1, and p_i (1 - p_i) is left.
# next: Add p on the diagonal, with `torch.diag`.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return -torch.outer(p, p)

# %% wrong="softmax_slopes" name="overflow"
# says: For large scores your exponential is infinite, and infinity divided by infinity is nan.
# next: Use `torch.softmax`, or subtract the largest score before the exponential.
def softmax_slopes(z):
    E = torch.exp(z)
    p = E / E.sum()
    return torch.diag(p) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="scores clamped"
# says: You bound the scores, so large ones that differ come to look equal.
# next: Subtract the largest score instead: that changes no probability. Or use `torch.softmax`.
def softmax_slopes(z):
    p = torch.softmax(z.clamp(-50, 50), dim=0)
    return torch.diag(p) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="bounded from above only"
# says: You bound the scores from above, so large ones that differ come to look equal.
# next: Subtract the largest score instead: that changes no probability. Or use `torch.softmax`.
def softmax_slopes(z):
    p = torch.softmax(z.clamp(max=50), dim=0)
    return torch.diag(p) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="slopes of the logarithm"
# says: Your table is δ_ij - p_j, the slopes of log p_i. The factor p_i in front is missing.
# next: Multiply row i by p_i.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.eye(len(z), dtype=z.dtype, device=z.device) - p

# %% wrong="softmax_slopes" name="slopes of the logarithm, transposed"
# says: Your table is δ_ij - p_i. The bracket has p_j, and the factor p_i in front of it is missing.
# next: Multiply row i by p_i.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.eye(len(z), dtype=z.dtype, device=z.device) - p[:, None]

# %% wrong="softmax_slopes" name="squares in every row"
# says: You subtract p * p, which squares each probability and puts the same squares into every row. Entry [i, j] takes
# p_i times p_j.
# next: Make a column of one p and a row of the other, so that they broadcast to a table.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.diag(p) - p * p

# %% wrong="softmax_slopes" name="not divided by the sum"
# says: You do not divide by the sum of the exponentials, so your numbers do not make 1.
# next: Begin with `torch.softmax`.
def softmax_slopes(z):
    E = torch.exp(z - z.max())
    return torch.diag(E) - torch.outer(E, E)

# %% wrong="softmax_slopes" name="the logarithms of the probabilities"
# says: You use the logarithms of the probabilities. The formula has the probabilities themselves.
# next: Begin with `torch.softmax`.
def softmax_slopes(z):
    p = torch.log_softmax(z, dim=0)
    return torch.diag(p) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="1 on the diagonal"
# says: Your diagonal is 1 - p_i. The factor p_i in front of the bracket is missing there.
# next: On the diagonal it is p_i (1 - p_i).
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.diag(1 - p + p**2) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="the diagonal squared"
# says: Your diagonal is p_i. There p_i times p_i is subtracted as well.
# next: On the diagonal it is p_i (1 - p_i).
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return torch.diag(p + p**2) - torch.outer(p, p)

# %% wrong="softmax_slopes" name="squeezed"
# says: For a single score your table is a number without dimensions. It should be (1, 1).
# next: Look for squeeze(), which takes away every dimension of size 1.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return (torch.diag(p) - torch.outer(p, p)).squeeze()

# %% wrong="softmax_slopes" name="float32 created inside"
# says: Your result is float32: something you create inside, with torch.zeros or torch.tensor, has no dtype and takes
# float32.
# next: Pass the dtype of the input on, with dtype= or zeros_like.
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return (torch.diag(p) - torch.outer(p, p)).float()

# %% wrong="softmax_slopes" name="shifted by the mean"
# says: You subtract the mean before the exponential, or one certain score, so a score far above it still overflows.
# next: Subtract the largest score: then no exponent is above 0. Or use `torch.softmax`.
def softmax_slopes(z):
    E = torch.exp(z - z.mean())
    p = E / E.sum()
    return torch.diag(p) - torch.outer(p, p)

# %% right="softmax_slopes" name="written as in the formula"
def softmax_slopes(z):
    p = torch.softmax(z, dim=0)
    return p[:, None] * (torch.eye(len(z), dtype=z.dtype, device=z.device) - p[None, :])

# %% right="softmax_slopes" name="with loops"
def softmax_slopes(z):
    p = torch.exp(z - z.max())
    p = p / p.sum()
    T = torch.zeros(len(z), len(z), dtype=z.dtype, device=z.device)
    for i in range(len(z)):
        for j in range(len(z)):
            T[i, j] = p[i] * (1 - p[i]) if i == j else -p[i] * p[j]
    return T

# %% [markdown]
# ## 5. Training on XOR
#
# ### 5.1 One step with the module
#
# The recipe is that of week 2: compute the output, then the loss, clear the gradients, go backward, take a step
# against the gradient. Only the number of parameters has grown. The loss is the mean squared error
#
# $$L = \frac1n \sum_{i=1}^{n} \bigl(\hat y^{(i)} - y^{(i)}\bigr)^2 .$$
#
# Here is one step of your `TwoLayerNN`, with the learning rate 0.1.

# %%
model = TwoLayerNN()
X32, Y32 = X.float(), Y.float()  # the module's parameters are float32
loss = ((model(X32) - Y32) ** 2).mean()
model.zero_grad()
loss.backward()
with torch.no_grad():
    for neuron in (model.hidden0, model.hidden1, model.output):
        neuron.W -= 0.1 * neuron.W.grad
        neuron.b -= 0.1 * neuron.b.grad
        print(neuron.W.grad)
print("loss before:", loss.item(), " after:", ((model(X32) - Y32) ** 2).mean().item())

# %% [markdown]
# The loss goes down, from about 1.33 to about 1.16. Two details deserve a second look.
#
# - `Y32` has shape (4, 1), like the network's output. With labels of shape (4,) the difference would become a (4, 4)
#   table by broadcasting, with no error message and a wrong loss.
# - The printed lines are the gradients of the three neurons' weights. That of `hidden1` is zero, both entries, exactly.
#   In the output neuron, the weight that belongs to it has gradient zero as well. Hold that thought.
#
# ### Exercise 5.1: the training loop
#
# From here on we start from many different weights, and that is easier with four tensors than with objects.
#
# **Your turn.** Complete `train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu")`. `X` is (n, d), `Y` (n, 1); the
# parameters have the shapes of `two_layers`. The first line makes copies of the parameters that autograd follows; the
# last line hands them back. In between, `steps` times: compute the output with `two_layers`, the mean squared error,
# append the loss as a plain number to `losses` (`loss.item()`, before the step), clear the gradients, go backward, and
# update all four parameters with the rate `lr`.
#
# It returns the list of losses, as Python numbers, and the list of the four trained parameters. It makes all the steps
# with this rate, also when the loss rises. Each of n, d and h may be 1. With the numbers of section 1, the four corners
# of XOR, `lr=0.1` and `steps=3`, the losses are `[1.3313, 1.1574, 1.0809]` to four decimals. (The module above may
# differ from that in the third decimal. At the corner (0, 1) its first hidden neuron stands exactly at $z = 0$, where
# ReLU has no slope, and ways of writing ReLU differ in what they take instead: `torch.relu` takes 0, `torch.maximum`
# takes ½.)
#
# The check trains for three steps on four points near the corners, where no neuron stands at 0: once with ReLU, once
# with tanh. Three steps, because the third loss is the first one that shows what happens to the gradients in between.

# %% solution="train"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    """Gradient descent on the mean squared error.

    X (n, d), Y (n, 1) -> losses (list of numbers), [W1, b1, W2, b2] (trained).
    """
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    ### BEGIN SOLUTION
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    ### END SOLUTION
    return losses, [P.detach() for P in parameters]

# %% check="train" points=3
numbers = dict(
    X=torch.tensor([[0.2, 0.1], [0.1, 0.9], [1.1, 0.2], [0.8, 1.0]], dtype=torch.float64),
    Y=torch.tensor([[-1], [1], [1], [-1]], dtype=torch.float64),
    W1=torch.tensor([[0.8, -0.5], [-1.0, -0.1]], dtype=torch.float64),
    b1=torch.tensor([0.5, -0.2], dtype=torch.float64),
    W2=torch.tensor([[-0.5, -0.4]], dtype=torch.float64),
    b2=torch.tensor([-0.2], dtype=torch.float64),
    lr=0.1,
    steps=3,
)
after_relu = [[[0.720291, -0.541287], [-1.0, -0.1]], [0.405679, -0.2], [[-0.305829, -0.4]], [0.014123]]
after_tanh = [
    [[0.810943, -0.522783], [-1.001949, -0.130712]],
    [0.485404, -0.215075],
    [[-0.463949, -0.46263]],
    [-0.11089],
]
ends = {
    "relu": ([1.365313, 1.16324, 1.089034], [torch.tensor(P, dtype=torch.float64) for P in after_relu]),
    "tanh": ([1.014184, 0.984786, 0.972543], [torch.tensor(P, dtype=torch.float64) for P in after_tanh]),
}
three_steps = [cases.example(**numbers, activation=name, gives=gives) for name, gives in ends.items()]
check.function(train, on=three_steps, rtol=1e-4)
### BEGIN HIDDEN TESTS
def expected_training(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    f = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[activation]
    values, losses = [W1, b1, W2, b2], []
    for _ in range(steps):
        values = [value.clone().requires_grad_() for value in values]
        error = f(X @ values[0].T + values[1]) @ values[2].T + values[3] - Y
        gradients = torch.autograd.grad((error**2).sum() / len(X), values)
        losses.append((error**2).detach().mean().item())
        values = [(value - lr * slope).detach() for value, slope in zip(values, gradients, strict=True)]
    return losses, values


shapes = dict(X="n d", Y="n 1", W1="h d", b1="h", W2="1 h", b2="1")
for number, name in enumerate(("relu", "tanh", "sigmoid")):
    drawn = cases.draw(seeds=4, seed0=100 + 10 * number, **shapes, lr=0.01 + 0.005 * number, steps=5 + number)
    on = [cases.Case({**case.inputs, "activation": name}, case.sizes) for case in drawn]
    check.function(train, expected_training, on=on)
# without zeros: at a pre-activation of exactly 0 there is no slope
small = cases.draw(seeds=4, seed0=140, **shapes, lr=0.002, steps=3, without="zeros")
rising = cases.example(**{**numbers, "lr": 1.0, "steps": 4}, activation="tanh")  # the loss rises twice, then it falls
check.function(train, expected_training, on=small + [rising])
### END HIDDEN TESTS

# %% wrong="train" name="gradients never cleared"
# says: The gradients of all steps pile up: the second step uses the sum of the first and the second gradient. So the
# first two losses are right, and the third is not.
# next: Clear them in each step before you go backward.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="sum instead of mean"
# says: You add up the squared errors. The loss is their mean.
# next: Use mean() in place of sum().
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).sum()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="uphill"
# says: You step along the gradient, so the loss grows.
# next: Subtract the gradient times the rate.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P += lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="only the output layer"
# says: Only the output neuron is trained. The hidden neurons stay where they were.
# next: Update all four parameters in each step.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters[2:]:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="labels of the wrong shape"
# says: You take the difference of a column and a vector. Broadcasting makes an n by n table of it.
# next: Leave Y in the shape (n, 1), the shape of the output.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y.flatten()) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="activation forgotten"
# says: You train with ReLU whatever activation is asked for.
# next: Pass `activation` on to `two_layers`.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="loss written down after the step"
# says: Your list holds the losses after each step. It should hold the loss from which each step starts.
# next: Append the loss that you go backward from.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
            losses.append(((two_layers(X, *parameters, activation) - Y) ** 2).mean().item())
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="a rate of its own"
# says: Your steps are always taken with the rate 0.1, whatever `lr` is.
# next: Use `lr` in the update.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= 0.1 * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="divided by four"
# says: You divide the sum of the squared errors by 4. There are n examples, not always four.
# next: Use mean(), or the number of rows of X.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).sum() / 4
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="gradients of the biases pile up"
# says: You clear the gradients of the weights only. Those of the biases pile up from step to step.
# next: Clear all four gradients in each step.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters[::2]:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="gradients of the weights pile up"
# says: You clear the gradients of the biases only. Those of the weights pile up from step to step.
# next: Clear all four gradients in each step.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters[1::2]:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="half the mean"
# says: Your loss has a factor ½. Here it is the plain mean of the squared errors.
# next: Leave the ½ out.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean() / 2
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="nothing moves"
# says: All your losses are the same: no parameter moves. The step goes to a copy, or the gradients are cleared before
# the step uses them.
# next: Change each parameter itself, with -=, right after going backward.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= 0 * lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="only the weights"
# says: Only the weights are trained. The biases stay where they were.
# next: Update all four parameters in each step.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters[::2]:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="only the hidden layer"
# says: Only the hidden neurons are trained. The output neuron stays where it was.
# next: Update all four parameters in each step.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters[:2]:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="absolute errors"
# says: You take the size of each error. The loss is made of their squares.
# next: Square the differences before you take the mean.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = (two_layers(X, *parameters, activation) - Y).abs().mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="root of the mean"
# says: You take the square root of the mean squared error. Here the loss is the mean itself.
# next: Leave the root out.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean().sqrt()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="mean squared"
# says: You take the mean of the errors first and square it then. Errors of opposite signs cancel out like that.
# next: Square each error, then take the mean.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = (two_layers(X, *parameters, activation) - Y).mean() ** 2
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="one step too many"
# says: You take one step too many: there are steps + 1 losses.
# next: Go through the loop `steps` times.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps + 1):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="one step too few"
# says: You take one step too few: there are steps - 1 losses.
# next: Go through the loop `steps` times.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(1, steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="losses rounded"
# says: Your losses are rounded. The text rounds its examples for reading only.
# next: Append the number as it is.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(round(loss.item(), 4))
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="stopped early"
# says: You stop before the last step once the loss is small. There should be `steps` losses.
# next: Leave the early end out.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        if loss.item() < 1e-3:
            break
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="Adam"
# says: You take the steps of Adam. Here a step is the rate times the gradient.
# next: Use plain gradient descent.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    optimiser = torch.optim.Adam(parameters, lr=lr)
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="momentum"
# says: Your steps keep some of the steps before (momentum). Here a step is the rate times the gradient of now.
# next: Use plain gradient descent.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    optimiser = torch.optim.SGD(parameters, lr=lr, momentum=0.9)
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="gradients cut off"
# says: You cut the gradients off at ±1. Use them as they are.
# next: Leave the clamp out.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad.clamp(-1, 1)
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="only the sign of the gradient"
# says: You step by the rate in the direction of the gradient's sign. Its size counts as well.
# next: Multiply the rate by the gradient itself.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad.sign()
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="rate divided by n"
# says: You divide the gradients by n once more. The mean in the loss has done that already.
# next: Subtract the rate times the gradient.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad / len(X)
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="losses of the whole sum"
# says: The losses in your list are sums over the examples, though you go backward from their mean.
# next: Append the loss that you go backward from.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item() * len(X))
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="a rate that falls"
# says: Your rate becomes smaller from step to step. It should stay `lr`.
# next: Use `lr` in each update.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for number in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        for P in parameters:
            P.grad = None
        loss.backward()
        with torch.no_grad():
            for P in parameters:
                P -= lr / (number + 1) * P.grad
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="stops when the loss rises"
# says: You stop when the loss rises. All `steps` steps are asked for.
# next: Leave the condition out.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        if losses[-1] > min(losses):
            break
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for P, slope in zip(parameters, gradients):
                P -= lr * slope
    return losses, [P.detach() for P in parameters]

# %% wrong="train" name="rate halved when the loss rises"
# says: You change the rate when the loss rises. All steps use the given `lr`.
# next: Leave the condition out.
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        loss = ((two_layers(X, *parameters, activation) - Y) ** 2).mean()
        losses.append(loss.item())
        if losses[-1] > losses[-2:][0]:
            lr = lr / 2
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for P, slope in zip(parameters, gradients):
                P -= lr * slope
    return losses, [P.detach() for P in parameters]

# %% right="train" name="with torch's optimiser"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    optimiser = torch.optim.SGD(parameters, lr=lr)
    for _ in range(steps):
        loss = torch.nn.functional.mse_loss(two_layers(X, *parameters, activation), Y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses, [P.detach() for P in parameters]

# %% right="train" name="gradients set to zero after the step"
def train(X, Y, W1, b1, W2, b2, lr, steps, activation="relu"):
    parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
    losses = []
    for _ in range(steps):
        error = two_layers(X, *parameters, activation) - Y
        loss = (error * error).mean()
        loss.backward()
        losses.append(loss.item())
        for P in parameters:
            P.data -= lr * P.grad
            P.grad.zero_()
    return losses, [P.detach() for P in parameters]

# %% [markdown]
# ### 5.2 It does not work
#
# Now train the network of section 1 on XOR, 300 steps.

# %%
losses, trained = train(X, Y, W1, b1, W2, b2, lr=0.1, steps=300)
plot.lines(
    {"from the numbers of section 1": losses},
    xlabel="step",
    ylabel="mean squared error",
    alt="The loss falls from 1.33 to 1.0 within about 20 steps and stays there.",
    caption="The loss comes down to 1 and not a bit further.",
)
print(two_layers(X, *trained).round(decimals=3).abs().flatten().tolist())

# %% [markdown]
# The loss stops at 1, and the network answers 0 at all four corners. You know this answer: it is the best *linear*
# model of XOR. But the network has ReLUs, and section 3 has shown that the right weights exist. What went wrong?
#
# Look at the pre-activations at the start, one column for each hidden neuron, one row for each corner.

# %%
print(X @ W1.T + b1)

# %% [markdown]
# The second column is negative in every row. So hidden neuron 1 is off at every corner. Its slope is 0 at every corner,
# no gradient passes through it, and it never moves: it is dead from the beginning. That is what the zeros after the
# first step told you. The first column is positive in three rows and exactly 0 in the row of (0, 1): this neuron's
# crease only just touches a corner. If training pushes the crease a little further out, the neuron is on at all four
# corners, and for them a ReLU that is always on is a straight line.
#
# The network can bend between the examples only where a neuron's crease runs *between* them, so that the neuron is on
# for some of them and off for others. At least one neuron has to do that.
#
# ### Exercise 5.2: the state of the neurons
#
# **Your turn.** Write `neuron_states(X, W1, b1)`. It returns a list of h strings, one for each hidden ReLU neuron:
#
# - `"dead"` if its pre-activation is 0 or negative for every one of the n examples,
# - `"linear"` if it is positive for every one of them,
# - `"bends"` otherwise.
#
# `X` is (n, d), `W1` (h, d), `b1` (h,). For the four corners and the numbers of section 1 it is `["bends", "dead"]`: at
# the corner (0, 1) the first pre-activation is $-0.5 + 0.5 = 0$, on the edge. With a third neuron of weights 0.2 and
# 0.3 and bias 0.1 it is `["bends", "dead", "linear"]`. Three neurons with the weights (1, 1), (1, 1) and (−1, −1) and
# the biases −1.5, 0.5 and 0.5 give `["bends", "linear", "bends"]`. A positive number counts as positive however small
# it is. A single neuron gives a list of one string, with a single example nothing bends, and d may be 1. It is a
# question worth asking of any ReLU network that does not learn.

# %% solution="neuron_states"
def neuron_states(X, W1, b1):
    """What each hidden ReLU neuron does on the examples: X (n, d), W1 (h, d), b1 (h,) -> h strings."""
    ### BEGIN SOLUTION
    on = X @ W1.T + b1 > 0  # (n, h)
    states = []
    for column in on.T:
        states.append("linear" if column.all() else "bends" if column.any() else "dead")
    return states
    ### END SOLUTION

# %% check="neuron_states" points=2
def on_the_corners(*neurons):
    W1 = torch.tensor([neuron[:2] for neuron in neurons], dtype=torch.float64)
    b1 = torch.tensor([neuron[2] for neuron in neurons], dtype=torch.float64)
    square = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float64)
    return cases.example(X=square, W1=W1, b1=b1, gives=[neuron[3] for neuron in neurons])


section_1 = [(0.8, -0.5, 0.5, "bends"), (-1.0, -0.1, -0.2, "dead"), (0.2, 0.3, 0.1, "linear")]
early_and_late = [(1, 1, -1.5, "bends"), (1, 1, 0.5, "linear"), (-1, -1, 0.5, "bends")]
at_the_edge = [(-1, -1, 0, "dead"), (0, 0, 1e-60, "linear")]
alone = [on_the_corners(neuron) for neuron in section_1 + early_and_late + at_the_edge]
check.function(neuron_states, on=[on_the_corners(*section_1), on_the_corners(*early_and_late)] + alone)
### BEGIN HIDDEN TESTS
def by_counting(X, W1, b1):
    counts = (X @ W1.T + b1 > 0).sum(0).tolist()
    return [{0: "dead", len(X): "linear"}.get(count, "bends") for count in counts]


hidden = []
for case in cases.draw(seeds=12, seed0=100, X="n d", W1="h d", b1="h"):
    bias = case["b1"].clone()
    bias[0], bias[1] = -50.0, 50.0  # one dead, one linear, the others by chance
    hidden.append(cases.example(X=case["X"], W1=case["W1"], b1=bias.roll(len(hidden))))
check.function(neuron_states, by_counting, on=hidden)
edge = cases.example(
    X=torch.tensor([[0, 0], [0, 1], [1, 0]], dtype=torch.float64),
    W1=torch.tensor([[1, 0], [-1, -1], [0, 0], [0, 0], [1, 2]], dtype=torch.float64),
    b1=torch.tensor([0, 0, 0, 1, 0], dtype=torch.float64),
    gives=["bends", "dead", "dead", "linear", "bends"],
)
small = cases.example(
    X=torch.tensor([[1], [2]], dtype=torch.float64),
    W1=torch.tensor([[1e-60], [-1e-60], [1e-3]], dtype=torch.float64),
    b1=torch.tensor([0, 0, -1e-3], dtype=torch.float64),
    gives=["linear", "dead", "bends"],
)
check.function(neuron_states, on=[edge, small])
check.function(neuron_states, by_counting, on=cases.draw(seeds=10, seed0=200, X="n d", W1="h d", b1="h"))
### END HIDDEN TESTS

# %% wrong="neuron_states" name="one answer for each example"
# says: You look at one example over all neurons. The question is about one neuron over all examples.
# next: Go through the columns of the (n, h) table, not through its rows.
def neuron_states(X, W1, b1):
    on = X @ W1.T + b1 > 0
    return ["linear" if row.all() else "bends" if row.any() else "dead" for row in on]

# %% wrong="neuron_states" name="bias left out"
# says: You left out the bias, which decides where the crease runs.
# next: Add b1 before you ask for the sign.
def neuron_states(X, W1, b1):
    on = X @ W1.T > 0
    return ["linear" if column.all() else "bends" if column.any() else "dead" for column in on.T]

# %% wrong="neuron_states" name="the edge counts as on"
# says: You count a pre-activation of exactly 0 as on. ReLU gives 0 there, and PyTorch's slope is 0 too.
# next: Ask for greater than 0.
def neuron_states(X, W1, b1):
    on = X @ W1.T + b1 >= 0
    return ["linear" if column.all() else "bends" if column.any() else "dead" for column in on.T]

# %% wrong="neuron_states" name="judged by the mean"
# says: You look at the mean pre-activation. A neuron can be on for one example and off for the others.
# next: Ask for each example whether it is on, and then whether that is so for none, for some or for all.
def neuron_states(X, W1, b1):
    mean = (X @ W1.T + b1).mean(0)
    return ["bends" if value > 0 else "dead" for value in mean]

# %% wrong="neuron_states" name="linear taken for bends"
# says: A neuron that is on for every example has no bend among them. You call it "bends".
# next: Ask first whether it is on for all examples.
def neuron_states(X, W1, b1):
    on = X @ W1.T + b1 > 0
    return ["bends" if column.any() else "dead" for column in on.T]

# %% wrong="neuron_states" name="dead only below 0"
# says: You call a neuron dead only if all its pre-activations are below 0. At exactly 0 it is off as well.
# next: Dead is: 0 or negative for every example.
def neuron_states(X, W1, b1):
    Z = X @ W1.T + b1
    return ["dead" if (z < 0).all() else "linear" if (z > 0).all() else "bends" for z in Z.T]

# %% wrong="neuron_states" name="always four examples"
# says: You call a neuron linear if it is on for 4 examples. There are n of them.
# next: Compare with the number of rows of X.
def neuron_states(X, W1, b1):
    counts = (X @ W1.T + b1 > 0).sum(0).tolist()
    return [{0: "dead", 4: "linear"}.get(count, "bends") for count in counts]

# %% wrong="neuron_states" name="0 counts for linear"
# says: You call a neuron linear if its pre-activation is 0 somewhere. At exactly 0 it is off.
# next: Linear is: above 0 for every example.
def neuron_states(X, W1, b1):
    Z = X @ W1.T + b1
    return ["dead" if (z <= 0).all() else "linear" if (z >= 0).all() else "bends" for z in Z.T]

# %% wrong="neuron_states" name="rounded"
# says: You round the pre-activations, as float32 does too, or ask whether they exceed some small number. A positive
# one counts as on, however small it is.
# next: Compare the pre-activations themselves with 0, in the dtype in which they come.
def neuron_states(X, W1, b1):
    on = (X @ W1.T + b1).round(decimals=2) > 0
    return ["linear" if column.all() else "bends" if column.any() else "dead" for column in on.T]

# %% wrong="neuron_states" name="squeezed"
# says: With a single neuron squeeze() takes its dimension away, and you go through the examples instead.
# next: Keep the (n, h) table as it is.
def neuron_states(X, W1, b1):
    Z = X @ W1.T + b1
    columns = Z.squeeze().unbind(dim=-1)
    return ["dead" if (z <= 0).all() else "linear" if (z > 0).all() else "bends" for z in columns]

# %% wrong="neuron_states" name="dead and linear swapped"
# says: Your "dead" and "linear" have changed places. A neuron whose pre-activations are all positive is on
# everywhere.
# next: Ask what ReLU makes of a positive number.
def neuron_states(X, W1, b1):
    on = X @ W1.T + b1 > 0
    return ["dead" if column.all() else "bends" if column.any() else "linear" for column in on.T]

# %% wrong="neuron_states" name="the first example decides"
# says: You look at the first example only. A neuron can be on for one example and off for the others.
# next: Ask whether it is on for none, for some or for all.
def neuron_states(X, W1, b1):
    return ["linear" if z > 0 else "dead" for z in (X @ W1.T + b1)[0]]

# %% wrong="neuron_states" name="two inputs written out"
# says: You use the first two inputs only. There are d of them.
# next: Compute the pre-activations with all of W1, in one product.
def neuron_states(X, W1, b1):
    on = X[:, :2] @ W1[:, :2].T + b1 > 0
    return ["linear" if column.all() else "bends" if column.any() else "dead" for column in on.T]

# %% wrong="neuron_states" name="the first input alone"
# says: You use the first input only. There are d of them.
# next: Compute the pre-activations with all of W1, in one product.
def neuron_states(X, W1, b1):
    on = X[:, :1] @ W1[:, :1].T + b1 > 0
    return ["linear" if column.all() else "bends" if column.any() else "dead" for column in on.T]

# %% wrong="neuron_states" name="not 0 counts as on"
# says: You ask whether a pre-activation differs from 0. A negative one is off, too.
# next: Ask for greater than 0.
def neuron_states(X, W1, b1):
    on = X @ W1.T + b1 != 0
    return ["linear" if column.all() else "bends" if column.any() else "dead" for column in on.T]

# %% wrong="neuron_states" name="linear and bends swapped"
# says: Your "linear" and "bends" have changed places. A neuron that is on for every example has no bend among them.
# next: Ask first whether it is on for all examples.
def neuron_states(X, W1, b1):
    on = X @ W1.T + b1 > 0
    return ["bends" if column.all() else "linear" if column.any() else "dead" for column in on.T]

# %% wrong="neuron_states" name="dead and bends swapped"
# says: Your "dead" and "bends" have changed places. A neuron that is off for every example is dead.
# next: Ask for each neuron whether it is on for any example.
def neuron_states(X, W1, b1):
    on = X @ W1.T + b1 > 0
    return ["linear" if column.all() else "dead" if column.any() else "bends" for column in on.T]

# %% wrong="neuron_states" name="dead if it is off anywhere"
# says: You call a neuron dead if it is off for some example. Dead is: off for every one.
# next: Ask whether it is on for none, for some or for all.
def neuron_states(X, W1, b1):
    on = X @ W1.T + b1 > 0
    return ["linear" if column.all() else "dead" for column in on.T]

# %% wrong="neuron_states" name="linear if it is on anywhere"
# says: You call a neuron linear if it is on for some example. Linear is: on for every one.
# next: Ask whether it is on for none, for some or for all.
def neuron_states(X, W1, b1):
    on = X @ W1.T + b1 > 0
    return ["linear" if column.any() else "dead" for column in on.T]

# %% wrong="neuron_states" name="the first four examples"
# says: You look at the first four examples only. There are n of them.
# next: Go over all rows of X.
def neuron_states(X, W1, b1):
    on = (X @ W1.T + b1 > 0)[:4]
    return ["linear" if column.all() else "bends" if column.any() else "dead" for column in on.T]

# %% wrong="neuron_states" name="the sign of the sum"
# says: You add up the pre-activations. A neuron can be on for one example and off for the others.
# next: Ask for each example whether it is on, and then whether that is so for none, for some or for all.
def neuron_states(X, W1, b1):
    total = (X @ W1.T + b1).sum(0)
    return ["linear" if value > 0 else "dead" for value in total]

# %% wrong="neuron_states" name="bias subtracted"
# says: You subtract the bias. It is added.
# next: Look at the sign in front of b1.
def neuron_states(X, W1, b1):
    on = X @ W1.T - b1 > 0
    return ["linear" if column.all() else "bends" if column.any() else "dead" for column in on.T]

# %% right="neuron_states" name="smallest and largest"
def neuron_states(X, W1, b1):
    Z = X @ W1.T + b1
    low, high = Z.min(dim=0).values, Z.max(dim=0).values
    return ["dead" if high[j] <= 0 else "linear" if low[j] > 0 else "bends" for j in range(len(b1))]

# %% right="neuron_states" name="counting"
def neuron_states(X, W1, b1):
    counts = (X @ W1.T + b1 > 0).sum(dim=0)
    states = []
    for count in counts.tolist():
        if count == 0:
            states.append("dead")
        elif count == X.shape[0]:
            states.append("linear")
        else:
            states.append("bends")
    return states

# %% [markdown]
# Here is the network of section 1 before and after its 300 steps.

# %%
_, trained = train(X, Y, W1, b1, W2, b2, lr=0.1, steps=300)
print(neuron_states(X, W1, b1), "->", neuron_states(X, *trained[:2]))

# %% [markdown]
# The only crease it had has left the square. One neuron is dead, the other is a straight line. So the whole network is
# a linear model, and it ends where a linear model ends.

# %% [markdown]
# ### 5.3 Sixteen starts
#
# Was the network of section 1 just unlucky? Try other starts. The next cell draws random ones from a generator of its
# own; the **seed** is the number that says which sequence of random numbers it gives, so that you and I see the same.

# %% given="random_start"
def random_start(seed):
    """Random W1 (2, 2), b1 (2,), W2 (1, 2), b2 (1,): standard normal, float64, the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    shapes = ((2, 2), (2,), (1, 2), (1,))
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]

# %%
def train_from(seed, lr=0.1, activation="relu"):
    """Losses and parameters of 600 steps on XOR from one random start."""
    return train(X, Y, *random_start(seed), lr=lr, steps=600, activation=activation)


ends = [train_from(seed)[0][-1] for seed in range(16)]
print([round(end, 3) for end in ends])

# %% [markdown]
# With the random numbers used here, five of the sixteen starts solve XOR: the loss goes to 0. The others stop, and they
# stop at the same two heights, 0.667 and 1. Here are three of them in one figure.

# %%
plot.lines(
    {f"seed {seed}": train_from(seed)[0] for seed in (4, 0, 2)},
    xlabel="step",
    ylabel="mean squared error",
    alt="Three loss curves over 600 steps. Seed 4 begins near 6 and falls to 0. Seed 0 begins at 1.4 and "
    "levels off at two thirds. Seed 2 begins at 1.1 and levels off at 1.",
    caption="Three starts, one recipe: solved, stuck at two thirds, stuck at one.",
)

# %% [markdown]
# Do not judge a start by its first loss. Seed 4 begins with by far the largest, nearly 6, and it is the one that solves
# XOR. Seed 2 begins close to 1 and stays there. Waiting does not help seeds 0 and 2: from step 200 on their curves are
# flat. What do the networks look like inside?

# %%
for seed in (4, 0, 2):
    losses, parameters = train_from(seed)
    outputs = [round(output, 2) + 0.0 for output in two_layers(X, *parameters)[:, 0].tolist()]
    print(f"seed {seed}: loss {losses[-1]:.3f}", neuron_states(X, *parameters[:2]), outputs)

# %% [markdown]
# There is the explanation.
#
# - **Seed 4**, solved: both neurons bend. (One bend can do: with seed 9, one neuron is linear and the other bends.)
# - **Seed 2**, loss 1: one is dead, one is linear. No bend between the corners, so the best there is is a linear model,
#   and on XOR that is 0 everywhere. Each squared error is 1.
# - **Seed 0**, loss 0.667: one is dead, the other one bends, but it is on at a single corner only. That corner is
#   answered correctly. The other three look exactly alike to the network, so all it can do is give them their mean
#   label. Two of them say $-1$ and one says $+1$, which makes $-\tfrac13$. The mean squared error is
#   $\tfrac14\bigl(0 + \tfrac49 + \tfrac49 + \tfrac{16}{9}\bigr) = \tfrac23$.
#
# Look into the others if you like: all eight starts that stop at 0.667 tell the story of seed 0, with one corner or
# another on its own, and all three that stop at 1 that of seed 2. A loss can tell you what a network has understood, if
# you know which values to expect. Here are the three in the plane:

# %%
def response_of(parameters, activation="relu"):
    """The function that a figure asks for the network's output at many places."""
    return lambda places: two_layers(places, *parameters, activation)[:, 0]


plot.responses(
    {f"seed {seed}": response_of(train_from(seed)[1]) for seed in (4, 0, 2)},
    X, y,
    alt="Three response surfaces with the four corners of XOR. Seed 4 separates the classes. Seed 0 has one "
    "corner on a slope of its own and the rest flat. Seed 2 is flat, close to 0 everywhere.",
    caption="The response of three trained networks: two creases, one crease, none.",
)

# %% [markdown]
# On the left, two creases keep the classes apart. In the middle there is one crease, with a single corner behind it.
# On the right there is none, and hardly any slope either: the output is within a hair of 0 everywhere. The black line
# there only marks where it happens to change its sign.
#
# Is it the number of neurons, then? In a way. Two is the smallest number that *can* solve XOR, so there is not one to
# spare: if either dies, it is over. In week 6 you give the network more hidden neurons than it needs, and most of the
# trouble goes away.

# %% [markdown]
# ### 5.4 Tanh or sigmoid instead
#
# Tanh and the sigmoid have no dead side. Their slope becomes small far out, but never quite 0, so a neuron can always
# crawl back. Do they do better? Their slopes are smaller than ReLU's, so they get larger learning rates.

# %%
ends_tanh = [train_from(seed, lr=0.2, activation="tanh")[0][-1] for seed in range(16)]
ends_sigmoid = [train_from(seed, lr=0.3, activation="sigmoid")[0][-1] for seed in range(16)]
print("tanh:   ", [round(end, 3) for end in ends_tanh])
print("sigmoid:", [round(end, 3) for end in ends_sigmoid])
solved = {"relu": ends, "tanh": ends_tanh, "sigmoid": ends_sigmoid}
plot.bars(
    {name: sum(end < 0.1 for end in values) for name, values in solved.items()},
    ylabel="starts that solve XOR, of 16",
    alt="Three bars: how many of 16 starts end with a loss below 0.1. ReLU 5, tanh 9, sigmoid 10.",
    caption="With two hidden neurons, the smooth activations get there about twice as often.",
)

# %% [markdown]
# About twice as many starts succeed. None is safe: a loss near 0.5 turns up again and again, which is two corners
# answered correctly and the other two not told apart, with the output 0 for both. A loss well above 0.5, on the other
# hand, need not be the end. With tanh, seeds 6 and 10 stand near 0.67 after 600 steps, and both solve XOR within 2500.
# They were only slow, because they sat where the slopes are small.
#
# Do not conclude that tanh is better than ReLU. With two neurons every neuron is precious, and dead ones hurt. In wide
# and deep networks the balance is another one, as week 6 will show.
#
# Here is one start that solves XOR with either activation. Compare the two surfaces away from the corners.

# %%
plot.responses(
    {
        "relu, seed 9": response_of(train_from(9)[1]),
        "tanh, seed 9": response_of(train_from(9, lr=0.2, activation="tanh")[1], "tanh"),
    },
    X, y,
    alt="Two response surfaces with a valley along the diagonal that holds (0,0) and (1,1), and with (0,1) "
    "and (1,0) on the heights beside it. With ReLU the surface is flat faces: evenly spaced contour lines "
    "on the flanks, and a level plateau at the lower right. With tanh the spacing of the lines changes "
    "gradually.",
    caption="Same start, two activations: flat faces that meet in sharp creases, and smooth slopes.",
)

# %% [markdown]
# Both have found the same kind of answer: a valley for the class $-1$ along one diagonal, with the class $+1$ on the
# heights beside it. But a ReLU network is made of flat faces that meet at the creases. On a face the contour lines are
# straight and evenly spaced, or there are none, as on the plateau at the lower right. Up the tilted face at the upper
# left the surface goes on rising without end. A tanh network has no creases: the spacing of its lines changes
# gradually, and far outside the picture it levels off, because tanh saturates. At the four corners the two agree.
# Everywhere else nobody told them what to do, and each has filled in the rest in its own way.

# %% [markdown]
# ## Summary
#
# - A **two-layer network**: $Z = X W_1^\top + b_1$, $A = g(Z)$, $\hat Y = A W_2^\top + b_2$. A layer is a set of
#   neurons that look at the same input.
# - Count dimensions **from the end**. What is known about one example stands in the last one; any number of dimensions
#   may stand in front.
# - Without an activation, layers **collapse**: $W = W_2 W_1$, $b = W_2 b_1 + b_2$. Depth alone buys nothing.
# - A ReLU neuron **bends** the plane along a line. Two bends solve XOR. The hidden layer moves the points until a
#   straight line is enough.
# - An activation **saturates** where its slope goes to 0. Sigmoid and tanh do so on both sides; ReLU, ELU, SiLU and
#   GELU on the left; leaky ReLU nowhere.
# - That weights exist does not mean that training finds them. A ReLU neuron that is off for every example is **dead**:
#   no slope, no gradient, no way back. The loss at which a network stops tells you what it cannot see.
#
# ## Where to read on
#
# - Goodfellow, Bengio, Courville: *Deep Learning*, section 6.1, "Example: Learning XOR".
# - Zhang, Lipton, Li, Smola: *Dive into Deep Learning*, section 5.1, "Multilayer Perceptrons".
# - M. Minsky, S. Papert: *Perceptrons* (1969), the book that made XOR famous.
# - D. Rumelhart, G. Hinton, R. Williams: "Learning representations by back-propagating errors", *Nature* 323 (1986):
#   three pages, and the way out.
# - D. Hendrycks, K. Gimpel: "Gaussian Error Linear Units (GELUs)" (2016), with figures of several activations.
# - PyTorch documentation: *torch.nn*, section "Non-linear Activations".
#
# Next week you open the black box: what does `loss.backward()` do? You will differentiate this very network by hand.
