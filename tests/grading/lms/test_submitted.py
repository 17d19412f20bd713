"""Does submitted/ keep every version, where grading does not look, whatever interrupts?"""

import shutil

from lms_course import ADA, LATER, answer, kept, moodle, pack, there

from course.grading.gradebook.classroom import Classroom
from course.grading.lms import submitted


def test_is_a_hand_in_put_there_by_hand_kept_too(root, down, collect):
    folder = root / "submitted" / ADA / "week9"
    folder.mkdir(parents=True)
    (folder / "small.ipynb").write_bytes(b"by hand")
    collect(pack(down / "d.zip", {f"{ADA}/small.ipynb": answer("a")}))
    assert there(root, ADA) == answer("a") and kept(root, ADA) == [b"by hand"]


def test_does_grading_see_none_of_what_is_kept(root, down, collect):
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("one"), moodle("Bob M", 12, "b.ipynb"): b"{}"}))
    collect(pack(down / "2.zip", {moodle("Ada L", 11): (answer("two"), LATER)}))
    assert kept(root, "ada-l") and (root / "submitted/.unmatched").is_dir()
    classroom = Classroom(root)
    assert classroom.hand_ins("week9") == ["ada-l"] and classroom.weeks_handed_in() == ["week9"]
    assert not any(".earlier" in str(path) for path in (root / "submitted/ada-l/week9").rglob("*"))


def test_does_an_interruption_leave_the_old_or_the_new_and_the_next_run_end_it(root, down, collect, monkeypatch):
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("one")}))
    new = pack(down / "2.zip", {moodle("Ada L", 11): (answer("two"), LATER)})
    real = shutil.copyfile

    def full(source, target):
        real(source, target)
        with open(target, "r+b") as file:
            file.truncate(10)
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(submitted.shutil, "copyfile", full)
    status, said = collect(new)
    assert status == 1 and "No space left" in said and there(root, "ada-l") == answer("one")
    assert not [p for place in ("submitted", ".stamps") for p in (root / place).rglob("*.part")]
    written = []
    monkeypatch.setattr(
        submitted.shutil, "copyfile", lambda source, target: written.append(target) or real(source, target)
    )
    assert collect(new)[0] == 0 and there(root, "ada-l") == answer("two") and answer("one") in kept(root, "ada-l")
    assert written and all(target.suffix == ".part" for target in written), "every file is written aside first"
