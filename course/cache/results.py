"""What a check works out for itself, remembered: the same cases and the same right answers serve a whole class.

Only a grading process remembers, while a test cell runs (`remembering`). Students' answers are never remembered, and
whoever recalls something gets tensors of their own. What draws random numbers of torch's is not remembered.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch

from course.cache.keys import fingerprint

Work = TypeVar("Work", bound=Callable[..., Any])
MOST, LARGEST = 4096, 5_000
"""Results that are remembered, and numbers in the tensors of each."""
RESULTS: OrderedDict[str, Any] = OrderedDict()
_on = False


@contextmanager
def remembering() -> Iterator[None]:
    """Inside, what was worked out before is recalled, and what is new is remembered."""
    global _on
    before, _on = _on, True
    try:
        yield
    finally:
        _on = before


def recalled(mapped: Callable[[Any, Callable[[torch.Tensor], torch.Tensor]], Any]) -> Callable[[Work], Work]:
    """For a function that comes to equal results from equal arguments: where those are plain, it works once for all.

    ``mapped(result, change)`` gives such a result with ``change`` applied to every tensor in it.
    """

    def decorate(work: Work) -> Work:
        @functools.wraps(work)
        def recall_or_work(*args: Any, **kwargs: Any) -> Any:
            key = _key(work, args, kwargs) if _on else None
            if key is None:
                return work(*args, **kwargs)
            if key in RESULTS:
                RESULTS.move_to_end(key)
                return mapped(RESULTS[key], _own)
            dice, sizes = torch.random.get_rng_state(), []
            result = work(*args, **kwargs)
            kept = mapped(result, lambda tensor: (sizes.append(tensor.numel()), _own(tensor))[1])
            if sum(sizes) <= LARGEST and torch.equal(dice, torch.random.get_rng_state()):
                RESULTS[key] = kept
                if len(RESULTS) > MOST:
                    RESULTS.popitem(last=False)
            return result

        return recall_or_work

    return decorate


def _key(work: Callable[..., Any], args: Any, kwargs: Any) -> str | None:
    usual = torch.empty(0)  # its type and its place are those of every new tensor
    where = usual.dtype, str(usual.device)
    return fingerprint(work.__module__, work.__qualname__, args, kwargs, where, functions=True)


def _own(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone().requires_grad_(tensor.requires_grad)
