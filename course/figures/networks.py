"""Node-link diagrams of neural networks: layers of neurons, weights on the lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from course.cache.figures import once
from course.figures.style import (
    BLUE,
    GREY,
    VERMILLION,
    array,
    number,
    sheet,
    text_width,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = tuple[float, float]


@once
def network(
    widths: Sequence[int],
    *,
    labels: Sequence[Sequence[str]] | None = None,
    weights: Sequence[Any] | None = None,
    biases: Sequence[Any] | None = None,
    alt: str,
    caption: str,
) -> None:
    """Draw a small network as circles and lines, inputs left, output right.

    ``widths``: neurons in each layer, inputs first, such as (2, 2, 1). ``labels``: one list of texts per layer.
    ``weights``: one (out, in) matrix per step, written on the lines; negative weights are dashed, large ones thick.
    ``biases``: one (out,) vector per step, written under the circles. ``alt``, ``caption``: the figure's two texts,
    both required.
    """
    from matplotlib.patches import Circle

    steps = list(zip(widths, widths[1:], strict=False))
    matrices = None if weights is None else [array(matrix) for matrix in weights]
    shapes = [step[::-1] for step in steps]
    if matrices is not None and [matrix.shape for matrix in matrices] != shapes:
        raise ValueError(f"Between layers of {list(widths)} neurons the weights have shapes (out, in): {shapes}.")
    radius, down = 0.3, 1.15
    across = 1.9 if weights is None else 1.9 + 0.25 * max(0, max(n * m for n, m in steps) - 6) ** 0.8
    width, height = across * len(steps) + 2 * radius + 0.5, down * max(widths) + 0.1
    places = [
        [(0.25 + radius + across * k, height / 2 + down * ((n - 1) / 2 - i)) for i in range(n)]
        for k, n in enumerate(widths)
    ]
    with sheet(width, height, alt=alt, caption=caption) as ax:
        for k, (n, m) in enumerate(steps):
            edges = [(places[k][j], places[k + 1][i]) for i, j in product(range(m), range(n))]
            if matrices is None:
                for start, end in edges:
                    _line(ax, start, end, color=GREY, linewidth=1.2)
                continue
            sizes = matrices[k].reshape(-1).tolist()
            spots = _spots(edges, list(map(number, sizes)), radius)
            for (start, end), weight, spot in zip(edges, sizes, spots, strict=True):
                _weighted(ax, start, end, weight, spot)
        middle: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4}
        for k, column in enumerate(places):
            for i, (x, y) in enumerate(column):
                paper = "white" if k else "#EEF4FA"
                ax.add_patch(Circle((x, y), radius, facecolor=paper, edgecolor="#333333", linewidth=1.4, zorder=3))
                if labels is not None:
                    ax.text(x, y, labels[k][i], size=11, weight="bold", **middle)
                if biases is not None and k > 0:
                    bias = number(array(biases[k - 1])[i])
                    ax.text(x, y - radius - 0.12, f"b = {bias}", size=9.5, **middle)


def _spots(edges: Sequence[tuple[Point, Point]], labels: Sequence[str], radius: float) -> list[Point]:
    """Where each edge's label stands: on its own line, apart from labels placed before, on few other lines."""
    spots: list[Point] = []
    halves = [(text_width(label, 10) / 2 + 0.05, 0.11) for label in labels]
    for edge, (wide, high) in zip(edges, halves, strict=True):
        (x0, y0), (x1, y1) = edge
        best, fewest = (x0, y0), float("inf")
        for share in (0.34, 0.3, 0.38, 0.26, 0.42, 0.22, 0.46, 0.5, 0.54, 0.58, 0.62, 0.66, 0.7, 0.74, 0.78):
            x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
            if not x0 + radius + wide < x < x1 - radius - wide:
                continue
            taken = sum(
                abs(x - there[0]) < wide + other[0] and abs(y - there[1]) < high + other[1]
                for there, other in zip(spots, halves, strict=False)
            )
            crossed = sum(_passes(other, (x, y), wide, high) for other in edges if other != edge)
            if 100 * taken + crossed < fewest:
                best, fewest = (x, y), 100 * taken + crossed
        spots.append(best)
    return spots


def _passes(edge: tuple[Point, Point], spot: Point, wide: float, high: float) -> bool:
    """Whether a line runs through the paper of a label."""
    (x0, y0), (x1, y1) = edge
    heights = [y0 + (y1 - y0) * (x - x0) / (x1 - x0) - spot[1] for x in (spot[0] - wide, spot[0] + wide)]
    return min(heights) < high and max(heights) > -high


def _weighted(ax: Axes, start: Point, end: Point, weight: float, spot: Point) -> None:
    """The line between two neurons, solid or dashed by its weight's sign, thick by its size, and the weight on it."""
    colour, dash = (BLUE, "-") if weight >= 0 else (VERMILLION, "--")
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 2.0}
    ax.text(*spot, number(weight), size=10, ha="center", va="center", bbox=paper, zorder=2)
    _line(ax, start, end, color=colour, linewidth=0.8 + 2.0 * min(1.0, abs(weight)), linestyle=dash)


def _line(ax: Axes, start: Point, end: Point, **look: Any) -> None:
    """A straight line behind the neurons."""
    ax.plot(*zip(start, end, strict=True), zorder=1, **look)
