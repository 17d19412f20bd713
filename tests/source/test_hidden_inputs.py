"""Can nobody who has the whole repository know what hidden tests ask, and does any secret ask as well as another?"""

from typing import NamedTuple

import pytest
import torch
from home import ROOT

from course import cases, practice
from course.authoring.proof import rehearse
from course.authoring.proof.kill_matrix import examine
from course.authoring.proof.page import problems
from course.authoring.text.parse import read
from course.cache.keys import key_of
from course.doctor import fingerprints, known
from course.runtime.context import current, entered

TEXTS = sorted((ROOT / "source").glob("*/*.py"))
SECRETS = b"a secret of one course, 32 bytes.", b"and another course's, 32 bytes too"
NAMES = [f"{path.parent.name}-{path.stem}" for path in TEXTS]

WRITTEN = {
    "week1-tables": {"count_missing", "target_values", "one_hot", "fill_means", "prepare", "my_text"},
    "week6-deeper": {"start_uniform", "start", "count_parameters", "circle_model"},
    "week7-softmax": {"data_module", "hyperparameters"},
    "week8-mnist": {"count_parameters"},
}
"""Exercises whose hidden cases are all written by hand: tables as text, seeds, sizes, settings. None is by hand."""


class Asked(NamedTuple):
    """What one run of a check asked: every case's inputs, exact to the last bit, by whether it stands hidden."""

    visible: set[str]
    hidden: set[str]
    drawn: int  # how often a generator was asked for in the hidden part


@pytest.fixture
def asked(monkeypatch):
    """What a stage's check asks its solution under a secret."""
    found, drawn = [], []
    make = cases.generator

    def generator(seed):
        drawn.append(current().secret)
        return make(seed)

    def exact(inputs):
        key = key_of(inputs, functions=True) or key_of(repr(inputs))
        found.append((current().secret, key))
        return key

    monkeypatch.setattr(cases, "generator", generator)
    monkeypatch.setattr(fingerprints, "of_case", exact)

    def of(stage, secret):
        found.clear()
        drawn.clear()
        with known.recording() as noted, entered(current()._replace(secret=secret)), rehearse.environment(False):
            stopped = rehearse.run([stage.exercise.solution.source, stage.check], stage.names)
        assert stopped is None and not [note for note in noted if note.replies], "the solution passes"
        visible = {key for under, key in found if under is None}
        return Asked(visible, {key for under, key in found if under}, sum(each is not None for each in drawn))

    return of


@pytest.mark.long
@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_are_hidden_inputs_others_with_each_secret_and_never_those_that_everybody_can_draw(text, asked):
    written = set()
    for stage in rehearse.stages(read(text)):
        name = stage.exercise.name
        public, mine, theirs = (asked(stage, secret) for secret in (None, *SECRETS))
        assert mine.visible == theirs.visible <= public.visible, f"{name}: what is visible depends on the secret"
        known_to_all = mine.hidden & public.visible
        assert mine.hidden & theirs.hidden == known_to_all == theirs.hidden & public.visible, (
            f"{name}: a hidden case is another course's too"
        )
        if mine.drawn or "cases.draw(" in stage.check or "cases.layers(" in stage.check:
            assert mine.hidden - known_to_all, f"{name}: its hidden part asks nothing that is drawn there"
        elif mine.hidden:
            written.add(name)
            assert "by_hand" not in stage.check and "forbid" not in stage.check, f"{name}: by hand, on known inputs"
    assert written == WRITTEN.get(f"{text.parent.name}-{text.stem}", set())


def test_are_a_practices_numbers_those_of_the_id_alone():
    with entered(current()._replace(secret=SECRETS[0])):
        under = practice.block("U1234567X"), practice.network("U1234567X")
    plain = practice.block("U1234567X"), practice.network("U1234567X")
    assert torch.equal(under[0].numbers, plain[0].numbers) and torch.equal(under[1].W1, plain[1].W1)


@pytest.mark.long
@pytest.mark.parametrize("week", ["week8", "practice2"])
def test_does_a_secret_catch_and_name_every_wrong_answer_and_refuse_no_right_one(week):
    """In some weeks. ``test_known_answers.py`` has a secret too, and asks every right answer and a fifth of the wrong."""
    (text,) = (ROOT / "source" / week).glob("*.py")
    rows = examine(text, secret=SECRETS[0])
    assert sum(len(row.wrongs) for row in rows) > 20
    assert [f"{row.exercise}: {wrong.title}" for row in rows for wrong in row.wrongs if not wrong.hidden] == []
    assert [refused for row in rows for refused in row.refused] == []
    without = list(problems(examine(text), None))
    assert list(problems(rows, None)) == without, "a cause is named without a secret and not with one"
