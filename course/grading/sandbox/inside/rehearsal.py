"""Warm-up before the first fork: what every submission does, done once, so that its set-up at first use is shared.

A forked process writes into its own copy of each page of memory that it changes. Python changes much on the way to its
first answer: it remembers where methods stand, turns bytecode into faster bytecode, imports at the first use, and puts
new objects into the gaps that old ones have left all over the memory. See benchmarks/levers.md for what that costs.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import random
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from course.grading.sandbox.inside.kernel import Kernel
from course.grading.sandbox.inside.responder import Responder
from course.grading.sandbox.inside.shell import OUTLET, RoomShell
from course.grading.sandbox.inside.slices import SliceKernel
from course.grading.sandbox.inside.wire import Channel

REPEATS = 12
"""Python makes bytecode faster after eight runs."""

_DEFINITIONS = (
    "import torch\nfrom course import check",
    'def scores(X, w):\n    """X (m, d), w (d,): what is shown."""\n    s = X @ w\n    return torch.sigmoid(s) - 0.5',
    "class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.layer = torch.nn.Linear(2, 1)\n\n    def forward(self, X):\n        return torch.relu(self.layer(X))",
    "def step(w):\n    w -= 0.1 * w\n    return [float(w.sum()), {'w': w}]",
)
_SHOWING = (
    "X = torch.tensor([[1.0, 2.0], [3.0, 4.0]])\nprint(scores(X, X[0]), f'{X.mean():.3f}')\nX",
    "X @ torch.ones(3)",
)
_GRADIENTS = "W = X.clone().requires_grad_()\nloss = ((W - 1) ** 2).exp().mean()\nloss.backward()\nprint(W.grad)"
_MAX_GAP_BYTES, _MAX_IN_A_ROW = 64 << 20, 64


class _Mirror(Channel):
    """A channel whose other end reads what it sends at once, and keeps it in ``said``."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        super().__init__(ours)
        self.other = Channel(theirs)
        self.said: list[Any] = []

    def send(self, value: Any, deadline: float | None = None, fds: tuple[int, ...] = ()) -> None:
        super().send(value, deadline, fds)
        self.said.append(self.other.receive(deadline))

    def through(self, value: Any) -> Any:
        """What comes out of this end when ``value`` is sent from the other."""
        self.other.send(value)
        return self.receive()

    def close(self) -> None:
        super().close()
        self.other.close()


def warm_up(shell: RoomShell, *, gradients: bool = True) -> list[Any]:
    """Run and ask a small notebook, and forget it; returns what was answered.

    Without ``gradients`` torch's backward is left for the forks: the first one counts the GPUs, for good.
    """
    main, interrupt, names = sys.modules["__main__"], signal.getsignal(signal.SIGINT), dict(shell.user_ns)
    random_states = random.getstate(), np.random.get_state(), torch.random.get_rng_state()
    streams, channel = (sys.stdout, sys.stderr), _Mirror()
    try:
        kernel = Kernel(channel, shell, shell.user_ns)
        for code in (*_DEFINITIONS, *_SHOWING, *([_GRADIENTS] if gradients else [])) * REPEATS:
            kernel.answer(channel.through({"do": "run", "code": code, "max_output": 10_000, "clean": True}), [])
        _questions(kernel, channel)
        reader = SliceKernel(channel)
        statements = [[False, source] for source in _DEFINITIONS]
        for _ in range(REPEATS):
            reader.answer(channel.through({"do": "slice", "statements": statements}), [])
        _questions(reader, channel)
        _records(reader, channel)
    finally:
        OUTLET.channel = None
        channel.close()
        sys.stdout, sys.stderr = streams
        sys.modules["__main__"] = main
        signal.signal(signal.SIGINT, interrupt)
        shell.reset(new_session=True)
        for name in names.keys() - shell.user_ns.keys():  # IPython takes its own away with the others
            shell.user_ns[name] = names[name]
        shell.exited = shell.failed = False
        random.setstate(random_states[0])
        np.random.set_state(random_states[1])
        torch.random.set_rng_state(random_states[2])
    return channel.said


def _calls() -> dict[str, list[dict[str, Any]]]:
    """What the functions of the notebook are called with."""
    X, w = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64), torch.tensor([1.0, -1.0], dtype=torch.float64)
    return {"scores": [{"X": X, "w": w}] * 4, "step": [{"w": w}] * 4}


def _questions(kernel: Responder, channel: _Mirror) -> None:
    """Ask about the names of the notebook, as check does."""
    for _ in range(2 * REPEATS):
        kernel.answer(channel.through({"do": "look", "names": ["scores", "step", "Net", "X"]}), [])
        for name, each in _calls().items():
            kernel.answer(channel.through({"do": "ask", "name": name, "made": None, "calls": each}), [])
    kernel.answer(channel.through({"do": "make", "name": "Net", "build": []}), [])


def _records(reader: SliceKernel, channel: _Mirror) -> None:
    """Have torch note what it is asked: its profiler sets itself up at its first use, with a thread of its own.

    That thread stays in this process. A fork goes without, and a fork that may start no thread can profile nonetheless.
    """
    line = {"do": "line", "name": "scores", "calls": _calls()["scores"][:1], "hand": True, "forbid": ["sigmoid"]}
    for _ in range(REPEATS):
        reader.answer(channel.through({"do": "mark", "name": "course::mark"}), [])
        reader.answer(channel.through(line), [])


def draw(channel: Channel, shell: RoomShell, given: Sequence[str]) -> None:
    """Run code of the course's, in a process of its own, and send every figure that is worth keeping. No return."""
    from course.answers import ask
    from course.cache import figures

    figures.keeping(lambda key, picture: channel.send([key, *picture]))
    with contextlib.suppress(BaseException):
        for code in given:
            with ask.clean_settings():  # as in everybody's kernel
                shell.run_cell(code)
    os._exit(0)


def fill_gaps() -> None:
    """Take up what is free between the objects in memory, so that new ones come to lie side by side."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):
        for allocate, sizes in (
            (ctypes.pythonapi.PyObject_Malloc, range(16, 513, 16)),
            (ctypes.CDLL(None).malloc, (*range(64 << 10, 1024, -1024), *range(1024, 23, -16))),
        ):
            allocate.restype, allocate.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
            for size in sizes:
                _fill(allocate, size)


def _fill(allocate: Any, size: int) -> None:
    """Allocate blocks of a size, for good, until many in a row lie side by side."""
    before = in_a_row = 0
    for _ in range(_MAX_GAP_BYTES // size):
        now = allocate(size)
        in_a_row = in_a_row + 1 if 0 < now - before <= size + 32 else 0
        before = now
        if in_a_row == min(_MAX_IN_A_ROW, max(2, (16 << 10) // size - 2)):
            return
