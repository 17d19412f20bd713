"""Judge of plain values, and of a tensor's shape and dtype alone."""

from __future__ import annotations

import contextlib
from typing import Any

import torch

from course.answers.compare import Difference, compare, dtype_text, kind_text, shape_text
from course.answers.plain import plain
from course.doctor import diagnose, fingerprints, known
from course.judges.base import failed, not_done
from course.runtime.verdict import Verdict

_TENSOR = torch.empty(0)
"""Stands for the tensor that is asked for, of which only shape and dtype are known."""


def value(name: str, answer: Any, expected: Any, rtol: float | None) -> Verdict:
    """The verdict on a plain value."""
    if answer is ...:
        return not_done(name)
    with contextlib.suppress(Exception):  # where it cannot be read, it is judged as it is
        answer = plain(answer)
    what = f"the value of {name}"
    if isinstance(expected, torch.Tensor) and isinstance(answer, torch.Tensor):
        expected = expected.to(answer.device)
    verdict = _verdict_of(name, what, compare(answer, expected, rtol=rtol))
    return known.explain(
        verdict, "value", [], lambda: [fingerprints.of_value(answer)], str(fingerprints.of_value(expected).to_json())
    )


def _verdict_of(name: str, what: str, difference: Difference | None) -> Verdict:
    """Passed where there is no difference; else where it lies, and what may have caused it."""
    if difference is None:
        return Verdict(name, "passed", what)
    finding = None
    if difference.kind in ("value", "shape"):
        with contextlib.suppress(Exception):  # a diagnosis that fails is none
            finding = diagnose.explain([diagnose.Pair(difference.yours, difference.expected)])
    kind: diagnose.Clue = "nothing" if difference.kind == "missing" and not difference.path else difference.kind
    finding = finding or diagnose.clues(difference.yours, difference.expected, kind=kind)
    return failed(name, what, difference.where, finding)


def shape(name: str, answer: Any, expected: tuple[int, ...], dtype: torch.dtype | None) -> Verdict:
    """The verdict on shape and dtype alone."""
    if answer is ...:
        return not_done(name)
    verdict = _shape(name, answer, expected, dtype)
    return known.explain(verdict, "shape", [], lambda: [fingerprints.of_value(answer)], f"{expected} {dtype}")


def _shape(name: str, answer: Any, expected: tuple[int, ...], dtype: torch.dtype | None) -> Verdict:
    """The verdict before known mistakes are looked up."""
    what = f"the shape of {name}" + (" and its dtype" if dtype else "")
    if not isinstance(answer, torch.Tensor):
        where = f"{name} is {kind_text(answer)}, it should be a tensor"
        return failed(name, what, where, diagnose.clues(answer, _TENSOR, kind="nothing" if answer is None else "type"))
    if tuple(answer.shape) != expected:
        where = f"your shape is {shape_text(answer.shape)}, it should be {shape_text(expected)}"
        return failed(name, what, where, diagnose.clues(answer, None, kind="shape"))
    if dtype is not None and answer.dtype != dtype:
        where = f"your dtype is {dtype_text(answer.dtype)}, it should be {dtype_text(dtype)}"
        return failed(name, what, where, diagnose.clues(answer, None, kind="dtype"))
    fit = "shape and dtype fit" if dtype else "the shape fits"
    return Verdict(name, "passed", what, later=f"{fit}; the numbers are looked at when graded")
