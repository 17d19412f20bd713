"""Grades and feedback for a learning management system: ``course export``, ``course return``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from course.commands.common import MAX_SHOWN, few, output, set_command, table_of, with_the_commands_name
from course.grading.lms import registry

if TYPE_CHECKING:
    from course.grading.lms.grades import Exported


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add ``course export`` and ``course return``."""
    export = subparsers.add_parser(
        "export",
        help="write grades as Canvas or Moodle import them, or as a table for pandas",
        description="Write an assignment's grades to a CSV that the LMS imports. Who could not be graded gets no "
        "grade, never a zero, and is listed.",
        epilog="Exit status: 0 all have a score in the file; 3 some have none, or are not in the class list; 2 for "
        "a wrong name or class list.",
    )
    export.add_argument("week", metavar="WEEK", help="such as week5")
    export.add_argument("--to", required=True, choices=registry.names("export"), help="who is to read it")
    export.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="Canvas's exported gradebook; Moodle's grading worksheet, or its exported grades or participants",
    )
    export.add_argument("--column", default="", metavar="TITLE", help="the LMS's column, where no title names the week")
    export.add_argument("--scale", action="store_true", help="scale scores to the LMS's maximum")
    export.add_argument("--students", nargs="+", metavar="NAME", default=[], help="only these students")
    export.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="default: WEEK-canvas.csv, WEEK-moodle.csv, ..."
    )
    set_command(export, _export, with_the_commands_name)

    back = subparsers.add_parser(
        "return",
        help="pack feedback pages for Moodle or Canvas to take back",
        description="Pack an assignment's feedback pages in a zip, under the names that the LMS gave the files when "
        "they were collected: Moodle's 'Upload multiple feedback files in a zip', Canvas's 'Upload Submissions'.",
        epilog="Exit status: 0 everybody's feedback is in it; 3 somebody's is not; 2 where there is none.",
    )
    back.add_argument("week", metavar="WEEK", help="such as week5")
    back.add_argument(
        "--to", required=True, choices=registry.names("return"), help="who takes it; folder: one for each student"
    )
    back.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: WEEK-feedback-moodle.zip, ...")
    set_command(back, _return, with_the_commands_name)


def _export(args: argparse.Namespace) -> int:
    from course.coursedir.layout import chosen_weeks, find_root
    from course.grading.gradebook.classroom import Classroom

    root = find_root()
    week = chosen_weeks(root, [args.week])[0]
    classroom = Classroom(root)
    exporter = registry.find("export", args.to).exporter(
        config=classroom.config,
        to=str(args.output or root / f"{week}-{args.to}.csv"),
        assignment=[week],
        student=args.students,
        roster=str(args.roster or ""),
        column=args.column,
        scale=args.scale,
    )
    for loss in classroom.losses([week]):
        print(loss, file=sys.stderr)
    with classroom.gradebook() as gradebook:
        exported = exporter.write_file(gradebook)
    return _show_exported(exported, root)


def _show_exported(result: Exported, root: Path) -> int:
    from rich.text import Text

    out = output()
    if result.empty:
        table = table_of("without a score")
        table.add_column("student", no_wrap=True)
        table.add_column("why", overflow="fold")
        for student, why in result.empty:
            table.add_row(Text(student), Text(why))
        out.print(table)
    if result.left_out:
        names = few(result.left_out)
        out.print(Text(f"Not in the class list, or in it more than once, and left out: {names}"))
    if result.waiting:
        out.print(
            Text(
                f"A person has yet to read answers of {few(result.waiting)}. Their scores are without those: "
                "read them in the Formgrader (Manual Grading), then export again."
            )
        )
    for note in result.notes:
        out.print(Text(note))
    print(
        f"wrote {result.scores} scores to {_shown(result.path, root)}; {len(result.empty)} without a score", flush=True
    )
    return 3 if result.empty or result.left_out else 0


def _return(args: argparse.Namespace) -> int:
    from rich.text import Text

    from course.coursedir.layout import chosen_weeks, find_root
    from course.grading.gradebook.classroom import Classroom
    from course.grading.lms.feedback_zip import pack

    root = find_root()
    week = chosen_weeks(root, [args.week])[0]
    lms = registry.find("return", args.to)
    made = pack(Classroom(root), week, lms, args.output or root / f"{week}-feedback-{args.to}.zip")
    out = output()
    for student, why in made.left_out[:MAX_SHOWN]:
        out.print(Text(f"{student} {why}."))
    if len(made.left_out) > MAX_SHOWN:
        out.print(f"... and {len(made.left_out) - MAX_SHOWN} more.")
    if lms.feedback_note:
        out.print(lms.feedback_note)
    left = f"; {len(made.left_out)} left out" if made.left_out else ""
    print(f"packed feedback of {len(made.students)} students in {_shown(made.path, root)}{left}", flush=True)
    return 3 if made.left_out else 0


def _shown(path: Path, root: Path) -> Path:
    path = path.resolve()
    return path.relative_to(root) if path.is_relative_to(root) else path
