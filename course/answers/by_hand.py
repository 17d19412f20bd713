"""Static and dynamic analysis for "by hand": sees autograd, difference quotients and ready-made functions in an answer.

Two looks, because each misses what the other sees. ``read`` reads the source of the answer and of the student's own
functions it calls; ``Watch`` is told by torch of every torch function while the answer runs, under whatever name.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

AUTOGRAD_NAMES = frozenset(
    "autograd backward grad requires_grad requires_grad_ enable_grad set_grad_enabled inference_mode vjp jvp jacobian "
    "jacrev jacfwd hessian gradcheck functional_call grad_fn retain_grad vmap".split()
)
_DERIVATIVE_MODULES = ("torch.autograd.", "torch.func.", "torch._functorch.", "functorch.")


class Refused(Exception):
    """Raised inside a running answer that calls what the exercise asks the student to do by hand."""


def _functions(answer: Any, seen: set[int], depth: int = 4) -> Iterator[Callable[..., Any]]:
    """The answer's functions and those functions of the student's own, by global name, that they call."""
    if isinstance(answer, type):
        members = [member for member in vars(answer).values() if inspect.isfunction(member)]
    else:
        members = [inspect.unwrap(answer)] if callable(answer) else []
    for function in members:
        code = getattr(function, "__code__", None)
        if code is None or id(code) in seen or depth == 0:
            continue
        seen.add(id(code))
        yield function
        for name in code.co_names:
            used = function.__globals__.get(name)
            own = inspect.isfunction(used) or inspect.isclass(used)
            if own and getattr(used, "__module__", None) == function.__globals__.get("__name__"):
                yield from _functions(used, seen, depth - 1)


def _is_torch(value: Any) -> bool:
    """Whether a global of the student's notebook is torch, one of its modules, or something out of them."""
    home = getattr(value, "__name__", "") if inspect.ismodule(value) else getattr(value, "__module__", "")
    return (home or "").split(".")[0] in ("torch", "functorch")


def _torch_names(tree: ast.AST, scope: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Every name, with its line, that may stand for something of torch's; names of the student's own are left out.

    An attribute counts unless it hangs on a global that is not torch's: ``torch.softmax`` and ``Z.softmax`` do,
    the student's own ``softmax`` does not, nor does a local variable called ``grad``.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if _is_torch(scope.get(node.id)):
                yield getattr(scope[node.id], "__name__", node.id), node.lineno
        elif isinstance(node, ast.Attribute):
            root = node.value
            while isinstance(root, (ast.Attribute, ast.Call, ast.Subscript)):
                root = root.func if isinstance(root, ast.Call) else root.value
            own = isinstance(root, ast.Name) and root.id in scope and not _is_torch(scope[root.id])
            if not own:
                yield node.attr, node.lineno
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            module = getattr(node, "module", None) or ""
            for name in [*module.split("."), *(part for alias in node.names for part in alias.name.split("."))]:
                yield name, node.lineno


def _steps(node: ast.AST) -> set[str]:
    """Names and decimal constants in an expression, as text: the candidates for a small step."""
    found = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return found | {repr(value) for value in constants if isinstance(value, float) and 0 < abs(value) < 0.1}


def _both_sides(tree: ast.AST) -> int | None:
    """The line where one function is called a step to the right and the same step to the left, or None."""
    asked: dict[tuple[str, str], set[type]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        for argument in node.args:
            if isinstance(argument, ast.BinOp) and isinstance(argument.op, (ast.Add, ast.Sub)):
                sides = asked.setdefault((ast.dump(node.func), ast.dump(argument.right)), set())
                sides.add(type(argument.op))
                if len(sides) == 2:
                    return node.lineno
    return None


def _difference_quotient(tree: ast.AST) -> int | None:
    """The line of a division by a step that is also added to and taken from something, or None."""
    added: set[str] = set()
    taken: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, (ast.Add, ast.Sub)):
            step = node.right if isinstance(node, ast.BinOp) else node.value
            direct = isinstance(step, (ast.Name, ast.Constant)) or (
                isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult)
            )
            if direct:
                (added if isinstance(node.op, ast.Add) else taken).update(_steps(step))
    for node in ast.walk(tree):
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            divisor = node.right if isinstance(node, ast.BinOp) else node.value
            if _steps(divisor) & added & taken:
                return node.lineno
    return None


def read(answer: Any, *, forbid: Sequence[str] = (), derivatives: bool = True) -> str | None:
    """What the answer's source does that is not by hand, as a sentence for the student; None when nothing is seen.

    ``forbid`` names ready-made functions; ``derivatives`` adds autograd, torch.func and difference quotients. Source
    that cannot be read (typed at a prompt) is left to ``Watch``.
    """
    for function in _functions(answer, set()):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        except (OSError, TypeError, SyntaxError):
            continue
        for name, line in _torch_names(tree, function.__globals__):
            if derivatives and name in AUTOGRAD_NAMES:
                return f"Line {line} of {function.__name__} uses `{name}`, which lets torch differentiate for you."
            if name in forbid:
                return f"Line {line} of {function.__name__} uses `{name}`, the ready-made function."
        step = (_both_sides(tree) or _difference_quotient(tree)) if derivatives else None
        if step is not None:
            return f"Line {step} of {function.__name__} divides a difference by a small step: a difference quotient."
    return None


class Watch(TorchFunctionMode):
    """While active, raises ``Refused`` when a torch function runs that the exercise wants done by hand."""

    def __init__(self, forbid: Sequence[str] = (), derivatives: bool = True):
        super().__init__()
        self._forbid = frozenset(forbid)
        self._derivatives = derivatives

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Look at one call of a torch function, then let it run."""
        name = getattr(func, "__name__", "")
        owner = getattr(func, "__module__", "") or ""
        if self._derivatives and (
            name in ("backward", "requires_grad_", "_backward") or f"{owner}.".startswith(_DERIVATIVE_MODULES)
        ):
            raise Refused(f"Your answer calls torch's `{name}`, which differentiates for you.")
        if name.strip("_") in self._forbid:
            raise Refused(f"Your answer calls the ready-made `{name.strip('_')}`.")
        result = func(*args, **(kwargs or {}))
        if self._derivatives and isinstance(result, torch.Tensor) and result.is_complex():
            raise Refused("Your answer works with complex numbers: a small imaginary step is a difference quotient.")
        return result


def exactness(error: float) -> bool:
    """Whether a relative error is round-off of a formula in float64, rather than of a difference quotient.

    A formula on the sizes of ``cases`` keeps about 13 of 16 digits or more; the best central difference keeps 10 or 11
    (Nocedal and Wright, Numerical Optimization, 2nd ed., section 8.1: error about ε^(2/3)).
    """
    return error < 1e-12


def no_derivatives() -> torch.inference_mode:
    """A context in which torch records nothing that it could differentiate."""
    return torch.inference_mode()
