"""Does every row of the syllabus have an exercise, and is docs/coverage.md what the texts give?"""

import pytest
from home import ROOT

from course.authoring.proof import coverage


def test_is_every_row_covered_and_every_exercise_in_a_row():
    assert coverage.problems(ROOT) == []


def test_is_the_page_up_to_date():
    assert (ROOT / coverage.PAGE).read_text(encoding="utf-8") == coverage.page(ROOT), "run `course coverage`"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('exercises = ["double"]', "exercises = []", "no exercise covers this row"),
        ('exercises = ["double"]', 'exercises = ["treble"]', "treble"),
        ('exercises = ["double"]', "exercises = []", "double belongs to no row"),
    ],
)
def test_is_a_gap_named(tmp_path, old, new, words):
    text = '[[week9]]\ntopic = "twice"\nasks = "double it"\nexercises = ["double"]\n'
    source = (
        '# %% solution="double"\ndef double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n\n'
        '# %% check="double" points=1\ncheck.value(1, 1)\n### BEGIN HIDDEN TESTS\ncheck.value(1, 1)\n'
        "### END HIDDEN TESTS\n"
    )
    (tmp_path / "source" / "week9").mkdir(parents=True)
    (tmp_path / "source" / "week9" / "twice.py").write_text(source)
    (tmp_path / "source" / "syllabus.toml").write_text(text)
    assert coverage.problems(tmp_path) == []
    assert "`double` (1)" in coverage.page(tmp_path)
    (tmp_path / "source" / "syllabus.toml").write_text(text.replace(old, new))
    assert any(words in problem for problem in coverage.problems(tmp_path))
