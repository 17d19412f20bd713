"""From the wrong answers in a text to the fingerprints that the checks know them by.

Those of visible checks go to `course/known/<week>-<notebook>.json`, committed, and with the package to students; those
of hidden checks to `.stamps/known/`, on the instructor's side only. What a fingerprint is stands in `course/known`.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING

import course
from course.authoring.build import digest
from course.authoring.text import Source, SourceError, read
from course.authoring.tree import STAMPS, AuthoringError, read_state, texts, write_if_changed, write_state

if TYPE_CHECKING:  # torch takes seconds to import: only where a text is looked at anew
    from course.authoring.learn import Mistakes
    from course.known import Table

_PRELOAD = ["course.authoring.learn", "course.check", "matplotlib.pyplot", "pandas", "torch._dynamo", "sklearn.svm"]
"""What the learning processes would otherwise each import; torch._dynamo is what any optimiser asks for."""

Learnt = Callable[[Path], "Mistakes"]  # gives a text's mistakes; raises SourceError, AuthoringError


def files(root: Path, path: Path) -> tuple[Path, Path]:
    """Where a text's visible and hidden fingerprints lie."""
    name = f"{path.parent.name}-{path.stem}.json"
    return root / "course" / "known" / name, root / STAMPS / "known" / name


def write_week(root: Path, week: str, learnt: Learnt) -> list[str]:
    """Write a week's fingerprints where they are not up to date; one line for each text that was looked at anew."""
    lines: list[str] = []
    for path in _outdated(root, week):
        visible, hidden = files(root, path)
        inputs, found = _inputs(path), learnt(path)
        written = [_write(file, table) for file, table in ((visible, found.visible), (hidden, found.hidden))]
        write_state(root, "known-state", f"{week}/{path.stem}", {"inputs": inputs})
        count = len(found.visible.mistakes)
        what = f"{count} mistakes known to the visible checks" if any(written) else "up to date"
        lines.append(f"{visible.relative_to(root).as_posix()}: {what}")
    return lines


def stale(root: Path, week: str, learnt: Learnt) -> list[str]:
    """What of the week's visible fingerprints is not what the texts give, one line each. Changes nothing."""
    from course.authoring.learn import agrees

    lines: list[str] = []
    for path in _taught(root, week):
        file = files(root, path)[0]
        if not agrees(file, learnt(path).visible):
            what = "is stale" if file.is_file() else "is missing"
            lines.append(f"{file.relative_to(root).as_posix()} {what}. Run `course known {week}`.")
    return lines


@contextlib.contextmanager
def learning(root: Path, weeks: list[str], everything: bool = False) -> Iterator[Learnt]:
    """Inside, other processes learn the mistakes of the weeks' outdated texts (or of all); call it for a text's."""
    due = [path for week in weeks for path in (_taught if everything else _outdated)(root, week)]
    if not due:
        yield lambda path: _mistakes(read(path))
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    processes = get_context("forkserver")
    processes.set_forkserver_preload(_PRELOAD)
    pool = ProcessPoolExecutor(min(cores, len(due)), processes, _ready)
    under_way: dict[str, Future[Mistakes]] = {}
    for path in sorted(due, key=lambda path: path.stat().st_size, reverse=True):  # the longest first
        with contextlib.suppress(SourceError):  # told when the text is built
            under_way[_inputs(path)] = pool.submit(_mistakes, read(path))

    def learnt(path: Path) -> Mistakes:
        future = under_way.get(_inputs(path))  # none where the text has changed since
        try:
            return future.result() if future else _mistakes(read(path))
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
    return sorted(set((root / "course" / "known").glob("*.json")) - wanted)


def _ready() -> None:
    """In a new process: end with the one that started it, quietly at Ctrl-C; one thread, as there are several."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=lambda: (parent_process().join(), os._exit(1)), daemon=True).start()
    import torch

    torch.set_num_threads(1)


def _mistakes(source: Source) -> Mistakes:
    from course.authoring.learn import mistakes

    try:
        return mistakes(source)
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
    return [
        path
        for path in _taught(root, week)
        if read_state(root, "known-state", f"{week}/{path.stem}").get("inputs") != _inputs(path)
        or not all(file.is_file() for file in files(root, path))
    ]


def _inputs(path: Path) -> str:
    """A hash of all that a text's fingerprints are learnt from."""
    return digest(path.read_bytes(), _makers())


def _write(file: Path, table: Table) -> bool:
    from course.authoring.learn import agrees
    from course.known import dumps

    return not agrees(file, table) and write_if_changed(file, dumps(table).encode())


@functools.cache
def _makers() -> bytes:
    """A hash of the code that fingerprints depend on: the checks, the cases, and how texts are rehearsed."""
    package = Path(course.__file__).parent
    names = [*package.glob("*.py"), *(package / "known").glob("*.py")]
    names += [package / "authoring" / f"{name}.py" for name in ("known", "learn", "rehearse")]
    return digest(*(path.read_bytes() for path in sorted(names))).encode()
