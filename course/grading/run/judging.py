"""Judging: a test cell runs here, in the grader's process, against remote proxies of the student's answers.

The cell is the instructor's. The names that it does not define itself are the student's: plain values are fetched,
functions, classes and objects stand as ``Elsewhere`` and are asked in the sandbox. The verdict is computed here, so the
worst that a submission can do is to answer a question rightly.

A question that is also about *how* an answer is worked out (by hand, without a ready-made function, in whose memory)
is put to a process in which nothing but the statements that the answer needs has run: see ``readers.py``.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch

from course import cases, check, practice
from course.answers import ask, differences
from course.answers.ask import Elsewhere, Made, Reply
from course.answers.other import Other
from course.grading.gradebook.record import CheckRecord
from course.grading.run.faults import is_the_machines
from course.grading.run.readers import Readers, alike
from course.grading.sandbox.outputs import short_text
from course.grading.sandbox.remote_kernel import NO_ANSWER, NO_TRACE, KernelLost, RemoteKernel
from course.runtime import student_id
from course.runtime.context import CheckContext, current, entered
from course.runtime.verdict import CheckFailed, Verdict
from course.syntax.cell_runner import run_cell
from course.syntax.scopes import Scopes

MAX_PART = 2000
"""Characters of each of a verdict's four sentences that are kept: a student's text may stand in it."""

OWN = {"check": check, "cases": cases, "practice": practice, "torch": torch, "math": math}
"""What a test cell finds without the student."""

_torch_settings = threading.Lock()  # torch's default dtype and random numbers are the whole process's


@dataclass
class Witness:
    """Whom a test cell's questions go to.

    ``kernel`` holds the student's names as they were at the test cell, ``cells`` is the code before it, and
    ``readers`` are the processes for slices of that code; the cells that are the course's own are ``given``.
    ``student`` is an ID where the submission is on record under one, ``hidden`` are the tables of the hidden tests'
    known mistakes, ``secret`` is what those draw their cases with. ``remarks`` says, by the function's name, what an
    instructor may want to look at.
    """

    kernel: RemoteKernel
    cells: Sequence[str]
    readers: Readers
    student: str = ""
    hidden: tuple[str, ...] = ()
    secret: bytes | None = field(default=None, repr=False)
    gpu: bool = False
    given: Sequence[bool] = ()
    remarks: dict[str, str] = field(default_factory=dict)
    _answered: list[tuple[str, Sequence[dict[str, Any]], list[Reply]]] = field(default_factory=list)

    def strict(self, name: str, calls: Sequence[dict[str, Any]], *, hand: bool, forbid: Sequence[str]) -> list[Reply]:
        """The replies of the function ``name`` in a process that knows nothing but what that needs."""
        found = self.readers.slice_of(self.cells, name, self.given)
        replies = self.readers.ask(name, found, calls, hand=hand, forbid=forbid)
        self._answered.append((name, calls, replies))
        if len(self._answered) == 1:
            self.readers.lent += 1
        refused = bool(replies) and replies[-1].refused
        if hand and not refused and (words := differences.unusual(self.readers.seen, _entries(calls))):
            self.remarks.setdefault(name, words)
        return replies

    @property
    def crowded(self) -> bool:
        """Whether the processes that it put questions to had been asked by another test cell before."""
        return bool(self._answered) and self.readers.lent > 1

    def answers_otherwise(self) -> bool:
        """Whether the whole notebook's own process answers a strict question otherwise: a slice then lacks something.

        An answer that was refused is so wherever it is asked.
        """
        with contextlib.suppress(KernelLost):
            for name, calls, replies in self._answered:
                refused = bool(replies) and replies[-1].refused
                if not refused and not alike(self.kernel.ask(name, None, calls), replies):
                    return True
        return False


class There(Elsewhere):
    """A function or class of the student's, or what was made of one (``made``)."""

    def __init__(self, name: str, witness: Witness, made: int | None = None):
        self.__name__, self._witness, self._number = name, witness, made

    def ask(self, calls: Sequence[dict[str, Any]], *, hand: bool, forbid: Sequence[str], memory: bool) -> list[Reply]:
        """The replies to these calls."""
        if self._number is None and (hand or forbid or memory):
            replies = self._witness.strict(self.__name__, calls, hand=hand, forbid=forbid)
        else:
            replies = self._witness.kernel.ask(self.__name__, self._number, calls)
        for reply, call in zip(replies, calls, strict=False):  # what a reply leaves out is as it was sent
            reply.after = {**call, **{name: value for name, value in reply.after.items() if name in call}}
        ended = bool(replies) and (replies[-1].not_done is not None or bool(replies[-1].refused))
        if len(replies) < len(calls) and not ended:
            replies.append(Reply(error="Your code did not answer every question."))
        return replies

    def devices(self, *, hand: bool, forbid: Sequence[str], memory: bool) -> list[torch.device]:
        """The GPU too where there is one and the question goes to a new process: a copy could not use it."""
        new = self._number is None and (hand or forbid or memory)
        return [torch.device(name) for name in (("cpu", "cuda") if new and self._witness.gpu else ("cpu",))]

    def make(self, build: tuple[Any, ...]) -> Made:
        """An object of this class, or this object."""
        number, made = self._witness.kernel.make(self.__name__, build)
        made.target = There(self.__name__, self._witness, number) if made.is_module else made.reply.value
        return made


def _entries(calls: Sequence[dict[str, Any]]) -> int:
    """How many numbers these calls hand over."""
    return sum(tensor.numel() for call in calls for tensor in ask.tensors_in(call)) + sum(
        isinstance(value, (int, float)) for call in calls for value in call.values()
    )


def judge_cell(source: str, grade_id: str, points: float, witness: Witness) -> CheckRecord:
    """Run a test cell and return the record of its exercise, the message for its output included.

    Any trouble is in the record, but what is the machine's is raised.
    """
    wanted, exercise = students_names(source), _exercise(source, grade_id)
    said: list[Verdict] = []
    with _torch_settings, entered(_context(witness, said)), ask.clean_settings():
        try:
            names = {name: _value(name, seen, witness) for name, seen in witness.kernel.look(wanted).items()}
            found = {name: value for name, value in names.items() if value is not _MISSING}
            scope = {**OWN, **found, "__name__": "__main__"}
            run_cell(source, f"<{grade_id}>", scope)
            verdict = next((each for each in said if not each.passed), said[-1] if said else _silent(exercise))
        except CheckFailed as failed:
            verdict = failed.verdict
        except KernelLost as lost:
            verdict = _lost(exercise, lost.reason)
        except Exception as error:
            if is_the_machines(error):
                raise
            verdict = _broken(exercise, error)
    return _record(exercise, grade_id, points, verdict)


def no_time_left(source: str, grade_id: str, points: float, total: float) -> CheckRecord:
    """The record of a test cell that was not run to its end, since the notebook had used up its ``total`` seconds."""
    verdict = Verdict(
        name := _exercise(source, grade_id),
        "failed",
        what=f"The checks of {name} were not finished: the notebook had used up its {total:g} seconds.",
        cause="Cells, or the answers to the checks before these, took too long.",
        next="Look for a loop that never ends, and work on whole tensors.",
    )
    return _record(name, grade_id, points, verdict)


def _exercise(source: str, grade_id: str) -> str:
    return next((name for name in check_calls(source) if name), None) or grade_id.removeprefix("check-")


def _record(exercise: str, grade_id: str, points: float, verdict: Verdict) -> CheckRecord:
    return CheckRecord(
        exercise=exercise,
        grade_id=grade_id,
        points=points,
        state=verdict.state,
        named=verdict.named,
        what=short_text(verdict.what, MAX_PART),
        where=short_text(verdict.where, MAX_PART),
        cause=short_text(verdict.cause, MAX_PART),
        next=short_text(verdict.next, MAX_PART),
        message="" if verdict.passed else short_text(verdict.text, 4 * MAX_PART),
    )


_MISSING = object()


def _value(name: str, seen: Sequence[Any], witness: Witness) -> Any:
    kind = seen[0]
    if kind in ("function", "class"):
        return There(name, witness)
    if kind == "object":
        return There(name, witness) if len(seen) > 2 and seen[2] is True else Other("an object")
    return seen[1] if kind == "value" and len(seen) > 1 else _MISSING


def _context(witness: Witness, said: list[Verdict]) -> CheckContext:
    """What the checks read of their surroundings while this witness is asked; ``said`` gets their verdicts."""
    on_record = witness.student if student_id.is_id(witness.student) else ""
    asked = current()._replace(graded=True, student=on_record, heard=said, memoising=True)
    return asked._replace(hidden=witness.hidden, secret=witness.secret)


@lru_cache(maxsize=1024)  # a class has the same test cells: here, and below
def students_names(source: str) -> tuple[str, ...]:
    """The names that a test cell uses and neither defines itself nor finds in ``OWN`` or Python."""
    asked = [name for name in check_calls(source) if name]  # a parameter may be called as an exercise is
    free = [name for name in Scopes(ast.parse(source).body).free if name not in OWN and not hasattr(builtins, name)]
    return tuple(dict.fromkeys([*free, *asked]))


@lru_cache(maxsize=1024)
def check_calls(source: str) -> tuple[str, ...]:
    """For each statement ``check.something(answer, ...)`` in a test cell the answer's name ("" where it has none)."""
    calls = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr)]
    return tuple(
        call.args[0].id if call.args and isinstance(call.args[0], ast.Name) else ""
        for call in calls
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "check"
    )


def _silent(name: str) -> Verdict:
    return Verdict(name, "failed", f"The checks of {name} did not report.", next="Tell your instructor.")


def _lost(name: str, reason: str) -> Verdict:
    """The verdict on an answer that ended its kernel, or did not come."""
    if reason == NO_ANSWER:
        return Verdict(
            name,
            "failed",
            what=f"The checks of {name} were stopped: your code ran too long.",
            cause="Most often a loop that never ends.",
            next="Look at what has to change in your loop before it can stop, and whether it does.",
        )
    if reason == NO_TRACE:
        return Verdict(
            name,
            "failed",
            what=f"The checks of {name} were stopped: {reason} while your code ran.",
            cause="Most often far too many operations, one for each number; or code that reaches into torch itself.",
            next="Work on whole tensors, and leave torch's own functions as they are.",
        )
    return Verdict(
        name,
        "failed",
        what=f"The checks of {name} were stopped: Python ended while your code ran ({reason}).",
        cause="Most often far too large a tensor, or a call that ends Python.",
        next="Run the cells up to this one with small inputs, and look at what your code creates.",
    )


def _broken(name: str, error: Exception) -> Verdict:
    """The verdict where the test cell itself could not go on. Shows nothing of its source."""
    if isinstance(error, NameError) and (missing := re.search(r"name '(\w+)'", str(error))):
        return Verdict(
            name,
            "failed",
            what=f"There is no {missing.group(1)}.",
            cause="The cell that should define it is missing, or stopped with an error before it got there.",
            next="Restart the kernel, run all cells, and look at the first cell that shows an error.",
        )
    words = " ".join(str(error).split())
    return Verdict(
        name,
        "failed",
        what=f"The checks of {name} stopped with {type(error).__name__}: {words[:300]}",
        next="Restart the kernel, run all cells, and look at the first cell that shows an error.",
    )
