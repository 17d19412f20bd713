"""Grading the corpus as ``course grade`` does, one submission's trouble kept apart from the next's."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .place import Place, Submission

LIMIT = 240.0
"""Seconds that a submission may take, on a busy machine, in the settings of ``place``, unless told otherwise."""


class Hung(Exception):
    """A submission took longer than LIMIT."""


@dataclass
class Run:
    """What happened while submissions were graded: those that hung, and the errors that left the grader."""

    hung: dict[str, str] = field(default_factory=dict)
    crashed: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, name: str) -> Run:
        """What happened to one submission."""
        parts = (self.hung, self.crashed)
        return Run(*({key: words for key, words in part.items() if key == name} for part in parts))


@contextlib.contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise Hung in the main thread after so many seconds."""

    def ring(*_: object) -> None:
        raise Hung(f"longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def grade(
    place: Place,
    submissions: list[Submission],
    jobs: int,
    tell: Callable[[Submission], None],
    most: float = LIMIT,
    run: Run | None = None,
) -> Run:
    """Grade all of them in order with the course's own functions, each for ``most`` seconds, and write feedback."""
    from course.authoring.notebooks.release import release_week
    from course.grading.pages import generate
    from course.grading.run import pipeline
    from course.grading.run.parallel import GradingPool

    grading, pages, run = pipeline.Grading(place.classroom), generate.Feedback(place.classroom), run or Run()
    by_job = {(each.week, each.student): each for each in submissions}
    for week in dict.fromkeys(each.week for each in submissions):
        pipeline.ensure_assignment(place.classroom, week, release_week)
    grading.expect([(each.week, each.student) for each in submissions])
    left, now = list(by_job), [""]

    def prepare(week: str, student: str) -> Any:
        now[0] = (week, student)
        return grading.prepare(week, student)

    class Noting(GradingPool):
        """GradingPool, which notes whose result it takes, so that an error can be told to be somebody's."""

        def _result(self, future: Any, job: tuple[str, str]) -> Any:
            now[0] = job
            return super()._result(future, job)

    while left:
        with Noting(prepare, jobs) as pool:
            results = pool.graded(list(left))
            while left:
                start = time.monotonic()
                try:
                    with limit(most):
                        job, graded = next(results)
                except Exception as error:
                    kind = run.hung if isinstance(error, Hung) else run.crashed
                    job = now[0] if now[0] in left else next(iter(pool.executing.values()), left[0])
                    kind[by_job[job].name] = _words(error)
                    left.remove(job)
                    tell(by_job[job])
                    break  # the generator has ended with it: begin again with the others
                left.remove(job)
                submission = by_job[job]
                try:
                    with limit(most):
                        generate.feedback(place.classroom, grading.finish(*job, graded), pages)
                except Exception as error:
                    kind = run.hung if isinstance(error, Hung) else run.crashed
                    kind[submission.name] = _words(error)
                    pages = generate.Feedback(place.classroom)
                run.seconds[submission.name] = time.monotonic() - start
                tell(submission)
    grading.close()
    _report(place, submissions, run)
    return run


def _report(place: Place, submissions: list[Submission], run: Run) -> None:
    """Write grades.csv and print the table, into nothing: one student's words must not stop that."""
    import io

    from rich.console import Console

    from course.commands import scores
    from course.grading.gradebook.standing import final_scores
    from course.grading.report import grades_csv

    lines = final_scores(place.classroom)
    grades_csv.write_csv(place.root / "grades.csv", lines)
    console = Console(file=io.StringIO(), highlight=False, width=120)
    names = {(each.week, each.student): each.name for each in submissions}
    for row in lines:
        key = (row.outcome.week, row.outcome.student)
        if key in names:
            try:
                scores.show(console, row.outcome.week, [row], {})
            except Exception as error:
                run.crashed.setdefault(names[key], f"the table: {_words(error)}")


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
