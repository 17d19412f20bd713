"""Process pool that grades several submissions at a time, each process with a sandbox of its own.

The processes are loky's on this machine, or the workers of a Dask cluster: both offer Python's own futures. Only this
process writes the gradebook.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool

from sqlalchemy.exc import SQLAlchemyError

from course.coursedir.errors import CouldNotBeGraded, GradingStopped
from course.coursedir.processes import begin_worker
from course.grading.run.cluster import Cluster, not_installed
from course.grading.run.task import Graded, Task, grade, unforeseen

Job = tuple[str, str]
"""A week and a student."""
MAX_TRIES = 3
"""How often a submission is begun whose process was killed."""
_KILLED_ON_A_CLUSTER = ("KilledWorker", "CancelledError", "FutureCancelledError")


class GradingPool:
    """Grades submissions with ``jobs`` rooms at once. Use it in a ``with`` statement.

    ``prepare`` makes a job's task and raises CouldNotBeGraded where there is nothing to run. ``executing`` holds the
    jobs that are being graded, or wait for a room, at this moment. ``cluster`` is a Dask scheduler's address.
    """

    def __init__(self, prepare: Callable[[str, str], Task], jobs: int, cluster: str = ""):
        self.prepare, self.jobs, self.address = prepare, jobs, cluster
        self.executing: dict[Future[Graded], Job] = {}
        self._cluster: Cluster | None = None
        self._tries: dict[Job, int] = {}

    def __enter__(self) -> GradingPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End; what still runs is killed, so that Ctrl-C does not wait for students' notebooks."""
        for future in self.executing:
            future.cancel()
        if self._cluster is not None:
            self._cluster.close()
        elif self.jobs > 1:
            from loky import get_reusable_executor

            with contextlib.suppress(Exception):
                # reuse=True: these very processes; otherwise loky waits for them before it makes others
                get_reusable_executor(max_workers=self.jobs, reuse=True).shutdown(wait=True, kill_workers=True)

    def _executor(self) -> Executor:
        """The processes of this machine; new ones where the old have been killed."""
        from loky import get_reusable_executor

        return get_reusable_executor(
            max_workers=self.jobs, timeout=600, initializer=begin_worker, initargs=(os.getpid(),), reuse=True
        )

    def graded(self, due: list[Job]) -> Iterator[tuple[Job, Graded]]:
        """Each of ``due`` with what came of it, in the order in which they come to an end."""
        waiting = deque(due)
        if self.address and due:
            self._cluster = Cluster(self.address)
            self.jobs = self._cluster.ready()
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
                if self.jobs == 1 and self._cluster is None:
                    self.executing = {_InThisProcess(): job}
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

    def _ended(self) -> Future[Graded]:
        """A submission that has come to an end; raises GradingStopped where a cluster cannot go on."""
        if self._cluster is None:
            ended = wait(self.executing, None, FIRST_COMPLETED).done
        else:
            while not (ended := wait(self.executing, 5, FIRST_COMPLETED).done):
                self._cluster.see_workers()
            self._cluster.seen_at_work()
        return next(future for future in self.executing if future in ended)  # none waits for those begun later

    def _submit(self, task: Task) -> Future[Graded]:
        if self._cluster is not None:
            return self._cluster.submit(task)
        try:
            return self._executor().submit(grade, task)
        except (BrokenProcessPool, RuntimeError):  # a worker was killed; the next executor has new ones
            return self._executor().submit(grade, task)

    def _result(self, future: Future[Graded], job: Job) -> Graded | None:
        """What came of a job; None where its process was killed and it is to be begun again."""
        try:
            return future.result()
        except GradingStopped:
            raise
        except Exception as error:
            killed = isinstance(error, BrokenProcessPool) or type(error).__name__ in _KILLED_ON_A_CLUSTER
            if not killed and self._cluster is not None:
                raise not_installed(error) from error
            if not killed:
                raise
            if self._cluster is not None:
                self._cluster.workers()  # or say that it was the scheduler
            self._tries[job] = self._tries.get(job, 0) + 1
            if self._tries[job] < MAX_TRIES:
                return None
            return Graded(
                reason="The process that graded it was killed, again and again. See that the machine has memory left, "
                "and grade again."
            )

    def running(self) -> list[Job]:
        """The submissions whose notebooks run at this moment."""
        if self._cluster is not None:  # whose futures do not say; it begins with the first
            return list(self.executing.values())[: self.jobs]
        return [job for future, job in self.executing.items() if future.running()]


class _InThisProcess(Future[Graded]):
    """Stands for a submission that this very process is grading."""

    def running(self) -> bool:
        """True: there is no moment before or after its grading at which it is here."""
        return True
