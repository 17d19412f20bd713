"""Full disks: no space and no inodes left in the course's folder, in the temporary folder, in shared memory."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .command import copy
from .processes import mount_memory, own_mounts, remount
from .trial import NOT_ALL, Stage, trial

ROOMY_KIB, MANY = 64 << 10, 50_000


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
    stage.stopped(ran, 1, NOT_ALL, saying="space" if ran.status == 1 else "")
    stage.nothing_left()
    stage.say(f"{len(stage.due())} due")
    remount(disk, ROOMY_KIB, MANY)
    stage.and_then_the_same()


for _kib in (0, 8, 20, 48, 100):

    @trial(f"disk-full-but-{_kib}-kib", quick=_kib == 20)
    def _disk(stage: Stage, kib: int = _kib) -> None:
        """The course's disk has no space left but that."""
        _full(stage, kib, -1)


for _count in (0, 3, 9):

    @trial(f"disk-without-inodes-but-{_count}")
    def _inodes(stage: Stage, count: int = _count) -> None:
        """The course's disk can hold no more files but so many."""
        _full(stage, -1, count)


def _temporary(stage: Stage, place: Path, kib: int, inodes: int, jobs: int) -> None:
    own_mounts()
    place.mkdir(exist_ok=True)
    mount_memory(place, kib, inodes)
    if kib <= 4:
        Path(place, "full").write_bytes(b"x" * 4096)
    ran = stage.grade(jobs=jobs).wait()
    stage.stopped(ran, 1, NOT_ALL)
    stage.nothing_left()
    stage.say(f"{len(stage.due())} due")
    remount(place, ROOMY_KIB, MANY)
    shutil.rmtree(place / "full", ignore_errors=True)
    (place / "full").unlink(missing_ok=True)
    stage.and_then_the_same()


@trial(quick=True)
def temporary_folder_full(stage: Stage) -> None:
    """The temporary folder has no space left."""
    _temporary(stage, Path(stage.environment["TMPDIR"]), 4, 0, 1)


@trial()
def temporary_folder_nearly_full(stage: Stage) -> None:
    """The temporary folder has 16 KiB left."""
    _temporary(stage, Path(stage.environment["TMPDIR"]), 16, 0, 2)


@trial()
def temporary_folder_without_inodes(stage: Stage) -> None:
    """The temporary folder can hold no more files."""
    _temporary(stage, Path(stage.environment["TMPDIR"]), ROOMY_KIB, 1, 1)


@trial()
def shared_memory_full(stage: Stage) -> None:
    """There is no shared memory left for the workers' semaphores."""
    _temporary(stage, Path("/dev/shm"), 4, 0, 2)


@trial()
def disk_full_while_releasing(stage: Stage) -> None:
    """The course's disk is full while a changed week is released."""
    from .signals import change_text

    words = ("course", "release", "week9")
    wanted = stage.undisturbed(words, change_text, 0)
    disk = _small_disk(stage, 24, -1)
    change_text(stage.root)
    ran = stage.start(*words).wait()
    stage.stopped(ran, 1, saying="space")
    stage.nothing_left()
    remount(disk, ROOMY_KIB, MANY)
    stage.again(words, 0)
    stage.same(wanted)
