"""Cell identification: which cell of a submission is which cell of the release, by id, text and place."""

from __future__ import annotations

from collections.abc import Sequence

from nbformat import NotebookNode

from course.grading.submission.pieces import _cut
from course.grading.submission.plan import Known, Plan, defined, ids_of, name_of, plain
from course.grading.submission.restoring import _set_type, fresh_id


def drop_false_names(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Take names from cells that are plainly others: names were swapped, or an answer stands in a check's cell."""
    ours = {plan.text(name): name for name, known in plan.cells.items() if known.ours}
    named = [(cell, name_of(cell)) for cell in nb.cells if name_of(cell) in plan.cells]
    exercises = [name for name in plan.cells if plan.asked(name)]
    answered = {name for cell, name in named if plan.asked(name) and plan.asked(name) <= defined(cell.source)}
    for cell, name in named:
        is_text_of = ours.get(plain(cell.source)) if cell.cell_type == "code" else None
        false = is_text_of is not None and is_text_of != name and bool(plan.asked(name))
        if not false and is_text_of is None and cell.cell_type == "code" and name not in answered:
            bound = defined(cell.source)
            known = plan.cells[name]
            if known.ours or (plan.asked(name) and not plan.asked(name) & bound):
                holds_text = known.ours and _cut(cell.source, plan.text(name)) is not None
                false = not holds_text and any(
                    plan.asked(each) <= bound for each in exercises if each != name and each not in answered
                )
        if false:
            del cell.metadata["nbgrader"]
            cell.metadata.pop("id", None)  # which is the name's too, and would bring it back
            if cell.pop("id", None):
                cell["id"] = fresh_id(nb, "renamed")
            said.append(f'The cell named "{name}" is another one; the name was taken from it.')


def find_by_content(nb: NotebookNode, plan: Plan, strange: Sequence[NotebookNode], said: list[str]) -> None:
    """Name the cells in which lost exercises are answered: they define what is asked, or stand where it was asked."""
    others, present = set(map(id, strange)), {name_of(cell) for cell in nb.cells}
    for name, known in plan.cells.items():
        if name in present or not known.metadata["solution"]:
            continue
        places = plan.places(nb)
        low, high = _between(plan, places, name)
        taken = set(places.values())
        free = [
            index
            for index, cell in enumerate(nb.cells)
            if index not in taken and name_of(cell) is None and id(cell) not in others
        ]
        if known.written_by_student and known.cell_type == "code":
            found = _best(nb, plan, name, free, range(low + 1, high))
        else:
            place = plan.order.index(name)
            sure = plan.order[max(0, place - 1)] in places or (plan.order[place + 1 : place + 2] or [""])[0] in places
            texts = [i for i in free if low < i < high and nb.cells[i].cell_type == known.cell_type]
            found = next((i for i in texts if sure and nb.cells[i].source.strip()), None)
        if found is not None:
            nb.cells[found].metadata["nbgrader"] = NotebookNode({"grade_id": name})
            said.append(f'The cell "{name}" had lost its metadata; it was found by what stands in it and where.')


def _between(plan: Plan, places: dict[str, int], name: str) -> tuple[int, int]:
    """The numbers of the cells between which ``name`` belongs."""
    place = plan.order.index(name)
    low = next((places[key] for key in reversed(plan.order[:place]) if key in places), -1)
    high = next((places[key] for key in plan.order[place + 1 :] if key in places and places[key] > low), 1 << 30)
    return low, high


def _best(nb: NotebookNode, plan: Plan, name: str, free: list[int], here: range) -> int | None:
    """The unnamed code cell that answers an exercise: in its place the last that defines a name asked for."""
    asked, stub = plan.asked(name), plan.text(name)
    ranked = []
    for index in free:
        cell = nb.cells[index]
        likely = cell.cell_type == "code" and any(each in cell.source for each in asked)
        hits = len(asked & defined(cell.source)) if likely else 0
        if hits and (index in here or hits == len(asked)):
            nearness = index if index in here else -abs(index - here.start)
            ranked.append((index in here, hits, plain(cell.source) != stub, nearness, index))
    return max(ranked)[-1] if ranked else None


def _drop_foreign(nb: NotebookNode, plan: Plan, said: list[str]) -> list[NotebookNode]:
    """Take the names away that this notebook has no cells for; returns the cells that had one."""
    strange = []
    for cell in nb.cells:
        name = name_of(cell)
        if name not in plan.cells:
            cell.metadata.pop("nbgrader", None)
            if name:
                strange.append(cell)
                said.append(f'The cell "{name}" is not in {plan.title}; it was run as an ordinary cell.')
    return strange


def _find_lost(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Give cells that lost their metadata their names back: by the cell's id, or by a locked cell's exact text."""
    present = {name_of(cell) for cell in nb.cells}
    missing = {name: known for name, known in plan.cells.items() if name not in present}
    by_id = {plan.ids[name]: name for name in missing if plan.ids.get(name)}
    by_text = {plan.text(name): name for name, known in missing.items() if not known.metadata["solution"]}
    for cell in nb.cells:
        if name_of(cell) is None:
            name = next((by_id[each] for each in ids_of(cell) if each in by_id), None) or by_text.get(
                plain(cell.source)
            )
            if name in missing:
                del missing[name]
                cell.metadata["nbgrader"] = NotebookNode({"grade_id": name})
                said.append(f'The cell "{name}" had lost its metadata; it was put back.')


def _tell_copies_apart(nb: NotebookNode, plan: Plan, said: list[str]) -> None:
    """Leave one cell of each name: for an exercise the one that was worked on, and then the one nearest its place."""
    where: dict[str, list[int]] = {}
    for index, cell in enumerate(nb.cells):
        if name_of(cell):
            where.setdefault(name_of(cell), []).append(index)
    kept: dict[str, int] = {name: places[0] for name, places in where.items() if len(places) == 1}
    for name in [name for name in plan.order if len(where.get(name, ())) > 1]:
        known = plan.cells[name]
        earlier = [kept[other] for other in plan.order[: plan.order.index(name)] if other in kept]
        due = earlier[-1] + 1 if earlier else 0

        def rank(index: int, known: Known = known, due: int = due) -> tuple[bool, bool, int]:
            untouched = known.metadata["solution"] and not _changed(nb.cells[index], known)
            return untouched, index < due, abs(index - due)

        kept[name] = min(where[name], key=rank)
        for index in where[name]:
            if index != kept[name]:
                del nb.cells[index].metadata["nbgrader"]
                if known.written_by_student and not _changed(nb.cells[index], known):
                    _set_type(nb.cells[index], "raw")  # run after the answer, an empty stub would undo it
        said.append(f'The cell "{name}" is there {len(where[name])} times; the copies do not count.')


def _changed(cell: NotebookNode, known: Known) -> bool:
    return cell.source.strip() != known.source.strip()
