"""Mutation testing of the checks: every known wrong and right answer of every exercise through them (kill matrix).

The texts are shared out among two processes. Causes are looked up in fingerprints made afresh from the same texts, so
that the matrix does not depend on what was written to files before.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from course.authoring.proof.results import ExerciseRow, Wrong
from course.authoring.proof.strangers import Stranger
from course.authoring.text.model import RoleCell
from course.authoring.text.parse import read
from course.coursedir.processes import worker_pool
from course.runtime.context import current, entered

if TYPE_CHECKING:  # torch takes seconds to import, and is needed in the processes alone
    from course.authoring.proof.rehearse import Stage, Trial
    from course.doctor.known import Table
    from course.runtime.verdict import Verdict

PROCESSES = 2
PATIENCE = 12
"""So many times longer may a stranger's right answer take than a wrong one, which may never end."""

Step = Callable[[str], object]


@contextmanager
def silent(total: int) -> Iterator[Step]:
    """Progress that nobody looks at."""
    yield lambda name: None


def examine(path: Path, mutants: bool = False, secret: bytes | None = None) -> list[ExerciseRow]:
    """The rows of one text, its hidden cases drawn with ``secret``, or else as everybody draws them.

    Raises SourceError for its problems, AuthoringError where a cell of it stops.
    """
    import torch

    from course.authoring.proof import mutate, rehearse, strangers
    from course.authoring.proof.mistakes import Mistakes, holds
    from course.doctor import known

    torch.set_num_threads(1)
    source = read(path)
    others, written = strangers.answers(path.absolute().parents[2], source), _written(path) if secret is None else {}
    rows: list[ExerciseRow] = []
    with entered(current()._replace(secret=secret, memoising=True)), rehearse.stops_as_authoring_errors(source):
        for stage in rehearse.stages(source):
            exercise, found = stage.exercise, Mistakes()
            row = ExerciseRow(source.assignment, source.notebook, exercise.name)
            found.learn(stage)
            tables = (found.visible, found.hidden)
            row.stale = [file for file, table in zip(written, tables, strict=False) if not holds(written[file], table)]
            with known.using(tables):
                for answer in exercise.wrongs:
                    row.wrongs.append(_wrong(rehearse.attempt(stage, answer), stage))
            for answer in (exercise.solution, *exercise.rights):
                trial = rehearse.attempt(stage, answer)
                row.rights += answer.role == "right"
                if trial.hidden or trial.visible:
                    row.refused.append(f"{answer.title or 'the solution'}: {trial.hidden or trial.visible}")
                    row.solution_refused = row.solution_refused or answer is exercise.solution
            for turn, answer in others.get(exercise.name, []):
                row.strangers.append(_stranger(turn, answer, stage))
            if mutants:
                row.mutants, row.survivors = mutate.survivors(stage)
            rows.append(row)
    return rows


def _written(path: Path) -> dict[str, Table]:
    """The text's tables of known mistakes by the names of their files, visible and hidden, where the course has any."""
    from course.authoring.proof import fingerprints
    from course.doctor.known import Table, loads

    root, week = path.absolute().parents[2], path.parent.name
    files = fingerprints.files(root, path) if fingerprints.taught(root, week) else ()
    return {
        file.relative_to(root).as_posix(): loads(file.read_text(encoding="utf-8")) if file.is_file() else Table()
        for file in files
    }


def _stranger(turn: str, answer: RoleCell, stage: Stage) -> Stranger:
    """What the checks make of a stranger's answer of this round; one that takes too long is refused."""
    from course.authoring.proof import mutate, rehearse

    seconds = mutate.TIMEOUT_S * (1 if answer.role == "wrong" else PATIENCE)
    said = f"it takes longer than {seconds:g} s"
    with contextlib.suppress(mutate.TimeUp), mutate.time_limit(seconds):
        said = rehearse.attempt(stage, answer).hidden
    return Stranger(turn, answer.role, answer.title or "", not said, said)


_REFUSED = ("not yet", "not done")
"""How the message of a check begins that refuses an answer; an exception in the answer's own cell says neither."""


def _wrong(trial: Trial, stage: Stage) -> Wrong:
    """How a wrong answer fared.

    A sentence that one case alone supports counts where it is the answer's own, and the check's visible and hidden
    cases together are two or more, or the exercise has no cases at all (a plain value).
    """
    title, visible = trial.answer.title or "", bool(trial.visible)
    hidden = any(word in trial.hidden.split("\n")[0] for word in _REFUSED)  # a cell that cannot run proves nothing
    says = trial.answer.says or ""
    named, instead = "", trial.verdicts[-1].cause if trial.verdicts else trial.hidden
    for verdict in trial.verdicts:
        if says and says in (verdict.mistake, verdict.cause) and (verdict.named or _counts(verdict, stage)):
            return Wrong(title, visible, hidden, "itself")
        if verdict.named and not named:
            named, instead = "general", verdict.cause
    return Wrong(title, visible, hidden, named, instead)


def _counts(verdict: Verdict, stage: Stage) -> bool:
    """Whether a sentence said with reserve counts: the whole value is the mistake's, or the cases are two or more."""
    return not verdict.one_case or _cases(stage) >= 2


def _cases(stage: Stage) -> int:
    """How many cases with different inputs the exercise's check asks for, all its calls together."""
    from course.authoring.proof import rehearse
    from course.doctor import known

    with known.recording() as noted, rehearse.environment(graded=True):
        rehearse.run([stage.exercise.solution.source, stage.check], stage.names)
    return len({case for note in noted for case in note.cases})


def gather(
    paths: list[Path],
    mutants: bool = False,
    progress: Callable[[int], AbstractContextManager[Step]] = silent,
    secret: bytes | None = None,
) -> list[ExerciseRow]:
    """The rows of all texts, in their order; the longest text is begun first.

    ``progress(total)`` is entered meanwhile, and what it gives is called with the name of each text that is done.
    Hidden cases are drawn with ``secret``.
    """
    found: dict[Path, list[ExerciseRow]] = {}
    with progress(len(paths)) as step:
        for path, rows in _examined(paths, mutants, secret):
            found[path] = rows
            step(f"{path.parent.name}/{path.stem}")
    return [row for path in paths for row in found[path]]


def _examined(paths: list[Path], mutants: bool, secret: bytes | None) -> Iterator[tuple[Path, list[ExerciseRow]]]:
    """Each text with its rows, as they are done."""
    if len(paths) == 1:
        yield paths[0], examine(paths[0], mutants, secret)
        return
    with _one_thread_each(), worker_pool(PROCESSES) as pool:
        longest_first = sorted(paths, key=lambda path: path.stat().st_size, reverse=True)
        jobs = {pool.submit(examine, path, mutants, secret): path for path in longest_first}
        for job in as_completed(jobs):
            yield jobs[job], job.result()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Inside, processes that are started use one thread: there are several of them."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        os.environ.pop("OMP_NUM_THREADS")
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before
