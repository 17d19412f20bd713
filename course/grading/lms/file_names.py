"""File name normalisation: names compared without case and accents (Unicode NFKC), and made safe to write."""

from __future__ import annotations

import re
import unicodedata

from course.coursedir.sample_dates import SAMPLE

_COURSE_ID = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][0-9]{7}[A-Za-z](?![A-Za-z0-9])")
_NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)  # some browsers add a suffix
_VERSION = re.compile(r"(?:[ _]*\((\d{1,3})\)|-(\d{1,2}))$")
_RESERVED = frozenset("con prn aux nul timestamp.txt".split())
_MAX_NAME_BYTES = 120
_MAX_FOLDER_NAME = 80  # bytes of a name, characters of an ID
_MAX_PATH_PARTS = 8


def ids_in(text: str) -> tuple[str, ...]:
    """The course IDs of the form U1234567X in ``text``, in capitals, each once."""
    return tuple(dict.fromkeys(found.upper() for found in _COURSE_ID.findall(text.replace("_", " "))))


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
    made = "-".join(words(name)).encode()[:_MAX_FOLDER_NAME].decode(errors="ignore")
    return f"student-{made}" if f"{made}-".startswith(SAMPLE) else made  # `course clean` takes the sample class's


def folder_name(identity: str) -> str:
    """A student's ID, login or number as a folder's name."""
    plain = unicodedata.normalize("NFC", identity.strip())
    safe = re.sub(r"[^\w.@+-]+", "-", plain).strip(".-")[:_MAX_FOLDER_NAME]
    return safe if not safe.startswith(SAMPLE) else f"student-{safe}"


def safe_parts(parts: tuple[str, ...]) -> tuple[str, ...]:
    """A path that can be written anywhere: nothing hidden, reserved or very long, nothing that leads out."""
    return tuple(_safe_name(part) for part in parts)[-_MAX_PATH_PARTS:]


def _safe_name(name: str) -> str:
    shown = "".join(sign if sign.isprintable() and sign not in '/\\:*?"<>|' else "_" for sign in name)
    clean = unicodedata.normalize("NFC", shown)
    stem, dot, suffix = clean.rpartition(".")
    if len(clean.encode()) > _MAX_NAME_BYTES:
        suffix = suffix[-12:] if dot else ""
        clean = (stem or clean).encode()[:90].decode(errors="ignore") + (f".{suffix}" if suffix else "")
    clean = clean.rstrip(" .") or "_"
    return f"_{clean.lstrip('.')}" if clean.startswith(".") or clean.lower() in _RESERVED else clean


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
