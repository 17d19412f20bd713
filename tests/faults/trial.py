"""A trial: what is done to the machine, and the stage on which it is done and looked at."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .command import Ran, Running, copy, one_after_another, start
from .hooks import Heard, listen
from .look import WEEK, differences, look
from .place import NOT_ALL, environment
from .processes import end, left_after, mounted_in, unmount_memory

Play = Callable[["Stage"], None]
TRIALS: dict[str, Trial] = {}
GONE_S = 2.0
"""Seconds after which nothing may run of a command that was killed."""
SOON_S = 10.0
"""Seconds in which a command that was asked to end has to end."""


@dataclass(frozen=True)
class Trial:
    """A trial and how it is played; a ``quick`` one is part of `make test-faults-quick`."""

    name: str
    family: str
    says: str
    play: Play
    quick: bool


def trial(name: str = "", *, quick: bool = False) -> Callable[[Play], Play]:
    """Make a trial of a function; its name and its docstring are the trial's."""

    def made(play: Play) -> Play:
        own = name or play.__name__.replace("_", "-")
        family = play.__module__.rpartition(".")[2]
        assert own not in TRIALS, own
        TRIALS[own] = Trial(own, family, (play.__doc__ or "").strip().splitlines()[0], play, quick)
        return play

    return made


@dataclass
class Stage:
    """One trial's copy of the course, in ``root``; what goes wrong on it (``wrong``), and what happened (``notes``).

    ``made`` is where `place.prepare` made the course, ``folder`` is this trial's own, ``chance`` decides at random.
    """

    made: Path
    folder: Path
    chance: random.Random
    name: str = "course"
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    helpers: set[int] = field(default_factory=set)
    """Processes of the trial's own, which are nobody's leftovers."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.fresh()
        self.environment = environment(self.folder)
        copy(self.made / "first" / "home" / ".", self.folder / "home")
        self._started = 0

    # --- What is done ------------------------------------------------------------------------------------------------

    def fresh(self, name: str = "") -> None:
        """A new copy of the course in the place of the old one, in a folder called ``name``."""
        self.name = name or self.name
        self.root = self.folder / self.name
        if self.root.exists():
            remove(self.root)
        copy(self.made / "half", self.root)

    def in_turn(self, words: Sequence[str], turns: Sequence[tuple[Path, Callable[[], object]]]) -> list[Ran]:
        """What came of a command in several folders, one after another, in one process."""
        self._started += 1
        return one_after_another(words, turns, self.environment, self.folder / "said" / str(self._started))

    def undisturbed(self, words: Sequence[str], change: Callable[[Path], object], *statuses: int) -> dict[str, str]:
        """What ``words`` leave in another copy of the course after ``change``, where nothing disturbs them."""
        other = self.folder / "undisturbed"
        copy(self.made / "half", other)
        change(other)
        ran = start(list(words), other, self.environment, self.folder / "said" / "undisturbed").wait()
        self.ended(ran, *statuses)
        return look(other)

    def start(
        self,
        *words: str,
        first: Callable[[], object] = lambda: None,
        heard: Heard | None = None,
        warm: bool = True,
        but: Mapping[str, str | None] | None = None,
    ) -> Running:
        """Start a command; ``heard`` is told of every place that it comes to, ``but`` changes its environment."""
        surroundings = {**self.environment, **{k: v for k, v in (but or {}).items() if v is not None}}
        for name in (name for name, value in (but or {}).items() if value is None):
            del surroundings[name]
        self._started += 1

        def before() -> None:
            first()
            if heard is not None:
                listen(self.root, heard)

        where = self.folder / "said" / str(self._started)
        return start(words, self.root, surroundings, where, first=before, warm=warm)

    def grade(self, *more: str, jobs: int = 1, **how: object) -> Running:
        """Start `course grade`."""
        return self.start("course", "grade", WEEK, "--jobs", str(jobs), *more, **how)  # type: ignore[arg-type]

    def again(self, words: Sequence[str] = (), status: int = NOT_ALL, **how: object) -> Ran:
        """Run a command that nothing disturbs (the class is graded); it has to end with this status, and well."""
        words = words or ("course", "grade", WEEK, "--jobs", "1")
        ran = self.start(*words, **how).wait()  # type: ignore[arg-type]
        self.ended(ran, status)
        return ran

    # --- What is looked at -------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Note what happened."""
        self.notes.append(text)

    def fault(self, text: str) -> None:
        """Note what should not have happened."""
        self.wrong.append(text)

    def ended(self, ran: Ran, *statuses: int) -> None:
        """A command has to end with one of these statuses, and to say what it says in sentences."""
        if ran.status not in statuses:
            wanted = " or ".join(map(str, statuses))
            self.fault(f"{ran.name} ended with {ran.status}, not {wanted}: {' '.join(ran.err.split())[-400:]!r}")
        self.wrong += ran.faults()

    def stopped(self, ran: Ran, *statuses: int, saying: str = "") -> None:
        """As ``ended``; what it says, of which the last line is noted, has to speak of ``saying`` (a pattern)."""
        self.ended(ran, *statuses)
        self.say(f"{ran.status}: {ran.last[:160]}" if ran.last else f"{ran.status}, no word")
        if not re.search(saying, ran.err, re.IGNORECASE):
            self.fault(f"{ran.name} does not speak of {saying!r}: {ran.last[:300]!r}")

    def nothing_left(self, seconds: float = GONE_S, but: tuple[Running, ...] = ()) -> None:
        """Nothing of what was started may run any more, ``seconds`` from now."""
        left, took = left_after(seconds, self.helpers | {each.pid for each in but})
        if left:
            words = sorted({command[:90] for command in left.values()})
            longer, more = left_after(20, self.helpers | {each.pid for each in but})
            when = "they do not end" if longer else f"gone after {took + more:.1f} s"
            self.fault(f"after {seconds:.0f} s there still run {len(left)} processes ({when}): {'; '.join(words)}")
            end(longer)
            left_after(5)
        else:
            self.say(f"gone after {took:.1f} s")

    def wanted(self, name: str = "whole") -> dict[str, str]:
        """What an undisturbed run left: of the whole class, or of ``one``."""
        found: dict[str, str] = json.loads((self.made / f"{name}.json").read_text())
        return found

    def same(self, wanted: Mapping[str, str] | None = None, *, but: Callable[[str], bool] = lambda _: False) -> None:
        """Compare everything with what an undisturbed run leaves, ``but`` what that function names."""
        if wanted is None:
            wanted = self.wanted()
        for each in differences(dict(wanted), look(self.root)):
            if not but(each.split(": ", 1)[1]):
                self.fault(each)
        self.nothing_on_disk()

    def nothing_on_disk(self) -> None:
        """Nothing may lie in the temporary folder any more."""
        left = sorted(path.name for path in Path(self.environment["TMPDIR"]).iterdir())
        if left:
            self.fault(f"left over in TMPDIR: {', '.join(left[:10])}")

    def due(self) -> list[str]:
        """The students of whom nothing final is noted yet."""
        found = []
        for student in sorted(path.name for path in (self.root / "submitted").iterdir() if path.is_dir()):
            try:
                noted = json.loads((self.root / "autograded" / ".state" / WEEK / f"{student}.json").read_text())
            except (OSError, ValueError):
                noted = {}
            if not noted.get("inputs"):
                found.append(student)
        return found

    def seconds(self, jobs: int = 1) -> float:
        """How long an undisturbed run took."""
        return float((self.made / ("whole.seconds" if jobs == 1 else "again.seconds")).read_text())

    # --- What many trials have in common -----------------------------------------------------------------------------

    def kill(self, running: Running) -> None:
        """Kill -9 a command; nothing of it may outlive it for long."""
        running.send(signal.SIGKILL)
        running.wait()
        self.nothing_left()
        self.say(f"{len(self.due())} due")

    def and_then_the_same(self, *words: str) -> None:
        """The same command runs undisturbed; then everything is as without the trouble."""
        self.again(words)
        self.nothing_left()
        self.same()

    def wait_random(self, running: Running, jobs: int = 1) -> float:
        """Wait a random part of the time that an undisturbed run takes, or until the command has ended."""
        seconds = self.chance.uniform(0.02, 0.95) * self.seconds(jobs)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not running.poll():
            time.sleep(0.01)
        return seconds

    def put_away(self) -> None:
        """Remove this trial's folder."""
        unmount_memory()
        remove(self.folder)


def remove(place: Path) -> None:
    """Remove a folder with all that is in it, also what may not be written to.

    Raises RuntimeError, and removes nothing, where it is a link or anything is mounted in it: what is deleted there may
    be anybody's.
    """
    if place.is_symlink():
        raise RuntimeError(f"{place} is a link: nothing of it is removed")
    if mounted := mounted_in(place):
        raise RuntimeError(f"{mounted[0]} is a mount: nothing of {place} is removed")
    for folder, names, _ in os.walk(place):
        for name in names:
            if not os.path.islink(path := os.path.join(folder, name)):
                os.chmod(path, 0o755)
    shutil.rmtree(place, ignore_errors=True)
