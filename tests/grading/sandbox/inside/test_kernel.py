"""The kernel of a submission: cells run in it, and copies of it are as it was."""

import pytest
from student_room import Submission

pytestmark = pytest.mark.long


def test_do_two_kernels_of_one_submission_share_files_and_no_names(own, room):
    own.run("x = 1\nopen('made', 'w').write('made')")
    other = Submission(room)
    assert other.text("print('x' in globals(), open('made').read())") == "False made\n"


def test_is_a_copy_as_its_kernel_was(own):
    own.run("x = [1]")
    copy = own.kernel.snapshot()
    own.run("x.append(2); y = 3")
    assert copy.look(["x", "y"]) == {"x": ["value", [1]], "y": ["missing"]}
    assert own.kernel.look(["x", "y"]) == {"x": ["value", [1, 2]], "y": ["value", 3]}
    own.kernel.end()
    assert copy.look(["x"])["x"] == ["value", [1]], "it lives on when its kernel ends"
