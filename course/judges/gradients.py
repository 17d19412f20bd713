"""Judge of gradients: each against autograd's, the one nearest the loss first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import torch

from course import device
from course.answers import ask, differences
from course.answers.compare import Difference, compare, kind_text
from course.answers.oracle import gradients, labels_of
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

TrailMark = Literal["right", "first wrong", "wrong"]
Trail = dict[str, TrailMark]
"""For the first wrong case, how each gradient stands, by name, in the order of the way back from the loss."""


class Question(NamedTuple):
    """What is asked: the gradients of ``of`` by the inputs ``wrt``, on every case, under ``rules``.

    With ``upstream``, the name of an input, the loss is the sum of that input times ``of(...)``.
    """

    of: Callable[..., torch.Tensor]
    on: Sequence[Case]
    wrt: tuple[str, ...]
    upstream: str | None
    rules: Rules

    @property
    def names(self) -> list[str]:
        """The gradients' names, in the order in which they are asked for: "dW"."""
        return [f"d{argument}" for argument in self.wrt]


class Judgement(NamedTuple):
    """The verdict on gradients, what came back on the device that was judged last, and the trail to draw.

    ``answered`` holds the cases of right gradients beside autograd's, ``wrong`` is the number of the first case whose
    numbers are not. ``on`` are the cases that it is about: the ordinary ones, or the edges.
    """

    verdict: Verdict
    replies: Sequence[ask.Reply]
    trail: Trail
    answered: Sequence[differences.Answered] = ()
    wrong: int | None = None
    on: Sequence[Case] = ()


def gradient(name: str, answer: Any, question: Question) -> tuple[Verdict, Trail]:
    """The verdict on gradients against autograd's, the one nearest the loss first, and the trail to draw."""
    if answer is ...:
        return not_done(name), {}
    found = _judged(name, answer, question)

    def prints() -> list[fingerprints.Fingerprint]:
        both = zip(found.replies, found.on, strict=False)
        return [_print(reply, question.wrt, case.inputs) for reply, case in both]

    more = f"{question.wrt} {question.upstream}"
    return known.explain(found.verdict, "gradient", found.on, prints, more), found.trail


def _print(reply: ask.Reply, wrt: tuple[str, ...], inputs: dict[str, Any]) -> fingerprints.Fingerprint:
    """What can tell this reply from another: the gradients by name, in whatever form they came, and spoilt inputs."""
    named = None if reply.error or reply.value is None else _by_name(reply.value, wrt, inputs)
    return fingerprints.of_reply(reply, named if isinstance(named, dict) else None, reply.changed)


def _judged(name: str, answer: Any, question: Question) -> Judgement:
    """The judgement before known mistakes are looked up."""
    rules, on = question.rules, question.on
    devices = ask.devices(answer, hand=rules.by_hand, forbid=rules.forbid)
    what = f"{', '.join(question.names)} against autograd, {cases_text(on, devices)}"
    if not callable(answer):
        where = f"{name} is {kind_text(answer)}, it should be a function"
        return Judgement(failed(name, what, where, diagnose.clues(answer, None, kind="type")), [], {}, on=on)
    replies: list[ask.Reply] = []
    for group in by_group(on):
        asked = question._replace(on=group)
        for place in devices:
            inputs = [device.to(case.inputs, place) for case in group]
            came = ask.ask(answer, inputs, hand=rules.by_hand, forbid=rules.forbid)
            judgement = _compared(name, what, asked, inputs, came)._replace(on=group)
            if rules.by_hand and judgement.verdict.passed and not any(case.edge for case in group):
                judgement = _by_formula(judgement, answer, asked)
            if not judgement.verdict.passed:
                return _with_smallest(judgement, answer, asked)
            replies = replies or came
    return Judgement(passed(name, what, answer, rules), replies, {}, on=on)


def _compared(
    name: str, what: str, question: Question, inputs: Sequence[dict[str, Any]], replies: Sequence[ask.Reply]
) -> Judgement:
    """The judgement on the replies to the cases' ``inputs`` on one device; ``what`` is the verdict's first line."""
    rules, on = question.rules, question.on
    wrong: list[tuple[int, dict[str, Difference]]] = []
    order: list[str] = []
    answered: list[differences.Answered] = []
    for number, (case, given, reply) in enumerate(zip(on, inputs, replies, strict=False)):
        text = case_text(case, number, len(on))
        right = gradients(question.of, given, question.wrt, question.upstream)
        if case.edge and not is_defined(right):
            continue
        stopped = refusal(name, what, reply, text, rules)
        if stopped and case.edge and wrong:
            break
        if stopped:
            return Judgement(stopped, replies, {})
        if reply.value is None:
            where = f"{text}: you give None, it should be {', '.join(question.names)}"
            verdict = failed(name, what, where, diagnose.clues(None, None, kind="printed"))
            return Judgement(verdict, replies, {})
        mine = _by_name(reply.value, question.wrt, given)
        if isinstance(mine, str):
            verdict = failed(name, what, f"{text}: {mine}", diagnose.clues(reply.value, None, kind="length"))
            return Judgement(verdict, replies, {})
        answered.append(differences.Answered(given, mine, right))
        found = {
            key: difference
            for key in right
            if (difference := compare(mine[key], right[key], path=key, rtol=rules.rtol, oracle="autograd"))
        }
        if found:
            order = order if wrong else list(right)
            wrong.append((number, found))
    if wrong:
        number, found = wrong[0]
        numbers = number if all(each.kind == "value" for each in found.values()) else None
        return Judgement(_first_wrong(name, what, on, wrong, order), replies, _trail(found, order), wrong=numbers)
    return Judgement(Verdict(name, "passed", what), replies, {}, answered)


def _with_smallest(judgement: Judgement, answer: Any, question: Question) -> Judgement:
    """The judgement, on wrong numbers with the smallest case on which they are wrong, too."""
    if judgement.wrong is None:
        return judgement
    case = question.on[judgement.wrong]

    def right(given: dict[str, Any]) -> dict[str, torch.Tensor]:
        return gradients(question.of, given, question.wrt, question.upstream)

    def mine(value: Any, given: dict[str, Any]) -> Any:
        return _by_name(value, question.wrt, given)

    verdict = with_smallest(judgement.verdict, case, answer, right, question.rules.rtol, mine)
    return judgement._replace(verdict=verdict)


def _by_formula(judgement: Judgement, answer: Any, question: Question) -> Judgement:
    """The judgement on right gradients, unless they are those of a difference quotient."""
    wrt, rules = question.wrt, question.rules

    def right(given: dict[str, Any]) -> dict[str, torch.Tensor]:
        return gradients(question.of, given, wrt, question.upstream)

    def mine(many: Sequence[dict[str, Any]]) -> list[Any] | None:
        replies = ask.ask(answer, many, hand=True, forbid=rules.forbid)
        named = [_by_name(reply.value, wrt, given) for reply, given in zip(replies, many, strict=False)]
        return named if len(named) == len(many) and all(isinstance(each, dict) for each in named) else None

    again = differences.Again(mine, right, wrt)
    found = by_differences(judgement.verdict.exercise, judgement.verdict.what, judgement.answered, again, "autograd")
    return judgement if found is None else judgement._replace(verdict=found)


def _trail(found: dict[str, Difference], order: Sequence[str]) -> Trail:
    """How each gradient of a case stands; ``found`` holds the wrong ones, the one nearest the loss first.

    Where that one's sister in its layer is wrong too, both are first: neither is wrong through the other.
    """
    first = next(iter(found))
    together = (first, _sister(first, order))
    return {key: ("first wrong" if key in together else "wrong") if key in found else "right" for key in order}


def _by_name(value: Any, wrt: tuple[str, ...], inputs: dict[str, Any]) -> dict[str, Any] | str:
    """The student's gradients by name ("dW", "dWs[0]"), or a sentence on what is wrong with their number or names."""
    names = [f"d{argument}" for argument in wrt]
    if isinstance(value, dict):
        parts = [value.get(name, value.get(name[1:])) for name in names]
        missing = [name for name in names if name not in value and name[1:] not in value]
        if missing:
            return f"there is no {missing[0]} in your dict"
    elif len(wrt) == 1:
        parts = [value[0] if isinstance(value, tuple) and len(value) == 1 else value]
    elif not isinstance(value, (list, tuple)) or len(value) != len(wrt):
        return f"you give {kind_text(value)}, it should be {', '.join(names)}"
    else:
        parts = list(value)
    found: dict[str, Any] = {}
    for argument, part in zip(wrt, parts, strict=True):
        labels = labels_of(argument, inputs[argument])
        if labels == [f"d{argument}"]:
            found[labels[0]] = part
        elif isinstance(part, (list, tuple)) and len(part) == len(labels):
            found.update(zip(labels, part, strict=True))
        else:
            return f"d{argument} is {kind_text(part)}, it should be a list of {len(labels)} tensors"
    return found


def _first_wrong(
    name: str, what: str, on: Sequence[Case], wrong: Sequence[tuple[int, dict[str, Difference]]], order: Sequence[str]
) -> Verdict:
    """The verdict that names, for the first wrong case, the first wrong gradient on the way back from the loss.

    ``order`` lists that case's gradients, those nearest the loss first.
    """
    found = wrong[0][1]
    first = next(iter(found))
    verdict = explained(name, what, on, [(number, next(iter(each.values()))) for number, each in wrong])
    if swapped := _swapped(wrong):
        alone = len({fingerprints.of_case(on[number].inputs) for number, _ in wrong}) < 2
        lead = "On this case: " if alone else ""
        step = "Return them in the order that the exercise names."
        verdict = replace(verdict, cause=lead + swapped, next=step, named=not alone)
    right = [key for key in order if key not in found]
    sister = _sister(first, order)
    others = [key for key in found if key not in (first, sister)]
    notes = [f"{', '.join(right)} {'is' if len(right) == 1 else 'are'} right"] if right else []
    if others and right and sister in found:
        notes.append(f"what makes {first} and {sister} wrong may make {', '.join(others)} wrong, too")
    where = verdict.where + ("\n" + "; ".join(notes) if notes else "")
    at_edge = on[wrong[0][0]].edge is not None
    if (
        not verdict.named
        and not at_edge
        and not verdict.cause.startswith("On this case")
        and (deduced := _deduced(order, found))
    ):
        verdict = replace(verdict, cause=deduced)
    return replace(verdict, where=where)


def _sister(name: str, order: Sequence[str]) -> str:
    """The other gradient of the same layer, to which the same arrives: "db2" for "dW2", "dWs[0]" for "dbs[0]"."""
    others = {"W": "b", "w": "b", "b": "Ww"}.get(name[1:2], "")
    return next((made for letter in others if (made := f"d{letter}{name[2:]}") in order), "")


def _deduced(order: Sequence[str], found: Mapping[str, Difference]) -> str:
    """Where the fault must lie, going by which gradients of a case are right; "" where that tells nothing."""
    if len(order) < 2 or any(each.kind != "value" for each in found.values()):
        return ""
    if len(found) == len(order):
        return "All of them are wrong: the fault lies before the first, in the forward pass or at the loss."
    first = next(iter(found))
    sister = _sister(first, order)
    if sister and sister in found and not any(bool(torch.as_tensor(found[key].yours).any()) for key in (first, sister)):
        return f"{first} and {sister} are 0 together: nothing arrives at their layer, or your loop never gets there."
    if sister and sister in found:
        return f"{first} and {sister} are wrong together: what they share is the gradient that arrives at their layer."
    if sister and first[1] in "Ww":
        return f"{sister} is right, so what arrives there is right: look at the product that gives {first}."
    if sister:
        return f"{sister} is right, so what arrives there is right: look at the sum that gives {first}."
    return ""


def _swapped(wrong: Sequence[tuple[int, dict[str, Difference]]]) -> str:
    """The sentence on gradients that stand in each other's place in every wrong case, or ""."""
    first = wrong[0][1]
    if len(first) < 2 or any(each.keys() != first.keys() for _, each in wrong):
        return ""
    place: dict[str, str] = {}
    for key in first:
        for other in first:
            pairs = [(each[key].yours, each[other].expected) for _, each in wrong]
            if other != key and all(compare(mine, right) is None for mine, right in pairs):
                place[key] = other
                break
        else:
            return ""
    if sorted(place.values()) != sorted(place):
        return ""
    return (
        "Your gradients are right, in another order: "
        + ", ".join(f"{key} holds {other}" for key, other in place.items())
        + "."
    )
