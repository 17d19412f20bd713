"""Cell identification: which cell of a submission is which of the release, by id, text, content and place.

Nothing here changes a notebook: these are the questions that the repair asks of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from nbformat import NotebookNode

from course.grading.submission.cells import ids_of, name_of
from course.grading.submission.plan import Plan, PlannedCell
from course.grading.submission.sources import bound_names, cut, plain

END = 1 << 30
"""An index behind every cell."""


class Named(NamedTuple):
    """A cell of a submission, and the name of the plan's that it bears."""

    cell: NotebookNode
    name: str


class FalseNames:
    """Tells the cells that bear another's name: names were swapped, or an answer stands in a check's cell."""

    def __init__(self, plan: Plan, named: Sequence[Named]) -> None:
        self._plan = plan
        self._owners = {plan.text(name): name for name, planned in plan.cells.items() if planned.is_instructors}
        self._answered = {name for cell, name in named if self._answers(cell, name)}
        asking = [name for name in plan.cells if plan.asked(name)]
        self._unanswered = [name for name in asking if name not in self._answered]

    def is_false(self, cell: NotebookNode, name: str) -> bool:
        """Whether ``cell`` is plainly another than the cell ``name`` of the plan."""
        if cell.cell_type != "code":
            return False
        owner = self._owners.get(plain(cell.source))  # the check or given cell whose text this is
        if owner is not None:
            return owner != name and self._is_asking(name)
        return self._lacks_its_own(cell, name) and self._answers_another(cell, name)

    def _is_asking(self, name: str) -> bool:
        """Whether ``name`` is an exercise in code."""
        return bool(self._plan.asked(name))

    def _answers(self, cell: NotebookNode, name: str) -> bool:
        """Whether a cell binds all that the exercise ``name`` asks for."""
        return self._is_asking(name) and self._plan.asked(name) <= bound_names(cell.source)

    def _lacks_its_own(self, cell: NotebookNode, name: str) -> bool:
        """Whether nothing in a cell is what its name stands for: the instructor's text, or a name asked for."""
        if name in self._answered:
            return False
        if self._plan.cells[name].is_instructors:
            return cut(cell.source, self._plan.text(name)) is None
        return self._is_asking(name) and not self._plan.asked(name) & bound_names(cell.source)

    def _answers_another(self, cell: NotebookNode, name: str) -> bool:
        """Whether a cell answers another exercise, which no cell of that name answers."""
        return any(self._answers(cell, each) for each in self._unanswered if each != name)


class LostNames:
    """Recognises cells that lost their metadata: by the cell's id, or by a locked cell's exact text."""

    def __init__(self, plan: Plan, present: Collection[str]) -> None:
        missing = [name for name in plan.cells if name not in present]
        self._by_id = {plan.ids[name]: name for name in missing if plan.ids.get(name)}
        self._by_text = {plan.text(name): name for name in missing if not plan.cells[name].holds_answer}
        self._missing = set(missing)

    def claim(self, cell: NotebookNode) -> str | None:
        """The missing name that is this cell's, which is no longer missing then; None where there is none."""
        by_id = next((self._by_id[each] for each in ids_of(cell) if each in self._by_id), None)
        name = by_id or self._by_text.get(plain(cell.source))
        if name is None or name not in self._missing:
            return None
        self._missing.remove(name)
        return name


def neighbours(plan: Plan, places: dict[str, int], name: str) -> tuple[int, int]:
    """The indices of the cells between which the cell ``name`` belongs; -1 and END where there is none."""
    position = plan.order.index(name)
    low = next((places[key] for key in reversed(plan.order[:position]) if key in places), -1)
    high = next((places[key] for key in plan.order[position + 1 :] if key in places and places[key] > low), END)
    return low, high


def found_answer(nb: NotebookNode, plan: Plan, name: str, foreign: Collection[int]) -> int | None:
    """The index of the nameless cell that holds a lost answer: by what it binds, or by where it stands.

    ``foreign`` are the identities (``id``) of the cells that had a name of another notebook: they hold no answer.
    """
    planned, places = plan.cells[name], plan.places(nb)
    taken = set(places.values())
    free = [
        index
        for index, cell in enumerate(nb.cells)
        if index not in taken and name_of(cell) is None and id(cell) not in foreign
    ]
    low, high = neighbours(plan, places, name)
    if planned.is_exercise and planned.cell_type == "code":
        return _best_code(nb, plan, name, free, range(low + 1, high))
    position = plan.order.index(name)
    beside = (plan.order[max(0, position - 1)], *plan.order[position + 1 : position + 2])
    if not any(key in places for key in beside):
        return None
    here = (index for index in free if low < index < high and nb.cells[index].cell_type == planned.cell_type)
    return next((index for index in here if nb.cells[index].source.strip()), None)


def _best_code(nb: NotebookNode, plan: Plan, name: str, free: Iterable[int], here: range) -> int | None:
    """The unnamed code cell that answers an exercise: in its place the last that binds a name asked for."""
    asked, stub = plan.asked(name), plan.text(name)
    ranked = []
    for index in free:
        cell = nb.cells[index]
        is_likely = cell.cell_type == "code" and any(each in cell.source for each in asked)
        hits = len(asked & bound_names(cell.source)) if is_likely else 0
        if hits and (index in here or hits == len(asked)):
            nearness = index if index in here else -abs(index - here.start)
            ranked.append((index in here, hits, plain(cell.source) != stub, nearness, index))
    return max(ranked)[-1] if ranked else None


def best_copy(nb: NotebookNode, planned: PlannedCell, copies: Sequence[int], due: int) -> int:
    """The copy of a cell that counts: one that was worked on, not before index ``due``, and nearest to it."""

    def rank(index: int) -> tuple[bool, bool, int]:
        untouched = planned.holds_answer and is_untouched(nb.cells[index], planned)
        return untouched, index < due, abs(index - due)

    return min(copies, key=rank)


def is_untouched(cell: NotebookNode, planned: PlannedCell) -> bool:
    """Whether a cell holds no more than it was released with."""
    return cell.source.strip() == planned.source.strip()
