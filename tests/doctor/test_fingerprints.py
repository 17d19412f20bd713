"""Are values recognised by their fingerprints, and by nothing that could be read off them?"""

import json
import re

import pytest
import torch
from home import ROOT

from course.answers.ask import Reply
from course.authoring.proof.fingerprints import MISTAKES as FOLDER
from course.authoring.proof.fingerprints import files
from course.authoring.text.parse import read
from course.doctor import fingerprints
from course.doctor.fingerprints import Fingerprint, Numbers

TEXTS = sorted(ROOT.glob("source/*/*.py"))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (True, 1, False),
        ([1, 2], (1, 2), True),
        ({"a": 1, "b": "x"}, {"b": "x", "a": 1 + 1e-9}, True),
        ({"a": 1}, {"a": 1.001}, False),
        ("a", "b", False),
        (None, None, True),
        (torch.zeros(2, 3), torch.zeros(3, 2), False),
        (torch.zeros(3), torch.zeros(3).double(), False),
        (torch.tensor([1.0, 2.0]), torch.tensor([2.0, 1.0]), False),
        (torch.tensor([1.0, float("nan")]), torch.tensor([1.0, float("nan")]), True),
        (torch.tensor([1.0, float("nan")]), torch.tensor([1.0, float("inf")]), False),
        (torch.full((3,), 1e-17).double(), torch.zeros(3).double(), True),
        (10**400, 10**400, True),
        (torch.arange(6.0), torch.arange(6.0) * (1 + 1e-6), True),
        (object(), object(), True),
    ],
)
def test_are_fingerprints_equal_for_equal_values_only(one, other, equal):
    assert fingerprints.same(fingerprints.of_value(one), fingerprints.of_value(other)) is equal


def test_does_a_fingerprint_hold_few_numbers_however_many_the_value_has():
    assert len(fingerprints.of_value(torch.randn(50, 40)).to_json()) == 4


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_is_no_code_in_the_fingerprints_that_students_get(path):
    file = ROOT / FOLDER / f"{path.parent.name}-{path.stem}.json"
    table = json.loads(file.read_text(encoding="utf-8"))
    told = {(cell.says, cell.next) for cell in read(path).cells if cell.role == "wrong"}
    assert {tuple(mistake) for mistake in table["mistakes"]} <= told
    assert set(table) == {"mistakes", "checks"}
    for key, each in table["checks"].items():
        assert re.fullmatch("[0-9a-f]{16}", key)
        for cases_ in each.values():
            for found in cases_:
                assert re.fullmatch("[~!]?[0-9a-f]{12}", found[0])
                assert all(isinstance(number, (int, float)) for number in found[1:])
                assert len(found) in (1, 4)


def test_is_there_no_stray_file_of_fingerprints():
    wanted = {files(ROOT, path)[0] for path in TEXTS}
    assert sorted(set((ROOT / FOLDER).glob("*.json")) - wanted) == []


@pytest.mark.parametrize(
    "value", [None, "a", 1.5, [1, 2], torch.ones(2), torch.ones(2).double(), torch.zeros(3).double(), float("nan")]
)
def test_does_a_fingerprint_survive_its_json(value):
    found = fingerprints.of_value(value)
    assert Fingerprint.from_json(json.loads(json.dumps(found.to_json()))) == found


FORMS = {
    "a text": (["9b7d8a3f1c20"], Fingerprint("9b7d8a3f1c20")),
    "numbers": (["9b7d8a3f1c20", 2.0, 0.5, -1.0], Fingerprint("9b7d8a3f1c20", Numbers(2.0, 0.5, -1.0))),
    "of single precision": (
        ["~9b7d8a3f1c20", 2.0, 0.5, -1.0],
        Fingerprint("9b7d8a3f1c20", Numbers(2.0, 0.5, -1.0), "~"),
    ),
    "an exception": (["!9b7d8a3f1c20"], Fingerprint("9b7d8a3f1c20", mark="!")),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_a_fingerprint_in_a_file(form):
    data, found = FORMS[form]
    assert Fingerprint.from_json(data) == found and found.to_json() == data


@pytest.mark.parametrize("wrong", [[], ["9b7d", 1.0], ["9b7d", 1.0, 2.0, 3.0, 4.0], [None], None])
def test_is_what_is_no_fingerprint_refused(wrong):
    with pytest.raises((TypeError, ValueError)):
        Fingerprint.from_json(wrong)


def test_does_an_exception_have_the_same_fingerprint_wherever_it_arises_and_whatever_the_names():
    one = Reply(error="TypeError: 'mine' has no shape", place="in f at `mine.shape`", error_types=("TypeError",))
    other = Reply(error="TypeError: 'x' has no shape")
    assert fingerprints.of_reply(one) == fingerprints.of_reply(other)
    assert fingerprints.of_reply(one) != fingerprints.of_reply(Reply(error="TypeError: 'x' has no dtype"))
