# %% [markdown]
# # Week 1: From a table to tensors
#
# A neural network only ever sees numbers in a rectangle. The world hands you something else: a table with names
# in it, and with holes where somebody did not write anything down. In this notebook you build the bridge between
# the two, and you look hard at the one step of it that invents data.
#
# When you are done you will be able to
#
# - read a table from a text file and find out what is missing in it,
# - split it into inputs and targets,
# - turn words into columns of zeros and ones, with a column of its own for "not known",
# - fill missing numbers with the mean of their column, and say what that assumes,
# - put it all into two float64 tensors, `X` and `y`, ready for the linear models of week 2.
#
# **From before.** You need tensors, dtypes, indexing, masks and `mean` from the notebook *tensors*. You do not need
# to know anything about tables in Python: the tool for them, **pandas**, is introduced here as we go.

# %%
import io
import tempfile
from pathlib import Path

import pandas as pd
import torch

from course import cases, check, plot

# %% [markdown]
# ## 1. A table is text with commas
#
# The plainest way to keep a table is a **CSV** file, short for *comma-separated values*. It is text. The first line
# names the columns. Every other line is one row, with a comma between the cells.
#
# Here is a small one: four houses, with the number of rooms, what the roof is made of, and the price. `NA` stands for
# *not available*: nobody wrote that cell down.

# %% given="houses_text"
houses_text = """
rooms,roof,price
NA,NA,127500
2,NA,106000
4,Slate,178100
NA,NA,140000
"""

# %% [markdown]
# The function that reads CSV is `pd.read_csv`. It expects a file. We have a string, so we wrap it: `io.StringIO`
# makes a string behave like an open file. `skipinitialspace=True` means that a space after a comma does not count.
# Without it, ` NA` with a space in front would be a word like any other, and not a missing cell.
#
# The next cell gives all this together a name, and the rest of the notebook uses that name. It is locked, like the
# cell above: you may run it, but not change it. A text for your functions may begin with an empty line, as the houses
# do, and may have spaces after its commas: `read_table` copes with both.

# %% given="read_table"
def read_table(text):
    """Read a table from CSV text: one row for each line, columns named by the first line."""
    return pd.read_csv(io.StringIO(text), skipinitialspace=True)

# %%
houses = read_table(houses_text)
houses

# %% [markdown]
# What you see is a **DataFrame**, pandas' word for a table. Three things to notice:
#
# - The columns have names. You take one out by its name: `houses["rooms"]`.
# - The rows are numbered from 0, in the first column without a heading. That number is not part of the data.
# - Every `NA` became `NaN`, *not a number*: pandas' mark for a missing cell. It recognises many spellings: `NA`,
#   `N/A`, `null`, `NaN`, or nothing at all between two commas.
#
# Usually the table is in a file, and then you give `pd.read_csv` the file's path. The result is the same. To show it
# without leaving anything behind in your folder, the next cell writes the text into a temporary file and reads it back.

# %%
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "houses.csv"
    path.write_text(houses_text)
    from_file = pd.read_csv(path)

from_file.equals(houses)  # the same names, the same cells?

# %% [markdown]
# ### What is in a column?
#
# A tensor has one dtype. A table has one *for each column*, and `dtypes` lists them. Before you run the cell: which
# dtype do you expect for `rooms`, which holds 2 and 4, and for `price`?

# %%
houses.dtypes

# %% [markdown]
# `price` is `int64`, whole numbers. But `rooms` is `float64`, although 2 and 4 are whole numbers too. The reason is
# its missing cells: `NaN` exists among floating-point numbers and has no counterpart among integers, so one missing
# cell turns the whole column into floats. `roof` holds words; pandas calls that `str` (before version 3: `object`).
#
# ### Where are the holes?
#
# `isna()` asks every cell whether it is missing. The answer is a table of the same shape, of `True` and `False`. It
# is a mask, like the ones you made from tensors.

# %%
houses.isna()

# %% [markdown]
# In a mask, `True` counts as 1 and `False` as 0. So adding up a column of the mask counts its missing cells. Here is
# one column, picked by name and counted. (`int` makes a plain Python number of pandas' own kind of integer.)

# %%
int(houses["rooms"].isna().sum())

# %% [markdown]
# ### Exercise 1.1: count what is missing
#
# The first thing to do with a table that you did not make yourself is to look for the holes.
#
# **Your turn.** Write `count_missing(text)`. It reads the CSV text and returns a dictionary with one entry for each
# column: its name, and how many of its cells are missing, a whole number. For the houses it is
# `{"rooms": 2, "roof": 3, "price": 0}`. Other tables may have spaces after the commas, or a single row, and a 0 is a
# number like any other: it is not missing.
#
# Two hints. Called on a whole table, `sum()` adds up each column separately. What it returns has a method
# `to_dict()`, which makes an ordinary dictionary.

# %% solution="count_missing"
def count_missing(text):
    """Count missing cells, given CSV text; returns a dict {column name: whole number}."""
    ### BEGIN SOLUTION
    return read_table(text).isna().sum().to_dict()
    ### END SOLUTION

# %% check="count_missing" points=1
four_houses = cases.example(
    text="\nrooms,roof,price\nNA,NA,127500\n2,NA,106000\n4,Slate,178100\nNA,NA,140000\n",
    gives={"rooms": 2, "roof": 3, "price": 0},
)
ferries = cases.example(
    text="ferry,deck,cars\nAnna,,12\nNA,2,7\nGull,3,\n", gives={"ferry": 1, "deck": 1, "cars": 1}
)
check.function(count_missing, on=[four_houses, ferries])
### BEGIN HIDDEN TESTS
first_row = cases.example(
    text="day,wind,rain\nNA,,3.5\nMon,-2,NA\nTue,-1.5,0\nWed,NA,1\nThu,4,\n",
    gives={"day": 1, "wind": 2, "rain": 2},
)
complete = cases.example(text="NAME,age\nNANA,3\nDANA,-4\n", gives={"NAME": 0, "age": 0})
spellings = cases.example(
    text="a,b,c,d\nnull,NaN,N/A,1\n,NA,,2\n0,,7,3\n", gives={"a": 2, "b": 3, "c": 2, "d": 0}
)
spaces = cases.example(
    text="pier, boats, depth\nNorth, NA, 4\nNA, 0, 4\nSouth, 2,\nNorth, 2, 4\n",
    gives={"pier": 1, "boats": 1, "depth": 1},
)
one_row = cases.example(text="a,b,c\n,0,NA\n", gives={"a": 1, "b": 0, "c": 1})
equal_rows = cases.example(text="ferry,cars\nNA,4\nNA,4\nGull,\nGull,\n", gives={"ferry": 2, "cars": 2})
check.function(count_missing, on=[first_row, complete, spellings, spaces, one_row, equal_rows])
### END HIDDEN TESTS

# %% wrong="count_missing" name="present cells counted"
# says: Your numbers count the cells that are there. The question is how many are not.
# next: Ask `isna()` first, which is True where a cell is missing, and add up its answers.
def count_missing(text):
    return read_table(text).count().to_dict()

# %% wrong="count_missing" name="letters NA counted in the text"
# says: You look for the letters NA. A missing cell can also be empty or spelled `null`, and a name may contain NA.
# next: Let `read_table` read the text, then ask the table with `isna()`.
def count_missing(text):
    lines = [line.split(",") for line in text.strip().splitlines()]
    return {name: sum("NA" in cells[j] for cells in lines[1:]) for j, name in enumerate(lines[0])}

# %% wrong="count_missing" name="only says whether"
# says: You say whether a column has a missing cell. The question is how many it has.
# next: Replace `any()`, which answers yes or no, by something that counts.
def count_missing(text):
    return {name: int(value) for name, value in read_table(text).isna().any().to_dict().items()}

# %% wrong="count_missing" name="the houses typed in"
# says: You return the numbers of the houses whatever table you are given.
# next: Compute the answer from `text`.
def count_missing(text):
    return {"rooms": 2, "roof": 3, "price": 0}

# %% wrong="count_missing" name="spaces after the commas kept"
# says: You read the text without `skipinitialspace=True`. Where a space stands before it, NA is a word for you.
# next: Let `read_table` read the text: it skips these spaces.
def count_missing(text):
    return pd.read_csv(io.StringIO(text)).isna().sum().to_dict()

# %% wrong="count_missing" name="only two spellings known"
# says: You know two spellings of a missing cell, NA and nothing at all. There are more, such as `null` and `N/A`.
# next: Let `read_table` read the text, then ask the table with `isna()`: pandas knows all spellings.
def count_missing(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.strip().splitlines()]
    return {name: sum(cells[j] in ("", "NA") for cells in lines[1:]) for j, name in enumerate(lines[0])}

# %% wrong="count_missing" name="repeated values counted as missing"
# says: You take the rows less the different values. A value that stands in two rows is then counted as missing.
# next: Count cells, not values: `isna()` asks each cell by itself.
def count_missing(text):
    table = read_table(text)
    return {name: len(table) - int(table[name].nunique()) for name in table.columns}

# %% wrong="count_missing" name="zeros counted as missing"
# says: You count a 0 as missing. It is a number that is known.
# next: Do not ask whether a cell is true or greater than 0; ask only `isna()`.
def count_missing(text):
    table = read_table(text)
    return (table.isna() | (table == 0)).sum().to_dict()

# %% wrong="count_missing" name="zeros and no holes counted"
# says: You ask which cells are 0. A missing cell holds NaN, and NaN is not equal to 0.
# next: Ask with `isna()`.
def count_missing(text):
    return (read_table(text) == 0).sum().to_dict()

# %% wrong="count_missing" name="counted along the rows"
# says: You count the holes of each row. Asked for is one number for each column, under its name.
# next: Leave out `axis=1`: by itself, `sum()` adds up each column.
def count_missing(text):
    return read_table(text).isna().sum(axis=1).to_dict()

# %% wrong="count_missing" name="spaces taken from the names only"
# says: You strip the spaces off the names, but not off the cells. NA after a space is then a word and not a hole.
# next: Let `read_table` read the text: it skips these spaces.
def count_missing(text):
    table = pd.read_csv(io.StringIO(text))
    return {name.strip(): int(table[name].isna().sum()) for name in table.columns}

# %% right="count_missing" name="column by column"
def count_missing(text):
    table = read_table(text)
    counts = {}
    for name in table.columns:
        counts[name] = int(table[name].isna().sum())
    return counts

# %% right="count_missing" name="rows less those that are there"
def count_missing(text):
    table = read_table(text)
    return {name: len(table) - int(table[name].count()) for name in table}

# %% [markdown]
# ## 2. Inputs and targets
#
# What do we want from the houses? To predict the price from the rest. So the columns play two roles. The price is the
# **target**, the thing to be predicted. The other columns are the **inputs**, what the prediction may look at. In this
# notebook the target always stands in the last column, and its cells are never missing.
#
# You can pick columns by name. When you do not know the names, pick them by position with `iloc`, which takes row and
# column indices just as a tensor does. `:` is "all", `-1` is "the last", and `:-1` is "all but the last".

# %%
houses = read_table(houses_text)
houses.iloc[:, :-1]

# %% [markdown]
# These are the inputs: all four rows, every column except the last. With one index instead of a slice you get a single
# column, as you would from a tensor. Here is the first one:

# %%
houses.iloc[:, 0]

# %% [markdown]
# ### From pandas to PyTorch
#
# Two steps lead from a column of numbers to a tensor. `to_numpy(dtype=float)` makes a NumPy array of float64;
# `torch.tensor` copies it into a tensor. Say the shape and the dtype before you run this.

# %%
rooms = torch.tensor(houses.iloc[:, 0].to_numpy(dtype=float))
rooms.shape, rooms.dtype, rooms

# %% [markdown]
# One column of four rows becomes a vector of shape (4,). The holes came along, as `nan`; they wait for section 4.
#
# Why insist on floating point? Because the weights of a network are floating-point numbers. `+`, `-`, `*` and `/` take
# the wider of two dtypes, but `@`, the product that a network is made of, refuses two different ones. And why float64?
# It carries about 16 decimal digits, so when your result differs from the expected one, rounding is not to blame.
#
# ### Exercise 2.1: the targets
#
# **Your turn.** Write `target_values(text)`. It returns the last column of the table, whatever its name, as a tensor
# of shape (n,), one number for each of the n rows, in float64 with all its digits. For the houses it is
# `tensor([127500., 106000., 178100., 140000.], dtype=torch.float64)`. Look at the dtypes of section 1 again: the prices
# are whole numbers, and still the answer has to be float64. A table may have a single row, and two rows that are equal
# are still two.

# %% solution="target_values"
def target_values(text):
    """Return the last column, given CSV text: a tensor of shape (n,), float64."""
    ### BEGIN SOLUTION
    table = read_table(text)
    return torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    ### END SOLUTION

# %% check="target_values" points=1
four_houses = cases.example(
    text="\nrooms,roof,price\nNA,NA,127500\n2,NA,106000\n4,Slate,178100\nNA,NA,140000\n",
    gives=torch.tensor([127500, 106000, 178100, 140000], dtype=torch.float64),
)
trees = cases.example(
    text="kind,metres\noak,11.5\nNA,8\nelm,-0.5\n", gives=torch.tensor([11.5, 8, -0.5], dtype=torch.float64)
)
check.function(target_values, on=[four_houses, trees])
### BEGIN HIDDEN TESTS
weather = cases.example(
    text="day,wind,degrees\nNA,3,-2.5\nMon,,0.1\nTue,7,-11\n",
    gives=torch.tensor([-2.5, 0.1, -11], dtype=torch.float64),
)
bikes = cases.example(
    text="gears,sold\n7,1\n21,0\n3,1\n1,12\n8,-3\n", gives=torch.tensor([1.0, 0, 1, 12, -3]).double()
)
wide = cases.example(
    text="a,b,c,d,e\n1,2,3,x,5\n6,7,8,y,16777217\n", gives=torch.tensor([5, 16777217]).double()
)
digits = cases.example(
    text="item,price\n1,16777217.5\n2,0.1\n", gives=torch.tensor([16777217.5, 0.1], dtype=torch.float64)
)
twice = cases.example(
    text="age,floors,size\n3,1,80.5\n3,1,80.5\nNA,2,61\n", gives=torch.tensor([80.5, 80.5, 61]).double()
)
one_row = cases.example(text="a,b\n2,-7\n", gives=torch.tensor([-7.0]).double())
check.function(target_values, on=[weather, bikes, wide, digits, twice, one_row])
### END HIDDEN TESTS

# %% wrong="target_values" name="column taken by its name"
# says: You take the column called price. Another table calls its last column something else.
# next: Take the column by its position, with `iloc`.
def target_values(text):
    return torch.tensor(read_table(text)["price"].to_numpy(dtype=float))

# %% wrong="target_values" name="whole numbers kept"
# says: A column of whole numbers comes out as int64. Targets have to be float64.
# next: Tell `to_numpy` which dtype you want.
def target_values(text):
    return torch.tensor(read_table(text).iloc[:, -1].to_numpy())

# %% wrong="target_values" name="a matrix of one column"
# says: Your answer has shape (n, 1), a matrix with one column. A vector of shape (n,) is wanted.
# next: Index the column with `-1` alone. The slice `-1:` keeps the dimension.
def target_values(text):
    return torch.tensor(read_table(text).iloc[:, -1:].to_numpy(dtype=float))

# %% wrong="target_values" name="float32"
# says: You go through float32, which keeps only about 7 decimal digits.
# next: Build the tensor straight from the float64 array.
def target_values(text):
    return torch.tensor(read_table(text).iloc[:, -1].to_numpy(dtype=float), dtype=torch.float32)

# %% wrong="target_values" name="float64 too late"
# says: You make a float32 tensor first and turn it into float64 afterwards. The digits after the seventh are lost by then.
# next: Give the dtype where the tensor is made.
def target_values(text):
    return torch.tensor(read_table(text).iloc[:, -1].tolist()).double()

# %% wrong="target_values" name="squeezed"
# says: You squeeze a column to a vector. In a table with one row, `squeeze()` takes that dimension away as well.
# next: Take the column with `-1` alone. It is a vector from the start, whatever the number of rows.
def target_values(text):
    return torch.tensor(read_table(text).iloc[:, -1:].to_numpy(dtype=float)).squeeze()

# %% wrong="target_values" name="equal rows dropped"
# says: You drop rows that are equal to another one. Two houses may be alike, and both are examples.
# next: Keep all rows of the table.
def target_values(text):
    return torch.tensor(read_table(text).drop_duplicates().iloc[:, -1].to_numpy(dtype=float))

# %% wrong="target_values" name="rows with holes dropped"
# says: You drop the rows that have a missing cell. The target stands there all the same, and it counts.
# next: Keep all rows of the table.
def target_values(text):
    return torch.tensor(read_table(text).dropna().iloc[:, -1].to_numpy(dtype=float))

# %% wrong="target_values" name="the last row"
# says: You take the last row. The target is the last column.
# next: `iloc` takes the row first and the column second; a colon says "all rows".
def target_values(text):
    return torch.tensor(pd.to_numeric(read_table(text).iloc[-1], errors="coerce").to_numpy(dtype=float))

# %% wrong="target_values" name="equal targets dropped"
# says: You keep each different target once. Two examples may have the same one, and both count.
# next: Take the column as it is, without `unique()` or a set.
def target_values(text):
    return torch.tensor(read_table(text).iloc[:, -1].unique().astype(float))

# %% wrong="target_values" name="sorted"
# says: You sort the targets. Each belongs to its row, so their order must stay.
# next: Take the column as it is.
def target_values(text):
    return torch.tensor(sorted(read_table(text).iloc[:, -1]), dtype=torch.float64)

# %% wrong="target_values" name="different targets sorted"
# says: You keep each different target once, and sort them. Every row has its target, in the order of the table.
# next: Take the column as it is, without `unique()` or a set.
def target_values(text):
    return torch.tensor(sorted(set(read_table(text).iloc[:, -1])), dtype=torch.float64)

# %% wrong="target_values" name="first line of the text skipped"
# says: You skip the first line of the text. Where that is an empty one, the line with the names is read as numbers.
# next: Let `read_table` read the text: it finds the line with the names.
def target_values(text):
    cells = [line.split(",")[-1] for line in text.split("\n")[1:] if line.strip()]
    return torch.tensor([float(cell) for cell in cells], dtype=torch.float64)

# %% right="target_values" name="from a list of numbers"
def target_values(text):
    table = read_table(text)
    return torch.tensor([float(value) for value in table[table.columns[-1]]], dtype=torch.float64)

# %% right="target_values" name="from the column's own list"
def target_values(text):
    column = read_table(text).iloc[:, -1].astype(float)
    return torch.tensor(column.tolist(), dtype=torch.float64)

# %% [markdown]
# ## 3. Words into numbers: one-hot
#
# A network cannot multiply the word *Slate* by a weight. It needs numbers. The first idea that comes to mind is to
# number the words. Take five houses with three kinds of roof, and write Copper = 0, Slate = 1, Tile = 2. Now the
# network reads things that nobody meant: that tile is more than slate, that slate lies halfway between copper and tile,
# that two slates make a tile. Numbers bring an order and distances with them, and roofs have neither.
#
# **One-hot** encoding avoids that. Each word gets a column of its own. In a row, the column of its word is 1 and the
# others are 0. Any two different words are now equally far apart, and none is larger. To make such a column, compare:

# %%
roofs = ["Tile", "Slate", "Copper", "Slate", "Tile"]
words = ["Copper", "Slate", "Tile"]  # one column each, in alphabetical order
encoded = torch.tensor([[roof == word for word in words] for roof in roofs], dtype=torch.float64)
encoded

# %% [markdown]
# Five rows for five houses, three columns for three words. Every row holds exactly one 1. That single hot entry gives
# the encoding its name.

# %%
plot.tensor_shape(
    encoded,
    labels=("encoded",),
    highlight=encoded == 1,
    alt="A grid of five rows and three columns of zeros and ones. "
    "Each row has a single 1, which is shaded: in columns 2, 1, 0, 1, 2.",
    caption="Five roofs, one-hot. Rows are houses, columns are the words Copper, Slate, Tile.",
)

# %% [markdown]
# Read the shaded cells from top to bottom: Tile, Slate, Copper, Slate, Tile. The picture is the list again, written as
# positions instead of words. Nothing is lost, and nothing is added.
#
# pandas does this for a whole column with `pd.get_dummies`. ("Dummy variable" is the statisticians' name for a column
# of zeros and ones.) It finds the words by itself and puts them in alphabetical order. Let us give it the roofs of our
# four houses, three of which are missing:

# %%
houses = read_table(houses_text)
pd.get_dummies(houses["roof"])

# %% [markdown]
# Two surprises. The entries are `False` and `True`; `dtype=float` asks for 0.0 and 1.0 instead. And the houses with a
# missing roof have no 1 anywhere. Their row has only a zero, as if they had no roof at all.
#
# "Not known" is a fact too, and it may matter: perhaps the roof is left out where it is in a bad state. So it gets a
# column of its own, which is 1 where the cell is missing. With the option `dummy_na=True`, `get_dummies` adds this
# column, always as the last one. It does so even when nothing is missing; then the column is all zeros, and the number
# of columns does not depend on luck.
#
# ### Exercise 3.1: one column, one-hot
#
# **Your turn.** Write `one_hot(text, column)`. It returns the one-hot encoding of the column with that name, as a
# float64 tensor of shape (n, k + 1): n rows, one column for each of the k different values in alphabetical order, and
# last the column for "missing". For the column `roof` of the houses that is k = 1, shape (4, 2):
#
# $$\begin{bmatrix} 0 & 1 \\ 0 & 1 \\ 1 & 0 \\ 0 & 1 \end{bmatrix}$$
#
# Your function will also meet a column of numbers that are really names, such as the line of a bus. Line 14 is not
# twice line 7. They are encoded in the same way, the smallest first. (`get_dummies` encodes numbers when you give it a
# single column, as above. Given a whole table, it encodes only the columns of words.) A table may also have just one
# row, or spaces after its commas.

# %% solution="one_hot"
def one_hot(text, column):
    """One-hot encode one column, given CSV text and the column's name.

    Returns a tensor of shape (n, k + 1), float64: one column for each of the k values,
    in order, and the last for missing.
    """
    ### BEGIN SOLUTION
    encoded = pd.get_dummies(read_table(text)[column], dummy_na=True, dtype=float)
    return torch.tensor(encoded.to_numpy(dtype=float))
    ### END SOLUTION

# %% check="one_hot" points=2
four_houses = cases.example(
    text="\nrooms,roof,price\nNA,NA,127500\n2,NA,106000\n4,Slate,178100\nNA,NA,140000\n",
    column="roof",
    gives=torch.tensor([[0.0, 1], [0, 1], [1, 0], [0, 1]]).double(),
)
check.function(one_hot, on=[four_houses])
### BEGIN HIDDEN TESTS
pets = "pet,age\nNA,3\ncat,1\ndog,NA\nant,2\ncat,5\n"
pet = torch.tensor([[0.0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0]]).double()
trips = "stop,line,minutes\nPark,14,3\nMill,7,-1\nMill,,2\nPark,14,9\nMill,7,8\n"
line = torch.tensor([[0.0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]).double()
stop = torch.tensor([[0.0, 1, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0]]).double()  # nothing missing
one_row = cases.example(text="pet,age\ncat,3\n", column="pet", gives=torch.tensor([[1.0, 0]]).double())
check.function(
    one_hot,
    on=[
        cases.example(text=pets, column="pet", gives=pet),
        cases.example(text=trips, column="line", gives=line),
        cases.example(text=trips, column="stop", gives=stop),
        cases.example(text=trips.replace(",", ", "), column="line", gives=line.clone()),
        one_row,
    ],
)
### END HIDDEN TESTS

# %% wrong="one_hot" name="no column for missing"
# says: Your encoding has no column for missing cells. Rows without a word are all zeros.
# next: Use the option of `get_dummies` that adds the column for missing cells.
def one_hot(text, column):
    return torch.tensor(pd.get_dummies(read_table(text)[column], dtype=float).to_numpy(dtype=float))

# %% wrong="one_hot" name="a missing column only when needed"
# says: You add the column for missing cells only when there are some. The shape then depends on luck.
# next: Add it always. When nothing is missing, it is a column of zeros.
def one_hot(text, column):
    values = read_table(text)[column]
    encoded = pd.get_dummies(values, dummy_na=bool(values.isna().any()), dtype=float)
    return torch.tensor(encoded.to_numpy(dtype=float))

# %% wrong="one_hot" name="true and false kept"
# says: Your tensor holds True and False. A network needs 1.0 and 0.0.
# next: Ask for float when you make the NumPy array.
def one_hot(text, column):
    return torch.tensor(pd.get_dummies(read_table(text)[column], dummy_na=True).to_numpy())

# %% wrong="one_hot" name="missing column first"
# says: Your column for missing cells comes first. It should come last.
# next: Keep the order in which `get_dummies` gives the columns.
def one_hot(text, column):
    encoded = torch.tensor(pd.get_dummies(read_table(text)[column], dummy_na=True).to_numpy(dtype=float))
    return torch.roll(encoded, 1, dims=1)

# %% wrong="one_hot" name="numbers left as they are"
# says: Columns of words are encoded, but a column of numbers stays as it is. `get_dummies` skips it in a table.
# next: Give `get_dummies` the single column `table[column]`, with one pair of brackets.
def one_hot(text, column):
    encoded = pd.get_dummies(read_table(text)[[column]], dummy_na=True)
    return torch.tensor(encoded.to_numpy(dtype=float))

# %% wrong="one_hot" name="words in the order of the table"
# says: Your columns come in the order in which the words first appear. They should be in alphabetical order.
# next: Sort the different words before you make a column for each.
def one_hot(text, column):
    values = read_table(text)[column]
    columns = [values == word for word in values.dropna().unique()] + [values.isna()]
    return torch.tensor([list(each) for each in columns], dtype=torch.float64).T

# %% wrong="one_hot" name="numbers sorted as words"
# says: You sort numbers as if they were words, so 14 comes before 7.
# next: Sort the values as they are in the column, before anything turns them into text.
def one_hot(text, column):
    values = read_table(text)[column]
    columns = [values == word for word in sorted(values.dropna().unique(), key=str)] + [values.isna()]
    return torch.tensor([list(each) for each in columns], dtype=torch.float64).T

# %% wrong="one_hot" name="missing column never 1"
# says: Your last column is 0 everywhere. It should be 1 where the cell is missing.
# next: Ask `isna()` of the column, or let `get_dummies` add the column for missing cells.
def one_hot(text, column):
    encoded = torch.tensor(pd.get_dummies(read_table(text)[column]).to_numpy(dtype=float))
    return torch.cat([encoded, torch.zeros(len(encoded), 1, dtype=torch.float64)], dim=1)

# %% wrong="one_hot" name="one row for each word"
# says: Your answer lies on its side: one row for each word. There should be one row for each row of the table.
# next: Print its shape. The transpose turns it round.
def one_hot(text, column):
    encoded = pd.get_dummies(read_table(text)[column], dummy_na=True)
    return torch.tensor(encoded.to_numpy(dtype=float)).T

# %% wrong="one_hot" name="first word left out"
# says: The column of the first word is missing. Every word has a column of its own.
# next: Leave out `drop_first=True`.
def one_hot(text, column):
    encoded = pd.get_dummies(read_table(text)[column], dummy_na=True, drop_first=True)
    return torch.tensor(encoded.to_numpy(dtype=float))

# %% wrong="one_hot" name="spaces after the commas kept"
# says: You read the text without `skipinitialspace=True`, so a space after a comma belongs to a name or a word.
# next: Let `read_table` read the text: it skips these spaces.
def one_hot(text, column):
    table = pd.read_csv(io.StringIO(text))
    return torch.tensor(pd.get_dummies(table[column], dummy_na=True).to_numpy(dtype=float))

# %% wrong="one_hot" name="backwards in the alphabet"
# says: Your columns stand in the opposite order. The smallest value comes first.
# next: Leave out `reverse=True`, or turn the order round.
def one_hot(text, column):
    encoded = torch.tensor(pd.get_dummies(read_table(text)[column], dummy_na=True).to_numpy(dtype=float))
    return torch.cat([encoded[:, :-1].flip(1), encoded[:, -1:]], dim=1)

# %% right="one_hot" name="by comparing"
def one_hot(text, column):
    values = read_table(text)[column]
    words = sorted(set(values.dropna()))
    columns = [[float(value == word) for value in values] for word in words]
    columns.append([float(missing) for missing in values.isna()])
    return torch.tensor(columns, dtype=torch.float64).T

# %% right="one_hot" name="one 1 in each row of zeros"
def one_hot(text, column):
    values = read_table(text)[column]
    words = sorted(values.dropna().unique())
    encoded = torch.zeros(len(values), len(words) + 1, dtype=torch.float64)
    for i, value in enumerate(values):
        encoded[i, len(words) if pd.isna(value) else words.index(value)] = 1
    return encoded

# %% [markdown]
# ## 4. Missing numbers: the mean of the others
#
# For words, "missing" became one more word. A missing *number* is harder: the column already is a number, and some
# number has to stand there. It cannot stay `nan`, because `nan` spreads. Whatever it touches becomes `nan` too:

# %%
rooms = torch.tensor(read_table(houses_text)["rooms"].to_numpy(dtype=float))
rooms, rooms.sum(), 10 * rooms

# %% [markdown]
# One missing cell would be enough to turn the output of a whole network into `nan`. We could throw away every row that
# has a hole. Of our four houses, one would remain. So we fill the holes instead, which is called **imputation**. The
# simplest filling is the mean of the numbers that are known. **Mean imputation** is done in three steps:
#
# 1. *Find the holes.* `rooms == torch.nan` will not do: `nan` is not equal to anything, not even to itself. Ask
#    `torch.isnan(rooms)`, which gives a mask.
# 2. *Average the rest.* `~missing` turns the mask around, and indexing with it keeps the known numbers.
# 3. *Fill.* `torch.where(mask, a, b)` takes `a` where the mask is `True` and `b` where it is `False`.

# %%
missing = torch.isnan(rooms)
mean = rooms[~missing].mean()
torch.where(missing, mean, rooms)

# %% [markdown]
# Known are 2 and 4, their mean is 3, so both holes become 3. Notice what the mean was *not*: not $(2+4)/4 = 1.5$, with
# the holes counted as zeros, but $(2+4)/2 = 3$, the sum over the known numbers divided by how many they are.
#
# With several columns, each keeps to itself: a hole in *rooms* is filled with the mean of *rooms*, a hole in *area*
# with the mean of *area*. Here is a table of three houses with these two columns, before and after.

# %%
before = torch.tensor([[torch.nan, 90.0], [2.0, torch.nan], [4.0, 130.0]]).double()
after = torch.tensor([[3.0, 90.0], [2.0, 110.0], [4.0, 130.0]]).double()
plot.tensor_shape(
    before,
    after,
    labels=("before", "after"),
    highlight=[torch.isnan(before), torch.isnan(before)],
    alt="Two grids of three rows and two columns. Before: nan, 90; 2, nan; 4, 130. "
    "After: 3, 90; 2, 110; 4, 130. The two cells that were nan are shaded.",
    caption="Mean imputation, column by column: rooms, and area in square metres. "
    "Shaded: the missing cells.",
)

# %% [markdown]
# The shaded cells are the holes and what fills them. Look down the columns: 3 lies halfway between 2 and 4, and 110
# halfway between 90 and 130. The other four cells have not changed. A mean taken along the *rows* would have put 90
# rooms into the first house.
#
# ### Exercise 4.1: fill every column
#
# **Your turn.** Write `fill_means(X)`. `X` is a float64 tensor of shape (n, d) with some entries `nan`, at least one
# known number in every column. Return a new tensor of the same shape and dtype in which every `nan` is replaced by the
# mean of the known numbers of its column, with all the digits of float64. A known 0 is a number like the others. Leave
# `X` itself as it was, so that you can still ask it where the holes were. The figure shows an example:
# `fill_means(before)` is `after`. It also works for a single row or column.
#
# A loop over the columns is fine. It also goes without: replace each `nan` by 0, sum over `dim=0`, and divide by how
# many numbers are known in each column. Then let broadcasting do the filling.

# %% solution="fill_means"
def fill_means(X):
    """Replace each nan in X (n, d) by the mean of its column's known entries.

    Returns a new tensor of shape (n, d) and the same dtype; X stays as it was.
    """
    ### BEGIN SOLUTION
    missing = torch.isnan(X)
    total = torch.where(missing, torch.zeros_like(X), X).sum(dim=0)
    mean = total / (~missing).sum(dim=0)
    return torch.where(missing, mean, X)
    ### END SOLUTION

# %% check="fill_means" points=2
example = torch.tensor([[torch.nan, 90.0], [2.0, torch.nan], [4.0, 130.0]]).double()
example_filled = torch.tensor([[3.0, 90.0], [2.0, 110.0], [4.0, 130.0]]).double()
check.function(fill_means, on=[cases.example(X=example, gives=example_filled)])
### BEGIN HIDDEN TESTS
nan = torch.nan
square = torch.tensor([[nan, 8.0, -1.0], [5.0, nan, nan], [nan, -3.0, 4.5]]).double()
filled = torch.tensor([[5.0, 8.0, -1.0], [5.0, 2.5, 1.75], [5.0, -3.0, 4.5]]).double()
tall = torch.tensor([[nan, 1.0], [nan, -2.0], [1.0, 3.0], [2.0, 4.0], [6.0, 5.0]]).double()
tall_filled = torch.tensor([[3.0, 1.0], [3.0, -2.0], [1.0, 3.0], [2.0, 4.0], [6.0, 5.0]]).double()
whole = torch.tensor([[1.0, -2.0, 0.0, 7.0], [0.0, 3.0, 3.0, 1.0], [4.0, 5.0, 6.0, 9.0]]).double()
zeros = torch.tensor([[nan, 0.0], [0.0, nan], [6.0, 3.0], [3.0, 0.0]]).double()
zeros_filled = torch.tensor([[3.0, 0.0], [0.0, 1.0], [6.0, 3.0], [3.0, 0.0]]).double()
digits = torch.tensor([[0.1], [nan], [0.3], [0.2]], dtype=torch.float64)
digits_filled = torch.tensor([[0.1], [0.2], [0.3], [0.2]], dtype=torch.float64)
check.function(
    fill_means,
    on=[
        cases.example(X=square, gives=filled),
        cases.example(X=tall, gives=tall_filled),
        cases.example(X=whole, gives=whole.clone()),
        cases.example(X=whole[:1], gives=whole[:1].clone()),
        cases.example(X=zeros, gives=zeros_filled),
        cases.example(X=digits, gives=digits_filled),
    ],
)
### END HIDDEN TESTS

# %% wrong="fill_means" name="filled with zeros"
# says: You fill the holes with 0. A 0 is a number like any other, and for most columns not a likely one.
# next: Fill each hole with the mean of the known numbers in its column.
def fill_means(X):
    return torch.nan_to_num(X, nan=0.0)

# %% wrong="fill_means" name="one mean for the whole matrix"
# says: You use one mean for the whole matrix, so columns that measure different things are mixed.
# next: Take the mean of each column by itself: over `dim=0`, which runs down the rows.
def fill_means(X):
    missing = torch.isnan(X)
    return torch.where(missing, X[~missing].mean(), X)

# %% wrong="fill_means" name="mean along the rows"
# says: You average along the rows, so a hole is filled from the other columns of its row.
# next: Average down the columns: over `dim=0`.
def fill_means(X):
    return torch.where(torch.isnan(X), X.nanmean(dim=1, keepdim=True), X)

# %% wrong="fill_means" name="holes counted as zeros in the mean"
# says: Your mean divides by all n rows. That counts each hole as a 0 and pulls the mean towards 0.
# next: Divide by the number of known entries in the column.
def fill_means(X):
    missing = torch.isnan(X)
    return torch.where(missing, torch.nan_to_num(X, nan=0.0).mean(dim=0), X)

# %% wrong="fill_means" name="the median"
# says: You fill with the median, the middle one of the known numbers. The mean is asked for.
# next: Add the known numbers of a column up and divide by how many they are.
def fill_means(X):
    return torch.where(torch.isnan(X), X.nanmedian(dim=0).values, X)

# %% wrong="fill_means" name="the input overwritten"
# says: The numbers are right, but you wrote them into X itself, and X can no longer say where the holes were.
# next: Work on a copy, `X.clone()`, or use `torch.where`, which makes a new tensor.
def fill_means(X):
    missing = torch.isnan(X)
    X[missing] = X.nanmean(dim=0).expand_as(X)[missing]
    return X

# %% wrong="fill_means" name="holes not found"
# says: The holes are still nan. A comparison with nan never finds them, and a mean taken with them in is nan itself.
# next: Find them with `torch.isnan(X)`, and leave them out of the mean.
def fill_means(X):
    return torch.where(X == torch.nan, X.nanmean(dim=0), X)

# %% wrong="fill_means" name="known zeros left out"
# says: You count only the numbers that are not 0 as known. A 0 that somebody wrote down is known, too.
# next: Count what is not missing: add up the mask `~torch.isnan(X)`.
def fill_means(X):
    zeroed = torch.nan_to_num(X, nan=0.0)
    return torch.where(torch.isnan(X), zeroed.sum(dim=0) / (zeroed != 0).sum(dim=0), X)

# %% wrong="fill_means" name="known zeros filled"
# says: You fill the zeros as well. After the holes have become 0, nothing tells them from a 0 that was known.
# next: Make the mask of the holes from X, before anything is replaced.
def fill_means(X):
    zeroed = torch.nan_to_num(X, nan=0.0)
    return torch.where(zeroed == 0, X.nanmean(dim=0), zeroed)

# %% wrong="fill_means" name="means in float32"
# says: Your means have been through float32, so only about 7 digits of what you fill in are right.
# next: Make the tensor for the means with the dtype of X.
def fill_means(X):
    return torch.where(torch.isnan(X), X.nanmean(dim=0).float().to(X.dtype), X)

# %% wrong="fill_means" name="halfway between the smallest and the largest"
# says: You fill with the number halfway between the smallest and the largest known one. That is the mean only of two.
# next: Add the known numbers of a column up and divide by how many they are.
def fill_means(X):
    missing = torch.isnan(X)
    smallest = torch.where(missing, torch.inf, X).amin(dim=0)
    return torch.where(missing, (smallest + torch.where(missing, -torch.inf, X).amax(dim=0)) / 2, X)

# %% wrong="fill_means" name="known numbers replaced too"
# says: You put the mean into every row, so the known numbers are gone. Only the holes are to be filled.
# next: Choose with `torch.where(mask, a, b)`: the mean where X is nan, else X.
def fill_means(X):
    return torch.zeros_like(X) + X.nanmean(dim=0)

# %% wrong="fill_means" name="the sum"
# says: You fill with the sum of the known numbers. The mean divides it by how many they are.
# next: Count the known numbers of each column, and divide.
def fill_means(X):
    return torch.where(torch.isnan(X), X.nansum(dim=0), X)

# %% wrong="fill_means" name="mean of the first column"
# says: You fill every hole with the mean of the first column. Each column has a mean of its own.
# next: Take the mean over `dim=0`, which gives one for each column, and let broadcasting do the filling.
def fill_means(X):
    return torch.where(torch.isnan(X), X[:, 0].nanmean(), X)

# %% wrong="fill_means" name="mean of the last column"
# says: You fill every hole with the mean of the last column. Each column has a mean of its own.
# next: Look at what your loop does in each round, or take the mean over `dim=0`.
def fill_means(X):
    return torch.where(torch.isnan(X), X[:, -1].nanmean(), X)

# %% right="fill_means" name="with a loop"
def fill_means(X):
    filled = X.clone()
    for j in range(X.shape[1]):
        missing = torch.isnan(X[:, j])
        filled[missing, j] = X[~missing, j].mean()
    return filled

# %% right="fill_means" name="with nanmean"
def fill_means(X):
    return torch.where(X.isnan(), X.nanmean(dim=0), X)

# %% [markdown]
# ## 5. The whole way: from text to `X` and `y`
#
# You now have every piece. pandas can do two of the steps for a whole table, and it is time to meet them together.
#
# `pd.get_dummies(table, dummy_na=True)` goes through a *table* and encodes only its columns of words. The columns of
# numbers stay, and move to the front. Here is another small table to watch, some plants:

# %%
plants = read_table("kind,leaves,height\nfern,NA,30.5\nNA,12,8\nmoss,40,NA\nfern,20,25\n")
encoded = pd.get_dummies(plants, dummy_na=True)
encoded

# %% [markdown]
# The numbers, `leaves` and `height`, come first, in the order of the file. Then come the columns made from `kind`:
# fern, moss, and missing. Each row has exactly one `True` among these three.
#
# The other step is `fillna`, which fills every missing cell of a table. Given `encoded.mean()`, which holds one mean
# for each column, it fills each column with its own:

# %%
encoded.mean()

# %% [markdown]
# The known leaves are 12, 40 and 20, with mean 24. The means of the one-hot columns are the shares of each word: half
# of the plants are ferns. Those columns have no holes, since "missing" is a column of its own now, and so filling does
# not touch them. That is why encoding the words comes *before* filling the numbers.
#
# ### Exercise 5.1: prepare a table
#
# **Your turn.** Write `prepare(text)`. It returns two tensors, `X` and `y`, both float64 with all their digits:
#
# - `X`, of shape (n, d): the inputs, that is, every column but the last, with words one-hot (with a column for
#   missing) and missing numbers filled with the mean of their column. Numbers first, then the one-hot columns, in the
#   order of `get_dummies`.
# - `y`, of shape (n,): the last column.
#
# Use pandas' two steps, or your own functions from above. For the houses the answer is
#
# $$X = \begin{bmatrix} 3 & 0 & 1 \\ 2 & 0 & 1 \\ 4 & 1 & 0 \\ 3 & 0 & 1 \end{bmatrix}, \qquad
# y = \begin{bmatrix} 127500 & 106000 & 178100 & 140000 \end{bmatrix}$$
#
# with the columns *rooms*, *roof is slate*, *roof is missing*. A table may have a single row, and spaces after its
# commas. This is the form in which every later week expects its data: one row for each example, one column for each
# input.

# %% solution="prepare"
def prepare(text):
    """Turn CSV text into inputs X (n, d) and targets y (n,), both float64.

    The last column is the target.
    """
    ### BEGIN SOLUTION
    table = read_table(text)
    inputs = pd.get_dummies(table.iloc[:, :-1], dummy_na=True)
    inputs = inputs.fillna(inputs.mean())
    X = torch.tensor(inputs.to_numpy(dtype=float))
    return X, target_values(text)
    ### END SOLUTION

# %% check="prepare" points=3
four_houses = cases.example(
    text="\nrooms,roof,price\nNA,NA,127500\n2,NA,106000\n4,Slate,178100\nNA,NA,140000\n",
    gives=(
        torch.tensor([[3.0, 0, 1], [2, 0, 1], [4, 1, 0], [3, 0, 1]]).double(),
        torch.tensor([127500, 106000, 178100, 140000]).double(),
    ),
)
check.function(prepare, on=[four_houses])
### BEGIN HIDDEN TESTS
pupils = cases.example(  # a word column first and a number column after it; holes in both
    text="house,maths,physics,passed\nNA,85,90,1\nred,,80,0\nblue,95,,1\nred,60,70,0\nblue,72,75,1\n",
    gives=(
        torch.tensor(
            [
                [85, 90, 0, 0, 1],
                [78, 80, 0, 1, 0],
                [95, 78.75, 1, 0, 0],
                [60, 70, 0, 1, 0],
                [72, 75, 1, 0, 0],
            ]
        ).double(),
        torch.tensor([1, 0, 1, 0, 1]).double(),
    ),
)
complete = cases.example(  # nothing missing, whole numbers only, no words, negative numbers
    text="a,b,c\n1,-2,3\n4,5,-6\n-7,8,10\n",
    gives=(torch.tensor([[1, -2], [4, 5], [-7, 8]]).double(), torch.tensor([3, -6, 10]).double()),
)
weather = cases.example(  # two columns of words, one of them complete
    text="wind,sky,gust,rain\nN,NA,NA,0.5\nS,grey,-4.5,2\nN,blue,1,-1\nS,grey,NA,0.25\n",
    gives=(
        torch.tensor(
            [
                [-1.75, 1, 0, 0, 0, 0, 1],
                [-4.5, 0, 1, 0, 0, 1, 0],
                [1, 1, 0, 0, 1, 0, 0],
                [-1.75, 0, 1, 0, 0, 1, 0],
            ]
        ).double(),
        torch.tensor([0.5, 2, -1, 0.25]).double(),
    ),
)
one_row = cases.example(
    text="roof,rooms,price\nTile,0,9\n",
    gives=(torch.tensor([[0.0, 1, 0]]).double(), torch.tensor([9.0]).double()),
)
digits = cases.example(  # more digits than float32 has, and spaces
    text="size, kind, price\n16777217, NA, 0.1\n0.1, oak, 16777217.5\n",
    gives=(
        torch.tensor([[16777217, 0, 1], [0.1, 1, 0]], dtype=torch.float64),
        torch.tensor([0.1, 16777217.5], dtype=torch.float64),
    ),
)
check.function(prepare, on=[pupils, complete, weather, one_row, digits])
### END HIDDEN TESTS

# %% wrong="prepare" name="no column for missing words"
# says: The one-hot columns have none for missing, so a row without a word is all zeros there.
# next: Give `get_dummies` the option `dummy_na=True`.
def prepare(text):
    inputs = pd.get_dummies(read_table(text).iloc[:, :-1])
    inputs = inputs.fillna(inputs.mean())
    return torch.tensor(inputs.to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="the target among the inputs"
# says: The last column is still among your inputs. A model could then read the answer off instead of predicting it.
# next: Leave the last column out with `iloc[:, :-1]` before you encode.
def prepare(text):
    inputs = pd.get_dummies(read_table(text), dummy_na=True)
    inputs = inputs.fillna(inputs.mean())
    return torch.tensor(inputs.to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="filled with zeros"
# says: The missing numbers became 0. They should become the mean of their column.
# next: Give `fillna` the means of the columns instead of 0.
def prepare(text):
    inputs = pd.get_dummies(read_table(text).iloc[:, :-1], dummy_na=True).fillna(0)
    return torch.tensor(inputs.to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="rows with holes thrown away"
# says: You drop the rows that have a missing cell, so the table has lost examples.
# next: Keep every row. Words that are missing get a column; numbers that are missing get the mean.
def prepare(text):
    table = read_table(text).dropna()
    inputs = pd.get_dummies(table.iloc[:, :-1], dummy_na=True)
    return torch.tensor(inputs.to_numpy(dtype=float)), torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))

# %% wrong="prepare" name="holes not filled"
# says: There are still `nan` entries in X. The words are encoded, but the missing numbers are not filled.
# next: After `get_dummies`, fill each column with its mean.
def prepare(text):
    inputs = pd.get_dummies(read_table(text).iloc[:, :-1], dummy_na=True)
    return torch.tensor(inputs.to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="only the columns called rooms and roof"
# says: Your function knows the columns of the houses by name. Another table has other columns.
# next: Let `get_dummies` and `mean` work on all inputs at once, without naming them.
def prepare(text):
    table = read_table(text)
    X = torch.cat(
        [fill_means(torch.tensor(table[["rooms"]].to_numpy(dtype=float))), one_hot(text, "roof")], dim=1
    )
    return X, target_values(text)

# %% wrong="prepare" name="a word for missing words"
# says: You write a word of your own where a word is missing. It is sorted among the others, and where no word is missing it has no column.
# next: Leave the missing words as they are, and give `get_dummies` the option `dummy_na=True`.
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    inputs = pd.get_dummies(inputs.fillna(inputs.mean(numeric_only=True)).fillna("missing"))
    return torch.tensor(inputs.to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="the median"
# says: You fill with the median, the middle one of the known numbers. The mean is asked for.
# next: Give `fillna` the mean of each column.
def prepare(text):
    inputs = pd.get_dummies(read_table(text).iloc[:, :-1], dummy_na=True)
    return torch.tensor(inputs.fillna(inputs.median()).to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="columns in the order of the file"
# says: Your columns stand in the order of the file. Asked for are the numbers first, then the one-hot columns.
# next: Collect the columns of numbers and those made from words apart, and join them at the end.
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    inputs = inputs.fillna(inputs.mean(numeric_only=True))
    numbers = inputs.select_dtypes("number").columns
    parts = [inputs[name] if name in numbers else pd.get_dummies(inputs[name], dummy_na=True) for name in inputs]
    return torch.tensor(pd.concat(parts, axis=1).to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="one mean for all columns"
# says: You fill every hole with one and the same number, so columns that measure different things are mixed.
# next: Give `fillna` one mean for each column, and no mean of these means.
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    filled = pd.get_dummies(inputs, dummy_na=True).fillna(inputs.mean(numeric_only=True).mean())
    return torch.tensor(filled.to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="targets first"
# says: You return the targets first. Asked for are the inputs X, then y.
# next: Exchange the two after `return`.
def prepare(text):
    inputs = pd.get_dummies(read_table(text).iloc[:, :-1], dummy_na=True)
    return target_values(text), torch.tensor(inputs.fillna(inputs.mean()).to_numpy(dtype=float))

# %% wrong="prepare" name="words in the order of the table"
# says: The one-hot columns come in the order in which the words first appear. They should be in alphabetical order.
# next: Sort the words, or let `get_dummies` do it.
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    numbers = inputs.select_dtypes("number")
    columns = [numbers.fillna(numbers.mean())]
    for name in inputs.columns.drop(numbers.columns):
        columns += [inputs[name] == word for word in inputs[name].dropna().unique()] + [inputs[name].isna()]
    return torch.tensor(pd.concat(columns, axis=1).to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="a missing column only when needed"
# says: You add the columns for missing words only where a cell is missing. The shape then depends on luck.
# next: Say `dummy_na=True` always. When nothing is missing, it makes a column of zeros.
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    inputs = pd.get_dummies(inputs, dummy_na=bool(inputs.isna().to_numpy().any()))
    return torch.tensor(inputs.fillna(inputs.mean()).to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="a missing column only where a word is missing"
# says: You add the columns for missing words only where a cell is missing. The shape then depends on luck.
# next: Say `dummy_na=True` always. When nothing is missing, it makes a column of zeros.
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    inputs = inputs.fillna(inputs.mean(numeric_only=True))
    words = [name for name in inputs if inputs[name].dtype != float and inputs[name].isna().any()]
    encoded = [pd.get_dummies(inputs.drop(columns=words))]
    encoded += [pd.get_dummies(inputs[name], dummy_na=True) for name in words]
    return torch.tensor(pd.concat(encoded, axis=1).to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="mean of the first column"
# says: You fill every hole with the mean of the first column. Each column has a mean of its own.
# next: Give `fillna` one mean for each column: `mean()` of the whole table gives them.
def prepare(text):
    inputs = pd.get_dummies(read_table(text).iloc[:, :-1], dummy_na=True, dtype=float)
    return torch.tensor(inputs.fillna(inputs.iloc[:, 0].mean()).to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="inputs in float32"
# says: Your inputs go through float32, which keeps only about 7 decimal digits.
# next: Give the dtype where the tensor is made.
def prepare(text):
    inputs = pd.get_dummies(read_table(text).iloc[:, :-1], dummy_na=True, dtype=float)
    return torch.tensor(inputs.fillna(inputs.mean()).values.tolist()).double(), target_values(text)

# %% wrong="prepare" name="targets in float32"
# says: Your targets go through float32, which keeps only about 7 decimal digits.
# next: Give the dtype where the tensor is made.
def prepare(text):
    inputs = pd.get_dummies(read_table(text).iloc[:, :-1], dummy_na=True, dtype=float)
    return torch.tensor(inputs.fillna(inputs.mean()).to_numpy()), target_values(text).float().double()

# %% wrong="prepare" name="spaces after the commas kept"
# says: You read the text without `skipinitialspace=True`. Where a space stands before it, NA is a word for you.
# next: Let `read_table` read the text: it skips these spaces.
def prepare(text):
    table = pd.read_csv(io.StringIO(text))
    inputs = pd.get_dummies(table.iloc[:, :-1], dummy_na=True)
    y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    return torch.tensor(inputs.fillna(inputs.mean()).to_numpy(dtype=float)), y

# %% right="prepare" name="from the earlier exercises"
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    numbers = inputs.select_dtypes("number")
    parts = [fill_means(torch.tensor(numbers.to_numpy(dtype=float)))]
    parts += [one_hot(text, name) for name in inputs.columns if name not in numbers.columns]
    return torch.cat(parts, dim=1), target_values(text)

# %% right="prepare" name="numbers filled before the words are encoded"
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    inputs = inputs.fillna(inputs.mean(numeric_only=True))
    encoded = pd.get_dummies(inputs, dummy_na=True, dtype=float)
    return torch.tensor(encoded.astype(float).values.tolist(), dtype=torch.float64), target_values(text)

# %% [markdown]
# Your own function now turns the houses into tensors. Compare with the text at the top of the notebook, row by row.

# %%
X, y = prepare(houses_text)
X, y

# %% [markdown]
# ## 6. What a filled cell claims
#
# A 3 that was measured and a 3 that was filled in look exactly alike in `X`. But one is an observation and the other
# is a guess. What does the guess rest on?
#
# Let us make a case where we know the truth. We draw the weekly study hours of 1000 students, and then delete some 300
# of the numbers, in two ways. In the first, chance alone decides which. In the second, those who study a lot have less
# time to fill in forms: the more hours, the more often the number is missing. Two masks say what is missing in each
# case, and the cell ends by counting them.

# %%
generator = torch.Generator().manual_seed(4)
hours = 20 + 6 * torch.randn(1000, dtype=torch.float64, generator=generator)
dice = torch.rand(1000, dtype=torch.float64, generator=generator)
by_chance = dice < 0.3
by_hours = dice < 0.3 + 0.05 * (hours - 20)
by_chance.sum().item(), by_hours.sum().item()

# %%
plot.bars(
    {
        "the truth": hours.mean().item(),
        "missing\nby chance": hours[~by_chance].mean().item(),
        "missing\nwhen high": hours[~by_hours].mean().item(),
    },
    ylabel="mean of the known hours",
    alt="Three bars, means in hours: the truth 20.0, numbers missing by chance 20.1, "
    "high numbers missing more often 17.6.",
    caption="What mean imputation would write into each missing cell, against the truth.",
)

# %% [markdown]
# The first two bars agree: when chance decides, those who are left resemble those who are gone, and their mean is a
# fair guess. The third bar is too low, by 2.4 hours. For those who are missing the guess is worse still, because they
# are the ones who study more: 25.0 hours on average, and 17.6 is what the table would claim. And nothing in the table
# warns you: the numbers that would show it are the missing ones. Having more rows does not help either.
#
# The mean is one thing, the spread another. The standard deviation says how far the numbers typically lie from their
# mean. Here it is before deleting, and after filling in the *fair* case:

# %%
filled = torch.where(by_chance, hours[~by_chance].mean(), hours)
hours.std(), filled.std()

# %% [markdown]
# Even when the mean is right, the filled column is too narrow, because 300 students now sit exactly on the mean.
# Nobody is like that. A filled cell is also blind to its row: it gives a student with three courses the same hours as
# one with seven.
#
# What can you do? Keep the information that a cell was filled. For words, the missing column does that. For numbers,
# you can add such a column as well: 1 where the number was missing, 0 where it was known. The network can then learn
# to treat those rows differently.
#
# One more warning for later. When you prepare *new* rows for a model that is already trained, use the means and the
# words of the table it was trained on. The new rows' own means would give the same house a different `X` depending on
# its neighbours.
#
# ### Question 6.1: in your own words
#
# A clinic's table has a column *blood pressure*. It was measured for everybody who felt dizzy, and for few others. A
# colleague fills the holes with the column's mean and trains a network. Answer in two or three sentences each:
#
# 1. What does mean imputation assume about the missing cells?
# 2. Is that so here, and what is probably wrong with the filled numbers?
# 3. What would you do, or ask, before you trust the network?
#
# A person reads your answer. What counts is what you explain, not how long it is.

# %% [markdown] answer="what_imputation_assumes" points=2
# Mean imputation assumes that the cells are missing by chance: whether a cell is missing has nothing to do with the
# number that would have stood there, so the people with a known value resemble the people without one, and the known
# mean is a fair guess for them. It also treats every missing row alike, whatever its other columns say, and it makes
# the column narrower than it is.
#
# Here it does not hold. Mostly people who felt dizzy were measured, and dizziness has to do with blood pressure, so
# the known mean is that of the unwell. The healthy majority is filled with the unusual pressure of the dizzy. The
# network learns from invented numbers, and the fact that somebody was measured at all, which says much, is hidden.
#
# I would ask why cells are missing, and for whom. I would add a column that says whether the pressure was measured,
# compare the other columns of both groups, and measure a random sample of the others if that is possible. Or I would
# fill from similar patients (same age, same symptoms), or leave the column out and compare.
#
# *For the grader: 1 point for the assumption (missing by chance, unrelated to the value; "missing cells are like the
# known ones" is enough). 1 point for seeing that it fails here, with the direction or the reason, and one sensible
# step.*

# %% [markdown]
# ## 7. A table of your own
#
# The houses were mine. Now write a table about something that you know: albums, bus rides, recipes, matches, plants on
# a window sill. It should give every part of your function something to do.
#
# ### Exercise 7.1: your table, in tensors
#
# **Your turn.** Write your table as CSV text into `my_text`, and prepare it with your own function. The table has
#
# - a first line with three names of your choice, then **six rows**,
# - first a column of **numbers**, with exactly one missing cell,
# - second a column of **words**: two different words, and exactly one missing cell,
# - third the target, a number, with nothing missing.
#
# Then set `my_X` and `my_y` to what `prepare` makes of it, and `my_missing` to the numbers of missing cells in the
# order of the columns, a list that `count_missing` can give you: `list(count_missing(my_text).values())`. By the
# description above it has to come out as one, one, none.
#
# Work out the shape of `my_X` before you run the check. One column of numbers, two words, one for missing: how many
# columns is that?

# %% solution="my_text"
### BEGIN SOLUTION
my_text = """
minutes,weather,rating
25,sun,9
NA,rain,4
31,NA,6
28,rain,5
22,sun,8
44,rain,1
"""
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())
### END SOLUTION

# %% check="my_text" points=1
def number(cell):
    try:
        return float(cell)
    except ValueError:
        return torch.nan


def holes(cells):
    return sum(not -torch.inf < number(cell) < torch.inf for cell in cells)


lines = str(my_text).strip().splitlines()
rows = [[cell.strip(' "') for cell in line.split(",")] for line in lines if line.strip()][1:]
spellings = "NA N/A n/a NaN nan -NaN -nan null NULL None <NA> #NA #N/A".split()  # and nothing at all
first, second, last = [cells[0] for cells in rows], [cells[:2][-1] for cells in rows], [cells[-1] for cells in rows]
words = [cell for cell in second if cell and cell not in spellings]
number_of_rows = ... if my_text is ... else len(rows)
missing_in_first_column = ... if my_text is ... else holes(first)
second_column = ... if my_text is ... else {"missing": len(rows) - len(words), "different words": len(set(words))}
missing_in_last_column = ... if my_text is ... else holes(last)
check.value(number_of_rows, 6)
check.value(missing_in_first_column, 1)
check.value(second_column, {"missing": 1, "different words": 2})
check.value(missing_in_last_column, 0)
check.shape(my_X, (6, 4), dtype=torch.float64)
check.shape(my_y, (6,), dtype=torch.float64)
check.value(my_missing, [1, 1, 0])
### BEGIN HIDDEN TESTS
check.value(my_y, torch.tensor([number(cell) for cell in last], dtype=torch.float64))
from_text = cases.example(text=my_text, gives=(my_X, my_y))  # X and y come from this very text
check.function(prepare, on=[from_text])
### END HIDDEN TESTS

# %% wrong="my_text" name="nothing missing among the words"
# says: Your column of words is complete. Without a hole in it the missing column is never 1.
# next: Write NA, or nothing, in place of one of the words.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,sun,6\n28,rain,5\n22,sun,8\n44,rain,1\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="three words"
# says: There are three different words in your second column, so it takes three columns and one for missing.
# next: Keep to two different words.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,NA,6\n28,rain,5\n22,sun,8\n44,fog,1\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="a question mark for a missing word"
# says: pandas reads what you wrote into your column of words as a word like any other, not as a missing cell.
# next: Write NA where a cell is missing, or nothing at all between the two commas.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,?,6\n28,rain,5\n22,sun,8\n44,rain,1\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="tensors that are not the table's"
# says: Your tensors have the right shapes, but they are not what `prepare` makes of your text.
# next: Set `my_X` and `my_y` with `prepare(my_text)`.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,NA,6\n28,rain,5\n22,sun,8\n44,rain,1\n"
my_X, my_y = torch.zeros(6, 4, dtype=torch.float64), torch.zeros(6, dtype=torch.float64)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="two numbers missing"
# says: Two cells of your column of numbers are missing. Exactly one should be.
# next: Put a number in one of the two places.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,NA,6\nNA,rain,5\n22,sun,8\n44,rain,1\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="words in the first column"
# says: Your first column has no numbers in it: the words stand there. Asked for are the numbers first, then the words.
# next: Exchange the first two columns of your table, in every line.
my_text = "weather,minutes,rating\nsun,25,9\nrain,NA,4\nNA,25,6\nrain,28,5\nsun,25,8\nrain,28,1\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="five rows"
# says: Your table has five rows. The line with the names is not one of the six.
# next: Add one more row.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,NA,6\n28,rain,5\n22,sun,8\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="no number missing"
# says: Your column of numbers is complete. Exactly one of its cells should be missing.
# next: Write NA, or nothing, in place of one of the numbers.
my_text = "minutes,weather,rating\n25,sun,9\n29,rain,4\n31,NA,6\n28,rain,5\n22,sun,8\n44,rain,1\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="seven rows"
# says: Your table has seven rows below the line with the names. Asked for are six.
# next: Leave one row out.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,NA,6\n28,rain,5\n22,sun,8\n44,rain,1\n40,sun,3\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="targets from X"
# says: Your my_y is not the last column of your text.
# next: Set both names at once, with `my_X, my_y = prepare(my_text)`.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,NA,6\n28,rain,5\n22,sun,8\n44,rain,1\n"
my_X = prepare(my_text)[0]
my_y = my_X[:, -1]
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="one word"
# says: There is only one word in your second column. Asked for are two different ones.
# next: Write another word in one of the rows.
my_text = "minutes,weather,rating\n25,sun,9\nNA,sun,4\n31,NA,6\n28,sun,5\n22,sun,8\n44,sun,1\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="four words"
# says: There are more than two different words in your second column. Each takes a column of its own.
# next: Keep to two different words. Upper and lower case are different, too.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,NA,6\n28,wind,5\n22,sun,8\n44,fog,1\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="every word its own"
# says: There are more than two different words in your second column. Each takes a column of its own.
# next: Keep to two different words. Upper and lower case are different, too.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,NA,6\n28,wind,5\n22,snow,8\n44,fog,1\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="two words missing"
# says: Two cells of your column of words are missing. Exactly one should be.
# next: Put a word in one of the two places.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,NA,6\n28,NA,5\n22,sun,8\n44,rain,1\n"
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="a target missing"
# says: One of your targets is missing. In the last column every cell has a number.
# next: Put a number in its place.
my_text = "minutes,weather,rating\n25,sun,9\nNA,rain,4\n31,NA,NA\n28,rain,5\n22,sun,8\n44,rain,1\n"
my_X, my_y = prepare(my_text)
my_missing = [1, 1, 0]

# %% right="my_text" name="another table, empty cells"
my_text = """songs,mood,plays
12,calm,130
9,wild,-2.5
,calm,71
10,wild,15
11,,8
14,wild,300
"""
my_X, my_y = prepare(my_text)
my_missing = [1, 1, 0]

# %% right="my_text" name="spaces after the commas"
my_text = """
stops, day, late
4, Mon, 2.5
7, Tue, 0
NA, Mon, 1
5, NA, 12
9, Tue, 3
6, Tue, 0.5
"""
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% [markdown]
# ## Summary
#
# - A CSV file is text. `pd.read_csv` reads it into a DataFrame, a table whose columns have names and dtypes. Missing
#   cells become `NaN`; `isna()` finds them.
# - The target is what is to be predicted, the inputs are the rest. `iloc` picks columns by position.
# - Words become one-hot columns, because numbers in their place would bring an order that the words do not have.
#   Missing words get a column too.
# - Missing numbers are filled with the mean of the known numbers of their column.
# - Mean imputation assumes that chance decided which cells are missing. When that is not so, the filled numbers are
#   off. Even when it is so, the filled column is narrower than the truth.
# - At the end stand two float64 tensors: `X` of shape (n, d), one row for each example, and `y` of shape (n,).
#
# Next week `X` and `y` meet their first model: a weight for each column of `X`, and a line.
#
# ## Where to read on
#
# - A. Zhang, Z. C. Lipton, M. Li, A. J. Smola, *Dive into Deep Learning*, section 2.2, "Data Preprocessing".
# - The pandas documentation, user guide, chapters "IO tools" and "Working with missing data".
# - W. McKinney, *Python for Data Analysis*, chapters 5 to 7, by the first author of pandas.
# - S. van Buuren, *Flexible Imputation of Missing Data*, chapter 1: what the simple ways of filling cost, and what to
#   do instead.
