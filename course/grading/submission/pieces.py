"""Merged and split cells: where one cell was made of several, and where several were made of one.

None of this can give a point: checks come from the instructor's text, and an answer is whatever the student wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from nbformat import NotebookNode

from course.grading.submission.cells import fresh_id, give_name, has_ids, name_of, new_cell
from course.grading.submission.plan import Plan
from course.grading.submission.sources import bound_names, cut, only_binds, plain, squashed, stands_alone

MAX_PARTS = 4  # cells that one cell may have been split into


def texts_to_cut(plan: Plan) -> dict[str, str]:
    """The texts of checks and given cells, by name, which no student writes: where one stands, cells were merged."""
    return {name: plan.text(name) for name, cell in plan.cells.items() if cell.is_instructors and plan.text(name)}


def texts_beside(plan: Plan, present: Collection[str]) -> dict[str, str]:
    """The texts of the release around each answer in words that is lost, by key: it may have been merged with one."""
    found: dict[str, str] = {}
    for position, key in enumerate(plan.order):
        if key in plan.cells and plan.cells[key].is_text_answer and key not in present:
            around = plan.order[max(0, position - 1) : position] + plan.order[position + 1 : position + 2]
            found.update({each: plan.text(each) for each in around if each.startswith("#") and plan.text(each)})
    return found


def taken_apart(
    nb: NotebookNode, plan: Plan, cell: NotebookNode, texts: Mapping[str, str]
) -> tuple[str, list[NotebookNode]] | None:
    """The first of ``texts`` that is a part of ``cell`` and not all of it, by its key, and the cells made of it."""
    for key, text in texts.items():
        pieces = _pieces(nb, plan, cell, key, text)
        if pieces:
            return key, pieces
    return None


def _pieces(nb: NotebookNode, plan: Plan, cell: NotebookNode, key: str, text: str) -> list[NotebookNode]:
    """The cells that ``cell`` was merged from, when ``text``, that of the cell ``key``, is a part of it and not all."""
    found = cut(cell.source, text)
    if found is None or plain(cell.source) == text:
        return []
    before, _, after = found
    parts = [part for part in (before, text, after) if part.strip()]
    planned = int(bool(before.strip()))  # the index of ``text``
    if cell.cell_type == "code" and stands_alone(cell.source) and not all(map(stands_alone, parts)):
        return []  # the text stands inside a string
    main = _main_part(plan, name_of(cell), parts, planned) if name_of(cell) != key else planned
    pieces: list[NotebookNode] = []
    for index, part in enumerate(parts):
        if index == main:
            piece = NotebookNode(cell)
            piece.source = part
        else:
            piece = new_cell(nb, cell.cell_type, part, f"part-{key.lstrip('#')}-{index}")
        if index == planned and key in plan.cells:
            piece.metadata = NotebookNode(piece.metadata)
            give_name(piece, key)
        pieces.append(piece)
    if has_ids(nb):  # new_cell saw the notebook without the other pieces
        for index, piece in enumerate(pieces):
            if any(piece.id == other.id for other in pieces[:index]):
                piece.id = fresh_id(nb, f"{piece.id}-{index}")
    return pieces


def _main_part(plan: Plan, name: str | None, parts: Sequence[str], planned: int) -> int:
    """The index of the part that keeps the name and the id of the cell ``name``: the one that is most like it."""
    others = [index for index in range(len(parts)) if index != planned]
    asked = plan.asked(name) if name is not None and name in plan.cells else frozenset()
    like = (index for index in others if asked & bound_names(parts[index]))
    return next(like, others[0] if others else planned)


def holds_another(nb: NotebookNode, plan: Plan, cell: NotebookNode) -> bool:
    """Whether ``cell`` holds a cell of the release, or the answer to an exercise, that is nowhere else."""
    there = plan.places(nb)
    lost = [key for key in plan.order if key not in there]
    if any(plan.text(key) and cut(cell.source, plan.text(key)) for key in lost):
        return True
    return any(plan.asked(key) & bound_names(cell.source) for key in lost if key in plan.cells)


def texts_to_join(plan: Plan) -> dict[str, str]:
    """The keys of the release's cells by their texts without white space."""
    return {squashed(plan.text(key)): key for key in plan.released if plan.text(key)}


def parts_of_one(cells: Sequence[NotebookNode], keys: Mapping[str, str]) -> tuple[int, str] | None:
    """How many of the first ``cells`` are the parts of a released cell, and its key; None where they are not."""
    for count in range(2, min(MAX_PARTS, len(cells)) + 1):
        parts = cells[:count]
        names = {name_of(part) for part in parts}
        if len({part.cell_type for part in parts}) > 1 or len(names - {None}) > 1:
            return None
        key = keys.get("".join(squashed(part.source) for part in parts))
        if key is not None and names <= {None, key}:
            return count, key
    return None


def join(nb: NotebookNode, span: tuple[int, int], source: str) -> None:
    """Make one cell of those from the first index to before the last: the named one, or the first."""
    first, last = span
    parts = nb.cells[first:last]
    kept = next((part for part in parts if name_of(part)), parts[0])
    kept.source = source
    nb.cells[first:last] = [kept]


class AnswerParts:
    """The neighbouring cells that may be the parts of one answer: named ones, and nameless ones of their kind."""

    def __init__(self, nb: NotebookNode, plan: Plan, name: str) -> None:
        self._cells, self._plan, self._name = nb.cells, plan, name
        self._places = plan.places(nb)
        self._taken = set(self._places.values())
        self._own = [index for index, cell in enumerate(nb.cells) if name_of(cell) == name]

    def spans(self) -> Iterator[tuple[int, int]]:
        """Ranges of indices, the likeliest first."""
        if self._name not in self._places:
            return iter(())
        return self._text_spans() if self._cell_type == "markdown" else self._code_spans()

    @property
    def _cell_type(self) -> str:
        return self._cells[self._places[self._name]].cell_type

    def _is_free(self, index: int) -> bool:
        """Whether the cell at ``index`` may be a part: of the same kind, and no other cell of the release."""
        if not 0 <= index < len(self._cells) or self._cells[index].cell_type != self._cell_type:
            return False
        return index in self._own or (index not in self._taken and name_of(self._cells[index]) is None)

    def _code_spans(self) -> Iterator[tuple[int, int]]:
        """Up to MAX_PARTS cells around each named one, short ranges first."""
        for start in self._own:
            low, high = start, start + 1
            while start - low < MAX_PARTS and self._is_free(low - 1):
                low -= 1
            while high - start < MAX_PARTS and self._is_free(high):
                high += 1
            spans = [(first, last) for first in range(low, start + 1) for last in range(start + 1, high + 1)]
            yield from sorted((span for span in spans if span[1] - span[0] > 1), key=lambda span: span[1] - span[0])

    def _text_spans(self) -> Iterator[tuple[int, int]]:
        """The texts up to the answer's question, and down to the next text or heading of the release.

        Nothing where the release is not known, or where the question is not there: a text may then be anybody's.
        """
        position = self._plan.order.index(self._name)
        question = self._places.get(self._plan.order[position - 1]) if position else None
        if question is None or question > self._own[0]:
            return
        low, high = self._own[0], self._own[0] + 1
        while low - 1 > question and self._is_free(low - 1):
            low -= 1
        while self._is_free(high) and (high in self._own or not self._cells[high].source.lstrip().startswith("#")):
            high += 1
        yield low, high


def joined_answer(plan: Plan, name: str, cells: Sequence[NotebookNode]) -> str | None:
    """The one source of these cells where they are the parts of the answer ``name``; None where they are not."""
    parts = [cell.source for cell in cells]
    if len(parts) < 2:
        return None
    if cells[0].cell_type == "markdown":
        own = [part for part in dict.fromkeys(parts) if part.strip() and plain(part) != plan.text(name)]
        return "\n\n".join(own) or parts[0]
    asked, joined = plan.asked(name), "\n".join(part.strip("\n") for part in parts)
    if not asked or not asked <= bound_names(joined) or not stands_alone(joined):
        return None
    if all(map(stands_alone, parts)):
        # Each part runs on its own. Joined, an error in one stops the next: only where that changes nothing.
        is_scattered = not any(asked <= bound_names(part) for part in parts)
        return joined if is_scattered and all(only_binds(part, asked) for part in parts[:-1]) else None
    if stands_alone(parts[0]) and stands_alone("\n".join(parts[:-1])) and stands_alone(parts[-1]):
        return None
    return joined
