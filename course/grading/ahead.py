"""Grading several submissions at a time: other processes do the work, each in a room of its own.

The processes are loky's on this machine, or the workers of a Dask cluster: both offer Python's own Executor. Only this
process writes the gradebook.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool

from sqlalchemy.exc import SQLAlchemyError

from course.grading.errors import CouldNotBeGraded, GradingStopped
from course.grading.work import Graded, Task, grade, unforeseen

Job = tuple[str, str]  # week, student
MOST_TRIES = 3
"""Times that a submission is begun whose process was killed."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _ready() -> None:
    """In a new process: leave Ctrl-C to the main one, and begin to import."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import torch

    torch.set_num_threads(1)  # jobs side by side: one thread each
    threading.Thread(target=_outlive_nobody, args=(os.getppid(),), daemon=True).start()


def _outlive_nobody(parent: int) -> None:
    """End this process when the one that started it has ended, in whatever way; its room ends with it."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


class Ahead:
    """Grades submissions with ``jobs`` rooms at once. Use it in a ``with`` statement.

    ``prepare`` makes a job's task and raises CouldNotBeGraded where there is nothing to run. ``executing`` holds the
    jobs that are being graded, or wait for a room, at this moment. ``cluster`` is a Dask scheduler's address.
    """

    def __init__(self, prepare: Callable[[str, str], Task], jobs: int, cluster: str = ""):
        self.prepare, self.jobs, self.cluster = prepare, jobs, cluster
        self.executing: dict[Future, Job] = {}
        self._client = None
        self._tries: dict[Job, int] = {}

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End; what still runs is killed, so that Ctrl-C does not wait for students' notebooks."""
        for future in self.executing:
            future.cancel()
        if self._client is not None:
            self._client.close()
        elif self.jobs > 1:
            from joblib.externals.loky import get_reusable_executor

            with contextlib.suppress(Exception):
                # reuse=True: these very processes; otherwise loky waits for them before it makes others
                get_reusable_executor(max_workers=self.jobs, reuse=True).shutdown(wait=True, kill_workers=True)

    def _executor(self) -> Executor:
        """The processes; new ones where the old have been killed."""
        if self.cluster:
            return self._dask()
        from joblib.externals.loky import get_reusable_executor

        return get_reusable_executor(max_workers=self.jobs, timeout=600, initializer=_ready, reuse=True)

    def _dask(self) -> Executor:
        if self._client is None:
            try:
                from distributed import Client
            except ImportError:
                raise GradingStopped(
                    "--cluster needs Dask: install it beside the course (pip install distributed), here and on the "
                    "workers."
                ) from None
            try:
                self._client = Client(self.cluster, timeout=20)
            except (OSError, ValueError) as error:
                raise GradingStopped(
                    f"{self.cluster}: no Dask scheduler answers there ({error}). Start one with `dask scheduler`, "
                    "workers with `dask worker ADDRESS --nthreads 1`, and give the scheduler's address."
                ) from None
            self.jobs = max(1, len(self._client.scheduler_info()["workers"]))
        return self._client.get_executor(pure=False, retries=MOST_TRIES)

    def graded(self, due: list[Job]) -> Iterator[tuple[Job, Graded]]:
        """Each of ``due`` with what came of it, in the order in which they come to an end."""
        waiting = deque(due)
        if self.cluster:
            self._executor()
        while waiting or self.executing:
            while waiting and (len(self.executing) < 2 * self.jobs):  # enough that no room waits for the gradebook
                job = waiting.popleft()
                try:
                    task = self.prepare(*job)
                except CouldNotBeGraded as error:
                    yield job, Graded(reason=str(error))
                    continue
                except (GradingStopped, OSError, SQLAlchemyError):
                    raise
                except Exception as error:  # whatever a submission has in it, the class goes on
                    yield job, Graded(reason=unforeseen(f"{job[0]} of {job[1]}", error))
                    continue
                if self.jobs == 1 and not self.cluster:
                    self.executing = {_Here(): job}
                    yield job, grade(task)
                    self.executing = {}
                    continue
                self.executing[self._submit(task)] = job
            if self.executing:
                ended, _ = wait(self.executing, return_when=FIRST_COMPLETED)
                future = next(iter(ended))
                job = self.executing.pop(future)
                result = self._result(future, job)
                if result is None:
                    waiting.appendleft(job)
                else:
                    yield job, result

    def _submit(self, task: Task) -> Future:
        try:
            return self._executor().submit(grade, task)
        except (BrokenProcessPool, RuntimeError):  # a worker was killed; the next executor has new ones
            return self._executor().submit(grade, task)

    def _result(self, future: Future, job: Job) -> Graded | None:
        """What came of a job; None where its process was killed and it is to be begun again."""
        try:
            return future.result()
        except GradingStopped:
            raise
        except Exception as error:
            killed = isinstance(error, BrokenProcessPool) or type(error).__name__ in (
                "KilledWorker",
                "CancelledError",
                "FutureCancelledError",
            )
            if not killed:
                raise
            self._tries[job] = self._tries.get(job, 0) + 1
            if self._tries[job] < MOST_TRIES:
                return None
            return Graded(
                reason="The process that graded it was killed, again and again. See that the machine has memory left, "
                "and grade again."
            )

    def running(self) -> list[Job]:
        """The submissions whose notebooks run at this moment."""
        return [job for future, job in self.executing.items() if future.running()]


class _Here(Future):
    """Stands for a submission that this very process is grading."""

    def running(self) -> bool:
        """It is."""
        return True
