"""Questions of practice 2, weeks 4 to 6: networks, activations, gradients and training.

No ID draws a hidden mistake; the bounds that make it so stand beside the numbers. Tensors are float64.
"""

from __future__ import annotations

from typing import Any

import torch

from course.practices.question import float64, question
from course.runtime.student_id import Digits


@question("abcdefg")
def network(own: Digits) -> dict[str, Any]:
    """A network W1 (3, 2), b1 (3,), W2 (1, 3), b2 (1,) and a minibatch X (4, 2); the sizes 1 to 4 all differ.

    Every hidden neuron is on for some examples and off for others: for 3, 2 and 2 of the four when f is even, for 2, 1
    and 2 when it is odd (never all for 2, which would be right for those who count the others too). No pre-activation
    is nearer to 0 than 0.14. The lowest output is below -0.1, the highest above 0.1.
    """
    a, b, c, d, e, f, g = own
    X = [[120 + a, -70 - b], [-90 - c, 140 + d], [60 + e, 110 + f], [-130 - g, -40 - a]]
    W1 = [[50 + 5 * a, 15], [10, -55 - 5 * b], [-40 - 5 * c, 6 + d]]
    b1 = [1 + f, 1 + g, -1 - e]
    neuron, (x0, x1), wanted = (1, X[3], -15) if f % 2 else (0, X[1], 15)  # -0.3 or 0.3 there, in fiftieths
    b1[neuron] = round(wanted - (W1[neuron][0] * x0 + W1[neuron][1] * x1) / 100)
    return {
        "X": float64(X, 100),
        "W1": float64(W1, 50),
        "b1": float64(b1, 50),
        "W2": float64([[5 + e, -7 - f, -9 - g]], 10),
        "b2": float64([1 + a], 20),
    }


@question("abcdef")
def corners(own: Digits) -> dict[str, Any]:
    """Four corners X (4, 2) of a rectangle, and what to answer there, Y (4, 1): ``low``, ``high``, ``high``, ``low``.

    Its sides, 2.25 to 4.5 and 0.375 to 1.5, are never equal; low is negative, high positive, and neither is 0.
    """
    left, down = (2 + own.a) / 4, -(3 + own.b) / 4
    right, up = left + (9 + own.c) / 4, down + (3 + own.d) / 8
    low, high = -(1 + own.e) / 2, (2 + own.f) / 2
    X = float64([[left, down], [left, up], [right, down], [right, up]])
    return {"X": X, "Y": float64([[low], [high], [high], [low]]), "low": low, "high": high}


@question("ab")
def activation(own: Digits) -> dict[str, Any]:
    """The constants of an activation: beta, odd sixteenths from 13/16, never 1; gamma, odd fortieths, 0.075 to 0.525.

    So gamma is never one half, and the activation's slope at 0, which the visible check looks at, is never 0.
    """
    return {"beta": (13 + 2 * own.a) / 16, "gamma": (3 + 2 * own.b) / 40}


@question("cdef")
def graph(own: Digits) -> dict[str, Any]:
    """Four plain numbers k, x, y, t; x y + t is below -1.6, t never 1, no gradient 0, and k is never its square."""
    return {"k": (25 + 2 * own.c) / 8, "x": (20 + own.d) / 10, "y": -(15 + own.e) / 10, "t": (9 + 2 * own.f) / 20}


@question("efg")
def gradients(own: Digits) -> dict[str, Any]:
    """The slope of a leaky ReLU, 3/32 to 12/32 (exact in float32 too), the weight decay, and a factor of the loss."""
    return {"slope": (3 + own.e) / 32, "decay": (1 + own.f) / 50, "scale": (3 + own.g) / 2}


@question("abcdefg")
def scores(own: Digits) -> dict[str, Any]:
    """Scores Z (3, 4) and class numbers y (3,), int64.

    The last row is too large for the exponential; its third score is so far below the others that shifting the row by
    its smallest score overflows too, and that its probability is exactly 0. It is never the true class. No other
    probability is below 0.001, and no score is a thousand times another one, so that PyTorch prints no exponents.
    """
    a, b, c, d, e, f, g = own
    Z = [[13 + 2 * a, -12 - b, 17 + c, 26], [-14 - d, 12 + 2 * e, 19 + f, -21], [8000 + g, 8012, -1095 - a, 8006 + b]]
    return {"Z": float64(Z, 10), "y": torch.tensor([(a + 1) % 4, (d + 2) % 4, (0, 1, 3)[g % 3]])}


@question("abcdefg")
def claims(own: Digits) -> dict[str, Any]:
    """The numbers of `network`, and five claims A to E: targets Y (4, 1) of its own, and what dW1, db1, dW2, db2 are.

    The loss is the mean squared error. In three of the claims (digit e says which) one of the four gradients (digit f
    begins) is spoilt by a factor (digit g enters it). The targets miss the outputs by 0.5 to 2.3: no error is 0. They
    differ between the claims, so that no claim gives another one away.
    """
    numbers = vars(network("U" + "".join(map(str, own)) + "X"))
    X, P = numbers["X"], [numbers[name].clone().requires_grad_() for name in ("W1", "b1", "W2", "b2")]
    triples = [(i, j, k) for i in range(5) for j in range(i + 1, 5) for k in range(j + 1, 5)]
    factors = dict(zip(triples[own.e], (0.25, 1 + (1 + own.g) / 20, -1.0), strict=True))
    names, found = ("dW1", "db1", "dW2", "db2"), {}
    for claim, letter in enumerate("ABCDE"):
        outputs = torch.relu(X @ P[0].T + P[1]) @ P[2].T + P[3]
        misses = float64([[7], [-9], [11], [-6]], 10).roll(claim, 0) * (1 + claim / 4)
        Y = (outputs.detach() * 10).round() / 10 + misses
        right = torch.autograd.grad((outputs - Y).square().mean(), P)
        found[letter] = {"Y": Y, **dict(zip(names, right, strict=True))}
        if claim in factors:
            found[letter][names[(own.f + 3 * claim) % 4]] *= factors[claim]
    return {**numbers, "claims": found}


@question("abcd")
def sizes(own: Digits) -> dict[str, Any]:
    """The widths of a deep network: 100 to 199 inputs, 60 to 69 and 30 to 39 hidden neurons, 10 outputs.

    Where a wide network could have exactly as many parameters, and rounding would not show, there are 40 to 49 instead.
    """
    inputs, first, second = 100 + 10 * own.a + own.b, 60 + own.c, 30 + own.d
    even = (first * (inputs + 1) + second * (first + 11)) % (inputs + 11) == 0
    return {"widths": [inputs, first, second + 10 * even, 10]}


@question("abcdefg")
def training(own: Digits) -> dict[str, Any]:
    """A start W1 (2, 2), b1 (2,), W2 (1, 2), b2 (1,) for a tanh network on XOR, a learning rate and a number of steps.

    X (4, 2) and Y (4, 1) with labels -1 and 1. tanh has no kink; lr is at most 0.14, and the loss falls in every step.
    """
    a, b, c, d, e, f, g = own
    return {
        "X": float64([[0, 0], [0, 1], [1, 0], [1, 1]]),
        "Y": float64([[-1], [1], [1], [-1]]),
        "W1": float64([[3 + a, -4 - b], [-5 - c, 6 + d]], 10),
        "b1": float64([2 + e, -1 - f], 10),
        "W2": float64([[4 + g, 13 - a]], 10),
        "b2": float64([1 + b], 20),
        "lr": (5 + f) / 100,
        "steps": 12 + g,
    }
