"""The machine's faults are the machine's: nothing that it lacks is written down as a submission's."""

import contextlib
import errno
import os
import resource
import signal
import socket
import subprocess
import sys
import time

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from small_class import CLASS, course_with_class, hand_in, right
from small_notebooks import (
    ENDS,
    SETTINGS,
    answer,
    exercise,
    notebook,
    passed,
    run_notebook,
    sandbox,  # noqa: F401 (a fixture)
    test_cell,
)

from course.cli import main
from course.coursedir.errors import GradingStopped, MachineFault
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, NOT_YET
from course.grading.gradebook.standing import standings
from course.grading.run import execute as execute_module
from course.grading.run import judging, pipeline
from course.grading.run import task as task_module
from course.grading.run.execute import Execute
from course.grading.run.faults import is_the_machines
from course.grading.run.task import Graded, Sheet, Task, grade, probe
from course.grading.sandbox import machine, walls
from course.grading.sandbox import room as rooms
from course.grading.sandbox.remote_kernel import RoomLost
from course.grading.sandbox.share import Doubtful
from course.grading.submission.parse import beside
from course.syntax.python_cells import python_of

MACHINES = [
    OSError(errno.EMFILE, "Too many open files"),
    OSError(errno.ENOSPC, "No space left on device"),
    BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"),
    MemoryError(),
    RuntimeError("can't start new thread"),
    ImportError("libtorch_cpu.so: failed to map segment from shared object"),
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    subprocess.TimeoutExpired("bwrap", 60),
    RoomLost("the other side has hung up"),
    MachineFault("too busy"),
]


@pytest.fixture
def asked(monkeypatch):
    """Grade a task whose execution raises an error."""

    def ask(error):
        def fails(*_):
            raise error

        monkeypatch.setattr(Execute, "once", fails)
        monkeypatch.setattr(task_module, "mended", lambda *_: None)
        return grade(Task("ada", {"small": b"{}"}, {}, (Sheet("small", None),), {}))

    return ask


@pytest.mark.parametrize("error", MACHINES, ids=lambda error: f"{type(error).__name__} {error}"[:40])
def test_is_what_the_machine_lacks_never_a_reason(asked, error):
    graded = asked(error)
    assert graded.fault and not graded.reason and not graded.notebooks
    assert "look at the submitted file" not in graded.fault and "Traceback" not in graded.fault
    assert graded.fault[0].isupper() or graded.fault == "too busy"


@pytest.mark.parametrize(
    "error",
    [ValueError("odd"), KeyError("name"), RuntimeError("odd"), RecursionError(), ImportError("No module named 'x'")],
)
def test_is_what_a_submission_has_in_it_a_reason(asked, error):
    assert "Grading is not made for what is in it" in asked(error).reason and not is_the_machines(error)


def test_is_a_doubtful_try_neither(asked):
    assert asked(Doubtful("It ran out of time")) == Graded(doubt="It ran out of time")


@pytest.mark.parametrize("error", MACHINES[:4], ids=lambda error: type(error).__name__)
def test_is_an_answer_never_wrong_for_what_the_machine_lacks(monkeypatch, error):
    """While a test cell is judged: no verdict is made of it."""

    def fails(*_, **__):
        raise error

    strict = [answer("f", "def f(X):\n    return X + X"), test_cell("f", STRICT)]
    assert passed(run_notebook(notebook(strict), **SETTINGS)) == {"f": True}
    monkeypatch.setattr(rooms.Room, "reading", fails)
    with pytest.raises(type(error)):
        run_notebook(notebook(strict), **SETTINGS)


STRICT = 'check.function(f, lambda X: 2 * X, on=cases.draw(seeds=2, X="n h"), forbid=("relu",))'


@pytest.mark.long
def test_do_real_descriptors_that_run_out_decide_nothing():
    """With a few that are left it is executed and judged, or it is the machine's fault: never another score."""
    nb = notebook(exercise("one"), [answer("f", "def f(X):\n    return X + X"), test_cell("f", STRICT)])
    assert passed(run_notebook(nb, **SETTINGS)) == {"one": True, "f": True}
    before, seen = resource.getrlimit(resource.RLIMIT_NOFILE), set()
    try:
        for more in (0, 2, 5, 8, 12, 200):
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
            lowest = os.dup(0)
            os.close(lowest)
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + more, before[1]))
            try:
                assert passed(run_notebook(nb, **SETTINGS)) == {"one": True, "f": True}
                seen.add("graded")
            except Exception as error:
                assert is_the_machines(error), error
                seen.add("fault")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert seen == {"graded", "fault"}


def test_is_a_room_that_ends_after_the_last_question_was_asked_not_believed(monkeypatch):
    """Its end looks like an answer that ended itself; the notebook is graded again in another room, notes said once."""
    judge, killed = judging.judge_cell, []

    def kill(source, grade_id, points, witness):
        if not killed:
            killed.append(grade_id)
            witness.kernel.room.process.kill()
            witness.kernel.room.process.wait()
        return judge(source, grade_id, points, witness)

    monkeypatch.setattr(judging, "judge_cell", kill)
    done = run_notebook(notebook(exercise("only"), new_code_cell(ENDS["os._exit"])), **SETTINGS)
    assert passed(done) == {"only": True} and killed == ["check-only"]
    assert len(done.metadata.course.repairs) == 1


def test_is_a_room_that_was_killed_at_its_start_no_advice_to_install(monkeypatch):
    room = rooms.Room(Execute(**SETTINGS).limits)
    time.sleep(0.5)  # until its first process is there, which ends with it
    os.kill(room.process.pid, signal.SIGKILL)
    with pytest.raises(RoomLost, match="it did not start: it was killed"):
        room.wait()


@pytest.mark.parametrize(
    ("code", "limit", "says"),
    [
        ("raise OSError(24, 'Too many open files')", None, "did not start .OSError.*ulimit -n"),
        ("raise MemoryError", None, "did not start .MemoryError.*too little memory"),
        ("raise KeyError('torch')", resource.RLIMIT_AS, "did not start .KeyError.*too little memory"),
        ("raise KeyError('torch')", resource.RLIMIT_NOFILE, "did not start .KeyError.*ulimit -n"),
    ],
)
def test_is_a_room_that_lacks_something_at_its_start_no_advice_to_install(monkeypatch, code, limit, says):
    monkeypatch.setattr(walls, "command", lambda *_, **__: [sys.executable, "-c", code])
    if limit is not None:
        infinity = resource.RLIM_INFINITY
        monkeypatch.setattr(resource, "getrlimit", lambda which: (50 if which == limit else infinity, infinity))
    with pytest.raises(MachineFault, match=says) as stopped:
        rooms.Room(Execute(**SETTINGS).limits).wait()
    assert "nstall" not in str(stopped.value) and is_the_machines(stopped.value)


def test_does_a_room_that_fails_for_another_reason_stop_everything(monkeypatch):
    monkeypatch.setattr(walls, "command", lambda *_, **__: [sys.executable, "-c", "raise KeyError('torch')"])
    with pytest.raises(GradingStopped, match="KeyError: 'torch'. Install the course again"):
        rooms.Room(Execute(**SETTINGS).limits).wait()


@pytest.mark.parametrize(
    "words", ["bwrap: Can't fork: Resource temporarily unavailable", "bwrap: x: Too many open files"]
)
def test_does_bubblewrap_that_lacks_something_now_stop_nothing_for_good(monkeypatch, words):
    walls.bubblewrap.cache_clear()
    failed = subprocess.CompletedProcess([], 1, "", words)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(MachineFault, match="just now"):
        walls.bubblewrap()
    failed.returncode, failed.stderr = 247, "Traceback (most recent call last):"
    with pytest.raises(MachineFault, match="just now"):  # what it ran was killed
        walls.bubblewrap()
    failed.returncode, failed.stderr = 1, "bwrap: No permissions to create new namespace"
    with pytest.raises(GradingStopped, match="administrator"):
        walls.bubblewrap()


def test_does_a_probe_say_what_is_missing(monkeypatch):
    settings = {"Execute": SETTINGS}
    assert probe(settings) == ""

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(execute_module.pool, "entered", full)
    assert "There is no space left on one of the disks" in probe(settings)


@pytest.mark.long
@pytest.mark.parametrize(
    "body", ["import os\nos._exit(0)", "import os\nos.kill(os.getpid(), 9)", "import time\ntime.sleep(9)"]
)
def test_is_a_hurried_try_in_which_a_kernel_or_time_was_lost_not_believed(monkeypatch, body):
    monkeypatch.setattr(machine.Observation, "was_busy", lambda self, own: False)  # beside other tests
    settings = {**SETTINGS, "timeout": 1, "question_timeout": 1}
    question = [answer("f", "def f(X):\n    " + body.replace("\n", "\n    ")), test_cell("f")]
    for nb in (notebook(new_code_cell(body)), notebook(question)):
        runner = Execute(**settings)
        runner.hurried = True
        with pytest.raises(Doubtful):
            runner.once(nb, {})
    assert passed(run_notebook(notebook(question), **settings)) == {"f": False}, "alone it counts"


@pytest.mark.long
def test_is_time_that_a_hurried_try_used_up_itself_no_doubt():
    """A cell that loops had a processor all the time: it is judged at once, and not tried again."""
    runner = Execute(**{**SETTINGS, "timeout": 2})
    runner.hurried = True
    assert passed(runner.once(notebook(new_code_cell("while True: pass"), exercise("f")), {})) == {"f": True}


def test_is_a_doubt_that_was_caught_on_its_way_a_doubt_all_the_same(monkeypatch):
    """As by what looks for a known mistake, so that a page says the same whether others wait or not."""
    show = Execute._show

    def doubting(self, nb, session):
        with contextlib.suppress(Exception):
            session.share.lost("for no reason that is known")
        show(self, nb, session)

    monkeypatch.setattr(Execute, "_show", doubting)
    monkeypatch.setattr(machine.Observation, "was_busy", lambda self, own: False)  # beside other tests
    runner = Execute(**SETTINGS)
    runner.hurried = True
    with pytest.raises(Doubtful):
        runner.once(notebook(exercise("f")), {})
    assert passed(run_notebook(notebook(exercise("f")), **SETTINGS)) == {"f": True}


@pytest.mark.long
def test_is_a_hurried_try_given_a_part_of_its_time(monkeypatch):
    runner = Execute(**{**SETTINGS, "total_timeout": 10})
    runner.hurried = True
    with pytest.raises(Doubtful, match="takes long"):
        runner.once(notebook(*[new_code_cell("import time; time.sleep(0.7)")] * 6), {})


def test_is_a_kernel_that_was_lost_while_memory_ran_out_the_machines(monkeypatch):
    monkeypatch.setattr(machine, "_killed", iter(range(9)).__next__)  # one more at each look
    with pytest.raises(MachineFault, match="ran out of memory"):
        run_notebook(notebook(new_code_cell(ENDS["killed"])), **SETTINGS)
    assert passed(run_notebook(notebook(exercise("f")), **SETTINGS)) == {"f": True}, (
        "where none was lost it is nobody's"
    )


def test_is_time_that_ran_out_on_a_busy_machine_the_machines(monkeypatch):
    """Where a process waited for a processor all the time, and others had those."""
    clock = iter(range(50, 10_000, 50))
    monkeypatch.setattr(rooms.Room, "waited", lambda self, pid: float(next(clock)))
    monkeypatch.setattr(machine.Observation, "was_busy", lambda self, own: True)
    loop = notebook(new_code_cell("while True: pass"), exercise("f"))
    settings = {**SETTINGS, "timeout": 1}
    with pytest.raises(MachineFault, match="ran out of time while other programs kept the machine busy"):
        run_notebook(loop, **settings)
    monkeypatch.setattr(machine.Observation, "was_busy", lambda self, own: False)
    assert passed(run_notebook(loop, **settings)) == {"f": True}, "it kept itself waiting: its own doing"


@pytest.mark.long
def test_do_cells_and_questions_share_one_budget(monkeypatch):
    monkeypatch.setattr(machine.Observation, "was_busy", lambda self, own: False)  # beside other tests
    hangs = [[answer(name, f"def {name}(X):\n    while True: pass"), test_cell(name)] for name in "abcdefgh"]
    cells = [new_code_cell("import time; time.sleep(1)"), exercise("right"), *hangs]
    done = run_notebook(notebook(*cells), **{**SETTINGS, "total_timeout": 15, "question_timeout": 2})
    assert passed(done) == {"right": True} | dict.fromkeys("abcdefgh", False), "what was judged counts"
    whats = {record["exercise"]: record["what"] for record in done.metadata.course.exercises}
    assert "your code ran too long" in whats["a"]
    assert whats["h"] == "The checks of h were not finished: the notebook had used up its 15 seconds."


# --- A class ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A course of one small week with a class of seven, graded without a fault."""
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
        status = main(["grade", "--jobs", "1", *words])
        return status, capfd.readouterr()

    return run


def everything(root):
    """Every grade, grades.csv, and what is noted of each student."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        grades = sorted(
            (student, grade.name, grade.auto_score, grade.needs_manual_grade, notebook.late_submission_penalty)
            for student in CLASS
            for notebook in gradebook.find_submission("week9", student).notebooks
            for grade in notebook.grades
        )
    notes = [{**o.to_json(), "shown": ""} for o in Classroom(root).outcomes() if o.student in CLASS]
    return grades, (root / "grades.csv").read_bytes(), notes


def failing_for(monkeypatch, student, error):
    once = Execute.once

    def fails(self, *arguments):
        if self.student == student:
            raise error
        return once(self, *arguments)

    monkeypatch.setattr(Execute, "once", fails)


@pytest.mark.long
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), MemoryError()], ids=["disk", "memory"]
)
def test_is_a_submission_left_due_and_the_next_run_grades_that_alone(home, course, monkeypatch, error):
    before = everything(home)
    with monkeypatch.context() as patch:
        failing_for(patch, "cyn", error)
        status, said = course("--force")
    assert status == 1 and "Traceback" not in said.err
    assert "course grade: not graded yet: week9 cyn." in said.err and "Run the same command again" in said.err
    assert "graded 4 submissions, 2 could not be graded, 1 left due by the machine's fault" in said.out
    classroom = Classroom(home)
    assert classroom.outcome("cyn", "week9").state == NOT_YET
    with classroom.gradebook() as gradebook:
        stand = {each.student: each for each in standings(classroom, gradebook, "week9")}
    assert (stand["cyn"].state, stand["cyn"].score) == (NOT_YET, None) and stand["ada"].state == GRADED
    assert b"cyn,week9,,,,5.5,not graded yet," in (home / "grades.csv").read_bytes()
    graded, finish = [], pipeline.Grading.finish
    monkeypatch.setattr(pipeline.Grading, "finish", lambda self, *a: graded.append(a[1]) or finish(self, *a))
    status, said = course()
    assert status == 3 and graded == ["cyn"], "the two that cannot be graded are as before"
    assert everything(home) == before


@pytest.mark.long
def test_is_a_new_hand_in_that_met_a_fault_in_the_table_and_in_no_gradebook(home, course, monkeypatch):
    hand_in(home, "new", right)
    with monkeypatch.context() as patch:
        failing_for(patch, "new", OSError(errno.EMFILE, "Too many open files"))
        status, said = course("--students", "new")
    assert status == 1 and "not graded yet: No more files can be opened here." in " ".join(said.out.split())
    assert "graded 0 submissions, 0 could not be graded, 1 left due" in said.out
    status, said = course("--students", "new")
    assert status == 0 and "graded 1 submissions, 0 could not be graded\n" in said.out


# --- What lies beside a notebook -------------------------------------------------------------------------------------


def strange(folder):
    os.mkfifo(folder / "pipe")
    (folder / "memory").symlink_to("/proc/self/mem")
    with socket.socket(socket.AF_UNIX) as end:
        here = os.getcwd()
        os.chdir(folder)  # a socket's path is short
        end.bind("socket")
        os.chdir(here)
    with (folder / "huge").open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.long
def test_does_a_strange_file_beside_a_notebook_cost_its_student_a_note_and_nobody_else_anything(home, course):
    hand_in(home, "odd", right)
    strange(home / "submitted" / "odd" / "week9")
    status, said = course("--students", "odd", "ada")
    assert status == 3 and "more than 16 MB of files beside the notebook" in said.out
    (home / "submitted" / "odd" / "week9" / "huge").unlink()
    status, said = course("--students", "odd", "ada")
    assert status == 0, said
    assert Classroom(home).outcome("odd", "week9").notes == [
        "memory is a link, not a file; it was left out.",
        "pipe is no ordinary file; it was left out.",
        "socket is no ordinary file; it was left out.",
    ]
    assert course("--students", "odd")[1].out.count("1 of 1 had not changed") == 1, "and it is not due again"
    kept = {path.name for path in (home / "autograded" / "odd" / "week9").iterdir()}
    assert "small.ipynb" in kept and not kept & {"memory", "pipe", "socket", "huge"}


@pytest.mark.long
@pytest.mark.parametrize("name", ["small.ipynb", "data.csv", "folder"])
def test_is_what_may_not_be_read_that_students_matter(home, course, monkeypatch, name):
    hand_in(home, "shut", right)
    folder = home / "submitted" / "shut" / "week9"
    (folder / "folder").mkdir(exist_ok=True)
    (folder / "folder" / "in").write_text("in")
    (folder / "data.csv").write_text("1")
    access = os.access
    denied = str(folder / name)
    monkeypatch.setattr(os, "access", lambda path, *a, **k: str(path) != denied and access(path, *a, **k))
    monkeypatch.setattr(os, "supports_effective_ids", {os.access})
    status, said = course("--students", "shut", "ada")
    outcome = Classroom(home).outcome("shut", "week9")
    if name == "small.ipynb":
        assert status == 3 and "small.ipynb may not be read" in outcome.reason
    else:
        assert status == 0 and f"{name} may not be read; it was left out." in outcome.notes


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_is_a_file_of_somebody_elses_left_out(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "own").write_text("own")
    (tmp_path / "shut").write_text("shut")
    (tmp_path / "shut").chmod(0)
    said, here = [], os.getcwd()
    os.seteuid(65534)
    try:
        found = None
        os.chdir("/")
        if os.access(tmp_path, os.R_OK | os.X_OK, effective_ids=True):
            found = beside(tmp_path, tell=said.append)
    finally:
        os.seteuid(0)
        os.chdir(here)
    assert found in (None, {"own": b"own"}) and (found is None or said == ["shut may not be read; it was left out."])


# --- A cell that IPython gives up -------------------------------------------------------------------------------------


@pytest.mark.long
def test_does_a_cell_that_ipython_gives_up_cost_itself_alone():
    many = "\n".join(f"x{number} = %who" for number in range(700))
    assert python_of(many) is None
    cells = notebook(exercise("before"), new_code_cell(many), exercise("after"))
    done = run_notebook(cells, **{**SETTINGS, "timeout": 20})
    assert passed(done) == {"before": True, "after": True}
    assert [output.ename for output in done.cells[3].outputs if output.output_type == "error"] == ["RuntimeError"]
