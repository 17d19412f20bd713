"""From a wrong answer to its likely cause.

A cause is named only when one transformation turns the student's numbers into the right ones on at least two
independent random cases; on a single case the same finding is a clue, and said as one. Known mistakes of an exercise,
compared number by number, will be asked here before the general transformations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from course.compare import number_text, relative_error, shape_text

CLOSE = 1e-6  # how well a transformation must reproduce the right numbers, relative to the largest entry


@dataclass(frozen=True)
class Pair:
    """One wrong result beside the right one, and the case they belong to: its ``inputs`` and named ``sizes``."""

    yours: Any
    expected: Any
    inputs: dict[str, Any] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """The likely cause and one next step, each a sentence or two."""

    cause: str
    next: str


def _reproduces(changed: torch.Tensor | None, expected: torch.Tensor) -> bool:
    return (
        changed is not None
        and changed.shape == expected.shape
        and bool(torch.isfinite(changed).all())
        and relative_error(changed, expected) < CLOSE
    )


def _ratio(pair: Pair) -> float | None:
    """yours / expected where it is one number over all entries, else None."""
    if pair.yours.shape != pair.expected.shape or pair.expected.numel() == 0:
        return None
    largest = int(pair.expected.abs().argmax())
    below = float(pair.expected.flatten()[largest])
    ratio = float(pair.yours.flatten()[largest]) / below if below else 0.0
    return ratio if ratio and _reproduces(pair.yours / ratio, pair.expected) else None


def _constant_ratio(pairs: Sequence[Pair]) -> Finding | None:
    ratios = [_ratio(pair) for pair in pairs]
    if any(ratio is None for ratio in ratios) or any(abs(ratio - 1) < 1e-4 for ratio in ratios):
        return None
    if all(abs(ratio + 1) < 1e-4 for ratio in ratios):
        return Finding(
            "Every entry has the wrong sign; its size is right.", "Look for a difference taken the other way round."
        )
    for symbol in pairs[0].sizes:
        sizes = [pair.sizes.get(symbol, 0) for pair in pairs]
        what = {"n": "the number of examples"}.get(symbol, f"the size {symbol}")
        if all(abs(ratio - size) < 1e-4 * size for ratio, size in zip(ratios, sizes, strict=True)):
            return Finding(
                f"Your numbers are {symbol} times too large, {symbol} being {what}: a sum where a mean belongs.",
                f"Divide by {symbol} once.",
            )
        if all(size and abs(ratio * size - 1) < 1e-4 for ratio, size in zip(ratios, sizes, strict=True)):
            return Finding(
                f"Your numbers are {symbol} times too small, {symbol} being {what}: it divides once too often.",
                f"Find the division by {symbol}, or the mean, that does not belong there.",
            )
    if max(ratios) - min(ratios) < 1e-4 * abs(ratios[0]):
        ratio = ratios[0]
        size = f"{number_text(abs(ratio))} times" + (" too large" if abs(ratio) > 1 else " what they should be")
        sign = ", with the wrong sign" if ratio < 0 else ""
        return Finding(f"Your numbers are {size}{sign}, everywhere.", "Look for a constant factor lost or gained.")
    return None


def _transpose(pairs: Sequence[Pair]) -> Finding | None:
    if all(pair.yours.dim() == 2 and _reproduces(pair.yours.T, pair.expected) for pair in pairs):
        return Finding("Your answer is the transpose of the right one.", "Swap its rows and columns.")
    return None


def _reshaped(pairs: Sequence[Pair]) -> Finding | None:
    if all(
        pair.yours.shape != pair.expected.shape
        and pair.yours.numel() == pair.expected.numel()
        and _reproduces(pair.yours.reshape(pair.expected.shape), pair.expected)
        for pair in pairs
    ):
        wanted = shape_text(pairs[0].expected.shape)
        return Finding(
            "The numbers are right, only the shape is not.", f"Give them the shape asked for: {wanted} here."
        )
    return None


def _summed_rows(pairs: Sequence[Pair]) -> Finding | None:
    """The examples, or another leading dimension, were not summed over; or only one row was taken."""
    if all(
        pair.yours.dim() == pair.expected.dim() + 1 and _reproduces(pair.yours.sum(0), pair.expected) for pair in pairs
    ):
        return Finding("Your answer still has one row per example.", "Sum over the examples, dimension 0.")
    return None


def _outer(pairs: Sequence[Pair]) -> Finding | None:
    """A column met a row and broadcasting made a table of all combinations: (n, 1) and (n,) give (n, n)."""

    def is_table(pair: Pair) -> bool:
        n = pair.expected.shape[0] if pair.expected.dim() == 1 else 0
        return n > 1 and pair.yours.shape == (n, n) and _reproduces(pair.yours.diagonal(), pair.expected)

    if all(is_table(pair) for pair in pairs):
        return Finding(
            "You get a table of every row with every other: a column (n, 1) met a vector (n,), and broadcasting "
            "stretched both.",
            "Give both the same shape first.",
        )
    return None


def _zeros(pairs: Sequence[Pair]) -> Finding | None:
    if all(pair.yours.shape == pair.expected.shape and not bool(pair.yours.any()) for pair in pairs):
        return Finding("Every entry of your answer is 0.", "Check that something is computed, and not multiplied away.")
    return None


def _missing_factor(pairs: Sequence[Pair]) -> Finding | None:
    """An input of the same shape that was left out of a product, or put in once too often."""
    for name, value in pairs[0].inputs.items():
        if not isinstance(value, torch.Tensor):
            continue
        factors = [pair.inputs[name] for pair in pairs]
        if any(
            factor.shape != pair.expected.shape or factor.dim() == 0
            for factor, pair in zip(factors, pairs, strict=True)
        ):
            continue
        if any(pair.yours.shape != pair.expected.shape for pair in pairs):
            continue
        both = list(zip(factors, pairs, strict=True))
        if all(_reproduces(pair.yours * factor, pair.expected) for factor, pair in both):
            return Finding(
                f"Your numbers would be right if each were multiplied by its entry of {name}.",
                f"Find where {name} should enter the product.",
            )
        if all(_reproduces(pair.yours, pair.expected * factor) for factor, pair in both):
            return Finding(
                f"Each number is multiplied by its entry of {name}, which does not belong there.", f"Take {name} out."
            )
    return None


def _precision(pairs: Sequence[Pair]) -> Finding | None:
    errors = [
        relative_error(pair.yours, pair.expected) if pair.yours.shape == pair.expected.shape else 1.0 for pair in pairs
    ]
    if all(error < 1e-4 for error in errors):
        digits = f"about {max(2, round(-torch.tensor(max(errors)).log10().item()))} digits"
        return Finding(
            f"Your numbers agree to {digits} and no further.",
            "Keep every step in the dtype of the inputs, and use the formula rather than an approximation.",
        )
    return None


_TRANSFORMATIONS: tuple[Callable[[Sequence[Pair]], Finding | None], ...] = (
    _zeros,
    _precision,
    _constant_ratio,
    _transpose,
    _reshaped,
    _summed_rows,
    _outer,
    _missing_factor,
)


def explain(pairs: Sequence[Pair]) -> Finding | None:
    """The transformation that turns all wrong results into the right ones, as a cause and a next step, or None.

    Only floating-point tensors are looked at. With one case the sentence begins "On this case", since one case may
    agree by chance.
    """
    tensors = [
        Pair(
            pair.yours.detach().cpu().double(), pair.expected.detach().cpu().double(), _on_cpu(pair.inputs), pair.sizes
        )
        for pair in pairs
        if isinstance(pair.yours, torch.Tensor) and isinstance(pair.expected, torch.Tensor)
    ]
    if not tensors or len(tensors) < len(pairs):
        return None
    for transformation in _TRANSFORMATIONS:
        if finding := transformation(tensors):
            if len(tensors) == 1:
                return Finding(f"On this case: {finding.cause}", finding.next)
            return finding
    return None


def _on_cpu(inputs: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.detach().cpu().double() if isinstance(value, torch.Tensor) else value
        for name, value in inputs.items()
    }


def clues(yours: Any, expected: Any, *, kind: str) -> Finding:
    """What can be said of one wrong result when no cause is found: never empty-handed, never a guess."""
    advice = {
        "missing": ("There is None where a value should be.", "In a function, check that every path ends in a return."),
        "type": ("The answer is of another kind than the one asked for.", "Read again what the exercise asks for."),
        "length": ("The answer has other parts than the ones asked for.", "Read again what the exercise asks for."),
        "dtype": ("The numbers may be right; their dtype is not.", "Check the dtype of what you create inside."),
        "device": (
            "Something is created on another device.",
            "Create it with device= of an input, or with zeros_like.",
        ),
        "not finite": (
            "Something undefined got in: a division by 0, a log of 0, an overflow, a missing value left where it was.",
            "Print the parts step by step, and find the first that is nan or inf.",
        ),
        "shape": (
            "The shape is not the one asked for.",
            "Write down the shape after each step of yours, and find the first surprise.",
        ),
    }
    if kind in advice:
        return Finding(*advice[kind])
    if isinstance(yours, torch.Tensor) and isinstance(expected, torch.Tensor) and yours.shape == expected.shape:
        mine, theirs = yours.detach().cpu().double(), expected.detach().cpu().double()
        agree = torch.isclose(mine, theirs, rtol=1e-6, atol=1e-9 * float(theirs.abs().max() if theirs.numel() else 0))
        if mine.numel() > 1 and bool(agree.any()):
            return Finding(
                f"{int(agree.sum())} of {agree.numel()} entries are right.",
                "Compare a right entry with a wrong one: what differs between their inputs?",
            )
        if bool((mine.sign() == theirs.sign()).all()):
            return Finding("All signs are right, the sizes are not.", "Work out one entry on paper and compare.")
    return Finding("", "Work out one entry on paper and compare.")
