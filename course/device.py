"""Device discovery and transfer: which devices there are, and moving nested values between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


def available() -> list[torch.device]:
    """Every device that tensors can live on here: the CPU first, then CUDA or MPS where there is one."""
    devices = [torch.device("cpu")]
    if has_cuda():
        devices.append(torch.device("cuda"))
    if torch.backends.mps.is_available():
        devices.append(torch.device("mps"))
    return devices


def has_cuda() -> bool:
    """Whether there is an NVIDIA GPU that torch can use. Not for a process that is forked afterwards."""
    return torch.cuda.is_available()


def default() -> torch.device:
    """The fastest device there is: an accelerator where present, otherwise the CPU."""
    return available()[-1]


def map_tensors(value: Any, change: Callable[[torch.Tensor], Any]) -> Any:
    """``value`` with ``change`` applied to every tensor in it; lists, tuples and dicts are rebuilt, the rest kept."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, (list, tuple)):
        return rebuilt(value, [map_tensors(item, change) for item in value])
    if isinstance(value, dict):
        return {key: map_tensors(item, change) for key, item in value.items()}
    return value


def rebuilt(value: Any, items: list[Any]) -> Any:
    """A list, tuple or named tuple of ``value``'s own kind with these items."""
    return type(value)._make(items) if hasattr(value, "_make") else type(value)(items)


def to(value: Any, device: torch.device | str) -> Any:
    """``value`` with every tensor in it on ``device``; MPS has no float64, so float64 becomes float32 there."""
    device = torch.device(device)

    def move(tensor: torch.Tensor) -> torch.Tensor:
        if device.type == "mps" and tensor.dtype == torch.float64:
            tensor = tensor.float()
        return tensor.to(device)

    return map_tensors(value, move)
