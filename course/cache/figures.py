"""A figure that was drawn before is shown again, not drawn again.

Drawing is most of what a notebook of the course does with its time, and most of its figures show the course's own
numbers: they are the same in everybody's notebook. So a grader draws them once, and every submission finds them in
`KEPT`. In a student's own notebook nothing is ever kept, and every figure is drawn.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import torch

from course.cache.keys import fingerprint

Draw = TypeVar("Draw", bound=Callable[..., None])


class Picture(NamedTuple):
    """What a figure puts into a notebook: data and metadata of its output."""

    data: dict[str, Any]
    metadata: dict[str, Any]


KEPT: dict[str, Picture] = {}
"""Figures by what they were drawn from."""
_keep: Callable[[str, Picture], None] | None = None
_shown: list[Picture] = []


def keeping(keep: Callable[[str, Picture], None] | None) -> None:
    """From now on call `keep` with every figure that is drawn from plain values; None: no longer."""
    global _keep
    _keep = keep


def present(picture: Picture) -> None:
    """Put a figure into the notebook."""
    from IPython.display import display

    if _keep is not None:
        _shown.append(picture)
    display(picture.data, metadata=picture.metadata, raw=True)


def once(draw: Draw) -> Draw:
    """A function that draws one figure, and shows the kept one where it was drawn from equal values before."""

    @functools.wraps(draw)
    def as_before(*args: Any, **kwargs: Any) -> None:
        key = _fingerprint(draw, args, kwargs) if KEPT or _keep is not None else None
        if key in KEPT:
            return present(KEPT[key])
        if _keep is None or key is None:
            return draw(*args, **kwargs)
        _shown.clear()
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            draw(*args, **kwargs)
        if len(_shown) == 1 and not said:  # a warning belongs to every notebook that draws it
            _keep(key, _shown[0])

    return as_before


def _fingerprint(draw: Callable[..., None], *args: Any) -> str | None:
    """A hash of all that decides what a figure looks like; None where something in it is not a plain value."""
    import matplotlib

    settings = {key: repr(value) for key, value in dict.items(matplotlib.rcParams)}  # reading may choose a backend
    usual = torch.empty(0)
    return fingerprint(draw.__module__, draw.__qualname__, args, usual.dtype, str(usual.device), settings)
