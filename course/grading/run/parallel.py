"""Grading several submissions at a time: other processes do the work, each in a room of its own.

The processes are loky's on this machine, or the workers of a Dask cluster: both offer Python's own Executor. Only this
process writes the gradebook.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool

from sqlalchemy.exc import SQLAlchemyError

from course.coursedir.errors import CouldNotBeGraded, GradingStopped
from course.grading.gradebook.versions import version_of_code
from course.grading.run.task import Graded, Task, grade, unforeseen

Job = tuple[str, str]  # week, student
MOST_TRIES = 3
"""Times that a submission is begun whose process was killed."""
DESERTED = 60.0
"""Seconds to wait for a worker to come back to a Dask cluster that has none."""
_HOW = "workers with `dask worker ADDRESS --nthreads 1`"


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


def grade_there(task: Task, code: str) -> Graded:
    """``grade``, on a cluster's worker; raises GradingStopped where another version of the course is installed."""
    import torch

    if version_of_code() != code:
        raise GradingStopped(
            f"The worker on {socket.gethostname()} has another version of the course, torch or nbgrader than this "
            "machine. Install the same on both (make setup, from the same commit), and start the worker again."
        )
    torch.set_num_threads(1)  # workers side by side: one thread each
    return grade(task)


def _not_installed(error: Exception) -> GradingStopped:
    words = " ".join(str(error).split())[:300]
    return GradingStopped(
        f"The Dask scheduler or a worker could not do its part: {type(error).__name__}: {words}. Install "
        "the course there as it is here (make setup, from the same commit), start it again, and run the same command "
        "again."
    )


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
        if self._client is not None:
            return self._client.get_executor(pure=False)
        from joblib.externals.loky import get_reusable_executor

        return get_reusable_executor(max_workers=self.jobs, timeout=600, initializer=_ready, reuse=True)

    def _connect(self) -> None:
        """Find the cluster, and as many jobs at once as it can do."""
        try:
            from distributed import Client
        except ImportError:
            raise GradingStopped(
                "--cluster needs Dask: install it beside the course (pip install distributed), here and on the workers."
            ) from None
        try:
            self._client = Client(self.cluster, timeout=20, set_as_default=False)
        except (OSError, ValueError) as error:
            raise GradingStopped(
                f"{self.cluster}: no Dask scheduler answers there ({error}). Start one with `dask scheduler`, {_HOW}, "
                "and give the scheduler's address."
            ) from None
        self.jobs = self._workers()
        if not self.jobs:
            raise GradingStopped(f"{self.cluster}: the Dask scheduler has no workers. Start some {_HOW}.")
        try:
            self._client.run_on_scheduler(version_of_code)  # it reads what it hands on
            self._client.run(version_of_code)
        except Exception as error:
            raise _not_installed(error) from error

    def _workers(self) -> int:
        """How many submissions the cluster can grade at once; raises GradingStopped where its scheduler is gone."""
        try:
            if self._client.status == "running":
                return sum(self._client.nthreads().values())
        except (OSError, TimeoutError):
            pass
        raise GradingStopped(
            f"{self.cluster}: the Dask scheduler no longer answers. Start it and its workers again, and run the same "
            "command again: what was graded is kept."
        )

    def _ended(self) -> Future:
        """A submission that has come to an end; raises GradingStopped where a cluster cannot go on."""
        deserted = None  # when the cluster was first seen without a worker
        while not (ended := wait(self.executing, 5 if self.cluster else None, FIRST_COMPLETED).done):
            deserted = None if self._workers() else deserted or time.monotonic()
            if deserted and time.monotonic() - deserted > DESERTED:
                raise GradingStopped(
                    f"{self.cluster}: every worker has gone. Start some {_HOW}, and run the same command again: what "
                    "was graded is kept."
                )
        return next(future for future in self.executing if future in ended)  # none waits for those begun later

    def graded(self, due: list[Job]) -> Iterator[tuple[Job, Graded]]:
        """Each of ``due`` with what came of it, in the order in which they come to an end."""
        waiting = deque(due)
        if self.cluster and due:
            self._connect()
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
                future = self._ended()
                job = self.executing.pop(future)
                result = self._result(future, job)
                if result is None:
                    waiting.appendleft(job)
                else:
                    yield job, result

    def _submit(self, task: Task) -> Future:
        if self._client is not None:
            return self._executor().submit(grade_there, task, version_of_code())
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
            if not killed and self._client is not None:
                raise _not_installed(error) from error
            if not killed:
                raise
            if self._client is not None:
                self._workers()  # or say that it was the scheduler
            self._tries[job] = self._tries.get(job, 0) + 1
            if self._tries[job] < MOST_TRIES:
                return None
            return Graded(
                reason="The process that graded it was killed, again and again. See that the machine has memory left, "
                "and grade again."
            )

    def running(self) -> list[Job]:
        """The submissions whose notebooks run at this moment."""
        if self._client is not None:  # whose futures do not say; it begins with the first
            return list(self.executing.values())[: self.jobs]
        return [job for future, job in self.executing.items() if future.running()]


class _Here(Future):
    """Stands for a submission that this very process is grading."""

    def running(self) -> bool:
        """It is."""
        return True
