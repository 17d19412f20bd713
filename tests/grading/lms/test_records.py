"""Is what was collected remembered, and read with care?"""

from lms_course import answer, moodle, pack, there


def test_is_a_memory_that_cannot_be_read_told_before_anything_changes(root, down, collect):
    (root / "submitted").mkdir()
    (root / "submitted" / ".collected.json").write_text("{")
    status, said = collect(pack(down / "d.zip", {moodle("Ada L", 11): answer("a")}))
    assert status == 1 and "Move it away" in said and there(root, "ada-l") is None
