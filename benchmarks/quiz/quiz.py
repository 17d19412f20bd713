# %% [markdown]
# # A small assignment, to time grading
#
# Ten exercises of a few lines each, with figures left out: what is timed is the grading, not the arithmetic.

# %%
import torch

from course import cases, check

# %% [markdown]
# **1.** Write `double(X)`: twice the tensor.

# %% solution="double"
def double(X):
    """Twice X, of the same shape."""
    ### BEGIN SOLUTION
    return 2 * X
    ### END SOLUTION

# %% check="double" points=1
check.function(double, lambda X: X + X, on=cases.draw(seeds=1, X="n d"))
### BEGIN HIDDEN TESTS
check.function(double, lambda X: X + X, on=cases.draw(seeds=8, seed0=100, X="n d"))
### END HIDDEN TESTS

# %% [markdown]
# **2.** Write `linear(X, W, b)`: the layer's output, (n, h).

# %% solution="linear"
def linear(X, W, b):
    """X Wᵀ + b, (n, h), from X (n, d), W (h, d), b (h,)."""
    ### BEGIN SOLUTION
    return X @ W.T + b
    ### END SOLUTION

# %% check="linear" points=1
check.function(linear, torch.nn.functional.linear, on=cases.draw(seeds=1, X="n d", W="h d", b="h"))
### BEGIN HIDDEN TESTS
check.function(linear, torch.nn.functional.linear, on=cases.draw(seeds=8, seed0=100, X="n d", W="h d", b="h"))
### END HIDDEN TESTS

# %% [markdown]
# **3.** Write `relu(Z)`.

# %% solution="relu"
def relu(Z):
    """Each entry, or 0 where it is negative."""
    ### BEGIN SOLUTION
    return torch.where(Z > 0, Z, torch.zeros_like(Z))
    ### END SOLUTION

# %% check="relu" points=1
check.function(relu, torch.relu, on=cases.draw(seeds=1, Z="n h"), forbid=("relu",))
### BEGIN HIDDEN TESTS
check.function(relu, torch.relu, on=cases.draw(seeds=8, seed0=100, Z="n h"), forbid=("relu",))
### END HIDDEN TESTS

# %% [markdown]
# **4.** Write `relu_backward(dA, Z)` by hand.

# %% solution="relu_backward"
def relu_backward(dA, Z):
    """Gradient with respect to Z, from dA, the gradient with respect to relu(Z)."""
    ### BEGIN SOLUTION
    return dA * (Z > 0)
    ### END SOLUTION

# %% check="relu_backward" points=2
check.gradient(relu_backward, of=torch.relu, on=cases.draw(seeds=2, dA="n h", Z="n h"), wrt="Z", upstream="dA", by_hand=True)
### BEGIN HIDDEN TESTS
drawn = cases.draw(seeds=24, seed0=100, dA="n h", Z="n h")
check.gradient(relu_backward, of=torch.relu, on=drawn, wrt="Z", upstream="dA", by_hand=True)
### END HIDDEN TESTS

# %% [markdown]
# **5.** Write `linear_backward(dZ, X, W)` by hand: `dX`, `dW`, `db`.

# %% solution="linear_backward"
def linear_backward(dZ, X, W, b):
    """dX (n, d), dW (h, d), db (h,) from dZ (n, h)."""
    ### BEGIN SOLUTION
    return dZ @ W, dZ.T @ X, dZ.sum(dim=0)
    ### END SOLUTION

# %% check="linear_backward" points=3
sizes = {"dZ": "n h", "X": "n d", "W": "h d", "b": "h"}
layer = torch.nn.functional.linear


def out(X, W, b):
    return layer(X, W, b)


check.gradient(linear_backward, of=out, on=cases.draw(seeds=2, **sizes), wrt="X W b", upstream="dZ", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, **sizes)
check.gradient(linear_backward, of=out, on=many, wrt="X W b", upstream="dZ", by_hand=True)
### END HIDDEN TESTS

# %% [markdown]
# **6.** Write `mse(Y_hat, Y)`: the mean over examples of the summed squares.

# %% solution="mse"
def mse(Y_hat, Y):
    """A scalar."""
    ### BEGIN SOLUTION
    return (Y_hat - Y).square().sum(dim=1).mean()
    ### END SOLUTION

# %% check="mse" points=1
check.function(mse, lambda P, Y: ((P - Y) ** 2).sum() / len(P), on=cases.draw(seeds=1, P="n q", Y="n q"))
### BEGIN HIDDEN TESTS
check.function(mse, lambda P, Y: ((P - Y) ** 2).sum() / len(P), on=cases.draw(seeds=8, seed0=100, P="n q", Y="n q"))
### END HIDDEN TESTS

# %% [markdown]
# **7.** Write `mse_backward(Y_hat, Y)` by hand.

# %% solution="mse_backward"
def mse_backward(Y_hat, Y):
    """Gradient with respect to Y_hat, (n, q)."""
    ### BEGIN SOLUTION
    return 2 * (Y_hat - Y) / len(Y)
    ### END SOLUTION

# %% check="mse_backward" points=2
def loss(Y_hat, Y):
    return ((Y_hat - Y) ** 2).sum(dim=1).mean()


check.gradient(mse_backward, of=loss, on=cases.draw(seeds=2, Y_hat="n q", Y="n q"), wrt="Y_hat", by_hand=True)
### BEGIN HIDDEN TESTS
pairs = cases.draw(seeds=24, seed0=100, Y_hat="n q", Y="n q")
check.gradient(mse_backward, of=loss, on=pairs, wrt="Y_hat", by_hand=True)
### END HIDDEN TESTS

# %% [markdown]
# **8.** Write `step(W, dW, lr)`: one step of gradient descent, on a new tensor.

# %% solution="step"
def step(W, dW, lr):
    """The stepped W."""
    ### BEGIN SOLUTION
    return W - lr * dW
    ### END SOLUTION

# %% check="step" points=1
check.function(step, lambda W, dW, lr: W + -lr * dW, on=cases.draw(seeds=1, W="h d", dW="h d", lr=0.1))
### BEGIN HIDDEN TESTS
check.function(step, lambda W, dW, lr: W + -lr * dW, on=cases.draw(seeds=8, seed0=100, W="h d", dW="h d", lr=0.3))
### END HIDDEN TESTS

# %% [markdown]
# **9.** Set `shape_of_product`, the shape of a (3, 4) times a (4, 2) matrix, as a tuple.

# %% solution="shape_of_product"
### BEGIN SOLUTION
shape_of_product = (3, 2)
### END SOLUTION

# %% check="shape_of_product" points=1
check.value(shape_of_product, tuple((torch.zeros(3, 4) @ torch.zeros(4, 2)).shape))
### BEGIN HIDDEN TESTS
check.value(shape_of_product, (3, 2))
### END HIDDEN TESTS

# %% [markdown]
# **10.** Write `accuracy(scores, y)`: the share of rows whose largest score stands at the label.

# %% solution="accuracy"
def accuracy(scores, y):
    """A float between 0 and 1."""
    ### BEGIN SOLUTION
    return (scores.argmax(dim=1) == y).double().mean().item()
    ### END SOLUTION

# %% check="accuracy" points=1
def share(scores, y):
    return sum(int(row.argmax() == label) for row, label in zip(scores, y)) / len(y)


check.function(accuracy, share, on=cases.draw(seeds=1, scores="n q", y="n:q"))
### BEGIN HIDDEN TESTS
check.function(accuracy, share, on=cases.draw(seeds=8, seed0=100, scores="n q", y="n:q"))
### END HIDDEN TESTS
