"""Live plot of a training run: a curve that grows while the network learns."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from course.figures import charts
from course.figures.live import LiveOutput
from course.figures.style import in_words
from course.runtime.shell import graded, shell


class Curve:
    """Losses or accuracies, drawn in one figure that is redrawn in its place while training.

        with train.Curve(xlabel="epoch", ylabel="loss", alt="...", caption="...") as curve:
            for epoch in range(10):
                ...
                curve.add(epoch, training=loss, test=test_loss)

    The figure is redrawn about once a second, and takes at most a tenth of the time. At the end of the block, also
    when training is interrupted, the final figure stays. Under nbgrader and outside a notebook there is only that.
    """

    def __init__(self, *, xlabel: str = "epoch", ylabel: str = "loss", logy: bool = False, alt: str, caption: str):
        in_words(alt, caption)
        self.curves: dict[str, tuple[list[float], list[float]]] = {}
        self._draw_lines = functools.partial(
            charts.lines, xlabel=xlabel, ylabel=ylabel, logy=logy, alt=alt, caption=caption
        )
        self._output = LiveOutput()
        self._live = not graded() and getattr(shell(), "kernel", None) is not None
        self._next = 0.0  # when the figure may be drawn again, on time.monotonic's clock
        self._fresh = True  # whether the figure shows all points

    def add(self, x: float, values: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        """Add a point to each named curve: its place x, and numbers or one-element tensors by name.

        Names that are no Python names, such as "test loss", stand in a dict: curve.add(3, {"test loss": 0.4}).
        """
        for name, value in {**(values or {}), **more}.items():
            xs, ys = self.curves.setdefault(name, ([], []))
            xs.append(float(x))
            ys.append(float(value))
            self._fresh = False
        if self._live and time.monotonic() >= self._next:
            self._draw()

    def _draw(self) -> None:
        """Redraw the figure, and note when that may happen again: after a second, or nine times as long as it took."""
        began = time.monotonic()
        self._output.show(lambda: self._draw_lines(self.curves))
        ended = time.monotonic()
        self._next, self._fresh = ended + max(1.0, 9 * (ended - began)), True

    def close(self) -> None:
        """Draw the final figure, unless it is there already. A `with` block does this by itself."""
        if not self._fresh:
            self._draw()

    def __enter__(self) -> Curve:
        if self._live:
            self._output.reserve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
