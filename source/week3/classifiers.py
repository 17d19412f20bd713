# %% [markdown]
# # Week 3: Linear classifiers
#
# Last week a line predicted a number. This week a line takes sides: spam or not, ill or healthy, +1 or −1. You will
# meet three ways to find a good line. Each is one idea: correct your mistakes, keep your distance, say how sure you
# are. The last of them is the final layer of most networks that classify.
#
# When you are done you will be able to
#
# - turn a score into a decision, and say where in the plane the decision changes;
# - train a perceptron, and prove that no line can learn XOR;
# - train a support vector machine with the hinge loss and its subgradient, written by hand;
# - train logistic regression with a loss that never overflows, and derive its short gradient $a - y$;
# - compare the three losses, and say which points still pull on the line.
#
# **From before.** Tensors, masks and broadcasting from week 1. From week 2: the linear model as a `torch.nn.Module`,
# gradient descent with a learning rate, and the gradient of a mean taken by hand.

# %%
import math

import torch

from course import cases, check, data, plot

# %% [markdown]
# ## 1. A score and its sign
#
# An example has two features, $x_0$ and $x_1$. A linear classifier gives each a weight, adds a bias, and calls the
# result the **score**:
#
# $$z = w_0 x_0 + w_1 x_1 + b.$$
#
# This is last week's model. Only the reading is new: we look at the *sign* of the score. A positive score means class
# $+1$, any other score means class $-1$. The weights say which way each feature votes and how loudly. The bias says
# which way the classifier leans before it has seen anything.
#
# Take $w = (1, 3)$ and $b = 0$. The point $(1,\ 0.5)$ scores $1 \cdot 1 + 3 \cdot 0.5 = 2.5$. The point
# $(0.1,\ {-0.3})$ scores $0.1 - 0.9 = -0.8$. So the classes are $+1$ and $-1$.
#
# For many examples at once, the rows of `X` are the examples, and one product gives all scores. Say the shape of the
# result before you run this.

# %%
X_two = torch.tensor([[1.0, 0.5], [0.1, -0.3]], dtype=torch.float64)
w_two = torch.tensor([1.0, 3.0], dtype=torch.float64)
b_two = torch.tensor(0.0, dtype=torch.float64)
X_two @ w_two + b_two

# %% [markdown]
# A matrix (2, 2) times a vector (2,) is a vector (2,): one score for each example. In this course a layer has a
# weight *matrix* `W` of shape (out, in). With a single output we write its only row as a vector `w` of shape (d,),
# and the scores are `X @ w + b`.
#
# ### Exercise 1.1: score and sign
#
# **Your turn.** Complete two things.
#
# - The module `LinearClassifier`. Its constructor takes starting values: `w`, shape (d,), and `b`, a tensor without
#   dimensions. Keep them as two `torch.nn.Parameter`s named `w` and `b`. For inputs `X`, shape (n, d), its `forward`
#   returns the n scores, shape (n,).
# - The function `classify(z)`. For scores of shape (n,) it returns the classes, shape (n,): 1 where the score is
#   positive, −1 elsewhere. A score of exactly 0 gets −1. The dtype is `torch.int64`, which is what
#   `torch.where(mask, 1, -1)` gives you.
#
# Both work for any number of features and examples, a single one included.
#
# For the two points above the scores are `[2.5, -0.8]` and the classes `[1, -1]`. With `b = 0.5` instead of 0 the
# scores are `[3., -0.3]`.

# %% solution="score_and_sign"
class LinearClassifier(torch.nn.Module):
    """Gives each example a score; the sign of the score is its class."""

    def __init__(self, w, b):
        """Begin with the weights w, shape (d,), and the bias b, a tensor without dimensions."""
        super().__init__()
        ### BEGIN SOLUTION
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)
        ### END SOLUTION

    def forward(self, X):
        """Return the scores of X: (n, d) in, (n,) out."""
        ### BEGIN SOLUTION
        return X @ self.w + self.b
        ### END SOLUTION


def classify(z):
    """Return the classes of the scores z, shape (n,): 1 where positive, else -1, int64."""
    ### BEGIN SOLUTION
    return torch.where(z > 0, 1, -1)
    ### END SOLUTION

# %% check="score_and_sign" points=2
two = torch.tensor([[1.0, 0.5], [0.1, -0.3]], dtype=torch.float64)
check.module(
    LinearClassifier,
    build=(torch.tensor([1.0, 3.0], dtype=torch.float64), torch.tensor(0.5, dtype=torch.float64)),
    on=[cases.example(X=two)],
    reference=lambda own, X: torch.tensor([3.0, -0.3]).to(X),
    parameters={"w": (2,), "b": ()},
    rtol=1e-6,
)
signs = cases.example(z=torch.tensor([2.5, -0.8]), gives=torch.tensor([1, -1]))
zero = cases.example(z=torch.tensor([0.0, 0.1]), gives=torch.tensor([-1, 1]))
check.function(classify, on=[signs, zero])
### BEGIN HIDDEN TESTS
start = (torch.tensor([0.5, -2.0, 1.25], dtype=torch.float64), torch.tensor(-0.75, dtype=torch.float64))
check.module(
    LinearClassifier,
    build=start,
    on=cases.draw(seeds=8, seed0=100, X="n 3"),
    reference=lambda own, X: X @ torch.tensor([0.5, -2.0, 1.25], dtype=X.dtype, device=X.device) - 0.75,
    parameters={"w": (3,), "b": ()},
)
zeros = cases.example(z=torch.tensor([0.0, 1e-30, -1e-30, -0.0, 7.0]), gives=torch.tensor([-1, 1, -1, -1, 1]))
check.function(classify, lambda z: 2 * (z > 0).long() - 1, on=[zeros] + cases.draw(seeds=8, seed0=100, z="n"))
### END HIDDEN TESTS

# %% wrong="score_and_sign" name="bias forgotten"
# says: Your score leaves out the bias. With b = 0 nobody notices.
# next: Add `self.b` to the product.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="torch.sign"
# says: `torch.sign` has three answers: a score of exactly 0 gets 0, which is no class.
# next: Ask one question that has two answers: is the score positive?
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.sign(z).long()

# %% wrong="score_and_sign" name="zero counted as positive"
# says: A score of exactly 0 gets +1 from you. We agreed on −1.
# next: Use > instead of >=.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z >= 0, 1, -1)

# %% wrong="score_and_sign" name="plain tensors"
# says: Your weights are ordinary tensors. The module does not know that they are there to be learned.
# next: Wrap each of the two in `torch.nn.Parameter`.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = w
        self.b = b

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="classes 0 and 1"
# says: You call the two classes 1 and 0. Here they are 1 and −1.
# next: `torch.where(mask, 1, -1)` chooses between the two.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return (z > 0).long()

# %% wrong="score_and_sign" name="two features only"
# says: Your score uses features 0 and 1 and leaves out all further ones.
# next: Let a product over all the features do it.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X[:, 0] * self.w[0] + X[:, 1] * self.w[1] + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="bias a plain tensor"
# says: Your bias is an ordinary tensor. The module does not know that it is there to be learned.
# next: Wrap it in `torch.nn.Parameter`, too.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = b

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="bias added once for each feature"
# says: You add the bias before you sum over the features, so it counts once for each feature.
# next: Sum first, then add the bias once.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return (X * self.w + self.b).sum(dim=1)


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="class instead of score"
# says: Your `forward` returns classes. It should return the scores; `classify` comes after it.
# next: Leave the sign out of `forward`.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return torch.where(X @ self.w + self.b > 0, 1, -1)


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="starting values thrown away"
# says: Your module begins with zeros and not with the `w` that it is given.
# next: Put `w` itself into the parameter.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros_like(w))
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="bias subtracted"
# says: You subtract the bias from the product.
# next: The score adds it.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w - self.b


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="classes the wrong way round"
# says: A positive score gets −1 from you, and the others 1.
# next: Swap the two.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z > 0, -1, 1)

# %% wrong="score_and_sign" name="sigmoid in the score"
# says: You put the score through a sigmoid. The score itself is asked for.
# next: Return the product plus the bias as it is.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return torch.sigmoid(X @ self.w + self.b)


def classify(z):
    return torch.where(z > 0, 1, -1)

# %% wrong="score_and_sign" name="a small number to pass"
# says: Your `classify` asks more than a positive score: scores just above 0 get −1.
# next: Compare with 0 itself; no small number is needed.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z > 1e-6, 1, -1)

# %% wrong="score_and_sign" name="scores rounded"
# says: You round the scores before you look at their sign, so a small positive score gets −1.
# next: Compare the score as it is with 0.
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = torch.nn.Parameter(w)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        return X @ self.w + self.b


def classify(z):
    return torch.where(z.round() > 0, 1, -1)

# %% right="score_and_sign" name="sum over the features, if and else"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.b = torch.nn.Parameter(b.clone())
        self.w = torch.nn.Parameter(w.clone())

    def forward(self, X):
        return (X * self.w).sum(dim=1) + self.b


def classify(z):
    classes = []
    for score in z:
        if score > 0:
            classes.append(1)
        else:
            classes.append(-1)
    return torch.tensor(classes, device=z.device)

# %% right="score_and_sign" name="matrix-vector product by name, arithmetic on the mask"
class LinearClassifier(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w, self.b = torch.nn.Parameter(w), torch.nn.Parameter(b)

    def forward(self, X):
        return torch.mv(X, self.w).add(self.b)


def classify(z):
    return 2 * (z > 0).to(torch.int64) - 1

# %% [markdown]
# ## 2. The boundary
#
# Where does the decision change? Where the score is 0. In the plane, all points with
#
# $$w_0 x_0 + w_1 x_1 + b = 0$$
#
# form a straight line, the **decision boundary**. Here it is for $w = (1, 3)$, $b = 0$, together with our two points.

# %%
plot.boundary(
    lambda X: X @ w_two + b_two, X_two, torch.tensor([1.0, -1.0]), margin=True,
    alt="A gently falling line through the origin, between the two points. A broken line runs parallel "
    "on either side; the point of class −1 lies between the broken lines and has a ring.",
    caption="The boundary of w = (1, 3), b = 0. On the broken lines the score is +1 and −1.",
)

# %% [markdown]
# Read three things off this picture. The solid line passes between the points, so both are on their right side. The
# broken lines, on which the score is $+1$ and $-1$, are parallel to it: the score grows evenly as you walk away from
# the boundary. The band between the broken lines is called the **street** here; section 4 is about it. And the point
# $(0.1, -0.3)$ lies in the street, because its score, $-0.8$, is smaller than 1 in size.
#
# The figure puts a ring around each point that lies in the street, on its edge, or on the wrong side of the line. Its
# legend says "in the margin"; the word **margin** means a number here, which comes in exercise 2.2.
#
# Now move a line yourself. If you see sliders below, pull them; if you read this on paper, look at the start. Three
# things to find out: What does $b$ do to the line? What happens when $w_0$ and $w_1$ change their signs? And what
# stays, what changes, when both are doubled and $b$ is 0?

# %%
X, y = data.blobs(40, spread=0.5, seed=2, signed=True, dtype=torch.float64)
plot.slider(
    lambda w0, w1, b, **words: plot.boundary(
        lambda X: w0 * X[:, 0] + w1 * X[:, 1] + b, X, y, margin=True, **words
    ),
    w0=(-3.0, 3.0, 1.0), w1=(-3.0, 3.0, 0.5), b=(-3.0, 3.0, 0.0),
    alt="Two clouds of points, lower left and upper right, a line through the origin between them, "
    "and the street along it.",
    caption="A line with w = (1, 0.5) and b = 0 to begin with. The sliders change the weights and the bias.",
)

# %% [markdown]
# The bias shifts the line without turning it. Other signs of both weights leave the line in place and swap its two
# sides. Doubled weights leave the line in place too, but the street becomes half as wide: the score grows twice as
# fast. Keep that last one in mind.
#
# To draw such a line you need its height $x_1$ above each place $x_0$. Solve for $x_1$. It pays to be a little more
# general, and to ask where the score has a given value $c$, which we call a **level**:
#
# $$w_0 x_0 + w_1 x_1 + b = c.$$
#
# With $c = 0$ this is the boundary. With $c = \pm 1$ it is the edges of the street. In section 5 other levels will be
# the lines of equal probability.
#
# ### Exercise 2.1: the line in the plane
#
# **Your turn.** Solve for $x_1$ on paper, then write `boundary_x1(x0, w, b, level)`. `x0` holds places on the
# horizontal axis, shape (m,); `w` has shape (2,), `b` and `level` are single numbers. The answer has shape (m,) and the
# dtype of `x0`: the height of the line above each place, be it a single place. With $w_0 = 0$ the line is horizontal,
# and you still return m heights. You may assume $w_1 \ne 0$; with $w_1 = 0$ the line is vertical and has no such
# height.
#
# For `w = [1., 3.]`, `b = 0` and level 0, the places `[0., 3., -6.]` give `[0., -1., 2.]`. On level 3 they give
# `[1., 0., 3.]`. With `b = 0.5` and level 2, all in float32, they give `[0.5, -0.5, 2.5]`, in float32.

# %% solution="boundary_x1"
def boundary_x1(x0, w, b, level):
    """Return the height x1, shape (m,), at which the score is `level`, above the places x0, shape (m,)."""
    ### BEGIN SOLUTION
    return (level - b - w[0] * x0) / w[1]
    ### END SOLUTION

# %% check="boundary_x1" points=1
given = {
    "x0": torch.tensor([0.0, 3.0, -6.0], dtype=torch.float64),
    "w": torch.tensor([1.0, 3.0], dtype=torch.float64),
}
none, half = torch.tensor(0.0, dtype=torch.float64), torch.tensor(0.5, dtype=torch.float64)
at_0 = cases.example(**given, b=none, level=0.0, gives=torch.tensor([0.0, -1.0, 2.0], dtype=torch.float64))
at_3 = cases.example(**given, b=none, level=3.0, gives=torch.tensor([1.0, 0.0, 3.0], dtype=torch.float64))
short = {name: values.float() for name, values in {**given, "b": half}.items()}
at_2 = cases.example(**short, level=2.0, gives=torch.tensor([0.5, -0.5, 2.5], dtype=torch.float32))
check.function(boundary_x1, on=[at_0, at_3, at_2])
### BEGIN HIDDEN TESTS
level_line = cases.example(
    x0=torch.tensor([1.0, -2.0, 0.5, 4.0], dtype=torch.float64),
    w=torch.tensor([0.0, -2.0], dtype=torch.float64),
    b=torch.tensor(0.5, dtype=torch.float64),
    level=torch.tensor(-1.0, dtype=torch.float64),
)
check.function(
    boundary_x1,
    lambda x0, w, b, level: -x0 * w[0] / w[1] + (level - b) / w[1],
    on=cases.draw(seeds=12, seed0=100, x0="m", w="2", b="", level="") + [level_line],
)
### END HIDDEN TESTS

# %% wrong="boundary_x1" name="bias not divided"
# says: You divide only part of the equation by w₁. The bias has to be divided as well.
# next: Put everything that you moved to the other side into one bracket, then divide the bracket.
def boundary_x1(x0, w, b, level):
    return (level - w[0] * x0) / w[1] - b

# %% wrong="boundary_x1" name="sign of the bias"
# says: The bias changes sides in the equation, so it changes its sign. Yours keeps it.
# next: Subtract b.
def boundary_x1(x0, w, b, level):
    return (level + b - w[0] * x0) / w[1]

# %% wrong="boundary_x1" name="weights swapped"
# says: You divide by the weight of x₀. The height x₁ is multiplied by the other weight.
# next: Divide by `w[1]`.
def boundary_x1(x0, w, b, level):
    return (level - b - w[1] * x0) / w[0]

# %% wrong="boundary_x1" name="level ignored"
# says: Your line is always the one with score 0, whatever level is asked for.
# next: Set the score equal to `level` and solve again.
def boundary_x1(x0, w, b, level):
    return (-b - w[0] * x0) / w[1]

# %% wrong="boundary_x1" name="divided by the size of w₁"
# says: You divide by the absolute value of w₁. When w₁ is negative your line has the wrong sign.
# next: Divide by `w[1]` with its sign.
def boundary_x1(x0, w, b, level):
    return (level - b - w[0] * x0) / w[1].abs()

# %% wrong="boundary_x1" name="level not divided"
# says: You divide only part of the equation by w₁. The level has to be divided as well.
# next: Put everything that you moved to the other side into one bracket, then divide the bracket.
def boundary_x1(x0, w, b, level):
    return -w[0] / w[1] * x0 + level - b / w[1]

# %% wrong="boundary_x1" name="only the slope divided"
# says: You divide only the term with x₀ by w₁. The level and the bias have to be divided as well.
# next: Put everything that you moved to the other side into one bracket, then divide the bracket.
def boundary_x1(x0, w, b, level):
    return level - b - w[0] / w[1] * x0

# %% wrong="boundary_x1" name="not divided at all"
# says: You never divide by w₁. So you return w₁ x₁, not x₁.
# next: Divide everything by the weight of x₁.
def boundary_x1(x0, w, b, level):
    return level - b - w[0] * x0

# %% wrong="boundary_x1" name="sign of the slope"
# says: The term w₀ x₀ changes sides in the equation, so it changes its sign. Yours keeps it.
# next: Subtract it.
def boundary_x1(x0, w, b, level):
    return (level - b + w[0] * x0) / w[1]

# %% wrong="boundary_x1" name="sign of the level"
# says: You subtract the level. It stands on the other side already, so it keeps its sign.
# next: Start from w₁ x₁ = c − …
def boundary_x1(x0, w, b, level):
    return (-level - b - w[0] * x0) / w[1]

# %% wrong="boundary_x1" name="all signs turned"
# says: All your heights have the wrong sign.
# next: Solve for x₁ once more: which terms change sides?
def boundary_x1(x0, w, b, level):
    return (w[0] * x0 + b - level) / w[1]

# %% wrong="boundary_x1" name="a horizontal line as one number"
# says: For a horizontal line you return one number. There are m places, so m heights are asked for.
# next: Leave the special case out: the formula covers w₀ = 0.
def boundary_x1(x0, w, b, level):
    if w[0] == 0:
        return (level - b) / w[1]
    return (level - b - w[0] * x0) / w[1]

# %% wrong="boundary_x1" name="the first place only"
# says: You use the first place only, so all heights are the same.
# next: Use the whole tensor `x0`.
def boundary_x1(x0, w, b, level):
    return (level - b - w[0] * x0[0]) / w[1] + 0 * x0

# %% wrong="boundary_x1" name="weight of x₀ forgotten"
# says: You subtract x₀ without its weight. With w₀ = 1 nobody notices.
# next: In the equation x₀ is multiplied by w₀.
def boundary_x1(x0, w, b, level):
    return (level - b - x0) / w[1]

# %% wrong="boundary_x1" name="bias left out"
# says: Your line leaves out the bias. With b = 0 nobody notices.
# next: Solve the whole equation for x₁, the bias included.
def boundary_x1(x0, w, b, level):
    return (level - w[0] * x0) / w[1]

# %% wrong="boundary_x1" name="multiplied instead of divided"
# says: You multiply by w₁ where you should divide by it.
# next: Divide both sides of the equation by w₁.
def boundary_x1(x0, w, b, level):
    return (level - b - w[0] * x0) * w[1]

# %% wrong="boundary_x1" name="double precision"
# says: Your heights are float64 whatever the dtype of x0.
# next: Give them the dtype of `x0`.
def boundary_x1(x0, w, b, level):
    return ((level - b - w[0] * x0) / w[1]).double()

# %% wrong="boundary_x1" name="w₁ bounded from below"
# says: You keep w₁ above some small number, and a negative w₁ is lost.
# next: Divide by w₁ as it is: you may assume that it is not 0.
def boundary_x1(x0, w, b, level):
    return (level - b - w[0] * x0) / w[1].clamp(min=1e-8)

# %% right="boundary_x1" name="slope and intercept"
def boundary_x1(x0, w, b, level):
    slope, intercept = -w[0] / w[1], (level - b) / w[1]
    return slope * x0 + intercept

# %% right="boundary_x1" name="one place at a time"
def boundary_x1(x0, w, b, level):
    heights = []
    for x in x0:
        heights.append((level - b - w[0] * x) / w[1])
    return torch.stack(heights)

# %% [markdown]
# ### How far is a point from the line?
#
# The score says on which side a point lies. Does it also say how far away it is? Almost. Multiply $w$ and $b$ by 10:
# every score is ten times as large, yet the line has not moved. So that scale has to be divided out. What is it?
#
# Write the score with the dot product of week 1, $w \cdot x = w_0 x_0 + w_1 x_1$. Then $z = w \cdot x + b$, for any
# number of features. And write $\lVert w \rVert = \sqrt{w_0^2 + w_1^2}$ for the length of $w$, the ℓ2 norm of week 1.
# Note that $w \cdot w = \lVert w \rVert^2$. Now two small steps.
#
# 1. *Which way leads straight away from the line?* Take two points $p$ and $q$ on the line. Both score 0, so
#    $w \cdot p + b = w \cdot q + b$, and $w \cdot (p - q) = 0$. A dot product of 0 means a right angle. (Try it on
#    squared paper with $w = (1, 3)$: the line goes 3 to the right and 1 down, $w$ goes 1 to the right and 3 up, and
#    $1 \cdot 3 + 3 \cdot (-1) = 0$.) So $w$ stands at a right angle to the line. The way straight out is along $w$.
# 2. *How much does the score grow on that way?* A step of length 1 along $w$ is the vector $w / \lVert w \rVert$. It
#    adds $w \cdot w / \lVert w \rVert = \lVert w \rVert$ to the score.
#
# So each unit of distance is worth $\lVert w \rVert$ in the score, and
#
# $$\text{distance of } x \text{ from the line} = \frac{|z|}{\lVert w \rVert}.$$
#
# Now a useful trick. Let $y$ be the true class, $+1$ or $-1$. The product $y z$ is positive when sign and class
# agree, and negative when they do not. It is called the **margin score** here, and it will follow you through this
# week. Divided by $\lVert w \rVert$ it is a distance with a sign: positive on the right side, negative on the wrong
# one.
#
# Our two points: $\lVert w \rVert = \sqrt{10}$, and $y z$ is $2.5$ and $(-1)(-0.8) = 0.8$.

# %%
y_two = torch.tensor([1.0, -1.0], dtype=torch.float64)
z_two = X_two @ w_two + b_two
y_two * z_two, y_two * z_two / w_two.norm()

# %% [markdown]
# The first point lies 0.79 from the line, the second only 0.25. How safe is the line as a whole? As safe as its worst
# point: the smallest of these distances is the **margin** of the line.
#
# ### Exercise 2.2: the margin
#
# **Your turn.** Write `margin(X, y, w, b)`: the smallest $y z / \lVert w \rVert$ over all examples, as a tensor
# without dimensions. `X` is (n, d), `y` (n,) with entries 1 and −1, `w` (d,), `b` a single number. For the two points
# it is 0.2530. When some point is on the wrong side, the margin is negative, and that is as it should be: with
# `b = 1.5` and a third point, $(1, 1)$ of class $-1$, it is −1.7393. It works for any number of examples and features,
# a single one included, and however far the points lie from the line.
#
# You will need it to compare two lines that both make no mistake.

# %% solution="margin"
def margin(X, y, w, b):
    """Return the smallest signed distance from the line, shape (); negative with mistakes."""
    ### BEGIN SOLUTION
    z = X @ w + b
    return (y * z).min() / w.norm()
    ### END SOLUTION

# %% check="margin" points=2
two = cases.example(
    X=torch.tensor([[1.0, 0.5], [0.1, -0.3]], dtype=torch.float64),
    y=torch.tensor([1.0, -1.0], dtype=torch.float64),
    w=torch.tensor([1.0, 3.0], dtype=torch.float64),
    b=torch.tensor(0.0, dtype=torch.float64),
    gives=torch.tensor(0.8 / math.sqrt(10), dtype=torch.float64),
)
wrong_side = cases.example(
    X=torch.tensor([[1.0, 0.5], [0.1, -0.3], [1.0, 1.0]], dtype=torch.float64),
    y=torch.tensor([1.0, -1.0, -1.0], dtype=torch.float64),
    w=torch.tensor([1.0, 3.0], dtype=torch.float64),
    b=torch.tensor(1.5, dtype=torch.float64),
    gives=torch.tensor(-1.7393, dtype=torch.float64),
)
check.function(margin, on=[two, wrong_side], rtol=1e-4)


### BEGIN HIDDEN TESTS
def signed(case):
    """The classes 1 and -1 instead of 1 and 0."""
    inputs = {**case.inputs, "y": 2 * case["y"].double() - 1}
    return cases.Case(inputs, case.sizes, like=lambda *small: signed(case.like(*small)), edge=case.edge)


def far(scale):
    """Points far out on their right side: the margin is 2.7 times the scale."""
    X = torch.tensor([[3.0, 4.0], [-6.0, 0.5], [6.0, -0.3]], dtype=torch.float64) * scale
    y = torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64)
    w = torch.tensor([0.6, 0.8], dtype=torch.float64)
    return cases.example(X=X, y=y, w=w, b=torch.tensor(0.5 * scale, dtype=torch.float64))


drawn = cases.draw(seeds=16, seed0=100, X="n d", y="n:2", w="d", b="")
mixed = cases.Drawn(map(signed, drawn), map(signed, drawn.edges))
right = [(case["X"] @ case["w"] + case["b"]).sign() for case in mixed]
wide = [cases.Case({**case.inputs, "y": y}, case.sizes) for case, y in zip(mixed, right)]
check.function(
    margin,
    lambda X, y, w, b: ((X @ w + b) * y).min() / (w * w).sum().sqrt(),
    on=mixed + wide + [far(1.0), far(50.0), far(1e13)],
)
### END HIDDEN TESTS

# %% wrong="margin" name="not divided by the length"
# says: This is the smallest margin score. It grows when w and b are multiplied by 10, although the line stays.
# next: Divide by the length of w.
def margin(X, y, w, b):
    return (y * (X @ w + b)).min()

# %% wrong="margin" name="size instead of sign"
# says: You take the size of each score, so a point on the wrong side looks like a safe one.
# next: Multiply the score by y instead of taking its absolute value.
def margin(X, y, w, b):
    return (X @ w + b).abs().min() / w.norm()

# %% wrong="margin" name="mean instead of minimum"
# says: You average the distances. A line is as safe as its worst point, not as its average point.
# next: Take the smallest.
def margin(X, y, w, b):
    return (y * (X @ w + b)).mean() / w.norm()

# %% wrong="margin" name="divided by the squared length"
# says: You divide by the sum of the squared weights. The length of w is the root of that sum.
# next: Take the square root, or use `w.norm()`.
def margin(X, y, w, b):
    return (y * (X @ w + b)).min() / (w @ w)

# %% wrong="margin" name="bias in the length"
# says: You count the bias as part of the length. Moving along w changes the score by the weights alone.
# next: Divide by the length of w without b.
def margin(X, y, w, b):
    return (y * (X @ w + b)).min() / torch.cat([w, b.reshape(1)]).norm()

# %% wrong="margin" name="length of two weights"
# says: The length of w takes weights 0 and 1 only. With more features there are more weights, with one there is one.
# next: Sum the squares of all weights, or use `w.norm()`.
def margin(X, y, w, b):
    return (y * (X @ w + b)).min() / (w[:2] ** 2).sum().sqrt()

# %% wrong="margin" name="search begins at 1"
# says: Your search for the smallest begins with 1, so a margin above 1 becomes 1.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=1.0)

# %% wrong="margin" name="search begins at 0"
# says: Your search for the smallest begins with 0, so a positive margin becomes 0.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=0.0)

# %% wrong="margin" name="the point nearest the line"
# says: You take the distance of the point nearest the line. A point far out on the wrong side has a smaller one, with
# its sign.
# next: Take the smallest of all signed distances.
def margin(X, y, w, b):
    z = X @ w + b
    nearest = z.abs().argmin()
    return y[nearest] * z[nearest] / w.norm()

# %% wrong="margin" name="class forgotten"
# says: You take the smallest score. For a point of class −1 a low score is a safe one.
# next: Multiply each score by its y first.
def margin(X, y, w, b):
    return (X @ w + b).min() / w.norm()

# %% wrong="margin" name="sum of the weights as length"
# says: You divide by the sum of the weights, which is at best the ℓ1 norm. The length is the ℓ2 norm.
# next: Take the root of the sum of the squares.
def margin(X, y, w, b):
    return (y * (X @ w + b)).min() / w.abs().sum()

# %% wrong="margin" name="largest instead of smallest"
# says: You take the largest of the distances.
# next: A line is as safe as its worst point: take the smallest.
def margin(X, y, w, b):
    return (y * (X @ w + b)).max() / w.norm()

# %% wrong="margin" name="score without the bias"
# says: You leave the bias out of the scores.
# next: The scores are `X @ w + b`.
def margin(X, y, w, b):
    return (y * (X @ w)).min() / w.norm()

# %% wrong="margin" name="bias not divided"
# says: You divide the weights by their length and leave the bias as it is.
# next: The whole score has to be divided.
def margin(X, y, w, b):
    return (y * (X @ (w / w.norm()) + b)).min()

# %% wrong="margin" name="negative margins cut off"
# says: You cut negative distances off at 0. With a mistake the margin is negative.
# next: Leave the sign as it is.
def margin(X, y, w, b):
    return (y * (X @ w + b)).min().clamp(min=0) / w.norm()

# %% wrong="margin" name="search begins at 100"
# says: Your search for the smallest begins with a fixed number, so a margin above it becomes that number.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=100.0)

# %% wrong="margin" name="search begins at 999"
# says: Your search for the smallest begins with a fixed number, so a margin above it becomes that number.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=999.0)

# %% wrong="margin" name="search begins at 1000"
# says: Your search for the smallest begins with a fixed number, so a margin above it becomes that number.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=1000.0)

# %% wrong="margin" name="search begins at 9999"
# says: Your search for the smallest begins with a fixed number, so a margin above it becomes that number.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=9999.0)

# %% wrong="margin" name="search begins at 10 000"
# says: Your search for the smallest begins with a fixed number, so a margin above it becomes that number.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=1e4)

# %% wrong="margin" name="search begins at 100 000"
# says: Your search for the smallest begins with a fixed number, so a margin above it becomes that number.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=1e5)

# %% wrong="margin" name="search begins at a million"
# says: Your search for the smallest begins with a fixed number, so a margin above it becomes that number.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=1e6)

# %% wrong="margin" name="search begins at 1e9"
# says: Your search for the smallest begins with a fixed number, so a margin above it becomes that number.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=1e9)

# %% wrong="margin" name="search begins at 1e10"
# says: Your search for the smallest begins with a fixed number, so a margin above it becomes that number.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=1e10)

# %% wrong="margin" name="search begins at 1e12"
# says: Your search for the smallest begins with a fixed number, so a margin above it becomes that number.
# next: Begin with the distance of the first example.
def margin(X, y, w, b):
    return ((y * (X @ w + b)).min() / w.norm()).clamp(max=1e12)

# %% wrong="margin" name="length of the first and the last weight"
# says: The length of w takes the first and the last weight only. Between them there may be more, and with one feature
# both are the same.
# next: Sum the squares of all weights, or use `w.norm()`.
def margin(X, y, w, b):
    return (y * (X @ w + b)).min() / (w[0] ** 2 + w[-1] ** 2).sqrt()

# %% wrong="margin" name="largest weight as length"
# says: You divide by the largest weight. The length of w takes all weights.
# next: Take the root of the sum of all squares.
def margin(X, y, w, b):
    return (y * (X @ w + b)).min() / w.abs().max()

# %% wrong="margin" name="root of the squared sum halved"
# says: You divide by the root of the mean of the squares. The length of w is the root of their sum.
# next: Sum the squares instead of averaging them.
def margin(X, y, w, b):
    return (y * (X @ w + b)).min() / (w**2).mean().sqrt()

# %% wrong="margin" name="divided by the number of weights"
# says: You divide by the number of features. The scale that has to go is the length of w.
# next: Divide by `w.norm()`.
def margin(X, y, w, b):
    return (y * (X @ w + b)).min() / len(w)

# %% wrong="margin" name="bracket left out"
# says: You multiply only the first part of the score by y, not the bias: there is a bracket missing.
# next: Put the whole score into a bracket, then multiply by y.
def margin(X, y, w, b):
    return (y * (X @ w) + b).min() / w.norm()

# %% wrong="margin" name="bias inside the sum"
# says: Your bias stands inside the sum over the features, so it counts once for each feature.
# next: Add it once, after the sum.
def margin(X, y, w, b):
    return (y * (X * w + b).sum(dim=1)).min() / w.norm()

# %% right="margin" name="one example at a time"
def margin(X, y, w, b):
    length = torch.sqrt((w**2).sum())
    distances = [t * (w @ x + b) / length for x, t in zip(X, y)]
    return min(distances)

# %% right="margin" name="unit vector first"
def margin(X, y, w, b):
    direction = w / torch.linalg.vector_norm(w)
    return torch.amin(y * (X @ direction + b / torch.linalg.vector_norm(w)))

# %% [markdown]
# ## 3. The perceptron: learn from mistakes
#
# So far somebody handed us the weights. In 1958 Frank Rosenblatt gave a rule that finds them, and it fits in one
# sentence: *go through the examples one by one, and when one is on the wrong side, move the line towards it.*
#
# In symbols: for an example $x$ with class $y$ and score $z = w \cdot x + b$,
#
# $$\text{if } y z \le 0: \qquad w \leftarrow w + \eta\, y\, x, \qquad b \leftarrow b + \eta\, y .$$
#
# Otherwise nothing changes. $\eta$ is the learning rate, `lr` in code. A score of exactly 0 counts as a mistake, or a
# perceptron that starts with all zeros would never move.
#
# Why does it help? Look at $y z$ for the same example after the update, with $\eta = 1$:
#
# $$y\big((w + y x) \cdot x + b + y\big) = y z + \lVert x \rVert^2 + 1,$$
#
# because $y^2 = 1$. The margin score of this example goes up, always. Perhaps not past 0 at once, but in the right
# direction. What it does to the *other* examples nobody promises.
#
# Try it: start at $w = (0, 0)$, $b = 0$, and show it the point $(1, 0.5)$ of class $+1$.

# %%
w, b = torch.zeros(2), torch.tensor(0.0)
x, y = torch.tensor([1.0, 0.5]), torch.tensor(1.0)
print("before:", y * (w @ x + b))
w, b = w + y * x, b + y
print("after: ", y * (w @ x + b), "with", w, b)

# %% [markdown]
# From 0 to 2.25, which is $1^2 + 0.5^2 + 1$, as the formula says.
#
# You may also meet the rule in another dress: with classes 0 and 1 and the prediction $\hat y$, it reads $w
# \leftarrow w + \eta\,(y - \hat y)\,x$. The difference is 0 for a right answer and $\pm 1$ for a mistake. It is the
# same rule.
#
# ### Exercise 3.1: one example
#
# **Your turn.** Write `perceptron_step(w, b, x, y, lr)`. It shows the perceptron one example: `x`, shape (d,), with
# class `y`, 1 or −1, a tensor without dimensions. It returns the new `(w, b)`. Leave the given `w` and `b` as they
# are: make new tensors, do not change the old ones in place.
#
# For `w = [1., -1.]`, `b = 0.5`, `x = [2., 1.]`, `y = -1.`, `lr = 0.25` the score is 1.5, a mistake, and the answer is
# `[0.5, -1.25]` and `0.25`. With `y = 1.` nothing changes. With `w = [0., 0.]`, `b = 0.` and `y = -1.` the score is 0,
# so it is a mistake too, and the answer is `[-0.5, -0.25]` and `-0.25`. With `y = 1.` it is `[0.5, 0.25]` and `0.25`
# there. It works for any number of features, a single one included.

# %% solution="perceptron_step"
def perceptron_step(w, b, x, y, lr):
    """Return (w, b) after one example x, shape (d,), of class y, which is 1 or -1."""
    ### BEGIN SOLUTION
    if y * (w @ x + b) <= 0:
        return w + lr * y * x, b + lr * y
    return w, b
    ### END SOLUTION

# %% check="perceptron_step" points=2
given = {
    "w": torch.tensor([1.0, -1.0], dtype=torch.float64),
    "b": torch.tensor(0.5, dtype=torch.float64),
    "x": torch.tensor([2.0, 1.0], dtype=torch.float64),
}
new = (torch.tensor([0.5, -1.25], dtype=torch.float64), torch.tensor(0.25, dtype=torch.float64))
mistake = cases.example(**given, y=torch.tensor(-1.0, dtype=torch.float64), lr=0.25, gives=new)
same = (given["w"], given["b"])
fine = cases.example(**given, y=torch.tensor(1.0, dtype=torch.float64), lr=0.25, gives=same)
nothing = {**given, "w": torch.zeros(2).double(), "b": torch.tensor(0.0, dtype=torch.float64)}
new = (torch.tensor([-0.5, -0.25], dtype=torch.float64), torch.tensor(-0.25, dtype=torch.float64))
start = cases.example(**nothing, y=torch.tensor(-1.0, dtype=torch.float64), lr=0.25, gives=new)
new = (torch.tensor([0.5, 0.25], dtype=torch.float64), torch.tensor(0.25, dtype=torch.float64))
other = cases.example(**nothing, y=torch.tensor(1.0, dtype=torch.float64), lr=0.25, gives=new)
check.function(perceptron_step, on=[mistake, fine, start, other])


### BEGIN HIDDEN TESTS
def right_step(w, b, x, y, lr):
    wrong_side = (y * (w @ x + b) <= 0).to(w.dtype)
    return w + wrong_side * lr * y * x, b + wrong_side * lr * y


def signed(case):
    """The sign of y for y: 1 or -1, and -1 for 0."""
    inputs = {**case.inputs, "y": 2 * (case["y"] > 0).double() - 1}
    return cases.Case(inputs, case.sizes, like=lambda *small: signed(case.like(*small)), edge=case.edge)


drawn = cases.draw(seeds=20, seed0=100, w="d", b="", x="d", y="", lr=0.25)
mixed = cases.Drawn(map(signed, drawn), map(signed, drawn.edges))
nought = {
    "w": torch.zeros(3).double(),
    "b": torch.tensor(0.0, dtype=torch.float64),
    "x": torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64),
}
ties = [cases.example(**nought, y=torch.tensor(y, dtype=torch.float64), lr=0.25) for y in (-1.0, 1.0)]
nearly = {**nought, "w": torch.tensor([2.0**-30, 0.0, 0.0], dtype=torch.float64)}  # a score just above 0
ties += [cases.example(**nearly, y=torch.tensor(y, dtype=torch.float64), lr=0.25) for y in (-1.0, 1.0)]
decided = [cases.Case({**c.inputs, "b": -1.5 * (c["w"] @ c["x"])}, c.sizes) for c in mixed[:6]]  # by the bias
check.function(perceptron_step, right_step, on=mixed + decided + ties)
### END HIDDEN TESTS

# %% wrong="perceptron_step" name="a score of 0 is no mistake"
# says: When the score is exactly 0 you change nothing. A perceptron that starts at zero then never learns.
# next: Use <= instead of <.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) < 0:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="always moves"
# says: You move for every example. An example on its right side should change nothing.
# next: Ask first whether y times the score is 0 or less.
def perceptron_step(w, b, x, y, lr):
    return w + lr * y * x, b + lr * y

# %% wrong="perceptron_step" name="class forgotten"
# says: You always add the example. One of class −1 has to be subtracted.
# next: Multiply what you add by y, for the weights and for the bias.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        return w + lr * x, b + lr
    return w, b

# %% wrong="perceptron_step" name="bias left behind"
# says: The weights move, the bias does not. Then the line keeps turning about one point.
# next: Add lr times y to b.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        return w + lr * y * x, b
    return w, b

# %% wrong="perceptron_step" name="mistake judged without the bias"
# says: You decide without b whether it is a mistake. The score includes the bias.
# next: Work out the score as in section 1.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x) <= 0:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="in place"
# says: You change the weights that you were given. Whoever called you still needs them.
# next: Write `w = w + ...` instead of `w += ...`: it makes a new tensor.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        w += lr * y * x
        b += lr * y
    return w, b

# %% wrong="perceptron_step" name="always subtracted"
# says: You subtract the example after every mistake. One of class +1 has to be added.
# next: Multiply by y what you add, for the weights and for the bias.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        return w + -lr * x, b + -lr
    return w, b

# %% wrong="perceptron_step" name="class from classify compared"
# says: For a score of 0 `classify` says −1. So an example of class −1 with score 0 is no mistake in your code; here
# it is one.
# next: Ask whether y times the score is 0 or less.
def perceptron_step(w, b, x, y, lr):
    if torch.where(w @ x + b > 0, 1, -1) != y:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="a score of 0 as class +1"
# says: You count a score of 0 as class +1. So an example of class +1 with score 0 is no mistake in your code; here it
# is one.
# next: Ask whether y times the score is 0 or less.
def perceptron_step(w, b, x, y, lr):
    if torch.where(w @ x + b >= 0, 1, -1) != y:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="learning rate left out"
# says: Your step ignores the learning rate.
# next: Multiply by lr what you add, for the weights and for the bias.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        return w + y * x, b + y
    return w, b

# %% wrong="perceptron_step" name="learning rate for the weights only"
# says: You move the bias without the learning rate.
# next: Multiply by lr there, too.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        return w + lr * y * x, b + y
    return w, b

# %% wrong="perceptron_step" name="the wrong direction"
# says: You move away from the example: the signs of both updates are turned.
# next: Add lr times y times x.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        return w + -lr * y * x, b + -lr * y
    return w, b

# %% wrong="perceptron_step" name="right ones move"
# says: You move for examples that are on their right side, and leave mistakes as they are.
# next: Turn your condition round.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) > 0:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="street as for the SVM"
# says: You also move for examples that are right but close. The perceptron moves for mistakes only.
# next: Compare y times the score with 0.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 1:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="judged without the class"
# says: You move for every score of 0 or less, whatever the class.
# next: A mistake depends on y times the score.
def perceptron_step(w, b, x, y, lr):
    if w @ x + b <= 0:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="bias moved by the class only if positive"
# says: The bias always grows by lr. For class −1 it has to shrink.
# next: Multiply by y there, too.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        return w + lr * y * x, b + lr
    return w, b

# %% wrong="perceptron_step" name="difference of classes not halved"
# says: You multiply by the difference of two classes. Between 1 and −1 that is 2, so a mistake moves you twice as
# far.
# next: Multiply by y itself when there is a mistake.
def perceptron_step(w, b, x, y, lr):
    error = y - torch.sign(w @ x + b)
    return w + lr * error * x, b + lr * error

# %% wrong="perceptron_step" name="difference of classify not halved"
# says: You multiply by the difference of two classes. Between 1 and −1 that is 2, so a mistake moves you twice as
# far. And a score of 0 with class −1 makes no difference at all.
# next: Ask whether y times the score is 0 or less, and multiply by y itself.
def perceptron_step(w, b, x, y, lr):
    error = y - (2.0 * (w @ x + b > 0) - 1)
    return w + lr * error * x, b + lr * error

# %% wrong="perceptron_step" name="difference of classes with ties not halved"
# says: You multiply by the difference of two classes. Between 1 and −1 that is 2, so a mistake moves you twice as
# far.
# next: Multiply by y itself when there is a mistake.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        return w + 2 * lr * y * x, b + 2 * lr * y
    return w, b

# %% wrong="perceptron_step" name="moved by the score"
# says: You move by y minus the score, as for a squared error. The perceptron moves for mistakes only, and by y.
# next: Ask whether y times the score is 0 or less, and multiply by y.
def perceptron_step(w, b, x, y, lr):
    error = y - (w @ x + b)
    return w + lr * error * x, b + lr * error

# %% wrong="perceptron_step" name="a tolerance at 0"
# says: You count scores just on the right side as mistakes: you round them, or compare with a small number.
# next: Compare y times the score, as it is, with 0 itself.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 1e-6:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="inputs left out"
# says: You move every weight by the same number. Each weight moves by its own feature.
# next: Multiply by `x` for the weights.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x + b) <= 0:
        return w + lr * y, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="bracket left out"
# says: You multiply only the first part of the score by y, not the bias: there is a bracket missing.
# next: Put the whole score into a bracket, then multiply by y.
def perceptron_step(w, b, x, y, lr):
    if y * (w @ x) + b <= 0:
        return w + lr * y * x, b + lr * y
    return w, b

# %% wrong="perceptron_step" name="bias inside the sum"
# says: Your bias stands inside the sum over the features, so it counts once for each feature.
# next: Add it once, after the sum.
def perceptron_step(w, b, x, y, lr):
    if y * (w * x + b).sum() <= 0:
        return w + lr * y * x, b + lr * y
    return w, b

# %% right="perceptron_step" name="difference of classes"
def perceptron_step(w, b, x, y, lr):
    z = (w * x).sum() + b
    predicted = torch.where(z > 0, 1.0, -1.0).to(w.dtype)
    error = (y - predicted) / 2
    if z == 0:
        error = y
    return w + lr * error * x, b + lr * error

# %% right="perceptron_step" name="a mask as a factor"
def perceptron_step(w, b, x, y, lr):
    push = lr * y * (y * (torch.dot(w, x) + b) <= 0)
    return w + push * x, b + push

# %% [markdown]
# ### A whole training
#
# One pass through all examples is an **epoch**. The perceptron makes epoch after epoch until one goes by without a
# mistake. Then it stops, for good: with no mistakes, nothing would ever change again.
#
# Our first data are three small tables of logic. Both features are 0 or 1. AND is $+1$ when both are 1. OR is $+1$
# when at least one is 1. XOR, the *exclusive or*, is $+1$ when exactly one is 1.

# %%
corners, y_xor = data.xor(signed=True, dtype=torch.float64)
y_and = torch.tensor([-1.0, -1.0, -1.0, 1.0], dtype=torch.float64)
y_or = torch.tensor([-1.0, 1.0, 1.0, 1.0], dtype=torch.float64)
torch.column_stack([corners, y_and, y_or, y_xor])

# %% [markdown]
# Each row is a corner of the unit square: two features, then the classes of AND, OR and XOR.
#
# ### Exercise 3.2: train a perceptron
#
# **Your turn.** Write `train_perceptron(X, y, epochs)`. It starts with all weights and the bias at 0, and shows the
# examples one by one, in order, with `lr` 1. It returns three things: `w`, `b`, and `mistakes`, a list with the
# number of mistakes in each epoch. It stops after the first epoch without a mistake, or after `epochs` epochs. So the
# list of a successful training ends with 0. It works for any number of examples and features, a single one included.
#
# Two hints. `torch.zeros_like(X[0])` is a zero vector with the length, dtype and device of an example, and
# `torch.zeros_like(y[0])` a zero without dimensions. And `zip(X, y)` gives you the examples one by one.
#
# For AND it takes 9 epochs, with mistakes `[2, 3, 3, 2, 2, 3, 2, 1, 0]`, and ends at `w = [3., 2.]`, `b = -4.`. Two
# epochs of OR have the mistakes `[3, 1]` and end at `w = [1., 1.]`, `b = 0.`.

# %% solution="train_perceptron"
def train_perceptron(X, y, epochs):
    """Train on X (n, d) and y (n,), 1 or -1; return w (d,), b () and the mistakes of each epoch, a list."""
    ### BEGIN SOLUTION
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            count += int(t * (w @ x + b) <= 0)
            w, b = perceptron_step(w, b, x, t, 1.0)
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes
    ### END SOLUTION

# %% check="train_perceptron" points=3
square = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
found = (
    torch.tensor([3.0, 2.0], dtype=torch.float64),
    torch.tensor(-4.0, dtype=torch.float64),
    [2, 3, 3, 2, 2, 3, 2, 1, 0],
)
table = torch.tensor([-1.0, -1.0, -1.0, 1.0], dtype=torch.float64)
logic_and = cases.example(X=square, y=table, epochs=50, gives=found)
found = (torch.tensor([1.0, 1.0], dtype=torch.float64), torch.tensor(0.0, dtype=torch.float64), [3, 1])
table = torch.tensor([-1.0, 1.0, 1.0, 1.0], dtype=torch.float64)
logic_or = cases.example(X=square, y=table, epochs=2, gives=found)
check.function(train_perceptron, on=[logic_and, logic_or])


### BEGIN HIDDEN TESTS
def right_training(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1]):
        count = 0
        for x, t in zip(X, y):
            if t * (x @ w + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
    return w, b, mistakes


def signed(case):
    """The classes 1 and -1 instead of 1 and 0."""
    inputs = {**case.inputs, "y": 2 * case["y"].double() - 1}
    return cases.Case(inputs, case.sizes, like=lambda *small: signed(case.like(*small)), edge=case.edge)


classes = ([-1.0, 1, 1, 1], [-1.0, 1, 1, -1], [1.0, 1, 1, -1])
tables = [torch.tensor(signs, dtype=torch.float64) for signs in classes]
logic = [cases.example(X=square, y=table, epochs=epochs) for table in tables for epochs in (12, 1)]
drawn = cases.draw(seeds=8, seed0=100, X="n d", y="n:2", epochs=7)
mixed = cases.Drawn(map(signed, drawn), map(signed, drawn.edges))
check.function(train_perceptron, right_training, on=logic + mixed)
### END HIDDEN TESTS

# %% wrong="train_perceptron" name="never stops early"
# says: You go on after an epoch without mistakes, so your list has extra zeros.
# next: Leave the loop with `break` when an epoch had no mistake.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
    return w, b, mistakes

# %% wrong="train_perceptron" name="all mistakes at once"
# says: You find all mistakes with the old weights and add them together. The perceptron moves after each single one.
# next: Go through the examples in an inner loop, and update w and b inside it.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        wrong = y * (X @ w + b) <= 0
        w, b = w + (y[wrong, None] * X[wrong]).sum(dim=0), b + y[wrong].sum()
        mistakes.append(int(wrong.sum()))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="counted after the epoch"
# says: You count the mistakes when the epoch is over. Count each one when it happens, before the update.
# next: Add 1 to a counter inside the inner loop.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b = w + t * x, b + t
        mistakes.append(int((y * (X @ w + b) <= 0).sum()))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="starts again in each epoch"
# says: You set the weights back to zero in every epoch, so what was learned is lost.
# next: Make w and b once, before the outer loop.
def train_perceptron(X, y, epochs):
    mistakes = []
    for _ in range(epochs):
        w, b, count = torch.zeros_like(X[0]), torch.zeros_like(y[0]), 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="the last epoch is not listed"
# says: Your list lacks the epoch without mistakes. It should end with its 0.
# next: Append the count first, then decide whether to stop.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
        if count == 0:
            break
        mistakes.append(count)
    return w, b, mistakes

# %% wrong="train_perceptron" name="one epoch too many"
# says: You make one epoch too many where the mistakes do not come to an end.
# next: `range(epochs)` gives exactly that many.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs + 1):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="nothing where the epochs run out"
# says: Your function returns only after an epoch without mistakes. Where the epochs run out it gives None.
# next: Put the return below the outer loop.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
        if count == 0:
            return w, b, mistakes
    return None

# %% wrong="train_perceptron" name="one epoch too few"
# says: You make one epoch too few.
# next: `range(epochs)` gives exactly that many.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(1, epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="two features"
# says: Your `w` has two entries whatever `X` is. It needs one for each feature.
# next: Use the hint with `torch.zeros_like`.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros(2).to(X), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="counted by classify"
# says: You count an example as a mistake where `classify` differs from its class. A score of 0 with class −1 is a
# mistake, too, and you miss it.
# next: Count where y times the score is 0 or less, as `perceptron_step` does.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            z = w @ x + b
            count += int((z > 0) != (t > 0))
            if t * z <= 0:
                w, b = w + t * x, b + t
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="a score of 0 is no mistake"
# says: An example with score 0 is no mistake in your code, so training from zero does not begin as it should.
# next: Compare with <= 0.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) < 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="moves only where classify differs"
# says: An example of class −1 with score 0 is no mistake in your code: `classify` says −1 there.
# next: Ask whether y times the score is 0 or less.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if (w @ x + b > 0) != (t > 0):
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="counted after the step"
# says: You look for the mistake after the step. Then most of them are mended already and do not count.
# next: Work out the score before you call `perceptron_step`.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            w, b = perceptron_step(w, b, x, t, 1.0)
            count += int(t * (w @ x + b) <= 0)
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="mistakes added up over the epochs"
# says: Your counter is never set back to 0, so each entry holds the mistakes of all epochs so far.
# next: Set the counter to 0 at the beginning of each epoch.
def train_perceptron(X, y, epochs):
    w, b, mistakes, count = torch.zeros_like(X[0]), torch.zeros_like(y[0]), [], 0
    for _ in range(epochs):
        before = count
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
        if count == before:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="bias never learned"
# says: The bias stays at 0.
# next: Move it by y after each mistake, too.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, count = w + t * x, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="stops after the first right example"
# says: You leave the epoch at the first example that is right. Every example gets its turn in every epoch.
# next: Decide after the inner loop, by the count.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
            else:
                break
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="one epoch only"
# says: You make a single epoch.
# next: Put a loop over the epochs around the loop over the examples; check whether `return` stands too far in.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(min(1, epochs)):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="stops when the weights are the same again"
# says: You stop when an epoch leaves the weights as they were. Its mistakes can cancel each other, so that does not
# mean that there were none.
# next: Ask for the number of mistakes in the epoch.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        old = w, b
        count = 0
        for x, t in zip(X, y):
            count += int(t * (w @ x + b) <= 0)
            w, b = perceptron_step(w, b, x, t, 1.0)
        mistakes.append(count)
        if torch.equal(old[0], w) and torch.equal(old[1], b):
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="stops when the mistakes do not fall"
# says: You stop when the number of mistakes has not fallen. It may go up and fall again.
# next: Stop after an epoch without a mistake, and for no other reason.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            count += int(t * (w @ x + b) <= 0)
            w, b = perceptron_step(w, b, x, t, 1.0)
        mistakes.append(count)
        if count == 0 or mistakes[:-1] and count >= mistakes[-2]:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="stops when the mistakes repeat"
# says: You stop when two epochs have equally many mistakes. The next one may have fewer.
# next: Stop after an epoch without a mistake, and for no other reason.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            count += int(t * (w @ x + b) <= 0)
            w, b = perceptron_step(w, b, x, t, 1.0)
        mistakes.append(count)
        if count == 0 or mistakes[:-1] and count == mistakes[-2]:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="weights of the best epoch"
# says: You return the weights of the epoch with the fewest mistakes. Those at the end of the last epoch are asked
# for.
# next: Return `w` and `b` as they are when the loop ends.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    best = w, b
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            count += int(t * (w @ x + b) <= 0)
            w, b = perceptron_step(w, b, x, t, 1.0)
        mistakes.append(count)
        if count == min(mistakes) and mistakes.count(count) == 1:
            best = w, b
        if count == 0:
            break
    return *best, mistakes

# %% wrong="train_perceptron" name="weights of the latest best epoch"
# says: You return the weights of the epoch with the fewest mistakes. Those at the end of the last epoch are asked
# for.
# next: Return `w` and `b` as they are when the loop ends.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    best = w, b
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            count += int(t * (w @ x + b) <= 0)
            w, b = perceptron_step(w, b, x, t, 1.0)
        mistakes.append(count)
        if count == min(mistakes):
            best = w, b
        if count == 0:
            break
    return *best, mistakes

# %% wrong="train_perceptron" name="weights before the last epoch"
# says: You return the weights from the beginning of the last epoch. Those at its end are asked for.
# next: Return `w` and `b` as they are when the loop ends.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    old = w, b
    for _ in range(epochs):
        old = w, b
        count = 0
        for x, t in zip(X, y):
            count += int(t * (w @ x + b) <= 0)
            w, b = perceptron_step(w, b, x, t, 1.0)
        mistakes.append(count)
        if count == 0:
            break
    return *old, mistakes

# %% wrong="train_perceptron" name="moves twice as far"
# says: You move twice as far as the rule says: the difference of two classes, 1 and −1, is 2.
# next: Call `perceptron_step` with the rate 1.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            count += int(t * (w @ x + b) <= 0)
            w, b = perceptron_step(w, b, x, t, 2.0)
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="counted where the weights changed"
# says: You count a mistake where w changes. An example whose features are all 0 moves the bias alone, and you miss
# it.
# next: Ask for the mistake itself: y times the score is 0 or less.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x + b) <= 0:
                w, b, count = w + t * x, b + t, count + int(x.any())
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% wrong="train_perceptron" name="bracket left out"
# says: You multiply only the first part of the score by y, not the bias: there is a bracket missing.
# next: Put the whole score into a bracket, then multiply by y.
def train_perceptron(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X, y):
            if t * (w @ x) + b <= 0:
                w, b, count = w + t * x, b + t, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes

# %% right="train_perceptron" name="by index, without the step"
def train_perceptron(X, y, epochs):
    n, d = X.shape
    w = torch.zeros(d, dtype=X.dtype, device=X.device)
    b = torch.zeros((), dtype=X.dtype, device=X.device)
    mistakes = []
    for _ in range(epochs):
        mistakes.append(0)
        for i in range(n):
            if y[i] * (X[i] @ w + b) <= 0:
                w = w + y[i] * X[i]
                b = b + y[i]
                mistakes[-1] += 1
        if mistakes[-1] == 0:
            return w, b, mistakes
    return w, b, mistakes

# %% right="train_perceptron" name="the bias as one more weight"
def train_perceptron(X, y, epochs):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    v, mistakes = torch.zeros_like(X1[0]), []
    for _ in range(epochs):
        count = 0
        for x, t in zip(X1, y):
            wrong = t * (v @ x) <= 0
            v, count = v + wrong * t * x, count + int(wrong)
        mistakes.append(count)
        if count == 0:
            break
    return v[:-1], v[-1], mistakes

# %% [markdown]
# Now let your perceptron learn all three tables, with 12 epochs for each.

# %%
plot.lines(
    {
        "AND": train_perceptron(corners, y_and, 12)[2],
        "OR": train_perceptron(corners, y_or, 12)[2],
        "XOR": train_perceptron(corners, y_xor, 12)[2],
    },
    xlabel="epoch (counted from 0)",
    ylabel="mistakes in the epoch",
    alt="OR reaches no mistakes in epoch 5 and AND in epoch 8; both go up and down before. "
    "XOR stays at 4 throughout.",
    caption="Mistakes of the perceptron. AND and OR come to an end, XOR does not.",
)

# %% [markdown]
# AND and OR arrive at 0. On the way the count goes down *and up*: mending one mistake can make another. That they
# arrive is no luck. It is a theorem: if some line separates the classes, the perceptron finds one after a finite
# number of mistakes, however the examples are ordered.
#
# XOR stays at four mistakes of four, for ever. After each epoch the weights are back at zero, and the same four
# mistakes begin again. Before we ask why, look at the line that AND ended with.

# %%
w, b, mistakes = train_perceptron(corners, y_and, 50)
plot.boundary(
    lambda X: X @ w + b, corners, y_and,
    alt="The four corners of the square. A falling line cuts the corner (1, 1), of class +1, off "
    "from the other three.",
    caption="The perceptron's line for AND: 3x₀ + 2x₁ − 4 = 0.",
)

# %% [markdown]
# It cuts off the corner $(1, 1)$, as it should. Its margin is 0.28, while $x_0 + x_1 = 1.5$ would have one of 0.35.
# The perceptron stops as soon as nothing is wrong; it does not look for a good line among the right ones. Section 4
# will.
#
# ### Why XOR is out of reach
#
# Walk along a straight path from a point $p$ to a point $q$. The score changes evenly, from the score of $p$ to the
# score of $q$. So a point *between* two points of positive score has a positive score. And between two points whose
# score is not positive, no score is positive.
#
# In XOR the two corners of class $+1$ are $(0, 1)$ and $(1, 0)$. Halfway between them lies the centre $(\tfrac12,
# \tfrac12)$, so its score has to be positive. The two corners of class $-1$ are $(0, 0)$ and $(1, 1)$. Halfway
# between *them* lies the same centre, so its score must not be positive. Both cannot be. No weights, no bias, no
# learning rule will do: the two diagonals cross.
#
# Minsky and Papert showed this in 1969, and many lost interest in neural networks for a decade. Next week you solve
# XOR with three neurons.
#
# ### Exercise 3.3: what a line can do, and what it cannot
#
# **Your turn.** First a tool, then two small puzzles.
#
# - `count_right(X, y, w, b)` returns how many examples the line classifies rightly, a whole number. `y` holds 1 and −1.
#   Your `classify` helps. A score of 0 means class −1. Any number of examples and features will do, a single one
#   included. With `w = [3., 2.]` and `b = -4.` it is 4 for AND, 2 for OR, 1 for XOR, and 1 for AND's last corner alone.
# - If XOR is impossible, how close can a line come? Find `best_w`, shape (2,), and `best_b`, without dimensions, both
#   float64, that get **three** of XOR's four corners right. Look at the square and think of a line; no training needed.
# - Four other points: $(0, 0)$, $(4, 1)$, $(3, -1)$, $(1, 3)$, in this order. Give two of them class $+1$ and two class
#   $-1$ so that **no** line separates them. Write the classes into `hard_y`, shape (4,), float64, with $+1$ for the
#   first point. A sketch on paper is the quickest way.

# %% solution="no_line"
def count_right(X, y, w, b):
    """Return how many examples X (n, d) of classes y (n,) the line gets right, a whole number."""
    ### BEGIN SOLUTION
    return int((classify(X @ w + b) == y).sum())
    ### END SOLUTION


### BEGIN SOLUTION
best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)
### END SOLUTION

# %% check="no_line" points=2
square = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
every = {"w": torch.tensor([3.0, 2.0], dtype=torch.float64), "b": torch.tensor(-4.0, dtype=torch.float64)}
logic_and = torch.tensor([-1.0, -1.0, -1.0, 1.0], dtype=torch.float64)
logic_xor = torch.tensor([-1.0, 1.0, 1.0, -1.0], dtype=torch.float64)
tables = {4: logic_and, 2: torch.tensor([-1.0, 1.0, 1.0, 1.0], dtype=torch.float64), 1: logic_xor}
counted = [cases.example(X=square, y=table, **every, gives=count) for count, table in tables.items()]
corner = cases.example(X=square[3:], y=logic_and[3:], **every, gives=1)
check.function(count_right, on=[*counted, corner])
check.shape(best_w, (2,), dtype=torch.float64)
check.shape(best_b, (), dtype=torch.float64)
check.shape(hard_y, (4,), dtype=torch.float64)


### BEGIN HIDDEN TESTS
def signed(case):
    """The classes 1 and -1 instead of 1 and 0."""
    inputs = {**case.inputs, "y": 2 * case["y"].double() - 1}
    return cases.Case(inputs, case.sizes, like=lambda *small: signed(case.like(*small)), edge=case.edge)


drawn = cases.draw(seeds=16, seed0=100, X="n d", y="n:2", w="d", b="")
mixed = cases.Drawn(map(signed, drawn), map(signed, drawn.edges))
through = {"w": torch.tensor([1.0, 0.0], dtype=torch.float64), "b": torch.tensor(-1.0, dtype=torch.float64)}
classes = [torch.tensor(signs, dtype=torch.float64) for signs in ([-1.0, -1, 1, -1], [-1.0, 1, 1, 1])]
on_the_line = [cases.example(X=square, y=table, **through) for table in classes]
check.function(
    count_right,
    lambda X, y, w, b: int(((X @ w + b > 0) == (y > 0)).sum()),
    on=mixed + on_the_line,
)
check.function(count_right, on=[cases.example(X=square, y=logic_xor, w=best_w, b=best_b, gives=3)])
check.value(hard_y, torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64))
### END HIDDEN TESTS

# %% wrong="no_line" name="the line of AND"
# says: Your line gets fewer than three corners of XOR right.
# next: Cut off a single corner of class −1, so that the other three corners lie together.
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-1.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="classes in turn"
# says: A line separates the classes that you chose: the two points of one class are neighbours, not opposite corners.
# next: Draw the four points, join them to a quadrilateral, and look for its diagonals.
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="the order of XOR"
# says: These are the classes of the square's corners turned round. Your points stand in another order.
# next: Draw the four points with their numbers; the points on one diagonal get one class.
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, -1.0, -1.0, 1.0], dtype=torch.float64)

# %% wrong="no_line" name="share instead of count"
# says: You return the share of right examples. The question is how many there are.
# next: Add the mask up instead of averaging it.
def count_right(X, y, w, b):
    return float((classify(X @ w + b) == y).double().mean())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="mistakes counted"
# says: Where two out of five are right you say three: you count the examples that are wrong.
# next: Count where the class equals y.
def count_right(X, y, w, b):
    return int((classify(X @ w + b) != y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="a point on the line"
# says: A point of class −1 that lies exactly on the line counts as wrong for you. Its score is 0, which means class −1.
# next: Compare the class from `classify` with y, instead of asking whether y times the score is positive.
def count_right(X, y, w, b):
    return int((y * (X @ w + b) > 0).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="right minus wrong"
# says: You add up products of two classes, which are 1 or −1. That is the right ones minus the wrong ones.
# next: Count where the two classes are equal.
def count_right(X, y, w, b):
    return int((classify(X @ w + b) * y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="a line through two corners"
# says: Your line passes exactly through the two corners of class +1. Their score is 0, which means class −1.
# next: Move the line a little, by the bias.
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-1.0, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="a line through the middle"
# says: Your line has two corners on either side, and gets two right.
# next: Cut off a single corner.
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 0.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="positive scores counted"
# says: You count the positive scores, whatever the classes are.
# next: Compare each class with y.
def count_right(X, y, w, b):
    return int((X @ w + b > 0).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="bias left out of the count"
# says: You leave the bias out of the scores.
# next: The scores are `X @ w + b`.
def count_right(X, y, w, b):
    return int((classify(X @ w) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="scores compared with classes"
# says: You compare the scores themselves with the classes.
# next: Turn the scores into classes first.
def count_right(X, y, w, b):
    return int((X @ w + b == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="pairs of all classes"
# says: You compare every class with every other example's class, so there are n times n comparisons.
# next: Compare entry by entry: both tensors have shape (n,).
def count_right(X, y, w, b):
    return int((classify(X @ w + b)[:, None] == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="three of one class"
# says: You gave three points one class. Two of each are asked for.
# next: Draw the four points, join them to a quadrilateral, and look for its diagonals.
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, 1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="all signs turned round"
# says: The points on the diagonal of the first point have class −1 in your answer.
# next: The first point has class +1, as the exercise says.
def count_right(X, y, w, b):
    return int((classify(X @ w + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([-1.0, -1.0, 1.0, 1.0], dtype=torch.float64)

# %% wrong="no_line" name="two features only"
# says: Your scores use features 0 and 1 and leave out all further ones.
# next: Let a product over all the features do it.
def count_right(X, y, w, b):
    return int((classify(X[:, :2] @ w[:2] + b) == y).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% wrong="no_line" name="a score of 0 as class +1"
# says: A score of exactly 0 counts as class +1 for you. It means class −1.
# next: Use your `classify`.
def count_right(X, y, w, b):
    return int(((X @ w + b >= 0) == (y > 0)).sum())


best_w = torch.tensor([1.0, 1.0], dtype=torch.float64)
best_b = torch.tensor(-0.5, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %% right="no_line" name="the other corner cut off"
def count_right(X, y, w, b):
    right = 0
    for x, t in zip(X, y):
        if (x @ w + b > 0) == (t > 0):
            right += 1
    return right


best_w = torch.tensor([-2.0, -2.0], dtype=torch.float64)
best_b = torch.tensor(3.0, dtype=torch.float64)
hard_y = torch.tensor([1, 1, -1, -1], dtype=torch.float64)

# %% right="no_line" name="a single corner of class +1"
def count_right(X, y, w, b):
    return ((X @ w + b > 0) == (y > 0)).sum().item()


best_w = torch.tensor([1.0, -1.0], dtype=torch.float64)
best_b = torch.tensor(-0.25, dtype=torch.float64)
hard_y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)

# %%
four_points = torch.tensor([[0.0, 0.0], [4.0, 1.0], [3.0, -1.0], [1.0, 3.0]], dtype=torch.float64)
print("corners of XOR that your line gets right (should be 3):", count_right(corners, y_xor, best_w, best_b))
last = train_perceptron(four_points, hard_y, 1000)[2][-1]
print("mistakes on hard_y in the last epoch (should not be 0):", last)

# %% [markdown]
# The second line puts your classes to the test: the perceptron gets a thousand epochs. If some line separated your
# classes, it would have found one and stopped with an epoch of 0 mistakes.
#
# ## 4. The support vector machine: keep your distance
#
# Here are forty points that a line can separate, and the first line that the perceptron finds.

# %%
X, y = data.blobs(40, spread=0.5, seed=2, signed=True, dtype=torch.float64)
w, b, mistakes = train_perceptron(X, y, 100)
print("mistakes", mistakes, " margin", margin(X, y, w, b))
plot.boundary(
    lambda X: X @ w + b, X, y,
    alt="Two clouds of points, lower left and upper right. A falling line separates them "
    "and almost touches a point.",
    caption="The perceptron's line: no mistakes, and hardly any room.",
)

# %% [markdown]
# One mistake, one correction, done. But the line all but touches a point: its margin is 0.05. Measure that point a
# little differently and it is misclassified. Between the clouds there is plenty of room for a better line.
#
# The **support vector machine**, SVM for short, looks for the line with the largest margin. Think of a street between
# the clouds, with the boundary as its centre line. We want the street as wide as possible.
#
# How does one say that with $w$? The scale of $w$ is free, as you saw: ten times $w$ and $b$ is the same line. So fix
# the scale by a rule: *the edges of the street are where the score is $+1$ and $-1$.* Then the distance from the
# centre line to the edge is $1 / \lVert w \rVert$. **A small $w$ is a wide street.** And "every example is on its own
# side, outside the street" reads $y z \ge 1$.
#
# ### The hinge loss
#
# Not every cloud can be separated, so we do not forbid a point in the street. We charge for it:
#
# $$\ell(z, y) = \max(0,\ 1 - y z).$$
#
# A point outside the street, on its own side, costs nothing. From the edge of its own side inwards the cost grows
# evenly: 0 at that edge, 1 on the centre line, 2 at the opposite edge, and so on beyond. Put $y z = 1$, $0$ and $-1$
# into the formula to see it. The loss of a dataset is the mean.
#
# Four examples:

# %%
z_four = torch.tensor([2.5, -0.8, 0.3, -0.5], dtype=torch.float64)
y_four = torch.tensor([1.0, -1.0, 1.0, 1.0], dtype=torch.float64)
print("margin scores", y_four * z_four)
print("costs        ", torch.clamp(1 - y_four * z_four, min=0))

# %% [markdown]
# The first is safely outside and free. The second and the third are on the right side but in the street; they pay 0.2
# and 0.7. The last is on the wrong side and pays 1.5. The mean is 0.6. (`torch.clamp(t, min=0)` raises everything
# below 0 to 0.)

# %%
plot.lines(
    {"hinge loss": ([-2, -1, 0, 1, 2, 3], [3, 2, 1, 0, 0, 0])},
    xlabel="margin score y·z", ylabel="loss",
    alt="The loss falls in a straight line from 3 at margin score −2 to 0 at 1, and is 0 from there on.",
    caption="The hinge: two straight pieces with a corner at y·z = 1.",
)

# %% [markdown]
# ### Its slope, and a corner
#
# To train we need $\partial \ell / \partial z$. Left of the corner, $\ell = 1 - y z$, with slope $-y$. Right of it
# the loss is constant, with slope 0. *At* the corner there is no single slope. Any line through the corner that stays
# below the curve will do, with a slope between the two; each such slope is called a **subgradient**. We choose 0. It
# hardly ever matters, because a score hits the corner exactly only by accident.
#
# With the mean over $n$ examples:
#
# $$\frac{\partial L}{\partial z_i} = \begin{cases} -y_i / n & \text{if } y_i z_i < 1, \\ 0 & \text{otherwise.}
# \end{cases}$$
#
# ### Exercise 4.1: hinge loss and subgradient
#
# **Your turn.** Write two functions of the scores `z` and the classes `y`, both of shape (n,), with `y` 1 or −1:
#
# - `hinge_loss(z, y)` returns the mean hinge loss, a tensor without dimensions;
# - `hinge_backward(z, y)` returns `dz`, shape (n,), float64 like `z`, the formula above. By hand: no autograd.
#
# For the four examples the loss is `0.6` and `dz` is `[0., 0.25, -0.25, -0.25]`. Check the sign of the second entry
# with common sense: its class is −1 and its score −0.8 is not negative enough. Gradient descent goes against `dz`, so
# it will lower the score. Good. A second set: for `z = [1., 3., -2.]` and `y = [1., -1., 1.]` the loss is 2.3333 and
# `dz` is `[0., 0.3333, -0.3333]`. The first of these sits exactly at the corner. A single safe example, `z = [3.]` and
# `y = [1.]`, costs 0 and has `dz = [0.]`.

# %% solution="hinge"
def hinge_loss(z, y):
    """Return the mean hinge loss, shape (), of the scores z for the classes y (1 or -1), both shape (n,)."""
    ### BEGIN SOLUTION
    return torch.clamp(1 - y * z, min=0).mean()
    ### END SOLUTION


def hinge_backward(z, y):
    """Return dz, shape (n,), the subgradient of the mean hinge loss with respect to the scores."""
    ### BEGIN SOLUTION
    return -y * (y * z < 1) / len(z)
    ### END SOLUTION

# %% check="hinge" points=2
four = {
    "z": torch.tensor([2.5, -0.8, 0.3, -0.5], dtype=torch.float64),
    "y": torch.tensor([1.0, -1.0, 1.0, 1.0], dtype=torch.float64),
}
three = {
    "z": torch.tensor([1.0, 3.0, -2.0], dtype=torch.float64),
    "y": torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64),
}
safe = {"z": torch.tensor([3.0], dtype=torch.float64), "y": torch.tensor([1.0], dtype=torch.float64)}
costs = torch.tensor([0.6, 7 / 3, 0.0], dtype=torch.float64)
paid = [cases.example(**each, gives=cost) for each, cost in zip((four, three, safe), costs)]
check.function(hinge_loss, on=paid)
slopes = (
    torch.tensor([0.0, 0.25, -0.25, -0.25], dtype=torch.float64),
    torch.tensor([0.0, 1 / 3, -1 / 3], dtype=torch.float64),
    torch.tensor([0.0], dtype=torch.float64),
)
pulled = [cases.example(**each, gives=slope) for each, slope in zip((four, three, safe), slopes)]
check.function(hinge_backward, on=pulled, by_hand=True)


### BEGIN HIDDEN TESTS
def signed(case):
    """The classes 1 and -1 instead of 1 and 0."""
    inputs = {**case.inputs, "y": 2 * case["y"].double() - 1}
    return cases.Case(inputs, case.sizes, like=lambda *small: signed(case.like(*small)), edge=case.edge)


def slack(case):
    return 1 - (2 * case["y"].double() - 1) * case["z"]


def right_loss(z, y):
    return torch.nn.functional.relu(1 - y * z).mean()


drawn = cases.draw(seeds=24, seed0=100, z="n", y="n:2", away=slack)
mixed = cases.Drawn(map(signed, drawn), map(signed, drawn.edges))
check.function(hinge_loss, right_loss, on=mixed)
close = cases.example(  # margin scores just below and just above 1
    z=torch.tensor([0.999, 1 - 1e-9, 1 + 1e-9, -1 + 1e-9, 0.25], dtype=torch.float64),
    y=torch.tensor([1.0, 1.0, 1.0, -1.0, 1.0], dtype=torch.float64),
)
check.gradient(hinge_backward, of=right_loss, on=mixed + [close], wrt="z", by_hand=True)
### END HIDDEN TESTS

# %% wrong="hinge" name="the mean forgotten in the gradient"
# says: Each entry is n times too large: the loss is a mean, so each example has only one n-th of a say.
# next: Divide by the number of examples.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * (y * z < 1)

# %% wrong="hinge" name="sign of the slope"
# says: Your slope has the wrong sign. When y is 1, a higher score makes the loss smaller, so the slope is negative.
# next: Differentiate 1 − y z with respect to z once more.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return y * (y * z < 1) / len(z)

# %% wrong="hinge" name="everybody pulls"
# says: You give a slope to examples outside the street as well. Their loss is 0 and stays 0.
# next: Multiply by the mask that says which examples have a margin score below 1.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y / len(z)

# %% wrong="hinge" name="only mistakes pull"
# says: Only examples on the wrong side have a slope in your answer. Those inside the street pay too.
# next: Compare the margin score with 1, not with 0.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * (y * z < 0) / len(z)

# %% wrong="hinge" name="class left out of the slope"
# says: Your slope is −1 for every example in the street. For class −1 it has to be +1.
# next: The derivative of −y z with respect to z keeps the y.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -(y * z < 1).to(z.dtype) / len(z)

# %% wrong="hinge" name="mean over the paying examples only"
# says: You divide by the number of examples that pay. The mean is over all n, also those that cost nothing.
# next: Divide by the length of z.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    paying = y * z < 1
    return -y * paying / paying.sum().clamp(min=1)

# %% wrong="hinge" name="cut off after the mean"
# says: You average first and cut off at 0 afterwards. Very safe examples then pay for others.
# next: Cut off each example's loss, then take the mean.
def hinge_loss(z, y):
    return torch.clamp((1 - y * z).mean(), min=0)


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="pulling at the corner"
# says: An example exactly at the corner, with margin score 1, gets a slope from you. We chose 0 there.
# next: Use < instead of <=.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * (y * z <= 1) / len(z)

# %% wrong="hinge" name="only inside the street"
# says: Only examples between the edges of the street get a slope from you. Those beyond it, far on the wrong side,
# pay the most.
# next: Compare y times z with 1, not the size of z.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * (z.abs() < 1) / len(z)

# %% wrong="hinge" name="loss averaged over the paying examples"
# says: You average over the examples that pay. The mean is over all n, also those that cost nothing.
# next: Divide by the length of z.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).sum() / (y * z < 1).sum().clamp(min=1)


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="sum of the losses"
# says: You add the losses up. The loss is their mean.
# next: Divide by the number of examples.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).sum()


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="loss with its corner at 0"
# says: Your loss has its corner at 0, like the perceptron's. An example inside the street pays as well.
# next: Put 1 − y z into the maximum.
def hinge_loss(z, y):
    return torch.clamp(-y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="loss with a plus"
# says: You charge 1 + y z, so the safest examples pay most.
# next: The margin score is subtracted.
def hinge_loss(z, y):
    return torch.clamp(1 + y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="never cut off"
# says: Your loss is negative for examples outside the street. They cost nothing.
# next: Raise everything below 0 to 0.
def hinge_loss(z, y):
    return (1 - y * z).mean()


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="class left out of the loss"
# says: You leave the class out of the loss: every example is treated as one of class +1.
# next: Multiply each score by its y.
def hinge_loss(z, y):
    return torch.clamp(1 - z, min=0).mean()


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="loss squared"
# says: You square each example's loss. The hinge loss grows evenly, in a straight line.
# next: Leave the square out.
def hinge_loss(z, y):
    return (torch.clamp(1 - y * z, min=0) ** 2).mean()


def hinge_backward(z, y):
    return -y * (y * z < 1) / len(z)

# %% wrong="hinge" name="mask without the class"
# says: You compare the score with 1 without its class. For class −1 the street's edge lies at −1.
# next: The mask is y z < 1.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * (z < 1) / len(z)

# %% wrong="hinge" name="score kept in the slope"
# says: Your slope still contains the score. The derivative of −y z with respect to z does not.
# next: Differentiate 1 − y z with respect to z once more.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * z * (y * z < 1) / len(z)

# %% wrong="hinge" name="loss instead of slope"
# says: You return each example's loss where its slope is asked for.
# next: Differentiate the loss with respect to z.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return torch.clamp(1 - y * z, min=0) / len(z)

# %% wrong="hinge" name="a tolerance at the corner"
# says: Examples with a margin score just below 1 get no slope from you: you round it, or compare with a number a
# little below 1.
# next: Compare y z, as it is, with 1 itself.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * (1 - y * z > 1e-3) / len(z)

# %% wrong="hinge" name="a smaller tolerance at the corner"
# says: Examples with a margin score just below 1 get no slope from you: you round it, or compare with a number a
# little below 1.
# next: Compare y z, as it is, with 1 itself.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * (1 - y * z > 1e-6) / len(z)

# %% wrong="hinge" name="single precision"
# says: Your slopes are float32 whatever the dtype of z.
# next: Create them in the dtype of `z`.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return (-y * (y * z < 1) / len(z)).float()

# %% wrong="hinge" name="slope of the squared hinge"
# says: You multiply the slope by what the example costs, as if the loss were squared. Every example that pays
# pulls equally hard.
# next: Differentiate 1 − y z: the cost itself drops out.
def hinge_loss(z, y):
    return torch.clamp(1 - y * z, min=0).mean()


def hinge_backward(z, y):
    return -y * torch.clamp(1 - y * z, min=0) / len(z)

# %% right="hinge" name="one example at a time"
def hinge_loss(z, y):
    total = 0 * z[0]
    for score, t in zip(z, y):
        if t * score < 1:
            total = total + 1 - t * score
    return total / len(z)


def hinge_backward(z, y):
    dz = torch.zeros_like(z)
    for i in range(len(z)):
        if y[i] * z[i] < 1:
            dz[i] = -y[i] / len(z)
    return dz

# %% right="hinge" name="relu and where"
def hinge_loss(z, y):
    return torch.relu(1 - y * z).sum() / z.numel()


def hinge_backward(z, y):
    inside = 1 - y * z > 0
    return torch.where(inside, -y, torch.zeros_like(y)) / y.shape[0]

# %% [markdown]
# ### Two wishes in one loss
#
# We want few points in the street, and a wide street. These pull in opposite directions, so we add them, with a
# number $\lambda$ (say *lambda*; `lam` in code, since `lambda` is a word of Python) that sets how much width is
# worth:
#
# $$L = \frac1n \sum_i \max(0,\ 1 - y_i z_i) \;+\; \frac{\lambda}{2} \lVert w \rVert^2 .$$
#
# The second term is small when $w$ is small, which means a wide street. The bias is not in it: moving the street
# sideways costs nothing.
#
# The gradient is a sum as well. From $z_i = x_i \cdot w + b$ the hinge part gives each weight
# $\sum_i \partial L/\partial z_i \, x_{ij}$, exactly like the vectorised gradient of week 2, only with another
# $\partial L / \partial z$. In code that is `X.T @ dz`, and for the bias `dz.sum()`. The second term adds
# $\lambda w$ to the weights' gradient, and nothing to the bias's. (That is what the $\tfrac12$ is for.)
#
# A worked example with a single point, $x = (2, -1)$, $y = 1$, at $w = (0.5, 1)$, $b = 0.25$, $\lambda = 0.1$. Its
# score is $1 - 1 + 0.25 = 0.25 < 1$, so it pulls: $dz = -1$. Then $dw = -1 \cdot (2, -1) + 0.1 \cdot (0.5, 1) =
# (-1.95,\ 1.1)$ and $db = -1$. Autograd agrees:

# %%
w = torch.tensor([0.5, 1.0], requires_grad=True)
b = torch.tensor(0.25, requires_grad=True)
z = torch.tensor([2.0, -1.0]) @ w + b
loss = torch.clamp(1 - z, min=0) + 0.1 / 2 * (w @ w)
loss.backward()
w.grad, b.grad

# %% [markdown]
# ### Exercise 4.2: the gradient of the SVM
#
# **Your turn.** Write `svm_gradient(X, y, w, b, lam)`. It returns `(dw, db)`, the gradient of $L$ above, with shapes
# (d,) and (). By hand; your `hinge_backward` gives you `dz`. For the single point above, with `X` of shape (1, 2), it
# is `[-1.95, 1.1]` and `-1`. With a second point beside it, $(0,\ 0.9)$ of class $+1$, it is `[-0.95, 0.6]` and `-0.5`.
# That point scores 1.15, so it does not pull; but it counts in the mean. A margin score of exactly 1 does not pull
# either. With five points, `X = [[2., -1.], [1., 0.], [4., 1.], [0., 1.], [-4., -1.]]` and `y = [1., 1., 1., -1., 1.]`,
# it is `[0.25, 0.7]` and `-0.4`. It works where no example pulls, and for any number of examples and features, a single
# one included.

# %% solution="svm_gradient"
def svm_gradient(X, y, w, b, lam):
    """Return dw (d,) and db () of the mean hinge loss plus lam/2 times the squared length of w."""
    ### BEGIN SOLUTION
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz + lam * w, dz.sum()
    ### END SOLUTION

# %% check="svm_gradient" points=3
single = cases.example(
    X=torch.tensor([[2.0, -1.0]], dtype=torch.float64),
    y=torch.tensor([1.0], dtype=torch.float64),
    w=torch.tensor([0.5, 1.0], dtype=torch.float64),
    b=torch.tensor(0.25, dtype=torch.float64),
    lam=0.1,
    gives=(torch.tensor([-1.95, 1.1], dtype=torch.float64), torch.tensor(-1.0, dtype=torch.float64)),
)
pair = cases.example(
    X=torch.tensor([[2.0, -1.0], [0.0, 0.9]], dtype=torch.float64),
    y=torch.tensor([1.0, 1.0], dtype=torch.float64),
    w=torch.tensor([0.5, 1.0], dtype=torch.float64),
    b=torch.tensor(0.25, dtype=torch.float64),
    lam=0.1,
    gives=(torch.tensor([-0.95, 0.6], dtype=torch.float64), torch.tensor(-0.5, dtype=torch.float64)),
)
five = cases.example(
    X=torch.tensor([[2.0, -1.0], [1.0, 0.0], [4.0, 1.0], [0.0, 1.0], [-4.0, -1.0]], dtype=torch.float64),
    y=torch.tensor([1.0, 1.0, 1.0, -1.0, 1.0], dtype=torch.float64),
    w=torch.tensor([0.5, 1.0], dtype=torch.float64),
    b=torch.tensor(0.25, dtype=torch.float64),
    lam=0.1,
    gives=(torch.tensor([0.25, 0.7], dtype=torch.float64), torch.tensor(-0.4, dtype=torch.float64)),
)
check.function(svm_gradient, on=[single, pair, five], by_hand=True, rtol=1e-6)


### BEGIN HIDDEN TESTS
def signed(case):
    """The classes 1 and -1 instead of 1 and 0."""
    inputs = {**case.inputs, "y": 2 * case["y"].double() - 1}
    return cases.Case(inputs, case.sizes, like=lambda *small: signed(case.like(*small)), edge=case.edge)


def margins(case):
    """Off the corner, and never as many that pull of one class as of the other: 0 would be left to rounding."""
    y = 2 * case["y"].double() - 1
    slack = 1 - y * (case["X"] @ case["w"] + case["b"])
    return [slack, (y * (slack > 0)).sum()]


def quiet(case):
    """Every example outside the street, on its own side: nobody pulls."""
    z = case["X"] @ case["w"] + case["b"]
    far = 2 / z.abs().min()
    inputs = {**case.inputs, "y": z.sign(), "w": far * case["w"], "b": far * case["b"]}
    return cases.Case(inputs, case.sizes)


drawn = cases.draw(seeds=24, seed0=100, X="n d", y="n:2", w="d", b="", lam=0.3, away=margins)
mixed = cases.Drawn(map(signed, drawn), map(signed, drawn.edges))
at_the_edge = cases.example(  # margin scores of 1, a little less, 2 and −1
    X=torch.tensor([[1.0, 0.0], [1 - 2.0**-24, 0.0], [2.0, 0.0], [-1.0, 0.0]], dtype=torch.float64),
    y=torch.tensor([1.0, 1.0, 1.0, 1.0], dtype=torch.float64),
    w=torch.tensor([1.0, 0.5], dtype=torch.float64),
    b=torch.tensor(0.0, dtype=torch.float64),
    lam=0.3,
)
check.gradient(
    svm_gradient,
    of=lambda X, y, w, b, lam: torch.relu(1 - y * (X @ w + b)).mean() + lam / 2 * (w @ w),
    on=mixed + [quiet(case) for case in mixed[:4]] + [at_the_edge],
    wrt="w b",
    by_hand=True,
)
### END HIDDEN TESTS

# %% wrong="svm_gradient" name="width forgotten"
# says: Only the hinge part is in your gradient. Nothing keeps w small, so nothing makes the street wide.
# next: Add what the second term of the loss contributes to dw.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz, dz.sum()

# %% wrong="svm_gradient" name="the bias shrunk too"
# says: You add lam times b to the bias's gradient. The second term of the loss contains w only.
# next: Leave db as the sum of dz.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz + lam * w, dz.sum() + lam * b

# %% wrong="svm_gradient" name="factor two"
# says: You differentiate λ‖w‖². The loss has λ/2 in front, so that the 2 goes away.
# next: Add lam times w, not twice that.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz + 2 * lam * w, dz.sum()

# %% wrong="svm_gradient" name="mean taken twice"
# says: The 1/n enters twice: once in dz, and once more in your sum.
# next: Add the entries of dz up, do not average them.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz / len(y) + lam * w, dz.mean()

# %% wrong="svm_gradient" name="score without the bias"
# says: You decide who is in the street without the bias.
# next: The scores are `X @ w + b`.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w, y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="mistakes only"
# says: Only examples on the wrong side of the boundary pull in your answer. Those inside the street pull too.
# next: The mask is y z < 1.
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = -y * (y * z <= 0) / len(y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="shrinking turned into growing"
# says: You subtract lam times w. The loss rises when w grows, so this part of the gradient points along w.
# next: Add it.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz - lam * w, dz.sum()

# %% wrong="svm_gradient" name="class left out of the slope"
# says: Your slope is −1/n for every example that pulls. For class −1 it has to be +1/n.
# next: The derivative of −y z with respect to z keeps the y; your `hinge_backward` has it.
def svm_gradient(X, y, w, b, lam):
    dz = -(y * (X @ w + b) < 1).to(X.dtype) / len(y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="half kept"
# says: You add half of lam times w. Differentiating the square gives a factor 2, and the ½ in the loss cancels it.
# next: Differentiate λ/2 times w² for a single weight.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz + lam / 2 * w, dz.sum()

# %% wrong="svm_gradient" name="bias averaged"
# says: You average the entries of dz for the bias. The 1/n is in dz already.
# next: Add them up.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz + lam * w, dz.mean()

# %% wrong="svm_gradient" name="weights divided twice"
# says: The 1/n enters twice for the weights: once in dz, and once more in your division.
# next: Leave out the second division.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz / len(y) + lam * w, dz.sum()

# %% wrong="svm_gradient" name="width inside the mean"
# says: You divide lam times w by n as well. The second term of the loss stands outside the mean.
# next: Divide the hinge part alone, then add lam times w.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz + lam * w / len(y), dz.sum()

# %% wrong="svm_gradient" name="columns instead of rows"
# says: `X * dz` multiplies the columns of X by dz. Each row has to be multiplied by its own entry.
# next: `X.T @ dz` does it.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return (X * dz).sum(dim=0) + lam * w, dz.sum()

# %% wrong="svm_gradient" name="nothing where nobody pulls"
# says: Where no example pulls you return a gradient of 0. The second term of the loss does not depend on the
# examples.
# next: Leave the early return out.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    if not dz.any():
        return torch.zeros_like(w), torch.zeros_like(b)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="mean forgotten"
# says: The 1/n is missing: the hinge part of the loss is a mean.
# next: Use your `hinge_backward`, which divides by n.
def svm_gradient(X, y, w, b, lam):
    dz = -y * (y * (X @ w + b) < 1)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="everybody pulls"
# says: Every example pulls in your answer. Those outside the street, on their own side, do not.
# next: The mask is y z < 1.
def svm_gradient(X, y, w, b, lam):
    dz = -y / len(y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="pulling at the corner"
# says: A margin score of exactly 1 pulls in your answer. We chose 0 there.
# next: Use < instead of <=.
def svm_gradient(X, y, w, b, lam):
    dz = -y * (y * (X @ w + b) <= 1) / len(y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="sign of the hinge part"
# says: The hinge part has the wrong sign: this is the direction of the step, not the gradient.
# next: Each dz is −y/n where the example pulls.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return -X.T @ dz + lam * w, -dz.sum()

# %% wrong="svm_gradient" name="mean over the pulling examples"
# says: You divide by the number of examples that pull. The mean is over all n.
# next: Divide by the number of rows.
def svm_gradient(X, y, w, b, lam):
    inside = y * (X @ w + b) < 1
    dz = -y * inside / inside.sum().clamp(min=1)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="lam without w"
# says: You add lam itself, at most with a sign, to each entry of dw. The derivative of λ/2 w² keeps the weight.
# next: Add lam times w.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz + lam, dz.sum()

# %% wrong="svm_gradient" name="only inside the street"
# says: Only examples between the edges of the street pull in your answer. Those far on the wrong side pull, too.
# next: The mask is y z < 1.
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = -y * (z.abs() < 1) / len(y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="margin scores handed on"
# says: You multiply the scores by y twice, so they are compared with 1 without their class: you hand margin scores to
# a function that multiplies by y itself, or your mask leaves y out.
# next: Hand the scores to `hinge_backward` as they are.
def svm_gradient(X, y, w, b, lam):
    z = y * (X @ w + b)
    dz = hinge_backward(z, y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="size of the weights"
# says: Your second term adds lam times the absolute value of w. For a negative weight the sign is wrong.
# next: The derivative of λ/2 w² is λ w, with the sign of w.
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = hinge_backward(z, y)
    return X.T @ dz + lam * w.abs(), dz.sum()

# %% wrong="svm_gradient" name="weights squared"
# says: Your second term adds lam times the squared weights. That is not yet the derivative.
# next: Differentiate λ/2 w² with respect to w.
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = hinge_backward(z, y)
    return X.T @ dz + lam * w**2, dz.sum()

# %% wrong="svm_gradient" name="half the squared weights"
# says: Your second term adds the loss λ/2 w² itself, not its derivative.
# next: Differentiate λ/2 w² with respect to w.
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = hinge_backward(z, y)
    return X.T @ dz + lam / 2 * w**2, dz.sum()

# %% wrong="svm_gradient" name="squared length added"
# says: You add the second term of the loss, a single number, to every entry of dw.
# next: Its derivative is asked for: a vector, one entry for each weight.
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = hinge_backward(z, y)
    return X.T @ dz + lam / 2 * (w @ w), dz.sum()

# %% wrong="svm_gradient" name="length not squared"
# says: Your second term is the derivative of the length of w. In the loss the length is squared.
# next: Differentiate λ/2 w² with respect to w.
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = hinge_backward(z, y)
    return X.T @ dz + lam * w / w.norm(), dz.sum()

# %% wrong="svm_gradient" name="length times lam"
# says: You add lam times the length of w, a single number, to every entry of dw.
# next: The derivative of λ/2 w² is a vector.
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = hinge_backward(z, y)
    return X.T @ dz + lam * w.norm(), dz.sum()

# %% wrong="svm_gradient" name="a tolerance at the corner"
# says: An example with a margin score just below 1 does not pull in your answer: you round it, or compare with a
# number a little below 1.
# next: Compare y z, as it is, with 1 itself.
def svm_gradient(X, y, w, b, lam):
    z = X @ w + b
    dz = -y * (1 - y * z > 1e-6) / len(y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="slope of the squared hinge"
# says: You multiply the slope by what the example costs, as if the loss were squared. Every example that pays
# pulls equally hard.
# next: Use your `hinge_backward`.
def svm_gradient(X, y, w, b, lam):
    dz = -y * torch.clamp(1 - y * (X @ w + b), min=0) / len(y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="reshaped instead of transposed"
# says: `reshape` leaves the numbers in their order: it does not turn rows into columns.
# next: Use `X.T`.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X.reshape(X.shape[1], X.shape[0]) @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="two features only"
# says: You fill the gradients of features 0 and 1 only; the others stay 0.
# next: Do the same for every feature: one product does it.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    dw = X.T @ dz + lam * w
    dw[2:] = 0
    return dw, dz.sum()

# %% wrong="svm_gradient" name="bracket left out"
# says: You multiply only the first part of the score by y, not the bias: there is a bracket missing.
# next: Put the whole score into a bracket, then multiply by y.
def svm_gradient(X, y, w, b, lam):
    dz = -y * (y * (X @ w) + b < 1) / len(y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="bias inside the sum"
# says: Your bias stands inside the sum over the features, so it counts once for each feature.
# next: Add it once, after the sum.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward((X * w + b).sum(dim=1), y)
    return X.T @ dz + lam * w, dz.sum()

# %% wrong="svm_gradient" name="last example only"
# says: Your loop overwrites dw, so only the last example is left in it.
# next: Add to `dw` what each example contributes.
def svm_gradient(X, y, w, b, lam):
    dz = hinge_backward(X @ w + b, y)
    return X[-1] * dz[-1] + lam * w, dz.sum()

# %% right="svm_gradient" name="sums over the examples in the street"
def svm_gradient(X, y, w, b, lam):
    inside = y * (X @ w + b) < 1
    n = X.shape[0]
    dw = lam * w - (y[inside, None] * X[inside]).sum(dim=0) / n
    db = -y[inside].sum() / n
    return dw, db

# %% right="svm_gradient" name="einsum"
def svm_gradient(X, y, w, b, lam):
    z = torch.einsum("nd,d->n", X, w) + b
    dz = torch.where(y * z < 1, -y, 0 * y) / len(y)
    return torch.einsum("nd,n->d", X, dz) + lam * w, torch.einsum("n->", dz)

# %% [markdown]
# ### Exercise 4.3: train it
#
# Gradient descent is the loop of week 2. One thing is new: we hand over a *list of learning rates*, one for each
# step, so that the rate may shrink during the training. You will see in a moment why.
#
# **Your turn.** Write `train_svm(X, y, lam, rates)`. It begins with `w` and `b` at 0. For each rate in `rates` it
# appends the loss $L$ (both terms, a Python float, from before the step) to a list, and then makes one step with
# `svm_gradient` on all examples. It returns `w`, `b` and the list of losses. Every rate gets its step, also when the
# loss rises or hardly changes. It works for any number of examples and features, a single one included.
#
# A fact to check the first step with: at $w = 0$, $b = 0$ every score is 0 and everybody pays 1, so the first loss is
# exactly 1. And two steps: for `X = [[2., -1.], [0., 1.5]]`, `y = [1., 1.]`, `lam = 0.1` and `rates = [0.25, 0.5]` it
# ends at `w = [0.7375, 0.184375]`, `b = 0.75`, with the losses `[1., 0.4876953125]`.

# %% solution="train_svm"
def train_svm(X, y, lam, rates):
    """Train from zero, one step for each rate; return w (d,), b () and the losses, each before its step."""
    ### BEGIN SOLUTION
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        loss = hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)
        losses.append(loss.item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses
    ### END SOLUTION

# %% check="train_svm" points=2
square = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
one_step = (torch.tensor([0.0, 0.0], dtype=torch.float64), torch.tensor(-0.5, dtype=torch.float64), [1.0])
table = torch.tensor([-1.0, -1.0, -1.0, 1.0], dtype=torch.float64)
once = cases.example(X=square, y=table, lam=0.1, rates=[1.0], gives=one_step)
pair = torch.tensor([[2.0, -1.0], [0.0, 1.5]], dtype=torch.float64)
two_steps = (
    torch.tensor([0.7375, 0.184375], dtype=torch.float64),
    torch.tensor(0.75, dtype=torch.float64),
    [1.0, 0.4876953125],
)
ones = torch.ones(2).double()
twice = cases.example(X=pair, y=ones, lam=0.1, rates=[0.25, 0.5], gives=two_steps)
check.function(train_svm, on=[once, twice])


### BEGIN HIDDEN TESTS
def right_training(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        z = X @ w + b
        losses.append(float(torch.relu(1 - y * z).mean() + lam * (w**2).sum() / 2))
        push = y * (y * z < 1) / len(y)
        w, b = w + lr * (push @ X - lam * w), b + lr * push.sum()
    return w, b, losses


def signed(case):
    """The classes 1 and -1 instead of 1 and 0."""
    inputs = {**case.inputs, "y": 2 * case["y"].double() - 1}
    if not inputs["y"].sum():
        inputs["y"][0] *= -1  # or a bias of 0 would be left to rounding
    return cases.Case(inputs, case.sizes, like=lambda *small: signed(case.like(*small)), edge=case.edge)


rates = [0.9 / (1 + 0.13 * step) for step in range(14)]
drawn = cases.draw(seeds=10, seed0=100, X="n d", y="n:2", lam=0.2, rates=rates)
mixed = cases.Drawn(map(signed, drawn), map(signed, drawn.edges))
again = [0.25, 0.25, 1e-9, 1e-9, 0.5]
few = [cases.Case({**case.inputs, "y": abs(case["y"]), "rates": again}, case.sizes) for case in mixed[:3]]
check.function(train_svm, right_training, on=mixed + few)
### END HIDDEN TESTS

# %% wrong="train_svm" name="uphill"
# says: You add the gradient. The gradient points to where the loss rises.
# next: Subtract it.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w + lr * dw, b + lr * db
    return w, b, losses

# %% wrong="train_svm" name="first rate used throughout"
# says: Every step uses the first learning rate. The list holds one for each step.
# next: Loop over `rates` itself: `for lr in rates`.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - rates[0] * dw, b - rates[0] * db
    return w, b, losses

# %% wrong="train_svm" name="loss without its second term"
# says: The losses you list contain the hinge part only. The loss that is being minimised has a second term.
# next: Add lam/2 times the squared length of w.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append(hinge_loss(X @ w + b, y).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="loss after the step"
# says: Your first loss is the one after the first step. The list should begin with the loss at zero, which is 1.
# next: Append the loss before you move w and b.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
    return w, b, losses

# %% wrong="train_svm" name="weights first, bias afterwards"
# says: The bias is moved with a gradient taken after the weights had moved already. One step uses one gradient.
# next: Call `svm_gradient` once in each step, then move both.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        w = w - lr * svm_gradient(X, y, w, b, lam)[0]
        b = b - lr * svm_gradient(X, y, w, b, lam)[1]
    return w, b, losses

# %% wrong="train_svm" name="square of the sum"
# says: Your second term is the square of the sum of the weights. The squared length is the sum of the squares.
# next: Use `w @ w`.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * w.sum() ** 2).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="stops when the loss rises"
# says: You stop when the loss rises. Each rate in the list gets its step.
# next: Leave the condition out.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        if len(losses) > 1 and losses[-1] > losses[-2]:
            break
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="stops when the loss hardly changes"
# says: You stop when the loss hardly changes. Each rate in the list gets its step.
# next: Leave the condition out.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-6:
            break
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="each rate once"
# says: Equal rates get one step together in your loop. Each entry of the list gets its own.
# next: Loop over `rates` as it is.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in dict.fromkeys(rates):
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="half left out"
# says: Your second term lacks the ½.
# next: The loss has λ/2 in front of the squared length.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="length not squared"
# says: Your second term takes the length of w, without its square.
# next: Use `w @ w`.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * w.norm()).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="bias in the second term"
# says: Your second term contains the bias. It is the squared length of w alone.
# next: Leave b out of it.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w + b * b)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="two features"
# says: Your `w` has two entries whatever `X` is. It needs one for each feature.
# next: `torch.zeros_like(X[0])` has the length of an example.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros(2).to(X), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="bias never learned"
# says: The bias stays at 0.
# next: Take a step with db as well.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w = w - lr * dw
    return w, b, losses

# %% wrong="train_svm" name="learning rate left out"
# says: Your steps ignore the learning rates.
# next: Multiply both gradients by the rate of the step.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - dw, b - db
    return w, b, losses

# %% wrong="train_svm" name="one loss too many"
# says: Your list has one loss more than there are steps: the one after the last step, too.
# next: Append only before each step.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
    return w, b, losses

# %% wrong="train_svm" name="last rate left out"
# says: The last rate gets no step.
# next: Loop over all of `rates`.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates[:-1]:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="no step when the loss rises"
# says: You leave a step out when the loss has risen. Each rate in the list gets its step.
# next: Leave the condition out.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        loss = (hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item()
        losses.append(loss)
        if len(losses) > 1 and losses[-1] > losses[-2]:
            continue
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="stops before the loss is listed"
# says: You stop or wait when the loss rises. Each rate in the list gets its step, and its loss.
# next: Leave the condition out.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        loss = (hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item()
        if losses and loss > losses[-1]:
            break
        losses.append(loss)
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="stops before a loss that hardly changed is listed"
# says: You stop when the loss hardly changes. Each rate in the list gets its step, and its loss.
# next: Leave the condition out.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        loss = (hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item()
        if losses and abs(loss - losses[-1]) < 1e-6:
            break
        losses.append(loss)
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="stops when the loss changes by less than 1e-3"
# says: You stop when the loss hardly changes. Each rate in the list gets its step, and its loss.
# next: Leave the condition out.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        loss = (hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item()
        losses.append(loss)
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-3:
            break
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="rate halved when the loss rises"
# says: You make a smaller step when the loss has risen. Each rate is used as it stands in the list.
# next: Leave the condition out.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for lr in rates:
        loss = (hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item()
        losses.append(loss)
        if len(losses) > 1 and losses[-1] > losses[-2]:
            lr = lr / 2
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_svm" name="all further rates halved when the loss rises"
# says: You make smaller steps once the loss has risen. Each rate is used as it stands in the list.
# next: Leave the condition out.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    part = 1.0
    for lr in rates:
        loss = (hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item()
        losses.append(loss)
        if len(losses) > 1 and losses[-1] > losses[-2]:
            part = part / 2
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - part * lr * dw, b - part * lr * db
    return w, b, losses

# %% wrong="train_svm" name="weights of the lowest loss"
# says: You return the weights that had the lowest loss. Those after the last step are asked for.
# next: Return `w` and `b` as they are when the loop ends.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    best = w, b
    for lr in rates:
        loss = (hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item()
        losses.append(loss)
        best = (w, b) if losses[-1] == min(losses) else best
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - lr * dw, b - lr * db
    return *best, losses

# %% wrong="train_svm" name="weights of the lowest loss of all"
# says: You return the weights that had the lowest loss. Those after the last step are asked for.
# next: Return `w` and `b` as they are when the loop ends.
def train_svm(X, y, lam, rates):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    best = w, b
    for rate in [*rates, 0]:
        losses.append((hinge_loss(X @ w + b, y) + lam / 2 * (w @ w)).item())
        best = (w, b) if losses[-1] < min(losses[:-1], default=math.inf) else best
        dw, db = svm_gradient(X, y, w, b, lam)
        w, b = w - rate * dw, b - rate * db
    return *best, losses[:-1]

# %% right="train_svm" name="without the earlier functions"
def train_svm(X, y, lam, rates):
    n, d = X.shape
    w = torch.zeros(d, dtype=X.dtype, device=X.device)
    b = torch.zeros((), dtype=X.dtype, device=X.device)
    losses = []
    for lr in rates:
        slack = 1 - y * (X @ w + b)
        losses.append(float(slack.clamp(min=0).mean()) + lam / 2 * float(w @ w))
        dz = -y * (slack > 0) / n
        w = w - lr * (X.T @ dz + lam * w)
        b = b - lr * dz.sum()
    return w, b, losses

# %% right="train_svm" name="updates in place on its own tensors"
def train_svm(X, y, lam, rates):
    w, b, losses = X[0] * 0, y[0] * 0, []
    for lr in rates:
        losses.append(float(hinge_loss(X @ w + b, y) + lam / 2 * (w * w).sum()))
        dw, db = svm_gradient(X, y, w, b, lam)
        w -= lr * dw
        b -= lr * db
    return w, b, losses

# %% [markdown]
# Time to use it on the forty points. Once with the same rate in every step, and once with a rate that shrinks, from 2
# to 0.13. The first ten steps, which are steep, are left out of the figure.

# %%
steady = [2.0] * 150
shrinking = [2.0 / (1 + 0.1 * step) for step in range(150)]
plot.lines(
    {
        "always 2": train_svm(X, y, 0.1, steady)[2][10:],
        "shrinking from 2": train_svm(X, y, 0.1, shrinking)[2][10:],
    },
    xlabel="step (10 steps left out)", ylabel="loss",
    alt="With a steady rate the loss jumps between 0.080 and 0.084 like a saw. "
    "With a shrinking rate it settles.",
    caption="The SVM's loss (λ = 0.1) with two kinds of learning rates.",
)

# %% [markdown]
# The steady rate produces a saw that never wears off. Here is why. A point in the street pulls with full strength
# until it is out, and then not at all. So the step does not get smaller as the end comes near. The points at the edge
# are pushed out; then only $\lambda w$ is left, which shrinks $w$, so the street widens until points are in it again;
# and so on. A smaller rate makes smaller teeth. A shrinking rate makes them die out. That is why you take a list of
# rates.
#
# The next cell fixes one long training for the rest of this section: 3000 steps, with rates that fall from 1 to
# 0.007.

# %% given="fit_svm"
def fit_svm(X, y, lam=0.01, steps=3000):
    """Train an SVM with rates that shrink from 1; return w, b and the losses."""
    return train_svm(X, y, lam, [1 / (1 + 0.05 * step) for step in range(steps)])

# %%
w, b, losses = fit_svm(X, y)
print("w", w, " b", b)
print("margin", margin(X, y, w, b), " 1 / length of w", 1 / w.norm())
print("smallest margin scores", (y * (X @ w + b)).sort().values[:4])
plot.boundary(
    lambda X: X @ w + b, X, y, margin=True,
    alt="The same two clouds. The line runs midway between them; three points lie on the edges of the "
    "street and have rings.",
    caption="The SVM's line for the same forty points, with the street between the broken lines.",
)

# %% [markdown]
# The margin is 0.72 now; the perceptron's was 0.05. It agrees with $1 / \lVert w \rVert$, as the theory of the street
# says. Three points, those with the rings, have a margin score of 1, to four decimals: they touch the edges. The next
# one is at 1.15, outside.
#
# The three are the **support vectors**: they hold the street up. Take away all the others and the line stays where it
# is, because points outside the street do not pull.
#
# ### Does scikit-learn agree?
#
# scikit-learn is the standard library for such models, and its solver works in a quite different way. Its SVM
# minimises $\tfrac12 \lVert w \rVert^2 + C \sum_i \max(0, 1 - y_i z_i)$. That is our loss divided by $\lambda$, if $C
# = 1 / (\lambda n)$. So on the same points it has to find the same line.

# %%
try:
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVC
except ModuleNotFoundError:
    SVC = LogisticRegression = None
    print("scikit-learn is not installed here, so the comparisons are left out.")
    print("`pip install scikit-learn` adds it.")

# %%
w, b, losses = fit_svm(X, y, lam=0.01)
if SVC is not None:
    theirs = SVC(kernel="linear", C=1 / (0.01 * len(y)), tol=1e-6).fit(X, y)
    their_w, their_b = torch.tensor(theirs.coef_[0]), torch.tensor(theirs.intercept_[0])
    print("yours", w, b, "\ntheirs", their_w, their_b)
    difference = max((w - their_w).abs().max().item(), (b - their_b).abs().item())
    print(f"largest difference {difference:.5f}: within 0.005?", difference < 0.005)

# %% [markdown]
# Two solvers, one line: the weights and the bias differ by about 0.00002. We had allowed 0.005, for three thousand
# steps of a simple method.
#
# ### When no line will do
#
# What does the SVM make of the points of exercise 3.3, with your `hard_y`? It cannot bring the hinge loss to 0, and
# it does not go on for ever like the perceptron. It settles for the cheapest compromise.

# %%
w_hard, b_hard, losses = fit_svm(four_points, hard_y)
print("loss", losses[-1], " margin scores", hard_y * (four_points @ w_hard + b_hard))
plot.boundary(
    lambda X: X @ w_hard + b_hard, four_points, hard_y, margin=True,
    alt="Four points whose diagonals cross. The line leaves three on their own side, at the edges of the "
    "street, and one on the wrong side.",
    caption="Labels that no line separates, and the SVM's compromise.",
)

# %% [markdown]
# Three points end on the edge of the street, but for about one per cent: their margin scores are 1.00, 0.99 and 1.00.
# The fourth, with its ring on the wrong side of the line, is given up: its margin score is about $-2.3$, and nearly the
# whole loss of 0.82 is its price, divided by four. That is what the hinge does with a point that does not fit: it pays,
# and pays more the farther the point lies.
#
# ## 5. Logistic regression: say how sure you are
#
# The score $-0.8$ means class $-1$. But how sure is that? A doctor would want to know. **Logistic regression** turns
# the score into a probability, with the **sigmoid**, a curve that squeezes all numbers into the range from 0 to 1:
#
# $$a = \sigma(z) = \frac{1}{1 + e^{-z}} .$$

# %%
plot.activation(
    torch.sigmoid, low=-6, high=6, name="sigmoid",
    alt="The sigmoid rises in an S from 0 to 1 and is 0.5 at 0. "
    "Its derivative is a bump of height 0.25 around 0.",
    caption="The sigmoid turns a score into a probability. Its slope is steepest, 1/4, where the score is 0.",
)

# %% [markdown]
# Score 0 gives probability $\tfrac12$: on the boundary it does not know. Score 2 gives 0.88, score $-2$ gives 0.12,
# and the two add up to 1. At the far ends the curve is flat: whether the score is 10 or 20, it is "practically sure".
# The slope is $\sigma'(z) = a (1 - a)$; keep that for later.
#
# From here on the classes are called **1 and 0** instead of $+1$ and $-1$, because $y$ is now compared with a
# probability: $a$ is the probability that $y = 1$.
#
# ### Numbers that are too large
#
# There are two ways to write the sigmoid, $\frac{1}{1 + e^{-z}}$ and $\frac{e^{z}}{1 + e^{z}}$. On paper they are
# equal: multiply the first by $e^z$, above the line and below. In a computer they are not. What does each say at
# $z = 1000$?

# %%
z = torch.tensor([2.0, 1000.0], dtype=torch.float64)
print("exp:  ", torch.exp(z))
print("first: ", 1 / (1 + torch.exp(-z)))
print("second:", torch.exp(z) / (1 + torch.exp(z)))

# %% [markdown]
# $e^{1000}$ is larger than any float64; the result is `inf`, infinity. In the second form infinity is divided by
# infinity, and that is `nan`, not a number. One `nan` in a loss turns every weight into `nan` at the next step. In
# the first form an infinity can only appear below the line, and 1 divided by infinity is 0, the right answer.
#
# ### Exercise 5.1: the sigmoid
#
# **Your turn.** Write `sigmoid(z)`, entry by entry, for a tensor of any shape, a single number included. The answer has
# the shape and the dtype of `z`. It has to be finite and right for scores as large as $\pm 1000$. PyTorch's own
# sigmoid is not allowed here; `torch.exp` is. For `[0., 2., -1000.]` the answer is `[0.5, 0.8808, 0.]`, and for
# `[1000.]`, in float32, it is `[1.]`.

# %% solution="sigmoid"
def sigmoid(z):
    """Return the sigmoid of z, entry by entry, in the shape and dtype of z."""
    ### BEGIN SOLUTION
    return 1 / (1 + torch.exp(-z))
    ### END SOLUTION

# %% check="sigmoid" points=1
three = cases.example(
    z=torch.tensor([0.0, 2.0, -1000.0], dtype=torch.float64),
    gives=torch.tensor([0.5, 1 / (1 + math.exp(-2)), 0.0], dtype=torch.float64),
)
sure = cases.example(
    z=torch.tensor([1000.0], dtype=torch.float32), gives=torch.tensor([1.0], dtype=torch.float32)
)
check.function(sigmoid, on=[three, sure], forbid=("sigmoid", "expit", "logsigmoid", "softmax"))
### BEGIN HIDDEN TESTS
scores = [[-1000.0, -30.0, 0.0, -7.0, 12.0], [1.0, 40.0, 1000.0, 7.0, -12.0]]
far = cases.example(z=torch.tensor(scores, dtype=torch.float64))
alone = [cases.example(z=torch.tensor(score, dtype=torch.float64)) for score in (-0.5, 1000.0, -1000.0)]
single = cases.example(z=torch.tensor([1.5, -1000.0, -0.25, 1000.0], dtype=torch.float32))
ready_made = ("sigmoid", "expit", "logsigmoid", "softmax")
near = cases.draw(seeds=8, seed0=100, z="n h") + cases.draw(seeds=2, seed0=200, z="n h q")
check.function(sigmoid, torch.sigmoid, on=[far, *alone, single] + near, forbid=ready_made)
### END HIDDEN TESTS

# %% wrong="sigmoid" name="the second form"
# says: Large scores give nan: you divide infinity by infinity.
# next: Use the form in which the exponential stands only below the line.
def sigmoid(z):
    return torch.exp(z) / (1 + torch.exp(z))

# %% wrong="sigmoid" name="minus sign lost"
# says: Your curve falls from 1 to 0. A high score should mean a high probability.
# next: The exponent is −z.
def sigmoid(z):
    return 1 / (1 + torch.exp(z))

# %% wrong="sigmoid" name="scores cut off"
# says: You cut the scores off before the exponential, so scores beyond the cut are treated as if they lay on it.
# next: In the first form nothing has to be cut off.
def sigmoid(z):
    return 1 / (1 + torch.exp(-z.clamp(-5, 5)))

# %% wrong="sigmoid" name="the ready-made one"
# says: This is PyTorch's own sigmoid. The exercise asks for yours.
# next: Write the formula with `torch.exp`.
def sigmoid(z):
    return torch.sigmoid(z)

# %% wrong="sigmoid" name="scores cut off at 10"
# says: You cut the scores off before the exponential, so scores beyond the cut are treated as if they lay on it.
# next: In the first form nothing has to be cut off.
def sigmoid(z):
    return 1 / (1 + torch.exp(-z.clamp(-10, 10)))

# %% wrong="sigmoid" name="scores cut off at 15"
# says: You cut the scores off before the exponential, so scores beyond the cut are treated as if they lay on it.
# next: In the first form nothing has to be cut off.
def sigmoid(z):
    return 1 / (1 + torch.exp(-z.clamp(-15, 15)))

# %% wrong="sigmoid" name="scores cut off at 20"
# says: You cut the scores off before the exponential, so scores beyond the cut are treated as if they lay on it.
# next: In the first form nothing has to be cut off.
def sigmoid(z):
    return 1 / (1 + torch.exp(-z.clamp(-20, 20)))

# %% wrong="sigmoid" name="second form where a score is negative"
# says: You choose one form for all entries by a single one of them. A large score beside a negative one gives nan:
# infinity divided by infinity.
# next: Use one form that is right for both signs, or choose entry by entry.
def sigmoid(z):
    return torch.exp(z) / (1 + torch.exp(z)) if z.min() < 0 else 1 / (1 + torch.exp(-z))

# %% wrong="sigmoid" name="the second form turned round"
# says: For scores far below 0 you get nan: infinity divided by infinity.
# next: Use the form in which the exponential stands only below the line.
def sigmoid(z):
    return 1 - torch.exp(-z) / (1 + torch.exp(-z))

# %% wrong="sigmoid" name="one plus left out"
# says: You return 1 divided by the exponential. The 1 below the line is missing.
# next: Below the line stands 1 plus the exponential.
def sigmoid(z):
    return 1 / torch.exp(-z)

# %% wrong="sigmoid" name="bracket left out"
# says: Without a bracket only the 1 stands below the line: you add the exponential to it.
# next: Put 1 and the exponential into one bracket.
def sigmoid(z):
    return 1 / 1 + torch.exp(-z)

# %% wrong="sigmoid" name="double precision"
# says: You work in double precision, so the answer for a float32 tensor is float64.
# next: Leave the dtype of `z` as it is.
def sigmoid(z):
    return 1 / (1 + torch.exp(-z.double()))

# %% wrong="sigmoid" name="exponent without the minus above"
# says: Your curve is e^z divided by 1 + e^−z.
# next: Below the line stands 1 plus what stands above it.
def sigmoid(z):
    return torch.exp(z) / (1 + torch.exp(-z))

# %% wrong="sigmoid" name="exponential alone on the left"
# says: For scores below 0 you return the exponential alone. It has to be divided by 1 plus itself.
# next: Below 0 the second form is e^z / (1 + e^z), all of it.
def sigmoid(z):
    return torch.where(z >= 0, 1 / (1 + torch.exp(-z)), torch.exp(z))

# %% wrong="sigmoid" name="the same on both sides"
# says: For scores below 0 you return what belongs to the score without its sign. The curve has to go on falling
# there.
# next: At −2 the answer is 1 minus the one at 2.
def sigmoid(z):
    return 1 / (1 + torch.exp(-z.abs()))

# %% wrong="sigmoid" name="exponential alone on the right"
# says: For scores above 0 you return 1 minus the exponential. It has to be divided by 1 plus itself first.
# next: Above 0 use 1 / (1 + e^−z).
def sigmoid(z):
    return torch.where(z > 0, 1 - torch.exp(-z), 1 / (1 + torch.exp(-z)))

# %% wrong="sigmoid" name="flattened"
# says: Your answer is one-dimensional. The shape of z is asked for.
# next: Give the answer the shape of `z` again.
def sigmoid(z):
    return 1 / (1 + torch.exp(-z.flatten()))

# %% wrong="sigmoid" name="only the ends"
# says: You return 0 and 1 for all but the smallest scores.
# next: The sigmoid goes smoothly from 0 to 1: use its formula everywhere.
def sigmoid(z):
    return torch.where(z.abs() > 5, (z > 0).to(z.dtype), 1 / (1 + torch.exp(-z)))

# %% wrong="sigmoid" name="nan replaced by 0"
# says: At a large score infinity is divided by infinity. That is nan, and you turn it into 0, where 1 is right.
# next: Use the form in which the exponential stands only below the line; then there is no nan.
def sigmoid(z):
    return torch.nan_to_num(torch.exp(z) / (1 + torch.exp(z)))

# %% wrong="sigmoid" name="wrong exponential below the line on the left"
# says: For scores below 0 you divide e^z by 1 + e^−z.
# next: Below the line stands 1 plus what stands above it.
def sigmoid(z):
    return torch.where(z >= 0, 1, torch.exp(z)) / (1 + torch.exp(-z))

# %% wrong="sigmoid" name="0 and 1 beyond 10"
# says: Beyond some score you put 1 and 0 themselves. The sigmoid comes near them and never arrives.
# next: Use its formula everywhere.
def sigmoid(z):
    return torch.where(z.abs() > 10, (z > 0).to(z.dtype), 1 / (1 + torch.exp(-z)))

# %% right="sigmoid" name="a form for each sign"
def sigmoid(z):
    e = torch.exp(-z.abs())
    return torch.where(z > 0, 1 / (1 + e), e / (1 + e))

# %% right="sigmoid" name="from tanh"
def sigmoid(z):
    return (1 + torch.tanh(z / 2)) / 2

# %% [markdown]
# ### The loss: how surprised are you?
#
# An example has $y = 1$, and the model said $a = 0.9$. Good. Had it said $0.01$, it should pay dearly. The
# **cross-entropy** charges minus the logarithm of the probability that was given to what really happened:
#
# $$\ell = -\,y \log a - (1 - y) \log (1 - a).$$
#
# Here $\log$ is the natural logarithm, `torch.log`, the one that undoes $e^z$.
# With $y = 1$ only $-\log a$ is left, with $y = 0$ only $-\log(1 - a)$. A probability of 1 for the truth costs 0, a
# probability of $\tfrac12$ costs $\log 2 = 0.693$, and a probability near 0 costs without limit. In week 2 the
# squared loss came out of the normal density as a negative log-likelihood. This one is the negative log-likelihood of
# a coin that shows 1 with probability $a$.
#
# Now the trouble. At $z = -1000$ the computer says $a = 0$ exactly, and $\log 0 = -\infty$:

# %%
z, y_one = torch.tensor([-1000.0, 1000.0], dtype=torch.float64), torch.tensor([1.0, 1.0])
a = torch.sigmoid(z)
-y_one * torch.log(a) - (1 - y_one) * torch.log(1 - a)

# %% [markdown]
# The first should be 1000, and is infinite. The second should be 0, and is $0 \cdot \infty$, which is `nan`. The cure
# is to do the algebra before the arithmetic, with the score instead of $a$. For $y = 1$,
#
# $$-\log \sigma(z) = \log(1 + e^{-z}),$$
#
# and for $y = 0$ it is $-\log(1 - \sigma(z)) = \log(1 + e^{z})$, because $1 - \sigma(z) = \sigma(-z)$. (Look at the
# scores 2 and $-2$ above: the two probabilities add up to 1.) Either way we need a term $\log(1 + e^{t})$, with
# $t = -z$ or $t = z$. It is harmless when $t$ is negative, and it overflows when $t$ is large. So take the large part
# out:
#
# $$\log(1 + e^{t}) = \max(t, 0) + \log(1 + e^{-|t|}).$$
#
# (Check it for both signs of $t$.) Together, using $\max(-z, 0) = \max(z, 0) - z$, one formula for both classes:
#
# $$\ell = \max(z, 0) - y z + \log\!\big(1 + e^{-|z|}\big).$$
#
# Now every exponent is at most 0, and nothing can overflow.
#
# ### Exercise 5.2: a loss that never overflows
#
# **Your turn.** Write `logistic_loss(z, y)`: the mean of $\ell$ over the n examples, a tensor without dimensions. `z`
# holds scores, `y` classes 1.0 and 0.0, both of shape (n,), and the loss has their dtype. It has to be right for
# $z = \pm 1000$ with either class, and for a single example. The ready-made cross-entropies are not allowed.
#
# For `z = [0., 2., -1000.]` and `y = [1., 0., 1.]` the three losses are 0.6931, 2.1269 and 1000, and the mean is
# 334.2733. For `z = [1000.]` and `y = [1.]` the loss is 0.

# %% solution="logistic_loss"
def logistic_loss(z, y):
    """Return the mean cross-entropy, shape (), of the scores z for the classes y (1 or 0), both (n,)."""
    ### BEGIN SOLUTION
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()
    ### END SOLUTION

# %% check="logistic_loss" points=2
ready_made = (
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "BCELoss",
    "BCEWithLogitsLoss",
    "cross_entropy",
)
three = cases.example(
    z=torch.tensor([0.0, 2.0, -1000.0], dtype=torch.float64),
    y=torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64),
    gives=torch.tensor(334.2733, dtype=torch.float64),
)
sure = cases.example(
    z=torch.tensor([1000.0], dtype=torch.float32),
    y=torch.tensor([1.0], dtype=torch.float32),
    gives=torch.tensor(0.0, dtype=torch.float32),
)
check.function(logistic_loss, on=[three, sure], rtol=1e-6, forbid=ready_made)


### BEGIN HIDDEN TESTS
def labelled(case):
    """The classes as numbers with a point, 1.0 and 0.0."""
    inputs = {**case.inputs, "y": case["y"].double()}
    return cases.Case(inputs, case.sizes, like=lambda *small: labelled(case.like(*small)), edge=case.edge)


def far_out(case):
    """Scores far out, the first one on the wrong side: the loss is large, whatever numbers were drawn."""
    z, y = 400 * case["z"], case["y"]
    z[0] = (1 - 2 * y[0]) * z[0].abs()
    return cases.Case({"z": z, "y": y}, case.sizes)


def extreme(z, y):
    return cases.example(z=torch.tensor(z, dtype=torch.float64), y=torch.tensor(y, dtype=torch.float64))


drawn = cases.draw(seeds=12, seed0=100, z="n", y="n:2")
near = cases.Drawn(map(labelled, drawn), map(labelled, drawn.edges))
far = [far_out(case) for case in near]
far += [extreme([1000.0], [0.0]), extreme([-1000.0], [1.0]), extreme([-1000.0, 1000.0, 0.5], [0.0, 1.0, 1.0])]
far += [extreme([-7.0, 12.0, 7.0, -12.0], [0.0, 1.0, 0.0, 1.0]), extreme([50.0, 0.5], [0.0, 1.0])]
far += [extreme([7.0, -12.0, 0.5], [1.0, 0.0, 1.0]), extreme([-50.0, 0.5], [1.0, 0.0])]
check.function(
    logistic_loss,
    lambda z, y: torch.logaddexp(torch.zeros_like(z), (1 - 2 * y) * z).mean(),
    on=near + far,
    forbid=ready_made,
)
### END HIDDEN TESTS

# %% wrong="logistic_loss" name="through the probability"
# says: You take the logarithm of a probability that has become exactly 0 or 1. The result is infinite or nan.
# next: Use the formula with the score, in which every exponent is at most 0.
def logistic_loss(z, y):
    a = sigmoid(z)
    return (-y * torch.log(a) - (1 - y) * torch.log(1 - a)).mean()

# %% wrong="logistic_loss" name="probability kept away from 0"
# says: You keep the probability away from 0 by hand. Then no example can cost more than a fixed price.
# next: Do the algebra with the score; nothing needs to be cut off.
def logistic_loss(z, y):
    a = sigmoid(z).clamp(1e-7, 1 - 1e-7)
    return (-y * torch.log(a) - (1 - y) * torch.log(1 - a)).mean()

# %% wrong="logistic_loss" name="no absolute value"
# says: For negative scores your exponent is positive, and the exponential overflows.
# next: Take the large part out first: then the exponent is minus the absolute value of z.
def logistic_loss(z, y):
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z))).mean()

# %% wrong="logistic_loss" name="sum instead of mean"
# says: Your losses are added up. The loss of a dataset is their mean.
# next: Divide by n.
def logistic_loss(z, y):
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).sum()

# %% wrong="logistic_loss" name="classes swapped"
# says: You charge a high score when the class is 1. It is the other way round.
# next: Look at the term with y once more; try a single example with y = 1.
def logistic_loss(z, y):
    return (z.clamp(min=0) - (1 - y) * z + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="logistic_loss" name="classes +1 and −1"
# says: This formula belongs to the classes +1 and −1. Here they are 1 and 0, so for y = 0 the score drops out.
# next: Use the formula with max(z, 0) − y z.
def logistic_loss(z, y):
    return torch.log1p(torch.exp(-(y * z).abs())).mean() + (-y * z).clamp(min=0).mean()

# %% wrong="logistic_loss" name="class 0 without the large part taken out"
# says: For class 0 you use log(1 + e^z) as it stands, which overflows for a large score.
# next: Take the large part out there, too, as for class 1.
def logistic_loss(z, y):
    one = torch.clamp(-z, min=0) + torch.log1p(torch.exp(-z.abs()))
    return torch.where(y == 1, one, torch.log(1 + torch.exp(z))).mean()

# %% wrong="logistic_loss" name="class 1 without the large part taken out"
# says: For negative scores your exponent is positive, and the exponential overflows.
# next: Take the large part out first: then the exponent is minus the absolute value of z.
def logistic_loss(z, y):
    zero = torch.clamp(z, min=0) + torch.log1p(torch.exp(-z.abs()))
    return torch.where(y == 1, torch.log(1 + torch.exp(-z)), zero).mean()

# %% wrong="logistic_loss" name="the large part not taken out"
# says: You use log(1 + e^z) as it stands, and the exponential overflows for a large score.
# next: Take the large part out first, as the formula above the exercise does.
def logistic_loss(z, y):
    return (torch.log(1 + torch.exp(z)) - y * z).mean()

# %% wrong="logistic_loss" name="the large part not taken out, with minus z"
# says: For negative scores your exponent is positive, and the exponential overflows.
# next: Take the large part out first: then the exponent is minus the absolute value of z.
def logistic_loss(z, y):
    return (torch.log(1 + torch.exp(-z)) + (1 - y) * z).mean()

# %% wrong="logistic_loss" name="infinity replaced by 1000"
# says: You replace nan and infinity by numbers of your own. Between them the loss is wrong already: a probability of
# exactly 0 or 1 has lost the score.
# next: Do the algebra with the score; nothing is infinite then.
def logistic_loss(z, y):
    a = sigmoid(z)
    loss = -y * torch.log(a) - (1 - y) * torch.log(1 - a)
    return torch.nan_to_num(loss, nan=0.0, posinf=1000.0).mean()

# %% wrong="logistic_loss" name="infinity replaced by the largest number"
# says: You replace nan and infinity by numbers of your own. Between them the loss is wrong already: a probability of
# exactly 0 or 1 has lost the score.
# next: Do the algebra with the score; nothing is infinite then.
def logistic_loss(z, y):
    a = sigmoid(z)
    return torch.nan_to_num(-y * torch.log(a) - (1 - y) * torch.log(1 - a)).mean()

# %% wrong="logistic_loss" name="1e-12 added"
# says: You add a small number inside the logarithm. Then no example can cost more than a fixed price.
# next: Do the algebra with the score; nothing needs to be added.
def logistic_loss(z, y):
    a = sigmoid(z)
    return (-y * torch.log(a + 1e-12) - (1 - y) * torch.log(1 - a + 1e-12)).mean()

# %% wrong="logistic_loss" name="1e-10 added"
# says: You add a small number inside the logarithm. Then no example can cost more than a fixed price.
# next: Do the algebra with the score; nothing needs to be added.
def logistic_loss(z, y):
    a = sigmoid(z)
    return (-y * torch.log(a + 1e-10) - (1 - y) * torch.log(1 - a + 1e-10)).mean()

# %% wrong="logistic_loss" name="1e-8 added"
# says: You add a small number inside the logarithm. Then no example can cost more than a fixed price.
# next: Do the algebra with the score; nothing needs to be added.
def logistic_loss(z, y):
    a = sigmoid(z)
    return (-y * torch.log(a + 1e-8) - (1 - y) * torch.log(1 - a + 1e-8)).mean()

# %% wrong="logistic_loss" name="1e-7 added"
# says: You add a small number inside the logarithm. Then no example can cost more than a fixed price.
# next: Do the algebra with the score; nothing needs to be added.
def logistic_loss(z, y):
    a = sigmoid(z)
    return (-y * torch.log(a + 1e-7) - (1 - y) * torch.log(1 - a + 1e-7)).mean()

# %% wrong="logistic_loss" name="1e-15 added"
# says: You add a small number inside the logarithm. Then no example can cost more than a fixed price.
# next: Do the algebra with the score; nothing needs to be added.
def logistic_loss(z, y):
    a = sigmoid(z)
    return (-y * torch.log(a + 1e-15) - (1 - y) * torch.log(1 - a + 1e-15)).mean()

# %% wrong="logistic_loss" name="probability kept 1e-12 away from 0"
# says: You keep the probability away from 0 by hand. Then no example can cost more than a fixed price.
# next: Do the algebra with the score; nothing needs to be cut off.
def logistic_loss(z, y):
    a = sigmoid(z).clamp(1e-12, 1 - 1e-12)
    return (-y * torch.log(a) - (1 - y) * torch.log(1 - a)).mean()

# %% wrong="logistic_loss" name="probability kept 1e-8 away from 0"
# says: You keep the probability away from 0 by hand. Then no example can cost more than a fixed price.
# next: Do the algebra with the score; nothing needs to be cut off.
def logistic_loss(z, y):
    a = sigmoid(z).clamp(1e-8, 1 - 1e-8)
    return (-y * torch.log(a) - (1 - y) * torch.log(1 - a)).mean()

# %% wrong="logistic_loss" name="probability kept 1e-6 away from 0"
# says: You keep the probability away from 0 by hand. Then no example can cost more than a fixed price.
# next: Do the algebra with the score; nothing needs to be cut off.
def logistic_loss(z, y):
    a = sigmoid(z).clamp(1e-6, 1 - 1e-6)
    return (-y * torch.log(a) - (1 - y) * torch.log(1 - a)).mean()

# %% wrong="logistic_loss" name="maximum left out"
# says: You leave out max(z, 0). Then a large score of class 0 costs less than nothing.
# next: Put it back: it is the large part that was taken out.
def logistic_loss(z, y):
    return (torch.log1p(torch.exp(-z.abs())) - y * z).mean()

# %% wrong="logistic_loss" name="term with y left out"
# says: You leave out y z. Then a high score is charged whatever the class is.
# next: Subtract y times z.
def logistic_loss(z, y):
    return (z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="logistic_loss" name="term with y added"
# says: You add y z. A high score should make the loss of class 1 smaller.
# next: Subtract it.
def logistic_loss(z, y):
    return (z.clamp(min=0) + y * z + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="logistic_loss" name="sign of the loss"
# says: Your loss has the wrong sign. It charges minus the logarithm.
# next: Turn the sign round.
def logistic_loss(z, y):
    return -(z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="logistic_loss" name="score cut off"
# says: You cut the scores off, so an example far on the wrong side costs too little.
# next: In the formula every exponent is at most 0: nothing has to be cut off.
def logistic_loss(z, y):
    z = z.clamp(-500, 500)
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="logistic_loss" name="classes +1 and −1, and nothing else"
# says: This formula belongs to the classes +1 and −1. Here they are 1 and 0, so for y = 0 the score drops out.
# next: Use the formula with max(z, 0) − y z.
def logistic_loss(z, y):
    return torch.logaddexp(torch.zeros_like(z), -y * z).mean()

# %% wrong="logistic_loss" name="far scores of class 1 only"
# says: Beyond some score you use another formula, which is right for class 1 only. For class 0 a large score costs
# nothing there.
# next: For class 0 the price far out is z itself, where z is positive.
def logistic_loss(z, y):
    near = z.clamp(-50, 50)
    each = y * torch.log1p(torch.exp(-near)) + (1 - y) * torch.log1p(torch.exp(near))
    each = torch.where(z.abs() > 50, (-y * z).clamp(min=0), each)
    return each.mean()

# %% wrong="logistic_loss" name="scores beyond 30 of class 1 only"
# says: Beyond some score you use another formula, which is right for class 1 only. For class 0 a large score costs
# nothing there.
# next: For class 0 the price far out is z itself, where z is positive.
def logistic_loss(z, y):
    near = z.clamp(-30, 30)
    each = y * torch.log1p(torch.exp(-near)) + (1 - y) * torch.log1p(torch.exp(near))
    each = torch.where(z.abs() > 30, (-y * z).clamp(min=0), each)
    return each.mean()

# %% wrong="logistic_loss" name="scores beyond 100 of class 1 only"
# says: Beyond some score you use another formula, which is right for class 1 only. For class 0 a large score costs
# nothing there.
# next: For class 0 the price far out is z itself, where z is positive.
def logistic_loss(z, y):
    near = z.clamp(-100, 100)
    each = y * torch.log1p(torch.exp(-near)) + (1 - y) * torch.log1p(torch.exp(near))
    each = torch.where(z.abs() > 100, (-y * z).clamp(min=0), each)
    return each.mean()

# %% wrong="logistic_loss" name="nothing beyond 30"
# says: Beyond some score your examples cost nothing. On the wrong side they cost the most.
# next: Use the one formula for all scores.
def logistic_loss(z, y):
    near = z.clamp(-30, 30)
    each = y * torch.log1p(torch.exp(-near)) + (1 - y) * torch.log1p(torch.exp(near))
    each = torch.where(z.abs() > 30, 0 * z, each)
    return each.mean()

# %% wrong="logistic_loss" name="nothing beyond 50"
# says: Beyond some score your examples cost nothing. On the wrong side they cost the most.
# next: Use the one formula for all scores.
def logistic_loss(z, y):
    near = z.clamp(-50, 50)
    each = y * torch.log1p(torch.exp(-near)) + (1 - y) * torch.log1p(torch.exp(near))
    each = torch.where(z.abs() > 50, 0 * z, each)
    return each.mean()

# %% wrong="logistic_loss" name="nothing beyond 100"
# says: Beyond some score your examples cost nothing. On the wrong side they cost the most.
# next: Use the one formula for all scores.
def logistic_loss(z, y):
    near = z.clamp(-100, 100)
    each = y * torch.log1p(torch.exp(-near)) + (1 - y) * torch.log1p(torch.exp(near))
    each = torch.where(z.abs() > 100, 0 * z, each)
    return each.mean()

# %% wrong="logistic_loss" name="the size of the score beyond 50"
# says: Far out you charge the size of the score on both sides. On the right side the price is 0.
# next: Use the one formula for all scores.
def logistic_loss(z, y):
    near = z.clamp(-50, 50)
    each = y * torch.log1p(torch.exp(-near)) + (1 - y) * torch.log1p(torch.exp(near))
    each = torch.where(z.abs() > 50, z.abs(), each)
    return each.mean()

# %% wrong="logistic_loss" name="score cut off at 10"
# says: You cut the scores off, so an example far on the wrong side costs too little.
# next: In the formula every exponent is at most 0: nothing has to be cut off.
def logistic_loss(z, y):
    z = z.clamp(-10, 10)
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="logistic_loss" name="score cut off at 20"
# says: You cut the scores off, so an example far on the wrong side costs too little.
# next: In the formula every exponent is at most 0: nothing has to be cut off.
def logistic_loss(z, y):
    z = z.clamp(-20, 20)
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="logistic_loss" name="score cut off at 30"
# says: You cut the scores off, so an example far on the wrong side costs too little.
# next: In the formula every exponent is at most 0: nothing has to be cut off.
def logistic_loss(z, y):
    z = z.clamp(-30, 30)
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="logistic_loss" name="score cut off at 50"
# says: You cut the scores off, so an example far on the wrong side costs too little.
# next: In the formula every exponent is at most 0: nothing has to be cut off.
def logistic_loss(z, y):
    z = z.clamp(-50, 50)
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="logistic_loss" name="score cut off at 100"
# says: You cut the scores off, so an example far on the wrong side costs too little.
# next: In the formula every exponent is at most 0: nothing has to be cut off.
def logistic_loss(z, y):
    z = z.clamp(-100, 100)
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="logistic_loss" name="1 missing in the logarithm"
# says: The 1 in the logarithm is missing: log(e^−|z|) is only −|z|.
# next: Use log(1 + e^−|z|).
def logistic_loss(z, y):
    return (z.clamp(min=0) - y * z - z.abs()).mean()

# %% wrong="logistic_loss" name="small part left out"
# says: You leave the logarithm out: what stays is the large part, right only far from 0.
# next: Add log(1 + e^−|z|).
def logistic_loss(z, y):
    return (z.clamp(min=0) - y * z).mean()

# %% wrong="logistic_loss" name="the largest score of all"
# says: Your max(z, 0) is the largest score of all examples. Each example needs its own.
# next: Bound `z` from below by 0, entry by entry.
def logistic_loss(z, y):
    return (z.max().clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()

# %% right="logistic_loss" name="logaddexp"
def logistic_loss(z, y):
    return (torch.logaddexp(torch.zeros_like(z), z) - y * z).mean()

# %% right="logistic_loss" name="plain logarithm, one class at a time"
def logistic_loss(z, y):
    t = torch.where(y == 1, -z, z)
    big = torch.maximum(t, torch.zeros_like(t))
    return torch.sum(big + torch.log(1 + torch.exp(-torch.abs(t)))) / len(z)

# %% [markdown]
# ### Backwards, step by step
#
# How does the loss change with the weights? Go from the loss back to the weights, one link at a time: from $a$ to
# $z$, from $z$ to $w$ and $b$. This chain is a small rehearsal of week 5.
#
# **First link.** With the mean over $n$ examples, differentiate $\ell$ with respect to $a$:
#
# $$\frac{\partial L}{\partial a_i} = \frac1n \left( -\frac{y_i}{a_i} + \frac{1 - y_i}{1 - a_i} \right).$$
#
# **Second link.** $a = \sigma(z)$ has the slope $a (1 - a)$. Multiply, by the chain rule:
#
# $$\frac{\partial L}{\partial z_i} = \frac1n \left( -\frac{y_i}{a_i} + \frac{1 - y_i}{1 - a_i} \right) a_i (1 - a_i)
# = \frac1n \big( -y_i (1 - a_i) + (1 - y_i)\, a_i \big) = \frac{a_i - y_i}{n} .$$
#
# All fractions cancel. What is left is *prediction minus truth*. That is not only pretty. For a score of 1000 the
# computer has $a = 1$, so $1 - a = 0$, and the formula with the fractions divides by 0. The last one simply subtracts.
#
# One example by hand: $z = 0$, $y = 1$, $n = 1$. Then $a = 0.5$, $\partial L/\partial a = -1/0.5 = -2$, the slope of
# the sigmoid is $0.25$, and $-2 \cdot 0.25 = -0.5$. The short way: $0.5 - 1 = -0.5$.
#
# ### Exercise 5.3: the first two links
#
# **Your turn.** By hand, for the mean cross-entropy of n examples; all tensors have shape (n,), `y` holds 1.0 and 0.0,
# and the answers have the dtype of the inputs:
#
# - `logistic_da(a, y)` returns `da`, how the loss changes with the probabilities `a`. It takes them as they are,
#   however close to 0 or 1;
# - `logistic_dz(z, y)` returns `dz`, how it changes with the scores `z`. It has to be right for $z = \pm 1000$ as well,
#   with either class.
#
# For `a = [0.5, 0.8]`, `y = [1., 0.]` the first is `[-1., 2.5]`. For `z = [0., 1000.]`, `y = [1., 0.]` the second is
# `[-0.25, 0.5]`. And with a single example: for `a = [0.5]`, `y = [1.]` the first is `[-2.]`, for `z = [50.]`,
# `y = [0.]` the second is `[1.]`, both in float32.

# %% solution="logistic_links"
def logistic_da(a, y):
    """Return da, shape (n,): the gradient of the mean cross-entropy with respect to the probabilities a."""
    ### BEGIN SOLUTION
    return (-y / a + (1 - y) / (1 - a)) / len(a)
    ### END SOLUTION


def logistic_dz(z, y):
    """Return dz, shape (n,): the gradient of the mean cross-entropy with respect to the scores z."""
    ### BEGIN SOLUTION
    return (sigmoid(z) - y) / len(z)
    ### END SOLUTION

# %% check="logistic_links" points=2
y_two = torch.tensor([1.0, 0.0], dtype=torch.float64)
first = cases.example(
    a=torch.tensor([0.5, 0.8], dtype=torch.float64),
    y=y_two,
    gives=torch.tensor([-1.0, 2.5], dtype=torch.float64),
)
y_one = torch.tensor([1.0], dtype=torch.float32)
half = torch.tensor([0.5], dtype=torch.float32)
single = cases.example(a=half, y=y_one, gives=-2 * y_one)
check.function(logistic_da, on=[first, single], by_hand=True)
second = cases.example(
    z=torch.tensor([0.0, 1000.0], dtype=torch.float64),
    y=y_two,
    gives=torch.tensor([-0.25, 0.5], dtype=torch.float64),
)
single = cases.example(z=100 * half, y=0 * y_one, gives=y_one)
check.function(logistic_dz, on=[second, single], by_hand=True)


### BEGIN HIDDEN TESTS
def labelled(case):
    """The classes as numbers with a point, 1.0 and 0.0."""
    inputs = {**case.inputs, "y": case["y"].double()}
    return cases.Case(inputs, case.sizes, like=lambda *small: labelled(case.like(*small)), edge=case.edge)


def chance(case):
    return cases.Case({"a": torch.sigmoid(case["z"]), "y": case["y"]}, case.sizes, edge=case.edge)


def extreme(a, y, name="a"):
    return cases.example(**{name: torch.tensor(a, dtype=torch.float64)}, y=torch.tensor(y, dtype=torch.float64))


def far_out(case):
    """Scores far out, the first one on the wrong side: the loss is large, whatever numbers were drawn."""
    z, y = 400 * case["z"], case["y"]
    z[0] = (1 - 2 * y[0]) * z[0].abs()
    return cases.Case({"z": z, "y": y}, case.sizes)


drawn = cases.draw(seeds=24, seed0=100, z="n", y="n:2")
scores = cases.Drawn(map(labelled, drawn), map(labelled, drawn.edges))
chances = cases.Drawn(map(chance, scores), map(chance, scores.edges))
chances += [extreme([a, 0.5, 0.9999], y) for a in (1e-4, 1e-9, 1e-14) for y in ([1.0, 1.0, 0.0], [0.0, 0.0, 1.0])]
check.gradient(
    logistic_da,
    of=lambda a, y: -(y * a.log() + (1 - y) * (1 - a).log()).mean(),
    on=chances,
    wrt="a",
    by_hand=True,
)
far = [far_out(case) for case in scores[:6]]
far += [extreme([-7.0, 12.0, 7.0, -12.0], y, "z") for y in ([0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0])]
far += [extreme([-1000.0, 1000.0, 0.5], y, "z") for y in ([1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0])]
loss = torch.nn.functional.binary_cross_entropy_with_logits
check.gradient(logistic_dz, of=lambda z, y: loss(z, y), on=scores + far, wrt="z", by_hand=True)
### END HIDDEN TESTS

# %% wrong="logistic_links" name="mean forgotten"
# says: Your gradient belongs to the sum of the losses. The loss is their mean.
# next: Divide by the number of examples, in both functions.
def logistic_da(a, y):
    return -y / a + (1 - y) / (1 - a)


def logistic_dz(z, y):
    return sigmoid(z) - y

# %% wrong="logistic_links" name="sign of the second fraction"
# says: The entries of class 0 have the wrong sign. In log(1 − a) the inner derivative is −1: two minus signs cancel.
# next: Differentiate −(1 − y) log(1 − a) once more, with the chain rule.
def logistic_da(a, y):
    return (-y / a - (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="truth minus prediction"
# says: You have truth minus prediction. When y is 1, a higher score lowers the loss, so dz must be negative.
# next: Swap the two.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (y - sigmoid(z)) / len(z)

# %% wrong="logistic_links" name="the long way"
# says: For large scores you divide by 0. On paper the fractions cancel, so let them.
# next: Use the last expression of the derivation instead of the product.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    return logistic_da(a, y) * a * (1 - a)

# %% wrong="logistic_links" name="one slope too many"
# says: You multiply a − y by the slope of the sigmoid. That slope is already inside a − y: it cancelled the fractions.
# next: Stop at a − y.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    return (a - y) * a * (1 - a) / len(z)

# %% wrong="logistic_links" name="score instead of probability"
# says: You subtract y from the score. It has to be subtracted from the probability.
# next: Put the score through your sigmoid first.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (z - y) / len(z)

# %% wrong="logistic_links" name="probability kept 1e-3 away from 0"
# says: You move probabilities near 0 and 1 away from there first. Then the gradient is the one at another place.
# next: Use `a` as it is.
def logistic_da(a, y):
    a = a.clamp(1e-3, 1 - 1e-3)
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="probability kept 1e-7 away from 0"
# says: You move probabilities near 0 and 1 away from there first. Then the gradient is the one at another place.
# next: Use `a` as it is.
def logistic_da(a, y):
    a = a.clamp(1e-7, 1 - 1e-7)
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="1e-8 added below the line"
# says: You add a small number to the denominators. Near 0 and 1 that changes the gradient.
# next: Use `a` as it is.
def logistic_da(a, y):
    return (-y / (a + 1e-8) + (1 - y) / (1 - a + 1e-8)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="1e-12 added below the line"
# says: You add a small number to the denominators. Near 0 and 1 that changes the gradient.
# next: Use `a` as it is.
def logistic_da(a, y):
    return (-y / (a + 1e-12) + (1 - y) / (1 - a + 1e-12)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="probability not divided"
# says: Only y is divided by n in your answer, the probability is not.
# next: Put the difference into a bracket, then divide the bracket.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return sigmoid(z) - y / len(z)

# %% wrong="logistic_links" name="the second form"
# says: For a large score you divide infinity by infinity.
# next: Use your `sigmoid`, which does not overflow.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (torch.exp(z) / (1 + torch.exp(z)) - y) / len(z)

# %% wrong="logistic_links" name="the second form turned round"
# says: For a score far below 0 you divide infinity by infinity, or by a probability that is 0.
# next: Use your `sigmoid` and the last expression of the derivation.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (1 - torch.exp(-z) / (1 + torch.exp(-z)) - y) / len(z)

# %% wrong="logistic_links" name="classes +1 and −1"
# says: This is the formula for the classes +1 and −1. Here they are 1 and 0, so every example of class 0 gets 0.
# next: Use prediction minus truth.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return -y * sigmoid(-y * z) / len(z)

# %% wrong="logistic_links" name="mean forgotten in dz"
# says: Your gradient belongs to the sum of the losses. The loss is their mean.
# next: Divide by the number of examples, in both functions.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return sigmoid(z) - y

# %% wrong="logistic_links" name="sign of da"
# says: Both fractions of da have the wrong sign.
# next: The loss is minus the logarithm: differentiate −y log a once more.
def logistic_da(a, y):
    return (y / a - (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="class 1 only in da"
# says: Your da leaves out the examples of class 0.
# next: The loss has two terms: differentiate the one with 1 − y, too.
def logistic_da(a, y):
    return -y / a / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="second fraction only divided"
# says: Only the second fraction of da is divided by n.
# next: Put the sum into a bracket, then divide the bracket.
def logistic_da(a, y):
    return -y / a + (1 - y) / (1 - a) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="slope of the sigmoid in da"
# says: You multiply by a (1 − a) in da already. That slope belongs to the second link, from a to z.
# next: Stop at the derivative with respect to a.
def logistic_da(a, y):
    return (a - y) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="difference for da"
# says: The slope of log a is 1/a; you have a fraction too few, or multiply where you should divide.
# next: Differentiate −y log a with respect to a.
def logistic_da(a, y):
    return (-y * a + (1 - y) * (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="classes rounded"
# says: You round the probabilities to 0 or 1 before you subtract.
# next: Subtract y from the probability itself.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return ((z > 0).to(z.dtype) - y) / len(z)

# %% wrong="logistic_links" name="case by the probability"
# says: You choose the fraction by the probability, above or below one half. The true class y decides which one
# counts.
# next: Ask y, not a.
def logistic_da(a, y):
    return torch.where(a > 0.5, 1 / (1 - a), -1 / a) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="classes swapped in da"
# says: You have the classes the wrong way round: class 1 gets the fraction of class 0.
# next: For class 1 the loss is −log(a).
def logistic_da(a, y):
    return (-(1 - y) / a + y / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% wrong="logistic_links" name="the long way, mended on the right"
# says: For a score far below 0 you divide infinity by infinity, or by a probability that is 0.
# next: Use your `sigmoid` and the last expression of the derivation.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    return torch.where(a == 1, (1 - y) / len(z), logistic_da(a, y) * a * (1 - a))

# %% wrong="logistic_links" name="the long way, nan made 0"
# says: Where your product is nan you put 0. An example far on the wrong side pulls the most.
# next: Use the last expression of the derivation: it only subtracts.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    return torch.nan_to_num(logistic_da(a, y) * a * (1 - a))

# %% wrong="logistic_links" name="the long way, kept away from 0"
# says: You move the probabilities away from 0 and 1 before you divide. Then an example far on the wrong side pulls
# too little.
# next: Use the last expression of the derivation: it only subtracts.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    a = sigmoid(z)
    return logistic_da(a.clamp(1e-7, 1 - 1e-7), y) * a * (1 - a)

# %% wrong="logistic_links" name="scores cut off at 5 in dz"
# says: You cut the scores off before the sigmoid, so an example far out keeps a false slope.
# next: Your `sigmoid` bears every score: hand it z as it is.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z.clamp(-5, 5)) - y) / len(z)

# %% wrong="logistic_links" name="scores cut off at 10 in dz"
# says: You cut the scores off before the sigmoid, so an example far out keeps a false slope.
# next: Your `sigmoid` bears every score: hand it z as it is.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z.clamp(-10, 10)) - y) / len(z)

# %% wrong="logistic_links" name="scores cut off at 15 in dz"
# says: You cut the scores off before the sigmoid, so an example far out keeps a false slope.
# next: Your `sigmoid` bears every score: hand it z as it is.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z.clamp(-15, 15)) - y) / len(z)

# %% wrong="logistic_links" name="no slope beyond 20"
# says: You set dz to 0 for scores far out. On the wrong side they pull the most.
# next: Prediction minus truth is right everywhere.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return torch.where(z.abs() > 20, 0 * z, (sigmoid(z) - y) / len(z))

# %% wrong="logistic_links" name="no slope beyond 30"
# says: You set dz to 0 for scores far out. On the wrong side they pull the most.
# next: Prediction minus truth is right everywhere.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return torch.where(z.abs() > 30, 0 * z, (sigmoid(z) - y) / len(z))

# %% wrong="logistic_links" name="no slope beyond 100"
# says: You set dz to 0 for scores far out. On the wrong side they pull the most.
# next: Prediction minus truth is right everywhere.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return torch.where(z.abs() > 100, 0 * z, (sigmoid(z) - y) / len(z))

# %% wrong="logistic_links" name="sigmoid taken twice in dz"
# says: You put the scores through the sigmoid twice.
# next: Call `sigmoid` once on the scores.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(sigmoid(z)) - y) / len(z)

# %% wrong="logistic_links" name="double precision"
# says: Your answer is float64 whatever the dtype of the inputs.
# next: Create it in the dtype of the inputs.
def logistic_da(a, y):
    return ((-y / a + (1 - y) / (1 - a)) / len(a)).double()


def logistic_dz(z, y):
    return ((sigmoid(z) - y) / len(z)).double()

# %% wrong="logistic_links" name="double precision in dz"
# says: Your answer is float64 whatever the dtype of the inputs.
# next: Create it in the dtype of the inputs.
def logistic_da(a, y):
    return (-y / a + (1 - y) / (1 - a)) / len(a)


def logistic_dz(z, y):
    return ((sigmoid(z) - y) / len(z)).double()

# %% wrong="logistic_links" name="bracket left out above the line"
# says: In the second fraction a bracket is missing: it is 1 minus y, all of it, divided by 1 − a.
# next: Put 1 − y into a bracket.
def logistic_da(a, y):
    return (-y / a + 1 - y / (1 - a)) / len(a)


def logistic_dz(z, y):
    return (sigmoid(z) - y) / len(z)

# %% right="logistic_links" name="one fraction, and one class at a time"
def logistic_da(a, y):
    return (a - y) / (a * (1 - a)) / a.numel()


def logistic_dz(z, y):
    return torch.where(y == 1, -sigmoid(-z), sigmoid(z)) / z.numel()

# %% right="logistic_links" name="in a loop"
def logistic_da(a, y):
    da = torch.zeros_like(a)
    for i in range(len(a)):
        da[i] = -1 / a[i] if y[i] == 1 else 1 / (1 - a[i])
    return da / len(a)


def logistic_dz(z, y):
    return torch.stack([(1 / (1 + torch.exp(-score)) - t) / len(z) for score, t in zip(z, y)])

# %% [markdown]
# ### Exercise 5.4: the last link
#
# From the scores to the parameters you know the way: it is the same as for the SVM, `X.T @ dz` and the sum of `dz`.
# Only `dz` is another.
#
# **Your turn.** Write `logistic_gradient(X, y, w, b)`. It returns `(dw, db)`, shapes (d,) and (), the gradient of the
# mean cross-entropy. By hand. For `X = [[2., -1.]]`, `y = [1.]`, `w = [0., 0.]`, `b = 0` it is `[-1., 0.5]` and
# `-0.5`. For `X = [[2., -1.], [0., 1.]]`, `y = [1., 0.]`, `w = [0.5, 1.]`, `b = 0.5` it is `[-0.3775, 0.5976]` and
# `0.2200`. It is right for scores of $\pm 1000$, and for any number of examples and features, a single one included.

# %% solution="logistic_gradient"
def logistic_gradient(X, y, w, b):
    """Return dw (d,) and db () of the mean cross-entropy on X, shape (n, d), and y, shape (n,), 1 or 0."""
    ### BEGIN SOLUTION
    dz = logistic_dz(X @ w + b, y)
    return X.T @ dz, dz.sum()
    ### END SOLUTION

# %% check="logistic_gradient" points=2
single = cases.example(
    X=torch.tensor([[2.0, -1.0]], dtype=torch.float64),
    y=torch.tensor([1.0], dtype=torch.float64),
    w=torch.zeros(2).double(),
    b=torch.tensor(0.0, dtype=torch.float64),
    gives=(torch.tensor([-1.0, 0.5], dtype=torch.float64), torch.tensor(-0.5, dtype=torch.float64)),
)
pair = cases.example(
    X=torch.tensor([[2.0, -1.0], [0.0, 1.0]], dtype=torch.float64),
    y=torch.tensor([1.0, 0.0], dtype=torch.float64),
    w=torch.tensor([0.5, 1.0], dtype=torch.float64),
    b=torch.tensor(0.5, dtype=torch.float64),
    gives=(torch.tensor([-0.377541, 0.597558], dtype=torch.float64), torch.tensor(0.220017).double()),
)
check.function(logistic_gradient, on=[single, pair], by_hand=True, rtol=1e-5)


### BEGIN HIDDEN TESTS
def labelled(case):
    """The classes as numbers with a point, 1.0 and 0.0."""
    inputs = {**case.inputs, "y": case["y"].double()}
    return cases.Case(inputs, case.sizes, like=lambda *small: labelled(case.like(*small)), edge=case.edge)


def far_out(w, y):
    """One score of about w, one of about -w, one of about 1."""
    X = torch.tensor([[1.0, 2.0], [-1.0, 3.0], [0.0, 1.0]], dtype=torch.float64)
    w, y = torch.tensor([w, 0.25], dtype=torch.float64), torch.tensor(y, dtype=torch.float64)
    return cases.example(X=X, y=y, w=w, b=torch.tensor(0.5, dtype=torch.float64))


drawn = cases.draw(seeds=24, seed0=100, X="n d", y="n:2", w="d", b="")
near = cases.Drawn(map(labelled, drawn), map(labelled, drawn.edges))
far = [far_out(w, y) for w in (50.0, 1000.0, -1000.0) for y in ([0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0])]
loss = torch.nn.functional.binary_cross_entropy_with_logits
check.gradient(
    logistic_gradient,
    of=lambda X, y, w, b: loss(X @ w + b, y),
    on=near + far,
    wrt="w b",
    by_hand=True,
)
### END HIDDEN TESTS

# %% wrong="logistic_gradient" name="inputs left out"
# says: Every weight gets the same number from you. How much a weight matters depends on its feature.
# next: Multiply dz by the inputs: `X.T @ dz`.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return dz.sum() * torch.ones_like(w), dz.sum()

# %% wrong="logistic_gradient" name="mean taken twice"
# says: The 1/n is in dz already, and you divide once more.
# next: Sum; do not average.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return X.T @ dz / len(y), dz.mean()

# %% wrong="logistic_gradient" name="scores without the bias"
# says: You leave the bias out of the scores.
# next: The scores are `X @ w + b`.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w, y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="sum instead of mean"
# says: This is the gradient of the sum of the losses, n times too large.
# next: Use your `logistic_dz`, which divides by n.
def logistic_gradient(X, y, w, b):
    dz = sigmoid(X @ w + b) - y
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="gradient of the squared error"
# says: You differentiate the squared difference between probability and class, where the slope a (1 − a) stays.
# next: For the cross-entropy, dz is (a − y) / n.
def logistic_gradient(X, y, w, b):
    a = sigmoid(X @ w + b)
    dz = 2 * (a - y) * a * (1 - a) / len(y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="classes instead of probabilities"
# says: You round the probabilities to 0 or 1 before you subtract. Then only mistakes count.
# next: Subtract y from the probability itself.
def logistic_gradient(X, y, w, b):
    dz = ((X @ w + b > 0).to(y.dtype) - y) / len(y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="weights divided twice"
# says: The 1/n is in dz already, and you divide the gradient of the weights once more.
# next: Leave out the second division.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return X.T @ dz / len(y), dz.sum()

# %% wrong="logistic_gradient" name="bias averaged"
# says: The 1/n is in dz already, and you average once more for the bias.
# next: Add the entries of dz up.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return X.T @ dz, dz.mean()

# %% wrong="logistic_gradient" name="reshaped instead of transposed"
# says: `reshape` leaves the numbers in their order: it does not turn rows into columns.
# next: Use `X.T`.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return X.reshape(X.shape[1], X.shape[0]) @ dz, dz.sum()

# %% wrong="logistic_gradient" name="two features only"
# says: You fill the gradients of features 0 and 1 only; the others stay 0.
# next: Do the same for every feature: one product does it.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    dw = X.T @ dz
    dw[2:] = 0
    return dw, dz.sum()

# %% wrong="logistic_gradient" name="the second form"
# says: For a score far from 0 your probability is infinity divided by infinity.
# next: Use your `sigmoid` or your `logistic_dz`.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = (torch.exp(z) / (1 + torch.exp(z)) - y) / len(y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="the long way"
# says: For large scores you divide by 0. On paper the fractions cancel, so let them.
# next: Use your `logistic_dz`.
def logistic_gradient(X, y, w, b):
    a = sigmoid(X @ w + b)
    dz = logistic_da(a, y) * a * (1 - a)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="truth minus prediction"
# says: You have truth minus prediction: the signs of both gradients are turned.
# next: Use your `logistic_dz`.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return -X.T @ dz, -dz.sum()

# %% wrong="logistic_gradient" name="one slope too many"
# says: You multiply by the slope of the sigmoid. It cancelled in the derivation.
# next: For the cross-entropy, dz is (a − y) / n.
def logistic_gradient(X, y, w, b):
    a = sigmoid(X @ w + b)
    dz = (a - y) * a * (1 - a) / len(y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="columns instead of rows"
# says: `X * dz` multiplies the columns of X by dz. Each row has to be multiplied by its own entry.
# next: `X.T @ dz` does it.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return (X * dz).sum(dim=0), dz.sum()

# %% wrong="logistic_gradient" name="score instead of probability"
# says: You subtract y from the score. It has to be subtracted from the probability.
# next: Use your `logistic_dz`.
def logistic_gradient(X, y, w, b):
    dz = (X @ w + b - y) / len(y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="gradient of the hinge"
# says: This is the gradient of a loss for the classes +1 and −1. Here they are 1 and 0.
# next: Use your `logistic_dz`.
def logistic_gradient(X, y, w, b):
    dz = hinge_backward(X @ w + b, y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="sigmoid taken twice"
# says: You put the scores through the sigmoid twice: `logistic_dz` does it itself.
# next: Hand the scores to `logistic_dz`, not the probabilities.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = logistic_dz(sigmoid(z), y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="scores cut off at 5"
# says: You cut the scores off, so an example far out keeps a false pull.
# next: Your `logistic_dz` bears every score: hand it the scores as they are.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = logistic_dz(z.clamp(-5, 5), y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="scores cut off at 10"
# says: You cut the scores off, so an example far out keeps a false pull.
# next: Your `logistic_dz` bears every score: hand it the scores as they are.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = logistic_dz(z.clamp(-10, 10), y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="scores cut off at 15"
# says: You cut the scores off, so an example far out keeps a false pull.
# next: Your `logistic_dz` bears every score: hand it the scores as they are.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = logistic_dz(z.clamp(-15, 15), y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="no pull beyond 20"
# says: You set dz to 0 for scores far out. On the wrong side they pull the most.
# next: Prediction minus truth is right everywhere: use `logistic_dz` as it is.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = torch.where(z.abs() > 20, 0 * z, logistic_dz(z, y))
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="no pull beyond 30"
# says: You set dz to 0 for scores far out. On the wrong side they pull the most.
# next: Prediction minus truth is right everywhere: use `logistic_dz` as it is.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = torch.where(z.abs() > 30, 0 * z, logistic_dz(z, y))
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="no pull beyond 100"
# says: You set dz to 0 for scores far out. On the wrong side they pull the most.
# next: Prediction minus truth is right everywhere: use `logistic_dz` as it is.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = torch.where(z.abs() > 100, 0 * z, logistic_dz(z, y))
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="the second form turned round"
# says: For a score far from 0 your probability is infinity divided by infinity.
# next: Use your `sigmoid` or your `logistic_dz`.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = (1 - torch.exp(-z) / (1 + torch.exp(-z)) - y) / len(y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="the long way, nan made 0"
# says: Where your product is nan you put 0. An example far on the wrong side pulls the most.
# next: Use your `logistic_dz`.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = torch.nan_to_num(logistic_da(sigmoid(z), y) * sigmoid(z) * (1 - sigmoid(z)))
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="da handed on"
# says: You hand on the slope with respect to the probability. The slope of the sigmoid is missing.
# next: Use `logistic_dz`, which has both links.
def logistic_gradient(X, y, w, b):
    z = X @ w + b
    dz = logistic_da(sigmoid(z), y)
    return X.T @ dz, dz.sum()

# %% wrong="logistic_gradient" name="last example only"
# says: Your loop overwrites dw, so only the last example is left in it.
# next: Add to `dw` what each example contributes.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz(X @ w + b, y)
    return X[-1] * dz[-1], dz.sum()

# %% wrong="logistic_gradient" name="bias inside the sum"
# says: Your bias stands inside the sum over the features, so it counts once for each feature.
# next: Add it once, after the sum.
def logistic_gradient(X, y, w, b):
    dz = logistic_dz((X * w + b).sum(dim=1), y)
    return X.T @ dz, dz.sum()

# %% right="logistic_gradient" name="mean over the rows"
def logistic_gradient(X, y, w, b):
    error = sigmoid(X @ w + b) - y
    return (error[:, None] * X).mean(dim=0), error.mean()

# %% right="logistic_gradient" name="one example at a time"
def logistic_gradient(X, y, w, b):
    dw, db = torch.zeros_like(w), torch.zeros_like(b)
    for x, t in zip(X, y):
        error = (sigmoid(w @ x + b) - t) / len(y)
        dw, db = dw + error * x, db + error
    return dw, db

# %% [markdown]
# Why by hand, when autograd could do it? The formula of exercise 5.2 is made of two pieces with a corner each, at
# $z = 0$. On paper the corners cancel. Autograd treats the pieces one by one and takes a side at each corner:

# %%
z = torch.tensor(0.0, requires_grad=True)
loss = z.clamp(min=0) - 1 * z + torch.log(1 + torch.exp(-z.abs()))  # one example with y = 1
loss.backward()
z.grad, torch.sigmoid(torch.tensor(0.0)) - 1

# %% [markdown]
# The second number, $a - y = -0.5$, is the truth; the first is a side that autograd took. And $z = 0$ is where every
# training from zero begins. Your formula has no corners. (PyTorch's ready-made loss brings its own gradient along.)
#
# ### Exercise 5.5: train it
#
# **Your turn.** Write `train_logistic(X, y, lr, steps)`. It begins at zero, makes `steps` steps of gradient descent on
# all examples with the learning rate `lr`, and returns `w`, `b` and the list of the losses before each step, as Python
# floats. It makes all the steps with this rate, also when the loss rises or hardly changes, and works for any number of
# examples and features, a single one included. Use your own `logistic_loss` and `logistic_gradient`.
#
# A fact to check with: at the start every probability is $\tfrac12$, so the first loss is $\log 2 = 0.6931$. And two
# steps with the rate 2 on the table of AND, its classes written as 0 and 1: `w = [0.1225, 0.1225]`, `b = -0.7551`, and
# the losses are `[0.6931, 0.5991]`.

# %% solution="train_logistic"
def train_logistic(X, y, lr, steps):
    """Train from zero on X (n, d) and y (n,), 1 or 0; return w (d,), b () and the list of losses."""
    ### BEGIN SOLUTION
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses
    ### END SOLUTION

# %% check="train_logistic" points=2
square = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
table = torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
one_step = (
    torch.tensor([0.0, 0.0], dtype=torch.float64),
    torch.tensor(-0.5, dtype=torch.float64),
    [math.log(2)],
)
two_steps = (
    torch.tensor([0.122459, 0.122459], dtype=torch.float64),
    torch.tensor(-0.755081, dtype=torch.float64),
    [math.log(2), 0.599077],
)
once = cases.example(X=square, y=table, lr=2.0, steps=1, gives=one_step)
twice = cases.example(X=square, y=table, lr=2.0, steps=2, gives=two_steps)
check.function(train_logistic, on=[once, twice], rtol=1e-5)


### BEGIN HIDDEN TESTS
def right_training(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        z = X @ w + b
        losses.append(float(torch.nn.functional.binary_cross_entropy_with_logits(z, y)))
        error = (torch.sigmoid(z) - y) / len(y)
        w, b = w - lr * error @ X, b - lr * error.sum()
    return w, b, losses


def labelled(case):
    """The classes as numbers with a point, 1.0 and 0.0."""
    inputs = {**case.inputs, "y": case["y"].double()}
    if inputs["y"].mean() == 0.5:
        inputs["y"][0] = 1 - inputs["y"][0]  # or a bias of 0 would be left to rounding
    return cases.Case(inputs, case.sizes, like=lambda *small: labelled(case.like(*small)), edge=case.edge)


drawn = cases.draw(seeds=8, seed0=100, X="n d", y="n:2", lr=0.7, steps=12)
near = cases.Drawn(map(labelled, drawn), map(labelled, drawn.edges))
slow = [cases.Case({**case.inputs, "y": 0 * case["y"] + 1, "lr": 1e-9, "steps": 4}, case.sizes) for case in near[:3]]
points = torch.tensor([[2.0, -1.0], [1.0, 3.0], [-1.5, 2.0], [0.5, -2.5], [1.0, 1.0]], dtype=torch.float64)
table = torch.tensor([1.0, 0.0, 1.0, 0.0, 1.0], dtype=torch.float64)
fast = cases.example(X=points, y=table, lr=4.0, steps=6)  # the loss rises three times, then it falls
check.function(train_logistic, right_training, on=near + slow + [fast])
### END HIDDEN TESTS

# %% wrong="train_logistic" name="uphill"
# says: You add the gradient, so the loss rises.
# next: Subtract it.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w + lr * dw, b + lr * db
    return w, b, losses

# %% wrong="train_logistic" name="learning rate left out"
# says: Your steps ignore the learning rate.
# next: Multiply both gradients by lr.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - dw, b - db
    return w, b, losses

# %% wrong="train_logistic" name="bias never learned"
# says: The bias stays at 0, so every boundary passes through the origin.
# next: Take a step with db as well.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w = w - lr * dw
    return w, b, losses

# %% wrong="train_logistic" name="loss after the step"
# says: Your list begins after the first step. It should begin with log 2, the loss at zero.
# next: Append the loss before you move.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
        losses.append(logistic_loss(X @ w + b, y).item())
    return w, b, losses

# %% wrong="train_logistic" name="stops when the loss changes by less than 1e-3"
# says: You stop when the loss hardly changes. All `steps` steps are asked for.
# next: Leave the condition out.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-3:
            break
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="stops when the loss changes by less than 1e-6"
# says: You stop when the loss hardly changes. All `steps` steps are asked for.
# next: Leave the condition out.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-6:
            break
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="weights first, bias afterwards"
# says: The bias is moved with a gradient taken after the weights had moved already. One step uses one gradient.
# next: Call `logistic_gradient` once in each step, then move both.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        w = w - lr * logistic_gradient(X, y, w, b)[0]
        b = b - lr * logistic_gradient(X, y, w, b)[1]
    return w, b, losses

# %% wrong="train_logistic" name="two features"
# says: Your `w` has two entries whatever `X` is. It needs one for each feature.
# next: `torch.zeros_like(X[0])` has the length of an example.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros(2).to(X), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="one loss too many"
# says: Your list has one loss more than there are steps: the one after the last step, too.
# next: Append only before each step.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    losses.append(logistic_loss(X @ w + b, y).item())
    return w, b, losses

# %% wrong="train_logistic" name="one step too many"
# says: You make one step too many.
# next: `range(steps)` gives exactly that many.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps + 1):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="one step too few"
# says: You make one step too few.
# next: `range(steps)` gives exactly that many.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps - 1):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="one example at a time"
# says: You make a step after each single example. Each step uses the gradient over all of them.
# next: Call `logistic_gradient` with the whole of `X` and `y`.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        for i in range(len(y)):
            dw, db = logistic_gradient(X[i : i + 1], y[i : i + 1], w, b)
            w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="rate divided by n"
# says: You divide the step by n once more. The gradient is that of a mean already.
# next: Leave out the division.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        losses.append(logistic_loss(X @ w + b, y).item())
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw / len(y), b - lr * db / len(y)
    return w, b, losses

# %% wrong="train_logistic" name="gradient from autograd at the corner"
# says: Autograd on your own loss takes a side at the corner at score 0, where the training begins.
# next: Use your `logistic_gradient`.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        w, b = w.detach().requires_grad_(), b.detach().requires_grad_()
        z = X @ w + b
        loss = (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean()
        losses.append(loss.item())
        dw, db = torch.autograd.grad(loss, (w, b))
        w, b = w - lr * dw, b - lr * db
    return w.detach(), b.detach(), losses

# %% wrong="train_logistic" name="stops before a loss is listed that changed by less than 1e-3"
# says: You stop when the loss hardly changes. All `steps` steps are asked for, and all their losses.
# next: Leave the condition out.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        loss = logistic_loss(X @ w + b, y).item()
        if losses and abs(loss - losses[-1]) < 1e-3:
            break
        losses.append(loss)
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="stops before a loss is listed that changed by less than 1e-5"
# says: You stop when the loss hardly changes. All `steps` steps are asked for, and all their losses.
# next: Leave the condition out.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        loss = logistic_loss(X @ w + b, y).item()
        if losses and abs(loss - losses[-1]) < 1e-5:
            break
        losses.append(loss)
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="stops when the loss rises"
# says: You stop when the loss rises. All `steps` steps are asked for.
# next: Leave the condition out.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        loss = logistic_loss(X @ w + b, y).item()
        losses.append(loss)
        if len(losses) > 1 and losses[-1] > losses[-2]:
            break
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="stops before a risen loss is listed"
# says: You stop when the loss rises. All `steps` steps are asked for, and all their losses.
# next: Leave the condition out.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        loss = logistic_loss(X @ w + b, y).item()
        if losses and loss > losses[-1]:
            break
        losses.append(loss)
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="no step when the loss rises"
# says: You leave a step out when the loss has risen. All `steps` steps are asked for.
# next: Leave the condition out.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        loss = logistic_loss(X @ w + b, y).item()
        losses.append(loss)
        if len(losses) > 1 and losses[-1] > losses[-2]:
            continue
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="rate halved when the loss rises"
# says: You change the learning rate when the loss rises. All steps use the given `lr`.
# next: Leave the condition out.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        loss = logistic_loss(X @ w + b, y).item()
        losses.append(loss)
        if len(losses) > 1 and losses[-1] > losses[-2]:
            lr = lr / 2
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="a tenth of the rate when the loss rises"
# says: You change the learning rate when the loss rises. All steps use the given `lr`.
# next: Leave the condition out.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        loss = logistic_loss(X @ w + b, y).item()
        losses.append(loss)
        if len(losses) > 1 and losses[-1] > losses[-2]:
            lr = lr / 10
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="rate shrinks from step to step"
# says: You make the learning rate smaller from step to step. All steps use the given `lr`.
# next: Leave `lr` as it is.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        loss = logistic_loss(X @ w + b, y).item()
        losses.append(loss)
        dw, db = logistic_gradient(X, y, w, b)
        w, b, lr = w - lr * dw, b - lr * db, lr / 2
    return w, b, losses

# %% wrong="train_logistic" name="weights of the lowest loss"
# says: You return the weights that had the lowest loss. Those after the last step are asked for.
# next: Return `w` and `b` as they are when the loop ends.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    best = w, b
    for _ in range(steps):
        loss = logistic_loss(X @ w + b, y).item()
        losses.append(loss)
        best = (w, b) if losses[-1] == min(losses) else best
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return *best, losses

# %% wrong="train_logistic" name="loss of the probabilities"
# says: You hand probabilities to `logistic_loss`. It takes scores.
# next: Hand it `X @ w + b`.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        loss = logistic_loss(sigmoid(X @ w + b), y).item()
        losses.append(loss)
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses

# %% wrong="train_logistic" name="weights of the lowest loss of all"
# says: You return the weights that had the lowest loss. Those after the last step are asked for.
# next: Return `w` and `b` as they are when the loop ends.
def train_logistic(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    best = w, b
    for rate in [lr] * steps + [0]:
        losses.append(logistic_loss(X @ w + b, y).item())
        best = (w, b) if losses[-1] < min(losses[:-1], default=math.inf) else best
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - rate * dw, b - rate * db
    return *best, losses[:-1]

# %% right="train_logistic" name="without the earlier functions"
def train_logistic(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, device=X.device)
    b = torch.zeros((), dtype=X.dtype, device=X.device)
    losses = []
    for _ in range(steps):
        z = X @ w + b
        loss = torch.logaddexp(torch.zeros_like(z), z) - y * z
        losses.append(float(loss.mean()))
        error = 1 / (1 + torch.exp(-z)) - y
        w = w - lr * (X * error[:, None]).mean(0)
        b = b - lr * error.mean()
    return w, b, losses

# %% right="train_logistic" name="with autograd"
def train_logistic(X, y, lr, steps):
    w, b = torch.zeros_like(X[0]).requires_grad_(), torch.zeros_like(y[0]).requires_grad_()
    losses = []
    for _ in range(steps):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(X @ w + b, y)
        losses.append(loss.item())
        dw, db = torch.autograd.grad(loss, (w, b))
        w, b = (w - lr * dw).detach().requires_grad_(), (b - lr * db).detach().requires_grad_()
    return w.detach(), b.detach(), losses

# %% [markdown]
# Now a hundred points whose clouds overlap, so that nobody can be sure in the middle. Several learning rates on one
# figure, as in week 2:

# %%
X, y = data.blobs(100, spread=1.2, seed=0, dtype=torch.float64)
plot.lines(
    {f"lr {lr}": train_logistic(X, y, lr, 60)[2] for lr in (0.1, 1.0, 10.0, 30.0)},
    xlabel="step", ylabel="loss",
    alt="Four loss curves from 0.69. With lr 0.1 it sinks slowly to 0.27. With 1 and 10 it drops to 0.22 in "
    "some 20 steps. With 30 it first jumps to 1.08, comes down by step 20, and leaps up again at step 30.",
    caption="Logistic regression with four learning rates.",
)

# %% [markdown]
# It is the picture of week 2: too slow at 0.1, good at 1 and at 10. At 30 the stride is so long that the first step
# makes everything worse; later the loss comes down, and leaps up again. Note where the good ones arrive. Not at 0, but
# at 0.22: the clouds overlap, and no line can be sure about every point.
#
# With a rate of 1, let it run for 500 steps, and look at the probabilities.

# %%
w, b, losses = train_logistic(X, y, 1.0, 500)
print("w", w, " b", b, " loss", losses[-1])
plot.response(
    lambda X: torch.sigmoid(X @ w + b), X, y,
    alt="Parallel falling lines of equal probability, close together along the boundary between two "
    "overlapping clouds, from nearly 0 at the lower left to nearly 1 at the upper right.",
    caption="The probability of class 1 over the plane, with the points. The thick line is 0.5.",
)

# %% [markdown]
# The thick line is 0.5, the boundary. The thin lines close to it are 0.2 and 0.4 on its left and 0.6 and 0.8 on its
# right; the one far down on the left is 0.001. All of them are straight and parallel, because the probability depends
# on the score alone. They lie close together near the boundary, where the sigmoid is steep, and far apart where it is
# flat.
#
# They are *levels*, as in exercise 2.1. Which score belongs to the probability $p$? Solve $\frac{1}{1 + e^{-z}} = p$
# for $z$. Turn both sides upside down: $1 + e^{-z} = \frac1p$. Subtract 1: $e^{-z} = \frac{1 - p}{p}$. Turn both sides
# upside down again: $e^{z} = \frac{p}{1 - p}$. Take the logarithm:
#
# $$z = \log \frac{p}{1 - p}.$$
#
# For $p = 0.5$ it is $\log 1 = 0$, the boundary. For $p = 0.9$ it is $\log 9 = 2.197$.
#
# Your `boundary_x1` finds any of them, also those that the figure leaves out. How far above the boundary, measured
# upwards, does the line of probability 0.9 run?

# %%
w, b, losses = train_logistic(X, y, 1.0, 500)
x0 = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)
half, ninety = (boundary_x1(x0, w, b, math.log(p / (1 - p))) for p in (0.5, 0.9))
half, ninety, ninety - half

# %% [markdown]
# The same distance everywhere, as parallel lines should have.
#
# ### Does scikit-learn agree here, too?
#
# The same points again. scikit-learn's logistic regression shrinks the weights, as our SVM does, unless it is told not
# to; a huge `C` switches that off. This time we allow a difference of 0.001.

# %%
w, b, losses = train_logistic(X, y, 1.0, 500)
if LogisticRegression is not None:
    theirs = LogisticRegression(C=1e9, tol=1e-8).fit(X, y)
    their_w, their_b = torch.tensor(theirs.coef_[0]), torch.tensor(theirs.intercept_[0])
    print("yours", w, b, "\ntheirs", their_w, their_b)
    difference = max((w - their_w).abs().max().item(), (b - their_b).abs().item())
    print(f"largest difference {difference:.6f}: within 0.001?", difference < 0.001)

# %% [markdown]
# It is a hundredth of what we allow. The cross-entropy has a single lowest point here, and both have found it.
#
# ## 6. Three losses side by side
#
# Perceptron, SVM and logistic regression use the same line, $z = x \cdot w + b$. They differ only in what they
# charge. To compare them, write all three with classes $\pm 1$ and the margin score $m = y z$:
#
# | | loss of one example | with $m = y z$ |
# |---|---|---|
# | perceptron | pay for mistakes only | $\max(0, -m)$ |
# | SVM | pay until you are out of the street | $\max(0, 1 - m)$ |
# | logistic regression | pay for every doubt | $\log(1 + e^{-m})$ |
#
# The first line may surprise you: where is a loss in the perceptron's rule? Differentiate it. On the wrong side the
# slope with respect to $z$ is $-y$, so a step of gradient descent on one example adds $\eta\, y\, x$ to the weights.
# That is the rule of section 3.
#
# The next cell draws the three. (`torch.log1p(t)` is $\log(1 + t)$, exact also where $t$ is tiny.)

# %%
m = torch.linspace(-3, 3, 121, dtype=torch.float64)
plot.lines(
    {
        "perceptron": (m, torch.clamp(-m, min=0)),
        "hinge (SVM)": (m, torch.clamp(1 - m, min=0)),
        "logistic": (m, torch.log1p(torch.exp(-m))),
    },
    xlabel="margin score m = y·z", ylabel="loss of one example",
    alt="Perceptron: falls to 0 at m = 0 and stays 0. Hinge: parallel to it, reaches 0 at m = 1. "
    "Logistic: a smooth curve that is 0.69 at m = 0 and nears 0 on the right without reaching it.",
    caption="What one example costs, by its margin score, under the three losses.",
)

# %% [markdown]
# On the far left all three are equally steep: one more step to the left costs 1 more (under the logistic loss,
# almost 1). So a point far on the wrong side pulls equally hard in each. The differences are on the right. The
# perceptron is content at 0. The hinge wants a reserve of 1. The logistic curve never quite reaches 0: it always wants
# a little more.
#
# The *height* of a curve is what an example costs. Its *steepness* is how hard the example pulls on the line. Here is
# the steepness of the logistic loss, worked out: the derivative of $\log(1 + e^{-m})$ is
# $\dfrac{-e^{-m}}{1 + e^{-m}} = -\sigma(-m)$, so the pull is $\sigma(-m)$. At $m = 0$ it is one half.
#
# ### Exercise 6.1: who still pulls?
#
# **Your turn.** Write `pulls(m)` for margin scores `m` of shape (n,). It returns three tensors of shape (n,), in the
# order perceptron, hinge, logistic: the **pull** of each example, which is minus the slope of its loss at `m`. At a
# corner the pull is 0. By hand, in float64 like `m`, right for $m = \pm 1000$, and for a single example, too. No mean
# here: each example for itself.
#
# For `m = [-2., 0.5, 3.]` the answer is `[1., 0., 0.]`, `[1., 1., 0.]` and `[0.8808, 0.3775, 0.0474]`. For
# `m = [-1000., 0., 1.]` it is `[1., 0., 0.]`, `[1., 1., 0.]` and `[1., 0.5, 0.2689]`.

# %% solution="pulls"
def pulls(m):
    """Return the pulls (perceptron, hinge, logistic), each (n,), of examples with margin scores m, (n,)."""
    ### BEGIN SOLUTION
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m)
    ### END SOLUTION

# %% check="pulls" points=2
gives = (
    torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64),
    torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64),
    torch.tensor([0.8808, 0.3775, 0.0474], dtype=torch.float64),
)
usual = cases.example(m=torch.tensor([-2.0, 0.5, 3.0], dtype=torch.float64), gives=gives)
gives = (
    torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64),
    torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64),
    torch.tensor([1.0, 0.5, 0.2689], dtype=torch.float64),
)
special = cases.example(m=torch.tensor([-1000.0, 0.0, 1.0], dtype=torch.float64), gives=gives)
check.function(pulls, on=[usual, special], by_hand=True, rtol=1e-4)
### BEGIN HIDDEN TESTS
scores = [-1000.0, -1.0, -1e-9, 0.0, 1e-9, 0.999, 1 - 1e-9, 1.0, 1.001, 7.0, 25.0, 1000.0]
corners_too = cases.example(m=torch.tensor(scores, dtype=torch.float64))
check.function(
    pulls,
    lambda m: (1.0 * (m < 0).to(m), 1.0 * (m < 1).to(m), torch.sigmoid(-m)),
    on=[corners_too] + cases.draw(seeds=10, seed0=100, m="n"),
    by_hand=True,
)
### END HIDDEN TESTS

# %% wrong="pulls" name="slopes instead of pulls"
# says: These are the slopes. The pull is minus the slope, because gradient descent goes against it.
# next: Turn the three signs round.
def pulls(m):
    return -(m < 0).to(m.dtype), -(m < 1).to(m.dtype), -sigmoid(-m)

# %% wrong="pulls" name="costs instead of pulls"
# says: You return what each example costs. The pull is how steep the cost is there.
# next: Differentiate each of the three losses.
def pulls(m):
    return torch.clamp(-m, min=0), torch.clamp(1 - m, min=0), torch.logaddexp(torch.zeros_like(m), -m)

# %% wrong="pulls" name="logistic pull the wrong way round"
# says: In your answer the safest examples pull hardest under the logistic loss.
# next: The pull is σ(−m), not σ(m).
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(m)

# %% wrong="pulls" name="hinge corner at 0"
# says: Your hinge stops pulling at 0, like the perceptron. It wants a reserve.
# next: The corner of the hinge lies at m = 1.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 0).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="pulling at the corner"
# says: At a corner you let the example pull. We agreed on 0 there.
# next: Use < instead of <=.
def pulls(m):
    return (m <= 0).to(m.dtype), (m <= 1).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="overflow on the far left"
# says: For very negative margin scores your logistic pull is nan.
# next: Use your `sigmoid`, which does not overflow.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), torch.exp(-m) / (1 + torch.exp(-m))

# %% wrong="pulls" name="hinge pulling at the corner"
# says: At the hinge's corner, m = 1, you let the example pull. We agreed on 0 there.
# next: Use < instead of <=.
def pulls(m):
    return (m < 0).to(m.dtype), (m <= 1).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="perceptron pulling at the corner"
# says: At the perceptron's corner, m = 0, you let the example pull. We agreed on 0 there.
# next: Use < instead of <=.
def pulls(m):
    return (m <= 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="half a pull at the corner"
# says: At the perceptron's corner, m = 0, your pull is one half. We agreed on 0 there.
# next: Ask a question with two answers: is m below 0?
def pulls(m):
    return (1 - torch.sign(m)) / 2, (m < 1).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="half a pull at both corners"
# says: At the corners your pull is one half. We agreed on 0 there.
# next: Ask a question with two answers: is m below the corner?
def pulls(m):
    return (1 - torch.sign(m)) / 2, (1 - torch.sign(m - 1)) / 2, sigmoid(-m)

# %% wrong="pulls" name="hinge inside the street only"
# says: Your hinge lets only examples inside the street pull. Those far on the wrong side pull, too.
# next: Compare m with 1, not its size.
def pulls(m):
    return (m < 0).to(m.dtype), (m.abs() < 1).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="hinge between the corners only"
# says: Your hinge lets only examples between 0 and 1 pull. Those on the wrong side pull, too.
# next: Compare m with 1 alone.
def pulls(m):
    return (m < 0).to(m.dtype), ((m > 0) & (m < 1)).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="overflow on the far right"
# says: For very large margin scores your logistic pull is nan: infinity divided by infinity.
# next: Use your `sigmoid`, which does not overflow.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), 1 - torch.exp(m) / (1 + torch.exp(m))

# %% wrong="pulls" name="only the logistic slope"
# says: Your logistic result is the slope. The pull is minus the slope.
# next: Turn its sign round.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), -sigmoid(-m)

# %% wrong="pulls" name="slope of the sigmoid"
# says: Your logistic pull is the slope of the sigmoid, a (1 − a). The slope of the loss log(1 + e^−m) is asked for.
# next: Use the steepness that is worked out above the exercise.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(m) * (1 - sigmoid(m))

# %% wrong="pulls" name="mean taken"
# says: You divide by the number of examples. Each example stands for itself here.
# next: Leave the division out.
def pulls(m):
    return (m < 0).to(m.dtype) / len(m), (m < 1).to(m.dtype) / len(m), sigmoid(-m) / len(m)

# %% wrong="pulls" name="order of the three"
# says: Perceptron and hinge have changed places in your answer.
# next: Return them in the order perceptron, hinge, logistic.
def pulls(m):
    return (m < 1).to(m.dtype), (m < 0).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="pulls on the right side"
# says: You let the examples on their right side pull, and the mistakes rest.
# next: An example pulls where m lies below the corner.
def pulls(m):
    return (m > 0).to(m.dtype), (m > 1).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="perceptron pull grows from 0 to 1"
# says: Your perceptron pull grows with the distance from the corner. The loss is a straight line there, so every
# mistake pulls equally hard.
# next: Ask for the steepness, which has two values only.
def pulls(m):
    return (-m).clamp(0, 1), (m < 1).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="hinge pull grows from 0 to 1"
# says: Your hinge pull grows with the distance from the corner. The loss is a straight line there, so every example
# that pays pulls equally hard.
# next: Ask for the steepness, which has two values only.
def pulls(m):
    return (m < 0).to(m.dtype), (1 - m).clamp(0, 1), sigmoid(-m)

# %% wrong="pulls" name="perceptron cost for its pull"
# says: Your perceptron result is what an example costs. How hard it pulls is asked for.
# next: Take the steepness of the curve instead of its height.
def pulls(m):
    return (-m).clamp(min=0), (m < 1).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="hinge cost for its pull"
# says: Your hinge result is what an example costs. How hard it pulls is asked for.
# next: Take the steepness of the curve instead of its height.
def pulls(m):
    return (m < 0).to(m.dtype), (1 - m).clamp(min=0), sigmoid(-m)

# %% wrong="pulls" name="logistic cost for its pull"
# says: Your logistic result is what an example costs. How hard it pulls is asked for.
# next: Take the steepness of the curve instead of its height.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), torch.logaddexp(0 * m, -m)

# %% wrong="pulls" name="margin scores cut off at 5"
# says: You cut the margin scores off for the logistic pull, so beyond the cut it no longer falls to 0.
# next: Your `sigmoid` bears every score: hand it −m as it is.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m.clamp(-5, 5))

# %% wrong="pulls" name="margin scores cut off at 10"
# says: You cut the margin scores off for the logistic pull, so beyond the cut it no longer falls to 0.
# next: Your `sigmoid` bears every score: hand it −m as it is.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m.clamp(-10, 10))

# %% wrong="pulls" name="margin scores cut off at 15"
# says: You cut the margin scores off for the logistic pull, so beyond the cut it no longer falls to 0.
# next: Your `sigmoid` bears every score: hand it −m as it is.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m.clamp(-15, 15))

# %% wrong="pulls" name="margin scores cut off at 20"
# says: You cut the margin scores off for the logistic pull, so beyond the cut it no longer falls to 0.
# next: Your `sigmoid` bears every score: hand it −m as it is.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), sigmoid(-m.clamp(-20, 20))

# %% wrong="pulls" name="a tolerance at the corners"
# says: Examples just below a corner do not pull in your answer: you round m, or compare with a number a little below.
# next: Compare m, as it is, with 0 and with 1 themselves.
def pulls(m):
    return (m < -1e-6).to(m.dtype), (m < 1 - 1e-6).to(m.dtype), sigmoid(-m)

# %% wrong="pulls" name="single precision"
# says: Your pulls are float32 whatever the dtype of m.
# next: Create them in the dtype of `m`.
def pulls(m):
    return (m < 0).float(), (m < 1).float(), sigmoid(-m)

# %% wrong="pulls" name="no logistic pull beyond 6"
# says: You switch the logistic pull off beyond some margin score. It falls towards 0 and never arrives.
# next: Use σ(−m) everywhere.
def pulls(m):
    return (m < 0).to(m.dtype), (m < 1).to(m.dtype), torch.where(m > 6, 0 * m, sigmoid(-m))

# %% right="pulls" name="with where"
def pulls(m):
    one, zero = torch.ones_like(m), torch.zeros_like(m)
    return torch.where(m < 0, one, zero), torch.where(m < 1, one, zero), 1 / (1 + torch.exp(m))

# %% right="pulls" name="one minus the probability"
def pulls(m):
    perceptron = 0.5 - 0.5 * torch.sign(m)
    perceptron[m == 0] = 0
    hinge = m.new_tensor([1.0 if value < 1 else 0.0 for value in m])
    return perceptron, hinge, torch.special.expit(-m)

# %% [markdown]
# Here are the pulls as curves, from your own function.

# %%
m = torch.linspace(-3, 5, 161, dtype=torch.float64)
perceptron_pull, hinge_pull, logistic_pull = pulls(m)
plot.lines(
    {"perceptron": (m, perceptron_pull), "hinge (SVM)": (m, hinge_pull), "logistic": (m, logistic_pull)},
    xlabel="margin score m = y·z", ylabel="pull on the line",
    alt="Perceptron: 1 left of 0, 0 right of it. Hinge: 1 left of 1, 0 right of it. "
    "Logistic: falls smoothly from nearly 1 on the left through 0.5 at 0 to nearly 0 on the right.",
    caption="How hard one example pulls on the line, by its margin score.",
)

# %% [markdown]
# Two switches and a dimmer. The perceptron and the hinge switch an example off, at 0 and at 1. The logistic loss dims
# it.
#
# ### Question 6.2: in your own words
#
# After some training, four examples have the margin scores
#
# | | A | B | C | D |
# |---|---|---|---|---|
# | $m = y z$ | $6$ | $1.5$ | $0.4$ | $-3$ |
#
# Answer in two or three sentences each:
#
# 1. Which of them still pull on the line under each of the three losses, and about how hard?
# 2. You move A ten times as far away from the boundary, on its right side. What happens to the trained line of the SVM,
#    and what to that of logistic regression?
# 3. D turns out to be mislabelled: its true class is the other one. Why does it trouble all three methods, and what
#    would the squared loss of week 2, $(z - y)^2$, have made of A?
#
# A person reads your answer. What counts is what you explain, not how long it is.

# %% [markdown] answer="which_points_still_pull" points=2
# 1. Perceptron: only D, with strength 1, because only mistakes pull. Hinge: D and C, both with strength 1; C is on the
#    right side but inside the street. B and A are outside and do not pull at all. Logistic: all four, D with 0.95, C
#    with 0.40, B with 0.18 and A with 0.002, which is nearly nothing.
# 2. The SVM's line does not change: A is outside the street before and after, and points outside do not pull; only the
#    support vectors hold the line. Under logistic regression A's pull goes from 0.002 to practically 0, so the line
#    moves by a tiny amount, which nobody would notice.
# 3. D lies far on the wrong side, where all three losses fall with slope −1 in $m$ (the logistic one nearly): it pulls
#    with (nearly) full strength, however far away it is, and drags the line towards itself for a wrong reason. None of
#    the three ever gives such a point up. (The perceptron never comes to rest.) The squared loss would charge A for
#    being too right: at z = 6, y = 1 it costs 25 and pulls the line *towards* A, with a strength that grows with the
#    distance.
#
# *For the grader: 1 point for part 1, if it is right for all three losses (numbers may be rough: "fully", "a little",
# "hardly"). 1 point for parts 2 and 3 together: the SVM's line stays and the logistic line moves hardly; D pulls at
# full strength on the wrong side. The remark about the squared loss is welcome but not needed for the point.*

# %% [markdown]
# ## 7. Optional and harder: Newton's step
#
# Gradient descent knows the slope and has to guess how far to go. Newton's method also looks at how the slope
# *changes*, and jumps to where it would be 0. For logistic regression that is a small piece of algebra.
#
# Put weights and bias into one vector $\theta = (w_0, \dots, w_{d-1}, b)$, and give every example a last feature that
# is always 1, so that $\tilde X$ is (n, d + 1) and $z = \tilde X \theta$. Then the gradient is $g = \tilde X^\top (a
# - y) / n$. Each $a_i$ has the slope $a_i (1 - a_i)$, so the derivative of the gradient is the matrix
#
# $$H = \frac1n\, \tilde X^\top \operatorname{diag}\!\big(a_i (1 - a_i)\big)\, \tilde X,$$
#
# and Newton's step is $\theta \leftarrow \theta - H^{-1} g$. In code nobody inverts a matrix:
# `torch.linalg.solve(H, g)` gives $H^{-1} g$ directly.
#
# ### Exercise 7.1 (optional, no points): one step of Newton
#
# **Your turn.** Write `newton_step(X, y, w, b)`. It returns the new `(w, b)` after one Newton step on the mean
# cross-entropy. For `X = [[0.], [1.], [2.], [3.]]`, `y = [0., 1., 0., 1.]` and everything at zero it gives `[0.8]`
# and `-1.2`. For `X = [[0., 1.], [1., 0.], [2., 2.], [3., 1.]]`, the same `y`, `w = [0.5, -1.]` and `b = 0.5` it gives
# `[1.4915, -2.9829]` and `0.8764`.

# %% solution="newton_step"
def newton_step(X, y, w, b):
    """Return (w, b), shapes (d,) and (), after one Newton step on X (n, d) and y (n,), 1 or 0."""
    ### BEGIN SOLUTION
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1) / len(y)
    step = torch.linalg.solve(H, g)
    return w - step[:-1], b - step[-1]
    ### END SOLUTION

# %% check="newton_step" points=0
four = cases.example(
    X=torch.tensor([[0.0], [1.0], [2.0], [3.0]], dtype=torch.float64),
    y=torch.tensor([0.0, 1.0, 0.0, 1.0], dtype=torch.float64),
    w=torch.zeros(1).double(),
    b=torch.tensor(0.0, dtype=torch.float64),
    gives=(torch.tensor([0.8], dtype=torch.float64), torch.tensor(-1.2, dtype=torch.float64)),
)
two = cases.example(
    X=torch.tensor([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]], dtype=torch.float64),
    y=torch.tensor([0.0, 1.0, 0.0, 1.0], dtype=torch.float64),
    w=torch.tensor([0.5, -1.0], dtype=torch.float64),
    b=torch.tensor(0.5, dtype=torch.float64),
    gives=(torch.tensor([1.4915, -2.9829], dtype=torch.float64), torch.tensor(0.8764, dtype=torch.float64)),
)
check.function(newton_step, on=[four, two], rtol=1e-4)


### BEGIN HIDDEN TESTS
def right_step(X, y, w, b):
    theta = torch.cat([w, b.reshape(1)])
    loss = lambda theta: torch.nn.functional.binary_cross_entropy_with_logits(X @ theta[:-1] + theta[-1], y)
    g = torch.autograd.functional.jacobian(loss, theta)
    H = torch.autograd.functional.hessian(loss, theta)
    theta = theta - torch.linalg.solve(H, g)
    return theta[:-1], theta[-1]


drawn = cases.draw(seeds=8, seed0=100, without="edges", X="12 d", y="12:2", w="d", b="")  # H may be singular there
small = []
for case in drawn:
    inputs = {"X": case["X"][:, :2], "y": case["y"].double(), "w": 0.2 * case["w"][:2], "b": case["b"]}
    small.append(cases.Case(inputs, case.sizes))
check.function(newton_step, right_step, on=small, rtol=1e-6)
### END HIDDEN TESTS

# %% wrong="newton_step" name="gradient step"
# says: You take a plain gradient step. Newton's step solves a system with H first.
# next: Build H and use `torch.linalg.solve(H, g)`.
def newton_step(X, y, w, b):
    dw, db = logistic_gradient(X, y, w, b)
    return w - dw, b - db

# %% wrong="newton_step" name="slopes left out of H"
# says: Your H has no a (1 − a) in it. That is the matrix of least squares.
# next: Multiply each row of the inputs by its a (1 − a) before the product.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    g = X1.T @ (sigmoid(X @ w + b) - y)
    step = torch.linalg.solve(X1.T @ X1, g)
    return w - step[:-1], b - step[-1]

# %% wrong="newton_step" name="bias and weights apart"
# says: You take a Newton step for the weights and another for the bias, as if they did not know of each other.
# next: Put a column of ones beside X and solve for both at once.
def newton_step(X, y, w, b):
    a = sigmoid(X @ w + b)
    s = a * (1 - a)
    return w - torch.linalg.solve(X.T @ (s[:, None] * X), X.T @ (a - y)), b - (a - y).sum() / s.sum()

# %% wrong="newton_step" name="the step alone"
# says: You return the step without the old weights and bias.
# next: Add it to `w` and `b`.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1) / len(y)
    step = torch.linalg.solve(H, g)
    return -step[:-1], -step[-1]

# %% wrong="newton_step" name="uphill"
# says: You add the step. Newton's step is subtracted.
# next: Turn the sign round.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1) / len(y)
    step = torch.linalg.solve(H, g)
    return w + step[:-1], b + step[-1]

# %% wrong="newton_step" name="ones in front"
# says: Your column of ones comes first, but your vector θ has the bias last. So the bias is taken for a weight.
# next: Put the ones behind X, or the bias in front of w.
def newton_step(X, y, w, b):
    X1 = torch.cat([torch.ones_like(X[:, :1]), X], dim=1)
    theta = torch.cat([w, b.reshape(1)])
    a = sigmoid(X1 @ theta)
    H = X1.T @ ((a * (1 - a))[:, None] * X1)
    theta = theta - torch.linalg.solve(H, X1.T @ (a - y))
    return theta[1:], theta[0]

# %% wrong="newton_step" name="probabilities without the bias"
# says: Your probabilities leave out the bias.
# next: The scores are `X @ w + b`.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1) / len(y)
    step = torch.linalg.solve(H, g)
    return w - step[:-1], b - step[-1]

# %% wrong="newton_step" name="one weight only"
# says: You take one entry of the solution for the weights and the second for the bias. That fits a single feature
# only.
# next: The bias is the last entry, all before it are weights.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1) / len(y)
    step = torch.linalg.solve(H, g)
    return (w - step[:-1])[:1], w[1:2].sum() - step[1] if len(w) > 1 else b - step[1]

# %% wrong="newton_step" name="1/n in one of the two"
# says: You divide the gradient by n, but not H. Then your step is n times too short.
# next: Divide both, or neither.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1)
    step = torch.linalg.solve(H, g)
    return w - step[:-1], b - step[-1]

# %% wrong="newton_step" name="1/n in H only"
# says: You divide H by n, but not the gradient. Then your step is n times too long.
# next: Divide both, or neither.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1) / len(y)
    step = torch.linalg.solve(H, g)
    return w - step[:-1], b - step[-1]

# %% wrong="newton_step" name="slope without its second factor"
# says: Your H has the probabilities alone in it. The slope of the sigmoid is a (1 − a).
# next: Multiply each row by a (1 − a).
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ (a[:, None] * X1) / len(y)
    step = torch.linalg.solve(H, g)
    return w - step[:-1], b - step[-1]

# %% wrong="newton_step" name="a small number on the diagonal"
# says: You add a small number to the diagonal of H, so the step is a little too short.
# next: Solve with H itself.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1) / len(y)
    step = torch.linalg.solve(H + 1e-3 * torch.eye(len(H), dtype=X.dtype), g)
    return w - step[:-1], b - step[-1]

# %% wrong="newton_step" name="diagonal of H only"
# says: You divide by the diagonal of H alone, as if the weights did not know of each other.
# next: Solve with the whole matrix: `torch.linalg.solve(H, g)`.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1) / len(y)
    step = g / H.diag()
    return w - step[:-1], b - step[-1]

# %% wrong="newton_step" name="multiplied by H"
# says: You multiply the gradient by H. Newton solves with H.
# next: Use `torch.linalg.solve(H, g)`.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1) / len(y)
    step = H @ g
    return w - step[:-1], b - step[-1]

# %% wrong="newton_step" name="half a step"
# says: You go half of the way. One whole step is asked for.
# next: Subtract all of H⁻¹ g.
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    a = sigmoid(X @ w + b)
    g = X1.T @ (a - y) / len(y)
    H = X1.T @ ((a * (1 - a))[:, None] * X1) / len(y)
    step = torch.linalg.solve(H, g) / 2
    return w - step[:-1], b - step[-1]

# %% right="newton_step" name="inverse and diagonal matrix"
def newton_step(X, y, w, b):
    X1 = torch.column_stack([X, torch.ones(len(X), dtype=X.dtype, device=X.device)])
    a = sigmoid(X @ w + b)
    H = X1.T @ torch.diag(a * (1 - a)) @ X1
    theta = torch.cat([w, b[None]]) - torch.linalg.inv(H) @ X1.T @ (a - y)
    return theta[:-1], theta[-1]

# %% right="newton_step" name="weighted least squares"
def newton_step(X, y, w, b):
    X1 = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    z = X @ w + b
    a = sigmoid(z)
    s = a * (1 - a)
    target = z + (y - a) / s
    theta = torch.linalg.lstsq(s.sqrt()[:, None] * X1, (s.sqrt() * target)[:, None]).solution[:, 0]
    return theta[:-1], theta[-1]

# %% [markdown]
# Eight Newton steps against the 500 steps from above, on the same hundred points:

# %%
X, y = data.blobs(100, spread=1.2, seed=0, dtype=torch.float64)
w, b = torch.zeros_like(X[0]), torch.zeros_like(y[0])
for step in range(8):
    w, b = newton_step(X, y, w, b)
    print(step + 1, f"{w[0].item():.10f}  {w[1].item():.10f}  {b.item():.10f}")

# %% [markdown]
# Near the end the number of right digits about doubles with each step: two after the fifth, four after the
# sixth, eight after the seventh. Why is this not how networks are trained? With a million weights, $H$ would have a
# million times a million entries.
#
# ## Summary
#
# - A linear classifier scores, $z = x \cdot w + b$, and takes the sign. The boundary is where the score is 0; the
#   distance from it is $|z| / \lVert w \rVert$, and the margin is the smallest $y z / \lVert w \rVert$.
# - The **perceptron** moves after each mistake. It finds a separating line if there is one, not a good one; if there is
#   none it never rests. XOR has none: its diagonals cross.
# - The **SVM** charges $\max(0, 1 - y z)$ and keeps $w$ small, for a wide street. Its subgradient switches points off
#   that are outside the street; the support vectors alone hold the line. A shrinking learning rate lets it settle.
# - **Logistic regression** turns the score into a probability. Computed from the score, its loss never overflows. Its
#   gradient is $(a - y)/n$, then `X.T @ dz` and `dz.sum()`.
# - The three differ in who still pulls: mistakes; points up to the street's edge; everybody, ever more softly.
#
# Next week: one neuron cannot do XOR. Three can.
#
# ## Where to read on
#
# - F. Rosenblatt, "The Perceptron: A Probabilistic Model for Information Storage and Organization in the Brain",
#   *Psychological Review* 65, 1958.
# - M. Minsky, S. Papert, *Perceptrons*, 1969, for what a line cannot do.
# - C. Cortes, V. Vapnik, "Support-Vector Networks", *Machine Learning* 20, 1995.
# - T. Hastie, R. Tibshirani, J. Friedman, *The Elements of Statistical Learning*, chapters 4 and 12: logistic
#   regression and the SVM, with the loss figure of section 6.
# - C. M. Bishop, *Pattern Recognition and Machine Learning*, sections 4.1, 4.3 and 7.1.
# - The scikit-learn user guide, chapters "Linear Models" and "Support Vector Machines".
