# %% right="softmax" name="loop over the rows"
def softmax(Z):
    P = torch.zeros_like(Z)
    for i in range(Z.shape[0]):
        row = Z[i] - Z[i].max()
        powers = torch.exp(row)
        P[i] = powers / powers.sum()
    return P


# %% right="softmax" name="compact, max values with keepdim"
def softmax(Z):
    E = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    return E / E.sum(dim=1, keepdim=True)


# %% right="softmax" name="one over the sum of ratios, pairwise differences"
def softmax(Z):
    """p_k = 1 / sum_j exp(z_j - z_k)"""
    differences = Z[:, None, :] - Z[:, :, None]  # [i, k, j] = z_ij - z_ik
    return 1 / torch.exp(differences).sum(dim=2)


# %% wrong="softmax" name="subtracts the one largest score of the whole table, so a row near -1000 becomes 0/0 beside a row near 1000"
def softmax(Z):
    E = torch.exp(Z - Z.max())
    return E / E.sum(dim=1, keepdim=True)


# %% wrong="softmax" name="subtracts the mean of each row instead of its maximum, so a row with widely spread scores still overflows"
def softmax(Z):
    centred = Z - Z.mean(dim=1, keepdim=True)
    powers = torch.exp(centred)
    return powers / powers.sum(dim=1, keepdim=True)


# %% wrong="softmax" name="shifts only if the largest score exceeds 80, so a table of only very negative scores underflows to 0/0"
def softmax(Z):
    if Z.max() > 80:
        Z = Z - Z.max(dim=1, keepdim=True).values
    E = torch.exp(Z)
    return E / E.sum(dim=1, keepdim=True)


# %% wrong="softmax" name="subtracts the maximum in place with -= and so changes the scores of the caller"
def softmax(Z):
    Z -= Z.max(dim=1, keepdim=True).values
    E = torch.exp(Z)
    return E / E.sum(dim=1, keepdim=True)


# %% right="log_sum_exp" name="fold over the columns, two scores at a time"
def log_sum_exp(Z):
    result = Z[:, 0]
    for k in range(1, Z.shape[1]):
        high = torch.maximum(result, Z[:, k])
        low = torch.minimum(result, Z[:, k])
        result = high + torch.log1p(torch.exp(low - high))
    return result.clone()


# %% right="log_sum_exp" name="compact, amax and back"
def log_sum_exp(Z):
    top = Z.amax(dim=1)
    return top + (Z - top[:, None]).exp().sum(dim=1).log()


# %% right="log_sum_exp" name="from my softmax: the largest score minus the log of its probability"
def log_sum_exp(Z):
    # log p_k = z_k - lse, so lse = z_k - log p_k, with k the largest (its p is at least 1/q)
    largest = Z.max(dim=1).values
    p = softmax(Z).max(dim=1).values
    return largest - torch.log(p)


# %% wrong="log_sum_exp" name="adds only the smallest score to the largest, so it holds for two classes and forgets those in between"
def log_sum_exp(Z):
    high = Z.max(dim=1).values
    low = Z.min(dim=1).values
    if Z.shape[1] == 1:
        return high
    return high + torch.log1p(torch.exp(low - high))


# %% wrong="log_sum_exp" name="takes out the largest absolute value of the row, so rows near -1000 underflow to log 0"
def log_sum_exp(Z):
    c = Z.abs().max(dim=1, keepdim=True).values
    return c.squeeze(1) + torch.log(torch.exp(Z - c).sum(dim=1))


# %% wrong="log_sum_exp" name="shifts each row by its first score instead of the largest, overflows when a later one is much larger"
def log_sum_exp(Z):
    c = Z[:, 0]
    shifted = Z - c[:, None]
    return c + torch.exp(shifted).sum(1).log()


# %% wrong="log_sum_exp" name="collects the rows in torch.zeros of default type, so float64 scores give a float32 result"
def log_sum_exp(Z):
    n = Z.shape[0]
    result = torch.zeros(n)
    for i in range(n):
        m = Z[i].max()
        result[i] = m + torch.log(torch.exp(Z[i] - m).sum())
    return result


# %% right="at_temperature" name="my softmax of the logarithms over T"
def at_temperature(P, T):
    return softmax(torch.log(P) / T)


# %% right="at_temperature" name="plain Python lists with math"
def at_temperature(P, T):
    rows = []
    for row in P.tolist():
        scores = [math.log(p) / T for p in row]
        largest = max(scores)
        powers = [math.exp(s - largest) for s in scores]
        total = sum(powers)
        rows.append([power / total for power in powers])
    return torch.tensor(rows, dtype=P.dtype)


# %% right="at_temperature" name="powers of the ratio to the largest probability"
def at_temperature(P, T):
    ratios = P / P.amax(dim=1, keepdim=True)
    powers = ratios ** (1 / T)
    return powers / powers.sum(dim=1, keepdim=True)


# %% wrong="at_temperature" name="raises P itself to 1/T without dividing by the largest, so at T = 0.001 a row underflows to 0/0"
def at_temperature(P, T):
    powers = P ** (1 / T)
    return powers / powers.sum(dim=1, keepdim=True)


# %% wrong="at_temperature" name="clamps the probabilities at 1e-30 before the logarithm, so smaller ones such as 1e-300 are lost"
def at_temperature(P, T):
    scores = torch.log(P.clamp(min=1e-30))
    return softmax(scores / T)


# %% wrong="at_temperature" name="sigmoid of each log-odds over T as in logistic regression, right for two classes, rows of three do not add up"
def at_temperature(P, T):
    if P.shape[1] == 1:
        return torch.ones_like(P)
    others = P.sum(dim=1, keepdim=True) - P
    log_odds = torch.log(P) - torch.log(others)
    return torch.sigmoid(log_odds / T)


# %% wrong="at_temperature" name="shifts by the largest score of the whole table, so an even row beside a sure one underflows at small T"
def at_temperature(P, T):
    scores = P.log() / T
    powers = torch.exp(scores - scores.max())
    return powers / powers.sum(dim=1, keepdim=True)


# %% right="entropy" name="two loops, zeros skipped"
def entropy(P):
    n, q = P.shape
    H = torch.zeros(n, dtype=P.dtype)
    for i in range(n):
        for k in range(q):
            p = P[i, k]
            if p > 0:
                H[i] = H[i] - p * torch.log(p)
    return H


# %% right="entropy" name="xlogy knows that 0 log 0 is 0"
def entropy(P):
    return -torch.xlogy(P, P).sum(dim=1)


# %% right="entropy" name="helper for surprise, zeros replaced by ones, einsum"
def surprise(P):
    possible = torch.where(P > 0, P, torch.ones_like(P))
    return -possible.log()


def entropy(P):
    return torch.einsum("nq,nq->n", P, surprise(P))


# %% wrong="entropy" name="treats every probability up to 0.001 as zero, so rare classes contribute nothing"
def entropy(P):
    terms = torch.where(P > 1e-3, -P * torch.log(P), torch.zeros_like(P))
    return terms.sum(dim=1)


# %% wrong="entropy" name="writes ones over the zeros in P itself, which changes the table of the caller"
def entropy(P):
    zero = P == 0
    P[zero] = 1.0
    return -(P * torch.log(P)).sum(dim=1)


# %% wrong="entropy" name="takes the surprise at the most probable class instead of the expected surprise over all classes"
def entropy(P):
    return -torch.log(P.max(dim=1).values)


# %% wrong="entropy" name="takes the logarithm of the number of possible classes, as if these were always equally likely"
def entropy(P):
    possible = (P > 0).sum(dim=1)
    return torch.log(possible.to(P.dtype))


# %% right="cross_entropy" name="loop and running total"
def cross_entropy(P, y):
    total = 0
    for i in range(len(y)):
        total = total - torch.log(P[i, y[i]])
    return total / len(y)


# %% right="cross_entropy" name="indexing with arange"
def cross_entropy(P, y):
    return -P[torch.arange(len(y)), y].log().mean()


# %% right="cross_entropy" name="one-hot mask picks the probability before the logarithm"
def cross_entropy(P, y):
    one_hot = torch.nn.functional.one_hot(y, P.shape[1]).to(P.dtype)
    at_true_class = torch.einsum("nq,nq->n", P, one_hot)
    return torch.mean(-torch.log(at_true_class))


# %% wrong="cross_entropy" name="logarithm of the product of all true probabilities, which underflows to log 0 for several small ones"
def cross_entropy(P, y):
    n = len(y)
    likelihood = P[torch.arange(n), y].prod()
    return -torch.log(likelihood) / n


# %% wrong="cross_entropy" name="adds 1e-12 inside the logarithm, so a true class of probability 1e-300 surprises far too little"
def cross_entropy(P, y):
    p = P[torch.arange(len(y)), y]
    return -torch.log(p + 1e-12).mean()


# %% right="cross_entropy" name="multiplies one-hot with log P, so 0 times -inf is nan where another class has probability 0"
def cross_entropy(P, y):
    T = torch.nn.functional.one_hot(y, P.shape[1]).to(P.dtype)
    return -(T * torch.log(P)).sum(dim=1).mean()


# %% wrong="cross_entropy" name="averages the probabilities first and takes the logarithm of the mean afterwards"
def cross_entropy(P, y):
    rows = torch.arange(len(P))
    return -torch.log(P[rows, y].mean())


# %% right="soft_cross_entropy" name="lse minus the label-weighted scores"
def soft_cross_entropy(Z, T):
    return (log_sum_exp(Z) - (T * Z).sum(dim=1)).mean()


# %% right="soft_cross_entropy" name="two loops over examples and classes"
def soft_cross_entropy(Z, T):
    n, q = Z.shape
    lse = log_sum_exp(Z)
    total = torch.zeros((), dtype=Z.dtype)
    for i in range(n):
        for k in range(q):
            total = total + T[i, k] * (lse[i] - Z[i, k])
    return total / n


# %% right="soft_cross_entropy" name="own log-probabilities from shifted scores, einsum"
def log_shares(Z):
    D = Z - Z.max(dim=1, keepdim=True).values
    return D - D.exp().sum(dim=1, keepdim=True).log()


def soft_cross_entropy(Z, T):
    return -torch.einsum("ik,ik->", T, log_shares(Z)) / Z.shape[0]


# %% wrong="soft_cross_entropy" name="uses only the most probable class of the label (argmax), a soft label is treated as hard"
def soft_cross_entropy(Z, T):
    y = T.argmax(dim=1)
    rows = torch.arange(len(Z))
    return (log_sum_exp(Z) - Z[rows, y]).mean()


# %% wrong="soft_cross_entropy" name="second part is the mean of T * Z over all n*q entries instead of sums per row"
def soft_cross_entropy(Z, T):
    return log_sum_exp(Z).mean() - (T * Z).mean()


# %% wrong="soft_cross_entropy" name="matrix product T @ Z.T pairs every label with every example, right for a single example only"
def soft_cross_entropy(Z, T):
    lse = log_sum_exp(Z)
    return (lse - T @ Z.T).mean()


# %% wrong="soft_cross_entropy" name="goes through probabilities clamped at 1e-300, so the loss can never exceed 691 nats"
def soft_cross_entropy(Z, T):
    P = softmax(Z).clamp(min=1e-300 if Z.dtype == torch.float64 else 1e-38)
    return -(T * P.log()).sum(dim=1).mean()


# %% right="regression_gradients" name="the three formulas"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) / X.shape[0]
    return dZ.T @ X, dZ.sum(dim=0)


# %% right="regression_gradients" name="loops over examples and classes"
def regression_gradients(X, T, W, b):
    n = len(X)
    P = softmax(X @ W.T + b)
    dW = torch.zeros_like(W)
    db = torch.zeros_like(b)
    for i in range(n):
        for k in range(len(b)):
            slope = (P[i, k] - T[i, k]) / n
            dW[k] += slope * X[i]
            db[k] += slope
    return dW, db


# %% right="regression_gradients" name="bias as one more weight, column of ones, einsum"
def regression_gradients(X, T, W, b):
    n, d = X.shape
    ones = torch.ones(n, 1, dtype=X.dtype)
    X1 = torch.cat([X, ones], dim=1)
    W1 = torch.cat([W, b.reshape(-1, 1)], dim=1)
    surplus = softmax(torch.einsum("nd,qd->nq", X1, W1)) - T
    gradient = torch.einsum("nq,nd->qd", surplus, X1) / n
    return gradient[:, :d], gradient[:, d]


# %% wrong="regression_gradients" name="takes X.shape[1], the number of features, for n, so it divides by d instead of the number of examples"
def regression_gradients(X, T, W, b):
    n = X.shape[1]
    P = softmax(X @ W.T + b)
    dZ = (P - T) / n
    dW = dZ.T @ X
    db = dZ.sum(dim=0)
    return dW, db


# %% wrong="regression_gradients" name="db is the mean of dZ, which already holds 1/n, so the bias gradient is divided by n twice"
def regression_gradients(X, T, W, b):
    dZ = (softmax(X @ W.T + b) - T) / len(X)
    return dZ.T @ X, dZ.mean(dim=0)


# %% wrong="regression_gradients" name="subtracts 1 at the argmax of each label as with hard labels, so soft shares are ignored"
def regression_gradients(X, T, W, b):
    n = X.shape[0]
    dZ = softmax(X @ W.T + b)
    dZ[torch.arange(n), T.argmax(dim=1)] -= 1
    dZ = dZ / n
    return dZ.T @ X, dZ.sum(0)


# %% wrong="regression_gradients" name="computes the scores without the bias, right only while b is zero or constant"
def regression_gradients(X, T, W, b):
    Z = torch.matmul(X, W.T)
    P = softmax(Z)
    dZ = (P - T) / len(X)
    dW = torch.matmul(dZ.T, X)
    db = torch.sum(dZ, dim=0)
    return dW, db


# %% wrong="regression_gradients" name="computes X.T @ dZ of shape (d, q) and reshapes it to (q, d) instead of transposing"
def regression_gradients(X, T, W, b):
    dZ = (softmax(X @ W.T + b) - T) / X.shape[0]
    dW = (X.T @ dZ).reshape(W.shape)
    db = dZ.sum(dim=0)
    return dW, db


# %% wrong="regression_gradients" name="dZ is T * (P - 1) / n: each score gets only its own term, the pull on other classes is forgotten"
def regression_gradients(X, T, W, b):
    n = len(X)
    P = softmax(X @ W.T + b)
    dZ = T * (P - 1) / n
    return dZ.T @ X, dZ.sum(dim=0)


# %% wrong="regression_gradients" name="squeezes dW, so with one class or one feature the dimension of size one is lost"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) / len(T)
    dW = (dZ[:, :, None] * X[:, None, :]).sum(dim=0).squeeze()
    db = dZ.sum(dim=0)
    return dW, db


# %% wrong="regression_gradients" name="multiplies P - T by P * (1 - P), the slope of the sigmoid for squared error, although cross-entropy cancels it"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    delta = (P - T) * P * (1 - P)
    dZ = delta / X.shape[0]
    return dZ.T @ X, dZ.sum(dim=0)


# %% right="image_set" name="isqrt, reshape, loop with append"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return self.X.shape[0]

    def __getitem__(self, i):
        s = math.isqrt(self.X.shape[1])
        image = self.X[i].reshape(1, s, s)
        return image, self.y[i]

    def text_labels(self, y):
        result = []
        for k in y:
            result.append(self.names[int(k)])
        return result


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}


# %% right="image_set" name="comprehension over tolist, label as Python int"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        s = round(self.X.shape[1] ** 0.5)
        return self.X[i].view(s, s).unsqueeze(0), self.y[i].item()

    def text_labels(self, y):
        return [self.names[k] for k in y.tolist()]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}


# %% right="image_set" name="property for the side, rows stacked, map"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    @property
    def side(self):
        return math.isqrt(self.X[0].numel())

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        rows = self.X[i].split(self.side)
        return torch.stack(rows)[None], self.y[i]

    def text_labels(self, y):
        return list(map(self.names.__getitem__, y.tolist()))


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}


# %% wrong="image_set" name="stores the reshaped table back into self.X, so from the second question on the side comes out as 1"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

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


# %% wrong="image_set" name="squeezes the square before adding the channel, so an image of a single pixel has shape (1,)"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        s = math.isqrt(self.X.shape[1])
        image = self.X[i].reshape(-1, s, s).squeeze()
        return image.unsqueeze(0), self.y[i]

    def text_labels(self, y):
        return [self.names[int(k)] for k in y]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}


# %% wrong="image_set" name="text_labels takes the numbers for positions in the set and looks up self.y there, instead of for classes"
class ImageSet(torch.utils.data.Dataset):
    """Square grey images with labels. X (n, d) rows of pixels, y (n,) class numbers, names: a list of str."""

    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return self.X.shape[0]

    def __getitem__(self, i):
        s = int(math.sqrt(self.X.shape[1]))
        return self.X[i].reshape(1, s, s), self.y[i]

    def text_labels(self, y):
        return [self.names[int(self.y[k])] for k in y]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}


# %% wrong="image_set" name="text_labels uses itemgetter, which gives a bare str for one class (split into letters) and fails for none"
from operator import itemgetter


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
        return list(itemgetter(*y.tolist())(self.names))


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}


# %% right="data_module" name="two plain loaders"
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


# %% right="data_module" name="shared private helper with keyword arguments"
from torch.utils.data import DataLoader


class DataModule:
    """Serves minibatches of batch_size examples. training, validation: data sets; seed: of the shuffling."""

    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def _loader(self, dataset, **options):
        return DataLoader(dataset, batch_size=self.batch_size, drop_last=False, num_workers=0, **options)

    def train_loader(self):
        return self._loader(self.training, shuffle=True, generator=self.generator)

    def validation_loader(self):
        return self._loader(self.validation, shuffle=False)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}


# %% right="data_module" name="explicit samplers and a batch sampler"
import torch.utils.data as tud


class DataModule:
    """Serves minibatches of batch_size examples. training, validation: data sets; seed: of the shuffling."""

    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        order = tud.RandomSampler(self.training, generator=self.generator)
        batches = tud.BatchSampler(order, batch_size=self.batch_size, drop_last=False)
        return tud.DataLoader(self.training, batch_sampler=batches, generator=self.generator)

    def validation_loader(self):
        order = tud.SequentialSampler(self.validation)
        return tud.DataLoader(self.validation, self.batch_size, sampler=order)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}


# %% wrong="data_module" name="every train_loader gets a fresh generator with the same seed, so each new loader repeats the same order"
class DataModule:
    """Serves minibatches of batch_size examples. training, validation: data sets; seed: of the shuffling."""

    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        generator = torch.Generator().manual_seed(self.generator.initial_seed())
        return torch.utils.data.DataLoader(self.training, self.batch_size, shuffle=True, generator=generator)

    def validation_loader(self):
        return torch.utils.data.DataLoader(self.validation, self.batch_size)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}


# %% wrong="data_module" name="shuffles once with randperm and a Subset when the loader is made, so all epochs of one loader are equal"
class DataModule:
    """Serves minibatches of batch_size examples. training, validation: data sets; seed: of the shuffling."""

    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        order = torch.randperm(len(self.training), generator=self.generator)
        shuffled = torch.utils.data.Subset(self.training, order.tolist())
        return torch.utils.data.DataLoader(shuffled, batch_size=self.batch_size)

    def validation_loader(self):
        return torch.utils.data.DataLoader(self.validation, batch_size=self.batch_size)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}


# %% wrong="data_module" name="validation_loader returns iter of the loader, which is used up after one pass and then serves nothing"
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
        return iter(torch.utils.data.DataLoader(self.validation, batch_size=self.batch_size, shuffle=False))


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}


# %% wrong="data_module" name="validation loader ignores batch_size and serves the whole validation set as one minibatch"
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
        return torch.utils.data.DataLoader(self.validation, batch_size=len(self.validation), shuffle=False)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    first, second, valid = module.train_loader(), module.train_loader(), module.validation_loader()
    epochs = {f"epoch {k}": [y for _, y in loader] for k, loader in enumerate((first, second, second))}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}


# %% right="softmax_regression" name="reshape, my log_sum_exp and indexing"
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
        return (log_sum_exp(Z) - Z[torch.arange(len(y)), y]).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}


# %% right="softmax_regression" name="nn.functional.linear, one-hot into my soft_cross_entropy"
from torch import nn


class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.num_inputs, self.num_outputs = num_inputs, num_outputs
        self.W = nn.Parameter(torch.zeros((num_outputs, num_inputs)))
        self.b = nn.Parameter(torch.zeros((num_outputs,)))

    def forward(self, X):
        return nn.functional.linear(X.reshape(-1, self.num_inputs), self.W, self.b)

    def loss(self, X, y):
        Z = self.forward(X)
        T = nn.functional.one_hot(y, self.num_outputs).to(Z.dtype)
        return soft_cross_entropy(Z, T)


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}


# %% right="softmax_regression" name="einsum, scores relative to the true one, own shift"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return torch.einsum("nd,kd->nk", X.reshape(X.shape[0], self.W.shape[1]), self.W) + self.b

    def loss(self, X, y):
        Z = self(X)
        lead = Z - Z.gather(1, y.unsqueeze(1))  # z_k - z_y
        top = lead.max(dim=1, keepdim=True).values
        surprise = top.squeeze(1) + torch.log(torch.exp(lead - top).sum(dim=1))
        return surprise.sum() / len(y)


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}


# %% wrong="softmax_regression" name="reshapes X to (d, n) and transposes, which mixes the pixels of different images as soon as n > 1"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        rows = X.reshape(self.W.shape[1], -1).T
        return rows @ self.W.T + self.b

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


# %% wrong="softmax_regression" name="forward squeezes dimension 1 of the scores, so with a single class they have shape (n,) instead of (n, 1)"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return (X.reshape(len(X), -1) @ self.W.T + self.b).squeeze(1)

    def loss(self, X, y):
        Z = self(X).reshape(len(y), -1)
        return (log_sum_exp(Z) - Z[torch.arange(len(y)), y]).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}


# %% wrong="softmax_regression" name="loss sums the surprises of the minibatch instead of averaging, right for one example only"
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
        correct = Z[range(len(y)), y]
        return torch.sum(log_sum_exp(Z) - correct)


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}


# %% wrong="softmax_regression" name="the bias b is a parameter but is never added to the scores in forward"
class SoftmaxRegression(torch.nn.Module):
    """One score for each class, linear in the pixels. Parameters W (num_outputs, num_inputs) and b (num_outputs,)."""

    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        n = X.shape[0]
        return torch.matmul(X.reshape(n, -1), self.W.T)

    def loss(self, X, y):
        Z = self.forward(X)
        return (log_sum_exp(Z) - Z.gather(1, y[:, None])[:, 0]).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}


# %% right="accuracy" name="loop and counter"
def accuracy(Z, y):
    right = 0
    for i in range(len(y)):
        if torch.argmax(Z[i]) == y[i]:
            right += 1
    return right / len(y)


# %% right="accuracy" name="argmax, float, mean, item"
def accuracy(Z, y):
    return (Z.argmax(dim=1) == y).float().mean().item()


# %% right="accuracy" name="the true score is the largest of its row, plain division"
def accuracy(Z, y):
    n = Z.shape[0]
    true_scores = Z[torch.arange(n), y]
    best_scores, _ = Z.max(dim=1)
    hits = (true_scores >= best_scores).tolist()
    return sum(hits) / n


# %% wrong="accuracy" name="rounds the share to four digits although it should not be rounded"
def accuracy(Z, y):
    predicted = Z.argmax(dim=1)
    hits = (predicted == y).sum().item()
    return round(hits / len(y), 4)


# %% wrong="accuracy" name="search for the maximum starts at 0, so a row of only negative scores is always predicted as class 0"
def accuracy(Z, y):
    correct = 0
    for row, label in zip(Z.tolist(), y.tolist()):
        best, guess = 0.0, 0
        for k, score in enumerate(row):
            if score > best:
                best, guess = score, k
        if guess == label:
            correct += 1
    return correct / len(y)


# %% right="accuracy" name="a tensor without dimensions"
def accuracy(Z, y):
    return (Z.argmax(dim=1) == y).double().mean()


# %% wrong="accuracy" name="takes the score of largest absolute value, so a strongly negative score counts as the prediction"
def accuracy(Z, y):
    predicted = torch.max(torch.abs(Z), dim=1).indices
    return torch.sum(predicted == y).item() / len(y)


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


# %% right="trainer" name="eval and train modes, accuracy function weighted by size"
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
        model.train()
        loss_sum = 0
        examples = 0
        for X, y in batches:
            self.optimiser.zero_grad()
            loss = model.loss(X, y)
            loss_sum += loss.item() * X.shape[0]
            examples += X.shape[0]
            loss.backward()
            self.optimiser.step()
        self.history["training loss"].append(loss_sum / examples)

    @torch.no_grad()
    def validate(self, model, batches):
        model.eval()
        loss_sum, right, examples = 0, 0, 0
        for X, y in batches:
            loss_sum += model.loss(X, y).item() * X.shape[0]
            right += accuracy(model(X), y) * X.shape[0]
            examples += X.shape[0]
        model.train()
        self.history["validation loss"].append(loss_sum / examples)
        self.history["validation accuracy"].append(right / examples)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}


# %% right="trainer" name="lists of pairs and a weighted mean helper, scores concatenated"
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

    @staticmethod
    def _mean(pairs):
        """Weighted mean of (value, weight) pairs."""
        return sum(value * weight for value, weight in pairs) / sum(weight for _, weight in pairs)

    def _step(self, loss):
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def fit_epoch(self, model, batches):
        pairs = [(self._step(model.loss(X, y)), len(y)) for X, y in batches]
        self.history["training loss"].append(self._mean(pairs))

    def validate(self, model, batches):
        pairs, scores, labels = [], [], []
        with torch.no_grad():
            for X, y in batches:
                pairs.append((model.loss(X, y).item(), len(y)))
                scores.append(model(X))
                labels.append(y)
        self.history["validation loss"].append(self._mean(pairs))
        self.history["validation accuracy"].append(accuracy(torch.cat(scores), torch.cat(labels)))


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}


# %% wrong="trainer" name="validate calls model.eval() and never model.train(), so later epochs train the model in evaluation mode"
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
        model.eval()
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


# %% wrong="trainer" name="validation accuracy is the plain mean of minibatch accuracies, so a smaller last minibatch weighs too much"
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
        total, count, accuracies = 0.0, 0, []
        with torch.no_grad():
            for X, y in batches:
                total += model.loss(X, y).item() * len(y)
                count += len(y)
                accuracies.append(accuracy(model(X), y))
        self.history["validation loss"].append(total / count)
        self.history["validation accuracy"].append(sum(accuracies) / len(accuracies))


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


# %% wrong="trainer" name="training loss is divided by len(y) of the last minibatch times the number of minibatches, not by all examples"
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
        total = 0.0
        for number, (X, y) in enumerate(batches, start=1):
            self.optimiser.zero_grad()
            loss = model.loss(X, y)
            loss.backward()
            self.optimiser.step()
            total += loss.item() * len(y)
        self.history["training loss"].append(total / (number * len(y)))

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


# %% right="hyperparameters" name="loop with one long condition"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        self.hparams = {}
        for name in values:
            if name != "self" and not name.startswith("_") and name not in ignore:
                setattr(self, name, values[name])
                self.hparams[name] = values[name]


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}


# %% right="hyperparameters" name="dict comprehension, set of left-out names"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        left_out = {"self", *ignore}
        self.hparams = {k: v for k, v in values.items() if k not in left_out and k[:1] != "_"}
        for pair in self.hparams.items():
            setattr(self, *pair)


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}


# %% right="hyperparameters" name="helper method with early returns, continue"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def _wanted(self, name, ignore):
        if name == "self":
            return False
        if name.startswith("_"):
            return False
        return name not in list(ignore)

    def keep(self, values, ignore=()):
        kept = dict()
        for name, value in values.items():
            if not self._wanted(name, ignore):
                continue
            kept[name] = value
        self.hparams = kept
        for name, value in kept.items():
            self.__setattr__(name, value)


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}


# %% wrong="hyperparameters" name="hparams is one dictionary of the class, shared by all objects, so names of earlier objects stay in it"
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


# %% wrong="hyperparameters" name="name in (quote self quote) without comma is a substring test, so names like s, e or elf are dropped"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        self.hparams = {}
        for name, value in values.items():
            if name in ("self") or name in ignore or name.startswith("_"):
                continue
            self.hparams[name] = value
            setattr(self, name, value)


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}


# %% wrong="hyperparameters" name="leaves out only names with two leading underscores, a name such as _note is kept"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        self.hparams = {}
        for name, value in values.items():
            if name != "self" and not name.startswith("__") and name not in ignore:
                self.hparams[name] = value
                setattr(self, name, value)


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}


# %% wrong="hyperparameters" name="break instead of continue at an ignored name, so everything after it is lost"
class HyperParameters:
    """Keeps the arguments of __init__: call self.keep(locals()) in its first line."""

    def keep(self, values, ignore=()):
        self.hparams = {}
        for name, value in values.items():
            if name == "self" or name[0] == "_":
                continue
            if name in ignore:
                break
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
    for i in range(len(y)):
        M[y[i], predicted[i]] += 1
    return M


# %% right="confusion_matrix" name="bincount of the cell numbers"
def confusion_matrix(y, predicted, q):
    return torch.bincount(y * q + predicted, minlength=q * q).reshape(q, q)


# %% right="confusion_matrix" name="product of two one-hot tables"
def confusion_matrix(y, predicted, q):
    classes = torch.arange(q)
    is_true = (y[None, :] == classes[:, None]).long()  # (q, n)
    is_said = (predicted[:, None] == classes[None, :]).long()  # (n, q)
    return is_true @ is_said


# %% wrong="confusion_matrix" name="counts in uint8, which wraps around at 256, before converting to int64"
def confusion_matrix(y, predicted, q):
    M = torch.zeros(q, q, dtype=torch.uint8)
    for i, j in zip(y.tolist(), predicted.tolist()):
        M[i, j] += 1
    return M.long()


# %% wrong="confusion_matrix" name="squeezes the product of the one-hot tables, so a single class gives shape () instead of (1, 1)"
def confusion_matrix(y, predicted, q):
    A = torch.nn.functional.one_hot(y, q)
    B = torch.nn.functional.one_hot(predicted, q)
    return (A[:, :, None] * B[:, None, :]).sum(dim=0).squeeze()


# %% wrong="confusion_matrix" name="cell number is predicted * q + y, so rows are predicted classes and columns true ones"
def confusion_matrix(y, predicted, q):
    cell = predicted * q + y
    return torch.bincount(cell, minlength=q * q).view(q, q)


# %% wrong="confusion_matrix" name="index_put_ without accumulate=True adds each pair only once however often it occurs"
def confusion_matrix(y, predicted, q):
    M = torch.zeros((q, q), dtype=torch.int64)
    M.index_put_((y, predicted), M[y, predicted] + 1)
    return M


# %% right="confident_mistakes" name="loop, list of pairs, sort"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    found = []
    for i in range(len(y)):
        guess = Z[i].argmax().item()
        if guess != y[i].item():
            found.append((P[i, guess].item(), i))
    found.sort(reverse=True)
    return torch.tensor([i for _, i in found[:k]], dtype=torch.int64)


# %% right="confident_mistakes" name="nonzero rows, argsort of their confidence"
def confident_mistakes(Z, y, k):
    wrong = (Z.argmax(dim=1) != y).nonzero()[:, 0]
    confidence = softmax(Z[wrong]).amax(dim=1) if len(wrong) else Z.new_zeros(0)
    return wrong[confidence.argsort(descending=True)[:k]]


# %% right="confident_mistakes" name="right ones marked with -1, topk of at most all mistakes"
def confident_mistakes(Z, y, k):
    confidence, _ = softmax(Z).max(dim=1)
    missed = Z.argmax(dim=1).ne(y)
    confidence = torch.where(missed, confidence, -torch.ones_like(confidence))
    how_many = min(k, int(missed.sum()))
    return confidence.topk(how_many).indices


# %% wrong="confident_mistakes" name="ranks by the smallest probability of the true class instead of the largest of the predicted, equal for two classes only"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    rows = torch.arange(len(y))
    wrong = rows[Z.argmax(dim=1) != y]
    p_true = P[rows, y]
    return wrong[p_true[wrong].argsort()[:k]]


# %% wrong="confident_mistakes" name="torch.tensor of an empty list has type float32, so without mistakes the result is not int64"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    guesses = Z.argmax(dim=1).tolist()
    wrong = [i for i, (guess, label) in enumerate(zip(guesses, y.tolist())) if guess != label]
    wrong = sorted(wrong, key=lambda i: P[i].max().item(), reverse=True)
    return torch.tensor(wrong[:k])


# %% wrong="confident_mistakes" name="takes the k most confident of all examples first and then keeps the wrong ones, so sure right answers use up places"
def confident_mistakes(Z, y, k):
    p, predicted = softmax(Z).max(dim=1)
    order = p.argsort(descending=True)[:k]
    return order[predicted[order] != y[order]]


# %% wrong="confident_mistakes" name="ranks by the gap between the two largest scores, which is not the order of probabilities with three classes"
def confident_mistakes(Z, y, k):
    ordered = Z.sort(dim=1, descending=True).values
    gap = ordered[:, 0] - ordered[:, 1]
    wrong = torch.where(Z.argmax(dim=1) != y)[0]
    return wrong[gap[wrong].argsort(descending=True)][:k]


# %% right="best_temperature" name="halve the interval of beta 100 times"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    rows = torch.arange(len(y))
    low, high = 0.01, 100.0
    for _ in range(100):
        beta = (low + high) / 2
        P = softmax(beta * Z)
        slope = ((P * Z).sum(dim=1) - Z[rows, y]).mean().item()
        if slope < 0:
            low = beta
        else:
            high = beta
    return 2 / (low + high)


# %% right="best_temperature" name="halve the logarithm of T, scores relative to the true one, nested function"
def best_temperature(Z, y):
    D = Z.to(torch.float64)
    D = D - D.gather(1, y[:, None])

    def too_cold(T):
        """Is the loss still falling when T grows?"""
        return torch.sum(softmax(D / T) * D) > 0

    a, b = math.log(0.01), math.log(100)
    while b - a > 1e-12:
        middle = 0.5 * (a + b)
        a, b = (middle, b) if too_cold(math.exp(middle)) else (a, middle)
    return math.exp(0.5 * (a + b))


# %% right="best_temperature" name="a grid of betas refined again and again, slope by einsum"
def best_temperature(Z, y):
    D = Z.double() - Z.double().amax(dim=1, keepdim=True)
    target = D[torch.arange(len(y)), y].mean()

    def slope(beta):
        return torch.einsum("nq,nq->", softmax(D * beta), D) / len(D) - target

    low, high = 0.009, 111.0
    for _ in range(14):
        betas = torch.logspace(math.log10(low), math.log10(high), 12, dtype=torch.float64).tolist()
        betas[0], betas[-1] = low, high
        falling = [beta for beta in betas if slope(beta) < 0]
        rising = [beta for beta in betas if slope(beta) >= 0]
        low = max(falling, default=low)
        high = min(rising, default=high)
        if high / low < 1 + 1e-11:
            break
    return float(2 / (low + high))


# %% wrong="best_temperature" name="only 25 halvings of beta between 0.01 and 100, too coarse for five digits when T is near 100"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    n = len(y)
    low, high = 0.01, 100.0
    for _ in range(25):
        beta = (low + high) / 2
        slope = ((softmax(beta * Z) * Z).sum(dim=1) - Z[torch.arange(n), y]).mean()
        if slope < 0:
            low = beta
        else:
            high = beta
    return 1 / beta


# %% wrong="best_temperature" name="searches beta only from 0.1 to 10, so best temperatures outside 0.1 to 10 are cut off"
def best_temperature(Z, y):
    Z = Z.double() - Z.double().max(dim=1, keepdim=True).values
    true = Z[torch.arange(len(y)), y]
    low, high = 0.1, 10.0
    for _ in range(80):
        beta = (low + high) / 2
        P = softmax(Z * beta)
        if ((P * Z).sum(dim=1) - true).mean() > 0:
            high = beta
        else:
            low = beta
    return 1 / low


# %% wrong="best_temperature" name="takes exp of beta * Z without subtracting the maximum, scores near 1000 give nan and the search goes astray"
def best_temperature(Z, y):
    Z = Z.double()
    rows = torch.arange(len(y))
    low, high = 0.01, 100.0
    for _ in range(100):
        beta = (low + high) / 2
        E = torch.exp(beta * Z)
        P = E / E.sum(dim=1, keepdim=True)
        slope = ((P * Z).sum(dim=1) - Z[rows, y]).mean()
        if slope < 0:
            low = beta
        else:
            high = beta
    return float(1 / beta)


# %% wrong="best_temperature" name="stops as soon as the slope is below 1e-6 in size, too early for small scores whose slope is small everywhere"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    rows = torch.arange(len(y))
    low, high = 0.01, 100.0
    for _ in range(200):
        beta = (low + high) / 2
        slope = ((softmax(beta * Z) * Z).sum(dim=1) - Z[rows, y]).mean().item()
        if abs(slope) < 1e-6:
            break
        if slope < 0:
            low = beta
        else:
            high = beta
    return 1 / beta
