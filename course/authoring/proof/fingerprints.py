"""From the wrong answers in a text to the fingerprints that the checks know them by.

Those of visible checks go to `course/doctor/mistakes/<week>-<notebook>.json` and with the package to students; those of
hidden checks to `fingerprints/`, on the instructor's side only. Both are committed, so that only a text that has
changed is learnt from anew. What a fingerprint is stands in `course/doctor/fingerprints.py`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING

from course.authoring.text.model import Source, SourceError
from course.authoring.text.parse import read
from course.coursedir.errors import AuthoringError
from course.coursedir.files import digest, write_if_changed
from course.coursedir.layout import FINGERPRINTS, cores, texts

if TYPE_CHECKING:  # torch takes seconds to import: only where a text is looked at anew
    from course.authoring.proof.mistakes import Mistakes
    from course.doctor.known import Table

_PRELOAD = [
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

Learnt = Callable[[Path], "Mistakes"]  # gives a text's mistakes; raises SourceError, AuthoringError


def files(root: Path, path: Path) -> tuple[Path, Path]:
    """Where a text's visible and hidden fingerprints lie."""
    name = f"{path.parent.name}-{path.stem}.json"
    return root / MISTAKES / name, root / FINGERPRINTS / name


def write_week(root: Path, week: str, learnt: Learnt, everything: bool = False) -> list[str]:
    """Write the fingerprints of a week's texts that have changed (or of all); one line for each that was learnt from.

    What the checks themselves make of a mistake may change too: ``everything`` is what brings that in.
    """
    lines: list[str] = []
    for path in (_taught if everything else _outdated)(root, week):
        visible, hidden = files(root, path)
        found = learnt(path)
        news = [_write(file, table) for file, table in ((visible, found.visible), (hidden, found.hidden))]
        count = len(found.visible.mistakes)
        what = f"{count} mistake{'' if count == 1 else 's'} known to the visible checks" if any(news) else "up to date"
        lines.append(f"{visible.relative_to(root).as_posix()}: {what}")
    return lines


def stale(root: Path, week: str, learnt: Learnt) -> list[str]:
    """What of the week's fingerprints is not what the texts give, one line each. Changes nothing."""
    from course.authoring.proof.mistakes import agrees

    lines: list[str] = []
    for path in _taught(root, week):
        found = learnt(path)
        for file, table in zip(files(root, path), (found.visible, found.hidden), strict=True):
            if not agrees(file, table):
                what = "is stale" if file.is_file() else "is missing"
                lines.append(f"{file.relative_to(root).as_posix()} {what}. Run `course known {week}`.")
    return lines


@contextlib.contextmanager
def learning(root: Path, weeks: list[str], everything: bool = False) -> Iterator[Learnt]:
    """Inside, other processes learn the mistakes of the weeks' outdated texts (or of all); call it for a text's."""
    due = [path for week in weeks for path in (_taught if everything else _outdated)(root, week)]
    if not due:
        yield lambda path: _mistakes(read(path), _inputs(path))
        return
    processes = get_context("forkserver")
    processes.set_forkserver_preload(_PRELOAD)
    pool = ProcessPoolExecutor(min(cores(), len(due)), processes, _ready)
    under_way: dict[str, Future[Mistakes]] = {}
    for path in sorted(due, key=lambda path: path.stat().st_size, reverse=True):  # the longest first
        with contextlib.suppress(SourceError):  # told when the text is built
            inputs = _inputs(path)
            under_way[inputs] = pool.submit(_mistakes, read(path), inputs)

    def learnt(path: Path) -> Mistakes:
        inputs = _inputs(path)
        future = under_way.get(inputs)  # none where the text has changed since
        try:
            return future.result() if future else _mistakes(read(path), inputs)
        except BrokenProcessPool:
            raise AuthoringError(
                f"source/{path.parent.name}/{path.name}: the process that ran its wrong answers was killed. See that "
                "the machine has memory left, then run the same command again."
            ) from None

    try:
        yield learnt
    finally:
        pool.shutdown(cancel_futures=True)


def strays(root: Path) -> list[Path]:
    """Files of visible fingerprints whose text is not there any more."""
    wanted = {files(root, path)[0] for path in (root / "source").glob("*/*.py")}
    return sorted(set((root / MISTAKES).glob("*.json")) - wanted)


def _ready() -> None:
    """In a new process: end with the one that started it, quietly at Ctrl-C; one thread, as there are several."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=lambda: (parent_process().join(), os._exit(1)), daemon=True).start()
    import torch

    torch.set_num_threads(1)


def _mistakes(source: Source, inputs: str) -> Mistakes:
    from course.authoring.proof.mistakes import mistakes

    try:
        found = mistakes(source)
        found.hidden.text = inputs
        return found
    except Exception as error:
        raise AuthoringError(
            f"source/{source.assignment}/{source.path.name}: a cell of the solved notebook stops: "
            f"{type(error).__name__}: {error}. Mend it, then run the same command again."
        ) from error


def _taught(root: Path, week: str) -> list[Path]:
    """The week's texts, where the package that students install lies in this course: only there can it be written."""
    return texts(root, week) if (root / "course" / "__init__.py").is_file() else []


def _outdated(root: Path, week: str) -> list[Path]:
    """The week's texts whose fingerprints were not learnt from what they are now."""
    return [path for path in _taught(root, week) if not _learnt_from(path, *files(root, path))]


def _learnt_from(path: Path, visible: Path, hidden: Path) -> bool:
    from course.doctor.known import loads

    with contextlib.suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        return visible.is_file() and loads(hidden.read_text(encoding="utf-8")).text == _inputs(path)
    return False


def _inputs(path: Path) -> str:
    """A hash of a text."""
    return digest(path.read_bytes())


def _write(file: Path, table: Table) -> bool:
    """Write a table where it is not there already; returns whether its mistakes are others than before."""
    from course.authoring.proof.mistakes import agrees
    from course.doctor.known import dumps

    same = agrees(file, table)
    if not same or table.text:
        write_if_changed(file, dumps(table).encode())
    return not same
