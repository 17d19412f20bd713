"""``course sample``: hand in for the made-up class."""

from __future__ import annotations

import argparse

from course.commands.common import always, set_command
from course.sample.students import STUDENTS


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add ``course sample``."""
    sample = subparsers.add_parser(
        "sample",
        help="fill submitted/ with made-up students whose deserved score is known",
        description="Fill submitted/ with the sample class, made from source/ and release/, and write the scores they "
        "deserve to submitted/DESERVED.csv. Other students' folders are not touched.",
    )
    sample.add_argument("weeks", nargs="*", metavar="WEEK", help="such as week5; all of them when left out")
    sample.add_argument("--students", nargs="+", metavar="NAME", help=f"only these, out of {', '.join(STUDENTS)}")
    sample.add_argument("--all", action="store_true", help="every sample student in every week")
    set_command(sample, _sample, writes=always)


def _sample(args: argparse.Namespace) -> int:
    from course.coursedir.errors import AuthoringError
    from course.coursedir.layout import chosen_weeks, find_root
    from course.sample.hand_ins import fill

    root = find_root()
    weeks = chosen_weeks(root, args.weeks)
    for name in args.students or ():
        if name not in STUDENTS:
            raise AuthoringError(f"unknown sample student {name!r}. They are: {', '.join(STUDENTS)}.", 2)
    for line in fill(root, weeks, args.students, args.all):
        print(line)
    return 0
