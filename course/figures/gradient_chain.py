"""Diagram of the backward pass: which gradients are right, and which is the first wrong one.

Read from the left as the backward pass goes: the loss, then the gradients in the order in which they are found. Those
of one layer (dW1 and db1) stand one above the other, since neither rests on the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from course.figures.boxes import STATUSES, arrow, frame
from course.figures.style import sheet, text_width

CAPTION = (
    "The way back, from left to right: look first at the first wrong one. Those after it may be wrong for the same "
    "reason."
)
NAME_SIZE, WORD_SIZE = 12.5, 10.0  # of text, in points
BOX_HEIGHT, GAP, STEP = 0.42, 0.36, 0.55  # of a box, below it (for its word), and between columns, in inches


def columns(trail: Mapping[str, str]) -> list[list[str]]:
    """The gradients column by column, the nearest to the loss first.

    ``trail`` maps names of gradients ("dW1", "dbs[0]"), the nearest to the loss first, to "right", "first wrong" or
    "wrong". Neighbours with the same number (dW1 and db1), and those of a single layer
    (dX, dW and db), share a column.
    """
    found: list[list[str]] = []
    for key in trail:
        together = found and _layer(found[-1][-1]) is not None and _layer(found[-1][-1]) == _layer(key)
        found[-1].append(key) if together else found.append([key])
    return found


def describe(trail: Mapping[str, str]) -> str:
    """The picture in words: each gradient with its status, the nearest to the loss first."""
    words = "; ".join(" and ".join(f"{key} {trail[key]}" for key in column) for column in columns(trail))
    return f"On the way back from the loss, in this order: {words}."


def draw(trail: Mapping[str, str]) -> None:
    """Draw the chain. Each status has its frame, its hatching and its word; the text equivalent says the same."""
    steps = columns(trail)
    widths = [max(_width(key, trail[key]) for key in column) for column in steps]
    start = text_width("loss", NAME_SIZE, bold=True) + 0.3
    width = 0.3 + start + sum(widths) + STEP * len(steps)
    height = max(map(len, steps)) * (BOX_HEIGHT + GAP) + 0.05
    with sheet(width, height, alt=describe(trail), caption=CAPTION) as ax:
        level, left = height / 2 + GAP / 2 - 0.05, 0.15
        middle: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 5}
        frame(ax, left + start / 2, level, start, BOX_HEIGHT, is_input=False, status=None)
        ax.text(left + start / 2, level, "loss", size=NAME_SIZE, weight="bold", **middle)
        right = left + start
        for column, wide in zip(steps, widths, strict=True):
            arrow(ax, [(right + 0.08, level), (right + STEP - 0.08, level)], colour="#333333")
            x, top = right + STEP + wide / 2, level + (len(column) - 1) * (BOX_HEIGHT + GAP) / 2
            for row, key in enumerate(column):
                y, status = top - row * (BOX_HEIGHT + GAP), trail[key]
                frame(ax, x, y, wide, BOX_HEIGHT, is_input=False, status=status)
                ax.text(x, y, key, size=NAME_SIZE, weight="bold", **middle)
                look, below = STATUSES[status], y - BOX_HEIGHT / 2 - 0.13
                ax.text(x, below, look.words, size=WORD_SIZE, color=look.colour, weight="bold", **middle)
            right += STEP + wide


def _width(key: str, status: str) -> float:
    return max(text_width(key, NAME_SIZE, bold=True) + 0.3, text_width(STATUSES[status].words, WORD_SIZE, bold=True))


def _layer(key: str) -> str | None:
    """Where a gradient belongs: its layer's number, "" for those of a single layer, None otherwise."""
    found = re.search(r"\d+", key)
    return found[0] if found else "" if key in ("dX", "dA_prev", "dW", "dw", "db") else None
