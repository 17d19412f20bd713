"""Pictures to learn from: scikit-learn's digits, and MNIST and Fashion-MNIST through torchvision.

Nothing here is used unless it is intact. A file that is cut short or changed is said to be, and fetched again; new
files are made in a folder aside and moved into place only when all of them are whole. Where there is no network (or
no torchvision), one printed line says so and the digits stand in, so that no notebook depends on a download.
"""

from __future__ import annotations

import http.client
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import torch

from course.datasets.fetch import _SIZES, _fault, _fetch, _reason

DIGITS = "scikit-learn's handwritten digits"

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
