"""When the sample class's assignments are due, and who belongs to it."""

from __future__ import annotations

from datetime import datetime, timezone

DUE = datetime(2026, 3, 2, 23, 59, tzinfo=timezone.utc)  #: When the sample class's assignments are due.

SAMPLE = "sample-"  # students of the sample class; their submissions can be made again at any time


def due_date() -> datetime:
    """When the sample class's assignments are due, in UTC: all but ``sample-late`` handed in before."""
    return DUE
