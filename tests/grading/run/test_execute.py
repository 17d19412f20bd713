"""A submission as nbgrader gets it back: what is written into the notebook, and when it cannot be graded."""

import asyncio
import contextlib
import warnings

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.utils import determine_grade
from small_notebooks import (
    ENDS,
    SETTINGS,
    SPOILS,
    answer,
    exercise,
    given,
    notebook,
    passed,
    run_notebook,
    sandbox,  # noqa: F401 (a fixture)
    test_cell,
)
from traitlets.config import Config

from course.coursedir.errors import CouldNotBeGraded, GradingStopped, MachineFault
from course.grading.gradebook.outcome import UNSAFE
from course.grading.pages.preprocessors import NOTE, HideTests
from course.grading.run import execute as execute_module
from course.grading.run.execute import Execute
from course.grading.sandbox import pool, remote_kernel
from course.grading.sandbox import room as rooms
from course.grading.sandbox.limits import Limits
from course.grading.submission.parse import MAX_BYTES_BESIDE, beside
from course.runtime.verdict import MIME

HIDDEN = """check.function(double, lambda X: 2 * X, on=cases.draw(seeds=1, X="n"))
### BEGIN HIDDEN TESTS
hidden_cases = cases.draw(seeds=5, seed0=9, X="n")
check.function(double, lambda X: 2 * X, on=hidden_cases)
### END HIDDEN TESTS"""


def text(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def enames(cell):
    return [output.ename for output in cell.outputs if output.output_type == "error"]


TRAPS = [
    new_output("stream", name="stderr", text="UserWarning: torch"),
    new_output("execute_result", data={"text/plain": "99"}, execution_count=1),
    new_output("execute_result", data={"text/plain": "0.0"}, execution_count=1),
    new_output("display_data", data={MIME: {"passed": True}, "text/plain": "passed"}),
    new_output("error", ename="CheckFailed", evalue="old", traceback=["old"]),
]


@pytest.fixture(scope="module")
def graded():
    """A notebook with an exercise of every fate, executed once."""
    nb = notebook(
        given("rows = torch.ones(3, 2)"),
        exercise("right", test='check.function(right, lambda X: 2 * X, on=cases.draw(seeds=2, X="n"))'),
        [answer("double", "def double(X):\n    return X"), test_cell("double", HIDDEN, points=2.5)],
        [answer("stub", 'def stub(X):\n    raise NotImplementedError("stub")'), test_cell("stub")],
        new_code_cell("quit()"),
        new_code_cell("import sys\nprint('out'); print('warned', file=sys.stderr)\n1 / 0"),
        new_code_cell(ENDS["os._exit"]),
        new_code_cell("while True: pass"),
        new_code_cell("print('x' * 10**6)"),
        new_markdown_cell("why"),
        new_code_cell("display(1)\nimport subprocess"),
    )
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [output.copy() for output in TRAPS], 77
    nb.cells[-1].metadata["tags"] = ["skip-execution", "raises-exception"]
    before = nbformat.writes(nb)
    done = run_notebook(nb, **SETTINGS)
    assert nbformat.writes(nb) == before, "the argument is left as it is"
    nbformat.validate(done)
    return {cell.source.split("\n")[0]: cell for cell in done.cells}, done.metadata.course


def test_is_every_exercise_on_record(graded):
    _, course = graded
    states = {record["exercise"]: (record["state"], record["passed"], record["points"]) for record in course.exercises}
    assert states == {
        "right": ("passed", True, 1),
        "double": ("failed", False, 2.5),
        "stub": ("not done", False, 1),
    }
    for record in course.exercises:
        wanted = {"exercise", "grade_id", "points", "passed", "state", "named", "what", "where", "cause", "next"}
        assert set(record) == wanted


def test_does_nbgrader_read_the_verdict_and_nothing_else(graded):
    cells, course = graded
    grades = {record["grade_id"]: record["passed"] for record in course.exercises}
    for cell in cells.values():
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade"):
            points = meta["points"]
            assert determine_grade(cell) == (points if grades[meta["grade_id"]] else 0, points)
            assert cell.execution_count is None and not any(MIME in o.get("data", {}) for o in cell.outputs)


def test_what_does_a_test_cell_show(graded):
    cells, _ = graded
    shown = {cell.metadata.nbgrader.grade_id: cell.outputs for cell in cells.values() if "nbgrader" in cell.metadata}
    assert shown["check-right"] == []
    (failed,), (stub,) = shown["check-double"], shown["check-stub"]
    assert failed.ename == "CheckFailed" and failed.traceback[0] == "double   not yet"
    assert stub.ename == "NotDone" and stub.evalue == "stub   not done yet"
    assert "hidden_cases" not in str(failed)


def test_are_old_outputs_replaced(graded):
    cells, _ = graded
    assert cells["rows = torch.ones(3, 2)"].outputs == [] and cells["rows = torch.ones(3, 2)"].execution_count != 77
    assert cells["display(1)"].outputs[0].data == {"text/plain": "1"}, "a tag does not skip a cell"


def test_do_errors_and_output_on_stderr_stay_with_their_cell(graded):
    cells, _ = graded
    cell = cells["import sys"]
    assert [o.get("name", o.output_type) for o in cell.outputs] == ["stdout", "stderr", "error"]
    assert enames(cell) == ["ZeroDivisionError"]


def test_is_what_happened_on_the_way_noted(graded):
    cells, course = graded
    notes = "\n".join(course.repairs)
    assert 'Python ended in cell 11 "import os": it ended itself. The rest ran without that cell.' in notes
    assert 'The cell 12 "while True: pass" ran longer than 2 s and was stopped.' in notes
    assert 'The cell 9 "quit()" calls quit() or exit(); the rest ran all the same.' in notes
    assert len(course.repairs) == 3
    assert enames(cells["import os"]) == ["KernelLost"] and "it ended itself" in str(cells["import os"].outputs)
    assert enames(cells["while True: pass"])[-1] == "CellTimeoutError"
    assert "output was cut" in text(cells["print('x' * 10**6)"]) and text(cells["print('x' * 10**6)"])[0] == "x"


def test_is_what_an_instructor_should_see_noted_and_no_penalty(monkeypatch):
    class Remark:
        cell, text = 4, "os._exit is called"

    monkeypatch.setattr(execute_module, "remarks", lambda nb: [Remark])
    done = run_notebook(notebook(exercise("right")), **SETTINGS)
    assert done.metadata.course.integrity == ["cell 4: os._exit is called"] and passed(done) == {"right": True}


def test_are_the_files_beside_the_notebook_there(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "table.csv").write_text("a\n1\n")
    (tmp_path / "torch.py").write_text("raise SystemExit")
    (tmp_path / "small.ipynb").write_text("{}")
    nb = notebook(new_code_cell("import os\nprint(open('data/table.csv').read(), sorted(os.listdir('.')))"))
    nb.cells[-1].source += "\nopen('made.txt', 'w').write('made')"
    done, resources = Execute(**SETTINGS).preprocess(nb, {"metadata": {"path": str(tmp_path)}})
    assert text(done.cells[-1]) == "a\n1\n ['data', 'torch.py']\n"
    assert not (tmp_path / "made.txt").exists(), "nothing comes out of the room but the notebook"
    assert resources == {"metadata": {"path": str(tmp_path)}}


def test_is_nothing_left_for_the_next_submission():
    run_notebook(
        notebook(new_code_cell("import builtins\nbuiltins.left = torch.left = 1\nopen('left', 'w').close()")),
        **SETTINGS,
    )
    look = "import builtins, os\nprint(hasattr(builtins, 'left'), hasattr(torch, 'left'), os.listdir('.'))"
    done = run_notebook(notebook(new_code_cell(look)), **SETTINGS)
    assert text(done.cells[-1]) == "False False []\n"


def test_are_links_and_special_files_left_behind(tmp_path):
    import os

    secret = tmp_path / "gradebook.db"
    secret.write_text("secret")
    folder = tmp_path / "submitted"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "own.txt").write_text("own")
    (folder / "link").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "a.ipynb").write_text("{}")
    (folder / "sub" / "b.ipynb").write_text("kept")
    assert beside(folder) == {"sub/own.txt": b"own", "sub/b.ipynb": b"kept"}


def test_are_too_many_files_a_reason_not_to_grade(tmp_path):
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES_BESIDE + 1)
    with pytest.raises(CouldNotBeGraded, match="more than 16 MB of files beside the notebook"):
        Execute(**SETTINGS).preprocess(notebook(), {"metadata": {"path": str(tmp_path)}})


@pytest.mark.parametrize("lost", [1, 2])
def test_is_a_lost_room_replaced_once(monkeypatch, lost):
    entered, tries = pool.entered, []

    @contextlib.contextmanager
    def breaking(files, limits, **more):
        tries.append(1)
        if len(tries) <= lost:
            raise remote_kernel.RoomLost("hung up")
        with entered(files, limits, **more) as room:
            yield room

    monkeypatch.setattr(pool, "entered", breaking)
    if lost == 1:
        assert passed(run_notebook(notebook(exercise("right")), **SETTINGS)) == {"right": True}
    else:
        with pytest.raises(MachineFault, match="broke down, twice .hung up."):
            run_notebook(notebook(exercise("right")), **SETTINGS)
    assert len(tries) == 2


def test_is_a_room_that_ends_in_the_middle_replaced(monkeypatch):
    """The room's first process is killed from outside while a notebook runs in it."""
    kernel, killed = rooms.Room.kernel, []

    def kill(self):
        made = kernel(self)
        if not killed:
            killed.append(self)
            self.process.kill()
            self.process.wait()
        return made

    monkeypatch.setattr(rooms.Room, "kernel", kill)
    with pool.entered({}, Execute(**SETTINGS).limits) as before:
        pass
    assert passed(run_notebook(notebook(exercise("right")), **SETTINGS)) == {"right": True}
    assert killed == [before] and not before.alive


def test_does_no_sandbox_stop_grading_as_a_whole(monkeypatch):
    def refuse(*_, **__):
        raise GradingStopped("no bubblewrap")

    monkeypatch.setattr(pool, "entered", refuse)
    with pytest.raises(GradingStopped):
        run_notebook(notebook(), **SETTINGS)


def test_does_it_run_where_an_event_loop_runs_as_in_the_formgrader():
    async def inside():
        return run_notebook(notebook(exercise("right")), **SETTINGS)

    assert passed(asyncio.run(inside())) == {"right": True}


def test_is_a_practice_judged_by_the_id_on_record(tmp_path):
    cells = [answer("lr", "from course import practice\nlr = practice.neuron('U1234567X').lr"), test_cell("lr")]
    cells[1].source = "own = practice.on_record('U1234567X')\ncheck.value(lr, practice.neuron(own).lr)"
    for student, right in (("U1234567X", True), ("U7654321X", False), ("ada", True)):
        resources = {"nbgrader": {"student": student}, "metadata": {"path": str(tmp_path)}}
        done, _ = Execute(**SETTINGS).preprocess(notebook(cells), resources)
        assert passed(done) == {"lr": right}


def test_do_the_settings_reach_the_room():
    limits = Execute(**SETTINGS).limits
    assert (limits.memory, limits.cell, limits.question, limits.max_output) == (500 << 20, 2.0, 3.0, 50_000)
    settings = {"timeout": 7, "processes": 5, "file_size": 3, "space": 9, "max_output": 11}
    limits = Execute(config=Config({"Execute": settings})).limits
    assert limits == Limits(2048 << 20, 5, 3 << 20, 9 << 20, 11, 7.0, 20.0)


# --- Without a sandbox ------------------------------------------------------------------------------------------------


def test_is_a_grade_made_without_a_sandbox_marked(monkeypatch):
    """The same grades, and every one of them marked; nothing stays in the machine's folders."""
    bad = new_code_cell(ENDS["killed"])
    nb = notebook(exercise("right"), bad, exercise("after", SPOILS["gradients off"]), new_code_cell("import os"))
    nb.cells[-1].source = "import os, pathlib\nprint(pathlib.Path.cwd())\nopen('left', 'w').close()"
    done = run_notebook(nb, unsafe=True, **SETTINGS)
    assert passed(done) == {"right": True, "after": True}
    assert done.metadata.course.repairs[0] == UNSAFE and len(done.metadata.course.repairs) == 2
    place = text(done.cells[-1]).strip()
    import pathlib

    assert "course-room-" in place
    (room,) = [each for each in rooms._open_rooms if each.unsafe]
    room.why()  # whatever it is asked, it has wiped before
    assert list(pathlib.Path(place).iterdir()) == []
    assert UNSAFE not in run_notebook(nb, **SETTINGS).metadata.course.repairs


# --- Feedback and lateness --------------------------------------------------------------------------------------------


def test_does_feedback_hide_the_tests_and_keep_the_message(graded):
    cells, _ = graded
    tested = nbformat.from_dict(cells[HIDDEN.split("\n")[0]])
    nosy = new_code_cell("print(In)", outputs=[new_output("stream", name="stdout", text=HIDDEN)])
    html = "<pre>check.function(double, lambda X: 2 * X, on=hidden_cases)</pre>"
    nosy.outputs.append(new_output("display_data", data={"text/html": html}))
    nb, _ = HideTests().preprocess(new_notebook(cells=[tested, nosy]), {})
    everything = str(nb)
    assert "hidden_cases" not in everything and "BEGIN HIDDEN" not in tested.source
    assert tested.source.split("\n") == [HIDDEN.split("\n")[0], NOTE]
    assert "double   not yet" in everything


@pytest.mark.parametrize("unsafe", [False, True])
def test_does_nbgraders_command_say_where_there_is_no_filter_of_system_calls(monkeypatch, tmp_path, unsafe):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    monkeypatch.setattr(Execute, "once", lambda self, nb, files, given=(): nb)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        Execute(unsafe=unsafe, **SETTINGS).preprocess(notebook(), {"metadata": {"path": str(tmp_path)}})
    assert [str(each.message)[:41] for each in said] == (
        [] if unsafe else ["There is no filter of system calls for th"]
    )
