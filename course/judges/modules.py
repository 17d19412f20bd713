"""Judges of what is not a single function: a module, a loss curve, a refusal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch

from course import device
from course.answers import ask, weights
from course.answers.compare import kind_text, number_text, shape_text
from course.cases import Case
from course.doctor import diagnose, fingerprints, known
from course.entries import entries, generator
from course.judges.base import Rules, case_text, cases_text, failed, not_done, refusal
from course.judges.functions import function
from course.runtime.verdict import Verdict

Sizes = dict[str, Sequence[int]] | Sequence[Sequence[int]]
"""The sizes of a module's parameters: by name, or of all of them in any order."""


def module(
    name: str,
    answer: Any,
    on: Sequence[Case],
    reference: Callable[..., Any] | None,
    parameters: Sizes | None,
    build: tuple[Any, ...],
    rtol: float | None,
) -> Verdict:
    """The verdict on a torch.nn.Module: its parameters, then its output.

    ``name`` is the exercise's name and ``answer`` the class, or a module that is made already; ``build`` is what the
    class is called with. ``parameters`` are the sizes that the module's parameters should have, and ``reference``
    gives the right output of its parameters and a case, for each case of ``on``; None: not asked. ``rtol`` replaces
    the usual tolerance.
    """
    if answer is ...:
        return not_done(name)
    what = f"{name} as a module" + (f", {cases_text(on, ask.devices(answer))}" if on else "")
    made = ask.make(answer, build)
    verdict = _made(name, what, made, parameters, build)
    if not verdict.passed:
        found = made.reply if made.reply.error else replace(made.reply, value=_look(made))
        return known.explain(verdict, "module", [], lambda: [fingerprints.of_reply(found)], f"{build}")
    if reference is None:
        return verdict

    def expected(*case: Any) -> Any:
        place = next((tensor.device for tensor in ask.tensors_in(list(case))), torch.device("cpu"))
        return reference(device.to(made.parameters, place), *case)

    verdict = function(name, made.target, expected, on, Rules(rtol=rtol), f"{build}")
    if verdict.passed and (asked := _moved(made, on, reference)):
        verdict = function(name, made.target, _under(reference), asked, Rules(rtol=rtol), f"{build}")
        if not verdict.passed and not (verdict.mistake or verdict.stopped):
            cause = _OTHER_NUMBERS if f"{weights.RESULT}: " in verdict.where else _NO_WAY_BACK
            verdict = replace(verdict, cause=cause, next=_ITS_PARAMETERS, named=True)
    return replace(verdict, what=what)


_OTHER_NUMBERS = (
    "With the numbers that it begins with your module is right. With other numbers in its parameters it is not: it "
    "computes with something else."
)
_NO_WAY_BACK = (
    "Your module gives the right result, and autograd finds no right way back from it to the parameters: they would "
    "not learn."
)
_ITS_PARAMETERS = (
    "Let forward use self.<parameter> itself, made in __init__ as torch.nn.Parameter: no copy, no .data or detach(), "
    "no number or tensor from outside."
)
_MOVED = 2
"""Cases that a module is asked with other parameters."""


def _moved(made: ask.Made, on: Sequence[Case], reference: Callable[..., Any]) -> list[Case]:
    """The first cases with other parameters, where the right result depends on these smoothly; [] where not."""
    asked: list[Case] = []
    for number, case in enumerate(on[:_MOVED]):
        dice = generator(8101 + number)
        moved = {
            key: entries(tuple(each.shape), dice, torch.float64).to(each) / max(1, each[0].numel() if each.dim() else 1)
            for key, each in made.parameters.items()
        }
        asked.append(Case({**case.inputs, weights.PARAMETERS: moved}, case.sizes))
    try:
        results = [_under(reference)(*ask.copy(case.inputs).values()) for case in asked]
    except Exception:  # a reference that is not made for other parameters
        return []
    return asked if all(any(bool(part.any()) for part in list(each.values())[1:]) for each in results) else []


def _under(reference: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """What is right for a case that ends in other parameters, with the gradients to them."""

    def right(*case: Any) -> dict[str, Any]:
        *arguments, given = case
        own = {key: each.detach().clone().requires_grad_() for key, each in given.items()}
        result = reference(own, *arguments)
        return {weights.RESULT: result.detach(), **weights.gradients(result, own)}

    return right


def _look(made: ask.Made) -> Any:
    """What of a module's making can be compared: its parameters' names and shapes, or what it is instead."""
    if not made.is_module:
        return kind_text(made.target)
    return {key: tuple(parameter.shape) for key, parameter in made.parameters.items()}


def _made(name: str, what: str, made: ask.Made, parameters: Sizes | None, build: tuple[Any, ...]) -> Verdict:
    """The verdict on the module itself and its parameters."""
    if stopped := refusal(name, what, made.reply, f"{name}{build or '()'}", Rules()):
        return stopped
    if not made.is_module:
        where = f"{name} makes {kind_text(made.target)}, it should be a torch.nn.Module"
        step = "Write `class ...(torch.nn.Module)` and call super().__init__() first."
        finding = diagnose.Finding("It does not inherit from torch.nn.Module.", step, named=True)
        return failed(name, what, where, finding)
    shapes = {key: tuple(parameter.shape) for key, parameter in made.parameters.items()}
    if parameters is None:
        return Verdict(name, "passed", what)
    wanted: list[tuple[str, tuple[int, ...]]]
    if isinstance(parameters, dict):
        wanted = [(key, tuple(size)) for key, size in parameters.items()]
        agree = shapes == dict(wanted)
    else:
        wanted = [("one", size) for size in sorted(tuple(size) for size in parameters)]
        agree = sorted(shapes.values()) == [size for _, size in wanted]
    if agree:
        return Verdict(name, "passed", what)
    found = ", ".join(f"{key} {shape_text(size)}" for key, size in shapes.items()) or "none"
    wants = ", ".join(f"{key} {shape_text(size)}" for key, size in wanted)
    cause = "Only a torch.nn.Parameter, or a module, assigned to self is a parameter."
    if len(shapes) == len(wanted):
        cause = "The parameters are there, and not all of them are of the size, or the name, that is asked for."
    finding = diagnose.Finding(cause, "Compare the two lists.")
    return failed(name, what, f"its parameters are {found}; they should be {wants}", finding)


def training(name: str, losses: Any, below: float | None, steps: int | None) -> Verdict:
    """The verdict on a loss curve."""
    if losses is ...:
        return not_done(name)
    verdict = _training(name, losses, below, steps)
    return known.explain(verdict, "training", [], lambda: [_curve_print(losses)], f"{below} {steps}")


def _curve_print(losses: Any) -> fingerprints.Fingerprint:
    """A loss curve's fingerprint, in single precision: a long training adds rounding errors up."""
    if isinstance(losses, (list, tuple)) and all(isinstance(loss, (int, float)) for loss in losses):
        losses = torch.tensor(losses, dtype=torch.float32)
    return fingerprints.of_value(losses)


def _training(name: str, losses: Any, below: float | None, steps: int | None) -> Verdict:
    """The verdict before known mistakes are looked up."""
    what = f"the loss curve {name}"
    if isinstance(losses, torch.Tensor) and losses.dim() == 1:
        losses = losses.tolist()
    try:
        curve = [float(loss) for loss in losses]
    except (TypeError, ValueError):
        return failed(name, what, f"{name} is {kind_text(losses)}", diagnose.clues(losses, None, kind="type"))
    if steps is not None and len(curve) != steps:
        step = "Append the loss once in each step of the loop."
        return failed(name, what, f"{len(curve)} losses, there should be {steps}", diagnose.Finding("", step))
    if not curve or not all(map(math.isfinite, curve)):
        place = next((number for number, loss in enumerate(curve) if not math.isfinite(loss)), 0)
        where = f"step {place}: {curve[place]}" if curve else "there are no losses"
        finding = diagnose.Finding("The training ran away, or did not run.", "Try a learning rate ten times smaller.")
        return failed(name, what, where, finding)
    if curve[-1] >= curve[0] and len(curve) > 1:
        where = f"it begins at {number_text(curve[0])} and ends at {number_text(curve[-1])}"
        finding = diagnose.Finding("The loss does not fall.", "Check that the step goes against the gradient.")
        return failed(name, what, where, finding)
    if below is not None and curve[-1] >= below:
        where = f"it ends at {number_text(curve[-1])}, it should end below {number_text(below)}"
        step = "Check the learning rate, the number of steps, and that gradients are cleared."
        return failed(name, what, where, diagnose.Finding("It falls, but not far enough.", step))
    return Verdict(name, "passed", what)


def raises(name: str, answer: Any, error: type[Exception], on: Sequence[Case]) -> Verdict:
    """The verdict on a function that must refuse its inputs."""
    if answer is ...:
        return not_done(name)
    what = f"{name} refuses what it cannot take, {cases_text(on, [torch.device('cpu')])}"
    replies = ask.ask(answer, [case.inputs for case in on])
    verdict = _raises(name, what, replies, error, on)
    return known.explain(
        verdict, "raises", on, lambda: [fingerprints.of_reply(reply) for reply in replies], error.__name__
    )


def _raises(name: str, what: str, replies: Sequence[ask.Reply], error: type[Exception], on: Sequence[Case]) -> Verdict:
    """The verdict before known mistakes are looked up."""
    for number, (case, reply) in enumerate(zip(on, replies, strict=False)):
        text = case_text(case, number, len(on))
        if reply.not_done is not None:
            return not_done(name, reply.not_done)
        if error.__name__ not in reply.error_types:
            got = reply.exception or f"it returns {kind_text(reply.value)}"
            finding = diagnose.Finding(f"It should raise {error.__name__}.", "Check the input before you use it.")
            return failed(name, what, f"{text}: {got}", finding)
    return Verdict(name, "passed", what)
