# %% [markdown]
# # Practice 2: weeks 4 to 6, with your own numbers
#
# The second practice. Like the first it asks nothing new, and takes all its numbers from your student ID.
#
# When you are through you will have shown that you can
#
# - push a minibatch through a two-layer network, and collapse one that has no activation;
# - choose weights by hand that a line cannot replace;
# - differentiate an activation, a computational graph and a whole network on paper, and write it down as code;
# - compute softmax and cross-entropy of scores that overflow a careless formula, and their gradient;
# - find the wrong gradients in five sets of claims;
# - count parameters, choose starting weights, and train.
#
# **From before.** Everything here was taught in weeks 4 to 6; each question says where. You may reuse your own code
# from those notebooks, by copying it into the cell where you need it.
#
# ## How this practice works
#
# It works as practice 1 did. In the first exercise you type your ID, and a locked cell before each question shows your
# numbers. All tensors are **float64**, and so are your answers, unless a question says otherwise. The checks that you
# see look at the *form* of an answer, or try it on a few simple cases. Whether it is right is decided when the practice
# is graded, with the ID under which it was handed in. So test your results yourself.
#
# There are eleven exercises and one question to be answered in words, 26 points together.

# %%
import math

import torch

from course import cases, check, plot, practice

# %% [markdown]
# ## 1. Your ID
#
# ### Exercise 1.1: who are you?
#
# **Your turn.** Set `student_id` to your own ID, as text in quotation marks: a letter, seven digits, a letter, such as
# U1234567X. If you type another person's ID, your answers will not count.

# %% solution="student_id"
### BEGIN SOLUTION
student_id = "U1234567X"
### END SOLUTION

# %% check="student_id" points=1
check.value(student_id, practice.on_record(student_id))
### BEGIN HIDDEN TESTS
typed = practice.on_record(student_id)
check.value(student_id, typed)
### END HIDDEN TESTS

# %% wrong="student_id" name="a digit too many"
# says: Your ID has eight digits between its letters. Seven are needed.
# next: Compare it with your student card, digit by digit.
student_id = "U12345678X"

# %% wrong="student_id" name="no letter at the end"
# says: The letter at the end is missing.
# next: Write the whole ID, both letters included.
student_id = "U1234567"

# %% wrong="student_id" name="a list of digits"
# says: You gave a list. The ID is one piece of text.
# next: Write it as on your student card, in quotation marks.
student_id = [1, 2, 3, 4, 5, 6, 7]

# %% right="student_id" name="small letters"
student_id = "u1234567x"

# %% right="student_id" name="another student"
student_id = "A9081726B"

# %% [markdown]
# Here are your digits, $a$ to $g$. If the cell complains instead, read what it says about the form of your ID.

# %%
practice.digits(student_id)

# %% [markdown]
# ## 2. A network with three hidden neurons
#
# ### Exercise 2.1: forward
#
# A whole minibatch goes through the network at once. (Week 4, sections 1 and 2; week 5, section 5.)

# %% given="net"
net = practice.network(student_id)
net

# %% [markdown]
# Two inputs, three hidden neurons with ReLU, one output neuron without an activation, and a minibatch `net.X` of four
# examples. `net.W1` has shape (3, 2), `net.b1` (3,), `net.W2` (1, 3) and `net.b2` (1,).
#
# **Your turn.** Set
#
# - `hidden`, shape (4, 3), to the outputs of the hidden neurons, after ReLU;
# - `outputs`, shape (4, 1), to the outputs of the network;
# - `awake`, shape (3,), to how many of the four examples switch each hidden neuron on. Its dtype is int64, which is
#   what the sum of a mask has.
#
# A neuron that no example switches on would be dead; one that all of them switch on would bend nothing. Is one of
# yours?

# %% solution="forward"
### BEGIN SOLUTION
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)
### END SOLUTION

# %% check="forward" points=2
check.shape(hidden, (4, 3), dtype=torch.float64)
check.shape(outputs, (4, 1), dtype=torch.float64)
check.shape(awake, (3,), dtype=torch.int64)
### BEGIN HIDDEN TESTS
own = practice.network(practice.on_record(student_id))
right_hidden = (torch.einsum("nd,hd->nh", own.X, own.W1) + own.b1).clamp(min=0)
check.value(hidden, right_hidden)
check.value(outputs, torch.einsum("nh,qh->nq", right_hidden, own.W2) + own.b2)
check.value(awake, torch.tensor([int((column > 0).sum()) for column in right_hidden.T]))
### END HIDDEN TESTS

# %% wrong="forward" name="no activation"
# says: Nothing bends: you left out the ReLU between the layers.
# next: Set the negative pre-activations to 0 before the second layer.
hidden = net.X @ net.W1.T + net.b1
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="ReLU on the output too"
# says: You apply the ReLU to the output neuron as well. It passes on what it adds up, negative numbers too.
# next: Take the outer ReLU away.
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = torch.relu(hidden @ net.W2.T + net.b2)
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="counted along the wrong dimension"
# says: You count the neurons that each example switches on. The question is how many examples switch on each neuron.
# next: Sum over the examples, dimension 0.
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=1)

# %% wrong="forward" name="counted those that are off"
# says: You count the examples that leave a neuron off. The question is how many switch it on.
# next: Count where the output is above 0.
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden == 0).sum(dim=0)

# %% wrong="forward" name="first bias forgotten"
# says: The hidden neurons have lost their biases.
# next: Add b1 before the ReLU.
hidden = torch.relu(net.X @ net.W1.T)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="another student's network"
# says: These numbers belong to another ID.
# next: Compute with the network that the locked cell made from your own ID.
other = practice.network("U1234568X")
hidden = torch.relu(other.X @ other.W1.T + other.b1)
outputs = hidden @ other.W2.T + other.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="bias behind the ReLU"
# says: You add the hidden biases after the ReLU.
# next: The bias belongs to the score: add it first.
hidden = torch.relu(net.X @ net.W1.T) + net.b1
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="awake counts zeros"
# says: After a ReLU no output is negative: with >= you count every example. A sleeping neuron gives exactly 0.
# next: Count the outputs that are greater than 0.
Z = net.X @ net.W1.T + net.b1
hidden = torch.where(Z > 0, Z, 0.0)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden >= 0).sum(dim=0)

# %% wrong="forward" name="reshaped instead of transposed"
# says: You reshape W1 to (2, 3). That fits, but it cuts the same row of numbers anew: the weights change places.
# next: Transpose it: net.W1.T.
hidden = torch.relu(net.X @ net.W1.reshape(2, 3) + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = (hidden > 0).sum(dim=0)

# %% wrong="forward" name="outputs added up"
# says: You add up what the neurons give and cut it to whole numbers. Asked for is how many examples switch each one on.
# next: Count where hidden is above 0: sum a mask.
hidden = torch.relu(net.X @ net.W1.T + net.b1)
outputs = hidden @ net.W2.T + net.b2
awake = hidden.sum(dim=0).to(torch.int64)

# %% right="forward" name="torch's own layer"
hidden = torch.nn.functional.relu(torch.nn.functional.linear(net.X, net.W1, net.b1))
outputs = torch.nn.functional.linear(hidden, net.W2, net.b2)
awake = torch.count_nonzero(hidden, dim=0)

# %% right="forward" name="neuron by neuron"
columns = [torch.clamp((net.X * net.W1[j]).sum(dim=1) + net.b1[j], min=0) for j in range(3)]
hidden = torch.stack(columns, dim=1)
outputs = sum(net.W2[0, j] * columns[j] for j in range(3))[:, None] + net.b2
awake = torch.tensor([int((column > 0).sum()) for column in columns])

# %% [markdown]
# Here is your network's answer all over the plane, with your four examples. A square, class 1, is an example whose
# output is positive. Every hidden neuron has a crease, the straight line on which it wakes up. The thin level lines are
# straight between the creases and bend where they cross one. Can you make out all three creases?

# %%
own_net = practice.network(student_id)
plot.response(
    lambda X: torch.relu(X @ own_net.W1.T + own_net.b1) @ own_net.W2.T + own_net.b2,
    own_net.X, (outputs > 0).double()[:, 0], level=0.0,
    alt="A plane coloured from light to dark, made of flat pieces that meet along straight creases, with four points.",
    caption="The response of your network. Between the creases it is a tilted plane.",
)

# %% [markdown]
# Within each piece the surface is flat: there, the network is a linear model, with the weights of those neurons
# that are awake. On the black line the output is 0. It too turns only at a crease.
#
# ### Exercise 2.2: without the ReLU
#
# What would be left without the bends? (Week 4, section 3.)
#
# **Your turn.** Take the ReLU out of your network. What is left does the same as one linear layer. Set `one_W`, shape
# (1, 2), and `one_b`, shape (1,), to that layer's weights and bias. To test yourself: push `net.X` through both.

# %% solution="collapse"
### BEGIN SOLUTION
one_W = net.W2 @ net.W1
one_b = net.W2 @ net.b1 + net.b2
### END SOLUTION

# %% check="collapse" points=1
check.shape(one_W, (1, 2), dtype=torch.float64)
check.shape(one_b, (1,), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.network(practice.on_record(student_id))
right_b = own.b1 @ own.W2.T + own.b2
check.value(one_W, ((torch.eye(2).double() @ own.W1.T + own.b1) @ own.W2.T + own.b2 - right_b).T)
check.value(one_b, right_b)
### END HIDDEN TESTS

# %% wrong="collapse" name="biases added up"
# says: You lost the first layer's biases: they too go through the second layer's weights.
# next: Multiply out W₂ (W₁ x + b₁) + b₂ and collect what contains no x.
one_W = net.W2 @ net.W1
one_b = net.b1.sum() + net.b2

# %% wrong="collapse" name="last bias forgotten"
# says: Your bias leaves out the output neuron's own.
# next: Add b₂.
one_W = net.W2 @ net.W1
one_b = net.W2 @ net.b1

# %% wrong="collapse" name="another student's network"
# says: These numbers belong to another ID.
# next: Compute with the network that the locked cell made from your own ID.
other = practice.network("U1234667X")
one_W = other.W2 @ other.W1
one_b = other.W2 @ other.b1 + other.b2

# %% wrong="collapse" name="ReLU on the bias"
# says: You send the biases through the ReLU. Without the ReLU there is none here.
# next: Multiply out on paper: W2 (W1 x + b1) + b2.
one_W = net.W2 @ net.W1
zero = torch.zeros(2, dtype=torch.float64)
one_b = torch.relu(zero @ net.W1.T + net.b1) @ net.W2.T + net.b2

# %% wrong="collapse" name="fitted instead of multiplied out"
# says: You fit a line to the network that still has its ReLU. The question is the network without it.
# next: Multiply the two layers out.
padded = torch.cat([net.X, torch.ones(4, 1, dtype=torch.float64)], dim=1)
fit = torch.linalg.lstsq(padded, outputs).solution
one_W = fit[:2].T.clone()
one_b = fit[2].clone()

# %% right="collapse" name="asked at three points"
at = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
answers = (at @ net.W1.T + net.b1) @ net.W2.T + net.b2
one_W, one_b = (answers[1:] - answers[0]).T, answers[0]

# %% right="collapse" name="transposed"
one_W = (net.W1.T @ net.W2.T).T
one_b = (net.W2 * net.b1).sum(dim=1) + net.b2

# %% [markdown]
# ### Exercise 2.3: weights by hand
#
# XOR again, but stretched and moved: your four corners form a rectangle. (Week 4, section 3.)

# %% given="corners"
corners = practice.corners(student_id)
corners

# %% [markdown]
# The network is to say `corners.low` at the first and the last corner, and `corners.high` at the two others.
#
# **Your turn.** Complete `RectangleXor` with weights of your own choosing, written by hand, not trained. Make four
# parameters: `self.W1` (2, 2), `self.b1` (2,), `self.W2` (1, 2), `self.b2` (1,), each a `torch.nn.Parameter` around a
# float64 tensor. `forward` is written already. Many answers are right. What the network says must be right to nine
# digits. So write fractions as fractions, such as `1 / 3`, or compute them from `corners`; 0.333 is not enough.
#
# A way in: let $t$ be 0 at the first corner, 1 at the next two and 2 at the last. Which weights and bias make $t$ from
# $x_0$ and $x_1$? Then let a second neuron wake up at $t = 1$, as in week 4. To test yourself: compare
# `RectangleXor()(corners.X)` with `corners.Y`.

# %% solution="rectangle_xor"
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        start, end = corners.X[0], corners.X[3]
        rise = corners.high - corners.low
        self.W1 = torch.nn.Parameter((1 / (end - start)).repeat(2, 1))
        self.b1 = torch.nn.Parameter(-(start / (end - start)).sum() - torch.tensor([0.0, 1.0], dtype=torch.float64))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -2 * rise]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([corners.low], dtype=torch.float64))
        ### END SOLUTION

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% check="rectangle_xor" points=3
own = practice.corners(practice.on_record(student_id))
check.module(RectangleXor, on=[], parameters={"W1": (2, 2), "b1": (2,), "W2": (1, 2), "b2": (1,)})
### BEGIN HIDDEN TESTS
here = [cases.example(X=own.X)]
check.module(RectangleXor, on=here, reference=lambda weights, X: own.Y.to(X))


def from_its_weights(weights, X):
    A = (X @ weights["W1"].T + weights["b1"]).clamp(min=0)
    return A @ weights["W2"].T + weights["b2"]


check.module(RectangleXor, on=cases.draw(seeds=6, seed0=100, X="n 2"), reference=from_its_weights)
### END HIDDEN TESTS

# %% wrong="rectangle_xor" name="the unit square"
# says: Your weights solve XOR on the corners 0 and 1. Your rectangle lies elsewhere and has other sides.
# next: Divide each coordinate by the length of its side, and shift the first corner to 0 with the bias.
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        rise = corners.high - corners.low
        self.W1 = torch.nn.Parameter(torch.ones(2, 2).double())
        self.b1 = torch.nn.Parameter(torch.tensor([0.0, -1.0]).double())
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -2 * rise]]).double())
        self.b2 = torch.nn.Parameter(torch.tensor([corners.low]).double())

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="only flat after the middle"
# says: At the last corner your network still says high: the sum gets flat there but does not come down.
# next: The second neuron has to take back twice the rise.
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        sides, rise = corners.X[3] - corners.X[0], corners.high - corners.low
        self.W1 = torch.nn.Parameter((1 / sides).repeat(2, 1))
        self.b1 = torch.nn.Parameter(-(corners.X[0] / sides).sum() - torch.tensor([0.0, 1.0]).double())
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -rise]]).double())
        self.b2 = torch.nn.Parameter(torch.tensor([corners.low]).double())

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="plain tensors"
# says: Your weights are ordinary tensors. The module does not know them as its parameters.
# next: Wrap each of the four in torch.nn.Parameter.
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        sides, rise = corners.X[3] - corners.X[0], corners.high - corners.low
        self.W1 = (1 / sides).repeat(2, 1)
        self.b1 = -(corners.X[0] / sides).sum() - torch.tensor([0.0, 1.0]).double()
        self.W2 = torch.tensor([[rise, -2 * rise]]).double()
        self.b2 = torch.tensor([corners.low]).double()

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="another student's rectangle"
# says: These numbers belong to another ID.
# next: Use the corners that the locked cell made from your own ID.
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        other = practice.corners("U1234577X")
        sides, rise = other.X[3] - other.X[0], other.high - other.low
        self.W1 = torch.nn.Parameter((1 / sides).repeat(2, 1))
        self.b1 = torch.nn.Parameter(-(other.X[0] / sides).sum() - torch.tensor([0.0, 1.0]).double())
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -2 * rise]]).double())
        self.b2 = torch.nn.Parameter(torch.tensor([other.low]).double())

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="corner not scaled"
# says: Your weights are divided by the sides and your biases are not, so the corner lies in the wrong place.
# next: Divide both by the side.
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        first, last = corners.X[0], corners.X[3]
        row = 1 / (last - first)
        shift = -first.sum()
        low, high = float(corners.low), float(corners.high)
        self.W1 = torch.nn.Parameter(torch.stack([row, row]))
        self.b1 = torch.nn.Parameter(torch.stack([shift, shift - 1]))
        self.W2 = torch.nn.Parameter(torch.tensor([[high - low, 2 * (low - high)]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="high for the rise"
# says: You climb by the whole of high. You begin at low already.
# next: Climb by the difference.
class RectangleXor(torch.nn.Module):
    """A two-layer ReLU network, X (n, 2) -> (n, 1), that says low, high, high, low at your four corners."""

    def __init__(self):
        super().__init__()
        size = corners.X[3] - corners.X[0]
        shift = -(corners.X[0] / size).sum()
        high = float(corners.high)
        self.W1 = torch.nn.Parameter((1 / size).repeat(2, 1))
        self.b1 = torch.nn.Parameter(torch.stack([shift, shift - 1]))
        self.W2 = torch.nn.Parameter(torch.tensor([[high, -2 * high]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([float(corners.low)], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="rounded to three decimals"
# says: Your weights are rounded, so what the network says is right to about three digits only.
# next: Write fractions as fractions, or compute them from corners.
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        start, end = corners.X[0], corners.X[3]
        rise, bias = corners.high - corners.low, -(start / (end - start)).sum()
        self.W1 = torch.nn.Parameter((1 / (end - start)).repeat(2, 1).round(decimals=3))
        self.b1 = torch.nn.Parameter(torch.stack([bias, bias - 1]).round(decimals=3))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -2 * rise]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([corners.low], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% wrong="rectangle_xor" name="low and high exchanged"
# says: Your network says high, low, low, high: it begins at high and goes down.
# next: Begin at low (the last bias), and climb by high − low.
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        start, end = corners.X[0], corners.X[3]
        rise, bias = corners.low - corners.high, -(start / (end - start)).sum()
        self.W1 = torch.nn.Parameter((1 / (end - start)).repeat(2, 1))
        self.b1 = torch.nn.Parameter(torch.stack([bias, bias - 1]))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, -2 * rise]], dtype=torch.float64))
        self.b2 = torch.nn.Parameter(torch.tensor([corners.high], dtype=torch.float64))

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="rectangle_xor" name="two opposite ridges"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        sides, rise = corners.X[3] - corners.X[0], corners.high - corners.low
        apart = torch.tensor([1.0, -1.0]).double() / sides
        offset = (corners.X[0] * apart).sum()
        self.W1 = torch.nn.Parameter(torch.stack([apart, -apart]))
        self.b1 = torch.nn.Parameter(torch.stack([-offset, offset]))
        self.W2 = torch.nn.Parameter(torch.tensor([[rise, rise]]).double())
        self.b2 = torch.nn.Parameter(torch.tensor([corners.low]).double())

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% right="rectangle_xor" name="from above"
class RectangleXor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        sides, rise = corners.X[3] - corners.X[0], corners.high - corners.low
        start = (corners.X[0] / sides).sum()
        self.W1 = torch.nn.Parameter(torch.stack([1 / sides, -1 / sides]))
        self.b1 = torch.nn.Parameter(torch.stack([-start - 1, start + 1]))
        self.W2 = torch.nn.Parameter(torch.tensor([[-rise, -rise]]).double())
        self.b2 = torch.nn.Parameter(torch.tensor([corners.high]).double())

    def forward(self, X):
        return torch.relu(X @ self.W1.T + self.b1) @ self.W2.T + self.b2

# %% [markdown]
# ## 3. Derivatives on paper
#
# ### Exercise 3.1: an activation of your own
#
# This is an activation function that you will find in no book:
#
# $$f(z) = z\,\sigma(\beta z) - \gamma \tanh z,$$
#
# with two constants of your own. It is a cousin of SiLU. (Week 4, section 4; week 5, section 3.)

# %% given="mine"
mine = practice.activation(student_id)
mine

# %% [markdown]
# **Your turn.** With $\beta$ = `mine.beta` and $\gamma$ = `mine.gamma`, write
#
# - `my_activation(Z)`, entry by entry, for a tensor of any shape;
# - `my_backward(dA, Z)`: `dA` is how the loss changes with $f$'s output; return how it changes with `Z`, in the same
#   shape. By your own formula, without autograd.
#
# Differentiate on paper first. The first term is a product, and inside its sigmoid stands $\beta z$. `torch.sigmoid`
# and `torch.tanh` are allowed. At $z = 0$ the slope of $f$ is $\tfrac12 - \gamma$. At other places, compare with a
# central difference of `my_activation`.

# %% solution="my_activation"
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    ### BEGIN SOLUTION
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)
    ### END SOLUTION


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    ### BEGIN SOLUTION
    gate = torch.sigmoid(mine.beta * Z)
    return dA * (gate + mine.beta * Z * gate * (1 - gate) - mine.gamma * (1 - torch.tanh(Z) ** 2))
    ### END SOLUTION

# %% check="my_activation" points=3
nought = torch.zeros(2, 1).double()
check.function(my_activation, on=[cases.example(Z=nought, gives=nought)])
own = practice.activation(practice.on_record(student_id))
at_0 = cases.example(dA=nought + 2, Z=nought, gives=nought + 1 - 2 * own.gamma)
check.function(my_backward, on=[at_0], by_hand=True)
### BEGIN HIDDEN TESTS
def right_activation(Z):
    return Z * torch.special.expit(own.beta * Z) - own.gamma * torch.tanh(Z)


check.function(my_activation, right_activation, on=cases.draw(seeds=8, seed0=100, Z="n h"))
drawn = cases.draw(seeds=24, seed0=200, dA="n h", Z="n h") + cases.draw(seeds=2, seed0=300, dA="n k h", Z="n k h")
drawn += cases.draw(seeds=2, seed0=310, dA="n", Z="n")
check.gradient(my_backward, of=lambda Z: right_activation(Z), on=drawn, wrt="Z", upstream="dA", by_hand=True)
### END HIDDEN TESTS

# %% wrong="my_activation" name="inner derivative forgotten"
# says: Inside the sigmoid stands β z. Its derivative brings a factor β, which is missing.
# next: Use the chain rule on σ(β z).
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    gate = torch.sigmoid(mine.beta * Z)
    return dA * (gate + Z * gate * (1 - gate) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="one half of the product rule"
# says: You treat the sigmoid as a constant. It changes with z as well.
# next: A product of two changing things has a derivative with two terms.
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    return dA * (torch.sigmoid(mine.beta * Z) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="upstream forgotten"
# says: You return the slope of f. The gradient that arrives from above never enters.
# next: Multiply by dA, entry by entry.
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    gate = torch.sigmoid(mine.beta * Z)
    return gate + mine.beta * Z * gate * (1 - gate) - mine.gamma * (1 - torch.tanh(Z) ** 2)

# %% wrong="my_activation" name="sign of the tanh term"
# says: Your derivative adds the tanh term. In f it is subtracted.
# next: Keep the minus sign in front of γ.
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    gate = torch.sigmoid(mine.beta * Z)
    return dA * (gate + mine.beta * Z * gate * (1 - gate) + mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="slope of tanh not squared"
# says: The slope of tanh is one minus its square. You subtract tanh itself.
# next: Square the tanh.
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    gate = torch.sigmoid(mine.beta * Z)
    return dA * (gate + mine.beta * Z * gate * (1 - gate) - mine.gamma * (1 - torch.tanh(Z)))

# %% wrong="my_activation" name="plain SiLU"
# says: This is SiLU, with β = 1 and no tanh. Yours has two constants.
# next: Use mine.beta and mine.gamma.
def my_activation(Z):
    return Z * torch.sigmoid(Z)


def my_backward(dA, Z):
    return dA * (torch.sigmoid(Z) + Z * torch.sigmoid(Z) * (1 - torch.sigmoid(Z)) - mine.gamma + mine.gamma * 1.0)

# %% wrong="my_activation" name="another student's constants"
# says: These constants belong to another ID.
# next: Use those that the locked cell made from your own ID.
def my_activation(Z):
    other = practice.activation("U2234567X")
    return Z * torch.sigmoid(other.beta * Z) - other.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    other = practice.activation("U2234567X")
    gate = torch.sigmoid(other.beta * Z)
    return dA * (gate + other.beta * Z * gate * (1 - gate) - other.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="sigmoid slope at z"
# says: You take the slope of the sigmoid at z. Inside it stands β z.
# next: Take it at β z.
def sig(v):
    return torch.sigmoid(v)


def sig_prime(v):
    return sig(v) * (1 - sig(v))


def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * sig(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    slope = sig(mine.beta * Z) + Z * mine.beta * sig_prime(Z) - mine.gamma * (1 - torch.tanh(Z) ** 2)
    return slope * dA

# %% wrong="my_activation" name="tanh slope at beta z"
# says: You take the slope of tanh at β z. In the second term stands z itself.
# next: Take it at z.
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    U = mine.beta * Z
    s, t = torch.sigmoid(U), torch.tanh(U)
    return dA * (s + U * s * (1 - s) - mine.gamma * (1 - t * t))

# %% wrong="my_activation" name="gamma inside"
# says: You put γ into the tanh. It stands in front of it.
# next: Multiply the tanh by γ.
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - torch.tanh(mine.gamma * Z)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    s = torch.sigmoid(mine.beta * Z)
    return dA * (s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - torch.tanh(Z) ** 2))

# %% wrong="my_activation" name="slope at the output"
# says: You take the slope at the output f(Z). It belongs to the input.
# next: Compute it from Z.
def my_activation(Z):
    """Your activation f, entry by entry, in the shape of Z (float64)."""
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_slope(V):
    s = torch.sigmoid(mine.beta * V)
    return s + mine.beta * V * s * (1 - s) - mine.gamma * (1 - torch.tanh(V) ** 2)


def my_backward(dA, Z):
    """Gradient of the loss with respect to Z, from dA, the gradient with respect to f(Z); all of one shape."""
    A = my_activation(Z)
    return dA * my_slope(A)

# %% wrong="my_activation" name="tanh term added"
# says: Your activation adds the tanh term. It is subtracted.
# next: Compare the sign with the formula.
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) + mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s, t = torch.sigmoid(mine.beta * Z), torch.tanh(Z)
    return dA * (s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - t**2))

# %% wrong="my_activation" name="gamma squared with tanh"
# says: You square γ tanh(z) as a whole. In the slope of tanh only tanh(z) is squared.
# next: The term is γ times the slope of tanh: γ (1 − tanh(z)²).
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s, t = torch.sigmoid(mine.beta * Z), torch.tanh(Z)
    return dA * (s + mine.beta * Z * s * (1 - s) - mine.gamma * (1 - (mine.gamma * t) ** 2))

# %% wrong="my_activation" name="slope of the sigmoid without its factor"
# says: In the slope of the sigmoid a factor is missing: you take 1 − s. It is s (1 − s).
# next: Differentiate the sigmoid once more; its slope is at most one quarter.
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s, t = torch.sigmoid(mine.beta * Z), torch.tanh(Z)
    return dA * (s + mine.beta * Z * (1 - s) - mine.gamma * (1 - t**2))

# %% right="my_activation" name="with exponentials"
def my_activation(Z):
    return Z / (1 + torch.exp(-mine.beta * Z)) - mine.gamma * Z.tanh()


def my_backward(dA, Z):
    e = torch.exp(-mine.beta * Z)
    silu = 1 / (1 + e) + mine.beta * Z * e / (1 + e) ** 2
    return dA * silu - mine.gamma * dA / torch.cosh(Z) ** 2

# %% right="my_activation" name="with f itself in the slope"
def my_activation(Z):
    return Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)


def my_backward(dA, Z):
    s, t = torch.sigmoid(mine.beta * Z), torch.tanh(Z)
    swish = Z * s
    slope = mine.beta * swish + s * (1 - mine.beta * swish)
    return (slope - mine.gamma + mine.gamma * t * t) * dA

# %% [markdown]
# This is what your activation looks like. The dashed curve is its slope, found by autograd.

# %%
plot.activation(
    my_activation, low=-6, high=6, name="f",
    alt="A curve a little above 0 on the far left that falls to a shallow dip and then climbs; the slope is dashed.",
    caption="Your activation function and its slope.",
)

# %% [markdown]
# Far on the left the curve comes close to $\gamma$, and at 0 it is 0: somewhere in between it falls, and its slope is
# negative. Compare a value of the dashed curve with your formula, at $z = 2$, say.
#
# ### Exercise 3.2: a graph with a fork
#
# What reaches the loss on two paths gets a gradient on both. (Week 5, section 1.)

# %% given="leaves"
leaves = practice.graph(student_id)
leaves

# %% [markdown]
# From these four numbers a loss is built in steps:
#
# $$p = x\,y, \qquad q = p + t, \qquad r = q^2, \qquad L = k\,r + x .$$
#
# Note that $x$ is used twice.
#
# **Your turn.** Walk back through the graph on paper. Set `graph_gradients`, a float64 tensor of shape (6,), to how $L$
# changes with $k$, $r$, $q$, $t$, $x$ and $y$, in this order.

# %% solution="graph_gradients"
### BEGIN SOLUTION
graph_gradients = torch.full((6,), 2 * leaves.k * (leaves.x * leaves.y + leaves.t), dtype=torch.float64)  # dq, dt
graph_gradients[0] = (leaves.x * leaves.y + leaves.t) ** 2
graph_gradients[1] = leaves.k
graph_gradients[4] = graph_gradients[2] * leaves.y + 1
graph_gradients[5] = graph_gradients[2] * leaves.x
### END SOLUTION

# %% check="graph_gradients" points=2
check.shape(graph_gradients, (6,), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.graph(practice.on_record(student_id))
leaf = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in vars(own).items()}
q = leaf["x"] * leaf["y"] + leaf["t"]
r = q * q
every = [leaf["k"], r, q, leaf["t"], leaf["x"], leaf["y"]]
check.value(graph_gradients, torch.stack(torch.autograd.grad(leaf["k"] * r + leaf["x"], every)))
### END HIDDEN TESTS

# %% wrong="graph_gradients" name="one path of x only"
# says: x reaches the loss on two paths: through p, and directly. Your dx has only the first.
# next: Add up the contributions of both paths.
k, x, y, t = leaves.k, leaves.x, leaves.y, leaves.t
q = x * y + t
graph_gradients = torch.tensor([q * q, k, 2 * k * q, 2 * k * q, 2 * k * q * y, 2 * k * q * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="k gets q instead of r"
# says: What multiplies k in the loss is r, the square. Your first entry is q.
# next: The slope of k r with respect to k is r.
k, x, y, t = leaves.k, leaves.x, leaves.y, leaves.t
q = x * y + t
graph_gradients = torch.tensor([q, k, 2 * k * q, 2 * k * q, 2 * k * q * y + 1, 2 * k * q * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="factors swapped"
# says: Your dx and dy are exchanged in the product: the slope of x y with respect to x is y.
# next: Each factor gets the other one.
k, x, y, t = leaves.k, leaves.x, leaves.y, leaves.t
q = x * y + t
graph_gradients = torch.tensor([q * q, k, 2 * k * q, 2 * k * q, 2 * k * q * x + 1, 2 * k * q * y], dtype=torch.float64)

# %% wrong="graph_gradients" name="the square's slope without its 2"
# says: From r to q a factor is missing: the slope of q² is 2 q.
# next: Differentiate the square again.
k, x, y, t = leaves.k, leaves.x, leaves.y, leaves.t
q = x * y + t
graph_gradients = torch.tensor([q * q, k, k * q, k * q, k * q * y + 1, k * q * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="another student's numbers"
# says: These numbers belong to another ID.
# next: Use the numbers that the locked cell made from your own ID.
other = practice.graph("U1235567X")
k, x, y, t = other.k, other.x, other.y, other.t
q = x * y + t
graph_gradients = torch.tensor([q * q, k, 2 * k * q, 2 * k * q, 2 * k * q * y + 1, 2 * k * q * x], dtype=torch.float64)

# %% wrong="graph_gradients" name="k lost on the way"
# says: On the way from r to q what arrives at r is missing: the factor k.
# next: Multiply the slope of each step by what arrives.
x, y, k, t = float(leaves.x), float(leaves.y), float(leaves.k), float(leaves.t)
p = x * y
q = p + t
r = q ** 2
dk, dr = r, k
dq = 2 * q
dt = dp = dq
dx = dp * y + 1
dy = dp * x
graph_gradients = torch.tensor([dk, dr, dq, dt, dx, dy], dtype=torch.float64)

# %% wrong="graph_gradients" name="another order"
# says: Your six numbers are right, in another order.
# next: Give them for k, r, q, t, x, y.
x, y, k, t = float(leaves.x), float(leaves.y), float(leaves.k), float(leaves.t)
q = x * y + t
dk = q ** 2
dr = k
dq = k * 2 * q
dt = dq
dx = dq * y + 1
dy = dq * x
graph_gradients = torch.tensor([dk, dr, dq, dx, dy, dt], dtype=torch.float64)

# %% wrong="graph_gradients" name="local slope only at t"
# says: t gets 1, the slope of q with respect to t. What arrives at q is missing.
# next: Multiply the local slope by what arrives from above.
q = leaves.x * leaves.y + leaves.t
dq = 2 * leaves.k * q
numbers = [q**2, leaves.k, dq, 1.0, dq * leaves.y + 1, dq * leaves.x]
graph_gradients = torch.tensor(numbers, dtype=torch.float64)

# %% wrong="graph_gradients" name="the direct path led through p"
# says: You add the 1 of the direct path of x at p. So it reaches y as well, and x only times y.
# next: Add it at x, where the two paths meet.
q = leaves.x * leaves.y + leaves.t
dq = 2 * leaves.k * q
numbers = [q**2, leaves.k, dq, dq, (dq + 1) * leaves.y, (dq + 1) * leaves.x]
graph_gradients = torch.tensor(numbers, dtype=torch.float64)

# %% right="graph_gradients" name="multiplied out"
k, x, y, t = leaves.k, leaves.x, leaves.y, leaves.t
dq = 2 * k * (t + x * y)
dk = x * x * y * y + 2 * x * y * t + t * t
graph_gradients = torch.tensor([dk, k, dq, dq, 1 + dq * y, dq * x], dtype=torch.float64)

# %% right="graph_gradients" name="autograd"
k, x, y, t = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in vars(leaves).values())
q = x * y + t
r = q**2
graph_gradients = torch.stack(torch.autograd.grad(k * r + x, [k, r, q, t, x, y]))

# %% [markdown]
# ### Exercise 3.3: a whole network, by hand
#
# Now a two-layer network with three changes that are yours: a leaky ReLU with the slope `leaky.slope`, weight decay
# with $\lambda$ = `leaky.decay`, and a loss that counts `leaky.scale` times. (Week 5, sections 5 and 7; week 6,
# section 5.)

# %% given="leaky"
leaky = practice.gradients(student_id)
leaky

# %% [markdown]
# Hidden layer: $Z = X W_1^\top + b_1$ and $A = \mathrm{leaky}(Z)$, which is $z$ where $z > 0$ and slope · $z$
# elsewhere. At the corner, $z = 0$, take the derivative of the left side, the slope, as PyTorch does.
# Output: $\hat Y = A W_2^\top + b_2$. The loss, over $n$ examples with $q$ outputs each:
#
# $$L = \text{scale} \cdot \frac1n \sum_{i=1}^{n} \sum_{j=1}^{q} (\hat Y_{ij} - Y_{ij})^2
#   + \frac{\lambda}{2} \Big( \sum W_1^2 + \sum W_2^2 \Big).$$
#
# **Your turn.** Write `my_gradients(X, W1, b1, W2, b2, Y)` with your three constants built in. `X` is (n, d), `W1`
# (h, d), `b1` (h,), `W2` (q, h), `b2` (q,), `Y` (n, q). Return the tuple `(dW1, db1, dW2, db2)`, each in the shape of
# its parameter. By hand, without autograd. Here the visible check compares with autograd on two networks; the
# hidden one takes many more.
#
# One example with all parameters at 0 is quickly done on paper: everything but `db2` is 0, and `db2` is
# $-2 \cdot \text{scale} \cdot Y$.

# %% solution="my_gradients"
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    ### BEGIN SOLUTION
    Z = X @ W1.T + b1
    door = torch.where(Z > 0, torch.ones_like(Z), leaky.slope)
    dY_hat = 2 * leaky.scale * ((Z * door) @ W2.T + b2 - Y) / len(X)
    dZ = (dY_hat @ W2) * door
    return dZ.T @ X + leaky.decay * W1, dZ.sum(0), dY_hat.T @ (Z * door) + leaky.decay * W2, dY_hat.sum(0)
    ### END SOLUTION

# %% check="my_gradients" points=3
own = practice.gradients(practice.on_record(student_id))


def whole_loss(X, W1, b1, W2, b2, Y):
    A = torch.nn.functional.leaky_relu(X @ W1.T + b1, own.slope)
    errors = (A @ W2.T + b2 - Y).square().sum(dim=1).mean()
    return own.scale * errors + own.decay / 2 * (W1.square().sum() + W2.square().sum())


def kinks(case):
    return case["X"] @ case["W1"].T + case["b1"]


shapes = {"X": "n d", "W1": "h d", "b1": "h", "W2": "q h", "b2": "q", "Y": "n q"}
two = cases.draw(seeds=2, away=kinks, **shapes)
check.gradient(my_gradients, of=whole_loss, on=two, wrt="W1 b1 W2 b2", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, away=kinks, **shapes)
check.gradient(my_gradients, of=whole_loss, on=many, wrt="W1 b1 W2 b2", by_hand=True)
whole = cases.draw(seeds=3, seed0=300, integer=("X", "W1"), **shapes)  # whole numbers: Z is exactly 0 in its first row
at_the_corner = [cases.example(**{**case.inputs, "b1": -(case["X"] @ case["W1"].T)[0]}) for case in whole]
check.gradient(my_gradients, of=whole_loss, on=at_the_corner, wrt="W1 b1 W2 b2", by_hand=True)
### END HIDDEN TESTS

# %% wrong="my_gradients" name="ReLU instead of leaky ReLU"
# says: On the way back you close the door where Z is negative. A leaky ReLU leaves it ajar.
# next: Multiply by the slope there, instead of by 0.
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY_hat = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY_hat @ W2) * (Z > 0)
    return dZ.T @ X + leaky.decay * W1, dZ.sum(0), dY_hat.T @ A + leaky.decay * W2, dY_hat.sum(0)

# %% wrong="my_gradients" name="weight decay forgotten"
# says: Your weights' gradients leave out the weight decay.
# next: Add λ times the weights to dW1 and dW2.
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY_hat = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY_hat @ W2) * torch.where(Z > 0, 1.0, leaky.slope)
    return dZ.T @ X, dZ.sum(0), dY_hat.T @ A, dY_hat.sum(0)

# %% wrong="my_gradients" name="biases decay too"
# says: You let the biases decay. Only the weights do.
# next: Take λ out of db1 and db2.
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY_hat = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY_hat @ W2) * torch.where(Z > 0, 1.0, leaky.slope)
    decay = leaky.decay
    return dZ.T @ X + decay * W1, dZ.sum(0) + decay * b1, dY_hat.T @ A + decay * W2, dY_hat.sum(0) + decay * b2

# %% wrong="my_gradients" name="divided by n times q"
# says: You divide by all entries of Y. The mean runs over the examples only.
# next: Divide by n.
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY_hat = 2 * leaky.scale * (A @ W2.T + b2 - Y) / Y.numel()
    dZ = (dY_hat @ W2) * torch.where(Z > 0, 1.0, leaky.slope)
    return dZ.T @ X + leaky.decay * W1, dZ.sum(0), dY_hat.T @ A + leaky.decay * W2, dY_hat.sum(0)

# %% wrong="my_gradients" name="Z where A belongs"
# says: Your dW2 is built from the pre-activations. The second layer's input is what comes after the activation.
# next: Use A in dW2.
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY_hat = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY_hat @ W2) * torch.where(Z > 0, 1.0, leaky.slope)
    return dZ.T @ X + leaky.decay * W1, dZ.sum(0), dY_hat.T @ Z + leaky.decay * W2, dY_hat.sum(0)

# %% wrong="my_gradients" name="scale also on the decay"
# says: You scale the weight decay as well. The scale belongs to the errors only.
# next: Look at which term of the loss the scale multiplies.
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY_hat = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY_hat @ W2) * torch.where(Z > 0, 1.0, leaky.slope)
    decay = leaky.scale * leaky.decay
    return dZ.T @ X + decay * W1, dZ.sum(0), dY_hat.T @ A + decay * W2, dY_hat.sum(0)

# %% wrong="my_gradients" name="bias of the first example only"
# says: Your biases' gradients come from one example. Every example uses the bias.
# next: Sum over the examples, dimension 0.
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY_hat = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY_hat @ W2) * torch.where(Z > 0, 1.0, leaky.slope)
    return dZ.T @ X + leaky.decay * W1, dZ[0], dY_hat.T @ A + leaky.decay * W2, dY_hat[0]

# %% wrong="my_gradients" name="the corner on the right side"
# says: Right everywhere but where Z is exactly 0. There the derivative is the slope, not 1.
# next: Use > in the mask instead of >=.
def my_gradients(X, W1, b1, W2, b2, Y):
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY_hat = 2 * leaky.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY_hat @ W2) * torch.where(Z >= 0, 1.0, leaky.slope)
    return dZ.T @ X + leaky.decay * W1, dZ.sum(0), dY_hat.T @ A + leaky.decay * W2, dY_hat.sum(0)

# %% wrong="my_gradients" name="another student's constants"
# says: These constants belong to another ID.
# next: Use those that the locked cell made from your own ID.
def my_gradients(X, W1, b1, W2, b2, Y):
    other = practice.gradients("U1234568X")
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, other.slope * Z)
    dY_hat = 2 * other.scale * (A @ W2.T + b2 - Y) / len(X)
    dZ = (dY_hat @ W2) * torch.where(Z > 0, 1.0, other.slope)
    return dZ.T @ X + other.decay * W1, dZ.sum(0), dY_hat.T @ A + other.decay * W2, dY_hat.sum(0)

# %% wrong="my_gradients" name="half of the decay"
# says: Your weight decay is half as strong: the derivative of the square brings a 2 that takes the half away.
# next: Add decay times W.
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / n
    dW2 = dY.T @ A + leaky.decay / 2 * W2
    db2 = dY.sum(dim=0)
    dZ = (dY @ W2) * torch.where(Z > 0, torch.ones_like(Z), torch.full_like(Z, leaky.slope))
    dW1 = dZ.T @ X + leaky.decay / 2 * W1
    db1 = dZ.sum(dim=0)
    return dW1, db1, dW2, db2

# %% wrong="my_gradients" name="value for slope"
# says: Left of 0 you multiply by slope times Z, the value. The derivative there is the slope alone.
# next: Multiply by the slope.
def my_gradients(X, W1, b1, W2, b2, Y):
    """Gradients (dW1, db1, dW2, db2) of your loss, each in the shape of its parameter, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64.
    """
    n = X.shape[0]
    Z = X @ W1.T + b1
    A = torch.where(Z > 0, Z, leaky.slope * Z)
    dY = 2 * leaky.scale * (A @ W2.T + b2 - Y) / n
    dA = dY @ W2
    dZ = dA * torch.where(Z > 0, torch.ones_like(Z), leaky.slope * Z)
    return (
        dZ.T @ X + leaky.decay * W1,
        dZ.sum(dim=0),
        dY.T @ A + leaky.decay * W2,
        dY.sum(dim=0),
    )

# %% right="my_gradients" name="einsum and masks"
def my_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z = torch.einsum("nd,hd->nh", X, W1) + b1
    door = (Z > 0) + leaky.slope * (Z <= 0)
    A = door * Z
    E = leaky.scale * 2 / n * (torch.einsum("nh,qh->nq", A, W2) + b2 - Y)
    D = torch.einsum("nq,qh->nh", E, W2) * door
    dW1, dW2 = torch.einsum("nh,nd->hd", D, X), torch.einsum("nq,nh->qh", E, A)
    return dW1 + leaky.decay * W1, D.sum(dim=0), dW2 + leaky.decay * W2, E.sum(dim=0)

# %% right="my_gradients" name="example by example"
def my_gradients(X, W1, b1, W2, b2, Y):
    dW1, db1 = leaky.decay * W1, torch.zeros_like(b1)
    dW2, db2 = leaky.decay * W2, torch.zeros_like(b2)
    for x, y in zip(X, Y):
        z = W1 @ x + b1
        a = torch.maximum(z, leaky.slope * z)
        e = 2 * leaky.scale * (W2 @ a + b2 - y) / len(X)
        d = (W2.T @ e) * torch.where(z > 0, 1.0, leaky.slope)
        dW1, db1 = dW1 + d[:, None] * x, db1 + d
        dW2, db2 = dW2 + e[:, None] * a, db2 + e
    return dW1, db1, dW2, db2

# %% [markdown]
# ## 4. Softmax with cross-entropy
#
# ### Exercise 4.1: scores of every size
#
# Three examples, four classes, and in the last row scores that are very large, and one that is very low. (Week 5,
# section 8.)

# %% given="said"
said = practice.scores(student_id)
said

# %% [markdown]
# Row $i$ of `said.Z` holds the scores of example $i$, and `said.y[i]` is the number of its true class.
#
# **Your turn.** Set
#
# - `P`, shape (3, 4), to the probabilities, the softmax of each row;
# - `cross_entropy`, without dimensions, to the mean over the examples of $-\log$ of the probability given to the truth;
# - `dZ`, shape (3, 4), to the gradient of `cross_entropy` with respect to the scores.
#
# All of it has to be finite and right in the last row too. One of its probabilities is so small that the computer holds
# exactly 0 for it. That is right; only take no logarithm of it. To test yourself: every row of `P` adds up to 1, every
# row of `dZ` to 0.

# %% solution="softmax"
### BEGIN SOLUTION
P = torch.exp(said.Z - said.Z.max(dim=1, keepdim=True).values)
P = P / P.sum(dim=1, keepdim=True)
cross_entropy = -P[torch.arange(3), said.y].log().mean()
dZ = P.clone()
dZ[torch.arange(3), said.y] -= 1
dZ = dZ / 3
### END SOLUTION

# %% check="softmax" points=2
check.shape(P, (3, 4), dtype=torch.float64)
check.shape(cross_entropy, (), dtype=torch.float64)
check.shape(dZ, (3, 4), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.scores(practice.on_record(student_id))
right_Z = own.Z.clone().requires_grad_()
right_loss = torch.nn.functional.cross_entropy(right_Z, own.y)
check.value(P, torch.softmax(own.Z, dim=1))
check.value(cross_entropy, right_loss.detach())
check.value(dZ, torch.autograd.grad(right_loss, right_Z)[0])
### END HIDDEN TESTS

# %% wrong="softmax" name="no shift"
# says: An exponential in the last row is too large for the computer, and infinity divided by infinity is nan.
# next: Subtract the largest score of the row first (not the smallest one); the probabilities stay the same.
P = torch.exp(said.Z) / torch.exp(said.Z).sum(dim=1, keepdim=True)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
dZ = (P - torch.nn.functional.one_hot(said.y, 4)) / 3

# %% wrong="softmax" name="0 times the logarithm of 0"
# says: Your loss is nan: you take the logarithm of all probabilities, one of which is 0, and multiply it by 0.
# next: Pick the probability of the true class first, and take its logarithm only.
P = torch.softmax(said.Z, dim=1)
cross_entropy = -(torch.nn.functional.one_hot(said.y, 4) * P.log()).sum(dim=1).mean()
dZ = (P - torch.nn.functional.one_hot(said.y, 4)) / 3

# %% wrong="softmax" name="softmax over the examples"
# says: Your columns add up to 1. Each example's probabilities, a row, must.
# next: Sum over the classes, dimension 1.
P = torch.softmax(said.Z, dim=0)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
dZ = (P - torch.nn.functional.one_hot(said.y, 4)) / 3

# %% wrong="softmax" name="one shift for all rows"
# says: You subtract the largest score of the whole table. In the other rows every exponential is then 0.
# next: Each row has a largest score of its own.
P = torch.exp(said.Z - said.Z.max())
P = P / P.sum(dim=1, keepdim=True)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
dZ = (P - torch.nn.functional.one_hot(said.y, 4)) / 3

# %% wrong="softmax" name="not averaged"
# says: Each row of your gradient is right for its own example, but the loss is the mean over three.
# next: Divide by the number of examples.
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
dZ = P - torch.nn.functional.one_hot(said.y, 4)

# %% wrong="softmax" name="averaged over the table"
# says: You divide by 12. The mean runs over the three examples.
# next: Divide by n, not by n times the number of classes.
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
dZ = (P - torch.nn.functional.one_hot(said.y, 4)) / 12

# %% wrong="softmax" name="truth minus probability"
# says: Your gradient has the wrong sign: stepping against it would lower the score of the truth.
# next: It is p minus one-hot.
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
dZ = (torch.nn.functional.one_hot(said.y, 4) - P) / 3

# %% wrong="softmax" name="another student's scores"
# says: These numbers belong to another ID.
# next: Use the scores that the locked cell made from your own ID.
other = practice.scores("U1234568X")
P = torch.softmax(other.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(other.Z, other.y)
dZ = (P - torch.nn.functional.one_hot(other.y, 4)) / 3

# %% wrong="softmax" name="softmax twice"
# says: You hand probabilities to a loss that takes scores: it applies softmax once more.
# next: Hand it Z, or take the logarithm of P yourself.
import torch.nn.functional as F

P = F.softmax(said.Z, dim=1)
cross_entropy = F.cross_entropy(P, said.y)
dZ = (P - F.one_hot(said.y, num_classes=4)) / len(said.y)

# %% wrong="softmax" name="dZ is P"
# says: dZ is another name for P, so what you write into it changes P too.
# next: Begin with P.clone().
P = torch.softmax(said.Z, dim=1)
cross_entropy = -torch.log_softmax(said.Z, dim=1)[range(3), said.y].mean()
dZ = P
dZ[range(3), said.y] -= 1
dZ /= 3

# %% wrong="softmax" name="scores cut off"
# says: You cut the scores off, and different large scores become equal.
# next: Subtract the largest score of the row instead: the differences stay.
Z = said.Z.clamp(max=50.0)
e = torch.exp(Z)
P = e / e.sum(dim=1, keepdim=True)
rows = torch.arange(3)
cross_entropy = -(Z[rows, said.y] - e.sum(dim=1).log()).mean()
one_hot = torch.zeros(3, 4, dtype=torch.float64)
one_hot[rows, said.y] = 1.0
dZ = (P - one_hot) / 3

# %% wrong="softmax" name="true class only"
# says: Your gradient is 0 for the classes that are not true. They are pushed down, each by its probability.
# next: Begin with P, and subtract 1 at the true class.
P = torch.softmax(said.Z, dim=1)
cross_entropy = 0.0
dZ = torch.zeros(3, 4, dtype=torch.float64)
for i in range(3):
    c = int(said.y[i])
    cross_entropy = cross_entropy - torch.log_softmax(said.Z[i], dim=0)[c] / 3
    dZ[i, c] = (P[i, c] - 1) / 3

# %% wrong="softmax" name="nan replaced by 0"
# says: An exponential in the last row is too large, and infinity divided by infinity is nan. You wrote 0 in its place.
# next: Do not repair the nan: subtract the largest score of each row first.
P = torch.exp(said.Z) / torch.exp(said.Z).sum(dim=1, keepdim=True)
P = torch.nan_to_num(P, nan=0.0)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
dZ = (P - torch.eye(4, dtype=torch.float64)[said.y]) / 3

# %% wrong="softmax" name="slope of the softmax twice"
# says: You multiply by P (1 − P) at the end. It has cancelled already, on the way to P minus the truth.
# next: Leave that factor out.
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, said.y)
dZ = (P - torch.eye(4, dtype=torch.float64)[said.y]) * P * (1 - P) / 3

# %% wrong="softmax" name="classes counted from 1"
# says: You count the classes from 1. They are numbered from 0: class y stands in column y.
# next: Use said.y as it is.
P = torch.softmax(said.Z, dim=1)
cross_entropy = torch.nn.functional.cross_entropy(said.Z, (said.y - 1) % 4)
dZ = (P - torch.eye(4, dtype=torch.float64)[said.y - 1]) / 3

# %% right="softmax" name="log-sum-exp"
log_P = said.Z - torch.logsumexp(said.Z, dim=1, keepdim=True)
P = log_P.exp()
cross_entropy = torch.nn.functional.nll_loss(log_P, said.y)
dZ = (P - torch.nn.functional.one_hot(said.y, 4)) / len(said.y)

# %% right="softmax" name="autograd"
Z = said.Z.clone().requires_grad_()
cross_entropy = torch.nn.functional.cross_entropy(Z, said.y)
cross_entropy.backward()
P, cross_entropy, dZ = torch.softmax(said.Z, dim=1), cross_entropy.detach(), Z.grad

# %% [markdown]
# ## 5. Finding mistakes
#
# ### Exercise 5.1: five claims
#
# Five colleagues, A to E, have each written a backward pass for the network of exercise 2.1 (ReLU in the hidden layer).
# The loss is the mean over the four examples of $(\hat y - y)^2$. All used the inputs `X`, but each had targets `Y` of
# their own. (Week 5, sections 9 and 10.)

# %% given="reports"
reports = practice.claims(student_id)
practice.Numbers(**reports.claims["A"])

# %% [markdown]
# This is what A hands in: the targets, and what A claims of the four gradients. `reports.claims` is a dictionary with
# the keys `"A"` to `"E"`. `reports.claims["A"]` is a dictionary as well, with the keys `"Y"`, `"dW1"`, `"db1"`, `"dW2"`
# and `"db2"`. The inputs are `reports.X`, and the parameters `reports.W1`, `reports.b1`, `reports.W2` and `reports.b2`:
# the numbers of exercise 2.1 once more.
#
# Some of the five claims are wrong, each in exactly one of the four gradients.
#
# **Your turn.** Write `true_gradients(Y)`: for targets `Y`, shape (4, 1), it returns a dictionary with the keys
# `"dW1"`, `"db1"`, `"dW2"`, `"db2"` and the right gradients at `reports.X` and the given parameters, each in the shape
# of its parameter. Then set `spoilt`, a tensor of booleans of shape (5, 4), to `True` where a claim is wrong. Its rows
# are A to E, its columns `dW1`, `db1`, `dW2`, `db2`.
#
# Find the gradients as you like: with your own formulas, with central differences, with autograd. But do not judge a
# claim by its size alone, and not by whether training goes downhill. For targets that equal the network's outputs
# (`outputs` of exercise 2.1) all four gradients are 0; the visible check tries that.

# %% solution="spoilt"
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    ### BEGIN SOLUTION
    A = torch.relu(reports.X @ reports.W1.T + reports.b1)
    dY_hat = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY_hat @ reports.W2) * (A > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(0), "dW2": dY_hat.T @ A, "db2": dY_hat.sum(0)}
    ### END SOLUTION


### BEGIN SOLUTION
spoilt = torch.zeros(5, 4, dtype=torch.bool)
for row, claim in zip(spoilt, reports.claims.values()):
    for column, (name, right) in enumerate(true_gradients(claim["Y"]).items()):
        row[column] = not torch.allclose(claim[name], right)
### END SOLUTION

# %% check="spoilt" points=2
own = practice.claims(practice.on_record(student_id))
no_error = torch.relu(own.X @ own.W1.T + own.b1) @ own.W2.T + own.b2
zeros = {f"d{name}": torch.zeros_like(getattr(own, name)) for name in ("W1", "b1", "W2", "b2")}
check.function(true_gradients, on=[cases.example(Y=no_error, gives=zeros)])
check.shape(spoilt, (5, 4), dtype=torch.bool)
### BEGIN HIDDEN TESTS
parameters = [parameter.clone().requires_grad_() for parameter in (own.W1, own.b1, own.W2, own.b2)]


def right_gradients(Y):
    predicted = (own.X @ parameters[0].T + parameters[1]).clamp(min=0) @ parameters[2].T + parameters[3]
    return dict(zip(zeros, torch.autograd.grad((predicted - Y).square().mean(), parameters)))


check.function(true_gradients, right_gradients, on=cases.draw(seeds=3, seed0=100, Y="4 1"), rtol=1e-6)
wrong = []
for claim in own.claims.values():
    right = right_gradients(claim["Y"])
    wrong.append([float((claim[name] - right[name]).norm()) > 1e-6 * float(right[name].norm()) for name in right])
check.value(spoilt, torch.tensor(wrong))
### END HIDDEN TESTS

# %% wrong="spoilt" name="sum instead of mean"
# says: You compare with the gradient of the sum of the squares. The loss is their mean, so everybody looks wrong.
# next: Divide by the number of examples.
def true_gradients(Y):
    hidden = torch.relu(reports.X @ reports.W1.T + reports.b1)
    dY_hat = 2 * (hidden @ reports.W2.T + reports.b2 - Y)
    dZ = (dY_hat @ reports.W2) * (hidden > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(0), "dW2": dY_hat.T @ hidden, "db2": dY_hat.sum(0)}


rows = []
for claim in reports.claims.values():
    rows.append([not torch.allclose(claim[name], right) for name, right in true_gradients(claim["Y"]).items()])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="only the shapes compared"
# says: You look at the shapes only. They are right in all claims.
# next: Compare the numbers.
def true_gradients(Y):
    return {"dW1": reports.W1, "db1": reports.b1, "dW2": reports.W2, "db2": reports.b2}


rows = []
for claim in reports.claims.values():
    rows.append([claim[name].shape != right.shape for name, right in true_gradients(claim["Y"]).items()])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="signs only"
# says: You find only the claim whose sign is wrong. A gradient of the wrong size is wrong too.
# next: Compare the numbers, not their signs.
def true_gradients(Y):
    hidden = torch.relu(reports.X @ reports.W1.T + reports.b1)
    dY_hat = 2 * (hidden @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY_hat @ reports.W2) * (hidden > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(0), "dW2": dY_hat.T @ hidden, "db2": dY_hat.sum(0)}


rows = []
for claim in reports.claims.values():
    rows.append([bool((claim[k].sign() != right.sign()).any()) for k, right in true_gradients(claim["Y"]).items()])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="mask forgotten"
# says: Your own gradient lets everything through the ReLU, so right claims look wrong to you.
# next: Where a hidden neuron was off, no gradient comes through.
def true_gradients(Y):
    hidden = torch.relu(reports.X @ reports.W1.T + reports.b1)
    dY_hat = 2 * (hidden @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY_hat @ reports.W2)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(0), "dW2": dY_hat.T @ hidden, "db2": dY_hat.sum(0)}


rows = []
for claim in reports.claims.values():
    rows.append([not torch.allclose(claim[name], right) for name, right in true_gradients(claim["Y"]).items()])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="factor 2 forgotten"
# says: Your own gradients are half of the right ones, so everybody looks wrong to you.
# next: The derivative of a square brings a factor 2.
def true_gradients(Y):
    hidden = torch.relu(reports.X @ reports.W1.T + reports.b1)
    dY_hat = (hidden @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (dY_hat @ reports.W2) * (hidden > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(0), "dW2": dY_hat.T @ hidden, "db2": dY_hat.sum(0)}


rows = []
for claim in reports.claims.values():
    rows.append([not torch.allclose(claim[name], right) for name, right in true_gradients(claim["Y"]).items()])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="another student's claims"
# says: These claims belong to another ID.
# next: Judge the claims that the locked cell made from your own ID.
def true_gradients(Y):
    hidden = torch.relu(other.X @ other.W1.T + other.b1)
    dY_hat = 2 * (hidden @ other.W2.T + other.b2 - Y) / len(Y)
    dZ = (dY_hat @ other.W2) * (hidden > 0)
    return {"dW1": dZ.T @ other.X, "db1": dZ.sum(0), "dW2": dY_hat.T @ hidden, "db2": dY_hat.sum(0)}


other = practice.claims("U1234867X")
rows = []
for claim in other.claims.values():
    rows.append([not torch.allclose(claim[name], right) for name, right in true_gradients(claim["Y"]).items()])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="norms compared"
# says: You compare lengths only. A gradient with a wrong sign, or with its entries in other places, has the right length.
# next: Compare entry by entry.
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    G = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    D = (G @ reports.W2) * (Z > 0).double()
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": G.T @ A, "db2": G.sum(0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, who in enumerate("ABCDE"):
    truth = true_gradients(reports.claims[who]["Y"])
    for j, name in enumerate(["dW1", "db1", "dW2", "db2"]):
        difference = reports.claims[who][name].norm() - truth[name].norm()
        spoilt[i, j] = abs(difference) > 1e-6

# %% wrong="spoilt" name="targets of A for all"
# says: You judge all claims by the gradients for the targets of A. Every claim has its own.
# next: Compute the true gradients anew for each.
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    G = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    D = (G @ reports.W2) * (Z > 0).double()
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": G.T @ A, "db2": G.sum(0)}


truth = true_gradients(reports.claims["A"]["Y"])
spoilt = torch.tensor([
    [not torch.allclose(truth[name], reports.claims[who][name], atol=1e-8) for name in truth]
    for who in "ABCDE"
])

# %% wrong="spoilt" name="columns in another order"
# says: Your columns are in alphabetical order.
# next: Give them in the order of the exercise: dW1, db1, dW2, db2.
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    leaves_ = {n: getattr(reports, n).clone().requires_grad_() for n in ("W1", "b1", "W2", "b2")}
    out = torch.relu(reports.X @ leaves_["W1"].T + leaves_["b1"]) @ leaves_["W2"].T + leaves_["b2"]
    ((out - Y) ** 2).mean().backward()
    return {"d" + n: p.grad for n, p in leaves_.items()}


rows = []
for who in sorted(reports.claims):
    claim = reports.claims[who]
    truth = true_gradients(claim["Y"])
    rows.append([not torch.allclose(claim[key], truth[key]) for key in sorted(truth)])
spoilt = torch.tensor(rows)

# %% wrong="spoilt" name="reshaped instead of turned"
# says: You collect by name and then reshape, which cuts the rows anew.
# next: Transpose instead.
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = Z.clamp(min=0)
    G = (A @ reports.W2.T + reports.b2 - Y) / 2
    D = (G @ reports.W2) * (Z > 0)
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": G.T @ A, "db2": G.sum(0)}


verdicts = []
for name in ["dW1", "db1", "dW2", "db2"]:
    for who in "ABCDE":
        claim = reports.claims[who]
        error = (claim[name] - true_gradients(claim["Y"])[name]).abs().max()
        verdicts.append(bool(error > 1e-7))
spoilt = torch.tensor(verdicts).reshape(5, 4)

# %% wrong="spoilt" name="the worst of each"
# says: You mark the worst gradient of every claim, even where all are right.
# next: Ask of each whether it differs.
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    A = torch.relu(Z)
    G = 2 * (A @ reports.W2.T + reports.b2 - Y) / 4
    D = (G @ reports.W2) * (Z > 0).double()
    return {"dW1": D.T @ reports.X, "db1": D.sum(0), "dW2": G.T @ A, "db2": G.sum(0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, claim in enumerate(reports.claims.values()):
    truth = true_gradients(claim["Y"])
    off = torch.stack([(claim[n] - truth[n]).abs().max() for n in ("dW1", "db1", "dW2", "db2")])
    spoilt[i, off.argmax()] = True

# %% wrong="spoilt" name="scores for outputs"
# says: Your own dW2 uses the scores before the ReLU. The second layer sees what comes out of it.
# next: Use A.
def true_gradients(Y):
    """The right dW1, db1, dW2, db2, a dictionary of tensors, for the targets Y (4, 1)."""
    Z = reports.X @ reports.W1.T + reports.b1
    out = torch.relu(Z) @ reports.W2.T + reports.b2
    dout = 2 * (out - Y) / len(Y)
    dZ = (dout @ reports.W2) * (Z > 0)
    return {
        "dW1": dZ.T @ reports.X,
        "db1": dZ.sum(dim=0),
        "dW2": dout.T @ Z,
        "db2": dout.sum(dim=0),
    }


spoilt = torch.stack([
    torch.stack([~torch.isclose(c[n], true_gradients(c["Y"])[n]).all() for n in ("dW1", "db1", "dW2", "db2")])
    for c in (reports.claims[k] for k in "ABCDE")
])

# %% wrong="spoilt" name="whole rows marked"
# says: You mark all four gradients of a claim as soon as one is wrong.
# next: Judge each of the four by itself: one entry of spoilt for each.
def true_gradients(Y):
    A = torch.relu(reports.X @ reports.W1.T + reports.b1)
    back = 2 * (A @ reports.W2.T + reports.b2 - Y) / len(Y)
    dZ = (back @ reports.W2) * (A > 0)
    return {"dW1": dZ.T @ reports.X, "db1": dZ.sum(0), "dW2": back.T @ A, "db2": back.sum(0)}


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for row, claim in zip(spoilt, reports.claims.values()):
    for name, right in true_gradients(claim["Y"]).items():
        if not torch.allclose(claim[name], right):
            row[:] = True

# %% right="spoilt" name="autograd"
def true_gradients(Y):
    P = [parameter.clone().requires_grad_() for parameter in (reports.W1, reports.b1, reports.W2, reports.b2)]
    loss = (torch.relu(reports.X @ P[0].T + P[1]) @ P[2].T + P[3] - Y).square().mean()
    loss.backward()
    return dict(zip(("dW1", "db1", "dW2", "db2"), [parameter.grad for parameter in P]))


spoilt = torch.zeros(5, 4, dtype=torch.bool)
for i, letter in enumerate("ABCDE"):
    right = true_gradients(reports.claims[letter]["Y"])
    for j, name in enumerate(right):
        spoilt[i, j] = bool(((reports.claims[letter][name] - right[name]).abs() > 1e-9).any())

# %% right="spoilt" name="central differences"
def true_gradients(Y):
    names = ["W1", "b1", "W2", "b2"]

    def loss(P):
        return (torch.relu(reports.X @ P["W1"].T + P["b1"]) @ P["W2"].T + P["b2"] - Y).square().mean()

    found = {}
    for name in names:
        gradient = torch.zeros_like(getattr(reports, name))
        for place in range(gradient.numel()):
            ends = []
            for step in (1e-5, -1e-5):
                P = {each: getattr(reports, each).clone() for each in names}
                P[name].view(-1)[place] += step
                ends.append(loss(P))
            gradient.view(-1)[place] = (ends[0] - ends[1]) / 2e-5
        found[f"d{name}"] = gradient
    return found


rows = []
for claim in reports.claims.values():
    right = true_gradients(claim["Y"])
    rows.append([bool((claim[name] - right[name]).norm() > 1e-6 * right[name].norm()) for name in right])
spoilt = torch.tensor(rows)

# %% [markdown]
# ## 6. Sizes and starts
#
# ### Exercise 6.1: deep or wide, and where to begin
#
# (Week 6, sections 1 and 2.)

# %% given="deep"
deep = practice.sizes(student_id)
deep

# %% [markdown]
# `deep.widths` are the widths of a network with two hidden layers, inputs first. All hidden layers have ReLU. Small
# numbers to try your formulas on: with the widths 2, 3, 2, 1 there are 9 + 8 + 3 = 20 parameters; one hidden layer of 4
# neurons has 12 + 5 = 17, one of 5 would have 21. So `widest` is 4 and `spare` is 3.
#
# **Your turn.** Set
#
# - `deep_count`, a whole number, to the number of its weights and biases;
# - `widest`, a whole number, to the largest number of neurons that *one* hidden layer, between the same inputs and
#   outputs, can have if that wide network is not to have more parameters than the deep one;
# - `spare`, a whole number, to how many parameters fewer than the deep one that wide network has;
# - `he_spread`, a float64 tensor of shape (3,), to the standard deviation that He's rule gives to the weights of each
#   of the three layers, first layer first.

# %% solution="deep_or_wide"
### BEGIN SOLUTION
deep_count = sum(fan_out * (fan_in + 1) for fan_in, fan_out in zip(deep.widths, deep.widths[1:]))
widest, spare = divmod(deep_count - deep.widths[-1], deep.widths[0] + 1 + deep.widths[-1])
he_spread = torch.tensor([math.sqrt(2 / fan_in) for fan_in in deep.widths[:-1]], dtype=torch.float64)
### END SOLUTION

# %% check="deep_or_wide" points=2
check.shape(he_spread, (3,), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.sizes(practice.on_record(student_id))
inputs, first, second, outputs = own.widths
count = inputs * first + first + first * second + second + second * outputs + outputs
check.value(deep_count, count)
right_widest = max(h for h in range(1, 200) if inputs * h + h + h * outputs + outputs <= count)
check.value(widest, right_widest)
check.value(spare, count - (inputs * right_widest + right_widest + right_widest * outputs + outputs))
check.value(he_spread, (2 / torch.tensor([inputs, first, second], dtype=torch.float64)).sqrt())
### END HIDDEN TESTS

# %% wrong="deep_or_wide" name="biases forgotten"
# says: You count the weights only. Every neuron that is not an input has a bias as well.
# next: Count (fan-in + 1) numbers for each neuron.
deep_count = sum(m * k for m, k in zip(deep.widths, deep.widths[1:]))
widest, spare = divmod(deep_count, deep.widths[0] + deep.widths[-1])
he_spread = torch.tensor([math.sqrt(2 / fan_in) for fan_in in deep.widths[:-1]], dtype=torch.float64)

# %% wrong="deep_or_wide" name="rounded up"
# says: Your wide network has more parameters than the deep one.
# next: Round down.
deep_count = sum(fan_out * (fan_in + 1) for fan_in, fan_out in zip(deep.widths, deep.widths[1:]))
widest = math.ceil((deep_count - 10) / (deep.widths[0] + 11))
spare = deep_count - widest * (deep.widths[0] + 11) - 10
he_spread = torch.tensor([math.sqrt(2 / fan_in) for fan_in in deep.widths[:-1]], dtype=torch.float64)

# %% wrong="deep_or_wide" name="the outputs' biases left out of the wide one"
# says: You forget the biases of the wide network's output neurons, so it seems to have more to spare than it has.
# next: Take the output neurons' biases off the count before you divide.
deep_count = sum(fan_out * (fan_in + 1) for fan_in, fan_out in zip(deep.widths, deep.widths[1:]))
widest, spare = divmod(deep_count, deep.widths[0] + 11)
he_spread = torch.tensor([math.sqrt(2 / fan_in) for fan_in in deep.widths[:-1]], dtype=torch.float64)

# %% wrong="deep_or_wide" name="variance instead of spread"
# says: 2 divided by the fan-in is the variance. The standard deviation is its root.
# next: Take the square root.
deep_count = sum(fan_out * (fan_in + 1) for fan_in, fan_out in zip(deep.widths, deep.widths[1:]))
widest, spare = divmod(deep_count - 10, deep.widths[0] + 11)
he_spread = torch.tensor([2 / fan_in for fan_in in deep.widths[:-1]], dtype=torch.float64)

# %% wrong="deep_or_wide" name="fan-out instead of fan-in"
# says: You divide by the number of neurons of the layer. He's rule counts what comes in.
# next: Use the width before the layer.
deep_count = sum(fan_out * (fan_in + 1) for fan_in, fan_out in zip(deep.widths, deep.widths[1:]))
widest, spare = divmod(deep_count - 10, deep.widths[0] + 11)
he_spread = torch.tensor([math.sqrt(2 / fan_out) for fan_out in deep.widths[1:]], dtype=torch.float64)

# %% wrong="deep_or_wide" name="another student's widths"
# says: These widths belong to another ID.
# next: Use the widths that the locked cell made from your own ID.
other = practice.sizes("U1235567X").widths
deep_count = sum(fan_out * (fan_in + 1) for fan_in, fan_out in zip(other, other[1:]))
widest, spare = divmod(deep_count - 10, other[0] + 11)
he_spread = torch.tensor([math.sqrt(2 / fan_in) for fan_in in other[:-1]], dtype=torch.float64)

# %% wrong="deep_or_wide" name="one output assumed"
# says: You count one output neuron. The last of the widths says how many there are.
# next: Count the weights and biases of all of them.
d, h1, h2, q = deep.widths
deep_count = (d + 1) * h1 + (h1 + 1) * h2 + (h2 + 1) * q
widest = (deep_count - 1) // (d + 2)
spare = deep_count - (widest * (d + 2) + 1)
he_spread = torch.tensor([(2 / n) ** 0.5 for n in (d, h1, h2)], dtype=torch.float64)

# %% wrong="deep_or_wide" name="no 2 for the last layer"
# says: Your last spread lacks the 2. He's rule is asked for in all three layers, the output layer too.
# next: Use the root of 2 over the fan-in for all three.
d, h1, h2, q = deep.widths
deep_count = h1 * (d + 1) + h2 * (h1 + 1) + q * (h2 + 1)
widest, spare = divmod(deep_count - q, d + 1 + q)
he_spread = torch.tensor([(2 / d) ** 0.5, (2 / h1) ** 0.5, (1 / h2) ** 0.5], dtype=torch.float64)

# %% right="deep_or_wide" name="counted by torch"
layers = [torch.nn.Linear(m, k) for m, k in zip(deep.widths, deep.widths[1:])]
deep_count = sum(P.numel() for P in torch.nn.Sequential(*layers).parameters())
widest = 1
while (widest + 1) * (deep.widths[0] + 1) + 10 * (widest + 2) <= deep_count:
    widest += 1
spare = deep_count - (deep.widths[0] * widest + widest + 10 * widest + 10)
he_spread = torch.tensor([(2 / layer.in_features) ** 0.5 for layer in layers], dtype=torch.float64)

# %% right="deep_or_wide" name="written out"
d, h1, h2, q = deep.widths
deep_count = h1 * (d + 1) + h2 * (h1 + 1) + q * (h2 + 1)
widest = int((deep_count - q) / (d + q + 1))
spare = (deep_count - q) % (d + q + 1)
he_spread = torch.tensor([2**0.5 / d**0.5, 2**0.5 / h1**0.5, 2**0.5 / h2**0.5], dtype=torch.float64)

# %% [markdown]
# ### Exercise 6.2: train
#
# XOR with the labels −1 and 1, a hidden layer of two neurons with tanh, and a start that is yours. (Week 4, section 5;
# week 6, section 3.)

# %% given="start"
start = practice.training(student_id)
start

# %% [markdown]
# The network is $\hat y = \tanh(X W_1^\top + b_1)\, W_2^\top + b_2$, and the loss is the mean over the four examples of
# $(\hat y - y)^2$.
#
# **Your turn.** Begin with the given parameters, and make `start.steps` steps of gradient descent on all four examples
# with the learning rate `start.lr`. Change all four parameters in every step. Use autograd. Set
#
# - `trained`, a list of four tensors in the order `W1`, `b1`, `W2`, `b2`, to the parameters after the last step;
# - `train_losses` to a list of `start.steps` Python floats: the loss *before* each step.
#
# Begin with copies (`clone()`), so that `start` stays as it is and you can run the cell twice.

# %% solution="train"
### BEGIN SOLUTION
trained, train_losses = [P.clone() for P in (start.W1, start.b1, start.W2, start.b2)], []
for _ in range(start.steps):
    trained = [P.requires_grad_() for P in trained]
    train_losses.append(
        ((torch.tanh(start.X @ trained[0].T + trained[1]) @ trained[2].T + trained[3] - start.Y) ** 2).mean()
    )
    trained = [(P - start.lr * dP).detach() for P, dP in zip(trained, torch.autograd.grad(train_losses[-1], trained))]
train_losses = [loss.item() for loss in train_losses]
### END SOLUTION

# %% check="train" points=3
own = practice.training(practice.on_record(student_id))
check.training(train_losses, steps=own.steps)
### BEGIN HIDDEN TESTS
W1, b1, W2, b2 = own.W1, own.b1, own.W2, own.b2
right_losses = []
for _ in range(own.steps):
    A = torch.tanh(own.X @ W1.T + b1)
    errors = A @ W2.T + b2 - own.Y
    right_losses.append(errors.square().mean().item())
    back = 2 * errors / 4
    dZ = back @ W2 * (1 - A * A)
    W1, b1 = W1 - own.lr * dZ.T @ own.X, b1 - own.lr * dZ.sum(0)
    W2, b2 = W2 - own.lr * back.T @ A, b2 - own.lr * back.sum(0)
check.value(train_losses, right_losses, rtol=1e-9)
check.value(trained, [W1, b1, W2, b2])
### END HIDDEN TESTS

# %% wrong="train" name="gradients pile up"
# says: Your gradients pile up: each backward adds to what the steps before left behind.
# next: Clear the gradients in every step.
P = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]
train_losses = []
for _ in range(start.steps):
    loss = ((torch.tanh(start.X @ P[0].T + P[1]) @ P[2].T + P[3] - start.Y) ** 2).mean()
    loss.backward()
    train_losses.append(loss.item())
    with torch.no_grad():
        for p in P:
            p -= start.lr * p.grad
trained = [p.detach() for p in P]

# %% wrong="train" name="only the output neuron trained"
# says: Only the last layer moves. All four parameters should.
# next: Loop over all parameters when you step.
P = [p.clone() for p in (start.W1, start.b1, start.W2, start.b2)]
train_losses = []
for _ in range(start.steps):
    A = torch.tanh(start.X @ P[0].T + P[1])
    errors = A @ P[2].T + P[3] - start.Y
    train_losses.append(errors.square().mean().item())
    P[2], P[3] = P[2] - start.lr * errors.T @ A / 2, P[3] - start.lr * errors.sum(0) / 2
trained = P

# %% wrong="train" name="ReLU instead of tanh"
# says: You train a network with ReLU. This one has tanh.
# next: Use torch.tanh in the hidden layer.
P = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]
train_losses = []
for _ in range(start.steps):
    loss = ((torch.relu(start.X @ P[0].T + P[1]) @ P[2].T + P[3] - start.Y) ** 2).mean()
    train_losses.append(loss.item())
    P = [(p - start.lr * g).detach().requires_grad_() for p, g in zip(P, torch.autograd.grad(loss, P))]
trained = [p.detach() for p in P]

# %% wrong="train" name="losses after the step"
# says: Your list holds the losses after each step, so the very first loss is missing.
# next: Append the loss before you change the parameters.
P = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]
train_losses = []
for step in range(start.steps + 1):
    loss = ((torch.tanh(start.X @ P[0].T + P[1]) @ P[2].T + P[3] - start.Y) ** 2).mean()
    train_losses.append(loss.item())
    if step < start.steps:
        P = [(p - start.lr * g).detach().requires_grad_() for p, g in zip(P, torch.autograd.grad(loss, P))]
trained, train_losses = [p.detach() for p in P], train_losses[1:]

# %% wrong="train" name="layer by layer"
# says: You update the second layer first and then differentiate again for the first. A step uses one gradient for all.
# next: Compute all four gradients before you change anything.
P = [p.clone() for p in (start.W1, start.b1, start.W2, start.b2)]
train_losses = []
for _ in range(start.steps):
    A = torch.tanh(start.X @ P[0].T + P[1])
    errors = A @ P[2].T + P[3] - start.Y
    train_losses.append(errors.square().mean().item())
    P[2], P[3] = P[2] - start.lr * errors.T @ A / 2, P[3] - start.lr * errors.sum(0) / 2
    dZ = errors / 2 @ P[2] * (1 - A * A)
    P[0], P[1] = P[0] - start.lr * dZ.T @ start.X, P[1] - start.lr * dZ.sum(0)
trained = P

# %% wrong="train" name="another student's start"
# says: This training belongs to another ID.
# next: Begin with the parameters that the locked cell made from your own ID.
other = practice.training("U1234568X")
P = [p.clone().requires_grad_() for p in (other.W1, other.b1, other.W2, other.b2)]
train_losses = []
for _ in range(start.steps):
    loss = ((torch.tanh(start.X @ P[0].T + P[1]) @ P[2].T + P[3] - start.Y) ** 2).mean()
    train_losses.append(loss.item())
    P = [(p - start.lr * g).detach().requires_grad_() for p, g in zip(P, torch.autograd.grad(loss, P))]
trained = [p.detach() for p in P]

# %% wrong="train" name="biases stay"
# says: Only your weights take steps.
# next: The biases are parameters too.
W1 = start.W1.clone().requires_grad_()
W2 = start.W2.clone().requires_grad_()
b1 = start.b1.clone()
b2 = start.b2.clone()
train_losses = []
for _ in range(start.steps):
    loss = ((torch.tanh(start.X @ W1.T + b1) @ W2.T + b2 - start.Y) ** 2).mean()
    gW1, gW2 = torch.autograd.grad(loss, [W1, W2])
    train_losses.append(float(loss.detach()))
    W1 = (W1 - start.lr * gW1).detach().requires_grad_()
    W2 = (W2 - start.lr * gW2).detach().requires_grad_()
trained = [W1.detach(), b1, W2.detach(), b2]

# %% wrong="train" name="flat targets"
# says: Your targets are (4,) and the outputs (4, 1). Their difference is a table, 4 by 4.
# next: Leave start.Y in its shape, (4, 1).
P = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]
train_losses = []
for _ in range(start.steps):
    loss = ((torch.tanh(start.X @ P[0].T + P[1]) @ P[2].T + P[3] - start.Y.flatten()) ** 2).mean()
    train_losses.append(loss.item())
    P = [(p - start.lr * g).detach().requires_grad_() for p, g in zip(P, torch.autograd.grad(loss, P))]
trained = [p.detach() for p in P]

# %% right="train" name="an optimiser"
P = [p.clone().requires_grad_() for p in (start.W1, start.b1, start.W2, start.b2)]
optimiser, train_losses = torch.optim.SGD(P, lr=start.lr), []
for _ in range(start.steps):
    optimiser.zero_grad()
    loss = torch.nn.functional.mse_loss(torch.tanh(start.X @ P[0].T + P[1]) @ P[2].T + P[3], start.Y)
    loss.backward()
    optimiser.step()
    train_losses.append(loss.item())
trained = [p.detach() for p in P]

# %% right="train" name="a loop over a module's parameters"
model = torch.nn.ParameterList([start.W1.clone(), start.b1.clone(), start.W2.clone(), start.b2.clone()])
train_losses = []
for _ in range(start.steps):
    loss = ((torch.tanh(start.X @ model[0].T + model[1]) @ model[2].T + model[3] - start.Y) ** 2).mean()
    loss.backward()
    train_losses.append(loss.item())
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= start.lr * parameter.grad
            parameter.grad = None
trained = [parameter.detach() for parameter in model.parameters()]

# %% [markdown]
# Your loss curve. With so few steps nobody's network is done with XOR; it has only set out.

# %%
plot.lines(
    {"your training": train_losses},
    xlabel="step", ylabel="mean squared error",
    alt="A loss curve that falls in every step and ends above 0.",
    caption="The first steps of your network on XOR.",
)

# %% [markdown]
# Look where your curve crosses 1, or whether it has. A loss of 1 is what a network gets that says 0 everywhere, and no
# linear model gets below it on XOR. Whoever is below it has begun to use the bends of tanh.
#
# ## 7. In words
#
# ### Question 7.1: what would you tell them?
#
# Answer in two or three sentences each, with *your* numbers where they are asked for. (Week 5, section 10; week 6,
# sections 1 and 5.)
#
# 1. One of the colleagues whom you found wrong in exercise 5.1 says: "But with my backward pass the loss falls." Take
#    one of your wrong claims. Can that be true? Why is it no proof?
# 2. In exercise 2.1 you counted in `awake` how many examples switch each hidden neuron on. What would become, in
#    training, of a neuron whose count is 0? What would your leaky ReLU change?
# 3. You put ten more hidden layers of 30 neurons into your deep network of exercise 6.1, and start all weights with the
#    standard deviation 0.05. What happens to the signal on its way through, and what would you do about it?
#
# A person reads your answer, and has your numbers beside it. What counts is what you explain, not how long it is.

# %% [markdown] answer="what_to_tell" points=2
# 1. It can. A gradient that is too small or too large by a factor still points downhill for its own parameter, and even
#    with one sign wrong the other three gradients can carry the loss down for a while. A falling loss only says that
#    the step is not all wrong; another start or learning rate can show the damage. The proof is a comparison with
#    central differences or autograd, gradient by gradient.
# 2. A neuron that is off for all examples gives 0 and has slope 0 everywhere, so the gradients of its weights and of
#    its bias are exactly 0: no step ever moves it, it is dead (unless what comes in changes). With the leaky ReLU a
#    share of the gradient, the slope, still comes through, so it can find its way back.
# 3. A layer multiplies the size of the signal by about $\sqrt{m/2}\, s$ with ReLU: here
#    $\sqrt{30/2} \cdot 0.05 \approx 0.19$ a layer, and $0.19^{10} \approx 10^{-7}$. The signal vanishes, and the
#    gradient with it. Start with He's standard deviation, $\sqrt{2/30} \approx 0.26$, which keeps the size.
#
# *For the grader: which claim is wrong depends on the ID; the wrong factors are 0.25, one between 1.05 and 1.5, and −1.
# 1 point for part 1 (it can fall, and only a comparison of gradients proves anything). 1 point for parts 2 and 3
# together: no gradient, so dead, and a leak keeps it alive; the signal shrinks by a factor below 1 in each layer, and
# He's rule mends it. No exact numbers needed.*

# %% [markdown]
# ## Before you hand in
#
# - Is `student_id` your own? Is every digit right?
# - Choose "Restart and run all" once more.
# - A visible check looks at the form, or at a simple case. Where could you still test the numbers? Gradients: with
#   autograd. One layer for two: push the same examples through both. The rectangle: look at its four corners.
#
# Next week the scores become probabilities of ten digits, and the training loop becomes a machine.
#
# ## Where to read on
#
# - The notebooks of weeks 4 to 6, above all their summaries.
# - A. Zhang, Z. C. Lipton, M. Li, A. J. Smola, *Dive into Deep Learning*, chapter 5.
# - M. A. Nielsen, *Neural Networks and Deep Learning*, chapters 2 and 5.
