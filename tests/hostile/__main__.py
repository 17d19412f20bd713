"""``python -m tests.hostile``: grade the hostile corpus, and say what got through."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from . import FAMILIES, corpus
from .case import Case
from .grading import LIMIT, Run, grade
from .place import HOME, Place, Submission, environment

CLOSING = "hostile submissions"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(prog="python -m tests.hostile", description="Grade the hostile corpus.")
    found.add_argument("--family", choices=FAMILIES, action="append", help="only this family (again for more)")
    found.add_argument("--case", action="append", metavar="NAME", help="only this case (again for more)")
    found.add_argument("--jobs", type=int, default=2, metavar="N", help="submissions graded at once (default: 2)")
    found.add_argument("--as-user", action="store_true", help="when root: the same again as an ordinary user")
    found.add_argument("--stock", action="store_true", help="the same submissions under nbgrader's own defaults")
    found.add_argument("--keep", action="store_true", help="leave the temporary course where it is")
    found.add_argument("--list", action="store_true", help="print the cases and what they try; grade nothing")
    found.add_argument("--write", action="store_true", help="write docs/hostile.md; grade nothing")
    found.add_argument("--times", action="store_true", help="print each as it is done, and how long they took")
    found.add_argument("--limit", type=float, default=LIMIT, metavar="S", help="seconds for a submission")
    return found


def main(argv: list[str] | None = None) -> int:
    """Run it; returns the exit status, 0 when nothing got through."""
    args = parser().parse_args(argv)
    every = corpus()
    cases = [c for c in every if not args.family or c.family in args.family]
    if args.case:
        unknown = set(args.case) - {c.name for c in every}
        if unknown:
            print(f"There is no case {', '.join(sorted(unknown))}. `--list` lists them.", file=sys.stderr)
            return 2
        cases = [c for c in cases if c.name in args.case]
    if args.list or args.write:
        from .table import document, table

        if args.write:
            (HOME / "docs" / "hostile.md").write_text(document(every), encoding="utf-8")
        else:
            print(table(every))
        return 0
    if args.as_user:
        from .user import again_as_user

        return again_as_user(argv if argv is not None else sys.argv[1:])
    if args.stock:
        from .stock import run_stock

        return run_stock(cases, args.jobs)
    with tempfile.TemporaryDirectory(prefix="course-corpus-", ignore_cleanup_errors=True) as folder:
        place = Place(Path(folder) / "course")
        status = run(place, cases, args)
        if args.keep:
            kept = tempfile.mkdtemp(prefix="course-kept-")
            os.rename(place.root, f"{kept}/course")
            print(f"kept: {kept}/course")
    return status


def handed_in(place: Place, cases: list[Case]) -> list[Submission]:
    """All cases handed in, and after each family one neighbour for each of its notebooks."""
    made: list[Submission] = []
    for family in dict.fromkeys(case.family for case in cases):
        here = [case for case in cases if case.family == family]
        neighbours = [
            place.neighbour(family, *each)
            for each in dict.fromkeys((case.week, case.notebook) for case in here)
            if each[0] in ("practice1", "practice2") or each == ("week1", "tables")
        ]
        made += [place.hand_in(case) for case in here]
        made += neighbours
    return made


def run(place: Place, cases: list[Case], args: argparse.Namespace) -> int:
    """Hand in, grade, look; print what was found and the closing line."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from course.grading.sandbox import room as rooms

    from .findings import closing, look

    place.build({case.week for case in cases})
    os.environ.update(environment(place))
    submissions = handed_in(place, cases)
    console, noted = Console(stderr=True), Run()
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(submissions))

        def tell(submission: Submission) -> None:
            bar.update(task, advance=1, description=f"{submission.family} {submission.name}")
            if args.times:
                said = [str(each) for each in look(place, [submission], noted.of(submission.name))] or [
                    "as it deserves"
                ]
                print(f"{submission.family} {submission.name}:", *said, sep="\n    ", flush=True)

        graded = grade(place, submissions, max(1, args.jobs), tell, args.limit, noted)
    rooms.close_all()
    if args.jobs > 1:
        from loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True, kill_workers=True)
    findings = look(place, submissions, graded)
    for finding in findings:
        print(str(finding).encode("utf-8", "backslashreplace").decode())
    if args.times:
        for name, seconds in sorted(graded.seconds.items(), key=lambda each: -each[1])[:20]:
            print(f"{seconds:6.1f} s  {name}")
    print(closing(submissions, findings, CLOSING), flush=True)
    return 1 if findings else 0


if __name__ == "__main__":
    os.chdir(HOME)
    sys.exit(main())
