"""Does a notebook that went through Colab come back with every exercise, every answer and no mark gained or lost?"""

import copy
import functools
import json
import time
from pathlib import Path

import nbformat
import pytest
from colab import habits
from home import ROOT
from small_notebooks import run_notebook, sandbox  # noqa: F401 (a fixture)
from small_plan import DONE, released, small_plan

from course.authoring.notebooks.build import notebook
from course.authoring.text.parse import read
from course.coursedir.errors import CouldNotBeGraded
from course.grading.submission.cells import name_of
from course.grading.submission.parse import parse
from course.grading.submission.plan import Plan, PlannedCell
from course.grading.submission.repair import repair
from course.grading.submission.sources import plain
from course.sample.paper import Paper

WEEKS = ("week1/tensors", "week3/classifiers", "week5/backprop", "week8/mnist")
EVERY = [*habits.ALONE, *habits.MENUS]


@functools.cache
def sheet(week, solved):
    """A notebook as the student has it: the plan, the JSON, and what was answered, by name."""
    source = read(ROOT / "source" / f"{week}.py")
    path = ROOT / "release" / f"{week}.ipynb"
    paper = Paper(source, path)
    names = list(paper.exercises)
    paper.solve({"all": None, "half": names[: len(names) // 2], "none": []}[solved])
    full = {name_of(cell): cell for cell in notebook(source).cells if name_of(cell)}
    cells = {
        name: PlannedCell(name, cell.source, {**cell.metadata.nbgrader, "cell_type": cell.cell_type, "checksum": "0"})
        for name, cell in full.items()
    }
    plan = Plan.from_cells(week, cells, nbformat.read(path, as_version=4))
    nb = json.loads(paper.text())
    return plan, nb, {habits.named(cell): habits.text(cell) for cell in nb["cells"] if habits.named(cell)}


def mended(week, solved, *done):
    """The notebook after these habits, read and repaired, and what was said."""
    plan, nb, _ = sheet(week, solved)
    nb = copy.deepcopy(nb)
    for habit in done:
        habit(nb)
    nb = parse(json.dumps(nb), f"{week}.ipynb")
    return nb, repair(nb, plan)


def squeezed(text):
    return "".join(plain(text).split())


def assert_whole(nb, week, solved):
    """Every planned cell is there once, each check below its exercise, and each answer as it was written."""
    plan, _, answers = sheet(week, solved)
    names = [name_of(cell) for cell in nb.cells if name_of(cell)]
    assert sorted(names) == sorted(plan.cells)
    nbformat.validate(nb)
    for cell in nb.cells:
        name = name_of(cell)
        if name is not None:
            planned = plan.cells[name]
            assert cell.cell_type == planned.cell_type
            assert cell.metadata.nbgrader == planned.metadata
            if planned.metadata["solution"]:
                assert squeezed(cell.source) == squeezed(answers[name]), name
            if name.startswith("check-"):
                assert names.index(name) > names.index(name.removeprefix("check-"))


@pytest.mark.parametrize("solved", ["all", "half"])
@pytest.mark.parametrize("habit", EVERY, ids=lambda habit: habit.__name__)
@pytest.mark.parametrize("week", WEEKS)
def test_does_every_exercise_come_back_with_its_answer(week, habit, solved):
    nb, _ = mended(week, solved, habit)
    assert_whole(nb, week, solved)


@pytest.mark.parametrize("habit", habits.ALONE, ids=lambda habit: habit.__name__)
def test_is_nothing_said_of_what_colab_does_by_itself(habit):
    assert mended("week5/backprop", "half", habit)[1] == []


@pytest.mark.parametrize("habit", habits.MENUS, ids=lambda habit: habit.__name__)
def test_is_it_said_what_was_mended(habit):
    said = mended("week5/backprop", "all", habit)[1]
    assert bool(said) == (habit not in (habits.forms, habits.cells_added))
    assert len(said) == len(set(said))


def marks(nb, plan):
    """What grading says of a repaired notebook; the texts of its checks come from the instructor, as in nbgrader."""
    for cell in nb.cells:
        if name_of(cell) and plan.cells[name_of(cell)].is_instructors:
            cell.source = plan.cells[name_of(cell)].source
    done = run_notebook(nb, timeout=10, question_timeout=10)
    return {each["grade_id"]: (each["passed"], each["points"]) for each in done.metadata.course.exercises}


@functools.cache
def deserved(week, solved):
    """The marks of the notebook that nothing happened to."""
    return marks(mended(week, solved)[0], sheet(week, solved)[0])


def test_are_the_marks_those_of_the_unharmed_notebook():
    want = deserved("week1/tensors", "half")
    assert {passed for passed, _ in want.values()} == {True, False}
    assert marks(mended("week1/tensors", "half", habits.pasted)[0], sheet("week1/tensors", "half")[0]) == want


@pytest.mark.long
@pytest.mark.parametrize("habit", [habits.split_name_twice, habits.merged_downwards, habits.exercise_moved_to_the_end])
def test_are_the_marks_the_same_after_more_harm(habit):
    got = marks(mended("week5/backprop", "half", habit)[0], sheet("week5/backprop", "half")[0])
    assert got == deserved("week5/backprop", "half")


# --- The saved shapes: a small notebook after each habit, as a file ---------------------------------------------------
SHAPES = Path(habits.__file__).parent


def small():
    """The small notebook of the other tests, answered."""
    nb = released()
    answers = {"double": DONE, "why": "Adding twice\nis doubling."}
    for cell in nb.cells:
        cell.source = answers.get(name_of(cell), cell.source)
    return json.loads(nbformat.writes(nb)), answers


@pytest.mark.parametrize("habit", EVERY, ids=lambda habit: habit.__name__)
def test_is_the_saved_shape_mended(habit):
    nb, answers = small()
    habit(nb)
    path = SHAPES / f"{habit.__name__}.json"
    assert json.loads(path.read_text()) == nb, f"write it again: python {Path(__file__).name}"
    nb, plan = parse(path.read_text(), path.name), small_plan()
    repair(nb, plan)
    by_name = {name_of(cell): cell.source for cell in nb.cells if name_of(cell)}
    assert sorted(by_name) == sorted(plan.cells)
    got = {name: squeezed(by_name[name]) for name in answers}
    assert got == {name: squeezed(text) for name, text in answers.items()}


# --- Whoever tries to gain by it -------------------------------------------------------------------------------------
def copies(nb):
    """Every exercise and every check again at the end, with their names; the checks are worth more."""
    extra = copy.deepcopy([cell for cell in nb["cells"] if habits.named(cell)])
    for number, cell in enumerate(extra):
        cell["id"] = f"copy-{number}"
        if cell["metadata"]["nbgrader"].get("points"):
            cell["metadata"]["nbgrader"]["points"] = 1000
    nb["cells"] += extra


def swapped(nb):
    """The names of every exercise and its check exchanged, and those of the first two exercises."""
    by_name = {habits.named(cell): cell["metadata"] for cell in nb["cells"] if habits.named(cell)}
    for name, meta in by_name.items():
        if f"check-{name}" in by_name:
            other = by_name[f"check-{name}"]
            meta["nbgrader"], other["nbgrader"] = other["nbgrader"], meta["nbgrader"]


def exercises_swapped(nb):
    """The names of neighbouring exercises exchanged, two by two."""
    cells = [cell for cell in nb["cells"] if habits.is_exercise(cell)]
    for one, two in zip(cells[::2], cells[1::2], strict=False):
        one["metadata"], two["metadata"] = two["metadata"], one["metadata"]


def forged(nb):
    """Cells that claim to be checks which ask nothing, by name, by both kinds of id, and in the checks' stead."""
    names = [habits.named(cell) for cell in nb["cells"] if habits.named(cell).startswith("check-")]
    nb["cells"] = [cell for cell in nb["cells"] if habits.named(cell) not in names[::2]]
    for number, name in enumerate(names):
        cell = habits.bare("code", "pass", name) | {"id": f"forged-{number}"}
        if number % 3 == 0:
            cell["metadata"] = {"nbgrader": {"grade_id": name, "grade": True, "solution": True, "points": 99}}
        elif number % 3 == 1:
            cell["id"] = f"{name}"
        else:
            cell["metadata"]["id"] = name
        nb["cells"].insert(number, cell)
    ids = set()
    for number, cell in enumerate(nb["cells"]):
        cell["id"] = f"twice-{number}" if cell["id"] in ids else cell["id"]
        ids.add(cell["id"])


ATTACKS = [copies, swapped, exercises_swapped, forged]


@pytest.mark.parametrize("solved", ["half", "none"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_is_every_check_there_once_whatever_the_names_say(attack, solved):
    for week in WEEKS:
        nb, _ = mended(week, solved, attack)
        plan = sheet(week, solved)[0]
        named = [cell for cell in nb.cells if name_of(cell)]
        ours = [name for name, planned in plan.cells.items() if planned.is_instructors]
        assert sorted(name_of(cell) for cell in named if plan.cells[name_of(cell)].is_instructors) == sorted(ours)
        assert len({name_of(cell) for cell in named}) == len(named)
        assert all(cell.metadata.nbgrader == plan.cells[name_of(cell)].metadata for cell in named)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_do_honest_answers_survive_names_that_are_wrong(attack):
    nb, _ = mended("week5/backprop", "half", attack)
    assert_whole(nb, "week5/backprop", "half")


def test_does_nobody_gain_a_mark():
    def all_at_once(nb):
        for attack in (forged, swapped, copies):
            attack(nb)

    got = marks(mended("week1/tensors", "none", all_at_once)[0], sheet("week1/tensors", "none")[0])
    assert got == deserved("week1/tensors", "none")
    assert not any(passed for passed, _ in got.values())


def test_is_a_check_inside_a_string_left_there():
    plan, nb, answers = sheet("week5/backprop", "half")
    nb = parse(json.dumps(nb), "x")
    quoted = f'note = """\n{plan.text("check-relu_backward")}\n"""\n{answers["relu_backward"]}'
    for cell in nb.cells:
        if name_of(cell) == "relu_backward":
            cell.source = quoted
    nb.cells = [cell for cell in nb.cells if name_of(cell) != "check-relu_backward"]
    assert repair(nb, plan) == ['The cell "check-relu_backward" was missing; it was put back.']
    assert quoted in [cell.source for cell in nb.cells]


def test_is_a_monstrous_notebook_mended_in_time():
    plan, nb, _ = sheet("week5/backprop", "half")
    nb = copy.deepcopy(nb)
    habits.pasted(nb)
    odd = ["(" * 100_000, "-" * 100_000 + "1", "\0", "x = 1\n" * 20_000, "%%bash\n", "def f(:", "\ud800", "%" * 9999]
    nb["cells"] += [habits.bare("code", source, source) for source in odd]
    nb["cells"] += [habits.bare("markdown", "text", number) for number in range(2000)]
    nb["cells"] += [habits.bare("code", f"relu_backward = {number}", number) for number in range(500)]
    start = time.process_time()
    nb = parse(json.dumps(nb), "x")
    repair(nb, plan)
    assert time.process_time() - start < 10
    assert {name_of(cell) for cell in nb.cells} >= set(plan.cells)


# --- What cannot be mended -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("habit", [None, habits.saved, habits.pasted], ids=["plain", "saved", "pasted"])
def test_is_another_weeks_notebook_still_another(habit):
    nb = copy.deepcopy(sheet("week3/classifiers", "all")[1])
    if habit:
        habit(nb)
    with pytest.raises(CouldNotBeGraded, match="another notebook than week5/backprop"):
        repair(parse(json.dumps(nb), "x"), sheet("week5/backprop", "all")[0])


def test_is_a_notebook_exported_as_a_script_refused_with_the_reason():
    with pytest.raises(CouldNotBeGraded, match=r"backprop.ipynb is not a notebook.*File > Download") as caught:
        parse(habits.FORMAT["exported"], "submitted/ada/week5/backprop.ipynb")
    assert "Traceback" not in str(caught.value)


if __name__ == "__main__":
    for habit in EVERY:
        shape = small()[0]
        habit(shape)
        (SHAPES / f"{habit.__name__}.json").write_text(json.dumps(shape, indent=1, ensure_ascii=False) + "\n")
