"""Safe extraction of archives: resource limits against zip bombs, no path traversal ("zip slip"), no links.

Everything is copied to a folder of our own under numbers, never under a name from an archive, so that no name can lead
anywhere. Sizes are counted while the bytes come, whatever the archive's headers say.
"""

from __future__ import annotations

import contextlib
import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, NamedTuple

from course.coursedir.errors import GradingStopped
from course.runtime.hashing import sha256_of

_MIB = 1 << 20
_JUNK = frozenset("__MACOSX .DS_Store Thumbs.db desktop.ini .ipynb_checkpoints __pycache__ .git".split())
_CHUNK_BYTES = 1 << 18
_MIN_BOMB_BYTES = 16 * _MIB  # a smaller file may be packed as densely as it likes
_MAX_SHOWN = 160  # characters of a name, for people
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1  # a zip entry's flags
_UNIX_TIME = 0x5455  # a zip entry's extra field: "UT"


@dataclass(frozen=True)
class ExtractionLimits:
    """Resource limits of one download: more of anything is refused."""

    max_file_bytes: int = 64 * _MIB
    max_nested_bytes: int = 256 * _MIB  # all that one zip inside the download unpacks to
    max_total_bytes: int = 8192 * _MIB
    max_files: int = 20_000  # those in zips inside it too
    max_depth: int = 2  # zips inside zips
    max_ratio: int = 200  # unpacked to packed, of a file over _MIN_BOMB_BYTES


class Content(NamedTuple):
    """A file's bytes, in the staging folder."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Item:
    """One file of a download.

    ``parts`` is its path in it, the names of zips inside the download among them. ``content`` is None where it could
    not be taken. ``problem`` says why it cannot be used as it is and ``advice`` what to do; "" else. ``when`` is the
    time that the download gives it, in UTC.
    """

    source: str
    parts: tuple[str, ...]
    content: Content | None = None
    when: datetime | None = None
    problem: str = ""
    advice: str = ""

    @property
    def path(self) -> str:
        """The path for people: one line, nothing in it that a terminal would act on."""
        return printable("/".join(self.parts))

    @property
    def junk(self) -> bool:
        """Whether a system or a tool put it there, not a student."""
        return any(part in _JUNK for part in self.parts) or self.parts[-1].startswith("._")


def printable(text: str, longest: int = _MAX_SHOWN) -> str:
    """``text`` on one line, without control characters, the middle left out where it is long."""
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return text if len(text) <= longest else f"{text[: longest // 2]}...{text[-longest // 2 :]}"


class _Refused(Exception):
    """A whole archive that is not taken: ``subject`` and ``reason`` together say why, the reason alone in a table."""

    def __init__(self, reason: str, subject: str = "it"):
        super().__init__(f"{subject} {reason}".strip())
        self.reason = reason if subject == "it" else str(self)


@dataclass
class Unpacker:
    """Takes downloads apart into the folder ``staging``. ``tell`` is called with each file's path."""

    staging: Path
    limits: ExtractionLimits = field(default_factory=ExtractionLimits)
    tell: Callable[[str], None] = lambda path: None
    _taken: int = field(default=0, init=False)
    _files: int = field(default=0, init=False)
    _bytes: int = field(default=0, init=False)

    def unpack(self, source: Path) -> list[Item]:
        """The files of a zip, of a folder, or one notebook; raises GradingStopped where it cannot be used at all."""
        self._files = self._bytes = 0
        name = printable(source.name)
        try:
            if source.is_dir():
                return self._folder(source)
            if not source.exists():
                raise GradingStopped(f"{source}: there is no such file or folder.", 2)
            if zipfile.is_zipfile(source):
                return self._zip(source, name, (), 0, self.limits.max_total_bytes)
        except _Refused as reason:
            raise GradingStopped(
                f"{source}: {reason}. Nothing was taken from it. Download it again; if that is what it holds, unpack "
                "it yourself, look at it, and collect the folder.",
                2,
            ) from None
        if ".ipynb" in source.suffixes:
            when = datetime.fromtimestamp(source.stat().st_mtime, timezone.utc)
            with source.open("rb") as file:
                return [self._take(file, name, (source.name,), when, None)]
        what = "is a damaged zip" if source.suffix.lower() == ".zip" else "is neither a zip, a folder nor a notebook"
        raise GradingStopped(f"{source} {what}. Download it again, or unpack it and give the folder.", 2)

    def _folder(self, top: Path) -> list[Item]:
        items: list[Item] = []
        for folder, folders, files in os.walk(top):
            folders.sort()
            for name in sorted([*files, *(each for each in folders if Path(folder, each).is_symlink())]):
                path = Path(folder, name)
                self._count()
                parts, about = path.relative_to(top).parts, path.lstat()
                if not stat.S_ISREG(about.st_mode):
                    items.append(_odd(top.name, parts))
                    continue
                when = datetime.fromtimestamp(about.st_mtime, timezone.utc)
                with path.open("rb") as file:
                    item = self._take(file, top.name, parts, when, None)
                items += self._nested(item, 0)
        return items

    def _zip(self, path: Path, source: str, within: tuple[str, ...], depth: int, max_bytes: int) -> list[Item]:
        """The files of a zip; raises _Refused for all of it."""
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, UnicodeDecodeError):
            raise _Refused("is a damaged zip") from None
        with archive:
            entries = archive.infolist()
            if sum(max(0, entry.compress_size) for entry in entries) > path.stat().st_size:
                raise _Refused("entries lie over one another, as in a zip bomb", "its")
            items, before = [], self._bytes
            for entry in entries:
                self._count()
                if entry.is_dir():
                    continue
                item = self._entry(archive, entry, source, within)
                items += self._nested(item, depth)
                if self._bytes - before > max_bytes:
                    raise _Refused(f"unpacks to more than {max_bytes // _MIB} MiB")
            return items

    def _entry(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, source: str, within: tuple[str, ...]) -> Item:
        name = _decoded(entry)
        parts, problem = _parts(name)
        parts = (*within, *parts)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            return _odd(source, parts)
        if entry.flag_bits & _ENCRYPTED:
            return Item(source, parts, problem="is encrypted", advice="Ask for the file without a password.")
        try:
            with archive.open(entry) as file:
                item = self._take(file, source, parts, _time(entry), entry.compress_size)
        except NotImplementedError:
            advice = "Unpack the download with another program, and collect the folder."
            return Item(source, parts, problem="is packed in a way that Python does not know", advice=advice)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, RuntimeError, struct.error):
            return _damaged(source, parts)
        except OSError as error:
            if error.errno is not None:  # the disk's, not the archive's
                raise
            return _damaged(source, parts)
        if problem and not item.problem:
            advice = "Look at the file; if it is a hand-in, put it in place by hand."
            return replace(item, problem=problem, advice=advice)
        return item

    def _take(
        self, file: IO[bytes], source: str, parts: tuple[str, ...], when: datetime | None, packed: int | None
    ) -> Item:
        """Copy one open file, counting."""
        self.tell(parts[-1])
        self._taken += 1
        target, size = self.staging / f"{self._taken:06}", 0
        with target.open("xb") as out:
            while chunk := file.read(_CHUNK_BYTES):
                size += len(chunk)
                self._bytes += len(chunk)
                limit = self.limits.max_file_bytes
                bomb = packed is not None and size > _MIN_BOMB_BYTES and size > self.limits.max_ratio * max(1, packed)
                if bomb or size > limit:
                    out.close()
                    target.unlink()
                    self._bytes -= size
                    what = "unpacks to far more than it should" if bomb else f"is over {limit // _MIB} MiB"
                    advice = "It was left in the download. Ask the student for the notebook alone."
                    return Item(source, parts, problem=what, advice=advice)
                if self._bytes > self.limits.max_total_bytes:
                    raise _Refused(f"unpacks to more than {self.limits.max_total_bytes // _MIB} MiB")
                out.write(chunk)
        return Item(source, parts, Content(target, sha256_of(target)), when)

    def _nested(self, item: Item, depth: int) -> list[Item]:
        """The files of a zip inside the download; the item itself where it is none, or none that is taken."""
        if item.content is None or item.problem or item.junk or not item.parts[-1].lower().endswith(".zip"):
            return [item]
        try:
            if depth >= self.limits.max_depth:
                raise _Refused("are not opened", "zips in zips in zips")
            return self._zip(item.content.path, item.source, item.parts, depth + 1, self.limits.max_nested_bytes)
        except _Refused as reason:
            advice = "Ask the student for the notebook alone, not packed."
            return [replace(item, problem=reason.reason, advice=advice)]

    def _count(self) -> None:
        self._files += 1
        if self._files > self.limits.max_files:
            raise _Refused(f"holds more than {self.limits.max_files} files")


def _odd(source: str, parts: tuple[str, ...]) -> Item:
    return Item(source, parts, problem="is a link, not a file", advice="Ask the student for the file itself.")


def _damaged(source: str, parts: tuple[str, ...]) -> Item:
    return Item(source, parts, problem="is damaged in the zip", advice="Download it again; if it stays so, ask for it.")


def _decoded(entry: zipfile.ZipInfo) -> str:
    """An entry's name; archives often hold UTF-8 without saying so, and Python then reads code page 437."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_NAME:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name


def _parts(name: str) -> tuple[tuple[str, ...], str]:
    """A name's components, and what is wrong with it or ""."""
    pieces = name.replace("\\", "/").split("/")
    parts = tuple(piece for piece in pieces if piece not in ("", ".")) or ("(no name)",)
    if "\0" in name:
        return parts, "has a name with a NUL in it"
    if name[:1] in ("/", "\\") or re.match(r"[A-Za-z]:", name) or ".." in parts:
        return parts, "has a path that leads out of the download"
    return parts, ""


def _time(entry: zipfile.ZipInfo) -> datetime | None:
    """When an entry was written: its Unix time where it has one, else its own clock, taken to be on ours."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == _UNIX_TIME and length >= 5 and len(extra) >= 9 and extra[4] & 1:
            return datetime.fromtimestamp(struct.unpack("<i", extra[5:9])[0], timezone.utc)
        extra = extra[4 + length :]
    try:
        when = datetime(*entry.date_time).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
    return when if entry.date_time > (1980, 1, 1, 0, 0, 0) else None
