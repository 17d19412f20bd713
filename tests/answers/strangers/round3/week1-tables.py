# %% right="count_missing" name="one pandas chain"
def count_missing(text):
    """Count missing cells, given CSV text; returns a dict {column name: whole number}."""
    return read_table(text).isna().sum().to_dict()

# %% right="count_missing" name="beginner loops over every cell"
def count_missing(text):
    table = read_table(text)
    counts = {}
    for column in table.columns:
        number = 0
        for cell in table[column]:
            if pd.isna(cell):
                number = number + 1
        counts[column] = number
    return counts

# %% right="count_missing" name="mask as a torch tensor, zip with the names"
def count_missing(text):
    table = read_table(text)
    mask = torch.tensor(table.isna().to_numpy())
    return dict(zip(table.columns, mask.sum(dim=0).tolist()))

# %% wrong="count_missing" name="counts the cells that hold a zero as missing, too, besides the NaN ones"
def count_missing(text):
    table = read_table(text)
    holes = table.isna() | (table == 0)
    return holes.sum().to_dict()

# %% wrong="count_missing" name="reads with plain read_csv, no skipinitialspace, so NA after a space stays a word"
def count_missing(text):
    table = pd.read_csv(io.StringIO(text))
    return {name.strip(): int(table[name].isna().sum()) for name in table.columns}

# %% wrong="count_missing" name="rows minus number of different values, so repeated values are counted as missing cells"
def count_missing(text):
    table = read_table(text)
    n = len(table)
    return {name: n - int(table[name].nunique()) for name in table.columns}

# %% wrong="count_missing" name="parses the text by hand, knows only NA and the empty cell, misses null and N/A"
def count_missing(text):
    lines = [line for line in text.splitlines() if line.strip()]
    names = [name.strip() for name in lines[0].split(",")]
    counts = {name: 0 for name in names}
    for line in lines[1:]:
        for name, cell in zip(names, line.split(",")):
            if cell.strip() in ("NA", ""):
                counts[name] += 1
    return counts

# %% right="target_values" name="iloc and to_numpy as in the text"
def target_values(text):
    """Return the last column, given CSV text: a tensor of shape (n,), float64."""
    return torch.tensor(read_table(text).iloc[:, -1].to_numpy(dtype=float))

# %% right="target_values" name="loop with floats, column by its name"
def target_values(text):
    table = read_table(text)
    name = table.columns[-1]
    numbers = []
    for value in table[name]:
        numbers.append(float(value))
    return torch.tensor(numbers, dtype=torch.float64)

# %% right="target_values" name="splits the text at its last commas without pandas"
def target_values(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return torch.tensor([float(line.rsplit(",", 1)[1]) for line in lines[1:]], dtype=torch.float64)

# %% wrong="target_values" name="makes a float32 tensor first and widens it, so long numbers lose their digits"
def target_values(text):
    column = read_table(text).iloc[:, -1]
    values = torch.Tensor(column.tolist())
    return values.to(torch.float64)

# %% wrong="target_values" name="takes a one-column slice and squeezes it, a single row gives shape ()"
def target_values(text):
    table = read_table(text)
    last = torch.tensor(table.iloc[:, -1:].to_numpy(dtype=float))
    return last.squeeze()

# %% wrong="target_values" name="drops duplicate rows before taking the column, so equal rows are returned once"
def target_values(text):
    table = read_table(text).drop_duplicates()
    return torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))

# %% wrong="target_values" name="lets torch choose the dtype, whole-number prices come out as int64"
def target_values(text):
    table = read_table(text)
    return torch.tensor(table[table.columns[-1]].tolist())

# %% right="one_hot" name="get_dummies of the single column"
def one_hot(text, column):
    """One-hot encode one column, given CSV text and the column's name."""
    dummies = pd.get_dummies(read_table(text)[column], dummy_na=True, dtype=float)
    return torch.tensor(dummies.to_numpy(dtype=float))

# %% right="one_hot" name="zeros and two loops"
def one_hot(text, column):
    cells = read_table(text)[column].tolist()
    known = []
    for cell in cells:
        if not pd.isna(cell) and cell not in known:
            known.append(cell)
    known.sort()
    result = torch.zeros(len(cells), len(known) + 1, dtype=torch.float64)
    for i in range(len(cells)):
        if pd.isna(cells[i]):
            result[i, -1] = 1
        else:
            result[i, known.index(cells[i])] = 1
    return result

# %% right="one_hot" name="factorize into codes and rows of an identity matrix"
def one_hot(text, column):
    series = read_table(text)[column]
    codes, values = pd.factorize(series, sort=True)
    k = len(values)
    index = torch.tensor([k if code < 0 else int(code) for code in codes])
    return torch.eye(k + 1, dtype=torch.float64)[index]

# %% wrong="one_hot" name="adds the missing column only when a cell is missing, else shape is (n, k)"
def one_hot(text, column):
    cells = read_table(text)[column]
    dummies = pd.get_dummies(cells, dummy_na=bool(cells.isna().any()), dtype=float)
    return torch.tensor(dummies.to_numpy(dtype=float))

# %% wrong="one_hot" name="double brackets give get_dummies a table, so a column of numbers is not encoded"
def one_hot(text, column):
    table = read_table(text)[[column]]
    dummies = pd.get_dummies(table, dummy_na=True, dtype=float)
    return torch.tensor(dummies.to_numpy(dtype=float))

# %% wrong="one_hot" name="sorts the values as strings, so line 14 comes before line 7"
def one_hot(text, column):
    cells = read_table(text)[column]
    words = sorted({str(cell) for cell in cells if not pd.isna(cell)})
    rows = []
    for cell in cells:
        rows.append([str(cell) == word for word in words] + [pd.isna(cell)])
    return torch.tensor(rows, dtype=torch.float64)

# %% wrong="one_hot" name="columns in order of first appearance in the file instead of alphabetical order"
def one_hot(text, column):
    cells = read_table(text)[column]
    words = cells.dropna().unique()
    columns = [cells == word for word in words] + [cells.isna()]
    return torch.stack([torch.tensor(c.to_numpy(dtype=float)) for c in columns], dim=1)

# %% right="fill_means" name="clone and a loop over columns"
def fill_means(X):
    """Replace each nan in X (n, d) by the mean of its column's known entries."""
    result = X.clone()
    for j in range(X.shape[1]):
        missing = torch.isnan(X[:, j])
        result[missing, j] = X[~missing, j].mean()
    return result

# %% right="fill_means" name="sum over known divided by count, broadcast"
def fill_means(X):
    missing = torch.isnan(X)
    sums = torch.where(missing, torch.zeros_like(X), X).sum(dim=0)
    counts = (~missing).sum(dim=0)
    return torch.where(missing, sums / counts, X)

# %% right="fill_means" name="numpy nanmean on a copy"
import numpy as np


def fill_means(X):
    values = X.numpy().copy()
    rows, columns = np.nonzero(np.isnan(values))
    values[rows, columns] = np.nanmean(values, axis=0)[columns]
    return torch.from_numpy(values)

# %% wrong="fill_means" name="writes the means into X itself without a copy, so the holes are gone afterwards"
def fill_means(X):
    for j in range(X.shape[1]):
        column = X[:, j]
        missing = torch.isnan(column)
        column[missing] = column[~missing].mean()
    return X

# %% wrong="fill_means" name="counts the nonzero entries after replacing nan by 0, so a known 0 is not counted"
def fill_means(X):
    missing = torch.isnan(X)
    zeroed = torch.where(missing, torch.zeros_like(X), X)
    means = zeroed.sum(dim=0) / (zeroed != 0).sum(dim=0).clamp(min=1)
    return torch.where(missing, means, X)

# %% wrong="fill_means" name="takes halfway between smallest and largest known number instead of the mean"
def fill_means(X):
    result = X.clone()
    for j in range(X.shape[1]):
        hole = torch.isnan(X[:, j])
        known = X[~hole, j]
        result[hole, j] = (known.min() + known.max()) / 2
    return result

# %% wrong="fill_means" name="collects the result in a float32 tensor of zeros and widens it at the end"
def fill_means(X):
    n, d = X.shape
    filled = torch.zeros(n, d)
    for j in range(d):
        known = X[:, j][~torch.isnan(X[:, j])]
        mean = known.sum() / len(known)
        for i in range(n):
            filled[i, j] = mean if torch.isnan(X[i, j]) else X[i, j]
    return filled.double()

# %% right="prepare" name="pandas two steps"
def prepare(text):
    """Turn CSV text into inputs X (n, d) and targets y (n,), both float64."""
    table = read_table(text)
    encoded = pd.get_dummies(table.iloc[:, :-1], dummy_na=True)
    filled = encoded.fillna(encoded.mean())
    X = torch.tensor(filled.to_numpy(dtype=float))
    y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    return X, y

# %% right="prepare" name="own functions from above, numbers then words"
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    numbers, words = [], []
    for name in inputs.columns:
        if pd.api.types.is_numeric_dtype(inputs[name]):
            column = torch.tensor(inputs[name].to_numpy(dtype=float))
            numbers.append(fill_means(column.reshape(-1, 1)))
        else:
            words.append(one_hot(text, name))
    return torch.cat(numbers + words, dim=1), target_values(text)

# %% right="prepare" name="helpers and columns as nested lists"
def _encode(series):
    values = series.tolist()
    if pd.api.types.is_numeric_dtype(series):
        known = [float(v) for v in values if not pd.isna(v)]
        mean = sum(known) / len(known)
        return [[mean if pd.isna(v) else float(v) for v in values]]
    words = sorted({v for v in values if not pd.isna(v)})
    columns = [[float(not pd.isna(v) and v == word) for v in values] for word in words]
    columns.append([float(pd.isna(v)) for v in values])
    return columns


def prepare(text):
    table = read_table(text)
    *names, target = table.columns
    is_number = {name: pd.api.types.is_numeric_dtype(table[name]) for name in names}
    ordered = sorted(names, key=lambda name: not is_number[name])
    columns = [column for name in ordered for column in _encode(table[name])]
    X = torch.tensor(columns, dtype=torch.float64).T
    y = torch.tensor([float(v) for v in table[target]], dtype=torch.float64)
    return (X, y)

# %% wrong="prepare" name="asks for missing columns only if words are missing somewhere, else the columns are left out"
def prepare(text):
    table = read_table(text)
    inputs = table.iloc[:, :-1]
    holes = bool(inputs.select_dtypes(exclude="number").isna().any().any())
    encoded = pd.get_dummies(inputs, dummy_na=holes, dtype=float)
    filled = encoded.fillna(encoded.mean())
    X = torch.tensor(filled.to_numpy(dtype=float))
    y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    return X, y

# %% wrong="prepare" name="leaves one-hot columns where the word column stands in the file, numbers do not come first"
def prepare(text):
    table = read_table(text)
    parts = []
    for name in table.columns[:-1]:
        if pd.api.types.is_numeric_dtype(table[name]):
            column = torch.tensor(table[name].to_numpy(dtype=float))
            parts.append(fill_means(column.reshape(-1, 1)))
        else:
            parts.append(one_hot(text, name))
    return torch.cat(parts, dim=1), target_values(text)

# %% wrong="prepare" name="fills the holes of every column with the mean of the first encoded column only"
def prepare(text):
    table = read_table(text)
    encoded = pd.get_dummies(table.iloc[:, :-1], dummy_na=True, dtype=float)
    filled = encoded.fillna(encoded.mean().iloc[0])
    X = torch.tensor(filled.to_numpy(dtype=float))
    y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    return X, y

# %% wrong="prepare" name="squeezes the target, so y has shape () for a table with a single row"
def prepare(text):
    table = read_table(text)
    encoded = pd.get_dummies(table.iloc[:, :-1], dummy_na=True, dtype=float)
    encoded = encoded.fillna(encoded.mean())
    X = torch.tensor(encoded.to_numpy(dtype=float))
    y = torch.tensor(table.iloc[:, [-1]].to_numpy(dtype=float)).squeeze()
    return X, y
