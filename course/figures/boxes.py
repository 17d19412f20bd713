"""Frames and arrows of the computational graph, in a sheet's coordinates (inches)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from course.figures.style import GREEN, GREY, VERMILLION

# How each status looks: colour, frame width in points, second frame, hatch, words. It can be told without colour.
STATUSES = {
    "right": (GREEN, 1.4, True, "", "✓ right"),
    "first wrong": (VERMILLION, 3.0, False, "////", "✗ first wrong"),
    "wrong": (VERMILLION, 1.4, False, "..", "✗ wrong"),
    "not checked": (GREY, 1.0, False, "", "? not checked"),
}


def frame(ax: Any, x: float, y: float, width: float, height: float, *, is_input: bool, status: str | None) -> None:
    """Draw the frame of a box with its centre at (x, y); inputs are rounder and tinted, a status changes the look."""
    from matplotlib.patches import FancyBboxPatch

    colour, line, double, hatch, _ = STATUSES[status] if status else ("#333333", 1.2, False, "", "")
    paper = "#EEF4FA" if is_input else "white"
    dash = "--" if status == "not checked" else "-"
    layers = [(0.0, {"facecolor": paper, "edgecolor": colour, "linewidth": line, "linestyle": dash})]
    if double:
        layers.append((0.05, {"facecolor": "none", "edgecolor": colour, "linewidth": line}))
    if hatch:
        layers.insert(1, (0.02, {"facecolor": "none", "edgecolor": "#F2C4A8", "linewidth": 0, "hatch": hatch}))
    for shrink, look in layers:
        corner = (x - width / 2 + shrink, y - height / 2 + shrink)
        rounding = (0.19 if is_input else 0.08) - shrink / 2
        shape = f"round,pad=0,rounding_size={rounding}"
        ax.add_patch(FancyBboxPatch(corner, width - 2 * shrink, height - 2 * shrink, boxstyle=shape, zorder=3, **look))


def arrow(ax: Any, points: Sequence[tuple[float, float]], *, colour: str, dash: Any = "-") -> None:
    """Draw an arrow on a smooth path through the points, level at each of them."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    vertices, codes = [points[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        vertices += [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
        codes += [Path.CURVE4] * 3
    line = {"color": colour, "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0}
    ax.add_patch(FancyArrowPatch(path=Path(vertices, codes), arrowstyle="-", linestyle=dash, zorder=2, **line))
    (x0, _), (x1, y1) = points[-2:]
    before = (x1 - math.copysign(0.02, x1 - x0), y1)
    ax.add_patch(FancyArrowPatch(before, (x1, y1), arrowstyle="-|>", mutation_scale=10, zorder=2.5, **line))
