"""Ctrl-C, SIGTERM and SIGHUP: a sentence, the exit status by convention, and nothing left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from .command import Ran, Running
from .hooks import At
from .processes import below, wardens, workers
from .trial import NOT_ALL, SOON_S, Stage, trial

SIGNALS = {"int": signal.SIGINT, "term": signal.SIGTERM, "hup": signal.SIGHUP}


def _asked_to_end(stage: Stage, running: Running, number: int, group: bool = False, twice: bool = False) -> None:
    """Send it, and see how the command ends, and what the next run comes to."""
    done = running.poll()
    began = time.monotonic()
    for _ in range(2 if twice else 1):
        if not running.poll():
            os.killpg(running.pid, number) if group else os.kill(running.pid, number)
            time.sleep(0.3 if twice else 0)
    _ended(stage, running.wait(), number, done, time.monotonic() - began)


def _ended(stage: Stage, ran: Ran, number: int, done: bool = False, took: float = 0.0) -> None:
    if took > SOON_S:
        stage.fault(f"it took {took:.1f} s to end")
    if done or ran.status == NOT_ALL:
        stage.say("it had ended before")
        stage.ended(ran, NOT_ALL)
    else:
        stage.stopped(ran, 128 + number, -number, saying="stopped")
        if len(ran.err.strip().splitlines()) > 1:
            stage.fault(f"it says more than one line: {ran.err.strip()[:300]!r}")
    stage.nothing_left()
    stage.say(f"{len(stage.due())} due")
    stage.and_then_the_same()


@trial(quick=True)
def sigterm_at_random(stage: Stage) -> None:
    """The signal comes at a random moment, with two workers."""
    running = stage.grade(jobs=2)
    stage.say(f"after {stage.wait_random(running, 2):.1f} s")
    _asked_to_end(stage, running, signal.SIGTERM)


for _name, _number in SIGNALS.items():

    @trial(f"sig{_name}-before-a-commit")
    def _at_commit(stage: Stage, number: int = _number) -> None:
        """The signal comes when a submission's points are about to be committed."""
        running = stage.grade(heard=At("sqlite COMMIT", 2, lambda: os.kill(os.getpid(), number)))
        _ended(stage, running.wait(), number)


@trial()
def sigterm_to_everybody(stage: Stage) -> None:
    """SIGTERM goes to the command and its workers, as at a shutdown."""
    running = stage.grade(jobs=2)
    running.until(lambda: wardens(below(running.pid)))
    time.sleep(stage.chance.uniform(0, 3))
    for pid in workers(below(running.pid)):
        os.kill(pid, signal.SIGTERM)
    _asked_to_end(stage, running, signal.SIGTERM)


@trial()
def sighup_to_everybody(stage: Stage) -> None:
    """SIGHUP goes to the whole process group, as when a terminal closes."""
    running = stage.grade(jobs=2)
    running.until(lambda: wardens(below(running.pid)))
    time.sleep(stage.chance.uniform(0, 3))
    _asked_to_end(stage, running, signal.SIGHUP, group=True)


@trial()
def sigint_twice(stage: Stage) -> None:
    """Ctrl-C is pressed again at once."""
    running = stage.grade(jobs=2)
    running.until(lambda: wardens(below(running.pid)))
    _asked_to_end(stage, running, signal.SIGINT, group=True, twice=True)


@trial()
def sigterm_while_it_imports(stage: Stage) -> None:
    """SIGTERM comes while the command imports what it needs."""
    running = stage.grade(warm=False)
    running.until(
        lambda: "course.cli" in below(os.getpid()).get(running.pid, "")
    )  # until then it is this process's copy
    running.until(lambda: "libtorch" in _maps(running.pid) or "sqlalchemy" in _maps(running.pid))
    _asked_to_end(stage, running, signal.SIGTERM)


def _maps(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return ""


BUILT = (".stamps/build", "source/week9/small.ipynb")
"""What the step before the release of a changed week makes."""


def change_text(root: Path) -> None:
    """A sentence and a hidden case more in the week's text: to be released again, and told to the gradebook."""
    text = root / "source" / "week9" / "small.py"
    changed = text.read_text().replace("seeds=24", "seeds=25") + "\n# %% [markdown]\n# That was all.\n"
    text.write_text(changed)


@trial()
def sigterm_while_releasing(stage: Stage) -> None:
    """SIGTERM comes while a changed week is released."""
    words = ("course", "release", "week9")
    wanted = stage.undisturbed(words, change_text, 0)
    change_text(stage.root)
    running = stage.start(*words)
    time.sleep(stage.chance.uniform(0.05, 1.5))
    done = running.poll()
    running.send(signal.SIGTERM)
    ran = running.wait()
    if not done and ran.status != 0:
        stage.stopped(ran, 143, -15, saying="stopped")
    stage.nothing_left()
    stage.again(words, 0)
    stage.same(wanted)


@trial()
def killed_while_releasing(stage: Stage) -> None:
    """The command is killed when the gradebook is told of a changed week, and before it notes that it is done."""
    words = ("course", "release", "week9")
    wanted = stage.undisturbed(words, change_text, 0)
    for where in ("sqlite COMMIT", "rename .stamps/release/.PART"):
        stage.fresh()
        change_text(stage.root)
        ran = stage.start(*words, heard=At(where, 1, lambda: os.kill(os.getpid(), 9))).wait()
        if ran.status != -9:
            stage.fault(f"the run did not come to {where!r}, and ended with {ran.status}")
        stage.nothing_left()
        stage.again(words, 0)
        stage.same(wanted)
