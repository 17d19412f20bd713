"""Verified downloads of MNIST and Fashion-MNIST (torchvision's files and MD5 sums), moved into place atomically.

A set lies in a folder as torchvision leaves it: each file packed (.gz) and, beside it, unpacked. Torchvision knows the
checksum of the packed file, so where that is whole its contents are taken; a folder may also hold unpacked files alone.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from course.runtime.shell import graded

if TYPE_CHECKING:
    from torchvision.datasets import MNIST as Kind

TIMEOUT_S = 6.0  # without an answer or a byte; two mirrors are tried, and a notebook's cell should not hang
EXAMPLES = {"train": 60_000, "t10k": 10_000}  # in each half of a set, by how its files' names begin


class Source(NamedTuple):
    """One of torchvision's data sets: where it lies, and how much there is to fetch."""

    name: str  # of torchvision's class
    title: str  # what people call it
    megabytes: int  # of the download
    unpacked_md5: Mapping[str, str]  # of the unpacked files, where they are known


MNIST = Source(
    "MNIST",
    "MNIST",
    12,
    {  # torchvision knows the packed files' sums alone; these were computed from the originals
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    },
)
FASHION_MNIST = Source("FashionMNIST", "Fashion-MNIST", 31, {})


class Damaged(RuntimeError):
    """A file is there and not the original; the message says how it differs."""


def contents(source: Source, kind: type[Kind], raw: Path, file: str) -> bytes:
    """The original contents of one unpacked file (IDX: a head of 8 or 16 bytes, then one for each label or pixel).

    They come from the packed file where that is whole, else from the unpacked one. ``kind``: torchvision's class.
    ``raw``: the folder of both. Raises FileNotFoundError where there is neither, and Damaged where an unpacked file is
    there that differs.
    """
    path, packed = raw / file, raw / f"{file}.gz"
    original = gzip.decompress(packed.read_bytes()) if _whole(packed, _packed_md5(kind)[file]) else None
    if original is not None and not path.is_file():
        return original
    try:
        found = path.read_bytes()
    except NotADirectoryError as error:
        raise FileNotFoundError(*error.args) from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Damaged(f"it cannot be read ({error.strerror})") from error
    size = _size(file) if original is None else len(original)
    if len(found) != size:
        raise Damaged(f"it holds {len(found):,} bytes, not {size:,}")
    if original is not None:
        intact = found == original
    elif file in source.unpacked_md5:
        intact = _whole(path, source.unpacked_md5[file])
    else:
        intact = found.startswith(b"\0\0\x08\x03" if "images" in file else b"\0\0\x08\x01")
    if not intact:
        raise Damaged("its contents are not the original's")
    return found


def _size(file: str) -> int:
    """The size in bytes of an unpacked file."""
    n = EXAMPLES[file.split("-")[0]]
    return 16 + n * 28 * 28 if "images" in file else 8 + n


def _packed_md5(kind: type[Kind]) -> dict[str, str]:
    """The MD5 of each packed file, which torchvision knows, by its unpacked name."""
    return {Path(file).stem: md5 for file, md5 in kind.resources}


def _whole(path: Path, md5: str) -> bool:
    """Whether a file is there, can be read, and has this MD5."""
    from torchvision.datasets.utils import check_integrity

    try:
        return check_integrity(path, md5)
    except OSError:
        return False


def fetch(source: Source, kind: type[Kind], root: Path) -> None:
    """Download a set with torchvision into a folder aside, check it, then move it to its place under ``root``.

    Packed files that are there already and whole are used again. Raises OSError or RuntimeError when it fails; what
    lay under ``root`` is then as it was.
    """
    raw = root / source.name / "raw"
    packed = _packed_md5(kind)
    kept = [file for file in packed if _whole(raw / f"{file}.gz", packed[file])]
    if len(kept) < len(packed) and graded():
        raise RuntimeError("nothing is downloaded while a notebook is graded")
    made = not root.exists()
    root.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{source.name}-", dir=root) as aside:
            fresh = Path(aside) / source.name / "raw"
            fresh.mkdir(parents=True)
            for file in kept:
                shutil.copyfile(raw / f"{file}.gz", fresh / f"{file}.gz")
            with _impatient(), contextlib.redirect_stderr(_Bars(source, root)):
                kind(aside, download=True)
            _check(source, kind, fresh)
            raw.mkdir(parents=True, exist_ok=True)
            for path in fresh.iterdir():
                os.replace(path, raw / path.name)
    finally:
        if made:
            with contextlib.suppress(OSError):
                root.rmdir()  # only an empty folder goes


def _check(source: Source, kind: type[Kind], raw: Path) -> None:
    """Raise RuntimeError unless every file of a download is the original."""
    for file in _packed_md5(kind):
        try:
            contents(source, kind, raw, file)
        except FileNotFoundError as error:
            raise RuntimeError(f"{file} arrived damaged: missing") from error
        except Damaged as fault:
            raise RuntimeError(f"{file} arrived damaged: {fault}") from fault


class _Bars:
    """Where the progress bars go: to stdout, as stderr looks like an error; a line before the first says what comes."""

    def __init__(self, source: Source, root: Path):
        self.head = f"Downloading {source.name} to {root} (about {source.megabytes} MB, once)\n"

    def write(self, text: str) -> int:
        """Write to stdout, the first time with the head."""
        text, self.head = self.head + text, ""
        return sys.stdout.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stdout, name)


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    """Wait TIMEOUT_S for a server, no longer; torchvision has no setting of its own for that."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT_S)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def reason(error: BaseException) -> str:
    """Why a set could not be fetched, in a few words."""
    text = str(error)
    if "corrupted" in text:  # torchvision says so, in a RuntimeError like any other
        return "what arrived was damaged"
    if "Error downloading" in text or isinstance(error, (TimeoutError, ConnectionError, http.client.HTTPException)):
        return "there is no network, or its server does not answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower() + (f" ({error.filename})" if error.filename else "")
    return text.splitlines()[0].rstrip(".") if text else type(error).__name__
