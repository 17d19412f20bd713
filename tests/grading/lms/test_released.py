"""Is a notebook known by its cells, whatever its name?"""

import json

import pytest
from lms_course import answer, moodle, pack, there, unmatched


@pytest.mark.parametrize("name", ["Copy of small.ipynb", "homework.ipynb", "small.ipynb.txt", "small (3).ipynb"])
def test_is_a_renamed_notebook_known(root, down, collect, name):
    assert collect(pack(down / "d.zip", {moodle("Ada Lovelace", 11, name): answer("a")}))[0] == 0
    assert there(root, "ada-lovelace") == answer("a")


def test_do_cells_count_more_than_the_name(root, down, collect):
    files = {moodle("Ada L", 11, "small.ipynb"): answer("e", "extra"), moodle("Ada L", 11, "extra.ipynb"): answer("s")}
    assert collect(pack(down / "d.zip", files))[0] == 0
    assert there(root, "ada-l") == answer("s") and there(root, "ada-l", "extra.ipynb") == answer("e", "extra")


def test_are_lost_marks_made_up_for_by_ids_and_texts(root, down, collect):
    nb = json.loads(answer("a"))
    for cell in nb["cells"]:
        cell["metadata"] = {}
    assert collect(pack(down / "d.zip", {moodle("Ada L", 11, "mine.ipynb"): json.dumps(nb)}))[0] == 0
    assert there(root, "ada-l") == json.dumps(nb).encode()


def test_is_another_weeks_notebook_told(root, down, collect):
    files = {moodle("Ada L", 11): answer("x", "old", "week8"), moodle("Ada L", 11, "small-1.ipynb"): answer("a")}
    status, said = collect(pack(down / "d.zip", files))
    assert status == 3 and there(root, "ada-l") == answer("a")
    assert "old.ipynb of week8" in unmatched(root)[0]["reason"]


def test_is_a_damaged_notebook_under_its_name_collected(root, down, collect):
    assert collect(pack(down / "d.zip", {moodle("Ada L", 11): b"not json"}))[0] == 0
    assert there(root, "ada-l") == b"not json"
