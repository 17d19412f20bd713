"""Cache of rendered figures: one that was drawn before is shown again, not drawn again.

Drawing is most of what a notebook of the course does with its time, and most of its figures show the course's own
numbers: they are the same in everybody's notebook. So a grader draws them once, and every submission finds them in
`KEPT`. In a student's own notebook nothing is ever kept, and every figure is drawn.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec

import torch

from course.cache.keys import key_of
from course.runtime.context import current, enter, entered

P = ParamSpec("P")


class Picture(NamedTuple):
    """What a figure puts into a notebook: data and metadata of its output."""

    data: dict[str, Any]
    metadata: dict[str, Any]


KEPT: dict[str, Picture] = {}
"""Figures by what they were drawn from."""


def keeping(keep: Callable[[str, Picture], None] | None) -> None:
    """From now on, in this thread, call `keep` with every figure drawn from plain values; None: no longer."""
    enter(current()._replace(keep=keep))


def present(picture: Picture) -> None:
    """Put a figure into the notebook."""
    from IPython.display import display

    shown = current().shown
    if shown is not None:
        shown.append(picture)
    display(picture.data, metadata=picture.metadata, raw=True)


def once(draw: Callable[P, None]) -> Callable[P, None]:
    """A function that draws one figure, and shows the kept one where it was drawn from equal values before."""

    @functools.wraps(draw)
    def as_before(*args: P.args, **kwargs: P.kwargs) -> None:
        context = current()
        key = _key(draw, args, kwargs) if KEPT or context.keep is not None else None
        if key is not None and key in KEPT:
            return present(KEPT[key])
        if key is None or context.keep is None:
            return draw(*args, **kwargs)
        shown: list[Picture] = []
        with entered(context._replace(shown=shown)), warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            draw(*args, **kwargs)
        if context.shown is not None:  # this figure is drawn for another one
            context.shown.extend(shown)
        if len(shown) == 1 and not said:  # a warning belongs to every notebook that draws it
            context.keep(key, shown[0])

    return as_before


def _key(draw: Callable[..., None], *args: Any) -> str | None:
    """A hash of all that decides what a figure looks like; None where something in it is not a plain value."""
    import matplotlib

    settings = {key: repr(value) for key, value in dict.items(matplotlib.rcParams)}  # reading may choose a backend
    usual = torch.empty(0)
    return key_of(draw.__module__, draw.__qualname__, args, usual.dtype, str(usual.device), settings)
