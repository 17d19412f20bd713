"""The course that all trials work on copies of: half of a small class graded, a person's points in it, the rest due."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from .command import Ran, copy, start
from .hooks import Recorder, listen
from .look import WEEK, differences, look

BEFORE = ("ada", "bob", "dan", "hal")
"""Those who were graded before anything happens: right, half, unreadable, late."""
DUE = ("eve", "fay", "gus", "ida")
"""Those who are due: her Python ends itself, another name of the file, a check deleted, wrong."""
ONE = ("fay", "ida")
"""Those whom the trials at exact places grade: one of each kind."""
NOT_ALL = 3
"""The exit status of `course grade` where somebody could not be graded, as dan and fay cannot."""


def environment(folder: Path) -> dict[str, str]:
    """What a command has in its environment: a home and a temporary folder of its own in ``folder``."""
    for name in ("home", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
    }


def hand_in(root: Path, students: Iterable[str]) -> None:
    """Hand in for these students."""
    import small_class

    handed_in = {
        "ada": small_class.right,
        "bob": small_class.CLASS["bob"],
        "dan": small_class.CLASS["dan"],
        "eve": small_class.CLASS["eve"],
        "fay": small_class.CLASS["fay"],
        "gus": small_class.no_test,
        "hal": small_class.right,
        "ida": small_class.wrong,
    }
    for student in students:
        small_class.hand_in(root, student, handed_in[student])
        if student in ("hal", "ida"):
            (root / "submitted" / student / WEEK / "timestamp.txt").write_text("2026-03-02 18:00:00 UTC")
        if student == "ida":
            (root / "submitted" / student / WEEK / "notes.txt").write_text("beside the notebook\n")


def build(root: Path) -> None:
    """Make the course, with the week released and due, and the first half handed in."""
    from authoring_course import make_course

    from course.authoring.notebooks.release import release_week
    from course.grading.gradebook.classroom import Classroom

    root.mkdir(parents=True)
    make_course(root)
    classroom = Classroom(root)
    release_week(root, WEEK)
    with classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment(WEEK, duedate=datetime.datetime(2026, 3, 1, 18))
        for student in BEFORE:
            gradebook.update_or_create_student(student, last_name=f"{student.title()} of the class")
    hand_in(root, BEFORE)


def by_a_person(root: Path) -> None:
    """A person reads ada's and bob's answers, and gives points and a comment."""
    from course.grading.gradebook.classroom import Classroom

    with Classroom(root).gradebook() as gradebook:
        for student, points in (("ada", 2.5), ("bob", 1.0)):
            grade = gradebook.find_grade("why_it_works", "small", WEEK, student)
            grade.manual_score, grade.needs_manual_grade = points, False
            comment = gradebook.find_comment("why_it_works", "small", WEEK, student)
            comment.manual_comment = f"{points} points, by hand."
        gradebook.db.commit()


class NotPrepared(Exception):
    """The course could not be graded even where nothing disturbs it."""


def prepare(folder: Path) -> None:
    """Make ``half`` and ``whole`` in ``folder``, before and after an undisturbed run, and what is in them as JSON.

    Beside them ``one``: only ONE were graded; and ``places``, what that run came to.

    Raises NotPrepared where two undisturbed runs do not leave the same.
    """
    half, home = folder / "half", folder / "first"
    build(half)
    surroundings = environment(home)
    copy(half, folder / "before")
    _expect(start(["course", "grade", WEEK, "--jobs", "1"], half, surroundings, home).wait(), NOT_ALL)
    by_a_person(half)
    _expect(start(["course", "grade", WEEK], half, surroundings, home).wait(), NOT_ALL)
    hand_in(half, DUE)
    shutil.rmtree(half / "backups", ignore_errors=True)  # as if the next run were the day's first
    seen = {"half": look(half)}
    (folder / "half.json").write_text(json.dumps(seen["half"]))
    runs = {
        "whole": (["--jobs", "1"], lambda: None),
        "again": (["--jobs", "2"], lambda: None),
        "one": (["--jobs", "1", "--students", *ONE], lambda: listen(None, Recorder(folder / "places"))),
    }
    running = {}
    for name, (more, first) in runs.items():
        copy(half, folder / name)
        surroundings, said = environment(folder / f"{name}-home"), folder / f"{name}-home"
        copy(home / "home" / ".", said / "home")
        running[name] = start(["course", "grade", WEEK, *more], folder / name, surroundings, said, first=first)
    for name, each in running.items():
        ran = each.wait()
        _expect(ran, NOT_ALL)
        seen[name] = look(folder / name)
        (folder / f"{name}.json").write_text(json.dumps(seen[name]))
        (folder / f"{name}.seconds").write_text(str(ran.seconds))
    if apart := differences(seen["whole"], seen["again"]):
        raise NotPrepared("Two undisturbed runs do not leave the same: " + "; ".join(apart[:10]))


def _expect(ran: Ran, status: int) -> None:
    if ran.status != status or ran.faults():
        raise NotPrepared(f"{ran.name} ended with {ran.status}: {ran.err[-2000:] or ran.out[-2000:]} {ran.faults()}")
