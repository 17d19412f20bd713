"""Individualised exercises: functions of a student's ID that return the numbers of one question each.

The same digits give the same numbers, always; every digit that a question uses changes its numbers. No ID draws a
hidden mistake: sizes differ, no factor is 0, no pre-activation and no score lies on a kink, no training runs away. The
bounds that make it so stand beside the numbers, in `course.practices`. Tensors are float64.
"""

from __future__ import annotations

from course.practices.practice1 import block, line, logistic, neuron, perceptron, shares, side, svm, table
from course.practices.practice2 import activation, claims, corners, gradients, graph, network, scores, sizes, training
from course.practices.question import Numbers, Question
from course.runtime.student_id import OTHER_ID, VARIABLE, Digits, NotAnID, digits, is_id, on_record

__all__ = [
    "OTHER_ID",
    "QUESTIONS",
    "VARIABLE",
    "Digits",
    "NotAnID",
    "Numbers",
    "Question",
    "activation",
    "block",
    "claims",
    "corners",
    "digits",
    "gradients",
    "graph",
    "is_id",
    "line",
    "logistic",
    "network",
    "neuron",
    "on_record",
    "perceptron",
    "scores",
    "shares",
    "side",
    "sizes",
    "svm",
    "table",
    "training",
]

_PRACTICE_1 = (block, shares, table, neuron, line, side, perceptron, svm, logistic)
_PRACTICE_2 = (network, corners, activation, graph, gradients, scores, claims, sizes, training)
QUESTIONS: dict[str, Question] = {question.name: question for question in _PRACTICE_1 + _PRACTICE_2}
"""All questions by name; each has the letters of its digits in ``.digits``."""
