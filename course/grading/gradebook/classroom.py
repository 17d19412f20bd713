"""Facade over nbgrader's database and the course's folder: settings, hand-ins, and what is known of them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

from nbgrader.api import Assignment, BaseCell, Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import DatabaseError
from traitlets.config import Config

from course.coursedir import backups
from course.coursedir.alias import real
from course.coursedir.errors import GradingStopped
from course.coursedir.files import content_hash, unlike_a_file, write_if_changed
from course.coursedir.gradebook_file import NOTE, GradebookFile
from course.coursedir.layout import CONFIG, STATE, load_config
from course.coursedir.sample_dates import DUE, SAMPLE
from course.grading.gradebook import history, secret
from course.grading.gradebook.outcome import Outcome
from course.grading.gradebook.versions import version_of_code, version_of_mistakes
from course.runtime.hashing import digest

Step = Literal["submitted", "autograded", "feedback"]
"""The folders of the course that hold a folder for each student."""


class Classroom:
    """The course in the folder ``root``. ``only`` narrows it down to these students."""

    def __init__(self, root: Path, only: list[str] | None = None):
        self.root, self.only = root, only
        self._gradebook: Gradebook | None = None
        self._cell_names: dict[str, dict[str, str]] = {}  # these four by week, for as long as the classroom is there
        self._fingerprints: dict[str, str] = {}
        self._tests: dict[str, str] = {}
        self._assignments: dict[str, str] = {}
        if shutil.which("alembic") is None:  # nbgrader calls it by name to make a gradebook; it is installed beside us
            os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])

    @cached_property
    def config(self) -> Config:
        """The settings in nbgrader_config.py, the same that nbgrader's own commands read."""
        return load_config(self.root)

    @cached_property
    def book(self) -> GradebookFile:
        """The gradebook as a file: whether it is there, and is the right one."""
        return GradebookFile(self.root, self.config)

    def directory(self, week: str = "", student: str = "*") -> CourseDirectory:
        """nbgrader's view of the folder, for one week and one student."""
        return CourseDirectory(config=self.config, assignment_id=week, student_id=student)

    @cached_property
    def _anywhere(self) -> CourseDirectory:
        return self.directory()

    def set_execution(self, *, unsafe: bool, device: str | None) -> None:
        """Grade without a sandbox where ``unsafe``, and on ``device``; False and None leave what the settings say."""
        settings = self.config.Execute
        settings.unsafe = unsafe or self.unsafe
        settings.device = device or self.device

    @property
    def unsafe(self) -> bool:
        """Whether submissions run without a sandbox."""
        return bool(self.config.Execute.get("unsafe", False))

    @property
    def device(self) -> str:
        """Where the answers that are asked in a process of their own run: "cpu", "cuda" or "auto"."""
        return self.config.Execute.get("device", "cpu")

    def _name(self, step: Step) -> str:
        directory = self._anywhere
        names = {
            "submitted": directory.submitted_directory,
            "autograded": directory.autograded_directory,
            "feedback": directory.feedback_directory,
        }
        return names[step]

    def folder(self, step: Step) -> Path:
        """The folder of a step, which holds a folder for each student."""
        return real(os.path.join(self._anywhere.root, self._name(step)), self.root)

    def path(self, step: Step, student: str, week: str) -> Path:
        """The folder of a student's week in a step."""
        return real(self._anywhere.format_path(self._name(step), student, week), self.root)

    def released(self, week: str) -> Path:
        """The folder with the notebooks that students got for ``week``."""
        directory = self._anywhere
        return real(directory.format_path(directory.release_directory, ".", week), self.root)

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """The gradebook, opened once. After the ``with`` statement nothing of it is locked or remembered.

        Raises GradingStopped where it is not the one that the grades here were written in: where none is there,
        nbgrader would make another without a word.
        """
        if self._gradebook is None:
            self.book.check()
            self._gradebook = Gradebook(self.directory().db_url, self.directory().course_id)
        try:
            yield self._gradebook
        finally:
            self._gradebook.db.rollback()

    def cell_names(self, gradebook: Gradebook, week: str) -> dict[str, str]:
        """The names of a week's cells by their key in the gradebook; asked once."""
        if week not in self._cell_names:
            notebooks = [notebook.id for notebook in gradebook.find_assignment(week).notebooks]
            rows = gradebook.db.query(BaseCell.id, BaseCell.name).filter(BaseCell.notebook_id.in_(notebooks))
            self._cell_names[week] = dict(rows.all())
        return self._cell_names[week]

    def hand_ins(self, week: str) -> list[str]:
        """The students who have a folder for ``week``, by name; raises GradingStopped for an unknown student."""
        folder = self.folder("submitted")
        there = sorted(place.parent.name for place in folder.glob(f"*/{week}") if place.is_dir())
        there = [name for name in there if not name.startswith(".")]
        if unknown := [name for name in self.only or () if name not in there]:
            others = f"There is {', '.join(there[:20])}" if there else "Nobody has handed it in"
            raise GradingStopped(f"{folder}: nothing of {week} from {', '.join(unknown)}. {others}.", 2)
        return [name for name in there if not self.only or name in self.only]

    def weeks_handed_in(self) -> list[str]:
        """The weeks for which anybody has a folder."""
        folder = self.folder("submitted")
        return sorted({place.name for place in folder.glob("[!.]*/*") if place.is_dir() and place.name[0] != "."})

    def outcome(self, student: str, week: str) -> Outcome | None:
        """What is known from the last time, or None."""
        try:
            return Outcome.from_json(json.loads(self.note(student, week).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def forget(self, student: str, week: str) -> None:
        """Take back what is known from the last time."""
        self.note(student, week).unlink(missing_ok=True)

    def outcomes(self) -> list[Outcome]:
        """Everything that is known, by week and student."""
        found = [self.outcome(path.stem, path.parent.name) for path in sorted(self._notes.glob("*/*.json"))]
        return [outcome for outcome in found if outcome is not None]

    def losses(self, weeks: list[str]) -> list[str]:
        """What was noted beside the grades and cannot be read any more, or is gone: a sentence for each."""
        said = []
        for path in sorted(self._notes.glob("*/*.json")):
            if self.outcome(path.stem, path.parent.name) is None:
                name, week = path.relative_to(self.root), path.parent.name
                said.append(f"{name} is damaged and counts as none: `course grade {week}` grades {path.stem} again.")
        if self.book.unknown:
            said.append(f"{NOTE} beside the grades is damaged: see for yourself that the gradebook is the last one.")
        if self.book.missing:
            return said
        with self.gradebook() as gradebook:
            for week in weeks:
                if _find(gradebook, week) is None or any((self._notes / week).glob("*")):
                    continue
                if graded := len(gradebook.assignment_submissions(week)):
                    said.append(
                        f"{self._notes.relative_to(self.root) / week} is gone, and with it what was noted of the "
                        f"{graded} submissions in the gradebook: all of {week} is graded again, and its history begins "
                        "anew. Where you have a backup of the folder, stop this and restore it."
                    )
        return said

    def remember(self, outcome: Outcome) -> None:
        """Write an outcome down, and a line in the week's history where the result is another than before."""
        text = json.dumps(outcome.to_json(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        if outcome.inputs:  # it was graded, or found to be ungradable; a grading that is still going on has none
            versions = {"tests": self.tests(outcome.week), "tools": self.tools, "secret": self._identity}
            new = history.entry(outcome, **versions)
            history.add(self.history(outcome.week), new)  # first: what is noted is not graded again, and adds no line
        write_if_changed(self.note(outcome.student, outcome.week), text.encode())

    def accept_gradebook(self) -> None:
        """Go on with the gradebook that is there, or with none: what is known from before is forgotten."""

        def forget() -> None:
            for note in self._notes.glob("*/*.json"):
                note.unlink(missing_ok=True)

        self.book.accept(forget)

    def history(self, week: str) -> Path:
        """The file with what grading ``week`` came to each time; ``course.grading.gradebook.history`` reads it."""
        return self._notes / week / history.FILE

    def note(self, student: str, week: str) -> Path:
        """The file with what is known of a submission from the last time."""
        return self._notes / week / f"{student}.json"

    @property
    def _notes(self) -> Path:
        return self.folder("autograded") / STATE

    @cached_property
    def secret(self) -> secret.Secret:
        """What the hidden tests draw their cases with; made where none was needed before. Raises GradingStopped."""
        found = secret.of_course(self.root, self._notes)
        backups.keep_secret(self.root, self.book.keep)
        return found

    def renew_secret(self) -> None:
        """Draw another secret: everything is to be graded again."""
        self.secret = secret.renew(self.root, self._notes)
        backups.keep_secret(self.root, self.book.keep)

    @property
    def _identity(self) -> str:
        """Which secret there is; "" where none was needed yet. Makes none."""
        found = vars(self).get("secret") or secret.there(self.root, self._notes)
        return found.identity if found else ""

    def has_assignment(self, week: str) -> bool:
        """Whether ``week`` is in the gradebook; raises GradingStopped where that is of another nbgrader, or lost."""
        if self._gradebook is None and self.book.missing:
            self.book.check()
            return False
        with self.gradebook() as gradebook:
            return _find(gradebook, week) is not None

    def set_sample_due_date(self, week: str) -> None:
        """Give ``week`` the sample class's due date where it has none, and take it away where real students hand in."""
        due = DUE.replace(tzinfo=None)
        samples = all(name.startswith(SAMPLE) for name in Classroom(self.root).hand_ins(week))
        with self.gradebook() as gradebook:
            now = gradebook.find_assignment(week).duedate
            if samples and now is None:
                gradebook.update_or_create_assignment(week, duedate=due)
            elif not samples and now == due:
                gradebook.update_or_create_assignment(week, duedate=None)

    @cached_property
    def tools(self) -> str:
        """A hash of the settings, the checks and the tools, which all change grades."""
        settings = (self.root / CONFIG).read_bytes()
        return digest(settings, version_of_code(fingerprints=False).encode())

    def fingerprints(self, week: str) -> str:
        """A hash of a week's known mistakes, which change what its feedback says."""
        if week not in self._fingerprints:
            self._fingerprints[week] = version_of_mistakes(week)
        return self._fingerprints[week]

    def inputs(self, gradebook: Gradebook, student: str, week: str) -> str:
        """A hash of all that a grade depends on: what was handed in, exercises, due date, secret, tools."""
        known = (self.tools, self._identity, self.fingerprints(week), self.assignment_hash(gradebook, week))
        made_of = [each.encode() for each in known]
        folder = self.path("submitted", student, week)
        for path in sorted(folder.rglob("*")):
            if any(part.startswith(".") for part in path.relative_to(folder).parts):
                continue
            if (kind := unlike_a_file(path)) or path.is_file():
                made_of += [os.fsencode(path.relative_to(folder)), (kind or content_hash(path)).encode()]
        return digest(*made_of)

    def tests(self, week: str) -> str:
        """A hash of a week's test cells and points, as the gradebook holds them; "" where it does not."""
        if week not in self._tests:
            if self._gradebook is None and self.book.missing:
                return ""
            with self.gradebook() as gradebook:
                known = _find(gradebook, week) is not None
                self._tests[week] = history.tests_of(gradebook, week) if known else ""
        return self._tests[week]

    def assignment_hash(self, gradebook: Gradebook, week: str) -> str:
        """A hash of a week's exercises as the gradebook holds them."""
        if week not in self._assignments:
            assignment = gradebook.find_assignment(week)
            cells = sorted(
                (notebook.name, cell.name, cell.checksum or "", cell.source or "")
                for notebook in assignment.notebooks
                for cell in notebook.source_cells
            )
            points = sorted(
                (notebook.name, cell.name, cell.max_score)
                for notebook in assignment.notebooks
                for cell in notebook.grade_cells
            )
            self._assignments[week] = digest(repr((cells, points, assignment.duedate)).encode())
        return self._assignments[week]


def _find(gradebook: Gradebook, week: str) -> Assignment | None:
    try:
        return gradebook.find_assignment(week)
    except MissingEntry:
        return None
    except DatabaseError as error:
        if "lock" in str(error.orig):
            raise
        raise GradingStopped(
            f"The gradebook could not be read: {error.orig}. Keep a copy of it, run `nbgrader db upgrade`, try again."
        ) from error
