"""Loaders of image data sets: scikit-learn's digits, and MNIST and Fashion-MNIST through torchvision.

Nothing here is used unless it is intact. A file that is cut short or changed is said to be, and fetched again; new
files are made in a folder aside and moved into place only when all of them are whole. Where there is no network (or
no torchvision), one printed line says so and the digits stand in, so that no notebook depends on a download.
"""

from __future__ import annotations

import http.client
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from course.datasets.fetch import FASHION_MNIST, MNIST, Damaged, Source, contents, fetch, reason

if TYPE_CHECKING:
    from torchvision.datasets import MNIST as Kind

DIGITS = "scikit-learn's handwritten digits"
RETRY_AFTER_S = 60  # a download that failed for one half of a set is not tried again for the other half before that


class Failure(NamedTuple):
    """When a download failed, on time.monotonic's clock, and for which half of the set."""

    when: float
    train: bool


last_failures: dict[str, Failure] = {}
"""The last download of each set that failed."""


class Images(NamedTuple):
    """Labelled grey images.

    ``X``: (n, 1, 28, 28) float32 from 0, black, to 1, white. ``y``: (n,) int64, the number of the class.
    ``names``: the name of each class. ``source``: where the images come from: "MNIST", "Fashion-MNIST" or "digits".
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
    ``test``: the share kept for testing, between 0 and 1. ``seed``: which images those are.
    Raises ImportError where scikit-learn is not installed, ValueError for another ``test``.
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

    ``root``: the folder that keeps the files. A folder named by the environment variable COURSE_DATA is looked at
    first. Without network or torchvision, one line says so and the digits of scikit-learn come instead: .source tells.
    """
    return _load(MNIST, Path(root).expanduser(), train)


def fashion_mnist(root: str | os.PathLike = "data", *, train: bool = True) -> Images:
    """Fashion-MNIST: pictures of clothes in ten classes, as many and as large as MNIST's; about 31 MB, once.

    Everything else is as in `mnist`, and so is what comes without a network: the digits.
    """
    return _load(FASHION_MNIST, Path(root).expanduser(), train)


def _load(source: Source, root: Path, train: bool) -> Images:
    """The set from the first folder that holds it intact, else freshly downloaded, else the digits."""
    try:
        import torchvision.datasets
    except ImportError:
        return _stand_in(source, train, "torchvision is not installed")
    kind = getattr(torchvision.datasets, source.name)
    shared = os.environ.get("COURSE_DATA")
    for folder in ([Path(shared).expanduser()] if shared else []) + [root]:
        todo = "It will be replaced." if folder == root else "It is left as it is, and not used."
        images = _read(source, kind, folder / source.name / "raw", train, todo)
        if images is not None:
            return images
    failure = last_failures.get(source.name)
    if failure and failure.train != train and time.monotonic() - failure.when < RETRY_AFTER_S:
        return _stand_in(source, train, "")  # said a moment ago, for the other half of the set
    try:
        fetch(source, kind, root)
    except (OSError, RuntimeError, EOFError, http.client.HTTPException) as error:
        last_failures[source.name] = Failure(time.monotonic(), train)
        return _stand_in(source, train, reason(error))
    last_failures.pop(source.name, None)
    images = _read(source, kind, root / source.name / "raw", train, "")
    return images or _stand_in(source, train, "what arrived was damaged")


def _read(source: Source, kind: type[Kind], raw: Path, train: bool, todo: str) -> Images | None:
    """The images and labels in the folder ``raw``, scaled once; None where they are not all there and intact.

    Of each damaged file a line says so, and then ``todo``, what is done about it.
    """
    half = "train" if train else "t10k"
    found: list[bytes] = []
    for file in (f"{half}-images-idx3-ubyte", f"{half}-labels-idx1-ubyte"):
        try:
            found.append(contents(source, kind, raw, file))
        except FileNotFoundError:
            continue
        except Damaged as fault:
            print(f"{raw / file} is damaged: {fault}. {todo}")
    if len(found) < 2:
        return None
    pixels, labels = np.frombuffer(found[0], np.uint8, offset=16), np.frombuffer(found[1], np.uint8, offset=8)
    X = torch.from_numpy(pixels.reshape(-1, 1, 28, 28).astype(np.float32)).div_(255)
    y = torch.from_numpy(labels.astype(np.int64))
    names = list(kind.classes) if source is FASHION_MNIST else [str(digit) for digit in range(10)]
    return Images(X, y, names, source.title)


def _stand_in(source: Source, train: bool, why: str) -> Images:
    """The digits, enlarged to 28 × 28; one line says why, unless ``why`` is empty."""
    if why:
        print(f"{source.title} cannot be had now: {why}. This notebook goes on with {DIGITS}, enlarged to 28 × 28.")
    X, y = digits()[0 if train else 1]
    X = torch.nn.functional.interpolate(X.reshape(-1, 1, 8, 8), size=(28, 28), mode="bilinear").clamp_(0, 1)
    return Images(X, y, [str(digit) for digit in range(10)], "digits")
