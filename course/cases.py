"""Test case generation: seeded inputs that make wrong answers visible.

A case must not hide a mistake. So all sizes in a case differ (a forgotten transpose cannot fit), there are at least
three examples (a mean is not a sum), no entry is near 0 (nothing vanishes), pre-activations stay away from a ReLU's
kink, and every number is float64 unless said otherwise. Cases come from their own random generator: the global
random state is never touched.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch

from course import edges as at_edges
from course.cache.results import memoised
from course.device import map_tensors
from course.edges import Edge
from course.entries import entries, generator, labels, whole

SIZES = range(3, 10)
KINK = 0.05  # the least distance of a pre-activation from 0
_MISSING = object()
SMALL = 24
"""Sizes that ``smaller`` tries at most."""


Like = Callable[[Mapping[str, int], torch.Generator], "Case | None"]
"""From sizes by symbol and random numbers to a case of whole numbers; None for one that a kink is too near to."""


@dataclass(frozen=True)
class Case:
    """One set of arguments for an exercise, in order: ``answer(*case)`` calls it.

    ``inputs`` maps argument names to values, ``sizes`` the symbols of their shapes to numbers, and ``gives`` is the
    expected result where the case was made by hand. ``like`` makes a drawn case again in other sizes, with whole
    numbers: see ``smaller``. ``edge`` says what is special about a case that people forget.
    """

    inputs: dict[str, Any]
    sizes: dict[str, int] = field(default_factory=dict)
    gives: Any = _MISSING
    like: Like | None = field(default=None, compare=False, repr=False)
    edge: Edge | None = field(default=None, compare=False, repr=False)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.inputs.values())

    def __getitem__(self, name: str) -> Any:
        return self.inputs[name]

    @property
    def has_result(self) -> bool:
        """Whether the case carries its expected result."""
        return self.gives is not _MISSING


class Drawn(list[Case]):
    """Drawn cases, and beside them ``edges``, those that people forget. Lists are put together with ``+``."""

    def __init__(self, cases: Iterable[Case] = (), edges: Iterable[Case] = ()) -> None:
        super().__init__(cases)
        self.edges = list(edges)

    def __add__(self, more: Any) -> Drawn:  # type: ignore[override]
        return Drawn([*self, *more], [*self.edges, *edges_of(more)])

    def __radd__(self, more: Any) -> Drawn:
        return Drawn([*more, *self], [*edges_of(more), *self.edges])

    def __iadd__(self, more: Any) -> Drawn:  # type: ignore[override]
        return self + more


def edges_of(on: Iterable[Case]) -> list[Case]:
    """The cases beside these that people forget; none beside cases made by hand."""
    return getattr(on, "edges", [])


def example(*, gives: Any = _MISSING, **inputs: Any) -> Case:
    """A case made by hand: arguments by name, in order, and the result that ``gives`` states."""
    return Case(inputs, gives=gives)


_Entries = Callable[[Sequence[int], torch.Generator, torch.dtype], torch.Tensor]
_Change = Callable[[torch.Tensor, torch.Generator], torch.Tensor]
_OF_ENTRIES: tuple[tuple[Edge, str, _Change], ...] = (
    (at_edges.ZERO_EDGE, at_edges.ZEROS, at_edges.some_zero),
    (at_edges.TINY_EDGE, at_edges.SMALL, at_edges.tiny),
)


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


def _map_cases(drawn: Iterable[Case], change: Callable[[torch.Tensor], torch.Tensor]) -> Drawn:
    """Drawn cases, with ``change`` applied to each of their tensors, and of those beside them."""
    ordinary, edges = (
        [replace(case, inputs=map_tensors(case.inputs, change), sizes=dict(case.sizes)) for case in each]
        for each in (drawn, edges_of(drawn))
    )
    return Drawn(ordinary, edges)


@memoised(_map_cases)
def draw(
    *,
    seeds: int = 24,
    seed0: int = 0,
    dtype: torch.dtype = torch.float64,
    away: Callable[[Case], Any] | None = None,
    positive: Sequence[str] = (),
    integer: Sequence[str] = (),
    without: str = "",
    **shapes: Any,
) -> Drawn:
    """Random cases, one for each of ``seeds`` seeds, in ``dtype``: ``draw(X="n d", W="h d", b="h", y="n:q")``.

    A string is a shape: symbols stand for sizes that all differ within a case, digits for themselves, "" for a scalar
    tensor. "n:q" gives n class labels below q, int64. Anything else (a number, a list, a function) is passed on as it
    is. ``positive`` and ``integer`` name arguments with positive entries and with whole numbers from -9 to 9 but 0.
    ``away``, called with a case, returns the tensor(s) whose entries must stay off 0, such as pre-activations. Other
    ``seed0``, other cases.

    Beside them come the cases that people forget: a size of one for each symbol (two classes) and for all, all sizes
    equal, some entries 0, one argument 0, all entries small. ``without`` names those that make no sense here, in words:
    symbols, "ones", "square", "zeros" (of both kinds), "tiny", or "edges" for all. Zeros and small entries are never
    made with ``away``.
    """

    def make(dice: torch.Generator) -> Case:
        return filled(_sizes(shapes.values(), dice), dice)

    def like(sizes: Mapping[str, int], dice: torch.Generator) -> Case | None:
        case = filled(sizes, dice, whole)
        return case if _is_away(case, away) else None

    def edges() -> Iterator[Case]:
        left_out = without.split()
        classes = {spec.split(":")[1].strip() for spec in shapes.values() if isinstance(spec, str) and ":" in spec}
        sizes = _sizes(shapes.values(), generator(7919 * seed0 + 23))
        for edge, at in at_edges.of_sizes(sizes, classes, left_out):
            yield replace(_draw_until(partial(filled, at), seed0, away), edge=edge)
        for edge, word, change in _OF_ENTRIES:
            if word not in left_out and away is None:
                yield replace(_draw_until(partial(filled, sizes, change=change), seed0, None), edge=edge)
        if at_edges.ZEROS not in left_out and away is None:
            for name, spec in shapes.items():
                if isinstance(spec, str) and ":" not in spec and name not in (*positive, *integer):
                    case = _draw_until(partial(filled, sizes), seed0, None)
                    yield replace(
                        case, inputs={**case.inputs, name: torch.zeros_like(case[name])}, edge=at_edges.zero(name)
                    )

    def filled(
        sizes: Mapping[str, int], dice: torch.Generator, entries_of: _Entries = entries, change: _Change | None = None
    ) -> Case:
        inputs: dict[str, Any] = {}
        for name, spec in shapes.items():
            if not isinstance(spec, str):
                inputs[name] = spec
            elif ":" in spec:
                count, classes = (sizes.get(word.strip()) or int(word) for word in spec.split(":"))
                inputs[name] = labels(count, classes, dice)
            else:
                shape = [int(word) if word.isdigit() else sizes[word] for word in spec.split()]
                drawn = entries_of(shape, dice, torch.float64)
                if name in integer and entries_of is entries:
                    drawn = torch.where(drawn < 0, -1.0, 1.0) * (drawn.abs() * 4).round().clamp(1, 9)
                if change is not None and name not in positive and name not in integer:
                    drawn = change(drawn, dice)
                inputs[name] = (drawn.abs() if name in positive else drawn).to(dtype)
        return Case(inputs, dict(sizes), like=like)

    ordinary = [_draw_until(make, seed0 + seed, away) for seed in range(seeds)]
    return Drawn(ordinary, () if "edges" in without.split() else edges())


def relu_preactivations(X: torch.Tensor, Ws: Sequence[torch.Tensor], bs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Pre-activations Z = A Wᵀ + b, each (n, out), of a ReLU network's hidden layers; its last layer is linear."""
    preactivations, A = [], X
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        preactivations.append(A @ W.T + b)
        A = preactivations[-1].clamp(min=0)
    return preactivations


@memoised(_map_cases)
def layers(
    *,
    seeds: int = 24,
    seed0: int = 0,
    depth: tuple[int, int] = (2, 4),
    dtype: torch.dtype = torch.float64,
    without: str = "",
    **more: Any,
) -> Drawn:
    """Random ReLU networks: arguments X (n, d), Ws (list of (out, in)), bs (list of (out,)), Y (n, q), then ``more``.

    ``depth`` gives the least and the greatest number of layers; all widths differ; hidden pre-activations stay away
    from the kink. ``more`` arguments are passed on as they are. Beside them come those that people forget: one
    example, one of everything, all widths equal, unless ``without`` says "n", "ones" or "square" ("edges": none).
    """

    def make(dice: torch.Generator) -> Case:
        count = int(torch.randint(depth[0], depth[1] + 1, (1,), generator=dice, device="cpu"))
        free = torch.randperm(max(len(SIZES), count + 2), generator=dice, device="cpu") + SIZES.start
        n, *widths = free[: count + 2].tolist()
        return filled(n, widths, dice)

    def filled(n: int, widths: list[int], dice: torch.Generator) -> Case:
        Ws, bs = [], []
        for fan_in, fan_out in zip(widths, widths[1:], strict=False):
            Ws.append((entries((fan_out, fan_in), dice, torch.float64) / fan_in**0.5).to(dtype))
            bs.append((entries((fan_out,), dice, torch.float64) * 0.5).to(dtype))
        return case(n, widths, Ws, bs, entries((n, widths[0]), dice, dtype), entries((n, widths[-1]), dice, dtype))

    def like(sizes: Mapping[str, int], dice: torch.Generator) -> Case | None:
        n, widths = sizes["n"], [sizes["d"], *[2] * (max(depth[0], 1) - 1), sizes["q"]]
        Ws = [whole((out, into), dice, dtype) for into, out in itertools.pairwise(widths)]
        bs = [whole((out,), dice, dtype) for out in widths[1:]]
        found = case(n, widths, Ws, bs, whole((n, widths[0]), dice, dtype), whole((n, widths[-1]), dice, dtype))
        return found if _is_away(found, kinks) else None

    def case(n: int, widths: list[int], Ws: Any, bs: Any, X: torch.Tensor, Y: torch.Tensor) -> Case:
        """The case of ``n`` examples and a network of these ``widths``: the arguments ``X``, ``Ws``, ``bs``, ``Y``."""
        sizes = {"n": n, "d": widths[0], "q": widths[-1]}
        return Case({"X": X, "Ws": Ws, "bs": bs, "Y": Y, **more}, sizes, like=like)

    def kinks(case: Case) -> list[torch.Tensor]:
        return relu_preactivations(case["X"], case["Ws"], case["bs"])

    def edges() -> Iterator[Case]:
        left_out, widths = without.split(), [5, *[4, 7, 6][: max(depth[0], 1) - 1], 3]
        ones, square = [1] * len(widths), [at_edges.SQUARE] * len(widths)
        forms = {"n": (1, widths), at_edges.MANY: (1, ones), at_edges.EQUAL: (at_edges.SQUARE, square)}
        for word, (count, wide) in forms.items():
            if word not in left_out:
                yield replace(_draw_until(partial(filled, count, wide), seed0, kinks), edge=at_edges.OF_LAYERS[word])

    ordinary = [_draw_until(make, seed0 + seed, kinks) for seed in range(seeds)]
    return Drawn(ordinary, () if "edges" in without.split() else edges())


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
