"""Downloads with a progress bar, a checksum and a reason when they fail."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import shutil
import socket
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.runtime.shell import graded

TIMEOUT = 6.0  # seconds without an answer or a byte; two mirrors are tried, and a notebook's cell should not hang

# The size of every unpacked file in bytes: an 8- or 16-byte head, then one byte for each label or pixel.
_SIZES = {
    "train-images-idx3-ubyte": 16 + 60_000 * 28 * 28,
    "train-labels-idx1-ubyte": 8 + 60_000,
    "t10k-images-idx3-ubyte": 16 + 10_000 * 28 * 28,
    "t10k-labels-idx1-ubyte": 8 + 10_000,
}

# torchvision knows the MD5 of the packed files. These are the unpacked ones', computed from the originals; for
# Fashion-MNIST the CRC-32 inside the packed file, kept beside, does the same (see _fault).
_MD5 = {
    "MNIST": {
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    },
    "FashionMNIST": {},
}

_MEGABYTES = {"MNIST": 12, "FashionMNIST": 31}  # of the download


def _packed(kind: Any) -> dict[str, str]:
    """The MD5 of each packed file, by its unpacked name."""
    return {Path(file).stem: md5 for file, md5 in kind.resources}


def _whole(path: Path, md5: str) -> bool:
    """Whether a file is there with this MD5."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        seen = hashlib.md5(usedforsecurity=False)
        while block := stream.read(1 << 20):
            seen.update(block)
    return seen.hexdigest() == md5


def _fault(kind: Any, raw: Path, file: str) -> str:
    """What is wrong with an unpacked file: "" when it is intact, "missing", or a few words.

    Without a known MD5, the checksum is the one inside the packed file beside it, if that is itself whole.
    """
    path, packed = raw / file, raw / f"{file}.gz"
    try:
        size = path.stat().st_size
        if size != _SIZES[file]:
            return f"it holds {size:,} bytes, not {_SIZES[file]:,}"
        md5 = _MD5[kind.__name__].get(file)
        if md5 is not None:
            intact = _whole(path, md5)
        elif _whole(packed, _packed(kind)[file]):
            intact = zlib.crc32(path.read_bytes()) == int.from_bytes(packed.read_bytes()[-8:-4], "little")
        else:
            with path.open("rb") as stream:
                intact = stream.read(4) == (b"\0\0\x08\x03" if "images" in file else b"\0\0\x08\x01")
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return "" if intact else "its contents are not the original's"


def _fetch(kind: Any, root: Path) -> None:
    """Download a set with torchvision into a folder aside, check it, then move it to its place under `root`.

    Packed files that are there already and whole are used again. Raises OSError or RuntimeError when it fails; what
    lay under `root` is then as it was.
    """
    raw = root / kind.__name__ / "raw"
    packed = _packed(kind)
    kept = [file for file in packed if _whole(raw / f"{file}.gz", packed[file])]
    if len(kept) < len(packed) and graded():
        raise RuntimeError("nothing is downloaded while a notebook is graded")
    made = not root.exists()
    root.mkdir(parents=True, exist_ok=True)
    try:
        _fetch_aside(kind, root, kept)
    finally:
        if made:
            with contextlib.suppress(OSError):
                root.rmdir()  # only an empty folder goes


def _fetch_aside(kind: Any, root: Path, kept: list[str]) -> None:
    """The part of `_fetch` that writes; `kept` names the files whose packed form is whole already."""
    raw, packed = root / kind.__name__ / "raw", _packed(kind)
    with (
        tempfile.TemporaryDirectory(prefix=f".{kind.__name__}-", dir=root) as aside,
        _patient(_Bars(kind.__name__, root)),
    ):
        fresh = Path(aside) / kind.__name__ / "raw"
        fresh.mkdir(parents=True)
        for file in kept:
            shutil.copyfile(raw / f"{file}.gz", fresh / f"{file}.gz")
        kind(aside, download=True)
        for file in packed:
            if fault := _fault(kind, fresh, file):
                raise RuntimeError(f"{file} arrived damaged: {fault}")
        raw.mkdir(parents=True, exist_ok=True)
        for path in fresh.iterdir():
            os.replace(path, raw / path.name)


class _Bars:
    """Where the progress bars go: to stdout, as stderr looks like an error; a line before the first says what comes."""

    def __init__(self, name: str, root: Path):
        self.head = f"Downloading {name} to {root} (about {_MEGABYTES[name]} MB, once)\n"

    def write(self, text: str) -> int:
        """Write to stdout, the first time with the head."""
        text, self.head = self.head + text, ""
        return sys.stdout.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stdout, name)


@contextlib.contextmanager
def _patient(bars: _Bars) -> Iterator[None]:
    """Wait TIMEOUT seconds for a server, no longer; progress bars go to `bars`."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)
    try:
        with contextlib.redirect_stderr(bars):
            yield
    finally:
        socket.setdefaulttimeout(before)


def _reason(error: BaseException) -> str:
    """Why a set could not be fetched, in a few words."""
    text = str(error)
    if "corrupted" in text:
        return "what arrived was damaged"
    if "Error downloading" in text or isinstance(error, (TimeoutError, ConnectionError, http.client.HTTPException)):
        return "there is no network, or its server does not answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower() + (f" ({error.filename})" if error.filename else "")
    return text.splitlines()[0].rstrip(".") if text else type(error).__name__
