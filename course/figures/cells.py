"""Grid of cells: one tensor drawn as sheets of rows of columns, with its values, shading and copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from course.figures.style import BLUE, GREY, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_CELLS, MAX_NUMBERS = (
    8,
    12,
)  # cells drawn along one dimension, empty or numbered; of more the first five and the last
STACK_SHIFT = 0.16  # how far each sheet of a stack lies behind the one before, in inches
SHEET_GAP = 0.35  # between sheets that lie side by side
ROW_HEIGHT = 0.38
NUMBER_SIZE = 10.0  # of text, in points


class Look(NamedTuple):
    """How the frame of a cell looks."""

    facecolor: str
    edgecolor: str
    linewidth: float
    linestyle: str = "-"


USUAL = Look("#CFE3F1", BLUE, 1.3)
COPY = Look("white", "#AAAAAA", 0.9, "--")
MARKED = Look("#F5B041", "black", 2.0)
UNMARKED = Look("white", GREY, 0.9)  # where others are marked


@dataclass
class Block:
    """One tensor as cells: sheets (only with three dimensions) of rows of columns. Lengths are in inches."""

    shape: tuple[int, ...]
    texts: np.ndarray | None = None  # what stands in the cells, of the tensor's shape
    solid: np.ndarray | None = None  # False where a cell is only a copy made by broadcasting
    marked: np.ndarray | None = None  # True where a cell is highlighted
    apart: bool = False  # sheets side by side, not one behind the other
    cell: float = 0.4  # width of a cell

    def __post_init__(self) -> None:
        if len(self.shape) > 3:
            raise ValueError(f"Tensors of up to three dimensions can be drawn; this one has shape {self.shape}.")
        if 0 in self.shape:
            raise ValueError(f"A tensor without entries cannot be drawn; this one has shape {self.shape}.")
        if self.texts is not None:
            widest = max(text_width(text, NUMBER_SIZE) for text in np.unique(self.texts.astype(str)))
            self.cell = max(self.cell, widest + 0.16)

    @property
    def kept(self) -> list[list[int | None]]:
        """The indices drawn along sheets, rows and columns; None is where the rest is left out."""
        full = (1,) * (3 - len(self.shape)) + self.shape
        most = MAX_CELLS if self.texts is None else MAX_NUMBERS
        return [list(range(n)) if n <= most else [0, 1, 2, 3, 4, None, n - 1] for n in full]

    @property
    def stacked(self) -> bool:
        """Whether sheets lie one behind the other."""
        return len(self.shape) == 3 and not self.apart

    @property
    def sheet_width(self) -> float:
        """Width of one sheet of the tensor, in inches."""
        return len(self.kept[2]) * self.cell

    @property
    def sheet_height(self) -> float:
        """Height of one sheet of the tensor, in inches."""
        return len(self.kept[1]) * ROW_HEIGHT

    @property
    def width(self) -> float:
        """Width of all sheets together."""
        more = len(self.kept[0]) - 1
        return self.sheet_width + more * (self.sheet_width + SHEET_GAP if self.apart else STACK_SHIFT)

    @property
    def height(self) -> float:
        """Height of all sheets together."""
        return self.sheet_height + (0 if self.apart else (len(self.kept[0]) - 1) * STACK_SHIFT)

    def corner(self, s: int, left: float, top: float) -> tuple[float, float]:
        """Upper left corner of the sheet drawn in place s, where the whole block has its corner at (left, top)."""
        behind = len(self.kept[0]) - 1
        if self.apart:
            return left + s * (self.sheet_width + SHEET_GAP), top
        return left + s * STACK_SHIFT, top - (behind - s) * STACK_SHIFT

    def draw(self, ax: Axes, left: float, top: float) -> None:
        """Draw the cells; the last sheet first, so that sheet 0 lies in front."""
        sheets, rows, columns = self.kept
        lead = 3 - len(self.shape)
        for s, k in reversed(list(enumerate(sheets))):
            x0, y0 = self.corner(s, left, top)
            z = 3 - s * 0.01
            for r, i in enumerate(rows):
                for c, j in enumerate(columns):
                    x, y = x0 + c * self.cell, y0 - (r + 1) * ROW_HEIGHT
                    if k is None or i is None or j is None:
                        dots = "⋮" if i is None and j is not None else "⋯"
                        ax.text(x + self.cell / 2, y + 0.19, dots, ha="center", va="center", zorder=z)
                    else:
                        self._draw_cell(ax, (k, i, j)[lead:], x, y, z)

    def _draw_cell(self, ax: Axes, at: tuple[int, ...], x: float, y: float, z: float) -> None:
        """Draw the cell of one index with its lower left corner at (x, y), above whatever lies lower than z."""
        from matplotlib.patches import Rectangle

        copy = self.solid is not None and not self.solid[at]
        marked = self.marked is not None and bool(self.marked[at])
        look = COPY if copy else MARKED if marked else USUAL if self.marked is None else UNMARKED
        z += 0.004 * marked

        def frame(**how: Any) -> None:
            ax.add_patch(Rectangle((x, y), self.cell, ROW_HEIGHT, zorder=z, **how))

        frame(**look._asdict())
        if copy and self.texts is None:
            frame(facecolor="none", edgecolor="#CCCCCC", linewidth=0, hatch="////")
        if self.texts is not None:
            ax.text(
                x + self.cell / 2,
                y + 0.18,
                str(self.texts[at]),
                color=GREY if copy else "black",
                weight="bold" if marked else "normal",
                size=NUMBER_SIZE,
                ha="center",
                va="center",
                zorder=z + 0.001,
            )
