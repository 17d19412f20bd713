"""Does collecting lose nothing, change nothing twice, and keep the newest in its place?"""

import pytest
from lms_course import EARLY, LATER, answer, kept, moodle, pack, there, tree


def test_do_other_files_stay_beside_the_notebook(root, down, collect):
    names = ["week9/small.ipynb", "week9/data/prices.csv", "week9/notes.txt", "readme.md"]
    files = {moodle("Ada L", 11, name): answer("a") if name.endswith("ipynb") else name.encode() for name in names}
    assert collect(pack(down / "d.zip", files))[0] == 0
    made = set(tree(root / "submitted/ada-l/week9"))
    assert made == {"small.ipynb", "data/prices.csv", "notes.txt", "readme.md", "timestamp.txt"}


def test_does_a_student_write_no_timestamp_and_hide_nothing(root, down, collect):
    files = {moodle("Ada L", 11): answer("a"), moodle("Ada L", 11, "timestamp.txt"): b"2020-01-01 00:00:00 UTC"}
    files |= {moodle("Ada L", 11, ".hidden/x.txt"): b"x", moodle("Ada L", 11, "small.ipynb/y"): b"y"}
    assert collect(pack(down / "d.zip", files))[0] == 0
    made = tree(root / "submitted/ada-l/week9")
    assert made["timestamp.txt"] == f"{EARLY} UTC\n".encode()
    assert made["_timestamp.txt"] == b"2020-01-01 00:00:00 UTC" and made["_hidden/x.txt"] == b"x"
    assert b"y" in made.values() and made["small.ipynb"] == answer("a")


def test_does_collecting_twice_change_nothing_and_say_so(root, down, collect):
    files = {moodle("Ada L", 11): answer("a"), moodle("Ada L", 11, "small-1.ipynb"): (answer("a2"), LATER)}
    files |= {moodle("Ada L", 11, "data/x.csv"): b"1", moodle("Bob M", 12, "diary.ipynb"): b"{}"}
    zip_ = pack(down / "d.zip", files)
    collect(zip_)
    before = tree(root)
    status, said = collect(zip_)
    assert tree(root) == before and status == 3
    assert said.splitlines()[-1] == "collected 1 hand-ins of week9: 1 unchanged; 1 file unmatched (as before)"


def test_does_a_resubmission_replace_and_keep(root, down, collect):
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("one"), moodle("Ada L", 11, "x.csv"): b"1"}))
    files = {moodle("Ada L", 11): (answer("two"), LATER), moodle("Ada L", 11, "x.csv"): (b"2", LATER)}
    status, said = collect(pack(down / "2.zip", files))
    assert status == 0 and there(root, "ada-l") == answer("two") and there(root, "ada-l", "x.csv") == b"2"
    assert {answer("one"), b"1"} <= set(kept(root, "ada-l")) and "1 replaced" in said
    assert there(root, "ada-l", "timestamp.txt") == f"{LATER} UTC\n".encode()


@pytest.mark.parametrize("options", [[], ["--no-times"]])
def test_does_an_older_download_after_a_newer_one_take_nothing_back(root, down, collect, options):
    old = pack(down / "1.zip", {moodle("Ada L", 11): answer("one")})
    new = pack(down / "2.zip", {moodle("Ada L", 11): (answer("two"), LATER)})
    for zip_ in (old, new):
        collect(zip_, *options)
    before = tree(root / "submitted/ada-l")
    status, said = collect(old, *options)
    assert status == 0 and "1 older" in said and tree(root / "submitted/ada-l") == before


def test_is_an_older_download_that_comes_second_kept_as_older(root, down, collect):
    collect(pack(down / "2.zip", {moodle("Ada L", 11): (answer("two"), LATER)}))
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("one")}))
    assert there(root, "ada-l") == answer("two") and kept(root, "ada-l") == [answer("one")]
    assert there(root, "ada-l", "timestamp.txt") == f"{LATER} UTC\n".encode()


def test_is_the_timestamp_nbgraders(root, down, collect):
    from nbgrader.utils import parse_utc

    collect(pack(down / "d.zip", {moodle("Ada L", 11): (answer("a"), LATER)}))
    text = there(root, "ada-l", "timestamp.txt").decode().strip()
    assert text == f"{LATER} UTC" and str(parse_utc(text)) == LATER


def test_does_a_timestamp_written_by_hand_stay(root, down, collect):
    zip_ = pack(down / "d.zip", {moodle("Ada L", 11): answer("a")})
    collect(zip_)
    (root / "submitted/ada-l/week9/timestamp.txt").write_text("2026-02-28 12:00:00 UTC\n")
    for _ in range(2):
        collect(zip_)
        assert there(root, "ada-l", "timestamp.txt") == b"2026-02-28 12:00:00 UTC\n"
    collect(pack(down / "2.zip", {moodle("Ada L", 11): (answer("two"), LATER)}))
    assert there(root, "ada-l", "timestamp.txt") == f"{LATER} UTC\n".encode()


def test_does_no_time_of_a_replaced_hand_in_stay_for_the_next(root, down, collect):
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("one")}))
    collect(pack(down / "2.zip", {moodle("Ada L", 11): answer("two")}), "--no-times")
    assert there(root, "ada-l", "timestamp.txt") is None
    assert f"{EARLY} UTC\n".encode() in kept(root, "ada-l")


def test_does_a_dry_run_write_nothing(root, down, collect):
    zip_ = pack(down / "d.zip", {moodle("Ada L", 11): answer("a"), moodle("Bob M", 12, "b.ipynb"): b"{}"})
    before = tree(root)
    status, said = collect(zip_, "--dry-run")
    assert status == 3 and tree(root) == before and not (root / "submitted").exists()
    assert "would collect 1 hand-ins" in said and "Nothing was written" in said
