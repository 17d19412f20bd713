"""Executing submissions ahead of nbgrader, several at a time.

nbgrader grades one submission after another, and most of that time it waits for the student's cells. Here other
processes run the notebooks of the next submissions, each in a room of its own, while nbgrader, in the one process that
writes the gradebook, finishes those that are ready. A notebook is first mended by the same steps that nbgrader takes,
so that its own Execute finds the very notebook that it is asked to run; anything else, and whatever goes wrong here,
it runs itself. So this changes how long grading takes and nothing else.

The processes are loky's on this machine, or the workers of a Dask cluster: both offer Python's own Executor.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import Autograde
from nbgrader.preprocessors import CheckCellMetadata
from nbgrader.utils import find_all_files
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from course.grading.classroom import Classroom
from course.grading.errors import CouldNotBeGraded
from course.grading.execute import Execute
from course.grading.finished import Execution, beside
from course.grading.reading import parse

Job = tuple[str, str]  # week, student
_log = logging.getLogger("course.ahead")
_log.addHandler(logging.NullHandler())
_log.propagate = False


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Task:
    """A submission ready to be executed anywhere: mended notebooks in order, the files beside them, the settings."""

    student: str
    notebooks: tuple[str, ...]
    files: dict[str, bytes]
    settings: dict[str, Any]


def execute(task: Task) -> list[tuple[str, Execution]]:
    """Execute a submission's notebooks; each one's key on the shelf, and what came of it. Runs in any process."""
    done = []
    for text in task.notebooks:
        nb = nbformat.reads(text, as_version=4)
        runner = Execute(config=Config(task.settings))
        runner.student = task.student
        key = runner.key(nb, task.files)
        try:
            execution = Execution(nbformat.writes(runner.once(nb, task.files)))
        except CouldNotBeGraded as error:
            execution = Execution(None, str(error))
        done.append((key, execution))
        if execution.notebook is None:
            break
    return done


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's business


class Ahead:
    """Executes submissions with ``jobs`` rooms at once. Use it in a ``with`` statement.

    ``executing`` holds the submissions that are being executed, or wait for a room, at this moment.
    """

    def __init__(self, room: Classroom, jobs: int):
        self.room, self.jobs = room, jobs
        self.executing: dict[Future, Job] = {}
        self._failures = 0

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End; what still runs is killed, so that Ctrl-C does not wait for students' notebooks."""
        for future in self.executing:
            future.cancel()
        if self.jobs > 1 and self.executing:
            from joblib.externals.loky import get_reusable_executor

            get_reusable_executor().shutdown(wait=True, kill_workers=True)
        Execute.finished.clear()

    def _executor(self) -> Executor:
        """The processes; new ones where the old have been killed."""
        from joblib.externals.loky import get_reusable_executor

        return get_reusable_executor(max_workers=self.jobs, timeout=60, initializer=_ignore_interrupts)

    def ready(self, due: list[Job]) -> Iterator[Job]:
        """Each of ``due`` as soon as it need not be waited for, in the order in which they come to an end."""
        if self.jobs == 1:  # nbgrader executes each when it comes to it
            yield from due
            return
        waiting = deque(due)
        while waiting or self.executing:
            while waiting and len(self.executing) < 2 * self.jobs:  # enough that no room waits for nbgrader
                job = waiting.popleft()
                task = self._prepare(*job)
                if task is None or self._failures > 3:
                    yield job
                else:
                    self.executing[self._executor().submit(execute, task)] = job
            if self.executing:
                ended, _ = wait(self.executing, return_when=FIRST_COMPLETED)
                future = next(iter(ended))
                try:
                    for key, execution in future.result():
                        Execute.finished.put(key, execution)
                except Exception as error:  # its process was killed, or there is no sandbox: nbgrader will come upon it
                    self._failures += 1
                    _log.warning("%s was not executed ahead: %s", self.executing[future], error)
                yield self.executing.pop(future)

    def running(self) -> list[Job]:
        """The submissions whose notebooks run at this moment."""
        return [job for future, job in self.executing.items() if future.running()]

    def _prepare(self, week: str, student: str) -> Task | None:
        """A submission as nbgrader's first pass leaves it; None for nbgrader to see to."""
        try:
            with tempfile.TemporaryDirectory(prefix="course-ahead-") as folder:
                return self._mended(week, student, Path(folder))
        except Exception as error:  # whatever it is: nbgrader will come upon it too, and say it better
            _log.info("%s of %s is left to nbgrader: %s", week, student, error)
            return None

    def _mended(self, week: str, student: str, folder: Path) -> Task:
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
        for step in (import_item(step) if isinstance(step, str) else step for step in converter.sanitize_preprocessors):
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
                notebooks.append(nbformat.writes(nbformat.reads(nbformat.writes(parse(text, path.name)), as_version=4)))
        config = self.room.config
        settings = {"Execute": dict(config.Execute), "CourseDirectory": {"root": config.CourseDirectory.root}}
        return Task(student, tuple(notebooks), beside(folder), settings)
