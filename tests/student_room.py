"""A submission in a sandbox, for the tests of the sandbox: its kernel, the files beside it, what it may take."""

import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_notebook

from course.grading.sandbox.limits import Limits
from course.grading.sandbox.outputs import outputs_of
from course.grading.sandbox.remote_kernel import KernelLost

SECRET = "what-the-grader-knows-8f21"
IN_TMP = sorted({Path(p).parts[2] for p in (sys.prefix, sys.base_prefix) if Path(p).parts[1:2] == ("tmp",)})
"""What a room sees in /tmp where this very Python lies in there, as in a clone under /tmp: the way to it."""
LIMITS = Limits(memory=600 << 20, processes=12, file_size=1 << 20, space=8 << 20, max_output=100_000, question=2.0)
FILES = {
    "data.csv": b"a,b\n1,2\n",
    "sub/more.txt": b"more",
    "helper.py": b"VALUE = 7\n",
    "torch.py": b"raise SystemExit('the wrong torch')",
    "random.py": b"raise SystemExit('the wrong random')",
    "sitecustomize.py": b"raise SystemExit('the wrong sitecustomize')",
    "course/check.py": b"raise SystemExit('the wrong course')",
    "course/__init__.py": b"raise SystemExit('the wrong course')",
}


class Submission:
    """A submission in the room, in whose kernel cells run."""

    def __init__(self, room):
        self.room, self.kernel = room, room.kernel()

    def run(self, code, seconds=10.0, clean=False):
        return self.kernel.run(code, seconds=seconds, clean=clean)

    def text(self, code, **more):
        """What a cell prints; an exception of the cell's fails the test."""
        ran = self.run(code, **more)
        assert ran.ok, ran.outputs
        return "".join(content["text"] for kind, content in ran.outputs if kind == "stream")

    def error(self, code, **more):
        """The name and the message of the exception in which a cell ends."""
        ran = self.run(code, **more)
        kind, content = ran.outputs[-1]
        assert not ran.ok and kind == "error", ran.outputs
        return f"{content['ename']}: {content['evalue']}"

    def lost(self, code, seconds=10.0):
        """Why the kernel ended in this cell."""
        with pytest.raises(KernelLost) as lost:
            self.run(code, seconds=seconds)
        return lost.value.reason


def shown(ran):
    """The outputs of a cell as in a notebook: kind and content in short."""
    made = outputs_of(ran, {})
    nbformat.validate(new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=made)]))
    short = {"stream": lambda o: (o.name, o.text), "error": lambda o: o.ename}
    return [short.get(o.output_type, lambda o: (o.output_type, sorted(o.data)))(o) for o in made]
