"""The practices' questions: functions of a student's ID that return the numbers of one question each.

The same digits give the same numbers, always; every digit that a question uses changes its numbers. No ID draws a
hidden mistake: sizes differ, no factor is 0, no pre-activation and no score lies on a kink, no training runs away. The
bounds that make it so stand beside the numbers. Tensors are float64.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch

from course.runtime.student_id import OTHER_ID, VARIABLE, Digits, NotAnID, digits, is_id, on_record

__all__ = ["OTHER_ID", "QUESTIONS", "VARIABLE", "Digits", "NotAnID", "Numbers", "digits", "is_id", "on_record"]

Question = Callable[[str], "Numbers"]
QUESTIONS: dict[str, Question] = {}  #: All questions by name; each has the letters of its digits in ``.digits``.


class Numbers(SimpleNamespace):
    """The numbers of one question, by name: ``numbers.w``. Shown with one name to a paragraph."""

    def __repr__(self) -> str:
        return _text(vars(self))


def _text(value: Any) -> str:
    """A value as a student reads it; a dictionary with one name to a paragraph."""
    if not isinstance(value, dict):
        return value.strip("\n") if isinstance(value, str) else repr(value)
    width, lines = max(map(len, value), default=0), []
    for name, part in value.items():
        lead = f"{name:<{width}} = "
        lines.append(lead + _text(part).replace("\n", "\n" + " " * len(lead)))
    return "\n".join(lines)


def _question(letters: str) -> Callable[[Callable[[Digits], dict[str, Any]]], Question]:
    """Make a question, asked with an ID, of a function that makes its numbers from the digits; it uses ``letters``."""

    def make(numbers: Callable[[Digits], dict[str, Any]]) -> Question:
        @functools.wraps(numbers)
        def question(student_id: str) -> Numbers:
            return Numbers(**numbers(digits(student_id)))

        question.digits = letters
        QUESTIONS[numbers.__name__] = question
        __all__.append(numbers.__name__)
        return question

    return make


def _t(values: Any, divisor: float = 1.0) -> torch.Tensor:
    """A float64 tensor of whole numbers divided by ``divisor``, so that 0.7 is the float64 nearest to 0.7."""
    return torch.tensor(values, dtype=torch.float64) / divisor


def _solved(score: float, bias: float, first: float, w1: float) -> float:
    """The x1, in hundredths, at which the line's score is nearly ``score``, when w0 x0 is ``first``."""
    return round((score - bias - first) / w1, 2)


# Practice 1: weeks 1 to 3


@_question("abcd")
def block(own: Digits) -> dict[str, Any]:
    """numbers (2, rows, columns), counted from abcd on, and two places j and k that are neither first nor last.

    rows is 3 to 5, columns 6 to 9: all sizes differ, and the number of rows and columns is never 2.
    """
    rows, columns = 3 + own.a % 3, 6 + own.b % 4
    start = 1000 * own.a + 100 * own.b + 10 * own.c + own.d
    T = _t(range(start, start + 2 * rows * columns)).reshape(2, rows, columns)
    return {"numbers": T, "j": 1 + own.c % (rows - 2), "k": 2 + own.d % 3}


@_question("abcdefg")
def shares(own: Digits) -> dict[str, Any]:
    """Sold goods A (3, 4), positive, and two price lists B (2, 4), positive; the sizes 2, 3, 4 differ."""
    a, b, c, d, e, f, g = own
    A = _t([[1 + a, 12 + b, 3 + c, 25 + d], [14 + e, 2 + f, 31 + g, 4 + a], [5 + b, 16 + d, 7 + f, 18 + c]])
    return {"A": A, "B": _t([[11 + g, 24 + f, 37 + e, 50 + d], [13 + c, 21 + b, 42 + a, 55 + g]], 10)}


@_question("abcdefg")
def table(own: Digits) -> dict[str, Any]:
    """The CSV text of a table with five rows; one number and one word are missing, in different rows.

    As in week 1 there is a space after each comma.
    The numbers lie in 3-12, 14-23, 25-34 and 80-89: all differ, and their mean is above 30, their median below 29.
    """
    a, b, c, d, e, f, g = own
    numbers = [str(3 + a), str(14 + b), str(80 + c), str(25 + d)]
    words = ["market", "harbour", "market", "harbour"]
    numbers.insert(e % 5, "NA")
    words.insert((e + 2) % 5, "NA")
    prices = [21 + e, 43 + f, 65 + g, 30 + a, 52 + b]
    rows = [f"{n}, {w}, {p / 10}" for n, w, p in zip(numbers, words, prices, strict=True)]
    return {"text": "\n".join(["chairs, place, price", *rows]) + "\n"}


@_question("abcdefg")
def neuron(own: Digits) -> dict[str, Any]:
    """One neuron W (1, 2), b (1,), one example x (2,), y (1,), and a learning rate.

    The prediction is at most 2.3 and y at least 3.5, so the error is never 0. lr (x·x + 1) is below 0.47, so that one
    step neither reaches the target nor passes it.
    """
    a, b, c, d, e, f, g = own
    return {
        "W": _t([[3 + a, -(4 + b)]], 10),
        "b": _t([2 + c], 10),
        "x": _t([5 + d, 16 + e], 10),
        "y": _t([35 + f], 10),
        "lr": (1 + g) / 200,
    }


@_question("abcdefg")
def line(own: Digits) -> dict[str, Any]:
    """Five points x (5, 1), y (5,) that zigzag, so that no line meets them all; a learning rate and a number of steps.

    The x rise by at least 0.55 each. The mean of x² + 1 is below 9.1 and lr at most 0.14, so that descent on half the
    mean squared error is stable (lr times the curvature stays below 1.3).
    """
    a, b, c, d, e, f, g = own
    x = _t([[a], [20 + b], [40 + c], [60 + d], [90]], 20)
    y = _t([23 + e, 18, 40 + f, 27, 56 + g], 10)
    return {"x": x, "y": y, "lr": (5 + e) / 100, "steps": 10 + f}


@_question("abcdefg")
def side(own: Digits) -> dict[str, Any]:
    """A line w (2,), b (), four points X (4, 2) and their classes y (4,).

    The scores are above 0.1 or below -0.1: 2 w0 + b is at least 0.9 (the height at x0 = 2 is not 0). The third point
    is on the wrong side, so the margin is negative. The fourth is made from its score, 0.3 to 0.75: whoever compares
    the scores with 1 instead of 0 gives it the wrong class. Rounding it to hundredths moves that by at most 0.01.
    """
    a, b, c, d, e, f, g = own
    w0, w1, bias, x0 = (10 + a) / 10, -(10 + b) / 10, -(2 + f) / 10, (10 + g) / 10
    x1 = _solved(0.3 + g / 20, bias, w0 * x0, w1)
    X = [[(15 + c) / 10, -0.5], [-1, (15 + d) / 10], [0.5, (9 + e) / 10], [x0, x1]]
    return {"w": _t([w0, w1]), "b": _t(bias), "X": _t(X), "y": _t([1, -1, 1, 1])}


@_question("defg")
def perceptron(own: Digits) -> dict[str, Any]:
    """Five points X (5, 2) with classes y (5,) that a line separates.

    For all 10,000 choices a training from zero makes at least three mistakes, ends within 10 epochs, and apart from
    the very first score none is nearer to 0 than 0.0001: rounding decides nothing.
    """
    X = [[200 + 10 * own.d, 113], [70 + 10 * own.e, 41], [127, 210 + 10 * own.f], [33, 50 + 10 * own.g], [-90, 60]]
    return {"X": _t(X, 100), "y": _t([1, -1, 1, -1, -1])}


@_question("abcdefg")
def svm(own: Digits) -> dict[str, Any]:
    """A line w (2,), b (), a number lam, five points X (5, 2) and their classes y (5,).

    The points are made from their scores: outside the street, inside, wrong side, outside, inside. Rounding X to
    hundredths moves a score by at most 0.007; none is nearer than 0.19 to 0, or than 0.24 to the street's edge.
    """
    a, b, c, d, e, f, g = own
    w0, w1, bias = (10 + a) / 10, (5 + b) / 10, (2 + c) / 20
    wanted = [1.5 + d / 10, 0.3 + e / 20, -0.4 - f / 10, -1.4 - g / 10, -0.2 - a / 20]
    across = [1.2, -0.7, 0.5, -1.1, 0.9]
    X = [[u, _solved(z, bias, w0 * u, w1)] for z, u in zip(wanted, across, strict=True)]
    return {"w": _t([w0, w1]), "b": _t(bias), "lam": (1 + g) / 100, "X": _t(X), "y": _t([1, 1, 1, -1, -1])}


@_question("abcdefg")
def logistic(own: Digits) -> dict[str, Any]:
    """Weights w (2,), b (), four examples X (4, 2) and their classes y (4,), 1 or 0.

    The last score is above 890, on the wrong side: whoever takes the exponential of it gets infinity. No entry of X is
    a thousand times another one, so that PyTorch prints them without exponents.
    """
    a, b, c, d, e, f, g = own
    return {
        "w": _t([15 + a, -(3 + b)], 10),
        "b": _t(4 + c, 20),
        "X": _t([[10 + d, -8], [-12, 8 + e], [9, 15 + f], [6000 + 100 * g, 10]], 10),
        "y": _t([1, 0, 1, 0]),
    }


# Practice 2: weeks 4 to 6


@_question("abcdefg")
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
        "X": _t(X, 100),
        "W1": _t(W1, 50),
        "b1": _t(b1, 50),
        "W2": _t([[5 + e, -7 - f, -9 - g]], 10),
        "b2": _t([1 + a], 20),
    }


@_question("abcdef")
def corners(own: Digits) -> dict[str, Any]:
    """Four corners X (4, 2) of a rectangle, and what to answer there, Y (4, 1): ``low``, ``high``, ``high``, ``low``.

    Its sides, 2.25 to 4.5 and 0.375 to 1.5, are never equal; low is negative, high positive, and neither is 0.
    """
    left, down = (2 + own.a) / 4, -(3 + own.b) / 4
    right, up = left + (9 + own.c) / 4, down + (3 + own.d) / 8
    low, high = -(1 + own.e) / 2, (2 + own.f) / 2
    X = _t([[left, down], [left, up], [right, down], [right, up]])
    return {"X": X, "Y": _t([[low], [high], [high], [low]]), "low": low, "high": high}


@_question("ab")
def activation(own: Digits) -> dict[str, Any]:
    """The constants of an activation: beta, odd sixteenths from 13/16, never 1; gamma, odd fortieths, 0.075 to 0.525.

    So gamma is never one half, and the activation's slope at 0, which the visible check looks at, is never 0.
    """
    return {"beta": (13 + 2 * own.a) / 16, "gamma": (3 + 2 * own.b) / 40}


@_question("cdef")
def graph(own: Digits) -> dict[str, Any]:
    """Four plain numbers k, x, y, t; x y + t is at most -1.7, no gradient is 0, and k is never its square."""
    return {"k": (25 + 2 * own.c) / 8, "x": (20 + own.d) / 10, "y": -(15 + own.e) / 10, "t": (4 + own.f) / 10}


@_question("efg")
def gradients(own: Digits) -> dict[str, Any]:
    """The slope of a leaky ReLU, 3/32 to 12/32 (exact in float32 too), the weight decay, and a factor of the loss."""
    return {"slope": (3 + own.e) / 32, "decay": (1 + own.f) / 50, "scale": (3 + own.g) / 2}


@_question("abcdefg")
def scores(own: Digits) -> dict[str, Any]:
    """Scores Z (3, 4) and class numbers y (3,), int64.

    The last row is too large for the exponential; its third score is so far below the others that shifting the row by
    its smallest score overflows too, and that its probability is exactly 0. It is never the true class. No other
    probability is below 0.001, and no score is a thousand times another one, so that PyTorch prints no exponents.
    """
    a, b, c, d, e, f, g = own
    Z = [[13 + 2 * a, -12 - b, 17 + c, 26], [-14 - d, 12 + 2 * e, 19 + f, -21], [8000 + g, 8012, -1095 - a, 8006 + b]]
    return {"Z": _t(Z, 10), "y": torch.tensor([(a + 1) % 4, (d + 2) % 4, (0, 1, 3)[g % 3]])}


@_question("abcdefg")
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
        misses = _t([[7], [-9], [11], [-6]], 10).roll(claim, 0) * (1 + claim / 4)
        Y = (outputs.detach() * 10).round() / 10 + misses
        right = torch.autograd.grad((outputs - Y).square().mean(), P)
        found[letter] = {"Y": Y, **dict(zip(names, right, strict=True))}
        if claim in factors:
            found[letter][names[(own.f + 3 * claim) % 4]] *= factors[claim]
    return {**numbers, "claims": found}


@_question("abcd")
def sizes(own: Digits) -> dict[str, Any]:
    """The widths of a deep network: 100 to 199 inputs, 60 to 69 and 30 to 39 hidden neurons, 10 outputs.

    Where a wide network could have exactly as many parameters, and rounding would not show, there are 40 to 49 instead.
    """
    inputs, first, second = 100 + 10 * own.a + own.b, 60 + own.c, 30 + own.d
    even = (first * (inputs + 1) + second * (first + 11)) % (inputs + 11) == 0
    return {"widths": [inputs, first, second + 10 * even, 10]}


@_question("abcdefg")
def training(own: Digits) -> dict[str, Any]:
    """A start W1 (2, 2), b1 (2,), W2 (1, 2), b2 (1,) for a tanh network on XOR, a learning rate and a number of steps.

    X (4, 2) and Y (4, 1) with labels -1 and 1. tanh has no kink; lr is at most 0.14, and the loss falls in every step.
    """
    a, b, c, d, e, f, g = own
    return {
        "X": _t([[0, 0], [0, 1], [1, 0], [1, 1]]),
        "Y": _t([[-1], [1], [1], [-1]]),
        "W1": _t([[3 + a, -4 - b], [-5 - c, 6 + d]], 10),
        "b1": _t([2 + e, -1 - f], 10),
        "W2": _t([[4 + g, 13 - a]], 10),
        "b2": _t([1 + b], 20),
        "lr": (5 + f) / 100,
        "steps": 12 + g,
    }
