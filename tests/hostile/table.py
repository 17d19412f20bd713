# ruff: noqa: E501 (a table)
"""docs/hostile.md: what the corpus is, and a table of its cases."""

from __future__ import annotations

from . import FAMILIES
from .case import EITHER, GRADED, NOT_GRADED, Case

DUE = {GRADED: "graded", NOT_GRADED: "could not be graded", EITHER: "graded, or could not be graded"}

INTRO = """# The hostile corpus

Submissions that try to cheat, to pry, to tamper or to break, and what each of them deserves. They are edits of a few
lines to solved notebooks of the course's own assignments, in `tests/hostile/`. This page is written by
`python -m tests.hostile --write`.

    make hostile                                      all of them, for who runs it
    .venv/bin/python -m tests.hostile --family leaking
    .venv/bin/python -m tests.hostile --case walks-the-disk
    .venv/bin/python -m tests.hostile --as-user       when root: again as an ordinary user
    .venv/bin/python -m tests.hostile --as-user --stock    under nbgrader's own defaults

The runner makes a temporary course with a secret word in its gradebook, its source, its files, its environment, its home
folder and a neighbour's notebook. It hands all cases in, and after each family plain perfect neighbours, grades them
with the functions of `course grade`, several at once, and looks at what came of it. The last line counts submissions:

| word | what went wrong |
| --- | --- |
| forged | an exercise has more points than it deserves, or what cannot be graded has a score |
| leaked | a page, an output or a message shows the secret or a line of a hidden test; a page runs a student's script; a file or a process stays outside the room |
| lost | an exercise, or a neighbour, has fewer points than it deserves; or a submission that can be graded was not |
| crashed | an error left the grader, or what cannot be graded was graded |
| hung | a submission took longer than its time |

The exit status is 0 when all five are 0. "All but walk" means that the answer to `walk` is a known mistake, or the
place of the attack, and that all other exercises must keep their points.
"""


def document(cases: list[Case]) -> str:
    """The whole page."""
    return f"{INTRO}\n{len(cases)} cases.\n\n{table(cases)}\n"


def table(cases: list[Case]) -> str:
    """All cases in Markdown, by family."""
    lines: list[str] = []
    for family in FAMILIES:
        here = [case for case in cases if case.family == family]
        lines += [
            "",
            f"## {family.capitalize()} ({len(here)})",
            "",
            "| case | notebook | what it tries | due |",
            "| --- | --- | --- | --- |",
        ]
        for case in here:
            lost = sorted({*case.wrong, *case.loses})
            due = DUE[case.state]
            if case.state == GRADED:
                due += ": every point" if not lost else ": nothing" if "*" in lost else f": all but {', '.join(lost)}"
            says = case.says[:1].upper() + case.says[1:] if case.says.split()[0].isalpha() else case.says
            lines.append(
                f"| `{case.name}` | {case.week}/{case.notebook} | {says.rstrip('.').replace('|', '/')}. | {due} |"
            )
    return "\n".join(lines).strip()
