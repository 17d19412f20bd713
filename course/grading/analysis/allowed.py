"""Allowlist of a strictly read answer: what it may take from which module. Everything else is refused.

Torch, NumPy, pandas and matplotlib are not imported for this: their own modules are known by their file names.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import re
import sys
import types
from pathlib import Path

ANY = None  # every public name that is no module
_CLASSES = re.compile(r"[A-Z]\w*")
_TORCH_CLASSES = re.compile(r"((Float|Double|Half|BFloat16|Int|Long|Short|Char|Byte|Bool)?Tensor|Size|Generator)")
_DTYPE = re.compile(r"(b?float|u?int|complex|bool|double|half|long|short)\d*")
_COURSE = ("cases", "check", "data", "device", "graph", "plot", "practice", "train")
_STANDARD = ("math", "itertools", "functools", "collections", "collections.abc", "dataclasses", "typing", "copy")

# Public names of a module that are allowed: a pattern, a set of names, or ANY.
MODULES: dict[str, re.Pattern[str] | frozenset[str] | None] = {
    "torch": ANY,
    "torch.nn": _CLASSES,
    "torch.nn.functional": ANY,
    "torch.nn.init": ANY,
    "torch.nn.utils": frozenset(
        {"clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "vector_to_parameters", "clip_grad_norm"}
    ),
    "torch.linalg": ANY,
    "torch.special": ANY,
    "torch.fft": ANY,
    "torch.optim": _CLASSES,
    "torch.optim.lr_scheduler": _CLASSES,
    "torch.distributions": _CLASSES,
    "torch.utils": frozenset(),
    "torch.utils.data": frozenset({"DataLoader", "Dataset", "TensorDataset", "Subset", "random_split"}),
    "torch.cuda": frozenset({"is_available", "device_count", "manual_seed", "manual_seed_all"}),
    "torch.autograd": frozenset({"grad", "backward"}),
    "torch.autograd.functional": frozenset({"jacobian", "hessian", "vjp", "jvp", "hvp", "vhp"}),
    "torch.func": frozenset({"grad", "grad_and_value", "vmap", "jacrev", "jacfwd", "hessian", "vjp", "jvp"}),
    "numpy": ANY,
    "numpy.linalg": ANY,
    "numpy.random": ANY,
    "pandas": ANY,
    "matplotlib": frozenset({"rcParams", "colormaps"}),
    "matplotlib.pyplot": ANY,
    "random": ANY,
    "time": ANY,
    "__future__": ANY,
    "course": frozenset(),
    **{f"course.{name}": ANY for name in _COURSE},
    **dict.fromkeys(_STANDARD, ANY),
}
# Names that would carry a student's code or a lookup past the reading, or read and write files.
_REFUSED = {
    "torch": """compile load save fork wait parse_ir parse_schema parse_type_comment import_ir_module cond while_loop
        import_ir_module_from_buffer merge_type_from_type_comment unify_type_list get_device_module get_file_path
        prepare_multiprocessing_environment from_file from_dlpack to_dlpack classproperty set_default_tensor_type
        profiler_allow_cudagraph_cupti_lazy_reinit_cuda12 overrides
        classes cpp ops typing_extensions windows""",
    "torch.nn.functional": "grad",
    "numpy": "load save savez memmap fromregex DataSource ctypeslib lib test testing source info emath",
    "pandas": "eval read_pickle to_pickle ExcelFile HDFStore read_hdf test util io core compat offsets",
    "functools": "wraps update_wrapper singledispatch singledispatchmethod",
    "dataclasses": "make_dataclass",
    "typing": "get_type_hints ForwardRef evaluate_forward_ref",
    "matplotlib.pyplot": "switch_backend connect disconnect cbook cm mlab rcsetup style time",
}
REFUSED = {module: frozenset(names.split()) for module, names in _REFUSED.items()}
DERIVATIVE_NAMES = frozenset({"vmap", "enable_grad", "set_grad_enabled", "inference_mode"})
# The name that says it, in a dotted name of torch's differentiation.
TELLING_NAMES = DERIVATIVE_NAMES | frozenset("autograd grad backward jacobian hessian vjp jvp jacrev jacfwd".split())
# What other modules are called, wherever they hang: torch.sys, plot.np, nn.functional.torch.
_OTHERS = frozenset({"torch", "np", "numpy", "pd", "pandas", "plt", "mpl", "matplotlib", "functorch", "course"})
_SHARED = frozenset({"chunk", "select", "trace", "array", "copy", "random", "time"})  # modules' names, functions' too


def allowed(module: str, name: str, derivatives: bool) -> bool:
    """Whether ``name`` may be taken from an allowed ``module``; a submodule counts as taken where it is allowed."""
    if derivatives and differentiates(module, name):
        return False
    if f"{module}.{name}" in MODULES:
        return True
    rule = MODULES[module]
    if name.startswith("_") or name in REFUSED.get(module, ()):
        return bool(re.fullmatch(r"__(version|name)__", name))
    if rule is not ANY:
        return bool(rule.fullmatch(name)) if isinstance(rule, re.Pattern) else name in rule
    if module.startswith("course."):
        return name in _public(module.removeprefix("course."))
    if module in _STANDARD or module in ("random", "time"):
        return not isinstance(getattr(importlib.import_module(module), name, None), types.ModuleType)
    if name in _OTHERS or (name in sys.stdlib_module_names and name not in _SHARED) or name in _files(module):
        return False
    return module != "torch" or not name[0].isupper() or bool(_TORCH_CLASSES.fullmatch(name))


def differentiates(module: str, name: str = "") -> bool:
    """Whether ``name`` of a module is, belongs to, or switches on torch's differentiation."""
    dotted = f"{module}.{name}."
    return dotted.startswith(("torch.autograd.", "torch.func.")) or (
        module.split(".")[0] == "torch" and name in DERIVATIVE_NAMES
    )


def has_parts(name: str) -> bool:
    """Whether something of a module's may be followed by another dot: a class, a type of number."""
    return bool(_CLASSES.fullmatch(name) or _DTYPE.fullmatch(name)) or name in ("__version__", "rcParams", "colormaps")


@functools.cache
def _files(module: str) -> frozenset[str]:
    """The names of a package's own modules, read off its folder; nothing for a module that is no package."""
    top = importlib.util.find_spec(module.split(".")[0])
    folders = top.submodule_search_locations if top else None
    path = Path(next(iter(folders)), *module.split(".")[1:]) if folders else None
    return frozenset(entry.name.split(".")[0] for entry in path.iterdir()) if path and path.is_dir() else frozenset()


@functools.cache
def _public(module: str) -> frozenset[str]:
    """What a module of the course makes public: its own functions, classes and constants, and ``__all__``."""
    tree = ast.parse((Path(__file__).parents[2] / f"{module}.py").read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
            is_list = any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
            if is_list and node.value is not None:
                names |= set(ast.literal_eval(node.value))
    return frozenset(name for name in names if not name.startswith("_"))
