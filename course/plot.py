"""The figures of the course: curves, points, bars, tensors drawn as cells, small networks.

Every function takes `alt` and `caption`, both required, and shows its figure at once; nothing is returned.
`show` does the same for a figure of your own. The computational graph has a module of its own, `course.graph`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import torch

from course.drawn import once
from course.figures import (
    BLUE,
    COLOURS,
    DASHES,
    GREY,
    MARKERS,
    VERMILLION,
    array,
    chart,
    number,
    sheet,
    show,
    text_width,
)
from course.live import slider
from course.pictures import confusion, histogram, images, sizes
from course.shapes import broadcast, tensor_shape
from course.surfaces import boundary, contours, response, responses, scatter

__all__ = [
    "activation",
    "bars",
    "boundary",
    "broadcast",
    "confusion",
    "contours",
    "histogram",
    "images",
    "lines",
    "network",
    "points",
    "response",
    "responses",
    "show",
    "sizes",
    "slider",
    "tensor_shape",
]


def activation(
    function: Callable[[torch.Tensor], torch.Tensor],
    *,
    derivative: bool = True,
    low: float = -4.0,
    high: float = 4.0,
    name: str | None = None,
    alt: str,
    caption: str,
) -> None:
    """Draw an activation function, solid, and its derivative by autograd, dashed.

    function: takes a float64 tensor of shape (m,) and returns one of the same shape, entry by entry.
    low, high: the ends of the horizontal axis. name: what the legend calls the curve; the function's name by default.
    """
    z = torch.linspace(low, high, 800, dtype=torch.float64, requires_grad=derivative)  # an even count misses the kink
    y = function(z)
    name = name or getattr(function, "__name__", None) or type(function).__name__
    with chart(alt=alt, caption=caption) as ax:
        ax.plot(array(z), array(y), color=BLUE, label=name)
        if derivative:
            slope = array(torch.autograd.grad(y.sum(), z)[0] if y.requires_grad else torch.zeros_like(z)).copy()
            slope[1:][np.abs(np.diff(slope)) > 0.25] = np.nan  # a jump is a gap, not a steep line
            ax.plot(array(z), slope, color=VERMILLION, linestyle="--", label="its derivative")
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.axvline(0, color=GREY, linewidth=0.8)
        ax.set(xlabel="z", ylabel=f"{name}(z)")
        ax.legend()


@once
def lines(
    curves: Mapping[str, Any],
    *,
    xlabel: str,
    ylabel: str,
    logx: bool = False,
    logy: bool = False,
    alt: str,
    caption: str,
) -> None:
    """Draw curves that differ in colour, dash and marker, with a legend.

    curves: label -> y, or label -> (x, y), a pair of sequences of one length; x counts 0, 1, 2, ... when it is left
    out. Sequences are lists or 1-D tensors; entries that are not finite leave a gap.
    """
    from matplotlib.ticker import MaxNLocator

    with chart(alt=alt, caption=caption) as ax:
        whole = True
        for i, (label, curve) in enumerate(curves.items()):
            pair = isinstance(curve, tuple) and len(curve) == 2 and np.ndim(array(curve[0])) == 1
            y = array(curve[1] if pair else curve)
            x = array(curve[0]) if pair else np.arange(len(y))
            if x.shape != y.shape or y.ndim != 1:
                raise ValueError(f"The curve {label!r} needs x and y of one length; here {x.shape} and {y.shape}.")
            whole = whole and bool((x == np.round(x)).all())
            few = max(1, len(y) // 8)
            ax.plot(
                x,
                y,
                color=COLOURS[i % len(COLOURS)],
                linestyle=DASHES[i % len(DASHES)],
                marker=MARKERS[i % len(MARKERS)],
                markevery=(min(i * few // max(1, len(curves)), few - 1), few),
                markersize=5,
                label=label,
            )
        ax.set(xlabel=xlabel, ylabel=ylabel)
        if logx:
            ax.set_xscale("log")
            _short_log_axis(ax.xaxis)
        elif whole:
            ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 2.5, 5, 10]))
        if logy:
            ax.set_yscale("log")
            _short_log_axis(ax.yaxis)
        if len(curves) > 1:
            ax.legend(handlelength=3.2)


def _short_log_axis(axis: Any) -> None:
    """Give a logarithmic axis of less than two decades ticks that can be read: 1, 2, 5, 10, or closer, in plain."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low, high = sorted(axis.get_view_interval())
    if not 0 < low < high < 100 * low:
        return
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    for digits in ([1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 8], np.arange(10, 100) / 10):
        ticks = np.multiply.outer(decades, digits).reshape(-1)
        ticks = ticks[(ticks >= 0.999 * low) & (ticks <= 1.001 * high)]
        if len(ticks) >= 3:
            break
    axis.set_major_locator(FixedLocator(ticks[:: max(1, len(ticks) // 6)]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.set_minor_locator(NullLocator())


@once
def points(
    X: Any,
    labels: Any = None,
    *,
    names: Mapping[Any, str] | None = None,
    regions: Callable[[torch.Tensor], torch.Tensor] | None = None,
    xlabel: str = "x₀",
    ylabel: str = "x₁",
    alt: str,
    caption: str,
) -> None:
    """Draw 2-D points, each class with a colour and a marker of its own.

    X: (n, 2). labels: (n,), the class of each point. names: what the legend calls each class.
    regions: takes (m, 2) points in float64 and returns their (m,) whole-number classes; where the answer changes, a
    line is drawn, and each class's region gets a tint.
    """
    at = array(X)
    if at.ndim != 2 or at.shape[1] != 2:
        raise ValueError(f"Points in the plane have shape (n, 2); X has shape {at.shape}.")
    marks = np.zeros(len(at), dtype=int) if labels is None else array(labels).reshape(-1)
    classes = np.unique(marks)
    with chart(5.2, 4.2, alt=alt, caption=caption) as ax:
        if regions is not None:
            _tint(ax, at, regions, classes)
        scatter(ax, at, marks, names)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        if len(classes) > 1:
            ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _tint(ax: Any, at: np.ndarray, regions: Callable, classes: np.ndarray) -> None:
    """Tint the plane by the class that `regions` gives each place, and draw the border."""
    from matplotlib.colors import to_rgba

    margin = 0.15 * np.maximum(np.ptp(at, axis=0), 1e-6)
    x, y = (np.linspace(low, high, 240) for low, high in zip(at.min(0) - margin, at.max(0) + margin, strict=True))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    with torch.no_grad():
        where = array(regions(torch.from_numpy(grid))).reshape(240, 240)
    picture = np.ones((240, 240, 4))
    for i, value in enumerate(classes):
        picture[where == value] = to_rgba(COLOURS[i % 7], 0.16)
    ax.imshow(picture, origin="lower", extent=(x[0], x[-1], y[0], y[-1]), aspect="auto", interpolation="nearest")
    for value in classes[:-1]:
        if (where == value).any() and (where != value).any():
            ax.contour(x, y, (where == value).astype(float), levels=[0.5], colors="black", linewidths=1.2)
    ax.grid(False)


@once
def bars(values: Mapping[str, Any], *, ylabel: str, logy: bool = False, alt: str, caption: str) -> None:
    """Draw one labelled bar for each number, with the number on top (sizes of gradients by layer, say)."""
    heights = [float(array(value)) for value in values.values()]
    with chart(max(4.0, min(9.0, 1.2 + 0.9 * len(heights))), 3.4, alt=alt, caption=caption) as ax:
        drawn = ax.bar(list(values), heights, width=0.62, color=BLUE, edgecolor="black", linewidth=0.8, zorder=2)
        ax.bar_label(drawn, labels=[number(height) for height in heights], padding=3, fontsize=10.5)
        ax.grid(False, axis="x")
        ax.set(ylabel=ylabel)
        if logy:
            ax.set_yscale("log")
        else:
            ax.axhline(0, color="#444444", linewidth=1.0)
        ax.margins(y=0.14)


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

    widths: neurons in each layer, inputs first, such as (2, 2, 1). labels: one list of texts per layer.
    weights: one (out, in) matrix per step, written on the lines; negative weights are dashed, large ones thick.
    biases: one (out,) vector per step, written under the circles.
    """
    from matplotlib.patches import Circle

    steps = list(zip(widths, widths[1:], strict=False))
    matrices = [None] * len(steps) if weights is None else [array(matrix) for matrix in weights]
    shapes = [step[::-1] for step in steps]
    if weights is not None and [matrix.shape for matrix in matrices] != shapes:
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
            sizes = [None] * len(edges) if weights is None else matrices[k].reshape(-1).tolist()
            spots = [None] * len(edges) if weights is None else _spots(edges, list(map(number, sizes)), radius)
            for edge, weight, spot in zip(edges, sizes, spots, strict=True):
                _connection(ax, *edge, weight, spot)
        middle = {"ha": "center", "va": "center", "zorder": 4}
        for k, column in enumerate(places):
            for i, (x, y) in enumerate(column):
                paper = "white" if k else "#EEF4FA"
                ax.add_patch(Circle((x, y), radius, facecolor=paper, edgecolor="#333333", linewidth=1.4, zorder=3))
                if labels is not None:
                    ax.text(x, y, labels[k][i], size=11, weight="bold", **middle)
                if biases is not None and k > 0:
                    bias = number(array(biases[k - 1])[i])
                    ax.text(x, y - radius - 0.12, f"b = {bias}", size=9.5, **middle)


Point = tuple[float, float]


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


def _connection(ax: Any, start: Point, end: Point, weight: float | None, spot: Point | None) -> None:
    """The line between two neurons: grey without a weight; else solid or dashed by its sign, thick by its size."""
    look = {"color": GREY, "linewidth": 1.2}
    if weight is not None and spot is not None:
        look = {"color": BLUE if weight >= 0 else VERMILLION, "linewidth": 0.8 + 2.0 * min(1.0, abs(weight))}
        look["linestyle"] = "-" if weight >= 0 else "--"
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 2.0}
        ax.text(*spot, number(weight), size=10, ha="center", va="center", bbox=paper, zorder=2)
    ax.plot(*zip(start, end, strict=True), zorder=1, **look)
