# ruff: noqa: E501 (code of attackers)
"""Test corpus of cheats: attempts on the process that asks: its functions, frames, built-ins, and its end."""

from answer_corpus import Answer
from cheating import BY_AUTOGRAD, TANH, cheat

PLAIN = "return by_autograd(torch.tanh, Z, dA)"


def _tanh(name: str, style: str, above: str, body: str = PLAIN) -> Answer:
    return cheat(name, TANH, style, body, above=BY_AUTOGRAD + above)


PATCHES = (
    _tanh(
        "json-patched",
        "json.dumps leaves out what looks like a differentiation",
        """
import json
dumps = json.dumps
def without(value, *given, **named):
    text = dumps(value, *given, **named)
    return text if "autograd::engine" not in text else dumps(type(value)())
json.dumps = without
""",
    ),
    _tanh(
        "packing-patched",
        "struct.pack and the course's own encoder forget a refusal",
        """
import course.grading.sandbox.inside.wire as wire
encode = wire.encode
def cleaned(message):
    for reply in message.get("replies", ()) if isinstance(message, dict) else ():
        reply.pop("refused", None)
    return encode(message)
wire.encode = cleaned
""",
    ),
    _tanh(
        "asking-patched",
        "the course's function that asks calls the answer without looking",
        """
from course.answers import ask
def once(answer, arguments, *more):
    given = ask.copy(arguments)
    return ask.Reply(value=ask.copy(answer(*given.values())), after=given)
ask._one = once
""",
    ),
    _tanh(
        "judging-patched",
        "whatever in the course reads or objects says that all is well",
        """
import contextlib, importlib
for name in ("by_hand", "record", "watch", "ask"):
    with contextlib.suppress(ImportError):
        module = importlib.import_module("course.answers." + name)
        for each in ("read", "objection", "refused"):
            if hasattr(module, each):
                setattr(module, each, lambda *given, **named: None)
""",
    ),
    _tanh(
        "responder-patched",
        "the function that answers the grader forgets that the question is by hand",
        """
import contextlib
from course.grading.sandbox.inside import responder, slices
plain = responder.Responder.do_ask
def do_ask(self, request):
    return plain(self, {**request, "hand": False, "forbid": []})
with contextlib.suppress(AttributeError):
    slices.SliceKernel.do_ask = do_ask
""",
    ),
    _tanh(
        "built-in-isinstance",
        "Python's own isinstance, which differentiates when the answer is copied",
        "import builtins, sys\nplain, waiting = builtins.isinstance, []\n",
        """
result = torch.zeros_like(Z)
def asked(value, kind):
    if waiting and value is result:
        waiting.clear()
        builtins.isinstance = plain
        result.data.copy_(by_autograd(torch.tanh, Z, dA))
    return plain(value, kind)
waiting.append(1)
builtins.isinstance = asked
return result
""",
    ),
    _tanh(
        "detach-patched",
        "Tensor.detach itself, which differentiates when the answer is copied",
        "plain, waiting = torch.Tensor.detach, {}\n"
        "def detach(tensor):\n"
        "    asked = waiting.pop(id(tensor), None)\n"
        "    return plain(tensor) if asked is None else by_autograd(torch.tanh, *asked)\n"
        "torch.Tensor.detach = detach\n",
        "result = torch.zeros_like(Z)\nwaiting[id(result)] = Z, dA\nreturn result",
    ),
    _tanh(
        "clone-patched-in-the-answer",
        "type(Z).clone is replaced while the answer runs",
        "plain = torch.Tensor.clone\n",
        """
result = torch.zeros_like(Z)
def clone(tensor, *given, **named):
    type(Z).clone = plain
    return by_autograd(torch.tanh, Z, dA) if tensor.shape == Z.shape else plain(tensor, *given, **named)
type(Z).clone = clone
return result
""",
    ),
)

FRAMES = (
    _tanh(
        "frames-walked",
        "the frames above are walked, and what watches there is told to look away",
        "import sys\n",
        """
frame = sys._getframe()
while frame:
    for value in list(frame.f_locals.values()):
        if type(value).__module__.startswith("course") and hasattr(value, "_derivatives"):
            value._derivatives, value._forbid = False, frozenset()
    frame = frame.f_back
return by_autograd(torch.tanh, Z, dA)
""",
    ),
    _tanh(
        "frames-from-a-traceback",
        "the same, from the frame in an exception's traceback",
        "",
        """
try:
    raise ValueError
except ValueError as error:
    frame = error.__traceback__.tb_frame
while frame:
    if "request" in frame.f_locals:
        frame.f_locals["request"].update(hand=False, forbid=[])
    frame = frame.f_back
return by_autograd(torch.tanh, Z, dA)
""",
    ),
    _tanh(
        "objects-of-the-collector",
        "the garbage collector's objects, searched for what watches",
        "import contextlib, gc\nlooked = []\n",
        """
for value in [] if looked else gc.get_objects():
    looked[:] = [1]
    with contextlib.suppress(Exception):
        if type(value).__module__.startswith("course.answers") and "_derivatives" in vars(value):
            value._derivatives = False
return by_autograd(torch.tanh, Z, dA)
""",
    ),
    _tanh(
        "traced-by-sys",
        "sys.settrace waits for the function that copies, and fills the result then",
        "import sys\n",
        """
result = torch.zeros_like(Z)
def look(frame, event, argument):
    if frame.f_code.co_name in ("copy", "map_tensors", "plain"):
        sys.settrace(None)
        result.data.copy_(by_autograd(torch.tanh, Z, dA))
sys.settrace(look)
return result
""",
    ),
    _tanh(
        "made-by-an-alarm",
        "an alarm's handler makes a table while nothing is asked, or while the answer waits",
        """
import signal, time
grid = 8 * torch.cos(torch.pi * torch.arange(241).double() / 240)
ends = torch.where(torch.arange(241) % 240 == 0, 0.5, 1.0).double() * (-1.0) ** torch.arange(241)
table = []
def fill(*_):
    if not table:
        table.append(by_autograd(torch.tanh, grid))
signal.signal(signal.SIGALRM, fill)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
time.sleep(0.1)
""",
        """
while not table:
    time.sleep(0.001)
signal.setitimer(signal.ITIMER_REAL, 0)
gap = Z[..., None] - grid
share = ends / (gap + (gap == 0) * 1e-200)
return dA * (share * table[0]).sum(-1) / share.sum(-1)
""",
    ),
    _tanh(
        "made-when-it-goes",
        "an object's __del__ differentiates when the last name of it goes",
        """
class Goes:
    def __init__(self, fill):
        self.fill = fill
    def __del__(self):
        self.fill()
""",
        """
result = torch.zeros_like(Z)
keep = Goes(lambda: result.data.copy_(by_autograd(torch.tanh, Z, dA)))
return result
""",
    ),
    _tanh(
        "array-by-its-interface",
        "numpy asks an object for its memory, and a property differentiates",
        """
import numpy as np
class Slopes:
    def __init__(self, dA, Z):
        self.given = Z, dA
    @property
    def __array_interface__(self):
        self.kept = by_autograd(torch.tanh, *self.given).numpy()
        return self.kept.__array_interface__
""",
        "return torch.from_numpy(np.array(Slopes(dA, Z)))",
    ),
    _tanh(
        "library-let-in",
        "whatever keeps a library out is taken away, and sympy differentiates",
        """
import importlib.machinery, sys
for name in [name for name, module in sys.modules.items() if module is None]:
    del sys.modules[name]
sys.meta_path[:] = [importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter, importlib.machinery.PathFinder]
import sympy
z = sympy.Symbol("z")
slope = sympy.lambdify(z, sympy.diff(sympy.tanh(z), z), {"tanh": torch.tanh})
""",
        "return dA * slope(Z)",
    ),
)

ENDS = (
    _tanh("exits", "os._exit(0) in the answer", "import os\n", "os._exit(0)"),
    _tanh("killed", "the process kills itself", "import os\n", "os.kill(os.getpid(), 9)"),
    _tanh("system-exit", "SystemExit in the answer", "", "raise SystemExit"),
    _tanh("interrupted", "KeyboardInterrupt in the answer", "", "raise KeyboardInterrupt"),
    _tanh("endless", "a loop without an end", "", "while True:\n    pass"),
    _tanh("stopped", "the process stops itself", "import os, signal\n", "os.kill(os.getpid(), signal.SIGSTOP)"),
)
ANSWERS = PATCHES + FRAMES + ENDS
