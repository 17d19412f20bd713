"""Are the digits and MNIST itself what they say?"""

import os
import sys
from pathlib import Path

import pytest
import torch
from home import ROOT

from course import data
from course.datasets import fetch

SHARED = Path(os.environ.get("COURSE_DATA") or ROOT.parent / "shared" / "mnist")


# --- Digits ---


def test_are_the_digits_split_without_overlap():
    pytest.importorskip("sklearn")
    (X, y), (X_test, y_test) = data.digits()
    assert X.shape == (1438, 64) and X_test.shape == (359, 64)
    assert X.dtype == torch.float32 and y.dtype == torch.int64 and (X.min(), X.max()) == (0, 1)
    assert sorted(set(y_test.tolist())) == list(range(10))
    whole = torch.cat([X, X_test]).unique(dim=0)
    assert len(whole) == 1797  # all digits differ, so none is in both parts
    assert not torch.equal(data.digits(seed=1)[0][1], y)
    with pytest.raises(ValueError, match="between 0 and 1"):
        data.digits(test=1.0)


def test_is_a_missing_scikit_learn_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match="%pip install scikit-learn"):
        data.digits()


# --- MNIST itself ---


@pytest.mark.skipif(not (SHARED / "MNIST").is_dir(), reason="needs MNIST in the folder that COURSE_DATA names")
def test_is_the_real_mnist_read_whole(monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("COURSE_DATA", str(SHARED))
    for train, n, first in ((True, 60_000, [5, 0, 4, 1, 9]), (False, 10_000, [7, 2, 1, 0, 4])):
        X, y, names, source = data.mnist(tmp_path / "none", train=train)
        assert X.shape == (n, 1, 28, 28) and X.dtype == torch.float32 and y.dtype == torch.int64
        assert (X.min(), X.max()) == (0, 1) and abs(X.mean() - 0.1315) < 0.002
        assert y[:5].tolist() == first and names[3] == "3" and source == "MNIST"
    assert not (tmp_path / "none").exists() and capfd.readouterr() == ("", "")


@pytest.mark.skipif(not (SHARED / "MNIST").is_dir(), reason="needs MNIST in the folder that COURSE_DATA names")
def test_is_a_changed_pixel_of_the_real_mnist_noticed(tmp_path):
    torchvision = pytest.importorskip("torchvision")
    name = "t10k-images-idx3-ubyte"
    content = bytearray((SHARED / "MNIST" / "raw" / name).read_bytes())
    (tmp_path / name).write_bytes(content)
    assert fetch.contents(fetch.MNIST, torchvision.datasets.MNIST, tmp_path, name) == content
    content[5000] = (content[5000] + 1) % 256
    (tmp_path / name).write_bytes(content)
    with pytest.raises(fetch.Damaged, match="not the original's"):
        fetch.contents(fetch.MNIST, torchvision.datasets.MNIST, tmp_path, name)
