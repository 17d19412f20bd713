"""Traceability matrix, from syllabus to exercises: `source/syllabus.toml` says it, `docs/coverage.md` shows it.

A row without an exercise, an exercise of no row, and a name that no text has are problems.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.authoring.text.model import Source
from course.authoring.text.parse import read
from course.coursedir.errors import AuthoringError
from course.coursedir.layout import all_weeks, texts

SYLLABUS = "source/syllabus.toml"
PAGE = "docs/coverage.md"


@dataclass(frozen=True)
class SyllabusRow:
    """One row of the syllabus: its topic, what it asks of the student, and the exercises that ask it."""

    topic: str
    asks: str
    exercises: tuple[str, ...]


def syllabus(root: Path) -> dict[str, list[SyllabusRow]]:
    """The rows of each assignment, in the order of the file."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        table: dict[str, list[dict[str, Any]]] = tomllib.loads((root / SYLLABUS).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuthoringError(f"{root / SYLLABUS}: {error}. Correct the file.") from error
    return {
        week: [SyllabusRow(row["topic"], row["asks"], tuple(row["exercises"])) for row in rows]
        for week, rows in table.items()
    }


def problems(root: Path) -> list[str]:
    """What is wrong with the coverage, each as a sentence with the week and the row or exercise."""
    rows, weeks = syllabus(root), all_weeks(root)
    found = [f"{week}: it has texts and no rows in {SYLLABUS}. Add them." for week in weeks if week not in rows]
    for week, listed in rows.items():
        names = [name for source in _sources(root, week) for name in (*source.exercises, *source.answers)]
        covered = {name for row in listed for name in row.exercises}
        found += [f"{week}, {row.topic}: no exercise covers this row." for row in listed if not row.exercises]
        found += [f"{week}: {name} in {SYLLABUS} is no exercise of its texts." for name in sorted(covered - set(names))]
        found += [f"{week}: {name} belongs to no row of {SYLLABUS}." for name in names if name not in covered]
    return found


def page(root: Path) -> str:
    """docs/coverage.md: exercises and points of each assignment, then every row with its exercises."""
    rows = syllabus(root)
    lines = ["# Coverage", "", "Made by `course coverage` from the texts and `source/syllabus.toml`.", ""]
    lines += ["| assignment | autograded | points | by hand | points | optional | known wrong | known right |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    totals = [0.0] * 7
    for week in rows:
        sources = _sources(root, week)
        exercises = [exercise for source in sources for exercise in source.exercises.values()]
        answers = [answer for source in sources for answer in source.answers.values()]
        numbers = [
            sum(1 for exercise in exercises if exercise.points),
            sum(exercise.points for exercise in exercises),
            len(answers),
            sum(answer.points or 0 for answer in answers),
            sum(1 for exercise in exercises if not exercise.points),
            sum(len(exercise.wrongs) for exercise in exercises),
            sum(len(exercise.rights) for exercise in exercises),
        ]
        totals = [total + number for total, number in zip(totals, numbers, strict=True)]
        lines.append(f"| {week} | " + " | ".join(f"{number:g}" for number in numbers) + " |")
    lines.append("| all | " + " | ".join(f"{number:g}" for number in totals) + " |")
    for week, listed in rows.items():
        points: dict[str, str] = {}
        for source in _sources(root, week):
            points |= {name: f"{exercise.points:g}" for name, exercise in source.exercises.items()}
            points |= {name: f"{answer.points:g}, by hand" for name, answer in source.answers.items()}
        lines += ["", f"## {week}", "", "| topic | asked | exercises (points) |", "|---|---|---|"]
        lines += [
            f"| {row.topic} | {row.asks} | " + ", ".join(f"`{name}` ({points[name]})" for name in row.exercises) + " |"
            for row in listed
        ]
    return "\n".join(lines) + "\n"


def _sources(root: Path, week: str) -> list[Source]:
    return [read(path) for path in texts(root, week)]
