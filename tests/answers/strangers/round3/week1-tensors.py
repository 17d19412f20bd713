# %% right="zero_column" name="torch.zeros with dtype"
zero_column = torch.zeros(3, 1, dtype=torch.float64)

# %% right="zero_column" name="typed by hand as nested lists"
zero_column = torch.tensor([[0.0], [0.0], [0.0]], dtype=torch.float64, device="cpu")

# %% right="zero_column" name="numpy zeros shared with torch"
zero_column = torch.from_numpy(np.zeros((3, 1)))

# %% right="zero_column" name="one zero expanded to three rows"
zero_column = torch.tensor([[0.0]], dtype=torch.float64).expand(3, 1)

# %% wrong="zero_column" name="first column of the identity taken, so the top entry is 1 and not 0"
zero_column = torch.eye(3, dtype=torch.float64)[:, 0:1]

# %% wrong="zero_column" name="zeros written with decimal points but without dtype, so the column is float32 instead of float64"
zero_column = torch.tensor([[0.0], [0.0], [0.0]])

# %% wrong="zero_column" name="a NumPy array of zeros is left as it is, never turned into a tensor"
zero_column = np.zeros((3, 1), dtype=np.float64)

# %% right="from_brackets" name="everything typed out in brackets"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2, 1)

# %% right="from_brackets" name="arange, reshape and stacked halves"
row = torch.arange(1, 6, 2, dtype=torch.float32).reshape(1, 3)
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.stack([grid[:, :2], grid[:, 2:]])
read_shape = (3, 2, 1)

# %% right="from_brackets" name="comprehensions and a torch.Size for the shape"
row = torch.tensor([[2 * k + 1 for k in range(3)]], dtype=torch.float32)
table = [[4 * i + j + 1 for j in range(4)] for i in range(3)]
grid = torch.tensor(table, dtype=torch.int64)
block = torch.tensor([[line[start:start + 2] for line in table] for start in (0, 2)], dtype=torch.int64)
read_shape = torch.Size([3, 2, 1])

# %% wrong="from_brackets" name="read_shape leaves out the innermost brackets, which hold one number each: (3, 2) for (3, 2, 1)"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = torch.tensor([[[1, 2], [5, 6], [9, 10]], [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2)

# %% wrong="from_brackets" name="block made by reshaping grid, so the first sheet holds 1 to 6 in order, not the left half"
row = torch.tensor([[1.0, 3.0, 5.0]])
grid = torch.arange(1, 13).reshape(3, 4)
block = grid.reshape(2, 3, 2)
read_shape = (3, 2, 1)

# %% wrong="from_brackets" name="read_shape counted from the inside out, (1, 2, 3) instead of (3, 2, 1)"
row = torch.ones(1, 3)
row[0, 1] = 3
row[0, 2] = 5
grid = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
block = torch.stack((grid[:, 0:2], grid[:, 2:4]), dim=0)
read_shape = (1, 2, 3)

# %% wrong="from_brackets" name="grid gets dtype torch.int, which is int32, where int64 is asked for"
row = torch.tensor([[1, 3, 5]], dtype=torch.float)
grid = torch.arange(1, 13, dtype=torch.int).reshape(3, 4)
block = torch.tensor([[[1, 2], [5, 6], [9, 10]],
                      [[3, 4], [7, 8], [11, 12]]])
read_shape = (3, 2, 1)

# %% right="write_entries" name="chained brackets, one after the other"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    line = Z[i]
    line[j] = value


def write_sheets(T, i, j, k, value):
    T[i][j][k] = value

# %% right="write_entries" name="select the entry as a window and fill it"
def write_vector(z, i, value):
    z.select(0, i).fill_(value)


def write_matrix(Z, i, j, value):
    Z.select(0, i).select(0, j).fill_(value)


def write_sheets(T, i, j, k, value):
    T.select(0, i).select(0, j).select(0, k).fill_(value)

# %% right="write_entries" name="one helper with a tuple of positions"
def _write(tensor, position, value):
    tensor[tuple(position)] = value


def write_vector(z, i, value):
    """Write value into entry i of the vector z, in place."""
    _write(z, [i], value)


def write_matrix(Z, i, j, value):
    """Write value into row i, column j of the matrix Z, in place."""
    _write(Z, [i, j], value)


def write_sheets(T, i, j, k, value):
    """Write value into sheet i, row j, column k of T, in place."""
    _write(T, [i, j, k], value)

# %% wrong="write_entries" name="write_matrix and write_sheets use +=, adding value to what stood there; only fine on zeros"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z[i, j] += value


def write_sheets(T, i, j, k, value):
    T[i, j, k] += value

# %% wrong="write_entries" name="flat position in write_sheets steps over rows with T.shape[1] instead of T.shape[2], fits only square sheets"
def write_vector(z, i, value):
    z[i] = value


def write_matrix(Z, i, j, value):
    Z.view(-1)[i * Z.shape[1] + j] = value


def write_sheets(T, i, j, k, value):
    T.view(-1)[i * T.shape[1] * T.shape[2] + j * T.shape[1] + k] = value

# %% wrong="write_entries" name="value first goes through torch.tensor(value), a float32, so float64 tensors get only 7 digits"
def write_vector(z, i, value):
    z[i] = torch.tensor(value)


def write_matrix(Z, i, j, value):
    Z[i, j] = torch.tensor(value)


def write_sheets(T, i, j, k, value):
    T[i, j, k] = torch.tensor(value)

# %% wrong="write_entries" name="write_vector overwrites every entry that equals z[i], not only position i"
def write_vector(z, i, value):
    old = z[i].item()
    z[z == old] = value


def write_matrix(Z, i, j, value):
    Z[i, j] = value


def write_sheets(T, i, j, k, value):
    T[i, j, k] = value

# %% right="take_slices" name="plain brackets"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    a = T[1, :, 2]
    b = T[:, :, 1:3]
    c = T[:, :, 1:]
    return a, b, c

# %% right="take_slices" name="ellipsis and narrow"
slice_a, slice_b, slice_c = (3,), (2, 3, 2), (2, 3, 3)


def take_slices(T):
    """Column 2 of sheet 1, columns 1 and 2 of every sheet, all columns but the first."""
    return T[1][..., 2], T.narrow(2, 1, 2), T.narrow(-1, 1, T.shape[-1] - 1)

# %% right="take_slices" name="copies glued from single columns"
slice_a = torch.Size([3])
slice_b = torch.Size([2, 3, 2])
slice_c = torch.Size([2, 3, 3])


def take_slices(T):
    columns = T.unbind(dim=2)
    first = torch.stack([line[2] for line in T[1]])
    second = torch.stack([columns[1], columns[2]], dim=2)
    third = torch.stack(columns[1:], dim=2)
    return (first, second, third)

# %% wrong="take_slices" name="sheet 1 taken as the last sheet with T[-1], right only when there are exactly two sheets"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    return T[-1, :, 2], T[:, :, 1:3], T[:, :, 1:]

# %% wrong="take_slices" name="columns 1 and 2 cut as 1:-1, which leaves out the last column and fits only four columns"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    one_column = T[1, :, 2]
    middle = T[:, :, 1:-1]
    rest = T[:, :, 1:]
    return one_column, middle, rest

# %% wrong="take_slices" name="slice_c predicted as (2, 2, 4): one row less instead of one column less"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 2, 4)


def take_slices(T):
    return (T[1, :, 2], T[..., 1:3], T[..., 1:])

# %% wrong="take_slices" name="first part cut with ranges and then squeezed, so a single row loses its last dimension too"
slice_a = (3,)
slice_b = (2, 3, 2)
slice_c = (2, 3, 3)


def take_slices(T):
    a = T[1:2, :, 2:3].squeeze()
    b = T[:, :, 1:3]
    c = T[:, :, 1:]
    return a, b, c

# %% right="join" name="stack, cat, cat"
def join(a, b):
    sheets = torch.stack([a, b])
    below = torch.cat([a, b], dim=0)
    beside = torch.cat([a, b], dim=1)
    return sheets, below, beside


join_a = None
join_b = None
join_c = (3, 3)

# %% right="join" name="new dimensions with None, vstack and hstack"
def join(a, b):
    return torch.cat((a[None], b[None])), torch.vstack((a, b)), torch.hstack((a, b))


join_a, join_b, join_c = None, None, (3, 3)

# %% right="join" name="filled into empty tensors by loops"
def _like(a, *shape):
    return torch.zeros(shape, dtype=a.dtype, device=a.device)


def join(a, b):
    n = a.shape[0]
    sheets, below, beside = _like(a, 2, n, 1), _like(a, 2 * n, 1), _like(a, n, 2)
    for s, column in enumerate((a, b)):
        for i in range(n):
            sheets[s, i, 0] = column[i, 0]
            below[s * n + i, 0] = column[i, 0]
            beside[i, s] = column[i, 0]
    return sheets, below, beside


join_a = None
join_b = None
join_c = tuple(torch.cat([torch.zeros(3, 1), torch.zeros(3, 2)], dim=1).shape)

# %% wrong="join" name="side by side is stack(dim=1) with a bare squeeze(), so for n = 1 it has shape (2,)"
def join(a, b):
    stacked = torch.stack([a, b], dim=0)
    long = torch.cat([a, b], dim=0)
    wide = torch.stack([a, b], dim=1).squeeze()
    return stacked, long, wide


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="unsqueeze_ adds the sheet dimension in place, so the caller's a and b become three-dimensional"
def join(a, b):
    below = torch.cat([a, b], dim=0)
    beside = torch.cat([a, b], dim=1)
    a.unsqueeze_(0)
    b.unsqueeze_(0)
    return torch.cat([a, b], dim=0), below, beside


join_a = None
join_b = None
join_c = (3, 3)

# %% wrong="join" name="join_b given as (6, 2): believes that cat stretches P to two columns as broadcasting does"
def join(a, b):
    return torch.stack([a, b]), torch.cat([a, b]), torch.cat([a, b], dim=1)


join_a = None
join_b = (6, 2)
join_c = (3, 3)

# %% wrong="join" name="sheets made by reshape(-1, 2, 1), which is (n, 2, 1) and agrees only for n = 2"
def join(a, b):
    below = torch.cat([a, b], dim=0)
    sheets = below.reshape(-1, 2, 1)
    beside = torch.cat([a, b], dim=1)
    return sheets, below, beside


join_a = None
join_b = None
join_c = (3, 3)

# %% right="swap_dimensions" name="three loops, entry by entry"
def swap_dimensions(T):
    a, b, c = T.shape
    swapped = torch.zeros(a, c, b, dtype=T.dtype, device=T.device)
    for i in range(a):
        for j in range(b):
            for k in range(c):
                swapped[i, k, j] = T[i, j, k]
    return swapped

# %% right="swap_dimensions" name="torch.transpose with negative dimensions"
def swap_dimensions(T):
    return torch.transpose(T, -1, -2)

# %% right="swap_dimensions" name="each sheet transposed and stacked again"
def swap_dimensions(T):
    return torch.stack([sheet.T for sheet in T], dim=0)

# %% wrong="swap_dimensions" name="reshape to (a, c, b) instead of a transpose: right shape, rows cut anew, wrong order"
def swap_dimensions(T):
    a, b, c = T.shape
    return T.reshape(a, c, b)

# %% wrong="swap_dimensions" name="transpose_ with underscore swaps the dimensions of the caller's own T in place"
def swap_dimensions(T):
    result = T.transpose_(1, 2)
    return result

# %% wrong="swap_dimensions" name="ends with squeeze(0), so a tensor with one single sheet comes back as a matrix"
def swap_dimensions(T):
    turned = [sheet.T[None] for sheet in T]
    return torch.cat(turned, dim=0).squeeze(0)

# %% wrong="swap_dimensions" name="rebuilt from Python lists as float32 and cast to T.dtype afterwards, float64 digits are lost"
def swap_dimensions(T):
    sheets = [[list(column) for column in zip(*sheet)] for sheet in T.tolist()]
    return torch.tensor(sheets).to(T.dtype)

# %% right="broadcast_shapes" name="tuples worked out on paper"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% right="broadcast_shapes" name="products of ones with try and except"
def _product_shape(left, right):
    try:
        return tuple((torch.ones(left) * torch.ones(right)).shape)
    except RuntimeError:
        return None


broadcast_a = _product_shape((4, 1), (1, 5))
broadcast_b = _product_shape((4, 3), (3,))
broadcast_c = _product_shape((4, 3), (4,))
broadcast_d = _product_shape((2, 3, 1), (4,))
broadcast_e = _product_shape((6, 1, 5), (3, 1))
broadcast_f = _product_shape((2, 3, 4), (2, 4))

# %% right="broadcast_shapes" name="one unpacked line with torch.Size"
fits = [torch.Size(s) for s in ([4, 5], [4, 3], [2, 3, 4], [6, 3, 5])]
broadcast_a, broadcast_b, broadcast_d, broadcast_e = fits
broadcast_c = broadcast_f = None

# %% wrong="broadcast_shapes" name="broadcast_c aligned at the left: (4,) taken as a column, so (4, 3) instead of None"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = (4, 3)
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="broadcast_f: missing size put into the middle so that 2 and 4 match, (2, 3, 4) instead of None"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 3, 5)
broadcast_f = (2, 3, 4)

# %% wrong="broadcast_shapes" name="broadcast_e keeps the shape of the larger tensor, its middle 1 is not stretched to 3"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = (2, 3, 4)
broadcast_e = (6, 1, 5)
broadcast_f = None

# %% wrong="broadcast_shapes" name="broadcast_d refused as None, thinking that three dimensions and one can't be combined with sizes 1 and 4"
broadcast_a = (4, 5)
broadcast_b = (4, 3)
broadcast_c = None
broadcast_d = None
broadcast_e = (6, 3, 5)
broadcast_f = None

# %% right="residuals" name="the only column minus the truth"
def residuals(y_hat, y):
    return y_hat[:, 0] - y

# %% right="residuals" name="pairs in a loop, stacked"
def residuals(y_hat, y):
    differences = []
    for prediction, truth in zip(y_hat, y):
        differences.append(prediction[0] - truth)
    return torch.stack(differences)

# %% right="residuals" name="diagonal of the broadcast table"
def residuals(y_hat, y):
    """Every prediction minus every truth; only the diagonal is meant."""
    table = y_hat - y
    return torch.diagonal(table).clone()

# %% wrong="residuals" name="subtracts as columns, then a bare squeeze(), so a single example gives no dimensions at all"
def residuals(y_hat, y):
    return (y_hat - y.reshape(-1, 1)).squeeze()

# %% wrong="residuals" name="-= on the slice y_hat[:, 0], a window, so the caller's predictions are overwritten"
def residuals(y_hat, y):
    r = y_hat[:, 0]
    r -= y
    return r

# %% wrong="residuals" name="collected in a float32 buffer and cast to y.dtype at the end, float64 digits are lost"
def residuals(y_hat, y):
    n = y.shape[0]
    out = torch.zeros(n)
    for i in range(n):
        out[i] = y_hat[i, 0] - y[i]
    return out.to(y.dtype)

# %% wrong="residuals" name="truth minus prediction, all signs are turned round"
def residuals(y_hat, y):
    return y - y_hat.flatten()

# %% right="product_shapes" name="tuples by the inner-size rule"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% right="product_shapes" name="helper that tries the product"
def _try(left, right):
    try:
        return tuple(torch.matmul(left, right).shape)
    except RuntimeError:
        return None


_A, _B, _T, _v = torch.ones(2, 3), torch.ones(2, 3), torch.ones(5, 2, 3), torch.ones(3)
product_a = _try(_A, _B.T)
product_b = _try(_A, _B)
product_c = _try(_A.T, _B)
product_d = _try(_A, _v)
product_e = _try(_T, _B.T)
product_f = _try(_T, _B)

# %% right="product_shapes" name="outer sizes put together by tuple arithmetic"
shape_A, shape_B, shape_T = (2, 3), (2, 3), (5, 2, 3)
product_a = (shape_A[0],) + (shape_B[0],)
product_b = product_f = None
product_c = (shape_A[1],) + (shape_B[1],)
product_d = shape_A[:1]
product_e = shape_T[:2] + shape_B[:1]

# %% wrong="product_shapes" name="product_c keeps the inner sizes and drops the outer ones, (2, 2) instead of (3, 3)"
product_a = (2, 2)
product_b = None
product_c = (2, 2)
product_d = (2,)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="product_d given as a column (2, 1), taking the vector v for a (3, 1) matrix"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2, 1)
product_e = (5, 2, 2)
product_f = None

# %% wrong="product_shapes" name="product_e refused as None, believing a stack can't be multiplied by a single matrix"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = None
product_f = None

# %% wrong="product_shapes" name="product_f given as (5, 2, 3): sheets and B of equal shape taken entry by entry, not None"
product_a = (2, 2)
product_b = None
product_c = (3, 3)
product_d = (2,)
product_e = (5, 2, 2)
product_f = (5, 2, 3)

# %% right="layer" name="one line with matmul"
def layer(X, W, b):
    return X @ W.T + b

# %% right="layer" name="loops over neurons and inputs"
def layer(X, W, b):
    q, d = W.shape
    Z = torch.zeros(tuple(X.shape[:-1]) + (q,), dtype=X.dtype, device=X.device)
    for j in range(q):
        for k in range(d):
            Z[..., j] += X[..., k] * W[j, k]
        Z[..., j] += b[j]
    return Z

# %% right="layer" name="einsum with ellipsis"
def layer(X, W, b):
    """Rows of X with rows of W, whatever stands in front."""
    scores = torch.einsum("...d,qd->...q", X, W)
    return torch.add(scores, b)

# %% wrong="layer" name="transposes W only when its rows don't fit X, so a square W is used untransposed"
def layer(X, W, b):
    if X.shape[-1] == W.shape[0]:
        weights = W
    else:
        weights = W.T
    return X @ weights + b

# %% wrong="layer" name="squeeze(-1) at the end drops the last dimension when there is one neuron only"
def layer(X, W, b):
    Z = torch.matmul(X, W.T) + b
    return Z.squeeze(-1)

# %% wrong="layer" name="loop over the sheets of a stack runs over range(len(W)), the number of neurons, not of tables"
def layer(X, W, b):
    if X.ndim == 2:
        return X @ W.T + b
    sheets = []
    for i in range(len(W)):
        sheets.append(X[i] @ W.T + b)
    return torch.stack(sheets)

# %% wrong="layer" name="float() before the product, only b brings float64 back, so float64 inputs lose their digits"
def layer(X, W, b):
    return X.float() @ W.float().T + b

# %% right="summaries" name="mean, cumsum and keepdim"
def summaries(A):
    return A.mean(dim=0), A.cumsum(dim=0), A / A.sum(dim=1, keepdim=True)

# %% right="summaries" name="loops over rows and columns"
def summaries(A):
    n, d = A.shape
    means = torch.zeros(d, dtype=A.dtype, device=A.device)
    totals = torch.zeros_like(A)
    shares = torch.zeros_like(A)
    for j in range(d):
        running = 0.0
        for i in range(n):
            running = running + A[i, j]
            totals[i, j] = running
        means[j] = running / n
    for i in range(n):
        row_sum = A[i].sum()
        for j in range(d):
            shares[i, j] = A[i, j] / row_sum
    return means, totals, shares

# %% right="summaries" name="matrix products with ones and a lower triangle"
def summaries(A):
    n, d = A.shape
    lower = torch.tril(A.new_ones(n, n))
    totals = lower @ A
    means = totals[-1] / n
    row_sums = A @ A.new_ones(d)
    shares = torch.einsum("ij,i->ij", A, 1 / row_sums)
    return (means, totals, shares)

# %% wrong="summaries" name="running totals are added up inside A itself, so the caller's matrix is overwritten"
def summaries(A):
    means = A.mean(dim=0)
    shares = A / A.sum(dim=1, keepdim=True)
    for i in range(1, A.shape[0]):
        A[i] += A[i - 1]
    return means, A, shares

# %% wrong="summaries" name="column means with keepdim and a bare squeeze(), a matrix with one column gives shape ()"
def summaries(A):
    means = A.mean(dim=0, keepdim=True).squeeze()
    totals = torch.cumsum(A, dim=0)
    shares = A / A.sum(dim=1)[:, None]
    return means, totals, shares

# %% wrong="summaries" name="row sums clamped to at least 1 against division by zero, wrong shares where a row adds up to less"
def summaries(A):
    row_sums = A.sum(dim=1, keepdim=True).clamp(min=1)
    return A.mean(dim=0), A.cumsum(dim=0), A / row_sums

# %% wrong="summaries" name="shares of A.T are brought back with reshape instead of a transpose, entries land in wrong places"
def summaries(A):
    means = A.sum(dim=0) / A.shape[0]
    totals = A.cumsum(dim=0)
    shares = (A.T / A.sum(dim=1)).reshape(A.shape)
    return means, totals, shares

# %% right="norms" name="abs, squares, sum and sqrt"
def norms(v, M):
    l1 = v.abs().sum()
    l2 = torch.sqrt((v ** 2).sum())
    frobenius = torch.sqrt((M ** 2).sum())
    return l1, l2, frobenius

# %% right="norms" name="torch.linalg"
def norms(v, M):
    return (
        torch.linalg.vector_norm(v, ord=1),
        torch.linalg.vector_norm(v),
        torch.linalg.matrix_norm(M, ord="fro"),
    )

# %% right="norms" name="dot products with signs and a trace"
def norms(v, M):
    def length(vector):
        return torch.sqrt(torch.dot(vector, vector))

    l1 = torch.dot(v, torch.sign(v))
    return l1, length(v), torch.sqrt(torch.trace(M @ M.T))

# %% wrong="norms" name="columns of M looped with the number of rows, so only square matrices are summed completely"
def norms(v, M):
    l1 = torch.abs(v).sum()
    l2 = torch.sqrt((v * v).sum())
    total = torch.zeros((), dtype=M.dtype)
    for i in range(len(M)):
        for j in range(len(M)):
            total = total + M[i, j] ** 2
    return l1, l2, torch.sqrt(total)

# %% wrong="norms" name="abs_ with underscore removes the signs of the caller's v in place"
def norms(v, M):
    l1 = v.abs_().sum()
    l2 = torch.sqrt((v ** 2).sum())
    fro = torch.sqrt((M ** 2).sum())
    return l1, l2, fro

# %% wrong="norms" name="l2 norm scaled by v.max() without abs: negative or zero when no entry of v is positive"
def norms(v, M):
    l1 = v.abs().sum()
    scale = v.max()
    if scale == 0:
        l2 = scale
    else:
        l2 = scale * torch.sqrt(((v / scale) ** 2).sum())
    return l1, l2, torch.linalg.norm(M)

# %% wrong="norms" name="ord=2 for the matrix is the largest singular value, not the Frobenius norm"
def norms(v, M):
    l1 = torch.linalg.norm(v, ord=1)
    l2 = torch.linalg.norm(v, ord=2)
    frobenius = torch.linalg.norm(M, ord=2)
    return l1, l2, frobenius

# %% right="step_in_place" name="minus-equals"
def step_in_place(w, g, lr):
    w -= lr * g

# %% right="step_in_place" name="entry by entry in a loop"
def step_in_place(w, g, lr):
    for i in range(w.shape[0]):
        w[i] = w[i] - lr * g[i]

# %% right="step_in_place" name="new vector copied into the old memory"
def step_in_place(w, g, lr):
    """Compute the new numbers first, then write them over the old ones."""
    new = torch.sub(w, torch.mul(g, lr))
    w.copy_(new)

# %% wrong="step_in_place" name="w.data = ... hangs new memory under w, so slices and NumPy views keep the old numbers"
def step_in_place(w, g, lr):
    w.data = w - lr * g

# %% wrong="step_in_place" name="g is multiplied by lr in place before it is subtracted, so g does not stay as it was"
def step_in_place(w, g, lr):
    g *= lr
    w -= g

# %% wrong="step_in_place" name="subtracts lr times the mean of g from every entry, fits only where all entries of g are equal"
def step_in_place(w, g, lr):
    step = lr * g.mean()
    w[:] = w - step

# %% wrong="step_in_place" name="returns early unless lr is positive, so a negative lr changes nothing"
def step_in_place(w, g, lr):
    if not lr > 0:
        return
    w.sub_(lr * g)

# %% right="with_ones" name="ones with dtype and device, then cat"
def with_ones(X):
    ones = torch.ones(X.shape[0], 1, dtype=X.dtype, device=X.device)
    return torch.cat([ones, X], dim=1)

# %% right="with_ones" name="table of ones filled with X behind the first column"
def with_ones(X):
    n, d = X.shape
    result = torch.ones((n, d + 1), dtype=X.dtype, device=X.device)
    for j in range(d):
        result[:, j + 1] = X[:, j]
    return result

# %% right="with_ones" name="new_ones and column_stack"
def with_ones(X):
    return torch.column_stack((X.new_ones(len(X)), X))

# %% wrong="with_ones" name="bare squeeze() on the result, a matrix with a single row comes back as a vector"
def with_ones(X):
    column = torch.ones(X.shape[0], dtype=X.dtype, device=X.device)
    return torch.cat([column[:, None], X], dim=1).squeeze()

# %% wrong="with_ones" name="np.ones is float64, so large int64 numbers are rounded in hstack before the cast back"
def with_ones(X):
    table = np.hstack([np.ones((X.shape[0], 1)), X.cpu().numpy()])
    return torch.from_numpy(table).to(X.dtype).to(X.device)

# %% wrong="with_ones" name="ones_like(X) puts d columns of ones in front, not a single one"
def with_ones(X):
    ones = torch.ones_like(X)
    return torch.cat([ones, X], dim=1)

# %% right="accuracy" name="compare, convert, average"
def accuracy(y_hat, y):
    return (y_hat == y).to(torch.float32).mean()

# %% right="accuracy" name="counting in a Python loop"
def accuracy(y_hat, y):
    correct = 0
    for guess, truth in zip(y_hat.tolist(), y.tolist()):
        if guess == truth:
            correct += 1
    return torch.tensor(correct / len(y), dtype=torch.float32)

# %% right="accuracy" name="one minus the share of errors"
def accuracy(y_hat, y):
    errors = torch.count_nonzero(y_hat != y)
    n = y.numel()
    return ((n - errors).double() / n).float()

# %% wrong="accuracy" name="isclose on floats with its relative tolerance, so classes 100000 and 100001 count as equal"
def accuracy(y_hat, y):
    same = torch.isclose(y_hat.float(), y.float())
    return same.float().mean()

# %% wrong="accuracy" name="compares Python integers with is, which fails for equal class numbers above 256"
def accuracy(y_hat, y):
    hits = [guess is truth for guess, truth in zip(y_hat.tolist(), y.tolist())]
    return torch.tensor(hits).float().mean()

# %% wrong="accuracy" name="divides the hits by the number of different classes in y instead of the number of examples"
def accuracy(y_hat, y):
    hits = (y_hat == y).sum()
    return hits.float() / len(y.unique())

# %% wrong="accuracy" name="y_hat -= y works in place, the caller's predictions are replaced by differences"
def accuracy(y_hat, y):
    y_hat -= y
    return (y_hat == 0).float().mean()

# %% right="broadcast_rule" name="padded with ones, then compared"
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
    backwards = []
    for sizes in zip_longest(reversed(shape_a), reversed(shape_b), fillvalue=1):
        others = set(sizes) - {1}
        if len(others) > 1:
            return None
        backwards.append(others.pop() if others else 1)
    return backwards[::-1]

# %% right="broadcast_rule" name="recursion on the last size"
def broadcast_rule(shape_a, shape_b):
    if not shape_a:
        return list(shape_b)
    if not shape_b:
        return list(shape_a)
    *front_a, a = shape_a
    *front_b, b = shape_b
    if a != b and 1 not in (a, b):
        return None
    front = broadcast_rule(front_a, front_b)
    return None if front is None else front + [b if a == 1 else a]

# %% wrong="broadcast_rule" name="ones are inserted into the caller's own lists, so the shorter list is changed"
def broadcast_rule(shape_a, shape_b):
    while len(shape_a) < len(shape_b):
        shape_a.insert(0, 1)
    while len(shape_b) < len(shape_a):
        shape_b.insert(0, 1)
    result = []
    for a, b in zip(shape_a, shape_b):
        if a != b and a != 1 and b != 1:
            return None
        result.append(b if a == 1 else a)
    return result

# %% wrong="broadcast_rule" name="a 0 wins against every size, so 0 and 2 give 0 instead of None"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + list(shape_a)
    b = [1] * (n - len(shape_b)) + list(shape_b)
    result = []
    for x, y in zip(a, b):
        if x == 0 or y == 0:
            result.append(0)
        elif x == y or x == 1 or y == 1:
            result.append(max(x, y))
        else:
            return None
    return result

# %% wrong="broadcast_rule" name="returns result or None, so two empty shapes give None where [] is right"
def broadcast_rule(shape_a, shape_b):
    a, b = shape_a[::-1], shape_b[::-1]
    result = []
    for i in range(max(len(a), len(b))):
        x = a[i] if i < len(a) else 1
        y = b[i] if i < len(b) else 1
        if x == y or y == 1:
            result.insert(0, x)
        elif x == 1:
            result.insert(0, y)
        else:
            result = []
            break
    return result or None

# %% wrong="broadcast_rule" name="the flag fits is overwritten in each position, only the last position can refuse"
def broadcast_rule(shape_a, shape_b):
    n = max(len(shape_a), len(shape_b))
    a = [1] * (n - len(shape_a)) + shape_a
    b = [1] * (n - len(shape_b)) + shape_b
    fits = True
    result = []
    for x, y in zip(a, b):
        fits = x == y or x == 1 or y == 1
        result.append(y if x == 1 else x)
    if fits:
        return result
    return None
