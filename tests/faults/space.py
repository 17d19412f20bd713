"""Full disks: no space and no inodes left in the course's folder, in the temporary folder, in shared memory."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from .command import copy
from .hooks import At
from .processes import mount_memory, own_mounts, remount
from .trial import NOT_ALL, WEEK, Stage, trial

ROOMY_KIB, MANY = 64 << 10, 50_000
FIRST_ROOM = "start bwrap"
FIRST_PAGE = "gus"  # of those who are due the first to be graded with a page: eve is tried again later, fay has none


def _small_disk(stage: Stage, kib: int, inodes: int) -> Path:
    """The course on a disk of its own, which has so many KiB (-1: many) and inodes left."""
    own_mounts()
    disk = stage.folder / "disk"
    disk.mkdir()
    mount_memory(disk, ROOMY_KIB, MANY)
    stage.root = disk / "course"
    copy(stage.made / "half", stage.root)
    free = os.statvfs(disk)
    used = (free.f_blocks - free.f_bfree) * free.f_frsize // 1024
    remount(disk, ROOMY_KIB if kib < 0 else used + kib, MANY if inodes < 0 else free.f_files - free.f_ffree + inodes)
    return disk


def _full(stage: Stage, kib: int, inodes: int) -> None:
    disk = _small_disk(stage, kib, inodes)
    ran = stage.grade().wait()
    stage.stopped(ran, 1, NOT_ALL, saying="space|disk" if ran.status == 1 else "")
    stage.nothing_left()
    stage.say(f"{len(stage.due())} due")
    remount(disk, ROOMY_KIB, MANY)
    stage.and_then_the_same()


for _kib in (0, 20, 100):

    @trial(f"disk-full-but-{_kib}-kib", quick=_kib == 20)
    def _disk(stage: Stage, kib: int = _kib) -> None:
        """The course's disk has no space left but that."""
        _full(stage, kib, -1)


for _count in (0, 9):

    @trial(f"disk-without-inodes-but-{_count}")
    def _inodes(stage: Stage, count: int = _count) -> None:
        """The course's disk can hold no more files but so many."""
        _full(stage, -1, count)


@trial(quick=True)
def disk_full_while_feedback_is_written(stage: Stage) -> None:
    """The disk is full from the first page of feedback on: said, the grade is kept, the next run writes the page."""
    disk = _small_disk(stage, 4 << 10, -1)
    place = "write feedback/STUDENT/week9/small.html"
    ran = stage.grade(heard=At(place, 1, lambda: _fill(disk / "full"))).wait()
    stage.stopped(ran, 1, saying="feedback/.*no space left")
    stage.nothing_left()
    if not (disk / "full").exists():
        stage.fault(f"the run did not come to {place!r}")
    if FIRST_PAGE in stage.due() or (stage.root / "feedback" / FIRST_PAGE / WEEK / "small.html").exists():
        stage.fault(f"{FIRST_PAGE} should be graded, and have no page yet; due are {', '.join(stage.due())}")
    (disk / "full").unlink(missing_ok=True)
    stage.and_then_the_same()


def _fill(place: Path) -> None:
    """Write to a file until there is no space left."""
    file = os.open(place, os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while True:
            os.write(file, b"x" * 4096)
    os.close(file)


def _temporary(stage: Stage, place: Path, inodes: int, jobs: int, kib: int = 256, at: str = "") -> None:
    """The file system at ``place`` is full, from the beginning or from the moment at which the run comes to ``at``.

    Python looks for another temporary folder where it finds this one full at its start.
    """
    own_mounts()
    place.mkdir(exist_ok=True)
    mount_memory(place, kib, inodes)

    def fill() -> None:
        _fill(place / "full")

    if not at and not inodes:
        fill()
    ran = stage.grade(jobs=jobs, heard=At(at, 1, fill) if at else None).wait()
    stage.stopped(ran, 1, NOT_ALL)
    stage.nothing_left()
    stage.say(f"{len(stage.due())} due")
    if at == FIRST_ROOM and not (place / "full").exists():
        stage.fault(f"the run did not come to {at!r}")
    remount(place, ROOMY_KIB, MANY)
    (place / "full").unlink(missing_ok=True)
    stage.and_then_the_same()


@trial(quick=True)
def temporary_folder_full(stage: Stage) -> None:
    """The temporary folder has no space left from the moment at which the first room is tried."""
    _temporary(stage, Path(stage.environment["TMPDIR"]), 0, 1, at=FIRST_ROOM)


@trial()
def temporary_folder_full_at_start(stage: Stage) -> None:
    """The temporary folder is full when the command starts."""
    _temporary(stage, Path(stage.environment["TMPDIR"]), 0, 1)


@trial()
def temporary_folder_without_inodes(stage: Stage) -> None:
    """The temporary folder can hold no more files."""
    _temporary(stage, Path(stage.environment["TMPDIR"]), 3, 1)


@trial()
def shared_memory_full(stage: Stage) -> None:
    """There is no shared memory left for the workers' semaphores."""
    _temporary(stage, Path("/dev/shm"), 0, 2)


@trial()
def disk_full_while_releasing(stage: Stage) -> None:
    """The course's disk is full while a changed week is released."""
    from .signals import change_text

    words = ("course", "release", "week9")
    wanted = stage.undisturbed(words, change_text, 0)
    disk = _small_disk(stage, 24, -1)
    change_text(stage.root)
    ran = stage.start(*words).wait()
    stage.stopped(ran, 1, saying="space|disk")
    stage.nothing_left()
    remount(disk, ROOMY_KIB, MANY)
    stage.again(words, 0)
    stage.same(wanted)
