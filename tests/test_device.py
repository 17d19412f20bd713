"""Grading on a GPU: what can be seen of it where there is none."""

from contextlib import closing

import pytest
import torch
from authoring_course import make_course
from home import ROOT
from small_class import hand_in, right

from course import check, device
from course.answers import ask
from course.authoring.notebooks.release import release_week
from course.cases import draw
from course.cli import main
from course.grading.gradebook.classroom import Classroom
from course.grading.run.execute import Execute
from course.grading.run.judging import There, Witness
from course.grading.sandbox import limits, walls
from course.grading.sandbox import room as rooms
from course.grading.sandbox.walls import bubblewrap, filter_file

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def double(X):
    return 2 * X


@pytest.mark.parametrize("gpu", [False, True])
def test_does_only_a_question_to_a_new_process_go_to_the_gpu(gpu):
    there = There("double", Witness(None, [], None, gpu=gpu))
    own = [CPU, CUDA] if gpu else [CPU]
    assert ask.devices(there, hand=True) == own
    assert ask.devices(there, forbid=["relu"]) == own and ask.devices(there, memory=True) == own
    assert ask.devices(there) == [CPU], "a copy of the student's kernel"
    assert There("double", there._witness, made=0).devices(hand=True, forbid=(), memory=False) == [CPU], "a module"


def test_is_an_answer_of_this_process_asked_on_every_device(monkeypatch):
    assert ask.devices(double) == device.available()
    monkeypatch.setattr(device, "has_cuda", lambda: True)
    assert ask.devices(double) == [CPU, CUDA]
    asked = []
    monkeypatch.setattr(device, "to", lambda value, place: asked.append(torch.device(place)) or value)
    check.function(double, lambda X: 2 * X, on=draw(seeds=1, X="n d"))
    assert CUDA in asked


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("wanted", ["auto", "cpu", "cuda"])
def test_is_the_gpu_used_where_it_is_asked_for_and_there(monkeypatch, wanted, there):
    monkeypatch.setattr(device, "has_cuda", lambda: there)
    assert Execute(device=wanted).limits.gpu is (there and wanted != "cpu")


def options(argv, *words):
    """Whether these words stand in a command, one after another; and where."""
    places = [n for n in range(len(argv)) if tuple(argv[n : n + len(words)]) == words]
    return places[0] if places else None


def test_does_the_sandbox_let_the_gpu_through_only_where_it_is_asked_for(monkeypatch):
    bubblewrap()
    monkeypatch.setattr(walls.glob, "glob", lambda pattern: ["/dev/nvidiactl", "/dev/nvidia0"])
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    with closing(filter_file()) as program:
        without = walls.command(1 << 20, program, worlds=False)
        given = walls.command(1 << 20, program, gpu=True, worlds=False)
        in_worlds = walls.command(1 << 20, program, gpu=True)
    assert not [word for word in without if "nvidia" in word or word.startswith("/sys")]
    assert walls.GPU_VARIABLE not in without
    for place in ("/dev/nvidia0", "/dev/nvidiactl"):
        assert options(given, "--dev", "/dev") < options(given, "--dev-bind", place, place)
        assert options(given, "--dev-bind", place, place) < options(given, "--remount-ro", "/dev")
        assert options(in_worlds, "--dev-bind", place, place) is not None
    driver = options(given, "--ro-bind-try", "/proc/driver/nvidia", "/proc/driver/nvidia")
    assert options(given, "--tmpfs", "/proc/driver") < driver < options(given, "--remount-ro", "/proc/driver")
    assert options(given, "--setenv", walls.GPU_VARIABLE, "3") is not None
    for argv in (without, given):
        assert options(argv, "--setenv", "CUDA_VISIBLE_DEVICES", "") is not None, "hidden until a slice runs"


LOOK = "import os, torch\nseen = [torch.cuda.{}(), torch.cuda.is_initialized(), os.environ['CUDA_VISIBLE_DEVICES']]"


@pytest.mark.long
def test_does_nothing_begin_with_cuda_before_the_fork():
    """torch notes in a child whether its parent had touched the driver: such a child cannot use it."""
    with closing(rooms.Room(limits.Limits(gpu=True))) as room:
        room.enter({})
        kernel = room.kernel()
        kernel.run(LOOK.format("_is_in_bad_fork"), seconds=60, clean=True)
        assert kernel.look(["seen"])["seen"] == ["value", [False, False, ""]]
        kernel.run(LOOK.format("is_available"), seconds=60, clean=True)
        assert kernel.look(["seen"])["seen"] == ["value", [False, False, ""]], "cells run on the CPU"
        copy = kernel.snapshot()
        copy.run(LOOK.format("_is_in_bad_fork"), seconds=60, clean=True)
        assert copy.look(["seen"])["seen"] == ["value", [False, False, ""]], "asking has not touched the driver"
        new = room.reading()
        new.slice([(False, LOOK.format("_is_in_bad_fork"))])
        assert new.look(["seen"])["seen"] == ["value", [False, False, "0"]]


@pytest.mark.long
def test_does_grading_fall_back_to_the_cpu_and_say_so(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(device, "has_cuda", lambda: False)
    root = make_course(tmp_path / "course")
    Classroom(root)
    release_week(root, "week9")
    hand_in(root, "ada", right)
    monkeypatch.chdir(root)
    assert main(["grade", "--jobs", "1"]) == 0
    said, expected = capfd.readouterr(), (root / "grades.csv").read_bytes()
    assert "CUDA" not in said.err
    assert main(["grade", "--jobs", "1", "--force", "--device", "cuda"]) == 0
    assert capfd.readouterr().err == "There is no CUDA GPU here: everything is graded on the CPU.\n"
    assert (root / "grades.csv").read_bytes() == expected


def test_does_the_benchmark_find_the_largest_difference_of_two_devices(monkeypatch, tmp_path, capsys):
    import importlib.util

    spec = importlib.util.spec_from_file_location("gpu", ROOT / "benchmarks" / "gpu.py")
    gpu = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gpu)
    monkeypatch.setattr(device, "has_cuda", lambda: False)
    assert gpu.main([]) == 0 and "no CUDA GPU here: nothing was compared" in capsys.readouterr().out

    monkeypatch.setattr(device, "has_cuda", lambda: True)

    def off_by_a_little(value, place):
        by = 1 + 1e-12 * (torch.device(place).type == "cuda")
        return device.map_tensors(value, lambda tensor: by * tensor if tensor.is_floating_point() else tensor)

    monkeypatch.setattr(device, "to", off_by_a_little)
    found, refused = gpu.compared([make_course(tmp_path) / "source" / "week9" / "small.py"])
    gap, where = found.worst["answers", "float64"]
    assert gap == pytest.approx(1e-12, rel=0.01) and where == "week9 double" and not refused
    assert found.count["answers", "float64"] == 2 * (8 + 31), "with seven edges; the visible, then the hidden; twice"
    assert "answers   float64" in found.table()
