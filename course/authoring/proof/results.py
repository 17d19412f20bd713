"""Mutation-testing results: a row of the kill matrix for each exercise, and the mutation score over all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from course.authoring.proof.strangers import Stranger

MIN_NAMED = 0.95  # the share of the wrong answers whose cause must be named


@dataclass(frozen=True)
class Wrong:
    """How one known wrong answer fared: whether each part of the check caught it, and how its cause was said.

    ``named`` is "itself" (its own sentence), "general" (a transformation on two cases or more, or something seen, such
    as autograd called), or "" with ``instead`` the sentence that was said.
    """

    title: str
    visible: bool
    hidden: bool
    named: str
    instead: str = ""


@dataclass
class ExerciseRow:
    """One exercise: its wrong answers, its right ones (with the message of those refused), surviving mutants, and what
    strangers answered. ``stale`` are the files of known mistakes that do not hold what its wrong answers give.
    """

    week: str
    notebook: str
    exercise: str
    wrongs: list[Wrong] = field(default_factory=list)
    rights: int = 0
    refused: list[str] = field(default_factory=list)
    solution_refused: bool = False
    mutants: int = 0
    survivors: list[str] = field(default_factory=list)
    strangers: list[Stranger] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Totals:
    """The numbers of the closing line."""

    caught: int
    wrong: int
    named: int
    refused: int
    right: int
    strangers: int = 0
    misjudged: int = 0
    stale: int = 0

    @property
    def line(self) -> str:
        """The totals as a sentence."""
        return (
            f"hidden tests caught {self.caught} of {self.wrong} wrong answers; causes named {self.named} of "
            f"{self.wrong}; right answers refused {self.refused} of {self.right}"
            + (f"; strangers' answers misjudged {self.misjudged} of {self.strangers}" if self.strangers else "")
        )

    @property
    def good(self) -> bool:
        """Whether all wrong answers are caught, none refused that is right, causes named, files up to date."""
        judged = self.caught == self.wrong and self.refused == 0 and self.misjudged == 0 and self.stale == 0
        return judged and self.named >= MIN_NAMED * self.wrong


def totals(rows: Iterable[ExerciseRow]) -> Totals:
    """The closing line's numbers, summed over all exercises."""
    rows = list(rows)
    wrongs = [wrong for row in rows for wrong in row.wrongs]
    strangers = [each for row in rows for each in row.strangers]
    return Totals(
        caught=sum(wrong.hidden for wrong in wrongs),
        wrong=len(wrongs),
        named=sum(bool(wrong.named) for wrong in wrongs),
        refused=sum(len(row.refused) for row in rows),
        right=sum(row.rights for row in rows),
        strangers=len(strangers),
        misjudged=sum(not each.as_it_should for each in strangers),
        stale=sum(len(row.stale) for row in rows),
    )
