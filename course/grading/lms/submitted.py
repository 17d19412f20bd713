"""Versioned store ``submitted/``: atomic writes, and what is replaced stays in ``.earlier``."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timezone
from pathlib import Path

from course.coursedir.files import write_atomically, write_if_changed
from course.grading.lms.archives import Content
from course.grading.lms.collect import Upload
from course.runtime.hashing import sha256_of

TIMESTAMP = "timestamp.txt"
"""The file that nbgrader takes lateness from."""


class Submitted:
    """One week of ``submitted/``. With ``dry`` nothing is written."""

    def __init__(self, root: Path, week: str, dry: bool = False) -> None:
        self.folder, self.week, self.dry = root / "submitted", week, dry

    def of(self, student: str) -> Path:
        """The folder of a student's hand-in."""
        return self.folder / student / self.week

    def was_earlier(self, target: Path, content: Content) -> bool:
        """Whether a file with these bytes was there once, and was replaced."""
        return self._earlier(target, content.sha256).is_file()

    def put(self, upload: Upload, target: Path) -> None:
        """Put a file in its place, and keep what is there."""
        self.keep(target)
        if not self.dry:
            copy(upload.content.path, target, upload.when)

    def write(self, text: str, target: Path) -> None:
        """Write a text in its place, and keep what is there."""
        self.keep(target)
        if not self.dry:
            write_if_changed(target, text.encode())

    def remove(self, target: Path) -> None:
        """Take a file away, and keep it."""
        self.keep(target)
        if not self.dry:
            target.unlink()

    def keep(self, target: Path) -> None:
        """Keep a copy of what is there."""
        if target.is_file() and not self.dry:
            copy(target, self._earlier(target, sha256_of(target)))

    def keep_older(self, upload: Upload, target: Path) -> bool:
        """Keep a file that ``target`` is newer than; returns whether it was not kept before."""
        kept = self._earlier(target, upload.content.sha256)
        if kept.is_file() or (target.is_file() and sha256_of(target) == upload.content.sha256):
            return False
        if not self.dry:
            copy(upload.content.path, kept, upload.when)
        return True

    def time(self, student: str) -> datetime | None:
        """The time in timestamp.txt, read as nbgrader reads it; None where there is none."""
        from nbgrader.utils import parse_utc

        try:
            text = (self.of(student) / TIMESTAMP).read_text(encoding="utf-8").strip()
            return parse_utc(text).replace(tzinfo=timezone.utc) if text else None
        except (OSError, ValueError, OverflowError, TypeError):
            return None

    def _earlier(self, target: Path, sha256: str) -> Path:
        """Where an older version of a file is kept: never where grading looks."""
        folder = self.folder / target.relative_to(self.folder).parts[0] / ".earlier" / self.week
        return folder / f"{target.stem}.{sha256[:12]}{target.suffix}"


def copy(source: Path, target: Path, when: datetime | None = None) -> None:
    """Copy a file atomically; ``when`` becomes its time."""
    with write_atomically(target) as aside:
        shutil.copyfile(source, aside)
        if when is not None:
            os.utime(aside, (when.timestamp(), when.timestamp()))
