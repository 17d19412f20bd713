"""What a model says all over the plane: decision boundaries, response surfaces, and losses over two weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from course.figures.style import BLUE, COLOURS, DASHES, MARKERS, array, chart, in_words, number

Score = Callable[[torch.Tensor], torch.Tensor]
RING = 0.02  # so far from score = ±1 a point still lies on the line as it is drawn; training comes no closer
SIDE = 160  # places along each side of the plane at which a model is asked


def scatter(ax: Any, at: np.ndarray, marks: np.ndarray, names: Mapping[Any, str] | None = None) -> None:
    """Draw points (n, 2), each class with a colour and a marker of its own."""
    many = len(at) > 150
    for i, value in enumerate(np.unique(marks)):
        label = (names or {}).get(value.item(), f"class {number(value)}".replace("-", "−"))
        look = {"color": COLOURS[i % 7], "marker": MARKERS[i % 6], "edgecolor": "white", "linewidth": 0.7}
        ax.scatter(*at[marks == value].T, s=26 if many else 50, label=label, zorder=3, **look)


def _points(X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """The points (n, 2) and their labels (n,) as arrays; ValueError where the shapes do not fit."""
    at, marks = array(X), array(y).reshape(-1)
    if at.ndim != 2 or at.shape[1] != 2 or len(at) == 0:
        raise ValueError(f"Points in the plane have shape (n, 2); X has shape {at.shape}.")
    if len(marks) != len(at):
        raise ValueError(f"Each point needs one label: X has {len(at)} points, y has {len(marks)} labels.")
    return at, marks


def _frame(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lower left and upper right corner of the plane around the points; a square where that wastes little."""
    half = np.maximum(0.68 * np.ptp(at, axis=0), 0.25)
    if half.max() <= 3 * half.min():
        half = np.full(2, half.max())  # one scale on both axes: circles are round, right angles are right
    middle = (at.min(axis=0) + at.max(axis=0)) / 2
    return middle - half, middle + half


def _ask(score: Score, low: Any, high: Any, like: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The score at every place of the plane: x (SIDE,), y (SIDE,) and the scores (SIDE, SIDE).

    Places have the dtype and device of `like` where that is a tensor of floating-point numbers, else float32.
    """
    x, y = (np.linspace(a, b, SIDE) for a, b in zip(low, high, strict=True))
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
    return x, y, values.reshape(SIDE, SIDE)


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

    score: takes (m, 2) places in the dtype of X and returns (m,) or (m, 1) scores, positive for the larger label.
    X: (n, 2). y: (n,), two labels. margin: whether to draw the lines score = −1 and +1 too, dashed, and to ring the
    points that lie on the wrong side of theirs or on it, to within `RING`. names: what the legend calls each class.
    """
    at, marks = _points(X, y)
    classes = np.unique(marks)
    if len(classes) > 2:
        raise ValueError(f"A boundary has two sides, but y has {len(classes)} classes. Use plot.points(regions=...).")
    with chart(6.0, 4.2, alt=alt, caption=caption) as ax:
        x, up, values = _ask(score, *_frame(at), X)
        if len(classes) == 2:
            tints = [_pale(COLOURS[0]), _pale(COLOURS[1])]
            ax.contourf(x, up, np.where(values > 0, 1.0, 0.0), levels=[-0.5, 0.5, 1.5], colors=tints, zorder=0)
        scatter(ax, at, marks, names)
        _level(ax, x, up, values, 0.0, "score = 0", linewidths=2.2)
        if margin:
            _level(ax, x, up, values, -1.0, "score = −1", linewidths=1.4, linestyles="--")
            _level(ax, x, up, values, 1.0, "score = +1", linewidths=1.4, linestyles="-.")
            with torch.no_grad():
                own = array(score(torch.as_tensor(at) if not isinstance(X, torch.Tensor) else X)).reshape(-1)
            near = np.where(marks == classes[-1], own, -own) <= 1 + RING
            if near.any():
                ring = {"facecolor": "none", "edgecolor": "black", "linewidth": 1.3, "zorder": 4}
                ax.scatter(*at[near].T, s=150, label="in the margin", **ring)
        ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(x[0], x[-1]), ylim=(up[0], up[-1]), box_aspect=1)
        ax.grid(False)
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _pale(colour: str) -> tuple[float, ...]:
    """A colour at one seventh of its strength on white."""
    from matplotlib.colors import to_rgb

    return tuple(1 - 0.15 * (1 - part) for part in to_rgb(colour))


def _level(ax: Any, x: np.ndarray, y: np.ndarray, values: np.ndarray, level: float, label: str, **look: Any) -> None:
    """Draw the line on which the values are `level`, with an entry in the legend, where there is such a line."""
    finite = values[np.isfinite(values)]
    if finite.size and finite.min() < level < finite.max():
        ax.contour(x, y, values, levels=[level], colors="black", zorder=2, **look)
        ax.plot([], [], color="black", linewidth=look["linewidths"], linestyle=look.get("linestyles", "-"), label=label)


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

    score: takes (m, 2) places in the dtype of X and returns (m,) or (m, 1) numbers. X: (n, 2). y: (n,).
    level: where the thick black line is drawn; half-way between the labels when y has two, no line otherwise.
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
    """Draw the response surfaces of several models side by side, in one scale. As in `response`, label -> score."""
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
    levels = MaxNLocator(9, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    with chart(1.8 + 2.8 * len(asked), 3.8, alt=alt, caption=caption) as ax:
        fig = ax.figure
        ax.remove()
        panels = fig.subplots(1, len(asked), sharex=True, sharey=True, squeeze=False)[0]
        for panel, (label, (x, up, values)) in zip(panels, asked.items(), strict=True):
            filled = panel.contourf(x, up, values, levels=levels, cmap=_shades("#C6E8DB", "#5DBB9B"), zorder=0)
            fine = {"colors": "#555555", "linewidths": 0.5, "linestyles": "-", "zorder": 1}
            panel.contour(
                x, up, values, levels=levels[1:] + 1e-3 * (high - low), **fine
            )  # beside a flat part, not on it
            if level is not None:
                _level(panel, x, up, values, level, f"output = {number(level)}", linewidths=2.4)
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


def _shades(*colours: str) -> Any:
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

    loss: takes (m, 2) pairs of weights in float64, or in the dtype of the path, and returns their (m,) losses.
    path: (k, 2), the weights after each step, first those at the start; or label -> such a path, for several.
    low, high: the lower left and upper right corner of the picture. By default the paths fit, or −3 to 3.
    """
    paths = path if isinstance(path, Mapping) else {} if path is None else {"descent": path}
    ways = {label: array(way) for label, way in paths.items()}
    for label, way in ways.items():
        if way.ndim != 2 or way.shape[1] != 2 or len(way) == 0:
            raise ValueError(f"The path {label!r} has shape {way.shape}; it needs (k, 2), a pair of weights a step.")
    walked = np.concatenate([*ways.values(), np.empty((0, 2))])
    walked = walked[np.isfinite(walked).all(axis=1)]
    ends = _frame(walked) if len(walked) else ((-3.0, -3.0), (3.0, 3.0))
    low, high = low or ends[0], high or ends[1]
    like = next((way for way in paths.values() if isinstance(way, torch.Tensor)), torch.empty(0, dtype=torch.float64))
    with chart(6.0, 4.4, alt=alt, caption=caption) as ax:
        x, y, values = _ask(loss, low, high, like)
        finite = values[np.isfinite(values)]
        if not finite.size:
            raise ValueError("The loss is not finite anywhere in the picture. Look at low= and high=, and at the loss.")
        bottom, top = finite.min(), finite.max()
        rings = bottom + max(top - bottom, 1e-9) * np.linspace(0, 1, 13) ** 2  # closer together near the bottom
        shades = _shades("#B9DCEF", "#56A8D6", BLUE).reversed()
        filled = ax.contourf(x, y, values, levels=rings, cmap=shades, zorder=0, alpha=0.85)
        ax.contour(x, y, values, levels=rings, colors="#555555", linewidths=0.6, linestyles="-", zorder=1)
        for i, (label, way) in enumerate(ways.items(), start=1):
            look = {"color": (COLOURS[1:] + COLOURS[:1])[(i - 1) % 7], "linestyle": DASHES[(i - 1) % 5]}
            size = 5 if len(way) < 15 else 3.5
            ax.plot(*way.T, marker=MARKERS[i % 6], markersize=size, linewidth=1.6, label=label, zorder=3, **look)
            ax.plot(*way[0], marker="o", markersize=11, markerfacecolor="none", color="black", zorder=4)
            ax.plot(*way[-1], marker="*", markersize=13, color="black", markeredgecolor="white", zorder=4)
        if ways:
            hollow = {"linestyle": "none", "color": "black"}
            ax.plot([], [], marker="o", markersize=9, markerfacecolor="none", label="start", **hollow)
            ax.plot([], [], marker="*", markersize=11, label="end", **hollow)
            ax.figure.legend(loc="outside lower center", ncols=min(5, len(ways) + 2))
        ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        ax.grid(False)
        ax.figure.colorbar(
            filled, ax=ax, label="loss", format=lambda value, _: f"{value:.2g}" if value > 1e-3 * rings[-1] else "0"
        )
