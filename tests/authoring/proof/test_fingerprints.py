"""Are a text's mistakes learnt as they are, in whichever process?"""

import pytest
from authoring_course import TEXT, make_course

from course.authoring.proof import fingerprints
from course.authoring.text.parse import read
from course.coursedir.errors import AuthoringError
from course.doctor import known


@pytest.fixture
def course(tmp_path):
    root = make_course(tmp_path)
    (root / "course").mkdir()
    (root / "course" / "__init__.py").touch()  # a course with the package in it: fingerprints are written there
    return root


def test_are_mistakes_learnt_in_another_process_those_learnt_in_this_one(course):
    path = course / "source" / "week9" / "small.py"
    with fingerprints.learning(course, ["week9"]) as learnt:
        there = learnt(path)
    here = fingerprints.learn(read(path), fingerprints.text_hash(path))
    assert there == here
    assert len(here.hidden.mistakes) >= 2


def test_is_a_text_that_changed_meanwhile_learnt_as_it_is_now(course):
    path = course / "source" / "week9" / "small.py"
    with fingerprints.learning(course, ["week9"]) as learnt:
        path.write_text(TEXT.replace("You square X.", "You multiply X by itself."))
        said = learnt(path).visible.mistakes + learnt(path).hidden.mistakes
    assert "You multiply X by itself." in {says for says, _ in said}


def test_does_a_process_that_is_killed_say_what_to_do(course):
    path = course / "source" / "week9" / "small.py"
    path.write_text(
        TEXT.replace("import torch\n", "import os, signal, torch\n\nos.kill(os.getpid(), signal.SIGKILL)\n", 1)
    )
    with fingerprints.learning(course, ["week9"]) as learnt, pytest.raises(AuthoringError, match="memory left"):
        learnt(path)


def test_are_hidden_checks_learnt_under_a_secret_and_what_was_learnt_before_is_gone(course):
    path, folder = course / "source" / "week9" / "small.py", course / ".stamps" / "known"
    tables = [folder / f"week9-small-{version}.json" for version in ("1" * 16, "2" * 16)]
    others = folder / f"week9-small-more-{'1' * 16}.json"
    fingerprints.write_for_grading(path, tables[0], b"1" * 32)
    first = known.loads(tables[0].read_text())
    others.write_text("of another notebook")
    fingerprints.write_for_grading(path, tables[1], b"2" * 32)
    second = known.loads(tables[1].read_text())
    assert sorted(folder.iterdir()) == [tables[1], others]
    everybodys = fingerprints.learn(read(path), "").hidden
    assert first.mistakes == second.mistakes == everybodys.mistakes
    drawn = [set(table.checks) for table in (first, second, everybodys)]
    fixed = drawn[0] & drawn[1]  # a value is no case that is drawn
    assert fixed == drawn[0] & drawn[2] == drawn[1] & drawn[2] and all(each - fixed for each in drawn)
