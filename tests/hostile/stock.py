"""The same submissions under nbgrader's own defaults: its Execute, no repair, the verdict in the student's process.

Nothing there keeps a submission from the machine, so each is graded in a bubblewrap of its own, with a copy of the
course in it, by a user without rights. What that copy has lost afterwards is what a real course would have lost.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from .case import EITHER, FILE, GRADED, Case
from .findings import Finding, closing, scores
from .place import HOME, Place, Submission, environment

LIMIT = 180
"""Seconds for one submission; nbgrader's own limit is 30 for a cell, and none for a notebook."""
COULD_NOT = 4


def run_stock(cases: list[Case], jobs: int) -> int:
    """Grade all, print each finding and the closing line; returns 0 (what stock nbgrader does is no failure)."""
    if os.getuid() == 0:
        print("Under stock nbgrader a fork bomb is one. Add --as-user: no limit holds root.", file=sys.stderr)
        return 2
    found: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="course-stock-", ignore_cleanup_errors=True) as folder:
        place = Place(Path(folder) / "course")
        place.build({case.week for case in cases})
        os.environ.update(environment(place))
        neighbours = [place.neighbour("stock", *each) for each in sorted({(c.week, c.notebook) for c in cases})]
        for each in neighbours:
            _grade(place, each, place.root)
        submissions = [place.hand_in(case) for case in cases]
        harmless = [each for each in submissions if each.family != "breaking"]
        alone = [each for each in submissions if each.family == "breaking"]  # would slow down who runs beside it
        for group, at_once in ((harmless, jobs), (alone, 1)):
            with ThreadPoolExecutor(at_once) as pool:
                for each, said in pool.map(lambda each: (each, _one(place, each, neighbours, Path(folder))), group):
                    found += said
                    print(f"{each.name}: {'; '.join(map(str, said)) or 'as it deserves'}", flush=True)
    print(closing(submissions, found, "stock nbgrader"), flush=True)
    return 0


def _one(place: Place, submission: Submission, neighbours: list[Submission], folder: Path) -> list[Finding]:
    """Grade one submission in a copy of the course, and look at that copy."""
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as own:
        root = Path(own) / "course"
        keep = {submission.student, *(each.student for each in neighbours)}
        others = {each.name for each in (place.root / "submitted").iterdir()} - keep
        shutil.copytree(
            place.root, root, symlinks=True, copy_function=_copy, ignore=lambda at, names: others & set(names)
        )
        status, words = _grade(place, submission, root)
        return list(_findings(place, submission, neighbours, root, status, words))


def _copy(source: str, target: str) -> None:
    """Copy a file; a named pipe is made anew."""
    if Path(source).is_fifo():
        os.mkfifo(target)
    else:
        shutil.copy2(source, target)


def _grade(place: Place, submission: Submission, root: Path) -> tuple[int | None, str]:
    """nbgrader's exit status and last words in a sandbox around it all; None when it had to be killed."""
    walls = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/", "--dev", "/dev"]
    walls += ["--proc", "/proc", "--tmpfs", "/tmp", "--bind", str(root), str(root)]
    if str(HOME).startswith("/tmp/"):
        walls += ["--ro-bind", str(HOME), str(HOME)]
    inside = [sys.executable, "-m", "tests.hostile.stock", str(root), submission.week, submission.student]
    surroundings = {**os.environ, "PYTHONPATH": str(HOME), "TMPDIR": "/tmp", "HOME": str(root / "home")}
    try:
        done = subprocess.run(
            [*walls, "--", *inside],
            env=surroundings,
            timeout=LIMIT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            preexec_fn=_limits,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    words = done.stderr.decode(errors="replace").strip().splitlines() or [""]
    return done.returncode, words[-1][:200]


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (200 << 20, 200 << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _findings(
    place: Place, submission: Submission, neighbours: list[Submission], root: Path, status: int | None, words: str
) -> Iterator[Finding]:
    from course.grading.gradebook.classroom import Classroom

    name = submission.name
    here = Place(root, place.secret, place.hidden)
    here.classroom = Classroom(root)
    if status is None:
        yield Finding("hung", name, f"longer than {LIMIT} s")
    elif status not in (0, COULD_NOT):
        yield Finding("crashed", name, f"the grader ended with status {status}: {words}")
    try:
        given = scores(here, submission)
        beside = [(each, scores(here, each)) for each in neighbours]
    except Exception as error:
        yield Finding("lost", name, f"the gradebook is gone: {type(error).__name__}")
        return
    for each, has in beside:
        if has != each.deserved:
            yield Finding("lost", name, f"its neighbour {each.student} has lost points")
    if status == COULD_NOT and submission.state == GRADED:
        yield Finding("lost", name, "it could not be graded")
    if submission.state != GRADED and submission.state != EITHER and status == 0:
        yield Finding("forged", name, "a score stands for what cannot be graded")
    if status == 0:
        for exercise, points in submission.deserved.items():
            got = given.get(exercise)
            if exercise in submission.spares:
                continue
            if got is not None and got > points:
                yield Finding("forged", name, f"{exercise} has {got:g} points and deserves {points:g}")
            elif submission.state == GRADED and (got is None or got < points):
                yield Finding("lost", name, f"{exercise} has {got} points and deserves {points:g}")
    path = root / "autograded" / submission.student / submission.week / f"{submission.notebook}.ipynb"
    if path.is_file():
        cells = nbformat.read(path, as_version=4).cells
        said = "".join(str(output) for cell in cells for output in cell.get("outputs", ()))
        if place.secret in said or place.secret[::-1] in said or any(line in said for line in place.hidden):
            yield Finding("leaked", name, "its outputs show a secret or a hidden test")
    handed_in = root / "submitted"
    if any(FILE in file for at, _, files in os.walk(root) if not Path(at).is_relative_to(handed_in) for file in files):
        yield Finding("leaked", name, "it wrote outside its folder")


def _inside(root: str, week: str, student: str) -> int:
    """In the sandbox: stock nbgrader grades one submission."""
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    resource.setrlimit(resource.RLIMIT_NPROC, (600, 600))  # here, where it counts this sandbox's processes alone
    config = Config()
    config.CourseDirectory.root, config.CourseDirectory.course_id = root, "neural-network-foundations"
    os.chdir(root)
    converter = Autograde(
        coursedir=CourseDirectory(config=config, assignment_id=week, student_id=student), config=config
    )
    converter.force = True
    try:
        converter.start()
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return COULD_NOT
    return 0


if __name__ == "__main__":
    sys.exit(_inside(*sys.argv[1:]))
