"""Parametrised question: a function of a student's ID that returns one exercise's numbers, always the same.

The digits of the ID take the place of a random seed: every digit that a question uses changes its numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch

from course.runtime.student_id import Digits, digits


class Numbers(SimpleNamespace):
    """The numbers of one question, by name: ``numbers.w``. Shown with one name to a paragraph."""

    def __repr__(self) -> str:
        return _text(vars(self))


class Question:
    """One question of a practice: called with a student's ID, it returns its numbers for that ID."""

    def __init__(self, numbers: Callable[[Digits], dict[str, Any]], letters: str):
        functools.update_wrapper(self, numbers)
        self.name = numbers.__name__
        self.digits = letters  #: Which digits of an ID it uses, such as "abcd".
        self._numbers = numbers

    def __call__(self, student_id: str) -> Numbers:
        """The numbers for one ID. Raises what `course.runtime.student_id.digits` raises."""
        return Numbers(**self._numbers(digits(student_id)))


def question(letters: str) -> Callable[[Callable[[Digits], dict[str, Any]]], Question]:
    """Make a question of a function that makes its numbers from the digits; it uses the digits ``letters``."""
    return functools.partial(Question, letters=letters)


def _text(value: Any) -> str:
    """A value as a student reads it; a dictionary with one name to a paragraph."""
    if not isinstance(value, dict):
        return value.strip("\n") if isinstance(value, str) else repr(value)
    width, lines = max(map(len, value), default=0), []
    for name, part in value.items():
        lead = f"{name:<{width}} = "
        lines.append(lead + _text(part).replace("\n", "\n" + " " * len(lead)))
    return "\n".join(lines)


def float64(values: Any, divisor: float = 1.0) -> torch.Tensor:
    """A float64 tensor of whole numbers divided by ``divisor``, so that 0.7 is the float64 nearest to 0.7."""
    return torch.tensor(values, dtype=torch.float64) / divisor
