# %% [markdown]
# # Week 1: Tensors
#
# A neural network is arithmetic on tables of numbers: many numbers, arranged in rows and columns, all worked on at once. Such a table is called a **tensor**. Before you can build a network you need to make these tables, cut them, join them and multiply them without thinking hard about it. That is this notebook.
#
# **What you will be able to do**
#
# - create a tensor of any shape, and read its shape off its brackets;
# - take out and change parts of it, stack and join tensors, swap their dimensions;
# - say the shape of a result *before* you run the code, broadcasting included;
# - multiply matrices, and write one layer of a neural network in one line;
# - sum, average and measure tensors along the dimension you mean;
# - change a tensor in place, choose its number type, compare, mask, and move it to a GPU.
#
# **From before.** A little Python (variables, lists, functions) and school mathematics. You need not have seen PyTorch.

# %% [markdown]
# ## How this notebook works
#
# Click a cell and press **Shift + Enter** to run it; run them from top to bottom. Below each exercise stands a *check*: it says **not done yet** until you have written your answer, and then tells you what fits and what does not, as often as you like. The checks that you see are only some of those that count, so test your answer on numbers of your own as well.
#
# Write your answer in place of the line marked `# YOUR CODE HERE`, and delete the line `raise NotImplementedError(...)` where there is one.
#
# Run this cell first. It loads PyTorch, which Python calls `torch`, and the tools of this course.

# %%
import numpy as np
import torch
from matplotlib.figure import Figure

from course import cases, check, device, plot

# %% [markdown]
# ### Where this is heading
#
# Here is the whole of week 1 in one picture, and you are not meant to follow it yet. Four flats, each described by three numbers, are the rows of `X`. A layer of a neural network with two outputs turns them into four rows of two numbers. The rule for it is one line, `Z = X @ W.T + b`. Every section below explains one piece of that line: what `X` is, what `.T` does, what `@` does, how `+ b` can add two numbers to a whole table, and why the result has shape `(4, 2)`.

# %%
plot.tensor_shape(
    (4, 3), (3, 2), (4, 2),
    labels=("X", "W.T", "Z"),
    alt="Three grids of cells: X with 4 rows and 3 columns, W.T with 3 rows and 2 columns, "
    "Z with 4 rows and 2 columns.",
    caption="A layer turns X, three numbers for each of four flats, into Z, "
    "two results for each of four flats.",
)

# %% [markdown]
# Each row of `X` is one flat, and so is each row of `Z`. That is the convention of the whole course: **one row, one example**. Only the number of columns changes: three numbers go in, two come out.

# %% [markdown]
# ## 1. Making tensors
#
# ### 1.1 Brackets and shapes
#
# A single number has no brackets. A list of numbers has one pair: a **vector**. A list of lists is a **matrix**. A list of matrices is a tensor with three dimensions, and so it goes on. `torch.tensor` takes such nested lists as they are.

# %%
number = torch.tensor(7.0)
vector = torch.tensor([1.0, 2.0, 3.0, 4.0])
matrix = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
number.shape, vector.shape, matrix.shape

# %% [markdown]
# The last line of a cell is shown below it. Each answer is a **shape**: how many entries there are along each **dimension**. `torch.Size([])` says that a single number has no dimension at all. `torch.Size([4])` says one dimension with 4 entries. `torch.Size([2, 3])` says 2 rows of 3. From here on I write such a shape plainly as `(2, 3)`.
#
# You can read a shape off the brackets, from the outside in. Count what the outermost pair holds: that is dimension 0. Step inside one of those and count again: dimension 1. Go on until you meet bare numbers.

# %%
sheets = torch.tensor([[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]],
                       [[13, 14, 15, 16], [17, 18, 19, 20], [21, 22, 23, 24]]])
print(sheets.shape, "dimensions:", sheets.ndim, "entries:", sheets.numel())

# %% [markdown]
# The outermost pair holds 2 matrices, each holds 3 rows, each row holds 4 numbers: shape `(2, 3, 4)`, and 2 · 3 · 4 = 24 entries. I call the matrices **sheets**, because that is a good way to picture three dimensions: a small stack of paper.

# %%
plot.tensor_shape(
    vector, matrix, sheets,
    labels=("vector", "matrix", "sheets"),
    alt="A vector drawn as a line of 4 cells, a matrix as 2 rows of 3 cells, "
    "and a tensor as 2 sheets of 3 rows and 4 columns.",
    caption="One, two and three dimensions. With three, dimension 0 counts the sheets, "
    "dimension 1 the rows, dimension 2 the columns.",
)

# %% [markdown]
# Notice where the dimensions go when one is added. The *last* dimension always runs along a row. The one before it runs down the rows. A new dimension is added at the *front*, not at the back.
#
# One distinction trips up everybody once. A vector of shape `(3,)` is not a column of shape `(3, 1)`, and not a row of shape `(1, 3)` either. They hold the same three numbers, but the matrices have two dimensions.

# %%
plain = torch.tensor([1, 3, 5])
column = torch.tensor([[1], [3], [5]])
plain.shape, column.shape

# %% [markdown]
# Count the brackets of `column`: three things inside the outer pair, one number inside each inner pair. So `(3, 1)`.
#
# ### 1.2 The type of the numbers
#
# All entries of a tensor have one type, its **dtype**. Whole numbers become `torch.int64`. As soon as one of them has a decimal point, all become `torch.float32`: decimal numbers with about 7 reliable digits. `torch.float64` has about 16. Networks are usually trained in float32, because it takes half the memory. Much of this course uses float64, because there a small difference means a mistake and not a rounding error.

# %%
print(torch.tensor([1, 3, 5]).dtype, torch.tensor([1.0, 3, 5]).dtype)
print(torch.tensor([1, 3, 5], dtype=torch.float64))

# %% [markdown]
# Write `dtype=` whenever the type matters. The `1.` in the last line is how PyTorch prints a decimal number whose decimals are zero.
#
# ### 1.3 Ready-made tensors
#
# You rarely type numbers in. There are functions that fill a shape for you: `torch.zeros` with zeros, `torch.ones` with ones, `torch.eye` with ones on the diagonal and zeros elsewhere, `torch.arange` with numbers that count up, and `torch.rand` with random numbers between 0 and 1.

# %%
print(torch.ones(2, 3))
print(torch.eye(3, dtype=torch.float64))
print(torch.arange(1, 7), torch.arange(0, 10, 2))
torch.manual_seed(0)  # the same random numbers each time
print(torch.rand(2, 2))

# %% [markdown]
# `torch.arange(1, 7)` stops *before* 7, like Python's `range`, and the third number of `torch.arange(0, 10, 2)` is the step. A shape may be written as `torch.ones(2, 3)` or as `torch.ones((2, 3))`: both are fine, and all of these functions take `dtype=`.
#
# A tensor also lives somewhere: in the memory of the processor (`device="cpu"`, the default) or of a graphics card. Section 8 comes back to that.

# %% [markdown]
# ### Exercise 1.1: your first tensor
#
# Make `zero_column`: a column of three zeros, shape `(3, 1)`, type `torch.float64`, on the CPU. Columns like this one often serve as a starting point that is filled in later. Run your cell, then the check below it.

# %% solution="zero_column"
### BEGIN SOLUTION
zero_column = torch.zeros(3, 1, dtype=torch.float64, device="cpu")
### END SOLUTION

# %% check="zero_column" points=1
check.shape(zero_column, (3, 1), dtype=torch.float64)
### BEGIN HIDDEN TESTS
check.value(zero_column, torch.zeros(3, 1, dtype=torch.float64))
### END HIDDEN TESTS

# %% wrong="zero_column" name="vector instead of column"
# says: Your tensor has one dimension. A column has two: three rows, each with one entry.
# next: Give the function both sizes, the rows first.
zero_column = torch.zeros(3, dtype=torch.float64)

# %% wrong="zero_column" name="default dtype"
# says: Your tensor is float32, the type that PyTorch takes when you name none.
# next: Add dtype=torch.float64.
zero_column = torch.zeros(3, 1)

# %% wrong="zero_column" name="row instead of column"
# says: You made a row: one row with three entries.
# next: The first size is the number of rows.
zero_column = torch.zeros(1, 3, dtype=torch.float64)

# %% wrong="zero_column" name="ones"
# says: The shape and the type are right, but the entries are not zeros.
# next: Choose the function that fills with zeros.
zero_column = torch.ones(3, 1, dtype=torch.float64)

# %% wrong="zero_column" name="a column of the identity"
# says: Your column comes from torch.eye, so one of its entries is 1.
# next: Choose the function that fills with zeros.
zero_column = torch.eye(3, dtype=torch.float64)[:, :1]

# %% wrong="zero_column" name="NumPy array"
# says: You made a NumPy array. A tensor is asked for.
# next: Use the function of the same name in torch.
zero_column = np.zeros((3, 1))

# %% wrong="zero_column" name="whole numbers"
# says: Your zeros are whole numbers, int64. They should be float64.
# next: Add dtype=torch.float64.
zero_column = torch.tensor([[0], [0], [0]])

# %% wrong="zero_column" name="numbers that count up"
# says: Your column counts 0, 1, 2: that is what torch.arange makes.
# next: Choose the function that fills with zeros, and give it the shape.
zero_column = torch.arange(3, dtype=torch.float64).reshape(3, 1)

# %% wrong="zero_column" name="numbers that count from 1"
# says: Your column counts 1, 2, 3. Asked for are three zeros.
# next: Choose the function that fills with zeros, and give it the shape.
zero_column = torch.arange(1, 4, dtype=torch.float64).reshape(3, 1)

# %% right="zero_column" name="from brackets"
zero_column = torch.tensor([[0.0], [0.0], [0.0]], dtype=torch.double)

# %% right="zero_column" name="filled afterwards"
zero_column = torch.empty((3, 1), dtype=torch.float64)
zero_column[:] = 0

# %% [markdown]
# ### Exercise 1.2: from brackets to shapes and back
#
# Make these three tensors, and read one shape without running anything:
#
# - `row`: the numbers 1, 3, 5 as a row of shape `(1, 3)`, type `torch.float32`.
# - `grid`: the whole numbers 1 to 12 in 3 rows of 4, as you would write them in a table, type `torch.int64`.
# - `block`: shape `(2, 3, 2)`, type `torch.int64`. Its first sheet has the rows 1 2, then 5 6, then 9 10. Its second sheet has the rows 3 4, then 7 8, then 11 12.
# - `read_shape`: the shape of `torch.tensor([[[7], [8]], [[9], [0]], [[1], [2]]])`, as a tuple such as `(4, 3)`.
#
# Put together, the sheets of `block` are the left and the right half of `grid`. In section 2 you will cut such pieces out of a table yourself. The check looks at `row`, `grid` and `block` now; `read_shape` counts when your notebook is graded.

# %% solution="from_brackets"
### BEGIN SOLUTION
row = torch.tensor([[1, 3, 5]], dtype=torch.float32)
grid = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2, 1)
### END SOLUTION

# %% check="from_brackets" points=2
lines = torch.arange(1, 13).split(4)
check.value(row, torch.arange(1.0, 6.0, 2.0)[None])
check.value(grid, torch.stack(lines))
check.value(block, torch.stack(torch.stack(lines).split(2, dim=1)))
### BEGIN HIDDEN TESTS
check.value(read_shape, (3, 2, 1))
### END HIDDEN TESTS

# %% wrong="from_brackets" name="block counts straight on"
# says: Your block has the right shape, but its first sheet counts 1 to 6. Its rows should be 1 2, then 5 6, then 9 10.
# next: Write the two sheets row by row from the text, one pair of brackets for each row.
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.arange(1, 13).reshape(2, 3, 2)
read_shape = (3, 2, 1)

# %% wrong="from_brackets" name="shape read from the inside out"
# says: You read the brackets from the inside out.
# next: Begin with the outermost pair: how many things does it hold?
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (1, 2, 3)

# %% wrong="from_brackets" name="row with one pair of brackets"
# says: Your row has one pair of brackets, so it is a vector of shape (3,).
# next: Put a second pair of brackets around it: one row, with three entries.
row = torch.tensor([1.0, 3.0, 5.0])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2, 1)

# %% wrong="from_brackets" name="grid counted down the columns"
# says: Your grid counts down its columns. A table is read along its rows: 1 2 3 4 is the first row.
# next: Begin the second row with 5 and the third with 9.
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(4, 3).T
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2, 1)

# %% wrong="from_brackets" name="innermost brackets forgotten"
# says: You left out the innermost pairs of brackets. Each single number has a pair of its own, which is a dimension too.
# next: Step inside once more: what does [7] hold?
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.stack(torch.arange(1, 13).reshape(3, 4).split(2, dim=1))
read_shape = (3, 2)

# %% wrong="from_brackets" name="shape of all entries"
# says: You counted the numbers only. There is one size for each pair of brackets that lies inside another.
# next: Begin with the outermost pair: how many things does it hold? Then step inside one of those.
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.stack(torch.arange(1, 13).reshape(3, 4).split(2, dim=1))
read_shape = (6,)

# %% wrong="from_brackets" name="two sizes exchanged"
# says: You exchanged the two outer sizes. The outermost pair of brackets comes first.
# next: How many things does the outermost pair hold? Count them.
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.stack(torch.arange(1, 13).reshape(3, 4).split(2, dim=1))
read_shape = (2, 3, 1)

# %% wrong="from_brackets" name="row of whole numbers"
# says: The numbers of your row are whole, so it is int64. Asked for is float32.
# next: Write one of the numbers with a decimal point, or name the dtype.
row = torch.tensor([[1, 3, 5]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.stack(torch.arange(1, 13).reshape(3, 4).split(2, dim=1))
read_shape = (3, 2, 1)

# %% wrong="from_brackets" name="grid of decimal numbers"
# says: The numbers of your grid are float32. Asked for are whole numbers, int64.
# next: Leave out the decimal points, or name the dtype.
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1.0, 13.0).reshape(3, 4)
block = torch.stack(torch.arange(1, 13).reshape(3, 4).split(2, dim=1))
read_shape = (3, 2, 1)

# %% wrong="from_brackets" name="row as a column"
# says: You made a column, shape (3, 1). A row has one pair of brackets inside the outer one.
# next: The outer pair holds a single thing: the row.
row = torch.tensor([[1.0], [3.0], [5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.stack(torch.arange(1, 13).reshape(3, 4).split(2, dim=1))
read_shape = (3, 2, 1)

# %% right="from_brackets" name="counted and cut"
row = torch.arange(1.0, 6.0, 2.0)[None, :]
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.stack((grid[:, 0:2], grid[:, 2:4]))
read_shape = torch.tensor([[[7], [8]], [[9], [0]], [[1], [2]]]).shape

# %% right="from_brackets" name="row by row"
row = torch.tensor([1.0, 3.0, 5.0]).reshape(1, 3)
grid = torch.stack([torch.arange(1, 5), torch.arange(5, 9), torch.arange(9, 13)])
block = torch.cat([grid[None, :, :2], grid[None, :, 2:]])
read_shape = [3, 2, 1]

# %% [markdown]
# ## 2. Taking parts
#
# ### 2.1 One entry
#
# Entries are counted from 0. In a vector you name one with one number, in a matrix with two (row, column), in a tensor of three dimensions with three (sheet, row, column). Negative numbers count from the end: `-1` is the last.

# %%
vector[0], matrix[1, 2], sheets[1, 0, 3], vector[-1]

# %% [markdown]
# `matrix[1, 2]` is row 1, column 2: the second row and the third column, because counting starts at 0. What comes out is still a tensor, with no dimensions. `.item()` turns it into an ordinary Python number.
#
# An entry on the left of `=` is written. The tensor itself changes; no new one is made.

# %%
zeros = torch.zeros(3, 4)
zeros[0, 2] = 1
print(zeros)
print(zeros[0, 2].item())

# %% [markdown]
# The 1 sits in row 0 and column 2: the first row, the third column.

# %% [markdown]
# ### Exercise 2.1: write one entry
#
# Complete three short functions. Each writes `value` into a tensor that already exists, and returns nothing:
#
# - `write_vector(z, i, value)`: entry `i` of the vector `z`;
# - `write_matrix(Z, i, j, value)`: row `i`, column `j` of the matrix `Z`;
# - `write_sheets(T, i, j, k, value)`: sheet `i`, row `j`, column `k` of the tensor `T`.
#
# For `z = [4., 0., 2.]`, after `write_vector(z, 0, 1.5)` the same `z` is `[1.5, 0., 2.]`: what stood there is gone. No other entry changes, not even one that is equal. The tensors may have any sizes, and `value` may be any number: a float64 tensor keeps all its digits. Writing into what is already there is how, from next week on, a network's numbers get better step by step.

# %% solution="write_entries"
def write_vector(z, i, value):
    """Write value into entry i of the vector z, in place."""
    ### BEGIN SOLUTION
    z[i] = value
    ### END SOLUTION


def write_matrix(Z, i, j, value):
    """Write value into row i, column j of the matrix Z, in place."""
    ### BEGIN SOLUTION
    Z[i, j] = value
    ### END SOLUTION


def write_sheets(T, i, j, k, value):
    """Write value into sheet i, row j, column k of the three-dimensional tensor T, in place."""
    ### BEGIN SOLUTION
    T[i, j, k] = value
    ### END SOLUTION

# %% check="write_entries" points=1
z = torch.tensor([4.0, 0.0, 2.0])
one_vector = cases.example(z=z, i=0, value=1.5, gives=torch.tensor([1.5, 0.0, 2.0]))
z = torch.tensor([2.0, 2.0, 1.0], dtype=torch.float64)
equal_entries = cases.example(z=z, i=1, value=1.7, gives=torch.tensor([2.0, 1.7, 1.0], dtype=torch.float64))
check.function(write_vector, on=[one_vector, equal_entries], mutates="z")
Z = torch.tensor([[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 5.5, 0.0, 0.0]])
one_matrix = cases.example(Z=torch.zeros(3, 4), i=2, j=1, value=5.5, gives=Z)
check.function(write_matrix, on=[one_matrix], mutates="Z")
first = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 8.5], [0.0, 0.0, 0.0]])
T = torch.stack([first, torch.zeros(3, 3), torch.zeros(3, 3)])
three_sheets = cases.example(T=torch.zeros(3, 3, 3), i=0, j=1, k=2, value=8.5, gives=T)
check.function(write_sheets, on=[three_sheets], mutates="T")
### BEGIN HIDDEN TESTS
def changed(T, place, value):
    result = T.clone()
    result[place] = value
    return result


(drawn,) = cases.draw(seeds=1, seed0=100, z="5", Z="3 4", T="2 3 4")
z, Z, T = drawn
vectors = [cases.example(z=z, i=i, value=-9.3, gives=changed(z, (i,), -9.3)) for i in (0, 2, -1)]
places = [(0, 2), (2, 0), (1, 1), (2, 3)]
matrices = [cases.example(Z=Z, i=i, j=j, value=-9.3, gives=changed(Z, (i, j), -9.3)) for i, j in places]
places = [(1, 1, 2), (0, 2, 1), (1, 0, 3), (0, 1, 0)]
blocks = [
    cases.example(T=T, i=i, j=j, k=k, value=1.7, gives=changed(T, (i, j, k), 1.7)) for i, j, k in places
]
check.function(write_vector, on=vectors, mutates="z")
check.function(write_matrix, on=matrices, mutates="Z")
check.function(write_sheets, on=blocks, mutates="T")
### END HIDDEN TESTS

# %% wrong="write_entries" name="whole row written"
# says: You write into a whole row of the matrix. Only one entry of it should change.
# next: Name the row and the column, with a comma between them.
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i] = value


def write_sheets(T, i, j, k, value):
    T[i, j, k] = value

# %% wrong="write_entries" name="row and column swapped"
# says: You wrote to another place than the one asked for: the order of the numbers is mixed up.
# next: The order is sheet, row, column: from the outermost brackets inwards.
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[j, i] = value


def write_sheets(T, i, j, k, value):
    T[k, j, i] = value

# %% wrong="write_entries" name="counted from one"
# says: You count from 1. PyTorch counts from 0.
# next: Use the given numbers as they are.
def write_vector(z, i, value):
    z[i - 1] = value


def write_matrix(Z, i, j, value):
    Z[i - 1, j - 1] = value


def write_sheets(T, i, j, k, value):
    T[i - 1, j - 1, k - 1] = value

# %% wrong="write_entries" name="a copy is written"
# says: You wrote into a copy. The tensor that was handed in has not changed.
# next: Assign to the entry of the argument itself.
def write_vector(z, i, value):
    z = z.clone()
    z[i] = value


def write_matrix(Z, i, j, value):
    Z = Z.clone()
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T = T.clone()
    T[i, j, k] = value

# %% wrong="write_entries" name="added instead of written"
# says: You add the value to what stands there. It should take its place.
# next: Use = where you have +=.
def write_vector(z, i, value):
    z[i] += value


def write_matrix(Z, i, j, value):
    Z[i, j] += value


def write_sheets(T, i, j, k, value):
    T[i, j, k] += value

# %% wrong="write_entries" name="sheet and row swapped"
# says: You exchanged the sheet and the row.
# next: The order is sheet, row, column: from the outermost brackets inwards.
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[j, i, k] = value

# %% wrong="write_entries" name="row and column of the sheets swapped"
# says: You exchanged the row and the column in the tensor of three dimensions.
# next: The order is sheet, row, column: from the outermost brackets inwards.
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[i, k, j] = value

# %% wrong="write_entries" name="every sheet written"
# says: You write into every sheet. Only sheet i should change.
# next: Begin the brackets with i, where you have a colon.
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[:, j, k] = value

# %% wrong="write_entries" name="whole row of a sheet written"
# says: You write into a whole row of the sheet. Only one of its entries should change.
# next: Name sheet, row and column.
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[i, j] = value

# %% wrong="write_entries" name="position counted with the rows"
# says: You work out a position in the flat matrix with the number of rows. A row is as long as there are columns.
# next: Name the row and the column, with a comma between them.
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z.view(-1)[i * Z.shape[0] + j] = value


def write_sheets(T, i, j, k, value):
    T[i, j, k] = value

# %% wrong="write_entries" name="position in the sheets counted with the rows"
# says: You work out a position in the flat tensor with the number of rows. A row is as long as there are columns.
# next: Name the sheet, the row and the column, with commas between them.
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T.view(-1)[i * T.shape[1] * T.shape[2] + j * T.shape[1] + k] = value

# %% wrong="write_entries" name="whole numbers only"
# says: You make the value a whole number, so its decimals are lost.
# next: Write the value as it is given.
def write_vector(z, i, value):
    z[i] = int(value)


def write_matrix(Z, i, j, value):
    Z[i, j] = int(value)


def write_sheets(T, i, j, k, value):
    T[i, j, k] = int(value)

# %% wrong="write_entries" name="rounded"
# says: You round the value, so its decimals are lost.
# next: Write the value as it is given.
def write_vector(z, i, value):
    z[i] = round(value)


def write_matrix(Z, i, j, value):
    Z[i, j] = round(value)


def write_sheets(T, i, j, k, value):
    T[i, j, k] = round(value)

# %% wrong="write_entries" name="value made a float32 tensor"
# says: You make the value a tensor by itself. That is float32, so a float64 tensor gets only about 7 digits of it.
# next: Write the value as it is given.
def write_vector(z, i, value):
    z[i] = torch.tensor(value)


def write_matrix(Z, i, j, value):
    Z[i, j] = torch.tensor(value)


def write_sheets(T, i, j, k, value):
    T[i, j, k] = torch.tensor(value)

# %% wrong="write_entries" name="every equal entry written"
# says: You look for entries equal to the old one and write into all of them. Only position i should change.
# next: Use i itself as the place, not the number that stands there.
def write_vector(z, i, value):
    z[z == z[i].item()] = value


def write_matrix(Z, i, j, value):
    Z[Z == Z[i, j].item()] = value


def write_sheets(T, i, j, k, value):
    T[T == T[i, j, k].item()] = value

# %% right="write_entries" name="one bracket at a time"
def write_vector(z, i, value):
    z[i].fill_(value)


def write_matrix(Z, i, j, value):
    Z[i][j] = value


def write_sheets(T, i, j, k, value):
    T[i][j][k] = value

# %% right="write_entries" name="a changed copy written back"
def write_vector(z, i, value):
    new = z.clone()
    new[i] = value
    z[:] = new


def write_matrix(Z, i, j, value):
    write_vector(Z[i], j, value)


def write_sheets(T, i, j, k, value):
    T[i, :, k][j] = value

# %% [markdown]
# ### 2.2 Slices
#
# A colon takes a range. `1:3` means positions 1 and 2: it starts at the first number and stops before the second. `1:` means from 1 to the end, `:2` means the first two, and `:` alone means everything. Write one such piece for each dimension, separated by commas.

# %%
print(matrix)
print(matrix[:, 1])
print(matrix[:, 1:2])
print(matrix[1])

# %% [markdown]
# The shape of a slice follows from one rule. **A range keeps its dimension; a single number removes it.** `matrix[:, 1]` has shape `(2,)`: the column dimension is gone. `matrix[:, 1:2]` takes the same two numbers with a range of length one, so two dimensions stay: `(2, 1)`. And dimensions that you leave out at the end are taken whole: `matrix[1]` is `matrix[1, :]`.

# %%
plot.tensor_shape(
    sheets, labels=("sheets",), highlight=np.s_[1, :, 2],
    alt="Two sheets of 3 rows and 4 columns. In the second sheet the third column, 15, 19, 23, is shaded.",
    caption="One column of one sheet: sheet 1, all rows, column 2.",
)

# %% [markdown]
# In brackets that is `sheets[1, :, 2]`. (In the cell above, `np.s_` only hands the same brackets on to the drawing.) Two single numbers remove two dimensions; one range stays. Say the shape now, then look.

# %%
sheets[1, :, 2].shape

# %%
plot.tensor_shape(
    sheets, labels=("sheets",), highlight=np.s_[:, :, 1:3],
    alt="Two sheets of 3 rows and 4 columns. In both, the second and third column are shaded.",
    caption="A block cut from every sheet: all sheets, all rows, two of the four columns.",
)

# %% [markdown]
# Here nothing is removed, because all three pieces are ranges. Two of the four columns are left, so the last size becomes 2 and the others stay.

# %% [markdown]
# ### Exercise 2.2: three slices
#
# First predict, then cut.
#
# For a tensor of shape `(2, 3, 4)`, write the shapes of these parts as tuples. A shape with one dimension is written `(5,)`, with a comma.
#
# - `slice_a`: column 2 of sheet 1 (the first picture);
# - `slice_b`: columns 1 and 2 of every sheet (the second picture);
# - `slice_c`: every column but the first, of every sheet.
#
# Then write `take_slices(T)`. It gets any tensor of three dimensions with two sheets or more and three columns or more (a single row will do, and entries may be 0), and returns the same three parts of it, in this order, as a tuple of tensors. For `sheets` the first part is `[15, 19, 23]`. Later you will use slices to take a minibatch of examples out of a data set. The check looks at `slice_a` and at `take_slices` now; `slice_b` and `slice_c` count when your notebook is graded.

# %% solution="take_slices"
### BEGIN SOLUTION
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)
### END SOLUTION


def take_slices(T):
    """Column 2 of sheet 1 (one dimension), columns 1 and 2 of every sheet, and all columns but the first."""
    ### BEGIN SOLUTION
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]
    ### END SOLUTION

# %% check="take_slices" points=2
counting = torch.arange(24.0).reshape(2, 3, 4)
check.value(slice_a, tuple(counting.select(0, 1).select(1, 2).shape))
parts = (
    torch.tensor([14.0, 18.0, 22.0]),
    torch.tensor([[[1.0, 2.0], [5.0, 6.0], [9.0, 10.0]], [[13.0, 14.0], [17.0, 18.0], [21.0, 22.0]]]),
    torch.tensor([[[1.0, 2, 3], [5, 6, 7], [9, 10, 11]], [[13, 14, 15], [17, 18, 19], [21, 22, 23]]]),
)
check.function(take_slices, on=[cases.example(T=counting, gives=parts)])
### BEGIN HIDDEN TESTS
check.value(slice_b, (2, 3, 2))
check.value(slice_c, (2, 3, 3))
check.function(
    take_slices,
    lambda T: (T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]),
    on=cases.draw(seeds=8, seed0=100, T="a b c", without="a c ones"),  # there are a sheet 1 and a column 2
)
### END HIDDEN TESTS

# %% wrong="take_slices" name="range ends too late"
# says: Your second part has a column too many. A range stops before its second number.
# next: Columns 1 and 2 are the range that stops before 3.
slice_a = (3,)
slice_b = (2, 3, 3)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:4], T[:, :, 1:]

# %% wrong="take_slices" name="rows instead of columns"
# says: Your second and third part cut the rows, not the columns.
# next: Columns are the last dimension. Write a colon for the sheets and one for the rows before it.
slice_a = (3,)
slice_b = (2, 2, 4)
slice_c = (2, 2, 4)


def take_slices(T):
    return T[1, :, 2], T[:, 1:3], T[:, 1:]

# %% wrong="take_slices" name="last column fixed for four columns"
# says: Your third part stops at column 3 whatever the tensor's width.
# next: Leave out the number after the colon: the range then runs to the end.
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:4]

# %% wrong="take_slices" name="row 2 instead of column 2"
# says: Your first part is row 2 of sheet 1. Asked for is column 2: all rows, one column.
# next: The order is sheet, row, column. The colon belongs in the middle.
slice_a = (4,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, 2, :], T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="first row dropped in the prediction"
# says: You left out a row instead of a column. Columns are the last dimension.
# next: The shape is sheets, rows, columns. Which of the three numbers gets smaller?
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 2, 4)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="nothing dropped in the prediction"
# says: All four columns are still there in your shape. The first one is left out.
# next: Four columns less one: how many?
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 4)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="column with a dimension of its own"
# says: You kept the dimensions of the sheet and of the column. A single number removes its dimension.
# next: Two single numbers remove two dimensions. Which one stays?
slice_a = (1, 3, 1)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="columns counted from the end"
# says: Your second part leaves out the last column. That is columns 1 and 2 only where there are four columns.
# next: Name the position before which the range stops, counted from the front.
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:-1], T[:, :, 1:]

# %% wrong="take_slices" name="last sheet"
# says: Your first part comes from the last sheet. Sheet 1 is the last one only where there are two.
# next: Count the sheets from the front: 0, 1.
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[-1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="last columns"
# says: Your second part takes the last columns, however many there are before them.
# next: Count the columns from the front: begin at 1 and stop before 3.
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, -3:-1], T[:, :, 1:]

# %% wrong="take_slices" name="column 2 counted from one"
# says: You count from 1. The first sheet is sheet 0, and the first column is column 0.
# next: Use the given numbers as they are.
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[0, :, 1], T[:, :, 0:2], T[:, :, 1:]

# %% wrong="take_slices" name="column kept as a matrix"
# says: Your first part is a matrix with one column. It should have one dimension.
# next: A range keeps its dimension; a single number removes it.
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2:3], T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="without the last column"
# says: Your third part leaves out the last column. Asked for is all but the first.
# next: Begin the range at 1, and give it no end.
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, :-1]

# %% wrong="take_slices" name="first part squeezed"
# says: You cut a block for your first part and squeeze it. Where there is a single row, squeeze() takes its dimension as well.
# next: Write single numbers for the sheet and the column: they remove these two dimensions and no other.
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1:2, :, 2:3].squeeze(), T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="one column too few in the prediction"
# says: Your second part has a single column. It has two: 1 and 2.
# next: Count the columns that you keep.
slice_a = (3,)
slice_b = (2, 3, 1)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% right="take_slices" name="one step at a time"
slice_a = [3]
slice_b = [2, 3, 2]
slice_c = [2, 3, 3]


def take_slices(T):
    sheet = T[1]
    later = T[..., 1:]
    return sheet[:, 2], later[..., :2], later

# %% right="take_slices" name="with lists of columns"
slice_a = torch.zeros(2, 3, 4)[1, :, 2].shape
slice_b = torch.zeros(2, 3, 4)[:, :, [1, 2]].shape
slice_c = torch.zeros(2, 3, 4)[:, :, 1:].shape


def take_slices(T):
    columns = range(T.shape[2])
    return T[1][:, 2], T[:, :, [1, 2]], torch.stack([T[:, :, k] for k in columns if k > 0], dim=-1)

# %% [markdown]
# ### 2.3 Masks: taking what answers a question
#
# A comparison asks its question of every entry and answers with a tensor of `True` and `False`, called a **mask**.

# %%
X = torch.tensor([[0.0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]])
Y = torch.tensor([[2.0, 1, 4, 3], [1, 2, 3, 4], [4, 3, 2, 1]])
print(X == Y)
print(X < Y)
print((X > Y).sum())

# %% [markdown]
# `==` asks whether two entries are equal; one `=` would assign. `True` counts as 1 in a sum, so the last line counts: in 8 places `X` is greater. Put a mask between brackets and you take just those entries.

# %%
Z = torch.tensor([[1.5, -2.0, 0.5], [-0.5, 3.0, -1.0]])
positive = Z > 0
print(Z[positive])
print(Z * positive)

# %%
plot.tensor_shape(
    Z, labels=("Z",), highlight=positive,
    alt="A table of 2 rows and 3 columns. The cells 1.5, 0.5 and 3.0 are shaded.",
    caption="Shaded: Z > 0. A mask marks entries one by one and has the shape of the tensor it was asked of.",
)

# %% [markdown]
# `Z[positive]` has one dimension, since the chosen entries no longer form a rectangle. `Z * positive` keeps the shape: what is shaded stays, the rest becomes 0. (`-0.` is an ordinary zero that keeps the sign of the number it came from; `-0. == 0.` is true.) That small operation has a name, ReLU. You meet it again in week 4, and from then on in nearly every network of this course.

# %% [markdown]
# ## 3. Putting tensors together
#
# Two functions join tensors, and they are easily confused. Take two columns of shape `(3, 1)`.

# %%
a = torch.tensor([[1], [3], [5]])
b = torch.tensor([[2], [4], [6]])
stacked = torch.stack([a, b], dim=0)
joined = torch.cat([a, b], dim=0)
stacked.shape, joined.shape

# %%
plot.tensor_shape(
    a, b, stacked, joined, labels=("a", "b", "stacked", "joined"), axes=False,
    alt="Two columns a = 1, 3, 5 and b = 2, 4, 6; stacked, they are two sheets, 1, 3, 5 and 2, 4, 6; "
    "concatenated, one column of six entries, 1, 3, 5, 2, 4, 6.",
    caption="stack makes two sheets of a and b (drawn side by side). "
    "cat glues them end to end into one column.",
)

# %% [markdown]
# `torch.stack` makes a **new** dimension: two sheets, each a column. `torch.cat` makes an **existing** dimension longer: one column, twice as long. The argument `dim` says which dimension is new, or which one grows; when you leave it out, it is 0. `torch.cat([a, b], dim=1)` puts the columns side by side.
#
# Both can refuse. `stack` needs tensors of exactly the same shape, as sheets in a pile must have the same size. `cat` needs the same sizes everywhere *except* along `dim`, because there the sizes are simply added.
#
# The next cell goes wrong on purpose. Python tries what stands under `try`; when an error of the named kind comes up, it does what stands under `except`, here printing the message, and goes on.

# %%
try:
    torch.stack([torch.zeros(3), torch.zeros(4)])
except RuntimeError as error:
    print(error)

# %% [markdown]
# The message says it in its own words: all of the same size, please. Reading such messages is half of the craft. The last line of an error usually holds the two shapes that do not fit.

# %% [markdown]
# ### Exercise 3.1: stack or cat?
#
# Write `join(a, b)` for two columns of shape `(n, 1)`. It returns a tuple of three tensors: the two stacked as sheets, shape `(2, n, 1)`; one below the other, shape `(2n, 1)`; side by side, shape `(n, 2)`. They keep the dtype of the columns, and `n` may be 1: a single row. For `a = [[1.], [3.]]` and `b = [[2.], [4.]]` the last one is `[[1., 2.], [3., 4.]]`.
#
# Then say what happens with `P` of shape `(3, 1)` and `Q` of shape `(3, 2)`. Write the shape as a tuple, or `None` where PyTorch refuses.
#
# - `join_a`: `torch.stack([P, Q])`
# - `join_b`: `torch.cat([P, Q], dim=0)`
# - `join_c`: `torch.cat([P, Q], dim=1)`
#
# The check looks at `join` now; `join_a`, `join_b` and `join_c` count when your notebook is graded. Whoever builds a batch out of single examples stacks; whoever adds a column to a table concatenates.

# %% solution="join"
def join(a, b):
    """Stacked (2, n, 1), one below the other (2n, 1), side by side (n, 2), from two columns (n, 1)."""
    ### BEGIN SOLUTION
    return torch.stack([a, b]), torch.cat([a, b], dim=0), torch.cat([a, b], dim=1)
    ### END SOLUTION


### BEGIN SOLUTION
join_a = None
join_b = None
join_c = (3, 3)
### END SOLUTION

# %% check="join" points=2
four = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
results = (four.reshape(2, 2, 1), four.clone(), torch.tensor([[1.0, 3.0], [2.0, 4.0]]))
tens = tuple(10 * each.double() for each in results)  # ten times as much, in float64
small = cases.example(a=four[:2], b=four[2:], gives=results)
large = cases.example(a=tens[1][:2], b=tens[1][2:], gives=tens)
check.function(join, on=[small, large])
### BEGIN HIDDEN TESTS
check.function(
    join,
    lambda a, b: (torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1)),
    on=cases.draw(seeds=8, seed0=100, a="n 1", b="n 1"),
)
check.value(join_a, None)
check.value(join_b, None)
check.value(join_c, (3, 3))
### END HIDDEN TESTS

# %% wrong="join" name="stack and cat exchanged"
# says: Where sheets were asked for you glued, and the other way round.
# next: stack makes a new dimension. cat makes an existing one longer.
def join(a, b):
    return torch.cat([a, b]), torch.stack([a, b]), torch.cat([a, b], dim=1)


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="dim exchanged"
# says: One below the other and side by side are exchanged.
# next: Dimension 0 runs down. The result grows along the dimension that you name.
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b], dim=1), torch.cat([a, b], dim=0)


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="side by side made by reshape"
# says: Side by side, your numbers are in the wrong places: the first row should hold the first entry of each.
# next: Use cat with dim=1. A reshape only cuts the numbers anew in reading order.
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b]).reshape(-1, 2)


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="nothing refused"
# says: You expect stack and cat to accept these two shapes. They need equal sizes, cat everywhere but along dim.
# next: Compare (3, 1) and (3, 2) size by size. Where they differ, only that dimension can be glued.
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1)


join_a = (2, 3, 2)
join_b = (6, 2)
join_c = (3, 3)

# %% wrong="join" name="squeezed"
# says: You stack the two and squeeze the result. Where n is 1, squeeze() takes that dimension away as well.
# next: Side by side, the columns grow along a dimension that they have: use cat.
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.stack([a, b], dim=1).squeeze()


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="side by side in float32"
# says: Side by side, your numbers are float32 whatever the columns are.
# next: Make the tensor that you fill with the dtype of a, or let cat make it.
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1).float()


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="all in float32"
# says: Your results are float32 whatever the columns are.
# next: Make what you fill with the dtype of a, or let stack and cat make it.
def join(a, b):
    return torch.stack([a, b]).float(), torch.cat([a, b]).float(), torch.cat([a, b], dim=1).float()


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="one below the other alternates"
# says: One below the other, your entries of a and b alternate. First comes all of a, then all of b.
# next: Use cat with dim=0. A reshape of the table side by side reads it row by row.
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b], dim=1).reshape(-1, 1), torch.cat([a, b], dim=1)


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="stacked along a last dimension"
# says: Your first result is stacked along another dimension. The sheets come first.
# next: Leave dim out, or say dim=0: the new dimension is then in front.
def join(a, b):
    return torch.stack([a, b], dim=1), torch.cat([a, b]), torch.cat([a, b], dim=1)


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="b before a"
# says: You put b before a. a comes first.
# next: Exchange the two in the list.
def join(a, b):
    return torch.stack([b, a]), torch.cat([b, a]), torch.cat([b, a], dim=1)


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="cat below taken for possible"
# says: You expect cat to put (3, 2) below (3, 1). Below each other, the rows must be of one length.
# next: Compare (3, 1) and (3, 2) where they are not glued: in dimension 1.
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1)


join_a = None
join_b = (6, 3)
join_c = (3, 3)

# %% wrong="join" name="nothing accepted"
# says: You expect that PyTorch refuses here too. Along dim the sizes may differ; all others are equal.
# next: Glue a column and two columns side by side: how many columns come out?
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1)


join_a = None
join_b = None
join_c = None

# %% wrong="join" name="side by side, two rows only"
# says: Side by side, you keep two rows whatever n is. The columns may be longer.
# next: Take all rows, however many there are: cat does.
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a[:2], b[:2]], dim=1)


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="one below the other, two rows of each only"
# says: One below the other, you take two rows of each whatever n is. The columns may be longer.
# next: Take all rows, however many there are: cat does.
def join(a, b):
    return torch.stack([a, b]), torch.cat([a[:2], b[:2]]), torch.cat([a, b], dim=1)


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="two rows everywhere"
# says: You take two rows of each whatever n is. The columns may be longer.
# next: Take all rows, however many there are.
def join(a, b):
    return torch.stack([a[:2], b[:2]]), torch.cat([a[:2], b[:2]]), torch.cat([a[:2], b[:2]], dim=1)


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="larger width taken"
# says: Side by side, the widths are added. You took the larger one.
# next: P has one column, Q has two. How many stand side by side?
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1)


join_a = None
join_b = None
join_c = (3, 2)

# %% wrong="join" name="both sizes added"
# says: You added the sizes in both dimensions. cat adds them along dim only; the other ones are equal and stay.
# next: Along dimension 0 both have 3 rows, and these stand side by side.
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1)


join_a = None
join_b = None
join_c = (6, 3)

# %% right="join" name="hstack and vstack"
def join(a, b):
    return torch.cat([a[None], b[None]]), torch.vstack((a, b)), torch.hstack((a, b))


join_a = None
join_b = None
join_c = [3, 3]

# %% right="join" name="written into zeros"
def join(a, b):
    n = a.shape[0]
    side, below = a.new_zeros(n, 2), a.new_zeros(2 * n, 1)
    side[:, 0:1], side[:, 1:2] = a, b
    below[:n], below[n:] = a, b
    return torch.stack((a, b), dim=0), below, side


join_a = join_b = None
join_c = (3, 3)

# %% [markdown]
# ## 4. Transpose and reshape
#
# ### 4.1 Transpose: rows become columns
#
# The **transpose** of a matrix swaps its two dimensions. The entry in row $i$ and column $j$ moves to row $j$ and column $i$: $(A^\top)_{ji} = A_{ij}$. In code it is `A.T`. A matrix that is equal to its own transpose is called symmetric.

# %%
A = torch.arange(1, 13).reshape(3, 4)
print(A)
print(A.T)

# %% [markdown]
# The first row of `A`, 1 2 3 4, has become the first column. Shape `(3, 4)` became `(4, 3)`.
#
# ### 4.2 Reshape: the same numbers, cut anew
#
# `reshape` looks similar and is something else. It reads all numbers in order, row by row, like a text, and breaks the lines at other places. The count must stay the same: 12 numbers can become `(4, 3)`, `(2, 6)` or `(12,)`. You may leave one size to PyTorch by writing `-1`: `A.reshape(6, -1)` has shape `(6, 2)`.

# %%
plot.tensor_shape(
    A, A.T, A.reshape(4, 3), labels=("A", "A.T", "A.reshape(4, 3)"),
    alt="Three grids. A has rows 1 to 4, 5 to 8, 9 to 12. A.T has first row 1, 5, 9. "
    "A.reshape(4, 3) has first row 1, 2, 3.",
    caption="Both results have shape (4, 3). Follow the number 2: "
    "transposing moves it below the 1, reshaping leaves it to the right of the 1.",
)

# %% [markdown]
# In `A.T`, the numbers 1, 5, 9 of the first *column* of `A` form the first row. They still belong together. In `A.reshape(4, 3)` the first row is 1, 2, 3 and the second is 4, 5, 6: the 4, which stood in one row with 1, 2 and 3, now sits with the 5 and the 6. No error, no warning, the right shape, and the wrong numbers.
#
# With more than two dimensions, say which two to swap: `torch.transpose(T, 0, 1)` swaps dimensions 0 and 1, whatever else there is.

# %%
T = torch.arange(24).reshape(2, 3, 4)
torch.transpose(T, 0, 1).shape

# %% [markdown]
# Sheets and rows have changed places: `(2, 3, 4)` became `(3, 2, 4)`.

# %% [markdown]
# ### Exercise 4.1: transpose every sheet
#
# Write `swap_dimensions(T)`: it swaps dimensions 1 and 2 of a tensor with three dimensions, so that every sheet is transposed. Shape `(a, b, c)` becomes `(a, c, b)`. For `T = [[[1., 2.], [3., 4.], [5., 6.]], [[7., 8.], [9., 0.], [1., 2.]]]`, two sheets, shape `(2, 3, 2)`, it returns `[[[1., 3., 5.], [2., 4., 6.]], [[7., 9., 1.], [8., 0., 2.]]]`, shape `(2, 2, 3)`: still two sheets, each of them transposed. The dtype stays, and each size may be 1. You will use it whenever a batch of matrices must be turned round together.

# %% solution="swap_dimensions"
def swap_dimensions(T):
    """Dimensions 1 and 2 of T (a, b, c) swapped: shape (a, c, b)."""
    ### BEGIN SOLUTION
    return torch.transpose(T, 1, 2)
    ### END SOLUTION

# %% check="swap_dimensions" points=1
before = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 0.0], [1.0, 2.0]]])
after = torch.tensor([[[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]], [[7.0, 9.0, 1.0], [8.0, 0.0, 2.0]]])
T_wide = torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]], dtype=torch.float64)
T_tall = torch.tensor([[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [6.0]]], dtype=torch.float64)
on = [cases.example(T=before, gives=after), cases.example(T=T_wide, gives=T_tall)]
check.function(swap_dimensions, on=on)
### BEGIN HIDDEN TESTS
check.function(swap_dimensions, lambda T: T.transpose(1, 2), on=cases.draw(seeds=8, seed0=100, T="a b c"))
### END HIDDEN TESTS

# %% wrong="swap_dimensions" name="reshape"
# says: The shape is right and the numbers are in the wrong places: you cut them anew instead of swapping.
# next: Use torch.transpose and name the two dimensions.
def swap_dimensions(T):
    return T.reshape(T.shape[0], T.shape[2], T.shape[1])

# %% wrong="swap_dimensions" name="sheets and rows swapped"
# says: You swapped dimensions 0 and 1: the sheets and the rows.
# next: Dimensions count from 0. Rows are 1, columns are 2.
def swap_dimensions(T):
    return torch.transpose(T, 0, 1)

# %% wrong="swap_dimensions" name="all dimensions reversed"
# says: You reversed all three dimensions. The sheets should stay in front.
# next: Swap only dimensions 1 and 2.
def swap_dimensions(T):
    return T.permute(2, 1, 0)

# %% wrong="swap_dimensions" name="made for one sheet"
# says: You return only the first sheet, transposed, as if there were no other.
# next: Keep all sheets: swap dimensions 1 and 2 of the whole tensor.
def swap_dimensions(T):
    return T[0].T[None]

# %% wrong="swap_dimensions" name="made for two sheets"
# says: You transpose exactly two sheets. There may be one, or many.
# next: Go through all sheets, or swap dimensions 1 and 2 of the whole tensor at once.
def swap_dimensions(T):
    return torch.stack([T[0].T, T[min(1, len(T) - 1)].T])

# %% wrong="swap_dimensions" name="always float32"
# says: Your result is float32 whatever T is.
# next: Give the tensor that you fill the dtype of T.
def swap_dimensions(T):
    return T.transpose(1, 2).float()

# %% wrong="swap_dimensions" name="squeezed"
# says: Your result has lost the dimensions of size 1.
# next: Leave out squeeze(). All three dimensions stay.
def swap_dimensions(T):
    return T.transpose(1, 2).squeeze()

# %% wrong="swap_dimensions" name="nothing swapped"
# says: You return T as it was.
# next: torch.transpose makes a new tensor. Return that one.
def swap_dimensions(T):
    return T

# %% wrong="swap_dimensions" name="first dimension squeezed"
# says: Where there is a single sheet, your dimension 0 is gone. squeeze() and an index such as [0] take it away.
# next: Leave out squeeze(). All three dimensions stay.
def swap_dimensions(T):
    return T.transpose(1, 2).squeeze(0)

# %% right="swap_dimensions" name="sheet by sheet"
def swap_dimensions(T):
    return torch.stack([sheet.T for sheet in T])

# %% right="swap_dimensions" name="mT"
def swap_dimensions(T):
    return T.mT

# %% [markdown]
# ### Question 4.2: in your own words
#
# (Read and graded by a person, 2 points.)
#
# A friend has a table `X` of shape `(4, 3)`: one row per flat, with its area, its number of rooms and its age. A function that she wants to use needs the shape `(3, 4)`, one row per quantity. She writes `X.reshape(3, 4)`. There is no error, and the shape is what was asked for.
#
# What does the first row of her result hold? Why is that wrong, and what should she have written? Why is such a mistake more dangerous than one that stops with an error? Three to five sentences.

# %% [markdown] answer="reshape_or_transpose" points=2
# `reshape` reads the table row by row and cuts the numbers anew. So her first row holds the area, the rooms and the age of the first flat, and then the area of the second: quantities of different kinds and of two flats, where there should be the four areas. The numbers of one flat and of one quantity no longer belong together. She should have written `X.T` (or `torch.transpose(X, 0, 1)`), which moves entry $(i, j)$ to $(j, i)$: the first row is then the first column of `X`, the four areas.
#
# It is more dangerous because nothing stops her: the shape fits, later steps run, and wrong numbers come out at the end that look like numbers. An error would have named the line at once. So check a few values after a change of shape, not only the shape.
#
# *Points: 1 for what the first row holds and why (reading order, mixed quantities), with the transpose as the remedy; 1 for why a silent mistake is worse.*

# %% [markdown]
# ## 5. Entry by entry, and broadcasting
#
# ### 5.1 Entry by entry
#
# `+`, `-`, `*`, `/` and `**` work entry by entry on tensors of the same shape. So do functions such as `torch.exp`, `torch.sqrt` and `torch.abs`. The product that `*` makes is called the **Hadamard product**, written $A \odot B$. It is *not* the matrix product; that one comes in section 6.

# %%
x = torch.tensor([1.0, 2, 4, 8])
y = torch.tensor([2.0, 2, 2, 2])
print(x + y, x * y, x**y)
c = torch.tensor([[2], [3], [5]])
print(c * c)

# %% [markdown]
# The last result is a column again, `[[4], [9], [25]]`: shape `(3, 1)` times shape `(3, 1)` is shape `(3, 1)`.
#
# ### 5.2 Broadcasting: when the shapes differ
#
# Now multiply the column by a row. Before you run the cell, guess: what shape can come out of `(3, 1)` times `(1, 3)`?

# %%
c * c.T

# %%
plot.broadcast(
    c, c.T, op="*", labels=("c", "c.T"),
    alt="A column 2, 3, 5 is repeated to the right, a row 2, 3, 5 is repeated downwards, "
    "and the two 3 by 3 tables are multiplied entry by entry.",
    caption="(3, 1) times (1, 3) is (3, 3). The solid cells are there; "
    "the pale ones are repeated, not stored.",
)

# %% [markdown]
# The column has size 1 along dimension 1, so it is repeated to the right. The row has size 1 along dimension 0, so it is repeated downwards. Then both are 3 × 3, and `*` works entry by entry: a multiplication table. This repeating is called **broadcasting**. No memory is spent on the copies.
#
# The rule, in full:
#
# 1. Write the two shapes one above the other, **aligned at the right**. Where the shorter one has nothing, put a 1.
# 2. In each position the sizes must be **equal, or one of them must be 1**. A 1 is stretched to the other size.
# 3. If some position has two different sizes and neither is 1, PyTorch refuses.
#
# | | dim 0 | dim 1 | |
# |---|---|---|---|
# | `c` | 3 | 1 | |
# | `c.T` | 1 | 3 | |
# | result | 3 | 3 | each 1 was stretched |
#
# A second one to work out on paper: three rows of two numbers, times a column. Each row is multiplied by its own number.

# %%
M = torch.tensor([[2, 3], [4, 5], [6, 7]])
scale = torch.tensor([[1], [2], [3]])
plot.broadcast(
    M, scale, op="*", labels=("M", "scale"),
    alt="A 3 by 2 table times a column 1, 2, 3 that is repeated once to the right gives rows 2 3, 8 10, "
    "18 21.",
    caption="(3, 2) times (3, 1) is (3, 2): the column is stretched to two columns.",
)

# %% [markdown]
# Row 0 is multiplied by 1, row 1 by 2 and row 2 by 3, so the result is 2 3, then 8 10, then 18 21. Had you tried a plain vector of shape `(3,)` instead of the column, the rule would have aligned it at the right, as `(1, 3)`, and 3 does not fit 2.

# %%
plot.broadcast(
    (3, 2), (3,), op="*", labels=("M", "vector"),
    alt="A 3 by 2 table and a row of 3. The last sizes, 2 and 3, clash.",
    caption="(3, 2) and (3,): aligned at the right, 2 meets 3. Neither is 1, so PyTorch refuses.",
)

# %%
try:
    M * torch.tensor([1, 2, 3])
except RuntimeError as error:
    print(error)

# %% [markdown]
# The message names the two sizes, 2 and 3, and the dimension where they meet.
#
# So how do you turn a vector into a column? `v.reshape(-1, 1)` does it, and so does `v[:, None]`: `None` between the brackets puts in a new dimension of size 1 at that place.

# %%
v = torch.tensor([1, 2, 3])
print(v[:, None].shape, v[None, :].shape)
print(M * v[:, None])

# %% [markdown]
# With three dimensions nothing new happens. Take shape `(2, 3, 1)` and shape `(1, 1, 2)`. Position by position: 2 and 1, 3 and 1, 1 and 2. Every pair fits.

# %%
p = torch.arange(6).reshape(2, 3, 1)
q = torch.arange(2).reshape(1, 1, 2)
plot.broadcast(
    p, q, op="+", labels=("p", "q"),
    alt="Two sheets of one column with the numbers 0 to 5, plus one row 0, 1. "
    "The result has two sheets of 3 rows and 2 columns.",
    caption="(2, 3, 1) plus (1, 1, 2) is (2, 3, 2): the column is stretched to the right, "
    "the row downwards and over both sheets.",
)

# %% [markdown]
# The picture shows only where the cells come from. Here are the numbers:

# %%
p + q

# %% [markdown]
# The first column of each sheet is that of `p`: 0, 1, 2 and 3, 4, 5. The second column is larger by 1, because `q` is 0, 1.

# %% [markdown]
# ### Exercise 5.1: predict
#
# For each product write the shape of the result as a tuple, or `None` where PyTorch refuses. Use pen and paper and the three steps of the rule. The check tells you about `broadcast_a` and `broadcast_b` at once. The other four count when your notebook is graded; make sure of them by running them yourself, *after* you have decided.
#
# | name | shapes |
# |---|---|
# | `broadcast_a` | `(4, 1)` and `(1, 5)` |
# | `broadcast_b` | `(4, 3)` and `(3,)` |
# | `broadcast_c` | `(4, 3)` and `(4,)` |
# | `broadcast_d` | `(2, 3, 1)` and `(4,)` |
# | `broadcast_e` | `(6, 1, 5)` and `(3, 1)` |
# | `broadcast_f` | `(2, 3, 4)` and `(2, 4)` |
#
# Predicting shapes is the most useful habit in this whole field: most mistakes in a network show as a shape that you did not expect.

# %% solution="broadcast_shapes"
### BEGIN SOLUTION
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None
### END SOLUTION

# %% check="broadcast_shapes" points=2
check.value(broadcast_a, tuple(torch.broadcast_shapes((4, 1), (1, 5))))
check.value(broadcast_b, tuple(torch.broadcast_shapes((4, 3), (3,))))
### BEGIN HIDDEN TESTS
check.value(broadcast_c, None)
check.value(broadcast_d, (2, 3, 4))
check.value(broadcast_e, (6, 3, 5))
check.value(broadcast_f, None)
### END HIDDEN TESTS

# %% wrong="broadcast_shapes" name="aligned at the left"
# says: You lined the shapes up at the left. Broadcasting lines them up at the right.
# next: Write the shorter shape under the end of the longer one and fill up with 1 in front.
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = (4, 3)
broadcast_d = None
broadcast_e = None
broadcast_f = None

# %% wrong="broadcast_shapes" name="a missing middle taken for granted"
# says: You took (2, 4) to match the outer sizes of (2, 3, 4). The rule only fills up in front: (1, 2, 4) meets (2, 3, 4).
# next: Compare position by position from the right: 4 with 4, then 3 with 2.
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = (2, 3, 4)

# %% wrong="broadcast_shapes" name="different numbers of dimensions refused"
# says: You refuse shapes of different length. The shorter one is filled up with 1 in front.
# next: Write (4,) as (1, 1, 4), then compare it with (2, 3, 1).
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = None
broadcast_e = None
broadcast_f = None

# %% wrong="broadcast_shapes" name="last 1 not stretched"
# says: You keep the last 1 of (2, 3, 1). It meets the 4, and a 1 is stretched.
# next: Write (1, 1, 4) under (2, 3, 1) and take the larger size of each pair.
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 1)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="6 meets 3"
# says: You refuse (6, 1, 5) and (3, 1). Aligned at the right, the 3 stands below the 1, and a 1 below the 5.
# next: Write (1, 3, 1) under (6, 1, 5) and compare the pairs.
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = None
broadcast_f = None

# %% wrong="broadcast_shapes" name="middle 1 not stretched"
# says: You keep the 1 in the middle of (6, 1, 5). It meets the 3, and a 1 is stretched.
# next: Write (1, 3, 1) under (6, 1, 5) and compare the pairs.
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 1, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="column and row refused"
# says: You refuse (4, 1) and (1, 5). In each position one of the two sizes is 1, so both fit.
# next: Stretch each 1 to the size that stands above or below it.
broadcast_a = None
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="vector refused"
# says: You refuse (4, 3) and (3,). The vector is filled up with a 1 in front, and then each pair fits.
# next: Write (1, 3) under (4, 3).
broadcast_a = (4, 5)
broadcast_b = None
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="both stretched"
# says: You take the larger size wherever two meet. Two different sizes fit only where one of them is 1.
# next: Look for a position with two different sizes that are both not 1.
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = (4, 4)
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% right="broadcast_shapes" name="computed"
broadcast_a = tuple((torch.ones(4, 1) * torch.ones(1, 5)).shape)
broadcast_b = torch.broadcast_shapes((4, 3), (3,))
broadcast_c = None
broadcast_d = list((torch.ones(2, 3, 1) * torch.ones(4)).shape)
broadcast_e = tuple((torch.ones(6, 1, 5) * torch.ones(3, 1)).shape)
broadcast_f = None

# %% right="broadcast_shapes" name="as lists"
broadcast_a = [4, 5]
broadcast_b = [4, 3]
broadcast_c = None
broadcast_d = [2, 3, 4]
broadcast_e = [6, 3, 5]
broadcast_f = None

# %% [markdown]
# ### 5.3 When broadcasting does what you did not mean
#
# Broadcasting saves you loops. It also hides a trap, and sooner or later you will step into it. A model predicted three prices, and all three are exactly right. The predictions come as a column, the true prices as a vector. How large is the mean squared error?

# %%
y_hat = torch.tensor([[1.0], [2.0], [3.0]])
y = torch.tensor([1.0, 2.0, 3.0])
print(((y_hat - y) ** 2).mean())

# %% [markdown]
# It should be 0, and it is 1.3333. Look at the shapes: `(3, 1)` minus `(3,)`. Aligned at the right that is `(3, 1)` and `(1, 3)`, and both ones are stretched.

# %%
plot.broadcast(
    y_hat, y, op="-", labels=("y_hat", "y"),
    alt="The column 1, 2, 3 minus the row 1, 2, 3 gives a 3 by 3 table with zeros only on the diagonal.",
    caption="Every prediction minus every price. Only the diagonal, the three zeros, was meant.",
)

# %% [markdown]
# PyTorch subtracted every price from every prediction. The mean runs over nine numbers, and six of them compare flats that have nothing to do with each other. There is no error. A network trained on this number learns to predict the average of all prices, and it takes people days to find out why.

# %% [markdown]
# ### Exercise 5.2: the residuals
#
# Write `residuals(y_hat, y)`: prediction minus truth for each example. `y_hat` has shape `(n, 1)`, `y` has shape `(n,)`; return a vector of shape `(n,)`, of their dtype. It works for a single example, too. For `y_hat = [[3.], [5.]]` and `y = [1., 2.]` it is `[2., 3.]`. Next week the loss of your first model is made of these.

# %% solution="residuals"
def residuals(y_hat, y):
    """Prediction minus truth, shape (n,), from predictions y_hat (n, 1) and true values y (n,)."""
    ### BEGIN SOLUTION
    return y_hat.reshape(-1) - y
    ### END SOLUTION

# %% check="residuals" points=2
y_hat_small, y_small = torch.tensor([[3.0], [5.0]]), torch.tensor([1.0, 2.0])
two = cases.example(y_hat=y_hat_small, y=y_small, gives=torch.tensor([2.0, 3.0]))
y_hat_three, y_three = torch.tensor([[4.0], [-1.0], [0.5]]).double(), torch.tensor([5.0, 1.0, 0.0]).double()
three = cases.example(y_hat=y_hat_three, y=y_three, gives=torch.tensor([-1.0, -2.0, 0.5]).double())
check.function(residuals, on=[two, three])
### BEGIN HIDDEN TESTS
check.function(
    residuals, lambda y_hat, y: y_hat[:, 0] - y, on=cases.draw(seeds=12, seed0=100, y_hat="n 1", y="n")
)
check.function(
    residuals, lambda y_hat, y: y_hat[:, 0] - y, on=cases.draw(seeds=2, seed0=200, y_hat="1 1", y="1")
)
### END HIDDEN TESTS

# %% wrong="residuals" name="column minus vector"
# says: You subtract a vector from a column. Broadcasting makes an n × n table: every prediction minus every price.
# next: Give both the same shape first, for instance with y_hat.reshape(-1).
def residuals(y_hat, y):
    return y_hat - y

# %% wrong="residuals" name="truth minus prediction"
# says: All your signs are opposite: you take truth minus prediction.
# next: Exchange the two.
def residuals(y_hat, y):
    return y - y_hat.reshape(-1)

# %% wrong="residuals" name="first row of the table"
# says: You took one row of the n × n table. It holds the first prediction minus every price.
# next: Flatten y_hat before you subtract; then there is no table.
def residuals(y_hat, y):
    return (y_hat - y)[0]

# %% wrong="residuals" name="averaged over the table"
# says: You averaged the n × n table back to n numbers. Each of them still mixes all examples.
# next: Flatten y_hat before you subtract; then there is no table.
def residuals(y_hat, y):
    return (y_hat - y).mean(dim=1)

# %% wrong="residuals" name="squeezed"
# says: You squeeze the result. For a single example squeeze() takes its only dimension away as well.
# next: Flatten y_hat with reshape(-1), or take its column: that keeps one dimension for every n.
def residuals(y_hat, y):
    return (y_hat - y[:, None]).squeeze()

# %% wrong="residuals" name="without the sign"
# says: You return how large each difference is, without its sign. A prediction that is too low has a negative residual.
# next: Leave out the absolute value.
def residuals(y_hat, y):
    return (y_hat.reshape(-1) - y).abs()

# %% wrong="residuals" name="squared"
# says: You return the squares. Asked for are the differences themselves.
# next: Leave out the square. The loss comes next week.
def residuals(y_hat, y):
    return (y_hat.reshape(-1) - y) ** 2

# %% wrong="residuals" name="a column"
# says: Your differences are a column, shape (n, 1). A vector of shape (n,) is asked for.
# next: Flatten y_hat, and leave y as it is.
def residuals(y_hat, y):
    return y_hat - y[:, None]

# %% wrong="residuals" name="always float32"
# says: Your result is float32 whatever the inputs are.
# next: Give the tensor that you fill the dtype of y.
def residuals(y_hat, y):
    return (y_hat.reshape(-1) - y).float()

# %% wrong="residuals" name="a row"
# says: Your differences are a row, shape (1, n). A vector of shape (n,) is asked for.
# next: Flatten y_hat with reshape(-1); its transpose still has two dimensions.
def residuals(y_hat, y):
    return y_hat.T - y

# %% right="residuals" name="the diagonal of the table"
def residuals(y_hat, y):
    return (y_hat - y).diagonal()

# %% right="residuals" name="one by one"
def residuals(y_hat, y):
    return torch.stack([y_hat[i, 0] - y[i] for i in range(len(y))])

# %% [markdown]
# Here is the squared error once more, with your function. For three perfect predictions it is 0.

# %%
(residuals(y_hat, y) ** 2).mean()

# %% [markdown]
# ## 6. Products
#
# ### 6.1 The dot product
#
# A neuron weighs its inputs: each input times its own weight, all added up. That sum is the **dot product** of the two vectors, $x \cdot w = \sum_i x_i w_i$. Think of a shopping list: numbers of items times prices, summed, is what you pay.

# %%
items = torch.tensor([2.0, 1.0, 3.0])
prices = torch.tensor([1.5, 4.0, 0.5])
print((items * prices).sum(), torch.dot(items, prices), items @ prices)

# %% [markdown]
# Three ways to write it, one result: 3 + 4 + 1.5 = 8.5. The sign `@` is Python's product of matrices; between two vectors it is the dot product.
#
# ### 6.2 Matrix times vector
#
# Several customers are several rows. `lists @ prices` takes the dot product of *each row* with `prices`: shape `(2, 3)` times shape `(3,)` is shape `(2,)`.

# %%
lists = torch.tensor([[2.0, 1.0, 3.0], [0.0, 2.0, 2.0]])
lists @ prices

# %% [markdown]
# The first customer pays 8.5 as before, the second 8 + 1 = 9.
#
# ### 6.3 Matrix times matrix
#
# Two shops are two columns of prices. Then `lists @ both` has one row per customer and one column per shop:
#
# $$C = AB, \qquad C_{ij} = \sum_k A_{ik} B_{kj}.$$
#
# The entry in row $i$ and column $j$ is the dot product of **row $i$ of the first** and **column $j$ of the second**. So a row of the first must be as long as a column of the second: the *inner* sizes must agree, and they vanish. The outer ones stay: `(n, k) @ (k, m)` is `(n, m)`.

# %%
A = torch.tensor([[2.0, 3, 4], [5, 6, 7]])
B = torch.tensor([[2.0, 3, 4], [5, 6, 7]])
try:
    A @ B
except RuntimeError as error:
    print(error)

# %% [markdown]
# `(2, 3) @ (2, 3)`: the inner sizes are 3 and 2, and they do not agree. Although `A` and `B` have the same shape, there is no matrix product $AB$. But $AB^\top$ exists: `(2, 3) @ (3, 2)` is `(2, 2)`.

# %%
plot.tensor_shape(
    A, B.T, A @ B.T, labels=("A", "B.T", "A @ B.T"),
    alt="A has rows 2 3 4 and 5 6 7. B.T has columns 2 3 4 and 5 6 7. The product has rows 29 56 and 56 110.",
    caption="Row 0 of A with column 0 of B.T: 2·2 + 3·3 + 4·4 = 29. "
    "Row 0 with column 1: 2·5 + 3·6 + 4·7 = 56.",
)

# %% [markdown]
# Each column of `B.T` is a row of `B`. So $AB^\top$ holds the dot products of all *rows* of `A` with all *rows* of `B`. Keep this in mind: it is exactly what a layer does with its examples and its weights.
#
# Compare `A * B`, which also exists. It multiplies entry by entry and has shape `(2, 3)`. The star and the `@` are never the same thing.
#
# ### 6.4 A stack of matrices
#
# With more than two dimensions, `@` works on the **last two** and treats those in front as a stack. `(2, 3, 4) @ (4, 3)` is `(2, 3, 3)`: each of the two sheets is multiplied by the same matrix. This is broadcasting again, in the front dimensions only.

# %%
sheet = torch.arange(1.0, 13.0).reshape(3, 4)
pile = torch.stack([sheet, sheet])
result = pile @ sheet.T
print(pile.shape, sheet.T.shape, result.shape)
print(result[0])

# %% [markdown]
# The two sheets of `pile` are equal here, so the two sheets of the result are too. Check one number: row 0 with itself is 1 + 4 + 9 + 16 = 30, in the corner at the top left.

# %% [markdown]
# ### Exercise 6.1: which products exist?
#
# `A` has shape `(2, 3)`, `B` has shape `(2, 3)`, `T` has shape `(5, 2, 3)`, `v` has shape `(3,)`. Write the shape of the result as a tuple, or `None` where the product is impossible. The check tells you about `product_a` at once. The other five count when your notebook is graded; decide first, then make sure by running them.
#
# | name | product |
# |---|---|
# | `product_a` | `A @ B.T` |
# | `product_b` | `A @ B` |
# | `product_c` | `A.T @ B` |
# | `product_d` | `A @ v` |
# | `product_e` | `T @ B.T` |
# | `product_f` | `T @ B` |

# %% solution="product_shapes"
### BEGIN SOLUTION
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None
### END SOLUTION

# %% check="product_shapes" points=1
check.value(product_a, tuple((torch.ones(2, 3) @ torch.ones(2, 3).T).shape))
### BEGIN HIDDEN TESTS
check.value(product_b, None)
check.value(product_c, (3, 3))
check.value(product_d, (2,))
check.value(product_e, (5, 2, 2))
check.value(product_f, None)
### END HIDDEN TESTS

# %% wrong="product_shapes" name="star instead of matrix product"
# says: You treat @ like the star: the same shape in, the same shape out.
# next: In a matrix product the inner sizes must agree. Here they are 3 and 2.
product_a = (2, 2)
product_b = (2, 3)
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = (5, 2, 3)

# %% wrong="product_shapes" name="inner sizes kept"
# says: For A.T @ B you kept the inner sizes. They vanish; the outer ones stay.
# next: Write the two shapes side by side, (3, 2) and (2, 3), and cross out the two in the middle.
product_a = (2, 2)
product_b = None
product_c = (2, 2)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="vector taken for a column"
# says: You give A @ v two dimensions. A matrix times a vector of one dimension is a vector of one dimension.
# next: Each row of A gives one number; there are two rows and nothing else.
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2, 1)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="inner sizes kept in the first"
# says: For A @ B.T you kept the inner sizes. They vanish; the outer ones stay.
# next: Write the two shapes side by side, (2, 3) and (3, 2), and cross out the two in the middle.
product_a = (3, 3)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="first product refused"
# says: You refuse A @ B.T. The shape of B.T is (3, 2), so the inner sizes agree.
# next: Write (2, 3) and (3, 2) side by side.
product_a = None
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="vector refused"
# says: You refuse A @ v. A vector as long as the rows of A fits: each row gives one dot product.
# next: How many rows has A?
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = None
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="length of the vector kept"
# says: You kept the length of v. That is the inner size, and it vanishes.
# next: Each row of A gives one number. How many rows are there?
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (3,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="stack refused"
# says: You refuse T @ B.T. Each of the five sheets, (2, 3), is multiplied by B.T, (3, 2).
# next: Do one sheet first, then put the 5 in front.
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = None
product_f = None

# %% wrong="product_shapes" name="inner sizes of the stack kept"
# says: For T @ B.T you kept the shape of T. The last two sizes are those of a matrix product, (2, 3) times (3, 2).
# next: Do one sheet first, then put the 5 in front.
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 3)
product_f = None

# %% wrong="product_shapes" name="transposed product refused"
# says: You refuse A.T @ B. The shape of A.T is (3, 2), so the inner sizes agree.
# next: Write (3, 2) and (2, 3) side by side.
product_a = (2, 2)
product_b = None
product_c = None
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="second factor transposed by itself"
# says: You give A @ B the shape of A @ B.T. Nobody transposes B here.
# next: Write (2, 3) and (2, 3) side by side. Do the two in the middle agree?
product_a = (2, 2)
product_b = (2, 2)
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="stack transposed by itself"
# says: You give T @ B the shape of T @ B.T. Nobody transposes B here.
# next: Write the last two sizes side by side, (2, 3) and (2, 3). Do the two in the middle agree?
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = (5, 2, 2)

# %% wrong="product_shapes" name="stack forgotten"
# says: You left out the stack. Each of the five sheets gives a product of its own.
# next: Put the 5 in front of the shape that one sheet gives.
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (2, 2)
product_f = None

# %% wrong="product_shapes" name="row instead of a vector"
# says: You give A @ v two dimensions. A matrix times a vector of one dimension is a vector of one dimension.
# next: Each row of A gives one number; there are two rows and nothing else.
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (1, 2)
product_e = (5, 2, 2)
product_f = None

# %% right="product_shapes" name="computed"
product_a = (torch.ones(2, 3) @ torch.ones(3, 2)).shape
product_b = None
product_c = (torch.ones(3, 2) @ torch.ones(2, 3)).shape
product_d = tuple((torch.ones(2, 3) @ torch.ones(3)).shape)
product_e = [5, 2, 2]
product_f = None

# %% right="product_shapes" name="as lists"
product_a = [2, 2]
product_b = product_f = None
product_c = [3, 3]
product_d = [2]
product_e = torch.Size([5, 2, 2])

# %% [markdown]
# ### 6.5 A layer
#
# Now you have all the pieces of the line at the top. `X` has shape `(n, d)`: `n` examples with `d` numbers each. A layer has `q` neurons. Each of them has `d` weights, one for each input, and these are one *row* of `W`, shape `(q, d)`. Each also has one number of its own, its bias; together they are `b`, shape `(q,)`.
#
# The score that example $i$ gets from neuron $j$ is the dot product of row $i$ of `X` with row $j$ of `W`, plus $b_j$. Rows with rows: that is $XW^\top$.
#
# $$Z = X W^\top + b, \qquad Z_{ij} = \sum_k X_{ik} W_{jk} + b_j.$$
#
# Follow the shapes: `(n, d) @ (d, q)` is `(n, q)`, and then `(n, q) + (q,)` broadcasts: the same `b` is added to every row.

# %%
plot.broadcast(
    (4, 2), (2,), op="+", labels=("X @ W.T", "b"),
    alt="A table of 4 rows and 2 columns plus a row of 2 numbers, which is repeated for each of the 4 rows.",
    caption="The last step of a layer: b, shape (2,), is added to each of the four rows.",
)

# %% [markdown]
# ### Exercise 6.2: one layer
#
# Write `layer(X, W, b)`, which returns $XW^\top + b$. `X` is `(n, d)`, `W` is `(q, d)`, `b` is `(q,)`, the answer is `(n, q)`. For `X = [[1., 2.], [0., 1.]]`, `W = [[3., 4.], [5., 6.], [7., 8.]]` and `b = [10., 20., 30.]` it is `[[21., 37., 53.], [14., 26., 38.]]`; work the 21 out by hand first. It must also take a stack of any number of such tables, `X` of shape `(k, n, d)`, and then return `(k, n, q)`. The dtype is that of the inputs. It works for a single example, input or neuron, too, and where `W` is square. PyTorch has this ready as `torch.nn.functional.linear`; write it yourself here. It is a linear layer, and every network of this course is built from it.

# %% solution="layer"
def layer(X, W, b):
    """Z = X Wᵀ + b, shape (..., n, q), from X (..., n, d), weights W (q, d) and biases b (q,)."""
    ### BEGIN SOLUTION
    return X @ W.T + b
    ### END SOLUTION

# %% check="layer" points=2
X_small, W_small = torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([[3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
Z_small = torch.tensor([[21.0, 37.0, 53.0], [14.0, 26.0, 38.0]])
b_small = torch.tensor([10.0, 20.0, 30.0])
one_table = cases.example(X=X_small, W=W_small, b=b_small, gives=Z_small)
X_stack = torch.tensor([[[1.0, 2.0]], [[0.0, 1.0]], [[1.0, 0.0]]]).double()
Z_stack = torch.tensor([[[21.0, 37.0, 53.0]], [[14.0, 26.0, 38.0]], [[13.0, 25.0, 37.0]]]).double()
three_tables = cases.example(X=X_stack, W=W_small.double(), b=b_small.double(), gives=Z_stack)
check.function(layer, on=[one_table, three_tables], forbid=("linear",))
### BEGIN HIDDEN TESTS
linear = torch.nn.functional.linear
check.function(layer, linear, on=cases.draw(seeds=12, seed0=100, X="n d", W="q d", b="q"), forbid=("linear",))
check.function(
    layer, linear, on=cases.draw(seeds=4, seed0=200, X="k n d", W="q d", b="q"), forbid=("linear",)
)
check.function(layer, linear, on=cases.draw(seeds=2, seed0=300, X="n d", W="1 d", b="1"), forbid=("linear",))
### END HIDDEN TESTS

# %% wrong="layer" name="bias forgotten"
# says: You left the bias out.
# next: Add b at the end. Broadcasting adds it to every row.
def layer(X, W, b):
    return X @ W.T

# %% wrong="layer" name="transpose forgotten"
# says: You multiply X by W itself. The inner sizes, d and q, do not agree.
# next: The rows of X meet the rows of W: transpose W.
def layer(X, W, b):
    return X @ W + b

# %% wrong="layer" name="bias added to the weights"
# says: You add the bias to the weights, before the product. It is then multiplied by every input.
# next: Multiply first, then add b to the result. Look at your brackets.
def layer(X, W, b):
    return X @ (W.T + b)

# %% wrong="layer" name="transposed result"
# says: Your result is transposed: one row per neuron. It should have one row per example.
# next: X comes first, then W.T.
def layer(X, W, b):
    return W @ X.mT + b[:, None]

# %% wrong="layer" name="two dimensions only"
# says: This works for a table and stops for a stack of tables.
# next: Use @, which works on the last two dimensions whatever stands in front.
def layer(X, W, b):
    return torch.mm(X, W.T) + b

# %% wrong="layer" name="the ready-made layer"
# says: You called the layer that PyTorch has ready.
# next: Write the line yourself, with @ and +. From then on you know what the ready one does.
def layer(X, W, b):
    return torch.nn.functional.linear(X, W, b)

# %% wrong="layer" name="transposed only where it has to be"
# says: You transpose W only where X @ W does not fit. Where W is square it always fits, and the numbers are wrong.
# next: The rows of X meet the rows of W, whatever the sizes: always transpose.
def layer(X, W, b):
    return (X @ W if X.shape[-1] == W.shape[0] else X @ W.T) + b

# %% wrong="layer" name="two tables only"
# says: You take exactly two tables of a stack. There may be one, or many.
# next: Use @, which works on the last two dimensions whatever stands in front.
def layer(X, W, b):
    return X @ W.T + b if X.ndim == 2 else torch.stack([X[0], X[min(1, len(X) - 1)]]) @ W.T + b

# %% wrong="layer" name="first table only"
# says: Of a stack you return the first table only.
# next: Use @, which works on the last two dimensions whatever stands in front.
def layer(X, W, b):
    return X @ W.T + b if X.ndim == 2 else X[0] @ W.T + b

# %% wrong="layer" name="always float32"
# says: You turn everything into float32, whatever the inputs are. Digits get lost, and the dtype changes.
# next: Leave out float(): all three inputs have one dtype already.
def layer(X, W, b):
    return X.float() @ W.float().T + b.float()

# %% wrong="layer" name="bias of the first row only"
# says: You add the bias to the first example only. Every row gets it.
# next: Add b to the whole result. Broadcasting repeats it down the rows.
def layer(X, W, b):
    Z = X @ W.T
    Z[..., 0, :] += b
    return Z

# %% wrong="layer" name="bias subtracted"
# says: You subtract the bias. It is added.
# next: Write + where you have -.
def layer(X, W, b):
    return X @ W.T - b

# %% wrong="layer" name="squeezed"
# says: You squeeze the result, so a dimension of size 1 is gone.
# next: Leave out squeeze(): a single example is still a row.
def layer(X, W, b):
    return (X @ W.T + b).squeeze()

# %% wrong="layer" name="first dimension squeezed"
# says: Where dimension 0 has the size 1, yours is gone. squeeze() and an index such as [0] take it away.
# next: Leave out squeeze(): the shape of the product is right as it is.
def layer(X, W, b):
    return (X @ W.T + b).squeeze(0)

# %% wrong="layer" name="stack of one table squeezed"
# says: Your stack of a single table comes back as a table. A stack of one table is still a stack.
# next: Use @, which works on the last two dimensions and keeps what stands in front.
def layer(X, W, b):
    Z = X @ W.T + b
    return Z.squeeze(0) if X.ndim == 3 else Z

# %% right="layer" name="einsum"
def layer(X, W, b):
    return torch.einsum("...d,qd->...q", X, W) + b

# %% right="layer" name="neuron by neuron"
def layer(X, W, b):
    return torch.stack([(X * W[j]).sum(dim=-1) + b[j] for j in range(len(b))], dim=-1)

# %% [markdown]
# ## 7. Sums, means and norms
#
# ### 7.1 Along which dimension?
#
# `A.sum()` adds everything up. `A.sum(dim=0)` adds along dimension 0. That dimension runs down the rows, so it is the rows that disappear, and one sum per column is left. Say it like this: **the dimension you name is the one that vanishes.**

# %%
A = torch.tensor([[0.0, 1, 2], [3, 4, 5]])
print(A.sum(), A.mean())
print(A.sum(dim=0), A.sum(dim=1))
print(A.mean(dim=0))

# %% [markdown]
# `A` has shape `(2, 3)`. Summing over dimension 0 leaves `(3,)`: `[3, 5, 7]`. Summing over dimension 1 leaves `(2,)`: `[3, 12]`. The mean works alike. `A.mean()` is 15 / 6 = 2.5, and `A.mean(dim=0)` is the average row, `[1.5, 2.5, 3.5]`. (In other code you may see `axis` for `dim`; it is the same.)
#
# Often the sums are to be set against the table they come from: what *share* of its row is each entry? Then the sums should stay a column. `keepdim=True` keeps the summed dimension, with size 1.

# %%
plot.tensor_shape(
    A, A.sum(dim=0), A.sum(dim=1), A.sum(dim=1, keepdim=True),
    labels=("A", "sum(dim=0)", "sum(dim=1)", "with keepdim"),
    alt="A with rows 0 1 2 and 3 4 5; its column sums 3, 5, 7; its row sums 3, 12 as a vector; "
    "the same as a column.",
    caption="The summed dimension vanishes. With keepdim=True it stays, one entry wide.",
)

# %%
print(A / A.sum(dim=1, keepdim=True))
try:
    A / A.sum(dim=1)
except RuntimeError as error:
    print(error)

# %% [markdown]
# With `keepdim`, `(2, 3)` is divided by `(2, 1)`: each row by its own sum, so each row of the result adds up to 1. Without it, `(2,)` is aligned at the right, and 2 meets 3. You were lucky that it failed. If `A` were square, the division would have run, with the wrong sums.
#
# One operation sums without making anything disappear: `cumsum`, the running total.

# %%
A.cumsum(dim=0)

# %% [markdown]
# The second row is the first plus the second. Had there been a third, it would be the sum of all three.

# %% [markdown]
# ### Exercise 7.1: three summaries
#
# Write `summaries(A)` for a matrix `A` of shape `(n, d)` with positive entries, perhaps with a single row or column. Return a tuple of three tensors of the dtype of `A`:
#
# 1. the mean of each column, shape `(d,)`;
# 2. the running totals down each column, shape `(n, d)`;
# 3. the share of each entry in the sum of its row, shape `(n, d)`.
#
# For `A = [[1., 1., 2.], [3., 5., 2.]]` they are `[2., 3., 2.]`, then `[[1., 1., 2.], [4., 6., 4.]]`, then `[[0.25, 0.25, 0.5], [0.3, 0.5, 0.2]]`. The third is half of an operation called softmax, with which a network turns scores into probabilities.

# %% solution="summaries"
def summaries(A):
    """Column means (d,), running totals down the columns (n, d) and row shares (n, d) of A (n, d)."""
    ### BEGIN SOLUTION
    return A.mean(dim=0), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)
    ### END SOLUTION

# %% check="summaries" points=2
shares = torch.tensor([[0.25, 0.25, 0.5], [0.3, 0.5, 0.2]])
expected = (torch.tensor([2.0, 3.0, 2.0]), torch.tensor([[1.0, 1.0, 2.0], [4.0, 6.0, 4.0]]), shares)
wide = cases.example(A=torch.tensor([[1.0, 1.0, 2.0], [3.0, 5.0, 2.0]]), gives=expected)
A_tall = torch.tensor([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]], dtype=torch.float64) / 8
totals = torch.tensor([[1.0, 3.0], [3.0, 5.0], [6.0, 6.0]], dtype=torch.float64) / 8
tall = cases.example(A=A_tall, gives=(torch.tensor([0.25, 0.25]).double(), totals, 2 * A_tall))
check.function(summaries, on=[wide, tall])
### BEGIN HIDDEN TESTS
def three(A):
    return A.mean(dim=0), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)


check.function(summaries, three, on=cases.draw(seeds=12, seed0=100, A="n d", positive=("A",)))
check.function(summaries, three, on=cases.draw(seeds=4, seed0=200, A="n n", positive=("A",)))
### END HIDDEN TESTS

# %% wrong="summaries" name="keepdim forgotten"
# says: Without keepdim the row sums are a vector, and it is laid along the rows. For a square table each column is divided by a sum that is not its own.
# next: Add keepdim=True to the sum.
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0), A / A.sum(dim=1)

# %% wrong="summaries" name="shares of the column"
# says: Your shares add up to 1 down each column. They should add up to 1 along each row.
# next: The dimension you name vanishes. To get one sum per row, the columns must vanish.
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0), A / A.sum(dim=0, keepdim=True)

# %% wrong="summaries" name="row means"
# says: You have one mean per row. Asked for is one per column.
# next: To keep the columns, let the rows vanish: dim=0.
def summaries(A):
    return A.mean(dim=1), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)

# %% wrong="summaries" name="running totals along the rows"
# says: Your running totals go along each row. Asked for is down each column.
# next: Dimension 0 runs down.
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=1), A / A.sum(dim=1, keepdim=True)

# %% wrong="summaries" name="divided by the sum of everything"
# says: You divide by the sum of the whole table. Each row has its own sum.
# next: Give the sum a dimension, and keep it.
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0), A / A.sum()

# %% wrong="summaries" name="only the row above added"
# says: Your running totals add only the row just above. From the third row on, the total holds all rows before it.
# next: Add each row to the total so far, not to the row before.
def summaries(A):
    return A.mean(dim=0), torch.cat([A[:1], A[1:] + A[:-1]]), A / A.sum(dim=1, keepdim=True)

# %% wrong="summaries" name="means squeezed"
# says: You squeeze the means. Where there is one column, squeeze() takes that dimension away as well.
# next: A mean with dim=0 and without keepdim has one dimension already.
def summaries(A):
    return A.mean(dim=0, keepdim=True).squeeze(), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)

# %% wrong="summaries" name="means as a row"
# says: Your means are a row, shape (1, d). A vector of shape (d,) is asked for.
# next: Leave out keepdim for the means.
def summaries(A):
    return A.mean(dim=0, keepdim=True), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)

# %% wrong="summaries" name="totals in float32"
# says: Your running totals are float32 whatever A is.
# next: Give the tensor that you fill the dtype of A.
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0).float(), A / A.sum(dim=1, keepdim=True)

# %% wrong="summaries" name="all in float32"
# says: Your results are float32 whatever A is.
# next: Give what you make the dtype of A.
def summaries(A):
    return A.mean(dim=0).float(), A.cumsum(dim=0).float(), (A / A.sum(dim=1, keepdim=True)).float()

# %% wrong="summaries" name="sums instead of means"
# says: Your first result holds the sums of the columns. A mean divides by the number of rows.
# next: Divide by n, or use mean.
def summaries(A):
    return A.sum(dim=0), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)

# %% wrong="summaries" name="means divided by the columns"
# says: You divide the sums of the columns by the number of columns. Each sum has one number from each row.
# next: Divide by the number of rows.
def summaries(A):
    return A.sum(dim=0) / A.shape[1], A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)

# %% wrong="summaries" name="only the last total"
# says: Your second result is the last row of the running totals. Asked for are all of them, a row for each row of A.
# next: cumsum keeps every row.
def summaries(A):
    return A.mean(dim=0), A.sum(dim=0), A / A.sum(dim=1, keepdim=True)

# %% wrong="summaries" name="shares of the largest"
# says: You divide by the largest entry of each row. A share is a part of the sum.
# next: Use sum where you have max.
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0), A / A.amax(dim=1, keepdim=True)

# %% wrong="summaries" name="kept only where it has to be"
# says: You divide without keepdim first, and with it only after an error. Where the shapes happen to fit there is no error, and the sums are wrong.
# next: Always divide by a column of row sums.
def summaries(A):
    try:
        shares = A / A.sum(dim=1)
    except RuntimeError:
        shares = A / A.sum(dim=1, keepdim=True)
    return A.mean(dim=0), A.cumsum(dim=0), shares

# %% wrong="summaries" name="row sums held above 1"
# says: You hold the row sums at 1 or more. Where a row adds up to less, its shares no longer add up to 1.
# next: Divide by the sum itself: the entries are positive, so it is never 0.
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True).clamp(min=1)

# %% wrong="summaries" name="shares reshaped back"
# says: You divide A.T and bring the shape back with reshape. That only breaks the lines elsewhere, so shares land in wrong places.
# next: Transpose once more, or divide A by a column of row sums.
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0), (A.T / A.sum(dim=1)).reshape(A.shape)

# %% right="summaries" name="row by row"
def summaries(A):
    totals = [A[: i + 1].sum(dim=0) for i in range(len(A))]
    return A.sum(dim=0) / A.shape[0], torch.stack(totals), torch.stack([row / row.sum() for row in A])

# %% right="summaries" name="with matrix products"
def summaries(A):
    n, d = A.shape
    below = torch.ones(n, n, dtype=A.dtype, device=A.device).tril()  # row i: ones up to column i
    row_sums = A @ torch.ones(d, 1, dtype=A.dtype, device=A.device)
    return torch.einsum("nd->d", A) / n, below @ A, A / row_sums

# %% [markdown]
# ### 7.2 Norms: how large is it?
#
# A **norm** measures the size of a vector with one number. Two are used all the time. Imagine a city with streets in a grid, and a walk of 3 blocks east and 4 blocks south: $v = (3, -4)$.
#
# - The **ℓ1 norm** is the way on foot, along the streets: $\|v\|_1 = \sum_i |v_i| = 3 + 4 = 7$.
# - The **ℓ2 norm** is the distance as the crow flies, by Pythagoras: $\|v\|_2 = \sqrt{\sum_i v_i^2} = \sqrt{9 + 16} = 5$.

# %%
v = torch.tensor([3.0, -4.0])
figure = Figure(figsize=(4.2, 4.8), layout="tight")
axes = figure.add_subplot(aspect="equal", xlabel="blocks to the east", ylabel="blocks to the north")
axes.plot([0, 3, 3], [0, 0, -4], "o-", color="#0072B2", label="on foot: 3 + 4 = 7")
axes.plot([0, 3], [0, -4], "s--", color="#D55E00", label="as the crow flies: 5")
axes.legend(loc="lower left")
plot.show(
    figure,
    alt="From the origin a path goes 3 to the right and then 4 down; a straight line joins its two ends.",
    caption="Two ways to measure (3, −4): the ℓ1 norm adds up the two legs, "
    "the ℓ2 norm is the straight line.",
)

# %% [markdown]
# The straight line is never longer than the walk, so the ℓ2 norm is never greater than the ℓ1 norm. A matrix has the same kind of norm: square all entries, add them up, take the root. For matrices it is called the **Frobenius norm**, $\|M\|_F = \sqrt{\sum_{ij} M_{ij}^2}$. For a 4 × 9 matrix of ones it is $\sqrt{36} = 6$.

# %% [markdown]
# ### Exercise 7.2: three norms
#
# Write `norms(v, M)` for a vector `v` and a matrix `M`. Return a tuple: the ℓ1 norm of `v`, the ℓ2 norm of `v`, the Frobenius norm of `M`, each a tensor with no dimensions, of the dtype of `v` and `M`. Entries may be 0, and there may be a single one. Put them together from `abs`, `**`, `sum` and `torch.sqrt`, or find them in `torch.linalg`; either is fine. For `v = [2., -3., 6.]` and `M = [[1., 2.], [0., 2.]]` it returns 11, 7 and 3; where all entries are 0, exactly 0. With norms you will measure how wrong a prediction is, how large a gradient is, and how far two answers lie apart.

# %% solution="norms"
def norms(v, M):
    """The l1 and l2 norm of the vector v and the Frobenius norm of the matrix M, three scalars."""
    ### BEGIN SOLUTION
    return v.abs().sum(), (v**2).sum().sqrt(), (M**2).sum().sqrt()
    ### END SOLUTION

# %% check="norms" points=1
v, M = torch.tensor([2.0, -3.0, 6.0]), torch.tensor([[1.0, 2.0], [0.0, 2.0]])
three = cases.example(v=v, M=M, gives=(torch.tensor(11.0), torch.tensor(7.0), torch.tensor(3.0)))
v, M = torch.tensor([-3.0, -4.0]).double(), torch.tensor([[2.0, -1.0], [4.0, 2.0]]).double()
two = cases.example(v=v, M=M, gives=tuple(torch.tensor(norm).double() for norm in (7.0, 5.0, 5.0)))
v, M = torch.zeros(2), torch.zeros(2, 2)
nothing = cases.example(v=v, M=M, gives=(torch.tensor(0.0), torch.tensor(0.0), torch.tensor(0.0)))
check.function(norms, on=[three, two, nothing])
### BEGIN HIDDEN TESTS
check.function(
    norms,
    lambda v, M: (v.abs().sum(), torch.linalg.vector_norm(v), torch.linalg.vector_norm(M)),
    on=cases.draw(seeds=12, seed0=100, v="d", M="n m"),
)
### END HIDDEN TESTS

# %% wrong="norms" name="absolute value forgotten"
# says: You add up the entries with their signs. In the l1 norm every leg of the walk counts as positive.
# next: Take the absolute value before the sum.
def norms(v, M):
    return v.sum(), (v**2).sum().sqrt(), (M**2).sum().sqrt()

# %% wrong="norms" name="root forgotten"
# says: Your second and third number are the squares of the norms.
# next: Take the square root of the sum.
def norms(v, M):
    return v.abs().sum(), (v**2).sum(), (M**2).sum()

# %% wrong="norms" name="spectral norm"
# says: For a matrix, ord=2 is another norm, usually a smaller one. Asked for is the Frobenius norm.
# next: Square all entries, add them up and take the root, or look for "fro" in the documentation.
def norms(v, M):
    return v.abs().sum(), torch.linalg.vector_norm(v), torch.linalg.matrix_norm(M, ord=2)

# %% wrong="norms" name="mean instead of sum"
# says: You average the squares. A norm adds them up.
# next: Use sum where you have mean.
def norms(v, M):
    return v.abs().sum(), (v**2).mean().sqrt(), (M**2).mean().sqrt()

# %% wrong="norms" name="matrix times its transpose"
# says: You multiply M by its transpose entry by entry. Each entry is to be multiplied by itself.
# next: Square M with **2, or write M * M.
def norms(v, M):
    return v.abs().sum(), (v**2).sum().sqrt(), torch.sqrt((M * M.T).sum())

# %% wrong="norms" name="two entries only"
# says: Your l2 norm knows only the first two entries of v.
# next: Square all entries and add them up with sum().
def norms(v, M):
    return v.abs().sum(), (v[:2] ** 2).sum().sqrt(), (M**2).sum().sqrt()

# %% wrong="norms" name="always float32"
# says: Your norms are float32 whatever v and M are.
# next: Stay with tensors to the end. What goes through item() or tolist() has to be told its dtype again.
def norms(v, M):
    return v.abs().sum().float(), (v**2).sum().sqrt().float(), (M**2).sum().sqrt().float()

# %% wrong="norms" name="l1 and l2 exchanged"
# says: Your first two numbers are exchanged.
# next: First the walk along the streets, then the straight line.
def norms(v, M):
    return (v**2).sum().sqrt(), v.abs().sum(), (M**2).sum().sqrt()

# %% wrong="norms" name="absolute value of the sum"
# says: You take the absolute value of the sum. Entries of different sign have cancelled by then.
# next: Take the absolute values first, then the sum.
def norms(v, M):
    return v.sum().abs(), (v**2).sum().sqrt(), (M**2).sum().sqrt()

# %% wrong="norms" name="root of each entry"
# says: You take the root before the sum. The root of a square is the entry without its sign, so this is the l1 norm again.
# next: Add the squares up first, then take one root.
def norms(v, M):
    return v.abs().sum(), (v**2).sqrt().sum(), (M**2).sqrt().sum()

# %% wrong="norms" name="one norm for each column"
# says: You have one norm for each column of M. Asked for is one number for the whole matrix.
# next: Leave out dim, so that the sum takes all entries.
def norms(v, M):
    return v.abs().sum(), (v**2).sum().sqrt(), (M**2).sum(dim=0).sqrt()

# %% wrong="norms" name="root of the matrix forgotten"
# says: Your third number is the square of the norm.
# next: Take the square root of the sum.
def norms(v, M):
    return v.abs().sum(), (v**2).sum().sqrt(), (M**2).sum()

# %% wrong="norms" name="1e-8 under the root"
# says: You add a small number under the root. Where all entries are 0 your norm is then not 0, and everywhere else a little too large.
# next: Leave the small number out. The root of 0 is 0.
def norms(v, M):
    return v.abs().sum(), ((v**2).sum() + 1e-8).sqrt(), ((M**2).sum() + 1e-8).sqrt()

# %% wrong="norms" name="1e-12 under the root"
# says: You add a small number under the root. Where all entries are 0 your norm is then not 0, and everywhere else a little too large.
# next: Leave the small number out. The root of 0 is 0.
def norms(v, M):
    return v.abs().sum(), ((v**2).sum() + 1e-12).sqrt(), ((M**2).sum() + 1e-12).sqrt()

# %% wrong="norms" name="1e-10 under the root"
# says: You add a small number under the root. Where all entries are 0 your norm is then not 0, and everywhere else a little too large.
# next: Leave the small number out. The root of 0 is 0.
def norms(v, M):
    return v.abs().sum(), ((v**2).sum() + 1e-10).sqrt(), ((M**2).sum() + 1e-10).sqrt()

# %% wrong="norms" name="1e-6 under the root"
# says: You add a small number under the root. Where all entries are 0 your norm is then not 0, and everywhere else a little too large.
# next: Leave the small number out. The root of 0 is 0.
def norms(v, M):
    return v.abs().sum(), ((v**2).sum() + 1e-6).sqrt(), ((M**2).sum() + 1e-6).sqrt()

# %% wrong="norms" name="scaled by the largest entry with its sign"
# says: You divide by the largest entry and multiply by it again. Where no entry is positive, that makes the norm negative.
# next: Scale by the largest absolute value, or do not scale at all.
def norms(v, M):
    l2 = v.max() * ((v / v.max()) ** 2).sum().sqrt() if v.max() != 0 else v.max()
    return v.abs().sum(), l2, (M**2).sum().sqrt()

# %% right="norms" name="torch.linalg"
def norms(v, M):
    return (
        torch.linalg.vector_norm(v, ord=1),
        torch.linalg.vector_norm(v),
        torch.linalg.matrix_norm(M, ord="fro"),
    )

# %% right="norms" name="dot product"
def norms(v, M):
    return torch.where(v < 0, -v, v).sum(), (v @ v) ** 0.5, torch.sqrt((M * M).sum())

# %% [markdown]
# ## 8. Memory, number types and devices
#
# ### 8.1 A new tensor, or the same one?
#
# `Y = Y + X` computes the sum, puts it in new memory, and then lets the name `Y` point there. The old numbers stay where they were until nobody needs them. `Y += X` and `Y[:] = Y + X` write the sum into the memory that `Y` already has. `data_ptr()`, the address of the first number, shows which is which.

# %%
Y = torch.zeros(2, 3)
address = Y.data_ptr()
Y += 1
print("same memory after Y += 1:   ", Y.data_ptr() == address)
Y = Y + 1
print("same memory after Y = Y + 1:", Y.data_ptr() == address)

# %% [markdown]
# Why should you care? First, a network has millions of numbers, and they change thousands of times; a fresh copy each time is a waste. Second, more than one name may point to the same tensor. Change it in place and all of them see it. That can be what you want, and it can be a nasty surprise.

# %%
original = torch.tensor([1.0, 2.0, 3.0])
alias = original
copy = original.clone()
alias[0] = 99
print(original, copy)

# %% [markdown]
# `alias = original` made no copy: one tensor, two names. `clone()` makes a copy of its own. Slices are like aliases: `Z[0]` is a window onto the memory of `Z`.
#
# The same holds across NumPy, Python's older library for arrays. `torch.from_numpy` and `.numpy()` share the memory; `torch.tensor(...)` copies.

# %%
array = np.array([1.0, 2.0, 3.0])
shared = torch.from_numpy(array)
copied = torch.tensor(array)
array[0] = 99
print(shared, copied)

# %% [markdown]
# `shared` shows the 99, although you only changed `array`. Note the dtype as well: NumPy's decimal numbers are float64, and they stay so.

# %% [markdown]
# ### Exercise 8.1: a step in place
#
# Write `step_in_place(w, g, lr)`. It changes the vector `w` to `w - lr * g`, in place: the memory of `w` is used again, and every other name for it sees the change. `w` and `g` have shape `(d,)`, perhaps with a single entry, `lr` is any number, also a negative one. Return nothing. For `w = [1., 2.]`, `g = [10., 10.]` and `lr = 0.1`, afterwards `w` is `[0., 1.]`, and `g` is as it was. This one line is how a network learns; next week you will see what `g` is.

# %% solution="step_in_place"
def step_in_place(w, g, lr):
    """Change w (d,) to w - lr * g in place; g (d,) stays as it is."""
    ### BEGIN SOLUTION
    w -= lr * g
    ### END SOLUTION

# %% check="step_in_place" points=1
w, g = torch.tensor([1.0, 2.0]), torch.tensor([10.0, 10.0])
short = cases.example(w=w, g=g, lr=0.1, gives=torch.tensor([0.0, 1.0]))
long = cases.example(w=w, g=g, lr=0.5, gives=torch.tensor([-4.0, -3.0]))
check.function(step_in_place, on=[short, long], mutates="w")
### BEGIN HIDDEN TESTS
random = cases.draw(seeds=6, seed0=100, w="d", g="d", lr=0.3)
random += cases.draw(seeds=6, seed0=200, w="d", g="d", lr=2.0)
random += cases.draw(seeds=2, seed0=300, w="d", g="d", lr=-0.7)
check.function(step_in_place, lambda w, g, lr: w - lr * g, on=random, mutates="w")
### END HIDDEN TESTS

# %% wrong="step_in_place" name="new tensor"
# says: You computed the right numbers in new memory. The tensor that was handed in has not changed.
# next: Use -= or write into w[:].
def step_in_place(w, g, lr):
    w = w - lr * g
    return w

# %% wrong="step_in_place" name="plus"
# says: You add lr * g. The step goes the other way.
# next: Subtract it.
def step_in_place(w, g, lr):
    w += lr * g

# %% wrong="step_in_place" name="rate forgotten"
# says: You subtract g itself; lr never enters.
# next: Multiply g by lr first.
def step_in_place(w, g, lr):
    w -= g

# %% wrong="step_in_place" name="g changed too"
# says: You changed g as well. Only w should change.
# next: Write lr * g, which makes a new tensor, and leave g alone.
def step_in_place(w, g, lr):
    g *= lr
    w -= g

# %% wrong="step_in_place" name="rate of the example"
# says: You use 0.1 whatever lr is.
# next: Multiply by lr, the number that your function is given.
def step_in_place(w, g, lr):
    w -= 0.1 * g

# %% wrong="step_in_place" name="weight shrunk too"
# says: You multiply w by lr as well. Only g is.
# next: Look at your brackets: subtract lr * g from w itself.
def step_in_place(w, g, lr):
    w[:] = lr * (w - g)

# %% wrong="step_in_place" name="divided by the rate"
# says: You divide g by lr. A small rate then makes a large step.
# next: Multiply.
def step_in_place(w, g, lr):
    w -= g / lr

# %% wrong="step_in_place" name="the step alone"
# says: You write the step -lr * g into w. What stood there before is lost.
# next: Subtract from what w holds, with -=.
def step_in_place(w, g, lr):
    w[:] = -lr * g

# %% wrong="step_in_place" name="first entry only"
# says: You change the first entry only.
# next: Write into all of w, with w[:] or -=.
def step_in_place(w, g, lr):
    w[0] -= lr * g[0]

# %% wrong="step_in_place" name="first two entries only"
# says: You change the first two entries only, as many as in the example. w may have more.
# next: Write into all of w, with w[:] or -=.
def step_in_place(w, g, lr):
    w[:2] -= lr * g[:2]

# %% wrong="step_in_place" name="only with a positive rate"
# says: You leave w as it is unless lr is positive. Asked for is w - lr * g, whatever number lr is.
# next: Take the condition away.
def step_in_place(w, g, lr):
    if lr > 0:
        w -= lr * g

# %% wrong="step_in_place" name="the mean of g"
# says: You subtract the same step everywhere, made of the mean of g. Each entry of w has its own entry of g.
# next: Leave out the mean: multiply g by lr as it is.
def step_in_place(w, g, lr):
    w -= lr * g.mean()

# %% right="step_in_place" name="slice assignment"
def step_in_place(w, g, lr):
    w[:] = w - lr * g

# %% right="step_in_place" name="entry by entry"
def step_in_place(w, g, lr):
    for i in range(len(w)):
        w[i] = w[i] - lr * g[i]
    return w

# %% [markdown]
# ### 8.2 CPU or GPU
#
# A graphics card (GPU) does the arithmetic of large tensors many times faster than the processor. A tensor must be moved there first, with `.to(...)`, and two tensors can only be combined when they are on the same device. `device.default()` is a helper of this course: it names the fastest device there is, `cuda` (an NVIDIA card), `mps` (an Apple chip) or `cpu`.

# %%
where = device.default()
X_there = torch.ones(2, 3).to(where)
print("this notebook runs on:", where, "and X_there is on:", X_there.device)
result = (X_there * 2).to("cpu")
print(result)

# %% [markdown]
# If it says `cpu`, that is fine: nothing in this course needs a GPU. What matters is the habit. When you make a new tensor that is to meet an old one, give it the type and the device of the old one:

# %%
extra = torch.zeros(2, 1, dtype=X_there.dtype, device=X_there.device)
torch.cat([X_there, extra], dim=1)

# %% [markdown]
# ### Exercise 8.2: a column of ones
#
# Write `with_ones(X)` for a matrix `X` of shape `(n, d)`. It returns a matrix of shape `(n, d + 1)`: first a column of ones, then the columns of `X`. The result has the dtype of `X`, whatever that is (float32, float64, int32, int64), keeps large whole numbers exactly as they are, and lives on the device of `X`. There may be a single row or column, and entries may be 0. For `X = [[5., 6.], [7., 8.]]` it is `[[1., 5., 6.], [1., 7., 8.]]`. With such a column the bias of a layer can be written as just another weight; you will use that next week.

# %% solution="with_ones"
def with_ones(X):
    """X (n, d) with a column of ones in front: (n, d + 1), of X's dtype and on X's device."""
    ### BEGIN SOLUTION
    ones = torch.ones(X.shape[0], 1, dtype=X.dtype, device=X.device)
    return torch.cat([ones, X], dim=1)
    ### END SOLUTION

# %% check="with_ones" points=1
X_wide = torch.tensor([[1.0, 5.0, 6.0], [1.0, 7.0, 8.0]])
decimal = cases.example(X=torch.tensor([[5.0, 6.0], [7.0, 8.0]]), gives=X_wide)
double = cases.example(X=X_wide[:, 1:2].double(), gives=X_wide[:, :2].double())
X_large = torch.tensor([[1, -2], [1, 0], [1, 16777217]])  # too many digits for float32
short = cases.example(X=X_large[:, 1:].int(), gives=X_large.int())
X_huge = torch.tensor([[1, -2], [1, 16777217], [1, 9007199254740993]])  # ... and for float64
whole = cases.example(X=X_huge[:, 1:], gives=X_huge.clone())
check.function(with_ones, on=[decimal, double, whole, short])
### BEGIN HIDDEN TESTS
def widened(X):
    return torch.cat([torch.ones_like(X[:, :1]), X], dim=1)


check.function(with_ones, widened, on=cases.draw(seeds=8, seed0=100, X="n d"))
check.function(
    with_ones, widened, on=cases.draw(seeds=4, seed0=200, X="n d", integer=("X",), dtype=torch.int64)
)
### END HIDDEN TESTS

# %% wrong="with_ones" name="ones at the end"
# says: Your ones are the last column. They should be the first.
# next: Exchange the two in the list that you give to cat.
def with_ones(X):
    return torch.cat([X, torch.ones(X.shape[0], 1, dtype=X.dtype, device=X.device)], dim=1)

# %% wrong="with_ones" name="default type"
# says: Your ones are float32 whatever X is. With whole numbers the whole result turns into decimal numbers.
# next: Give torch.ones the dtype and the device of X.
def with_ones(X):
    return torch.cat([torch.ones(X.shape[0], 1, device=X.device), X], dim=1)

# %% wrong="with_ones" name="row of ones"
# says: You put a row of ones on top. Asked for is a column in front.
# next: The column has shape (n, 1), and cat joins along dim=1.
def with_ones(X):
    return torch.cat([torch.ones(1, X.shape[1], dtype=X.dtype, device=X.device), X], dim=0)

# %% wrong="with_ones" name="first column overwritten"
# says: You overwrote a column instead of adding one, and changed the X that was handed in.
# next: Make a new tensor: cat a column of ones and X.
def with_ones(X):
    X[:, 0] = 1
    return X

# %% wrong="with_ones" name="converted there and back"
# says: Your numbers go through float32 or float64, and you convert the result afterwards. Large whole numbers have been rounded by then.
# next: Give torch.ones the dtype of X; then there is nothing to convert.
def with_ones(X):
    return torch.cat([torch.ones(len(X), 1, device=X.device), X], dim=1).to(X.dtype)

# %% wrong="with_ones" name="converted to float64 and back"
# says: Your numbers go through float32 or float64, and you convert the result afterwards. Large whole numbers have been rounded by then.
# next: Give torch.ones the dtype of X; then there is nothing to convert.
def with_ones(X):
    ones = torch.ones(len(X), 1, dtype=torch.float64, device=X.device)
    return torch.cat([ones, X.double()], dim=1).to(X.dtype)

# %% wrong="with_ones" name="one type for all whole numbers"
# says: You make all whole numbers int64. X may be int32.
# next: Take X.dtype itself.
def with_ones(X):
    kind = X.dtype if X.is_floating_point() else torch.int64
    return torch.cat([torch.ones(X.shape[0], 1, dtype=kind, device=X.device), X], dim=1)

# %% wrong="with_ones" name="decimal numbers in float32"
# says: Your result is float32 also where X is float64.
# next: Take X.dtype itself.
def with_ones(X):
    kind = torch.float32 if X.is_floating_point() else X.dtype
    return torch.cat([torch.ones(X.shape[0], 1, dtype=kind, device=X.device), X.to(kind)], dim=1)

# %% wrong="with_ones" name="always float32"
# says: Your result is float32 whatever X is.
# next: Give the tensor that you make the dtype of X.
def with_ones(X):
    return torch.cat([torch.ones(X.shape[0], 1, device=X.device), X.float()], dim=1)

# %% wrong="with_ones" name="always float64"
# says: Your result is float64 whatever X is.
# next: Give the tensor that you make the dtype of X.
def with_ones(X):
    return torch.cat([torch.ones(X.shape[0], 1, device=X.device), X], dim=1).double()

# %% wrong="with_ones" name="zeros"
# says: Your new column holds zeros.
# next: Choose the function that fills with ones.
def with_ones(X):
    return torch.cat([torch.zeros_like(X[:, :1]), X], dim=1)

# %% wrong="with_ones" name="squeezed"
# says: You squeeze the result. Where X has a single row, squeeze() takes that dimension away as well.
# next: Leave out squeeze(): a single row is still a row.
def with_ones(X):
    return torch.cat([torch.ones_like(X[:, :1]), X], dim=1).squeeze()

# %% right="with_ones" name="written into a larger tensor"
def with_ones(X):
    result = X.new_ones(X.shape[0], X.shape[1] + 1)
    result[:, 1:] = X
    return result

# %% right="with_ones" name="ones made from X"
def with_ones(X):
    return torch.hstack([X[:, :1] * 0 + 1, X])

# %% [markdown]
# ### 8.3 From one type to another
#
# `.to(torch.float32)` makes a tensor of another type; `.float()` and `.double()` are short for float32 and float64. Going down costs digits, and going back up does not return them.

# %%
third = torch.tensor(1.0, dtype=torch.float64) / 3
print(third.item())
print(third.float().double().item())

# %% [markdown]
# After a visit to float32 the number is right to about 7 digits, and wrong after that. Where two tensors of different type meet, `+`, `-`, `*` and `/` take the wider type, float64 over float32. `@` does not: it refuses.

# %%
narrow, wide = torch.ones(2, 2), torch.ones(2, 2, dtype=torch.float64)
print((narrow + wide).dtype)
try:
    narrow @ wide
except RuntimeError as error:
    print(error)

# %% [markdown]
# The message calls the two types by their older names, float and double, for float32 and float64. Turn one of them into the other's type first. Some other operations do not guess either:

# %%
try:
    torch.tensor([1, 2, 4]).mean()
except RuntimeError as error:
    print(error)

# %% [markdown]
# A mean of whole numbers is seldom whole, so PyTorch asks you to choose a type first. The same goes for the mean of a mask.

# %% [markdown]
# ### Exercise 8.3: accuracy
#
# A classifier says for each example which class it belongs to. Its **accuracy** is the share of examples where it is right. Write `accuracy(y_hat, y)`: both are vectors of whole numbers, shape `(n,)`, predicted and true classes. Return one number as a tensor of type `torch.float32` with no dimensions. For `y_hat = [2, 0, 1, 1]` and `y = [2, 0, 3, 1]` it is 0.75. It works for a single example, too. Classes may have large numbers, and 100000 and 100001 are two different classes. Compare, convert, average.

# %% solution="accuracy"
def accuracy(y_hat, y):
    """The share of equal entries of y_hat (n,) and y (n,), int64: a float32 scalar between 0 and 1."""
    ### BEGIN SOLUTION
    return (y_hat == y).float().mean()
    ### END SOLUTION

# %% check="accuracy" points=1
y_hat_small, y_small = torch.tensor([2, 0, 1, 1]), torch.tensor([2, 0, 3, 1])
four = cases.example(y_hat=y_hat_small, y=y_small, gives=torch.tensor(0.75))
two = cases.example(y_hat=torch.tensor([1, 2]), y=torch.tensor([4, 2]), gives=torch.tensor(0.5))
check.function(accuracy, on=[four, two])
### BEGIN HIDDEN TESTS
random = cases.draw(seeds=12, seed0=100, y_hat="n:3", y="n:3")
check.function(accuracy, lambda y_hat, y: (y_hat == y).float().mean(), on=random)
all_right = cases.example(y_hat=y_small, y=y_small, gives=torch.tensor(1.0))
none_right = cases.example(y_hat=y_small + 1, y=y_small, gives=torch.tensor(0.0))
large = torch.tensor([100000, 16777216, 5, 70000])  # isclose and float32 take neighbours for equal, `is` only 5
half = cases.example(y_hat=large + torch.tensor([1, 1, 0, 0]), y=large, gives=torch.tensor(0.5))
check.function(accuracy, on=[all_right, none_right, half])
### END HIDDEN TESTS

# %% wrong="accuracy" name="count instead of share"
# says: You count the right answers. Accuracy is their share among all.
# next: Take the mean where you have the sum.
def accuracy(y_hat, y):
    return (y_hat == y).float().sum()

# %% wrong="accuracy" name="share of mistakes"
# says: You give the share of wrong answers.
# next: Ask where the two are equal, with ==.
def accuracy(y_hat, y):
    return (y_hat != y).float().mean()

# %% wrong="accuracy" name="all or nothing"
# says: You ask whether everything is right, and answer 1 or 0.
# next: Compare entry by entry with == and average the answers.
def accuracy(y_hat, y):
    return torch.tensor(float(torch.equal(y_hat, y)))

# %% wrong="accuracy" name="divided by a fixed four"
# says: You divide by 4 whatever the number of examples.
# next: Divide by the length of y, or take the mean.
def accuracy(y_hat, y):
    return (y_hat == y).sum() / 4

# %% wrong="accuracy" name="distance of the classes"
# says: You measure how far the class numbers lie apart. A wrong class is wrong, however near its number is.
# next: Ask where the two are equal, with ==.
def accuracy(y_hat, y):
    return 1 - (y_hat - y).abs().float().mean()

# %% wrong="accuracy" name="only whether a class is 0"
# says: You compare only whether the classes are greater than 0. Classes 1 and 2 are then the same for you.
# next: Compare y_hat and y themselves.
def accuracy(y_hat, y):
    return ((y_hat > 0) == (y > 0)).float().mean()

# %% wrong="accuracy" name="float64"
# says: Your answer is float64. Asked for is float32.
# next: Convert with float(), or name torch.float32.
def accuracy(y_hat, y):
    return (y_hat == y).double().mean()

# %% wrong="accuracy" name="a Python number"
# says: You return a Python number. A tensor with no dimensions is asked for.
# next: Leave out item().
def accuracy(y_hat, y):
    return (y_hat == y).float().mean().item()

# %% wrong="accuracy" name="in per cent"
# says: You give per cent. Accuracy is a share between 0 and 1.
# next: Leave out the factor 100.
def accuracy(y_hat, y):
    return 100 * (y_hat == y).float().mean()

# %% wrong="accuracy" name="one answer for each example"
# says: You say for each example whether it is right. Accuracy is one number: their mean.
# next: Average what you have.
def accuracy(y_hat, y):
    return (y_hat == y).float()

# %% wrong="accuracy" name="compared with isclose"
# says: You compare with a tolerance. Large class numbers that are neighbours then count as equal.
# next: Class numbers are whole: compare them with ==.
def accuracy(y_hat, y):
    return torch.isclose(y_hat.double(), y.double()).float().mean()

# %% wrong="accuracy" name="compared in float32"
# says: You turn the class numbers into float32 before you compare. Large ones are rounded by that, and neighbours become equal.
# next: Compare first, then convert the answers.
def accuracy(y_hat, y):
    return (y_hat.float() == y.float()).float().mean()

# %% wrong="accuracy" name="rounded to two decimals"
# says: You round the share. Asked for is the share itself, with all its digits.
# next: Leave out the rounding. How many digits to show is decided where you print.
def accuracy(y_hat, y):
    return torch.round((y_hat == y).float().mean(), decimals=2)

# %% wrong="accuracy" name="rounded to one decimal"
# says: You round the share. Asked for is the share itself, with all its digits.
# next: Leave out the rounding. How many digits to show is decided where you print.
def accuracy(y_hat, y):
    return torch.round((y_hat == y).float().mean(), decimals=1)

# %% wrong="accuracy" name="rounded to three decimals"
# says: You round the share. Asked for is the share itself, with all its digits.
# next: Leave out the rounding. How many digits to show is decided where you print.
def accuracy(y_hat, y):
    return torch.round((y_hat == y).float().mean(), decimals=3)

# %% wrong="accuracy" name="a vector of one entry"
# says: You return a vector with one entry. A tensor with no dimensions is asked for.
# next: Leave out keepdim, and any brackets around the number.
def accuracy(y_hat, y):
    return (y_hat == y).float().mean().reshape(1)

# %% wrong="accuracy" name="compared with is"
# says: You compare with `is`, which asks whether two names stand for the same object. Two equal numbers need not, and large ones do not.
# next: Compare with ==.
def accuracy(y_hat, y):
    hits = [guess is truth for guess, truth in zip(y_hat.tolist(), y.tolist())]
    return torch.tensor(hits).float().mean()

# %% wrong="accuracy" name="divided by the number of classes"
# says: You divide by the number of different classes. Accuracy is the share among the examples.
# next: Divide by the length of y, or take the mean.
def accuracy(y_hat, y):
    return (y_hat == y).sum() / len(y.unique())

# %% right="accuracy" name="counted and divided"
def accuracy(y_hat, y):
    return (y_hat == y).sum() / len(y)

# %% right="accuracy" name="with a loop"
def accuracy(y_hat, y):
    right = 0
    for i in range(len(y)):
        if y_hat[i] == y[i]:
            right += 1
    return torch.tensor(right / len(y), device=y.device)

# %% [markdown]
# ## 9. For those who want more: broadcasting, written by you
#
# ### Exercise 9.1: the rule in Python (optional, no points)
#
# You know the three steps of the broadcasting rule. Write them down in Python: `broadcast_rule(shape_a, shape_b)` gets two shapes as lists of whole numbers and returns the shape of the result as a list, or `None` where the shapes do not fit. Make no tensors; only compare sizes. For `[3, 1]` and `[3]` it is `[3, 3]`; for `[3, 2]` and `[3]` it is `None`; for `[]` and `[2]` it is `[2]`. A size may be 0: a 1 that meets it becomes 0, so `[2, 1]` and `[0]` give `[2, 0]`. Leave the two lists as they are. Hint: it is easier from the right, and `[1] * 3` is `[1, 1, 1]`.

# %% solution="broadcast_rule"
def broadcast_rule(shape_a, shape_b):
    """The shape, a list, that two shapes (lists of sizes) broadcast to; None where they do not fit."""
    ### BEGIN SOLUTION
    length = max(len(shape_a), len(shape_b))
    shape_a = [1] * (length - len(shape_a)) + list(shape_a)
    shape_b = [1] * (length - len(shape_b)) + list(shape_b)
    result = []
    for a, b in zip(shape_a, shape_b):
        if a != b and a != 1 and b != 1:
            return None
        result.append(b if a == 1 else a)
    return result
    ### END SOLUTION

# %% check="broadcast_rule" points=0
examples = [([3, 1], [3], [3, 3]), ([3, 2], [3], None), ([], [2], [2]), ([2, 1], [0], [2, 0])]
on = [cases.example(shape_a=a, shape_b=b, gives=c) for a, b, c in examples]
check.function(broadcast_rule, on=on, forbid=("broadcast_shapes",))
### BEGIN HIDDEN TESTS
examples = [
    ([4, 1], [1, 5], [4, 5]),
    ([4, 3], [4], None),
    ([2, 3, 1], [4], [2, 3, 4]),
    ([3, 1], [6, 1, 5], [6, 3, 5]),
    ([2, 3, 4], [2, 4], None),
    ([], [], []),
    ([7], [7], [7]),
    ([1, 1, 1], [9], [1, 1, 9]),
    ([5, 2], [3, 1], None),
    ([4, 2], [4, 4], None),
    ([6], [2, 3], None),
    ([0], [3, 1], [3, 0]),
    ([5, 0], [2], None),
    ([0], [0], [0]),
]
sizes = [case["X"].shape for case in cases.draw(seeds=4, seed0=100, X="a b c")]
examples += [([a, 1, c], [b, 1], [a, b, c]) for a, b, c in sizes] + [([a, b], [c], None) for a, b, c in sizes]
on = [cases.example(shape_a=a, shape_b=b, gives=c) for a, b, c in examples]
check.function(broadcast_rule, on=on, forbid=("broadcast_shapes",))
### END HIDDEN TESTS

# %% wrong="broadcast_rule" name="aligned at the left"
# says: You compare the shapes from the left. The rule lines them up at the right.
# next: Fill the shorter shape up with ones in front, or reverse both, compare, and reverse the result.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = shape_a + [1] * (length - len(shape_a)), shape_b + [1] * (length - len(shape_b))
    if any(a != b and 1 not in (a, b) for a, b in zip(shape_a, shape_b)):
        return None
    return [b if a == 1 else a for a, b in zip(shape_a, shape_b)]

# %% wrong="broadcast_rule" name="nothing refused"
# says: You take the larger size everywhere. Two different sizes that are both not 1 do not fit.
# next: Before you take the larger one, ask whether the smaller one is 1.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    return [max(a, b) for a, b in zip(shape_a, shape_b)]

# %% wrong="broadcast_rule" name="longer shape cut off"
# says: You compare only as many sizes as the shorter shape has, and the others get lost.
# next: Fill the shorter shape up with ones in front first.
def broadcast_rule(shape_a, shape_b):
    result = []
    for a, b in zip(reversed(shape_a), reversed(shape_b)):
        if a != b and 1 not in (a, b):
            return None
        result.insert(0, b if a == 1 else a)
    return result

# %% wrong="broadcast_rule" name="the larger of the two"
# says: You take the larger of the two sizes. A 1 that meets a 0 becomes 0, not 1.
# next: Ask which of the two is 1, and take the other one.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    sizes = [max(a, b) for a, b in zip(shape_a, shape_b)]
    return sizes if all(a == b or 1 in (a, b) for a, b in zip(shape_a, shape_b)) else None

# %% wrong="broadcast_rule" name="sizes that divide each other"
# says: You let a size fit where it divides the other one. Only a 1 is stretched: 2 and 4 do not fit.
# next: Ask whether one of the two is 1.
def broadcast_rule(shape_a, shape_b):
    length, sizes = max(len(shape_a), len(shape_b)), []
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    for small, large in map(sorted, zip(shape_a, shape_b)):
        if small != large and large != 1 and (small == 0 or large % small):
            return None
        sizes.append(large if small else 0)
    return sizes

# %% wrong="broadcast_rule" name="from the right and not turned round"
# says: Your sizes are in the wrong order: you collect them from the right and return them so.
# next: Turn the list round at the end.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    sizes = [b if a == 1 else a for a, b in zip(shape_a, shape_b)]
    return sizes[::-1] if all(a == b or 1 in (a, b) for a, b in zip(shape_a, shape_b)) else None

# %% wrong="broadcast_rule" name="refused with a list"
# says: Where the shapes do not fit you return an empty list. That is the shape of a single number.
# next: Return None there.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    sizes = [b if a == 1 else a for a, b in zip(shape_a, shape_b)]
    return sizes if all(a == b or 1 in (a, b) for a, b in zip(shape_a, shape_b)) else []

# %% wrong="broadcast_rule" name="a 1 kept"
# says: You take the first of the two sizes, also where it is 1 and the other one is not.
# next: A 1 is stretched to the other size.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    sizes = [a for a, b in zip(shape_a, shape_b)]
    return sizes if all(a == b or 1 in (a, b) for a, b in zip(shape_a, shape_b)) else None

# %% wrong="broadcast_rule" name="a 0 fits everything"
# says: You let a 0 fit every size. It is a size like the others: it fits a 0 and a 1, and nothing else.
# next: Treat 0 as you treat 2 or 3: ask whether the sizes are equal or one of them is 1.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    if any(a != b and not {0, 1} & {a, b} for a, b in zip(shape_a, shape_b)):
        return None
    return [0 if 0 in (a, b) else max(a, b) for a, b in zip(shape_a, shape_b)]

# %% wrong="broadcast_rule" name="a 0 fits nothing but a 0"
# says: You refuse a 1 that meets a 0. A 1 is stretched to any size, to 0 as well.
# next: Treat 0 as you treat 2 or 3: ask whether the sizes are equal or one of them is 1.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    if any(a != b and (1 not in (a, b) or 0 in (a, b)) for a, b in zip(shape_a, shape_b)):
        return None
    return [max(a, b) for a, b in zip(shape_a, shape_b)]

# %% wrong="broadcast_rule" name="no sizes taken for no result"
# says: You take an empty result for none: two empty shapes give an empty list, and an empty list counts as false.
# next: Return the list as it is, and None only where two sizes do not fit.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    fits = all(a == b or 1 in (a, b) for a, b in zip(shape_a, shape_b))
    return (fits and [b if a == 1 else a for a, b in zip(shape_a, shape_b)]) or None

# %% wrong="broadcast_rule" name="an empty shape refused"
# says: You return None where a shape is empty. That is the shape of a single number, which fits every shape.
# next: Leave empty lists to the rule: filled up with ones in front, they fit.
def broadcast_rule(shape_a, shape_b):
    if not shape_a or not shape_b:
        return None
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    fits = all(a == b or 1 in (a, b) for a, b in zip(shape_a, shape_b))
    return [b if a == 1 else a for a, b in zip(shape_a, shape_b)] if fits else None

# %% wrong="broadcast_rule" name="only the last position decides"
# says: Only the last pair of sizes decides whether the shapes fit: what you noted of the pairs before is overwritten.
# next: Once a pair does not fit, return None at once.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    fits = True
    for a, b in zip(shape_a, shape_b):
        fits = a == b or 1 in (a, b)
    return [b if a == 1 else a for a, b in zip(shape_a, shape_b)] if fits else None

# %% wrong="broadcast_rule" name="only the first position decides"
# says: Only the first pair of sizes decides whether the shapes fit: you compare no others, or overwrite what you found.
# next: Once a pair does not fit, return None at once.
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    shape_a, shape_b = [1] * (length - len(shape_a)) + shape_a, [1] * (length - len(shape_b)) + shape_b
    fits = [a == b or 1 in (a, b) for a, b in zip(shape_a, shape_b)]
    return [b if a == 1 else a for a, b in zip(shape_a, shape_b)] if all(fits[:1]) else None

# %% right="broadcast_rule" name="from the right"
def broadcast_rule(shape_a, shape_b):
    a, b, result = list(shape_a), list(shape_b), []
    while a or b:
        left, right = (a.pop() if a else 1), (b.pop() if b else 1)
        if left != right and 1 not in (left, right):
            return None
        result.append(right if left == 1 else left)
    return result[::-1]

# %% right="broadcast_rule" name="with zip_longest"
def broadcast_rule(shape_a, shape_b):
    from itertools import zip_longest

    sizes = []
    for a, b in zip_longest(shape_a[::-1], shape_b[::-1], fillvalue=1):
        if len({a, b} - {1}) == 2:
            return None
        sizes = [a * b if 1 in (a, b) else a] + sizes
    return sizes

# %% [markdown]
# ## Summary
#
# - A **shape** is read from the outermost brackets inwards. `(3,)`, `(3, 1)` and `(1, 3)` are three different things.
# - In brackets, a range keeps its dimension and a single number removes it. A mask takes the entries that answer a question with yes.
# - `stack` makes a new dimension, `cat` makes an existing one longer.
# - The transpose moves entries; `reshape` only breaks the lines elsewhere.
# - **Broadcasting** aligns shapes at the right and stretches ones. A column minus a vector is a table, and no error tells you so.
# - `*` works entry by entry. `@` takes rows with columns: inner sizes agree and vanish. A layer is `X @ W.T + b`.
# - In a sum, the dimension you name vanishes; `keepdim=True` keeps it one wide.
# - `+=` and `[:] =` write into the memory that is there; `=` gives a name to something new. `clone()` copies.
# - A new tensor that is to meet an old one takes its dtype and its device.
#
# Above all: **say the shape before you run the cell.**
#
# ## Where to read on
#
# - PyTorch documentation: the pages *Tensors*, *Broadcasting semantics* and `torch.matmul`. Short, exact, and worth reading in full once.
# - Zhang, Lipton, Li, Smola: *Dive into Deep Learning*, chapter 2, "Preliminaries".
# - Gilbert Strang: *Introduction to Linear Algebra*, chapters 1 and 2, for matrix products seen as rows and as columns.
# - NumPy documentation: *NumPy: the absolute basics for beginners*. The ideas are the same as here.
#
# Next: the notebook `tables` takes a file with holes in it and turns it into tensors like these.
