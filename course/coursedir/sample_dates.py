"""Constants of the sample class that grading and releasing need too: when its work is due, and who belongs to it."""

from __future__ import annotations

from datetime import datetime, timezone

DUE = datetime(2026, 3, 2, 23, 59, tzinfo=timezone.utc)
"""When the sample class's assignments are due: all but ``sample-late`` handed in before."""
SAMPLE = "sample-"
"""What the names of its students begin with; their submissions can be made again at any time."""
