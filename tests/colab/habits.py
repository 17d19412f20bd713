"""What Colab, and a student in Colab, do to a notebook: one small function a habit.

Every habit takes a notebook as plain JSON and changes it; it never looks at a solution. What Colab writes is in
``format.json``, with where it was read. Where that could not be looked up (what becomes of a cell's metadata when it is
split, merged or pasted) there is a habit for each thing that could happen.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FORMAT: Json = json.loads((Path(__file__).parent / "format.json").read_text())


def text(cell: Json) -> str:
    """A cell's source as one string."""
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def put(cell: Json, source: str) -> None:
    """Give a cell this source, as a list of lines, as Colab writes it."""
    cell["source"] = source.splitlines(keepends=True)


def named(cell: Json) -> str:
    """The cell's nbgrader name, or ""."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def is_exercise(cell: Json) -> bool:
    """Whether the cell is an exercise in code."""
    meta = cell["metadata"].get("nbgrader", {})
    return cell["cell_type"] == "code" and bool(meta.get("solution"))


def is_answer(cell: Json) -> bool:
    """Whether the cell is an answer in words."""
    return cell["cell_type"] == "markdown" and bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def code_id(stem: object) -> str:
    """An id of 12 characters, such as Colab makes, the same for the same ``stem``."""
    return hashlib.sha256(str(stem).encode(errors="replace")).hexdigest()[:12]


def bare(kind: str, source: str, stem: object) -> Json:
    """A new cell as Colab makes one: an id in its metadata and nothing else."""
    cell: Json = {"cell_type": kind, "source": [], "metadata": {"id": code_id(stem)}}
    put(cell, source)
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


# --- What Colab does by itself ---------------------------------------------------------------------------------------
def saved(nb: Json) -> None:
    """Opened and saved: format 4.0, ids in the metadata, Colab's own notebook metadata, every cell run."""
    nb["nbformat_minor"] = 0
    name = nb["metadata"].get("course", {}).get("notebook", "notebook")
    nb["metadata"] |= json.loads(json.dumps(FORMAT["notebook"]).replace("NAME", name))
    nb["metadata"]["colab"] |= FORMAT["gpu"]
    for number, cell in enumerate(nb["cells"]):
        cell["metadata"]["id"] = cell.pop("id", None) or code_id(number)
        put(cell, text(cell))
        if cell["cell_type"] == "code":
            cell["metadata"] |= deepcopy(FORMAT["ran"])
            cell["execution_count"], cell["outputs"] = number + 1, deepcopy(FORMAT["outputs"])


def saved_with_new_ids(nb: Json) -> None:
    """The same, with an id of Colab's own for every cell."""
    saved(nb)
    for number, cell in enumerate(nb["cells"]):
        cell["metadata"]["id"] = code_id(number)


def saved_as_4_5(nb: Json) -> None:
    """Saved in the format it came in: the id at the cell and in its metadata; sources in one piece."""
    for cell in nb["cells"]:
        cell["metadata"]["id"] = cell["id"]
        cell["source"] = text(cell)
    nb["metadata"]["widgets"] = deepcopy(FORMAT["widgets"])


def saved_to_github(nb: Json) -> None:
    """File > Save a copy in GitHub: a cell with the badge on top."""
    saved(nb)
    nb["cells"].insert(0, deepcopy(FORMAT["badge"]))


def without_course_metadata(nb: Json) -> None:
    """Every metadata but Colab's own is gone from the notebook; the cells keep theirs."""
    saved(nb)
    nb["metadata"].pop("course", None)


# --- What a student does with its menus -----------------------------------------------------------------------------
def forms(nb: Json) -> None:
    """Every code cell with a form's title on top and its code hidden."""
    saved(nb)
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            cell["metadata"] |= FORMAT["form"]
            put(cell, f"{FORMAT['form_title']}\n{text(cell)}")


def pasted(nb: Json) -> None:
    """Every cell copied into a new notebook by its text: no metadata, new ids."""
    saved_with_new_ids(nb)
    nb["metadata"] = {"colab": {"provenance": []}, "kernelspec": FORMAT["notebook"]["kernelspec"]}
    nb["cells"] = [bare(cell["cell_type"], text(cell), number) for number, cell in enumerate(nb["cells"])]


def answers_lost_metadata(nb: Json) -> None:
    """What the student wrote was cut and pasted into fresh cells; the rest is as it was."""
    saved(nb)
    for number, cell in enumerate(nb["cells"]):
        if is_exercise(cell) or is_answer(cell):
            nb["cells"][number] = bare(cell["cell_type"], text(cell), f"fresh {number}")


def _split(nb: Json, second: Callable[[Json, str], Json], first_keeps: bool = True) -> None:
    saved_with_new_ids(nb)
    cells = []
    for cell in nb["cells"]:
        lines = text(cell).splitlines(keepends=True)
        if (is_exercise(cell) or is_answer(cell)) and len(lines) > 1:
            rest = second(cell, "".join(lines[-1:]))
            put(cell, "".join(lines[:-1]))
            if not first_keeps:
                cell["metadata"], rest["metadata"] = rest["metadata"], cell["metadata"]
            cells += [cell, rest]
        else:
            cells.append(cell)
    nb["cells"] = cells


def split_in_two(nb: Json) -> None:
    """Edit > Split cell before an answer's last line; the new cell below has no metadata of ours."""
    _split(nb, lambda cell, source: bare(cell["cell_type"], source, source))


def split_name_below(nb: Json) -> None:
    """The same, where the name stays with the lower half."""
    _split(nb, lambda cell, source: bare(cell["cell_type"], source, source), first_keeps=False)


def split_name_twice(nb: Json) -> None:
    """The same, where both halves keep all metadata, as in JupyterLab."""

    def copy(cell: Json, source: str) -> Json:
        half = deepcopy(cell)
        half["metadata"]["id"] = code_id(source)
        put(half, source)
        return half

    _split(nb, copy)


def split_everything(nb: Json) -> None:
    """Every check and given cell is split at a statement; the new cell below has no metadata of ours."""
    saved_with_new_ids(nb)
    cells = []
    for cell in nb["cells"]:
        body = ast.parse(text(cell)).body if named(cell).startswith("check-") else []
        cells.append(cell)
        if len(body) > 1:
            lines = text(cell).splitlines(keepends=True)
            at = body[1].lineno - 1
            put(cell, "".join(lines[:at]))
            cells.append(bare("code", "".join(lines[at:]), lines[at]))
    nb["cells"] = cells


def _merge(nb: Json, keep: Callable[[Json, Json], Json]) -> None:
    saved_with_new_ids(nb)
    cells: list[Json] = []
    for cell in nb["cells"]:
        if cells and named(cell).startswith("check-") and is_exercise(cells[-1]):
            both = f"{text(cells[-1])}\n{text(cell)}"
            merged = keep(cells[-1], cell)
            put(merged, both)
            cells[-1] = merged
        else:
            cells.append(cell)
    nb["cells"] = cells


def merged_upwards(nb: Json) -> None:
    """Every exercise merged with its check; the exercise's metadata stays."""
    _merge(nb, lambda exercise, check: exercise)


def merged_downwards(nb: Json) -> None:
    """The same; the check's metadata stays."""
    _merge(nb, lambda exercise, check: check)


def merged_bare(nb: Json) -> None:
    """The same; no metadata stays."""
    _merge(nb, lambda exercise, check: bare("code", "", text(exercise)))


def answers_merged_with_question(nb: Json) -> None:
    """Every answer in words merged with the text above it; no metadata stays."""
    saved_with_new_ids(nb)
    cells: list[Json] = []
    for cell in nb["cells"]:
        if is_answer(cell) and cells and cells[-1]["cell_type"] == "markdown":
            cells[-1] = bare("markdown", f"{text(cells[-1])}\n\n{text(cell)}", text(cell))
        else:
            cells.append(cell)
    nb["cells"] = cells


def answer_below_its_cell(nb: Json) -> None:
    """The answer in words typed into a new text cell below the one meant for it."""
    saved_with_new_ids(nb)
    cells = []
    for cell in nb["cells"]:
        cells.append(cell)
        if is_answer(cell):
            cells.append(bare("markdown", text(cell), f"below {text(cell)}"))
            put(cell, "*Write your answer here.*")
    nb["cells"] = cells


def cells_added(nb: Json) -> None:
    """Notes and trials everywhere, one of them of Colab's own kind."""
    saved(nb)
    cells = [bare("code", "from google.colab import drive\ndrive.mount('/content/drive')", "drive")]
    for number, cell in enumerate(nb["cells"]):
        cells.append(cell)
        if is_exercise(cell):
            cells += [
                bare("code", "1 + 1  # a trial", f"trial {number}"),
                bare("markdown", "A note.", f"note {number}"),
            ]
    nb["cells"] = cells


def checks_moved_up(nb: Json) -> None:
    """Every check moved up by one, above its exercise."""
    saved(nb)
    cells = nb["cells"]
    for index in range(1, len(cells)):
        if named(cells[index]).startswith("check-") and is_exercise(cells[index - 1]):
            cells[index - 1], cells[index] = cells[index], cells[index - 1]


def exercise_moved_to_the_end(nb: Json) -> None:
    """The first exercise dragged below everything."""
    saved_with_new_ids(nb)
    cells = nb["cells"]
    cells.append(cells.pop(next(index for index, cell in enumerate(cells) if is_exercise(cell))))


ALONE = [saved, saved_with_new_ids, saved_as_4_5, saved_to_github, without_course_metadata]
MENUS = [
    forms,
    pasted,
    answers_lost_metadata,
    split_in_two,
    split_name_below,
    split_name_twice,
    split_everything,
    merged_upwards,
    merged_downwards,
    merged_bare,
    answers_merged_with_question,
    answer_below_its_cell,
    cells_added,
    checks_moved_up,
    exercise_moved_to_the_end,
]
