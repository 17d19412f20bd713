"""Are a text's mistakes learnt as they are, in whichever process?"""

import pytest
from authoring_course import TEXT, make_course

from course.authoring.proof import fingerprints
from course.authoring.text.parse import read
from course.coursedir.errors import AuthoringError


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
