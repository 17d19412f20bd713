"""Diagnosis by inverse transformations: what turns a student's wrong numbers into the right ones, in any exercise.

Each takes the wrong results of one check with the right ones beside them, float64 on the CPU, and gives a cause and a
next step when it reproduces the right numbers on all of them, otherwise None.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from course.answers.compare import number_text, relative_error, shape_text
from course.doctor.finding import Finding, Pair, reproduces

ENTRIES = 3  # from so many numbers on, one ratio between all of them is no chance
PLAIN = (*range(1, 11), 100)  # factors that a mistake may well bring in; fewer numbers are enough for these


def _ratio(pair: Pair) -> float | None:
    """yours / expected where it is one number over all entries, else None."""
    if pair.yours.shape != pair.expected.shape or pair.expected.numel() == 0:
        return None
    largest = int(pair.expected.abs().argmax())
    below = float(pair.expected.flatten()[largest])
    ratio = float(pair.yours.flatten()[largest]) / below if below else 0.0
    return ratio if ratio and reproduces(pair.yours / ratio, pair.expected) else None


def _ratios(pairs: Sequence[Pair]) -> list[float]:
    """Each case's ratio; [] where one has none, or is right."""
    ratios = [ratio for pair in pairs if (ratio := _ratio(pair)) is not None and abs(ratio - 1) >= 1e-4]
    return ratios if len(ratios) == len(pairs) else []


def _sum_for_mean(pairs: Sequence[Pair]) -> Finding | None:
    """Too large or too small by a size, or by the number of entries."""
    if not (ratios := _ratios(pairs)):
        return None
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
    counts = [pair.expected.numel() for pair in pairs]
    if len(set(counts)) > 1 and min(counts) > 1:
        if all(abs(ratio - count) < 1e-4 * count for ratio, count in zip(ratios, counts, strict=True)):
            return Finding(
                "Your numbers are too large by the number of entries: a sum where a mean over all entries belongs.",
                "Divide by the number of entries once.",
            )
        if all(abs(ratio * count - 1) < 1e-4 for ratio, count in zip(ratios, counts, strict=True)):
            return Finding(
                "Your numbers are too small by the number of entries: a mean over all entries where a sum belongs.",
                "Find the mean that does not belong there.",
            )
    return None


def _one_factor(pairs: Sequence[Pair]) -> Finding | None:
    """The sign, or one factor everywhere: a plain one, or seen on so many numbers that it is no chance."""
    if not (ratios := _ratios(pairs)):
        return None
    if all(abs(ratio + 1) < 1e-4 for ratio in ratios):
        lead = "Your number has" if _count(pairs) == 1 else "Every entry has"
        return Finding(f"{lead} the wrong sign; its size is right.", "Look for a difference taken the other way round.")
    if max(ratios) - min(ratios) < 1e-4 * abs(ratios[0]) and (_count(pairs) >= ENTRIES or _is_plain(ratios[0])):
        ratio, alone = ratios[0], _count(pairs) == 1
        size = f"{number_text(abs(ratio))} times" + (" too large" if abs(ratio) > 1 else " what they should be")
        sign = ", with the wrong sign" if ratio < 0 else ""
        whose = f"Your number is {size}{sign}" if alone else f"Your numbers are {size}{sign}, everywhere"
        whose = whose.replace("they", "it") if alone else whose
        return Finding(f"{whose}.", "Look for a constant factor lost or gained.")
    return None


def _count(pairs: Sequence[Pair]) -> int:
    """How many numbers that are not 0 the right results hold, over all cases."""
    return sum(int(pair.expected.count_nonzero()) for pair in pairs)


def _is_plain(ratio: float) -> bool:
    """Whether a ratio is one of a few whole numbers, or one part of so many."""
    return any(abs(abs(ratio) / each - 1) < 1e-6 or abs(abs(ratio) * each - 1) < 1e-6 for each in PLAIN)


def _transpose(pairs: Sequence[Pair]) -> Finding | None:
    if all(pair.yours.dim() == 2 and reproduces(pair.yours.T, pair.expected) for pair in pairs):
        return Finding("Your answer is the transpose of the right one.", "Swap its rows and columns.")
    return None


def _reshaped(pairs: Sequence[Pair]) -> Finding | None:
    if all(
        pair.yours.shape != pair.expected.shape
        and pair.yours.numel() == pair.expected.numel()
        and reproduces(pair.yours.reshape(pair.expected.shape), pair.expected)
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
        pair.yours.dim() == pair.expected.dim() + 1 and reproduces(pair.yours.sum(0), pair.expected) for pair in pairs
    ):
        return Finding("Your answer still has one row per example.", "Sum over the examples, dimension 0.")
    return None


def _outer(pairs: Sequence[Pair]) -> Finding | None:
    """A column met a row and broadcasting made a table of all combinations: (n, 1) and (n,) give (n, n)."""

    def is_table(pair: Pair) -> bool:
        n = pair.expected.shape[0] if pair.expected.dim() == 1 else 0
        return n > 1 and pair.yours.shape == (n, n) and reproduces(pair.yours.diagonal(), pair.expected)

    if all(is_table(pair) for pair in pairs):
        return Finding(
            "You get a table of every row with every other: a column (n, 1) met a vector (n,), and broadcasting "
            "stretched both.",
            "Give both the same shape first.",
        )
    return None


def _truths(pairs: Sequence[Pair]) -> Finding | None:
    """True or False everywhere, or exchanged."""
    if not all(pair.truth and pair.yours.shape == pair.expected.shape for pair in pairs):
        return None
    if sum(pair.expected.numel() for pair in pairs) < 2:
        return None
    for said, each in (("False", 0.0), ("True", 1.0)):
        if all(bool((pair.yours == each).all()) for pair in pairs):
            return Finding(f"Every entry of your answer is {said}.", "Print the two sides of your comparison.")
    if all(bool((pair.yours != pair.expected).all()) for pair in pairs):
        return Finding("True and False have changed places.", "Turn the comparison round, or use ~.")
    return None


def _zeros(pairs: Sequence[Pair]) -> Finding | None:
    """Every number of the answer is 0, on all cases, and none is right."""
    if any(pair.truth or pair.yours.shape != pair.expected.shape or bool(pair.yours.any()) for pair in pairs):
        return None
    alone = sum(pair.expected.numel() for pair in pairs) == 1
    cause = "Your answer is 0." if alone else "Every entry of your answer is 0."
    return Finding(cause, "Print what each step gives, and find where the numbers become 0, or stay 0.")


def _missing_factor(pairs: Sequence[Pair]) -> Finding | None:
    """An input of the same shape that was left out of a product, or put in once too often."""
    if any(pair.truth for pair in pairs):
        return None
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
        if all(reproduces(pair.yours * factor, pair.expected) for factor, pair in both):
            return Finding(
                f"Your numbers would be right if each were multiplied by its entry of {name}.",
                f"Find where {name} should enter the product.",
            )
        if all(reproduces(pair.yours, pair.expected * factor) for factor, pair in both):
            return Finding(
                f"Each number is multiplied by its entry of {name}, which does not belong there.", f"Take {name} out."
            )
    return None


def _precision(pairs: Sequence[Pair]) -> Finding | None:
    errors = [
        relative_error(pair.yours, pair.expected) if pair.yours.shape == pair.expected.shape else 1.0 for pair in pairs
    ]
    if max(errors) > 0 and all(error < 1e-4 for error in errors):  # whole numbers may differ beyond double precision
        digits = f"about {max(2, round(-torch.tensor(max(errors)).log10().item()))} digits"
        return Finding(
            f"Your numbers agree to {digits} and no further.",
            "Keep every step in the dtype of the inputs, and use the formula rather than an approximation.",
        )
    return None


def _order(mine: torch.Tensor, theirs: torch.Tensor) -> list[int] | None:
    """For each of the right rows the place where it stands among yours, if it is another order of the same rows."""
    if mine.shape != theirs.shape or mine.dim() == 0 or len(mine) < 2:
        return None
    mine, theirs = mine.reshape(len(mine), -1), theirs.reshape(len(theirs), -1)
    places = torch.cdist(theirs, mine).argmin(1).tolist()
    if sorted(places) != list(range(len(mine))) or places == sorted(places):
        return None
    return places if reproduces(mine[places], theirs) else None


def _permuted(pairs: Sequence[Pair]) -> Finding | None:
    """The same rows, or columns, in another order."""
    if all(_order(pair.yours, pair.expected) for pair in pairs):
        backwards = all(_order(p.yours, p.expected) == list(range(len(p.yours)))[::-1] for p in pairs)
        rows = "entries" if pairs[0].yours.dim() == 1 else "rows"
        how = "in the opposite order" if backwards else "in another order"
        return Finding(f"Your {rows} are the right ones, {how}.", "Look where they are put together or sorted.")
    two = all(pair.yours.dim() == pair.expected.dim() == 2 for pair in pairs)
    if two and all(_order(pair.yours.T, pair.expected.T) for pair in pairs):
        return Finding("Your columns are the right ones, in another order.", "Look where they are put together.")
    return None


def _part(pairs: Sequence[Pair]) -> Finding | None:
    """One row or one column of the right answer in the place of all of it."""
    for name, dim in (("row", 0), ("column", 1)):
        for at, which in ((0, "first"), (-1, "last")):

            def is_part(pair: Pair, dim: int = dim, at: int = at) -> bool:
                if pair.expected.dim() != 2 or pair.expected.shape[dim] < 2:
                    return False
                part = pair.expected.select(dim, at)
                return pair.yours.numel() == part.numel() and reproduces(pair.yours.reshape(part.shape), part)

            if all(map(is_part, pairs)):
                cause = f"You give the {which} {name} of the right answer only."
                return Finding(cause, f"Do the same for every {name}.")
    return None


def _one_row_of_input(pairs: Sequence[Pair]) -> Finding | None:
    """One row of an input, or its mean, where the sum over its rows belongs: a bias's gradient taken too short."""
    for name, value in pairs[0].inputs.items():
        if not isinstance(value, torch.Tensor) or value.dim() != 2:
            continue
        rows = [pair.inputs[name] for pair in pairs]
        both = list(zip(rows, pairs, strict=True))
        if not all(reproduces(matrix.sum(0), pair.expected) for matrix, pair in both):
            continue
        for at, which in ((0, "first"), (-1, "last")):
            if all(reproduces(pair.yours, matrix[at]) for matrix, pair in both):
                cause = f"You give the {which} row of {name} only. Every row counts."
                return Finding(cause, f"Sum the rows of {name}: dimension 0.")
    return None


def _fits(mine: torch.Tensor, theirs: torch.Tensor, dim: int) -> bool:
    """Whether yours has the right shape with one more dimension, longer than 1, at ``dim``."""
    return mine.shape[dim] > 1 and mine.shape[:dim] + mine.shape[dim + 1 :] == theirs.shape


def _every_pair(pairs: Sequence[Pair]) -> Finding | None:
    """The right entries, each repeated along a new dimension that broadcasting made."""

    def is_stretched(pair: Pair) -> bool:
        mine, theirs = pair.yours, pair.expected
        if mine.dim() != theirs.dim() + 1 or theirs.numel() < 2:
            return False
        right = [theirs.unsqueeze(dim).expand(mine.shape) for dim in range(mine.dim()) if _fits(mine, theirs, dim)]
        return any(reproduces(mine, each) for each in right)

    if all(map(is_stretched, pairs)):
        return Finding(
            "Your numbers are right, but each stands there several times: broadcasting stretched them.",
            "Print the shapes that meet in your operation, and give them the same number of dimensions.",
        )
    return None


EVERYWHERE = (_one_factor, _zeros)  # claims about every number: not made where the answer is right in some of the cases
TRANSFORMATIONS: tuple[Callable[[Sequence[Pair]], Finding | None], ...] = (
    _truths,
    _zeros,
    _precision,
    _sum_for_mean,
    _one_factor,
    _transpose,
    _reshaped,
    _summed_rows,
    _outer,
    _every_pair,
    _part,
    _permuted,
    _one_row_of_input,
    _missing_factor,
)
