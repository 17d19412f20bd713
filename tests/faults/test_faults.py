"""Do the trials see what they are there to see? The trials themselves are `make test-faults`."""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from home import ROOT

from faults import FAMILIES, every, processes
from faults.__main__ import _play_one
from faults.command import Ran, import_everything, start
from faults.hooks import At, Recorder, listen, plain
from faults.look import WEEK, differences, look
from faults.place import build, environment, prepare
from faults.processes import adopt_orphans, own_mounts
from faults.trial import Stage, trial

pytestmark = pytest.mark.long
TRIALS = every()
QUICK = [each for each in TRIALS if each.quick]


def test_is_there_a_quick_trial_of_every_family():
    assert {each.family for each in QUICK} == {each.family for each in TRIALS} == set(FAMILIES)
    assert len(TRIALS) >= 100
    assert all(each.says.endswith(".") or each.says.endswith(":") or ":" in each.says for each in TRIALS)


def graded_by_hand(root):
    """A course as grading leaves it, its numbers written without a grader."""
    from course.grading.gradebook.classroom import Classroom

    build(root)
    classroom = Classroom(root)
    with classroom.gradebook() as gradebook:
        for student in ("ada", "bob"):
            submission = gradebook.update_or_create_submission(WEEK, student)
            for grade in submission.notebooks[0].grades:
                grade.auto_score, grade.needs_manual_grade = 1.0, False
            submission.notebooks[0].comments[0].manual_comment = "by hand"
        gradebook.db.commit()
    (root / "grades.csv").write_text("student,score\nada,2\nbob,2\n")
    folder = root / "autograded" / "ada" / WEEK
    folder.mkdir(parents=True)
    (folder / "small.ipynb").write_text("{}")
    state = root / "autograded" / ".state" / WEEK
    state.mkdir(parents=True)
    lines = [{"student": who, "time": "12:00", "points": 1} for who in ("ada", "bob", "ada")]
    (state / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """The same course made twice, so that no key in the two gradebooks is the same."""
    both = [tmp_path_factory.mktemp("two") / name for name in ("one", "other")]
    for root in both:
        graded_by_hand(root)
    return both


@pytest.fixture(scope="module")
def wanted(two):
    """What the first of them holds."""
    return look(two[0])


def sql(statement):
    def change(root):
        with closing(sqlite3.connect(root / "gradebook.db")) as book:
            assert book.execute(statement).rowcount > 0
            book.commit()

    return change


def history(change):
    def changed(root):
        path = root / "autograded" / ".state" / WEEK / "history.jsonl"
        path.write_text("".join(change(path.read_text().splitlines(keepends=True))))

    return changed


HARM = {
    "a score": (sql("UPDATE grade SET auto_score = 0.5 WHERE id IN (SELECT id FROM grade LIMIT 1)"), "differs: "),
    "a person's comment": (sql("UPDATE comment SET manual_comment = NULL"), "differs: gradebook: comment, week9"),
    "a due date": (sql("UPDATE assignment SET duedate = NULL"), "differs: gradebook: assignment, week9"),
    "a row lost": (sql("DELETE FROM grade WHERE id IN (SELECT id FROM grade LIMIT 1)"), "missing: gradebook: grade"),
    "a student too many": (sql("INSERT INTO student (id) VALUES ('zoe')"), "left over: gradebook: student, zoe"),
    "a name": (sql("UPDATE student SET last_name = 'X' WHERE id = 'ada'"), "differs: gradebook: student, ada"),
    "a line of grades.csv": (
        lambda root: (root / "grades.csv").write_text("student,score\nada,2\nbob,1\n"),
        "differs: grades.csv: bob",
    ),
    "a byte of a notebook": (
        lambda root: (root / "autograded" / "ada" / WEEK / "small.ipynb").write_text("{ }"),
        "differs: autograded/ada/week9/small.ipynb",
    ),
    "permissions": (lambda root: (root / "grades.csv").chmod(0o600), "differs: grades.csv: '0o644'"),
    "a temporary file": (lambda root: (root / ".x.part").write_text(""), "left over: .x.part"),
    "an empty folder": (lambda root: (root / "autograded" / "bob").mkdir(), "left over: autograded/bob"),
    "a folder lost": (lambda root: shutil.rmtree(root / "release"), "missing: release/week9/small.ipynb"),
    "a journal": (lambda root: (root / "gradebook.db-journal").write_text(""), "left over: gradebook.db-journal"),
    "a line of the history": (history(lambda lines: lines[:2]), "differs: autograded/.state/week9/history.jsonl"),
    "a line twice": (history(lambda lines: [*lines, lines[0]]), "differs: autograded/.state/week9/history.jsonl"),
    "a line's order": (
        history(lambda lines: [lines[1].replace("bob", "ada").replace("1}", "2}"), *lines]),
        "differs: autograded/.state/week9/history.jsonl",
    ),
    "no gradebook": (lambda root: (root / "gradebook.db").unlink(), "missing: gradebook: grade, week9"),
}


@pytest.mark.parametrize("name", HARM)
def test_does_the_comparison_see_a_difference(name, two, wanted, tmp_path):
    root = tmp_path / "course"
    subprocess.run(["cp", "-a", two[1], root], check=True)
    harm, said = HARM[name]
    harm(root)
    assert [line for line in differences(wanted, look(root)) if line.startswith(said)]


def test_does_chance_make_no_difference(two, wanted):
    """The order of students, times and the keys in the database are nobody's difference."""
    history(lambda lines: [line.replace("12:00", "13:00") for line in (lines[1], lines[0], lines[2])])(two[1])
    assert differences(wanted, look(two[1])) == []


# --- What a command says and leaves ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "err", "fine"),
    [
        (1, "course grade: The disk is full. Free some space, then run it again.", True),
        (3, "", True),
        (1, "", False),
        (1, "no sentence at all", False),
        (1, 'Traceback (most recent call last):\n  File "x.py", line 1\nOSError: x.', False),
        (0, "[AutogradeApp | ERROR] There was an error.", False),
        (0, "/x/resource_tracker.py:1: UserWarning: There appear to be 2 leaked semaphores.", False),
        (130, "course: stopped. What was finished is kept; the same command carries on.", True),
    ],
)
def test_is_a_sentence_told_from_a_traceback(status, err, fine):
    assert (Ran(("course", "grade"), status, "", err, 1.0).faults() == []) == fine


def played(tmp_path, made, play):
    """What `_play_one` notes of a trial that does this, in a process of its own."""
    trials_name = play.__name__.replace("_", "-")
    each = next((each for each in every() if each.name == trials_name), None)
    if each is None:
        trial()(play)
        from faults.trial import TRIALS as known

        each = known.pop(trials_name)
    pid = os.fork()
    if pid == 0:
        try:
            _play_one(each, made, tmp_path, 1)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    return json.loads((tmp_path / f"{each.name}.json").read_text())


@pytest.fixture
def made(tmp_path):
    """As much of a prepared course as a trial needs that runs no command of the course."""
    for name in ("half/submitted", "first/home"):
        (tmp_path / "made" / name).mkdir(parents=True)
    return tmp_path / "made"


def leaves_a_process(stage):
    """A process of a session of its own outlives the command."""
    code = "import subprocess; subprocess.Popen(['sleep', '98765'], start_new_session=True)"
    stage.start(sys.executable, "-c", code).wait()
    stage.nothing_left()


def leaves_nothing(stage):
    """Nothing outlives the command."""
    stage.start("true").wait()
    stage.nothing_left()


def leaves_a_file(stage):
    """A file stays in the temporary folder."""
    stage.start("sh", "-c", "echo x > $TMPDIR/left").wait()
    stage.nothing_on_disk()


def ends_with_another_status(stage):
    """The command ends with another status, and no word."""
    stage.again(("sh", "-c", "exit 4"))


def stops_itself(stage):
    """The trial has a mistake of its own."""
    raise ValueError("a mistake")


def loses_a_folder(stage):
    """What an undisturbed run would leave is not there."""
    stage.same({"autograded": "folder 0o755"})


@pytest.mark.parametrize(
    ("play", "said"),
    [
        (leaves_nothing, None),
        (leaves_a_process, "they do not end): sleep 98765"),
        (leaves_a_file, "left over in TMPDIR: left"),
        (ends_with_another_status, "ended with 4, not 3"),
        (stops_itself, "the trial itself stopped: ValueError: a mistake"),
        (loses_a_folder, "missing: autograded"),
    ],
)
def test_does_a_trial_see_what_goes_wrong(play, said, tmp_path, made):
    found = played(tmp_path, made, play)
    if said is None:
        assert found["wrong"] == [] and found["notes"][0].startswith("gone after")
    else:
        assert any(said in line for line in found["wrong"]), found
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and b"98765" in _words(pid)]


def _words(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


# --- Exact places ------------------------------------------------------------------------------------------------


def in_a_fork(do):
    pid = os.fork()
    if pid == 0:
        try:
            do()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def writes(root):
    """Something of everything that is listened for."""
    from course.coursedir.files import write_if_changed

    write_if_changed(root / "autograded" / "ada" / WEEK / "note.json", b"{}")
    with closing(sqlite3.connect(root / "x.db")) as book:
        book.execute("CREATE TABLE grade (id)")
        book.execute("INSERT INTO grade VALUES (1)")
        book.commit()
    (root.parent / "elsewhere").write_text("nobody's")


def test_are_places_heard_of_and_killed_at(tmp_path):
    root = tmp_path / "course"
    root.mkdir()
    assert in_a_fork(lambda: (listen(root, Recorder(tmp_path / "heard")), writes(root))) == 0
    heard = (tmp_path / "heard").read_text().splitlines()
    place = f"rename autograded/STUDENT/{WEEK}/.PART"
    assert place in heard and "sqlite INSERT grade" in heard and "sqlite COMMIT" in heard
    assert "elsewhere" not in " ".join(heard)
    note = root / "autograded" / "ada" / WEEK / "note.json"
    note.unlink()
    at = At(place, 1, lambda: os.kill(os.getpid(), signal.SIGKILL))
    assert in_a_fork(lambda: (listen(root, at), writes(root))) == -signal.SIGKILL
    assert not note.exists() and [path.suffix for path in note.parent.iterdir()] == [".part"]


def test_are_names_left_out_of_places():
    assert plain("autograded/ada/.week9.new/small.ipynb") == "autograded/STUDENT/.week9.new/small.ipynb"
    assert plain("autograded/.state/week9/ada.json") == "autograded/.state/week9/STUDENT.json"
    assert plain("autograded/.state/week9/history.jsonl") == "autograded/.state/week9/history.jsonl"
    assert plain(".abcd_123.part") == ".PART"


# --- What is deleted ---------------------------------------------------------------------------------------------


def test_does_putting_away_delete_nothing_that_is_mounted(tmp_path, made):
    """Once a mount below a trial's folder led to Python's own, and putting the trial away emptied that."""
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("kept")

    def play():
        own_mounts()
        stage = Stage(made, tmp_path / "stage", random.Random(1))
        (stage.folder / "view").mkdir()
        bound = processes._LIBC.mount(os.fsencode(precious), os.fsencode(stage.folder / "view"), None, 0x1000, None)
        assert bound == 0 and (stage.folder / "view" / "file").exists()
        with pytest.raises(RuntimeError, match="view is a mount: nothing of"):
            stage.put_away()
        assert (stage.root / "submitted").is_dir()

    assert in_a_fork(play) == 0
    assert (precious / "file").read_text() == "kept"


def test_can_what_a_user_is_let_into_be_read_and_not_written(tmp_path):
    shown, place = tmp_path / "shown", tmp_path / "place"
    shown.mkdir(), place.mkdir()
    (shown / "file").write_text("kept")

    def play():
        own_mounts()
        processes.mount_to_read(shown, place)
        assert (place / "file").read_text() == "kept"
        for change in ((place / "file").unlink, lambda: (place / "new").write_text("x")):
            with pytest.raises(OSError, match="Read-only"):
                change()

    assert in_a_fork(play) == 0
    assert [path.name for path in shown.iterdir()] == ["file"]


# --- The whole, once ---------------------------------------------------------------------------------------------


@pytest.mark.long
def test_does_a_trial_see_a_grader_that_decides_for_ever(tmp_path, monkeypatch):
    """Broken on purpose: what was once begun is never due again. The trial that kills before a commit must see it.

    That it sees nothing where nothing is broken, the trials themselves show.
    """
    from course.grading.run import pipeline

    import_everything()
    made = tmp_path / "made"
    made.mkdir()
    prepare(made)
    name = "killed-before-a-commit"
    each = next(each for each in TRIALS if each.name == name)
    monkeypatch.setattr(pipeline, "due", lambda classroom, week, student: classroom.outcome(student, week) is None)
    found = played(tmp_path, made, _named(each))["wrong"]
    assert any("missing: gradebook: grade, week9 ida" in line or "grades.csv: ida" in line for line in found), found


def _named(each):
    def play(stage):
        each.play(stage)

    play.__name__ = each.name.replace("-", "_")
    return play


def test_does_a_command_start_as_a_shell_would_start_it(tmp_path):
    """A warm start and a cold one say the same, and end with the same status."""
    said = []
    for warm in (True, False):
        ran = start(
            ["course", "grade", "week9"], tmp_path, environment(tmp_path / "e"), tmp_path / "o", warm=warm
        ).wait()
        said.append((ran.status, re.sub(r"\s+", " ", ran.err)))
    assert said[0] == said[1] and said[0][0] != 0 and said[0][1]


def test_does_the_makefile_play_them():
    text = (ROOT / "Makefile").read_text()
    assert "-m tests.faults\n" in text and "-m tests.faults --quick" in text
    assert Stage.__doc__ and adopt_orphans.__doc__ and random.Random(1).random() == random.Random(1).random()
