"""Process pool that grades several submissions at a time, each process with a sandbox of its own.

The processes are loky's on this machine, each a pool of its own, so that the death of one is known to be that of the
submission which it was grading; or the workers of a Dask cluster. Both offer Python's own futures. Only this process
writes the gradebook.

A submission is tried while others wait first. One that ran long, or lost a kernel, is tried again without hurry when
all others have begun. Where the machine was at fault (it lacked something, a process died) the
submission is tried again alone, when nothing else runs: at once where the machine seems to be in trouble, else last.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from course.coursedir.errors import CouldNotBeGraded, GradingStopped
from course.coursedir.processes import begin_worker, start_tracker
from course.grading.run.cluster import Cluster, not_installed
from course.grading.run.faults import is_the_machines, sentence
from course.grading.run.task import Graded, Task, grade, probe, unforeseen

Job = tuple[str, str]
"""A week and a student."""
FAULTS_IN_A_ROW = 3
"""Faults of the machine without a grade between, from which on it is seen whether it works at all; where it does, those
who met them are tried again at once."""
KILLED = (
    "The process that graded it was killed, also when it was tried alone. See that the machine has memory left; if "
    "that repeats, look at the submitted notebook, and tell the course's authors."
)
_KILLED_ON_A_CLUSTER = ("KilledWorker", "CancelledError", "FutureCancelledError")


class _Lane:
    """A process of this machine, and the futures of what it was given, in order.

    ``innocent`` are those that only waited for a process that was killed.
    """

    def __init__(self) -> None:
        self.given: list[Future[Any]] = []
        self.innocent: set[Future[Any]] = set()
        self._executor: Executor | None = None

    @property
    def left(self) -> list[Future[Any]]:
        """What it was given and is not done; it is at work on the first."""
        return [future for future in self.given if not future.done()]

    def submit(self, function: Callable[[Any], Any], argument: Any) -> Future[Any]:
        """Have the process, or a new one where it was killed, do this after the rest; raises OSError for no process."""
        from loky import ProcessPoolExecutor
        from loky.backend import resource_tracker

        for _ in range(2):
            if self._executor is None:
                start_tracker(resource_tracker.ensure_running)
                self._executor = ProcessPoolExecutor(
                    max_workers=1, timeout=600, initializer=begin_worker, initargs=(os.getpid(),)
                )
            try:
                future = self._executor.submit(function, argument)
            except (BrokenProcessPool, RuntimeError):  # it was killed meanwhile
                self.end()
            else:
                self.given = [*self.left, future]
                return future
        raise OSError("no process can be started")

    def end(self) -> None:
        """Kill the process, where nobody has, and note what it was not at work on; the next begins with nothing."""
        failed = [each for each in self.given if not each.done() or each.exception() is not None]
        self.innocent.update(failed[1:])
        executor, self._executor, self.given = self._executor, None, []
        if executor is not None:
            with contextlib.suppress(Exception):
                executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]  # loky's own


class GradingPool:
    """Grades submissions with ``jobs`` rooms at once. Use it in a ``with`` statement.

    ``prepare`` makes a job's task and raises CouldNotBeGraded where there is nothing to run. ``executing`` holds the
    jobs that are being graded, or wait for a room, at this moment. ``cluster`` is a Dask scheduler's address.
    """

    def __init__(self, prepare: Callable[[str, str], Task], jobs: int, cluster: str = ""):
        self.prepare, self.jobs, self.address = prepare, jobs, cluster
        self.executing: dict[Future[Graded], Job] = {}
        self._cluster: Cluster | None = None
        self._lanes = [_Lane() for _ in range(jobs)] if jobs > 1 and not cluster else []
        self._settings: dict[str, Any] = {}

    def __enter__(self) -> GradingPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End; what still runs is killed, so that Ctrl-C does not wait for students' notebooks."""
        for future in self.executing:
            future.cancel()
        if self._cluster is not None:
            self._cluster.close()
        for lane in self._lanes:
            lane.end()

    def graded(self, due: list[Job]) -> Iterator[tuple[Job, Graded]]:
        """Each of ``due`` with what came of it, in the order in which they come to an end.

        Raises GradingStopped where nothing can be graded on this machine.
        """
        waiting, slow, suspects = deque(due), deque[Job](), deque[Job]()
        alone, faults = set[Job](), 0  # who was or is to be tried alone, and the machine's faults in a row
        if self.address and due:
            self._cluster = Cluster(self.address)
            self.jobs = self._cluster.ready()
        most = 2 * self.jobs if self._cluster or self._lanes else 1  # enough that no room waits for the gradebook
        while waiting or slow or suspects or self.executing:
            troubled = bool(suspects) and faults >= FAULTS_IN_A_ROW
            while waiting and not troubled and len(self.executing) < most:
                self._begin(waiting.popleft(), hurried=bool(waiting or self.executing))
            while slow and not waiting and not troubled and len(self.executing) < self.jobs:
                self._begin(slow.popleft(), hurried=False)
            if not self.executing:
                if troubled:
                    self._see_that_it_works()
                self._begin(suspects.popleft(), hurried=False)
            future = self._ended()
            job = self.executing.pop(future)
            result = self._result(future, job)
            if result is None:
                waiting.appendleft(job)
            elif result.doubt:  # of a hurried try alone
                slow.append(job)
            elif result.fault and job not in alone:
                alone.add(job)
                suspects.append(job)
                faults += 1
            else:
                faults = faults + 1 if result.fault else 0
                yield job, result
                if faults >= FAULTS_IN_A_ROW:
                    self._see_that_it_works()
                    faults = 0

    def _begin(self, job: Job, *, hurried: bool) -> None:
        """Have a submission graded; ``hurried`` where others wait or are at work, and it can be tried again."""
        made = _Done()
        self.executing[made] = job
        try:
            task = replace(self.prepare(*job), hurried=hurried)
            self._settings = task.settings
            future = self._submit(grade, task)
        except (GradingStopped, SQLAlchemyError):
            raise
        except CouldNotBeGraded as error:
            made.set_result(Graded(reason=str(error)))
        except Exception as error:  # whatever a submission has in it, the class goes on
            words = unforeseen(f"{job[0]} of {job[1]}", error)
            machines = is_the_machines(error)
            made.set_result(Graded(fault=sentence(error)) if machines else Graded(reason=words))
        else:
            del self.executing[made]
            self.executing[future] = job

    def _submit(self, function: Callable[[Any], Any], argument: Any) -> Future[Any]:
        if self._cluster is not None:
            return self._cluster.submit(function, argument)
        if self._lanes:
            return min(self._lanes, key=lambda lane: len(lane.left)).submit(function, argument)
        made = _Done()
        made.set_result(function(argument))
        return made

    def _see_that_it_works(self) -> None:
        """Raise GradingStopped where not even a cell of the course's own can be run: it is not the submissions."""
        try:
            fault = self._submit(probe, self._settings).result()
        except Exception as error:
            if not _was_killed(error) and not is_the_machines(error):
                raise
            fault = (
                "A process that ran a cell of the course's own was killed." if _was_killed(error) else sentence(error)
            )
        if fault:
            raise GradingStopped(
                f"Nothing can be graded on this machine now: {fault} Mend that and run the same command again: what "
                "was graded is kept, and the rest is due."
            )

    def _ended(self) -> Future[Graded]:
        """A submission that has come to an end; raises GradingStopped where a cluster cannot go on."""
        if self._cluster is None:
            ended = wait(self.executing, None, FIRST_COMPLETED).done
        else:
            while not (ended := wait(self.executing, 5, FIRST_COMPLETED).done):
                self._cluster.see_workers()
            self._cluster.seen_at_work()
        return next(future for future in self.executing if future in ended)  # none waits for those begun later

    def _result(self, future: Future[Graded], job: Job) -> Graded | None:
        """What came of a job; None where it only waited for a process that was killed, and is to be begun again."""
        try:
            return future.result()
        except GradingStopped:
            raise
        except Exception as error:
            if not _was_killed(error) and not is_the_machines(error):
                if self._cluster is not None:
                    raise not_installed(error) from error
                raise
            if self._cluster is not None:
                self._cluster.workers()  # or say that it was the scheduler
            if not _was_killed(error):
                return Graded(fault=sentence(error))
            for lane in self._lanes:
                if future in lane.given:
                    lane.end()
            return None if any(future in lane.innocent for lane in self._lanes) else Graded(fault=KILLED)

    def running(self) -> list[Job]:
        """The submissions whose notebooks run at this moment."""
        jobs = list(self.executing.values())
        if self._cluster is not None:  # whose futures do not say; it begins with the first
            return jobs[: self.jobs]
        first = [future for lane in self._lanes for future in lane.left[:1]]
        return [self.executing[future] for future in first if future in self.executing] if self._lanes else jobs


def _was_killed(error: Exception) -> bool:
    return isinstance(error, BrokenProcessPool) or type(error).__name__ in _KILLED_ON_A_CLUSTER


class _Done(Future[Any]):
    """Stands for what no other process does: that which this one does itself, or what needs no process."""
