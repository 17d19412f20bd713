"""Judge of functions: runs an answer over the cases on every device, and makes one verdict of what came back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch

from course import device
from course.answers import ask, differences
from course.answers.compare import Difference, compare, kind_text
from course.cases import Case
from course.doctor import diagnose, fingerprints, known
from course.judges.base import (
    Rules,
    by_differences,
    by_group,
    case_text,
    cases_text,
    explained,
    failed,
    is_defined,
    not_done,
    passed,
    refusal,
)
from course.judges.smallest import with_smallest
from course.runtime.verdict import Verdict


def _memory(name: str, what: str, reply: ask.Reply, case: str, rules: Rules) -> Verdict | None:
    """The verdict on whose memory was used, and on autograd's notes, where the exercise is about these."""
    if rules.mutates and rules.mutates in reply.moved:
        cause = f"{rules.mutates} now lies in new memory."
        step = f"Write into {rules.mutates} itself, as X[:] = or +=."
        return failed(name, what, case, diagnose.Finding(cause, step, named=True))
    if rules.detached and reply.noted:
        cause = "Autograd's notes still hang on your result: the computation that made it is recorded."
        step = "Compute the new values inside `with torch.no_grad():`, or give back their .detach()."
        return failed(name, what, case, diagnose.Finding(cause, step, named=True))
    if isinstance(rules.shares, str) and rules.shares not in reply.shared:
        cause = f"Your result has memory of its own; it should share {rules.shares}'s."
        return failed(name, what, case, diagnose.Finding(cause, "Use the way in that does not copy.", named=True))
    if rules.shares is False and reply.shared:
        cause = f"Your result shares memory with {', '.join(reply.shared)}: changing one changes the other."
        return failed(name, what, case, diagnose.Finding(cause, "Make a copy of its own.", named=True))
    return None


def function(
    name: str,
    answer: Any,
    reference: Callable[..., Any] | None,
    on: Sequence[Case],
    rules: Rules,
    more: str = "",
) -> Verdict:
    """The verdict on a function against a reference, or against the results the cases carry.

    ``name`` is the exercise's name and ``answer`` the function; ``reference`` gives the right results of the cases
    ``on``, and ``rules`` what else is asked. ``more`` tells this question from others on the same cases.
    """
    if answer is ...:
        return not_done(name)
    verdict, asked, replies = _function(name, answer, reference, on, rules)
    return known.explain(verdict, "function", asked, lambda: [_print(reply, rules) for reply in replies], more)


def _print(reply: ask.Reply, rules: Rules) -> fingerprints.Fingerprint:
    """What can tell this reply from another: its result, and what it did to its arguments."""
    notes = [f"changed {argument}" for argument in reply.changed if argument != rules.mutates]
    if rules.shares is not None:
        notes += [f"shares {argument}" for argument in reply.shared]
    if rules.mutates:
        notes += [f"moved {argument}" for argument in reply.moved]
        return fingerprints.of_reply(reply, reply.after.get(rules.mutates), notes)
    return fingerprints.of_reply(reply, None, notes)


def _function(
    name: str, answer: Any, reference: Callable[..., Any] | None, on: Sequence[Case], rules: Rules
) -> tuple[Verdict, Sequence[Case], list[ask.Reply]]:
    """The verdict, the cases that it is about (the ordinary ones, or the edges), and what came back for them."""
    with_tensors = any(True for case in on for _ in ask.tensors_in(list(case)))
    devices = [torch.device("cpu")]
    if with_tensors:
        devices = ask.devices(answer, hand=rules.by_hand, forbid=rules.forbid, memory=rules.memory)
    what = f"{name} against {'the reference' if reference else 'worked examples'}, {cases_text(on, devices)}"
    if not callable(answer):
        where = f"{name} is {kind_text(answer)}, it should be a function"
        return failed(name, what, where, diagnose.clues(answer, None, kind="function")), on, []
    replies: list[ask.Reply] = []
    for group in by_group(on):
        for place in devices:
            inputs = [device.to(case.inputs, place) for case in group]
            came = ask.ask(answer, inputs, hand=rules.by_hand, forbid=rules.forbid, memory=rules.memory)
            if found := _wrong(name, what, answer, reference, Asked(group, inputs, came), rules):
                return found, group, came
            replies = replies or came
    return passed(name, what, answer, rules), on, replies


class Asked(NamedTuple):
    """A group of cases, their inputs on one device, and what came back for them, as far as it went."""

    on: Sequence[Case]
    inputs: list[dict[str, Any]]
    replies: list[ask.Reply]


def _wrong(
    name: str, what: str, answer: Any, reference: Callable[..., Any] | None, asked: Asked, rules: Rules
) -> Verdict | None:
    """The verdict on what came back, None where all of it is right.

    ``name`` and ``what`` begin the verdict; ``answer`` was ``asked`` under these ``rules``, and ``reference`` gives the
    right results.
    """
    on = asked.on
    wrong: list[tuple[int, Difference]] = []
    answered: list[differences.Answered] = []
    for number, (case, given, reply) in enumerate(zip(on, asked.inputs, asked.replies, strict=False)):
        text = case_text(case, number, len(on))
        right = _right(case, given, reference)
        if case.edge and not is_defined(right):
            continue
        stopped = refusal(name, what, reply, text, rules)
        if stopped and case.edge and wrong:
            break
        if stopped:
            return stopped
        mine = reply.after[rules.mutates] if rules.mutates else reply.value
        answered.append(differences.Answered(given, mine, right))
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
        verdict = explained(name, what, on, wrong)
        number, first = wrong[0]
        if reference and first.kind == "value" and not rules.mutates:
            verdict = with_smallest(verdict, on[number], answer, _teller(reference), rules.rtol)
        return verdict
    if rules.by_hand and reference and not rules.mutates and not (on and on[0].edge):
        again = differences.Again(_asker(answer, rules), _teller(reference))
        return by_differences(name, what, answered, again, "the reference")
    return None


def _right(case: Case, given: dict[str, Any], reference: Callable[..., Any] | None) -> Any:
    """The right answer to a case whose inputs are ``given`` on some device, and lie there, too."""
    if reference:
        return reference(*ask.copy(given).values())
    place = next((tensor.device for tensor in ask.tensors_in(list(given.values()))), torch.device("cpu"))
    return device.to(case.gives, place)


def _asker(answer: Any, rules: Rules) -> Callable[[Sequence[dict[str, Any]]], list[Any] | None]:
    """What the answer gives for other inputs, as ``differences`` asks it; None where not all of them could be had."""

    def asked(many: Sequence[dict[str, Any]]) -> list[Any] | None:
        replies = ask.ask(answer, many, hand=True, forbid=rules.forbid, memory=rules.memory)
        return [reply.value for reply in replies] if len(replies) == len(many) else None

    return asked


def _teller(reference: Callable[..., Any]) -> Callable[[dict[str, Any]], Any]:
    """What the reference gives for inputs by name."""
    return lambda given: reference(*ask.copy(given).values())
