"""Incremental build of the known mistakes' fingerprints (sketches), from the wrong answers in the texts to files.

Those of visible checks go to `course/doctor/mistakes/<week>-<notebook>.json` and with the package to students; those of
hidden checks to `fingerprints/`, on the instructor's side only. Both are committed, so that only a text that has
changed is learnt from anew. What a fingerprint is stands in `course/doctor/fingerprints.py`.
"""

from __future__ import annotations

import contextlib
import glob
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from course.authoring.text.model import Source, SourceError
from course.authoring.text.parse import read
from course.coursedir.errors import AuthoringError
from course.coursedir.files import write_if_changed
from course.coursedir.layout import FINGERPRINTS, cores, texts
from course.coursedir.processes import worker_pool
from course.runtime.context import current, entered
from course.runtime.hashing import digest
from course.runtime.student_id import EXERCISE

if TYPE_CHECKING:  # torch takes seconds to import: only where a text is looked at anew
    from course.authoring.proof.mistakes import Mistakes
    from course.doctor.known import Table

PRELOAD = [
    "course.authoring.proof.mistakes",
    "course.check",
    "matplotlib.pyplot",
    "pandas",
    "torch._dynamo",
    "sklearn.svm",
]
"""What the learning processes would otherwise each import; torch._dynamo is what any optimiser asks for."""

MISTAKES = "course/doctor/mistakes"
"""The folder with the fingerprints of the visible checks, which go to students with the package."""

Lookup = Callable[[Path], "Mistakes"]  # gives a text's mistakes; raises SourceError, AuthoringError


def files(root: Path, path: Path) -> tuple[Path, Path]:
    """Where a text's visible and hidden fingerprints lie."""
    name = f"{path.parent.name}-{path.stem}.json"
    return root / MISTAKES / name, root / FINGERPRINTS / name


def write_week(root: Path, week: str, learnt: Lookup, everything: bool = False) -> list[str]:
    """Write the fingerprints of a week's texts that have changed (or of all); one line for each that was learnt from.

    What the checks themselves make of a mistake may change too: ``everything`` is what brings that in.
    """
    lines: list[str] = []
    for path in (taught if everything else outdated)(root, week):
        visible, hidden = files(root, path)
        found = learnt(path)
        news = [_write(file, table) for file, table in ((visible, found.visible), (hidden, found.hidden))]
        count = len(found.visible.mistakes)
        what = f"{count} mistake{'' if count == 1 else 's'} known to the visible checks" if any(news) else "up to date"
        lines.append(f"{visible.relative_to(root).as_posix()}: {what}")
    return lines


def write_for_grading(path: Path, table: Path, secret: bytes, student: str = "") -> None:
    """Learn a text's mistakes as its hidden checks know them under a secret, in this process, and write them to a file.

    The solutions go with them, and tables of the same text that lie beside it, learnt from an earlier state, go. With
    ``student``, an ID, mistakes are learnt with its numbers, as all checks know them, and nothing else is done.
    """
    import torch

    from course.authoring.proof.mistakes import together
    from course.doctor.known import dumps

    torch.set_num_threads(1)  # as when it is graded
    source = read(path)
    if student:
        source = source.solved_with(EXERCISE, f"{EXERCISE} = {student!r}\n")
    with entered(current()._replace(secret=secret)):
        found = learn(source, text_hash(path))
    own = {name: each.solution.source for name, each in source.exercises.items() if name != EXERCISE}
    found.hidden.solutions = own  # that everybody answers alike
    write_if_changed(table, dumps(together(found.visible, found.hidden) if student else found.hidden).encode())
    if not student:
        name, _, version = table.stem.rpartition("-")
        alike = f"{glob.escape(name)}-{'?' * len(version)}"
        for old in (*table.parent.glob(f"{alike}.json"), *table.parent.glob(alike)):
            if old.is_dir() and old.name != table.stem:  # the IDs' tables
                shutil.rmtree(old, ignore_errors=True)
            elif not old.is_dir() and old != table:
                old.unlink(missing_ok=True)


def stale(root: Path, week: str, learnt: Lookup) -> list[str]:
    """What of the week's fingerprints is not what the texts give, one line each. Changes nothing."""
    from course.authoring.proof.mistakes import agrees

    lines: list[str] = []
    for path in taught(root, week):
        found = learnt(path)
        for file, table in zip(files(root, path), (found.visible, found.hidden), strict=True):
            if not agrees(file, table):
                what = "is stale" if file.is_file() else "is missing"
                lines.append(f"{file.relative_to(root).as_posix()} {what}. Run `course known {week}`.")
    return lines


@contextlib.contextmanager
def learning(root: Path, weeks: list[str], everything: bool = False) -> Iterator[Lookup]:
    """Inside, other processes learn the mistakes of the weeks' outdated texts (or of all); call it for a text's."""
    due = [path for week in weeks for path in (taught if everything else outdated)(root, week)]
    if not due:
        yield lambda path: learn(read(path), text_hash(path))
        return
    under_way: dict[str, Future[Mistakes]] = {}

    def learnt(path: Path) -> Mistakes:
        inputs = text_hash(path)
        future = under_way.get(inputs)  # none where the text has changed since
        try:
            return future.result() if future else learn(read(path), inputs)
        except BrokenProcessPool:
            raise AuthoringError(
                f"source/{path.parent.name}/{path.name}: the process that ran its wrong answers was killed. See that "
                "the machine has memory left, then run the same command again."
            ) from None

    with worker_pool(min(cores(), len(due)), PRELOAD) as pool:
        for path in sorted(due, key=lambda path: path.stat().st_size, reverse=True):  # the longest first
            with contextlib.suppress(SourceError):  # told when the text is built
                inputs = text_hash(path)
                under_way[inputs] = pool.submit(learn, read(path), inputs)
        yield learnt


def learn(source: Source, inputs: str) -> Mistakes:
    """A text's mistakes, in this process; ``inputs`` is the hash that goes with them to their files."""
    from course.authoring.proof.mistakes import mistakes
    from course.authoring.proof.rehearse import stops_as_authoring_errors

    with stops_as_authoring_errors(source):
        found = mistakes(source)
        found.hidden.text = inputs
    return found


def taught(root: Path, week: str) -> list[Path]:
    """The week's texts, where the package that students install lies in this course: only there can it be written."""
    return texts(root, week) if (root / "course" / "__init__.py").is_file() else []


def outdated(root: Path, week: str) -> list[Path]:
    """The week's texts whose fingerprints were not learnt from what they are now."""
    return [path for path in taught(root, week) if not _learnt_from(path, *files(root, path))]


def _learnt_from(path: Path, visible: Path, hidden: Path) -> bool:
    from course.doctor.known import loads

    with contextlib.suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        return visible.is_file() and loads(hidden.read_text(encoding="utf-8")).text == text_hash(path)
    return False


def text_hash(path: Path) -> str:
    """A content hash of a text, kept with its fingerprints: where it is another, they are stale."""
    return digest(path.read_bytes())


def _write(file: Path, table: Table) -> bool:
    """Write a table where it is not there already; returns whether its mistakes are others than before."""
    from course.authoring.proof.mistakes import agrees
    from course.doctor.known import dumps

    same = agrees(file, table)
    if not same or table.text:
        write_if_changed(file, dumps(table).encode())
    return not same
