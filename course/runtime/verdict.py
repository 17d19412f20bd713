"""The result of a check and its rendering: what was compared, where it first differs, the likely cause, one next step.

The same ``Verdict`` is shown in the notebook, raised in the autograder and stored for feedback and reports.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from course.runtime.context import current, entered
from course.runtime.shell import graded, shell

State = Literal["passed", "failed", "not done"]

MIME = "application/vnd.course.verdict+json"

NOT_BY_HAND = "Write the formula out yourself; the section above builds it step by step."
"""The next step after an answer that was to be worked out by hand and was not."""

_COLOURS: dict[State, str] = {"passed": "#0072B2", "failed": "#D55E00", "not done": "#666666"}  # Okabe-Ito's, and grey
_MARKS: dict[State, str] = {"passed": "✓", "failed": "✗", "not done": "…"}


@dataclass(frozen=True)
class Verdict:
    """The outcome of one check.

    ``what``, ``where``, ``cause`` and ``next`` are the four lines of a failed check, each one sentence or two, "" where
    there is nothing to say. ``named`` says that the cause is known (seen, or reproduced on two independent cases), not
    only a clue; ``stopped`` that the student's code raised the exception that ``cause`` tells of. ``mistake`` is the
    sentence of the known mistake whose numbers these are, "" for none, and ``one_case`` says that no second case with
    other inputs has confirmed it. ``later`` says what of an answer that passes in a notebook is looked at only when it
    is graded, "" for nothing.
    """

    exercise: str
    state: State
    what: str = ""
    where: str = ""
    cause: str = ""
    next: str = ""
    named: bool = False
    stopped: bool = False
    mistake: str = ""
    one_case: bool = False
    later: str = ""

    @property
    def passed(self) -> bool:
        """Whether this check gives its points."""
        return self.state == "passed"

    @property
    def is_open(self) -> bool:
        """Whether nothing was wrong, and something is looked at only when this is graded: no tick, then."""
        return self.passed and bool(self.later) and not graded()

    @property
    def headline(self) -> str:
        """The first line: the exercise and how it stands."""
        if self.is_open:
            return f"{self.exercise}   {self.later}"
        if self.state == "passed":
            visible = "check passes" if graded() else "visible check passes"
            return f"{self.exercise}   {visible}" + (f": {self.what}" if self.what else "")
        if self.state == "not done":
            return f"{self.exercise}   " + (self.what or "not done yet")
        return f"{self.exercise}   not yet"

    @property
    def details(self) -> list[tuple[str, str]]:
        """The labelled lines under the headline of a failed check."""
        if self.state != "failed":
            return []
        lines = [("what", self.what), ("where", self.where), ("cause", self.cause), ("next", self.next)]
        return [(label, text) for label, text in lines if text]

    @property
    def text(self) -> str:
        """The whole message as plain text."""
        indent = "\n" + " " * 10
        return "\n".join(
            [self.headline, *(f"  {label:<7} {text.replace(chr(10), indent)}" for label, text in self.details)]
        )

    @property
    def html(self) -> str:
        """The whole message as HTML, readable on a light and on a dark page."""
        from html import escape  # where something is shown: grading needs no page

        rows = "".join(
            f'<tr><td style="text-align:left;vertical-align:top;padding:1px 12px 1px 0;opacity:.7">{label}</td>'
            f'<td style="text-align:left;padding:1px 0;white-space:pre-wrap">{escape(text)}</td></tr>'
            for label, text in self.details
        )
        table = f'<table style="border:0;margin:2px 0 0 0;font:inherit;background:none">{rows}</table>' if rows else ""
        shown: State = "not done" if self.is_open else self.state
        name, _, rest = self.headline.partition("   ")
        return (
            f'<div style="border-left:4px solid {_COLOURS[shown]};padding:2px 0 2px 12px;line-height:1.45">'
            f"<span>{_MARKS[shown]} <b><code>{escape(name)}</code></b>&ensp;{escape(rest)}</span>"
            f"{table}</div>"
        )

    def bundle(self) -> dict[str, object]:
        """The MIME bundle that carries this verdict to the notebook, the autograder and the report."""
        record = {
            "exercise": self.exercise,
            "state": self.state,
            "what": self.what,
            "where": self.where,
            "cause": self.cause,
            "next": self.next,
            "named": self.named,
            "passed": self.passed,
            "line": self.headline,
        }
        if graded() and not self.passed:
            return {MIME: record}  # the message itself is raised: see `report`
        return {MIME: record, "text/plain": self.text, "text/html": self.html}


class CheckFailed(AssertionError):
    """A failed check, raised under nbgrader only. People see its message, never a traceback."""

    def __init__(self, verdict: Verdict):
        super().__init__(verdict.text)
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return self.verdict.text.split("\n")


class NotDone(CheckFailed):
    """The exercise still holds its stub."""


@contextlib.contextmanager
def heard() -> Iterator[list[Verdict]]:
    """The verdicts that this thread reports inside a ``with`` statement, in order; nothing is shown meanwhile."""
    verdicts: list[Verdict] = []
    with entered(current()._replace(heard=verdicts)):
        yield verdicts


def report(verdict: Verdict) -> None:
    """Show a verdict; under nbgrader also raise it when it did not pass.

    Raises ``NotDone`` or ``CheckFailed`` under nbgrader only, so that "Run all" goes on in a student's notebook.
    """
    heard_here = current().heard
    if heard_here is not None:
        heard_here.append(verdict)
    elif shell() is not None:
        from IPython.display import display

        display(verdict.bundle(), raw=True)
    elif not graded():
        print(verdict.text)
    if graded() and not verdict.passed:
        raise (NotDone if verdict.state == "not done" else CheckFailed)(verdict)
