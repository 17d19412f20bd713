"""Is what finds no place kept, listed, and placed later?"""

from lms_course import BOB, WORKSHEET, answer, moodle, pack, there, tree, unmatched


def test_is_an_unknown_notebook_kept_apart_from_the_right_one(root, down, collect):
    files = {moodle("Ada L", 11): answer("a"), moodle("Ada L", 11, "diary.ipynb"): b'{"cells": []}'}
    assert collect(pack(down / "d.zip", files))[0] == 3
    assert list(tree(root / "submitted" / "ada-l")) == ["week9/small.ipynb", "week9/timestamp.txt"]
    row = unmatched(root)[0]
    assert (root / "submitted/.unmatched/week9" / row["file"]).read_bytes() == b'{"cells": []}'
    assert "diary.ipynb" in row["path"] and "rename it" in row["next"]


def test_does_a_stranger_find_a_place_later(root, down, collect):
    (down / "class.csv").write_text(
        WORKSHEET.replace("Bob Müller", "Robert M").replace("Participant 12", "Participant 13")
    )
    zip_ = pack(down / "d.zip", {moodle("Ada Lovelace", 11): answer("a"), moodle("Bob Müller", 12): answer("b")})
    status, said = collect(zip_, "--roster", down / "class.csv")
    assert status == 3 and there(root, BOB) is None and "Bob Müller is not in class.csv" in unmatched(root)[0]["reason"]
    (down / "class.csv").write_text(WORKSHEET)
    assert collect(zip_, "--roster", down / "class.csv")[0] == 0
    assert there(root, BOB) == answer("b") and unmatched(root) == []
    assert list(tree(root / "submitted/.unmatched/week9")) == ["list.csv"]
