"""Fault injection: what each sample student does to a notebook, and which exercises that costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from course.coursedir.sample_dates import DUE

if TYPE_CHECKING:
    from course.sample.paper import Paper

IN_TIME = DUE - timedelta(hours=6)
LATE = DUE + timedelta(days=1)

# Shown last in a cell, each of these is a trap: nbgrader reads some displayed values as a score.
SHOWN = ('float("nan")', "display(None)", 'import numpy\n\nnumpy.float64("0.0")', "import torch\n\ntorch.tensor(0.0)")
# Inside an answer torch itself warns; what a by-hand answer imports is read strictly, so stderr is for the cell's end.
NOISE = "import torch\n\ntorch.tensor(torch.zeros(1))  # torch warns: to copy construct from a tensor, ..."
STDERR = 'import sys\n\nprint("a line on stderr from this cell", file=sys.stderr)'
# Runs in a student's notebook. The dtypes only go down, so that no wrong input is ever turned back into a right output.
MISSHAPEN = '''import functools

import torch


def copied(value):
    """The value with every tensor in it copied."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(copied, value))
    return value.clone() if torch.is_tensor(value) else value


def misshapen(answer, how):
    """The same numbers in a wrong "shape" or "dtype"; "copy": as "shape", and a copy of the arguments is changed."""
    if isinstance(answer, type):
        for name, method in list(vars(answer).items()):
            if callable(method) and (name == "__call__" or not name.startswith("_")):
                setattr(answer, name, misshapen(method, how))
        return answer
    if callable(answer):

        @functools.wraps(answer)
        def changed(*args, **kwargs):
            if how == "copy":
                args, kwargs = copied(args), copied(kwargs)
            return misshapen(answer(*args, **kwargs), how)

        return changed
    if isinstance(answer, dict):
        return {key: misshapen(item, how) for key, item in answer.items()}
    if isinstance(answer, (list, tuple)):
        return (list if isinstance(answer, list) else tuple)(misshapen(item, how) for item in answer)
    if torch.is_tensor(answer) and how == "dtype":
        return answer.to(torch.float16 if answer.dtype == torch.float32 else torch.float32)
    if torch.is_tensor(answer):
        return answer.unsqueeze(0)
    return None if answer is None else [answer]'''


# Each student's mischief changes the paper, marks the exercises lost on it and returns why the score is what it is.


def perfect(paper: Paper) -> str:
    """Solve everything: all that the exercises are worth is deserved."""
    paper.solve()
    return "every exercise solved"


def _blank(paper: Paper) -> str:
    paper.lose(*paper.exercises)
    return "the released notebook as it is"


def _half(paper: Paper) -> str:
    names = list(paper.exercises)
    done = names[: len(names) // 2]
    paper.solve(done)
    paper.lose(*names[len(done) :])
    return "the first half of each notebook's exercises solved, the rest not begun"


def _mistaken(paper: Paper) -> str:
    paper.solve()
    for name in paper.exercises:
        paper.mistake(name)
    paper.lose(*paper.exercises)
    return "a known mistake in every exercise"


def _shapes(paper: Paper) -> str:
    paper.solve()
    for number, name in enumerate(paper.exercises):
        calls = paper.check_calls(name)
        how = "copy" if "mutates" in calls.options else "dtype" if number % 2 and calls.only("gradient") else "shape"
        for defined in paper.defines(name):
            paper.append(name, f'{defined} = misshapen({defined}, how="{how}")')
        if not calls.only("raises"):
            paper.lose(name)
    for first in list(paper.exercises)[:1]:
        paper.insert(first, MISSHAPEN, before=True)
    return "the right numbers in a wrong shape or dtype"


def _raises(paper: Paper) -> str:
    paper.solve()
    name = paper.pick(0)
    paper.put(name, paper.region(name, 'raise ValueError("this student\'s answer raises an error")'))
    paper.lose(name)
    return f"{name} raises a ValueError, the rest right"


def _loop(paper: Paper) -> str:
    paper.solve()
    name = paper.pick(1)
    paper.put(name, paper.region(name, "while True:\n    pass"))
    paper.lose(name)
    return f"{name} never ends, the rest right"


def _no_test(paper: Paper) -> str:
    paper.solve()
    name = paper.pick(0.5)
    paper.delete(f"check-{name}")
    return f"every exercise solved, the test cell of {name} deleted"


def _duplicate(paper: Paper) -> str:
    paper.solve()
    name = paper.pick(0.5)
    paper.duplicate(name, f"check-{name}")
    return f"every exercise solved, the cells of {name} pasted twice"


def _not_json(paper: Paper) -> str:
    paper.solve()
    text = paper.text()
    paper.spoil(text[: len(text) // 2])
    return f"{paper.name}.ipynb is not JSON: half of the file is missing"


def _late(paper: Paper) -> str:
    paper.solve()
    return "every exercise solved, handed in one day late"


def _traps(paper: Paper) -> str:
    paper.solve()
    for number, name in enumerate(paper.exercises):
        paper.put(name, paper.region(name, NOISE, keep=True))
        paper.append(name, STDERR)
        shown = SHOWN[number % len(SHOWN)]
        paper.append(f"check-{name}", shown)
        paper.insert(f"check-{name}", shown)
    return "every exercise solved; warnings, output on stderr and nan, None or 0 shown in and after the test cells"


def _killed(paper: Paper) -> str:
    paper.solve()
    name = paper.pick(0.5)
    paper.append(name, "import os\n\nos.kill(os.getpid(), 9)")
    paper.lose(name)
    return f"the cell of {name} in {paper.name}.ipynb kills its own kernel; the rest right"


@dataclass(frozen=True)
class Student:
    """A sample student: the mischief, whether it is done in every notebook, and when it is handed in (UTC)."""

    mischief: Callable[[Paper], str]
    everywhere: bool = False
    handed_in: datetime = IN_TIME


STUDENTS = {
    "sample-perfect": Student(perfect, everywhere=True),
    "sample-blank": Student(_blank, everywhere=True),
    "sample-half": Student(_half, everywhere=True),
    "sample-mistaken": Student(_mistaken, everywhere=True),
    "sample-shapes": Student(_shapes, everywhere=True),
    "sample-raises": Student(_raises),
    "sample-loop": Student(_loop),
    "sample-no-test": Student(_no_test),
    "sample-duplicate": Student(_duplicate),
    "sample-not-json": Student(_not_json),
    "sample-late": Student(_late, everywhere=True, handed_in=LATE),
    "sample-traps": Student(_traps),
    "sample-killed": Student(_killed),
}
