"""Executing submissions ahead of nbgrader, several at a time.

nbgrader grades one submission after another, and most of that time it waits for a kernel. Here threads run the
notebooks of the next submissions, each in a kernel of its own, while nbgrader, in the one thread that writes the
gradebook, finishes those that are ready. A notebook is first mended by the same steps that nbgrader takes, so that
its own Execute finds the very notebook that it is asked to run; anything else, and whatever goes wrong here, it runs
itself. So this changes how long grading takes and nothing else.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import CheckCellMetadata
from nbgrader.utils import find_all_files
from traitlets.utils.importstring import import_item

from course.grading.classroom import Classroom
from course.grading.errors import CouldNotBeGraded
from course.grading.execute import Execute
from course.grading.finished import Execution, beside, written
from course.grading.provisioner import ForkServer
from course.grading.reading import parse

Job = tuple[str, str]  # week, student
_log = logging.getLogger("course.ahead")
_log.addHandler(logging.NullHandler())
_log.propagate = False


def _loaded(step: Any) -> Any:
    return import_item(step) if isinstance(step, str) else step


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class _Submission:
    """A submission ready to be executed: mended notebooks in order, and a folder like its own."""

    notebooks: list[tuple[str, NotebookNode, Execute]]
    folder: Path


class Ahead:
    """Executes submissions with ``jobs`` kernels at once. Use it in a ``with`` statement.

    ``executing`` holds the submissions that are being executed, or wait for a kernel, at this moment.
    """

    def __init__(self, room: Classroom, jobs: int):
        self.room, self.jobs = room, jobs
        self.executing: dict[Future, Job] = {}
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="course-ahead")
        self._stopped = False

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End; what still runs is killed, so that Ctrl-C does not wait for students' notebooks."""
        self._stopped = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        while running := [future for future in self.executing if not future.done()]:
            ForkServer.stop()
            wait(running, timeout=0.2)
        self._pool.shutdown()
        Execute.finished.clear()

    def ready(self, due: list[Job]) -> Iterator[Job]:
        """Each of ``due`` as soon as it need not be waited for, in the order in which they come to an end."""
        if self.jobs == 1:  # nbgrader executes each when it comes to it
            yield from due
            return
        waiting = deque(due)
        while waiting or self.executing:
            while waiting and len(self.executing) < 2 * self.jobs:  # enough that no kernel waits for nbgrader
                job = waiting.popleft()
                if (submission := self._prepare(*job)) is None:
                    yield job
                else:
                    self.executing[self._pool.submit(self._execute, submission)] = job
            if self.executing:
                ended, _ = wait(self.executing, return_when=FIRST_COMPLETED)
                future = next(iter(ended))
                if error := future.exception():
                    _log.warning("%s was not executed ahead: %s", self.executing[future], error)
                yield self.executing.pop(future)

    def running(self) -> list[Job]:
        """The submissions whose notebooks run at this moment."""
        return [job for future, job in self.executing.items() if future.running()]

    def _prepare(self, week: str, student: str) -> _Submission | None:
        """A submission as nbgrader's first pass leaves it, in a folder of its own; None for nbgrader to see to."""
        folder = Path(tempfile.mkdtemp(prefix="course-ahead-"))
        try:
            converter = Autograde(coursedir=self.room.directory(week, student), config=self.room.config)
            submitted = self.room.path("submitted", student, week)
            source = Path(converter.coursedir.format_path(converter.coursedir.source_directory, ".", week))
            kept = set(converter.exclude_overwriting.get(week, ()))
            for origin in (submitted, source):
                for name in find_all_files(str(origin), [*converter.coursedir.ignore, "*.ipynb"]):
                    place = os.path.relpath(name, origin)
                    if origin == submitted or place not in kept:
                        (folder / place).parent.mkdir(parents=True, exist_ok=True)
                        shutil.copy(name, folder / place)
            exporter = converter.exporter_class(parent=converter, config=converter.config)
            for step in map(_loaded, converter.sanitize_preprocessors):
                if step is not CheckCellMetadata:  # it changes nothing, takes long, and comes again anyway
                    exporter.register_preprocessor(step)
            with self.room.gradebook() as gradebook:
                known = {notebook.name for notebook in gradebook.find_assignment(week).notebooks}
            notebooks = []
            for path in sorted(submitted.glob("*.ipynb")):
                if path.stem in known:
                    resources = converter.init_single_notebook_resources(str(path))
                    resources["nbgrader"]["student"] = ""  # or it would take the student's old score back too early
                    text, _ = exporter.from_filename(str(path), resources=resources)
                    (folder / path.name).write_text(text, encoding="utf-8")
                    nb = nbformat.reads(nbformat.writes(parse(text, path.name)), as_version=4)
                    runner = Execute(parent=exporter)
                    runner.student = student
                    notebooks.append((path.stem, nb, runner))
            return _Submission(notebooks, folder)
        except Exception as error:  # whatever it is: nbgrader will come upon it too, and say it better
            shutil.rmtree(folder, ignore_errors=True)
            _log.info("%s of %s is left to nbgrader: %s", week, student, error)
            return None

    def _execute(self, submission: _Submission) -> None:
        """Execute a submission's notebooks one after another, and put what comes of it on the shelf."""
        try:
            for name, nb, runner in submission.notebooks:
                if self._stopped:
                    return
                before = beside(submission.folder)
                resources = ResourcesDict(unique_key=name, metadata={"path": str(submission.folder)})
                key = runner.key(nb, before)
                try:
                    execution = Execution(runner.once(nb, resources)[0])
                except CouldNotBeGraded as error:
                    execution = Execution(None, str(error))
                files = written(before, beside(submission.folder))
                if files is None:
                    return
                runner.finished.put(key, Execution(execution.notebook, execution.reason, files))
                if execution.notebook is None:
                    return
        finally:
            with contextlib.suppress(OSError):
                shutil.rmtree(submission.folder)
