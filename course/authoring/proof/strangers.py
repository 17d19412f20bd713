"""Answers of strangers: right and wrong ones by people who had seen a week's released notebook and nothing else.

They stand apart from the texts, in rounds: ``tests/answers/strangers/round1/week5-backprop.py`` holds cells
``# %% right="exercise" name="style"`` and ``# %% wrong="exercise" name="mistake"``. What the checks made of a round
when it was new, before anybody mended anything, stands in ``rounds.toml`` beside it: that is what says how the checks
fare with answers that nobody foresaw. Afterwards every right answer must pass, and every wrong one fail.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.authoring.text.model import Role, RoleCell, Source
from course.authoring.text.parse import parse, text_of
from course.coursedir.errors import AuthoringError

FOLDER = "tests/answers/strangers"
ROUNDS = "rounds.toml"
ROLES: tuple[Role, ...] = ("right", "wrong")


@dataclass(frozen=True)
class Stranger:
    """What the checks make of a stranger's answer: whether it is accepted, and what is said where it is not."""

    round: str
    role: Role
    title: str
    accepted: bool
    said: str = ""

    @property
    def as_it_should(self) -> bool:
        """Whether a right answer is accepted, or a wrong one is not."""
        return self.accepted == (self.role == "right")


@dataclass(frozen=True)
class Fresh:
    """How a round fared when it was new: ``right`` answers and those ``refused``, ``wrong`` answers and those
    ``accepted``; of the refused wrong ones, how many were told a cause that was ``told`` rightly, a ``false`` one,
    nothing but ``clues``, or ``nothing``, as a reader judged who compared the message with the code (None: nobody did).
    """

    name: str
    day: str
    right: int
    refused: int
    wrong: int
    accepted: int
    told: int | None = None
    false: int | None = None
    clues: int | None = None
    nothing: int | None = None


def answers(root: Path, source: Source) -> dict[str, list[tuple[str, RoleCell]]]:
    """The strangers' answers to a text's exercises, by exercise, each with its round.

    Raises AuthoringError for a file that cannot be read as cells, or an answer to no exercise.
    """
    found: dict[str, list[tuple[str, RoleCell]]] = {}
    for file in sorted((root / FOLDER).glob(f"*/{source.assignment}-{source.notebook}.py")):
        read, _ = parse(text_of(file), file)
        for cell in read.cells:
            if not isinstance(cell, RoleCell) or cell.role not in ROLES:
                continue
            if cell.name not in source.exercises:
                raise AuthoringError(f"{file}:{cell.line}: {source.assignment} has no exercise {cell.name}.")
            found.setdefault(cell.name, []).append((file.parent.name, cell))
    return found


def fresh(root: Path) -> list[Fresh]:
    """How each round fared when it was new, in the order of ``rounds.toml``; [] where there is no such file."""
    file = root / FOLDER / ROUNDS
    if not file.is_file():
        return []
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8")).get("round", [])
        return [Fresh(**row) for row in rows]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise AuthoringError(f"{file}: {error}. Correct the file.") from error


def section(now: Iterable[Stranger], rounds: Sequence[Fresh]) -> list[str]:
    """The page's section on strangers' answers: the rounds when they were new, and what becomes of them now."""
    now = list(now)
    lines = ["## Answers of strangers", ""]
    if not now and not rounds:
        return []
    lines += [
        "Written, right and wrong, by readers who had seen the released notebooks and nothing else; kept apart from",
        "the texts. First how each round fared when it was new, a second reader judging each message against the code:",
        "",
        "| round | right | refused | wrong | accepted | cause right | cause false | clues only | nothing |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {each.name}, {each.day} | {each.right} | {each.refused} | {each.wrong} | {each.accepted} | "
        + " | ".join("–" if n is None else f"{n}" for n in (each.told, each.false, each.clues, each.nothing))
        + " |"
        for each in rounds
    ]
    lines += ["", "Now, after the checks were mended by what they showed (answers that were neither right nor wrong by"]
    lines += ["the text were taken out, or the text now says which):", ""]
    lines += ["| round | right | refused | wrong | accepted |", "|---|--:|--:|--:|--:|"]
    for name in dict.fromkeys(each.round for each in now):
        mine = [each for each in now if each.round == name]
        right, wrong = ([each for each in mine if each.role == role] for role in ROLES)
        refused, accepted = sum(not each.accepted for each in right), sum(each.accepted for each in wrong)
        lines.append(f"| {name} | {len(right)} | {refused} | {len(wrong)} | {accepted} |")
    return [*lines, ""]
