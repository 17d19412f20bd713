"""Several submissions at once: the same grades as one after another, whatever happens to the processes that work."""

import os
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from small_class import CLASS, course_with_class, hand_in, right

from course.cli import main
from course.coursedir.errors import CouldNotBeGraded, GradingStopped
from course.grading.gradebook.classroom import Classroom
from course.grading.run import parallel, pipeline
from course.grading.run.parallel import KILLED, GradingPool
from course.grading.run.task import Graded, Task
from course.grading.sandbox.walls import bubblewrap


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A course of one small week with a class of seven, graded one after another."""
    try:
        bubblewrap()
    except GradingStopped as stopped:
        pytest.skip(str(stopped))
    patch = pytest.MonkeyPatch()
    patch.setattr(Classroom, "tools", "the same while these tests run")
    root = course_with_class(tmp_path_factory.mktemp("course"))
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


def test_do_two_at_once_give_the_same_gradebook_as_one_after_another(home, course, monkeypatch, tmp_path):
    before, pages = everything(home), (home / "feedback" / "cyn" / "week9" / "small.html").read_text()
    given, submit = [], parallel._Lane.submit
    monkeypatch.setattr(parallel._Lane, "submit", lambda self, *a: given.append(self) or submit(self, *a))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    status, said = course("--jobs", "2", "--force")
    assert status == 3 and said.err == ""
    assert len(given) >= len(CLASS) - 1 and len(set(given)) == 2, "in two processes, each with its own room"
    assert everything(home) == before
    assert (home / "feedback" / "cyn" / "week9" / "small.html").read_text() == pages
    assert [path.name for path in tmp_path.glob("course-*")] == [], "no temporary folder is left"


def task(student="ada"):
    return Task(student, {}, {}, (), {})


def gone(task):
    """What a task comes to whose process is killed at its first try."""
    mark = task.settings["mark"]
    if task.student == "bob" and not os.path.exists(mark):
        open(mark, "w").close()
        os.kill(os.getpid(), 9)
    return Graded({"small": task.student})


def always_gone(task):
    os.kill(os.getpid(), 9)


def failing(task):
    raise GradingStopped("no sandbox")


JOBS = [("week9", name) for name in ("ada", "bob", "cyn")]


def local(function):
    """The function as other processes can have it, who know nothing of this file."""
    from types import FunctionType

    made = FunctionType(function.__code__, {"os": os, "Graded": Graded, "GradingStopped": GradingStopped})
    made.__module__ = "__main__"
    return made


@pytest.mark.long  # processes that import torch, killed and made anew
def test_does_a_process_that_is_killed_lose_no_submission(monkeypatch, tmp_path):
    monkeypatch.setattr(parallel, "grade", local(gone))
    tasks = {name: Task(name, {}, {}, (), {"mark": str(tmp_path / "mark")}) for _, name in JOBS}
    with GradingPool(lambda week, student: tasks[student], 2) as pool:
        done = dict(pool.graded(JOBS))
    assert done == {job: Graded({"small": job[1]}) for job in JOBS} and (tmp_path / "mark").exists()


def counted(task):
    """Notes that it was begun, and how; kills its process for bob, always, when all others have been given out."""
    with open(os.path.join(task.settings["notes"], task.student), "a") as file:
        file.write("hurried\n" if task.hurried else "alone\n")
    if task.student == "bob":
        os.kill(os.getpid(), 9)
    return Graded({"small": task.student})


@pytest.mark.long
def test_is_a_submission_that_always_kills_its_process_left_due_and_nobody_else_begun_twice(monkeypatch, tmp_path):
    monkeypatch.setattr(parallel, "grade", local(counted))
    jobs = [("week9", name) for name in ("ada", "bob", "cyn", "dan", "eve", "fay")]
    with GradingPool(lambda week, student: Task(student, {}, {}, (), {"notes": str(tmp_path)}), 2) as pool:
        done = list(pool.graded(jobs))
    assert done[-1] == (("week9", "bob"), Graded(fault=KILLED)), "when all others are done"
    assert dict(done[:-1]) == {job: Graded({"small": job[1]}) for job in jobs if job[1] != "bob"}
    begun = {path.name: path.read_text().split() for path in tmp_path.iterdir()}
    assert begun.pop("bob") == ["hurried", "alone"]
    assert {name: len(tries) for name, tries in begun.items()} == dict.fromkeys(("ada", "cyn", "dan", "eve", "fay"), 1)


def played(pool, monkeypatch, *, works=""):
    """The pool with ``play(student, hurried)`` in the place of grading, in this process; what it came to, in order."""
    monkeypatch.setattr(parallel, "grade", lambda task: pool.play(task.student, task.hurried))
    monkeypatch.setattr(parallel, "probe", lambda settings: works)
    return [(job[1], graded) for job, graded in pool.graded([("week9", name) for name in pool.names])]


def playing(play, names="abcdefgh"):
    made = GradingPool(lambda week, student: task(student), 1)
    made.play, made.names = play, names
    return made


def test_are_those_that_run_long_begun_again_when_all_others_are_done(monkeypatch):
    begun = []

    def play(student, hurried):
        begun.append((student, hurried))
        return Graded(doubt="slow") if student in "bd" and hurried else Graded({"n": student})

    done = played(playing(play), monkeypatch)
    assert [student for student, _ in done] == list("acefghbd")
    assert all(graded == Graded({"n": student}) for student, graded in done)
    assert begun[-2:] == [("b", False), ("d", False)] and ("h", False) in begun, "the last one makes nobody wait"


def test_are_several_that_run_long_tried_again_at_once_but_one_that_met_a_fault_alone(monkeypatch):
    """With four processes two of them; many that never end hold up no class one after another."""
    together, tries, at_work, most, lock = threading.Barrier(2, timeout=30), {}, set(), {}, threading.Lock()

    def play(student, hurried):
        with lock:
            tries[student] = number = tries.get(student, 0) + 1
            at_work.add((student, number))
            most[student, number] = sum(each > 1 for _, each in at_work) if number < 3 else len(at_work)
        if student in "bcde" and number == 2:
            together.wait()
        with lock:
            at_work.remove((student, number))
        if student in "bcde" and hurried:
            return Graded(doubt="slow")
        return Graded(fault="busy") if (student, number) == ("d", 2) else Graded({"n": student})

    with ThreadPoolExecutor(4) as threads:
        monkeypatch.setattr(parallel._Lane, "submit", lambda self, *work: threads.submit(*work))
        pool = GradingPool(lambda week, student: task(student), 4)
        pool.play, pool.names = play, "abcdefgh"
        done = played(pool, monkeypatch)
    assert sorted(done) == [(name, Graded({"n": name})) for name in "abcdefgh"]
    assert tries == dict.fromkeys("afgh", 1) | dict.fromkeys("bce", 2) | {"d": 3}
    assert max(most[student, 2] for student in "bcde") == 2 and most["d", 3] == 1 and done[-1][0] == "d"


def test_is_a_fault_of_the_machine_tried_again_and_otherwise_left_due(monkeypatch):
    tries = dict.fromkeys("abcdefgh", 0)

    def play(student, hurried):
        tries[student] += 1
        fault = student == "g" or (student == "c" and tries[student] == 1)
        return Graded(fault="no memory") if fault else Graded({"n": student})

    done = dict(played(playing(play), monkeypatch))
    assert done.pop("g") == Graded(fault="no memory") and tries.pop("g") == 2
    assert done == {name: Graded({"n": name}) for name in "abcdefh"} and tries.pop("c") == 2
    assert set(tries.values()) == {1}


def test_does_a_machine_on_which_nothing_can_be_graded_end_the_run_with_a_sentence(monkeypatch):
    begun = []

    def play(student, hurried):
        begun.append(student)
        return Graded(fault="No space left on device.")

    names = "".join(map(chr, range(0x100, 0x200)))
    with pytest.raises(GradingStopped, match="Nothing can be graded on this machine now: no room. Mend that"):
        played(playing(play, names), monkeypatch, works="no room.")
    assert len(begun) == parallel.FAULTS_IN_A_ROW, "not one after another of the class, and nobody twice"


def test_do_submissions_that_bring_the_machine_to_its_knees_not_end_the_run(monkeypatch):
    """Many in a row: between them it is seen that the machine works, so that those behind them are graded."""

    def play(student, hurried):
        return Graded(fault="no memory") if student in "abcdefgh" else Graded({"n": student})

    done = dict(played(playing(play, "abcdefghijkl"), monkeypatch))
    assert done == {
        name: Graded(fault="no memory") if name in "abcdefgh" else Graded({"n": name}) for name in "abcdefghijkl"
    }


def test_is_a_task_that_the_machine_cannot_make_its_fault_too(monkeypatch):
    def prepare(week, student):
        if student == "b":
            raise OSError(5, "Input/output error")
        return task(student)

    pool = GradingPool(prepare, 1)
    pool.play, pool.names = lambda student, hurried: Graded({"n": student}), "abc"
    done = dict(played(pool, monkeypatch))
    assert "Input/output error" in done.pop("b").fault and len(done) == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_does_what_is_wrong_with_the_machine_stop_grading(monkeypatch, jobs):
    monkeypatch.setattr(parallel, "grade", local(failing))
    with pytest.raises(GradingStopped, match="no sandbox"), GradingPool(lambda week, student: task(), jobs) as pool:
        list(pool.graded(JOBS))


def test_does_a_submission_without_a_notebook_need_no_process(monkeypatch):
    def prepare(week, student):
        raise CouldNotBeGraded(f"{student} has nothing")

    monkeypatch.setattr(parallel._Lane, "submit", lambda *_: pytest.fail("asked for a process"))
    with GradingPool(prepare, 2) as pool:
        assert dict(pool.graded(JOBS))["week9", "bob"] == Graded(reason="bob has nothing")


@pytest.mark.long  # new processes and new rooms
def test_does_ctrl_c_end_within_seconds_though_notebooks_run(home, course, monkeypatch):
    before = everything(home)
    hand_in(home, "gus", lambda nb, answers: answers.update(double="import time\ntime.sleep(60)"))

    def stop(self, week, student, graded):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.Grading, "finish", stop)
        stopped, ended = [], GradingPool.__exit__
        patch.setattr(GradingPool, "__exit__", lambda *a: (stopped.append(time.monotonic()), ended(*a))[1])
        status, said = course("--jobs", "2", "--force", "--students", "ada", "gus")
        assert time.monotonic() - stopped[0] < 10
    assert status == 130 and "stopped" in said.err
    hand_in(home, "gus", CLASS["gus"])
    course("--jobs", "2")
    assert everything(home) == before


def test_does_a_submission_read_its_own_files_and_write_none_of_ours(home, course):
    def with_a_file(nb, answers):
        right(nb, answers)
        answers["steps"] += "\nassert open('mine.txt').read() == 'ab'"
        answers["steps"] += "\nopen('made.txt', 'w').write('made')\nprint('read and written')"

    hand_in(home, "hal", with_a_file)
    (home / "submitted" / "hal" / "week9" / "mine.txt").write_text("ab")
    assert course("--students", "hal", "--jobs", "1")[0] == 0
    folder = home / "autograded" / "hal" / "week9"
    assert "read and written" in (folder / "small.ipynb").read_text()
    assert (folder / "mine.txt").read_text() == "ab" and not (folder / "made.txt").exists()
    with Gradebook(f"sqlite:///{home / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        assert gradebook.find_submission("week9", "hal").score == 2.5


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_is_a_wrong_number_of_jobs_refused(home, jobs, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["grade", "--jobs", jobs])
    assert stopped.value.code == 2 and "write 1 or more" in capsys.readouterr().err


def test_does_a_feedback_page_say_what_nbgraders_own_command_says(home):
    classroom = Classroom(home)
    page = home / "feedback" / "cyn" / "week9" / "small.html"
    mine = page.read_text()
    converter = GenerateFeedback(coursedir=classroom.directory("week9", "cyn"), config=classroom.config, force=True)
    converter.start()
    theirs = page.read_text()
    page.write_text(mine)
    assert str(BeautifulSoup(mine, "html.parser")) == str(BeautifulSoup(theirs, "html.parser"))
