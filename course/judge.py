"""Running an answer over the cases on every device, and turning what came back into one verdict."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from course import ask, device, diagnose, known
from course.cases import Case
from course.compare import Difference, compare, dtype_text, kind_text, number_text, shape_text
from course.feedback import NOT_BY_HAND, Verdict
from course.known import prints


@dataclass(frozen=True)
class Rules:
    """What an answer may and must do besides being right; see ``check.function``."""

    by_hand: bool = False
    forbid: tuple[str, ...] = ()
    mutates: str | None = None
    shares: str | bool | None = None
    rtol: float | None = None

    @property
    def memory(self) -> bool:
        """Whether the arguments' own memory matters."""
        return self.mutates is not None or self.shares is not None


def name_of(answer: Any) -> str:
    """The exercise's name: the name under which the test cell speaks of the answer."""
    frame = sys._getframe(2)
    for name in frame.f_code.co_names:
        if name in frame.f_globals and frame.f_globals[name] is answer:
            return name
    return getattr(answer, "__name__", "your answer")


def not_done(name: str, waits_for: str = "") -> Verdict:
    """The verdict on an exercise that still holds its stub, or that calls one (``waits_for``) that does."""
    if waits_for and waits_for != name:
        return Verdict(name, "not done", f"waits for {waits_for}, which is not done yet")
    return Verdict(name, "not done")


def failed(name: str, what: str, where: str, finding: diagnose.Finding) -> Verdict:
    """The verdict on a wrong answer, in the four lines of the feedback contract."""
    return Verdict(name, "failed", what, where, finding.cause, finding.next, finding.named)


def cases_text(on: Sequence[Case], devices: Sequence[torch.device]) -> str:
    """How many cases ran, and on which devices besides the CPU."""
    cases = f"{len(on)} case{'s' if len(on) != 1 else ''}"
    return cases + "".join(f" and on {place.type}" for place in devices[1:])


def case_text(case: Case, number: int, total: int) -> str:
    """Which case, and the shapes or values of its inputs, short."""

    def short(value: Any) -> str:
        if isinstance(value, torch.Tensor):
            return number_text(value) if value.dim() == 0 else shape_text(value.shape)
        if isinstance(value, (list, tuple)) and value and isinstance(value[0], torch.Tensor):
            return f"{len(value)} tensors"
        text = repr(value)
        return text if len(text) <= 30 else text[:27] + "..."

    inputs = ", ".join(f"{key} {short(value)}" for key, value in case.inputs.items())
    lead = f"case {number + 1} of {total}" if total > 1 else "this case"
    return f"{lead} ({inputs})" if inputs else lead


def value(name: str, answer: Any, expected: Any, rtol: float | None) -> Verdict:
    """The verdict on a plain value."""
    if answer is ...:
        return not_done(name)
    what = f"the value of {name}"
    if isinstance(expected, torch.Tensor) and isinstance(answer, torch.Tensor):
        expected = expected.to(answer.device)
    verdict = _verdict_of(name, what, compare(answer, expected, rtol=rtol))
    return known.explain(verdict, "value", [], lambda: [prints.of_value(answer)], str(prints.of_value(expected)))


def _verdict_of(name: str, what: str, difference: Difference | None) -> Verdict:
    if difference is None:
        return Verdict(name, "passed", what)
    finding = None
    if difference.kind in ("value", "shape"):
        finding = diagnose.explain([diagnose.Pair(difference.yours, difference.expected)])
    kind = "nothing" if difference.kind == "missing" and not difference.path else difference.kind
    finding = finding or diagnose.clues(difference.yours, difference.expected, kind=kind)
    return failed(name, what, difference.where, finding)


def shape(name: str, answer: Any, expected: tuple[int, ...], dtype: torch.dtype | None) -> Verdict:
    """The verdict on shape and dtype alone."""
    if answer is ...:
        return not_done(name)
    verdict = _shape(name, answer, expected, dtype)
    return known.explain(verdict, "shape", [], lambda: [prints.of_value(answer)], f"{expected} {dtype}")


def _shape(name: str, answer: Any, expected: tuple[int, ...], dtype: torch.dtype | None) -> Verdict:
    what = f"the shape of {name}" + (" and its dtype" if dtype else "")
    if not isinstance(answer, torch.Tensor):
        where = f"{name} is {kind_text(answer)}, it should be a tensor"
        return failed(name, what, where, diagnose.clues(answer, None, kind="nothing" if answer is None else "type"))
    if tuple(answer.shape) != expected:
        where = f"your shape is {shape_text(answer.shape)}, it should be {shape_text(expected)}"
        return failed(name, what, where, diagnose.clues(answer, None, kind="shape"))
    if dtype is not None and answer.dtype != dtype:
        where = f"your dtype is {dtype_text(answer.dtype)}, it should be {dtype_text(dtype)}"
        return failed(name, what, where, diagnose.clues(answer, None, kind="dtype"))
    return Verdict(name, "passed", what)


def refusal(name: str, what: str, reply: ask.Reply, case: str, rules: Rules) -> Verdict | None:
    """The verdict where a reply cannot be compared at all: not done, not by hand, an exception, a changed input."""
    if reply.leftover:
        cause = "There is code of yours, but the line that raises NotImplementedError still stands below it."
        return failed(name, what, case, diagnose.Finding(cause, "Delete that line."))
    if reply.not_done is not None:
        return not_done(name, reply.not_done)
    if reply.refused:
        plain = "Write it as a plain function, in its own cell."
        step = NOT_BY_HAND if rules.by_hand or rules.forbid else plain
        return failed(name, what, case, diagnose.Finding(reply.refused, step, named=True))
    if reply.error:
        return failed(name, what, f"{case}: your code stops there", diagnose.error(reply.error, reply.error_types))
    if reply.value is ... or (isinstance(reply.value, (list, tuple)) and any(part is ... for part in reply.value)):
        return not_done(name)
    spoilt = [argument for argument in reply.changed if argument != rules.mutates]
    if spoilt:
        cause = f"Your function changes its input {', '.join(spoilt)}, which the caller still needs."
        step = (
            "Look for +=, an assignment into it, or requires_grad_() on it; work on a new tensor, such as its clone()."
        )
        return failed(name, what, case, diagnose.Finding(cause, step, named=True))
    return None


def _memory(name: str, what: str, reply: ask.Reply, case: str, rules: Rules) -> Verdict | None:
    """The verdict on whose memory was used, where the exercise is about memory."""
    if rules.mutates and rules.mutates in reply.moved:
        cause = f"{rules.mutates} now lies in new memory."
        step = f"Write into {rules.mutates} itself, as X[:] = or +=."
        return failed(name, what, case, diagnose.Finding(cause, step, named=True))
    if isinstance(rules.shares, str) and rules.shares not in reply.shared:
        cause = f"Your result has memory of its own; it should share {rules.shares}'s."
        return failed(name, what, case, diagnose.Finding(cause, "Use the way in that does not copy.", named=True))
    if rules.shares is False and reply.shared:
        cause = f"Your result shares memory with {', '.join(reply.shared)}: changing one changes the other."
        return failed(name, what, case, diagnose.Finding(cause, "Make a copy of its own.", named=True))
    return None


def function(name: str, answer: Any, reference: Callable[..., Any] | None, on: Sequence[Case], rules: Rules) -> Verdict:
    """The verdict on a function against a reference, or against the results the cases carry."""
    if answer is ...:
        return not_done(name)
    replies: list[ask.Reply] = []
    verdict = _function(name, answer, reference, on, rules, replies)
    return known.explain(verdict, "function", on, lambda: [_print(reply, rules) for reply in replies])


def _print(reply: ask.Reply, rules: Rules) -> prints.Print:
    """What can tell this reply from another: its result, and what it did to its arguments."""
    notes = [f"changed {argument}" for argument in reply.changed if argument != rules.mutates]
    if rules.shares is not None:
        notes += [f"shares {argument}" for argument in reply.shared]
    if rules.mutates:
        notes += [f"moved {argument}" for argument in reply.moved]
        return prints.of_reply(reply, reply.after.get(rules.mutates), notes)
    return prints.of_reply(reply, None, notes)


def _function(
    name: str,
    answer: Any,
    reference: Callable[..., Any] | None,
    on: Sequence[Case],
    rules: Rules,
    replies: list[ask.Reply],
) -> Verdict:
    """The verdict; ``replies`` holds afterwards what came back on the device that was judged last."""
    with_tensors = any(True for case in on for _ in ask.tensors_in(list(case)))
    asked = {"hand": rules.by_hand, "forbid": rules.forbid, "memory": rules.memory}
    devices = ask.devices(answer, **asked) if with_tensors else [torch.device("cpu")]
    what = f"{name} against {'the reference' if reference else 'worked examples'}, {cases_text(on, devices)}"
    if not callable(answer):
        where = f"{name} is {kind_text(answer)}, it should be a function"
        return failed(name, what, where, diagnose.clues(answer, None, kind="function"))
    for place in devices:
        inputs = [device.to(case.inputs, place) for case in on]
        replies[:] = ask.ask(answer, inputs, **asked)
        wrong: list[tuple[int, Difference]] = []
        for number, (case, given, reply) in enumerate(zip(on, inputs, replies, strict=False)):
            text = case_text(case, number, len(on))
            stopped = refusal(name, what, reply, text, rules)
            if stopped:
                return stopped
            right = reference(*ask.copy(given).values()) if reference else device.to(case.gives, place)
            mine = reply.after[rules.mutates] if rules.mutates else reply.value
            if difference := compare(mine, right, rtol=rules.rtol):
                if rules.mutates and rules.mutates not in reply.changed:
                    cause = f"{rules.mutates} came back unchanged."
                    step = f"Write into {rules.mutates} itself, as {rules.mutates}[...] = or +=; a new tensor is lost."
                    finding = diagnose.Finding(cause, step, named=True)
                    return failed(name, what, f"{text}: {difference.where}", finding)
                wrong.append((number, difference))
            elif not wrong and (spoilt := _memory(name, what, reply, text, rules)):
                return spoilt
        if wrong:
            return explained(name, what, on, wrong)
    return Verdict(name, "passed", what)


def explained(name: str, what: str, on: Sequence[Case], wrong: Sequence[tuple[int, Difference]]) -> Verdict:
    """The verdict on wrong results: the first place, and a cause if all wrong cases agree on one."""
    number, first = wrong[0]
    finding = None
    right = len(on) - len(wrong)
    if first.kind in ("value", "shape"):
        pairs = [diagnose.Pair(d.yours, d.expected, on[case].inputs, on[case].sizes) for case, d in wrong]
        finding = diagnose.explain(pairs, right)
    kind = "printed" if first.kind == "missing" and not first.path else first.kind
    finding = finding or diagnose.clues(first.yours, first.expected, kind=kind)
    also = f"; {right} of {len(on)} cases are right" if right else ""
    return failed(name, what, f"{case_text(on[number], number, len(on))}: {first.where}{also}", finding)
