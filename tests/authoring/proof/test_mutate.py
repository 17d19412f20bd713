"""Do mutants change what they say, and is a survivor told?"""

import time

import pytest
from half_text import TEXT

from course.authoring.proof import mutate
from course.authoring.proof.rehearse import stages
from course.authoring.text.parse import loads
from course.coursedir.errors import AuthoringError


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
