"""Diagrams of tensors as grids of cells: their shapes, their slices, and how two of them broadcast."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from course.cache.figures import once
from course.figures.cells import ROW_HEIGHT, STACK_SHIFT, Block
from course.figures.style import VERMILLION, array, number, sheet, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SMALL_SIZE = 9.5  # of text, in points
OPERATIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
}


def _read(item: Any) -> tuple[tuple[int, ...], torch.Tensor | None]:
    """A shape, from a tuple of whole numbers or a torch.Size, or a tensor, from anything else: (shape, values)."""
    if isinstance(item, tuple) and all(isinstance(n, int) for n in item):
        return tuple(item), None
    values = torch.as_tensor(array(item))
    return tuple(values.shape), values


def _texts(values: torch.Tensor) -> np.ndarray:
    """What PyTorch would print in each cell, with at most four digits: "3" of whole numbers, "3." of floats."""
    point = values.is_floating_point()

    def cell(value: Any) -> str:
        text = number(value)
        return text + "." if point and text.lstrip("-").isdigit() else text

    return np.array([cell(v) for v in values.flatten().tolist()], dtype=object).reshape(tuple(values.shape))


def _shape(shape: Sequence[int]) -> str:
    return str(tuple(shape))


@once
def tensor_shape(
    *tensors: Any, labels: Sequence[str] = (), highlight: Any = None, axes: bool = True, alt: str, caption: str
) -> None:
    """Draw tensors side by side as blocks of cells, with their dimensions and indices numbered.

    ``tensors``: tensors (their values stand in the cells) or shapes, such as (3, 4); up to three dimensions. Of three,
    the first counts sheets, as the brackets read; long dimensions are shortened. ``labels``: a name for each.
    ``highlight``: which cells to shade, as a boolean tensor of the same shape or an index such as numpy.s_[1:, 0]; with
    several tensors a list of these, one each, None for no shading. ``axes``: whether to number dimensions and indices.
    ``alt``, ``caption``: the figure's two texts, both required.
    """
    marks = highlight if len(tensors) > 1 and isinstance(highlight, list) else [highlight]
    if len(marks) > len(tensors) or len(labels) > len(tensors):
        raise ValueError(f"There are {len(tensors)} tensors, {len(marks)} highlights and {len(labels)} labels.")
    marks = [*marks] + [None] * (len(tensors) - len(marks))
    blocks = []
    for item, mark in zip(tensors, marks, strict=True):
        shape, values = _read(item)
        marked = None
        if mark is not None:
            marked = np.zeros(shape, dtype=bool)
            marked[array(mark) if isinstance(mark, (torch.Tensor, list)) else mark] = True
        texts = None if values is None else _texts(values)
        apart = len(shape) == 3 and (texts is not None or marked is not None)
        blocks.append(Block(shape, texts, marked=marked, apart=apart))
    if not blocks:
        raise ValueError("plot.tensor_shape needs at least one tensor or shape to draw.")
    titles = [
        (f"{name}   " if name else "") + _shape(block.shape)
        for block, name in zip(blocks, [*labels] + [""] * len(blocks), strict=False)
    ]
    margins = [0.62 if axes and len(block.shape) > 1 else 0.1 for block in blocks]
    widths = [
        margin + max(block.width, text_width(title, 12, bold=True)) + 0.35 + 0.4 * (axes and block.stacked)
        for block, title, margin in zip(blocks, titles, margins, strict=True)
    ]
    head = 0.45 + (0.45 if axes else 0.05) + 0.22 * any(block.apart for block in blocks)
    height = head + max(block.height for block in blocks) + 0.12
    with sheet(sum(widths), height, alt=alt, caption=caption) as ax:
        left = 0.0
        for block, title, margin, width in zip(blocks, titles, margins, widths, strict=True):
            ax.text(left + margin, height - 0.12, title, size=12, weight="bold", ha="left", va="top")
            block.draw(ax, left + margin, height - head)
            if axes:
                _axes(ax, block, left + margin, height - head)
            left += width


def _axes(ax: Axes, block: Block, left: float, top: float) -> None:
    """Number the indices along each dimension and say which dimension runs where."""
    dims = len(block.shape)
    sheets, rows, columns = block.kept
    small: dict[str, Any] = {"size": SMALL_SIZE, "color": "#333333", "va": "center"}
    x0, y0 = block.corner(0, left, top)
    lift = 0.0 if block.apart else (len(sheets) - 1) * STACK_SHIFT  # over a stack, indices stand at its back
    if dims >= 1:
        for s in range(len(sheets) if block.apart else 1):
            x = block.corner(s, left, top)[0]
            for c, j in enumerate(columns):
                ax.text(x + lift + (c + 0.5) * block.cell, top + 0.1, "" if j is None else str(j), ha="center", **small)
            ax.text(x + lift, top + 0.3, f"dim {dims - 1} →", ha="left", **small)
    if dims >= 2:
        for r, i in enumerate(rows):
            ax.text(x0 - 0.08, y0 - (r + 0.5) * ROW_HEIGHT, "" if i is None else str(i), ha="right", **small)
        middle = y0 - block.sheet_height / 2
        ax.text(x0 - 0.36, middle, f"← dim {dims - 2}", rotation=90, ha="center", **small)
    if dims == 3 and block.apart:
        for s, k in enumerate(sheets):
            which = "…" if k is None else f"dim 0, index {k}"
            ax.text(block.corner(s, left, top)[0], top + 0.52, which, ha="left", **small)
    elif block.stacked:
        ax.text(left + block.width + 0.06, top - 0.1, "↗ dim 0", ha="left", **small)


@once
def broadcast(a: Any, b: Any, *, op: str = "+", labels: Sequence[str] = ("a", "b"), alt: str, caption: str) -> None:
    """Draw how broadcasting stretches a and b to one shape and combines them entry by entry.

    ``a``, ``b``: tensors (numbers stand in the cells, up to two dimensions) or shapes such as (3, 1); up to three
    dimensions. ``op``: one of + - * / < > ==. ``labels``: what the two are called. What is really there is drawn solid,
    copies dashed and pale. Shapes that do not fit are drawn as they are, with the dimension that clashes marked;
    nothing is raised. ``alt``, ``caption``: the figure's two texts, both required.
    """
    if op not in OPERATIONS:
        raise ValueError(f"{op!r} cannot be drawn; op= is one of {' '.join(OPERATIONS)}.")
    (shape_a, value_a), (shape_b, value_b) = _read(a), _read(b)
    sign = {"*": "×", "-": "−", "/": "÷", "==": "="}.get(op, op)
    clashes = [
        (back, m, n)
        for back, (m, n) in enumerate(zip(reversed(shape_a), reversed(shape_b), strict=False), start=1)
        if m != n and 1 not in (m, n)
    ]
    if clashes:
        parts = [(shape_a, value_a, shape_a, labels[0]), (shape_b, value_b, shape_b, labels[1])]
        signs = [sign]
    else:
        full = tuple(torch.broadcast_shapes(shape_a, shape_b))
        result = OPERATIONS[op](value_a, value_b) if value_a is not None and value_b is not None else None
        parts = [(shape_a, value_a, full, labels[0]), (shape_b, value_b, full, labels[1])]
        parts.append((full, result, full, f"{labels[0]} {sign} {labels[1]}"))
        signs = [sign, "="]
    blocks = [_stretched(shape, value, full) for shape, value, full, _ in parts]
    notes = ["" if own == full else f"stretched to {_shape(full)}" for own, _, full, _ in parts]
    titles = [f"{label}   {_shape(own)}" for own, _, _, label in parts]
    side = 0.55 if clashes else 0.1
    widths = [
        side + max(block.width, text_width(title, 11.5, bold=True), text_width(note, SMALL_SIZE)) + 0.05
        for block, title, note in zip(blocks, titles, notes, strict=True)
    ]
    verdict = _verdict(clashes)
    total = max(sum(widths) + 0.6 * len(signs) + 0.15, text_width(verdict, 10.5, bold=True) + 0.3)
    foot = (0.42 + 0.24 * (verdict.count("\n") + 1)) if clashes else 0.36
    tall = max(block.height for block in blocks)
    height = 0.5 + tall + foot
    with sheet(total, height, alt=alt, caption=caption) as ax:
        left, top = 0.1, height - 0.5
        for k, (block, title, note, width) in enumerate(zip(blocks, titles, notes, widths, strict=True)):
            x, y = left + side - 0.1, top - (tall - block.height) / 2
            ax.text(x, height - 0.12, title, size=11.5, weight="bold", ha="left", va="top")
            block.draw(ax, x, y)
            ax.text(x, y - block.height - 0.08, note, size=SMALL_SIZE, color="#333333", ha="left", va="top")
            for back, *sizes in clashes:
                _mark(ax, block, x, y, back, sizes[k])
            if k < len(signs):
                ax.text(left + width + 0.3, top - tall / 2, signs[k], size=18, ha="center", va="center")
            left += width + 0.6
        if clashes:
            ax.text(0.15, 0.1, verdict, size=10.5, weight="bold", color=VERMILLION, ha="left", va="bottom")


def _stretched(shape: tuple[int, ...], values: torch.Tensor | None, full: tuple[int, ...]) -> Block:
    """The block of a tensor stretched to the shape `full`, its copies marked as such."""
    aligned = (1,) * (len(full) - len(shape)) + shape
    solid = np.ones(full, dtype=bool)
    for axis, (own, wide) in enumerate(zip(aligned, full, strict=True)):
        if own < wide:
            solid &= (np.arange(wide) == 0).reshape([-1 if k == axis else 1 for k in range(len(full))])
    texts = None if values is None or len(full) > 2 else np.broadcast_to(_texts(values), full)
    return Block(full, texts, solid=solid)


def _verdict(clashes: Sequence[tuple[int, int, int]]) -> str:
    """Which dimensions do not fit, counted from the right as broadcasting counts them, one line each."""
    names = {1: "the last", 2: "the last but one", 3: "the last but two"}
    lines = [f"dim -{back} ({names[back]}): {m} against {n}, and neither is 1" for back, m, n in clashes]
    return "\n".join(["Cannot be broadcast." if len(clashes) > 1 else "Cannot be broadcast:", *lines]) if lines else ""


def _mark(ax: Axes, block: Block, left: float, top: float, back: int, size: int) -> None:
    """Mark a clashing dimension with a thick line along it and its size.

    ``ax``: where it is drawn. ``block``: whose dimension it is. ``left``, ``top``: the block's corner. ``back``: which
    dimension, counted from the last, 1. ``size``: how long it is.
    """
    x, y = block.corner(0, left, top)
    down = block.sheet_height
    thick: dict[str, Any] = {"color": VERMILLION, "linewidth": 3.5, "solid_capstyle": "butt"}
    text: dict[str, Any] = {"color": VERMILLION, "weight": "bold", "size": 11.5, "va": "center", "ha": "center"}
    if back == 1:
        ax.plot([x, x + block.sheet_width], [y - down - 0.08] * 2, **thick)
        ax.text(x + block.sheet_width / 2, y - down - 0.24, str(size), **text)
    elif back == 2:
        ax.plot([x - 0.08] * 2, [y - down, y], **thick)
        ax.text(x - 0.24, y - down / 2, str(size), **text)
    else:
        ax.plot([x - 0.06, left + block.width - block.sheet_width - 0.06], [y + 0.06, top + 0.06], **thick)
        ax.text(x - 0.12, y + 0.22, str(size), **text)
