"""The exercise "a linear layer's gradients" as the tests of the checks know it: cases, a right and a wrong answer."""

from course import cases, check
from course.runtime.verdict import CheckFailed

CASES = cases.draw(seeds=5, dZ="n h", X="n d", W="h d", b="h")


def forward(X, W, b):
    return X @ W.T + b


def right(dZ, X, W, b):
    return dZ @ W, dZ.T @ X, dZ.sum(0)


def sign(dZ, X, W, b):
    return dZ @ W, -(dZ.T @ X), dZ.sum(0)


def message(answer, *, of=forward, on=CASES, wrt="X W b", upstream="dZ", by_hand=True, **options):
    """What a student reads for this answer; "" when it passes."""
    try:
        check.gradient(answer, of=of, on=on, wrt=wrt, upstream=upstream, by_hand=by_hand, **options)
    except CheckFailed as failure:
        return str(failure)
    return ""
