"""Test corpus of honest work: layers and whole networks of week 5, written as the public books write them."""

from answer_corpus import Answer

ANSWERS = (
    Answer(
        "first-layer-path-by-path",
        "week5/backprop first_layer_gradients",
        """
def first_layer_gradients(x, W1, b1, W2, b2, y):
    z0 = W1[0, 0] * x[0] + W1[0, 1] * x[1] + b1[0]
    z1 = W1[1, 0] * x[0] + W1[1, 1] * x[1] + b1[1]
    h0 = max(z0, torch.zeros_like(z0))
    h1 = max(z1, torch.zeros_like(z1))
    y_hat = W2[0, 0] * h0 + W2[0, 1] * h1 + b2[0]
    dy_hat = 2 * (y_hat - y)
    dh0 = dy_hat * W2[0, 0]
    dh1 = dy_hat * W2[0, 1]
    dz0 = dh0 if z0 > 0 else torch.zeros_like(dh0)
    dz1 = dh1 if z1 > 0 else torch.zeros_like(dh1)
    return dz0 * x[0], dz1 * x[1]
""",
        "every path written out",
    ),
    Answer(
        "first-layer-item-and-floats",
        "week5/backprop first_layer_gradients",
        """
def to_list(t):
    return t.detach().cpu().numpy().tolist()

def first_layer_gradients(x, W1, b1, W2, b2, y):
    x, W1, b1, W2, b2, y = map(to_list, (x, W1, b1, W2, b2, y))
    hidden = []
    for row, bias in zip(W1, b1):
        total = bias
        for weight, value in zip(row, x):
            total += weight * value
        hidden.append(total)
    output = b2[0]
    for weight, h in zip(W2[0], hidden):
        if h > 0:
            output += weight * h
    error = output - y
    result = []
    for k in [0, 1]:
        if hidden[k] > 0:
            result.append(torch.tensor(2 * error * W2[0][k] * x[k], dtype=torch.float64))
        else:
            result.append(torch.tensor(0.0, dtype=torch.float64))
    return tuple(result)
""",
        "lists and floats; a tensor is detached although it has no history",
    ),
    Answer(
        "first-layer-whole-matrix",
        "week5/backprop first_layer_gradients",
        """
def first_layer_gradients(x, W1, b1, W2, b2, y):
    Z = W1 @ x + b1
    gate = Z.heaviside(torch.zeros_like(Z))
    e = (W2 @ (gate * Z) + b2 - y).squeeze()
    dW1 = torch.outer(2 * e * W2[0] * gate, x)
    return dW1[0, 0], dW1[1, 1]
""",
        "the whole matrix with heaviside and outer",
    ),
    Answer(
        "two-layer-plain",
        "week5/backprop two_layer_gradients",
        """
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    Y_hat = A1 @ W2.T + b2
    dZ2 = 2 / n * (Y_hat - Y)
    dW2 = dZ2.T @ A1
    db2 = dZ2.sum(dim=0)
    dA1 = dZ2 @ W2
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(dim=0)
    return dW1, db1, dW2, db2
""",
        "the names of the course",
    ),
    Answer(
        "two-layer-einsum",
        "week5/backprop two_layer_gradients",
        """
from torch import einsum

def two_layer_gradients(X, W1, b1, W2, b2, Y):
    pre = einsum("nd,hd->nh", X, W1) + b1
    hidden = pre.clamp_min(0)
    out = einsum("nh,qh->nq", hidden, W2) + b2
    g_out = 2 * (out - Y) / len(X)
    g_pre = einsum("nq,qh,nh->nh", g_out, W2, pre.gt(0).double())
    return (
        einsum("nh,nd->hd", g_pre, X),
        einsum("nh->h", g_pre),
        einsum("nq,nh->qh", g_out, hidden),
        einsum("nq->q", g_out),
    )
""",
        "einsum everywhere",
    ),
    Answer(
        "two-layer-sum-over-examples",
        "week5/backprop two_layer_gradients",
        """
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    dW1, db1 = torch.zeros_like(W1), torch.zeros_like(b1)
    dW2, db2 = torch.zeros_like(W2), torch.zeros_like(b2)
    for x, y in zip(X, Y):
        z = W1.mv(x) + b1
        h = torch.maximum(z, torch.tensor(0.0, dtype=z.dtype))
        e = W2.mv(h) + b2 - y
        d = 2 * e
        dW2 += d.ger(h)
        db2 += d
        back = W2.t().mv(d)
        back[z <= 0] = 0
        dW1 += back.ger(x)
        db1 += back
    for grad in (dW1, db1, dW2, db2):
        grad.div_(len(X))
    return dW1, db1, dW2, db2
""",
        "one example after another, in place; a loop variable called grad",
    ),
    Answer(
        "two-layer-cs231n-cache",
        "week5/backprop two_layer_gradients",
        """
def affine_forward(x, w, b):
    out = x @ w.T + b
    cache = {"x": x, "w": w, "b": b}
    return out, cache

def affine_backward(dout, cache):
    x, w = cache["x"], cache["w"]
    dx = dout @ w
    dw = dout.T @ x
    db = dout.sum(0)
    return dx, dw, db

def relu_fwd(x):
    return torch.clamp(x, min=0), {"x": x}

def relu_bwd(dout, cache):
    return dout * (cache["x"] > 0)

def two_layer_gradients(X, W1, b1, W2, b2, Y):
    caches = {}
    s1, caches["fc1"] = affine_forward(X, W1, b1)
    h, caches["relu"] = relu_fwd(s1)
    scores, caches["fc2"] = affine_forward(h, W2, b2)
    dscores = 2 * (scores - Y) / X.shape[0]
    grads = {}
    dh, grads["W2"], grads["b2"] = affine_backward(dscores, caches["fc2"])
    ds1 = relu_bwd(dh, caches["relu"])
    _, grads["W1"], grads["b1"] = affine_backward(ds1, caches["fc1"])
    return grads["W1"], grads["b1"], grads["W2"], grads["b2"]
""",
        "modular layers with dicts as caches, as in CS231n",
    ),
    Answer(
        "two-layer-dataclass-cache",
        "week5/backprop two_layer_gradients",
        """
from dataclasses import dataclass, field

@dataclass
class Cache:
    X: torch.Tensor
    Z: torch.Tensor
    A: torch.Tensor
    notes: list = field(default_factory=list)

@dataclass(frozen=True)
class Gradients:
    W1: torch.Tensor
    b1: torch.Tensor
    W2: torch.Tensor
    b2: torch.Tensor

    def __iter__(self):
        yield from (self.W1, self.b1, self.W2, self.b2)

def forward(X, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    A = Z * (Z > 0)
    return A @ W2.T + b2, Cache(X, Z, A)

def backward(d_out, cache, W2):
    dZ = (d_out @ W2) * (cache.Z > 0)
    return Gradients(dZ.T @ cache.X, dZ.sum(0), d_out.T @ cache.A, d_out.sum(0))

def two_layer_gradients(X, W1, b1, W2, b2, Y):
    Y_hat, cache = forward(X, W1, b1, W2, b2)
    return tuple(backward(2 * (Y_hat - Y) / len(Y), cache, W2))
""",
        "dataclasses for the cache and the result, a function called backward",
    ),
    Answer(
        "two-layer-module-with-own-backward",
        "week5/backprop two_layer_gradients",
        """
class Layer:
    def __init__(self, W, b):
        self.W, self.b = W, b
        self.grad = {}

    def __call__(self, X):
        self.X = X
        return X @ self.W.T + self.b

    def backward(self, upstream):
        self.grad["W"] = upstream.T @ self.X
        self.grad["b"] = upstream.sum(0)
        return upstream @ self.W

class ReLU:
    def __call__(self, Z):
        self.on = Z > 0
        return Z * self.on

    def backward(self, upstream):
        return upstream * self.on

class Sequential(list):
    def __call__(self, X):
        for layer in self:
            X = layer(X)
        return X

    def backward(self, upstream):
        for layer in reversed(self):
            upstream = layer.backward(upstream)
        return upstream

def two_layer_gradients(X, W1, b1, W2, b2, Y):
    first, second = Layer(W1, b1), Layer(W2, b2)
    net = Sequential([first, ReLU(), second])
    Y_hat = net(X)
    net.backward(2 * (Y_hat - Y) / X.shape[0])
    return first.grad["W"], first.grad["b"], second.grad["W"], second.grad["b"]
""",
        "a subclass of list as a network of layers with backward and grad",
    ),
    Answer(
        "two-layer-numpy",
        "week5/backprop two_layer_gradients",
        """
import numpy as np

def two_layer_gradients(X, W1, b1, W2, b2, Y):
    X, W1, b1, W2, b2, Y = (np.asarray(t) for t in (X, W1, b1, W2, b2, Y))
    Z = np.dot(X, W1.T) + b1
    H = np.maximum(Z, 0)
    E = np.dot(H, W2.T) + b2 - Y
    dO = 2.0 * E / X.shape[0]
    dH = np.dot(dO, W2)
    dH[Z <= 0] = 0
    results = np.dot(dH.T, X), dH.sum(axis=0), np.dot(dO.T, H), dO.sum(axis=0)
    return tuple(torch.from_numpy(np.ascontiguousarray(r)) for r in results)
""",
        "numpy there and back",
    ),
    Answer(
        "two-layer-print-debugging",
        "week5/backprop two_layer_gradients",
        """
import pprint
import sys

DEBUG = True

def show(label, t):
    if DEBUG:
        print(label, tuple(t.shape), file=sys.stderr)

def two_layer_gradients(X, W1, b1, W2, b2, Y):
    z1 = X @ W1.T + b1; show("z1", z1)
    a1 = z1.clamp(min=0.0); show("a1", a1)
    z2 = a1 @ W2.T + b2; show("z2", z2)
    dz2 = 2 * (z2 - Y) / X.shape[0]; show("dz2", dz2)
    dz1 = dz2 @ W2 * (z1 > 0); show("dz1", dz1)
    grads = {"W1": dz1.T @ X, "b1": dz1.sum(0), "W2": dz2.T @ a1, "b2": dz2.sum(0)}
    if DEBUG:
        pprint.pprint({k: list(v.shape) for k, v in grads.items()})
    return grads["W1"], grads["b1"], grads["W2"], grads["b2"]
""",
        "pprint, and prints to sys.stderr",
    ),
    Answer(
        "layer-plain-with-asserts",
        "week5/backprop try_layer_backward",
        """
def layer_backward(dA, cache):
    A_prev, W, Z = cache
    n, h = dA.shape
    assert Z.shape == (n, h), f"Z is {tuple(Z.shape)}"
    dZ = dA * (Z > 0)
    dW = dZ.T @ A_prev
    assert dW.shape == W.shape
    db = dZ.sum(0)
    dA_prev = dZ @ W
    assert dA_prev.shape == A_prev.shape
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))
""",
        "assertions of every shape",
    ),
    Answer(
        "layer-match-on-the-cache",
        "week5/backprop try_layer_backward",
        """
from types import SimpleNamespace

def layer_backward(dA, cache):
    match cache:
        case (A_prev, W, Z):
            c = SimpleNamespace(A_prev=A_prev, W=W, Z=Z)
        case _:
            raise ValueError("a cache has three parts")
    dZ = torch.where(c.Z > 0, dA, torch.zeros_like(dA))
    return dZ.mm(c.W), dZ.t().mm(c.A_prev), dZ.sum(dim=0)


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))
""",
        "match on the cache, types.SimpleNamespace",
    ),
    Answer(
        "layer-loops-over-neurons",
        "week5/backprop try_layer_backward",
        """
def layer_backward(dA, cache):
    A_prev = cache[0]
    W = cache[1]
    Z = cache[2]
    n = len(A_prev)
    d = len(W[0])
    h = len(W)
    dA_prev = torch.zeros((n, d), dtype=torch.float64)
    dW = torch.zeros((h, d), dtype=torch.float64)
    db = torch.zeros(h, dtype=torch.float64)
    for i in range(n):            # every example
        for k in range(h):        # every neuron
            if Z[i][k] > 0:
                db[k] = db[k] + dA[i][k]
                for j in range(d):    # every input
                    dW[k][j] = dW[k][j] + dA[i][k] * A_prev[i][j]
                    dA_prev[i][j] = dA_prev[i][j] + dA[i][k] * W[k][j]
    return dA_prev, dW, db


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))
""",
        "three loops, with comments",
    ),
    Answer(
        "layer-generic-namedtuple-result",
        "week5/backprop try_layer_backward",
        """
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

class Box(Generic[T]):
    def __init__(self, content: T):
        self.content = content

class LayerGradients(NamedTuple):
    dA_prev: torch.Tensor
    dW: torch.Tensor
    db: torch.Tensor

def layer_backward(dA, cache):
    A_prev, W, Z = cache
    box: Box[torch.Tensor] = Box(dA * (Z > 0))
    return LayerGradients(box.content @ W, box.content.T @ A_prev, box.content.sum(0))


def try_layer_backward(dA, A_prev, W, b):
    return layer_backward(dA, (A_prev, W, torch.nn.functional.linear(A_prev, W, b)))
""",
        "Generic, and a NamedTuple as the result",
    ),
    Answer(
        "network-range-one-to-L",
        "week5/backprop network_gradients",
        """
def network_gradients(X, Ws, bs, Y, decay):
    L = len(Ws)
    n = X.shape[0]
    A, Z = {0: X}, {}
    for l in range(1, L + 1):
        Z[l] = A[l - 1] @ Ws[l - 1].T + bs[l - 1]
        A[l] = torch.relu(Z[l]) if l < L else Z[l]
    dZ = 2 * (A[L] - Y) / n
    dWs, dbs = {}, {}
    dWs[L], dbs[L] = dZ.T @ A[L - 1] + decay * Ws[L - 1], dZ.sum(0)
    for l in range(L - 1, 0, -1):
        dZ = (dZ @ Ws[l]) * (Z[l] > 0)
        dWs[l] = dZ.T @ A[l - 1] + decay * Ws[l - 1]
        dbs[l] = dZ.sum(0)
    return [dWs[l] for l in range(1, L + 1)], [dbs[l] for l in range(1, L + 1)]
""",
        "layers numbered from 1: range(1, L + 1) and range(L - 1, 0, -1)",
    ),
    Answer(
        "network-prints-l-plus-one-and-l-minus-one",
        "week5/backprop network_gradients",
        """
def network_gradients(X, Ws, bs, Y, decay):
    inputs, scale = [X], 2 / len(X)
    for l in range(len(Ws)):
        print("layer", l + 1, "of", len(Ws))
        Z = inputs[l] @ Ws[l].T + bs[l]
        inputs.append(Z if l == len(Ws) - 1 else Z.clamp(min=0))
    d = scale * (inputs[-1] - Y)
    dWs, dbs = [], []
    for l in range(len(Ws) - 1, -1, -1):
        print("back to", l - 1)
        dWs.insert(0, d.T @ inputs[l] + decay * Ws[l])
        dbs.insert(0, d.sum(0))
        if l > 0:
            d = d @ Ws[l] * (inputs[l] > 0)
    return dWs, dbs
""",
        "print(l + 1) beside print(l - 1)",
    ),
    Answer(
        "network-nielsen",
        "week5/backprop network_gradients",
        """
class Network:
    '''After chapter 2 of Nielsen's book: activations and zs, then delta.'''

    def __init__(self, weights, biases):
        self.weights, self.biases = weights, biases
        self.num_layers = len(weights) + 1

    def backprop(self, x, y):
        nabla_b = [torch.zeros_like(b) for b in self.biases]
        nabla_w = [torch.zeros_like(w) for w in self.weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = w @ activation + b
            zs.append(z)
            activation = z.clamp(min=0) if len(zs) < self.num_layers - 1 else z
            activations.append(activation)
        delta = self.cost_derivative(activations[-1], y)
        nabla_b[-1] = delta
        nabla_w[-1] = torch.outer(delta, activations[-2])
        for l in range(2, self.num_layers):
            z = zs[-l]
            sp = (z > 0).to(z.dtype)
            delta = self.weights[-l + 1].T @ delta * sp
            nabla_b[-l] = delta
            nabla_w[-l] = torch.outer(delta, activations[-l - 1])
        return nabla_b, nabla_w

    def cost_derivative(self, output_activations, y):
        return 2 * (output_activations - y)


def network_gradients(X, Ws, bs, Y, decay):
    net = Network(Ws, bs)
    nabla_b = [torch.zeros_like(b) for b in bs]
    nabla_w = [torch.zeros_like(w) for w in Ws]
    for x, y in zip(X, Y):
        delta_nabla_b, delta_nabla_w = net.backprop(x, y)
        nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
        nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
    m = len(X)
    return [nw / m + decay * w for nw, w in zip(nabla_w, Ws)], [nb / m for nb in nabla_b]
""",
        "Nielsen's Network.backprop, example by example",
    ),
    Answer(
        "network-ng-parameters-dict",
        "week5/backprop network_gradients",
        """
def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        A_prev = A
        Z = A_prev @ parameters["W" + str(l)].T + parameters["b" + str(l)]
        A = torch.relu(Z)
        caches.append((A_prev, Z))
    AL = A @ parameters["W" + str(L)].T + parameters["b" + str(L)]
    caches.append((A, AL))
    return AL, caches

def L_model_backward(AL, Y, caches, parameters):
    grads = {}
    L = len(caches)
    m = AL.shape[0]
    dZ = 2 * (AL - Y) / m
    for l in reversed(range(L)):
        A_prev, _ = caches[l]
        grads["dW" + str(l + 1)] = dZ.T @ A_prev
        grads["db" + str(l + 1)] = dZ.sum(dim=0)
        if l > 0:
            dA_prev = dZ @ parameters["W" + str(l + 1)]
            dZ = dA_prev * (caches[l - 1][1] > 0)
    return grads

def network_gradients(X, Ws, bs, Y, decay):
    parameters = {}
    for l, (W, b) in enumerate(zip(Ws, bs), start=1):
        parameters["W" + str(l)] = W
        parameters["b" + str(l)] = b
    AL, caches = L_model_forward(X, parameters)
    grads = L_model_backward(AL, Y, caches, parameters)
    L = len(Ws)
    dWs = [grads["dW" + str(l)] + decay * parameters["W" + str(l)] for l in range(1, L + 1)]
    dbs = [grads["db" + str(l)] for l in range(1, L + 1)]
    return dWs, dbs
""",
        "dicts of parameters with numbered keys, as in a well-known online course",
    ),
    Answer(
        "network-recursive",
        "week5/backprop network_gradients",
        """
def network_gradients(X, Ws, bs, Y, decay):
    n = len(X)

    def down(A, rest):
        '''gradients of these layers, and of their input'''
        (W, b), *others = rest
        Z = A @ W.T + b
        if others:
            dWs, dbs, d_up = down(Z.clamp(min=0), others)
            dZ = d_up * (Z > 0)
        else:
            dWs, dbs = [], []
            dZ = 2 * (Z - Y) / n
        return [dZ.T @ A + decay * W, *dWs], [dZ.sum(0), *dbs], dZ @ W

    dWs, dbs, _ = down(X, list(zip(Ws, bs)))
    return dWs, dbs
""",
        "recursion in a closure",
    ),
    Answer(
        "network-closures-as-a-tape",
        "week5/backprop network_gradients",
        """
def network_gradients(X, Ws, bs, Y, decay):
    tape = []
    dWs, dbs = [None] * len(Ws), [None] * len(bs)

    def linear(A, k):
        def back(d):
            dWs[k] = d.T @ A + decay * Ws[k]
            dbs[k] = d.sum(dim=0)
            return d @ Ws[k]
        tape.append(back)
        return A @ Ws[k].T + bs[k]

    def relu(Z):
        tape.append(lambda d: d * (Z > 0))
        return Z.clamp(min=0)

    A = X
    for k in range(len(Ws)):
        A = linear(A, k)
        if k + 1 < len(Ws):
            A = relu(A)
    d = 2 * (A - Y) / len(X)
    while tape:
        d = tape.pop()(d)
    return dWs, dbs
""",
        "a tape of closures",
    ),
    Answer(
        "network-dict-subclass",
        "week5/backprop network_gradients",
        """
import json

class Cache(dict):
    '''A dict whose keys are attributes too.'''

    def __getattr__(self, key):
        return self[key]

def network_gradients(X, Ws, bs, Y, decay):
    steps = [Cache(A=X, on=torch.ones_like(X))]
    for W, b in zip(Ws, bs):
        Z = steps[-1].A @ W.T + b
        last = len(steps) == len(Ws)
        steps.append(Cache(A=Z if last else torch.relu(Z), on=torch.ones_like(Z) if last else (Z > 0).double()))
    print(json.dumps([list(step.A.shape) for step in steps]))
    d = 2 * (steps[-1].A - Y) / len(X)
    grads = []
    for W, step, below in zip(reversed(Ws), reversed(steps), reversed(steps[:-1])):
        d = d * step.on
        grads.append((d.T @ below.A + decay * W, d.sum(0)))
        d = d @ W
    dWs, dbs = zip(*reversed(grads))
    return list(dWs), list(dbs)
""",
        "a subclass of dict as the cache, json",
    ),
    Answer(
        "network-context-manager-and-stack",
        "week5/backprop network_gradients",
        """
import contextlib
import datetime
import re
import string
import timeit

@contextlib.contextmanager
def stopwatch(label):
    started = datetime.datetime.now()
    yield
    print(re.sub(" +", " ", label), datetime.datetime.now() - started)

def network_gradients(X, Ws, bs, Y, decay):
    with stopwatch("forward"):
        As = [X]
        for W, b in zip(Ws, bs):
            As.append(torch.relu(As[-1]) @ W.T + b if len(As) > 1 else X @ W.T + b)
    with stopwatch("backward  pass"):
        d, dWs, dbs = 2 * (As.pop() - Y) / len(X), [], []
        while As:
            A, W = As.pop(), Ws[len(As)]
            H = torch.relu(A) if As else A
            dWs.append(d.T @ H + decay * W)
            dbs.append(d.sum(0))
            d = (d @ W) * (A > 0)
    return dWs[::-1], dbs[::-1]
""",
        "contextlib, datetime, re; string and timeit are imported and not used",
    ),
    Answer(
        "network-abstract-layers-and-protocol",
        "week5/backprop network_gradients",
        """
from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

class Differentiable(Protocol):
    def forward(self, X): ...
    def backward(self, dA): ...

class Layer(ABC):
    made: ClassVar[int] = 0

    def __init__(self, W, b, decay):
        self.W, self.b, self.decay = W, b, decay
        type(self).made += 1

    def forward(self, X):
        self.X, self.Z = X, X @ self.W.T + self.b
        return self.activation(self.Z)

    def backward(self, dA):
        dZ = dA * self.slope(self.Z)
        self.dW, self.db = dZ.T @ self.X + self.decay * self.W, dZ.sum(0)
        return dZ @ self.W

    @abstractmethod
    def activation(self, Z): ...

    @abstractmethod
    def slope(self, Z): ...

class Linear(Layer):
    def activation(self, Z):
        return Z

    def slope(self, Z):
        return 1.0

class Rectified(Layer):
    def activation(self, Z):
        return torch.clamp(Z, min=0)

    def slope(self, Z):
        return (Z > 0).to(Z)

def network_gradients(X, Ws, bs, Y, decay):
    *front, (W, b) = zip(Ws, bs)
    layers = [*(Rectified(W_, b_, decay) for W_, b_ in front), Linear(W, b, decay)]
    A = X
    for layer in layers:
        A = layer.forward(A)
    dA = 2 * (A - Y) / len(X)
    for layer in layers[::-1]:
        dA = layer.backward(dA)
    return [layer.dW for layer in layers], [layer.db for layer in layers]
""",
        "abstract base class, Protocol, ClassVar",
    ),
    Answer(
        "cross-entropy-over-len-y",
        "week5/backprop cross_entropy_backward",
        """
def cross_entropy_backward(Z, y):
    shifted = Z - Z.max(1, keepdim=True)[0]
    e = shifted.exp()
    P = e / e.sum(1, keepdim=True)
    one_hot = torch.zeros_like(P)
    one_hot[range(len(y)), y] = 1
    return (P - one_hot) / len(y)
""",
        "P minus one-hot over len(y)",
    ),
    Answer(
        "cross-entropy-row-by-row",
        "week5/backprop cross_entropy_backward",
        """
import math

def cross_entropy_backward(Z, y):
    n, q = Z.shape
    dZ = []
    for i in range(n):
        row = Z[i].tolist()
        biggest = max(row)
        exps = []
        for value in row:
            exps.append(math.exp(value - biggest))
        total = sum(exps)
        new_row = []
        for j in range(q):
            p = exps[j] / total
            if j == y[i].item():
                new_row.append((p - 1) / n)
            else:
                new_row.append(p / n)
        dZ.append(new_row)
    return torch.tensor(dZ, dtype=Z.dtype)
""",
        "rows as Python lists",
    ),
    Answer(
        "cross-entropy-own-softmax-and-one-hot",
        "week5/backprop cross_entropy_backward",
        """
class SoftmaxCrossEntropy:
    def softmax(self, Z):
        Z = Z - Z.amax(dim=1, keepdim=True)
        return torch.exp(Z) / torch.exp(Z).sum(dim=1, keepdim=True)

    def forward(self, Z, y):
        self.P, self.y = self.softmax(Z), y
        return -torch.log(self.P[torch.arange(len(y)), y]).mean()

    def backward(self):
        T = torch.nn.functional.one_hot(self.y, self.P.shape[1])
        return (self.P - T) / len(self.y)

def cross_entropy_backward(Z, y):
    head = SoftmaxCrossEntropy()
    head.forward(Z, y)
    return head.backward()
""",
        "a class with methods softmax, forward and backward",
    ),
    Answer(
        "cross-entropy-scatter",
        "week5/backprop cross_entropy_backward",
        """
def cross_entropy_backward(Z, y):
    top, _ = torch.max(Z, dim=-1, keepdim=True)
    weights = (Z - top).exp_()
    P = weights.div_(weights.sum(dim=-1, keepdim=True))
    minus = torch.full((len(y), 1), -1.0, dtype=Z.dtype)
    return P.scatter_add_(1, y.view(-1, 1), minus) / Z.size(0)
""",
        "in place on own tensors, scatter_add_",
    ),
    Answer(
        "softmax-backward-jacobian-rows",
        "week5/backprop softmax_backward",
        """
def softmax(z):
    e = torch.exp(z - z.max())
    return e / e.sum()

def jacobian(z):
    p = softmax(z)
    return torch.diag(p) - p[:, None] * p[None, :]

def softmax_backward(dP, Z):
    return torch.stack([jacobian(z).T @ dp for z, dp in zip(Z, dP)])
""",
        "functions of its own called softmax and jacobian",
    ),
    Answer(
        "softmax-backward-sum-form",
        "week5/backprop softmax_backward",
        """
def softmax_backward(dP, Z):
    with torch.no_grad():
        m = Z.max(dim=1, keepdim=True).values
        p = torch.exp(Z - m)
        p /= p.sum(dim=1, keepdim=True)
        dot = torch.einsum("nq,nq->n", dP, p)
        return (dP - dot[:, None]) * p
""",
        "no_grad, in place, einsum",
    ),
)
