# %% right="zero_column" name="torch.zeros with shape and dtype"
zero_column = torch.zeros(3, 1, dtype=torch.float64)

# %% right="zero_column" name="typed brackets"
zero_column = torch.tensor([[0], [0], [0]], dtype=torch.float64, device="cpu")

# %% right="zero_column" name="by way of numpy"
zero_column = torch.from_numpy(np.zeros(3)).reshape(-1, 1)

# %% wrong="zero_column" name="double brackets around the whole list give a row (1, 3) instead of a column"
zero_column = torch.tensor([[0.0, 0.0, 0.0]], dtype=torch.float64)

# %% wrong="zero_column" name="no dtype given, so the column has the default type float32 instead of float64"
zero_column = torch.zeros((3, 1))

# %% wrong="zero_column" name="unsqueeze is forgotten, so the result is a plain vector of shape (3,)"
zero_column = torch.zeros(3, dtype=torch.float64)

# %% right="zero_column" name="expand repeats one stored zero, so the column has one memory cell and cannot be filled later"
one_zero = torch.zeros(1, 1, dtype=torch.float64)
zero_column = one_zero.expand(3, 1)

# %% right="from_brackets" name="everything typed in"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2, 1)

# %% right="from_brackets" name="arange, reshape and slices"
row = torch.arange(1, 6, 2, dtype=torch.float32).reshape(1, 3)
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.stack([grid[:, :2], grid[:, 2:]])
read_shape = 3, 2, 1

# %% right="from_brackets" name="comprehensions, transposed reshape, torch.Size"
row = torch.tensor([2 * i + 1 for i in range(3)]).float()[None, :]
grid = torch.tensor([[4 * i + j + 1 for j in range(4)] for i in range(3)], dtype=torch.int64)
block = torch.arange(1, 13).reshape(3, 2, 2).transpose(0, 1)
read_shape = torch.Size((3, 2, 1))

# %% wrong="from_brackets" name="block is grid reshaped to (2, 3, 2): 3 4 comes below 1 2 in sheet 0"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = grid.reshape(2, 3, 2)
read_shape = (3, 2, 1)

# %% wrong="from_brackets" name="read_shape is (3, 2): the innermost brackets with one number are not counted as a dimension"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
block = torch.stack([grid[:, 0:2], grid[:, 2:4]])
read_shape = (3, 2)

# %% wrong="from_brackets" name="read_shape is (1, 2, 3): the brackets are read from the inside out"
row = torch.tensor([[1, 3, 5]], dtype=torch.float32)
grid = torch.arange(1, 13).view(3, 4)
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (1, 2, 3)

# %% wrong="from_brackets" name="row is written without decimal points, so its dtype is int64 instead of float32"
row = torch.tensor([[1, 3, 5]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.stack(grid.split(2, dim=1))
read_shape = (3, 2, 1)

# %% right="write_entries" name="plain brackets"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[i, j, k] = value

# %% right="write_entries" name="views and fill_ with one helper"
def put(tensor, position, value):
    for index in position:
        tensor = tensor[index]
    tensor.fill_(value)


def write_vector(z, i, value):
    put(z, (i,), value)


def write_matrix(Z, i, j, value):
    put(Z, (i, j), value)


def write_sheets(T, i, j, k, value):
    put(T, (i, j, k), value)

# %% right="write_entries" name="shared numpy memory and chained brackets"
def write_vector(z, i, value):
    array = z.numpy()
    array[i] = value


def write_matrix(Z, i, j, value):
    this_row = Z[i]
    this_row[j] = value


def write_sheets(T, i, j, k, value):
    sheet = T[i]
    write_matrix(sheet, j, k, value)

# %% wrong="write_entries" name="write_vector replaces by a test for equality, so all entries equal to z[i] change"
def write_vector(z, i, value):
    old = z[i].clone()
    for n in range(len(z)):
        if z[n] == old:
            z[n] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[i, j, k] = value

# %% wrong="write_entries" name="write_matrix wraps value in torch.tensor, float32, so a float64 matrix loses digits"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = torch.tensor(float(value))


def write_sheets(T, i, j, k, value):
    T[i, j, k] = value

# %% wrong="write_entries" name="write_sheets computes the flat position with shape[1] twice, right only if rows equal columns"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    size = T.shape[1]
    T.view(-1)[i * size * size + j * size + k] = value

# %% wrong="write_entries" name="write_matrix adds value to the entry with += instead of replacing what stood there"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i][j] += value


def write_sheets(T, i, j, k, value):
    T[i][j][k] = value

# %% right="take_slices" name="plain slices"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    a = T[1, :, 2]
    b = T[:, :, 1:3]
    c = T[:, :, 1:]
    return a, b, c

# %% right="take_slices" name="loops over sheets and rows, stacked again"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    column = []
    for r in range(T.shape[1]):
        column.append(T[1][r][2])
    two = []
    tail = []
    for sheet in T:
        two.append(sheet[:, 1:3])
        tail.append(sheet[:, 1:])
    return torch.stack(column), torch.stack(two), torch.stack(tail)

# %% right="take_slices" name="select, index_select and narrow"
slice_a = torch.Size([3])
slice_b = torch.Size([2, 3, 2])
slice_c = torch.Size([2, 3, 3])


def take_slices(T):
    one_two = torch.tensor([1, 2], device=T.device)
    return (
        T.select(0, 1).select(1, 2),
        T.index_select(2, one_two),
        T.narrow(2, 1, T.size(2) - 1),
    )

# %% wrong="take_slices" name="the second part is cut with 1:-1, which is columns 1 and 2 only for four columns"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:-1], T[:, :, 1:]

# %% wrong="take_slices" name="sheet 1 is taken as the last sheet T[-1], right only for two sheets"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    last = T[-1]
    return last[:, 2], T[..., 1:3], T[..., 1:]

# %% wrong="take_slices" name="first part is squeezed from a range slice, so a single row gives no dimension at all"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    a = T[1:2, :, 2:3].squeeze()
    b = T[:, :, 1:3]
    c = T[:, :, 1:]
    return (a, b, c)

# %% wrong="take_slices" name="slice_c is predicted as (2, 2, 4): the first row is left out instead of the first column"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 2, 4)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% right="join" name="stack and cat"
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1)


join_a = None
join_b = None
join_c = (3, 3)

# %% right="join" name="empty tensors filled piece by piece"
def join(a, b):
    n = a.shape[0]
    sheets_ab = torch.empty(2, n, 1, dtype=a.dtype, device=a.device)
    below = torch.empty(2 * n, 1, dtype=a.dtype, device=a.device)
    beside = torch.empty(n, 2, dtype=a.dtype, device=a.device)
    for i in range(n):
        sheets_ab[0, i, 0] = a[i, 0]
        sheets_ab[1, i, 0] = b[i, 0]
        below[i, 0] = a[i, 0]
        below[n + i, 0] = b[i, 0]
        beside[i, 0] = a[i, 0]
        beside[i, 1] = b[i, 0]
    return (sheets_ab, below, beside)


join_a = None
join_b = None
join_c = (3, 3)

# %% right="join" name="one cat, reshaped and transposed; shapes found by trying"
def join(a, b):
    below = torch.cat((a, b), dim=0)
    return below.reshape(2, -1, 1), below, below.reshape(2, -1).T


def shape_or_none(make):
    try:
        return tuple(make().shape)
    except RuntimeError:
        return None


P, Q = torch.zeros(3, 1), torch.zeros(3, 2)
join_a = shape_or_none(lambda: torch.stack([P, Q]))
join_b = shape_or_none(lambda: torch.cat([P, Q], dim=0))
join_c = shape_or_none(lambda: torch.cat([P, Q], dim=1))

# %% wrong="join" name="third tensor is stacked on dim 1 and squeezed, so n = 1 gives shape (2,)"
def join(a, b):
    sheets_ab = torch.stack([a, b])
    below = torch.cat([a, b])
    beside = torch.stack([a, b], dim=1).squeeze()
    return sheets_ab, below, beside


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="side by side is the long column reshaped to (n, 2), which puts a below a"
def join(a, b):
    below = torch.cat([a, b], dim=0)
    return torch.stack([a, b], dim=0), below, below.reshape(-1, 2)


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="join_b is given as (6, 3): both dimensions are added up where PyTorch refuses"
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.hstack([a, b])


join_a = None
join_b = (6, 3)
join_c = (3, 3)

# %% wrong="join" name="side by side is filled into torch.zeros(n, 2), float32, so other dtypes of the columns are lost"
def join(a, b):
    n = len(a)
    beside = torch.zeros(n, 2)
    beside[:, 0] = a[:, 0]
    beside[:, 1] = b[:, 0]
    return torch.stack((a, b)), torch.cat((a, b)), beside


join_a = None
join_b = None
join_c = (3, 3)

# %% right="swap_dimensions" name="torch.transpose"
def swap_dimensions(T):
    return torch.transpose(T, 1, 2)

# %% right="swap_dimensions" name="three nested loops"
def swap_dimensions(T):
    a, b, c = T.shape
    result = torch.zeros(a, c, b, dtype=T.dtype)
    for i in range(a):
        for j in range(b):
            for k in range(c):
                result[i, k, j] = T[i, j, k]
    return result

# %% right="swap_dimensions" name="each sheet transposed by itself, stacked"
def swap_dimensions(T):
    turned = [sheet.T for sheet in T.unbind(dim=0)]
    return torch.stack(turned, dim=0).contiguous()

# %% wrong="swap_dimensions" name="reshape to (a, c, b) breaks the lines elsewhere instead of transposing each sheet"
def swap_dimensions(T):
    a, b, c = T.shape
    return T.reshape(a, c, b)

# %% wrong="swap_dimensions" name="entries go through a float32 buffer and back to T.dtype, so float64 digits are lost"
def swap_dimensions(T):
    a, b, c = T.shape
    out = torch.zeros(a, c, b)
    for i in range(a):
        out[i] = T[i].T
    return out.to(T.dtype)

# %% wrong="swap_dimensions" name="a single sheet is returned as a matrix, so shape (1, b, c) becomes (c, b)"
def swap_dimensions(T):
    return T.permute(0, 2, 1).squeeze(0)

# %% wrong="swap_dimensions" name="rot90 turns every sheet by 90 degrees, so the transposed rows come in reversed order"
def swap_dimensions(T):
    return torch.rot90(T, 1, (1, 2))

# %% right="broadcast_shapes" name="typed tuples"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% right="broadcast_shapes" name="made with ones and try"
def product_shape(first, second):
    try:
        return tuple((torch.ones(first) * torch.ones(second)).shape)
    except RuntimeError:
        return None


broadcast_a = product_shape((4, 1), (1, 5))
broadcast_b = product_shape((4, 3), (3,))
broadcast_c = product_shape((4, 3), (4,))
broadcast_d = product_shape((2, 3, 1), (4,))
broadcast_e = product_shape((6, 1, 5), (3, 1))
broadcast_f = product_shape((2, 3, 4), (2, 4))

# %% right="broadcast_shapes" name="one line with unpacking, torch.Size among them"
broadcast_a, broadcast_b, broadcast_c = torch.Size([4, 5]), torch.Size([4, 3]), None
broadcast_d, broadcast_e, broadcast_f = (2, 3, 4), (6, 3, 5), None

# %% wrong="broadcast_shapes" name="broadcast_c is (4, 3): the vector of four is aligned at the left with the rows"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = (4, 3)
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="broadcast_f is (2, 3, 4): a 1 is imagined between the 2 and the 4"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = (2, 3, 4)

# %% wrong="broadcast_shapes" name="broadcast_e is None: 6 is compared with 3 from the left and refused"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = None
broadcast_f = None

# %% wrong="broadcast_shapes" name="broadcast_d is (2, 3, 1): the last size 1 is not stretched to 4"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 1)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% right="residuals" name="first column minus y"
def residuals(y_hat, y):
    return y_hat[:, 0] - y

# %% right="residuals" name="y made a column, then flattened"
def residuals(y_hat, y):
    truth = y[:, None]
    difference = y_hat - truth
    return difference.reshape(-1)

# %% right="residuals" name="diagonal of the full table"
def residuals(y_hat, y):
    every_pair = y_hat - y
    return torch.diagonal(every_pair).clone()

# %% wrong="residuals" name="squeeze without a dimension after subtracting columns, so one example gives shape () instead of (1,)"
def residuals(y_hat, y):
    return (y_hat - y.reshape(-1, 1)).squeeze()

# %% wrong="residuals" name="pairs are stacked with their inner dimension, so the answer has shape (n, 1)"
def residuals(y_hat, y):
    differences = []
    for guess, truth in zip(y_hat, y):
        differences.append(guess - truth)
    return torch.stack(differences)

# %% wrong="residuals" name="takes column 0 of the broadcast table, so every prediction is compared with y[0]"
def residuals(y_hat, y):
    return (y_hat - y)[:, 0]

# %% wrong="residuals" name="a list of Python numbers becomes float32 first, so float64 digits are lost"
def residuals(y_hat, y):
    values = [p - t for p, t in zip(y_hat.flatten().tolist(), y.tolist())]
    return torch.tensor(values, dtype=torch.float32).to(y.dtype)

# %% right="product_shapes" name="typed tuples"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% right="product_shapes" name="tried out with ones"
def try_product(first, second):
    try:
        answer = first @ second
    except RuntimeError:
        return None
    return tuple(answer.shape)


A_ones, B_ones, T_ones, v_ones = torch.ones(2, 3), torch.ones(2, 3), torch.ones(5, 2, 3), torch.ones(3)
product_a = try_product(A_ones, B_ones.T)
product_b = try_product(A_ones, B_ones)
product_c = try_product(A_ones.T, B_ones)
product_d = try_product(A_ones, v_ones)
product_e = try_product(T_ones, B_ones.T)
product_f = try_product(T_ones, B_ones)

# %% right="product_shapes" name="torch.Size and named sizes"
k, n, m = 5, 2, 3
product_a = torch.Size((n, n))
product_b = product_f = None
product_c = torch.Size((m, m))
product_d = torch.Size((n,))
product_e = torch.Size((k, n, n))

# %% wrong="product_shapes" name="product_b is (2, 3) as if @ worked entry by entry like the star"
product_a = (2, 2)
product_b = (2, 3)
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="product_d is (2, 1): the vector is treated as a column that stays a column"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2, 1)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="product_c is (2, 2): the inner sizes are kept and the outer ones dropped"
product_a = (2, 2)
product_b = None
product_c = (2, 2)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="product_e is None: a three dimensional tensor is thought not to multiply with a matrix"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = None
product_f = None

# %% right="layer" name="the formula"
def layer(X, W, b):
    return X @ W.T + b

# %% right="layer" name="loops over rows, neurons and inputs"
def layer(X, W, b):
    q, d = W.shape
    rows = X.reshape(-1, d)
    Z = torch.zeros(rows.shape[0], q, dtype=X.dtype)
    for i in range(rows.shape[0]):
        for j in range(q):
            score = b[j]
            for k in range(d):
                score = score + rows[i, k] * W[j, k]
            Z[i, j] = score
    return Z.reshape(*X.shape[:-1], q)

# %% right="layer" name="broadcast product, summed over inputs"
def layer(X, W, b):
    weighted = X.unsqueeze(-2) * W
    return weighted.sum(dim=-1, dtype=X.dtype) + b

# %% wrong="layer" name="transposes W only when X @ W fails, so a square W is used untransposed"
def layer(X, W, b):
    try:
        Z = X @ W
    except RuntimeError:
        Z = X @ W.T
    return Z + b

# %% wrong="layer" name="squeeze(-1) drops the last dimension for a single neuron, (n,) instead of (n, 1)"
def layer(X, W, b):
    Z = torch.einsum("...d,qd->...q", X, W) + b
    return Z.squeeze(-1)

# %% wrong="layer" name="W is reshaped to (d, q) instead of transposed, so the weights are mixed up"
def layer(X, W, b):
    q, d = W.shape
    return torch.matmul(X, W.reshape(d, q)) + b

# %% wrong="layer" name="a stack holding one table loses its front dimension: (n, q) instead of (1, n, q)"
def layer(X, W, b):
    tables = X if X.ndim == 3 else [X]
    results = [table @ W.T + b for table in tables]
    if len(results) == 1:
        return results[0]
    return torch.stack(results)

# %% right="summaries" name="mean, cumsum, keepdim"
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)

# %% right="summaries" name="loops over rows and columns"
def summaries(A):
    n, d = A.shape
    means = torch.zeros(d, dtype=A.dtype)
    totals = torch.zeros(n, d, dtype=A.dtype)
    shares = torch.zeros(n, d, dtype=A.dtype)
    for j in range(d):
        running = 0
        for i in range(n):
            running = running + A[i, j]
            totals[i, j] = running
        means[j] = running / n
    for i in range(n):
        shares[i] = A[i] / A[i].sum()
    return means, totals, shares

# %% right="summaries" name="triangular matrix and products with ones"
def summaries(A):
    n, d = A.shape
    lower = torch.ones(n, n, dtype=A.dtype, device=A.device).tril()
    totals = lower @ A
    row_sums = A @ A.new_ones(d)
    return totals[-1] / n, totals, (A.T / row_sums).T

# %% wrong="summaries" name="totals is only another name for A, so the shares are computed from the running totals"
def summaries(A):
    mean = A.mean(dim=0)
    totals = A
    for i in range(1, len(A)):
        totals[i] = totals[i] + totals[i - 1]
    shares = A / A.sum(dim=1, keepdim=True)
    return mean, totals, shares

# %% wrong="summaries" name="column means are squeezed, so for a single column the first answer has no dimension"
def summaries(A):
    means = (A.sum(dim=0, keepdim=True) / A.shape[0]).squeeze()
    return means, torch.cumsum(A, dim=0), A / A.sum(1, keepdim=True)

# %% wrong="summaries" name="keepdim is used only after an error, so a square A is divided by other rows' sums"
def summaries(A):
    try:
        shares = A / A.sum(dim=1)
    except RuntimeError:
        shares = A / A.sum(dim=1, keepdim=True)
    return A.mean(dim=0), A.cumsum(dim=0), shares

# %% wrong="summaries" name="a running total adds only the row directly above, so row 2 misses row 0"
def summaries(A):
    totals = A.clone()
    totals[1:] = A[1:] + A[:-1]
    return A.mean(dim=0), totals, A / A.sum(dim=1)[:, None]

# %% right="norms" name="abs, squares and roots"
def norms(v, M):
    l1 = torch.abs(v).sum()
    l2 = torch.sqrt((v**2).sum())
    frobenius = torch.sqrt((M**2).sum())
    return l1, l2, frobenius

# %% right="norms" name="torch.linalg"
def norms(v, M):
    return (
        torch.linalg.vector_norm(v, ord=1),
        torch.linalg.vector_norm(v),
        torch.linalg.matrix_norm(M, ord="fro"),
    )

# %% right="norms" name="Python loops and math.sqrt, dtype given at the end"
import math


def norms(v, M):
    l1, squares, matrix_squares = 0.0, 0.0, 0.0
    for x in v.tolist():
        l1 += abs(x)
        squares += x * x
    for line in M.tolist():
        for x in line:
            matrix_squares += x * x
    numbers = (l1, math.sqrt(squares), math.sqrt(matrix_squares))
    return tuple(torch.tensor(number, dtype=v.dtype) for number in numbers)

# %% wrong="norms" name="the Frobenius sum uses only rows 0 and 1 of M, other rows are forgotten"
def norms(v, M):
    first, second = M[0], M[1]
    return v.abs().sum(), torch.sqrt(v @ v), torch.sqrt(first @ first + second @ second)

# %% wrong="norms" name="torch.linalg.norm(M, 2) is the spectral norm of the matrix, not the Frobenius norm"
def norms(v, M):
    return torch.linalg.norm(v, 1), torch.linalg.norm(v, 2), torch.linalg.norm(M, 2)

# %% wrong="norms" name="a small 1e-8 under the root makes the norms of zeros not exactly 0"
def norms(v, M):
    l2 = torch.sqrt((v**2).sum() + 1e-8)
    fro = torch.sqrt((M**2).sum() + 1e-8)
    return v.abs().sum(), l2, fro

# %% wrong="norms" name="the column loop stops at the number of rows, so a wide matrix is not summed fully"
def norms(v, M):
    total = torch.zeros((), dtype=M.dtype)
    for i in range(len(M)):
        for j in range(min(len(M), M.shape[1])):
            total = total + M[i, j] ** 2
    return v.abs().sum(), (v * v).sum().sqrt(), total.sqrt()

# %% right="step_in_place" name="minus equals"
def step_in_place(w, g, lr):
    w -= lr * g

# %% right="step_in_place" name="entry by entry"
def step_in_place(w, g, lr):
    for i in range(w.shape[0]):
        w[i] = w[i] - lr * g[i]

# %% right="step_in_place" name="add_ with alpha"
def step_in_place(w, g, lr):
    w.add_(g, alpha=-lr)

# %% wrong="step_in_place" name="w = w - lr * g binds the local name to a new tensor, the caller's w stays"
def step_in_place(w, g, lr):
    w = w - lr * g

# %% wrong="step_in_place" name="w.data = ... gives w new memory, so slices and numpy views of it miss the change"
def step_in_place(w, g, lr):
    w.data = w - lr * g

# %% wrong="step_in_place" name="scales g in place and divides it back afterwards, so g is nan when lr is 0"
def step_in_place(w, g, lr):
    g *= lr
    w -= g
    g /= lr

# %% wrong="step_in_place" name="uses the size of lr only, abs(lr), so a negative lr steps the wrong way"
def step_in_place(w, g, lr):
    step = abs(lr) * g
    w[:] = w - step

# %% right="with_ones" name="cat with dtype and device of X"
def with_ones(X):
    ones = torch.ones(X.shape[0], 1, dtype=X.dtype, device=X.device)
    return torch.cat([ones, X], dim=1)

# %% right="with_ones" name="new_ones overwritten from column 1 on"
def with_ones(X):
    n, d = X.shape
    result = X.new_ones(n, d + 1)
    result[:, 1:] = X
    return result

# %% right="with_ones" name="row by row with stack"
def with_ones(X):
    one = torch.ones_like(X[0, :1])
    return torch.stack([torch.cat((one, example)) for example in X])

# %% wrong="with_ones" name="goes through a float64 numpy array and back, so very large int64 numbers are rounded"
def with_ones(X):
    array = X.cpu().numpy()
    full = np.hstack([np.ones((array.shape[0], 1)), array.astype(float)])
    return torch.tensor(full).to(dtype=X.dtype, device=X.device)

# %% wrong="with_ones" name="whole numbers always get an int64 column of ones, so int32 becomes int64"
def with_ones(X):
    kind = X.dtype if X.is_floating_point() else torch.int64
    ones = torch.ones(X.shape[0], 1, dtype=kind, device=X.device)
    return torch.cat([ones, X], dim=1)

# %% wrong="with_ones" name="the column of ones is put behind the columns of X instead of in front"
def with_ones(X):
    return torch.cat([X, torch.ones_like(X[:, :1])], dim=1)

# %% right="accuracy" name="compare, convert, average"
def accuracy(y_hat, y):
    return (y_hat == y).float().mean()

# %% right="accuracy" name="count in a loop"
def accuracy(y_hat, y):
    hits = 0
    for guess, truth in zip(y_hat, y):
        if guess.item() == truth.item():
            hits += 1
    return torch.tensor(hits / len(y), dtype=torch.float32)

# %% right="accuracy" name="one minus the share of differences"
def accuracy(y_hat, y):
    mistakes = torch.count_nonzero(y_hat - y).to(torch.float32)
    return 1 - mistakes / y.numel()

# %% wrong="accuracy" name="torch.isclose with its relative tolerance takes classes 100000 and 100001 for equal"
def accuracy(y_hat, y):
    same = torch.isclose(y_hat.double(), y.double())
    return same.float().mean()

# %% wrong="accuracy" name="converts to float32 before comparing, so large classes such as 16777216 and 16777217 agree"
def accuracy(y_hat, y):
    y_hat, y = y_hat.float(), y.float()
    return (y_hat == y).float().mean()

# %% wrong="accuracy" name="compares Python numbers with is, which is false for equal classes above 256"
def accuracy(y_hat, y):
    hits = [p is t for p, t in zip(y_hat.tolist(), y.tolist())]
    return torch.tensor(sum(hits) / len(hits))

# %% wrong="accuracy" name="keepdim leaves one dimension, so the result has shape (1,) instead of ()"
def accuracy(y_hat, y):
    return (y_hat == y).to(torch.float32).mean(dim=0, keepdim=True)

# %% right="broadcast_rule" name="padded with ones, loop"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + shape_a
    b = [1] * (n - len(shape_b)) + shape_b
    result = []
    for i in range(n):
        if a[i] == b[i]:
            result.append(a[i])
        elif a[i] == 1:
            result.append(b[i])
        elif b[i] == 1:
            result.append(a[i])
        else:
            return None
    return result

# %% right="broadcast_rule" name="zip_longest from the right with sets"
from itertools import zip_longest


def broadcast_rule(shape_a, shape_b):
    pairs = zip_longest(reversed(shape_a), reversed(shape_b), fillvalue=1)
    sizes = [set(pair) - {1} for pair in pairs]
    if any(len(size) > 1 for size in sizes):
        return None
    return [size.pop() if size else 1 for size in sizes][::-1]

# %% right="broadcast_rule" name="recursion on the last sizes"
def broadcast_rule(shape_a, shape_b):
    if not shape_a or not shape_b:
        return list(shape_a) + list(shape_b)
    front = broadcast_rule(shape_a[:-1], shape_b[:-1])
    a, b = shape_a[-1], shape_b[-1]
    if front is None or (a != b and 1 not in (a, b)):
        return None
    return front + [b if a == 1 else a]

# %% wrong="broadcast_rule" name="takes a if a is greater than 1 else b, so 0 in the first meets 1 as 1"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + list(shape_a)
    b = [1] * (n - len(shape_b)) + list(shape_b)
    result = []
    for p, q in zip(a, b):
        if p != q and p != 1 and q != 1:
            return None
        result.append(p if p > 1 else q)
    return result

# %% wrong="broadcast_rule" name="a size 0 is accepted against any size, so [0] and [3] give [0] instead of None"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + list(shape_a)
    b = [1] * (n - len(shape_b)) + list(shape_b)
    result = []
    for p, q in zip(a, b):
        if p == 0 or q == 0:
            result.append(0)
        elif p == q or q == 1:
            result.append(p)
        elif p == 1:
            result.append(q)
        else:
            return None
    return result

# %% wrong="broadcast_rule" name="result or None at the end turns the empty shape of two scalars into None"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + shape_a
    b = [1] * (n - len(shape_b)) + shape_b
    result = []
    for p, q in zip(a, b):
        if p == q or q == 1:
            result.append(p)
        elif p == 1:
            result.append(q)
        else:
            result = None
            break
    return result or None

# %% wrong="broadcast_rule" name="pads the shorter list in place with insert, so the caller's list is changed"
def broadcast_rule(shape_a, shape_b):
    while len(shape_a) < len(shape_b):
        shape_a.insert(0, 1)
    while len(shape_b) < len(shape_a):
        shape_b.insert(0, 1)
    result = []
    for p, q in zip(shape_a, shape_b):
        if p != q and 1 not in (p, q):
            return None
        result.append(q if p == 1 else p)
    return result
