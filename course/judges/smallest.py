"""Smallest failing case: after a wrong answer, an input of a few whole numbers on which it still fails, for paper.

A drawn case is made again in small (``cases.smaller``), with numbers that are everybody's: nothing hidden is shown. An
example by hand is small already, and is shown in the student's own notebook.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch

from course import edges
from course.answers import ask
from course.answers.compare import compare, plain_text, texts_apart
from course.cases import Case, smaller
from course.device import map_tensors
from course.doctor.diagnose import FIRST_SURPRISE, ON_PAPER
from course.runtime.context import current
from course.runtime.shell import graded
from course.runtime.verdict import Verdict

MOST_ENTRIES = 12
"""Numbers in one input, or in a result, that somebody still works with on paper."""
MOST_TEXT = 400
"""Characters that a case may take."""
ALIKE = 8
"""Cases of one size that the answer is asked, to see whether the size decides or the numbers."""
MOST_CASES = 16
"""Small cases that the answer is asked."""
LONGEST_S = 2.0
"""Seconds that asking may take where the answer runs in this process; a wrong loop may never end on other input."""
NUDGE = 1e-4
"""How far inputs are moved to see whether the right answer jumps there: at a kink, or where two entries are equal."""

Right = Callable[[dict[str, Any]], Any]
"""The right answer to a case's inputs."""
Given = Callable[[Any, dict[str, Any]], Any]
"""What of a reply's value is compared and shown; beside it, the inputs of its case."""


class _TimeUp(BaseException):
    """Asking took too long; not an Exception, so that no answer takes it for its own."""


def with_smallest(
    verdict: Verdict,
    case: Case,
    answer: Any,
    right: Right,
    rtol: float | None,
    given: Given = lambda value, _: value,
) -> Verdict:
    """The ``verdict`` on wrong numbers, with the smallest case of the failing one's kind on which they are wrong, too.

    ``case`` is the one on which ``answer`` fails, ``right`` gives the right answer, ``rtol`` is the check's tolerance,
    and ``given`` what of a reply is compared. Whatever goes wrong on the way leaves the verdict as it is.
    """
    if current().notes is not None:  # known mistakes are being learnt: nobody reads it
        return verdict
    found = ""
    with contextlib.suppress(Exception, _TimeUp), _at_most(LONGEST_S, isinstance(answer, ask.Elsewhere)) as may:
        edge = case.edge
        if (
            may
            and edge
            and edge.is_size
            and edge.cause in verdict.cause
            and _is_sometimes_right(case, answer, right, rtol, given)
        ):
            cause = verdict.cause.replace(edge.cause, edge.sometimes)
            step = edges.FROM_NUMBERS if verdict.next == edge.look else verdict.next
            verdict = replace(verdict, cause=cause, next=step)
        found = _smallest(case, answer, right, rtol, given) if may else ""
    if found:
        step = ON_PAPER if verdict.next == FIRST_SURPRISE else verdict.next
        return replace(verdict, where=f"{verdict.where}\n{found}", next=step)
    return verdict


def _smallest(case: Case, answer: Any, right: Right, rtol: float | None, given: Given) -> str:
    """The smallest case, what the answer gives and what is right, as text; "" where none fails."""
    found = smaller(case) if case.like is not None else [case] * (not graded())
    asked = [each for each in found if _fits(each.inputs) and _is_steady(each.inputs, right)][:MOST_CASES]
    for small, reply in zip(asked, ask.ask(answer, [each.inputs for each in asked]), strict=False):
        if reply.error or reply.refused or reply.value is None or reply.not_done is not None:
            continue
        mine, wanted = given(reply.value, small.inputs), right(small.inputs)
        difference = compare(mine, wanted, rtol=rtol)
        if difference is not None and difference.kind == "value":
            inputs = ", ".join(f"{name} = {plain_text(value)}" for name, value in small.inputs.items())
            in_order = {key: wanted[key] for key in mine} if isinstance(mine, dict) else wanted
            mine, theirs = texts_apart(mine, in_order)
            text = f"With {inputs}:\nyou give {mine}; right is {theirs}."
            return text if len(text) <= MOST_TEXT else ""
    return ""


def _is_sometimes_right(case: Case, answer: Any, right: Right, rtol: float | None, given: Given) -> bool:
    """Whether the answer is right on some cases of just these sizes, with other numbers."""
    dice = torch.Generator(device="cpu").manual_seed(0)
    drawn = [case.like(case.sizes, dice) for _ in range(ALIKE)] if case.like is not None else []
    shapes = _shapes(case)
    alike = [each for each in drawn if each and _shapes(each) == shapes and _is_steady(each.inputs, right)]
    replies = ask.ask(answer, [each.inputs for each in alike])
    sound = [
        compare(given(reply.value, each.inputs), right(each.inputs), rtol=rtol) is None
        for each, reply in zip(alike, replies, strict=False)
        if not (reply.error or reply.refused or reply.value is None or reply.not_done is not None)
    ]
    return sum(sound) > 1


def _shapes(case: Case) -> list[torch.Size]:
    return [tensor.shape for tensor in ask.tensors_in(list(case))]


def _fits(inputs: dict[str, Any]) -> bool:
    return all(sum(tensor.numel() for tensor in ask.tensors_in(each)) <= MOST_ENTRIES for each in inputs.values())


def _is_steady(inputs: dict[str, Any], right: Right) -> bool:
    """Whether the right answer is finite, and stays nearly the same where the inputs move a little."""
    here = _numbers(right(inputs))
    if not bool(torch.isfinite(here).all()):
        return False
    dice = torch.Generator(device="cpu").manual_seed(0)

    def moved(tensor: torch.Tensor) -> torch.Tensor:
        if not tensor.is_floating_point():
            return tensor
        return tensor + NUDGE * (torch.rand(tensor.shape, generator=dice, device="cpu") - 0.5).to(tensor)

    there = [_numbers(right(map_tensors(inputs, moved))) for _ in range(3)]
    most = 1e-2 * (1 + float(here.abs().max()) if here.numel() else 1.0)
    return all(each.shape == here.shape and bool(((each - here).abs() <= most).all()) for each in there)


def _numbers(value: Any) -> torch.Tensor:
    """All numbers of a right answer in one tensor, float64."""
    parts = [tensor.detach().cpu().double().reshape(-1) for tensor in ask.tensors_in(value)]
    if isinstance(value, (bool, int, float)):
        parts.append(torch.tensor([float(value)], dtype=torch.float64))
    return torch.cat(parts) if parts else torch.empty(0, dtype=torch.float64)


@contextlib.contextmanager
def _at_most(seconds: float, elsewhere: bool) -> Iterator[bool]:
    """Inside, _TimeUp is raised after ``seconds``; gives whether that can be: a room has limits of its own."""
    alarms = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if elsewhere or not alarms or signal.getitimer(signal.ITIMER_REAL) != (0.0, 0.0):  # somebody else's alarm
        yield elsewhere
        return

    def stop(*_: object) -> None:
        raise _TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
