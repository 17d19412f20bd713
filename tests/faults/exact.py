"""Kill -9, and calls that fail, at exact places: before every rename, write and commit that a run comes to."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

from .command import copy
from .hooks import At, Copier, Switch, failing, kill_self, listen
from .place import ONE
from .trial import NOT_ALL, Stage, remove, trial

WORDS = ("course", "grade", "week9", "--jobs", "1", "--students", *ONE)


def places(stage: Stage) -> list[str]:
    """The places that an undisturbed run came to, each once."""
    return list(dict.fromkeys((stage.made / "places").read_text().splitlines()))


def _then_all_the_same(stage: Stage, roots: dict[str, Path]) -> None:
    """In each of these folders the command runs undisturbed, and leaves what it would have left at once."""
    wanted = stage.wanted("one")
    for (where, root), ran in zip(
        roots.items(), stage.in_turn(WORDS, [(root, lambda: None) for root in roots.values()]), strict=True
    ):
        before, stage.root = len(stage.wrong), root
        stage.ended(ran, NOT_ALL)
        stage.same(wanted)
        stage.wrong[before:] = [f"{where}: {each}" for each in stage.wrong[before:]]
        remove(root)


for _share in range(2):

    @trial(f"killed-at-every-place-{_share + 1}")
    def _every(stage: Stage, share: int = _share) -> None:
        """What a kill before each rename, write and commit would leave on disk, and the next run (every second one)."""
        copies = stage.folder / "copies"
        copies.mkdir()
        copier = Copier(stage.root, copies, lambda number: number % 2 == share)
        stage.ended(stage.start(*WORDS, heard=copier).wait(), NOT_ALL)
        stage.nothing_left()
        named = [line.split("\t") for line in (copies / "places").read_text().splitlines()]
        stage.say(f"{len(named)} places")
        _then_all_the_same(stage, {f"before {where!r} ({number})": copies / number for number, where in named})


def _really_killed(stage: Stage, *chosen: tuple[str, int]) -> None:
    """Killed in earnest at each of these places, the nth time that the run comes there."""
    wanted = stage.wanted("one")
    for where, nth in chosen:
        stage.fresh()
        ran = stage.start(*WORDS, heard=At(where, nth, kill_self)).wait()
        if ran.status != -9:
            stage.fault(f"the run did not come to {where!r}, and ended with {ran.status}")
        stage.nothing_left()
        stage.again(WORDS)
        stage.nothing_left()
        stage.same(wanted)


@trial(quick=True)
def killed_between_grades_and_files(stage: Stage) -> None:
    """Killed when the gradebook has a submission's points, and its files are not in their place yet."""
    _really_killed(stage, ("rename autograded/STUDENT/.PART", 1))


@trial()
def killed_before_a_commit(stage: Stage) -> None:
    """Killed when a submission's points are about to be committed."""
    count = (stage.made / "places").read_text().splitlines().count("sqlite COMMIT")
    _really_killed(stage, ("sqlite COMMIT", count))


def _failing(stage: Stage, number: int, share: int) -> None:
    """At each place the very call fails, in a folder of its own; then the command runs again there."""
    able = [where for where in places(stage) if where.split()[0] in ("write", "rename", "mkdir")][share::2]
    switch, roots = Switch(), {}
    turns: list[tuple[Path, Callable[[], object]]] = []
    for count, where in enumerate(able):
        root = stage.folder / "copies" / str(count)
        root.parent.mkdir(exist_ok=True)
        copy(stage.made / "half", root)
        roots[f"failing {where!r}"] = root

        def first(where: str = where, new: bool = count == 0) -> None:
            if new:
                listen(None, switch)
            switch.heard = At(where, 1, failing(number))

        turns.append((root, first))
    stopped = 0
    for where, ran in zip(roots, stage.in_turn(WORDS, turns), strict=True):
        before = len(stage.wrong)
        stage.ended(ran, 1, NOT_ALL)
        stopped += ran.status == 1
        stage.wrong[before:] = [f"{where}: {each}" for each in stage.wrong[before:]]
    stage.nothing_left()
    stage.say(f"{len(able)} places, {stopped} stopped the run")
    _then_all_the_same(stage, roots)


@trial()
def no_space_at_every_place(stage: Stage) -> None:
    """There is no space left at each write, rename and new folder in turn (every second one)."""
    _failing(stage, errno.ENOSPC, 0)


@trial()
def broken_disk_at_every_place(stage: Stage) -> None:
    """The disk is broken at each write, rename and new folder in turn (every second one)."""
    _failing(stage, errno.EIO, 1)
