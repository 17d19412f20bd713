"""Does the kill matrix count rightly, and do mutants change what they say?"""

import time

import pytest
import torch
from half_text import TEXT

from course.authoring.proof import kill_matrix, mutate, results
from course.authoring.proof.page import markdown, problems
from course.authoring.proof.rehearse import stages
from course.authoring.text.parse import loads
from course.coursedir.errors import AuthoringError
from course.doctor.transformations import TRANSFORMATIONS, Pair


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


def test_does_every_mutant_differ_from_the_solution_inside_its_region():
    source = (
        "def f(X, W):\n    '''Stays 1 + 1.'''\n    ### BEGIN SOLUTION\n"
        "    if X.shape[0] > 1:\n        return (X @ W.T).sum(0)\n    return -X\n    ### END SOLUTION\n"
    )
    found = dict(mutate.mutants(source))
    assert {"`X > 1`" in what for what in found} == {False}
    assert "`X @ W.T` -> `X * W.T`" in found
    assert "`X @ W.T` -> `W.T @ X`" in found
    assert "`W.T` -> `W`" in found
    assert "`X.shape[0] > 1` -> `X.shape[0] >= 1`" in found
    assert "`-X` -> `X`" in found
    assert any(what.endswith(".mean`") for what in found)
    assert len(set(found.values())) == len(found)
    assert all("Stays 1 + 1." in text for text in found.values())


def test_are_mutants_refused_and_an_endless_one_stopped(monkeypatch):
    stage = next(iter(stages(loads(TEXT))))
    count, left = mutate.survivors(stage)
    assert count == 3
    assert left == []
    started = time.monotonic()
    with pytest.raises(mutate.TimeUp), mutate.time_limit(0.2):
        while True:
            pass
    assert time.monotonic() - started < 5


def test_does_a_survivor_need_a_reason(tmp_path):
    (tmp_path / "tests").mkdir()
    marks = tmp_path / "tests" / "equivalent_mutants.txt"
    assert mutate.read_equivalent(tmp_path) == {}
    marks.write_text("# a note\n\nweek1 slope: `Z > 0` -> `Z >= 0`: no case lies on the corner\n")
    assert mutate.read_equivalent(tmp_path) == {("week1", "slope", "`Z > 0` -> `Z >= 0`"): "no case lies on the corner"}
    marks.write_text("week1 slope: `Z > 0` -> `Z >= 0`\n")
    with pytest.raises(AuthoringError, match="equivalent_mutants.txt:1"):
        mutate.read_equivalent(tmp_path)


def pair(change, n, h):
    torch.manual_seed(n)
    dZ, expected = torch.randn(n, h).double(), torch.randn(n, h).double()
    return change(Pair(expected.clone(), expected, {"dZ": dZ}, {"n": n, "h": h}))


CHANGES = {
    "opposite order": lambda p: Pair(p.expected.flip(0), p.expected, p.inputs, p.sizes),
    "rows are the right ones": lambda p: Pair(p.expected.roll(1, 0), p.expected, p.inputs, p.sizes),
    "columns are the right ones": lambda p: Pair(p.expected.roll(1, 1), p.expected, p.inputs, p.sizes),
    "the first row of the right answer": lambda p: Pair(p.expected[0], p.expected, p.inputs, p.sizes),
    "the last column of the right answer": lambda p: Pair(p.expected[:, -1:], p.expected, p.inputs, p.sizes),
    "the first row of dZ only": lambda p: Pair(p.inputs["dZ"][0], p.inputs["dZ"].sum(0), p.inputs, p.sizes),
    "n times too small": lambda p: Pair(p.inputs["dZ"].mean(0), p.inputs["dZ"].sum(0), p.inputs, p.sizes),
    "a sum where a mean over all entries": lambda p: Pair(
        p.expected * p.expected.numel(), p.expected, p.inputs, p.sizes
    ),
    "stands there several times": lambda p: Pair(
        p.expected[0].expand(4, len(p.expected[0])), p.expected[0], p.inputs, p.sizes
    ),
    "the transpose": lambda p: Pair(p.expected.T, p.expected, p.inputs, p.sizes),
}


@pytest.mark.parametrize("words", CHANGES)
def test_is_each_general_transformation_seen(words):
    from course.doctor.diagnose import explain

    pairs = [pair(CHANGES[words], 5, 4), pair(CHANGES[words], 3, 7)]
    finding = explain(pairs)
    assert finding is not None
    assert words in finding.cause
    assert finding.named
    assert not explain(pairs[:1]).named
    assert not explain([pairs[0], pairs[0]]).named  # the same inputs twice are one case
    random = [pair(lambda p: Pair(torch.rand_like(p.expected), p.expected, p.inputs, p.sizes), n, 4) for n in (5, 6)]
    assert all(each(random) is None for each in TRANSFORMATIONS)
