"""Are the course's data what they say, and is a download used only when it is whole?"""

import gzip
import hashlib
import http.server
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from home import ROOT

from course import data
from course.datasets import fetch
from course.datasets import images as downloads

SHARED = Path(os.environ.get("COURSE_DATA") or ROOT.parent / "shared" / "mnist")


# --- Sets made on the spot ---


@pytest.mark.parametrize("make", [data.xor, data.blobs, data.rings, data.line, data.sine])
def test_does_a_made_set_repeat_and_leave_the_global_seed_alone(make):
    before = torch.get_rng_state()
    X, y = make(30, noise=0.1) if make is not data.blobs else make(30)
    again = make(30, noise=0.1) if make is not data.blobs else make(30)
    other = make(30, noise=0.1, seed=1) if make is not data.blobs else make(30, seed=1)
    assert torch.equal(X, again[0]) and torch.equal(y, again[1])
    assert not (torch.equal(X, other[0]) and torch.equal(y, other[1]))
    assert torch.equal(torch.get_rng_state(), before)
    assert X.dtype == y.dtype == torch.float32 and len(X) == len(y) == 30
    for n in (0, -3, 2.0, True):
        with pytest.raises(ValueError, match="number of examples"):
            make(n)


def test_are_xor_corners_in_order_and_signed_when_asked():
    X, y = data.xor(dtype=torch.float64)
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]] and y.tolist() == [0, 1, 1, 0] and y.dtype == torch.float64
    assert data.xor(6, signed=True)[1].tolist() == [-1, 1, 1, -1, -1, 1]
    noisy, labels = data.xor(400, noise=0.05)
    assert torch.equal((noisy.round()[:, 0] != noisy.round()[:, 1]).float(), labels)


def test_do_blobs_surround_their_centres():
    X, y = data.blobs(3000, centres=((0, 0, 5), (4, 0, 0), (0, 4, 0)), spread=0.2)
    assert X.shape == (3000, 3) and y.unique().tolist() == [0, 1, 2]
    assert torch.allclose(X[y == 1].mean(dim=0), torch.tensor([4.0, 0, 0]), atol=0.03)
    assert set(data.blobs(signed=True)[1].tolist()) == {-1, 1}
    with pytest.raises(ValueError, match="tell two centres apart"):
        data.blobs(centres=((0, 0), (1, 1), (2, 2)), signed=True)
    with pytest.raises(ValueError, match="list of points"):
        data.blobs(centres=(1, 2))


def test_do_rings_lie_around_their_centre():
    X, y = data.rings(500, noise=0.0)
    radius = X.norm(dim=1)
    assert radius[y == 0].max() <= 0.4 and torch.allclose(radius[y == 1], torch.ones(250))
    assert data.rings(4, signed=True)[1].tolist() == [-1, 1, -1, 1]


def test_do_line_and_sine_hold_what_they_promise():
    X, y = data.line(dtype=torch.float64)
    found = torch.linalg.lstsq(torch.cat([X, torch.ones(1000, 1)], dim=1), y).solution
    assert torch.allclose(found, torch.tensor([2.0, -3.4, 4.2], dtype=torch.float64), atol=2e-3)
    assert data.line(5, w=(1.0, 2.0, 3.0))[0].shape == (5, 3)
    x, y = data.sine(3)
    assert x.shape == y.shape == (3, 1) and torch.allclose(y, torch.sin(x), atol=1e-6) and x[1] == 0


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


def test_is_importing_data_and_training_cheap():
    heavy = ("torchvision", "sklearn", "matplotlib", "ipywidgets", "IPython")
    code = f"import sys, course.data, course.train; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


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
    for change, said in ((0, ""), (1, "not the original's")):
        content[5000] = (content[5000] + change) % 256
        (tmp_path / name).write_bytes(content)
        assert said in fetch._fault(torchvision.datasets.MNIST, tmp_path, name)


# --- Downloads, of a small set from a server on this machine ---


class Mirror:
    """A server of packed files on this machine that counts what it is asked for."""

    def __init__(self, folder: Path):
        self.folder, self.asked = folder, []
        mirror = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args):
                super().__init__(*args, directory=str(folder))

            def log_message(self, form, *args):
                mirror.asked.append(self.path)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def damage(self, end: str):
        """Cut packed files short."""
        for path in self.folder.glob(f"*{end}.gz"):
            path.write_bytes(path.read_bytes()[:-20])


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A small MNIST and Fashion-MNIST of 20 and 10 images; torchvision and the checks are told their sizes and sums."""
    torchvision = pytest.importorskip("torchvision")
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    folder = tmp_path / "mirror"
    folder.mkdir()
    sizes, md5, packed = {}, {}, []
    for half, n in (("train", 20), ("t10k", 10)):
        g = torch.Generator().manual_seed(n)
        pixels = torch.randint(0, 256, (n, 28, 28), generator=g, dtype=torch.uint8)
        heads = {"images-idx3": b"\0\0\x08\x03" + b"".join(k.to_bytes(4, "big") for k in (n, 28, 28))}
        heads["labels-idx1"] = b"\0\0\x08\x01" + n.to_bytes(4, "big")
        for kind, head in heads.items():
            name = f"{half}-{kind}-ubyte"
            content = head + (bytes(pixels.flatten().tolist()) if "images" in kind else bytes(k % 10 for k in range(n)))
            (folder / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
            sizes[name], md5[name] = len(content), hashlib.md5(content).hexdigest()
            packed.append((f"{name}.gz", hashlib.md5((folder / f"{name}.gz").read_bytes()).hexdigest()))
    server = Mirror(folder)
    for kind in (torchvision.datasets.MNIST, torchvision.datasets.FashionMNIST):
        monkeypatch.setattr(kind, "resources", packed)
        monkeypatch.setattr(kind, "mirrors", [server.address])
    monkeypatch.setattr(fetch, "_SIZES", sizes)
    monkeypatch.setattr(fetch, "_MD5", {"MNIST": md5, "FashionMNIST": {}})
    monkeypatch.setattr(downloads, "_failed", {})
    yield server
    server.server.shutdown()
    server.server.server_close()


def test_is_a_set_downloaded_once_with_progress_and_nothing_left_aside(mirror, tmp_path, capfd):
    root = tmp_path / "data"
    for train, n in ((True, 20), (False, 10)):
        images = data.mnist(root, train=train)
        assert images.X.shape == (n, 1, 28, 28) and images.y.tolist() == [k % 10 for k in range(n)]
        assert images.source == "MNIST" and (images.X.min(), images.X.max()) == (0, 1)
    out, err = capfd.readouterr()
    assert out.startswith(f"Downloading MNIST to {root}") and "100%" in out and err == ""
    assert out.count("Downloading") == 1
    assert [path.name for path in root.iterdir()] == ["MNIST"] and len(list((root / "MNIST" / "raw").iterdir())) == 8


@pytest.mark.parametrize("load", [data.mnist, data.fashion_mnist])
@pytest.mark.parametrize("how", ["cut short", "changed", "empty"])
def test_is_a_damaged_file_said_and_mended(load, how, mirror, tmp_path, capfd):
    first = load(tmp_path)
    (path,) = tmp_path.glob("*/raw/train-images-idx3-ubyte")
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes({"cut short": content[:-1], "changed": content, "empty": b""}[how])
    mirror.asked.clear(), capfd.readouterr()
    again = load(tmp_path)
    out = capfd.readouterr().out
    assert f"{path} is damaged: " in out and ("not the original's" if how == "changed" else "bytes, not") in out
    assert torch.equal(again.X, first.X) and again.source == first.source != "digits"
    assert not mirror.asked  # the packed files beside were whole
    path.write_bytes(content[:-1])
    Path(f"{path}.gz").write_bytes(b"also bad")
    assert torch.equal(load(tmp_path).X, first.X) and mirror.asked


def test_is_a_download_that_arrives_damaged_refused(mirror, tmp_path, capfd):
    pytest.importorskip("sklearn")
    mirror.damage("t10k-images-idx3-ubyte")
    images = data.mnist(tmp_path / "data")
    assert images.source == "digits" and not (tmp_path / "data").exists()
    assert "what arrived was damaged" in capfd.readouterr().out


def test_does_a_notebook_go_on_with_the_digits_without_a_network(mirror, tmp_path, monkeypatch, capfd):
    pytest.importorskip("sklearn")
    import torchvision

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        refusing = f"http://127.0.0.1:{free.getsockname()[1]}/"
    monkeypatch.setattr(torchvision.datasets.FashionMNIST, "mirrors", [refusing, refusing])
    images = data.fashion_mnist(tmp_path / "data")
    out, err = capfd.readouterr()
    assert out.count("\n") == 1 and "Fashion-MNIST cannot be had now: there is no network" in out and err == ""
    assert images.X.shape == (1438, 1, 28, 28) and images.source == "digits" and images.names == list("0123456789")
    assert images.X.min() >= 0 and images.X.max() <= 1 and images.X.dtype == torch.float32
    assert not (tmp_path / "data").exists()
    assert data.fashion_mnist(tmp_path / "data", train=False).X.shape == (359, 1, 28, 28)
    assert capfd.readouterr().out == ""  # said already, for the other half
    monkeypatch.setattr(torchvision.datasets.FashionMNIST, "mirrors", [mirror.address])
    assert data.fashion_mnist(tmp_path / "data").source == "Fashion-MNIST"  # asked again, it tries again
    assert data.fashion_mnist(tmp_path / "data").names[9] == "Ankle boot"


def test_is_a_silent_server_given_up(mirror, tmp_path, monkeypatch, capfd):
    pytest.importorskip("sklearn")
    import torchvision

    monkeypatch.setattr(fetch, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [f"http://127.0.0.1:{silent.getsockname()[1]}/"])
        assert data.mnist(tmp_path / "data").source == "digits"
    assert "its server does not answer" in capfd.readouterr().out
    assert socket.getdefaulttimeout() is None


def test_is_nothing_downloaded_while_grading(mirror, tmp_path, monkeypatch, capfd):
    pytest.importorskip("sklearn")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert data.mnist(tmp_path / "data").source == "digits" and not mirror.asked
    assert "nothing is downloaded while a notebook is graded" in capfd.readouterr().out


def test_is_a_shared_folder_read_first_and_never_changed(mirror, tmp_path, monkeypatch, capfd):
    shared, own = tmp_path / "shared", tmp_path / "own"
    data.mnist(shared)
    mirror.asked.clear(), capfd.readouterr()
    monkeypatch.setenv("COURSE_DATA", str(shared))
    assert data.mnist(own).source == "MNIST" and not mirror.asked and not own.exists()
    labels = shared / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:-3])
    size = labels.stat().st_size
    assert data.mnist(own).source == "MNIST" and mirror.asked and labels.stat().st_size == size
    assert (
        f"{labels} is damaged: it holds 25 bytes, not 28. It is left as it is, and not used." in capfd.readouterr().out
    )


def test_are_a_folder_that_cannot_be_written_and_a_missing_torchvision_said(mirror, tmp_path, monkeypatch, capfd):
    pytest.importorskip("sklearn")
    (tmp_path / "data").write_text("a file in the way")
    assert data.mnist(tmp_path / "data").source == "digits"
    assert f"file exists ({tmp_path / 'data'})" in capfd.readouterr().out
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    assert data.mnist(tmp_path / "other").source == "digits"
    assert "torchvision is not installed" in capfd.readouterr().out
