"""Is a course's secret made once, kept for its owner alone, and never exchanged without a word?"""

import multiprocessing
import stat

import pytest

from course.coursedir.errors import GradingStopped
from course.grading.gradebook import secret


@pytest.fixture
def course(tmp_path):
    """The folder of a course, and the one with what is noted beside its grades."""
    return tmp_path, tmp_path / "autograded" / ".state"


def test_is_a_secret_made_when_it_is_first_needed_and_the_same_from_then_on(course):
    root, notes = course
    assert secret.there(root, notes) is None and not list(root.iterdir()), "looking makes none"
    made = secret.of_course(root, notes)
    assert len(made.data) == 32 and secret.of_course(root, notes) == secret.there(root, notes) == made
    assert [path.name for path in root.iterdir() if path.is_file()] == [secret.FILE]
    assert (notes / secret.NOTE).read_text().strip() == made.identity


def test_is_the_file_for_its_owner_alone_and_does_it_say_what_it_is(course):
    made, path = secret.of_course(*course), course[0] / secret.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first, *_ = lines = path.read_text().splitlines()
    assert first.startswith("# ") and "Back it up" in path.read_text()
    assert lines[-2:] == [f"secret: {made.data.hex()}", f"identity: {made.identity}"]


def test_does_the_identity_show_nothing_of_the_secret(course):
    made = secret.of_course(*course)
    assert len(made.identity) == 12 and made.identity not in made.data.hex()
    assert made.data.hex() not in repr(made) and repr(made.data) not in repr(made)


def test_is_a_secret_that_is_gone_noticed_with_the_way_back(course):
    made = secret.of_course(*course)
    path = course[0] / secret.FILE
    kept = path.read_text()
    path.unlink()
    for look in (secret.there, secret.of_course):
        with pytest.raises(GradingStopped, match=f"is missing.*{made.identity}.*backup.*--new-secret"):
            look(*course)
    assert not path.exists(), "nothing is made in its place"
    path.write_text(kept)
    assert secret.of_course(*course) == made


def test_is_another_secret_noticed(course):
    root, notes = course
    before = secret.of_course(root, notes)
    (root / "elsewhere").mkdir()
    elsewhere = secret.of_course(root / "elsewhere", root / "elsewhere")
    (root / secret.FILE).write_text((root / "elsewhere" / secret.FILE).read_text())
    with pytest.raises(GradingStopped, match=f"that was {before.identity}, this is {elsewhere.identity}.*Restore"):
        secret.of_course(root, notes)


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("secret: ", "secret: 0", 1),
        lambda text: text[:-4] + ("0" if text[-4] != "0" else "1") + text[-3:],
        lambda text: text.replace("identity:", "identity"),
        lambda text: text[::-1],
    ],
    ids=["empty", "cut short", "a digit more", "another digit", "a label", "backwards"],
)
def test_is_damage_noticed(course, harm):
    secret.of_course(*course)
    path = course[0] / secret.FILE
    harmed = harm(path.read_text())
    path.write_text(harmed)
    with pytest.raises(GradingStopped, match="is damaged.*backup.*--new-secret"):
        secret.of_course(*course)
    assert path.read_text() == harmed
    made = secret.renew(*course)
    assert secret.of_course(*course) == made
    assert (course[0] / f"{secret.FILE}.damaged.orig").read_text() == harmed


def test_does_a_new_secret_keep_the_old_one_beside_it(course):
    before = secret.of_course(*course)
    text = (course[0] / secret.FILE).read_text()
    after = secret.renew(*course)
    assert after.data != before.data and secret.of_course(*course) == after
    kept = course[0] / f"{secret.FILE}.{before.identity}.orig"
    assert kept.read_text() == text and stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE((course[0] / secret.FILE).stat().st_mode) == 0o600


def test_is_a_secret_of_another_machine_taken_where_nothing_was_graded_yet(course):
    root, notes = course
    made = secret.of_course(root, notes)
    (notes / secret.NOTE).unlink()
    assert secret.of_course(root, notes) == made
    assert (notes / secret.NOTE).read_text().strip() == made.identity


def _identity(course):
    return secret.of_course(*course).identity


def test_do_processes_that_begin_at_once_agree_on_one(course):
    with multiprocessing.get_context("fork").Pool(8) as pool:
        assert len(set(pool.map(_identity, [course] * 32))) == 1
    assert [path.name for path in course[0].iterdir() if path.is_file()] == [secret.FILE]
