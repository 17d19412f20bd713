"""Graph drawing: frames and arrows of a computational graph, in a sheet's coordinates (inches)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from course.figures.style import GREEN, GREY, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Look(NamedTuple):
    """How the frame of a box looks, and the words beside it."""

    colour: str
    width: float  # of the frame's line, in points
    words: str = ""
    double: bool = False  # whether there is a second frame inside the first
    hatch: str = ""
    dash: str = "-"


PLAIN = Look("#333333", 1.2)
# How each status looks. It can be told without colour.
STATUSES = {
    "right": Look(GREEN, 1.4, "✓ right", double=True),
    "first wrong": Look(VERMILLION, 3.0, "✗ first wrong", hatch="////"),
    "wrong": Look(VERMILLION, 1.4, "✗ wrong", hatch=".."),
    "not checked": Look(GREY, 1.0, "? not checked", dash="--"),
}


def frame(ax: Axes, x: float, y: float, width: float, height: float, *, is_input: bool, status: str | None) -> None:
    """Draw the frame of a box; inputs are rounder and tinted, a status changes the look.

    ``ax``: a sheet's axes. ``x``, ``y``: the box's centre. ``width``, ``height``: its size. ``is_input``: whether
    nothing feeds it. ``status``: a key of `STATUSES`, or None for a box that nobody judged.
    """
    from matplotlib.patches import FancyBboxPatch

    look = STATUSES[status] if status else PLAIN

    def layer(shrink: float, **how: Any) -> None:
        corner = (x - width / 2 + shrink, y - height / 2 + shrink)
        rounding = (0.19 if is_input else 0.08) - shrink / 2
        shape = f"round,pad=0,rounding_size={rounding}"
        ax.add_patch(FancyBboxPatch(corner, width - 2 * shrink, height - 2 * shrink, boxstyle=shape, zorder=3, **how))

    paper = "#EEF4FA" if is_input else "white"
    layer(0.0, facecolor=paper, edgecolor=look.colour, linewidth=look.width, linestyle=look.dash)
    if look.hatch:
        layer(0.02, facecolor="none", edgecolor="#F2C4A8", linewidth=0, hatch=look.hatch)
    if look.double:
        layer(0.05, facecolor="none", edgecolor=look.colour, linewidth=look.width)


def arrow(ax: Axes, points: Sequence[tuple[float, float]], *, colour: str, dash: Any = "-") -> None:
    """Draw an arrow on a smooth path through the points, level at each of them."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    vertices, codes = [points[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        vertices += [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
        codes += [Path.CURVE4] * 3
    line: dict[str, Any] = {"color": colour, "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0}
    ax.add_patch(FancyArrowPatch(path=Path(vertices, codes), arrowstyle="-", linestyle=dash, zorder=2, **line))
    (x0, _), (x1, y1) = points[-2:]
    before = (x1 - math.copysign(0.02, x1 - x0), y1)
    ax.add_patch(FancyArrowPatch(before, (x1, y1), arrowstyle="-|>", mutation_scale=10, zorder=2.5, **line))
