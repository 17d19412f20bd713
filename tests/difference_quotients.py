"""By-hand questions of the weeks with honest formulas, and numerical differentiation that answers any of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from course import cases
from course.answers.oracle import _called, gradients

F = torch.nn.functional


class Asking(NamedTuple):
    """A by-hand question: the loss, the inputs to differentiate by, the upstream gradient's name, and its cases."""

    of: Callable[..., torch.Tensor]
    wrt: tuple[str, ...]
    upstream: str | None
    on: list[cases.Case]

    def right(self, case: cases.Case) -> dict[str, torch.Tensor]:
        """Autograd's gradients by name."""
        return gradients(self.of, case.inputs, self.wrt, self.upstream)

    def loss(self, inputs: dict[str, Any]) -> torch.Tensor:
        """The scalar that is differentiated."""
        out = _called(self.of, {name: value for name, value in inputs.items() if name != self.upstream})
        return out if self.upstream is None else (inputs[self.upstream] * out).sum()


def _sums(case: cases.Case) -> torch.Tensor:
    return case["X"] @ case["W1"].T + case["b1"]


def _floats(drawn: list[cases.Case], name: str = "y") -> list[cases.Case]:
    return [cases.example(**{**case.inputs, name: case[name].double()}) for case in drawn]


def _labels(nets: list[cases.Case]) -> list[cases.Case]:
    return [cases.example(X=c["X"], Ws=c["Ws"], bs=c["bs"], y=c["Y"].argmax(dim=1)) for c in nets]


def _chain(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    for weight, bias in zip(w, b, strict=True):
        x = torch.sigmoid(weight * x + bias)
    return x


def _network(X: torch.Tensor, Ws: Any, bs: Any) -> torch.Tensor:
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        X = torch.relu(X @ W.T + b)
    return X @ Ws[-1].T + bs[-1]


def _decayed(X: torch.Tensor, Ws: Any, bs: Any, Y: torch.Tensor, decay: float) -> torch.Tensor:
    return (_network(X, Ws, bs) - Y).square().sum(1).mean() + decay / 2 * sum(W.square().sum() for W in Ws)


def _two_layers(X, W1, b1, W2, b2, Y):
    return (torch.relu(X @ W1.T + b1) @ W2.T + b2 - Y).square().sum(1).mean()


def _stretch(x):
    while x.abs() < 100:
        x = 3 * x
    return -x / 2 if x < 0 else x


ROWS = {"dA": "n h", "Z": "n h"}
TWO = {"X": "n d", "W1": "h d", "b1": "h", "W2": "q h", "b2": "q", "Y": "n q"}
REGRESSION = {"X": "n d", "T": "n q", "W": "q d", "b": "q"}


def questions(seed0: int = 100) -> dict[str, Asking]:
    """The questions by name, their cases drawn from ``seed0`` on; "large" scores stand among some, as in the weeks."""
    activations = {
        "tanh": torch.tanh,
        "sigmoid": lambda Z: 1 / (1 + torch.exp(-Z)),
        "silu": F.silu,
        "softplus": F.softplus,
        "elu": F.elu,
        "own": lambda Z: Z * torch.sigmoid(1.7 * Z) - 0.6 * torch.tanh(Z),
    }
    rows = cases.draw(seeds=24, seed0=seed0, **ROWS)
    found = {name: Asking(of, ("Z",), "dA", rows) for name, of in activations.items()}
    scores = cases.draw(seeds=24, seed0=seed0, Z="n q", y="n:q")
    scores += [cases.example(Z=500 * c["Z"], y=c["y"]) for c in cases.draw(seeds=4, seed0=seed0 + 50, Z="n q", y="n:q")]
    scores += [cases.example(Z=c["Z"] - 2000, y=c["y"]) for c in cases.draw(seeds=2, seed0=seed0, Z="n q", y="n:q")]
    binary = _floats(cases.draw(seeds=24, seed0=seed0, z="n", y="n:2"))
    far = [cases.example(z=400 * case["z"], y=case["y"]) for case in binary[:6]]
    chances = [cases.example(a=torch.sigmoid(case["z"]), y=case["y"]) for case in binary]
    deep = cases.layers(seeds=8, seed0=seed0, depth=(1, 3), decay=0.0)
    deep += cases.layers(seeds=16, seed0=seed0 + 100, depth=(2, 5), decay=0.7)
    drawn = cases.draw(seeds=24, seed0=seed0, **REGRESSION)
    shares = [cases.example(**{**c.inputs, "T": torch.softmax(2 * c["T"], dim=1)}) for c in drawn]
    steep = [cases.example(**{**c.inputs, "W": 300 * c["W"]}) for c in shares[:4]]
    logistic = _floats(cases.draw(seeds=24, seed0=seed0, X="n d", y="n:2", w="d", b=""))
    nets = _labels(cases.layers(seeds=16, seed0=seed0, depth=(1, 4)))
    chains = cases.draw(seeds=20, seed0=seed0, x="", w="l", b="l") + cases.draw(
        seeds=3, seed0=seed0, x="", w="1", b="1"
    )
    linear = cases.draw(seeds=24, seed0=seed0, X="n d", y="n", w="d", b="")

    def surprise(a, y):
        return -(y * a.log() + (1 - y) * (1 - a).log()).mean()

    def regression(X, T, W, b):
        return F.cross_entropy(X @ W.T + b, T)

    return found | {
        "softmax": Asking(lambda Z: torch.softmax(Z, 1), ("Z",), "dP", cases.draw(seeds=24, dP="n q", Z="n q")),
        "cross_entropy": Asking(lambda Z, y: F.cross_entropy(Z, y), ("Z",), None, scores),
        "logistic_da": Asking(surprise, ("a",), None, chances),
        "logistic_dz": Asking(lambda z, y: F.binary_cross_entropy_with_logits(z, y), ("z",), None, binary + far),
        "logistic": Asking(
            lambda X, y, w, b: F.binary_cross_entropy_with_logits(X @ w + b, y), ("w", "b"), None, logistic
        ),
        "linear": Asking(lambda X, y, w, b: ((X @ w + b - y) ** 2).mean() / 2, ("w", "b"), None, linear),
        "stretch": Asking(_stretch, ("x",), None, cases.draw(seeds=10, seed0=seed0, x="")),
        "chain": Asking(_chain, ("x",), None, chains),
        "two_layers": Asking(
            _two_layers, ("W1", "b1", "W2", "b2"), None, cases.draw(seeds=24, seed0=seed0, away=_sums, **TWO)
        ),
        "network": Asking(_decayed, ("Ws", "bs"), None, deep),
        "regression": Asking(regression, ("W", "b"), None, shares),
        "steep": Asking(regression, ("W", "b"), None, steep),
        "classifier": Asking(lambda X, Ws, bs, y: F.cross_entropy(_network(X, Ws, bs), y), ("Ws", "bs"), None, nets),
    }


def in_form(found: list[torch.Tensor], asking: Asking, inputs: dict[str, Any]) -> Any:
    """Gradients in the order of the flat inputs, in the form in which a student returns them."""
    parts, given = iter(found), []
    for name in asking.wrt:
        value = inputs[name]
        given.append([next(parts) for _ in value] if isinstance(value, list) else next(parts))
    return given[0] if len(given) == 1 else tuple(given)


def by_rows(asking: Asking, rule: Callable[[Callable[[float], torch.Tensor]], torch.Tensor]) -> Callable[..., Any]:
    """An answer that differentiates an activation in all entries at once with ``rule``."""
    return lambda dA, Z: dA * rule(lambda h: asking.of(Z + h))


def by_entries(asking: Asking, rule: Callable[[Callable[[float], float]], float]) -> Callable[..., Any]:
    """An answer that differentiates the loss by each entry with ``rule``, which gets the loss along that entry."""

    def answer(*values: Any) -> Any:
        inputs = dict(zip(asking.on[0].inputs, values, strict=True))
        inputs = {k: [t.clone() for t in v] if isinstance(v, list) else v for k, v in inputs.items()}
        found = []
        for name in asking.wrt:
            for tensor in inputs[name] if isinstance(inputs[name], list) else [inputs[name]]:
                slopes = torch.zeros_like(tensor)
                for place in range(tensor.numel()):
                    flat = tensor.view(-1)
                    before = flat[place].item()

                    def along(h: float, flat=flat, place=place, before=before) -> float:
                        flat[place] = before + h
                        loss = asking.loss(inputs).item()
                        flat[place] = before
                        return loss

                    slopes.view(-1)[place] = rule(along)
                found.append(slopes)
        return in_form(found, asking, inputs)

    return answer


def forward(h):
    return lambda f: (f(h) - f(0)) / h


def central_rounded(h):
    """A step that a binary number holds, so that x + h is exact; or one that is not."""
    return lambda f: (f(h) - f(-h)) * (0.5 / h)


def central(h):
    return lambda f: (f(h) - f(-h)) / (2 * h)


def five_points(h):
    return lambda f: (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


def seven_points(h):
    return lambda f: (45 * (f(h) - f(-h)) - 9 * (f(2 * h) - f(-2 * h)) + f(3 * h) - f(-3 * h)) / (60 * h)


def richardson(h, levels):
    def rule(f):
        row = [(f(h / 2**k) - f(-h / 2**k)) / (2 * h / 2**k) for k in range(levels)]
        for order in range(1, levels):
            row = [(4**order * b - a) / (4**order - 1) for a, b in zip(row, row[1:], strict=False)]
        return row[0]

    return rule


def chebyshev(h, count):
    """The slope at 0 of the polynomial through values at Chebyshev's points on [-h, h]."""
    points = [math.cos(math.pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    powers = torch.tensor([[x**j for j in range(count)] for x in points], dtype=torch.float64)
    weights = torch.linalg.inv(powers)[1].tolist()
    return lambda f: sum(weight * f(h * x) for weight, x in zip(weights, points, strict=True)) / h


RULES = {
    "forward 1e-4": forward(1e-4),
    "forward 1e-6": forward(1e-6),
    "forward 1e-8": forward(1e-8),
    "forward 1e-10": forward(1e-10),
    "central 1e-3": central(1e-3),
    "central 1e-4": central(1e-4),
    "central 3e-5": central(3e-5),
    "central 1e-5": central(1e-5),
    "central 6e-6": central(6e-6),
    "central 1e-6": central(1e-6),
    "central 1e-7": central(1e-7),
    "central 2^-16": central(2.0**-16),
    "five points 1e-2": five_points(1e-2),
    "five points 1e-3": five_points(1e-3),
    "five points 1e-4": five_points(1e-4),
    "seven points 1e-2": seven_points(1e-2),
    "richardson 0.1 / 4": richardson(0.1, 4),
    "richardson 0.01 / 3": richardson(0.01, 3),
    "richardson 2^-9 / 2": richardson(2.0**-9, 2),
    "chebyshev 0.5 / 9": chebyshev(0.5, 9),
    "chebyshev 0.5 / 15": chebyshev(0.5, 15),
    "central, times 0.5/h": central_rounded(1e-5),
    "central 1": central(1.0),
}
