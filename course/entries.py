"""Random numbers for test cases: entries off 0, whole numbers for paper, class labels.

Everybody can draw what a seed gives, and so could an answer. Where checks are graded, the context has a secret of the
course's: what is drawn under it nobody can know beforehand.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np
import torch

from course.runtime.context import current

_WORDS = 624
"""The Mersenne twister's state (MT19937): this many whole numbers of 32 bits."""
_STATE = slice(24, 24 + 8 * _WORDS)
"""Where they lie, 64 bits each, in what torch's ``Generator.get_state`` gives for the CPU."""


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


def entries(shape: Sequence[int], dice: torch.Generator, dtype: torch.dtype) -> torch.Tensor:
    """Random entries of both signs, none nearer to 0 than 0.2."""
    normal = torch.randn(tuple(shape), generator=dice, dtype=torch.float64, device="cpu")
    return (normal * 0.8).add_(_OFF_ZERO.copysign(normal)).to(dtype)


def whole(shape: Sequence[int], dice: torch.Generator, dtype: torch.dtype) -> torch.Tensor:
    """Random whole numbers from -3 to 3 but 0, all different where there are so many: numbers for paper."""
    count = math.prod(shape)
    drawn = torch.cat([torch.randperm(6, generator=dice, device="cpu") for _ in range(1 + count // 6)])[:count]
    return torch.where(drawn < 3, drawn - 3, drawn - 2).reshape(tuple(shape)).to(dtype)


def labels(count: int, classes: int, dice: torch.Generator) -> torch.Tensor:
    """Class labels, int64, shape (count,): at least two classes occur."""
    drawn = torch.randint(classes, (count,), generator=dice, device="cpu")
    if count > 1 and bool((drawn == drawn[0]).all()):
        drawn[-1] = (drawn[0] + 1) % classes
    return drawn
