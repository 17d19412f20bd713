# %% right="softmax" name="beginner loop over rows, stacked"
def softmax(Z):
    rows = []
    for i in range(len(Z)):
        row = Z[i]
        biggest = row.max()
        powers = torch.exp(row - biggest)
        rows.append(powers / powers.sum())
    return torch.stack(rows)

# %% right="softmax" name="compact vectorised with keepdim"
def softmax(Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    return E / E.sum(dim=1, keepdim=True)

# %% right="softmax" name="pairwise differences, one over the sum of exp of z_j minus z_k"
def softmax(Z):
    differences = Z[:, None, :] - Z[:, :, None]  # [i, k, j] = z_j - z_k
    return 1 / torch.exp(differences).sum(dim=-1)

# %% wrong="softmax" name="subtracts the maximum of the whole table, so a row near -1000 underflows beside one near 1000"
def softmax(Z):
    E = torch.exp(Z - Z.max())
    return E / E.sum(dim=1, keepdim=True)

# %% wrong="softmax" name="subtracts the largest absolute value of the row; rows of large negative scores become 0/0"
def softmax(Z):
    largest = Z.abs().max(dim=1, keepdim=True).values
    powers = torch.exp(Z - largest)
    return powers / powers.sum(dim=1, keepdim=True)

# %% wrong="softmax" name="shifts with -= and so changes the caller's Z in place"
def softmax(Z):
    Z -= Z.max(dim=1, keepdim=True).values
    P = torch.exp(Z)
    return P / P.sum(dim=1, keepdim=True)

# %% wrong="softmax" name="subtracts the row mean instead of the maximum; overflows when one score lies far above the mean"
def softmax(Z):
    Z = Z - Z.mean(dim=1, keepdim=True)
    P = torch.exp(Z)
    return P / P.sum(dim=1, keepdim=True)

# %% right="log_sum_exp" name="loop over rows into an empty tensor of the same dtype"
def log_sum_exp(Z):
    result = torch.empty(Z.shape[0], dtype=Z.dtype)
    for i in range(Z.shape[0]):
        c = Z[i].max()
        total = 0
        for z in Z[i]:
            total = total + torch.exp(z - c)
        result[i] = c + torch.log(total)
    return result

# %% right="log_sum_exp" name="compact, amax and broadcasting"
def log_sum_exp(Z):
    m = Z.amax(dim=1)
    return m + (Z - m[:, None]).exp().sum(dim=1).log()

# %% right="log_sum_exp" name="fold over the columns with a stable two-term helper"
from functools import reduce


def soft_maximum(a, b):
    return torch.maximum(a, b) + torch.log1p(torch.exp(-(a - b).abs()))


def log_sum_exp(Z):
    return reduce(soft_maximum, Z.unbind(dim=1))

# %% wrong="log_sum_exp" name="final squeeze without a dimension: one row gives shape () instead of (1,)"
def log_sum_exp(Z):
    m = Z.max(dim=1, keepdim=True).values
    return (m + torch.log(torch.exp(Z - m).sum(dim=1, keepdim=True))).squeeze()

# %% wrong="log_sum_exp" name="takes out only positive maxima (clamp at 0), so rows near -1000 give -inf"
def log_sum_exp(Z):
    top = Z.max(dim=1).values.clamp(min=0)
    return top + torch.log(torch.exp(Z - top[:, None]).sum(dim=1))

# %% wrong="log_sum_exp" name="first score minus log of its probability: inf when that probability underflows to 0"
def log_sum_exp(Z):
    P = softmax(Z)
    return Z[:, 0] - torch.log(P[:, 0])

# %% wrong="log_sum_exp" name="collects Python floats in torch.tensor, so float64 scores come back as float32"
def log_sum_exp(Z):
    numbers = []
    for row in Z:
        m = row.max().item()
        numbers.append(m + math.log(sum(math.exp(z - m) for z in row.tolist())))
    return torch.tensor(numbers)

# %% right="at_temperature" name="logarithms as scores into own softmax"
def at_temperature(P, T):
    Z = torch.log(P)
    return softmax(Z / T)

# %% right="at_temperature" name="powers of the ratio to the largest share"
def at_temperature(P, T):
    ratio = P / P.max(dim=1, keepdim=True).values
    powers = ratio ** (1 / T)
    return powers / powers.sum(dim=1, keepdim=True)

# %% right="at_temperature" name="row by row with log-sum-exp, scores with sum 0"
def at_temperature(P, T):
    def scores(p):
        logs = p.log()
        return logs - logs.mean()

    Z = torch.stack([scores(p) / T for p in P])
    return torch.exp(Z - log_sum_exp(Z).unsqueeze(1))

# %% wrong="at_temperature" name="divides by the sum of the whole table instead of each row's; only fits for one row"
def at_temperature(P, T):
    Q = (P / P.max(dim=1, keepdim=True).values) ** (1 / T)
    return Q / Q.sum()

# %% wrong="at_temperature" name="adds 1e-6 inside the logarithm, which distorts very small positive probabilities"
def at_temperature(P, T):
    eps = 1e-6
    return softmax(torch.log(P + eps) / T)

# %% wrong="at_temperature" name="plain power 1/T without scaling: all powers underflow for small T and 0/0 gives nan"
def at_temperature(P, T):
    powers = P ** (1.0 / T)
    return powers / powers.sum(dim=1, keepdim=True)

# %% wrong="at_temperature" name="takes the logarithm and divides in place, so the caller's P is overwritten"
def at_temperature(P, T):
    Z = P.log_().div_(T)
    return softmax(Z)

# %% right="entropy" name="double loop that skips zeros"
def entropy(P):
    n, q = P.shape
    H = torch.zeros(n, dtype=P.dtype)
    for i in range(n):
        for k in range(q):
            p = P[i, k]
            if p > 0:
                H[i] = H[i] + p * (-torch.log(p))
    return H

# %% right="entropy" name="torch.where with 1 in place of zeros"
def entropy(P):
    safe = torch.where(P > 0, P, torch.ones_like(P))
    return -(P * safe.log()).sum(dim=1)

# %% right="entropy" name="xlogy from torch.special"
def entropy(P):
    return torch.special.xlogy(P, P).sum(-1).neg()

# %% wrong="entropy" name="break instead of continue at a zero: everything after the first zero of a row is dropped"
def entropy(P):
    result = []
    for row in P:
        h = 0.0
        for p in row.tolist():
            if p == 0:
                break
            h -= p * math.log(p)
        result.append(h)
    return torch.tensor(result, dtype=P.dtype)

# %% wrong="entropy" name="replaces the zeros by ones in the caller's own P, in place"
def entropy(P):
    zero = P == 0
    P[zero] = 1.0
    return -(P * P.log()).sum(dim=1)

# %% wrong="entropy" name="squeezes the result: a single row gives shape () and not (1,)"
def entropy(P):
    terms = torch.where(P > 0, -P * torch.log(P), torch.zeros_like(P))
    return terms.sum(dim=1, keepdim=True).squeeze()

# %% wrong="entropy" name="adds 1e-4 to the probabilities inside the logarithm; certain rows get a negative entropy"
def entropy(P):
    return -(P * torch.log(P + 1e-4)).sum(dim=1)

# %% right="cross_entropy" name="loop over examples with a running total"
def cross_entropy(P, y):
    total = torch.zeros((), dtype=P.dtype)
    for i in range(len(y)):
        total = total - torch.log(P[i, y[i]])
    return total / len(y)

# %% right="cross_entropy" name="compact with arange"
def cross_entropy(P, y):
    return -P[torch.arange(len(y)), y].log().mean()

# %% right="cross_entropy" name="gather along dimension 1"
def cross_entropy(P, y):
    believed = P.gather(1, y.unsqueeze(1))
    return believed.log().neg().sum() / P.shape[0]

# %% right="cross_entropy" name="one-hot times log of all probabilities: 0 times -inf is nan if another class has probability 0"
def cross_entropy(P, y):
    T = torch.nn.functional.one_hot(y, P.shape[1]).to(P.dtype)
    return -(T * torch.log(P)).sum(dim=1).mean()

# %% wrong="cross_entropy" name="clamps the probabilities at 1e-7, so tiny ones are surprised too little and 0 is not infinite"
def cross_entropy(P, y):
    p = P[range(len(y)), y].clamp(min=1e-7)
    return torch.mean(-torch.log(p))

# %% wrong="cross_entropy" name="returns a Python float (item) instead of a tensor of shape ()"
def cross_entropy(P, y):
    surprises = [-math.log(P[i, k].item()) for i, k in enumerate(y)]
    return sum(surprises) / len(surprises)

# %% wrong="cross_entropy" name="P[:, y] averages over an n by n table of all rows with all labels"
def cross_entropy(P, y):
    surprise = -torch.log(P[:, y])
    return surprise.mean()

# %% right="soft_cross_entropy" name="the formula with own log_sum_exp"
def soft_cross_entropy(Z, T):
    return (log_sum_exp(Z) - (T * Z).sum(dim=1)).mean()

# %% right="soft_cross_entropy" name="loops over examples and classes, term by term"
def soft_cross_entropy(Z, T):
    n, q = Z.shape
    lse = log_sum_exp(Z)
    total = 0
    for i in range(n):
        for k in range(q):
            total = total + T[i, k] * (lse[i] - Z[i, k])
    return total / n

# %% right="soft_cross_entropy" name="helper for log probabilities by a shift, and einsum"
def log_shares(Z):
    shifted = Z - Z.amax(1, keepdim=True)
    return shifted - shifted.exp().sum(1, keepdim=True).log()


def soft_cross_entropy(Z, T):
    return -torch.einsum("nq,nq->", T, log_shares(Z)) / len(Z)

# %% wrong="soft_cross_entropy" name="makes a hard label of each soft one by argmax and uses only the score of that class"
def soft_cross_entropy(Z, T):
    y = T.argmax(dim=1)
    rows = torch.arange(len(Z))
    return (log_sum_exp(Z) - Z[rows, y]).mean()

# %% wrong="soft_cross_entropy" name="second term averaged over all n times q entries instead of summed over the classes"
def soft_cross_entropy(Z, T):
    return log_sum_exp(Z).mean() - (T * Z).mean()

# %% wrong="soft_cross_entropy" name="subtracts the row maximum from Z in place, the caller's scores are changed"
def soft_cross_entropy(Z, T):
    Z -= Z.max(dim=1, keepdim=True).values
    lse = torch.log(torch.exp(Z).sum(dim=1))
    return (lse - (T * Z).sum(dim=1)).mean()

# %% wrong="soft_cross_entropy" name="sums T times Z over dim 0, the examples, which fits the shape only when n equals q"
def soft_cross_entropy(Z, T):
    each = log_sum_exp(Z) - (Z * T).sum(dim=0)
    return each.mean()

# %% right="regression_gradients" name="three lines from the text"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) / len(X)
    return dZ.T @ X, dZ.sum(dim=0)

# %% right="regression_gradients" name="loop over examples with outer products"
def regression_gradients(X, T, W, b):
    n = X.shape[0]
    dW = torch.zeros_like(W)
    db = torch.zeros_like(b)
    for i in range(n):
        z = W @ X[i] + b
        p = softmax(z.reshape(1, -1))[0]
        dz = (p - T[i]) / n
        dW = dW + torch.outer(dz, X[i])
        db = db + dz
    return dW, db

# %% right="regression_gradients" name="bias as a further weight on a column of ones, einsum"
def regression_gradients(X, T, W, b):
    ones = torch.ones(X.shape[0], 1, dtype=X.dtype)
    X1 = torch.cat([X, ones], dim=1)
    W1 = torch.cat([W, b[:, None]], dim=1)
    P = softmax(torch.einsum("nd,qd->nq", X1, W1))
    both = torch.einsum("nq,nd->qd", P - T, X1) / X.shape[0]
    return both[:, :-1], both[:, -1]

# %% wrong="regression_gradients" name="divides by n times q, the mean over all entries, instead of by n"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) / T.numel()
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="regression_gradients" name="db is the plain sum of P - T, the 1/n stands only in dW"
def regression_gradients(X, T, W, b):
    n = len(X)
    error = softmax(X @ W.T + b) - T
    dW = error.T @ X / n
    db = error.sum(dim=0)
    return dW, db

# %% wrong="regression_gradients" name="subtracts 1 at the argmax of T as if labels were hard, soft shares are ignored"
def regression_gradients(X, T, W, b):
    n = X.shape[0]
    dZ = softmax(X @ W.T + b)
    dZ[torch.arange(n), T.argmax(dim=1)] -= 1
    dZ = dZ / n
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="regression_gradients" name="forgets the bias b in the scores"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T)
    dZ = (P - T) / X.shape[0]
    dW = dZ.T @ X
    db = dZ.sum(dim=0)
    return dW, db

# %% wrong="regression_gradients" name="computes X.T @ dZ of shape (d, q) and reshapes it to (q, d) instead of transposing"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) / len(T)
    dW = (X.T @ dZ).reshape(W.shape)
    return dW, dZ.sum(0)

# %% wrong="regression_gradients" name="multiplies P - T by a further activation slope P(1 - P), the softmax is counted twice"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) * P * (1 - P) / len(X)
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="regression_gradients" name="dZ is another name for T and is changed with -=, so the caller's labels are overwritten"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = T
    dZ -= P
    dZ /= -len(X)
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="regression_gradients" name="dW as outer product of summed dZ and mean x, not the sum of outer products; fits only n = 1"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    db = ((P - T) / len(X)).sum(dim=0)
    dW = db[:, None] * X.mean(dim=0)
    return dW, db

# %% right="image_set" name="isqrt and reshape, comprehension"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        s = math.isqrt(self.X.shape[1])
        return self.X[i].reshape(1, s, s), self.y[i]

    def text_labels(self, y):
        return [self.names[k] for k in y.tolist()]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% right="image_set" name="beginner loops, pixel rows put together, label as int"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        count = 0
        for label in self.y:
            count = count + 1
        return count

    def __getitem__(self, i):
        pixels = self.X[i]
        side = int(round(len(pixels) ** 0.5))
        rows = []
        for r in range(side):
            rows.append(pixels[r * side : (r + 1) * side])
        image = torch.stack(rows).unsqueeze(0)
        label = int(self.y[i])
        return image, label

    def text_labels(self, y):
        words = []
        for number in y:
            words.append(self.names[int(number)])
        return words


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% right="image_set" name="images reshaped once in __init__, map for the names"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names
        side = math.isqrt(X.shape[-1])
        self._images = X.reshape(-1, 1, side, side)

    def __len__(self):
        return self.y.shape[0]

    def __getitem__(self, i):
        return (self._images[i], self.y[i])

    def text_labels(self, y):
        return list(map(self.names.__getitem__, y.flatten().tolist()))


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="text_labels names the stored self.y and ignores its argument y"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        s = math.isqrt(self.X.shape[1])
        return self.X[i].reshape(1, s, s), self.y[i]

    def text_labels(self, y):
        return [self.names[k] for k in self.y.tolist()]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="__getitem__ stores the reshaped self.X, so side length is misread when a second image is asked for"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        s = math.isqrt(self.X.shape[1])
        self.X = self.X.reshape(len(self.X), 1, s, s)
        return self.X[i], self.y[i]

    def text_labels(self, y):
        return [self.names[int(k)] for k in y]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="image is transposed: pixel rows are laid down as columns"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        s = math.isqrt(len(self.X[i]))
        image = torch.stack([self.X[i][r * s : (r + 1) * s] for r in range(s)], dim=1)
        return image.reshape(1, s, s), self.y[i]

    def text_labels(self, y):
        return [self.names[int(k)] for k in y]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="__len__ forgets self and measures the notebook's global X, whatever that is at the moment"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        s = math.isqrt(self.X.shape[1])
        return self.X[i].view(1, s, s), self.y[i]

    def text_labels(self, y):
        return [self.names[k] for k in y]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% right="data_module" name="two plain DataLoaders"
class DataModule:
    """Serves minibatches of batch_size examples. training, validation: data sets; seed: of the shuffling."""

    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        return torch.utils.data.DataLoader(
            self.training, batch_size=self.batch_size, shuffle=True, generator=self.generator
        )

    def validation_loader(self):
        return torch.utils.data.DataLoader(self.validation, batch_size=self.batch_size)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% right="data_module" name="one private helper with keyword options, import from torch"
from torch.utils.data import DataLoader


class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def _serve(self, examples, **options):
        return DataLoader(examples, batch_size=self.batch_size, drop_last=False, **options)

    def train_loader(self):
        return self._serve(self.training, shuffle=True, generator=self.generator)

    def validation_loader(self):
        return self._serve(self.validation, shuffle=False)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% right="data_module" name="explicit samplers"
class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        sampler = torch.utils.data.RandomSampler(self.training, generator=self.generator)
        return torch.utils.data.DataLoader(
            self.training, batch_size=self.batch_size, sampler=sampler, generator=self.generator
        )

    def validation_loader(self):
        sampler = torch.utils.data.SequentialSampler(self.validation)
        return torch.utils.data.DataLoader(self.validation, self.batch_size, sampler=sampler)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% wrong="data_module" name="validation_loader copied from above and still serves self.training"
class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        return torch.utils.data.DataLoader(
            self.training, batch_size=self.batch_size, shuffle=True, generator=self.generator
        )

    def validation_loader(self):
        return torch.utils.data.DataLoader(self.training, batch_size=self.batch_size, shuffle=False)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% wrong="data_module" name="both methods return iter(loader), used up after one pass, instead of a DataLoader"
class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        loader = torch.utils.data.DataLoader(
            self.training, batch_size=self.batch_size, shuffle=True, generator=self.generator
        )
        return iter(loader)

    def validation_loader(self):
        return iter(torch.utils.data.DataLoader(self.validation, batch_size=self.batch_size))


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% wrong="data_module" name="makes a fresh generator with the seed at each call, so every epoch has the same order"
class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.seed = seed

    def train_loader(self):
        generator = torch.Generator().manual_seed(self.seed)
        return torch.utils.data.DataLoader(
            self.training, batch_size=self.batch_size, shuffle=True, generator=generator
        )

    def validation_loader(self):
        return torch.utils.data.DataLoader(self.validation, batch_size=self.batch_size)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% wrong="data_module" name="drop_last=True in the training loader loses the last, smaller minibatch"
class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        return torch.utils.data.DataLoader(
            self.training, batch_size=self.batch_size, shuffle=True, generator=self.generator, drop_last=True
        )

    def validation_loader(self):
        return torch.utils.data.DataLoader(self.validation, batch_size=self.batch_size)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% right="softmax_regression" name="own log_sum_exp and indexing"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return X.reshape(len(X), -1) @ self.W.T + self.b

    def loss(self, X, y):
        Z = self(X)
        return (log_sum_exp(Z) - Z[torch.arange(len(y)), y]).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% right="softmax_regression" name="functional linear, one-hot labels into soft_cross_entropy"
import torch.nn.functional as F


class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.empty(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.empty(num_outputs))
        for parameter in (self.W, self.b):
            torch.nn.init.zeros_(parameter)

    def forward(self, X):
        rows = X.reshape(X.shape[0], self.W.shape[1])
        return F.linear(rows, self.W, self.b)

    def loss(self, X, y):
        Z = self.forward(X)
        T = F.one_hot(y, Z.shape[1]).to(Z.dtype)
        return soft_cross_entropy(Z, T)


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% right="softmax_regression" name="beginner, example by example with a running total"
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.num_inputs = num_inputs
        self.W = torch.nn.Parameter(torch.zeros((num_outputs, num_inputs)))
        self.b = torch.nn.Parameter(torch.zeros((num_outputs,)))

    def forward(self, X):
        scores = []
        for image in X:
            row = image.flatten()
            scores.append(self.W @ row + self.b)
        return torch.stack(scores)

    def loss(self, X, y):
        Z = self.forward(X)
        total = 0
        for i in range(len(Z)):
            m = Z[i].max().detach()
            lse = m + torch.log(torch.exp(Z[i] - m).sum())
            total = total + (lse - Z[i, y[i]])
        return total / len(Z)


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% wrong="softmax_regression" name="loss takes the log of softmax probabilities: inf when the true class's share underflows"
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return X.flatten(1) @ self.W.T + self.b

    def loss(self, X, y):
        P = softmax(self(X))
        return cross_entropy(P, y)


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% wrong="softmax_regression" name="loss subtracts Z[:, y], an n by n table of all rows with all labels; fits for n = 1"
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return X.flatten(1) @ self.W.T + self.b

    def loss(self, X, y):
        Z = self.forward(X)
        return (log_sum_exp(Z)[:, None] - Z[:, y]).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% wrong="softmax_regression" name="forward computes with self.W.data, so autograd gives W no gradient and only b learns"
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return X.flatten(1) @ self.W.data.T + self.b

    def loss(self, X, y):
        Z = self(X)
        return (log_sum_exp(Z) - Z[range(len(y)), y]).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% wrong="softmax_regression" name="W starts with small random numbers, as in week 6, although zeros are asked for"
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(0.01 * torch.randn(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        X = X.reshape(X.shape[0], -1)
        return X @ self.W.T + self.b

    def loss(self, X, y):
        Z = self(X)
        return (log_sum_exp(Z) - Z.gather(1, y[:, None])[:, 0]).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% right="accuracy" name="argmax, equality, mean, item"
def accuracy(Z, y):
    return (Z.argmax(dim=1) == y).double().mean().item()

# %% right="accuracy" name="beginner loop that finds the largest score itself"
def accuracy(Z, y):
    right = 0
    for i in range(len(y)):
        best = 0
        for k in range(1, Z.shape[1]):
            if Z[i, k] > Z[i, best]:
                best = k
        if best == int(y[i]):
            right += 1
    return right / len(y)

# %% right="accuracy" name="numpy on the way"
import numpy as np


def accuracy(Z, y):
    guesses = np.argmax(Z.detach().cpu().numpy(), axis=1)
    return float(np.mean(guesses == y.cpu().numpy()))

# %% wrong="accuracy" name="rounds the share to two decimals"
def accuracy(Z, y):
    hits = (Z.argmax(dim=1) == y).sum().item()
    return round(hits / len(y), 2)

# %% wrong="accuracy" name="search for the largest score starts at 0, rows with only negative scores count as class 0"
def accuracy(Z, y):
    hits = 0
    for row, k in zip(Z.tolist(), y.tolist()):
        largest, place = 0, 0
        for j, score in enumerate(row):
            if score > largest:
                largest, place = score, j
        hits += place == k
    return hits / len(y)

# %% right="accuracy" name="returns a tensor of shape () instead of a Python float"
def accuracy(Z, y):
    predicted = Z.max(dim=1).indices
    return (predicted == y).float().mean()

# %% wrong="accuracy" name="counts as right only if the true class has probability above one half, not if it is largest"
def accuracy(Z, y):
    P = softmax(Z)
    p = P[torch.arange(len(y)), y]
    return (p > 0.5).double().mean().item()

# %% right="trainer" name="plain loops with totals and counts"
class Trainer:
    """Trains any model with loss(X, y) on any data module with train_loader() and validation_loader().

    max_epochs: passes through the training set; lr: the learning rate of gradient descent. history: lists of floats.
    """

    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        """Train the model on a data module; add both losses to the curve after every epoch. Returns the history."""
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def fit_epoch(self, model, batches):
        total, count = 0.0, 0
        for X, y in batches:
            loss = model.loss(X, y)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            total += loss.item() * len(y)
            count += len(y)
        self.history["training loss"].append(total / count)

    def validate(self, model, batches):
        total, right, count = 0.0, 0.0, 0
        with torch.no_grad():
            for X, y in batches:
                total += model.loss(X, y).item() * len(y)
                right += accuracy(model(X), y) * len(y)
                count += len(y)
        self.history["validation loss"].append(total / count)
        self.history["validation accuracy"].append(right / count)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% right="trainer" name="helper for weighted means, no_grad as decorator"
def mean_per_example(values, sizes):
    return sum(v * n for v, n in zip(values, sizes)) / sum(sizes)


class Trainer:
    """Trains any model with loss(X, y) on any data module with train_loader() and validation_loader().

    max_epochs: passes through the training set; lr: the learning rate of gradient descent. history: lists of floats.
    """

    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        """Train the model on a data module; add both losses to the curve after every epoch. Returns the history."""
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def _step(self, model, X, y):
        self.optimiser.zero_grad()
        loss = model.loss(X, y)
        loss.backward()
        self.optimiser.step()
        return loss.item(), len(y)

    def fit_epoch(self, model, batches):
        losses, sizes = zip(*[self._step(model, X, y) for X, y in batches])
        self.history["training loss"].append(mean_per_example(losses, sizes))

    @torch.no_grad()
    def validate(self, model, batches):
        seen = [(model.loss(X, y).item(), accuracy(model(X), y), len(y)) for X, y in batches]
        losses, shares, sizes = zip(*seen)
        self.history["validation loss"].append(mean_per_example(losses, sizes))
        self.history["validation accuracy"].append(mean_per_example(shares, sizes))


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% right="trainer" name="validation in one piece after torch.cat, totals as tensors"
class Trainer:
    """Trains any model with loss(X, y) on any data module with train_loader() and validation_loader().

    max_epochs: passes through the training set; lr: the learning rate of gradient descent. history: lists of floats.
    """

    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        """Train the model on a data module; add both losses to the curve after every epoch. Returns the history."""
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def fit_epoch(self, model, batches):
        total = torch.zeros(())
        n = 0
        for X, y in batches:
            loss = model.loss(X, y)
            total = total + loss.detach() * y.shape[0]
            n += y.shape[0]
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
        self.history["training loss"].append((total / n).item())

    def validate(self, model, batches):
        pairs = [(X, y) for X, y in batches]
        X = torch.cat([X for X, _ in pairs])
        y = torch.cat([y for _, y in pairs])
        with torch.no_grad():
            loss = model.loss(X, y).item()
            hits = (model(X).argmax(1) == y).sum().item()
        self.history["validation loss"] += [loss]
        self.history["validation accuracy"] += [hits / len(y)]


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="validation accuracy is the plain mean over minibatches, the smaller last one counts too much"
class Trainer:
    """Trains any model with loss(X, y) on any data module with train_loader() and validation_loader().

    max_epochs: passes through the training set; lr: the learning rate of gradient descent. history: lists of floats.
    """

    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        """Train the model on a data module; add both losses to the curve after every epoch. Returns the history."""
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def fit_epoch(self, model, batches):
        total, count = 0.0, 0
        for X, y in batches:
            self.optimiser.zero_grad()
            loss = model.loss(X, y)
            loss.backward()
            self.optimiser.step()
            total += loss.item() * len(y)
            count += len(y)
        self.history["training loss"].append(total / count)

    def validate(self, model, batches):
        total, count, shares = 0.0, 0, []
        with torch.no_grad():
            for X, y in batches:
                total += model.loss(X, y).item() * len(y)
                count += len(y)
                shares.append(accuracy(model(X), y))
        self.history["validation loss"].append(total / count)
        self.history["validation accuracy"].append(sum(shares) / len(shares))


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="training loss of each minibatch is computed anew after its step, not before"
class Trainer:
    """Trains any model with loss(X, y) on any data module with train_loader() and validation_loader().

    max_epochs: passes through the training set; lr: the learning rate of gradient descent. history: lists of floats.
    """

    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        """Train the model on a data module; add both losses to the curve after every epoch. Returns the history."""
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def fit_epoch(self, model, batches):
        total, count = 0.0, 0
        for X, y in batches:
            self.optimiser.zero_grad()
            model.loss(X, y).backward()
            self.optimiser.step()
            with torch.no_grad():
                total += model.loss(X, y).item() * len(X)
            count += len(X)
        self.history["training loss"].append(total / count)

    def validate(self, model, batches):
        total, right, count = 0.0, 0, 0
        with torch.no_grad():
            for X, y in batches:
                total += model.loss(X, y).item() * len(X)
                right += (model(X).argmax(dim=1) == y).sum().item()
                count += len(X)
        self.history["validation loss"].append(total / count)
        self.history["validation accuracy"].append(right / count)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="validate sets model.eval() and never goes back, later epochs train in evaluation mode"
class Trainer:
    """Trains any model with loss(X, y) on any data module with train_loader() and validation_loader().

    max_epochs: passes through the training set; lr: the learning rate of gradient descent. history: lists of floats.
    """

    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        """Train the model on a data module; add both losses to the curve after every epoch. Returns the history."""
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def fit_epoch(self, model, batches):
        total, count = 0.0, 0
        for X, y in batches:
            loss = model.loss(X, y)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            total += len(y) * loss.item()
            count += len(y)
        self.history["training loss"].append(total / count)

    @torch.no_grad()
    def validate(self, model, batches):
        model.eval()
        total, right, count = 0.0, 0, 0
        for X, y in batches:
            total += len(y) * model.loss(X, y).item()
            right += len(y) * accuracy(model(X), y)
            count += len(y)
        self.history["validation loss"].append(total / count)
        self.history["validation accuracy"].append(right / count)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% right="trainer" name="history holds detached tensors of shape () instead of Python floats, item is missing"
class Trainer:
    """Trains any model with loss(X, y) on any data module with train_loader() and validation_loader().

    max_epochs: passes through the training set; lr: the learning rate of gradient descent. history: lists of floats.
    """

    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        """Train the model on a data module; add both losses to the curve after every epoch. Returns the history."""
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def fit_epoch(self, model, batches):
        total, count = 0, 0
        for X, y in batches:
            loss = model.loss(X, y)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            total = total + loss.detach() * len(y)
            count += len(y)
        self.history["training loss"].append(total / count)

    def validate(self, model, batches):
        total, right, count = 0, 0, 0
        with torch.no_grad():
            for X, y in batches:
                total = total + model.loss(X, y) * len(y)
                right = right + (model(X).argmax(dim=1) == y).sum()
                count += len(y)
        self.history["validation loss"].append(total / count)
        self.history["validation accuracy"].append(right / count)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% right="hyperparameters" name="loop with setattr"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        self.hparams = {}
        for name in values:
            if name == "self" or name.startswith("_") or name in ignore:
                continue
            setattr(self, name, values[name])
            self.hparams[name] = values[name]


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% right="hyperparameters" name="dict comprehension and update of __dict__"
class HyperParameters:
    def keep(self, values, ignore=()):
        left_out = {"self", *ignore}
        self.hparams = {k: v for k, v in values.items() if k not in left_out and k[:1] != "_"}
        self.__dict__.update(self.hparams)


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% right="hyperparameters" name="predicate as a static method, filter, list of ignored names extended"
class HyperParameters:
    @staticmethod
    def _wanted(name, ignore):
        if name in ["self"] + list(ignore):
            return False
        return not name.startswith("_")

    def keep(self, values, ignore=()):
        names = [name for name in values.keys() if self._wanted(name, ignore)]
        self.hparams = dict(zip(names, map(values.get, names)))
        for name, value in self.hparams.items():
            setattr(self, name, value)


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="leaves out every name with an underscore anywhere, max_epochs too"
class HyperParameters:
    def keep(self, values, ignore=()):
        self.hparams = {}
        for name, value in values.items():
            if name != "self" and "_" not in name and name not in ignore:
                setattr(self, name, value)
                self.hparams[name] = value


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="values that are falsy, such as 0, None, False or an empty note, are not kept"
class HyperParameters:
    def keep(self, values, ignore=()):
        self.hparams = {}
        for name in values:
            if name == "self" or name.startswith("_") or name in ignore:
                continue
            value = values.get(name)
            if value:
                self.hparams[name] = value
                setattr(self, name, value)


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="hparams is one dictionary of the class, shared by all objects, older names stay in it"
class HyperParameters:
    hparams = {}

    def keep(self, values, ignore=()):
        for name, value in values.items():
            if name == "self" or name[0] == "_" or name in ignore:
                continue
            setattr(self, name, value)
            self.hparams[name] = value


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="collects the names in a set and sorts them, so hparams is alphabetical and not in the given order"
class HyperParameters:
    def keep(self, values, ignore=()):
        names = set(values) - {"self"} - set(ignore)
        self.hparams = {}
        for name in sorted(names):
            if not name.startswith("_"):
                self.hparams[name] = values[name]
                setattr(self, name, values[name])


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% right="confusion_matrix" name="loop over pairs"
def confusion_matrix(y, predicted, q):
    M = torch.zeros(q, q, dtype=torch.int64)
    for i in range(len(y)):
        M[y[i], predicted[i]] += 1
    return M

# %% right="confusion_matrix" name="bincount of combined numbers"
def confusion_matrix(y, predicted, q):
    return torch.bincount(q * y + predicted, minlength=q * q).reshape(q, q)

# %% right="confusion_matrix" name="product of two one-hot tables"
def confusion_matrix(y, predicted, q):
    true = torch.nn.functional.one_hot(y, q)
    said = torch.nn.functional.one_hot(predicted, q)
    return (true[:, :, None] * said[:, None, :]).sum(dim=0)

# %% wrong="confusion_matrix" name="y *= q in place, the caller's labels are changed"
def confusion_matrix(y, predicted, q):
    y *= q
    y += predicted
    return torch.bincount(y, minlength=q * q).view(q, q)

# %% wrong="confusion_matrix" name="counts in uint8 before converting, so a pair that occurs 256 times or more wraps round"
def confusion_matrix(y, predicted, q):
    M = torch.zeros((q, q), dtype=torch.uint8)
    for i, j in zip(y, predicted):
        M[i, j] += 1
    return M.to(torch.int64)

# %% wrong="confusion_matrix" name="size of the table from the largest class that occurs, q is overwritten"
def confusion_matrix(y, predicted, q):
    q = int(max(y.max(), predicted.max())) + 1
    M = torch.zeros(q, q, dtype=torch.int64)
    for i, j in zip(y.tolist(), predicted.tolist()):
        M[i, j] += 1
    return M

# %% wrong="confusion_matrix" name="torch.zeros without a dtype: the counts are float32 and not int64"
def confusion_matrix(y, predicted, q):
    M = torch.zeros(q, q)
    for i in range(q):
        for j in range(q):
            M[i, j] = ((y == i) & (predicted == j)).sum()
    return M

# %% right="confident_mistakes" name="numbers of the mistakes, argsort, first k"
def confident_mistakes(Z, y, k):
    confidence, predicted = softmax(Z).max(dim=1)
    wrong = (predicted != y).nonzero().flatten()
    order = confidence[wrong].argsort(descending=True)
    return wrong[order][:k]

# %% right="confident_mistakes" name="Python list of pairs, sorted"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    found = []
    for i in range(len(y)):
        c = int(Z[i].argmax())
        if c != int(y[i]):
            found.append((P[i, c].item(), i))
    found = sorted(found, key=lambda pair: pair[0], reverse=True)
    numbers = [i for _, i in found[:k]]
    return torch.tensor(numbers, dtype=torch.int64)

# %% right="confident_mistakes" name="right ones masked with -1, topk of the smaller number"
def confident_mistakes(Z, y, k):
    best = Z.amax(dim=1)
    guess = Z.argmax(dim=1)
    probability = torch.exp(best - log_sum_exp(Z))
    mistaken = guess.ne(y)
    probability = probability.masked_fill(~mistaken, -1.0)
    return probability.topk(min(k, int(mistaken.sum()))).indices

# %% wrong="confident_mistakes" name="sorts by the largest raw score instead of the probability of the predicted class"
def confident_mistakes(Z, y, k):
    scores, predicted = Z.max(dim=1)
    wrong = torch.where(predicted != y)[0]
    order = torch.argsort(scores[wrong], descending=True)
    return wrong[order[:k]]

# %% wrong="confident_mistakes" name="sorts by the smallest probability of the true class; the same only for two classes"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    wrong = torch.where(P.argmax(dim=1) != y)[0]
    p_true = P[wrong, y[wrong]]
    return wrong[p_true.argsort()][:k]

# %% wrong="confident_mistakes" name="takes the k most confident of all examples first and then keeps only the wrong ones"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    confidence, predicted = P.max(dim=1)
    surest = confidence.argsort(descending=True)[:k]
    return surest[predicted[surest] != y[surest]]

# %% wrong="confident_mistakes" name="squeeze() on nonzero: a single mistake becomes a number of shape () and the slice fails"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    predicted = P.argmax(dim=1)
    wrong = torch.nonzero(predicted != y).squeeze()
    confidence = P[wrong, predicted[wrong]]
    order = torch.argsort(confidence, descending=True)[:k]
    return wrong[order]

# %% right="best_temperature" name="halving the interval of beta with the slope by hand"
def best_temperature(Z, y):
    Z = Z.double()
    z_true = Z[torch.arange(len(y)), y]

    def slope(beta):
        return ((softmax(beta * Z) * Z).sum(dim=1) - z_true).mean().item()

    low, high = 0.01, 100.0
    for _ in range(100):
        middle = (low + high) / 2
        if slope(middle) > 0:
            high = middle
        else:
            low = middle
    return 2 / (low + high)

# %% right="best_temperature" name="halving log T, slope from autograd, soft_cross_entropy as the loss"
def best_temperature(Z, y):
    Z = Z.detach().double()
    T_hot = torch.nn.functional.one_hot(y, Z.shape[1]).double()

    def falls(log_beta):
        s = torch.tensor(log_beta, dtype=torch.float64, requires_grad=True)
        with torch.enable_grad():
            (g,) = torch.autograd.grad(soft_cross_entropy(s.exp() * Z, T_hot), s)
        return g.item() < 0

    a, b = math.log(0.01), math.log(100)
    while b - a > 1e-12:
        m = 0.5 * (a + b)
        a, b = (m, b) if falls(m) else (a, m)
    return math.exp(-0.5 * (a + b))

# %% right="best_temperature" name="numpy, geometric halving of T, scores relative to the true one"
import numpy as np


def best_temperature(Z, y):
    scores = Z.detach().cpu().numpy().astype(np.float64)
    rel = scores - scores[np.arange(len(scores)), y.cpu().numpy()][:, None]
    cold, hot = 0.01, 100.0
    for _ in range(80):
        T = np.sqrt(cold * hot)
        a = rel / T
        w = np.exp(a - a.max(axis=1, keepdims=True))
        d_beta = np.mean((w * rel).sum(axis=1) / w.sum(axis=1))
        if d_beta > 0:
            cold = T
        else:
            hot = T
    return float(np.sqrt(cold * hot))

# %% wrong="best_temperature" name="only 25 halvings of beta on 0.01 to 100: too coarse for large T, where beta is small"
def best_temperature(Z, y):
    Z = Z.double()
    rows = torch.arange(len(y))
    low, high = 0.01, 100.0
    for _ in range(25):
        beta = (low + high) / 2
        slope = ((softmax(beta * Z) * Z).sum(dim=1) - Z[rows, y]).mean()
        if slope < 0:
            low = beta
        else:
            high = beta
    return 1 / beta

# %% wrong="best_temperature" name="searches only temperatures from 0.1 to 10, the answer sticks at the border outside"
def best_temperature(Z, y):
    Z = Z.double()
    rows = torch.arange(len(y))
    low, high = 0.1, 10.0
    for _ in range(100):
        beta = (low + high) / 2
        slope = ((softmax(beta * Z) * Z).sum(dim=1) - Z[rows, y]).mean().item()
        if slope < 0:
            low = beta
        else:
            high = beta
    return 1 / ((low + high) / 2)

# %% wrong="best_temperature" name="closed formula mean gap over log odds of the accuracy, holds only if all rows have the same gap"
def best_temperature(Z, y):
    Z = Z.double()
    top = Z.topk(2, dim=1).values
    gap = (top[:, 0] - top[:, 1]).mean().item()
    right = accuracy(Z, y)
    return gap / math.log(right / (1 - right))

# %% wrong="best_temperature" name="exp(beta Z) without subtracting the maximum: overflow gives nan and the halving goes astray"
def best_temperature(Z, y):
    Z = Z.double()
    z_y = Z[torch.arange(len(y)), y]
    a, b = 0.01, 100.0
    for _ in range(100):
        beta = (a + b) / 2
        E = torch.exp(beta * Z)
        slope = ((E * Z).sum(dim=1) / E.sum(dim=1) - z_y).mean()
        if slope > 0:
            b = beta
        else:
            a = beta
    return 2 / (a + b)
