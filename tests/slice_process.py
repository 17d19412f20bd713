"""A process for slices, for tests without a sandbox: it answers in this process, and torch's profiler is its trace."""

import contextlib
import signal
import sys

from course.answers import record
from course.answers.ask import Made
from course.grading.sandbox.inside.messages import encode
from course.grading.sandbox.inside.parser import decode
from course.grading.sandbox.inside.responder import OUTLET
from course.grading.sandbox.inside.slices import SliceKernel
from course.grading.sandbox.remote_kernel import KernelLost, checked_reply

IN_PYTHON = ("broadcast_shapes", "Adam", "clip_grad_norm")
"""Forbidden functions that a process for slices notes by itself."""


def over(value):
    """What arrives where ``value`` is sent through a wall."""
    text, data = encode(value)
    return decode(text, bytearray(b"".join(data)))


@contextlib.contextmanager
def undisturbed():
    """Inside, somebody may take this process for its own; afterwards it is the tests' again."""
    kept = signal.getsignal(signal.SIGINT), sys.modules["__main__"], OUTLET.channel, OUTLET.left
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, kept[0])
        sys.modules["__main__"], OUTLET.channel, OUTLET.left = kept[1:]


class SliceProcess:
    """Answers as a ``RemoteKernel`` that ``Room.reading`` made. ``questions`` are what it was asked, in order.

    ``dies`` are the words in a slice, or the names of functions, that end it.
    """

    def __init__(self, dies=()):
        with undisturbed():
            self.inner = SliceKernel(None)
        self.lost, self.dies = "", dies
        self.slices, self.questions, self._asked = [], [], []

    def _answer(self, request):
        if self.lost:
            raise KernelLost(self.lost)
        with undisturbed(), record.recording(IN_PYTHON, typed=True) as asked:
            said = getattr(self.inner, f"do_{request['do']}")(over(request))
        self._asked += asked
        return over(said)

    def _die(self):
        self.lost = "it ended itself"
        raise KernelLost(self.lost)

    def slice(self, statements, seconds=None):
        self.slices.append([source.strip() for _, source in statements])
        if any(word in source for _, source in statements for word in self.dies):
            self._die()
        self._answer({"do": "slice", "statements": [list(each) for each in statements]})

    def ask(self, name, made, calls):
        self.questions.append(name)
        if name in self.dies:
            self._die()
        replies = self._answer({"do": "ask", "name": name, "made": made, "calls": list(calls)})["replies"]
        return [checked_reply(each) for each in replies]

    def asked(self):
        if self.lost:
            raise KernelLost(self.lost)
        found, self._asked = self._asked, []
        return found

    def line_of(self, name, calls, *, hand, forbid):
        if self.lost:
            raise KernelLost(self.lost)
        with undisturbed():  # it records by itself
            said = self.inner.do_line(over({"name": name, "calls": list(calls), "hand": hand, "forbid": list(forbid)}))
        return said["line"]

    def make(self, name, build):
        said = self._answer({"do": "make", "name": name, "build": list(build)})
        return said["made"], Made(checked_reply(said["reply"]), None, said["module"], said["parameters"])

    def end(self):
        self.lost = self.lost or "it has ended"
