# %% right="count_missing" name="pandas chain as in the hints"
def count_missing(text):
    return read_table(text).isna().sum().to_dict()

# %% right="count_missing" name="beginner loops over columns and cells"
def count_missing(text):
    table = read_table(text)
    result = {}
    for name in table.columns:
        n = 0
        for cell in table[name]:
            if pd.isna(cell):
                n = n + 1
        result[name] = n
    return result

# %% right="count_missing" name="comprehension, rows minus known cells"
def count_missing(text):
    table = read_table(text)
    known = table.count()
    return {name: len(table) - int(known[name]) for name in table}

# %% wrong="count_missing" name="reads the CSV without skipinitialspace, so NA after a space is a word and names keep their space"
def count_missing(text):
    table = pd.read_csv(io.StringIO(text))
    return table.isna().sum().to_dict()

# %% wrong="count_missing" name="takes rows minus number of different values, so repeated values count as missing"
def count_missing(text):
    table = read_table(text)
    result = {}
    for name in table.columns:
        result[name] = len(table) - int(table[name].nunique())
    return result

# %% wrong="count_missing" name="counts zeros as missing too, by adding the mask of cells equal to 0"
def count_missing(text):
    table = read_table(text)
    holes = table.isna() | (table == 0)
    return {name: int(holes[name].sum()) for name in table.columns}

# %% wrong="count_missing" name="parses the text by hand and knows only NA and empty, not the spellings N/A, null, NaN"
def count_missing(text):
    lines = text.strip().split("\n")
    names = [name.strip() for name in lines[0].split(",")]
    counts = {name: 0 for name in names}
    for line in lines[1:]:
        for name, cell in zip(names, line.split(",")):
            if cell.strip() in ("", "NA"):
                counts[name] += 1
    return counts

# %% right="target_values" name="iloc and to_numpy as shown"
def target_values(text):
    table = read_table(text)
    return torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))

# %% right="target_values" name="loop over the rows into zeros"
def target_values(text):
    table = read_table(text)
    n = len(table)
    y = torch.zeros(n, dtype=torch.float64)
    for i in range(n):
        y[i] = float(table.iloc[i, -1])
    return y

# %% right="target_values" name="by the last name, python list, explicit dtype"
def target_values(text):
    table = read_table(text)
    *_, last = table.columns
    return torch.tensor([float(v) for v in table[last]], dtype=torch.float64)

# %% wrong="target_values" name="list of floats becomes float32 first and only then double, digits are lost"
def target_values(text):
    table = read_table(text)
    values = [float(v) for v in table.iloc[:, -1]]
    return torch.tensor(values).double()

# %% wrong="target_values" name="calls unique on the column, so two equal targets become one"
def target_values(text):
    column = read_table(text).iloc[:, -1]
    return torch.tensor(column.unique().astype(float))

# %% wrong="target_values" name="takes a table of one column and squeezes everything, a single row gives shape ()"
def target_values(text):
    table = read_table(text)
    y = torch.tensor(table.iloc[:, -1:].to_numpy(dtype=float))
    return y.squeeze()

# %% wrong="target_values" name="splits the raw text and skips exactly one line, so with a leading empty line the heading is read as a number"
def target_values(text):
    lines = text.split("\n")
    prices = []
    for line in lines[1:]:
        if line.strip():
            prices.append(float(line.split(",")[-1]))
    return torch.tensor(prices, dtype=torch.float64)

# %% right="one_hot" name="get_dummies with dtype float"
def one_hot(text, column):
    table = read_table(text)
    dummies = pd.get_dummies(table[column], dummy_na=True, dtype=float)
    return torch.tensor(dummies.to_numpy(dtype=float))

# %% right="one_hot" name="loops, ones written into zeros"
def one_hot(text, column):
    cells = list(read_table(text)[column])
    values = []
    for cell in cells:
        if not pd.isna(cell) and cell not in values:
            values.append(cell)
    values.sort()
    result = torch.zeros(len(cells), len(values) + 1, dtype=torch.float64)
    for i in range(len(cells)):
        if pd.isna(cells[i]):
            result[i, len(values)] = 1
        else:
            result[i, values.index(cells[i])] = 1
    return result

# %% right="one_hot" name="category codes and rows of the identity"
def one_hot(text, column):
    series = read_table(text)[column]
    levels = sorted(set(series.dropna()))
    place = {level: i for i, level in enumerate(levels)}
    codes = [len(levels) if pd.isna(cell) else place[cell] for cell in series]
    return torch.eye(len(levels) + 1, dtype=torch.float64)[codes]

# %% wrong="one_hot" name="columns in the order of first appearance (unique without sorting) instead of alphabetical order"
def one_hot(text, column):
    col = read_table(text)[column]
    words = list(col.dropna().unique())
    rows = []
    for cell in col:
        row = [float(cell == word) for word in words]
        row.append(float(pd.isna(cell)))
        rows.append(row)
    return torch.tensor(rows, dtype=torch.float64)

# %% wrong="one_hot" name="turns cells into strings before sorting, so the number 14 comes before 7"
def one_hot(text, column):
    col = read_table(text)[column]
    words = sorted({str(v) for v in col.dropna()})
    known = [[str(v) == w for w in words] for v in col]
    missing = [[bool(m)] for m in col.isna()]
    return torch.tensor([a + b for a, b in zip(known, missing)], dtype=torch.float64)

# %% wrong="one_hot" name="adds the missing column only when a cell is missing, k columns otherwise"
def one_hot(text, column):
    col = read_table(text)[column]
    encoded = pd.get_dummies(col, dummy_na=bool(col.isna().any()), dtype=float)
    return torch.tensor(encoded.to_numpy())

# %% wrong="one_hot" name="gives get_dummies a table of one column (double brackets), which leaves numbers unencoded"
def one_hot(text, column):
    table = read_table(text)
    encoded = pd.get_dummies(table[[column]], dummy_na=True, dtype=float)
    return torch.tensor(encoded.to_numpy(dtype=float))

# %% right="fill_means" name="loop over the columns on a clone"
def fill_means(X):
    result = X.clone()
    for j in range(X.shape[1]):
        column = X[:, j]
        missing = torch.isnan(column)
        mean = column[~missing].mean()
        result[missing, j] = mean
    return result

# %% right="fill_means" name="no loop, zeros and counts, broadcasting"
def fill_means(X):
    holes = X.isnan()
    total = torch.where(holes, 0.0, X).sum(dim=0)
    return torch.where(holes, total / (~holes).sum(dim=0), X)

# %% right="fill_means" name="through pandas and back"
def fill_means(X):
    frame = pd.DataFrame(X.numpy().copy())
    filled = frame.fillna(frame.mean())
    return torch.tensor(filled.to_numpy(), dtype=X.dtype)

# %% wrong="fill_means" name="result is only another name for X, the holes are filled in X itself"
def fill_means(X):
    result = X
    for j in range(X.shape[1]):
        missing = torch.isnan(X[:, j])
        result[missing, j] = X[~missing, j].mean()
    return result

# %% wrong="fill_means" name="counts the known numbers as those not equal to 0 after nan became 0, known zeros are not counted"
def fill_means(X):
    missing = torch.isnan(X)
    zeroed = torch.where(missing, torch.zeros_like(X), X)
    known = (zeroed != 0).sum(dim=0).clamp(min=1)
    return torch.where(missing, zeroed.sum(dim=0) / known, X)

# %% wrong="fill_means" name="fills with the halfway point of smallest and largest known number, not their mean"
def fill_means(X):
    out = X.clone()
    for j in range(X.shape[1]):
        known = X[:, j][~torch.isnan(X[:, j])]
        out[torch.isnan(X[:, j]), j] = (known.min() + known.max()) / 2
    return out

# %% wrong="fill_means" name="means collected with item into torch.tensor without dtype, rounded to float32 before the filling"
def fill_means(X):
    missing = torch.isnan(X)
    means = torch.tensor([X[~missing[:, j], j].mean().item() for j in range(X.shape[1])])
    return torch.where(missing, means, X)

# %% right="prepare" name="the two steps of pandas"
def prepare(text):
    table = read_table(text)
    encoded = pd.get_dummies(table.iloc[:, :-1], dummy_na=True)
    encoded = encoded.fillna(encoded.mean())
    X = torch.tensor(encoded.to_numpy(dtype=float))
    y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    return X, y

# %% right="prepare" name="own functions from above, numbers then words"
def prepare(text):
    inputs = read_table(text).iloc[:, :-1]
    numbers = inputs.select_dtypes("number")
    words = [name for name in inputs.columns if name not in numbers.columns]
    parts = [fill_means(torch.tensor(numbers.to_numpy(dtype=float)))]
    for name in words:
        parts.append(one_hot(text, name))
    return torch.cat(parts, dim=1), target_values(text)

# %% right="prepare" name="pop the target, dtype float, fill with own function"
def prepare(text):
    table = read_table(text)
    target = table.pop(table.columns[-1])
    dummies = pd.get_dummies(table, dummy_na=True, dtype=float).astype("float64")
    X = fill_means(torch.from_numpy(dummies.to_numpy(copy=True)))
    y = torch.tensor(target.tolist(), dtype=torch.float64)
    return (X, y)

# %% wrong="prepare" name="asks for dummy_na only when some input cell is missing, else the missing columns are absent"
def prepare(text):
    table = read_table(text)
    inputs = table.iloc[:, :-1]
    any_missing = bool(inputs.isna().to_numpy().any())
    encoded = pd.get_dummies(inputs, dummy_na=any_missing, dtype=float)
    encoded = encoded.fillna(encoded.mean())
    X = torch.tensor(encoded.to_numpy(dtype=float))
    y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))
    return X, y

# %% wrong="prepare" name="fills the holes of every column with the mean of the first column only"
def prepare(text):
    table = read_table(text)
    encoded = pd.get_dummies(table.iloc[:, :-1], dummy_na=True, dtype=float)
    encoded = encoded.fillna(encoded.iloc[:, 0].mean())
    return torch.tensor(encoded.to_numpy(dtype=float)), target_values(text)

# %% wrong="prepare" name="goes through the inputs in file order, so a word column before a number column stays in front"
def prepare(text):
    table = read_table(text)
    pieces = []
    for name in table.columns[:-1]:
        if pd.api.types.is_numeric_dtype(table[name]):
            column = torch.tensor(table[name].to_numpy(dtype=float))
            pieces.append(fill_means(column.reshape(-1, 1)))
        else:
            pieces.append(one_hot(text, name))
    return torch.cat(pieces, dim=1), target_values(text)

# %% wrong="prepare" name="X goes through a python list into float32 and then double, digits of the inputs are lost"
def prepare(text):
    table = read_table(text)
    encoded = pd.get_dummies(table.iloc[:, :-1], dummy_na=True, dtype=float)
    encoded = encoded.fillna(encoded.mean())
    X = torch.tensor(encoded.values.tolist()).double()
    y = torch.tensor(table.iloc[:, -1].values, dtype=torch.float64)
    return X, y

# %% right="my_text" name="albums, triple quotes, the suggested way"
my_text = """
minutes,medium,stars
43,vinyl,4
NA,cd,3
51,vinyl,5
38,NA,2
60,cd,4
47,vinyl,5
"""
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())

# %% right="my_text" name="bus rides, joined lines, empty cells, decimals"
rides = [
    ("stops", "weather", "delay"),
    (3, "rain", 2.5),
    (7, "", 0),
    (0, "sun", -1),
    ("", "rain", 4.25),
    (12, "sun", 1),
    (5, "sun", 0.5),
]
my_text = "\n".join(",".join(str(cell) for cell in ride) for ride in rides)
my_X = prepare(my_text)[0]
my_y = prepare(my_text)[1]
my_missing = [count for count in count_missing(my_text).values()]

# %% right="my_text" name="plants, spaces after commas, both cells missing in one row, missing typed by hand"
my_text = (
    "leaves, light, height\n"
    "12, shade, 30\n"
    "NA, NA, 8.5\n"
    "40, full, 12\n"
    "20, full, 25\n"
    "9, shade, 17\n"
    "33, full, 41\n"
)
(my_X, my_y) = prepare(my_text)
my_missing = [1, 1, 0]

# %% wrong="my_text" name="missing word is written as a question mark, which is a second word; only one real word, none missing"
my_text = """
pages,cover,price
210,hard,20
NA,hard,15
320,?,25
150,hard,12
400,hard,30
275,hard,22
"""
my_X, my_y = prepare(my_text)
my_missing = [1, 1, 0]

# %% wrong="my_text" name="the target has a missing cell as well, and my_missing is typed by hand as 1, 1, 0"
my_text = """
goals,place,points
2,home,3
NA,away,1
0,home,NA
3,NA,3
1,away,0
4,home,3
"""
my_X, my_y = prepare(my_text)
my_missing = [1, 1, 0]

# %% wrong="my_text" name="text was changed after prepare ran, so my_X and my_y are those of an older table"
my_text = "eggs,oven,time\n2,gas,30\nNA,electric,45\n3,gas,25\n1,NA,60\n4,electric,40\n2,gas,35\n"
my_X, my_y = prepare(my_text)
my_text = "eggs,oven,time\n2,gas,30\nNA,electric,45\n3,gas,20\n6,NA,60\n4,electric,40\n2,gas,50\n"
my_missing = list(count_missing(my_text).values())

# %% wrong="my_text" name="three different words in the second column, so X has five columns"
my_text = """
km,vehicle,minutes
3,bus,12
8,tram,20
NA,bike,15
5,bus,18
2,NA,9
11,tram,31
"""
my_X, my_y = prepare(my_text)
my_missing = list(count_missing(my_text).values())
