"""Append-only log of results (JSON lines): who had how many points, under which tests, torch and secret.

One file for each assignment, autograded/.state/WEEK/history.jsonl. Lines are only ever added, and only when a
student's result differs from the one before, so a class of 500 makes some hundred kilobytes in a term.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from course.grading.gradebook.outcome import Outcome, SubmissionState
from course.runtime.hashing import sha256

FILE = "history.jsonl"
_SHORT = 8  # digits of a hash: enough to tell versions of a course apart


@dataclass(frozen=True)
class Entry:
    """One result: ``points`` of the exercises in ``passed``, as the checks gave them.

    ``tests``, ``tools`` and ``inputs`` are the beginnings of hashes: of the assignment's test cells and points, of the
    settings, checks and libraries, and of everything that the result depends on; ``secret`` of the course's secret.
    ``time`` is UTC, ISO 8601.
    """

    student: str
    time: str
    state: SubmissionState
    points: float
    passed: tuple[str, ...] = field(default=())
    tests: str = ""
    tools: str = ""
    inputs: str = ""
    torch: str = ""
    secret: str = ""

    @property
    def result(self) -> tuple[Any, ...]:
        """What makes two entries the same result."""
        return self.state, self.points, self.passed, self.tests, self.torch, self.secret


def entry(outcome: Outcome, *, tests: str, tools: str, secret: str = "") -> Entry:
    """The entry for an outcome of now, graded under these versions of the tests and the tools, and with this secret."""
    passed = [record for record in outcome.exercises if record.passed]
    return Entry(
        student=outcome.student,
        time=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        state=outcome.state,
        points=sum(record.points for record in passed),
        passed=tuple(sorted(record.grade_id.removeprefix("check-") for record in passed)),
        tests=tests[:_SHORT],
        tools=tools[:_SHORT],
        inputs=outcome.inputs[:_SHORT],
        torch=_torch(),
        secret=secret[:_SHORT],
    )


def add(path: Path, new: Entry) -> bool:
    """Add an entry to the file, unless the student's last one has the same result; returns whether it was added."""
    last = next((each for each in reversed(read(path, new.student))), None)
    if last is not None and last.result == new.result:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(asdict(new), ensure_ascii=False) + "\n"
    with path.open("ab") as file:
        if file.tell() and not _ends_whole(path):
            file.write(b"\n")  # a line that a full disk cut short stays alone
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())
    return True


def read(path: Path, student: str | None = None) -> list[Entry]:
    """Every entry, oldest first, or those of one student. No file means no entries; a broken line is passed over."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    start = None if student is None else f'{{"student": {json.dumps(student, ensure_ascii=False)},'
    found = []
    for line in lines:
        if start is None or line.startswith(start):
            try:
                values = json.loads(line)
                found.append(Entry(**{**values, "passed": tuple(values["passed"])}))
            except (ValueError, TypeError, KeyError):
                continue
    return found


def tests_of(gradebook: Gradebook, week: str) -> str:
    """A hash of an assignment's test cells and points: the version of its tests."""
    assignment = gradebook.find_assignment(week)
    cells = []
    for notebook in assignment.notebooks:
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        sources = [cell for cell in notebook.source_cells if cell.name in points]
        cells += [(notebook.name, cell.name, cell.source or "", points[cell.name]) for cell in sources]
    return sha256(repr(sorted(cells)).encode())


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


@lru_cache(1)
def _torch() -> str:
    return version("torch")
