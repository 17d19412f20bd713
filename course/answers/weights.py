"""A module under other parameters: what it gives with these, and autograd's gradient to each of them.

Parameters travel with a call, beside its arguments. A module that computes with something else than its parameters (a
copy made in ``__init__``, ``.data``, ``detach()``, numbers, other modules' tensors) gives itself away by both.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch

PARAMETERS = "its parameters"
"""The key in a call that holds a module's parameters by name; no argument is called so."""
RESULT = "the result"
"""What the reply calls what the module gives; the gradients go by the parameters' names."""


def to_say(name: str) -> str:
    """What the gradient to a parameter is called in a reply."""
    return f"the gradient to {name}"


def one_number(result: torch.Tensor) -> torch.Tensor:
    """A loss of a result: its entries, each with a weight of its own, added up."""
    weights = torch.linspace(0.5, 1.5, result.numel(), dtype=result.dtype, device=result.device)
    return (result.reshape(-1) * weights).sum()


def gradients(result: torch.Tensor, parameters: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Autograd's gradient of ``one_number`` to each parameter, by what it is called; zeros to what is not used."""
    wanted = {name: each for name, each in parameters.items() if each.requires_grad}
    found = dict.fromkeys(parameters)
    if result.requires_grad and wanted:
        grads = torch.autograd.grad(one_number(result), list(wanted.values()), allow_unused=True)
        found |= dict(zip(wanted, grads, strict=True))
    return {to_say(name): torch.zeros_like(parameters[name]) if grad is None else grad for name, grad in found.items()}


def under(module: torch.nn.Module, parameters: Mapping[str, torch.Tensor]) -> Callable[..., dict[str, Any]]:
    """What a copy of ``module`` with these parameters gives, with the gradients; ``module`` itself stays as it is."""

    def answer(*arguments: Any) -> dict[str, Any]:
        moved = copy.deepcopy(module)
        own = dict(moved.named_parameters())
        with torch.no_grad():
            for name, each in own.items():
                each.copy_(parameters[name])
                each.grad = None
        result = moved(*arguments)
        return {RESULT: result, **(gradients(result, own) if isinstance(result, torch.Tensor) else {})}

    return answer
