# %% right="count_missing" name="isna, sum, to_dict"
def count_missing(text):
    return read_table(text).isna().sum().to_dict()

# %% right="count_missing" name="loop over columns and cells"
def count_missing(text):
    table = read_table(text)
    counts = {}
    for name in table.columns:
        holes = 0
        for cell in table[name]:
            if pd.isna(cell):
                holes += 1
        counts[name] = holes
    return counts

# %% right="count_missing" name="rows minus known cells, comprehension"
def count_missing(text):
    table = read_table(text)
    n = len(table)
    return {name: n - int(cells.count()) for name, cells in table.items()}

# %% wrong="count_missing" name="reads without skipinitialspace, so NA after a space counts as a word and not as missing"
def count_missing(text):
    table = pd.read_csv(io.StringIO(text))
    return table.isna().sum().to_dict()

# %% wrong="count_missing" name="not cell counts every known 0 as a missing cell"
def count_missing(text):
    table = read_table(text)
    result = {}
    for name in table:
        result[name] = sum(1 for cell in table[name] if not cell or cell != cell)
    return result

# %% wrong="count_missing" name="splits the text itself and knows only NA and the empty cell, not null or N/A"
def count_missing(text):
    lines = text.strip().split("\n")
    names = [name.strip() for name in lines[0].split(",")]
    counts = {name: 0 for name in names}
    for line in lines[1:]:
        for name, cell in zip(names, line.split(",")):
            if cell.strip() in ("NA", ""):
                counts[name] += 1
    return counts

# %% wrong="count_missing" name="equal rows are dropped before counting, so missing cells in repeated rows are counted once"
def count_missing(text):
    table = read_table(text).drop_duplicates()
    return {name: int(table[name].isna().sum()) for name in table.columns}

# %% right="target_values" name="iloc and to_numpy"
def target_values(text):
    table = read_table(text)
    return torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))

# %% right="target_values" name="list of floats with dtype"
def target_values(text):
    table = read_table(text)
    last_name = table.columns[-1]
    numbers = []
    for cell in table[last_name]:
        numbers.append(float(cell))
    return torch.tensor(numbers, dtype=torch.float64)

# %% right="target_values" name="last column of the text itself"
def target_values(text):
    rows = [line for line in text.splitlines() if line.strip()][1:]
    cells = [row.rsplit(",", 1)[-1] for row in rows]
    y = torch.empty(len(cells), dtype=torch.float64)
    for i, cell in enumerate(cells):
        y[i] = float(cell.strip().strip('"'))
    return y

# %% wrong="target_values" name="a list of floats becomes float32 first and then double, so digits are lost"
def target_values(text):
    values = read_table(text).iloc[:, -1].tolist()
    return torch.tensor(values).double()

# %% wrong="target_values" name="keeps the column as a range and squeezes it, so a single row gives shape ()"
def target_values(text):
    last = read_table(text).iloc[:, -1:]
    return torch.tensor(last.to_numpy(dtype=float)).squeeze()

# %% wrong="target_values" name="drop_duplicates removes repeated rows, so two equal rows give only one target"
def target_values(text):
    table = read_table(text).drop_duplicates()
    return torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))

# %% wrong="target_values" name="no dtype is asked for, so a column of whole numbers becomes an int64 tensor"
def target_values(text):
    table = read_table(text)
    return torch.tensor(table.iloc[:, -1].to_numpy())

# %% right="one_hot" name="get_dummies of one column"
def one_hot(text, column):
    table = read_table(text)
    dummies = pd.get_dummies(table[column], dummy_na=True, dtype=float)
    return torch.tensor(dummies.to_numpy(dtype=float))

# %% right="one_hot" name="comparisons by hand"
def one_hot(text, column):
    cells = list(read_table(text)[column])
    values = sorted({cell for cell in cells if not pd.isna(cell)})
    rows = []
    for cell in cells:
        line = [1.0 if cell == value else 0.0 for value in values]
        line.append(1.0 if pd.isna(cell) else 0.0)
        rows.append(line)
    return torch.tensor(rows, dtype=torch.float64)

# %% right="one_hot" name="factorize and indexing, minus one is the last column"
def one_hot(text, column):
    codes, values = pd.factorize(read_table(text)[column], sort=True)
    n, k = len(codes), len(values)
    encoded = torch.zeros(n, k + 1, dtype=torch.float64)
    for i, code in enumerate(codes):
        encoded[i, int(code)] = 1
    return encoded

# %% wrong="one_hot" name="asks for the missing column only if a cell is missing, so it is absent otherwise"
def one_hot(text, column):
    cells = read_table(text)[column]
    holes = bool(cells.isna().any())
    dummies = pd.get_dummies(cells, dummy_na=holes)
    return torch.tensor(dummies.to_numpy(dtype=float))

# %% wrong="one_hot" name="double brackets make a table, so get_dummies leaves a column of numbers unencoded"
def one_hot(text, column):
    table = read_table(text)
    encoded = pd.get_dummies(table[[column]], dummy_na=True)
    return torch.tensor(encoded.to_numpy(dtype=float))

# %% wrong="one_hot" name="numbers are turned into strings before sorting, so 14 comes before 7"
def one_hot(text, column):
    cells = read_table(text)[column]
    known = sorted(str(cell) for cell in cells.dropna().unique())
    encoded = torch.zeros(len(cells), len(known) + 1, dtype=torch.float64)
    for i, cell in enumerate(cells):
        if pd.isna(cell):
            encoded[i, -1] = 1
        else:
            encoded[i, known.index(str(cell))] = 1
    return encoded

# %% wrong="one_hot" name="the columns follow the first appearance of the words instead of alphabetical order"
def one_hot(text, column):
    cells = read_table(text)[column]
    values = list(cells.dropna().unique())
    rows = [[float(cell == value) for value in values] + [float(pd.isna(cell))] for cell in cells]
    return torch.tensor(rows, dtype=torch.float64)

# %% right="fill_means" name="loop over the columns"
def fill_means(X):
    filled = X.clone()
    for j in range(X.shape[1]):
        missing = torch.isnan(X[:, j])
        filled[missing, j] = X[~missing, j].mean()
    return filled

# %% right="fill_means" name="sums over known counts, broadcast"
def fill_means(X):
    missing = torch.isnan(X)
    zeroed = torch.where(missing, torch.zeros_like(X), X)
    means = zeroed.sum(dim=0) / (~missing).sum(dim=0)
    return torch.where(missing, means, X)

# %% right="fill_means" name="pandas fillna and back"
def fill_means(X):
    table = pd.DataFrame(X.numpy().copy())
    filled = table.fillna(table.mean())
    return torch.tensor(filled.to_numpy(dtype=float))

# %% wrong="fill_means" name="counts the entries that are not 0 after filling with 0, so known zeros are ignored"
def fill_means(X):
    zeroed = torch.nan_to_num(X, nan=0.0)
    known = (zeroed != 0).sum(dim=0).clamp(min=1)
    means = zeroed.sum(dim=0) / known
    return torch.where(torch.isnan(X), means, X)

# %% wrong="fill_means" name="the means are collected in a float32 tensor, so filled entries have only 7 digits"
def fill_means(X):
    missing = torch.isnan(X)
    means = torch.zeros(X.shape[1])
    for j in range(X.shape[1]):
        means[j] = X[~missing[:, j], j].mean()
    return torch.where(missing, means.double(), X)

# %% wrong="fill_means" name="filled is the same tensor as X, so the holes of the input are filled too"
def fill_means(X):
    filled = X
    for j in range(X.shape[1]):
        column = X[:, j]
        filled[torch.isnan(column), j] = column.nanmean()
    return filled

# %% wrong="fill_means" name="fills with the middle between smallest and largest known number instead of the mean"
def fill_means(X):
    filled = X.clone()
    for j in range(X.shape[1]):
        known = X[~torch.isnan(X[:, j]), j]
        middle = (known.min() + known.max()) / 2
        filled[torch.isnan(X[:, j]), j] = middle
    return filled

# %% right="prepare" name="get_dummies and fillna"
def prepare(text):
    table = read_table(text)
    inputs = pd.get_dummies(table.iloc[:, :-1], dummy_na=True)
    inputs = inputs.fillna(inputs.mean())
    X = torch.tensor(inputs.to_numpy(dtype=float))
    y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    return X, y

# %% right="prepare" name="own functions, numbers first, then words"
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    numbers, words = [], []
    for name in inputs.columns:
        if pd.api.types.is_numeric_dtype(inputs[name]):
            column = torch.tensor(inputs[name].to_numpy(dtype=float)).reshape(-1, 1)
            numbers.append(fill_means(column))
        else:
            words.append(one_hot(text, name))
    return torch.cat(numbers + words, dim=1), target_values(text)

# %% right="prepare" name="numbers filled in pandas, one list of columns, stacked"
def prepare(text):
    table = read_table(text)
    *input_names, target = list(table)
    front, back = [], []
    for name in input_names:
        cells = table[name]
        if cells.dtype.kind in "iufb":
            front.append(cells.fillna(cells.mean()).tolist())
            continue
        for word in sorted(cells.dropna().unique()):
            back.append([float(cell == word) for cell in cells.fillna("")])
        back.append([float(hole) for hole in cells.isna()])
    X = torch.tensor(front + back, dtype=torch.float64).T.contiguous()
    return X, torch.tensor(table[target].tolist(), dtype=torch.float64)

# %% wrong="prepare" name="columns stay in the order of the file, so words before numbers are not moved behind"
def prepare(text):
    table = read_table(text)
    pieces = []
    for name in table.columns[:-1]:
        if pd.api.types.is_numeric_dtype(table[name]):
            numbers = torch.tensor(table[[name]].to_numpy(dtype=float))
            pieces.append(fill_means(numbers))
        else:
            pieces.append(one_hot(text, name))
    return torch.cat(pieces, dim=1), target_values(text)

# %% wrong="prepare" name="X goes through lists into a float32 tensor before double, so the inputs lose digits"
def prepare(text):
    table = read_table(text)
    inputs = pd.get_dummies(table.iloc[:, :-1], dummy_na=True, dtype=float)
    inputs = inputs.fillna(inputs.mean())
    X = torch.tensor(inputs.values.tolist()).double()
    return X, target_values(text)

# %% wrong="prepare" name="y is squeezed from a one column table, so a single row gives shape ()"
def prepare(text):
    table = read_table(text)
    inputs, targets = table.iloc[:, :-1], table.iloc[:, -1:]
    inputs = pd.get_dummies(inputs, dummy_na=True)
    inputs = inputs.fillna(inputs.mean())
    X = torch.tensor(inputs.to_numpy(dtype=float))
    y = torch.tensor(targets.to_numpy(dtype=float)).squeeze()
    return X, y

# %% wrong="prepare" name="missing words are filled with the word missing, which is sorted among the others, not last"
def prepare(text):
    table = read_table(text)
    inputs = table.iloc[:, :-1].copy()
    numbers = inputs.select_dtypes("number")
    words = inputs.drop(columns=numbers.columns).fillna("missing")
    pieces = [numbers.fillna(numbers.mean())]
    for name in words:
        dummies = pd.get_dummies(words[name], dtype=float)
        if "missing" not in dummies:
            dummies["missing"] = 0.0
        pieces.append(dummies)
    X = torch.tensor(pd.concat(pieces, axis=1).to_numpy(dtype=float))
    return X, target_values(text)

# %% right="my_text" name="albums, triple quotes"
my_text = """
minutes,format,stars
41.5,vinyl,4
NA,disc,3
38,vinyl,5
55.25,NA,2
47,disc,4
62,disc,1
"""
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% right="my_text" name="bus rides, lines joined, empty cells and spaces"
lines_of_rides = [
    "stops, weather, delay",
    "12, rain, 4.5",
    "7, sun, 0",
    ", sun, 1",
    "15, , 6",
    "9, rain, 3",
    "12, sun, 2",
]
my_text = "\n".join(lines_of_rides)
prepared = prepare(my_text)
my_X = prepared[0]
my_y = prepared[1]
my_missing = [1, 1, 0]

# %% right="my_text" name="plants, built from tuples"
plants_on_sill = [
    (30, "fern", 2), (None, "cactus", 1), (18, "cactus", 0.5),
    (25, "fern", 3), (0, None, 2.5), (40, "fern", 4),
]
my_text = "height,kind,water\n"
for plant in plants_on_sill:
    my_text += ",".join("NA" if cell is None else str(cell) for cell in plant) + "\n"
my_X, my_y = prepare(my_text)
counts = count_missing(my_text)
my_missing = [counts[name] for name in ("height", "kind", "water")]

# %% wrong="my_text" name="the missing word is written as unknown, which pandas takes for a third word"
my_text = """
goals,place,fans
2,home,1200
NA,away,300
0,home,900
1,unknown,450
3,away,800
1,home,1000
"""
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="my_X and my_y come from an earlier version of the table with other numbers"
first_draft = """
minutes,course,rating
20,main,4
NA,dessert,5
45,main,3
30,NA,4
60,dessert,2
25,main,5
"""
my_X, my_y = prepare(first_draft)
my_text = """
minutes,course,rating
20,main,4
NA,dessert,5
40,main,3
35,NA,4
60,dessert,2
25,main,5
"""
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="my_X is typed by hand with a mean that divides by six rows instead of five known"
my_text = """
pages,cover,price
100,hard,20
200,soft,10
NA,soft,12
300,hard,25
400,NA,18
500,soft,15
"""
my_X = torch.tensor(
    [[100, 1, 0, 0], [200, 0, 1, 0], [250, 0, 1, 0], [300, 1, 0, 0], [400, 0, 0, 1], [500, 0, 1, 0]],
    dtype=torch.float64,
)
my_y = torch.tensor([20, 10, 12, 25, 18, 15], dtype=torch.float64)
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="None is meant as a word of the second column, but pandas reads it as missing"
my_text = """
guests,music,cost
12,None,80
NA,Band,300
20,Band,350
8,NA,60
15,Band,280
10,None,75
"""
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())
