"""Record linkage for a whole download: which student each file is from; two people never become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from course.grading.lms.base import HIDDEN_NAME, Claim
from course.grading.lms.file_names import slug
from course.grading.lms.records import StudentRecord
from course.grading.lms.roster import Ambiguous, Roster


class NoPlace(Exception):
    """A file finds no place: the reason, and what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason, self.advice = reason, advice


class Whose:
    """Tells whose files are: by the class list where there is one, else by IDs and names.

    ``claims`` are all of a collection's, ``known`` the records of earlier ones.
    """

    def __init__(self, roster: Roster | None, claims: Iterable[Claim], known: Mapping[str, StudentRecord]) -> None:
        self._roster, self._known = roster, known
        self._numbers: dict[tuple[str, str], set[str]] = {}
        for each in claims:
            if each.lms_id and not each.ids:
                self._numbers.setdefault((each.lms, slug(each.name)), set()).add(each.lms_id)

    def handed_in(self, student: str, claim: Claim) -> datetime | None:
        """When the LMS's own class list says that a student handed in."""
        if self._roster is None or self._roster.kind != claim.lms:
            return None
        return next((person.handed_in for person in self._roster.people if person.key == student), None)

    def folder(self, claim: Claim) -> str:
        """The name of the student's folder; raises NoPlace where it cannot be told."""
        if len(claim.ids) > 1:
            raise NoPlace(f"it names {' and '.join(claim.ids)}", "Leave one ID in its name, and collect it.")
        if self._roster is not None:
            return self._in_roster(self._roster, claim)
        if claim.ids:
            return claim.ids[0]
        return self._by_name(claim)

    @staticmethod
    def _in_roster(roster: Roster, claim: Claim) -> str:
        try:
            person = roster.find(claim)
        except Ambiguous as several:
            raise NoPlace(
                f"it could be from {several}", "Put the student's ID into its name, and collect it."
            ) from None
        if person is not None:
            return person.key
        said = claim.ids[0] if claim.ids else claim.name or "nobody by name"
        raise NoPlace(
            f"{said} is not in {roster.path.name}",
            f"See whether {said} belongs in {roster.path.name}, or rename the file; collect again.",
        )

    def _by_name(self, claim: Claim) -> str:
        name = slug(claim.name)
        if not name or name == HIDDEN_NAME:
            if not claim.pseudonym:
                raise NoPlace(
                    "its name says no student", "Put the ID into its name, or give the class list with --roster."
                )
            return claim.pseudonym
        numbers = set(self._numbers.get((claim.lms, name), ()))
        before = self._known.get(name, {})
        if before.get("form") == claim.lms and before.get("lms_id"):
            numbers.add(before["lms_id"])
        if len(numbers) > 1:
            raise NoPlace(
                f"several students are called {claim.name}", "Give the class list with --roster; it tells them apart."
            )
        return name
