"""A process that answers by hand: what it cannot do, said in the student's words, and all that goes on working."""

import errno
import platform
from types import SimpleNamespace

import pytest
from filter_machine import ALLOWED, decided

from course.commands import grade
from course.grading.sandbox import walls
from course.grading.sandbox.inside import confine
from course.grading.sandbox.inside.system_calls import AUDIT_ARCHITECTURES, assembled, body

REFUSED = 0x50000 | errno.EPERM
TRIED = """
import os, signal, threading
said = {}
def tried(name, act, *args, **more):
    try:
        said[name] = repr(act(*args, **more))
    except BaseException as error:
        said[name] = f"{type(error).__name__}: {error}"
"""
FORBIDDEN = "PermissionError: [Errno 1] Operation not permitted"


@pytest.fixture
def told(own, room):
    """Runs a cell in a confined process; gives what ``tried`` has noted there."""
    readers = []

    def run(source):
        readers.append(room.reading())
        readers[-1].slice([(False, TRIED), (False, source)])
        return readers[-1].look(["said"])["said"][1]

    yield run
    for each in readers:
        each.end()


@pytest.mark.long
def test_does_it_start_no_thread_and_no_process(told):
    said = told("""
import subprocess, concurrent.futures
tried("thread", threading.Thread(target=print).start)
tried("fork", os.fork)
tried("command", subprocess.run, ["/bin/true"])
tried("other program", os.execv, "/bin/true", ["true"])
tried("pool", lambda: concurrent.futures.ThreadPoolExecutor().submit(print))
""")
    assert said.pop("thread") == said.pop("pool") == "RuntimeError: can't start new thread"
    assert said == dict.fromkeys(("fork", "command", "other program"), FORBIDDEN)


@pytest.mark.long
def test_does_it_reach_no_other_process(told):
    said = told("""
import socket
for pid in (1, 0, -1, os.getppid()):
    tried(f"kill {pid}", os.kill, pid, 0)
tried("socket", socket.socket)
tried("pair", socket.socketpair)
tried("memory", os.memfd_create, "x")
tried("handle", os.pidfd_open, os.getpid())
""")
    assert set(said.values()) == {FORBIDDEN}


@pytest.mark.long
def test_does_it_see_installed_files_and_no_others(own, told):
    own.run("open('note', 'w').write('42'); open('/tmp/note', 'w').write('42'); open('/dev/shm/note', 'w').write('42')")
    said = told("""
for place in ("note", "data.csv", "/tmp/note", "/dev/shm/note", "/proc/self/mem", "/proc/self/maps", "/proc/1/status"):
    tried(place, open, place)
for place in (".", "/tmp", "/dev/shm", "/proc", "/proc/self/fd"):
    tried(place + "/", os.listdir, place)
tried("written", open, "/tmp/mine", "w")
tried("rights", os.chmod, "/tmp/note", 0)
""")
    assert {each.partition(": [")[0] for each in said.values()} == {"PermissionError"}
    said = told("""
import torch, course
tried("null", lambda: open("/dev/null", "w").write("x"))
tried("random", lambda: len(open("/dev/urandom", "rb").read(2)))
tried("torch", lambda: len(open(torch.__file__).read()) > 99)
tried("course", lambda: "course" in open(course.__file__).read())
""")
    assert said == {"null": "1", "random": "2", "torch": "True", "course": "True"}


@pytest.mark.long
def test_can_its_record_not_be_closed_copied_replaced_or_written_to(room, told):
    said = told("""
import fcntl, io, stat
def pipe(number):
    try:
        return stat.S_ISFIFO(os.fstat(number).st_mode)
    except OSError:
        return False
found = [number for number in range(500) if pipe(number)]
said["pipes"] = str(len(found))
record = found[-1]
os.closerange(0, 500)
for act, args in {
    os.close: (record,), os.dup: (record,), os.dup2: (record, 60), os.set_blocking: (record, False),
    os.ftruncate: (record, 0), os.pwrite: (record, b"x", 0), fcntl.fcntl: (record, fcntl.F_DUPFD, 60),
}.items():
    tried(act.__name__, act, *args)
tried("onto", os.dup2, 1, record)
said["still"] = str(pipe(record))
""")
    assert said.pop("pipes") == "2", "torch's trace and its words: nothing that it shares with others is open"
    assert said.pop("still") == "True"
    assert set(said.values()) == {FORBIDDEN}
    said = told("""
import io
tried("write", os.write, 3, b"x")
tried("writev", os.writev, 3, [b"x"])
tried("open", open, 3, "w")
tried("FileIO", io.FileIO, 3, "w")
""")
    assert all("not available here" in each for each in said.values()), said


@pytest.mark.long
def test_can_it_not_undo_its_limits(told):
    said = told("""
import resource
tried("data", resource.setrlimit, resource.RLIMIT_DATA, (1 << 20, 1 << 20))
tried("files", resource.setrlimit, resource.RLIMIT_NOFILE, (99, 99))
tried("look", lambda: resource.getrlimit(resource.RLIMIT_NOFILE)[0])
""")
    assert said.pop("look") == "512"
    assert {each.partition(":")[0] for each in said.values()} <= {"ValueError", "PermissionError"}


@pytest.mark.long
def test_can_it_still_be_interrupted(told):
    assert told("try: signal.raise_signal(2)\nexcept KeyboardInterrupt: said['own'] = 'heard'") == {"own": "heard"}


WORKS = {
    "torch": """
import torch
x = torch.randn(8, 8)
tried("matmul", lambda: (torch.randn(300, 300) @ torch.randn(300, 300)).shape)
tried("conv", lambda: torch.nn.functional.conv2d(torch.randn(2, 3, 9, 9), torch.randn(4, 3, 3, 3)).shape)
tried("svd", lambda: torch.linalg.svd(x)[1].shape)
tried("fft", lambda: torch.fft.fft(x).shape)
tried("jit", lambda: torch.jit.script(torch.nn.Linear(8, 8))(x).shape)
""",
    "training": """
import torch
from torch.utils.data import DataLoader, TensorDataset
def train():
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    steps = torch.optim.Adam(net.parameters())
    for (X,) in DataLoader(TensorDataset(torch.randn(9, 2)), batch_size=4, shuffle=True, num_workers=0):
        steps.zero_grad()
        net(X).square().mean().backward()
        steps.step()
tried("train", train)
def profiled():
    with torch.autograd.profiler.profile() as seen:
        torch.tanh(torch.ones(2))
    assert len(seen.function_events)
tried("profile", profiled)
""",
    "libraries": """
import numpy as np, pandas as pd
from tqdm import tqdm
from tqdm.auto import trange
tried("linalg", lambda: np.linalg.svd(np.random.rand(5, 5))[1].shape)
tried("pandas", lambda: pd.DataFrame({"a": [1, 2]}).describe().shape)
tried("tqdm", lambda: sum(tqdm(range(5))) + sum(trange(4)))
def draw():
    import matplotlib.pyplot as plt
    fig, axes = plt.subplots()
    axes.plot([1, 2])
    axes.set_title("$x^2$")
    fig.canvas.draw()
tried("figure", draw)
""",
    "python": """
import dataclasses, enum, collections, typing, logging, warnings, traceback, inspect, functools, gc
@dataclasses.dataclass
class A:
    x: int = 1
tried("dataclass", lambda: A())
tried("enum", lambda: enum.Enum("E", "a b"))
tried("namedtuple", lambda: collections.namedtuple("N", "a b", defaults=(1,))(2))
tried("typing", lambda: typing.NamedTuple("M", [("a", int)])(1))
tried("logging", lambda: logging.getLogger("x").warning("hi"))
tried("warnings", lambda: warnings.warn("x"))
tried("inspect", lambda: (inspect.signature(tried), inspect.currentframe().f_lineno))
tried("cache", lambda: functools.cache(len)("abc"))
tried("collect", gc.collect)
def shown():
    try: 1 / 0
    except ZeroDivisionError: return traceback.format_exc()
tried("traceback", shown)
""",
    "late imports": """
import importlib
for name in ("asyncio cProfile concurrent.futures csv decimal doctest fractions html multiprocessing pdb sched secrets "
             "sqlite3 statistics tempfile timeit unittest uuid xml.etree.ElementTree zoneinfo numpy.polynomial "
             "torch.testing torch.fx torch.optim.swa_utils torchvision.datasets "
             "torchvision.transforms PIL.Image course.data").split():
    tried(name, importlib.import_module, name)
""",
}


@pytest.mark.long
@pytest.mark.parametrize("what", WORKS)
def test_does_all_else_work_as_ever(told, what):
    said = told(WORKS[what])
    assert said and not {name: each for name, each in said.items() if not each.startswith("'") and "Error: " in each}


@pytest.mark.parametrize("machine", sorted(AUDIT_ARCHITECTURES))
def test_does_the_filter_know_whose_descriptor_and_whose_signal_it_is(machine):
    named = {"x86_64": {"close": 3, "dup3": 292, "kill": 62, "write": 1}}
    named["aarch64"] = {"close": 57, "dup3": 24, "kill": 129, "write": 64}
    program = assembled(machine, body(confine.rules_for_one(machine, 77, [5, 9])))

    def decides(name, *args):
        return decided(program, machine, named[machine][name], *args)

    assert decides("close", 5) == decides("close", 9) == decides("dup3", 9, 30) == decides("dup3", 30, 5) == REFUSED
    assert decides("close", 6) == decides("dup3", 6, 30) == decides("write", 5) == ALLOWED
    assert decides("kill", 77, 2) == ALLOWED and decides("kill", 1, 2) == decides("kill", 2**32 - 1, 9) == REFUSED


@pytest.mark.parametrize(("machine", "clone", "clone3"), [("x86_64", 56, 435), ("aarch64", 220, 435)])
def test_are_threads_let_through_for_cuda_and_processes_never(machine, clone, clone3):
    for gpu in (False, True):
        program = assembled(machine, body(confine.rules_for_all(machine, gpu=gpu)))
        assert decided(program, machine, clone, 17) == REFUSED, "SIGCHLD: a process"
        assert decided(program, machine, clone, 0x3D0F00) == (ALLOWED if gpu else REFUSED), "as glibc starts threads"
        assert decided(program, machine, clone3) == (0x50000 | errno.ENOSYS if gpu else REFUSED)


def test_are_the_folders_of_a_submission_closed_but_for_a_python_in_them(tmp_path):
    for name in ("home/deep/python/lib/absent", "home/other", "usr/lib/absent", "usr/lib/there", "bin"):
        (tmp_path / name).mkdir(parents=True)
    python, absent = (
        tmp_path / "home/deep/python",
        [tmp_path / "home/deep/python/lib/absent", tmp_path / "usr/lib/absent"],
    )
    found = dict(confine.readable(tmp_path, [tmp_path / "home"], absent, [python]))
    in_full = {place.relative_to(tmp_path).as_posix() for place, rights in found.items() if rights == 4 | 8}
    listed = {place.relative_to(tmp_path).as_posix() for place, rights in found.items() if rights == 8}
    assert in_full == {"usr/lib/there", "bin"} and listed == {"usr/lib", "home/deep/python/lib"}


def test_is_a_kernel_without_landlock_named_to_who_grades(monkeypatch):
    said = []
    monkeypatch.setattr(walls, "landlock_version", lambda: 0)
    grade.see_what_there_is(SimpleNamespace(unsafe=False, device="cpu"), said.append)
    assert len(said) == 1 and said[0].startswith("This machine's kernel has no Landlock")


def test_does_nothing_fail_where_there_are_no_means(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    monkeypatch.setattr(confine, "_system_call", lambda: None)
    monkeypatch.setattr(confine, "Absences", lambda: SimpleNamespace(take_on=lambda: None))
    monkeypatch.setattr(confine, "cuts", list)
    made = confine.Confinement([])
    assert made.descriptors == ()
    made.take_on([3])
