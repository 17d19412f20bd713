# %% [markdown]
# # Week 5: Backpropagation by hand
#
# For four weeks you have written `loss.backward()` and the gradients were there. Today you write what happens inside
# that call. It is less than it looks: one rule from school, applied in the right order, with care for shapes.
#
# **After this notebook you can**
#
# - draw a computation as a graph and carry gradients backwards through it;
# - derive the gradient of every weight and bias in a network of any depth, for a whole minibatch;
# - say why a bias gradient is a sum, why a weight gradient is a product with a transpose, and where the $1/n$ goes;
# - write the gradient of softmax with cross-entropy, so that large numbers do not break it;
# - test any gradient with a check of your own, and know when that check is wrong rather than the gradient;
# - build a small automatic differentiator that does all of this for you.
#
# **From before:** tensors and shapes (week 1), a linear neuron with squared loss and a gradient step
# (week 2), the sigmoid (week 3), and the network with two hidden ReLU neurons (week 4). From mathematics: the
# derivatives of $x^2$, $1/x$, $e^x$ and $\log x$, and the rules for a sum, a product and a quotient. The chain rule is
# explained below.
#
# **How to work.** Read a section, run its cells, then do the exercise with paper beside the keyboard. *By hand* means
# that your function computes the gradient by a formula: the check refuses autograd and finite differences there.
# Each check here is short; after you hand in, your functions are also tried on many other inputs.

# %%
import math

import torch

from course import cases, check, graph, plot

# %% [markdown]
# ## 1. Gradients on a graph
#
# A gradient answers one question: *if I nudge this number up a little, how much does the result change?*
#
# Take a computation so small that you can do it in your head:
#
# $$L = 3\,(a + bc), \qquad a = 5,\; b = 3,\; c = 2.$$
#
# Do not look at it as one formula. Look at it as three steps, each with one operation, and give every result a name:
#
# $$u = bc, \qquad v = a + u, \qquad L = 3v.$$
#
# Drawn with an arrow from every number to the step that uses it, this is a **computational graph**. Working from the
# inputs to the result is the **forward pass**.

# %%
steps = graph.Graph()
steps.input("a", 5.0)
steps.input("b", 3.0)
steps.input("c", 2.0)
steps.node("u", op="×", of=("b", "c"), value=6.0)
steps.node("v", op="+", of=("a", "u"), value=11.0)
steps.node("L", op="3 × v", of=("v",), value=33.0)
graph.draw(
    steps,
    alt="Graph: b=3 and c=2 are multiplied to u=6; a=5 and u are added to v=11; v times 3 is L=33.",
    caption="The forward pass of L = 3(a + bc): values flow from left to right.",
)

# %% [markdown]
# Rounded boxes are inputs. Above every box stands its value: 3 and 2 meet in a product and become 6, then 11, then 33.
# Each box knows only its own arrows. That is the idea that makes everything below work.
#
# ### 1.1 Local derivatives
#
# Ask each step about itself alone: if one of *its* inputs goes up by a tiny bit, how much does *its* output go up?
#
# | step | local derivatives | at our numbers |
# |---|---|---|
# | $L = 3v$ | $\partial L/\partial v = 3$ | 3 |
# | $v = a + u$ | $\partial v/\partial a = 1$, $\;\partial v/\partial u = 1$ | 1 and 1 |
# | $u = bc$ | $\partial u/\partial b = c$, $\;\partial u/\partial c = b$ | 2 and 3 |
#
# Look at the last row. The derivative with respect to $b$ is the value of $c$, and the other way round. So going
# backwards needs numbers from the forward pass. Remember that: it is why networks keep their intermediate results.
#
# ### 1.2 The chain rule, walked backwards
#
# If $b$ moves $u$ twice as fast, and $u$ moves $L$ three times as fast, then $b$ moves $L$ six times as fast. Rates
# along a path multiply. That is the **chain rule**:
#
# $$\frac{\partial L}{\partial b} = \frac{\partial L}{\partial u}\cdot\frac{\partial u}{\partial b}
#   = \text{what arrives at } u \;\times\; \text{the local derivative}.$$
#
# Start at the end with $\partial L/\partial L = 1$ and walk backwards. At every step multiply what arrives from the
# right, the **upstream gradient**, by the local derivative. In code we write `dv` for $\partial L/\partial v$: the `d`
# always means "how the loss changes with". Before you run the next cell, try to fill in `db` and `dc` on paper.

# %%
graph.draw(
    steps,
    gradients={"L": 1.0, "v": 3.0, "a": 3.0, "u": 3.0, "b": 6.0, "c": 9.0},
    local={("L", "v"): "3", ("v", "a"): "1", ("v", "u"): "1", ("u", "b"): "c = 2", ("u", "c"): "b = 3"},
    alt="The same graph with gradients: dL=1, dv=3, da=3, du=3, db=6, dc=9, "
    "and local derivatives on the arrows.",
    caption="The backward pass: gradients flow from right to left, "
    "multiplied by the local derivative of each arrow.",
)

# %% [markdown]
# Below every box now stands its gradient, and the dashed arrows show where it came from. Three habits of boxes are
# visible here. You will meet them again in every layer.
#
# - **A plus hands its upstream gradient to both sides unchanged.** `da` and `du` are both 3.
# - **A product swaps.** `db` is the upstream 3 times the *other* factor, $c$.
# - **A factor scales.** The 3 in $L = 3v$ multiplies everything behind it.
#
# Is `db = 6` true? Nudge $b$ and look. No calculus needed:

# %%
def example_loss(a, b, c):
    return 3 * (a + b * c)


nudge = 0.001
(example_loss(5.0, 3.0 + nudge, 2.0) - example_loss(5.0, 3.0, 2.0)) / nudge

# %% [markdown]
# The loss rises six times as fast as $b$ (up to rounding in the last digits). Keep this trick in mind. In section 9 it
# becomes a tool.
#
# ### 1.3 Your turn: the whole graph
#
# Write `graph_gradients(a, b, c)` for *any* three numbers, 0 too. Go forwards first, then backwards, one line for each
# box. Return a dictionary with the keys `"u"`, `"v"`, `"L"` (the values) and `"dv"`, `"du"`, `"da"`, `"db"`, `"dc"`
# (the gradients), all plain numbers.
#
# For `graph_gradients(5.0, 3.0, 2.0)` the figure above shows all eight numbers. For `graph_gradients(1.0, 4.0, 0.0)`
# they are, in the order of the keys, 0, 1, 3 and 3, 3, 3, 0, 12, and for `graph_gradients(-2.0, -1.0, -2.0)` they are
# 2, 0, 0 and 3, 3, 3, -6, -3. Do not round. This little function has the form of every backward pass that you will
# write today: forward, keep, backward.

# %% solution="graph_gradients"
def graph_gradients(a, b, c):
    """Values and gradients of L = 3(a + bc).

    a, b, c: numbers. Returns a dict with the keys "u", "v", "L" (values) and "dv", "du", "da", "db", "dc"
    (gradients).
    """
    ### BEGIN SOLUTION
    u = b * c
    v = a + u
    dv = 3.0
    du = dv * 1.0
    da = dv * 1.0
    db = du * c
    dc = du * b
    return {"u": u, "v": v, "L": 3.0 * v, "dv": dv, "du": du, "da": da, "db": db, "dc": dc}
    ### END SOLUTION

# %% check="graph_gradients" points=2
figure = {"u": 6.0, "v": 11.0, "L": 33.0, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 6.0, "dc": 9.0}
zero = {"u": 0.0, "v": 1.0, "L": 3.0, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 0.0, "dc": 12.0}
two = [cases.example(a=5.0, b=3.0, c=2.0, gives=figure), cases.example(a=1.0, b=4.0, c=0.0, gives=zero)]
below = {"u": 2.0, "v": 0.0, "L": 0.0, "dv": 3.0, "du": 3.0, "da": 3.0, "db": -6.0, "dc": -3.0}
two.append(cases.example(a=-2.0, b=-1.0, c=-2.0, gives=below))
check.function(graph_gradients, on=two, by_hand=True)
### BEGIN HIDDEN TESTS
def from_definition(a, b, c):
    names = {"dv": 3.0, "du": 3.0, "da": 3.0, "db": 3.0 * c, "dc": 3.0 * b}
    return {"u": b * c, "v": a + b * c, "L": 3.0 * (a + b * c), **names}
numbers = [(1.5, -2.0, 0.25), (-4.0, 0.5, 7.0), (0.75, 6.0, -1.25), (2.0, -3.5, -0.5)]
numbers += [(2.5, 0.0, -3.0), (0.0, -1.5, 0.0), (0.0, 0.0, 0.0), (0.1, 0.7, -0.3)]
numbers += [[number.item() for number in case] for case in cases.draw(seeds=6, seed0=100, a="", b="", c="")]
asked = [cases.example(a=a, b=b, c=c) for a, b, c in numbers]
check.function(graph_gradients, from_definition, on=asked, by_hand=True, rtol=1e-9)
### END HIDDEN TESTS

# %% wrong="graph_gradients" name="numbers of the figure"
# says: You return the numbers of the figure whatever a, b and c are.
# next: Write each line with the names a, b, c, so that it holds for any numbers.
def graph_gradients(a, b, c):
    return {"u": 6.0, "v": 11.0, "L": 33.0, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 6.0, "dc": 9.0}

# %% wrong="graph_gradients" name="own factor instead of the other"
# says: In the product u = bc you multiply by the number itself. Its local derivative is the other factor.
# next: Ask how fast u grows when only b moves: every unit of b adds c.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * b, "dc": 3 * c}

# %% wrong="graph_gradients" name="local derivative only"
# says: For b and c you return the local derivative of the product. What arrives from the right, du, never enters.
# next: Multiply the local derivative by du.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": c, "dc": b}

# %% wrong="graph_gradients" name="the factor 3 forgotten"
# says: Your gradients belong to v, not to L: the factor 3 of the last step is missing.
# next: Start at L with 1 and go through L = 3v first.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 1.0, "du": 1.0, "da": 1.0, "db": c, "dc": b}

# %% wrong="graph_gradients" name="plus shared out"
# says: At the plus you give half of the gradient to each side. A plus hands all of it to both.
# next: Nudge a alone by 1: how much does v = a + u change? Then do the same with u.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 1.5, "da": 1.5, "db": 1.5 * c, "dc": 1.5 * b}

# %% wrong="graph_gradients" name="plus treated like a product"
# says: At the plus you multiply by the other number, as a product does. A plus hands its gradient on unchanged.
# next: The local derivatives of v = a + u are 1 and 1.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    du, da = 3 * a, 3 * u
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": du, "da": da, "db": du * c, "dc": du * b}

# %% wrong="graph_gradients" name="plus multiplied by a itself"
# says: At the plus you multiply what arrives by the value of a. The local derivative of v = a + u by a is 1.
# next: A plus hands its gradient on unchanged, whatever the values are.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3 * a, "db": 3 * c, "dc": 3 * b}

# %% wrong="graph_gradients" name="multiplied by the value, not by the gradient"
# says: For b and c you multiply the local derivative by the value u. It is the gradient du that arrives from the right.
# next: Values go forwards, gradients go back: db is du times c.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": u * c, "dc": u * b}

# %% wrong="graph_gradients" name="other factor by division"
# says: You divide u to get the other factor. With a factor of 0 that is a division by 0.
# next: The other factor is at hand: c for db, b for dc.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * (u / b), "dc": 3 * (u / c)}

# %% wrong="graph_gradients" name="the figure's local derivatives"
# says: For db and dc you use the figure's local derivatives, 2 and 3. There they are the values of c and b.
# next: Write the names c and b in the place of the numbers.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 6.0, "dc": 9.0}

# %% wrong="graph_gradients" name="two gradients multiplied"
# says: For dc you multiply two gradients, dv and du. What arrives is multiplied by the local derivative.
# next: du has arrived at the product. How fast does u grow when c moves?
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * c, "dc": 9.0}

# %% wrong="graph_gradients" name="brackets lost"
# says: Your L is 3a + bc: the 3 reaches a only. All of v is multiplied by 3.
# next: Compute v first, then L from v.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * a + u, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * c, "dc": 3 * b}

# %% wrong="graph_gradients" name="the factor 3 twice"
# says: In db and dc the factor 3 of the last step enters twice: du has it already.
# next: Multiply du by the local derivative and by nothing else.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 9 * c, "dc": 9 * b}

# %% wrong="graph_gradients" name="db by division, 0 for 0"
# says: You divide u by a factor to get the other one, and take 0 where that factor is 0. The other one need not be 0.
# next: The other factor is at hand: c for db, b for dc.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * (u / b) if b else 0.0, "dc": 3 * b}

# %% wrong="graph_gradients" name="dc by division, 0 for 0"
# says: You divide u by a factor to get the other one, and take 0 where that factor is 0. The other one need not be 0.
# next: The other factor is at hand: c for db, b for dc.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * c, "dc": 3 * (u / c) if c else 0.0}

# %% wrong="graph_gradients" name="other factor by division, 0 for 0"
# says: You divide u by a factor to get the other one, and take 0 where that factor is 0. The other one need not be 0.
# next: The other factor is at hand: c for db, b for dc.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    db, dc = 3 * (u / b) if b else 0.0, 3 * (u / c) if c else 0.0
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": db, "dc": dc}

# %% wrong="graph_gradients" name="negative b cut off"
# says: For the other factor you take max(0, …): where it is negative, your gradient is 0.
# next: A product's local derivative is the other factor itself, whatever its sign.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * c, "dc": 3 * max(b, 0)}

# %% wrong="graph_gradients" name="negative c cut off"
# says: For the other factor you take max(0, …): where it is negative, your gradient is 0.
# next: A product's local derivative is the other factor itself, whatever its sign.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * max(c, 0), "dc": 3 * b}

# %% wrong="graph_gradients" name="negative factors cut off"
# says: For the other factor you take max(0, …): where it is negative, your gradient is 0.
# next: A product's local derivative is the other factor itself, whatever its sign.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * max(c, 0), "dc": 3 * max(b, 0)}

# %% wrong="graph_gradients" name="absolute values of the factors"
# says: You take the absolute value of the other factor. A negative factor makes the gradient negative.
# next: Use the other factor as it is.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * abs(c), "dc": 3 * abs(b)}

# %% wrong="graph_gradients" name="rounded to two decimals"
# says: You round the numbers. An exact value is asked for: only the figure shows few digits.
# next: Leave out round.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    found = {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * c, "dc": 3 * b}
    return {key: round(number, 2) for key, number in found.items()}

# %% wrong="graph_gradients" name="rounded to four decimals"
# says: You round the numbers. An exact value is asked for: only the figure shows few digits.
# next: Leave out round.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    found = {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * c, "dc": 3 * b}
    return {key: round(number, 4) for key, number in found.items()}

# %% wrong="graph_gradients" name="inputs cut to whole numbers"
# says: You make whole numbers of a, b and c first, so 0.25 becomes 0. They may be any numbers.
# next: Compute with a, b and c as they come, without int.
def graph_gradients(a, b, c):
    a, b, c = int(a), int(b), int(c)
    u, v = b * c, a + b * c
    return {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3.0 * c, "dc": 3.0 * b}

# %% wrong="graph_gradients" name="rounded to whole numbers"
# says: You round the numbers. An exact value is asked for: only the figure shows few digits.
# next: Leave out round.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    found = {"u": u, "v": v, "L": 3 * v, "dv": 3.0, "du": 3.0, "da": 3.0, "db": 3 * c, "dc": 3 * b}
    return {key: float(round(number)) for key, number in found.items()}

# %% wrong="graph_gradients" name="starts with the value of L"
# says: You start the way back with the value of L. The gradient of L with respect to itself is 1.
# next: Begin with dL = 1. Then dv is 3, whatever L is.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    dv = 3 * 3 * v
    return {"u": u, "v": v, "L": 3 * v, "dv": dv, "du": dv, "da": dv, "db": dv * c, "dc": dv * b}

# %% wrong="graph_gradients" name="dv as a quotient, 0 for 0"
# says: You compute dv as L/v and take 0 where v is 0. The local derivative of L = 3v is 3, also at v = 0.
# next: No value is needed for dv: ask how much L grows when v grows by 1.
def graph_gradients(a, b, c):
    u, v = b * c, a + b * c
    dv = 3 * v / v if v else 0.0
    return {"u": u, "v": v, "L": 3 * v, "dv": dv, "du": dv, "da": dv, "db": dv * c, "dc": dv * b}

# %% right="graph_gradients" name="written in one expression"
def graph_gradients(a, b, c):
    return dict(u=b * c, v=a + b * c, L=3 * a + 3 * b * c, dv=3, du=3, da=3, db=3 * c, dc=3 * b)

# %% right="graph_gradients" name="box by box in two dictionaries"
def graph_gradients(a, b, c):
    values = {"u": c * b}
    values["v"] = values["u"] + a
    values["L"] = values["v"] * 3
    arriving = {"dv": 3 * 1.0}
    arriving["du"] = arriving["da"] = arriving["dv"]
    arriving["db"], arriving["dc"] = c * arriving["du"], b * arriving["du"]
    return {**values, **arriving}

# %% [markdown]
# ## 2. One neuron
#
# Now the same walk on something you know. A linear neuron with two inputs and squared loss:
#
# $$\hat y = x_0 w_0 + x_1 w_1 + b, \qquad E = \hat y - y, \qquad L = E^2.$$
#
# We give the error $E$ its own box. Then every box has a derivative that you can say aloud. The numbers are those of
# a neuron from week 4: $w = (0.8, -0.5)$, $b = 0.5$, the input $x = (0.3, 0.1)$ and the label $y = 1$.

# %%
neuron = graph.Graph()
for name, number in {"x0": 0.3, "w0": 0.8, "x1": 0.1, "w1": -0.5, "b": 0.5, "y": 1.0}.items():
    neuron.input(name, number)
neuron.node("s0", op="×", of=("x0", "w0"), value=0.24)
neuron.node("s1", op="×", of=("x1", "w1"), value=-0.05)
neuron.node("ŷ", op="+", of=("s0", "s1", "b"), value=0.69)
neuron.node("E", op="−", of=("ŷ", "y"), value=-0.31)
neuron.node("L", op="square", of=("E",), value=0.0961)
graph.draw(
    neuron,
    gradients={"L": 1.0, "E": -0.62, "ŷ": -0.62},
    alt="Graph of one neuron: products x0 w0 and x1 w1 and b are added to 0.69; minus y gives E; "
    "squared gives L.",
    caption="One neuron with squared loss. The gradient has come as far as ŷ; the weights are yours.",
)

# %% [markdown]
# Read it from the right.
#
# - $L = E^2$, so $\partial L/\partial E = 2E$. Here $2\cdot(-0.31) = -0.62$.
# - $E = \hat y - y$, so $\partial E/\partial \hat y = 1$. Still $-0.62$.
# - $\hat y$ is a plus: it hands $-0.62$ on, unchanged, to both products and to $b$.
#
# The sign makes sense. The neuron said 0.69 and should have said 1, so raising $\hat y$ *lowers* the loss.
#
# The full chain for the first weight is
#
# $$\frac{\partial L}{\partial w_0} =
#   \frac{\partial L}{\partial E}\cdot\frac{\partial E}{\partial \hat y}\cdot\frac{\partial \hat y}{\partial w_0}.$$
#
# Two links are on the figure. The third is a product's habit: which number stands beside $w_0$?
#
# ### 2.1 Your turn: three gradients of a neuron
#
# Write `neuron_gradients(x0, x1, w0, w1, b, y)`. All six arguments are tensors of shape `()`, one number each. Return
# the tuple `(dw0, dw1, db)`, each of shape `()` as well. Any of the six numbers may be 0.
#
# For the neuron above the answer is $(-0.186, -0.062, -0.62)$. These three numbers are all that gradient descent needs
# to move this neuron.

# %% solution="neuron_gradients"
def neuron_gradients(x0, x1, w0, w1, b, y):
    """Gradients of L = (x0 w0 + x1 w1 + b - y)², by hand.

    All arguments are float64 tensors of shape (). Returns (dw0, dw1, db), each of shape ().
    """
    ### BEGIN SOLUTION
    error = x0 * w0 + x1 * w1 + b - y
    dy_hat = 2 * error
    return dy_hat * x0, dy_hat * x1, dy_hat
    ### END SOLUTION

# %% check="neuron_gradients" points=2
def squared_error(x0, x1, w0, w1, b, y):
    return (x0 * w0 + x1 * w1 + b - y) ** 2
some = cases.draw(seeds=4, x0="", x1="", w0="", w1="", b="", y="")
for w0, w1 in ((0.0, 2.0), (-1.0, 0.0)):  # a weight of 0
    numbers = torch.tensor([3.0, -2.0, w0, w1, 0.5, 1.0]).double()
    some.append(cases.example(**dict(zip(("x0", "x1", "w0", "w1", "b", "y"), numbers))))
check.gradient(neuron_gradients, of=squared_error, on=some, wrt="w0 w1 b", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, x0="", x1="", w0="", w1="", b="", y="")
check.gradient(neuron_gradients, of=squared_error, on=many, wrt="w0 w1 b", by_hand=True)
### END HIDDEN TESTS

# %% wrong="neuron_gradients" name="factor 2 missing"
# says: All three gradients are half of what they should be. The derivative of a square brings down a 2.
# next: Look at ∂L/∂E again: L = E², so it is 2E.
def neuron_gradients(x0, x1, w0, w1, b, y):
    error = x0 * w0 + x1 * w1 + b - y
    return error * x0, error * x1, error

# %% wrong="neuron_gradients" name="sign of the error"
# says: Every gradient has the wrong sign: you used y − ŷ for the error.
# next: Write E = ŷ − y. Then ∂E/∂ŷ is +1.
def neuron_gradients(x0, x1, w0, w1, b, y):
    dy_hat = 2 * (y - x0 * w0 - x1 * w1 - b)
    return dy_hat * x0, dy_hat * x1, dy_hat

# %% wrong="neuron_gradients" name="times the weight"
# says: You multiply by the weight itself. In the product x₀w₀ the derivative by w₀ is the other factor.
# next: Put the input beside each weight: x0 for w0, x1 for w1.
def neuron_gradients(x0, x1, w0, w1, b, y):
    dy_hat = 2 * (x0 * w0 + x1 * w1 + b - y)
    return dy_hat * w0, dy_hat * w1, dy_hat

# %% wrong="neuron_gradients" name="bias times itself"
# says: The weights are right, the bias is not. The bias enters the sum alone: its local derivative is 1, not b.
# next: A plus hands its upstream gradient on unchanged.
def neuron_gradients(x0, x1, w0, w1, b, y):
    dy_hat = 2 * (x0 * w0 + x1 * w1 + b - y)
    return dy_hat * x0, dy_hat * x1, dy_hat * b

# %% wrong="neuron_gradients" name="bias left out of the forward pass"
# says: Your error is computed without the bias, so every gradient is off by the same amount times its input.
# next: Write ŷ = x0 w0 + x1 w1 + b first and print it.
def neuron_gradients(x0, x1, w0, w1, b, y):
    dy_hat = 2 * (x0 * w0 + x1 * w1 - y)
    return dy_hat * x0, dy_hat * x1, dy_hat

# %% wrong="neuron_gradients" name="last link only"
# says: You return the last link of each chain, x0, x1 and 1. What arrives from the loss, 2E, never enters.
# next: Multiply each of the three by 2(ŷ − y).
def neuron_gradients(x0, x1, w0, w1, b, y):
    return x0 * 1, x1 * 1, torch.ones_like(b)

# %% wrong="neuron_gradients" name="bias first"
# says: The three numbers are right, but in another order: you return the bias's gradient first.
# next: The order asked for is dw0, dw1, db.
def neuron_gradients(x0, x1, w0, w1, b, y):
    dy_hat = 2 * (x0 * w0 + x1 * w1 + b - y)
    return dy_hat, dy_hat * x0, dy_hat * x1

# %% wrong="neuron_gradients" name="gradients of the inputs"
# says: You went from the products to the inputs: these are the gradients of x0 and x1. Asked for are the weights'.
# next: Beside w0 in the product stands x0, so dw0 has the factor x0.
def neuron_gradients(x0, x1, w0, w1, b, y):
    dy_hat = 2 * (x0 * w0 + x1 * w1 + b - y)
    return dy_hat * w0, dy_hat * w1, torch.zeros_like(b)

# %% wrong="neuron_gradients" name="label left out"
# says: Your error is ŷ alone: the label y is never taken away.
# next: Write E = ŷ − y and print it.
def neuron_gradients(x0, x1, w0, w1, b, y):
    dy_hat = 2 * (x0 * w0 + x1 * w1 + b)
    return dy_hat * x0, dy_hat * x1, dy_hat

# %% wrong="neuron_gradients" name="the loss in the place of its slope"
# says: You send the loss E² itself back. What goes back is its slope, 2E.
# next: Look at ∂L/∂E in the list above.
def neuron_gradients(x0, x1, w0, w1, b, y):
    error = x0 * w0 + x1 * w1 + b - y
    dy_hat = error**2
    return dy_hat * x0, dy_hat * x1, dy_hat

# %% wrong="neuron_gradients" name="input by division"
# says: You divide a product by its weight to get the input. With a weight of 0 that gives nan.
# next: The input is at hand: x0 and x1 are arguments.
def neuron_gradients(x0, x1, w0, w1, b, y):
    error = x0 * w0 + x1 * w1 + b - y
    return 2 * error * (x0 * w0 / w0), 2 * error * (x1 * w1 / w1), 2 * error

# %% wrong="neuron_gradients" name="one input for both weights"
# says: dw0 and db are right. For dw1 you multiply by x0, the input beside w0.
# next: Which number stands beside w1 in the sum?
def neuron_gradients(x0, x1, w0, w1, b, y):
    error = x0 * w0 + x1 * w1 + b - y
    return 2 * error * x0, 2 * error * x0, 2 * error

# %% wrong="neuron_gradients" name="error without its sign"
# says: You take the absolute value of the error. Where the answer is below the label, all signs come out wrong.
# next: Leave the error its sign: E = ŷ − y.
def neuron_gradients(x0, x1, w0, w1, b, y):
    error = x0 * w0 + x1 * w1 + b - y
    dy_hat = 2 * error.abs()
    return dy_hat * x0, dy_hat * x1, dy_hat

# %% wrong="neuron_gradients" name="absolute error for the loss"
# says: You send back the sign of the error. That is the slope of |E|; the loss here is E².
# next: The slope of E² is 2E.
def neuron_gradients(x0, x1, w0, w1, b, y):
    error = x0 * w0 + x1 * w1 + b - y
    dy_hat = torch.sign(error)
    return dy_hat * x0, dy_hat * x1, dy_hat

# %% wrong="neuron_gradients" name="second input by division"
# says: You divide a product by its weight to get the input x1. With a weight of 0 that gives nan.
# next: The input is at hand: x1 is an argument.
def neuron_gradients(x0, x1, w0, w1, b, y):
    error = x0 * w0 + x1 * w1 + b - y
    dy_hat = 2 * error
    return dy_hat * x0, dy_hat * (x1 * w1 / w1), dy_hat

# %% wrong="neuron_gradients" name="inputs by division, 0 for 0"
# says: You divide a product by its weight to get the input, and take 0 where the weight is 0. The input need not be 0.
# next: The input is at hand: x0 and x1 are arguments.
def neuron_gradients(x0, x1, w0, w1, b, y):
    dy_hat = 2 * (x0 * w0 + x1 * w1 + b - y)
    inputs = [x * w / w if w != 0 else 0 * w for x, w in ((x0, w0), (x1, w1))]
    return dy_hat * inputs[0], dy_hat * inputs[1], dy_hat

# %% wrong="neuron_gradients" name="inputs swapped"
# says: db is right. You multiply dw0 by x1 and dw1 by x0.
# next: Which number stands beside w0 in the sum?
def neuron_gradients(x0, x1, w0, w1, b, y):
    error = x0 * w0 + x1 * w1 + b - y
    dy_hat = 2 * error
    return dy_hat * x1, dy_hat * x0, dy_hat

# %% right="neuron_gradients" name="as one vector"
def neuron_gradients(x0, x1, w0, w1, b, y):
    x = torch.stack([x0, x1, torch.ones_like(b)])
    slopes = 2 * (torch.stack([w0, w1, b]) @ x - y) * x
    return slopes[0], slopes[1], slopes[2]

# %% right="neuron_gradients" name="one line for each box"
def neuron_gradients(x0, x1, w0, w1, b, y):
    s0, s1 = w0 * x0, w1 * x1
    E = s0 + s1 + b - y
    dE = E + E
    ds0 = ds1 = db = dE
    return x0 * ds0, x1 * ds1, db

# %% [markdown]
# ## 3. Through an activation
#
# Between the sum and the output a real neuron has an activation: $a = g(z)$. On the graph that is one more box, so the
# chain gets one more link. The box's local derivative is the slope of $g$ **at the $z$ of the forward pass**:
#
# $$\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a}\cdot g'(z).$$
#
# An activation works on every entry of a tensor alone, so for a whole tensor the same formula holds entry by entry.
# If `dA` and `Z` are both `(n, h)`, then `dZ` is `(n, h)` too, and `dA` is multiplied by the slopes with `*`.
#
# This is the picture of the three slopes you need. Before reading on, say for each curve: what is it far to the left,
# at 0, and far to the right?

# %%
z = torch.linspace(-4, 4, 400, dtype=torch.float64, requires_grad=True)
activations = {"ReLU": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}
slopes = {name: (z.detach(), torch.autograd.grad(g(z).sum(), z)[0]) for name, g in activations.items()}
plot.lines(
    slopes,
    xlabel="z",
    ylabel="slope of the activation",
    alt="Slopes: ReLU jumps from 0 to 1 at 0; sigmoid is a low bell with top 0.25; "
    "tanh is a bell with top 1.",
    caption="What each activation multiplies the upstream gradient by.",
)

# %% [markdown]
# The sigmoid never passes on more than a quarter of what arrives. Tanh passes everything at 0. Both pass almost nothing
# far from 0: there they are flat, and a nudge of $z$ changes nothing. ReLU passes all or nothing.
#
# At exactly $z = 0$ ReLU has a corner and no slope. PyTorch takes 0 there, and so do we.
#
# What does that mean for a weight? Put each of the three after the neuron of section 2, where $z = 0.69$, and
# extend the chain by one link: $\partial L/\partial w_0 = 2(a - y)\cdot g'(z)\cdot x_0$, with $y = 1$ and
# $x_0 = 0.3$.

# %%
z0 = torch.tensor(0.69, dtype=torch.float64, requires_grad=True)
for name, g in activations.items():
    a = g(z0)
    slope = torch.autograd.grad(a, z0)[0]
    print(f"{name:8} a {a:.4f}   slope {slope:.4f}   dw0 {2 * (a - 1) * slope * 0.3:.4f}")

# %% [markdown]
# With ReLU the gradient is that of section 2, $-0.186$: the slope is 1, and nothing is lost. Tanh passes on 64 % of
# what arrives. The sigmoid passes on 22 %, so this weight learns four times more slowly, though the error is about
# the same.
#
# ### 3.1 A worked example: leaky ReLU
#
# Leaky ReLU is $g(z) = z$ for $z > 0$ and $0.1\,z$ otherwise. Its slope is 1 on the right and 0.1 on the left. So
# backwards means: let the upstream gradient through where $z > 0$, and a tenth of it elsewhere.

# %%
def leaky_relu_backward(dA, Z):
    slope = torch.full_like(Z, 0.1)  # (n, h) and float64, as Z is
    slope[Z > 0] = 1.0  # the forward pass's Z decides
    return dA * slope  # entry by entry


Z = torch.tensor([[0.69, -0.51]], dtype=torch.float64)
dA = torch.tensor([[2.0, -3.0]], dtype=torch.float64)
leaky_relu_backward(dA, Z)

# %% [markdown]
# The first entry had $z = 0.69$: its gradient 2 passes. The second had $z = -0.51$: of $-3$ only a tenth is left. Note
# what decides: the sign of $z$, never the sign of the gradient that arrives.
#
# ### 3.2 Your turn: ReLU, backwards
#
# Write `relu_backward(dA, Z)` for $A = \max(0, Z)$. `dA` and `Z` are `(n, h)`; return `dZ`, also `(n, h)`.
#
# For `dA = [[2., -3.]]` and `Z = [[0.69, -0.51]]` it is `[[2., 0.]]`. Where `Z` is exactly 0, so is `dZ`. It
# works for a single example or neuron, too. Every ReLU network needs this line once per layer.

# %% solution="relu_backward"
def relu_backward(dA, Z):
    """Gradient of the loss with respect to Z, where A = max(0, Z).

    dA, Z: float64 tensors (n, h); dA is the gradient with respect to A. Returns dZ, (n, h).
    """
    ### BEGIN SOLUTION
    return dA * (Z > 0)
    ### END SOLUTION

# %% check="relu_backward" points=1
def rectified(Z):
    return torch.where(Z > 0, Z, 0.0)
some = cases.draw(seeds=2, dA="n h", Z="n h")
some.append(cases.example(dA=torch.tensor([[5.0, -4.0]]).double(), Z=torch.tensor([[0.0, 3.0]]).double()))
check.gradient(relu_backward, of=rectified, on=some, wrt="Z", upstream="dA", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, dA="n h", Z="n h")
check.gradient(relu_backward, of=rectified, on=many, wrt="Z", upstream="dA", by_hand=True)
corner = cases.example(
    dA=torch.tensor([[2.0, 3.0, -1.0]]).double(), Z=torch.tensor([[0.0, 1.0, 0.0]]).double()
)
check.gradient(relu_backward, of=rectified, on=[corner], wrt="Z", upstream="dA", by_hand=True)
### END HIDDEN TESTS

# %% wrong="relu_backward" name="upstream forgotten"
# says: You return ReLU's own slope, zeros and ones. The gradient that arrives from above never enters.
# next: Multiply the slope, entry by entry, by dA.
def relu_backward(dA, Z):
    return (Z > 0).to(dA.dtype)

# %% wrong="relu_backward" name="masked by the upstream gradient"
# says: You let through the entries where the upstream gradient is positive. What decides is the sign of Z.
# next: Compare Z with 0, not dA.
def relu_backward(dA, Z):
    return dA * (dA > 0)

# %% wrong="relu_backward" name="ReLU applied to the gradient"
# says: You applied ReLU itself to Z. Backwards you need its slope: 1 or 0.
# next: Ask how much max(0, z) grows when z grows by 1: once for z > 0, once for z < 0.
def relu_backward(dA, Z):
    return dA * torch.clamp(Z, min=0)

# %% wrong="relu_backward" name="mask the wrong way round"
# says: You let the gradient through where Z is negative. There ReLU is flat.
# next: Turn the comparison round.
def relu_backward(dA, Z):
    return dA * (Z < 0)

# %% wrong="relu_backward" name="one at the corner"
# says: Right everywhere but at Z = 0. There PyTorch, and this course, takes the slope 0.
# next: Use > instead of >=.
def relu_backward(dA, Z):
    return dA * (Z >= 0)

# %% wrong="relu_backward" name="upstream changed in place"
# says: The numbers are right, but your function overwrote its input dA. The caller still needs it.
# next: Make a new tensor, for instance with a product, instead of writing into dA.
def relu_backward(dA, Z):
    dA[Z <= 0] = 0
    return dA

# %% wrong="relu_backward" name="no mask at all"
# says: You hand dA on unchanged, as if there were no ReLU. Where Z is negative, nothing may come through.
# next: Multiply by 1 where Z is positive and by 0 elsewhere.
def relu_backward(dA, Z):
    return dA.clone()

# %% wrong="relu_backward" name="the forward pass returned"
# says: You return ReLU of Z, the output of the forward pass. dA never enters.
# next: Begin with dA, and set it to 0 where Z is not positive.
def relu_backward(dA, Z):
    return torch.where(Z > 0, Z, 0.0)

# %% wrong="relu_backward" name="slope as a quotient"
# says: Your slope comes from a division by Z or by its size. Where Z is 0 that is 0/0, which gives nan.
# next: Let a comparison of Z with 0 decide, not a division.
def relu_backward(dA, Z):
    return dA * (torch.clamp(Z, min=0) / Z)

# %% wrong="relu_backward" name="one half at the corner"
# says: Right everywhere but at Z = 0, where your slope is one half. This course takes 0 there.
# next: Find what your slope becomes for Z = 0: sign(0) is 0, neither 1 nor −1.
def relu_backward(dA, Z):
    return dA * (1 + torch.sign(Z)) / 2

# %% wrong="relu_backward" name="a slope that rises from 0 to 1"
# says: Between 0 and 1 you take Z itself for the slope. ReLU has the slope 1 for every positive Z.
# next: Multiply by 1 where Z is positive, however small it is.
def relu_backward(dA, Z):
    return dA * torch.clamp(Z, 0, 1)

# %% wrong="relu_backward" name="columns left out"
# says: Your loop over the columns stops at the number of rows, so the last columns stay 0.
# next: Rows are counted by Z.shape[0], columns by Z.shape[1].
def relu_backward(dA, Z):
    dZ = torch.zeros_like(Z)
    for i in range(len(Z)):
        for j in range(min(len(Z), Z.shape[1])):
            dZ[i, j] = dA[i, j] * (Z[i, j] > 0)
    return dZ

# %% wrong="relu_backward" name="slope minus one"
# says: Where Z is negative you turn the sign of dA. ReLU is flat there: its slope is 0, not −1.
# next: Multiply by 1 where Z is positive and by 0 elsewhere.
def relu_backward(dA, Z):
    return dA * torch.sign(Z)

# %% wrong="relu_backward" name="a tenth on the left"
# says: Where Z is negative you let a tenth of dA through. That is the leaky ReLU above; the ReLU itself is flat there.
# next: Multiply by 1 where Z is positive and by 0 elsewhere.
def relu_backward(dA, Z):
    return torch.where(Z > 0, dA, torch.where(Z < 0, 0.1 * dA, 0 * dA))

# %% wrong="relu_backward" name="a tenth on the left and at the corner"
# says: Where Z is not positive you let a tenth of dA through. That is the leaky ReLU above; the ReLU itself is flat.
# next: Multiply by 1 where Z is positive and by 0 elsewhere.
def relu_backward(dA, Z):
    return torch.where(Z > 0, dA, 0.1 * dA)

# %% wrong="relu_backward" name="ReLU applied to dA as well"
# says: The sign of Z decides, and yours does that; but you also set negative entries of dA to 0.
# next: A negative gradient passes where Z is positive: leave dA as it is there.
def relu_backward(dA, Z):
    return torch.clamp(dA, min=0) * (Z > 0)

# %% wrong="relu_backward" name="dA without its sign"
# says: You lose the sign of dA: a negative gradient comes out positive.
# next: Multiply dA itself by 1 or 0.
def relu_backward(dA, Z):
    return dA.abs() * (Z > 0)

# %% wrong="relu_backward" name="mask of the first example"
# says: You use the first example's signs for all examples. Each example switches its own neurons on.
# next: Compare the whole table Z with 0, not its first row.
def relu_backward(dA, Z):
    return dA * (Z[:1] > 0)

# %% wrong="relu_backward" name="divided by n"
# says: You divide by the number of examples. What arrives, dA, carries whatever mean there is already.
# next: Take the division out.
def relu_backward(dA, Z):
    return dA * (Z > 0) / len(Z)

# %% right="relu_backward" name="mask taken from the output"
def relu_backward(dA, Z):
    A = torch.clamp(Z, min=0)
    return torch.where(A > 0, dA, torch.zeros_like(dA))

# %% right="relu_backward" name="with a loop"
def relu_backward(dA, Z):
    dZ = torch.zeros_like(Z)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            if Z[i, j] > 0:
                dZ[i, j] = dA[i, j]
    return dZ

# %% right="relu_backward" name="zeros written into a copy"
def relu_backward(dA, Z):
    dZ = dA.clone()
    dZ[~(Z > 0)] = 0
    return dZ

# %% [markdown]
# ### 3.3 Your turn: sigmoid, backwards
#
# The sigmoid is $\sigma(z) = 1/(1 + e^{-z})$. Its slope takes three lines. Write $u = 1 + e^{-z}$, so $\sigma = 1/u$:
#
# $$\sigma'(z) = -\frac{1}{u^2}\cdot(-e^{-z}) = \frac{e^{-z}}{u^2} = \frac{1}{u}\cdot\frac{e^{-z}}{u}
#   = \frac{1}{u}\cdot\frac{u - 1}{u} = \frac{1}{u}\left(1 - \frac{1}{u}\right).$$
#
# In the last form only $\sigma$ itself is left, because $1/u = \sigma$. That is handy in code: the forward pass has
# already computed it. At $z = 0$, where $\sigma = \tfrac12$, the slope is $\tfrac14$: the top of the bell in the
# figure.
#
# Write `sigmoid_backward(dA, Z)`. `dA` and `Z` are `(n, h)`; return `dZ`, `(n, h)`. Use the last form, with
# `torch.sigmoid`: the form with $e^{-z}/u^2$ breaks for $z = -1000$, where $e^{1000}$ is too large for the computer.
# For `dA = [[2.]]` and `Z = [[0.]]` the answer is `[[0.5]]`. It must be right for sums like −9 or 12, where the slope
# is small but not 0, for sums of ±1000, for a single example, and for a single neuron.

# %% solution="sigmoid_backward"
def sigmoid_backward(dA, Z):
    """Gradient of the loss with respect to Z, where A = 1 / (1 + exp(-Z)).

    dA, Z: float64 tensors (n, h); dA is the gradient with respect to A. Returns dZ, (n, h), finite for any
    finite Z.
    """
    ### BEGIN SOLUTION
    A = torch.sigmoid(Z)
    return dA * A * (1 - A)
    ### END SOLUTION

# %% check="sigmoid_backward" points=1
def sigmoid(Z):
    return 1 / (1 + torch.exp(-Z))
two = cases.draw(seeds=2, dA="n h", Z="n h")
arrived, out = torch.tensor([[[300.0, -1e3, 1e4, 1e5]], [[-5.5, 7.0, -9.0, 12.0]]]).double()  # a small slope, not 0
two.append(cases.example(dA=arrived, Z=out))
check.gradient(sigmoid_backward, of=sigmoid, on=two, wrt="Z", upstream="dA", by_hand=True)
left = torch.tensor([[[2.0, 5.0]], [[-1000.0, 0.0]], [[0.0, 1.25]]]).double()
right = torch.tensor([[[3.0, -4.0]], [[1000.0, 0.0]], [[0.0, -1.0]]]).double()
far = [cases.example(dA=arrived, Z=Z, gives=flat) for arrived, Z, flat in (left, right)]
check.function(sigmoid_backward, on=far, by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, dA="n h", Z="n h")
arrived, out = torch.tensor([[[100.0, -1e3, 1e5, 1e5]], [[4.5, -6.5, 11.0, -12.5]]]).double()
many.append(cases.example(dA=arrived, Z=out))
check.gradient(sigmoid_backward, of=sigmoid, on=many, wrt="Z", upstream="dA", by_hand=True)
left = torch.tensor([[[3.0, -2.0]], [[-1000.0, 0.0]], [[0.0, -0.5]]]).double()
right = torch.tensor([[[4.0, -2.0, 1.0]], [[0.0, 1000.0, -800.0]], [[1.0, 0.0, 0.0]]]).double()
far = [cases.example(dA=arrived, Z=Z, gives=flat) for arrived, Z, flat in (left, right)]
check.function(sigmoid_backward, on=far, by_hand=True)
### END HIDDEN TESTS

# %% wrong="sigmoid_backward" name="Z where A belongs"
# says: You used σ(1 − σ) with Z in the place of σ(Z): Z(1 − Z) is not a slope of the sigmoid.
# next: Compute A = σ(Z) first, then use A twice.
def sigmoid_backward(dA, Z):
    return dA * Z * (1 - Z)

# %% wrong="sigmoid_backward" name="the sigmoid instead of its slope"
# says: You multiply by the sigmoid's value. Its slope also has the factor 1 − σ.
# next: At Z = 0 your factor should be a quarter, not a half.
def sigmoid_backward(dA, Z):
    return dA * torch.sigmoid(Z)

# %% wrong="sigmoid_backward" name="slope of the slope's argument"
# says: You took the sigmoid twice: once of Z, and then of the result again.
# next: Compute A = σ(Z) once and use that same A in A(1 − A).
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z)
    return dA * torch.sigmoid(A) * (1 - torch.sigmoid(A))

# %% wrong="sigmoid_backward" name="breaks for large inputs"
# says: Right for ordinary numbers, but for Z = -1000 your exponential is too large and nan comes out.
# next: Write the slope with σ alone: A = torch.sigmoid(Z), then A(1 − A).
def sigmoid_backward(dA, Z):
    return dA * torch.exp(-Z) / (1 + torch.exp(-Z)) ** 2

# %% wrong="sigmoid_backward" name="upstream forgotten"
# says: You return the sigmoid's own slope. The gradient that arrives from above never enters.
# next: Multiply the slope, entry by entry, by dA.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z)
    return A * (1 - A)

# %% wrong="sigmoid_backward" name="one minus sign lost"
# says: Every entry has the wrong sign. Two minus signs meet in the derivation, and you kept only one of them.
# next: The derivative of 1/u is −1/u², that of u is −e⁻ᶻ: minus times minus is plus.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z)
    return dA * A * (A - 1)

# %% wrong="sigmoid_backward" name="the other factor alone"
# says: You multiply by 1 − σ. The slope also has the factor σ.
# next: At Z = 0 your factor should be a quarter, not a half.
def sigmoid_backward(dA, Z):
    return dA * (1 - torch.sigmoid(Z))

# %% wrong="sigmoid_backward" name="tanh's rule"
# says: 1 − A² is another activation's rule, that of tanh. The sigmoid's slope is A(1 − A).
# next: At Z = 0, where A is a half, your factor should be a quarter, not three quarters.
def sigmoid_backward(dA, Z):
    return dA * (1 - torch.sigmoid(Z) ** 2)

# %% wrong="sigmoid_backward" name="sigmoid of the upstream gradient"
# says: You take the sigmoid of dA. The slope is taken at the Z of the forward pass.
# next: Put Z into the sigmoid, and multiply by dA at the end.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(dA)
    return dA * A * (1 - A)

# %% wrong="sigmoid_backward" name="upstream for the first term only"
# says: You multiply only the first term by dA: dA σ − σ² stands where dA (σ − σ²) belongs.
# next: Compute the slope alone, in a line of its own, and multiply dA by all of it.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z)
    return dA * A - A**2

# %% wrong="sigmoid_backward" name="Z cut off"
# says: You cut Z off before you use it, so far from 0 your slope stays at one value and does not go to 0.
# next: torch.sigmoid takes any Z. Leave Z as it is.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z.clamp(-10, 10))
    return dA * A * (1 - A)

# %% wrong="sigmoid_backward" name="breaks for large positive inputs"
# says: Right for ordinary numbers, but for Z = 1000 your exponential is too large and nan comes out.
# next: Take torch.sigmoid in the place of a sigmoid of your own.
def sigmoid_backward(dA, Z):
    A = torch.exp(Z) / (1 + torch.exp(Z))
    return dA * A * (1 - A)

# %% wrong="sigmoid_backward" name="square outside the bracket"
# says: You wrote (1 − σ)². The slope is σ(1 − σ), one factor of each.
# next: At Z = 2 the two differ: compare them with the bell in the figure.
def sigmoid_backward(dA, Z):
    return dA * (1 - torch.sigmoid(Z)) ** 2

# %% wrong="sigmoid_backward" name="slope cut off at 5"
# says: You set the slope to 0 far from 0. It is small there, but not 0: a large dA makes it count.
# next: Leave the slope as the formula gives it.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z)
    return dA * A * (1 - A) * (Z.abs() <= 5)

# %% wrong="sigmoid_backward" name="slope cut off at 6"
# says: You set the slope to 0 far from 0. It is small there, but not 0: a large dA makes it count.
# next: Leave the slope as the formula gives it.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z)
    return dA * A * (1 - A) * (Z.abs() <= 6)

# %% wrong="sigmoid_backward" name="slope cut off at 8"
# says: You set the slope to 0 far from 0. It is small there, but not 0: a large dA makes it count.
# next: Leave the slope as the formula gives it.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z)
    return dA * A * (1 - A) * (Z.abs() <= 8)

# %% wrong="sigmoid_backward" name="slope cut off at 10"
# says: You set the slope to 0 far from 0. It is small there, but not 0: a large dA makes it count.
# next: Leave the slope as the formula gives it.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z)
    return dA * A * (1 - A) * (Z.abs() <= 10)

# %% wrong="sigmoid_backward" name="sigmoid in float32"
# says: Your sigmoid has passed through float32, which keeps about seven digits: 1 − σ then has few of them.
# next: Z is float64. Leave it so: no .float() on the way.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z.float())
    return dA * (A * (1 - A)).double()

# %% wrong="sigmoid_backward" name="one factor squared"
# says: You wrote σ². The slope is σ(1 − σ), one factor of each.
# next: At Z = 2 the two differ: compare them with the bell in the figure.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z)
    return dA * A**2

# %% wrong="sigmoid_backward" name="ReLU applied to dA as well"
# says: You set negative entries of dA to 0. Any gradient may arrive: only the slope at Z changes it.
# next: Multiply dA itself by the slope.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z)
    return torch.clamp(dA, min=0) * A * (1 - A)

# %% wrong="sigmoid_backward" name="slope of the mean"
# says: You take the sigmoid's slope at one sum only, the first example's. Each entry has its own Z.
# next: Compute σ for the whole table Z.
def sigmoid_backward(dA, Z):
    A = torch.sigmoid(Z[:1])
    return dA * A * (1 - A)

# %% right="sigmoid_backward" name="by symmetry"
def sigmoid_backward(dA, Z):
    return torch.sigmoid(Z) * torch.sigmoid(-Z) * dA

# %% right="sigmoid_backward" name="with an exponential that stays small"
def sigmoid_backward(dA, Z):
    small = torch.exp(-Z.abs())
    return dA * small / (1 + small) ** 2

# %% [markdown]
# ### 3.4 Your turn: tanh, backwards
#
# Tanh is a ratio too: $\tanh z = s/c$ with $s = \tfrac12(e^z - e^{-z})$ and $c = \tfrac12(e^z + e^{-z})$. The two
# are each other's derivative: $s' = c$ and $c' = s$. Put that into the rule for a quotient,
# $(s/c)' = (s'c - sc')/c^2$, and simplify. What remains can be written with $\tanh z$ alone. Check your result
# against the figure: it is 1 at $z = 0$.
#
# Write `tanh_backward(dA, Z)`. `dA` and `Z` are `(n, h)`; return `dZ`, `(n, h)`. As before, it must be right for sums
# like −3 or 6, where the slope is small but not 0, for a single example, and for a single neuron. `torch.tanh` is right
# for sums of any size; a quotient of exponentials breaks at some hundreds, which are not asked here.
# For `dA = [[2.]]` and `Z = [[0.5]]` the answer is about `[[1.5729]]`.

# %% solution="tanh_backward"
def tanh_backward(dA, Z):
    """Gradient of the loss with respect to Z, where A = tanh(Z).

    dA, Z: float64 tensors (n, h); dA is the gradient with respect to A. Returns dZ, (n, h).
    """
    ### BEGIN SOLUTION
    return dA * (1 - torch.tanh(Z) ** 2)
    ### END SOLUTION

# %% check="tanh_backward" points=1
def tanh(Z):
    return torch.tanh(Z)
two = cases.draw(seeds=2, dA="n h", Z="n h")
arrived, out = torch.tensor([[[20.0, -300.0, 3e3, 3e4]], [[-2.5, 3.5, -5.5, 6.0]]]).double()  # a small slope, not 0
two.append(cases.example(dA=arrived, Z=out))
check.gradient(tanh_backward, of=tanh, on=two, wrt="Z", upstream="dA", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, dA="n h", Z="n h")
arrived, out = torch.tensor([[[20.0, -1e3, 3e3, 3e4]], [[2.25, -4.5, 5.25, -6.5]]]).double()
many.append(cases.example(dA=arrived, Z=out))
check.gradient(tanh_backward, of=tanh, on=many, wrt="Z", upstream="dA", by_hand=True)
### END HIDDEN TESTS

# %% wrong="tanh_backward" name="square forgotten"
# says: You wrote 1 − tanh. The slope has the square of tanh: it is the same left and right of 0.
# next: Square tanh(Z) before you take it from 1.
def tanh_backward(dA, Z):
    return dA * (1 - torch.tanh(Z))

# %% wrong="tanh_backward" name="square of Z"
# says: You squared Z itself. The slope is written with tanh(Z), which never leaves −1…1.
# next: Compute A = tanh(Z) first, then use A in the formula.
def tanh_backward(dA, Z):
    return dA * (1 - Z**2)

# %% wrong="tanh_backward" name="the sigmoid's slope"
# says: A(1 − A) is the sigmoid's rule. Tanh has its own.
# next: At Z = 0 the slope should be 1; yours is 0. Derive it once more from the quotient.
def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    return dA * A * (1 - A)

# %% wrong="tanh_backward" name="upstream forgotten"
# says: You return tanh's own slope. The gradient that arrives from above never enters.
# next: Multiply the slope, entry by entry, by dA.
def tanh_backward(dA, Z):
    return 1 - torch.tanh(Z) ** 2

# %% wrong="tanh_backward" name="upstream inside the square"
# says: Right but for the order: you multiply by dA before you take the square away from 1.
# next: Compute the slope alone, in a line of its own, and multiply dA by all of it.
def tanh_backward(dA, Z):
    return dA - torch.tanh(Z) ** 2

# %% wrong="tanh_backward" name="plus for minus"
# says: You wrote 1 + tanh². The slope falls on both sides of 0, and yours rises.
# next: In the rule for a quotient stands s′c − sc′, with a minus.
def tanh_backward(dA, Z):
    return dA * (1 + torch.tanh(Z) ** 2)

# %% wrong="tanh_backward" name="tanh itself"
# says: You multiply by tanh's value. Backwards you need its slope, which is 1 at Z = 0, where tanh is 0.
# next: Simplify (s′c − sc′)/c² with s′ = c and c′ = s.
def tanh_backward(dA, Z):
    return dA * torch.tanh(Z)

# %% wrong="tanh_backward" name="square outside the bracket"
# says: You square the whole bracket: (1 − tanh)². Only the tanh has the square.
# next: Square tanh(Z) first, then take it from 1.
def tanh_backward(dA, Z):
    return dA * (1 - torch.tanh(Z)) ** 2

# %% wrong="tanh_backward" name="tanh of the square"
# says: You take the tanh of Z². Tanh squared is the square of the result: first tanh, then the square.
# next: Compute A = tanh(Z) in a line of its own, then use A².
def tanh_backward(dA, Z):
    return dA * (1 - torch.tanh(Z**2))

# %% wrong="tanh_backward" name="a half forgotten"
# says: Your slope is a quarter of the right one: c has the factor one half, and you squared it without.
# next: At Z = 0 the slope should be 1, and c too.
def tanh_backward(dA, Z):
    return dA / (torch.exp(Z) + torch.exp(-Z)) ** 2

# %% wrong="tanh_backward" name="cosine not squared"
# says: You divide by c once. In the rule for a quotient the denominator is squared.
# next: The slope is (s′c − sc′)/c².
def tanh_backward(dA, Z):
    return dA / torch.cosh(Z)

# %% wrong="tanh_backward" name="four times the sigmoid's slope, at z"
# says: You wrote 4σ(1 − σ) with σ taken at z. Tanh rises twice as fast: tanh z = 2σ(2z) − 1, so σ belongs at 2z.
# next: Use torch.tanh(Z): the quotient rule leaves tanh alone.
def tanh_backward(dA, Z):
    A = torch.sigmoid(Z)
    return 4 * dA * A * (1 - A)

# %% wrong="tanh_backward" name="twice the sigmoid's slope at 2z"
# says: You wrote 2σ(1 − σ) at 2z: a factor of 2 is missing. tanh z = 2σ(2z) − 1, and the inner derivative is 2.
# next: Use torch.tanh(Z), or bring both factors of 2 down.
def tanh_backward(dA, Z):
    A = torch.sigmoid(2 * Z)
    return 2 * dA * A * (1 - A)

# %% wrong="tanh_backward" name="slope cut off at 2"
# says: You set the slope to 0 far from 0. It is small there, but not 0: a large dA makes it count.
# next: Leave the slope as the formula gives it.
def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    return dA * (1 - A**2) * (Z.abs() <= 2)

# %% wrong="tanh_backward" name="slope cut off at 3"
# says: You set the slope to 0 far from 0. It is small there, but not 0: a large dA makes it count.
# next: Leave the slope as the formula gives it.
def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    return dA * (1 - A**2) * (Z.abs() <= 3)

# %% wrong="tanh_backward" name="slope cut off at 5"
# says: You set the slope to 0 far from 0. It is small there, but not 0: a large dA makes it count.
# next: Leave the slope as the formula gives it.
def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    return dA * (1 - A**2) * (Z.abs() <= 5)

# %% wrong="tanh_backward" name="divided by n"
# says: You divide by the number of examples. What arrives, dA, carries whatever mean there is already.
# next: Take the division out.
def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    return dA * (1 - A**2) / len(Z)

# %% wrong="tanh_backward" name="sign turned round"
# says: Every entry has the wrong sign: you wrote tanh² − 1. The slope of tanh is never negative.
# next: Take the square from 1, not 1 from the square.
def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    return dA * (A**2 - 1)

# %% wrong="tanh_backward" name="ReLU applied to dA as well"
# says: You set negative entries of dA to 0. Any gradient may arrive: only the slope at Z changes it.
# next: Multiply dA itself by the slope.
def tanh_backward(dA, Z):
    A = torch.tanh(Z)
    return torch.clamp(dA, min=0) * (1 - A**2)

# %% right="tanh_backward" name="with the hyperbolic cosine"
def tanh_backward(dA, Z):
    return dA / torch.cosh(Z) ** 2

# %% right="tanh_backward" name="as a product, entry by entry"
def tanh_backward(dA, Z):
    dZ = torch.empty_like(Z)
    for i, row in enumerate(torch.tanh(Z)):
        for j, a in enumerate(row):
            dZ[i, j] = dA[i, j] * (1 - a) * (1 + a)
    return dZ

# %% [markdown]
# ## 4. Two layers, one weight
#
# Here is the network of week 4: two inputs, two hidden ReLU neurons, one linear output neuron. Layers count from 1;
# neurons and inputs count from 0, as Python does. Each row of a weight matrix belongs to one neuron, so `W1[1, 0]` is
# the weight of hidden neuron 1 for input 0.

# %% given="week4_network"
W1 = torch.tensor([[0.8, -0.5], [-1.0, -0.1]], dtype=torch.float64)  # (2 neurons, 2 inputs)
b1 = torch.tensor([0.5, -0.2], dtype=torch.float64)
W2 = torch.tensor([[-0.5, -0.4]], dtype=torch.float64)  # (1 neuron, 2 inputs)
b2 = torch.tensor([-0.2], dtype=torch.float64)
x = torch.tensor([0.3, 0.1], dtype=torch.float64)
y = torch.tensor(1.0, dtype=torch.float64)

# %%
z = W1 @ x + b1  # (2,), the sums of the two hidden neurons
a = torch.clamp(z, min=0)  # (2,), their outputs
y_hat = W2[0] @ a + b2[0]  # (), one number
print("z", z.tolist(), "  a", a.tolist())
print(f"y_hat {y_hat.item():.4f}   loss {((y_hat - y) ** 2).item():.4f}")

# %% [markdown]
# The vectors `z` and `a` hold the hidden neurons, one entry each: `z[0]`, in formulas $z_0$, belongs to neuron 0.
# Neuron 0 is on: $z_0 = 0.69$. Neuron 1 has $z_1 = -0.51$, so it is off. The output is $-0.545$ where the label says
# 1: the loss is large, 2.387.
#
# Now draw it with a box for every step on the way from the first layer's weights to the loss. `w01` is short for
# `W1[0, 1]`.

# %%
net = graph.Graph()
for name, number in {"w00": 0.8, "w01": -0.5, "w10": -1.0, "w11": -0.1}.items():
    net.input(name, number)
net.node("z[0]", op="0.3 w00 + 0.1 w01 + 0.5", of=("w00", "w01"), value=0.69)
net.node("z[1]", op="0.3 w10 + 0.1 w11 − 0.2", of=("w10", "w11"), value=-0.51)
net.node("a[0]", op="relu", of=("z[0]",), value=0.69)
net.node("a[1]", op="relu", of=("z[1]",), value=0.0)
net.node("ŷ", op="−0.5 a[0] − 0.4 a[1] − 0.2", of=("a[0]", "a[1]"), value=-0.545)
net.node("L", op="(ŷ − 1)²", of=("ŷ",), value=2.387)
found = {"L": 1.0, "ŷ": -3.09, "a[0]": 1.545, "a[1]": 1.236, "z[0]": 1.545, "z[1]": 0.0, "w01": 0.1545}
graph.draw(
    net,
    gradients=found,
    alt="Graph of the two-layer network. dŷ=-3.09, da[0]=1.545, da[1]=1.236, dz[0]=1.545, dz[1]=0, "
    "dw01=0.1545.",
    caption="From one weight to the loss there is one path. Multiply what you meet on it.",
)

# %% [markdown]
# ### 4.1 A worked example: the weight w01
#
# `w01` is the weight of hidden neuron 0 for input 1. If you nudge it, $z_0$ moves, then $a_0$, then $\hat y$, then $L$.
# Neuron 1 does not notice. So there is one path, with four links:
#
# $$\frac{\partial L}{\partial w_{01}} =
#   \underbrace{2(\hat y - y)}_{-3.09}\cdot
#   \underbrace{W_{2}[0,0]}_{-0.5}\cdot
#   \underbrace{g'(z_0)}_{1}\cdot
#   \underbrace{x_1}_{0.1} = 0.1545.$$
#
# Say each link in words: how the loss changes with the output; how the output changes with hidden neuron 0, which is
# the weight that *leads out of it*; the slope of its activation; and the input beside `w01`.
#
# The second link is where most people slip. The error does not arrive at a hidden neuron as it is. It arrives through
# the weight that connects this neuron with the output.

# %%
dy_hat = 2 * (y_hat - y)  # ()
da0 = dy_hat * W2[0, 0]  # for a[0]: through the weight that leads out of neuron 0
dz0 = da0 * (1.0 if z[0] > 0 else 0.0)  # for z[0]: through its ReLU
dz0 * x[1]  # for w01: the input beside it

# %% [markdown]
# Now look at neuron 1 in the figure. A gradient arrives at its output: $\partial L/\partial a_1 = 1.236$. But the
# neuron is off, its ReLU is flat there, and $\partial L/\partial z_1 = 0$. **A neuron that is off learns nothing
# from this example.** Another example may switch it on: for $x = (-0.9, 0.4)$ we get $z = (-0.42, 0.66)$, and the
# roles change.
#
# ### 4.2 Your turn: two single weights
#
# Write `first_layer_gradients(x, W1, b1, W2, b2, y)`. It returns the tuple `(dw00, dw11)`: the gradients of
# $L = (\hat y - y)^2$ with respect to `W1[0, 0]` and to `W1[1, 1]`, each a tensor of shape `()`.
# Shapes: `x` `(2,)`, `W1` `(2, 2)`, `b1` `(2,)`, `W2` `(1, 2)`, `b2` `(1,)`, `y` `()`.
#
# With the numbers above: for $x = (0.3, 0.1)$ and $y = 1$ the answer is $(0.4635, 0)$; for $x = (-0.9, 0.4)$ and
# $y = 1$ it is $(0, 0.46848)$. Where a sum $z$ is exactly 0, take the slope 0, as in section 3. If you can do one
# weight, the rest of this notebook is bookkeeping.

# %% solution="first_layer_gradients"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    """Gradients of (ŷ - y)² with respect to W1[0, 0] and W1[1, 1], by hand, for one example.

    x (2,), W1 (2, 2), b1 (2,), W2 (1, 2), b2 (1,), y (): float64. Returns (dw00, dw11), each of shape ().
    """
    ### BEGIN SOLUTION
    hidden = W1 @ x + b1
    output = W2[0] @ torch.clamp(hidden, min=0) + b2[0]
    slope = (hidden > 0).to(x.dtype)
    dw00 = 2 * (output - y) * W2[0, 0] * slope[0] * x[0]
    dw11 = 2 * (output - y) * W2[0, 1] * slope[1] * x[1]
    return dw00, dw11
    ### END SOLUTION

# %% check="first_layer_gradients" points=2
def by_autograd(x, W1, b1, W2, b2, y):
    weights = W1.detach().clone().requires_grad_()
    loss = (W2 @ torch.relu(weights @ x + b1) + b2 - y).square().sum()
    slopes = torch.autograd.grad(loss, weights)[0]
    return slopes[0, 0], slopes[1, 1]
def sums(case):
    return case["W1"] @ case["x"] + case["b1"]
some = cases.draw(seeds=3, x="2", W1="2 2", b1="2", W2="1 2", b2="1", y="", away=sums)
def at_the_corner(off):  # the sum of this hidden neuron is exactly 0, that of the other is not
    numbers = [[1.0, 2], [[2, -1], [0.5, 1]], [0, 0.5], [[1.5, -2]], [0.25], 0.5]
    x, W1, b1, W2, b2, y = [torch.tensor(number, dtype=torch.float64) for number in numbers]
    return cases.example(x=x, W1=W1.roll(off, 0), b1=b1.roll(off, 0), W2=W2, b2=b2, y=y)
check.function(first_layer_gradients, by_autograd, on=some + [at_the_corner(0)], by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, x="2", W1="2 2", b1="2", W2="1 2", b2="1", y="", away=sums)
many += [at_the_corner(0), at_the_corner(1)]
check.function(first_layer_gradients, by_autograd, on=many, by_hand=True)
### END HIDDEN TESTS

# %% wrong="first_layer_gradients" name="raw output error at the hidden neuron"
# says: You send the output's error to the hidden neurons as it is. It must pass the weights that lead to the output.
# next: Put W2[0, 0] into the chain for neuron 0, and W2[0, 1] into the one for neuron 1.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(z, min=0) + b2[0] - y)
    return error * (z[0] > 0) * x[0], error * (z[1] > 0) * x[1]

# %% wrong="first_layer_gradients" name="activation's slope left out"
# says: The slope of the ReLU is missing: a neuron that is off still gets a gradient.
# next: Multiply by 1 where z is positive and by 0 where it is not.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    error = 2 * (W2[0] @ torch.clamp(W1 @ x + b1, min=0) + b2[0] - y)
    return error * W2[0, 0] * x[0], error * W2[0, 1] * x[1]

# %% wrong="first_layer_gradients" name="another neuron's outgoing weight"
# says: For w11 you went out through neuron 0's weight. Hidden neuron 1 reaches the output through W2[0, 1].
# next: Follow the path of w11 in the figure with a finger.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(z, min=0) + b2[0] - y)
    return error * W2[0, 0] * (z[0] > 0) * x[0], error * W2[0, 0] * (z[1] > 0) * x[1]

# %% wrong="first_layer_gradients" name="own layer's weight"
# says: You multiply by the weight of the first layer. Going back from the output you pass the second layer's weights.
# next: Replace W1[0, 0] and W1[1, 1] in the chain by the weights that lead out of each hidden neuron.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(z, min=0) + b2[0] - y)
    return error * W1[0, 0] * (z[0] > 0) * x[0], error * W1[1, 1] * (z[1] > 0) * x[1]

# %% wrong="first_layer_gradients" name="the same input for both"
# says: w11 stands beside input 1, but you multiply by input 0.
# next: The second index of W1 counts inputs: W1[1, 1] needs x[1].
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(z, min=0) + b2[0] - y)
    return error * W2[0, 0] * (z[0] > 0) * x[0], error * W2[0, 1] * (z[1] > 0) * x[0]

# %% wrong="first_layer_gradients" name="factor 2 missing"
# says: Both gradients are half of what they should be: the 2 from the square is missing.
# next: The first link is 2(ŷ − y).
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    error = W2[0] @ torch.clamp(z, min=0) + b2[0] - y
    return error * W2[0, 0] * (z[0] > 0) * x[0], error * W2[0, 1] * (z[1] > 0) * x[1]

# %% wrong="first_layer_gradients" name="sign of the error"
# says: Both gradients have the wrong sign: you used y − ŷ for the error.
# next: The first link is 2(ŷ − y): answer minus label.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    error = 2 * (y - W2[0] @ torch.clamp(z, min=0) - b2[0])
    return error * W2[0, 0] * (z[0] > 0) * x[0], error * W2[0, 1] * (z[1] > 0) * x[1]

# %% wrong="first_layer_gradients" name="times the neuron's output"
# says: In the place of the ReLU's slope you multiply by the neuron's output. The slope of an active ReLU is 1.
# next: Multiply by 1 where z is positive and by 0 where it is not, whatever its size.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    a = torch.clamp(W1 @ x + b1, min=0)
    error = 2 * (W2[0] @ a + b2[0] - y)
    return error * W2[0, 0] * a[0] * x[0], error * W2[0, 1] * a[1] * x[1]

# %% wrong="first_layer_gradients" name="masked by the sign of what arrives"
# says: You shut a neuron when the gradient that arrives at it is negative. What decides is the sign of its z.
# next: Compare z with 0, not the gradient.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    error = 2 * (W2[0] @ torch.clamp(W1 @ x + b1, min=0) + b2[0] - y)
    da = torch.clamp(error * W2[0], min=0)
    return da[0] * x[0], da[1] * x[1]

# %% wrong="first_layer_gradients" name="the two in the other order"
# says: The two gradients are right, but you return dw11 first.
# next: The order asked for is dw00, dw11.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    dz = 2 * (W2[0] @ torch.clamp(z, min=0) + b2[0] - y) * W2[0] * (z > 0)
    return dz[1] * x[1], dz[0] * x[0]

# %% wrong="first_layer_gradients" name="one at the corner"
# says: Right everywhere but where a sum z is exactly 0. There the slope of the ReLU is 0.
# next: Compare with > 0, or shut the neuron for z <= 0.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(z, min=0) + b2[0] - y)
    return error * W2[0, 0] * (z[0] >= 0) * x[0], error * W2[0, 1] * (z[1] >= 0) * x[1]

# %% wrong="first_layer_gradients" name="columns of W1"
# says: You compute x @ W1: that takes the columns of W1. Each neuron has a row of W1.
# next: Write the sums as in the cell above: W1 @ x + b1.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = x @ W1 + b1
    error = 2 * (W2[0] @ torch.clamp(z, min=0) + b2[0] - y)
    return error * W2[0, 0] * (z[0] > 0) * x[0], error * W2[0, 1] * (z[1] > 0) * x[1]

# %% wrong="first_layer_gradients" name="ReLU left out on the way forward"
# says: Your ŷ is made from z. The output neuron gets a, the sums after the ReLU.
# next: Compute a = relu(z) and use a in ŷ.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    error = 2 * (W2[0] @ z + b2[0] - y)
    return error * W2[0, 0] * (z[0] > 0) * x[0], error * W2[0, 1] * (z[1] > 0) * x[1]

# %% wrong="first_layer_gradients" name="bias of the output left out"
# says: Your ŷ lacks b2, so the error is off.
# next: ŷ is W2[0] @ a + b2[0], as in the cell above.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(z, min=0) - y)
    return error * W2[0, 0] * (z[0] > 0) * x[0], error * W2[0, 1] * (z[1] > 0) * x[1]

# %% wrong="first_layer_gradients" name="biases of the hidden neurons left out"
# says: Your sums z lack the biases b1.
# next: z is W1 @ x + b1, as in the cell above.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x
    error = 2 * (W2[0] @ torch.clamp(z, min=0) + b2[0] - y)
    return error * W2[0, 0] * (z[0] > 0) * x[0], error * W2[0, 1] * (z[1] > 0) * x[1]

# %% wrong="first_layer_gradients" name="inputs swapped"
# says: You multiply dw00 by x[1] and dw11 by x[0]. Each weight stands beside the other input.
# next: The second index of W1 counts inputs.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(z, min=0) + b2[0] - y)
    return error * W2[0, 0] * (z[0] > 0) * x[1], error * W2[0, 1] * (z[1] > 0) * x[0]

# %% wrong="first_layer_gradients" name="z of the notebook"
# says: Your function uses the notebook's z. That belongs to the example of the section, not to this x and W1.
# next: Compute the sums from the arguments, inside the function, and ask their signs.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    sums = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(sums, min=0) + b2[0] - y)
    on = z > 0
    return error * W2[0, 0] * on[0] * x[0], error * W2[0, 1] * on[1] * x[1]

# %% wrong="first_layer_gradients" name="both only where both are on"
# says: You open or shut both neurons together. Each has its own sum z, and its own slope.
# next: Give neuron 0 a slope from z[0] and neuron 1 one from z[1].
def first_layer_gradients(x, W1, b1, W2, b2, y):
    sums = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(sums, min=0) + b2[0] - y)
    on = (sums > 0).all().expand(2)
    return error * W2[0, 0] * on[0] * x[0], error * W2[0, 1] * on[1] * x[1]

# %% wrong="first_layer_gradients" name="both where one is on"
# says: You open or shut both neurons together. Each has its own sum z, and its own slope.
# next: Give neuron 0 a slope from z[0] and neuron 1 one from z[1].
def first_layer_gradients(x, W1, b1, W2, b2, y):
    sums = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(sums, min=0) + b2[0] - y)
    on = (sums > 0).any().expand(2)
    return error * W2[0, 0] * on[0] * x[0], error * W2[0, 1] * on[1] * x[1]

# %% wrong="first_layer_gradients" name="both by neuron 0"
# says: You open or shut both neurons together. Each has its own sum z, and its own slope.
# next: Give neuron 0 a slope from z[0] and neuron 1 one from z[1].
def first_layer_gradients(x, W1, b1, W2, b2, y):
    sums = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(sums, min=0) + b2[0] - y)
    on = (sums[0] > 0).expand(2)
    return error * W2[0, 0] * on[0] * x[0], error * W2[0, 1] * on[1] * x[1]

# %% wrong="first_layer_gradients" name="both by neuron 1"
# says: You open or shut both neurons together. Each has its own sum z, and its own slope.
# next: Give neuron 0 a slope from z[0] and neuron 1 one from z[1].
def first_layer_gradients(x, W1, b1, W2, b2, y):
    sums = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(sums, min=0) + b2[0] - y)
    on = (sums[1] > 0).expand(2)
    return error * W2[0, 0] * on[0] * x[0], error * W2[0, 1] * on[1] * x[1]

# %% wrong="first_layer_gradients" name="slopes swapped"
# says: You multiply neuron 0's path by the slope of neuron 1, and the other way round.
# next: The slope on the path of w00 is that at z[0].
def first_layer_gradients(x, W1, b1, W2, b2, y):
    sums = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(sums, min=0) + b2[0] - y)
    on = (sums > 0).flip(0)
    return error * W2[0, 0] * on[0] * x[0], error * W2[0, 1] * on[1] * x[1]

# %% wrong="first_layer_gradients" name="negative gradients stopped"
# says: You let a gradient through only where it is positive as well. Only the sign of z decides.
# next: Compare z with 0, and nothing else.
def first_layer_gradients(x, W1, b1, W2, b2, y):
    sums = W1 @ x + b1
    error = 2 * (W2[0] @ torch.clamp(sums, min=0) + b2[0] - y)
    on = (sums > 0) & (error * W2[0] > 0)
    return error * W2[0, 0] * on[0] * x[0], error * W2[0, 1] * on[1] * x[1]

# %% right="first_layer_gradients" name="the whole matrix, two entries of it"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = x @ W1.T + b1
    a = torch.where(z > 0, z, 0.0)
    dz = 2 * (a @ W2.T + b2 - y) * W2[0] * (a > 0)
    dW1 = torch.outer(dz, x)
    return dW1[0, 0], dW1[1, 1]

# %% right="first_layer_gradients" name="path by path"
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z = [W1[j, 0] * x[0] + W1[j, 1] * x[1] + b1[j] for j in (0, 1)]
    y_hat = b2[0] + sum(W2[0, j] * z[j] for j in (0, 1) if z[j] > 0)
    nothing = torch.zeros_like(y)
    return tuple(2 * (y_hat - y) * W2[0, j] * x[j] if z[j] > 0 else nothing for j in (0, 1))

# %% [markdown]
# ## 5. Two layers, a whole minibatch
#
# Now all weights at once, for many examples at once. Nothing new happens to the calculus. What changes is the writing:
# sums turn into matrix products. The shapes will tell you which.
#
# One line looks different, so look at it first. For the single example of section 4, a vector, the sums were `W1 @ x`:
# each row of `W1` with `x`, a vector of 2 numbers. Now the examples are the rows of `X`, and every one of them needs
# every row of `W1`. Rows with rows is `X @ W1.T`, as in week 1. Its row $i$ is `W1 @ X[i]`: the old line, once for each
# example.
#
# For $n$ examples, $d$ inputs, $h$ hidden neurons and $q$ outputs:
#
# | name | shape | what it is |
# |---|---|---|
# | `X`, `Y` | `(n, d)`, `(n, q)` | examples and labels, one row each |
# | `W1`, `b1` | `(h, d)`, `(h,)` | first layer, one row per neuron |
# | `Z1 = X @ W1.T + b1` | `(n, h)` | sums |
# | `A1 = relu(Z1)` | `(n, h)` | outputs of the hidden neurons |
# | `W2`, `b2` | `(q, h)`, `(q,)` | second layer |
# | `Y_hat = A1 @ W2.T + b2` | `(n, q)` | the network's answer |
#
# A gradient always has the shape of the thing it belongs to: `dW1` is `(h, d)`, `db1` is `(h,)`, `dZ1` is `(n, h)`.

# %%
batch = graph.Graph()
for name, shape in {"X": "n × d", "W1": "h × d", "b1": "h", "W2": "q × h", "b2": "q", "Y": "n × q"}.items():
    batch.input(name, shape)
batch.node("Z1", op="X W1ᵀ + b1", of=("X", "W1", "b1"), value="n × h")
batch.node("A1", op="relu", of=("Z1",), value="n × h")
batch.node("Ŷ", op="A1 W2ᵀ + b2", of=("A1", "W2", "b2"), value="n × q")
batch.node("L", op="mean square", of=("Ŷ", "Y"), value="one number")
graph.draw(
    batch,
    alt="Graph: X, W1, b1 make Z1 (n by h); relu makes A1; with W2, b2 it makes Ŷ (n by q); "
    "with Y the loss L.",
    caption="The same network for n examples. Beside every box stands its shape, "
    "and its gradient has that shape too.",
)

# %% [markdown]
# Nothing hides in the middle: two boxes of one kind, `Z1` and `Ŷ`, a ReLU between them, and the loss. Understand
# the way back through one of the two, and you have both. So there are three things to work out: the loss, the ReLU
# (done, in section 3.2), and $Z = XW^\top + b$.
#
# ### 5.1 The loss, and where the mean goes
#
# The loss is the squared error, summed over the outputs of an example and averaged over the $n$ examples:
#
# $$L = \frac1n\sum_{i}\sum_{k}\left(\hat Y_{ik} - Y_{ik}\right)^2
#   \qquad\Rightarrow\qquad \mathtt{dY\_hat} = \frac{2}{n}\,(\hat Y - Y), \text{ of shape } (n, q).$$
#
# The step in between: $\hat Y_{ik}$ occurs in one term of the double sum only, the square
# $(\hat Y_{ik} - Y_{ik})^2$, whose derivative is $2(\hat Y_{ik} - Y_{ik})$. All other terms are constants for it, and
# the $1/n$ in front stays a factor. That holds for every $i$ and $k$, so for the whole table.
#
# The $1/n$ enters here, **once**. Everything further back is multiplied by what arrives from here, so it carries the
# $1/n$ already. Divide again in a later line and your gradient is too small. Some books keep the sum here and divide in
# every layer instead: the same numbers, with more places to forget it. We take care of it in one place.
#
# ### 5.2 Three gradients of $Z = XW^\top + b$
#
# Suppose `dZ`, `(n, h)`, has arrived. Write one entry of $Z$ out:
#
# $$Z_{ij} = \sum_k X_{ik} W_{jk} + b_j.$$
#
# **The weight.** $W_{jk}$ is used by neuron $j$ for *every* example $i$. From each use comes a contribution: what
# arrives, $\mathtt{dZ}_{ij}$, times what stands beside the weight, $X_{ik}$. Several paths lead to the loss, so
# their contributions add:
#
# $$\mathtt{dW}_{jk} = \sum_i \mathtt{dZ}_{ij}\,X_{ik} \qquad\Rightarrow\qquad \mathtt{dW = dZ.T\ @\ X}.$$
#
# The shapes agree: `(h, n) @ (n, d)` is `(h, d)`. The dimension that disappears is $n$: that is the sum over examples.
#
# **The bias.** $b_j$ is used for every example as well, with a 1 beside it. The sum remains: $\mathtt{db}_j = \sum_i
# \mathtt{dZ}_{ij}$, in code `dZ.sum(0)`, of shape `(h,)`. It is a sum and not a mean, because the mean was taken
# already, at the loss. When broadcasting copies $b$ to $n$ rows on the way forward, the way back adds the $n$ rows
# up.
#
# **The input.** $X_{ik}$ is used by *every* neuron $j$, so here the sum runs over the neurons:
#
# $$\mathtt{dX}_{ik} = \sum_j \mathtt{dZ}_{ij}\,W_{jk} \qquad\Rightarrow\qquad \mathtt{dX = dZ\ @\ W}.$$
#
# No transpose here: `(n, h) @ (h, d)` is `(n, d)`. Where the way forward had $W^\top$, the way back has $W$.
#
# See the three at work on a single linear layer, with PyTorch as a witness:

# %%
X = torch.tensor([[0.3, 0.1], [-0.9, 0.4], [0.5, -0.7]], dtype=torch.float64)  # (3, 2)
W = torch.tensor([[0.8, -0.5]], dtype=torch.float64, requires_grad=True)  # (1, 2)
Y = torch.tensor([[1.0], [0.0], [1.0]], dtype=torch.float64)  # (3, 1)
(((X @ W.T - Y) ** 2).sum() / 3).backward()
dZ = 2 * (X @ W.detach().T - Y) / 3  # (3, 1): here Z is the network's answer
print("by hand ", (dZ.T @ X).tolist())
print("autograd", W.grad.tolist())

# %% [markdown]
# Both lines show the same two numbers. (`torch.nn.functional.mse_loss` averages over the outputs too, so for
# $q > 1$ it is $q$ times smaller than our loss.)
#
# ### 5.3 Your turn: all four gradients
#
# Write `two_layer_gradients(X, W1, b1, W2, b2, Y)`. Shapes as in the table. Return the tuple
# `(dW1, db1, dW2, db2)` of the loss above. Plan it on paper first: three lines forward, `Z1`, `A1`, `Y_hat`, then
# `dY_hat`, `dW2`, `db2`, `dA1`, `dZ1`, `dW1`, `db1`, each with its shape beside it.
#
# With the network of section 4, `X = [[0.3, 0.1], [-0.9, 0.4]]` and `Y = [[1.], [1.]]`, you should find
# `dW1 = [[0.23175, 0.07725], [-0.52704, 0.23424]]`, which is the mean of the two examples' own gradients. At a sum of
# exactly 0 the ReLU's slope is 0, as before. It works for a single example, input, hidden neuron or output, too.
# This function is all you need to train a network.

# %% solution="two_layer_gradients"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    """Gradients of the mean squared error of a two-layer ReLU network, by hand.

    X (n, d), W1 (h, d), b1 (h,), W2 (q, h), b2 (q,), Y (n, q): float64. The loss is the squared error, summed
    over the outputs and averaged over the n examples. Returns (dW1, db1, dW2, db2), each shaped like its
    parameter.
    """
    ### BEGIN SOLUTION
    pre = X @ W1.T + b1
    hidden = torch.clamp(pre, min=0)
    d_out = 2 * (hidden @ W2.T + b2 - Y) / X.shape[0]
    d_pre = (d_out @ W2) * (pre > 0)
    return d_pre.T @ X, d_pre.sum(0), d_out.T @ hidden, d_out.sum(0)
    ### END SOLUTION

# %% check="two_layer_gradients" points=3
def mean_squared_error(X, W1, b1, W2, b2, Y):
    return (torch.relu(X @ W1.T + b1) @ W2.T + b2 - Y).square().sum(1).mean()
def hidden_sums(case):
    return case["X"] @ case["W1"].T + case["b1"]
shapes = dict(X="n d", W1="h d", b1="h", W2="q h", b2="q", Y="n q", away=hidden_sums)
two = cases.draw(seeds=2, **shapes)
def at_the_corner(bias=0.0):  # some of the hidden sums are exactly 0
    X, W1 = [[1.0, 2], [-1, 1], [2, -1]], [[2.0, -1], [1, 1], [0.5, -1], [1, 0.5]]
    numbers = [X, W1, [0.0, -3, 1.5, bias], [[1.5, -2, 0.5, 1]], [0.25], [[1.0], [0], [-1]]]
    tensors = [torch.tensor(number, dtype=torch.float64) for number in numbers]
    return cases.example(**dict(zip(("X", "W1", "b1", "W2", "b2", "Y"), tensors)))
two.append(at_the_corner())
check.gradient(two_layer_gradients, of=mean_squared_error, on=two, wrt="W1 b1 W2 b2", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, **shapes)
many += [at_the_corner(), at_the_corner(-2.0)]
check.gradient(two_layer_gradients, of=mean_squared_error, on=many, wrt="W1 b1 W2 b2", by_hand=True)
### END HIDDEN TESTS

# %% wrong="two_layer_gradients" name="mean over the examples missing"
# says: Your gradients belong to the sum over the examples. The loss is their mean.
# next: Divide by n once, where the gradient starts: in dY_hat.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="divided by n twice"
# says: The second layer is right. In the first layer you divide by n again; what arrives is averaged already.
# next: Keep the 1/n in dY_hat and take it out of dW1 and db1.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / n
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X / n, dZ1.sum(0) / n, dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="mean for the biases"
# says: The weights are right; both bias gradients are n times too small. You took a mean where a sum belongs.
# next: The mean was taken at the loss. For a bias add up the rows of dZ.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.mean(0), dY_hat.T @ A1, dY_hat.mean(0)

# %% wrong="two_layer_gradients" name="slope of the ReLU left out"
# says: The second layer is right. On the way into the first you passed the ReLU without its slope.
# next: Multiply dA1, entry by entry, by 1 where Z1 is positive and 0 elsewhere.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    A1 = torch.clamp(X @ W1.T + b1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="masked by the upstream gradient"
# says: You switch off entries of dA1 where dA1 itself is negative. What decides is the sign of Z1.
# next: Use Z1 > 0, from the forward pass, as the slope.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    A1 = torch.clamp(X @ W1.T + b1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = torch.clamp(dY_hat @ W2, min=0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="weight gradients transposed"
# says: Your dW1 and dW2 are the transposes of the right ones.
# next: A gradient has its parameter's shape: (h, d) for W1. Turn the product round: dZ.T @ X.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return X.T @ dZ1, dZ1.sum(0), A1.T @ dY_hat, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="factor 2 missing"
# says: All four gradients are half of what they should be: the 2 from the square is missing.
# next: dY_hat is 2 (Y_hat − Y) / n.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="mean over all entries"
# says: You divide by the number of entries of Y, n times q. The loss is a mean over the n examples only.
# next: Divide by X.shape[0], not by Y.numel().
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / Y.numel()
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="sums where outputs belong"
# says: For dW2 you used Z1. The second layer's input is A1, after the ReLU.
# next: Each weight's gradient needs what stood beside that weight in the forward pass.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ Z1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="autograd called"
# says: The numbers are right, but PyTorch found them. Here the formulas are the exercise.
# next: Start with dY_hat and go back one box at a time.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    with torch.enable_grad():
        parameters = [P.clone().requires_grad_() for P in (W1, b1, W2, b2)]
        A1 = torch.relu(X @ parameters[0].T + parameters[1])
        loss = ((A1 @ parameters[2].T + parameters[3] - Y) ** 2).sum(1).mean()
        return torch.autograd.grad(loss, parameters)

# %% wrong="two_layer_gradients" name="times A1 instead of the mask"
# says: The second layer is right. On the way into the first you multiply by A1, where the ReLU's slope belongs.
# next: The slope is 1 where Z1 is positive, whatever its size, and 0 elsewhere.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    A1 = torch.clamp(X @ W1.T + b1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2 * A1
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="bias from before the ReLU"
# says: Only db1 is wrong. You summed dA1; the bias stands inside the ReLU, so its gradient comes through dZ1.
# next: Everything of the first layer is reached through dZ1.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dA1 = dY_hat @ W2
    return (dA1 * (Z1 > 0)).T @ X, dA1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="second layer first"
# says: You return the second layer's gradients first, in the order in which they are found.
# next: The order asked for is dW1, db1, dW2, db2.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dY_hat.T @ A1, dY_hat.sum(0), dZ1.T @ X, dZ1.sum(0)

# %% wrong="two_layer_gradients" name="sign of the error"
# says: Every gradient has the wrong sign: you used Y − Y_hat.
# next: dY_hat is 2 (Y_hat − Y) / n: answer minus label.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (Y - A1 @ W2.T - b2) / X.shape[0]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="one at the corner"
# says: Right but where a sum Z1 is exactly 0: there you let the gradient through. The slope is 0.
# next: Compare Z1 with 0 by >, not by >=.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2 * (Z1 >= 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="W2 transposed on the way back"
# says: You multiply dY_hat by the transpose of W2. Where the way forward had it, the way back has W2 itself.
# next: dA1 is (n, h): (n, q) times (q, h).
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2.T * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="ReLU left out on the way forward"
# says: Your answer Y_hat is made from Z1. The second layer gets A1, after the ReLU.
# next: Compute A1 = relu(Z1) and use it in Y_hat and in dW2.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = Z1
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="output bias left out"
# says: Your Y_hat lacks the bias b2, so dY_hat is off and all that follows.
# next: Y_hat is A1 @ W2.T + b2.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T - Y) / X.shape[0]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="hidden bias left out"
# says: Your sums Z1 lack the bias b1.
# next: Z1 is X @ W1.T + b1.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[0]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="divided by the number of inputs"
# says: You divide by the number of inputs, X.shape[1]. The loss is a mean over the n examples.
# next: n is the number of rows of X, X.shape[0].
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / X.shape[1]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="divided by the number of hidden neurons"
# says: You divide by the number of hidden neurons. The loss is a mean over the n examples.
# next: n is the number of rows of X, X.shape[0].
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(W1)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="divided by the number of outputs"
# says: You divide by the number of outputs. The loss is a mean over the n examples.
# next: n is the number of rows of X, X.shape[0].
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / Y.shape[1]
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="mask of the first example"
# says: For all examples you use the first one's mask, Z1[0] > 0. Each example switches its own neurons on.
# next: Compare all of Z1 with 0.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(X)
    dZ1 = dY_hat @ W2 * (Z1[0] > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="negative gradients stopped as well"
# says: The ReLU's mask is right, but you also set negative entries of dA1 to 0.
# next: A negative gradient passes where Z1 is positive.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(X)
    dZ1 = torch.clamp(dY_hat @ W2, min=0) * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="dW1 reshaped"
# says: db1 is right. You reshaped the transpose to get dW1: reshape mixes the entries up.
# next: Write the product so that it has the shape of W1 by itself.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(X)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return (X.T @ dZ1).reshape(W1.shape), dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="dW2 reshaped"
# says: db2 is right. You reshaped the transpose to get dW2: reshape mixes the entries up.
# next: Write the product so that it has the shape of W2 by itself.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(X)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), (A1.T @ dY_hat).reshape(W2.shape), dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="both reshaped"
# says: db1 and db2 are right. You reshaped transposes to get dW1 and dW2: reshape mixes the entries up.
# next: Write the products so that they have the right shapes by themselves.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(X)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return (X.T @ dZ1).reshape(W1.shape), dZ1.sum(0), (A1.T @ dY_hat).reshape(W2.shape), dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="dW1 of the last example"
# says: db1 is right. Your dW1 has one example only. Every example uses the weight, so all contributions add up.
# next: In a loop write +=, or let one matrix product add up the examples.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(X)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1[-1:].T @ X[-1:], dZ1.sum(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="dW2 of the last example"
# says: db2 is right. Your dW2 has one example only. Every example uses the weight, so all contributions add up.
# next: In a loop write +=, or let one matrix product add up the examples.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(X)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat[-1:].T @ A1[-1:], dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="all of the last example"
# says: Your gradients are those of the last example. All examples contribute, and their contributions add up.
# next: In a loop write += for all four.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(X)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1[-1:].T @ X[-1:], dZ1[-1], dY_hat[-1:].T @ A1[-1:], dY_hat[-1]

# %% wrong="two_layer_gradients" name="mean for db1 only"
# says: Only db1 is wrong: it is n times too small. The 1/n is in dY_hat already.
# next: Add up the rows of dZ1 with sum, not mean.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(X)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.mean(0), dY_hat.T @ A1, dY_hat.sum(0)

# %% wrong="two_layer_gradients" name="mean for db2 only"
# says: Only db2 is wrong: it is n times too small. The 1/n is in dY_hat already.
# next: Add up the rows of dY_hat with sum, not mean.
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Z1 = X @ W1.T + b1
    A1 = torch.clamp(Z1, min=0)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / len(X)
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.sum(0), dY_hat.T @ A1, dY_hat.mean(0)

# %% right="two_layer_gradients" name="one example at a time"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    dW1, db1, dW2, db2 = (torch.zeros_like(P) for P in (W1, b1, W2, b2))
    for x, y in zip(X, Y):
        z = W1 @ x + b1
        a = torch.where(z > 0, z, 0.0)
        dy_hat = 2 * (W2 @ a + b2 - y) / len(X)
        dz = torch.where(z > 0, W2.T @ dy_hat, 0.0)
        dW1 += torch.outer(dz, x)
        db1 += dz
        dW2 += torch.outer(dy_hat, a)
        db2 += dy_hat
    return dW1, db1, dW2, db2

# %% right="two_layer_gradients" name="with einsum"
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    A1 = torch.relu(torch.einsum("nd,hd->nh", X, W1) + b1)
    dY_hat = (torch.einsum("nh,qh->nq", A1, W2) + b2 - Y) * (2 / len(Y))
    dZ1 = torch.einsum("nq,qh->nh", dY_hat, W2) * A1.sign()
    ones = torch.ones(len(X), dtype=X.dtype, device=X.device)
    return torch.einsum("nh,nd->hd", dZ1, X), ones @ dZ1, torch.einsum("nq,nh->qh", dY_hat, A1), ones @ dY_hat

# %% [markdown]
# ### 5.4 What it is good for: XOR, without autograd
#
# Four points, a network with four hidden neurons, and gradient descent as in week 2. The labels are 0 and 1 here; week
# 4 had −1 and +1, and either will do. The only thing that was a black box, `backward()`, is now yours.

# %% given="xor"
X_xor = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float64)
Y_xor = torch.tensor([[0], [1], [1], [0]], dtype=torch.float64)


def start(hidden, seed):
    """Fresh parameters W1 (hidden, 2), b1 (hidden,), W2 (1, hidden), b2 (1,) of a network, float64."""
    draw = torch.Generator().manual_seed(seed)
    shapes = [(hidden, 2), (hidden,), (1, hidden), (1,)]
    return [
        scale * torch.randn(*s, generator=draw, dtype=torch.float64)
        for s, scale in zip(shapes, (1, 0.5, 0.5, 0))
    ]

# %%
def learn_xor(steps=300, lr=0.2):
    """Train on XOR with two_layer_gradients: the loss after each step, and the four answers at the end."""
    parameters, losses = start(hidden=4, seed=3), []
    for _ in range(steps):
        gradients = two_layer_gradients(X_xor, *parameters, Y_xor)
        W1_now, b1_now, W2_now, b2_now = parameters = [P - lr * dP for P, dP in zip(parameters, gradients)]
        answers = torch.clamp(X_xor @ W1_now.T + b1_now, min=0) @ W2_now.T + b2_now
        losses.append((answers - Y_xor).square().sum(1).mean().item())
    return losses, answers

# %%
losses, answers = learn_xor()
print("answers", [round(v, 3) for v in answers.flatten().tolist()])
plot.lines(
    {"loss": losses},
    xlabel="step",
    ylabel="mean squared error",
    logy=True,
    alt="The loss on XOR falls from 0.24 to 2e-11 within 300 steps: slowly at first, from about step 120 on "
    "nearly straight on the logarithmic axis.",
    caption="XOR learned with your own gradients. No call of backward() anywhere.",
)

# %% [markdown]
# The four answers are 0, 1, 1, 0 to three digits. From about step 120 on the loss falls along a straight line on the
# logarithmic axis: each step removes about the same share of what is left.

# %% [markdown]
# ## 6. One layer, forward and backward
#
# Your function of section 5 knows two layers by name. A third would mean rewriting it. So cut the work into pieces that
# know nothing of their neighbours: **one layer**, with one function for each direction.
#
# - Forward takes `A_prev`, the output of the layer before, and gives `A`. It also packs a **cache**: whatever the way
#   back will need.
# - Backward takes `dA`, which comes from the layer after, and the cache. It gives `dW` and `db`, to be used, and
#   `dA_prev`, to be handed on.

# %%
layer = graph.Graph()
for name, shape in {"A_prev": "n × d", "W": "h × d", "b": "h"}.items():
    layer.input(name, shape)
layer.node("Z", op="A_prev Wᵀ + b", of=("A_prev", "W", "b"), value="n × h")
layer.node("A", op="relu", of=("Z",), value="n × h")
graph.draw(
    layer,
    gradients={"A": "comes in", "Z": "inside", "A_prev": "goes on", "W": "result", "b": "result"},
    alt="One layer: A_prev, W and b make Z, relu makes A. dA comes in; dA_prev goes on; "
    "dW and db are results.",
    caption="A layer is a box with one door on each side. Gradients come in on the right and leave on "
    "the left.",
)

# %% [markdown]
# Why a cache? Go through section 5.2 once more: `dW` needed the layer's input, `dA_prev` needed `W`, and the ReLU's
# slope needed `Z`. All three existed on the way forward. To compute them again would double the work, so we keep
# them. This is also why training takes far more memory than using a network: every layer's cache waits for its way
# back.
#
# One agreement: `dA` belongs to the loss that is *already averaged* over the examples. So a layer's backward pass
# has no $1/n$ of its own.
#
# ### 6.1 Your turn: a layer forward
#
# Write `layer_forward(A_prev, W, b)` for a layer with ReLU. `A_prev` is `(n, d)`, `W` is `(h, d)`, `b` is `(h,)`.
# Return the tuple `(A, cache)`: `A` is `(n, h)`, and `cache` is the tuple `(A_prev, W, Z)`, with `Z` of shape
# `(n, h)`.
#
# For `A_prev = [[0.3, 0.1]]` and the first layer of section 4, `A` is `[[0.69, 0.]]` and `Z` is `[[0.69, -0.51]]`. For
# two examples, `A_prev = [[-0.3, 0.1], [-0.9, 0.4]]`, `Z` is `[[0.21, 0.09], [-0.42, 0.66]]`. It works
# for a single example, input or neuron, too.

# %% solution="layer_forward"
def layer_forward(A_prev, W, b):
    """One ReLU layer, forwards.

    A_prev (n, d), W (h, d), b (h,): float64. Returns (A, cache): A (n, h), and cache = (A_prev, W, Z) with
    Z (n, h).
    """
    ### BEGIN SOLUTION
    sums_in = A_prev @ W.T + b
    return torch.clamp(sums_in, min=0), (A_prev, W, sums_in)
    ### END SOLUTION

# %% check="layer_forward" points=1
row, b = torch.tensor([[0.3, 0.1], [0.5, -0.2]], dtype=torch.float64).split(1)
weights = torch.tensor([[0.8, -0.5], [-1.0, -0.1]], dtype=torch.float64)
A, Z = torch.tensor([[0.69, 0.0], [0.69, -0.51]], dtype=torch.float64).split(1)
week4 = cases.example(A_prev=row, W=weights, b=b[0], gives=(A, (row, weights, Z)))
rows, Z = torch.tensor([[[-0.3, 0.1], [-0.9, 0.4]], [[0.21, 0.09], [-0.42, 0.66]]], dtype=torch.float64)
A = torch.tensor([[0.21, 0.09], [0.0, 0.66]], dtype=torch.float64)
both = cases.example(A_prev=rows, W=weights, b=b[0], gives=(A, (rows, weights, Z)))
check.function(layer_forward, on=[week4, both])
### BEGIN HIDDEN TESTS
def forward(A_prev, W, b):
    Z = torch.einsum("nd,hd->nh", A_prev, W) + b
    return torch.where(Z > 0, Z, 0.0), (A_prev, W, Z)
check.function(layer_forward, forward, on=cases.draw(seeds=12, seed0=100, A_prev="n d", W="h d", b="h"))
### END HIDDEN TESTS

# %% wrong="layer_forward" name="bias forgotten"
# says: The bias is missing from Z.
# next: Z = A_prev Wᵀ + b; broadcasting adds b to every row.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T
    return torch.clamp(Z, min=0), (A_prev, W, Z)

# %% wrong="layer_forward" name="A in the place of Z"
# says: Your cache holds A where Z should be: after the ReLU you can no longer see how negative a sum was.
# next: Put the sums, before the ReLU, into the cache. Methods like clamp_ and relu_ overwrite them.
def layer_forward(A_prev, W, b):
    A = torch.clamp(A_prev @ W.T + b, min=0)
    return A, (A_prev, W, A)

# %% wrong="layer_forward" name="ReLU forgotten"
# says: You return Z itself. The layer's output has passed the ReLU.
# next: Take the larger of 0 and Z, entry by entry.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return Z, (A_prev, W, Z)

# %% wrong="layer_forward" name="numbers of the example"
# says: You return the example's numbers whatever comes in.
# next: Compute Z from the arguments.
def layer_forward(A_prev, W, b):
    Z = torch.tensor([[0.69, -0.51]], dtype=torch.float64)
    return torch.clamp(Z, min=0), (A_prev, W, Z)

# %% wrong="layer_forward" name="bias missing in the cache"
# says: A is right, but the Z in your cache is the product alone, without the bias.
# next: Add b when you compute Z, before the ReLU and before the cache.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T
    return torch.clamp(Z + b, min=0), (A_prev, W, Z)

# %% wrong="layer_forward" name="ReLU before the bias"
# says: You decide which neurons are on before the bias is added. The bias belongs to the sum.
# next: Add b first, then compare with 0.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T
    return (Z + b) * (Z > 0), (A_prev, W, Z + b)

# %% wrong="layer_forward" name="bias after the ReLU"
# says: You add the bias after the ReLU. It belongs to the sum, inside the ReLU.
# next: Z = A_prev Wᵀ + b, and A is the ReLU of all of it.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return torch.clamp(Z - b, min=0) + b, (A_prev, W, Z)

# %% wrong="layer_forward" name="only the first example"
# says: You compute the first example only. A_prev has a row for each.
# next: Write the product for the whole of A_prev.
def layer_forward(A_prev, W, b):
    Z = A_prev[:1] @ W.T + b
    return torch.clamp(Z, min=0), (A_prev, W, Z)

# %% wrong="layer_forward" name="columns of W"
# says: You compute A_prev @ W: that takes the columns of W. Each neuron has a row of W.
# next: Rows with rows is A_prev @ W.T.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W + b
    return torch.clamp(Z, min=0), (A_prev, W, Z)

# %% wrong="layer_forward" name="cache in another order"
# says: A is right, but your cache has Z first. The order asked for is A_prev, W, Z.
# next: Change the order of the inner tuple.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return torch.clamp(Z, min=0), (Z, A_prev, W)

# %% wrong="layer_forward" name="A cut off at 1"
# says: You also cut A off at 1. ReLU is max(0, z): it has no upper end.
# next: Cut off below 0 only.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return torch.clamp(Z, 0, 1), (A_prev, W, Z)

# %% wrong="layer_forward" name="Z rounded"
# says: You round. An exact value is asked for: only the text shows few digits.
# next: Leave the rounding out.
def layer_forward(A_prev, W, b):
    Z = torch.round(A_prev @ W.T + b, decimals=2)
    return torch.clamp(Z, min=0), (A_prev, W, Z)

# %% wrong="layer_forward" name="A rounded"
# says: You round. An exact value is asked for: only the text shows few digits.
# next: Leave the rounding out.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return torch.round(torch.clamp(Z, min=0), decimals=2), (A_prev, W, Z)

# %% wrong="layer_forward" name="leaky ReLU"
# says: Below 0 you keep a tenth of Z: that is section 3's leaky ReLU. This layer has a plain one.
# next: Where Z is negative, A is 0.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return torch.where(Z > 0, Z, 0.1 * Z), (A_prev, W, Z)

# %% wrong="layer_forward" name="absolute value"
# says: You take the absolute value of Z. ReLU gives 0 where Z is negative.
# next: Take the larger of 0 and Z, entry by entry.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return Z.abs(), (A_prev, W, Z)

# %% wrong="layer_forward" name="sigmoid for ReLU"
# says: Your layer's activation is the sigmoid. A ReLU is asked for.
# next: Take the larger of 0 and Z, entry by entry.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return torch.sigmoid(Z), (A_prev, W, Z)

# %% wrong="layer_forward" name="the mask for the ReLU"
# says: You return 1 where Z is positive: that is the ReLU's slope. On the way forward A keeps the value of Z there.
# next: Take the larger of 0 and Z, entry by entry.
def layer_forward(A_prev, W, b):
    Z = A_prev @ W.T + b
    return (Z > 0).to(Z.dtype), (A_prev, W, Z)

# %% right="layer_forward" name="in a list, with torch.relu"
def layer_forward(A_prev, W, b):
    Z = torch.nn.functional.linear(A_prev, W, b)
    return [torch.relu(Z), [A_prev, W, Z]]

# %% right="layer_forward" name="neuron by neuron"
def layer_forward(A_prev, W, b):
    Z = torch.stack([(A_prev * weights).sum(dim=1) + bias for weights, bias in zip(W, b)], dim=1)
    return Z * (Z > 0), (A_prev, W, Z)

# %% [markdown]
# ### 6.2 Your turn: a layer backward
#
# Write `layer_backward(dA, cache)`. It unpacks the cache and returns the tuple `(dA_prev, dW, db)`, each with the shape
# of what it belongs to. Four lines are enough: first through the ReLU to `dZ`, then the three gradients of section 5.2.
# Where `Z` is exactly 0 the slope is 0. The shapes stay for a single example, input or neuron.
#
# For `dA = [[1.545, 1.236]]` and the cache of the example above you should get
# `dW = [[0.4635, 0.1545], [0., 0.]]`, `db = [1.545, 0.]` and `dA_prev = [[1.236, -0.7725]]`. These are the numbers of
# section 4. The second function below, `try_layer_backward`, is ready and only for the check: it makes the cache of a
# layer and hands it to your `layer_backward`. So what the check says about `try_layer_backward` is about your function.

# %% solution="layer_backward"
def layer_backward(dA, cache):
    """One ReLU layer, backwards.

    dA (n, h): gradient of the averaged loss with respect to A; cache = (A_prev, W, Z), shapes (n, d), (h, d),
    (n, h). Returns (dA_prev, dW, db), shapes (n, d), (h, d), (h,).
    """
    ### BEGIN SOLUTION
    A_prev, W, Z = cache
    gate = dA * (Z > 0)
    return gate @ W, gate.T @ A_prev, gate.sum(0)
    ### END SOLUTION


def try_layer_backward(dA, A_prev, W, b):
    """For the check: make the cache of this layer and call layer_backward."""
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% check="layer_backward" points=3
def relu_layer(A_prev, W, b):
    return torch.relu(A_prev @ W.T + b)
def inside(case):
    return case["A_prev"] @ case["W"].T + case["b"]
shapes = dict(dA="n h", A_prev="n d", W="h d", b="h", away=inside)
two = cases.draw(seeds=2, **shapes)
def at_the_corner(bias=0.0):  # some entries of Z are exactly 0
    A_prev = torch.tensor([[1.0, 2], [-1, 1], [2, -1]]).double()
    W = torch.tensor([[2.0, -1], [1, 1], [0.5, -1], [1, 0.5]]).double()
    b, dA = torch.tensor([0.0, -3, 1.5, bias]).double(), torch.arange(12).double().reshape(3, 4) - 6.5
    return cases.example(dA=dA, A_prev=A_prev, W=W, b=b)
two.append(at_the_corner())
check.gradient(try_layer_backward, of=relu_layer, on=two, wrt="A_prev W b", upstream="dA", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, **shapes)
many += [at_the_corner(), at_the_corner(-2.0)]
check.gradient(try_layer_backward, of=relu_layer, on=many, wrt="A_prev W b", upstream="dA", by_hand=True)
### END HIDDEN TESTS

# %% wrong="layer_backward" name="slope of the ReLU left out"
# says: You passed the ReLU as if it were not there: dA goes into all three products unchanged.
# next: Compute dZ first: dA where Z is positive, 0 elsewhere.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    return dA @ W, dA.T @ A_prev, dA.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="divided by n here too"
# says: dW and db are n times too small. What arrives is the gradient of the averaged loss: it carries its 1/n already.
# next: Take the division out of the layer.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, dZ.T @ A_prev / len(dZ), dZ.mean(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="bias from the first example only"
# says: Your db is the first row of dZ. Every example uses the bias, so every row counts.
# next: Add up the rows.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, dZ.T @ A_prev, dZ[0]

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="weight gradient transposed"
# says: Your dW is the transpose of the right one.
# next: dW has the shape of W, (h, d): (h, n) times (n, d).
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, A_prev.T @ dZ, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dA handed on past the ReLU"
# says: dW and db are right. For dA_prev you used dA, from before the ReLU, in the place of dZ.
# next: Everything behind the ReLU is reached through dZ.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dA @ W, dZ.T @ A_prev, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="gradients in another order"
# says: You return dW, db, dA_prev. The order asked for is dA_prev, dW, db.
# next: Change the order of the return line.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ.T @ A_prev, dZ.sum(0), dZ @ W

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="multiplied by Z"
# says: You multiply by Z where Z is positive. The slope of the ReLU there is 1.
# next: Multiply by the mask alone.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * torch.clamp(Z, min=0)
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dA changed in place"
# says: The numbers are right, but you wrote zeros into dA. It belongs to the caller.
# next: Make a new tensor for dZ.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dA *= Z > 0
    return dA @ W, dA.T @ A_prev, dA.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="masked by the upstream gradient"
# says: You let through the entries where dA is positive. What decides is the sign of Z, which the cache has kept.
# next: Compare Z with 0, not dA.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (dA > 0)
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="one at the corner"
# says: Right but where Z is exactly 0: there you let the gradient through. The slope is 0.
# next: Compare Z with 0 by >, not by >=.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z >= 0)
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="the previous layer's ReLU as well"
# says: dW and db are right. You masked dA_prev by A_prev > 0: that ReLU belongs to the layer before.
# next: Hand on the product alone. The layer before goes through its own ReLU.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W * (A_prev > 0), dZ.T @ A_prev, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="W transposed on the way back"
# says: You multiply dZ by the transpose of W. Where the way forward had it, the way back has W itself.
# next: dA_prev is (n, d): (n, h) times (h, d).
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W.T, dZ.T @ A_prev, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="db past the ReLU"
# says: dA_prev and dW are right. You summed dA for db; the bias stands inside the ReLU.
# next: Add up the rows of dZ.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, dZ.T @ A_prev, dA.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dW and db past the ReLU"
# says: dA_prev is right. For dW and db you used dA, from before the ReLU, in the place of dZ.
# next: Everything behind the ReLU is reached through dZ.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, dA.T @ A_prev, dA.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dW reshaped"
# says: db and dA_prev are right. You reshaped the transpose to get dW: reshape mixes the entries up.
# next: Write the product so that it has the shape of W by itself.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, (A_prev.T @ dZ).reshape(W.shape), dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dW of the last example"
# says: db and dA_prev are right. Your dW has the last example only: each turn of a loop with = throws the others away.
# next: In a loop write +=, or let one matrix product add up the examples.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, dZ[-1:].T @ A_prev[-1:], dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dW of the first example"
# says: db and dA_prev are right. Your dW has the first example only. Every example contributes.
# next: Let one matrix product add up the examples.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, dZ[:1].T @ A_prev[:1], dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="db of the last example"
# says: Your db is the last row of dZ. Every example uses the bias, so every row counts.
# next: Add up the rows.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, dZ.T @ A_prev, dZ[-1]

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dW and db of the last example"
# says: dW and db have the last example only: each turn of a loop with = throws the others away.
# next: In a loop write +=, for both.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, dZ[-1:].T @ A_prev[-1:], dZ[-1]

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="mean for db"
# says: dW is right. Your db is the mean over the examples: dA carries the 1/n already.
# next: Add up the rows of dZ with sum, not mean.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, dZ.T @ A_prev, dZ.mean(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="mean for dW"
# says: db is right. Your dW is divided by n: dA carries the 1/n already.
# next: Take the division out.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W, dZ.T @ A_prev / len(dZ), dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="mask of the first example"
# says: You use the first example's signs for all examples. Each example switches its own neurons on.
# next: Compare the whole table Z with 0, not its first row.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z[:1] > 0)
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="negative gradients stopped as well"
# says: The sign of Z decides, and yours does that; but you also set negative entries of dA to 0.
# next: A negative gradient passes where Z is positive: leave dA as it is there.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = torch.clamp(dA, min=0) * (Z > 0)
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="dA_prev multiplied by its input"
# says: dW and db are right. You multiplied dA_prev by A_prev. Its local derivative is W alone.
# next: Hand on the product dZ W.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = dA * (Z > 0)
    return dZ @ W * A_prev, dZ.T @ A_prev, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% wrong="layer_backward" name="sign turned round"
# says: All three have the wrong sign: nothing in a layer turns it.
# next: Look for a minus in your dZ.
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = -dA * (Z > 0)
    return dZ @ W, dZ.T @ A_prev, dZ.sum(0)

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% right="layer_backward" name="one example at a time"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dA_prev, dW, db = torch.zeros_like(A_prev), torch.zeros_like(W), torch.zeros_like(W[:, 0])
    for i in range(len(dA)):
        dz = torch.where(Z[i] > 0, dA[i], 0.0)
        dA_prev[i] = W.T @ dz
        dW += torch.outer(dz, A_prev[i])
        db += dz
    return dA_prev, dW, db

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% right="layer_backward" name="with einsum, and a mask from the output"
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    dZ = torch.where(torch.relu(Z) > 0, dA, torch.zeros_like(dA))
    dW = torch.einsum("nh,nd->hd", dZ, A_prev)
    return [torch.einsum("nh,hd->nd", dZ, W), dW, torch.einsum("nh->h", dZ)]

def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))

# %% [markdown]
# ## 7. Any depth
#
# With layers as boxes, depth is a loop. Forward: layer 1, layer 2, …, the last layer, and put each cache on a pile.
# Backward: take the caches from the top of the pile, last first. What one layer hands on as `dA_prev` is the next
# one's `dA`.
#
# | direction | layer 1 | | layer 2 | | layer 3 | | loss |
# |---|---|---|---|---|---|---|---|
# | forward | `X`, keep | → | `A1`, keep | → | `A2`, keep | → | `Y_hat` |
# | backward | `dW1`, `db1` | ← | `dW2`, `db2`, `dA1` | ← | `dW3`, `db3`, `dA2` | ← | `dY_hat` |
#
# The whole cost is two passes: each layer does one product forwards and two backwards. To find the gradients by nudging
# every weight would take one forward pass *for each weight*. For a million weights that is the difference between a
# second and a week.
#
# The last layer is different in one thing: it has no ReLU, because the answer may be any number. So its $Z$ is the
# answer, and its `dZ` is `dY_hat` itself.
#
# ### 7.1 Weight decay
#
# Large weights make a network jumpy. A common remedy is to add their squares to the loss, with a small factor
# $\lambda$. You have met the idea: the support vector machine of week 3 had such a term, `lam` in its code.
#
# $$L_{\text{total}} = L + \frac{\lambda}{2}\sum_{l}\sum_{j,k}\left(W^{(l)}_{jk}\right)^2.$$
#
# The new term uses each weight once, with no path through the network. The derivative of $\frac\lambda2 W_{jk}^2$
# is $\lambda W_{jk}$. So $\lambda W^{(l)}$ is *added* to each `dW`: two uses of a weight, two contributions. Biases
# are left alone, and nothing is averaged: the term does not know of examples. Each gradient step then shrinks every
# weight a little, hence the name **weight decay**.
#
# ### 7.2 Your turn: a network of any depth
#
# Write `network_gradients(X, Ws, bs, Y, decay)`. `Ws` and `bs` are lists with one entry per layer: `Ws[0]` has
# shape `(h, d)`, and so on up to the last, with `q` rows. All layers but the last have a ReLU. The loss is that of
# section 5.1 plus the weight decay above, with $\lambda$ = `decay`, a number.
#
# Return the tuple `(dWs, dbs)`: two lists, in the order of the layers, each entry shaped like its parameter. With two
# layers and `decay = 0` it must agree with `two_layer_gradients`. A network may be one linear layer alone; there may be
# a single example or neuron; and where a sum is exactly 0, the ReLU's slope is 0.
#
# In week 8 the same loop, with section 8's gradient at its end, trains a network on handwritten digits.

# %% solution="network_gradients"
def network_gradients(X, Ws, bs, Y, decay):
    """Gradients of a network with ReLU in all layers but the last, by hand.

    X (n, d), Y (n, q): float64; Ws, bs: lists, one (out, in) and one (out,) tensor per layer; decay: a
    number, not negative. The loss is the squared error, summed over outputs and averaged over the n examples,
    plus decay/2 times the sum of all squared weights (not biases). Returns (dWs, dbs), lists in the order of
    the layers.
    """
    ### BEGIN SOLUTION
    inputs = [X]
    for layer_W, layer_b in zip(Ws[:-1], bs[:-1]):
        inputs.append(torch.clamp(inputs[-1] @ layer_W.T + layer_b, min=0))
    arriving = 2 * (inputs[-1] @ Ws[-1].T + bs[-1] - Y) / X.shape[0]
    dWs, dbs = [None] * len(Ws), [None] * len(bs)
    for l in reversed(range(len(Ws))):
        dWs[l] = arriving.T @ inputs[l] + decay * Ws[l]
        dbs[l] = arriving.sum(0)
        arriving = (arriving @ Ws[l]) * (inputs[l] > 0)
    return dWs, dbs
    ### END SOLUTION

# %% check="network_gradients" points=3
def decayed_loss(X, Ws, bs, Y, decay):
    A = X
    for W, b in zip(Ws[:-1], bs[:-1]):
        A = torch.relu(A @ W.T + b)
    squares = sum(W.square().sum() for W in Ws)
    return (A @ Ws[-1].T + bs[-1] - Y).square().sum(1).mean() + decay / 2 * squares
plain = cases.layers(seeds=1, depth=(2, 2), decay=0.0)
plain += cases.layers(seeds=1, seed0=3, depth=(3, 3), decay=0.3)
plain += cases.layers(seeds=1, seed0=5, depth=(1, 1), decay=0.3)
def at_the_corner(decay):  # four of the hidden sums are exactly 0
    X = torch.tensor([[1.0, 2], [-1, 1], [2, -1]]).double()
    W1 = torch.tensor([[2.0, -1], [1, 1], [0.5, -1], [1, 0.5]]).double()
    W2 = torch.tensor([[1.5, -2, 0.5, 1]]).double()
    bs = [torch.tensor(b).double() for b in ([0.0, -3, 1.5, 0], [0.25])]
    return cases.example(X=X, Ws=[W1, W2], bs=bs, Y=X[:, 1:] - 1.5, decay=decay)
plain.append(at_the_corner(0.0))
check.gradient(network_gradients, of=decayed_loss, on=plain, wrt="Ws bs", by_hand=True)
### BEGIN HIDDEN TESTS
deep = cases.layers(seeds=8, seed0=100, depth=(1, 3), decay=0.0)
deep += cases.layers(seeds=16, seed0=200, depth=(2, 5), decay=0.7)
deep.append(at_the_corner(0.7))
check.gradient(network_gradients, of=decayed_loss, on=deep, wrt="Ws bs", by_hand=True)
### END HIDDEN TESTS

# %% wrong="network_gradients" name="divided by n in every layer"
# says: The last layer is right. In the layers before it you divide by n again and again.
# next: The 1/n enters once, where the way back begins.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0) / len(X)
    return dWs, dbs

# %% wrong="network_gradients" name="ReLU after the last layer"
# says: You put a ReLU after the last layer. Its answer may be negative, so it has none.
# next: Treat the last layer apart, forwards and backwards.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws, bs):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dA, dWs, dbs = 2 * (A[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dZ = dA * (A[l + 1] > 0)
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dA = dZ @ Ws[l]
    return dWs, dbs

# %% wrong="network_gradients" name="lists from the last layer to the first"
# says: Your gradients are right, but the lists run from the last layer to the first.
# next: Turn both lists round, or put each new gradient at the front.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.append(dZ.T @ A[l] + decay * Ws[l])
        dbs.append(dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="weight decay doubled"
# says: Your weight decay is twice too large. The loss has λ/2, and the 2 from the square cancels the half.
# next: Add λW, not 2λW.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + 2 * decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="weight decay averaged"
# says: You divided the weight decay by n. It does not depend on the examples.
# next: Add decay times W after the 1/n has been dealt with.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, (dZ.T @ A[l] + decay * Ws[l]) / len(X))
        dbs.insert(0, dZ.mean(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="weight decay forgotten"
# says: Right without weight decay. With it, every dW lacks the term λW.
# next: Add decay * W to each weight's gradient, in every layer.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="biases decayed as well"
# says: The weights are right. You also decayed the biases; the extra term has only weights in it.
# next: Leave db as the sum over the examples.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0) + decay * bs[l])
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="slopes of the ReLU left out"
# says: The last layer is right, the ones before are not: going back you passed each ReLU without its slope.
# next: Between two layers multiply by 1 where the sums were positive and by 0 elsewhere.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l]
    return dWs, dbs

# %% wrong="network_gradients" name="weights decayed before they are used"
# says: The last layer is right. You shrank the weights while going back, and the layers before got the changed ones.
# next: Use the weights of the forward pass, unchanged, on the whole way back.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ (Ws[l] - 0.1 * dWs[0]) * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="weight decay halved"
# says: Your weight decay is half of what it should be. The 2 from the square cancels the half in λ/2.
# next: Add λW, not half of it.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay / 2 * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="weight decay subtracted"
# says: You take the weight decay away. It is a part of the loss, so its gradient is added.
# next: Add λW to each dW; the gradient step then shrinks the weights by itself.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] - decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="weight decay in the last layer only"
# says: The last layer is right. The ones before it have no weight decay, and the sum in the loss runs over all layers.
# next: Add λW inside the loop, to each dW.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    dWs[-1] = dWs[-1] + decay * Ws[-1]
    return dWs, dbs

# %% wrong="network_gradients" name="times the outputs instead of the mask"
# says: The last layer is right. Between two layers you multiply by the outputs A, where the ReLU's slope belongs.
# next: The slope is 1 where a sum was positive, whatever its size, and 0 elsewhere.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * A[l]
    return dWs, dbs

# %% wrong="network_gradients" name="masked by the upstream gradient"
# says: The last layer is right. Between two layers you keep what is positive in the gradient itself.
# next: What decides is the sign of the sums in the forward pass, not that of the gradient.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = torch.clamp(dZ @ Ws[l], min=0)
    return dWs, dbs

# %% wrong="network_gradients" name="dWs not turned round"
# says: Your list dbs runs from the first layer to the last, but dWs runs the other way.
# next: Turn dWs round as well.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.append(dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="dbs not turned round"
# says: Your list dWs runs from the first layer to the last, but dbs runs the other way.
# next: Turn dbs round as well.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.append(dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="biases returned first"
# says: The gradients are right, but you return dbs first and dWs second.
# next: The order asked for is dWs, dbs.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dbs, dWs

# %% wrong="network_gradients" name="ReLU after the last layer on the way forward"
# says: You put a ReLU after the last layer on the way forward. Its answer may be negative, so it has none.
# next: Print Y_hat: where it should be negative, yours is 0.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (torch.clamp(A[-1] @ Ws[-1].T + bs[-1], min=0) - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="first layer's ReLU left out on the way back"
# says: Only the first layer is wrong: going back, you left out its ReLU.
# next: Check where your loop applies the mask: it must reach layer 0 too.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (1 if l == 1 else A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="no weight decay in the last layer"
# says: All is right but the last dW: it has no weight decay. The sum in the loss runs over all layers.
# next: Add λW to the last layer too, which you treat apart.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + (decay * Ws[l] if l < len(Ws) - 1 else 0))
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="a ReLU in layer 0 always"
# says: Layer 0 always gets a ReLU. In a network of one layer it is the last layer, which has none.
# next: Let a loop over all layers but the last make the hidden layers.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X, torch.clamp(X @ Ws[0].T + bs[0], min=0)]
    for W, b in zip(Ws[1:-1], bs[1:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="one at the corner"
# says: Right but where a sum is exactly 0: there you let the gradient through. The slope is 0.
# next: Compare the sums with 0 by >, not by >=.
def network_gradients(X, Ws, bs, Y, decay):
    A, Z = [X], [X.abs() + 1]
    for W, b in zip(Ws[:-1], bs[:-1]):
        Z.append(A[-1] @ W.T + b)
        A.append(torch.clamp(Z[-1], min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (Z[l] >= 0)
    return dWs, dbs

# %% wrong="network_gradients" name="mean over the examples missing"
# says: Your gradients belong to the sum over the examples. The loss is their mean.
# next: Divide by n once, where the way back begins.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="mean over all entries"
# says: You divide by the number of entries of Y, n times q. The loss is a mean over the n examples only.
# next: Divide by X.shape[0], not by Y.numel().
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / Y.numel(), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="factor 2 missing"
# says: Where the way back begins the 2 from the square is missing.
# next: dY_hat is 2 (Y_hat − Y) / n.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="sign of the error"
# says: You used Y − Y_hat: what comes back from the loss has the wrong sign.
# next: dY_hat is 2 (Y_hat − Y) / n: answer minus label.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = -2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="means for the biases"
# says: The weights are right; the bias gradients are n times too small. You took a mean where a sum belongs.
# next: The mean was taken at the loss. For a bias add up the rows of dZ.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.mean(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="decay on the way back"
# says: The decay reaches the way back: you hand dA on with (1 + λ)W. It touches no other gradient than its own dW.
# next: Hand on dZ W with the weights as they are, and add λW to dW alone.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (1 + decay) * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="shrunk weights on the way back"
# says: The decay reaches the way back: you hand dA on with (1 − λ)W. It touches no other gradient than its own dW.
# next: Hand on dZ W with the weights as they are, and add λW to dW alone.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (1 - decay) * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="dW handed on"
# says: You hand back through dW in the place of W.
# next: dA_prev is dZ times the layer's weights.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ dWs[0] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="divided by the number of inputs"
# says: You divide by the number of inputs, X.shape[1]. The loss is a mean over the n examples.
# next: n is the number of rows of X, X.shape[0].
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / X.shape[1], [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="divided by the number of outputs"
# says: You divide by the number of outputs. The loss is a mean over the n examples.
# next: n is the number of rows of X, X.shape[0].
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / Y.shape[1], [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="divided by the number of layers"
# says: You divide by the number of layers. The loss is a mean over the n examples.
# next: n is the number of rows of X, X.shape[0].
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(Ws), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="mask of the first example"
# says: You use the first example's signs for all examples. Each example switches its own neurons on.
# next: Compare the whole table Z with 0, not its first row.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l][:1] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="negative gradients stopped as well"
# says: The sign of Z decides, and yours does that; but you also set negative entries of dA to 0.
# next: A negative gradient passes where Z is positive: leave dA as it is there.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ.T @ A[l] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = torch.clamp(dZ @ Ws[l], min=0) * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="weight gradients reshaped"
# says: The biases' gradients are right. You reshaped transposes to get the dWs: reshape mixes the entries up.
# next: Write the product so that it has the shape of W by itself.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, (A[l].T @ dZ).reshape(Ws[l].shape) + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% wrong="network_gradients" name="weight gradients of the last example"
# says: The biases' gradients are right. Your dWs have the last example only. Every example contributes.
# next: Let one matrix product add up the examples.
def network_gradients(X, Ws, bs, Y, decay):
    A = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        A.append(torch.clamp(A[-1] @ W.T + b, min=0))
    dZ, dWs, dbs = 2 * (A[-1] @ Ws[-1].T + bs[-1] - Y) / len(X), [], []
    for l in reversed(range(len(Ws))):
        dWs.insert(0, dZ[-1:].T @ A[l][-1:] + decay * Ws[l])
        dbs.insert(0, dZ.sum(0))
        dZ = dZ @ Ws[l] * (A[l] > 0)
    return dWs, dbs

# %% right="network_gradients" name="with caches and a last layer apart"
def network_gradients(X, Ws, bs, Y, decay):
    A, caches = X, []
    for l, (W, b) in enumerate(zip(Ws, bs)):
        Z = A @ W.T + b
        caches.append((A, W, Z))
        A = Z if l == len(Ws) - 1 else torch.relu(Z)
    dA, dWs, dbs = 2 * (A - Y) / X.shape[0], [], []
    for l, (A_prev, W, Z) in reversed(list(enumerate(caches))):
        dZ = dA if l == len(Ws) - 1 else torch.where(Z > 0, dA, 0.0)
        dWs.insert(0, torch.einsum("nh,nd->hd", dZ, A_prev) + decay * W)
        dbs.insert(0, dZ.sum(dim=0))
        dA = dZ @ W
    return dWs, dbs

# %% right="network_gradients" name="a function that calls itself"
def network_gradients(X, Ws, bs, Y, decay):
    def back(A_prev, place):
        Z = A_prev @ Ws[place].T + bs[place]
        if place == len(Ws) - 1:
            dZ, dWs, dbs = (Z - Y) * (2 / len(Y)), [], []
        else:
            dA, dWs, dbs = back(Z * (Z > 0), place + 1)
            dZ = dA * (Z > 0)
        return dZ @ Ws[place], [decay * Ws[place] + dZ.T @ A_prev, *dWs], [dZ.sum(0), *dbs]

    return back(X, 0)[1:]

# %% [markdown]
# ### 7.3 What weight decay does
#
# Train a network with two hidden layers on XOR, without decay and with a little, and watch how large the weights grow.

# %%
def error_of(X, Ws, bs, Y):
    """The mean squared error of a ReLU network, a number, without weight decay."""
    for W, b in zip(Ws[:-1], bs[:-1]):
        X = torch.clamp(X @ W.T + b, min=0)
    return (X @ Ws[-1].T + bs[-1] - Y).square().sum(1).mean().item()


def train(decay, steps=400, lr=0.1):
    """Length of all weights after each step, and the error at the end, for a 2-8-6-1 network on XOR."""
    draw, sizes, lengths = torch.Generator().manual_seed(2), [2, 8, 6, 1], []
    Ws = [
        torch.randn(o, i, generator=draw, dtype=torch.float64) * (2 / i) ** 0.5
        for i, o in zip(sizes, sizes[1:])
    ]
    bs = [torch.zeros(len(W), dtype=torch.float64) for W in Ws]
    for _ in range(steps):
        dWs, dbs = network_gradients(X_xor, Ws, bs, Y_xor, decay)
        Ws = [W - lr * dW for W, dW in zip(Ws, dWs)]
        bs = [b - lr * db for b, db in zip(bs, dbs)]
        lengths.append(sum(W.square().sum() for W in Ws).sqrt().item())
    return lengths, error_of(X_xor, Ws, bs, Y_xor)

# %%
runs = {f"decay {decay}": train(decay) for decay in (0.0, 0.01, 0.05)}
for name, (lengths, error) in runs.items():
    print(f"{name:10}   error {error:.4f}   length of all weights {lengths[-1]:.2f}")
plot.lines(
    {name: lengths for name, (lengths, error) in runs.items()},
    xlabel="step",
    ylabel="length of all weights",
    alt="Length of all weights over 400 steps: 5.7 without decay, 4.2 with decay 0.01, 2.3 with decay 0.05.",
    caption="The same network, the same start: weight decay pulls the weights in.",
)

# %% [markdown]
# Without decay the weights grow a little, from 5.5 to 5.7, and stay. With decay 0.01 they shrink to 4.2, with 0.05
# to 2.3. The price is a small error that stays: the mean squared error ends at 0.0004 and at 0.0119 instead of 0.
# With four points and no noise that buys nothing. With noisy data it often does: smaller weights follow the noise less.

# %% [markdown]
# ## 8. Softmax with cross-entropy
#
# For choosing one of $q$ classes the network's last layer gives $q$ **scores**, one row of `Z` per example.
# Softmax, which you met among the activations of week 4, turns a row of scores into probabilities:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}.$$
#
# The **cross-entropy** loss of an example with label $y$ (a class number) is $-\log p_y$: small if the true class
# got a high probability, large if it got a low one. Over a minibatch we take the mean. Week 7 has more to say about
# it; today we only need its gradient.
#
# ### 8.1 Derivation: p minus one-hot
#
# Put the two formulas together *before* differentiating. The logarithm undoes the exponential:
#
# $$\ell = -\log p_y = -z_y + \log \sum_j e^{z_j}.$$
#
# Now ask for each score $z_k$. The first term gives $-1$ if $k = y$, and 0 otherwise. The second is the logarithm of a
# sum $s$, and two derivatives are used: that of $\log s$ is $1/s$, and in the sum only $e^{z_k}$ depends on $z_k$, with
# the derivative $e^{z_k}$. The chain rule multiplies them:
#
# $$\frac{\partial}{\partial z_k}\log\sum_j e^{z_j} = \frac{e^{z_k}}{\sum_j e^{z_j}} = p_k.$$
#
# So, for one example, **the gradient is the probabilities minus the one-hot label**: $p_k - 1$ at the true class, $p_k$
# elsewhere. It is the same "answer minus truth" that you found for logistic regression in week 3. A worked example with
# scores $(2, 1, 0)$ and true class 0:

# %%
scores = torch.tensor([2.0, 1.0, 0.0], dtype=torch.float64)
exponentials = torch.exp(scores)
p = exponentials / exponentials.sum()
print([round(v, 4) for v in p.tolist()])
plot.bars(
    {"class 0 (true)": p[0] - 1, "class 1": p[1], "class 2": p[2]},
    ylabel="gradient of the loss",
    alt="Gradient with respect to three scores: -0.3348 for the true class, "
    "0.2447 and 0.0900 for the others.",
    caption="A gradient step goes against these bars: the true class's score up, the others down.",
)

# %% [markdown]
# The three bars add up to 0: what one class gains, the others lose. And the more certain the network already is of the
# true class, the shorter all bars are.
#
# ### 8.2 Large scores
#
# There is a trap. Scores of 1000 are rare but possible, and:

# %%
large = torch.tensor([1000.0, 999.0, 998.0], dtype=torch.float64)
torch.exp(large) / torch.exp(large).sum()

# %% [markdown]
# $e^{1000}$ is larger than any number the computer can hold, so it becomes `inf`, and `inf/inf` is `nan`: not a
# number. The cure costs one line. Adding the same number to all scores of a row changes nothing, since a factor
# $e^c$ cancels in the fraction. So first **subtract the row's largest score**. Then the largest exponent is 0, and
# nothing overflows.
#
# ### 8.3 Your turn: the gradient at the scores
#
# Write `cross_entropy_backward(Z, y)`. `Z` is `(n, q)`, the scores; `y` is `(n,)`, class numbers of dtype int64.
# Return `dZ`, `(n, q)`, the gradient of the cross-entropy *averaged over the examples*. It must be right for scores
# of any size, for a single example, and for only two classes. Write the softmax yourself: `torch.softmax` and its
# relatives are refused here.
#
# Two hints. `Z.max(dim=1, keepdim=True).values` holds the largest score of each row, shape `(n, 1)`: along a dimension,
# `max` gives both the values and where they stand. And `P[torch.arange(n), y]` picks one entry from each row: row 0 at
# column `y[0]`, row 1 at column `y[1]`, and so on; you can write into it as well.
#
# For `Z = [[2., 1., 0.], [0., 0., 0.]]` and `y = [0, 2]` the first row of `dZ` is $(-0.1674, 0.1224, 0.0450)$: half
# of the bars above, because $n = 2$. This is where the backward pass of every classifier begins.

# %% solution="cross_entropy_backward"
def cross_entropy_backward(Z, y):
    """Gradient of the mean cross-entropy of softmax(Z) with respect to the scores Z, by hand.

    Z (n, q): float64 scores of any size; y (n,): int64 class numbers. Returns dZ, (n, q), averaged over the
    examples.
    """
    ### BEGIN SOLUTION
    powers = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    dZ = powers / powers.sum(dim=1, keepdim=True)
    dZ[torch.arange(len(y)), y] -= 1
    return dZ / len(y)
    ### END SOLUTION

# %% check="cross_entropy_backward" points=3
def mean_cross_entropy(Z, y):
    return torch.nn.functional.cross_entropy(Z, y)
ready_made = ("softmax", "log_softmax", "cross_entropy", "logsumexp", "nll_loss", "softmin")
some = cases.draw(seeds=2, Z="n q", y="n:q")
far = [[1000.0, 999.0, 998.0], [0.0, 1000.0, 1001.0], [1000.0, -1000.0, 0.0], [-1000.0, -999.0, -1001.0], [0.0, 1, 2]]
some.append(cases.example(Z=torch.tensor(far).double(), y=torch.tensor([1, 0, 1, 0, 1])))
check.gradient(
    cross_entropy_backward, of=mean_cross_entropy, on=some, wrt="Z", by_hand=True, forbid=ready_made
)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, Z="n q", y="n:q")
large = [  # the first example is far wrong: the gradient is not nearly 0, whatever was drawn
    cases.example(Z=500 * case["Z"], y=torch.cat([case["Z"][:1].argmin(dim=1), case["y"][1:]]))
    for case in cases.draw(seeds=4, seed0=200, Z="n q", y="n:q")
]
shifted = [
    cases.example(Z=case["Z"] - 2000, y=case["y"])
    for case in cases.draw(seeds=2, seed0=300, Z="n q", y="n:q")
]
everything = many + large + shifted
check.gradient(
    cross_entropy_backward, of=mean_cross_entropy, on=everything, wrt="Z", by_hand=True, forbid=ready_made
)
### END HIDDEN TESTS

# %% wrong="cross_entropy_backward" name="not averaged"
# says: Each row is right for its own example, but the loss is the mean over the examples.
# next: Divide by n once.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P

# %% wrong="cross_entropy_backward" name="averaged over all entries"
# says: You divide by n times q. The mean runs over the n examples only.
# next: Divide by Z.shape[0].
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / Z.numel()

# %% wrong="cross_entropy_backward" name="largest score not subtracted"
# says: Right for small scores, but large ones give nan: their exponentials do not fit into the computer's numbers.
# next: Subtract each row's largest score before you take exponentials.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z) / torch.exp(Z).sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="softmax twice"
# says: You applied the softmax twice: the second time to probabilities.
# next: One softmax of the scores, then subtract the one-hot label.
def cross_entropy_backward(Z, y):
    for _ in range(2):
        Z = torch.exp(Z - Z.max(1, keepdim=True).values)
        Z = Z / Z.sum(1, keepdim=True)
    Z[torch.arange(len(y)), y] -= 1
    return Z / len(y)

# %% wrong="cross_entropy_backward" name="over the examples instead of the classes"
# says: Your softmax runs down the columns. Each example's probabilities, its row, must add up to 1.
# next: Sum, and take the largest, along dimension 1.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(0, keepdim=True).values)
    P = P / P.sum(0, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="label forgotten"
# says: You return the probabilities alone. The true class's score has the term −1 as well.
# next: Subtract 1 in each row at the column of its label.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    return P / P.sum(1, keepdim=True) / len(y)

# %% wrong="cross_entropy_backward" name="sign turned round"
# says: Every entry has the wrong sign: you took one-hot minus probabilities.
# next: Probabilities minus one-hot: the true class's entry is negative.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = -P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] += 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="only the true class"
# says: Only the true class's column is filled. The other scores enter the loss too, through the sum.
# next: Keep the probability p in every other column.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    dZ = torch.zeros_like(P)
    rows = torch.arange(len(y))
    dZ[rows, y] = P[rows, y] - 1
    return dZ / len(y)

# %% wrong="cross_entropy_backward" name="scores changed in place"
# says: The numbers are right, but you wrote into Z. The caller still needs the scores.
# next: Make a new tensor: Z - … instead of Z -= ….
def cross_entropy_backward(Z, y):
    Z -= Z.max(1, keepdim=True).values
    P = torch.exp(Z) / torch.exp(Z).sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="largest score of the whole table"
# says: You subtract the largest score of the whole table. A row far below it becomes 0/0, which is nan.
# next: Subtract from each row its own largest score.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max())
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="the row's mean subtracted"
# says: You subtract the row's mean. A score far above the mean still has too large an exponential.
# next: Only the row's largest score makes every exponent 0 or less.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.mean(1, keepdim=True))
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="every label in every row"
# says: P[:, y] picks the columns of all labels in every row. Each row has one label only.
# next: Pair row 0 with y[0], row 1 with y[1]: see the second hint.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    P[:, y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="only the label averaged"
# says: You divide only the one-hot part by n. The probabilities belong to the mean too.
# next: Put brackets round the difference.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1 / len(y)
    return P

# %% wrong="cross_entropy_backward" name="as many columns as labels seen"
# says: Your one-hot table has a column for each class up to the largest label. The last class may be absent.
# next: The number of classes is Z.shape[1], whatever labels occur.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    return (P - torch.nn.functional.one_hot(y)) / len(y)

# %% wrong="cross_entropy_backward" name="label added"
# says: You add 1 at the true class. There the gradient is p − 1.
# next: Probabilities minus one-hot.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] += 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="exponentials not normalised"
# says: You subtract the label from the exponentials. They are no probabilities yet.
# next: Divide each row by its sum first.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="largest absolute value subtracted"
# says: You subtract each row's largest absolute value. In a row of −1000 that makes −2000, and 0/0 gives nan.
# next: The largest score itself, with its sign, makes the largest exponent 0.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.abs().amax(1, keepdim=True))
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="smallest score subtracted"
# says: You subtract each row's smallest score. Then no exponent is below 0, and large ones still overflow.
# next: Subtract the row's largest score.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.amin(1, keepdim=True))
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="scores cut off at 100"
# says: You cut the scores off before the exponential. Scores beyond the limit all become equal.
# next: Subtract each row's largest score: that changes no probability.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z.clamp(-100, 100))
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="scores cut off at 700"
# says: You cut the scores off before the exponential. Scores beyond the limit all become equal.
# next: Subtract each row's largest score: that changes no probability.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z.clamp(-700, 700))
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="scores cut off above"
# says: You cut the scores off before the exponential. Scores beyond the limit all become equal.
# next: Subtract each row's largest score: that changes no probability.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z.clamp(max=700))
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="largest score of each column"
# says: You subtract each column's largest score. A row needs one number for all its scores.
# next: Take the largest along dimension 1.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.amax(0))
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="only the probabilities averaged"
# says: You divide only the probabilities by n, then take a full 1 away. The one-hot part belongs to the mean too.
# next: Subtract first, then divide the whole difference by n.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= len(y)
    return P / len(y)

# %% wrong="cross_entropy_backward" name="divided by the number of classes"
# says: You divide by the number of classes. The mean runs over the examples.
# next: Divide by Z.shape[0].
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P / Z.shape[1]

# %% wrong="cross_entropy_backward" name="the first label for every row"
# says: You take 1 away at y[0] in every row. Each row has its own label.
# next: Pair row 0 with y[0], row 1 with y[1]: see the second hint.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    P[:, y[0]] -= 1
    return P / len(y)

# %% wrong="cross_entropy_backward" name="probabilities cut off at 0"
# says: You set negative entries to 0. At the true class the gradient p − 1 is negative, and that is right.
# next: Leave the difference as it is.
def cross_entropy_backward(Z, y):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    P[torch.arange(len(y)), y] -= 1
    return P.clamp(min=0) / len(y)

# %% right="cross_entropy_backward" name="one-hot by comparison, one largest score for all"
def cross_entropy_backward(Z, y):
    top = torch.amax(Z, 1, keepdim=True)
    log_p = Z - top - torch.log(torch.exp(Z - top).sum(1, keepdim=True))
    one_hot = y[:, None] == torch.arange(Z.shape[1], device=Z.device)
    return (torch.exp(log_p) - one_hot.to(Z.dtype)) / Z.shape[0]

# %% right="cross_entropy_backward" name="one example at a time"
def cross_entropy_backward(Z, y):
    dZ = torch.zeros_like(Z)
    for i, label in enumerate(y.tolist()):
        powers = torch.exp(Z[i] - Z[i].max())
        dZ[i] = powers / powers.sum()
        dZ[i, label] -= 1
    return dZ / len(dZ)

# %% [markdown]
# ### 8.4 Optional, harder: softmax alone
#
# Sometimes softmax stands in the middle of a network and not before a cross-entropy, in the attention of language
# models for instance. Then it needs a backward pass of its own. Unlike the activations of section 3, every output
# depends on *every* input of its row: raise $z_j$, and all $p_k$ change. From the fraction,
#
# $$\frac{\partial p_k}{\partial z_j} = p_k\,(\delta_{kj} - p_j),
#   \qquad \delta_{kj} = 1 \text{ if } k = j, \text{ else } 0.$$
#
# So $\mathtt{dZ}_{ij} = \sum_k \mathtt{dP}_{ik}\,p_{ik}(\delta_{kj} - p_{ij})$. Simplify it until no sum over $k$
# needs a `(q, q)` matrix, then write `softmax_backward(dP, Z)`. `dP` and `Z` are `(n, q)`; so is the answer. For
# `dP = [[1., 0.]]` and `Z = [[0., 0.]]` it is `[[0.25, -0.25]]`. Scores of ±1000 may come here too, so subtract each
# row's largest score first, as in section 8.2. There may be a single example or a single class. It gives no points; it
# gives you one of the formulas inside every large language model.

# %% solution="softmax_backward"
def softmax_backward(dP, Z):
    """Gradient of the loss with respect to Z, where P = softmax(Z) along each row.

    dP, Z: float64 tensors (n, q); dP is the gradient with respect to P. Returns dZ, (n, q).
    """
    ### BEGIN SOLUTION
    powers = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = powers / powers.sum(dim=1, keepdim=True)
    return P * (dP - (dP * P).sum(dim=1, keepdim=True))
    ### END SOLUTION

# %% check="softmax_backward" points=0
def by_rows(Z):
    return torch.softmax(Z, dim=1)
two = cases.draw(seeds=2, dP="n q", Z="n q")
arrived = torch.tensor([[2.0, -1, 3], [1, 2, -2], [-1, 0, 4], [2, 1, 5]]).double()
large = torch.tensor([[1000.0, 999, 998], [-1000, -999, -1001], [0, 1, 2], [1000, -1000, 1]]).double()
two.append(cases.example(dP=arrived, Z=large))
check.gradient(softmax_backward, of=by_rows, on=two, wrt="Z", upstream="dP", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, dP="n q", Z="n q")
far = torch.tensor([[1000.0, 999, 998], [-999, -1000, -1001.5], [0, 1000, -1000], [800, -800, 799.5]]).double()
many.append(cases.example(dP=far.cos(), Z=far))
check.gradient(softmax_backward, of=by_rows, on=many, wrt="Z", upstream="dP", by_hand=True)
### END HIDDEN TESTS

# %% wrong="softmax_backward" name="as if each entry stood alone"
# says: You used p(1 − p), the slope by an entry's own score. Each probability depends on the other scores too.
# next: Keep the terms with k ≠ j in the sum.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return dP * P * (1 - P)

# %% wrong="softmax_backward" name="sum over the examples"
# says: You summed dP · P down the columns. The sum runs over the classes of one example.
# next: Sum along dimension 1 and keep the dimension.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * (dP - (dP * P).sum(0))

# %% wrong="softmax_backward" name="cross-entropy's rule"
# says: p minus one-hot is the rule for softmax followed by cross-entropy. Here any gradient dP may arrive.
# next: Start from the sum over k in the text.
def softmax_backward(dP, Z):
    return torch.softmax(Z, 1) - dP

# %% wrong="softmax_backward" name="upstream forgotten"
# says: You return p(1 − p), each probability's slope by its own score. What arrives, dP, never enters.
# next: Start from the sum over k in the text, in which dP stands.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * (1 - P)

# %% wrong="softmax_backward" name="only the term with one"
# says: You return dP · p, the part of the sum with δ. The other part, in which all probabilities meet, is missing.
# next: Take the sum over k of dP · p away from dP before you multiply by p.
def softmax_backward(dP, Z):
    return dP * torch.softmax(Z, 1)

# %% wrong="softmax_backward" name="plain sum of dP"
# says: In the sum over k each dP is weighted by its probability. You added up dP without the weights.
# next: Sum dP · p, not dP.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * (dP - dP.sum(1, keepdim=True))

# %% wrong="softmax_backward" name="sign turned round"
# says: Every entry has the wrong sign: you took dP away from the sum.
# next: dP comes first, then minus the sum over the classes.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * ((dP * P).sum(1, keepdim=True) - dP)

# %% wrong="softmax_backward" name="breaks for large scores"
# says: Right for ordinary scores. For scores of 1000 your exponentials are too large, and nan comes out.
# next: Subtract the largest score of each row before you take the exponential.
def softmax_backward(dP, Z):
    P = torch.exp(Z) / torch.exp(Z).sum(1, keepdim=True)
    return P * (dP - (dP * P).sum(1, keepdim=True))

# %% wrong="softmax_backward" name="softmax down the columns"
# says: Your softmax runs down the columns. Each example's probabilities, its row, must add up to 1.
# next: Take the softmax along dimension 1.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 0)
    return P * (dP - (dP * P).sum(1, keepdim=True))

# %% wrong="softmax_backward" name="largest score of the whole table"
# says: You subtract the largest score of the whole table. A row far below it becomes 0/0, which is nan.
# next: Subtract from each row its own largest score.
def softmax_backward(dP, Z):
    P = torch.exp(Z - Z.max())
    P = P / P.sum(1, keepdim=True)
    return P * (dP - (dP * P).sum(1, keepdim=True))

# %% wrong="softmax_backward" name="outer factor lost"
# says: You multiply only the sum by p. The term with dP has the factor p too.
# next: Put brackets round the difference and p in front of it.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return dP - P * (dP * P).sum(1, keepdim=True)

# %% wrong="softmax_backward" name="dimension not kept"
# says: Your sum over each row has the shape (n,). Beside a table it is spread over columns, not rows.
# next: Keep the dimension: the sum should be (n, 1).
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * (dP - (dP * P).sum(1))

# %% wrong="softmax_backward" name="divided by n"
# says: You divide by n. What arrives, dP, carries whatever mean there is already.
# next: Take the division out.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * (dP - (dP * P).sum(1, keepdim=True)) / len(Z)

# %% wrong="softmax_backward" name="plain mean of dP"
# says: You subtract the plain mean of dP. The sum over k weighs each entry of dP with its probability.
# next: Multiply dP by P before you add up each row.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * (dP - dP.mean(1, keepdim=True))

# %% wrong="softmax_backward" name="mean in the place of the sum"
# says: You take the mean of dP · P over the classes. The formula has their sum: the p are weights that add up to 1.
# next: Add up each row, and do not divide by the number of classes.
def softmax_backward(dP, Z):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    return P * (dP - (dP * P).mean(1, keepdim=True))

# %% wrong="softmax_backward" name="p outside of the sum"
# says: In the sum over k each dP has its own factor p. You add up dP alone and multiply by p afterwards.
# next: Sum dP · p along the row; the p of the entry itself comes on top of that.
def softmax_backward(dP, Z):
    P = torch.exp(Z - Z.max(1, keepdim=True).values)
    P = P / P.sum(1, keepdim=True)
    return P * dP - P * P * dP.sum(1, keepdim=True)

# %% wrong="softmax_backward" name="outer factor missing"
# says: Your bracket is right, but the factor p in front of it is missing.
# next: Look at the sum in the text: every term has a p that does not depend on k.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return dP - (dP * P).sum(1, keepdim=True)

# %% wrong="softmax_backward" name="outer factor on dP alone"
# says: You multiply only dP by p. The sum over k has the factor p too.
# next: Put brackets round the difference and p in front of it.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * dP - (dP * P).sum(1, keepdim=True)

# %% wrong="softmax_backward" name="squares in the sum"
# says: Your sum over each row adds up P · P. It should weigh what arrives: dP · P.
# next: Look at the sum over k in the text: dP stands in it.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * (dP - (P * P).sum(1, keepdim=True))

# %% wrong="softmax_backward" name="squares of dP in the sum"
# says: Your sum over each row adds up dP · dP. Each entry of dP is weighed with its probability.
# next: Look at the sum over k in the text: which factors depend on k?
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * (dP - (dP * dP).sum(1, keepdim=True))

# %% wrong="softmax_backward" name="the first example's probabilities"
# says: You use the first example's probabilities for every row. Each row has its own.
# next: Compute the row's p inside, or work with the whole table P.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P[:1] * (dP - (dP * P[:1]).sum(1, keepdim=True))

# %% wrong="softmax_backward" name="sum over everything"
# says: You add dP · P up over the whole table. The sum runs over the classes of one example.
# next: Sum along dimension 1 and keep the dimension.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * (dP - (dP * P).sum())

# %% wrong="softmax_backward" name="the diagonal counted double"
# says: To p(1 − p) you add the other terms with k = j among them once more.
# next: Split the sum into k = j and k ≠ j, or do not split it at all.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return P * (1 - P) * dP - P * (dP * P).sum(1, keepdim=True)

# %% wrong="softmax_backward" name="only the term with minus"
# says: You left the term with δ out: only the part −p_k p_j is there.
# next: For k = j, δ is 1: that gives the term dP · P.
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    return -P * (dP * P).sum(1, keepdim=True)

# %% wrong="softmax_backward" name="largest absolute value subtracted"
# says: You subtract each row's largest absolute value. In a row of −1000 that makes −2000, and 0/0 gives nan.
# next: The largest score itself, with its sign, makes the largest exponent 0.
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.abs().amax(1, keepdim=True))
    P = E / E.sum(1, keepdim=True)
    return P * (dP - (dP * P).sum(1, keepdim=True))

# %% wrong="softmax_backward" name="smallest score subtracted"
# says: You subtract each row's smallest score. Then no exponent is below 0, and large ones still overflow.
# next: Subtract the row's largest score.
def softmax_backward(dP, Z):
    E = torch.exp(Z - Z.amin(1, keepdim=True))
    P = E / E.sum(1, keepdim=True)
    return P * (dP - (dP * P).sum(1, keepdim=True))

# %% wrong="softmax_backward" name="scores cut off at 100"
# says: You cut the scores off before the exponential. Scores beyond the limit all become equal.
# next: Subtract each row's largest score: that changes no probability.
def softmax_backward(dP, Z):
    E = torch.exp(Z.clamp(-100, 100))
    P = E / E.sum(1, keepdim=True)
    return P * (dP - (dP * P).sum(1, keepdim=True))

# %% wrong="softmax_backward" name="scores cut off at 700"
# says: You cut the scores off before the exponential. Scores beyond the limit all become equal.
# next: Subtract each row's largest score: that changes no probability.
def softmax_backward(dP, Z):
    E = torch.exp(Z.clamp(-700, 700))
    P = E / E.sum(1, keepdim=True)
    return P * (dP - (dP * P).sum(1, keepdim=True))

# %% right="softmax_backward" name="with the full matrix for each example"
def softmax_backward(dP, Z):
    P = torch.softmax(Z, 1)
    slopes = torch.diag_embed(P) - P[:, :, None] * P[:, None, :]
    return torch.einsum("nk,nkj->nj", dP, slopes)

# %% right="softmax_backward" name="one example at a time"
def softmax_backward(dP, Z):
    rows = []
    for arriving, scores in zip(dP, Z):
        powers = torch.exp(scores - scores.max())
        p = powers / powers.sum()
        rows.append((torch.diag(p) - torch.outer(p, p)) @ arriving)
    return torch.stack(rows)

# %% [markdown]
# ## 9. Checking gradients
#
# So far autograd told you whether you were right. Who checks when there is no autograd: in C, on a microcontroller, or
# when you write autograd itself? The nudge of section 1. It needs nothing but the loss.
#
# ### 9.1 Which nudge, and how large?
#
# Two ways to measure a slope with a small step $h$:
#
# $$\text{forward: } \frac{L(w + h) - L(w)}{h} \qquad\qquad \text{central: } \frac{L(w + h) - L(w - h)}{2h}.$$
#
# The central difference looks to both sides, and the curvature, which spoils the forward one, cancels. Here are
# both on a function whose slope we know: $L(w) = \sin w$ at $w = 1$, with the slope $\cos 1$.

# %%
sizes = [10 ** (-k / 4) for k in range(4, 51)]  # steps h from 0.1 down to 3e-13
one_sided = [abs((math.sin(1 + h) - math.sin(1)) / h - math.cos(1)) for h in sizes]
two_sided = [abs((math.sin(1 + h) - math.sin(1 - h)) / (2 * h) - math.cos(1)) for h in sizes]
plot.lines(
    {"forward": (sizes, one_sided), "central": (sizes, two_sided)},
    xlabel="step h",
    ylabel="error of the slope",
    logx=True,
    logy=True,
    alt="Error against step, logarithmic axes. Both curves are V-shaped; "
    "the central one is lowest, near 1e-5.",
    caption="Too large a step sees the curve's bend, too small a step sees rounding.",
)

# %% [markdown]
# Read it from the right. As $h$ shrinks, both errors fall: the forward one in step with $h$, the central one with
# $h^2$, twice as steep. Then both turn and rise again, in a ragged line. There $L(w + h)$ and $L(w - h)$ agree in
# almost all their 16 digits; the subtraction leaves only the last few, and those are rounding.
#
# The central difference is best near $h = 10^{-5}$, with about ten right digits. So: **central, float64, $h$ about
# $10^{-5}$**. In float32, with its 7 digits, the whole picture moves up, and a check tells you little.
#
# ### 9.2 Your turn: a numerical gradient
#
# Write `numerical_gradient(f, P, h)`. `f` is a function that takes a tensor of the shape of `P` and returns one number;
# `P` is a float64 tensor of *any* shape, `()` too; `h` is the step. Return a tensor of the shape of `P`: its entry at
# each place is the central difference when *only that entry* of `P` moves. `P` itself must be unchanged afterwards, so
# nudge a copy.
#
# Hint: `P.clone().flatten()` gives a row of copies to walk through, and `.reshape(P.shape)` brings the shape back.
# For `f` = the sum of cubes, `P = [1., 2.]` and `h = 0.1` the answer is `[3.01, 12.01]`, and for `P = 2.`, of shape
# `()`, it is `12.01`. (The true slopes are 3 and 12; a step as large as 0.1 shows the error.) The second function
# below, `try_numerical_gradient`, is ready and only for the check: it hands your function something to differentiate.
# So what the check says about `try_numerical_gradient` is about your function.

# %% solution="numerical_gradient"
def numerical_gradient(f, P, h=1e-5):
    """Gradient of f at P by central differences, one entry at a time.

    f: takes a tensor shaped like P, returns one number (or a tensor of shape ()); P: float64 tensor of any
    shape, left unchanged; h: the step, a positive number. Returns a float64 tensor shaped like P.
    """
    ### BEGIN SOLUTION
    slopes = torch.zeros(P.numel(), dtype=P.dtype, device=P.device)
    for place in range(P.numel()):
        nudge = torch.zeros_like(slopes)
        nudge[place] = h
        nudge = nudge.reshape(P.shape)
        slopes[place] = (f(P + nudge) - f(P - nudge)) / (2 * h)
    return slopes.reshape(P.shape)
    ### END SOLUTION


def try_numerical_gradient(kind, P, h):
    """For the check: your numerical gradient of the function called `kind`, at P with step h."""
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% check="numerical_gradient" points=2
P, slopes = torch.tensor([[1.0, 2.0], [3.01, 12.01]], dtype=torch.float64)
row = cases.example(kind="cubes", P=P, h=0.1, gives=slopes)
P, slopes = torch.tensor([[[1.0, 2.0], [0.0, -1.0]], [[3.01, 12.01], [0.01, 3.01]]], dtype=torch.float64)
matrix = cases.example(kind="cubes", P=P, h=0.1, gives=slopes)
P, slopes = torch.tensor([[[1.0, 2.0], [0.0, 0.0]], [[3.01, 12.01], [3.01, 12.01]]], dtype=torch.float64)
columns = cases.example(kind="columns", P=P, h=0.1, gives=slopes)
P, slopes = torch.tensor([2.0, 12.01], dtype=torch.float64)
alone = cases.example(kind="cubes", P=P, h=0.1, gives=slopes)
check.function(try_numerical_gradient, on=[row, matrix, columns, alone])
### BEGIN HIDDEN TESTS
def central(kind, P, h):
    f = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }[kind]
    steps = h * torch.eye(P.numel()).to(P).reshape(P.numel(), *P.shape)
    return torch.stack([(f(P + step) - f(P - step)) / (2 * h) for step in steps]).reshape(P.shape)
shapes = ["n", "n h", "n h q", ""]
drawn = [cases.draw(seeds=1, seed0=100 + k, P=shape)[0]["P"] for k, shape in enumerate(shapes)]
drawn += [drawn[0][:1], drawn[1][:1], drawn[1][:, :1].clone(), 0 * drawn[1]]  # one entry, row or column, and zeros
kinds = ("cubes", "columns", "mixed")
each = [cases.example(kind=kind, P=P, h=h) for kind in kinds for P in drawn for h in (0.1, 0.01)]
check.function(try_numerical_gradient, central, on=each)
### END HIDDEN TESTS

# %% wrong="numerical_gradient" name="forward difference"
# says: You look to one side only: f(P + h) − f(P), over h. The central difference looks to both sides.
# next: Take f(P + h) − f(P − h) and divide by 2h.
def numerical_gradient(f, P, h=1e-5):
    flat, slopes = P.clone().flatten(), torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        up = flat.clone()
        up[k] += h
        slopes[k] = (f(up.reshape(P.shape)) - f(P)) / h
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="divided by h"
# says: Your slopes are twice too large. Between w − h and w + h lies a distance of 2h.
# next: Divide by 2h.
def numerical_gradient(f, P, h=1e-5):
    slopes = torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        step = torch.zeros(P.numel(), dtype=P.dtype)
        step[k] = h
        step = step.reshape(P.shape)
        slopes[k] = (f(P + step) - f(P - step)) / h
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="all entries moved at once"
# says: You move all entries together, so every place gets the same number.
# next: Move one entry, measure, put it back, then the next.
def numerical_gradient(f, P, h=1e-5):
    return torch.ones_like(P) * (f(P + h) - f(P - h)) / (2 * h)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="entry not put back"
# says: The first slope is right, later ones are not: an entry that you moved stays moved while you measure the next.
# next: Start each entry from a fresh copy, or put it back after measuring.
def numerical_gradient(f, P, h=1e-5):
    flat, slopes = P.clone().flatten(), torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        flat[k] += h
        above = f(flat.reshape(P.shape))
        flat[k] -= 2 * h
        slopes[k] = (above - f(flat.reshape(P.shape))) / (2 * h)
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="step of its own"
# says: You use a step of your own in the place of the argument h.
# next: Write h wherever the step stands.
def numerical_gradient(f, P, h=1e-5):
    slopes = torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        step = torch.zeros(P.numel(), dtype=P.dtype)
        step[k] = 0.1
        step = step.reshape(P.shape)
        slopes[k] = (f(P + step) - f(P - step)) / 0.2
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="whole rows moved"
# says: You walk through the first dimension only, so a whole row of a matrix moves at once.
# next: Flatten the copy first, then move one number at a time.
def numerical_gradient(f, P, h=1e-5):
    slopes = torch.zeros_like(P)
    for k in range(len(P)):
        step = torch.zeros_like(P)
        step[k] = h
        slopes[k] = (f(P + step) - f(P - step)) / (2 * h)
    return slopes

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="flat row given to f"
# says: You give f a flat row of numbers. It expects a tensor of P's shape.
# next: Bring the shape back before you call f.
def numerical_gradient(f, P, h=1e-5):
    flat, slopes = P.flatten(), torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        step = torch.zeros_like(flat)
        step[k] = h
        slopes[k] = (f(flat + step) - f(flat - step)) / (2 * h)
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="sign turned"
# says: Every slope has the wrong sign: you took f(P + h) away from f(P − h).
# next: What lies further right comes first.
def numerical_gradient(f, P, h=1e-5):
    slopes = torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        step = torch.zeros(P.numel(), dtype=P.dtype)
        step[k] = h
        step = step.reshape(P.shape)
        slopes[k] = (f(P - step) - f(P + step)) / (2 * h)
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="divided by 2, times h"
# says: You wrote / 2 * h: Python divides by 2 and then multiplies by h.
# next: Put the distance into brackets: / (2 * h).
def numerical_gradient(f, P, h=1e-5):
    slopes = torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        step = torch.zeros(P.numel(), dtype=P.dtype)
        step[k] = h
        step = step.reshape(P.shape)
        slopes[k] = (f(P + step) - f(P - step)) / 2 * h
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="float32 inside"
# says: Your answer is float32: torch.zeros makes float32 tensors unless you say otherwise.
# next: Use torch.zeros_like, or give torch.zeros the dtype of P.
def numerical_gradient(f, P, h=1e-5):
    slopes = torch.zeros(P.numel())
    for k in range(P.numel()):
        step = torch.zeros(P.numel(), dtype=P.dtype)
        step[k] = h
        step = step.reshape(P.shape)
        slopes[k] = (f(P + step) - f(P - step)) / (2 * h)
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="one side for a single number"
# says: Right but for P of shape (): there you look to one side only.
# next: Take f(P + h) − f(P − h) over 2h there too. Flattened, P has one entry like any other.
def numerical_gradient(f, P, h=1e-5):
    if P.dim() == 0:
        return (f(P + h) - f(P)) / h
    slopes = torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        step = torch.zeros(P.numel(), dtype=P.dtype)
        step[k] = h
        step = step.reshape(P.shape)
        slopes[k] = (f(P + step) - f(P - step)) / (2 * h)
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="nothing for a single number"
# says: Right but for P of shape (): there you return 0.
# next: Flattened, P has one entry like any other.
def numerical_gradient(f, P, h=1e-5):
    if P.dim() == 0:
        return torch.zeros_like(P)
    slopes = torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        step = torch.zeros(P.numel(), dtype=P.dtype)
        step[k] = h
        step = step.reshape(P.shape)
        slopes[k] = (f(P + step) - f(P - step)) / (2 * h)
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="divided by h for a single number"
# says: Right but for P of shape (): there you divide by h, not by 2h.
# next: Between P − h and P + h lies a distance of 2h.
def numerical_gradient(f, P, h=1e-5):
    if P.dim() == 0:
        return (f(P + h) - f(P - h)) / h
    slopes = torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        step = torch.zeros(P.numel(), dtype=P.dtype)
        step[k] = h
        step = step.reshape(P.shape)
        slopes[k] = (f(P + step) - f(P - step)) / (2 * h)
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="backward difference"
# says: You look to one side only: f(P) − f(P − h), over h. The central difference looks to both sides.
# next: Take f(P + h) − f(P − h) and divide by 2h.
def numerical_gradient(f, P, h=1e-5):
    slopes = torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        step = torch.zeros(P.numel(), dtype=P.dtype)
        step[k] = h
        step = step.reshape(P.shape)
        slopes[k] = (f(P) - f(P - step)) / h
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% wrong="numerical_gradient" name="half a step"
# says: You move by h/2 to each side. The text moves by h, and divides by 2h.
# next: Nudge by h up and by h down.
def numerical_gradient(f, P, h=1e-5):
    slopes = torch.zeros(P.numel(), dtype=P.dtype)
    for k in range(P.numel()):
        step = torch.zeros(P.numel(), dtype=P.dtype)
        step[k] = h
        step = step.reshape(P.shape)
        slopes[k] = (f(P + step / 2) - f(P - step / 2)) / h
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% right="numerical_gradient" name="moving one entry of a copy there and back"
def numerical_gradient(f, P, h=1e-5):
    slopes = torch.zeros_like(P).flatten()
    for k, value in enumerate(P.flatten().tolist()):
        copy = P.clone().flatten()
        copy[k] = value + h
        above = float(f(copy.reshape(P.shape)))
        copy[k] = value - h
        slopes[k] = (above - float(f(copy.reshape(P.shape)))) / h / 2
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% right="numerical_gradient" name="all steps as rows of a matrix"
def numerical_gradient(f, P, h=1e-5):
    steps = h * torch.eye(P.numel(), dtype=P.dtype, device=P.device)
    slopes = P.new_zeros(P.numel())
    for k, step in enumerate(steps):
        step = step.reshape(P.shape)
        slopes[k] = float(f(P + step) - f(P - step)) / (2 * h)
    return slopes.reshape(P.shape)

def try_numerical_gradient(kind, P, h):
    functions = {
        "cubes": lambda P: (P**3).sum(),
        "columns": lambda P: (P.sum(0) ** 3).sum(),
        "mixed": lambda P: torch.exp(P.mean()) * (P**2).sum(),
    }
    return numerical_gradient(functions[kind], P, h)

# %% [markdown]
# ### 9.3 Your turn: how different is different?
#
# Two gradients will never agree in all digits. Is a difference of $10^{-4}$ much? Against entries of 1000 it is
# nothing, against entries of $10^{-4}$ it is everything. So compare the difference with the size of the gradients
# themselves. With $\lVert A\rVert = \sqrt{\sum A_{ij}^2}$, the length of all entries taken together (the Frobenius
# norm of week 1):
#
# $$\text{relative error} = \frac{\lVert A - B\rVert}{\lVert A\rVert + \lVert B\rVert}.$$
#
# It is 0 for equal gradients and 1 for opposite ones. In float64 with $h = 10^{-5}$ a right gradient stays below
# $10^{-6}$. That is our limit: above it, something is wrong, with the gradient or with the check.
#
# Write `relative_error(A, B)` for two tensors of one shape, be it a single entry. Return a plain number; `float(...)`
# makes one of a tensor of shape `()`. If both tensors are all zeros, return 0; if one of them is, the formula gives 1.
# Small is not zero: entries may be as tiny as $10^{-20}$, and a relative error of $10^{-6}$ is not 0.
# For `A = [3., 4.]` and `B = [3., 3.]` it is about 0.1082, and the same for `A = [[3., 0.], [0., 4.]]` and
# `B = [[3., 0.], [0., 3.]]`.

# %% solution="relative_error"
def relative_error(A, B):
    """Length of A - B divided by the sum of the lengths of A and B; 0.0 when both are zero.

    A, B: float64 tensors of one shape, any shape. Returns a float between 0 and 1.
    """
    ### BEGIN SOLUTION
    total = torch.linalg.norm(A) + torch.linalg.norm(B)
    return float(torch.linalg.norm(A - B) / total) if total > 0 else 0.0
    ### END SOLUTION

# %% check="relative_error" points=1
A, B = torch.tensor([3.0, 4.0]).double(), torch.tensor([3.0, 3.0]).double()
error = 1 / (5 + math.sqrt(18))
vectors, matrices = cases.example(A=A, B=B, gives=error), cases.example(A=A.diag(), B=B.diag(), gives=error)
zeros, one = cases.example(A=0 * A, B=0 * B, gives=0.0), cases.example(A=A, B=0 * B, gives=1.0)
other, sides = cases.example(A=0 * A, B=B, gives=1.0), torch.tensor([2.0, -2.0]).double()
opposite = cases.example(A=sides, B=-sides, gives=1.0)
small = [cases.example(A=size * A, B=size * B, gives=error) for size in (1e-8, 1e-20)]
near = torch.tensor([3.0, 4.00001]).double()  # the difference in the sixth digit of one entry
close = cases.example(A=A, B=near, gives=(near[1] - A[1]).item() / (A.norm() + near.norm()).item())
check.function(relative_error, on=[vectors, matrices, zeros, one, other, opposite, *small, close])
### BEGIN HIDDEN TESTS
def by_definition(A, B):
    lengths = [math.sqrt(sum(v * v for v in T.flatten().tolist())) for T in (A - B, A, B)]
    return lengths[0] / (lengths[1] + lengths[2]) if lengths[1] + lengths[2] else 0.0
none = torch.zeros(2, 3).double()
extremes = [cases.example(A=none, B=none), cases.example(A=none, B=none + 1), cases.example(A=none + 2, B=none)]
check.function(relative_error, by_definition, on=extremes + cases.draw(seeds=12, seed0=100, A="n h", B="n h"))
small = [
    cases.example(A=size * c["A"], B=size * c["B"])
    for c in cases.draw(seeds=3, seed0=300, A="n", B="n")
    for size in (1e-20, 1e-8, 1e-3, 1e4)
]
small += [
    cases.example(A=c["A"], B=(1 + size) * c["A"])
    for c in cases.draw(seeds=2, seed0=400, A="n h")
    for size in (-1e-5, 4e-6)
]
check.function(relative_error, by_definition, on=small + cases.draw(seeds=4, seed0=200, A="n h q", B="n h q"))
### END HIDDEN TESTS

# %% wrong="relative_error" name="absolute error"
# says: You return the length of the difference alone, without comparing it with the gradients' own size.
# next: Divide by the sum of both lengths.
def relative_error(A, B):
    return float(torch.linalg.norm(A - B))

# %% wrong="relative_error" name="both zero"
# says: For two zero gradients you divide 0 by 0 and get nan. Equal gradients have the error 0.
# next: Treat the case that both lengths are 0 first.
def relative_error(A, B):
    return float(torch.linalg.norm(A - B) / (torch.linalg.norm(A) + torch.linalg.norm(B)))

# %% wrong="relative_error" name="difference of the lengths"
# says: You compare only the lengths. Two gradients of one length may point to different sides.
# next: Subtract first, then take the length of the difference.
def relative_error(A, B):
    a, b = torch.linalg.norm(A), torch.linalg.norm(B)
    return float((a - b).abs() / (a + b)) if a + b > 0 else 0.0

# %% wrong="relative_error" name="a small number added below"
# says: You added a small constant to the denominator. For tiny gradients that constant decides the result.
# next: Divide by the two lengths alone, and treat the case of two zeros apart.
def relative_error(A, B):
    return float(torch.linalg.norm(A - B) / (torch.linalg.norm(A) + torch.linalg.norm(B) + 1e-8))

# %% wrong="relative_error" name="length of one only"
# says: You divide by the length of B alone.
# next: Divide by the sum of both lengths; then the order of A and B does not matter.
def relative_error(A, B):
    below = torch.linalg.norm(B)
    return float(torch.linalg.norm(A - B) / below) if below > 0 else 0.0

# %% wrong="relative_error" name="0 for one zero tensor"
# says: You return 0 as soon as one of the two is all zeros. Then they differ, and the error is 1.
# next: Only where both lengths are 0 is there nothing to divide by.
def relative_error(A, B):
    a, b = torch.linalg.norm(A), torch.linalg.norm(B)
    return float(torch.linalg.norm(A - B) / (a + b)) if a > 0 and b > 0 else 0.0

# %% wrong="relative_error" name="another norm for matrices"
# says: Right for vectors. For matrices you took another norm than the length of all entries together.
# next: torch.linalg.norm with ord=2 is another norm; leave ord away, or flatten first.
def relative_error(A, B):
    a, b, top = (torch.linalg.norm(T, ord=2) if T.dim() < 3 else torch.linalg.norm(T) for T in (A, B, A - B))
    return float(top / (a + b)) if a + b > 0 else 0.0

# %% wrong="relative_error" name="length of the sum"
# says: You divide by the length of A + B. The formula has the sum of the two lengths.
# next: Take two lengths, one of A and one of B, and add them.
def relative_error(A, B):
    a, b = torch.linalg.norm(A), torch.linalg.norm(B)
    return float(torch.linalg.norm(A - B) / torch.linalg.norm(A + B)) if a + b > 0 else 0.0

# %% wrong="relative_error" name="root forgotten"
# says: Your lengths lack the root: you add up squares only.
# next: The length is the root of the sum of the squares.
def relative_error(A, B):
    a, b, top = ((T**2).sum() for T in (A, B, A - B))
    return float(top / (a + b)) if a + b > 0 else 0.0

# %% wrong="relative_error" name="absolute values added up"
# says: You add up absolute values. The length squares the entries, adds, and takes the root.
# next: Use the formula for the length in the text.
def relative_error(A, B):
    a, b, top = (T.abs().sum() for T in (A, B, A - B))
    return float(top / (a + b)) if a + b > 0 else 0.0

# %% wrong="relative_error" name="largest entries compared"
# says: You compare largest entries. The relative error takes all entries together.
# next: Use the lengths of A − B, A and B.
def relative_error(A, B):
    a, b, top = (T.abs().max() for T in (A, B, A - B))
    return float(top / (a + b)) if a + b > 0 else 0.0

# %% wrong="relative_error" name="0 for A all zeros"
# says: You return 0 as soon as A is all zeros, whatever the other tensor is. Then they differ, and the error is 1.
# next: Only where both lengths are 0 is there nothing to divide by.
def relative_error(A, B):
    a, b, top = torch.linalg.norm(A), torch.linalg.norm(B), torch.linalg.norm(A - B)
    return float(top / (a + b)) if a > 0 else 0.0

# %% wrong="relative_error" name="0 for B all zeros"
# says: You return 0 as soon as B is all zeros, whatever the other tensor is. Then they differ, and the error is 1.
# next: Only where both lengths are 0 is there nothing to divide by.
def relative_error(A, B):
    a, b, top = torch.linalg.norm(A), torch.linalg.norm(B), torch.linalg.norm(A - B)
    return float(top / (a + b)) if b > 0 else 0.0

# %% wrong="relative_error" name="nearly equal taken for equal"
# says: You return 0 for tensors that nearly agree. A small error is not 0: the limit of 1e-6 comes later.
# next: Ask only whether both lengths are exactly 0; the formula does the rest.
def relative_error(A, B):
    a, b, top = torch.linalg.norm(A), torch.linalg.norm(B), torch.linalg.norm(A - B)
    return float(top / (a + b)) if a + b > 0 and not torch.allclose(A, B, rtol=1e-5, atol=0.0) else 0.0

# %% wrong="relative_error" name="nearly equal taken for equal, with a tolerance"
# says: You return 0 for tensors that nearly agree. A small error is not 0: the limit of 1e-6 comes later.
# next: Ask only whether both lengths are exactly 0; the formula does the rest.
def relative_error(A, B):
    a, b, top = torch.linalg.norm(A), torch.linalg.norm(B), torch.linalg.norm(A - B)
    return float(top / (a + b)) if not torch.allclose(A, B) else 0.0

# %% wrong="relative_error" name="rounded"
# says: You round the result. Errors near 1e-6 are what this number is for.
# next: Leave the rounding out.
def relative_error(A, B):
    a, b, top = torch.linalg.norm(A), torch.linalg.norm(B), torch.linalg.norm(A - B)
    return round(float(top / (a + b)), 4) if a + b > 0 else 0.0

# %% wrong="relative_error" name="small lengths taken for 0"
# says: You take small lengths for 0. Gradients may be tiny and still differ.
# next: Compare the sum of the lengths with 0, not with a small number.
def relative_error(A, B):
    a, b, top = torch.linalg.norm(A), torch.linalg.norm(B), torch.linalg.norm(A - B)
    return float(top / (a + b)) if a + b > 1e-9 else 0.0

# %% wrong="relative_error" name="sums of entries taken for lengths"
# says: You look for two zero gradients in a sum of entries. There positive and negative ones cancel.
# next: Ask whether the two lengths are 0.
def relative_error(A, B):
    if not (A + B).any():
        return 0.0
    return float(torch.linalg.norm(A - B) / (torch.linalg.norm(A) + torch.linalg.norm(B)))

# %% wrong="relative_error" name="tiny lengths taken for 0"
# says: You take small lengths for 0. Gradients may be tiny and still differ.
# next: Compare the sum of the lengths with 0, not with a small number.
def relative_error(A, B):
    a, b, top = torch.linalg.norm(A), torch.linalg.norm(B), torch.linalg.norm(A - B)
    return float(top / (a + b)) if a + b > 1e-6 else 0.0

# %% wrong="relative_error" name="one for two zero tensors"
# says: For two zero gradients you return 1. Equal gradients have the error 0.
# next: Return 0 where both lengths are 0.
def relative_error(A, B):
    a, b, top = torch.linalg.norm(A), torch.linalg.norm(B), torch.linalg.norm(A - B)
    return float(top / (a + b)) if a + b > 0 else 1.0

# %% wrong="relative_error" name="the larger length"
# says: You divide by the larger of the two lengths. The formula has their sum.
# next: Add the two lengths.
def relative_error(A, B):
    a, b, top = torch.linalg.norm(A), torch.linalg.norm(B), torch.linalg.norm(A - B)
    return float(top / max(a, b)) if a + b > 0 else 0.0

# %% wrong="relative_error" name="mean of the lengths"
# says: You divide by the mean of the two lengths, so your error is twice too large.
# next: The formula has their sum.
def relative_error(A, B):
    a, b, top = torch.linalg.norm(A), torch.linalg.norm(B), torch.linalg.norm(A - B)
    return float(2 * top / (a + b)) if a + b > 0 else 0.0

# %% right="relative_error" name="with squares and a root"
def relative_error(A, B):
    top, a, b = (((T**2).sum() ** 0.5).item() for T in (A - B, A, B))
    return 0.0 if a + b == 0 else top / (a + b)

# %% right="relative_error" name="with dist"
def relative_error(A, B):
    nothing = torch.zeros_like(A)
    below = torch.dist(A, nothing) + torch.dist(B, nothing)
    if below == 0:
        return 0.0
    return (torch.dist(A, B) / below).item()

# %% [markdown]
# ### 9.4 When the check is wrong
#
# ReLU has a corner. Near it the central difference does something odd: with one foot left of the corner and one
# foot right of it, it measures neither slope. Let $z$ walk past 0 in units of the step:

# %%
h = 1e-5
distance = torch.linspace(-2.5, 2.5, 201, dtype=torch.float64)  # z / h
z = distance * h
measured = (torch.clamp(z + h, min=0) - torch.clamp(z - h, min=0)) / (2 * h)
plot.lines(
    {"slope of ReLU": (distance, torch.where(z > 0, 1.0, 0.0)), "central difference": (distance, measured)},
    xlabel="z in units of the step h",
    ylabel="slope",
    alt="The slope of ReLU jumps from 0 to 1 at 0; the central difference rises in a straight line from "
    "-1 to 1 step.",
    caption="Within one step of the corner the central difference is a mixture of both slopes.",
)

# %% [markdown]
# Half a step to the right of the corner the true slope is 1, and the central difference says 0.75: a relative error
# of $0.25/1.75 \approx 0.14$. Nothing is wrong with the gradient. One sum of one example just happens to lie within
# $h$ of 0.
#
# ### 9.5 In words: a check that fails
#
# A friend has written a backward pass for a ReLU network with 200 hidden neurons. She compares it with central
# differences, $h = 10^{-3}$, on a minibatch of 64 examples with 20 inputs each. All entries agree to six digits, except
# for seven entries of `dW1`, all in row 31, and entry 31 of `db1`. There the relative errors lie between 0.01 and 0.14.
# On a second minibatch everything agrees.
#
# Explain to her in a few sentences: (a) what probably happened, why just one row is hit, and why only seven of its 20
# entries; (b) why this does not show a mistake in her backward pass; (c) two things she can do to be sure.

# %% [markdown] answer="when_the_check_fails" points=2
# (a) For at least one example of the first minibatch the sum $z$ of hidden neuron 31 lies closer to the corner of
# its ReLU than the nudge of a weight moves it. With $w + h$ the neuron is on and with $w - h$ it is off (or the
# other way round), so the central difference mixes the slopes 0 and 1. Row 31 of `W1` and entry 31 of `b1` belong
# to this neuron; a nudge of any other row leaves its $z$ alone. A nudge of $w_k$ moves $z$ by $h x_k$: where the input
# $x_k$ of that example is 0 or small, $z$ does not cross the corner, so only the seven entries beside its large inputs
# are hit. The bias moves $z$ by $h$ itself.
#
# (b) The backward pass takes the slope on the side where $z$ lies, which is the right one for gradient descent. The
# numerical check is what fails: it assumes that the loss is smooth between $w - h$ and $w + h$. A wrong formula
# would be wrong for (nearly) all neurons and on every minibatch, and the rest agrees to six digits.
#
# (c) Any two of: make $h$ smaller ($10^{-5}$ or $10^{-6}$): the error vanishes or moves elsewhere, where a real
# mistake would stay. Print the sums of neuron 31 and look for one near 0. Take other examples or other weights.
# Replace ReLU by a smooth activation such as tanh in the check. Compare with autograd in float64.

# %% [markdown]
# ## 10. Wrong, but it trains
#
# A backward pass with a mistake in it often does not crash. It does not even stop the loss from falling: many wrong
# directions still lead downhill. That is what makes such mistakes expensive. Here is proof.
#
# Below are six backward passes for the two-layer network, named A to F. **One is right, five are not.** Each trains
# the same network from the same start on the same data, noisy XOR. (They are made by spoiling autograd's gradients.
# You could find out how by reading the cell; in a real project with thousands of lines you could not. So do not
# read it: measure.)

# %% given="two_layer_loss"
noise = torch.randn(40, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
X_cloud = X_xor.repeat(10, 1) + 0.1 * noise
Y_cloud = Y_xor.repeat(10, 1)


def two_layer_loss(X, W1, b1, W2, b2, Y, relu=torch.relu):
    """The loss of section 5.1, a tensor of shape ()."""
    return (relu(X @ W1.T + b1) @ W2.T + b2 - Y).square().sum(1).mean()


def from_autograd(*arguments, relu=torch.relu):
    """(dW1, db1, dW2, db2) by PyTorch; arguments X, W1, b1, W2, b2, Y as above."""
    X, *parameters, Y = arguments
    parameters = [P.detach().clone().requires_grad_() for P in parameters]
    return torch.autograd.grad(two_layer_loss(X, *parameters, Y, relu=relu), parameters)

# %% given="six_passes"
def soft(Z):
    """Forwards a ReLU; backwards something else."""
    curve = torch.nn.functional.softplus(Z, beta=4)
    return torch.relu(Z).detach() + curve - curve.detach()


def six_passes(name, X, W1, b1, W2, b2, Y):
    """(dW1, db1, dW2, db2) as backward pass `name`, "A" to "F", has them."""
    dW1, db1, dW2, db2 = from_autograd(X, W1, b1, W2, b2, Y, relu=soft if name == "F" else torch.relu)
    if name == "C":
        db1 = from_autograd(X[:1], W1, b1, W2, b2, Y[:1])[1] / len(X)
    scale = {"A": (1, 1 / len(X), 1, 1), "B": (1, 1, 1 / len(X), 1), "E": (1, 0, 1, 1)}.get(
        name, (1, 1, 1, 1)
    )
    return [s * gradient for s, gradient in zip(scale, (dW1, db1, dW2, db2))]

# %%
def losses_with(name, steps=300, lr=0.2):
    """The loss after each step of training with backward pass `name`."""
    parameters, losses = start(hidden=6, seed=8), []
    for _ in range(steps):
        gradients = six_passes(name, X_cloud, *parameters, Y_cloud)
        parameters = [P - lr * dP for P, dP in zip(parameters, gradients)]
        losses.append(two_layer_loss(X_cloud, *parameters, Y_cloud).item())
    return losses

# %%
curves = {name: losses_with(name) for name in "ABCDEF"}
plot.lines(
    curves,
    xlabel="step",
    ylabel="mean squared error",
    logy=True,
    alt="Six loss curves on a logarithmic axis; all fall, cross each other, and end between 0.006 and 0.022.",
    caption="Six backward passes, one of them right. All of them train.",
)
ranking = sorted((losses[-1], name) for name, losses in curves.items())
print("  ".join(f"{name} {loss:.4f}" for loss, name in ranking))

# %% [markdown]
# All six losses fall: after the first step they lie between 0.4 and 1.5, at the end between 0.006 and 0.022. Before you
# go on, bet on one. Is the lowest loss the right pass? The loss cannot tell: with other starting weights the order is
# another one. The gradient check can.
#
# ### 10.1 Your turn: find the broken ones
#
# Write `is_broken(gradients, X, W1, b1, W2, b2, Y)`. `gradients` is a list of four tensors, claimed to be `dW1`,
# `db1`, `dW2`, `db2` of `two_layer_loss` at these parameters. Return `True` if *any* of the four is wrong, and
# `False` if all are right. Use your `numerical_gradient` and `relative_error` on each of the four; call a relative
# error above $10^{-6}$ wrong. Gradients may have any size: thousands, millionths, or exactly 0 where a neuron is off.
# One wrong entry is enough, and there may be a single example.
#
# Hint: to differentiate with respect to `W1` alone, give `numerical_gradient` a function of one tensor:
# `lambda P: two_layer_loss(X, P, b1, W2, b2, Y)`.
#
# A good detector is tried on healthy patients and on sick ones first. The check does that: four right gradients, then
# four zeros, then three right ones and one that is spoilt. It spoils each of the four in turn, `dW1` by its sign too,
# `dW2` by a factor of 1.0001 and `db2` by factors of 1.000005 and 1.00001 too, `db1` where the gradients of the second
# layer are thousands of times larger, and `dW2` where all are millionths. Gradients that are off by 0.8 millionths, one
# or all four, count as right, and so do right ones of a loss of millions. Once yours works, it will serve you whenever
# you write a backward pass of your own.

# %% solution="is_broken"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    """Is any of the four claimed gradients of two_layer_loss wrong, by a relative error above 1e-6?

    gradients: list of four tensors, claimed to be dW1 (h, d), db1 (h,), dW2 (q, h), db2 (q,); X (n, d),
    Y (n, q). Everything is float64. Returns True or False.
    """
    ### BEGIN SOLUTION
    parameters = [W1, b1, W2, b2]
    for place, claimed in enumerate(gradients):
        def loss_of(P):
            return two_layer_loss(X, *parameters[:place], P, *parameters[place + 1 :], Y)

        if relative_error(claimed, numerical_gradient(loss_of, parameters[place], 1e-5)) > 1e-6:
            return True
    return False
    ### END SOLUTION

# %% check="is_broken" points=3
def patient(case):
    P = [case[name].detach().clone().requires_grad_() for name in ("W1", "b1", "W2", "b2")]
    loss = (torch.relu(case["X"] @ P[0].T + P[1]) @ P[2].T + P[3] - case["Y"]).square().sum(1).mean()
    return [g.detach() for g in torch.autograd.grad(loss, P)]
def kinks(case):  # sums near 0, and gradients that are 0
    return [case["X"] @ case["W1"].T + case["b1"], torch.stack([gradient.norm() for gradient in patient(case)])]
def drawn(seeds, seed0):
    return cases.draw(
        seeds=seeds, seed0=seed0, X="n d", W1="h d", b1="h", W2="q h", b2="q", Y="n q", away=kinks
    )
def with_one(case, place, spoil):  # one of the four is spoilt
    gradients = patient(case)
    gradients[place] = spoil(gradients[place])
    return cases.example(gradients=gradients, **case.inputs, gives=True)
def network(error, n=4, bias=2.0, outgoing=1.0):  # answers this far from the labels
    X, W1 = torch.arange(n * 3).double().cos().view(n, 3) / 2, torch.arange(12).double().sin().view(4, 3)
    b1, W2 = bias * torch.tensor([1.0, 1, 2, 1]).double(), outgoing * torch.arange(1, 9).double().cos().view(2, 4)
    Y = (X @ W1.T + b1).clamp(min=0) @ W2.T - error * torch.arange(1, 2 * n + 1).double().cos().view(n, 2)
    return cases.example(X=X, W1=W1, b1=b1, W2=W2, b2=torch.zeros(2).double(), Y=Y)
case = drawn(1, 0)[0]
asked = [cases.example(gradients=patient(case), **case.inputs, gives=False)]
asked += [cases.example(gradients=[0 * g for g in patient(case)], **case.inputs, gives=True)]
asked += [with_one(case, place, lambda g: 2 * g) for place in range(4)]
asked += [with_one(case, 0, lambda g: -g), with_one(case, 2, lambda g: 1.0001 * g)]
uneven = network(1.0, bias=100.0, outgoing=0.02)
asked += [cases.example(gradients=patient(uneven), **uneven.inputs, gives=False)]
asked += [with_one(uneven, 1, lambda g: 1.001 * g)]
asked += [with_one(case, 3, lambda g: 1.000005 * g), with_one(network(1e-6), 2, lambda g: 1.001 * g)]
nearly, loud = [(1 + 8e-7) * gradient for gradient in patient(case)], network(1e3)
asked += [cases.example(gradients=nearly, **case.inputs, gives=False), with_one(case, 3, lambda g: 1.00001 * g)]
asked += [cases.example(gradients=[*patient(case)[:3], nearly[3]], **case.inputs, gives=False)]
asked += [cases.example(gradients=patient(loud), **loud.inputs, gives=False)]
check.function(is_broken, on=asked)
### BEGIN HIDDEN TESTS
def entry(place):  # a spoilt entry: the first is 0, the middle one half of the way, the last -1
    def spoil(gradient):
        flat = gradient.flatten()
        flat[place if place < 1 else len(flat) // 2] += 0.01 * gradient.norm() + 1e-12
        return flat.reshape(gradient.shape)
    return spoil
patients, spoils = [], [lambda g: 1.001 * g, lambda g: -g, lambda g: g.roll(1, 0), entry(0), entry(1), entry(-1)]
for case in drawn(2, 100):
    n = len(case["X"])
    right = patient(case)
    for size in (0, 1e-7, 8e-7):
        gradients = [(1 + size) * gradient for gradient in right]
        patients.append(cases.example(gradients=gradients, **case.inputs, gives=False))
    each = [*spoils, lambda g: g / n, lambda g: (1 + 1e-5) * g, lambda g: (1 + 5e-6) * g]
    patients += [with_one(case, place, spoil) for place in range(4) for spoil in each]
dead = network(1.0, bias=-5.0)
others = [network(1e3), network(1e-6), network(1.0, n=1), network(1.0, bias=100.0, outgoing=0.02)]
patients += [cases.example(gradients=patient(case), **case.inputs, gives=False) for case in [dead, *others]]
patients += [with_one(case, place, lambda g: 1.001 * g) for case in others for place in range(4)]
patients += [with_one(dead, place, entry(1)) for place in range(3)]  # there three of the gradients are 0
check.function(is_broken, on=patients)
### END HIDDEN TESTS

# %% wrong="is_broken" name="the first layer only"
# says: You look at dW1 only. A mistake in one of the other three goes unseen.
# next: Go through all four gradients.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    truth = numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1, 1e-5)
    return relative_error(gradients[0], truth) > 1e-6

# %% wrong="is_broken" name="all instead of any"
# says: You say True only if all four are wrong. One wrong gradient is enough.
# next: Use any in the place of all.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P = [W1, b1, W2, b2]
    wrong = []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        wrong.append(relative_error(gradients[k], truth) > 1e-6)
    return all(wrong)

# %% wrong="is_broken" name="too generous"
# says: Your limit is too generous: a gradient that is wrong by a factor of 1.0001 passes.
# next: Take 1e-6 for the limit.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P = [W1, b1, W2, b2]
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        if relative_error(gradients[k], truth) > 1e-2:
            return True
    return False

# %% wrong="is_broken" name="exact equality asked for"
# says: You ask for equal numbers. Central differences are never exact, so every gradient looks broken.
# next: Compare the relative error with 1e-6.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P = [W1, b1, W2, b2]
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        if not torch.equal(gradients[k], truth):
            return True
    return False

# %% wrong="is_broken" name="lengths compared"
# says: You compare lengths only. A gradient with turned signs or mixed-up rows has the same length.
# next: Use relative_error on the gradients themselves.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P = [W1, b1, W2, b2]
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        if abs(gradients[k].norm() - truth.norm()) > 1e-6 * truth.norm():
            return True
    return False

# %% wrong="is_broken" name="all joined"
# says: You join the four to one long vector. A small wrong gradient drowns beside large right ones.
# next: Take the relative error of each of the four alone.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, truth = [W1, b1, W2, b2], []
    for k in range(4):
        found = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        truth.append(found.flatten())
    return relative_error(torch.cat([g.flatten() for g in gradients]), torch.cat(truth)) > 1e-6

# %% wrong="is_broken" name="db1 not looked at"
# says: A mistake in db1 goes unseen; the other three you find.
# next: Read the line for b1: which gradient and which parameter does it compare?
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, wrong = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        wrong.append(relative_error(gradients[k], truth) > 1e-6)
    return wrong[0] or wrong[2] or wrong[3]

# %% wrong="is_broken" name="dW1 not looked at"
# says: A mistake in dW1 goes unseen; the other three you find.
# next: Read the line for W1: which gradient and which parameter does it compare?
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, wrong = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        wrong.append(relative_error(gradients[k], truth) > 1e-6)
    return any(wrong[1:])

# %% wrong="is_broken" name="dW2 not looked at"
# says: A mistake in dW2 goes unseen; the other three you find.
# next: Read the line for W2: which gradient and which parameter does it compare?
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, wrong = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        wrong.append(relative_error(gradients[k], truth) > 1e-6)
    return wrong[0] or wrong[1] or wrong[3]

# %% wrong="is_broken" name="db2 not looked at"
# says: A mistake in db2, the last of the four, goes unseen.
# next: Does your loop reach the last one, and does every path return something?
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, wrong = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        wrong.append(relative_error(gradients[k], truth) > 1e-6)
    return any(wrong[:3])

# %% wrong="is_broken" name="weights only"
# says: You look at the weights only. A mistake in db1 or db2 goes unseen.
# next: Go through all four gradients.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, wrong = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        wrong.append(relative_error(gradients[k], truth) > 1e-6)
    return wrong[0] or wrong[2]

# %% wrong="is_broken" name="the last one only"
# says: Your answer is what you find for db2, the last of the four. What you found before is lost.
# next: Return True as soon as one is wrong, or collect all four answers.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, wrong = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        wrong.append(relative_error(gradients[k], truth) > 1e-6)
    return wrong[-1]

# %% wrong="is_broken" name="the other way round"
# says: You have True and False the wrong way round: True means that a gradient is wrong.
# next: Turn the comparison round.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, wrong = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        wrong.append(relative_error(gradients[k], truth) > 1e-6)
    return not any(wrong)

# %% wrong="is_broken" name="mean of the four errors"
# says: You compare the mean of the four errors with 1e-6. A single wrong gradient hides behind three right ones.
# next: Compare each of the four with the limit.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, errors = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        errors.append(relative_error(gradients[k], truth))
    return sum(errors) / 4 > 1e-6

# %% wrong="is_broken" name="sum of the four errors"
# says: You compare the sum of the four errors with 1e-6. Four right gradients may add up to more.
# next: Compare each of the four with the limit.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, errors = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        errors.append(relative_error(gradients[k], truth))
    return sum(errors) > 1e-6

# %% wrong="is_broken" name="largest difference"
# says: You compare the difference itself with 1e-6: too strict for gradients of thousands, too lax for tiny ones.
# next: Use relative_error, which divides by the gradients' lengths.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, errors = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        errors.append((gradients[k] - truth).abs().max().item())
    return any(error > 1e-6 for error in errors)

# %% wrong="is_broken" name="length of the difference"
# says: You compare the difference itself with 1e-6: too strict for gradients of thousands, too lax for tiny ones.
# next: Use relative_error, which divides by the gradients' lengths.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, errors = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        errors.append((gradients[k] - truth).norm().item())
    return any(error > 1e-6 for error in errors)

# %% wrong="is_broken" name="step of 0.1"
# says: Your step h is too large: where it crosses the corner of a ReLU, right gradients look wrong.
# next: Take h = 1e-5, as in section 9.1.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, errors = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 0.1)
        errors.append(relative_error(gradients[k], truth))
    return any(error > 1e-6 for error in errors)

# %% wrong="is_broken" name="limit of 1e-4"
# says: Your limit is too generous: a gradient that is wrong by a factor of 1.0001 passes.
# next: Take 1e-6 for the limit.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, errors = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        errors.append(relative_error(gradients[k], truth))
    return any(error > 1e-4 for error in errors)

# %% wrong="is_broken" name="limit of 1e-5"
# says: Your limit is too generous: a gradient that is wrong by a factor of 1.000005 passes.
# next: Take 1e-6 for the limit.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, errors = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        errors.append(relative_error(gradients[k], truth))
    return any(error > 1e-5 for error in errors)

# %% wrong="is_broken" name="limit of 1e-7"
# says: Your limit is too strict: gradients that are right to six digits look broken.
# next: Take 1e-6 for the limit.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, errors = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        errors.append(relative_error(gradients[k], truth))
    return any(error > 1e-7 for error in errors)

# %% wrong="is_broken" name="limit of 1e-8"
# says: Your limit is too strict: gradients that are right to six digits look broken.
# next: Take 1e-6 for the limit.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    P, errors = [W1, b1, W2, b2], []
    for k in range(4):
        truth = numerical_gradient(lambda Q: two_layer_loss(X, *P[:k], Q, *P[k + 1 :], Y), P[k], 1e-5)
        errors.append(relative_error(gradients[k], truth))
    return any(error > 1e-8 for error in errors)

# %% wrong="is_broken" name="zeros passed over"
# says: You pass over gradients that are all zeros. Zeros are a claim too, and right only where the true gradient is 0.
# next: Compare them like any other; relative_error treats two zero gradients itself.
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    parameters = [W1, b1, W2, b2]
    for place, claimed in enumerate(gradients):
        def loss_of(P):
            return two_layer_loss(X, *parameters[:place], P, *parameters[place + 1 :], Y)

        truth = numerical_gradient(loss_of, parameters[place], 1e-5)
        if claimed.any() and relative_error(claimed, truth) > 1e-6:
            return True
    return False

# %% right="is_broken" name="four lines, one for each parameter"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    dW1 = numerical_gradient(lambda P: two_layer_loss(X, P, b1, W2, b2, Y), W1)
    db1 = numerical_gradient(lambda P: two_layer_loss(X, W1, P, W2, b2, Y), b1)
    dW2 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, P, b2, Y), W2)
    db2 = numerical_gradient(lambda P: two_layer_loss(X, W1, b1, W2, P, Y), b2)
    return max(relative_error(a, b) for a, b in zip(gradients, (dW1, db1, dW2, db2))) > 1e-6

# %% right="is_broken" name="by name, with any"
def is_broken(gradients, X, W1, b1, W2, b2, Y):
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}

    def error(claimed, name):
        truth = numerical_gradient(
            lambda P: two_layer_loss(X=X, Y=Y, **{**parameters, name: P}), parameters[name]
        )
        return relative_error(claimed, truth)

    return any(error(claimed, name) > 1e-6 for claimed, name in zip(gradients, parameters))

# %% [markdown]
# Now try it on the six passes. Where does the right one stand in the ranking above?

# %%
place = start(hidden=6, seed=8)
for loss, name in ranking:
    verdict = is_broken(six_passes(name, X_cloud, *place, Y_cloud), X_cloud, *place, Y_cloud)
    print(f"{name}   loss {loss:.4f}   {'broken' if verdict else 'right'}")

# %% [markdown]
# Three broken passes ended with a *lower* loss than the right one; from another start it would be others. Nothing in
# the curves gives them away, and one of them never moves the hidden biases at all. **A falling loss is no evidence
# that a gradient is right. A gradient check is.** It takes a minute; run it once for every backward pass that you
# write.
#
# ## 11. A tiny autograd
#
# You have walked backwards through graphs all day, always by the same rule. A rule that is always the same can be
# left to the computer. In this last section you build the machine, for single numbers: a small version of what
# PyTorch does.
#
# ### 11.1 A number that remembers
#
# A `Value` holds a number, `data`, and the gradient of the loss with respect to it, `grad`, which is 0 at first.
# When two of them are added or multiplied, the result remembers its `parents`, and how to **push** its own gradient
# back to them.
#
# Three things about Python that you need for it. When Python reads `a + b`, it calls `a.__add__(b)`, and for `a * b` it
# calls `a.__mul__(b)`: writing these two functions teaches a `Value` plus and times. A function may be written inside
# another one; such an inner function, here `push`, still knows the names around it (`self`, `other`, `out`) when it is
# called much later. And functions can be kept like numbers: `out.push = push` stores it for the way back.
#
# Two rules for pushing. First, the habits of section 1.2: a plus hands on, a product swaps, a ReLU opens or shuts.
# Second, use `+=` and never `=`. A number that is used twice gets a contribution from each use, and they add. With
# `=` the second would wipe out the first. Think of $x \cdot x$: both parents are the same `x`, and $2x$ is two
# contributions of $x$.
#
# ### 11.2 Your turn: three operations
#
# Fill in the three `push` functions. Inside, `self` and `other` are the parents, `out` is the result, and
# `out.grad` is what has arrived. For example, with `x = Value(3.0)` and `out = x * x`, setting `out.grad = 1.0` and
# calling `out.push()` must leave `x.grad` at `6.0`. At exactly 0 the ReLU is shut: it pushes 0. A factor may be 0, too,
# and two numbers may be equal by chance: they are two still.
# A push changes nothing but the parents' `grad`: `out.grad` stays.
#
# `value_operations`, the function at the end, is ready and only for the check: it does one operation on two numbers
# whose `grad` is `before` already, as if other results had pushed to them, and pushes once.

# %% solution="value_operations"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            ### BEGIN SOLUTION
            self.grad += out.grad
            other.grad += out.grad
            ### END SOLUTION

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            ### BEGIN SOLUTION
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
            ### END SOLUTION

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            ### BEGIN SOLUTION
            self.grad += out.grad if self.data > 0 else 0.0
            ### END SOLUTION

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% check="value_operations" points=2
def slopes(operation, a, b, arrived, before):
    result, da, db = {
        "a + b": (a + b, 1, 1),
        "a * b": (a * b, b, a),
        "relu(a)": (max(0.0, a), float(a > 0), 0),
        "a + a": (2 * a, 2, 0),
        "a * a": (a * a, 2 * a, 0),
    }[operation]
    return {"result": result, "arrived": arrived, "da": before + da * arrived, "db": before + db * arrived}
def question(operation, a, b, arrived, before):
    return cases.example(operation=operation, a=a, b=b, arrived=arrived, before=before)
questions = [("a + b", 3.0, 4.0, 5.0, 1.0), ("a + a", 3.0, 0.5, 5.0, 1.0), ("a * b", 3.0, 4.0, 2.0, 1.0)]
questions += [("a * a", 3.0, 0.0, 1.0, 0.0), ("a * b", 0.0, 4.0, 2.0, 0.0), ("a * a", -1.5, 0.0, 2.0, 1.0)]
questions += [("relu(a)", -1.0, 0.0, 2.0, 1.0), ("relu(a)", 2.5, 0.0, -2.0, 1.0), ("relu(a)", 0.0, 0.0, 2.0, 0.0)]
questions += [("a * b", 3.0, 3.0, 2.0, 1.0), ("a + b", -2.0, -2.0, 1.0, 0.0), ("a * b", 4.0, 0.0, 2.0, 1.0)]
check.function(value_operations, slopes, on=[question(*each) for each in questions])
### BEGIN HIDDEN TESTS
numbers = [(2.5, -1.5, 0.75), (-0.5, 3.0, -2.0), (1.25, 4.0, -3.5), (0.25, 0.5, 1.5), (0.0, -2.0, 3.0), (1.5, 0.0, 0.0)]
numbers += [(-1.5, -1.5, 2.0), (0.5, 0.5, -1.0)]  # equal, and two numbers still
numbers += [[number.item() for number in case] for case in cases.draw(seeds=6, seed0=100, a="", b="", arrived="")]
each = [
    question(operation, a, b, arrived, before)
    for operation in ("a + b", "a * b", "relu(a)", "a + a", "a * a")
    for a, b, arrived in numbers
    for before in (0.0, -0.75)
]
check.function(value_operations, slopes, on=each)
### END HIDDEN TESTS

# %% wrong="value_operations" name="= for +="
# says: You wrote = where += belongs. A number that is used twice then keeps only the last contribution.
# next: Add to grad, in all three operations.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad = out.grad
            other.grad = out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad = out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="product does not swap"
# says: In the product each parent gets its own number as the factor. Its local derivative is the other one.
# next: For a * b, the gradient of a is multiplied by b.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += self.data * out.grad
            other.grad += other.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="upstream gradient forgotten in the product"
# says: Your product pushes the other factor alone. What has arrived, out.grad, never enters.
# next: Multiply the other factor by out.grad.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data
            other.grad += self.data

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="ReLU lets everything through"
# says: Your ReLU hands on what arrives even where it is shut.
# next: Push out.grad if the parent is positive, and nothing otherwise.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="plus multiplies"
# says: Your plus multiplies by the numbers. It hands its gradient on unchanged, to both sides.
# next: Remove the factors from the plus.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += self.data * out.grad
            other.grad += other.data * out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="= for += in the plus"
# says: In the plus you wrote = where += belongs: what came to a number from elsewhere is wiped out.
# next: Add to grad, for both parents.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad = out.grad
            other.grad = out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="= for += in the plus, second parent"
# says: In the plus you wrote = for one of the parents. What came to it from elsewhere is wiped out.
# next: Add to grad, for both parents.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad = out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="= for += in the product"
# says: In the product you wrote = where += belongs: what came to a number from elsewhere is wiped out.
# next: Add to grad, for both parents.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="= for += in the product, second parent"
# says: In the product you wrote = for one of the parents. What came to it from elsewhere is wiped out.
# next: Add to grad, for both parents.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad = self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="= for += in the ReLU"
# says: In the ReLU you wrote = where += belongs: what came to the number from elsewhere is wiped out.
# next: Add to grad, 0 where the ReLU is shut.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad = out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="= for += in an open ReLU"
# says: Where the ReLU is open you wrote = for +=: what came to the number from elsewhere is wiped out.
# next: Add to grad.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if self.data > 0:
                self.grad = out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="a shut ReLU sets 0"
# says: Where the ReLU is shut you set grad to 0: what came to the number from elsewhere is wiped out.
# next: A shut ReLU leaves grad as it is.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad = self.grad + out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="ReLU open at 0"
# says: Right but for the ReLU of exactly 0: there yours is open. It is shut.
# next: Use > and not >=.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data >= 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="ReLU shut for negative gradients"
# says: Your ReLU lets no negative gradient through. What decides is the sign of the number.
# next: Look at self.data, and at nothing else.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 and out.grad > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="ReLU decided by the gradient"
# says: Your ReLU looks at the sign of the gradient that arrives. What decides is the sign of the number.
# next: Look at self.data.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if out.grad > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="ReLU multiplies by the output"
# says: Your ReLU multiplies by its output. Its slope is 1 where the number is positive.
# next: Push out.grad as it is, or nothing.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad * out.data

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="square counted twice"
# says: You treat a * a apart and then add the two contributions as well: it counts double.
# next: The two lines for the parents do it alone: both add to the same number.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            if self is other:
                self.grad += 2 * self.data * out.grad
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="double counted in the plus"
# says: You treat a + a apart and then add the two contributions as well: it counts double.
# next: The two lines for the parents do it alone: both add to the same number.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            if self is other:
                self.grad += 2 * out.grad
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="own gradient set to 0"
# says: After pushing, the product sets its own gradient back to 0. It is asked for: the product's gradient.
# next: Change nothing but the grad of the parents.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
            out.grad = 0.0

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="other factor by division"
# says: You divide the product by a factor to get the other one. With a factor of 0 that is a division by 0.
# next: The other factor is at hand: other.data for self, self.data for other.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad * (out.data / self.data)
            other.grad += out.grad * (out.data / other.data)

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="first parent only, in the product"
# says: Your product pushes to its first parent only.
# next: Both factors get their share.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="both contributions computed before they are stored, in the product"
# says: In a * a only one contribution counts: you push once, or you compute both new grads before you store them.
# next: Write two lines, one after the other: add for self, then add for other, whether or not they are the same.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            first, second = self.grad + other.data * out.grad, other.grad + self.data * out.grad
            self.grad, other.grad = first, second

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="both contributions computed before they are stored, in the plus"
# says: In a + a only one contribution counts: you push once, or you compute both new grads before you store them.
# next: Write two lines, one after the other: add for self, then add for other, whether or not they are the same.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            first, second = self.grad + out.grad, other.grad + out.grad
            self.grad, other.grad = first, second

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="both contributions computed before they are stored"
# says: In a + a and a * a only one contribution counts: you push once, or compute both new grads before you store them.
# next: Write two lines, one after the other: add for self, then add for other, whether or not they are the same.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            first, second = self.grad + out.grad, other.grad + out.grad
            self.grad, other.grad = first, second

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            first, second = self.grad + other.data * out.grad, other.grad + self.data * out.grad
            self.grad, other.grad = first, second

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="plus sets its own gradient to 0"
# says: After pushing, the plus sets its own gradient back to 0. A push changes nothing but the parents' grad.
# next: Leave out.grad as it is.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad
            out.grad = 0.0

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="ReLU sets its own gradient to 0"
# says: After pushing, the ReLU sets its own gradient back to 0. A push changes nothing but the parents' grad.
# next: Leave out.grad as it is.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0
            out.grad = 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="all set their own gradients to 0"
# says: After pushing, every result sets its own gradient back to 0. A push changes nothing but the parents' grad.
# next: Leave out.grad as it is.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad
            out.grad = 0.0

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
            out.grad = 0.0

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0
            out.grad = 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="first factor's gradient by division, nothing for 0"
# says: You divide the product by a factor to get the other one, and push nothing where that factor is 0.
# next: The other factor is at hand: other.data for self, self.data for other.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad * out.data / self.data if self.data else 0.0
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="second factor's gradient by division, nothing for 0"
# says: You divide the product by a factor to get the other one, and push nothing where that factor is 0.
# next: The other factor is at hand: other.data for self, self.data for other.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += out.grad * out.data / other.data if other.data else 0.0

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="both by division, nothing for 0"
# says: You divide the product by a factor to get the other one, and push nothing where that factor is 0.
# next: The other factor is at hand: other.data for self, self.data for other.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad * out.data / self.data if self.data else 0.0
            other.grad += out.grad * out.data / other.data if other.data else 0.0

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="one push for a + a"
# says: In a + a only one contribution counts: you push once, or you compute both new grads before you store them.
# next: Write two lines, one after the other: add for self, then add for other, whether or not they are the same.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            if other is not self:
                other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="one push for a * a"
# says: In a * a only one contribution counts: you push once, or you compute both new grads before you store them.
# next: Write two lines, one after the other: add for self, then add for other, whether or not they are the same.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            if other is not self:
                other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="one push for a + a and a * a"
# says: In a + a and a * a only one contribution counts: you push once, or compute both new grads before you store them.
# next: Write two lines, one after the other: add for self, then add for other, whether or not they are the same.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            if other is not self:
                other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            if other is not self:
                other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="equal factors taken for a square"
# says: You take two numbers with equal data for the same number: in a product the second one gets nothing.
# next: Compare nothing: add for self and add for other. For a number with itself that gives both contributions.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad * (2 if self.data == other.data else 1)
            other.grad += self.data * out.grad * (self.data != other.data)

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% wrong="value_operations" name="equal summands taken for one"
# says: You take two numbers with equal data for the same number: in a sum the second one gets nothing.
# next: Compare nothing: add for self and add for other. For a number with itself that gives both contributions.
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += out.grad * (2 if self.data == other.data else 1)
            other.grad += out.grad * (self.data != other.data)

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            self.grad += out.grad if self.data > 0 else 0.0

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% right="value_operations" name="with loops over the parents"
class Value:
    """A number that remembers how it was made. data and grad are floats; parents is a tuple of Values."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None  # a number that came from nowhere has nobody to push to

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            for parent in out.parents:
                parent.grad = parent.grad + out.grad

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            """Add to the parents' grad what out.grad gives them."""
            for parent, factor in ((self, other.data), (other, self.data)):
                parent.grad = parent.grad + factor * out.grad

        out.push = push
        return out

    def relu(self):
        """max(0, self), a new Value."""
        out = Value(max(0.0, self.data), (self,))

        def push():
            """Add to the parent's grad what out.grad gives it."""
            if out.data > 0:
                self.grad = self.grad + out.grad

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% right="value_operations" name="with a helper for pushing"
def push_to(parent, amount):
    parent.grad += amount


class Value:
    """A number that remembers how it was made."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.push = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            push_to(other, out.grad)
            push_to(self, out.grad)

        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            push_to(other, out.grad * self.data)
            push_to(self, out.grad * other.data)

        out.push = push
        return out

    def relu(self):
        out = Value(max(0.0, self.data), (self,))

        def push():
            push_to(self, out.grad * (self.data > 0))

        out.push = push
        return out


def value_operations(operation, a, b, arrived, before):
    """For the check: one operation on a and b, whose gradients are `before` by then; `arrived` comes, one push."""
    x, z = Value(a), Value(b)
    results = {"a + b": x + z, "a * b": x * z, "relu(a)": x.relu(), "a + a": x + x, "a * a": x * x}
    out = results[operation]
    x.grad, z.grad, out.grad = before, before, arrived
    out.push()
    return {"result": out.data, "arrived": out.grad, "da": x.grad, "db": z.grad}

# %% [markdown]
# ### 11.3 In which order?
#
# One question is left: in which order should the results push? Look at this small graph, in which `s` is used twice.

# %%
diamond = graph.Graph()
diamond.input("a", 2.0)
diamond.input("b", 3.0)
diamond.node("s", op="×", of=("a", "b"), value=6.0)
diamond.node("t", op="+", of=("s", "a"), value=8.0)
diamond.node("L", op="×", of=("s", "t"), value=48.0)
graph.draw(
    diamond,
    gradients={"L": 1.0, "t": 6.0, "s": 14.0, "a": 48.0, "b": 28.0},
    alt="Graph: s = a b = 6, t = s + a = 8, L = s t = 48. Gradients dt = 6, ds = 14, da = 48, db = 28.",
    caption="The number s reaches L directly and through t. Both contributions must be in before s pushes.",
)

# %% [markdown]
# `L` pushes 8 to `s` and 6 to `t`. If `s` pushed now, it would push 8. But `t` has not pushed yet; it will add
# another 6. Only then is `ds = 14` complete. So a number may push only **after everything that was made from it has
# pushed**.
#
# An order in which every number stands after its parents is called a **topological order**, for instance
# `a, b, s, t, L`. Walk it from the back, and the condition holds. To find such an order, visit the numbers from the
# result downwards: *visit all parents first, then put yourself on the list*, and never visit a number twice.
#
# In Python, a function may call itself: `visit` calls `visit` for each parent and goes on when those calls have come
# back. A set remembers where it has been: `seen = set()` is empty, `seen.add(node)` puts a number in, and
# `node in seen` asks.
#
# ### 11.4 Your turn: backward
#
# Write `backward(root)` for any `Value`, also for a single one without parents. It finds a topological order of
# everything that `root` was made from, sets `root.grad` to 1, and lets every number push, from `root` back to the
# inputs. It returns nothing.
#
# `value_backward`, the function at the end, is ready and only for the check: it builds a graph from a list of
# operations, calls your `backward` on the last result, and returns all gradients. The graph above is
# `value_backward([2.0, 3.0], [("*", 0, 1), ("+", 2, 0), ("*", 2, 3)])`: each number is a place in the list of all
# values so far. It gives `[48.0, 28.0, 14.0, 6.0, 1.0]`. Two numbers may be equal and are two numbers still: with the
# numbers `[2.0, 2.0]` and the program `[("+", 0, 1), ("+", 2, 0), ("+", 1, 2), ("+", 2, 3), ("+", 4, 5)]` the gradients
# are `[4.0, 4.0, 3.0, 1.0, 1.0, 1.0, 1.0]`. Two more to try: `value_backward([1.5], [])` gives `[1.0]`, and
# `value_backward([2.0, -1.0], [("relu", 0), ("relu", 1), ("+", 2, 3), ("*", 4, 4)])` gives
# `[4.0, 0.0, 4.0, 4.0, 4.0, 1.0]`.

# %% solution="value_backward"
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    ### BEGIN SOLUTION
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        node.push()
    ### END SOLUTION


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% check="value_backward" points=3
program = [("*", 0, 1), ("+", 2, 0), ("*", 2, 3)]
gives = [48.0, 28.0, 14.0, 6.0, 1.0]
figure = cases.example(numbers=[2.0, 3.0], program=program, gives=gives)
program = [("+", 0, 1), ("+", 2, 0), ("+", 1, 2), ("+", 2, 3), ("+", 4, 5)]
equal = cases.example(numbers=[2.0, 2.0], program=program, gives=[4.0, 4.0, 3.0, 1.0, 1.0, 1.0, 1.0])
single = cases.example(numbers=[1.5], program=[], gives=[1.0])
program = [("relu", 0), ("relu", 1), ("+", 2, 3), ("*", 4, 4)]
square = cases.example(numbers=[2.0, -1.0], program=program, gives=[4.0, 0.0, 4.0, 4.0, 4.0, 1.0])
check.function(value_backward, on=[figure, equal, single, square])
### BEGIN HIDDEN TESTS
def by_autograd(numbers, program):
    values = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    for operation, *places in program:
        first, last = values[places[0]], values[places[-1]]
        values.append(
            torch.relu(first) if operation == "relu" else first + last if operation == "+" else first * last
        )
    found = torch.autograd.grad(values[-1], values, allow_unused=True)
    return [0.0 if gradient is None else gradient.item() for gradient in found]
generator = cases.generator(100)
programs = [cases.example(numbers=[1.5], program=[("+", k, k) for k in range(10)])]
programs += [cases.example(numbers=[1.5], program=[]), cases.example(numbers=[2.0, 2.0], program=[("*", 0, 1)])]
for _ in range(12):
    numbers, program = (torch.randn(3, generator=generator) * 1.5).tolist(), []
    for count in range(3, 11):
        first, last = torch.randint(max(0, count - 4), count, (2,), generator=generator).tolist()
        kind = ("+", "*", "relu", "+", "*")[int(torch.randint(5, (1,), generator=generator))]
        program.append((kind, first) if kind == "relu" else (kind, first, last))
    programs.append(cases.example(numbers=numbers, program=[*program, ("+", 10, 9), ("*", 11, 8)]))
check.function(value_backward, by_autograd, on=programs)
### END HIDDEN TESTS

# %% wrong="value_backward" name="pushes before all contributions are in"
# says: A number pushes as soon as it is reached. One that is used twice pushes too early, and then again.
# next: Make the whole list first, parents before results, then push from its end, each number once.
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    def visit(node):
        node.push()
        for parent in node.parents:
            visit(parent)

    root.grad = 1.0
    visit(root)


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="order from the inputs"
# says: You let the inputs push first. Their gradients have not arrived yet.
# next: Walk the topological order from its end: the result pushes first.
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0
    for node in order:
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="start value forgotten"
# says: Every gradient is 0: nothing sets the gradient of the result itself.
# next: Set root.grad to 1 before the first push.
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="children listed before their parents are complete"
# says: You let the numbers push in the order in which you reach them. One that is used again later pushes too early.
# next: Visit all parents first, then append the number itself.
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    order, waiting = [], [root]
    while waiting:
        node = waiting.pop(0)
        if node not in order:
            order.append(node)
            waiting.extend(node.parents)
    root.grad = 1.0
    for node in order:
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="numbers visited twice"
# says: A number that is used twice stands on your list twice, so it pushes twice.
# next: Remember which numbers you have visited and skip them.
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    order = []

    def visit(node):
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="equal numbers taken for one"
# says: Your set holds numbers, not Values: two that are equal by chance are taken for one.
# next: Remember the node itself, not its data.
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    order, seen = [], set()

    def visit(node):
        if node.data in seen:
            return
        seen.add(node.data)
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="node before its parents"
# says: You put a number on the list before its parents. One that is used again further on then pushes too early.
# next: Append the number after the visits to its parents, and walk the list from its end.
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        order.append(node)
        for parent in node.parents:
            visit(parent)

    visit(root)
    root.grad = 1.0
    for node in order:
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="node before its parents, last parent first"
# says: You put a number on the list before its parents. With the last parent first, the figure is right by luck.
# next: Append the number after the visits to its parents, and walk the list from its end.
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        order.append(node)
        for parent in reversed(node.parents):
            visit(parent)

    visit(root)
    root.grad = 1.0
    for node in order:
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="parents of the result only"
# says: Only the result and its parents push. Their parents have to push as well.
# next: Let visit call itself for each parent.
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent in node.parents:
            if node is root:
                visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="gradient of the result set to its value"
# says: You start with the result's value. The gradient of the result with respect to itself is 1.
# next: Set root.grad to 1.
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    root.grad = root.data
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="parents visited only where there are two"
# says: You visit the parents only where there are two. A ReLU has one, and nothing before it is reached.
# next: Loop over node.parents, however many there are.
def backward(root):
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        if len(node.parents) == 2:
            for parent in node.parents:
                visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="first parent only"
# says: You visit the first parent only. What was made from two numbers has two parents.
# next: Loop over node.parents.
def backward(root):
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent in node.parents[:1]:
            visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="a single Value left at 0"
# says: A single Value without parents keeps the gradient 0. Its gradient with respect to itself is 1.
# next: Set root.grad to 1 whatever root was made from.
def backward(root):
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0 if root.parents else 0.0
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="uses counted twice, taken off once"
# says: You count the uses of a number with those in x·x as two, but take them off as one: such a number never pushes.
# next: Count up and count down in the same way: x·x uses x twice.
def backward(root):
    uses, stack, seen = {}, [root], {root}
    while stack:
        for parent in stack.pop().parents:
            uses[parent] = uses.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    root.grad, ready = 1.0, [root]
    while ready:
        node = ready.pop()
        node.push()
        for parent in set(node.parents):
            uses[parent] -= 1
            if uses[parent] == 0:
                ready.append(parent)


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="by the shortest way to an input"
# says: Your order goes by the shortest way to an input. The longest counts: a number stands after all its parents.
# next: Visit all parents first, then append the number itself.
def backward(root):
    depth = {}

    def measure(node):
        if node not in depth:
            depth[node] = 1 + min((measure(parent) for parent in node.parents), default=-1)
        return depth[node]

    measure(root)
    root.grad = 1.0
    for node in sorted(depth, key=depth.get, reverse=True):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% wrong="value_backward" name="the result does not push"
# says: The result itself does not push: only its gradient is set. Its parents get nothing from it.
# next: Let the result push first.
def backward(root):
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    root.grad = 1.0
    order.pop()
    for node in reversed(order):
        node.push()


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% right="value_backward" name="without recursion, by counting uses"
def backward(root):
    """Fill in .grad of every Value that root was made from: the gradient of root with respect to it.

    root: a Value; every grad is 0 before the call. Returns None.
    """
    uses, stack, seen = {}, [root], {root}
    while stack:
        for parent in stack.pop().parents:
            uses[parent] = uses.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    root.grad, ready = 1.0, [root]
    while ready:
        node = ready.pop()
        node.push()
        for parent in node.parents:
            uses[parent] -= 1
            if uses[parent] == 0:
                ready.append(parent)


def value_backward(numbers, program):
    """For the check: build a graph, call backward on the last result, return every gradient in order."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% right="value_backward" name="with a stack instead of calls"
def backward(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(parent, False) for parent in node.parents]
    root.grad = 1.0
    for node in order[::-1]:
        node.push()


def value_backward(numbers, program):
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        operands = [values[place] for place in places]
        if operation == "relu":
            values.append(operands[0].relu())
        else:
            values.append(operands[0] + operands[1] if operation == "+" else operands[0] * operands[1])
    backward(values[-1])
    return [value.grad for value in values]

# %% [markdown]
# ### 11.5 Back to the beginning
#
# Your engine, on the graph of the first page. The answers should look familiar.

# %%
a, b, c = Value(5.0), Value(3.0), Value(2.0)
L = Value(3.0) * (a + b * c)
backward(L)
print("L", L.data, " da", a.grad, " db", b.grad, " dc", c.grad)

# %% [markdown]
# You wrote no derivative of $L$. You wrote how a plus, a product and a ReLU pass a gradient on, and in which order;
# the rest followed. A neuron, a layer, a loss are nothing but such operations, so this engine could train the
# network of week 4, slowly. PyTorch has whole tensors in the place of numbers and hundreds of operations in the
# place of three. Otherwise `loss.backward()` is what you just built, the `+=` included: that is why gradients in
# PyTorch pile up until you set them to zero.
#
# ## Summary
#
# - A computation is a graph. **Upstream gradient times local derivative**, from the loss back to the inputs; where
#   paths meet, **add**.
# - A plus hands its gradient on, a product swaps, an activation multiplies by its slope at the $z$ of the forward pass.
# - For $Z = XW^\top + b$: `dW = dZ.T @ X`, `db = dZ.sum(0)`, `dX = dZ @ W`. Check: a gradient has the shape of its
#   parameter.
# - The $1/n$ of the mean enters once, at the loss.
# - A layer needs a cache from its forward pass. Depth is a loop over layers, backwards. Weight decay adds $\lambda W$.
# - Softmax with cross-entropy: probabilities minus one-hot, over $n$. Subtract the largest score first.
# - Central differences check any gradient, in float64 with $h$ near $10^{-5}$, but not across a corner. A falling
#   loss checks nothing.
# - Autograd is a topological order and `+=`.
#
# ## Where to read on
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating errors*, Nature 323
#   (1986): the paper that made the method known, four pages long.
# - M. Nielsen, *Neural Networks and Deep Learning*, chapter 2: the same derivation with other letters, and more
#   pictures.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, section 6.5: backpropagation on general graphs.
# - A. Zhang, Z. C. Lipton, M. Li, A. J. Smola, *Dive into Deep Learning*, section 5.3.
# - A. Karpathy, *micrograd*: an engine like that of section 11, in about a hundred lines.
# - PyTorch's documentation, *Autograd mechanics*: how the real one keeps its graph.
