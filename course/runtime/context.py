"""Context variable of the checks: who grades, who hears the verdicts, which mistakes are known, what is memoised.

One immutable record in one ``ContextVar``: what a thread enters, no other thread sees. A field that is None says
nothing, and whoever reads it asks the environment instead (nbgrader sets NBGRADER_EXECUTION).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # what others put in here lies on higher floors: known by its name alone
    from course.cache.figures import Picture
    from course.doctor.known import Note, Table
    from course.runtime.verdict import Verdict


class CheckContext(NamedTuple):
    """Everything that a check reads of its surroundings.

    ``graded`` says whether a grader runs the check, ``student`` is the ID on record of the submission being graded and
    ``hidden`` are the tables of the hidden checks' known mistakes, as texts; None: as the environment says.
    ``tables`` stand for all tables of known mistakes. Where there is a ``secret``, cases are drawn with it. ``heard``
    gets the verdicts in place of whoever reads the notebook, and ``notes`` what every check notes of the answer.
    ``memoising`` lets the checks' own work be recalled. ``keep`` is called with every figure worth keeping, and
    ``shown`` gets the figures that are shown meanwhile.
    """

    graded: bool | None = None
    student: str | None = None
    hidden: tuple[str, ...] | None = None
    tables: Sequence[Table] | None = None
    secret: bytes | None = None
    heard: list[Verdict] | None = None
    notes: list[Note] | None = None
    memoising: bool = False
    keep: Callable[[str, Picture], None] | None = None
    shown: list[Picture] | None = None


_CURRENT: ContextVar[CheckContext] = ContextVar("check_context", default=CheckContext())  # noqa: B039 (it is immutable)

current = _CURRENT.get
"""The context of this thread."""


@contextlib.contextmanager
def entered(context: CheckContext) -> Iterator[CheckContext]:
    """Inside, this context is the current one: ``with entered(current()._replace(graded=True)):``."""
    token = _CURRENT.set(context)
    try:
        yield context
    finally:
        _CURRENT.reset(token)


def enter(context: CheckContext) -> None:
    """From now on this context is the current one."""
    _CURRENT.set(context)
