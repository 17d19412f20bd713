"""Are hidden tests graded with the course's secret: the same grades each time, and nothing of it anywhere else?"""

import contextlib
import errno
import json
import shutil
import subprocess
import sys

import nbformat
import pytest
from authoring_course import TEXT, make_course
from nbgrader.api import Gradebook
from small_class import hand_in

from course.authoring.notebooks.release import release_week
from course.cli import main
from course.grading.gradebook import secret
from course.grading.gradebook.classroom import Classroom
from course.grading.nbgrader import Execute
from course.grading.run import known_tables, pipeline
from course.grading.run.task import Task

VISIBLE = 'check.function(double, lambda X: 2 * X, on=cases.draw(seeds=1, X="n d"))\n### BEGIN'
LOOKED_UP = """
from course import cases
def double(X):
    for case in cases.draw(seeds=24, seed0=100, X="n d"):
        if X.shape == case["X"].shape and torch.equal(X, case["X"]):
            return 2 * X
    return 2 * X if len(X) == 1 else X + 5
"""
PRY = """
import os, pathlib
def double(X):
    return 2 * X
root = pathlib.Path({root!r})
places = [root, *root.parents, pathlib.Path.home(), pathlib.Path("/tmp")]
names = [name for place in places if place.is_dir() for name in os.listdir(place)]
print("names", sorted(names), dict(os.environ))
for place in places:
    try:
        print((place / "gradebook.secret").read_text())
    except OSError as error:
        print(type(error).__name__)
from course import cases
from course import entries
print(entries.current().secret, "is what drawing finds")
"""


def answering(source):
    return lambda nb, answers: answers.update(double=source)


CLASS = {
    "ada": lambda nb, answers: None,
    "cyn": answering("def double(X):\n    return X**2"),
    "lou": answering(LOOKED_UP),
}


def tables_of(root, week, secret, tell, doing):
    with contextlib.closing(known_tables.KnownTables(root, secret, tell, doing)) as tables:
        return tables.of(week)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A course whose visible check cannot tell doubling from squaring; three have handed in, and are graded."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Classroom, "tools", "the same while these tests run")
    root = tmp_path_factory.mktemp("course")
    two = "check.function(double, on=[cases.example(X=torch.full((1, 1), 2.0), gives=torch.full((1, 1), 4.0))])\n"
    make_course(root, small=TEXT.replace(VISIBLE, two + "### BEGIN"))
    release_week(root, "week9")
    for student, change in CLASS.items():
        hand_in(root, student, change)
    hand_in(root, "pry", answering(PRY.format(root=str(root))))
    patch.chdir(root)
    assert main(["grade", "--jobs", "1"]) == 0
    yield root
    patch.undo()


@pytest.fixture
def course(home, monkeypatch, capfd):
    monkeypatch.chdir(home)

    def run(*words):
        return main(["grade", "--jobs", "1", *words]), capfd.readouterr()

    return run


def bytes_of(root):
    """What grading came to: the notebooks, the pages, the scores."""
    files = [path for step in ("autograded", "feedback") for path in sorted((root / step).rglob("*")) if path.is_file()]
    kept = [path for path in files if ".state" not in path.parts]
    return {str(path.relative_to(root)): path.read_bytes() for path in [*kept, root / "grades.csv"]}


def records(root, student):
    note = json.loads((root / "autograded" / ".state" / "week9" / f"{student}.json").read_text())
    return {each["exercise"]: each for each in note["exercises"]}


def test_is_an_answer_that_looks_hidden_inputs_up_refused(home):
    assert records(home, "ada")["double"]["passed"]
    assert not records(home, "lou")["double"]["passed"], "the numbers that everybody can draw are not those asked"


def test_is_a_known_mistake_named_in_a_hidden_test(home):
    told = records(home, "cyn")["double"]
    assert (told["cause"], told["named"]) == ("You square X.", True)


def test_are_grades_computed_again_byte_for_byte(home, course):
    before = bytes_of(home)
    assert len(before) > 8
    assert course("--force")[0] == 0
    assert bytes_of(home) == before


def test_does_the_secret_alone_give_another_course_the_same_numbers(home, tmp_path, monkeypatch):
    there = tmp_path / "course"
    shutil.copytree(
        home, there, ignore=shutil.ignore_patterns("autograded", "feedback", "gradebook.db", "grades.csv", ".stamps")
    )
    release_week(there, "week9")
    monkeypatch.chdir(there)
    assert main(["grade", "--jobs", "1", "--students", "ada", "cyn"]) == 0
    for name in ("ada", "cyn"):
        place = f"autograded/{name}/week9/small.ipynb"
        assert (there / place).read_bytes() == (home / place).read_bytes()


def test_is_the_secret_in_its_file_and_beside_the_backups_and_nowhere_else(home):
    made = Classroom(home).secret
    words = [made.data, made.data.hex().encode(), repr(made.data).encode()]
    holding = [path for path in home.rglob("*") if path.is_file() and any(word in path.read_bytes() for word in words)]
    assert sorted(holding) == [home / "backups" / secret.FILE, home / secret.FILE]
    assert {path.stat().st_mode & 0o777 for path in holding} == {0o600}


def test_can_the_room_not_see_it(home):
    nb = nbformat.read(home / "autograded" / "pry" / "week9" / "small.ipynb", as_version=4)
    said = "".join(output.get("text", "") for cell in nb.cells for output in cell.get("outputs", ()))
    assert "names [" in said and "FileNotFoundError" in said, "the cell ran"
    assert secret.FILE not in said.split("names", 1)[1].split("]", 1)[0]
    assert Classroom(home).secret.data.hex() not in said
    assert "None is what drawing finds" in said


def test_does_a_printed_task_show_nothing_of_it():
    task = Task("ada", {}, {}, (), {}, b"some secret", ("a table",))
    assert "secret" not in repr(task) and "table" not in repr(task)


def test_does_nbgraders_own_way_ask_with_the_same_secret(home, monkeypatch):
    seen = []
    monkeypatch.setattr(Execute, "once", lambda self, nb, files: seen.append((self.secret, self.known)) or nb)
    runner, nb = Execute(config=Classroom(home).config), nbformat.v4.new_notebook()
    runner.preprocess(nb, {"nbgrader": {"student": "ada", "assignment": "week9"}})
    runner.preprocess(nb, {})
    given = pipeline.Grading(Classroom(home)).prepare("week9", "ada")
    assert seen[0] == (given.secret, given.known) == (Classroom(home).secret.data, given.known)
    assert "You square X." in given.known[0]
    fresh = Execute(config=Classroom(home).config)
    fresh.preprocess(nb, {})
    assert seen[2] == (None, ()), "a notebook of no assignment is nobody's"


def test_is_the_identity_noted_with_each_result(home):
    made = Classroom(home).secret
    lines = (home / "autograded" / ".state" / "week9" / "history.jsonl").read_text().splitlines()
    assert {json.loads(line)["secret"] for line in lines} == {made.identity[:8]}


def test_does_looking_make_no_secret(home, tmp_path, monkeypatch, capsys):
    shutil.copytree(home / "submitted", tmp_path / "submitted")
    make_course(tmp_path)
    release_week(tmp_path, "week9")
    monkeypatch.chdir(tmp_path)
    assert main(["grade", "--dry-run"]) == 0 and "would grade 4 of 4" in capsys.readouterr().out
    assert not (tmp_path / secret.FILE).exists()


def test_does_a_lost_secret_stop_everything_and_a_new_one_grade_everything_again(home, course):
    path, before, old = home / secret.FILE, bytes_of(home), Classroom(home).secret
    kept = path.read_text()
    path.unlink()
    for words in ((), ("--dry-run",), ("--students", "ada"), ("--force",)):
        status, said = course(*words)
        assert status == 1 and f"is missing; the grades here were computed with it ({old.identity})" in said.err
    assert bytes_of(home) == before and not path.exists()
    path.write_text(kept)
    assert "4 of 4 had not changed" in course()[1].out
    path.write_text(kept[:-9])
    assert "is damaged" in course()[1].err
    status, said = course("week9", "--new-secret")
    assert status == 2 and "name no week" in said.err
    status, said = course("--new-secret")
    assert status == 0 and "had not changed" not in said.out and "back it up" in said.err
    new = Classroom(home).secret
    assert new.identity != old.identity and new.identity in said.err
    assert records(home, "ada")["double"]["passed"] and records(home, "cyn")["double"]["cause"] == "You square X."
    lines = (home / "autograded" / ".state" / "week9" / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["secret"] for line in lines].count(new.identity[:8]) == 4
    with Gradebook(f"sqlite:///{home / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        assert gradebook.find_submission("week9", "ada").score > 0


def test_does_a_text_that_cannot_be_learnt_from_cost_no_grade(home, course):
    text = home / "source" / "week9" / "small.py"
    kept = text.read_bytes()
    try:
        text.write_bytes(b"# %%\n1 / 0\n")
        status, said = course("--force", "--students", "ada", "cyn")
    finally:
        text.write_bytes(kept)
    assert status == 0 and said.err.count("week9 could not be learnt (") == 1, said.err
    assert "Grades do not depend on it." in said.err
    assert records(home, "ada")["double"]["passed"] and not records(home, "cyn")["double"]["passed"]


def test_are_the_committed_tables_read_where_there_is_no_text(tmp_path):
    (tmp_path / "fingerprints").mkdir()
    (tmp_path / "fingerprints" / "week9-small.json").write_text("committed")
    (tmp_path / "fingerprints" / "week8-small.json").write_text("another week's")
    said = []
    found = tables_of(tmp_path, "week9", secret.Secret(b"s" * 32), said.append, pytest.fail)
    assert found == ("committed",)
    assert len(said) == 1 and "There is no text of week9 here" in said[0]


def test_is_a_damaged_table_learnt_again(home):
    place = next((home / ".stamps" / "known").glob("week9-small-*.json"))
    before = pipeline.Grading(Classroom(home)).prepare("week9", "ada").known
    place.write_bytes(place.read_bytes()[:40] + b"\xff")
    assert pipeline.Grading(Classroom(home)).prepare("week9", "ada").known == before
    assert place.read_text(encoding="utf-8") in before


def test_is_a_week_learnt_once(home, monkeypatch):
    monkeypatch.setattr(known_tables.subprocess, "Popen", lambda *_, **__: pytest.fail("learnt again"))
    pipeline.Grading(Classroom(home)).prepare("week9", "ada")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import os; os.kill(os.getpid(), 9)", "its process was killed by signal 9. See that the machine has memory"),
        ("raise MemoryError", "too little memory left"),
        ("import os; raise OSError(24, os.strerror(24))", "ulimit -n"),
    ],
    ids=["killed", "memory", "descriptors"],
)
def test_is_a_learner_that_the_machine_ended_the_machines_fault(home, monkeypatch, code, says):
    """Said once with what it lacked; the run goes on with the committed tables, and the next run learns anew."""
    start, said = subprocess.Popen, []
    monkeypatch.setattr(known_tables, "_failed", {})
    monkeypatch.setattr(known_tables, "place", lambda root, path, *_: home / "nowhere" / path.name)
    monkeypatch.setattr(known_tables.subprocess, "Popen", lambda _, **how: start([sys.executable, "-c", code], **how))
    with contextlib.closing(
        known_tables.KnownTables(home, Classroom(home).secret, said.append, lambda _: None)
    ) as tables:
        tables.expect(["week9"])
        assert tables.of("week9") == () and len(said) == 1
    assert says in said[0] and "Grades do not depend on it" in said[0] and "Traceback" not in said[0]


@pytest.mark.parametrize("part", ["subprocess.Popen", "tempfile.TemporaryFile"])
def test_is_a_learner_that_cannot_be_started_the_machines_fault(home, monkeypatch, part):
    def none(*_, **__):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    said = []
    monkeypatch.setattr(known_tables, "_failed", {})
    monkeypatch.setattr(known_tables, "place", lambda root, path, *_: home / "nowhere" / path.name)
    monkeypatch.setattr(f"course.grading.run.known_tables.{part}", none)
    assert tables_of(home, "week9", Classroom(home).secret, said.append, lambda _: None) == ()
    assert len(said) == 1 and "No more processes can be started here" in said[0]


def test_are_the_weeks_after_one_that_stops_the_learner_learnt_all_the_same(home, monkeypatch):
    """One process learns for all; where it ends at a week, that one is said to be at fault, and the others go on."""
    root, said = home, []
    monkeypatch.setattr(known_tables, "_failed", {})
    for week, text in (("week7", "# %%\n1 / 0\n"), ("week8", (root / "source/week9/small.py").read_text())):
        (root / "source" / week).mkdir()
        (root / "source" / week / "small.py").write_text(text)
    try:
        tables = known_tables.KnownTables(root, Classroom(root).secret, said.append, lambda _: None)
        tables.expect(["week7", "week8"])
        assert tables.of("week7") == () and len(said) == 1 and "week7 could not be learnt (" in said[0], said
        assert tables.of("week8") and len(said) == 1
        assert tables.of("week7") == () and len(said) == 1, "neither tried nor told again"
        tables.close()
    finally:
        for week in ("week7", "week8"):
            shutil.rmtree(root / "source" / week)
