"""Operator-level trace of torch: what it was asked while an answer ran, and what of that was not done by hand.

Torch notes below Python, in its dispatcher and in its autograd engine, every operation that it is asked for, under
whatever name, through whatever callback, in whatever mode and thread. In a notebook ``recording`` reads that off
torch's profiler; a grader reads it off the trace that torch writes out of the sandbox. What decides is the same for
both: ``objection``.
"""

from __future__ import annotations

import contextlib
import functools
import linecache
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import torch
from torch import autograd
from torch.autograd.profiler import record_function

os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # read at the first recording: the profiler would write to stderr


class Asked(NamedTuple):
    """An operation that torch was asked for.

    ``name`` is torch's own ("aten::tanh"), ``types`` are the types of its arguments in torch's words ("double",
    "Tensor(double)"), and ``shapes`` the sizes of its arguments that are tensors, () for the others.
    """

    name: str
    types: tuple[str, ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()


_ENGINE = re.compile(r"autograd::engine::.*|\w+Backward\d*|torch::autograd::\w+")
_COMPLEX = frozenset({"aten::view_as_real", "aten::imag", "aten::view_as_complex", "aten::complex", "aten::polar"})
_DIFFERENTIATES = re.compile(
    rf"{_ENGINE.pattern}|aten::\w*_backward\w*|aten::(_make_dual|_fw_primal|gradient)|course::gradient"
)
_OWN = "course::"  # how this module names Python functions of torch's, which torch itself does not note

_SOFTMAX = (
    "softmax _softmax special_softmax _safe_softmax _masked_softmax log_softmax _log_softmax "
    "special_log_softmax _sparse_softmax _sparse_log_softmax"
)
_ATTENTION = (
    "scaled_dot_product_attention _scaled_dot_product_attention_math _scaled_dot_product_flash_attention "
    "_scaled_dot_product_flash_attention_for_cpu _scaled_dot_product_efficient_attention "
    "_scaled_dot_product_cudnn_attention _native_multi_head_attention"
)
_SIGMOID = "sigmoid special_expit silu glu softplus_backward log_sigmoid_backward"
_CROSS_ENTROPY = "cross_entropy_loss nll_loss nll_loss_nd nll_loss2d nll_loss_forward nll_loss2d_forward"
_READY_MADE = {
    "softmax": f"{_SOFTMAX} {_ATTENTION}",
    "log_softmax": f"{_SOFTMAX} {_ATTENTION}",
    "softmin": f"{_SOFTMAX} {_ATTENTION}",
    "logsumexp": "logsumexp special_logsumexp logcumsumexp _logcumsumexp",
    "logaddexp": "logaddexp logaddexp2",
    "cross_entropy": _CROSS_ENTROPY,
    "nll_loss": _CROSS_ENTROPY,
    "binary_cross_entropy": "binary_cross_entropy",
    "binary_cross_entropy_with_logits": "binary_cross_entropy_with_logits soft_margin_loss",
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits soft_margin_loss",
    "sigmoid": _SIGMOID,
    "expit": _SIGMOID,
    "logsigmoid": "log_sigmoid log_sigmoid_forward log_sigmoid_backward",
    "relu": "relu relu6 threshold threshold_backward leaky_relu prelu _prelu_kernel rrelu rrelu_with_noise elu celu",
    "elu": "elu celu selu",
    "linear": "linear mkldnn_linear",
    "dropout": "dropout native_dropout native_dropout_backward _fused_dropout feature_dropout alpha_dropout "
    "feature_alpha_dropout",
    "Adam": "_fused_adam _fused_adamw",
    "clip_grad_norm": "renorm embedding_renorm",
    "clip_grad_norm_": "renorm embedding_renorm",
    "broadcast_shapes": "broadcast_tensors broadcast_to",
}
"""The operations that a forbidden name stands for, by torch's names without "aten::" and a final underscore."""

_IN_PYTHON = {
    "broadcast_shapes": "torch:broadcast_shapes torch.functional:broadcast_shapes numpy:broadcast_shapes",
    "Adam": "torch.optim.adam:adam torch.optim.adamw:adamw torch.optim._functional:adam "
    "torch.optim.adam:_single_tensor_adam torch.optim.adam:_multi_tensor_adam",
    "clip_grad_norm": "torch.nn.utils:clip_grad_norm_ torch.nn.utils:clip_grad_norm "
    "torch.nn.utils.clip_grad:clip_grad_norm_ torch.nn.utils.clip_grad:clip_grad_norm "
    "torch.nn.utils.clip_grad:clip_grads_with_norm_ torch.nn.utils.clip_grad:get_total_norm "
    "torch.nn.utils:clip_grads_with_norm_ torch.nn.utils:get_total_norm "
    "torch.nn.utils.clip_grad:_clip_grads_with_norm_ torch.nn.utils.clip_grad:_get_total_norm",
    "tanh": "numpy:tanh math:tanh",
    "binary_cross_entropy_with_logits": "torch.nn.functional:multilabel_soft_margin_loss",
    "BCEWithLogitsLoss": "torch.nn.functional:multilabel_soft_margin_loss",
    "gradient": "numpy:gradient numpy:polyder numpy.polynomial.polynomial:polyder numpy.polynomial.chebyshev:chebder "
    "numpy.polynomial._polybase:ABCPolyBase.deriv",
}
"""Functions that may be forbidden and ask torch for nothing of their name: where they stand."""
_BY_HAND = ("gradient",)
"""Those that nobody calls who works by hand."""


@functools.lru_cache(maxsize=4096)
def differentiates(name: str) -> bool:
    """Whether an operation is torch's differentiation: its engine, forward mode, or the backward kernel of another."""
    return _DIFFERENTIATES.fullmatch(name) is not None


@functools.lru_cache(maxsize=256)
def forbidden(names: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether an operation is one that these names stand for, whatever it was called in Python."""
    operations = {name for each in names for name in _READY_MADE.get(each, each).split()}
    own = {_OWN + each.strip("_") for each in names}
    optimizers = tuple(f"Optimizer.step#{each}" for each in names)

    def is_one(name: str) -> bool:
        if name in own or (optimizers and name.startswith(optimizers)):
            return True
        return name.startswith("aten::") and (name[6:] in operations or name[6:].rstrip("_") in operations)

    return is_one


@functools.lru_cache(maxsize=256)
def objections(*, hand: bool, forbid: tuple[str, ...]) -> Callable[[Asked], bool]:
    """Whether an answer may not ask for an operation: by ``hand`` no derivatives, and nothing that ``forbid`` names."""
    is_forbidden = forbidden(forbid)

    @functools.lru_cache(maxsize=4096)  # a program asks for the same things over and over
    def is_one(asked: Asked) -> bool:
        return (hand and (differentiates(asked.name) or _is_complex(asked))) or is_forbidden(asked.name)

    return is_one


def _is_complex(asked: Asked) -> bool:
    """Whether an operation works with complex numbers: in this course's formulas nothing does, in a complex step all.

    Source: W. Squire and G. Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40
    (1998), 110-112.
    """
    return asked.name in _COMPLEX or any("complex" in each.lower() for each in asked.types)


def objection(asked: Iterable[Asked], *, hand: bool, forbid: Sequence[str]) -> Asked | None:
    """The first of these operations that an answer may not ask for; None where there is none."""
    return next(filter(objections(hand=hand, forbid=tuple(forbid)), asked), None)


def sentence(asked: Asked, line: str = "") -> str:
    """What is said to the student of such an operation, and of the line of the student's own that asked for it."""
    subject = f"Your line `{line}`" if line else "Your answer"
    operation, plain = asked.name, plain_name(asked.name)
    if _ENGINE.fullmatch(operation) or operation in ("aten::_make_dual", "aten::_fw_primal"):
        return f"{subject} asks torch to differentiate."
    if plain == "gradient":
        return f"{subject} asks for `gradient`, which differentiates numbers for you."
    if differentiates(operation):
        return f"{subject} asks torch for `{plain}`, which differentiates for you."
    if _is_complex(asked):
        return f"{subject} asks torch for complex numbers: a small imaginary step is a difference quotient."
    asks = "calls" if operation.startswith(_OWN) else "asks torch for"
    return f"{subject} {asks} `{plain}`, the ready-made function."


def plain_name(operation: str) -> str:
    """An operation's name as people know it: ``softmax`` for "aten::_softmax", ``Adam`` for an optimizer's step."""
    name = operation.removeprefix("aten::").removeprefix(_OWN).removeprefix("Optimizer.step#").removesuffix(".step")
    return name.strip("_").removeprefix("special_")


# --- In this process --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def recording(forbid: Sequence[str] = (), *, hand: bool = False, typed: bool = False) -> Iterator[list[Asked]]:
    """Inside, torch notes what it is asked, in every thread; the list is filled when it ends, in torch's order.

    What ``forbid`` and ``hand`` exclude of Python's own functions is noted as well. ``typed``: with types and shapes,
    which takes longer than most answers. Where something else profiles already, or torch was built without its
    profiler, nothing is noted. This is what ``torch.profiler.profile`` calls, without its pictures and statistics.
    """
    asked: list[Asked] = []
    if autograd._profiler_enabled() or not autograd.kineto_available():
        yield asked
        return
    options = _profiler_options()
    config = autograd.ProfilerConfig(autograd.ProfilerState.KINETO, typed, False, False, False, False, options)
    activities = {torch.profiler.ProfilerActivity.CPU}
    autograd._prepare_profiler(config, activities)
    autograd._enable_profiler(config, activities)
    try:
        with marked((*forbid, *(_BY_HAND if hand else ()))):
            yield asked
    finally:
        for each in autograd._disable_profiler().events():
            types = (tuple(each.dtypes()), tuple(map(tuple, each.shapes()))) if typed else ()
            asked.append(Asked(each.name(), *types))


def _profiler_options() -> Any:
    """The profiler's settings that look at every thread; an earlier torch has none, and looks at this one."""
    from torch._C._profiler import _ExperimentalConfig

    try:
        return _ExperimentalConfig(profile_all_threads=True)
    except TypeError:
        return _ExperimentalConfig()


@contextlib.contextmanager
def marked(names: Sequence[str]) -> Iterator[None]:
    """Inside, those of the forbidden functions that are Python's are noted, under names of this module's own."""
    kept = _mark(dict.fromkeys(each.strip("_") for each in names))
    try:
        yield
    finally:
        for home, attribute, function in reversed(kept):
            setattr(home, attribute, function)


def mark_always() -> None:
    """From now on, in this process, every function that is Python's and may be forbidden is noted."""
    _mark(_IN_PYTHON)


def _mark(names: Iterable[str]) -> list[tuple[Any, str, Any]]:
    """Put noting functions in the place of these; returns the owner, the name and the function of each place.

    They are noted in the student's notebook too, where it has imported them by name.
    """
    kept: list[tuple[Any, str, Any]] = []
    notebook = sys.modules.get("__main__")
    for name in names:
        for home, attribute, function in _places(name):
            noting = _noting(name, function)
            own = [each for each, value in vars(notebook).items() if value is function] if notebook else []
            for where, called in ((home, attribute), *((notebook, each) for each in own)):
                kept.append((where, called, function))
                setattr(where, called, noting)
    return kept


def _places(name: str) -> Iterator[tuple[Any, str, Any]]:
    """Where a function of ``_IN_PYTHON`` stands: the module or class, the name there, and the function."""
    for place in _IN_PYTHON.get(name, "").split():
        module, path = place.split(":")
        *owners, attribute = path.split(".")
        home = functools.reduce(lambda each, part: getattr(each, part, None), owners, sys.modules.get(module))
        function = getattr(home, attribute, None)
        if function is not None:
            yield home, attribute, function


def _noting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*args: Any, **kwargs: Any) -> Any:
        with record_function(_OWN + name):
            return function(*args, **kwargs)

    return noted


_PACKAGE = Path(__file__).parents[1]
_LINE = "course line "


def line_of(answer: Callable[..., Any], arguments: Sequence[Any], *, hand: bool, forbid: Sequence[str]) -> str:
    """The line of the student's in which ``answer(*arguments)`` asks for what it may not; "" where nobody knows.

    The call is made once more, under Python's tracing: each line leaves a mark in the record. Lines of the cell in
    which the answer stands come before those of other cells.
    """
    home = getattr(getattr(answer, "__code__", None), "co_filename", "")
    lines: list[tuple[str, int]] = []
    caller = sys._getframe()

    def in_frame(frame: FrameType, event: str, _: Any) -> Any:
        here: FrameType | None = frame if event == "line" else frame.f_back if event == "return" else None
        while here not in (None, caller) and not _is_students(here.f_code.co_filename):
            here = here.f_back
        if here not in (None, caller):  # a line begins, or goes on where a function has been left
            with record_function(f"{_LINE}{len(lines)}"):
                lines.append((here.f_code.co_filename, here.f_lineno))
        return in_frame

    def enter(frame: FrameType, event: str, _: Any) -> Any:
        return in_frame if event == "call" and _is_students(frame.f_code.co_filename) else None

    before = sys.gettrace()
    with recording(forbid, hand=hand, typed=hand) as asked:
        sys.settrace(enter)
        with contextlib.suppress(Exception):  # the words, not the verdict, hang on this
            answer(*arguments)
        sys.settrace(before)
    is_objectionable, ran = objections(hand=hand, forbid=tuple(forbid)), list[tuple[str, int]]()
    for each in asked:
        if each.name.startswith(_LINE):
            ran.append(lines[int(each.name.removeprefix(_LINE))])
        elif is_objectionable(each):
            break
    else:
        return ""
    own = [place for place in ran if place[0] == home] or ran
    return linecache.getline(*own[-1]).strip() if own else ""


def _is_students(filename: str) -> bool:
    """Whether a file is a cell of the student's: neither a library, nor the course, nor a cell that it gave."""
    if filename.startswith(("<given", "<frozen", "<string", "<__")):
        return False
    return "site-packages" not in filename and not filename.startswith((str(_PACKAGE), sys.base_prefix))
