"""`course clean` takes away what can be made again, and nothing that belongs to the course."""

import subprocess

from authoring_course import make_course

from course.authoring.notebooks.release import release_week
from course.cli import main


def test_does_a_clean_course_still_have_all_that_is_committed(tmp_path, monkeypatch):
    root = make_course(tmp_path / "course")
    release_week(root, "week9")
    (root / "fingerprints").mkdir(exist_ok=True)
    (root / "fingerprints" / "week9-small.json").write_text("{}")
    (root / "submitted" / "sample-ada" / "week9").mkdir(parents=True)
    (root / "submitted" / "eve" / "week9").mkdir(parents=True)
    (root / ".gitignore").write_text("/.stamps/\n*.ipynb\n/gradebook.db*\n/gradebook.secret*\n")
    (root / "gradebook.secret").write_text("kept")

    def git(*words):
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True)
        return done.stdout

    git("init", "-q")
    git("add", "-A")
    git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "all")
    assert "fingerprints/week9-small.json" in git("ls-files")
    assert list(root.glob(".stamps/*")), "nothing to clean"
    monkeypatch.chdir(root)
    assert main(["clean"]) == 0
    assert git("status", "--porcelain") == ""
    assert not (root / ".stamps").exists() and (root / "fingerprints" / "week9-small.json").exists()
    assert not list(root.glob("source/*/*.ipynb")) and (root / "gradebook.db").exists()
    assert [place.name for place in (root / "submitted").iterdir()] == ["eve"]
    assert (root / "gradebook.secret").read_text() == "kept"
