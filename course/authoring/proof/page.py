"""Mutation-testing report: the kill matrix as a page, docs/kill-matrix.md, and lines on what is left to mend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from course.authoring.proof.mutate import Equivalents
from course.authoring.proof.results import ExerciseRow, totals
from course.authoring.proof.strangers import Fresh, section

HEAD = """\
# The kill matrix

Made by `make kill-matrix`; do not edit. Every wrong answer that stands in a text beside its exercise must fail the
exercise's tests, every right one must pass.

- **visible**: wrong answers that the check in a student's notebook refuses.
- **hidden**: wrong answers that visible and hidden tests together refuse.
- **cause named**: the message gives the author's own sentence on this mistake (its numbers were recognised), or names
  the cause in general (a transformation that holds on at least two cases, a changed input, autograd used in an
  exercise by hand). A sentence that one case alone supports is said with "On this case" and counts where the visible
  and hidden cases together are two or more; an exercise that asks for a plain value has one value and no cases, and
  counts where the whole value is the mistake's.
- **right**: right answers in other forms that are accepted, beside the solution itself.
"""


def markdown(
    rows: Sequence[ExerciseRow], equivalent: Equivalents | None, before: str = "", rounds: Sequence[Fresh] = ()
) -> str:
    """The page. Without ``equivalent`` (no mutants were tried) the section on mutants is kept as it was ``before``.

    ``rounds`` is how the rounds of strangers' answers fared when they were new.
    """
    lines = [HEAD]
    for week in dict.fromkeys(row.week for row in rows):
        lines += [f"## {week}", "", "| exercise | wrong | visible | hidden | cause named | right |"]
        lines.append("|---|--:|--:|--:|--:|--:|")
        for row in rows:
            if row.week == week:
                lines.append(_line(row))
        lines.append("")
    unnamed = [(row, wrong) for row in rows for wrong in row.wrongs if not wrong.named]
    lines += ["## Wrong answers whose cause is not named", ""]
    lines += [f"- {row.week}, `{row.exercise}`: {wrong.title}." for row, wrong in unnamed] or ["None."]
    lines.append("")
    lines += section((each for row in rows for each in row.strangers), rounds)
    if equivalent is not None:
        lines += _mutants(rows, equivalent)
    elif found := re.search(r"^## Mutants\n.*?(?=^hidden tests caught|\Z)", before, flags=re.DOTALL | re.MULTILINE):
        lines += [found[0].rstrip(), ""]
    return "\n".join([*lines, totals(rows).line]) + "\n"


def problems(rows: Sequence[ExerciseRow], equivalent: Equivalents | None) -> Iterator[str]:
    """What an author has to look at, one line each."""
    for row in rows:
        place = f"{row.week}/{row.notebook} {row.exercise}"
        for wrong in row.wrongs:
            if not wrong.hidden:
                yield f"{place}: not caught: {wrong.title}. Add a hidden case that shows it."
            elif not wrong.named:
                said = " ".join(wrong.instead.split())[:100]
                yield f"{place}: cause not named: {wrong.title} (said instead: {said or 'nothing'})"
        for file in row.stale:
            yield f"{place}: {file} is not what its wrong answers give. Run `course known {row.week}`."
        for text in row.refused:
            yield f"{place}: refused: {' '.join(text.split())[:200]}"
        for each in row.strangers:
            if not each.as_it_should:
                what = "accepted" if each.accepted else f"refused: {' '.join(each.said.split())[:200]}"
                yield f"{place}: a stranger's {each.role} answer of {each.round} ({each.title}) is {what}"
        if equivalent is not None:
            for mutant in row.survivors:
                if (row.week, row.exercise, mutant) not in equivalent:
                    yield f"{place}: survives: {mutant}"
    if equivalent is not None:
        there = {(row.week, row.exercise, mutant) for row in rows for mutant in row.survivors}
        weeks = {row.week for row in rows}
        for week, exercise, mutant in equivalent:
            if week in weeks and (week, exercise, mutant) not in there:
                yield f"tests/equivalent_mutants.txt: {week} {exercise}: {mutant}: no such survivor. Take the line out."


def _line(row: ExerciseRow) -> str:
    visible, hidden = sum(wrong.visible for wrong in row.wrongs), sum(wrong.hidden for wrong in row.wrongs)
    named = sum(bool(wrong.named) for wrong in row.wrongs)
    right = row.rights - (len(row.refused) - row.solution_refused)
    return f"| `{row.exercise}` | {len(row.wrongs)} | {visible} | {hidden} | {named} | {right} of {row.rights} |"


def _mutants(rows: Sequence[ExerciseRow], equivalent: Equivalents) -> list[str]:
    made = sum(row.mutants for row in rows)
    left = [(row, mutant) for row in rows for mutant in row.survivors]
    marked = [(row, mutant) for row, mutant in left if (row.week, row.exercise, mutant) in equivalent]
    lines = [
        "## Mutants",
        "",
        f"{made} mechanical changes of the solutions; {made - len(left)} are refused, {len(left)} survive, "
        f"{len(marked)} of these marked equivalent with a reason in `tests/equivalent_mutants.txt`.",
        "",
    ]
    for row, mutant in left:
        reason = equivalent.get((row.week, row.exercise, mutant))
        lines.append(f"- {row.week}, `{row.exercise}`: {mutant}: {f'equivalent: {reason}' if reason else '**open**'}")
    return [*lines, ""]
