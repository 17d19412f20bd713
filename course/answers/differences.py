"""Detection of numerical differentiation, by evidence: the errors of difference quotients, and operation counts.

The values of a difference quotient show two errors that no formula has (Nocedal and Wright, Numerical Optimization,
2nd ed., section 8.1). Its round-off is the loss's, divided by the step: thousands of units in the last place, and
another one wherever the inputs stand, so that it *jumps* when they move a little. Its truncation error *follows* a
higher derivative of the loss. A formula that is inexact on purpose (an epsilon in a denominator, a constant typed with
ten digits) ends as early, but smoothly and in its own way; it is right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch

from course.answers.ask import tensors_in
from course.answers.compare import TOLERANCE, relative_error
from course.answers.oracle import labels_of
from course.answers.record import Asked
from course.device import map_tensors

Inputs = dict[str, Any]
_Pair = tuple[torch.Tensor, torch.Tensor]

NOISE = 3e-14  # a jump, as a share of the largest entry; formulas on drawn cases jump by 1e-15, quotients by 1e-13
SHARE = 0.5  # more of the ordinary cases end early: a quotient's may be exact in some, a formula's rough in one
ORDINARY = 10.0  # no entry of drawn inputs is larger; where scores are 1000, rounding them costs a formula digits too
NUDGES = (2.0**-20, -1.3e-6, 1.9e-6)  # relative; far below what changes a gradient's size, far above rounding
STRIDE = 0.03  # between the points at which higher derivatives are estimated
_FOLLOWS = 0.05  # the part of an error that may be left beside a multiple of a higher derivative


def exactness(error: float) -> bool:
    """Whether a relative error is round-off of a formula in float64, rather than of a difference quotient.

    A formula on the sizes of ``cases`` keeps 14 or 15 of 16 digits; the best central difference keeps 10 or 11
    (Nocedal and Wright, section 8.1: error about ε^(2/3)).
    """
    return error < 1e-13


def _leaves(yours: Any, expected: Any) -> Iterator[_Pair]:
    """The float64 numbers in two nested values of one structure, in pairs; what has no partner is left out."""
    if isinstance(expected, torch.Tensor):
        alike = isinstance(yours, torch.Tensor) and yours.dtype == expected.dtype == torch.float64
        if alike and yours.shape == expected.shape:
            yield yours.detach().cpu(), expected.detach().cpu()
    elif isinstance(expected, dict):
        if isinstance(yours, dict):
            for key in sorted(expected.keys() & yours.keys(), key=str):
                yield from _leaves(yours[key], expected[key])
    elif isinstance(expected, (list, tuple)):
        if isinstance(yours, (list, tuple)):
            for mine, theirs in zip(yours, expected, strict=False):
                yield from _leaves(mine, theirs)
    elif isinstance(expected, float) and isinstance(yours, float):
        yield torch.tensor(yours, dtype=torch.float64), torch.tensor(expected, dtype=torch.float64)


def _error(yours: Any, expected: Any) -> float:
    """The largest error of any float64 part, as a share of that part's largest entry; 0 where there is none."""
    errors = [relative_error(mine, theirs) for mine, theirs in _leaves(yours, expected)]
    return max((error for error in errors if error == error), default=0.0)


def _ends_early(yours: Any, expected: Any) -> bool:
    """Whether the digits end where a quotient's may; above float64's tolerance they may be single precision's."""
    error = _error(yours, expected)
    return not exactness(error) and error <= TOLERANCE[torch.float64]


def _is_ordinary(inputs: Inputs) -> bool:
    """Whether all real inputs are of the size that cases are drawn in."""
    real = [tensor for tensor in tensors_in(inputs) if tensor.is_floating_point() and tensor.numel()]
    return all(float(tensor.abs().max()) <= ORDINARY for tensor in real)


def _nudged(inputs: Inputs, wrt: Sequence[str] | None, share: float) -> Inputs:
    """The inputs named, with every entry moved by up to ``share`` of itself, each in its own way.

    Without names all are moved, but for whole numbers, which may be labels.
    """

    def move(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.dtype != torch.float64:
            return tensor.clone()
        way = torch.cos(torch.arange(1.0, tensor.numel() + 1, device=tensor.device)).to(tensor).reshape(tensor.shape)
        moved = tensor * (1 + share * way)
        return moved if wrt is not None else torch.where(tensor == tensor.round(), tensor, moved)

    return {name: map_tensors(value, move) if wrt is None or name in wrt else value for name, value in inputs.items()}


class Answered(NamedTuple):
    """What was asked in one case, the student's value, and the right one in the same structure."""

    inputs: Inputs
    yours: Any
    expected: Any


class Again(NamedTuple):
    """How an answer is asked again: the student's values for other inputs (None: not all came), and the right ones.

    ``wrt`` names the inputs by which a gradient is taken; None where the values are no gradient.
    """

    yours: Callable[[Sequence[Inputs]], Sequence[Any] | None]
    expected: Callable[[Inputs], Any]
    wrt: tuple[str, ...] | None = None


class Early(NamedTuple):
    """To how many digits the numbers agree, in how many cases, where they end as a difference quotient's do."""

    digits: int
    cases: int


def quotient(answered: Sequence[Answered], again: Again) -> Early | None:
    """Whether the values are those of numerical differentiation, although right within the tolerance; else None.

    The answer is asked ``again`` only where enough cases end early.
    """
    ending = [case for case in answered if _ends_early(case.yours, case.expected)]
    if not ending:
        return None
    early = [case for case in ending if _is_ordinary(case.inputs)]
    if not early or len(early) <= SHARE * sum(_is_ordinary(case.inputs) for case in answered):
        return None
    if not _jumps(early, again) and not (again.wrt and _follows(early, again.expected, again.wrt)):
        return None
    errors = sorted(_error(case.yours, case.expected) for case in early)
    digits = -torch.tensor(errors[len(errors) // 2], dtype=torch.float64).log10()
    return Early(int(digits), len(early))


def _jumps(early: Sequence[Answered], again: Again) -> bool:
    """Whether in half of the cases the error is another one where the inputs are moved a little."""
    jumped = [0.0] * len(early)
    for share in NUDGES:
        moved = [_nudged(case.inputs, again.wrt, share) for case in early]
        replies = again.yours(moved)
        if replies is None:
            return False
        for place, (case, inputs, yours) in enumerate(zip(early, moved, replies, strict=True)):
            before = list(_leaves(case.yours, case.expected))
            after = list(_leaves(yours, again.expected(inputs)))
            if [right.shape for _, right in before] == [right.shape for _, right in after]:
                jumped[place] = max(jumped[place], _jump(before, after))
    return sum(NOISE < jump < 10 * TOLERANCE[torch.float64] for jump in jumped) * 2 >= len(early)


def _jump(before: Sequence[_Pair], after: Sequence[_Pair]) -> float:
    """The largest change of an error between two looks, as a share of the right tensor's largest entry."""
    found = 0.0
    for (mine, right), (mine_now, right_now) in zip(before, after, strict=True):
        if right.numel():
            change = float(((mine_now - right_now) - (mine - right)).abs().max())
            found = max(found, change / (float(right.abs().max()) or 1.0))
    return found


def _follows(early: Sequence[Answered], expected: Callable[[Inputs], Any], wrt: tuple[str, ...]) -> bool:
    """Whether the errors are one multiple, in all entries, of the loss's third, fifth or seventh derivative.

    Those are the truncation errors of central differences. Where they are a multiple of the gradient itself as well,
    a constant with few digits would explain them, and nothing is said.
    """
    rows = []
    for case in early[:4]:
        entries = [
            (name, part, place)
            for name in wrt
            for part, label in enumerate(labels_of(name, case.inputs[name]))
            for place in range(case.expected[label].numel())
        ]
        for name, part, place in entries[:: max(1, len(entries) // 16)]:
            label = labels_of(name, case.inputs[name])[part]

            def slope(steps: int, case: Answered = case, at: tuple[str, int, int] = (name, part, place)) -> float:
                inputs = _shifted(case.inputs, *at, steps * STRIDE)
                return float(expected(inputs)[labels_of(at[0], inputs[at[0]])[at[1]]].reshape(-1)[at[2]])

            g = {steps: slope(steps) for steps in range(-3, 4)}
            error = (case.yours[label] - case.expected[label]).reshape(-1)[place]
            third = g[1] - 2 * g[0] + g[-1]
            fifth = g[2] - 4 * g[1] + 6 * g[0] - 4 * g[-1] + g[-2]
            seventh = g[3] - 6 * g[2] + 15 * g[1] - 20 * g[0] + 15 * g[-1] - 6 * g[-2] + g[-3]
            rows.append([float(error), g[0], third, fifth, seventh])
    table = torch.tensor(rows, dtype=torch.float64)
    if len(table) < 8:
        return False
    error, gradient, *higher = table.T
    return _left(error, gradient) > 4 * _FOLLOWS and min(_left(error, each) for each in higher) < _FOLLOWS


def _left(error: torch.Tensor, pattern: torch.Tensor) -> float:
    """The part of ``error`` that no multiple of ``pattern`` explains, between 0 and 1."""
    multiple = (error @ pattern) / (pattern @ pattern).clamp(min=1e-300)
    return float((error - multiple * pattern).norm() / error.norm().clamp(min=1e-300))


def _shifted(inputs: Inputs, name: str, part: int, place: int, step: float) -> Inputs:
    """The inputs with one entry of one tensor moved by ``step``."""
    value = inputs[name]
    tensor = (value[part] if isinstance(value, (list, tuple)) else value).clone()
    tensor.view(-1)[place] += step
    if isinstance(value, (list, tuple)):
        return {**inputs, name: [tensor if number == part else each for number, each in enumerate(value)]}
    return {**inputs, name: tensor}


ACTIVATIONS = frozenset(
    "tanh sigmoid log_sigmoid_forward softplus softmax log_softmax logsumexp silu elu gelu sinh cosh sin cos erf "
    "binary_cross_entropy binary_cross_entropy_with_logits nll_loss_forward mse_loss".split()
)
PARTS = frozenset(
    "exp exp2 expm1 log log1p log2 log10 logaddexp pow square sqrt reciprocal relu leaky_relu clamp clamp_min maximum "
    "mm addmm bmm baddbmm mv addmv dot".split()
)
"""Operations that losses consist of: whole functions, which a formula writes once or twice, and parts of formulas."""
OFTEN = dict.fromkeys(ACTIVATIONS, 6.0) | dict.fromkeys(PARTS, 12.0)
"""Results of one operation for each entry of the input, from which on it is worth a look.

Of 140 honest formulas the most wasteful ask 3 times (whole functions) and 7 times (parts); a quotient by each entry
of a table asks 28 times and more.
"""


def times(asked: Sequence[Asked], entries: int) -> dict[str, float]:
    """How many results each operation that losses consist of gave, for each of the request's ``entries``."""
    found: dict[str, float] = {}
    for operation in asked:
        name = operation.name.removeprefix("aten::").strip("_")
        if name in OFTEN:
            found[name] = found.get(name, 0.0) + _results(name, operation.shapes) / max(entries, 1)
    return found


def _results(name: str, shapes: Sequence[tuple[int, ...]]) -> int:
    """How many numbers an operation gives, from its arguments' shapes: a matrix product's, or one for each entry."""
    if name == "dot":
        return 1
    tables = [shape for shape in shapes if len(shape) >= 2]
    if name in ("mv", "addmv") and tables:
        return tables[0][0]
    if name in ("mm", "addmm", "bmm", "baddbmm") and len(tables) >= 2:
        first, second = tables[-2:]
        return math.prod(first[:-1]) * second[-1]
    return max((math.prod(shape) for shape in shapes), default=1)


def unusual(asked: Sequence[Asked], entries: int) -> str | None:
    """Words for the instructor where a loss's operations were asked far more often than its gradient needs, or None.

    ``asked`` is what torch was asked during one request and ``entries`` the number of entries of all its inputs. A
    gradient worked out by hand needs a few results of each operation for each entry, a quotient by each entry of a
    table two runs of the whole loss.
    """
    counts = times(asked, entries)
    name = max(counts, key=lambda each: counts[each] / OFTEN[each], default="")
    if not name or counts[name] < OFTEN[name]:
        return None
    return f"asked {name} {round(counts[name])} times for each entry; worth a look"
