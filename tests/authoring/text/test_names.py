"""Do exercises that nbgrader's panel named at random get names that stay?"""

from course.authoring.text.model import RoleCell
from course.authoring.text.names import settled

EXERCISE = "import math\n### BEGIN SOLUTION\nk = 2\ndef Cube(x):\n    return x**3\n### END SOLUTION"


def test_do_two_exercises_that_define_the_same_keep_apart():
    cells = [RoleCell("code", EXERCISE, "solution", name) for name in ("cube", "cell-1", "cell-2")]
    assert [cell.name for cell in settled(cells)] == ["cube", "k", "cell-2"]
