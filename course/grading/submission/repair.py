"""Normalisation of a submitted notebook before grading: names, metadata, types and missing cells restored.

What a slip of the mouse broke must not cost points, or a class. A deleted test cell comes back in its place, copies of
a cell are told apart, lost or forged metadata is restored, cells that were merged or split are as before, and cells of
other notebooks are left aside: what JupyterLab's and Colab's menus do to a notebook. What was mended is written to the
notebook's metadata, as sentences.
"""

from __future__ import annotations

from nbformat import NotebookNode

from course.coursedir.errors import CouldNotBeGraded
from course.grading.submission import naming, pieces
from course.grading.submission.cells import fresh_id, give_name, is_edited, name_of, new_cell, set_type
from course.grading.submission.plan import Plan
from course.grading.submission.sources import bound_names, plain

FLAGS = ("grade", "solution", "task", "locked", "points")
"""The keys of nbgrader's metadata that a student has no reason to change."""


def repair(nb: NotebookNode, plan: Plan) -> list[str]:
    """Mend ``nb`` in place so that each planned cell is there once, as ``plan`` has it; returns what was done."""
    return Mender(nb, plan).run()


class Mender:
    """One submission under repair: its notebook, which is changed in place, its plan, and the messages so far.

    None of the steps can give a point: checks come from the instructor's text, and an answer is whatever the student
    wrote.
    """

    def __init__(self, nb: NotebookNode, plan: Plan) -> None:
        self.nb, self.plan = nb, plan
        self.messages: list[str] = []
        self._foreign: list[NotebookNode] = []  # cells that had a name of another notebook

    def run(self) -> list[str]:
        """The steps in their order, each of which relies on those before it; returns the messages."""
        self.drop_tags()
        self.drop_foreign_names()
        self.drop_false_names()
        self.take_apart()
        self.find_lost_names()
        self.refuse_another_notebook()
        self.find_lost_answers()
        self.join_split_cells()
        self.join_split_answers()
        self.tell_copies_apart()
        self.restore_metadata()
        self.bring_back()
        self.move_checks_down()
        return self.messages

    def by_name(self) -> dict[str, list[int]]:
        """The index of the notebook as it is now: where the cells of each name stand, in order."""
        found: dict[str, list[int]] = {}
        for index, cell in enumerate(self.nb.cells):
            name = name_of(cell)
            if name is not None:
                found.setdefault(name, []).append(index)
        return found

    def _say(self, message: str) -> None:
        self.messages.append(message)

    # The steps

    def drop_tags(self) -> None:
        """Take away what may change how a notebook runs, and what grading writes to it: a tag can keep a cell out."""
        self.nb.metadata.pop("course", None)
        self.nb.metadata.pop("celltoolbar", None)
        for cell in self.nb.cells:
            for key in ("tags", "course"):
                cell.metadata.pop(key, None)

    def drop_foreign_names(self) -> None:
        """Take the names away that this notebook has no cells for."""
        for cell in self.nb.cells:
            name = name_of(cell)
            if name not in self.plan.cells:
                cell.metadata.pop("nbgrader", None)
                if name is not None:
                    self._foreign.append(cell)
                    self._say(f'The cell "{name}" is not in {self.plan.title}; it was run as an ordinary cell.')

    def drop_false_names(self) -> None:
        """Take names from cells that are plainly others: names were swapped, or an answer stands in a check's cell."""
        named = [naming.Named(cell, name) for cell in self.nb.cells if (name := name_of(cell)) is not None]
        names = naming.FalseNames(self.plan, named)
        for cell, name in named:
            if names.is_false(cell, name):
                del cell.metadata["nbgrader"]
                cell.metadata.pop("id", None)  # which is the name's too, and would bring it back
                if cell.pop("id", None):
                    cell["id"] = fresh_id(self.nb, "renamed")
                self._say(f'The cell named "{name}" is another one; the name was taken from it.')

    def take_apart(self) -> None:
        """Cut merged cells where the whole text of a check or a given cell, or of the text by an answer, is in them."""
        present = set(self.by_name())
        code, prose = pieces.texts_to_cut(self.plan), pieces.texts_beside(self.plan, present)
        index = 0
        while index < len(self.nb.cells):
            cell = self.nb.cells[index]
            name = name_of(cell)
            texts: dict[str, str] = {}
            if cell.cell_type == "code":
                texts = {key: text for key, text in code.items() if key == name or key not in present}
            elif cell.cell_type == "markdown" and name is None:
                texts = prose
            found = pieces.taken_apart(self.nb, self.plan, cell, texts)
            if found is None:
                index += 1
                continue
            key, made = found
            was_edited = key == name and not pieces.holds_another(self.nb, self.plan, cell)
            self.nb.cells[index : index + 1] = made
            present.update(each for piece in made if (each := name_of(piece)) is not None)
            if was_edited:
                self._say(
                    f'The cell "{key}" had been edited; it was put back, and what was added is a cell of its own.'
                )
            elif key in code:
                self._say(f'The cell "{key}" had been merged with another; they were taken apart.')
            else:
                prose.pop(key)
                self._say("An answer had been merged with the text beside it; they were taken apart.")

    def find_lost_names(self) -> None:
        """Give cells that lost their metadata their names back: by the cell's id, or by a locked cell's exact text."""
        lost = naming.LostNames(self.plan, self.by_name())
        for cell in self.nb.cells:
            name = lost.claim(cell) if name_of(cell) is None else None
            if name is not None:
                give_name(cell, name)
                self._say(f'The cell "{name}" had lost its metadata; it was put back.')

    def refuse_another_notebook(self) -> None:
        """Raise CouldNotBeGraded where no cell has a name of the plan."""
        if self.plan.cells and not self.by_name():
            raise CouldNotBeGraded(
                f"This is another notebook than {self.plan.title}: it has none of its exercises. "
                "Ask the student for the right file, put it in place of this one, and grade again."
            )

    def find_lost_answers(self) -> None:
        """Name the cells in which lost exercises are answered: they bind what is asked, or stand where it was asked."""
        present, foreign = self.by_name(), set(map(id, self._foreign))
        for name, planned in self.plan.cells.items():
            if name in present or not planned.holds_answer:
                continue
            index = naming.found_answer(self.nb, self.plan, name, foreign)
            if index is not None:
                give_name(self.nb.cells[index], name)
                self._say(f'The cell "{name}" had lost its metadata; it was found by what stands in it and where.')

    def join_split_cells(self) -> None:
        """Join the parts of a released cell that was split: together they are its text."""
        keys = pieces.texts_to_join(self.plan)
        for index in reversed(range(len(self.nb.cells))):
            found = pieces.parts_of_one(self.nb.cells[index : index + pieces.MAX_PARTS], keys)
            if found is None:
                continue
            count, key = found
            pieces.join(self.nb, (index, index + count), self.plan.text(key))
            if key in self.plan.cells:
                give_name(self.nb.cells[index], key)
                self._say(f'The cell "{key}" had been split; it was joined again.')

    def join_split_answers(self) -> None:
        """Join the parts of an answer that was split, where it needs them all."""
        for name in self.plan.order:
            if name not in self.plan.cells or not self.plan.cells[name].holds_answer:
                continue
            for first, last in pieces.AnswerParts(self.nb, self.plan, name).spans():
                source = pieces.joined_answer(self.plan, name, self.nb.cells[first:last])
                if source is not None:
                    pieces.join(self.nb, (first, last), source)
                    self._say(f'The answer to "{name}" stood in several cells; they were joined.')
                    break

    def tell_copies_apart(self) -> None:
        """Leave one cell of each name: of an exercise one that was worked on, and then the nearest to its place."""
        found = self.by_name()
        kept = {name: places[0] for name, places in found.items() if len(places) == 1}
        for position, name in enumerate(self.plan.order):
            places = found.get(name, [])
            if len(places) < 2:
                continue
            planned = self.plan.cells[name]
            earlier = [kept[each] for each in self.plan.order[:position] if each in kept]
            kept[name] = naming.best_copy(self.nb, planned, places, due=earlier[-1] + 1 if earlier else 0)
            for copy in (self.nb.cells[index] for index in places if index != kept[name]):
                del copy.metadata["nbgrader"]
                if planned.is_exercise and naming.is_untouched(copy, planned):
                    set_type(copy, "raw")  # run after the answer, an empty stub would undo it
            self._say(f'The cell "{name}" is there {len(places)} times; the copies do not count.')

    def restore_metadata(self) -> None:
        """Give each planned cell the metadata and the type that it must have (its text is OverwriteCells' business)."""
        for cell in self.nb.cells:
            name = name_of(cell)
            if name is None:
                continue
            planned, old = self.plan.cells[name], cell.metadata["nbgrader"]
            if planned.is_instructors and plain(cell.source) != self.plan.text(name) and is_edited(cell):
                self._say(f'The cell "{name}" had been edited; it was put back.')
            is_full = set(old) > {"grade_id"}  # not only the name that an earlier step gave
            if is_full and any(old.get(key, False) != planned.metadata.get(key, False) for key in FLAGS):
                self._say(f'The metadata of the cell "{name}" had been changed; it was put back.')
            cell.metadata["nbgrader"] = NotebookNode(planned.metadata)
            if cell.cell_type != planned.cell_type:
                self._say(f'The cell "{name}" had become a {cell.cell_type} cell; it is {planned.cell_type} again.')
                set_type(cell, planned.cell_type)

    def bring_back(self) -> None:
        """Insert every missing cell that grading needs, after the nearest cell that stands before it in the release."""
        present = self.by_name()
        for position, name in enumerate(self.plan.order):
            planned = self.plan.cells.get(name)
            if planned is None or name in present:
                continue
            if planned.is_exercise:
                if self._is_answered(name):
                    self._say(f'The exercise cell "{name}" is missing; it is answered in another cell, which counts.')
                else:
                    self._say(f'The exercise cell "{name}" is missing.')
                continue
            places = self.plan.places(self.nb)
            before = next((key for key in reversed(self.plan.order[:position]) if key in places), None)
            metadata = {"nbgrader": NotebookNode(planned.metadata)}
            stem = self.plan.ids.get(name) or f"restored-{name}"
            cell = new_cell(self.nb, planned.cell_type, planned.source, stem, metadata)
            self.nb.cells.insert(places[before] + 1 if before is not None else 0, cell)
            self._say(f'The cell "{name}" was missing; it was put back.')

    def _is_answered(self, name: str) -> bool:
        """Whether some code cell binds all that the exercise ``name`` asks for."""
        asked = self.plan.asked(name)
        code = (cell.source for cell in self.nb.cells if cell.cell_type == "code")
        return bool(asked) and any(asked <= bound_names(source) for source in code)

    def move_checks_down(self) -> None:
        """Move a check that stands before an exercise which the release puts before it: it would ask too early."""
        latest, places = -1, self.by_name()
        for name in self.plan.order:
            if name not in places:
                continue
            planned, place = self.plan.cells[name], places[name][0]
            if planned.is_exercise:
                latest = max(latest, place)
            elif planned.is_check and place < latest:
                self.nb.cells.insert(latest, self.nb.cells.pop(place))
                places = self.by_name()
                self._say(f'The check "{name}" stood before its exercise; it was moved below it.')
