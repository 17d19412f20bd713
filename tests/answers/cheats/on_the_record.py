# ruff: noqa: E501 (code of attackers)
"""Test corpus of cheats: attempts to stop, blind or forge what records the operations, and then torch differentiates."""

from answer_corpus import Answer
from cheating import BY_AUTOGRAD, TANH, cheat

PLAIN = "return by_autograd(torch.tanh, Z, dA)"
STOPPERS = (
    '("_enable_record_function", False), ("_clear_callbacks",), ("_add_execution_trace_observer", "/dev/null"), '
    '("_disable_execution_trace_observer",), ("_remove_execution_trace_observer",)'
)
PIPES = """
import contextlib, os, stat
def pipes():
    for number in range(3, 512):
        with contextlib.suppress(OSError):
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                yield number
"""
LIBRARY = """
import ctypes, os
library = ctypes.CDLL(os.path.join(os.path.dirname(torch.__file__), "lib", "libtorch_cpu.so"))
"""


def _tanh(name: str, style: str, above: str, body: str = PLAIN) -> Answer:
    return cheat(name, TANH, style, body, above=BY_AUTOGRAD + above)


BY_ITS_SWITCHES = (
    _tanh(
        "record-functions-off",
        "torch.autograd._enable_record_function(False)",
        "import contextlib\nwith contextlib.suppress(Exception):\n    torch.autograd._enable_record_function(False)\n",
    ),
    _tanh(
        "callbacks-cleared",
        "torch._C._autograd._clear_callbacks()",
        "import contextlib\nwith contextlib.suppress(Exception):\n    torch._C._autograd._clear_callbacks()\n",
    ),
    _tanh(
        "observer-disabled",
        "the functions that stop torch's execution trace, in the answer",
        "import contextlib\n",
        """
for name, *given in (("_add", "/dev/null"), ("_disable",), ("_remove",)):
    with contextlib.suppress(Exception):
        getattr(torch._C._profiler, name + "_execution_trace_observer")(*given)
return by_autograd(torch.tanh, Z, dA)
""",
    ),
    _tanh(
        "record-paused",
        "the record is off while torch differentiates, and on again when the answer ends",
        """
def switched(on):
    try:
        torch._C._autograd._enable_record_function(on)
    except Exception:
        pass
""",
        "switched(False)\ntry:\n    return by_autograd(torch.tanh, Z, dA)\nfinally:\n    switched(True)",
    ),
    _tanh(
        "switches-found-by-the-collector",
        "whatever of these functions is still known to the garbage collector or in any module",
        f"""
import contextlib, gc, sys
found = [each for each in gc.get_objects() if callable(each)]
found += [each for module in list(sys.modules.values()) for each in list(getattr(module, "__dict__", {{}}).values())]
for name, *given in ({STOPPERS}):
    for each in found:
        with contextlib.suppress(Exception):
            if getattr(each, "__name__", "") == name:
                each(*given)
""",
    ),
    _tanh(
        "switches-from-a-second-import",
        "torch._C is imported a second time, and its functions are there again",
        f"""
import contextlib, importlib, sys
kept = {{name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith("torch._C")}}
with contextlib.suppress(Exception):
    again = importlib.import_module("torch._C")
    for name, *given in ({STOPPERS}):
        for place in (again, again._autograd, again._profiler):
            with contextlib.suppress(Exception):
                getattr(place, name)(*given)
sys.modules.update(kept)
""",
    ),
    _tanh(
        "profiler-ended",
        "torch's profiler is ended in the answer, whoever began it",
        "import contextlib\n",
        "with contextlib.suppress(Exception):\n    torch.autograd._disable_profiler()\n" + PLAIN,
    ),
    _tanh(
        "profiler-of-ones-own",
        "a profiler and an observer of one's own, begun and ended in the answer",
        "import contextlib, tempfile\n",
        """
with contextlib.suppress(Exception):
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]):
        pass
with contextlib.suppress(Exception):
    own = torch.profiler.ExecutionTraceObserver().register_callback(tempfile.mktemp())
    own.start()
    own.stop()
    own.unregister_callback()
return by_autograd(torch.tanh, Z, dA)
""",
    ),
    _tanh(
        "profiler-patched",
        "torch.profiler and torch.autograd.profiler are replaced above the answer",
        """
import torch.profiler
class Nothing:
    def __init__(self, *given, **named): pass
    def __call__(self, *given, **named): return self
    def __enter__(self): return self
    def __exit__(self, *how): pass
    def events(self): return []
    key_averages = function_events = property(lambda self: [])
torch.profiler.profile = torch.autograd.profiler.profile = torch.profiler.record_function = Nothing
""",
    ),
    _tanh(
        "record-off-in-memory",
        "ctypes calls at::enableRecordFunction of libtorch_cpu.so around the differentiation",
        LIBRARY + "switch = library._ZN2at20enableRecordFunctionEb\n",
        "switch(False)\ntry:\n    return by_autograd(torch.tanh, Z, dA)\nfinally:\n    switch(True)",
    ),
    _tanh(
        "callbacks-cleared-in-memory",
        "ctypes calls at::clearCallbacks of libtorch_cpu.so",
        LIBRARY + "library._ZN2at14clearCallbacksEv()\n",
    ),
    _tanh(
        "observer-disabled-in-memory",
        "ctypes calls torch::profiler::impl::disableExecutionTraceObserver",
        LIBRARY,
        "library._ZN5torch8profiler4impl29disableExecutionTraceObserverEv()\n" + PLAIN,
    ),
    _tanh(
        "marks-forged",
        "every text in the frames above is recorded as a mark, and then the record is stopped",
        LIBRARY + "import sys\n",
        """
frame, texts = sys._getframe(), set()
while frame:
    for each in frame.f_locals.values():
        parts = each.values() if type(each) is dict else each if type(each) in (list, tuple) else [each]
        texts |= {part for part in parts if isinstance(part, str) and 8 <= len(part) <= 200}
    frame = frame.f_back
for text in texts:
    with torch.autograd.profiler.record_function(text):
        pass
library._ZN2at20enableRecordFunctionEb(False)
return by_autograd(torch.tanh, Z, dA)
""",
    ),
)

BY_ITS_FILES = (
    _tanh(
        "pipes-to-nowhere",
        "every pipe of the process is made to lead to /dev/null",
        PIPES
        + """
nowhere = os.open("/dev/null", os.O_WRONLY)
for number in pipes():
    os.dup2(nowhere, number)
""",
    ),
    _tanh(
        "pipes-closed", "every pipe of the process is closed", PIPES + "for number in pipes():\n    os.close(number)\n"
    ),
    _tanh(
        "pipes-closed-by-libc",
        "libc's own close, for every pipe",
        PIPES + "import ctypes\nfor number in list(pipes()):\n    ctypes.CDLL(None).close(number)\n",
    ),
    _tanh(
        "files-cut",
        "every file of the process is cut to nothing and wound back",
        PIPES
        + """
for number in range(3, 512):
    for cut in (os.ftruncate, lambda number, start: os.lseek(number, start, 0)):
        with contextlib.suppress(OSError):
            cut(number, 0)
""",
    ),
    _tanh(
        "noise-in-the-pipes",
        "bytes that mean nothing are written into every pipe",
        PIPES
        + """
for number in pipes():
    with contextlib.suppress(OSError):
        os.set_blocking(number, False)
        os.write(number, b'"]}}, {"id": 0, "name": "\\xff\\n')
""",
    ),
    _tanh(
        "pipes-filled",
        "every pipe is filled until nothing goes in any more",
        PIPES
        + """
for number in pipes():
    with contextlib.suppress(OSError):
        os.set_blocking(number, False)
        while os.write(number, b" " * 4096):
            pass
""",
    ),
    _tanh(
        "lines-forged",
        "lines like those of an execution trace, without a differentiation, go into every pipe",
        PIPES + "import json\n",
        """
line = {"id": 2, "name": "aten::tanh", "ctrl_deps": 1, "inputs": {"values": [], "shapes": [], "types": []}}
for number in pipes():
    with contextlib.suppress(OSError):
        os.write(number, ("\\n  ]\\n}\\n" + json.dumps({"schema": "1.1.1-chakra.0.0.4", "nodes": [line]})).encode())
return by_autograd(torch.tanh, Z, dA)
""",
    ),
    _tanh("everything-closed", "every file of the process is closed", "import os\n", "os.closerange(3, 512)\n" + PLAIN),
    _tanh(
        "noise-on-the-wire",
        "bytes that mean nothing are written on every socket",
        "import contextlib, os, stat\n",
        """
for number in range(3, 512):
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            os.write(number, b"\\xff" * 64)
return by_autograd(torch.tanh, Z, dA)
""",
    ),
    _tanh(
        "flood-of-operations",
        "two hundred thousand operations before the one that counts",
        "flooded = []\n",
        "for _ in range(0 if flooded else 200_000):\n    Z + 1\nflooded.append(1)\n" + PLAIN,
    ),
)
ANSWERS = BY_ITS_SWITCHES + BY_ITS_FILES
