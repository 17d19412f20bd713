"""What do the checks cost? Prints a table: a passing visible check and a diagnosis, beyond the student's own code.

Run it as `python benchmarks/checks.py [WEEK ...]`. Every exercise of every text is taken: its visible check with the
right answer, and with each known wrong one that it refuses. Times are processor time, so that other programs at work
do not count, the best of three after a first run that is not counted. COURSE_DATA names a folder that holds MNIST.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import torch

from course.answers import ask
from course.authoring.proof import rehearse
from course.authoring.proof.rehearse import Stage, compiled, environment, stages
from course.authoring.text.parse import read
from course.figures import gradient_chain
from course.runtime.verdict import CheckFailed

ROOT = Path(__file__).parent.parent
PASS, DIAGNOSIS = 50, 1000  # what each may cost, in milliseconds
TRIES = 3


@contextlib.contextmanager
def clock() -> Iterator[list[float]]:
    """A list whose one entry grows by the seconds that students' functions and modules take when a check asks them."""
    own, one = [0.0], ask._one

    def timed(answer: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(answer)
        def inside(*arguments: Any) -> Any:
            started = time.process_time()
            try:
                return answer(*arguments)
            finally:
                own[0] += time.process_time() - started

        return inside

    def asked(answer: Callable[..., Any], *rest: Any) -> ask.Reply:
        return one(timed(answer) if inspect.isroutine(answer) else answer, *rest)

    with mock.patch.object(ask, "_one", asked):
        yield own


def milliseconds(stage: Stage, answer: str) -> tuple[float, bool]:
    """What the visible check costs beyond this answer's own code, and whether the check passes it."""
    spent, passes = [], True
    check = compiled(stage.visible)
    with environment(graded=True), clock() as own:
        for _ in range(TRIES + 1):
            names = {name: value for name, value in stage.names.items() if value is not rehearse.UNDEFINED}
            try:
                exec(compiled(answer), names)
            except Exception:  # some wrong answers do not even run
                return 0.0, True
            own[0], started = 0.0, time.process_time()
            try:
                exec(check, names)
            except CheckFailed:
                passes = False
            except Exception:
                return 0.0, True
            spent.append(1000 * (time.process_time() - started - own[0]))
    return min(spent[1:]), passes


def passing(week: str) -> list[tuple[float, str]]:
    """Milliseconds of each visible check of a week with the right answer, and where it stands."""
    found = []
    for path in sorted(ROOT.glob(f"source/{week}/*.py")):
        for stage in stages(read(path)):
            spent, passes = milliseconds(stage, stage.exercise.solution.source)
            if passes:
                found.append((spent, f"{week} {stage.exercise.name}"))
    return found


def picture() -> float:
    """Milliseconds to draw which gradients of a network of three layers are right."""
    states = {"db3": "right", "dW3": "right", "db2": "first wrong", "dW2": "wrong", "db1": "wrong", "dW1": "wrong"}
    gradient_chain.draw(states)
    started = time.process_time()
    gradient_chain.draw(states)
    return 1000 * (time.process_time() - started)


def row(title: str, times: list[tuple[float, str]], limit: int) -> bool:
    """Print one line of the table; returns whether the worst is within the limit."""
    worst, where = max(times)
    middle = statistics.median(spent for spent, _ in times)
    print(f"{title:<32}{len(times):>7}{middle:>9.1f}{worst:>9.1f}{limit:>8}   {where}")
    return worst <= limit


def main(weeks: list[str]) -> int:
    """Print the table; the exit status is 1 when something costs more than it may."""
    torch.set_num_threads(1)
    passing, failing = [], []
    for path in sorted(ROOT.glob("source/*/*.py")):
        if weeks and path.parent.name not in weeks:
            continue
        for stage in stages(read(path)):
            where = f"{path.parent.name} {stage.exercise.name}"
            for answer in (stage.exercise.solution, *stage.exercise.wrongs):
                spent, passes = milliseconds(stage, answer.source)
                if answer.role == "solution" and passes:
                    passing.append((spent, where))
                elif not passes:
                    failing.append((spent, f"{where}: {answer.title}"))
        print(f"{path.parent.name}/{path.stem} done", file=sys.stderr, flush=True)
    print(f"{'milliseconds beyond own code':<32}{'count':>7}{'median':>9}{'worst':>9}{'limit':>8}")
    good = row("a visible check that passes", passing, PASS)
    good &= row("a visible check with a diagnosis", failing, DIAGNOSIS)
    print(f"{'drawing the way back from the loss':<39}{picture():>9.1f}")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
