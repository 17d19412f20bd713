"""Too few descriptors, processes, and too little memory: the machine's faults, which decide nothing about anybody."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

from .rights import as_user
from .trial import NOT_ALL, Stage, trial


def _limited(stage: Stage, first: Callable[[], object], jobs: int, last: Callable[[], object] = lambda: None) -> None:
    ran = stage.grade(jobs=jobs, first=first).wait()
    stage.stopped(ran, 1, NOT_ALL)
    stage.nothing_left()
    stage.say(f"{len(stage.due())} due")
    stage.again(first=last)
    stage.nothing_left()
    stage.same()


def _set(which: int, most: int) -> Callable[[], None]:
    def first() -> None:
        resource.setrlimit(which, (most, most))

    return first


for _most, _jobs in ((8, 1), (12, 1), (20, 2)):

    @trial(f"descriptors-{_most}", quick=_most == 8)
    def _descriptors(stage: Stage, most: int = _most, jobs: int = _jobs) -> None:
        """A process may open no more files than that."""
        _limited(stage, _set(resource.RLIMIT_NOFILE, most), jobs)


@trial()
def file_size(stage: Stage) -> None:
    """A file may be no larger than the gradebook already is."""
    _limited(stage, _set(resource.RLIMIT_FSIZE, (stage.root / "gradebook.db").stat().st_size // 2), 1)


def _address_space(more: int) -> Callable[[], None]:
    def first() -> None:
        size = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (size + more, size + more))

    return first


@trial()
def memory_of_the_command(stage: Stage) -> None:
    """The command and what it starts can have 40 MiB more than it has at its start."""
    _limited(stage, _address_space(40 << 20), 1)


@trial()
def memory_of_the_workers(stage: Stage) -> None:
    """The same with two workers."""
    _limited(stage, _address_space(200 << 20), 2)


for _count in (1, 6):

    @trial(f"processes-{_count}")
    def _processes(stage: Stage, count: int = _count) -> None:
        """A user may have no more processes and threads than that."""
        user = as_user(stage)

        def first() -> None:
            resource.setrlimit(resource.RLIMIT_NPROC, (count, count))
            user()

        _limited(stage, first, 2, user)
