"""The kill matrix: every known wrong and right answer of every exercise through the visible and the hidden checks.

The texts are shared out among two processes. Causes are looked up in fingerprints made afresh from the same texts, so
that the matrix does not depend on what was written to files before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from course.authoring.proof.results import Row, Wrong
from course.authoring.text.model import SourceError
from course.authoring.text.parse import read
from course.coursedir.errors import AuthoringError

PROCESSES = 2

Step = Callable[[str], object]


@contextmanager
def silent(total: int) -> Iterator[Step]:
    """Progress that nobody looks at."""
    yield lambda name: None


def examine(path: Path, mutants: bool = False) -> list[Row]:
    """The rows of one text. Raises SourceError for its problems, AuthoringError where a cell of it stops."""
    import torch

    from course.authoring.proof import mutate, rehearse
    from course.authoring.proof.mistakes import Mistakes
    from course.doctor import known

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
    from course.doctor import known

    return not cause.startswith(known.ONE_CASE) or _cases(stage) >= 2


def _cases(stage: Any) -> int:
    """How many cases with different inputs the exercise's check asks for, all its calls together."""
    from course.authoring.proof import rehearse
    from course.doctor import known

    with known.recording() as noted, rehearse.environment(graded=True):
        rehearse.run([stage.exercise.solution.source, stage.check], stage.names)
    return len({case for note in noted for case in note.cases})


def gather(
    paths: list[Path], mutants: bool = False, progress: Callable[[int], AbstractContextManager[Step]] = silent
) -> list[Row]:
    """The rows of all texts, in their order; the longest text is begun first.

    ``progress(total)`` is entered meanwhile, and what it gives is called with the name of each text that is done.
    """
    order = sorted(paths, key=lambda path: path.stat().st_size, reverse=True)
    found: dict[Path, list[Row]] = {}
    with progress(len(paths)) as step:
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
