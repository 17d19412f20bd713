"""Are known mistakes recognised in a practice, where everybody has numbers of their own, for every ID on record?"""

import contextlib
import subprocess

import pytest
from authoring_course import HOME, make_course
from small_class import hand_in

from course.authoring.notebooks.release import release_week
from course.authoring.proof import fingerprints, rehearse
from course.authoring.text.parse import read
from course.cli import main
from course.grading.gradebook.classroom import Classroom
from course.grading.run import known_tables
from course.runtime.context import current, entered

IDS = ("U1234567X", "A9081726B", "Q0000000Z")
SECRET = bytes(range(32))
PRACTICES = [HOME / "source" / week / "practice.py" for week in ("practice1", "practice2")]
TEXT = """\
# %% [markdown]
# # Week 9: A small practice

# %%
import torch

from course import cases, check, practice

# %% solution="student_id"
### BEGIN SOLUTION
student_id = "U1234567X"
### END SOLUTION

# %% check="student_id" points=1
check.value(student_id, student_id)
### BEGIN HIDDEN TESTS
check.value(student_id, practice.on_record(student_id))
### END HIDDEN TESTS

# %% wrong="student_id" name="too short"
# says: A digit is missing.
# next: Count them.
student_id = "U123456X"

# %% given="numbers"
own = practice.shares(student_id)

# %% [markdown]
# **Your turn.** Add `own.A`'s rows up.

# %% solution="total"
### BEGIN SOLUTION
total = own.A.sum(0)
### END SOLUTION

# %% check="total" points=2
check.shape(total, (4,))
### BEGIN HIDDEN TESTS
check.value(total, practice.shares(practice.on_record(student_id)).A.sum(0))
### END HIDDEN TESTS

# %% wrong="total" name="mean"
# says: You divide by the number of rows.
# next: Leave the sum as it is.
total = own.A.mean(0)
"""


def tables_of(root, week, secret, tell, doing, student=""):
    with contextlib.closing(known_tables.KnownTables(root, secret, tell, doing)) as tables:
        return tables.of(week, student)


def named(path, student, table):
    """The wrong answers of a text that are named, graded for this ID with this table, and all of them."""
    source, found, every = read(path).solved_with("student_id", f"student_id = {student!r}\n"), [], []
    with entered(current()._replace(student=student, secret=SECRET, hidden=(table.read_text(),))):
        for stage in rehearse.stages(source):
            for wrong in stage.exercise.wrongs:
                trial, name = rehearse.attempt(stage, wrong), f"{stage.exercise.name}: {wrong.title}"
                every.append(name)
                found += [name] * any(wrong.says in (verdict.mistake, verdict.cause) for verdict in trial.verdicts)
    return found, every


@pytest.mark.parametrize("path", PRACTICES, ids=lambda path: path.parent.name)
def test_is_a_mistake_named_for_every_id_as_for_the_texts_own(path, tmp_path):
    first, tables = None, [tmp_path / f"{student}.json" for student in IDS]
    for student, table in zip(IDS, tables, strict=True):
        fingerprints.write_for_grading(path, table, SECRET, student)
        found, every = named(path, student, table)
        first = first or found
        assert len(every) > 40 and len(found) > 0.75 * len(every)
        less = set(first) - set(found)
        assert not less, f"named with the numbers of {IDS[0]}, and not with those of {student}: {less}"
    before, _ = named(path, IDS[1], tables[0])
    assert len(before) < 0.5 * len(first), "another ID's numbers name few"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A small practice that two have handed in, released and graded: ada under an ID, and one without."""
    root = make_course(tmp_path_factory.mktemp("course"), small=TEXT)
    Classroom(root)
    release_week(root, "week9")
    for name, typed in (("A9081726B", "a9081726b"), ("ada", "B9999999Y")):
        mine = {"student_id": f"student_id = {typed!r}", "total": "total = own.A.mean(0)"}
        hand_in(root, name, lambda nb, answers, mine=mine: answers.update(mine))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert main(["grade", "--jobs", "1"]) == 0
    return root


def cause(root, student):
    (record,) = [each for each in Classroom(root).outcome(student, "week9").exercises if each.exercise == "total"]
    return record.cause


def test_does_a_page_name_the_mistake_with_the_numbers_of_the_id_on_record(home):
    assert cause(home, "A9081726B").endswith("gives: You divide by the number of rows.")
    assert "You divide by the number of rows." in (home / "feedback/A9081726B/week9/small.html").read_text()
    assert "You divide" not in cause(home, "ada"), "no ID is on record"
    kept = [path.name for path in (home / ".stamps" / "known").rglob("*")]
    assert len(kept) == 3 and not any("9081726" in name for name in kept), "no file is called by an ID"


def test_are_they_learnt_once_and_go_with_the_text(home, monkeypatch):
    secret, path = Classroom(home).secret, home / "source" / "week9" / "small.py"
    table = known_tables.place(home, path, secret, "A9081726B")
    assert table.is_file()
    with monkeypatch.context() as patch:
        patch.setattr(known_tables.subprocess, "Popen", lambda *_, **__: pytest.fail("learnt again"))
        found = tables_of(home, "week9", secret, pytest.fail, pytest.fail, "a9081726b")
    assert len(found) == 2 and found[1] == table.read_text()
    path.write_text(TEXT.replace("Leave the sum", "Keep the sum"))
    try:
        tables_of(home, "week9", secret, pytest.fail, lambda _: None, "A9081726B")
        assert not table.exists() and known_tables.place(home, path, secret, "A9081726B").is_file()
    finally:
        path.write_text(TEXT)


def test_is_it_told_once_where_they_cannot_be_learnt(home, monkeypatch):
    """The week's own table is there; a learner that ends at once keeps nobody from being graded."""
    said, secret = [], Classroom(home).secret
    tables_of(home, "week9", secret, pytest.fail, lambda _: None)
    start = subprocess.Popen
    monkeypatch.setattr(known_tables, "_failed", {})
    monkeypatch.setattr(known_tables.subprocess, "Popen", lambda _, **how: start(["false"], **how))
    tables = known_tables.KnownTables(home, secret, said.append, lambda _: None)
    assert [len(tables.of("week9", student)) for student in ("C1112223D", "C1112224D", "ada")] == [1, 1, 1]
    assert len(said) == 1 and "with the numbers of C1112223D: feedback names fewer causes" in said[0]
