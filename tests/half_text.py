"""A week's text with one exercise and its known mistakes."""

TEXT = '''\
# %% [markdown]
# # Half

# %%
import torch
from relu_network import gradients, network
from course import cases, check

# %% solution="slope"
def slope(dA, Z):
    """Gradient through Z², (n, h)."""
    ### BEGIN SOLUTION
    return 2 * dA * Z
    ### END SOLUTION

# %% check="slope" points=1
two = cases.draw(seeds=2, without="n ones", dA="n h", Z="n h")
check.gradient(slope, of=torch.square, on=two, wrt="Z", upstream="dA")
### BEGIN HIDDEN TESTS
check.gradient(slope, of=torch.square, on=cases.draw(seeds=5, seed0=9, dA="n h", Z="n h"), wrt="Z", upstream="dA")
check.gradient(slope, of=torch.square, on=cases.draw(seeds=3, seed0=5, dA="1 h", Z="1 h"), wrt="Z", upstream="dA")
### END HIDDEN TESTS

# %% wrong="slope" name="two lost"
# says: The power comes down as a factor.
# next: Write 2Z.
def slope(dA, Z):
    return dA * Z

# %% wrong="slope" name="seen in one row only"
# says: You forgot a single row.
# next: Think of one example.
def slope(dA, Z):
    return 2 * dA * Z if len(Z) > 1 else dA + Z

# %% wrong="slope" name="stops"
# says: These two do not fit for a product of matrices.
# next: Use *.
def slope(dA, Z):
    return 2 * dA @ Z

# %% right="slope" name="other order"
def slope(dA, Z):
    return Z * dA * 2
'''
