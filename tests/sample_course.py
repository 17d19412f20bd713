"""A made-up course of two weeks, released, and what the sample class hands in for it."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.authoring.text.parse import read
from course.syntax.regions import stub, without

FIRST = '''# %% [markdown]
# # Numbers

# %%
import torch

from course import cases, check

# %% solution="start"
### BEGIN SOLUTION
start = torch.tensor([1.0, 2.0])
### END SOLUTION

# %% check="start" points=1
check.shape(start, (2,))
### BEGIN HIDDEN TESTS
check.value(start, torch.tensor([1.0, 2.0]))
### END HIDDEN TESTS

# %% wrong="start" name="swapped"
# says: The order is swapped.
# next: Swap it back.
start = torch.tensor([2.0, 1.0])

# %%
shifted = start + 1

# %% solution="double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% check="double" points=2
### BEGIN HIDDEN TESTS
check.gradient(double, of=lambda x: x, on=cases.draw(x="n"), wrt="x")
### END HIDDEN TESTS

# %% wrong="double" name="squared"
# says: You square.
#   That is something else.
# next: Add it to itself.
def double(x):
    return x * x

# %% [markdown] answer="why" points=5
# Because.

# %% solution="quadruple"
def quadruple(x):
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION

# %% check="quadruple" points=4
### BEGIN HIDDEN TESTS
check.function(quadruple, lambda x: 4 * x, on=cases.draw(x="n"))
### END HIDDEN TESTS

# %% wrong="quadruple" name="once"
# says: Only once.
# next: Twice.
def quadruple(x):
    return double(x)

# %% solution="last"
### BEGIN SOLUTION
last = shifted.sum()
### END SOLUTION

# %% check="last" points=8
### BEGIN HIDDEN TESTS
check.value(last, 5.0)
### END HIDDEN TESTS

# %% wrong="last" name="mean"
# says: The mean.
# next: The sum.
last = shifted.mean()
'''

SECOND = '''# %% [markdown]
# # More

# %% solution="grow"
def grow(x):
    """Adds one in place."""
    ### BEGIN SOLUTION
    x += 1
    ### END SOLUTION

# %% check="grow" points=16
### BEGIN HIDDEN TESTS
check.function(grow, lambda x: x + 1, on=cases.draw(x="n"), mutates="x")
### END HIDDEN TESTS

# %% wrong="grow" name="elsewhere"
# says: A new tensor.
# next: In place.
def grow(x):
    return x + 1
'''


def meta(cell):
    role = cell.role
    return {
        "schema_version": 3,
        "grade_id": f"check-{cell.name}" if role == "check" else cell.name,
        "grade": role in ("check", "answer"),
        "solution": role in ("solution", "answer"),
        "locked": role == "check",
        **({"points": cell.points} if cell.points is not None else {}),
    }


def release(root: Path, week: str, name: str, text: str, check: bool = True) -> None:
    """A source and its released notebook; the release is made here, so that these tests need no other part."""
    path = root / "source" / week / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if not check:
        return
    notebook = new_notebook()
    for number, cell in enumerate(cell for cell in read(path).cells if cell.released):
        source = without(cell.source, "HIDDEN TESTS") if cell.role == "check" else cell.source
        if cell.role in ("solution", "answer"):
            source = stub(source, cell.name, cell.kind)
        new = (new_code_cell if cell.kind == "code" else new_markdown_cell)(source, id=f"c{number}")
        if cell.name:
            new.metadata["nbgrader"] = meta(cell)
        notebook.cells.append(new)
    out = root / "release" / week / f"{name}.ipynb"
    out.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, out)


def cells(root: Path, student: str, name: str = "first", week: str = "week5") -> dict[str, str]:
    """The submitted cells' text by nbgrader id; the others by number."""
    notebook = nbformat.read(root / "submitted" / f"sample-{student}" / week / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    return {cell.metadata.get("nbgrader", {}).get("grade_id", i): cell.source for i, cell in enumerate(notebook.cells)}
