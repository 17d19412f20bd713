"""Files are written as a whole or not at all."""

import json
import os
import stat
import subprocess
import sys

import pytest
from home import ROOT

from course.coursedir import files
from course.coursedir.files import (
    aside,
    clear_leftovers,
    permitted,
    read_state,
    replace_folder,
    write_atomically,
    write_if_changed,
    write_state,
)


def names(folder):
    return sorted(path.name for path in folder.rglob("*"))


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000, 0o027])
def test_are_a_written_files_permissions_what_the_umask_leaves(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_if_changed(tmp_path / "plain", b"1")
        write_if_changed(tmp_path / "plain", b"2")
        with write_atomically(tmp_path / "only read", 0o444) as aside:
            aside.write_bytes(b"2")
        assert permitted(0o444) == 0o444 & ~umask and os.umask(umask) == umask
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "only read")]
    assert modes == [0o666 & ~umask, 0o444 & ~umask]


def test_is_the_old_file_there_until_the_new_one_is_whole(tmp_path):
    file = tmp_path / "made" / "on the way" / "file"
    with write_atomically(file) as aside:
        aside.write_bytes(b"old")
    with write_atomically(file) as aside:
        aside.write_bytes(b"ne")
        assert file.read_bytes() == b"old" and aside.parent == file.parent and aside.name.startswith(".")
        aside.write_bytes(b"new")
    assert file.read_bytes() == b"new" and names(file.parent) == ["file"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "ctrl-c"])
def test_does_a_failed_write_leave_what_was_there_and_nothing_else(tmp_path, error):
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(type(error)), write_atomically(tmp_path / "file") as aside:
        aside.write_bytes(b"half")
        raise error
    assert (tmp_path / "file").read_bytes() == b"old" and names(tmp_path) == ["file"]


def test_can_a_file_have_the_longest_name_that_there_is(tmp_path):
    write_if_changed(tmp_path / ("n" * 255), b"")
    assert names(tmp_path) == ["n" * 255]


def test_is_a_file_that_has_these_bytes_left_alone(tmp_path):
    file = tmp_path / "file"
    assert write_if_changed(file, b"1") and write_if_changed(file, b"2")
    before = file.stat()
    assert not write_if_changed(file, b"2")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("how", ["one step", "two steps"])
def test_does_a_folder_take_anothers_place(how, tmp_path, monkeypatch):
    if how == "two steps":
        monkeypatch.setattr(files, "_exchanged", lambda one, other: False)
    elif sys.platform == "linux":  # at no moment is there none
        monkeypatch.setattr(
            os, "replace", lambda made, target: os.rename(made, target) if not target.exists() else 1 / 0
        )
    made, target = tmp_path / ".new", tmp_path / "below" / "week9"
    for content in ("first", "second"):
        made.mkdir()
        (made / content).write_text(content)
        (made / content).chmod(0o444)  # as nbgrader leaves its files
        replace_folder(made, target)
        assert names(target) == [content] and names(tmp_path) == ["below", content, "week9"]


def test_does_the_old_folder_come_back_where_the_new_one_cannot_come(tmp_path, monkeypatch):
    made, target = tmp_path / ".new", tmp_path / "week9"
    for folder in (made, target):
        folder.mkdir()
        (folder / folder.name).touch()
    real = os.replace
    monkeypatch.setattr(files, "_exchanged", lambda one, other: False)

    def refused(source, place):
        if source == made:
            raise OSError(5, "Input/output error")
        real(source, place)

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(OSError, match="Input/output"):
        replace_folder(made, target)
    assert names(target) == ["week9"] and names(made) == [".new"]
    assert [path.name for path in sorted(tmp_path.iterdir())] == [".new", "week9"]


KILLED = """
import os, sys, tempfile
from pathlib import Path
from course.coursedir.files import folder_aside, own_temporary_folder, write_atomically
root = Path(sys.argv[1])
folder = folder_aside(root / "deep" / "down" / "here")
with own_temporary_folder(), folder as folder, write_atomically(root / "file") as made:
    made.write_text("half")
    (folder / "some").mkdir()
    (folder / "some" / "file").touch()
    Path(tempfile.mkdtemp(), "of a library").touch()
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_is_what_a_killed_process_left_taken_away_and_nothing_else(tmp_path):
    root, temporary = tmp_path / "root", tmp_path / "tmp"
    for folder in (root, temporary):
        folder.mkdir()
    (root / "file").write_text("old")
    (root / ".git").mkdir()
    kept = [root / "file", root / ".git" / ".1-00000000-00000000.part", root / ".hidden.part", root / ".1-2-3.part"]
    kept += [aside(root / "mine"), root / ".4194304-00000000-00000000.part", temporary / ".hidden"]
    for path in kept[1:]:
        path.touch()
    old = root / ".4194304-00000000-00000001.part"
    old.touch()
    os.utime(old, (0, 0))
    env = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", KILLED, str(root)]
    running = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert running.stdout.readline() == b"ready\n"
    clear_leftovers(root)
    assert len([*root.rglob("*.part"), *temporary.glob("*.part")]) == 8, "what is being written stays"
    running.kill()
    running.communicate()
    clear_leftovers(root)
    ended = subprocess.run(command, env=env, input=b"", stdout=subprocess.DEVNULL, check=True)
    assert ended.returncode == 0 and (root / "file").read_text() == "half"
    assert sorted(path for folder in (root, temporary) for path in folder.rglob("*") if path.is_file()) == sorted(kept)


def test_is_a_state_that_cannot_be_read_no_state(tmp_path):
    assert read_state(tmp_path, "build", "week9") == {}
    write_state(tmp_path, "build", "week9", {"b": 1, "a": [2]})
    file = tmp_path / ".stamps" / "build" / "week9.json"
    assert read_state(tmp_path, "build", "week9") == json.loads(file.read_text()) == {"a": [2], "b": 1}
    for damaged in ("{", "[]", ""):
        file.write_text(damaged)
        assert read_state(tmp_path, "build", "week9") == {}


ENDS = """
import tempfile
from multiprocessing import util
from course.coursedir.files import own_temporary_folder
with own_temporary_folder():
    print(util.get_temp_dir())
    tempfile.mkdtemp()
"""


def test_does_multiprocessing_find_its_own_folder_when_a_process_ends(tmp_path):
    env = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", ENDS], env=env, capture_output=True, text=True, check=True)
    assert done.stderr == "" and str(tmp_path) in done.stdout and list(tmp_path.iterdir()) == []
