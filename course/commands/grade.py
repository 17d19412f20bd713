"""The instructor's command ``course grade``: autograding of what was handed in, several submissions at once."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from course.commands import scores
from course.commands.common import few, messages, output, progress, set_command, with_the_commands_name

if TYPE_CHECKING:
    from rich.console import Console

    from course.grading.gradebook.classroom import Classroom
    from course.grading.gradebook.outcome import Outcome
    from course.grading.run.parallel import Job


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add ``course grade``."""
    grade = subparsers.add_parser(
        "grade",
        help="grade what was handed in, write feedback/ and grades.csv",
        description="Grade the submissions in submitted/STUDENT/WEEK with nbgrader, write feedback/ and grades.csv, "
        "and print the scores. A submission that did not change since it was graded is left as it is.",
        epilog="Exit status: 0 all graded; 3 some could not be graded (beyond those expected in "
        "submitted/DESERVED.csv); 2 for a wrong name; 1 when grading could not go on, or left submissions due, through "
        "no fault of theirs (memory, disk, a killed process): the same command grades those.",
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
    grade.add_argument(
        "--new-secret",
        action="store_true",
        help="where gradebook.secret is lost: draw another one, and grade everything again with it",
    )
    grade.add_argument(
        "--accept-gradebook",
        action="store_true",
        help="where gradebook.db is lost, or only an older one is left: go on with what there is, and grade everything "
        "again",
    )
    grade.add_argument("--dry-run", action="store_true", help="only say which submissions would be graded")
    grade.add_argument(
        "--unsafe",
        action="store_true",
        help="run submissions without a sandbox, where there is none; every grade made so is marked",
    )
    set_command(grade, _grade, with_the_commands_name, writes=lambda args: not args.dry_run)


def _jobs(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of submissions; write 1 or more")


def _grade(args: argparse.Namespace) -> int:
    from course.coursedir.errors import GradingStopped
    from course.coursedir.layout import chosen_weeks, find_root
    from course.grading.gradebook import locking
    from course.grading.gradebook.classroom import Classroom
    from course.grading.gradebook.outcome import NOT_GRADED, NOT_YET
    from course.grading.gradebook.secret import FILE
    from course.grading.gradebook.standing import final_scores
    from course.grading.report import grades_csv
    from course.grading.run import pipeline

    root = find_root()
    classroom = Classroom(root, args.students)
    classroom.set_execution(unsafe=args.unsafe, device=args.device)
    for name, asked in (("--new-secret", args.new_secret), ("--accept-gradebook", args.accept_gradebook)):
        if asked and (args.weeks or args.students or args.dry_run):
            raise GradingStopped(f"{name} is for everything at once: name no week and no student, no --dry-run.", 2)
    handed_in = classroom.weeks_handed_in()
    weeks = [week for week in chosen_weeks(root, args.weeks) if args.weeks or week in handed_in]
    jobs = [(week, student) for week in weeks for student in classroom.hand_ins(week)]
    for week in weeks:
        if not any(job[0] == week for job in jobs):
            raise GradingStopped(f"{classroom.path('submitted', 'STUDENT', week)}: there is no such folder. {_HOW}", 2)
    if not jobs:
        raise GradingStopped(f"{classroom.path('submitted', 'STUDENT', 'week5')}: nothing was handed in. {_HOW}", 2)

    screen = messages()
    tell = partial(screen.print, soft_wrap=True)
    if args.accept_gradebook:
        locking.patiently(classroom.accept_gradebook, tell)
    locking.patiently(classroom.book.check, tell)
    for loss in locking.patiently(partial(classroom.losses, weeks), tell):
        tell(loss)
    if args.new_secret:
        classroom.renew_secret()
        tell(f"A new secret ({classroom.secret.identity}) is in {FILE}: back it up with the gradebook.")
    for week in weeks if not args.dry_run else ():
        locking.patiently(partial(pipeline.ensure_assignment, classroom, week, _release), tell)
    due = [job for job in jobs if args.force or locking.patiently(partial(pipeline.due, classroom, *job), tell)]
    if args.dry_run:
        return _say_due(jobs, due)
    if due:
        locking.patiently(classroom.book.begin_writing, tell)
    out = output()
    try:
        _grade_all(classroom, jobs, due, args, screen)
    except BaseException:
        with contextlib.suppress(Exception):  # what was finished is kept; the first error is the one to tell
            grades_csv.write_csv(root / "grades.csv", final_scores(classroom))
        raise
    lines = locking.patiently(partial(final_scores, classroom), tell)
    grades_csv.write_csv(root / "grades.csv", lines)
    asked = set(jobs)
    lines = [row for row in lines if (row.outcome.week, row.outcome.student) in asked]
    deserved = grades_csv.deserved(classroom.folder("submitted") / "DESERVED.csv")
    for week in weeks:
        scores.show(out, week, [row for row in lines if row.outcome.week == week], deserved)
        out.print()
    if len(due) < len(jobs):
        out.print(f"{len(jobs) - len(due)} of {len(jobs)} had not changed since they were graded.")
    lost = [row for row in lines if row.outcome.state == NOT_GRADED]
    left = [row.outcome for row in lines if row.outcome.state == NOT_YET]
    graded = len(lines) - len(lost) - len(left)
    still = f", {len(left)} left due by the machine's fault" if left else ""
    print(f"graded {graded} submissions, {len(lost)} could not be graded{still}", flush=True)
    if left:
        raise GradingStopped(_left_due(left))
    return 3 if any(not grades_csv.as_deserved(row, deserved) for row in lost) else 0


def _left_due(left: list[Outcome]) -> str:
    """What to say of submissions that the machine could not grade: nothing is known of them, and they are due."""
    names = few([f"{each.week} {each.student}" for each in left])
    reasons = " ".join(dict.fromkeys(each.reason for each in left))
    return f"not graded yet: {names}. {reasons} Run the same command again: it grades what is due and nothing else."


def _say_due(jobs: list[Job], due: list[Job]) -> int:
    """Say which submissions would be graded, and leave everything as it is."""
    for week, student in due:
        print(f"{week} {student}")
    print(f"would grade {len(due)} of {len(jobs)} submissions; nothing was changed")
    return 0


_HOW = "Put each student's notebooks there, or run `course sample` for a made-up class."


def _release(root: Path, week: str) -> None:
    from course.authoring.notebooks.release import release_week

    release_week(root, week)


def _grade_all(
    classroom: Classroom, jobs: list[Job], due: list[Job], args: argparse.Namespace, console: Console
) -> None:
    """Grade what is due, and write feedback; how far it is stands on ``console``."""
    from course.coursedir.layout import cores
    from course.grading.gradebook import locking
    from course.grading.gradebook.outcome import GRADED, NOT_GRADED, NOT_YET
    from course.grading.pages import generate
    from course.grading.run import pipeline
    from course.grading.run.parallel import GradingPool

    tell = partial(console.print, soft_wrap=True)
    if due and not args.cluster:
        see_what_there_is(classroom, tell)
    pages = generate.Feedback(classroom)
    counts = dict.fromkeys((GRADED, NOT_GRADED, NOT_YET, "nothing answered"), 0)
    with progress(len(jobs), ("bar", "count", "remaining", "what"), console=console) as bar:
        fresh = set(due)
        for week, student in [job for job in jobs if job not in fresh]:
            bar.step(f"{week} {student}", by=0)
            if (known := classroom.outcome(student, week)) is not None:
                locking.patiently(partial(generate.feedback, classroom, known, pages), tell)
            bar.step()
        bar.restart(len(jobs), done=len(jobs) - len(due))  # time left counts from here
        grading = pipeline.Grading(classroom, tell, tell if console.is_terminal else lambda _: None)
        began = time.monotonic()
        jobs_at_once = min(args.jobs or cores(), max(1, len(due)))
        with (
            contextlib.closing(grading),
            GradingPool(grading.prepare, jobs_at_once, args.cluster) as pool,
        ):
            grading.expect(due)
            for number, ((week, student), graded) in enumerate(pool.graded(due), start=1):
                outcome = grading.finish(week, student, graded)
                locking.patiently(partial(generate.feedback, classroom, outcome, pages), tell)
                counts[_state(outcome)] += 1
                said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
                rate = 60 * number / (time.monotonic() - began)
                at_work = [student for _, student in pool.running()]
                running = f"; now {few(at_work, 3)}" if at_work else ""
                bar.step(f"{rate:.0f} a minute; {said}{running}")


def see_what_there_is(classroom: Classroom, tell: Callable[[str], object]) -> None:
    """Say at once where there is no GPU that was asked for; raises GradingStopped where there is no sandbox."""
    from course.grading.sandbox import walls

    if not classroom.unsafe:
        walls.bubblewrap()
        for note in walls.notes():
            tell(note)
    if classroom.device == "cuda":
        from course import device

        if not device.has_cuda():
            tell("There is no CUDA GPU here: everything is graded on the CPU.")


def _state(outcome: Outcome) -> str:
    """A submission's state for people: one of which no exercise was done is told apart."""
    blank = outcome.exercises and all(record.state == "not done" for record in outcome.exercises)
    return "nothing answered" if blank else outcome.state
