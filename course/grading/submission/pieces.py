"""Cells that were merged, split, moved, or that lost their names: found again by text, by content and by place.

Every function changes the notebook in place and adds a sentence to ``said`` for what it did. None of them can give a
point: checks come from the instructor's text, and an answer is whatever the student wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from nbformat import NotebookNode

from course.grading.submission.plan import Plan, defined, name_of, only_binds, plain, stands_alone
from course.grading.submission.restoring import fresh_id, new_cell

MOST_PARTS = 4  # cells that one cell may have been split into


def take_apart(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Cut merged cells where the whole text of a check or a given cell, or of the text before an answer, is in them."""
    present = {name_of(cell) for cell in nb.cells}
    cuts = {name: plan.text(name) for name, known in plan.cells.items() if known.ours and plan.text(name)}
    beside = {}  # for each answer that is lost, the texts around it
    for place, key in enumerate(plan.order):
        if key in plan.cells and plan.cells[key].read_by_a_person and key not in present:
            around = plan.order[max(0, place - 1) : place] + plan.order[place + 1 : place + 2]
            beside.update({each: plan.text(each) for each in around if each.startswith("#") and plan.text(each)})
    index = 0
    while index < len(nb.cells):
        cell = nb.cells[index]
        name = name_of(cell)
        if cell.cell_type == "code":
            known = {each: text for each, text in cuts.items() if each == name or each not in present}
        else:
            known = dict(beside) if name is None and cell.cell_type == "markdown" else {}
        made = ((each, _pieces(nb, plan, cell, each, text)) for each, text in known.items())
        key, pieces = next(((each, pieces) for each, pieces in made if pieces), (None, None))
        if pieces is None:
            index += 1
            continue
        edited = key == name and not _others_in(cell, nb, plan)
        nb.cells[index : index + 1] = pieces
        present.update(name_of(piece) for piece in pieces)
        if edited:
            said.append(f'The cell "{key}" had been edited; it was put back, and what was added is a cell of its own.')
        elif key in cuts:
            said.append(f'The cell "{key}" had been merged with another; they were taken apart.')
        else:
            beside.pop(key)
            said.append("An answer had been merged with the text beside it; they were taken apart.")


def _others_in(cell: NotebookNode, nb: NotebookNode, plan: Plan) -> bool:
    """Whether ``cell`` holds a cell of the release, or the answer to an exercise, that is nowhere else."""
    there = plan.places(nb)
    lost = [key for key in plan.order if key not in there]
    if any(plan.text(key) and _cut(cell.source, plan.text(key)) for key in lost):
        return True
    return any(plan.asked(key) & defined(cell.source) for key in lost if key in plan.cells)


def _pieces(nb: NotebookNode, plan: Plan, cell: NotebookNode, key: str, text: str) -> list[NotebookNode] | None:
    """The cells that ``cell`` was merged from, when ``text``, that of the cell ``key``, is a part of it and not all."""
    if plain(cell.source) == text or (cut := _cut(cell.source, text)) is None:
        return None
    parts = [part for part in cut if part.strip()]
    if cell.cell_type == "code" and stands_alone(cell.source) and not all(map(stands_alone, parts)):
        return None  # the text stands inside a string
    name = name_of(cell)
    main = cut[1]
    if name != key:  # the cell's own name and id stay with the part that is most like it
        asked = plan.asked(name) if name in plan.cells else frozenset()
        main = next((part for part in parts if part is not cut[1] and asked and asked & defined(part)), None)
        main = main or next((part for part in parts if part is not cut[1]), cut[1])
    pieces, used = [], False
    for part in parts:
        if part is main and not used:
            used, piece = True, NotebookNode(cell)
            piece.source = part
        else:
            piece = new_cell(nb, cell.cell_type, part, f"part-{key.lstrip('#')}-{len(pieces)}")
        if part is cut[1] and key in plan.cells:
            piece.metadata = NotebookNode({**piece.metadata, "nbgrader": NotebookNode({"grade_id": key})})
        pieces.append(piece)
    if (nb.nbformat, nb.nbformat_minor) >= (4, 5):  # new_cell saw the notebook without the other pieces
        for number, piece in enumerate(pieces):
            if any(piece.id == other.id for other in pieces[:number]):
                piece.id = fresh_id(nb, f"{piece.id}-{number}")
    return pieces


def _cut(source: str, text: str) -> tuple[str, str, str] | None:
    """What stands before ``text``, itself, and after, where it is found as whole lines; None where it is not."""
    lines = "\n".join(line.rstrip() for line in source.replace("\r\n", "\n").split("\n"))
    at = f"\n{lines}\n".find(f"\n{text}\n") if text else -1
    if at < 0:
        return None
    return lines[: max(0, at - 1)].rstrip("\n"), text, lines[at + len(text) :].strip("\n")


def join_split(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Join the parts of a cell that was split: of a released cell by its text, of an answer where it needs them."""
    whole = {_squashed(plan.text(key)): key for key in plan.released if plan.text(key)}
    for index in range(len(nb.cells) - 1, -1, -1):
        for last in range(index + 2, min(index + MOST_PARTS, len(nb.cells)) + 1):
            parts = nb.cells[index:last]
            if not _same_kind(parts) or len({name_of(part) for part in parts} - {None}) > 1:
                break
            key = whole.get("".join(_squashed(part.source) for part in parts))
            if key is not None and {name_of(part) for part in parts} <= {None, key}:
                _join(nb, index, last, plan.text(key))
                if key in plan.cells:
                    nb.cells[index].metadata["nbgrader"] = NotebookNode({"grade_id": key})
                    said.append(f'The cell "{key}" had been split; it was joined again.')
                break
    for name in [name for name in plan.order if name in plan.cells and plan.cells[name].metadata["solution"]]:
        for first, last in _runs(nb, plan, name):
            if _join_answer(nb, plan, name, first, last):
                said.append(f'The answer to "{name}" stood in several cells; they were joined.')
                break


def _same_kind(cells: Sequence[NotebookNode]) -> bool:
    return len({cell.cell_type for cell in cells}) == 1


def _squashed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _join(nb: NotebookNode, first: int, last: int, source: str) -> None:
    """Make one cell of those from ``first`` to before ``last``: the named one, or the first."""
    parts = nb.cells[first:last]
    kept = next((part for part in parts if name_of(part)), parts[0])
    kept.source = source
    nb.cells[first:last] = [kept]


def _runs(nb: NotebookNode, plan: Plan, name: str) -> Iterator[tuple[int, int]]:
    """Ranges of neighbouring cells that may be the parts of one answer: a named one, and nameless ones of its kind."""
    places = plan.places(nb)
    if name not in places:
        return
    kind, taken = nb.cells[places[name]].cell_type, set(places.values())
    own = [index for index, cell in enumerate(nb.cells) if name_of(cell) == name]

    def free(index: int) -> bool:
        if not 0 <= index < len(nb.cells) or nb.cells[index].cell_type != kind:
            return False
        return index in own or (index not in taken and name_of(nb.cells[index]) is None)

    if kind == "markdown":
        yield from _written(nb, plan, name, places, free, own)
        return
    for start in own:
        low, high = start, start + 1
        while start - low < MOST_PARTS and free(low - 1):
            low -= 1
        while high - start < MOST_PARTS and free(high):
            high += 1
        spans = [(first, last) for first in range(low, start + 1) for last in range(start + 1, high + 1)]
        yield from sorted((span for span in spans if span[1] - span[0] > 1), key=lambda span: span[1] - span[0])


def _written(
    nb: NotebookNode, plan: Plan, name: str, places: dict[str, int], free: Callable[[int], bool], own: list[int]
) -> Iterator[tuple[int, int]]:
    """The range of texts that are one answer: up to its question, and down to the next text or heading of the release.

    Nothing where the release is not known, or where the question is not there: a text may then be anybody's.
    """
    place = plan.order.index(name)
    question = places.get(plan.order[place - 1]) if place else None
    if question is None or question > own[0]:
        return
    low, high = own[0], own[0] + 1
    while low - 1 > question and free(low - 1):
        low -= 1
    while free(high) and (high in own or not nb.cells[high].source.lstrip().startswith("#")):
        high += 1
    yield low, high


def _join_answer(nb: NotebookNode, plan: Plan, name: str, first: int, last: int) -> bool:
    """Join these cells where they are the parts of one answer; whether they were."""
    parts = [cell.source for cell in nb.cells[first:last]]
    if len(parts) < 2:
        return False
    if nb.cells[first].cell_type == "markdown":
        own = [part for part in dict.fromkeys(parts) if part.strip() and plain(part) != plan.text(name)]
        _join(nb, first, last, "\n\n".join(own) or parts[0])
        return True
    asked, joined = plan.asked(name), "\n".join(part.strip("\n") for part in parts)
    if not asked or not asked <= defined(joined) or not stands_alone(joined):
        return False
    if all(map(stands_alone, parts)):
        # Each part runs on its own. Joined, an error in one stops the next: only where that changes nothing.
        scattered = not any(asked <= defined(part) for part in parts)
        if not scattered or not all(only_binds(part, asked) for part in parts[:-1]):
            return False
    elif stands_alone(parts[0]) and stands_alone("\n".join(parts[:-1])) and stands_alone(parts[-1]):
        return False
    _join(nb, first, last, joined)
    return True
