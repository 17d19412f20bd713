"""The instructor's command: `course report`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from course.commands.common import told

FOLDER = "reports"


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add `course report`."""
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
    report.set_defaults(run=told("report", _report))


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
    room = Classroom(root)
    for week in weeks:
        report = class_report.gather(room, week, _read(room, week))
        place = args.output or root / FOLDER / f"{week}.html"
        data = args.csv or place.with_suffix(".csv")
        if data.absolute() == place.absolute():
            raise GradingStopped(f"{place}: the page and its data would be the same file. Give them two names.", 2)
        write_if_changed(place, class_report.page(report).encode())
        write_if_changed(data, class_report.csv(report).encode())
        graded = len(report.outcomes) - len(report.lost)
        print(f"{week}: {graded} graded, {len(report.lost)} could not be graded. {_near(place)}, {_near(data)}")
    return 0


def _read(room: Any, week: str) -> Any:
    """Read the class's notebooks, with a progress bar on a terminal."""
    from rich.console import Console
    from rich.progress import track

    from course.grading.report import class_report

    console = Console(stderr=True)
    students = class_report.graded_students(room, week)
    bar = track(students, f"{week}: reading", console=console, transient=True, disable=not console.is_terminal)
    return class_report.read_answers(room, week, bar)


def _near(path: Path) -> str:
    """The path as seen from here, where it lies below."""
    here = Path.cwd()
    return str(path.absolute().relative_to(here)) if path.absolute().is_relative_to(here) else str(path)
