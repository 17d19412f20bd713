"""What torch is asked is recorded whatever is tried, and what cannot be recorded is said."""

import os
import re
import subprocess
import sys
import threading

import pytest

from course.answers.absent import NotHere
from course.grading.sandbox.inside.recording import CUT, INCOMPLETE, not_here

pytestmark = pytest.mark.long
NODE = re.compile(r'"id": \d+, "name": "(\S+?)"')
RECORDED = """
import torch
from torch.autograd.profiler import record_function
x = torch.tensor([[0.3, -1.0]], dtype=torch.float64)
op, keys = torch.ops.aten._softmax.default, torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)
said = {}
def flush():
    with record_function("." * 20_000):
        pass
def tried(act):
    try:
        act()
        return "done"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
"""


class Recorded:
    """A reader with both its pipes read: ``trace`` and ``words`` are texts once ``end`` was called."""

    def __init__(self, room):
        (trace, theirs), (words, theirs_too) = os.pipe(), os.pipe()
        self.kernel = room._fork({"do": "read"}, (theirs, theirs_too))
        os.close(theirs)
        os.close(theirs_too)
        self.texts = {trace: bytearray(), words: bytearray()}
        self.threads = [threading.Thread(target=self._drain, args=(end,)) for end in self.texts]
        for each in self.threads:
            each.start()

    def _drain(self, end):
        while piece := os.read(end, 1 << 16):
            self.texts[end] += piece
        os.close(end)

    def said(self, source):
        """Runs a cell; gives what it noted, the operations, and torch's words on the standard error."""
        self.kernel.slice([(False, RECORDED), (False, source + "\nflush()")])
        said = self.kernel.look(["said"])["said"][1]
        self.kernel.end()
        for each in self.threads:
            each.join()
        trace, words = (text.decode() for text in self.texts.values())
        return said, NODE.findall(trace), words


@pytest.mark.parametrize(
    ("how", "source"),
    {
        "a script": "torch.jit.script(torch.nn.Softmax(-1))(x)",
        "a traced function": "torch.jit.trace(lambda a: torch.softmax(a, -1), x)(x)",
        "inference mode": "with torch.inference_mode(): torch.softmax(x, -1)",
        "a callback": "x.clone().apply_(lambda a: torch.softmax(x, -1)[0, 0].item())",
        "another name": "torch.special.softmax(x, -1)",
        "the operator": "op(x, -1, False)",
        "the dispatcher": "torch._C._dispatch_call_boxed(op._handle, x, -1, False)",
        "the interpreter": "torch._C._jit_get_operation('aten::_softmax')[0](x, -1, False)",
        "below autograd": "with torch._C._AutoDispatchBelowAutograd(): torch.softmax(x, -1)",
        "after torch's profiler": "with torch.profiler.profile(): pass\ntorch.softmax(x, -1)",
        "while torch's profiler runs": "with torch.autograd.profiler.profile(): torch.softmax(x, -1)",
    }.items(),
)
def test_is_an_operation_recorded_however_it_is_asked_for(own, room, how, source):
    _, operations, words = Recorded(room).said(source)
    assert "aten::_softmax" in operations and INCOMPLETE not in words, how


STOPPING = """
words = "trace_observer", "clear_callbacks", "enable_record_function", "test_observer"
places = torch._C._profiler, torch._C._autograd, torch.autograd, torch.autograd.profiler, torch.profiler.profiler
for module in places:
    for name in dir(module):
        if any(word in name for word in words):
            said[f"{module.__name__}.{name}"] = tried(lambda: getattr(module, name)(False))
            said[f"{module.__name__}.{name}()"] = tried(getattr(module, name))
said["ExecutionTraceObserver"] = tried(lambda: torch.profiler.ExecutionTraceObserver().register_callback("/dev/null"))
torch.softmax(x, -1)
"""


def test_does_no_function_of_torchs_stop_the_record(own, room):
    said, operations, _ = Recorded(room).said(STOPPING)
    assert "aten::_softmax" in operations
    assert {each.partition(":")[0] for each in said.values()} == {"NotHere"}
    assert {name.rpartition(".")[2] for name in said} >= {"_clear_callbacks", "_remove_execution_trace_observer"}


def test_are_the_ways_past_the_record_not_there(own, room):
    said, operations, _ = Recorded(room).said("""
said["redispatch"] = tried(lambda: op.redispatch(keys, x, -1, False))
said["handle"] = tried(lambda: op._handle.redispatch_boxed(keys, x, -1, False))
said["kernel"] = tried(lambda: torch.library.get_kernel("aten::_softmax", "CPU").call_boxed(keys, x, -1, False))
said["static"] = tried(lambda: torch._C._jit_to_static_module(torch.jit.trace(torch.sin, x).graph))
""")
    assert all(each.startswith("NotHere") for each in said.values()), said
    assert "aten::_softmax" not in operations


@pytest.mark.parametrize(
    "tensor", ["torch.nested.nested_tensor([x[0], x[0]])", "torch.eye(2, dtype=torch.float64).to_sparse_csr()"]
)
def test_is_it_said_where_torch_cannot_record_an_operation(own, room, tensor):
    said, _, words = Recorded(room).said(f"a = {tensor}\nsaid['done'] = tried(lambda: a.abs())")
    assert said == {"done": "done"} and INCOMPLETE in words


def test_can_the_way_of_torchs_words_not_be_cut(own, room):
    said, _, words = Recorded(room).said("""
import os
said["close"] = tried(lambda: os.close(2))
said["replace"] = tried(lambda: os.dup2(os.open("/dev/null", os.O_RDWR), 2))
torch.nested.nested_tensor([x[0], x[0]])
""")
    assert {each.partition(":")[0] for each in said.values()} == {"PermissionError"} and INCOMPLETE in words


HELD = """
import gc, sys, torch, torch.profiler.profiler
import torch._dynamo, multiprocessing.connection, faulthandler
from course.grading.sandbox.inside import recording
functions = [
    recording._found(path).__dict__[name]
    for path, names in recording.CUT.items() for name in names
    if name in getattr(recording._found(path), "__dict__", {}) and not isinstance(recording._found(path), type)
]
found = recording.cuts()
print(len(functions), len(found) > len(functions))
recording.cut(found)
print([type(each).__name__ for each in gc.get_referrers(*functions) if each is not functions])
print(hasattr(torch._C._DispatchOperatorHandle, "redispatch_boxed"), found)
"""


def test_does_no_object_of_pythons_hold_what_could_stop_it():
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", HELD], capture_output=True, text=True, check=False)
    first, left, last = ran.stdout.splitlines()
    assert first.endswith("True") and int(first.split()[0]) >= 12, ran.stderr
    assert left == "[]" and last == "True []"


def test_does_this_torch_have_all_that_is_cut():
    import torch.profiler.profiler  # noqa: F401

    from course.grading.sandbox.inside.recording import _found

    assert not [(path, name) for path, names in CUT.items() for name in names if not hasattr(_found(path), name)]
    with pytest.raises(NotHere, match="^clear is not available here$"):
        not_here("clear")(1, x=2)
