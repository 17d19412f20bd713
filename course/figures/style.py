"""Matplotlib style sheet, colour-blind-safe palette, and rich display of a figure with its alt text and caption.

Every figure of the course ends in `show`, which puts the image, its text for those who cannot see it (alt) and its
caption into one output. Figures are drawn without pyplot: nothing global changes, and no display is needed.
"""

from __future__ import annotations

import base64
import html
import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from course.cache.figures import Picture, present

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType

# The colours of Okabe and Ito, told apart by readers with any kind of colour vision.
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, BLACK = "#CC79A7", "#56B4E9", "#000000"
GREY, PALE = "#666666", "#E8E8E8"
COLOURS = (BLUE, VERMILLION, GREEN, BLACK, PURPLE, ORANGE, SKY)
# In print, where colours fall away, dashes and markers still tell curves apart (7, 5 and 6 do not repeat in step).
DASHES = ("-", "--", "-.", ":", (0, (7, 2, 1, 2, 1, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P")

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # its first start writes a note to stderr
DPI = 120
STYLE: dict[RcKeyType, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 11,
    "text.color": "black",
    "mathtext.fontset": "dejavusans",
    "axes.facecolor": "white",
    "axes.edgecolor": "#444444",
    "axes.labelcolor": "black",
    "axes.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "savefig.bbox": "standard",  # the whole sheet, whatever a notebook has set
    "legend.fontsize": 10.5,
    "lines.linewidth": 2.0,
    "hatch.linewidth": 0.7,
    "xtick.color": "black",
    "ytick.color": "black",
}


def in_words(alt: str, caption: str) -> None:
    """Raise ValueError unless both texts of a figure are there: ``alt`` and ``caption``, each a non-empty str."""
    wanted = {
        "alt": (alt, "say in a sentence or two what the picture shows, for a reader who cannot see it"),
        "caption": (caption, "say in a sentence what the reader should take from the picture"),
    }
    for key, (text, advice) in wanted.items():
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"A figure needs {key}=, a text that is not empty: {advice}.")


def png(fig: Figure) -> bytes:
    """The figure as a PNG file at 120 dots per inch in 64 colours; the same figure always gives the same bytes."""
    import matplotlib
    from PIL import Image

    drawn, small = io.BytesIO(), io.BytesIO()
    with matplotlib.rc_context(STYLE):
        fig.savefig(drawn, format="png", dpi=DPI, facecolor="white", pil_kwargs={"compress_level": 0})
    Image.open(drawn).convert("RGB").quantize(64).save(small, format="png", optimize=True)
    return small.getvalue()


def bundle(fig: Figure, *, alt: str, caption: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Data and metadata of the notebook output: HTML first, the bare image and plain text where HTML is not shown."""
    in_words(alt, caption)
    image = base64.b64encode(png(fig)).decode("ascii")
    width = round(fig.get_figwidth() * 96)
    page = (
        '<figure style="margin: 0.6em 0">'
        f'<img src="data:image/png;base64,{image}" alt="{html.escape(alt)}" width="{width}" '
        'style="max-width: 100%; height: auto; background: white">'
        f'<figcaption style="max-width: 44em"><em>{html.escape(caption)}</em></figcaption></figure>'
    )
    plain = f"Figure: {caption.strip().rstrip('.')}. {alt.strip()}"
    data = {"text/html": page, "image/png": image, "text/plain": plain}
    return data, {"image/png": {"alt": alt, "width": width}}


def show(fig: Figure, *, alt: str, caption: str) -> None:
    """Display a matplotlib figure in the notebook with its text and caption, and close it.

    ``fig``: any matplotlib Figure, from `matplotlib.figure.Figure` or from pyplot.
    ``alt``, ``caption``: both required; ValueError when one is empty. Outside IPython nothing is displayed.
    """
    in_words(alt, caption)
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        present(Picture(*bundle(fig, alt=alt, caption=caption)))
    if "matplotlib.pyplot" in sys.modules:  # or the notebook would draw a pyplot figure a second time
        sys.modules["matplotlib.pyplot"].close(fig)


@contextmanager
def figure(width: float, height: float, *, alt: str, caption: str) -> Iterator[Figure]:
    """An empty figure, width × height inches, shown with its texts when the block ends without an error."""
    in_words(alt, caption)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        fig = Figure(figsize=(width, height), layout="constrained")
        yield fig
        show(fig, alt=alt, caption=caption)


@contextmanager
def chart(width: float = 6.4, height: float = 3.8, *, alt: str, caption: str) -> Iterator[Axes]:
    """An empty pair of axes in such a figure."""
    with figure(width, height, alt=alt, caption=caption) as fig:
        yield fig.add_subplot()


@contextmanager
def sheet(width: float, height: float, *, alt: str, caption: str) -> Iterator[Axes]:
    """A blank sheet, width × height inches, whose coordinates are inches from the lower left corner."""
    with figure(width, height, alt=alt, caption=caption) as fig:
        fig.set_layout_engine("none")
        ax = fig.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, width), ylim=(0, height))
        ax.axis("off")
        yield ax


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in inches of one or more lines of text at `size` points in the figures' font."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family=STYLE["font.family"], weight="bold" if bold else "normal")
    lines = [line for line in text.split("\n") if line.strip()]
    return max((TextPath((0, 0), line, size=size, prop=font).get_extents().x1 / 72 for line in lines), default=0.0)


def array(values: Any) -> np.ndarray:
    """A tensor on any device, with or without a gradient, or a nested list of numbers, as a numpy array."""
    if values is ...:
        raise TypeError("A value to be drawn is still `...`: the exercise that makes it is not done yet.")
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        return values.numpy() if values.dtype != torch.bfloat16 else values.float().numpy()
    if isinstance(values, (list, tuple)) and any(isinstance(value, torch.Tensor) for value in values):
        values = [array(value) for value in values]
    return np.asarray(values)


def number(value: Any) -> str:
    """A number as it stands in a figure: four significant digits; whole numbers of a float as PyTorch prints them."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    text = f"{float(value):.4g}"
    return "0" if text == "-0" else text
