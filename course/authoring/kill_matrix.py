"""The kill matrix: every known wrong and right answer of every exercise through the visible and the hidden checks.

The texts are shared out among two processes. Causes are looked up in fingerprints made afresh from the same texts, so
that the matrix does not depend on what was written to files before.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.authoring.text import SourceError, read
from course.authoring.tree import AuthoringError, all_weeks, chosen_weeks, find_root, texts, write_if_changed

PROCESSES = 2
NAMED_SHARE = 0.95  # of the wrong answers' causes that must be named


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
class Row:
    """One exercise: its wrong answers, its right ones (with the message of those refused), and surviving mutants."""

    week: str
    notebook: str
    exercise: str
    wrongs: list[Wrong] = field(default_factory=list)
    rights: int = 0
    refused: list[str] = field(default_factory=list)
    mutants: int = 0
    survivors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Totals:
    """The numbers of the closing line."""

    caught: int
    wrong: int
    named: int
    refused: int
    right: int

    @property
    def line(self) -> str:
        """The closing line."""
        return (
            f"hidden tests caught {self.caught} of {self.wrong} wrong answers; causes named {self.named} of "
            f"{self.wrong}; right answers refused {self.refused} of {self.right}"
        )

    @property
    def good(self) -> bool:
        """Whether all wrong answers are caught, no right one refused, and enough causes named."""
        return self.caught == self.wrong and self.refused == 0 and self.named >= NAMED_SHARE * self.wrong


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add kill-matrix to the `course` command."""
    what = "run every known wrong and right answer through the checks, and write docs/kill-matrix.md"
    parser = subparsers.add_parser("kill-matrix", help=what, description=what[0].upper() + what[1:] + ".")
    parser.add_argument("weeks", nargs="*", metavar="WEEK", help="such as week5 (default: all, which writes the file)")
    parser.add_argument("--mutants", action="store_true", help="also change each solution mechanically; list survivors")
    parser.set_defaults(run=_run)


def examine(path: Path, mutants: bool = False) -> list[Row]:
    """The rows of one text. Raises SourceError for its problems, AuthoringError where a cell of it stops."""
    import torch

    from course import known
    from course.authoring import mutate, rehearse
    from course.authoring.learn import Mistakes

    torch.set_num_threads(1)
    source = read(path)
    rows: list[Row] = []
    try:
        for stage in rehearse.stages(source):
            exercise, found = stage.exercise, Mistakes()
            row = Row(source.assignment, source.notebook, exercise.name)
            found.learn(stage)
            with known.using([found.visible, found.hidden]):
                for answer in exercise.wrongs:
                    row.wrongs.append(_wrong(rehearse.outcome(stage, answer), stage))
            for answer in (exercise.solution, *exercise.rights):
                said = rehearse.outcome(stage, answer)
                row.rights += answer.role == "right"
                if said.hidden:
                    row.refused.append(f"{answer.title or 'the solution'}: {said.hidden}")
            if mutants:
                row.mutants, row.survivors = mutate.survivors(stage)
            rows.append(row)
    except Exception as error:
        if isinstance(error, (SourceError, AuthoringError)):
            raise
        raise AuthoringError(
            f"source/{source.assignment}/{source.notebook}.py: a cell of the solved notebook stops: "
            f"{type(error).__name__}: {error}. Mend it, then run the same command again."
        ) from error
    return rows


def _wrong(outcome: Any, stage: Any) -> Wrong:
    """How a wrong answer fared. A sentence that one case alone supports counts where it is the answer's own, and the
    check's visible and hidden cases together are two or more, or the exercise has no cases at all (a plain value)."""
    says = outcome.answer.says or ""
    named, instead = "", outcome.verdicts[-1].cause if outcome.verdicts else outcome.hidden
    for verdict in outcome.verdicts:
        if says and verdict.cause.endswith(says) and (verdict.named or _counts(verdict.cause, stage)):
            return Wrong(outcome.answer.title or "", bool(outcome.visible), bool(outcome.hidden), "itself")
        if verdict.named and not named:
            named, instead = "general", verdict.cause
    return Wrong(outcome.answer.title or "", bool(outcome.visible), bool(outcome.hidden), named, instead)


def _counts(cause: str, stage: Any) -> bool:
    """Whether a sentence said with reserve counts: the whole value is the mistake's, or the cases are two or more."""
    from course import known

    return not cause.startswith(known.ONE_CASE) or _cases(stage) >= 2


def _cases(stage: Any) -> int:
    """How many cases with different inputs the exercise's check asks for, all its calls together."""
    from course import known
    from course.authoring import rehearse

    with known.recording() as noted, rehearse.environment(graded=True):
        rehearse.run([stage.exercise.solution.source, stage.check], stage.names)
    return len({case for note in noted for case in note.cases})


def totals(rows: Iterable[Row]) -> Totals:
    """The sums over all exercises."""
    rows = list(rows)
    wrongs = [wrong for row in rows for wrong in row.wrongs]
    return Totals(
        caught=sum(wrong.hidden for wrong in wrongs),
        wrong=len(wrongs),
        named=sum(bool(wrong.named) for wrong in wrongs),
        refused=sum(len(row.refused) for row in rows),
        right=sum(row.rights for row in rows),
    )


def _run(args: argparse.Namespace) -> int:
    try:
        root = find_root()
        weeks = chosen_weeks(root, args.weeks)
        paths = [path for week in weeks for path in texts(root, week)]
        if not paths:
            raise AuthoringError(f"{root / 'source'}: no weeks here. A week is a folder with a text.", 2)
        rows = gather(paths, args.mutants)
    except (AuthoringError, SourceError) as error:
        print(error, file=sys.stderr)
        return getattr(error, "status", 1)
    from course.authoring import mutate
    from course.authoring.kill_report import markdown, problems

    marks = mutate.read_equivalent(root)
    if set(weeks) == set(all_weeks(root)):
        file = root / "docs" / "kill-matrix.md"
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        write_if_changed(file, markdown(rows, marks if args.mutants else None, before).encode())
    sums = totals(rows)
    for line in problems(rows, marks if args.mutants else None):
        print(line)
    print(sums.line)
    return 0 if sums.good else 1


def gather(paths: list[Path], mutants: bool = False) -> list[Row]:
    """The rows of all texts, in their order; the longest text is begun first."""
    order = sorted(paths, key=lambda path: path.stat().st_size, reverse=True)
    found: dict[Path, list[Row]] = {}
    with _progress(len(paths)) as step:
        if len(paths) == 1:
            found[paths[0]] = examine(paths[0], mutants)
        else:
            threads = os.environ.get("OMP_NUM_THREADS")
            os.environ["OMP_NUM_THREADS"] = "1"
            try:
                with ProcessPoolExecutor(PROCESSES) as pool:
                    jobs = {pool.submit(examine, path, mutants): path for path in order}
                    try:
                        for job in as_completed(jobs):
                            found[jobs[job]] = job.result()
                            step(f"{jobs[job].parent.name}/{jobs[job].stem}")
                    except BaseException:
                        pool.shutdown(wait=False, cancel_futures=True)
                        raise
            finally:
                os.environ.pop("OMP_NUM_THREADS")
                if threads is not None:
                    os.environ["OMP_NUM_THREADS"] = threads
    return [row for path in paths for row in found[path]]


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A bar on a terminal, with the text finished last; elsewhere nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("rehearsing", total=total)
        yield lambda name: bar.update(task, advance=1, description=name)
