"""Several submissions at once: the same grades as one after another, whatever happens to those that run ahead."""

import time

import nbformat
import pytest
from authoring_course import make_course
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from test_grading_pipeline import CLASS, hand_in, right

from course.authoring.release import release_week
from course.cli import main
from course.grading import pipeline
from course.grading.ahead import Ahead
from course.grading.classroom import Classroom
from course.grading.errors import CouldNotBeGraded, RoomLost
from course.grading.execute import Execute
from course.grading.finished import Execution, beside, key, written
from course.grading.provisioner import CAN_FORK

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="kernels are forked on Linux only")
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A course of one small week with a class of seven, graded one after another."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Classroom, "tools", "the same while these tests run")
    root = make_course(tmp_path_factory.mktemp("course"))
    Classroom(root)
    release_week(root, "week9")
    for student, change in CLASS.items():
        hand_in(root, student, change)
    patch.chdir(root)
    assert main(["grade", "--jobs", "1"]) == 3
    yield root
    patch.undo()


@pytest.fixture
def course(home, capfd):
    def run(*words):
        status = main(["grade", *words])
        return status, capfd.readouterr()

    return run


@pytest.fixture
def shelf(monkeypatch):
    """Whether each execution that was asked for had been done beforehand, in order."""
    found, take = [], Execute.finished.take

    def watched(wanted):
        execution = take(wanted)
        found.append(execution is not None)
        return execution

    monkeypatch.setattr(Execute.finished, "take", watched)
    return found


def everything(root):
    """The whole gradebook's grades, grades.csv, and what is noted of each student."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        grades = sorted(
            (student, grade.name, grade.auto_score, grade.needs_manual_grade, notebook.late_submission_penalty)
            for student in CLASS
            for notebook in gradebook.find_submission("week9", student).notebooks
            for grade in notebook.grades
        )
    notes = [(o.student, o.state, o.reason, o.notes, o.exercises) for o in Classroom(root).outcomes()]
    return grades, (root / "grades.csv").read_bytes(), notes


def notebook(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources], metadata={"kernelspec": KERNEL})


def text(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_two_at_once_give_the_same_gradebook_as_one_after_another(home, course, shelf):
    before, pages = everything(home), (home / "feedback" / "cyn" / "week9" / "small.html").read_text()
    status, said = course("--jobs", "2", "--force")
    assert status == 3 and said.err == ""
    assert shelf == [True] * 5, "dan's and fay's have nothing to execute; all others had been executed ahead"
    assert len(Execute.finished) == 0
    assert everything(home) == before
    assert (home / "feedback" / "cyn" / "week9" / "small.html").read_text() == pages


def test_executions_that_fail_ahead_are_done_again_by_nbgrader(home, course, shelf, monkeypatch):
    before, once = everything(home), Execute.once

    def dying(self, nb, resources, km=None):
        if "course-ahead-" in resources["metadata"]["path"]:
            raise MemoryError("no room")
        return once(self, nb, resources, km)

    monkeypatch.setattr(Execute, "once", dying)
    assert course("--jobs", "2", "--force")[0] == 3
    assert True not in shelf and everything(home) == before


@pytest.mark.long  # torch is imported anew after each kill
def test_a_submission_that_kills_the_fork_server_costs_no_other_one_its_grade(home, course):
    before = everything(home)
    source = "import os\nos.kill(os.getppid(), 9)\nimport time\ntime.sleep(9)"
    hand_in(home, "bob", lambda nb, answers: answers.update(double=source))
    try:
        status, _ = course("--jobs", "2", "--force", "--students", "ada", "bob")
        grades, _, notes = everything(home)
        assert status == 3 and "killed, twice" in dict((note[0], note[2]) for note in notes)["bob"]
        assert [row for row in grades if row[0] != "bob"] == [row for row in before[0] if row[0] != "bob"]
    finally:
        hand_in(home, "bob", CLASS["bob"])
    course("--jobs", "2")
    assert everything(home) == before


def test_ctrl_c_ends_within_seconds_though_notebooks_run(home, course, monkeypatch):
    before = everything(home)
    hand_in(home, "gus", lambda nb, answers: answers.update(double="import time\ntime.sleep(60)"))

    def stop(room, week, student):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_autograde", stop)
        start = time.monotonic()
        status, said = course("--jobs", "2", "--force", "--students", "ada", "gus")
    assert status == 130 and "stopped" in said.err and time.monotonic() - start < 25
    hand_in(home, "gus", CLASS["gus"])
    course("--jobs", "2")
    assert everything(home) == before


def test_a_submission_reads_its_own_files_and_what_it_writes_comes_along(home, shelf, monkeypatch):
    def with_a_file(nb, answers):
        right(nb, answers)
        answers["steps"] += "\nopen('made/out.txt', 'w').write(open('mine.txt').read() * 2)"
        answers["steps"] = "import os; os.makedirs('made', exist_ok=True)\n" + answers["steps"]

    hand_in(home, "hal", with_a_file)
    (home / "submitted" / "hal" / "week9" / "mine.txt").write_text("ab")
    room = Classroom(home, ["hal"])
    with Ahead(room, 2) as ahead:
        for week, student in ahead.ready([("week9", "hal")]):
            assert pipeline.grade(room, week, student).state == "graded"
    assert shelf == [True]
    assert (home / "autograded" / "hal" / "week9" / "made" / "out.txt").read_text() == "abab"
    with Gradebook(f"sqlite:///{home / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        assert gradebook.find_submission("week9", "hal").score == 2.5


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_a_wrong_number_of_jobs_is_refused(home, jobs, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["grade", "--jobs", jobs])
    assert stopped.value.code == 2 and "write 1 or more" in capsys.readouterr().err


def test_an_execution_is_used_once_and_only_for_the_very_same_notebook(tmp_path):
    asked, other = notebook("print('asked')"), notebook("print('other')")
    runner = Execute()
    done = notebook("print('from the shelf')")
    runner.finished.put(runner.key(asked, {}), Execution(done, files={"out.txt": b"left"}))
    resources = {"metadata": {"path": str(tmp_path)}}
    assert text(runner.preprocess(other, resources)[0].cells[0]) == "other\n"
    assert runner.preprocess(asked, resources)[0] is done
    assert (tmp_path / "out.txt").read_bytes() == b"left"
    (tmp_path / "out.txt").unlink()
    assert text(runner.preprocess(asked, resources)[0].cells[0]) == "asked\n", "each is taken once"


def test_the_key_changes_with_the_notebook_the_files_and_the_settings():
    nb, files = notebook("1", "2"), {"data.csv": b"1"}
    keys = {key(nb, files, 20), key(nb, {"data.csv": b"2"}, 20), key(nb, {"other.csv": b"1"}, 20), key(nb, files, 30)}
    for change in ({"source": "3"}, {"cell_type": "markdown"}, {"metadata": {"nbgrader": {"grade_id": "a"}}}):
        changed = nbformat.from_dict(nb)
        changed.cells[1].update(change)
        keys.add(key(changed, files, 20))
    assert len(keys) == 7
    assert key(nbformat.reads(nbformat.writes(nb), 4), dict(files), 20) in keys
    runner = Execute()
    before = runner.key(nb, files)
    runner.timeout = 7
    assert runner.key(nb, files) != before


def test_a_reason_is_kept_like_a_notebook(tmp_path):
    runner = Execute()
    nb = notebook("quit()")
    runner.finished.put(runner.key(nb, {}), Execution(None, "It ends the kernel."))
    with pytest.raises(CouldNotBeGraded, match="It ends the kernel"):
        runner.preprocess(nb, {"metadata": {"path": str(tmp_path)}})


def test_what_cannot_be_told_again_is_not_kept(tmp_path):
    (tmp_path / "small.ipynb").write_text("{}")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("a")
    before = beside(tmp_path)
    assert before == {"sub/a.txt": b"a"}
    assert written(before, before) == {}
    assert written(before, {**before, "b": b"new"}) == {"b": b"new"}
    assert written(before, {}) is None
    assert written({}, {"b": b"x" * 17_000_000}) is None


def test_a_feedback_page_says_what_nbgraders_own_says(home, tmp_path):
    room = Classroom(home)
    mine = (home / "feedback" / "cyn" / "week9" / "small.html").read_text()
    converter = GenerateFeedback(coursedir=room.directory("week9", "cyn"), config=room.config, force=True)
    converter.start()
    theirs = (home / "feedback" / "cyn" / "week9" / "small.html").read_text()
    (home / "feedback" / "cyn" / "week9" / "small.html").write_text(mine)
    assert str(BeautifulSoup(mine, "html.parser")) == str(BeautifulSoup(theirs, "html.parser"))


def test_a_lost_room_is_not_kept(home, monkeypatch):
    def lost(*_):
        raise RoomLost("gone")

    monkeypatch.setattr(Execute, "once", lost)
    with Ahead(Classroom(home), 2) as ahead:
        assert list(ahead.ready([("week9", "ada"), ("week9", "dan")])) == [("week9", "dan"), ("week9", "ada")]
        assert len(Execute.finished) == 0
