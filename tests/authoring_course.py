"""A small course in a temporary folder, for the tests of authoring."""

import shutil
from pathlib import Path

import pytest
from home import ROOT

from course.cli import main

HOME = ROOT

TEXT = '''\
# %% [markdown]
# # Week 9: A small week
#
# $z^2$, in prose.

# %%
import torch

from course import cases, check

# %% given="data"
rows = torch.ones(3, 2, dtype=torch.float64)

# %% [markdown]
# **Your turn.** Write `double(X)`.

# %% solution="double"
def double(X):
    """Twice X, in its shape."""
    ### BEGIN SOLUTION
    secret_factor = 2
    return secret_factor * X
    ### END SOLUTION


# %% check="double" points=2
check.function(double, lambda X: 2 * X, on=cases.draw(seeds=1, X="n d"))
### BEGIN HIDDEN TESTS
hidden_cases = cases.draw(seeds=24, seed0=100, X="n d")
check.function(double, lambda X: 2 * X, on=hidden_cases)
### END HIDDEN TESTS

# %% wrong="double" name="once"
# says: You return X itself.
# next: Multiply it.
def double(X):
    return X

# %% wrong="double" name="squared"
# says: You square X.
# next: Add X to itself.
def double(X):
    return X**2

# %% right="double" name="a sum"
def double(X):
    return X + X

# %% solution="steps"
### BEGIN SOLUTION
first = torch.zeros(3, 1)
second, third = first + 1, first + 2
for i in range(3):
    total = third[i]
### END SOLUTION
print(first)

# %% check="steps" points=0.5
check.shape(first, (3, 1))
### BEGIN HIDDEN TESTS
check.value(second, torch.ones(3, 1))
### END HIDDEN TESTS

# %% [markdown]
# Why? Explain.

# %% [markdown] answer="why_it_works" points=3
# Because the model answer says so.

# %% [markdown]
# ## Summary
'''


def make_course(folder: Path, **texts: str) -> Path:
    """A course with source/week9/small.py (TEXT) and the other texts given, NAME="...", in the same week."""
    week = folder / "source" / "week9"
    week.mkdir(parents=True)
    shutil.copy(HOME / "nbgrader_config.py", folder)
    (folder / "pyproject.toml").write_text('[tool.course]\nrepository = ""\nbranch = "main"\n')
    for name, text in {"small": TEXT, **texts}.items():
        (week / f"{name}.py").write_text(text)
    (week / "prices.csv").write_text("rooms,price\n3,127500\n")
    return folder


def run(root, *argv):
    """What the ``course`` command returns in this folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        return main(argv)
