"""Can a course, and a student's folder, be called whatever the system allows?"""

import os
import stat

import pytest
from authoring_course import make_course, run
from small_class import hand_in, right

ODD = {
    "patterns": "Course [2026] {x} 100% ?#*!",
    "quotes and a line's end": 'it\'s "one" & $HOME; ~\\ `a`\nb',
    "a dash and letters": "-n Zürich 日本 " + "x" * 200,
    "no text": os.fsdecode(b"caf\xe9"),
}
STUDENTS = ["[x]", "Zoë O'Hara", "-rf", "{x} 100%", " $HOME ", "n" * 200]


def hand_in_with_pages(root, student):
    """A right submission, with pages and a notebook beside it that may not come to feedback/."""
    hand_in(root, student, right)
    folder = root / "submitted" / student / "week9" / "[y]"
    folder.mkdir()
    for name in ("page.html", "PAGE.SVG"):
        (folder / name).write_text("<script>alert(1)</script>")
    (folder / "other.ipynb").write_text("{}")
    (folder / "note.txt").write_text("kept")


@pytest.mark.long
@pytest.mark.parametrize("kind", ODD)
def test_is_a_course_graded_whatever_its_folder_is_called(kind, tmp_path, capfd):
    root = tmp_path / ODD[kind]
    root.mkdir()
    make_course(root)
    assert run(root, "release", "week9") == 0, capfd.readouterr()
    for student in STUDENTS[:1] if kind != "patterns" else STUDENTS:
        hand_in_with_pages(root, student)
    before = os.umask(0o077)
    try:
        assert run(root, "grade", "--jobs", "1") == 0, capfd.readouterr()
    finally:
        os.umask(before)
    out, err = capfd.readouterr()
    assert "graded 1 submissions, 0" in out or f"graded {len(STUDENTS)} submissions, 0" in out, (out, err)
    for step, kept in (("autograded", "small.ipynb"), ("feedback", "small.html")):
        found = [path for path in (root / step).rglob("*") if path.is_file()]
        assert {path.name for path in found if ".state" not in path.parts} - {"index.html"} == {
            kept,
            "note.txt",
            "prices.csv",
        }
        assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in found} == {0}, "readable for nobody else"
    assert stat.S_IMODE((root / "grades.csv").stat().st_mode) == 0o600
    assert run(root, "grade", "--jobs", "1") == 0 and "had not changed" in capfd.readouterr().out
    for words in (("report", "week9"), ("export", "week9", "--to", "csv"), ("return", "week9", "--to", "folder")):
        assert run(root, *words) == 0, capfd.readouterr()
    out, err = capfd.readouterr()
    assert ".part" not in out + err, "people read the folder's own name"
