"""The instructor's command: `course grade`."""

from __future__ import annotations

import argparse
import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING

from course.commands.common import told

if TYPE_CHECKING:
    from rich.console import Console

    from course.grading.gradebook.classroom import Classroom
    from course.grading.gradebook.outcome import Outcome
    from course.grading.run.parallel import Job


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add `course grade`."""
    grade = subparsers.add_parser(
        "grade",
        help="grade what was handed in, write feedback/ and grades.csv",
        description="Grade the submissions in submitted/STUDENT/WEEK with nbgrader, write feedback/ and grades.csv, "
        "and print the scores. A submission that did not change since it was graded is left as it is.",
        epilog="Exit status: 0 all graded; 3 some could not be graded (beyond those expected in "
        "submitted/DESERVED.csv); 2 for a wrong name; 1 when grading itself could not go on.",
    )
    grade.add_argument("weeks", nargs="*", metavar="WEEK", help="such as week5 (default: all that were handed in)")
    grade.add_argument("--students", nargs="+", metavar="NAME", help="only these students")
    grade.add_argument("--force", action="store_true", help="grade again what did not change, too")
    grade.add_argument(
        "--jobs",
        type=_jobs,
        metavar="N",
        help="submissions graded at once (default: one for each core)",
    )
    grade.add_argument(
        "--cluster",
        metavar="ADDRESS",
        default="",
        help="let the workers of this Dask scheduler grade, such as tcp://10.0.0.5:8786; this machine keeps the "
        "gradebook",
    )
    grade.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda"),
        help="cuda: what is asked of an answer in a process of its own, as every gradient by hand is, is asked on the "
        "GPU too, which the sandbox then lets through; auto: where there is one (default: Execute.device in "
        "nbgrader_config.py, which is cpu)",
    )
    grade.add_argument("--dry-run", action="store_true", help="only say which submissions would be graded")
    grade.add_argument(
        "--unsafe",
        action="store_true",
        help="run submissions without a sandbox, where there is none; every grade made so is marked",
    )
    grade.set_defaults(run=told("grade", _grade))


def _jobs(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of submissions; write 1 or more")


def _grade(args: argparse.Namespace) -> int:
    from rich.console import Console

    from course.coursedir.errors import GradingStopped
    from course.coursedir.layout import chosen_weeks, find_root
    from course.grading.gradebook import locking
    from course.grading.gradebook.classroom import Classroom
    from course.grading.report import grades_csv
    from course.grading.run import pipeline

    root = find_root()
    room = Classroom(root, args.students)
    room.config.Execute.unsafe = args.unsafe or bool(room.config.Execute.get("unsafe", False))
    room.config.Execute.device = args.device or room.config.Execute.get("device", "cpu")
    known = chosen_weeks(root, args.weeks)
    handed_in = room.weeks_handed_in()
    weeks = [week for week in known if args.weeks or week in handed_in]
    jobs = [(week, student) for week in weeks for student in room.hand_ins(week)]
    for week in weeks:
        if not any(job[0] == week for job in jobs):
            raise GradingStopped(f"{room.path('submitted', 'STUDENT', week)}: there is no such folder. {_HOW}", 2)
    if not jobs:
        raise GradingStopped(f"{room.path('submitted', 'STUDENT', 'week5')}: nothing was handed in. {_HOW}", 2)

    screen = Console(stderr=True)
    tell = partial(screen.print, soft_wrap=True)
    for week in weeks:
        locking.patiently(partial(room.ensure_assignment, week), tell)
    due = [job for job in jobs if args.force or locking.patiently(partial(pipeline.due, room, *job), tell)]
    if args.dry_run:
        return _say_due(jobs, due)
    out = Console(highlight=False)
    if not out.is_terminal:
        out.width = 120  # a log is not a terminal of 80 columns
    try:
        _grade_all(room, jobs, due, args, screen)
    except BaseException:
        with contextlib.suppress(Exception):  # what was finished is kept; the first error is the one to tell
            grades_csv.write_csv(root / "grades.csv", grades_csv.rows(room))
        raise
    lines = locking.patiently(partial(grades_csv.rows, room), tell)
    grades_csv.write_csv(root / "grades.csv", lines)
    asked = set(jobs)
    lines = [row for row in lines if (row.outcome.week, row.outcome.student) in asked]
    deserved = grades_csv.deserved(room.path("submitted", "x", "y").parent.parent / "DESERVED.csv")
    for week in weeks:
        grades_csv.show(out, week, [row for row in lines if row.outcome.week == week], deserved)
        out.print()
    if len(due) < len(jobs):
        out.print(f"{len(jobs) - len(due)} of {len(jobs)} had not changed since they were graded.")
    lost = [row for row in lines if row.score is None]
    print(f"graded {len(lines) - len(lost)} submissions, {len(lost)} could not be graded", flush=True)
    return 3 if any(not grades_csv.as_deserved(row, deserved) for row in lost) else 0


def _say_due(jobs: list[Job], due: list[Job]) -> int:
    """Say which submissions would be graded, and leave everything as it is."""
    for week, student in due:
        print(f"{week} {student}")
    print(f"would grade {len(due)} of {len(jobs)} submissions; nothing was changed")
    return 0


_HOW = "Put each student's notebooks there, or run `course sample` for a made-up class."


def _grade_all(room: Classroom, jobs: list[Job], due: list[Job], args: argparse.Namespace, console: Console) -> None:
    """Grade what is due, and write feedback."""
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from course.coursedir.layout import cores
    from course.grading.gradebook import locking
    from course.grading.gradebook.outcome import GRADED, NOT_GRADED
    from course.grading.pages import generate
    from course.grading.run import pipeline
    from course.grading.run.parallel import Ahead
    from course.grading.sandbox import walls

    tell = partial(console.print, soft_wrap=True)
    if due and not room.config.Execute.unsafe and not args.cluster:
        walls.bubblewrap()  # or say at once that there is no sandbox
    if due and room.config.Execute.device == "cuda" and not args.cluster:
        from course import device

        if not device.has_cuda():
            tell("There is no CUDA GPU here: everything is graded on the CPU.")
    pages = generate.Feedback(room)
    counts = dict.fromkeys((GRADED, NOT_GRADED, "nothing answered"), 0)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(jobs))
        fresh = set(due)
        for week, student in [job for job in jobs if job not in fresh]:
            bar.update(task, description=f"{week} {student}")
            if (known := room.outcome(student, week)) is not None:
                locking.patiently(partial(generate.feedback, room, known, pages), tell)
            bar.advance(task)
        bar.reset(task, total=len(jobs), completed=len(jobs) - len(due))  # time left counts from here
        grading = pipeline.Grading(room, tell)
        began = time.monotonic()
        jobs_at_once = min(args.jobs or cores(), max(1, len(due)))
        with Ahead(grading.prepare, jobs_at_once, args.cluster) as ahead:
            for number, ((week, student), graded) in enumerate(ahead.graded(due), start=1):
                outcome = grading.finish(week, student, graded)
                locking.patiently(partial(generate.feedback, room, outcome, pages), tell)
                counts[_state(outcome)] += 1
                said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
                rate = 60 * number / (time.monotonic() - began)
                running = f"; now {_few(ahead.running())}" if ahead.running() else ""
                bar.update(task, advance=1, description=escape(f"{rate:.0f} a minute; {said}{running}"))


def _state(outcome: Outcome) -> str:
    """A submission's state for people: one of which no exercise was done is told apart."""
    blank = outcome.exercises and all(record.get("state") == "not done" for record in outcome.exercises)
    return "nothing answered" if blank else outcome.state


def _few(jobs: list[Job]) -> str:
    names = [student for _, student in jobs]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
