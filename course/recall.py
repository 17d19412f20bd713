"""What a check works out for itself, remembered: the same cases and the same right answers serve a whole class.

Only the grader remembers, in its own process, while a test cell runs (`remembering`). Students' answers are never
remembered, and whoever recalls something gets tensors of their own.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch

from course.fingerprint import fingerprint

Work = TypeVar("Work", bound=Callable[..., Any])
MOST, LARGEST = 8192, 20_000
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
            key = fingerprint(work.__qualname__, args, kwargs, functions=True) if _on else None
            if key is None:
                return work(*args, **kwargs)
            if key in RESULTS:
                RESULTS.move_to_end(key)
                return mapped(RESULTS[key], torch.Tensor.clone)
            result, sizes = work(*args, **kwargs), []

            def copy(tensor: torch.Tensor) -> torch.Tensor:
                sizes.append(tensor.numel())
                return tensor.clone()

            kept = mapped(result, copy)
            if sum(sizes) <= LARGEST:
                RESULTS[key] = kept
                if len(RESULTS) > MOST:
                    RESULTS.popitem(last=False)
            return result

        return recall_or_work

    return decorate
