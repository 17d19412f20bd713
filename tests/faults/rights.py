"""Places: what may not be read or written, the umask, folders' names, a home that is missing."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from .look import look
from .processes import mount_memory, mount_to_read, own_mounts
from .trial import NOT_ALL, WEEK, Stage, trial

USER = 61234  # a user ID that nobody has here
HOME = Path(__file__).resolve().parents[2]


def as_user(stage: Stage) -> Callable[[], None]:
    """The stage is an ordinary user's from now on; what has to be called in each command so that it is that user's."""
    if os.getuid() != 0:
        return lambda: None
    for folder, names, files in os.walk(stage.folder):
        for name in (".", *names, *files):
            os.lchown(os.path.join(folder, name), USER, USER)

    def first() -> None:
        _let_in()
        os.setgroups([])
        os.setresgid(USER, USER, USER)
        os.setresuid(USER, USER, USER)

    return first


def _let_in() -> None:
    """Let everybody into the folders of Python and of the course where these lie in a folder that is root's alone.

    For this process alone, which must be a command's own: never one that deletes anything. They can only be read.
    """
    wanted = {Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), HOME}
    closed = {
        place: next((up for up in reversed(place.parents) if not up.stat().st_mode & 1), None) for place in wanted
    }
    if not any(closed.values()):
        return
    own_mounts()
    inside = {place: os.open(place, os.O_PATH) for place, up in closed.items() if up is not None}
    for up in set(closed.values()) - {None}:
        mount_memory(up, 1024, mode="755")
    for place, file in inside.items():
        place.mkdir(parents=True, exist_ok=True)
        mount_to_read(Path(f"/proc/self/fd/{file}"), place)
        os.close(file)


def _like_the_others(stage: Stage, *hers: str) -> Callable[[str], bool]:
    """For ``Stage.same``: what is of these students may differ."""
    return lambda key: any(f"/{each}" in key or f" {each}" in key for each in hers) or "history.jsonl" in key


@trial()
def submissions_read_only(stage: Stage) -> None:
    """Nobody may write to what was handed in."""
    user = as_user(stage)
    _set_modes(stage.root / "submitted", 0o555, 0o444)
    stage.again(first=user)
    stage.nothing_left()
    _set_modes(stage.root / "submitted", 0o755, 0o644)
    stage.same()


def _set_modes(top: Path, folder: int, file: int) -> None:
    for path in sorted(top.rglob("*"), reverse=True):
        if not path.is_symlink():  # what a link leads to is not the trial's
            path.chmod(folder if path.is_dir() else file)
    top.chmod(folder)


@trial(quick=True)
def notebook_may_not_be_read(stage: Stage) -> None:
    """One student's notebook may not be read: she could not be graded, the others are."""
    user = as_user(stage)
    theirs = stage.root / "submitted" / "ida" / WEEK / "small.ipynb"
    theirs.chmod(0)
    stage.stopped(stage.grade(first=user).wait(), NOT_ALL)
    stage.nothing_left()
    before = len(stage.wrong)
    stage.same(but=_like_the_others(stage, "ida"))
    line = look(stage.root).get("grades.csv: ida", "")
    if len(stage.wrong) == before and "could not be graded" not in line:
        stage.fault(f"ida's line in grades.csv is {line!r}")
    theirs.chmod(0o644)
    stage.again(first=user)
    stage.same(but=lambda key: "history.jsonl" in key)


def _file_beside(stage: Stage, put: Callable[[Path], object], take: Callable[[Path], object]) -> None:
    """Something beside one notebook cannot be read: whatever that means for her, the others are graded."""
    user = as_user(stage)
    beside = stage.root / "submitted" / "ida" / WEEK / "more.bin"
    put(beside)
    stage.stopped(stage.grade(first=user).wait(), NOT_ALL)
    stage.nothing_left()
    stage.same(but=_like_the_others(stage, "ida"))
    take(beside)
    stage.again(first=user)
    stage.same(but=lambda key: "history.jsonl" in key)


@trial()
def file_beside_may_not_be_read(stage: Stage) -> None:
    """A file beside one notebook has no permissions at all."""
    _file_beside(stage, lambda path: (path.write_text("x"), path.chmod(0)), lambda path: path.unlink())


@trial()
def file_beside_is_foreign(stage: Stage) -> None:
    """A file beside one notebook is another user's, who lets nobody read it."""
    _file_beside(
        stage,
        lambda path: (path.write_text("x"), path.chmod(0o600), os.getuid() or os.chown(path, 0, 0)),
        lambda path: path.unlink(),
    )


@trial()
def link_to_memory_beside(stage: Stage) -> None:
    """A link beside one notebook leads to the grader's own memory."""
    _file_beside(stage, lambda path: path.symlink_to("/proc/self/mem"), lambda path: path.unlink())


@trial()
def folder_beside_may_not_be_entered(stage: Stage) -> None:
    """A folder beside one notebook may not be entered."""
    _file_beside(stage, lambda path: path.mkdir(mode=0), lambda path: path.rmdir())


@trial(quick=True)
def umask_is_kept(stage: Stage) -> None:
    """With umask 077 nobody else may read what grading writes."""
    before = {path: path.stat().st_mtime_ns for path in stage.root.rglob("*")}
    stage.again(first=lambda: os.umask(0o077))
    stage.nothing_left()
    for path in sorted(stage.root.rglob("*")):
        new = path not in before or (path.is_file() and path.stat().st_mtime_ns != before[path])
        if new and path.name not in ("gradebook.db", "history.jsonl") and stat.S_IMODE(path.stat().st_mode) & 0o077:
            stage.fault(f"{path.relative_to(stage.root)} has {oct(stat.S_IMODE(path.stat().st_mode))}")
    _same_but_modes(stage)


def _same_but_modes(stage: Stage) -> None:
    def plain(seen: dict[str, str]) -> dict[str, str]:
        kinds = ("file 0o", "folder 0o", "0o")
        return {
            key: [*value.split(" ", 2), "", ""][2] if value.startswith(kinds) else value for key, value in seen.items()
        }

    wanted, there = plain(stage.wanted()), plain(look(stage.root))
    for key in sorted({*wanted, *there}):
        if wanted.get(key) != there.get(key):
            stage.fault(f"not the same: {key}")
    stage.nothing_on_disk()


def _called(stage: Stage, name: str) -> None:
    stage.fresh(name)
    stage.again()
    stage.nothing_left()
    stage.same()


@trial("folder-called-[x]", quick=True)
def brackets(stage: Stage) -> None:
    """The course's folder has brackets, blanks, stars and quotes in its name."""
    _called(stage, "NN [x] {a,b} *? 'q' \"r\" %s #1")


@trial("folder-called-$HOME")
def dollar(stage: Stage) -> None:
    """The course's folder is called like a variable and like a home folder."""
    _called(stage, "$HOME ~ ${x} ~root")


@trial("folder-called-non-utf8")
def strange_name(stage: Stage) -> None:
    """The course's folder has a name with a line break, and letters that are no UTF-8."""
    _called(stage, os.fsdecode(b"caf\xe9\nsecond line"))


@trial()
def home_is_not_named(stage: Stage) -> None:
    """There is no HOME in the environment."""
    stage.again(but={"HOME": None}, warm=False)
    stage.nothing_left()
    stage.same()


@trial()
def home_is_missing(stage: Stage) -> None:
    """HOME names a folder that is not there, and cannot be made."""
    user = as_user(stage)
    stage.again(but={"HOME": "/nowhere/at/all"}, first=user, warm=False)
    stage.nothing_left()
    stage.same()


@trial()
def home_is_read_only(stage: Stage) -> None:
    """HOME may not be written to."""
    user = as_user(stage)
    _set_modes(stage.folder / "home", 0o555, 0o444)
    stage.again(first=user, warm=False)
    stage.nothing_left()
    stage.same()


@trial()
def course_is_read_only(stage: Stage) -> None:
    """The course's folder may not be written to: a sentence, and nothing is decided."""
    user = as_user(stage)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in stage.root.rglob("*") if not path.is_symlink()}
    _set_modes(stage.root, 0o555, 0o444)
    stage.stopped(stage.grade(first=user).wait(), 1)
    stage.nothing_left()
    stage.root.chmod(0o755)
    for path, mode in modes.items():
        path.chmod(mode)
    stage.again(first=user)
    stage.same()


@trial()
def autograded_is_read_only(stage: Stage) -> None:
    """One student's folder in autograded/ cannot be made: a sentence, and nothing is decided."""
    user = as_user(stage)
    (stage.root / "autograded").chmod(0o555)
    stage.stopped(stage.grade(first=user).wait(), 1)
    stage.nothing_left()
    (stage.root / "autograded").chmod(0o755)
    stage.again(first=user)
    stage.same()
