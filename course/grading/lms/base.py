"""Plug-in interface (strategy) of a learning management system (LMS): Moodle, Canvas, or none at all.

A new LMS is one module with a subclass of ``LMS``, and one entry in ``registry.REGISTRY``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from course.grading.lms.grades import GradesExporter
    from course.grading.lms.records import StudentRecord

HIDDEN_NAME = "participant"
"""What stands for a student's name where the LMS hides it from graders."""


@dataclass(frozen=True)
class Claim:
    """Whose a file says it is.

    ``lms`` is the LMS's name, ``label`` the name by which it takes feedback back, ``lms_id`` the number that it gives
    the student, ``inner`` the file's path below what names the student. ``ids`` are course IDs of the form U1234567X.
    ``attachment`` grows from one upload to the next. ``pseudonym`` is the folder's name where the student's is hidden.
    ``texts`` are names that the student made up, in which an ID or a name may stand: none where the LMS says who it is.
    """

    lms: str
    inner: tuple[str, ...]
    label: str = ""
    name: str = ""
    lms_id: str = ""
    ids: tuple[str, ...] = ()
    late: bool = False
    attachment: int = 0
    pseudonym: str = ""
    texts: tuple[str, ...] = ()


class LMS(ABC):
    """How one LMS names the files of a download, lists a class, imports grades, and takes feedback back."""

    name: ClassVar[str]
    """As in the records of collecting; the registry says it too."""
    title: ClassVar[str]
    """The system's name as messages write it."""
    file_names: ClassVar[str]
    """What `course collect` says the files of a download have, such as "Moodle's names"."""
    keeps_times: ClassVar[bool] = True
    """Whether the times in a download can be those of handing in."""
    times_source: ClassVar[str] = ""
    """The class list that tells when each handed in, where there is one."""
    id_columns: ClassVar[tuple[str, ...]] = ()
    """Its class list's columns with IDs and logins, beside those that ``roster`` knows."""
    rows_of_nobody: ClassVar[tuple[str, ...]] = ()
    """How, in small letters, the names in rows of its class list begin that are no students."""
    exporter: ClassVar[type[GradesExporter]]
    """Writes grades as it imports them."""
    feedback_for_all: ClassVar[bool] = False
    """Whether feedback is packed for everybody, or for those alone whose work was collected from it."""
    feedback_note: ClassVar[str] = ""
    """What the instructor should know of packed feedback."""

    @abstractmethod
    def recognises(self, paths: Sequence[tuple[str, ...]]) -> bool:
        """Whether a download with files of these paths is one of its own."""

    @abstractmethod
    def claims(self, paths: Sequence[tuple[str, ...]], week: str, archive: str) -> list[Claim | None]:
        """What each path of a download says about its student; None where it says nothing.

        ``archive`` is the zip's name without the suffix, "" for a folder or one notebook.
        """

    def has_class_list(self, columns: Collection[str]) -> bool:
        """Whether a class list with these columns (in small letters, without spaces) is its own."""
        return False

    def student_number(self, cell: Callable[[str], str]) -> str:
        """The number that it gives the student of a row of its class list; ``cell`` gives a column's text."""
        return ""

    def handed_in(self, cell: Callable[[str], str]) -> datetime | None:
        """When the student of a row of its class list handed in, where that says so."""
        return None

    @abstractmethod
    def feedback_name(self, student: str, record: StudentRecord, page: Path) -> str:
        """The name in the zip for a student's page, by the ``record`` of collecting; ``page`` is its path."""


def participant(number: str) -> str:
    """A folder's name for a student who is known by a number alone; "" for none."""
    return f"{HIDDEN_NAME}-{number}" if number else ""
