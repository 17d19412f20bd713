"""Test oracle: autograd's gradients, which a student's own formula is compared with."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import torch

from course.cache.results import memoised
from course.device import map_tensors


def _leaf(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone().requires_grad_(True)


def _called(of: Callable[..., torch.Tensor], inputs: dict[str, Any]) -> torch.Tensor:
    """``of`` with the inputs it has parameters for, by name; by position where its signature cannot be read."""
    try:
        wanted = inspect.signature(of).parameters
    except (TypeError, ValueError):
        return of(*inputs.values())
    named = {key: value for key, value in inputs.items() if key in wanted}
    return of(**named) if named else of(*inputs.values())


def _distances(loss: torch.Tensor, leaves: list[torch.Tensor]) -> list[int]:
    """For each leaf, the number of operations between it and the loss, along the shortest way back."""
    found: dict[int, int] = {}
    queue = deque([(loss.grad_fn, 0)])
    seen = set()
    while queue:
        node, distance = queue.popleft()
        if node is None or node in seen:
            continue
        seen.add(node)
        variable = getattr(node, "variable", None)
        if variable is not None:
            found.setdefault(id(variable), distance)
        queue.extend((parent, distance + 1) for parent, _ in node.next_functions)
    return [found.get(id(leaf), len(seen)) for leaf in leaves]


@memoised(map_tensors)
def gradients(
    of: Callable[..., torch.Tensor], inputs: dict[str, Any], wrt: tuple[str, ...], upstream: str | None = None
) -> dict[str, torch.Tensor]:
    """Gradients by name ("dW"; "dWs[1]" for an input that is a list), those nearest the loss first.

    The scalar differentiated is ``of(...)``, or ``(inputs[upstream] * of(...)).sum()``. An input that the loss does
    not depend on has the gradient 0. Raises ValueError where the loss is not a scalar.
    """
    with torch.enable_grad():
        plain = map_tensors(inputs, lambda tensor: tensor.detach().clone())
        leaves = {name: map_tensors(inputs[name], _leaf) for name in wrt}
        passed = {**plain, **leaves}
        output = _called(of, {name: value for name, value in passed.items() if name != upstream or name in wrt})
        loss = output if upstream is None else (plain[upstream] * output).sum()
        if loss.dim() != 0:
            raise ValueError(f"`of` must give a scalar loss, or name an `upstream`; it gives {tuple(loss.shape)}.")
        flat = [(name, leaf) for name in wrt for leaf in _flat(leaves[name])]
        found: Sequence[torch.Tensor | None] = torch.autograd.grad(loss, [leaf for _, leaf in flat], allow_unused=True)
    parts = [torch.zeros_like(leaf) if part is None else part for (_, leaf), part in zip(flat, found, strict=True)]
    distances = _distances(loss, [leaf for _, leaf in flat])
    labels = [label for name in wrt for label in labels_of(name, inputs[name])]
    order = sorted(range(len(flat)), key=lambda place: distances[place])
    return {labels[place]: parts[place].detach() for place in order}


def labels_of(name: str, value: Any) -> list[str]:
    """The names of an input's gradients: ["dW"], or ["dWs[0]", "dWs[1]"] for a list of two tensors."""
    return [f"d{name}[{place}]" for place in range(len(value))] if isinstance(value, (list, tuple)) else [f"d{name}"]


def _flat(value: Any) -> list[torch.Tensor]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
