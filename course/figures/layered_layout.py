"""Layered graph drawing (Sugiyama's method): columns from left to right, few crossings, no two boxes overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Edge = tuple[str, str]
Bend = tuple[str, str, int]  # where the edge between two nodes passes over a column
Item = str | Bend  # what stands in a column
Neighbours = dict[Item, list[Item]]


def columns(feeds: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The column of every node, from 0 at the left.

    ``feeds``: node -> the nodes it is computed from, in an order where a node comes after those. A node stands one
    column right of the last node that feeds it; an input stands just left of the first node that needs it.
    """
    column: dict[str, int] = {}
    for node, sources in feeds.items():
        column[node] = 1 + max((column[source] for source in sources), default=-1)
    for node in feeds:
        users = [column[user] for user, sources in feeds.items() if node in sources]
        if not feeds[node] and users:
            column[node] = min(users) - 1
    return column


def place(
    feeds: Mapping[str, Sequence[str]], column: Mapping[str, int], heights: Mapping[str, float], gap: float
) -> tuple[dict[str, float], dict[Edge, list[tuple[int, float]]]]:
    """Heights y of the nodes' centres (growing downwards), and the bends of edges that pass over a column.

    ``feeds`` and ``column``: as in `columns`, and what it returned. ``heights``: the space that each node takes.
    ``gap``: the free space between two nodes of a column. Lengths are in any one unit.
    """
    last = max(column.values())
    order: list[list[Item]] = [[node for node in feeds if column[node] == c] for c in range(last + 1)]
    links: list[tuple[Item, Item]] = []  # from one column to the next; an edge over several gets a bend in each
    bends: dict[Edge, list[Bend]] = {}
    for node, sources in feeds.items():
        for source in dict.fromkeys(sources):
            steps = [(source, node, c) for c in range(column[source] + 1, column[node])]
            for step in steps:
                order[step[2]].append(step)
            chain: list[Item] = [source, *steps, node]
            links += zip(chain, chain[1:], strict=False)
            bends[source, node] = steps
    size = {item: heights[item] if isinstance(item, str) else 0.12 for items in order for item in items}
    before: Neighbours = {item: [a for a, b in links if b == item] for item in size}
    after: Neighbours = {item: [b for a, b in links if a == item] for item in size}
    order = _untangle(order, before, after)
    # Inputs give way, so that the computation itself runs level: they hardly pull, and they move aside.
    weight = {item: 0.01 if isinstance(item, str) and not feeds[item] else 1.0 for item in size}
    y = {item: float(i) for items in order for i, item in enumerate(items)}
    for sweep in range(24):
        forth = sweep % 2 == 0
        for items in order if forth else reversed(order):
            near = before if forth else after
            wish = [_mean([(y[other], weight[other]) for other in near[item]] or [(y[item], 1.0)]) for item in items]
            places = _apart(wish, [size[item] for item in items], [weight[item] for item in items], gap)
            y.update(zip(items, places, strict=True))
    top = min(y[item] - size[item] / 2 for item in y)
    nodes = {item: y[item] - top for item in y if isinstance(item, str)}
    return nodes, {edge: [(step[2], y[step] - top) for step in steps] for edge, steps in bends.items()}


def _crossings(order: list[list[Item]], after: Neighbours) -> int:
    """How many pairs of lines cross, between any two columns that follow each other."""
    total = 0
    for left, right in zip(order, order[1:], strict=False):
        rank = {item: i for i, item in enumerate(right)}
        ends = [rank[other] for item in left for other in sorted(after[item], key=rank.__getitem__)]
        total += sum(a > b for i, a in enumerate(ends) for b in ends[i + 1 :])
    return total


def _untangle(order: list[list[Item]], before: Neighbours, after: Neighbours) -> list[list[Item]]:
    """Reorder every column by the mean rank of its neighbours, and keep the first order with the fewest crossings."""
    best, fewest = order, _crossings(order, after)
    for sweep in range(12):
        if not fewest:
            break
        forth = sweep % 2 == 0
        near, order = (before, [*order]) if forth else (after, [*order])
        rank = {item: i for items in order for i, item in enumerate(items)}
        for c in range(len(order)) if forth else reversed(range(len(order))):
            mean = {item: np.mean([rank[other] for other in near[item]] or [rank[item]]) for item in order[c]}
            order[c] = sorted(order[c], key=mean.__getitem__)
            rank.update({item: i for i, item in enumerate(order[c])})
        if (now := _crossings(order, after)) < fewest:
            best, fewest = order, now
    return best


def _mean(weighted: Sequence[tuple[float, float]]) -> float:
    """The mean of (value, weight) pairs."""
    return sum(value * weight for value, weight in weighted) / sum(weight for _, weight in weighted)


def _apart(wish: Sequence[float], sizes: Sequence[float], weights: Sequence[float], gap: float) -> list[float]:
    """The places nearest to the wished ones, in this order, in which things of these sizes do not touch.

    Isotonic regression by pooling: neighbours that would touch are moved together as one block, to the weighted mean.
    """
    shift = np.concatenate(([0.0], np.cumsum([(a + b) / 2 + gap for a, b in zip(sizes, sizes[1:], strict=False)])))
    blocks: list[tuple[float, float, int]] = []  # where, how heavy, how many
    for value, weight in zip(np.asarray(wish) - shift, weights, strict=True):
        blocks.append((float(value), weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, m, i), (b, n, j) = blocks[-2:]
            blocks[-2:] = [(_mean([(a, m), (b, n)]), m + n, i + j)]
    return list(np.repeat([block[0] for block in blocks], [block[2] for block in blocks]) + shift)
