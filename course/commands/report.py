"""The instructor's command ``course report``: a page and a table about a class's results."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from course.commands.common import progress, set_command, with_the_commands_name

if TYPE_CHECKING:
    from course.grading.gradebook.classroom import Classroom
    from course.grading.report.class_report import Answers

FOLDER = "reports"


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add ``course report``."""
    report = subparsers.add_parser(
        "report",
        help="write a page about how a class did in an assignment",
        description="Write one self-contained HTML page about an assignment that was graded: scores, exercises, "
        "misconceptions, what could not be graded, what to look at, what changed, what a person still has to read. "
        "Its data is written beside it as CSV, one row for each student and exercise.",
        epilog="Exit status: 0 written; 2 for a wrong name, or where nothing is graded yet.",
    )
    report.add_argument("weeks", nargs="+", metavar="WEEK", help="such as week5")
    report.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help=f"the page (default: {FOLDER}/WEEK.html; for one WEEK)"
    )
    report.add_argument("--csv", type=Path, metavar="FILE", help="the data (default: beside the page, as .csv)")
    set_command(report, _report, with_the_commands_name)


def _report(args: argparse.Namespace) -> int:
    from course.coursedir.errors import GradingStopped
    from course.coursedir.files import write_if_changed
    from course.coursedir.layout import chosen_weeks, find_root
    from course.grading.gradebook.classroom import Classroom
    from course.grading.report import class_report

    root = find_root()
    weeks = chosen_weeks(root, args.weeks)
    if len(weeks) > 1 and (args.output or args.csv):
        raise GradingStopped("-o and --csv name the file of one WEEK. Leave them out, or ask for one WEEK.", 2)
    classroom = Classroom(root)
    for loss in classroom.losses(weeks):
        print(loss, file=sys.stderr)
    for week in weeks:
        report = class_report.gather(classroom, week, _read(classroom, week))
        place = args.output or root / FOLDER / f"{week}.html"
        data = args.csv or place.with_suffix(".csv")
        if data.absolute() == place.absolute():
            raise GradingStopped(f"{place}: the page and its data would be the same file. Give them two names.", 2)
        write_if_changed(place, class_report.page(report).encode())
        write_if_changed(data, class_report.csv(report).encode())
        graded = len(report.outcomes) - len(report.lost)
        due = f", {len(report.due)} not graded yet" if report.due else ""
        print(f"{week}: {graded} graded, {len(report.lost)} could not be graded{due}. {_near(place)}, {_near(data)}")
    return 0


def _read(classroom: Classroom, week: str) -> Answers:
    """Read the class's notebooks, with a progress bar on a terminal."""
    from course.grading.report import class_report

    students = class_report.graded_students(classroom, week)
    with progress(len(students), ("what", "bar", "percent", "remaining"), f"{week}: reading") as bar:
        return class_report.read_answers(classroom, week, bar.over(students))


def _near(path: Path) -> str:
    """The path as seen from here, where it lies below."""
    here = Path.cwd()
    return str(path.absolute().relative_to(here)) if path.absolute().is_relative_to(here) else str(path)
