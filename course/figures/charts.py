"""Line plots, scatter plots, bar charts and histograms of what a notebook computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from course.cache.figures import once
from course.figures.style import BLUE, COLOURS, DASHES, GREY, MARKERS, VERMILLION, array, chart, number, text_width
from course.figures.surfaces import scatter

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis


@once
def sizes(
    values: Mapping[str, Any],
    *,
    xlabel: str = "layer",
    ylabel: str = "size",
    logy: bool = True,
    alt: str,
    caption: str,
) -> None:
    """Draw how large a signal or a gradient is from layer to layer.

    ``values``: layer -> size, for one network, in order; or label -> the sizes in layers 1, 2, 3, ..., for several.
    Sizes are numbers, lists or 1-D tensors. ``xlabel``, ``ylabel``: what the axes are called. ``logy``: a logarithmic
    axis; sizes of zero are then left out of the curve and marked with × on the axis below.
    ``alt``, ``caption``: the figure's two texts, both required.
    """
    several = any(np.ndim(array(value)) for value in values.values())
    curves = {label: array(value) for label, value in values.items()} if several else {"": array([*values.values()])}
    if not values or any(curve.ndim != 1 for curve in curves.values()):
        raise ValueError("plot.sizes needs one number for each layer, or one list of numbers for each network.")
    with chart(alt=alt, caption=caption) as ax:
        for i, (label, curve) in enumerate(curves.items()):
            places = np.arange(1, len(curve) + 1)
            gone = np.asarray(curve <= 0) & logy
            seen = np.where(gone, np.nan, curve.astype(float))
            ax.plot(
                places,
                seen,
                label=label or None,
                color=COLOURS[i % 7],
                linestyle=DASHES[i % 5],
                marker=MARKERS[i % 6],
                markersize=6,
            )
            if gone.any():
                foot = np.zeros(gone.sum())
                ax.plot(
                    places[gone],
                    foot,
                    transform=ax.get_xaxis_transform(),
                    clip_on=False,
                    linestyle="none",
                    marker="x",
                    markersize=7,
                    markeredgewidth=2,
                    color=COLOURS[i % 7],
                    label=f"{label}: zero" if label else "zero",
                )
        longest = max(len(curve) for curve in curves.values())
        ticks = np.arange(1, longest + 1)
        if several:
            ax.set_xticks(ticks[:: max(1, longest // 12)])
        else:
            names = list(values)
            crowded = sum(text_width(name, 11) + 0.15 for name in names) > 5.4
            turned: dict[str, Any] = {"rotation": 45, "ha": "right"} if crowded else {}
            ax.set_xticks(ticks, names, **turned)
            xlabel = "" if any(xlabel in name for name in names) else xlabel
        if logy:
            ax.set_yscale("log")
        ax.set(xlabel=xlabel, ylabel=ylabel)
        if ax.get_legend_handles_labels()[0]:
            ax.legend(handlelength=3.2)


@once
def histogram(
    values: Mapping[str, Any],
    *,
    xlabel: str,
    ylabel: str = "share of the values",
    bins: int = 40,
    alt: str,
    caption: str,
) -> None:
    """Draw how numbers are spread, one outline for each label, over the same bins.

    ``values``: label -> numbers of any shape; those that are not finite are left out. Heights are shares, so that sets
    of different sizes can be compared. ``xlabel``, ``ylabel``: what the axes are called. ``bins``: how many there are.
    ``alt``, ``caption``: the figure's two texts, both required.
    """
    flat = {label: array(value).astype(float).reshape(-1) for label, value in values.items()}
    flat = {label: value[np.isfinite(value)] for label, value in flat.items()}
    if not flat or not all(len(value) for value in flat.values()):
        raise ValueError("plot.histogram needs at least one finite number for each label.")
    edges = np.histogram_bin_edges(np.concatenate([*flat.values()]), bins)
    with chart(alt=alt, caption=caption) as ax:
        for i, (label, value) in enumerate(flat.items()):
            heights = np.histogram(value, edges)[0] / len(value)
            ax.stairs(heights, edges, label=label, color=COLOURS[i % 7], linestyle=DASHES[i % 5], linewidth=2.0)
            ax.stairs(heights, edges, fill=True, color=COLOURS[i % 7], alpha=0.1)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        if len(flat) > 1:
            ax.legend(handlelength=3.2)


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

    ``function``: takes a float64 tensor of shape (m,) and returns one of the same shape, entry by entry.
    ``derivative``: whether it is drawn. ``low``, ``high``: the ends of the horizontal axis. ``name``: what the legend
    calls the curve; the function's name by default. ``alt``, ``caption``: the figure's two texts, both required.
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

    ``curves``: label -> y, or label -> (x, y), a pair of sequences of one length; x counts 0, 1, 2, ... when it is left
    out. Sequences are lists or 1-D tensors; entries that are not finite leave a gap. ``xlabel``, ``ylabel``: what the
    axes are called. ``logx``, ``logy``: which are logarithmic. ``alt``, ``caption``: the figure's two texts, both
    required.
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


def _short_log_axis(axis: Axis) -> None:
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
    axis.set_major_locator(FixedLocator(ticks[:: max(1, len(ticks) // 6)].tolist()))
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

    ``X``: (n, 2). ``labels``: (n,), the class of each point. ``names``: what the legend calls each class.
    ``regions``: takes (m, 2) points in float64 and returns their (m,) whole-number classes; where the answer changes, a
    line is drawn, and each class's region gets a tint. ``xlabel``, ``ylabel``: what the axes are called.
    ``alt``, ``caption``: the figure's two texts, both required.
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


def _tint(ax: Axes, at: np.ndarray, regions: Callable, classes: np.ndarray) -> None:
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
