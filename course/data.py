"""Data sets: synthetic ones from a seeded generator, scikit-learn's digits, MNIST and Fashion-MNIST.

Made sets come from a generator of their own, so that the same arguments always give the same numbers and the global
seed stays as it is. The digits, MNIST and Fashion-MNIST are those of `course.datasets.images`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from course.datasets.images import Images, digits, fashion_mnist, mnist

__all__ = ["Images", "blobs", "digits", "fashion_mnist", "line", "mnist", "rings", "sine", "xor"]

Pair = tuple[torch.Tensor, torch.Tensor]


def _generator(n: int, seed: int, least: int = 1) -> torch.Generator:
    """A generator of its own for a set of n examples; ValueError where n is no whole number from `least` on."""
    if isinstance(n, bool) or not isinstance(n, int) or n < least:
        raise ValueError(f"n is the number of examples, a whole number of at least {least}; here n={n!r}.")
    return torch.Generator().manual_seed(seed)


def _labels(kinds: torch.Tensor, signed: bool, dtype: torch.dtype) -> torch.Tensor:
    """The labels 0 and 1 in ``dtype``, or -1 and +1 where signed."""
    return (2 * kinds - 1 if signed else kinds).to(dtype)


def xor(
    n: int = 4, *, noise: float = 0.0, seed: int = 0, signed: bool = False, dtype: torch.dtype = torch.float32
) -> Pair:
    """The exclusive or: X (n, 2) and y (n,), 1 where exactly one of the two coordinates is 1.

    The corners (0, 0), (0, 1), (1, 0), (1, 1) follow each other in this order, again and again until there are n.
    ``noise``: the standard deviation of what is added to each coordinate; the labels stay those of the corner.
    ``signed``: whether the labels are -1 and +1 instead of 0 and 1.
    """
    generator = _generator(n, seed)
    which = torch.arange(n) % 4
    corners = torch.stack([which // 2, which % 2], dim=1)
    X = corners + noise * torch.randn(n, 2, generator=generator, dtype=torch.float64)
    return X.to(dtype), _labels(corners[:, 0] ^ corners[:, 1], signed, dtype)


def blobs(
    n: int = 100,
    *,
    centres: Sequence[Sequence[float]] = ((-1.0, -1.0), (1.0, 1.0)),
    spread: float = 0.5,
    seed: int = 0,
    signed: bool = False,
    dtype: torch.dtype = torch.float32,
) -> Pair:
    """One cloud of points around each centre: X (n, d) and y (n,), the number of the centre.

    Examples take turns: the first belongs to centre 0, the next to centre 1, and so on. ``n``: how many examples there
    are. ``centres``: points with d coordinates each. ``spread``: the standard deviation of each cloud in each
    direction. ``seed``: of the generator. ``signed``: labels -1 and +1, for two centres only, else ValueError.
    ``dtype``: that of both tensors.
    """
    generator = _generator(n, seed)
    middles = torch.as_tensor(centres, dtype=torch.float64)
    if middles.ndim != 2:
        raise ValueError(f"centres is a list of points, each with the same number of coordinates; here {centres!r}.")
    if signed and len(middles) != 2:
        raise ValueError(f"Labels -1 and +1 tell two centres apart; here there are {len(middles)}.")
    y = torch.arange(n) % len(middles)
    X = middles[y] + spread * torch.randn(n, middles.shape[1], generator=generator, dtype=torch.float64)
    return X.to(dtype), _labels(y, signed, dtype)


def rings(
    n: int = 200, *, noise: float = 0.1, seed: int = 0, signed: bool = False, dtype: torch.dtype = torch.float32
) -> Pair:
    """A ring around a centre, which no line can separate: X (n, 2) and y (n,), 0 in the centre and 1 on the ring.

    Examples take turns, centre first. The centre is a disc of radius 0.4, evenly filled; the ring has radius 1.
    ``noise``: the standard deviation of what is added to each coordinate. ``signed``: labels -1 and +1 instead of 0
    and 1.
    """
    generator = _generator(n, seed)
    y = torch.arange(n) % 2
    angle, share = torch.rand(2, n, generator=generator, dtype=torch.float64)
    radius = torch.where(y == 1, 1.0, 0.4 * share.sqrt())
    circle = torch.stack([torch.cos(2 * math.pi * angle), torch.sin(2 * math.pi * angle)], dim=1)
    X = radius[:, None] * circle + noise * torch.randn(n, 2, generator=generator, dtype=torch.float64)
    return X.to(dtype), _labels(y, signed, dtype)


def line(
    n: int = 1000,
    *,
    w: Sequence[float] = (2.0, -3.4),
    b: float = 4.2,
    noise: float = 0.01,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
) -> Pair:
    """Examples of a linear model: X (n, d), standard normal, and y (n,) = X @ w + b + noise.

    ``n``: how many examples there are. ``w``: the d true weights. ``b``: the true bias. ``noise``: the standard
    deviation of the noise on y. ``seed``: of the generator. ``dtype``: that of both tensors.
    """
    generator = _generator(n, seed)
    weights = torch.as_tensor(w, dtype=torch.float64).reshape(-1)
    X = torch.randn(n, len(weights), generator=generator, dtype=torch.float64)
    y = X @ weights + b + noise * torch.randn(n, generator=generator, dtype=torch.float64)
    return X.to(dtype), y.to(dtype)


def sine(
    n: int = 200,
    *,
    low: float = -math.pi,
    high: float = math.pi,
    noise: float = 0.0,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
) -> Pair:
    """The sine curve: x (n, 1), evenly spaced from low to high, both included, and y (n, 1) = sin x + noise.

    ``n``: how many examples there are, at least two. ``low``, ``high``: the ends of the curve. ``noise``: the standard
    deviation of the noise on y. ``seed``: of the generator. ``dtype``: that of both tensors.
    """
    generator = _generator(n, seed, least=2)
    x = torch.linspace(low, high, n, dtype=torch.float64)[:, None]
    y = torch.sin(x) + noise * torch.randn(n, 1, generator=generator, dtype=torch.float64)
    return x.to(dtype), y.to(dtype)
