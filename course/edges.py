"""Boundary values: the inputs that people forget, made of any kind of drawn case.

A size of one in every dimension, all sizes equal, entries or a whole argument exactly 0, entries of a thousandth.
``cases.draw`` makes them with every drawn case, and the checks ask for them once the ordinary cases are right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import torch

SQUARE = 4
"""The one size of everything where all sizes are equal."""
TINY = 1e-3
"""What entries are multiplied with where they are small."""
SHARE = 1 / 3
"""Of the entries, this share is 0 where some are."""
MANY, EQUAL, ZEROS, SMALL = "ones", "square", "zeros", "tiny"
"""What an exercise leaves ``without``; a symbol leaves its size of one out."""


class Edge(NamedTuple):
    """What is special about a case (``says``), and what is to be looked at where only such a case fails (``look``)."""

    says: str
    look: str

    @property
    def cause(self) -> str:
        """What is known of an answer that is right but for this."""
        return f"Your answer is right on the ordinary cases, and not where {self.says}."

    @property
    def is_size(self) -> bool:
        """Whether it is one of sizes, and not of entries."""
        return self.look in (_ONE, _EQUAL)

    @property
    def sometimes(self) -> str:
        """What is known where an answer is right with such sizes, too, but not with all numbers."""
        return (
            f"Your answer is right on the ordinary cases, and not always where {self.says}: "
            "the numbers decide, not the size alone."
        )


EVERYWHERE = "Your answer is right on the ordinary cases, and on none at the edges."
FROM_ARGUMENTS = (
    "Look for numbers of an example in your code, and for sizes: everything has to come from the arguments."
)
FROM_NUMBERS = "Look for a comparison, a limit or a case of its own, and ask what is special about these numbers."
_ONE = (
    "A size of 1 is where squeeze() takes a dimension away and broadcasting stretches one. Look for these, for a "
    "division by a size less 1, and for code that tells things apart by their sizes."
)
_EQUAL = "Nothing fails by itself where all sizes are equal. Look for code that tells rows from columns by their sizes."
_ZEROS = "Look at > and >=, at divisions, and at code that takes 0 for something missing."
_TINY = "Look for a threshold, for an epsilon that was added for safety, and for rounding."


def of_sizes(
    sizes: Mapping[str, int], classes: Collection[str], without: Collection[str]
) -> Iterator[tuple[Edge, dict[str, int]]]:
    """Each edge that is one of sizes, with the sizes by symbol that a case has there.

    ``classes`` are the symbols of numbers of classes, of which there are at least two; ``without`` says what makes no
    sense.
    """
    least = {symbol: 2 if symbol in classes else 1 for symbol in sizes}
    for symbol in sizes:
        if symbol not in without:
            yield Edge(f"{symbol} = {least[symbol]}", _ONE), {**sizes, symbol: least[symbol]}
    if len(sizes) > 1:
        if not {MANY, *sizes} & {*without}:
            yield Edge(" and ".join(f"{symbol} = {size}" for symbol, size in least.items()), _ONE), least
        if EQUAL not in without:
            yield Edge(f"{', '.join(sizes)} are all {SQUARE}", _EQUAL), dict.fromkeys(sizes, SQUARE)


OF_LAYERS = {
    "n": Edge("n = 1", _ONE),
    MANY: Edge("there is one example, and one neuron in each layer", _ONE),
    EQUAL: Edge(f"there are {SQUARE} examples, and {SQUARE} neurons in each layer", _EQUAL),
}
"""Of whole networks."""
ZERO_EDGE, TINY_EDGE = Edge("some entries are exactly 0", _ZEROS), Edge("the entries are thousandths", _TINY)


def zero(name: str) -> Edge:
    """One argument is 0, all of it."""
    return Edge(f"{name} is 0", _ZEROS)


def some_zero(entries: torch.Tensor, dice: torch.Generator) -> torch.Tensor:
    """``entries`` with some of them 0: about a third, and of a few one."""
    chosen = torch.rand(entries.shape, generator=dice, dtype=torch.float64, device="cpu") < SHARE
    if entries.numel() and not bool(chosen.any()):
        chosen.view(-1)[int(torch.randint(entries.numel(), (1,), generator=dice, device="cpu"))] = True
    return torch.where(chosen, torch.zeros_like(entries), entries)


def tiny(entries: torch.Tensor, dice: torch.Generator) -> torch.Tensor:
    """``entries``, a thousandth of each."""
    return entries * TINY
