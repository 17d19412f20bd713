"""Diagnosis of a wrong answer: its likely cause and a next step.

A cause is named only when one transformation turns the student's numbers into the right ones on at least two
independent random cases; on a single case the same finding is a clue, and said as one. The known mistakes of an
exercise are asked before (``course.doctor.known``), and their sentence takes this one's place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import torch

from course.answers import compare
from course.answers.ask import Reply
from course.doctor import fingerprints
from course.doctor.error_hints import hint_for
from course.doctor.finding import Finding, Pair
from course.doctor.transformations import EVERYWHERE, TRANSFORMATIONS

__all__ = ["CLUES", "Clue", "Finding", "Pair", "clues", "error", "explain"]

Clue = compare.Kind | Literal["printed", "nothing", "function"]
"""In what a result differs from the right one; of None, also where it stands: returned ("printed") or under a name
("nothing"); and that there is something else where a function should be."""

FIRST_SURPRISE = "Print what each step of yours gives, and find the first number that surprises you."
"""The next step where nothing is known of a wrong number."""
ON_PAPER = "Work this case out on paper, step by step, and compare."
"""The next step where a small case is shown."""

ROUNDED = Finding(
    "Your numbers are right to about six digits, and no further.",
    "Look for float32, which holds seven digits, for a rounding, and for a small number that was added.",
)
"""What is said of numbers that are nearly right."""

CLUES: dict[Clue, Finding] = {  # what can be said of every kind but "value", where the numbers are looked at
    "missing": Finding("There is None where a value should be.", "Find the name that holds it, and print it there."),
    "printed": Finding(
        "There is None where a value should be: did you print instead of return?",
        "End the function with return and the value. A path without a return gives None too.",
        named=True,
    ),
    "nothing": Finding(
        "There is None where a value should be: print(...) gives None, and so does a method like list.append.",
        "Put the value itself under this name.",
        named=True,
    ),
    "function": Finding("This name does not hold your function any more.", "Run the cell with its def again."),
    "type": Finding("The answer is of another kind than the one asked for.", "Read again what the exercise asks for."),
    "length": Finding("The answer has other parts than the ones asked for.", "Read again what the exercise asks for."),
    "dtype": Finding("The numbers may be right; their dtype is not.", "Check the dtype of what you create inside."),
    "device": Finding(
        "Something is created on another device.",
        "Create it with device= of an input, or with zeros_like.",
    ),
    "not finite": Finding(
        "Something undefined got in: a division by 0, a log of 0, an overflow, a missing value left where it was.",
        "Print the parts step by step, and find the first that is nan or inf.",
    ),
    "shape": Finding(
        "The shape is not the one asked for.",
        "Write down the shape after each step of yours, and find the first surprise.",
    ),
}


def explain(pairs: Sequence[Pair], right: int = 0) -> Finding | None:
    """The transformation that turns all wrong results into the right ones, as a cause and a next step, or None.

    Only tensors are looked at. ``right`` is the number of cases beside these in which the answer is right already.
    With one case the sentence begins "On this case", since one case may agree by chance.
    """
    tensors = [
        Pair(
            pair.yours.detach().cpu().double(),
            pair.expected.detach().cpu().double(),
            _on_cpu(pair.inputs),
            pair.sizes,
            pair.yours.dtype == pair.expected.dtype == torch.bool,
        )
        for pair in pairs
        if isinstance(pair.yours, torch.Tensor) and isinstance(pair.expected, torch.Tensor)
        if not pair.yours.is_complex()
    ]
    if not tensors or len(tensors) < len(pairs):
        return None
    alone = len({fingerprints.of_case(pair.inputs) for pair in pairs}) < 2
    for transformation in TRANSFORMATIONS:
        if right and transformation in EVERYWHERE:
            continue
        if finding := transformation(tensors):
            lead = "On this case: " if alone else ""
            return replace(finding, cause=lead + finding.cause, named=not alone)
    return None


def _on_cpu(inputs: dict[str, Any]) -> dict[str, Any]:
    """A case's inputs with every tensor on the CPU, float64, without history."""
    return {
        name: value.detach().cpu().double() if isinstance(value, torch.Tensor) else value
        for name, value in inputs.items()
    }


def clues(yours: Any, expected: Any, *, kind: Clue) -> Finding:
    """What can be said of one wrong result when no cause is found: never empty-handed, never a guess."""
    if kind == "type" and isinstance(expected, torch.Tensor):
        return _no_tensor(yours)
    if kind != "value":
        return CLUES[kind]
    if isinstance(yours, torch.Tensor) and isinstance(expected, torch.Tensor) and yours.shape == expected.shape:
        mine, theirs = yours.detach().cpu().double(), expected.detach().cpu().double()
        agree = torch.isclose(mine, theirs, rtol=1e-6, atol=1e-9 * float(theirs.abs().max() if theirs.numel() else 0))
        if mine.numel() and bool(agree.all()):
            return ROUNDED
        if mine.numel() > 1 and bool(agree.any()):
            return Finding(
                f"{int(agree.sum())} of {agree.numel()} entries are right.",
                "Compare a right entry with a wrong one: what differs between their inputs?",
            )
    return Finding("", FIRST_SURPRISE)


def _no_tensor(yours: Any) -> Finding:
    """What stands where a tensor should, and how it becomes one."""
    if isinstance(yours, np.ndarray):
        return Finding("A NumPy array stands where a tensor is asked for.", "Make it one with torch.from_numpy(...).")
    if isinstance(yours, (int, float)) and not isinstance(yours, bool):
        return Finding(
            "A Python number stands where a tensor is asked for.",
            "Leave out .item() or float(...); or make it a tensor at the end, with torch.tensor(..., dtype=...).",
        )
    if isinstance(yours, (list, tuple)):
        return Finding(
            f"A {type(yours).__name__} stands where one tensor is asked for.",
            "Make it one with torch.stack(...) from tensors, or torch.tensor(..., dtype=...) from numbers.",
        )
    return CLUES["type"]


def error(reply: Reply) -> Finding:
    """An exception of the student's code: its sentence, and where to look first for errors of its kind."""
    return Finding(reply.exception, hint_for(reply.error or "", reply.error_types))
