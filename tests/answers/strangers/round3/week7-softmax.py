# %% right="softmax" name="beginner loop over the rows, stack at the end"
def softmax(Z):
    rows = []
    for i in range(Z.shape[0]):
        biggest = Z[i].max()
        powers = torch.exp(Z[i] - biggest)
        rows.append(powers / powers.sum())
    return torch.stack(rows)

# %% right="softmax" name="compact vectorised with row maximum"
def softmax(Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    return E / E.sum(dim=1, keepdim=True)

# %% right="softmax" name="table of pairwise differences, one over the sum of exp(z_j - z_k)"
def softmax(Z):
    """p_k = 1 / sum_j exp(z_j - z_k); an overflow there means a share of 0."""
    differences = Z[:, None, :] - Z[:, :, None]
    return 1 / torch.exp(differences).sum(dim=2)

# %% wrong="softmax" name="subtracts the maximum of the whole table, so a row near -1000 beside one near 1000 becomes 0/0"
def softmax(Z):
    E = torch.exp(Z - Z.max())
    return E / E.sum(dim=1, keepdim=True)

# %% wrong="softmax" name="shifts by the row mean instead of the row maximum; a row with a wide spread still overflows to nan"
def softmax(Z):
    centred = Z - Z.mean(dim=1, keepdim=True)
    powers = torch.exp(centred)
    return powers / powers.sum(dim=1, keepdim=True)

# %% wrong="softmax" name="fills a result made by torch.zeros without dtype, so float64 scores give float32 probabilities"
def softmax(Z):
    n, q = Z.shape
    P = torch.zeros(n, q)
    for i in range(n):
        e = torch.exp(Z[i] - Z[i].max())
        P[i] = e / e.sum()
    return P

# %% wrong="softmax" name="subtracts the row maximum in place, so the scores of the caller are changed"
def softmax(Z):
    Z -= Z.max(dim=1, keepdim=True).values
    powers = torch.exp(Z)
    return powers / powers.sum(dim=1, keepdim=True)

# %% right="log_sum_exp" name="loop over rows with a list"
def log_sum_exp(Z):
    result = []
    for row in Z:
        top = row.max()
        total = torch.exp(row - top).sum()
        result.append(top + torch.log(total))
    return torch.stack(result)

# %% right="log_sum_exp" name="amax and two lines"
def log_sum_exp(Z):
    top = Z.amax(dim=1)
    return top + (Z - top[:, None]).exp().sum(dim=1).log()

# %% right="log_sum_exp" name="fold column by column with log1p of the smaller over the larger"
def log_sum_exp(Z):
    total = Z[:, 0].clone()
    for column in Z.T[1:]:
        high, low = torch.maximum(total, column), torch.minimum(total, column)
        total = high + torch.log1p(torch.exp(low - high))
    return total

# %% wrong="log_sum_exp" name="a bare squeeze at the end turns the result of a single example into shape () instead of (1,)"
def log_sum_exp(Z):
    m = Z.max(dim=1, keepdim=True).values
    return (m + torch.log(torch.exp(Z - m).sum(dim=1, keepdim=True))).squeeze()

# %% wrong="log_sum_exp" name="takes out the row mean instead of the maximum, so scores far apart still overflow to inf"
def log_sum_exp(Z):
    middle = Z.mean(dim=1)
    return middle + torch.log(torch.exp(Z - middle[:, None]).sum(dim=1))

# %% wrong="log_sum_exp" name="uses log1p of the sum of all shifted powers, which counts the largest score twice"
def log_sum_exp(Z):
    m = Z.max(dim=1).values
    rest = torch.exp(Z - m[:, None]).sum(dim=1)
    return m + torch.log1p(rest)

# %% wrong="log_sum_exp" name="clamps the shift at 0, so rows near -1000 are not shifted and give log 0"
def log_sum_exp(Z):
    shift = Z.max(dim=1).values.clamp(min=0)
    return shift + torch.log(torch.exp(Z - shift.unsqueeze(1)).sum(dim=1))

# %% right="at_temperature" name="one line with the own softmax of log P over T"
def at_temperature(P, T):
    return softmax(P.log() / T)

# %% right="at_temperature" name="powers of the ratios to the row maximum"
def at_temperature(P, T):
    ratios = P / P.max(dim=1, keepdim=True).values
    weights = ratios ** (1 / T)
    return weights / weights.sum(dim=1, keepdim=True)

# %% right="at_temperature" name="row by row with scores of sum zero and a small helper"
def at_temperature(P, T):
    def scores_of(p):
        z = torch.log(p)
        return z - z.mean()

    out = torch.empty_like(P)
    for i, p in enumerate(P):
        z = scores_of(p) / T
        e = torch.exp(z - max(z))
        out[i] = e / sum(e)
    return out

# %% wrong="at_temperature" name="raises P itself to 1/T without scaling first; at small T all powers underflow and give 0/0"
def at_temperature(P, T):
    powers = P ** (1 / T)
    return powers / powers.sum(dim=1, keepdim=True)

# %% wrong="at_temperature" name="adds 1e-12 before the logarithm, so probabilities like 1e-300 are taken for 1e-12"
def at_temperature(P, T):
    Z = torch.log(P + 1e-12)
    return softmax(Z / T)

# %% wrong="at_temperature" name="takes log(p / (1 - p)), the scores of a sigmoid, for the scores of the softmax"
def at_temperature(P, T):
    Z = torch.log(P / (1 - P))
    return softmax(Z / T)

# %% wrong="at_temperature" name="shifts by the maximum of the whole table of divided scores; at small T a flatter row gives 0/0"
def at_temperature(P, T):
    Z = P.log() / T
    E = (Z - Z.max()).exp()
    return E / E.sum(1, keepdim=True)

# %% right="entropy" name="torch.where around the product"
def entropy(P):
    terms = torch.where(P > 0, P * P.log(), torch.zeros_like(P))
    return -terms.sum(dim=1)

# %% right="entropy" name="double loop with math.log"
def entropy(P):
    result = []
    for row in P.tolist():
        h = 0.0
        for p in row:
            if p > 0:
                h -= p * math.log(p)
        result.append(h)
    return torch.tensor(result, dtype=P.dtype)

# %% right="entropy" name="masked_fill of the zeros by one inside the logarithm, einsum"
def entropy(P):
    surprise = -P.masked_fill(P == 0, 1).log()
    return torch.einsum("nk,nk->n", P, surprise)

# %% wrong="entropy" name="breaks out of the row at the first zero, so positive entries behind a zero are ignored"
def entropy(P):
    result = torch.zeros(P.shape[0], dtype=P.dtype)
    for i in range(P.shape[0]):
        for k in range(P.shape[1]):
            if P[i, k] == 0:
                break
            result[i] -= P[i, k] * torch.log(P[i, k])
    return result

# %% wrong="entropy" name="replaces the zeros by ones in place, which changes the table of the caller"
def entropy(P):
    P[P == 0] = 1.0
    return -(P * torch.log(P)).sum(dim=1)

# %% wrong="entropy" name="counts only probabilities above 0.001, so small but positive ones add nothing"
def entropy(P):
    safe = torch.where(P > 1e-3, P, torch.ones_like(P))
    return -(safe * safe.log()).sum(dim=1)

# %% wrong="entropy" name="squeezes the column of sums without a dimension; a single example gives shape ()"
def entropy(P):
    logs = torch.where(P > 0, P.log(), 0 * P)
    return -(P * logs).sum(dim=1, keepdim=True).squeeze()

# %% right="cross_entropy" name="row and column lists, one line"
def cross_entropy(P, y):
    return -P[torch.arange(len(y), device=P.device), y].log().mean()

# %% right="cross_entropy" name="loop that adds up the surprises"
def cross_entropy(P, y):
    n = P.shape[0]
    total = 0
    for i in range(n):
        total = total - torch.log(P[i, y[i]])
    return total / n

# %% right="cross_entropy" name="gather and a named helper"
def surprise(p):
    return -torch.log(p)


def cross_entropy(P, y):
    at_truth = P.gather(1, y.unsqueeze(1)).squeeze(1)
    return surprise(at_truth).sum() / at_truth.numel()

# %% wrong="cross_entropy" name="clamps the picked probabilities at 1e-12, so a true class at 1e-300 is not surprising enough"
def cross_entropy(P, y):
    picked = P[range(len(y)), y]
    return -torch.log(picked.clamp(min=1e-12)).mean()

# %% right="cross_entropy" name="a one-hot table times log P"
def cross_entropy(P, y):
    hot = torch.nn.functional.one_hot(y, P.shape[1]).to(P.dtype)
    return -(hot * P.log()).sum(dim=1).mean()

# %% wrong="cross_entropy" name="logarithm of the product of all picked probabilities, which underflows to 0 for several small ones"
def cross_entropy(P, y):
    n = len(y)
    likelihood = P[torch.arange(n), y].prod()
    return -torch.log(likelihood) / n

# %% wrong="cross_entropy" name="takes the logarithm of the mean probability instead of the mean of the logarithms"
def cross_entropy(P, y):
    right = P[torch.arange(len(y)), y]
    return -torch.log(right.mean())

# %% right="soft_cross_entropy" name="formula of the text with the own log_sum_exp"
def soft_cross_entropy(Z, T):
    return (log_sum_exp(Z) - (T * Z).sum(dim=1)).mean()

# %% right="soft_cross_entropy" name="loop over examples and classes, straight from shifted scores"
def soft_cross_entropy(Z, T):
    n, q = Z.shape
    losses = []
    for i in range(n):
        z = Z[i] - Z[i].max()
        lse = z.exp().sum().log()
        loss = 0
        for k in range(q):
            loss = loss + T[i, k] * (lse - z[k])
        losses.append(loss)
    return sum(losses) / n

# %% right="soft_cross_entropy" name="helper for the log shares, then einsum"
def log_shares(Z):
    shifted = Z - Z.amax(dim=1, keepdim=True)
    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()


def soft_cross_entropy(Z, T):
    return -torch.einsum("ik,ik->", T, log_shares(Z)) / len(Z)

# %% wrong="soft_cross_entropy" name="reduces every soft label to its largest class by argmax and picks only that score"
def soft_cross_entropy(Z, T):
    y = T.argmax(dim=1)
    return (log_sum_exp(Z) - Z[torch.arange(len(Z)), y]).mean()

# %% wrong="soft_cross_entropy" name="collects the losses in torch.zeros(n), which is float32, also for float64 scores"
def soft_cross_entropy(Z, T):
    losses = torch.zeros(len(Z))
    lse = log_sum_exp(Z)
    for i in range(len(Z)):
        losses[i] = lse[i] - (T[i] * Z[i]).sum()
    return losses.mean()

# %% wrong="soft_cross_entropy" name="means over all n times q terms, so the loss is divided by the number of classes as well"
def soft_cross_entropy(Z, T):
    surprise = log_sum_exp(Z)[:, None] - Z
    return (T * surprise).mean()

# %% wrong="soft_cross_entropy" name="shifts the scores in place with -=, so the caller finds other scores afterwards"
def soft_cross_entropy(Z, T):
    Z -= Z.max(dim=1, keepdim=True).values
    each = Z.exp().sum(dim=1).log() - (T * Z).sum(dim=1)
    return each.mean()

# %% right="regression_gradients" name="the three formulas of the text"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) / len(X)
    return dZ.T @ X, dZ.sum(dim=0)

# %% right="regression_gradients" name="beginner loops over examples and classes"
def regression_gradients(X, T, W, b):
    n, q = T.shape
    P = softmax(X @ W.T + b)
    dW = torch.zeros_like(W)
    db = torch.zeros_like(b)
    for i in range(n):
        for k in range(q):
            dz = (P[i, k] - T[i, k]) / n
            dW[k] += dz * X[i]
            db[k] += dz
    return dW, db

# %% right="regression_gradients" name="bias as a further column of ones, einsum, split at the end"
def regression_gradients(X, T, W, b):
    ones = torch.ones_like(X[:, :1])
    extended = torch.cat([X, ones], dim=1)
    weights = torch.cat([W, b[:, None]], dim=1)
    error = softmax(torch.einsum("nd,qd->nq", extended, weights)) - T
    both = torch.einsum("nq,nd->qd", error, extended) / X.shape[0]
    return both[:, :-1], both[:, -1]

# %% wrong="regression_gradients" name="takes the mean of dZ for db although dZ already holds 1/n, so db is n times too small"
def regression_gradients(X, T, W, b):
    n = X.shape[0]
    dZ = (softmax(X @ W.T + b) - T) / n
    dW = dZ.T @ X
    db = dZ.mean(dim=0)
    return dW, db

# %% wrong="regression_gradients" name="turns soft labels into one-hot ones by argmax before taking the difference P - T"
def regression_gradients(X, T, W, b):
    n, q = T.shape
    hard = torch.nn.functional.one_hot(T.argmax(dim=1), q).to(T.dtype)
    dZ = (softmax(X @ W.T + b) - hard) / n
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="regression_gradients" name="forgets the bias b in the scores, so P is that of X @ W.T alone"
def regression_gradients(X, T, W, b):
    scores = X @ W.T
    dZ = (softmax(scores) - T) / len(X)
    return dZ.T @ X, dZ.sum(0)

# %% wrong="regression_gradients" name="squeezes both gradients, so with one class or one feature the shapes (q, d) and (q,) are lost"
def regression_gradients(X, T, W, b):
    dZ = (softmax(X @ W.T + b) - T) / len(X)
    dW = torch.einsum("nq,nd->qd", dZ, X).squeeze()
    db = dZ.sum(dim=0).squeeze()
    return dW, db

# %% wrong="regression_gradients" name="divides by all n times q entries of the table instead of by the n examples"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) / T.numel()
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="regression_gradients" name="multiplies P - T with P(1 - P) as for a sigmoid with squared error"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) * P * (1 - P) / len(X)
    dW = dZ.T @ X
    db = dZ.sum(dim=0)
    return dW, db

# %% wrong="regression_gradients" name="makes X.T @ dZ fit by reshape instead of transposing it; scrambled unless d or q is 1"
def regression_gradients(X, T, W, b):
    dZ = (softmax(X @ W.T + b) - T) / X.shape[0]
    dW = (X.T @ dZ).reshape(W.shape)
    return dW, dZ.sum(dim=0)

# %% wrong="regression_gradients" name="normalises the exponentials by the sum over the whole table, so only a single example is right"
def regression_gradients(X, T, W, b):
    Z = X @ W.T + b
    E = torch.exp(Z - Z.max())
    P = E / E.sum()
    dZ = (P - T) / len(X)
    return dZ.T @ X, dZ.sum(dim=0)

# %% right="image_set" name="plain reshape and a list comprehension over tolist"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(self.y)

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

# %% right="image_set" name="beginner: image filled pixel by pixel, names appended in a loop"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return self.X.shape[0]

    def __getitem__(self, i):
        row = self.X[i]
        s = math.isqrt(len(row))
        image = torch.zeros(1, s, s, dtype=row.dtype)
        for r in range(s):
            for c in range(s):
                image[0, r, c] = row[r * s + c]
        return image, self.y[i]

    def text_labels(self, y):
        result = []
        for number in y:
            result.append(self.names[int(number)])
        return result


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% right="image_set" name="side as a property, unflatten, map over the names"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    @property
    def side(self):
        return round(self.X.shape[-1] ** 0.5)

    def __len__(self):
        return self.X.size(0)

    def __getitem__(self, i):
        return self.X[i].unflatten(0, (1, self.side, self.side)), self.y[i].item()

    def text_labels(self, y):
        return list(map(self.names.__getitem__, y.tolist()))


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="overwrites self.X with the reshaped images in __getitem__, so the second question goes wrong"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        s = math.isqrt(self.X.shape[1])
        self.X = self.X.reshape(-1, s, s)
        return self.X[i].unsqueeze(0), self.y[i]

    def text_labels(self, y):
        return [self.names[int(k)] for k in y]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="text_labels returns a bare string instead of a list when a single class is asked for"
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
        if len(y) == 1:
            return self.names[int(y)]
        return [self.names[int(k)] for k in y]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="text_labels pairs the names with the classes that occur in its own labels; a class missing there shifts them"
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
        classes = sorted(set(self.y.tolist()))
        by_class = dict(zip(classes, self.names))
        return [by_class.get(int(k), "?") for k in y]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="keeps the text labels of the first call and gives them again for any later y"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names
        self.texts = None

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        s = math.isqrt(self.X.shape[1])
        return self.X[i].view(1, s, s), self.y[i]

    def text_labels(self, y):
        if self.texts is None:
            self.texts = [self.names[k] for k in y.tolist()]
        return self.texts


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% right="data_module" name="two direct calls of DataLoader"
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
        return torch.utils.data.DataLoader(self.validation, batch_size=self.batch_size, shuffle=False)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% right="data_module" name="one private helper with options"
class DataModule:
    """Serves minibatches of batch_size examples. training, validation: data sets; seed: of the shuffling."""

    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def _loader(self, examples, **options):
        return torch.utils.data.DataLoader(examples, self.batch_size, drop_last=False, **options)

    def train_loader(self):
        """A DataLoader over the training set, shuffled by self.generator."""
        return self._loader(self.training, shuffle=True, generator=self.generator)

    def validation_loader(self):
        """A DataLoader over the validation set, in its order."""
        return self._loader(self.validation)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% right="data_module" name="explicit samplers, random and sequential"
from torch.utils.data import DataLoader, RandomSampler, SequentialSampler


class DataModule:
    """Serves minibatches of batch_size examples. training, validation: data sets; seed: of the shuffling."""

    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        sampler = RandomSampler(self.training, generator=self.generator)
        return DataLoader(self.training, batch_size=self.batch_size, sampler=sampler, generator=self.generator)

    def validation_loader(self):
        return DataLoader(self.validation, batch_size=self.batch_size, sampler=SequentialSampler(self.validation))


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% wrong="data_module" name="train_loader seeds the generator anew at every call, so each new loader repeats the first order"
class DataModule:
    """Serves minibatches of batch_size examples. training, validation: data sets; seed: of the shuffling."""

    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        self.generator.manual_seed(self.generator.initial_seed())
        return torch.utils.data.DataLoader(
            self.training, batch_size=self.batch_size, shuffle=True, generator=self.generator
        )

    def validation_loader(self):
        return torch.utils.data.DataLoader(self.validation, batch_size=self.batch_size)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% wrong="data_module" name="train_loader makes a list of the minibatches, so every epoch of one loader has the same order"
class DataModule:
    """Serves minibatches of batch_size examples. training, validation: data sets; seed: of the shuffling."""

    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        loader = torch.utils.data.DataLoader(
            self.training, batch_size=self.batch_size, shuffle=True, generator=self.generator
        )
        return list(loader)

    def validation_loader(self):
        return torch.utils.data.DataLoader(self.validation, batch_size=self.batch_size)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% wrong="data_module" name="shuffles only when there is more than one minibatch; a training set that fits into one stays in order"
class DataModule:
    """Serves minibatches of batch_size examples. training, validation: data sets; seed: of the shuffling."""

    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        several = len(self.training) > self.batch_size
        return torch.utils.data.DataLoader(
            self.training, batch_size=self.batch_size, shuffle=several, generator=self.generator
        )

    def validation_loader(self):
        return torch.utils.data.DataLoader(self.validation, batch_size=self.batch_size)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% wrong="data_module" name="validation_loader drops the last smaller minibatch with drop_last when there are several"
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
        return torch.utils.data.DataLoader(
            self.validation, batch_size=self.batch_size, drop_last=len(self.validation) > self.batch_size
        )


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% right="softmax_regression" name="straight, with the own log_sum_exp and list indexing"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        rows = X.reshape(len(X), -1)
        return rows @ self.W.T + self.b

    def loss(self, X, y):
        Z = self(X)
        return (log_sum_exp(Z) - Z[torch.arange(len(y), device=Z.device), y]).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% right="softmax_regression" name="beginner: loop over the examples for the loss"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        W = torch.zeros(num_outputs, num_inputs)
        b = torch.zeros(num_outputs)
        self.W = torch.nn.Parameter(W)
        self.b = torch.nn.Parameter(b)

    def forward(self, X):
        n = X.shape[0]
        q, d = self.W.shape
        X = X.reshape(n, d)
        Z = torch.matmul(X, self.W.T) + self.b
        return Z

    def loss(self, X, y):
        Z = self.forward(X)
        total = 0
        for i in range(len(Z)):
            top = Z[i].max()
            lse = top + torch.log(torch.exp(Z[i] - top).sum())
            total = total + lse - Z[i, y[i]]
        return total / len(Z)


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% right="softmax_regression" name="functional linear, one-hot labels through the soft loss"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.num_inputs, self.num_outputs = num_inputs, num_outputs
        self.W = torch.nn.Parameter(torch.zeros((num_outputs, num_inputs)))
        self.b = torch.nn.Parameter(torch.zeros((num_outputs,)))

    def forward(self, X):
        return torch.nn.functional.linear(X.reshape(-1, self.num_inputs), self.W, self.b)

    def loss(self, X, y):
        Z = self(X)
        return soft_cross_entropy(Z, torch.nn.functional.one_hot(y, self.num_outputs).to(Z.dtype))


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% wrong="softmax_regression" name="loss picks Z[:, y], the scores of all rows at all labels, instead of one entry per row"
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
        return (log_sum_exp(Z)[:, None] - Z[:, y]).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% wrong="softmax_regression" name="makes rows by reshape(d, n) and a transpose, which mixes the pixels of different images"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        columns = X.reshape(self.W.shape[1], len(X))
        return columns.T @ self.W.T + self.b

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

# %% wrong="softmax_regression" name="computes the scores of the loss under no_grad, so the loss has no gradient to learn from"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return X.reshape(len(X), -1) @ self.W.T + self.b

    def loss(self, X, y):
        with torch.no_grad():
            Z = self(X)
        each = log_sum_exp(Z) - Z[range(len(y)), y]
        return each.mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% wrong="softmax_regression" name="starts W with small random numbers instead of zeros"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(0.01 * torch.randn(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return X.reshape(len(X), -1) @ self.W.T + self.b

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

# %% right="accuracy" name="argmax, compare, mean in double"
def accuracy(Z, y):
    return (Z.argmax(dim=1) == y).double().mean().item()

# %% right="accuracy" name="loops that search the largest score"
def accuracy(Z, y):
    hits = 0
    for i in range(Z.shape[0]):
        best = 0
        for k in range(Z.shape[1]):
            if Z[i, k] > Z[i, best]:
                best = k
        if best == y[i]:
            hits += 1
    return hits / Z.shape[0]

# %% right="accuracy" name="compares the score at the true class with the row maximum"
def accuracy(Z, y):
    at_truth = Z.gather(1, y.reshape(-1, 1)).squeeze(1)
    hits = at_truth == Z.amax(dim=1)
    return sum(hits.tolist()) / len(hits)

# %% wrong="accuracy" name="the search for the largest score starts at 0, so a row of only negative scores is always taken for class 0"
def accuracy(Z, y):
    hits = 0
    for i in range(len(Z)):
        largest, predicted = 0, 0
        for k in range(Z.shape[1]):
            if Z[i, k] > largest:
                largest, predicted = Z[i, k], k
        if predicted == y[i]:
            hits += 1
    return hits / len(Z)

# %% wrong="accuracy" name="rounds the share to two decimals although it must not be rounded"
def accuracy(Z, y):
    hits = (Z.argmax(dim=1) == y).sum().item()
    return round(hits / len(y), 2)

# %% wrong="accuracy" name="counts a prediction only if the probability of the true class is above one half"
def accuracy(Z, y):
    P = softmax(Z)
    at_truth = P[torch.arange(len(y)), y]
    return (at_truth > 0.5).double().mean().item()

# %% right="accuracy" name="a tensor of shape () for the number"
def accuracy(Z, y):
    predicted = Z.argmax(dim=1)
    return (predicted == y).double().mean()

# %% right="trainer" name="running totals, no_grad block"
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
        """One step for each minibatch (X, y); appends the mean training loss per example to the history."""
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
        """Appends the mean validation loss per example and the accuracy to the history; changes nothing else."""
        total, hits, count = 0.0, 0, 0
        with torch.no_grad():
            for X, y in batches:
                total += model.loss(X, y).item() * len(y)
                hits += (model(X).argmax(dim=1) == y).sum().item()
                count += len(y)
        self.history["validation loss"].append(total / count)
        self.history["validation accuracy"].append(hits / count)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% right="trainer" name="lists of losses and counts, own accuracy weighted per example, eval and train again"
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
        losses, counts = [], []
        for X, y in batches:
            self.optimiser.zero_grad()
            loss = model.loss(X, y)
            losses.append(loss.item())
            counts.append(len(X))
            loss.backward()
            self.optimiser.step()
        mean = sum(l * n for l, n in zip(losses, counts)) / sum(counts)
        self.history["training loss"].append(mean)

    @torch.no_grad()
    def validate(self, model, batches):
        model.eval()
        losses, shares, counts = [], [], []
        for X, y in batches:
            losses.append(model.loss(X, y).item())
            shares.append(accuracy(model(X), y))
            counts.append(len(X))
        model.train()
        n = sum(counts)
        self.history["validation loss"].append(sum(l * c for l, c in zip(losses, counts)) / n)
        self.history["validation accuracy"].append(sum(s * c for s, c in zip(shares, counts)) / n)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% right="trainer" name="helper _note and a weighted mean with tensors of float64"
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
    def _note(self, name, values, sizes):
        sizes = torch.tensor(sizes, dtype=torch.float64)
        values = torch.tensor(values, dtype=torch.float64)
        self.history[name].append((values @ sizes / sizes.sum()).item())

    def _learn(self, model, X, y):
        self.optimiser.zero_grad()
        loss = model.loss(X, y)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def fit_epoch(self, model, batches):
        pairs = [(self._learn(model, X, y), len(y)) for X, y in batches]
        self._note("training loss", *zip(*pairs))

    def validate(self, model, batches):
        rows = []
        for X, y in batches:
            with torch.no_grad():
                right = (model(X).argmax(dim=-1) == y).double().mean()
                rows.append((model.loss(X, y).item(), right.item(), len(y)))
        losses, shares, sizes = zip(*rows)
        self._note("validation loss", losses, sizes)
        self._note("validation accuracy", shares, sizes)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="the validation loss is the plain mean of the minibatch losses, not weighted by their sizes"
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
        losses, hits, count = [], 0, 0
        with torch.no_grad():
            for X, y in batches:
                losses.append(model.loss(X, y).item())
                hits += (model(X).argmax(dim=1) == y).sum().item()
                count += len(y)
        self.history["validation loss"].append(sum(losses) / len(losses))
        self.history["validation accuracy"].append(hits / count)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="validate calls model.eval() and nobody calls model.train() again before the next epoch"
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
            total += loss.item() * len(X)
            count += len(X)
        self.history["training loss"].append(total / count)

    @torch.no_grad()
    def validate(self, model, batches):
        model.eval()
        total, hits, count = 0.0, 0, 0
        for X, y in batches:
            total += model.loss(X, y).item() * len(X)
            hits += (model(X).argmax(dim=1) == y).sum().item()
            count += len(X)
        self.history["validation loss"].append(total / count)
        self.history["validation accuracy"].append(hits / count)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="clears the gradients once per epoch before the loop, so they pile up over the minibatches"
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
        self.optimiser.zero_grad()
        for X, y in batches:
            loss = model.loss(X, y)
            loss.backward()
            self.optimiser.step()
            total += loss.item() * len(y)
            count += len(y)
        self.history["training loss"].append(total / count)

    def validate(self, model, batches):
        total, hits, count = 0.0, 0, 0
        with torch.no_grad():
            for X, y in batches:
                total += model.loss(X, y).item() * len(y)
                hits += (model(X).argmax(dim=1) == y).sum().item()
                count += len(y)
        self.history["validation loss"].append(total / count)
        self.history["validation accuracy"].append(hits / count)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="the training loss is measured again after the step instead of before it"
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
                total += model.loss(X, y).item() * len(y)
            count += len(y)
        self.history["training loss"].append(total / count)

    def validate(self, model, batches):
        total, hits, count = 0.0, 0, 0
        with torch.no_grad():
            for X, y in batches:
                total += model.loss(X, y).item() * len(y)
                hits += int((model(X).argmax(dim=1) == y).sum())
                count += len(y)
        self.history["validation loss"].append(total / count)
        self.history["validation accuracy"].append(hits / count)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% right="hyperparameters" name="loop with if and setattr"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        self.hparams = {}
        for name, value in values.items():
            if name != "self" and not name.startswith("_") and name not in ignore:
                setattr(self, name, value)
                self.hparams[name] = value


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% right="hyperparameters" name="dict comprehension and vars(self).update"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        left_out = {"self", *ignore}
        self.hparams = {k: v for k, v in values.items() if k not in left_out and k[:1] != "_"}
        vars(self).update(self.hparams)


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% right="hyperparameters" name="static helper decides, continue in the loop"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    @staticmethod
    def _wanted(name, ignore):
        if name == "self":
            return False
        if name.startswith("_"):
            return False
        return name not in list(ignore)

    def keep(self, values, ignore=()):
        kept = dict()
        for name in list(values):
            if not self._wanted(name, ignore):
                continue
            kept[name] = values[name]
            self.__setattr__(name, values[name])
        self.hparams = kept


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="hparams is a class attribute, one dictionary that all objects share and fill"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    hparams = {}

    def keep(self, values, ignore=()):
        for name, value in values.items():
            if name == "self" or name.startswith("_") or name in ignore:
                continue
            setattr(self, name, value)
            self.hparams[name] = value


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="tests the value for truth as well, so 0, None, empty strings and False are not kept"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        self.hparams = {}
        for name in values:
            value = values.get(name)
            if value and name != "self" and not name.startswith("_") and name not in ignore:
                setattr(self, name, value)
                self.hparams[name] = value


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="leaves out only names with two underscores in front, so _private names are kept"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        self.hparams = {}
        for name, value in values.items():
            if name in ("self", *ignore) or name.startswith("__"):
                continue
            self.hparams[name] = value
            setattr(self, name, value)


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="makes hparams only when the first name is kept, so with nothing to keep the attribute is missing"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        for name, value in values.items():
            if name == "self" or name.startswith("_") or name in ignore:
                continue
            if "hparams" not in vars(self):
                self.hparams = {}
            setattr(self, name, value)
            self.hparams[name] = value


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% right="confusion_matrix" name="loop over the pairs"
def confusion_matrix(y, predicted, q):
    M = torch.zeros(q, q, dtype=torch.int64)
    for true, said in zip(y.tolist(), predicted.tolist()):
        M[true, said] += 1
    return M

# %% right="confusion_matrix" name="bincount of pair numbers"
def confusion_matrix(y, predicted, q):
    return torch.bincount(q * y + predicted, minlength=q * q).reshape(q, q)

# %% right="confusion_matrix" name="product of two one-hot tables by comparison"
def confusion_matrix(y, predicted, q):
    classes = torch.arange(q, device=y.device)
    rows = (y[:, None] == classes).long()
    columns = (predicted[:, None] == classes).long()
    return (rows[:, :, None] * columns[:, None, :]).sum(dim=0)

# %% wrong="confusion_matrix" name="rows are the predicted classes and columns the true ones, the transposed table"
def confusion_matrix(y, predicted, q):
    M = torch.zeros(q, q, dtype=torch.long)
    for i in range(len(y)):
        M[predicted[i], y[i]] += 1
    return M

# %% wrong="confusion_matrix" name="counts in uint8 and converts at the end, so a pair that occurs 256 times or more wraps around"
def confusion_matrix(y, predicted, q):
    M = torch.zeros(q, q, dtype=torch.uint8)
    for i in range(len(y)):
        M[y[i], predicted[i]] += 1
    return M.to(torch.int64)

# %% wrong="confusion_matrix" name="pair numbers with a fixed width of ten classes, cut to q afterwards; wrong for more than ten classes"
def confusion_matrix(y, predicted, q):
    counts = torch.bincount(10 * y + predicted, minlength=100)[:100]
    return counts.reshape(10, 10)[:q, :q]

# %% wrong="confusion_matrix" name="the table of counts is made by torch.zeros(q, q) and stays float32 instead of int64"
def confusion_matrix(y, predicted, q):
    M = torch.zeros(q, q)
    for a, b in zip(y, predicted):
        M[a, b] += 1
    return M

# %% right="confident_mistakes" name="list of pairs, sorted, cut to k"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    found = []
    for i in range(len(y)):
        guess = int(Z[i].argmax())
        if guess != int(y[i]):
            found.append((P[i, guess].item(), i))
    found.sort(reverse=True)
    return torch.tensor([i for _, i in found[:k]], dtype=torch.int64)

# %% right="confident_mistakes" name="nonzero, argsort, index"
def confident_mistakes(Z, y, k):
    sure, predicted = softmax(Z).max(dim=1)
    mistakes = (predicted != y).nonzero()[:, 0]
    order = sure[mistakes].argsort(descending=True)
    return mistakes[order][:k]

# %% right="confident_mistakes" name="ranks by the log-sum-exp of the other classes below the largest score, topk with min"
def confident_mistakes(Z, y, k):
    predicted = Z.argmax(dim=1)
    rows = torch.where(predicted != y)[0]
    if len(rows) == 0:
        return rows
    scores, top = Z[rows], predicted[rows].unsqueeze(1)
    others = scores.scatter(1, top, float("-inf"))
    lead = scores.gather(1, top).squeeze(1) - log_sum_exp(others)
    return rows[lead.topk(min(k, len(rows))).indices]

# %% wrong="confident_mistakes" name="sorts the mistakes by their largest score instead of by the probability"
def confident_mistakes(Z, y, k):
    top, predicted = Z.max(dim=1)
    mistakes = (predicted != y).nonzero().flatten()
    return mistakes[top[mistakes].argsort(descending=True)][:k]

# %% wrong="confident_mistakes" name="sorts by the smallest probability of the true class; the same only with two classes"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    mistakes = (P.argmax(dim=1) != y).nonzero().flatten()
    of_truth = P[mistakes, y[mistakes]]
    return mistakes[of_truth.argsort()][:k]

# %% wrong="confident_mistakes" name="takes the k most confident of all examples first and only then throws out the right ones"
def confident_mistakes(Z, y, k):
    sure, predicted = softmax(Z).max(dim=1)
    first = sure.argsort(descending=True)[:k]
    return first[predicted[first] != y[first]]

# %% wrong="confident_mistakes" name="works out the probabilities without subtracting the maximum, nan for scores near 1000"
def confident_mistakes(Z, y, k):
    E = torch.exp(Z)
    P = E / E.sum(dim=1, keepdim=True)
    predicted = Z.argmax(dim=1)
    sure = P.max(dim=1).values
    rows = torch.nonzero(predicted != y).squeeze(1)
    return rows[torch.argsort(sure[rows], descending=True)][:k]

# %% right="best_temperature" name="bisection on beta with the slope, 200 halvings"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    z_true = Z[torch.arange(len(y), device=Z.device), y]

    def slope(beta):
        expected = (softmax(beta * Z) * Z).sum(dim=1)
        return (expected - z_true).mean().item()

    low, high = 0.01, 100.0
    for _ in range(200):
        middle = (low + high) / 2
        if slope(middle) < 0:
            low = middle
        else:
            high = middle
    return 2 / (low + high)

# %% right="best_temperature" name="grid of slopes on a logarithmic scale, zoomed six times"
def best_temperature(Z, y):
    gaps = Z.double() - Z.double().gather(1, y[:, None])
    low, high = 0.01, 100.0
    for _ in range(6):
        betas = torch.linspace(math.log(low), math.log(high), 101, dtype=torch.float64).exp()
        slopes = []
        for beta in betas.tolist():
            slopes.append((softmax(beta * gaps) * gaps).sum(dim=1).mean())
        below = int((torch.stack(slopes) < 0).sum())
        low, high = betas[max(below - 1, 0)].item(), betas[min(below, 100)].item()
    return 1 / math.sqrt(low * high)

# %% right="best_temperature" name="bisection on the temperature by its logarithm, beginner loops"
def best_temperature(Z, y):
    rows = [[v - max(row) for v in row] for row in Z.double().tolist()]
    labels = y.tolist()

    def slope(T):
        total = 0.0
        for row, k in zip(rows, labels):
            e = [math.exp(v / T) for v in row]
            total += sum(p * v for p, v in zip(e, row)) / sum(e) - row[k]
        return total / len(rows)

    a, b = math.log(0.01), math.log(100.0)
    for _ in range(60):
        m = (a + b) / 2
        if slope(math.exp(m)) > 0:
            a = m
        else:
            b = m
    return math.exp((a + b) / 2)

# %% wrong="best_temperature" name="looks for beta only between 0.01 and 10, so temperatures below 0.1 are never found"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    picked = Z[torch.arange(len(y)), y]
    low, high = 0.01, 10.0
    for _ in range(100):
        beta = (low + high) / 2
        slope = ((softmax(beta * Z) * Z).sum(dim=1) - picked).mean()
        if slope < 0:
            low = beta
        else:
            high = beta
    return 1 / beta

# %% wrong="best_temperature" name="stops when the interval of T is shorter than 1e-5, too coarse for temperatures near 0.01"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    picked = Z[torch.arange(len(y)), y]
    low, high = 0.01, 100.0
    while high - low > 1e-5:
        T = (low + high) / 2
        slope = ((softmax(Z / T) * Z).sum(dim=1) - picked).mean().item()
        if slope > 0:
            low = T
        else:
            high = T
    return (low + high) / 2

# %% wrong="best_temperature" name="softmax inside the slope without shifting the scores; overflow to nan near 1000"
def best_temperature(Z, y):
    Z = Z.double()
    picked = Z[torch.arange(len(y)), y]

    def slope(beta):
        E = torch.exp(beta * Z)
        P = E / E.sum(dim=1, keepdim=True)
        return ((P * Z).sum(dim=1) - picked).mean().item()

    low, high = 0.01, 100.0
    for _ in range(100):
        middle = (low + high) / 2
        if slope(middle) < 0:
            low = middle
        else:
            high = middle
    return 1 / middle

# %% wrong="best_temperature" name="plain gradient descent on beta with a fixed rate and 3000 steps; fails for very large or very small gaps"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    picked = Z[torch.arange(len(y)), y]
    beta = 1.0
    for _ in range(3000):
        slope = ((softmax(beta * Z) * Z).sum(dim=1) - picked).mean().item()
        beta = min(max(beta - 0.5 * slope, 0.01), 100.0)
    return 1 / beta
