# %% right="count_missing" name="beginner loop over the column names"
def count_missing(text):
    table = read_table(text)
    result = {}
    for name in table.columns:
        holes = table[name].isna()
        result[name] = int(holes.sum())
    return result

# %% right="count_missing" name="one line with sum and to_dict"
def count_missing(text):
    return read_table(text).isna().sum().to_dict()

# %% right="count_missing" name="rows minus known cells in a comprehension"
def count_missing(text):
    """Count missing cells, given CSV text; returns a dict {column name: whole number}."""
    table = read_table(text)
    n_rows = len(table)
    known = table.count()
    return {name: n_rows - int(known[name]) for name in table}

# %% wrong="count_missing" name="plain pd.read_csv without skipinitialspace, so an NA after a space is a word"
def count_missing(text):
    table = pd.read_csv(io.StringIO(text))
    return table.isna().sum().to_dict()

# %% wrong="count_missing" name="splits the text by hand and knows only NA and empty, not N/A, null or NaN"
def count_missing(text):
    lines = [line for line in text.splitlines() if line.strip()]
    names = [name.strip() for name in lines[0].split(",")]
    counts = {name: 0 for name in names}
    for line in lines[1:]:
        for name, cell in zip(names, line.split(",")):
            if cell.strip() in ("", "NA"):
                counts[name] += 1
    return counts

# %% wrong="count_missing" name="takes rows minus nunique, so every repeated value is counted as missing too"
def count_missing(text):
    table = read_table(text)
    return {name: int(len(table) - table[name].nunique()) for name in table.columns}

# %% wrong="count_missing" name="tests truth of the cell as well, so a known 0 is counted as missing"
def count_missing(text):
    table = read_table(text)
    counts = {}
    for name in table.columns:
        counts[name] = 0
        for cell in table[name]:
            if pd.isna(cell) or not cell:
                counts[name] += 1
    return counts

# %% right="target_values" name="loop over the cells into a list of floats"
def target_values(text):
    table = read_table(text)
    last = table.columns[-1]
    numbers = []
    for cell in table[last]:
        numbers.append(float(cell))
    return torch.tensor(numbers, dtype=torch.float64)

# %% right="target_values" name="compact iloc and to_numpy"
def target_values(text):
    return torch.tensor(read_table(text).iloc[:, -1].to_numpy(dtype=float))

# %% right="target_values" name="whole table as an object array, last column cast in numpy"
import numpy as np


def target_values(text):
    cells = read_table(text).to_numpy(dtype=object)
    last = np.ascontiguousarray(cells[:, -1]).astype(np.float64)
    return torch.from_numpy(last)

# %% wrong="target_values" name="makes a float32 tensor from the list first and calls double afterwards, digits are lost"
def target_values(text):
    prices = read_table(text).iloc[:, -1].tolist()
    return torch.tensor(prices).double()

# %% wrong="target_values" name="slices -1: to a column and squeezes, so one row gives no dimension at all"
def target_values(text):
    table = read_table(text)
    return torch.tensor(table.iloc[:, -1:].to_numpy(dtype=float)).squeeze()

# %% wrong="target_values" name="drops duplicate rows while cleaning, so n is too small when two rows agree"
def target_values(text):
    table = read_table(text).drop_duplicates()
    y = table.iloc[:, -1].to_numpy(dtype=float)
    return torch.tensor(y)

# %% wrong="target_values" name="keeps the dtype of the column, so whole-number prices come out as int64"
def target_values(text):
    y = read_table(text).iloc[:, -1]
    return torch.tensor(y.values.copy())

# %% right="one_hot" name="nested loops over rows and sorted words"
def one_hot(text, column):
    cells = read_table(text)[column]
    words = []
    for cell in cells:
        if not pd.isna(cell) and cell not in words:
            words.append(cell)
    words.sort()
    rows = []
    for cell in cells:
        row = [0.0] * (len(words) + 1)
        if pd.isna(cell):
            row[-1] = 1.0
        else:
            row[words.index(cell)] = 1.0
        rows.append(row)
    return torch.tensor(rows, dtype=torch.float64)

# %% right="one_hot" name="get_dummies of the single column"
def one_hot(text, column):
    dummies = pd.get_dummies(read_table(text)[column], dummy_na=True, dtype=float)
    return torch.tensor(dummies.to_numpy())

# %% right="one_hot" name="factorize and rows of the identity matrix"
def one_hot(text, column):
    codes, words = pd.factorize(read_table(text)[column], sort=True)
    k = len(words)
    codes = torch.tensor(codes.tolist(), dtype=torch.int64)
    codes[codes < 0] = k
    return torch.eye(k + 1, dtype=torch.float64)[codes]

# %% wrong="one_hot" name="adds the missing column only if the column has a missing cell"
def one_hot(text, column):
    cells = read_table(text)[column]
    encoded = pd.get_dummies(cells, dummy_na=bool(cells.isna().any()), dtype=float)
    return torch.tensor(encoded.to_numpy())

# %% wrong="one_hot" name="words in order of first appearance from unique, never sorted"
def one_hot(text, column):
    cells = read_table(text)[column]
    words = cells.dropna().unique()
    columns = [torch.tensor((cells == word).to_numpy(dtype=float)) for word in words]
    columns.append(torch.tensor(cells.isna().to_numpy(dtype=float)))
    return torch.stack(columns, dim=1)

# %% wrong="one_hot" name="sorts the values as strings, so line 14 comes before line 7"
def one_hot(text, column):
    cells = read_table(text)[column]
    missing = cells.isna()
    as_text = cells.astype(str)
    words = sorted(set(as_text[~missing]))
    rows = []
    for word, hole in zip(as_text, missing):
        rows.append([not hole and word == w for w in words] + [bool(hole)])
    return torch.tensor(rows, dtype=torch.float64)

# %% wrong="one_hot" name="double brackets give get_dummies a table, so a column of numbers is not encoded"
def one_hot(text, column):
    table = read_table(text)
    encoded = pd.get_dummies(table[[column]], dummy_na=True, dtype=float)
    return torch.tensor(encoded.to_numpy(dtype=float))

# %% right="fill_means" name="clone and loop over columns"
def fill_means(X):
    result = X.clone()
    for j in range(X.shape[1]):
        column = X[:, j]
        missing = torch.isnan(column)
        mean = column[~missing].mean()
        result[missing, j] = mean
    return result

# %% right="fill_means" name="where, sum and count with broadcasting"
def fill_means(X):
    missing = torch.isnan(X)
    zeroed = torch.where(missing, torch.zeros_like(X), X)
    means = zeroed.sum(dim=0) / (~missing).sum(dim=0)
    return torch.where(missing, means, X)

# %% right="fill_means" name="through a pandas table and fillna"
def fill_means(X):
    """Replace each nan in X (n, d) by the mean of its column's known entries."""
    table = pd.DataFrame(X.tolist(), dtype=float)
    filled = table.fillna(table.mean())
    return torch.tensor(filled.to_numpy(), dtype=X.dtype)

# %% wrong="fill_means" name="writes the means into X itself, so the caller loses the holes"
def fill_means(X):
    for j in range(X.shape[1]):
        missing = torch.isnan(X[:, j])
        X[missing, j] = X[~missing, j].mean()
    return X

# %% wrong="fill_means" name="counts as known only what is not zero after filling, so known zeros are left out of the divisor"
def fill_means(X):
    missing = torch.isnan(X)
    zeroed = torch.nan_to_num(X, nan=0.0)
    how_many = (zeroed != 0).sum(dim=0)
    means = zeroed.sum(dim=0) / how_many
    return torch.where(missing, means, X)

# %% wrong="fill_means" name="fills with the number halfway between the smallest and largest known one instead of the mean"
def fill_means(X):
    result = X.clone()
    for j in range(X.shape[1]):
        missing = torch.isnan(X[:, j])
        known = X[~missing, j]
        halfway = (known.min() + known.max()) / 2
        result[:, j] = torch.where(missing, halfway, X[:, j])
    return result

# %% wrong="fill_means" name="collects the means in a default float32 vector, so the filled numbers have only 7 digits"
def fill_means(X):
    n, d = X.shape
    missing = torch.isnan(X)
    means = torch.zeros(d)
    for j in range(d):
        means[j] = X[~missing[:, j], j].mean()
    return torch.where(missing, means, X).to(X.dtype)

# %% right="prepare" name="the two pandas steps"
def prepare(text):
    table = read_table(text)
    inputs = pd.get_dummies(table.iloc[:, :-1], dummy_na=True)
    inputs = inputs.fillna(inputs.mean())
    X = torch.tensor(inputs.to_numpy(dtype=float))
    y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    return X, y

# %% right="prepare" name="built from the own functions, column by column"
def prepare(text):
    table = read_table(text)
    numbers = []
    words = []
    for name in table.columns[:-1]:
        if pd.api.types.is_numeric_dtype(table[name]):
            column = torch.tensor(table[name].to_numpy(dtype=float))
            numbers.append(fill_means(column.reshape(-1, 1)))
        else:
            words.append(one_hot(text, name))
    X = torch.cat(numbers + words, dim=1)
    return X, target_values(text)

# %% right="prepare" name="helper, select_dtypes and concat, returns a list"
def _to_tensor(part):
    return torch.tensor(part.to_numpy(dtype=float), dtype=torch.float64)


def prepare(text):
    table = read_table(text)
    target = table.columns[-1]
    inputs = table.drop(columns=target)
    numbers = inputs.select_dtypes(include="number")
    words = inputs.select_dtypes(exclude="number")
    parts = [numbers.fillna(numbers.mean())]
    parts += [pd.get_dummies(words[name], dummy_na=True, dtype=float) for name in words.columns]
    return [_to_tensor(pd.concat(parts, axis=1)), _to_tensor(table[target])]

# %% wrong="prepare" name="replaces missing words by the word missing, so its column is sorted among the others or absent"
def prepare(text):
    table = read_table(text)
    inputs = table.iloc[:, :-1].copy()
    for name in inputs.columns:
        if not pd.api.types.is_numeric_dtype(inputs[name]):
            inputs[name] = inputs[name].fillna("missing")
    encoded = pd.get_dummies(inputs, dtype=float)
    encoded = encoded.fillna(encoded.mean())
    X = torch.tensor(encoded.to_numpy(dtype=float))
    y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    return X, y

# %% wrong="prepare" name="fills missing numbers with the median of the column, which is the mean only for two known numbers"
def prepare(text):
    table = read_table(text)
    encoded = pd.get_dummies(table.iloc[:, :-1], dummy_na=True, dtype=float)
    encoded = encoded.fillna(encoded.median())
    X = torch.tensor(encoded.to_numpy(dtype=float))
    return X, target_values(text)

# %% wrong="prepare" name="appends the pieces in the order of the file, so one-hot columns may stand before numbers"
def prepare(text):
    table = read_table(text)
    pieces = []
    for name in table.columns[:-1]:
        if pd.api.types.is_numeric_dtype(table[name]):
            numbers = torch.tensor(table[name].to_numpy(dtype=float))
            pieces.append(fill_means(numbers[:, None]))
        else:
            pieces.append(one_hot(text, name))
    X = torch.cat(pieces, dim=1)
    y = target_values(text)
    return X, y

# %% wrong="prepare" name="one overall mean of the column means fills every hole instead of each column its own"
def prepare(text):
    table = read_table(text)
    inputs = table.iloc[:, :-1]
    mean = inputs.mean(numeric_only=True).mean()
    encoded = pd.get_dummies(inputs, dummy_na=True).fillna(mean)
    X = torch.tensor(encoded.to_numpy(dtype=float))
    y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    return X, y

# %% right="my_text" name="triple-quoted table of albums with NA"
my_text = """
tracks,kind,minutes
12,studio,48
NA,live,71
10,studio,39
14,NA,55
9,studio,33
17,live,80
"""
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% right="my_text" name="rows joined from a list, spaces after commas, other spellings of missing"
rows = [
    "stops, weather, delay",
    "7, dry, 1.5",
    "12, rain, 6",
    "N/A, rain, 4.5",
    "9, dry, -1",
    "11, null, 0",
    "5, dry, 2",
]
my_text = "\n".join(rows)
prepared = prepare(my_text)
my_X = prepared[0]
my_y = prepared[1]
my_missing = [count for count in count_missing(my_text).values()]

# %% right="my_text" name="one string, empty cells, both holes in one row, quoted words"
my_text = (
    "height in cm,place,leaves\n"
    "30.5,window sill,12\n"
    ",,20\n"
    '18,"shelf, upper",7\n'
    "44.25,window sill,31\n"
    '9.5,"shelf, upper",4\n'
    "0,window sill,0\n"
)
my_X, my_y = prepare(my_text)
counts = count_missing(my_text)
my_missing = [counts["height in cm"], counts["place"], counts["leaves"]]

# %% wrong="my_text" name="column of words stands first and the numbers second, against the described order"
my_text = """
dish,minutes,stars
soup,40,4
soup,NA,3
pie,75,5
NA,20,2
pie,90,4
soup,35,3
"""
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="takes the last column of my_X as my_y, that is the column for missing words"
my_text = """
goals,place,viewers
3,home,1200
1,away,800
NA,home,1500
0,away,650
2,NA,900
4,home,2100
"""
my_X, _ = prepare(my_text)
my_y = my_X[:, -1]
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="prepares the first draft of the table, my_text was changed afterwards so my_X and my_y are stale"
draft = """
stops,line,minutes
4,tram,11
8,bus,25
NA,bus,31
6,tram,15
9,NA,28
3,tram,9
"""
my_X, my_y = prepare(draft)
my_text = """
stops,line,minutes
5,tram,13
8,bus,25
NA,bus,31
6,tram,16
9,NA,28
3,tram,9
"""
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="counts the line of names among the six, so the table has only five rows"
my_text = """
pages,cover,price
320,hard,24.5
NA,soft,9.9
180,soft,8
450,hard,30
210,NA,12
"""
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())
