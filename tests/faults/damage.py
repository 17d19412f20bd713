"""Files that are gone, empty, older or damaged: said with the way back, or made again from what is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from .look import WEEK, look
from .trial import NOT_ALL, Stage, trial

BOOK = "gradebook.db"
Harm = Callable[[Path], object]
GRADE = ("course", "grade", WEEK, "--jobs", "1")


def _asks(
    stage: Stage,
    name: str,
    harm: Harm,
    words: tuple[str, ...] = GRADE,
    said: tuple[str, ...] = (),
    back: Callable[[], object] = lambda: None,
    run_again: bool = False,
    built: tuple[str, ...] = (),
) -> None:
    """After the harm to the file ``name`` the command ``words`` says what is wrong (``said``), and changes nothing.

    Then the file is put back (and what ``back`` puts back), and all is as before; with ``run_again`` also after a run.
    What begins with ``built`` may be new: a step before, which is finished and kept.
    """
    place, kept = stage.root / name, stage.folder / "kept"
    shutil.copytree(place, kept) if place.is_dir() else shutil.copy2(place, kept)
    harm(place)
    before = look_at_files(stage.root)
    ran = stage.start(*words).wait()
    stage.stopped(ran, 1, 2, saying=Path(name).stem)
    for each in said:
        if each not in ran.err:
            stage.fault(f"it does not say {each!r}: {ran.err[-300:]!r}")
    stage.nothing_left()
    for key in sorted(look_at_files(stage.root).items() ^ before.items()):
        if not key[0].startswith(built):
            stage.fault(f"changed by a command that stopped: {key[0]}")
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    shutil.copytree(kept, place) if kept.is_dir() else shutil.copy2(kept, place)
    back()
    if run_again:
        stage.and_then_the_same()
    else:
        stage.same(stage.wanted("half"), but=lambda key: key == ".stamps" or key.startswith((".stamps/lock", *built)))


def look_at_files(root: Path) -> dict[str, bytes]:
    """Every file's bytes, also those of a gradebook that cannot be opened; without the lock's."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not path.name.startswith("lock")
    }


def _older(stage: Stage) -> Harm:
    """Harm: an older gradebook in its place, from before the first half was graded."""
    return lambda path: shutil.copy2(stage.made / "before" / BOOK, path)


HARMS: dict[str, Harm] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"no database at all\n" * 999),
    "cut-short": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a-folder": lambda path: (path.unlink(), path.mkdir(), (path / "x").write_text("x")),
}
for _name, _harm in HARMS.items():

    @trial(f"gradebook-{_name}", quick=_name == "missing")
    def _gradebook(stage: Stage, harm: Harm = _harm, run: bool = _name == "missing") -> None:
        """The gradebook is not what it was: nothing is made anew unasked."""
        _asks(stage, BOOK, harm, run_again=run)


@trial()
def gradebook_older(stage: Stage) -> None:
    """The gradebook is one from before the grades that lie beside it."""
    _asks(stage, BOOK, _older(stage), said=("older",))


@trial()
def gradebook_pages_damaged(stage: Stage) -> None:
    """Some of the gradebook's pages are overwritten: no such file goes into a backup."""

    def harm(path: Path) -> None:
        data = bytearray(path.read_bytes())
        for page in range(3, len(data) // 4096, 2):
            data[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
        path.write_bytes(bytes(data))

    _asks(stage, BOOK, harm)


for _words in (
    ("course", "release", WEEK),
    ("course", "export", WEEK, "--to", "csv"),
    ("course", "report", WEEK),
):
    for _name in ("missing", "garbage"):

        @trial(f"gradebook-{_name}-for-{_words[1]}")
        def _others(stage: Stage, words: tuple[str, ...] = _words, harm: Harm = HARMS[_name]) -> None:
            """Another command meets a gradebook that is not what it was: a sentence, and nothing is changed."""
            if words[1] == "release":
                from .signals import BUILT, change_text

                text = stage.root / "source" / WEEK / "small.py"
                before = text.read_bytes()
                change_text(stage.root)
                _asks(stage, BOOK, harm, words, back=lambda: text.write_bytes(before), built=BUILT)
            else:
                _asks(stage, BOOK, harm, words)


@trial()
def gradebook_missing_for_return(stage: Stage) -> None:
    """Feedback is packed without the gradebook, which it does not need: and none is made anew."""
    book, kept = stage.root / BOOK, stage.folder / "kept"
    book.rename(kept)
    stage.stopped(stage.start("course", "return", WEEK, "--to", "folder").wait(), 0, NOT_ALL)
    stage.nothing_left()
    if book.exists():
        stage.fault("a gradebook was made anew")
    kept.replace(book)
    (stage.root / f"{WEEK}-feedback-folder.zip").unlink()
    stage.same(stage.wanted("half"), but=lambda key: key == ".stamps" or key.startswith(".stamps/lock"))


# --- What is made again ------------------------------------------------------------------------------------------


def _made_again(stage: Stage, harm: Callable[[], object], but: Callable[[str], bool] = lambda _: False) -> None:
    """After the harm the same command comes to the same by itself, ``but`` for what another command makes again."""
    harm()
    stage.again()
    stage.nothing_left()
    stage.same(but=but)


def _of_releasing(key: str) -> bool:
    return key.startswith((".stamps/release", ".stamps/build"))


@trial()
def outcome_missing(stage: Stage) -> None:
    """What was noted of one student is gone: he is graded again."""
    _made_again(stage, (stage.root / "autograded" / ".state" / WEEK / "hal.json").unlink)


@trial()
def outcome_damaged(stage: Stage) -> None:
    """What was noted of two students is half written, or no text."""

    def harm() -> None:
        state = stage.root / "autograded" / ".state" / WEEK
        (state / "hal.json").write_bytes((state / "hal.json").read_bytes()[:100])
        (state / "dan.json").write_bytes(b"\xff\xfe\x00")

    _made_again(stage, harm)


@trial()
def autograded_folder_missing(stage: Stage) -> None:
    """One student's graded notebooks are gone: they are made again."""
    _made_again(stage, lambda: shutil.rmtree(stage.root / "autograded" / "hal"))


@trial()
def feedback_missing(stage: Stage) -> None:
    """All feedback is gone: it is made again."""
    _made_again(stage, lambda: shutil.rmtree(stage.root / "feedback"))


@trial()
def stamps_missing(stage: Stage) -> None:
    """What the last steps noted for the next is gone."""
    _made_again(stage, lambda: shutil.rmtree(stage.root / ".stamps"), but=_of_releasing)


@trial()
def stamps_damaged(stage: Stage) -> None:
    """What the last steps noted for the next is damaged."""

    def harm() -> None:
        for path in (stage.root / ".stamps").rglob("*.json"):
            path.write_bytes(path.read_bytes()[:20] + b"\xff")

    _made_again(stage, harm, but=_of_releasing)


@trial()
def grades_csv_damaged(stage: Stage) -> None:
    """grades.csv is cut short."""
    _made_again(stage, lambda: (stage.root / "grades.csv").write_bytes(b"student,assi\xff"))


@trial()
def leftovers_of_another_time(stage: Stage) -> None:
    """What killed commands of other times left lies in every folder: the next run takes it away."""
    from course.coursedir.files import aside

    folders = (f"autograded/eve/{WEEK}", f"feedback/eve/{WEEK}", ".stamps/x")
    places = (*folders, f"autograded/.state/{WEEK}/eve.json", "grades.csv")

    def harm() -> None:
        pid = os.fork()
        if pid == 0:  # a process that has ended by the time that the command runs
            try:
                for name in places:
                    left = aside(stage.root / name)
                    left.parent.mkdir(parents=True, exist_ok=True)
                    if name not in folders:
                        left.write_text("half")
                    else:
                        left.mkdir()
                        (left / "small.ipynb").write_text("{}")
                        (left / "small.ipynb").chmod(0o444)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        left_there = list(stage.root.rglob("*.part"))
        assert len(left_there) == len(places), left_there

    _made_again(stage, harm)


@trial()
def state_missing(stage: Stage) -> None:
    """All that was noted beside the grades is gone: said, everything is graded again, and nothing is lost."""
    wanted = stage.undisturbed((*GRADE, "--force"), lambda _: None, NOT_ALL)
    state, kept = stage.root / "autograded" / ".state", stage.folder / "kept"
    shutil.copytree(state, kept)
    shutil.rmtree(state)
    ran = stage.grade().wait()
    stage.stopped(ran, 1, 2, NOT_ALL)
    if not ran.err.strip():
        stage.fault("not a word of it is said")
    stage.nothing_left()
    if ran.status != NOT_ALL:
        shutil.copytree(kept, state, dirs_exist_ok=True)
        stage.again()
    stage.same(wanted, but=lambda key: "history.jsonl" in key)


@trial()
def history_damaged(stage: Stage) -> None:
    """The week's history ends in half a line: no other line of it is lost."""
    path = stage.root / "autograded" / ".state" / WEEK / "history.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"student": "ad')
    stage.again()
    stage.nothing_left()
    stage.same(but=lambda key: "history.jsonl" in key)
    wanted = [line for line in stage.wanted()[f"autograded/.state/{WEEK}/history.jsonl"].splitlines() if "{" in line]
    there = look(stage.root)[f"autograded/.state/{WEEK}/history.jsonl"]
    for line in wanted:
        if line[line.index("{") :] not in there:
            stage.fault(f"no line of the history: {line[:120]}")


@trial()
def released_notebook_missing(stage: Stage) -> None:
    """The released notebook is gone: it is made again, or asked for."""
    place = stage.root / "release" / WEEK
    shutil.copytree(place, stage.folder / "kept")
    shutil.rmtree(place)
    ran = stage.grade().wait()
    stage.stopped(ran, 1, 2, NOT_ALL)
    stage.nothing_left()
    if not place.exists():
        shutil.copytree(stage.folder / "kept", place)
    if ran.status != NOT_ALL:
        stage.again()
    stage.same()


@trial()
def released_notebook_damaged(stage: Stage) -> None:
    """The released notebook is no notebook."""
    place = stage.root / "release" / WEEK / "small.ipynb"
    kept = place.read_bytes()
    place.write_bytes(b'{"cells": [')
    ran = stage.grade().wait()
    stage.stopped(ran, 1, 2, NOT_ALL)
    stage.nothing_left()
    place.write_bytes(kept)
    stage.again()
    stage.same()


@trial()
def secret_missing(stage: Stage) -> None:
    """The course's secret is gone: it is asked for, and no other is drawn."""
    _asks(stage, "gradebook.secret", lambda path: path.unlink())


@trial()
def settings_damaged(stage: Stage) -> None:
    """nbgrader_config.py is no Python."""
    _asks(stage, "nbgrader_config.py", lambda path: path.write_text("c = get_config(\n"))


@trial()
def settings_missing(stage: Stage) -> None:
    """nbgrader_config.py is gone."""
    _asks(stage, "nbgrader_config.py", lambda path: path.unlink())
