"""Kill -9 at random moments: of the command itself, its workers, the rooms, and the rooms' first processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from .command import Running
from .processes import below, rooms, wardens, workers
from .trial import NOT_ALL, Stage, trial


def _main(stage: Stage, jobs: int) -> None:
    running = stage.grade(jobs=jobs)
    seconds = stage.wait_random(running, jobs)
    stage.say(f"killed after {seconds:.1f} s")
    stage.kill(running)
    stage.and_then_the_same()


@trial()
def main_killed_at_random(stage: Stage) -> None:
    """The command is killed at a random moment, with two workers."""
    _main(stage, 2)


@trial()
def main_killed_at_random_alone(stage: Stage) -> None:
    """The command is killed at a random moment, with a room of its own and no workers."""
    _main(stage, 1)


@trial(quick=True)
def main_killed_while_workers_start(stage: Stage) -> None:
    """The command is killed while its workers import what they need."""
    running = stage.grade(jobs=2)
    running.until(lambda: workers(below(running.pid)))
    time.sleep(stage.chance.uniform(0.0, 1.0))
    stage.kill(running)
    stage.and_then_the_same()


@trial()
def main_killed_while_rooms_start(stage: Stage) -> None:
    """The command is killed while bubblewrap makes the room."""
    running = stage.grade(jobs=1)
    running.until(lambda: rooms(below(running.pid)))
    stage.kill(running)
    stage.and_then_the_same()


@trial()
def main_killed_at_its_start(stage: Stage) -> None:
    """The command is killed while Python itself starts."""
    running = stage.grade(jobs=2, warm=False)
    time.sleep(stage.chance.uniform(0.1, 3.0))
    stage.kill(running)
    stage.again(warm=False)  # as whoever takes away a temporary folder that was left
    stage.nothing_left()
    stage.same()


def _goes_on(stage: Stage, jobs: int, find: Callable[[dict[int, str]], list[int]], what: str) -> None:
    """One process is killed while submissions run, and the run itself comes to the same as without that."""
    running = stage.grade(jobs=jobs)
    found = running.until(lambda: wardens(below(running.pid)) and find(below(running.pid)))
    if found:
        time.sleep(stage.chance.uniform(0.0, 0.3) * stage.seconds(jobs))
    there = find(below(running.pid))
    if there and not running.poll():
        os.kill(stage.chance.choice(there), signal.SIGKILL)
        stage.say(f"{what} killed")
    else:
        stage.fault(f"the run had ended before {what} could be killed")
    ran = running.wait()
    stage.stopped(ran, NOT_ALL)
    stage.nothing_left()
    stage.same()


@trial(quick=True)
def worker_killed(stage: Stage) -> None:
    """A worker is killed: the run goes on, and costs nobody a try."""
    _goes_on(stage, 2, workers, "a worker")


@trial(quick=True)
def room_killed(stage: Stage) -> None:
    """Bubblewrap is killed: the submission is tried again by itself."""
    _goes_on(stage, 1, rooms, "a room")


@trial()
def room_killed_among_two(stage: Stage) -> None:
    """One of two rooms is killed."""
    _goes_on(stage, 2, rooms, "a room")


@trial()
def warden_killed(stage: Stage) -> None:
    """A room's first process is killed."""
    _goes_on(stage, 1, wardens, "a warden")


def _over_and_over(
    stage: Stage, running: Running, find: Callable[[dict[int, str]], list[int]], most: int, wait: float
) -> int:
    """Kill whatever is found, a moment after it appears, until the run has ended or it has been often enough."""
    killed: set[int] = set()
    while not running.poll() and len(killed) < most:
        for pid in find(below(running.pid)):
            if pid not in killed:
                time.sleep(wait)
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                killed.add(pid)
        time.sleep(0.05)
    return len(killed)


def _nothing_decided(stage: Stage, jobs: int, find: Callable[[dict[int, str]], list[int]], what: str) -> None:
    """Whatever is killed over and over decides nothing about a submission: the next run grades what is due."""
    running = stage.grade(jobs=jobs)
    count = _over_and_over(stage, running, find, 30, 0.2)
    ran = running.wait()
    stage.say(f"{count} {what} killed")
    stage.stopped(ran, 1, NOT_ALL)
    stage.nothing_left()
    stage.and_then_the_same()


@trial()
def every_worker_killed(stage: Stage) -> None:
    """Every worker that starts is killed: nothing is decided about anybody."""
    _nothing_decided(stage, 2, workers, "workers")


@trial()
def every_room_killed(stage: Stage) -> None:
    """Every room is killed at its start: a sentence about the machine, and nothing is decided about anybody."""
    _nothing_decided(stage, 1, rooms, "rooms")
