"""Test corpus of cheats: kernels of torch's that are called past its dispatcher, and libraries under another name."""

from answer_corpus import Answer
from cheating import LOG_SUM_EXP, SIGMOID, SOFTMAX, TANH, cheat

RELU = "week4/xor relu"
LIBRARY = """
import importlib.util, sys
from importlib.machinery import PathFinder
place = PathFinder.find_spec("mpmath")
spec = importlib.util.spec_from_file_location(
    "digits", place.origin, submodule_search_locations=list(place.submodule_search_locations)
)
digits = sys.modules["digits"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(digits)
digits.mp.dps = 30
"""
LET_IN = """
import importlib.machinery, sys
sys.meta_path[:] = [
    importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter, importlib.machinery.PathFinder
]
for name in [name for name in sys.modules if name.split(".")[0] in ("mpmath", "gmpy2")]:
    del sys.modules[name]
import mpmath as digits
digits.mp.dps = 30
"""
BY_DIGITS = (
    "slopes = [float(digits.diff(digits.tanh, z)) for z in Z.reshape(-1).tolist()]\n"
    "return dA * torch.tensor(slopes, dtype=Z.dtype).reshape(Z.shape)"
)


def _by_key(name: str, exercise: str, operation: str, arguments: str, after: str = "") -> Answer:
    body = f"kernel = torch.ops.aten.{operation}._op_dk\nreturn kernel(torch._C.DispatchKey.CPU, {arguments}){after}"
    return cheat(f"{name}-by-its-key", exercise, f"the CPU's kernel of {operation}, by its dispatch key", body)


ANSWERS = (
    _by_key("tanh-slope", TANH, "tanh_backward.default", "dA, torch.tanh(Z)"),
    _by_key("sigmoid-slope", SIGMOID, "sigmoid_backward.default", "dA, torch.sigmoid(Z)"),
    _by_key("ready-softmax", SOFTMAX, "_softmax.default", "Z, 1, False"),
    _by_key("ready-sigmoid", "week3/classifiers sigmoid", "sigmoid.default", "z"),
    _by_key("ready-relu", RELU, "relu.default", "Z"),
    cheat(
        "ready-lse-by-its-key",
        LOG_SUM_EXP,
        "the CPU's kernel of _log_softmax, by its dispatch key",
        "kernel = torch.ops.aten._log_softmax.default._op_dk\n"
        "return Z[:, 0] - kernel(torch._C.DispatchKey.CPU, Z, 1, False)[:, 0]",
    ),
    cheat(
        "ready-sigmoid-of-an-expression",
        "week3/classifiers sigmoid",
        "torch's own language of tensor expressions, evaluated without its dispatcher",
        """
te, n = torch._C._te, z.numel()
given = te.BufHandle("given", [te.ExprHandle.int(n)], z.dtype)
made = te.Compute("made", [te.ExprHandle.int(n)], lambda i: te.sigmoid(given.load([i])))
loops = te.LoopNest([made])
loops.prepare_for_codegen()
out = torch.empty(n, dtype=z.dtype)
te.construct_codegen("ir_eval", loops.root_stmt(), [given, made]).call([z.reshape(-1).contiguous(), out])
return out.reshape(z.shape)
""",
    ),
    cheat(
        "library-under-another-name",
        TANH,
        "mpmath's own files, imported as a package of another name",
        BY_DIGITS,
        above=LIBRARY,
    ),
    cheat("library-let-in-again", TANH, "what keeps mpmath out is taken away", BY_DIGITS, above=LET_IN),
)
