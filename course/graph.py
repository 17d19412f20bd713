"""Computational graph, written down and drawn: values flow forward above the boxes, gradients back below them.

g = graph.Graph()
g.input("a", 5.0)
g.input("b", 3.0)
g.node("u", "×", of=("a", "b"), value=15.0)
graph.draw(g, gradients={"u": 1, "a": 3, "b": 5}, alt="...", caption="...")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.cache.figures import once
from course.figures.boxes import STATUSES, arrow, frame
from course.figures.layered_layout import columns, place
from course.figures.style import BLUE, VERMILLION, array, in_words, number, sheet, text_width

INFIX = {"+", "-", "−", "×", "*", "·", "/", "@"}
NAME, SMALL = 12.5, 10.0  # sizes of text in points
GAP_X, GAP_Y = 0.62, 0.14  # free space between columns and between nodes of a column, in inches

_Edge = tuple[str, str]  # a box's input, and the box
_Point = tuple[float, float]


@dataclass
class Node:
    """One box: what it is called, how it is computed and from what, and its value (number, tensor, text or None)."""

    name: str
    formula: str
    of: tuple[str, ...]
    value: Any


@dataclass
class Graph:
    """A computation, written down box by box in the order in which it is carried out."""

    nodes: dict[str, Node] = field(default_factory=dict)

    def input(self, name: str, value: Any = None) -> str:
        """Add a box that nothing feeds: an example, a label or a parameter. Returns its name."""
        return self._add(Node(name, "", (), value))

    def node(self, name: str, op: str, *, of: Sequence[str], value: Any = None) -> str:
        """Add a box computed from the boxes named in ``of``. Returns its name.

        ``op``: "+", "×", "@" and the like stand between the operands' names; any other text stands as it is, such as
        "relu" or "3 × v". ``value``: a number, a tensor (drawn as its shape when it is large), a text, or None.
        ValueError when a name is taken or an operand is not there yet.
        """
        of = (of,) if isinstance(of, str) else tuple(of)
        for source in of:
            if source not in self.nodes:
                raise ValueError(f"The box {name!r} is computed from {source!r}, which is not in the graph yet.")
        return self._add(Node(name, f" {op} ".join(of) if op in INFIX and len(of) > 1 else op, of, value))

    def _add(self, node: Node) -> str:
        if node.name in self.nodes:
            raise ValueError(f"There is a box called {node.name!r} in the graph already.")
        self.nodes[node.name] = node
        return node.name

    def key(self, name: str) -> str:
        """The box that a gradient's key means: "W1" and "dW1" both mean W1. ValueError when there is none."""
        for candidate in (name, name.removeprefix("d")):
            if candidate in self.nodes:
                return candidate
        raise ValueError(f"No box of the graph is called {name!r}; there are {', '.join(self.nodes)}.")


def describe(
    graph: Graph,
    *,
    gradients: Mapping[str, Any] | None = None,
    local: Mapping[tuple[str, str], str] | None = None,
    status: Mapping[str, str] | None = None,
) -> str:
    """The graph in words, one sentence a box, from the inputs to the loss; the arguments are those of `draw`."""
    gradients, local, status = _checked(graph, gradients, local, status)
    sentences = []
    for name, node in graph.nodes.items():
        value = "" if node.value is None else f" = {_text(node.value)}"
        text = f"{name} = {node.formula}{value}" if node.formula else f"input {name}{value}"
        if node.of and not all(source in node.formula for source in node.of):
            text += f", computed from {' and '.join(node.of)}"
        for source in dict.fromkeys(node.of):
            if (name, source) in local:
                text += f"; ∂{name}/∂{source} = {local[name, source]}"
        if name in gradients:
            text += f"; {_gradient(name, gradients[name])}"
        if name in status:
            text += f" ({status[name]})"
        sentences.append(text + ".")
    return " ".join(sentences)


@dataclass
class Box:
    """Where a node is drawn: its centre and the size of its frame, in inches from the lower left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Layout:
    """The sheet's size in inches, the boxes by name, and the points that each edge (input, box) runs through."""

    width: float
    height: float
    boxes: dict[str, Box]
    edges: dict[_Edge, list[_Point]]


def layout(
    graph: Graph,
    *,
    gradients: Mapping[str, Any] | None = None,
    local: Mapping[tuple[str, str], str] | None = None,
    status: Mapping[str, str] | None = None,
) -> Layout:
    """Where `draw` puts everything, so that no text is cut off and no two boxes touch; arguments as in `draw`."""
    gradients, local, status = _checked(graph, gradients, local, status)
    if not graph.nodes:
        raise ValueError("The graph has no boxes yet: add some with input(...) and node(...).")
    feeds = {name: node.of for name, node in graph.nodes.items()}
    column = columns(feeds)
    above, below = 0.2, max(0.12, 0.21 * (bool(gradients) + bool(status)))
    tall = {name: max(0.62, 0.19 * len(node.of)) if node.formula else 0.38 for name, node in graph.nodes.items()}
    inner = {
        name: 0.26 + max(0.26, text_width(name, NAME, bold=True), text_width(node.formula, SMALL))
        for name, node in graph.nodes.items()
    }
    outer = {
        name: max(
            inner[name],
            text_width(_text(node.value), SMALL),
            text_width(_gradient(name, gradients[name]), SMALL, bold=True) if name in gradients else 0,
            text_width(STATUSES[status[name]].words, SMALL, bold=True) if name in status else 0,
        )
        for name, node in graph.nodes.items()
    }
    room = {name: above + tall[name] + below for name in graph.nodes}
    down, bends = place(feeds, column, room, GAP_Y)

    spans, at = [], 0.15  # the left and the right end of every column
    for c in range(max(column.values()) + 1):
        right = at + max(outer[name] for name in column if column[name] == c)
        spans.append((at, right))
        tags = [text_width(_tag(box, source, local), SMALL) + 0.7 for box, source in local if column[source] == c]
        crowd = max((len(graph.nodes[name].of) for name in column if column[name] == c + 1), default=0)
        at = right + max([GAP_X + 0.06 * crowd, *tags])
    height = max(down[name] + room[name] / 2 for name in down) + 0.1
    level = height - 0.05 + (below - above) / 2  # texts below a box take more room than the value above it
    boxes = {
        name: Box(sum(spans[column[name]]) / 2, level - down[name], inner[name], tall[name]) for name in graph.nodes
    }
    ways = {edge: [(x, level - depth) for c, depth in steps for x in spans[c]] for edge, steps in bends.items()}
    ends = {name: spans[column[name]] for name in graph.nodes}
    return Layout(spans[-1][1] + 0.15, height, boxes, _edges(boxes, ways, ends))


@once
def draw(
    graph: Graph,
    *,
    gradients: Mapping[str, Any] | None = None,
    local: Mapping[tuple[str, str], str] | None = None,
    status: Mapping[str, str] | None = None,
    alt: str,
    caption: str,
) -> None:
    """Draw the graph, inputs left and loss right, with its values and, if given, its gradients.

    ``graph``: the computation. ``gradients``: box -> ∂L/∂box as a number, tensor or text; "dW1" means the same as "W1".
    A dashed arrow runs back along every edge between two boxes that have one. ``local``: (box, input) -> the local
    derivative ∂box/∂input as text, written on that edge, such as {("u", "b"): "c = 2"}. ``status``: box -> "right",
    "first wrong", "wrong" or "not checked", marked by frame, hatching and words. ValueError for a name or a status that
    does not exist. ``alt``, ``caption``: the figure's two texts, both required; `describe` gives the graph in words.
    """
    in_words(alt, caption)
    plan = layout(graph, gradients=gradients, local=local, status=status)
    gradients, local, status = _checked(graph, gradients, local, status)
    with sheet(plan.width, plan.height, alt=alt, caption=caption) as ax:
        tags = []
        for (source, name), points in plan.edges.items():
            both = source in gradients and name in gradients
            arrow(ax, [(x, y + 0.045 * both) for x, y in points], colour="#333333")
            if both:
                arrow(ax, [(x, y - 0.045) for x, y in reversed(points)], colour=VERMILLION, dash=(0, (4, 2.5)))
            if (name, source) in local:
                (x0, y0), (x1, y1) = points[1:3]
                tags.append(((x0 + x1) / 2, (y0 + y1) / 2, _tag(name, source, local)))
        for x, y, text in tags:
            paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            ax.text(x, y, text, size=SMALL, color="#333333", ha="center", va="center", bbox=paper, zorder=4)
        for name, node in graph.nodes.items():
            box, mark = plan.boxes[name], status.get(name)
            frame(ax, box.x, box.y, box.width, box.height, is_input=not node.of, status=mark)
            name_y = box.y + 0.13 if node.formula else box.y
            middle: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 5}
            ax.text(box.x, name_y, node.name, size=NAME, weight="bold", **middle)
            ax.text(box.x, box.y - 0.15, node.formula, size=SMALL, color="#333333", **middle)
            top, bottom = box.y + box.height / 2 + 0.11, box.y - box.height / 2 - 0.12
            ax.text(box.x, top, _text(node.value), size=SMALL, color=BLUE, **middle)
            if name in gradients:
                text = _gradient(name, gradients[name])
                ax.text(box.x, bottom, text, size=SMALL, color=VERMILLION, weight="bold", **middle)
                bottom -= 0.19
            if mark:
                look = STATUSES[mark]
                ax.text(box.x, bottom, look.words, size=SMALL, color=look.colour, weight="bold", **middle)


def _edges(
    boxes: Mapping[str, Box], ways: Mapping[_Edge, list[_Point]], ends: Mapping[str, _Point]
) -> dict[_Edge, list[_Point]]:
    """The points each edge runs through; edges leave and enter a box side by side, in the order of where they go.

    ``ways``: edge -> its bends. ``ends``: box -> the ends of its column; an edge stays level between box and column's
    end, so that it passes no text.
    """
    into: dict[str, list[tuple[float, str]]] = {name: [] for name in boxes}
    out: dict[str, list[tuple[float, str]]] = {name: [] for name in boxes}
    for (source, name), way in ways.items():
        into[name].append((-(way[-1][1] if way else boxes[source].y), source))
        out[source].append((-(way[0][1] if way else boxes[name].y), name))

    def port(rows: list[tuple[float, str]], other: str, box: Box) -> float:
        ranked = [name for _, name in sorted(rows, key=lambda row: row[0])]
        space = min(0.2, (box.height - 0.1) / len(ranked))
        return box.y + space * ((len(ranked) - 1) / 2 - ranked.index(other))

    paths = {}
    for (source, name), way in ways.items():
        a, b = boxes[source], boxes[name]
        leave, enter = port(out[source], name, a), port(into[name], source, b)
        start = [(a.x + a.width / 2 + 0.04, leave), (max(ends[source][1], a.x + a.width / 2 + 0.04) + 0.01, leave)]
        end = [(min(ends[name][0], b.x - b.width / 2 - 0.04) - 0.09, enter), (b.x - b.width / 2 - 0.04, enter)]
        paths[source, name] = [*start, *way, *end]
    return paths


def _tag(name: str, source: str, local: Mapping[tuple[str, str], str]) -> str:
    """The label of an edge: the local derivative's name and what it is."""
    return f"∂{name}/∂{source} = {local[name, source]}"


def _text(value: Any) -> str:
    """A value as it stands beside a box: a number, up to four numbers, or the shape of something larger."""
    if value is None or isinstance(value, str):
        return value or ""
    values = array(value)
    if values.ndim == 0:
        return number(values.item())
    if values.ndim == 1 and values.size <= 3:
        return "[" + ", ".join(number(entry) for entry in values.tolist()) + "]"
    return str(tuple(values.shape))


def _gradient(name: str, value: Any) -> str:
    """The text of a gradient, such as "dv = 3", or "dW1: (5, 3)" where only the shape is written."""
    large = not isinstance(value, str) and _text(value).startswith("(")
    return f"d{name}{':' if large else ' ='} {_text(value)}"


def _checked(
    graph: Graph,
    gradients: Mapping[str, Any] | None,
    local: Mapping[tuple[str, str], str] | None,
    status: Mapping[str, str] | None,
) -> tuple[dict[str, Any], dict[tuple[str, str], str], dict[str, str]]:
    """The three optional arguments with their keys turned into names of boxes; ValueError where one does not exist."""
    for name, source in local or {}:
        if name not in graph.nodes or source not in graph.nodes[name].of:
            raise ValueError(f"There is no edge from {source!r} to {name!r}; local= has keys (box, one of its inputs).")
    for word in (status or {}).values():
        if word not in STATUSES:
            raise ValueError(f"{word!r} is no status; there are {', '.join(STATUSES)}.")
    found = {graph.key(name): gradient for name, gradient in (gradients or {}).items()}
    return found, dict(local or {}), {graph.key(name): word for name, word in (status or {}).items()}
