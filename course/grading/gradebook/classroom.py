"""A course's folder as grading sees it: its settings, gradebook, hand-ins, and what is known of each from before."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from nbgrader.api import Assignment, BaseCell, Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import DatabaseError
from traitlets.config import Config

from course.coursedir.errors import GradingStopped
from course.coursedir.files import write_if_changed
from course.coursedir.layout import CONFIG, load_config
from course.grading.gradebook import history
from course.grading.gradebook.outcome import Outcome


class Classroom:
    """The course in the folder ``root``. ``only`` narrows it down to these students."""

    def __init__(self, root: Path, only: list[str] | None = None):
        self.root, self.only = root, only
        self._gradebook: Gradebook | None = None
        if shutil.which("alembic") is None:  # nbgrader calls it by name to make a gradebook; it is installed beside us
            os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])

    @cached_property
    def config(self) -> Config:
        """The settings in nbgrader_config.py, the same that nbgrader's own commands read."""
        return load_config(self.root)

    def directory(self, week: str = "", student: str = "*") -> CourseDirectory:
        """nbgrader's view of the folder, for one week and one student."""
        return CourseDirectory(config=self.config, assignment_id=week, student_id=student)

    @cached_property
    def _anywhere(self) -> CourseDirectory:
        return self.directory()

    def path(self, step: str, student: str, week: str) -> Path:
        """The folder of a student's week in the step "submitted", "autograded" or "feedback"."""
        directory = self._anywhere
        return Path(directory.format_path(getattr(directory, f"{step}_directory"), student, week))

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """The gradebook, opened once. After the ``with`` statement nothing of it is locked or remembered."""
        if self._gradebook is None:
            self._gradebook = Gradebook(self.directory().db_url, self.directory().course_id)
        try:
            yield self._gradebook
        finally:
            self._gradebook.db.rollback()

    def cell_names(self, gradebook: Gradebook, week: str) -> dict[str, str]:
        """The names of a week's cells by their key in the gradebook; asked once."""
        cached = self.__dict__.setdefault("_cell_names", {})
        if week not in cached:
            notebooks = [notebook.id for notebook in gradebook.find_assignment(week).notebooks]
            rows = gradebook.db.query(BaseCell.id, BaseCell.name).filter(BaseCell.notebook_id.in_(notebooks))
            cached[week] = dict(rows.all())
        return cached[week]

    def hand_ins(self, week: str) -> list[str]:
        """The students who have a folder for ``week``, by name; raises GradingStopped for an unknown student."""
        folder = self.path("submitted", "x", week).parent.parent
        there = sorted(place.parent.name for place in folder.glob(f"*/{week}") if place.is_dir())
        there = [name for name in there if not name.startswith(".")]
        if unknown := [name for name in self.only or () if name not in there]:
            others = f"There is {', '.join(there[:20])}" if there else "Nobody has handed it in"
            raise GradingStopped(f"{folder}: nothing of {week} from {', '.join(unknown)}. {others}.", 2)
        return [name for name in there if not self.only or name in self.only]

    def weeks_handed_in(self) -> list[str]:
        """The weeks for which anybody has a folder."""
        folder = self.path("submitted", "x", "y").parent.parent
        return sorted({place.name for place in folder.glob("[!.]*/*") if place.is_dir() and place.name[0] != "."})

    def outcome(self, student: str, week: str) -> Outcome | None:
        """What is known from the last time, or None."""
        try:
            return Outcome(**json.loads(self._note(student, week).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def forget(self, student: str, week: str) -> None:
        """Take back what is known from the last time."""
        self._note(student, week).unlink(missing_ok=True)

    def outcomes(self) -> list[Outcome]:
        """Everything that is known, by week and student."""
        folder = self._note("x", "y").parent.parent
        found = [self.outcome(path.stem, path.parent.name) for path in sorted(folder.glob("*/*.json"))]
        return [outcome for outcome in found if outcome is not None]

    def remember(self, outcome: Outcome) -> None:
        """Write an outcome down, and a line in the week's history where the result is another than before."""
        text = json.dumps(asdict(outcome), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        write_if_changed(self._note(outcome.student, outcome.week), text.encode())
        if outcome.inputs:  # it was graded, or found to be ungradable; a grading that is still going on has none
            new = history.entry(
                outcome.student,
                outcome.state,
                outcome.exercises,
                tests=self.tests(outcome.week),
                tools=self.tools,
                inputs=outcome.inputs,
            )
            history.add(self.history(outcome.week), new)

    def history(self, week: str) -> Path:
        """The file with what grading ``week`` came to each time; ``course.grading.history`` reads it."""
        return self._note("x", week).with_name(history.FILE)

    def _note(self, student: str, week: str) -> Path:
        return self.path("autograded", "x", "y").parent.parent / ".state" / week / f"{student}.json"

    def ensure_assignment(self, week: str) -> None:
        """Release ``week`` into the gradebook where it is not in it; give the sample class's its due date."""
        with self.gradebook() as gradebook:
            known = _find(gradebook, week) is not None
        if not known:
            from course.authoring.notebooks.release import release_week

            release_week(self.root, week)
        from course.coursedir.sample_dates import due_date

        with self.gradebook() as gradebook:
            assignment = _find(gradebook, week)
            if assignment is None:
                raise GradingStopped(f"{week} is not in the gradebook. Run `course release {week}` first.")
            due = due_date().replace(tzinfo=None)
            samples = all(name.startswith("sample-") for name in Classroom(self.root).hand_ins(week))
            if samples and assignment.duedate is None:
                gradebook.update_or_create_assignment(week, duedate=due)
            elif not samples and assignment.duedate == due:  # made for the sample class, not meant for real students
                gradebook.update_or_create_assignment(week, duedate=None)

    @cached_property
    def tools(self) -> str:
        """A hash of the settings, the checks and the tools, which all change grades."""
        from course.grading.gradebook.versions import version_of_code

        settings = (self.root / CONFIG).read_bytes()
        return hashlib.sha256(settings + version_of_code(fingerprints=False).encode()).hexdigest()

    def fingerprints(self, week: str) -> str:
        """A hash of a week's known mistakes, which change what its feedback says."""
        from course.grading.gradebook.versions import KNOWN

        cached = self.__dict__.setdefault("_fingerprints", {})
        if week not in cached:
            files = sorted(KNOWN.glob(f"{glob.escape(week)}-*.json"))
            cached[week] = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
        return cached[week]

    def inputs(self, gradebook: Gradebook, student: str, week: str) -> str:
        """A hash of all that a submission's grade depends on: its files, the exercises, the due date, the tools."""
        known = (self.tools, self.fingerprints(week), self.assignment_hash(gradebook, week))
        whole = hashlib.sha256(" ".join(known).encode())
        folder = self.path("submitted", student, week)
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                data = path.read_bytes()
                whole.update(os.fsencode(path.relative_to(folder)) + f"\0{len(data)}\0".encode() + data)
        return whole.hexdigest()

    def tests(self, week: str) -> str:
        """A hash of a week's test cells and points, as the gradebook holds them; "" where it does not."""
        cached = self.__dict__.setdefault("_tests", {})
        if week not in cached:
            with self.gradebook() as gradebook:
                cached[week] = "" if _find(gradebook, week) is None else history.tests_of(gradebook, week)
        return cached[week]

    def assignment_hash(self, gradebook: Gradebook, week: str) -> str:
        """A hash of a week's exercises as the gradebook holds them."""
        cached = self.__dict__.setdefault("_assignments", {})
        if week not in cached:
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
            cached[week] = hashlib.sha256(repr((cells, points, assignment.duedate)).encode()).hexdigest()
        return cached[week]


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
