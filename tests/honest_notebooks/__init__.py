"""Honest notebooks: solved ones of every week, with cells of the students' own in the styles that people have.

The cells stand in the texts beside this file, each behind a line ``# %% NAME``: of everyday work, of Colab, of people
who program for a living and of people who began last month; ``answers.txt`` holds lines for the beginning of an answer.
"""

from __future__ import annotations

import copy
import functools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from home import ROOT
from nbformat.v4 import new_code_cell

from course.authoring.text.parse import read
from course.sample.paper import Paper

EACH = 16  # notebooks made of each solved one
CELLS = (3, 6)  # of a student's own in one of them
ANSWERS = 2  # with lines of the student's own


@dataclass(frozen=True)
class Kind:
    """One kind of cell: whose style it is, what it shows, and its ``source``; ``needs`` another one before it."""

    style: str
    name: str
    source: str
    needs: str = ""


@functools.cache
def kinds() -> tuple[Kind, ...]:
    """All kinds of cells and, in the style "answers", of lines in an answer."""
    found = []
    for path in sorted(Path(__file__).parent.glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split("# %% ")[1:]:
            title, source = part.split("\n", 1)
            name, _, needs = title.partition(", needs=")
            found.append(Kind(path.stem, name, source.rstrip("\n"), needs))
    return tuple(found)


def notebooks(each: int = EACH) -> Iterator[tuple[str, nbformat.NotebookNode, tuple[Kind, ...]]]:
    """The corpus: a name, the notebook, and the kinds in it. The same every time; each kind comes several times."""
    chance = random.Random(15)
    own = [kind for kind in kinds() if kind.style != "answers"]
    lines = [kind for kind in kinds() if kind.style == "answers"]
    waiting: list[Kind] = []
    for path in sorted(ROOT.glob("source/*/*.py")):
        source = read(path)
        released = ROOT / "release" / source.assignment / f"{source.notebook}.ipynb"
        paper = Paper(source, released)
        paper.solve()
        solved = nbformat.reads(paper.text(), as_version=4)
        for number in range(each):
            nb, used = copy.deepcopy(solved), []
            answers = {cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if "nbgrader" in cell.metadata}
            for name in chance.sample(sorted(paper.exercises), min(ANSWERS, len(paper.exercises))):
                used.append(chance.choice(lines))
                answers[name].source = paper.region(name, used[-1].source, keep=True)
            first = next(place for place, cell in enumerate(nb.cells) if "import torch" in cell.source) + 1
            for _ in range(chance.randint(*CELLS)):
                if not waiting:
                    waiting = chance.sample(own, len(own))
                used.append(waiting.pop())
                before = [kind for kind in own if kind.name == used[-1].needs]
                place = chance.randint(first, len(nb.cells))
                nb.cells[place:place] = [new_code_cell(kind.source) for kind in (*before, used[-1])]
            yield f"{source.assignment}-{source.notebook}-{number}", nb, tuple(used)
