"""What a world for each submission costs: rooms with worlds, and one that is wiped instead, take turns in one run.

    python benchmarks/worlds.py [--turns 30]

Run by `make bench-worlds`; prints the table of benchmarks/levers.md. In each turn one right exercise is graded and its
room left, until the room's first process says that nothing of it is left. The room without worlds does what rooms did
before there were any: its places are wiped, and the next submission enters the same namespaces. Wall-clock times; the
exit status is 1 where the least or the median with worlds is more than 100 ms above that without. Then what it costs
where a system lets no room make worlds: each submission gets a new room, begun when the one before has left.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from statistics import median
from unittest import mock

HOME = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HOME), str(HOME / "tests")]

from small_notebooks import exercise, notebook, passed  # noqa: E402 (found from here on)

from course.grading.run.execute import Execute  # noqa: E402
from course.grading.sandbox import pool, walls  # noqa: E402
from course.grading.sandbox.limits import Limits  # noqa: E402
from course.grading.sandbox.room import Room, close_all  # noqa: E402

MOST_MS = 100.0
"""Milliseconds that a submission may cost more with a world of its own."""
KINDS = {False: "the room wiped after each submission", True: "a world for each submission"}


@contextlib.contextmanager
def room(limits: Limits, *, worlds: bool) -> Iterator[Room]:
    """A warm room, which serves one submission after another also where it has no ``worlds``."""
    with mock.patch.object(walls, "no_worlds", lambda: "" if worlds else "without, to compare"):
        made = Room(limits)
    made.for_one = False
    made.wait()
    try:
        yield made
    finally:
        made.close()


def turn(used: Room) -> float:
    """Milliseconds of one submission that ``used`` serves."""
    pool._mine.room = used
    nb = deepcopy(notebook(exercise("twice")))
    began = time.perf_counter()
    done = Execute().once(nb, {"data.csv": b"a,b\n1,2\n"})
    used.tell({"do": "why"})  # answered once the submission has gone
    took = 1000 * (time.perf_counter() - began)
    assert passed(done) == {"twice": True} and pool._mine.room is used
    return took


def in_new_rooms(turns: int) -> list[float]:
    """Milliseconds of each submission where a room makes no worlds, after the first."""
    pool._mine.room, took = None, []
    with mock.patch.object(walls, "no_worlds", lambda: "without, to compare"):
        for _ in range(turns + 1):
            began = time.perf_counter()
            done = Execute().once(deepcopy(notebook(exercise("twice"))), {"data.csv": b"a,b\n1,2\n"})
            took.append(1000 * (time.perf_counter() - began))
            assert passed(done) == {"twice": True}
        close_all()
    return took[1:]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=30, help="submissions in each room, 15 or more")
    turns = max(15, parser.parse_args().turns)
    load, limits = os.getloadavg()[0], Execute().limits
    took: dict[bool, list[float]] = {kind: [] for kind in KINDS}
    with room(limits, worlds=False) as wiped, room(limits, worlds=True) as fresh:
        for number in range(-3, turns):  # the first warm up
            for kind, used in ((False, wiped), (True, fresh)):
                spent = turn(used)
                if number >= 0:
                    took[kind].append(spent)
    more = [which(took[True]) - which(took[False]) for which in (min, median)]
    print(f"{turns} submissions each, in turns, {os.cpu_count()} cores, load {load:.1f} to {os.getloadavg()[0]:.1f}:\n")
    print("| | least | median |\n|---|--:|--:|")
    for kind, words in KINDS.items():
        print(f"| {words} | {min(took[kind]):.0f} ms | {median(took[kind]):.0f} ms |")
    print(f"| more | {more[0]:+.0f} ms | {more[1]:+.0f} ms |")
    new = in_new_rooms(5)
    print(f"| a new room for each submission, where no worlds can be made | {min(new):.0f} ms | {median(new):.0f} ms |")
    return int(max(more) > MOST_MS)


if __name__ == "__main__":
    sys.exit(main())
