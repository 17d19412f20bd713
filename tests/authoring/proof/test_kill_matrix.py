"""Does the kill matrix count rightly, and does its page say what is left?"""

import pytest
from half_text import TEXT

from course.authoring.proof import kill_matrix, results
from course.authoring.proof.page import markdown, problems


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with one text, in which one wrong answer is not caught and one right answer is refused."""
    root = tmp_path_factory.mktemp("course")
    (root / "source" / "week1").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    unlucky = TEXT + (
        '\n# %% wrong="slope" name="right in truth"\n# says: Nothing.\n# next: Nothing.\n'
        "def slope(dA, Z):\n    return dA * 2 * Z\n"
        '\n# %% right="slope" name="wrong in truth"\ndef slope(dA, Z):\n    return dA\n'
    )
    (root / "source" / "week1" / "good.py").write_text(TEXT)
    (root / "source" / "week1" / "unlucky.py").write_text(unlucky)
    return root


def test_are_wrong_and_right_answers_counted(course):
    rows = kill_matrix.examine(course / "source" / "week1" / "good.py")
    assert [(wrong.visible, wrong.hidden, wrong.named) for wrong in rows[0].wrongs] == [
        (True, True, "itself"),
        (False, True, "itself"),
        (True, True, "itself"),
    ]
    sums = results.totals(rows)
    line = "hidden tests caught 3 of 3 wrong answers; causes named 3 of 3; right answers refused 0 of 1"
    assert sums.line == line
    assert sums.good
    page = markdown(rows, None)
    assert "| `slope` | 3 | 2 | 3 | 3 | 1 of 1 |" in page
    assert page.endswith(line + "\n")


def test_are_a_survivor_and_a_refused_right_answer_named(course):
    rows = kill_matrix.examine(course / "source" / "week1" / "unlucky.py")
    sums = results.totals(rows)
    assert (sums.caught, sums.wrong, sums.refused, sums.right) == (3, 4, 1, 2)
    assert not sums.good
    text = "\n".join(problems(rows, None))
    assert "slope: not caught: right in truth" in text
    assert "slope: refused: wrong in truth" in text


def test_is_the_command_honest(course, monkeypatch, capsys):
    from course.cli import main

    monkeypatch.chdir(course)
    assert main(["kill-matrix"]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "hidden tests caught 6 of 7 wrong answers; causes named 6 of 7; right answers refused 1 of 3"
    assert (course / "docs" / "kill-matrix.md").read_text().endswith(last + "\n")
    assert main(["kill-matrix", "week9"]) == 2
    assert "unknown week" in capsys.readouterr().err


def test_is_a_wrong_answer_that_cannot_run_not_caught(tmp_path):
    odd = f'{TEXT}\n# %% wrong="slope" name="cannot run"\n# says: Nothing.\n# next: Nothing.\nslope = no_such_name\n'
    (tmp_path / "source" / "week1").mkdir(parents=True)
    path = tmp_path / "source" / "week1" / "odd.py"
    path.write_text(odd)
    (row,) = kill_matrix.examine(path)
    assert [wrong.title for wrong in row.wrongs if not wrong.hidden] == ["cannot run"]


def test_is_a_table_of_known_mistakes_that_is_not_what_the_text_gives_named(course, monkeypatch, capsys):
    from course.cli import main

    monkeypatch.chdir(course)
    (course / "course").mkdir()
    (course / "course" / "__init__.py").touch()
    assert main(["known"]) == 0
    (row,) = kill_matrix.examine(course / "source" / "week1" / "good.py")
    assert row.stale == []
    tables = [f"{folder}/week1-good.json" for folder in ("course/doctor/mistakes", "fingerprints")]
    for file in tables:
        text = (course / file).read_text()
        (course / file).write_text(text.replace("Use *.", "Use +."))
    (row,) = kill_matrix.examine(course / "source" / "week1" / "good.py")
    assert row.stale == tables and not results.totals([row]).good
    assert f"{tables[0]} is not what its wrong answers give. Run `course known week1`." in "\n".join(
        problems([row], None)
    )
