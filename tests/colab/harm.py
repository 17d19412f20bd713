"""Harm to a notebook by chance, seeded: what slips, editors and forgers do to its cells, in any order.

Every harm takes a notebook as plain JSON and a random generator and changes the notebook; it knows cells, sources and
metadata, and never looks at a solution. ``harmed.json`` has what became of the small notebook, seed by seed.
"""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

from colab.habits import text

Json = dict[str, Any]
LINES = ("print('mine')", "x = 1", "# note", "", "   ", "return 3", "#@title t", "%%time", "def f(:", "Z = 2")
FLAGS = ("grade", "solution", "task", "locked", "points", "checksum", "grade_id", "schema_version")


def named(nb: Json) -> list[int]:
    """The indices of the cells that have nbgrader's metadata."""
    return [index for index, cell in enumerate(nb["cells"]) if isinstance(cell["metadata"].get("nbgrader"), dict)]


def pick(nb: Json, rng: Random) -> int:
    """The index of a cell, rather of a named one."""
    some = named(nb)
    return rng.choice(some) if some and rng.random() < 0.75 else rng.randrange(len(nb["cells"]))


def fresh(rng: Random) -> str:
    """An id that no cell has."""
    return f"{rng.getrandbits(40):x}"


def delete(nb: Json, rng: Random) -> None:
    """A cell is gone."""
    del nb["cells"][pick(nb, rng)]


def delete_many(nb: Json, rng: Random) -> None:
    """Up to three cells are gone."""
    for _ in range(rng.randint(2, 3)):
        if nb["cells"]:
            delete(nb, rng)


def copy_cell(nb: Json, rng: Random) -> None:
    """A cell is there again somewhere, most often with an id of its own."""
    cell = deepcopy(nb["cells"][pick(nb, rng)])
    if rng.random() < 0.7:
        cell["id"] = fresh(rng)
    nb["cells"].insert(rng.randint(0, len(nb["cells"])), cell)


def move(nb: Json, rng: Random) -> None:
    """A cell stands somewhere else."""
    cell = nb["cells"].pop(pick(nb, rng))
    nb["cells"].insert(rng.randint(0, len(nb["cells"])), cell)


def shift(nb: Json, rng: Random) -> None:
    """A cell moved up or down by one or two."""
    index = pick(nb, rng)
    to = max(0, min(len(nb["cells"]) - 1, index + rng.choice((-2, -1, 1, 2))))
    nb["cells"].insert(to, nb["cells"].pop(index))


def swap_names(nb: Json, rng: Random) -> None:
    """Two cells have each other's metadata, and perhaps ids."""
    some = named(nb)
    if len(some) > 1:
        one, other = (nb["cells"][index] for index in rng.sample(some, 2))
        pair = one["metadata"], other["metadata"]
        pair[0]["nbgrader"], pair[1]["nbgrader"] = pair[1]["nbgrader"], pair[0]["nbgrader"]
        if rng.random() < 0.5 and "id" in one and "id" in other:
            one["id"], other["id"] = other["id"], one["id"]


def swap_text(nb: Json, rng: Random) -> None:
    """Two cells have each other's text."""
    one, other = nb["cells"][pick(nb, rng)], nb["cells"][pick(nb, rng)]
    one["source"], other["source"] = other["source"], one["source"]


def answer_in_a_check(nb: Json, rng: Random) -> None:
    """The text of a named code cell stands in another, and perhaps nowhere else."""
    some = [index for index in named(nb) if nb["cells"][index]["cell_type"] == "code"]
    if len(some) > 1:
        one, other = rng.sample(some, 2)
        nb["cells"][other]["source"] = text(nb["cells"][one])
        if rng.random() < 0.6:
            del nb["cells"][one]


def merge(nb: Json, rng: Random) -> None:
    """Up to five neighbours are one cell, which has the metadata of one of them or none."""
    index = pick(nb, rng)
    run = nb["cells"][index : index + rng.choice((2, 2, 2, 3, 5))]
    kept = deepcopy(rng.choice(run))
    kept["source"] = rng.choice(("\n", "\n\n")).join(map(text, run))
    chance = rng.random()
    if chance < 0.3:
        kept["metadata"] = {}
    if chance > 0.8:
        kept["id"] = fresh(rng)
    nb["cells"][index : index + len(run)] = [kept]


def split(nb: Json, rng: Random) -> None:
    """A cell is up to four, each with all metadata or none."""
    index = pick(nb, rng)
    cell = nb["cells"][index]
    lines = text(cell).split("\n")
    count = min(len(lines) - 1, rng.choice((1, 1, 2, 3)))
    cuts = sorted(rng.sample(range(1, len(lines)), count))
    parts = []
    for first, last in zip([0, *cuts], [*cuts, len(lines)], strict=True):
        part = deepcopy(cell)
        part["source"] = "\n".join(lines[first:last])
        if first:
            part["id"] = fresh(rng)
        if rng.random() < 0.5:
            part["metadata"] = {}
        parts.append(part)
    nb["cells"][index : index + 1] = parts


def drop_metadata(nb: Json, rng: Random) -> None:
    """Up to four cells have no metadata, and perhaps new ids."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        cell = nb["cells"][pick(nb, rng)]
        cell["metadata"] = {}
        if rng.random() < 0.6:
            cell["id"] = fresh(rng)


def change_id(nb: Json, rng: Random) -> None:
    """A cell's id is new, another's, or where Colab keeps it."""
    cell = nb["cells"][pick(nb, rng)]
    chance = rng.random()
    if chance < 0.3 and "id" in cell:
        cell["metadata"]["id"] = cell.pop("id")
    else:
        cell["id"] = fresh(rng) if chance < 0.8 else nb["cells"][pick(nb, rng)].get("id", "x")


def change_type(nb: Json, rng: Random) -> None:
    """A cell is of another type."""
    cell = nb["cells"][pick(nb, rng)]
    cell["cell_type"] = rng.choice(("code", "markdown", "raw"))
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def edit(nb: Json, rng: Random) -> None:
    """A line more or less, blanks at the ends, other ends of lines, or nothing at all in a cell."""
    cell = nb["cells"][pick(nb, rng)]
    lines = text(cell).split("\n")
    at = rng.randint(0, len(lines))
    chance = rng.random()
    if chance < 0.5:
        lines.insert(at, rng.choice(LINES))
    elif chance < 0.7:
        del lines[min(at, len(lines) - 1)]
    elif chance < 0.8:
        lines = ["", ""]
    else:
        lines = [line + " " * rng.randint(0, 2) for line in lines]
    cell["source"] = rng.choice(("\n", "\n", "\r\n")).join(lines)


def forge(nb: Json, rng: Random) -> None:
    """A cell's metadata say something else, or are no metadata."""
    cell = nb["cells"][pick(nb, rng)]
    if isinstance(cell["metadata"].get("nbgrader"), dict) and rng.random() < 0.7:
        odd: tuple[Any, ...] = (True, False, 0, 100, "x", None, [], "other")
        cell["metadata"]["nbgrader"][rng.choice(FLAGS)] = rng.choice(odd)
    else:
        elsewhere = {"grade_id": "elsewhere", "solution": True}
        cell["metadata"]["nbgrader"] = rng.choice(([], "text", {"grade_id": 3}, {}, {"grade_id": ""}, elsewhere))


def borrow_name(nb: Json, rng: Random) -> None:
    """A cell has the metadata of another."""
    some = named(nb)
    if some:
        given = nb["cells"][rng.choice(some)]["metadata"]["nbgrader"]
        nb["cells"][rng.randrange(len(nb["cells"]))]["metadata"]["nbgrader"] = deepcopy(given)


def add(nb: Json, rng: Random) -> None:
    """A cell of the student's own, or a copy of another's text."""
    source = rng.choice(("1 + 1", "A note.", "# Heading", "import torch", text(nb["cells"][pick(nb, rng)])))
    tags = {"tags": ["x"]} if rng.random() < 0.2 else {}
    cell: Json = {"cell_type": rng.choice(("code", "markdown")), "metadata": tags, "source": source, "id": fresh(rng)}
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}
    nb["cells"].insert(rng.randint(0, len(nb["cells"])), cell)


def old_format(nb: Json, rng: Random) -> None:
    """Saved in a format without ids, which then stand in the metadata."""
    nb["nbformat_minor"] = rng.choice((0, 4))
    for cell in nb["cells"]:
        if "id" in cell and rng.random() < 0.9:
            cell["metadata"]["id"] = cell.pop("id")


EVERY = (
    delete,
    delete_many,
    copy_cell,
    move,
    shift,
    swap_names,
    swap_text,
    answer_in_a_check,
    merge,
    split,
    drop_metadata,
    change_id,
    change_type,
    edit,
    forge,
    borrow_name,
    add,
    old_format,
)


def harmed(nb: Json, seed: int) -> Json:
    """A copy of ``nb`` to which one to nine things happened, the same for the same seed."""
    rng, nb = Random(seed), deepcopy(nb)
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 6, 9))):
        if nb["cells"]:
            rng.choice(EVERY)(nb, rng)
    return nb
