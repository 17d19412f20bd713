"""Test case generation: seeded inputs that make wrong answers visible.

A case must not hide a mistake. So all sizes in a case differ (a forgotten transpose cannot fit), there are at least
three examples (a mean is not a sum), no entry is near 0 (nothing vanishes), pre-activations stay away from a ReLU's
kink, and every number is float64 unless said otherwise. Cases come from their own random generator: the global
random state is never touched.

Everybody can draw what a seed gives, and so could an answer. Where checks are graded, the context has a secret of the
course's: what is drawn under it nobody can know beforehand.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from course.cache.results import memoised
from course.device import map_tensors
from course.runtime.context import current

SIZES = range(3, 10)
KINK = 0.05  # the least distance of a pre-activation from 0
_MISSING = object()
SMALL = 24
"""Sizes that ``smaller`` tries at most."""
_WORDS = 624
"""The Mersenne twister's state (MT19937): this many whole numbers of 32 bits."""
_STATE = slice(24, 24 + 8 * _WORDS)
"""Where they lie, 64 bits each, in what torch's ``Generator.get_state`` gives for the CPU."""


Like = Callable[[Mapping[str, int], torch.Generator], "Case | None"]
"""From sizes by symbol and random numbers to a case of whole numbers; None for one that a kink is too near to."""


@dataclass(frozen=True)
class Case:
    """One set of arguments for an exercise, in order: ``answer(*case)`` calls it.

    ``inputs`` maps argument names to values, ``sizes`` the symbols of their shapes to numbers, and ``gives`` is the
    expected result where the case was made by hand. ``like`` makes a drawn case again in other sizes, with whole
    numbers: see ``smaller``.
    """

    inputs: dict[str, Any]
    sizes: dict[str, int] = field(default_factory=dict)
    gives: Any = _MISSING
    like: Like | None = field(default=None, compare=False, repr=False)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.inputs.values())

    def __getitem__(self, name: str) -> Any:
        return self.inputs[name]

    @property
    def has_result(self) -> bool:
        """Whether the case carries its expected result."""
        return self.gives is not _MISSING


def example(*, gives: Any = _MISSING, **inputs: Any) -> Case:
    """A case made by hand: arguments by name, in order, and the result that ``gives`` states."""
    return Case(inputs, gives=gives)


def generator(seed: int) -> torch.Generator:
    """Random numbers on the CPU, the same for the same seed; under a secret, another stream that nobody else can know.

    torch's own seeding takes 32 bits of a seed and no more, which could be tried out. So the whole state is filled
    with SHAKE-256 (FIPS 202) of the secret and the seed.
    """
    dice, secret = torch.Generator(device="cpu").manual_seed(seed), current().secret
    if secret is not None:
        drawn = hashlib.shake_256(b"cases %d %d " % (len(secret), seed) + secret).digest(4 * _WORDS)
        state = dice.get_state()
        state.numpy()[_STATE].view(np.uint64)[:] = np.frombuffer(drawn, dtype="<u4")
        dice.set_state(state)
    return dice


_OFF_ZERO = torch.tensor(0.2, dtype=torch.float64, device="cpu")


def _entries(shape: Sequence[int], dice: torch.Generator, dtype: torch.dtype) -> torch.Tensor:
    """Random entries of both signs, none nearer to 0 than 0.2."""
    normal = torch.randn(tuple(shape), generator=dice, dtype=torch.float64, device="cpu")
    return (normal * 0.8).add_(_OFF_ZERO.copysign(normal)).to(dtype)


def _whole(shape: Sequence[int], dice: torch.Generator, dtype: torch.dtype) -> torch.Tensor:
    """Random whole numbers from -3 to 3 but 0, all different where there are so many: numbers for paper."""
    count = math.prod(shape)
    drawn = torch.cat([torch.randperm(6, generator=dice, device="cpu") for _ in range(1 + count // 6)])[:count]
    return torch.where(drawn < 3, drawn - 3, drawn - 2).reshape(tuple(shape)).to(dtype)


_Entries = Callable[[Sequence[int], torch.Generator, torch.dtype], torch.Tensor]


def _labels(count: int, classes: int, dice: torch.Generator) -> torch.Tensor:
    """Class labels, int64, shape (count,): at least two classes occur."""
    labels = torch.randint(classes, (count,), generator=dice, device="cpu")
    if count > 1 and bool((labels == labels[0]).all()):
        labels[-1] = (labels[0] + 1) % classes
    return labels


def _sizes(specs: Iterable[Any], dice: torch.Generator) -> dict[str, int]:
    """A different size for every symbol of the shapes, none equal to a size that is written as a number."""
    words = [word for spec in specs if isinstance(spec, str) for word in spec.replace(":", " ").split()]
    fixed = {int(word) for word in words if word.isdigit()}
    symbols = list(dict.fromkeys(word for word in words if not word.isdigit()))
    free = [size for size in range(SIZES.start, SIZES.stop + len(fixed) + len(symbols)) if size not in fixed]
    free = free[: max(len(SIZES), len(symbols))]
    order = torch.randperm(len(free), generator=dice, device="cpu").tolist()
    return {symbol: free[place] for symbol, place in zip(symbols, order, strict=False)}


def _is_away(case: Case, away: Callable[[Case], Any] | None) -> bool:
    """Whether the tensors that ``away`` gives keep their distance from 0."""
    if away is None:
        return True
    kinks = away(case)
    kinks = kinks if isinstance(kinks, (list, tuple)) else [kinks]
    return all(bool((torch.as_tensor(values).abs() > KINK).all()) for values in kinks)


def _draw_until(make: Callable[[torch.Generator], Case], seed: int, away: Callable[[Case], Any] | None) -> Case:
    """The first case of this seed's stream that lies away from kinks."""
    dice = generator(7919 * seed + 17)
    for _ in range(10_000):
        case = make(dice)
        if _is_away(case, away):
            return case
    raise ValueError("No case away from the kink in 10,000 draws; make the shapes smaller or `away` less strict.")


def _map_cases(drawn: Sequence[Case], change: Callable[[torch.Tensor], torch.Tensor]) -> list[Case]:
    """Drawn cases, with ``change`` applied to each of their tensors."""
    return [Case(map_tensors(case.inputs, change), dict(case.sizes), like=case.like) for case in drawn]


@memoised(_map_cases)
def draw(
    *,
    seeds: int = 24,
    seed0: int = 0,
    dtype: torch.dtype = torch.float64,
    away: Callable[[Case], Any] | None = None,
    positive: Sequence[str] = (),
    integer: Sequence[str] = (),
    **shapes: Any,
) -> list[Case]:
    """Random cases, one for each of ``seeds`` seeds, in ``dtype``: ``draw(X="n d", W="h d", b="h", y="n:q")``.

    A string is a shape: symbols stand for sizes that all differ within a case, digits for themselves, "" for a scalar
    tensor. "n:q" gives n class labels below q, int64. Anything else (a number, a list, a function) is passed on as it
    is. ``positive`` and ``integer`` name arguments with positive entries and with whole numbers from -9 to 9 but 0.
    ``away``, called with a case, returns the tensor(s) whose entries must stay off 0, such as pre-activations. Other
    ``seed0``, other cases.
    """

    def make(dice: torch.Generator) -> Case:
        return filled(_sizes(shapes.values(), dice), dice)

    def like(sizes: Mapping[str, int], dice: torch.Generator) -> Case | None:
        case = filled(sizes, dice, _whole)
        return case if _is_away(case, away) else None

    def filled(sizes: Mapping[str, int], dice: torch.Generator, entries_of: _Entries = _entries) -> Case:
        inputs: dict[str, Any] = {}
        for name, spec in shapes.items():
            if not isinstance(spec, str):
                inputs[name] = spec
            elif ":" in spec:
                count, classes = (sizes.get(word.strip()) or int(word) for word in spec.split(":"))
                inputs[name] = _labels(count, classes, dice)
            else:
                shape = [int(word) if word.isdigit() else sizes[word] for word in spec.split()]
                entries = entries_of(shape, dice, torch.float64)
                if name in integer and entries_of is _entries:
                    entries = torch.where(entries < 0, -1.0, 1.0) * (entries.abs() * 4).round().clamp(1, 9)
                inputs[name] = (entries.abs() if name in positive else entries).to(dtype)
        return Case(inputs, dict(sizes), like=like)

    return [_draw_until(make, seed0 + seed, away) for seed in range(seeds)]


def relu_preactivations(X: torch.Tensor, Ws: Sequence[torch.Tensor], bs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Pre-activations Z = A Wᵀ + b, each (n, out), of a ReLU network's hidden layers; its last layer is linear."""
    preactivations, A = [], X
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        preactivations.append(A @ W.T + b)
        A = preactivations[-1].clamp(min=0)
    return preactivations


@memoised(_map_cases)
def layers(
    *, seeds: int = 24, seed0: int = 0, depth: tuple[int, int] = (2, 4), dtype: torch.dtype = torch.float64, **more: Any
) -> list[Case]:
    """Random ReLU networks: arguments X (n, d), Ws (list of (out, in)), bs (list of (out,)), Y (n, q), then ``more``.

    ``depth`` gives the least and the greatest number of layers; all widths differ; hidden pre-activations stay away
    from the kink. ``more`` arguments are passed on as they are.
    """

    def make(dice: torch.Generator) -> Case:
        count = int(torch.randint(depth[0], depth[1] + 1, (1,), generator=dice, device="cpu"))
        free = torch.randperm(max(len(SIZES), count + 2), generator=dice, device="cpu") + SIZES.start
        n, *widths = free[: count + 2].tolist()
        Ws, bs = [], []
        for fan_in, fan_out in zip(widths, widths[1:], strict=False):
            Ws.append((_entries((fan_out, fan_in), dice, torch.float64) / fan_in**0.5).to(dtype))
            bs.append((_entries((fan_out,), dice, torch.float64) * 0.5).to(dtype))
        return case(n, widths, Ws, bs, _entries((n, widths[0]), dice, dtype), _entries((n, widths[-1]), dice, dtype))

    def like(sizes: Mapping[str, int], dice: torch.Generator) -> Case | None:
        n, widths = sizes["n"], [sizes["d"], *[2] * (max(depth[0], 1) - 1), sizes["q"]]
        Ws = [_whole((out, into), dice, dtype) for into, out in itertools.pairwise(widths)]
        bs = [_whole((out,), dice, dtype) for out in widths[1:]]
        found = case(n, widths, Ws, bs, _whole((n, widths[0]), dice, dtype), _whole((n, widths[-1]), dice, dtype))
        return found if _is_away(found, kinks) else None

    def case(n: int, widths: list[int], Ws: Any, bs: Any, X: torch.Tensor, Y: torch.Tensor) -> Case:
        """The case of ``n`` examples and a network of these ``widths``: the arguments ``X``, ``Ws``, ``bs``, ``Y``."""
        sizes = {"n": n, "d": widths[0], "q": widths[-1]}
        return Case({"X": X, "Ws": Ws, "bs": bs, "Y": Y, **more}, sizes, like=like)

    def kinks(case: Case) -> list[torch.Tensor]:
        return relu_preactivations(case["X"], case["Ws"], case["bs"])

    return [_draw_until(make, seed0 + seed, kinks) for seed in range(seeds)]


def smaller(case: Case) -> Iterator[Case]:
    """Cases of a drawn case's kind with sizes of one and two and whole numbers, those with the fewest first.

    They are everybody's, secret or not: nothing of the case itself but its kind is in them. A case by hand has none.
    """
    if case.like is None or not case.sizes:
        return
    for number, sizes in enumerate(sorted(itertools.product((1, 2), repeat=len(case.sizes)), key=sum)[:SMALL]):
        for again in range(2):
            dice = torch.Generator(device="cpu").manual_seed(2 * number + again)
            try:
                made = case.like(dict(zip(case.sizes, sizes, strict=True)), dice)
            except Exception:  # sizes that this kind of case does not have
                made = None
            if made is not None:
                yield made
