"""Shared parts of the judges: rules, and the verdicts on what cannot be compared at all."""

from __future__ import annotations

import contextlib
import dis
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

import torch

from course import edges
from course.answers import ask, differences, reach
from course.answers.compare import Difference, number_text, shape_text
from course.cases import Case, edges_of
from course.doctor import diagnose
from course.runtime.context import current
from course.runtime.shell import graded
from course.runtime.verdict import NOT_BY_HAND, Verdict


@dataclass(frozen=True)
class Rules:
    """What an answer may and must do besides being right; see ``check.function``."""

    by_hand: bool = False
    forbid: tuple[str, ...] = ()
    mutates: str | None = None
    shares: str | bool | None = None
    rtol: float | None = None
    detached: bool = False

    @property
    def memory(self) -> bool:
        """Whether the arguments' own memory matters."""
        return self.mutates is not None or self.shares is not None


_NOTHING = object()


def name_of(answer: Any, check: FrameType | None) -> str:
    """The exercise's name: the name under which the test cell speaks of the answer.

    ``check`` is the frame of the check that the cell called. A function or class goes by its own name if the cell
    does so too; else it is the name that stands in this call, or the first of the cell's names for this very answer.
    """
    own = getattr(answer, "__name__", None)
    cell = check.f_back if check is not None else None
    if cell is not None:
        spoken = [name for name in cell.f_code.co_names if cell.f_globals.get(name, _NOTHING) is answer]
        if spoken:
            return own if own in spoken else next((name for name in _called_with(cell) if name in spoken), spoken[0])
    return "your answer" if own is None else own


def _called_with(cell: FrameType) -> Iterator[str]:
    """The names in the call that a frame is at, in order; Python before 3.11 does not know where that is."""
    if sys.version_info < (3, 11):
        return
    places = list(cell.f_code.co_positions())
    line, last_line, column, last_column = places[cell.f_lasti // 2]
    if line is None or last_line is None or column is None or last_column is None:
        return
    for step in dis.get_instructions(cell.f_code):
        at = step.positions
        if step.opname not in ("LOAD_NAME", "LOAD_GLOBAL") or at is None or at.lineno is None or at.col_offset is None:
            continue
        if (line, column) <= (at.lineno, at.col_offset) < (last_line, last_column):
            yield str(step.argval)


def not_done(name: str, waits_for: str = "") -> Verdict:
    """The verdict on an exercise that still holds its stub, or that calls one (``waits_for``) that does."""
    if waits_for and waits_for != name:
        return Verdict(name, "not done", f"waits for {waits_for}, which is not done yet")
    return Verdict(name, "not done")


def failed(name: str, what: str, where: str, finding: diagnose.Finding) -> Verdict:
    """The verdict on a wrong answer, in the four lines of the feedback contract."""
    return Verdict(name, "failed", what, where, finding.cause, finding.next, finding.named)


def cases_text(on: Sequence[Case], devices: Sequence[torch.device]) -> str:
    """How many cases ran, with those that people forget, and on which devices besides the CPU."""
    forgotten = edges_of(on)
    cases = f"{len(on)} case{'s' if len(on) != 1 else ''}"
    cases += f" and {len(forgotten)} at the edges" if forgotten else ""
    return cases + "".join(f" and on {place.type}" for place in devices[1:])


def case_text(case: Case, number: int, total: int) -> str:
    """Which case, and the shapes or values of its inputs, short."""

    def short(value: Any) -> str:
        if isinstance(value, torch.Tensor):
            return number_text(value) if value.dim() == 0 else shape_text(value.shape)
        if isinstance(value, (list, tuple)) and value and isinstance(value[0], torch.Tensor):
            return f"{len(value)} tensors"
        if isinstance(value, dict) and value and all(isinstance(each, torch.Tensor) for each in value.values()):
            return "others"
        text = repr(value)
        return text if len(text) <= 30 else text[:27] + "..."

    inputs = ", ".join(f"{key} {short(value)}" for key, value in case.inputs.items())
    lead = f"case {number + 1} of {total}" if total > 1 else "this case"
    lead = f"where {case.edge.says}" if case.edge else lead
    return f"{lead} ({inputs})" if inputs else lead


def by_group(on: Sequence[Case]) -> list[Sequence[Case]]:
    """The ordinary cases, and then, for an answer that is right on these, those that people forget."""
    return [list(on), forgotten] if (forgotten := edges_of(on)) else [list(on)]


def is_defined(right: Any) -> bool:
    """Whether a right answer holds finite numbers only: at an edge nothing else is asked for."""
    return all(bool(torch.isfinite(each).all()) for each in ask.tensors_in(right)) and not (
        isinstance(right, float) and not math.isfinite(right)
    )


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
        verdict = failed(name, what, f"{case}: your code stops there", diagnose.error(reply))
        return replace(verdict, stopped=True)
    if reply.value is ... or (isinstance(reply.value, (list, tuple)) and any(part is ... for part in reply.value)):
        return not_done(name)
    spoilt = [argument for argument in reply.changed if argument != rules.mutates]
    if spoilt:
        cause = f"Your function changes its input {', '.join(spoilt)}, which the caller still needs."
        step = "Look for +=, an assignment into it, requires_grad_() or backward() on it; work on its clone()."
        return failed(name, what, case, diagnose.Finding(cause, step, named=True))
    return None


def passed(name: str, what: str, answer: Any, rules: Rules) -> Verdict:
    """The verdict on right numbers; in a notebook, with what an answer by hand reads and nobody has looked behind.

    Where it is graded, everything above it is run again, and what torch differentiated there is left out.
    """
    if not rules.by_hand or isinstance(answer, ask.Elsewhere) or graded() or not (read := reach.values(answer)):
        return Verdict(name, "passed", what)
    names = " and ".join(f"`{each}`" for each in read[:3])
    later = f"the numbers are right; that {names} came without torch's differentiation is seen when graded"
    return Verdict(name, "passed", what, later=later)


def by_differences(
    name: str, what: str, answered: Sequence[differences.Answered], again: differences.Again, oracle: str
) -> Verdict | None:
    """The verdict on right numbers that are a difference quotient's, as their last digits show; None on others.

    ``name`` and ``what`` begin the verdict; ``answered`` holds the cases, ``again`` asks the answer once more, and
    ``oracle`` says whose numbers are the right ones ("autograd").
    """
    early = differences.quotient(answered, again)
    if early is None:
        return None
    where = "every case" if early.cases == len(answered) else f"{early.cases} of {len(answered)} cases"
    cause = (
        f"Your numbers agree with {oracle} to about {early.digits} digits and no further, as a difference quotient's "
        "do; a formula agrees to 14. This is an approximation."
    )
    return failed(name, what, where, diagnose.Finding(cause, NOT_BY_HAND, named=True))


def explained(name: str, what: str, on: Sequence[Case], wrong: Sequence[tuple[int, Difference]]) -> Verdict:
    """The verdict on wrong results: the first place, and a cause if all wrong cases agree on one."""
    number, first = wrong[0]
    finding = None
    right = len(on) - len(wrong)
    if first.kind in ("value", "shape") and current().notes is None:  # or else known mistakes are being learnt
        pairs = [diagnose.Pair(d.yours, d.expected, on[case].inputs, on[case].sizes) for case, d in wrong]
        with contextlib.suppress(Exception):  # a diagnosis that fails is none
            finding = diagnose.explain(pairs, right)
    kind: diagnose.Clue = "printed" if first.kind == "missing" and not first.path else first.kind
    if finding and first.path:
        finding = replace(finding, cause=finding.cause.replace(", everywhere", f", in {first.path}"))
    edge = on[number].edge
    if edge:
        everywhere = not right and len(on) > 1
        cause, look = (edges.EVERYWHERE, edges.FROM_ARGUMENTS) if everywhere else (edge.cause, edge.look)
        named = finding if finding and finding.named else diagnose.Finding("", look)
        finding = replace(named, cause=f"{cause} {named.cause}".strip())
    finding = finding or diagnose.clues(first.yours, first.expected, kind=kind)
    also = f"; {right} of {len(on)} cases are right" if right and not edge else ""
    return failed(name, what, f"{case_text(on[number], number, len(on))}: {first.where}{also}", finding)
