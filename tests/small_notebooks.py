"""Small notebooks to grade: exercises and tests, cells that end Python, cells that spoil what comes after."""

from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course.grading.run.execute import Execute
from course.grading.sandbox.walls import bubblewrap

SETTINGS = {"timeout": 2, "question_timeout": 3, "total_timeout": 60, "memory": 500, "max_output": 50_000}
"""One room serves all tests that grade with these."""


@pytest.fixture(autouse=True)
def sandbox():
    bubblewrap()  # or say what to install


def given(source):
    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = _meta("given", locked=True)
    return cell


def _meta(grade_id, **more):
    plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {**plain, "grade_id": grade_id, **more}


def answer(name, source):
    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = _meta(name, solution=True)
    return cell


def test_cell(name, source="", points=1):
    cell = new_code_cell(source or f'check.function({name}, lambda X: 2 * X, on=cases.draw(seeds=2, X="n h"))')
    cell.metadata["nbgrader"] = _meta(f"check-{name}", grade=True, locked=True, points=points)
    return cell


test_cell.__test__ = False


def exercise(name, more="", test=""):
    """A right answer, with ``more`` below it in its cell, and its test."""
    return [answer(name, f"def {name}(X):\n    return torch.add(X, X)\n{more}"), test_cell(name, test)]


def notebook(*cells):
    flat = [cell for each in cells for cell in (each if isinstance(each, list) else [each])]
    return new_notebook(cells=[new_code_cell("import torch"), *flat])


def run_notebook(nb, *, files=None, **settings):
    """The executed and judged copy of ``nb``, with these files beside it; ``settings`` are Execute's."""
    return Execute(**settings).once(nbformat.from_dict(deepcopy(nb)), files or {})


def passed(done):
    return {record["exercise"]: record["passed"] for record in done.metadata.course.exercises}


DEAF = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\nwhile True: pass"


ENDS = {
    "os._exit": "import os\nos._exit(0)",
    "killed": "import os\nos.kill(os.getpid(), 9)",
    "wedged": DEAF,
    "closed files": "import os\nos.closerange(0, 512)",
    "builtins": "import builtins\nbuiltins.len = builtins.print = builtins.isinstance = None",
    "memory": "x = b'1' * (600 << 20)",
    "memory, bit by bit": "x = []\nwhile True: x.append(b'1' * (10 << 20))",
    "segfault": "import ctypes\nctypes.string_at(0)",
    "noise on its files": "import os, contextlib\nfor n in range(3, 64):\n"
    "    with contextlib.suppress(OSError): os.write(n, b'\\xff' * 64)",
}


SPOILS = {
    "kills everything": "import os\nos.kill(-1, 9)",
    "quit": "quit()",
    "exit": "import sys\nsys.exit()",
    "error": "1 / 0",
    "loop": "while True: pass",
    "gradients off": "torch.set_grad_enabled(False)",
    "inference": "torch.inference_mode().__enter__() if False else torch.autograd.set_grad_enabled(False)",
    "default dtype": "torch.set_default_dtype(torch.float16)",
    "default device": "torch.set_default_device('meta')",
    "threads": "torch.set_num_threads(3)",
    "builtins as names": "sum = 3\nprint = len = type = range = None\ncheck = cases = 5",
    "flood": "for n in range(99_999): print('x' * 99)",
    "streams": "import sys\nsys.stdout.close(); sys.stderr = None",
    "no more errors": "get_ipython().showtraceback = None",
    "no more cells": "get_ipython().user_ns.pop('In')",
    "a thread": "import threading\nthreading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()",
    "a child": "import subprocess\nsubprocess.Popen(['sleep', '99'])",
    "seeds": "torch.manual_seed(0)",
    "folder": "import os\nos.chdir('/')",
    "warnings": "import warnings\nwarnings.warn('careful')",
    "alarm": "import signal\nsignal.alarm(1)\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)",
}
