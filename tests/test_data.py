"""Are the sets that are made on the spot what they say?"""

import subprocess
import sys

import pytest
import torch

from course import data


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


def test_is_importing_data_and_training_cheap():
    heavy = ("torchvision", "sklearn", "matplotlib", "ipywidgets", "IPython")
    code = f"import sys, course.data, course.train; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
