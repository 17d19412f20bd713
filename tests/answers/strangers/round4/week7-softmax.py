# %% right="softmax" name="loop over the rows"
def softmax(Z):
    P = torch.zeros_like(Z)
    for i in range(Z.shape[0]):
        row = Z[i]
        biggest = row.max()
        powers = torch.exp(row - biggest)
        P[i] = powers / powers.sum()
    return P

# %% right="softmax" name="compact with keepdim"
def softmax(Z):
    powers = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    return powers / powers.sum(dim=1, keepdim=True)

# %% right="softmax" name="one over the sum of powers of pairwise differences"
def softmax(Z):
    # p_k = 1 / sum_j exp(z_j - z_k); an infinite sum means a share of 0
    differences = Z[:, None, :] - Z[:, :, None]
    return 1 / torch.exp(differences).sum(dim=2)

# %% wrong="softmax" name="subtracts the maximum of the whole table, so a row far below the others underflows to 0/0"
def softmax(Z):
    powers = torch.exp(Z - Z.max())
    return powers / powers.sum(dim=1, keepdim=True)

# %% wrong="softmax" name="shifts by the row mean instead of the row maximum, overflows when scores within a row lie far apart"
def softmax(Z):
    centred = Z - Z.mean(dim=1, keepdim=True)
    powers = torch.exp(centred)
    return powers / powers.sum(dim=1, keepdim=True)

# %% wrong="softmax" name="result is collected in torch.zeros(n, q), which is float32 whatever the dtype of Z"
def softmax(Z):
    n, q = Z.shape
    P = torch.zeros(n, q)
    for i in range(n):
        e = torch.exp(Z[i] - Z[i].max())
        P[i] = e / e.sum()
    return P

# %% wrong="softmax" name="Z -= row maximum works in place and changes the scores of the caller"
def softmax(Z):
    Z -= Z.max(dim=1, keepdim=True).values
    E = torch.exp(Z)
    return E / E.sum(dim=1, keepdim=True)

# %% right="log_sum_exp" name="list of row results, stacked"
def log_sum_exp(Z):
    results = []
    for row in Z:
        m = row.max()
        results.append(m + torch.log(torch.exp(row - m).sum()))
    return torch.stack(results)

# %% right="log_sum_exp" name="compact, maximum out and back"
def log_sum_exp(Z):
    m = Z.max(dim=1).values
    return m + (Z - m[:, None]).exp().sum(dim=1).log()

# %% right="log_sum_exp" name="folds the columns pair by pair with log1p"
def log_sum_exp(Z):
    def add(a, b):
        return torch.maximum(a, b) + torch.log1p(torch.exp(-(a - b).abs()))

    total = Z[:, 0].clone()
    for column in Z.T[1:]:
        total = add(total, column)
    return total

# %% wrong="log_sum_exp" name="squeeze() without a dimension: a single example gives shape () instead of (1,)"
def log_sum_exp(Z):
    m = Z.max(dim=1, keepdim=True).values
    return (m + torch.log(torch.exp(Z - m).sum(dim=1, keepdim=True))).squeeze()

# %% wrong="log_sum_exp" name="takes out the row mean instead of the maximum, overflows for widely spread rows such as (0, 2000)"
def log_sum_exp(Z):
    c = Z.mean(dim=1)
    return c + torch.log(torch.exp(Z - c[:, None]).sum(dim=1))

# %% wrong="log_sum_exp" name="for large scores only counts the ties with the maximum and drops all other terms"
def log_sum_exp(Z):
    m = Z.max(dim=1, keepdim=True).values
    ties = (Z == m).sum(dim=1).to(Z.dtype)
    large = m[:, 0] + torch.log(ties)
    small = torch.log(torch.exp(Z).sum(dim=1))
    return torch.where(Z.abs().max(dim=1).values > 50, large, small)

# %% wrong="log_sum_exp" name="for a single class it returns Z itself, of shape (n, 1) instead of (n,)"
def log_sum_exp(Z):
    if Z.shape[1] == 1:
        return Z
    biggest, _ = Z.max(dim=1)
    rest = torch.exp(Z - biggest.unsqueeze(1)).sum(dim=1)
    return biggest + torch.log(rest)

# %% right="at_temperature" name="softmax of the logarithms"
def at_temperature(P, T):
    return softmax(P.log() / T)

# %% right="at_temperature" name="loop, powers of the ratio to the largest share"
def at_temperature(P, T):
    Q = torch.empty_like(P)
    for i in range(len(P)):
        ratio = P[i] / P[i].max()
        powers = ratio ** (1 / T)
        Q[i] = powers / powers.sum()
    return Q

# %% right="at_temperature" name="scores with sum 0 recovered by a helper, then own stable softmax"
def scores_of(P):
    logs = torch.log(P)
    return logs - logs.mean(dim=1, keepdim=True)


def at_temperature(P, T):
    Z = scores_of(P) / T
    Z = Z - torch.amax(Z, dim=1, keepdim=True)
    E = torch.exp(Z)
    return torch.einsum("nq,n->nq", E, 1 / E.sum(dim=1))

# %% wrong="at_temperature" name="P ** (1 / T) without a shift: at small T all powers of a row underflow and 0/0 is nan"
def at_temperature(P, T):
    powers = P ** (1 / T)
    return powers / powers.sum(dim=1, keepdim=True)

# %% wrong="at_temperature" name="adds 1e-30 before the logarithm, which drowns probabilities as small as 1e-300"
def at_temperature(P, T):
    eps = 1e-30
    return softmax(torch.log(P + eps) / T)

# %% wrong="at_temperature" name="log_() works in place, the probabilities of the caller become logarithms"
def at_temperature(P, T):
    Z = P.log_()
    return softmax(Z / T)

# %% wrong="at_temperature" name="treats each class as a coin: sigmoid of log-odds over T, renormalised, exact for two classes only"
def at_temperature(P, T):
    logit = torch.log(P) - torch.log(1 - P)
    Q = torch.sigmoid(logit / T)
    return Q / Q.sum(dim=1, keepdim=True)

# %% right="entropy" name="two loops over Python floats"
def entropy(P):
    result = []
    for row in P.tolist():
        h = 0.0
        for p in row:
            if p > 0:
                h += -p * math.log(p)
        result.append(h)
    return torch.tensor(result, dtype=P.dtype)

# %% right="entropy" name="logarithm of ones where the share is zero"
def entropy(P):
    safe = torch.where(P > 0, P, torch.ones_like(P))
    return -(P * safe.log()).sum(dim=1)

# %% right="entropy" name="torch.xlogy knows that 0 log 0 is 0"
def entropy(P):
    return torch.xlogy(P, P).sum(dim=1).neg()

# %% wrong="entropy" name="P[P == 0] = 1 in place: the zeros in the probabilities of the caller become ones"
def entropy(P):
    H = P * 1
    P[P == 0] = 1
    return -(H * torch.log(P)).sum(dim=1)

# %% wrong="entropy" name="treats every share below 0.001 as zero and so loses the terms of small probabilities"
def entropy(P):
    terms = torch.where(P < 1e-3, torch.zeros_like(P), -P * torch.log(P))
    return terms.sum(dim=1)

# %% wrong="entropy" name="sums into torch.zeros(n) of the default dtype, so float64 probabilities give float32"
def entropy(P):
    H = torch.zeros(P.shape[0])
    for i, row in enumerate(P):
        positive = row[row > 0]
        H[i] = -(positive * positive.log()).sum()
    return H

# %% wrong="entropy" name="replaces nan after the sum, so a row with any zero share gets entropy 0"
def entropy(P):
    H = -(P * P.log()).sum(dim=1)
    return torch.where(torch.isnan(H), torch.zeros_like(H), H)

# %% right="cross_entropy" name="loop over the examples"
def cross_entropy(P, y):
    total = 0
    for i in range(len(y)):
        total = total - torch.log(P[i, y[i]])
    return total / len(y)

# %% right="cross_entropy" name="index with arange"
def cross_entropy(P, y):
    return -P[torch.arange(len(y)), y].log().mean()

# %% right="cross_entropy" name="gather along the classes, mean by sum over n"
def cross_entropy(P, y):
    true_shares = torch.gather(P, dim=1, index=y.unsqueeze(1)).squeeze(1)
    surprises = torch.log(true_shares).neg()
    return surprises.sum() / surprises.numel()

# %% wrong="cross_entropy" name="P[:, y] takes all rows for each label and averages the whole n by n table"
def cross_entropy(P, y):
    return (-torch.log(P[:, y])).mean()

# %% wrong="cross_entropy" name="adds 1e-12 inside the logarithm, so a true class at 1e-300 costs only 27.6 nats"
def cross_entropy(P, y):
    rows = torch.arange(P.shape[0])
    return -torch.log(P[rows, y] + 1e-12).mean()

# %% right="cross_entropy" name="one-hot times log P: a zero probability at another class makes 0 times -inf, nan"
def cross_entropy(P, y):
    T = torch.nn.functional.one_hot(y, P.shape[1]).to(P.dtype)
    return -(T * P.log()).sum(dim=1).mean()

# %% wrong="cross_entropy" name="logarithm of the product of the true probabilities: the product underflows to 0, loss inf"
def cross_entropy(P, y):
    n = len(y)
    likelihood = P[torch.arange(n), y].prod()
    return -torch.log(likelihood) / n

# %% right="soft_cross_entropy" name="loop over examples and classes"
def soft_cross_entropy(Z, T):
    lse = log_sum_exp(Z)
    n, q = Z.shape
    total = torch.zeros((), dtype=Z.dtype)
    for i in range(n):
        for k in range(q):
            total = total + T[i, k] * (lse[i] - Z[i, k])
    return total / n

# %% right="soft_cross_entropy" name="compact, lse minus weighted scores"
def soft_cross_entropy(Z, T):
    return (log_sum_exp(Z) - (T * Z).sum(dim=1)).mean()

# %% right="soft_cross_entropy" name="own log-probabilities by a helper and einsum"
def log_probabilities(Z):
    S = Z - Z.max(dim=1, keepdim=True).values
    return S - S.exp().sum(dim=1, keepdim=True).log()


def soft_cross_entropy(Z, T):
    return -torch.einsum("nk,nk->", T, log_probabilities(Z)) / len(Z)

# %% wrong="soft_cross_entropy" name="uses only the largest share: T.argmax as a hard label instead of the weighted sum"
def soft_cross_entropy(Z, T):
    y = T.argmax(dim=1)
    return (log_sum_exp(Z) - Z[torch.arange(len(Z)), y]).mean()

# %% wrong="soft_cross_entropy" name="subtracts the entropy of the labels too, which is KL divergence, equal only for one-hot labels"
def soft_cross_entropy(Z, T):
    cross = log_sum_exp(Z) - (T * Z).sum(dim=1)
    own = -torch.xlogy(T, T).sum(dim=1)
    return (cross - own).mean()

# %% wrong="soft_cross_entropy" name="T @ Z.T summed over all columns mixes every label with the scores of every other example"
def soft_cross_entropy(Z, T):
    weighted = (T @ Z.T).sum(dim=1)
    return (log_sum_exp(Z) - weighted).mean()

# %% wrong="soft_cross_entropy" name="goes through clamped probabilities, so a loss of 1000 nats is cut off at -log(tiny)"
def soft_cross_entropy(Z, T):
    tiny = torch.finfo(Z.dtype).tiny
    log_P = softmax(Z).clamp(min=tiny).log()
    return -(T * log_P).sum(dim=1).mean()

# %% right="regression_gradients" name="loop over the examples with outer products"
def regression_gradients(X, T, W, b):
    n = X.shape[0]
    dW = torch.zeros_like(W)
    db = torch.zeros_like(b)
    P = softmax(X @ W.T + b)
    for i in range(n):
        dz = P[i] - T[i]
        dW = dW + torch.outer(dz, X[i])
        db = db + dz
    return dW / n, db / n

# %% right="regression_gradients" name="the three formulas in matrices"
def regression_gradients(X, T, W, b):
    dZ = (softmax(X @ W.T + b) - T) / len(X)
    return dZ.T @ X, dZ.sum(dim=0)

# %% right="regression_gradients" name="bias as a weight of a constant feature, one einsum, mean at the end"
def regression_gradients(X, T, W, b):
    n, d = X.shape
    X1 = torch.cat([X, torch.ones(n, 1, dtype=X.dtype)], dim=1)
    W1 = torch.cat([W, b[:, None]], dim=1)
    error = softmax(torch.einsum("nd,qd->nq", X1, W1)) - T
    G = torch.einsum("nq,nd->qd", error, X1) / n
    return G[:, :d], G[:, d]

# %% wrong="regression_gradients" name="db is the mean of the rows of dZ although dZ already holds 1/n, so n divides twice"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) / X.shape[0]
    dW = dZ.T @ X
    db = dZ.mean(dim=0)
    return dW, db

# %% wrong="regression_gradients" name="the scores are computed without the bias b, right only while b is constant"
def regression_gradients(X, T, W, b):
    Z = X @ W.T
    dZ = (softmax(Z) - T) / len(X)
    return dZ.T @ X, dZ.sum(0)

# %% wrong="regression_gradients" name="dZ = T (P - 1): only each probability's own score, the cross terms of softmax are forgotten"
def regression_gradients(X, T, W, b):
    n = len(X)
    P = softmax(X @ W.T + b)
    dZ = -T * (1 - P) / n
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="regression_gradients" name="turns the soft labels into one-hot ones by argmax before subtracting them from P"
def regression_gradients(X, T, W, b):
    n, q = T.shape
    P = softmax(X @ W.T + b)
    y = T.argmax(dim=1)
    P[torch.arange(n), y] -= 1
    dZ = P / n
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="regression_gradients" name="X.T @ dZ is reshaped to (q, d) instead of transposed, fits only for d = 1 or q = 1"
def regression_gradients(X, T, W, b):
    dZ = (softmax(X @ W.T + b) - T) / X.shape[0]
    dW = (X.T @ dZ).reshape(W.shape)
    db = dZ.sum(dim=0)
    return dW, db

# %% wrong="regression_gradients" name="for a single class it takes the sigmoid of logistic regression instead of the probability 1"
def regression_gradients(X, T, W, b):
    Z = X @ W.T + b
    if Z.shape[1] == 1:
        P = torch.sigmoid(Z)
    else:
        P = softmax(Z)
    dZ = (P - T) / len(Z)
    return dZ.T @ X, dZ.sum(dim=0)

# %% wrong="regression_gradients" name="divides by the number of all entries n times q instead of the number of examples"
def regression_gradients(X, T, W, b):
    P = softmax(X @ W.T + b)
    dZ = (P - T) / P.numel()
    dW = torch.einsum("nq,nd->qd", dZ, X)
    db = torch.einsum("nq->q", dZ)
    return dW, db

# %% wrong="regression_gradients" name="multiplies P - T by the softmax slope P (1 - P) once more, which is already contained"
def regression_gradients(X, T, W, b):
    n = X.shape[0]
    P = softmax(X @ W.T + b)
    dZ = (P - T) * P * (1 - P) / n
    return dZ.T @ X, dZ.sum(dim=0)

# %% right="image_set" name="plain, isqrt in getitem, loop for the names"
class ImageSet(torch.utils.data.Dataset):
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

# %% right="image_set" name="all images shaped once in init"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        super().__init__()
        self.X, self.y, self.names = X, y, names
        n, d = X.shape
        side = math.isqrt(d)
        self.squares = X.reshape(n, 1, side, side)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.squares[i], self.y[i]

    def text_labels(self, y):
        return [self.names[k] for k in y.tolist()]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% right="image_set" name="property for the side, unflatten, label as a Python int, map for the names"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    @property
    def side(self):
        return round(math.sqrt(self.X.shape[-1]))

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i].unflatten(0, (1, self.side, self.side)), int(self.y[i])

    def text_labels(self, y):
        lookup = dict(enumerate(self.names))
        return list(map(lookup.get, y.tolist()))


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="itemgetter of one index gives a str, so list() splits the single name into letters"
from operator import itemgetter


class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        s = math.isqrt(self.X.shape[1])
        return self.X[i].reshape(1, s, s), self.y[i]

    def text_labels(self, y):
        if len(y) == 0:
            return []
        return list(itemgetter(*y.tolist())(self.names))


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="text_labels appends to a list made once in init, so a second call returns the earlier names too"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names
        self.labels = []

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        s = math.isqrt(len(self.X[i]))
        return self.X[i].reshape(1, s, s), self.y[i]

    def text_labels(self, y):
        for k in y:
            self.labels.append(self.names[k])
        return self.labels


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="X.squeeze() in init drops the example dimension of a single image: length d instead of 1"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.side = math.isqrt(X.shape[1])
        self.X, self.y, self.names = X.squeeze(), y, names

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i].reshape(1, self.side, self.side), self.y[i]

    def text_labels(self, y):
        return [self.names[int(k)] for k in y]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% wrong="image_set" name="text_labels takes the class numbers for example numbers and looks up its own self.y first"
class ImageSet(torch.utils.data.Dataset):
    def __init__(self, X, y, names):
        self.X, self.y, self.names = X, y, names

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        s = math.isqrt(self.X.shape[1])
        return self.X[i].reshape(s, s)[None], self.y[i]

    def text_labels(self, y):
        return [self.names[self.y[k]] for k in y.tolist()]


def image_set(X, y, names, i):
    """For the check: an ImageSet's length, its example i (after 0), and the names of the classes y[1:] (after y[:1])."""
    images = ImageSet(X, y, names)
    _, _, (image, label) = images[0], images.text_labels(y[:1]), images[i]
    return {"length": len(images), "image": image, "label": int(label), "names": images.text_labels(y[1:])}

# %% right="data_module" name="two direct loaders"
class DataModule:
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
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% right="data_module" name="both loaders built once in init and handed out again"
from torch.utils.data import DataLoader


class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self._train = DataLoader(training, batch_size, shuffle=True, generator=self.generator, drop_last=False)
        self._valid = DataLoader(validation, batch_size, shuffle=False, drop_last=False)

    def train_loader(self):
        return self._train

    def validation_loader(self):
        return self._valid


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% right="data_module" name="one helper with explicit samplers"
from torch.utils import data as torch_data


class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def _loader(self, dataset, sampler, **more):
        return torch_data.DataLoader(dataset, batch_size=self.batch_size, sampler=sampler, **more)

    def train_loader(self):
        sampler = torch_data.RandomSampler(self.training, generator=self.generator)
        return self._loader(self.training, sampler, generator=self.generator)

    def validation_loader(self):
        return self._loader(self.validation, torch_data.SequentialSampler(self.validation))


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% wrong="data_module" name="every train_loader gets a generator seeded anew, so a new loader repeats the first order"
class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.seed = seed
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        self.generator = torch.Generator().manual_seed(self.seed)
        return torch.utils.data.DataLoader(self.training, self.batch_size, shuffle=True, generator=self.generator)

    def validation_loader(self):
        return torch.utils.data.DataLoader(self.validation, self.batch_size, shuffle=False)


def data_module(training, validation, batch_size, seed):
    """For the check: the minibatches of labels of three epochs, and of validation twice. training, validation: (n,)."""
    sets = [torch.utils.data.TensorDataset(labels[:, None], labels) for labels in (training, validation)]
    module = DataModule(*sets, batch_size=batch_size, seed=seed)
    epochs = {"epoch 0": [y for _, y in module.train_loader()]}
    second, valid = module.train_loader(), module.validation_loader()
    epochs |= {f"epoch {k}": [y for _, y in second] for k in (1, 2)}
    return {**epochs, "validation, twice": [y for _ in range(2) for _, y in valid]}

# %% wrong="data_module" name="permutes the training set once per loader with Subset, so two epochs of one loader have one order"
class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        order = torch.randperm(len(self.training), generator=self.generator).tolist()
        shuffled = torch.utils.data.Subset(self.training, order)
        return torch.utils.data.DataLoader(shuffled, batch_size=self.batch_size)

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

# %% wrong="data_module" name="drops the last training minibatch when it would hold a single example"
class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        lonely = len(self.training) % self.batch_size == 1
        return torch.utils.data.DataLoader(
            self.training, batch_size=self.batch_size, shuffle=True, generator=self.generator, drop_last=lonely
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

# %% wrong="data_module" name="shuffle=True without generator=self.generator: the seed has no effect on the order"
class DataModule:
    def __init__(self, training, validation, batch_size=32, seed=0):
        self.training, self.validation, self.batch_size = training, validation, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def train_loader(self):
        return torch.utils.data.DataLoader(self.training, batch_size=self.batch_size, shuffle=True)

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

# %% right="softmax_regression" name="own log_sum_exp and indexing with arange"
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        rows = X.reshape(X.shape[0], -1)
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

# %% right="softmax_regression" name="one-hot labels into the own soft_cross_entropy, functional linear"
from torch import nn


class SoftmaxRegression(nn.Module):
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

# %% right="softmax_regression" name="log-sum-exp of the differences to the true score, einsum for the scores"
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        for name, shape in {"W": (num_outputs, num_inputs), "b": (num_outputs,)}.items():
            self.register_parameter(name, torch.nn.Parameter(torch.zeros(*shape)))

    @staticmethod
    def rows(X):
        return X.reshape(len(X), -1)

    def forward(self, X):
        return torch.einsum("nd,qd->nq", self.rows(X), self.W) + self.b

    def loss(self, X, y):
        Z = self(X)
        gaps = Z - Z.gather(1, y[:, None])
        largest = gaps.max(dim=1, keepdim=True).values.detach()
        return (largest[:, 0] + (gaps - largest).exp().sum(dim=1).log()).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% wrong="softmax_regression" name="Z[:, y] in the loss takes the scores of all labels in all rows, fine only for equal labels"
class SoftmaxRegression(torch.nn.Module):
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

# %% wrong="softmax_regression" name="forward makes rows only of four-dimensional X, images of shape (n, s, s) stay unflattened"
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        if X.dim() == 4:
            n, c, h, w = X.shape
            X = X.reshape(n, c * h * w)
        return X @ self.W.T + self.b

    def loss(self, X, y):
        Z = self(X)
        true = Z[range(len(y)), y]
        return (log_sum_exp(Z) - true).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% wrong="softmax_regression" name="the maximum is detached where it is put back but not where it is subtracted: gradient loses a one"
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return X.reshape(len(X), -1) @ self.W.T + self.b

    def loss(self, X, y):
        Z = self(X)
        m = Z.max(dim=1).values
        lse = m.detach() + torch.log(torch.exp(Z - m[:, None]).sum(dim=1))
        return (lse - Z[torch.arange(len(y)), y]).mean()


def softmax_regression(X, y, W, b):
    """For the check: scores, loss, and the loss's gradient db of a model with the weights W (q, d) and b (q,)."""
    model = SoftmaxRegression(W.shape[1], W.shape[0]).to(W)
    model.load_state_dict({"W": W, "b": b})
    loss = model.loss(X, y)
    (torch.as_tensor(loss).sum() + 0 * model.b.sum()).backward()  # zeros where the loss has no gradient
    return {"scores": model(X), "loss": loss, "db": model.b.grad}

# %% wrong="softmax_regression" name="reshape to (num_inputs, n) and transpose mixes the pixels of different images, right for n = 1"
class SoftmaxRegression(torch.nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.num_inputs = num_inputs
        self.W = torch.nn.Parameter(torch.zeros(num_outputs, num_inputs))
        self.b = torch.nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        columns = X.reshape(self.num_inputs, -1)
        return (self.W @ columns).T + self.b

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

# %% right="accuracy" name="count the hits in a loop"
def accuracy(Z, y):
    hits = 0
    for i in range(len(y)):
        if int(Z[i].argmax()) == int(y[i]):
            hits += 1
    return hits / len(y)

# %% right="accuracy" name="mean of the comparison in float64"
def accuracy(Z, y):
    return (Z.argmax(dim=1) == y).double().mean().item()

# %% right="accuracy" name="true score equals the row maximum"
def accuracy(Z, y):
    true_scores = Z.gather(1, y.unsqueeze(1)).squeeze(1)
    best = torch.amax(Z, dim=1)
    return int(torch.count_nonzero(true_scores == best)) / Z.shape[0]

# %% wrong="accuracy" name="search for the largest score starts from best = 0, so rows of negative scores predict class 0"
def accuracy(Z, y):
    hits = 0
    for scores, label in zip(Z.tolist(), y.tolist()):
        best, predicted = 0, 0
        for k, score in enumerate(scores):
            if score > best:
                best, predicted = score, k
        hits += predicted == label
    return hits / len(y)

# %% wrong="accuracy" name="counts a hit only if the true class has a probability above 0.5, not if it is the largest"
def accuracy(Z, y):
    P = softmax(Z)
    right = P[torch.arange(len(y)), y] > 0.5
    return right.double().mean().item()

# %% wrong="accuracy" name="rounds the share to two decimals although it is to be returned unrounded"
def accuracy(Z, y):
    hits = (Z.argmax(dim=1) == y).sum().item()
    return round(hits / len(y), 2)

# %% wrong="accuracy" name="averages the accuracy of each class, so rare classes weigh as much as frequent ones"
def accuracy(Z, y):
    predicted = Z.argmax(dim=1)
    shares = []
    for k in y.unique():
        shares.append((predicted[y == k] == k).double().mean().item())
    return sum(shares) / len(shares)

# %% right="trainer" name="running totals and counts"
class Trainer:
    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
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
        count = 0
        for X, y in batches:
            loss = model.loss(X, y)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            total += loss.item() * len(y)
            count += len(y)
        self.history["training loss"].append(total / count)

    def validate(self, model, batches):
        total = 0.0
        hits = 0
        count = 0
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

# %% right="trainer" name="eval and train around validation, weighted mean helper, own accuracy function"
def weighted_mean(values, counts):
    return sum(value * n for value, n in zip(values, counts)) / sum(counts)


class Trainer:
    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
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
        losses, counts = [], []
        for X, y in batches:
            self.optimiser.zero_grad()
            loss = model.loss(X, y)
            losses.append(loss.item())
            counts.append(len(y))
            loss.backward()
            self.optimiser.step()
        self.history["training loss"].append(weighted_mean(losses, counts))

    @torch.no_grad()
    def validate(self, model, batches):
        model.eval()
        losses, shares, counts = [], [], []
        for X, y in batches:
            losses.append(model.loss(X, y).item())
            shares.append(accuracy(model(X), y))
            counts.append(len(y))
        model.train()
        self.history["validation loss"].append(weighted_mean(losses, counts))
        self.history["validation accuracy"].append(weighted_mean(shares, counts))


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% right="trainer" name="validation in one piece by torch.cat, step as a method"
class Trainer:
    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def _step(self, model, X, y):
        loss = model.loss(X, y)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def fit_epoch(self, model, batches):
        sums = [(self._step(model, X, y) * y.shape[0], y.shape[0]) for X, y in batches]
        total, n = map(sum, zip(*sums))
        self.history["training loss"].append(total / n)

    def validate(self, model, batches):
        inputs, labels = zip(*batches)
        X, y = torch.cat(list(inputs)), torch.cat(list(labels))
        with torch.no_grad():
            self.history["validation loss"].append(model.loss(X, y).item())
            hits = model(X).argmax(dim=1).eq(y)
        self.history["validation accuracy"].append(int(hits.sum()) / len(hits))


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="validate calls model.eval() and nobody calls model.train() before the next epoch"
class Trainer:
    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def fit_epoch(self, model, batches):
        total, n = 0.0, 0
        for X, y in batches:
            loss = model.loss(X, y)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            total += loss.item() * len(X)
            n += len(X)
        self.history["training loss"].append(total / n)

    def validate(self, model, batches):
        model.eval()
        total, hits, n = 0.0, 0, 0
        with torch.no_grad():
            for X, y in batches:
                total += model.loss(X, y).item() * len(X)
                hits += (model(X).argmax(dim=1) == y).sum().item()
                n += len(X)
        self.history["validation loss"].append(total / n)
        self.history["validation accuracy"].append(hits / n)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="validation accuracy is the plain mean over minibatches, so a smaller last minibatch weighs too much"
class Trainer:
    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def fit_epoch(self, model, batches):
        total, n = 0.0, 0
        for X, y in batches:
            self.optimiser.zero_grad()
            loss = model.loss(X, y)
            loss.backward()
            self.optimiser.step()
            total += loss.item() * len(y)
            n += len(y)
        self.history["training loss"].append(total / n)

    @torch.no_grad()
    def validate(self, model, batches):
        total, n, shares = 0.0, 0, []
        for X, y in batches:
            total += model.loss(X, y).item() * len(y)
            n += len(y)
            shares.append(accuracy(model(X), y))
        self.history["validation loss"].append(total / n)
        self.history["validation accuracy"].append(sum(shares) / len(shares))


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="gradients are cleared once per epoch before the loop, so they accumulate over the minibatches"
class Trainer:
    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def fit_epoch(self, model, batches):
        self.optimiser.zero_grad()
        total, n = 0.0, 0
        for X, y in batches:
            loss = model.loss(X, y)
            loss.backward()
            self.optimiser.step()
            total += loss.item() * len(y)
            n += len(y)
        self.history["training loss"].append(total / n)

    def validate(self, model, batches):
        total, hits, n = 0.0, 0, 0
        with torch.no_grad():
            for X, y in batches:
                Z = model(X)
                total += model.loss(X, y).item() * len(y)
                hits += int((Z.argmax(dim=1) == y).sum())
                n += len(y)
        self.history["validation loss"].append(total / n)
        self.history["validation accuracy"].append(hits / n)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% wrong="trainer" name="the training loss of a minibatch is computed again after its step instead of the one before"
class Trainer:
    def __init__(self, max_epochs=10, lr=0.1):
        self.max_epochs, self.lr = max_epochs, lr
        self.history = {"training loss": [], "validation loss": [], "validation accuracy": []}

    def fit(self, model, module, curve=None):
        self.optimiser = SGD(model.parameters(), lr=self.lr)
        for epoch in range(self.max_epochs):
            self.fit_epoch(model, module.train_loader())
            self.validate(model, module.validation_loader())
            if curve is not None:
                losses = ("training loss", "validation loss")
                curve.add(epoch + 1, {name: self.history[name][-1] for name in losses})
        return self.history

    def fit_epoch(self, model, batches):
        total, n = 0.0, 0
        for X, y in batches:
            self.optimiser.zero_grad()
            model.loss(X, y).backward()
            self.optimiser.step()
            with torch.no_grad():
                total += model.loss(X, y).item() * len(y)
            n += len(y)
        self.history["training loss"].append(total / n)

    def validate(self, model, batches):
        total, hits, n = 0.0, 0, 0
        with torch.no_grad():
            for X, y in batches:
                total += model.loss(X, y).item() * len(y)
                hits += (model(X).argmax(dim=1) == y).sum().item()
                n += len(y)
        self.history["validation loss"].append(total / n)
        self.history["validation accuracy"].append(hits / n)


def trainer(X, y, w, batch_size, max_epochs, lr):
    """For the check: the weights and the history after training OneFeature(w) on FixedData(X, y, batch_size)."""
    model = OneFeature(w)
    history = Trainer(max_epochs, lr).fit(model, FixedData(X, y, batch_size))
    return {"weights": model.w, **history}

# %% right="hyperparameters" name="loop with continue"
class HyperParameters:
    def keep(self, values, ignore=()):
        self.hparams = {}
        for name, value in values.items():
            if name == "self":
                continue
            if name.startswith("_"):
                continue
            if name in ignore:
                continue
            setattr(self, name, value)
            self.hparams[name] = value


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% right="hyperparameters" name="dict comprehension and vars update"
class HyperParameters:
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

# %% right="hyperparameters" name="copy of the dictionary, deletes what is not wanted, helper predicate"
class HyperParameters:
    @staticmethod
    def _unwanted(name, ignore):
        return name == "self" or name.startswith("_") or any(name == other for other in ignore)

    def keep(self, values, ignore=()):
        kept = dict(values)
        for name in values:
            if self._unwanted(name, ignore):
                del kept[name]
        for name in kept:
            setattr(self, name, kept[name])
        self.hparams = kept


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="hparams is a class attribute, one dictionary that all objects share and fill together"
class HyperParameters:
    hparams = {}

    def keep(self, values, ignore=()):
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

# %% wrong="hyperparameters" name="skips arguments whose value is None, although only the name decides"
class HyperParameters:
    def keep(self, values, ignore=()):
        self.hparams = {}
        for name in values:
            value = values.get(name)
            if value is None or name == "self" or name.startswith("_") or name in ignore:
                continue
            setattr(self, name, value)
            self.hparams[name] = value


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="leaves out only names with two underscores such as __class__, a name like _x is kept"
class HyperParameters:
    def keep(self, values, ignore=()):
        self.hparams = {
            name: value
            for name, value in values.items()
            if name != "self" and not name.startswith("__") and name not in ignore
        }
        for name, value in self.hparams.items():
            setattr(self, name, value)


def hyperparameters(values, ignore):
    """For the check: what an object keeps of these values, in which order, and as attributes."""
    thing = HyperParameters()
    thing.keep({"self": "the object", **values}, ignore=ignore)
    attributes = {name: value for name, value in vars(thing).items() if name != "hparams"}
    return {"hparams": thing.hparams, "order": list(thing.hparams), "attributes": attributes}

# %% wrong="hyperparameters" name="joins ignore to one string and tests for a substring: ignoring lr_decay also drops lr"
class HyperParameters:
    def keep(self, values, ignore=()):
        self.hparams = {}
        left_out = "self " + " ".join(ignore)
        for name, value in values.items():
            if name in left_out or name[0] == "_":
                continue
            self.hparams[name] = value
            setattr(self, name, value)


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
    return torch.bincount(y * q + predicted, minlength=q * q).reshape(q, q)

# %% right="confusion_matrix" name="one-hot tables multiplied in float64, back to int64"
def confusion_matrix(y, predicted, q):
    classes = torch.arange(q)
    is_true = (y[:, None] == classes).double()
    is_said = (predicted[:, None] == classes).double()
    return torch.einsum("ni,nj->ij", is_true, is_said).round().long()

# %% wrong="confusion_matrix" name="pair number is predicted * q + y, so rows are predicted classes and columns true ones"
def confusion_matrix(y, predicted, q):
    pairs = predicted * q + y
    return torch.bincount(pairs, minlength=q * q).view(q, q)

# %% wrong="confusion_matrix" name="counts in uint8, which starts again at 0 when a pair occurs 256 times"
def confusion_matrix(y, predicted, q):
    M = torch.zeros((q, q), dtype=torch.uint8)
    for i in range(len(y)):
        M[y[i], predicted[i]] += 1
    return M.long()

# %% wrong="confusion_matrix" name="pair number y * 10 + predicted is made for ten classes, fails for more than ten"
def confusion_matrix(y, predicted, q):
    counts = torch.bincount(10 * y + predicted, minlength=100)[:100]
    return counts.reshape(10, 10)[:q, :q]

# %% wrong="confusion_matrix" name="takes the number of classes from the largest label found instead of q, missing classes shrink the table"
def confusion_matrix(y, predicted, q):
    q = int(max(y.max(), predicted.max())) + 1
    M = torch.zeros(q, q, dtype=torch.int64)
    ones = torch.ones(len(y), dtype=torch.int64)
    M.index_put_((y, predicted), ones, accumulate=True)
    return M

# %% right="confident_mistakes" name="list of pairs, sorted in Python"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    mistakes = []
    for i in range(len(y)):
        guess = int(Z[i].argmax())
        if guess != int(y[i]):
            mistakes.append((float(P[i, guess]), i))
    mistakes.sort(reverse=True)
    return torch.tensor([i for _, i in mistakes[:k]], dtype=torch.int64)

# %% right="confident_mistakes" name="nonzero and argsort"
def confident_mistakes(Z, y, k):
    rows = (Z.argmax(dim=1) != y).nonzero().squeeze(1)
    confidence = softmax(Z).max(dim=1).values[rows]
    return rows[confidence.argsort(descending=True)[:k]]

# %% right="confident_mistakes" name="ranks by log(1/p - 1), which never saturates, topk of masked values"
def confident_mistakes(Z, y, k):
    best, guess = Z.max(dim=1)
    # log(1/p - 1) is the log-sum-exp of the other scores minus the best one: small when sure
    others = Z - best[:, None]
    others[torch.arange(len(Z)), guess] = -math.inf
    doubt = log_sum_exp(others)
    wrong = guess != y
    doubt = torch.where(wrong, doubt, torch.full_like(doubt, math.inf))
    count = min(k, int(wrong.sum()))
    return torch.topk(doubt, count, largest=False, sorted=True).indices

# %% wrong="confident_mistakes" name="ranks the mistakes by the raw largest score instead of its probability"
def confident_mistakes(Z, y, k):
    score, predicted = Z.max(dim=1)
    rows = torch.where(predicted != y)[0]
    order = torch.argsort(score[rows], descending=True)
    return rows[order][:k]

# %% wrong="confident_mistakes" name="ranks by the smallest probability of the true class, the same only for two classes"
def confident_mistakes(Z, y, k):
    P = softmax(Z)
    rows = torch.where(P.argmax(dim=1) != y)[0]
    p_true = P[rows, y[rows]]
    return rows[p_true.argsort()][:k]

# %% wrong="confident_mistakes" name="takes the k most confident of all predictions first and only then keeps the wrong ones"
def confident_mistakes(Z, y, k):
    confidence, predicted = softmax(Z).max(dim=1)
    top = confidence.argsort(descending=True)[:k]
    return top[predicted[top] != y[top]]

# %% wrong="confident_mistakes" name="only counts mistakes with a probability above one half, less sure ones are left out"
def confident_mistakes(Z, y, k):
    confidence, predicted = softmax(Z).max(dim=1)
    found = [
        (c, i)
        for i, (c, guess, label) in enumerate(zip(confidence.tolist(), predicted.tolist(), y.tolist()))
        if guess != label and c > 0.5
    ]
    found = sorted(found, key=lambda pair: -pair[0])
    return torch.tensor([i for _, i in found][:k], dtype=torch.int64)

# %% right="best_temperature" name="bisection of the slope in beta, loop over the examples"
def best_temperature(Z, y):
    Z = Z.double()
    rows = [row - row.max() for row in Z]
    labels = y.tolist()

    def slope(beta):
        total = 0.0
        for z, k in zip(rows, labels):
            e = torch.exp(beta * z)
            p = e / e.sum()
            total += ((p * z).sum() - z[k]).item()
        return total / len(labels)

    low, high = 0.01, 100.0
    for _ in range(80):
        middle = (low + high) / 2
        if slope(middle) < 0:
            low = middle
        else:
            high = middle
    return 2 / (low + high)

# %% right="best_temperature" name="vectorised halving on a logarithmic scale of T"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    target = Z[torch.arange(len(y)), y].mean()
    low, high = math.log(0.01), math.log(100.0)
    while high - low > 1e-12:
        middle = (low + high) / 2
        expected = (softmax(Z / math.exp(middle)) * Z).sum(dim=1).mean()
        if expected > target:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)

# %% right="best_temperature" name="safeguarded Newton with the variance as second derivative"
class Slope:
    def __init__(self, Z, y):
        Z = Z.double()
        self.Z = Z - Z.amax(dim=1, keepdim=True)
        self.true = self.Z.gather(1, y[:, None]).mean().item()

    def __call__(self, beta):
        P = softmax(beta * self.Z)
        mean = (P * self.Z).sum(dim=1)
        variance = (P * (self.Z - mean[:, None]) ** 2).sum(dim=1)
        return mean.mean().item() - self.true, variance.mean().item()


def best_temperature(Z, y):
    slope = Slope(Z, y)
    low, high, beta = 0.01, 100.0, 1.0
    for step in range(200):
        first, second = slope(beta)
        if first < 0:
            low = beta
        else:
            high = beta
        newton = beta - first / second if second > 0 else high
        if step % 2 == 0 and low < newton < high:
            beta = newton
        else:
            beta = (low + high) / 2
    return 1 / beta

# %% wrong="best_temperature" name="exponentials of beta * Z without taking out the maximum: nan for scores near 1000"
def best_temperature(Z, y):
    Z = Z.double()
    rows = torch.arange(len(y))

    def slope(beta):
        E = torch.exp(beta * Z)
        P = E / E.sum(dim=1, keepdim=True)
        return ((P * Z).sum(dim=1) - Z[rows, y]).mean().item()

    a, b = 0.01, 100.0
    for _ in range(100):
        m = (a + b) / 2
        if slope(m) > 0:
            b = m
        else:
            a = m
    return 1 / a

# %% wrong="best_temperature" name="searches beta only from 0.1 to 10, temperatures below 0.1 or above 10 are never found"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    z_true = Z[torch.arange(len(y)), y]
    low, high = 0.1, 10.0
    for _ in range(100):
        beta = (low + high) / 2
        d = ((softmax(beta * Z) * Z).sum(dim=1) - z_true).mean()
        if d < 0:
            low = beta
        else:
            high = beta
    return 2 / (low + high)

# %% wrong="best_temperature" name="stops when the beta interval is shorter than 1e-5, too coarse for five digits at large T"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    z_true = Z[torch.arange(len(y)), y]
    low, high = 0.01, 100.0
    while high - low > 1e-5:
        beta = 0.5 * (low + high)
        d = ((softmax(beta * Z) * Z).sum(dim=1) - z_true).mean().item()
        low, high = (beta, high) if d < 0 else (low, beta)
    return 1 / (0.5 * (low + high))

# %% wrong="best_temperature" name="gradient descent on beta with a fixed rate of 0.5, diverges or stalls for large or small score gaps"
def best_temperature(Z, y):
    Z = Z.double()
    Z = Z - Z.max(dim=1, keepdim=True).values
    z_true = Z[torch.arange(len(y)), y]
    beta = 1.0
    for _ in range(3000):
        P = softmax(beta * Z)
        beta -= 0.5 * ((P * Z).sum(dim=1) - z_true).mean().item()
    return 1 / beta
