"""Idempotent import of sorted hand-ins into ``submitted/``: what is newer replaces, and the older is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from course.grading.lms.collect import HandIn, Sorted, Unmatched, Upload
from course.grading.lms.records import FileRecord, StudentRecord, read_records, time_of, time_text, write_records
from course.grading.lms.submitted import TIMESTAMP, Submitted
from course.grading.lms.unmatched import list_unmatched
from course.runtime.hashing import sha256_of

PlacedState = Literal["new", "replaced", "older", "unchanged"]
"""What became of a notebook, or of a whole hand-in; "older" than what is there, which stays."""
_BY_WEIGHT: tuple[PlacedState, ...] = ("replaced", "new", "older")
"""Which notebook's state is the whole hand-in's."""


@dataclass
class Placed:
    """What became of a student's hand-in: its files, when it was handed in, and which LMS marked it late, or ""."""

    student: str
    state: PlacedState
    files: list[str]
    when: datetime | None
    marked_late_by: str
    remarks: list[str] = field(default_factory=list)


class Placing:
    """Puts a sorted collection in its place. With ``dry`` it only says what it would do."""

    def __init__(self, root: Path, found: Sorted, dry: bool = False) -> None:
        self._root, self._found = root, found
        self._submitted = Submitted(root, found.week, dry)
        self._records = read_records(root)
        self._week = self._records.setdefault(found.week, {})

    def hand_in(self, hand_in: HandIn) -> Placed:
        """Put one student's files in their place, and say what became of them."""
        step = _HandInPlacing(self._submitted, hand_in, self._week.get(hand_in.student, {}))
        step.place_notebooks()
        step.place_others()
        step.place_time()
        if record := step.record():
            self._week[hand_in.student] = record
        return step.placed()

    def unmatched(self) -> tuple[Path, list[Unmatched]]:
        """Keep what found no place, with a list; returns the list's path and what is new in it."""
        return list_unmatched(self._submitted, self._found)

    def remember(self) -> None:
        """Write down what the LMS called whom."""
        if not self._submitted.dry and self._week:
            write_records(self._root, self._records)


class _HandInPlacing:
    """One student's hand-in on its way into ``submitted/``: three steps, in this order, and what came of them.

    ``before`` is the record of the last collection.
    """

    def __init__(self, submitted: Submitted, hand_in: HandIn, before: StudentRecord) -> None:
        self._submitted, self._hand_in, self._before = submitted, hand_in, before
        self._folder = submitted.of(hand_in.student)
        self._was_there = self._folder.is_dir()
        self._time_there = submitted.time(hand_in.student)
        self._files: dict[str, FileRecord] = dict(before.get("files", {}))
        self._states: dict[str, PlacedState] = {}  # of each notebook
        self._others_changed = self._time_changed = False
        self._when: datetime | None = None
        self._our_time = ""  # what of timestamp.txt is ours
        self._remarks: list[str] = []

    def place_notebooks(self) -> None:
        """Put each notebook's newest version in its place, where it is newer than what is there."""
        for name, versions in sorted(self._hand_in.notebooks.items()):
            target, newest = self._folder / f"{name}.ipynb", versions[-1]
            state = self._states[target.name] = self._state_of(newest, target)
            if state in ("new", "replaced"):
                self._submitted.put(newest, target)
            if state == "older":
                older = versions
            else:
                self._files[target.name] = _file_record(newest)
                older = [each for each in versions[:-1] if each.content.sha256 != newest.content.sha256]
            for each in older:
                if self._submitted.keep_older(each, target):
                    self._remarks.append(f"an older {target.name} kept in .earlier")

    def _state_of(self, upload: Upload, target: Path) -> PlacedState:
        """Whether a notebook is new, the same as what is there, newer or older."""
        if not target.is_file():
            return "new"
        there = sha256_of(target)
        if there == upload.content.sha256:
            return "unchanged"
        number, when = 0, self._time_there
        record = self._files.get(target.name, {})
        if record.get("sha256") == there:
            number, when = record.get("attachment", 0), time_of(record.get("when"))
        if upload.claim.attachment and number and upload.claim.attachment != number:
            return "replaced" if upload.claim.attachment > number else "older"
        if upload.when and when and upload.when.replace(microsecond=0) != when:
            return "replaced" if upload.when > when else "older"
        return "older" if self._submitted.was_earlier(target, upload.content) else "replaced"

    def place_others(self) -> None:
        """Put the files beside the notebooks; beside a notebook that is older than what is there, only new ones."""
        paths = self._hand_in.other_paths()
        last = dict(paths)
        older = "older" in self._states.values()
        for parts, upload in paths:
            target = _free(self._folder, parts)
            there = target.is_file()
            if there and sha256_of(target) == upload.content.sha256:
                continue
            if last[parts] is not upload or (there and (older or self._submitted.was_earlier(target, upload.content))):
                self._submitted.keep_older(upload, target)
            else:
                self._submitted.put(upload, target)
                self._others_changed = True
        if last:
            self._remarks.append(f"{len(last)} other file{'s' * (len(last) > 1)}")

    def place_time(self) -> None:
        """Write timestamp.txt. One that a person wrote or changed stays until a newer notebook comes."""
        target, there = self._folder / TIMESTAMP, self._time_there
        ours = self._before.get("timestamp", "")
        by_hand = there is not None and ours != time_text(there)
        states = self._states.values()
        times = [time for each in self._files.values() if (time := time_of(each.get("when")))]
        when = max(times, default=None)
        if when and when != there and ("new" in states or "replaced" in states or not by_hand):
            self._when, self._our_time = when, time_text(when)
            self._submitted.write(f"{self._our_time}\n", target)
            if self._state() == "unchanged":
                self._remarks.append("its time was set")
            self._time_changed = True
        elif when is None and "replaced" in states and target.is_file():
            self._submitted.remove(target)  # it was the time of what was replaced
        elif by_hand or when is None:
            self._when, self._our_time = there, ours
        else:
            self._when, self._our_time = when, time_text(when)

    def _state(self) -> PlacedState:
        """Of the whole hand-in, as far as it is placed."""
        unchanged: PlacedState = "unchanged"
        state = next((each for each in _BY_WEIGHT if each in self._states.values()), unchanged)
        if state == unchanged and (self._others_changed or self._time_changed):
            state = "replaced"
        return "new" if state == "replaced" and not self._was_there else state

    def record(self) -> StudentRecord | None:
        """What to remember of the student; None where all that came is older than what is there."""
        if set(self._states.values()) <= {"older"}:
            return None
        newest = max(self._hand_in.newest(), key=lambda each: each.age).claim
        return {
            "form": newest.lms,
            "label": newest.label,
            "name": newest.name,
            "lms_id": newest.lms_id,
            "late": bool(self._hand_in.marked_late_by),
            "timestamp": self._our_time,
            "files": self._files,
        }

    def placed(self) -> Placed:
        """What became of it, to be told."""
        hand_in = self._hand_in
        return Placed(
            hand_in.student, self._state(), list(self._states), self._when, hand_in.marked_late_by, self._remarks
        )


def _file_record(upload: Upload) -> FileRecord:
    return {
        "as": upload.claim.inner[-1],
        "from": upload.item.source,
        "label": upload.claim.label,
        "sha256": upload.content.sha256,
        "when": time_text(upload.when),
        "attachment": upload.claim.attachment,
        "late": upload.claim.late,
    }


def _free(folder: Path, parts: tuple[str, ...]) -> Path:
    """A path in ``folder`` that is no folder, and of which no part is a file."""

    def taken(target: Path) -> bool:
        above = [parent for parent in target.parents if folder in parent.parents]
        return target.is_dir() or any(parent.is_file() for parent in above)

    target = folder.joinpath(*parts)
    while taken(target):
        target = folder / ("_".join(target.relative_to(folder).parts) + "_")
    return target
