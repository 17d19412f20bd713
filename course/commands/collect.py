"""``course collect``: hand-ins from a learning management system or from e-mail, sorted into submitted/."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from course.commands.common import MAX_SHOWN, output, progress, set_command, table_of, with_the_commands_name
from course.grading.lms import registry

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from course.grading.lms.collect import Sorted
    from course.grading.lms.placing import Placed


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add ``course collect``."""
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
        "--as", dest="lms", choices=registry.names("collect"), help="whose names the files have (default: seen)"
    )
    collect.add_argument("--no-times", action="store_true", help="believe no file's time; write no timestamp.txt")
    collect.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    set_command(collect, _collect, with_the_commands_name, writes=lambda args: not args.dry_run)


def _collect(args: argparse.Namespace) -> int:
    from course.coursedir.files import folder_aside
    from course.coursedir.layout import STAMPS, chosen_weeks, find_root
    from course.grading.lms.collect import sort
    from course.grading.lms.placing import Placing
    from course.grading.lms.records import read_records
    from course.grading.lms.roster import Roster

    root = find_root()
    week = chosen_weeks(root, [args.week])[0]
    read_records(root)  # or say at once that they cannot be read
    roster = Roster.read(args.roster) if args.roster else None
    due = _due(root, week)  # or say at once that the gradebook cannot be read
    with (
        folder_aside(root / STAMPS) as aside,
        progress(None, ("bar", "count", "what"), "reading") as bar,
    ):
        found = sort(
            root,
            week,
            args.downloads,
            aside,
            roster=roster,
            lms=registry.find("collect", args.lms) if args.lms else None,
            times=not args.no_times,
            tell=lambda path: bar.step(f"reading {path[:60]}"),
        )
        placing, placed = Placing(root, found, args.dry_run), []
        bar.restart(len(found.hand_ins))
        try:
            for hand_in in found.hand_ins:
                bar.step(hand_in.student, by=0)
                placed.append(placing.hand_in(hand_in))
                bar.step()
            listing, fresh = placing.unmatched()
        finally:
            placing.remember()
    out = output()
    _show_placed(out, found, placed, due)
    _show_unmatched(out, found, listing.relative_to(root), args.dry_run)
    _show_left_out(out, found, placed)
    counts = {state: sum(each.state == state for each in placed) for state in _STATES}
    told = [f"{count} {word}" for word, count in counts.items() if count] or ["none"]
    files = f"{len(found.unmatched)} file{'s' * (len(found.unmatched) != 1)} unmatched"
    again = "" if fresh or not found.unmatched else " (as before)"
    verb = "would collect" if args.dry_run else "collected"
    print(f"{verb} {len(placed)} hand-ins of {found.week}: {', '.join(told)}; {files}{again}", flush=True)
    return 3 if found.unmatched else 0


def _show_placed(out: Console, found: Sorted, placed: list[Placed], due: datetime | None) -> None:
    """Whose names the files have, and a row for each student."""
    from rich.text import Text

    for source, lms in found.sources.items():
        out.print(Text(f"{source}: files with {lms.file_names}"))
    if not placed:
        return
    table = table_of(found.week)
    for title in ("student", "files", "handed in", ""):
        table.add_column(title, no_wrap=title == "student", overflow="fold")
    for each in placed:
        when = each.when.strftime("%Y-%m-%d %H:%M UTC") if each.when else "-"
        remarks = "; ".join([_STATES[each.state], *_lateness(each, due), *each.remarks])
        table.add_row(Text(each.student), Text(", ".join(each.files)), when, Text(remarks))
    out.print(table)


def _show_unmatched(out: Console, found: Sorted, listing: Path, dry: bool) -> None:
    """A row for each file that found no place, and where they are kept."""
    from rich.text import Text

    if not found.unmatched:
        return
    table = table_of("found no place")
    for title in ("file", "why", "what to do"):
        table.add_column(title, overflow="fold")
    for each in found.unmatched[:MAX_SHOWN]:
        table.add_row(Text(each.item.path), Text(each.reason), Text(each.advice))
    out.print(table)
    if len(found.unmatched) > MAX_SHOWN:
        out.print(f"... and {len(found.unmatched) - MAX_SHOWN} more.")
    out.print("Nothing was written." if dry else f"They are kept in {listing.parent}; {listing.name} there lists them.")


def _show_left_out(out: Console, found: Sorted, placed: list[Placed]) -> None:
    """The times that nobody knows, and files that are nobody's work."""
    if found.without_times and any(each.when is None for each in placed):
        tells = next((lms.times_source for lms in found.sources.values() if lms.times_source), "")
        way = f"{tells}, as --roster, tells the times; else write them" if tells else "Write them"
        out.print(
            f"The files in {', '.join(found.without_times)} do not tell when they were handed in, so no timestamp.txt "
            f"was written, and the late rule counts for nobody. {way} by hand where it should."
        )
    if found.junk:
        out.print(f"{found.junk} files of operating systems and tools were left out.")


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
    if not each.marked_late_by:
        return []
    says = f"late, says {each.marked_late_by}"
    return [says if each.when else f"{says}, but not by how much: write timestamp.txt for the late rule to count"]


def _due(root: Path, week: str) -> datetime | None:
    """When the week is due, in UTC; None where no gradebook says so."""
    from datetime import timezone

    from nbgrader.api import MissingEntry

    from course.grading.gradebook.classroom import Classroom

    if not (root / "gradebook.db").is_file():
        return None
    try:
        with Classroom(root).gradebook() as gradebook:
            due = gradebook.find_assignment(week).duedate
    except MissingEntry:
        return None
    return due.replace(tzinfo=timezone.utc) if due else None
