"""Files are written as a whole or not at all."""

import json
import os
import stat

import pytest

from course.coursedir.files import read_state, replace_folder, write_atomically, write_if_changed, write_state


def names(folder):
    return sorted(path.name for path in folder.rglob("*"))


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_does_a_written_file_have_the_permissions_that_were_asked_for(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_if_changed(tmp_path / "plain", b"1")
        with write_atomically(tmp_path / "only read", 0o444) as aside:
            aside.write_bytes(b"2")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "only read")]
    assert modes == [0o644, 0o444]


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


def test_does_a_folder_take_anothers_place(tmp_path):
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

    def refused(source, place):
        if source == made:
            raise OSError(5, "Input/output error")
        real(source, place)

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(OSError, match="Input/output"):
        replace_folder(made, target)
    assert names(target) == ["week9"] and names(made) == [".new"]
    assert [path.name for path in sorted(tmp_path.iterdir())] == [".new", "week9"]


def test_is_what_a_killed_process_left_no_hindrance(tmp_path):
    (tmp_path / ".new.old" / "of the last time").mkdir(parents=True)
    for folder in (tmp_path / ".new", tmp_path / "week9"):
        folder.mkdir()
    replace_folder(tmp_path / ".new", tmp_path / "week9")
    assert names(tmp_path) == ["week9"]


def test_is_a_state_that_cannot_be_read_no_state(tmp_path):
    assert read_state(tmp_path, "build", "week9") == {}
    write_state(tmp_path, "build", "week9", {"b": 1, "a": [2]})
    file = tmp_path / ".stamps" / "build" / "week9.json"
    assert read_state(tmp_path, "build", "week9") == json.loads(file.read_text()) == {"a": [2], "b": 1}
    for damaged in ("{", "[]", ""):
        file.write_text(damaged)
        assert read_state(tmp_path, "build", "week9") == {}
