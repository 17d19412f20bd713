"""Whose a downloaded file is, and which notebook: by the names that Moodle, Canvas and people give files.

Moodle ("Download all submissions"; MoodleDocs, Assignment activity; mod_assign's downloader) names a student's folder
``Full name_123_assignsubmission_file_`` (without the last ``_`` since 4.1); with "Download submissions in folders" off,
that stands before each file's name. 123 is the participant's number in this assignment, as in the grading worksheet.

Canvas ("Download Submissions"; Canvas guide "How do I download all student submissions for an assignment?"; its
ContentZipper) makes one flat zip: ``lastnamefirst_LATE_12345_67890_original-1.ipynb``, with the user's and the file's
IDs, LATE where it was late, and -1 from a student's second file of that name; ``anon_x1y2z_67890_...`` when graders do
not see names, ``..._12345_text.html`` for text typed in.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOODLE, CANVAS, EMAILS = "moodle", "canvas", "emails"
FORMS = (MOODLE, CANVAS, EMAILS)

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)
_CANVAS = re.compile(
    r"(?:(?P<name>(?!LATE_|anon_).+?)_)?(?P<late>LATE_)?(?:anon_(?P<anon>[^_]+)|(?P<id>\d+))_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<typed>(?:text|link)\.html))",
    re.DOTALL,
)
_ID = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][0-9]{7}[A-Za-z](?![A-Za-z0-9])")
_NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)  # some browsers add a suffix
_VERSION = re.compile(r"(?:[ _]*\((\d{1,3})\)|-(\d{1,2}))$")
_RESERVED = frozenset("con prn aux nul timestamp.txt".split())


@dataclass(frozen=True)
class Claim:
    """Whose a file says it is.

    ``label`` is the name by which the LMS takes feedback back, ``lms_id`` the number that it gives the student,
    ``inner`` the file's path below what names the student. ``ids`` are course IDs of the form U1234567X.
    ``attachment`` grows from one upload to the next.
    """

    form: str
    inner: tuple[str, ...]
    label: str = ""
    name: str = ""
    lms_id: str = ""
    ids: tuple[str, ...] = ()
    late: bool = False
    attachment: int = 0


def detect(paths: list[tuple[str, ...]]) -> str:
    """The form of a download, from the paths of its files: "moodle", "canvas" or "emails"."""
    if any(_MOODLE.fullmatch(part) for parts in paths for part in parts):
        return MOODLE
    fits = [any(_canvas(part) for part in parts) for parts in paths]
    return CANVAS if fits and sum(fits) * 2 > len(fits) else EMAILS


def claim(parts: tuple[str, ...], form: str, folders: bool) -> Claim | None:
    """What a path says about its student; None where it says nothing.

    With ``folders`` the first component names the student where nothing better does.
    """
    if form == MOODLE:
        for place, part in enumerate(parts):
            if found := _MOODLE.fullmatch(part):
                rest = parts[place + 1 :]
                inner = (found["file"], *rest) if found["file"] else rest
                return Claim(form, inner or (part,), part, found["name"], found["id"], ids_in(found["name"]))
    elif form == CANVAS:
        for place, part in enumerate(parts):
            if found := _canvas(part):
                who, name = found["id"] or f"anon-{found['anon']}", found["name"] or ""
                inner = (found["file"] or found["typed"], *parts[place + 1 :])
                upload = int(found["attachment"] or 0)
                return Claim(form, inner, part, name, who, ids_in(name), bool(found["late"]), upload)
    else:
        ids = next((found for part in parts if (found := ids_in(part))), ())
        if folders and len(parts) > 1:
            name = re.sub(r"\.zip$", "", parts[0], flags=re.IGNORECASE)
            return Claim(form, parts[1:], parts[0], name, "", ids)
        return Claim(form, parts[-1:], " ".join(parts), "", "", ids)
    return None


def _canvas(part: str) -> re.Match[str] | None:
    found = _CANVAS.fullmatch(part)
    return found if found and (found["name"] or found["anon"]) and not ids_in(part.split("_")[0]) else None


def ids_in(text: str) -> tuple[str, ...]:
    """The course IDs of the form U1234567X in ``text``, in capitals, each once."""
    return tuple(dict.fromkeys(found.upper() for found in _ID.findall(text.replace("_", " "))))


def words(text: str) -> list[str]:
    """The words of ``text`` without case; letters, marks and digits make words in every script."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in text).split()


def squashed(text: str) -> str:
    """``text`` without case, spaces, accents and signs, to compare names by."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LN")


def slug(name: str) -> str:
    """A folder's name for a student who is known by name alone; "" for no name."""
    made = "-".join(words(name)).encode()[:80].decode(errors="ignore")
    return f"student-{made}" if made == "sample" or made.startswith("sample-") else made  # `course clean` takes those


def folder_name(identity: str) -> str:
    """A student's ID, login or number as a folder's name."""
    safe = re.sub(r"[^\w.@+-]+", "-", unicodedata.normalize("NFC", identity.strip())).strip(".-")[:80]
    return safe if not safe.startswith("sample-") else f"student-{safe}"


def safe_parts(parts: tuple[str, ...]) -> tuple[str, ...]:
    """A path that can be written anywhere: nothing hidden, reserved or very long, nothing that leads out."""
    made = []
    for part in parts:
        clean = unicodedata.normalize(
            "NFC", "".join(s if s.isprintable() and s not in '/\\:*?"<>|' else "_" for s in part)
        )
        stem, dot, suffix = clean.rpartition(".")
        if len(clean.encode()) > 120:
            suffix = suffix[-12:] if dot else ""
            clean = (stem or clean).encode()[:90].decode(errors="ignore") + (f".{suffix}" if suffix else "")
        clean = clean.rstrip(" .") or "_"
        if clean.startswith(".") or clean.lower() in _RESERVED:
            clean = f"_{clean.lstrip('.')}"
        made.append(clean)
    return tuple(made[-8:])


def is_notebook(name: str) -> bool:
    """Whether a file calls itself a notebook."""
    return _NOTEBOOK.search(name) is not None


def version(name: str) -> int:
    """Which copy of a file it is by its name: 2 for "backprop-2.ipynb" and "backprop (2).ipynb", 0 for the first."""
    found = _VERSION.search(_NOTEBOOK.sub("", name))
    return int(found[1] or found[2]) if found else 0


def by_name(name: str, notebooks: list[str]) -> str | None:
    """Which of ``notebooks`` a file name means: exactly, or as the only one named in it."""
    stem = _VERSION.sub("", _NOTEBOOK.sub("", name))
    if stem in notebooks:
        return stem
    text = f" {' '.join(words(stem.replace('_', ' ')))} "
    found = [each for each in notebooks if f" {' '.join(words(each.replace('_', ' ')))} " in text]
    return found[0] if len(found) == 1 else None


class Released:
    """The released notebooks, by which one under another name is known: its exercises' names, cell ids and texts."""

    def __init__(self, root: Path) -> None:
        self.notebooks: dict[str, list[str]] = {}
        found: dict[str, set[tuple[str, str]]] = {}
        for path in sorted((root / "release").glob("*/*.ipynb")):
            week, name = path.parent.name, path.stem
            self.notebooks.setdefault(week, []).append(name)
            for key in _keys(_cells(path.read_bytes())):
                found.setdefault(key, set()).add((week, name))
        self._owner = {key: next(iter(owners)) for key, owners in found.items() if len(owners) == 1}

    def whose(self, data: bytes) -> tuple[str, str] | None:
        """The week and name of the notebook that ``data`` was made from, or None."""
        votes: Counter[tuple[str, str]] = Counter()
        for key in _keys(_cells(data)):
            if key in self._owner:
                votes[self._owner[key]] += 3 if key[0] == "g" else 1
        best = votes.most_common(1)
        return best[0][0] if best and best[0][1] >= 3 else None


def _cells(data: bytes) -> list[dict[str, Any]]:
    try:
        cells = json.loads(data.decode("utf-8-sig"))["cells"]
        return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def _keys(cells: list[dict[str, Any]]) -> set[str]:
    keys = set()
    for cell in cells:
        metadata = cell.get("metadata")
        marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if isinstance(marks, dict) and marks.get("grade_id"):
            keys.add(f"g{marks['grade_id']}")
        if cell.get("id"):
            keys.add(f"i{cell['id']}")
        source = cell.get("source", "")
        text = "".join(map(str, source)) if isinstance(source, list) else str(source)
        if len(text) >= 40:
            keys.add(f"t{text.strip()}")
    return keys
