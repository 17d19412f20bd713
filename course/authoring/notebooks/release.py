"""Reproducible release of a week: nbgrader's own generate_assignment, written aside, then renamed into place."""

from __future__ import annotations

import contextlib
import copy
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from course.authoring.notebooks.build import makers_hash, notebook_bytes
from course.authoring.text.model import Problem, Source, SourceError
from course.authoring.text.parse import read
from course.coursedir.alias import plain
from course.coursedir.errors import AuthoringError
from course.coursedir.files import folder_aside, read_state, replace_folder, write_state
from course.coursedir.gradebook_file import GradebookFile
from course.coursedir.layout import CONFIG, STAMPS, load_config, repository, texts
from course.coursedir.sample_dates import SAMPLE
from course.runtime.hashing import digest

if TYPE_CHECKING:
    from traitlets.config import Config


def release_week(root: Path, week: str) -> str:
    """Make release/<week> from the texts, and tell the gradebook; returns "released" or "up to date".

    The old release stays where anything fails. Raises SourceError for problems in the texts, AuthoringError else.
    """
    inputs, target = _inputs(root, week), root / "release" / week
    state = read_state(root, "release", week)
    if state == {"inputs": inputs, "outputs": _hash(target)} and _in_gradebook(root, week):
        return "up to date"
    config = load_config(root)
    book, sources = GradebookFile(root, config), _sources(root, week)
    book.check()
    book.begin_writing()
    _withdraw_sample_class(week, sources, book.address, config.CourseDirectory.course_id)
    with generated(root, week, sources, config, book.address) as made:
        changed = _hash(made) != _hash(target)
        if changed:
            replace_folder(made, target)
    book.note()
    write_state(root, "release", week, {"inputs": inputs, "outputs": _hash(target)})
    return "released" if changed else "up to date"


def stale(root: Path, week: str) -> list[str]:
    """What in release/<week> is not what the texts give, one line each; [] when all is. Changes nothing."""
    sources, target = _sources(root, week), root / "release" / week
    with generated(root, week, sources, load_config(root)) as made:
        wanted, there = _files(made), _files(target)
    lines = []
    for name in sorted({*wanted, *there}):
        if wanted.get(name) != there.get(name):
            what = "is missing" if name not in there else "should not be there" if name not in wanted else "is stale"
            lines.append(f"release/{week}/{name} {what}. Run `course release {week}`.")
    return lines


@contextlib.contextmanager
def generated(
    root: Path, week: str, sources: list[Source], config: Config, database: str | None = None
) -> Iterator[Path]:
    """A folder with the week's student version, made by nbgrader in a temporary course and gone afterwards.

    Without `database` (an SQLAlchemy address) no gradebook is told. Raises AuthoringError with nbgrader's reason where
    it fails.
    """
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    with folder_aside(root / STAMPS) as aside:
        _fill(root, week, sources, aside)
        config = copy.deepcopy(config)
        config.CourseDirectory.root = plain(aside)
        if database:
            config.CourseDirectory.db_url = database
        else:  # as nbgrader's own --no-db does
            config.GenerateAssignment.no_database, config.SaveCells.enabled = True, False
        with _log_suppressed():
            api = NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)
            result = api.generate_assignment(week, force=True, create=True)
        if result.get("error", "").rstrip().endswith("KeyboardInterrupt"):
            raise KeyboardInterrupt  # nbgrader catches it with everything else
        if not result["success"]:
            raise AuthoringError(f"source/{week}: nbgrader could not release it. {_reason(result, aside)}")
        yield aside / "release" / week


def _sources(root: Path, week: str) -> list[Source]:
    """The week's sources; SourceError with the problems of all of them."""
    sources: list[Source] = []
    problems: list[Problem] = []
    for path in texts(root, week):
        try:
            sources.append(read(path))
        except SourceError as error:
            problems += error.problems
    if problems:
        raise SourceError(problems)
    return sources


def _fill(root: Path, week: str, sources: list[Source], aside: Path) -> None:
    """Copy a week's data files into a temporary course, and build its notebooks there."""
    public = repository(root)
    names = {f"{source.notebook}.ipynb" for source in sources}
    shutil.copytree(root / "source" / week, aside / "source" / week, ignore=lambda folder, found: names & set(found))
    for stray in (aside / "source" / week).glob("*.ipynb"):
        stray.unlink()
    for source in sources:
        (aside / "source" / week / f"{source.notebook}.ipynb").write_bytes(notebook_bytes(source, public))


def _withdraw_sample_class(week: str, sources: list[Source], database: str, course_id: str) -> None:
    """Take the sample class out of the gradebook where an assignment's cells changed: nbgrader would refuse.

    Raises AuthoringError where students' own submissions are there.
    """
    from nbgrader.api import Gradebook, MissingEntry

    if database.startswith("sqlite:///") and not Path(database.removeprefix("sqlite:///")).is_file():
        return
    new = {
        (source.notebook, f"check-{cell.name}" if cell.role == "check" else cell.name)
        for source in sources
        for cell in source.cells
        if cell.released and cell.name
    }
    with Gradebook(database, course_id) as gradebook:
        try:
            assignment = gradebook.find_assignment(week)
        except MissingEntry:
            return
        old = {(notebook.name, cell.name) for notebook in assignment.notebooks for cell in notebook.source_cells}
        students = sorted(submission.student.id for submission in assignment.submissions)
        if old == new or not students:
            return
        if own := [student for student in students if not student.startswith(SAMPLE)]:
            changed = ", ".join(sorted({name for _, name in old ^ new})[:5])
            raise AuthoringError(
                f"source/{week}: the gradebook holds submissions of {', '.join(own[:5])}{' ...' if own[5:] else ''}, "
                f"and the week's cells changed ({changed}). Name them as they were released, or forget the grades with "
                f"`nbgrader db assignment remove {week} --force` and release again."
            )
        for student in students:
            gradebook.remove_submission(week, student)


def _inputs(root: Path, week: str) -> str:
    """A hash of all that a release is made from."""
    files = {name: content for name, content in _files(root / "source" / week).items() if not name.endswith(".ipynb")}
    parts = [part for name, content in sorted(files.items()) for part in (name.encode(), content)]
    return digest(makers_hash().encode(), (root / CONFIG).read_bytes(), repr(repository(root)).encode(), *parts)


def _files(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, by its path in it; without Jupyter's checkpoints and Python's caches."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    skipped = {".ipynb_checkpoints", "__pycache__"}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if not skipped.intersection(path.parts)
    }


def _hash(folder: Path) -> str:
    return digest(*(part for name, content in _files(folder).items() for part in (name.encode(), content)))


def _in_gradebook(root: Path, week: str) -> bool:
    """Whether the gradebook beside the course knows the assignment (read without nbgrader, which takes seconds)."""
    path = root / "gradebook.db"
    if not path.is_file():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            return database.execute("SELECT 1 FROM assignment WHERE name = ?", (week,)).fetchone() is not None
    except sqlite3.Error:
        return False


@contextlib.contextmanager
def _log_suppressed() -> Iterator[None]:
    """Keep nbgrader's log from the terminal; nbgrader captures it as well, for where something fails."""
    import logging

    log = logging.getLogger("traitlets")
    before, log.propagate, handlers = log.propagate, False, log.handlers[:]
    log.handlers[:] = [logging.NullHandler()]
    try:
        yield
    finally:
        log.propagate, log.handlers[:] = before, handlers


def _reason(result: dict[str, str], aside: Path) -> str:
    """The last words of nbgrader's log or traceback that say why, in terms of the course's own folders."""
    log = (result.get("log") or result.get("error") or "").replace(f"{plain(aside)}{os.sep}", "")
    log = re.sub(r"\x1b\[[0-9;]*m", "", log)
    errors = re.findall(r"^\s*(?:\w+\.)*(\w*(?:Error|Exception)): (.+)$", log, flags=re.MULTILINE)
    reasons = [f"{kind}: {message}" if kind != "RuntimeError" else message for kind, message in errors]
    return (reasons[-1] if reasons else log.strip()[-1500:]) + " Nothing was changed: mend that, then release again."
