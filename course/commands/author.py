"""The author's commands: ``course build``, ``release``, ``known``, ``sync``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from course.commands.common import progress, set_command, with_a_count


def add_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add build, release, known and sync to the ``course`` command."""
    build = _command(subparsers, "build", _build, "build the notebooks in source/ from their texts")
    build.add_argument("--force", action="store_true", help="overwrite edited notebooks (a copy is kept as .orig)")
    release = _command(subparsers, "release", _release, "make the students' notebooks in release/ with nbgrader")
    release.add_argument("--check", action="store_true", help="write nothing; exit 1 and name what is stale")
    release.add_argument("--force", action="store_true", help="overwrite edited notebooks (a copy is kept as .orig)")
    known = _command(
        subparsers,
        "known",
        _known,
        "write the fingerprints of known mistakes to course/doctor/mistakes and fingerprints",
    )
    known.add_argument("--check", action="store_true", help="write nothing; exit 1 and name what is stale")
    known.add_argument(
        "--for-grading",
        action="store_true",
        help="write to .stamps/ instead what hidden tests know under this course's secret, as grading does by itself",
    )
    known.add_argument(
        "--ids", action="store_true", help="with --for-grading: also for the IDs on standard input, lines of WEEK ID"
    )
    _command(subparsers, "sync", _sync, "bring edits of the built notebooks back into their texts")


def _command(
    subparsers: argparse._SubParsersAction, name: str, run: Callable[[argparse.Namespace], int], what: str
) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
    parser.add_argument("weeks", nargs="*", metavar="WEEK", help="such as week5 (default: all)")
    set_command(parser, run, with_a_count, writes=_writes)
    return parser


def _writes(args: argparse.Namespace) -> bool:
    """Whether the command changes what others read; tables for grading are made by a grading that is at work."""
    return not getattr(args, "check", False) and not getattr(args, "for_grading", False)


def _build(args: argparse.Namespace) -> int:
    from course.authoring.notebooks.build import build_week

    return _each(
        args, lambda root, week: [f"{_short(root, p)}: {done}" for p, done in build_week(root, week, args.force)]
    )


def _release(args: argparse.Namespace) -> int:
    from course.authoring.notebooks.build import build_week
    from course.authoring.notebooks.release import release_week, stale
    from course.authoring.proof import fingerprints as known

    if args.check:
        return _check(args, "release/{}", stale)

    def one(root: Path, week: str) -> list[str]:
        build_week(root, week, args.force)
        return [f"release/{week}: {release_week(root, week)}"]

    with known.learning(*_chosen(args)) as learnt:  # meanwhile
        return _each(args, one, lambda root, week: known.write_week(root, week, learnt))


def _known(args: argparse.Namespace) -> int:
    from course.authoring.proof import fingerprints as known

    if args.for_grading:
        pairs = [line.split() for line in sys.stdin] if args.ids else []
        return _each(args, lambda root, week: _known_under_the_secret(root, week, [i for w, i in pairs if w == week]))
    with known.learning(*_chosen(args), everything=True) as learnt:
        if args.check:
            return _check(args, "course/doctor/mistakes, {}", lambda root, week: known.stale(root, week, learnt))
        return _each(args, lambda root, week: known.write_week(root, week, learnt, everything=True))


def _known_under_the_secret(root: Path, week: str, ids: list[str]) -> list[str]:
    """Write the week's tables, and then those for the numbers of these IDs, where they are not there yet."""
    from course.authoring.proof.fingerprints import write_for_grading
    from course.coursedir.layout import texts
    from course.grading.gradebook.classroom import Classroom
    from course.grading.run.known_tables import asks_for_an_id, place

    secret, lines = Classroom(root).secret, []
    for path in texts(root, week):
        for student in ("", *(ids if asks_for_an_id(path) else ())):
            table = place(root, path, secret, student)
            if not table.is_file():
                write_for_grading(path, table, secret.data, student)
                lines.append(f"{_short(root, table)}: learnt")
    return lines


def _sync(args: argparse.Namespace) -> int:
    from course.authoring.notebooks.sync import sync
    from course.authoring.text.model import SourceError

    problems = []

    def one(root: Path, week: str) -> list[str]:
        lines = []
        for path in sorted((root / "source" / week).glob("*.ipynb")):
            outcome, found = sync(root, path, force=True)
            lines.append(f"{_short(root, path)}: {outcome}")
            problems.extend(found)
        return lines or [f"source/{week}: no notebook is built"]

    status = _each(args, one)
    if problems:  # the texts are written; this is what to mend in them
        raise SourceError(problems)
    return status


def _chosen(args: argparse.Namespace) -> tuple[Path, list[str]]:
    """The course's folder and the weeks asked for; raises AuthoringError where there are none."""
    from course.coursedir.errors import AuthoringError
    from course.coursedir.layout import chosen_weeks, find_root

    root = find_root()
    weeks = chosen_weeks(root, args.weeks)
    if not weeks:
        raise AuthoringError(
            f"{root / 'source'}: no weeks here. A week is a folder with a text: source/week1/NAME.py.", 2
        )
    return root, weeks


def _check(args: argparse.Namespace, what: str, stale: Callable[[Path, str], list[str]]) -> int:
    """Print what is stale, week by week; 1 where anything is."""
    wrong: list[str] = []

    def one(root: Path, week: str) -> list[str]:
        found = stale(root, week)
        wrong.extend(found)
        return found or [f"{what.format(week)}: up to date"]

    return _each(args, one) or int(bool(wrong))


def _each(args: argparse.Namespace, *steps: Callable[[Path, str], list[str]]) -> int:
    """Do the steps, each for every week, and print their lines.

    A week for which one fails takes no further step, and does not keep the others from being done.
    """
    from course.authoring.text.model import SourceError
    from course.coursedir.errors import AuthoringError

    root, weeks = _chosen(args)
    lines, problems, refused = [], [], []
    with progress(len(steps) * len(weeks), ("spinner", "what", "bar", "elapsed"), done=-1) as bar:
        for step in steps:
            done = []
            for week in weeks:
                bar.step(week)  # the week at work, which is not done yet
                try:
                    lines += step(root, week)
                    done.append(week)
                except SourceError as error:
                    problems += error.problems
                except AuthoringError as error:
                    refused.append(str(error))
            weeks = done
    for line in lines:  # after the bar, which would write over them
        print(line)
    if refused:
        print("\n".join(refused), file=sys.stderr)
    if problems:
        raise SourceError(problems)
    return 1 if refused else 0


def _short(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
