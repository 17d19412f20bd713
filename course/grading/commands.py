"""The instructor's command: `course grade`."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from course.grading.classroom import Classroom, Outcome


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
    grade.add_argument("--dry-run", action="store_true", help="only say which submissions would be graded")
    grade.add_argument(
        "--unsafe",
        action="store_true",
        help="run submissions without a sandbox, where there is none; every grade made so is marked",
    )
    grade.set_defaults(run=run)


def _jobs(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of submissions; write 1 or more")


def run(args: argparse.Namespace) -> int:
    """Carry out `course grade`; returns the exit status."""
    from sqlalchemy.exc import DatabaseError

    from course.authoring.text import SourceError
    from course.authoring.tree import AuthoringError
    from course.grading.errors import GradingStopped

    try:
        return _grade(args)
    except (GradingStopped, AuthoringError) as error:
        print(f"course grade: {error}", file=sys.stderr)
        return error.status
    except DatabaseError as error:
        print(
            f"course grade: the gradebook could not be used: {error.orig}. Close what else has it open, see that the "
            "disk has room, and run the same command again: what was graded is kept.",
            file=sys.stderr,
        )
        return 1
    except SourceError as error:
        print(f"course grade: the week could not be released.\n{error}", file=sys.stderr)
        return 1


def _grade(args: argparse.Namespace) -> int:
    from rich.console import Console

    from course.authoring.tree import chosen_weeks, find_root
    from course.grading import report
    from course.grading.classroom import Classroom
    from course.grading.errors import GradingStopped

    root = find_root()
    room = Classroom(root, args.students)
    room.config.Execute.unsafe = args.unsafe or bool(room.config.Execute.get("unsafe", False))
    known = chosen_weeks(root, args.weeks)
    handed_in = room.weeks_handed_in()
    weeks = [week for week in known if args.weeks or week in handed_in]
    jobs = [(week, student) for week in weeks for student in room.hand_ins(week)]
    for week in weeks:
        if not any(job[0] == week for job in jobs):
            raise GradingStopped(f"{room.path('submitted', 'STUDENT', week)}: there is no such folder. {_HOW}", 2)
    if not jobs:
        raise GradingStopped(f"{room.path('submitted', 'STUDENT', 'week5')}: nothing was handed in. {_HOW}", 2)

    for week in weeks:
        room.ensure_assignment(week)
    if args.dry_run:
        return _say_due(room, jobs, args.force)
    out = Console(highlight=False)
    if not out.is_terminal:
        out.width = 120  # a log is not a terminal of 80 columns
    try:
        fresh = _grade_all(room, jobs, args, Console(stderr=True))
    except BaseException:
        with contextlib.suppress(Exception):  # what was finished is kept; the first error is the one to tell
            report.write_csv(root / "grades.csv", report.rows(room))
        raise
    lines = report.rows(room)
    report.write_csv(root / "grades.csv", lines)
    asked = set(jobs)
    lines = [row for row in lines if (row.outcome.week, row.outcome.student) in asked]
    due = report.deserved(room.path("submitted", "x", "y").parent.parent / "DESERVED.csv")
    for week in weeks:
        report.show(out, week, [row for row in lines if row.outcome.week == week], due)
        out.print()
    if fresh < len(jobs):
        out.print(f"{len(jobs) - fresh} of {len(jobs)} had not changed since they were graded.")
    lost = [row for row in lines if row.score is None]
    print(f"graded {len(lines) - len(lost)} submissions, {len(lost)} could not be graded", flush=True)
    return 3 if any(not report.as_deserved(row, due) for row in lost) else 0


def _say_due(room: Classroom, jobs: list[tuple[str, str]], force: bool) -> int:
    """Say which submissions would be graded, and leave everything as it is."""
    from course.grading import pipeline

    due = [job for job in jobs if force or pipeline.due(room, *job)]
    for week, student in due:
        print(f"{week} {student}")
    print(f"would grade {len(due)} of {len(jobs)} submissions; nothing was changed")
    return 0


_HOW = "Put each student's notebooks there, or run `course sample` for a made-up class."


def _grade_all(room: Classroom, jobs: list[tuple[str, str]], args: argparse.Namespace, console: Console) -> int:
    """Grade what is due, and write feedback; returns how many submissions were graded."""
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from course.grading import pipeline, sandbox
    from course.grading.ahead import Ahead, cores
    from course.grading.classroom import GRADED, NOT_GRADED

    due = [job for job in jobs if args.force or pipeline.due(room, *job)]
    if due and not args.unsafe:
        sandbox.bubblewrap()  # or say at once that there is no sandbox
    pages = pipeline.Feedback(room)
    counts = dict.fromkeys((GRADED, NOT_GRADED, "nothing answered"), 0)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(jobs))
        for week, student in [job for job in jobs if job not in set(due)]:
            bar.update(task, description=f"{week} {student}")
            if (known := room.outcome(student, week)) is not None:
                pipeline.feedback(room, known, pages)
            bar.advance(task)
        bar.reset(task, total=len(jobs), completed=len(jobs) - len(due))  # time left counts from here
        grading = pipeline.Grading(room, lambda words: bar.update(task, description=words))
        began = time.monotonic()
        jobs_at_once = min(args.jobs or cores(), max(1, len(due)))
        with Ahead(grading.prepare, jobs_at_once) as ahead:
            for number, ((week, student), graded) in enumerate(ahead.graded(due), start=1):
                outcome = grading.finish(week, student, graded)
                pipeline.feedback(room, outcome, pages)
                counts[_state(outcome)] += 1
                said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
                rate = 60 * number / (time.monotonic() - began)
                running = f"; now {_few(ahead.running())}" if ahead.running() else ""
                bar.update(task, advance=1, description=escape(f"{rate:.0f} a minute; {said}{running}"))
    return len(due)


def _state(outcome: Outcome) -> str:
    """A submission's state for people: one of which no exercise was done is told apart."""
    blank = outcome.exercises and all(record.get("state") == "not done" for record in outcome.exercises)
    return "nothing answered" if blank else outcome.state


def _few(jobs: list[tuple[str, str]]) -> str:
    names = [student for _, student in jobs]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
