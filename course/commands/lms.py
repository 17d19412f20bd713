"""The instructor's way to and from an LMS: `course collect`, `course export`, `course return`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from course.commands.common import told

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from course.grading.lms.collect import Sorted, Unmatched
    from course.grading.lms.exports import Exported
    from course.grading.lms.placing import Placed

_SHOWN = 20  # names in a line, and unmatched files in a table


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add `course collect`, `course export` and `course return`."""
    collect = subparsers.add_parser(
        "collect",
        help="sort hand-ins downloaded from Moodle or Canvas, or sent by e-mail, into submitted/",
        description="Sort each notebook of a download into submitted/STUDENT/WEEK/, under its own name, and say what "
        "was matched and what was not. The newest of several counts; older ones are kept in "
        "submitted/STUDENT/.earlier/, what found no place in submitted/.unmatched/. Collecting "
        "the same again changes nothing.",
        epilog="Exit status: 0 everything found its place; 3 something did not; 2 for a wrong name or a download that "
        "cannot be read; 1 when it could not be written.",
    )
    collect.add_argument("week", metavar="WEEK", help="such as week5")
    collect.add_argument(
        "downloads", nargs="+", type=Path, metavar="DOWNLOAD", help="a zip as downloaded, a folder, or a notebook"
    )
    collect.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="the class list as the LMS exports it (CSV): Moodle's grading worksheet or Canvas's gradebook",
    )
    collect.add_argument(
        "--as", dest="form", choices=("moodle", "canvas", "emails"), help="whose names the files have (default: seen)"
    )
    collect.add_argument("--no-times", action="store_true", help="believe no file's time; write no timestamp.txt")
    collect.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    collect.set_defaults(run=told("collect", _collect))

    export = subparsers.add_parser(
        "export",
        help="write grades as Canvas or Moodle import them, or as a table for pandas",
        description="Write an assignment's grades to a CSV that the LMS imports. Who could not be graded gets no "
        "grade, never a zero, and is listed.",
        epilog="Exit status: 0 all have a score in the file; 3 some have none, or are not in the class list; 2 for "
        "a wrong name or class list.",
    )
    export.add_argument("week", metavar="WEEK", help="such as week5")
    export.add_argument("--to", required=True, choices=("canvas", "moodle", "csv"), help="who is to read it")
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
    export.set_defaults(run=told("export", _export))

    back = subparsers.add_parser(
        "return",
        help="pack feedback pages for Moodle or Canvas to take back",
        description="Pack an assignment's feedback pages in a zip, under the names that the LMS gave the files when "
        "they were collected: Moodle's 'Upload multiple feedback files in a zip', Canvas's 'Upload Submissions'.",
        epilog="Exit status: 0 everybody's feedback is in it; 3 somebody's is not; 2 where there is none.",
    )
    back.add_argument("week", metavar="WEEK", help="such as week5")
    back.add_argument(
        "--to", required=True, choices=("moodle", "canvas", "folder"), help="who takes it; folder: one for each student"
    )
    back.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: WEEK-feedback-moodle.zip, ...")
    back.set_defaults(run=told("return", _return))


def _collect(args: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from course.coursedir.files import STAMPS
    from course.coursedir.layout import chosen_weeks, find_root
    from course.grading.lms.collect import records, sort
    from course.grading.lms.placing import Place
    from course.grading.lms.roster import Roster

    root = find_root()
    week = chosen_weeks(root, [args.week])[0]
    records(root)  # or say at once that they cannot be read
    roster = Roster.read(args.roster) if args.roster else None
    screen = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    (root / STAMPS).mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=root / STAMPS, prefix="collect-") as aside,
        Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar,
    ):
        task = bar.add_task("reading", total=None)

        def tell(path: str) -> None:
            bar.update(task, advance=1, description=f"reading {path[:60]}")

        options = {"roster": roster, "form": args.form, "times": not args.no_times, "tell": tell}
        found = sort(root, week, args.downloads, Path(aside), **options)
        place, placed = Place(root, found, args.dry_run), []
        bar.reset(task, total=len(found.hand_ins))
        try:
            for hand_in in found.hand_ins:
                bar.update(task, description=hand_in.student)
                placed.append(place.hand_in(hand_in))
                bar.advance(task)
            listing, fresh = place.unmatched()
        finally:
            place.remember()
    _show_collected(root, found, placed, fresh, listing, args.dry_run)
    return 3 if found.unmatched else 0


def _show_collected(
    root: Path, found: Sorted, placed: list[Placed], fresh: list[Unmatched], listing: Path, dry: bool
) -> None:
    from rich.table import Table
    from rich.text import Text

    out, due = _console(), _due(root, found.week)
    for source, form in found.forms.items():
        named = {"moodle": "Moodle's names", "canvas": "Canvas's names", "emails": "students' IDs or names"}[form]
        out.print(Text(f"{source}: files with {named}"))
    if placed:
        table = Table(title=found.week, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for title in ("student", "files", "handed in", ""):
            table.add_column(title, no_wrap=title == "student", overflow="fold")
        for each in placed:
            when = each.when.strftime("%Y-%m-%d %H:%M UTC") if each.when else "-"
            remarks = "; ".join([_STATES[each.state], *_lateness(each, due), *each.remarks])
            table.add_row(Text(each.student), Text(", ".join(each.files)), when, Text(remarks))
        out.print(table)
    if found.unmatched:
        table = Table(title="found no place", title_justify="left", title_style="bold", box=None, pad_edge=False)
        for title in ("file", "why", "what to do"):
            table.add_column(title, overflow="fold")
        for each in found.unmatched[:_SHOWN]:
            table.add_row(Text(each.item.path), Text(each.reason), Text(each.advice))
        out.print(table)
        where = listing.relative_to(root)
        if len(found.unmatched) > _SHOWN:
            out.print(f"... and {len(found.unmatched) - _SHOWN} more.")
        out.print("Nothing was written." if dry else f"They are kept in {where.parent}; {where.name} there lists them.")
    if found.without_times and any(each.when is None for each in placed):
        moodle = "moodle" in found.forms.values()
        way = "Moodle's grading worksheet, as --roster, tells the times; else write them" if moodle else "Write them"
        out.print(
            f"The files in {', '.join(found.without_times)} do not tell when they were handed in, so no timestamp.txt "
            f"was written, and the late rule counts for nobody. {way} by hand where it should."
        )
    if found.junk:
        out.print(f"{found.junk} files of operating systems and tools were left out.")
    counts = {state: sum(each.state == state for each in placed) for state in _STATES}
    told = [f"{count} {word}" for word, count in counts.items() if count] or ["none"]
    files = f"{len(found.unmatched)} file{'s' * (len(found.unmatched) != 1)} unmatched"
    again = "" if fresh or not found.unmatched else " (as before)"
    verb = "would collect" if dry else "collected"
    print(f"{verb} {len(placed)} hand-ins of {found.week}: {', '.join(told)}; {files}{again}", flush=True)


_STATES = {
    "new": "new",
    "replaced": "changed; what was there is kept in .earlier",
    "older": "older than what is there, which stays",
    "unchanged": "as it was",
}


def _lateness(each: Placed, due: datetime | None) -> list[str]:
    if each.when is not None and due is not None and each.when > due:
        days = -(-(each.when - due).total_seconds() // 86_400)
        return [f"late, {days:.0f} day{'s' * (days != 1)} begun"]
    if each.late and each.when is None:
        return ["late, says Canvas, but not by how much: write timestamp.txt for the late rule to count"]
    return ["late, says Canvas"] if each.late else []


def _due(root: Path, week: str) -> datetime | None:
    """When the week is due, in UTC; None where no gradebook says so."""
    from datetime import timezone

    from nbgrader.api import MissingEntry

    from course.grading.gradebook.classroom import Classroom

    room = Classroom(root)
    if not (root / "gradebook.db").is_file():
        return None
    try:
        with room.gradebook() as gradebook:
            due = gradebook.find_assignment(week).duedate
    except MissingEntry:
        return None
    return due.replace(tzinfo=timezone.utc) if due else None


def _export(args: argparse.Namespace) -> int:
    from course.coursedir.layout import chosen_weeks, find_root
    from course.grading.gradebook.classroom import Classroom
    from course.grading.lms.exports import EXPORTERS

    root = find_root()
    week = chosen_weeks(root, [args.week])[0]
    room = Classroom(root)
    exporter = EXPORTERS[args.to](
        config=room.config,
        to=str(args.output or root / f"{week}-{args.to}.csv"),
        assignment=[week],
        student=args.students,
        roster=str(args.roster or ""),
        column=args.column,
        scale=args.scale,
    )
    exporter.log.disabled = True  # what it would log is said below
    try:
        with room.gradebook() as gradebook:
            exporter.export(gradebook)
    finally:
        exporter.log.disabled = False
    return _show_exported(exporter.result, root)


def _show_exported(result: Exported, root: Path) -> int:
    from rich.table import Table
    from rich.text import Text

    out = _console()
    if result.empty:
        table = Table(title="without a score", title_justify="left", title_style="bold", box=None, pad_edge=False)
        table.add_column("student", no_wrap=True)
        table.add_column("why", overflow="fold")
        for student, why in result.empty:
            table.add_row(Text(student), Text(why))
        out.print(table)
    if result.left_out:
        names = _few(result.left_out)
        out.print(Text(f"Not in the class list, or in it more than once, and left out: {names}"))
    if result.waiting:
        out.print(
            Text(
                f"A person has yet to read answers of {_few(result.waiting)}. Their scores are without those: "
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
    made = pack(Classroom(root), week, args.to, args.output or root / f"{week}-feedback-{args.to}.zip")
    out = _console()
    for student, why in made.left_out[:_SHOWN]:
        out.print(Text(f"{student} {why}."))
    if len(made.left_out) > _SHOWN:
        out.print(f"... and {len(made.left_out) - _SHOWN} more.")
    if args.to == "canvas":
        out.print("Canvas shows each page under the name of the file handed in; students save it as .html to read it.")
    left = f"; {len(made.left_out)} left out" if made.left_out else ""
    print(f"packed feedback of {len(made.students)} students in {_shown(made.path, root)}{left}", flush=True)
    return 3 if made.left_out else 0


def _few(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _shown(path: Path, root: Path) -> Path:
    path = path.resolve()
    return path.relative_to(root) if path.is_relative_to(root) else path


def _console() -> Console:
    from rich.console import Console

    out = Console(highlight=False)
    if not out.is_terminal:
        out.width = 120  # a log is not a terminal of 80 columns
    return out
