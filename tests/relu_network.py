"""A network with ReLUs and its gradients by hand, for tests of checks: plain functions, as a student writes them."""


def network(X, Ws, bs, Y):
    """The squared error, averaged over the examples."""
    A = X
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        A = (A @ W.T + b).relu()
    return ((A @ Ws[-1].T + bs[-1] - Y) ** 2).sum() / len(X)


def gradients(X, Ws, bs, Y, *, masked=True):
    """Its gradients with respect to Ws and bs; ``masked=False`` forgets the ReLUs on the way back."""
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        As.append((As[-1] @ W.T + b).relu())
    dZ = 2 * (As[-1] @ Ws[-1].T + bs[-1] - Y) / len(X)
    dWs, dbs = [], []
    for W, A in zip(reversed(Ws), reversed(As), strict=True):
        dWs.insert(0, dZ.T @ A)
        dbs.insert(0, dZ.sum(0))
        dZ = (dZ @ W) * (A > 0 if masked else 1)
    return dWs, dbs
