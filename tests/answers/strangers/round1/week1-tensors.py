# %% right="zero_column" name="torch.zeros with a dtype"
zero_column = torch.zeros(3, 1, dtype=torch.float64)

# %% right="zero_column" name="typed in by hand with nested lists"
zero_column = torch.tensor([[0.0], [0.0], [0.0]], dtype=torch.float64, device="cpu")

# %% right="zero_column" name="from a numpy array of zeros"
zero_column = torch.from_numpy(np.zeros(3))[:, None]

# %% wrong="zero_column" name="cuts the first column out of the identity matrix, its top entry is 1"
zero_column = torch.eye(3, dtype=torch.float64)[:, :1]

# %% wrong="zero_column" name="forgets the dtype, so the zeros are float32"
zero_column = torch.zeros((3, 1))

# %% wrong="zero_column" name="sizes in the wrong order, a row of shape (1, 3)"
zero_column = torch.zeros(1, 3, dtype=torch.float64)

# %% wrong="zero_column" name="a numpy array of zeros that is never turned into a tensor"
zero_column = np.zeros((3, 1))

# %% right="from_brackets" name="everything typed in by hand"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2, 1)

# %% right="from_brackets" name="arange, reshape and the two halves stacked"
row = torch.arange(1, 6, 2, dtype=torch.float32).reshape(1, 3)
grid = torch.arange(1, 13).reshape(3, -1)
block = torch.stack([grid[:, :2], grid[:, 2:]])
read_shape = torch.tensor([[[7], [8]], [[9], [0]], [[1], [2]]]).shape

# %% right="from_brackets" name="comprehensions and a permuted reshape"
row = torch.FloatTensor([[2 * k + 1 for k in range(3)]])
grid = torch.tensor([[4 * i + j + 1 for j in range(4)] for i in range(3)], dtype=torch.int64)
block = grid.reshape(3, 2, 2).permute(1, 0, 2).contiguous()
read_shape = tuple([3, 2, 1])

# %% wrong="from_brackets" name="forgets the innermost brackets around single numbers, read_shape is (3, 2)"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2)

# %% wrong="from_brackets" name="reads the brackets from the inside out, read_shape is (1, 2, 3)"
row = torch.tensor([[1, 3, 5]], dtype=torch.float32)
grid = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
block = torch.stack([grid[:, 0:2], grid[:, 2:4]], dim=0)
read_shape = (1, 2, 3)

# %% wrong="from_brackets" name="block by reshaping grid, so its rows are 1 2, 3 4, 5 6 instead of the halves"
row = torch.tensor([[1.0, 3, 5]])
grid = torch.arange(1, 13).reshape(3, 4)
block = grid.reshape(2, 3, 2)
read_shape = (3, 2, 1)

# %% wrong="from_brackets" name="row from whole numbers without a dtype, so it is int64 and not float32"
row = torch.tensor([[1, 3, 5]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2, 1)

# %% right="write_entries" name="plain indexing"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[i, j, k] = value

# %% right="write_entries" name="chained brackets step by step"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    row = Z[i]
    row[j] = value


def write_sheets(T, i, j, k, value):
    sheet = T[i]
    write_matrix(sheet, j, k, value)

# %% right="write_entries" name="one helper with fill_ for all three"
def _write(tensor, where, value):
    tensor[where].fill_(value)


def write_vector(z, i, value):
    _write(z, (i,), value)


def write_matrix(Z, i, j, value):
    _write(Z, (i, j), value)


def write_sheets(T, i, j, k, value):
    _write(T, (i, j, k), value)

# %% wrong="write_entries" name="adds the value with += instead of writing it, seen only where the entry was not 0"
def write_vector(z, i, value):
    z[i] += value


def write_matrix(Z, i, j, value):
    Z[i, j] += value


def write_sheets(T, i, j, k, value):
    T[i, j, k] += value

# %% wrong="write_entries" name="write_sheets takes row for sheet: indexes T[j, i, k]"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[j, i, k] = value

# %% wrong="write_entries" name="write_sheets ignores i and writes into row j, column k of every sheet"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i][j] = value


def write_sheets(T, i, j, k, value):
    T[:, j, k] = value

# %% wrong="write_entries" name="write_matrix computes a flat position with the number of rows instead of columns, fits square ones"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    rows = Z.shape[0]
    Z.view(-1)[i * rows + j] = value


def write_sheets(T, i, j, k, value):
    T[i][j][k] = value

# %% right="take_slices" name="brackets as in the text"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% right="take_slices" name="select and narrow, shapes as torch.Size"
slice_a = torch.Size([3])
slice_b = torch.Size([2, 3, 2])
slice_c = torch.Size([2, 3, 3])


def take_slices(T):
    columns = T.shape[-1]
    first = T.select(0, 1).select(1, 2)
    return (first, T.narrow(2, 1, 2), T.narrow(2, 1, columns - 1))

# %% right="take_slices" name="lists of positions and a loop over rows"
slice_a, slice_b, slice_c = (3,), (2, 3, 2), (2, 3, 3)


def take_slices(T):
    one_column = torch.stack([line[2] for line in T[1]])
    two = T[..., [1, 2]]
    rest = T[..., [j for j in range(T.shape[2]) if j != 0]]
    return one_column, two, rest

# %% wrong="take_slices" name="slice_c predicted as if the first row and not the first column were dropped: (2, 2, 4)"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 2, 4)


def take_slices(T):
    return T[1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="cuts columns 1 and 2 as 1:-1, which is only right for four columns"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return (T[1, :, 2], T[:, :, 1:-1], T[:, :, 1:])

# %% wrong="take_slices" name="all but the first column as 1:4, with the 4 of the example, loses later columns"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    a = T[1, :, 2]
    b = T[:, :, 1:3]
    c = T[:, :, 1:4]
    return a, b, c

# %% wrong="take_slices" name="takes the last sheet with T[-1] for sheet 1, which is only right for two sheets"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[-1, :, 2], T[..., 1:3], T[..., 1:]

# %% right="join" name="stack and cat"
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b], dim=0), torch.cat([a, b], dim=1)


join_a = None
join_b = None
join_c = (3, 3)

# %% right="join" name="vstack, hstack and new dimensions with None"
def join(a, b):
    below = torch.vstack((a, b))
    beside = torch.hstack((a, b))
    sheets = torch.cat((a[None], b[None]))
    return sheets, below, beside


join_a, join_b, join_c = None, None, (3, 3)

# %% right="join" name="empty tensors of the same dtype filled by slices, predictions tried out"
def join(a, b):
    n = len(a)
    sheets = a.new_empty(2, n, 1)
    sheets[0] = a
    sheets[1] = b
    long = sheets.reshape(2 * n, 1).clone()
    table = a.new_empty(n, 2)
    for i in range(n):
        table[i, 0] = a[i, 0]
        table[i, 1] = b[i, 0]
    return sheets, long, table


def shape_or_none(make):
    try:
        return tuple(make().shape)
    except RuntimeError:
        return None


P, Q = torch.zeros(3, 1), torch.zeros(3, 2)
join_a = shape_or_none(lambda: torch.stack([P, Q]))
join_b = shape_or_none(lambda: torch.cat([P, Q], dim=0))
join_c = shape_or_none(lambda: torch.cat([P, Q], dim=1))

# %% wrong="join" name="side by side by stacking along dim 1 and squeezing, so n = 1 gives shape (2,)"
def join(a, b):
    sheets = torch.stack([a, b])
    below = torch.cat([a, b])
    beside = torch.stack([a, b], dim=1).squeeze()
    return sheets, below, beside


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="fills a default torch.zeros(n, 2) for side by side, so float64 or whole columns become float32"
def join(a, b):
    n = a.shape[0]
    beside = torch.zeros(n, 2)
    beside[:, 0:1] = a
    beside[:, 1:2] = b
    return torch.stack([a, b], dim=0), torch.cat([a, b], dim=0), beside


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="believes that stack broadcasts P to two columns, join_a is (2, 3, 2)"
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1)


join_a = (2, 3, 2)
join_b = None
join_c = (3, 3)

# %% wrong="join" name="one below the other read off the side by side table, so a and b alternate"
def join(a, b):
    beside = torch.cat([a, b], dim=1)
    below = beside.reshape(-1, 1)
    return torch.stack([a, b]), below, beside


join_a = None
join_b = None
join_c = (3, 3)

# %% right="swap_dimensions" name="torch.transpose"
def swap_dimensions(T):
    return torch.transpose(T, 1, 2)

# %% right="swap_dimensions" name="every sheet transposed in a comprehension and stacked"
def swap_dimensions(T):
    return torch.stack([sheet.T for sheet in T], dim=0)

# %% right="swap_dimensions" name="three loops entry by entry"
def swap_dimensions(T):
    a, b, c = T.shape
    result = torch.empty(a, c, b, dtype=T.dtype, device=T.device)
    for i in range(a):
        for j in range(b):
            for k in range(c):
                result[i, k, j] = T[i, j, k]
    return result

# %% wrong="swap_dimensions" name="transposes exactly the first two sheets, whatever the number of sheets"
def swap_dimensions(T):
    first = T[0].T
    second = T[1].T if T.shape[0] > 1 else T[0].T
    return torch.stack([first, second])

# %% wrong="swap_dimensions" name="transpose_ with the underscore changes the shape of the T that was passed in"
def swap_dimensions(T):
    return T.transpose_(1, 2)

# %% wrong="swap_dimensions" name="fills torch.zeros without a dtype, so whole numbers and float64 become float32"
def swap_dimensions(T):
    a, b, c = T.shape
    swapped = torch.zeros(a, c, b)
    for s in range(a):
        swapped[s] = T[s].T
    return swapped

# %% wrong="swap_dimensions" name="reshape to (a, c, b) keeps the reading order and does not transpose"
def swap_dimensions(T):
    a, b, c = T.shape
    return T.reshape(a, c, b)

# %% right="broadcast_shapes" name="worked out on paper"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% right="broadcast_shapes" name="tried out with ones in a helper"
def product_shape(first, second):
    try:
        return (torch.ones(first) * torch.ones(second)).shape
    except RuntimeError:
        return None


broadcast_a = product_shape((4, 1), (1, 5))
broadcast_b = product_shape((4, 3), (3,))
broadcast_c = product_shape((4, 3), (4,))
broadcast_d = product_shape((2, 3, 1), (4,))
broadcast_e = product_shape((6, 1, 5), (3, 1))
broadcast_f = product_shape((2, 3, 4), (2, 4))

# %% right="broadcast_shapes" name="all answers in one assignment"
refused = None
broadcast_a, broadcast_b, broadcast_c, broadcast_d, broadcast_e, broadcast_f = (
    (4, 5), (4, 3), refused, (2, 3, 4), (6, 3, 5), refused,
)

# %% wrong="broadcast_shapes" name="aligns at the left in c: the 4 meets the 4, so (4, 3) instead of None"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = (4, 3)
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="thinks in d that the last size 1 stays and swallows the 4: (2, 3, 1)"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 1)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="lets the 6 meet the 3 in e and says None instead of (6, 3, 5)"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = None
broadcast_f = None

# %% wrong="broadcast_shapes" name="puts the missing 1 in the middle of (2, 4) in f, so (2, 3, 4) instead of None"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = (2, 3, 4)

# %% right="residuals" name="first column minus the vector"
def residuals(y_hat, y):
    return y_hat[:, 0] - y

# %% right="residuals" name="loop over the examples and stack"
def residuals(y_hat, y):
    differences = []
    for i in range(len(y)):
        differences.append(y_hat[i, 0] - y[i])
    return torch.stack(differences)

# %% right="residuals" name="y made a column, then flattened"
def residuals(y_hat, y):
    as_column = y.unsqueeze(dim=1)
    return torch.sub(y_hat, as_column).flatten()

# %% wrong="residuals" name="column minus column and squeeze of everything, so n = 1 loses its only dimension"
def residuals(y_hat, y):
    return (y_hat - y[:, None]).squeeze()

# %% wrong="residuals" name="returns the absolute difference, negative residuals lose their sign"
def residuals(y_hat, y):
    return torch.abs(y_hat.reshape(-1) - y)

# %% wrong="residuals" name="subtracts in place on a view, so y_hat of the caller is changed"
def residuals(y_hat, y):
    r = y_hat.reshape(-1)
    r -= y
    return r

# %% wrong="residuals" name="collects the differences in a default torch.zeros(n), so float64 is rounded to float32"
def residuals(y_hat, y):
    n = y.shape[0]
    r = torch.zeros(n)
    for i in range(n):
        r[i] = y_hat[i, 0] - y[i]
    return r

# %% right="product_shapes" name="worked out on paper"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% right="product_shapes" name="tried out on random tensors with a helper"
def try_product(first, second):
    try:
        result = first @ second
    except RuntimeError:
        return None
    return tuple(result.shape)


A_try, B_try, T_try, v_try = torch.rand(2, 3), torch.rand(2, 3), torch.rand(5, 2, 3), torch.rand(3)
product_a = try_product(A_try, B_try.T)
product_b = try_product(A_try, B_try)
product_c = try_product(A_try.T, B_try)
product_d = try_product(A_try, v_try)
product_e = try_product(T_try, B_try.T)
product_f = try_product(T_try, B_try)

# %% right="product_shapes" name="sizes put together from names"
n, d = 2, 3
stack = 5
product_a = (n, n)
product_b = None
product_c = (d, d)
product_d = (n,)
product_e = (stack,) + product_a
product_f = product_b

# %% wrong="product_shapes" name="takes @ for the star in b, equal shapes give (2, 3) instead of None"
product_a = (2, 2)
product_b = (2, 3)
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="takes A.T @ B for A @ B.T in c: (2, 2) instead of (3, 3)"
product_a = (2, 2)
product_b = None
product_c = (2, 2)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="matrix times vector in d given as a column (2, 1) instead of (2,)"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2, 1)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="believes that in f the sheets (2, 3) broadcast with B to (5, 2, 3)"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = (5, 2, 3)

# %% right="layer" name="the formula"
def layer(X, W, b):
    return X @ W.T + b

# %% right="layer" name="einsum with dots"
def layer(X, W, b):
    scores = torch.einsum("...d,qd->...q", X, W)
    return scores + b

# %% right="layer" name="loops over examples and neurons, sheet by sheet for a stack"
def layer(X, W, b):
    if X.ndim == 3:
        return torch.stack([layer(sheet, W, b) for sheet in X])
    n, q = X.shape[0], W.shape[0]
    Z = torch.zeros(n, q, dtype=X.dtype)
    for i in range(n):
        for j in range(q):
            Z[i, j] = torch.dot(X[i], W[j]) + b[j]
    return Z

# %% wrong="layer" name="transposes W only when X @ W does not fit, so a square W is used without transposing"
def layer(X, W, b):
    if X.shape[-1] == W.shape[0]:
        Z = X @ W
    else:
        Z = X @ W.T
    return Z + b

# %% wrong="layer" name="a stack is handled for exactly two tables X[0] and X[1], further ones are dropped"
def layer(X, W, b):
    if X.ndim == 2:
        return X @ W.T + b
    first = X[0] @ W.T + b
    second = X[min(1, len(X) - 1)] @ W.T + b
    return torch.stack([first, second])

# %% wrong="layer" name="converts everything with float(), so a float64 layer is computed in float32"
def layer(X, W, b):
    X, W, b = X.float(), W.float(), b.float()
    return torch.matmul(X, W.T) + b

# %% wrong="layer" name="adds the bias to row 0 of each table only, the other examples get none"
def layer(X, W, b):
    Z = X @ W.transpose(0, 1)
    Z[..., 0, :] += b
    return Z

# %% right="summaries" name="mean, cumsum and keepdim"
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)

# %% right="summaries" name="loops over rows and columns"
def summaries(A):
    n, d = A.shape
    means = torch.stack([A[:, j].sum() / n for j in range(d)])
    totals = A.clone()
    for i in range(1, n):
        totals[i] = totals[i - 1] + A[i]
    shares = A.clone()
    for i in range(n):
        shares[i] = A[i] / A[i].sum()
    return means, totals, shares

# %% right="summaries" name="products with ones and a triangle of ones"
def summaries(A):
    n, d = A.shape
    ones_n = torch.ones(n, dtype=A.dtype)
    ones_d = torch.ones(d, dtype=A.dtype)
    triangle = torch.tril(torch.ones(n, n, dtype=A.dtype))
    row_sums = A @ ones_d
    return (ones_n @ A / n, triangle @ A, A / row_sums[:, None])

# %% wrong="summaries" name="running total adds only the row just above, A[i] + A[i - 1], fails from three rows on"
def summaries(A):
    means = A.mean(dim=0)
    totals = A.clone()
    for i in range(1, len(A)):
        totals[i] = A[i] + A[i - 1]
    shares = A / A.sum(dim=1, keepdim=True)
    return means, totals, shares

# %% wrong="summaries" name="totals is an alias of A and is added up in place, so the input is changed"
def summaries(A):
    means = A.mean(dim=0)
    shares = A / A.sum(dim=1, keepdim=True)
    totals = A
    for i in range(1, A.shape[0]):
        totals[i] += totals[i - 1]
    return means, totals, shares

# %% wrong="summaries" name="means with keepdim and squeeze, so for d = 1 the shape is () and not (1,)"
def summaries(A):
    means = A.mean(dim=0, keepdim=True).squeeze()
    sums = A.sum(dim=1)[:, None]
    return means, torch.cumsum(A, dim=0), A / sums

# %% wrong="summaries" name="running totals collected in torch.zeros(n, d) without dtype, float64 becomes float32"
def summaries(A):
    n, d = A.shape
    totals = torch.zeros(n, d)
    for i in range(n):
        totals[i] = A[: i + 1].sum(dim=0)
    return A.mean(dim=0), totals, A / A.sum(dim=1, keepdim=True)

# %% right="norms" name="put together from abs, squares and sqrt"
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

# %% right="norms" name="dot product, trace and a loop"
def norms(v, M):
    l1 = torch.zeros((), dtype=v.dtype)
    for entry in v:
        l1 = l1 + (entry if entry > 0 else -entry)
    return l1, (v @ v) ** 0.5, torch.trace(M @ M.T).sqrt()

# %% wrong="norms" name="Frobenius norm from M * M.T entry by entry, right only for a symmetric M"
def norms(v, M):
    l1 = torch.sum(torch.abs(v))
    l2 = torch.sqrt(torch.sum(v * v))
    frobenius = torch.sqrt(torch.sum(M * M.T))
    return l1, l2, frobenius

# %% wrong="norms" name="l2 norm by Pythagoras with v[0] and v[1] only, longer vectors are cut"
def norms(v, M):
    l1 = v.abs().sum()
    l2 = torch.sqrt(v[0] ** 2 + v[1] ** 2)
    return l1, l2, torch.linalg.norm(M)

# %% wrong="norms" name="goes through item() and torch.tensor, so float64 input gives float32 norms"
def norms(v, M):
    l1 = sum(abs(x) for x in v.tolist())
    l2 = sum(x**2 for x in v.tolist()) ** 0.5
    fro = (M**2).sum().item() ** 0.5
    return torch.tensor(l1), torch.tensor(l2), torch.tensor(fro)

# %% wrong="norms" name="abs_ with the underscore makes the vector of the caller positive in place"
def norms(v, M):
    l2 = (v**2).sum().sqrt()
    l1 = v.abs_().sum()
    fro = (M**2).sum().sqrt()
    return l1, l2, fro

# %% right="step_in_place" name="minus-equals"
def step_in_place(w, g, lr):
    w -= lr * g

# %% right="step_in_place" name="loop over the entries"
def step_in_place(w, g, lr):
    for i in range(len(w)):
        w[i] = w[i] - lr * g[i]

# %% right="step_in_place" name="sub_ with alpha"
def step_in_place(w, g, lr):
    w.sub_(g, alpha=lr)

# %% wrong="step_in_place" name="w = w - lr * g only gives the local name to a new tensor"
def step_in_place(w, g, lr):
    w = w - lr * g

# %% wrong="step_in_place" name="assigns a new tensor to w.data, the old memory and its views do not change"
def step_in_place(w, g, lr):
    w.data = w - lr * g

# %% wrong="step_in_place" name="multiplies g by lr in place first, so g is changed too"
def step_in_place(w, g, lr):
    g *= lr
    w -= g

# %% wrong="step_in_place" name="writes the 0.1 of the example instead of lr"
def step_in_place(w, g, lr):
    w[:] = w - 0.1 * g

# %% right="with_ones" name="cat with ones of the dtype and device"
def with_ones(X):
    ones = torch.ones(X.shape[0], 1, dtype=X.dtype, device=X.device)
    return torch.cat([ones, X], dim=1)

# %% right="with_ones" name="padding on the left"
def with_ones(X):
    return torch.nn.functional.pad(X, (1, 0), value=1)

# %% right="with_ones" name="new_ones of the full size, filled by a loop over columns"
def with_ones(X):
    n, d = X.shape
    result = X.new_ones((n, d + 1))
    for j in range(d):
        result[:, j + 1] = X[:, j]
    return result

# %% wrong="with_ones" name="glues float32 ones to X and converts back, so large whole numbers are rounded"
def with_ones(X):
    ones = torch.ones(len(X), 1, device=X.device)
    return torch.cat([ones, X], dim=1).to(X.dtype)

# %% wrong="with_ones" name="writes decimal X into a default float32 table, so float64 is lost"
def with_ones(X):
    n, d = X.shape
    result = torch.ones(n, d + 1, device=X.device)
    if not X.is_floating_point():
        result = result.to(X.dtype)
    result[:, 1:] = X
    return result

# %% wrong="with_ones" name="takes int64 for all whole numbers, so an int32 matrix comes back as int64"
def with_ones(X):
    kind = X.dtype if X.is_floating_point() else torch.int64
    ones = torch.ones(X.shape[0], 1, dtype=kind, device=X.device)
    return torch.cat([ones, X], dim=1)

# %% right="accuracy" name="compare, convert, average"
def accuracy(y_hat, y):
    return (y_hat == y).to(torch.float32).mean()

# %% right="accuracy" name="counting in a loop"
def accuracy(y_hat, y):
    hits = 0
    for i in range(len(y)):
        if y_hat[i] == y[i]:
            hits += 1
    return torch.tensor(hits / len(y), dtype=torch.float32)

# %% right="accuracy" name="one minus the share of mistakes"
def accuracy(y_hat, y):
    mistakes = torch.count_nonzero(y_hat - y)
    return (1 - mistakes.double() / y.numel()).float()

# %% wrong="accuracy" name="one minus the mean distance of class numbers, a mistake of two classes counts double"
def accuracy(y_hat, y):
    return 1 - (y_hat - y).abs().float().mean()

# %% wrong="accuracy" name="compares only whether both classes are greater than 0, classes 1 and 2 count as equal"
def accuracy(y_hat, y):
    return ((y_hat > 0) == (y > 0)).float().mean()

# %% wrong="accuracy" name="converts with double(), the answer is float64 and not float32"
def accuracy(y_hat, y):
    return (y_hat == y).double().mean()

# %% wrong="accuracy" name="ends with item(), so a Python float and no tensor is returned"
def accuracy(y_hat, y):
    return (y_hat == y).float().mean().item()

# %% right="broadcast_rule" name="pad copies with ones, then compare in a loop"
def broadcast_rule(shape_a, shape_b):
    length = max(len(shape_a), len(shape_b))
    a = [1] * (length - len(shape_a)) + list(shape_a)
    b = [1] * (length - len(shape_b)) + list(shape_b)
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

# %% right="broadcast_rule" name="zip_longest and sets"
from itertools import zip_longest


def broadcast_rule(shape_a, shape_b):
    pairs = zip_longest(reversed(shape_a), reversed(shape_b), fillvalue=1)
    choices = [set(pair) - {1} or {1} for pair in pairs]
    if any(len(choice) > 1 for choice in choices):
        return None
    return [choice.pop() for choice in choices][::-1]

# %% right="broadcast_rule" name="recursion from the right"
def broadcast_rule(shape_a, shape_b):
    if not shape_a:
        return list(shape_b)
    if not shape_b:
        return list(shape_a)
    *front_a, last_a = shape_a
    *front_b, last_b = shape_b
    front = broadcast_rule(front_a, front_b)
    if front is None or (last_a != last_b and 1 not in (last_a, last_b)):
        return None
    return front + [last_b if last_a == 1 else last_a]

# %% wrong="broadcast_rule" name="collects sizes from the right and never turns the list round"
def broadcast_rule(shape_a, shape_b):
    result = []
    for i in range(1, max(len(shape_a), len(shape_b)) + 1):
        x = shape_a[-i] if i <= len(shape_a) else 1
        y = shape_b[-i] if i <= len(shape_b) else 1
        if x != y and x != 1 and y != 1:
            return None
        result.append(y if x == 1 else x)
    return result

# %% wrong="broadcast_rule" name="pads the shorter list with insert(0, 1), so the list of the caller is changed"
def broadcast_rule(shape_a, shape_b):
    while len(shape_a) < len(shape_b):
        shape_a.insert(0, 1)
    while len(shape_b) < len(shape_a):
        shape_b.insert(0, 1)
    result = []
    for x, y in zip(shape_a, shape_b):
        if x == y or y == 1:
            result.append(x)
        elif x == 1:
            result.append(y)
        else:
            return None
    return result

# %% wrong="broadcast_rule" name="takes the larger of the two sizes, so 0 with 1 gives 1 instead of 0"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + shape_a
    b = [1] * (n - len(shape_b)) + shape_b
    for x, y in zip(a, b):
        if not (x == y or x == 1 or y == 1):
            return None
    return [max(x, y) for x, y in zip(a, b)]

# %% wrong="broadcast_rule" name="lets any size be repeated that divides the other one, so 2 fits 4"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + shape_a
    b = [1] * (n - len(shape_b)) + shape_b
    result = []
    for x, y in zip(a, b):
        small, large = min(x, y), max(x, y)
        if small == large:
            result.append(large)
        elif small > 0 and large % small == 0:
            result.append(large)
        elif small == 0 and large == 1:
            result.append(0)
        else:
            return None
    return result
