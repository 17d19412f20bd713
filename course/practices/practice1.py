"""Questions of practice 1, weeks 1 to 3: tensors, tables, a neuron, linear models and classifiers.

No ID draws a hidden mistake; the bounds that make it so stand beside the numbers. Tensors are float64.
"""

from __future__ import annotations

from typing import Any

from course.practices.question import float64, question
from course.runtime.student_id import Digits


def _solved(score: float, bias: float, first: float, w1: float) -> float:
    """The x1, in hundredths, at which the line's score is nearly ``score``, when w0 x0 is ``first``."""
    return round((score - bias - first) / w1, 2)


@question("abcd")
def block(own: Digits) -> dict[str, Any]:
    """numbers (2, rows, columns), counted from abcd on, and two places j and k that are neither first nor last.

    rows is 3 to 5, columns 6 to 9: all sizes differ, and the number of rows and columns is never 2.
    """
    rows, columns = 3 + own.a % 3, 6 + own.b % 4
    start = 1000 * own.a + 100 * own.b + 10 * own.c + own.d
    T = float64(range(start, start + 2 * rows * columns)).reshape(2, rows, columns)
    return {"numbers": T, "j": 1 + own.c % (rows - 2), "k": 2 + own.d % 3}


@question("abcdefg")
def shares(own: Digits) -> dict[str, Any]:
    """Sold goods A (3, 4), positive, and two price lists B (2, 4), positive; the sizes 2, 3, 4 differ."""
    a, b, c, d, e, f, g = own
    A = float64([[1 + a, 12 + b, 3 + c, 25 + d], [14 + e, 2 + f, 31 + g, 4 + a], [5 + b, 16 + d, 7 + f, 18 + c]])
    return {"A": A, "B": float64([[11 + g, 24 + f, 37 + e, 50 + d], [13 + c, 21 + b, 42 + a, 55 + g]], 10)}


@question("abcdefg")
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


@question("abcdefg")
def neuron(own: Digits) -> dict[str, Any]:
    """One neuron W (1, 2), b (1,), one example x (2,), y (1,), and a learning rate.

    The prediction is at most 2.3 and y at least 3.5, so the error is never 0. lr (x·x + 1) is below 0.47, so that one
    step neither reaches the target nor passes it. b is never a half nor 1: with these, mistakes give equal numbers.
    """
    a, b, c, d, e, f, g = own
    return {
        "W": float64([[3 + a, -(4 + b)]], 10),
        "b": float64([3 + 2 * c], 20),
        "x": float64([5 + d, 16 + e], 10),
        "y": float64([35 + f], 10),
        "lr": (1 + g) / 200,
    }


@question("abcdefg")
def line(own: Digits) -> dict[str, Any]:
    """Five points x (5, 1), y (5,) that zigzag, so that no line meets them all; a learning rate and a number of steps.

    The x rise by at least 0.55 each. The mean of x² + 1 is below 9.1 and lr at most 0.14, so that descent on half the
    mean squared error is stable (lr times the curvature stays below 1.3).
    """
    a, b, c, d, e, f, g = own
    x = float64([[a], [20 + b], [40 + c], [60 + d], [90]], 20)
    y = float64([23 + e, 18, 40 + f, 27, 56 + g], 10)
    return {"x": x, "y": y, "lr": (5 + e) / 100, "steps": 10 + f}


@question("abcdefg")
def side(own: Digits) -> dict[str, Any]:
    """A line w (2,), b (), four points X (4, 2) and their classes y (4,).

    The scores are above 0.1 or below -0.1: 2 w0 + b is at least 0.9 (the height at x0 = 2 is not 0). The third point
    is on the wrong side, so the margin is negative. The fourth is made from its score, 0.2 to 0.43: whoever compares
    the scores with 1 or a half instead of 0 gives it the wrong class. Rounding it to hundredths moves that by at most
    0.01.
    """
    a, b, c, d, e, f, g = own
    w0, w1, bias, x0 = (10 + a) / 10, -(10 + b) / 10, -(2 + f) / 10, (10 + g) / 10
    x1 = _solved(0.2 + g / 40, bias, w0 * x0, w1)
    X = [[(15 + c) / 10, -0.5], [-1, (15 + d) / 10], [0.5, (9 + e) / 10], [x0, x1]]
    return {"w": float64([w0, w1]), "b": float64(bias), "X": float64(X), "y": float64([1, -1, 1, 1])}


@question("defg")
def perceptron(own: Digits) -> dict[str, Any]:
    """Five points X (5, 2) with classes y (5,) that a line separates.

    For all 10,000 choices a training from zero makes at least three mistakes, ends within 10 epochs, and apart from
    the very first score none is nearer to 0 than 0.0001: rounding decides nothing.
    """
    X = [[200 + 10 * own.d, 113], [70 + 10 * own.e, 41], [127, 210 + 10 * own.f], [33, 50 + 10 * own.g], [-90, 60]]
    return {"X": float64(X, 100), "y": float64([1, -1, 1, -1, -1])}


@question("abcdefg")
def svm(own: Digits) -> dict[str, Any]:
    """A line w (2,), b (), a number lam, five points X (5, 2) and their classes y (5,).

    The points are made from their scores: outside the street, inside, wrong side, outside, inside. The two outside are
    of one class: whoever forgets that they do not pull has another gradient. Rounding X to
    hundredths moves a score by at most 0.007; none is nearer than 0.19 to 0, or than 0.24 to the street's edge.
    """
    a, b, c, d, e, f, g = own
    w0, w1, bias = (10 + a) / 10, (5 + b) / 10, (2 + c) / 20
    wanted = [1.5 + d / 10, 0.3 + e / 20, -0.4 - f / 10, 1.4 + g / 10, -0.2 - a / 20]
    across = [1.2, -0.7, 0.5, -1.1, 0.9]
    X = [[u, _solved(z, bias, w0 * u, w1)] for z, u in zip(wanted, across, strict=True)]
    return {
        "w": float64([w0, w1]),
        "b": float64(bias),
        "lam": (1 + g) / 100,
        "X": float64(X),
        "y": float64([1, 1, 1, 1, -1]),
    }


@question("abcdefg")
def logistic(own: Digits) -> dict[str, Any]:
    """Weights w (2,), b (), four examples X (4, 2) and their classes y (4,), 1 or 0.

    The last score is above 890, on the wrong side: whoever takes the exponential of it gets infinity. No entry of X is
    a thousand times another one, so that PyTorch prints them without exponents.
    """
    a, b, c, d, e, f, g = own
    return {
        "w": float64([15 + a, -(3 + b)], 10),
        "b": float64(4 + c, 20),
        "X": float64([[10 + d, -8], [-12, 8 + e], [9, 15 + f], [6000 + 100 * g, 10]], 10),
        "y": float64([1, 0, 1, 0]),
    }
