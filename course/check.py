"""Assertions that test cells call. Each check takes what you wrote, looks at it in one way, and says what it found.

A check never changes your tensors, the random state or torch's settings. It runs its cases on the CPU and on every
accelerator there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import currentframe
from typing import Any

import torch

from course.cases import Case
from course.judges import base, functions, gradients, modules, values
from course.runtime import verdict
from course.runtime.shell import graded, shell


def value(answer: Any, expected: Any, *, rtol: float | None = None) -> None:
    """Is it this tensor, number, string, list or dict? Shape and dtype first, then the numbers."""
    verdict.report(values.value(base.name_of(answer, currentframe()), answer, expected, rtol))


def shape(answer: Any, expected: Sequence[int], *, dtype: torch.dtype | None = None) -> None:
    """Is it a tensor of this shape (and this dtype)? The numbers are not looked at, and a notebook shows no tick."""
    verdict.report(values.shape(base.name_of(answer, currentframe()), answer, tuple(expected), dtype))


def function(
    answer: Callable[..., Any],
    reference: Callable[..., Any] | None = None,
    *,
    on: Sequence[Case],
    by_hand: bool = False,
    forbid: Sequence[str] = (),
    mutates: str | None = None,
    shares: str | bool | None = None,
    detached: bool = False,
    rtol: float | None = None,
) -> None:
    """Does it give what the reference gives (or what each case says) on every case?

    ``answer`` is your function, ``reference`` the right one, called with each case of ``on``. ``rtol`` is the largest
    error allowed, as a share of the largest entry, where the usual one does not do.

    ``by_hand`` refuses autograd and difference quotients, ``forbid`` the ready-made functions it names. ``mutates``
    names the argument to be changed in place. ``shares`` names the argument whose memory the result must share;
    ``False`` asks for memory of its own. ``detached`` asks for a result without autograd's notes.
    """
    rules = base.Rules(by_hand, tuple(forbid), mutates, shares, rtol, detached)
    verdict.report(functions.function(base.name_of(answer, currentframe()), answer, reference, on, rules))


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

    ``answer`` is your function, called with each case of ``on``; ``by_hand``, ``forbid`` and ``rtol`` are those of
    ``function``.

    ``of`` is the loss, called with the inputs it has parameters for; ``wrt`` names the inputs to differentiate by.
    With ``upstream`` (the name of an input such as "dA") the loss is the sum of that input times ``of(...)``.
    """
    rules = base.Rules(by_hand, tuple(forbid), None, None, rtol)
    question = gradients.Question(of, on, tuple(wrt.split()), upstream, rules)
    found, trail = gradients.gradient(base.name_of(answer, currentframe()), answer, question)
    verdict.report(found)
    show_trail(trail)


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

    ``answer(*build)`` makes the module; ``answer`` may also be a module, then ``build`` is left out. ``parameters`` are
    the sizes of its parameters, by name or in any order. ``reference`` is called with its parameters (a dict of tensors
    by name), then with the case, for each case of ``on``; ``rtol`` is that of ``function``.
    """
    name = base.name_of(answer, currentframe())
    verdict.report(modules.module(name, answer, on, reference, parameters, tuple(build), rtol))


def training(losses: Any, *, below: float | None = None, steps: int | None = None) -> None:
    """Is it the loss curve of a training that works: finite, falling, and low enough at the end?"""
    verdict.report(modules.training(base.name_of(losses, currentframe()), losses, below, steps))


def raises(answer: Callable[..., Any], error: type[Exception], *, on: Sequence[Case]) -> None:
    """Does it refuse these inputs with this error?"""
    verdict.report(modules.raises(base.name_of(answer, currentframe()), answer, error, on))


def show_trail(trail: Mapping[str, str]) -> None:
    """In a student's notebook, draw which of several gradients are right and which is the first wrong one."""
    if shell() is None or graded() or len(trail) < 2:
        return
    from course.figures import gradient_chain as pictures  # and matplotlib: only where there is something to draw

    pictures.draw(trail)
