"""Interactive figures: redrawn in their place by a slider (ipywidgets), or while a network trains."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from course.figures.style import chart, in_words
from course.runtime.shell import graded, shell


class LiveOutput:
    """An updatable display: a place in the notebook's output that shows one figure, and later another in its stead."""

    def __init__(self) -> None:
        self._display_id: str | None = None

    def reserve(self) -> None:
        """Take the place now, with nothing in it yet, so that what is printed meanwhile stands below."""
        if shell() is not None and self._display_id is None:
            from IPython.display import display

            self._display_id = uuid.uuid4().hex
            display({"text/plain": ""}, raw=True, display_id=self._display_id)

    def show(self, draw: Callable[[], None]) -> None:
        """Call `draw`, which shows a figure of the course, and put that figure here. Without IPython, only call it."""
        if shell() is None:
            draw()
            return
        from IPython.display import display, update_display
        from IPython.utils.capture import capture_output

        with capture_output(stdout=False, stderr=False) as caught:
            draw()
        for shown in caught.outputs:
            if self._display_id is None:
                self._display_id = uuid.uuid4().hex
                display(shown.data, metadata=shown.metadata, raw=True, display_id=self._display_id)
            else:
                update_display(shown.data, metadata=shown.metadata, raw=True, display_id=self._display_id)


def first_value(name: str, choice: Any) -> Any:
    """The value that a slider begins with; ValueError where ``choice`` is no range."""
    if isinstance(choice, tuple) and len(choice) in (2, 3) and all(isinstance(end, (int, float)) for end in choice):
        low, high = choice[:2]
        start = choice[2] if len(choice) == 3 else (low + high) / 2
        if not low <= start <= high or low == high:
            raise ValueError(f"{name}= is (low, high, start) with low ≤ start ≤ high; here {choice}.")
        return int(start) if all(isinstance(end, int) for end in choice) else float(start)
    if isinstance(choice, list) and choice:
        return choice[0]
    raise ValueError(f"{name}= is (low, high, start), numbers, or a list of values to choose from; here {choice!r}.")


def _widget(widgets: Any, name: str, choice: Any, start: Any) -> Any:
    """The slider for one range, from the module ``widgets``."""
    look: dict[str, Any] = {"description": name, "value": start, "continuous_update": False}
    if isinstance(choice, list):
        numbers = all(isinstance(value, (int, float)) for value in choice)
        options = sorted(choice) if numbers else choice  # the first one given is where the slider starts
        return widgets.SelectionSlider(options=[(str(value), value) for value in options], **look)
    low, high = choice[:2]
    if isinstance(start, int):
        return widgets.IntSlider(min=low, max=high, **look)
    step = float(f"{(high - low) / 50:.1g}")
    return widgets.FloatSlider(min=low, max=high, step=step, readout_format=".3g", **look)


def slider(draw: Callable[..., None], *, alt: str, caption: str, **ranges: Any) -> None:
    """Show a figure whose numbers the reader can move; where there are no widgets, the figure with its first numbers.

    ``draw``: either `draw(ax, **numbers)`, with a first parameter called ``ax``, which draws on matplotlib axes; or
    `draw(**numbers, alt=..., caption=...)`, which calls one figure function of the course and hands both texts on.
    ``ranges``: for each number (low, high, start), or a list of values, of which the first is the start.
    The figure itself stays in the notebook when it is saved, printed or graded; the sliders only change it.
    """
    in_words(alt, caption)
    if not ranges:
        raise ValueError("plot.slider needs at least one range, such as lr=(0.01, 1.0, 0.1).")
    numbers = {name: first_value(name, choice) for name, choice in ranges.items()}
    on_axes = next(iter(inspect.signature(draw).parameters), "") == "ax"

    def picture() -> None:
        if on_axes:
            with chart(alt=alt, caption=caption) as ax:
                draw(ax, **numbers)
        else:
            draw(**numbers, alt=alt, caption=caption)

    output = LiveOutput()
    widgets = None if graded() or shell() is None or getattr(shell(), "kernel", None) is None else _ipywidgets()
    if widgets is not None:
        from IPython.display import display

        controls = {name: _widget(widgets, name, ranges[name], start) for name, start in numbers.items()}

        def moved(change: Mapping[str, Any]) -> None:
            numbers.update({name: control.value for name, control in controls.items()})
            output.show(picture)

        output.show(picture)  # before the sliders: a cell that waits for an exercise shows none
        for control in controls.values():
            control.observe(moved, "value")
        display(widgets.VBox(list(controls.values())))
    else:
        output.show(picture)


def _ipywidgets() -> Any:
    """ipywidgets, or None where it is not installed."""
    try:
        import ipywidgets
    except ImportError:
        return None
    return ipywidgets
