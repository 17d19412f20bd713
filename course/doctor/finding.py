"""Data types of the diagnosis: wrong results beside right ones, and a cause with a next step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from course.answers.compare import relative_error

RTOL = 1e-6  # how well a transformation must reproduce the right numbers, relative to the largest entry


@dataclass(frozen=True)
class Pair:
    """One wrong result beside the right one, and the case they belong to: its ``inputs`` and named ``sizes``.

    ``truth`` says that both are tensors of True and False.
    """

    yours: Any
    expected: Any
    inputs: dict[str, Any] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    truth: bool = False


@dataclass(frozen=True)
class Finding:
    """The likely cause and one next step, each a sentence or two; ``named`` where it is more than a clue."""

    cause: str
    next: str
    named: bool = False


def reproduces(changed: torch.Tensor | None, expected: torch.Tensor) -> bool:
    """Whether changed numbers are the right ones, in shape and up to rounding."""
    return (
        changed is not None
        and changed.shape == expected.shape
        and bool(torch.isfinite(changed).all())
        and relative_error(changed, expected) < RTOL
    )
