"""What is done before the first fork answers, and leaves nothing behind."""

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
assert not any("error" in reply or "refused" in reply for reply in replies)
found = gaps()
rehearsal.fill_gaps()
assert gaps() < found / 10, (found, gaps())
"""


def test_does_a_rehearsal_answer_and_leave_nothing_behind():
    done = subprocess.run([sys.executable, "-c", REHEARSED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
