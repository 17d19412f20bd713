"""Quarantine for files that found no place: copies in ``submitted/.unmatched/WEEK``, and a CSV that says why."""

from __future__ import annotations

import csv
from pathlib import Path

from course.grading.lms.collect import Sorted, Unmatched
from course.grading.lms.file_names import safe_parts
from course.grading.lms.roster import write_csv
from course.grading.lms.submitted import Submitted, copy

_LIST_COLUMNS = ("file", "from", "path", "reason", "next")


def list_unmatched(submitted: Submitted, found: Sorted) -> tuple[Path, list[Unmatched]]:
    """Keep what found no place, with a list; returns the list's path and what is new in it."""
    folder = submitted.folder / ".unmatched" / found.week
    listing = folder / "list.csv"
    rows = _read_list(listing)
    placed = {(each.item.source, each.item.path) for hand_in in found.hand_ins for each in hand_in.uploads()}
    for key in placed & rows.keys():  # it found its place now
        row = rows.pop(key)
        if row["file"] and not submitted.dry and not any(row["file"] == other["file"] for other in rows.values()):
            (folder / Path(row["file"]).name).unlink(missing_ok=True)
    fresh = []
    for each in found.unmatched:
        key = each.item.source, each.item.path
        if key not in rows:
            fresh.append(each)
        name = _keep(each, folder, submitted.dry)
        rows[key] = dict(zip(_LIST_COLUMNS, (name, *key, each.reason, each.advice), strict=True))
    if not submitted.dry and (rows or listing.is_file()):
        write_csv(listing, _LIST_COLUMNS, ([rows[key][column] for column in _LIST_COLUMNS] for key in sorted(rows)))
    return listing, fresh


def _read_list(listing: Path) -> dict[tuple[str, str], dict[str, str]]:
    """The list of earlier collections, by download and path."""
    if not listing.is_file():
        return {}
    with listing.open(newline="", encoding="utf-8") as file:
        rows = [{column: row.get(column) or "" for column in _LIST_COLUMNS} for row in csv.DictReader(file)]
    return {(row["from"], row["path"]): row for row in rows}


def _keep(unmatched: Unmatched, folder: Path, dry: bool) -> str:
    """Keep a copy under a name of our own; returns the name, "" where the file could not be taken."""
    item = unmatched.item
    if item.content is None:
        return ""
    name = f"{item.content.sha256[:12]} {safe_parts(item.parts[-1:])[0]}"
    if not dry and not (folder / name).is_file():
        copy(item.content.path, folder / name, item.when)
    return name
