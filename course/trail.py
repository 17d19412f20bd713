"""The way back from the loss as a picture: which gradients are right, and which is the first wrong one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from course import graph

CAPTION = "Read it from the right: each gradient rests on those nearer to the loss. Look first at the first wrong one."


def chart(trail: Mapping[str, str]) -> tuple[graph.Graph, dict[str, str]]:
    """A graph from the inputs to the loss, and the status of each input.

    ``trail`` maps names of gradients ("dW1", "dbs[0]"), the nearest to the loss first, to "right", "first wrong" or
    "wrong". Neighbours with the same number (W1 and b1) share a step.
    """
    groups: list[list[str]] = []
    for key in trail:
        together = groups and _number(groups[-1][-1]) == _number(key) is not None
        groups[-1].append(key) if together else groups.append([key])
    drawn, before = graph.Graph(), []
    for count, group in enumerate(reversed(groups), 1):
        names = [drawn.input(key[1:]) for key in reversed(group)]
        last = count == len(groups)
        before = [drawn.node("loss" if last else f"step {count}", "", of=[*before, *names])]
    return drawn, {key[1:]: status for key, status in trail.items()}


def draw(trail: Mapping[str, str]) -> None:
    """Draw it; the text equivalent says of each gradient, on the way back from the loss, how it stands."""
    drawn, status = chart(trail)
    words = ", ".join(f"{key} {state}" for key, state in trail.items())
    graph.draw(drawn, status=status, alt=f"On the way back from the loss: {words}.", caption=CAPTION)


def _number(key: str) -> str | None:
    found = re.search(r"\d+", key)
    return found[0] if found else None
