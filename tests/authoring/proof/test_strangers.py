"""Are strangers' answers read, judged apart from the texts' own, and shown beside how they fared when they were new?"""

import pytest
from half_text import TEXT
from home import ROOT

from course.authoring.proof import kill_matrix, results, strangers
from course.authoring.proof.page import markdown, problems
from course.authoring.text.parse import read
from course.coursedir.errors import AuthoringError

ANSWERS = """\
# %% right="slope" name="the other way round"
def slope(dA, Z):
    return 2 * (Z * dA)

# %% right="slope" name="right in name only"
def slope(dA, Z):
    return dA

# %% wrong="slope" name="a factor lost"
def slope(dA, Z):
    return dA * Z

# %% wrong="slope" name="never ends"
def slope(dA, Z):
    while True:
        pass

# %% wrong="slope" name="wrong in name only"
def slope(dA, Z):
    return dA * Z + dA * Z
"""
ROUND = """\
[[round]]
name = "round1"
day = "2026-11-30"
right = 2
refused = 1
wrong = 3
accepted = 1
told = 1
false = 0
clues = 1
nothing = 0

[[round]]
name = "round0"
day = "2026-11-29"
right = 1
refused = 0
wrong = 1
accepted = 0
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setattr("course.authoring.proof.mutate.TIMEOUT_S", 0.5)
    (tmp_path / "source" / "week1").mkdir(parents=True)
    (tmp_path / "source" / "week1" / "good.py").write_text(TEXT)
    folder = tmp_path / strangers.FOLDER
    (folder / "round1").mkdir(parents=True)
    (folder / "round1" / "week1-good.py").write_text(ANSWERS)
    (folder / strangers.ROUNDS).write_text(ROUND)
    return tmp_path


def test_are_they_judged_and_counted_apart(course):
    rows = kill_matrix.examine(course / "source" / "week1" / "good.py")
    judged = {each.title: each.accepted for each in rows[0].strangers}
    assert judged == {
        "the other way round": True,
        "right in name only": False,
        "a factor lost": False,
        "never ends": False,
        "wrong in name only": True,
    }
    sums = results.totals(rows)
    assert sums.wrong == 3 and sums.right == 1 and sums.misjudged == 2 and not sums.good
    assert sums.line.endswith("; strangers' answers misjudged 2 of 5")
    told = "\n".join(problems(rows, None))
    assert "a stranger's right answer of round1 (right in name only) is refused: slope" in told
    assert "a stranger's wrong answer of round1 (wrong in name only) is accepted" in told


def test_does_the_page_show_the_round_when_it_was_new_and_now(course):
    rows = kill_matrix.examine(course / "source" / "week1" / "good.py")
    page = markdown(rows, None, rounds=strangers.fresh(course))
    assert "| round1, 2026-11-30 | 2 | 1 | 3 | 1 | 1 | 0 | 1 | 0 |" in page
    assert "| round0, 2026-11-29 | 1 | 0 | 1 | 0 | – | – | – | – |" in page
    assert "| round1 | 2 | 1 | 3 | 1 |" in page


def test_is_an_answer_to_no_exercise_said_with_its_line(course):
    file = course / strangers.FOLDER / "round1" / "week1-good.py"
    file.write_text(ANSWERS + '\n# %% wrong="slop" name="a typo"\ndef slop(dA, Z):\n    return dA\n')
    with pytest.raises(AuthoringError, match="week1-good.py:22: week1 has no exercise slop"):
        strangers.answers(course, read(course / "source" / "week1" / "good.py"))


def test_is_a_table_of_rounds_that_cannot_be_read_said(course):
    (course / strangers.FOLDER / strangers.ROUNDS).write_text("[[round]]\nname = 3\nmany = 4\n")
    with pytest.raises(AuthoringError, match="Correct the file"):
        strangers.fresh(course)


def test_is_every_kept_file_of_a_text_and_every_exercise_answered_both_ways():
    files = sorted((ROOT / strangers.FOLDER).glob("*/*.py"))
    texts = {f"{path.parent.name}-{path.stem}": path for path in ROOT.glob("source/*/*.py")}
    assert files and {file.stem for file in files} == set(texts)
    for name, path in texts.items():
        source = read(path)
        found = strangers.answers(ROOT, source)
        assert set(source.exercises) - set(found) <= {"student_id"}, name
        for exercise, given in found.items():
            roles = [cell.role for _, cell in given]
            assert roles.count("right") >= 3 and roles.count("wrong") >= 2, f"{name} {exercise}"
