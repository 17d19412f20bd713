"""State file ``submitted/.collected.json``: what each LMS called whom, and what of whose was collected."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import TypedDict

from course.coursedir.errors import GradingStopped
from course.coursedir.files import write_if_changed

_TIME_FORMAT = "%Y-%m-%d %H:%M:%S UTC"  # nbgrader's, in timestamp.txt

FileRecord = TypedDict(
    "FileRecord",
    {"as": str, "from": str, "label": str, "sha256": str, "when": str, "attachment": int, "late": bool},
    total=False,
)
"""A notebook as collected: its own name, its download, the LMS's name for it, and what tells the newer of two."""


class StudentRecord(TypedDict, total=False):
    """A student of one week: the LMS (``form``), its name and number for the student, and the notebooks collected."""

    form: str
    label: str
    name: str
    lms_id: str
    late: bool
    timestamp: str
    files: dict[str, FileRecord]


Records = dict[str, dict[str, StudentRecord]]
"""By week and by the student's folder."""


def read_records(root: Path) -> Records:
    """What is remembered; raises GradingStopped where it cannot be read."""
    path = _path(root)
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(records, dict) and all(isinstance(week, dict) for week in records.values()):
            return records
    except FileNotFoundError:
        return {}
    except ValueError:
        pass
    raise GradingStopped(
        f"{path} cannot be read. Move it away; then collect the last downloads again, which writes it anew.", 1
    )


def write_records(root: Path, records: Records) -> None:
    """Remember for the next time."""
    text = json.dumps(records, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_if_changed(_path(root), text.encode())


def _path(root: Path) -> Path:
    return root / "submitted" / ".collected.json"


def time_text(when: datetime | None) -> str:
    """A moment as records and timestamp.txt hold it; "" for none."""
    return when.strftime(_TIME_FORMAT) if when else ""


def time_of(text: str | None) -> datetime | None:
    """The moment that a record holds, or None."""
    try:
        return datetime.strptime(text or "", _TIME_FORMAT).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
