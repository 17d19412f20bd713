"""What stands in a course's folder, key by key, so that two folders can be compared."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.standing import standings, tidy

WEEK = "week9"
BOOK = "gradebook.db"
ROWS = re.compile(r"gradebook\.db|grades\.csv|backups/gradebook-[\d-]+\.db")
"""Files that are compared row by row."""
LOCK = re.compile(r"\.stamps/lock(\.soft)?")
"""Files that say nothing but that they are there: whoever locks makes them, and leaves them."""
CHANCE = re.compile(r'\n "(?:version|written)": [^\n]*|[0-9a-f]{32}')
"""What the note of the gradebook says of when it was written, and how often, and keys drawn at random."""


def look(root: Path) -> dict[str, str]:
    """Everything that grading leaves, by a name for people: rows, lines, files with their permissions."""
    seen = {f"gradebook: {key}": value for key, value in rows(root / BOOK)}
    for backup in sorted(root.glob("backups/*.db")):
        seen.update({f"backup: {key}": value for key, value in rows(backup)})
    seen.update(_lines_of(root / "grades.csv"))
    seen.update(_tidy(root))
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name != "__pycache__"]
        for name in (*names, *files):
            path = Path(folder, name)
            short = path.relative_to(root).as_posix()
            if not ROWS.fullmatch(short) and not LOCK.fullmatch(short):
                seen[short] = _file(path, short)
    return seen


def differences(wanted: dict[str, str], there: dict[str, str]) -> list[str]:
    """A line for each thing that is in one alone, or differs."""
    said = []
    for key in sorted({*wanted, *there}):
        if key not in there:
            said.append(f"missing: {key}")
        elif key not in wanted:
            said.append(f"left over: {key}")
        elif wanted[key] != there[key]:
            said.append(f"differs: {key}: {_apart(wanted[key], there[key])}")
    return said


def _apart(wanted: str, there: str) -> str:
    """Where two texts differ first, a few letters of each."""
    start = next((i for i, (a, b) in enumerate(zip(wanted, there)) if a != b), min(len(wanted), len(there)))  # noqa: B905
    begin = max(0, start - 20)
    return f"{wanted[begin : start + 60]!r} became {there[begin : start + 60]!r}"


def rows(path: Path) -> Iterator[tuple[str, str]]:
    """Each row of a gradebook, with names in the place of keys that are drawn at random."""
    if not path.exists():
        return
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)) as book:
        book.row_factory = sqlite3.Row
        yield "integrity", str([tuple(row) for row in book.execute("PRAGMA integrity_check")])
        tables = [name for (name,) in book.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        keys = {
            table: {row["from"]: row["table"] for row in book.execute(f"PRAGMA foreign_key_list({table})")}
            for table in tables
        }
        stored = {table: [dict(row) for row in book.execute(f"SELECT * FROM {table}")] for table in tables}
    by_id = {table: {row["id"]: row for row in every if "id" in row} for table, every in stored.items()}

    def name(table: str, key: Any) -> str:
        row = by_id[table].get(key)
        if row is None:
            return f"no such {table}"
        parts = [name(other, row[column]) for column, other in keys[table].items() if other != "course"]
        own = row.get("name") or ("" if parts else row["id"])
        return " ".join([*parts, own]).strip()

    for table, every in stored.items():
        count: dict[str, int] = {}
        for row in every:
            shown = {
                column: name(keys[table][column], value) if column in keys[table] else value
                for column, value in row.items()
                if column != "id" or column in keys[table] or not keys[table]
            }
            if keys[table] or "name" in row:
                shown.pop("id", None) if "id" not in keys[table] else None
            who = name(table, row["id"]) if "id" in row else ""
            count[who] = count.get(who, 0) + 1
            yield f"{table}, {who}" + (f" ({count[who]})" if count[who] > 1 else ""), repr(sorted(shown.items()))


def _lines_of(path: Path) -> Iterator[tuple[str, str]]:
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            for number, line in enumerate(csv.reader(file)):
                yield f"grades.csv: {line[0] if line else number}", repr(line)
        yield "grades.csv", oct(stat.S_IMODE(path.stat().st_mode))


def _tidy(root: Path) -> Iterator[tuple[str, str]]:
    """The rows that the exports are made from."""
    if not (root / BOOK).exists():
        return
    classroom = Classroom(root)
    with classroom.gradebook() as gradebook:
        for each in standings(classroom, gradebook, WEEK):
            for row in tidy(classroom, gradebook, WEEK, each):
                yield f"export: {row['student']} {row['notebook']} {row['exercise']}", repr(sorted(row.items()))
    classroom._gradebook.close()


def _file(path: Path, short: str) -> str:
    """A file's permissions and content, its kind where it has none."""
    status = path.lstat()
    mode = oct(stat.S_IMODE(status.st_mode))
    if stat.S_ISDIR(status.st_mode):
        return f"folder {mode}"
    if stat.S_ISLNK(status.st_mode):
        return f"link to {os.readlink(path)}"
    if not stat.S_ISREG(status.st_mode):
        return f"{stat.S_IFMT(status.st_mode):o} {mode}"
    data = path.read_bytes()
    if path.name == "history.jsonl":
        data = _history(data)
    text = data.decode("utf-8", "backslashreplace")
    return f"file {mode} {CHANCE.sub('', text) if short.endswith('.state/gradebook.json') else text}"


def _history(data: bytes) -> bytes:
    """The lines of a history without their times; in each student's order, since the students' is chance."""
    said = []
    for line in data.decode("utf-8", "backslashreplace").splitlines():
        try:
            entry = json.loads(line)
            entry.pop("time", None)
            said.append((str(entry.get("student", "")), json.dumps(entry, sort_keys=True)))
        except (ValueError, AttributeError):
            said.append(("", f"no entry: {line}"))
    return "\n".join(text for _, text in sorted(said, key=lambda each: each[0])).encode()
