"""Pictures to learn from: scikit-learn's digits, and MNIST and Fashion-MNIST through torchvision.

Nothing here is used unless it is intact. A file that is cut short or changed is said to be, and fetched again; new
files are made in a folder aside and moved into place only when all of them are whole. Where there is no network (or
no torchvision), one printed line says so and the digits stand in, so that no notebook depends on a download.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import shutil
import socket
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch

from course.feedback import graded

TIMEOUT = 6.0  # seconds without an answer or a byte; two mirrors are tried, and a notebook's cell should not hang
DIGITS = "scikit-learn's handwritten digits"

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
_failed: dict[str, tuple[float, bool]] = {}  # when a download failed last, and for which half


class Images(NamedTuple):
    """Labelled grey images.

    X: (n, 1, 28, 28) float32 from 0, black, to 1, white. y: (n,) int64, the number of the class.
    names: the name of each class. source: where the images come from: "MNIST", "Fashion-MNIST" or "digits".
    """

    X: torch.Tensor
    y: torch.Tensor
    names: list[str]
    source: str


def digits(
    *, test: float = 0.2, seed: int = 0
) -> tuple[tuple[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]:
    """scikit-learn's 1797 handwritten digits: (X_train, y_train), (X_test, y_test); nothing is downloaded.

    X: (n, 64) float32 from 0 to 1, the rows of 8 × 8 pixels one after the other. y: (n,) int64 from 0 to 9.
    test: the share kept for testing, between 0 and 1. seed: which images those are.
    Raises ImportError where scikit-learn is not installed, ValueError for another `test`.
    """
    if not 0 < test < 1:
        raise ValueError(f"test is the share of images kept for testing, between 0 and 1; here test={test!r}.")
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        said = "The digits come with scikit-learn, which is not installed. Run `%pip install scikit-learn` in a cell"
        raise ImportError(f"{said}, restart the notebook, then run it again.") from error
    found = load_digits()
    X = torch.from_numpy(found.data).float().div_(16)
    y = torch.from_numpy(found.target).long()
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed))
    kept, held = order.split([len(y) - round(test * len(y)), round(test * len(y))])
    return (X[kept], y[kept]), (X[held], y[held])


def mnist(root: str | os.PathLike = "data", *, train: bool = True) -> Images:
    """MNIST: 60,000 handwritten digits to train on, or the 10,000 to test with; downloaded once, about 12 MB.

    root: the folder that keeps the files. A folder named by the environment variable COURSE_DATA is looked at first.
    Without network or torchvision, one line says so and the digits of scikit-learn come instead: .source tells.
    """
    return _load("MNIST", Path(root).expanduser(), train)


def fashion_mnist(root: str | os.PathLike = "data", *, train: bool = True) -> Images:
    """Fashion-MNIST: pictures of clothes in ten classes, as many and as large as MNIST's; about 31 MB, once.

    Everything else is as in `mnist`, and so is what comes without a network: the digits.
    """
    return _load("FashionMNIST", Path(root).expanduser(), train)


def _load(name: str, root: Path, train: bool) -> Images:
    """The set from the first folder that holds it intact, else freshly downloaded, else the digits."""
    try:
        import torchvision.datasets
    except ImportError:
        return _stand_in(name, train, "torchvision is not installed")
    kind = getattr(torchvision.datasets, name)
    needed = [file for file in _SIZES if file.startswith("train" if train else "t10k")]
    shared = os.environ.get("COURSE_DATA")
    for folder in ([Path(shared).expanduser()] if shared else []) + [root]:
        raw = folder / name / "raw"
        faults = {file: fault for file in needed if (fault := _fault(kind, raw, file))}
        if not faults:
            return _read(kind, raw, train)
        damaged = {file: fault for file, fault in faults.items() if fault != "missing"}
        todo = "It will be replaced." if folder == root else "It is left as it is, and not used."
        for file, fault in damaged.items():
            print(f"{raw / file} is damaged: {fault}. {todo}")
    when, half = _failed.get(name, (-60.0, train))
    if half != train and time.monotonic() - when < 60:
        return _stand_in(name, train, "")  # said a moment ago, for the other half of the set
    try:
        _fetch(kind, root)
    except (OSError, RuntimeError, EOFError, http.client.HTTPException) as error:
        _failed[name] = (time.monotonic(), train)
        return _stand_in(name, train, _reason(error))
    _failed.pop(name, None)
    return _read(kind, root / name / "raw", train)


def _read(kind: Any, raw: Path, train: bool) -> Images:
    """The images and labels in the unpacked files of the folder `raw`, scaled once."""
    from torchvision.datasets.mnist import read_image_file, read_label_file

    half = "train" if train else "t10k"
    X = read_image_file(str(raw / f"{half}-images-idx3-ubyte"))[:, None].float().div_(255)
    y = read_label_file(str(raw / f"{half}-labels-idx1-ubyte"))
    fashion = kind.__name__ == "FashionMNIST"
    names = list(kind.classes) if fashion else [str(digit) for digit in range(10)]
    return Images(X, y, names, "Fashion-MNIST" if fashion else "MNIST")


def _stand_in(name: str, train: bool, reason: str) -> Images:
    """The digits, enlarged to 28 × 28; one line says why, unless the reason is empty."""
    title = "Fashion-MNIST" if name == "FashionMNIST" else name
    if reason:
        print(f"{title} cannot be had now: {reason}. This notebook goes on with {DIGITS}, enlarged to 28 × 28.")
    X, y = digits()[0 if train else 1]
    X = torch.nn.functional.interpolate(X.reshape(-1, 1, 8, 8), size=(28, 28), mode="bilinear").clamp_(0, 1)
    return Images(X, y, [str(digit) for digit in range(10)], "digits")


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
