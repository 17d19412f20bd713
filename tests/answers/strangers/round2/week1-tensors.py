# %% right="zero_column" name="torch.zeros with a shape"
zero_column = torch.zeros(3, 1, dtype=torch.float64)

# %% right="zero_column" name="nested list"
zero_column = torch.tensor([[0], [0], [0]], dtype=torch.float64)

# %% right="zero_column" name="from numpy, reshaped"
zero_column = torch.from_numpy(np.zeros(3)).reshape(-1, 1)

# %% wrong="zero_column" name="a vector of three zeros, shape (3,), instead of a column"
zero_column = torch.zeros(3, dtype=torch.float64)

# %% wrong="zero_column" name="decimal zeros without dtype, so the column is float32"
zero_column = torch.tensor([[0.0], [0.0], [0.0]])

# %% wrong="zero_column" name="arange(3) as a column holds 0, 1, 2 instead of three zeros"
zero_column = torch.arange(3, dtype=torch.float64).reshape(3, 1)

# %% wrong="zero_column" name="first column of the identity matrix, whose first entry is 1"
zero_column = torch.eye(3, dtype=torch.float64)[:, 0:1]

# %% right="from_brackets" name="everything typed in by hand"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2, 1)

# %% right="from_brackets" name="arange, slices and stack"
row = torch.arange(1, 6, 2, dtype=torch.float32).reshape(1, 3)
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.stack([grid[:, :2], grid[:, 2:]])
read_shape = tuple(torch.tensor([[[7], [8]], [[9], [0]], [[1], [2]]]).shape)

# %% right="from_brackets" name="comprehensions and transpose of a reshape"
row = torch.tensor([[2 * k + 1 for k in range(3)]], dtype=torch.float32)
grid = torch.tensor([[4 * r + c + 1 for c in range(4)] for r in range(3)], dtype=torch.int64)
block = grid.reshape(3, 2, 2).transpose(0, 1)
read_shape = 3, 2, 1

# %% wrong="from_brackets" name="block is grid.reshape(2, 3, 2), which has the rows 1 2, 3 4, 5 6 in its first sheet"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = grid.reshape(2, 3, 2)
read_shape = (3, 2, 1)

# %% wrong="from_brackets" name="read_shape leaves out the innermost brackets with one number, (3, 2)"
row = torch.tensor([[1, 3, 5]], dtype=torch.float32)
grid = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2)

# %% wrong="from_brackets" name="read_shape is read from the inside out, (1, 2, 3)"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13, dtype=torch.int64).reshape(3, 4)
block = torch.stack((grid[:, 0:2], grid[:, 2:4]), dim=0)
read_shape = (1, 2, 3)

# %% wrong="from_brackets" name="row is made of whole numbers without dtype, so it is int64 and not float32"
row = torch.tensor([[1, 3, 5]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2, 1)

# %% right="write_entries" name="plain indices"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[i, j, k] = value

# %% right="write_entries" name="chained brackets, windows onto the same memory"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    row = Z[i]
    row[j] = value


def write_sheets(T, i, j, k, value):
    sheet = T[i]
    write_matrix(sheet, j, k, value)

# %% right="write_entries" name="one helper, fill_ on the selected entry"
def _write(tensor, where, value):
    tensor[tuple(where)].fill_(value)


def write_vector(z, i, value):
    _write(z, [i], value)


def write_matrix(Z, i, j, value):
    _write(Z, [i, j], value)


def write_sheets(T, i, j, k, value):
    _write(T, [i, j, k], value)

# %% wrong="write_entries" name="write_matrix adds the value with += instead of replacing what stood there"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] += value


def write_sheets(T, i, j, k, value):
    T[i, j, k] = value

# %% wrong="write_entries" name="write_sheets computes a flat position with rows times j instead of columns times j, fits square sheets only"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    sheets, rows, columns = T.shape
    flat = T.view(-1)
    flat[i * rows * columns + j * rows + k] = value

# %% wrong="write_entries" name="write_vector turns the value into a whole number with int, decimals are lost"
def write_vector(z, i, value):
    z[i] = int(value)


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[i, j, k] = value

# %% wrong="write_entries" name="write_sheets writes into a clone of the sheet, so T itself does not change"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i][j] = value


def write_sheets(T, i, j, k, value):
    sheet = T[i].clone()
    sheet[j, k] = value

# %% right="take_slices" name="plain slices"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% right="take_slices" name="narrow, select, ellipsis"
def take_slices(T):
    a = T.select(0, 1).select(1, 2)
    b = T.narrow(2, 1, 2)
    c = T[..., 1:]
    return (a, b, c)


slice_a, slice_b, slice_c = (tuple(part.shape) for part in take_slices(torch.zeros(2, 3, 4)))

# %% right="take_slices" name="beginner, stacks columns in loops"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    second_sheet = T[1]
    first = second_sheet[:, 2]
    second = torch.stack([T[:, :, 1], T[:, :, 2]], dim=2)
    columns = []
    for k in range(1, T.shape[2]):
        columns.append(T[:, :, k])
    third = torch.stack(columns, dim=2)
    return first, second, third

# %% wrong="take_slices" name="first part comes from the last sheet T[-1], which is sheet 1 only where there are two"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[-1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="second part is 1:-1, all but first and last column, which is columns 1 and 2 only for four columns"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    first = T[1, :, 2]
    middle = T[:, :, 1:-1]
    rest = T[:, :, 1:]
    return first, middle, rest

# %% wrong="take_slices" name="first part is a block squeezed of all ones, a single row leaves no dimension"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1:2, :, 2:3].squeeze(), T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="slice_b counts 1:3 as three columns, both ends included, (2, 3, 3)"
slice_a = (3,)
slice_b = (2, 3, 3)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% right="join" name="stack and cat"
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1)


join_a = None
join_b = None
join_c = (3, 3)

# %% right="join" name="all three from the stack by reshape and transpose"
def join(a, b):
    sheets = torch.stack((a, b), dim=0)
    n = a.shape[0]
    return sheets, sheets.reshape(2 * n, 1), sheets.reshape(2, n).T


join_a, join_b, join_c = None, None, (3, 1 + 2)

# %% right="join" name="beginner, empty tensors filled by slices"
def join(a, b):
    n = len(a)
    sheets = torch.zeros(2, n, 1, dtype=a.dtype)
    sheets[0] = a
    sheets[1] = b
    below = torch.zeros(2 * n, 1, dtype=a.dtype)
    below[:n] = a
    below[n:] = b
    beside = torch.zeros(n, 2, dtype=a.dtype)
    beside[:, 0:1] = a
    beside[:, 1:2] = b
    return sheets, below, beside


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="side by side is stacked along dim 1 and squeezed of all ones, a single row gives shape (2,)"
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.stack([a, b], dim=1).squeeze()


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="join_b says (6, 2), as if the single column were stretched by broadcasting in cat"
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b], dim=0), torch.cat([a, b], dim=1)


join_a = None
join_b = (6, 2)
join_c = (3, 3)

# %% wrong="join" name="join_a says (2, 3, 2), as if stack accepted different widths"
def join(a, b):
    return torch.stack([a, b]), torch.vstack([a, b]), torch.hstack([a, b])


join_a = (2, 3, 2)
join_b = None
join_c = (3, 3)

# %% wrong="join" name="side by side picks rows 0 to 1 only, further rows are dropped"
def join(a, b):
    stacked = torch.stack([a, b])
    below = torch.cat([a, b])
    beside = torch.stack([torch.cat([a[i], b[i]]) for i in range(min(2, len(a)))])
    return stacked, below, beside


join_a = None
join_b = None
join_c = (3, 3)

# %% right="swap_dimensions" name="torch.transpose"
def swap_dimensions(T):
    return torch.transpose(T, 1, 2)

# %% right="swap_dimensions" name="stack of transposed sheets"
def swap_dimensions(T):
    return torch.stack([sheet.T for sheet in T])

# %% right="swap_dimensions" name="three loops, entry by entry"
def swap_dimensions(T):
    a, b, c = T.shape
    out = torch.empty((a, c, b), dtype=T.dtype)
    for i in range(a):
        for j in range(b):
            for k in range(c):
                out[i, k, j] = T[i, j, k]
    return out

# %% wrong="swap_dimensions" name="stack of transposed sheets is squeezed at dim 0, so a single sheet loses a dimension"
def swap_dimensions(T):
    turned = [T[i].T for i in range(len(T))]
    return torch.stack(turned).squeeze(0)

# %% wrong="swap_dimensions" name="transpose_ in place, so T itself has its dimensions swapped afterwards"
def swap_dimensions(T):
    T.transpose_(1, 2)
    return T

# %% wrong="swap_dimensions" name="reshape to (a, c, b) breaks the lines elsewhere instead of transposing"
def swap_dimensions(T):
    a, b, c = T.shape
    return T.reshape(a, c, b)

# %% wrong="swap_dimensions" name="swaps dimensions 0 and 1 as in the lecture example instead of 1 and 2"
def swap_dimensions(T):
    return torch.transpose(T, 0, 1)

# %% right="broadcast_shapes" name="six tuples"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% right="broadcast_shapes" name="by running the products with try"
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

# %% right="broadcast_shapes" name="tuple unpacking, shapes of real tensors"
broadcast_c = broadcast_f = None
broadcast_a, broadcast_b = (4, 5), (4, 3)
broadcast_d = (torch.zeros(2, 3, 1) * torch.zeros(4)).shape
broadcast_e = (torch.zeros(6, 1, 5) * torch.zeros(3, 1)).shape

# %% wrong="broadcast_shapes" name="broadcast_c aligns at the left and says (4, 3)"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = (4, 3)
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="broadcast_d is None, because a vector of 4 is thought not to fit three dimensions"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = None
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="broadcast_e keeps the 1 in the middle from the longer shape, (6, 1, 5)"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 1, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="broadcast_f inserts the missing 1 in the middle of (2, 4) and says (2, 3, 4)"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = (2, 3, 4)

# %% right="residuals" name="take the column out"
def residuals(y_hat, y):
    return y_hat[:, 0] - y

# %% right="residuals" name="loop over the examples"
def residuals(y_hat, y):
    r = torch.zeros_like(y)
    for i in range(len(y)):
        r[i] = y_hat[i, 0] - y[i]
    return r

# %% right="residuals" name="subtract columns, then flatten"
def residuals(y_hat, y):
    column = y.unsqueeze(1)
    return (y_hat - column).flatten()

# %% wrong="residuals" name="squeezes the difference of two columns completely, a single example gives shape ()"
def residuals(y_hat, y):
    return (y_hat - y[:, None]).squeeze()

# %% wrong="residuals" name="subtracts with -= on a window of y_hat, so the predictions are changed"
def residuals(y_hat, y):
    r = y_hat.reshape(-1)
    r -= y
    return r

# %% wrong="residuals" name="truth minus prediction, the sign is turned round"
def residuals(y_hat, y):
    return y - y_hat.reshape(-1)

# %% wrong="residuals" name="transposed predictions minus y, result is a row of shape (1, n)"
def residuals(y_hat, y):
    return y_hat.T - y

# %% right="product_shapes" name="six answers on paper"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% right="product_shapes" name="by running matmul with try"
_A, _B, _T, _v = torch.ones(2, 3), torch.ones(2, 3), torch.ones(5, 2, 3), torch.ones(3)


def _shape(left, right):
    try:
        return tuple((left @ right).shape)
    except RuntimeError:
        return None


product_a, product_b, product_c = _shape(_A, _B.T), _shape(_A, _B), _shape(_A.T, _B)
product_d, product_e, product_f = _shape(_A, _v), _shape(_T, _B.T), _shape(_T, _B)

# %% right="product_shapes" name="named sizes"
n, k, m = 2, 3, 5
product_a = (n, n)
product_b = None
product_c = (k, k)
product_d = tuple([n])
product_e = (m, n, n)
product_f = None

# %% wrong="product_shapes" name="product_d is a column (2, 1) instead of a vector"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2, 1)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="product_e is None, as if three dimensions could not meet a matrix"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = None
product_f = None

# %% wrong="product_shapes" name="product_f is (5, 2, 3), broadcasting entry by entry taken for the matrix product"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = (5, 2, 3)

# %% wrong="product_shapes" name="product_c keeps the inner sizes and says (2, 2) instead of the outer (3, 3)"
product_a = (2, 2)
product_b = None
product_c = (2, 2)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% right="layer" name="the one line"
def layer(X, W, b):
    return X @ W.T + b

# %% right="layer" name="einsum with an ellipsis"
def layer(X, W, b):
    scores = torch.einsum("...nd,qd->...nq", X, W)
    return scores + b[None, :]

# %% right="layer" name="one neuron at a time, stacked at the end"
def layer(X, W, b):
    columns = []
    for j in range(W.shape[0]):
        score = (X * W[j]).sum(dim=-1) + b[j]
        columns.append(score)
    return torch.stack(columns, dim=-1)

# %% wrong="layer" name="transposes W only where the sizes do not fit already, so a square W is used untransposed"
def layer(X, W, b):
    if X.shape[-1] == W.shape[0]:
        return X @ W + b
    return X @ W.T + b

# %% wrong="layer" name="squeezes dimension 0 at the end, so a stack of one table (k = 1) loses its dimension"
def layer(X, W, b):
    if X.ndim == 2:
        X = X[None]
    Z = torch.matmul(X, W.T) + b
    return Z.squeeze(0)

# %% wrong="layer" name="loops over len(W) tables of the stack instead of len(X), fits only where k equals q"
def layer(X, W, b):
    if X.ndim == 2:
        return X @ W.T + b
    tables = []
    for i in range(len(W)):
        tables.append(X[i] @ W.T + b)
    return torch.stack(tables)

# %% wrong="layer" name="multiplies in float32 and relies on b to widen the sum, float64 digits are lost"
def layer(X, W, b):
    product = X.float() @ W.float().T
    return product + b

# %% right="summaries" name="mean, cumsum, keepdim"
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)

# %% right="summaries" name="row loops"
def summaries(A):
    n, d = A.shape
    means = torch.zeros(d, dtype=A.dtype)
    totals = torch.zeros(n, d, dtype=A.dtype)
    shares = torch.zeros(n, d, dtype=A.dtype)
    running = torch.zeros(d, dtype=A.dtype)
    for i in range(n):
        running = running + A[i]
        totals[i] = running
        shares[i] = A[i] / A[i].sum()
    means[:] = running / n
    return means, totals, shares

# %% right="summaries" name="triangular matrix and einsum"
def summaries(A):
    n = A.shape[0]
    triangle = torch.tril(torch.ones(n, n, dtype=A.dtype))
    totals = triangle @ A
    means = totals[-1] / n
    shares = torch.einsum("ij,i->ij", A, 1 / A.sum(dim=1))
    return means, totals, shares

# %% wrong="summaries" name="running totals are added up inside A itself, so the argument is changed"
def summaries(A):
    means = A.mean(dim=0)
    shares = A / A.sum(dim=1, keepdim=True)
    totals = A
    for i in range(1, A.shape[0]):
        totals[i] += totals[i - 1]
    return means, totals, shares

# %% wrong="summaries" name="means are squeezed of all ones, a single column gives shape () instead of (1,)"
def summaries(A):
    means = A.mean(dim=0, keepdim=True).squeeze()
    return means, torch.cumsum(A, dim=0), A / A.sum(dim=1)[:, None]

# %% wrong="summaries" name="tries the division without keepdim first and repairs it only on an error, square A gets wrong sums"
def summaries(A):
    row_sums = A.sum(dim=1)
    try:
        shares = A / row_sums
    except RuntimeError:
        shares = A / row_sums.reshape(-1, 1)
    return A.mean(dim=0), A.cumsum(dim=0), shares

# %% wrong="summaries" name="running totals start from the second row with A[i] + A[i-1], so the third row holds only two summands"
def summaries(A):
    totals = A.clone()
    totals[1:] = A[1:] + A[:-1]
    return A.mean(dim=0), totals, A / A.sum(dim=1, keepdim=True)

# %% right="norms" name="abs, squares and sqrt"
def norms(v, M):
    l1 = v.abs().sum()
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

# %% right="norms" name="helper, flatten the matrix, dot product"
def norms(v, M):
    def length(u):
        return torch.dot(u, u) ** 0.5

    walk = torch.where(v < 0, -v, v).sum()
    return walk, length(v), length(M.reshape(-1))

# %% wrong="norms" name="abs_ with an underscore changes the signs in v itself"
def norms(v, M):
    l2 = torch.sqrt((v * v).sum())
    l1 = v.abs_().sum()
    return l1, l2, torch.sqrt((M * M).sum())

# %% wrong="norms" name="adds 1e-8 under the roots, so a zero vector or matrix has norm 0.0001"
def norms(v, M):
    eps = 1e-8
    return v.abs().sum(), torch.sqrt((v**2).sum() + eps), torch.sqrt((M**2).sum() + eps)

# %% wrong="norms" name="linalg.norm with order 2 on the matrix is the spectral norm, not Frobenius"
def norms(v, M):
    return torch.linalg.norm(v, 1), torch.linalg.norm(v, 2), torch.linalg.norm(M, 2)

# %% wrong="norms" name="Frobenius norm through a python number and a float32 tensor, float64 digits are lost"
def norms(v, M):
    total = 0.0
    for row in M:
        for entry in row:
            total += entry.item() ** 2
    frobenius = torch.tensor(total**0.5).to(M.dtype)
    return v.abs().sum(), (v**2).sum().sqrt(), frobenius

# %% right="step_in_place" name="minus equals"
def step_in_place(w, g, lr):
    w -= lr * g

# %% right="step_in_place" name="slice assignment"
def step_in_place(w, g, lr):
    w[:] = w - lr * g

# %% right="step_in_place" name="loop over entries"
def step_in_place(w, g, lr):
    for i in range(w.shape[0]):
        w[i] = w[i] - lr * g[i]

# %% wrong="step_in_place" name="w = w - lr * g binds the local name to a new tensor, the old w stays"
def step_in_place(w, g, lr):
    w = w - lr * g

# %% wrong="step_in_place" name="multiplies g by lr in place before subtracting, so g is changed"
def step_in_place(w, g, lr):
    g *= lr
    w -= g

# %% wrong="step_in_place" name="w.data gets a new tensor, so the memory is not reused and other windows do not see the change"
def step_in_place(w, g, lr):
    w.data = w - lr * g

# %% wrong="step_in_place" name="updates only the entries 0 and 1, as many as in the example"
def step_in_place(w, g, lr):
    w[:2] -= lr * g[:2]

# %% right="with_ones" name="ones with dtype and device, cat"
def with_ones(X):
    ones = torch.ones(X.shape[0], 1, dtype=X.dtype, device=X.device)
    return torch.cat([ones, X], dim=1)

# %% right="with_ones" name="new_ones filled from the second column on"
def with_ones(X):
    n, d = X.shape
    result = X.new_ones((n, d + 1))
    result[:, 1:] = X
    return result

# %% right="with_ones" name="ones_like of the first column, hstack"
def with_ones(X):
    return torch.hstack((torch.ones_like(X[:, :1]), X))

# %% wrong="with_ones" name="goes through float64 and back to the dtype of X, integers beyond 2 to the 53 change"
def with_ones(X):
    ones = torch.ones(len(X), 1, dtype=torch.float64, device=X.device)
    return torch.cat([ones, X.double()], dim=1).to(X.dtype)

# %% wrong="with_ones" name="squeezes the result, a single row gives a vector"
def with_ones(X):
    ones = torch.ones(X.shape[0], 1, dtype=X.dtype, device=X.device)
    return torch.cat([ones, X], dim=1).squeeze()

# %% wrong="with_ones" name="the column of ones stands last instead of first"
def with_ones(X):
    return torch.cat([X, X.new_ones(len(X), 1)], dim=1)

# %% right="accuracy" name="compare, convert, average"
def accuracy(y_hat, y):
    return (y_hat == y).float().mean()

# %% right="accuracy" name="loop with a counter"
def accuracy(y_hat, y):
    right = 0
    for i in range(len(y)):
        if y_hat[i] == y[i]:
            right += 1
    return torch.tensor(right / len(y), dtype=torch.float32)

# %% right="accuracy" name="one minus the share of errors"
def accuracy(y_hat, y):
    errors = torch.count_nonzero(y_hat - y)
    return 1 - errors.to(torch.float32) / y.numel()

# %% wrong="accuracy" name="rounds the share to two decimals, so 2 of 3 becomes 0.67"
def accuracy(y_hat, y):
    share = (y_hat == y).to(torch.float32).mean()
    return torch.round(share, decimals=2)

# %% wrong="accuracy" name="compares with isclose, whose tolerance takes large neighbouring class numbers for equal"
def accuracy(y_hat, y):
    hits = torch.isclose(y_hat.double(), y.double())
    return hits.float().mean()

# %% wrong="accuracy" name="returns an ordinary python number with item instead of a tensor"
def accuracy(y_hat, y):
    return (y_hat == y).float().mean().item()

# %% wrong="accuracy" name="keepdim leaves a vector of one entry, shape (1,) instead of no dimensions"
def accuracy(y_hat, y):
    return (y_hat == y).float().mean(dim=0, keepdim=True)

# %% right="broadcast_rule" name="pad with ones, loop from left to right"
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    a = [1] * (length - len(shape_a)) + shape_a
    b = [1] * (length - len(shape_b)) + shape_b
    result = []
    for i in range(length):
        if a[i] == b[i]:
            result.append(a[i])
        elif a[i] == 1:
            result.append(b[i])
        elif b[i] == 1:
            result.append(a[i])
        else:
            return None
    return result

# %% right="broadcast_rule" name="zip_longest on reversed lists"
from itertools import zip_longest


def broadcast_rule(shape_a, shape_b):
    pairs = list(zip_longest(reversed(shape_a), reversed(shape_b), fillvalue=1))
    if any(p != q and 1 not in (p, q) for p, q in pairs):
        return None
    return [q if p == 1 else p for p, q in pairs][::-1]

# %% right="broadcast_rule" name="recursion from the right"
def broadcast_rule(shape_a, shape_b):
    if not shape_a:
        return list(shape_b)
    if not shape_b:
        return list(shape_a)
    *front_a, a = shape_a
    *front_b, b = shape_b
    front = broadcast_rule(front_a, front_b)
    if front is None or len({a, b} - {1}) > 1:
        return None
    return front + [b if a == 1 else a]

# %% wrong="broadcast_rule" name="a size 0 is let through against any size, so 0 and 3 give 0 instead of None"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + shape_a
    b = [1] * (n - len(shape_b)) + shape_b
    result = []
    for p, q in zip(a, b):
        if p == 0 or q == 0:
            result.append(0)
        elif p == q or p == 1 or q == 1:
            result.append(max(p, q))
        else:
            return None
    return result

# %% wrong="broadcast_rule" name="pads the given lists with insert, so the caller's shorter list grows"
def broadcast_rule(shape_a, shape_b):
    while len(shape_a) < len(shape_b):
        shape_a.insert(0, 1)
    while len(shape_b) < len(shape_a):
        shape_b.insert(0, 1)
    result = []
    for p, q in zip(shape_a, shape_b):
        if p != q and p != 1 and q != 1:
            return None
        result.append(q if p == 1 else p)
    return result

# %% wrong="broadcast_rule" name="an empty result counts as no result, so two empty shapes give None instead of an empty list"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + list(shape_a)
    b = [1] * (n - len(shape_b)) + list(shape_b)
    result = []
    for p, q in zip(a, b):
        if p == q or q == 1:
            result.append(p)
        elif p == 1:
            result.append(q)
        else:
            result = []
            break
    return result or None

# %% wrong="broadcast_rule" name="the flag for fitting is overwritten in every round, so only the last position decides"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + shape_a
    b = [1] * (n - len(shape_b)) + shape_b
    fits = True
    result = []
    for p, q in zip(a, b):
        fits = p == q or p == 1 or q == 1
        result.append(q if p == 1 else p)
    return result if fits else None
