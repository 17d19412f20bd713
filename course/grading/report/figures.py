"""Charts of the class report (matplotlib, SVG in data URIs), with a text for those who cannot see them.

Colours are the course's; hatches and positions say the same, so that a black-and-white print loses nothing.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course.figures.style import BLUE, GREY, PALE, SKY, STYLE, VERMILLION

_MAX_BINS = 15
_LOW_DISCRIMINATION = (
    0.2  # a discrimination below this is worth a look (Ebel, Essentials of Educational Measurement, 1972)
)
STATE_LOOKS: Mapping[str, tuple[str, str, str]] = {
    "passed": ("full marks", BLUE, ""),
    "to_read": ("waits for a person", SKY, ".."),
    "failed": ("wrong or in part", VERMILLION, "////"),
    "not_done": ("not answered", PALE, ""),
}


@dataclass(frozen=True)
class ReportFigure:
    """A figure on a page: its address, its description, its caption and its width in CSS pixels."""

    data: str
    alt: str
    caption: str
    width: int


def distribution(scores: pd.DataFrame, lost: int) -> ReportFigure:
    """The scores as a histogram: final ones, those with answers still to read, and apart those without a score.

    scores: as ``statistics.scores`` gives them, at least one row. lost: how many could not be graded.
    """
    top = float(scores["points"].max())
    step = max(1, math.ceil(top / _MAX_BINS))
    edges = np.arange(0, step * math.floor(top / step) + 2 * step, step)
    waiting = scores["to_read"] > 0
    final, open_ = (np.histogram(scores.loc[where, "score"], edges)[0] for where in (~waiting, waiting))
    median = float(scores["score"].median())
    with matplotlib.rc_context(STYLE):
        fig, ax = _sheet(8.4, 3.3)
        bar: dict[str, Any] = {"width": step * 0.88, "align": "center", "linewidth": 0}
        middles = edges[:-1] + step / 2
        ax.bar(middles, final, color=BLUE, label=f"final ({int(final.sum())})", **bar)
        if waiting.any():
            label = f"answers still to read ({int(open_.sum())})"
            ax.bar(middles, open_, bottom=final, color=SKY, hatch="..", edgecolor="white", label=label, **bar)
        if lost:
            place, label = -1.6 * step, f"could not be graded ({lost})"
            ax.bar(place, lost, color=VERMILLION, hatch="////", edgecolor="white", label=label, **bar)
        ax.axvline(median, color="black", linewidth=1.4, linestyle="--", label=f"median {median:g}")
        ax.set_xlabel(f"score, out of {top:g}")
        ax.set_ylabel("submissions")
        ax.set_xticks(edges[:-1] if len(edges) < 19 else edges[:-1:2])
        ax.yaxis.get_major_locator().set_params(integer=True)
        ax.grid(axis="x", visible=False)
        ax.set_axisbelow(True)
        fig.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=4, columnspacing=1.4)
    quarter, three = scores["score"].quantile([0.25, 0.75])
    alt = (
        f"Histogram of {len(scores)} scores out of {top:g}. The median is {median:g}; half of the scores lie between "
        f"{quarter:g} and {three:g}; the lowest is {scores['score'].min():g}, the highest {scores['score'].max():g}."
    )
    alt += f" {lost} submissions could not be graded and stand apart." if lost else ""
    caption = "Scores after late penalties. Submissions that could not be graded stand apart, on the left: "
    caption += "they have no score, not a zero." if lost else "here there are none."
    return _picture(fig, alt, caption)


def by_exercise(exercises: pd.DataFrame) -> ReportFigure:
    """For each exercise the share of each state, and beside it the discrimination.

    exercises: as ``statistics.exercises`` gives them, at least one row.
    """
    count = len(exercises)
    with matplotlib.rc_context(STYLE):
        fig = Figure(figsize=(8.4, 1.2 + 0.3 * count), layout="constrained")
        left, right = fig.subplots(1, 2, sharey=True, width_ratios=(3, 1.15))
        places, start = np.arange(count), np.zeros(count)
        whole = exercises["n"].clip(lower=1).to_numpy(float)
        for state, (label, colour, hatch) in STATE_LOOKS.items():
            width = 100 * exercises[state].to_numpy(float) / whole
            edge = "white" if hatch else colour
            look = {"color": colour, "hatch": hatch, "edgecolor": edge, "linewidth": 0, "label": label}
            left.barh(places, width, 0.74, left=start, **look)
            start += width
        left.set_yticks(places, exercises["exercise"], fontsize=9.5)
        left.set_ylim(count - 0.4, -0.6)
        left.set_xlim(0, 100)
        left.set_xlabel("per cent of the graded submissions")
        left.grid(axis="y", visible=False)
        left.set_axisbelow(True)
        fig.legend(*left.get_legend_handles_labels(), loc="outside upper left", ncols=4, columnspacing=1.4)
        values = exercises["discrimination"].to_numpy(float)
        low = values < _LOW_DISCRIMINATION
        right.axvline(0, color=GREY, linewidth=0.9)
        right.axvline(_LOW_DISCRIMINATION, color=GREY, linewidth=0.9, linestyle=":")
        right.plot(values[~low], places[~low], "o", color=BLUE, markersize=6)
        right.plot(values[low], places[low], "D", color=VERMILLION, markersize=6)
        right.set_xlim(min(-0.25, np.nanmin([*values, 0.0]) - 0.1), 1)
        right.set_xlabel("discrimination")
        right.tick_params(axis="y", length=0)
    easy = exercises.dropna(subset=["full"]).sort_values("full")
    alt = f"Stacked bars for {count} exercises."
    if len(easy):
        hardest, easiest = easy.iloc[0], easy.iloc[-1]
        alt += (
            f" Fewest have full marks in {hardest['exercise']} ({hardest['full']:.0%}), "
            f"most in {easiest['exercise']} ({easiest['full']:.0%})."
        )
    alt += f" {int(low.sum())} have a discrimination below {_LOW_DISCRIMINATION}." if np.isfinite(values).any() else ""
    caption = (
        "Left: how the class did in each exercise. Right: how well an exercise tells apart who does well in the "
        f"others; those below {_LOW_DISCRIMINATION} (dotted line) are marked by a diamond. The table below has the "
        "numbers."
    )
    return _picture(fig, alt, caption)


def _sheet(width: float, height: float) -> tuple[Figure, Any]:
    fig = Figure(figsize=(width, height), layout="constrained")
    return fig, fig.subplots()


def _picture(fig: Figure, alt: str, caption: str) -> ReportFigure:
    """The figure as an SVG address; the same figure always gives the same bytes."""
    drawn = io.BytesIO()
    with matplotlib.rc_context({**STYLE, "svg.fonttype": "path", "svg.hashsalt": "report"}):
        fig.savefig(drawn, format="svg", facecolor="white", metadata={"Date": None, "Creator": None})
    data = base64.b64encode(drawn.getvalue()).decode("ascii")
    return ReportFigure(f"data:image/svg+xml;base64,{data}", alt, caption, round(fig.get_figwidth() * 96))
