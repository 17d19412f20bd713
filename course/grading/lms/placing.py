"""Writing sorted hand-ins to ``submitted/``: each file aside and then into place, the older ones kept."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from course.coursedir.files import write_atomically, write_if_changed
from course.grading.lms.archives import Item
from course.grading.lms.collect import HandIn, Sorted, Unmatched, age, other_paths, records
from course.grading.lms.file_names import Claim, safe_parts

NEW, REPLACED, UNCHANGED, OLDER = "new", "replaced", "unchanged", "older"
_COLUMNS = ("file", "from", "path", "reason", "next")
_FORMAT = "%Y-%m-%d %H:%M:%S UTC"


@dataclass
class Placed:
    """What became of a student's hand-in; ``state``: "new", "replaced", "unchanged", "older" than what is there."""

    student: str
    state: str
    files: list[str]
    when: datetime | None
    late: bool
    remarks: list[str] = field(default_factory=list)


class Place:
    """Puts a sorted download in its place. With ``dry`` it only says what it would do."""

    def __init__(self, root: Path, found: Sorted, dry: bool = False) -> None:
        self.root, self.found, self.dry = root, found, dry
        self.submitted = root / "submitted"
        self.records: dict[str, Any] = records(root)
        self.week: dict[str, Any] = self.records.setdefault(found.week, {})

    def hand_in(self, hand_in: HandIn) -> Placed:
        """One student's files."""
        folder = self.submitted / hand_in.student / self.found.week
        known = self.week.get(hand_in.student, {})
        files: dict[str, Any] = dict(known.get("files", {}))
        placed = Placed(hand_in.student, UNCHANGED, [], None, hand_in.late)
        states, there = set(), folder.is_dir()
        stamp = _read_stamp(folder)
        for name in sorted(hand_in.notebooks):
            versions, target = hand_in.notebooks[name], folder / f"{name}.ipynb"
            newest, claimed = versions[-1]
            state = self._state(target, newest, claimed, files.get(target.name), stamp)
            states.add(state)
            if state in (NEW, REPLACED):
                self._keep(target)
                self._put(newest, target)
            if state != OLDER:
                files[target.name] = _record(newest, claimed)
            for item, _ in versions if state == OLDER else versions[:-1]:
                if item.sha256 != newest.sha256 or state == OLDER:
                    placed.remarks += self._keep_older(item, target)
            placed.files.append(target.name)
        for state in (REPLACED, NEW, OLDER):
            if state in states:
                placed.state = state
                break
        changed = self._others(hand_in, folder, placed, OLDER in states)
        if placed.state == UNCHANGED and changed:
            placed.state = REPLACED
        ours = self._stamp(folder, files, known, states, stamp, placed)
        if not there and placed.state == REPLACED:
            placed.state = NEW
        if {NEW, REPLACED, UNCHANGED} & states:
            newest = max((versions[-1] for versions in hand_in.notebooks.values()), key=lambda each: age(*each))[1]
            self.week[hand_in.student] = {
                **{"form": newest.form, "label": newest.label, "name": newest.name, "lms_id": newest.lms_id},
                **{"late": placed.late, "timestamp": ours, "files": files},
            }
        return placed

    def _state(self, target: Path, item: Item, claimed: Claim, record: dict | None, stamp: datetime | None) -> str:
        """Whether a notebook is new, the same as what is there, newer or older."""
        if not target.is_file():
            return NEW
        digest = _digest(target)
        if digest == item.sha256:
            return UNCHANGED
        before = record if record and record.get("sha256") == digest else {}
        number, when = before.get("attachment", 0), _moment(before.get("when")) if before else stamp
        if claimed.attachment and number and claimed.attachment != number:
            return REPLACED if claimed.attachment > number else OLDER
        if item.when and when and item.when.replace(microsecond=0) != when:
            return REPLACED if item.when > when else OLDER
        return OLDER if self._earlier(target, item.sha256).is_file() else REPLACED  # it was here, and was replaced

    def _others(self, hand_in: HandIn, folder: Path, placed: Placed, older: bool) -> bool:
        """The files beside the notebooks; returns whether one changed."""
        changed = False
        last = {parts: item for parts, item in other_paths(hand_in)}
        for parts, item in other_paths(hand_in):
            target = folder.joinpath(*parts)
            while (
                any(up.is_file() for up in target.parents if up != folder and folder in up.parents) or target.is_dir()
            ):
                target = folder / ("_".join(target.relative_to(folder).parts) + "_")
            if target.is_file() and _digest(target) == item.sha256:
                continue
            there = target.is_file()
            if last[parts] is not item or (there and (older or self._earlier(target, item.sha256).is_file())):
                self._keep_older(item, target)
                continue
            changed = True
            self._keep(target)
            self._put(item, target)
        if last:
            placed.remarks.append(f"{len(last)} other file{'s' * (len(last) > 1)}")
        return changed

    def _stamp(
        self, folder: Path, files: dict, known: dict, states: set[str], old: datetime | None, placed: Placed
    ) -> str:
        """timestamp.txt, which nbgrader takes lateness from; returns what of it is ours.

        One that a person wrote or changed stays until a newer notebook comes.
        """
        target, changed = folder / "timestamp.txt", bool({NEW, REPLACED} & states)
        moments = [moment for each in files.values() if (moment := _moment(each.get("when")))]
        when = max(moments, default=None)
        by_hand = old is not None and known.get("timestamp", "") != _written(old)
        placed.when = when or old
        if when and old != when and (changed or not by_hand):
            self._keep(target)
            if not self.dry:
                write_if_changed(target, f"{_written(when)}\n".encode())
            if placed.state == UNCHANGED:
                placed.state = REPLACED
                placed.remarks.append("its time was set")
            return _written(when)
        if when is None and REPLACED in states and target.is_file():
            self._keep(target)  # it was the time of what was replaced
            placed.when = None
            if not self.dry:
                target.unlink()
            return ""
        placed.when = old if by_hand else placed.when
        return known.get("timestamp", "") if by_hand or not when else _written(when)

    def _earlier(self, target: Path, digest: str) -> Path:
        """Where an older version of a file is kept: never where grading looks."""
        folder = self.submitted / target.relative_to(self.submitted).parts[0] / ".earlier" / self.found.week
        return folder / f"{target.stem}.{digest[:12]}{target.suffix}"

    def _keep(self, target: Path) -> None:
        """Keep what is there before it is replaced."""
        if target.is_file() and not self.dry:
            _copy(target, self._earlier(target, _digest(target)))

    def _keep_older(self, item: Item, target: Path) -> list[str]:
        kept = self._earlier(target, item.sha256)
        if kept.is_file() or (target.is_file() and _digest(target) == item.sha256):
            return []
        if not self.dry:
            _copy(item.file, kept, item.when)
        return [f"an older {target.name} kept in .earlier"]

    def _put(self, item: Item, target: Path) -> None:
        if not self.dry:
            _copy(item.file, target, item.when)

    def unmatched(self) -> tuple[Path, list[Unmatched]]:
        """Keep what found no place, with a list; returns the list's path and what is new in it."""
        folder = self.submitted / ".unmatched" / self.found.week
        listing, rows = folder / "list.csv", {}
        if listing.is_file():
            with listing.open(newline="", encoding="utf-8") as file:
                rows = {(row["from"], row["path"]): row for row in csv.DictReader(file)}
        placed = {
            (item.source, item.path)
            for hand_in in self.found.hand_ins
            for item, _ in (*hand_in.others, *(each for versions in hand_in.notebooks.values() for each in versions))
        }
        for key in placed & rows.keys():  # it found its place now
            row = rows.pop(key)
            if row["file"] and not self.dry and not any(row["file"] == other["file"] for other in rows.values()):
                (folder / Path(row["file"]).name).unlink(missing_ok=True)
        fresh = []
        for each in self.found.unmatched:
            name = ""
            if each.item.file is not None:
                name = f"{each.item.sha256[:12]} {safe_parts(each.item.parts[-1:])[0]}"
                if not self.dry and not (folder / name).is_file():
                    _copy(each.item.file, folder / name, each.item.when)
            if (each.item.source, each.item.path) not in rows:
                fresh.append(each)
            told = (name, each.item.source, each.item.path, each.reason, each.advice)
            rows[each.item.source, each.item.path] = dict(zip(_COLUMNS, told, strict=True))
        if not self.dry and (rows or listing.is_file()):
            out = io.StringIO()
            writer = csv.DictWriter(out, _COLUMNS, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[key] for key in sorted(rows))
            write_if_changed(listing, out.getvalue().encode())
        return listing, fresh

    def remember(self) -> None:
        """Write down what the LMS called whom."""
        if not self.dry and self.week:
            text = json.dumps(self.records, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
            write_if_changed(self.submitted / ".collected.json", text.encode())


def _record(item: Item, claimed: Claim) -> dict[str, Any]:
    made = {"as": claimed.inner[-1], "from": item.source, "label": claimed.label, "sha256": item.sha256}
    return {**made, "when": _written(item.when), "attachment": claimed.attachment, "late": claimed.late}


def _written(when: datetime | None) -> str:
    return when.strftime(_FORMAT) if when else ""


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text or "", _FORMAT).replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def _read_stamp(folder: Path) -> datetime | None:
    """The time in timestamp.txt, read as nbgrader reads it; None where there is none."""
    from nbgrader.utils import parse_utc

    try:
        text = (folder / "timestamp.txt").read_text(encoding="utf-8").strip()
        return parse_utc(text).replace(tzinfo=timezone.utc) if text else None
    except (OSError, ValueError, OverflowError, TypeError):
        return None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _copy(source: Path, target: Path, when: datetime | None = None) -> None:
    """Copy a file atomically; ``when`` becomes the time at which it was changed."""
    with write_atomically(target) as aside:
        shutil.copyfile(source, aside)
        if when is not None:
            os.utime(aside, (when.timestamp(), when.timestamp()))
