"""Is a download of a small set, from a server on this machine, used only when it is whole?"""

import gzip
import hashlib
import http.server
import socket
import sys
import threading
from pathlib import Path

import pytest
import torch

from course import data
from course.datasets import fetch, images


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
    md5, packed = {}, []
    for half, n in (("train", 20), ("t10k", 10)):
        g = torch.Generator().manual_seed(n)
        pixels = torch.randint(0, 256, (n, 28, 28), generator=g, dtype=torch.uint8)
        heads = {"images-idx3": b"\0\0\x08\x03" + b"".join(k.to_bytes(4, "big") for k in (n, 28, 28))}
        heads["labels-idx1"] = b"\0\0\x08\x01" + n.to_bytes(4, "big")
        for kind, head in heads.items():
            name = f"{half}-{kind}-ubyte"
            content = head + (bytes(pixels.flatten().tolist()) if "images" in kind else bytes(k % 10 for k in range(n)))
            (folder / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
            md5[name] = hashlib.md5(content).hexdigest()
            packed.append((f"{name}.gz", hashlib.md5((folder / f"{name}.gz").read_bytes()).hexdigest()))
    server = Mirror(folder)
    for kind in (torchvision.datasets.MNIST, torchvision.datasets.FashionMNIST):
        monkeypatch.setattr(kind, "resources", packed)
        monkeypatch.setattr(kind, "mirrors", [server.address])
    monkeypatch.setattr(fetch, "EXAMPLES", {"train": 20, "t10k": 10})
    monkeypatch.setattr(images, "MNIST", fetch.MNIST._replace(unpacked_md5=md5))
    monkeypatch.setattr(images, "last_failures", {})
    yield server
    server.server.shutdown()
    server.server.server_close()


def test_is_a_set_downloaded_once_with_progress_and_nothing_left_aside(mirror, tmp_path, capfd):
    root = tmp_path / "data"
    for train, n in ((True, 20), (False, 10)):
        got = data.mnist(root, train=train)
        assert got.X.shape == (n, 1, 28, 28) and got.y.tolist() == [k % 10 for k in range(n)]
        assert got.source == "MNIST" and (got.X.min(), got.X.max()) == (0, 1)
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
    got = data.mnist(tmp_path / "data")
    assert got.source == "digits" and not (tmp_path / "data").exists()
    assert "what arrived was damaged" in capfd.readouterr().out


def test_does_a_notebook_go_on_with_the_digits_without_a_network(mirror, tmp_path, monkeypatch, capfd):
    pytest.importorskip("sklearn")
    import torchvision

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        refusing = f"http://127.0.0.1:{free.getsockname()[1]}/"
    monkeypatch.setattr(torchvision.datasets.FashionMNIST, "mirrors", [refusing, refusing])
    got = data.fashion_mnist(tmp_path / "data")
    out, err = capfd.readouterr()
    assert out.count("\n") == 1 and "Fashion-MNIST cannot be had now: there is no network" in out and err == ""
    assert got.X.shape == (1438, 1, 28, 28) and got.source == "digits" and got.names == list("0123456789")
    assert got.X.min() >= 0 and got.X.max() <= 1 and got.X.dtype == torch.float32
    assert not (tmp_path / "data").exists()
    assert data.fashion_mnist(tmp_path / "data", train=False).X.shape == (359, 1, 28, 28)
    assert capfd.readouterr().out == ""  # said already, for the other half
    monkeypatch.setattr(torchvision.datasets.FashionMNIST, "mirrors", [mirror.address])
    assert data.fashion_mnist(tmp_path / "data").source == "Fashion-MNIST"  # asked again, it tries again
    assert data.fashion_mnist(tmp_path / "data").names[9] == "Ankle boot"


def test_is_a_silent_server_given_up(mirror, tmp_path, monkeypatch, capfd):
    pytest.importorskip("sklearn")
    import torchvision

    monkeypatch.setattr(fetch, "TIMEOUT_S", 0.3)
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


@pytest.mark.parametrize("load", [data.mnist, data.fashion_mnist])
def test_are_packed_files_enough_and_left_as_they_are(load, mirror, tmp_path, monkeypatch, capfd):
    first = load(tmp_path / "shared")
    (raw,) = (tmp_path / "shared").glob("*/raw")
    for path in raw.glob("*-ubyte"):
        path.unlink()
    mirror.asked.clear(), capfd.readouterr()
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "shared"))
    again = load(tmp_path / "own")
    assert torch.equal(again.X, first.X) and torch.equal(again.y, first.y) and again.source == first.source != "digits"
    assert not mirror.asked and capfd.readouterr() == ("", "") and not (tmp_path / "own").exists()
    assert len(list(raw.iterdir())) == 4


@pytest.mark.parametrize("load", [data.mnist, data.fashion_mnist])
@pytest.mark.parametrize("packed", ["damaged", "missing"])
def test_are_unpacked_files_enough_where_no_packed_one_is_whole(load, packed, mirror, tmp_path, capfd):
    first = load(tmp_path)
    for path in tmp_path.glob("*/raw/*.gz"):
        path.write_bytes(b"not gzip") if packed == "damaged" else path.unlink()
    mirror.asked.clear(), capfd.readouterr()
    assert torch.equal(load(tmp_path).X, first.X) and not mirror.asked and capfd.readouterr() == ("", "")
    (path,) = tmp_path.glob("*/raw/train-images-idx3-ubyte")
    content = bytearray(path.read_bytes())
    content[2] ^= 1  # what kind of numbers follow
    path.write_bytes(content)
    assert torch.equal(load(tmp_path).X, first.X) and mirror.asked
    assert f"{path} is damaged: its contents are not the original's. It will be replaced." in capfd.readouterr().out
