"""Grading pipeline: one submission from the hand-in to the gradebook, and what was noted of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from course.coursedir.errors import CouldNotBeGraded, GradingStopped
from course.coursedir.files import read_file, unlike_a_file
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.locking import patiently
from course.grading.gradebook.outcome import GRADED, NOT_GRADED, NOT_YET, Outcome
from course.grading.gradebook.saving import save, save_without_score
from course.grading.gradebook.standing import Noted, noted
from course.grading.gradebook.versions import page_version
from course.grading.run.known_tables import KnownTables
from course.grading.run.task import Graded, Sheet, Task, given_code
from course.grading.submission.parse import beside
from course.grading.submission.plan import Plan
from course.runtime.student_id import OTHER_ID
from course.runtime.verdict import NOT_BY_HAND

MAX_NOTEBOOK_BYTES = 60_000_000
"""The size of a notebook above which it is not graded."""


def due(classroom: Classroom, week: str, student: str) -> bool:
    """Whether a submission is new, or anything that its grade depends on has changed since it was graded."""
    before = classroom.outcome(student, week)
    if before is None or not classroom.has_assignment(week):
        return True
    with classroom.gradebook() as gradebook:
        if before.inputs != classroom.inputs(gradebook, student, week):
            return True
        return before.state == GRADED and (
            not page_version(gradebook, student, week) or not classroom.path("autograded", student, week).is_dir()
        )


def ensure_assignment(classroom: Classroom, week: str, release: Callable[[Path, str], object]) -> None:
    """Have ``release`` put ``week`` into the gradebook where it is not in it; give the sample class's its due date."""
    if not classroom.has_assignment(week):
        release(classroom.root, week)
        if not classroom.has_assignment(week):
            raise GradingStopped(f"{week} is not in the gradebook. Run `course release {week}` first.")
    classroom.set_sample_due_date(week)


class Grading:
    """Submissions on their way: what each is graded from, and where the result goes. One for a run; ``close`` it.

    ``tell`` gets what an instructor should know, ``doing`` what takes long.
    """

    def __init__(
        self,
        classroom: Classroom,
        tell: Callable[[str], None] = lambda _: None,
        doing: Callable[[str], None] = lambda _: None,
    ):
        self.classroom, self.tell, self.doing = classroom, tell, doing
        self._inputs: dict[tuple[str, str], str] = {}
        self._notes: dict[tuple[str, str], list[str]] = {}  # what there is to say of the files beside
        self._sheets: dict[str, tuple[Sheet, ...]] = {}
        self._solved: dict[str, tuple[Sheet, ...]] = {}  # the same with the solutions
        self._tables: KnownTables | None = None

    def expect(self, due: Sequence[tuple[str, str]]) -> None:
        """Begin with what is done once for each week of these submissions, in this order, and return at once."""
        self._tables = KnownTables(self.classroom.root, self.classroom.secret, self.tell, self.doing)
        self._tables.expect(dict.fromkeys(week for week, _ in due), due)

    def close(self) -> None:
        """End what was begun for weeks that have not come."""
        if self._tables is not None:
            self._tables.close()

    def prepare(self, week: str, student: str) -> Task:
        """All that grading a submission needs; raises CouldNotBeGraded where there is no notebook of this week."""
        classroom, secret = self.classroom, self.classroom.secret  # before what a grade depends on is looked up
        patiently(lambda: self._look_up(week, student), self.tell)
        folder = classroom.path("submitted", student, week)
        _has_notebooks(folder, week, [f"{sheet.name}.ipynb" for sheet in self._sheets[week]])
        _has_time(classroom, week, student)
        notebooks = {}
        for sheet in self._sheets[week]:
            path = folder / f"{sheet.name}.ipynb"
            if os.path.lexists(path) and (kind := unlike_a_file(path)):
                raise CouldNotBeGraded(f"{path} {kind}. Put the notebook itself in its place, and grade again.")
            if path.is_file():
                if path.stat().st_size > MAX_NOTEBOOK_BYTES:
                    raise CouldNotBeGraded(
                        f"{path} is larger than {MAX_NOTEBOOK_BYTES // 1_000_000} MB. Ask the student to clear its "
                        "outputs (Edit > Clear all outputs) and to hand it in again."
                    )
                notebooks[sheet.name] = read_file(path)
        config = classroom.config
        settings = {name: dict(config[name]) for name in ("Execute", "LimitOutput", "ClearOutput", "OverwriteCells")}
        settings["CourseDirectory"] = {"root": str(config.CourseDirectory.root)}
        self._tables = self._tables or KnownTables(classroom.root, secret, self.tell, self.doing)
        known = self._tables.of(week, student)
        if week not in self._solved:
            solutions = self._tables.solutions(week)
            made = (replace(sheet, solutions=solutions.get(sheet.name, {})) for sheet in self._sheets[week])
            self._solved[week] = tuple(made)
        notes: list[str] = []
        files = beside(folder, classroom.directory().ignore, notes.append)
        self._notes[week, student] = notes
        return Task(student, notebooks, files, self._solved[week], settings, secret.data, known)

    def _look_up(self, week: str, student: str) -> None:
        """What the gradebook has to say before a submission is graded."""
        with self.classroom.gradebook() as gradebook:
            self._inputs[week, student] = self.classroom.inputs(gradebook, student, week)
            if week not in self._sheets:
                self._sheets[week] = tuple(self._asked(gradebook, week))

    def _asked(self, gradebook: Gradebook, week: str) -> Iterator[Sheet]:
        released = self.classroom.released(week)
        for notebook in gradebook.find_assignment(week).notebooks:
            path = released / f"{notebook.name}.ipynb"
            there = _read_released(path)
            kernelspec = json.loads(notebook.kernelspec) if notebook.kernelspec else None
            yield Sheet(notebook.name, Plan.of(notebook, there), kernelspec, given_code(there))

    def finish(self, week: str, student: str, graded: Graded) -> Outcome:
        """Write what came of a submission down, in the gradebook first; feedback comes after.

        What is wrong with the submission becomes the outcome's state and reason. Where the machine was at fault the
        submission stays due, and nothing of it is written but that. Raises GradingStopped for what is wrong with the
        machine here, and KeyboardInterrupt; the student's old outcome is forgotten by then.
        """
        classroom = self.classroom
        due = Outcome(student, week, NOT_YET, graded.fault or "Grading it was interrupted. Run the same command again.")
        patiently(lambda: classroom.remember(due), self.tell)
        if graded.fault:
            return due
        outcome = Outcome(student, week, GRADED, inputs=self._inputs.get((week, student), ""))
        if graded.reason:
            outcome.state = NOT_GRADED
            outcome.reason = graded.reason.replace(f"{classroom.root}{os.sep}", "")
            patiently(lambda: _take_back(classroom, week, student), self.tell)
        else:
            parsed = patiently(lambda: save(classroom, week, student, graded.notebooks), self.tell)
            names = [sheet.name for sheet in self._sheets[week]]
            outcome.notes, outcome.exercises, outcome.integrity = _notes(names, parsed)
            outcome.notes += self._notes.get((week, student), [])
        classroom.remember(outcome)
        return outcome


def _read_released(path: Path) -> NotebookNode:
    """A released notebook; raises GradingStopped where it is gone or damaged: that is no submission's fault."""
    way_back = f"Put it back, or delete release/{path.parent.name} and run `course release {path.parent.name}`."
    if not path.is_file():
        raise GradingStopped(f"{path} is missing, and submissions are compared with it. {way_back}")
    try:
        return nbformat.read(path, as_version=4)
    except OSError:
        raise
    except Exception as error:
        words = " ".join(str(error).split())[:100]
        raise GradingStopped(f"{path} is no notebook any more ({words}). {way_back}") from error


def _has_notebooks(folder: Path, week: str, wanted: list[str]) -> None:
    if kind := unlike_a_file(folder):
        raise CouldNotBeGraded(f"{folder} {kind}. Put the folder itself in its place, readable, and grade again.")
    there = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != "timestamp.txt")
    if not set(wanted) & set(there):
        found = f"there is {', '.join(there[:5])}" if there else "the folder is empty"
        raise CouldNotBeGraded(
            f"{folder} holds no notebook of {week}: {found}. It should hold {' and '.join(sorted(wanted))}. "
            "Rename the file if it is the right one, and grade again."
        )


def _has_time(classroom: Classroom, week: str, student: str) -> None:
    """Raises CouldNotBeGraded where the submission's time is written in a file that nbgrader cannot read."""
    path = classroom.path("submitted", student, week) / "timestamp.txt"
    try:
        if not path.is_symlink():
            classroom.directory(week, student).get_existing_timestamp(str(path.parent))
            return
    except Exception:  # nbgrader's own reading stops in several ways
        pass
    raise CouldNotBeGraded(
        f"{path} holds no date and time. Write the time of handing in there, such as 2026-11-20 18:00:00 UTC, or "
        "delete the file; then grade again."
    )


def _notes(names: list[str], notebooks: Mapping[str, NotebookNode]) -> Noted:
    """What was noted in the finished notebooks, and what there is to say of missing ones."""
    found = noted((name, notebooks[name]) for name in sorted(names) if name in notebooks)
    missing = sorted(set(names) - set(notebooks))
    found.notes.extend(f"{name}.ipynb was not handed in; its exercises count as not answered." for name in missing)
    if any(record.cause == OTHER_ID for record in found.exercises):
        found.notes.append(OTHER_ID)
        found.integrity.append(OTHER_ID)
    by_hand = [record for record in found.exercises if record.next == NOT_BY_HAND and record.state == "failed"]
    found.integrity.extend(f"{record.notebook}.ipynb, {record.exercise}: {record.cause}" for record in by_hand)
    return found


def _take_back(classroom: Classroom, week: str, student: str) -> None:
    """Leave no score and no page of an earlier submission."""
    save_without_score(classroom, week, student)
    for step in ("autograded", "feedback"):
        folder = classroom.path(step, student, week)
        if folder.exists():
            shutil.rmtree(folder)
