"""Public plotting interface (facade of ``course.figures``): curves, points, bars, tensors as cells, networks.

Every function takes ``alt`` and ``caption``, both required, and shows its figure at once; nothing is returned.
`show` does the same for a figure of your own. The computational graph has a module of its own, `course.graph`.
"""

from __future__ import annotations

from course.figures.charts import activation, bars, histogram, lines, points, sizes
from course.figures.images import confusion, images
from course.figures.live import slider
from course.figures.networks import Point, network
from course.figures.shapes import broadcast, tensor_shape
from course.figures.style import show
from course.figures.surfaces import boundary, contours, response, responses

__all__ = [
    "Point",
    "activation",
    "bars",
    "boundary",
    "broadcast",
    "confusion",
    "contours",
    "histogram",
    "images",
    "lines",
    "network",
    "points",
    "response",
    "responses",
    "show",
    "sizes",
    "slider",
    "tensor_shape",
]
