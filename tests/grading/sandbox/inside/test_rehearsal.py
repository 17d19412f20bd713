"""What is done before the first fork answers, and leaves nothing behind."""

import os
import subprocess
import sys

import pytest
from home import ROOT

pytestmark = pytest.mark.long


REHEARSED = """
import ctypes, linecache, random, sys, warnings
import matplotlib.pyplot as plt, numpy as np, torch
from course.grading.sandbox.inside import rehearsal
from course.grading.sandbox.inside.shell import OUTLET, make_shell


shell = make_shell()
torch.set_num_threads(1)


def state():
    names = {name: (type(value), value if isinstance(value, (list, dict, str)) else 0)
             for name, value in shell.user_ns.items()}
    return {
        "names": names, "count": shell.execution_count, "module": sys.modules["__main__"], "out": OUTLET.channel,
        "streams": (sys.stdout, sys.stderr), "hook": sys.displayhook, "figures": plt.get_fignums(),
        "random": (random.random(), np.random.rand(), float(torch.rand(()))), "failed": (shell.failed, shell.exited),
        "torch": (torch.get_default_dtype(), torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "filters": list(warnings.filters),
    }


def again():
    random.seed(1), np.random.seed(1), torch.manual_seed(1)


class Malloc(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]


def gaps():
    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = Malloc
    found = ask()
    return found.fordblks - found.keepcost


again()
before = state()
again()
said = rehearsal.warm_up(shell)
after = state()
for what in before:
    assert before[what] == after[what], (what, before[what], after[what])
assert not [each for each in said if "error" in each], said
ran = [each["ran"]["ok"] for each in said if "ran" in each]
assert ran.count(False) == rehearsal.REPEATS and ran.count(True) == 6 * rehearsal.REPEATS, ran
replies = [reply for each in said for reply in each.get("replies", ())]
assert len(replies) == 2 * 2 * 8 * rehearsal.REPEATS and all("value" in reply for reply in replies)
lines = [each["line"] for each in said if "line" in each]
assert lines == ["return torch.sigmoid(s) - 0.5"] * rehearsal.REPEATS, lines
assert torch.broadcast_shapes.__module__ == "torch.functional", "no function is noted in what others get"
assert not any("error" in reply or "refused" in reply for reply in replies)
found = gaps()
rehearsal.fill_gaps()
assert gaps() < found / 10, (found, gaps())
"""


FORKS = """
import os, time
import torch
from course.grading.sandbox.inside import rehearsal
from course.grading.sandbox.inside.confine import Confinement
from course.grading.sandbox.inside.shell import make_shell
from course.answers import record

torch.set_num_threads(1)
rehearsal.warm_up(make_shell())
confinement = Confinement([])
assert not torch.autograd._profiler_enabled()


def threads():
    return len(os.listdir("/proc/self/task"))


def fork(act):
    pid, deadline = os.fork(), time.monotonic() + 30
    if pid == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    while time.monotonic() < deadline:
        if (ended := os.waitpid(pid, os.WNOHANG))[0]:
            return os.waitstatus_to_exitcode(ended[1])
        time.sleep(0.01)
    os.kill(pid, 9)
    return "it hangs"


def profile():
    for _ in range(3):
        with record.recording() as asked:
            torch.ones(3).tanh()
        assert "aten::tanh" in {each.name for each in asked}


def profile_alone():
    profile()
    assert threads() == 1, threads()


def confined():
    confinement.take_on([])
    profile()


assert [fork(profile_alone) for _ in range(3)] == [0, 0, 0]
assert fork(lambda: (profile(), fork(profile_alone) == 0 or 1 / 0)) == 0, "as a kernel is copied"
assert fork(confined) == 0, "where no thread can be started"
"""


def run(code, **environment):
    """A Python of its own that has run this code."""
    settings = {"cwd": ROOT, "env": {**os.environ, "OMP_NUM_THREADS": "1", **environment}}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, **settings)


def test_can_every_fork_profile_after_the_rehearsal_without_a_thread():
    done = run(FORKS)
    assert done.returncode == 0, done.stderr


def test_does_a_rehearsal_answer_and_leave_nothing_behind():
    done = run(REHEARSED, MALLOC_ARENA_MAX="1")  # else the profiler's thread has memory of its own, half of it free
    assert done.returncode == 0, done.stderr
