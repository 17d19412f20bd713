"""Contour plots over the plane: decision boundaries, response surfaces, and losses over two weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from course.figures.style import BLUE, COLOURS, DASHES, MARKERS, array, chart, figure, in_words, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

Score = Callable[[torch.Tensor], torch.Tensor]
Corner = Sequence[float] | np.ndarray  # an array in the points' own dtype, in which the plane is then divided
Plane = tuple[np.ndarray, np.ndarray, np.ndarray]  # x (GRID_SIZE,), y (GRID_SIZE,), values (GRID_SIZE, GRID_SIZE)
MARGIN_TOLERANCE = 0.02  # so far from score = ±1 a point still lies on the line as drawn; training comes no closer
GRID_SIZE = 160  # places along each side of the plane at which a model is asked


def scatter(ax: Axes, at: np.ndarray, marks: np.ndarray, names: Mapping[Any, str] | None = None) -> None:
    """Draw points (n, 2), each class with a colour and a marker of its own."""
    many = len(at) > 150
    for i, value in enumerate(np.unique(marks)):
        label = (names or {}).get(value.item(), f"class {number(value)}".replace("-", "−"))
        x, y = at[marks == value].T
        ax.scatter(
            x,
            y,
            s=26 if many else 50,
            label=label,
            zorder=3,
            color=COLOURS[i % 7],
            marker=MARKERS[i % 6],
            edgecolor="white",
            linewidth=0.7,
        )


def _points(X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """The points (n, 2) and their labels (n,) as arrays; ValueError where the shapes do not fit."""
    at, marks = array(X), array(y).reshape(-1)
    if at.ndim != 2 or at.shape[1] != 2 or len(at) == 0:
        raise ValueError(f"Points in the plane have shape (n, 2); X has shape {at.shape}.")
    if len(marks) != len(at):
        raise ValueError(f"Each point needs one label: X has {len(at)} points, y has {len(marks)} labels.")
    return at, marks


def _frame(at: np.ndarray) -> tuple[Corner, Corner]:
    """The lower left and upper right corner of the plane around the points; a square where that wastes little."""
    half = np.maximum(0.68 * np.ptp(at, axis=0), 0.25)
    if half.max() <= 3 * half.min():
        half = np.full(2, half.max())  # one scale on both axes: circles are round, right angles are right
    middle = (at.min(axis=0) + at.max(axis=0)) / 2
    return middle - half, middle + half


def _ask(score: Score, low: Corner, high: Corner, like: Any) -> Plane:
    """The score at every place of the plane: x (GRID_SIZE,), y (GRID_SIZE,), scores (GRID_SIZE, GRID_SIZE).

    Places have the dtype and device of ``like`` where that is a tensor of floating-point numbers, else float32.
    """
    x, y = (np.linspace(a, b, GRID_SIZE) for a, b in zip(low, high, strict=True))
    places = torch.from_numpy(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    if isinstance(like, torch.Tensor) and like.is_floating_point():
        places = places.to(like.device, like.dtype)
    else:
        places = places.float()
    with torch.no_grad():
        values = array(score(places))
    if values.size != len(places):
        raise ValueError(
            f"Asked at {len(places)} places, shape ({len(places)}, 2), the function gave shape {values.shape}; "
            "one number for each place is needed."
        )
    return x, y, values.reshape(GRID_SIZE, GRID_SIZE)


def boundary(
    score: Score,
    X: Any,
    y: Any,
    *,
    margin: bool = False,
    names: Mapping[Any, str] | None = None,
    xlabel: str = "x₀",
    ylabel: str = "x₁",
    alt: str,
    caption: str,
) -> None:
    """Draw the decision boundary score(x) = 0 with the points, each side tinted in the colour of its class.

    ``score``: takes (m, 2) places in the dtype of ``X`` and returns (m,) or (m, 1) scores, positive for the larger
    label. ``X``: (n, 2). ``y``: (n,), two labels. ``margin``: whether to draw the lines score = −1 and +1 too, dashed,
    and to ring the points that lie on the wrong side of theirs or on it, to within `MARGIN_TOLERANCE`. ``names``: what
    the legend calls each class. ``xlabel``, ``ylabel``: what the axes are called.
    ``alt``, ``caption``: the figure's two texts, both required.
    """
    at, marks = _points(X, y)
    classes = np.unique(marks)
    if len(classes) > 2:
        raise ValueError(f"A boundary has two sides, but y has {len(classes)} classes. Use plot.points(regions=...).")
    with chart(6.0, 4.2, alt=alt, caption=caption) as ax:
        x, up, values = plane = _ask(score, *_frame(at), X)
        if len(classes) == 2:
            tints = [_pale(COLOURS[0]), _pale(COLOURS[1])]
            ax.contourf(x, up, np.where(values > 0, 1.0, 0.0), levels=[-0.5, 0.5, 1.5], colors=tints, zorder=0)
        scatter(ax, at, marks, names)
        _level(ax, plane, 0.0, "score = 0", width=2.2)
        if margin:
            _level(ax, plane, -1.0, "score = −1", width=1.4, dash="--")
            _level(ax, plane, 1.0, "score = +1", width=1.4, dash="-.")
            with torch.no_grad():
                own = array(score(torch.as_tensor(at) if not isinstance(X, torch.Tensor) else X)).reshape(-1)
            near = np.where(marks == classes[-1], own, -own) <= 1 + MARGIN_TOLERANCE
            if near.any():
                ax.scatter(
                    at[near, 0],
                    at[near, 1],
                    s=150,
                    label="in the margin",
                    facecolor="none",
                    edgecolor="black",
                    linewidth=1.3,
                    zorder=4,
                )
        ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(x[0], x[-1]), ylim=(up[0], up[-1]), box_aspect=1)
        ax.grid(False)
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _pale(colour: str) -> tuple[float, float, float]:
    """A colour at one seventh of its strength on white."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 - 0.15 * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def _level(ax: Axes, plane: Plane, level: float, label: str, *, width: float, dash: str | None = None) -> None:
    """Draw the line on which the values are ``level``, where there is such a line.

    ``ax``: where it is drawn. ``plane``: what `_ask` returned. ``label``: what the legend calls the line. ``width``:
    how thick it is, in points. ``dash``: its line style; by default solid, and dashed where ``level`` is negative.
    """
    x, y, values = plane
    finite = values[np.isfinite(values)]
    if finite.size and finite.min() < level < finite.max():
        ax.contour(x, y, values, levels=[level], colors="black", zorder=2, linewidths=width, linestyles=dash)
        ax.plot([], [], color="black", linewidth=width, linestyle=dash or "-", label=label)


def response(
    score: Score,
    X: Any,
    y: Any,
    *,
    level: float | None = None,
    names: Mapping[Any, str] | None = None,
    alt: str,
    caption: str,
) -> None:
    """Draw what a model answers all over the plane, dark for large, with the points it was trained on.

    ``score``: takes (m, 2) places in the dtype of ``X`` and returns (m,) or (m, 1) numbers. ``X``: (n, 2). ``y``: (n,).
    ``level``: where the thick black line is drawn; half-way between the labels when ``y`` has two, no line otherwise.
    ``names``: what the legend calls each class. ``alt``, ``caption``: the figure's two texts, both required.
    """
    responses({"": score}, X, y, level=level, names=names, alt=alt, caption=caption)


def responses(
    scores: Mapping[str, Score],
    X: Any,
    y: Any,
    *,
    level: float | None = None,
    names: Mapping[Any, str] | None = None,
    alt: str,
    caption: str,
) -> None:
    """Draw the response surfaces of several models side by side, in one scale.

    ``scores``: label -> what `response` takes as its score. ``X``, ``y``, ``level``, ``names``, ``alt``, ``caption``:
    as in `response`.
    """
    from matplotlib.ticker import MaxNLocator

    in_words(alt, caption)
    at, marks = _points(X, y)
    classes = np.unique(marks)
    if level is None and len(classes) == 2:
        level = float(classes.mean())
    asked = {label: _ask(score, *_frame(at), X) for label, score in scores.items()}
    if not asked:
        raise ValueError("plot.responses needs at least one model to draw.")
    everything = np.concatenate([values[np.isfinite(values)] for _, _, values in asked.values()])
    low, high = (everything.min(), everything.max()) if everything.size else (0.0, 1.0)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    levels = np.asarray(MaxNLocator(9, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
    with figure(1.8 + 2.8 * len(asked), 3.8, alt=alt, caption=caption) as fig:
        panels = fig.subplots(1, len(asked), sharex=True, sharey=True, squeeze=False)[0]
        for panel, (label, plane) in zip(panels, asked.items(), strict=True):
            x, up, values = plane
            filled = panel.contourf(x, up, values, levels=levels, cmap=_shades("#C6E8DB", "#5DBB9B"), zorder=0)
            beside = levels[1:] + 1e-3 * (high - low)  # of a flat part, not on it
            panel.contour(x, up, values, levels=beside, colors="#555555", linewidths=0.5, linestyles="-", zorder=1)
            if level is not None:
                _level(panel, plane, level, f"output = {number(level)}", width=2.4)
            scatter(panel, at, marks, names)
            panel.set(title=label, xlabel="x₀", xlim=(x[0], x[-1]), ylim=(up[0], up[-1]), box_aspect=1)
            panel.grid(False)
        panels[0].set_ylabel("x₁")
        entries: dict[str, Any] = {}  # a model that answers the same everywhere has no line; another may
        for panel in panels:
            handles, labels = panel.get_legend_handles_labels()
            entries |= dict(zip(labels, handles, strict=True))
        fig.legend(entries.values(), entries, loc="outside lower center", ncols=len(entries))
        fig.colorbar(filled, ax=list(panels), label="output")


def _shades(*colours: str) -> Colormap:
    """A scale from white through the colours; their lightness should fall all the way, so that it survives print."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shades", ["#FFFFFF", *colours])


def contours(
    loss: Callable[[torch.Tensor], torch.Tensor],
    path: Any = None,
    *,
    low: tuple[float, float] | None = None,
    high: tuple[float, float] | None = None,
    xlabel: str = "w₀",
    ylabel: str = "w₁",
    alt: str,
    caption: str,
) -> None:
    """Draw a loss over two weights as contour lines, with the way that gradient descent took.

    ``loss``: takes (m, 2) pairs of weights in float64, or in the dtype of the path, and returns their (m,) losses.
    ``path``: (k, 2), the weights after each step, first those at the start; or label -> such a path, for several.
    ``low``, ``high``: the lower left and upper right corner of the picture. By default the paths fit, or −3 to 3.
    ``xlabel``, ``ylabel``: what the axes are called. ``alt``, ``caption``: the figure's two texts, both required.
    """
    paths = path if isinstance(path, Mapping) else {} if path is None else {"descent": path}
    ways = {label: array(way) for label, way in paths.items()}
    for label, way in ways.items():
        if way.ndim != 2 or way.shape[1] != 2 or len(way) == 0:
            raise ValueError(f"The path {label!r} has shape {way.shape}; it needs (k, 2), a pair of weights a step.")
    walked = np.concatenate([*ways.values(), np.empty((0, 2))])
    walked = walked[np.isfinite(walked).all(axis=1)]
    first, last = _frame(walked) if len(walked) else ((-3.0, -3.0), (3.0, 3.0))
    (left, down), (right, up) = corners = (first if low is None else low, last if high is None else high)
    like = next((way for way in paths.values() if isinstance(way, torch.Tensor)), torch.empty(0, dtype=torch.float64))
    with chart(6.0, 4.4, alt=alt, caption=caption) as ax:
        x, y, values = _ask(loss, *corners, like)
        finite = values[np.isfinite(values)]
        if not finite.size:
            raise ValueError("The loss is not finite anywhere in the picture. Look at low= and high=, and at the loss.")
        bottom, top = finite.min(), finite.max()
        rings = bottom + max(top - bottom, 1e-9) * np.linspace(0, 1, 13) ** 2  # closer together near the bottom
        shades = _shades("#B9DCEF", "#56A8D6", BLUE).reversed()
        filled = ax.contourf(x, y, values, levels=rings, cmap=shades, zorder=0, alpha=0.85)
        ax.contour(x, y, values, levels=rings, colors="#555555", linewidths=0.6, linestyles="-", zorder=1)
        for i, (label, way) in enumerate(ways.items(), start=1):
            ax.plot(
                *way.T,
                color=(COLOURS[1:] + COLOURS[:1])[(i - 1) % 7],
                linestyle=DASHES[(i - 1) % 5],
                marker=MARKERS[i % 6],
                markersize=5 if len(way) < 15 else 3.5,
                linewidth=1.6,
                label=label,
                zorder=3,
            )
            ax.plot(*way[0], marker="o", markersize=11, markerfacecolor="none", color="black", zorder=4)
            ax.plot(*way[-1], marker="*", markersize=13, color="black", markeredgecolor="white", zorder=4)
        if ways:
            alone: dict[str, Any] = {"linestyle": "none", "color": "black"}
            ax.plot([], [], marker="o", markersize=9, markerfacecolor="none", label="start", **alone)
            ax.plot([], [], marker="*", markersize=11, label="end", **alone)
            ax.figure.legend(loc="outside lower center", ncols=min(5, len(ways) + 2))
        ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(left, right), ylim=(down, up))
        ax.grid(False)
        ax.figure.colorbar(
            filled, ax=ax, label="loss", format=lambda value, _: f"{value:.2g}" if value > 1e-3 * rings[-1] else "0"
        )
