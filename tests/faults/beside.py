"""Two commands at once in one course's folder: one at a time, whoever they are."""

from __future__ import annotations

import signal
import time

from .command import Running, nbgrader
from .processes import below, wardens
from .trial import NOT_ALL, Stage, trial

IN_USE, AT_WORK = 75, "is at work"


def _under_way(stage: Stage, jobs: int = 1) -> Running:
    """`course grade`, whose room has begun to work."""
    running = stage.grade(jobs=jobs)
    running.until(lambda: wardens(below(running.pid)))
    return running


@trial(quick=True)
def grading_twice(stage: Stage) -> None:
    """A second `course grade` says who is at work, and the first is not disturbed."""
    first = _under_way(stage)
    second = stage.grade().wait()
    still = not first.poll()
    stage.ended(first.wait(), NOT_ALL)
    if still:
        stage.stopped(second, IN_USE, saying=AT_WORK)
    stage.nothing_left()
    stage.same()


@trial()
def grading_twice_from_the_start(stage: Stage) -> None:
    """Two begin in the same moment: one grades, the other says so, or comes after it."""
    both = [stage.grade(jobs=2), stage.grade(jobs=2)]
    statuses = []
    for running in both:
        ran = running.wait()
        statuses.append(ran.status)
        stage.stopped(ran, NOT_ALL, IN_USE)
    if NOT_ALL not in statuses:
        stage.fault("nobody graded")
    stage.nothing_left()
    stage.same()


@trial()
def grading_twice_with_patience(stage: Stage) -> None:
    """With --wait the second comes after the first."""
    first = _under_way(stage)
    second = stage.grade("--wait")
    stage.ended(first.wait(), NOT_ALL)
    stage.stopped(second.wait(), NOT_ALL)
    stage.nothing_left()
    stage.same()


@trial()
def patience_with_one_that_is_killed(stage: Stage) -> None:
    """The one that --wait waits for is killed: the other goes on where it was."""
    first = _under_way(stage, 2)
    second = stage.grade("--wait")
    time.sleep(2)
    first.send(signal.SIGKILL)
    first.wait()
    stage.stopped(second.wait(), NOT_ALL)
    stage.nothing_left()
    stage.same()


@trial()
def patience_that_ends(stage: Stage) -> None:
    """With --wait=1 the second waits for a second, and then says who is at work."""
    first = _under_way(stage, 2)
    second = stage.grade("--wait=1").wait()
    still = not first.poll()
    stage.ended(first.wait(), NOT_ALL)
    if still:
        stage.stopped(second, IN_USE, saying=AT_WORK)
    stage.nothing_left()
    stage.same()


def _refused_beside(stage: Stage, *words: str) -> None:
    """Another command that writes, while a class is graded."""
    first = _under_way(stage)
    second = stage.start(*words).wait()
    still = not first.poll()
    stage.ended(first.wait(), NOT_ALL)
    stage.say(f"{second.status}: {second.last[:160]}")
    if still and (second.status == 0 or AT_WORK not in second.err + second.out):
        stage.fault(f"{second.name} ended with {second.status}: {(second.err or second.out)[-300:]!r}")
    stage.wrong += [each for each in second.faults() if "[Autograde" not in each and "[Generate" not in each]
    stage.nothing_left()
    stage.same()


@trial()
def releasing_while_grading(stage: Stage) -> None:
    """`course release` of a week that is being graded."""
    _refused_beside(stage, "course", "release", "week9")


@trial()
def autograding_while_grading(stage: Stage) -> None:
    """nbgrader's own autograde of a student who is being graded."""
    _refused_beside(stage, *nbgrader("autograde", "week9", "--student", "ida", "--force"))


@trial()
def feedback_while_grading(stage: Stage) -> None:
    """nbgrader's own generate_feedback while a class is graded."""
    _refused_beside(stage, *nbgrader("generate_feedback", "week9", "--force"))


@trial()
def grading_while_autograding(stage: Stage) -> None:
    """`course grade` while nbgrader's own autograde is at work: it says so, and grades afterwards."""
    first = stage.start(*nbgrader("autograde", "week9", "--student", "ida"))
    first.until(lambda: wardens(below(first.pid)))
    second = stage.grade().wait()
    still = not first.poll()
    ran = first.wait()
    if ran.status != 0:
        stage.fault(f"nbgrader autograde ended with {ran.status}: {ran.err[-300:]!r}")
    if still:
        stage.stopped(second, IN_USE, saying=AT_WORK)
    stage.nothing_left()
    stage.and_then_the_same()


@trial()
def exporting_while_grading(stage: Stage) -> None:
    """`course export` reads while a class is graded, and disturbs nobody."""
    first = _under_way(stage)
    second = stage.start("course", "export", "week9", "--to", "csv").wait()
    stage.ended(first.wait(), NOT_ALL)
    stage.stopped(second, 0, 3)
    (stage.root / "week9-csv.csv").unlink(missing_ok=True)
    stage.nothing_left()
    stage.same()
