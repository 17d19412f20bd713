"""Does every download find its students, and is said what was not understood?"""

import pytest
from lms_course import ADA, answer, moodle, pack, there, tree, unmatched

from course.cli import main


def test_can_the_lms_be_said(root, down, collect):
    zip_ = pack(down / "d.zip", {f"notes_2026_03_{ADA}.ipynb": answer("a")})
    assert collect(zip_, "--as", "emails")[0] == 0 and there(root, ADA) == answer("a")
    status, said = collect(zip_, "--as", "moodle")
    assert status == 3 and "says no student" in said


def test_is_a_hand_in_without_a_notebook_told(root, down, collect):
    status, said = collect(pack(down / "d.zip", {moodle("Ada L", 11, "essay.pdf"): b"%PDF"}))
    assert status == 3 and not (root / "submitted" / "ada-l").exists()
    assert unmatched(root)[0]["next"] == "Ask for extra.ipynb and small.ipynb."


def test_is_what_systems_add_left_out(root, down, collect):
    files = {moodle("Ada L", 11): answer("a"), f"__MACOSX/{moodle('Ada L', 11, '._small.ipynb')}": b"x"}
    files |= {moodle("Ada L", 11, name): b"x" for name in (".DS_Store", ".ipynb_checkpoints/small.ipynb", "Thumbs.db")}
    status, said = collect(pack(down / "d.zip", files))
    assert status == 0 and "4 files of operating systems" in said
    assert set(tree(root / "submitted/ada-l")) == {"week9/small.ipynb", "week9/timestamp.txt"}


def test_are_the_times_of_downloading_not_believed(root, down, collect):
    from datetime import datetime, timezone

    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    files = {moodle("Ada L", 11): answer("a"), moodle("Bob M", 12): answer("b")}
    status, said = collect(pack(down / "d.zip", files, when=now))
    assert status == 0 and there(root, "ada-l", "timestamp.txt") is None
    said = " ".join(said.split())
    assert "do not tell when they were handed in" in said and "the late rule counts for nobody" in said
    assert "Moodle's grading worksheet" in said
    status, said = collect(pack(down / "c.zip", {"lovelaceada_901_55500_small.ipynb": answer("c")}, when=now))
    said = " ".join(said.split())
    assert "do not tell when they were handed in" in said and "Moodle" not in said


def test_are_wrong_names_told(root, down, collect):
    assert collect(down / "nothing.zip")[0] == 2
    assert collect(down, week="week77")[0] == 2
    (down / "paper.pdf").write_bytes(b"%PDF")
    status, said = collect(down / "paper.pdf")
    assert status == 2 and "neither a zip, a folder nor a notebook" in said
    status, said = collect(down, "--roster", down / "none.csv")
    assert status == 2 and "there is no such file" in said
    (down / "odd.csv").write_text("a,b\n1,2\n")
    assert collect(down, "--roster", down / "odd.csv")[0] == 2


def test_can_a_download_be_empty(root, down, collect):
    status, said = collect(pack(down / "d.zip", {}))
    assert status == 0 and "collected 0 hand-ins of week9: none" in said


def test_does_the_help_say_what_it_does(capsys):
    with pytest.raises(SystemExit):
        main(["collect", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "changes nothing" in said and "--roster" in said
