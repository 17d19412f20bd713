"""What a test cell calls. Each check takes what you wrote, looks at it in one way, and says what it found.

A check never changes your tensors, the random state or torch's settings. It runs its cases on the CPU and on every
accelerator there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from course import feedback, judge, judge_gradients, judge_models
from course.cases import Case


def value(answer: Any, expected: Any, *, rtol: float | None = None) -> None:
    """Is it this tensor, number, string, list or dict? Shape and dtype first, then the numbers."""
    feedback.report(judge.value(judge.name_of(answer), answer, expected, rtol))


def shape(answer: Any, expected: Sequence[int], *, dtype: torch.dtype | None = None) -> None:
    """Is it a tensor of this shape (and this dtype)? The numbers are not looked at."""
    feedback.report(judge.shape(judge.name_of(answer), answer, tuple(expected), dtype))


def function(
    answer: Callable[..., Any],
    reference: Callable[..., Any] | None = None,
    *,
    on: Sequence[Case],
    by_hand: bool = False,
    forbid: Sequence[str] = (),
    mutates: str | None = None,
    shares: str | bool | None = None,
    rtol: float | None = None,
) -> None:
    """Does it give what the reference gives (or what each case says) on every case?

    ``by_hand`` refuses autograd and difference quotients, ``forbid`` the ready-made functions it names. ``mutates``
    names the argument to be changed in place. ``shares`` names the argument whose memory the result must share;
    ``False`` asks for memory of its own.
    """
    rules = judge.Rules(by_hand, tuple(forbid), mutates, shares, rtol)
    feedback.report(judge.function(judge.name_of(answer), answer, reference, on, rules))


def gradient(
    answer: Callable[..., Any],
    *,
    of: Callable[..., torch.Tensor],
    on: Sequence[Case],
    wrt: str,
    upstream: str | None = None,
    by_hand: bool = False,
    forbid: Sequence[str] = (),
    rtol: float | None = None,
) -> None:
    """Does it give the gradient that autograd gives, on every case?

    ``of`` is the loss, called with the inputs it has parameters for; ``wrt`` names the inputs to differentiate by.
    With ``upstream`` (the name of an input such as "dA") the loss is the sum of that input times ``of(...)``.
    """
    rules = judge.Rules(by_hand, tuple(forbid), None, None, rtol)
    name = judge.name_of(answer)
    trail: dict[str, str] = {}
    feedback.report(judge_gradients.gradient(name, answer, of, on, tuple(wrt.split()), upstream, rules, trail))
    feedback.show_trail(trail)


def module(
    answer: Any,
    *,
    on: Sequence[Case],
    reference: Callable[..., Any] | None = None,
    parameters: dict[str, Sequence[int]] | Sequence[Sequence[int]] | None = None,
    build: Sequence[Any] = (),
    rtol: float | None = None,
) -> None:
    """Is it a torch.nn.Module with these parameters, and is its output right on every case?

    ``answer(*build)`` makes the module. ``reference`` is called with its parameters (a dict of tensors by name), then
    with the case.
    """
    name = judge.name_of(answer)
    feedback.report(judge_models.module(name, answer, on, reference, parameters, tuple(build), rtol))


def training(losses: Any, *, below: float | None = None, steps: int | None = None) -> None:
    """Is it the loss curve of a training that works: finite, falling, and low enough at the end?"""
    feedback.report(judge_models.training(judge.name_of(losses), losses, below, steps))


def raises(answer: Callable[..., Any], error: type[Exception], *, on: Sequence[Case]) -> None:
    """Does it refuse these inputs with this error?"""
    feedback.report(judge_models.raises(judge.name_of(answer), answer, error, on))
