"""Image grids with a classifier's predictions, and confusion matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from course.cache.figures import once
from course.figures.style import (
    BLUE,
    GREY,
    VERMILLION,
    array,
    chart,
    in_words,
    number,
    sheet,
    text_width,
)

TEXT_SIZE = 9.5  # of the words above an image, in points


@once
def images(
    X: Any,
    labels: Any = None,
    *,
    predicted: Any = None,
    probabilities: Any = None,
    names: Sequence[str] | None = None,
    columns: int = 8,
    alt: str,
    caption: str,
) -> None:
    """Draw small grey images in rows, with their labels and with what a model says about them.

    ``X``: (n, h, w) or (n, 1, h, w), from 0 to 1, or (n, h·h), square images as rows. ``labels``: (n,) class numbers or
    texts. ``predicted``: (n,), what a model takes each image for; a wrong one gets a ✗ and a thick frame.
    ``probabilities``: (n,), of the predicted class, or (n, q), of all; from these follow ``predicted``, where it is
    left out, and the probability of the true class. ``names``: the name of each class. ``columns``: images in a row, at
    most. ``alt``, ``caption``: the figure's two texts, both required.
    """
    from matplotlib.patches import Rectangle

    in_words(alt, caption)
    pixels = _pixels(array(X))
    for kind, given in (("labels", labels), ("predicted", predicted), ("probabilities", probabilities)):
        if given is not None and len(array(given)) != len(pixels):
            raise ValueError(f"There are {len(pixels)} images, but {kind} has {len(array(given))} entries.")
    heads = [_words(i, labels, predicted, probabilities, names) for i in range(len(pixels))]
    lines = max(len(head) for head, _ in heads)
    widest = max((text_width(text, TEXT_SIZE, bold=True) for head, _ in heads for text in head if text), default=0.0)
    step = max(1.05, widest + 0.2)
    columns = max(1, min(columns, len(pixels), int(9.6 / step)))
    rows = -(-len(pixels) // columns)
    side, top = 0.92, 0.18 * lines + 0.1
    tall = side * pixels.shape[1] / pixels.shape[2]
    with sheet(columns * step + 0.05, rows * (tall + top + 0.08) + 0.06, alt=alt, caption=caption) as ax:
        ax.autoscale(False)
        for i, (image, (head, wrong)) in enumerate(zip(pixels, heads, strict=True)):
            left = (i % columns) * step + 0.05 + (step - side) / 2 - 0.025
            roof = (rows - i // columns) * (tall + top + 0.08) + 0.03
            low = roof - top - tall
            place = (left, left + side, low, low + tall)
            ax.imshow(image, cmap="gray", vmin=0, vmax=1, extent=place, aspect="auto", interpolation="nearest")
            edge, line = (VERMILLION, 3.0) if wrong else (GREY, 0.8)
            ax.add_patch(Rectangle((left, low), side, tall, facecolor="none", zorder=2, edgecolor=edge, linewidth=line))
            for k, text in enumerate(head):
                weight = "bold" if wrong and k else "normal"
                spot = (left + side / 2, low + tall + 0.05 + 0.18 * (len(head) - 1 - k))
                ax.text(*spot, text, size=TEXT_SIZE, weight=weight, ha="center", va="bottom")


def _pixels(values: np.ndarray) -> np.ndarray:
    """Images as an array (n, h, w); ValueError where the shape is none of images."""
    if values.ndim == 4 and values.shape[1] == 1:
        values = values[:, 0]
    side = round(values.shape[-1] ** 0.5) if values.ndim else 0
    if values.ndim == 2 and side * side == values.shape[1]:
        values = values.reshape(-1, side, side)
    if values.ndim != 3 or 0 in values.shape:
        raise ValueError(
            f"Images have shape (n, h, w), (n, 1, h, w), or (n, h·h) for square ones; X has shape {values.shape}. "
            "For one image write X[:1]."
        )
    return values


def _words(
    i: int, labels: Any, predicted: Any, probabilities: Any, names: Sequence[str] | None
) -> tuple[list[str], bool]:
    """The lines above image i, and whether the prediction is wrong."""

    def name(label: Any) -> str:
        return names[int(label)] if names is not None and not isinstance(label, str) else str(label)

    true = None if labels is None else array(labels)[i].item()
    p = None if probabilities is None else array(probabilities)[i]
    said = None if predicted is None else array(predicted)[i].item()
    if said is None and p is not None and p.ndim:
        said = int(p.argmax())
    if said is None:
        return ([] if true is None else [name(true)]), False
    sure = "" if p is None else f" ({float(p[int(said)] if p.ndim else p):.2f})"
    if true is None:
        return [f"said {name(said)}{sure}"], False
    wrong = said != true
    of_true = f" ({float(p[int(true)]):.2f})" if wrong and p is not None and p.ndim else ""
    return [f"{name(true)}{of_true}", f"{'✗' if wrong else '✓'} said {name(said)}{sure}"], wrong


@once
def confusion(matrix: Any, names: Sequence[str] | None = None, *, alt: str, caption: str) -> None:
    """Draw a confusion matrix: rows are true classes, columns predicted ones, each cell holds its count.

    ``matrix``: (q, q) counts. ``names``: the name of each class. Shades tell the share of the row: blue on the
    diagonal, where the answer was right, red off it. Off the diagonal the scale ends at the largest share there.
    """
    from matplotlib.colors import to_rgb

    counts = array(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ValueError(f"A confusion matrix has shape (q, q), a row and a column for each class; not {counts.shape}.")
    q = len(counts)
    names = [str(name) for name in (range(q) if names is None else names)]
    if len(names) != q:
        raise ValueError(f"The matrix has {q} classes, names has {len(names)}.")
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    right = np.eye(q, dtype=bool)
    most = np.where(right, 1.0, max(share[~right].max(initial=0.0), 1e-12))
    strength = (0.65 * share / most)[..., None]  # black numbers stay legible on it
    colour = np.where(right[..., None], to_rgb(BLUE), to_rgb(VERMILLION))
    cell = max(0.42, text_width(number(counts.max()), 10) + 0.16)
    with chart(cell * q + 1.4, 0.42 * q + 1.2, alt=alt, caption=caption) as ax:
        ax.imshow(1 - strength * (1 - colour), aspect="auto", interpolation="nearest")
        for i in range(q):
            for j in range(q):
                text = number(counts[i, j]) if counts[i, j] else "·"
                weight = "bold" if i != j and counts[i, j] else "normal"
                ax.text(j, i, text, size=10, weight=weight, ha="center", va="center")
        crowded = max(text_width(name, 11) for name in names) > cell
        turned: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if crowded else {}
        ax.set_xticks(range(q), names, **turned)
        ax.set_yticks(range(q), names)
        ax.set(xlabel="predicted class", ylabel="true class")
        ax.tick_params(length=0)
        ax.grid(False)
