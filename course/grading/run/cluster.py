"""Dask client for grading on a cluster's workers, which says where the scheduler or a worker is at fault."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from course.coursedir.errors import GradingStopped
from course.grading.gradebook.versions import version_of_code

if TYPE_CHECKING:
    from distributed import Client

WORKER_TIMEOUT_S = 60.0
"""How long a cluster without a worker is waited for."""
_HOW = "workers with `dask worker ADDRESS --nthreads 1`"


def do_there(function: Callable[[Any], Any], argument: Any, code: str) -> Any:
    """Call ``function`` on a cluster's worker; raises GradingStopped where another version of the course is there."""
    import torch

    if version_of_code() != code:
        raise GradingStopped(
            f"The worker on {socket.gethostname()} has another version of the course, torch or nbgrader than this "
            "machine. Install the same on both (make setup, from the same commit), and start the worker again."
        )
    torch.set_num_threads(1)  # workers side by side: one thread each
    return function(argument)


def not_installed(error: Exception) -> GradingStopped:
    """What to say where the scheduler or a worker raised an error that is nobody's submission's."""
    words = " ".join(str(error).split())[:300]
    return GradingStopped(
        f"The Dask scheduler or a worker could not do its part: {type(error).__name__}: {words}. Install "
        "the course there as it is here (make setup, from the same commit), start it again, and run the same command "
        "again."
    )


class Cluster:
    """A connection to the Dask scheduler at ``address``; raises GradingStopped where none answers."""

    def __init__(self, address: str):
        self.address = address
        self._client = _connected(address)
        self._deserted: float | None = None  # when it was first seen without a worker

    def ready(self) -> int:
        """How many submissions it can grade at once, once it is known that the course is installed on it."""
        workers = self.workers()
        if not workers:
            raise GradingStopped(f"{self.address}: the Dask scheduler has no workers. Start some {_HOW}.")
        try:
            self._client.run_on_scheduler(version_of_code)  # it reads what it hands on
            self._client.run(version_of_code)
        except Exception as error:
            raise not_installed(error) from error
        return workers

    def workers(self) -> int:
        """How many submissions it can grade at once; raises GradingStopped where its scheduler is gone."""
        try:
            if self._client.status == "running":
                return sum(self._client.nthreads().values())
        except (OSError, TimeoutError):
            pass
        raise GradingStopped(
            f"{self.address}: the Dask scheduler no longer answers. Start it and its workers again, and run the same "
            "command again: what was graded is kept."
        )

    def see_workers(self) -> None:
        """Raise GradingStopped where it has had no worker for WORKER_TIMEOUT_S; called again and again in a wait."""
        self._deserted = None if self.workers() else self._deserted or time.monotonic()
        if self._deserted and time.monotonic() - self._deserted > WORKER_TIMEOUT_S:
            raise GradingStopped(
                f"{self.address}: every worker has gone. Start some {_HOW}, and run the same command again: what "
                "was graded is kept."
            )

    def seen_at_work(self) -> None:
        """A submission has come to its end: what was waited for begins anew."""
        self._deserted = None

    def submit(self, function: Callable[[Any], Any], argument: Any) -> Future[Any]:
        """Have a worker call ``function``."""
        return self._client.get_executor(pure=False).submit(do_there, function, argument, version_of_code())

    def close(self) -> None:
        """End the connection; what its workers still run is given up."""
        self._client.close()


def _connected(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise GradingStopped(
            "--cluster needs Dask: install it beside the course (pip install distributed), here and on the workers."
        ) from None
    try:
        return Client(address, timeout=20, set_as_default=False)
    except (OSError, ValueError) as error:
        raise GradingStopped(
            f"{address}: no Dask scheduler answers there ({error}). Start one with `dask scheduler`, {_HOW}, "
            "and give the scheduler's address."
        ) from None
